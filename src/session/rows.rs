//! The rows of the `sockets` table: what the kernel says, with the names the session knows.

use super::Session;
use super::inventory::Hold;
use super::known::{Known, tcp_state};
use crate::event::socket::{SocketRow, Timer};
use crate::sys::diag::{Answer, Question};
use std::collections::BTreeMap;

impl Session {
    /// Every socket of the lab, of all processes and programs; on a shared network only the session's own.
    /// Sockets in no table of the kernel (neither bound nor connected) are added from what the session knows.
    pub fn socket_rows(&mut self, process: Option<&str>) -> Vec<SocketRow> {
        self.refresh();
        let answers = self.ask(&Question::ALL);
        let by_inode: BTreeMap<u32, &Answer> = answers
            .iter()
            .filter(|(_, answer)| answer.inode != 0)
            .map(|(_, answer)| (answer.inode, answer))
            .collect();
        let mut rows = Vec::new();
        for known in self.inventory().open() {
            let answer = by_inode.get(&(known.inode as u32)).copied();
            rows.push(owned_row(known, answer, &by_inode));
        }
        for adrift in self.inventory().adrift() {
            let known = &adrift.known;
            if self.program_with_inode(known.inode).is_some() {
                continue;
            }
            let answer = by_inode.get(&(known.inode as u32)).copied();
            let mut row = owned_row(known, answer, &by_inode);
            row.process.clear();
            row.held = match self.inventory().holds_of(known.inode).first() {
                Some(Hold::Flight(_)) => "in flight".to_owned(),
                Some(Hold::Call { invocation, .. }) => format!("in {invocation}"),
                None => "held elsewhere".to_owned(),
            };
            rows.push(row);
        }
        for (host, answer) in &answers {
            let host = self.hosts().all()[*host].name.as_str();
            let owner = (answer.inode != 0)
                .then(|| self.program_with_inode(u64::from(answer.inode)))
                .flatten();
            let known = self.inventory().by_inode(u64::from(answer.inode));
            if known.is_some_and(|known| owner.is_none() || known.fd.is_some()) {
                continue;
            }
            let orphan = answer.inode == 0 && matches!(answer.question, Question::Tcp(_));
            // The lab's own netlink and packet sockets belong to the keeper and the terminal; on a shared network others' do too.
            if let Some(program) = owner {
                rows.push(row((&program.name, host), "", None, Some(answer)));
            } else if orphan && !self.is_shared_network() {
                rows.push(row(("", host), "", None, Some(answer)));
            }
        }
        if let Some(process) = process {
            rows.retain(|row| row.process == process);
        }
        rows
    }
}

fn owned_row(
    known: &Known,
    answer: Option<&Answer>,
    by_inode: &BTreeMap<u32, &Answer>,
) -> SocketRow {
    let name = known.names.last().map_or("", String::as_str);
    let mut row = row((&known.process, &known.host), name, known.fd, answer);
    row.inode = known.inode;
    if answer.is_none() {
        row.protocol = protocol_words(&known.arguments);
        row.local.clone_from(&known.local);
        row.peer.clone_from(&known.peer);
        row.state = if row.protocol == "tcp" {
            "CLOSED"
        } else {
            "unconnected"
        };
    } else if answer.is_some_and(|answer| answer.question == Question::Packet) {
        row.local.clone_from(&known.local);
    }
    if let Some(peer) = answer
        .and_then(|answer| answer.peer_inode)
        .and_then(|inode| by_inode.get(&inode))
    {
        row.peer.clone_from(&peer.local);
    }
    row
}

fn row(
    (process, host): (&str, &str),
    name: &str,
    fd: Option<i32>,
    answer: Option<&Answer>,
) -> SocketRow {
    let mut row = SocketRow {
        process: process.to_owned(),
        host: host.to_owned(),
        name: name.to_owned(),
        held: String::new(),
        fd,
        inode: 0,
        protocol: String::new(),
        local: None,
        peer: None,
        state: "unconnected",
        recv_q: 0,
        send_q: 0,
        timer: None,
        tcp_info: Vec::new(),
    };
    let Some(answer) = answer else { return row };
    row.inode = u64::from(answer.inode);
    row.protocol = protocol(answer);
    row.local.clone_from(&answer.local);
    row.peer.clone_from(&answer.peer);
    row.state = state(answer);
    row.recv_q = answer.rqueue;
    row.send_q = answer.wqueue;
    row.timer = timer(answer);
    row.tcp_info.clone_from(&answer.tcp_info);
    row
}

fn protocol(answer: &Answer) -> String {
    let kind = |number: u8| match i32::from(number) {
        libc::SOCK_STREAM => "stream",
        libc::SOCK_DGRAM => "datagram",
        libc::SOCK_SEQPACKET => "seqpacket",
        libc::SOCK_RAW => "raw",
        _ => "socket",
    };
    match answer.question {
        Question::Tcp(_) => "tcp".to_owned(),
        Question::Udp(_) => "udp".to_owned(),
        Question::Raw(_) => format!("raw {}", answer.protocol),
        Question::Unix => format!("unix {}", kind(answer.socket_type)),
        Question::Netlink => "netlink".to_owned(),
        Question::Packet => "packet".to_owned(),
    }
}

/// The protocol in the words of the table, from the arguments of `socket`, for a socket the kernel lists nowhere.
fn protocol_words(arguments: &[String]) -> String {
    let family = arguments.first().map_or("", String::as_str);
    let kind = arguments
        .get(1)
        .and_then(|kind| kind.split('|').next())
        .unwrap_or("");
    match (family, kind) {
        ("AF_INET" | "AF_INET6", "SOCK_STREAM") => "tcp".to_owned(),
        ("AF_INET" | "AF_INET6", "SOCK_DGRAM") => "udp".to_owned(),
        ("AF_INET" | "AF_INET6", "SOCK_RAW") => "raw".to_owned(),
        ("AF_UNIX", kind) => format!(
            "unix {}",
            kind.trim_start_matches("SOCK_")
                .to_lowercase()
                .replace("dgram", "datagram")
        ),
        ("AF_NETLINK", _) => "netlink".to_owned(),
        ("AF_PACKET", _) => "packet".to_owned(),
        (family, _) => family.to_owned(),
    }
}

fn state(answer: &Answer) -> &'static str {
    const ESTABLISHED: u8 = 1;
    const LISTEN: u8 = 10;
    match (answer.question, answer.state) {
        (Question::Tcp(_), state) => tcp_state(state),
        (Question::Unix | Question::Udp(_), ESTABLISHED) => "connected",
        (Question::Unix, LISTEN) => "listening",
        _ if answer
            .local
            .as_ref()
            .is_some_and(|local| local.port() != Some(0)) =>
        {
            "bound"
        }
        _ => "unconnected",
    }
}

fn timer(answer: &Answer) -> Option<Timer> {
    let kind = match answer.timer {
        1 => "retransmit",
        2 => "keepalive",
        3 => "time-wait",
        4 => "persist",
        5 => "probe",
        _ => return None,
    };
    Some(Timer {
        kind,
        expires_ms: answer.expires_ms,
        retransmits: answer.retransmits,
    })
}
