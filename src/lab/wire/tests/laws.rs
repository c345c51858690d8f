//! What holds whatever is sent and whatever the rules are: nothing is invented, nothing vanishes without a ruling, order is kept,
//! the same seed gives the same verdicts, and no bytes make the wire fail.

use super::bench::{Bench, MS, Out, arp, headers, port, tcp, udp};
use crate::command::wire::WireOrder;
use crate::event::wire::{Effect, Ruling};
use crate::lab::wire::held::{MOST_BYTES, MOST_FRAMES};
use crate::lab::wire::{Accepted, Port};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use proptest::{prop_assert, prop_assert_eq};

/// Rules that keep the order.
const ORDERLY: &[&str] = &[
    "delay 50ms",
    "delay 20ms jitter 20ms",
    "delay 5ms from a",
    "rate 1mbit queue 5",
    "rate 100kbit to b",
    "loss 30%",
    "drop 2nd",
    "drop next 2 after 3 from a",
    "cut from b",
    "cut to c",
];

/// Rules that do not.
const UNRULY: &[&str] = &[
    "delay 30ms next 3",
    "delay 30ms 20%",
    "reorder 20%",
    "reorder next 2",
    "duplicate next 2",
    "duplicate 30%",
    "corrupt 50%",
    "mtu 68",
    "mtu 100 from a",
    "delay 10ms to c",
    "loss 50% where udp",
    "drop where tcp.seq == 1",
    "duplicate next where arp",
];

const NAMES: [&str; 3] = ["a", "b", "c"];

/// A message: nanoseconds since the last one, sender, receiver (3 is everyone).
type Message = (u64, usize, usize);

fn messages() -> impl Strategy<Value = Vec<Message>> {
    vec((0..20 * MS, 0..3_usize, 0..4_usize), 0..60)
}

fn rules(from: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(from), 0..4)
}

/// Sends the messages, each numbered; the rulings of each, and its frame.
fn run(bench: &mut Bench, messages: &[Message]) -> Vec<(Vec<Ruling>, Vec<u8>)> {
    let mut now = 0;
    messages
        .iter()
        .enumerate()
        .map(|(number, (gap, from, to))| {
            now += gap;
            let to = ["a", "b", "c", "all"][*to];
            let frame = udp(NAMES[*from], to, &format!("{number:04}"));
            bench.until(now);
            let mut out = Out::default();
            let rulings = match bench.wire.accept(port(NAMES[*from]), &frame, now, &mut out) {
                Accepted::Carried(rulings) => rulings.to_vec(),
                Accepted::Housekeeping => panic!("it is none"),
            };
            bench.note(now, out);
            (rulings, frame)
        })
        .collect()
}

fn number(frame: &[u8]) -> Option<usize> {
    let payload = frame.get(headers(frame).payload.range())?;
    std::str::from_utf8(payload).ok()?.parse().ok()
}

/// Whether the rules leave the receivers of a frame the same for all.
fn is_even(orders: &[&str]) -> bool {
    orders.iter().all(|order| !order.contains(" to "))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_arrives_was_sent_and_what_does_not_was_ruled(
        orders in rules(ORDERLY), more in rules(UNRULY), messages in messages(),
    ) {
        let orders: Vec<&str> = orders.into_iter().chain(more).collect();
        let mut bench = Bench::new(&orders);
        let sent = run(&mut bench, &messages);
        bench.until(u64::MAX);
        prop_assert_eq!(bench.wire.due_ns(), None);
        let left = std::mem::take(&mut bench.left);
        for (number, (rulings, frame)) in sent.iter().enumerate() {
            let (_, from, to) = messages[number];
            let has = |wanted: fn(&Effect) -> bool| rulings.iter().any(|ruling| wanted(&ruling.effect));
            let copies = 1 + rulings.iter().filter(|ruling| ruling.effect == Effect::Duplicated).count();
            let lost = has(|effect| matches!(effect, Effect::Lost | Effect::TooBig(_)));
            let changed = has(|effect| matches!(effect, Effect::Corrupted(_) | Effect::Fragmented(_)));
            let receivers = (0..3).filter(|host| *host != from && (to == 3 || to == *host));
            for host in receivers {
                let arrived = left
                    .iter()
                    .filter(|(_, port, bytes)| usize::from(port.0) == host && bytes == frame)
                    .count();
                if changed || (lost && !is_even(&orders)) {
                    continue;
                }
                let expected = if lost { 0 } else { copies };
                // A copy of a broadcast may be doubled alone, when the others are lost or have rules of their own.
                if is_even(&orders) {
                    prop_assert_eq!(arrived, expected, "{} to {}: {:?}", number, host, rulings);
                } else {
                    prop_assert!((1..=copies).contains(&arrived), "{} to {}: {:?}", number, host, rulings);
                }
            }
        }
        for (_, port, bytes) in &left {
            let known = sent.iter().enumerate().any(|(number, (rulings, frame))| {
                let may_differ = rulings.iter().any(|ruling| {
                    matches!(ruling.effect, Effect::Corrupted(_) | Effect::Fragmented(_) | Effect::TooBig(_))
                });
                usize::from(port.0) != messages[number].1 && bytes == frame || may_differ
            });
            prop_assert!(known, "{bytes:?}");
        }
    }

    #[test]
    fn frames_of_a_direction_arrive_in_order(orders in rules(ORDERLY), messages in messages()) {
        let mut bench = Bench::new(&orders);
        run(&mut bench, &messages);
        bench.until(u64::MAX);
        for from in 0..3 {
            for to in 0..3_u16 {
                let numbers: Vec<usize> = bench
                    .left
                    .iter()
                    .filter(|(_, port, _)| port.0 == to)
                    .filter_map(|(_, _, bytes)| number(bytes))
                    .filter(|number| messages[*number].1 == from && messages[*number].2 != 3)
                    .collect();
                prop_assert!(numbers.is_sorted(), "{numbers:?}");
            }
        }
        prop_assert!(bench.left.is_sorted_by_key(|(time, _, _)| *time));
    }

    #[test]
    fn the_same_seed_gives_the_same_verdicts(
        seed in any::<u64>(), orders in rules(UNRULY), messages in messages(),
    ) {
        let verdicts = || {
            let seed = format!("seed {seed}");
            let mut bench = Bench::new(&[&[seed.as_str()], &orders[..]].concat());
            let sent = run(&mut bench, &messages);
            bench.until(u64::MAX);
            (sent, bench.left)
        };
        prop_assert_eq!(verdicts(), verdicts());
    }

    #[test]
    fn no_bytes_make_the_wire_fail(
        orders in rules(UNRULY),
        frames in vec((0..4_u16, garbage()), 0..12),
    ) {
        let mut bench = Bench::new(&[&["corrupt 100%", "mtu 68", "drop where tcp.seq > 9 || icmpv6 || arp"], &orders[..]].concat());
        for (step, (from, bytes)) in frames.iter().enumerate() {
            let mut out = Out::default();
            let _ = bench.wire.accept(Port(*from), bytes, step as u64, &mut out);
        }
        bench.until(u64::MAX);
    }
}

/// Frames that are whole, cut, or have bytes changed.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        Just(udp("a", "b", &"x".repeat(200))),
        Just(tcp("a", "b", "S", 5, 0, "")),
        Just(tcp("a", "b", "A", 10, 1, "data")),
        Just(arp("c")),
        vec(any::<u8>(), 0..80),
    ];
    (whole, any::<u16>(), vec((any::<u16>(), any::<u8>()), 0..6)).prop_map(
        |(mut bytes, cut, changes)| {
            for (at, byte) in changes {
                let length = bytes.len().max(1);
                if let Some(place) = bytes.get_mut(usize::from(at) % length) {
                    *place = byte;
                }
            }
            if cut % 3 == 0 {
                bytes.truncate(usize::from(cut) % (bytes.len() + 1));
            }
            bytes
        },
    )
}

#[test]
fn what_is_on_its_way_is_bounded_and_the_rest_is_lost_by_the_rule_that_holds_it() {
    let mut bench = Bench::new(&["delay 60s"]);
    let small = udp("a", "b", "x");
    for _ in 0..MOST_FRAMES {
        let rulings = bench.wire.accept(port("a"), &small, 0, &mut Out::default());
        assert!(matches!(rulings, Accepted::Carried([_])));
    }
    assert_eq!(bench.send(0, "a", &small), "1 delayed 60000, 1 lost");
    let order = WireOrder::parse("clear").expect("an order");
    bench.wire.order(&order, 1).expect("it is taken");
    let mut out = Out::default();
    bench.wire.release(1, &mut out);
    assert_eq!(out.0.len(), MOST_FRAMES);
    bench.order("delay 60s", 1).expect("it is taken");
    let large = udp("a", "b", &"x".repeat(60_000));
    let room = MOST_BYTES / large.len();
    for _ in 0..room {
        assert_eq!(bench.send(MS, "a", &large), "1 delayed 60000");
    }
    assert_eq!(bench.send(MS, "a", &large), "1 delayed 60000, 1 lost");
}
