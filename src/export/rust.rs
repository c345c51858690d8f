//! The program in Rust: the system calls themselves, because the standard library makes several in one.

mod statement;

use super::literal::{comment, hex_bytes, names, value};
use super::plan::{Op, Plan};
use super::step::{Words, write_step};
use statement::statement;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What every program has: the C library's functions behind safe ones.
const SYSTEM: &str = include_str!("rust/system.rs.txt");

/// Writes the program.
pub(super) fn write(plan: &Plan) -> String {
    let many = plan.actors.len() > 1;
    let mut text = "//! A session of socklab as a program: the same calls in the same order. rustc FILE.rs\n\n#![allow(dead_code)] // Not every program makes every call.\n\n".to_owned();
    if plan.has_wire {
        text.push_str("// The hosts of the session's wire are addresses of this machine here: 10.0.0.2 is 127.0.0.2, fd00::2 is ::1.\n\n");
    }
    for name in used_constants(plan) {
        let _ = writeln!(text, "const {name}: i32 = {};", value(&name));
    }
    text.push('\n');
    for held in plan.variables.iter().filter(|held| held.shared) {
        let _ = writeln!(
            text,
            "static {}: std::sync::atomic::AtomicI32 = std::sync::atomic::AtomicI32::new(-1);",
            held.name.to_ascii_uppercase()
        );
    }
    for name in &plan.captured {
        let _ = writeln!(
            text,
            "static {}: std::sync::Mutex<Place> = std::sync::Mutex::new(Place::new());",
            name.to_ascii_uppercase()
        );
    }
    if many {
        let turns = vec!["Turn::new()"; plan.turns];
        let _ = write!(
            text,
            "\n// Each process of the session is a thread; they take turns as they did there.\nstatic TURNS: [Turn; {}] = [{}];\n",
            turns.len(),
            turns.join(", ")
        );
    }
    for actor in 0..plan.actors.len().max(1) {
        let _ = match plan.actors.get(actor).filter(|_| many) {
            Some(name) => write!(text, "\n/// {}\nfn actor{actor}() {{\n", comment(name)),
            None => write!(text, "\nfn main() {{\n"),
        };
        let mut body = String::new();
        for step in plan.steps_of(actor) {
            write_step(&mut body, step, &WORDS, statement(plan, step));
        }
        if body.contains("&mut received") {
            let _ = writeln!(
                text,
                "    let mut received = vec![0_u8; {}];",
                plan.most_received()
            );
        }
        text.push_str(&body);
        for held in plan.own_variables(actor) {
            let _ = writeln!(text, "    let _ = {};", held.name);
        }
        if !many {
            unlink(&mut text, plan);
        }
        text.push_str("}\n");
    }
    if many {
        let actors = plan.functions();
        let _ = write!(
            text,
            "\nfn main() {{\n    let actors: [fn(); {}] = [{}];\n    let threads: Vec<_> = actors.iter().map(|actor| std::thread::spawn(*actor)).collect();\n    for thread in threads {{\n        thread.join().expect(\"it ended well\");\n    }}\n",
            actors.len(),
            actors.join(", ")
        );
        unlink(&mut text, plan);
        text.push_str("}\n");
    }
    text.push('\n');
    text.push_str(SYSTEM);
    text
}

fn unlink(text: &mut String, plan: &Plan) {
    for path in &plan.paths {
        let _ = writeln!(
            text,
            "    let _ = std::fs::remove_file(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b\"{}\"));",
            hex_bytes(path)
        );
    }
}

/// The constants that the steps name.
fn used_constants(plan: &Plan) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut all = |flags: &str| used.extend(names(flags).map(str::to_owned));
    for step in &plan.steps {
        match &step.op {
            Op::Socket {
                family,
                kind,
                protocol,
                ..
            }
            | Op::Socketpair {
                family,
                kind,
                protocol,
                ..
            } => {
                for flags in [family, kind, protocol] {
                    all(flags);
                }
            }
            Op::Accept { flags, .. }
            | Op::Send { flags, .. }
            | Op::Receive { flags, .. }
            | Op::Shutdown { how: flags, .. } => all(flags),
            Op::SetOption { level, name, .. } | Op::GetOption { level, name, .. } => {
                all(level);
                all(name);
            }
            Op::Poll { entries, .. } => entries.iter().for_each(|(_, events)| all(events)),
            Op::EpollControl { what, events, .. } => {
                all(what);
                all(events);
            }
            _ => {}
        }
    }
    used
}

/// What stands around a call.
const WORDS: Words = Words {
    comment: "//",
    take: |turn| format!("TURNS[{turn}].take();"),
    give: |turn| format!("TURNS[{turn}].give();"),
};
