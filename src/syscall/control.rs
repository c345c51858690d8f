//! Ancillary data (cmsg(3)) in words: descriptors, credentials, errors of the error queue, what came with a packet.

use super::text::{self, errno_name};
use crate::catalog::constant;
use crate::catalog::parameter::Group;
use crate::sys::address;
use crate::sys::control::Control;
use nix::errno::Errno;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An item as a reader sees it.
pub struct Item {
    /// `cmsg_data` in words.
    pub text: String,
    /// Descriptors that came with it.
    pub descriptors: Vec<i32>,
}

/// What an item of ancillary data says.
pub fn decode(item: &Control) -> Item {
    let name = constant::ancillary(item.level, item.kind).unwrap_or_default();
    let words: Vec<i32> = item
        .data
        .chunks_exact(4)
        .filter_map(|word| word.first_chunk().map(|word| i32::from_ne_bytes(*word)))
        .collect();
    let mut descriptors = Vec::new();
    let text = match (name, &words[..]) {
        ("SCM_RIGHTS", fds) => {
            descriptors = fds.to_vec();
            format!("{fds:?}")
        }
        ("SCM_CREDENTIALS", [pid, uid, gid]) => {
            format!("{{pid={pid}, uid={uid}, gid={gid}}}")
        }
        ("IP_RECVERR" | "IPV6_RECVERR", [..]) if item.data.len() >= 16 => {
            extended_error(&item.data)
        }
        ("IP_PKTINFO", [index, ..]) if item.data.len() >= 12 => packet_info(*index, &item.data),
        ("IPV6_PKTINFO", [.., index]) if item.data.len() == 20 => {
            let octets = item.data.first_chunk().copied().unwrap_or([0; 16]);
            let address = Ipv6Addr::from(octets);
            format!("{{ipi6_addr={address}, ipi6_ifindex={index}}}")
        }
        ("NETLINK_PKTINFO", [group, ..]) => format!("{{group={group}}}"),
        (
            "IP_ORIGDSTADDR" | "IP_RECVORIGDSTADDR" | "IPV6_ORIGDSTADDR" | "IPV6_RECVORIGDSTADDR",
            [..],
        ) if item.data.len() >= 16 => text::address(&address::decode(&item.data)),
        ("PACKET_AUXDATA", [status, len, snaplen, ..]) if item.data.len() == 20 => {
            auxiliary([*status, *len, *snaplen], &item.data)
        }
        ("SCM_TIMESTAMPING", _) if item.data.len() == 48 => stamps(&item.data),
        ("SCM_TIMESTAMP", _) if item.data.len() == 16 => stamp("usec", &item.data),
        ("SCM_TIMESTAMPNS", _) if item.data.len() == 16 => stamp("nsec", &item.data),
        ("IP_TOS", _) if item.data.len() == 1 => format!("[{:#x}]", item.data[0]),
        (
            "IP_TTL" | "IP_TOS" | "IPV6_HOPLIMIT" | "IPV6_TCLASS" | "SO_RXQ_OVFL" | "UDP_GRO"
            | "IP_CHECKSUM" | "IP_RECVFRAGSIZE" | "IPV6_RECVFRAGSIZE",
            [number],
        ) => format!("[{number}]"),
        _ => text::quoted(&item.data),
    };
    Item { text, descriptors }
}

/// `struct in_pktinfo` (ip(7)).
fn packet_info(index: i32, data: &[u8]) -> String {
    let ip = |at: usize| {
        let octets = data[at..].first_chunk().copied().unwrap_or([0; 4]);
        Ipv4Addr::from(octets)
    };
    let (local, destination) = (ip(4), ip(8));
    format!("{{ipi_ifindex={index}, ipi_spec_dst={local}, ipi_addr={destination}}}")
}

/// `struct tpacket_auxdata` (packet(7)).
fn auxiliary([status, len, snaplen]: [i32; 3], data: &[u8]) -> String {
    let short = |at: usize| {
        let bytes = data[at..].first_chunk().copied().unwrap_or_default();
        u16::from_ne_bytes(bytes)
    };
    let [mac, net, vlan, tag] = [12, 14, 16, 18].map(short);
    format!(
        "{{tp_status={status:#x}, tp_len={len}, tp_snaplen={snaplen}, tp_mac={mac}, tp_net={net}, tp_vlan_tci={vlan}, tp_vlan_tpid={tag:#x}}}"
    )
}

/// A time in seconds and this unit: `struct timeval`, `struct timespec`.
fn stamp(unit: &str, data: &[u8]) -> String {
    let long = |at: usize| {
        let bytes = data[at..].first_chunk().copied().unwrap_or_default();
        i64::from_ne_bytes(bytes)
    };
    format!("{{tv_sec={}, tv_{unit}={}}}", long(0), long(8))
}

fn stamps(data: &[u8]) -> String {
    let texts = [0, 16, 32].map(|at| stamp("nsec", &data[at..]));
    format!("[{}]", texts.join(", "))
}

/// `struct sock_extended_err` and the address behind it, of whoever told (ip(7), IP_RECVERR).
fn extended_error(data: &[u8]) -> String {
    let word = |at: usize| {
        let bytes = data[at..].first_chunk().copied().unwrap_or_default();
        u32::from_ne_bytes(bytes)
    };
    let errno = errno_name(Errno::from_raw(word(0) as i32));
    let errno = if word(0) == 0 { "0".to_owned() } else { errno };
    let origin = match data[4] {
        0 => "SO_EE_ORIGIN_NONE",
        1 => "SO_EE_ORIGIN_LOCAL",
        2 => "SO_EE_ORIGIN_ICMP",
        3 => "SO_EE_ORIGIN_ICMP6",
        4 => "SO_EE_ORIGIN_TIMESTAMPING",
        5 => "SO_EE_ORIGIN_ZEROCOPY",
        _ => "SO_EE_ORIGIN_UNKNOWN",
    };
    let (kind, code, info, more) = (data[5], data[6], word(8), word(12));
    let offender = address::decode(&data[16..]);
    let offender_known = data.get(16..18).is_some_and(|family| family != [0, 0]);
    let mut text = format!(
        "{{ee_errno={errno}, ee_origin={origin}, ee_type={kind}, ee_code={code}, ee_info={info}, ee_data={more}"
    );
    if offender_known {
        text.push_str(", offender=");
        text.push_str(&text::address(&offender));
    }
    text.push('}');
    text
}

/// The item as strace shows it.
pub fn item_text(item: &Control) -> String {
    let kind = constant::ancillary(item.level, item.kind)
        .map_or_else(|| item.kind.to_string(), str::to_owned);
    format!(
        "{{cmsg_level={}, cmsg_type={kind}, cmsg_data={}}}",
        text::named(Group::Level, item.level),
        decode(item).text
    )
}
