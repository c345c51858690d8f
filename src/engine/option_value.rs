//! The value of a socket option between the language and the kernel's bytes, after the kinds of the catalog.

use super::execution::{Execution, Outcome, Stop, errno_name};
use super::operator::{describe, integer, real, truth};
use super::text;
use crate::catalog::option::{OptionEntry, OptionKind};
use crate::catalog::parameter::Group;
use crate::catalog::tcp_info;
use crate::sys::address;
use crate::value::Value;
use nix::errno::Errno;
use std::net::{Ipv4Addr, Ipv6Addr};

/// How much room getsockopt is given for a kind of value, in bytes.
pub(super) fn room(kind: OptionKind) -> usize {
    match kind {
        OptionKind::Linger | OptionKind::Cookie => 8,
        OptionKind::Timeval => 16,
        OptionKind::MreqV4 | OptionKind::MreqSourceV4 | OptionKind::Ucred => 12,
        OptionKind::MreqV6 => 20,
        OptionKind::PacketMreq => 16,
        OptionKind::Address => 128,
        OptionKind::Text => 256,
        OptionKind::TcpInfo | OptionKind::Words | OptionKind::Bytes => 512,
        _ => 4,
    }
}

/// What the bytes of an option are as a value, and in words as strace shows them.
pub(super) fn decode(option: Option<&OptionEntry>, family: i32, bytes: &[u8]) -> (Value, String) {
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
pub(super) fn errno_text(number: i32) -> String {
    if number == 0 {
        "[0]".to_owned()
    } else {
        format!("[{}]", errno_name(Errno::from_raw(number)))
    }
}

impl Execution<'_> {
    /// A value as the bytes setsockopt takes. Bytes are taken as they are, whatever the option.
    pub(super) fn encode_option(
        &mut self,
        option: Option<&OptionEntry>,
        value: &Value,
    ) -> Outcome<Vec<u8>> {
        if let Value::Bytes(bytes) = value {
            return Ok(bytes.clone());
        }
        let Some(option) = option else {
            return match integer(value) {
                Some(_) => word(value),
                None => Err(Stop::because(format!(
                    "this option is not in the catalog: give it a number or bytes, not {}",
                    describe(value)
                ))),
            };
        };
        let encoded = match option.kind {
            OptionKind::Linger => linger(value),
            OptionKind::Timeval => timeval(value),
            OptionKind::MreqV4 => self.group_v4(value)?,
            OptionKind::MreqSourceV4 => group_and_source(value),
            OptionKind::MreqV6 => self.group_v6(value)?,
            OptionKind::PacketMreq => self.packet_membership(value)?,
            OptionKind::Text | OptionKind::Bytes => match value {
                Value::Str(text) => Some(text.clone().into_bytes()),
                Value::None => Some(Vec::new()),
                _ => None,
            },
            OptionKind::InterfaceIndex | OptionKind::InterfaceIndexNetwork => {
                self.interface_number(value)?.map(|index| {
                    if option.kind == OptionKind::InterfaceIndexNetwork {
                        index.to_be_bytes().to_vec()
                    } else {
                        index.to_ne_bytes().to_vec()
                    }
                })
            }
            OptionKind::InterfaceV4 => match value {
                Value::Str(text) if text.parse::<Ipv4Addr>().is_ok() => ip_v4(Some(value)),
                _ => self.interface_number(value)?.map(|index| {
                    let mut request = vec![0; 8];
                    request.extend(index.to_ne_bytes());
                    request
                }),
            },
            OptionKind::PortRange => match parts(value).as_deref() {
                Some([low, high]) => Some((low | (high << 16)).to_ne_bytes()[..4].to_vec()),
                _ => word(value).ok(),
            },
            OptionKind::Cookie => integer(value).map(|number| number.to_ne_bytes().to_vec()),
            OptionKind::Words => parts(value).map(|words| {
                let bytes = words.iter().flat_map(|word| (*word as u32).to_ne_bytes());
                bytes.collect()
            }),
            OptionKind::Presence => Some(vec![0; 4]),
            OptionKind::Bool if !matches!(value, Value::Str(_)) => {
                let number = integer(value).unwrap_or_else(|| i64::from(truth(value)));
                word(&Value::Int(number)).ok()
            }
            _ => match value {
                Value::Socket(fd) => Some(fd.to_ne_bytes().to_vec()),
                _ => word(value).ok(),
            },
        };
        encoded.ok_or_else(|| {
            Stop::because(format!(
                "{} takes {}; this is {}",
                option.name,
                wanted(option.kind),
                describe(value)
            ))
        })
    }

    /// An interface by number, name, or (IPv4) one of its addresses: its number.
    fn interface_number(&mut self, value: &Value) -> Outcome<Option<i32>> {
        match value {
            Value::Str(name) => Ok(Some(self.interface_index(name)? as i32)),
            other => Ok(integer(other).and_then(|number| i32::try_from(number).ok())),
        }
    }

    /// `struct ip_mreqn`: group, and an interface by address, name or number.
    fn group_v4(&mut self, value: &Value) -> Outcome<Option<Vec<u8>>> {
        let fields = fields(value);
        let Some(mut request) = ip_v4(fields.first()) else {
            return Ok(None);
        };
        match fields.get(1) {
            None => request.extend([0; 8]),
            Some(address) if ip_v4(Some(address)).is_some() => {
                request.extend(ip_v4(Some(address)).unwrap_or_default());
                request.extend([0; 4]);
            }
            Some(interface) => {
                request.extend([0; 4]);
                let Some(index) = self.interface_number(interface)? else {
                    return Ok(None);
                };
                request.extend(index.to_ne_bytes());
            }
        }
        Ok(Some(request))
    }

    /// `struct ipv6_mreq`: group, and an interface by name or number.
    fn group_v6(&mut self, value: &Value) -> Outcome<Option<Vec<u8>>> {
        let fields = fields(value);
        let Some(group) = fields.first().and_then(|field| match field {
            Value::Str(text) => text.parse::<Ipv6Addr>().ok(),
            Value::Address(address) => match address.ip() {
                Some(std::net::IpAddr::V6(ip)) => Some(ip),
                _ => None,
            },
            _ => None,
        }) else {
            return Ok(None);
        };
        let index = match fields.get(1) {
            None => Some(0),
            Some(interface) => self.interface_number(interface)?,
        };
        Ok(index.map(|index| {
            let mut request = group.octets().to_vec();
            request.extend(index.to_ne_bytes());
            request
        }))
    }

    /// `struct packet_mreq`: interface, type, and an address.
    fn packet_membership(&mut self, value: &Value) -> Outcome<Option<Vec<u8>>> {
        let fields = fields(value);
        let (Some(interface), Some(kind)) = (fields.first(), fields.get(1).and_then(integer))
        else {
            return Ok(None);
        };
        let Some(index) = self.interface_number(interface)? else {
            return Ok(None);
        };
        let address = match fields.get(2) {
            Some(Value::Bytes(bytes)) => &bytes[..bytes.len().min(8)],
            _ => &[],
        };
        let mut request = index.to_ne_bytes().to_vec();
        request.extend((kind as u16).to_ne_bytes());
        request.extend((address.len() as u16).to_ne_bytes());
        request.extend(address);
        request.resize(16, 0);
        Ok(Some(request))
    }
}

fn word(value: &Value) -> Outcome<Vec<u8>> {
    let number = integer(value);
    number
        .and_then(|number| {
            i32::try_from(number)
                .ok()
                .or_else(|| u32::try_from(number).ok().map(|number| number as i32))
        })
        .map(|number| number.to_ne_bytes().to_vec())
        .ok_or_else(|| Stop::because("this option takes a number of 32 bits"))
}

fn linger(value: &Value) -> Option<Vec<u8>> {
    let fields = match value {
        Value::Bool(false) => vec![0, 0],
        other => parts(other)?,
    };
    let [on, seconds] = fields[..] else {
        return None;
    };
    let bytes = [on as i32, seconds as i32].map(i32::to_ne_bytes);
    Some(bytes.concat())
}

fn timeval(value: &Value) -> Option<Vec<u8>> {
    let (seconds, micros) = match (value, parts(value).as_deref()) {
        (_, Some([seconds, micros])) => (*seconds, *micros),
        (Value::None, _) => (0, 0),
        (other, _) => {
            let time = real(other)?;
            let micros = (time * 1e6).round() as i64;
            (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
        }
    };
    Some([seconds, micros].map(i64::to_ne_bytes).concat())
}

/// `struct ip_mreq_source`: (group, sender) or (group, sender, local address).
fn group_and_source(value: &Value) -> Option<Vec<u8>> {
    let fields = fields(value);
    let group = ip_v4(fields.first())?;
    let sender = ip_v4(fields.get(1))?;
    let local = match fields.get(2) {
        None => vec![0; 4],
        field => ip_v4(field)?,
    };
    Some([group, local, sender].concat())
}

fn ip_v4(value: Option<&Value>) -> Option<Vec<u8>> {
    match value? {
        Value::Str(text) if text.is_empty() => Some(vec![0; 4]),
        Value::Str(text) => Some(text.parse::<Ipv4Addr>().ok()?.octets().to_vec()),
        Value::Address(address) => match address.ip()? {
            std::net::IpAddr::V4(ip) => Some(ip.octets().to_vec()),
            std::net::IpAddr::V6(_) => None,
        },
        Value::Bytes(bytes) if bytes.len() == 4 => Some(bytes.clone()),
        _ => None,
    }
}

/// A tuple's or list's elements; any other value alone.
fn fields(value: &Value) -> Vec<Value> {
    match value {
        Value::Tuple(fields) | Value::List(fields) => fields.clone(),
        other => vec![other.clone()],
    }
}

/// A tuple or list of integers.
fn parts(value: &Value) -> Option<Vec<i64>> {
    match value {
        Value::Tuple(fields) | Value::List(fields) => fields.iter().map(integer).collect(),
        _ => None,
    }
}

/// What a kind of value looks like, with an example.
fn wanted(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Bool => "True or False",
        OptionKind::Linger => "(on, seconds), as in `(1, 0)`",
        OptionKind::Timeval => "a time, as in `1.5` or `200ms`",
        OptionKind::MreqV4 => {
            "a group and perhaps an interface, as in `\"224.0.0.251\"` or `(\"224.0.0.251\", \"lo\")`"
        }
        OptionKind::MreqSourceV4 => {
            "a group, a sender and perhaps a local address, as in `(\"232.1.1.1\", \"10.0.0.2\")`"
        }
        OptionKind::MreqV6 => "a group and an interface, as in `(\"ff02::fb\", \"lo\")`",
        OptionKind::PacketMreq => "an interface and a type, as in `(\"lo\", PACKET_MR_PROMISC)`",
        OptionKind::Text => "text, as in `\"lo\"` or `\"reno\"`",
        OptionKind::InterfaceIndex
        | OptionKind::InterfaceIndexNetwork
        | OptionKind::InterfaceV4 => "an interface, as in `\"lo\"` or `1`",
        OptionKind::PortRange => "the lowest and the highest port, as in `(40000, 40999)`",
        OptionKind::Words => "a list of numbers",
        OptionKind::Bytes | OptionKind::TcpInfo | OptionKind::Address | OptionKind::Ucred => {
            "bytes, as in `x\"00 01\"`"
        }
        _ => "a number",
    }
}

/// A level by name.
pub(super) fn level_text(level: i32) -> String {
    text::named(Group::Level, level)
}
