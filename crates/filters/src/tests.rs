//! What filters say of frames made by hand, what errors say of filters, and what holds for any text and any frame. The comparison
//! with tshark is in `tests/filters.rs`.

use super::gather::{Scene, source};
use super::{Filter, FilterError, fields};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};
use socklab_inspector::read::read;
use socklab_packets::decode::decode;
use socklab_packets::dissect::tree;
use socklab_packets::headers::LinkType;
use socklab_packets::record::{Frame, PacketEvent};
use socklab_packets::tree::Field;
use std::ops::ControlFlow;

#[path = "../../../tests/support/frames.rs"]
mod frames;
mod language;

/// The packets of `tests/support/frames.rs`, decoded and tracked.
fn packets() -> Vec<PacketEvent> {
    let mut packets = Vec::new();
    read(&frames::capture(&frames::frames())[..], |packet| {
        packets.push(packet.clone());
        ControlFlow::Continue(())
    })
    .expect("the capture was made here");
    packets
}

/// A frame alone, without a conversation.
fn alone(bytes: &[u8]) -> PacketEvent {
    let mut packet = packets().swap_remove(0);
    packet.headers = decode(LinkType::ETHERNET, bytes, bytes.len() as u32);
    packet.frame = Frame {
        bytes: bytes.into(),
        len: bytes.len() as u32,
        ..packet.frame
    };
    packet
}

fn error_of(text: &str) -> FilterError {
    match Filter::parse(text) {
        Ok(_) => panic!("{text} was taken"),
        Err(error) => error,
    }
}

/// Each filter with the numbers of the frames it lets through.
fn assert_passing(table: &[(&str, &[u64])]) {
    let packets = packets();
    for (text, expected) in table {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        let passed: Vec<u64> = packets
            .iter()
            .filter(|packet| filter.matches(packet))
            .map(|packet| packet.number)
            .collect();
        assert_eq!(passed, *expected, "{text}");
    }
}

/// Each filter with the part of it that is at fault, and words of the message and of the help.
fn assert_errors(table: &[(&str, &str, &str, &str)]) {
    for (text, fault, message, help) in table {
        let error = error_of(text);
        assert_eq!(&text[error.span.clone()], *fault, "{text}: {error:?}");
        assert!(error.message.contains(message), "{text}: {error:?}");
        let said = error.help.unwrap_or_default();
        assert!(said.contains(help), "{text}: {said}");
    }
}

#[test]
fn the_empty_filter_lets_everything_through() {
    let all: Vec<u64> = (1..=27).collect();
    assert_passing(&[("", &all), ("  ", &all), ("frame", &all)]);
}

#[test]
fn a_protocol_or_field_alone_asks_for_its_presence() {
    assert_passing(&[
        ("arp", &[18]),
        ("icmpv6", &[20, 21]),
        ("vlan", &[22]),
        ("tcp.options.mss", &[2]),
        ("tcp.flags.syn && tcp.len == 5", &[6, 9]),
    ]);
}

#[test]
fn equal_is_for_any_value_and_unequal_for_all() {
    assert_passing(&[
        ("tcp.port == 5001 && tcp.len > 9", &[10]),
        ("ip.addr != 10.0.0.1 && ip", &[]),
        ("ip.addr ~= 10.0.0.1 && icmp.type == 8", &[16]),
        ("ip.addr === 172.16.0.0/16", &[]),
        ("all ip.src == 172.16.0.0/16", &[]),
        ("any ip.src == 172.16.0.0/16", &[23]),
    ]);
}

#[test]
fn what_an_icmp_error_quotes_counts_too() {
    assert_passing(&[
        ("icmp && udp.port == 5002", &[14]),
        ("icmp && tcp.dstport == 5001", &[15]),
        ("count(ip.src) == 2", &[14, 15, 23]),
    ]);
}

#[test]
fn a_constant_may_stand_on_either_side() {
    assert_passing(&[
        ("5 == tcp.len", &[6, 9]),
        ("4 < tcp.len < 9", &[6, 9]),
        (
            "tcp xor tcp.len == 5",
            &[1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 15],
        ),
        ("tcp.flags.fin == true", &[11]),
    ]);
}

#[test]
fn a_retransmission_that_is_fast_is_still_one() {
    assert_passing(&[
        ("tcp.analysis.fast_retransmission", &[9]),
        ("tcp.analysis.retransmission", &[9]),
    ]);
}

const MANY_RANGES: &str =
    "frame[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]";

#[test]
fn an_error_points_at_the_fault_and_says_what_to_write() {
    assert_errors(&[
        ("tcp.prot == 80", "tcp.prot", "no field", "tcp.port"),
        ("xyzzy", "xyzzy", "no field", "for example"),
        ("tcp.port == ssh", "ssh", "not a number", "tcp.port == 80"),
        (
            "tcp.port == \"80\"",
            "\"80\"",
            "without quotes",
            "tcp.port == 80",
        ),
        ("tcp.port == 70000", "70000", "16 bits", ""),
        (
            "tcp.srcport == tcp.dstprt",
            "tcp.dstprt",
            "not a number",
            "tcp.dstport",
        ),
        (
            "tcp.srcport == ip.src",
            "tcp.srcport == ip.src",
            "an IPv4 address",
            "same kind",
        ),
        ("ip.src == 10.0.0.1/33", "10.0.0.1/33", "0 to 32", ""),
        (
            "ip.src == localhost",
            "localhost",
            "IPv4 address",
            "10.0.0.0/8",
        ),
        ("ipv6.src == 10.0.0.1", "10.0.0.1", "IPv6 address", "fd00"),
        ("eth.src == 02:00", "02:00", "six bytes", ""),
        (
            "tcp.analysis.flags == 1",
            "tcp.analysis.flags",
            "no value",
            "alone",
        ),
        ("tcp.flags.syn == yes", "yes", "truth value", "== 1"),
        (
            "frame contains hello",
            "hello",
            "neither a string nor bytes",
            "\"hello\"",
        ),
        (
            "tcp.port contains 5",
            "contains",
            "searches bytes",
            "tcp.port == 80",
        ),
        (
            "tcp.port matches \"5\"",
            "matches",
            "searches bytes",
            "tcp.port == 80",
        ),
        (
            "frame matches hello",
            "hello",
            "unexpected",
            "between double quotes",
        ),
        (
            "frame ~ \"a(\"",
            "\"a(\"",
            "not a regular expression: unclosed group",
            "letters stand for themselves",
        ),
        ("tcp.port[0] == 1", "tcp.port[0]", "no bytes", "& 0xff"),
        ("frame[a] == 1", "[a]", "range", "offset:length"),
        ("frame[3-1] == 1", "[3-1]", "range", ""),
        ("frame[0:0] == 1", "[0:0]", "range", ""),
        ("frame[0:2", "", "too early", "bracket"),
        (
            MANY_RANGES,
            "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]",
            "at most 32",
            "",
        ),
        ("tcp.port in 80", "80", "unexpected", "{80"),
        ("tcp.port in {80 81}", "81", "unexpected", "comma"),
        ("tcp.port in {}", "}", "unexpected", "number"),
        ("tcp && ", "", "too early", "field"),
        ("(tcp", "", "too early", "parenthesis"),
        ("tcp)", ")", "unexpected", "end of the filter"),
        ("tcp udp", "udp", "unexpected", "`and`"),
        ("tcp AND udp", "AND", "unexpected", "and"),
        ("tcp.port = 80", "=", "means nothing", "=="),
        ("tcp | udp", "|", "means nothing", "||"),
        ("ip.src & 255", "255", "not an IPv4 address", "10.0.0.0/8"),
        ("tcp.flags & x", "x", "not a number", "tcp.flags == 80"),
        ("frame contains \"a", "\"a", "never closed", "\""),
        ("frame contains \"\\q\"", "\\q", "escape", "\\n"),
        ("frame contains 'ab'", "'ab'", "one character", "\""),
        ("1 == 1", "1", "no field", "tcp.port == 1"),
        (
            "count(frame[0]) == 1",
            "frame[0]",
            "is not a field",
            "count(",
        ),
        ("any tcp", "", "too early", "any or all"),
        ("tcp.port ==", "", "too early", "value"),
    ]);
}

#[test]
fn an_error_shows_no_byte_of_the_filter_raw() {
    for text in [
        "\u{1b}[31m",
        "tcp \u{202e}",
        "\"\u{7}",
        "tcp.port == \u{1b}",
    ] {
        let error = error_of(text);
        let said = format!("{}{}", error.message, error.help.unwrap_or_default());
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{said:?}");
    }
}

#[test]
fn nesting_and_length_have_their_limits() {
    let nested = |depth| format!("{}tcp{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(100)).is_ok());
    assert!(error_of(&nested(101)).message.contains("100 deep"));
    assert!(Filter::parse(&format!("{}tcp", "!".repeat(60_000))).is_ok());
    assert!(error_of(&" ".repeat(70_000)).message.contains("65536"));
}

#[test]
fn the_fields_are_sorted_and_each_has_a_meaning() {
    assert!(fields().is_sorted_by(|left, right| left.name < right.name));
    assert!(fields().iter().all(|entry| !entry.meaning.is_empty()));
}

#[test]
fn every_field_and_layer_of_a_tree_can_be_named() {
    fn assert_known(fields: &[Field]) {
        for field in fields {
            assert!(super::field::find(field.name).is_some(), "{}", field.name);
            assert_known(&field.children);
        }
    }
    for packet in packets() {
        let frame = packet.frame;
        for layer in tree(frame.link, &frame.bytes, frame.len, false) {
            assert!(super::field::find(layer.name).is_some(), "{}", layer.name);
            assert_known(&layer.fields);
        }
    }
}

/// Every field has the values that it has in the tree, from wherever it was read. As text, so that they outlive the packet.
fn assert_flat_as_tree(packet: &PacketEvent) {
    // The tree is read once for all fields; the flat headers anew for each, so that no field rests on what another has read.
    let thorough = Scene::thorough(packet);
    for entry in fields() {
        let source = source(entry);
        let values = |scene: &Scene<'_>| {
            let mut values = Vec::new();
            scene.all(source, entry.kind, &mut |datum| {
                values.push(format!("{datum:?}"));
            });
            values
        };
        let (quick, thorough) = (values(&Scene::of(packet)), values(&thorough));
        assert_eq!(quick, thorough, "{} of {packet:?}", entry.name);
    }
}

#[test]
fn the_flat_headers_and_the_tree_give_the_same_values() {
    for packet in packets() {
        assert_flat_as_tree(&packet);
    }
    assert_flat_as_tree(&alone(&frames::cut_frame()));
}

/// Text that is nearly a filter.
fn almost_filter() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "tcp",
        "tcp.port",
        "ip.addr",
        "frame",
        "eth.src",
        "tcp.payload",
        "tcp.analysis.flags",
        "==",
        "!=",
        "===",
        "<",
        "in",
        "contains",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "..",
        ",",
        "!",
        "not",
        "&&",
        "||",
        "^^",
        "&",
        "any",
        "all",
        "len(",
        "count(",
        "80",
        "0x",
        "10.0.0.1/8",
        "::1/64",
        "02:00",
        "\"a\\x41\"",
        "'a'",
        "-1",
        ":",
        "\"",
        "é",
        "\u{1b}",
        "0:2",
        "1-",
        "matches",
        "+",
        "-",
        "*",
        "/",
        "%",
        "#2",
        "#[",
        "@",
        "max(",
        "string(",
        "upper(",
        "http.host",
        "frame.time",
        "\"2026-11-21\"",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn any_text_is_a_filter_or_an_error_within_it(text in any::<String>()) {
        check_any(&text)?;
    }

    #[test]
    fn any_pieces_are_a_filter_or_an_error_within_them(text in almost_filter()) {
        check_any(&text)?;
    }

    #[test]
    fn a_changed_frame_still_has_the_same_values_flat_and_in_the_tree(
        which in 0_usize..27,
        changes in prop::collection::vec((0_usize..120, any::<u8>()), 0..4),
        len in 0_usize..120,
    ) {
        let mut bytes = frames::frames().swap_remove(which);
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.truncate(len.max(20));
        assert_flat_as_tree(&alone(&bytes));
    }
}

fn check_any(text: &str) -> Result<(), proptest::test_runner::TestCaseError> {
    match Filter::parse(text) {
        Ok(filter) => {
            let packet = alone(&frames::frames()[3]);
            let first = filter.matches(&packet);
            prop_assert_eq!(first, filter.clone().matches(&packet));
        }
        Err(error) => {
            prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error);
            let said = format!("{}{}", error.message, error.help.unwrap_or_default());
            prop_assert!(!said.chars().any(char::is_control), "{:?}", said);
        }
    }
    Ok(())
}
