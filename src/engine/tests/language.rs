//! Values and expressions as a command meets them.

use super::{Bench, List};
use crate::command::ast::{Action, Command, Expr};
use crate::engine::HIDDEN;
use crate::engine::report::Report;
use crate::value::Value;

#[test]
fn expressions_give_what_python_gives() {
    let cases = [
        ("1 + 2 * 3", "7"),
        ("7 / 2", "3.5"),
        ("0x1f", "31"),
        ("b\"ab\" * 3", "b'ababab'"),
        ("[1, 2, 3][-1]", "3"),
        ("\"hello\"[1:3]", "'el'"),
        ("b\"hello\"[0]", "104"),
        ("len(b\"abc\")", "3"),
        ("\"a,b\".split(\",\")", "['a', 'b']"),
        ("b\"abc\".decode()", "'abc'"),
        ("\"é\".encode()", "b'\\xc3\\xa9'"),
        ("hex(255)", "'0xff'"),
        ("2 in [1, 2]", "True"),
        ("b\"b\" in b\"abc\"", "True"),
        ("AF_INET == 2", "True"),
        ("MSG_PEEK|MSG_DONTWAIT", "MSG_PEEK|MSG_DONTWAIT"),
        ("not []", "True"),
        ("-5", "-5"),
        ("(\"a\", 1) == (\"a\", 1)", "True"),
        ("127.0.0.1:80 == (\"127.0.0.1\", 80)", "True"),
        (
            "htons(80)",
            if cfg!(target_endian = "little") {
                "20480"
            } else {
                "80"
            },
        ),
        ("inet_aton(\"127.1\")", "b'\\x7f\\x00\\x00\\x01'"),
        ("inet_ntop(AF_INET6, inet_pton(AF_INET6, \"::1\"))", "'::1'"),
        ("struct.pack(\"!H\", 80)", "b'\\x00P'"),
        ("sorted([3, 1, 2])", "[1, 2, 3]"),
        ("\"{}:{}\".format(\"a\", 5)", "'a:5'"),
        (
            "icmp(echo, id=1, seq=2)",
            "b'\\x08\\x00\\xf7\\xfc\\x00\\x01\\x00\\x02'",
        ),
    ];
    for (line, expected) in cases {
        Bench::new().says(line, &format!("-> {expected}"));
    }
}

#[test]
fn what_cannot_be_evaluated_is_refused_with_a_reason() {
    let cases = [
        (
            "\"a\" + b\"b\"",
            "`+` does not go between a string and bytes: make both bytes (`text.encode()`) or both text (`data.decode()`)",
        ),
        (
            "b\"x\" * 300000000",
            "that would be more than 256 MiB: take less",
        ),
        (
            "9223372036854775807 + 1",
            "the result does not fit in 64 bits",
        ),
        ("[1][5]", "there is no [5]: it has 1 parts"),
        (
            "b\"\\xff\".decode()",
            "byte 0xff at 0 is not UTF-8 (Python: UnicodeDecodeError); bytes stay bytes without decode()",
        ),
        (
            "a, b = (1, 2, 3)",
            "2 names on the left, 3 values on the right",
        ),
        (
            "a, b = 5",
            "an integer cannot be unpacked into 2 names: it is one value",
        ),
        ("1 / 0", "division by zero"),
    ];
    for (line, expected) in cases {
        Bench::new().says(line, &format!("refused: {expected}"));
    }
}

#[test]
fn a_name_that_is_nearly_a_variable_is_named() {
    Bench::new().says(
        "
        conn = 5
        print con
        send nothing \"x\"
        ",
        "
        refused: there is no variable `con` in this process; there is `conn`
        refused: there is no variable `nothing` in this process; give it a value first: `nothing = …`, or if it is text, quote it: \"nothing\"
        ",
    );
}

#[test]
fn an_assignment_is_told_and_not_shown_and_a_bare_expression_is_shown() {
    let bench = Bench::new();
    let reports = bench.job(0, "a, b = (1, \"x\")");
    let Report::Result(result) = &reports[0] else {
        panic!("{reports:?}");
    };
    let expected = [
        ("a".to_owned(), Value::Int(1)),
        ("b".to_owned(), Value::Str("x".to_owned())),
    ];
    assert_eq!(result.assigned, expected);
    assert!(!result.show);
    bench.says("_", "-> (1, 'x')");
    bench.says("b", "-> 'x'");
}

#[test]
fn none_is_told_where_it_is_the_answer_to_a_question() {
    Bench::new().says(
        "
        s = socket
        gettimeout s
        _ == None
        x = None
        x
        ",
        "
        socket(AF_INET, SOCK_STREAM, 0) = A
        -> None
        -> True
        -> None
        ",
    );
}

#[test]
fn print_shows_text_as_it_is_and_everything_else_as_repr() {
    Bench::new().says(
        r#"
        print "data:" b"x\n" 5 [1, "x"] None
        "#,
        r"
        print: data: b'x\n' 5 [1, 'x'] None
        ",
    );
}

#[test]
fn a_socket_knows_its_family_type_and_protocol() {
    Bench::new().says(
        "
        s = socket AF_INET6 SOCK_DGRAM|SOCK_NONBLOCK
        s.family
        s.type
        s.proto
        s.timeout
        s.colour
        ",
        "
        socket(AF_INET6, SOCK_DGRAM|SOCK_NONBLOCK, 0) = A
        -> AF_INET6
        -> SOCK_DGRAM
        -> 0
        -> 0.0
        refused: a socket has no attribute `colour`; it has family, type, proto and timeout
        ",
    );
}

#[test]
fn a_hidden_question_leaves_no_trace() {
    let bench = Bench::new();
    bench.run("x = 5");
    let command = Command {
        process: None,
        targets: vec![HIDDEN.to_owned()],
        action: Action::Evaluate(Expr::Bool(true)),
        background: false,
        text: String::new(),
    };
    let reports = List::default();
    bench.engine.execute(&command, 9, 0, &reports);
    let reports = reports.0.into_inner().expect("no test panics in here");
    let [Report::Result(result), Report::Done { .. }] = &reports[..] else {
        panic!("{reports:?}");
    };
    assert_eq!((&result.value, result.show), (&Value::Bool(true), false));
    bench.says("_", "-> 5");
}

#[test]
fn what_belongs_to_the_session_is_refused() {
    let bench = Bench::new();
    for line in ["quit", "server>", "repeat 2 { print 1 }"] {
        let reports = bench.job(0, line);
        assert!(
            matches!(reports[..], [Report::Refused(_), Report::Done { .. }]),
            "{line}: {reports:?}"
        );
    }
}
