//! What is offered at the end of a line.

use super::{Known, PathLister, complete};
use proptest::prelude::{ProptestConfig, any, proptest};

struct Folder;

impl PathLister for Folder {
    fn list(&self, folder: &str) -> Vec<(String, bool)> {
        let names: &[(&str, bool)] = match folder {
            "" => &[
                ("echo.py", false),
                ("lessons", true),
                (".hidden", false),
                ("a b", false),
            ],
            "./" => &[("x.sock", false), ("lessons", true)],
            "lessons/" => &[("one.lab", false)],
            _ => &[],
        };
        names
            .iter()
            .map(|(name, folder)| ((*name).to_owned(), *folder))
            .collect()
    }
}

fn known() -> Known {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Known {
        sockets: list(&["s", "conn"]),
        variables: list(&["s", "conn", "data"]),
        processes: list(&["lab", "server"]),
        programs: list(&["server", "server/14"]),
        hosts: list(&["client"]),
        jobs: list(&["1", "2"]),
        fields: list(&["tcp.port", "tcp.flags.syn", "udp"]),
        topics: list(&["handshake"]),
        lessons: vec![
            ("1.1".to_owned(), "first-socket".to_owned()),
            ("1.4".to_owned(), "handshake".to_owned()),
        ],
    }
}

fn offered(line: &str) -> (usize, Vec<String>) {
    let (start, candidates) = complete(line, line.len(), &known(), &Folder);
    (
        start,
        candidates
            .into_iter()
            .map(|candidate| candidate.text)
            .collect(),
    )
}

#[test]
fn the_parameter_at_the_cursor_decides_what_is_offered() {
    for (line, start, expected) in [
        ("lis", 0, vec!["listen"]),
        ("x = lis", 4, vec!["listen"]),
        ("server> conn, addr = acc", 21, vec!["accept"]),
        ("close s; lis", 9, vec!["listen"]),
        ("repeat 3 { lis", 11, vec!["listen"]),
        ("serv", 0, vec!["serve", "server>"]),
        ("dat", 0, vec!["data"]),
        ("bind ", 5, vec!["conn", "s"]),
        ("bind c", 5, vec!["conn"]),
        ("bind s loc", 7, vec!["localhost:"]),
        ("socket AF_INE", 7, vec!["AF_INET", "AF_INET6"]),
        ("socket af_ine", 7, vec!["AF_INET", "AF_INET6"]),
        ("socket AF_INET SOCK_D", 15, vec!["SOCK_DCCP", "SOCK_DGRAM"]),
        ("shutdown s ", 11, vec!["SHUT_RD", "SHUT_RDWR", "SHUT_WR"]),
        ("setsockopt s IPPROTO_TCP TCP_NOD", 25, vec!["TCP_NODELAY"]),
        ("setsockopt s SOL_SOCKET TCP_NOD", 24, vec![]),
        (
            "s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOD",
            40,
            vec!["TCP_NODELAY"],
        ),
        (
            "s.setsockopt(SOL_SOCKET, SO_REUSEA",
            25,
            vec!["SO_REUSEADDR"],
        ),
        ("s.acc", 2, vec!["accept("]),
        ("x = s.fam", 6, vec!["family"]),
        ("data.dec", 5, vec!["decode("]),
        ("socket.create_s", 7, vec!["create_server("]),
        (
            "s = socket.socket(socket.AF_INE",
            25,
            vec!["AF_INET", "AF_INET6"],
        ),
        ("select.epo", 7, vec!["epoll("]),
        ("select.pol", 7, vec!["poll("]),
        ("p.register(s, select.POLLI", 21, vec!["POLLIN"]),
        ("recv s flags=MSG_PE", 13, vec!["MSG_PEEK"]),
        ("create_server :1 reuse", 17, vec!["reuse_port="]),
        ("kill ", 5, vec!["lab", "server"]),
        ("process web on cl", 15, vec!["client"]),
        ("wait ", 5, vec!["1", "2"]),
        ("load ", 5, vec!["echo.py", "lessons/"]),
        ("load lessons/", 5, vec!["lessons/one.lab"]),
        ("bind s ./x", 7, vec!["./x.sock"]),
        ("run ec", 4, vec!["echo.py"]),
        ("packets ", 8, vec!["udp"]),
        ("packets tcp.port == ", 20, vec![]),
        ("expect packet tcp.port == ", 26, vec![]),
        ("lesson ", 7, vec!["check", "learn", "list", "play", "show"]),
        ("lesson play ", 12, vec!["first-socket", "handshake"]),
        ("lesson learn 1.", 13, vec!["1.1", "1.4"]),
        ("lesson hand", 7, vec!["handshake"]),
        ("s.dec", 2, vec![]),
        ("save x.p", 5, vec!["x.pcapng", "x.py"]),
        ("save ./x.s", 5, vec!["./x.sock", "./x.svg"]),
        ("packets tcp.f", 8, vec!["tcp.flags.syn"]),
        ("packets tcp.port == tcp.f", 20, vec!["tcp.flags.syn"]),
        ("packets tcp.port any_ne ", 24, vec![]),
        ("packets len(tcp.f", 12, vec!["tcp.flags.syn"]),
        ("packets tcp.port + tcp.f", 19, vec!["tcp.flags.syn"]),
        ("packets udp && up", 15, vec!["upper("]),
        ("packets udp && !(tcp.p", 17, vec!["tcp.port"]),
        ("inspect o", 8, vec!["off", "on"]),
        ("expect errno ECONNREF", 13, vec!["ECONNREFUSED"]),
        ("expect state c", 13, vec!["conn"]),
        ("expect state ", 13, vec!["conn", "s"]),
        ("packets udp && tcp.f", 15, vec!["tcp.flags.syn"]),
        ("expect state s SYN", 15, vec!["SYN-RECEIVED", "SYN-SENT"]),
        ("help hand", 5, vec!["handshake"]),
        ("step ", 5, vec!["server", "server/14", "until"]),
        ("step server u", 12, vec!["until"]),
        (
            "step server until rec",
            18,
            vec!["recv", "recvfrom", "recvmmsg", "recvmsg"],
        ),
        ("step until ECONNR", 11, vec!["ECONNREFUSED", "ECONNRESET"]),
        ("step server 3 ", 14, vec![]),
        ("go s", 3, vec!["server", "server/14"]),
        ("expect stopped ", 15, vec!["server", "server/14"]),
        ("expect stopped server acc", 22, vec!["accept", "accept4"]),
        ("wire d", 5, vec!["delay", "drop", "duplicate"]),
        ("wire drop n", 10, vec!["next"]),
        ("wire drop next from ", 20, vec!["client"]),
        ("wire drop next from client w", 27, vec!["where"]),
        ("wire delay 50ms j", 16, vec!["jitter"]),
        (
            "wire drop next where udp || !(tcp.f",
            30,
            vec!["tcp.flags.syn"],
        ),
        ("wire drop next where udp to c", 28, vec!["client"]),
        ("wire loss ", 10, vec![]),
        ("sysctl tcp_syn_r", 7, vec!["tcp_syn_retries"]),
        (
            "sysctl net.ipv4.tcp_syna",
            7,
            vec!["net.ipv4.tcp_synack_retries"],
        ),
        ("setblocking s T", 14, vec!["True"]),
        ("serve s ec", 8, vec!["echo"]),
        ("serve s echo --model e", 21, vec!["edge=", "epoll"]),
        ("serve s echo --o", 13, vec!["--once"]),
        ("serve s echo --once --ma", 20, vec!["--max-clients"]),
        ("print len(da", 10, vec!["data"]),
        ("send s \"lis", 11, vec![]),
        ("close s # lis", 13, vec![]),
        ("recv s 10", 9, vec![]),
    ] {
        let (at, texts) = offered(line);
        assert_eq!(texts, expected, "{line}");
        if !expected.is_empty() {
            assert_eq!(at, start, "{line}");
        }
    }
}

#[test]
fn what_is_offered_says_what_it_is() {
    let (_, candidates) = complete("socket AF_INET6", 15, &known(), &Folder);
    assert!(candidates[0].note.contains("IPv6"), "{candidates:?}");
}

#[test]
fn a_name_that_a_terminal_would_obey_is_not_offered() {
    let mut known = known();
    known.sockets = vec!["s\u{1b}[31m".to_owned(), "t".to_owned()];
    let (_, candidates) = complete("close ", 6, &known, &Folder);
    assert!(
        candidates
            .iter()
            .all(|candidate| !candidate.text.contains('\u{1b}'))
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_and_no_cursor_makes_it_panic(line in any::<String>(), cursor in 0..200_usize) {
        complete(&line, cursor, &known(), &Folder);
        crate::command::hint::hint(&line, cursor);
    }

    #[test]
    fn no_text_of_the_languages_own_letters_makes_it_panic(line in "[a-c0-9 .:,;=()\\[\\]{}\"'#&|*/+<>@~-]{0,30}") {
        complete(&line, line.len(), &known(), &Folder);
        crate::command::hint::hint(&line, line.len());
    }
}
