//! Starting a program under trace: the contract with whoever wants to see its calls.

use crate::call::{Call, Decision, Entering, Exit, Note, Summary};
use crate::stops::Tracer;
use crate::sys;
use crate::sys::affinity::Processors;
use crate::table::{Architecture, Level};
use crate::{descriptors, filter};
use std::convert::Infallible;
use std::fmt;
use std::io::{self, Read, Write};
use std::os::fd::BorrowedFd;

/// How much is seen, and at what cost.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many bytes of each buffer are kept.
    pub data_limit: usize,
    /// From how many calls a second of one kind on one descriptor on they are counted and summed; `None` tells each.
    pub calls_a_second: Option<u32>,
    /// So many calls are told before their rate is asked for.
    pub calls_told_first: u64,
    /// Run the program on the tracer's processor, which makes a stop cheap; sched_getaffinity(2) tells the program what it would alone.
    pub one_processor: bool,
    /// The program is given sockets that its starter makes only in the child; those open at the call of `trace` are seen to by itself.
    pub sockets_given: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data_limit: 4096,
            calls_a_second: None,
            calls_told_first: 0,
            one_processor: true,
            sockets_given: false,
        }
    }
}

/// Who is told. The thread concerned is stopped until the function returns, all others run on. A function may find its own system calls
/// interrupted by the timer of the summaries (SIGALRM), and begins them again, as std does.
pub trait Sink {
    /// A thread has stopped before this call: whether it stays so until [`Sink::let_go`] names it. `entering` is called when it goes on,
    /// with the arguments as they are then. By default none stays.
    fn keeps(&mut self, _call: &Entering) -> bool {
        false
    }
    /// Which of the threads that were kept go on with their calls. Asked after whatever happened, and when [`Sink::wakes`] is readable.
    fn let_go(&mut self) -> LetGo {
        LetGo::All
    }
    /// What becomes readable when `let_go` may name threads.
    fn wakes(&self) -> Option<BorrowedFd<'_>> {
        None
    }
    /// Whether each call is to be told, however fast they come.
    fn wants_each(&mut self) -> bool {
        false
    }
    /// A call begins. No return of it is told if the thread ends in it.
    fn entering(&mut self, call: &Entering) -> Decision;
    /// It has returned.
    fn returned(&mut self, call: &Call);
    /// Calls of one kind on one descriptor were counted only.
    fn summed(&mut self, summary: &Summary);
    /// A process has made another.
    fn forked(&mut self, parent: i32, child: i32);
    /// A process has made another thread.
    fn threaded(&mut self, process: i32, thread: i32);
    /// A process executes a program, whose path is that of /proc/PID/exe. Its former threads are gone.
    fn execed(&mut self, process: i32, program: &str);
    /// A thread that was not its process's last has ended.
    fn thread_ended(&mut self, process: i32, thread: i32);
    /// A process has ended.
    fn ended(&mut self, process: i32, exit: Exit);
    /// Something else worth a line.
    fn note(&mut self, process: i32, note: &Note);
}

/// Threads that were kept before a call and go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetGo {
    /// These (gettid(2)); one that is not kept is passed over.
    Threads(Vec<i32>),
    /// All that are kept.
    All,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The process of the program.
    pub pid: i32,
    /// How it ended; its children have ended since.
    pub exit: Exit,
}

/// Why a program could not be traced: nothing of it runs.
#[derive(Debug)]
pub struct TraceError {
    /// What failed.
    pub step: Step,
    /// The system's error.
    pub error: io::Error,
}

/// A step of starting a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// fork(2) or a pipe to the child.
    Fork,
    /// PTRACE_SEIZE: yama, or a container, forbids it.
    Trace,
    /// seccomp(2): the kernel lacks it, or a container forbids it.
    Filter,
    /// What the caller does in the child; mostly execve(2).
    Start,
    /// Waiting for the program.
    Wait,
}

impl Step {
    const ALL: [Self; 5] = [
        Self::Fork,
        Self::Trace,
        Self::Filter,
        Self::Start,
        Self::Wait,
    ];

    /// The call's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork(2)",
            Self::Trace => "ptrace(PTRACE_SEIZE)",
            Self::Filter => "seccomp(2)",
            Self::Start => "execve(2)",
            Self::Wait => "waitpid(2)",
        }
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.step.name(), self.error)
    }
}

impl std::error::Error for TraceError {}

fn at(step: Step) -> impl Fn(io::Error) -> TraceError {
    move |error| TraceError { step, error }
}

/// Forks, runs `start` in the child, which executes a program, and tells its calls until it and all its descendants have ended.
/// It belongs into a process with one thread and no other children. If that process ends, the kernel ends the program (PTRACE_O_EXITKILL).
pub fn trace(
    start: impl FnOnce() -> io::Result<Infallible>,
    options: &Options,
    sink: &mut dyn Sink,
) -> Result<Ended, TraceError> {
    let (go, mut went) = io::pipe().map_err(at(Step::Fork))?;
    let (mut failure, failed) = io::pipe().map_err(at(Step::Fork))?;
    let level = if options.sockets_given || gives_sockets() {
        Level::All
    } else {
        Level::First
    };
    let processors = options.one_processor.then(share_a_processor).flatten();
    let mask = sys::process::block_terminal_signals();
    let child = sys::process::fork().map_err(at(Step::Fork));
    let Some(pid) = child? else {
        drop((went, failure));
        sys::process::restore_signals(&mask);
        become_program(start, level, go, failed);
    };
    drop((go, failed));
    let result = sys::ptrace::seize(pid).map_err(at(Step::Trace));
    if let Err(refused) = result {
        let _ = sys::process::kill(pid, libc::SIGKILL);
        let _ = sys::process::wait(pid);
        leave(processors.as_ref(), &mask);
        return Err(refused);
    }
    let _ = went.write_all(&[1]);
    let exit = Tracer::new(pid, level, options, processors.clone(), sink).run();
    leave(processors.as_ref(), &mask);
    let mut report = [0; 5];
    if failure.read_exact(&mut report).is_ok() {
        let errno = i32::from_le_bytes([report[1], report[2], report[3], report[4]]);
        return Err(TraceError {
            step: Step::ALL[usize::from(report[0]).min(4)],
            error: io::Error::from_raw_os_error(errno),
        });
    }
    exit.map(|exit| Ended { pid, exit }).map_err(at(Step::Wait))
}

/// Is there an open socket that exec would keep?
fn gives_sockets() -> bool {
    let own = std::process::id() as i32;
    descriptors::inherited(own)
        .in_range(0, u32::MAX)
        .into_iter()
        .any(|fd| !sys::process::closes_on_exec(fd))
}

/// Moves this process to the processor it is on; gives the processors it had.
fn share_a_processor() -> Option<Processors> {
    let before = sys::affinity::own().ok()?;
    let here = sys::affinity::current().ok()?;
    sys::affinity::set(0, &Processors::one(here)).ok()?;
    Some(before)
}

/// Gives this process back what tracing took.
fn leave(processors: Option<&Processors>, mask: &sys::process::SignalMask) {
    if let Some(before) = processors {
        let _ = sys::affinity::set(0, before);
    }
    sys::process::drop_terminal_signals();
    sys::process::restore_signals(mask);
}

/// The child: waits until it is traced, installs the filter and starts the program, or says which step failed.
fn become_program(
    start: impl FnOnce() -> io::Result<Infallible>,
    level: Level,
    mut go: impl Read,
    mut failed: impl Write,
) -> ! {
    let mut byte = [0];
    if go.read_exact(&mut byte).is_err() {
        sys::process::leave(127);
    }
    let program = filter::program(level, Architecture::NATIVE);
    let filtered = sys::seccomp::no_new_privileges().and_then(|()| sys::seccomp::install(&program));
    let (step, error) = if let Err(error) = filtered {
        (Step::Filter, error)
    } else {
        let Err(error) = start();
        (Step::Start, error)
    };
    let place = Step::ALL.iter().position(|known| *known == step);
    let mut report = vec![place.unwrap_or(0) as u8];
    report.extend(error.raw_os_error().unwrap_or(libc::EINVAL).to_le_bytes());
    let _ = failed.write_all(&report);
    sys::process::leave(127)
}
