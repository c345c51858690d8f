//! The name of each packet's step: handshake, close, refusal, request and reply. Told after the states moved; decides nothing.

use super::conversation::{CloseKind, TcpConversation};
use super::state::State;
use socklab_packets::headers::{Headers, Net, Tcp, Transport, flag};
use socklab_packets::record::Phase;

/// What both ends were in before a segment.
pub type Before = [State; 2];

/// The phase of a TCP segment sent by `from`, after [`super::state::advance`] took it.
/// `None` for one that is no step at all: neither flags that say anything nor data.
pub fn of_segment(
    tcp: &TcpConversation,
    from: usize,
    header: &Tcp,
    before: Before,
) -> Option<Phase> {
    const TELLING: u16 = flag::SYN | flag::FIN | flag::RST | flag::ACK;
    let says = header.len > 0 || header.flags & TELLING != 0;
    says.then(|| step(tcp, from, header, before))
}

fn step(tcp: &TcpConversation, from: usize, header: &Tcp, before: Before) -> Phase {
    let to = 1 - from;
    if header.flags & flag::RST != 0 {
        return if before[to] == State::SynSent && header.flags & flag::ACK != 0 {
            Phase::Refused
        } else {
            Phase::Reset
        };
    }
    if header.flags & flag::SYN != 0 {
        return of_syn(tcp, header, before[to]);
    }
    if header.flags & flag::ACK != 0
        && before[to] == State::SynReceived
        && tcp.ends[to].state != State::SynReceived
        && !tcp.simultaneous_open
    {
        return Phase::Handshake(3);
    }
    if header.flags & flag::FIN != 0 {
        return of_fin(tcp, from);
    }
    let other_finished = tcp.ends[to].fin;
    if header.len > 0 {
        return if other_finished.is_some() {
            Phase::HalfClosedData
        } else {
            Phase::Data
        };
    }
    if other_finished.is_some_and(|fin| fin.wrapping_add(1) == header.ack) {
        return of_last_ack(tcp, from);
    }
    Phase::Acknowledgment
}

/// The phase of a segment of a connection to itself, after [`super::state::advance_alone`] took it.
pub fn of_loop(tcp: &TcpConversation, from: usize, header: &Tcp, before: State) -> Phase {
    let has = |bit: u16| header.flags & bit != 0;
    match (has(flag::RST), has(flag::SYN), has(flag::FIN)) {
        (true, ..) => Phase::Reset,
        (_, true, _) if has(flag::ACK) => Phase::OpenWithItself(2),
        (_, true, _) => Phase::OpenWithItself(1),
        (.., true) => Phase::CloseWithItself(1),
        _ if header.len > 0 => Phase::Data,
        _ if tcp.ends[from].fin_acked => Phase::CloseWithItself(2),
        _ if before == State::SynReceived => Phase::OpenWithItself(3),
        _ => Phase::Acknowledgment,
    }
}

fn of_syn(tcp: &TcpConversation, header: &Tcp, receiver: State) -> Phase {
    let answers = header.flags & flag::ACK != 0;
    match (answers, tcp.simultaneous_open) {
        (false, false) => Phase::Handshake(1),
        (true, false) => Phase::Handshake(2),
        (false, true) => Phase::SimultaneousOpen(2),
        (true, true) => {
            let other = tcp
                .ends
                .iter()
                .filter(|end| end.state == State::Established);
            let done = other.count() == 2 && receiver == State::SynReceived;
            Phase::SimultaneousOpen(if done { 4 } else { 3 })
        }
    }
}

fn of_fin(tcp: &TcpConversation, from: usize) -> Phase {
    let first = tcp.closer == Some(from);
    match (tcp.close, first) {
        (CloseKind::Unknown, _) => Phase::Close(1, 0),
        (CloseKind::FourSegments, true) => Phase::Close(1, 4),
        (CloseKind::FourSegments, false) => Phase::Close(3, 4),
        (CloseKind::ThreeSegments, true) => Phase::Close(1, 3),
        (CloseKind::ThreeSegments, false) => Phase::Close(2, 3),
        (CloseKind::Simultaneous, true) => Phase::SimultaneousClose(1),
        (CloseKind::Simultaneous, false) => Phase::SimultaneousClose(2),
    }
}

fn of_last_ack(tcp: &TcpConversation, from: usize) -> Phase {
    let closer_speaks = tcp.closer == Some(from);
    match (tcp.close, closer_speaks) {
        (CloseKind::Unknown, _) | (CloseKind::FourSegments, false) => Phase::Close(2, 4),
        (CloseKind::FourSegments, true) => Phase::Close(4, 4),
        (CloseKind::ThreeSegments, true) => Phase::Close(3, 3),
        (CloseKind::ThreeSegments, false) => Phase::Acknowledgment,
        (CloseKind::Simultaneous, _) => {
            let both = tcp.ends.iter().all(|end| end.fin_acked);
            Phase::SimultaneousClose(if both { 4 } else { 3 })
        }
    }
}

/// The phase of a packet that is no TCP segment; `None` for what has no name.
pub fn of_other(headers: &Headers) -> Option<Phase> {
    if let Net::Arp(arp) = headers.net {
        return match arp.opcode {
            1 => Some(Phase::Request),
            2 => Some(Phase::Reply),
            _ => None,
        };
    }
    match headers.transport {
        Transport::Udp(_) => Some(Phase::Datagram),
        Transport::Icmp(icmp) => match icmp.kind {
            8 | 13 | 15 | 17 => Some(Phase::Request),
            0 | 14 | 16 | 18 => Some(Phase::Reply),
            3 | 4 | 5 | 11 | 12 => Some(Phase::ErrorReport),
            _ => None,
        },
        Transport::Icmpv6(icmp) => match icmp.kind {
            1..=4 => Some(Phase::ErrorReport),
            // Echo, router and neighbor discovery (RFC 4443, RFC 4861).
            128 | 133 | 135 => Some(Phase::Request),
            129 | 134 | 136 => Some(Phase::Reply),
            _ => None,
        },
        Transport::Tcp(_) | Transport::Igmp(_) | Transport::None => None,
    }
}
