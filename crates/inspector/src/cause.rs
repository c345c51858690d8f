//! Why a packet was sent: the call that was running on its sender's socket, the kernel's answer to what arrived, or a timer.
//! Evidence is calls with their times, packets in their order with what the wire did to them, and samples of the kernel's own state;
//! nothing is asked of the kernel here. The rules for single kinds of packets are in the rooms below.

mod answer;
mod calls;
mod delivery;
mod flow;
mod fragments;
mod membership;
mod memory;
mod mptcp;
mod neighbour;
mod options;
mod release;
mod reset;
mod scene;
mod segment;
mod timer;

use super::call_window::{CallWindow, is_sending, same_ip};
use super::evidence::{Evidence, Listener, Samples};
use delivery::Parcel;
use flow::{Fate, Flow, opens};
use options::Options;
use scene::{TooBig, follows, kernel};
use socklab_packets::fragment::Datagram;
use socklab_packets::headers::{Headers, Icmp, Transport};
use socklab_packets::record::{Cause, Certainty, PacketEvent};
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use timer::Again;

/// At most this many calls are remembered; a packet belongs to a call that is running or has just returned.
const CALLS: usize = 512;
/// At most this many ends and conversations are remembered.
const CONVERSATIONS: usize = 32_768;
/// At most this many segments are remembered, over all connections.
const SEGMENTS: usize = 100_000;
/// So many connections are remembered after their end, for what is sent again.
const FINISHED: usize = 1024;
/// At most this many addresses are remembered with the last packet they sent.
const ADDRESSES: usize = 8192;

/// A packet that was seen, as far as its answers need it.
#[derive(Clone, Debug)]
struct Seen {
    number: u64,
    cause: Option<Cause>,
}

/// A call as a cause names it.
#[derive(Clone, Copy, Debug)]
struct Who<'a> {
    command: u64,
    process: &'a str,
    short: &'a str,
}

/// What a decision says of the packet beyond its cause, for those that follow.
#[derive(Clone, Copy, Debug, Default)]
struct Note {
    /// Why its bytes were sent again, if they were.
    again: Option<Again>,
    /// The arrival that it answers ([`Segment::place`]).
    answers: Option<(i64, u64)>,
    /// True when a program wrote it with a raw socket.
    forged: bool,
    /// The listener at its destination, if it takes no further connection.
    dropped_by: Option<Listener>,
}

/// Finds causes. Takes calls, samples and packets in the order of their time.
#[derive(Debug, Default)]
pub struct CauseFinder {
    windows: VecDeque<CallWindow>,
    samples: Samples,
    flows: HashMap<u32, Flow>,
    /// The connections that have ended, the oldest first.
    finished: VecDeque<u32>,
    segments: usize,
    /// The last packet from one end to another.
    latest: HashMap<(u16, SocketAddr, SocketAddr), Seen>,
    /// The last packet of each direction of a conversation that is not TCP.
    messages: HashMap<(u32, bool), Seen>,
    /// The last packet from an address that was no search for a neighbour.
    heard: HashMap<(u16, IpAddr), Seen>,
    /// Who was searched for, and how often in a row.
    asked: HashMap<(u16, IpAddr), (Seen, usize)>,
    /// When the Ethernet address of a neighbour was told last, and in which packet.
    told: HashMap<(u16, IpAddr), (u64, Fate)>,
    /// When a neighbour asked last, and told its own address with it.
    asking: HashMap<(u16, IpAddr), (u64, Fate)>,
    /// The first fragments of the datagrams that came in several, by what the fragments have in common.
    fragments: HashMap<(u16, Datagram), Found>,
    /// The last report of the groups that a host is a member of.
    reports: HashMap<(u16, String, bool), membership::Report>,
    /// The groups that a descriptor's socket has joined or left.
    groups: HashMap<(String, i32), Vec<IpAddr>>,
    /// What the wire holds, by its tickets.
    held: HashMap<u64, Parcel>,
    too_big: HashMap<(u16, SocketAddr, SocketAddr), TooBig>,
    options: HashMap<(String, i32), Options>,
    /// How many bytes a process has written to a descriptor.
    written: HashMap<(String, i32), u64>,
}

/// A cause, and the name of the sender's socket when the cause is a call on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The cause.
    pub cause: Cause,
    /// What the sender's socket is called.
    pub label: Option<String>,
    /// The process and the descriptor of a socket whose connect sent this SYN.
    pub connects: Option<(String, i32)>,
}

impl Found {
    /// A cause that is no call on the sender's socket.
    fn alone(cause: Cause) -> Self {
        Self {
            cause,
            label: None,
            connects: None,
        }
    }
}

impl CauseFinder {
    /// A call began.
    pub fn begin(&mut self, window: CallWindow) {
        if self.windows.len() >= CALLS {
            // One that still runs may yet cause a packet; the oldest that is over may not.
            let over = self
                .windows
                .iter()
                .position(|window| window.end_ns.is_some())
                .unwrap_or(0);
            self.windows.remove(over);
        }
        self.windows.push_back(window);
    }

    /// The calls that are remembered, to be told what has become known of their sockets.
    pub fn windows(&mut self) -> impl Iterator<Item = &mut CallWindow> {
        self.windows.iter_mut()
    }

    /// What the kernels say of their TCP sockets.
    pub fn samples(&mut self) -> &mut Samples {
        &mut self.samples
    }

    /// What the kernel said of a socket, round a moment.
    pub fn evidence(
        &self,
        host: &str,
        local: SocketAddr,
        peer: SocketAddr,
        time_ns: i64,
    ) -> Evidence<'_> {
        self.samples.at(host, local, peer, time_ns)
    }

    /// True when a socket of a host listened at an address when its kernel was asked last.
    pub fn listens(&self, host: &str, address: SocketAddr) -> bool {
        self.samples.listens(host, address)
    }

    /// A process has a new descriptor: what was known of an older one with its number is over.
    pub fn made(&mut self, process: &str, fd: i32) {
        let key = (process.to_owned(), fd);
        self.options.remove(&key);
        self.groups.remove(&key);
        self.written.remove(&key);
    }

    /// A process wrote so many bytes to a descriptor; their range among all it has written there.
    pub fn wrote(&mut self, process: &str, fd: i32, bytes: u64) -> (u64, u64) {
        if self.written.len() > CONVERSATIONS {
            self.written.clear();
        }
        let total = self.written.entry((process.to_owned(), fd)).or_default();
        let start = *total;
        *total += bytes;
        (start, *total)
    }

    /// True when a call that ran at that time may have sent the packet: whether it belongs to the session at all.
    pub fn claims(&self, headers: &Headers, time_ns: i64) -> bool {
        let ends = headers.addresses().zip(headers.ports());
        let opens = headers.tcp().is_none_or(opens);
        self.windows
            .iter()
            .filter(|window| window.covers(time_ns) && is_sending(&window.name))
            .any(|window| {
                let there = |peer: SocketAddr| {
                    headers
                        .addresses()
                        .is_some_and(|(_, to)| same_ip(peer.ip(), to))
                };
                if window.raw {
                    return window.peer.is_none_or(there);
                }
                ends.is_some_and(|((source, destination), (from, to))| {
                    window.sends(
                        SocketAddr::new(source, from),
                        SocketAddr::new(destination, to),
                        opens,
                    )
                })
            })
    }

    /// The cause of the next packet. `owner` is the program that owns its sender's socket, if one does, `receiver` the host it is for.
    pub fn find(
        &mut self,
        packet: &PacketEvent,
        owner: Option<&str>,
        receiver: &str,
    ) -> Option<Found> {
        let (found, mut note) = self.decide(packet, owner);
        let mut found = found.or_else(|| self.held_for_neighbour(packet));
        self.begin_fragments(packet, found.as_ref());
        let cause = found.as_ref().map(|found| found.cause.clone());
        note.dropped_by = self.full_listener(packet, receiver);
        if let Some(found) = &mut found
            && let Some(listener) = note.dropped_by
            && let Some(arrived) = self.is_last_ack_dropped(packet, receiver)
        {
            let unless = if arrived {
                ""
            } else {
                "unless accept() makes room before it arrives, "
            };
            let words = format!(
                "{unless}the other end's kernel drops it and stays in SYN-RECEIVED, {}",
                scene::full(listener)
            );
            let and = if found.cause.kernel.is_empty() {
                ""
            } else {
                "; "
            };
            found.cause.kernel.extend([and, &words]);
        }
        self.remember(packet, cause, note);
        found
    }

    fn decide(&mut self, packet: &PacketEvent, owner: Option<&str>) -> (Option<Found>, Note) {
        let none = Note::default();
        if let Some(window) = self.raw_call(packet).cloned() {
            let note = Note {
                forged: true,
                ..none
            };
            let waited = if window.link {
                String::new()
            } else {
                self.waited_for(packet, &window)
            };
            return (Some(caused(&window, waited)), note);
        }
        if let Some((window, number)) = self.raw_held(packet) {
            let note = Note {
                forged: true,
                ..none
            };
            return (Some(caused(window, memory::held(number))), note);
        }
        let alone = |cause: Option<Cause>| cause.map(Found::alone);
        if let Some(fragment) = self.of_fragment(packet) {
            return (Some(fragment), none);
        }
        if let Some(report) = self.of_membership(packet) {
            return (Some(report), none);
        }
        if let Some(neighbour) = neighbour::neighbour(packet) {
            return (alone(self.of_neighbour(packet, neighbour)), none);
        }
        match &packet.headers.transport {
            Transport::Tcp(tcp) => self.of_segment(packet, tcp, owner),
            Transport::Icmp(icmp) if icmp.quoted.is_some() => {
                (alone(self.error_report(packet, icmp, false)), none)
            }
            Transport::Icmpv6(icmp) if icmp.quoted.is_some() => {
                (alone(self.error_report(packet, icmp, true)), none)
            }
            Transport::Icmp(Icmp { kind: 0, .. }) | Transport::Icmpv6(Icmp { kind: 129, .. }) => {
                let seen = packet.track.conversation.and_then(|conversation| {
                    self.messages.get(&(conversation, !packet.track.forward))
                });
                let words = "the kernel answered the echo request; no process was involved";
                let cause = seen.map(|seen| follows(seen.number, seen.cause.as_ref(), words));
                (alone(cause), none)
            }
            _ => {
                let time = packet.frame.time_ns;
                let running = endpoints(packet).and_then(|(from, to)| {
                    self.running(packet, from, to, true, time)
                        .find(|window| is_sending(&window.name))
                });
                let found = running.map(|window| caused(window, self.waited_for(packet, window)));
                let found = found.or_else(|| alone(owner.map(program_sent)));
                (found, none)
            }
        }
    }

    /// The calls of the sender's socket that ran at that time, newest first.
    fn running(
        &self,
        packet: &PacketEvent,
        from: SocketAddr,
        to: SocketAddr,
        opens: bool,
        time: i64,
    ) -> impl Iterator<Item = &CallWindow> {
        let host = packet.host.clone();
        self.windows.iter().rev().filter(move |window| {
            !window.raw
                && *window.host == *host
                && window.covers(time)
                && window.sends(from, to, opens)
        })
    }

    /// The calls made on the sender's socket so far, newest first.
    fn on_socket(
        &self,
        packet: &PacketEvent,
        from: SocketAddr,
        to: SocketAddr,
    ) -> impl Iterator<Item = &CallWindow> {
        let host = packet.host.clone();
        let time = packet.frame.time_ns;
        self.windows.iter().rev().filter(move |window| {
            !window.raw
                && window.start_ns <= time
                && *window.host == *host
                && window.sends(from, to, false)
        })
    }
}

/// A call on the sender's socket as the cause; `words` say what the kernel did beyond it.
fn caused(window: &CallWindow, words: String) -> Found {
    Found {
        cause: Cause {
            certainty: Certainty::Caused,
            command: Some(window.command).filter(|command| *command != 0),
            process: window.owner(),
            call: window.short.clone(),
            kernel: words,
        },
        label: Some(window.label.clone()).filter(|label| !label.is_empty()),
        connects: None,
    }
}

/// A program whose calls are not seen as the cause.
fn program_sent(program: &str) -> Cause {
    Cause {
        process: program.to_owned(),
        ..kernel(Certainty::Caused, program.to_owned())
    }
}

fn endpoints(packet: &PacketEvent) -> Option<(SocketAddr, SocketAddr)> {
    let ((source, destination), (from, to)) =
        packet.headers.addresses().zip(packet.headers.ports())?;
    Some((
        SocketAddr::new(source, from),
        SocketAddr::new(destination, to),
    ))
}

#[cfg(test)]
#[path = "cause_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "cause_reset_tests.rs"]
mod reset_tests;

#[cfg(test)]
#[path = "cause_kernel_tests.rs"]
mod kernel_tests;
