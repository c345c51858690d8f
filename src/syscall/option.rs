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
    let word = |at: usize| {
        bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .map(|word| i32::from_ne_bytes(*word))
    };
    let long = |at: usize| {
        bytes
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .map(|long| i64::from_ne_bytes(*long))
    };
    let named = |number: i32, name: String| {
        let shown = format!("[{name}]");
        let value = Value::Constant {
            value: i64::from(number),
            name,
        };
        (value, shown)
    };
    match (kind, word(0)) {
        (OptionKind::Linger, Some(on)) => {
            let seconds = word(4).unwrap_or(0);
            (
                Value::Tuple(vec![int(on), int(seconds)]),
                format!("{{l_onoff={on}, l_linger={seconds}}}"),
            )
        }
        (OptionKind::Timeval, Some(_)) => {
            let (seconds, micros) = (long(0).unwrap_or(0), long(8).unwrap_or(0));
            (
                Value::Float(seconds as f64 + micros as f64 / 1e6),
                format!("{{tv_sec={seconds}, tv_usec={micros}}}"),
            )
        }
        (OptionKind::Ucred, Some(pid)) => {
            let (uid, gid) = (word(4).unwrap_or(0), word(8).unwrap_or(0));
            (
                Value::Tuple(vec![int(pid), int(uid), int(gid)]),
                format!("{{pid={pid}, uid={uid}, gid={gid}}}"),
            )
        }
        (OptionKind::MreqV4, Some(_)) if bytes.len() >= 8 => {
            let ip = |at: usize| Ipv4Addr::from(word(at).unwrap_or(0).to_ne_bytes());
            let index = word(8).unwrap_or(0);
            (
                Value::Tuple(vec![
                    Value::Str(ip(0).to_string()),
                    Value::Str(ip(4).to_string()),
                    int(index),
                ]),
                format!(
                    "{{imr_multiaddr={}, imr_address={}, imr_ifindex={index}}}",
                    ip(0),
                    ip(4)
                ),
            )
        }
        (OptionKind::MreqV6, Some(_)) if bytes.len() == 20 => {
            let group = Ipv6Addr::from(bytes.first_chunk().copied().unwrap_or([0; 16]));
            let index = word(16).unwrap_or(0);
            (
                Value::Tuple(vec![Value::Str(group.to_string()), int(index)]),
                format!("{{ipv6mr_multiaddr={group}, ipv6mr_interface={index}}}"),
            )
        }
        (OptionKind::TcpInfo, _) => tcp_information(bytes),
        (OptionKind::Text, _) => {
            let end = bytes.iter().position(|byte| *byte == 0);
            let text = &bytes[..end.unwrap_or(bytes.len())];
            (
                Value::Str(String::from_utf8_lossy(text).into_owned()),
                text::quoted(text),
            )
        }
        (OptionKind::Errno, Some(number)) => (
            if number == 0 {
                int(0)
            } else {
                named(number, errno_name(Errno::from_raw(number))).0
            },
            errno_text(number),
        ),
        (OptionKind::Family, Some(number)) => named(number, text::family(number)),
        (OptionKind::Type, Some(number)) => named(number, text::kind(number)),
        (OptionKind::Protocol, Some(number)) => named(number, text::protocol(family, number)),
        (OptionKind::InterfaceIndexNetwork, Some(number)) => plain(i32::from_be(number)),
        (OptionKind::Flags, Some(number)) => (int(number), format!("[{number:#x}]")),
        (OptionKind::InterfaceV4, Some(number)) => {
            let ip = Ipv4Addr::from(number.to_ne_bytes());
            (Value::Str(ip.to_string()), format!("[{ip}]"))
        }
        (OptionKind::PortRange, Some(number)) => {
            let (low, high) = (number & 0xffff, (number >> 16) & 0xffff);
            (
                Value::Tuple(vec![int(low), int(high)]),
                format!("[{low}, {high}]"),
            )
        }
        (OptionKind::Cookie, _) if bytes.len() == 8 => {
            let cookie = long(0).unwrap_or(0);
            (Value::Int(cookie), format!("[{cookie:#x}]"))
        }
        (OptionKind::Address, _) => {
            let address = address::decode(bytes);
            let shown = text::address(&address);
            (Value::Address(address), shown)
        }
        (OptionKind::Descriptor, Some(fd)) => plain(fd),
        (OptionKind::Words, _) => {
            let words: Vec<u32> = bytes
                .chunks_exact(4)
                .filter_map(|word| word.first_chunk().map(|word| u32::from_ne_bytes(*word)))
                .collect();
            let values = words.iter().map(|word| Value::Int(i64::from(*word)));
            (Value::List(values.collect()), format!("{words:?}"))
        }
        (
            OptionKind::Bool
            | OptionKind::Int
            | OptionKind::Size
            | OptionKind::Seconds
            | OptionKind::Milliseconds
            | OptionKind::Microseconds
            | OptionKind::Discovery
            | OptionKind::InterfaceIndex
            | OptionKind::Presence,
            Some(number),
        ) => plain(number),
        (_, None) if bytes.len() == 1 => plain(i32::from(bytes[0])),
        _ => (Value::Bytes(bytes.to_vec()), text::quoted(bytes)),
    }
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
