//! What the trees of the sample frames say.

use super::sample;
use crate::dissect::tree;
use crate::headers::{LinkType, Span};
use crate::tree::{Field, FieldValue, Layer};

fn layers(name: &str) -> Vec<Layer> {
    let sample = sample(name);
    let bytes = sample.bytes();
    tree(sample.link, &bytes, bytes.len() as u32, false)
}

fn names(name: &str) -> Vec<&'static str> {
    layers(name).iter().map(|layer| layer.name).collect()
}

/// All fields, with their parts behind them.
fn flat(layers: &[Layer]) -> Vec<Field> {
    fn add(field: &Field, out: &mut Vec<Field>) {
        out.push(field.clone());
        for child in &field.children {
            add(child, out);
        }
    }
    let mut out = Vec::new();
    for field in layers.iter().flat_map(|layer| &layer.fields) {
        add(field, &mut out);
    }
    out
}

/// The first field of this name.
fn field(frame: &str, name: &str) -> Field {
    flat(&layers(frame))
        .into_iter()
        .find(|field| field.name == name)
        .unwrap_or_else(|| panic!("no {name} in {frame}"))
}

/// Field name, value and first byte of each row are in the frame.
fn assert_numbers(frame: &str, rows: &[(&str, u64, u32)]) {
    for (name, value, start) in rows {
        let field = field(frame, name);
        let number = match field.value {
            FieldValue::Number(number) | FieldValue::Hex(number, _) => number,
            FieldValue::Flag(set) => set.into(),
            other => panic!("{name} is {other:?}"),
        };
        assert_eq!((number, field.span.start), (*value, *start), "{name}");
    }
}

fn assert_meaning(frame: &str, name: &str, meaning: &str) {
    assert_eq!(field(frame, name).meaning, meaning, "{name} in {frame}");
}

#[test]
fn a_syn_shows_every_field_with_its_bytes() {
    assert_eq!(names("syn"), ["eth", "ip", "tcp"]);
    assert_numbers(
        "syn",
        &[
            ("eth.type", 0x0800, 12),
            ("ip.version", 4, 14),
            ("ip.hdr_len", 20, 14),
            ("ip.len", 60, 16),
            ("ip.id", 0x1234, 18),
            ("ip.flags.df", 1, 20),
            ("ip.flags.mf", 0, 20),
            ("ip.frag_offset", 0, 20),
            ("ip.ttl", 64, 22),
            ("ip.proto", 6, 23),
            ("ip.checksum", 0x2a86, 24),
            ("tcp.srcport", 40312, 34),
            ("tcp.dstport", 5000, 36),
            ("tcp.seq_raw", 1, 38),
            ("tcp.ack_raw", 0, 42),
            ("tcp.hdr_len", 40, 46),
            ("tcp.flags", 2, 46),
            ("tcp.flags.syn", 1, 47),
            ("tcp.flags.ack", 0, 47),
            ("tcp.window_size_value", 65495, 48),
            ("tcp.checksum", 0x9e9c, 50),
            ("tcp.urgent_pointer", 0, 52),
            ("tcp.options.mss_val", 65495, 56),
            ("tcp.options.timestamp.tsval", 100, 62),
            ("tcp.options.timestamp.tsecr", 0, 66),
            ("tcp.options.wscale.shift", 7, 73),
        ],
    );
    assert_meaning("syn", "tcp.flags", "SYN");
    assert_meaning("syn", "tcp.options.wscale", "7 (multiply by 128)");
    assert_meaning("syn", "ip.proto", "TCP");
    let text = FieldValue::Text("··········S·".to_owned());
    assert_eq!(field("syn", "tcp.flags.str").value, text);
}

#[test]
fn checksums_are_judged_in_words() {
    for (frame, name) in [
        ("syn", "ip.checksum"),
        ("syn", "tcp.checksum"),
        ("hello with padding", "tcp.checksum"),
        ("ping", "icmp.checksum"),
        ("ipv6 udp", "udp.checksum"),
        ("neighbor solicitation", "icmpv6.checksum"),
        ("listener report behind hop-by-hop", "icmpv6.checksum"),
        ("igmp report with router alert", "igmp.checksum"),
        ("port unreachable", "icmp.checksum"),
    ] {
        assert_meaning(frame, name, "correct");
    }
    let partial = "left to the hardware, not computed yet (will be 0x9e9c)";
    assert_meaning("syn left to the hardware", "tcp.checksum", partial);
    let wrong = "incorrect, should be 0x";
    let verdict = field("sack and unknown options", "tcp.checksum").meaning;
    assert!(verdict.starts_with(wrong), "{verdict}");
    assert_meaning("two tags", "udp.checksum", "none was computed");
    let fragment = "not verified, it covers all fragments";
    assert_meaning("first fragment", "udp.checksum", fragment);
}

#[test]
fn a_checksum_the_kernel_left_to_the_hardware_is_not_judged() {
    let sample = sample("sack and unknown options");
    let bytes = sample.bytes();
    let layers = tree(sample.link, &bytes, bytes.len() as u32, true);
    let checksum = |name: &str| {
        flat(&layers)
            .into_iter()
            .find(|field| field.name == name)
            .map(|field| field.meaning)
    };
    let words = checksum("tcp.checksum");
    assert_eq!(
        words.as_deref(),
        Some("left to the hardware, not computed yet")
    );
    assert_eq!(checksum("ip.checksum").as_deref(), Some("correct"));
}

#[test]
fn payload_is_a_layer_of_data_and_padding_belongs_to_ethernet() {
    assert_eq!(names("hello with padding"), ["eth", "ip", "tcp", "data"]);
    let data = field("hello with padding", "data.data");
    assert_eq!(data.value, FieldValue::Bytes(b"hello".to_vec()));
    assert_eq!(data.span, Span { start: 54, end: 59 });
    let padding = field("hello with padding", "eth.padding");
    assert_eq!(padding.span, Span { start: 59, end: 60 });
}

#[test]
fn every_tcp_option_is_shown_known_or_not() {
    let frame = "sack and unknown options";
    assert_numbers(
        frame,
        &[
            ("tcp.options.sack_le", 16, 58),
            ("tcp.options.sack_re", 32, 62),
            ("tcp.options.experimental.exid", 0xabcd, 68),
        ],
    );
    let options = field(frame, "tcp.options");
    assert_eq!(
        options.meaning,
        "24 bytes: No-Operation (NOP), No-Operation (NOP), SACK, Experimental, Unknown, End of Option List (EOL)"
    );
    let unknown = field(frame, "tcp.options.unknown.payload");
    assert_eq!(unknown.value, FieldValue::Bytes(vec![0xbe, 0xef]));
}

#[test]
fn a_quoted_packet_follows_as_layers_of_its_own() {
    let layers = layers("port unreachable");
    let titles: Vec<&str> = layers.iter().map(|layer| layer.title.as_str()).collect();
    assert_eq!(
        titles[2..],
        [
            "Internet Control Message Protocol, Destination unreachable: port unreachable",
            "Quoted: Internet Protocol Version 4, Src: 10.0.0.1, Dst: 10.0.0.2",
            "Quoted: User Datagram Protocol, Src Port: 40000, Dst Port: 5001",
            "Quoted: Data (2 bytes)",
        ]
    );
    let names = names("time exceeded about eight bytes of tcp");
    assert_eq!(names, ["eth", "ip", "icmp", "ip", "tcp"]);
}

#[test]
fn tags_fragments_and_extension_headers_are_layers() {
    assert_eq!(names("two tags"), ["eth", "vlan", "vlan", "ip", "udp"]);
    assert_numbers("two tags", &[("vlan.id", 100, 14)]);
    assert_eq!(names("later fragment"), ["eth", "ip", "data"]);
    assert_numbers("later fragment", &[("ip.frag_offset", 185, 20)]);
    assert_eq!(
        names("ipv6 later fragment"),
        ["ipv6", "ipv6.fraghdr", "data"]
    );
    assert_eq!(
        names("listener report behind hop-by-hop"),
        ["eth", "ipv6", "ipv6.hopopts", "icmpv6"]
    );
    assert_eq!(names("ip in ip"), ["ip", "ip", "udp"]);
    assert_eq!(
        names("igmp report with router alert"),
        ["eth", "ip", "igmp"]
    );
    assert_eq!(names("802.3 spanning tree"), ["eth", "llc", "data"]);
    assert_eq!(names("big-endian loopback"), ["null", "ipv6", "data"]);
    assert_eq!(names("cooked"), ["sll", "ip", "udp"]);
    assert_eq!(names("a link type that is not known"), ["data"]);
}

#[test]
fn addresses_are_typed() {
    let mac = FieldValue::Mac([2, 0, 0, 0, 0, 1]);
    assert_eq!(field("arp request", "arp.src.hw_mac").value, mac);
    assert_eq!(
        field("neighbor solicitation", "icmpv6.opt.linkaddr").value,
        mac
    );
    let other = field("arp about addresses of two bytes", "arp.src.hw");
    assert_eq!(other.value, FieldValue::Bytes(vec![1, 2]));
    let ip = FieldValue::Ipv4([10, 0, 0, 2].into());
    assert_eq!(field("arp request", "arp.dst.proto_ipv4").value, ip);
    let target = field("neighbor solicitation", "icmpv6.nd.ns.target_address");
    let expected = FieldValue::Ipv6([0xfe80, 0, 0, 0, 0, 0, 0, 2].into());
    assert_eq!(target.value, expected);
}

#[test]
fn a_fault_is_a_mark_and_the_rest_is_shown_as_bytes() {
    let sample = sample("syn");
    let bytes = sample.bytes();
    let layers = |bytes: &[u8], len| tree(sample.link, bytes, len, false);
    let short = layers(&bytes[..40], 40);
    let names: Vec<&str> = short.iter().map(|layer| layer.name).collect();
    assert_eq!(names, ["eth", "ip", "tcp"]);
    let last = |layers: &[Layer]| layers[2].fields.last().cloned().expect("fields");
    assert_eq!(
        last(&short).meaning,
        "tcp: shorter than the 20 bytes of a header"
    );
    assert_eq!(short[2].fields[1].name, "tcp.dstport", "what is there");
    let cut = layers(&bytes[..40], 74);
    assert_eq!(last(&cut).name, "_ws.short");
    let nothing = layers(&bytes[..34], 34);
    let names: Vec<&str> = nothing.iter().map(|layer| layer.name).collect();
    assert_eq!(names, ["eth", "ip", "_ws.malformed"]);
    let mut bogus = bytes.clone();
    bogus[46] = 0x20;
    let fields = flat(&layers(&bogus, 74));
    assert!(fields.iter().any(|field| field.name == "tcp.dstport"));
    let mark = fields.iter().find(|field| field.name == "_ws.malformed");
    assert_eq!(
        mark.map(|field| field.meaning.as_str()),
        Some("tcp: the header length is less than 20")
    );
}

#[test]
fn the_fields_of_the_json_contract_are_all_there() {
    let contract = "eth.type arp.opcode ip.version ip.src ip.dst ip.proto ip.ttl ip.id ip.flags.df ip.flags.mf \
        ip.frag_offset ip.len ip.hdr_len ipv6.src ipv6.dst ipv6.nxt ipv6.hlim ipv6.plen tcp.srcport tcp.dstport \
        tcp.seq_raw tcp.ack_raw tcp.len tcp.hdr_len tcp.flags tcp.flags.str tcp.window_size_value \
        tcp.urgent_pointer tcp.checksum tcp.options.mss_val tcp.options.wscale.shift tcp.options.sack_perm \
        tcp.options.sack_le tcp.options.sack_re tcp.options.timestamp.tsval tcp.options.timestamp.tsecr \
        udp.srcport udp.dstport udp.length icmp.type icmp.code icmpv6.type icmpv6.code";
    let shown: Vec<&str> = super::SAMPLES
        .iter()
        .flat_map(|sample| flat(&layers(sample.name)))
        .map(|field| field.name)
        .collect();
    for name in contract.split_whitespace() {
        assert!(shown.contains(&name), "{name}");
    }
}

#[test]
fn of_thousands_of_extension_headers_the_first_have_layers_and_the_rest_is_told_of() {
    let mut frame = vec![0x60, 0, 0, 0, 0x40, 8, 60, 64];
    frame.extend([0xfd; 32]);
    for number in 0..0x800 {
        let next = if number == 0x7ff { 17 } else { 60 };
        frame.extend([next, 0, 1, 4, 0, 0, 0, 0]);
    }
    frame.extend([0, 9, 0, 9, 0, 8, 0, 0]);
    let layers = tree(LinkType::RAW, &frame, frame.len() as u32, false);
    let [.., last_header, more, udp] = &layers[..] else {
        panic!("{layers:?}");
    };
    assert_eq!(
        (layers.len(), last_header.span.end),
        (1 + 256 + 2, 40 + 256 * 8)
    );
    let len = (0x800 - 256) * 8;
    assert_eq!(more.title, format!("More extension headers ({len} bytes)"));
    assert_eq!((more.span.start, udp.name), (last_header.span.end, "udp"));
}
