//! Options of TCP: level IPPROTO_TCP (tcp(7), linux/tcp.h of Linux 6.17). Names, kinds, where they apply; nothing is read or set here.

use super::applies::TCP_ONLY;

options! {
    /// Level IPPROTO_TCP.
    TCP_OPTIONS: IPPROTO_TCP, "tcp(7)";
    TCP_NODELAY: Bool, Both, TCP_ONLY => "send small segments at once (Nagle's algorithm off)";
    TCP_MAXSEG: Size, Both, TCP_ONLY => "the maximum segment size: set before connect, it is what the SYN offers";
    TCP_CORK: Bool, Both, TCP_ONLY => "send full segments only, until uncorked or 200 ms have passed";
    TCP_KEEPIDLE: Seconds, Both, TCP_ONLY => "seconds of silence before the first keepalive probe";
    TCP_KEEPINTVL: Seconds, Both, TCP_ONLY => "seconds between keepalive probes";
    TCP_KEEPCNT: Int, Both, TCP_ONLY => "unanswered keepalive probes after which the connection is given up";
    TCP_SYNCNT: Int, Both, TCP_ONLY => "how often a SYN is retransmitted";
    TCP_LINGER2: Seconds, Both, TCP_ONLY => "seconds an orphan stays in FIN-WAIT-2";
    TCP_DEFER_ACCEPT: Seconds, Both, TCP_ONLY => "accept only when the first data has come, at most this many seconds";
    TCP_WINDOW_CLAMP: Size, Both, TCP_ONLY => "largest window to advertise, in bytes";
    TCP_INFO: TcpInfo, Get, TCP_ONLY => "everything the kernel knows of the connection: struct tcp_info";
    TCP_QUICKACK: Bool, Both, TCP_ONLY => "acknowledge at once (1) or delay (0); the kernel may change it again";
    TCP_CONGESTION: Text, Both, TCP_ONLY => "name of the congestion control: cubic, reno, bbr …";
    TCP_MD5SIG: Bytes, Set, TCP_ONLY => "a key to sign segments with (RFC 2385)";
    TCP_THIN_LINEAR_TIMEOUTS: Bool, Both, TCP_ONLY => "no exponential backoff for streams with little data in flight";
    TCP_THIN_DUPACK: Bool, Both, TCP_ONLY => "historic, without effect since Linux 4.9";
    TCP_USER_TIMEOUT: Milliseconds, Both, TCP_ONLY => "milliseconds that sent data may stay unacknowledged before the connection is given up (RFC 5482)";
    TCP_REPAIR: Bool, Both, TCP_ONLY => "set up the state of a connection by hand, to move it to another machine";
    TCP_REPAIR_QUEUE: Int, Both, TCP_ONLY => "which queue TCP_QUEUE_SEQ means";
    TCP_QUEUE_SEQ: Int, Both, TCP_ONLY => "the sequence number of a queue under repair";
    TCP_REPAIR_OPTIONS: Bytes, Set, TCP_ONLY => "the negotiated options under repair";
    TCP_FASTOPEN: Int, Both, TCP_ONLY => "on a listener: take data in the SYN; the number is the length of the queue (RFC 7413)";
    TCP_TIMESTAMP: Int, Both, TCP_ONLY => "the clock behind the TCP timestamps of this connection";
    TCP_NOTSENT_LOWAT: Size, Both, TCP_ONLY => "writable only while fewer than this many bytes wait unsent";
    TCP_CC_INFO: Bytes, Get, TCP_ONLY => "what the congestion control knows";
    TCP_SAVE_SYN: Bool, Both, TCP_ONLY => "on a listener: keep the SYN of each connection";
    TCP_SAVED_SYN: Bytes, Get, TCP_ONLY => "the SYN that opened this connection, as bytes";
    TCP_REPAIR_WINDOW: Bytes, Both, TCP_ONLY => "the window under repair";
    TCP_FASTOPEN_CONNECT: Bool, Both, TCP_ONLY => "connect returns at once and the first write goes into the SYN";
    TCP_ULP: Text, Both, TCP_ONLY => "a protocol on top of TCP inside the kernel: tls, mptcp";
    TCP_MD5SIG_EXT: Bytes, Set, TCP_ONLY => "TCP_MD5SIG for address prefixes";
    TCP_FASTOPEN_KEY: Bytes, Both, TCP_ONLY => "the key that makes Fast Open cookies";
    TCP_FASTOPEN_NO_COOKIE: Bool, Both, TCP_ONLY => "Fast Open without a cookie";
    TCP_ZEROCOPY_RECEIVE: Bytes, Get, TCP_ONLY => "map received pages into the program";
    TCP_INQ: Bool, Both, TCP_ONLY => "receive the length of the queue with each message";
    TCP_TX_DELAY = 37: Microseconds, Both, TCP_ONLY => "delay every segment by this many microseconds, for tests";
    TCP_AO_ADD_KEY = 38: Bytes, Set, TCP_ONLY => "add a key of the TCP Authentication Option (RFC 5925, Linux 6.7)";
    TCP_AO_DEL_KEY = 39: Bytes, Set, TCP_ONLY => "delete a key of the TCP Authentication Option";
    TCP_AO_INFO = 40: Bytes, Both, TCP_ONLY => "settings of the TCP Authentication Option";
    TCP_AO_GET_KEYS = 41: Bytes, Get, TCP_ONLY => "the keys of the TCP Authentication Option";
    TCP_AO_REPAIR = 42: Bytes, Both, TCP_ONLY => "the TCP Authentication Option under repair";
    TCP_IS_MPTCP = 43: Bool, Get, TCP_ONLY => "1 when this is Multipath TCP (Linux 6.9)";
    TCP_RTO_MAX_MS = 44: Milliseconds, Both, TCP_ONLY => "longest retransmission timeout, in milliseconds (Linux 6.15)";
    TCP_RTO_MIN_US = 45: Microseconds, Both, TCP_ONLY => "shortest retransmission timeout, in microseconds (Linux 6.17)";
    TCP_DELACK_MAX_US = 46: Microseconds, Both, TCP_ONLY => "longest delay of an acknowledgment, in microseconds (Linux 6.17)";
}
