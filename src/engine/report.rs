//! What an engine says while it works: the messages a process sends to whoever gave it the command.

use crate::event::{
    BlockedEvent, CallEvent, CountedEvent, Ended, OutputEvent, RefusedEvent, ResultEvent,
};
use serde::{Deserialize, Serialize};

/// One thing an engine reports, in the order in which it happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// A system call is about to be made. Sent before it enters the kernel, so that whoever sees the thread asleep knows in what.
    Starting(BlockedEvent),
    /// The system call returned.
    Called(Box<CallEvent>),
    /// What the reader should know, which no call says.
    Note(String),
    /// The command's calls have sent text, where Python takes bytes alone.
    SentText,
    /// A thread that `serve` started is about to end, or one of a program has ended; it reports nothing more.
    ThreadEnded {
        /// Its process.
        process: String,
        /// Its number.
        thread: u32,
    },
    /// A thread goes round and round without finding anything to do: nothing more is told until something happens, or the
    /// terminal asks for another round.
    Idle {
        /// What it goes on calling, and on behalf of whom.
        spinning: BlockedEvent,
    },
    /// A child that the process forked has ended and was waited for.
    Reaped {
        /// Its number, as fork(2) returned it.
        pid: i32,
        /// How it ended.
        ended: Ended,
    },
    /// The program goes on once the call before this is taken in.
    Awaiting,
    /// A thread of a program has stopped before this call (`run --step`).
    Stopped(BlockedEvent),
    /// A process of a program has made another one, which holds the same sockets under the same numbers.
    Forked {
        /// The process.
        parent: String,
        /// The new one.
        child: String,
    },
    /// A process of a program executes another program, which does not have the sockets that were to be closed (FD_CLOEXEC).
    Executed {
        /// The process.
        process: String,
    },
    /// A process of a program has ended.
    Ended {
        /// The process.
        process: String,
        /// How it ended.
        ended: Ended,
    },
    /// Calls of a program that came too fast to be reported one by one.
    Counted(CountedEvent),
    /// The program runs on, and its calls cannot be seen, for this reason.
    Untraced(String),
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

/// The name of the thread that runs a job, or that `serve` has started, by which the terminal finds it under /proc; at most 15 bytes.
pub fn thread_name(job: u32, thread: u32) -> String {
    if thread == 0 {
        format!("job-{job}")
    } else {
        format!("serve-{thread}")
    }
}

/// Where reports go: the channel to the terminal, or a test's list. Called from every thread of the process.
pub trait Reports: Send + Sync {
    /// Takes one report. All but the return of a call and a command's value must have left the process when this returns: the next thing
    /// may be a call that sleeps for ever. Those two are followed by another report, at the latest the command's end.
    fn send(&self, report: Report);

    /// Where a child that is forked now reports to; `None` where there is no such place.
    fn of_a_child(&self) -> Option<&dyn Reports> {
        None
    }
}
