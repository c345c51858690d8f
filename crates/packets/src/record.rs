//! A frame that was seen, with what the tracker and the session know of it: plain data, no decoding here.

use crate::decode::decode;
use crate::headers::{Headers, LinkType, Net, Transport};
use crate::wire::{Effect, Ruling};
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A captured frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// When the kernel saw it: nanoseconds since the epoch.
    pub time_ns: i64,
    /// How `bytes` begins.
    pub link: LinkType,
    /// Length on the wire; larger than `bytes.len()` when the capture cut it.
    pub len: u32,
    /// The captured bytes.
    pub bytes: FrameBytes,
    /// True when its checksums were left to the hardware and mean nothing yet (TP_STATUS_CSUMNOTREADY).
    pub checksum_not_ready: bool,
}

/// The bytes of a frame: shared, not copied, when the frame is cloned. Those that are lent from a larger piece of memory are copied
/// then, so that a frame that is kept keeps nothing else.
#[derive(Debug, Default)]
pub struct FrameBytes {
    memory: Arc<Vec<u8>>,
    /// Where they lie in the memory, when it holds more than them.
    lent: Option<Range<u32>>,
}

/// A frame that the wire holds arrives later than anything else: in a hundred years.
const HELD_NS: u64 = 3_000_000_000_000_000_000;

impl FrameBytes {
    /// Takes the place of these bytes; without allocation when nobody else holds them and there is room.
    pub fn refill(&mut self, bytes: &[u8]) {
        match Arc::get_mut(&mut self.memory) {
            Some(own) if self.lent.is_none() => {
                own.clear();
                own.extend_from_slice(bytes);
            }
            _ => *self = bytes.into(),
        }
    }

    /// Takes the place of these bytes with a part of a larger memory, neither copied nor allocated. A range that is not in it is empty.
    pub fn lend(&mut self, memory: &Arc<Vec<u8>>, range: Range<u32>) {
        if !Arc::ptr_eq(&self.memory, memory) {
            self.memory = Arc::clone(memory);
        }
        self.lent = Some(range);
    }
}

impl Clone for FrameBytes {
    fn clone(&self) -> Self {
        if self.lent.is_some() {
            return self[..].into();
        }
        Self {
            memory: Arc::clone(&self.memory),
            lent: None,
        }
    }
}

impl PartialEq for FrameBytes {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl Eq for FrameBytes {}

impl Deref for FrameBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.lent {
            None => &self.memory,
            Some(range) => self
                .memory
                .get(range.start as usize..range.end as usize)
                .unwrap_or_default(),
        }
    }
}

impl From<&[u8]> for FrameBytes {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl From<Vec<u8>> for FrameBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            memory: Arc::new(bytes),
            lent: None,
        }
    }
}

/// The network that joins the hosts, as [`PacketEvent::network`] and the tracker number it.
pub const WIRE: u16 = u16::MAX;

/// A frame with everything known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct PacketEvent {
    /// `frame.number`: counts from 1 in the session.
    pub number: u64,
    /// The host whose interface it was seen on.
    pub host: Arc<str>,
    /// The interface: `lo`, or `eth0` for the wire between hosts, where `host` is the one that sent it.
    pub interface: Arc<str>,
    /// The network it passed: 0 and up for a host's `lo`, [`WIRE`] for the wire.
    pub network: u16,
    /// The frame itself.
    pub frame: Frame,
    /// Its headers.
    pub headers: Headers,
    /// What the tracker makes of it.
    pub track: Track,
    /// The call or kernel timer that caused it.
    pub cause: Option<Cause>,
    /// The sender's name: a socket's variable (`c`), or a program; empty when unknown.
    pub from: Arc<str>,
    /// The receiver's name.
    pub to: Arc<str>,
    /// What the rules of the wire did with it, in their order; empty when it passed untouched.
    pub rulings: Vec<Ruling>,
    /// What others wrote beside it in a capture file (`frame.comment`), made safe to show; empty for what was seen live.
    pub comments: Vec<String>,
}

impl Frame {
    /// Captured bytes that begin as `link` says, all that was on the wire, seen at this time (nanoseconds since the epoch).
    pub fn new(time_ns: i64, link: LinkType, bytes: &[u8]) -> Self {
        Self {
            time_ns,
            link,
            len: bytes.len() as u32,
            bytes: bytes.into(),
            checksum_not_ready: false,
        }
    }
}

impl PacketEvent {
    /// A frame with its headers and nothing else: its number counts from 1, and no conversation is known.
    pub fn alone(number: u64, frame: Frame) -> Self {
        Self {
            number,
            host: "".into(),
            interface: "".into(),
            network: 0,
            headers: decode(frame.link, &frame.bytes, frame.len),
            frame,
            track: Track::default(),
            cause: None,
            from: "".into(),
            to: "".into(),
            rulings: Vec::new(),
            comments: Vec::new(),
        }
    }

    /// True for the search for a neighbour's Ethernet address (ARP; neighbour discovery, RFC 4861): around a conversation, not in it.
    pub fn is_neighbour_search(&self) -> bool {
        match (&self.headers.net, &self.headers.transport) {
            (Net::Arp(_), _) => true,
            (_, Transport::Icmpv6(icmp)) => matches!(icmp.kind, 133..=137),
            _ => false,
        }
    }

    /// `frame.interface_name`, as a capture file has it: with the host, where it is a lab's; empty when neither is known.
    pub fn interface_name(&self) -> String {
        match (self.host.is_empty(), self.interface.is_empty()) {
            (true, _) => self.interface.to_string(),
            (false, true) => self.host.to_string(),
            (false, false) => format!("{}/{}", self.host, self.interface),
        }
    }

    /// Bytes it keeps in memory besides what every packet takes: its frame, and the datagram it completes.
    pub fn held(&self) -> usize {
        let reassembled = self.track.reassembled.as_ref();
        let comments: usize = self.comments.iter().map(String::len).sum();
        self.frame.bytes.len() + comments + reassembled.map_or(0, |datagram| datagram.len())
    }

    /// The bytes of its payload, as far as they were captured; none when the capture ends before them.
    pub fn payload(&self) -> &[u8] {
        let range = self.headers.payload.range();
        self.frame.bytes.get(range).unwrap_or_default()
    }

    /// The number of the rule that lost it; `None` when it was delivered.
    pub fn lost(&self) -> Option<u32> {
        self.rulings
            .iter()
            .find(|ruling| ruling.effect.is_loss())
            .map(|ruling| ruling.rule)
    }

    /// True while the wire holds it (`wire hold`).
    pub fn is_held(&self) -> bool {
        let mut rulings = self.rulings.iter();
        rulings.any(|ruling| ruling.effect == Effect::Held) && self.lost().is_none()
    }

    /// How long the wire held it back, in nanoseconds.
    pub fn delay_ns(&self) -> i64 {
        let held = self.rulings.iter().map(|ruling| match ruling.effect {
            Effect::Delayed(nanoseconds) => nanoseconds,
            // Nobody knows when it will arrive.
            Effect::Held => HELD_NS,
            _ => 0,
        });
        i64::try_from(held.sum::<u64>()).unwrap_or(i64::MAX)
    }

    /// When it came to its receiver, nanoseconds since the epoch, as far as delays are known; `None` when it was lost. The frame's own
    /// time is that of its sending: a wire is asked before its rules are.
    pub fn arrival_ns(&self) -> Option<i64> {
        let arrival = self.frame.time_ns.saturating_add(self.delay_ns());
        self.lost().is_none().then_some(arrival)
    }

    /// `tcp.analysis.ack_rtt` until the acknowledgment was there: from the sending of a segment to the arrival of what acknowledges it, in
    /// nanoseconds; and the number of that segment. `None` also for an acknowledgment that was lost.
    pub fn round_trip(&self) -> Option<(i64, u64)> {
        let (until_sent, number) = self.track.acks?;
        self.arrival_ns().filter(|_| !self.is_held())?;
        Some((until_sent.saturating_add(self.delay_ns()), number))
    }
}

/// What a conversation's record says of one of its packets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// The conversation's number, from 0, over all protocols; `None` for frames that belong to none (ARP).
    pub conversation: Option<u32>,
    /// `tcp.stream` or `udp.stream`, from 0.
    pub stream: Option<u32>,
    /// True when the packet goes from the conversation's first sender (the client) to the other end.
    pub forward: bool,
    /// `tcp.seq`, relative.
    pub seq: u32,
    /// `tcp.ack`, relative. Without the ACK flag it only tells what the numbers of the other end are relative to.
    pub ack: u32,
    /// `tcp.window_size`: scaled once both SYNs were seen.
    pub window: u32,
    /// `tcp.completeness` of the packets before this one, as tshark shows it: SYN 1, SYN-ACK 2, ACK 4, DATA 8, FIN 16, RST 32.
    pub completeness: u8,
    /// Wireshark's labels (`tcp.analysis.flags`), a set.
    pub labels: Labels,
    /// `tcp.analysis.duplicate_ack_num` and `tcp.analysis.duplicate_ack_frame`.
    pub duplicate_of: Option<(u32, u64)>,
    /// `tcp.analysis.ack_rtt` in nanoseconds, and `tcp.analysis.acks_frame`.
    pub acks: Option<(i64, u64)>,
    /// `tcp.analysis.bytes_in_flight` after this packet.
    pub bytes_in_flight: Option<u32>,
    /// Which step of which exchange this is.
    pub phase: Option<Phase>,
    /// The payload of the IP datagram that this frame completes, when it is the last of its fragments to come.
    pub reassembled: Option<Arc<[u8]>>,
    /// The message above TCP that this segment completes or is part of, in words, where that is more than the segment says alone.
    /// Safe to show.
    pub message: Option<Arc<str>>,
    /// How long after the packets before it, whatever they are.
    pub elapsed: Elapsed,
    /// The same within the conversation; 0 without one.
    pub elapsed_in_conversation: Elapsed,
    /// RFC 9293 states of the sender and the receiver after this packet, as the packets imply them.
    pub states: Option<(&'static str, &'static str)>,
}

/// Nanoseconds since two packets before this one; less than 0 where time goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elapsed {
    /// Since the first: `frame.time_relative`, `tcp.time_relative`.
    pub first_ns: i64,
    /// Since the one before: `frame.time_delta`, `tcp.time_delta`.
    pub previous_ns: i64,
}

/// A set of [`Label`]s, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Labels(pub u16);

impl Labels {
    /// Adds a label.
    pub fn insert(&mut self, label: Label) {
        self.0 |= 1 << label as u16;
    }

    /// True when the label is in the set.
    pub fn contains(self, label: Label) -> bool {
        self.0 & (1 << label as u16) != 0
    }

    /// The set as Wireshark's fields show it: a spurious or fast retransmission has `tcp.analysis.retransmission` too.
    #[must_use]
    pub fn as_fields(mut self) -> Self {
        if self.contains(Label::SpuriousRetransmission) || self.contains(Label::FastRetransmission)
        {
            self.insert(Label::Retransmission);
        }
        self
    }

    /// The labels in the set, in the order of Wireshark's tests.
    pub fn iter(self) -> impl Iterator<Item = Label> {
        Label::ALL
            .into_iter()
            .filter(move |label| self.contains(*label))
    }
}

/// A label of Wireshark's TCP analysis, in the order in which they are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Label {
    /// `zero_window_probe`
    ZeroWindowProbe,
    /// `zero_window`
    ZeroWindow,
    /// `lost_segment`
    LostSegment,
    /// `keep_alive`
    KeepAlive,
    /// `window_update`
    WindowUpdate,
    /// `window_full`
    WindowFull,
    /// `keep_alive_ack`
    KeepAliveAck,
    /// `zero_window_probe_ack`
    ZeroWindowProbeAck,
    /// `duplicate_ack`
    DuplicateAck,
    /// `ack_lost_segment`
    AckLostSegment,
    /// `spurious_retransmission`
    SpuriousRetransmission,
    /// `fast_retransmission`
    FastRetransmission,
    /// `out_of_order`
    OutOfOrder,
    /// `retransmission`
    Retransmission,
    /// `reused_ports`
    ReusedPorts,
}

impl Label {
    /// Every label.
    pub const ALL: [Self; 15] = [
        Self::ZeroWindowProbe,
        Self::ZeroWindow,
        Self::LostSegment,
        Self::KeepAlive,
        Self::WindowUpdate,
        Self::WindowFull,
        Self::KeepAliveAck,
        Self::ZeroWindowProbeAck,
        Self::DuplicateAck,
        Self::AckLostSegment,
        Self::SpuriousRetransmission,
        Self::FastRetransmission,
        Self::OutOfOrder,
        Self::Retransmission,
        Self::ReusedPorts,
    ];

    /// The name after `tcp.analysis.`, as Wireshark spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZeroWindowProbe => "zero_window_probe",
            Self::ZeroWindow => "zero_window",
            Self::LostSegment => "lost_segment",
            Self::KeepAlive => "keep_alive",
            Self::WindowUpdate => "window_update",
            Self::WindowFull => "window_full",
            Self::KeepAliveAck => "keep_alive_ack",
            Self::ZeroWindowProbeAck => "zero_window_probe_ack",
            Self::DuplicateAck => "duplicate_ack",
            Self::AckLostSegment => "ack_lost_segment",
            Self::SpuriousRetransmission => "spurious_retransmission",
            Self::FastRetransmission => "fast_retransmission",
            Self::OutOfOrder => "out_of_order",
            Self::Retransmission => "retransmission",
            Self::ReusedPorts => "reused_ports",
        }
    }
}

/// A step of an exchange that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Step 1, 2 or 3 of the three-way handshake (RFC 9293 section 3.5).
    Handshake(u8),
    /// A step, 1 to 4, of a simultaneous open (RFC 9293 figure 7).
    SimultaneousOpen(u8),
    /// A step, 1 to 3, of the simultaneous open of one socket with itself: each segment comes back to who sent it.
    OpenWithItself(u8),
    /// A step of a close and of how many (4, or 3 when the second side closed at once); the total is 0 while it is not yet known.
    Close(u8, u8),
    /// A step of a simultaneous close (RFC 9293 figure 13).
    SimultaneousClose(u8),
    /// A step, 1 or 2, of the close of a connection of one socket with itself.
    CloseWithItself(u8),
    /// A segment with data.
    Data,
    /// Data sent towards a side that has already sent its FIN: the connection is half closed.
    HalfClosedData,
    /// An acknowledgment without data.
    Acknowledgment,
    /// RST in answer to a SYN: the connection was refused.
    Refused,
    /// RST: the connection is torn down.
    Reset,
    /// An ICMP echo request, an ARP request.
    Request,
    /// The answer to a request.
    Reply,
    /// A UDP datagram.
    Datagram,
    /// An ICMP error about an earlier packet.
    ErrorReport,
}

/// Why a packet was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// How sure this is.
    pub certainty: Certainty,
    /// The command whose call caused it; `None` for a kernel timer or a program's packet.
    pub command: Option<u64>,
    /// The process that made the call.
    pub process: String,
    /// The call, e.g. `connect(4)`; empty when `kernel` alone says it.
    pub call: String,
    /// The kernel's part in words: `the kernel answered for s: no accept() was needed`, `delayed ACK`; empty when none.
    pub kernel: String,
}

/// The certainty of a cause, in the words that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// "caused by": the call was running and its socket sent the packet.
    Caused,
    /// "follows from": an answer to a packet whose cause is known.
    Follows,
    /// "probably": the evidence fits, but does not prove.
    Probably,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_lent_are_copied_when_the_frame_is_kept() {
        let memory = Arc::new(b"one two three".to_vec());
        let mut bytes = FrameBytes::default();
        bytes.lend(&memory, 4..7);
        let kept = bytes.clone();
        assert_eq!((&bytes[..], &kept[..]), (&b"two"[..], &b"two"[..]));
        assert_eq!(bytes, kept);
        assert_eq!(Arc::strong_count(&memory), 2, "the copy holds nothing");
        bytes.lend(&memory, 8..99);
        assert!(bytes.is_empty(), "a range that is not there");
        bytes.refill(b"own");
        assert_eq!((&bytes[..], &memory[..3]), (&b"own"[..], &b"one"[..]));
        assert_eq!(Arc::strong_count(&memory), 1);
    }
}
