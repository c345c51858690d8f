//! What the wire answers to packets that are too long, byte by byte, and the fragments it makes.

use super::bench::{Bench, Out, eth, frame, headers, ip, mac, port, text, udp};
use crate::command::wire::WireOrder;
use crate::lab::wire::too_big::{ROUTER_IPV4, ROUTER_IPV6, ROUTER_MAC};
use crate::lab::wire::{Accepted, Port, Sink, Wire};
use crate::packet::build::{FieldInput, LayerSpec};
use crate::packet::checksum;
use crate::packet::dissect;
use crate::packet::headers::{LinkType, Net, Transport};

/// What the wire sent, and what of it was its own.
#[derive(Default)]
struct Told {
    carried: Out,
    answers: Vec<(Port, Vec<u8>)>,
}

impl Sink for Told {
    fn deliver(&mut self, to: Port, frame: &[u8]) {
        self.carried.deliver(to, frame);
    }

    fn answer(&mut self, to: Port, frame: &[u8]) {
        self.answers.push((to, frame.to_vec()));
    }
}

fn numbered(length: usize) -> Vec<u8> {
    (0..length).map(|at| at as u8).collect()
}

/// A UDP datagram over IPv4 with so many bytes of data.
fn datagram(flags: &str, length: usize) -> Vec<u8> {
    let ip = ip("a", "b")
        .field("flags", FieldInput::Text(flags.to_owned()))
        .field("id", FieldInput::Number(77));
    let udp = LayerSpec::new("udp")
        .field("sport", FieldInput::Number(4000))
        .field("dport", FieldInput::Number(5000));
    frame(&[eth("a", "b"), ip, udp, LayerSpec::raw(&numbered(length))])
}

fn ip6(destination: &str) -> LayerSpec {
    LayerSpec::new("ip6")
        .field("src", FieldInput::Text("fd00::1".to_owned()))
        .field("dst", FieldInput::Text(destination.to_owned()))
}

/// What comes of a frame from a at this MTU.
fn sent(mtu: u16, bytes: &[u8]) -> (String, Told) {
    let mut bench = Bench::new(&[]);
    let order = WireOrder::parse(&format!("mtu {mtu}")).expect("an order");
    bench.wire.order(&order, 0).expect("it is taken");
    let mut told = Told::default();
    let words = match bench.wire.accept(port("a"), bytes, 0, &mut told) {
        Accepted::Carried(rulings) => format!("{rulings:?}"),
        Accepted::Housekeeping => "housekeeping".to_owned(),
    };
    (words, told)
}

/// Every checksum of the frame is right.
fn checks(bytes: &[u8]) {
    for layer in dissect::tree(LinkType::ETHERNET, bytes, bytes.len() as u32, false) {
        for field in &layer.fields {
            let shown = format!("{field:?}");
            assert!(!shown.contains("incorrect"), "{shown}");
        }
    }
}

#[test]
fn the_answer_to_a_packet_that_may_not_be_fragmented_is_this_to_the_byte() {
    // 20 + 8 + 41 bytes: one more than the MTU.
    let sent_frame = datagram("DF", 41);
    let (words, told) = sent(68, &sent_frame);
    assert_eq!(words, "[Ruling { rule: 1, effect: TooBig(68) }]");
    assert_eq!(told.carried.0, []);
    let [(to, answer)] = &told.answers[..] else {
        panic!("one answer");
    };
    assert_eq!(*to, port("a"));
    let mut expected = Vec::new();
    expected.extend(mac(1));
    expected.extend([2, 0, 0, 0, 0xff, 0xfe, 8, 0]);
    // Version and length of the header, service, length 97, identification, no flags, TTL 64, ICMP, checksum.
    expected.extend([0x45, 0, 0, 97, answer[18], answer[19], 0, 0, 64, 1]);
    let mut header = expected[14..].to_vec();
    header.extend([0, 0, 10, 0, 0, 254, 10, 0, 0, 1]);
    expected.extend(checksum::plain(&header, 10).to_be_bytes());
    expected.extend([10, 0, 0, 254, 10, 0, 0, 1]);
    let mut message = vec![3, 4, 0, 0, 0, 0, 0, 68];
    message.extend(&sent_frame[14..]);
    let sum = checksum::plain(&message, 2);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    expected.extend(message);
    assert_eq!(*answer, expected);
}

#[test]
fn a_long_packet_is_quoted_as_far_as_576_bytes_go() {
    let sent_frame = datagram("DF", 1200);
    let (_, told) = sent(576, &sent_frame);
    let (_, answer) = &told.answers[0];
    assert_eq!(answer.len(), 14 + 576);
    assert_eq!(answer[14 + 28..], sent_frame[14..14 + 548]);
    let read = headers(answer);
    let (Net::Ipv4(ip), Transport::Icmp(icmp)) = (read.net, read.transport) else {
        panic!("{read:?}");
    };
    assert_eq!((ip.src, ip.ttl, ip.df), (ROUTER_IPV4, 64, false));
    assert_eq!((icmp.kind, icmp.code), (3, 4));
    assert_eq!(answer[14 + 20 + 6..14 + 28], 576_u16.to_be_bytes());
    assert_eq!(
        icmp.quoted.and_then(|quoted| quoted.ports),
        Some((4000, 5000))
    );
    assert_eq!(checksum::plain(&answer[14..34], 10), ip.checksum);
    assert_eq!(checksum::plain(&answer[34..], 2), icmp.checksum);
}

#[test]
fn ipv6_is_answered_too_and_never_held_to_less_than_1280_bytes() {
    let udp = || {
        LayerSpec::new("udp")
            .field("sport", FieldInput::Number(4000))
            .field("dport", FieldInput::Number(5000))
    };
    let datagram = |length| {
        frame(&[
            eth("a", "b"),
            ip6("fd00::2"),
            udp(),
            LayerSpec::raw(&numbered(length)),
        ])
    };
    let (words, told) = sent(576, &datagram(1280 - 48));
    assert_eq!((words.as_str(), told.carried.0.len()), ("[]", 1));
    let (words, told) = sent(576, &datagram(1280 - 47));
    assert_eq!(words, "[Ruling { rule: 1, effect: TooBig(1280) }]");
    let (to, answer) = &told.answers[0];
    assert_eq!((*to, answer.len()), (port("a"), 14 + 1280));
    let read = headers(answer);
    let (Net::Ipv6(ip), Transport::Icmpv6(icmp)) = (read.net, read.transport) else {
        panic!("{read:?}");
    };
    assert_eq!(ip.src, ROUTER_IPV6);
    assert_eq!((icmp.kind, icmp.code), (2, 0));
    assert_eq!(answer[14 + 44..14 + 48], 1280_u32.to_be_bytes());
    assert_eq!(answer[14 + 48..], datagram(1280 - 47)[14..14 + 1232]);
    assert_eq!(read.ethernet.map(|link| link.src), Some(ROUTER_MAC));
    checks(answer);
    let (words, _) = sent(1400, &datagram(1400 - 47));
    assert_eq!(words, "[Ruling { rule: 1, effect: TooBig(1400) }]");
}

#[test]
fn nobody_is_told_of_what_must_not_be_answered() {
    let with = |ip: LayerSpec, layer: LayerSpec, link: LayerSpec| {
        let ip = ip.field("flags", FieldInput::Text("DF".to_owned()));
        frame(&[link, ip, layer, LayerSpec::raw(&numbered(900))])
    };
    let icmp = |kind| LayerSpec::new("icmp").field("type", FieldInput::Number(kind));
    let from = |address: &str| {
        LayerSpec::new("ip")
            .field("src", FieldInput::Text(address.to_owned()))
            .field("dst", FieldInput::Text("10.0.0.2".to_owned()))
    };
    for (bytes, answered) in [
        (with(ip("a", "b"), icmp(8), eth("a", "b")), true),
        (with(ip("a", "b"), icmp(3), eth("a", "b")), false),
        (with(ip("a", "b"), icmp(11), eth("a", "b")), false),
        (
            with(
                ip("a", "b").field("frag", FieldInput::Number(8)),
                icmp(8),
                eth("a", "b"),
            ),
            false,
        ),
        (with(ip("a", "all"), icmp(8), eth("a", "all")), false),
        (with(from("0.0.0.0"), icmp(8), eth("a", "b")), false),
        (with(from("224.0.0.1"), icmp(8), eth("a", "b")), false),
    ] {
        let (words, told) = sent(576, &bytes);
        assert_eq!(words, "[Ruling { rule: 1, effect: TooBig(576) }]");
        assert_eq!(
            told.answers.len(),
            usize::from(answered),
            "{:?}",
            headers(&bytes)
        );
        assert!(told.carried.0.is_empty());
    }
}

#[test]
fn a_packet_that_may_be_fragmented_arrives_in_pieces_that_make_it_again() {
    for (length, mtu, count) in [
        (549, 576, 2),
        (1472, 576, 3),
        (1472, 68, 31),
        (41, 68, 2),
        (548, 576, 1),
    ] {
        let whole = datagram("0", length);
        let (words, told) = sent(mtu, &whole);
        let expected = match count {
            1 => "[]".to_owned(),
            count => format!("[Ruling {{ rule: 1, effect: Fragmented({count}) }}]"),
        };
        assert_eq!(words, expected, "{length} {mtu}");
        assert_eq!(told.carried.0.len(), count);
        let mut data: Vec<u8> = Vec::new();
        for (place, (to, piece)) in told.carried.0.iter().enumerate() {
            let Net::Ipv4(ip) = headers(piece).net else {
                panic!("IPv4");
            };
            assert_eq!(*to, port("b"));
            assert!(ip.len <= u32::from(mtu) && piece.len() == 14 + ip.len as usize);
            assert_eq!((ip.id, ip.mf, ip.df), (77, place + 1 < count, false));
            assert_eq!(usize::from(ip.frag_offset), data.len());
            assert_eq!(checksum::plain(&piece[14..34], 10), ip.checksum);
            data.extend(&piece[34..]);
        }
        assert_eq!(data, whole[34..]);
    }
}

#[test]
fn a_fragment_is_fragmented_further_with_its_offset_and_its_flag() {
    let ip = ip("a", "b")
        .field("flags", FieldInput::Text("MF".to_owned()))
        .field("frag", FieldInput::Number(10));
    let bytes = frame(&[eth("a", "b"), ip, LayerSpec::raw(&numbered(96))]);
    let (_, told) = sent(68, &bytes);
    let read: Vec<_> = told
        .carried
        .0
        .iter()
        .map(|(_, piece)| match headers(piece).net {
            Net::Ipv4(ip) => (ip.frag_offset, ip.mf, ip.len),
            _ => (0, false, 0),
        })
        .collect();
    let start = match headers(&bytes).net {
        Net::Ipv4(ip) => ip.frag_offset,
        _ => 0,
    };
    assert_eq!(read, [(start, true, 68), (start + 48, true, 68)]);
}

#[test]
fn later_fragments_have_only_the_options_that_are_to_be_copied() {
    // A record route (7), which is not copied, and a router alert (0x94), which is.
    let plain = datagram("0", 100);
    let mut bytes = plain[..34].to_vec();
    bytes.extend([7, 3, 4, 0x94, 4, 0, 0, 0]);
    bytes.extend(&plain[34..]);
    bytes[14] = 0x47;
    let length = (bytes.len() - 14) as u16;
    bytes[16..18].copy_from_slice(&length.to_be_bytes());
    let sum = checksum::plain(&bytes[14..42], 10);
    bytes[24..26].copy_from_slice(&sum.to_be_bytes());
    let (_, told) = sent(68, &bytes);
    let options: Vec<Vec<u8>> = told
        .carried
        .0
        .iter()
        .map(|(_, piece)| {
            let end = 14 + usize::from(piece[14] & 15) * 4;
            assert_eq!(
                checksum::plain(&piece[14..end], 10).to_be_bytes(),
                piece[24..26]
            );
            piece[34..end].to_vec()
        })
        .collect();
    assert_eq!(
        options,
        [
            vec![7, 3, 4, 0x94, 4, 0, 0, 0],
            vec![0x94, 4, 0, 0],
            vec![0x94, 4, 0, 0]
        ]
    );
}

#[test]
fn fragments_are_delayed_and_doubled_together() {
    let mut bench = Bench::new(&["mtu 576", "duplicate next", "delay 5ms"]);
    let words = bench.send(0, "a", &datagram("0", 600));
    assert_eq!(words, "1 2 fragments, 2 duplicated, 3 delayed 5");
    bench.until(u64::MAX);
    let offsets: Vec<(u64, u16)> = bench
        .left
        .iter()
        .map(|(time, _, piece)| match headers(piece).net {
            Net::Ipv4(ip) => (*time, ip.frag_offset),
            _ => (*time, 9),
        })
        .collect();
    assert_eq!(offsets, [0, 552, 0, 552].map(|offset| (5_000_000, offset)));
}

#[test]
fn housekeeping_is_not_carried_and_not_told() {
    let mut report = Vec::new();
    report.extend([0x33, 0x33, 0, 0, 0, 0x16]);
    report.extend(mac(1));
    report.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, 36, 0, 1]);
    report.extend([0; 32]);
    report.extend([
        58, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0,
    ]);
    report.extend([0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 1]);
    let mut bench = Bench::new(&["drop next"]);
    assert_eq!(bench.send(0, "a", &report), "housekeeping");
    assert_eq!(bench.send(0, "a", &udp("a", "b", "x")), "1 lost");
    assert!(bench.left().is_empty());
}

#[test]
fn the_router_s_addresses_are_written_as_the_manual_says() {
    let page = crate::catalog::verb::Verb::Wire.entry().page;
    for address in [ROUTER_IPV4.to_string(), ROUTER_IPV6.to_string()] {
        assert!(page.details.contains(&address), "{address}");
    }
    assert_eq!(text(ROUTER_MAC), "02:00:00:00:ff:fe");
    assert_eq!(Wire::new(0).due_ns(), None);
}
