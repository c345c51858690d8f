//! What a student has done since a step of a lesson began: what was typed, and the calls that came of it. Not what it is worth (`effect`).

use crate::command::ast::Command;
use crate::event::CallEvent;

/// What the student has done since the step began.
#[derive(Clone, Debug, Default)]
pub struct Done<'a> {
    /// The commands that were typed, each with the process it went to.
    pub typed: &'a [(String, Command)],
    /// The calls that were made.
    pub calls: Vec<&'a CallEvent>,
    /// The names that have values: process and name.
    pub names: Vec<(String, String)>,
    /// The descriptors that names have had since the step began: process, name and number.
    pub sockets: Vec<(String, String, i32)>,
    /// The line is about a call that fails: a failed one counts.
    pub may_fail: bool,
    /// The process of the prompt.
    pub here: &'a str,
}
