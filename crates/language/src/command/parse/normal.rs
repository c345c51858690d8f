//! One meaning, one tree: what the two spellings write differently is made the same here, by the kind of the parameter.

use super::Parsed;
use crate::catalog::parameter::Kind;
use crate::catalog::verb::Verb;
use crate::command::ast::{Expr, Operator};
use crate::command::diagnostic::Diagnostic;
use crate::command::signature::may_be_variable;
use socklab_events::value::Address;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
use std::ops::Range;

/// The value as a parameter of this kind holds it.
pub(super) fn normalise(verb: Verb, kind: Kind, value: Expr, span: &Range<usize>) -> Parsed<Expr> {
    Ok(match kind {
        Kind::Address => address(value, span)?,
        // A text file takes text: only it knows its encoding.
        Kind::Data if verb != Verb::Write => data(value),
        Kind::Buffers => buffers(value),
        Kind::Text => match value {
            Expr::HostPort(host, None) => Expr::Str(host),
            value => value,
        },
        // The engine knows whether a variable has that name.
        Kind::Path if may_be_variable(verb, kind) => match value {
            Expr::Name(name) => Expr::Name(name),
            value => words(value),
        },
        Kind::Word
        | Kind::Process
        | Kind::Host
        | Kind::Path
        | Kind::Choice(_)
        | Kind::Filter
        | Kind::Rest
        | Kind::Topic
        | Kind::Fields => words(value),
        _ => value,
    })
}

/// What two parameters can say is said by one: `[(SOL_SOCKET, SCM_RIGHTS, [s])]` is `SCM_RIGHTS=[s]`.
pub(super) fn across(verb: Verb, args: &mut [Option<Expr>]) {
    if verb != Verb::Sendmsg {
        return;
    }
    let place = |name: &str| {
        verb.entry()
            .parameters
            .iter()
            .position(|parameter| parameter.name == name)
    };
    let (Some(ancillary), Some(rights)) = (place("ancdata"), place("SCM_RIGHTS")) else {
        return;
    };
    if args[rights].is_some() {
        return;
    }
    let Some(Expr::List(items)) = &args[ancillary] else {
        return;
    };
    if items.is_empty() {
        args[ancillary] = None;
    } else if let [Expr::Tuple(parts)] = items.as_slice()
        && let [Expr::Constant(level), Expr::Constant(kind), descriptors] = parts.as_slice()
        && level == "SOL_SOCKET"
        && kind == "SCM_RIGHTS"
    {
        args[rights] = Some(descriptors.clone());
        args[ancillary] = None;
    }
}

fn address(value: Expr, span: &Range<usize>) -> Parsed<Expr> {
    match value {
        Expr::Tuple(items) => tuple_address(items, span),
        Expr::Str(text) => Ok(text_address(text)),
        // An abstract name may hold any byte (unix(7)).
        Expr::Bytes(bytes) => Ok(Expr::Address(unix(bytes))),
        value => Ok(value),
    }
}

/// Text as an address: an IP address for raw sockets, else what AF_UNIX makes of it.
fn text_address(text: String) -> Expr {
    let (ip, zone) = text.split_once('%').unwrap_or((&text, ""));
    let is_ip = ip
        .parse::<Ipv4Addr>()
        .is_ok_and(|_| zone.is_empty() && !text.contains('%'))
        || ip.parse::<Ipv6Addr>().is_ok();
    if is_ip {
        Expr::HostPort(text, None)
    } else {
        Expr::Address(unix(text.into_bytes()))
    }
}

fn unix(bytes: Vec<u8>) -> Address {
    match bytes.split_first() {
        None => Address::UnixUnnamed,
        Some((0, name)) => Address::UnixAbstract(name.to_vec()),
        Some(_) => Address::UnixPath(bytes),
    }
}

/// `("127.0.0.1", 5000)` and, for IPv6, with flow label and scope.
fn tuple_address(items: Vec<Expr>, span: &Range<usize>) -> Parsed<Expr> {
    let (host, port) = match items.as_slice() {
        [Expr::Str(host), Expr::Int(port), ..] => (host, Some(*port)),
        [Expr::Str(host), Expr::None] => (host, None),
        _ => return Ok(Expr::Tuple(items)),
    };
    let port = match port.map(u16::try_from) {
        None => None,
        Some(Ok(port)) => Some(port),
        Some(Err(_)) => {
            return Err(Diagnostic::new(span.clone(), "this port is out of range")
                .expecting("a number from 0 to 65535")
                .helping("a port is 16 bits in the TCP and UDP headers"));
        }
    };
    let ip = host.parse::<IpAddr>().ok();
    Ok(match (ip, port, &items[2..]) {
        (Some(IpAddr::V4(ip)), Some(port), []) => {
            Expr::Address(Address::Inet(SocketAddrV4::new(ip, port)))
        }
        (Some(IpAddr::V6(ip)), Some(port), rest) => {
            let numbers: Option<Vec<u32>> = rest
                .iter()
                .map(|item| match item {
                    Expr::Int(number) => u32::try_from(*number).ok(),
                    _ => None,
                })
                .collect();
            match numbers.as_deref() {
                Some([]) => Expr::Address(Address::Inet6(SocketAddrV6::new(ip, port, 0, 0))),
                Some([flow]) => {
                    Expr::Address(Address::Inet6(SocketAddrV6::new(ip, port, *flow, 0)))
                }
                Some([flow, scope]) => {
                    Expr::Address(Address::Inet6(SocketAddrV6::new(ip, port, *flow, *scope)))
                }
                _ => Expr::Tuple(items),
            }
        }
        (_, port, []) => Expr::HostPort(host.clone(), port),
        _ => Expr::Tuple(items),
    })
}

/// Text that is to be sent is bytes: UTF-8.
fn data(value: Expr) -> Expr {
    match value {
        Expr::Str(text) => Expr::Bytes(text.into_bytes()),
        Expr::Binary(
            operator @ (Operator::Plus | Operator::Times | Operator::Over),
            left,
            right,
        ) => Expr::Binary(operator, Box::new(data(*left)), Box::new(data(*right))),
        value => value,
    }
}

fn buffers(value: Expr) -> Expr {
    match data(value) {
        Expr::List(items) | Expr::Tuple(items) => Expr::List(items.into_iter().map(data).collect()),
        bytes @ (Expr::Bytes(_) | Expr::Binary(..)) => Expr::List(vec![bytes]),
        value => value,
    }
}

/// A bare word in the call form, `kill(server)`, is a word all the same.
fn words(value: Expr) -> Expr {
    match value {
        Expr::Name(word) | Expr::Constant(word) | Expr::HostPort(word, None) => Expr::Str(word),
        Expr::Int(number) => Expr::Str(number.to_string()),
        Expr::Address(address) => Expr::Str(address.to_string()),
        value => value,
    }
}
