//! The page from outside: who is let in, what is sent, what bad clients can do, and what bad addresses are told. What it looks like is seen
//! by Chromium, in `tests/page/browser.mjs`.
#![expect(clippy::disallowed_methods, reason = "tests wait by the clock")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};
use support::witness::present;
use support::{SOCKLAB, eventually, folder, private_lab, run, run_in};

/// A lab with a page, fed line by line.
struct Lab {
    child: Child,
    lines: Option<ChildStdin>,
    port: u16,
    token: String,
}

impl Lab {
    fn open() -> Self {
        Self::run(&[])
    }

    /// With these arguments.
    fn run(arguments: &[&str]) -> Self {
        let mut child = Command::new(SOCKLAB)
            .args(["--page", "127.0.0.1:0", "--color", "never"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut said = String::new();
        while !said.contains("http://") {
            assert!(
                output.read_line(&mut said).expect("it can be read") > 0,
                "{said}"
            );
        }
        // What is told later is read, so that it never waits for a reader.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let (_, rest) = said.split_once("http://127.0.0.1:").expect("it says where");
        let (port, rest) = rest.split_once('/').expect("a port");
        let (token, _) = rest.split_once('/').expect("a token");
        Self {
            lines: child.stdin.take(),
            child,
            port: port.parse().expect("it is a number"),
            token: token.to_owned(),
        }
    }

    fn line(&mut self, text: &str) {
        let lines = self.lines.as_mut().expect("it is open");
        writeln!(lines, "{text}").expect("it listens");
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("it can be set");
        stream
    }

    /// The whole answer to a request.
    fn ask(&self, path: &str, host: &str, more: &str) -> String {
        let mut stream = self.connect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A viewer, behind the head of its answer.
    fn watch(&self) -> BufReader<TcpStream> {
        let mut stream = self.connect();
        let request = format!(
            "GET /{}/events HTTP/1.1\r\nHost: {}\r\n\r\n",
            self.token,
            self.host()
        );
        stream.write_all(request.as_bytes()).expect("it listens");
        let mut viewer = BufReader::new(stream);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            viewer.read_line(&mut line).expect("it answers");
        }
        viewer
    }

    fn descriptors(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The events up to the first one that passes.
fn until(
    viewer: &mut impl BufRead,
    wanted: impl Fn(&serde_json::Value) -> bool,
) -> Vec<serde_json::Value> {
    let mut seen = Vec::new();
    let mut line = String::new();
    let end = Instant::now() + Duration::from_mins(2);
    loop {
        assert!(
            Instant::now() < end,
            "it never came; the last was {:?}",
            seen.last()
        );
        line.clear();
        let length = viewer
            .read_line(&mut line)
            .expect("it is sent within the time");
        assert!(length > 0, "it ended after {:?}", seen.last());
        let Some(data) = line.strip_prefix("data: ") else {
            continue;
        };
        let events: Vec<serde_json::Value> = serde_json::from_str(data).expect("it is JSON");
        let found = events.iter().any(&wanted);
        seen.extend(events);
        if found {
            return seen;
        }
    }
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn only_who_has_the_token_and_comes_from_here_is_let_in() {
    if !private_lab() {
        return;
    }
    let lab = Lab::open();
    let (token, host) = (lab.token.clone(), lab.host());
    let (host, page) = (host.as_str(), format!("/{token}/"));
    for (path, host, more, expected) in [
        (page.as_str(), host, "", "200"),
        (&format!("/{token}/page.js"), host, "", "200"),
        (&format!("/{token}/page.css"), host, "", "200"),
        ("/", host, "", "403"),
        ("/favicon.ico", host, "", "403"),
        ("/aaaaaaaaaaaa/", host, "", "403"),
        (&format!("/{token}/../../etc/passwd"), host, "", "404"),
        (&format!("/{token}/packet/1"), host, "", "404"),
        (&page, "rebound.example", "", "403"),
        (&page, &format!("rebound.example:{}", lab.port), "", "403"),
        (&page, host, "Origin: http://evil.example\r\n", "403"),
        (&page, host, &format!("Origin: http://{host}\r\n"), "200"),
    ] {
        let answer = lab.ask(path, host, more);
        assert_eq!(status(&answer), expected, "{path} {host} {more}");
        assert!(answer.contains("Content-Security-Policy: default-src 'none';"));
        assert!(answer.contains("nosniff") && answer.contains("no-referrer"));
        assert!(expected == "200" || !answer.contains(&token), "{answer}");
    }
    let answer = lab.ask(&page, host, "");
    assert!(!answer.contains("src=\"http") && !answer.contains("style=\""));
}

#[test]
fn the_page_is_small() {
    if !private_lab() {
        return;
    }
    let lab = Lab::open();
    let parts = ["", "page.css", "page.js"];
    let whole: usize = parts
        .iter()
        .map(|part| {
            lab.ask(&format!("/{}/{part}", lab.token), &lab.host(), "")
                .len()
        })
        .sum();
    assert!((20_000..300_000).contains(&whole), "{whole} bytes");
}

#[test]
fn bad_clients_neither_stop_the_page_nor_the_lab() {
    if !private_lab() {
        return;
    }
    let mut lab = Lab::open();
    // A thousand that say nothing.
    let idle: Vec<TcpStream> = (0..1000).map(|_| lab.connect()).collect();
    eventually("the page is answered", || {
        status(&lab.ask(&format!("/{}/", lab.token), &lab.host(), "")) == "200"
    });
    assert!(lab.descriptors() < 600, "{}", lab.descriptors());
    // One that says too much.
    let mut long = lab.connect();
    let head = format!("GET /{}/ HTTP/1.1\r\nX: ", lab.token);
    let _ = long.write_all(head.as_bytes());
    let _ = long.write_all(&vec![b'y'; 1 << 20]);
    let mut answer = String::new();
    let _ = long.read_to_string(&mut answer);
    assert!(matches!(status(&answer), "431" | ""), "{answer}");
    // One that is no browser.
    let mut garbage = lab.connect();
    garbage
        .write_all(b"\x16\x03\x01\x00\xa5\x01\x00")
        .expect("it listens");
    let mut answer = String::new();
    let _ = garbage.read_to_string(&mut answer);
    assert_eq!(status(&answer), "400");
    lab.line("s = socket");
    let mut viewer = lab.watch();
    until(&mut viewer, |event| event["name"] == "socket");
    drop(idle);
}

#[test]
fn a_viewer_that_stops_reading_is_told_what_it_missed_and_holds_up_nobody() {
    if !private_lab() {
        return;
    }
    let mut lab = Lab::open();
    let mut slow = lab.watch();
    lab.line("s = socket AF_INET SOCK_DGRAM; bind s 127.0.0.1:6000; c = socket AF_INET SOCK_DGRAM");
    lab.line("repeat 2000 { sendto c b\"x\" * 900 127.0.0.1:6000; recvfrom s 1000 }");
    lab.line("print \"the end\"");
    let end =
        |event: &serde_json::Value| event["text"] == "the end\n" || event["text"] == "the end";
    let seen = until(&mut lab.watch(), end);
    assert!(!seen.is_empty());
    let seen = until(&mut slow, end);
    let missing: u64 = seen
        .iter()
        .filter(|event| event["event"] == "gap")
        .filter_map(|event| event["missing"].as_u64())
        .sum();
    assert!(
        missing > 1000,
        "{missing} of it are missing, {} are there",
        seen.len()
    );
    // How things stand is told again behind a gap.
    let gap = seen.iter().rposition(|event| event["event"] == "gap");
    let behind = &seen[gap.expect("there is one")..];
    assert!(behind.iter().any(|event| event["event"] == "lab"));
}

#[test]
fn a_frame_in_the_air_is_told_again_when_it_has_arrived_and_its_fields_can_be_had() {
    if !private_lab() {
        return;
    }
    let mut lab = Lab::open();
    let mut viewer = lab.watch();
    for line in [
        "host client; host server",
        "server> s = socket; bind s :5000; listen s",
        "wire hold where tcp",
        "client> c = socket; connect c 10.0.0.2:5000 &",
        "expect held 1",
    ] {
        lab.line(line);
    }
    let is_syn = |event: &serde_json::Value| event["tcp.flags"] == 2;
    let seen = until(&mut viewer, is_syn);
    let syn = seen
        .iter()
        .find(|event| is_syn(event))
        .expect("it is there");
    assert_eq!(syn["held"], true);
    let number = syn["frame.number"].as_u64().expect("it has a number");
    lab.line("wire step");
    let landed =
        |event: &serde_json::Value| event["frame.number"] == number && event.get("held").is_none();
    let seen = until(&mut viewer, landed);
    let again = seen
        .iter()
        .find(|event| landed(event))
        .expect("it is there");
    assert!(
        again["delayed"].as_f64().is_some_and(|time| time > 0.0),
        "{again}"
    );
    let path = format!("/{}/packet/{number}", lab.token);
    let answer = lab.ask(&path, &lab.host(), "");
    let (_, body) = answer.split_once("\r\n\r\n").expect("it has a body");
    let details: serde_json::Value = serde_json::from_str(body).expect("it is JSON");
    let packet = &details["packets"][number.to_string()];
    assert_eq!(packet["length"], 74);
    let texts = details["texts"].as_array().expect("it has texts");
    let names: Vec<&str> = texts.iter().filter_map(|text| text.as_str()).collect();
    assert!(names.contains(&"tcp.flags.syn"), "{names:?}");
    // The table of sockets has the state of the other end, with the frame or behind it.
    let has_state = |event: &serde_json::Value| {
        let rows = event["rows"].as_array();
        rows.is_some_and(|rows| rows.iter().any(|row| row["state"] == "SYN-RECEIVED"))
    };
    if !seen.iter().any(has_state) {
        until(&mut viewer, has_state);
    }
}

#[test]
fn the_verb_opens_says_again_and_closes_and_a_new_lab_begins_anew() {
    if !private_lab() {
        return;
    }
    let ran = support::script("page\npage\npage 8080\npage off\npage off\npage nowhere");
    let pages = ran.out.matches("http://127.0.0.1:").count();
    assert_eq!(pages, 2, "{}", ran.out);
    for words in [
        "is open already",
        "the page is closed",
        "no page is open",
        "is not an address",
    ] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    let mut lab = Lab::open();
    lab.line("s = socket");
    let mut viewer = lab.watch();
    until(&mut viewer, |event| event["name"] == "socket");
    lab.line("reset");
    let seen = until(&mut viewer, |event| event["event"] == "lab");
    assert!(
        seen.iter().any(|event| event["event"] == "anew"),
        "{seen:?}"
    );
}

#[test]
fn a_capture_and_a_lesson_are_shown_in_the_same_page() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let ran = run_in(
        place.path(),
        &["-q", "-c", &format!("{SESSION}save x.pcapng; packets")],
        b"",
    );
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let file = place.path().join("x.pcapng").display().to_string();
    let listed = run(&["read", "--json", &file], b"");
    let packets = listed.out.lines().count();
    let is_packet = |event: &serde_json::Value| event["event"] == "packet";
    let last = |event: &serde_json::Value| event["frame.number"].as_u64() == Some(packets as u64);
    let capture = Lab::run(&["read", &file]);
    let mut viewer = capture.watch();
    let seen = until(&mut viewer, last);
    assert_eq!(
        seen.iter().filter(|event| is_packet(event)).count(),
        packets
    );
    let path = format!("/{}/packet/1", capture.token);
    let answer = capture.ask(&path, &capture.host(), "");
    assert_eq!(status(&answer), "200", "{answer}");
    // What a filter rejects is not there.
    let filtered = Lab::run(&["read", &file, "udp"]);
    let mut viewer = filtered.watch();
    let seen = until(&mut viewer, is_packet);
    assert!(
        seen.iter().all(|event| event.get("tcp.srcport").is_none()),
        "{seen:?}"
    );
    let lesson = Lab::run(&["lesson", "play", "1.2"]);
    let mut viewer = lesson.watch();
    let seen = until(&mut viewer, is_packet);
    assert!(
        seen.iter().any(|event| event["event"] == "line"),
        "{seen:?}"
    );
}

#[test]
fn a_page_of_what_has_none_is_refused() {
    for arguments in [
        &["inspect"][..],
        &["doctor"],
        &["lesson", "list"],
        &["lesson", "check", "1.1"],
        &["completions", "bash"],
        &["man"],
    ] {
        let ran = run(&[arguments, &["--page"]].concat(), b"");
        assert_eq!(ran.status, 2, "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(
            ran.err.contains("--page shows a lab") && ran.out.is_empty(),
            "{arguments:?}: {}{}",
            ran.out,
            ran.err
        );
    }
}

#[test]
fn an_address_that_cannot_be_had_is_one_plain_message() {
    if !private_lab() {
        return;
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let taken = taken.local_addr().expect("it has one").to_string();
    let holder = std::net::TcpListener::bind(&taken);
    for (address, words) in [
        (
            "198.51.100.7:8080",
            "198.51.100.7 is not an address of this machine",
        ),
        ("x.lab", "x.lab is not an address to listen at"),
        ("127.0.0.1:70000", "is not an address to listen at"),
        (taken.as_str(), "is in use by another program"),
    ] {
        if address == taken && holder.is_err() {
            continue;
        }
        let ran = run(&["--page", address, "-c", "s = socket"], b"");
        assert_ne!(ran.status, 0, "{address}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains(words), "{address}: {said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }
}

/// Payloads that would be more than text if anybody read them so, a loss, slow motion, two clients, UDP and AF_UNIX.
const SESSION: &str = r#"host client; host server
server> s = socket; bind s :5000; listen s
client> c = socket; connect c server:5000
server> conn, a = accept s
client> send c "<script>document.title='taken'</script><img src=x onerror=alert(1)>\u202eevil\u2066"
server> recv conn 200
wire drop next where tcp.len > 0
server> send conn b"y" * 3000
sleep 500ms
client> recv c 4000
client> d = socket; connect d server:5000
server> conn2, b = accept s
client> send d "second"
server> recv conn2 100
expect ok
client> u = socket AF_INET SOCK_DGRAM; sendto u "datagram" 10.0.0.2:6000
client> x, y = socketpair AF_UNIX SOCK_DGRAM
client> send x "<b>&"
client> recv y 10
client> close c
"#;

#[test]
fn chromium_shows_it_at_every_size_by_keyboard_and_without_a_barrier() {
    if !private_lab() || !["chromium", "node", "python3"].into_iter().all(present) {
        return;
    }
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/page");
    if !std::path::Path::new(tests).join("node_modules").exists() {
        let strict = std::env::var_os("SOCKLAB_TESTS_NEED_WITNESSES").is_some();
        assert!(!strict, "`npm ci --prefix tests/page` has not been run");
        let words = "not run: `npm ci --prefix tests/page` brings what drives Chromium\n";
        let _ = std::io::stderr().write_all(words.as_bytes());
        return;
    }
    let place = folder();
    let ran = run_in(
        place.path(),
        &["-q", "-c", &format!("{SESSION}save x.html")],
        b"",
    );
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let mut lab = Lab::open();
    for line in SESSION.lines() {
        lab.line(line);
    }
    lab.line("client> e = socket; connect e server:5000");
    lab.line(
        "client> run --step --as stepped python3 -c 'import socket; s = socket.socket(); s.listen(); s.accept()'",
    );
    lab.line("step stepped until accept");
    let url = format!("http://{}/{}/", lab.host(), lab.token);
    let output = Command::new("node")
        .arg(format!("{tests}/browser.mjs"))
        .args([place.path().join("x.html").as_os_str(), url.as_ref()])
        .output()
        .expect("node runs");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{said}");
}
