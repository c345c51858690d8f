//! The session's calls to the steps of a program: who makes each, in which variable its descriptors are. What a call does is `call`.

mod call;

use super::naming::Names;
use super::order::turns;
use super::plan::{Held, Op, Place, Plan, Step, Turn, Variable};
use super::{Material, at_home};
use crate::event::CallEvent;
use crate::event::transfer::Party;
use crate::value::Address;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
