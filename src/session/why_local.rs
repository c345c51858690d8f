//! Why a call on a socket of AF_UNIX or AF_NETLINK failed: what the file system, the kernel's tables and the session's own log show.
//! Not the families of networks (`why`).

use super::Session;
use super::why::Evidence;
use crate::catalog::errno;
use crate::event::CallEvent;
use crate::event::message::{Act, MessageEvent};
use crate::event::socket::SocketRow;
use crate::event::transfer::Party;
use crate::sys::diag::{Answer, Question};
use crate::value::Address;
use std::ffi::OsStr;
use std::fs::{FileType, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

impl Session {
    /// Gathers what is known of a failed call on a socket of these families; false for any other.
    pub(super) fn why_local(&mut self, evidence: &mut Evidence) -> bool {
        self.ledger.learn(&self.inventory);
        let call = evidence.call.clone();
        let address = call.peer.clone().or(call.local.clone());
        let party = call
            .fd
            .and_then(|fd| self.ledger.holds(&call.process, fd))
            .cloned();
        let family = party.as_ref().map_or("", Party::family);
        match (family, &address) {
            ("AF_UNIX", _)
            | (_, Some(Address::UnixPath(_) | Address::UnixAbstract(_) | Address::UnixUnnamed)) => {
                self.why_unix(evidence, party.as_ref());
            }
            ("AF_NETLINK", _) | (_, Some(Address::Netlink { .. })) => {
                self.why_netlink(evidence, party.as_ref());
            }
            _ => return false,
        }
        true
    }

    fn why_unix(&mut self, evidence: &mut Evidence, party: Option<&Party>) {
        let call = evidence.call.clone();
        let errno = call.errno.clone().unwrap_or_default();
        let named = call.peer.clone().or(call.local.clone());
        match (errno.as_str(), named) {
            (
                "EADDRINUSE" | "ECONNREFUSED" | "EPROTOTYPE" | "EAGAIN" | "ENOENT" | "EACCES"
                | "ENOTDIR",
                Some(Address::UnixPath(path)),
            ) => self.why_path(evidence, &path),
            ("EADDRINUSE" | "ECONNREFUSED" | "EPROTOTYPE" | "EAGAIN", Some(name @ Address::UnixAbstract(_))) => {
                self.why_name(evidence, &name);
            }
            ("ECONNREFUSED" | "EPIPE" | "ECONNRESET", _) => self.why_other_end(evidence, party),
            ("EAGAIN", _) => self.why_would_wait(evidence, party),
            ("EMSGSIZE", _) => self.why_too_long(evidence),
            ("ENOTCONN" | "EDESTADDRREQ", _) => self.why_not_connected(evidence, party),
            ("EINVAL", _) => Self::why_invalid(evidence, party),
            ("ETOOMANYREFS", _) => evidence.facts.push(format!(
                "{} descriptors of this lab are in messages that nobody has received; a user may have no more of them on their way than a process may have open (RLIMIT_NOFILE).",
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

    /// A path: what is there, and which socket of this lab it belongs to.
    fn why_path(&mut self, evidence: &mut Evidence, path: &[u8]) {
        let shown = path.escape_ascii().to_string();
        let whole = std::path::absolute(Path::new(OsStr::from_bytes(path)))
            .unwrap_or_else(|_| PathBuf::from(OsStr::from_bytes(path)));
        let binds = evidence.call.name == "bind";
        // A symbolic link stands in bind's way; every other call follows it.
        let found = if binds {
            std::fs::symlink_metadata(&whole)
        } else {
            std::fs::metadata(&whole)
        };
        let Ok(found) = found else {
            return evidence.facts.push(missing(&shown, &whole));
        };
        if !found.file_type().is_socket() {
            let kind = kind_of(found.file_type());
            evidence
                .facts
                .push(format!("{shown} is {kind}, no socket."));
            if binds {
                evidence.facts.push(
                    "bind makes a new file for the socket, and never replaces one.".to_owned(),
                );
            }
            return;
        }
        evidence.holders = self.bound_to(&found);
        let Some(holder) = evidence.holders.first().cloned() else {
            let who = self.left_by(&whole, path);
            evidence.facts.push(format!(
                "{shown} is the file of a socket, but no socket of this lab is bound to it: {who}"
            ));
            if binds {
                evidence.facts.push("Closing a socket does not remove its file: unlink(2) does (os.unlink, rm). bind never replaces a file.".to_owned());
            }
            return;
        };
        let title = title(&holder);
        match (evidence.call.errno.as_deref(), holder.state) {
            (Some("ECONNREFUSED"), "listening") => evidence.facts.push(format!(
                "{title} listens there now; when the call was made it did not."
            )),
            (Some("ECONNREFUSED"), _) => evidence.facts.push(format!(
                "{title} is bound there, but nobody has called listen on it."
            )),
            (Some("EAGAIN"), _) => evidence.facts.push(backlog(&holder)),
            (Some("EADDRINUSE"), _)
                if evidence.call.fd == holder.fd && evidence.call.process == holder.process =>
            {
                evidence.facts.push(format!(
                    "{title} itself is bound there: a socket is bound once, and the file exists already."
                ));
            }
            (Some("EADDRINUSE"), "listening") => {
                evidence
                    .facts
                    .push(format!("{title} is alive, and listens there."));
            }
            (Some("EADDRINUSE"), _) => {
                evidence
                    .facts
                    .push(format!("{title} is alive, and bound there."));
            }
            (Some("EACCES"), _) => evidence.facts.push(format!(
                "To connect takes permission to write the file; its mode is {:o}, its owner {}.",
                found.mode() & 0o7777,
                found.uid()
            )),
            _ => {}
        }
    }

    /// The sockets of this lab that are bound to a file.
    fn bound_to(&mut self, file: &Metadata) -> Vec<SocketRow> {
        let (inode, device) = (file.ino() as u32, kernel_device(file.dev()));
        let answers = self.ask(&[Question::Unix]);
        let same = |answer: &Answer| {
            answer.file.is_some_and(|(own, on)| {
                // Some file systems tell another device than the kernel has.
                own == inode && (on == device || on >> 20 == 0)
            })
        };
        let sockets: Vec<u64> = answers
            .iter()
            .filter(|(_, answer)| same(answer))
            .map(|(_, answer)| u64::from(answer.inode))
            .collect();
        // Connections that a listener has accepted have its file, too: the listener is the one that was bound.
        let mut rows: Vec<SocketRow> = self
            .socket_rows(None)
            .into_iter()
            .filter(|row| row.inode != 0 && sockets.contains(&row.inode))
            .collect();
        if rows.iter().any(|row| row.state != "connected") {
            rows.retain(|row| row.state != "connected");
        }
        rows
    }

    /// Who has left a file behind, as far as the log knows.
    fn left_by(&self, whole: &Path, path: &[u8]) -> String {
        let same = |local: Option<&Address>| matches!(local, Some(Address::UnixPath(other)) if other == path || std::path::absolute(Path::new(OsStr::from_bytes(other))).is_ok_and(|other| other == whole));
        let bound =
            self.log().calls().rev().find(|call| {
                call.name == "bind" && call.errno.is_none() && same(call.local.as_ref())
            });
        let party = self
            .ledger
            .parties()
            .rev()
            .find(|party| party.closed_ns.is_some() && same(party.local.as_ref()));
        match (party, bound) {
            (Some(party), _) => format!(
                "{} of {} was, and has closed; its file stayed.",
                party.label, party.process
            ),
            (None, Some(call)) => format!("{} of {} made it.", call.invocation(), call.process),
            (None, None) if outside_the_lab(whole) => {
                "a program outside this lab has a socket of that path.".to_owned()
            }
            (None, None) => {
                "it was left behind by a program that has closed its socket, or belongs to one outside this lab."
                    .to_owned()
            }
        }
    }

    /// An abstract name.
    fn why_name(&mut self, evidence: &mut Evidence, name: &Address) {
        let rows = self.socket_rows(None).into_iter();
        evidence.holders = rows
            .filter(|row| row.local.as_ref() == Some(name))
            .collect();
        if evidence.holders.iter().any(|row| row.state != "connected") {
            evidence.holders.retain(|row| row.state != "connected");
        }
        let fact = match (evidence.holders.first(), evidence.call.errno.as_deref()) {
            (None, _) => format!("No socket in this lab has the abstract name {name} now."),
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
                "{} itself has shut down its sending: command {}, {} = 0.",
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
                || "Its other end was no socket that this lab sees.".to_owned(),
                |peer| format!("It was connected to {peer}; nobody there has it open any more."),
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
                "Its other end, {}, is open, and has shut down its reading.",
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

    fn why_netlink(&mut self, evidence: &mut Evidence, party: Option<&Party>) {
        let call = evidence.call.clone();
        let errno = call.errno.as_deref().unwrap_or_default();
        let named = call.peer.clone().or(call.local.clone());
        let protocol = party
            .and_then(|party| party.arguments.get(2))
            .map_or("netlink", String::as_str)
            .to_owned();
        let rows = self.socket_rows(None).into_iter();
        match (errno, named) {
            ("EADDRINUSE", Some(Address::Netlink { pid, .. })) => {
                evidence.holders = rows
                    .filter(|row| matches!(row.local, Some(Address::Netlink { pid: own, .. }) if own == pid))
                    .collect();
                evidence.facts.push(if evidence.holders.is_empty() {
                    format!("Port id {pid} of {protocol} is taken; 0 lets the kernel choose one.")
                } else {
                    format!("Port id {pid} is taken by the socket below; 0 lets the kernel choose one.")
                });
            }
            ("ECONNREFUSED", Some(Address::Netlink { pid, groups })) if pid != 0 || groups != 0 => {
                evidence.facts.push(if pid != 0 {
                    format!("No {protocol} socket has port id {pid}.")
                } else {
                    format!("The message went to the members of group mask {groups:#x}; besides, port id 0 is the kernel, and it takes no messages of {protocol}.")
                });
            }
            ("ECONNREFUSED", _) => evidence.facts.push(format!(
                "Port id 0 is the kernel, and it takes no messages of {protocol}."
            )),
            ("EPERM", Some(Address::Netlink { pid, groups })) if pid != 0 || groups != 0 => {
                evidence.facts.push(format!(
                    "To speak to other programs or to groups over {protocol} takes CAP_NET_ADMIN; NETLINK_USERSOCK is for everybody."
                ));
            }
            ("EPERM", _) => evidence.facts.push(
                "This takes CAP_NET_ADMIN in the namespace that owns the network.".to_owned(),
            ),
            ("ENOBUFS", _) => evidence.facts.push(
                "Messages came faster than they were read, and some are lost: the receive buffer (SO_RCVBUF) was full. A dump must be asked for again.".to_owned(),
            ),
            ("EAGAIN", _) => evidence
                .facts
                .push("The kernel has sent nothing that has not been read.".to_owned()),
            ("EPROTONOSUPPORT", _) => evidence
                .facts
                .push("This kernel has no such netlink protocol.".to_owned()),
            _ => {}
        }
    }

    /// The newest netlink refusal (NLMSG_ERROR) that a process has read after this time.
    pub(super) fn why_netlink_refused(&self, process: &str, after_ns: i64) -> Option<Evidence> {
        let refusal = |message: &&MessageEvent| {
            message.process == process
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
        let request = self.messages.kept().rev().find(|other| {
            other.time_ns <= message.time_ns
                && other.from.name == message.to.name
                && other.inside.iter().any(|one| one.seq == brief.seq)
        });
        if let Some((request, asked)) = request.and_then(|request| {
            let asked = request.inside.iter().find(|one| one.seq == brief.seq)?;
            Some((request, asked))
        }) {
            facts.push(format!(
                "It answers command {}: {} {}",
                request.command,
                asked.title(),
                asked.content
            ));
        }
        facts.extend(match errno.name {
            "EPERM" => Some("To change the network takes CAP_NET_ADMIN in the namespace that owns it; asking takes nothing.".to_owned()),
            "EINVAL" | "EOPNOTSUPP" | "EBUSY" | "ERANGE" | "ENODEV" if !brief.content.contains(": ") => Some("With `setsockopt SOCKET SOL_NETLINK NETLINK_EXT_ACK 1` the kernel adds a text to its refusals.".to_owned()),
            _ => None,
        });
        if !errno.meaning.is_empty() {
            facts.push(format!("{} means: {}", errno.name, errno.meaning));
        }
        Some(Evidence {
            call: CallEvent {
                errno: None,
                ..call.clone()
            },
            holders: Vec::new(),
            packets: Vec::new(),
            facts,
        })
    }
}

fn title(row: &SocketRow) -> String {
    let name = match (row.name.as_str(), row.fd) {
        ("", Some(fd)) => format!("fd {fd}"),
        ("", None) => "a socket".to_owned(),
        (name, Some(fd)) => format!("{name} (fd {fd})"),
        (name, None) => name.to_owned(),
    };
    if row.process.is_empty() {
        name
    } else {
        format!("{name} of {}", row.process)
    }
}

/// A listener's queue that takes no more.
fn backlog(row: &SocketRow) -> String {
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

/// What is not there of a path.
fn missing(shown: &str, whole: &Path) -> String {
    let there = whole.ancestors().skip(1).find(|above| above.exists());
    let folder = whole.parent().unwrap_or(whole);
    match there {
        Some(above) if above == folder => format!(
            "There is no {shown}: the folder {} exists, and has no such file.",
            folder.display().to_string().escape_debug()
        ),
        Some(above) => format!(
            "There is no {shown}: not even the folder {}; what exists is {}.",
            folder.display().to_string().escape_debug(),
            above.display().to_string().escape_debug()
        ),
        None => format!("There is no {shown}."),
    }
}

fn kind_of(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_file() {
        "an ordinary file"
    } else {
        "a device"
    }
}

/// A device number as the kernel has it inside: twelve bits and twenty.
fn kernel_device(device: u64) -> u32 {
    let major = libc::major(device);
    let minor = libc::minor(device);
    major << 20 | minor
}

/// True when the machine's own network namespace has a socket of this path.
fn outside_the_lab(path: &Path) -> bool {
    let Ok(table) = std::fs::read_to_string("/proc/net/unix") else {
        return false;
    };
    let path = path.display().to_string();
    table
        .lines()
        .any(|line| line.ends_with(&format!(" {path}")))
}
