//! The tracker and the pcapng writer beside tshark 4.0, packet by packet, on connections made up from a seed: retransmissions,
//! probes, closed windows, reused ports; and on frames written by hand. Not a test of decoding.

#[path = "support/witness.rs"]
mod witness;

#[path = "wireshark/odd.rs"]
mod odd;
#[path = "wireshark/traffic.rs"]
mod traffic;
#[path = "wireshark/tshark.rs"]
mod tshark;

use odd::{ACK, FIN, OPENING, Packet, SYN, error, first_fragment, open, sack, segment};
use socklab::command::filter::values;
use socklab::event::packet::{Cause, Certainty, Label, PacketEvent, Phase};
use socklab::event::wire::{Effect, Ruling};
use socklab::inspector::{pcapng, read};
use socklab::packet::headers::flag;
use socklab::render::fast::json_packet::packet_json;
use std::fmt::Write;
use std::ops::ControlFlow;
use traffic::Traffic;

/// The packets as the inspector tells them, after a round through a pcapng file.
fn tracked(packets: &[PacketEvent]) -> (Vec<u8>, Vec<PacketEvent>) {
    let mut file = Vec::new();
    pcapng::write(&mut file, packets.iter(), |name| {
        (name == "client").then_some(4711)
    })
    .expect("a vector takes every byte");
    let mut seen = Vec::new();
    read::read(file.as_slice(), |packet| {
        seen.push(packet.clone());
        ControlFlow::Continue(())
    })
    .expect("what was written can be read");
    (file, seen)
}

const FIELDS: [&str; 12] = [
    "tcp.stream",
    "tcp.seq",
    "tcp.ack",
    "tcp.len",
    "tcp.window_size",
    "tcp.completeness",
    "tcp.analysis.duplicate_ack_num",
    "tcp.analysis.duplicate_ack_frame",
    "tcp.analysis.acks_frame",
    "tcp.analysis.bytes_in_flight",
    "tcp.flags.str",
    "tcp.analysis.initial_rtt",
];

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// One line a packet: the fields both programs know.
fn ours(packet: &PacketEvent) -> String {
    let track = &packet.track;
    let tcp = packet.headers.tcp().expect("only TCP was made");
    // Without the ACK flag tshark shows the field as it is.
    let acknowledged = if tcp.flags & flag::ACK == 0 {
        tcp.ack
    } else {
        track.ack
    };
    let labels: Vec<&str> = track.labels.as_fields().iter().map(Label::name).collect();
    [
        text(track.stream),
        track.seq.to_string(),
        acknowledged.to_string(),
        tcp.len.to_string(),
        track.window.to_string(),
        track.completeness.to_string(),
        text(track.duplicate_of.map(|known| known.0)),
        text(track.duplicate_of.map(|known| known.1)),
        text(track.acks.map(|known| known.1)),
        text(track.bytes_in_flight),
        labels.join(","),
    ]
    .join(" ")
}

fn theirs(row: &[String]) -> String {
    let labels: Vec<&str> = Label::ALL
        .iter()
        .zip(&row[FIELDS.len()..])
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, _)| label.name())
        .collect();
    let mut parts: Vec<String> = row[..10].to_vec();
    parts.push(labels.join(","));
    parts.join(" ")
}

/// Compares every packet of the traffic; gives the disagreements, each with the packets before it.
fn disagreements(packets: &[PacketEvent]) -> Vec<String> {
    let mut columns = [0; 11];
    let (file, seen) = tracked(packets);
    let names: Vec<String> = Label::ALL
        .iter()
        .map(|label| format!("tcp.analysis.{}", label.name()))
        .collect();
    let fields: Vec<&str> = FIELDS
        .iter()
        .copied()
        .chain(names.iter().map(String::as_str))
        .collect();
    let rows = tshark::fields(&file, &fields);
    assert_eq!(rows.len(), seen.len(), "tshark and socklab count alike");
    let mut found = Vec::new();
    for (packet, row) in seen.iter().zip(&rows) {
        let (mine, other) = (ours(packet), theirs(row));
        if mine != other {
            for (column, (a, b)) in mine.split(' ').zip(other.split(' ')).enumerate() {
                columns[column] += usize::from(a != b);
            }
            let stream = packet.track.stream;
            let mut story = String::new();
            for (earlier, row) in seen.iter().zip(&rows) {
                if earlier.number <= packet.number && earlier.track.stream == stream {
                    let tcp = earlier.headers.tcp().expect("only TCP was made");
                    let _ = writeln!(
                        story,
                        "    {:5} {:>10}us {} {} win {} sack {:?} irtt {} | {}",
                        earlier.number,
                        earlier.frame.time_ns / 1000 % 1_000_000_000,
                        if earlier.track.forward { ">" } else { "<" },
                        row[10],
                        tcp.window,
                        &tcp.options.sack[..usize::from(tcp.options.sack_count)],
                        row[11],
                        theirs(row),
                    );
                }
            }
            let wanted = std::env::var("SOCKLAB_TESTS_COLUMN").ok();
            let differs =
                |column: usize| mine.split(' ').nth(column) != other.split(' ').nth(column);
            if wanted.is_some_and(|column| !differs(column.parse().expect("a column number"))) {
                continue;
            }
            found.push(format!(
                "frame {}\n  socklab {mine}\n  tshark  {other}\n{story}",
                packet.number
            ));
        }
    }
    if !found.is_empty() {
        found.insert(0, format!("disagreements by column: {columns:?}\n"));
    }
    found
}

#[test]
fn every_packet_of_made_up_connections_is_told_as_tshark_tells_it() {
    if !witness::present("tshark") {
        return;
    }
    let count = std::env::var("SOCKLAB_TESTS_CONNECTIONS").map_or(400, |text| {
        text.parse().expect("SOCKLAB_TESTS_CONNECTIONS is a number")
    });
    let seed = std::env::var("SOCKLAB_TESTS_SEED").map_or(1, |text| {
        text.parse().expect("SOCKLAB_TESTS_SEED is a number")
    });
    let mut traffic = Traffic::new(seed);
    for _ in 0..count {
        traffic.connection();
    }
    let packets = traffic.packets();
    let found = disagreements(&packets);
    assert!(
        found.is_empty(),
        "{} of {} packets differ; the first ones:\n{}",
        found.len(),
        packets.len(),
        found[..found.len().min(4)].join("\n")
    );
}

#[test]
fn tshark_shows_the_comments_names_and_directions_that_were_written() {
    if !witness::present("tshark") {
        return;
    }
    let mut traffic = Traffic::new(7);
    traffic.connection();
    let mut packets = traffic.packets();
    packets.truncate(2);
    for packet in &mut packets {
        packet.host = "server".into();
        packet.interface = "eth0".into();
        packet.from = "c".into();
        packet.cause = Some(Cause {
            certainty: Certainty::Caused,
            command: Some(3),
            process: "client".into(),
            call: "connect(3, \u{1b}[31m)".into(),
            kernel: String::new(),
        });
    }
    packets[1].host = "client".into();
    packets[1].from = "".into();
    packets[1].to = "c".into();
    packets[0].track.phase = Some(Phase::Handshake(1));
    packets[0].rulings = vec![Ruling {
        rule: 2,
        effect: Effect::Lost,
    }];
    let (file, _) = tracked(&packets);
    let rows = tshark::fields(
        &file,
        &[
            "frame.comment",
            "frame.interface_name",
            "frame.packet_flags_direction",
            "frame.time_epoch",
            "frame.verdict.ebpf_tc",
        ],
    );
    for comment in [
        "socklab #1: c → ?",
        "caused by connect(3, \\u{1b}[31m) in client, process 4711",
        "lost: wire rule 2",
    ] {
        assert!(rows[0][0].contains(comment), "{comment}: {:?}", rows[0]);
    }
    assert_eq!([&rows[0][4], &rows[1][4]], ["2", ""], "TC_ACT_SHOT");
    assert_eq!(rows[0][1], "server/eth0");
    assert_eq!(rows[1][1], "client/eth0");
    assert_eq!(
        [&rows[0][2], &rows[1][2]].map(|text| text.trim_start_matches("0x0000000").to_string()),
        ["2".to_string(), "1".to_string()],
        "outbound, then inbound"
    );
    let nanoseconds = packets[0].frame.time_ns;
    assert_eq!(
        rows[0][3],
        format!(
            "{}.{:09}",
            nanoseconds / 1_000_000_000,
            nanoseconds % 1_000_000_000
        )
    );
}

const SHOWN: [&str; 19] = [
    "tcp.srcport",
    "tcp.stream",
    "tcp.seq",
    "tcp.ack",
    "tcp.len",
    "tcp.hdr_len",
    "tcp.window_size",
    "tcp.completeness",
    "tcp.options.mss_val",
    "tcp.options.wscale.shift",
    "tcp.analysis.bytes_in_flight",
    "tcp.analysis.acks_frame",
    "tcp.time_relative",
    "tcp.time_delta",
    "udp.srcport",
    "udp.length",
    "udp.stream",
    "udp.time_relative",
    "udp.time_delta",
];

/// A field as `--json` has it, or else as a filter reads it.
fn shown(packet: &PacketEvent, json: &serde_json::Value, field: &str) -> String {
    let value = match &json[field] {
        serde_json::Value::Null => return values(field, packet).join(","),
        serde_json::Value::Array(items) => items.clone(),
        value => vec![value.clone()],
    };
    let texts: Vec<String> = value.iter().map(ToString::to_string).collect();
    texts.join(",")
}

/// Every field that tshark shows of a frame, but for what an ICMP error quotes, is the same here; and so are the labels.
fn assert_same(what: &str, packets: &[Packet]) {
    if !witness::present("tshark") {
        return;
    }
    let file = odd::capture(packets);
    let labels: Vec<String> = Label::ALL
        .iter()
        .map(|label| format!("tcp.analysis.{}", label.name()))
        .collect();
    let fields: Vec<&str> = ["icmp.type"]
        .into_iter()
        .chain(SHOWN)
        .chain(labels.iter().map(String::as_str))
        .collect();
    let rows = tshark::fields(&file, &fields);
    let mut number = 0;
    read::read(file.as_slice(), |packet| {
        let row = &rows[number];
        number += 1;
        let json = serde_json::from_str(&packet_json(packet)).expect("a line is an object");
        for (field, theirs) in SHOWN.iter().zip(&row[1..]) {
            // A filter knows no times of a header that is not whole.
            let known = packet.headers.ports().is_some() || !field.contains("time");
            if !theirs.is_empty() && row[0].is_empty() && known {
                let ours = shown(packet, &json, field);
                assert_eq!(&ours, theirs, "{what}: {field} of frame {number}");
            }
        }
        let theirs = Label::ALL.iter().zip(&row[1 + SHOWN.len()..]);
        let theirs: Vec<&str> = theirs
            .filter(|(_, value)| !value.is_empty() && row[0].is_empty())
            .map(|(label, _)| label.name())
            .collect();
        let ours: Vec<&str> = packet
            .track
            .labels
            .as_fields()
            .iter()
            .map(Label::name)
            .collect();
        assert_eq!(ours, theirs, "{what}: labels of frame {number}");
        ControlFlow::Continue(())
    })
    .expect("the capture was made here");
    assert_eq!(
        (number, rows.len()),
        (packets.len(), packets.len()),
        "{what}"
    );
}

/// The three ways in which a segment comes without its length: its header claims too much, only its first fragment is there and not
/// whole, an error quotes it.
fn without_length(from: u8, numbers: (u32, u32), flags: u16, options: &[u8]) -> [Packet; 3] {
    [
        segment(from, numbers, flags, options, 0).header_words(15),
        first_fragment(from, numbers, flags, options).cut(100),
        error(from, 3, &segment(from, numbers, flags, options, 20)),
    ]
}

#[test]
fn a_segment_without_a_length_counts_for_its_conversation_and_not_for_its_numbers() {
    for way in 0..3 {
        let odd = |from, numbers, flags, options: &[u8]| {
            without_length(from, numbers, flags, options)[way].clone()
        };
        let data = |seq| segment(0, (seq, 501), ACK, &[], 100);
        let what = |part| format!("{part} in way {way}");
        assert_same(
            &what("an opening SYN"),
            &[
                odd(0, (100, 0), SYN, OPENING),
                open()[1].clone(),
                open()[2].clone(),
                data(101),
            ],
        );
        let mut packets = open();
        packets.extend([
            odd(1, (501, 101), ACK | FIN, &[]),
            data(101),
            odd(1, (501, 201), ACK, &sack(&[(151, 201)])),
            data(201),
            odd(0, (301, 501), ACK, &[1, 3, 3, 2]),
            data(301),
            odd(0, (9000, 0), SYN, OPENING),
            data(401),
            odd(1, (7000, 401), SYN | ACK, &[]),
            data(501),
        ]);
        assert_same(&what("an open connection"), &packets);
    }
}

#[test]
fn a_header_that_claims_less_than_a_header_has_counts_with_its_rest_as_data() {
    for words in [0, 4] {
        let mut packets = open();
        packets.extend([
            segment(0, (101, 501), ACK | FIN, &[], 4).header_words(words),
            segment(0, (101, 501), ACK, &[], 10),
            segment(1, (501, 111), ACK, &[], 0),
            segment(0, (9000, 0), SYN, &[], 0).header_words(words),
            segment(0, (112, 501), ACK, &[], 1),
            segment(1, (501, 113), ACK, &[], 0),
        ]);
        assert_same("a short header", &packets);
    }
}

#[test]
fn a_segment_shorter_than_a_header_is_known_as_far_as_its_window() {
    let mut packets = open();
    let mut short = segment(0, (101, 501), ACK | FIN, &[], 0).cut(36);
    short.len = 36;
    short.bytes[3] = 36;
    packets.extend([short, segment(0, (101, 501), ACK, &[], 10)]);
    assert_same("a segment of 16 bytes", &packets);
}

#[test]
fn a_redirect_tells_nothing_of_the_segment_it_quotes() {
    let mut packets = open();
    let quoted = segment(1, (501, 101), ACK | FIN, &[], 0);
    packets.extend([
        error(1, 5, &quoted),
        segment(0, (101, 501), ACK, &[], 10),
        error(1, 11, &quoted),
        segment(0, (111, 501), ACK, &[], 10),
    ]);
    assert_same("a redirect", &packets);
}

#[test]
fn a_selective_acknowledgment_without_blocks_takes_the_older_ones_back() {
    let [data, more, rest] = [101, 201, 301].map(|seq| segment(0, (seq, 501), ACK, &[], 100));
    let empty = || vec![5, 2, 1, 1];
    for options in [
        sack(&[(151, 201)]),
        [sack(&[(151, 201)]), empty()].concat(),
        [sack(&[(151, 201)]), sack(&[(211, 241)])].concat(),
        [empty(), sack(&[(151, 201)])].concat(),
        [sack(&[(110, 130)]), empty()].concat(),
        [sack(&[(151, 201), (151, 221)]), empty()].concat(),
        empty(),
    ] {
        let mut packets = open();
        packets.extend([
            data.clone(),
            more.clone(),
            segment(1, (501, 151), ACK, &options, 0),
            rest.clone(),
        ]);
        // Behind an option that ends the analysis tshark shows none.
        if options[..2] != [5, 2] {
            assert_same(&format!("options {options:?}"), &packets);
        }
        packets[5] = segment(1, (501, 400), ACK, &empty(), 0);
        assert_same("an empty option alone", &packets);
    }
}

#[test]
fn a_header_cut_in_its_options_ends_the_analysis_where_an_option_may_be_missing() {
    // Beyond a hole: the segment has a label, unless tshark gives up in the options.
    for (options, kept) in [
        (&[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2][..], 50),
        (&[1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], 42),
        (&[4, 2, 0, 0], 43),
        (&[0x90, 91, 0, 0], 42),
        (&[0x90, 91, 0, 0, 0, 0, 0, 0], 43),
    ] {
        let mut packets = open();
        packets.push(segment(0, (201, 501), ACK, options, 3).cut(kept));
        assert_same(&format!("{kept} bytes of {options:?}"), &packets);
    }
}

#[test]
fn half_the_number_space_is_neither_before_nor_behind_as_wireshark_counts() {
    let half = 1 << 31;
    let mut packets = open();
    packets.extend([
        segment(1, (501, 101_u32.wrapping_add(half)), ACK, &[], 0),
        segment(0, (91, 501), ACK, &[], 10),
        segment(0, (101_u32.wrapping_add(half), 501), ACK, &[], 10),
        segment(1, (501, 111_u32.wrapping_add(half)), ACK, &[], 0),
        segment(0, (half, 501), ACK, &[], 2),
        segment(0, (u32::MAX, 501), ACK, &[], 2),
        segment(1, (501, 1), ACK, &[], 20),
    ]);
    assert_same("half the number space", &packets);
}

#[test]
fn what_cannot_be_the_length_of_a_datagram_makes_no_conversation() {
    let quoted = odd::datagram(0, (3, 4), 10);
    assert_same(
        "datagrams",
        &[
            odd::datagram(0, (1, 2), 7),
            odd::datagram(0, (1, 2), 0),
            quoted.clone(),
            error(0, 3, &quoted),
            quoted.clone(),
            odd::datagram(0, (3, 4), 8),
            quoted,
        ],
    );
}
