//! The painting of a stream, at every width.

use super::*;
use crate::render::sample::screens;

fn span(range: Range<u64>, label: &str) -> Span {
    Span {
        range,
        label: label.to_owned(),
        remark: String::new(),
        process: "lab".to_owned(),
        again: false,
        lost: false,
    }
}

fn again(range: Range<u64>, label: &str) -> Span {
    Span {
        again: true,
        ..span(range, label)
    }
}

fn known(text: &str) -> Vec<Option<u8>> {
    text.bytes().map(Some).collect()
}

#[test]
fn sends_segments_and_reads_stand_under_each_other_with_wide_characters_and_what_was_lost() {
    let text = "hello 你好 \x1b[2J world\n";
    let length = text.len() as u64;
    let way = Way {
        from: "c 127.0.0.1:40312".to_owned(),
        to: "conn 127.0.0.1:5000".to_owned(),
        sends: vec![
            span(0..6, "send(4)"),
            span(6..13, "send(4)"),
            span(13..length, "sendmsg(4)"),
        ],
        segments: Some(vec![
            span(0..6, "#4"),
            Span {
                lost: true,
                ..span(6..13, "#6")
            },
            again(6..13, "#8"),
            span(13..20, "#9"),
        ]),
        reads: vec![again(0..3, "recv(5)"), span(0..10, "recv(5)")],
        bytes: known(text),
        written: length,
        sent: 20,
        acknowledged: 18,
        read: 10,
        ..Way::default()
    };
    let silent = Way {
        from: "conn 127.0.0.1:5000".to_owned(),
        to: "c 127.0.0.1:40312".to_owned(),
        segments: Some(Vec::new()),
        ..Way::default()
    };
    let stream = Stream {
        ways: vec![way, silent],
    };
    insta::assert_snapshot!(screens(|look| draw(&stream, "lab", look)));
}

#[test]
fn a_long_stream_is_drawn_smaller_and_one_of_a_program_says_that_its_calls_are_not_seen() {
    let way = Way {
        from: "python3 127.0.0.1:40312".to_owned(),
        to: "conn 127.0.0.1:5000".to_owned(),
        segments: Some(vec![
            span(0..65_483, "#4"),
            span(65_483..65_493, "#5"),
            span(65_493..65_503, "#6"),
            span(65_503..100_000, "#7"),
        ]),
        reads: vec![span(0..4096, "recv(5)"), span(4096..70_000, "recv(5)")],
        bytes: known("xxxx"),
        written: 100_000,
        sent: 100_000,
        acknowledged: 100_000,
        read: 70_000,
        writer: Calls::OfAProgram,
        ..Way::default()
    };
    insta::assert_snapshot!(screens(|look| draw(
        &Stream {
            ways: vec![way.clone()]
        },
        "server",
        look
    )));
}

#[test]
fn every_row_of_bars_has_its_bytes_right_above_each_other() {
    let text = "é你好🙂x".repeat(9);
    let length = text.len() as u64;
    let way = Way {
        sends: vec![span(0..length, "send(4)")],
        bytes: known(&text),
        written: length,
        ..Way::default()
    };
    for width in [40, 61, 80] {
        let look = super::super::sample::look(width, false);
        let shown = draw(
            &Stream {
                ways: vec![way.clone()],
            },
            "lab",
            &look,
        );
        let lines: Vec<&Line> = shown.lines.iter().collect();
        for pair in lines.windows(2) {
            if pair[0].text().starts_with(" send") {
                let gap = columns_of(pair[1], &look).abs_diff(columns_of(pair[0], &look));
                // A character of several bytes may end before the column of its last one.
                assert!(gap <= 2, "{}\n{}", pair[0].text(), pair[1].text());
            }
        }
    }
}

fn columns_of(line: &Line, look: &Look) -> usize {
    line.width(look)
}
