//! One segment moves one connection: relative numbers, completeness, scaling, then labels, states and phase in that order.
//! Not how the connection is found (`tracker`), and not the rules themselves.

use super::analysis::{self, Segment};
use super::conversation::{CloseKind, Scale, TcpConversation};
use super::{phase, state};
use crate::event::packet::{Label, Track};
use crate::packet::headers::{Tcp, flag};

/// Moves one connection by one segment of end `from`; gives the change in queued segments.
pub fn track_segment(
    record: &mut TcpConversation,
    from: usize,
    segment: Segment<'_>,
    may_queue: bool,
    track: &mut Track,
) -> isize {
    let tcp = segment.tcp;
    let to = 1 - from;
    // Wireshark shows what was complete before this packet.
    track.completeness |= record.completeness;
    note_bases(record, from, tcp);
    note_handshake(record, from, segment);
    let first_rtt = record.first_rtt_ns;
    let [first, second] = &mut record.ends;
    let (own, rev) = if from == 0 {
        (first, second)
    } else {
        (second, first)
    };
    let verdict = analysis::analyze(own, rev, segment, first_rtt, may_queue);
    track.labels.0 |= verdict.labels.0;
    track.duplicate_of = verdict.duplicate_of;
    track.acks = verdict.acks;
    track.bytes_in_flight = verdict.bytes_in_flight;

    let own = &record.ends[from];
    track.seq = tcp.seq.wrapping_sub(own.base.unwrap_or(tcp.seq));
    track.ack = if tcp.flags & flag::ACK == 0 {
        0
    } else {
        tcp.ack
            .wrapping_sub(record.ends[to].base.unwrap_or(tcp.ack))
    };
    track.window = if tcp.flags & flag::SYN == 0 {
        u32::from(tcp.window) << own.scale.shift()
    } else {
        u32::from(tcp.window)
    };

    let before = [record.ends[0].state, record.ends[1].state];
    note_separate_ack(record, from, tcp);
    let fits = !verdict.labels.contains(Label::LostSegment);
    state::advance(record, from, tcp, fits);
    track.phase = Some(phase::of_segment(record, from, tcp, before));
    track.states = Some((record.ends[from].state.name(), record.ends[to].state.name()));
    verdict.queued
}

/// The sequence numbers that count as 0: of a SYN its own, else one less, so that what follows starts at 1.
fn note_bases(record: &mut TcpConversation, from: usize, tcp: &Tcp) {
    let own = &mut record.ends[from];
    if tcp.flags & flag::SYN != 0 {
        own.base = Some(tcp.seq);
    } else if own.base.is_none() {
        own.base = Some(tcp.seq.wrapping_sub(1));
    }
    let other = &mut record.ends[1 - from];
    if other.base.is_none() && tcp.flags & flag::ACK != 0 {
        other.base = Some(tcp.ack.wrapping_sub(1));
    }
}

/// Completeness, window scaling and the first round-trip time.
fn note_handshake(record: &mut TcpConversation, from: usize, segment: Segment<'_>) {
    let tcp = segment.tcp;
    let syn = tcp.flags & flag::SYN != 0;
    let ack = tcp.flags & flag::ACK != 0;
    let mut seen = match (syn, ack) {
        (true, false) => 1,
        (true, true) => 2,
        (false, true) if tcp.len == 0 => 4,
        _ => 0,
    };
    if (ack || syn) && tcp.len > 0 {
        seen |= 8;
    }
    if ack && tcp.flags & flag::FIN != 0 {
        seen |= 16;
    }
    if tcp.flags & flag::RST != 0 {
        seen |= 32;
    }
    // A conversation that was joined in the middle is not made complete by the packet that revealed it.
    let first = record.ends.iter().all(|end| end.next_seq.is_none());
    if first && !syn {
        seen = 0;
    }
    record.completeness |= seen;

    if syn && !ack {
        record.syn_ns = Some(segment.time_ns);
    }
    if ack && !syn && record.first_rtt_ns.is_none() {
        record.first_rtt_ns = record.syn_ns.map(|sent| segment.time_ns - sent);
    }
    if syn {
        let to = 1 - from;
        match tcp.options.wscale {
            Some(shift) if !(ack && record.ends[to].scale == Scale::Off) => {
                record.ends[from].scale = Scale::Shift(shift);
            }
            Some(_) => record.ends[from].scale = Scale::Off,
            None => {
                // One end without the option is enough: neither scales (RFC 7323 section 2.2).
                record.ends[from].scale = Scale::Off;
                record.ends[to].scale = Scale::Off;
            }
        }
    }
}

/// A segment without FIN that acknowledges the first FIN before the other end sent its own: four segments it will be.
fn note_separate_ack(record: &mut TcpConversation, from: usize, tcp: &Tcp) {
    let to = 1 - from;
    let other_fin = record.ends[to].fin;
    if record.close == CloseKind::Unknown
        && record.closer == Some(to)
        && record.ends[from].fin.is_none()
        && tcp.flags & (flag::FIN | flag::RST | flag::SYN) == 0
        && tcp.flags & flag::ACK != 0
        && other_fin.is_some_and(|fin| fin.wrapping_add(1) == tcp.ack)
    {
        record.close = CloseKind::FourSegments;
    }
}
