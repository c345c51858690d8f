//! The lessons that there are: those in the binary, and those of a folder that was read. Which one a name means.

use super::document::place_of;
use crate::command::diagnostic::{nearest, quoted};

include!(concat!(env!("OUT_DIR"), "/lessons.rs"));

/// A lesson's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The name of its file, as messages show it.
    pub file: String,
    /// What it is called: `handshake`.
    pub name: String,
    /// Part and number, where the file's name gives them.
    pub place: Option<(u32, u32)>,
    /// What is in it.
    pub text: String,
    /// True when it came with the program; what it runs is known.
    pub own: bool,
}

/// Lessons in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Those with a place by part and number, then the others by name.
    pub volumes: Vec<Volume>,
}

impl Volume {
    /// A file and what is in it.
    pub fn new(file: &str, text: &str, own: bool) -> Self {
        let (part, number, name) = place_of(file);
        Self {
            file: file.to_owned(),
            name,
            place: part.zip(number),
            text: text.to_owned(),
            own,
        }
    }
}

impl Shelf {
    /// The lessons in the binary.
    pub fn embedded() -> Self {
        Self::of(
            EMBEDDED
                .iter()
                .map(|(file, text)| Volume::new(file, text, true))
                .collect(),
        )
    }

    /// What the lessons in the binary are called, each with its number: `1.4`, `handshake`.
    pub fn names() -> Vec<(String, String)> {
        let named = EMBEDDED.iter().filter_map(|(file, _)| {
            let (part, number, name) = place_of(file);
            Some((format!("{}.{}", part?, number?), name))
        });
        named.collect()
    }

    /// These lessons, put in their order.
    pub fn of(mut volumes: Vec<Volume>) -> Self {
        volumes.sort_by(|one, other| {
            let key = |volume: &Volume| (volume.place.is_none(), volume.place, volume.name.clone());
            key(one).cmp(&key(other))
        });
        Self { volumes }
    }

    /// The lessons that a name means: `handshake`, the beginning of one, `1.4`, `104`, or `1` for all of a part. An error says so.
    pub fn find(&self, wanted: &str) -> Result<Vec<&Volume>, String> {
        let by_name: Vec<&Volume> = self
            .volumes
            .iter()
            .filter(|volume| volume.name == wanted || volume.file == wanted)
            .collect();
        if !by_name.is_empty() {
            return Ok(by_name);
        }
        if let Some((part, number)) = place(wanted) {
            let found: Vec<&Volume> = self
                .volumes
                .iter()
                .filter(|volume| {
                    volume
                        .place
                        .is_some_and(|(p, n)| p == part && number.is_none_or(|number| n == number))
                })
                .collect();
            return if found.is_empty() {
                Err(format!(
                    "there is no lesson {}; `lesson list` shows which there are",
                    quoted(wanted)
                ))
            } else {
                Ok(found)
            };
        }
        let beginning: Vec<&Volume> = self
            .volumes
            .iter()
            .filter(|volume| !wanted.is_empty() && volume.name.starts_with(wanted))
            .collect();
        match beginning.as_slice() {
            [_] => Ok(beginning),
            [] => {
                let near = nearest(
                    wanted,
                    self.volumes.iter().map(|volume| volume.name.as_str()),
                );
                let near = near.map_or_else(
                    || "`lesson list` shows which there are".to_owned(),
                    |near| format!("did you mean {near}?"),
                );
                Err(format!("no lesson is called {}; {near}", quoted(wanted)))
            }
            several => {
                let names: Vec<&str> = several.iter().map(|volume| volume.name.as_str()).collect();
                Err(format!("{} may be {}", quoted(wanted), names.join(" or ")))
            }
        }
    }
}

/// The part, and the lesson in it, that `3`, `304` or `3.4` names.
fn place(wanted: &str) -> Option<(u32, Option<u32>)> {
    match wanted.split_once('.') {
        Some((part, number)) => Some((part.parse().ok()?, Some(number.parse().ok()?))),
        None if wanted.len() >= 3 => {
            let number: u32 = wanted.parse().ok()?;
            Some((number / 100, Some(number % 100)))
        }
        None => Some((wanted.parse().ok()?, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_its_beginning_a_number_or_a_part_is_enough() {
        let shelf = Shelf::of(
            [
                "mine.md",
                "201-unix.md",
                "104-handshake.md",
                "101-socket.md",
                "105-hand-over.md",
            ]
            .iter()
            .map(|file| Volume::new(file, "", true))
            .collect(),
        );
        let found = |wanted: &str| -> Result<Vec<String>, String> {
            Ok(shelf
                .find(wanted)?
                .iter()
                .map(|volume| volume.name.clone())
                .collect())
        };
        let names = |names: &[&str]| {
            Ok(names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>())
        };
        for (wanted, expected) in [
            ("handshake", names(&["handshake"])),
            ("hands", names(&["handshake"])),
            ("1.4", names(&["handshake"])),
            ("104", names(&["handshake"])),
            ("1", names(&["socket", "handshake", "hand-over"])),
            ("mine", names(&["mine"])),
        ] {
            assert_eq!(found(wanted), expected, "{wanted}");
        }
        for (wanted, words) in [
            ("hand", "may be handshake or hand-over"),
            ("hadnshake", "did you mean handshake"),
            ("7", "no lesson"),
            ("1.9", "no lesson"),
            ("", "no lesson"),
        ] {
            let error = found(wanted).expect_err(wanted);
            assert!(error.contains(words), "{wanted}: {error}");
        }
    }
}
