//! The eleven states of RFC 9293: how each is entered and left, what each end may do in it, what a student sees.

use super::{Entry, Kind};

pub(super) const STATES: &[Entry] = &[
    Entry {
        name: "CLOSED",
        aliases: &["TCP_CLOSE", "UNCONN"],
        kind: Kind::State,
        summary: "no connection: a socket that is new, or one whose connection is over",
        sections: &[
            (
                "entered",
                "with socket; or when a connection has ended, was refused, or was reset",
            ),
            ("left", "with listen, to LISTEN; with connect, to SYN-SENT"),
            (
                "may do",
                "bind, set options, connect, listen. A segment that comes for a closed port is answered with RST",
            ),
            (
                "you see",
                "`ss` writes UNCONN, the kernel TCP_CLOSE; `sockets` shows only sockets that still have a descriptor",
            ),
        ],
        see: "RFC 9293 section 3.3.2",
    },
    Entry {
        name: "LISTEN",
        aliases: &["TCP_LISTEN"],
        kind: Kind::State,
        summary: "a server waits for SYNs on its port",
        sections: &[
            ("entered", "with listen"),
            (
                "left",
                "with close: connections that wait in the queue are reset. The listener itself never becomes connected: each handshake makes a new socket, in SYN-RECEIVED",
            ),
            ("may do", "accept; send and recv fail (EPIPE, ENOTCONN)"),
            (
                "you see",
                "Recv-Q counts connections that wait for accept, Send-Q is the backlog",
            ),
        ],
        see: "RFC 9293 section 3.10.7.2, listen(2)",
    },
    Entry {
        name: "SYN-SENT",
        aliases: &["TCP_SYN_SENT"],
        kind: Kind::State,
        summary: "a client has sent its SYN and waits for the answer",
        sections: &[
            ("entered", "with connect"),
            (
                "left",
                "SYN-ACK comes: to ESTABLISHED, and the third segment is sent. RST comes: to CLOSED with ECONNREFUSED. A SYN without ACK comes (simultaneous open): to SYN-RECEIVED. Nothing comes: the SYN is sent again after 1 s, at last ETIMEDOUT",
            ),
            (
                "may do",
                "the program sleeps in connect; a non-blocking one waits for POLLOUT",
            ),
            (
                "you see",
                "seldom anything on loopback, where the answer comes within microseconds; drop the SYN on a wire and it stays",
            ),
        ],
        see: "RFC 9293 section 3.5, 3.10.7.3",
    },
    Entry {
        name: "SYN-RECEIVED",
        aliases: &["SYN-RECV", "TCP_SYN_RECV", "NEW_SYN_RECV"],
        kind: Kind::State,
        summary: "the server's half-open connection: SYN seen, SYN-ACK sent, the last ACK still missing",
        sections: &[
            (
                "entered",
                "a SYN reaches a listener, or both ends open at once",
            ),
            (
                "left",
                "the third segment comes: to ESTABLISHED, into the accept queue. RST: gone. Nothing: SYN-ACK is sent again, five times (tcp_synack_retries)",
            ),
            (
                "may do",
                "no program has it yet. Linux keeps a small request in place of a socket, and with SYN cookies not even that",
            ),
            (
                "you see",
                "`ss` writes SYN-RECV; many of them at once are a SYN flood, or a full accept queue",
            ),
        ],
        see: "RFC 9293 section 3.5, tcp(7)",
    },
    Entry {
        name: "ESTABLISHED",
        aliases: &["ESTAB", "TCP_ESTABLISHED"],
        kind: Kind::State,
        summary: "the connection stands: data flows both ways",
        sections: &[
            (
                "entered",
                "the client when the SYN-ACK comes, the server when the third segment does: half a round trip later. accept is not needed for it",
            ),
            (
                "left",
                "this end closes first: to FIN-WAIT-1. The peer's FIN comes first: to CLOSE-WAIT. RST either way: to CLOSED",
            ),
            ("may do", "both ends send and receive"),
            (
                "you see",
                "a connection can stay so for days without a packet; only keepalive or data finds out that the peer is gone",
            ),
        ],
        see: "RFC 9293 section 3.3.2",
    },
    Entry {
        name: "FIN-WAIT-1",
        aliases: &["TCP_FIN_WAIT1"],
        kind: Kind::State,
        summary: "this end closed first; its FIN is not yet acknowledged",
        sections: &[
            (
                "entered",
                "close or shutdown SHUT_WR in ESTABLISHED; the FIN goes behind what is still queued",
            ),
            (
                "left",
                "ACK of the FIN: to FIN-WAIT-2. FIN with that ACK: to TIME-WAIT at once. FIN without it: to CLOSING",
            ),
            (
                "may do",
                "send no more; after shutdown still receive. The peer may go on sending",
            ),
            (
                "you see",
                "stays when the peer does not answer, or has a zero window and data is still queued in front of the FIN",
            ),
        ],
        see: "RFC 9293 section 3.6",
    },
    Entry {
        name: "FIN-WAIT-2",
        aliases: &["TCP_FIN_WAIT2"],
        kind: Kind::State,
        summary: "this end has closed and that is acknowledged; the peer has not closed yet",
        sections: &[
            ("entered", "the ACK of this end's FIN"),
            (
                "left",
                "the peer's FIN: to TIME-WAIT. When no process holds the socket any more, Linux gives up after 60 s (tcp_fin_timeout)",
            ),
            (
                "may do",
                "after shutdown SHUT_WR: receive as long as the peer sends (half-close). After close: data that still comes is answered with RST",
            ),
            (
                "you see",
                "the other end stands in CLOSE-WAIT: its program has not called close",
            ),
        ],
        see: "RFC 9293 section 3.6, tcp(7)",
    },
    Entry {
        name: "CLOSE-WAIT",
        aliases: &["TCP_CLOSE_WAIT"],
        kind: Kind::State,
        summary: "the peer has closed; this end's program has not yet",
        sections: &[
            (
                "entered",
                "the peer's FIN comes; the kernel acknowledges it by itself",
            ),
            (
                "left",
                "this end closes: to LAST-ACK. There is no timer: it lasts until the program acts",
            ),
            (
                "may do",
                "read what is left and then the end of file (recv gives empty bytes); still send, if the peer reads",
            ),
            (
                "you see",
                "many of them, for long, are a bug in this program: it does not close sockets whose peer is done",
            ),
        ],
        see: "RFC 9293 section 3.6",
    },
    Entry {
        name: "CLOSING",
        aliases: &["TCP_CLOSING"],
        kind: Kind::State,
        summary: "both ends closed at the same moment: the FINs crossed",
        sections: &[
            (
                "entered",
                "in FIN-WAIT-1 a FIN comes that does not acknowledge this end's FIN",
            ),
            ("left", "the ACK of this end's FIN: to TIME-WAIT"),
            ("may do", "nothing but wait"),
            (
                "you see",
                "rare: it needs two closes within one trip over the wire; a delay on the wire makes it easy",
            ),
        ],
        see: "RFC 9293 section 3.6, figure 13",
    },
    Entry {
        name: "LAST-ACK",
        aliases: &["TCP_LAST_ACK"],
        kind: Kind::State,
        summary: "the end that closed second waits for the ACK of its FIN",
        sections: &[
            ("entered", "close in CLOSE-WAIT"),
            ("left", "that ACK: to CLOSED, without TIME-WAIT"),
            ("may do", "nothing; no process holds the socket any more"),
            (
                "you see",
                "seldom; when the last ACK is lost the FIN is sent again, and the other end answers from its TIME-WAIT",
            ),
        ],
        see: "RFC 9293 section 3.6",
    },
    Entry {
        name: "TIME-WAIT",
        aliases: &["TCP_TIME_WAIT", "2MSL"],
        kind: Kind::State,
        summary: "the end that closed first remembers the connection a while longer",
        sections: &[
            (
                "why",
                "to answer the peer's FIN once more if the last ACK was lost, and to let old segments die before the same two addresses and ports are used again",
            ),
            (
                "entered",
                "from FIN-WAIT-2, CLOSING, or FIN-WAIT-1 with the last segment of the close",
            ),
            (
                "left",
                "after 60 s on Linux, fixed (RFC 9293 says twice the maximum segment lifetime, 4 minutes); or sooner when a new SYN of the same client is clearly newer",
            ),
            (
                "may do",
                "no process is involved. A new bind to the port fails with EADDRINUSE unless SO_REUSEADDR is set; the client's port is not used again for the same peer",
            ),
            (
                "you see",
                "no process in its row of `sockets`, and the timer that runs down. It is harmless and means that somebody closed in good order",
            ),
        ],
        see: "RFC 9293 section 3.6.1, RFC 6191",
    },
];
