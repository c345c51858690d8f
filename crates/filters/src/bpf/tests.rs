//! Programs, run by an interpreter beside the filters they come from: on packets made by hand and at random, whole and damaged.

use super::{Instruction, Keep, Start};
use crate::Filter;
use proptest::prelude::*;
use socklab_inspector::tracker::Tracker;
use socklab_packets::headers::LinkType;
use socklab_packets::record::{Frame, PacketEvent, Track};

/// A packet as a packet socket sees it: its bytes from the link header on, and how it is captured.
#[derive(Clone, Debug)]
struct Seen {
    start: Start,
    /// What the program is given.
    bytes: Vec<u8>,
    /// The ethertype, as the kernel knows it.
    protocol: u16,
    /// True for what passes the loopback on its way out.
    leaving_loopback: bool,
}

impl Seen {
    /// As the filter sees it.
    fn event(&self, track: Track) -> PacketEvent {
        let mut bytes = Vec::new();
        let link = match self.start {
            Start::Ethernet => LinkType::ETHERNET,
            Start::Raw => LinkType::RAW,
            Start::Cooked => {
                bytes.extend(self.protocol.to_be_bytes());
                bytes.extend([0, 0, 0, 0, 0, 1, 0x03, 0x04, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]);
                LinkType::LINUX_SLL2
            }
        };
        bytes.extend(&self.bytes);
        PacketEvent {
            track,
            ..PacketEvent::alone(1, Frame::new(0, link, &bytes))
        }
    }
}

/// Runs a program as the kernel does: a load past the end of the packet rejects it. Panics on what the kernel's checker refuses.
fn run(program: &[Instruction], packet: &Seen) -> bool {
    assert!(program.len() <= 4096, "too long");
    let (mut a, mut x) = (0_u32, 0_u32);
    let mut at = 0;
    let load = |offset: u64, size: u64| -> Option<u32> {
        let bytes = packet
            .bytes
            .get(usize::try_from(offset).ok()?..usize::try_from(offset + size).ok()?)?;
        Some(
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u32::from(*byte)),
        )
    };
    loop {
        let Instruction { code, jt, jf, k } = program[at];
        at += 1;
        let mut jump = |holds: bool| at += usize::from(if holds { jt } else { jf });
        let loaded = match code {
            0x20 if k == 0xffff_f000 => Some(packet.protocol.into()),
            0x20 if k == 0xffff_f004 => Some(if packet.leaving_loopback { 4 } else { 0 }),
            0x20 if k == 0xffff_f01c => Some(if packet.leaving_loopback { 772 } else { 1 }),
            0x20 => load(k.into(), 4),
            0x28 => load(k.into(), 2),
            0x30 => load(k.into(), 1),
            0x40 => load(u64::from(x) + u64::from(k), 4),
            0x48 => load(u64::from(x) + u64::from(k), 2),
            0x50 => load(u64::from(x) + u64::from(k), 1),
            0x80 => Some(packet.bytes.len() as u32),
            0xb1 => {
                let Some(byte) = load(k.into(), 1) else {
                    return false;
                };
                x = (byte & 0x0f) * 4;
                Some(a)
            }
            0x54 => Some(a & k),
            0x14 => Some(a.wrapping_sub(k)),
            0x1c => Some(a.wrapping_sub(x)),
            0x0c => Some(a.wrapping_add(x)),
            0x74 => Some(a >> k),
            0x07 => {
                x = a;
                Some(a)
            }
            0x05 => {
                at += k as usize;
                Some(a)
            }
            0x15 | 0x25 | 0x35 | 0x45 | 0x3d => {
                jump(match code {
                    0x15 => a == k,
                    0x25 => a > k,
                    0x35 => a >= k,
                    0x45 => a & k != 0,
                    _ => a >= x,
                });
                Some(a)
            }
            0x06 => return k != 0,
            _ => panic!("no instruction {code:#x}"),
        };
        match loaded {
            Some(value) => a = value,
            None => return false,
        }
    }
}

fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// An IPv4 packet with these parts behind an Ethernet header.
fn ipv4(start: Start, options: &[u8], protocol: u8, transport: &[u8]) -> Seen {
    let mut bytes = vec![0x40 + (5 + options.len() as u8 / 4), 0];
    bytes.extend((20 + options.len() as u16 + transport.len() as u16).to_be_bytes());
    bytes.extend([0xbe, 0xef, 0x40, 0, 64, protocol, 0, 0]);
    bytes.extend([10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(options);
    bytes.extend(transport);
    on_link(start, 0x0800, bytes)
}

fn ipv6(start: Start, next: u8, transport: &[u8]) -> Seen {
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend((transport.len() as u16).to_be_bytes());
    bytes.extend([next, 64]);
    bytes.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    bytes.extend([0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    bytes.extend(transport);
    on_link(start, 0x86dd, bytes)
}

fn on_link(start: Start, protocol: u16, network: Vec<u8>) -> Seen {
    let mut bytes = Vec::new();
    if start == Start::Ethernet {
        bytes.extend([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
        bytes.extend(protocol.to_be_bytes());
    }
    bytes.extend(network);
    Seen {
        start,
        bytes,
        protocol,
        leaving_loopback: false,
    }
}

fn tcp(source: u16, destination: u16, flags: u8, options: usize) -> Vec<u8> {
    let mut bytes = source.to_be_bytes().to_vec();
    bytes.extend(destination.to_be_bytes());
    bytes.extend([0, 0, 0, 9, 0, 0, 0, 7]);
    bytes.extend([(5 + options as u8) << 4, flags, 1, 0, 0, 0, 0, 0]);
    bytes.extend(vec![1; options * 4]);
    bytes.extend(b"abc");
    bytes
}

fn udp(source: u16, destination: u16) -> Vec<u8> {
    let mut bytes = source.to_be_bytes().to_vec();
    bytes.extend(destination.to_be_bytes());
    bytes.extend([0, 11, 0, 0]);
    bytes.extend(b"abc");
    bytes
}

const STARTS: [Start; 3] = [Start::Ethernet, Start::Cooked, Start::Raw];

/// Packets that a program can judge, one of each class and some with options.
fn plain(start: Start) -> Vec<Seen> {
    let mut packets = vec![
        ipv4(start, &[], 6, &tcp(40000, 80, 0x02, 2)),
        ipv4(start, &[1, 1, 1, 0], 6, &tcp(80, 40000, 0x12, 0)),
        ipv4(start, &[], 17, &udp(5000, 53)),
        ipv4(start, &[0; 40], 17, &udp(53, 5000)),
        ipv4(start, &[], 1, &[8, 0, 0, 0, 0, 1, 0, 1]),
        ipv4(start, &[], 2, &[0x16, 0, 0, 0, 239, 1, 2, 3]),
        ipv6(start, 6, &tcp(40000, 80, 0x18, 3)),
        ipv6(start, 17, &udp(5000, 53)),
        ipv6(start, 58, &[128, 0, 0, 0, 0, 1, 0, 1]),
    ];
    if start != Start::Raw {
        let mut arp = vec![0, 1, 8, 0, 6, 4, 0, 1];
        arp.extend([2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2]);
        packets.push(on_link(start, 0x0806, arp));
    }
    packets
}

/// Filters that programs decide alone.
const EXACT: &[&str] = &[
    "tcp",
    "udp",
    "icmp",
    "icmpv6",
    "igmp",
    "arp",
    "ip",
    "ipv6",
    "not tcp",
    "!(udp) && !arp",
    "tcp or udp",
    "tcp.port == 80",
    "tcp.port != 80",
    "tcp.port ~= 80",
    "tcp.port === 80",
    "tcp.srcport == 80",
    "tcp.dstport < 100",
    "tcp.dstport >= 80 and tcp.dstport <= 80",
    "udp.port in {50..60, 7}",
    "udp.srcport not in {5000}",
    "all udp.port in {53, 5000}",
    "ip.addr == 10.0.0.1",
    "ip.src == 10.0.0.0/31",
    "ip.dst != 10.0.0.2",
    "ip.src > 10.0.0.1",
    "ip.addr in {10.0.0.2..10.0.0.9}",
    "ip.addr == 0.0.0.0/0",
    "ipv6.addr == fd00::1",
    "ipv6.src == fd00::/64",
    "ipv6.dst != fd00::2",
    "tcp.flags.syn == 1",
    "tcp.flags.syn == 0",
    "tcp.flags.syn != True",
    "tcp.flags.ack",
    "tcp.flags & 0x12 == 0x12",
    "tcp.flags & 0x10",
    "tcp.flags == 0x02",
    "ip.proto == 17",
    "ip.ttl < 65",
    "ip.flags.df == 1",
    "ip.id == 0xbeef",
    "ipv6.nxt == 58",
    "icmp.type == 8",
    "icmpv6.type in {128, 129}",
    "arp.opcode == 1",
    "udp.length > 11",
    "tcp.window_size_value == 256",
    "not (ip.src == 10.0.0.1 and (tcp.port == 80 or udp.port == 53))",
    "tcp.port == 80 || ip.addr == 10.9.9.9 || ipv6.addr == fd00::2",
    "tcp contains \"abc\" && udp",
];

#[test]
fn a_program_decides_simple_filters_as_the_filter_does() {
    for text in EXACT {
        let filter = filter(text);
        for start in STARTS {
            let program = filter.program(start, Keep::Frames);
            let program = program.unwrap_or_else(|| panic!("{text} has no program"));
            for packet in plain(start) {
                assert_eq!(
                    run(&program, &packet),
                    filter.matches(&packet.event(Track::default())),
                    "{text} on {packet:02x?}"
                );
            }
        }
    }
}

#[test]
fn hardware_addresses_are_decided_where_there_are_any() {
    for text in [
        "eth.src == 02:00:00:00:00:01",
        "eth.addr == 02:00:00:00:00:03",
        "eth.dst != 02:00:00:00:00:02",
    ] {
        let filter = filter(text);
        for packet in plain(Start::Ethernet) {
            let program = filter
                .program(Start::Ethernet, Keep::Frames)
                .expect("it has one");
            let wanted = filter.matches(&packet.event(Track::default()));
            assert_eq!(run(&program, &packet), wanted, "{text}");
        }
    }
}

#[test]
fn filters_that_need_every_frame_have_no_program() {
    for text in [
        "",
        "frame",
        "frame.number == 5",
        "frame.number < 10 && udp",
        "tcp.stream == 0 && tcp.port == 80",
        "frame contains \"x\"",
        "data",
        "!(frame.len > 100)",
        "tcp xor udp",
    ] {
        let program = filter(text).program(Start::Ethernet, Keep::Frames);
        assert_eq!(program, None, "{text}");
    }
}

#[test]
fn a_program_for_all_interfaces_leaves_out_what_leaves_over_the_loopback() {
    for text in ["", "udp", "frame.number == 1"] {
        let program = filter(text)
            .program(Start::Cooked, Keep::Conversations)
            .expect("it has one");
        let mut packet = ipv4(Start::Cooked, &[], 17, &udp(5000, 53));
        assert!(run(&program, &packet), "{text}");
        packet.leaving_loopback = true;
        assert!(!run(&program, &packet), "{text}");
    }
}

#[test]
fn of_a_conversation_all_packets_are_kept_when_one_may_be_wanted() {
    let back = || ipv4(Start::Ethernet, &[], 6, &tcp(80, 40000, 0x10, 0));
    for (text, kept) in [
        ("tcp.flags.syn == 1", true),
        ("tcp.dstport == 80", true),
        ("tcp.srcport == 40000 && ip.dst == 10.0.0.1", true),
        ("tcp.analysis.retransmission", true),
        ("not tcp.flags.ack == 1", true),
        ("tcp.port == 81", false),
        ("udp", false),
        ("ip.addr == 10.0.0.9", false),
        ("tcp.port == 81 && tcp.flags.syn == 1", false),
    ] {
        let program = filter(text).program(Start::Ethernet, Keep::Conversations);
        let passes = program.is_none_or(|program| run(&program, &back()));
        assert_eq!(passes, kept, "{text}");
    }
}

#[test]
fn a_filter_of_many_parts_jumps_far() {
    let ports: Vec<String> = (1..400).map(|port| format!("tcp.port == {port}")).collect();
    let filter = filter(&ports.join(" or "));
    let program = filter
        .program(Start::Ethernet, Keep::Frames)
        .expect("it has one");
    for (port, wanted) in [(1, true), (399, true), (400, false), (40000, false)] {
        let packet = ipv4(Start::Ethernet, &[], 6, &tcp(50000, port, 2, 0));
        assert_eq!(run(&program, &packet), wanted, "{port}");
    }
    let too_long: Vec<String> = (1..2500)
        .map(|port| format!("tcp.port == {port}"))
        .collect();
    let filter = Filter::parse(&too_long.join(" or ")).expect("it is a filter");
    assert_eq!(filter.program(Start::Ethernet, Keep::Frames), None);
}

/// A program, attached to a socket of the real kernel, which runs it on whatever is sent there.
#[test]
fn the_kernel_takes_the_programs_and_decides_as_the_interpreter() {
    use std::os::unix::net::UnixDatagram;
    let starts = [Start::Ethernet, Start::Raw];
    for (text, start) in EXACT
        .iter()
        .flat_map(|text| starts.map(|start| (*text, start)))
    {
        let program = filter(text)
            .program(start, Keep::Frames)
            .expect("it has one");
        let (sender, receiver) = UnixDatagram::pair().expect("there are sockets");
        receiver.set_nonblocking(true).expect("it is a socket");
        let instructions: Vec<socket2::SockFilter> = program
            .iter()
            .map(|one| socket2::SockFilter::new(one.code, one.jt, one.jf, one.k))
            .collect();
        socket2::SockRef::from(&receiver)
            .attach_filter(&instructions)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        for packet in plain(start) {
            for cut in [packet.bytes.len(), 60, 33, 14, 1] {
                let mut packet = packet.clone();
                packet.bytes.truncate(cut);
                sender.send(&packet.bytes).expect("it is sent");
                let passed = receiver.recv(&mut [0; 256]).is_ok();
                assert_eq!(passed, run(&program, &packet), "{text} on {packet:02x?}");
            }
        }
    }
}

/// What a filter may ask, with values that the packets have often enough.
fn atom() -> impl Strategy<Value = String> {
    let relation = prop::sample::select(vec![
        "==", "!=", "~=", "===", "!==", "<", "<=", ">", ">=", "any_ne", "all_eq",
    ]);
    let address = prop::sample::select(vec![
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.0/31",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "192.168.1.0/24",
    ]);
    let address6 = prop::sample::select(vec!["fd00::1", "fd00::2", "fd00::/16", "::/0", "fe80::1"]);
    let number = prop::sample::select(vec![
        "0", "1", "2", "6", "8", "11", "16", "17", "18", "53", "58", "64", "80", "128", "5000",
        "40000",
    ]);
    let words = prop::sample::select(vec![
        "eth",
        "frame",
        "ip",
        "ipv6",
        "arp",
        "tcp",
        "udp",
        "icmp",
        "icmpv6",
        "igmp",
        "data",
        "vlan",
        "tcp.payload",
        "tcp.len",
        "tcp.options",
        "tcp.analysis.flags",
        "tcp.flags & 2",
        "tcp.flags & 0x900",
        "tcp.flags.syn",
        "ip.version",
        "_ws.malformed",
        "frame.len > 60",
        "len(tcp) > 20",
        "tcp.payload contains \"b\"",
        "tcp.port == udp.port",
        "ip.src == ip.dst",
        "count(ip.addr) > 1",
        "eth[0:2] == 02:00",
        "ip[9] == 11",
        "tcp.seq > 1",
        "eth.addr == 02:00:00:00:00:01",
        "eth.src != 02:00:00:00:00:01",
        "tcp.flags.syn == True",
        "ip.flags.mf == 0",
        "ip.frag_offset == 0",
        "icmp.checksum == 0",
        "udp.payload",
        "eth.type == 0x0800",
        "eth.dst.lg",
        "tcp.srcport - tcp.dstport > 0",
        "tcp.flags & 0x02 == 2",
        "tcp.flags + 1",
        "tcp.flags & -1",
        "ip.ttl + 1 > 64",
        "max(tcp.srcport, udp.srcport) > 80",
        "max(udp.srcport, 7) == 7",
        "-tcp.len < 0",
        "ip.src & 255.0.0.0 == 10.0.0.0",
        "tcp.port > -1",
        "tcp.port < -1",
        "tcp.port in {-1..80}",
        "tcp.srcport in {tcp.dstport, 80}",
        "ip.addr#1 == 10.0.0.1",
        "ip#2",
        "udp#1",
        "tcp.port#[-1] == 80",
        "@tcp.srcport == 00:50",
        "ip.src_host == \"10.0.0.1\"",
        "tcp.connection.syn",
        "string(tcp.dstport) contains \"5\"",
        "tcp.payload[200] != 05",
        "abs(udp.srcport - 80) < 40",
    ]);
    let numeric = prop::sample::select(vec![
        "tcp.port",
        "tcp.srcport",
        "tcp.dstport",
        "udp.port",
        "udp.srcport",
        "udp.dstport",
        "tcp.flags",
        "tcp.hdr_len",
        "tcp.window_size_value",
        "ip.proto",
        "ip.ttl",
        "ip.hdr_len",
        "ipv6.nxt",
        "ipv6.hlim",
        "icmp.type",
        "icmpv6.type",
        "udp.length",
    ]);
    let eight_bits = |field: &str| {
        matches!(
            field,
            "ip.proto"
                | "ip.ttl"
                | "ip.hdr_len"
                | "ipv6.nxt"
                | "ipv6.hlim"
                | "icmp.type"
                | "icmpv6.type"
                | "tcp.hdr_len"
        )
    };
    prop_oneof![
        words.prop_map(str::to_owned),
        (
            prop::sample::select(vec!["ip.addr", "ip.src", "ip.dst"]),
            relation.clone(),
            address
        )
            .prop_map(|(field, relation, value)| format!("{field} {relation} {value}")),
        (
            prop::sample::select(vec!["ipv6.addr", "ipv6.src", "ipv6.dst"]),
            relation.clone(),
            address6
        )
            .prop_map(|(field, relation, value)| format!("{field} {relation} {value}")),
        (numeric.clone(), relation, number.clone())
            .prop_filter("the value fits", move |(field, _, value)| {
                !eight_bits(field) || value.len() < 4
            })
            .prop_map(|(field, relation, value)| format!("{field} {relation} {value}")),
        (numeric, number.clone(), number, any::<bool>())
            .prop_filter("the values fit", move |(field, one, other, _)| {
                !eight_bits(field) || one.len() < 4 && other.len() < 4
            })
            .prop_map(|(field, one, other, all)| {
                let quantity = if all { "all " } else { "" };
                format!("{quantity}{field} in {{{one}, {one}..{other}}}")
            }),
    ]
}

fn filters() -> impl Strategy<Value = String> {
    atom().prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("!({one})")),
            inner.clone().prop_map(|one| format!("not ({one})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) && ({b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}) or ({b})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a}) xor ({b})")),
        ]
    })
}

/// Packets of every class, tagged, tunnelled, in pieces, with bytes changed and cut short.
fn packets() -> impl Strategy<Value = Seen> {
    let port = || prop::sample::select(vec![53_u16, 80, 5000, 40000]);
    let transport = prop_oneof![
        (port(), port(), any::<u8>(), 0..4_usize)
            .prop_map(|(from, to, flags, options)| (6, tcp(from, to, flags, options))),
        (port(), port()).prop_map(|(from, to)| (17, udp(from, to))),
        (0..20_u8, any::<u8>()).prop_map(|(kind, code)| {
            let mut message = vec![kind, code, 0, 0, 0, 0, 0, 0];
            // What an error quotes.
            message.extend(&ipv4(Start::Raw, &[], 6, &tcp(40000, 80, 2, 0)).bytes);
            (1, message)
        }),
        (prop::sample::select(vec![1_u8, 3, 128, 135]), any::<u8>()).prop_map(|(kind, code)| {
            let mut message = vec![kind, code, 0, 0, 0, 0, 0, 0];
            message.extend(&ipv6(Start::Raw, 17, &udp(5000, 53)).bytes);
            (58, message)
        }),
        prop::sample::select(vec![4789, 6081]).prop_map(|port| {
            let mut datagram = udp(5000, port);
            datagram[5] = 16 + 60;
            datagram.truncate(8);
            datagram.extend([0x08, 0, 0x65, 0x58, 0, 0, 1, 0]);
            datagram.extend(ipv4(Start::Ethernet, &[], 6, &tcp(40000, 80, 2, 0)).bytes);
            (17, datagram)
        }),
        Just((2, vec![0x16, 0, 0, 0, 239, 1, 2, 3])),
        Just((4, ipv4(Start::Raw, &[], 6, &tcp(40000, 80, 2, 0)).bytes)),
        Just((41, ipv6(Start::Raw, 6, &tcp(40000, 80, 2, 0)).bytes)),
        (port(), port()).prop_map(|(from, to)| {
            let mut extended = vec![17, 0, 0, 0, 0, 0, 0, 0];
            extended.extend(udp(from, to));
            (0, extended)
        }),
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)),
    ];
    let start = prop::sample::select(STARTS.to_vec());
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    let damage = (
        changes,
        prop::option::weighted(0.2, any::<prop::sample::Index>()),
    );
    (
        start,
        transport,
        0..4_usize,
        any::<bool>(),
        any::<bool>(),
        damage,
    )
        .prop_map(
            |(start, (protocol, transport), options, six, swapped, (changes, cut))| {
                let mut packet = if six {
                    ipv6(start, protocol, &transport)
                } else {
                    ipv4(start, &vec![1; options * 4], protocol, &transport)
                };
                let net = if start == Start::Ethernet { 14 } else { 0 };
                if swapped {
                    let last = net + if six { 23 } else { 15 };
                    let other = net + if six { 39 } else { 19 };
                    packet.bytes.swap(last, other);
                }
                for (place, value) in changes {
                    // Mostly headers: there is more to break.
                    let room = packet.bytes.len().min(64);
                    packet.bytes[place.index(room)] = value;
                }
                if let Some(cut) = cut {
                    packet.bytes.truncate(cut.index(packet.bytes.len() + 1));
                }
                packet
            },
        )
}

/// Both directions of some conversations.
fn traffic() -> impl Strategy<Value = Vec<Seen>> {
    let one = (
        any::<bool>(),
        prop::sample::select(vec![(40000_u16, 80_u16), (5000, 53)]),
        prop::sample::select(vec![0x02_u8, 0x12, 0x10, 0x18, 0x11, 0x04]),
        0..4_u8,
        0..4_u8,
        any::<bool>(),
    );
    prop::collection::vec(one, 1..20).prop_map(|packets| {
        packets
            .into_iter()
            .map(|(back, (from, to), flags, seq, ack, stream)| {
                let (from, to) = if back { (to, from) } else { (from, to) };
                if !stream {
                    return ipv4(Start::Ethernet, &[], 17, &udp(from, to));
                }
                let mut segment = tcp(from, to, flags, 0);
                segment[7] = seq * 3;
                segment[11] = ack * 3;
                let mut packet = ipv4(Start::Ethernet, &[], 6, &segment);
                if back {
                    packet.bytes.swap(29, 33);
                }
                packet
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_program_never_rejects_what_the_filter_accepts(text in filters(), packet in packets()) {
        let filter = filter(&text);
        if filter.matches(&packet.event(Track::default())) {
            for keep in [Keep::Frames, Keep::Conversations] {
                if let Some(program) = filter.program(packet.start, keep) {
                    prop_assert!(run(&program, &packet), "{text} {keep:?} {packet:02x?}");
                }
            }
        }
    }

    #[test]
    fn what_is_shown_is_the_same_with_a_program_and_without(text in filters(), traffic in traffic()) {
        let filter = filter(&text);
        let program = filter.program(Start::Ethernet, Keep::Conversations);
        let shown = |through: &dyn Fn(&Seen) -> bool| {
            let mut tracker = Tracker::new();
            let mut shown = Vec::new();
            for (place, packet) in traffic.iter().enumerate() {
                if through(packet) {
                    let mut event = packet.event(Track::default());
                    event.track = tracker.packet(place as u64 + 1, 0, &event.headers);
                    // Conversations are counted, and what is not seen is not counted; nothing of a line tells.
                    event.track.conversation = None;
                    event.track.stream = None;
                    if event.headers.tcp().is_none() {
                        event.track.forward = false;
                    }
                    if filter.matches(&event) {
                        shown.push((place, event));
                    }
                }
            }
            shown
        };
        let all = shown(&|_| true);
        let some = shown(&|packet| program.as_ref().is_none_or(|program| run(program, packet)));
        prop_assert_eq!(all, some, "{}", text);
    }
}
