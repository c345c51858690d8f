//! The commands of a line, one after the other: whose each is, whether that process can take it now, and what is told when not.
//! Executes nothing itself: the session sends each command on.

use super::{Flow, Format, Screen, Shell};
use crate::catalog::verb::{AnsweredBy, Verb};
use crate::command::ast::{Action, Command, Expr};
use crate::event::{CallEvent, Event, RefusedEvent};
use crate::render::styled::Styled;
use crate::sys::clock::{self, Deadline};
use std::os::fd::AsFd;
use std::time::Duration;

/// How often it is looked whether anything can still wake a call that a script's end waits for.
const LOOK: Duration = Duration::from_millis(20);

/// More than this many bytes of output are a flood, where a program is graded.
pub(super) const FLOOD: usize = 1 << 20;

/// How long a lab is looked at before it is said to be at rest.
const REST: Duration = Duration::from_millis(120);

impl Shell {
    pub(super) fn commands(&mut self, commands: &[Command], screen: &mut dyn Screen) -> Flow {
        for (place, command) in commands.iter().enumerate() {
            if screen.is_gone() || self.command(command, screen) == Flow::Quit {
                return Flow::Quit;
            }
            if self.stopped {
                if place + 1 < commands.len() {
                    self.say_stopped("the rest of the line was not run", screen);
                }
                break;
            }
        }
        Flow::Continue
    }

    fn command(&mut self, command: &Command, screen: &mut dyn Screen) -> Flow {
        let process = command
            .process
            .clone()
            .unwrap_or_else(|| self.current.clone());
        if self.session.process(&process).is_none() {
            let known: Vec<&str> = self
                .session
                .processes()
                .iter()
                .map(|process| process.name.as_str())
                .collect();
            let reason = if known.is_empty() {
                format!("no process is left; `process {process}` makes one, `reset` begins anew")
            } else {
                format!(
                    "no process is called {process}; there is {} ({})",
                    known.join(", "),
                    self.ways_to(&process)
                )
            };
            // A process that is asked to be made may be named in front of nothing else.
            if command.process.is_some() || !is_session_verb(command) {
                self.refuse(&process, reason, screen);
                return Flow::Continue;
            }
        }
        if self.is_kept_in && command.reaches_out() && !self.is_granted(command) {
            let reason = format!(
                "`{}` reaches beyond the lab, and it is not among the lines that the lesson listed before it began: a lesson that did not come with socklab does nothing else; --allow-run lifts that",
                command.text.escape_debug()
            );
            self.refuse(&process, reason, screen);
            return Flow::Continue;
        }
        match &command.action {
            Action::Switch => {
                self.current = process;
                Flow::Continue
            }
            Action::Repeat(count, body) => self.repeat(&process, count, body, screen),
            Action::Call(call) if call.verb.entry().answered_by == AnsweredBy::Session => {
                if call.verb != Verb::Expect {
                    self.set_watermark();
                }
                self.transcript
                    .command(&process, command, 0, clock::now_ns());
                let flow = self.session_verb(&process, command, call, screen);
                self.show_events(screen);
                flow
            }
            Action::Call(_) | Action::Evaluate(_) => {
                self.set_watermark();
                self.perform(&process, command, screen)
            }
        }
    }

    /// True for a command that the reader of the lesson was shown and allowed.
    fn is_granted(&self, command: &Command) -> bool {
        let granted = &self.session.settings().granted;
        granted.commands.contains(&command.text)
    }

    /// How to get a process of this name: on a host of that name, if there is one; where hosts were made, perhaps as another host.
    fn ways_to(&self, process: &str) -> String {
        let hosts = self.session.hosts();
        if hosts.named(process).is_some() {
            format!("`process {process} on {process}` makes one on that host")
        } else if hosts.all().len() > 1 {
            format!(
                "`host {process}` makes a host of that name, `process {process}` a process on this one"
            )
        } else {
            format!("`process {process}` makes it")
        }
    }

    fn set_watermark(&mut self) {
        self.watermark = self.session.packets_told() + 1;
        self.watermark_ns = clock::now_ns();
    }

    /// Sends a command to its process; a busy process refuses at the prompt and is waited for in a script.
    fn perform(&mut self, process: &str, command: &Command, screen: &mut dyn Screen) -> Flow {
        // A thread of its own is begun by the main one, too.
        if !self.wait_until_free(process, screen) {
            return if self.tally.stuck.is_some() {
                Flow::Quit
            } else {
                Flow::Continue
            };
        }
        if matches!(&command.action, Action::Call(call) if call.verb == Verb::Options) {
            self.teller.options_of = Some(self.session.next_command());
        }
        let number = self.session.next_command();
        self.transcript
            .command(process, command, number, clock::now_ns());
        if let Err(error) = self.session.perform(process, command) {
            // What ended it is told first: that is the reason.
            self.session.watch();
            self.show_events(screen);
            let reason = if self.session.process(process).is_none() {
                format!("{process} has ended; `process {process}` makes it anew")
            } else {
                format!("{process} cannot be reached: {error}")
            };
            self.refuse(process, reason, screen);
        }
        self.show_events(screen);
        self.mention_owner(process, command, screen);
        self.mention_why(process, screen);
        Flow::Continue
    }

    /// After a refusal: a name that this process lacks and another has was most likely typed at the wrong prompt.
    fn mention_owner(&mut self, process: &str, command: &Command, screen: &mut dyn Screen) {
        if self.session.refusal(process).is_none() {
            return;
        }
        let mine = self.session.variables(process);
        let others = || self.session.processes().iter().map(|other| &other.name);
        let names = command.action.names();
        let mut lacking = names
            .iter()
            .filter(|name| !mine.iter().any(|known| known == *name));
        let found = lacking.find_map(|name| {
            let owner = others().find(|other| {
                let theirs = self.session.variables(other);
                theirs.iter().any(|known| known == name)
            })?;
            Some(format!(
                "{name} is a variable of {owner}: in front of the line `{owner}>` takes it there"
            ))
        });
        if let Some(note) = found {
            self.session.tell(Event::Note(note));
            self.show_events(screen);
        }
    }

    /// After the first call that failed at the prompt: where its reason can be had.
    fn mention_why(&mut self, process: &str, screen: &mut dyn Screen) {
        let typed = self.manner.deadline.is_none()
            && self.manner.format == Format::Text
            && !self.manner.quiet;
        let failed = |call: &CallEvent| {
            let waits = ["EINPROGRESS", "EAGAIN", "EINTR"];
            let errno = call.errno.as_deref();
            errno.is_some_and(|errno| !waits.contains(&errno))
        };
        if typed && !self.told_of_why && self.telling_call(process).is_some_and(failed) {
            self.told_of_why = true;
            let note = "`why` says what is known here about the reason";
            self.session.tell(Event::Note(note.to_owned()));
            self.show_events(screen);
        }
    }

    /// True when the process's main thread is free, now or within the deadline of a script; nothing is said when it is not.
    pub(super) fn wait_until_free_quietly(
        &mut self,
        process: &str,
        screen: &mut dyn Screen,
    ) -> bool {
        if !self.is_free(process)
            && let Some(deadline) = self.manner.deadline
        {
            let process = process.to_owned();
            self.wait_for_expected(deadline, screen, |shell| shell.is_free(&process));
        }
        self.is_free(process)
    }

    /// True when the process's main thread is free, now or within the deadline of a script.
    pub(super) fn wait_until_free(&mut self, process: &str, screen: &mut dyn Screen) -> bool {
        let busy = |shell: &Self| {
            shell
                .session
                .process(process)
                .and_then(|process| process.work(0))
                .is_some()
        };
        if !busy(self) {
            return true;
        }
        if let Some(deadline) = self.manner.deadline {
            self.wait_for_expected(deadline, screen, |shell| !busy(shell));
            if !busy(self) {
                return true;
            }
        }
        let doing = self.doing(process);
        if self.manner.deadline.is_some() {
            self.tally.stuck = Some(format!("{process} in {doing}"));
            self.refuse(
                process,
                format!("{process} still sleeps in {doing} and can run nothing else; the script stops here"),
                screen,
            );
        } else {
            self.refuse(
                process,
                format!("{process} is still in {doing} and can do nothing else. Ctrl-C interrupts it; `NAME> …` uses another process; ended with & it would have had a thread of its own"),
                screen,
            );
        }
        false
    }

    /// In a script, waits for the calls that end by themselves at a time they were given: of this process, or of all. The next line may be
    /// about what came of them, or there is none that would wait.
    pub fn wait_for_timed(&mut self, process: Option<&str>, screen: &mut dyn Screen) {
        let Some(deadline) = self.manner.deadline else {
            return;
        };
        let end = Deadline::after(deadline);
        // Of a command that such a call is a part of, what comes behind the call, too: until it is done, or asleep in another call.
        let is_due = |shell: &Self, behind: bool| {
            let processes = shell.session.processes().iter();
            processes
                .filter(|known| process.is_none_or(|name| name == known.name))
                .filter_map(|known| known.work(0))
                .any(|work| match &work.call {
                    Some(call) => {
                        shell.session.is_timed(call, end.remaining()) || behind && !work.blocked
                    }
                    None => behind,
                })
        };
        if is_due(self, false) {
            self.wait_for_expected(deadline, screen, |shell| !is_due(shell, true));
        }
        let Some(process) = process else { return };
        while !end.is_over()
            && !self.stopped
            && !screen.is_gone()
            && self.session.is_probing(process, end.remaining())
        {
            self.wait_for(LOOK.min(end.remaining()), screen, |shell| {
                shell.is_free(process)
            });
        }
    }

    /// At a script's end, waits for the calls that are still under way while something is on its way that can wake them, at most until
    /// the deadline.
    pub fn wait_for_calls(&mut self, screen: &mut dyn Screen) {
        self.wait_for_timed(None, screen);
        let Some(deadline) = self.manner.deadline else {
            return;
        };
        let end = Deadline::after(deadline);
        let waits = |shell: &Self| {
            let mut processes = shell.session.processes().iter();
            processes.any(|process| process.works().next().is_some())
        };
        let is_awake = |shell: &Self| {
            let mut processes = shell.session.processes().iter();
            processes.any(|process| {
                let mut works = process.works();
                works.any(|(_, work)| !work.blocked || work.call.is_none())
            })
        };
        while waits(self)
            && !self.stopped
            && (is_awake(self) || self.session.may_wake(end.remaining()))
        {
            if end.is_over() || screen.is_gone() || self.session.broken().is_some() {
                return;
            }
            self.wait_for(LOOK.min(end.remaining()), screen, |shell| !waits(shell));
        }
    }

    /// What a process's main thread is doing, in words.
    fn doing(&self, process: &str) -> String {
        let work = self
            .session
            .process(process)
            .and_then(|process| process.work(0));
        work.map_or_else(
            || "nothing".to_owned(),
            |work| {
                work.call
                    .as_ref()
                    .map_or_else(|| work.text.clone(), |call| call.invocation.clone())
            },
        )
    }

    /// Goes on taking in what happens until the condition holds; false when the time is over or Ctrl-C was pressed.
    pub(super) fn wait_for(
        &mut self,
        patience: Duration,
        screen: &mut dyn Screen,
        holds: impl Fn(&Self) -> bool,
    ) -> bool {
        let deadline = Deadline::after(patience);
        loop {
            if holds(self) {
                return true;
            }
            if self.take_interrupt() {
                self.stopped = true;
                return false;
            }
            if deadline.is_over() || screen.is_gone() || self.session.is_gone() {
                return false;
            }
            self.session
                .pump_until(&deadline, self.interrupted.as_ref().map(AsFd::as_fd));
            self.show_events(screen);
        }
    }

    /// Shows the answer to a question; a terminal pages what is longer than its screen. Ctrl-C meanwhile was the pager's.
    pub(in crate::shell) fn paged(&self, text: &Styled, screen: &mut dyn Screen) {
        screen.page(text);
        while self.take_interrupt() {}
    }

    /// Goes on until what is expected is so, or cannot come any more.
    pub(super) fn wait_for_expected(
        &mut self,
        patience: Duration,
        screen: &mut dyn Screen,
        holds: impl Fn(&Self) -> bool,
    ) {
        let over =
            |shell: &Self| holds(shell) || shell.session.broken().is_some() || shell.is_flooded();
        if !self.gives_up_at_rest {
            self.wait_for(patience, screen, over);
            return;
        }
        let end = Deadline::after(patience);
        while !self.wait_for(REST.min(end.remaining()), screen, over) {
            if end.is_over() || self.stopped || self.is_at_rest(end.remaining(), screen) {
                return;
            }
        }
    }

    /// True when programs have written more than one that is graded may.
    pub(super) fn is_flooded(&self) -> bool {
        self.gives_up_at_rest && self.teller.written() > FLOOD
    }

    /// True when two looks find every call asleep, and nothing on its way that ends one within so long.
    pub(super) fn is_at_rest(&mut self, within: Duration, screen: &mut dyn Screen) -> bool {
        if self.session.may_change(within) {
            return false;
        }
        let calls = self.session.log().calls_made();
        self.wait_for(REST, screen, |shell| {
            shell.session.log().calls_made() != calls
        });
        calls == self.session.log().calls_made() && !self.session.may_change(within)
    }

    pub(super) fn take_interrupt(&self) -> bool {
        self.interrupted
            .as_ref()
            .is_some_and(|interrupts| matches!(interrupts.read_signal(), Ok(Some(_))))
    }

    fn repeat(
        &mut self,
        process: &str,
        count: &Expr,
        body: &[Command],
        screen: &mut dyn Screen,
    ) -> Flow {
        let Expr::Int(count) = count else {
            self.refuse(
                process,
                "repeat takes a whole number: repeat 3 { … }".to_owned(),
                screen,
            );
            return Flow::Continue;
        };
        if body.is_empty() {
            return Flow::Continue;
        }
        let home = self.current.clone();
        process.clone_into(&mut self.current);
        let mut flow = Flow::Continue;
        let mut rounds = 0;
        self.transcript.begin_repeat(process);
        for round in 1..=*count {
            self.transcript.begin_round();
            rounds += 1;
            flow = self.commands(body, screen);
            self.stopped |= self.take_interrupt();
            // Every further round would be refused for the same reason.
            if self.session.is_gone() {
                break;
            }
            if self.stopped && round < *count {
                self.say_stopped(&format!("round {round} of {count} was the last"), screen);
            }
            if self.stopped || flow == Flow::Quit {
                break;
            }
        }
        self.transcript.end_repeat(rounds);
        self.current = home;
        flow
    }

    pub(super) fn refuse(&mut self, process: &str, reason: String, screen: &mut dyn Screen) {
        self.session.tell(Event::Refused(RefusedEvent {
            process: process.to_owned(),
            job: 0,
            reason,
            fruitless: false,
        }));
        self.show_events(screen);
    }
}

fn is_session_verb(command: &Command) -> bool {
    matches!(&command.action, Action::Call(call) if call.verb.entry().answered_by == AnsweredBy::Session)
}
