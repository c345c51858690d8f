//! A `quiz` block: a question, its answer, or where the kernel's answer is read. Not how it is asked.

use super::answer::AnswerFrom;
use super::toml_block;
use crate::command::diagnostic::Diagnostic;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// A question.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The question, Markdown.
    pub ask: String,
    /// The answers to choose from; none when a number or word is to be typed.
    pub choices: Vec<String>,
    /// The right answer, where the lesson states it.
    pub answer: Option<String>,
    /// Where the kernel's answer is read.
    pub answer_from: Option<AnswerFrom>,
    /// Told after the answer, Markdown.
    pub because: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    ask: String,
    #[serde(default)]
    choices: Vec<String>,
    answer: Option<Spanned<Answer>>,
    answer_from: Option<Spanned<String>>,
    #[serde(default)]
    because: String,
}

/// An answer may be written as a number.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Answer {
    Number(i64),
    Text(String),
}

impl Question {
    /// Reads the TOML of a block.
    pub fn read(text: &str, range: &Range<usize>) -> Result<Self, Diagnostic> {
        let table: Table = toml_block::read(text, range)?;
        let answer = match &table.answer {
            None => None,
            Some(written) => {
                let answer = match written.get_ref() {
                    Answer::Number(number) => number.to_string(),
                    Answer::Text(text) => text.clone(),
                };
                if !table.choices.is_empty() && !table.choices.contains(&answer) {
                    let span = written.span();
                    return Err(Diagnostic::new(
                        span.start + range.start..span.end + range.start,
                        "the answer is none of the choices",
                    )
                    .suggesting(&answer, table.choices.iter().map(String::as_str)));
                }
                Some(answer)
            }
        };
        let answer_from = match &table.answer_from {
            None => None,
            Some(written) => {
                let inner = toml_block::inner(text, range, written);
                Some(AnswerFrom::parse(written.get_ref()).map_err(|error| inner.place(error))?)
            }
        };
        if answer.is_none() && answer_from.is_none() {
            return Err(Diagnostic::new(range.clone(), "the quiz has no answer")
                .expecting("answer = \"…\", or answer_from = \"…\" to have it read from the run"));
        }
        Ok(Self {
            ask: table.ask,
            choices: table.choices,
            answer,
            answer_from,
            because: table.because,
        })
    }

    /// True when what was typed is this answer: its text in any case, the number or letter of its choice, or the same number.
    pub fn is(&self, typed: &str, answer: &str) -> bool {
        let typed = typed.trim();
        if let Some(place) = self.choice(typed) {
            return self.choices[place].eq_ignore_ascii_case(answer);
        }
        let number = |text: &str| text.trim().parse::<f64>().ok();
        typed.eq_ignore_ascii_case(answer)
            || number(typed).is_some_and(|typed| Some(typed) == number(answer))
    }

    /// True for what can be meant as an answer: one of the choices; without choices a word, and a number where the answer is one.
    pub fn takes(&self, typed: &str) -> bool {
        let typed = typed.trim();
        if !self.choices.is_empty() {
            return self.choice(typed).is_some();
        }
        let is_number = |text: &str| text.trim().parse::<f64>().is_ok();
        let asks_for_number = self.answer.as_deref().is_some_and(is_number)
            || matches!(self.answer_from, Some(AnswerFrom::Count(_)));
        !typed.is_empty()
            && !typed.contains(char::is_whitespace)
            && (!asks_for_number || is_number(typed))
    }

    /// Which choice was typed, by its text, its letter or its number from 1.
    pub fn choice(&self, typed: &str) -> Option<usize> {
        let typed = typed.trim().trim_end_matches([')', '.']);
        let by_text = self
            .choices
            .iter()
            .position(|choice| choice.eq_ignore_ascii_case(typed));
        let by_letter = || match typed.as_bytes() {
            [letter] => {
                let place = usize::from(letter.to_ascii_lowercase().wrapping_sub(b'a'));
                (place < self.choices.len()).then_some(place)
            }
            _ => None,
        };
        let by_number = || {
            let place = typed.parse::<usize>().ok()?.checked_sub(1)?;
            (place < self.choices.len()).then_some(place)
        };
        by_text.or_else(by_letter).or_else(by_number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_the_answer_is_not_taken_for_one() {
        let question = |choices: &[&str], answer: &str| Question {
            ask: String::new(),
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
            answer: (!answer.is_empty()).then(|| answer.to_owned()),
            answer_from: None,
            because: String::new(),
        };
        for (choices, answer, typed, taken) in [
            (&[][..], "4", "4", true),
            (&[], "4", "c", false),
            (&[], "4", "four segments", false),
            (&[], "ECONNREFUSED", "econnrefused", true),
            (&[], "", "c", true),
            (&[], "4", " ", false),
            (&["yes", "no"], "yes", "b", true),
            (&["yes", "no"], "yes", "c", false),
        ] {
            assert_eq!(question(choices, answer).takes(typed), taken, "{typed}");
        }
    }
}
