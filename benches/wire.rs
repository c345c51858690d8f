//! How long the wire takes for a frame, without any IO: `cargo bench --bench wire`. Not a test; it prints figures.

use socklab::command::wire::WireOrder;
use socklab::lab::wire::{Port, Sink, Wire};
use std::hint::black_box;
use std::io::{Write as _, stdout};

/// Counts what leaves the wire.
struct Count(u64);

impl Sink for Count {
    fn deliver(&mut self, _to: Port, frame: &[u8]) {
        self.0 += black_box(frame).len() as u64;
    }
}

/// A TCP segment with 1448 bytes of data from host 1 to host 2; its checksums do not matter here.
fn segment() -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0];
    frame.extend([0x45, 0, 0x05, 0xdc, 0, 1, 0x40, 0, 64, 6, 0, 0]);
    frame.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    frame.extend([0x9c, 0x40, 0x13, 0x88, 0, 0, 0, 1, 0, 0, 0, 1]);
    frame.extend([
        0x80, 0x10, 1, 0, 0, 0, 0, 0, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1,
    ]);
    frame.resize(1514, b'x');
    frame
}

fn main() {
    const FRAMES: u64 = 2_000_000;
    let cases: [(&str, &[&str]); 7] = [
        ("no rules", &[]),
        ("a rule that is used up", &["drop next"]),
        ("loss 1%", &["loss 1%"]),
        ("rate 10gbit", &["rate 10gbit queue 10000"]),
        ("delay 1ms", &["delay 1ms"]),
        ("mtu 1500", &["mtu 1500"]),
        (
            "a filter that fits nothing",
            &["drop next where tcp.flags.syn == 1"],
        ),
    ];
    let mut out = stdout().lock();
    for (name, orders) in cases {
        let mut wire = Wire::new(1);
        let from = wire.attach("a", [2, 0, 0, 0, 0, 1], &[]);
        wire.attach("b", [2, 0, 0, 0, 0, 2], &[]);
        for order in orders {
            let order = WireOrder::parse(order).expect("an order");
            wire.order(&order, 0).expect("the wire takes it");
        }
        let frame = segment();
        let mut count = Count(0);
        #[expect(clippy::disallowed_methods, reason = "this program measures time")]
        let begin = std::time::Instant::now();
        // A frame each 2 µs: 6 Gbit/s.
        for now in 0..FRAMES {
            black_box(wire.accept(from, black_box(&frame), now * 2_000, &mut count));
        }
        let time = begin.elapsed();
        wire.release(u64::MAX, &mut count);
        let nanoseconds = time.as_nanos() as f64 / FRAMES as f64;
        let rate = 1e9 / nanoseconds;
        writeln!(
            out,
            "{name:28} {nanoseconds:7.1} ns a frame, {rate:10.0} frames a second, {} bytes delivered",
            count.0
        )
        .expect("standard output takes it");
    }
}
