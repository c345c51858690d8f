//! Tests of `line`: whole screens of lines.

use super::*;
use crate::event::OutputEvent;
use crate::render::sample::{look, screens};
use crate::value::Address;
use insta::assert_snapshot;

fn made(name: &str, args: &[&str], result: i64) -> CallEvent {
    CallEvent {
        fd: Some(3),
        result,
        end_ns: 40_000,
        ..crate::event::sample::call(name, args)
    }
}

fn plain(call: &CallEvent) -> CallLine<'_> {
    CallLine {
        call,
        states: &[],
        assigned: &[],
        here: "lab",
    }
}

fn change(socket: &str, from: &'static str, to: &'static str) -> StateEvent {
    StateEvent {
        process: "lab".to_owned(),
        socket: socket.to_owned(),
        from,
        to,
    }
}

#[test]
fn a_session_of_calls_at_every_width() {
    let bind = made("bind", &["3", "{AF_INET 127.0.0.1:5000}"], 0);
    let listen = made("listen", &["3", "5"], 0);
    let connect = made("connect", &["4", "{AF_INET 127.0.0.1:5000}"], 0);
    let refused = CallEvent {
        errno: Some("ECONNREFUSED".to_owned()),
        ..made("connect", &["4", "{AF_INET 127.0.0.1:5001}"], -1)
    };
    let accept = CallEvent {
        process: "server".to_owned(),
        blocked: true,
        end_ns: 1_013_000_000,
        ..made("accept", &["3"], 4)
    };
    let recv = CallEvent {
        data: Some("hello 你好\n".into()),
        ..made("recv", &["4", "1024", "0"], 12)
    };
    let peer = Address::Inet("127.0.0.1:40318".parse().expect("an address"));
    let names = [
        ("conn".to_owned(), Value::Socket(4)),
        ("addr".to_owned(), Value::Address(peer)),
    ];
    let text = screens(|look| {
        let mut text = Styled::new();
        text.append(call(&plain(&bind), look));
        let states = [change("s", "CLOSED", "LISTEN")];
        text.append(call(
            &CallLine {
                states: &states,
                ..plain(&listen)
            },
            look,
        ));
        let states = [
            change("c", "CLOSED", "SYN-SENT"),
            change("c", "SYN-SENT", "ESTABLISHED"),
        ];
        text.append(call(
            &CallLine {
                states: &states,
                ..plain(&connect)
            },
            look,
        ));
        text.append(call(&plain(&refused), look));
        text.append(call(
            &CallLine {
                assigned: &names,
                ..plain(&accept)
            },
            look,
        ));
        text.append(call(&plain(&recv), look));
        text
    });
    assert_snapshot!(text);
}

#[test]
fn every_other_event_has_its_line() {
    let sleeping = |name: &str, job| BlockedEvent {
        process: "server".to_owned(),
        command: 3,
        job,
        thread: 0,
        serving: String::new(),
        name: name.to_owned(),
        invocation: format!("{name}(3)"),
        fd: Some(3),
        peer: None,
        start_ns: 0,
        bytes: None,
        source: None,
        tid: 0,
    };
    let ended = |ended| ProcessEvent {
        process: "server".to_owned(),
        host: "lab".to_owned(),
        pid: 4711,
        ended,
    };
    let written = |text: &[u8], error| OutputEvent {
        process: "server".to_owned(),
        text: text.to_vec(),
        error,
    };
    let judged = |line, held, text: &str| ExpectEvent {
        line,
        held,
        text: text.to_owned(),
    };
    let value = Value::Int(7);
    let events = [
        Event::Blocked(sleeping("accept", 0)),
        Event::Blocked(sleeping("recv", 2)),
        Event::State(change("s", "ESTABLISHED", "CLOSE-WAIT")),
        Event::Process(ended(None)),
        Event::Process(ended(Some(Ended::Exited(2)))),
        Event::Process(ended(Some(Ended::Signalled(9)))),
        Event::Refused(RefusedEvent {
            process: "server".to_owned(),
            job: 0,
            reason: "server is blocked in accept(3). Ctrl-C interrupts it.".to_owned(),
            fruitless: false,
        }),
        Event::Note("the wire is slow now\ntry `wire`".to_owned()),
        Event::Output(written(b"ready\r\n\x1b[31mred\x1b[0m\n", false)),
        Event::Output(written(b"Traceback", true)),
        Event::Result(ResultEvent {
            process: "lab".to_owned(),
            command: 1,
            value: value.clone(),
            shown: "7".to_owned(),
            assigned: Vec::new(),
            show: true,
        }),
        Event::Expect(judged(12, true, "c is ESTABLISHED")),
        Event::Expect(judged(13, false, "s is LISTEN; it is CLOSED")),
    ];
    let text = screens(|look| {
        let mut text = Styled::new();
        for one in &events {
            text.append(event(one, "lab", look));
        }
        text
    });
    assert_snapshot!(text);
}

#[test]
fn only_a_call_that_took_a_millisecond_or_blocked_says_how_long() {
    for (end_ns, blocked, shown) in [
        (999_999, false, false),
        (1_000_000, false, true),
        (10, true, true),
    ] {
        let call_event = CallEvent {
            blocked,
            end_ns,
            ..made("close", &["3"], 0)
        };
        let look = look(80, false);
        let text = call(&plain(&call_event), &look).to_text(&look);
        assert_eq!(text.contains(" ms"), shown, "{text}");
    }
}

#[test]
fn data_that_the_arguments_show_is_not_shown_twice() {
    let call_event = CallEvent {
        data: Some(b"hello".to_vec()),
        ..made("recv", &["4", "\"hello\"", "1024"], 5)
    };
    let look = look(80, false);
    let text = call(&plain(&call_event), &look).to_text(&look);
    assert_eq!(text.matches("hello").count(), 1, "{text}");
}
