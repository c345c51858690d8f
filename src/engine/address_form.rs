//! Values as addresses of the families that need no look-up, and what is said of a value that is no address.

use super::execution::{Outcome, Stop};
use super::operator::{describe, integer};
use super::text::{self, number_of};
use crate::value::{Address, Value};
use std::net::Ipv6Addr;

/// A path, an abstract name or none, for AF_UNIX.
pub(super) fn unix_address(value: &Value) -> Outcome<Address> {
    let path = match value {
        Value::Address(
            address @ (Address::UnixPath(_)
            | Address::UnixAbstract(_)
            | Address::UnixUnnamed
            | Address::Other { .. }),
        ) => return Ok(address.clone()),
        Value::Str(path) => path.as_bytes(),
        Value::Bytes(path) => path,
        other => {
            let example =
                "a path or an abstract name, as in `./x.sock`, `\"/tmp/x.sock\"` or `@name`";
            return Err(unfit(other, "AF_UNIX", example));
        }
    };
    Ok(match path.split_first() {
        None => Address::UnixUnnamed,
        Some((0, name)) => Address::UnixAbstract(name.to_vec()),
        Some(_) => Address::UnixPath(path.to_vec()),
    })
}

/// A port id and a mask of groups, for AF_NETLINK.
pub(super) fn netlink_address(value: &Value) -> Outcome<Address> {
    let (pid, groups) = match value {
        Value::Address(address @ (Address::Netlink { .. } | Address::Other { .. })) => {
            return Ok(address.clone());
        }
        Value::Tuple(fields) | Value::List(fields) => (
            fields.first().and_then(integer),
            fields.get(1).and_then(integer),
        ),
        _ => (None, None),
    };
    let number = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    match (number(pid), number(groups)) {
        (Some(pid), Some(groups)) => Ok(Address::Netlink { pid, groups }),
        _ => Err(unfit(
            value,
            "AF_NETLINK",
            "a port id and a mask of groups, as in `(0, 0)`",
        )),
    }
}

/// A context id and a port, for AF_VSOCK.
pub(super) fn vsock_address(value: &Value) -> Outcome<Address> {
    // -1 is C's VMADDR_CID_ANY and VMADDR_PORT_ANY.
    let number = |number: i64| match number {
        -1 => Some(u32::MAX),
        number => u32::try_from(number).ok(),
    };
    let parts = match value {
        Value::Address(address @ (Address::Vsock { .. } | Address::Other { .. })) => {
            return Ok(address.clone());
        }
        Value::Tuple(fields) | Value::List(fields) => fields.as_slice(),
        _ => &[],
    };
    match parts {
        [cid, port] => integer(cid)
            .and_then(number)
            .zip(integer(port).and_then(number)),
        _ => None,
    }
    .map(|(cid, port)| Address::Vsock { cid, port })
    .ok_or_else(|| {
        let example = "a context id and a port, as in `(VMADDR_CID_LOCAL, 1234)`";
        unfit(value, "AF_VSOCK", example)
    })
}

/// An address that names its family itself: `AF_UNSPEC`, which dissolves the association of a UDP socket (connect(2)) whatever
/// stands behind it, or a family and the bytes after `sa_family`, `(AF_INET, x"1388 7f000001")`.
pub(super) fn by_family(value: &Value) -> Option<Address> {
    let fields = match value {
        Value::Tuple(fields) | Value::List(fields) => fields.as_slice(),
        one => std::slice::from_ref(one),
    };
    let (Value::Constant { value, name }, rest) = fields.split_first()? else {
        return None;
    };
    if !name.starts_with("AF_") && !name.starts_with("PF_") {
        return None;
    }
    let family = u16::try_from(*value).ok()?;
    let bytes = match rest {
        [Value::Bytes(bytes)] => bytes.clone(),
        _ if family == 0 => vec![0; 14],
        _ => return None,
    };
    Some(Address::Other { family, bytes })
}

/// The family of an address that is for no known socket.
pub(super) fn natural_family(value: &Value) -> i32 {
    match value {
        Value::Address(Address::Inet6(_)) => number_of("AF_INET6"),
        Value::Address(Address::UnixPath(_) | Address::UnixAbstract(_) | Address::UnixUnnamed)
        | Value::Str(_)
        | Value::Bytes(_) => number_of("AF_UNIX"),
        Value::Address(Address::Netlink { .. }) => number_of("AF_NETLINK"),
        Value::Address(Address::Packet { .. }) => number_of("AF_PACKET"),
        Value::Address(Address::Vsock { .. }) => number_of("AF_VSOCK"),
        _ => number_of("AF_INET"),
    }
}

/// What is wrong with a value that is nearly a host and a port.
pub(super) fn astray(value: &Value) -> Option<String> {
    match value {
        Value::Tuple(fields) | Value::List(fields) => match fields.as_slice() {
            [Value::Str(host), Value::Str(port)] => {
                let host = host.escape_debug();
                Some(match port.trim().parse::<u16>() {
                    Ok(port) => format!(
                        "the port is text; a port is a number, without quotes: (\"{host}\", {port})"
                    ),
                    Err(_) => format!(
                        "the port is the text {port:?}; a port is a number from 0 to 65535: (\"{host}\", 5000)"
                    ),
                })
            }
            [Value::Str(host)] => Some(format!(
                "the port is missing: (\"{}\", 5000)",
                host.escape_debug()
            )),
            [host, Value::Str(_)] if integer(host).is_some() => {
                Some("the host comes first, then the port: (\"127.0.0.1\", 5000)".to_owned())
            }
            _ => None,
        },
        Value::Str(text) => {
            let colons = text.matches(':').count();
            let shown = text.escape_debug();
            if let Some((host, port)) = text.rsplit_once(':')
                && colons > 1
                && !host.contains('[')
                && host.parse::<Ipv6Addr>().is_ok()
                && port.parse::<u16>().is_ok()
            {
                return Some(format!(
                    "an IPv6 address stands in brackets, so that its colons are not taken for the port's: [{host}]:{port}"
                ));
            }
            if text.parse::<Ipv6Addr>().is_ok() {
                return Some(format!(
                    "the port is missing: [{shown}]:5000, or (\"{shown}\", 5000)"
                ));
            }
            (colons == 0 && !text.is_empty() && !text.contains(char::is_whitespace))
                .then(|| format!("the port is missing: {shown}:5000, or (\"{shown}\", 5000)"))
        }
        _ => None,
    }
}

/// The refusal of a value that is no address of this family.
pub(super) fn unfit(value: &Value, family: &str, example: &str) -> Stop {
    if let (Value::Address(Address::UnixPath(text)), "AF_INET" | "AF_INET6") = (value, family)
        && let Ok(text) = str::from_utf8(text)
        && let Some((host, port)) = text.rsplit_once(':')
        && port.parse::<u16>().is_ok()
        && text.chars().all(|next| next.is_ascii_graphic())
    {
        return Stop::because(format!(
            "an address in quotes is a path of AF_UNIX; here it is {text} without quotes, or (\"{host}\", {port})"
        ));
    }
    Stop::because(format!(
        "an address of an {family} socket is {example}; this is {}",
        match value {
            Value::Address(address) => text::address(address),
            other => describe(other).to_owned(),
        }
    ))
}
