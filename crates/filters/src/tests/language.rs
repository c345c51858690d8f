//! The parts of the language that calculate, pick and quote: what they say of frames made by hand, and what is said of their errors.

use super::{alone, assert_errors, assert_passing, error_of, frames};
use crate::Filter;
use crate::field;
use crate::gather::{Scene, source};
use crate::value::Datum;
use socklab_packets::schema::FieldKind;

#[test]
fn numbers_are_calculated_as_in_c_and_nothing_wraps_around() {
    assert_passing(&[
        ("tcp.len + 1 == 6", &[6, 9]),
        ("tcp.len == 2 + 3", &[6, 9]),
        ("6 - 1 == tcp.len", &[6, 9]),
        ("tcp.len - 10 == -5", &[6, 9]),
        ("tcp.len * 2 + 1 == 11", &[6, 9]),
        ("{tcp.len + 1} * 2 == 12", &[6, 9]),
        ("tcp.len == 11 / 2", &[6, 9]),
        ("tcp.len % 4 == 1 && tcp.len < 9", &[6, 9]),
        ("-tcp.len == -5", &[6, 9]),
        ("tcp.len - -1 == 6", &[6, 9]),
        ("tcp.len -1 == 4", &[6, 9]),
        ("tcp.len == +5", &[6, 9]),
        ("tcp.len/5 == 1 && tcp.len == 5", &[6, 9]),
        // A sum binds closer than bits.
        ("tcp.len & 1 + 4 == 5 && tcp.len < 9", &[6, 9]),
        ("tcp.len > 2 * tcp.hdr_len - 32", &[4, 10]),
        ("ip.ttl + 200 > 255 && icmp.type == 8", &[16]),
        (
            "tcp.seq_raw * 4294967295 * 4294967295 > 1 && tcp.len == 5",
            &[6, 9],
        ),
        ("tcp.len > -1 && tcp.len < 6 && tcp.len != 0", &[6, 9]),
        ("tcp.len in {2 + 2..2 * 3}", &[6, 9]),
        ("tcp.len + 1 in {6}", &[6, 9]),
    ]);
}

#[test]
fn a_calculation_alone_asks_for_a_result_that_is_not_zero() {
    assert_passing(&[
        ("tcp.len - 5 && tcp.len > 0", &[4, 10]),
        ("{tcp.len - 5} && tcp.len > 0", &[4, 10]),
        ("-tcp.len && tcp.len != 9", &[6, 9, 10]),
        ("ip.ttl / 0x0200 || icmp.type == 8", &[16]),
        ("tcp.len / tcp.len", &[4, 6, 9, 10]),
        ("icmp && ip.src & 0.0.0.1", &[14, 15, 16]),
        ("icmp.type == 8 && eth.dst & 00:00:00:00:00:02", &[16]),
    ]);
}

#[test]
fn times_are_added_and_bits_taken_of_addresses_and_bytes() {
    assert_passing(&[
        ("frame.time_relative + 1 < 1.0005", &[1]),
        ("frame.time_delta - 0.001 < 0", &[1]),
        ("ip.src & 255.255.0.0 == 172.16.0.0", &[23]),
        ("eth.dst[0] & 01 == 01", &[18]),
        ("ipv6.dst & :: == ::", &[19, 20, 21]),
        ("tcp.payload & ff:ff:ff == 68:65:6c", &[4, 9]),
        ("frame.time < \"2023-11-14 22:13:20.002\"", &[1, 2]),
        (
            "frame.time in {\"2023-11-14 22:13:20.001\" .. \"Nov 14, 2023 23:13:20.003 +01:00\"}",
            &[2, 3, 4],
        ),
    ]);
}

#[test]
fn functions_take_fields_and_make_values() {
    assert_passing(&[
        (
            "max(tcp.srcport, tcp.dstport, 50000) == 50000 && tcp.len == 5",
            &[6, 9],
        ),
        ("min(tcp.port) + 1 == 5002 && tcp.len == 5", &[6, 9]),
        ("max(udp.srcport, tcp.srcport) == 40002", &[19]),
        ("abs(tcp.len - 7) == 2 && tcp.len", &[4, 6, 9]),
        ("string(tcp.len) matches \"^[5-8]$\"", &[6, 9]),
        ("string(ip.src) == \"172.16.0.1\"", &[23]),
        ("string(eth.dst) contains \"ff:ff\"", &[18]),
        ("lower(tcp.flags.str) contains \"s\"", &[1, 2]),
        (
            "upper(tcp.flags.str) == tcp.flags.str && tcp.len == 5",
            &[6, 9],
        ),
        (
            "upper(lower(tcp.flags.str))[0:2] == c2:b7 && tcp.len == 5",
            &[6, 9],
        ),
        ("len(tcp.payload[1:]) == 4", &[6, 9]),
        ("len(tcp.port) == 2 && tcp.len == 5", &[6, 9]),
        ("count(tcp.port) * 2 == 4 && tcp.len == 5", &[6, 9]),
        ("len(tcp.payload) in {4..6}", &[6, 9]),
    ]);
}

#[test]
fn a_layer_is_one_of_its_protocol_counted_from_either_end() {
    assert_passing(&[
        ("ip#2", &[14, 15, 23]),
        ("ip.src#2 == 10.0.0.1", &[14, 15, 23]),
        ("ip.src#[-1] == 10.0.0.1 && icmp && udp", &[14]),
        ("ip.src#1 == 172.16.0.0/16", &[23]),
        ("ip.src#[2] == 172.16.0.0/16", &[]),
        ("ip.src#[1-2] == 172.16.0.0/16", &[23]),
        ("ip.src #[2:]", &[14, 15, 23]),
        ("count(ip.addr#2) == 2", &[14, 15, 23]),
        ("udp#1 && icmp", &[14]),
        ("tcp.seq#1 && tcp.len == 5", &[6, 9]),
        ("tcp.seq#2", &[]),
        ("udp.port#0", &[]),
    ]);
}

#[test]
fn raw_bytes_are_those_a_field_was_read_from() {
    assert_passing(&[
        ("@udp.srcport == 9c:41", &[13, 14, 23]),
        ("@tcp.srcport[0] == 9c && tcp.len == 5", &[6, 9]),
        ("@ip.src contains ac:10", &[23]),
        ("@ip.src#2 == 0a:00:00:01", &[14, 15, 23]),
        ("len(@arp.opcode) == 2", &[18]),
    ]);
}

#[test]
fn values_have_many_spellings() {
    assert_passing(&[
        ("tcp.port == '\\x50' || tcp.len == 0b101", &[6, 9]),
        ("tcp.len == 05 && tcp.port == 0X1389", &[6, 9]),
        ("tcp.payload contains r\"\\x\" || tcp.len == 5", &[6, 9]),
        ("udp.payload == 70:69:6e:67", &[13, 14, 23]),
        ("udp.payload == 70-69-6e-67", &[13, 14, 23]),
        ("udp.payload == 70.69.6e.67", &[13, 14, 23]),
        ("udp.payload == :70696e67", &[13, 14, 23]),
        (
            "udp.payload == \"\\160\\x69\\u006e\\U00000067\"",
            &[13, 14, 23],
        ),
        (".arp", &[18]),
        ("tcp.srcport == .tcp.dstport", &[]),
        ("tcp.flags.fin == \"Set\"", &[11]),
        ("frame.time_relative == 0.001s", &[2]),
        ("tcp.flags.fin == TRUE", &[11]),
        ("tcp.port !in {5001} && tcp", &[]),
    ]);
}

#[test]
fn fields_that_are_made_of_others_have_values() {
    assert_passing(&[
        ("eth.dst.ig == 1", &[18]),
        ("eth.src.oui != 0x020000", &[]),
        ("ip.src_host matches \"^172\"", &[23]),
        ("ipv6.host contains \"fd00\" && icmpv6.type == 1", &[21]),
        ("icmp.seq_le == 256", &[16, 17]),
        ("tcp.connection.syn", &[1]),
        ("tcp.connection.synack", &[2]),
        ("frame.time == 2023-11-14", &[]),
    ]);
}

#[test]
fn a_reset_says_why_and_an_address_is_asked_for_before_it_is_taken() {
    let texts = |name: &str, bytes: &[u8]| {
        let packet = alone(bytes);
        let entry = field::find(name).expect("it is a field");
        let mut texts = Vec::new();
        Scene::of(&packet).all(source(entry), entry.kind, &mut |datum| {
            texts.push(match datum {
                Datum::Text(text) => text.to_owned(),
                other => format!("{other:?}"),
            });
        });
        texts
    };
    // The data of the segment that says hello, and the flag that makes it a reset.
    let mut reset = frames::frames().swap_remove(5);
    assert_eq!(texts("tcp.reset_cause", &reset), [""; 0]);
    reset[47] = 0x14;
    assert_eq!(texts("tcp.reset_cause", &reset), ["later"]);
    let mut probe = frames::frames().swap_remove(17);
    assert_eq!(texts("arp.isprobe", &probe), [""; 0]);
    probe[28..32].fill(0);
    assert_eq!(texts("arp.isprobe", &probe), ["Number(1)"]);
    probe.copy_within(38..42, 28);
    assert_eq!(texts("arp.isgratuitous", &probe), ["Number(1)"]);
    assert_eq!(texts("arp.isannouncement", &probe), ["Number(1)"]);
}

#[test]
fn what_cannot_be_calculated_is_refused_with_the_reason() {
    assert_errors(&[
        ("tcp.len/0 == 1", "0", "division by zero", ""),
        ("ip.src + 1 == 1", "1", "not an IPv4 address", "ip.src"),
        (
            "ip.src + 1.2.3.4",
            "ip.src + 1.2.3.4",
            "+ cannot be used",
            "numbers and times",
        ),
        (
            "tcp & udp",
            "tcp & udp",
            "& cannot be used with tcp",
            "and between questions",
        ),
        (
            "tcp.flags.syn + 1",
            "tcp.flags.syn + 1",
            "truth value",
            "numbers and times",
        ),
        (
            "frame.time_delta * 2 > 1",
            "frame.time_delta * 2",
            "a time",
            "multiplied",
        ),
        (
            "tcp.len + ip.src > 1",
            "tcp.len + ip.src",
            "+ cannot be used with ip.src",
            "",
        ),
        (
            "tcp.len + frame.time_delta > 1",
            "tcp.len + frame.time_delta",
            "a time in seconds",
            "same kind",
        ),
        ("-ip.src == 1.2.3.4", "-ip.src", "no sign", "minus"),
        ("tcp.len-1 == 4", "tcp.len-1", "no field", "tcp.len - 1"),
        ("(tcp.len + 1) == 4", "==", "unexpected", "braces"),
        ("{tcp.len == 1}", "==", "unexpected", "( )"),
        ("{tcp.len + 1 == 4", "==", "unexpected", "( )"),
        ("{tcp.len + 1", "", "too early", "brace"),
        ("tcp.len + == 1", "==", "unexpected", "a field or a value"),
        ("tcp.port == 80 + \"a\"", "\"a\"", "not a number", ""),
        (
            "tcp.port == tcp.flags.syn",
            "tcp.port == tcp.flags.syn",
            "truth value",
            "same kind",
        ),
        (
            "\"abc\"[0] == 61",
            "\"abc\"[0]",
            "only what a field holds",
            "",
        ),
    ]);
}

#[test]
fn what_a_function_cannot_take_is_refused_with_the_reason() {
    assert_errors(&[
        (
            "len(tcp.payload)",
            "len(tcp.payload)",
            "nothing is asked",
            "len(tcp.payload) > 100",
        ),
        ("len() > 1", "len()", "needs something", "len("),
        (
            "len(tcp, udp) > 1",
            "len(tcp, udp)",
            "takes one field, not 2",
            "",
        ),
        ("len(\"abc\") == 3", "\"abc\"", "takes a field", ""),
        ("len(tcp.flags.syn) == 1", "tcp.flags.syn", "no length", ""),
        (
            "upper(tcp.len) == \"A\"",
            "tcp.len",
            "is a number",
            "http.host",
        ),
        (
            "string(http.host) == \"A\"",
            "http.host",
            "text already",
            "",
        ),
        (
            "string(tcp.payload) == \"A\"",
            "tcp.payload",
            "is bytes",
            "",
        ),
        ("abs(http.host) == 1", "http.host", "no sign", ""),
        (
            "max(tcp.len, ip.src) == 1",
            "tcp.len, ip.src",
            "an IPv4 address",
            "same kind",
        ),
        ("max(5, 6) == 1", "5", "takes a field", ""),
        ("LEN(tcp) == 20", "LEN", "no function", "small letters: len"),
        ("foo(tcp) == 20", "foo", "no function", "len, count, upper"),
        ("tcp(udp)", "tcp", "not a function", ""),
        ("len(tcp > 20", ">", "unexpected", "closing parenthesis"),
    ]);
}

#[test]
fn a_slip_of_another_language_is_told_what_to_write() {
    assert_errors(&[
        ("tcp.port => 80", "=", "means nothing", ">="),
        ("tcp.port =< 80", "=", "means nothing", "<="),
        ("tcp port 80", "port", "unexpected", "tcpdump"),
        ("host 10.0.0.1", "host", "no field", "tcpdump"),
        ("tcp.port EQ 80", "EQ", "unexpected", "small letters"),
        ("80", "80", "no field", "tcp.port == 80"),
        ("10.0.0.1", "10.0.0.1", "no field", "ip.addr == 10.0.0.1"),
        ("fe80::1", "fe80::1", "no field", "ipv6.addr == fe80::1"),
        ("\"abc\"", "\"abc\"", "no field", "frame contains \"abc\""),
        ("tcp.port == \"80\"", "\"80\"", "without quotes", ""),
        (
            "ip.src == \"10.0.0.1\"",
            "\"10.0.0.1\"",
            "without quotes",
            "",
        ),
        ("${tcp.port} == 80", "$", "means nothing", "selected"),
        ("tcp.port == 80;", ";", "means nothing", "one filter"),
        (
            "http.host not contains \"a\"",
            "not",
            "unexpected",
            "not (http.host",
        ),
        (
            "tcp.port matches \"80\"",
            "matches",
            "searches bytes",
            "string(tcp.port)",
        ),
        (
            "ip.addr#x == 1.2.3.4",
            "#x",
            "number of a layer",
            "ip.addr#2",
        ),
        ("ip.addr#[2-] == 1.2.3.4", "#[2-]", "range of layers", ""),
        ("@tcp.seq == 1", "@tcp.seq", "computed", "without @"),
        ("@80 == 1", "80", "unexpected", "@tcp.port"),
        (
            "frame.time == 1700000000",
            "1700000000",
            "not a date",
            "2026",
        ),
        (
            "frame.time == \"2023-02-30\"",
            "\"2023-02-30\"",
            "not a date",
            "",
        ),
        ("frame.time - 5 > 1", "5", "not a date", ""),
        ("http.host == \"\\400\"", "\\400", "\\377", ""),
        (
            "http.host == \"\\ud800\"",
            "\\ud800",
            "no character",
            "surrogate",
        ),
        (
            "frame.time_delta_displayed > 1",
            "frame.time_delta_displayed",
            "no field",
            "frame.time_delta",
        ),
        ("dns.time > 1", "dns.time", "no field", "paired"),
    ]);
}

#[test]
fn no_filter_asks_for_more_work_than_a_packet_is_worth() {
    let many =
        |sign: &str, count| format!("tcp.len {} == 5", format!("{sign} tcp.len ").repeat(count));
    assert!(Filter::parse(&many("+", 200)).is_ok());
    assert!(
        error_of(&many("+", 201))
            .message
            .contains("at most 200 signs")
    );
    let nested = |depth| format!("{}tcp.len{} == 5", "{".repeat(depth), "}".repeat(depth));
    assert!(Filter::parse(&nested(100)).is_ok());
    assert!(error_of(&nested(101)).message.contains("100 deep"));
    assert!(Filter::parse(&format!("tcp.len == {}5", "-".repeat(60_000))).is_ok());
    let deep = |depth| format!("{}tcp.len{} == 5", "max(".repeat(depth), ")".repeat(depth));
    assert!(error_of(&deep(101)).message.contains("100 deep"));
    // Two values for each sign: without a bound there would be 2 to the power of 201 of them.
    let filter = Filter::parse(&format!("{} == 0", vec!["tcp.port"; 150].join(" + ")));
    let packet = alone(&frames::frames()[3]);
    assert!(!filter.expect("it is a filter").matches(&packet));
}

#[test]
fn a_kind_has_words_and_an_example_that_is_one() {
    for (name, kind) in [
        ("frame.time", FieldKind::Date),
        ("frame.time_delta", FieldKind::Time),
        ("tcp.port", FieldKind::Number(16)),
        ("ip.src", FieldKind::Ipv4),
    ] {
        assert_eq!(field::find(name).map(|entry| entry.kind), Some(kind));
        let filter = format!("{name} == {}", kind.example());
        assert!(Filter::parse(&filter).is_ok(), "{filter}");
    }
}
