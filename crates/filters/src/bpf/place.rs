//! Where a program finds the values of a field. Only fields of a fixed place in a plain packet are here; a field that is not in the
//! table is judged by the filter itself.

use super::formula::{Class, Net, Transport};
use super::{Keep, Start};

/// From where an offset counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// The first byte.
    Frame,
    /// The network header.
    Net,
    /// The transport header.
    Transport,
}

/// Bytes of a packet that are read as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From where the offset counts.
    pub(super) base: Base,
    /// In bytes.
    pub(super) offset: u32,
    /// 1, 2 or 4.
    pub(super) size: u8,
    /// The bits of the number that are the value.
    pub(super) mask: u32,
}

/// What a class of packets has of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// No value.
    Absent,
    /// It is a protocol that the packet has.
    There,
    /// A value of one word at each of these places.
    Numbers(Vec<Place>),
    /// A value of several words, the parts of each one after the other.
    Words(Vec<Vec<Place>>),
    /// Perhaps a value, perhaps none.
    Unknown,
}

/// Which way a packet is read: as it is, or as the packets that travel against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As it is.
    Forward,
    /// Source and destination exchanged.
    Back,
}

const fn at(base: Base, offset: u32, size: u8, mask: u32) -> Place {
    Place {
        base,
        offset,
        size,
        mask,
    }
}

const fn byte(base: Base, offset: u32) -> Place {
    at(base, offset, 1, 0xff)
}

const fn bit(base: Base, offset: u32, mask: u32) -> Place {
    at(base, offset, 1, mask)
}

const fn half(base: Base, offset: u32) -> Place {
    at(base, offset, 2, 0xffff)
}

const fn word(base: Base, offset: u32) -> Place {
    at(base, offset, 4, u32::MAX)
}

/// What packets of a class have of a field.
pub(super) fn presence(name: &str, class: Class, start: Start, keep: Keep, way: Way) -> Presence {
    let protocol = name.split('.').next().unwrap_or_default();
    if !may_have(protocol, class, start) {
        return Presence::Absent;
    }
    let transport = class.transport == Transport::Tcp;
    if keep == Keep::Conversations && transport && !is_key(name) {
        return Presence::Unknown;
    }
    let (src, dst) = match way {
        Way::Forward => (0, 1),
        Way::Back => (1, 0),
    };
    if name == protocol {
        return match protocol {
            "ip" if class.net != Net::Ipv4 => Presence::Absent,
            "ip" | "ipv6" | "arp" | "tcp" | "udp" | "icmp" | "icmpv6" | "igmp" | "eth"
            | "frame" => Presence::There,
            _ => Presence::Unknown,
        };
    }
    let ipv4 = |which: u32| word(Base::Net, 12 + 4 * which);
    let ipv6 = |which: u32| -> Vec<Place> {
        (0..4)
            .map(|part| word(Base::Net, 8 + 16 * which + 4 * part))
            .collect()
    };
    // Of a hardware address the destination comes first.
    let mac = |which: u32| {
        vec![
            word(Base::Frame, 6 * (1 - which)),
            half(Base::Frame, 6 * (1 - which) + 4),
        ]
    };
    let port = |which: u32| half(Base::Transport, 2 * which);
    match name {
        "eth.src" => Presence::Words(vec![mac(src)]),
        "eth.dst" => Presence::Words(vec![mac(dst)]),
        "eth.addr" => Presence::Words(vec![mac(dst), mac(src)]),
        // IPv6 has a field or two of these names, which are not in the table.
        "ip.src" | "ip.dst" | "ip.addr" if class.net != Net::Ipv4 => Presence::Absent,
        _ if protocol == "ip" && class.net != Net::Ipv4 => {
            single(name).map_or(Presence::Unknown, |_| Presence::Absent)
        }
        "ip.src" => Presence::Numbers(vec![ipv4(src)]),
        "ip.dst" => Presence::Numbers(vec![ipv4(dst)]),
        "ip.addr" => Presence::Numbers(vec![ipv4(src), ipv4(dst)]),
        "ipv6.src" => Presence::Words(vec![ipv6(src)]),
        "ipv6.dst" => Presence::Words(vec![ipv6(dst)]),
        "ipv6.addr" => Presence::Words(vec![ipv6(src), ipv6(dst)]),
        "tcp.srcport" | "udp.srcport" => Presence::Numbers(vec![port(src)]),
        "tcp.dstport" | "udp.dstport" => Presence::Numbers(vec![port(dst)]),
        "tcp.port" | "udp.port" => Presence::Numbers(vec![port(src), port(dst)]),
        _ => single(name).map_or(Presence::Unknown, |place| Presence::Numbers(vec![place])),
    }
}

/// The fields with one value, the same read either way.
fn single(name: &str) -> Option<Place> {
    use Base::{Net, Transport};
    Some(match name {
        "arp.opcode" => half(Net, 6),
        "ip.dsfield" => byte(Net, 1),
        "ip.len" => half(Net, 2),
        "ip.id" | "ipv6.plen" => half(Net, 4),
        "ip.flags.df" => bit(Net, 6, 0x40),
        "ip.flags.mf" => bit(Net, 6, 0x20),
        "ip.ttl" => byte(Net, 8),
        "ip.proto" => byte(Net, 9),
        "ipv6.nxt" => byte(Net, 6),
        "ipv6.hlim" => byte(Net, 7),
        "tcp.seq_raw" => word(Transport, 4),
        "tcp.ack_raw" => word(Transport, 8),
        "tcp.flags" => at(Transport, 12, 2, 0x0fff),
        "tcp.flags.fin" => bit(Transport, 13, 0x01),
        "tcp.flags.syn" => bit(Transport, 13, 0x02),
        "tcp.flags.reset" => bit(Transport, 13, 0x04),
        "tcp.flags.push" => bit(Transport, 13, 0x08),
        "tcp.flags.ack" => bit(Transport, 13, 0x10),
        "tcp.flags.urg" => bit(Transport, 13, 0x20),
        "tcp.flags.ece" => bit(Transport, 13, 0x40),
        "tcp.flags.cwr" => bit(Transport, 13, 0x80),
        "tcp.flags.ae" => bit(Transport, 12, 0x01),
        "tcp.window_size_value" => half(Transport, 14),
        "udp.length" => half(Transport, 4),
        "icmp.type" | "icmpv6.type" => byte(Transport, 0),
        "icmp.code" | "icmpv6.code" => byte(Transport, 1),
        _ => return None,
    })
}

/// The fields that tell conversations apart, and are the same, or exchanged, in all packets of one.
fn is_key(name: &str) -> bool {
    matches!(
        name,
        "ip" | "ipv6"
            | "tcp"
            | "frame"
            | "eth"
            | "ip.addr"
            | "ip.src"
            | "ip.dst"
            | "ip.proto"
            | "ipv6.addr"
            | "ipv6.src"
            | "ipv6.dst"
            | "ipv6.nxt"
            | "tcp.port"
            | "tcp.srcport"
            | "tcp.dstport"
    )
}

/// False when no packet of the class has a field of the protocol.
fn may_have(protocol: &str, class: Class, start: Start) -> bool {
    match protocol {
        "eth" => start == Start::Ethernet,
        "sll" => start == Start::Cooked,
        "arp" => class.net == Net::Arp,
        "ip" => class.net != Net::Arp,
        "ipv6" => class.net == Net::Ipv6,
        "tcp" => class.transport == Transport::Tcp,
        "udp" => class.transport == Transport::Udp,
        "icmp" => class.transport == Transport::Icmp,
        "icmpv6" => class.transport == Transport::Icmpv6,
        "igmp" => class.transport == Transport::Igmp,
        _ => true,
    }
}
