//! Wireshark's labels (`tcp.analysis.…`), tested in its order. One segment and the two directions in, labels and numbers out.
//! The rules are those of Wireshark 4.0's chapter on TCP analysis; `tests/` compares them with tshark frame by frame.

use super::conversation::{Direction, LOSS_TOLD, Scale, before};
use super::unacked::Waiting;
use socklab_packets::headers::{Tcp, flag};
use socklab_packets::record::{Label, Labels};

/// A segment as the rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Segment<'a> {
    /// Its frame number.
    pub number: u64,
    /// When it was seen, nanoseconds.
    pub time_ns: i64,
    /// Its header.
    pub tcp: &'a Tcp,
    /// True when it is known that it did not reach the other end.
    pub lost: bool,
    /// True when Multipath TCP has said something new since this end sent last: that may take a second ACK (RFC 8684 section 4).
    pub excused: bool,
    /// True when its receiver is its sender: a socket that is connected to itself.
    pub looped: bool,
}

/// What the rules say of one segment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Verdict {
    /// The labels.
    pub labels: Labels,
    /// How many duplicate ACKs so far, and the frame they repeat.
    pub duplicate_of: Option<(u32, u64)>,
    /// Round-trip time of the segment that this one acknowledges, and its frame.
    pub acks: Option<(i64, u64)>,
    /// Bytes in flight after it.
    pub bytes_in_flight: Option<u32>,
    /// How the queues of unacknowledged segments grew (or shrank).
    pub queued: isize,
}

/// Within this time of the last ACK a retransmission that duplicate ACKs asked for counts as fast.
const FAST_NS: i64 = 20_000_000;
/// The round-trip time that is assumed while none was measured.
const ASSUMED_RTT_NS: i64 = 3_000_000;
const CONTROL: u16 = flag::SYN | flag::FIN | flag::RST;

/// Applies every rule to a segment of `own`, then lets both directions remember it.
/// `may_queue` is false when the tracker's memory for unacknowledged segments is used up.
pub fn analyze(
    own: &mut Direction,
    rev: &mut Direction,
    segment: Segment<'_>,
    first_rtt_ns: i64,
    may_queue: bool,
) -> Verdict {
    let mut verdict = Verdict::default();
    label_window(own, rev, segment, &mut verdict);
    label_order(own, rev, segment, first_rtt_ns, &mut verdict.labels);
    remember(own, rev, segment, may_queue, &mut verdict);
    verdict
}

/// The rules about windows, probes and acknowledgments. The probe rules end the row: what follows them is not tested.
fn label_window(
    own: &mut Direction,
    rev: &mut Direction,
    segment: Segment<'_>,
    verdict: &mut Verdict,
) {
    let tcp = segment.tcp;
    let ends_the_row = label_probe(own, rev, tcp, &mut verdict.labels);
    if !ends_the_row && !segment.excused && duplicates(own, tcp) {
        own.duplicate_acks = match own.duplicate_acks {
            LOSS_TOLD => 1,
            count => count + 1,
        };
        verdict.labels.insert(Label::DuplicateAck);
        verdict.duplicate_of = Some((own.duplicate_acks, own.last_new_ack));
    }
    if tcp.ack != own.last_ack {
        own.last_new_ack = segment.number;
        own.duplicate_acks = 0;
    }
    if tcp.flags & flag::ACK != 0 {
        label_ack_lost(rev, tcp.ack, &mut verdict.labels);
    }
}

/// The rules about windows, holes and probes; true for a probe of a closed window and for the answer to a probe.
#[inline]
fn label_probe(own: &mut Direction, rev: &Direction, tcp: &Tcp, labels: &mut Labels) -> bool {
    let window = tcp.window;
    let plain = tcp.flags & CONTROL == 0;
    let in_order = own.next_seq == tcp.seq;
    if tcp.len == 1 && in_order && rev.window == Some(0) {
        labels.insert(Label::ZeroWindowProbe);
        return true;
    }
    if window == 0 && plain {
        labels.insert(Label::ZeroWindow);
    }
    if own.next_seq != 0 && before(own.next_seq, tcp.seq) && tcp.flags & flag::RST == 0 {
        labels.insert(Label::LostSegment);
        own.hole = true;
    }
    if tcp.len <= 1 && plain && tcp.seq == own.next_seq.wrapping_sub(1) {
        labels.insert(Label::KeepAlive);
    }
    if tcp.len > 0 && plain && fills_window(rev, tcp) {
        labels.insert(Label::WindowFull);
    }
    // It carries nothing and acknowledges nothing new: its window is all that it may have to tell.
    if tcp.len > 0 || !in_order || tcp.ack != own.last_ack || !plain {
        return false;
    }
    let repeats = own.window == Some(window);
    if window != 0 && !repeats {
        labels.insert(Label::WindowUpdate);
    } else if window != 0 && rev.last_labels.contains(Label::KeepAlive) {
        labels.insert(Label::KeepAliveAck);
        return true;
    } else if window == 0 && repeats && rev.last_labels.contains(Label::ZeroWindowProbe) {
        labels.insert(Label::ZeroWindowProbeAck);
        return true;
    }
    false
}

/// An acknowledgment of bytes that were not seen is told once, until the other end moves on.
fn label_ack_lost(rev: &mut Direction, ack: u32, labels: &mut Labels) {
    if rev.ackable == 0 || !before(rev.ackable, ack) {
        return;
    }
    // Up to a hole that was seen open: from now on what lies above it counts as acknowledged.
    if before(rev.ackable, rev.next_seq) {
        rev.ackable = rev.next_seq;
        labels.insert(Label::AckLostSegment);
        return;
    }
    if rev.duplicate_acks == 0 {
        labels.insert(Label::AckLostSegment);
    }
    rev.duplicate_acks = LOSS_TOLD;
}

/// True when the segment reaches exactly the end of the window that the other end announced last.
fn fills_window(rev: &Direction, tcp: &Tcp) -> bool {
    if rev.scale == Scale::Unknown {
        return false;
    }
    // Before the first segment Wireshark takes the largest number for the window.
    let window = rev.window.map_or(u32::MAX, u32::from);
    let shift = if rev.window_unscaled {
        0
    } else {
        rev.scale.shift()
    };
    tcp.seq.wrapping_add(tcp.len) == rev.last_ack.wrapping_add(window << shift)
}

fn duplicates(own: &Direction, tcp: &Tcp) -> bool {
    let window = tcp.window;
    tcp.len == 0
        && tcp.flags & CONTROL == 0
        && own.next_seq == tcp.seq
        && tcp.ack == own.last_ack
        && window != 0
        && own.window == Some(window)
}

/// The rules about segments that do not advance: spurious, fast, out of order, retransmission; the first that holds wins.
fn label_order(
    own: &Direction,
    rev: &Direction,
    segment: Segment<'_>,
    first_rtt_ns: i64,
    labels: &mut Labels,
) {
    let tcp = segment.tcp;
    let counts_one = tcp.flags & (flag::SYN | flag::FIN) != 0;
    if (tcp.len == 0 && !counts_one) || labels.contains(Label::KeepAlive) {
        return;
    }
    let end = tcp.seq.wrapping_add(tcp.len);
    if tcp.len > 0 && rev.last_ack != 0 && (end == rev.last_ack || before(end, rev.last_ack)) {
        labels.insert(Label::SpuriousRetransmission);
        return;
    }
    let next = own.next_seq;
    // A segment that follows a probe of one byte repeats that byte and adds new ones.
    let adds_to_probe = tcp.len > 1 && next.wrapping_sub(1) == tcp.seq;
    if next == 0 || !before(tcp.seq, next) || adds_to_probe {
        return;
    }
    if rev.duplicate_acks >= 2
        && rev.last_ack == tcp.seq
        && within(segment.time_ns, rev.last_ack_ns, FAST_NS)
    {
        labels.insert(Label::FastRetransmission);
        return;
    }
    let threshold = if first_rtt_ns == 0 {
        ASSUMED_RTT_NS
    } else {
        first_rtt_ns
    };
    let end_with_control = end.wrapping_add(u32::from(counts_one));
    if within(segment.time_ns, own.next_seq_ns, threshold) && end_with_control != next {
        labels.insert(Label::OutOfOrder);
        return;
    }
    labels.insert(Label::Retransmission);
}

/// True when less than `limit` nanoseconds have passed. Wireshark counts without sign: a time before then is far
/// away, and a limit that is negative, because the first round trip was, is a very long one.
fn within(now_ns: i64, then_ns: i64, limit_ns: i64) -> bool {
    (now_ns.wrapping_sub(then_ns) as u64) < limit_ns as u64
}

/// Lets both directions remember the segment, and reads what its acknowledgment and its length tell.
fn remember(
    own: &mut Direction,
    rev: &mut Direction,
    segment: Segment<'_>,
    may_queue: bool,
    verdict: &mut Verdict,
) {
    let tcp = segment.tcp;
    let counts_one = tcp.flags & (flag::SYN | flag::FIN) != 0;
    let next = tcp.seq.wrapping_add(tcp.len + u32::from(counts_one));
    if (tcp.len > 0 || counts_one) && may_queue {
        let waiting = Waiting {
            seq: tcp.seq,
            next,
            frame: segment.number,
            time_ns: segment.time_ns,
        };
        verdict.queued += isize::from(own.unacked.push(waiting, own.base.unwrap_or(0)));
    }
    if !verdict.labels.contains(Label::ZeroWindowProbe) {
        if own.next_seq == 0 || before(own.next_seq, next) {
            own.next_seq = next;
            own.next_seq_ns = segment.time_ns;
        }
        if own.ackable == 0 || own.ackable == tcp.seq {
            own.ackable = own.next_seq;
        }
    }
    own.window = Some(tcp.window);
    own.note_unscaled(tcp.flags);
    own.last_ack = tcp.ack;
    own.last_ack_ns = segment.time_ns;
    own.last_labels = verdict.labels;

    own.sacked = tcp.options.sacked();
    if tcp.flags & flag::ACK != 0 {
        rev.hole = false;
    }
    let acked = rev.unacked.acknowledge(tcp.ack, rev.base.unwrap_or(0));
    verdict.queued -= acked.removed as isize;
    verdict.acks = acked
        .exactly
        .map(|(sent_ns, frame)| (segment.time_ns - sent_ns, frame));
    if tcp.len > 0 && !own.hole && !own.unacked.is_empty() {
        // The place that SYN and FIN take in the sequence is no byte.
        let sent = own.unacked.bytes().wrapping_sub(u32::from(counts_one));
        let bytes = sent.wrapping_sub(rev.sacked);
        verdict.bytes_in_flight = (bytes > 0 && bytes < 2_000_000_000).then_some(bytes);
    }
}
