//! Why a call on a socket of AF_UNIX failed: the other end, the queue, the size, by the session's own log and the kernel's tables. Not
//! what lies at a path (`path`).

use super::Evidence;
use super::scene::title;
use crate::event::socket::SocketRow;
use crate::event::transfer::Party;
use crate::session::Session;
use crate::value::Address;

impl Session {
    /// Gathers what is known of a failed call on a socket of AF_UNIX.
    pub(super) fn why_unix(&mut self, evidence: &mut Evidence, party: Option<&Party>) {
        let call = evidence.call.clone();
        let errno = call.errno.clone().unwrap_or_default();
        let named = call.peer.clone().or(call.local.clone());
        if errno == "EINVAL"
            && let Some(fact) = named.as_ref().and_then(too_long)
        {
            return evidence.facts.push(fact);
        }
        match (errno.as_str(), named) {
            (
                "EADDRINUSE" | "ECONNREFUSED" | "EPROTOTYPE" | "EAGAIN" | "ENOENT" | "EACCES"
                | "ENOTDIR",
                Some(Address::UnixPath(path)),
            ) => self.why_path(evidence, &path),
            ("EADDRINUSE" | "ECONNREFUSED" | "EPROTOTYPE" | "EAGAIN", Some(name @ Address::UnixAbstract(_))) => {
                self.why_name(evidence, &name, party);
            }
            ("ECONNREFUSED" | "EPIPE" | "ECONNRESET", _) => self.why_other_end(evidence, party),
            ("EAGAIN", _) => self.why_would_wait(evidence, party),
            ("EMSGSIZE", _) => self.why_too_long(evidence),
            ("ENOTCONN" | "EDESTADDRREQ", _) => self.why_not_connected(evidence, party),
            ("EINVAL", _) => Self::why_invalid(evidence, party),
            ("ELOOP" | "EROFS", Some(Address::UnixPath(path))) => self.why_way(evidence, &path),
            ("EPERM", name) => self.why_taken(evidence, name.or(party.and_then(|party| party.peer.clone()))),
            ("ETOOMANYREFS", _) => evidence.facts.push(format!(
                "{} descriptors are in messages that have not been received; a user may have at most RLIMIT_NOFILE of them in flight.",
                self.inventory.in_flight()
            )),
            ("EISCONN", _) => evidence.facts.extend(party.and_then(|party| {
                let other = self.ledger.party(party.other?)?;
                Some(format!("Its other end is {}.", other.label))
            })),
            _ => {}
        }
        if errno == "EPROTOTYPE"
            && let (Some(party), Some(row)) = (party, evidence.holders.first())
        {
            evidence.facts.push(format!(
                "{} is a {} socket; the one there is {}.",
                party.label,
                party.kind(),
                row.protocol
            ));
        }
    }

    /// An abstract name.
    fn why_name(&mut self, evidence: &mut Evidence, name: &Address, party: Option<&Party>) {
        let rows = self.socket_rows(None).into_iter();
        let (here, elsewhere): (Vec<SocketRow>, Vec<SocketRow>) = rows
            .filter(|row| row.local.as_ref() == Some(name))
            .partition(|row| row.host == evidence.call.host);
        evidence.holders = here;
        if evidence.holders.iter().any(|row| row.state != "connected") {
            evidence.holders.retain(|row| row.state != "connected");
        }
        // An abstract name is looked up together with the type: each type of socket has names of its own (`unix_find_socket_byname`).
        let own_type = party.map(type_of).filter(|own| !own.is_empty());
        let of_own = |row: &SocketRow| own_type.is_none_or(|own| row.protocol.ends_with(own));
        if evidence.holders.iter().any(of_own) {
            evidence.holders.retain(of_own);
        }
        let other = elsewhere.iter().find(|row| row.state != "connected");
        let fact = match (evidence.holders.first(), evidence.call.errno.as_deref()) {
            (None, _) if other.is_some() => {
                let other = other.cloned().unwrap_or_else(|| elsewhere[0].clone());
                let sentence = format!(
                    "Abstract names belong to a network namespace: {} has the name {name} on {}, which is another host than {}. A path reaches across hosts of this lab; so do IP addresses.",
                    title(&other),
                    other.host,
                    evidence.call.host
                );
                evidence.holders.push(other);
                sentence
            }
            (None, _) => format!(
                "No socket of {} has the abstract name {name} now.",
                evidence.call.host
            ),
            (Some(row), Some("ECONNREFUSED")) if !of_own(row) => format!(
                "{} has the name {name}, but it is a socket of another type ({}), and the kernel finds an abstract name by the type as well: no {} socket has it.",
                title(row),
                row.protocol,
                own_type.unwrap_or_default()
            ),
            (Some(row), Some("ECONNREFUSED")) if row.state == "listening" => format!(
                "{} listens under the name {name} now; when the call was made it did not.",
                title(row)
            ),
            (Some(row), Some("EADDRINUSE")) => format!("{} has the name {name}.", title(row)),
            (Some(row), Some("EAGAIN")) => backlog(row),
            (Some(row), Some("ECONNREFUSED")) => format!(
                "{} has the name {name}, but nobody has called listen on it.",
                title(row)
            ),
            (Some(_), _) => return,
        };
        evidence.facts.push(fact);
    }

    /// A datagram socket that is connected takes messages of its peer alone (`unix_may_send`).
    fn why_taken(&self, evidence: &mut Evidence, name: Option<Address>) {
        let there = name.and_then(|name| self.ledger.bound(&name, "SOCK_DGRAM"));
        let Some(there) = there else { return };
        let peer = there.peer.as_ref();
        let peer = peer.map_or_else(|| "another socket".to_owned(), ToString::to_string);
        evidence.facts.push(format!(
            "{} of {} is connected to {peer}, and a datagram socket that is connected takes messages from its peer alone.",
            there.label, there.process
        ));
    }

    /// What became of the other end of a connection, or of this one.
    fn why_other_end(&mut self, evidence: &mut Evidence, party: Option<&Party>) {
        let Some(party) = party else { return };
        let call = &evidence.call;
        let own = self.log().calls().rev().find(|earlier| {
            earlier.name == "shutdown"
                && earlier.process == call.process
                && earlier.fd == call.fd
                && earlier.errno.is_none()
                && earlier.end_ns <= call.start_ns
                && earlier.start_ns >= party.born_ns
                && earlier.args.get(1).is_some_and(|how| how != "SHUT_RD")
        });
        if let Some(own) = own {
            evidence.facts.push(format!(
                "{} has shut down its own sending side: command {}, {} = 0.",
                party.label,
                own.command,
                own.invocation()
            ));
            return;
        }
        let Some(other) = party.other.and_then(|other| self.ledger.party(other)) else {
            let peer = party
                .peer
                .as_ref()
                .filter(|peer| **peer != Address::UnixUnnamed);
            evidence.facts.push(peer.map_or_else(
                || "Its other end is not a socket of this lab.".to_owned(),
                |peer| format!("It was connected to {peer}, and that end is closed."),
            ));
            return;
        };
        let closing = other.closed_ns.and_then(|closed| {
            self.log().calls().rev().find(|earlier| {
                earlier.name == "close" && earlier.errno.is_none() && earlier.end_ns == closed
            })
        });
        evidence.facts.push(match (other.closed_ns, closing) {
            (Some(_), Some(close)) => format!(
                "Its other end, {}, is closed: {} in {}, command {}.",
                other.label,
                close.invocation(),
                close.process,
                close.command
            ),
            (Some(_), None) => format!("Its other end, {}, is closed.", other.label),
            (None, _) => format!(
                "Its other end, {}, is open, but has shut down its receiving side.",
                other.label
            ),
        });
    }

    /// What a call would have had to wait for.
    fn why_would_wait(&mut self, evidence: &mut Evidence, party: Option<&Party>) {
        let Some(party) = party else { return };
        let rows = self.socket_rows(None);
        let row_of = |number: u32| {
            let inode = self.ledger.party(number)?.inode;
            rows.iter().find(|row| row.inode == inode && inode != 0)
        };
        let sends = evidence.call.name.starts_with("send");
        let other = party.other.or_else(|| {
            let peer = evidence.call.peer.as_ref()?;
            Some(self.ledger.bound(peer, party.kind())?.number)
        });
        if !sends {
            evidence
                .facts
                .push(if evidence.call.name.starts_with("accept") {
                    "No connection waits in its queue.".to_owned()
                } else {
                    "Nothing waits to be read.".to_owned()
                });
            return;
        }
        let Some(row) = other.and_then(row_of) else {
            return;
        };
        let limit = std::fs::read_to_string("/proc/sys/net/unix/max_dgram_qlen");
        let fact = if party.is_stream() || party.kind() == "SOCK_SEQPACKET" {
            format!(
                "{} has not read what is on its way; the send buffer (SO_SNDBUF) is full of it.",
                title(row)
            )
        } else {
            let limit = limit.unwrap_or_default();
            format!(
                "{} has not read what waits there, and its queue is full (sysctl net.unix.max_dgram_qlen = {}).",
                title(row),
                limit.trim()
            )
        };
        let holder = row.clone();
        evidence.facts.push(fact);
        evidence.holders.push(holder);
    }

    /// The size of a message beside that of the buffer.
    fn why_too_long(&self, evidence: &mut Evidence) {
        let call = &evidence.call;
        let length = match call.name.as_str() {
            "send" | "sendto" => call.args.get(2).and_then(|arg| arg.parse::<u64>().ok()),
            _ => None,
        };
        let set = self.log().calls().rev().find(|earlier| {
            earlier.name == "setsockopt"
                && earlier.process == call.process
                && earlier.fd == call.fd
                && earlier.errno.is_none()
                && earlier.args.iter().any(|arg| arg == "SO_SNDBUF")
        });
        let asked = set.and_then(|set| {
            let value = set.args.get(3)?.trim_matches(['[', ']']);
            value.parse::<u64>().ok()
        });
        // The kernel doubles what is asked for, and has a least size.
        let buffer = if let Some(asked) = asked {
            format!("SO_SNDBUF was set to {asked}, of which the kernel makes twice as much")
        } else {
            let default = std::fs::read_to_string("/proc/sys/net/core/wmem_default");
            let default = default.unwrap_or_default();
            format!(
                "SO_SNDBUF is what net.core.wmem_default says, {}",
                default.trim()
            )
        };
        let message = length.map_or_else(
            || "The message".to_owned(),
            |length| format!("The message has {length} bytes; it"),
        );
        evidence.facts.push(format!(
            "{message} must fit into the send buffer as a whole: {buffer}."
        ));
    }

    fn why_not_connected(&self, evidence: &mut Evidence, party: Option<&Party>) {
        let Some(party) = party else { return };
        let call = &evidence.call;
        let tried = self.log().calls().rev().find(|earlier| {
            earlier.name == "connect"
                && earlier.process == call.process
                && earlier.fd == call.fd
                && earlier.start_ns >= party.born_ns
        });
        evidence.facts.push(match (tried, party.listening) {
            (_, true) => format!(
                "{} listens: data passes through the sockets that accept returns.",
                party.label
            ),
            (Some(tried), _) if tried.errno.is_some() => format!(
                "{} is not connected: command {}, {}.",
                party.label,
                tried.command,
                tried.text()
            ),
            (Some(_), _) => format!("{} was connected once; its other end is gone.", party.label),
            (None, _) => format!(
                "{} was never connected, and the call names no address.",
                party.label
            ),
        });
    }

    fn why_invalid(evidence: &mut Evidence, party: Option<&Party>) {
        let Some(party) = party else { return };
        let bound = party
            .local
            .as_ref()
            .filter(|local| **local != Address::UnixUnnamed);
        let reads = evidence.call.name.starts_with("recv");
        match (evidence.call.name.as_str(), bound) {
            ("bind", Some(local)) => evidence.facts.push(format!(
                "{} is bound to {local}: a socket is bound once.",
                party.label
            )),
            ("listen", None) => evidence.facts.push(format!(
                "{} has no name: listen on AF_UNIX takes a socket that is bound.",
                party.label
            )),
            ("accept" | "accept4", _) if !party.listening => evidence
                .facts
                .push(format!("{} does not listen.", party.label)),
            _ if reads && party.is_stream() && party.other.is_none() => {
                evidence.facts.push(format!(
                    "{} is a stream socket that is not connected: there is nothing to read from.",
                    party.label
                ));
            }
            _ => {}
        }
    }
}

/// `stream`, `datagram` or `seqpacket`, as the table of sockets calls it; empty for another type.
fn type_of(party: &Party) -> &'static str {
    match party.kind() {
        "SOCK_STREAM" => "stream",
        "SOCK_DGRAM" => "datagram",
        "SOCK_SEQPACKET" => "seqpacket",
        _ => "",
    }
}

/// A name that sun_path has no room for; a zero byte in front marks an abstract one.
fn too_long(name: &Address) -> Option<String> {
    const ROOM: usize = 108;
    let (what, length) = match name {
        Address::UnixPath(path) => ("path", path.len()),
        Address::UnixAbstract(name) => (
            "abstract name, with the zero byte in front of it,",
            name.len() + 1,
        ),
        _ => return None,
    };
    (length > ROOM).then(|| {
        format!("The {what} has {length} bytes; sun_path of struct sockaddr_un has room for {ROOM} (unix(7)).")
    })
}

/// A listener's queue that takes no more.
pub(super) fn backlog(row: &SocketRow) -> String {
    format!(
        "{} listens there, and its queue is full: {} for accept(), its backlog is {} (Linux takes one more than that).",
        title(row),
        match row.recv_q {
            1 => "1 connection waits".to_owned(),
            count => format!("{count} connections wait"),
        },
        row.send_q
    )
}
