//! The program in Python.

mod statement;

use super::literal::{comment, hex_bytes};
use super::plan::Plan;
use super::step::{Words, write_step};
use statement::statement;
use std::fmt::Write as _;

const HEAD: &str = r#"#!/usr/bin/env python3
"""A session of socklab as a program: the same calls in the same order."""

"#;

/// What the program may import.
const MODULES: &[&str] = &[
    "contextlib",
    "errno",
    "os",
    "select",
    "socket",
    "struct",
    "threading",
];

const FAILS: &str = r#"
@contextlib.contextmanager
def fails(call, name):
    """In the session this call failed with this error."""
    try:
        yield
    except OSError as error:
        if error.errno != getattr(errno, name):
            raise
        print(f"{call}: {name}")
    else:
        raise SystemExit(f"{call} was to fail with {name}")

"#;

const SHOW: &str = r#"
def show(call, data):
    """What was received."""
    def seen(byte):
        return chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}"
    print(f'{call}: {len(data)} bytes "{"".join(map(seen, data[:32]))}"')

"#;

/// Writes the program.
pub(super) fn write(plan: &Plan) -> String {
    let mut text = String::new();
    if plan.has_wire {
        text.push_str("# The hosts of the session's wire are addresses of this machine here: 10.0.0.2 is 127.0.0.2, fd00::2 is ::1.\n\n");
    }
    let many = plan.actors.len() > 1;
    if many {
        let _ = write!(
            text,
            "# Each process of the session is a thread; they take turns as they did there.\nturns = [threading.Semaphore(0) for _ in range({})]\n\n\ndef stop(failure):\n    threading.__excepthook__(failure)\n    os._exit(1)\n\n\nthreading.excepthook = stop\n",
            plan.turns
        );
    }
    for actor in 0..plan.actors.len().max(1) {
        let _ = match plan.actors.get(actor).filter(|_| many) {
            Some(name) => write!(
                text,
                "\n\ndef actor{actor}():\n    \"\"\"{}\"\"\"\n",
                comment(name)
            ),
            None => write!(text, "\ndef main():\n"),
        };
        if many {
            // What only a function held would be closed at its end.
            let shared: Vec<&str> = plan
                .variables
                .iter()
                .enumerate()
                .filter(|(at, held)| held.shared || plan.makes(actor, *at))
                .map(|(_, held)| held.name.as_str())
                .chain(plan.captured.iter().map(String::as_str))
                .collect();
            if !shared.is_empty() {
                let _ = writeln!(text, "    global {}", shared.join(", "));
            }
        }
        for step in plan.steps_of(actor) {
            write_step(&mut text, step, &WORDS, statement(plan, step));
        }
        if plan.steps_of(actor).next().is_none() {
            text.push_str("    pass\n");
        }
    }
    if many {
        let _ = write!(
            text,
            "\n\nthreads = [threading.Thread(target=actor) for actor in ({},)]\nfor thread in threads:\n    thread.start()\nfor thread in threads:\n    thread.join()\n",
            plan.functions().join(", ")
        );
    } else {
        text.push_str("\n\nmain()\n");
    }
    for path in &plan.paths {
        let _ = writeln!(text, "os.unlink(b\"{}\")", hex_bytes(path));
    }
    for (word, piece) in [("show(", SHOW), ("fails(", FAILS)] {
        if text.contains(word) {
            text.insert_str(0, piece);
        }
    }
    let used = |module: &&str| {
        text.contains(&format!("{module}.")) || text.contains(&format!("({module},"))
    };
    let imports: Vec<&str> = MODULES.iter().copied().filter(used).collect();
    let imports = imports.join("\nimport ");
    format!("{HEAD}import {imports}\n\n{text}")
}

/// What stands around a call.
const WORDS: Words = Words {
    comment: "#",
    take: |turn| format!("turns[{turn}].acquire()"),
    give: |turn| format!("turns[{turn}].release()"),
};
