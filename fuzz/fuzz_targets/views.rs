//! Any bytes as a capture file, in every view of `socklab read` and every plot: nothing may panic, and nothing that is drawn holds a control
//! character but line ends and colours, or markup of the packets' own. Run with `cargo +nightly fuzz run views`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::command::filter::Filter;
use socklab::event::packet::PacketEvent;
use socklab::inspector::follow::said;
use socklab::inspector::plot::{Course, Subject, plot};
use socklab::inspector::read::read;
use socklab::packet::dissect::whole_tree;
use socklab::render::follow::{self, Conversation, Form};
use socklab::render::html::{self, Part};
use socklab::render::ladder::{self, Ladder};
use socklab::render::styled::{Look, Styled};
use socklab::render::{conversations, packet_line, svg_ladder, svg_plot, tree};
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// Filters that ask for fields of every kind.
static FILTERS: LazyLock<Vec<Filter>> = LazyLock::new(|| {
    [
        "dns or http or tls or websocket or netlink",
        "frame contains \"a\" or tcp.payload matches \"(a+)+b\" or len(http.host) > 3",
        "frame.time_delta < 0 or tcp.analysis.flags or eth.addr[0:3] == 00:00:0c",
        "tcp.port in {1..1023} or ip.addr == 10.0.0.0/8 or any udp.port > 5",
    ]
    .iter()
    .filter_map(|text| Filter::parse(text).ok())
    .collect()
});

fn assert_safe(text: &str) {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let bad = text
        .chars()
        .find(|c| c.is_control() && *c != '\n' || turns(*c));
    assert_eq!(bad, None, "{text:?}");
}

fn screen(text: &Styled, look: &Look) {
    let shown = text.to_text(look);
    if look.color {
        let mut rest = shown.as_str();
        while let Some((before, behind)) = rest.split_once('\u{1b}') {
            assert_safe(before);
            let end = behind.find('m').expect("a colour ends");
            assert!(
                behind[1..end]
                    .chars()
                    .all(|c| c.is_ascii_digit() || c == ';')
            );
            rest = &behind[end + 1..];
        }
        assert_safe(rest);
    } else {
        assert_safe(&shown);
    }
}

// The first byte chooses width, characters and colour.
fuzz_target!(|data: &[u8]| {
    let [choice, file @ ..] = data else {
        return;
    };
    let look = Look {
        width: [20, 40, 80, 120, 200, 1000, 1, 110][usize::from(choice & 7)],
        ascii: choice & 8 != 0,
        color: choice & 16 != 0,
    };
    let mut packets: Vec<PacketEvent> = Vec::new();
    let _ = read(file, |packet| {
        packets.push(packet.clone());
        if packets.len() < 100 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    let Some(first) = packets.first() else {
        return;
    };
    let all: Vec<&PacketEvent> = packets.iter().collect();
    let ladder = Ladder {
        packets: &all,
        calls: &[],
        messages: &[],
    };
    screen(&ladder::draw(&ladder, &look), &look);
    screen(&conversations::draw(&all, &look), &look);
    let mut parts = vec![Part::Drawing(svg_ladder::draw(&ladder).part("ladder"))];
    for packet in &packets {
        let fields = whole_tree(
            &packet.headers,
            &packet.frame.bytes,
            false,
            packet.track.reassembled.as_deref(),
        );
        let text = tree::draw(packet, &fields, choice & 32 != 0, &look);
        screen(&text, &look);
        let line = packet_line::line(packet, first.frame.time_ns, &look);
        parts.push(Part::Folded(Styled { lines: vec![line] }, text));
        for filter in FILTERS.iter() {
            let _ = filter.matches(packet);
        }
    }
    let page = html::page("capture", parts);
    assert_safe(&page);
    assert!(!page.contains("<script"));
    let course = |forward: bool| Course {
        from: "c".to_owned(),
        to: "s".to_owned(),
        packets: all
            .iter()
            .filter(|packet| packet.track.conversation == first.track.conversation)
            .map(|packet| (*packet, packet.track.forward == forward))
            .collect(),
        samples: Vec::new(),
    };
    for subject in [Subject::Sequence, Subject::Window] {
        let drawn = plot(subject, &course(choice & 64 == 0));
        screen(&socklab::render::plot::draw(&drawn, &look), &look);
        assert_safe(&svg_plot::draw(&drawn).file("plot"));
    }
    let parts = said(&course(true).packets);
    let conversation = Conversation {
        left: "c",
        right: "s",
        parts: &parts,
    };
    for form in [Form::Text, Form::Hex] {
        screen(&follow::draw(&conversation, form, &look), &look);
    }
});
