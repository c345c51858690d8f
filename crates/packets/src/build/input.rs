//! The fields of one layer with their types: what was written, checked against the table. Not what a protocol does with them.

use super::kind::{FieldKind, LayerWord, Protocol};
use super::table::{self, LayerEntry};
use super::{BuildError, FieldInput, LayerSpec, netlink};
use crate::headers::flag;
use crate::text;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A layer whose name, fields and words are known to exist.
pub(super) struct Input<'a> {
    entry: &'static LayerEntry,
    spec: &'a LayerSpec,
}

impl<'a> Input<'a> {
    /// Checks the names.
    pub(super) fn new(spec: &'a LayerSpec) -> Result<Self, BuildError> {
        let Some(entry) = table::entry(&spec.name) else {
            return Err(BuildError::UnknownLayer {
                name: spec.name.clone(),
                nearest: nearest(&spec.name, table::layer_names().into_iter()),
            });
        };
        let layer = entry.name;
        for (index, (name, _)) in spec.fields.iter().enumerate() {
            let Some(field) = entry.fields.iter().find(|field| field.name == name) else {
                let names = entry.fields.iter().map(|field| field.name);
                return Err(BuildError::UnknownField {
                    layer,
                    field: name.clone(),
                    nearest: nearest(name, names),
                });
            };
            if spec.fields[..index].iter().any(|(other, _)| other == name) {
                let field = field.name;
                return Err(BuildError::Twice { layer, field });
            }
        }
        for word in &spec.words {
            if !entry.words.iter().any(|known| known.name == word) {
                let names = entry.words.iter().map(|known| known.name);
                return Err(BuildError::UnknownWord {
                    layer,
                    word: word.clone(),
                    nearest: nearest(word, names),
                });
            }
        }
        Ok(Self { entry, spec })
    }

    /// Which protocol it is.
    pub(super) fn protocol(&self) -> Protocol {
        self.entry.protocol
    }

    /// The bare words, as the table has them.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static LayerWord> {
        self.spec
            .words
            .iter()
            .filter_map(|word| self.entry.words.iter().find(|known| known.name == word))
    }

    /// The names of the fields that were given, in their order.
    pub(super) fn given(&self) -> impl Iterator<Item = &str> {
        self.spec.fields.iter().map(|(name, _)| name.as_str())
    }

    /// A number, which fits the bits its field has.
    pub(super) fn number(&self, name: &'static str) -> Result<Option<u64>, BuildError> {
        self.read(name, |value, kind| {
            let bits = match kind {
                FieldKind::Number(bits) => bits,
                FieldKind::Bool => 1,
                _ => return None,
            };
            number(value)
                .filter(|number| number.checked_shr(bits.into()).is_none_or(|rest| rest == 0))
        })
    }

    /// A number, or its default. What is read fits `T`, because the table's bits do.
    pub(super) fn number_or<T: TryFrom<u64>>(
        &self,
        name: &'static str,
        default: T,
    ) -> Result<T, BuildError> {
        let number = self.number(name)?;
        Ok(number
            .and_then(|number| T::try_from(number).ok())
            .unwrap_or(default))
    }

    /// A hardware address.
    pub(super) fn mac(&self, name: &'static str) -> Result<Option<[u8; 6]>, BuildError> {
        self.read(name, |value, _| match value {
            FieldInput::Text(text) => mac(text),
            FieldInput::Bytes(bytes) => bytes.as_slice().try_into().ok(),
            FieldInput::Number(_) => None,
        })
    }

    /// An IPv4 address.
    pub(super) fn ipv4(&self, name: &'static str) -> Result<Option<Ipv4Addr>, BuildError> {
        self.read(name, |value, _| match value {
            FieldInput::Text(text) => text.parse().ok(),
            FieldInput::Bytes(bytes) => <[u8; 4]>::try_from(bytes.as_slice()).ok().map(Into::into),
            FieldInput::Number(_) => None,
        })
    }

    /// An IPv6 address.
    pub(super) fn ipv6(&self, name: &'static str) -> Result<Option<Ipv6Addr>, BuildError> {
        self.read(name, |value, _| match value {
            FieldInput::Text(text) => text.trim_matches(['[', ']']).parse().ok(),
            FieldInput::Bytes(bytes) => <[u8; 16]>::try_from(bytes.as_slice()).ok().map(Into::into),
            FieldInput::Number(_) => None,
        })
    }

    /// Bytes; text stands for its UTF-8.
    pub(super) fn bytes(&self, name: &'static str) -> Result<Option<Vec<u8>>, BuildError> {
        self.read(name, |value, _| match value {
            FieldInput::Text(text) => Some(text.clone().into_bytes()),
            FieldInput::Bytes(bytes) => Some(bytes.clone()),
            FieldInput::Number(_) => None,
        })
    }

    /// The value of a netlink attribute; a number takes `size` bytes.
    pub(super) fn attribute(
        &self,
        name: &'static str,
        size: usize,
    ) -> Result<Option<Vec<u8>>, BuildError> {
        self.read(name, |value, _| netlink::attribute_value(value, size))
    }

    /// A domain name as labels with their lengths (RFC 1035 section 3.1).
    pub(super) fn domain_name(&self, name: &'static str) -> Result<Option<Vec<u8>>, BuildError> {
        self.read(name, |value, _| match value {
            FieldInput::Text(text) => domain_name(text.as_bytes()),
            FieldInput::Bytes(bytes) => domain_name(bytes),
            FieldInput::Number(_) => None,
        })
    }

    /// The type of a DNS question.
    pub(super) fn dns_type(&self, name: &'static str) -> Result<Option<u16>, BuildError> {
        self.read(name, |value, _| match value {
            FieldInput::Text(text) => dns_type(text).or_else(|| number(value)?.try_into().ok()),
            _ => number(value)?.try_into().ok(),
        })
    }

    /// TCP flags: names, letters or a number of twelve bits.
    pub(super) fn tcp_flags(&self, name: &'static str) -> Result<Option<u16>, BuildError> {
        self.read(name, |value, _| {
            let flags = match value {
                FieldInput::Text(text) => flag_names(text, tcp_flag)
                    .or_else(|| {
                        text.chars()
                            .map(tcp_letter)
                            .try_fold(0, |all, bit| Some(all | bit?))
                    })
                    .or_else(|| number(value)?.try_into().ok()),
                _ => number(value)?.try_into().ok(),
            };
            flags.filter(|flags| flags >> 12 == 0)
        })
    }

    /// IPv4 flags: names or a number of three bits.
    pub(super) fn ip_flags(&self, name: &'static str) -> Result<Option<u16>, BuildError> {
        self.read(name, |value, _| {
            let flags = match value {
                FieldInput::Text(text) => flag_names(text, |name| match name {
                    "DF" => Some(2),
                    "MF" => Some(1),
                    _ => None,
                })
                .or_else(|| number(value)?.try_into().ok()),
                _ => number(value)?.try_into().ok(),
            };
            flags.filter(|flags| flags >> 3 == 0)
        })
    }

    /// The error for a field that has no default.
    pub(super) fn missing(&self, name: &'static str) -> BuildError {
        BuildError::Missing {
            layer: self.entry.name,
            field: name,
            expected: self.kind(name).expected(),
        }
    }

    fn kind(&self, name: &str) -> FieldKind {
        self.entry
            .fields
            .iter()
            .find(|field| field.name == name)
            .map_or(FieldKind::Bytes, |field| field.kind)
    }

    /// Reads a field with `convert`, which gives nothing for a value that does not fit.
    fn read<T>(
        &self,
        name: &'static str,
        convert: impl Fn(&FieldInput, FieldKind) -> Option<T>,
    ) -> Result<Option<T>, BuildError> {
        let kind = self.kind(name);
        let Some((_, value)) = self.spec.fields.iter().find(|(given, _)| given == name) else {
            return Ok(None);
        };
        match convert(value, kind) {
            Some(converted) => Ok(Some(converted)),
            None => Err(BuildError::WrongValue {
                layer: self.entry.name,
                field: name,
                expected: kind.expected(),
                given: shown(value),
            }),
        }
    }
}

/// A value in an error message.
fn shown(value: &FieldInput) -> String {
    match value {
        FieldInput::Number(number) => number.to_string(),
        FieldInput::Text(text) => text::quote(text.as_bytes(), 40),
        FieldInput::Bytes(bytes) => format!("b{}", text::quote(bytes, 40)),
    }
}

/// The name that is closest to what was written, if it is close: one slip in three letters, a swap counts as one.
fn nearest(written: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    names
        .map(|name| (strsim::damerau_levenshtein(written, name), name))
        .filter(|(slips, name)| *slips <= (name.len() / 3).max(1))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}

fn number(value: &FieldInput) -> Option<u64> {
    match value {
        FieldInput::Number(number) => Some(*number),
        FieldInput::Text(text) => match text.strip_prefix("0x") {
            Some(hex) => u64::from_str_radix(hex, 16).ok(),
            None => text.parse().ok(),
        },
        FieldInput::Bytes(_) => None,
    }
}

/// A hardware address as it is written.
pub(super) fn mac(text: &str) -> Option<[u8; 6]> {
    let mut address = [0; 6];
    let mut parts = text.split([':', '-']);
    for byte in &mut address {
        let part = parts.next().filter(|part| matches!(part.len(), 1 | 2))?;
        *byte = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(address)
}

/// `SYN|ACK`, `syn,ack`: the bits of all names, or nothing when one is unknown.
fn flag_names(text: &str, bit: impl Fn(&str) -> Option<u16>) -> Option<u16> {
    text.split(['|', ',', '+', ' '])
        .filter(|name| !name.is_empty())
        .map(|name| bit(&name.to_ascii_uppercase()))
        .try_fold(0, |all, bit| Some(all | bit?))
}

fn tcp_flag(name: &str) -> Option<u16> {
    flag::ALL
        .iter()
        .find(|(_, known)| *known == name)
        .map(|(bit, _)| *bit)
        .or_else(|| (name == "NONE").then_some(0))
}

/// The letters of scapy, and the dot with which tcpdump writes ACK.
fn tcp_letter(letter: char) -> Option<u16> {
    Some(match letter {
        'F' => flag::FIN,
        'S' => flag::SYN,
        'R' => flag::RST,
        'P' => flag::PSH,
        'A' | '.' => flag::ACK,
        'U' => flag::URG,
        'E' => flag::ECE,
        'C' => flag::CWR,
        _ => return None,
    })
}

fn dns_type(text: &str) -> Option<u16> {
    Some(match text.to_ascii_uppercase().as_str() {
        "A" => 1,
        "NS" => 2,
        "CNAME" => 5,
        "SOA" => 6,
        "PTR" => 12,
        "MX" => 15,
        "TXT" => 16,
        "AAAA" => 28,
        "SRV" => 33,
        "ANY" => 255,
        _ => return None,
    })
}

fn domain_name(name: &[u8]) -> Option<Vec<u8>> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let mut out = Vec::with_capacity(name.len() + 2);
    if !name.is_empty() {
        for label in name.split(|byte| *byte == b'.') {
            if !(1..=63).contains(&label.len()) {
                return None;
            }
            out.push(label.len() as u8);
            out.extend_from_slice(label);
        }
    }
    out.push(0);
    (out.len() <= 255).then_some(out)
}
