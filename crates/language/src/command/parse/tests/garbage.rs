//! Texts that nobody would type: no panic, no stack, time in proportion.

use crate::command::parse::parse_line;
use nix::time::{ClockId, clock_gettime};
use proptest::prelude::{ProptestConfig, any, prop, proptest};
use std::time::Duration;

/// Pieces that open something, join something, or end something too early.
const PIECES: &[&str] = &[
    "(",
    "[",
    "x[",
    "f(",
    "-",
    "not ",
    "a+",
    "a.b",
    ".a",
    "repeat 2 {",
    "'",
    "\\",
    "a,",
    "a,a=",
    "1",
    "1.",
    ":",
    "a:",
    "::",
    "[::",
    "/",
    "@",
    "{",
    "}",
    ";",
    "\n",
    "#",
    "a>",
    "a> ",
    "&",
    "x y ",
    "\"\\\"",
    "b\"",
    "é",
    "run '",
    "with a as b, ",
    "with a: ",
    "socket.",
    "len(",
    "s.send(",
    "tcp(a=",
    "expect (",
    "packets {",
    "import a,",
    "x = ",
    ">>> ",
    "[a,",
];

/// Everything that reads a line while it is typed or run.
fn read_everywhere(text: &str) {
    let _ = parse_line(text);
    let _ = parse_line(&format!("print {text}"));
    let _ = parse_line(&format!("x = ({text}"));
    let _ = parse_line(&format!("packets {text}"));
    let _ = crate::command::line::needs_more(text);
    let _ = crate::command::line::lines(text);
    crate::command::highlight::highlight(text);
    crate::command::hint::hint(text, text.len());
}

#[test]
fn long_garbage_takes_no_stack() {
    for piece in PIECES {
        read_everywhere(&piece.repeat((1 << 15) / piece.len()));
    }
}

#[test]
fn long_garbage_takes_time_in_proportion() {
    // The thread's own time: what else the machine does is not in it.
    let time = |text: &str| {
        let now = || clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("threads have a clock");
        let begun = Duration::from(now());
        read_everywhere(text);
        Duration::from(now()).saturating_sub(begun)
    };
    for piece in PIECES {
        let short = piece.repeat((1 << 11) / piece.len());
        let (once, four_times) = (time(&short), time(&short.repeat(4)));
        assert!(
            four_times < once * 8 + Duration::from_millis(50),
            "{piece:?}: {once:?}, four times as much {four_times:?}"
        );
    }
}

/// Lines that mean something, to be broken by the test.
const LINES: &[&str] = &[
    "server> conn, addr = accept s &",
    "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
    "sendto r icmp(echo, id=1, seq=1)/\"ping\" 127.0.0.1",
    "r, w, x = select [s, conn] [] [] 1.0",
    "bind s [fe80::1%lo]:80; connect c ./x.sock # comment",
    "repeat 3 { send s x\"de ad\" * 0x10; sleep 200ms }",
    "u.sendmsg([b\"x\"], [(SOL_SOCKET, SCM_RIGHTS, [s])])",
    "with socket.socket() as s: s.connect((\"\", 1))",
    "expect state s SYN-SENT",
    "x = data[:4].decode('utf-8') + \"\\u20ac\\x41\" not in y",
    "packets tcp.len in {1..5} && frame contains \"x;y\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = parse_line(&text);
        let _ = crate::command::line::needs_more(&text);
    }

    #[test]
    fn no_text_of_the_languages_own_letters_makes_the_parser_panic(text in "[a-c_0-9 .:,;=()\\[\\]{}\"'#&|*/+<>@~%\\\\\n-]{0,40}") {
        if let Err(error) = parse_line(&text) {
            assert!(text.get(error.span.clone()).is_some(), "{text:?} {error:?}");
        }
        let _ = crate::command::line::lines(&text);
    }

    #[test]
    fn a_line_with_pieces_cut_out_or_doubled_makes_no_panic(
        line in prop::sample::select(LINES),
        other in prop::sample::select(LINES),
        cut in any::<prop::sample::Index>(),
        resume in any::<prop::sample::Index>(),
    ) {
        let boundary = |text: &str, index: prop::sample::Index| crate::command::diagnostic::floor(text, index.index(text.len()));
        let text = format!("{}{}", &line[..boundary(line, cut)], &other[boundary(other, resume)..]);
        let _ = parse_line(&text);
    }
}
