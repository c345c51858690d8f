//! Tests of `program`.

use super::super::parse::parse_line;

#[test]
fn a_line_sends_by_a_method_in_the_call_form_alone() {
    for (line, method) in [
        ("c.send(\"hello\")", Some("send")),
        ("n = c.sendall(text)", Some("sendall")),
        ("u.sendto(f\"x\", (\"::1\", 5000))", Some("sendto")),
        ("send c \"hello\"", None),
        ("send(c, \"hello\")", None),
    ] {
        assert_eq!(super::send_method(line), method, "{line}");
    }
}

#[test]
fn text_where_python_takes_bytes_is_seen_in_the_call_form_alone() {
    for (line, method) in [
        ("c.send(\"hello\")", Some("send")),
        ("n = c.sendall('a' + b)", Some("sendall")),
        ("u.sendto(f\"x\", (\"::1\", 5000))", Some("sendto")),
        ("c.sendmsg([\"x\"])", Some("sendmsg")),
        ("c.send(b\"hello\")", None),
        ("c.send(\"hello\".encode())", None),
        ("send c \"hello\"", None),
        ("send(c, \"hello\")", None),
        ("c.send(data)", None),
    ] {
        assert_eq!(super::sends_text(line), method, "{line}");
    }
}

#[test]
fn a_comment_begins_outside_quotes() {
    for (line, code) in [
        ("while x: # {", "while x:"),
        ("do.send(b\"{#\")", "do.send(b\"{#\")"),
        ("int a = '\\''; // b", "int a = '\\'';"),
        ("go 'http://x {", "go 'http://x {"),
        ("é \"\\\"#\" # ü", "é \"\\\"#\""),
    ] {
        assert_eq!(super::without_comment(line), code, "{line}");
    }
    for line in [
        "do.sendto(b\"{#\", (\"::1\", 9))",
        "type = b\"{//\"",
        "go.send(b'{#')",
    ] {
        assert!(parse_line(line).is_ok(), "{line}");
    }
}

#[test]
fn a_text_of_several_lines_is_a_program_where_a_block_begins() {
    use super::{Language, program};
    for (text, language) in [
        (
            "import socket\ns = socket.socket()\nwhile True:\n    s.recv(1)",
            Some(Language::Python),
        ),
        ("def f():\n  pass\nf()", Some(Language::Python)),
        (
            "with socket.socket() as s:\n    s.listen()",
            Some(Language::Python),
        ),
        ("#!/usr/bin/env python3\nprint(1)", Some(Language::Python)),
        ("#!/bin/sh\necho 1", Some(Language::Script)),
        (
            "#include <stdio.h>\nint main(void) {\n  return 0;\n}",
            Some(Language::C),
        ),
        ("fn main() {\n}", Some(Language::Rust)),
        ("package main\nfunc main() {\n}", Some(Language::Go)),
        ("s = socket\nbind s 127.0.0.1:5000", None),
        ("s = socket()\ns.listen()", None),
        ("with socket() as s:\ns.listen()", None),
    ] {
        assert_eq!(program(text), language, "{text}");
    }
}

#[test]
fn a_block_is_refused_whole_with_the_way_to_run_it() {
    for (text, further, message, help) in [
        (
            "if a:\n  b\nelse:\n  c",
            3,
            "`if a` and the 3 lines below it",
            "python3",
        ),
        (
            "for x in y:\n  b",
            1,
            "`for x in y` and the line below it",
            "python3",
        ),
        (
            "int main(void) {\n  a;\n}",
            2,
            "`int main(void) {` and the 2 lines",
            "cc x.c",
        ),
        ("fn main() {\n}", 1, "`fn main() {` and the line", "rustc"),
        (
            "func main() {\n}",
            1,
            "`func main() {` and the line",
            "go run",
        ),
        (
            "@one\ndef f():\n  a",
            2,
            "`@one` and the 2 lines",
            "python3",
        ),
    ] {
        let error = parse_line(text).expect_err(text);
        assert!(error.message.contains(message), "{}", error.message);
        assert_eq!(error.further, further, "{text:?}");
        assert!(
            error.help.as_deref().unwrap_or_default().contains(help),
            "{error}"
        );
    }
}
