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
    /// What the student named otherwise than the lesson before.
    pub called: &'a [Renamed],
    /// The line is about a call that fails: a failed one counts.
    pub may_fail: bool,
    /// The process of the prompt.
    pub here: &'a str,
}

/// Values that a student named otherwise than the lesson, whose later lines use its own names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The process the names are of.
    pub process: String,
    /// The lesson's names.
    pub lesson: Vec<String>,
    /// The student's; one name for several stands for them as a tuple, and `_` for a value that was given none.
    pub student: Vec<String>,
}

impl Renamed {
    /// The student's name for each of the lesson's, one by one: the newest, where it has had several.
    pub fn latest(called: &[Self]) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for renamed in called.iter().rev() {
            if renamed.lesson.len() != renamed.student.len() {
                continue;
            }
            for (lesson, student) in renamed.lesson.iter().zip(&renamed.student) {
                let known = found
                    .iter()
                    .any(|one| one.process == renamed.process && one.lesson == [lesson.as_str()]);
                if !known && lesson != student && student != "_" {
                    found.push(Self {
                        process: renamed.process.clone(),
                        lesson: vec![lesson.clone()],
                        student: vec![student.clone()],
                    });
                }
            }
        }
        found
    }
}
