//! Who put which bytes where: the sockets of the session by numbers that outlive their descriptors, and an entry for each call
//! that moved bytes. Not the packets (`packets`), and not what is open now (`inventory`).

use super::Session;
use super::inventory::{Hold, Inventory};
use super::known::Known;
use super::log::Log;
use super::sampling::Samples;
use crate::event::CallEvent;
use crate::event::transfer::{KEPT, Party, Transfer, is_sending};
use crate::value::Address;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// At most this many transfers are kept.
const TRANSFERS: usize = 100_000;
/// At most this many bytes of them.
const BYTES: usize = 32 << 20;
/// At most this many sockets are remembered.
const PARTIES: usize = 20_000;

/// The sockets and what moved through them.
#[derive(Debug, Default)]
pub struct Ledger {
    parties: BTreeMap<u32, Party>,
    held: HashMap<(String, i32), u32>,
    /// Sockets whose descriptor was closed while a call was under way on it: by process, job, thread and descriptor.
    lent: HashMap<(String, u32, u32, i32), u32>,
    /// The sockets that are open, by inode.
    by_inode: HashMap<u64, u32>,
    transfers: VecDeque<Transfer>,
    bytes: usize,
    born: u32,
    /// The version of the inventory that was taken over last.
    learned: Option<u64>,
    /// Transfers that were let go to stay within the bounds.
    pub forgotten: u64,
}

impl Ledger {
    /// A call returned, and the inventory does not know it yet: what a `close` ends is described for the last time. `calls` are those
    /// that still hold the socket it closed a descriptor of.
    pub fn before(&mut self, call: &CallEvent, calls: &[Hold], inventory: &Inventory) {
        let Some(fd) = call.fd.filter(|_| call.name == "close") else {
            return;
        };
        let number = self.held.get(&(call.process.clone(), fd)).copied();
        for hold in calls {
            if let (Some(number), Hold::Call { job, thread, .. }) = (number, hold) {
                self.lent
                    .insert((call.process.clone(), *job, *thread, fd), number);
            }
        }
        self.let_go(&call.process, fd, call.end_ns, inventory);
    }

    /// A socket that a message or a call held without a descriptor has ended.
    pub fn gone(&mut self, inode: u64, now_ns: i64) {
        let Some(number) = self.by_inode.get(&inode).copied() else {
            return;
        };
        if self.held.values().all(|other| *other != number)
            && let Some(party) = self.parties.get_mut(&number)
        {
            party.closed_ns = Some(now_ns);
            self.by_inode.remove(&inode);
        }
    }

    /// A call returned, and the inventory knows it. Gives the transfer it was, if it moved bytes.
    pub fn after(&mut self, call: &CallEvent, inventory: &Inventory) -> Option<&Transfer> {
        for fd in &call.made {
            if let Some(known) = inventory.by_fd(&call.process, *fd) {
                self.born(known, *fd, call.start_ns);
            }
        }
        if let ("socketpair", [one, other]) = (call.name.as_str(), call.made.as_slice()) {
            self.pair(&call.process, *one, *other);
        }
        let strand = (call.process.clone(), call.job, call.thread, call.fd?);
        let lent = self.lent.remove(&strand);
        let number = match lent {
            Some(number) => number,
            None => *self.held.get(&(call.process.clone(), call.fd?))?,
        };
        let party = self.parties.get_mut(&number)?;
        match call.name.as_str() {
            "listen" => party.listening |= call.errno.is_none(),
            "setsockopt" if call.args.iter().any(|arg| arg == "SO_OOBINLINE") => {
                party.urgent_inline = call.args.get(3).is_some_and(|value| value != "[0]");
            }
            _ => {}
        }
        let sends = is_sending(&call.name)?;
        let length = u64::try_from(call.result).ok()? * call.times.max(1);
        let flags = flags(call);
        let looks = flags.split('|').any(|flag| flag == "MSG_PEEK");
        let apart = !sends && flags.split('|').any(|flag| flag == "MSG_OOB");
        let moved = if sends {
            &mut party.moved.0
        } else {
            &mut party.moved.1
        };
        let at = *moved;
        if !looks && !apart {
            *moved += length;
        }
        let mut data = call.data.clone().unwrap_or_default();
        data.truncate(KEPT);
        data.shrink_to_fit();
        self.bytes += data.len();
        self.transfers.push_back(Transfer {
            party: number,
            process: call.process.clone(),
            call: format!("{}({})", call.name, call.fd?),
            command: call.command,
            sends,
            at,
            length,
            data,
            flags,
            peer: call.peer.clone(),
            start_ns: call.start_ns,
            end_ns: call.end_ns,
        });
        while self.transfers.len() > TRANSFERS || self.bytes > BYTES {
            let Some(oldest) = self.transfers.pop_front() else {
                break;
            };
            self.bytes -= oldest.data.len();
            self.forgotten += 1;
        }
        self.transfers.back()
    }

    /// A process forked: the child holds the same sockets under the same numbers.
    pub fn forked(&mut self, parent: &str, child: &str) {
        let copies: Vec<(i32, u32)> = self
            .held
            .iter()
            .filter(|((owner, _), _)| owner == parent)
            .map(|((_, fd), number)| (*fd, *number))
            .collect();
        for (fd, number) in copies {
            self.held.insert((child.to_owned(), fd), number);
        }
    }

    /// A process ended: the kernel closed all it held.
    pub fn ended(&mut self, process: &str, now_ns: i64, inventory: &Inventory) {
        let held: Vec<i32> = self
            .held
            .keys()
            .filter(|(owner, _)| owner == process)
            .map(|(_, fd)| *fd)
            .collect();
        for fd in held {
            self.let_go(process, fd, now_ns, inventory);
        }
    }

    /// Takes over what the inventory knows of the open sockets, their names and addresses, if that has changed.
    pub fn learn(&mut self, inventory: &Inventory) {
        if self.learned == Some(inventory.version) {
            return;
        }
        self.learned = Some(inventory.version);
        for (known, shown) in inventory.all_shown() {
            let number = known
                .fd
                .and_then(|fd| self.held.get(&(known.process.clone(), fd)));
            if let Some(party) = number.and_then(|number| self.parties.get_mut(number)) {
                describe(party, known, || shown);
            }
        }
    }

    /// The socket of this number.
    pub fn party(&self, number: u32) -> Option<&Party> {
        self.parties.get(&number)
    }

    /// The number of the open socket with this inode.
    pub fn by_inode(&self, inode: u64) -> Option<u32> {
        self.by_inode.get(&inode).copied()
    }

    /// The newest open socket of this type that is bound to an address.
    pub fn bound(&self, address: &Address, kind: &str) -> Option<&Party> {
        self.parties.values().rev().find(|party| {
            party.closed_ns.is_none()
                && party.kind() == kind
                && party.local.as_ref() == Some(address)
        })
    }

    /// Two sockets are the ends of one connection.
    pub fn join(&mut self, one: u32, other: u32) {
        for (end, far) in [(one, other), (other, one)] {
            if let Some(party) = self.parties.get_mut(&end) {
                party.other = Some(far);
            }
        }
    }

    /// All sockets remembered, oldest first.
    pub fn parties(&self) -> impl DoubleEndedIterator<Item = &Party> {
        self.parties.values()
    }

    /// The socket a process holds under a descriptor.
    pub fn holds(&self, process: &str, fd: i32) -> Option<&Party> {
        let number = self.held.get(&(process.to_owned(), fd))?;
        self.parties.get(number)
    }

    /// What moved through the sockets of these numbers, oldest first.
    pub fn transfers(&self, parties: &[u32]) -> Vec<&Transfer> {
        self.transfers
            .iter()
            .filter(|transfer| parties.contains(&transfer.party))
            .collect()
    }

    fn born(&mut self, known: &Known, fd: i32, now_ns: i64) {
        let twin = self.by_inode.get(&known.inode).copied();
        let number = twin.unwrap_or_else(|| {
            self.born += 1;
            self.parties.insert(
                self.born,
                Party {
                    number: self.born,
                    process: known.process.clone(),
                    host: known.host.clone(),
                    label: known.label(),
                    arguments: known.arguments.clone(),
                    local: known.local.clone(),
                    peer: known.peer.clone(),
                    other: None,
                    inode: known.inode,
                    listening: false,
                    born_ns: now_ns,
                    closed_ns: None,
                    urgent_inline: false,
                    moved: (0, 0),
                },
            );
            if known.inode != 0 {
                self.by_inode.insert(known.inode, self.born);
            }
            self.born
        });
        self.held.insert((known.process.clone(), fd), number);
        if self.parties.len() > PARTIES {
            let oldest = self
                .parties
                .values()
                .find(|party| party.closed_ns.is_some())
                .map(|party| party.number);
            oldest.and_then(|number| self.parties.remove(&number));
        }
    }

    fn pair(&mut self, process: &str, one: i32, other: i32) {
        let number = |fd| self.held.get(&(process.to_owned(), fd)).copied();
        if let (Some(one), Some(other)) = (number(one), number(other)) {
            self.join(one, other);
        }
    }

    fn let_go(&mut self, process: &str, fd: i32, now_ns: i64, inventory: &Inventory) {
        let Some(number) = self.held.remove(&(process.to_owned(), fd)) else {
            return;
        };
        let held = self.held.values().any(|other| *other == number)
            || self.lent.values().any(|other| *other == number);
        if let Some(party) = self.parties.get_mut(&number) {
            if let Some(known) = inventory.by_fd(process, fd) {
                describe(party, known, || inventory.shown(known));
            }
            let carried = inventory.holds_of(party.inode);
            if !held && (party.inode == 0 || carried.is_empty()) {
                party.closed_ns = Some(now_ns);
                self.by_inode.remove(&party.inode);
            }
        }
    }
}

fn describe(party: &mut Party, known: &Known, shown: impl FnOnce() -> String) {
    // A second descriptor without a name of its own leaves the socket the name it has.
    let nameless = party.label.starts_with("fd ") && party.process == known.process;
    if nameless || !known.names.is_empty() {
        party.label = shown();
    }
    party.local = known.local.clone().or(party.local.take());
    party.peer = known.peer.clone().or(party.peer.take());
    party.listening |= known.listening;
}

/// The flags as the call's line shows them.
fn flags(call: &CallEvent) -> String {
    let place = match call.name.as_str() {
        "send" | "sendto" | "recv" | "recvfrom" => 3,
        "sendmsg" | "recvmsg" => 2,
        _ => return String::new(),
    };
    call.args.get(place).cloned().unwrap_or_default()
}

impl Session {
    /// The sockets and what moved through them, up to this moment.
    pub fn ledger(&mut self) -> &Ledger {
        self.records().1
    }

    /// Calls and packets beside the sockets they belong to, and what the kernel said of those.
    pub fn records(&mut self) -> (&Log, &Ledger, &Samples) {
        self.ledger.learn(&self.inventory);
        (&self.log, &self.ledger, &self.samples)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, fd: Option<i32>, result: i64, made: &[i32]) -> CallEvent {
        CallEvent {
            fd,
            result,
            data: Some(vec![b'x'; usize::try_from(result).unwrap_or(0)]),
            made: made.to_vec(),
            start_ns: 5,
            end_ns: 6,
            ..crate::event::sample::call(name, &["4", "\"x\"", "1", "0"])
        }
    }

    fn run(calls: &[CallEvent]) -> Ledger {
        let mut inventory = Inventory::default();
        let mut ledger = Ledger::default();
        for call in calls {
            ledger.before(call, &[], &inventory);
            // The second descriptor is a duplicate of the first.
            inventory.called(call, Vec::new(), |fd| if fd < 6 { 77 } else { fd as u64 });
            ledger.after(call, &inventory);
        }
        ledger
    }

    #[test]
    fn a_socket_keeps_its_number_through_dup_and_bytes_their_place() {
        let ledger = run(&[
            call("socket", None, 4, &[4]),
            call("send", Some(4), 5, &[]),
            call("dup", Some(4), 5, &[5]),
            call("close", Some(4), 0, &[]),
            call("send", Some(5), 3, &[]),
            call("recv", Some(5), 2, &[]),
        ]);
        let party = ledger.holds("lab", 5).expect("it is still open");
        assert_eq!(
            (party.number, party.closed_ns, party.moved),
            (1, None, (8, 2))
        );
        let places: Vec<_> = ledger
            .transfers(&[party.number])
            .into_iter()
            .map(|transfer| (transfer.call.as_str(), transfer.at, transfer.length))
            .collect();
        assert_eq!(
            places,
            [("send(4)", 0, 5), ("send(5)", 5, 3), ("recv(5)", 0, 2)]
        );
    }

    #[test]
    fn a_descriptor_that_is_used_again_is_another_socket() {
        let ledger = run(&[
            call("socket", None, 7, &[7]),
            call("close", Some(7), 0, &[]),
            call("socket", None, 7, &[7]),
        ]);
        let closed: Vec<_> = ledger.parties().map(|party| party.closed_ns).collect();
        assert_eq!(closed, [Some(6), None]);
    }
}
