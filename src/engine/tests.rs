//! The engine against the real kernel, driven by lines of the language. Descriptors are renamed A, B, C … in the order in which
//! they were made and ephemeral ports P, so that tests can run beside each other.

mod addresses;
mod calls;
mod language;
mod messages;
mod options;
mod references;
mod threads;
mod waiting;

use super::Engine;
use super::report::{Report, Reports};
use crate::command::parse::parse_line;
use crate::event::CallEvent;
use crate::value::Value;
use std::sync::Mutex;

/// A process with a memory for its reports.
struct Bench {
    engine: Engine,
    reports: List,
    made: Mutex<Vec<i32>>,
}

#[derive(Default)]
struct List(Mutex<Vec<Report>>);

impl Reports for List {
    fn send(&self, report: Report) {
        self.0.lock().expect("no test panics in here").push(report);
    }
}

impl Bench {
    fn new() -> Self {
        Self {
            engine: Engine::new("lab", "local"),
            reports: List::default(),
            made: Mutex::new(Vec::new()),
        }
    }

    /// Runs the commands of a line in a job: their reports.
    fn job(&self, job: u32, line: &str) -> Vec<Report> {
        let commands = parse_line(line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
        let reports = List::default();
        for command in commands {
            self.engine.execute(&command, 7, job, &reports);
        }
        let reports = reports.0.into_inner().expect("no test panics in here");
        let mut kept = self.reports.0.lock().expect("no test panics in here");
        kept.extend(reports.iter().cloned());
        reports
    }

    /// Runs lines: what they said, a line for each call, refusal, result worth showing and output.
    fn run(&self, lines: &str) -> String {
        let mut told = String::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            for report in self.job(0, line) {
                if let Some(words) = self.words(&report) {
                    told.push_str(&words);
                    told.push('\n');
                }
            }
        }
        told
    }

    fn words(&self, report: &Report) -> Option<String> {
        match report {
            Report::Called(event) => Some(self.tidy(event)),
            Report::Refused(refused) => Some(format!("refused: {}", refused.reason)),
            Report::Result(result) if result.show => {
                let shown = self.renamed(&result.shown, "fd=");
                Some(format!("-> {}", ports_hidden(&shown)))
            }
            Report::Output(output) => Some(format!(
                "print: {}",
                String::from_utf8_lossy(&output.text).trim_end()
            )),
            _ => None,
        }
    }

    /// A call in words that are the same in every run.
    fn tidy(&self, event: &CallEvent) -> String {
        let mut event = event.clone();
        self.made
            .lock()
            .expect("no test panics in here")
            .extend(&event.made);
        let names_its_descriptor = event.fd.map(|fd| fd.to_string());
        if event.args.first() == names_its_descriptor.as_ref()
            && let Some(first) = event.args.first_mut()
        {
            *first = self.letter(first);
        }
        if matches!(event.name.as_str(), "epoll_ctl" | "sendfile") {
            let place = if event.name == "epoll_ctl" { 2 } else { 1 };
            event.args[place] = self.letter(&event.args[place]);
        }
        let mut result = event.result.to_string();
        if event.made.contains(&(event.result as i32)) {
            result = self.letter(&result);
        }
        let sets = match event.name.as_str() {
            "socketpair" => 3..4,
            "select" => 1..4,
            _ => 0..0,
        };
        if event.name == "select" {
            event.args[0] = "N".to_owned();
            event.out = self.numbers_renamed(&event.out);
        }
        for arg in &mut event.args[sets] {
            *arg = self.numbers_renamed(arg);
        }
        if event.name == "poll"
            && let Some(left_ms) = event.args.last_mut()
            && (4000..5000).contains(&left_ms.parse().unwrap_or(0))
        {
            // What a busy machine leaves of five seconds.
            *left_ms = "5000".to_owned();
        }
        let whole = event.text().replacen(
            &format!(") = {}", event.result),
            &format!(") = {result}"),
            1,
        );
        let whole = self.renamed(&self.renamed(&whole, "{fd="), "cmsg_data=[");
        ports_hidden(&whole)
    }

    /// The number after a mark as a letter, wherever it stands.
    fn renamed(&self, text: &str, mark: &str) -> String {
        let mut parts = text.split(mark);
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end = part
                .find(|one: char| !one.is_ascii_digit())
                .unwrap_or(part.len());
            whole.push_str(mark);
            whole.push_str(&self.letter(&part[..end]));
            whole.push_str(&part[end..]);
        }
        whole
    }

    fn numbers_renamed(&self, text: &str) -> String {
        text.split_inclusive(|one: char| !one.is_ascii_digit())
            .map(|piece| {
                let digits = piece.trim_end_matches(|one: char| !one.is_ascii_digit());
                self.letter(digits) + &piece[digits.len()..]
            })
            .collect()
    }

    fn letter(&self, number: &str) -> String {
        let made = self.made.lock().expect("no test panics in here");
        let mut seen = Vec::new();
        for fd in made.iter() {
            if !seen.contains(&fd) {
                seen.push(fd);
            }
        }
        match seen.iter().position(|fd| fd.to_string() == number) {
            Some(place) => char::from(b'A' + place as u8).to_string(),
            None => number.to_owned(),
        }
    }

    /// The value a variable holds.
    fn variable(&self, name: &str) -> Value {
        let found = self
            .engine
            .memory
            .with(|contents| contents.variables.get(name).cloned());
        found.unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// Asserts what lines say, without regard to indentation.
    #[track_caller]
    fn says(&self, lines: &str, expected: &str) {
        let expected: String = expected
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .flat_map(|line| [line, "\n"])
            .collect();
        assert_eq!(self.run(lines), expected);
    }
}

/// The descriptors a test made are closed at its end, so that the test process does not run out of them.
impl Drop for Bench {
    fn drop(&mut self) {
        let mut open: Vec<i32> = Vec::new();
        for report in self.reports.0.get_mut().expect("no test panics in here") {
            if let Report::Called(event) = report {
                open.extend(&event.made);
                if event.name == "close" && event.errno.is_none() {
                    open.retain(|fd| Some(*fd) != event.fd);
                }
            }
        }
        for fd in open {
            let _ = crate::sys::descriptor::close(fd);
        }
    }
}

/// Ephemeral ports, which begin at 32768, as P.
fn ports_hidden(text: &str) -> String {
    let mut whole = String::new();
    let mut digits = String::new();
    for one in text.chars().chain(['\n']) {
        if one.is_ascii_digit() {
            digits.push(one);
            continue;
        }
        let before = whole.chars().next_back();
        let port = digits
            .parse::<u32>()
            .is_ok_and(|number| (32768..65536).contains(&number));
        if port && matches!(before, Some(':' | ' ')) {
            whole.push('P');
        } else {
            whole.push_str(&digits);
        }
        digits.clear();
        whole.push(one);
    }
    whole.pop();
    whole
}
