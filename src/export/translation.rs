//! The commands of one process to the calls of a program in C or Rust: which variables hold what, which call does what. What a call
//! does is in `call`, what is sent and printed in `bytes`.

mod bytes;
mod call;

use super::literal::comment;
use super::naming::Names;
use super::plan::{Held, Item, Kind, Op, Place, Plan, Shown, Step, Variable};
use super::script::{End, LEFT_OUT, Line, PATIENCE_S, Script};
use super::{Material, at_home, script};
use crate::catalog::verb::Verb;
use crate::command::ast::{Action, Expr};
use crate::event::CallEvent;
use crate::value::{Address, Value};
use std::collections::HashMap;
use std::net::IpAddr;

/// What a step made: the call's name, how it failed, and what a program does for it.
type Made = (String, Option<String>, Op);

/// What building a plan keeps in mind.
struct Builder<'a, 'b> {
    material: &'a Material<'a>,
    plan: Plan,
    names: Names,
    /// The variables by the names they were typed with, and by descriptor.
    typed: HashMap<String, Variable>,
    held: HashMap<i32, Variable>,
    /// The command that is being translated.
    step: Option<&'b script::Step<'b>>,
    depth: usize,
    /// The command calculates or prints what its calls give: the values of those.
    inner: Option<Vec<Variable>>,
    remarks: Vec<String>,
    /// Threads under way, with the variables they give values to.
    threads: Vec<(u32, Vec<Variable>)>,
}

/// The plan of a process's program.
pub(super) fn plan(script: &Script<'_>, material: &Material<'_>) -> Plan {
    let mut builder = Builder {
        material,
        plan: Plan::default(),
        names: Names::default(),
        typed: HashMap::new(),
        held: HashMap::new(),
        step: None,
        depth: 0,
        inner: None,
        remarks: Vec::new(),
        threads: Vec::new(),
    };
    let mut items = builder.items(&script.lines);
    items.extend(builder.threads.iter().map(|(job, _)| Item::Join(*job)));
    builder.plan.items = items;
    builder.plan
}

/// True for a call that looks a name or an interface up and touches no socket.
fn is_look_up(call: &CallEvent) -> bool {
    let names = [
        "getaddrinfo",
        "getnameinfo",
        "if_nametoindex",
        "if_indextoname",
    ];
    call.fd.is_none() && names.contains(&call.name.as_str())
}

impl<'b> Builder<'_, 'b> {
    fn items(&mut self, lines: &'b [Line<'b>]) -> Vec<Item> {
        let mut items = Vec::new();
        for line in lines {
            match line {
                Line::Comment(text) => items.push(Item::Comment((*text).to_owned())),
                Line::Break => items.push(Item::Break),
                Line::Pause(count, words) => items.push(Item::Pause(*count, words.clone())),
                Line::Step(step) => self.command(step, &mut items),
                Line::Repeat(rounds, body) => {
                    self.depth += 1;
                    let body = self.items(body);
                    self.depth -= 1;
                    items.push(Item::Repeat(*rounds, body));
                }
            }
        }
        items
    }

    fn command(&mut self, step: &'b script::Step<'b>, items: &mut Vec<Item>) {
        self.step = Some(step);
        self.remarks.clear();
        let verb = step.verb();
        match verb {
            Some(Verb::Kill) => {
                let words = "the process was killed here: the kernel closes its sockets";
                return items.push(Item::Comment(words.to_owned()));
            }
            Some(Verb::Wait) => {
                let threads = std::mem::take(&mut self.threads);
                return items.extend(threads.into_iter().map(|(job, _)| Item::Join(job)));
            }
            _ => {}
        }
        self.join_what_is_used(step, items);
        let before = self.plan.variables.len();
        let mut made = Vec::new();
        for (name, errno, op) in self.ops(step) {
            if let Op::LeftOut(_) = op {
                self.plan.left_out += 1;
            }
            made.push(Step {
                op,
                name,
                inner: step.verb() == Some(Verb::Connect)
                    && step.calls.len() > 1
                    && errno.as_deref() == Some("EINPROGRESS"),
                errno,
                alone: step.command.targets.is_empty(),
                remark: String::new(),
            });
        }
        self.plan.calls += usize::from(!step.calls.is_empty());
        if !step.comment.is_empty() {
            self.remarks.insert(0, step.comment.to_owned());
        }
        if let Some(first) = made.first_mut() {
            first.remark = self.remarks.join("; ");
        }
        let made = made.into_iter().map(Item::Step);
        if step.command.background {
            let given: Vec<Variable> = (before..self.plan.variables.len()).collect();
            for variable in &given {
                self.plan.variables[*variable].nested = true;
            }
            self.threads.push((step.job, given.clone()));
            items.push(Item::Thread(step.job, made.collect(), given));
        } else {
            items.extend(made);
        }
    }

    /// What a command does, call by call: each with its name and its error.
    fn ops(&mut self, step: &'b script::Step<'b>) -> Vec<Made> {
        let verb = step.verb();
        let calculates =
            matches!(step.command.action, Action::Evaluate(_)) || verb == Some(Verb::Print);
        if calculates
            && self.inner.is_none()
            && (!step.calls.is_empty() || step.end == End::Unreturned)
        {
            return self.calculated(step);
        }
        let left_out = |reason: &str| {
            let shown = comment(&step.command.text);
            vec![(shown, None, Op::LeftOut(reason.to_owned()))]
        };
        if step.end == End::Refused {
            return left_out("the lab refused it");
        }
        if verb.is_some_and(|verb| LEFT_OUT.contains(&verb) || verb == Verb::Serve) {
            return left_out("the lab's own");
        }
        if self.inner.is_none()
            && let Some(found) = self.without_call(step)
        {
            return found.unwrap_or_else(|reason| left_out(&reason));
        }
        self.calls_of(step)
    }

    /// What a step does that makes no call: it prints, sleeps, or gives a value a name. An error says why it is left out; nothing is given
    /// for any other step.
    fn without_call(&mut self, step: &'b script::Step<'b>) -> Option<Result<Vec<Made>, String>> {
        let print = |shown| vec![("print".to_owned(), None, Op::Print(shown))];
        match (&step.command.action, step.verb()) {
            (Action::Call(call), Some(Verb::Print))
                if call.args.iter().skip(1).any(Option::is_some) =>
            {
                Some(Err("`sep` and `end` of Python's print".to_owned()))
            }
            (Action::Call(call), Some(Verb::Print)) => {
                let items = match call.args.first() {
                    Some(Some(Expr::List(items))) => items.clone(),
                    _ => Vec::new(),
                };
                Some(self.printed(&items).map(print))
            }
            (Action::Call(call), Some(Verb::Sleep)) => Some(
                script::slept_ns(call)
                    .map(|time| vec![("sleep".to_owned(), None, Op::Sleep(time))])
                    .ok_or_else(|| "its time is calculated".to_owned()),
            ),
            (Action::Evaluate(value), _) => {
                if !step.command.targets.is_empty() {
                    for target in &step.command.targets {
                        self.typed.remove(target);
                    }
                    return Some(Err("a value that the lab calculated".to_owned()));
                }
                if let Ok(shown) = self.printed(std::slice::from_ref(value)) {
                    return Some(Ok(print(shown)));
                }
                Some(if let Some(result) = step.result {
                    self.remarks
                        .push(format!("{} in the session", step.command.text));
                    Ok(print(vec![Shown::Text(result.shown.clone())]))
                } else {
                    Err("the lab refused it".to_owned())
                })
            }
            _ => None,
        }
    }

    /// The calls that a step made, each with what is printed behind it.
    fn calls_of(&mut self, step: &'b script::Step<'b>) -> Vec<Made> {
        let verb = step.verb();
        let mut found = Vec::new();
        let called = script::the_call(&step.command.action).map(|call| call.verb);
        // A block's later rounds do the same.
        let first = step.calls.first().map(|call| call.command);
        for call in step.calls.iter().filter(|call| Some(call.command) == first) {
            if call.errno.as_deref() == Some("EINTR") {
                continue;
            }
            // What was looked up for a call stands in that call's address.
            if is_look_up(call) && !step.calls.iter().all(|call| is_look_up(call)) {
                continue;
            }
            let op = match (call.name.as_str(), verb) {
                ("poll", _) if called != Some(Verb::Poll) => self.timer(call, step.call_name()),
                _ => self.op(call),
            };
            self.remember_path(call, &op);
            let name = match (call.name.as_str(), &op) {
                (_, Op::LeftOut(_)) => comment(&step.command.text),
                ("accept4", _) => "accept".to_owned(),
                ("sendmsg" | "sendfile", Op::Send { to: None, .. }) => "send".to_owned(),
                ("sendmsg", Op::Send { .. }) => "sendto".to_owned(),
                ("ioctl", _) => "ioctl(FIONBIO)".to_owned(),
                (name, _) => name.to_owned(),
            };
            let shown = self.shown_after(&op, call);
            found.push((name, call.errno.clone(), op));
            found.extend(shown.map(|shown| ("print".to_owned(), None, Op::Print(shown))));
        }
        if step.end == End::Unreturned {
            found.extend(self.unreturned(step));
        }
        found
    }

    /// An expression with calls in it: the calls, and what is printed of their values.
    fn calculated(&mut self, step: &'b script::Step<'b>) -> Vec<Made> {
        self.inner = Some(Vec::new());
        let mut found = self.ops(step);
        let lacks = |(_, _, op): &Made| matches!(op, Op::LeftOut(_));
        if step.end == End::Well && !found.iter().any(lacks) {
            let items = match &step.command.action {
                Action::Call(call) => match call.args.first() {
                    Some(Some(Expr::List(items))) => items.clone(),
                    _ => Vec::new(),
                },
                Action::Evaluate(value) => vec![value.clone()],
                _ => Vec::new(),
            };
            let shown = if step.command.targets.is_empty() {
                self.printed(&items)
            } else {
                Err("a value that the lab calculated; its call is made".to_owned())
            };
            let (name, op) = match shown {
                Ok(shown) => ("print".to_owned(), Op::Print(shown)),
                Err(reason) => (comment(&step.command.text), Op::LeftOut(reason)),
            };
            found.push((name, None, op));
        }
        for target in &step.command.targets {
            self.typed.remove(target);
        }
        self.inner = None;
        found
    }

    /// The variable that holds the value of the one call in an expression.
    fn inner_value(&self) -> Option<Variable> {
        match self.inner.as_deref() {
            Some([value]) => Some(*value),
            _ => None,
        }
    }

    /// What was received or asked for and got no name is printed, as at Python's own prompt.
    fn shown_after(&mut self, op: &Op, call: &CallEvent) -> Option<Vec<Shown>> {
        let step = self.step?;
        if call.errno.is_some() {
            return None;
        }
        if let Some(inner) = &mut self.inner {
            match op {
                Op::Receive {
                    into, from: None, ..
                }
                | Op::OwnName { into, .. }
                | Op::PeerName { into, .. }
                | Op::GetOption { into, .. } => inner.push(*into),
                Op::Timer { .. } => {}
                // No value that what is printed could be made of.
                _ => inner.extend([usize::MAX; 2]),
            }
            return None;
        }
        if let (Op::Receive { .. }, false) = (op, step.command.targets.is_empty()) {
            self.say_received(call);
        }
        // A connect(2) with a time asks SO_ERROR by itself.
        if !step.command.targets.is_empty() || step.verb() == Some(Verb::Connect) {
            return None;
        }
        let text = |text: &str| Shown::Text(text.to_owned());
        let held = |variable: &Variable| super::plan::Bytes::Held(*variable);
        let shown = match op {
            Op::Receive {
                into,
                from: Some(from),
                ..
            } => vec![
                text("("),
                Shown::Literally(held(into)),
                text(", "),
                Shown::Address(*from),
                text(")"),
            ],
            Op::Receive { into, .. } | Op::ReceiveDescriptors { into, .. } => {
                vec![Shown::Literally(held(into))]
            }
            Op::OwnName { into, .. } | Op::PeerName { into, .. } => vec![Shown::Address(*into)],
            Op::GetOption { into, .. } => vec![Shown::Number(*into)],
            _ => return None,
        };
        for piece in &shown {
            if let Shown::Literally(super::plan::Bytes::Held(variable))
            | Shown::Address(variable)
            | Shown::Number(variable) = piece
            {
                self.plan.variables[*variable].read = true;
            }
        }
        Some(shown)
    }

    fn say_received(&mut self, call: &CallEvent) {
        if let Some(data) = &call.data {
            let known = &data[..data.len().min(24)];
            let more = if data.len() > known.len() {
                " and more"
            } else {
                ""
            };
            let shown = super::literal::hex_bytes(known);
            self.remarks
                .push(format!("\"{shown}\"{more} in the session"));
        }
    }

    /// The poll(2) with which a call with a time begins.
    fn timer(&mut self, call: &CallEvent, name: &str) -> Op {
        let entries = super::reading::poll_entries(call.args.first().map_or("", String::as_str));
        let Some([(fd, events)]) = entries.as_deref() else {
            return Op::LeftOut("its arguments have no form here".to_owned());
        };
        match (
            self.variable(*fd),
            call.args.get(2).and_then(|time| time.parse().ok()),
        ) {
            (Some(fd), Some(milliseconds)) => Op::Timer {
                fd,
                events: events.clone(),
                milliseconds,
                otherwise: format!("{name}: timed out"),
            },
            _ => Op::LeftOut("its socket is none of this program's".to_owned()),
        }
    }

    /// A call that never returned: the program looks for a while whether it would.
    fn unreturned(&mut self, step: &'b script::Step<'b>) -> Option<(String, Option<String>, Op)> {
        let call = script::the_call(&step.command.action)?;
        let name = call.verb.entry().name;
        let events = match call.verb {
            Verb::Accept | Verb::Recv | Verb::Recvfrom | Verb::Recvmsg | Verb::RecvFds => "POLLIN",
            _ => {
                let op = Op::LeftOut("it never returned in the session".to_owned());
                return Some((comment(&step.command.text), None, op));
            }
        };
        let fd = match call.args.first()? {
            Some(Expr::Name(name)) => self.typed.get(name).copied(),
            Some(Expr::Int(fd)) => self.held.get(&i32::try_from(*fd).ok()?).copied(),
            _ => None,
        }?;
        self.plan.variables[fd].read = true;
        self.remarks
            .push("never returned in the session".to_owned());
        let op = Op::Timer {
            fd,
            events: events.to_owned(),
            milliseconds: PATIENCE_S as i64 * 1000,
            otherwise: format!("{name}: nothing came within {PATIENCE_S} seconds"),
        };
        Some((name.to_owned(), None, op))
    }

    fn join_what_is_used(&mut self, step: &script::Step<'_>, items: &mut Vec<Item>) {
        let used: Vec<Variable> = step
            .command
            .action
            .names()
            .iter()
            .filter_map(|name| self.typed.get(*name).copied())
            .collect();
        let (done, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.threads)
            .into_iter()
            .partition(|(_, given)| given.iter().any(|variable| used.contains(variable)));
        self.threads = rest;
        items.extend(done.into_iter().map(|(job, _)| Item::Join(job)));
    }

    /// The variable of this name and kind: the known one, or a new one.
    fn named(&mut self, typed: &str, kind: Kind) -> Variable {
        if let Some(known) = self.typed.get(typed).copied() {
            let same = std::mem::discriminant(&self.plan.variables[known].kind)
                == std::mem::discriminant(&kind);
            if same {
                if let (Kind::Bytes(held), Kind::Bytes(most)) =
                    (&mut self.plan.variables[known].kind, kind)
                {
                    *held = most.max(*held);
                }
                return known;
            }
        }
        let name = self.names.unique(typed);
        self.plan.variables.push(Held {
            name,
            kind,
            read: false,
            nested: self.depth > 0,
        });
        let variable = self.plan.variables.len() - 1;
        self.typed.insert(typed.to_owned(), variable);
        variable
    }

    /// The variable that one of the command's targets names.
    fn target(&mut self, place: usize, kind: Kind) -> Option<Variable> {
        if self.inner.is_some() {
            return None;
        }
        let typed = self.step?.command.targets.get(place)?.clone();
        Some(self.named(&typed, kind))
    }

    fn place_target(&mut self, place: usize) -> Variable {
        self.target(place, Kind::Place)
            .unwrap_or_else(|| self.named("peer_address", Kind::Place))
    }

    fn number_target(&mut self) -> Variable {
        self.target(0, Kind::Number)
            .unwrap_or_else(|| self.named("option_value", Kind::Number))
    }

    fn bytes_target(&mut self, most: usize) -> Variable {
        let targets = self.step.map_or(0, |step| step.command.targets.len());
        let whole = if self.gives_address() { 2 } else { 1 };
        let target = (targets == whole).then(|| self.target(0, Kind::Bytes(most)));
        target
            .flatten()
            .unwrap_or_else(|| self.named("received_bytes", Kind::Bytes(most)))
    }

    /// True for a command whose value has the sender's address in it.
    fn gives_address(&self) -> bool {
        self.step.and_then(script::Step::verb) == Some(Verb::Recvfrom)
    }

    /// The variable for a descriptor that a call made.
    fn make(&mut self, call: &CallEvent, place: usize) -> Option<Variable> {
        let fd = *call.made.get(place)?;
        let step = self.step?;
        let typed = step.command.targets.get(place);
        let is_socket = typed.is_some_and(|typed| {
            step.result.is_none_or(|result| {
                result.assigned.iter().any(|(name, value)| {
                    name == typed && matches!(value, Value::Socket(_) | Value::Epoll(_))
                })
            })
        });
        let typed = typed.filter(|_| is_socket).cloned();
        let variable = self.named(
            &typed.unwrap_or_else(|| format!("fd{fd}")),
            Kind::Descriptor,
        );
        self.held.insert(fd, variable);
        Some(variable)
    }

    /// Like [`Self::make`], for a call that gives several: they are declared before it.
    fn make_several(&mut self, call: &CallEvent, place: usize) -> Option<Variable> {
        let variable = self.make(call, place)?;
        self.plan.variables[variable].nested = true;
        Some(variable)
    }

    fn variable(&mut self, fd: i32) -> Option<Variable> {
        let variable = *self.held.get(&fd)?;
        self.plan.variables[variable].read = true;
        Some(variable)
    }

    /// The address that a call named: the variable that was typed for it, or its literal.
    fn given_place(&mut self, address: Option<&Address>) -> Option<Place> {
        let address = address?;
        if let Some(Action::Call(call)) = self.step.map(|step| &step.command.action) {
            let given = call.args.iter().flatten().find_map(|arg| match arg {
                Expr::Name(name) => self.typed.get(name).copied(),
                _ => None,
            });
            let is_place = |variable: &Variable| self.plan.variables[*variable].kind == Kind::Place;
            let names = call.args.iter().flatten().filter_map(|arg| match arg {
                Expr::Name(name) => self.typed.get(name).copied(),
                _ => None,
            });
            if given.is_some()
                && let Some(place) = names.into_iter().find(is_place)
            {
                self.plan.variables[place].read = true;
                return Some(Place::Given(place));
            }
        }
        match address {
            Address::Inet(_)
            | Address::Inet6(_)
            | Address::UnixPath(_)
            | Address::UnixAbstract(_) => {
                let wire: Vec<IpAddr> = self.material.hosts.iter().map(|(ip, _)| *ip).collect();
                let here = at_home(address, &wire);
                if here != *address {
                    let host = self.material.hosts.iter();
                    let host = host.clone().find(|(ip, _)| Some(*ip) == address.ip());
                    let name = host.map_or("", |(_, name)| name.as_str());
                    self.remarks
                        .push(format!("{address} of host {name} in the lab"));
                }
                Some(Place::Literal(here))
            }
            _ => None,
        }
    }

    fn remember_path(&mut self, call: &CallEvent, op: &Op) {
        if let (Op::Bind { .. }, Some(Address::UnixPath(path)), None) =
            (op, &call.local, &call.errno)
        {
            self.plan.paths.push(path.clone());
        }
    }
}
