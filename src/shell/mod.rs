//! A line in, styled text out: the laboratory without a terminal. Everything below can be tested from here.

mod abridging;
pub mod blocks;
mod broadcast;
pub mod calls;
mod consent;
pub mod doctor;
pub mod drawing;
pub mod expecting;
pub mod explaining;
pub mod following;
mod hindsight;
pub mod inspecting;
pub mod journal;
pub mod lesson;
pub mod looking;
mod machines;
pub mod origins;
mod pasted;
mod performing;
pub mod plotting;
pub mod programs;
pub mod reading;
pub mod running;
pub mod saving;
mod stepping;
pub mod streaming;
pub mod subject;
pub mod tell;
pub mod typed;
pub mod verbs;
pub mod views;

use crate::command::ast::{Action, Command, Expr};
use crate::command::complete::Known;
use crate::command::diagnostic::Diagnostic;
use crate::command::line::lines;
use crate::command::parse::{parse_line, parse_line_knowing};
use crate::command::program::{send_method, sends_text};
use crate::event::Event;
use crate::export::transcript::Transcript;
use crate::lab::handle::{FIRST_HOST, LabError};
use crate::lesson::beat::Beat;
use crate::lesson::shelf::Shelf;
use crate::render::styled::{Look, Style, Styled};
use crate::session::{Session, Settings};
use crate::sys::file::Identity;
use blocks::Blocks;
use broadcast::Broadcast;
use expecting::Since;
use journal::Journal;
use lesson::bench::Bench;
use lesson::course::Course;
use lesson::orders::Desk;
use pasted::Pasted;
use std::collections::{BTreeMap, HashSet};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;
use tell::Teller;
use typed::Typed;

/// Where the shell's text goes.
pub trait Screen {
    /// Shows text that ends with an end of line. Returns when it was handed on; output that is gone is not the shell's matter.
    fn show(&mut self, text: &Styled);
    /// How it will look: the width now.
    fn look(&self) -> Look;
    /// Shows one JSON line; only asked for with [`Format::Json`].
    fn show_json(&mut self, line: &str) {
        let mut text = Styled::new();
        text.say(Style::Plain, 0, line);
        self.show(&text);
    }
    /// Shows lines that are text already and safe to print: those of a capture, many at once.
    fn show_lines(&mut self, lines: &[u8]) {
        let mut text = Styled::new();
        for line in String::from_utf8_lossy(lines).lines() {
            text.say(Style::Plain, 0, line);
        }
        self.show(&text);
    }
    /// Shows the answer to a question, which may be longer than the screen: a terminal lets its reader page through it. Returns when the
    /// reader is done.
    fn page(&mut self, text: &Styled) {
        self.show(text);
    }
    /// Waits at most so long for a key, while no prompt is up.
    fn key(&mut self, _patience: Duration) -> Press {
        Press::Nobody
    }
    /// True when nobody reads any more (`| head`).
    fn is_gone(&self) -> bool {
        false
    }
}

/// What came from the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// A key.
    Key(char),
    /// None yet.
    Nothing,
    /// There is no keyboard.
    Nobody,
}

/// What the shell's text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text for a reader.
    Text,
    /// One JSON object a line, per event.
    Json,
}

/// Whether the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    Continue,
    /// `quit`, or the script is to stop.
    Quit,
}

/// What makes a script fail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Expectations that held.
    pub held: usize,
    /// Expectations that did not hold.
    pub failed: usize,
    /// Lines that did not parse or could not be carried out.
    pub wrong_lines: usize,
    /// The call that never returned, if the script stopped for one.
    pub stuck: Option<String>,
}

impl Tally {
    /// True when a script with this tally exits 0.
    pub fn is_clean(&self) -> bool {
        self.failed == 0 && self.wrong_lines == 0 && self.stuck.is_none()
    }
}

/// How the shell behaves.
#[derive(Clone, Debug)]
pub struct Manner {
    /// Text or JSON.
    pub format: Format,
    /// A script waits for a blocked process before its next command, at most this long; a student at the prompt is told that it is blocked.
    pub deadline: Option<Duration>,
    /// The name shown before line numbers in messages.
    pub source: String,
    /// May a `run` line start programs without asking? A student who types it has asked for it.
    pub quiet: bool,
}

/// The shell: a session and the prompt's state.
#[derive(Debug)]
pub struct Shell {
    session: Session,
    /// The process the prompt stands for.
    current: String,
    manner: Manner,
    teller: Teller,
    typed: Typed,
    transcript: Transcript,
    journal: Journal,
    blocks: Blocks,
    tally: Tally,
    /// The line of the script that is being run, from 1; 0 at the prompt.
    line_number: usize,
    /// The first packet number that belongs to the last command that was not an `expect`.
    watermark: u64,
    /// When that command began, in nanoseconds since the epoch.
    watermark_ns: i64,
    interrupted: Option<nix::sys::signalfd::SignalFd>,
    /// Ctrl-C was pressed while a command waited: what was to follow it is not run.
    stopped: bool,
    desk: Desk,
    /// The program that was stepped last.
    stepped_last: Option<String>,
    /// From where on no line of a lesson has told the packets.
    untold: Since,
    /// How many calls had been made when a process was given its last line of a lesson.
    lines: BTreeMap<String, u64>,
    /// The lesson that is under way.
    course: Option<Box<Course>>,
    /// The reader was told of `why`.
    told_of_why: bool,
    /// The line that is being run may do nothing outside the lab.
    is_kept_in: bool,
    /// The reader was told that Python's sockets take bytes.
    told_of_text: bool,
    /// What is expected is given up once nothing in the lab can bring it about any more.
    gives_up_at_rest: bool,
    /// How many scripts are being loaded, each by the one before.
    loading: usize,
    /// `save` may replace any file.
    overwrites: bool,
    /// The files that `save` has written.
    written: HashSet<Identity>,
    pasted: Pasted,
    /// The page, while it is open.
    broadcast: Option<Broadcast>,
}

/// The lines of these texts that would do something: neither empty nor a comment.
fn statements<'a>(texts: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let lines = texts.flat_map(str::lines).map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn lines_of<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    statements(texts).count()
}

impl Shell {
    /// Starts a session.
    pub fn start(settings: Settings, manner: Manner) -> Result<Self, LabError> {
        Ok(Self {
            session: Session::start(settings)?,
            current: FIRST_HOST.to_owned(),
            manner,
            teller: Teller::default(),
            typed: Typed::default(),
            transcript: Transcript::default(),
            journal: Journal::default(),
            blocks: Blocks::default(),
            tally: Tally::default(),
            line_number: 0,
            watermark: 1,
            watermark_ns: 0,
            interrupted: None,
            stopped: false,
            stepped_last: None,
            desk: Desk::default(),
            untold: Since::BEGINNING,
            lines: BTreeMap::new(),
            course: None,
            told_of_why: false,
            is_kept_in: false,
            told_of_text: false,
            gives_up_at_rest: false,
            loading: 0,
            overwrites: false,
            written: HashSet::new(),
            pasted: Pasted::default(),
            broadcast: None,
        })
    }

    /// Gives the shell Ctrl-C as a descriptor, for commands that wait.
    pub fn watch_interrupts(&mut self, interrupts: nix::sys::signalfd::SignalFd) {
        self.interrupted = Some(interrupts);
    }

    /// The session below.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// What held and what did not.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The prompt: the name of the process a line goes to.
    pub fn prompt(&self) -> String {
        if self.is_reading_program() {
            return "...> ".to_owned();
        }
        if self.is_asked() {
            return "answer> ".to_owned();
        }
        format!("{}> ", self.current)
    }

    /// Runs what was entered at the prompt: a Ctrl-C that ended what was entered before is forgotten.
    pub fn enter(&mut self, text: &str, screen: &mut dyn Screen) -> Flow {
        self.stopped = false;
        if self.is_reading_program() {
            self.take_program_line(text);
            return Flow::Continue;
        }
        if self.course.is_some() {
            return self.enter_course(text, screen);
        }
        if text.contains('\n')
            && let Some(flow) = self.offer_program(text, screen)
        {
            return flow;
        }
        self.text(text, screen)
    }

    /// Runs a text of one or more lines, as pasted or out of a file. Ctrl-C ends it where it is.
    pub fn text(&mut self, text: &str, screen: &mut dyn Screen) -> Flow {
        let lines = lines(text);
        for (place, line) in lines.iter().enumerate() {
            if lines.len() > 1 {
                self.echo(line.text, screen);
            }
            let wrong = self.refusals();
            if self.line(line.text, 0, screen) == Flow::Quit {
                return Flow::Quit;
            }
            let refused = self.manner.deadline.is_none() && self.refusals() > wrong;
            if !refused && !self.stopped {
                continue;
            }
            let rest = lines[place + 1..].iter().map(|line| line.text);
            let left = lines_of(rest.clone());
            if refused && left > 0 {
                self.say_left(rest, screen);
                break;
            }
            if self.stopped && left > 0 {
                let lines = if left == 1 {
                    "1 line below it was".to_owned()
                } else {
                    format!("{left} lines below it were")
                };
                self.say_stopped(&format!("the {lines} not run"), screen);
                break;
            }
        }
        Flow::Continue
    }

    /// How many lines did not parse or were refused.
    fn refusals(&self) -> usize {
        self.tally.wrong_lines + self.teller.refused
    }

    /// Says which lines of a script were not run because it stopped before them. They count as lines that could not be carried out.
    pub fn say_cut_off(&mut self, left: &[String], screen: &mut dyn Screen) {
        let left = || left.iter().map(String::as_str);
        let count = lines_of(left());
        if count > 0 {
            self.say_left(left(), screen);
            self.tally.wrong_lines += count;
        }
    }

    /// Says which lines below one that could not run were not run either.
    fn say_left<'a>(
        &mut self,
        left: impl Iterator<Item = &'a str> + Clone,
        screen: &mut dyn Screen,
    ) {
        let first = statements(left.clone()).next().unwrap_or_default();
        let note = match lines_of(left) {
            1 => format!("the line below it was not run: {first}"),
            count => format!("the {count} lines below it were not run; the first is: {first}"),
        };
        self.session.tell(Event::Note(note));
        self.show_events(screen);
    }

    /// Shows a line as if it had been typed, so that a replay reads like a session.
    pub fn echo(&mut self, line: &str, screen: &mut dyn Screen) {
        self.end_blocks(Some(line), screen);
        if self.manner.format == Format::Json || self.manner.quiet || line.trim().is_empty() {
            return;
        }
        // A line that begins as a prompt shows it is its own prompt.
        let named = self.session.processes().iter().any(|process| {
            line.trim_start()
                .strip_prefix(process.name.as_str())
                .is_some_and(|rest| rest.trim_start().starts_with('>'))
        });
        let prompt = if named { String::new() } else { self.prompt() };
        screen.show(&tell::echo(&prompt, line));
    }

    /// Says that something of what was to be run cannot be: it counts as a line that could not be carried out.
    pub fn complain(&mut self, text: &str, screen: &mut dyn Screen) {
        self.tally.wrong_lines += 1;
        let mut styled = Styled::new();
        styled.say(Style::Error, 0, text);
        screen.show(&styled);
    }

    /// Runs one line: each of its commands in turn, each with what it caused. `number` is its place in a script, 0 at the prompt.
    pub fn line(&mut self, text: &str, number: usize, screen: &mut dyn Screen) -> Flow {
        self.line_number = number;
        self.end_blocks(Some(text), screen);
        if let Some(head) = self.forbidding_header(text, screen) {
            self.header_refused(text, false);
            let reason = format!("it belongs to the block of `{head}`, which failed");
            let process = self.current.clone();
            self.refuse(&process, reason, screen);
            return Flow::Continue;
        }
        let commands = match self.parse(text) {
            Ok(commands) => commands,
            Err(diagnostic) => {
                self.tally.wrong_lines += 1;
                self.header_refused(text, false);
                self.show_diagnostic(text, &diagnostic, screen);
                return Flow::Continue;
            }
        };
        if !typed::is_about_files(&commands) {
            self.typed.keep(&self.current, text);
        }
        let prompt = format!("{}> ", self.current);
        self.journal.line(&prompt, text);
        self.tell_page_line(&prompt, text);
        self.keep_comment(text, &commands);
        let number = self.session.next_command();
        self.blocks.begin(text, &self.current, &commands, number);
        let before = self.session.log().calls_made();
        let refusals = self.refusals();
        let flow = self.commands(&commands, screen);
        if self.refusals() > refusals {
            self.header_refused(text, true);
        }
        if self.session.log().calls_made() > before {
            self.mention_text(text, screen);
        }
        flow
    }

    /// After the first line that gives text where Python takes bytes alone: here both are sent.
    fn mention_text(&mut self, text: &str, screen: &mut dyn Screen) {
        let sent = self.session.take_sent_text();
        if self.told_of_text || self.manner.format == Format::Json || self.manner.quiet {
            return;
        }
        // Text in quotes is bytes as soon as it is read; what a variable holds is known where the call is made.
        let from_variable = send_method(text).filter(|_| sent);
        if let Some(method) = sends_text(text).or(from_variable) {
            self.told_of_text = true;
            let note = format!(
                "text was sent as UTF-8. Python raises TypeError here: its {method} takes bytes, as in b\"hello\" or text.encode(), which work here too"
            );
            self.session.tell(Event::Note(note));
            self.show_events(screen);
        }
    }

    /// Forgets what belonged to a lab that is gone.
    fn forget(&mut self) {
        self.typed = Typed::default();
        self.transcript = Transcript::default();
        self.journal.clear();
        self.begin_page_anew();
        self.teller.begin_anew();
        self.blocks = Blocks::default();
        self.watermark = 1;
        self.untold = Since::BEGINNING;
        self.lines.clear();
        FIRST_HOST.clone_into(&mut self.current);
    }

    fn say_stopped(&mut self, what: &str, screen: &mut dyn Screen) {
        self.session
            .tell(Event::Note(format!("stopped by Ctrl-C: {what}")));
        self.show_events(screen);
    }

    /// A line that is one word and no variable is a verb misspelled: then the parser is told which names there are.
    fn parse(&self, text: &str) -> Result<Vec<Command>, Diagnostic> {
        let commands = parse_line(text)?;
        match commands.as_slice() {
            [
                Command {
                    action: Action::Evaluate(Expr::Name(_)),
                    ..
                },
            ] => {
                let known: Vec<String> = self
                    .session
                    .processes()
                    .iter()
                    .flat_map(|process| self.session.variables(&process.name))
                    .collect();
                parse_line_knowing(text, &known)
            }
            _ => Ok(commands),
        }
    }

    /// Ctrl-C at the prompt: interrupts the call the prompt's process sleeps in; where it does not sleep, the only one that does.
    pub fn interrupt(&mut self, screen: &mut dyn Screen) {
        let process = self.current.clone();
        if !self.session.interrupt(&process, 0) {
            let asleep: Vec<String> = self
                .session
                .processes()
                .iter()
                .filter(|process| process.work(0).is_some_and(|work| work.blocked))
                .map(|process| process.name.clone())
                .collect();
            let words = match asleep.as_slice() {
                [] => "nothing to interrupt here; `quit` or Ctrl-D leaves".to_owned(),
                [only] if self.session.interrupt(only, 0) => {
                    format!("{only} was asleep; its call is interrupted")
                }
                several => format!(
                    "{process} does not sleep; {} do: go to one (`{}>`), and Ctrl-C interrupts its call",
                    several.join(", "),
                    several[0]
                ),
            };
            self.session.tell(Event::Note(words));
        }
        self.show_events(screen);
    }

    /// True while the prompt's process sleeps in a call, so that a line for it would be refused.
    pub fn is_blocked(&self) -> bool {
        let process = self.session.process(&self.current);
        process.and_then(|process| process.work(0)).is_some()
    }

    /// Takes in what happened by itself. [`Shell::idle`] shows it.
    pub fn take_in(&mut self) {
        self.session.watch();
    }

    /// Shows what happened by itself. A Ctrl-C that came as a signal is as good as the key.
    pub fn idle(&mut self, screen: &mut dyn Screen) {
        if self.take_interrupt() {
            self.interrupt(screen);
        }
        let saved = matches!(
            self.course.as_ref().and_then(|course| course.beat()),
            Some(Beat::Program(_))
        );
        let happened = saved || self.session.has_news();
        self.show_events(screen);
        if happened && self.course.is_some() {
            self.judge_idle(screen);
        }
    }

    /// True while a call is on its way and has not been seen asleep.
    pub fn is_busy(&self) -> bool {
        self.session.is_busy()
    }

    /// What to wait for between lines.
    pub fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        let mut descriptors = self.session.descriptors();
        descriptors.extend(self.interrupted.as_ref().map(AsFd::as_fd));
        let bench = self
            .course
            .as_ref()
            .and_then(|course| course.bench.as_ref());
        descriptors.extend(bench.map(Bench::as_fd));
        descriptors
    }

    /// Says what the lab is, before the first prompt.
    pub fn greet(&mut self, screen: &mut dyn Screen) {
        if self.manner.format == Format::Text && !self.manner.quiet {
            screen.show(&views::greeting(
                self.session.lab(),
                self.session.sees_packets(),
            ));
        }
    }

    /// Says that the lab is less than a script may expect; nothing when it is all there.
    pub fn warn(&mut self, screen: &mut dyn Screen) {
        let lab = self.session.lab();
        if self.manner.quiet || lab.tier().is_private() && self.session.sees_packets() {
            return;
        }
        let text = format!("{}; `socklab doctor` says why", lab.tier().words());
        self.session.tell(Event::Note(text));
        self.show_events(screen);
    }

    /// Says what still goes on, before the lab ends.
    pub fn farewell(&mut self, screen: &mut dyn Screen) {
        self.leave(screen);
        self.end_blocks(None, screen);
        self.session.watch();
        for process in self.session.processes() {
            for (_, work) in process.works() {
                let doing = work
                    .call
                    .as_ref()
                    .map_or(work.text.as_str(), |call| call.invocation.as_str());
                let note = format!("{} was still in {doing}; the lab ends here", process.name);
                self.teller.later(Event::Note(note));
            }
        }
        self.settle_page();
        self.show_events(screen);
    }

    /// What the completion may offer.
    pub fn known(&self) -> Known {
        let mut known = Known {
            processes: self
                .session
                .processes()
                .iter()
                .map(|process| process.name.clone())
                .collect(),
            hosts: self
                .session
                .hosts()
                .all()
                .iter()
                .map(|host| host.name.clone())
                .collect(),
            fields: crate::command::filter::fields()
                .iter()
                .map(|field| field.name.to_owned())
                .collect(),
            ..Known::default()
        };
        for program in self.session.stepped() {
            known.programs.push(program.to_owned());
            let threads = self.session.stopped(program).into_iter();
            known
                .programs
                .extend(threads.map(socklab_events::BlockedEvent::thread_name));
        }
        for socket in self
            .session
            .inventory()
            .open()
            .filter(|socket| socket.process == self.current)
        {
            known.sockets.extend(socket.names.iter().cloned());
        }
        known.variables = self.session.variables(&self.current);
        known.jobs = self
            .session
            .jobs()
            .into_iter()
            .map(|(_, job, _)| job.to_string())
            .collect();
        known.lessons = Shelf::names();
        known.topics = crate::catalog::glossary::topics()
            .chain(["filter"])
            .map(str::to_owned)
            .collect();
        known
    }
}
