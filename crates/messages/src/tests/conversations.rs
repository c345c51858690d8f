//! Conversations of both directions, and the lines that are told of them.

use crate::conversation::{Conversation, Told};
use crate::websocket::Frame;

pub(super) const UPGRADE: &str = "GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
pub(super) const SWITCHED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// A client's frame.
pub(super) fn masked(fin: bool, opcode: u8, payload: &[u8]) -> Vec<u8> {
    let frame = Frame {
        fin,
        mask: Some([1, 2, 3, 4]),
        ..Frame::new(opcode, payload)
    };
    frame.bytes()
}

pub(super) fn plain(opcode: u8, payload: &[u8]) -> Vec<u8> {
    Frame::new(opcode, payload).bytes()
}

/// Feeds parts of both directions, true for the client's.
pub(super) fn tell(parts: &[(bool, Vec<u8>)]) -> Vec<Told> {
    let mut both = Conversation::default();
    let mut told = Vec::new();
    for (forward, bytes) in parts {
        told.extend(both.feed(*forward, bytes));
    }
    told.extend(both.end(true));
    told.extend(both.end(false));
    told
}

fn lines(parts: &[(bool, Vec<u8>)]) -> Vec<String> {
    let told = tell(parts);
    let arrow = |told: &Told| if told.forward { '>' } else { '<' };
    told.iter()
        .map(|told| format!("{} {}", arrow(told), told.words()))
        .collect()
}

fn http(request: &str, response: &str) -> Vec<String> {
    lines(&[
        (true, request.as_bytes().to_vec()),
        (false, response.as_bytes().to_vec()),
    ])
}

#[test]
fn requests_and_responses_in_all_their_framings() {
    for (request, response, expected) in [
        (
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            &["> GET / HTTP/1.1", "< HTTP/1.1 200 OK, 2 bytes \"hi\""][..],
        ),
        (
            "HEAD / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
            &[
                "> HEAD / HTTP/1.1",
                "> GET /2 HTTP/1.1",
                "< HTTP/1.1 200 OK",
                "< HTTP/1.1 204 No Content",
            ],
        ),
        (
            "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n1\r\nd\r\n0\r\nX: y\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
            &[
                "> POST /echo HTTP/1.1, 4 bytes in chunks \"abcd\"",
                "< HTTP/1.1 100 Continue",
                "< HTTP/1.1 200 OK, 4 bytes in chunks \"abcd\"",
            ],
        ),
        (
            "GET / HTTP/1.0\n\n",
            "HTTP/1.0 200 OK\n\nuntil the end",
            &[
                "> GET / HTTP/1.0",
                "< HTTP/1.0 200 OK, 13 bytes until the end \"until the end\"",
            ],
        ),
        (
            "GET / HTTP/1.1\r\nno colon\r\n\r\nGET",
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
            &[
                "> HTTP, malformed: not a header field: no colon",
                "< HTTP, malformed: the stream ended within a message",
            ],
        ),
        ("hello\n", "GET is a word\n", &[]),
    ] {
        assert_eq!(http(request, response), expected, "{request:?}");
    }
}

#[test]
fn only_what_was_upgraded_is_websocket() {
    let frames = [
        masked(false, 1, b"he"),
        masked(true, 9, b"p"),
        masked(true, 0, b"llo"),
        masked(true, 8, &[0x03, 0xe8]),
    ];
    let client = [UPGRADE.as_bytes().to_vec(), frames.concat()].concat();
    let server = [
        SWITCHED.as_bytes().to_vec(),
        plain(10, b"p"),
        plain(2, &[0; 300]),
        Frame::close(1000, "bye").bytes(),
    ];
    let shown = lines(&[(true, client.clone()), (false, server.concat())]);
    assert_eq!(
        shown,
        [
            "> GET /chat HTTP/1.1, upgrade to WebSocket",
            "< HTTP/1.1 101 Switching Protocols, from here on WebSocket",
            "< ws pong \"p\"",
            "< ws binary 300 bytes",
            "< ws close 1000 \"bye\"",
            "> ws ping \"p\", masked",
            "> ws text \"hello\", 2 frames, masked",
            "> ws close 1000 (normal closure), masked",
        ]
    );
    let refused = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let next = [
        UPGRADE.as_bytes().to_vec(),
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
    ];
    assert_eq!(
        lines(&[(true, next.concat()), (false, refused.into())]),
        [
            "> GET /chat HTTP/1.1, upgrade to WebSocket",
            "< HTTP/1.1 404 Not Found",
            "> GET / HTTP/1.1",
        ]
    );
    // The same frames without an upgrade are nothing that is known.
    assert!(lines(&[(true, frames.concat())]).is_empty());
}

#[test]
fn socket_io_by_long_polling_and_by_websocket() {
    let open = "0{\"sid\":\"abc\",\"upgrades\":[\"websocket\"]}";
    let answer = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let ask = |query: &str, body: &str| {
        let method = if body.is_empty() { "GET" } else { "POST" };
        format!(
            "{method} /socket.io/?EIO=4&transport=polling{query} HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let shown = lines(&[
        (true, ask("", "").into()),
        (false, answer(open).into()),
        (
            true,
            ask("&sid=abc", "40\u{1e}42[\"chat\",\"hi\",{\"a\":1}]").into(),
        ),
        (false, answer("ok").into()),
        (true, ask("&sid=abc", "").into()),
        (
            false,
            answer("40{\"sid\":\"x\"}\u{1e}2\u{1e}bAQID\u{1e}9").into(),
        ),
    ]);
    let upper: Vec<&str> = shown
        .iter()
        .map(String::as_str)
        .filter(|line| !line.contains("HTTP"))
        .collect();
    assert_eq!(
        upper,
        [
            "< engine.io open {\"sid\":\"abc\",\"upgrades\":[\"websocket\"]}",
            "> socket.io connect",
            "> socket.io event \"chat\" \"hi\", {\"a\":1}",
            "< socket.io connect {\"sid\":\"x\"}",
            "< engine.io ping",
            "< socket.io attachment of nothing, 3 bytes",
            "< engine.io, malformed: \"9\"",
        ]
    );
    let upgrade = UPGRADE.replace("/chat", "/socket.io/?EIO=4&transport=websocket&sid=abc");
    let texts = [
        "2probe",
        "5",
        "42/room,7[\"chat\",\"hi\"]",
        "42{",
        "451-[\"bin\",{\"_placeholder\":true,\"num\":0}]",
    ];
    let mut client = upgrade.into_bytes();
    for text in texts {
        client.extend(masked(true, 1, text.as_bytes()));
    }
    client.extend(masked(true, 2, &[1, 2, 3]));
    let server = [SWITCHED.as_bytes().to_vec(), plain(1, b"43/room,7[\"ok\"]")];
    let told = tell(&[(true, client), (false, server.concat())]);
    let words: Vec<&str> = told.iter().skip(2).map(Told::words).collect();
    assert_eq!(
        words,
        [
            "socket.io ack 7 [\"ok\"], namespace /room",
            "engine.io ping probe",
            "engine.io upgrade",
            "socket.io event \"chat\" \"hi\", namespace /room, wants ack 7",
            "socket.io, malformed: the data is not JSON: EOF while parsing an object at line 1 column 1",
            "socket.io event \"bin\" {\"_placeholder\":true,\"num\":0}, 1 attachment",
            "socket.io attachment 1 of 1, 3 bytes, of socket.io event \"bin\" {\"_placeholder\":true,\"num\":0}, 1 attachment",
        ]
    );
    assert_eq!(told[3].layers[0].words, "ws text \"2probe\", masked");
}

#[test]
fn bytes_are_counted_in_each_direction() {
    let told = tell(&[
        (true, b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        (false, b"HTTP/1.1 204 No\r\n\r\n".to_vec()),
        (true, b"GET /2 HTTP/1.1\r\n\r\n".to_vec()),
    ]);
    let bytes: Vec<_> = told.iter().map(|told| told.bytes.clone()).collect();
    assert_eq!(bytes, [0..18, 0..19, 18..37]);
    // A control frame between the fragments of a message is its own frame; the message reaches around it.
    let frames = [
        masked(false, 1, b"a"),
        masked(true, 9, b""),
        masked(true, 0, b"b"),
    ];
    let begin = UPGRADE.len() as u64;
    let told = tell(&[
        (true, UPGRADE.into()),
        (false, SWITCHED.into()),
        (true, frames.concat()),
    ]);
    let bytes: Vec<_> = told[2..].iter().map(|told| told.bytes.clone()).collect();
    assert_eq!(bytes, [begin + 7..begin + 13, begin..begin + 20]);
}
