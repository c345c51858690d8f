//! What the sample frames decode to.

use super::sample;
use crate::decode::decode;
use crate::headers::{Headers, Net, Span, Transport, flag};
use std::net::Ipv4Addr;

fn headers(name: &str) -> Headers {
    let sample = sample(name);
    let bytes = sample.bytes();
    decode(sample.link, &bytes, bytes.len() as u32)
}

fn span(start: u32, end: u32) -> Span {
    Span { start, end }
}

#[test]
fn a_syn_over_ethernet_gives_its_flags_and_options() {
    let headers = headers("syn");
    let tcp = headers.tcp().expect("a TCP segment");
    assert_eq!((tcp.srcport, tcp.dstport), (40312, 5000));
    assert_eq!((tcp.flags, tcp.len, tcp.hdr_len), (flag::SYN, 0, 40));
    let options = tcp.options;
    assert_eq!((options.mss, options.wscale), (Some(65495), Some(7)));
    assert_eq!(options.timestamp, Some((100, 0)));
    assert!(options.sack_perm);
    assert_eq!(headers.ethertype, Some(0x0800));
    assert_eq!(headers.malformed, None);
}

#[test]
fn padding_of_ethernet_is_no_payload() {
    let headers = headers("hello with padding");
    assert_eq!(headers.tcp().map(|tcp| tcp.len), Some(5));
    assert_eq!(headers.payload, span(54, 59));
}

#[test]
fn sack_blocks_are_read_and_unknown_options_passed_over() {
    let options = headers("sack and unknown options")
        .tcp()
        .map(|tcp| tcp.options);
    let options = options.expect("a TCP segment");
    assert_eq!((options.sack_count, options.sack[0]), (1, (0x10, 0x20)));
}

#[test]
fn a_total_length_of_zero_reaches_to_the_end_of_the_frame() {
    let headers = headers("segment still to be cut up");
    assert_eq!(headers.tcp().map(|tcp| tcp.len), Some(8));
    assert_eq!(headers.malformed, None);
}

#[test]
fn tcp_len_counts_bytes_that_were_not_captured() {
    let sample = sample("hello with padding");
    let bytes = sample.bytes();
    let headers = decode(sample.link, &bytes[..56], 60);
    assert_eq!(headers.tcp().map(|tcp| tcp.len), Some(5));
    assert_eq!(headers.payload, span(54, 56));
    assert_eq!(headers.malformed, None);
}

#[test]
fn an_arp_request_gives_who_asks_for_whom() {
    let Net::Arp(arp) = headers("arp request").net else {
        panic!("no ARP");
    };
    assert_eq!((arp.opcode, arp.span), (1, span(14, 42)));
    assert_eq!(arp.sender_ip, Ipv4Addr::new(10, 0, 0, 1));
    assert_eq!(arp.target_ip, Ipv4Addr::new(10, 0, 0, 2));
}

#[test]
fn a_ping_gives_identifier_and_sequence_number() {
    let headers = headers("ping");
    let Transport::Icmp(icmp) = headers.transport else {
        panic!("no ICMP");
    };
    assert_eq!((icmp.kind, icmp.echo), (8, Some((1, 2))));
    assert_eq!(headers.payload, span(42, 46));
}

#[test]
fn an_icmp_error_gives_the_five_tuple_it_is_about() {
    for (name, proto, ports) in [
        ("port unreachable", 17, (40000, 5001)),
        ("time exceeded about eight bytes of tcp", 6, (40000, 5000)),
    ] {
        let Transport::Icmp(icmp) = headers(name).transport else {
            panic!("no ICMP in {name}");
        };
        let quoted = icmp.quoted.expect("a quoted packet");
        assert_eq!((quoted.proto, quoted.ports), (proto, Some(ports)), "{name}");
        assert_eq!(quoted.src, Ipv4Addr::new(10, 0, 0, 1), "{name}");
        assert_eq!(headers(name).malformed, None, "{name}");
    }
}

#[test]
fn tags_are_followed_to_the_type_behind_them() {
    let headers = headers("two tags");
    assert_eq!((headers.vlan, headers.ethertype), (Some(100), Some(0x0800)));
    assert_eq!(headers.ports(), Some((40000, 5000)));
}

#[test]
fn a_length_field_is_no_ethertype() {
    let headers = headers("802.3 spanning tree");
    assert_eq!((headers.ethertype, headers.net), (None, Net::None));
    assert_eq!(headers.payload, span(17, 21), "behind 802.2");
}

#[test]
fn only_the_first_fragment_has_a_transport() {
    let first = headers("first fragment");
    assert_eq!(first.ports(), Some((40000, 5000)));
    assert_eq!(first.malformed, None);
    let later = headers("later fragment");
    assert_eq!(later.transport, Transport::None);
    let Net::Ipv4(ip) = later.net else {
        panic!("no IPv4");
    };
    assert_eq!((ip.frag_offset, ip.mf), (1480, false));
    let later = headers("ipv6 later fragment");
    let Net::Ipv6(ip) = later.net else {
        panic!("no IPv6");
    };
    assert_eq!((ip.fragment, ip.upper), (Some((1448, true)), 17));
    assert_eq!(
        (later.transport, later.payload),
        (Transport::None, span(48, 56))
    );
}

#[test]
fn extension_headers_are_followed_to_the_upper_protocol() {
    let headers = headers("listener report behind hop-by-hop");
    let Net::Ipv6(ip) = headers.net else {
        panic!("no IPv6");
    };
    assert_eq!((ip.nxt, ip.upper, ip.header), (0, 58, span(14, 62)));
    assert!(matches!(headers.transport, Transport::Icmpv6(icmp) if icmp.kind == 143));
}

#[test]
fn every_link_type_leads_to_its_packet() {
    for name in ["little-endian loopback", "cooked", "cooked 2"] {
        assert_eq!(headers(name).ports(), Some((40000, 5000)), "{name}");
    }
    assert_eq!(headers("cooked 2").ethernet.map(|e| e.src[5]), Some(1));
    assert!(matches!(headers("big-endian loopback").net, Net::Ipv6(_)));
    assert_eq!(headers("ipv6 udp").ports(), Some((40000, 5000)));
    assert!(matches!(
        headers("igmp report with router alert").transport,
        Transport::Igmp(0x22)
    ));
    let unknown = headers("a link type that is not known");
    assert_eq!((unknown.payload, unknown.malformed), (span(0, 5), None));
}

/// The sample with one byte changed decodes to this fault.
fn assert_fault(name: &str, at: usize, value: u8, layer: &str, reason: &str) {
    let sample = sample(name);
    let mut bytes = sample.bytes();
    bytes[at] = value;
    let headers = decode(sample.link, &bytes, bytes.len() as u32);
    let fault = headers.malformed.map(|fault| (fault.layer, fault.reason));
    assert_eq!(fault, Some((layer, reason)), "byte {at} of {name}");
}

#[test]
fn lengths_that_lie_are_named() {
    assert_fault("syn", 14, 0x55, "ip", "the version is not 4");
    assert_fault("syn", 14, 0x44, "ip", "the header length is less than 20");
    assert_fault(
        "syn",
        17,
        19,
        "ip",
        "the total length is less than the header length",
    );
    assert_fault(
        "syn",
        17,
        200,
        "ip",
        "the total length is longer than the packet",
    );
    assert_fault("syn", 46, 0x40, "tcp", "the header length is less than 20");
    assert_fault(
        "syn",
        46,
        0xf0,
        "tcp",
        "the header length reaches past the end of the segment",
    );
    assert_fault(
        "syn",
        55,
        1,
        "tcp",
        "the length of an option is less than 2",
    );
    assert_fault(
        "syn",
        72,
        4,
        "tcp",
        "an option reaches past the end of the header",
    );
    let past = "the addresses reach past the end of the message";
    assert_fault("arp request", 18, 7, "arp", past);
    assert_fault(
        "ipv6 udp",
        44,
        1,
        "udp",
        "the length is longer than the packet",
    );
    assert_fault("ipv6 udp", 45, 7, "udp", "the length is less than 8");
    assert_fault(
        "ipv6 udp",
        5,
        11,
        "ipv6",
        "the payload length is longer than the packet",
    );
    let past = "an extension header reaches past the end of the packet";
    assert_fault("listener report behind hop-by-hop", 55, 9, "ipv6", past);
    assert_fault(
        "802.3 spanning tree",
        13,
        99,
        "eth",
        "the length is longer than the frame",
    );
}

#[test]
fn what_the_capture_cut_is_not_blamed_on_the_sender() {
    let sample = sample("syn");
    let bytes = sample.bytes();
    let fault = |captured: usize| {
        decode(sample.link, &bytes[..captured], 74)
            .malformed
            .map(|fault| (fault.layer, fault.reason))
    };
    let cut = "the capture ends before the header does";
    assert_eq!(fault(10), Some(("eth", cut)));
    assert_eq!(fault(20), Some(("ip", cut)));
    assert_eq!(fault(40), Some(("tcp", cut)));
    assert_eq!(fault(60), Some(("tcp", cut)));
    assert_eq!(fault(74), None);
}
