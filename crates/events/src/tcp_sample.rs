//! What the kernel said of a TCP connection at one moment: the numbers of TCP_INFO that are plotted. Plain data.

/// A few fields of `struct tcp_info` (linux/tcp.h), as sock_diag(7) gave them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TcpSample {
    /// When it was asked: nanoseconds since the epoch.
    pub time_ns: i64,
    /// `tcpi_snd_cwnd`: congestion window, segments.
    pub cwnd: u32,
    /// `tcpi_snd_ssthresh`: slow start threshold, segments; [`NO_THRESHOLD`] while there is none.
    pub ssthresh: u32,
    /// `tcpi_unacked`: segments in flight.
    pub unacked: u32,
    /// `tcpi_snd_mss`: bytes.
    pub mss: u32,
    /// `tcpi_rtt`: smoothed round-trip time, microseconds.
    pub rtt_us: u32,
    /// `tcpi_rttvar`: its mean deviation, microseconds.
    pub rttvar_us: u32,
    /// `tcpi_min_rtt`: the smallest seen, microseconds.
    pub min_rtt_us: u32,
    /// `tcpi_rto`: retransmission timeout, microseconds.
    pub rto_us: u32,
    /// `tcpi_backoff`: how often the timeout has been doubled.
    pub backoff: u32,
    /// `tcpi_total_retrans`: segments sent again so far.
    pub retransmitted: u32,
    /// `tcpi_ca_state`: congestion state.
    pub congestion_state: u8,
}

/// `TCP_INFINITE_SSTHRESH`: slow start goes on until the first loss.
pub const NO_THRESHOLD: u32 = 0x7fff_ffff;
