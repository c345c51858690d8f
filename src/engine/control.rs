//! Ancillary data between values and bytes: descriptors, credentials, errors of the error queue, what came with a packet.

use super::arguments::descriptor_of;
use super::execution::{Execution, Outcome, Stop};
use super::failure::errno_name;
use super::operator::{describe, integer};
use super::text::{self, number_of};
use crate::catalog::constant;
use crate::catalog::parameter::Group;
use crate::sys::address;
use crate::sys::control::Control;
use crate::value::Value;
use nix::errno::Errno;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An item as a reader sees it.
pub(super) struct Item {
    /// `cmsg_data` in words.
    pub(super) text: String,
    /// Descriptors that came with it.
    pub(super) descriptors: Vec<i32>,
}

/// What an item of ancillary data says.
pub(super) fn decode(item: &Control) -> Item {
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

impl Execution<'_> {
    /// The value of a received item: its bytes, as in Python, which `struct.unpack` takes apart. Only descriptors are what they were when
    /// they were sent: sockets, or numbers when they are something else.
    pub(super) fn received(&mut self, item: &Control) -> Value {
        match decode(item).descriptors.as_slice() {
            [] => Value::Bytes(item.data.clone()),
            descriptors => Value::List(self.sockets_of(descriptors)),
        }
    }

    /// Descriptors as sockets, or as numbers when they are something else.
    pub(super) fn sockets_of(&mut self, fds: &[i32]) -> Vec<Value> {
        fds.iter()
            .map(|fd| match self.descriptor(*fd) {
                Some(_) => Value::Socket(*fd),
                None => int(*fd),
            })
            .collect()
    }
}

/// Python's `(level, type, data)` as an item to send.
pub(super) fn encode(value: &Value) -> Outcome<Control> {
    let example =
        "ancillary data is a list of (level, type, data), as in `[(SOL_SOCKET, SCM_RIGHTS, [s])]`";
    let (Value::Tuple(fields) | Value::List(fields)) = value else {
        return Err(Stop::because(format!(
            "{example}; this is {}",
            describe(value)
        )));
    };
    let [level, kind, data] = &fields[..] else {
        return Err(Stop::because(format!(
            "{example}; this has {} parts",
            fields.len()
        )));
    };
    let number = |value: &Value| integer(value).and_then(|number| i32::try_from(number).ok());
    let (Some(level), Some(kind)) = (number(level), number(kind)) else {
        return Err(Stop::because(example));
    };
    let data = encode_data(level, kind, data)?;
    Ok(Control { level, kind, data })
}

fn encode_data(level: i32, kind: i32, value: &Value) -> Outcome<Vec<u8>> {
    let name = constant::ancillary(level, kind).unwrap_or_default();
    match (name, value) {
        (_, Value::Bytes(bytes)) => Ok(bytes.clone()),
        ("SCM_RIGHTS", value) => rights(value).map(|item| item.data),
        ("SCM_CREDENTIALS", value) => credentials(value).map(|item| item.data),
        ("IP_TOS" | "IP_TTL" | "IPV6_HOPLIMIT" | "IPV6_TCLASS", value)
            if integer(value).is_some() =>
        {
            Ok((integer(value).unwrap_or_default() as i32)
                .to_ne_bytes()
                .to_vec())
        }
        ("IP_PKTINFO" | "IPV6_PKTINFO", Value::Tuple(fields) | Value::List(fields)) => {
            packet_information(fields).ok_or_else(|| {
                Stop::because("the data of IP_PKTINFO is (ifindex, source, destination), that of IPV6_PKTINFO (source, ifindex), or the bytes that recvmsg gives")
            })
        }
        (_, value) if integer(value).is_some() => Ok((integer(value).unwrap_or_default() as i32)
            .to_ne_bytes()
            .to_vec()),
        (_, other) => Err(Stop::because(format!(
            "the data of an item is bytes, a number, or for SCM_RIGHTS a list of sockets; this is {}",
            describe(other)
        ))),
    }
}

/// `struct in_pktinfo` or `struct in6_pktinfo` from its fields.
fn packet_information(fields: &[Value]) -> Option<Vec<u8>> {
    let text = |value: &Value| match value {
        Value::Str(text) => Some(text.clone()),
        Value::Address(address) => Some(address.ip()?.to_string()),
        _ => None,
    };
    let index = |value: &Value| i32::try_from(integer(value)?).ok();
    match fields {
        [number, source, destination] => {
            let source: Ipv4Addr = text(source)?.parse().ok()?;
            let destination: Ipv4Addr = text(destination)?.parse().ok()?;
            let mut bytes = index(number)?.to_ne_bytes().to_vec();
            bytes.extend(source.octets());
            bytes.extend(destination.octets());
            Some(bytes)
        }
        [source, number] => {
            let source: Ipv6Addr = text(source)?.parse().ok()?;
            let mut bytes = source.octets().to_vec();
            bytes.extend(index(number)?.to_ne_bytes());
            Some(bytes)
        }
        _ => None,
    }
}

/// Descriptors to pass.
pub(super) fn rights(value: &Value) -> Outcome<Control> {
    let fds = match value {
        Value::List(values) | Value::Tuple(values) => values.iter().map(descriptor_of).collect(),
        one => Some(descriptor_of(one).into_iter().collect::<Vec<i32>>()),
    };
    let fds: Vec<i32> = fds
        .filter(|fds: &Vec<i32>| !fds.is_empty())
        .ok_or_else(|| {
            Stop::because("SCM_RIGHTS passes descriptors: `SCM_RIGHTS=[s]` with sockets or numbers")
        })?;
    Ok(Control {
        level: number_of("SOL_SOCKET"),
        kind: number_of("SCM_RIGHTS"),
        data: fds.iter().flat_map(|fd| fd.to_ne_bytes()).collect(),
    })
}

/// `struct ucred`: (pid, uid, gid), or True for this process's own.
pub(super) fn credentials(value: &Value) -> Outcome<Control> {
    let fields = match value {
        Value::Tuple(fields) | Value::List(fields) => {
            fields.iter().map(integer).collect::<Option<Vec<i64>>>()
        }
        Value::Bool(true) => Some(vec![
            i64::from(nix::unistd::getpid().as_raw()),
            i64::from(nix::unistd::geteuid().as_raw()),
            i64::from(nix::unistd::getegid().as_raw()),
        ]),
        _ => None,
    };
    let Some([pid, uid, gid]) = fields.as_deref() else {
        return Err(Stop::because(
            "SCM_CREDENTIALS takes (pid, uid, gid), or True for this process's own",
        ));
    };
    Ok(Control {
        level: number_of("SOL_SOCKET"),
        kind: number_of("SCM_CREDENTIALS"),
        data: [pid, uid, gid]
            .into_iter()
            .flat_map(|number| (*number as i32).to_ne_bytes())
            .collect(),
    })
}

/// The item as strace shows it.
pub(super) fn item_text(item: &Control) -> String {
    let kind = constant::ancillary(item.level, item.kind)
        .map_or_else(|| item.kind.to_string(), str::to_owned);
    format!(
        "{{cmsg_level={}, cmsg_type={kind}, cmsg_data={}}}",
        text::named(Group::Level, item.level),
        decode(item).text
    )
}

fn int(number: i32) -> Value {
    Value::Int(i64::from(number))
}
