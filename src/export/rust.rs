//! The programs in Rust: the system calls themselves, because the standard library makes several in one.

mod data;
mod print;
mod statement;
mod transfer;
mod waiting;

use super::literal::{comment, hex_bytes, names, value};
use super::plan::{Item, Kind, Op, Plan, Step};
use super::script::{PAUSE_NS, Script};
use super::{Material, Written, translation};
use statement::{Style, statement};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What every program has: the C library's functions behind safe ones.
const SYSTEM: &str = include_str!("rust/system.rs.txt");

/// Writes one process's program; `around` is said of it at its top.
pub(super) fn write(script: &Script<'_>, around: &str, material: &Material<'_>) -> Written {
    let plan = translation::plan(script, material);
    let around = around
        .trim_end()
        .replace('\n', "\n//! ")
        .replace("//! \n", "//!\n");
    let mut text = format!(
        "//! {around}\n\n#![allow(unused)] // The functions below are more than one program needs.\n\n"
    );
    for name in used_constants(&plan) {
        let _ = writeln!(text, "const {name}: i32 = {};", value(&name));
    }
    text.push_str("\nfn main() {\n");
    if plan.left_out > 0 {
        text.push_str(
            "    alarm(30); // something is left out below: nothing waits for it forever\n",
        );
    }
    let given: Vec<usize> = plan
        .items
        .iter()
        .filter_map(|item| match item {
            Item::Thread(_, _, given) => Some(given.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    for (at, held) in plan.variables.iter().enumerate() {
        if held.nested && !given.contains(&at) {
            let first = match held.kind {
                Kind::Descriptor => "-1",
                Kind::Bytes(_) => "Vec::new()",
                Kind::Place => "Place::new()",
                Kind::Number => "0",
            };
            let _ = writeln!(text, "    let mut {} = {first};", held.name);
        }
    }
    let mut writer = Writer { plan: &plan, given };
    writer.items(&plan.items, 1, false, &mut text);
    for path in &plan.paths {
        let _ = writeln!(
            text,
            "    unlink(b\"{}\\x00\"); // bind made it",
            hex_bytes(path)
        );
    }
    text.push_str("}\n\n");
    text.push_str(SYSTEM);
    Written {
        text,
        calls: plan.calls,
        left_out: plan.left_out,
    }
}

/// A program while it is written.
struct Writer<'a> {
    plan: &'a Plan,
    /// Variables that a thread gives their first value.
    given: Vec<usize>,
}

impl Writer<'_> {
    fn items(&mut self, items: &[Item], depth: usize, threaded: bool, text: &mut String) {
        let line = |text: &mut String, line: &str| {
            let _ = writeln!(text, "{:1$}{line}", "", 4 * depth);
        };
        for item in items {
            match item {
                Item::Comment(words) => line(text, &format!("// {}", comment(words))),
                Item::Break => text.push('\n'),
                Item::Pause(count, words) => line(
                    text,
                    &format!(
                        "sleep({}); // first the other program: {}",
                        count * PAUSE_NS,
                        comment(words)
                    ),
                ),
                Item::Step(step) => {
                    for code in self.step(step, threaded) {
                        line(text, &code);
                    }
                }
                Item::Repeat(rounds, body) => {
                    line(text, &format!("for _ in 0..{rounds} {{"));
                    self.items(body, depth + 1, threaded, text);
                    line(text, "}");
                }
                Item::Thread(job, body, given) => {
                    line(
                        text,
                        &format!("let job{job} = std::thread::spawn(move || {{"),
                    );
                    self.items(body, depth + 1, true, text);
                    let names: Vec<&str> = given
                        .iter()
                        .map(|variable| self.plan.name(*variable))
                        .collect();
                    line(text, &format!("    ({})", names.join(", ")));
                    line(text, "});");
                }
                Item::Join(job) => line(
                    text,
                    &format!(
                        "let ({}) = job{job}.join().expect(\"the thread ended well\");",
                        self.given_by(*job).join(", ")
                    ),
                ),
            }
        }
    }

    /// The lines of a step.
    fn step(&self, step: &Step, threaded: bool) -> Vec<String> {
        if let Op::LeftOut(reason) = &step.op {
            let words = format!("// left out: {} ({})", comment(&step.name), comment(reason));
            return vec![words];
        }
        let style = Style {
            plan: self.plan,
            fresh: &|variable| {
                threaded || !self.plan.variables[variable].nested || self.given.contains(&variable)
            },
        };
        let mut lines = statement(&style, step);
        if let Some(first) = lines.first_mut().filter(|_| !step.remark.is_empty()) {
            let _ = write!(first, " // {}", comment(&step.remark));
        }
        lines
    }

    /// What a thread gives back at its end, as patterns.
    fn given_by(&self, job: u32) -> Vec<String> {
        let given = self.plan.items.iter().find_map(|item| match item {
            Item::Thread(number, _, given) if *number == job => Some(given),
            _ => None,
        });
        given
            .into_iter()
            .flatten()
            .map(|variable| match self.plan.variables[*variable].kind {
                Kind::Descriptor => self.plan.name(*variable).to_owned(),
                _ => format!("mut {}", self.plan.name(*variable)),
            })
            .collect()
    }
}

/// The constants that the steps name.
fn used_constants(plan: &Plan) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut all = |flags: &str| used.extend(names(flags).map(str::to_owned));
    for step in plan.steps() {
        if let Some(errno) = &step.errno {
            all(errno);
        }
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
            | Op::Epoll { flags, .. }
            | Op::Timer { events: flags, .. }
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
