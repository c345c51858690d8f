//! ptrace(2), one function for each request.
#![expect(unsafe_code, reason = "ptrace takes pointers")]

use super::checked;
use std::io;

/// How a stopped thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resume {
    /// To its next traced call, signal or end.
    Run,
    /// To the end of the call it is in.
    CallEnd,
    /// One instruction, or to the first of a signal's handler.
    Step,
    /// Nowhere: it stays stopped as by SIGSTOP, but hears SIGCONT.
    Listen,
}

/// A call at its entry, as the seccomp stop shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallEntry {
    /// Where the program is.
    pub(crate) instruction: u64,
    /// Its stack.
    pub(crate) stack: u64,
    /// The number of the call.
    pub(crate) number: u64,
    /// Its arguments.
    pub(crate) arguments: [u64; 6],
    /// What the filter gave with its verdict.
    pub(crate) data: u32,
}

/// What PTRACE_GET_SYSCALL_INFO said.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CallStop {
    /// A call traced by the filter, not yet begun.
    Entry(CallEntry),
    /// The value a call returned, the errno negative.
    Exit(i64),
    /// Neither.
    Other,
}

fn request(request: libc::c_uint, tid: i32, address: usize, data: usize) -> io::Result<i64> {
    // SAFETY: the callers of this function pass numbers, or pointers to what they own with its length.
    checked(unsafe { libc::ptrace(request, tid, address, data) })
}

/// Begins to trace a process (PTRACE_SEIZE).
pub(crate) fn seize(pid: i32) -> io::Result<()> {
    let options = libc::PTRACE_O_EXITKILL
        | libc::PTRACE_O_TRACESECCOMP
        | libc::PTRACE_O_TRACESYSGOOD
        | libc::PTRACE_O_TRACEFORK
        | libc::PTRACE_O_TRACEVFORK
        | libc::PTRACE_O_TRACECLONE
        | libc::PTRACE_O_TRACEEXEC;
    request(libc::PTRACE_SEIZE, pid, 0, options as usize).map(|_| ())
}

/// Lets a stopped thread go on, with a signal or 0.
pub(crate) fn resume(tid: i32, how: Resume, signal: i32) -> io::Result<()> {
    let kind = match how {
        Resume::Run => libc::PTRACE_CONT,
        Resume::CallEnd => libc::PTRACE_SYSCALL,
        Resume::Step => libc::PTRACE_SINGLESTEP,
        Resume::Listen => libc::PTRACE_LISTEN,
    };
    request(kind, tid, 0, signal as usize).map(|_| ())
}

/// What an event stop carries: the new thread's number, or the former one of a thread that called exec.
pub(crate) fn event_message(tid: i32) -> io::Result<u64> {
    let mut message: libc::c_ulong = 0;
    request(
        libc::PTRACE_GETEVENTMSG,
        tid,
        0,
        (&raw mut message) as usize,
    )?;
    Ok(message)
}

/// What call a thread is stopped in.
pub(crate) fn call_stop(tid: i32) -> io::Result<CallStop> {
    const ENTRY: u8 = 1;
    const EXIT: u8 = 2;
    const SECCOMP: u8 = 3;
    // struct ptrace_syscall_info: op and padding, arch, ip, sp, then number, six arguments and the filter's data.
    let mut words = [0_u64; 12];
    request(
        libc::PTRACE_GET_SYSCALL_INFO,
        tid,
        size_of_val(&words),
        words.as_mut_ptr() as usize,
    )?;
    let entry = |words: &[u64; 12], data| {
        let mut arguments = [0; 6];
        arguments.copy_from_slice(&words[4..10]);
        CallEntry {
            instruction: words[1],
            stack: words[2],
            number: words[3],
            arguments,
            data,
        }
    };
    Ok(match words[0].to_ne_bytes()[0] {
        ENTRY => CallStop::Entry(entry(&words, u32::MAX)),
        SECCOMP => CallStop::Entry(entry(&words, words[10] as u32)),
        EXIT => CallStop::Exit(words[3] as i64),
        _ => CallStop::Other,
    })
}

/// The signals that a thread blocks, as the kernel's 64 bits.
pub(crate) fn signal_mask(tid: i32) -> io::Result<u64> {
    let mut mask = 0_u64;
    request(
        libc::PTRACE_GETSIGMASK as libc::c_uint,
        tid,
        size_of::<u64>(),
        (&raw mut mask) as usize,
    )?;
    Ok(mask)
}

/// Sets the signals that a thread blocks.
pub(crate) fn set_signal_mask(tid: i32, mask: u64) -> io::Result<()> {
    request(
        libc::PTRACE_SETSIGMASK as libc::c_uint,
        tid,
        size_of::<u64>(),
        (&raw const mask) as usize,
    )
    .map(|_| ())
}

/// Stops a running thread, or tells of a stop of its group again (PTRACE_INTERRUPT).
pub(crate) fn interrupt(tid: i32) -> io::Result<()> {
    request(libc::PTRACE_INTERRUPT, tid, 0, 0).map(|_| ())
}
