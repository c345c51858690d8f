//! Tests of `json`.

use super::*;
use crate::event::{ExpectEvent, OutputEvent, StateEvent};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn made() -> CallEvent {
    CallEvent {
        fd: Some(4),
        result: 6,
        data: Some(b"hi\\ \xff\n".to_vec()),
        blocked: true,
        start_ns: 1_700_000_000_000_000_001,
        end_ns: 1_700_000_001_500_000_001,
        ..crate::event::sample::call("recv", &["4", "1024"])
    }
}

fn parsed(one: &Event) -> Json {
    serde_json::from_str(&event(one).expect("it has a line")).expect("it is JSON")
}

#[test]
fn a_call_has_every_field_of_the_contract() {
    let json = parsed(&Event::Call(Box::new(made())));
    assert_eq!(
        json,
        json!({
            "event": "call", "process": "lab", "host": "lab", "name": "recv",
            "text": "recv(4, 1024) = 6", "args": ["4", "1024"], "fd": 4, "result": 6, "errno": null,
            "data": "hi\\x5c \\xff\\x0a", "blocked": true, "start": 1_700_000_000.000_000_1_f64, "seconds": 1.5, "syscall": null, "injected": null, "woken_by": null, "file": null, "line": null,
            "stack": null,
            "job": 0, "thread": 0, "times": 1,
        })
    );
    let failed = CallEvent {
        errno: Some("EAGAIN".to_owned()),
        data: None,
        fd: None,
        result: -1,
        stack: vec![SourceLine {
            file: "e.py".to_owned(),
            line: 3,
            function: "main".to_owned(),
        }],
        ..made()
    };
    let line = event(&Event::Call(Box::new(failed))).expect("it has a line");
    let frame = "\"stack\":[{\"file\":\"e.py\",\"line\":3,\"function\":\"main\"}]";
    assert!(line.contains(frame), "{line}");
    assert!(line.contains("\"start\":1700000000.000000001,"), "{line}");
    assert!(
        line.contains("\"errno\":\"EAGAIN\",\"data\":null"),
        "{line}"
    );
}

#[test]
fn the_other_events_have_theirs() {
    let state = Event::State(StateEvent {
        process: "lab".to_owned(),
        socket: "s".to_owned(),
        from: "CLOSED",
        to: "LISTEN",
    });
    let output = Event::Output(OutputEvent {
        process: "p".to_owned(),
        text: b"a\tb\n\x1b[1m".to_vec(),
        error: false,
    });
    let expect = Event::Expect(ExpectEvent {
        line: 3,
        held: false,
        text: "x".to_owned(),
    });
    for (one, expected) in [
        (
            state,
            json!({"event": "state", "process": "lab", "socket": "s", "from": "CLOSED", "to": "LISTEN"}),
        ),
        (
            output,
            json!({"event": "output", "process": "p", "text": "a\tb\n\\x1b[1m", "error": false}),
        ),
        (
            Event::Note("n".to_owned()),
            json!({"event": "note", "text": "n"}),
        ),
        (
            expect,
            json!({"event": "expect", "line": 3, "held": false, "text": "x"}),
        ),
    ] {
        assert_eq!(parsed(&one), expected);
    }
}

proptest! {
    #[test]
    fn every_line_is_json_that_a_terminal_can_be_shown(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        text in any::<String>(),
    ) {
        let call = CallEvent { data: Some(bytes), name: text.clone(), args: vec![text.clone()], ..made() };
        for one in [Event::Call(Box::new(call)), Event::Note(text.clone())] {
            let line = event(&one).expect("it has a line");
            let json: Json = serde_json::from_str(&line).expect("it is JSON");
            prop_assert!(line.chars().all(is_printable), "{line}");
            prop_assert!(json.is_object());
        }
        prop_assert_eq!(serde_json::from_str::<String>(&quoted(&text)).expect("it is JSON"), text);
    }
}
