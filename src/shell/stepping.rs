//! `step` and `go`: programs that stop before each of their socket calls.

use super::expecting::Since;
use super::expecting::verdict::is_named;
use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::command::stepping::{Goal, StepOrder, Whose, parse_go};
use crate::event::{BlockedEvent, Event, is_of};
use std::time::Duration;

/// So long the next stop is waited for at the prompt; what comes later is told when it comes.
const PATIENCE: Duration = Duration::from_secs(2);

impl Shell {
    /// `step [NAME] [N]`, `step [NAME] until CALL [N]`, `step [NAME] until ERRNO`.
    pub(super) fn step_verb(&mut self, call: &Call, screen: &mut dyn Screen) {
        let order = match StepOrder::parse(&word(call, 0).unwrap_or_default()) {
            Ok(order) => order,
            Err(diagnostic) => return self.refuse("", diagnostic.to_string(), screen),
        };
        let named = order.whose.as_ref().map(|whose| whose.name.as_str());
        let found = self.meant_program(named);
        let whose = match (found, order.whose) {
            (Ok(_), Some(whose)) => whose,
            (Ok(name), None) => Whose { name, fd: None },
            (Err(reason), _) => return self.refuse("", reason, screen),
        };
        let program = self.session.program_of(&whose.name).map(str::to_owned);
        let program = program.unwrap_or_else(|| whose.name.clone());
        self.stepped_last = Some(program.clone());
        if !self.session.is_stepped(&program) {
            self.session.step_through(&program, true);
            let note = format!(
                "{program} stops before its next socket call and before each that follows; `go {program}` ends that"
            );
            self.session.tell(Event::Note(note));
            self.await_stop(&program, screen);
            return;
        }
        if self.session.stopped(&whose.name).is_empty() {
            self.await_stop(&program, screen);
        }
        if self.session.stopped(&whose.name).is_empty() {
            let reason = self.standing(&whose.name, &program);
            return self.refuse("", reason, screen);
        }
        self.step_to(&whose, &program, &order.goal, screen);
    }

    /// `go [NAME]`: lets a program run, and any that is stopped with it.
    pub(super) fn go_verb(&mut self, call: &Call, screen: &mut dyn Screen) {
        let named = parse_go(&word(call, 0).unwrap_or_default()).unwrap_or_default();
        let program = match self.meant_program(named.as_deref()) {
            Ok(program) => program,
            Err(reason) => return self.refuse("", reason, screen),
        };
        if named.as_ref().is_some_and(|named| *named != program) {
            let reason = format!("`go` lets the whole program run: `go {program}`");
            return self.refuse("", reason, screen);
        }
        if !self.session.is_stepped(&program) {
            let reason = format!("{program} runs: it does not stop before its calls");
            return self.refuse("", reason, screen);
        }
        self.session.step_through(&program, false);
        self.session.quiesce();
    }

    /// After `run --step`: waits for the first stop, and says at the prompt what can be done then.
    pub(super) fn begin_stepping(&mut self, program: &str, screen: &mut dyn Screen) {
        self.stepped_last = Some(program.to_owned());
        self.await_stop(program, screen);
        if self.manner.deadline.is_none() && !self.session.stopped(program).is_empty() {
            let note = format!(
                "{program} stops before each socket call: `step {program}` lets it make this one, `go {program}` lets it run"
            );
            self.session.tell(Event::Note(note));
        }
    }

    /// The program that is meant: the one that was named; else the one stepped last, else the one that began last of those that are
    /// stepped. An error says why there is none.
    fn meant_program(&self, named: Option<&str>) -> Result<String, String> {
        let Some(name) = named else {
            let last = self.stepped_last.as_deref();
            let last = last.filter(|last| self.session.is_stepped(last));
            let meant = last.or_else(|| self.session.stepped().last());
            return meant.map(str::to_owned).ok_or_else(|| {
                "no program stops before its calls: `run --step PROGRAM` starts one that does, `step NAME` begins with one that runs".to_owned()
            });
        };
        if let Some(program) = self.session.program_of(name) {
            return Ok(program.to_owned());
        }
        let shown = name.escape_debug();
        Err(if self.session.process(name).is_some() {
            format!(
                "{shown} is no program: it makes the calls that are typed at its prompt. `step` is for programs that `run` has started"
            )
        } else if self.session.programs().iter().any(|one| one.name == name) {
            format!("the calls of {shown} are not seen: it cannot be stopped before them")
        } else if self.ran(name) {
            format!("{shown} has ended")
        } else {
            format!("no program is called {shown}; `jobs` lists those that run")
        })
    }

    /// True for a program that has made calls.
    fn ran(&self, name: &str) -> bool {
        let ended = self.session.last_end(name).is_some();
        let mut calls = self.session.log().calls();
        ended || calls.any(|call| call.is_of_program() && is_of(&call.process, name))
    }

    /// Why nothing of a program is stopped.
    fn standing(&self, name: &str, program: &str) -> String {
        if self.session.program_of(program).is_none() {
            return format!("{program} has ended");
        }
        let parts = self.session.parts_of(program);
        if !parts.contains(name) {
            let parts: Vec<String> = parts.into_iter().collect();
            return format!(
                "{program} has no process or thread {}; there are {}",
                name.escape_debug(),
                parts.join(", ")
            );
        }
        let blocked = self.session.blocked_calls(program);
        let own = blocked.iter().find(|call| call.thread_name() == name);
        match own.or_else(|| blocked.first().filter(|_| name == program)) {
            Some(call) => format!(
                "{} is blocked in {}: it stops before the call that follows",
                call.thread_name(),
                call.invocation
            ),
            None => format!("{name} runs, in no socket call; it stops before its next"),
        }
    }

    /// Waits until a program is stopped, blocked or over, for a while.
    fn await_stop(&mut self, program: &str, screen: &mut dyn Screen) {
        self.wait_for(self.stop_patience(), screen, |shell| {
            !shell.session.may_stop(program)
        });
        self.session.quiesce();
        self.show_events(screen);
    }

    fn stop_patience(&self) -> Duration {
        self.manner.deadline.unwrap_or(PATIENCE)
    }

    /// Lets one call after the other be made until the goal is reached, nothing is stopped any more, or Ctrl-C.
    fn step_to(&mut self, whose: &Whose, program: &str, goal: &Goal, screen: &mut dyn Screen) {
        let since = self.mark();
        let mut made = 0;
        let mut found = 0;
        while let Some(call) = self.session.stopped(&whose.name).first().copied().cloned() {
            let stops = self.session.stopped(program);
            let newest = stops.last().map_or(call.start_ns, |stop| stop.start_ns);
            self.make_call(&call, screen);
            made += 1;
            found += self
                .session
                .stopped(&whose.name)
                .iter()
                .fold(0, |sum, stop| {
                    sum + u64::from(stop.start_ns > newest && ends_before(goal, stop, whose.fd))
                });
            let reached = match goal {
                Goal::Count(count) => made >= *count,
                Goal::Call(_, place) => found >= *place,
                Goal::Errno(errno) => self.has_failed(program, errno, &since),
            };
            if reached || self.stopped || screen.is_gone() {
                return;
            }
        }
        if made > 1 || *goal != Goal::Count(1) {
            let calls = if made == 1 { "call" } else { "calls" };
            let standing = self.standing(&whose.name, program);
            self.session
                .tell(Event::Note(format!("after {made} {calls}: {standing}")));
        }
    }

    /// Lets a thread make the call that it is stopped before, and waits until it is stopped again, blocked or over, and so is what it has
    /// woken.
    fn make_call(&mut self, call: &BlockedEvent, screen: &mut dyn Screen) {
        self.session.step(call);
        self.wait_for(self.stop_patience(), screen, |shell| {
            !shell.session.is_under_way(call)
        });
        self.session.quiesce();
        self.show_events(screen);
    }

    fn has_failed(&self, program: &str, errno: &str, since: &Since) -> bool {
        let mut calls = self.calls_since(None, since);
        calls.any(|call| is_of(&call.process, program) && call.errno.as_deref() == Some(errno))
    }

    /// Whether a program, or one of its processes or threads, is stopped before a call of this name; an error says what is so.
    pub(super) fn is_stopped(&self, who: Option<&str>, name: Option<&str>) -> Result<(), String> {
        let stops: Vec<&BlockedEvent> = match who {
            Some(who) => self.session.stopped(who),
            None => self.session.all_stopped(),
        };
        if stops
            .iter()
            .any(|stop| name.is_none_or(|name| is_named(&stop.name, name)))
        {
            return Ok(());
        }
        let shown: Vec<String> = stops
            .into_iter()
            .map(|stop| {
                format!(
                    "{} is stopped before {}",
                    stop.thread_name(),
                    stop.invocation
                )
            })
            .collect();
        Err(match (shown.is_empty(), who) {
            (false, _) => shown.join("; "),
            (true, Some(who)) => format!("{who} is not stopped"),
            (true, None) => "no program is stopped".to_owned(),
        })
    }
}

/// True for a call that stepping ends before.
fn ends_before(goal: &Goal, call: &BlockedEvent, fd: Option<i32>) -> bool {
    let Goal::Call(name, _) = goal else {
        return false;
    };
    name.as_ref().is_none_or(|name| is_named(&call.name, name))
        && fd.is_none_or(|fd| call.fd == Some(fd))
}
