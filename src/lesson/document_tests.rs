//! Lessons read: what is in them, and of each kind of mistake the line, the column and what is marked.

use super::*;
use crate::lesson::front::Needs;
use proptest::prelude::*;

const WHOLE: &str = r#"+++
title = "A lesson"
part = 1
about = "of everything"
minutes = 5
processes = ["server"]
needs = "calls"
programs = ["python3", "python3:ssl"]
sysctls = { "net.ipv4.tcp_sack" = 0 }
deadline = "3s"
+++

# A lesson

Prose with `code`.

```lab setup
server> s = socket
```

```lab
# a comment
c = socket
connect c 127.0.0.1:5000
  connect = -1 ECONNREFUSED
  c -> s [SYN]
  unordered {
    s -> c [R.]
  }
  maybe c -> s [R]
  ...
with socket.socket() as t:
    t.bind(("", 5000))
print "x"
  output "x"
send c \
"ab"
```

```python file=echo.py
print(1)
```

```console
$ ls
```

```quiz
ask = "?"
choices = ["a", "b"]
answer = "b"
```

```task
goal = "do"
check = ["ok in server"]
solution = """
server> t = socket
server> close t
"""
```
"#;

#[test]
fn everything_that_stands_in_a_lesson_is_read() {
    let lesson = Lesson::read("104-whole.md", WHOLE).expect("it is right");
    assert_eq!(lesson.name, "whole");
    assert_eq!(lesson.place().as_deref(), Some("1.4"));
    assert_eq!(lesson.front.needs, Needs::Calls);
    assert_eq!(lesson.front.deadline.as_secs(), 3);
    assert_eq!(lesson.front.sysctls["net.ipv4.tcp_sack"], "0");
    assert_eq!(lesson.front.programs[1].1.as_deref(), Some("ssl"));
    let kinds: Vec<&str> = lesson
        .blocks
        .iter()
        .map(|placed| match &placed.block {
            Block::Prose(_) => "prose",
            Block::Lab(lab) if lab.setup => "setup",
            Block::Lab(_) => "lab",
            Block::Quiz(_) => "quiz",
            Block::Task(_) => "task",
            Block::Program(_) => "program",
            Block::Figure(_) => "figure",
            Block::File { .. } => "file",
        })
        .collect();
    assert_eq!(
        kinds,
        ["prose", "setup", "lab", "file", "prose", "quiz", "task"]
    );
    let Block::Prose(prose) = &lesson.blocks[0].block else {
        panic!("it is prose")
    };
    assert_eq!(prose.trim(), "Prose with `code`.");
    let Block::Lab(lab) = &lesson.blocks[2].block else {
        panic!("it is a lab")
    };
    let texts: Vec<&str> = lab.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "# a comment",
            "c = socket",
            "connect c 127.0.0.1:5000",
            "with socket.socket() as t:",
            "    t.bind((\"\", 5000))",
            "print \"x\"",
            "send c \\\n\"ab\"",
        ]
    );
    assert_eq!(lab.lines[2].demands.len(), 1);
    assert_eq!(lab.lines[2].demands[0].line, 25);
    assert_eq!(lab.lines[2].packets.items.len(), 4);
    assert_eq!(lab.lines[2].packets.items[0].line, 26);
    assert_eq!(lab.lines[5].demands.len(), 1);
    let Block::Task(task) = &lesson.blocks[6].block else {
        panic!("it is a task")
    };
    assert_eq!(task.solution.len(), 2);
    assert_eq!(
        WHOLE.lines().nth(task.solution[0].line - 1),
        Some("server> t = socket")
    );
}

#[test]
fn each_mistake_has_its_line_its_column_and_a_mark() {
    let front = |body: &str| format!("+++\n{body}\n+++\n");
    let block = |info: &str, body: &str| format!("# t\n\n```{info}\n{body}\n```\n");
    for (text, place, marked, words) in [
        (
            front("title = \"a\"\ntitel = 1"),
            (3, 1),
            "titel",
            "unknown field",
        ),
        (front("title = 5"), (2, 9), "5", "invalid type"),
        (front("part = 1"), (2, 1), "", "missing field"),
        (
            front("title = \"a\"\nneeds = \"root\""),
            (3, 9),
            "\"root\"",
            "unknown variant",
        ),
        (
            front("title = \"a\"\nhosts = [\"a\"]\nprocesses = [\"b\"]"),
            (4, 14),
            "\"b\"",
            "not both",
        ),
        (
            front("title = \"a\"\nhosts = [\"A b\"]"),
            (3, 10),
            "\"A b\"",
            "not a name",
        ),
        (
            front("title = \"a\"\ndeadline = \"soon\""),
            (3, 12),
            "\"soon\"",
            "not a time",
        ),
        (
            "+++\ntitle = \"a\"\n".to_owned(),
            (1, 1),
            "+++",
            "not closed",
        ),
        (block("lab", "conect c 127.0.0.1:1"), (4, 1), "conect", ""),
        (
            block("lab", "s = socket\n  s: LISTN"),
            (5, 6),
            "LISTN",
            "not a state",
        ),
        (
            block("lab", "s = socket\n  c -> s [SNY]"),
            (5, 11),
            "SNY",
            "not a TCP flag",
        ),
        (
            block("lab", "  ok\ns = socket"),
            (4, 3),
            "ok",
            "there is none",
        ),
        (
            block("lab", "s = socket\n  unordered {\n    c -> s [S]"),
            (5, 3),
            "unordered {",
            "never closed",
        ),
        (block("lab", "s = socket\n  }"), (5, 3), "}", "no partner"),
        (
            block("lab", "s = socket\n  maybe ok"),
            (5, 9),
            "ok",
            "not a packet",
        ),
        (block("lab frsh", "s = socket"), (3, 8), "frsh", "knows no"),
        (block("labs", "s = socket"), (3, 4), "labs", "no block"),
        (
            block("quiz", "ask = \"?\"\nanswer = \"x\"\nchoices = [\"a\"]"),
            (5, 10),
            "\"x\"",
            "none of the choices",
        ),
        (
            block("quiz", "ask = \"?\""),
            (4, 1),
            "ask = \"?\"\n",
            "no answer",
        ),
        (
            block("quiz", "ask = \"?\"\nanswer_from = \"tcp.lem of packet 1\""),
            (5, 16),
            "tcp.lem",
            "not a field",
        ),
        (
            block("quiz more", "ask = \"?\""),
            (3, 9),
            "more",
            "knows no",
        ),
        (
            block(
                "task",
                "goal = \"g\"\ncheck = [\"errno ECONREFUSED\"]\nsolution = \"s = socket\"",
            ),
            (5, 17),
            "ECONREFUSED",
            "not an errno",
        ),
        (
            block(
                "task",
                "goal = \"g\"\ncheck = []\nsolution = \"s = socket\"",
            ),
            (4, 1),
            "goal",
            "nothing to be known by",
        ),
        (
            block(
                "task",
                "goal = \"g\"\ncheck = [\"ok\"]\nsolution = \"\"\"\nconect s\n\"\"\"",
            ),
            (7, 1),
            "conect",
            "",
        ),
        (
            block(
                "task",
                "goal = \"g\"\ncheck = [\"ok\"]\nsolution = \"s = socket\\nconect s\"",
            ),
            (6, 12),
            "\"s = socket\\nconect s\"",
            "",
        ),
        (
            block("python file=../x", "pass"),
            (3, 16),
            "../x",
            "its own folder",
        ),
        (
            "# t\n\n```lab\ns = socket\n".to_owned(),
            (3, 4),
            "lab",
            "never closed",
        ),
    ] {
        let errors = Lesson::read("x.md", &text).expect_err(&text);
        let error = &errors[0];
        let found = &text[error.span.clone()];
        assert!(error.message.contains(words), "{text}\n{error}");
        assert_eq!((error.line, error.column), place, "{text}\n{error}");
        assert!(found.starts_with(marked), "{text}\n{error}: {found}");
    }
}

#[test]
fn every_mistake_is_told_and_not_only_the_first() {
    let text =
        "```lab\nconect c\n  c: LISTN\nlisten s\n  nonsense ->\n```\n\n```quiz\nask = 1\n```\n";
    let errors = Lesson::read("x.md", text).expect_err("it is wrong");
    assert_eq!(
        errors.iter().map(|error| error.line).collect::<Vec<_>>(),
        [2, 3, 5, 9]
    );
}

#[test]
fn a_file_name_gives_part_number_and_name() {
    for (file, expected) in [
        ("104-handshake.md", (Some(1), Some(4), "handshake")),
        ("lessons/512-a-b.md", (Some(5), Some(12), "a-b")),
        ("mine.md", (None, None, "mine")),
        ("42-x.md", (None, None, "42-x")),
        ("104.md", (None, None, "104")),
        ("99999999999-x.md", (None, None, "99999999999-x")),
    ] {
        let (part, number, name) = place_of(file);
        assert_eq!((part, number, name.as_str()), expected, "{file}");
    }
}

#[test]
fn the_title_of_a_document_without_front_matter_is_its_heading() {
    let lesson = Lesson::read("x.md", "# Hello\n\ntext\n").expect("it is right");
    assert_eq!(lesson.front.title, "Hello");
    assert_eq!(lesson.name, "x");
}

proptest! {
    #[test]
    fn any_change_to_a_lesson_is_read_or_complained_about_in_its_place(
        at in 0..WHOLE.len(),
        cut in 0_usize..40,
        put in "[`+\\[\\]{}\"=.a \n>#-]{0,6}",
    ) {
        let mut text = WHOLE.to_owned();
        let end = (at + cut).min(text.len());
        text.replace_range(at..end, &put);
        if let Err(errors) = Lesson::read("104-whole.md", &text) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(text.get(error.span.clone()).is_some(), "{error:?}");
                prop_assert!(error.line >= 1 && error.line <= text.matches('\n').count() + 1);
            }
        }
    }

    #[test]
    fn any_text_is_a_lesson_or_is_complained_about(text in any::<String>()) {
        let _ = Lesson::read("x.md", &text);
    }
}

#[test]
fn a_setting_that_the_text_never_names_is_known() {
    const FRONT: &str = "+++\ntitle = \"t\"\nsysctls = { \"net.ipv4.tcp_sack\" = 0, \"net.ipv4.tcp_fin_timeout\" = 9 }\n+++\n\n";
    const BOTH: [&str; 2] = ["net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_sack"];
    for (body, unnamed) in [
        ("Nothing.\n", &BOTH[..]),
        // A name that only begins so, and a line that sets it, say nothing.
        (
            "`tcp_sack_more` is on.\n\n```lab\nsysctl net.ipv4.tcp_sack\n```\n",
            &BOTH,
        ),
        ("Without `tcp_sack`.\n", &BOTH[..1]),
        (
            "`net.ipv4.tcp_fin_timeout` is long.\n\n```quiz\nask = \"?\"\nanswer = \"x\"\nbecause = \"tcp_sack is off.\"\n```\n",
            &[],
        ),
    ] {
        let lesson = Lesson::read("x.md", &format!("{FRONT}{body}")).expect("it is right");
        assert_eq!(lesson.unnamed_settings(), unnamed, "{body}");
    }
}
