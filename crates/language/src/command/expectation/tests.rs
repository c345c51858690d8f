//! Expectations as they are written, and what they mean.

use super::*;

fn read(text: &str) -> Expectation {
    parse_claim(text)
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .expectation
}

#[test]
fn every_form_is_known_by_its_shape() {
    let state = |socket: &str, state: &str| Expectation::State {
        socket: socket.to_owned(),
        state: state.to_owned(),
    };
    let returned =
        |call: &str, arguments: Option<&str>, result, errno: Option<&str>| Expectation::Returned {
            call: call.to_owned(),
            arguments: arguments.map(str::to_owned),
            result,
            errno: errno.map(str::to_owned),
        };
    for (text, expected) in [
        ("ok", Expectation::Ok),
        (
            "stopped",
            Expectation::Stopped {
                who: None,
                call: None,
            },
        ),
        (
            "stopped server/14 send",
            Expectation::Stopped {
                who: Some("server/14".to_owned()),
                call: Some("send".to_owned()),
            },
        ),
        (
            " errno econnrefused ",
            Expectation::Errno("ECONNREFUSED".to_owned()),
        ),
        (
            "ECONNREFUSED",
            Expectation::Errno("ECONNREFUSED".to_owned()),
        ),
        ("= 4", Expectation::Equals(Expr::Int(4))),
        ("=4", Expectation::Equals(Expr::Int(4))),
        ("= -1 EAGAIN", returned("", None, -1, Some("EAGAIN"))),
        ("accept = 4", returned("accept", None, 4, None)),
        (
            "connect(3, …) = 0",
            returned("connect", Some("3, …"), 0, None),
        ),
        (
            "recv(3, 1024, 0) = -1 EAGAIN (Resource temporarily unavailable)",
            returned("recv", Some("3, 1024, 0"), -1, Some("EAGAIN")),
        ),
        ("call accept", Expectation::Called("accept".to_owned())),
        (
            "calls 2 accept",
            Expectation::Calls {
                call: "accept".to_owned(),
                times: 2,
                exactly: false,
            },
        ),
        (
            "calls exactly 2 accept",
            Expectation::Calls {
                call: "accept".to_owned(),
                times: 2,
                exactly: true,
            },
        ),
        ("c: ESTABLISHED", state("c", "ESTABLISHED")),
        ("server.c: SYN_RECV", state("server.c", "SYN-RECEIVED")),
        ("state s listen", state("s", "LISTEN")),
        (
            "state LISTEN port 5000",
            Expectation::AnyState {
                state: "LISTEN".to_owned(),
                port: Some(5000),
                peer: None,
            },
        ),
        ("blocked", Expectation::Blocked(None)),
        ("timeout", Expectation::TimedOut),
        ("held 2", Expectation::Held(2)),
        (
            "blocked server",
            Expectation::Blocked(Some("server".to_owned())),
        ),
        ("output \"x\"", Expectation::Output("x".to_owned())),
        (
            "message \"GET /\"",
            Expectation::Message {
                about: None,
                text: "GET /".into(),
            },
        ),
        (
            "message c 'ws text'",
            Expectation::Message {
                about: Some("c".into()),
                text: "ws text".into(),
            },
        ),
        ("received b\"x\"", Expectation::Received(b"x".to_vec())),
        (
            "took >= 1s",
            Expectation::Took(Timing::AtLeast(1_000_000_000)),
        ),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
    for condition in [
        "n > 0",
        "len(data) == 5",
        "x[1:2] == b\"a\"",
        "\"a\" in names",
        "n == 4",
    ] {
        assert!(
            matches!(read(condition), Expectation::Condition(_)),
            "{condition}"
        );
    }
    for packet in ["c -> s [SYN]", "packet [R.] from s"] {
        assert!(matches!(read(packet), Expectation::Seen(_)), "{packet}");
    }
    for filter in [
        "packet tcp",
        "packets 3 tcp.len > 0",
        "no packet udp",
        "no packets udp",
    ] {
        assert!(
            matches!(read(filter), Expectation::Packet { .. }),
            "{filter}"
        );
    }
}

#[test]
fn a_process_is_named_in_front_or_behind() {
    for (text, process) in [
        ("server> ok", Some("server")),
        ("ok in server", Some("server")),
        ("state LISTEN port 5000 in server", Some("server")),
        ("accept = 4 in server", Some("server")),
        ("server> n > 0", Some("server")),
        ("n> 0", Some("n")),
        ("n > 0", None),
        ("\"a\" in names", None),
        ("packet tcp.port in {1..5}", None),
    ] {
        let claim = parse_claim(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(claim.process.as_deref(), process, "{text}");
    }
}

#[test]
fn what_is_wrong_is_marked() {
    for (text, marked, words) in [
        ("", "", "expect what"),
        ("errno ECONREFUSED", "ECONREFUSED", "not an errno"),
        ("c: ESTABLISHD", "ESTABLISHD", "not a state"),
        ("state s LISTN", "LISTN", "not a state"),
        ("state LISTEN prt 5000", "prt 5000", "says nothing"),
        ("packet tcp.flgs", "tcp.flgs", ""),
        ("packets many tcp", "many tcp", "how many"),
        ("no way", "way", "no what"),
        ("took long", "long", "not a time"),
        ("c -> s [SNY]", "SNY", "not a TCP flag"),
        ("server> c -> s [SNY]", "SNY", "not a TCP flag"),
        ("output 5", "5", "text"),
        ("n ==", "", ""),
    ] {
        let error = parse_claim(text).expect_err(text);
        assert_eq!(&text[error.span.clone()], marked, "{text}: {error}");
        assert!(error.message.contains(words), "{text}: {error}");
    }
}
