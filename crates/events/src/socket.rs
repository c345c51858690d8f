//! A socket as the kernel sees it: the rows of the `sockets` table, filled from sock_diag(7) and /proc.

use crate::value::Address;

/// One socket.
#[derive(Clone, Debug, PartialEq)]
pub struct SocketRow {
    /// The process that owns it; empty when none does any more (TIME-WAIT, orphaned).
    pub process: String,
    /// The host it lives on.
    pub host: String,
    /// Its name: the variable that holds it, or empty.
    pub name: String,
    /// What holds it when no process has a descriptor of it: `in flight`, `in accept(3)`; else empty.
    pub held: String,
    /// Its descriptor in the process.
    pub fd: Option<i32>,
    /// Inode number of the socket; 0 when it has no file any more.
    pub inode: u64,
    /// `tcp`, `udp`, `raw`, `unix stream`, `netlink`, `packet`.
    pub protocol: String,
    /// Local address.
    pub local: Option<Address>,
    /// Remote address.
    pub peer: Option<Address>,
    /// State, as RFC 9293 names it for TCP (`ESTABLISHED`, `SYN-RECEIVED`); for others `bound`, `connected`, `listening`, `unconnected`.
    pub state: &'static str,
    /// Recv-Q: bytes not yet read; for a listener, connections not yet accepted.
    pub recv_q: u32,
    /// Send-Q: bytes not yet acknowledged; for a listener, the largest backlog.
    pub send_q: u32,
    /// The kernel timer that runs for it.
    pub timer: Option<Timer>,
    /// TCP_INFO as the kernel filled it (tcp(7)), raw; empty when there is none.
    pub tcp_info: Vec<u8>,
}

/// A TCP timer (`idiag_timer` of sock_diag(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// `retransmit`, `keepalive`, `time-wait`, `persist`, `probe` (TLP or RACK reordering).
    pub kind: &'static str,
    /// Milliseconds until it fires.
    pub expires_ms: u32,
    /// How often it has fired for the same data (`idiag_retrans`).
    pub retransmits: u8,
}
