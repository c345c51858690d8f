//! Command in, reports out, against the kernel: what one process of the laboratory does with the calls it is given.
//!
//! A socket value is its descriptor number and nothing more: after `close s` the variable still holds the number, and the kernel
//! itself answers EBADF. Once the kernel gives the number out again, whatever still holds it from before becomes -1.
//! As in CPython, a socket is closed when the last that holds it lets go: a variable, a list, a file, a poll object, an epoll instance. One
//! that never had a variable is closed by `close` only.

mod address_form;
mod ancillary;
mod arguments;
mod blocking;
mod bounds;
mod calling;
mod clock;
mod connecting;
mod control;
mod dispatch;
mod draft;
mod encoding;
mod execution;
mod expression;
mod failure;
mod formatting;
mod function;
mod interface;
mod layer;
mod lifecycle;
mod memory;
mod names;
mod number;
mod operator;
mod option;
mod option_bytes;
mod packing;
mod readiness;
pub mod report;
mod repr;
mod resolve;
mod serve;
mod stream;
mod transfer;
mod waiting;
mod words;

use crate::command::ast::Command;
use crate::syscall::{option as option_value, text};
use execution::{Execution, Stop};
use memory::Memory;
use report::{Report, Reports};
use std::sync::OnceLock;
use std::sync::atomic::AtomicU32;

/// A command whose one target is this name is a question of the session's: its value is reported, but neither kept in a variable
/// nor in `_`, and not to be shown. No name of the language holds a blank.
pub const HIDDEN: &str = "( not kept )";

/// One process of the laboratory: its variables, its sockets, and how it carries commands out. Shared by the threads of the process.
pub struct Engine {
    process: String,
    host: String,
    memory: Memory,
    reserved: Vec<i32>,
    /// How many threads `serve` has started in this process.
    threads: AtomicU32,
    /// The folder that paths are kept to, if they are.
    bounds: OnceLock<bounds::Bounds>,
}

impl Engine {
    /// An engine without variables, for the process of this name on this host (both are only repeated in reports).
    pub fn new(process: &str, host: &str) -> Self {
        Self {
            process: process.to_owned(),
            host: host.to_owned(),
            memory: Memory::default(),
            reserved: Vec::new(),
            threads: AtomicU32::new(0),
            bounds: OnceLock::new(),
        }
    }

    /// The name of the process.
    pub fn name(&self) -> &str {
        &self.process
    }

    /// The engine with descriptors that no command may touch: the channels by which the process is told what to do, and tells.
    #[must_use]
    pub fn reserving(mut self, fds: &[i32]) -> Self {
        self.reserved = fds.to_vec();
        self
    }

    /// Runs one command to its end on the calling thread. `number` is the command's, `job` the background job's (0 is the main
    /// thread). The last report is always `Report::Done`. Several threads may be in here at once.
    pub fn execute(&self, command: &Command, number: u64, job: u32, reports: &dyn Reports) {
        let names = command.action.names();
        self.memory.with(|contents| {
            let held = contents.held_by(&names);
            contents.in_use.insert(number, held);
        });
        let mut execution = Execution::new(self, number, job, reports);
        match execution.command(command) {
            Err(Stop::Refused(reason)) => execution.refuse(reason, false),
            Err(Stop::Fruitless(reason)) => execution.refuse(reason, true),
            Ok(()) | Err(Stop::Failed) => {}
        }
        if execution.given_text && execution.last_call.is_some() {
            reports.send(Report::SentText);
        }
        execution.close_orphans();
        self.memory.with(|contents| contents.in_use.remove(&number));
        reports.send(Report::Done {
            command: number,
            job,
        });
    }
}

#[cfg(test)]
mod tests;
