//! The wire as a plain switch: every frame goes to the port of its address at once. Its rules are not here yet.
use crate::command::wire::WireOrder;
use crate::event::wire::{RuleRow, Ruling};
use std::net::IpAddr;
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Port(pub u16);
pub trait Sink {
    fn deliver(&mut self, to: Port, frame: &[u8]);
}
#[derive(Debug)]
pub enum Accepted<'a> {
    Housekeeping,
    Carried(&'a [Ruling]),
}
#[derive(Debug, thiserror::Error)]
#[error("no")]
pub struct WireError;
#[derive(Debug)]
pub struct Wire {
    macs: Vec<[u8; 6]>,
}
impl Wire {
    pub fn new(_seed: u64) -> Self {
        Self { macs: Vec::new() }
    }
    pub fn attach(&mut self, _name: &str, mac: [u8; 6], _addresses: &[IpAddr]) -> Port {
        self.macs.push(mac);
        Port(self.macs.len() as u16 - 1)
    }
    pub fn order(
        &mut self,
        _order: &WireOrder,
        _now: u64,
        _sink: &mut impl Sink,
    ) -> Result<Vec<RuleRow>, WireError> {
        Ok(Vec::new())
    }
    pub fn accept(
        &mut self,
        from: Port,
        frame: &[u8],
        _now: u64,
        sink: &mut impl Sink,
    ) -> Accepted<'_> {
        for (i, mac) in self.macs.iter().enumerate() {
            if i != usize::from(from.0) && (frame[0] & 1 == 1 || frame[..6] == mac[..]) {
                sink.deliver(Port(i as u16), frame);
            }
        }
        Accepted::Carried(&[])
    }
    pub fn release(&mut self, _now: u64, _sink: &mut impl Sink) {}
    pub fn due_ns(&self) -> Option<u64> {
        None
    }
}
