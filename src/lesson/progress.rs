//! How far a student is in each lesson, as a text of one line a lesson. Where it is kept is not known here.

use std::collections::BTreeMap;
use std::fmt::Write;

/// How far a student is in one lesson.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// How many steps are behind.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// True when the end has been reached once.
    pub finished: bool,
}

/// How far a student is in every lesson that was begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    places: BTreeMap<String, Place>,
}

const HEAD: &str = "# How far you are in socklab's lessons: name, steps done, of how many, and whether the end was ever reached.\n";

impl Progress {
    /// Reads the text. A line that is not whole says nothing: a file that was cut loses at most what was cut off.
    pub fn parse(text: &str) -> Self {
        let mut places = BTreeMap::new();
        for line in text.split_inclusive('\n') {
            // Without its line end a number may be half of one.
            let Some(line) = line.strip_suffix('\n') else {
                continue;
            };
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, done, of, finished) = match words.as_slice() {
                [name, done, "of", of] => (name, done, of, false),
                [name, done, "of", of, "finished"] => (name, done, of, true),
                _ => continue,
            };
            if let (Ok(done), Ok(of)) = (done.parse(), of.parse())
                && done <= of
                && !name.starts_with('#')
            {
                let place = Place { done, of, finished };
                places.insert((*name).to_owned(), place);
            }
        }
        Self { places }
    }

    /// The text.
    pub fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for (name, place) in &self.places {
            let finished = if place.finished { " finished" } else { "" };
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{name} {} of {}{finished}", place.done, place.of);
        }
        text
    }

    /// How far the student is in a lesson; `None` when it was never begun.
    pub fn of(&self, lesson: &str) -> Option<Place> {
        self.places.get(lesson).copied()
    }

    /// The student has done so many steps of a lesson.
    pub fn reach(&mut self, lesson: &str, done: usize, of: usize) {
        let name = lesson.split_whitespace().collect::<Vec<_>>().join("-");
        let place = self.places.entry(name).or_default();
        place.done = done.min(of);
        place.of = of;
        place.finished |= done >= of;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> Progress {
        let mut progress = Progress::default();
        progress.reach("handshake", 5, 12);
        progress.reach("socket", 10, 10);
        progress.reach("socket", 3, 10);
        progress.reach("closing", 17, 21);
        progress
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = sample().text();
        assert_eq!(Progress::parse(&text), sample(), "{text}");
        assert_eq!(
            sample().of("socket"),
            Some(Place {
                done: 3,
                of: 10,
                finished: true
            })
        );
        assert_eq!(sample().of("other"), None);
    }

    #[test]
    fn a_file_cut_at_any_byte_says_nothing_that_is_not_so() {
        let (text, whole) = (sample().text(), sample());
        let mut lessons_left = Vec::new();
        for end in 0..=text.len() {
            let cut = Progress::parse(&text[..end]);
            for (name, place) in &cut.places {
                assert_eq!(whole.of(name), Some(*place), "cut at {end}");
            }
            lessons_left.push(cut.places.len());
        }
        assert!(lessons_left.is_sorted() && lessons_left.last() == Some(&3));
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_complaint(text in any::<String>()) {
            let read = Progress::parse(&text);
            prop_assert_eq!(Progress::parse(&read.text()), read);
        }
    }
}
