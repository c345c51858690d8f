//! What is said of lines that mean nothing: where, what, and a way out.

use crate::command::ast::{Action, Expr};
use crate::command::diagnostic::Diagnostic;
use crate::command::parse::{parse_line, parse_line_knowing};

fn refused(line: &str) -> Diagnostic {
    match parse_line(line) {
        Ok(commands) => panic!("{line} means {commands:?}"),
        Err(error) => error,
    }
}

#[test]
fn a_bracket_left_open_on_an_earlier_line_is_named_where_it_shows() {
    let error = parse_line("s.send(b\"a\"\ns.recv(5)").expect_err("a bracket is open");
    assert_eq!((error.line, error.column), (2, 1));
    let help = error.help.unwrap_or_default();
    assert!(help.contains("`s.send(b\"a\"` is not closed"), "{help}");
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_a_way_out() {
    for (line, at, message, expected, help) in [
        (
            "bnid s :5000",
            0..4,
            "unknown command `bnid`",
            "a command",
            "did you mean `bind`?",
        ),
        (
            "serve s echo --modle epoll",
            13..20,
            "serve takes no argument `modle`",
            "serve socket service",
            "did you mean `model`?",
        ),
        (
            "serve s echo --model",
            13..20,
            "`model` needs a value",
            "one of iterative, process",
            "",
        ),
        (
            "serve s echo --model epol",
            21..25,
            "model cannot be the text `epol`",
            "one of iterative, process",
            "did you mean `epoll`?",
        ),
        (
            "socket SOCK_STREAM",
            7..18,
            "SOCK_STREAM, a socket type",
            "an address family (AF_…)",
            "",
        ),
        (
            "socket AF_INET MSG_PEEK",
            15..23,
            "message flags",
            "a socket type (SOCK_…)",
            "",
        ),
        (
            "send s \"x\" MSG_OOB|AF_INET",
            11..26,
            "AF_INET",
            "message flags",
            "",
        ),
        (
            "bind s 5000",
            7..11,
            "the number 5000",
            "an address",
            ":5000",
        ),
        (
            "bind s localhost 5000",
            17..21,
            "one too many",
            "bind socket address",
            "localhost:5000",
        ),
        (
            "connect c 127.0.0.1 5000",
            20..24,
            "one too many",
            "",
            "127.0.0.1:5000",
        ),
        (
            "bind s 127.0.0.1:70000",
            17..22,
            "port `70000` is out of range",
            "0 to 65535",
            "",
        ),
        (
            "s.bind(('', 70000))",
            7..18,
            "out of range",
            "0 to 65535",
            "",
        ),
        (
            "bind s 10.0.0.300:1",
            7..17,
            "not an IPv4 address",
            "0 to 255",
            "",
        ),
        (
            "bind s",
            0..4,
            "bind needs an address",
            "bind socket address",
            "",
        ),
        ("s.bind()", 2..6, "bind needs an address", "", ""),
        ("close s t", 8..9, "takes one argument", "close socket", ""),
        (
            "recv s bufsiz=4",
            7..13,
            "takes no argument `bufsiz`",
            "recv socket [bufsize=4096]",
            "`bufsize`",
        ),
        ("recv s 4 bufsize=4", 9..16, "given twice", "", ""),
        ("send s \"x", 7..9, "this quote is never closed", "", "\""),
        (
            "s.send(b\"x\"",
            6..7,
            "this bracket is never closed",
            "",
            ")",
        ),
        ("x = [1", 4..5, "this bracket is never closed", "", "]"),
        (
            "repeat 2 { close s",
            9..10,
            "this brace is never closed",
            "",
            "}",
        ),
        ("s.accept", 0..8, "`accept` is a method", "", "s.accept()"),
        (
            "conn, addr = s.accept",
            13..21,
            "`accept` is a method",
            "",
            "s.accept()",
        ),
        (
            "socket.socket",
            0..13,
            "`socket` is a function",
            "",
            "socket.socket()",
        ),
        ("s.acept()", 2..7, "unknown method `acept`", "", "`accept`"),
        ("lenn(x)", 0..4, "unknown function `lenn`", "", "`len`"),
        (
            "socket.AF_INTE",
            7..14,
            "not a constant of socket",
            "",
            "`AF_INET`",
        ),
        (
            "socket.gethostbynam('x')",
            7..19,
            "socket has no function",
            "",
            "`gethostbyname`",
        ),
        (
            "connect s 127.0.0.1:http",
            19..20,
            "unexpected `:`",
            "",
            "getservbyname",
        ),
        ("len(a, b)", 0..3, "`len` is given 2 arguments", "1", ""),
        (
            "bind(s, &a, sizeof a)",
            8..9,
            "unexpected `&`",
            "",
            "(\"127.0.0.1\", 5000)",
        ),
        (
            "bind(s, (struct sockaddr *)&a, 16)",
            16..24,
            "unexpected `sockaddr`",
            "",
            "no structure",
        ),
        (
            "send(s, \"a, b\", 4, 0)",
            19..20,
            "one too many",
            "",
            "knows its length",
        ),
        (
            "n = recv(s, buf, 100, 0)",
            22..23,
            "one too many",
            "",
            "data = recv(s, 100)",
        ),
        (
            "accept(s, NULL, NULL)",
            16..20,
            "one too many",
            "",
            "conn, addr = accept(s)",
        ),
        ("send(s, \"a&b\", x y)", 17..18, "unexpected `y`", "", ""),
        (
            "memset(&a, 0, 16)",
            0..6,
            "unknown function `memset`",
            "",
            "leave this line out",
        ),
        (
            "fcntl(s, F_SETFL, O_NONBLOCK)",
            0..5,
            "unknown function `fcntl`",
            "",
            "setblocking s False",
        ),
        (
            "my_addr.sin_port = 5",
            0..16,
            "only plain names",
            "",
            "127.0.0.1:5000",
        ),
        ("}", 0..1, "unexpected `}`", "", "leave"),
        (
            "socket.setdefaulttimeout(5)",
            7..24,
            "socket has no function",
            "",
            "s.settimeout(5)",
        ),
        (
            "socket.gaierror",
            7..15,
            "`gaierror` of socket is not here",
            "",
            "errno",
        ),
        (
            "s.recvmsg_into([b])",
            2..14,
            "unknown method `recvmsg_into`",
            "",
            "recvmsg",
        ),
        (
            "threading.Thread(target=f)",
            0..16,
            "threading is a module of Python",
            "",
            "ends in &",
        ),
        (
            "os.remove('x')",
            3..9,
            "os has no function",
            "",
            "files belong",
        ),
        (
            "s = sk.socket()",
            7..13,
            "unknown method `socket`",
            "",
            "socket.socket(…)",
        ),
        ("os.fork()", 3..7, "os has no function", "", "process NAME"),
        ("bind?", 4..5, "unexpected `?`", "", "help bind"),
        (
            "what is a socket?",
            0..4,
            "unknown command `what`",
            "",
            "explain",
        ),
        (
            "GET / HTTP/1.0",
            0..3,
            "unknown command `GET`",
            "",
            "quotes",
        ),
        ("ls | grep x", 0..2, "unknown command `ls`", "", "run"),
        ("print(a = b)", 6..7, "takes no argument `a`", "", ""),
        ("x = y = 5", 4..7, "two `=`", "", "=="),
        ("s.x = 5", 0..3, "only plain names", "", ""),
        ("5 = x", 2..3, "unexpected `=`", "", "=="),
        (
            "AF_INET = 5",
            0..7,
            "AF_INET is a constant, 2",
            "",
            "another name",
        ),
        ("None = 5", 0..4, "cannot be given a value", "", ""),
        ("x = f\"{y}\"", 4..10, "f-strings", "", "print"),
        (
            "x = 5 6",
            6..7,
            "unexpected `6`",
            "the end of the command",
            "",
        ),
        ("x = 12abc", 4..9, "`12abc` is not a number", "a time", ""),
        ("x = 99999999999999999999", 4..24, "too large", "", ""),
        ("x = b'é'", 6..8, "is not a byte", "", "UTF-8"),
        (
            "x = '\\xg0'",
            5..7,
            "\\x takes 2 hexadecimal digits",
            "",
            "",
        ),
        ("x = x'abc'", 6..9, "odd number", "", ""),
        ("x = “a”", 4..7, "no meaning here", "", "straight"),
        ("x = a and b", 6..9, "unexpected `and`", "", ""),
        ("a < b < c", 6..7, "two comparisons", "", ""),
        (
            "while True:",
            0..5,
            "`while` belongs to a program",
            "",
            "repeat",
        ),
        (
            "if x:",
            0..2,
            "`if` belongs to a program",
            "",
            "run python3",
        ),
        ("    break", 4..9, "`break` belongs to a program", "", ""),
        ("try:", 0..3, "`try` belongs to a program", "", "expect"),
        ("x = lambda: 5", 4..10, "unexpected `lambda`", "a value", ""),
        ("x = {1: 2}", 4..5, "no dictionaries", "", ""),
        (
            "import socket as s",
            7..18,
            "a module has its own name",
            "",
            "import socket",
        ),
        (
            "import -c \"ps | grep server/\"",
            7..29,
            "is not the name of a module",
            "import socket",
            "",
        ),
        (
            "import$$ --count 1",
            6..18,
            "is not the name of a module",
            "import socket",
            "",
        ),
        (
            "from%x a",
            0..8,
            "an import without a module",
            "import socket",
            "",
        ),
        (
            "import socket,",
            7..14,
            "a comma without a module",
            "import socket",
            "",
        ),
        (
            "expect errno ECONREFUSED",
            13..24,
            "is not an errno",
            "",
            "`ECONNREFUSED`",
        ),
        (
            "expect state s LISTN",
            15..20,
            "not a state",
            "",
            "`LISTEN`",
        ),
        (
            "expect data ==",
            14..14,
            "the line ends too soon",
            "a value",
            "",
        ),
        ("send s 5", 7..8, "the number 5", "data", "quotes"),
        (
            "settimeout s \"1\"",
            13..16,
            "the text `1`",
            "a time",
            "200ms",
        ),
        ("bind \"s\" :5000", 5..8, "the text `s`", "a socket", ""),
        (
            "accept AF_INET",
            7..14,
            "AF_INET, an address family",
            "a socket",
            "",
        ),
        ("repeat { x }", 7..8, "no dictionaries", "", ""),
        (
            "s.ioctl(socket.SIO_RCVALL, socket.RCVALL_ON)",
            15..25,
            "not a constant of socket",
            "",
            "only Windows",
        ),
        (
            "sel = selectors.DefaultSelector()",
            6..31,
            "selectors is a module of Python that is not here",
            "",
            "select.epoll()",
        ),
        (
            "ls -l",
            0..2,
            "unknown command `ls`",
            "a command",
            "`run ls -l`",
        ),
        (
            "nc -l 5000",
            0..2,
            "unknown command `nc`",
            "",
            "create_server",
        ),
        ("cd /tmp", 0..2, "unknown command `cd`", "", "started in"),
        (":q", 0..1, "unexpected `:`", "", "`quit`"),
        (
            "int s = socket(AF_INET, SOCK_STREAM, 0);",
            0..3,
            "unknown command `int`",
            "",
            "nothing is declared",
        ),
        (
            "bind(3, {sa_family=AF_INET, sin_port=htons(80)}, 16)",
            8..9,
            "no dictionaries",
            "",
            "127.0.0.1:5000",
        ),
        (
            "setsockopt s SO_REUSEADDR 1",
            13..25,
            "level cannot be SO_REUSEADDR",
            "",
            "SOL_SOCKET SO_REUSEADDR",
        ),
        (
            "bind 127.0.0.1:5000 s",
            5..19,
            "the socket comes first, and this is the address",
            "",
            "`bind s 127.0.0.1:5000",
        ),
        (
            "connect(127.0.0.1, 80)",
            8..17,
            "the socket comes first",
            "a socket",
            "as in `connect s 127.0.0.1:80`",
        ),
        (
            "bind((\"0.0.0.0\", 8080))",
            5..22,
            "the socket comes first",
            "a socket",
            "as in `bind s 0.0.0.0:8080`",
        ),
        (
            "connect(\"::1\", 80)",
            8..13,
            "the socket comes first",
            "a socket",
            "as in `connect s [::1]:80`",
        ),
        (
            "sendto(b\"hi\", (\"127.0.0.1\", 53))",
            7..12,
            "the socket comes first",
            "a socket",
            "as in `sendto s b\"hi\" 127.0.0.1:53`",
        ),
        (
            "s.bind('127.0.0.1', 5000)",
            20..24,
            "one too many",
            "",
            "a tuple: (\"127.0.0.1\", 5000)",
        ),
        ("repeat", 6..6, "repeat what?", "a number and a block", ""),
        ("x }", 2..3, "unexpected `}`", "the end of the command", ""),
        (
            "s.send(flags=1, b'x')",
            16..21,
            "without a name",
            "",
            "last",
        ),
        ("(1)(2)", 0..3, "cannot be called", "", ""),
        ("x[1:2:3]", 5..6, "no step", "", ""),
        ("x[]", 2..3, "unexpected `]`", "an index", ""),
    ] {
        let error = refused(line);
        assert!(error.message.contains(message), "{line}: {error:?}");
        assert!(error.expected.contains(expected), "{line}: {error:?}");
        assert!(
            error.help.as_deref().unwrap_or("").contains(help),
            "{line}: {error:?}"
        );
        assert_eq!(error.span, at, "{line}: {error:?}");
        assert_eq!(
            (error.line, error.column),
            place_of(&line[..at.start]),
            "{line}"
        );
    }
}

/// The line and the column, from 1, of what comes behind the text.
fn place_of(before: &str) -> (usize, usize) {
    let last = before.rsplit('\n').next().unwrap_or(before);
    (before.matches('\n').count() + 1, last.chars().count() + 1)
}

#[test]
fn a_mistake_in_a_block_is_told_with_its_line() {
    let error = refused("repeat 2 {\n  send s \"x\"\n  bnid s :1\n}");
    assert_eq!((error.line, error.column), (3, 3));
}

#[test]
fn a_lone_word_is_a_mistake_only_when_the_variables_are_known() {
    let known = ["conn".to_owned(), "data".to_owned()];
    assert!(parse_line("con").is_ok());
    assert!(parse_line_knowing("conn", &known).is_ok());
    assert!(parse_line_knowing("x = 5; x", &known).is_ok());
    for (line, help) in [
        ("con", "`conn`"),
        ("dtaa", "`data`"),
        ("sokcets", "`sockets`"),
    ] {
        let error = parse_line_knowing(line, &known).expect_err(line);
        assert!(
            error.help.as_deref().unwrap_or("").contains(help),
            "{error:?}"
        );
    }
}

#[test]
fn a_variable_called_host_is_itself_when_it_stands_alone() {
    let text = "host, port = getsockname s; host";
    let known = parse_line_knowing(text, &[]).expect("it parses");
    assert_eq!(
        known[1].action,
        Action::Evaluate(Expr::Name("host".to_owned()))
    );
    let error = parse_line_knowing("host", &[]).expect_err("a name is missing");
    assert!(error.message.contains("needs a name"), "{error}");
}

#[test]
fn a_colon_behind_a_name_is_told_how_a_line_is_sent_to_a_process() {
    let error = refused("client: c = socket");
    assert_eq!(error.span, 6..7);
    let help = error.help.unwrap_or_default();
    assert!(help.contains("begins with `client> `"), "{help}");
}
