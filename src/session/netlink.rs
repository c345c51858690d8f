//! The netlink side of messages: what the kernel or another process said, in which group, in words. Not the decoding (`packet`).

use super::Session;
use crate::catalog::constant;
use crate::event::CallEvent;
use crate::event::message::End;
use crate::event::transfer::Party;
use crate::packet::netlink::{self, Brief};
use crate::sys::diag::Question;
use crate::value::Address;

/// `NETLINK_USERSOCK`: the one protocol over which the kernel says nothing itself.
const USERSOCK: u16 = 2;

impl Session {
    /// The far end of a netlink socket: the kernel, unless another process is named (netlink(7)).
    pub(super) fn netlink_end(&self, party: &Party, named: Option<&Address>) -> (Option<u32>, End) {
        let user = protocol(party.arguments.get(2)) == USERSOCK;
        let other = match named {
            Some(Address::Netlink { pid, .. }) if *pid != 0 => {
                self.netlink_socket(*pid, &party.arguments)
            }
            _ => None,
        };
        let kernel = match named {
            None => !user,
            Some(Address::Netlink { pid: 0, groups }) => !user || *groups == 0,
            Some(_) => false,
        };
        let name = match other {
            Some(other) => other.label.clone(),
            None if kernel => "kernel".to_owned(),
            None => String::new(),
        };
        let end = End {
            name,
            address: named.cloned(),
            waits: false,
        };
        (other.map(|other| other.number), end)
    }

    /// Asks the kernel for the port id it gave a netlink socket, unless that is known: a bind to 0, or the first send, picks one.
    pub(super) fn learn_port(&mut self, party: u32) {
        let Some(party) = self.ledger.party(party) else {
            return;
        };
        let named = matches!(party.local, Some(Address::Netlink { pid, .. }) if pid != 0);
        if named || party.inode == 0 {
            return;
        }
        let inode = party.inode;
        let answers = self.ask(&[Question::Netlink]);
        let own = answers
            .iter()
            .find(|(_, answer)| u64::from(answer.inode) == inode);
        if let Some(Address::Netlink { pid, .. }) = own.and_then(|(_, answer)| answer.local.clone())
        {
            self.inventory.learn_port(inode, pid);
            self.ledger.learn(&self.inventory);
        }
    }

    /// The newest open socket of this protocol with this port id.
    fn netlink_socket(&self, wanted: u32, arguments: &[String]) -> Option<&Party> {
        let alike = |party: &&Party| {
            party.closed_ns.is_none()
                && party.family() == "AF_NETLINK"
                && party.arguments.get(2) == arguments.get(2)
                && matches!(party.local, Some(Address::Netlink { pid, .. }) if pid == wanted)
        };
        self.ledger.parties().rev().find(alike)
    }
}

/// The number of a netlink socket's protocol, from the third argument of its socket(2) as the call's line shows it. A protocol
/// without a number has the messages that all have.
pub(super) fn protocol(argument: Option<&String>) -> u16 {
    let number = argument.and_then(|text| {
        let named = || u16::try_from(constant::constant(text)?.value).ok();
        text.parse().ok().or_else(named)
    });
    number.unwrap_or(u16::MAX)
}

/// The messages in what a call moved. `kept` is the beginning of it, the call itself may have more.
pub(super) fn inside(call: &CallEvent, kept: &[u8], protocol: u16) -> Vec<Brief> {
    let whole = call.data.as_deref().unwrap_or(kept);
    netlink::brief(protocol, whole)
}

/// The multicast group that a message was for, by its name or number.
pub(super) fn group(from: &End, protocol: u16) -> Option<String> {
    let Some(Address::Netlink { groups, .. }) = from.address else {
        return None;
    };
    let number = i64::from(groups.checked_ilog2()?) + 1;
    let named = || {
        let mut all = constant::constants();
        all.find(|one| one.name.starts_with("RTNLGRP_") && one.value == number)
    };
    let name = (protocol == 0).then(named).flatten();
    Some(name.map_or_else(|| number.to_string(), |one| one.name.to_owned()))
}

/// The kinds of messages with how often each is there, in the order of their first; one alone is told with what it says.
pub(super) fn parts(inside: &[Brief]) -> Vec<String> {
    if let [only] = inside {
        let gap = if only.content.is_empty() { "" } else { " " };
        let cut = if only.cut {
            format!(" (cut: it has {} bytes, the rest is gone)", only.len)
        } else {
            String::new()
        };
        return vec![format!("{}{gap}{}{cut}", only.title(), only.content)];
    }
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for brief in inside {
        let title = brief.title();
        match kinds.iter_mut().find(|(known, _)| *known == title) {
            Some((_, count)) => *count += 1,
            None => kinds.push((title, 1)),
        }
    }
    let in_words = |(title, count): (String, usize)| match count {
        1 => title,
        count => format!("{count} × {title}"),
    };
    kinds.into_iter().map(in_words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn netlink_messages_are_named_by_their_protocol_counted_and_one_alone_is_told() {
        let message = |kind: u16, body: &[u8]| {
            let mut bytes = (16 + body.len() as u32).to_ne_bytes().to_vec();
            bytes.extend(kind.to_ne_bytes());
            bytes.extend([2, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
            bytes.extend(body);
            bytes
        };
        let mut link = vec![0; 16];
        link.extend([7, 0, 3, 0, b'l', b'o', 0, 0, 8, 0, 4, 0]);
        link.extend(1500_u32.to_ne_bytes());
        let links = [message(16, &link), message(16, &link), message(3, &[0; 4])].concat();
        for (bytes, protocol, expected) in [
            (
                &message(16, &link),
                Some("NETLINK_ROUTE"),
                "RTM_NEWLINK (MULTI) lo mtu 1500",
            ),
            (
                &links,
                Some("0"),
                "2 × RTM_NEWLINK (MULTI), NLMSG_DONE (MULTI)",
            ),
            (
                &message(20, &[]),
                Some("NETLINK_SOCK_DIAG"),
                "SOCK_DIAG_BY_FAMILY (MULTI)",
            ),
            (&message(20, &[]), None, "type 20 (MULTI)"),
            (&vec![1, 2, 3], Some("0"), ""),
        ] {
            let protocol = protocol.map(str::to_owned);
            let parts = parts(&netlink::brief(super::protocol(protocol.as_ref()), bytes));
            assert_eq!(parts.join(", "), expected);
        }
    }

    #[test]
    fn a_notification_has_the_group_it_was_for() {
        let from = |groups| End {
            address: Some(Address::Netlink { pid: 0, groups }),
            ..End::default()
        };
        assert_eq!(group(&from(1), 0).as_deref(), Some("RTNLGRP_LINK"));
        assert_eq!(
            group(&from(0x10), 0).as_deref(),
            Some("RTNLGRP_IPV4_IFADDR")
        );
        assert_eq!(group(&from(1), 15).as_deref(), Some("1"));
        assert_eq!(group(&from(0), 0), None);
    }
}
