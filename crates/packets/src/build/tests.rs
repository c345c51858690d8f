//! Tests of building packets: what is filled in, what is refused, and that what was built decodes to what was asked for. etherparse, which
//! shares no code with this room, judges the frames.

use super::{BuildError, FieldInput, LayerSpec, build, build_with, table};
use crate::decode::decode;
use crate::dissect::tree;
use crate::headers::{Headers, LinkType, Net, Transport, flag};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use proptest::prelude::{any, prop, prop_assert_eq, proptest};
use std::net::IpAddr;

fn layer(name: &str) -> LayerSpec {
    LayerSpec::new(name)
}

fn number(number: u64) -> FieldInput {
    FieldInput::Number(number)
}

fn text(text: &str) -> FieldInput {
    FieldInput::Text(text.to_owned())
}

fn ip() -> LayerSpec {
    layer("ip")
        .field("src", text("10.0.0.1"))
        .field("dst", text("10.0.0.2"))
}

fn ip6() -> LayerSpec {
    layer("ip6")
        .field("src", text("fe80::1"))
        .field("dst", text("fe80::2"))
}

fn tcp() -> LayerSpec {
    layer("tcp").field("dport", number(5000))
}

fn udp() -> LayerSpec {
    layer("udp").field("dport", number(5000))
}

fn built(layers: &[LayerSpec]) -> Vec<u8> {
    build(layers).unwrap_or_else(|error| panic!("{error}"))
}

fn decoded(link: LinkType, bytes: &[u8]) -> Headers {
    decode(link, bytes, bytes.len() as u32)
}

/// Every checksum in the packet is right.
fn assert_checksums(link: LinkType, bytes: &[u8]) {
    let layers = tree(link, bytes, bytes.len() as u32, false);
    let mut count = 0;
    for field in layers.iter().flat_map(|layer| &layer.fields) {
        assert!(!field.name.starts_with("_ws."), "{layers:#?}");
        if field.name.ends_with(".checksum") {
            assert_eq!(field.meaning, "correct", "{}", field.name);
            count += 1;
        }
    }
    assert!(count > 0, "no checksum in {layers:#?}");
}

fn assert_error(layers: &[LayerSpec], message: &str) {
    match build(layers) {
        Ok(bytes) => panic!("built {bytes:02x?} instead of {message}"),
        Err(error) => assert_eq!(error.to_string(), message),
    }
}

#[test]
fn a_segment_gets_its_lengths_checksums_and_protocols() {
    let segment = tcp().field("flags", text("SA")).field("seq", number(7));
    let bytes = built(&[layer("eth"), ip(), segment, LayerSpec::raw(b"hello")]);
    assert_checksums(LinkType::ETHERNET, &bytes);
    let headers = decoded(LinkType::ETHERNET, &bytes);
    let tcp = headers.tcp().expect("a TCP segment");
    assert_eq!((tcp.flags, tcp.seq, tcp.len), (flag::SYN | flag::ACK, 7, 5));
    let oracle = SlicedPacket::from_ethernet(&bytes).expect("a good frame");
    let (Some(NetSlice::Ipv4(ip)), Some(TransportSlice::Tcp(tcp))) = (oracle.net, oracle.transport)
    else {
        panic!("not TCP over IPv4");
    };
    let header = ip.header().to_header();
    assert_eq!(header.calc_header_checksum(), header.header_checksum);
    let sum = tcp.calc_checksum_ipv4([10, 0, 0, 1], [10, 0, 0, 2]);
    assert_eq!(sum.ok(), Some(tcp.checksum()));
    assert!(tcp.syn() && tcp.ack() && !tcp.fin());
    assert_eq!((tcp.source_port(), tcp.destination_port()), (40000, 5000));
    assert_eq!(tcp.payload(), b"hello");
}

#[test]
fn a_datagram_over_ipv6_is_good_to_an_oracle() {
    let bytes = built(&[layer("eth"), ip6(), udp(), LayerSpec::raw(b"hi")]);
    assert_checksums(LinkType::ETHERNET, &bytes);
    let oracle = SlicedPacket::from_ethernet(&bytes).expect("a good frame");
    let (Some(NetSlice::Ipv6(ip)), Some(TransportSlice::Udp(udp))) = (oracle.net, oracle.transport)
    else {
        panic!("not UDP over IPv6");
    };
    let (src, dst) = (ip.header().source(), ip.header().destination());
    let header = udp.to_header();
    let sum = header.calc_checksum_ipv6_raw(src, dst, udp.payload());
    assert_eq!(sum.ok(), Some(udp.checksum()));
    assert_eq!((udp.length(), ip.header().payload_length()), (10, 10));
}

#[test]
fn tcp_options_keep_their_order_and_are_padded() {
    let segment = tcp()
        .field("mss", number(1460))
        .field("sackok", number(1))
        .field("timestamp", number(5))
        .field("tsecr", number(6))
        .field("wscale", number(7));
    let bytes = built(&[ip(), segment]);
    assert_checksums(LinkType::IPV4, &bytes);
    let headers = decoded(LinkType::IPV4, &bytes);
    let tcp = headers.tcp().expect("a TCP segment");
    assert_eq!(tcp.hdr_len, 40);
    let options = tcp.options;
    assert_eq!((options.mss, options.wscale), (Some(1460), Some(7)));
    assert_eq!((options.sack_perm, options.timestamp), (true, Some((5, 6))));
    let without = tcp_bytes(
        layer("tcp")
            .field("dport", number(1))
            .field("sackok", number(0)),
    );
    assert_eq!(without.len(), 20);
}

fn tcp_bytes(segment: LayerSpec) -> Vec<u8> {
    built(&[segment])
}

#[test]
fn flags_are_taken_as_letters_names_words_and_numbers() {
    for (flags, expected) in [
        (text("S"), 0x002),
        (text("SA"), 0x012),
        (text("S."), 0x012),
        (text("SYN|ACK"), 0x012),
        (text("fin,ack"), 0x011),
        (text("FSRPAUEC"), 0x0ff),
        (text("ECE"), 0x040),
        (text("AE"), 0x100),
        (text("none"), 0),
        (text("0x12"), 0x012),
        (number(0xfff), 0xfff),
    ] {
        let bytes = tcp_bytes(tcp().field("flags", flags.clone()));
        let found = u16::from_be_bytes([bytes[12], bytes[13]]) & 0xfff;
        assert_eq!(found, expected, "{flags:?}");
    }
    let bytes = tcp_bytes(tcp().word("rst").word("ack"));
    assert_eq!(bytes[13], 0x14);
    assert_eq!(tcp_bytes(tcp())[13], 0x02, "a segment is a SYN unless told");
}

#[test]
fn icmp_is_built_from_words() {
    let echo = |word: &str| {
        layer("icmp")
            .word(word)
            .field("id", number(1))
            .field("seq", number(2))
    };
    let bytes = built(&[ip(), echo("echo"), LayerSpec::raw(b"ping")]);
    assert_checksums(LinkType::IPV4, &bytes);
    assert_eq!(bytes[20..22], [8, 0]);
    let Transport::Icmp(icmp) = decoded(LinkType::IPV4, &bytes).transport else {
        panic!("no ICMP");
    };
    assert_eq!(icmp.echo, Some((1, 2)));
    assert_eq!(built(&[echo("reply")])[..2], [0, 0]);
    let code = layer("icmp").word("unreachable").field("code", number(3));
    assert_eq!(built(&[code])[..2], [3, 3]);
    let mtu = layer("icmp").word("needfrag").field("mtu", number(1280));
    assert_eq!(built(&[mtu])[..8], [3, 4, 0xf7, 0xfb, 0, 0, 5, 0][..]);
}

#[test]
fn an_icmp_error_quotes_a_packet_that_is_built_like_any() {
    let code = layer("icmp").word("unreachable").field("code", number(3));
    let bytes = built(&[ip(), code, ip(), udp(), LayerSpec::raw(b"hi")]);
    let Transport::Icmp(icmp) = decoded(LinkType::IPV4, &bytes).transport else {
        panic!("no ICMP");
    };
    let ports = icmp.quoted.and_then(|quoted| quoted.ports);
    assert_eq!(ports, Some((40000, 5000)));
}

#[test]
fn icmpv6_covers_its_addresses_and_builds_neighbor_discovery() {
    let solicitation = layer("icmp6")
        .word("ns")
        .field("target", text("fe80::2"))
        .field("lladdr", text("02:00:00:00:00:01"));
    let bytes = built(&[layer("eth"), ip6().field("hlim", number(255)), solicitation]);
    assert_checksums(LinkType::ETHERNET, &bytes);
    let layers = tree(LinkType::ETHERNET, &bytes, bytes.len() as u32, false);
    let names: Vec<&str> = layers[2].fields.iter().map(|field| field.name).collect();
    assert!(names.contains(&"icmpv6.nd.ns.target_address"), "{names:?}");
    assert!(names.contains(&"icmpv6.opt"), "{names:?}");
}

#[test]
fn igmp_and_arp_are_built() {
    let report = layer("igmp")
        .word("report")
        .field("group", text("239.1.2.3"));
    let bytes = built(&[ip(), report]);
    assert_checksums(LinkType::IPV4, &bytes);
    assert_eq!(
        decoded(LinkType::IPV4, &bytes).transport,
        Transport::Igmp(0x16)
    );
    let request = layer("arp")
        .field("hwsrc", text("02:00:00:00:00:01"))
        .field("psrc", text("10.0.0.1"))
        .field("pdst", text("10.0.0.2"));
    let bytes = built(&[layer("eth"), request]);
    let Net::Arp(arp) = decoded(LinkType::ETHERNET, &bytes).net else {
        panic!("no ARP");
    };
    assert_eq!((arp.opcode, arp.sender_mac[5]), (1, 1));
}

#[test]
fn a_dns_query_asks_one_question() {
    let query = || {
        layer("dns")
            .field("name", text("example.org"))
            .field("type", text("AAAA"))
    };
    let bytes = built(&[ip(), layer("udp"), query()]);
    assert_checksums(LinkType::IPV4, &bytes);
    assert_eq!(decoded(LinkType::IPV4, &bytes).ports(), Some((40000, 53)));
    let message = b"\x00\x01\x01\x00\x00\x01\0\0\0\0\0\0\x07example\x03org\x00\x00\x1c\x00\x01";
    assert_eq!(bytes[28..], message[..]);
    let framed = built(&[layer("tcp"), query()]);
    assert_eq!(framed[20..22], [0, message.len() as u8]);
    let long = "a".repeat(64);
    let error = build(&[layer("dns").field("name", FieldInput::Text(long))]);
    assert!(matches!(
        error,
        Err(BuildError::WrongValue { field: "name", .. })
    ));
}

#[test]
fn what_is_given_is_not_computed() {
    let packet = ip()
        .field("len", number(0xbeef))
        .field("chksum", number(1))
        .field("proto", number(99))
        .field("ihl", number(15));
    let bytes = built(&[
        packet,
        tcp().field("chksum", number(2)).field("dataofs", number(3)),
    ]);
    assert_eq!(bytes[0], 0x4f);
    assert_eq!(bytes[2..4], [0xbe, 0xef]);
    assert_eq!((bytes[9], &bytes[10..12]), (99, &[0, 1][..]));
    assert_eq!((bytes[32] >> 4, &bytes[36..38]), (3, &[0, 2][..]));
    let tagged = built(&[layer("eth").field("vlan", number(5)), ip(), udp()]);
    assert_eq!(decoded(LinkType::ETHERNET, &tagged).vlan, Some(5));
}

#[test]
fn without_an_ip_layer_the_checksum_needs_the_addresses() {
    let segment = [udp(), LayerSpec::raw(b"hi")];
    assert_eq!(built(&segment)[6..8], [0, 0]);
    let known: (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    let bare = build_with(&segment, Some(known)).expect("a datagram");
    let whole = built(&[ip(), segment[0].clone(), segment[1].clone()]);
    assert_eq!(bare, whole[20..]);
    let filled = build_with(&[layer("ip"), udp()], Some(known)).expect("a packet");
    assert_eq!(filled, built(&[ip(), udp()]));
}

#[test]
fn frames_are_those_of_rfc_6455() {
    let text = |text: &str| FieldInput::Text(text.to_owned());
    let ws = || layer("ws");
    // The examples of section 5.7.
    for (layers, expected) in [
        (
            vec![ws().field("text", text("Hello"))],
            "81 05 48 65 6c 6c 6f",
        ),
        (
            vec![ws().field("text", text("Hello")).field("mask", number(1))],
            "81 85 37 fa 21 3d 7f 9f 4d 51 58",
        ),
        (
            vec![ws().field("text", text("Hel")).field("fin", number(0))],
            "01 03 48 65 6c",
        ),
        (
            vec![ws().field("opcode", number(0)).field("payload", text("lo"))],
            "80 02 6c 6f",
        ),
        (
            vec![ws().field("ping", text("Hello"))],
            "89 05 48 65 6c 6c 6f",
        ),
        (
            vec![ws().field("close", number(1000)).field("reason", text("x"))],
            "88 03 03 e8 78",
        ),
        (
            vec![ws().field("opcode", number(2)), LayerSpec::raw(b"ab")],
            "82 02 61 62",
        ),
        (
            vec![
                ws().field("text", text(""))
                    .field("length", number(1 << 63)),
            ],
            "81 7f 80 00 00 00 00 00 00 00",
        ),
        (vec![ws().field("rsv", number(4))], "c1 00"),
    ] {
        assert_eq!(crate::text::hex(&built(&layers)), expected);
    }
    let long = built(&[ws().field("binary", FieldInput::Bytes(vec![0; 256]))]);
    assert_eq!(long[..4], [0x82, 0x7e, 1, 0]);
}

#[test]
fn errors_name_the_layer_the_field_and_the_nearest_name() {
    assert_error(
        &[layer("tpc")],
        "there is no packet layer \"tpc\", did you mean tcp?; layers are \
         eth, arp, ip, ip6, icmp, icmp6, igmp, tcp, udp, dns, nlmsg, \
         ifinfomsg, ifaddrmsg, rtmsg, ndmsg, inet_diag_req_v2, genlmsghdr, nlattr, ws, raw",
    );
    assert_error(
        &[layer("udp").field("dprot", number(1))],
        "udp has no field \"dprot\", did you mean dport?; its fields are sport, dport, len, chksum",
    );
    assert_error(
        &[layer("igmp").word("reprot")],
        "igmp does not know the word \"reprot\", did you mean report?; it knows query, report, leave",
    );
    assert_error(
        &[layer("eth").word("x")],
        "eth does not know the word \"x\"; it takes only fields by name",
    );
    assert_error(
        &[udp().field("sport", number(70000))],
        "udp: sport takes a number from 0 to 65535, not 70000",
    );
    assert_error(
        &[layer("ip").field("dst", text("10.0.0\u{1b}"))],
        "ip: dst takes an IPv4 address such as 10.0.0.2, not \"10.0.0\\x1b\"",
    );
    assert_error(
        &[udp().field("dport", number(1))],
        "udp: dport is given twice",
    );
    assert_error(&[layer("tcp")], "tcp needs dport: a number from 0 to 65535");
    assert_error(
        &[layer("ip"), udp()],
        "ip needs dst: an IPv4 address such as 10.0.0.2",
    );
    assert_error(
        &[udp(), LayerSpec::raw(&vec![0; 65530])],
        "udp: the datagram would be 65538 bytes long, 65535 at most fit",
    );
    assert_error(
        &[tcp().field("options", FieldInput::Bytes(vec![1; 41]))],
        "tcp: the header would be 64 bytes long, 60 at most fit",
    );
}

#[test]
fn every_layer_has_fields_and_every_field_a_meaning() {
    for name in table::layer_names() {
        let fields = table::layer_fields(name);
        assert!(!fields.is_empty(), "{name}");
        for field in fields {
            assert!(!field.meaning.is_empty(), "{name}.{}", field.name);
        }
    }
    assert!(table::layer_fields("nothing").is_empty());
}

proptest! {
    #[test]
    fn what_is_built_decodes_to_what_was_asked_for(
        ports in any::<(u16, u16)>(),
        numbers in any::<(u32, u32)>(),
        flags in 0_u16..0x1000,
        window in any::<u16>(),
        payload in prop::collection::vec(any::<u8>(), 0..100),
        v6 in any::<bool>(),
    ) {
        let segment = layer("tcp")
            .field("sport", number(ports.0.into()))
            .field("dport", number(ports.1.into()))
            .field("seq", number(numbers.0.into()))
            .field("ack", number(numbers.1.into()))
            .field("flags", number(flags.into()))
            .field("window", number(window.into()));
        let below = if v6 { ip6() } else { ip() };
        let bytes = built(&[layer("eth"), below, segment, LayerSpec::raw(&payload)]);
        assert_checksums(LinkType::ETHERNET, &bytes);
        let headers = decoded(LinkType::ETHERNET, &bytes);
        let tcp = headers.tcp().expect("a TCP segment");
        prop_assert_eq!((tcp.srcport, tcp.dstport), ports);
        prop_assert_eq!((tcp.seq, tcp.ack), numbers);
        prop_assert_eq!((tcp.flags, tcp.window), (flags, window));
        prop_assert_eq!(&bytes[headers.payload.range()], &payload[..]);
        let oracle = SlicedPacket::from_ethernet(&bytes).expect("a good frame");
        let Some(TransportSlice::Tcp(seen)) = oracle.transport else {
            panic!("no TCP");
        };
        prop_assert_eq!((seen.sequence_number(), seen.window_size()), (numbers.0, window));
        prop_assert_eq!(seen.payload(), &payload[..]);
    }
}

#[test]
fn a_netlink_request_has_its_lengths_and_the_type_of_what_follows() {
    let link = [
        layer("nlmsg").field("flags", number(0x301)),
        layer("ifinfomsg"),
    ];
    let bytes = built(&link);
    let mut expected = 32_u32.to_ne_bytes().to_vec();
    expected.extend(18_u16.to_ne_bytes());
    expected.extend(0x301_u16.to_ne_bytes());
    expected.extend(1_u32.to_ne_bytes());
    expected.resize(32, 0);
    assert_eq!(bytes, expected);
    for (structure, kind, len) in [
        ("ifaddrmsg", 22, 24),
        ("rtmsg", 26, 28),
        ("ndmsg", 30, 28),
        ("inet_diag_req_v2", 20, 72),
        ("genlmsghdr", 16, 20),
    ] {
        let bytes = built(&[layer("nlmsg"), layer(structure)]);
        assert_eq!(bytes.len(), len, "{structure}");
        assert_eq!(bytes[..4], (len as u32).to_ne_bytes(), "{structure}");
        assert_eq!(bytes[4..6], u16::to_ne_bytes(kind), "{structure}");
    }
}

#[test]
fn attributes_stand_one_behind_the_other_and_inside_one_another() {
    let inner = built(&[layer("nlattr")
        .field("type", number(1))
        .field("value", text("veth"))]);
    let bytes = built(&[
        layer("nlattr")
            .field("type", number(3))
            .field("value", text("v0")),
        layer("nlattr")
            .field("type", number(18))
            .field("value", FieldInput::Bytes(inner)),
    ]);
    let mut expected = Vec::new();
    let mut attribute = |len: u16, kind: u16, data: &[u8]| {
        expected.extend(len.to_ne_bytes());
        expected.extend(kind.to_ne_bytes());
        expected.extend(data);
    };
    attribute(7, 3, b"v0\0\0");
    attribute(16, 18, b"");
    attribute(9, 1, b"veth\0\0\0\0");
    assert_eq!(bytes, expected);
}

#[test]
fn the_value_of_an_attribute_is_an_address_a_number_of_its_size_or_text() {
    let four = 1400_u32.to_ne_bytes();
    let values: [(FieldInput, u64, &[u8]); 6] = [
        (text("10.0.0.1"), 4, &[10, 0, 0, 1]),
        (text("02:00:00:00:00:01"), 4, &[2, 0, 0, 0, 0, 1]),
        (number(1400), 4, &four),
        (number(7), 1, &[7]),
        (text("lo"), 4, b"lo\0"),
        (FieldInput::Bytes(vec![9]), 4, &[9]),
    ];
    for (value, size, expected) in values {
        let attribute = layer("nlattr")
            .field("type", number(1))
            .field("value", value)
            .field("size", number(size));
        assert_eq!(&built(&[attribute])[4..4 + expected.len()], expected);
    }
    assert_error(
        &[layer("nlattr")
            .field("type", number(1))
            .field("value", number(300))
            .field("size", number(1))],
        "nlattr: value takes an address, text, bytes, another nlattr, or a number that fits its size (1, 2, 4 or 8 bytes), not 300",
    );
    assert_error(
        &[layer("nlattr").field("value", number(3))],
        "nlattr needs type: a number from 0 to 65535",
    );
}
