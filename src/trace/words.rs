//! An argument of a program's call in the words that prompts' calls are written in.

use super::name::CLOEXEC;
use crate::catalog::option as catalog;
use crate::catalog::parameter::Group;
use crate::sys::address;
use crate::sys::control::Control;
use crate::sys::poll::Ready;
use crate::syscall::{control, option, text};
use socklab_tracer::call::{Argument, Data, EpollEvent, Message, Names, PollFd};
use std::time::Duration;

/// What stands for an argument the kernel has yet to fill in, or never filled in because the call failed.
pub(super) const PENDING: &str = "…";

/// An argument by itself.
pub(super) fn argument(argument: &Argument, all: &[Argument]) -> String {
    match argument {
        Argument::Fd(fd) => fd.to_string(),
        Argument::Int(value) => value.to_string(),
        Argument::Pointed(value) => format!("[{value}]"),
        Argument::Flags { names, bits } => flags(*names, *bits, all),
        Argument::Address(bytes) => text::address(&address::decode(bytes)),
        Argument::Length { given, then } => format!("[{}]", then.unwrap_or(*given)),
        Argument::Data(data) => bytes(data),
        Argument::Vectors(vectors) => list(vectors, vector),
        Argument::Message(message) => self::message(message),
        Argument::Messages(messages) => list(messages, |(message, length)| {
            let header = self::message(message);
            format!("{{msg_hdr={header}, msg_len={length}}}")
        }),
        Argument::Value { level, name, bytes } => {
            option::decode(catalog::by_value(*level, *name), 0, bytes).1
        }
        Argument::PollFds(fds) => poll(fds, "events"),
        Argument::FdSet { asked, .. } => text::descriptor_set(asked),
        Argument::Events(events) => list(events, event),
        Argument::Milliseconds(value) => value.to_string(),
        Argument::Timeout(nanoseconds) => {
            let time = u64::try_from(*nanoseconds).map(Duration::from_nanos);
            time.map_or_else(|_| format!("{nanoseconds} ns"), text::timeval)
        }
        Argument::Signals(mask) => format!("{mask:#x}"),
        Argument::Pair([one, other]) => format!("[{one}, {other}]"),
        Argument::Pointer(_) => PENDING.to_owned(),
        Argument::BadPointer(address) => format!("{address:#x}"),
        Argument::Null => "NULL".to_owned(),
    }
}

/// Bytes between quotes, cut after a few.
pub(super) fn bytes(data: &Data) -> String {
    text::quoted(&data.bytes)
}

/// Those entries of poll(2) that are ready, or all with what was asked.
pub(super) fn poll(fds: &[PollFd], field: &str) -> String {
    let ready: Vec<Ready> = fds
        .iter()
        .map(|entry| Ready {
            fd: entry.fd,
            events: u32::from(entry.events as u16),
        })
        .collect();
    text::poll_entries(&ready, field)
}

/// What poll(2) found: `[{fd=3, revents=POLLIN}]`.
pub(super) fn ready(fds: &[PollFd]) -> String {
    let ready = fds.iter().filter(|entry| entry.revents != 0);
    let ready: Vec<Ready> = ready
        .map(|entry| Ready {
            fd: entry.fd,
            events: u32::from(entry.revents as u16),
        })
        .collect();
    text::poll_entries(&ready, "revents")
}

/// An event of epoll(7) with what the program put beside it: most put a descriptor there, which is in its low half.
fn event(event: &EpollEvent) -> String {
    let events = text::flags(Group::EpollEvent, event.events as i32);
    match i32::try_from(event.data) {
        Ok(small) => format!("{{events={events}, data={{fd={small}}}}}"),
        Err(_) => format!("{{events={events}, data={:#x}}}", event.data),
    }
}

/// The parts of an array in brackets.
pub(super) fn list<T>(parts: &[T], show: impl Fn(&T) -> String) -> String {
    format!("[{}]", text::list(parts.iter().map(show), ", "))
}

/// A buffer of readv(2) and writev(2).
pub(super) fn vector(data: &Data) -> String {
    format!("{{iov_base={}, iov_len={}}}", bytes(data), data.length)
}

/// `{msg_name=…, msg_iov=[…], msg_control=[…], msg_flags=…}`, what is absent left out.
fn message(header: &Message) -> String {
    let mut fields = Vec::new();
    if let Some(name) = &header.name {
        fields.push(format!(
            "msg_name={}",
            text::address(&address::decode(name))
        ));
    }
    fields.push(format!("msg_iov={}", list(&header.vectors, vector)));
    if !header.control.is_empty() {
        let items = list(&header.control, |item| {
            control::item_text(&Control {
                level: item.level,
                kind: item.kind,
                data: item.bytes.clone(),
            })
        });
        fields.push(format!("msg_control={items}"));
    }
    if header.flags != 0 {
        fields.push(format!("msg_flags={}", text::message_flags(header.flags)));
    }
    format!("{{{}}}", fields.join(", "))
}

/// The bytes of all its buffers in one, as far as they are known.
pub(super) fn message_data(message: &Message) -> Vec<u8> {
    let buffers = message.vectors.iter().map(|vector| vector.bytes.as_slice());
    buffers.collect::<Vec<_>>().concat()
}

/// The flags that fcntl(2) returned for F_GETFL or F_GETFD, by name; nothing for another call, or where none is set.
pub(super) fn flags_returned(arguments: &[Argument], result: i64) -> Option<String> {
    let Some(Argument::Flags {
        names: Names::Fcntl,
        bits,
    }) = arguments.get(1)
    else {
        return None;
    };
    let names = match *bits as i32 {
        libc::F_GETFL => Names::Status,
        libc::F_GETFD => Names::Descriptor,
        _ => return None,
    };
    let bits = u64::try_from(result).ok().filter(|bits| *bits != 0)?;
    Some(flags(names, bits, arguments))
}

/// Bits or a constant by name.
fn flags(names: Names, bits: u64, all: &[Argument]) -> String {
    let number = bits as i32;
    let other = |wanted: Names| {
        all.iter().find_map(|argument| match argument {
            Argument::Flags { names, bits } if *names == wanted => Some(*bits as i32),
            _ => None,
        })
    };
    match names {
        Names::Family => text::family(number),
        Names::SocketType | Names::Accept => text::kind((bits & !CLOEXEC) as i32),
        Names::Protocol => text::protocol(other(Names::Family).unwrap_or(0), number),
        Names::Message => text::message_flags(number),
        Names::Shutdown => text::named(Group::Shutdown, number),
        Names::Level => option::level_text(number),
        Names::Option => catalog::by_value(other(Names::Level).unwrap_or(-1), number)
            .map_or_else(|| number.to_string(), |found| found.name.to_owned()),
        Names::EpollControl => text::named(Group::EpollOperation, number),
        Names::Fcntl => named(number, FCNTL),
        Names::Status => joined(bits, STATUS),
        Names::Descriptor => joined(bits, &[("FD_CLOEXEC", libc::FD_CLOEXEC)]),
        Names::Ioctl => named(number, IOCTL),
        Names::EpollCreate => joined(bits, &[("EPOLL_CLOEXEC", libc::EPOLL_CLOEXEC)]),
        Names::Dup => joined(bits, &[("O_CLOEXEC", libc::O_CLOEXEC)]),
        Names::CloseRange => joined(bits, CLOSE_RANGE),
        Names::Splice => joined(bits, SPLICE),
    }
}

/// fcntl(2).
const FCNTL: &[(&str, i32)] = &[
    ("F_DUPFD", libc::F_DUPFD),
    ("F_DUPFD_CLOEXEC", libc::F_DUPFD_CLOEXEC),
    ("F_GETFD", libc::F_GETFD),
    ("F_SETFD", libc::F_SETFD),
    ("F_GETFL", libc::F_GETFL),
    ("F_SETFL", libc::F_SETFL),
    ("F_GETOWN", libc::F_GETOWN),
    ("F_SETOWN", libc::F_SETOWN),
];

/// The file status flags that F_SETFL changes (fcntl(2)), and the access mode that F_GETFL gives with them.
const STATUS: &[(&str, i32)] = &[
    ("O_RDWR", libc::O_RDWR),
    ("O_WRONLY", libc::O_WRONLY),
    ("O_APPEND", libc::O_APPEND),
    ("O_NONBLOCK", libc::O_NONBLOCK),
    ("O_ASYNC", libc::O_ASYNC),
];

/// ioctl(2) of sockets: tcp(7), udp(7), socket(7), netdevice(7).
const IOCTL: &[(&str, i32)] = &[
    ("FIONBIO", libc::FIONBIO as i32),
    ("FIONREAD", libc::FIONREAD as i32),
    ("FIOASYNC", libc::FIOASYNC as i32),
    ("FIOCLEX", libc::FIOCLEX as i32),
    ("FIONCLEX", libc::FIONCLEX as i32),
    ("SIOCOUTQ", libc::TIOCOUTQ as i32),
    ("SIOCATMARK", 0x8905),
    ("SIOCGIFCONF", 0x8912),
    ("SIOCGIFFLAGS", 0x8913),
    ("SIOCGIFADDR", 0x8915),
    ("SIOCGIFINDEX", 0x8933),
];

/// close_range(2).
const CLOSE_RANGE: &[(&str, i32)] = &[
    ("CLOSE_RANGE_UNSHARE", libc::CLOSE_RANGE_UNSHARE as i32),
    ("CLOSE_RANGE_CLOEXEC", libc::CLOSE_RANGE_CLOEXEC as i32),
];

/// splice(2).
const SPLICE: &[(&str, i32)] = &[
    ("SPLICE_F_MOVE", libc::SPLICE_F_MOVE as i32),
    ("SPLICE_F_NONBLOCK", libc::SPLICE_F_NONBLOCK as i32),
    ("SPLICE_F_MORE", libc::SPLICE_F_MORE as i32),
];

/// The one of these that has this number, else the number.
fn named(number: i32, table: &[(&str, i32)]) -> String {
    let found = table.iter().find(|(_, value)| *value == number);
    found.map_or_else(|| format!("{number:#x}"), |(name, _)| (*name).to_owned())
}

/// The names of bits, `0` for none, what has no name as a number.
fn joined(bits: u64, table: &[(&str, i32)]) -> String {
    let mut rest = bits;
    let mut names = Vec::new();
    for (name, value) in table {
        let value = *value as u64;
        if rest & value == value {
            rest &= !value;
            names.push((*name).to_owned());
        }
    }
    if rest != 0 || names.is_empty() {
        names.push(if rest == 0 {
            "0".to_owned()
        } else {
            format!("{rest:#x}")
        });
    }
    names.join("|")
}
