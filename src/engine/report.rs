//! What an engine says while it works: the messages a process sends to whoever gave it the command.

use crate::event::{BlockedEvent, CallEvent, OutputEvent, RefusedEvent, ResultEvent};
use serde::{Deserialize, Serialize};

/// One thing an engine reports, in the order in which it happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// A system call is about to be made. Sent before it enters the kernel, so that whoever sees the thread asleep knows in what.
    Starting(BlockedEvent),
    /// The system call returned.
    Called(Box<CallEvent>),
    /// `print` printed this.
    Output(OutputEvent),
    /// The command cannot be carried out (a name that is no socket, a value of the wrong kind); no call was made for this part.
    Refused(RefusedEvent),
    /// The command gave this value; at most one a command, after its last call.
    Result(ResultEvent),
    /// The command is done. Always the last report of a command.
    Done {
        /// The command's number.
        command: u64,
        /// The job that ran it; 0 is the main thread.
        job: u32,
    },
}

/// Where reports go: the channel to the terminal, or a test's list. Called from every thread of the process.
pub trait Reports: Send + Sync {
    /// Takes one report. It must have left the process when this returns: the next thing may be a call that sleeps for ever.
    fn send(&self, report: Report);
}
