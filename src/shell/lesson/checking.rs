//! `socklab lesson check`: many lessons, some at a time, and what is said of them. One lesson is `check`.

use super::check::check;
use super::library::{complaints, read};
use super::report::Report;
use super::stage::{Kept, to_allow};
use crate::command::diagnostic::Diagnostic;
use crate::lesson::document::Lesson;
use crate::lesson::shelf::Volume;
use crate::render::lesson::{self, Failed};
use crate::render::styled::{Style, Styled};
use crate::session::Settings;
use crate::shell::{Format, Screen};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// How lessons are to be checked.
#[derive(Clone, Debug)]
pub struct Wish {
    /// How often each.
    pub repeat: usize,
    /// How many at a time.
    pub jobs: usize,
    /// Somebody else's lessons may run programs.
    pub allow_run: bool,
    /// Text or JSON.
    pub format: Format,
    /// How long a lesson waits, in place of what it says itself.
    pub deadline: Option<Duration>,
}

/// Checks lessons and shows what came of each as it is known. True when nothing is wrong with any of them.
pub fn check_all(
    volumes: &[Volume],
    settings: &Settings,
    wish: &Wish,
    screen: &mut dyn Screen,
) -> bool {
    let read = read_all(volumes, wish);
    let mut clean = true;
    for (volume, lesson) in &read {
        if let Err(errors) = lesson {
            clean = false;
            screen.show(&complaints(volume, errors, &screen.look()));
        }
    }
    let runs: Vec<(usize, &Lesson)> = (0..wish.repeat)
        .flat_map(|_| read.iter().enumerate())
        .filter_map(|(place, (_, lesson))| Some((place, lesson.as_ref().ok()?)))
        .collect();
    let mut reports: Vec<Vec<Report>> = vec![Vec::new(); volumes.len()];
    let next = AtomicUsize::new(0);
    let json = Mutex::new(Vec::<String>::new());
    let (sender, finished) = channel();
    let work = |sender: Sender<(usize, Report)>| {
        loop {
            let index = next.fetch_add(1, Relaxed);
            let Some((place, lesson)) = runs.get(index) else {
                return;
            };
            let report = one(lesson, settings, wish, &json);
            if sender.send((*place, report)).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let work = &work;
        let mut threads = 0;
        for _ in 0..wish.jobs.clamp(1, runs.len().max(1)) {
            let sender = sender.clone();
            let begun = std::thread::Builder::new().spawn_scoped(scope, move || work(sender));
            threads += usize::from(begun.is_ok());
        }
        if threads == 0 {
            work(sender);
        } else {
            drop(sender);
        }
        for (place, report) in finished {
            if let Ok(mut lines) = json.lock() {
                for line in lines.drain(..) {
                    screen.show_json(&line);
                }
            }
            let of_this = &mut reports[place];
            of_this.push(report);
            if of_this.len() == wish.repeat {
                let (volume, lesson) = (&read[place].0, &read[place].1);
                if let Ok(lesson) = lesson {
                    screen.show(&told(volume, lesson, of_this));
                }
            }
        }
    });
    let all = || reports.iter().flatten();
    clean &= all().all(Report::is_clean);
    screen.show(&sum(&reports, &read));
    clean
}

/// Each volume with its lesson, or what is wrong with its text.
fn read_all<'v>(
    volumes: &'v [Volume],
    wish: &Wish,
) -> Vec<(&'v Volume, Result<Lesson, Vec<Diagnostic>>)> {
    volumes
        .iter()
        .map(|volume| {
            let lesson = read(volume).map(|mut lesson| {
                lesson.front.deadline = wish.deadline.unwrap_or(lesson.front.deadline);
                lesson.trusted = volume.own || wish.allow_run;
                lesson
            });
            (volume, lesson)
        })
        .collect()
}

/// Lines that a run gave as JSON, kept until they can be shown.
struct Lines<'a>(&'a Mutex<Vec<String>>, Kept);

impl Screen for Lines<'_> {
    fn show(&mut self, text: &Styled) {
        self.1.show(text);
    }

    fn look(&self) -> crate::render::styled::Look {
        self.1.look()
    }

    fn show_json(&mut self, line: &str) {
        if let Ok(mut lines) = self.0.lock() {
            lines.push(line.to_owned());
        }
    }
}

fn one(lesson: &Lesson, settings: &Settings, wish: &Wish, json: &Mutex<Vec<String>>) -> Report {
    let forbidden = if lesson.trusted {
        Vec::new()
    } else {
        to_allow(lesson)
    };
    if let Some(line) = forbidden.first() {
        return Report {
            passed_over: Some(format!(
                "it is not one of the program's own lessons and would do `{line}`; --allow-run allows that"
            )),
            ..Report::default()
        };
    }
    check(
        lesson,
        settings,
        wish.format,
        &mut Lines(json, Kept::default()),
    )
}

/// What is said of one lesson, after all its runs.
fn told(volume: &Volume, lesson: &Lesson, reports: &[Report]) -> Styled {
    let mut text = Styled::new();
    let wrong: Vec<&Report> = reports.iter().filter(|report| !report.is_clean()).collect();
    let name = lesson.place().map_or_else(
        || lesson.name.clone(),
        |place| format!("{place} {}", lesson.name),
    );
    let shown = wrong.first().copied().or(reports.first());
    let Some(report) = shown else { return text };
    let mut line = lesson::checked(
        &name,
        report.held,
        report.failures.len(),
        report.passed_over.as_deref(),
    );
    if reports.len() > 1 {
        let style = if wrong.is_empty() {
            Style::Dim
        } else {
            Style::Error
        };
        line.push(
            style,
            &format!(
                "  in {} of {} runs",
                reports.len() - wrong.len(),
                reports.len()
            ),
        );
    }
    text.push(line);
    for failure in &report.failures {
        text.append(lesson::failed(&Failed {
            place: &format!("{}:{}", volume.file, failure.line),
            command: &failure.command,
            expected: &failure.expected,
            actual: failure.actual.as_deref(),
            reason: &failure.reason,
            shown: &failure.shown,
        }));
    }
    text
}

fn sum(reports: &[Vec<Report>], read: &[(&Volume, Result<Lesson, Vec<Diagnostic>>)]) -> Styled {
    let unread = read.iter().filter(|(_, lesson)| lesson.is_err()).count();
    let wrong = reports
        .iter()
        .filter(|of_one| of_one.iter().any(|report| !report.is_clean()))
        .count()
        + unread;
    let over = reports
        .iter()
        .filter(|of_one| of_one.iter().any(|report| report.passed_over.is_some()))
        .count();
    let held = read.len() - wrong - over;
    let mut words = vec![format!("{held} of {} lessons hold", read.len())];
    if wrong > 0 {
        words.push(format!("{wrong} do not"));
    }
    if over > 0 {
        words.push(format!("{over} could not be run here"));
    }
    let style = if wrong > 0 { Style::Error } else { Style::Note };
    let mut text = Styled::new();
    text.say(style, 0, &words.join(", "));
    text
}
