//! Which lessons a command line means: those in the binary, those of a folder, or a file; read, and what is wrong with them shown.

use crate::lesson::document::Lesson;
use crate::lesson::front::{self, Front};
use crate::lesson::shelf::{Shelf, Volume};
use crate::render::diagnostic;
use crate::render::lesson::{self, Row};
use crate::render::styled::{Look, Style, Styled};
use crate::sys::file;
use std::path::{Path, PathBuf};

/// The titles of the parts of the curriculum.
pub const PARTS: &[(u32, &str)] = &[
    (1, "endpoints"),
    (2, "families and types"),
    (3, "many clients"),
    (4, "protocols on a stream"),
    (5, "TCP in depth"),
];

/// The lessons there are.
#[derive(Clone, Debug)]
pub struct Library {
    /// All that a name can mean.
    pub shelf: Shelf,
}

impl Library {
    /// The lessons in the binary, or those of a folder.
    pub fn open(folder: Option<&Path>) -> Result<Self, String> {
        let Some(folder) = folder else {
            return Ok(Self {
                shelf: Shelf::embedded(),
            });
        };
        let entries =
            std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut volumes = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending == "md") {
                volumes.push(volume(&path)?);
            }
        }
        Ok(Self {
            shelf: Shelf::of(volumes),
        })
    }

    /// The lessons that these names and paths mean; all of them when there is none.
    pub fn choose(&self, names: &[String]) -> Result<Vec<Volume>, String> {
        if names.is_empty() {
            return Ok(self.shelf.volumes.clone());
        }
        let mut chosen = Vec::new();
        for name in names {
            let path = PathBuf::from(name);
            let is_path =
                name.contains('/') || path.extension().is_some_and(|ending| ending == "md");
            if is_path {
                chosen.push(volume(&path)?);
            } else {
                chosen.extend(self.shelf.find(name)?.into_iter().cloned());
            }
        }
        Ok(chosen)
    }

    /// The one lesson that a name or path means; of a part, its first.
    pub fn one(&self, name: &str) -> Result<Volume, String> {
        let mut chosen = self.choose(std::slice::from_ref(&name.to_owned()))?;
        if chosen.is_empty() {
            return Err("there are no lessons".to_owned());
        }
        Ok(chosen.swap_remove(0))
    }

    /// The name of the lesson behind this one.
    pub fn after(&self, name: &str) -> Option<String> {
        let mut volumes = self.shelf.volumes.iter();
        volumes.find(|volume| volume.name == name)?;
        volumes.next().map(|volume| volume.name.clone())
    }

    /// The list of them. `done` says how many steps of a lesson are done.
    pub fn list(&self, done: &dyn Fn(&str) -> Option<(usize, usize)>, look: &Look) -> Styled {
        let rows: Vec<Row> = self
            .shelf
            .volumes
            .iter()
            .map(|volume| row(volume, done))
            .collect();
        if rows.is_empty() {
            let mut text = Styled::new();
            text.say(Style::Dim, 0, "there are no lessons here");
            return text;
        }
        lesson::list(&rows, PARTS, look)
    }
}

/// A file as a lesson. It is the program's own when it says what a lesson in the binary says.
fn volume(path: &Path) -> Result<Volume, String> {
    const LONGEST: u64 = 4 << 20;
    let shown = path.display().to_string();
    let wrong = |error: &dyn std::fmt::Display| format!("{shown}: {error}");
    let bytes = file::read(path, LONGEST).map_err(|error| wrong(&error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let (line, column) =
            crate::command::line::place(error.as_bytes(), error.utf8_error().valid_up_to());
        format!("{shown}:{line}:{column}: not valid UTF-8")
    })?;
    let own = Shelf::embedded()
        .volumes
        .iter()
        .any(|volume| volume.text == text);
    Ok(Volume::new(&shown, &text, own))
}

fn row(volume: &Volume, done: &dyn Fn(&str) -> Option<(usize, usize)>) -> Row {
    let place = volume
        .place
        .map_or(String::new(), |(part, number)| format!("{part}.{number}"));
    // The program's own lessons are right, a test has seen to that; so their heads are all that is read here.
    if let (true, Ok(Some((range, _)))) = (volume.own, front::find(&volume.text))
        && let Ok(front) = Front::read(&volume.text, &range)
    {
        return Row {
            part: volume.place.map(|(part, _)| part).or(front.part),
            place,
            name: volume.name.clone(),
            title: front.title,
            about: front.about,
            minutes: front.minutes,
            done: done(&volume.name),
        };
    }
    match read(volume) {
        Ok(lesson) => Row {
            part: lesson.part,
            place,
            name: lesson.name.clone(),
            title: lesson.front.title,
            about: lesson.front.about,
            minutes: lesson.front.minutes,
            done: done(&lesson.name),
        },
        Err(errors) => Row {
            part: volume.place.map(|(part, _)| part),
            place,
            name: volume.name.clone(),
            title: format!(
                "cannot be read: {}",
                errors.first().map_or("", |error| error.message.as_str())
            ),
            ..Row::default()
        },
    }
}

/// Reads a lesson.
pub fn read(volume: &Volume) -> Result<Lesson, Vec<crate::command::diagnostic::Diagnostic>> {
    Lesson::read(&volume.file, &volume.text)
}

/// What is wrong with a lesson's file, each with its line and a caret.
pub fn complaints(
    volume: &Volume,
    errors: &[crate::command::diagnostic::Diagnostic],
    look: &Look,
) -> Styled {
    let mut text = Styled::new();
    for error in errors {
        text.append(diagnostic::draw(
            &volume.text,
            error,
            Some((&volume.file, 1)),
            look,
        ));
    }
    text
}
