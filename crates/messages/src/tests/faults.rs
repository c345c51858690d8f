//! What is refused, and how it is answered.

use crate::http::{self, Limits};
use crate::socketio::Fault::{Attachments, Kind, Shape};
use crate::socketio::{self, Packet};
use crate::websocket::{Assembly, Fault, Frame, Reader, Sender, accept, is_key};

const LIMITS: Limits = Limits {
    head: 200,
    body: 10,
    kept: 10,
};

fn request(text: &str) -> Option<Result<http::Message, http::Fault>> {
    let mut reader = http::Reader::requests(LIMITS);
    reader.feed(text.as_bytes());
    reader.message()
}

#[test]
fn what_is_no_request_has_a_status() {
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(300));
    for (text, status) in [
        ("GET /\r\n\r\n", 400),
        ("GET  / HTTP/1.1\r\n\r\n", 400),
        ("G(T / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/2.0\r\n\r\n", 505),
        ("GET / HTTP/1.1\r\nA : b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n folded\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            501,
        ),
        ("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n", 413),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n",
            413,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            400,
        ),
        (&long, 431),
        (&long[..250], 431),
    ] {
        let fault = request(text).expect("it is refused").expect_err(text);
        assert_eq!(fault.status(), status, "{text:?}: {fault}");
    }
    for text in [
        "",
        "GET / HTTP/1.1\r\nHost: x\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab",
    ] {
        assert!(request(text).is_none(), "{text:?} goes on");
    }
}

fn frame(bytes: &[u8], sender: Sender) -> Option<Result<Frame, Fault>> {
    let mut reader = Reader::new(sender, 1000, 1000);
    reader.feed(bytes);
    reader.frame()
}

#[test]
fn what_is_no_frame_has_a_close_code() {
    let long = [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0];
    let large = [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    for (bytes, fault, code) in [
        (&[0xc1, 0x80][..], Fault::Reserved(4), 1002),
        (&[0x83, 0x80], Fault::Opcode(3), 1002),
        (&[0x09, 0x80], Fault::ControlFragment, 1002),
        (&[0x89, 0xfe], Fault::ControlLength(126), 1002),
        (&[0x81, 0x00], Fault::Unmasked, 1002),
        (&[0x81, 0xfe, 0, 5, 0, 0, 0, 0], Fault::LongForm(5), 1002),
        (
            &[&long[..], &[0; 4]].concat(),
            Fault::Negative(1 << 63),
            1002,
        ),
        (
            &[&large[..], &[0; 4]].concat(),
            Fault::TooBig(u64::MAX >> 1, 1000),
            1009,
        ),
    ] {
        let found = frame(bytes, Sender::Client).expect("it is refused");
        assert_eq!(found, Err(fault.clone()), "{bytes:x?}");
        assert_eq!(fault.close_code(), code);
    }
    assert_eq!(
        frame(&[0x81, 0x80, 0, 0, 0, 0], Sender::Server),
        Some(Err(Fault::Masked))
    );
    for end in 0..6 {
        assert_eq!(
            frame(&[0x81, 0x80, 0, 0, 0, 0][..end], Sender::Client),
            None
        );
    }
}

#[test]
fn frames_that_make_no_message() {
    let part = |fin, opcode, payload: &[u8]| Frame {
        fin,
        ..Frame::new(opcode, payload)
    };
    for (frames, fault) in [
        (vec![part(true, 0, b"x")], Fault::Continuation),
        (
            vec![part(false, 1, b"x"), part(true, 1, b"y")],
            Fault::Interleaved,
        ),
        (vec![part(true, 1, &[0xff])], Fault::NotText),
        (
            vec![
                part(false, 1, "é".as_bytes().split_at(1).0),
                part(true, 0, b"x"),
            ],
            Fault::NotText,
        ),
        (vec![part(true, 8, &[1])], Fault::CloseCode(0)),
        (
            vec![part(true, 8, &1005_u16.to_be_bytes())],
            Fault::CloseCode(1005),
        ),
        (
            vec![part(false, 2, &[0; 600]), part(true, 0, &[0; 600])],
            Fault::TooBig(1200, 1000),
        ),
    ] {
        let mut assembly = Assembly::new(1000, 1000);
        let last = frames.into_iter().map(|frame| assembly.take(frame)).last();
        assert_eq!(last, Some(Err(fault)));
    }
    // A character may be cut by frames, though not by messages.
    let mut assembly = Assembly::new(1000, 1000);
    let (first, second) = "é".as_bytes().split_at(1);
    assert_eq!(assembly.take(part(false, 1, first)), Ok(None));
    let whole = assembly.take(part(true, 0, second)).expect("it is text");
    assert_eq!(whole.expect("it is whole").payload, "é".as_bytes());
}

#[test]
fn packets_of_socket_io_and_what_is_none() {
    for text in [
        "0",
        "0/admin,{\"token\":\"x\"}",
        "1/admin,",
        "2[\"hello\",1]",
        "2/admin,456[\"project:delete\",123]",
        "3456[]",
        "51-[\"hello\",{\"_placeholder\":true,\"num\":0}]",
        "61-/admin,456[{\"_placeholder\":true,\"num\":0}]",
        "4/admin,{\"message\":\"Not authorized\"}",
    ] {
        let packet = Packet::parse(text).expect(text);
        assert_eq!(packet.encoded(), text);
    }
    for (text, fault) in [
        ("", Kind),
        ("7", Kind),
        ("é", Kind),
        ("2", Shape),
        ("2{}", Shape),
        ("2[]", Shape),
        ("2[null]", Shape),
        ("3[1]", Shape),
        ("0[]", Shape),
        ("5[\"x\"]", Attachments),
        ("5999-[\"x\"]", Attachments),
        ("5+1-[\"x\"]", Attachments),
        ("299999999999999999999999[\"x\"]", Shape),
    ] {
        assert_eq!(Packet::parse(text), Err(fault), "{text}");
    }
    let deep = format!("2{}", "[".repeat(100_000));
    assert!(matches!(
        Packet::parse(&deep),
        Err(socketio::Fault::Json(_))
    ));
}

#[test]
fn the_key_of_the_standard_has_the_answer_of_the_standard() {
    assert_eq!(
        accept("dGhlIHNhbXBsZSBub25jZQ=="),
        "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    );
    assert!(is_key("dGhlIHNhbXBsZSBub25jZQ=="));
    assert!(!is_key("c2hvcnQ=") && !is_key("not base64"));
}
