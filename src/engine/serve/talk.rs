//! What a server says to its clients: bytes in, bytes out, for any number of them. No socket is touched here, and no clock is read.

/// A client, by the number it was given as it came.
pub(super) type Client = u64;

/// What is to be done for the clients, in order.
#[derive(Debug, Default)]
pub(super) struct Answers(pub(super) Vec<Answer>);

/// One thing to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// These bytes are sent.
    Send(Client, Vec<u8>),
    /// The connection is closed once all is sent.
    Close(Client),
    /// Once all is sent, no more is sent; what still comes is thrown away until the client closes. A connection that is closed while
    /// bytes of the client are unread is reset, and the last answer could be lost with it (RFC 9112 section 9.6).
    Part(Client),
}

impl Answers {
    pub(super) fn send(&mut self, client: Client, bytes: impl Into<Vec<u8>>) {
        self.0.push(Answer::Send(client, bytes.into()));
    }

    pub(super) fn close(&mut self, client: Client) {
        self.0.push(Answer::Close(client));
    }

    pub(super) fn part(&mut self, client: Client) {
        self.0.push(Answer::Part(client));
    }
}

/// A service at work. Times are nanoseconds since the epoch.
pub(super) trait Talk: Send {
    /// A client has come.
    fn joined(&mut self, _client: Client, _now_ns: i64, _out: &mut Answers) {}

    /// Bytes have come.
    fn received(&mut self, client: Client, bytes: &[u8], now_ns: i64, out: &mut Answers);

    /// The client has sent its FIN.
    fn finished(&mut self, client: Client, _now_ns: i64, out: &mut Answers) {
        out.close(client);
    }

    /// Its connection is closed, or is about to be.
    fn left(&mut self, _client: Client, _now_ns: i64, _out: &mut Answers) {}

    /// All that was to be sent to a client has been taken by the kernel: the next part of a long answer.
    fn drained(&mut self, _client: Client, _out: &mut Answers) {}

    /// When [`Self::due`] is to be called at the latest.
    fn deadline(&self) -> Option<i64> {
        None
    }

    /// A time has come.
    fn due(&mut self, _now_ns: i64, _out: &mut Answers) {}
}
