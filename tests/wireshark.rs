//! The tracker and the pcapng writer beside tshark 4.0, packet by packet, on connections made up from a seed: retransmissions,
//! probes, closed windows, reused ports. Not a test of decoding.

#[path = "support/witness.rs"]
mod witness;

#[path = "wireshark/traffic.rs"]
mod traffic;
#[path = "wireshark/tshark.rs"]
mod tshark;

use socklab::event::packet::{Cause, Certainty, Label, PacketEvent};
use socklab::event::wire::{Effect, Ruling};
use socklab::inspector::{pcapng, read};
use socklab::packet::headers::flag;
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
    packets[1].from = String::new();
    packets[1].to = "c".into();
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
