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
        ("IP_PKTINFO", [index, ..]) if item.data.len() >= 12 => {
            let ip = |at: usize| {
                let octets = item.data[at..].first_chunk().copied().unwrap_or([0; 4]);
                Ipv4Addr::from(octets)
            };
            let (local, destination) = (ip(4), ip(8));
            format!("{{ipi_ifindex={index}, ipi_spec_dst={local}, ipi_addr={destination}}}")
        }
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
            let short = |at: usize| {
                let bytes = item.data[at..].first_chunk().copied().unwrap_or_default();
                i32::from(u16::from_ne_bytes(bytes))
            };
            let [mac, net, vlan, tag] = [12, 14, 16, 18].map(short);
            format!(
                "{{tp_status={status:#x}, tp_len={len}, tp_snaplen={snaplen}, tp_mac={mac}, tp_net={net}, tp_vlan_tci={vlan}, tp_vlan_tpid={tag:#x}}}"
            )
        }
        ("SCM_TIMESTAMPING", _) if item.data.len() == 48 => stamps(&item.data),
        ("SCM_TIMESTAMP" | "SCM_TIMESTAMPNS", _) if item.data.len() == 16 => {
            let long = |at: usize| {
                let bytes = item.data[at..].first_chunk().copied().unwrap_or_default();
                i64::from_ne_bytes(bytes)
            };
            let (seconds, rest) = (long(0), long(8));
            let field = if name == "SCM_TIMESTAMP" {
                "usec"
            } else {
                "nsec"
            };
            format!("{{tv_sec={seconds}, tv_{field}={rest}}}")
        }
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

/// `struct scm_timestamping`: by software, an unused one, by hardware; what was not taken is 0.
fn stamps(data: &[u8]) -> String {
    let long = |at: usize| {
        let bytes = data[at..].first_chunk().copied().unwrap_or_default();
        i64::from_ne_bytes(bytes)
    };
    let pairs = [0, 16, 32].map(|at| (long(at), long(at + 8)));
    let texts: Vec<String> = pairs
        .iter()
        .map(|(seconds, rest)| format!("{{tv_sec={seconds}, tv_nsec={rest}}}"))
        .collect();
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
