//! Notes on traffic: one or two sentences on what a step of an exchange, a label or a cause means, with the RFC section.
//! Keys are plain names, so that this room knows nothing of events; the helpers make the keys from their numbers.

/// A note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The key, e.g. `handshake-3`, `close-3-of-3`, `zero_window`, `rst-unread-data`.
    pub key: &'static str,
    /// One or two sentences.
    pub text: &'static str,
    /// Where it is written: RFC section or man page.
    pub see: &'static str,
}

/// Builds rows: `"key" "text" "where";`.
macro_rules! notes {
    ($($key:literal $text:literal $see:literal;)*) => {
        /// All notes: phases first, then labels (under Wireshark's names), then causes.
        pub const NOTES: &[Note] = &[$(Note { key: $key, text: $text, see: $see },)*];
    };
}

notes! {
    "handshake-1" "The client asks to connect and says where its byte numbers begin. Options both ends must agree on (MSS, window scale, SACK) are offered here or never." "RFC 9293 section 3.5";
    "handshake-2" "The server's kernel agrees, acknowledges the client's SYN and says where its own numbers begin. No program took part: accept may come later or never." "RFC 9293 section 3.5";
    "handshake-3" "The client acknowledges the server's SYN. Only now does the server know that its own segments arrive, so an old, delayed SYN cannot make a connection; the connection goes to the accept queue." "RFC 9293 section 3.5";
    "simultaneous-open-1" "This end sends a SYN; at the same time the other one does too." "RFC 9293 section 3.5, figure 7";
    "simultaneous-open-2" "The SYNs cross: each end gets a SYN where it waited for a SYN-ACK, and goes to SYN-RECEIVED." "RFC 9293 section 3.5, figure 7";
    "simultaneous-open-3" "One end answers the other's SYN with its own SYN again and an ACK." "RFC 9293 section 3.5, figure 7";
    "simultaneous-open-4" "The other end answers likewise: four segments, one connection, and neither is the server." "RFC 9293 section 3.5, figure 7";
    "open-with-itself-1" "A socket connects to the address it is bound to: its SYN comes back to it, and it stands in SYN-SENT where a SYN arrives." "RFC 9293 section 3.5, figure 7";
    "open-with-itself-2" "The kernel answers the SYN as in a simultaneous open, with SYN and ACK; the answer comes back to the same socket, which was in SYN-RECEIVED." "RFC 9293 section 3.5, figure 7";
    "open-with-itself-3" "Its own SYN is acknowledged: the socket is ESTABLISHED and connected to itself. What it sends, it receives." "RFC 9293 section 3.5, figure 7";
    "close-1" "This end has no more data: its FIN takes the number after its last byte. The other direction stays open." "RFC 9293 section 3.6";
    "close-2" "The peer's kernel acknowledges the FIN by itself; its program now reads the end of file, and stands in CLOSE-WAIT until it closes too." "RFC 9293 section 3.6";
    "close-3" "The second side closes: its own FIN." "RFC 9293 section 3.6";
    "close-4" "The last acknowledgment. The end that sends it closed first, and keeps TIME-WAIT for 60 s in case this segment is lost." "RFC 9293 section 3.6";
    "close-2-of-3" "The peer's program closed before its kernel had sent the acknowledgment, so ACK and FIN travel in one segment: three in place of four." "RFC 9293 section 3.6, 3.8.6.3";
    "close-3-of-3" "The last acknowledgment. The end that sends it closed first, and keeps TIME-WAIT for 60 s in case this segment is lost." "RFC 9293 section 3.6";
    "simultaneous-close-1" "This end sends its FIN, and the other one does so before it has seen it." "RFC 9293 section 3.6, figure 13";
    "simultaneous-close-2" "The FINs cross: each end has sent one and gets one that does not acknowledge its own, and goes to CLOSING." "RFC 9293 section 3.6, figure 13";
    "simultaneous-close-3" "One end acknowledges the other's FIN." "RFC 9293 section 3.6, figure 13";
    "simultaneous-close-4" "The other end does too: both closed first, so both keep TIME-WAIT." "RFC 9293 section 3.6, figure 13";
    "close-with-itself-1" "The socket sends its FIN and receives it: both directions are the same socket's." "RFC 9293 section 3.6, figure 13";
    "close-with-itself-2" "Its FIN is acknowledged by itself: the socket goes through CLOSING to TIME-WAIT." "RFC 9293 section 3.6, figure 13";
    "data" "A piece of the stream: Seq is the number of its first byte. Where one send ended and the next began is not in it." "RFC 9293 section 3.4";
    "half-closed-data" "The receiver of this has already sent its FIN: it says no more, but it still listens." "RFC 9293 section 3.6";
    "acknowledgment" "Everything before Ack has arrived in the kernel; that its program has read it is not said. Such a segment takes no number and is not acknowledged itself." "RFC 9293 section 3.4";
    "refused" "RST in answer to a SYN: no socket listens at this address and port. connect fails with ECONNREFUSED." "RFC 9293 section 3.10.7.1";
    "reset" "The connection is torn down at once: no answer follows, and data under way is lost. The peer's next call fails with ECONNRESET." "RFC 9293 section 3.5.2";
    "request" "A question to another host: ICMP echo asks whether it is there, ARP who has an address." "RFC 792, RFC 826";
    "reply" "The answer, made by the other host's kernel without any program." "RFC 792, RFC 826";
    "datagram" "One message, complete in itself. UDP does not say whether it arrives, and sends nothing again." "RFC 768";
    "error-report" "A host or router could not deliver a packet and sends its beginning back, so that the sender can tell which one it was." "RFC 1122 section 3.2.2, RFC 4443";

    "zero_window_probe" "The window is 0; one byte is sent to ask whether it has opened." "RFC 9293 section 3.8.6.1";
    "zero_window" "The receive buffer is full: the program does not read. The sender must stop until the window opens." "RFC 9293 section 3.8.6";
    "lost_segment" "The numbers jump: the segment before this one was not seen here." "RFC 9293 section 3.4";
    "keep_alive" "An empty segment one number below the next, which must be answered. On Linux a zero-window probe looks the same: the peer's last window tells which it is." "RFC 9293 section 3.8.4";
    "window_update" "Nothing new but the window: the program has read and there is room again." "RFC 9293 section 3.8.6";
    "window_full" "This fills the receiver's window to the last byte; the sender now waits for the receiver." "RFC 9293 section 3.8.6";
    "keep_alive_ack" "The answer to a keep-alive: the peer's kernel still knows the connection." "RFC 9293 section 3.8.4";
    "zero_window_probe_ack" "The answer to a window probe: the window is still 0." "RFC 9293 section 3.8.6.1";
    "duplicate_ack" "The same acknowledgment again: something arrived, but not the byte that is waited for. SACK says what it was." "RFC 5681 section 2, RFC 2018";
    "ack_lost_segment" "Data is acknowledged that was never seen here: the capture missed it, the receiver did not." "Wireshark User's Guide";
    "spurious_retransmission" "Sent again although it had been acknowledged: the ACK came too late or was lost, or a tail loss probe repeated what had arrived." "RFC 5682, RFC 8985 section 7";
    "fast_retransmission" "Sent again because later segments are seen to arrive, without waiting for the timer." "RFC 5681 section 3.2, RFC 8985";
    "out_of_order" "A lower number than one already seen, and very soon: overtaken on the way, or repaired quickly." "RFC 9293 section 3.10.7.4";
    "retransmission" "The same again, because no acknowledgment came in time. The first one may have been lost, or its ACK." "RFC 6298";
    "reused_ports" "A new connection between the same addresses and ports as an earlier one; the initial sequence number shows that it is another." "RFC 9293 section 3.4.1";

    "kernel-answers" "The kernel answered for the listening socket; no accept was needed." "listen(2)";
    "rst-no-listener" "No socket listens on that port, so the kernel answers with RST." "RFC 9293 section 3.10.7.1";
    "rst-unread-data" "The program closed while received bytes were still unread. A FIN would say that all was well, so the kernel sends RST: the peer must learn that data was thrown away." "RFC 2525 section 2.17, RFC 9293 section 3.6";
    "rst-linger" "SO_LINGER was set to 0 seconds: close throws the queued data away and resets the connection. No TIME-WAIT remains." "socket(7)";
    "rst-after-close" "Data came for a socket that its program has closed: nobody could ever read it, so the kernel answers with RST." "RFC 9293 section 3.6.1, RFC 1122 section 4.2.2.13";
    "rst-killed" "The process was killed; the kernel closed its sockets, and unread data makes that a reset." "RFC 2525 section 2.17";
    "rst-raw" "The kernel knows no connection with these ports, because a raw socket and not TCP sent the SYN: it resets what it did not start." "raw(7), RFC 9293 section 3.5.2";
    "challenge-ack" "A suspicious RST or SYN is answered with an ACK; only the true peer can repeat it with the right number." "RFC 5961";
    "delayed-ack" "The acknowledgment waited, 40 ms at first, for data to ride on or a second segment to cover." "RFC 9293 section 3.8.6.3";
    "quick-ack" "Acknowledged at once: at the beginning of a connection, and for every second full segment, Linux does not delay." "RFC 9293 section 3.8.6.3";
    "piggyback" "The acknowledgment rides on data that was going this way anyhow." "RFC 9293 section 3.8.6.3";
    "rto" "The retransmission timer fired: nothing was acknowledged in time. The next wait is twice as long." "RFC 6298 section 5";
    "syn-rto" "The SYN was not answered; it is sent again after 1 s. connect goes on waiting." "RFC 6298 section 2, tcp(7)";
    "tlp" "Tail loss probe: no ACK for about two round trips, so the last segment is sent again to draw one out before the slow timer fires." "RFC 8985 section 7";
    "persist-probe" "The peer's window is 0. The probe asks for a new ACK, because a window update that was lost would never be repeated." "RFC 9293 section 3.8.6.1";
    "keepalive-probe" "SO_KEEPALIVE: the connection was silent for so long that the kernel asks whether the peer is still there." "RFC 9293 section 3.8.4";
    "nagle" "A small segment waited until the one before it was acknowledged. TCP_NODELAY would send it at once." "RFC 9293 section 3.7.4";
    "cork" "Held back by TCP_CORK or MSG_MORE until a segment was full, the cork was pulled, or 200 ms had passed." "tcp(7)";
    "time-wait-ack" "The peer's FIN came again, so the last ACK was lost; TIME-WAIT exists to answer it." "RFC 9293 section 3.6.1";
    "time-wait-reuse" "A SYN that is clearly newer may take the place of a connection in TIME-WAIT." "RFC 6191";
    "port-unreachable" "No socket has that UDP port. A connected sender learns it as ECONNREFUSED at its next call; another one never does." "RFC 1122 section 4.1.3.1";
    "accept-queue-full" "The accept queue is full: Linux ignores the handshake's last segment and sends its SYN-ACK again later." "listen(2)";
    "arp" "Before the first IP packet to a neighbour its hardware address is asked for." "RFC 826";
}

/// The note of this key.
pub fn note(key: &str) -> Option<&'static Note> {
    NOTES.iter().find(|note| note.key == key)
}

/// The note on step 1, 2 or 3 of the three-way handshake.
pub fn handshake(step: u8) -> Option<&'static Note> {
    note(&format!("handshake-{step}"))
}

/// The note on step 1 to 4 of a simultaneous open.
pub fn simultaneous_open(step: u8) -> Option<&'static Note> {
    note(&format!("simultaneous-open-{step}"))
}

/// The note on step 1 to 3 of the simultaneous open of a socket with itself.
pub fn open_with_itself(step: u8) -> Option<&'static Note> {
    note(&format!("open-with-itself-{step}"))
}

/// The note on step 1 or 2 of the close of a connection of a socket with itself.
pub fn close_with_itself(step: u8) -> Option<&'static Note> {
    note(&format!("close-with-itself-{step}"))
}

/// The note on a step of a close of so many segments: 4, 3 when the second side closed at once, 0 while it is not yet known.
pub fn close(step: u8, total: u8) -> Option<&'static Note> {
    note(&format!("close-{step}-of-{total}")).or_else(|| note(&format!("close-{step}")))
}

/// The note on step 1 to 4 of a simultaneous close.
pub fn simultaneous_close(step: u8) -> Option<&'static Note> {
    note(&format!("simultaneous-close-{step}"))
}

/// The note on a label, by the name after `tcp.analysis.`.
pub fn label(name: &str) -> Option<&'static Note> {
    note(name.strip_prefix("tcp.analysis.").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::{NOTES, close, handshake, label, note, simultaneous_close, simultaneous_open};
    use crate::catalog::glossary::{Kind, explain, topics};

    #[test]
    fn every_key_stands_once_with_a_text_of_at_most_three_sentences_and_its_source() {
        let mut keys: Vec<&str> = NOTES.iter().map(|note| note.key).collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
        for note in NOTES {
            assert!(note.text.ends_with('.'), "{}", note.key);
            assert!(note.text.matches(". ").count() <= 2, "{}", note.key);
            assert!(!note.see.is_empty(), "{}", note.key);
        }
    }

    #[test]
    fn every_label_and_every_phase_has_a_note() {
        let labels: Vec<&str> = topics()
            .filter(|topic| explain(topic).is_some_and(|found| found.kind == Kind::Label))
            .collect();
        assert_eq!(labels.len(), 15);
        for name in labels {
            assert!(label(name).is_some(), "{name}");
        }
        for step in 1..=3 {
            assert!(handshake(step).is_some());
            assert!(close(step, 3).is_some());
        }
        for step in 1..=4 {
            assert!(simultaneous_open(step).is_some());
            assert!(simultaneous_close(step).is_some());
            assert!(close(step, 4).is_some() && close(step, 0).is_some());
        }
        let others = "data half-closed-data acknowledgment refused reset request reply datagram error-report";
        for key in others.split(' ') {
            assert!(note(key).is_some(), "{key}");
        }
        assert_eq!(handshake(4), None);
    }

    #[test]
    fn a_close_in_three_segments_is_told_apart_from_one_in_four() {
        assert_ne!(close(2, 3), close(2, 4));
        assert_eq!(close(2, 0), close(2, 4));
        assert_eq!(label("tcp.analysis.zero_window"), note("zero_window"));
    }
}
