//! Sessions to programs: what stands in them, and what has no place there.

use super::transcript::Transcript;
use super::{Language, Material, Program, programs};
use crate::command::parse::parse_line;
use crate::event::{CallEvent, ResultEvent};
use crate::value::{Address, Value};

/// A session that is put together by hand.
#[derive(Default)]
struct Session {
    transcript: Transcript,
    calls: Vec<CallEvent>,
    results: Vec<ResultEvent>,
    commands: u64,
}

impl Session {
    /// Types a line of one command; the call it makes, if any, takes its time from its place.
    fn line(&mut self, process: &str, line: &str, call: Option<CallEvent>) -> &mut Self {
        self.commands += 1;
        let number = self.commands;
        let at_ns = number as i64 * 10;
        let commands = parse_line(line).expect("it parses");
        self.transcript
            .command(process, &commands[0], number, at_ns);
        self.calls.extend(call.map(|call| CallEvent {
            process: process.to_owned(),
            command: number,
            start_ns: at_ns,
            end_ns: at_ns + 1,
            ..call
        }));
        self
    }

    /// Gives the last command's first target a value.
    fn gives(&mut self, name: &str, value: Value) -> &mut Self {
        self.results.push(ResultEvent {
            process: "lab".to_owned(),
            command: self.commands,
            value: value.clone(),
            shown: String::new(),
            assigned: vec![(name.to_owned(), value)],
            show: false,
        });
        self
    }

    fn socket(&mut self, process: &str) -> &mut Self {
        let args = ["AF_INET", "SOCK_STREAM", "0"];
        let made = CallEvent {
            made: vec![3],
            ..crate::event::sample::call("socket", &args)
        };
        self.line(process, "s = socket", Some(made))
            .gives("s", Value::Socket(3))
    }

    fn programs(&self, language: Language) -> Vec<Program> {
        let material = Material {
            transcript: &self.transcript,
            calls: self.calls.iter().collect(),
            results: self.results.iter().collect(),
            hosts: vec![(
                "10.0.0.2".parse().expect("it is an address"),
                "server".to_owned(),
            )],
        };
        programs(language, "x", "py", &material)
    }

    fn text(&self, language: Language) -> String {
        self.programs(language)
            .into_iter()
            .map(|program| program.text)
            .collect()
    }
}

const LANGUAGES: [Language; 3] = [Language::Python, Language::C, Language::Rust];

/// A call on descriptor 3.
fn on(name: &str, args: &[&str]) -> CallEvent {
    CallEvent {
        fd: Some(3),
        ..crate::event::sample::call(name, args)
    }
}

#[test]
fn each_language_says_the_same_call_in_its_words_and_where_the_host_was() {
    let mut session = Session::default();
    session.socket("lab");
    let refused = CallEvent {
        peer: "10.0.0.2:80".parse().ok().map(Address::Inet),
        errno: Some("ECONNREFUSED".to_owned()),
        ..on("connect", &["3", "…"])
    };
    session.line("lab", "connect s server:80", Some(refused));
    for (language, parts) in LANGUAGES.into_iter().zip([
        [
            "s = socket.socket()\n",
            "try:\n    s.connect((\"127.0.0.2\", 80))  # 10.0.0.2:80 of host server in the lab\nexcept ConnectionRefusedError as error:",
        ],
        [
            "int s = check(\"socket\", socket(AF_INET, SOCK_STREAM, 0));",
            "fails(\"connect\", connect(s, (struct sockaddr *)&to.address, to.length), ECONNREFUSED, \"ECONNREFUSED\");",
        ],
        [
            "let s = check(\"socket\", socket(AF_INET, SOCK_STREAM, 0));",
            "fails(\"connect\", connect(s, &Place::inet(\"127.0.0.2\", 80)), ECONNREFUSED, \"ECONNREFUSED\"); // 10.0.0.2:80 of host server in the lab",
        ],
    ]) {
        let text = session.text(language);
        for part in parts {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }
}

#[test]
fn what_was_typed_and_what_a_peer_sent_ends_no_literal_and_no_comment() {
    let mut session = Session::default();
    session.transcript.comment("lab", "*/ \u{2028} import os");
    session.socket("lab");
    let sent = CallEvent {
        data: Some(b"\"\\*/\n\0?\xff".to_vec()),
        ..on("send", &["3", "\"*/\\\n", "8", "0"])
    };
    session.line("lab", "send s b\"\\\"\\\\*/\\n\\x00?\\xff\"", Some(sent));
    let received = CallEvent {
        data: Some(b"*/\nimport os".to_vec()),
        result: 12,
        ..on("recv", &["3", "…", "4096", "0"])
    };
    session
        .line("lab", "d = recv s", Some(received))
        .gives("d", Value::Bytes(Vec::new()));
    for (language, literal) in LANGUAGES.into_iter().zip([
        r#"b"\"\\*/\n\x00?\xff""#,
        r#""\"\\*/\n\000\077\377""#,
        r#"b"\"\\*/\n\x00?\xff""#,
    ]) {
        let text = session.text(language);
        assert!(text.contains(literal), "{literal}\n{text}");
        assert!(text.chars().all(|next| next == '\n' || !next.is_control()));
        assert!(!text.contains("\nimport os"), "{text}");
        assert!(!text.contains('\u{2028}'), "{text}");
        if language == Language::C {
            let code: String = text
                .split("/*")
                .map(|part| part.split_once("*/").map_or("", |(_, code)| code))
                .collect();
            assert!(!code.contains("import os"), "{text}");
        }
    }
}

#[test]
fn arguments_that_are_no_words_of_a_program_are_left_out_and_nothing_waits_for_them_forever() {
    let mut session = Session::default();
    let made = CallEvent {
        made: vec![3],
        ..crate::event::sample::call("socket", &["AF_INET\nimport os", "SOCK_STREAM", "0"])
    };
    session
        .line("lab", "s = socket", Some(made))
        .line("lab", "wire drop 10%", None)
        .line("lab", "recv t", Some(on("recv", &["9", "…", "4096", "0"])));
    for language in LANGUAGES {
        let text = session.text(language);
        assert!(text.contains("left out: "), "{text}");
        assert!(text.contains("alarm(30)"), "{text}");
        assert!(!text.contains("\nimport os"), "{text}");
    }
}

#[test]
fn addresses_in_text_descriptors_and_credentials_are_those_of_the_program_in_python() {
    for (line, call, written) in [
        (
            "HOST = \"10.0.0.2\"",
            None,
            "HOST = \"127.0.0.2\"  # 10.0.0.2 of host server in the lab",
        ),
        (
            "HOST = [(\"10.0.0.2\", 80), \"10.0.0.9\"]",
            None,
            "HOST = [(\"127.0.0.2\", 80), \"10.0.0.9\"]",
        ),
        (
            "HOST = sendmsg s \"x\" SCM_CREDENTIALS=(1, 0, 0)",
            Some("sendmsg"),
            "struct.pack(\"3i\", os.getpid(), os.getuid(), os.getgid()))])  # the ids of this process; in the session they were (1, 0, 0)",
        ),
        (
            "HOST = s.sendmsg([b\"x\"], [(SOL_SOCKET, SCM_RIGHTS, [s.fileno()])])",
            Some("sendmsg"),
            "array.array(\"i\", [s.fileno()])",
        ),
    ] {
        let mut session = Session::default();
        session
            .socket("lab")
            .line("lab", line, call.map(|name| on(name, &["3", "…", "0"])))
            .gives("HOST", Value::Int(1));
        let text = session.text(LANGUAGES[0]);
        assert!(text.contains(written), "{line}\n{text}");
    }
}

#[test]
fn a_server_of_the_lab_is_a_loop_in_python_for_as_many_clients_as_came() {
    for (line, parts) in [
        (
            "n = serve s upper --count 1",
            &[
                "for _ in range(1):",
                "client, peer = s.accept()",
                "client.sendall(request.upper())",
                "n = 1",
            ][..],
        ),
        (
            "serve s echo --model thread",
            &["def answer(client):", "threading.Thread(target=answer"],
        ),
        ("serve s echo &", &["def job", "    for _ in range(1):"]),
        (
            "serve s line --model epoll",
            &["for request in client.makefile(\"rb\"):\n            client.sendall(request)"],
        ),
        ("serve s http", &["`serve s http` runs it in socklab"]),
    ] {
        let mut session = Session::default();
        let made = CallEvent {
            made: vec![4],
            result: 4,
            ..on("accept", &["3", "{AF_INET 127.0.0.1:1}"])
        };
        session.socket("lab").line("lab", line, Some(made));
        let text = session.text(LANGUAGES[0]);
        for part in parts {
            assert!(text.contains(part), "{line}: {part}\n{text}");
        }
        // What is left out is waited for by nobody.
        assert_eq!(text.contains("alarm"), line.ends_with("http"), "{text}");
    }
}

#[test]
fn several_processes_are_several_programs_and_who_is_called_is_started_first() {
    let mut session = Session::default();
    session.socket("client").socket("server");
    session.line("server", "bind s :80", Some(on("bind", &["3", "…"])));
    session.line(
        "server",
        "accept s",
        Some(CallEvent {
            made: vec![4],
            ..on("accept4", &["3"])
        }),
    );
    session.line("client", "connect s :80", Some(on("connect", &["3", "…"])));
    let made = session.programs(Language::Python);
    let files: Vec<&str> = made.iter().map(|program| program.file.as_str()).collect();
    assert_eq!(files, ["x_server.py", "x_client.py"]);
    // A socket without a name would be closed by Python at once.
    assert!(
        made[0].text.contains("fd4, peer = s.accept()"),
        "{}",
        made[0].text
    );
    assert!(
        made[1]
            .text
            .contains("    python3 x_server.py\n    python3 x_client.py\n"),
        "{}",
        made[1].text
    );
}

#[test]
fn a_name_that_python_lacks_stands_at_the_top_with_its_number() {
    let mut session = Session::default();
    session.socket("lab");
    let set = on("setsockopt", &["3", "IPPROTO_IP", "IP_RECVTTL", "[1]", "4"]);
    session.line("lab", "setsockopt s IPPROTO_IP IP_RECVTTL 1", Some(set));
    let text = session.text(Language::Python);
    assert!(
        text.contains("\nIP_RECVTTL = 12  # netinet/in.h; not in every Python's modules\n"),
        "{text}"
    );
    assert!(
        text.contains("s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)"),
        "{text}"
    );
}
