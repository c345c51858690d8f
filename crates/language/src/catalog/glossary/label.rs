//! Wireshark's labels, `tcp.analysis.*`: what each says, what it usually means, where it misleads on Linux.

use super::{Entry, Kind};
use socklab_packets::schema::transport::tcp;

const fn label(
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    sections: &'static [(&'static str, &'static str)],
) -> Entry {
    Entry {
        name,
        aliases,
        kind: Kind::Label,
        summary,
        sections,
        see: "Wireshark User's Guide, TCP Analysis",
    }
}

pub(super) const LABELS: &[Entry] = &[
    label(
        tcp::ANALYSIS_ZERO_WINDOW_PROBE.name,
        &[],
        "one byte beyond a window of 0, to ask whether it has opened",
        &[
            (
                "usually",
                "the receiver's program does not read, and the sender's persist timer fired",
            ),
            (
                "misleads",
                "Linux probes without a byte, one number below the next: Wireshark calls that keep_alive, and this label hardly ever appears",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_ZERO_WINDOW.name,
        &["ZeroWindow"],
        "this end advertises a window of 0: its receive buffer is full",
        &[
            (
                "usually",
                "the program does not call recv, or not fast enough. The network is not to blame",
            ),
            ("misleads", "an RST or a SYN with window 0 does not count"),
        ],
    ),
    label(
        tcp::ANALYSIS_LOST_SEGMENT.name,
        &["Previous segment not captured"],
        "the numbers jump: a segment before this one was not seen",
        &[
            (
                "usually",
                "it was lost on the way to where the capture was made",
            ),
            (
                "misleads",
                "the capture may have missed it while the receiver got it: then ack_lost_segment follows",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_KEEP_ALIVE.name,
        &[],
        "a segment with no data, or one byte, one number below the next",
        &[
            (
                "usually",
                "SO_KEEPALIVE asks whether the peer is still there",
            ),
            (
                "misleads",
                "Linux's zero-window probe looks exactly so. When the peer's last window was 0 it is a probe, not a keepalive",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_KEEP_ALIVE_ACK.name,
        &["Keep-Alive ACK"],
        "the answer to a keep-alive",
        &[
            (
                "usually",
                "the peer's kernel is alive; its program need not be",
            ),
            (
                "misleads",
                "the answer to Linux's zero-window probe gets this label too once the window is open again",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_WINDOW_UPDATE.name,
        &["Window Update"],
        "nothing but a new window",
        &[
            (
                "usually",
                "the program has read from a full buffer, or Linux enlarged it",
            ),
            ("misleads", "it is not an answer to data, and needs none"),
        ],
    ),
    label(
        tcp::ANALYSIS_WINDOW_FULL.name,
        &["Window Full"],
        "this segment fills the peer's window to the last byte",
        &[
            (
                "usually",
                "the sender must now wait for the receiver, not for the network",
            ),
            (
                "misleads",
                "it says who is the brake, not that anything is wrong. It needs the handshake in the capture, for the window's scale",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_ZERO_WINDOW_PROBE_ACK.name,
        &["ZeroWindowProbeAck"],
        "the answer to a zero-window probe: the window is still 0",
        &[
            ("usually", "the receiver's program still does not read"),
            (
                "misleads",
                "on Linux the probe itself is labelled keep_alive, so this one is rare",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_DUPLICATE_ACK.name,
        &["Dup ACK", "duplicate ACKs"],
        "the same acknowledgment again: something else than the next byte came",
        &[
            (
                "usually",
                "a segment was lost or overtaken; each later one draws such an ACK, and SACK lists what has arrived",
            ),
            (
                "misleads",
                "three of them made older systems retransmit. Linux uses SACK and time (RACK) and may act sooner or later",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_ACK_LOST_SEGMENT.name,
        &["ACKed unseen segment"],
        "data is acknowledged that the capture has not seen",
        &[
            (
                "usually",
                "the capture missed frames; the connection is well",
            ),
            ("misleads", "it is about the capture, not about the network"),
        ],
    ),
    label(
        tcp::ANALYSIS_SPURIOUS_RETRANSMISSION.name,
        &["Spurious Retransmission"],
        "sent again although it was acknowledged already",
        &[
            (
                "usually",
                "the acknowledgment was lost or late, or a tail loss probe repeated what had arrived",
            ),
            (
                "misleads",
                "TLP does so on purpose: one of them after a pause is not a fault",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_FAST_RETRANSMISSION.name,
        &["Fast Retransmission"],
        "sent again soon after at least two duplicate ACKs, without waiting for the RTO",
        &[
            (
                "usually",
                "one segment of several was lost and the acknowledgments of those behind it showed that",
            ),
            (
                "misleads",
                "the label goes by 20 ms and by the count; on a slow path the same repair is labelled retransmission",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_OUT_OF_ORDER.name,
        &["Out-Of-Order"],
        "a lower number than one already seen, very soon after it",
        &[
            ("usually", "the network let a later segment overtake"),
            (
                "misleads",
                "a fast retransmission on a short path looks the same: on loopback and in the lab ask for the cause that is shown beside it",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_RETRANSMISSION.name,
        &["Retransmission"],
        "sent again: the same bytes, or the same SYN or FIN",
        &[
            (
                "usually",
                "no acknowledgment came within the RTO (or TLP): data or ACK was lost",
            ),
            (
                "misleads",
                "that it was sent again does not say that the first one was lost; the receiver may have it",
            ),
        ],
    ),
    label(
        tcp::ANALYSIS_REUSED_PORTS.name,
        &["Port numbers reused"],
        "a new SYN between the same addresses and ports, with another initial number",
        &[
            (
                "usually",
                "a client came back with the same source port, often after TIME-WAIT, or it binds its port",
            ),
            (
                "misleads",
                "a repeated SYN of the same attempt has the same number and is a retransmission",
            ),
        ],
    ),
];
