//! Messages that never become packets (AF_UNIX, AF_NETLINK): who wrote to whom, and which of them a call has read. Put together
//! from the calls and from what sock_diag(7) says of both ends; not the streams and packets of the other families.

use super::Session;
use crate::catalog::constant;
use crate::event::CallEvent;
use crate::event::message::{Act, End, Family, MessageEvent, Reading, SHOWN};
use crate::event::transfer::{Party, Transfer};
use crate::packet::netlink::{self, Brief};
use crate::sys::diag::{Answer, Question};
use crate::value::Address;
use std::collections::{HashMap, VecDeque};

/// Of a netlink message, so many attributes are told.
const CONTENTS: usize = 3;
/// At most this many messages are kept.
const MESSAGES: usize = 20_000;
/// With more open sockets than this the kernel is not asked who is connected to whom.
const MANY: usize = 512;
/// At most this many unread ones are remembered for a socket.
const UNREAD: usize = 10_000;

/// The messages so far.
#[derive(Debug, Default)]
pub struct Messages {
    kept: VecDeque<MessageEvent>,
    count: u64,
    /// What has not been read yet.
    unread: HashMap<Queue, VecDeque<Unread>>,
}

/// Where messages wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Queue {
    /// Those of a stream, by the number of the socket that wrote them: the other end may not have been accepted yet.
    Of(u32),
    /// Those for a socket that keeps boundaries, by its number: anyone may have written them.
    For(u32),
}

/// A message that waits.
#[derive(Clone, Debug)]
struct Unread {
    number: u64,
    from: End,
    /// Bytes of it that have not been read.
    left: u64,
}

impl Messages {
    /// The messages kept, oldest first.
    pub fn kept(&self) -> impl DoubleEndedIterator<Item = &MessageEvent> {
        self.kept.iter()
    }

    fn wrote(&mut self, queue: Option<Queue>, from: &End, length: u64) -> u64 {
        self.count += 1;
        if self.count.is_multiple_of(MESSAGES as u64) {
            self.forget_unread();
        }
        if let Some(queue) = queue {
            let waiting = self.unread.entry(queue).or_default();
            if waiting.len() < UNREAD {
                waiting.push_back(Unread {
                    number: self.count,
                    from: from.clone(),
                    left: length,
                });
            }
        }
        self.count
    }

    /// Forgets the unread messages that are not kept any more, and the queues that are empty.
    fn forget_unread(&mut self) {
        let oldest = self.count.saturating_sub(MESSAGES as u64);
        self.unread.retain(|_, waiting| {
            waiting.retain(|one| one.number > oldest);
            !waiting.is_empty()
        });
    }

    /// Which messages a call has read, and who wrote the first of them.
    fn read(&mut self, queue: Option<Queue>, transfer: &Transfer) -> (Reading, Option<End>) {
        let mut reading = Reading {
            looked: transfer.has("MSG_PEEK"),
            ..Reading::default()
        };
        let Some(queue) = queue else {
            return (reading, None);
        };
        let mut found = self.unread.remove(&queue).unwrap_or_default();
        let before = reading.looked.then(|| found.clone());
        let from = found.front().map(|first| first.from.clone());
        if let Queue::Of(_) = queue {
            let mut length = transfer.length;
            while length > 0
                && let Some(first) = found.front_mut()
            {
                reading.of.push(first.number);
                let taken = first.left.min(length);
                (first.left, length) = (first.left - taken, length - taken);
                reading.waiting = first.left;
                if first.left == 0 {
                    found.pop_front();
                }
            }
        } else if let Some(first) = found.pop_front() {
            reading.of.push(first.number);
            reading.cut = first
                .left
                .saturating_sub(transfer.length.min(transfer.data.len() as u64));
        }
        let left = before.unwrap_or(found);
        if !left.is_empty() {
            self.unread.insert(queue, left);
        }
        (reading, from)
    }

    fn keep(&mut self, message: MessageEvent) {
        self.kept.push_back(message);
        if self.kept.len() > MESSAGES {
            self.kept.pop_front();
        }
    }
}

impl Session {
    /// The messages so far.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// The message that a call wrote or read, if it was one of these families; `None` for any other call.
    pub(super) fn message(
        &mut self,
        call: &CallEvent,
        transfer: Option<Transfer>,
    ) -> Option<MessageEvent> {
        let party = self.ledger.holds(&call.process, call.fd?)?;
        let family = match party.family() {
            "AF_UNIX" => Family::Unix,
            "AF_NETLINK" => Family::Netlink,
            _ => return None,
        };
        let number = party.number;
        if family == Family::Unix && matches!(call.name.as_str(), "accept" | "accept4" | "connect")
        {
            self.meet();
        }
        let transfer = transfer?;
        self.ledger.learn(&self.inventory);
        let party = self.ledger.party(number)?.clone();
        let own = End {
            name: party.label.clone(),
            address: party.local.clone(),
            waits: false,
        };
        let (other, far) = match family {
            Family::Unix => self.other_end(&party, transfer.peer.as_ref()),
            Family::Netlink => self.netlink_end(transfer.peer.as_ref()),
        };
        let queue = match (party.is_stream(), transfer.sends) {
            (true, true) => Some(Queue::Of(party.number)),
            (true, false) => other.map(Queue::Of),
            (false, true) => other.map(Queue::For),
            (false, false) => Some(Queue::For(party.number)),
        };
        let (act, from, to) = if transfer.sends {
            let number = self.messages.wrote(queue, &own, transfer.length);
            (Act::Wrote(number), own, far)
        } else {
            let (reading, writer) = self.messages.read(queue, &transfer);
            let ended = transfer.length == 0 && party.is_stream();
            let act = if ended { Act::End } else { Act::Read(reading) };
            (act, writer.unwrap_or(far), own)
        };
        let mut data = transfer.data;
        let parts = match family {
            Family::Unix => Vec::new(),
            Family::Netlink => netlink_parts(&data, party.arguments.get(2)),
        };
        data.truncate(SHOWN);
        let message = MessageEvent {
            time_ns: transfer.end_ns,
            command: call.command,
            process: call.process.clone(),
            call: transfer.call,
            family,
            kind: party.kind().to_owned(),
            act,
            from,
            to,
            length: transfer.length,
            data,
            descriptors: self.passed(call),
            credentials: credentials(call),
            parts,
        };
        self.messages.keep(message.clone());
        Some(message)
    }

    /// Asks the kernel which AF_UNIX sockets are connected to which, and keeps it. With very many open it is not asked after each
    /// call: their messages are then told without the other end's name.
    fn meet(&mut self) {
        if self.inventory.open().nth(MANY).is_some() {
            return;
        }
        for (_, answer) in self.ask(&[Question::Unix]) {
            self.met(&answer);
        }
    }

    fn met(&mut self, answer: &Answer) {
        let inode = |inode: u32| self.ledger.by_inode(u64::from(inode));
        let own = inode(answer.inode);
        let other = answer.peer_inode.filter(|peer| *peer != 0).and_then(inode);
        if let (Some(own), Some(other)) = (own, other) {
            self.ledger.join(own, other);
        }
    }

    /// The socket at the other end, and what it is called.
    fn other_end(&mut self, party: &Party, named: Option<&Address>) -> (Option<u32>, End) {
        let known = |party: &Party| {
            let end = End {
                name: party.label.clone(),
                address: party.local.clone(),
                waits: false,
            };
            (Some(party.number), end)
        };
        if let Some(address) = named.filter(|address| **address != Address::UnixUnnamed) {
            return self.ledger.bound(address, party.kind()).map_or_else(
                || {
                    let end = End {
                        name: String::new(),
                        address: Some(address.clone()),
                        waits: false,
                    };
                    (None, end)
                },
                known,
            );
        }
        let joined = |session: &Self| {
            let other = session.ledger.party(party.number)?.other?;
            session.ledger.party(other).map(known)
        };
        if let Some(found) = joined(self) {
            return found;
        }
        let answers = self.ask(&[Question::Unix]);
        for (_, answer) in &answers {
            self.met(answer);
        }
        if let Some(found) = joined(self) {
            return found;
        }
        let program = answers
            .iter()
            .find(|(_, answer)| u64::from(answer.inode) == party.inode)
            .and_then(|(_, answer)| self.program_with_inode(u64::from(answer.peer_inode?)))
            .map(|program| program.name.clone());
        let address = party.peer.clone();
        // A connection that nobody has accepted yet is in the listener's queue.
        let listener = address
            .as_ref()
            .and_then(|address| self.ledger.bound(address, party.kind()))
            .filter(|listener| listener.listening)
            .map(|listener| listener.label.clone());
        let end = End {
            waits: program.is_none() && listener.is_some(),
            name: program.or(listener).unwrap_or_default(),
            address,
        };
        (None, end)
    }

    /// The far end of a netlink socket: the kernel, unless another process or a group is named (netlink(7)).
    fn netlink_end(&self, named: Option<&Address>) -> (Option<u32>, End) {
        let named = named.filter(|address| !matches!(address, Address::Netlink { pid: 0, .. }));
        let other = named.and_then(|address| self.ledger.bound(address, "SOCK_RAW"));
        let name = match (other, named) {
            (Some(other), _) => other.label.clone(),
            (None, None) => "kernel".to_owned(),
            (None, Some(_)) => String::new(),
        };
        let end = End {
            name,
            address: named.cloned(),
            waits: false,
        };
        (other.map(|other| other.number), end)
    }

    /// The descriptors a call sent or brought, each with the socket it is.
    fn passed(&self, call: &CallEvent) -> Vec<String> {
        let sent = rights(call);
        let fds = if call.made.is_empty() {
            &sent
        } else {
            &call.made
        };
        let words = |fd: &i32| match self.ledger.holds(&call.process, *fd) {
            Some(party) if party.process == call.process => format!("fd {fd} ({})", party.label),
            Some(party) => format!("fd {fd} ({} of {})", party.label, party.process),
            None => format!("fd {fd}"),
        };
        fds.iter().map(words).collect()
    }
}

/// The ancillary data of sendmsg and recvmsg as the call's line shows it, without what was quoted: payload may look like anything.
fn control(call: &CallEvent) -> Option<String> {
    let text = call.args.get(1).filter(|_| call.name.ends_with("msg"))?;
    let (mut bare, mut quoted, mut escaped) = (String::new(), false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if !quoted => bare.push(character),
            _ => {}
        }
    }
    let start = bare.find("msg_control=[")?;
    Some(bare[start..].to_owned())
}

fn rights(call: &CallEvent) -> Vec<i32> {
    let control = control(call).unwrap_or_default();
    let mut found = Vec::new();
    for part in control.split("SCM_RIGHTS, cmsg_data=[").skip(1) {
        let list = part.split(']').next().unwrap_or_default();
        found.extend(
            list.split(',')
                .filter_map(|fd| fd.trim().parse::<i32>().ok()),
        );
    }
    found
}

fn credentials(call: &CallEvent) -> Option<String> {
    let control = control(call)?;
    let (_, rest) = control.split_once("SCM_CREDENTIALS, cmsg_data={")?;
    Some(rest.split('}').next().unwrap_or_default().to_owned())
}

/// The messages in a netlink buffer by name; many of one kind are counted, and of one alone it is told what is in it.
/// `protocol` is the third argument of socket(2), as the call's line shows it.
fn netlink_parts(data: &[u8], protocol: Option<&String>) -> Vec<String> {
    let protocol = protocol.and_then(|text| {
        let named = || u16::try_from(constant::constant(text)?.value).ok();
        text.parse().ok().or_else(named)
    });
    // A protocol without a number has the messages that all have.
    let messages = netlink::brief(protocol.unwrap_or(u16::MAX), data);
    let alike = messages.chunk_by(|one, other| one.title == other.title);
    let in_words = |messages: &[Brief]| match messages {
        [only] => {
            let told: Vec<&str> = only.contents.iter().map(String::as_str).collect();
            let (told, more) = told.split_at(told.len().min(CONTENTS));
            let gap = if told.is_empty() { "" } else { " " };
            let rest = if more.is_empty() { "" } else { " …" };
            format!("{}{gap}{}{rest}", only.title, told.join(" "))
        }
        [first, ..] => format!("{} × {}", messages.len(), first.title),
        [] => String::new(),
    };
    alike.map(in_words).collect()
}

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
