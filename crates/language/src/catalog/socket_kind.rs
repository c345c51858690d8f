//! What kind of socket a text is about: `TCP`, `UDP`, `UNIX datagram`, from the arguments of socket(2). Not what one socket has been through.

/// Family, type and protocol, as the arguments of socket(2) are written: `AF_INET`, `SOCK_STREAM`, `0`. All empty: not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocketKind {
    /// `AF_INET`.
    pub family: String,
    /// The type without SOCK_NONBLOCK and SOCK_CLOEXEC: `SOCK_STREAM`.
    pub kind: String,
    /// `0`, `IPPROTO_ICMP`, `NETLINK_ROUTE`.
    pub protocol: String,
}

/// Every word that [`SocketKind::is`] knows.
pub const KINDS: &[&str] = &[
    "IP",
    "IPv4",
    "IPv6",
    "TCP",
    "UDP",
    "ping",
    "raw",
    "UNIX",
    "UNIX stream",
    "UNIX datagram",
    "netlink",
    "packet",
    "stream",
    "datagram",
];

impl SocketKind {
    /// From the arguments of socket(2) or socketpair(2).
    pub fn of(arguments: &[String]) -> Self {
        let argument = |place: usize| arguments.get(place).map_or("", String::as_str);
        let kind = argument(1).split('|').next().unwrap_or_default();
        Self {
            family: argument(0).to_owned(),
            kind: kind.to_owned(),
            protocol: argument(2).to_owned(),
        }
    }

    /// True when a word of [`KINDS`] names it; the empty word names every socket.
    pub fn is(&self, word: &str) -> bool {
        let inet = matches!(self.family.as_str(), "AF_INET" | "AF_INET6");
        let unix = matches!(self.family.as_str(), "AF_UNIX" | "AF_LOCAL");
        let (stream, datagram) = (self.kind == "SOCK_STREAM", self.kind == "SOCK_DGRAM");
        let ping = inet && datagram && self.protocol.starts_with("IPPROTO_ICMP");
        match word {
            "" => true,
            "IP" => inet,
            "IPv4" => self.family == "AF_INET",
            "IPv6" => self.family == "AF_INET6",
            "TCP" => inet && stream,
            "UDP" => inet && datagram && !ping,
            "ping" => ping,
            "raw" => inet && self.kind == "SOCK_RAW",
            "UNIX" => unix,
            "UNIX stream" => unix && stream,
            "UNIX datagram" => unix && datagram,
            "netlink" => self.family == "AF_NETLINK",
            "packet" => self.family == "AF_PACKET",
            "stream" => stream,
            "datagram" => datagram,
            _ => false,
        }
    }

    /// True when one of the words names it, which stand between commas; no word names every socket.
    pub fn is_one_of(&self, words: &str) -> bool {
        words.split(", ").any(|word| self.is(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_of_socket_say_of_what_kind_it_is() {
        for (arguments, kinds) in [
            ("AF_INET SOCK_STREAM 0", "IP IPv4 TCP stream"),
            (
                "AF_INET6 SOCK_STREAM|SOCK_NONBLOCK IPPROTO_TCP",
                "IP IPv6 TCP stream",
            ),
            ("AF_INET SOCK_DGRAM 0", "IP IPv4 UDP datagram"),
            ("AF_INET SOCK_DGRAM IPPROTO_ICMP", "IP IPv4 ping datagram"),
            ("AF_INET6 SOCK_RAW IPPROTO_ICMPV6", "IP IPv6 raw"),
            ("AF_NETLINK SOCK_RAW NETLINK_ROUTE", "netlink"),
            ("AF_PACKET SOCK_DGRAM 768", "packet datagram"),
        ] {
            let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
            let kind = SocketKind::of(&arguments);
            let named: Vec<&str> = KINDS.iter().copied().filter(|word| kind.is(word)).collect();
            assert_eq!(named.join(" "), kinds, "{arguments:?}");
        }
        assert!(SocketKind::default().is_one_of(""));
        assert!(!SocketKind::default().is_one_of("TCP, UDP"));
    }
}
