//! Calls to programs: what stands in them, and what has no place there.

use super::{Language, Material, program};
use crate::event::CallEvent;
use crate::value::Address;

fn call(
    process: &str,
    name: &str,
    args: &[&str],
    fd: Option<i32>,
    made: &[i32],
    time: (i64, i64),
) -> CallEvent {
    CallEvent {
        process: process.to_owned(),
        fd,
        made: made.to_vec(),
        start_ns: time.0,
        end_ns: time.1,
        ..crate::event::sample::call(name, args)
    }
}

fn written(language: Language, calls: &[CallEvent]) -> (String, usize, usize) {
    let made = program(
        language,
        &Material {
            calls: calls.iter().collect(),
            parties: Vec::new(),
            wire: vec!["10.0.0.2".parse().expect("it is an address")],
        },
    );
    (made.text, made.calls, made.left_out)
}

fn inet(text: &str) -> Option<Address> {
    text.parse().ok().map(Address::Inet)
}

#[test]
fn a_message_without_descriptors_and_a_file_are_sent_by_what_every_language_has() {
    let socket = call(
        "lab",
        "socket",
        &["AF_INET", "SOCK_DGRAM", "0"],
        None,
        &[3],
        (0, 1),
    );
    let message = |address: &str, flags: &str, time| {
        let name = if address.is_empty() {
            ""
        } else {
            "msg_name={AF_INET}, "
        };
        let text = format!("{{{name}msg_iov=[{{iov_base=\"hi\", iov_len=2}}]}}");
        let mut sent = call("lab", "sendmsg", &["3", &text, flags], Some(3), &[], time);
        sent.peer = inet(address);
        (sent.result, sent.data) = (2, Some(b"hi".to_vec()));
        sent
    };
    let mut file = call(
        "lab",
        "sendfile",
        &["3", "4", "[0]", "5"],
        Some(3),
        &[],
        (6, 7),
    );
    (file.result, file.data) = (5, Some(b"lines".to_vec()));
    let calls = [
        socket,
        message("10.0.0.2:80", "0", (2, 3)),
        message("", "MSG_DONTWAIT", (4, 5)),
        file,
    ];
    for (language, parts) in [
        (
            Language::Python,
            [
                "fd3.sendto(b\"hi\", 0, (\"127.0.0.2\", 80))",
                "fd3.send(b\"hi\", socket.MSG_DONTWAIT)",
                "fd3.send(b\"lines\", 0)",
            ],
        ),
        (
            Language::C,
            [
                "sendto(fd3, \"hi\", 2",
                "send(fd3, \"hi\", 2, MSG_DONTWAIT",
                "send(fd3, \"lines\", 5, 0)",
            ],
        ),
        (
            Language::Rust,
            [
                "sendto(fd3, b\"hi\"",
                "send(fd3, b\"hi\", MSG_DONTWAIT",
                "send(fd3, b\"lines\"",
            ],
        ),
    ] {
        let (text, calls, left_out) = written(language, &calls);
        assert_eq!((calls, left_out), (4, 0), "{text}");
        for part in parts {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}

#[test]
fn each_language_says_the_same_call_in_its_words() {
    let mut connect = call("lab", "connect", &["3", "…"], Some(3), &[], (2, 3));
    connect.peer = inet("10.0.0.2:80");
    connect.errno = Some("ECONNREFUSED".to_owned());
    let calls = [
        call(
            "lab",
            "socket",
            &["AF_INET", "SOCK_STREAM", "0"],
            None,
            &[3],
            (0, 1),
        ),
        connect,
    ];
    for (language, parts) in [
        (
            Language::Python,
            [
                "fd3 = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0)",
                "with fails(\"connect\", \"ECONNREFUSED\"):\n        fd3.connect((\"127.0.0.2\", 80))",
            ],
        ),
        (
            Language::C,
            [
                "fd3 = check(\"socket\", socket(AF_INET, SOCK_STREAM, 0));",
                "fails(\"connect\", connect(fd3, (struct sockaddr *)&to.address, to.length), ECONNREFUSED, \"ECONNREFUSED\");",
            ],
        ),
        (
            Language::Rust,
            [
                "let fd3 = check(\"socket\", socket(AF_INET, SOCK_STREAM, 0));",
                "connect(fd3, &Place::inet(\"127.0.0.2\", 80)), 111, \"ECONNREFUSED\"",
            ],
        ),
    ] {
        let (text, calls, left_out) = written(language, &calls);
        assert_eq!((calls, left_out), (2, 0));
        for part in parts {
            // How the lines are broken is not the point.
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(plain(&text).contains(&plain(part)), "{part}\n{text}");
        }
    }
}

#[test]
fn what_a_peer_sent_ends_no_literal_and_no_comment() {
    let mut send = call(
        "lab",
        "send",
        &["3", "\"*/\\\n", "8", "0"],
        Some(3),
        &[],
        (2, 3),
    );
    send.data = Some(b"\"\\*/\n\0?\xff".to_vec());
    let calls = [
        call(
            "lab",
            "socket",
            &["AF_INET", "SOCK_STREAM", "0"],
            None,
            &[3],
            (0, 1),
        ),
        send,
    ];
    for (language, literal) in [
        (Language::Python, r#"b"\"\\*/\n\x00\x3f\xff""#),
        (Language::C, r#""\"\\*/\n\000\077\377""#),
        (Language::Rust, r#"b"\"\\*/\n\x00\x3f\xff""#),
    ] {
        let (text, ..) = written(language, &calls);
        assert!(text.contains(literal), "{literal}\n{text}");
        assert!(text.chars().all(|next| next == '\n' || !next.is_control()));
        assert!(!text.contains("\\\n"), "a line goes on in the next: {text}");
    }
}

#[test]
fn arguments_that_are_no_words_of_a_program_are_left_out_with_their_reason() {
    let calls = [
        call(
            "lab",
            "socket",
            &["AF_INET\nimport os", "SOCK_STREAM", "0"],
            None,
            &[3],
            (0, 1),
        ),
        call("lab", "sendfile", &["3", "4"], Some(3), &[], (2, 3)),
    ];
    for language in [Language::Python, Language::C, Language::Rust] {
        let (text, calls, left_out) = written(language, &calls);
        assert_eq!((calls, left_out), (0, 2));
        assert_eq!(text.matches("left out: ").count(), 2, "{text}");
        assert!(!text.contains("\nimport os"));
    }
}

#[test]
fn a_call_that_slept_gave_its_turn_away_and_what_came_after_it_waits_for_its_end() {
    let socket = ["AF_INET", "SOCK_STREAM", "0"];
    let calls = [
        call("server", "socket", &socket, None, &[3], (0, 1)),
        call("server", "accept", &["3"], Some(3), &[4], (2, 10)),
        call("lab", "socket", &socket, None, &[3], (4, 5)),
        call("lab", "close", &["3"], Some(3), &[], (12, 13)),
        call("server", "close", &["4"], Some(4), &[], (14, 15)),
    ];
    let (text, ..) = written(Language::Python, &calls);
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| {
            !line.starts_with(['#', 'g']) && line.contains("fd") || line.starts_with("turns[")
        })
        .collect();
    assert_eq!(
        lines,
        [
            "fd3 = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0)",
            "turns[1].release()",
            "fd4, _ = fd3.accept()",
            "turns[2].release()",
            "turns[0].acquire()",
            "fd4.close()",
            "turns[1].acquire()",
            "fd3_2 = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0)",
            "turns[2].acquire()",
            "fd3_2.close()",
            "turns[0].release()",
        ]
    );
}
