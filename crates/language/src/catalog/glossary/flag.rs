//! The flags of a TCP header and the timers of a TCP connection.

use super::{Entry, Kind};
use socklab_packets::schema::transport::tcp;

const fn flag(
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    sections: &'static [(&'static str, &'static str)],
    see: &'static str,
) -> Entry {
    Entry {
        name,
        aliases,
        kind: Kind::Flag,
        summary,
        sections,
        see,
    }
}

pub(super) const FLAGS: &[Entry] = &[
    flag(
        "SYN",
        const { &[tcp::FLAGS_SYN.name, "synchronize"] },
        "opens a direction: its sequence number is the start from which bytes are counted",
        &[
            ("tcpdump", "S; SYN-ACK is S."),
            (
                "worth knowing",
                "it takes one sequence number, so it is acknowledged and retransmitted like a byte. Options that both ends must agree on (MSS, window scale, SACK) travel here only",
            ),
        ],
        "RFC 9293 section 3.1, 3.5",
    ),
    flag(
        "ACK",
        const { &[tcp::FLAGS_ACK.name, "acknowledgment flag"] },
        "the acknowledgment number counts: the next byte this end waits for",
        &[
            ("tcpdump", ". (a dot)"),
            (
                "worth knowing",
                "set in every segment but the first SYN and some RSTs. A segment with ACK and no data takes no sequence number and is never acknowledged itself",
            ),
        ],
        "RFC 9293 section 3.1",
    ),
    flag(
        "FIN",
        const { &[tcp::FLAGS_FIN.name, "finish"] },
        "no more data from this end; the other direction stays open",
        &[
            ("tcpdump", "F; nearly always with ACK, so F."),
            (
                "worth knowing",
                "it takes one sequence number after the last byte. The receiver's program sees it as the end of file: recv gives empty bytes",
            ),
        ],
        "RFC 9293 section 3.6",
    ),
    flag(
        "RST",
        const { &[tcp::FLAGS_RESET.name, "reset"] },
        "the connection is torn down at once, or there is none",
        &[
            ("tcpdump", "R"),
            (
                "who sends it",
                "a kernel asked for a port nobody listens on; close with unread data in the receive queue; close with SO_LINGER of 0 seconds; an answer to data for a socket that is gone",
            ),
            (
                "worth knowing",
                "it is not acknowledged and never retransmitted; data under way in either direction is lost. The program learns of it as ECONNREFUSED or ECONNRESET",
            ),
        ],
        "RFC 9293 section 3.5.2, 3.5.3",
    ),
    flag(
        "PSH",
        const { &[tcp::FLAGS_PUSH.name, "push"] },
        "the sender has nothing more in its queue for now: hand this to the program",
        &[
            ("tcpdump", "P; with data nearly always P."),
            (
                "worth knowing",
                "it marks where a send ended only by chance, and is not a message boundary. Linux receivers hand data over with or without it",
            ),
        ],
        "RFC 9293 section 3.9.1.2",
    ),
    flag(
        "URG",
        const { &[tcp::FLAGS_URG.name, "urgent", "out-of-band"] },
        "the urgent pointer counts: a byte that is to be read out of turn",
        &[
            ("tcpdump", "U, and urg N"),
            (
                "worth knowing",
                "sent by MSG_OOB. Only one byte at a time, systems disagree about which, and new programs should not use it",
            ),
        ],
        "RFC 6093",
    ),
    flag(
        "ECE",
        const { &[tcp::FLAGS_ECE.name, "ECN-Echo"] },
        "a congestion mark was seen: please slow down; in a SYN: I can do ECN",
        &[
            ("tcpdump", "E"),
            (
                "worth knowing",
                "repeated in every ACK until a segment with CWR comes",
            ),
        ],
        "RFC 3168 section 6.1",
    ),
    flag(
        "CWR",
        const { &[tcp::FLAGS_CWR.name, "congestion window reduced"] },
        "answer to ECE: the congestion window was made smaller",
        &[
            ("tcpdump", "W"),
            (
                "worth knowing",
                "the same three letters name a congestion state of Linux, seen in TCP_INFO",
            ),
        ],
        "RFC 3168 section 6.1",
    ),
    flag(
        "AE",
        const { &[tcp::FLAGS_AE.name, "NS", "accurate ECN"] },
        "part of Accurate ECN: with ECE and CWR it counts congestion marks",
        &[
            ("tcpdump", "e"),
            (
                "worth knowing",
                "the bit was the nonce sum NS of RFC 3540 before; Linux speaks Accurate ECN since 6.18",
            ),
        ],
        "RFC 9768",
    ),
];

const fn timer(
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    sections: &'static [(&'static str, &'static str)],
    see: &'static str,
) -> Entry {
    Entry {
        name,
        aliases,
        kind: Kind::Timer,
        summary,
        sections,
        see,
    }
}

pub(super) const TIMERS: &[Entry] = &[
    timer(
        "RTO",
        &[
            "retransmission timeout",
            "retransmission timer",
            "retransmit timer",
            "backoff",
        ],
        "how long an unacknowledged segment is waited for before it is sent again",
        &[
            (
                "how long",
                "1 s for a SYN; then from the measured round-trip time, SRTT + 4 × RTTVAR, on Linux at least SRTT + 200 ms. It doubles with each try (backoff), up to 120 s",
            ),
            (
                "how often",
                "data 15 times (tcp_retries2: about 15 minutes), a SYN six times (tcp_syn_retries; since Linux 6.5 four more with the time not doubled), a SYN-ACK five times; then ETIMEDOUT",
            ),
            (
                "you see",
                "`on (200ms,1)` in the timer column; tcpi_rto, tcpi_retransmits and tcpi_backoff in `info`",
            ),
        ],
        "RFC 6298",
    ),
    timer(
        "TLP",
        &["tail loss probe", "probe timer"],
        "after about two round trips without an ACK the last segment is sent again, to draw an answer out",
        &[
            (
                "why",
                "the loss of the last segments gives no duplicate ACKs; without the probe only the slow RTO would find it",
            ),
            (
                "you see",
                "a retransmission that comes earlier than the RTO, labelled tcp.analysis.retransmission or spurious_retransmission",
            ),
        ],
        "RFC 8985 section 7",
    ),
    timer(
        "RACK",
        &["rack-tlp", "reordering timer"],
        "a segment is lost when one that was sent later has arrived and a little time has passed",
        &[(
            "worth knowing",
            "this is how Linux finds losses today, in place of counting three duplicate ACKs",
        )],
        "RFC 8985",
    ),
    timer(
        "delayed ACK",
        &[
            "delack",
            "delayed acknowledgment",
            "delayed-ACK timer",
            "quickack",
        ],
        "an acknowledgment waits a little, in the hope of riding on data or of serving two segments",
        &[
            (
                "how long",
                "40 ms on Linux at first, up to 200 ms; RFC 9293 allows 500 ms. Every second full segment is acknowledged at once, and so are the first segments of a connection (quickack)",
            ),
            (
                "you see",
                "a pure ACK that follows its data after 40 ms. Together with Nagle's algorithm it makes the well-known 40 ms pause",
            ),
        ],
        "RFC 9293 section 3.8.6.3, RFC 1122 section 4.2.3.2",
    ),
    timer(
        "persist timer",
        &["zero-window probe", "persist", "window probe"],
        "the peer's window is 0: ask now and then whether it has opened, because its update may be lost",
        &[
            (
                "how long",
                "like the RTO, doubling up to 120 s; it goes on as long as the peer answers",
            ),
            (
                "you see",
                "Linux sends a segment without data whose number is one below the next: Wireshark calls it keep-alive",
            ),
        ],
        "RFC 9293 section 3.8.6.1",
    ),
    timer(
        "keepalive",
        &["keep-alive timer", "keepalive probe"],
        "probes on an idle connection, to notice a peer that vanished without a FIN",
        &[
            (
                "how long",
                "off unless SO_KEEPALIVE is set; then after 2 hours of silence (TCP_KEEPIDLE), every 75 s (TCP_KEEPINTVL), nine times (TCP_KEEPCNT), then ETIMEDOUT",
            ),
            (
                "you see",
                "an empty segment one below the next number, and the peer's ACK as answer",
            ),
        ],
        "RFC 9293 section 3.8.4, tcp(7)",
    ),
    timer(
        "TIME-WAIT timer",
        &["msl", "maximum segment lifetime"],
        "how long the end that closed first remembers the connection: 60 s on Linux",
        &[(
            "worth knowing",
            "fixed in the kernel; tcp_fin_timeout, often named for it, is about FIN-WAIT-2",
        )],
        "RFC 9293 section 3.4.2, 3.6.1",
    ),
    timer(
        "user timeout",
        &["uto"],
        "how long data may stay unacknowledged before the connection is given up",
        &[(
            "how long",
            "set by TCP_USER_TIMEOUT in milliseconds; else tcp_retries2 decides",
        )],
        "RFC 5482, RFC 9293 section 3.8.3",
    ),
    timer(
        "SYN-ACK timer",
        &["synack retransmission"],
        "a SYN-ACK that is not answered is sent again: five times, 1 s, 2 s, 4 s … apart",
        &[(
            "you see",
            "after a lost third segment, or with a full accept queue, where Linux ignores the third segment on purpose",
        )],
        "tcp(7), sysctl net.ipv4.tcp_synack_retries",
    ),
];
