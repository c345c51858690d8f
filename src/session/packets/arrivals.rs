//! Which packet woke a call that slept: those that came last, by where they came to.

use crate::event::packet::{PacketEvent, Phase};
use crate::event::transfer::is_sending;
use crate::event::{CallEvent, Waker};
use crate::packet::headers::{Transport, flag};
use crate::session::inventory::{Inventory, covers, same_address};
use crate::session::known::Protocol;
use crate::session::known::{Known, protocol_of};
use crate::value::Address;
use std::collections::VecDeque;
use std::sync::Arc;

/// So many packets are remembered: a call's return is heard soon after the packet that caused it.
const REMEMBERED: usize = 512;

/// A packet that came to a host.
#[derive(Debug)]
struct Arrival {
    number: u64,
    /// Nanoseconds since the epoch.
    time_ns: i64,
    host: Arc<str>,
    protocol: Protocol,
    from: Address,
    to: Address,
    /// What its sender is called.
    sender: Arc<str>,
    wakes: Wakes,
}

/// Which calls a packet can wake.
#[derive(Clone, Copy, Debug, Default)]
struct Wakes {
    /// Those that receive: it brings data, or the end of it.
    receives: bool,
    /// Those that accept: a handshake is complete.
    accepts: bool,
    /// Those that connect: the answer is here.
    connects: bool,
    /// Those that send: it acknowledges, which makes room.
    sends: bool,
}

/// The packets that came last.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    newest: VecDeque<Arrival>,
    /// No packet that came later than this has been forgotten; nanoseconds since the epoch.
    forgotten_ns: i64,
}

impl Arrivals {
    /// Remembers a packet that was told.
    pub(super) fn note(&mut self, packet: &PacketEvent, host: &Arc<str>) {
        let (Some((from, to)), Some(time_ns)) = (packet.headers.endpoints(), packet.arrival_ns())
        else {
            return;
        };
        let wakes = match &packet.headers.transport {
            Transport::Tcp(tcp) => {
                let has = |bits: u16| tcp.flags & bits != 0;
                Wakes {
                    receives: tcp.len > 0 || has(flag::FIN | flag::RST),
                    accepts: packet.track.phase == Some(Phase::Handshake(3)),
                    connects: has(flag::RST) || has(flag::SYN) && has(flag::ACK),
                    sends: has(flag::ACK | flag::RST),
                }
            }
            Transport::Udp(_) => Wakes {
                receives: true,
                ..Wakes::default()
            },
            _ => return,
        };
        if self.newest.len() == REMEMBERED
            && let Some(oldest) = self.newest.pop_front()
        {
            self.forgotten_ns = self.forgotten_ns.max(oldest.time_ns);
        }
        self.newest.push_back(Arrival {
            number: packet.number,
            time_ns,
            host: Arc::clone(host),
            protocol: protocol_of(&packet.headers),
            from: from.into(),
            to: to.into(),
            sender: Arc::clone(&packet.from),
            wakes,
        });
    }

    /// The packet that woke this call, which has slept and has returned; `None` where that is not certain.
    pub(super) fn waker(&self, call: &CallEvent, inventory: &Inventory) -> Option<Waker> {
        let fits: fn(&Wakes) -> bool = match call.name.as_str() {
            "accept" | "accept4" => |wakes| wakes.accepts,
            "connect" => |wakes| wakes.connects,
            name if is_sending(name) == Some(true) => |wakes| wakes.sends,
            "recvmmsg" => |wakes| wakes.receives,
            name if is_sending(name) == Some(false) => |wakes| wakes.receives,
            // They wait for whatever may be done without waiting.
            name if name.starts_with("epoll_")
                || name.contains("poll")
                || name.contains("select") =>
            {
                |wakes| wakes.receives || wakes.accepts || wakes.connects
            }
            _ => return None,
        };
        // A signal or the end of its patience: no packet woke it.
        let by_itself =
            matches!(call.errno.as_deref(), Some("EINTR" | "EAGAIN")) || call.out == "(Timeout)";
        if by_itself || call.start_ns <= self.forgotten_ns {
            return None;
        }
        let fds = waited_for(call);
        let sockets: Vec<&Known> = match &fds {
            Some(fds) => fds
                .iter()
                .filter_map(|fd| inventory.by_fd(&call.process, *fd))
                .collect(),
            None => inventory
                .open()
                .filter(|known| known.process == call.process)
                .collect(),
        };
        let of = |arrival: &Arrival| sockets.iter().find(|known| comes_to(arrival, known));
        let came: Vec<(&Arrival, &&Known)> = self
            .newest
            .iter()
            .filter(|arrival| fits(&arrival.wakes))
            .filter(|arrival| arrival.time_ns > call.start_ns && arrival.time_ns <= call.end_ns)
            .filter_map(|arrival| Some((arrival, of(arrival)?)))
            .collect();
        let (first, socket) = came.iter().min_by_key(|(arrival, _)| arrival.time_ns)?;
        // Something came to another socket as well, and the call does not say which of them it waited for.
        if fds.is_none() && came.iter().any(|(_, other)| other.inode != socket.inode) {
            return None;
        }
        Some(Waker {
            packet: first.number,
            from: first.sender.to_string(),
        })
    }
}

/// The descriptors that have ended a call's wait: its own, or those that it says are ready. `None` where it does not say: what an epoll set
/// gives back is the program's own number.
fn waited_for(call: &CallEvent) -> Option<Vec<i32>> {
    if call.name.starts_with("epoll_") {
        return None;
    }
    if let Some(fd) = call.fd {
        return Some(vec![fd]);
    }
    let numbers = |text: &str| -> Vec<i32> {
        let digits = text.split(|letter: char| !letter.is_ascii_digit());
        digits.filter_map(|number| number.parse().ok()).collect()
    };
    // `[{fd=3, revents=POLLIN}]`, `(in [3], out [4])`
    let ready = if call.name.contains("select") {
        numbers(&call.out)
    } else {
        let entries = call.out.split("fd=").skip(1);
        entries
            .filter_map(|entry| numbers(entry.split(',').next()?).first().copied())
            .collect()
    };
    (!ready.is_empty()).then_some(ready)
}

/// True when a packet was for this socket.
fn comes_to(arrival: &Arrival, known: &Known) -> bool {
    let is_peer = |peer| same_address(Some(peer), Some(&arrival.from));
    // To a listener comes a finished handshake; what follows comes to the connection, at the same address.
    (arrival.wakes.accepts || !known.listening)
        && known.host == *arrival.host
        && known.protocol == arrival.protocol
        && covers(known.local.as_ref(), &arrival.to)
        && known.peer.as_ref().is_none_or(is_peer)
}
