//! From layers to bytes for raw sockets: lengths, checksums and next protocols are filled in unless they are given. Not the parser
//! of `tcp(dport=5000, flags=S)`: it hands over plain names and values, which get their meaning here.

mod dns;
mod icmp;
mod input;
pub mod kind;
mod netlink;
mod network;
pub mod table;
mod transport;
mod ws;

use super::checksum::Pseudo;
use input::Input;
use kind::Protocol;
use std::net::IpAddr;

/// One layer as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerSpec {
    /// One of [`table::layer_names`]: `ip`, `tcp` …
    pub name: String,
    /// Bare words: `echo` in `icmp(echo, id=1)`.
    pub words: Vec<String>,
    /// Fields by name, in the order they were written: `id=1`.
    pub fields: Vec<(String, FieldInput)>,
}

/// The value of a field as it was written; what it may be depends on the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldInput {
    /// A number; `True` is 1.
    Number(u64),
    /// A bare word or text: `S`, `10.0.0.2`, `example.org`.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Why a packet cannot be built. The messages name the layer, the field and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// No such layer.
    #[error("there is no packet layer {name:?}{}; layers are {}", did_you_mean(*.nearest), table::layer_names().join(", "))]
    UnknownLayer {
        /// What was written.
        name: String,
        /// A name that is close to it.
        nearest: Option<&'static str>,
    },
    /// No such field in this layer.
    #[error("{layer} has no field {field:?}{}; its fields are {}", did_you_mean(*.nearest), table::field_names(layer).join(", "))]
    UnknownField {
        /// The layer.
        layer: &'static str,
        /// What was written.
        field: String,
        /// A name that is close to it.
        nearest: Option<&'static str>,
    },
    /// A bare word that this layer does not know.
    #[error("{layer} does not know the word {word:?}{}{}", did_you_mean(*.nearest), known_words(layer))]
    UnknownWord {
        /// The layer.
        layer: &'static str,
        /// What was written.
        word: String,
        /// A word that is close to it.
        nearest: Option<&'static str>,
    },
    /// A value that the field cannot take.
    #[error("{layer}: {field} takes {expected}, not {given}")]
    WrongValue {
        /// The layer.
        layer: &'static str,
        /// The field.
        field: &'static str,
        /// What it takes, in words.
        expected: String,
        /// What was written, safe to show.
        given: String,
    },
    /// A field that has no default.
    #[error("{layer} needs {field}: {expected}")]
    Missing {
        /// The layer.
        layer: &'static str,
        /// The field.
        field: &'static str,
        /// What it takes, in words.
        expected: String,
    },
    /// A field that was given twice.
    #[error("{layer}: {field} is given twice")]
    Twice {
        /// The layer.
        layer: &'static str,
        /// The field.
        field: &'static str,
    },
    /// More bytes than a length field can tell.
    #[error("{layer}: {what} would be {len} bytes long, {most} at most fit")]
    TooLong {
        /// The layer.
        layer: &'static str,
        /// What is too long.
        what: &'static str,
        /// Its length in bytes.
        len: usize,
        /// The greatest length in bytes.
        most: usize,
    },
}

impl LayerSpec {
    /// A layer without words and fields.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// A layer of bytes as they are.
    pub fn raw(bytes: &[u8]) -> Self {
        Self::new("raw").field("load", FieldInput::Bytes(bytes.to_vec()))
    }

    /// The same with one more bare word.
    #[must_use]
    pub fn word(mut self, word: &str) -> Self {
        self.words.push(word.to_owned());
        self
    }

    /// The same with one more field.
    #[must_use]
    pub fn field(mut self, name: &str, value: FieldInput) -> Self {
        self.fields.push((name.to_owned(), value));
        self
    }
}

/// Builds a packet, outermost layer first. Without an IP layer the checksums of TCP, UDP and ICMPv6 are left 0.
pub fn build(layers: &[LayerSpec]) -> Result<Vec<u8>, BuildError> {
    build_with(layers, None)
}

/// Builds a packet that will travel between these addresses (source, destination): they are the defaults of the outermost IP layer,
/// and without an IP layer they go into the checksums of TCP, UDP and ICMPv6.
pub fn build_with(
    layers: &[LayerSpec],
    addresses: Option<(IpAddr, IpAddr)>,
) -> Result<Vec<u8>, BuildError> {
    let inputs = layers
        .iter()
        .map(Input::new)
        .collect::<Result<Vec<_>, _>>()?;
    let mut bytes = Vec::new();
    for (index, input) in inputs.iter().enumerate().rev() {
        let place = Place {
            below: &inputs[..index],
            above: inputs.get(index + 1).map(Input::protocol),
            addresses,
        };
        bytes = layer(input, &place, bytes)?;
    }
    Ok(bytes)
}

/// Where a layer stands in its packet.
struct Place<'a> {
    /// The layers below, outermost first.
    below: &'a [Input<'a>],
    /// The layer above.
    above: Option<Protocol>,
    /// The addresses the caller knows.
    addresses: Option<(IpAddr, IpAddr)>,
}

impl Place<'_> {
    /// The protocol right below.
    fn beneath(&self) -> Option<Protocol> {
        self.below.last().map(Input::protocol)
    }

    /// The addresses the caller knows, if at most a link layer lies below: they belong to the outermost packet, not to one inside.
    fn defaults(&self) -> Option<(IpAddr, IpAddr)> {
        let mut below = self.below.iter();
        self.addresses
            .filter(|_| below.all(|input| input.protocol() == Protocol::Eth))
    }

    /// The pseudo header for a checksum; `None` when no IP layer lies right below and the caller knows no addresses.
    fn pseudo(&self, protocol: u8) -> Result<Option<Pseudo>, BuildError> {
        let addresses = match self.below.split_last() {
            Some((ip, below)) if ip.protocol().is_ip() => {
                let place = Place {
                    below,
                    above: None,
                    addresses: self.addresses,
                };
                Some(network::addresses(ip, &place)?)
            }
            _ => self.defaults(),
        };
        Ok(addresses.map(|(src, dst)| Pseudo { src, dst, protocol }))
    }
}

/// One layer in front of its payload.
fn layer(input: &Input<'_>, place: &Place<'_>, payload: Vec<u8>) -> Result<Vec<u8>, BuildError> {
    match input.protocol() {
        Protocol::Eth => network::eth(input, place, &payload),
        Protocol::Arp => network::arp(input, &payload),
        Protocol::Ip => network::ip(input, place, &payload),
        Protocol::Ip6 => network::ip6(input, place, &payload),
        Protocol::Tcp => transport::tcp(input, place, &payload),
        Protocol::Udp => transport::udp(input, place, &payload),
        Protocol::Icmp => icmp::icmp(input, &payload),
        Protocol::Icmp6 => icmp::icmp6(input, place, &payload),
        Protocol::Igmp => icmp::igmp(input, &payload),
        Protocol::Dns => dns::query(input, place, &payload),
        Protocol::Nlmsg => netlink::nlmsg(input, place, &payload),
        Protocol::Ifinfomsg => netlink::ifinfomsg(input, &payload),
        Protocol::Ifaddrmsg => netlink::ifaddrmsg(input, &payload),
        Protocol::Rtmsg => netlink::rtmsg(input, &payload),
        Protocol::Ndmsg => netlink::ndmsg(input, &payload),
        Protocol::InetDiagReq => netlink::inet_diag_req(input, &payload),
        Protocol::Genlmsghdr => netlink::genlmsghdr(input, &payload),
        Protocol::Nlattr => netlink::nlattr(input, &payload),
        Protocol::WebSocket => ws::ws(input, &payload),
        Protocol::Raw => {
            let mut bytes = input.bytes("load")?.unwrap_or_default();
            bytes.extend(payload);
            Ok(bytes)
        }
    }
}

fn did_you_mean(nearest: Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |name| format!(", did you mean {name}?"))
}

fn known_words(layer: &str) -> String {
    let words: Vec<&str> = table::layer_words(layer)
        .iter()
        .map(|word| word.name)
        .collect();
    if words.is_empty() {
        "; it takes only fields by name".to_owned()
    } else {
        format!("; it knows {}", words.join(", "))
    }
}

#[cfg(test)]
mod tests;
