//! How far a student is in each lesson, as a text of one line a lesson. Where it is kept is not known here.

use std::collections::BTreeMap;
use std::fmt::Write;

/// How far a student is in one lesson.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// How many steps are behind.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// True when the end has been reached once.
    pub finished: bool,
    /// What was said of the questions, by the step's number from 0.
    pub said: BTreeMap<usize, String>,
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
            let [name, done, "of", of, more @ ..] = words.as_slice() else {
                continue;
            };
            let (finished, more) = match more {
                ["finished", more @ ..] => (true, more),
                more => (false, more),
            };
            let Some(said) = read_said(more) else {
                continue;
            };
            if let (Ok(done), Ok(of)) = (done.parse(), of.parse())
                && done <= of
                && !name.starts_with('#')
            {
                let place = Place {
                    done,
                    of,
                    finished,
                    said,
                };
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
            let _ = write!(text, "{name} {} of {}{finished}", place.done, place.of);
            if !place.said.is_empty() {
                text.push_str(" said");
            }
            for (step, said) in &place.said {
                let _ = write!(text, " {step}:{}", encoded(said));
            }
            text.push('\n');
        }
        text
    }

    /// How far the student is in a lesson; `None` when it was never begun.
    pub fn of(&self, lesson: &str) -> Option<Place> {
        self.places.get(lesson).cloned()
    }

    /// The student has done so many steps of a lesson.
    pub fn reach(&mut self, lesson: &str, reached: Place) {
        let name = lesson.split_whitespace().collect::<Vec<_>>().join("-");
        let place = self.places.entry(name).or_default();
        let finished = place.finished || reached.finished || reached.done >= reached.of;
        *place = Place {
            done: reached.done.min(reached.of),
            finished,
            ..reached
        };
    }
}

/// `said 3:a 7:no%20idea`: what was said of steps 3 and 7; `None` for anything else.
fn read_said(words: &[&str]) -> Option<BTreeMap<usize, String>> {
    let Some((first, words)) = words.split_first() else {
        return Some(BTreeMap::new());
    };
    let said = |word: &&str| {
        let (step, said) = word.split_once(':')?;
        Some((step.parse().ok()?, decoded(said)?))
    };
    (*first == "said" && !words.is_empty())
        .then(|| words.iter().map(said).collect())
        .flatten()
}

/// Text as one word of ASCII: other bytes as `%` and two digits.
fn encoded(text: &str) -> String {
    let mut word = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            word.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(word, "%{byte:02x}");
        }
    }
    word
}

fn decoded(word: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte == b'%' {
            let digits = rest
                .get(..2)
                .and_then(|two| std::str::from_utf8(two).ok())?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(done: usize, of: usize) -> Place {
        Place {
            done,
            of,
            ..Place::default()
        }
    }

    fn sample() -> Progress {
        let mut progress = Progress::default();
        progress.reach("handshake", place(5, 12));
        progress.reach("socket", place(10, 10));
        progress.reach("socket", place(3, 10));
        let mut closing = place(17, 21);
        closing.said = [(2, "b"), (9, "no idea, 100 %")]
            .map(|(step, said)| (step, said.to_owned()))
            .into();
        progress.reach("closing", closing);
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
                finished: true,
                said: BTreeMap::new(),
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
                assert_eq!(whole.of(name).as_ref(), Some(place), "cut at {end}");
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
