//! A value as the bytes setsockopt takes, after the kinds of the catalog. The other way is `option_value.rs`.

use super::execution::{Execution, Outcome, Stop};
use super::operator::{describe, integer, real};
use crate::catalog::option::{OptionEntry, OptionKind};
use crate::value::Value;
use std::net::{Ipv4Addr, Ipv6Addr};

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
            return unlisted(value);
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
            OptionKind::Words => parts(value).map(|words| words_of(&words)),
            OptionKind::Presence => Some(vec![0; 4]),
            OptionKind::Bool if !matches!(value, Value::Str(_)) => {
                let number = integer(value).unwrap_or_else(|| i64::from(value.is_true()));
                word(&Value::Int(number)).ok()
            }
            _ => match value {
                Value::Socket(fd) => Some(fd.to_ne_bytes().to_vec()),
                _ => word(value).ok(),
            },
        };
        encoded.ok_or_else(|| misfit(option, value))
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

fn words_of(numbers: &[i64]) -> Vec<u8> {
    let words = numbers.iter().map(|number| *number as u32);
    words.flat_map(u32::to_ne_bytes).collect()
}

/// A value for an option that is not in the catalog.
fn unlisted(value: &Value) -> Outcome<Vec<u8>> {
    match integer(value) {
        Some(_) => word(value),
        None => Err(Stop::because(format!(
            "this option is not in the catalog: give it a number or bytes, not {}",
            describe(value)
        ))),
    }
}

/// The complaint about a value that an option does not take.
fn misfit(option: &OptionEntry, value: &Value) -> Stop {
    Stop::because(format!(
        "{} takes {}; this is {}",
        option.name,
        wanted(option.kind),
        match integer(value) {
            Some(number) if i32::try_from(number).is_err() =>
                format!("{number}, which does not fit in 32 bits"),
            _ => describe(value).to_owned(),
        }
    ))
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
