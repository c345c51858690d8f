//! `struct tcp_info` of tcp(7) and linux/tcp.h (Linux 6.18, 280 bytes) as a table: where each field lies and what it says.
//! Older kernels return fewer bytes; a field beyond them is absent, never zero.

/// One field of `struct tcp_info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpInfoField {
    /// The name in C, without the prefix `tcpi_`.
    pub name: &'static str,
    /// Offset of its first byte.
    pub offset: usize,
    /// Its size in bytes: 1, 2, 4 or 8.
    pub size: usize,
    /// The bits it takes of its byte, as (lowest, how many) on a little-endian machine; `None` for whole bytes.
    pub bits: Option<(u8, u8)>,
    /// What its number counts.
    pub unit: Unit,
    /// What it says.
    pub meaning: &'static str,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How often, or how many of something named in the meaning.
    Count,
    /// Bytes.
    Bytes,
    /// Segments.
    Segments,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// Bytes per second; all bits set is "no limit".
    BytesPerSecond,
    /// A power of two: bytes are the value shifted left by it.
    Shift,
    /// A TCP state: [`state`].
    State,
    /// A congestion state: [`congestion_state`].
    CongestionState,
    /// Bits of negotiated options: [`options`].
    Options,
    /// 0 or 1.
    Flag,
}

impl Unit {
    /// The unit as it stands after a number; empty where there is none.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Segments => "segments",
            Self::Microseconds => "µs",
            Self::Milliseconds => "ms",
            Self::BytesPerSecond => "bytes/s",
            Self::Count
            | Self::Shift
            | Self::State
            | Self::CongestionState
            | Self::Options
            | Self::Flag => "",
        }
    }
}

/// Builds the table: `name: offset, size, Unit => "meaning";`, and `size (lowest, how many)` for a bit-field.
macro_rules! fields {
    ($($name:ident: $offset:literal, $size:literal $(($lowest:literal, $count:literal))?, $unit:ident => $meaning:literal;)*) => {
        /// The fields in the order of their bytes.
        pub const FIELDS: &[TcpInfoField] = &[$(
            TcpInfoField {
                name: stringify!($name),
                offset: $offset,
                size: $size,
                bits: fields!(@bits $($lowest, $count)?),
                unit: Unit::$unit,
                meaning: $meaning,
            },
        )*];
    };
    (@bits) => { None };
    (@bits $lowest:literal, $count:literal) => { Some(($lowest, $count)) };
}

fields! {
    state: 0, 1, State => "the connection's state";
    ca_state: 1, 1, CongestionState => "what congestion control is busy with";
    retransmits: 2, 1, Count => "timeouts in a row for the oldest unacknowledged data; 0 again once it is acknowledged";
    probes: 3, 1, Count => "zero-window or keepalive probes that are not answered yet";
    backoff: 4, 1, Shift => "how often the retransmission timeout was doubled";
    options: 5, 1, Options => "what both ends agreed on in the handshake";
    snd_wscale: 6, 1 (0, 4), Shift => "shift for the windows the peer advertises";
    rcv_wscale: 6, 1 (4, 4), Shift => "shift for the windows this end advertises";
    delivery_rate_app_limited: 7, 1 (0, 1), Flag => "1: the rate was measured while the program had nothing to send";
    fastopen_client_fail: 7, 1 (1, 2), Count => "why Fast Open did not work: 0 unknown, 1 no cookie, 2 the data in the SYN was not acknowledged, 3 the SYN with data was retransmitted";
    rto: 8, 4, Microseconds => "the retransmission timeout: how long to wait for an acknowledgment";
    ato: 12, 4, Microseconds => "how long an acknowledgment may be delayed";
    snd_mss: 16, 4, Bytes => "largest segment this end sends, without headers and options";
    rcv_mss: 20, 4, Bytes => "largest segment seen from the peer, as estimated for delaying acknowledgments";
    unacked: 24, 4, Segments => "sent and not yet acknowledged; of a listener: connections that wait for accept";
    sacked: 28, 4, Segments => "reported by SACK as arrived out of order; of a listener: the backlog";
    lost: 32, 4, Segments => "believed lost";
    retrans: 36, 4, Segments => "retransmitted and not yet acknowledged";
    fackets: 40, 4, Segments => "historic, 0 since Linux 4.15";
    last_data_sent: 44, 4, Milliseconds => "since data was last sent";
    last_ack_sent: 48, 4, Milliseconds => "never filled in, always 0";
    last_data_recv: 52, 4, Milliseconds => "since data last came";
    last_ack_recv: 56, 4, Milliseconds => "since an acknowledgment last came";
    pmtu: 60, 4, Bytes => "the path MTU: largest IP packet";
    rcv_ssthresh: 64, 4, Bytes => "how far the receive window may grow now";
    rtt: 68, 4, Microseconds => "the smoothed round-trip time, SRTT of RFC 6298";
    rttvar: 72, 4, Microseconds => "how much the round-trip time varies, RTTVAR of RFC 6298";
    snd_ssthresh: 76, 4, Segments => "slow start ends when cwnd gets here; 2147483647 is no limit yet";
    snd_cwnd: 80, 4, Segments => "the congestion window: most segments in flight";
    advmss: 84, 4, Bytes => "the MSS this end offered";
    reordering: 88, 4, Segments => "how far segments may overtake each other before one counts as lost";
    rcv_rtt: 92, 4, Microseconds => "the round-trip time as the receiver estimates it";
    rcv_space: 96, 4, Bytes => "what the program reads in one round trip; tunes the receive buffer";
    total_retrans: 100, 4, Segments => "all retransmissions of this connection";
    pacing_rate: 104, 8, BytesPerSecond => "how fast segments are let out";
    max_pacing_rate: 112, 8, BytesPerSecond => "the limit set by SO_MAX_PACING_RATE";
    bytes_acked: 120, 8, Bytes => "acknowledged by the peer; the SYN counts as one";
    bytes_received: 128, 8, Bytes => "received in order; the FIN counts as one";
    segs_out: 136, 4, Segments => "sent, with those that carry no data";
    segs_in: 140, 4, Segments => "received, with those that carry no data";
    notsent_bytes: 144, 4, Bytes => "in the send queue and not sent even once";
    min_rtt: 148, 4, Microseconds => "the shortest round-trip time of late";
    data_segs_in: 152, 4, Segments => "received with data";
    data_segs_out: 156, 4, Segments => "sent with data";
    delivery_rate: 160, 8, BytesPerSecond => "how fast data arrived at the peer, last measured";
    busy_time: 168, 8, Microseconds => "with data in flight or in the queue";
    rwnd_limited: 176, 8, Microseconds => "held up by the peer's window";
    sndbuf_limited: 184, 8, Microseconds => "held up by the own send buffer";
    delivered: 192, 4, Segments => "arrived at the peer, retransmissions included";
    delivered_ce: 196, 4, Segments => "arrived with a congestion mark (ECN)";
    bytes_sent: 200, 8, Bytes => "sent, retransmissions included";
    bytes_retrans: 208, 8, Bytes => "retransmitted";
    dsack_dups: 216, 4, Segments => "the peer reported as received twice (D-SACK): needless retransmissions";
    reord_seen: 220, 4, Count => "how often reordering was noticed";
    rcv_ooopack: 224, 4, Segments => "received out of order";
    snd_wnd: 228, 4, Bytes => "the window the peer advertised last, scaled";
    rcv_wnd: 232, 4, Bytes => "the window this end advertises, scaled (Linux 6.2)";
    rehash: 236, 4, Count => "how often another path was tried after a timeout (Linux 6.2)";
    total_rto: 240, 2, Count => "retransmission timeouts (Linux 6.7)";
    total_rto_recoveries: 242, 2, Count => "recoveries after a series of timeouts (Linux 6.7)";
    total_rto_time: 244, 4, Milliseconds => "spent in recovery from timeouts (Linux 6.7)";
    received_ce: 248, 4, Segments => "received with a congestion mark (Accurate ECN, Linux 6.18)";
    delivered_e1_bytes: 252, 4, Bytes => "arrived at the peer marked ECT(1) (Accurate ECN, Linux 6.18)";
    delivered_e0_bytes: 256, 4, Bytes => "arrived at the peer marked ECT(0) (Accurate ECN, Linux 6.18)";
    delivered_ce_bytes: 260, 4, Bytes => "arrived at the peer marked CE (Accurate ECN, Linux 6.18)";
    received_e1_bytes: 264, 4, Bytes => "received marked ECT(1) (Accurate ECN, Linux 6.18)";
    received_e0_bytes: 268, 4, Bytes => "received marked ECT(0) (Accurate ECN, Linux 6.18)";
    received_ce_bytes: 272, 4, Bytes => "received marked CE (Accurate ECN, Linux 6.18)";
    accecn_fail_mode: 276, 2, Count => "what stood in the way of Accurate ECN, as bits (Linux 6.18)";
    accecn_opt_seen: 278, 2, Count => "whether the Accurate ECN option was seen (Linux 6.18)";
}

/// The value of a field in the bytes getsockopt(2) or sock_diag(7) returned; `None` for an unknown name, or when the kernel
/// returned fewer bytes than the field needs. The name may carry its prefix `tcpi_`.
pub fn field(bytes: &[u8], name: &str) -> Option<u64> {
    let name = name.strip_prefix("tcpi_").unwrap_or(name);
    FIELDS.iter().find(|field| field.name == name)?.value(bytes)
}

impl TcpInfoField {
    /// The field's value; `None` when the kernel returned fewer bytes than it needs.
    pub fn value(&self, bytes: &[u8]) -> Option<u64> {
        let slice = bytes.get(self.offset..self.offset + self.size)?;
        if let Some((lowest, count)) = self.bits {
            let byte = *slice.first()?;
            // C lays bit-fields out from the other end on a big-endian machine.
            let shift = if cfg!(target_endian = "little") {
                lowest
            } else {
                8 - lowest - count
            };
            return Some(u64::from((byte >> shift) & ((1 << count) - 1)));
        }
        match self.size {
            1 => slice.first().map(|byte| u64::from(*byte)),
            2 => slice.try_into().ok().map(u16::from_ne_bytes).map(u64::from),
            4 => slice.try_into().ok().map(u32::from_ne_bytes).map(u64::from),
            _ => slice.try_into().ok().map(u64::from_ne_bytes),
        }
    }
}

/// The RFC 9293 name of a kernel state (net/tcp_states.h), as tcp_info and sock_diag(7) number them; `None` beyond the table.
pub fn state(number: u8) -> Option<&'static str> {
    match number {
        1 => Some("ESTABLISHED"),
        2 => Some("SYN-SENT"),
        3 | 12 => Some("SYN-RECEIVED"),
        4 => Some("FIN-WAIT-1"),
        5 => Some("FIN-WAIT-2"),
        6 => Some("TIME-WAIT"),
        7 => Some("CLOSED"),
        8 => Some("CLOSE-WAIT"),
        9 => Some("LAST-ACK"),
        10 => Some("LISTEN"),
        11 => Some("CLOSING"),
        _ => None,
    }
}

/// Name and meaning of a congestion state (`enum tcp_ca_state`).
pub fn congestion_state(number: u8) -> Option<(&'static str, &'static str)> {
    match number {
        0 => Some((
            "Open",
            "nothing is suspicious: slow start or congestion avoidance",
        )),
        1 => Some((
            "Disorder",
            "a duplicate ACK or SACK came: perhaps reordering, perhaps a loss",
        )),
        2 => Some((
            "CWR",
            "the window shrinks after a congestion mark (ECN) or a full local queue",
        )),
        3 => Some((
            "Recovery",
            "a loss was found by SACK or duplicate ACKs: fast retransmit is at work",
        )),
        4 => Some((
            "Loss",
            "the retransmission timer fired, or data was thrown away: starting again with a small window",
        )),
        _ => None,
    }
}

/// The negotiated options (`TCPI_OPT_*`) by name, lowest bit first; bits without a name are left out.
pub fn options(bits: u8) -> impl Iterator<Item = (&'static str, &'static str)> {
    OPTION_BITS
        .into_iter()
        .filter(move |(bit, ..)| bits & bit != 0)
        .map(|(_, name, meaning)| (name, meaning))
}

/// Bit, name and meaning.
const OPTION_BITS: [(u8, &str, &str); 8] = [
    (1, "timestamps", "each segment carries a clock (RFC 7323)"),
    (2, "sack", "selective acknowledgments (RFC 2018)"),
    (4, "wscale", "windows are scaled (RFC 7323)"),
    (
        8,
        "ecn",
        "explicit congestion notification was agreed on (RFC 3168)",
    ),
    (16, "ecn_seen", "at least one packet with an ECN mark came"),
    (
        32,
        "syn_data",
        "data in the SYN was sent and acknowledged (RFC 7413)",
    ),
    (64, "usec_ts", "the timestamps count microseconds"),
    (
        128,
        "tfo_child",
        "this connection was made by Fast Open on a listener",
    ),
];

#[cfg(test)]
mod tests {
    use super::{FIELDS, field, options, state};

    #[test]
    fn the_fields_lie_one_behind_the_other_without_holes_but_at_alignment() {
        let mut end = 0;
        for field in FIELDS {
            if field.bits.is_some_and(|(lowest, _)| lowest > 0) {
                assert_eq!(field.offset + 1, end, "{}", field.name);
                continue;
            }
            assert_eq!(field.offset % field.size, 0, "{}", field.name);
            assert!(
                field.offset >= end && field.offset < end + field.size,
                "{}",
                field.name
            );
            end = field.offset + field.size;
        }
        assert_eq!(end, 280);
    }

    #[test]
    fn a_field_the_kernel_did_not_return_is_absent_and_never_zero() {
        let mut bytes = vec![0_u8; 232];
        bytes[0] = 1;
        bytes[6] = 0x97;
        bytes[7] = 0b101;
        bytes[68..72].copy_from_slice(&250_u32.to_ne_bytes());
        bytes[120..128].copy_from_slice(&6_u64.to_ne_bytes());
        let cases = [
            ("state", Some(1)),
            ("tcpi_rtt", Some(250)),
            ("bytes_acked", Some(6)),
            ("snd_wnd", Some(0)),
            ("rcv_wnd", None),
            ("accecn_opt_seen", None),
            ("no_such_field", None),
        ];
        for (name, value) in cases {
            assert_eq!(field(&bytes, name), value, "{name}");
        }
        if cfg!(target_endian = "little") {
            assert_eq!(field(&bytes, "snd_wscale"), Some(7));
            assert_eq!(field(&bytes, "rcv_wscale"), Some(9));
            assert_eq!(field(&bytes, "delivery_rate_app_limited"), Some(1));
            assert_eq!(field(&bytes, "fastopen_client_fail"), Some(2));
        }
        assert_eq!(field(&[], "state"), None);
    }

    #[test]
    fn states_and_option_bits_have_names() {
        assert_eq!(state(6), Some("TIME-WAIT"));
        assert_eq!(state(0), None);
        let names: Vec<_> = options(7).map(|(name, _)| name).collect();
        assert_eq!(names, ["timestamps", "sack", "wscale"]);
    }
}
