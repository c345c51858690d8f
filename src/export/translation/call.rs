//! One call of the session to what it does in a program, read from its line.

use super::Builder;
use crate::event::CallEvent;
use crate::export::plan::{Bytes, Kind, Op, Variable};
use crate::export::reading::{
    descriptors_sent, is_flags, is_number, numbers, option_value, poll_entries, room, timeval,
};
use crate::value::Address;

/// What cannot be read back from the line that shows it.
fn unread() -> Op {
    Op::LeftOut("its arguments have no form here".to_owned())
}

/// An address of a family that has none here.
fn elsewhere() -> Op {
    Op::LeftOut("its address is of the lab's own".to_owned())
}

/// The arguments of a call as they stand in its line.
#[derive(Clone, Copy)]
struct Arguments<'a>(&'a CallEvent);

impl<'a> Arguments<'a> {
    fn text(self, place: usize) -> &'a str {
        self.0.args.get(place).map_or("", String::as_str)
    }

    /// Constants and flags, as C writes them.
    fn flags(self, place: usize) -> Option<String> {
        let text = self.text(place);
        is_flags(text).then(|| text.to_owned())
    }

    /// How many bytes it is about.
    fn length(self) -> usize {
        self.text(2).parse().unwrap_or(0)
    }
}

impl Builder<'_, '_> {
    /// What a call does, and by whom.
    pub(super) fn op(&mut self, call: &CallEvent) -> Op {
        match call.name.as_str() {
            // What is made on no descriptor.
            "socket" | "socketpair" => self.socket(call).unwrap_or_else(unread),
            "epoll_create1" => Op::Epoll {
                flags: Arguments(call).flags(0).unwrap_or_else(|| "0".to_owned()),
                made: self.make(call, 0),
            },
            "poll" => self.poll(call).unwrap_or_else(unread),
            "select" => self.select(call).unwrap_or_else(unread),
            _ if call.fd.is_none() => Op::LeftOut("what it gives is about the lab".to_owned()),
            _ => match call.fd.and_then(|fd| self.variable(fd)) {
                Some(fd) => self.on_socket(call, fd),
                None => Op::LeftOut("its descriptor is none of this program's".to_owned()),
            },
        }
    }

    /// A call on a descriptor of the session.
    fn on_socket(&mut self, call: &CallEvent, fd: Variable) -> Op {
        let given = Arguments(call);
        match call.name.as_str() {
            "bind" => self
                .given_place(call.local.as_ref())
                .map_or_else(elsewhere, |to| Op::Bind { fd, to }),
            "connect" => self
                .given_place(call.peer.as_ref())
                .map_or_else(elsewhere, |to| Op::Connect { fd, to }),
            "listen" => Op::Listen {
                fd,
                backlog: given.text(1).parse().unwrap_or(0),
            },
            "accept" | "accept4" => self.accept(call, fd),
            "send" | "sendto" => self.send(call, fd).unwrap_or_else(unread),
            "recv" | "recvfrom" => self.receive(call, fd).unwrap_or_else(unread),
            "sendmsg" => self.send_message(call, fd).unwrap_or_else(unread),
            "recvmsg" => self.receive_message(call, fd).unwrap_or_else(unread),
            // The file is on this machine: its bytes go into the program.
            "sendfile" => Op::Send {
                fd,
                data: data(call, usize::try_from(call.result).unwrap_or(1)),
                flags: "0".to_owned(),
                to: None,
            },
            "shutdown" => given
                .flags(1)
                .map_or_else(unread, |how| Op::Shutdown { fd, how }),
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
            "setsockopt" | "getsockopt" => self.option(call, fd).unwrap_or_else(unread),
            "ioctl" if given.text(1) == "FIONBIO" => Op::Blocking {
                fd,
                on: given.text(2) == "[0]",
            },
            "epoll_ctl" => self.epoll_control(call, fd).unwrap_or_else(unread),
            "epoll_wait" => match (given.text(2).parse(), given.text(3).parse()) {
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

    fn socket(&mut self, call: &CallEvent) -> Option<Op> {
        let given = Arguments(call);
        let (family, kind, protocol) = (given.flags(0)?, given.flags(1)?, given.flags(2)?);
        Some(if call.name == "socket" {
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
        })
    }

    fn accept(&mut self, call: &CallEvent, fd: Variable) -> Op {
        let flags = call.args.last();
        let flags = flags.filter(|flags| flags.starts_with("SOCK_") && is_flags(flags));
        Op::Accept {
            fd,
            flags: flags.cloned().unwrap_or_default(),
            made: self.make(call, 0),
            from: self.target(1, Kind::Place),
        }
    }

    fn send(&mut self, call: &CallEvent, fd: Variable) -> Option<Op> {
        let given = Arguments(call);
        let flags = given.flags(3)?;
        let peer = call.peer.as_ref().filter(|_| call.name == "sendto");
        Some(self.send_to(call, fd, given.length(), flags, peer))
    }

    fn receive(&mut self, call: &CallEvent, fd: Variable) -> Option<Op> {
        let size = Arguments(call).length();
        let flags = Arguments(call).flags(3)?;
        let with_address = self.gives_address();
        Some(Op::Receive {
            fd,
            size,
            flags,
            into: self.bytes_target(size),
            from: if with_address {
                Some(self.place_target(1))
            } else {
                None
            },
            with_address,
        })
    }

    fn send_message(&mut self, call: &CallEvent, fd: Variable) -> Option<Op> {
        let given = Arguments(call);
        let sent = descriptors_sent(given.text(1))?;
        let known = sent.into_iter().map(|fd| self.variable(fd));
        let sent: Vec<Variable> = known.collect::<Option<_>>()?;
        let length = usize::try_from(call.result).unwrap_or(1);
        if given.text(2) == "0" && !given.text(1).contains("msg_name={") {
            return Some(Op::SendDescriptors {
                fd,
                data: self.sent(call, length),
                sent,
            });
        }
        // Without ancillary data it is what sendto(2) does.
        if !sent.is_empty() {
            return None;
        }
        let flags = given.flags(2)?;
        Some(self.send_to(call, fd, length, flags, call.peer.as_ref()))
    }

    /// Sends so many bytes, to an address where one was given.
    fn send_to(
        &mut self,
        call: &CallEvent,
        fd: Variable,
        length: usize,
        flags: String,
        address: Option<&Address>,
    ) -> Op {
        let to = address.map(|address| self.given_place(Some(address)));
        if to == Some(None) {
            return elsewhere();
        }
        Op::Send {
            fd,
            data: self.sent(call, length),
            flags,
            to: to.flatten(),
        }
    }

    fn receive_message(&mut self, call: &CallEvent, fd: Variable) -> Option<Op> {
        let given = Arguments(call);
        let size = room(given.text(1)).filter(|_| given.text(2) == "0")?;
        Some(Op::ReceiveDescriptors {
            fd,
            size,
            into: self.bytes_target(size),
            made: (0..call.made.len())
                .filter_map(|place| self.make_several(call, place))
                .collect(),
        })
    }

    fn option(&mut self, call: &CallEvent, fd: Variable) -> Option<Op> {
        let given = Arguments(call);
        let (level, name) = (given.flags(1)?, given.flags(2)?);
        if call.name == "setsockopt" {
            return Some(Op::SetOption {
                fd,
                level,
                name,
                value: option_value(given.text(3))?,
            });
        }
        is_number(given.text(3)).then(|| Op::GetOption {
            fd,
            level,
            name,
            into: self.number_target(),
        })
    }

    fn epoll_control(&mut self, call: &CallEvent, epoll: Variable) -> Option<Op> {
        let given = Arguments(call);
        let what = given.flags(1)?;
        let fd = self.variable(given.text(2).parse().ok()?)?;
        let events = match what.as_str() {
            "EPOLL_CTL_DEL" => "0",
            "EPOLL_CTL_ADD" | "EPOLL_CTL_MOD" => {
                let rest = given.text(3).strip_prefix("{events=")?;
                rest.split(',').next().filter(|events| is_flags(events))?
            }
            _ => return None,
        };
        Some(Op::EpollControl {
            epoll,
            fd,
            events: events.to_owned(),
            what,
        })
    }

    fn poll(&mut self, call: &CallEvent) -> Option<Op> {
        let given = Arguments(call);
        let entries = poll_entries(given.text(0))?
            .into_iter()
            .map(|(fd, events)| Some((self.variable(fd)?, events)))
            .collect::<Option<Vec<_>>>()?;
        Some(Op::Poll {
            entries,
            milliseconds: given.text(2).parse().ok()?,
        })
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
