//! The calls that are seen: one row for each, with its numbers and how each argument is read. Adding a call is adding a row.

use crate::call::Names;

/// The architectures whose numbers and structures are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// x86-64, without x32.
    X86_64,
    /// aarch64.
    Aarch64,
}

impl Architecture {
    /// The one this is built for.
    pub const NATIVE: Self = if cfg!(target_arch = "aarch64") {
        Self::Aarch64
    } else {
        Self::X86_64
    };
}

/// A call.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name in the kernel.
    pub name: &'static str,
    /// Its number on x86-64.
    pub x86_64: Option<u32>,
    /// Its number on aarch64.
    pub aarch64: Option<u32>,
    /// Its arguments.
    pub shapes: &'static [Shape],
    /// When it is told.
    pub(crate) concern: Concern,
    /// What it does to the table of descriptors.
    pub(crate) effect: Effect,
    /// From which filter on it is seen.
    pub(crate) level: Level,
}

impl Row {
    /// Its number on that architecture, where it exists there.
    pub fn number(&self, architecture: Architecture) -> Option<u32> {
        match architecture {
            Architecture::X86_64 => self.x86_64,
            Architecture::Aarch64 => self.aarch64,
        }
    }
}

/// How an argument is read. Numbers in it are indices of other arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A descriptor.
    Fd,
    /// A signed number of 32 bits.
    Int,
    /// An unsigned number of 64 bits.
    Size,
    /// Bits with names.
    Flags(Names),
    /// struct sockaddr given, of the length in that argument.
    AddressIn(usize),
    /// struct sockaddr filled in, its length behind the pointer in that argument.
    AddressOut(usize),
    /// A socklen_t that the call changes.
    LengthOut,
    /// Bytes given, of the length in that argument.
    DataIn(usize),
    /// Bytes filled in, as many as the call returns.
    DataOut,
    /// struct iovec given, as many as that argument says.
    VectorsIn(usize),
    /// struct iovec filled in.
    VectorsOut(usize),
    /// struct msghdr given.
    MessageIn,
    /// struct msghdr filled in.
    MessageOut,
    /// struct mmsghdr given, as many as that argument says.
    MessagesIn(usize),
    /// struct mmsghdr filled in, as many as the call returns.
    MessagesOut,
    /// An option's value given, its length in that argument.
    ValueIn(usize),
    /// An option's value filled in, its length behind the pointer in that argument.
    ValueOut(usize),
    /// struct pollfd, as many as that argument says.
    PollFds(usize),
    /// fd_set, of as many descriptors as the first argument says.
    FdSet,
    /// struct timeval.
    Timeval,
    /// struct timespec.
    Timespec,
    /// Milliseconds, negative for ever.
    Milliseconds,
    /// struct epoll_event given.
    EventIn,
    /// struct epoll_event filled in, as many as the call returns.
    EventsOut,
    /// A signal mask.
    Signals,
    /// A pointer to a pointer to a signal mask (pselect6).
    SignalsPacked,
    /// Two descriptors filled in.
    Pair,
    /// An offset of 64 bits behind a pointer.
    Offset,
    /// fcntl's third argument; the second decides.
    FcntlArgument,
    /// ioctl's third argument; the second decides.
    IoctlArgument,
}

/// When a call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Concern {
    /// Always.
    Always,
    /// When this argument is a socket, or an epoll set that watches one.
    Fd(usize),
    /// When this argument is a socket or any epoll set.
    Known(usize),
    /// When one of these two is.
    Either(usize, usize),
    /// When the array of poll names one.
    Poll,
    /// When a set of select names one.
    Select,
    /// When one lies in the range of the first two arguments.
    Range,
    /// Never: it is only looked at.
    Never,
}

/// What a call does to the table of descriptors, or to the tracer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    /// The result is a new socket; the argument has its flags.
    Socket(Option<usize>),
    /// Two new sockets.
    Pair,
    /// The result is a new epoll set; the argument has its flags.
    Epoll(Option<usize>),
    /// A socket is watched or no longer.
    Watch,
    Close,
    CloseRange,
    /// The result stands for what the first argument does.
    Dup,
    /// The same, at the number of the second argument.
    DupTo,
    Fcntl,
    Ioctl,
    /// Descriptors may come with a message.
    Rights,
    /// The result is a descriptor of another process.
    Fetch,
    Unshare,
    Restart,
    Affinity,
    SetAffinity,
    Traces,
    Filters,
    IoUring,
}

/// The filters, each seeing all that the one before it sees: a program that has no socket pays for no read, write and close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// What makes a first socket, and what concerns the tracer.
    First,
    /// What becomes of an epoll set, too.
    Sets,
    /// All but what is read from and written to the descriptors 0 to 2.
    Sockets,
    /// All.
    All,
}

use Concern::{Always, Either, Fd, Known, Never, Poll, Range, Select};
use Shape as S;

const fn row(
    name: &'static str,
    numbers: (Option<u32>, Option<u32>),
    shapes: &'static [Shape],
    concern: Concern,
    effect: Effect,
    level: Level,
) -> Row {
    Row {
        name,
        x86_64: numbers.0,
        aarch64: numbers.1,
        shapes,
        concern,
        effect,
        level,
    }
}

const fn both(x86_64: u32, aarch64: u32) -> (Option<u32>, Option<u32>) {
    (Some(x86_64), Some(aarch64))
}

const fn only(x86_64: u32) -> (Option<u32>, Option<u32>) {
    (Some(x86_64), None)
}

const fn names(names: Names) -> Shape {
    Shape::Flags(names)
}

const MSG: Shape = names(Names::Message);
const L1: Level = Level::First;
const L2: Level = Level::Sockets;
const SETS: Level = Level::Sets;

/// Every call that is seen. The filter gives a row's place with its verdict.
#[rustfmt::skip]
pub static CALLS: &[Row] = &[
    row("socket", both(41, 198), &[names(Names::Family), names(Names::SocketType), names(Names::Protocol)], Always, Effect::Socket(Some(1)), L1),
    row("socketpair", both(53, 199), &[names(Names::Family), names(Names::SocketType), names(Names::Protocol), S::Pair], Always, Effect::Pair, L1),
    row("epoll_create", only(213), &[S::Int], Always, Effect::Epoll(None), L1),
    row("epoll_create1", both(291, 20), &[names(Names::EpollCreate)], Always, Effect::Epoll(Some(0)), L1),
    row("bind", both(49, 200), &[S::Fd, S::AddressIn(2), S::Int], Always, Effect::None, L1),
    row("listen", both(50, 201), &[S::Fd, S::Int], Always, Effect::None, L1),
    row("accept", both(43, 202), &[S::Fd, S::AddressOut(2), S::LengthOut], Always, Effect::Socket(None), L1),
    row("accept4", both(288, 242), &[S::Fd, S::AddressOut(2), S::LengthOut, names(Names::Accept)], Always, Effect::Socket(Some(3)), L1),
    row("connect", both(42, 203), &[S::Fd, S::AddressIn(2), S::Int], Always, Effect::None, L1),
    row("sendto", both(44, 206), &[S::Fd, S::DataIn(2), S::Size, MSG, S::AddressIn(5), S::Int], Always, Effect::None, L1),
    row("sendmsg", both(46, 211), &[S::Fd, S::MessageIn, MSG], Always, Effect::None, L1),
    row("sendmmsg", both(307, 269), &[S::Fd, S::MessagesIn(2), S::Int, MSG], Always, Effect::None, L1),
    row("recvfrom", both(45, 207), &[S::Fd, S::DataOut, S::Size, MSG, S::AddressOut(5), S::LengthOut], Always, Effect::None, L1),
    row("recvmsg", both(47, 212), &[S::Fd, S::MessageOut, MSG], Always, Effect::Rights, L1),
    row("recvmmsg", both(299, 243), &[S::Fd, S::MessagesOut, S::Int, MSG, S::Timespec], Always, Effect::Rights, L1),
    row("shutdown", both(48, 210), &[S::Fd, names(Names::Shutdown)], Always, Effect::None, L1),
    row("getsockname", both(51, 204), &[S::Fd, S::AddressOut(2), S::LengthOut], Always, Effect::None, L1),
    row("getpeername", both(52, 205), &[S::Fd, S::AddressOut(2), S::LengthOut], Always, Effect::None, L1),
    row("setsockopt", both(54, 208), &[S::Fd, names(Names::Level), names(Names::Option), S::ValueIn(4), S::Int], Always, Effect::None, L1),
    row("getsockopt", both(55, 209), &[S::Fd, names(Names::Level), names(Names::Option), S::ValueOut(4), S::LengthOut], Always, Effect::None, L1),
    row("read", both(0, 63), &[S::Fd, S::DataOut, S::Size], Fd(0), Effect::None, L2),
    row("write", both(1, 64), &[S::Fd, S::DataIn(2), S::Size], Fd(0), Effect::None, L2),
    row("readv", both(19, 65), &[S::Fd, S::VectorsOut(2), S::Int], Fd(0), Effect::None, L2),
    row("writev", both(20, 66), &[S::Fd, S::VectorsIn(2), S::Int], Fd(0), Effect::None, L2),
    row("sendfile", both(40, 71), &[S::Fd, S::Fd, S::Offset, S::Size], Either(0, 1), Effect::None, L2),
    row("splice", both(275, 76), &[S::Fd, S::Offset, S::Fd, S::Offset, S::Size, names(Names::Splice)], Either(0, 2), Effect::None, L2),
    row("close", both(3, 57), &[S::Fd], Known(0), Effect::Close, SETS),
    row("close_range", both(436, 436), &[S::Int, S::Int, names(Names::CloseRange)], Range, Effect::CloseRange, SETS),
    row("dup", both(32, 23), &[S::Fd], Known(0), Effect::Dup, SETS),
    row("dup2", only(33), &[S::Fd, S::Fd], Either(0, 1), Effect::DupTo, SETS),
    row("dup3", both(292, 24), &[S::Fd, S::Fd, names(Names::Dup)], Either(0, 1), Effect::DupTo, SETS),
    row("fcntl", both(72, 25), &[S::Fd, names(Names::Fcntl), S::FcntlArgument], Known(0), Effect::Fcntl, SETS),
    row("ioctl", both(16, 29), &[S::Fd, names(Names::Ioctl), S::IoctlArgument], Fd(0), Effect::Ioctl, L2),
    row("select", only(23), &[S::Int, S::FdSet, S::FdSet, S::FdSet, S::Timeval], Select, Effect::None, L2),
    row("pselect6", both(270, 72), &[S::Int, S::FdSet, S::FdSet, S::FdSet, S::Timespec, S::SignalsPacked], Select, Effect::None, L2),
    row("poll", only(7), &[S::PollFds(1), S::Size, S::Milliseconds], Poll, Effect::None, L2),
    row("ppoll", both(271, 73), &[S::PollFds(1), S::Size, S::Timespec, S::Signals, S::Size], Poll, Effect::None, L2),
    row("epoll_ctl", both(233, 21), &[S::Fd, names(Names::EpollControl), S::Fd, S::EventIn], Fd(2), Effect::Watch, L1),
    row("epoll_wait", only(232), &[S::Fd, S::EventsOut, S::Int, S::Milliseconds], Fd(0), Effect::None, L1),
    row("epoll_pwait", both(281, 22), &[S::Fd, S::EventsOut, S::Int, S::Milliseconds, S::Signals, S::Size], Fd(0), Effect::None, L1),
    row("epoll_pwait2", both(441, 441), &[S::Fd, S::EventsOut, S::Int, S::Timespec, S::Signals, S::Size], Fd(0), Effect::None, L1),
    // Looked at, and not told.
    row("pidfd_getfd", both(438, 438), &[], Never, Effect::Fetch, L1),
    row("unshare", both(272, 97), &[], Never, Effect::Unshare, L1),
    row("restart_syscall", both(219, 128), &[], Never, Effect::Restart, L1),
    row("sched_getaffinity", both(204, 123), &[], Never, Effect::Affinity, L1),
    row("sched_setaffinity", both(203, 122), &[], Never, Effect::SetAffinity, L1),
    row("ptrace", both(101, 117), &[], Never, Effect::Traces, L1),
    row("seccomp", both(317, 277), &[], Never, Effect::Filters, L1),
    row("prctl", both(157, 167), &[], Never, Effect::Filters, L1),
    row("io_uring_setup", both(425, 425), &[], Never, Effect::IoUring, L1),
];

/// The row of that name.
pub fn row_named(name: &str) -> Option<&'static Row> {
    CALLS.iter().find(|row| row.name == name)
}
