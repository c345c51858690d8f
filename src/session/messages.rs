//! Messages that never become packets (AF_UNIX, AF_NETLINK): who wrote to whom, and which of them a call has read. Put together
//! from the calls and from what sock_diag(7) says of both ends; not the streams and packets of the other families.

use super::{Session, ancillary, netlink};
use crate::event::CallEvent;
use crate::event::message::{Act, End, Ending, Family, INSIDE, MessageEvent, Reading, SHOWN};
use crate::event::transfer::{Party, Transfer};
use crate::sys::diag::{Answer, Question};
use crate::value::Address;
use std::collections::{HashMap, VecDeque};

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
    /// The messages above TCP so far.
    pub fn applications(&self) -> &super::applications::Applications {
        &self.applications
    }

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
        let party = match &transfer {
            Some(transfer) => self.ledger.party(transfer.party)?,
            None => self.ledger.holds(&call.process, call.fd?)?,
        };
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
        if family == Family::Netlink {
            self.learn_port(number);
        }
        let party = self.ledger.party(number)?.clone();
        let own = End {
            name: party.label.clone(),
            address: party.local.clone(),
            waits: false,
        };
        // Where there are connections an address besides is passed over (`unix_seqpacket_sendmsg`).
        let named = transfer
            .peer
            .as_ref()
            .filter(|_| party.kind() != "SOCK_SEQPACKET");
        let (other, far) = match family {
            Family::Unix => self.other_end(&party, named),
            Family::Netlink => self.netlink_end(&party, transfer.peer.as_ref()),
        };
        let queue = match (party.is_stream(), transfer.sends) {
            (true, true) => Some(Queue::Of(party.number)),
            (true, false) => other.map(Queue::Of),
            (false, true) => other.map(Queue::For),
            (false, false) => Some(Queue::For(party.number)),
        };
        let (act, mut from, to) = if transfer.sends {
            let number = self.messages.wrote(queue, &own, transfer.length);
            (Act::Wrote(number), own, far)
        } else {
            let (act, writer) = self.taken(&party, other, queue, &far, &transfer);
            (act, writer.unwrap_or(far), own)
        };
        self.follow_descriptors(call, &act);
        let mut data = transfer.data;
        let (mut inside, mut group) = (Vec::new(), None);
        if family == Family::Netlink {
            let protocol = netlink::protocol(party.arguments.get(2));
            inside = netlink::inside(call, &data, protocol);
            let far = if transfer.sends { &to } else { &from };
            group = netlink::group(far, protocol);
            // The kernel is one end, whatever groups it speaks to.
            if matches!(from.address, Some(Address::Netlink { pid: 0, .. })) {
                from.address = None;
            }
        }
        let parts = netlink::parts(&inside);
        let more = inside.len().saturating_sub(INSIDE);
        inside.truncate(INSIDE);
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
            credentials: ancillary::credentials(call),
            parts,
            inside,
            more,
            group,
        };
        self.messages.keep(message.clone());
        Some(message)
    }

    /// What a call that receives has taken, and who wrote it where that is known.
    fn taken(
        &mut self,
        party: &Party,
        other: Option<u32>,
        queue: Option<Queue>,
        far: &End,
        transfer: &Transfer,
    ) -> (Act, Option<End>) {
        let (reading, writer) = self.messages.read(queue, transfer);
        let found = !reading.of.is_empty();
        let act = if !found && party.family() == "AF_NETLINK" {
            self.brought(queue, far, transfer)
        } else if !found && transfer.length == 0 {
            self.ending(party, other)
                .map_or(Act::Read(reading), Act::End)
        } else {
            Act::Read(reading)
        };
        (act, writer)
    }

    /// Descriptors that a message carries are in flight from its sending to its receipt (unix(7), SCM_RIGHTS).
    fn follow_descriptors(&mut self, call: &CallEvent, act: &Act) {
        match act {
            Act::Wrote(number) => {
                for fd in ancillary::rights(call) {
                    let inode = self.inventory.by_fd(&call.process, fd);
                    let inode = inode.map_or(0, |known| known.inode);
                    self.inventory.sent(inode, *number);
                }
            }
            Act::Read(reading) if !reading.looked => self.inventory.landed(&reading.of),
            _ => {}
        }
    }

    /// A netlink message that nobody was seen to write: it is numbered as it is read.
    fn brought(&mut self, queue: Option<Queue>, far: &End, transfer: &Transfer) -> Act {
        let looked = transfer.has("MSG_PEEK");
        let waits = queue.filter(|_| looked);
        let number = self.messages.wrote(waits, far, transfer.length);
        Act::Brought { number, looked }
    }

    /// What a recv that gave 0, and for which no message waited, has come upon; `None` when that is a message of no bytes.
    fn ending(&mut self, party: &Party, other: Option<u32>) -> Option<Ending> {
        const RECEIVING: u8 = 1;
        let seen = other.is_some();
        let answers = self.ask(&[Question::Unix]);
        let own = answers
            .iter()
            .map(|(_, answer)| answer)
            .find(|answer| party.inode != 0 && u64::from(answer.inode) == party.inode);
        let shut = own.is_some_and(|own| own.shutdown & RECEIVING != 0);
        match own {
            Some(_) if !shut && !party.is_stream() => None,
            Some(_) if shut && !party.is_stream() && !seen && party.kind() != "SOCK_DGRAM" => {
                Some(Ending::Unclear)
            }
            Some(own) if shut && own.peer_inode.is_none_or(|peer| peer == 0) => {
                Some(if party.kind() == "SOCK_DGRAM" {
                    Ending::ShutDown
                } else {
                    Ending::Closed
                })
            }
            Some(_) if shut => Some(Ending::ShutDown),
            _ if party.kind() == "SOCK_DGRAM" => None,
            _ => Some(Ending::Unsaid),
        }
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

    /// The descriptors a call sent or brought, each with the socket it is.
    fn passed(&self, call: &CallEvent) -> Vec<String> {
        let sent = ancillary::rights(call);
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

#[cfg(test)]
#[path = "messages_tests.rs"]
mod tests;
