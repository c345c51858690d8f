//! Any text as an order to the wire, line by line, with frames between: what parses is read back the same, a frame that is due leaves,
//! and the wire never delivers to the host that sent. Run with `cargo +nightly fuzz run wire`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::command::wire::{WireOrder, suggest};
use socklab::lab::wire::{Port, Sink, Wire};
use std::net::IpAddr;

/// Counts what leaves.
struct Out {
    sender: Option<Port>,
    frames: usize,
}

impl Sink for Out {
    fn deliver(&mut self, to: Port, frame: &[u8]) {
        assert!(self.sender.is_none_or(|sender| sender != to));
        assert!(!frame.is_empty());
        self.frames += 1;
    }

    fn answer(&mut self, _: Port, frame: &[u8]) {
        assert!(!frame.is_empty());
    }
}

/// A UDP datagram of so many bytes from one host to another; a broadcast for the same one.
fn frame(from: u8, to: u8, len: u16) -> Vec<u8> {
    let mut bytes = if from == to {
        vec![255; 6]
    } else {
        vec![2, 0, 0, 0, 0, to]
    };
    bytes.extend([2, 0, 0, 0, 0, from, 8, 0, 0x45, 0]);
    bytes.extend((28 + len).to_be_bytes());
    bytes.extend([0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
    bytes.extend([19, 136, 19, 136]);
    bytes.extend((8 + len).to_be_bytes());
    bytes.extend([0, 0]);
    bytes.resize(bytes.len() + usize::from(len), b'x');
    bytes
}

fuzz_target!(|text: &str| {
    let mut wire = Wire::new(7);
    for number in 1..=3_u8 {
        let address = IpAddr::from([10, 0, 0, number]);
        wire.attach(
            ["a", "b", "c"][usize::from(number) - 1],
            [2, 0, 0, 0, 0, number],
            &[address],
        );
    }
    let mut now_ns = 0;
    for line in text.lines().take(32) {
        let _ = suggest::next(line);
        let _ = suggest::shape(line);
        match WireOrder::parse(line) {
            Ok(order) => {
                assert_eq!(
                    WireOrder::parse(&order.text()).as_ref(),
                    Ok(&order),
                    "{line:?}"
                );
                let _ = wire.order(&order, now_ns);
            }
            Err(error) => assert!(error.span.end <= line.len(), "{error:?}"),
        }
        for (place, byte) in line.bytes().take(24).enumerate() {
            let (from, to) = (byte % 3 + 1, byte / 3 % 3 + 1);
            let mut out = Out {
                sender: None,
                frames: 0,
            };
            wire.release(now_ns, &mut out);
            assert!(wire.due_ns().is_none_or(|due| due > now_ns));
            let mut out = Out {
                sender: Some(Port(u16::from(from) - 1)),
                frames: 0,
            };
            let sent = frame(from, to, u16::from(byte) * place as u16 % 1473);
            wire.accept(Port(u16::from(from) - 1), &sent, now_ns, &mut out);
            now_ns += u64::from(byte) * 100_000;
        }
    }
    // All that waits leaves, in a time that has an end.
    let mut out = Out {
        sender: None,
        frames: 0,
    };
    for _ in 0..100_000 {
        let Some(due) = wire.due_ns() else {
            return;
        };
        wire.release(due.max(now_ns), &mut out);
        now_ns = due.max(now_ns);
    }
    panic!("something on the wire never leaves it");
});
