//! The bytes of a socket option as a value and in words, after the kinds of the catalog. The other way is `engine/option_bytes.rs`.

use super::text::{self, errno_name};
use crate::catalog::option::{OptionEntry, OptionKind};
use crate::catalog::parameter::Group;
use crate::catalog::tcp_info;
use crate::sys::address;
use crate::value::Value;
use nix::errno::Errno;
use std::net::{Ipv4Addr, Ipv6Addr};

/// How much room getsockopt is given for a kind of value, in bytes.
pub fn room(kind: OptionKind) -> usize {
    match kind {
        OptionKind::Linger | OptionKind::Cookie => 8,
        OptionKind::Timeval | OptionKind::PacketMreq => 16,
        OptionKind::MreqV4 | OptionKind::MreqSourceV4 | OptionKind::Ucred => 12,
        OptionKind::MreqV6 => 20,
        OptionKind::Address => 128,
        OptionKind::Text => 256,
        OptionKind::TcpInfo | OptionKind::Words | OptionKind::Bytes => 512,
        _ => 4,
    }
}

/// What the bytes of an option are as a value, and in words as strace shows them.
pub fn decode(option: Option<&OptionEntry>, family: i32, bytes: &[u8]) -> (Value, String) {
    let kind = option.map_or(OptionKind::Int, |option| option.kind);
    let found = match kind {
        OptionKind::TcpInfo => Some(tcp_information(bytes)),
        OptionKind::Text => Some(c_text(bytes)),
        OptionKind::Address => {
            let address = address::decode(bytes);
            let shown = text::address(&address);
            Some((Value::Address(address), shown))
        }
        OptionKind::Words => Some(words(bytes)),
        _ => structure(kind, bytes).or_else(|| match word(bytes, 0) {
            Some(number) => one_number(kind, family, number),
            None if bytes.len() == 1 => Some(plain(i32::from(bytes[0]))),
            None => None,
        }),
    };
    found.unwrap_or_else(|| (Value::Bytes(bytes.to_vec()), text::quoted(bytes)))
}

/// The number in four bytes from `at` on.
fn word(bytes: &[u8], at: usize) -> Option<i32> {
    let word = bytes.get(at..)?.first_chunk()?;
    Some(i32::from_ne_bytes(*word))
}

/// The number in eight bytes from `at` on; 0 past the end.
fn long(bytes: &[u8], at: usize) -> i64 {
    let long = bytes.get(at..).and_then(|rest| rest.first_chunk());
    long.map_or(0, |long| i64::from_ne_bytes(*long))
}

/// A C structure of several numbers or addresses; `None` for a kind that is none, and where bytes are missing.
fn structure(kind: OptionKind, bytes: &[u8]) -> Option<(Value, String)> {
    let first = word(bytes, 0)?;
    let word = |at: usize| word(bytes, at).unwrap_or(0);
    match kind {
        OptionKind::Linger => {
            let seconds = word(4);
            Some((
                Value::Tuple(vec![int(first), int(seconds)]),
                format!("{{l_onoff={first}, l_linger={seconds}}}"),
            ))
        }
        OptionKind::Timeval => {
            let (seconds, micros) = (long(bytes, 0), long(bytes, 8));
            Some((
                Value::Float(seconds as f64 + micros as f64 / 1e6),
                format!("{{tv_sec={seconds}, tv_usec={micros}}}"),
            ))
        }
        OptionKind::Ucred => {
            let (uid, gid) = (word(4), word(8));
            Some((
                Value::Tuple(vec![int(first), int(uid), int(gid)]),
                format!("{{pid={first}, uid={uid}, gid={gid}}}"),
            ))
        }
        OptionKind::MreqV4 if bytes.len() >= 8 => {
            let [group, own] = [0, 4].map(|at| Ipv4Addr::from(word(at).to_ne_bytes()));
            let index = word(8);
            Some((
                Value::Tuple(vec![
                    Value::Str(group.to_string()),
                    Value::Str(own.to_string()),
                    int(index),
                ]),
                format!("{{imr_multiaddr={group}, imr_address={own}, imr_ifindex={index}}}"),
            ))
        }
        OptionKind::MreqV6 if bytes.len() == 20 => {
            let group = Ipv6Addr::from(bytes.first_chunk().copied().unwrap_or([0; 16]));
            let index = word(16);
            Some((
                Value::Tuple(vec![Value::Str(group.to_string()), int(index)]),
                format!("{{ipv6mr_multiaddr={group}, ipv6mr_interface={index}}}"),
            ))
        }
        OptionKind::Cookie if bytes.len() == 8 => {
            let cookie = long(bytes, 0);
            Some((Value::Int(cookie), format!("[{cookie:#x}]")))
        }
        _ => None,
    }
}

/// A number of 32 bits after what it means; `None` for a kind that is no such number.
fn one_number(kind: OptionKind, family: i32, number: i32) -> Option<(Value, String)> {
    Some(match kind {
        OptionKind::Errno if number == 0 => plain(0),
        OptionKind::Errno => named(number, errno_name(Errno::from_raw(number))),
        OptionKind::Family => named(number, text::family(number)),
        OptionKind::Type => named(number, text::kind(number)),
        OptionKind::Protocol => named(number, text::protocol(family, number)),
        OptionKind::InterfaceIndexNetwork => plain(i32::from_be(number)),
        OptionKind::Flags => (int(number), format!("[{number:#x}]")),
        OptionKind::InterfaceV4 => {
            let ip = Ipv4Addr::from(number.to_ne_bytes());
            (Value::Str(ip.to_string()), format!("[{ip}]"))
        }
        OptionKind::PortRange => {
            let (low, high) = (number & 0xffff, (number >> 16) & 0xffff);
            (
                Value::Tuple(vec![int(low), int(high)]),
                format!("[{low}, {high}]"),
            )
        }
        OptionKind::Descriptor
        | OptionKind::Bool
        | OptionKind::Int
        | OptionKind::Size
        | OptionKind::Seconds
        | OptionKind::Milliseconds
        | OptionKind::Microseconds
        | OptionKind::Discovery
        | OptionKind::InterfaceIndex
        | OptionKind::Presence => plain(number),
        _ => return None,
    })
}

/// Text up to the first zero byte.
fn c_text(bytes: &[u8]) -> (Value, String) {
    let end = bytes.iter().position(|byte| *byte == 0);
    let text = &bytes[..end.unwrap_or(bytes.len())];
    (
        Value::Str(String::from_utf8_lossy(text).into_owned()),
        text::quoted(text),
    )
}

/// A list of numbers of four bytes.
fn words(bytes: &[u8]) -> (Value, String) {
    let words: Vec<u32> = bytes
        .chunks_exact(4)
        .filter_map(|word| word.first_chunk().map(|word| u32::from_ne_bytes(*word)))
        .collect();
    let values = words.iter().map(|word| Value::Int(i64::from(*word)));
    (Value::List(values.collect()), format!("{words:?}"))
}

/// A number that has a name.
fn named(number: i32, name: String) -> (Value, String) {
    let shown = format!("[{name}]");
    let value = Value::Constant {
        value: i64::from(number),
        name,
    };
    (value, shown)
}

/// `struct tcp_info` as (field, value) for each field the kernel gave.
fn tcp_information(bytes: &[u8]) -> (Value, String) {
    let field = |name: &str| tcp_info::field(bytes, name).unwrap_or(0);
    let state = tcp_info::state(field("state") as u8).unwrap_or("?");
    let rows = tcp_info::FIELDS.iter().filter_map(|field| {
        let value = field.value(bytes)?;
        let value = if field.name == "state" {
            Value::Constant {
                value: value as i64,
                name: state.to_owned(),
            }
        } else {
            Value::Int(value as i64)
        };
        Some(Value::Tuple(vec![Value::Str(field.name.to_owned()), value]))
    });
    let shown = format!(
        "{{tcpi_state={state}, tcpi_rtt={}, tcpi_snd_cwnd={}, …}}",
        field("rtt"),
        field("snd_cwnd")
    );
    (Value::List(rows.collect()), shown)
}

fn plain(number: i32) -> (Value, String) {
    (int(number), format!("[{number}]"))
}

fn int(number: i32) -> Value {
    Value::Int(i64::from(number))
}

/// A pending error as strace shows it: `[ECONNREFUSED]`, `[0]`.
pub fn errno_text(number: i32) -> String {
    if number == 0 {
        "[0]".to_owned()
    } else {
        format!("[{}]", errno_name(Errno::from_raw(number)))
    }
}

/// A level by name.
pub fn level_text(level: i32) -> String {
    text::named(Group::Level, level)
}
