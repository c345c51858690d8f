//! Packet layers (`ip(…)/tcp(…)`) to the bytes that are sent. What the fields mean is `packet::build`'s knowledge.

use super::arguments::given;
use super::execution::{Execution, Outcome, Stop};
use super::operator::{describe, integer};
use super::text::number_of;
use crate::command::ast::{Call, Expr, Layer, Operator};
use crate::packet::build::{FieldInput, LayerSpec, build_with};
use crate::sys::{address, names, socket};
use crate::value::{Address, Value};
use std::net::IpAddr;

impl Execution<'_> {
    /// The data of a verb that sends; a packet is built for the way from this socket to the peer.
    pub(super) fn data_towards(
        &mut self,
        call: &Call,
        place: usize,
        fd: i32,
        peer: Option<&Address>,
    ) -> Outcome<Vec<u8>> {
        match given(call, place) {
            Some(expr) if is_layer(expr) => {
                let mut layers = Vec::new();
                self.gather(expr, &mut layers)?;
                // Without one of these no address is asked for, so the kernel is not.
                let needs_way = layers.iter().any(|layer| {
                    matches!(layer.name.as_str(), "ip" | "ip6" | "tcp" | "udp" | "icmp6")
                });
                let addresses = needs_way.then(|| self.way(fd, peer)).flatten();
                built(&layers, addresses)
            }
            _ => self.data(call, place),
        }
    }

    /// Source and destination of what a raw socket will send, for the checksums that cover them. The kernel picks the source
    /// by its routes, and is asked for it.
    fn way(&self, fd: i32, peer: Option<&Address>) -> Option<(IpAddr, IpAddr)> {
        let family = self.descriptor(fd)?.family;
        if family != number_of("AF_INET") && family != number_of("AF_INET6") {
            return None;
        }
        let destination = match peer {
            Some(peer) => peer.ip()?,
            None => address::decode(&socket::getpeername(fd).ok()?).ip()?,
        };
        let bound = socket::getsockname(fd).ok();
        let source = bound
            .and_then(|bytes| address::decode(&bytes).ip())
            .filter(|ip| !ip.is_unspecified())
            .or_else(|| names::source_towards(destination))?;
        Some((source, destination))
    }

    /// The bytes of a packet that no socket is known for yet.
    pub(super) fn packet(&mut self, expr: &Expr) -> Outcome<Vec<u8>> {
        let mut layers = Vec::new();
        self.gather(expr, &mut layers)?;
        built(&layers, None)
    }

    /// The layers of an expression, outermost first.
    fn gather(&mut self, expr: &Expr, layers: &mut Vec<LayerSpec>) -> Outcome<()> {
        match expr {
            Expr::Binary(Operator::Over, below, above) => {
                self.gather(below, layers)?;
                self.gather(above, layers)?;
            }
            Expr::Layer(layer) => layers.push(self.layer(layer)?),
            other => {
                let value = self.evaluate(other)?;
                let Some(bytes) = super::arguments::data_of(&value) else {
                    return Err(Stop::because(format!(
                        "on a layer goes another layer, bytes or text, not {}",
                        describe(&value)
                    )));
                };
                layers.push(LayerSpec::raw(&bytes));
            }
        }
        Ok(())
    }

    fn layer(&mut self, layer: &Layer) -> Outcome<LayerSpec> {
        let mut spec = LayerSpec::new(&layer.name);
        for expr in &layer.positional {
            spec = match expr {
                Expr::Name(word) | Expr::Str(word) | Expr::Constant(word) => spec.word(word),
                _ => {
                    return Err(Stop::because(format!(
                        "in {}(…) stand words and `field=value`",
                        layer.name
                    )));
                }
            };
        }
        for (name, expr) in &layer.named {
            let value = self.field(&layer.name, name, expr)?;
            spec = spec.field(name, value);
        }
        Ok(spec)
    }

    fn field(&mut self, layer: &str, name: &str, expr: &Expr) -> Outcome<FieldInput> {
        let value = match expr {
            // A bare word is a variable when there is one, but flags are letters.
            Expr::Name(word) => {
                let known = self
                    .engine
                    .memory
                    .with(|contents| contents.variables.get(word).cloned());
                match known {
                    Some(value) if name != "flags" => value,
                    _ => return Ok(FieldInput::Text(word.clone())),
                }
            }
            other => self.evaluate(other)?,
        };
        let unfit = |found: &str| {
            Stop::because(format!(
                "{name} of {layer} is a number, a word, text or bytes, not {found}"
            ))
        };
        match &value {
            Value::Str(text) => Ok(FieldInput::Text(text.clone())),
            Value::Bytes(bytes) => Ok(FieldInput::Bytes(bytes.clone())),
            Value::Address(address) => match address.ip() {
                Some(ip) => Ok(FieldInput::Text(ip.to_string())),
                None => Err(unfit("that address")),
            },
            other => match integer(other) {
                Some(number) => u64::try_from(number)
                    .map(FieldInput::Number)
                    .map_err(|_| unfit("a negative number")),
                None => Err(unfit(describe(other))),
            },
        }
    }
}

fn built(layers: &[LayerSpec], addresses: Option<(IpAddr, IpAddr)>) -> Outcome<Vec<u8>> {
    build_with(layers, addresses).map_err(|error| Stop::because(error.to_string()))
}

/// True for a layer, or layers put on one another.
pub(super) fn is_layer(expr: &Expr) -> bool {
    match expr {
        Expr::Layer(_) => true,
        Expr::Binary(Operator::Over, below, _) => is_layer(below),
        _ => false,
    }
}
