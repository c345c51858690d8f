//! What the check of a lesson came to: what held, and what did not. Not how it is checked.

use super::running::{Failure, Ran};

/// What a check came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many expectations, answers and tasks held.
    pub held: usize,
    /// Those that did not.
    pub failures: Vec<Failure>,
    /// Why the lesson could not be run here.
    pub passed_over: Option<String>,
}

impl Report {
    /// True when nothing is wrong with the lesson.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    pub(super) fn add(&mut self, ran: Ran) {
        self.held += ran.held;
        self.failures.extend(ran.failures);
    }
}

/// A failure of a line of the file that no command caused.
pub(super) fn bare(line: usize, expected: &str, reason: String) -> Failure {
    Failure {
        line,
        command: String::new(),
        expected: expected.to_owned(),
        actual: None,
        reason,
        shown: String::new(),
    }
}
