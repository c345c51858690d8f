//! A line that may be wrong or half typed, piece by piece: what each piece is and where it stands. What completion, hints
//! and colours look at. It never fails; whether the line means anything is for `parse` to say.

mod arguments;
mod scanner;

use crate::catalog::verb::{Spelling, Verb};
use scanner::Scanner;
use std::ops::Range;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `server>`
    Process,
    /// A verb, a method or a function.
    Verb,
    Constant,
    Name,
    String,
    Number,
    Address,
    Operator,
    Comment,
    /// Text that its verb takes as it stands.
    Raw,
    /// What cannot be read; a string that is not closed.
    Error,
}

/// Where a piece stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Where a command begins.
    Start,
    /// In an argument of a verb; the parameter's place in the catalog, if there is one.
    Argument(Verb, Option<usize>),
    /// In any other expression.
    Value,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) span: Range<usize>,
    pub(super) role: Role,
    pub(super) slot: Slot,
}

/// The innermost bracket that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Nothing,
    /// The brackets of a verb's call: its arguments stand between commas.
    Call,
    /// A list, a tuple, a subscript, a function of values.
    Brackets,
}

/// A line in pieces.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) pieces: Vec<Piece>,
    /// Where the next piece would stand.
    pub(super) end: Slot,
    /// What the end is inside of.
    pub(super) inside: Inside,
}

/// Reads a line.
pub(super) fn scan(line: &str) -> Scan {
    let mut scanner = Scanner::new(line);
    scanner.prompt();
    while scanner.step() {}
    scanner.finish()
}

/// True for a verb that can be written behind a dot.
pub(super) fn is_method(verb: Verb) -> bool {
    verb.entry().spelling == Spelling::Method
}
