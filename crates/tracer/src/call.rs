//! What was seen of a call: plain data, complete enough to be told, judged and written down as a program again.

use crate::table::Row;

/// A call that is about to begin; the thread waits until the sink has decided.
#[derive(Clone, Debug)]
pub struct Entering {
    /// The process.
    pub pid: i32,
    /// The thread that calls (gettid(2)); the process's number for its first.
    pub tid: i32,
    /// The row of the table of calls.
    pub syscall: &'static Row,
    /// Its arguments as far as the program has filled them in.
    pub arguments: Vec<Argument>,
    /// The socket or epoll set that it is about, where it is about one.
    pub subject: Option<Descriptor>,
    /// When, in nanoseconds since 1970 (CLOCK_REALTIME).
    pub start_ns: u64,
}

/// A call that has returned; the thread runs on when the sink has taken it in.
#[derive(Clone, Debug)]
pub struct Call {
    /// The process.
    pub pid: i32,
    /// The thread that called.
    pub tid: i32,
    /// The row of the table of calls.
    pub syscall: &'static Row,
    /// Its arguments, with what the kernel has filled in.
    pub arguments: Vec<Argument>,
    /// The socket or epoll set that it was about.
    pub subject: Option<Descriptor>,
    /// What it returned, or its errno.
    pub result: Result<i64, i32>,
    /// The descriptors of sockets and epoll sets it made.
    pub made: Vec<Descriptor>,
    /// When it began, in nanoseconds since 1970.
    pub start_ns: u64,
    /// When it returned.
    pub end_ns: u64,
    /// How often the kernel began it anew, unseen by the program, after a signal or a stop (SA_RESTART, signal(7)).
    pub restarts: u32,
    /// What the sink had decided.
    pub decision: Decision,
}

/// A descriptor of a process with what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its number.
    pub fd: i32,
    /// The number of the socket in sockfs, as sock_diag(7) and /proc/PID/fd show it; 0 for an epoll set or where it is not known.
    pub inode: u64,
}

/// What is to become of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// The kernel makes it as it is.
    #[default]
    Go,
    /// The kernel makes it with no more than so many bytes of data; calls that move no bytes, and sendmmsg and recvmmsg, go unchanged.
    Length(u64),
    /// The kernel makes it so many nanoseconds later, at most some milliseconds after that.
    Delay(u64),
    /// The kernel does not make it; the program gets this errno.
    Errno(i32),
}

/// An argument as its row of the table reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A descriptor; AT_FDCWD and the like never occur.
    Fd(i32),
    /// A plain number.
    Int(i64),
    /// Bits or a constant, with the family of names that they have.
    Flags {
        /// Which names.
        names: Names,
        /// The bits.
        bits: u64,
    },
    /// A socket address: the bytes of struct sockaddr.
    Address(Vec<u8>),
    /// A length that the call changes: what was given, and what it became.
    Length {
        /// Before the call.
        given: u32,
        /// After it, once it has returned.
        then: Option<u32>,
    },
    /// Bytes sent or received.
    Data(Data),
    /// The buffers of readv and writev.
    Vectors(Vec<Data>),
    /// struct msghdr.
    Message(Message),
    /// struct mmsghdr, with the bytes each message had.
    Messages(Vec<(Message, u32)>),
    /// An option's value as bytes.
    Value {
        /// SOL_SOCKET, IPPROTO_TCP …
        level: i32,
        /// The option.
        name: i32,
        /// Its value.
        bytes: Vec<u8>,
    },
    /// The array of poll.
    PollFds(Vec<PollFd>),
    /// A set of select.
    FdSet {
        /// What was asked for.
        asked: Vec<i32>,
        /// What was ready, once it has returned.
        ready: Option<Vec<i32>>,
    },
    /// Events of epoll.
    Events(Vec<EpollEvent>),
    /// A time to wait, in milliseconds; negative for ever.
    Milliseconds(i32),
    /// A time to wait, in nanoseconds; from struct timeval or timespec.
    Timeout(i128),
    /// Signals blocked meanwhile, as the kernel's 64 bits.
    Signals(u64),
    /// Two descriptors.
    Pair([i32; 2]),
    /// A number that is read or written through a pointer.
    Pointed(i64),
    /// Not filled in by the kernel, or nothing that is read: the pointer.
    Pointer(u64),
    /// No pointer.
    Null,
    /// A pointer to memory that cannot be read; the kernel says EFAULT by itself.
    BadPointer(u64),
}

/// Which names bits have; the table of names is the reader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Names {
    /// AF_INET …
    Family,
    /// SOCK_STREAM, SOCK_CLOEXEC …
    SocketType,
    /// IPPROTO_TCP …; the family decides.
    Protocol,
    /// MSG_DONTWAIT …
    Message,
    /// SHUT_RD …
    Shutdown,
    /// SOL_SOCKET …
    Level,
    /// SO_REUSEADDR …; the level decides.
    Option,
    /// SOCK_CLOEXEC and SOCK_NONBLOCK of accept4.
    Accept,
    /// F_SETFL …
    Fcntl,
    /// O_NONBLOCK …
    Status,
    /// FD_CLOEXEC.
    Descriptor,
    /// FIONBIO …
    Ioctl,
    /// EPOLL_CLOEXEC.
    EpollCreate,
    /// EPOLL_CTL_ADD …
    EpollControl,
    /// O_CLOEXEC of dup3.
    Dup,
    /// CLOSE_RANGE_CLOEXEC …
    CloseRange,
    /// SPLICE_F_MOVE …
    Splice,
}

/// Bytes of a buffer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Data {
    /// The first of them, no more than the options allow.
    pub bytes: Vec<u8>,
    /// How many there are.
    pub length: u64,
}

/// struct msghdr (recvmsg(2)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The address, where there is one.
    pub name: Option<Vec<u8>>,
    /// The buffers.
    pub vectors: Vec<Data>,
    /// Ancillary data (cmsg(3)).
    pub control: Vec<Control>,
    /// MSG_TRUNC and its like, once received.
    pub flags: i32,
}

/// A header of ancillary data with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// SOL_SOCKET …
    pub level: i32,
    /// SCM_RIGHTS …
    pub kind: i32,
    /// What follows the header.
    pub bytes: Vec<u8>,
}

/// struct pollfd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PollFd {
    /// The descriptor.
    pub fd: i32,
    /// What was asked for.
    pub events: i16,
    /// What was so.
    pub revents: i16,
}

/// struct epoll_event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpollEvent {
    /// EPOLLIN …
    pub events: u32,
    /// What the program put there.
    pub data: u64,
}

/// Calls that were counted and not told one by one, because they were too many.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The process.
    pub pid: i32,
    /// The thread that made the last of them.
    pub tid: i32,
    /// The row of the table of calls.
    pub syscall: &'static Row,
    /// The socket or epoll set.
    pub subject: Option<Descriptor>,
    /// How many; one that the kernel began anew after a signal counts twice.
    pub calls: u64,
    /// How many of them were looked at until they returned; the next three are about these.
    pub seen: u64,
    /// What they returned, added up: bytes, for calls that move bytes.
    pub sum: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The errno of the last that failed.
    pub errno: Option<i32>,
    /// The thread is still in the last of them, which waits.
    pub open: bool,
    /// When the first began, in nanoseconds since 1970.
    pub start_ns: u64,
    /// When the last began.
    pub end_ns: u64,
}

impl Summary {
    /// No call yet, of a thread on a socket, from `now_ns` on.
    pub(crate) fn of(
        (pid, tid): (i32, i32),
        subject: Descriptor,
        syscall: &'static Row,
        now_ns: u64,
    ) -> Self {
        Self {
            pid,
            tid,
            syscall,
            subject: Some(subject),
            calls: 0,
            seen: 0,
            sum: 0,
            failed: 0,
            errno: None,
            open: false,
            start_ns: now_ns,
            end_ns: now_ns,
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// By itself, with this status.
    Status(i32),
    /// By this signal.
    Signal(i32),
}

/// What is worth a line and is no call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// io_uring_setup was answered with ENOSYS: its calls would not be seen.
    IoUring,
    /// The program wants to trace; the kernel allows one tracer for each thread, so that it will be refused.
    Traces,
    /// A set-user-ID or set-group-ID program runs without its owner's privilege.
    Privilege(String),
    /// A program for another architecture (32-bit): its calls are not seen.
    Foreign(String),
    /// The process is stopped by this signal.
    Stopped(i32),
    /// It runs on after a stop.
    Continued,
    /// read, write, close and their like of this process cannot be seen any more, with the step that failed.
    Blind(&'static str),
}
