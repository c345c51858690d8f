//! One segment moves one connection: relative numbers, completeness, scaling, then labels, states and phase in that order.
//! Not how the connection is found (`tracker`), and not the rules themselves.

use super::analysis::{self, Segment, Verdict};
use super::conversation::{CloseKind, Scale, TcpConversation, before};
use super::{phase, state};
use socklab_packets::headers::{Outline, Tcp, flag};
use socklab_packets::record::{Label, Labels, Track};

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
    let cut = tcp.is_cut();
    note_bases(record, from, tcp);
    let reused = track.labels.contains(Label::ReusedPorts);
    note_completeness(record, tcp.flags, tcp.len, reused);
    note_scale(record, from, tcp.flags, tcp.options.wscale, cut);
    let verdict = analyze(record, from, segment, may_queue);
    note_round_trip(record, tcp.flags, segment.time_ns);
    if cut || (tcp.options.empty_sack && stumbles(record, to, tcp)) {
        // Its options were not captured, and nothing is said of a segment that is not known as a whole.
        track.labels = Labels::default();
    } else {
        track.labels.0 |= verdict.labels.0;
        track.duplicate_of = verdict.duplicate_of;
        track.acks = verdict.acks;
        track.bytes_in_flight = verdict.bytes_in_flight;
    }

    let own = &record.ends[from];
    track.seq = tcp.seq.wrapping_sub(own.base.unwrap_or(tcp.seq));
    track.ack = tcp.ack.wrapping_sub(record.ends[to].base.unwrap_or(0));
    track.window = if tcp.flags & flag::SYN == 0 {
        u32::from(tcp.window) << own.scale.shift()
    } else {
        u32::from(tcp.window)
    };

    note_stray_scale(record, from, tcp.flags, tcp.options.wscale);

    let before = [record.ends[0].state, record.ends[1].state];
    if segment.looped {
        state::advance_alone(&mut record.ends[from], tcp);
        track.phase = Some(phase::of_loop(record, from, tcp, before[from]));
        let state = record.ends[from].state.name();
        track.states = Some((state, state));
        return verdict.queued;
    }
    note_separate_ack(record, from, tcp);
    let fits = !verdict.labels.contains(Label::LostSegment);
    let standing = record.ends[to].standing();
    state::advance(record, from, tcp, fits);
    track.phase = phase::of_segment(record, from, tcp, before);
    if segment.lost {
        record.ends[to].stand(standing);
    }
    track.states = Some((record.ends[from].state.name(), record.ends[to].state.name()));
    verdict.queued
}

fn analyze(
    record: &mut TcpConversation,
    from: usize,
    segment: Segment<'_>,
    may_queue: bool,
) -> Verdict {
    let first_rtt = record.first_rtt_ns;
    let [first, second] = &mut record.ends;
    let (own, rev) = if from == 0 {
        (first, second)
    } else {
        (second, first)
    };
    let segment = Segment {
        excused: own.mptcp != record.mptcp,
        ..segment
    };
    own.mptcp = record.mptcp;
    record.mptcp |= segment.tcp.options.mptcp.subtypes;
    analysis::analyze(own, rev, segment, first_rtt, may_queue)
}

/// Takes note of a segment whose length is not known: Wireshark lets it count for the conversation, but not for its labels.
pub fn track_outline(record: &mut TcpConversation, from: usize, outline: Outline, time_ns: i64) {
    note_completeness(record, outline.flags, 0, false);
    note_round_trip(record, outline.flags, time_ns);
    let own = &mut record.ends[from];
    own.forget_hole(outline.flags, outline.seq);
    if outline.flags & (flag::SYN | flag::ACK) == flag::SYN | flag::ACK {
        own.rebase(outline.seq);
    }
    own.note_unscaled(outline.flags);
    own.sacked = outline.sacked;
    note_scale(record, from, outline.flags, outline.wscale, outline.cut);
    note_stray_scale(record, from, outline.flags, outline.wscale);
}

/// Takes note of a segment whose header says that it is shorter than a header is: Wireshark takes the rest for data, lets its numbers
/// count and tells nothing of it.
pub fn track_short_header(
    record: &mut TcpConversation,
    from: usize,
    segment: Segment<'_>,
    may_queue: bool,
    track: &mut Track,
) -> isize {
    let tcp = segment.tcp;
    track.completeness |= record.completeness;
    record.completeness = track.completeness;
    record.begun = true;
    note_bases(record, from, tcp);
    let verdict = analyze(record, from, segment, may_queue);
    track.seq = tcp
        .seq
        .wrapping_sub(record.ends[from].base.unwrap_or(tcp.seq));
    track.ack = tcp
        .ack
        .wrapping_sub(record.ends[1 - from].base.unwrap_or(0));
    track.window = tcp.window.into();
    verdict.queued
}

/// True when Wireshark looks for the bytes of a duplicate's block (RFC 2883) in a selective acknowledgment that has none, and gives up.
fn stumbles(record: &TcpConversation, to: usize, tcp: &Tcp) -> bool {
    let after = |number: u32| number != tcp.ack && !before(number, tcp.ack);
    match tcp.options.sack_blocks() {
        [] => !after(record.ends[to].base.unwrap_or(0)),
        [first] => !after(first.1),
        [first, second, ..] => {
            let inside = !before(first.0, second.0) && !before(second.1, first.1);
            !after(first.1) || inside
        }
    }
}

/// The sequence numbers that count as 0: of a SYN its own, else one less, so that what follows starts at 1.
fn note_bases(record: &mut TcpConversation, from: usize, tcp: &Tcp) {
    let own = &mut record.ends[from];
    if tcp.flags & flag::SYN != 0 {
        own.forget_hole(tcp.flags, tcp.seq);
        own.rebase(tcp.seq);
    } else if own.base.is_none() {
        own.base = Some(tcp.seq.wrapping_sub(1));
    }
    let other = &mut record.ends[1 - from];
    if other.base.is_none() && tcp.flags & flag::ACK != 0 {
        other.base = Some(tcp.ack.wrapping_sub(1));
    }
}

fn note_completeness(record: &mut TcpConversation, flags: u16, len: u32, reused: bool) {
    let syn = flags & flag::SYN != 0;
    let ack = flags & flag::ACK != 0;
    let begins = syn && !ack && !record.begun;
    let mut seen = match (syn, ack) {
        // Only as the first packet that was seen.
        (true, false) => u8::from(begins),
        (true, true) => 2,
        (false, true) if len == 0 => 4,
        _ => 0,
    };
    // Data in a SYN-ACK does not count, nor in a SYN that was sent again or begins a connection anew.
    if (ack && !syn || begins && !reused) && len > 0 {
        seen |= 8;
    }
    if ack && flags & flag::FIN != 0 {
        seen |= 16;
    }
    if flags & flag::RST != 0 {
        seen |= 32;
    }
    if record.begun || reused {
        record.completeness |= seen;
    } else if begins {
        // Of the first packet only this is asked: does it begin the conversation, and does it bring data?
        record.completeness |= seen & (1 | 8);
    }
    record.begun = true;
}

/// The first round-trip time; it counts from the next segment on.
fn note_round_trip(record: &mut TcpConversation, flags: u16, time_ns: i64) {
    let syn = flags & flag::SYN != 0;
    let ack = flags & flag::ACK != 0;
    if syn && !ack {
        record.syn_ns = Some(time_ns);
    }
    if ack && !syn && record.first_rtt_ns == 0 {
        record.first_rtt_ns = record.syn_ns.map_or(0, |sent| time_ns - sent);
    }
}

/// Window scaling, as the SYNs agree on it. Of a `cut` one only what was captured is taken over.
fn note_scale(
    record: &mut TcpConversation,
    from: usize,
    flags: u16,
    wscale: Option<u8>,
    cut: bool,
) {
    if flags & flag::SYN == 0 {
        return;
    }
    let to = 1 - from;
    let answers = flags & flag::ACK != 0;
    if let Some(shift) = wscale {
        record.ends[from].scale = Scale::Shift(shift);
    }
    if cut {
        return;
    }
    // One end without the option is enough: neither scales (RFC 7323 section 2.2). Said again without it changes nothing.
    if record.ends[from].scale == Scale::Unknown {
        record.ends[from].scale = Scale::Off;
        record.ends[to].scale = Scale::Off;
    } else if answers && record.ends[to].scale == Scale::Off {
        record.ends[from].scale = Scale::Off;
    }
}

/// Window scaling has no business in a segment without SYN (RFC 7323 section 2.2), but Wireshark believes it from the next one on.
fn note_stray_scale(record: &mut TcpConversation, from: usize, flags: u16, wscale: Option<u8>) {
    if let (Some(shift), false) = (wscale, flags & flag::SYN != 0) {
        record.ends[from].scale = Scale::Shift(shift);
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
