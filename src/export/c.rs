//! The programs in C.

mod data;
mod pieces;
mod print;
mod statement;
mod transfer;
mod waiting;

use super::literal::{c_bytes, comment, names, value};
use super::plan::{Held, Item, Kind, Op, Plan, Step};
use super::python::names::module;
use super::script::{PAUSE_NS, Script};
use super::{Material, Written, translation};
use pieces::with_pieces;
use statement::statement;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Writes one process's program; `around` is said of it at its top.
pub(super) fn write(script: &Script<'_>, around: &str, material: &Material<'_>) -> Written {
    let plan = translation::plan(script, material);
    let mut writer = Writer {
        plan: &plan,
        declared: BTreeSet::new(),
        shared: plan.has_threads(),
    };
    let mut body = String::new();
    writer.items(&plan.items, 1, &mut body);
    let mut text = String::new();
    for held in plan.variables.iter().filter(|_| writer.shared) {
        let _ = writeln!(text, "static {}", declaration(held));
    }
    writer.threads(&mut text);
    text.push_str("int main(void)\n{\n    signal(SIGPIPE, SIG_IGN); /* a send that nobody can receive fails with EPIPE */\n    setvbuf(stdout, NULL, _IOLBF, 0);\n");
    if plan.left_out > 0 {
        text.push_str(
            "    alarm(30); /* something is left out below: nothing waits for it forever */\n",
        );
    }
    for held in plan
        .variables
        .iter()
        .filter(|held| !writer.shared && at_top(held))
    {
        let _ = writeln!(text, "    {}", declaration(held));
    }
    text.push('\n');
    text.push_str(&body);
    for Held { name, kind, .. } in plan.variables.iter().filter(|held| !held.read) {
        let size = match kind {
            Kind::Bytes(_) => format!(" (void){name}_size;"),
            _ => String::new(),
        };
        let _ = writeln!(text, "    (void){name};{size} /* not used again */");
    }
    for path in &plan.paths {
        let _ = writeln!(
            text,
            "    unlink(\"{}\"); /* bind made it */",
            c_bytes(path)
        );
    }
    text.push_str("    return 0;\n}\n");
    Written {
        text: with_pieces(around, &newer_options(&plan), &text),
        calls: plan.calls,
        left_out: plan.left_out,
    }
}

/// True for what is declared before the statements.
fn at_top(held: &Held) -> bool {
    held.nested || !matches!(held.kind, Kind::Descriptor)
}

/// A variable with its first value.
fn declaration(held: &Held) -> String {
    let name = &held.name;
    match held.kind {
        Kind::Descriptor => format!("int {name} = -1;"),
        Kind::Bytes(most) => format!("char {name}[{}];\n    long {name}_size = 0;", most.max(1)),
        Kind::Place => format!("struct place {name};"),
        Kind::Number => format!("int {name} = 0;"),
    }
}

/// A program while it is written.
struct Writer<'a> {
    plan: &'a Plan,
    /// Descriptors that have been declared.
    declared: BTreeSet<usize>,
    /// The variables are shared with threads.
    shared: bool,
}

impl Writer<'_> {
    fn items(&mut self, items: &[Item], depth: usize, text: &mut String) {
        let line = |text: &mut String, line: &str| {
            let _ = writeln!(text, "{:1$}{line}", "", 4 * depth);
        };
        for item in items {
            match item {
                Item::Comment(words) => line(text, &format!("/* {} */", inside(words))),
                Item::Break => text.push('\n'),
                Item::Pause(count, words) => line(
                    text,
                    &format!(
                        "usleep({}); /* first the other program: {} */",
                        count * PAUSE_NS / 1000,
                        inside(words)
                    ),
                ),
                Item::Step(step) => {
                    for code in self.step(step) {
                        line(text, &code);
                    }
                }
                Item::Repeat(rounds, body) => {
                    line(
                        text,
                        &format!("for (int round = 0; round < {rounds}; round++) {{"),
                    );
                    self.items(body, depth + 1, text);
                    line(text, "}");
                }
                Item::Thread(job, ..) => {
                    line(text, &format!("pthread_t thread{job};"));
                    line(
                        text,
                        &format!("pthread_create(&thread{job}, NULL, job{job}, NULL);"),
                    );
                }
                Item::Join(job) => line(text, &format!("pthread_join(thread{job}, NULL);")),
            }
        }
    }

    /// The lines of a step; the first that gives a descriptor declares it.
    fn step(&mut self, step: &Step) -> Vec<String> {
        if let Op::LeftOut(reason) = &step.op {
            let words = format!(
                "/* left out: {} ({}) */",
                inside(&step.name),
                inside(reason)
            );
            return vec![words];
        }
        let mut lines = statement(self.plan, step);
        if let (Some(made), false) = (made(&step.op), self.shared)
            && !self.plan.variables[made].nested
        {
            let gives = format!("{} = ", self.plan.name(made));
            let line = lines.iter_mut().find(|line| line.starts_with(&gives));
            if let Some(line) = line
                && self.declared.insert(made)
            {
                line.insert_str(0, "int ");
            }
        }
        if let Some(first) = lines.first_mut().filter(|_| !step.remark.is_empty()) {
            let _ = write!(first, " /* {} */", inside(&step.remark));
        }
        lines
    }

    /// The functions that run in threads.
    fn threads(&mut self, text: &mut String) {
        for item in &self.plan.items {
            if let Item::Thread(job, body, _) = item {
                let _ = write!(
                    text,
                    "\nstatic void *job{job}(void *unused)\n{{\n    (void)unused;\n"
                );
                self.items(body, 1, text);
                text.push_str("    return NULL;\n}\n");
            }
        }
        if self.shared {
            text.push('\n');
        }
    }
}

/// A descriptor that a call gives its value in its first line.
fn made(op: &Op) -> Option<usize> {
    match op {
        Op::Socket { made, .. }
        | Op::Accept { made, .. }
        | Op::Duplicate { made, .. }
        | Op::Epoll { made, .. } => *made,
        _ => None,
    }
}

/// Text inside a comment of C.
fn inside(text: &str) -> String {
    comment(text).replace("*/", "* /").replace("/*", "/ *")
}

/// Definitions of the options that an older C library may not have.
fn newer_options(plan: &Plan) -> String {
    let mut text = String::new();
    for step in plan.steps() {
        if let Op::SetOption { name, .. } | Op::GetOption { name, .. } = &step.op
            && names(name).next().is_some()
            && module(name).is_none()
            && !text.contains(&format!("#ifndef {name}\n"))
        {
            let number = value(name);
            let _ = write!(
                text,
                "#ifndef {name} /* not in every C library's headers */\n#define {name} {number}\n#endif\n"
            );
        }
    }
    text
}
