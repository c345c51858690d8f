//! Socket options as a table: level, name, what kind of value each takes, on which sockets it works, what it means.
//! Nothing is read or set here: that is the engine's work.

/// Builds rows of one level: `NAME: Kind, Access, APPLIES => "meaning";`, with `NAME = number: …` for what libc does not name.
macro_rules! options {
    ($(#[$doc:meta])* $table:ident: $level:ident, $man:literal;
        $($name:ident $(= $value:literal)?: $kind:ident, $access:ident, $applies:ident => $meaning:literal;)*) => {
        $(#[$doc])*
        pub(super) const $table: &[$crate::catalog::option::OptionEntry] = &[$(
            $crate::catalog::option::OptionEntry {
                level: stringify!($level),
                name: stringify!($name),
                level_value: libc::$level,
                value: options!(@value $name $(, $value)?),
                kind: $crate::catalog::option::OptionKind::$kind,
                applies: $applies,
                settable: $crate::catalog::option::Access::$access.can_set(),
                gettable: $crate::catalog::option::Access::$access.can_get(),
                meaning: $meaning,
                man: $man,
            },
        )*];
    };
    (@value $name:ident) => { libc::$name };
    (@value $name:ident, $value:literal) => { $value };
}

mod applies;
mod ip;
mod ipv6;
mod other;
mod socket;
mod tcp;

/// An option of setsockopt(2) and getsockopt(2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionEntry {
    /// The level's usual name: `SOL_SOCKET`, `IPPROTO_TCP`.
    pub level: &'static str,
    /// The option's name.
    pub name: &'static str,
    /// The level's number on this machine.
    pub level_value: i32,
    /// The option's number on this machine.
    pub value: i32,
    /// What its value is.
    pub kind: OptionKind,
    /// The sockets it works on. The options of IPv4 can be set on most IPv6 sockets too, for their mapped IPv4 traffic;
    /// they are listed for IPv4 only.
    pub applies: Applies,
    /// Whether setsockopt(2) takes it.
    pub settable: bool,
    /// Whether getsockopt(2) gives it.
    pub gettable: bool,
    /// What it means, in one line.
    pub meaning: &'static str,
    /// Where to read on.
    pub man: &'static str,
}

/// What the value of an option is. An `int` is four bytes in the machine's byte order unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OptionKind {
    /// An `int`, 0 or 1.
    Bool,
    /// An `int`.
    Int,
    /// An `int` whose bits mean something: shown in hexadecimal.
    Flags,
    /// An `int`, a number of bytes.
    Size,
    /// An `int`, seconds.
    Seconds,
    /// An `int`, milliseconds.
    Milliseconds,
    /// An `int`, microseconds.
    Microseconds,
    /// `struct linger`: two `int`s, on or off and seconds.
    Linger,
    /// `struct timeval`: seconds and microseconds, each a `long`; 0 is no limit.
    Timeval,
    /// `struct ip_mreqn`: group, local address, interface number; the shorter `struct ip_mreq` is taken too.
    MreqV4,
    /// `struct ip_mreq_source`: group, local address, sender.
    MreqSourceV4,
    /// `struct ipv6_mreq`: group, interface number.
    MreqV6,
    /// `struct packet_mreq`: interface number, type, address.
    PacketMreq,
    /// Text: an interface's name, a congestion control.
    Text,
    /// `struct ucred`: process, user and group id.
    Ucred,
    /// `struct tcp_info`: see `tcp_info.rs`.
    TcpInfo,
    /// An `int`, an errno or 0.
    Errno,
    /// An `int`, an `AF_*`.
    Family,
    /// An `int`, a `SOCK_*`.
    Type,
    /// An `int`, an `IPPROTO_*` or whatever the family's protocols are.
    Protocol,
    /// An `int`, an `IP_PMTUDISC_*`.
    Discovery,
    /// An `int`, the number of an interface; 0 is none.
    InterfaceIndex,
    /// The number of an interface in network byte order.
    InterfaceIndexNetwork,
    /// `struct in_addr` of an interface; set also as `struct ip_mreqn`.
    InterfaceV4,
    /// A `uint32_t`: lowest port in the lower half, highest port in the upper half.
    PortRange,
    /// `struct sockaddr`.
    Address,
    /// A `uint64_t`; getsockopt(2) wants a buffer of exactly eight bytes.
    Cookie,
    /// An `int`, a new descriptor.
    Descriptor,
    /// An array of `uint32_t`.
    Words,
    /// A structure without a form of its own here: bytes.
    Bytes,
    /// No value: naming the option is all.
    Presence,
}

impl OptionKind {
    /// What to write for a value, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Bool => "0 or 1",
            Self::Int => "a number",
            Self::Flags => "a number whose bits mean something",
            Self::Size => "a number of bytes",
            Self::Seconds => "whole seconds",
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Linger => "a pair: on (1) or off (0), and seconds",
            Self::Timeval => "seconds, with a fraction; 0 is no limit",
            Self::MreqV4 => "a multicast group, and the address or number of an interface",
            Self::MreqSourceV4 => "a multicast group, the address of an interface, and a sender",
            Self::MreqV6 => "a multicast group and the number of an interface",
            Self::PacketMreq => "an interface number, a PACKET_MR_ type and a hardware address",
            Self::Text => "text",
            Self::Ucred => "process id, user id, group id",
            Self::TcpInfo => "struct tcp_info, field by field",
            Self::Errno => "an errno, or 0",
            Self::Family => "an AF_ constant",
            Self::Type => "a SOCK_ constant",
            Self::Protocol => "a protocol number",
            Self::Discovery => "an IP_PMTUDISC_ constant",
            Self::InterfaceIndex => "the number of an interface",
            Self::InterfaceIndexNetwork => "the number of an interface, in network byte order",
            Self::InterfaceV4 => "the IPv4 address of an interface",
            Self::PortRange => "lowest port + 65536 × highest port",
            Self::Address => "a socket address",
            Self::Cookie => "a 64-bit number",
            Self::Descriptor => "a new descriptor",
            Self::Words => "32-bit numbers",
            Self::Bytes => "bytes, laid out as the C structure",
            Self::Presence => "no value",
        }
    }
}

/// The sockets an option works on; an empty list is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applies {
    /// `AF_*`.
    pub families: &'static [i32],
    /// `SOCK_*` without flags.
    pub types: &'static [i32],
    /// Protocol numbers, after 0 has been replaced by the family's usual one.
    pub protocols: &'static [i32],
}

impl Applies {
    /// True for a socket of this kind; a type may carry SOCK_NONBLOCK and SOCK_CLOEXEC, protocol 0 is the family's usual one.
    pub fn to(&self, family: i32, kind: i32, protocol: i32) -> bool {
        let kind = kind & TYPE_MASK;
        let protocol = match (family, kind, protocol) {
            (libc::AF_INET | libc::AF_INET6, libc::SOCK_STREAM, 0) => libc::IPPROTO_TCP,
            (libc::AF_INET | libc::AF_INET6, libc::SOCK_DGRAM, 0) => libc::IPPROTO_UDP,
            _ => protocol,
        };
        let allows = |list: &[i32], value: i32| list.is_empty() || list.contains(&value);
        allows(self.families, family)
            && allows(self.types, kind)
            && allows(self.protocols, protocol)
    }
}

/// The bits of socket(2)'s second argument that hold the type.
const TYPE_MASK: i32 = 0xf;

/// Which of the two calls takes an option.
#[derive(Clone, Copy)]
enum Access {
    Get,
    Set,
    Both,
}

impl Access {
    const fn can_get(self) -> bool {
        matches!(self, Self::Get | Self::Both)
    }

    const fn can_set(self) -> bool {
        matches!(self, Self::Set | Self::Both)
    }
}

impl OptionEntry {
    /// False when getsockopt(2) changes what it reads (the pending error is cleared, counters start again, the saved SYN is freed),
    /// or makes a descriptor, or needs an argument: a table of all options leaves those out.
    pub fn read_is_harmless(&self) -> bool {
        self.gettable
            && !matches!(
                self.name,
                "SO_ERROR"
                    | "SO_PEERPIDFD"
                    | "TCP_SAVED_SYN"
                    | "TCP_ZEROCOPY_RECEIVE"
                    | "TCP_AO_GET_KEYS"
                    | "IP_MSFILTER"
                    | "IPV6_FLOWLABEL_MGR"
                    | "PACKET_STATISTICS"
                    | "PACKET_HDRLEN"
            )
    }
}

/// All options, level by level in the order of their numbers.
pub const OPTIONS: &[&[OptionEntry]] = &[
    socket::SOCKET_OPTIONS,
    tcp::TCP_OPTIONS,
    ip::IP_OPTIONS,
    ipv6::IPV6_OPTIONS,
    other::UDP_OPTIONS,
    other::PACKET_OPTIONS,
    other::NETLINK_OPTIONS,
    other::RAW_OPTIONS,
    other::ICMPV6_OPTIONS,
];

/// Every option.
pub fn options() -> impl Iterator<Item = &'static OptionEntry> {
    OPTIONS.iter().flat_map(|table| table.iter())
}

/// The option of this exact name.
pub fn by_name(name: &str) -> Option<&'static OptionEntry> {
    options().find(|option| option.name == name)
}

/// The option of these numbers, as setsockopt(2) takes them.
pub fn by_value(level: i32, value: i32) -> Option<&'static OptionEntry> {
    options().find(|option| option.level_value == level && option.value == value)
}

/// The options that work on such a socket (arguments of socket(2)).
pub fn applicable(
    family: i32,
    kind: i32,
    protocol: i32,
) -> impl Iterator<Item = &'static OptionEntry> {
    options().filter(move |option| option.applies.to(family, kind, protocol))
}

#[cfg(test)]
mod tests;
