//! Why a call on a socket of AF_NETLINK failed, and what the kernel has refused over one though no call failed. Not AF_UNIX (`unix`).

use super::{Evidence, Whose};
use crate::catalog::errno;
use crate::catalog::socket_kind::SocketKind;
use crate::event::CallEvent;
use crate::event::message::{Act, MessageEvent};
use crate::event::socket::SocketRow;
use crate::event::transfer::Party;
use crate::packet::netlink::Brief;
use crate::session::Session;
use crate::value::Address;

impl Session {
    /// Gathers what is known of a failed call on a netlink socket.
    pub(super) fn why_netlink(&mut self, evidence: &mut Evidence, party: Option<&Party>) {
        let call = evidence.call.clone();
        let errno = call.errno.as_deref().unwrap_or_default();
        let connected = || party.and_then(|party| party.peer.clone());
        let named = call.peer.clone().or(call.local.clone()).or_else(connected);
        let protocol = party
            .and_then(|party| party.arguments.get(2))
            .map_or("netlink", String::as_str)
            .to_owned();
        let rows = self.socket_rows(None).into_iter();
        if let ("EADDRINUSE", Some(Address::Netlink { pid, .. })) = (errno, &named) {
            let is_bound = |row: &SocketRow| matches!(row.local, Some(Address::Netlink { pid: own, .. }) if own == *pid);
            evidence.holders = rows.filter(is_bound).collect();
            evidence.facts.push(if evidence.holders.is_empty() {
                format!("Port id {pid} of {protocol} is taken; 0 lets the kernel choose one.")
            } else {
                format!("Port id {pid} is taken by the socket below; 0 lets the kernel choose one.")
            });
        }
        let fact = reason(&call, named.as_ref(), party, &protocol);
        evidence.facts.extend(fact);
    }

    /// The command whose request a refusal answers, in words.
    fn refused_request(&self, refusal: &MessageEvent, brief: &Brief) -> Option<String> {
        let (request, asked) = self.messages.kept().rev().find_map(|other| {
            let fits = other.time_ns <= refusal.time_ns && other.from.name == refusal.to.name;
            let asked = other.inside.iter().find(|one| one.seq == brief.seq)?;
            fits.then_some((other, asked))
        })?;
        Some(format!(
            "It answers command {}: {} {}",
            request.command,
            asked.title(),
            asked.content
        ))
    }

    /// The newest netlink refusal (NLMSG_ERROR) that was read after this time.
    pub(super) fn why_netlink_refused(&self, whose: Whose<'_>, after_ns: i64) -> Option<Evidence> {
        let refusal = |message: &&MessageEvent| {
            whose
                .process
                .is_none_or(|process| message.process == process)
                && message.time_ns > after_ns
                && matches!(message.act, Act::Brought { .. } | Act::Read(_))
                && message
                    .inside
                    .iter()
                    .any(|one| one.errno.is_some_and(|errno| errno > 0))
        };
        let message = self.messages.kept().rev().find(refusal)?;
        let brief = message
            .inside
            .iter()
            .find(|one| one.errno.is_some_and(|errno| errno > 0))?;
        let errno = errno::by_number(brief.errno?)?;
        let call = self
            .log()
            .calls()
            .rev()
            .find(|call| call.command == message.command && call.end_ns == message.time_ns)?;
        let mut facts = vec![format!(
            "The call succeeded; what it read is a refusal: {} {}.",
            brief.kind, brief.content
        )];
        facts.extend(self.refused_request(message, brief));
        facts.extend(match errno.name {
            "EPERM" => Some("To change the network takes CAP_NET_ADMIN in the namespace that owns it; asking takes nothing.".to_owned()),
            "EINVAL" | "EOPNOTSUPP" | "EBUSY" | "ERANGE" | "ENODEV" if !brief.content.contains(": ") => Some("With `setsockopt SOCKET SOL_NETLINK NETLINK_EXT_ACK 1` the kernel adds a text to its refusals.".to_owned()),
            _ => None,
        });
        if !errno.meaning.is_empty() {
            facts.push(format!("{} means: {}", errno.name, errno.meaning));
        }
        whose.includes(call).then(|| Evidence {
            call: CallEvent {
                errno: None,
                ..call.clone()
            },
            name: call.name.clone(),
            errno: String::new(),
            kind: SocketKind::default(),
            holders: Vec::new(),
            packets: Vec::new(),
            next: None,
            facts,
        })
    }
}

/// Where the errno of a call comes from, in words; `to` is the address that the call or the connection names.
fn reason(
    call: &CallEvent,
    to: Option<&Address>,
    party: Option<&Party>,
    protocol: &str,
) -> Option<String> {
    let (pid, groups) = match to {
        Some(Address::Netlink { pid, groups }) => (*pid, *groups),
        _ => (0, 0),
    };
    Some(match call.errno.as_deref()? {
        "ECONNREFUSED" if pid != 0 => format!("No {protocol} socket has port id {pid}."),
        "ECONNREFUSED" if groups != 0 => format!(
            "The message went to the members of group mask {groups:#x}, and to port id 0: that is the kernel, which does not receive {protocol} messages."
        ),
        "ECONNREFUSED" => {
            format!("Port id 0 is the kernel, which does not receive {protocol} messages.")
        }
        "EINVAL" if call.name == "bind" && matches!(to, Some(Address::Netlink { .. })) => {
            let party = party?;
            let Some(Address::Netlink { pid: bound @ 1.., .. }) = party.local else {
                return None;
            };
            format!(
                "{} has port id {bound} already, from its first bind, connect or send: a later bind may change the groups, but names that port id.",
                party.label
            )
        }
        "EMSGSIZE" => "The message is longer than the send buffer (SO_SNDBUF) holds: a netlink message is queued whole or not at all.".to_owned(),
        "EPERM" if pid != 0 || groups != 0 => format!(
            "Sending to other processes or to groups over {protocol} takes CAP_NET_ADMIN; over NETLINK_USERSOCK anyone may."
        ),
        "EPERM" => "This takes CAP_NET_ADMIN in the namespace that owns the network.".to_owned(),
        "ENOBUFS" => "Messages came faster than they were read, and some are lost: the receive buffer (SO_RCVBUF) was full. A dump must be asked for again.".to_owned(),
        "EAGAIN" => "The kernel has sent nothing that has not been read.".to_owned(),
        "EPROTONOSUPPORT" => "This kernel has no such netlink protocol.".to_owned(),
        _ => return None,
    })
}
