//! What the tracer puts into a call or into a thread: a shorter length, an errno, and calls of its own that install a wider filter.

use crate::call::{Decision, Note};
use crate::filter;
use crate::memory::{Memory, ProcessMemory};
use crate::stops::{Pending, Tracer};
use crate::sys;
use crate::sys::ptrace::{CallEntry, CallStop, Resume};
use crate::sys::registers::Registers;
use crate::table::{Architecture, CALLS, Level, Shape};
use std::io;

/// Where in its page the filter lies, behind struct sock_fprog.
const FILTER_AT: usize = 16;
const PAGE: usize = 4096;

impl Tracer<'_> {
    /// Does to a call that is about to begin what was decided; gives what could be done, and the numbers changed in memory for it.
    pub(crate) fn impose(
        tid: i32,
        place: usize,
        entry: &CallEntry,
        decision: Decision,
    ) -> (Decision, Vec<(u64, u64)>) {
        let done = match decision {
            Decision::Go | Decision::Delay(_) => Ok(Vec::new()),
            Decision::Errno(_) => sys::registers::cancel_call(tid).map(|()| Vec::new()),
            Decision::Length(limit) => shorten(tid, place, entry, limit),
        };
        match done {
            Ok(lent) => (decision, lent),
            Err(_) => (Decision::Go, Vec::new()),
        }
    }

    /// After the call: the program finds registers and memory as it left them, and the errno that was decided.
    pub(crate) fn lift(tid: i32, pending: &Pending, value: i64) -> i64 {
        for (address, number) in &pending.lent {
            let _ = sys::memory::write(tid, *address, &number.to_le_bytes());
        }
        match pending.decision {
            Decision::Go | Decision::Delay(_) => value,
            Decision::Errno(errno) => {
                let value = -i64::from(errno);
                if let Ok(mut registers) = sys::registers::read(tid) {
                    registers.set_result(value);
                    let _ = sys::registers::write(tid, &registers);
                }
                value
            }
            Decision::Length(_) => {
                if let Some(Length::Argument(index) | Length::Vectors(_, index)) =
                    length_of(pending.place)
                {
                    let _ = set_argument(tid, index, pending.entry.arguments[index]);
                }
                value
            }
        }
    }

    /// Before the program filters its own calls, which may forbid the tracer's: gives whether the call begins anew after that.
    pub(crate) fn widen_before_call(&mut self, tid: i32, pid: i32, entry: &CallEntry) -> bool {
        let wide = |process: &crate::stops::Process| process.level == Level::All;
        if self.processes.get(&pid).is_none_or(wide) {
            return false;
        }
        if sys::registers::cancel_call(tid).is_err() || !self.run_to_call_end(tid) {
            return false;
        }
        self.widen(tid, pid, Level::All);
        if let Ok(mut registers) = sys::registers::read(tid) {
            registers.call_again(entry.number, entry.arguments);
            let _ = sys::registers::write(tid, &registers);
        }
        true
    }

    /// At the exit stop of a call: installs a wider filter in all threads of the process.
    pub(crate) fn widen(&mut self, tid: i32, pid: i32, level: Level) {
        let Some(process) = self.processes.get_mut(&pid) else {
            return;
        };
        if process.level >= level {
            return;
        }
        // Whatever comes of it, it is not tried again.
        process.level = level;
        if let Err(step) = self.install(tid, level) {
            self.sink.note(pid, &Note::Blind(step));
        }
    }

    fn install(&mut self, tid: i32, level: Level) -> Result<(), &'static str> {
        let saved = sys::registers::read(tid).map_err(|_| "PTRACE_GETREGSET")?;
        let mask = sys::ptrace::signal_mask(tid).map_err(|_| "PTRACE_GETSIGMASK")?;
        sys::ptrace::set_signal_mask(tid, u64::MAX).map_err(|_| "PTRACE_SETSIGMASK")?;
        let result = self.install_from_a_page(tid, &saved, level);
        let _ = sys::registers::write(tid, &saved);
        let _ = sys::ptrace::set_signal_mask(tid, mask);
        result
    }

    fn install_from_a_page(
        &mut self,
        tid: i32,
        saved: &Registers,
        level: Level,
    ) -> Result<(), &'static str> {
        let protection = (libc::PROT_READ | libc::PROT_WRITE) as u64;
        let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;
        let arguments = [0, PAGE as u64, protection, flags, u64::MAX, 0];
        let page = self
            .call(tid, saved, libc::SYS_mmap, arguments)
            .and_then(|address| u64::try_from(address).ok())
            .ok_or("mmap(2)")?;
        let bytes = page_of(page, level);
        let installed = if sys::memory::write(tid, page, &bytes).is_ok() {
            let operation = u64::from(libc::SECCOMP_SET_MODE_FILTER);
            // For all threads, and without mitigations that a filter alone would switch on (before Linux 5.16).
            let flags = libc::SECCOMP_FILTER_FLAG_TSYNC | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
            let arguments = [operation, flags, page, 0, 0, 0];
            self.call(tid, saved, libc::SYS_seccomp, arguments)
        } else {
            None
        };
        self.call(
            tid,
            saved,
            libc::SYS_munmap,
            [page, PAGE as u64, 0, 0, 0, 0],
        );
        installed
            .filter(|result| *result == 0)
            .map(|_| ())
            .ok_or("seccomp(2)")
    }

    /// Has a thread that is at an exit stop make a call, and gives what it returned.
    fn call(
        &mut self,
        tid: i32,
        saved: &Registers,
        number: libc::c_long,
        arguments: [u64; 6],
    ) -> Option<i64> {
        let mut registers = *saved;
        registers.call_again(number as u64, arguments);
        sys::registers::write(tid, &registers).ok()?;
        if !self.run_to_call_end(tid) {
            return None;
        }
        match sys::ptrace::call_stop(tid) {
            Ok(CallStop::Exit(value)) => Some(value),
            _ => None,
        }
    }

    /// Lets a thread run to the next exit stop; false if it has ended.
    fn run_to_call_end(&mut self, tid: i32) -> bool {
        let mut group_stop = false;
        loop {
            if sys::ptrace::resume(tid, Resume::CallEnd, 0).is_err() {
                return false;
            }
            let status = loop {
                match sys::process::wait(tid) {
                    Ok((_, status)) => break status,
                    Err(error) if error.raw_os_error() == Some(libc::EINTR) => {}
                    Err(_) => return false,
                }
            };
            if !libc::WIFSTOPPED(status) {
                self.changed(tid, status);
                return false;
            }
            group_stop |= status >> 16 == libc::PTRACE_EVENT_STOP;
            if matches!(sys::ptrace::call_stop(tid), Ok(CallStop::Exit(_))) {
                // It is told of the stop again when it runs on.
                if group_stop {
                    let _ = sys::ptrace::interrupt(tid);
                }
                return true;
            }
        }
    }
}

/// Where a call has the length of its data.
enum Length {
    /// In this argument.
    Argument(usize),
    /// In the struct iovec that the first argument points to, the second having their number.
    Vectors(usize, usize),
    /// In the struct msghdr that this argument points to.
    Message(usize),
}

fn length_of(place: usize) -> Option<Length> {
    let shapes = CALLS[place].shapes.iter().enumerate();
    let mut lengths = shapes.filter_map(|(index, shape)| match shape {
        Shape::DataIn(length) => Some(Length::Argument(*length)),
        Shape::DataOut => Some(Length::Argument(index + 1)),
        Shape::VectorsIn(count) | Shape::VectorsOut(count) => Some(Length::Vectors(index, *count)),
        Shape::MessageIn | Shape::MessageOut => Some(Length::Message(index)),
        _ => None,
    });
    lengths.next()
}

/// Leaves a call no more than so many bytes: of several buffers the first one. Gives what was changed in memory.
fn shorten(tid: i32, place: usize, entry: &CallEntry, limit: u64) -> io::Result<Vec<(u64, u64)>> {
    const VECTORS: u64 = 16; // where struct msghdr has its iovec, and behind it their number
    let memory = ProcessMemory(tid);
    let lend = |address: u64, number: u64| {
        let before = memory.u64_at(address).ok_or(io::ErrorKind::InvalidData)?;
        sys::memory::write(tid, address, &number.min(before).to_le_bytes())?;
        Ok::<_, io::Error>((address, before))
    };
    match length_of(place) {
        Some(Length::Argument(index)) => {
            set_argument(tid, index, entry.arguments[index].min(limit))?;
            Ok(Vec::new())
        }
        Some(Length::Vectors(at, count)) => {
            let lent = lend(entry.arguments[at] + 8, limit)?;
            set_argument(tid, count, entry.arguments[count].min(1))?;
            Ok(vec![lent])
        }
        Some(Length::Message(at)) => {
            let header = entry.arguments[at];
            let vectors = memory.u64_at(header + VECTORS);
            let vectors = vectors.ok_or(io::ErrorKind::InvalidData)?;
            Ok(vec![
                lend(vectors + 8, limit)?,
                lend(header + VECTORS + 8, 1)?,
            ])
        }
        None => Err(io::ErrorKind::Unsupported.into()),
    }
}

fn set_argument(tid: i32, index: usize, value: u64) -> io::Result<()> {
    let mut registers = sys::registers::read(tid)?;
    registers.set_argument(index, value);
    sys::registers::write(tid, &registers)
}

/// struct sock_fprog and the filter it points to, as they lie in a page at that address.
fn page_of(address: u64, level: Level) -> Vec<u8> {
    let program = filter::program(level, Architecture::NATIVE);
    let mut bytes = vec![0; FILTER_AT];
    bytes[..2].copy_from_slice(&(program.len() as u16).to_le_bytes());
    bytes[8..].copy_from_slice(&(address + FILTER_AT as u64).to_le_bytes());
    for step in program {
        bytes.extend(step.code.to_le_bytes());
        bytes.extend([step.jt, step.jf]);
        bytes.extend(step.k.to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_filter_fits_its_page() {
        for level in [Level::First, Level::Sets, Level::Sockets, Level::All] {
            assert!(page_of(0, level).len() <= PAGE);
        }
    }
}
