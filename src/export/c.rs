//! The program in C.

mod pieces;
mod statement;

use super::literal::{c_bytes, comment, names, value};
use super::plan::{Op, Plan};
use super::step::{Words, write_step};
use pieces::with_pieces;
use statement::statement;
use std::fmt::Write as _;

/// Writes the program.
pub(super) fn write(plan: &Plan) -> String {
    let mut text = String::new();
    let many = plan.actors.len() > 1;
    if plan.has_wire {
        text.push_str("/* The hosts of the session's wire are addresses of this machine here: 10.0.0.2 is 127.0.0.2, fd00::2 is ::1. */\n");
    }
    for held in plan.variables.iter().filter(|held| held.shared) {
        let _ = writeln!(text, "static int {} = -1;", held.name);
    }
    for name in &plan.captured {
        let _ = writeln!(text, "static struct place {name};");
    }
    if many {
        let _ = write!(
            text,
            "\n/* Each process of the session is a thread; they take turns as they did there. */\nstatic sem_t turns[{}];\n",
            plan.turns
        );
    }
    for actor in 0..plan.actors.len().max(1) {
        let _ = match plan.actors.get(actor).filter(|_| many) {
            Some(name) => write!(
                text,
                "\n/* {} */\nstatic void *actor{actor}(void *unused)\n{{\n    (void)unused;\n",
                comment(name)
            ),
            None => write!(
                text,
                "\nint main(void)\n{{\n    signal(SIGPIPE, SIG_IGN);\n    setvbuf(stdout, NULL, _IOLBF, 0);\n"
            ),
        };
        let mut body = String::new();
        for step in plan.steps_of(actor) {
            write_step(&mut body, step, &WORDS, statement(plan, step));
        }
        if body.contains("received") {
            let _ = writeln!(
                text,
                "    static char received[{}];",
                plan.most_received().max(1)
            );
        }
        for held in plan.own_variables(actor) {
            let _ = writeln!(text, "    int {} = -1;", held.name);
        }
        text.push('\n');
        text.push_str(&body);
        // A descriptor that nobody uses again is no reason for a warning.
        for held in plan.own_variables(actor) {
            let _ = writeln!(text, "    (void){};", held.name);
        }
        if many {
            text.push_str("    return NULL;\n}\n");
        }
    }
    if many {
        let _ = write!(
            text,
            "\nint main(void)\n{{\n    void *(*actors[])(void *) = {{{}}};\n    pthread_t threads[{count}];\n    signal(SIGPIPE, SIG_IGN);\n    setvbuf(stdout, NULL, _IOLBF, 0);\n    for (int at = 0; at < {turns}; at++)\n        sem_init(&turns[at], 0, 0);\n    for (int at = 0; at < {count}; at++)\n        pthread_create(&threads[at], NULL, actors[at], NULL);\n    for (int at = 0; at < {count}; at++)\n        pthread_join(threads[at], NULL);\n",
            plan.functions().join(", "),
            count = plan.actors.len(),
            turns = plan.turns
        );
    }
    for path in &plan.paths {
        let _ = writeln!(text, "    unlink(\"{}\");", c_bytes(path));
    }
    text.push_str("    return 0;\n}\n");
    with_pieces(&newer_options(plan), &text)
}

/// Definitions of the options that an older C library may not have.
fn newer_options(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        if let Op::SetOption { name, .. } | Op::GetOption { name, .. } = &step.op
            && names(name).next().is_some()
            && !text.contains(&format!("#ifndef {name}\n"))
        {
            let number = value(name);
            let _ = write!(text, "#ifndef {name}\n#define {name} {number}\n#endif\n");
        }
    }
    text
}

/// What stands around a call.
const WORDS: Words = Words {
    comment: "//",
    take: |turn| format!("sem_wait(&turns[{turn}]);"),
    give: |turn| format!("sem_post(&turns[{turn}]);"),
};
