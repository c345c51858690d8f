//! A wire with hosts at its ports, and the frames that they send: what the tests of the wire are written with.

use crate::command::wire::WireOrder;
use crate::event::wire::{Effect, RuleRow};
use crate::lab::wire::orders::WireError;
use crate::lab::wire::{Accepted, Port, Sink, Wire};
use crate::packet::build::{FieldInput, LayerSpec, build};
use crate::packet::decode::decode;
use crate::packet::headers::{Headers, LinkType};
use std::net::IpAddr;

/// A millisecond in nanoseconds.
pub(super) const MS: u64 = 1_000_000;

/// What left the wire.
#[derive(Default)]
pub(super) struct Out(pub(super) Vec<(Port, Vec<u8>)>);

impl Sink for Out {
    fn deliver(&mut self, to: Port, frame: &[u8]) {
        self.0.push((to, frame.to_vec()));
    }
}

/// A wire with hosts a, b and c, and all that left it: time, host, frame.
pub(super) struct Bench {
    pub(super) wire: Wire,
    pub(super) left: Vec<(u64, Port, Vec<u8>)>,
}

pub(super) fn mac(host: u8) -> [u8; 6] {
    [2, 0, 0, 0, 0, host]
}

pub(super) fn text(mac: [u8; 6]) -> String {
    mac.map(|octet| format!("{octet:02x}")).join(":")
}

pub(super) fn port(name: &str) -> Port {
    Port(u16::from(name.as_bytes()[0] - b'a'))
}

impl Bench {
    pub(super) fn new(orders: &[&str]) -> Self {
        let mut bench = Self {
            wire: Wire::new(1),
            left: Vec::new(),
        };
        for (place, name) in ["a", "b", "c"].into_iter().enumerate() {
            let number = place as u8 + 1;
            let addresses: [IpAddr; 2] = [
                IpAddr::from([10, 0, 0, number]),
                IpAddr::from([0xfd00, 0, 0, 0, 0, 0, 0, u16::from(number)]),
            ];
            assert_eq!(bench.wire.attach(name, mac(number), &addresses), port(name));
        }
        for order in orders {
            bench.order(order, 0).expect("the order is taken");
        }
        bench
    }

    pub(super) fn order(&mut self, text: &str, now_ms: u64) -> Result<Vec<RuleRow>, WireError> {
        self.until(now_ms * MS);
        let order = WireOrder::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let rows = self.wire.order(&order, now_ms * MS);
        self.until(now_ms * MS);
        rows
    }

    /// Lets the time pass, releasing each frame when it is due.
    pub(super) fn until(&mut self, now_ns: u64) {
        while let Some(due) = self.wire.due_ns().filter(|due| *due <= now_ns) {
            let mut out = Out::default();
            self.wire.release(due, &mut out);
            self.note(due, out);
        }
    }

    pub(super) fn note(&mut self, now_ns: u64, out: Out) {
        let frames = out.0.into_iter();
        self.left
            .extend(frames.map(|(port, frame)| (now_ns, port, frame)));
    }

    /// A frame goes in; what the rules did, in words.
    pub(super) fn send(&mut self, now_ns: u64, from: &str, frame: &[u8]) -> String {
        self.until(now_ns);
        let mut out = Out::default();
        let words = match self.wire.accept(port(from), frame, now_ns, &mut out) {
            Accepted::Housekeeping => "housekeeping".to_owned(),
            Accepted::Carried(rulings) => rulings
                .iter()
                .map(|ruling| {
                    let effect = match ruling.effect {
                        Effect::Lost => "lost".to_owned(),
                        Effect::Held => "held".to_owned(),
                        Effect::Delayed(time) => format!("delayed {}", milliseconds(time)),
                        Effect::Duplicated => "duplicated".to_owned(),
                        Effect::Reordered => "reordered".to_owned(),
                        Effect::Corrupted(_) => "corrupted".to_owned(),
                        Effect::TooBig(mtu) => format!("too big for {mtu}"),
                        Effect::Fragmented(count) => format!("{count} fragments"),
                    };
                    format!("{} {effect}", ruling.rule)
                })
                .collect::<Vec<_>>()
                .join(", "),
        };
        self.note(now_ns, out);
        words
    }

    /// All that left since the last look: `50 b:one`.
    pub(super) fn left(&mut self) -> Vec<String> {
        self.until(u64::MAX);
        let left = std::mem::take(&mut self.left);
        left.into_iter()
            .map(|(time, port, frame)| {
                let host = ["a", "b", "c"][usize::from(port.0)];
                format!("{} {host}:{}", milliseconds(time), label(&frame))
            })
            .collect()
    }
}

pub(super) fn milliseconds(time: u64) -> String {
    if time.is_multiple_of(MS) {
        (time / MS).to_string()
    } else {
        format!("{:.3}", time as f64 / MS as f64)
    }
}

pub(super) fn headers(frame: &[u8]) -> Headers {
    decode(LinkType::ETHERNET, frame, frame.len() as u32)
}

/// A frame by its data, or by its protocol where it has none.
pub(super) fn label(frame: &[u8]) -> String {
    let payload = headers(frame).payload;
    match frame.get(payload.range()) {
        Some(bytes) if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic) => {
            let text: String = bytes.iter().copied().map(char::from).collect();
            if text.len() > 20 {
                format!("{} bytes", text.len())
            } else {
                text
            }
        }
        _ => format!("{} bytes in all", frame.len()),
    }
}

pub(super) fn eth(from: &str, to: &str) -> LayerSpec {
    let address = |host: &str| match host {
        "all" => [0xff; 6],
        host => mac(host.as_bytes()[0] - b'a' + 1),
    };
    LayerSpec::new("eth")
        .field("src", FieldInput::Text(text(address(from))))
        .field("dst", FieldInput::Text(text(address(to))))
}

pub(super) fn ip(from: &str, to: &str) -> LayerSpec {
    let address = |host: &str| match host {
        "all" => "10.0.0.255".to_owned(),
        host => format!("10.0.0.{}", host.as_bytes()[0] - b'a' + 1),
    };
    LayerSpec::new("ip")
        .field("src", FieldInput::Text(address(from)))
        .field("dst", FieldInput::Text(address(to)))
}

pub(super) fn frame(layers: &[LayerSpec]) -> Vec<u8> {
    build(layers).expect("the layers are right")
}

/// A UDP datagram.
pub(super) fn udp(from: &str, to: &str, data: &str) -> Vec<u8> {
    let udp = LayerSpec::new("udp")
        .field("sport", FieldInput::Number(4000))
        .field("dport", FieldInput::Number(5000));
    frame(&[
        eth(from, to),
        ip(from, to),
        udp,
        LayerSpec::raw(data.as_bytes()),
    ])
}

/// A TCP segment between port 4000 of a and port 5000 of b.
pub(super) fn tcp(from: &str, to: &str, flags: &str, seq: u64, ack: u64, data: &str) -> Vec<u8> {
    let (sport, dport) = if from == "a" {
        (4000, 5000)
    } else {
        (5000, 4000)
    };
    let tcp = LayerSpec::new("tcp")
        .field("sport", FieldInput::Number(sport))
        .field("dport", FieldInput::Number(dport))
        .field("flags", FieldInput::Text(flags.to_owned()))
        .field("seq", FieldInput::Number(seq))
        .field("ack", FieldInput::Number(ack));
    frame(&[
        eth(from, to),
        ip(from, to),
        tcp,
        LayerSpec::raw(data.as_bytes()),
    ])
}

pub(super) fn arp(from: &str) -> Vec<u8> {
    let arp = LayerSpec::new("arp").field("pdst", FieldInput::Text("10.0.0.2".to_owned()));
    frame(&[eth(from, "all"), arp])
}
