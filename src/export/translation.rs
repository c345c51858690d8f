//! The session's calls to the steps of a program.

use super::naming::Names;
use super::order::{Turn, turns};
use super::plan::{Data, Held, Op, Place, Plan, Step, Variable};
use super::reading::{
    OptionValue, descriptors_sent, is_flags, numbers, option_value, poll_entries, room, timeval,
};
use super::{Material, at_home};
use crate::event::CallEvent;
use crate::event::transfer::Party;
use crate::value::Address;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What cannot be read back from the line that shows it.
const FLAGS: Op = Op::LeftOut("its arguments are of no program's");
/// An address of a family that no other machine has like this one.
const ADDRESS: Op = Op::LeftOut("its address is of this laboratory");

/// What building a plan keeps in mind.
struct Builder<'a> {
    material: &'a Material<'a>,
    plan: Plan,
    /// The variable behind a process's descriptor, and those who used it.
    held: HashMap<(String, i32), Variable>,
    users: BTreeMap<Variable, BTreeSet<usize>>,
    /// Addresses that a `bind` names with a port: they are the same in every run.
    fixed: Vec<Address>,
    /// Addresses that a later call uses, by number in `captured`.
    wanted: Vec<Address>,
    names: Names,
}

/// The plan of a session.
pub(super) fn plan(material: &Material<'_>) -> Plan {
    let mut calls = material.calls.clone();
    calls.sort_by_key(|call| (call.start_ns, call.end_ns));
    let fixed = calls
        .iter()
        .filter(|call| call.name == "bind" && call.errno.is_none())
        .filter_map(|call| call.local.clone())
        .filter(|address| address.port() != Some(0))
        .collect();
    let mut builder = Builder {
        material,
        plan: Plan {
            has_wire: !material.wire.is_empty(),
            ..Plan::default()
        },
        held: HashMap::new(),
        users: BTreeMap::new(),
        fixed,
        wanted: Vec::new(),
        names: Names::default(),
    };
    builder.want(&calls);
    for call in &calls {
        builder.step(call);
    }
    builder.close_what_ended();
    let Builder {
        mut plan, users, ..
    } = builder;
    plan.steps.sort_by_key(|step| step.start_ns);
    let (turns, count) = turns(&plan.steps, plan.actors.len());
    plan.turns = count;
    for (place, turn) in turns.into_iter().enumerate() {
        plan.steps[place].turn = turn;
    }
    for (variable, users) in users {
        plan.variables[variable].shared = users.len() > 1;
    }
    plan
}

impl Builder<'_> {
    /// Finds the addresses that a call gives and a later one uses, and that are others in every run.
    fn want(&mut self, calls: &[&CallEvent]) {
        let mut given: Vec<&Address> = Vec::new();
        for call in calls {
            let gives = match call.name.as_str() {
                "accept" | "accept4" | "recvfrom" | "getpeername" => {
                    call.peer.as_ref().or(call.local.as_ref())
                }
                "getsockname" => call.local.as_ref(),
                _ => None,
            };
            let uses = match call.name.as_str() {
                "connect" | "sendto" => call.peer.as_ref(),
                _ => None,
            };
            if let Some(used) = uses
                && given.contains(&used)
                && !self.fixed.contains(used)
                && !self.wanted.contains(used)
            {
                self.wanted.push((*used).clone());
                let name = self.names.unique("address");
                self.plan.captured.push(name);
            }
            given.extend(gives.filter(|_| call.errno.is_none()));
        }
    }

    fn actor(&mut self, call: &CallEvent) -> usize {
        let name = match call.job {
            0 => call.process.clone(),
            job => format!("{}, job {job}", call.process),
        };
        let known = self.plan.actors.iter().position(|actor| *actor == name);
        known.unwrap_or_else(|| {
            self.plan.actors.push(name);
            self.plan.actors.len() - 1
        })
    }

    /// A new variable for a descriptor that a call made, called as the session called it.
    fn make(&mut self, call: &CallEvent, place: usize, actor: usize) -> Option<Variable> {
        let fd = *call.made.get(place)?;
        let label = self
            .material
            .parties
            .iter()
            .filter(|party| party.process == call.process && party.born_ns == call.start_ns)
            .nth(place)
            .map(|party| party.label.clone())
            .filter(|label| !label.starts_with("fd "));
        let name = self.names.unique(&label.unwrap_or_else(|| {
            let what = if call.name.starts_with("epoll") {
                "epoll"
            } else {
                "fd"
            };
            format!("{what}{fd}")
        }));
        self.plan.variables.push(Held {
            name,
            shared: false,
        });
        let variable = self.plan.variables.len() - 1;
        self.held.insert((call.process.clone(), fd), variable);
        self.users.entry(variable).or_default().insert(actor);
        Some(variable)
    }

    fn variable(&mut self, process: &str, fd: i32, actor: usize) -> Option<Variable> {
        let variable = *self.held.get(&(process.to_owned(), fd))?;
        self.users.entry(variable).or_default().insert(actor);
        Some(variable)
    }

    fn place(&self, address: &Address) -> Option<Place> {
        if let Some(number) = self.wanted.iter().position(|wanted| wanted == address) {
            return Some(Place::Captured(number));
        }
        match address {
            Address::Inet(_)
            | Address::Inet6(_)
            | Address::UnixPath(_)
            | Address::UnixAbstract(_) => {
                Some(Place::Literal(at_home(address, &self.material.wire)))
            }
            _ => None,
        }
    }

    fn captured(&self, address: Option<&Address>) -> Option<usize> {
        self.wanted
            .iter()
            .position(|wanted| Some(wanted) == address)
    }

    fn step(&mut self, call: &CallEvent) {
        let actor = self.actor(call);
        let op = if call.thread != 0 {
            Op::LeftOut("a thread of a server made it")
        } else if call.errno.as_deref() == Some("EINTR") {
            Op::LeftOut("it was interrupted")
        } else {
            self.op(call, actor)
        };
        if let (Op::Bind { .. }, Some(Address::UnixPath(path)), None) =
            (&op, &call.local, &call.errno)
        {
            self.plan.paths.push(path.clone());
        }
        let name = match (call.name.as_str(), &op) {
            ("accept4", _) => "accept",
            ("sendmsg" | "sendfile", Op::Send { to: None, .. }) => "send",
            ("sendmsg", Op::Send { .. }) => "sendto",
            (name, _) => name,
        };
        self.plan.steps.push(Step {
            actor,
            op,
            shown: call.text(),
            name: name.to_owned(),
            errno: call.errno.clone(),
            turn: Turn::default(),
            start_ns: call.start_ns,
            end_ns: call.end_ns,
        });
    }

    fn op(&mut self, call: &CallEvent, actor: usize) -> Op {
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

    /// A process that was killed closed its sockets without a call of its own: the program does it for it.
    fn close_what_ended(&mut self) {
        let mut ends: Vec<(Variable, &Party)> = Vec::new();
        for ((process, _), variable) in &self.held {
            let name = &self.plan.variables[*variable].name;
            let party = self.material.parties.iter().find(|party| {
                party.process == *process
                    && party.label.rsplit('.').next() == Some(name)
                    && party.closed_ns.is_some()
            });
            ends.extend(party.map(|party| (*variable, *party)));
        }
        for (variable, party) in ends {
            let closed = |step: &Step| matches!(step.op, Op::Close { fd } if fd == variable);
            let Some(end_ns) = party
                .closed_ns
                .filter(|_| !self.plan.steps.iter().any(closed))
            else {
                continue;
            };
            let actor = self
                .plan
                .actors
                .iter()
                .position(|actor| *actor == party.process);
            self.plan.steps.push(Step {
                actor: actor.unwrap_or_default(),
                op: Op::Close { fd: variable },
                shown: format!(
                    "{} ended, and the kernel closed what it had open",
                    party.process
                ),
                name: "close".to_owned(),
                errno: None,
                turn: Turn::default(),
                start_ns: end_ns,
                end_ns,
            });
        }
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
