//! A step of a program as lines in its place: its turn, what the session showed, the call. What the call is called is the language's.

use super::literal::comment;
use super::plan::Step;
use std::fmt::Write as _;

/// How a language says what stands around a call.
#[derive(Debug)]
pub(super) struct Words {
    /// What begins a comment.
    pub(super) comment: &'static str,
    /// Waits for a turn.
    pub(super) take: fn(usize) -> String,
    /// Gives a turn to who waits for it.
    pub(super) give: fn(usize) -> String,
}

/// Writes a step whose call is these lines, or that is left out for this reason.
pub(super) fn write_step(
    text: &mut String,
    step: &Step,
    words: &Words,
    call: Result<Vec<String>, &'static str>,
) {
    let mut line = |line: &str| {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "    {line}");
    };
    for turn in &step.turn.waits {
        line(&(words.take)(*turn));
    }
    line(&format!("{} {}", words.comment, comment(&step.shown)));
    if let Some(next) = step.turn.gives_before {
        line(&(words.give)(next));
    }
    match call {
        Err(reason) => line(&format!("{} left out: {reason}", words.comment)),
        Ok(lines) => lines.iter().for_each(|call| line(call)),
    }
    for next in &step.turn.gives_after {
        line(&(words.give)(*next));
    }
}
