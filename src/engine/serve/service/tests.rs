//! The services as tables: what a client sends in pieces, what it is sent back.

use super::super::talk::{Answer, Answers, Talk};
use super::{Service, Settings};
use crate::messages::conversation::Conversation;
use crate::messages::websocket::Frame;
use proptest::prelude::*;

/// A service with what it has answered.
struct Scene {
    talk: Box<dyn Talk>,
    now_ns: i64,
}

impl Scene {
    fn of(name: &str, settings: &Settings) -> Self {
        let service = Service::named(name).expect("it is in the table");
        Self {
            talk: service.begin(settings),
            now_ns: 1_999_999_999,
        }
    }

    /// Takes all answers, long ones to their end: for each client what it was sent, then `|` where it is closed and `/` where the
    /// server says no more.
    fn collect(&mut self, out: Answers) -> Vec<(u64, Vec<u8>)> {
        let mut said: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut out = out;
        loop {
            let mut again = Vec::new();
            for answer in out.0 {
                let (client, bytes) = match answer {
                    Answer::Send(client, bytes) => (client, bytes),
                    Answer::Close(client) => (client, b"|".to_vec()),
                    Answer::Part(client) => (client, b"/".to_vec()),
                };
                again.push(client);
                match said.iter_mut().find(|(known, _)| *known == client) {
                    Some((_, before)) => before.extend(bytes),
                    None => said.push((client, bytes)),
                }
            }
            if again.is_empty() {
                return said;
            }
            out = Answers::default();
            again.sort_unstable();
            again.dedup();
            for client in again {
                self.talk.drained(client, &mut out);
            }
        }
    }

    fn joins(&mut self, client: u64) -> Vec<(u64, Vec<u8>)> {
        let mut out = Answers::default();
        self.talk.joined(client, self.now_ns, &mut out);
        self.collect(out)
    }

    fn says(&mut self, client: u64, bytes: impl AsRef<[u8]>) -> Vec<(u64, Vec<u8>)> {
        let mut out = Answers::default();
        self.talk
            .received(client, bytes.as_ref(), self.now_ns, &mut out);
        self.collect(out)
    }

    fn ends(&mut self, client: u64) -> Vec<(u64, Vec<u8>)> {
        let mut out = Answers::default();
        self.talk.finished(client, self.now_ns, &mut out);
        let said = self.collect(out);
        let mut out = Answers::default();
        self.talk.left(client, self.now_ns, &mut out);
        [said, self.collect(out)].concat()
    }

    fn waits(&mut self, nanoseconds: i64) -> Vec<(u64, Vec<u8>)> {
        self.now_ns += nanoseconds;
        let mut out = Answers::default();
        self.talk.due(self.now_ns, &mut out);
        self.collect(out)
    }
}

fn text(said: Vec<(u64, Vec<u8>)>) -> Vec<(u64, String)> {
    said.into_iter()
        .map(|(client, bytes)| (client, String::from_utf8_lossy(&bytes).into_owned()))
        .collect()
}

/// All that one client is sent back for these pieces.
fn alone(name: &str, pieces: &[&[u8]]) -> String {
    let mut scene = Scene::of(name, &settings());
    let mut said = scene.joins(1);
    for piece in pieces {
        said.extend(scene.says(1, piece));
    }
    said.into_iter()
        .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

fn settings() -> Settings {
    Settings {
        folder: std::env::temp_dir(),
        broadcast: false,
        heartbeat_ns: 25_000_000_000,
    }
}

/// The lines that the inspector would tell of what a server sent, its client having sent this.
fn told(client: &[u8], server: &[u8]) -> Vec<String> {
    let mut both = Conversation::default();
    both.feed(true, client);
    let told = both.feed(false, server);
    told.iter().map(|told| told.words().to_owned()).collect()
}

#[test]
fn every_service_of_the_catalog_is_begun() {
    for name in crate::catalog::verb::SERVICES {
        Scene::of(name, &settings()).joins(1);
    }
    for (name, pieces, said) in [
        ("echo", &[&b"abc \xc3\xa9\x00"[..]][..], "abc \u{e9}\0"),
        ("upper", &[b"abc \xc3\xa9\x00"], "ABC \u{e9}\0"),
        ("time", &[], "1970-01-01T00:00:01Z\r\n|"),
        ("line", &[b"he", b"llo\r\nwor", b"ld\n"], "hello\r\nworld\n"),
    ] {
        assert_eq!(alone(name, pieces), said, "{name}");
    }
    let long = vec![b'x'; 70_000];
    assert!(alone("line", &[&long]).ends_with("at most 65536 bytes\n/"));
}

#[test]
fn http_answers_by_the_book() {
    for (request, first, last) in [
        (
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 200 OK",
            "are looking at.</p>\n",
        ),
        (
            "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 200 OK",
            "Content-Length: 115\r\n\r\n",
        ),
        (
            "GET / HTTP/1.0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close",
            "</p>\n|",
        ),
        (
            "GET /?a=b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "HTTP/1.1 200",
            "</p>\n|",
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: 3",
            "\r\n\r\nabc",
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK",
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ),
        (
            "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain; charset=utf-8\r\nAllow: POST",
            "\n",
        ),
        (
            "DELETE / HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 405",
            "not DELETE here\n",
        ),
        (
            "GET /none HTTP/1.1\r\nHost: x\r\n\r\n",
            "HTTP/1.1 404",
            "\n",
        ),
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400", "|"),
        ("GARBAGE\r\n\r\n", "HTTP/1.1 400", "/"),
        ("GET / HTTP/3.0\r\n\r\n", "HTTP/1.1 505", "/"),
        (
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n",
            "HTTP/1.1 413",
            "/",
        ),
        (
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "",
        ),
    ] {
        let said = alone("http", &[request.as_bytes()]);
        assert!(
            said.starts_with(first) && said.ends_with(last),
            "{request:?}\n{said}"
        );
    }
    let header = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(1 << 20));
    assert!(alone("http", &[header.as_bytes()]).starts_with("HTTP/1.1 431"));
    let two = alone(
        "http",
        &[b"GET / HTTP/1.1\r\nHost: x\r\n\r\nHEAD / HTTP/1.1\r\nHost: x\r\n\r\n"],
    );
    assert_eq!(two.matches("200 OK").count(), 2);
    let mut scene = Scene::of("http", &settings());
    scene.says(1, "GET / HT");
    assert!(text(scene.ends(1))[0].1.starts_with("HTTP/1.1 400"));
}

const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

fn masked(fin: bool, opcode: u8, payload: &[u8]) -> Vec<u8> {
    let frame = Frame {
        fin,
        mask: Some([9, 8, 7, 6]),
        ..Frame::new(opcode, payload)
    };
    frame.bytes()
}

#[test]
fn a_websocket_sends_back_messages_and_demands_masks() {
    let huge = [0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let large = [0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    for (sent, expected) in [
        (masked(true, 1, b"hi"), vec!["ws text \"hi\""]),
        (
            [
                masked(false, 1, b"h"),
                masked(true, 9, b"p"),
                masked(true, 0, b"i"),
            ]
            .concat(),
            vec!["ws pong \"p\"", "ws text \"hi\""],
        ),
        (masked(true, 2, &[0; 3]), vec!["ws binary 3 bytes"]),
        (
            masked(true, 8, &[3, 0xe8, b'x']),
            vec!["ws close 1000 (normal closure)"],
        ),
        (masked(true, 8, b""), vec!["ws close"]),
        (
            Frame::new(1, b"hi").bytes(),
            vec!["ws close 1002 \"a client's frame must be masked\""],
        ),
        (
            huge.to_vec(),
            vec!["ws close 1002 \"the length 9223372036854775808 has its highest bit set\""],
        ),
        (
            large.to_vec(),
            vec!["ws close 1009 \"4294967296 bytes, and the limit is 1048576\""],
        ),
        (
            masked(true, 1, &[0xff]),
            vec!["ws close 1007 \"a text message must be UTF-8\""],
        ),
        (
            masked(true, 3, b""),
            vec!["ws close 1002 \"opcode 3 is not in use\""],
        ),
    ] {
        let mut scene = Scene::of("websocket", &settings());
        let said = scene.says(1, [UPGRADE.as_bytes(), &sent].concat());
        let bytes = &said[0].1;
        let told = told(
            UPGRADE.as_bytes(),
            bytes
                .strip_suffix(b"/")
                .or(bytes.strip_suffix(b"|"))
                .unwrap_or(bytes),
        );
        assert_eq!(told[1..], expected);
    }
    for (from, to, status) in [
        ("Upgrade: websocket\r\n", "", "426"),
        ("Version: 13", "Version: 8", "426"),
        ("dGhlIHNhbXBsZSBub25jZQ==", "short", "400"),
        ("GET", "POST", "400"),
        ("Host: x\r\n", "", "400"),
    ] {
        let said = alone("websocket", &[UPGRADE.replace(from, to).as_bytes()]);
        assert!(
            said.starts_with(&format!("HTTP/1.1 {status}")) && said.ends_with('/'),
            "{said}"
        );
    }
}

#[test]
fn a_chat_tells_who_comes_goes_and_speaks() {
    let mut scene = Scene::of("chat", &settings());
    for client in 1..=3 {
        assert_eq!(
            text(scene.joins(client)),
            [(client, "* which name is yours?\n".into())]
        );
    }
    assert_eq!(
        text(scene.says(1, "ann\n")),
        [(1, "* welcome, ann; here: nobody\n".into())]
    );
    assert_eq!(
        text(scene.says(2, "bob\nhello")),
        [
            (2, "* welcome, bob; here: ann\n".into()),
            (1, "* bob has joined\n".into())
        ]
    );
    assert_eq!(
        text(scene.says(2, " all\n")),
        [(1, "bob: hello all\n".into())]
    );
    assert_eq!(
        text(scene.says(3, "ann\n")),
        [(3, "* ann is taken; which is yours?\n".into())]
    );
    assert!(
        text(scene.says(3, "a b\n"))[0]
            .1
            .starts_with("* a name has")
    );
    assert_eq!(
        text(scene.says(1, "/who\n")),
        [(1, "* here: ann, bob\n".into())]
    );
    assert_eq!(text(scene.says(2, "/quit\n")), [(2, "|".into())]);
    assert_eq!(
        text(scene.ends(2)),
        [(2, "|".into()), (1, "* bob has left\n".into())]
    );
    let long = "x".repeat(2000);
    assert_eq!(
        text(scene.says(1, long)),
        [(1, "* a line has at most 1024 bytes\n/".into())]
    );
}

#[test]
fn files_are_given_taken_and_gone_on_with_and_no_path_leads_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        folder: folder.path().to_owned(),
        ..settings()
    };
    let sum = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    let mut scene = Scene::of("file", &settings);
    let mut ask = |client: u64, line: &str| text(scene.says(client, line)).concat_text();
    assert_eq!(ask(1, "LIST\n"), "OK 0\n");
    assert_eq!(ask(1, &format!("PUT a.txt 5 {sum}\nhe")), "GO 0\n");
    // The connection is cut, and another one goes on.
    scene.ends(1);
    let mut ask = |client: u64, line: &str| text(scene.says(client, line)).concat_text();
    assert_eq!(ask(2, &format!("PUT a.txt 5 {sum}\n")), "GO 2\n");
    assert_eq!(ask(2, "lloLIST\n"), "OK 5\nOK 1\n5 a.txt\n");
    assert_eq!(
        ask(2, "GET a.txt\nGET a.txt 3\n"),
        format!("OK 5 {sum}\nhelloOK 5 {sum}\nlo")
    );
    assert_eq!(ask(2, "GET a.txt 6\n"), "ERR a.txt has 5 bytes\n");
    assert_eq!(
        ask(2, &format!("PUT a.txt 5 {sum}\n")),
        "ERR a.txt exists already\n"
    );
    let wrong = ask(2, &format!("PUT b.txt 5 {sum}\nworld"));
    assert!(
        wrong.starts_with("GO 0\nERR the checksum of what came is 486ea4622"),
        "{wrong}"
    );
    assert_eq!(ask(2, "LIST\n"), "OK 1\n5 a.txt\n");
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).expect("a link");
    std::fs::create_dir(folder.path().join("sub")).expect("a folder");
    for name in [
        "../a",
        "/etc/passwd",
        "a/b",
        ".",
        "..",
        ".hidden",
        "a\0b",
        "",
        "link",
        "sub",
    ] {
        for line in [format!("GET {name}\n"), format!("PUT {name} 1 {sum}\n")] {
            let said = ask(2, &line);
            assert!(said.starts_with("ERR "), "{line:?} {said}");
        }
    }
    for line in [
        "GET\n",
        "PUT x 1 abc\n",
        "PUT x -1 y\n",
        "get a.txt\n",
        "\n",
        "PUT x 99999999999 00\n",
    ] {
        assert!(ask(2, line).starts_with("ERR "), "{line}");
    }
    assert_eq!(ask(2, "QUIT\n"), "|");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("it is there")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

trait ConcatText {
    fn concat_text(self) -> String;
}

impl ConcatText for Vec<(u64, String)> {
    fn concat_text(self) -> String {
        self.into_iter().map(|(_, said)| said).collect()
    }
}

/// A request of long-polling.
fn polling(sid: &str, body: Option<&str>) -> String {
    let target = format!("/socket.io/?EIO=4&transport=polling{sid}");
    match body {
        None => format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"),
        Some(body) => format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    }
}

/// The bodies of answers.
fn body(said: Vec<(u64, Vec<u8>)>) -> Vec<(u64, String)> {
    text(said)
        .into_iter()
        .map(|(client, said)| {
            (
                client,
                said.rsplit("\r\n\r\n")
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            )
        })
        .collect()
}

#[test]
fn socket_io_by_polling_then_by_websocket() {
    let mut scene = Scene::of("socketio", &settings());
    let open = body(scene.says(1, polling("", None)));
    assert!(
        open[0].1.starts_with(
            "0{\"sid\":\"session-1\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000"
        ),
        "{open:?}"
    );
    let sid = "&sid=session-1";
    assert!(
        scene.says(1, polling(sid, None)).is_empty(),
        "the poll waits"
    );
    assert_eq!(
        body(scene.says(2, polling(sid, Some("40")))),
        [(1, "40{\"sid\":\"socket-1\"}".into()), (2, "ok".into())]
    );
    let event =
        "421[\"chat\",\"hi\"]\u{1e}451-[\"bin\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQI=";
    assert_eq!(
        body(scene.says(2, polling(sid, Some(event)))),
        [(2, "ok".into())]
    );
    assert_eq!(
        body(scene.says(1, polling(sid, None))),
        [(1, "431[\"hi\"]\u{1e}42[\"chat\",\"hi\"]\u{1e}451-[\"bin\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQI=".into())]
    );
    // Heartbeat: asked after 25 s, answered, asked again.
    assert!(scene.says(1, polling(sid, None)).is_empty());
    assert!(scene.waits(24_000_000_000).is_empty());
    assert_eq!(body(scene.waits(1_000_000_000)), [(1, "2".into())]);
    assert_eq!(
        body(scene.says(2, polling(sid, Some("3")))),
        [(2, "ok".into())]
    );
    // The upgrade: the poll that waits ends with a noop.
    assert!(scene.says(1, polling(sid, None)).is_empty());
    let upgrade = UPGRADE.replace(
        "GET /",
        &format!("GET /socket.io/?EIO=4&transport=websocket{sid}"),
    );
    let said = scene.says(
        3,
        [upgrade.as_bytes(), &masked(true, 1, b"2probe")].concat(),
    );
    assert_eq!(
        told(upgrade.as_bytes(), &said[0].1)[1..],
        ["engine.io pong probe"]
    );
    assert_eq!(body(said[1..].to_vec()), [(1, "6".into())]);
    assert!(scene.says(3, masked(true, 1, b"5")).is_empty());
    let said = scene.says(3, masked(true, 1, b"42[\"a\",1]"));
    assert_eq!(said, [(3, Frame::new(1, b"42[\"a\",1]").bytes())]);
    // Namespaces, and an event in one that was not joined.
    assert!(
        scene
            .says(3, masked(true, 1, b"42/admin,[\"a\"]"))
            .is_empty()
    );
    let said = scene.says(3, masked(true, 1, b"40/admin,"));
    assert_eq!(
        said,
        [(3, Frame::new(1, b"40/admin,{\"sid\":\"socket-2\"}").bytes())]
    );
    assert!(scene.says(3, masked(true, 1, b"41/admin,")).is_empty());
    // A heartbeat that is not answered ends the session.
    assert_eq!(
        scene.waits(25_000_000_000),
        [(3, Frame::new(1, b"2").bytes())]
    );
    let over = scene.waits(20_000_000_000);
    assert_eq!(
        over,
        [(3, [Frame::close(1000, "").bytes(), b"/".to_vec()].concat())]
    );
}

#[test]
fn socket_io_to_everybody() {
    let settings = Settings {
        broadcast: true,
        ..settings()
    };
    let mut scene = Scene::of("socketio", &settings);
    let upgrade = UPGRADE.replace("GET /", "GET /socket.io/?EIO=4&transport=websocket");
    for client in [1, 2, 3] {
        scene.says(client, &upgrade);
    }
    for client in [1, 2] {
        scene.says(client, masked(true, 1, b"40"));
    }
    let frame = Frame::new(1, b"42[\"chat\",\"hi\"]").bytes();
    let said = scene.says(1, masked(true, 1, b"42[\"chat\",\"hi\"]"));
    assert_eq!(said, [(1, frame.clone()), (2, frame)]);
}

#[test]
fn socket_io_refuses_what_is_not_its_own() {
    for (target, message) in [
        ("?EIO=3&transport=polling", "Unsupported protocol version"),
        ("?EIO=4&transport=smoke", "Transport unknown"),
        ("?EIO=4&transport=polling&sid=nobody", "Session ID unknown"),
    ] {
        let request = format!("GET /socket.io/{target} HTTP/1.1\r\nHost: x\r\n\r\n");
        let said = alone("socketio", &[request.as_bytes()]);
        assert!(
            said.starts_with("HTTP/1.1 400") && said.contains(message),
            "{said}"
        );
    }
    for broken in ["42{", "42[]", "9", "40[]", "45", "b??"] {
        let mut scene = Scene::of("socketio", &settings());
        scene.says(1, polling("", None));
        let said = body(scene.says(1, polling("&sid=session-1", Some(broken))));
        assert!(said[0].1.contains("Bad request"), "{broken} {said:?}");
        let gone = body(scene.says(1, polling("&sid=session-1", None)));
        assert!(
            gone[0].1.contains("Session ID unknown"),
            "{broken} {gone:?}"
        );
    }
    let upgrade = UPGRADE.replace("GET /", "GET /socket.io/?EIO=4&transport=websocket");
    let mut scene = Scene::of("socketio", &settings());
    scene.says(1, &upgrade);
    let said = scene.says(1, masked(true, 1, b"42{"));
    let close = Frame::close(1002, "not a packet of this protocol").bytes();
    assert_eq!(said, [(1, [close, b"/".to_vec()].concat())]);
}

proptest! {
    #[test]
    fn no_bytes_bring_a_service_down(
        name in prop::sample::select(crate::catalog::verb::SERVICES),
        begin in 0_usize..4,
        pieces in prop::collection::vec((1_u64..4, prop::collection::vec(any::<u8>(), 0..100)), 0..20),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings { folder: folder.path().to_owned(), ..settings() };
        let mut scene = Scene::of(name, &settings);
        let upgrade = UPGRADE.replace("GET /", "GET /socket.io/?EIO=4&transport=websocket");
        let first = ["", UPGRADE, &upgrade, "ann\n"][begin];
        for client in 1..4 {
            scene.joins(client);
            scene.says(client, first);
        }
        for (client, piece) in pieces {
            scene.says(client, piece);
        }
        scene.waits(60_000_000_000);
        for client in 1..4 {
            scene.ends(client);
        }
    }
}
