//! Ancillary data between values and bytes: descriptors, credentials, what came with a packet. In words: `syscall::control`.

use super::arguments::descriptor_of;
use super::execution::{Execution, Outcome, Stop};
use super::operator::{describe, integer};
use super::text::number_of;
use crate::catalog::constant;
use crate::sys::control::Control;
use crate::syscall::control::decode;
use crate::value::Value;
use std::net::{Ipv4Addr, Ipv6Addr};

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

fn int(number: i32) -> Value {
    Value::Int(i64::from(number))
}
