//! The verb `lesson`, at the prompt and on the command line: which of its works is meant, and with which lesson.

use super::checking::{Wish, check_all};
use super::library::{Library, complaints, read};
use super::play::said;
use super::progress_file;
use super::showing::shown;
use super::stage::{Obstacle, grant, to_allow};
use crate::command::ast::Expr;
use crate::command::parse::parse_expression;
use crate::lesson::shelf::Volume;
use crate::render::styled::{Look, Style, Styled};
use crate::shell::consent::{Consent, consent};
use crate::shell::{Format, Screen, Shell};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the shell knows of lessons, beside those in the binary.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// A folder of lessons that take the place of those in the binary.
    pub folder: Option<PathBuf>,
    /// Lessons that did not come with the program may run programs.
    pub allow_run: bool,
    /// Where it is kept how far the student is.
    pub progress: Option<PathBuf>,
    /// The program was started for a lesson and ends with it.
    pub alone: bool,
    /// How long a lesson waits, in place of what it says itself.
    pub deadline: Option<Duration>,
}

/// The works of the verb.
const WORKS: [&str; 5] = ["list", "show", "play", "learn", "check"];

impl Shell {
    /// Tells the shell what it is to know of lessons.
    pub fn set_desk(&mut self, desk: Desk) {
        self.desk = desk;
    }

    /// `lesson …`.
    pub(in crate::shell) fn lesson_verb(&mut self, words: &str, screen: &mut dyn Screen) {
        if let Some(course) = &mut self.course {
            course.mind();
        }
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let (work, rest) = match words.split_first() {
            None => ("list", &[][..]),
            Some((work, rest)) if WORKS.contains(&work.as_str()) => (work.as_str(), rest),
            Some(_) => ("learn", &words[..]),
        };
        let library = match Library::open(self.desk.folder.as_deref()) {
            Ok(library) => library,
            Err(reason) => return self.refuse("", reason, screen),
        };
        match (work, rest) {
            ("list", _) | ("learn", []) => {
                let text = listed(&library, self.desk.progress.as_deref(), &screen.look());
                self.paged(&text, screen);
            }
            ("check", names) => self.check_from_prompt(&library, names, screen),
            (work, [name]) => {
                self.with_lesson(&library, work, name, None, screen);
            }
            ("show", [name, option]) if option == "--answers" => match library.one(name) {
                Ok(volume) => self.paged(&shown(&volume, true, &screen.look()), screen),
                Err(reason) => self.refuse("", reason, screen),
            },
            ("play", [name, option, pace]) if option == "--pace" => match pace_of(pace) {
                Ok(pace) => {
                    self.with_lesson(&library, "play", name, Some(pace), screen);
                }
                Err(reason) => self.refuse("", reason, screen),
            },
            (work, _) => {
                let reason = format!(
                    "lesson {work} takes one name: lesson {work} handshake; `lesson list` shows which there are"
                );
                self.refuse("", reason, screen);
            }
        }
    }

    fn check_from_prompt(&mut self, library: &Library, names: &[String], screen: &mut dyn Screen) {
        let chosen = match library.choose(names) {
            Ok(chosen) => chosen,
            Err(reason) => return self.refuse("", reason, screen),
        };
        let wish = Wish {
            repeat: 1,
            jobs: 2,
            allow_run: self.desk.allow_run,
            format: Format::Text,
            deadline: self.desk.deadline,
        };
        let settings = self.session.settings().clone();
        if !check_all(&chosen, &settings, &wish, screen) {
            self.tally.failed += 1;
        }
    }

    /// Begins one of the works that take a lesson. False when it did not come to it; why is shown.
    pub fn with_lesson(
        &mut self,
        library: &Library,
        work: &str,
        name: &str,
        pace: Option<Duration>,
        screen: &mut dyn Screen,
    ) -> bool {
        let volume = match self.chosen(library, work, name) {
            Ok(volume) => volume,
            Err(reason) => {
                self.refuse("", reason, screen);
                return false;
            }
        };
        if work == "show" {
            self.paged(&shown(&volume, false, &screen.look()), screen);
            return true;
        }
        let mut lesson = match read(&volume) {
            Ok(mut lesson) => {
                lesson.front.deadline = self.desk.deadline.unwrap_or(lesson.front.deadline);
                lesson
            }
            Err(errors) => {
                self.tally.wrong_lines += 1;
                screen.show(&complaints(&volume, &errors, &screen.look()));
                return false;
            }
        };
        let asked = to_allow(&lesson);
        lesson.trusted = volume.own || self.desk.allow_run;
        if !lesson.trusted && !asked.is_empty() {
            if !self.may(&volume, &asked, screen) {
                return false;
            }
            lesson.granted = grant(&lesson);
        }
        let begun = match work {
            "play" => self.play(&lesson, pace, screen),
            _ => self.learn(lesson, screen).map(|()| true),
        };
        let reason = match begun {
            Ok(held) => {
                self.tally.wrong_lines += usize::from(!held);
                return held;
            }
            Err(Obstacle::Lacking(why)) => format!("this lesson cannot be run here: {why}"),
            Err(obstacle) => obstacle.to_string(),
        };
        self.refuse("", reason, screen);
        false
    }

    /// The lesson a name means; of a part, the first that is not finished.
    fn chosen(&self, library: &Library, work: &str, name: &str) -> Result<Volume, String> {
        let mut chosen = library.choose(std::slice::from_ref(&name.to_owned()))?;
        let progress = self.desk.progress.as_deref().map(progress_file::read);
        let next = chosen.iter().position(|volume| {
            let place = progress
                .as_ref()
                .and_then(|progress| progress.of(&volume.name));
            !place.is_some_and(|place| place.finished)
        });
        let place = if work == "learn" {
            next.unwrap_or(0)
        } else {
            0
        };
        if place < chosen.len() {
            Ok(chosen.swap_remove(place))
        } else {
            Err("there are no lessons here".to_owned())
        }
    }

    /// Asks whether a lesson may do what it does outside its lab.
    fn may(&mut self, volume: &Volume, lines: &[String], screen: &mut dyn Screen) -> bool {
        let mut text = said(&format!(
            "{} did not come with socklab, and it would do this:",
            volume.file
        ));
        for line in lines {
            text.say(Style::Call, 5, line);
        }
        text.append(said("May it? y or n"));
        screen.show(&text);
        match consent(screen, Consent::Withheld) {
            Consent::Given => true,
            Consent::Withheld => {
                screen.show(&said("It was not begun."));
                false
            }
            Consent::Nobody => {
                let reason = "nobody can be asked here; --allow-run allows it".to_owned();
                self.refuse("", reason, screen);
                false
            }
        }
    }
}

/// The lessons there are, and how far the student is in each.
pub fn listed(library: &Library, progress: Option<&Path>, look: &Look) -> Styled {
    let progress = progress.map(progress_file::read);
    library.list(
        &|name| {
            let place = progress.as_ref()?.of(name)?;
            Some(if place.finished {
                (place.of, place.of)
            } else {
                (place.done, place.of)
            })
        },
        look,
    )
}

/// A pace as it is typed: `2s`, or a number of seconds.
fn pace_of(text: &str) -> Result<Duration, String> {
    match parse_expression(text) {
        Ok(Expr::Duration(nanoseconds)) => Ok(Duration::from_nanos(nanoseconds)),
        Ok(Expr::Int(seconds)) => u64::try_from(seconds)
            .map(Duration::from_secs)
            .map_err(|_| "a pace is a time: --pace 2s".to_owned()),
        _ => Err("a pace is a time: --pace 2s".to_owned()),
    }
}
