//! Tests of `json_packet`.

use super::*;
use crate::event::packet::{Cause, Certainty, Frame};
use crate::event::wire::{Effect, Ruling};

fn packet(link: LinkType, bytes: &[u8]) -> PacketEvent {
    PacketEvent::alone(7, Frame::new(1_000_000_000_000_000_042, link, bytes))
}

fn ipv4(protocol: u8, fragment: [u8; 2], above: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x45, 0, 0, 20 + above.len() as u8, 0, 9];
    bytes.extend(fragment);
    bytes.extend([64, protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
    bytes.extend(above);
    bytes
}

fn parsed(packet: &PacketEvent) -> serde_json::Value {
    let line = packet_json(packet);
    assert!(!line.contains('\n'), "one line: {line}");
    serde_json::from_str(&line).expect("valid JSON")
}

#[test]
fn a_datagram_has_its_fields_and_no_others() {
    let udp = [0x1f, 0x90, 0, 53, 0, 9, 0, 0, b'x'];
    let line = packet_json(&packet(LinkType::RAW, &ipv4(17, [0x40, 0], &udp)));
    let expected = concat!(
        r#"{"event":"packet","cause":null,"lost":null,"from":null,"to":null,"#,
        r#""frame.number":7,"frame.time_epoch":1000000000.000000042,"frame.len":29,"#,
        r#""ip.version":4,"ip.src":"10.0.0.1","ip.dst":"10.0.0.2","ip.proto":17,"ip.ttl":64,"ip.id":9,"#,
        r#""ip.flags.df":1,"ip.flags.mf":0,"ip.frag_offset":0,"ip.len":29,"ip.hdr_len":20,"#,
        r#""udp.srcport":8080,"udp.dstport":53,"udp.length":9}"#,
    );
    assert_eq!(line, expected);
}

#[test]
fn a_segment_has_relative_numbers_flags_and_labels() {
    let mut tcp = vec![
        0, 80, 0x1f, 0x90, 0, 0, 3, 0xe8, 0, 0, 0, 9, 0x80, 0x12, 0, 100, 0, 0, 0, 0,
    ];
    tcp.extend([1, 1, 5, 10, 0, 0, 0, 20, 0, 0, 0, 30]);
    let mut event = packet(LinkType::RAW, &ipv4(6, [0, 0], &tcp));
    event.track = Track {
        stream: Some(3),
        seq: 0,
        ack: 1,
        window: 100,
        completeness: 1,
        ..Track::default()
    };
    event.track.labels.insert(Label::SpuriousRetransmission);
    let json = parsed(&event);
    for (name, value) in [
        ("tcp.stream", 3),
        ("tcp.seq_raw", 1000),
        ("tcp.ack", 1),
        ("tcp.ack_raw", 9),
        ("tcp.flags", 0x12),
    ] {
        assert_eq!(json[name], value, "{name}");
    }
    assert_eq!(json["tcp.flags.str"], "·······A··S·");
    assert_eq!(json["tcp.options.sack_le"], serde_json::json!([12]));
    assert_eq!(json["tcp.options.sack_re"], serde_json::json!([22]));
    let labels = serde_json::json!(["spurious_retransmission", "retransmission"]);
    assert_eq!(
        json["tcp.analysis.flags"], labels,
        "Wireshark counts it as both"
    );
    assert!(
        json.get("tcp.options.mss_val").is_none(),
        "an absent field is absent"
    );
}

#[test]
fn fields_are_in_wiresharks_units() {
    let fragment = parsed(&packet(
        LinkType::RAW,
        &ipv4(17, [0x20, 185], b"later bytes"),
    ));
    assert_eq!(
        (&fragment["ip.frag_offset"], &fragment["ip.flags.mf"]),
        (&185.into(), &1.into())
    );
    let mut tagged = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 5, 8, 0];
    tagged.extend(ipv4(17, [0, 0], &[]));
    assert_eq!(
        parsed(&packet(LinkType::ETHERNET, &tagged))["eth.type"],
        0x8100
    );
}

#[test]
fn names_from_outside_cannot_leave_their_string() {
    let mut event = packet(LinkType::RAW, &ipv4(17, [0, 0], &[]));
    event.from = "a\"\\\u{1b}[2J\u{202e}".into();
    event.rulings = vec![Ruling {
        rule: 2,
        effect: Effect::Lost,
    }];
    event.cause = Some(Cause {
        certainty: Certainty::Caused,
        command: Some(1),
        process: "p".into(),
        call: "sendto(3)".into(),
        kernel: String::new(),
    });
    let line = packet_json(&event);
    assert!(!line.contains(['\u{1b}', '\u{202e}']), "{line:?}");
    let json = parsed(&event);
    assert_eq!(json["from"], *event.from);
    assert_eq!(
        (&json["cause"], &json["lost"]),
        (&"caused by sendto(3)".into(), &2.into())
    );
}
