//! What holds for every view of this room, whatever it is given: nothing raw, nothing too wide, nothing but ASCII when asked.

use super::styled::{Look, Styled};
use super::{
    conversations, exchange, follow, ladder, line, list, packet_line, sample, sockets, tree,
};
use crate::event::packet::{Certainty, PacketEvent};
use crate::event::socket::SocketRow;
use crate::event::stream::Said;
use crate::event::{BlockedEvent, CallEvent, Event, OutputEvent, RefusedEvent, StateEvent};
use crate::packet::dissect;
use crate::packet::headers::LinkType;
use crate::packet::text::is_printable;
use crate::value::{Address, Value};
use proptest::prelude::*;
use sample::{ACK, C, Capture, PSH, S};
use std::collections::HashMap;

fn packets(name: &str, bytes: &[u8]) -> Vec<PacketEvent> {
    let mut capture = Capture::new();
    let mut packets = capture.handshake();
    packets.push(capture.tcp(C, S, PSH | ACK, (1001, 5001), bytes));
    packets.push(capture.udp(S, C, bytes));
    packets.push(capture.frame(LinkType::ETHERNET, bytes, (name, "")));
    packets.push(capture.frame(LinkType::RAW, bytes, ("", name)));
    for packet in &mut packets {
        packet.from = name.into();
        packet.interface = name.into();
        packet.cause = Some(sample::cause(Certainty::Caused, name, name));
    }
    packets
}

fn events(name: &str, bytes: &[u8]) -> Vec<Event> {
    let call = CallEvent {
        process: name.to_owned(),
        host: name.to_owned(),
        fd: Some(3),
        result: 1,
        errno: Some(name.to_owned()),
        data: Some(bytes.to_vec()),
        out: name.to_owned(),
        blocked: true,
        end_ns: 1,
        ..crate::event::sample::call("recv", &[name])
    };
    let blocked = BlockedEvent {
        process: name.to_owned(),
        command: 1,
        job: 0,
        thread: 0,
        serving: String::new(),
        name: name.to_owned(),
        invocation: name.to_owned(),
        fd: None,
        peer: None,
        start_ns: 0,
        bytes: None,
        source: None,
        tid: 0,
    };
    vec![
        Event::Call(Box::new(call)),
        Event::Blocked(blocked),
        Event::Note(name.to_owned()),
        Event::Output(OutputEvent {
            process: name.to_owned(),
            text: bytes.to_vec(),
            error: true,
        }),
        Event::Refused(RefusedEvent {
            process: name.to_owned(),
            job: 0,
            reason: name.to_owned(),
            fruitless: false,
        }),
        Event::State(StateEvent {
            process: name.to_owned(),
            socket: name.to_owned(),
            from: "CLOSED",
            to: "LISTEN",
        }),
    ]
}

fn views(name: &str, bytes: &[u8], look: &Look) -> Vec<Styled> {
    let packets = packets(name, bytes);
    let all: Vec<&PacketEvent> = packets.iter().collect();
    let events = events(name, bytes);
    let calls: Vec<&CallEvent> = events
        .iter()
        .filter_map(|event| match event {
            Event::Call(call) => Some(call.as_ref()),
            _ => None,
        })
        .collect();
    let row = SocketRow {
        process: name.to_owned(),
        host: name.to_owned(),
        name: name.to_owned(),
        held: String::new(),
        fd: None,
        inode: 0,
        protocol: name.to_owned(),
        local: Some(Address::UnixPath(bytes.to_vec())),
        peer: Some(Address::UnixAbstract(bytes.to_vec())),
        state: "LISTEN",
        recv_q: 1,
        send_q: 2,
        timer: None,
        tcp_info: bytes.to_vec(),
    };
    let part = |forward, bytes: &[u8]| Said {
        forward,
        bytes: bytes.to_vec(),
        missing: 3,
    };
    let parts = [part(true, bytes), part(false, name.as_bytes())];
    let stream = follow::Conversation {
        left: name,
        right: name,
        parts: &parts,
    };
    let mut shown: Vec<Styled> = events
        .iter()
        .map(|event| line::event(event, "lab", look))
        .collect();
    let frame = &packets[3].frame;
    let layers = dissect::tree(
        frame.link,
        &frame.bytes,
        frame.len,
        frame.checksum_not_ready,
    );
    shown.extend([
        exchange::draw(
            &exchange::Exchange {
                packets: &all,
                since_ns: &HashMap::new(),
                here: "lab",
            },
            look,
        ),
        ladder::draw(
            &ladder::Ladder {
                packets: &all,
                calls: &calls,
                messages: &[],
            },
            look,
        ),
        list::draw(&all, 0, "lab", look),
        tree::draw(&packets[3], &layers, true, look),
        conversations::draw(&all, look),
        follow::draw(&stream, follow::Form::Text, look),
        follow::draw(&stream, follow::Form::Hex, look),
        sockets::draw(&[row], look),
        super::tcp_info::draw(bytes, true, look),
        super::options::draw(&[(name.to_owned(), Value::Bytes(bytes.to_vec()))], look),
        Styled {
            lines: vec![packet_line::line(&packets[4], 0, look)],
        },
    ]);
    shown
}

/// The text without its SGR sequences.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (codes, rest) = part.split_once('m').unwrap_or((part, ""));
        assert!(
            codes
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{codes}"
        );
        plain.push_str(rest);
    }
    plain
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_view_lets_anything_raw_through_or_gets_too_wide(
        name in any::<String>(),
        bytes in prop::collection::vec(any::<u8>(), 0..90),
        width in 24_usize..140,
        ascii in any::<bool>(),
    ) {
        let look = Look { width, ascii, color: false };
        for view in views(&name, &bytes, &look) {
            let plain = view.to_text(&look);
            for row in plain.split_terminator('\n') {
                prop_assert!(row.chars().all(is_printable), "{row:?}");
                prop_assert!(look.measure(row) <= width, "{row:?}");
                prop_assert!(!ascii || row.is_ascii(), "{row:?}");
            }
            let coloured = view.to_text(&Look { color: true, ..look });
            prop_assert_eq!(without_colour(&coloured), plain);
        }
    }
}
