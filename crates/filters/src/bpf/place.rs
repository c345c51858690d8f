//! Where a program finds the values of a field. Only fields of a fixed place in a plain packet are here; a field that is not in the
//! table is judged by the filter itself.

use super::formula::{Class, Net, Transport};
use super::{Keep, Start};
use socklab_packets::schema::FieldEntry;
use socklab_packets::schema::capture::frame;
use socklab_packets::schema::internet::{ip, ipv6};
use socklab_packets::schema::link::{arp, eth};
use socklab_packets::schema::message::{icmp, icmpv6};
use socklab_packets::schema::transport::{tcp, udp};

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
pub(super) fn presence(
    field: &FieldEntry,
    class: Class,
    start: Start,
    keep: Keep,
    way: Way,
) -> Presence {
    let name = field.name;
    let protocol = name.split('.').next().unwrap_or_default();
    if !may_have(protocol, class, start) {
        return Presence::Absent;
    }
    let transport = class.transport == Transport::Tcp;
    if keep == Keep::Conversations && transport && !is_key(field) {
        return Presence::Unknown;
    }
    if name == protocol {
        return match protocol {
            "ip" if class.net != Net::Ipv4 => Presence::Absent,
            "ip" | "ipv6" | "arp" | "tcp" | "udp" | "icmp" | "icmpv6" | "igmp" | "eth"
            | "frame" => Presence::There,
            _ => Presence::Unknown,
        };
    }
    if protocol == "ip" && class.net != Net::Ipv4 {
        // IPv6 has a field or two of these names, which are not in the table.
        let known = single(field).is_some() || matches!(field, ip::SRC | ip::DST | ip::ADDR);
        return if known {
            Presence::Absent
        } else {
            Presence::Unknown
        };
    }
    address_or_port(field, way)
        .or_else(|| single(field).map(|place| Presence::Numbers(vec![place])))
        .unwrap_or(Presence::Unknown)
}

/// The fields that are exchanged when the packet is read the other way.
fn address_or_port(field: &FieldEntry, way: Way) -> Option<Presence> {
    let (src, dst) = match way {
        Way::Forward => (0, 1),
        Way::Back => (1, 0),
    };
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
    Some(match field {
        eth::SRC => Presence::Words(vec![mac(src)]),
        eth::DST => Presence::Words(vec![mac(dst)]),
        eth::ADDR => Presence::Words(vec![mac(dst), mac(src)]),
        ip::SRC => Presence::Numbers(vec![ipv4(src)]),
        ip::DST => Presence::Numbers(vec![ipv4(dst)]),
        ip::ADDR => Presence::Numbers(vec![ipv4(src), ipv4(dst)]),
        ipv6::SRC => Presence::Words(vec![ipv6(src)]),
        ipv6::DST => Presence::Words(vec![ipv6(dst)]),
        ipv6::ADDR => Presence::Words(vec![ipv6(src), ipv6(dst)]),
        tcp::SRCPORT | udp::SRCPORT => Presence::Numbers(vec![port(src)]),
        tcp::DSTPORT | udp::DSTPORT => Presence::Numbers(vec![port(dst)]),
        tcp::PORT | udp::PORT => Presence::Numbers(vec![port(src), port(dst)]),
        _ => return None,
    })
}

/// The fields with one value, the same read either way.
fn single(field: &FieldEntry) -> Option<Place> {
    use Base::{Net, Transport};
    Some(match field {
        arp::OPCODE => half(Net, 6),
        ip::DSFIELD => byte(Net, 1),
        ip::LEN => half(Net, 2),
        ip::ID | ipv6::PLEN => half(Net, 4),
        ip::FLAGS_DF => bit(Net, 6, 0x40),
        ip::FLAGS_MF => bit(Net, 6, 0x20),
        ip::TTL => byte(Net, 8),
        ip::PROTO => byte(Net, 9),
        ipv6::NXT => byte(Net, 6),
        ipv6::HLIM => byte(Net, 7),
        tcp::SEQ_RAW => word(Transport, 4),
        tcp::ACK_RAW => word(Transport, 8),
        tcp::FLAGS => at(Transport, 12, 2, 0x0fff),
        tcp::FLAGS_FIN => bit(Transport, 13, 0x01),
        tcp::FLAGS_SYN => bit(Transport, 13, 0x02),
        tcp::FLAGS_RESET => bit(Transport, 13, 0x04),
        tcp::FLAGS_PUSH => bit(Transport, 13, 0x08),
        tcp::FLAGS_ACK => bit(Transport, 13, 0x10),
        tcp::FLAGS_URG => bit(Transport, 13, 0x20),
        tcp::FLAGS_ECE => bit(Transport, 13, 0x40),
        tcp::FLAGS_CWR => bit(Transport, 13, 0x80),
        tcp::FLAGS_AE => bit(Transport, 12, 0x01),
        tcp::WINDOW_SIZE_VALUE => half(Transport, 14),
        udp::LENGTH => half(Transport, 4),
        icmp::TYPE | icmpv6::TYPE => byte(Transport, 0),
        icmp::CODE | icmpv6::CODE => byte(Transport, 1),
        _ => return None,
    })
}

/// The fields that tell conversations apart, and are the same, or exchanged, in all packets of one.
fn is_key(field: &FieldEntry) -> bool {
    matches!(
        field,
        ip::LAYER
            | ipv6::LAYER
            | tcp::LAYER
            | frame::LAYER
            | eth::LAYER
            | ip::ADDR
            | ip::SRC
            | ip::DST
            | ip::PROTO
            | ipv6::ADDR
            | ipv6::SRC
            | ipv6::DST
            | ipv6::NXT
            | tcp::PORT
            | tcp::SRCPORT
            | tcp::DSTPORT
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
