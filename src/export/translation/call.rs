//! One call of the session to what it does in a program, read from its line.

use super::Builder;
use crate::event::CallEvent;
use crate::export::plan::{Bytes, Kind, Op, Variable};
use crate::export::reading::{
    descriptors_sent, is_flags, is_number, numbers, option_value, poll_entries, room, timeval,
};

/// What cannot be read back from the line that shows it.
fn unread() -> Op {
    Op::LeftOut("its arguments have no form here".to_owned())
}

/// An address of a family that has none here.
fn elsewhere() -> Op {
    Op::LeftOut("its address is of the lab's own".to_owned())
}

impl Builder<'_, '_> {
    /// What a call does, and by whom.
    pub(super) fn op(&mut self, call: &CallEvent) -> Op {
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
                    return unread();
                };
                return if name == "socket" {
                    Op::Socket {
                        family,
                        kind,
                        protocol,
                        made: self.make(call, 0),
                    }
                } else {
                    let made = self.make_several(call, 0).zip(self.make_several(call, 1));
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
                    flags: word(0).unwrap_or_else(|| "0".to_owned()),
                    made: self.make(call, 0),
                };
            }
            "poll" => {
                let entries = poll_entries(arg(0)).map(|entries| {
                    entries
                        .into_iter()
                        .map(|(fd, events)| Some((self.variable(fd)?, events)))
                        .collect::<Option<Vec<_>>>()
                });
                return match (entries.flatten(), arg(2).parse()) {
                    (Some(entries), Ok(milliseconds)) => Op::Poll {
                        entries,
                        milliseconds,
                    },
                    _ => unread(),
                };
            }
            "select" => return self.select(call).unwrap_or_else(unread),
            _ => {}
        }
        if call.fd.is_none() {
            return Op::LeftOut("what it gives is about the lab".to_owned());
        }
        let Some(fd) = call.fd.and_then(|fd| self.variable(fd)) else {
            return Op::LeftOut("its descriptor is none of this program's".to_owned());
        };
        self.on_socket(call, fd)
    }

    /// A call on a descriptor of the session.
    fn on_socket(&mut self, call: &CallEvent, fd: Variable) -> Op {
        let word = |place: usize| {
            let text = call.args.get(place).map_or("", String::as_str);
            is_flags(text).then(|| text.to_owned())
        };
        let arg = |place: usize| call.args.get(place).map_or("", String::as_str);
        let name = call.name.as_str();
        let length = || arg(2).parse().unwrap_or(0);
        match name {
            "bind" => self
                .given_place(call.local.as_ref())
                .map_or_else(elsewhere, |to| Op::Bind { fd, to }),
            "connect" => self
                .given_place(call.peer.as_ref())
                .map_or_else(elsewhere, |to| Op::Connect { fd, to }),
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
                made: self.make(call, 0),
                from: self.target(1, Kind::Place),
            },
            "send" | "sendto" => {
                let Some(flags) = word(3) else {
                    return unread();
                };
                let to = match (name, &call.peer) {
                    ("sendto", Some(address)) => match self.given_place(Some(address)) {
                        Some(to) => Some(to),
                        None => return elsewhere(),
                    },
                    _ => None,
                };
                Op::Send {
                    fd,
                    data: self.sent(call, length()),
                    flags,
                    to,
                }
            }
            "recv" | "recvfrom" => {
                let Some(flags) = word(3) else {
                    return unread();
                };
                let with_address = self.gives_address();
                Op::Receive {
                    fd,
                    size: length(),
                    flags,
                    into: self.bytes_target(length()),
                    from: if with_address {
                        Some(self.place_target(1))
                    } else {
                        None
                    },
                    with_address,
                }
            }
            "sendmsg" => {
                let sent = descriptors_sent(arg(1)).map(|sent| {
                    let known = sent.into_iter().map(|fd| self.variable(fd));
                    known.collect::<Option<Vec<_>>>()
                });
                let length = usize::try_from(call.result).unwrap_or(1);
                match sent.flatten() {
                    Some(sent) if arg(2) == "0" && !arg(1).contains("msg_name={") => {
                        Op::SendDescriptors {
                            fd,
                            data: self.sent(call, length),
                            sent,
                        }
                    }
                    // Without ancillary data it is what sendto(2) does.
                    Some(sent) if sent.is_empty() => {
                        let Some(flags) = word(2) else {
                            return unread();
                        };
                        let to = match &call.peer {
                            None => None,
                            Some(address) => match self.given_place(Some(address)) {
                                Some(to) => Some(to),
                                None => return elsewhere(),
                            },
                        };
                        Op::Send {
                            fd,
                            data: self.sent(call, length),
                            flags,
                            to,
                        }
                    }
                    _ => unread(),
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
                    into: self.bytes_target(size),
                    made: (0..call.made.len())
                        .filter_map(|place| self.make_several(call, place))
                        .collect(),
                },
                _ => unread(),
            },
            "shutdown" => word(1).map_or_else(unread, |how| Op::Shutdown { fd, how }),
            "close" => Op::Close { fd },
            "dup" => Op::Duplicate {
                fd,
                made: self.make(call, 0),
            },
            "getsockname" => Op::OwnName {
                fd,
                into: self.place_target(0),
            },
            "getpeername" => Op::PeerName {
                fd,
                into: self.place_target(0),
            },
            "setsockopt" => match (word(1), word(2), option_value(arg(3))) {
                (Some(level), Some(name), Some(value)) => Op::SetOption {
                    fd,
                    level,
                    name,
                    value,
                },
                _ => unread(),
            },
            "getsockopt" => match (word(1), word(2)) {
                (Some(level), Some(name)) if is_number(arg(3)) => Op::GetOption {
                    fd,
                    level,
                    name,
                    into: self.number_target(),
                },
                _ => unread(),
            },
            "ioctl" if arg(1) == "FIONBIO" => Op::Blocking {
                fd,
                on: arg(2) == "[0]",
            },
            "epoll_ctl" => {
                let what = word(1).unwrap_or_default();
                let watched = arg(2).parse().ok().and_then(|fd| self.variable(fd));
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
                        None => unread(),
                    },
                    _ => unread(),
                }
            }
            "epoll_wait" => match (arg(2).parse(), arg(3).parse()) {
                (Ok(most), Ok(milliseconds)) => Op::EpollWait {
                    epoll: fd,
                    most,
                    milliseconds,
                },
                _ => unread(),
            },
            _ => Op::LeftOut("this call has no form here".to_owned()),
        }
    }

    fn select(&mut self, call: &CallEvent) -> Option<Op> {
        let mut sets = [Vec::new(), Vec::new(), Vec::new()];
        for (set, text) in sets.iter_mut().zip(call.args.get(1..4)?) {
            for fd in numbers(text)? {
                set.push(self.variable(fd)?);
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
pub(super) fn data(call: &CallEvent, length: usize) -> Bytes {
    let bytes = call.data.clone().filter(|bytes| !bytes.is_empty());
    let mut bytes = bytes.unwrap_or_else(|| vec![b'x'; usize::from(length > 0)]);
    bytes.truncate(length);
    if let [first, rest @ ..] = bytes.as_slice()
        && rest.iter().all(|next| next == first)
        && length > 8
    {
        return Bytes::Repeated(vec![*first], length);
    }
    if bytes.len() == length {
        Bytes::Literal(bytes)
    } else {
        Bytes::Repeated(bytes, length)
    }
}
