//! Programs run in the lab: what `run` and `socklab run` say, the program started, typed to and waited for.

use super::running::{FOR_EVER, fits_as_name};
use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::{Call, Command, Expr};
use crate::command::inject::InjectOrder;
use crate::event::{Ended, Event};
use crate::lab::handle::FIRST_HOST;
use crate::render::calls;
use crate::session::running::{Input, Running};
use std::os::fd::AsFd;
use std::time::Duration;

/// The exit statuses of a wrong command line and of a program that cannot be started, as a shell gives them.
const USAGE: u8 = 2;
const NOT_RUN: u8 = 127;

/// So long a program is waited for that the next one may need, until all it does is wait.
const AT_REST: Duration = Duration::from_secs(2);

impl Shell {
    pub(super) fn run(
        &mut self,
        process: &str,
        command: &Command,
        call: &Call,
        screen: &mut dyn Screen,
    ) {
        let text = word(call, 0).unwrap_or_default();
        if text.trim() == "-" {
            if self.manner.deadline.is_some() {
                let reason = "`run -` reads a program that is typed; a script runs a file";
                return self.refuse("", reason.to_owned(), screen);
            }
            return self.read_program();
        }
        let parsed = split_words(&text).and_then(RunLine::parse);
        let line = match parsed {
            Ok(line) => line,
            Err(reason) => return self.refuse("", reason, screen),
        };
        let words = line.words;
        if let Some(name) = &line.name
            && let Err(reason) = self.is_free_name(name)
        {
            return self.refuse("", reason, screen);
        }
        let host = self
            .session
            .process(process)
            .map_or_else(|| FIRST_HOST.to_owned(), |process| process.host.clone());
        let how = Running {
            name: line.name,
            calls: line.calls,
            lines: line.lines,
            stepping: line.stepping,
            input: if command.background || line.stepping {
                Input::Typed
            } else {
                Input::Nothing
            },
        };
        match self.run_words(&host, &words, how) {
            Ok(name) => {
                if line.stepping {
                    self.begin_stepping(&name, screen);
                } else if !command.background {
                    self.wait_for_program(&name, screen);
                }
            }
            Err(reason) => self.refuse(&words[0], reason, screen),
        }
    }

    /// Runs a program on a host and gives its name. An error says why it could not be run.
    pub(super) fn run_words(
        &mut self,
        host: &str,
        words: &[String],
        how: Running,
    ) -> Result<String, String> {
        let started = self.session.run(host, words, how);
        started.map_err(|error| {
            let program = words.first().map_or("", String::as_str);
            format!("{} could not be run: {error}", program.escape_debug())
        })
    }

    /// Whether a program can be called so; an error says why not.
    fn is_free_name(&self, name: &str) -> Result<(), String> {
        fits_as_name(name)?;
        if !self.session.is_taken(name) {
            return Ok(());
        }
        if self.session.process(name).is_some() {
            return Err(format!("there is a process {name} already"));
        }
        Err(if self.session.is_over(name) {
            format!("{name} has ended, but processes that it made still run; take another name")
        } else {
            format!(
                "a program called {name} still runs; `wait` waits until it has ended, `kill {name}` ends it"
            )
        })
    }

    /// `type NAME "text"`: a line for a program to read; without a text nothing more comes.
    pub(super) fn type_verb(&mut self, call: &Call, screen: &mut dyn Screen) {
        let name = word(call, 0).unwrap_or_default();
        let text = match call.args.get(1).and_then(Option::as_ref) {
            None => None,
            Some(Expr::Str(text)) => Some(text.clone().into_bytes()),
            Some(Expr::Bytes(bytes)) => Some(bytes.clone()),
            Some(_) => Some(word(call, 1).unwrap_or_default().into_bytes()),
        };
        let line = text.map(|mut text| {
            if text.last() != Some(&b'\n') {
                text.push(b'\n');
            }
            text
        });
        match self.session.type_to(&name, line.as_deref()) {
            Ok(()) => self.session.quiesce(),
            Err(reason) => self.refuse("", reason, screen),
        }
    }

    pub(super) fn inject(&mut self, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        let order = match InjectOrder::parse(&text) {
            Ok(order) => order,
            Err(diagnostic) => {
                self.tally.wrong_lines += 1;
                return self.show_diagnostic(&text, &diagnostic, screen);
            }
        };
        let lists = order == InjectOrder::List;
        if let InjectOrder::Add(rule) = &order
            && self.session.process(&rule.process).is_some()
        {
            let reason = format!(
                "the calls of {} are typed, and are made as you type them; inject is for a program, by the name it has in `run --as NAME`",
                rule.process
            );
            return self.refuse("", reason, screen);
        }
        match self.session.inject(order) {
            Ok([]) if lists => self
                .session
                .tell(Event::Note("no rule of inject holds".to_owned())),
            Ok(rules) => {
                let rows = rules
                    .iter()
                    .map(|one| (one.held.number, one.held.rule.to_string(), one.acted));
                let text = calls::injections(&rows.collect::<Vec<_>>());
                screen.show(&text);
            }
            Err(reason) => self.refuse("", reason, screen),
        }
    }

    /// Waits for a program; Ctrl-C is passed on to it, once as SIGINT and then as SIGKILL.
    pub(super) fn wait_for_program(&mut self, name: &str, screen: &mut dyn Screen) {
        let patience = self.manner.deadline.unwrap_or(FOR_EVER);
        for signal in [libc::SIGINT, libc::SIGKILL] {
            let over = self.wait_for(patience, screen, |shell| shell.session.is_over(name));
            if over {
                return;
            }
            if let Some(program) = self
                .session
                .programs()
                .iter()
                .find(|program| program.name == name)
            {
                if self.manner.deadline.is_some() {
                    let note = format!(
                        "{name} has not ended within the deadline and goes on in the background (job {})",
                        program.job
                    );
                    self.session.tell(Event::Note(note));
                    return self.show_events(screen);
                }
                let _ = self.session.signal_program(name, signal);
            }
        }
        self.wait_for(Duration::from_secs(2), screen, |shell| {
            !shell
                .session
                .programs()
                .iter()
                .any(|program| program.name == name)
        });
    }

    /// `socklab run -- PROGRAM --and PROGRAM`: runs programs beside each other, each once the one before has come to rest, the last one with
    /// this terminal's input. When that ends the others are ended (SIGTERM), and its exit status is given.
    pub fn run_alone(&mut self, line: RunLine, screen: &mut dyn Screen) -> u8 {
        let (first, rest) = match line.split() {
            Ok(lines) => lines,
            Err(reason) => {
                self.refuse("", reason, screen);
                return USAGE;
            }
        };
        let mut others = Vec::new();
        let mut line = first;
        for next in rest {
            match self.start_program(std::mem::replace(&mut line, next), Input::Nothing, screen) {
                Ok(name) => others.push(name),
                Err(status) => return status,
            }
            self.wait_for(AT_REST, screen, |shell| shell.session.programs_rest());
        }
        let input = std::io::stdin().as_fd().try_clone_to_owned();
        let input = input.map_or(Input::Nothing, Input::Given);
        let name = match self.start_program(line, input, screen) {
            Ok(name) => name,
            Err(status) => return status,
        };
        self.manner.deadline = None;
        self.wait_for_program(&name, screen);
        let end = self.session.last_end(&name);
        if !others.is_empty() {
            // They may be about to end by themselves.
            self.wait_for(AT_REST, screen, |shell| shell.session.programs_rest());
        }
        for other in others {
            let _ = self.session.signal_program(&other, libc::SIGTERM);
            self.wait_for_program(&other, screen);
        }
        let packets = self.session.packets_told();
        if !self.manner.quiet {
            self.session.tell(Event::Note(format!("{packets} packets")));
            self.show_events(screen);
        }
        match end {
            Some(Ended::Exited(status)) => status as u8,
            Some(Ended::Signalled(signal)) => (128 + signal) as u8,
            Some(Ended::Unseen) | None => 1,
        }
    }

    /// `socklab run --step -- PROGRAM --and PROGRAM`: programs that stop before each of their calls, for a prompt to step.
    pub fn run_stepping(&mut self, line: RunLine, screen: &mut dyn Screen) {
        let (first, rest) = match line.split() {
            Ok(lines) => lines,
            Err(reason) => return self.refuse("", reason, screen),
        };
        for mut line in std::iter::once(first).chain(rest) {
            line.stepping = true;
            if let Ok(name) = self.start_program(line, Input::Typed, screen) {
                self.begin_stepping(&name, screen);
                self.show_events(screen);
            }
        }
    }

    /// Starts a program on the first host; an error is the exit status.
    fn start_program(
        &mut self,
        line: RunLine,
        input: Input,
        screen: &mut dyn Screen,
    ) -> Result<String, u8> {
        let how = Running {
            name: line.name,
            calls: line.calls,
            lines: line.lines,
            stepping: line.stepping,
            input,
        };
        let started = self.run_words(FIRST_HOST, &line.words, how);
        let started = started.map_err(|reason| {
            self.refuse(&line.words[0], reason, screen);
            NOT_RUN
        });
        self.show_events(screen);
        started
    }
}

/// What stands behind `run`: options, then a program and its arguments.
#[derive(Clone, Debug, Default)]
pub struct RunLine {
    /// What it is to be called.
    pub name: Option<String>,
    /// Its calls are shown.
    pub calls: bool,
    /// The lines of its source are found.
    pub lines: bool,
    /// It stops before each of its calls.
    pub stepping: bool,
    /// The program and its arguments.
    pub words: Vec<String>,
}

impl RunLine {
    /// Reads options, then the program and its arguments. An error says what is wrong.
    fn parse(words: Vec<String>) -> Result<Self, String> {
        let mut line = Self {
            name: None,
            calls: true,
            lines: true,
            stepping: false,
            words: Vec::new(),
        };
        let mut words = words.into_iter().peekable();
        while let Some(option) = words.next_if(|word| word.starts_with("--")) {
            match option.as_str() {
                "--as" => {
                    let name = words
                        .next()
                        .ok_or("--as takes a name: run --as server python3 echo.py")?;
                    line.name = Some(name);
                }
                "--calls" => match words.next().as_deref() {
                    Some("on") => line.calls = true,
                    Some("off") => line.calls = false,
                    _ => return Err("--calls takes on or off".to_owned()),
                },
                "--untraced" => line.calls = false,
                "--no-lines" => line.lines = false,
                "--step" => line.stepping = true,
                "--" => break,
                other => {
                    return Err(format!(
                        "unknown option {}; there are --as NAME, --step, --calls off, --untraced and --no-lines",
                        other.escape_debug()
                    ));
                }
            }
        }
        line.words = words.collect();
        if line.stepping && !line.calls {
            return Err("--step stops a program before its calls, so they have to be seen: leave out --calls off and --untraced".to_owned());
        }
        if line.words.is_empty() {
            return Err("run takes a program and its arguments: run python3 echo.py".to_owned());
        }
        Ok(line)
    }

    /// The programs that `--and` stands between: the first with what is already known of it, and the others.
    fn split(mut self) -> Result<(Self, Vec<Self>), String> {
        let mut parts = self.words.split(|word| word == "--and");
        let first = parts.next().unwrap_or_default().to_vec();
        let rest = parts.map(|part| Self::parse(part.to_vec()));
        let rest = rest.collect::<Result<Vec<Self>, String>>()?;
        if first.is_empty() {
            return Err("--and stands between two programs".to_owned());
        }
        self.words = first;
        Ok((self, rest))
    }
}

/// A program and its arguments: words at blanks, with '…' and "…" and \ as a shell has them; nothing else is special.
pub fn split_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next() {
                        None => {
                            return Err(format!(
                                "a {character} is not closed in: {}",
                                text.escape_debug()
                            ));
                        }
                        Some(end) if end == character => break,
                        Some('\\') if character == '"' => word.extend(characters.next()),
                        Some(other) => word.push(other),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(characters.next()),
            blank if blank.is_whitespace() => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::split_words;

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        for (text, words) in [
            ("python3 echo.py", vec!["python3", "echo.py"]),
            (
                "python3 -c 'print(\"a b\")'",
                vec!["python3", "-c", "print(\"a b\")"],
            ),
            (
                "echo \"a \\\" b\" c\\ d ''",
                vec!["echo", "a \" b", "c d", ""],
            ),
            ("  ", vec![]),
        ] {
            assert_eq!(
                split_words(text).as_deref(),
                Ok(&words.into_iter().map(str::to_owned).collect::<Vec<_>>()[..]),
                "{text}"
            );
        }
        assert!(split_words("echo 'a").is_err());
    }
}
