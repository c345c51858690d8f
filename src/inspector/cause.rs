//! Why a packet was sent: the call that was running on its sender's socket, the kernel's answer to the packet before it, or a timer.
//! Evidence is calls with their times and packets in their order; nothing is asked of the kernel here.

use super::call_window::{CallWindow, same_ip};
use crate::event::packet::{Cause, Certainty, Label, PacketEvent, Phase};
use crate::packet::headers::{Headers, Icmp, Tcp, Transport, flag};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

/// At most this many calls are remembered; a packet belongs to a call that is running or has just returned.
const CALLS: usize = 512;
/// At most this many conversations are remembered.
const CONVERSATIONS: usize = 32_768;
/// An answer by the kernel comes within this time when no timer is involved, in nanoseconds: it is sent from the same interrupt.
const AT_ONCE: i64 = 1_000_000;

/// A packet that was seen, as far as its answers need it.
#[derive(Clone, Debug)]
struct Seen {
    number: u64,
    time_ns: i64,
    cause: Option<Cause>,
}

/// What is remembered of one direction of a conversation.
#[derive(Clone, Debug, Default)]
struct Side {
    last: Option<Seen>,
    /// The last packet with data, FIN or SYN: what an acknowledgment answers.
    last_sent: Option<Seen>,
    zero_window: bool,
    /// The sequence number that is being retransmitted, and how often it has been.
    again: (u32, u32),
}

/// Finds causes. Takes calls and packets in the order of their time.
#[derive(Debug, Default)]
pub struct CauseFinder {
    windows: VecDeque<CallWindow>,
    sides: HashMap<(u32, bool), Side>,
    latest: HashMap<(u16, SocketAddr, SocketAddr), Seen>,
}

/// A cause, and the name of the sender's socket when the cause is a call on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The cause.
    pub cause: Cause,
    /// What the sender's socket is called.
    pub label: Option<String>,
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

    /// True when a call that ran at that time may have sent the packet: whether it belongs to the session at all.
    pub fn claims(&self, headers: &Headers, time_ns: i64) -> bool {
        let ends = headers.addresses().zip(headers.ports());
        let opens = headers
            .tcp()
            .is_none_or(|tcp| tcp.flags & (flag::SYN | flag::ACK) == flag::SYN);
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

    /// The cause of the next packet. `owner` is the program that owns its sender's socket, if one does.
    pub fn find(&mut self, packet: &PacketEvent, owner: Option<&str>) -> Option<Found> {
        let found = self.decide(packet, owner);
        self.remember(packet, found.as_ref().map(|found| found.cause.clone()));
        found
    }

    fn decide(&mut self, packet: &PacketEvent, owner: Option<&str>) -> Option<Found> {
        let time = packet.frame.time_ns;
        let kernel = |found: Option<Cause>| found.map(|cause| Found { cause, label: None });
        if let Some(cause) = self.kernels_answer(packet) {
            return kernel(Some(cause));
        }
        if let Some(window) = self.sender_call(packet, time) {
            let cause = Cause {
                certainty: Certainty::Caused,
                command: Some(window.command).filter(|command| *command != 0),
                process: window.process.clone(),
                call: window.short.clone(),
                kernel: kernels_part(packet),
            };
            return Some(Found {
                cause,
                label: Some(window.label.clone()).filter(|label| !label.is_empty()),
            });
        }
        if let Some(window) = self.raw_call(packet, time) {
            let cause = Cause {
                certainty: Certainty::Caused,
                command: Some(window.command),
                process: window.process.clone(),
                call: window.short.clone(),
                kernel: String::new(),
            };
            return Some(Found {
                cause,
                label: Some(window.label.clone()).filter(|label| !label.is_empty()),
            });
        }
        if let Some(cause) = self.timer(packet) {
            return kernel(Some(cause));
        }
        // A program's calls are not seen, but its kernel sends data, SYN and FIN only when it has asked for that.
        let asked_for = packet.headers.tcp().is_none_or(carries);
        let program = || owner.filter(|_| asked_for).map(program_sent);
        kernel(program().or_else(|| self.answer(packet)))
    }

    /// Packets that no process sends: only the kernel makes them, whatever call happens to run.
    fn kernels_answer(&self, packet: &PacketEvent) -> Option<Cause> {
        match &packet.headers.transport {
            Transport::Icmp(icmp) | Transport::Icmpv6(icmp) if icmp.quoted.is_some() => {
                self.error_report(packet.network, icmp)
            }
            Transport::Icmp(Icmp { kind: 0, .. }) | Transport::Icmpv6(Icmp { kind: 129, .. }) => {
                let seen = self.other_side(packet)?.last.clone()?;
                Some(follows(
                    &seen,
                    "the kernel answered the echo request; no process was involved",
                ))
            }
            Transport::Tcp(tcp) if tcp.flags & flag::SYN != 0 && tcp.flags & flag::ACK != 0 => {
                let seen = self.other_side(packet)?.last.clone()?;
                let listener = if packet.from.is_empty() {
                    "the listener"
                } else {
                    &packet.from
                };
                Some(follows(
                    &seen,
                    &format!("the kernel answered for {listener}: no accept() was needed"),
                ))
            }
            Transport::Tcp(tcp)
                if tcp.flags & flag::RST != 0 && packet.track.phase == Some(Phase::Refused) =>
            {
                let seen = self.other_side(packet)?.last.clone()?;
                Some(follows(
                    &seen,
                    &format!(
                        "no socket listens on port {}: the kernel refused",
                        tcp.srcport
                    ),
                ))
            }
            _ => None,
        }
    }

    fn error_report(&self, network: u16, icmp: &Icmp) -> Option<Cause> {
        let quoted = icmp.quoted?;
        let (from, to) = quoted.ports?;
        let seen = self.latest.get(&(
            network,
            SocketAddr::new(quoted.src, from),
            SocketAddr::new(quoted.dst, to),
        ))?;
        Some(follows(
            seen,
            &format!(
                "no socket is bound to port {to}: the kernel answered #{} with this",
                seen.number
            ),
        ))
    }

    /// A call on the sender's socket that was running and can make its kernel send such a packet.
    fn sender_call(&self, packet: &PacketEvent, time: i64) -> Option<&CallWindow> {
        let (from, to) = endpoints(packet)?;
        let tcp = packet.headers.tcp();
        let opens = tcp.is_none_or(|tcp| tcp.flags & (flag::SYN | flag::ACK) == flag::SYN);
        let running = self.windows.iter().rev().filter(|window| {
            !window.raw
                && window.host == packet.host
                && window.covers(time)
                && window.sends(from, to, opens)
        });
        running.into_iter().find(|window| match tcp {
            None => is_sending(&window.name),
            Some(tcp) => self.can_cause(window, packet, tcp),
        })
    }

    fn can_cause(&self, window: &CallWindow, packet: &PacketEvent, tcp: &Tcp) -> bool {
        let carries = carries(tcp);
        match window.name.as_str() {
            "connect" => tcp.len == 0 && tcp.flags & (flag::FIN | flag::RST) == 0,
            "close" | "shutdown" | "exit" => true,
            "setsockopt" => carries,
            name if is_sending(name) => carries,
            // Reading makes room: the kernel may tell so, or send the acknowledgment it was holding back. What answers data that
            // came while the call slept is the kernel's own.
            name if name.starts_with("recv") => {
                let answered = self.other_side(packet).and_then(|side| side.last.as_ref());
                !carries && answered.is_none_or(|seen| seen.time_ns < window.start_ns)
            }
            _ => false,
        }
    }

    /// A call on a raw or packet socket that has not yet sent its packet.
    fn raw_call(&mut self, packet: &PacketEvent, time: i64) -> Option<&CallWindow> {
        let to = packet.headers.addresses().map(|(_, to)| to);
        let window = self.windows.iter_mut().rev().find(|window| {
            let there = |peer: SocketAddr| to.is_none_or(|to| same_ip(peer.ip(), to));
            window.raw
                && window.host == packet.host
                && !window.claimed
                && window.covers(time)
                && is_sending(&window.name)
                && window.peer.is_none_or(there)
        })?;
        window.claimed = true;
        Some(window)
    }

    /// What a kernel timer sends: recognized by the label, since no call was running.
    fn timer(&self, packet: &PacketEvent) -> Option<Cause> {
        let tcp = packet.headers.tcp()?;
        let labels = packet.track.labels;
        let conversation = packet.track.conversation?;
        let own = self.sides.get(&(conversation, packet.track.forward));
        let words = if labels.contains(Label::FastRetransmission) {
            "fast retransmit: three duplicate acknowledgments asked for it".to_owned()
        } else if labels.contains(Label::Retransmission)
            || labels.contains(Label::SpuriousRetransmission)
        {
            let tries = own
                .filter(|own| own.again.0 == tcp.seq)
                .map_or(1, |own| own.again.1 + 1);
            let waited = own
                .and_then(|own| own.last.as_ref())
                .map_or(0, |seen| (packet.frame.time_ns - seen.time_ns) / 1_000_000);
            format!(
                "retransmission timer (RTO): nothing was acknowledged for {waited} ms, try {tries}, backoff ×{}",
                1_u64 << (tries - 1).min(32)
            )
        } else if labels.contains(Label::KeepAlive) || labels.contains(Label::ZeroWindowProbe) {
            if self.other_side(packet).is_some_and(|side| side.zero_window) {
                "persist timer: a probe of the zero window (Wireshark calls it a keep-alive)"
                    .to_owned()
            } else {
                "keepalive timer: is the other end still there?".to_owned()
            }
        } else {
            return None;
        };
        let certainty = Certainty::Probably;
        Some(Cause {
            certainty,
            command: None,
            process: String::new(),
            call: String::new(),
            kernel: words,
        })
    }

    /// What a kernel sends because of what it received.
    fn answer(&self, packet: &PacketEvent) -> Option<Cause> {
        let tcp = packet.headers.tcp()?;
        let side = self.other_side(packet)?;
        let last = side.last.as_ref()?;
        let since = packet.frame.time_ns - last.time_ns;
        if tcp.flags & flag::RST != 0 {
            return (since < AT_ONCE).then(|| {
                follows(
                    last,
                    "the socket this was for is gone: the kernel answered with a reset",
                )
            });
        }
        if tcp.len > 0 || tcp.flags & flag::FIN != 0 {
            // Of a socket that nobody here knows, no call can be ruled out.
            let known = !packet.from.is_empty() && since < AT_ONCE;
            return known.then(|| {
                follows(
                    last,
                    "what waited in the send buffer: the acknowledgment let it go",
                )
            });
        }
        if packet.track.phase == Some(Phase::Handshake(3)) {
            return Some(follows(
                last,
                "the connecting kernel completed the handshake",
            ));
        }
        let sent = side.last_sent.as_ref()?;
        let since = packet.frame.time_ns - sent.time_ns;
        if since < AT_ONCE {
            return Some(follows(
                sent,
                "the receiving kernel acknowledged at once; no process was involved",
            ));
        }
        Some(Cause {
            certainty: Certainty::Probably,
            command: None,
            process: String::new(),
            call: String::new(),
            kernel: format!(
                "delayed ACK: {} ms after #{}",
                since / 1_000_000,
                sent.number
            ),
        })
    }

    fn other_side(&self, packet: &PacketEvent) -> Option<&Side> {
        self.sides
            .get(&(packet.track.conversation?, !packet.track.forward))
    }

    fn remember(&mut self, packet: &PacketEvent, cause: Option<Cause>) {
        if self.sides.len() > CONVERSATIONS || self.latest.len() > CONVERSATIONS {
            self.sides.clear();
            self.latest.clear();
        }
        let seen = Seen {
            number: packet.number,
            time_ns: packet.frame.time_ns,
            cause,
        };
        if let Some((from, to)) = endpoints(packet) {
            self.latest.insert((packet.network, from, to), seen.clone());
        }
        let Some(conversation) = packet.track.conversation else {
            return;
        };
        let side = self
            .sides
            .entry((conversation, packet.track.forward))
            .or_default();
        if let Some(tcp) = packet.headers.tcp() {
            if tcp.len > 0 || tcp.flags & (flag::SYN | flag::FIN) != 0 {
                side.last_sent = Some(seen.clone());
                let repeats = packet.track.labels.contains(Label::Retransmission)
                    || packet.track.labels.contains(Label::SpuriousRetransmission);
                side.again = if repeats && side.again.0 == tcp.seq {
                    (tcp.seq, side.again.1 + 1)
                } else {
                    (tcp.seq, u32::from(repeats))
                };
            }
            side.zero_window = tcp.window == 0 && tcp.flags & (flag::SYN | flag::RST) == 0;
        }
        side.last = Some(seen);
    }
}

/// What the kernel did beyond the call's own part, worth saying beside it.
fn kernels_part(packet: &PacketEvent) -> String {
    let Some(tcp) = packet.headers.tcp() else {
        return String::new();
    };
    match packet.track.phase {
        Some(Phase::Reset) if tcp.flags & flag::RST != 0 => {
            "the connection was torn down: data was left unread, or SO_LINGER was set to 0"
                .to_owned()
        }
        _ => String::new(),
    }
}

/// True for a segment that is more than an acknowledgment.
fn carries(tcp: &Tcp) -> bool {
    tcp.len > 0 || tcp.flags & (flag::SYN | flag::FIN | flag::RST) != 0
}

fn program_sent(program: &str) -> Cause {
    Cause {
        certainty: Certainty::Caused,
        command: None,
        process: program.to_owned(),
        call: String::new(),
        kernel: format!("sent by {program}"),
    }
}

fn follows(seen: &Seen, kernel: &str) -> Cause {
    let cause = seen.cause.as_ref();
    Cause {
        certainty: Certainty::Follows,
        command: cause.and_then(|cause| cause.command),
        process: cause.map(|cause| cause.process.clone()).unwrap_or_default(),
        call: cause.map(|cause| cause.call.clone()).unwrap_or_default(),
        kernel: kernel.to_owned(),
    }
}

fn is_sending(name: &str) -> bool {
    name.starts_with("send") || name == "write" || name == "connect"
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
