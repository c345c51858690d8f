//! RFC 9293's state machine, moved by the segments that were seen: what both ends must be in, not what a kernel said.

use super::conversation::{CloseKind, Direction, TcpConversation, before};
use socklab_packets::headers::{Tcp, flag};

/// The states of a connection (RFC 9293 section 3.3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// No connection, or none seen yet.
    #[default]
    Closed,
    /// SYN sent.
    SynSent,
    /// SYN received and answered.
    SynReceived,
    /// Both SYNs acknowledged.
    Established,
    /// FIN sent, not acknowledged.
    FinWait1,
    /// FIN sent and acknowledged.
    FinWait2,
    /// FIN received, none sent.
    CloseWait,
    /// FINs crossed; the own one is not acknowledged yet.
    Closing,
    /// FIN sent after one was received.
    LastAck,
    /// Both FINs sent and acknowledged; waits for 2 MSL.
    TimeWait,
}

impl State {
    /// The name as RFC 9293 spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "CLOSED",
            Self::SynSent => "SYN-SENT",
            Self::SynReceived => "SYN-RECEIVED",
            Self::Established => "ESTABLISHED",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::CloseWait => "CLOSE-WAIT",
            Self::Closing => "CLOSING",
            Self::LastAck => "LAST-ACK",
            Self::TimeWait => "TIME-WAIT",
        }
    }
}

/// Moves both ends by one segment sent by `from` (0 or 1), taken as delivered.
/// `fits` is false for a segment beyond a hole: the other end cannot act on its FIN yet.
pub fn advance(tcp: &mut TcpConversation, from: usize, header: &Tcp, fits: bool) {
    let to = 1 - from;
    if header.flags & flag::RST != 0 {
        let taken = takes_reset(tcp, from, header);
        for end in [Some(from), taken.then_some(to)].into_iter().flatten() {
            tcp.ends[end].state = State::Closed;
            tcp.ends[end].reset = true;
        }
        return;
    }
    if header.flags & flag::SYN != 0 {
        synchronize(tcp, from, header);
        return;
    }
    for end in &mut tcp.ends {
        // The start of the connection was not captured: what is seen can only happen on an established one.
        if end.state == State::Closed && end.fin.is_none() && !end.reset {
            end.state = State::Established;
        }
    }
    if header.flags & flag::ACK != 0 {
        acknowledge(tcp, from, header.ack);
    }
    if header.flags & flag::FIN != 0 {
        finish(tcp, from, header, fits);
    }
}

/// Moves the one end of a connection to itself by a segment, which it sends and receives: what two ends do one after the other in a
/// simultaneous open and close (RFC 9293 figures 7 and 13) it does at once.
pub fn advance_alone(end: &mut Direction, header: &Tcp) {
    let has = |bit: u16| header.flags & bit != 0;
    end.state = if has(flag::RST) {
        end.reset = true;
        State::Closed
    } else if has(flag::SYN) {
        if has(flag::ACK) {
            State::SynReceived
        } else {
            State::SynSent
        }
    } else if has(flag::FIN) {
        end.fin = Some(header.seq.wrapping_add(header.len));
        State::FinWait1
    } else if end.fin.is_some_and(|fin| fin.wrapping_add(1) == header.ack) {
        end.fin_acked = true;
        State::TimeWait
    } else {
        State::Established
    };
}

/// True when the other end takes an RST: the expected sequence number is exactly that of what comes next (RFC 9293 section 3.10.7.4,
/// RFC 5961 section 3.2). An RST that answers older data comes too late to end anything.
fn takes_reset(tcp: &TcpConversation, from: usize, header: &Tcp) -> bool {
    if tcp.ends[1 - from].state == State::SynSent {
        return true;
    }
    let own = &tcp.ends[from];
    // What answers data that crossed a FIN may still count from before it; Linux takes that too.
    let next = if own.fin == Some(header.seq) {
        header.seq
    } else {
        own.next_seq
    };
    own.next_seq == 0 || !before(header.seq, next)
}

fn synchronize(tcp: &mut TcpConversation, from: usize, header: &Tcp) {
    let to = 1 - from;
    tcp.ends[from].reset = false;
    if header.flags & flag::ACK != 0 {
        if tcp.ends[from].state == State::Closed || tcp.ends[from].state == State::SynSent {
            tcp.ends[from].state = State::SynReceived;
        }
        match tcp.ends[to].state {
            State::Closed | State::SynSent | State::SynReceived => {
                tcp.ends[to].state = State::Established;
            }
            _ => {}
        }
        return;
    }
    match (tcp.ends[from].state, tcp.ends[to].state) {
        // Figure 7: the sender had not seen the other end's SYN when it sent its own.
        (State::SynReceived, State::SynSent) => {
            tcp.simultaneous_open = true;
            tcp.ends[to].state = State::SynReceived;
        }
        // The second one where the first was lost.
        (State::Closed | State::SynSent, State::Closed) => {
            tcp.ends[from].state = State::SynSent;
            tcp.ends[to].state = State::SynReceived;
        }
        _ => {}
    }
}

fn acknowledge(tcp: &mut TcpConversation, from: usize, ack: u32) {
    let to = 1 - from;
    for end in [from, to] {
        if matches!(tcp.ends[end].state, State::SynReceived | State::SynSent) {
            tcp.ends[end].state = State::Established;
        }
    }
    let other = &mut tcp.ends[to];
    if other.fin.is_some_and(|fin| fin.wrapping_add(1) == ack) {
        other.fin_acked = true;
        other.state = match other.state {
            State::FinWait1 => State::FinWait2,
            State::Closing => State::TimeWait,
            State::LastAck => State::Closed,
            state => state,
        };
    }
}

fn finish(tcp: &mut TcpConversation, from: usize, header: &Tcp, fits: bool) {
    let to = 1 - from;
    let first_time = tcp.ends[from].fin.is_none();
    tcp.ends[from].fin = Some(header.seq.wrapping_add(header.len));
    if first_time {
        let saw_the_other_fin = tcp.ends[to].fin_acked;
        if tcp.closer.is_none() {
            tcp.closer = Some(from);
        } else if saw_the_other_fin {
            if tcp.close == CloseKind::Unknown {
                tcp.close = CloseKind::ThreeSegments;
            }
        } else {
            tcp.close = CloseKind::Simultaneous;
        }
        tcp.ends[from].state = match tcp.ends[from].state {
            State::CloseWait if saw_the_other_fin => State::LastAck,
            // Figure 13: it sent its FIN before the other one arrived.
            State::CloseWait => State::Closing,
            _ => State::FinWait1,
        };
    }
    if fits {
        let other = &mut tcp.ends[to];
        other.state = match other.state {
            State::Established | State::SynReceived => State::CloseWait,
            State::FinWait1 => State::Closing,
            State::FinWait2 => State::TimeWait,
            state => state,
        };
    }
}
