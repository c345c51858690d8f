//! One call of the session to what it does in a program, read from its line.

use super::Builder;
use crate::event::CallEvent;
use crate::export::plan::{Data, Op, Variable};
use crate::export::reading::{
    OptionValue, descriptors_sent, is_flags, numbers, option_value, poll_entries, room, timeval,
};
use crate::value::Address;

/// What cannot be read back from the line that shows it.
const FLAGS: Op = Op::LeftOut("its arguments are of no program's");

/// An address of a family that no other machine has like this one.
const ADDRESS: Op = Op::LeftOut("its address is of this laboratory");

impl Builder<'_> {
    /// What a call does, and by whom.
    pub(super) fn op(&mut self, call: &CallEvent, actor: usize) -> Op {
        let word = |place: usize| {
            let text = call.args.get(place).map_or("", String::as_str);
            is_flags(text).then(|| text.to_owned())
        };
        let arg = |place: usize| call.args.get(place).map_or("", String::as_str);
        let name = call.name.as_str();
        // What is made on no descriptor.
        match name {
            "socket" | "socketpair" => {
                let (Some(family), Some(kind), Some(protocol)) = (word(0), word(1), word(2)) else {
                    return FLAGS;
                };
                return if name == "socket" {
                    Op::Socket {
                        family,
                        kind,
                        protocol,
                        made: self.make(call, 0, actor),
                    }
                } else {
                    let made = self.make(call, 0, actor).zip(self.make(call, 1, actor));
                    Op::Socketpair {
                        family,
                        kind,
                        protocol,
                        made,
                    }
                };
            }
            "epoll_create1" => {
                return Op::Epoll {
                    made: self.make(call, 0, actor),
                };
            }
            "poll" => {
                let entries = poll_entries(arg(0)).map(|entries| {
                    entries
                        .into_iter()
                        .map(|(fd, events)| {
                            Some((self.variable(&call.process, fd, actor)?, events))
                        })
                        .collect::<Option<Vec<_>>>()
                });
                return match (entries.flatten(), arg(2).parse()) {
                    (Some(entries), Ok(milliseconds)) => Op::Poll {
                        entries,
                        milliseconds,
                    },
                    _ => FLAGS,
                };
            }
            "select" => return self.select(call, actor).unwrap_or(FLAGS),
            _ => {}
        }
        let Some(fd) = call
            .fd
            .and_then(|fd| self.variable(&call.process, fd, actor))
        else {
            return Op::LeftOut("it has no socket of this session");
        };
        self.on_socket(call, actor, fd)
    }

    /// A call on a descriptor of the session.
    fn on_socket(&mut self, call: &CallEvent, actor: usize, fd: Variable) -> Op {
        let word = |place: usize| {
            let text = call.args.get(place).map_or("", String::as_str);
            is_flags(text).then(|| text.to_owned())
        };
        let arg = |place: usize| call.args.get(place).map_or("", String::as_str);
        let name = call.name.as_str();
        let place =
            |address: &Option<Address>| address.as_ref().and_then(|address| self.place(address));
        let length = || arg(2).parse().unwrap_or(0);
        match name {
            "bind" => place(&call.local).map_or(ADDRESS, |to| Op::Bind { fd, to }),
            "connect" => place(&call.peer).map_or(ADDRESS, |to| Op::Connect { fd, to }),
            "listen" => Op::Listen {
                fd,
                backlog: arg(1).parse().unwrap_or(0),
            },
            "accept" | "accept4" => Op::Accept {
                fd,
                flags: call
                    .args
                    .last()
                    .filter(|flags| flags.starts_with("SOCK_") && is_flags(flags))
                    .cloned()
                    .unwrap_or_default(),
                from: self.captured(call.peer.as_ref()),
                made: self.make(call, 0, actor),
            },
            "send" | "sendto" => {
                let Some(flags) = word(3) else { return FLAGS };
                let to = match (name, &call.peer) {
                    ("sendto", Some(address)) => match self.place(address) {
                        Some(to) => Some(to),
                        None => return ADDRESS,
                    },
                    _ => None,
                };
                Op::Send {
                    fd,
                    data: data(call, length()),
                    flags,
                    to,
                }
            }
            "recv" | "recvfrom" => {
                let Some(flags) = word(3) else { return FLAGS };
                Op::Receive {
                    fd,
                    size: length(),
                    flags,
                    from: self
                        .captured(call.peer.as_ref())
                        .filter(|_| name == "recvfrom"),
                    with_address: name == "recvfrom",
                }
            }
            "sendmsg" => {
                let sent = descriptors_sent(arg(1)).map(|sent| {
                    let known = sent
                        .into_iter()
                        .map(|fd| self.variable(&call.process, fd, actor));
                    known.collect::<Option<Vec<_>>>()
                });
                let length = usize::try_from(call.result).unwrap_or(1);
                match sent.flatten() {
                    Some(sent) if arg(2) == "0" && !arg(1).contains("msg_name={") => {
                        Op::SendDescriptors {
                            fd,
                            data: data(call, length),
                            sent,
                        }
                    }
                    // Without ancillary data it is what sendto(2) does.
                    Some(sent) if sent.is_empty() => {
                        let Some(flags) = word(2) else { return FLAGS };
                        let to = match &call.peer {
                            None => None,
                            Some(address) => match self.place(address) {
                                Some(to) => Some(to),
                                None => return ADDRESS,
                            },
                        };
                        Op::Send {
                            fd,
                            data: data(call, length),
                            flags,
                            to,
                        }
                    }
                    _ => FLAGS,
                }
            }
            // The file is on this machine: its bytes go into the program.
            "sendfile" => Op::Send {
                fd,
                data: data(call, usize::try_from(call.result).unwrap_or(1)),
                flags: "0".to_owned(),
                to: None,
            },
            "recvmsg" => match room(arg(1)) {
                Some(size) if arg(2) == "0" => Op::ReceiveDescriptors {
                    fd,
                    size,
                    made: (0..call.made.len())
                        .filter_map(|place| self.make(call, place, actor))
                        .collect(),
                },
                _ => FLAGS,
            },
            "shutdown" => word(1).map_or(FLAGS, |how| Op::Shutdown { fd, how }),
            "close" => Op::Close { fd },
            "dup" => Op::Duplicate {
                fd,
                made: self.make(call, 0, actor),
            },
            "getsockname" => Op::OwnName {
                fd,
                into: self.captured(call.local.as_ref()),
            },
            "getpeername" => Op::PeerName {
                fd,
                into: self.captured(call.peer.as_ref().or(call.local.as_ref())),
            },
            "setsockopt" => match (word(1), word(2), option_value(arg(3))) {
                (Some(level), Some(name), Some(value)) => Op::SetOption {
                    fd,
                    level,
                    name,
                    value,
                },
                _ => FLAGS,
            },
            "getsockopt" => match (word(1), word(2), option_value(arg(3))) {
                (Some(level), Some(name), Some(OptionValue::Int(_))) => {
                    Op::GetOption { fd, level, name }
                }
                _ => FLAGS,
            },
            "ioctl" if arg(1) == "FIONBIO" => Op::Blocking {
                fd,
                on: arg(2) == "[0]",
            },
            "epoll_ctl" => {
                let what = word(1).unwrap_or_default();
                let watched = arg(2)
                    .parse()
                    .ok()
                    .and_then(|fd| self.variable(&call.process, fd, actor));
                let events = arg(3)
                    .strip_prefix("{events=")
                    .and_then(|rest| rest.split(',').next())
                    .filter(|events| is_flags(events));
                match (watched, what.as_str()) {
                    (Some(watched), "EPOLL_CTL_DEL") => Op::EpollControl {
                        epoll: fd,
                        what,
                        fd: watched,
                        events: "0".to_owned(),
                    },
                    (Some(watched), "EPOLL_CTL_ADD" | "EPOLL_CTL_MOD") => match events {
                        Some(events) => Op::EpollControl {
                            epoll: fd,
                            what,
                            fd: watched,
                            events: events.to_owned(),
                        },
                        None => FLAGS,
                    },
                    _ => FLAGS,
                }
            }
            "epoll_wait" => match (arg(2).parse(), arg(3).parse()) {
                (Ok(most), Ok(milliseconds)) => Op::EpollWait {
                    epoll: fd,
                    most,
                    milliseconds,
                },
                _ => FLAGS,
            },
            _ => Op::LeftOut("this call is not translated"),
        }
    }

    fn select(&mut self, call: &CallEvent, actor: usize) -> Option<Op> {
        let mut sets = [Vec::new(), Vec::new(), Vec::new()];
        for (set, text) in sets.iter_mut().zip(call.args.get(1..4)?) {
            for fd in numbers(text)? {
                set.push(self.variable(&call.process, fd, actor)?);
            }
        }
        let microseconds = match call.args.get(4)?.as_str() {
            "NULL" => None,
            time => Some(timeval(time)?),
        };
        Some(Op::Select { sets, microseconds })
    }
}

/// What a call sent, or as many bytes when that is not known.
fn data(call: &CallEvent, length: usize) -> Data {
    let bytes = call.data.clone().filter(|bytes| !bytes.is_empty());
    let mut bytes = bytes.unwrap_or_else(|| vec![b'x'; usize::from(length > 0)]);
    bytes.truncate(length);
    if let [first, rest @ ..] = bytes.as_slice()
        && rest.iter().all(|next| next == first)
        && length > 1
    {
        bytes.truncate(1);
    }
    Data { bytes, length }
}
