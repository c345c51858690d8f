//! The table of conversations: every packet finds its record, moves it, and is told what it means. Memory is bounded: when
//! the table is full, the conversation that was idle longest is retired: first those that are no standing connections.

mod odd;

use super::analysis::Segment;
use super::conversation::{Clock, Conversation};
use super::key::{Hashing, Key};
use super::phase;
use super::segment::track_segment;
use socklab_packets::application;
use socklab_packets::headers::{Headers, Icmp, Tcp, Transport, flag};
use socklab_packets::record::{Label, Phase, Track};
use std::collections::HashMap;
use std::net::IpAddr;

/// At most this many conversations are remembered.
pub const CONVERSATIONS: usize = 32_768;
/// At most this many unacknowledged segments are remembered, over all conversations.
pub const SEGMENTS: usize = 400_000;

const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;
/// So many standing connections are passed over when one has to be retired.
const PASSED_OVER: usize = 4;
const NOWHERE: u32 = u32::MAX;
/// The length of a datagram without data, whose time Wireshark passes over.
const EMPTY: u16 = 8;

/// Follows every conversation of a capture.
#[derive(Debug)]
pub struct Tracker {
    places: HashMap<Key, u32, Hashing>,
    entries: Vec<Entry>,
    /// The neighbours of each entry in the order of use.
    neighbours: Vec<Neighbours>,
    /// The entry that was used last, and the one that was idle longest.
    newest: u32,
    oldest: u32,
    limit: usize,
    segments: usize,
    conversations: u32,
    tcp_streams: u32,
    udp_streams: u32,
    retired: u64,
    network: u16,
    lost: bool,
    clock: Clock,
}

/// A place in the table.
#[derive(Debug)]
struct Entry {
    key: Key,
    conversation: Conversation,
}

/// Apart from the entries, because every packet moves some: they stay in a processor's cache.
#[derive(Clone, Copy, Debug)]
struct Neighbours {
    newer: u32,
    older: u32,
}

impl Default for Tracker {
    fn default() -> Self {
        Self::new()
    }
}

impl Tracker {
    /// An empty table of [`CONVERSATIONS`] places.
    pub fn new() -> Self {
        Self::with_limit(CONVERSATIONS)
    }

    /// An empty table of `limit` places, at least one.
    pub fn with_limit(limit: usize) -> Self {
        Self {
            places: HashMap::default(),
            entries: Vec::new(),
            neighbours: Vec::new(),
            newest: NOWHERE,
            oldest: NOWHERE,
            limit: limit.max(1),
            segments: 0,
            conversations: 0,
            tcp_streams: 0,
            udp_streams: 0,
            retired: 0,
            network: 0,
            lost: false,
            clock: Clock::default(),
        }
    }

    /// How many conversations were forgotten because the table was full; a packet of one of them begins a new one.
    pub fn retired(&self) -> u64 {
        self.retired
    }

    /// The packets that follow were seen on this network; a capture file is one network, 0.
    pub fn on(&mut self, network: u16) -> &mut Self {
        self.network = network;
        self
    }

    /// Whether the packets that follow are known to be lost on their way: then they move their senders alone. Wireshark's labels do not
    /// know of it, and stay what they are.
    pub fn losing(&mut self, lost: bool) -> &mut Self {
        self.lost = lost;
        self
    }

    /// Takes a packet, in the order of the capture. `number` is `frame.number`, `time_ns` nanoseconds since the epoch.
    pub fn packet(&mut self, number: u64, time_ns: i64, headers: &Headers) -> Track {
        let mut track = Track::default();
        self.packet_into(&mut track, (number, time_ns), headers);
        track
    }

    /// The same in the place of an older track, without a copy of the new one. `when` is the frame's number and its time.
    pub fn packet_into(&mut self, track: &mut Track, when: (u64, i64), headers: &Headers) {
        *track = Track {
            elapsed: self.clock.pass(when.1),
            ..Track::default()
        };
        let Some((from, to)) = headers.addresses() else {
            track.phase = phase::of_other(headers);
            return;
        };
        match &headers.transport {
            Transport::Tcp(tcp) => {
                let key = Key::new(self.network, (from, tcp.srcport), (to, tcp.dstport), TCP);
                self.segment(track, when, key, tcp);
            }
            // What cannot be a length makes no conversation.
            Transport::Udp(udp) if !udp.has_possible_length(from.is_ipv6()) => {}
            Transport::Udp(udp) => {
                let key = Key::new(self.network, (from, udp.srcport), (to, udp.dstport), UDP);
                track.phase = Some(Phase::Datagram);
                self.message(track, when.1, key, udp.length != EMPTY);
            }
            Transport::Icmp(icmp) | Transport::Icmpv6(icmp) => {
                self.control(track, when.1, (from, to), icmp, headers);
            }
            Transport::Igmp(_) | Transport::None => track.phase = phase::of_other(headers),
        }
    }

    /// Takes the payload of the segment that was taken last, and marks it when its conversation had been upgraded to WebSocket before.
    #[inline]
    pub fn payload(&mut self, track: &Track, headers: &mut Headers, payload: &[u8]) {
        let Transport::Tcp(tcp) = &mut headers.transport else {
            return;
        };
        if payload.is_empty() {
            return;
        }
        let newest = self.entries.get_mut(self.newest as usize);
        let conversation = newest
            .map(|entry| &mut entry.conversation)
            .filter(|conversation| track.conversation == Some(conversation.number));
        if let Some(record) = conversation.and_then(|conversation| conversation.tcp.as_deref_mut())
        {
            tcp.websocket = record.websocket;
            record.websocket |= application::upgrades(payload);
        }
    }

    /// A packet of a conversation without connection. The next one's time counts from it if it is `timed`, or the first.
    fn message(
        &mut self,
        track: &mut Track,
        time_ns: i64,
        (key, low_sends): (Key, bool),
        timed: bool,
    ) {
        let place = self.find_or_begin(key, low_sends);
        let conversation = &mut self.entries[place as usize].conversation;
        let clock = conversation.clock;
        conversation.say(low_sends, time_ns, track);
        if !timed && clock.is_running() {
            conversation.clock = clock;
        }
    }

    /// An ICMP message: an echo has a conversation of its own, an error belongs to the one it quotes.
    fn control(
        &mut self,
        track: &mut Track,
        time_ns: i64,
        (from, to): (IpAddr, IpAddr),
        icmp: &Icmp,
        headers: &Headers,
    ) {
        track.phase = phase::of_other(headers);
        if let Some((identifier, _)) = icmp.echo {
            let protocol = if from.is_ipv4() { ICMP } else { ICMPV6 };
            let key = Key::new(self.network, (from, identifier), (to, identifier), protocol);
            let (own, _) = key;
            self.message(track, time_ns, key, true);
            // On a loopback both ends of an echo are the same: a reply goes the other way all the same.
            if own.is_loop() && matches!((protocol, icmp.kind), (ICMP, 0) | (ICMPV6, 129)) {
                track.forward = !track.forward;
            }
            return;
        }
        if let Some(quoted) = icmp.quoted {
            let (src, dst) = quoted.ports.unwrap_or_default();
            let (key, low_sends) = Key::new(
                self.network,
                (quoted.src, src),
                (quoted.dst, dst),
                quoted.proto,
            );
            let mut place = self.places.get(&key).copied();
            // Wireshark counts the conversation of a quoted datagram too, if it gets to see it.
            if place.is_none() && (quoted.segment.is_some() || quoted.datagram) {
                place = Some(self.begin(key, low_sends));
            }
            if let Some(place) = place {
                if let Some(segment) = quoted.segment {
                    let mut said = Track::default();
                    self.outline(&mut said, place, (key, low_sends), segment, time_ns);
                } else if quoted.datagram {
                    self.entries[place as usize]
                        .conversation
                        .clock
                        .begin(time_ns);
                }
                let conversation = &self.entries[place as usize].conversation;
                track.conversation = Some(conversation.number);
                // The error travels against the packet it quotes.
                track.forward = low_sends != conversation.low_began;
            }
        }
    }

    fn segment(
        &mut self,
        track: &mut Track,
        (number, time_ns): (u64, i64),
        (key, low_sends): (Key, bool),
        tcp: &Tcp,
    ) {
        let place = self.find_or_begin(key, low_sends);
        self.renew(place, (key, low_sends), (tcp.flags, tcp.seq), track);
        let may_queue = self.segments < SEGMENTS;
        let conversation = &mut self.entries[place as usize].conversation;
        conversation.say(low_sends, time_ns, track);
        let from = usize::from(!track.forward);
        let record = conversation.tcp.get_or_insert_default();
        let queued = track_segment(
            record,
            from,
            Segment {
                number,
                time_ns,
                tcp,
                lost: self.lost,
                excused: false,
                looped: key.is_loop(),
            },
            may_queue,
            track,
        );
        self.segments = self.segments.saturating_add_signed(queued);
    }

    /// Labels a SYN with another initial sequence number than its end had before, and begins the conversation anew if it opens one.
    #[inline]
    fn renew(
        &mut self,
        place: u32,
        (key, low_sends): (Key, bool),
        (flags, seq): (u16, u32),
        track: &mut Track,
    ) {
        if flags & flag::SYN == 0 || !self.has_other_base(place, low_sends, seq) {
            return;
        }
        track.labels.insert(Label::ReusedPorts);
        if flags & flag::ACK == 0 {
            self.release(place);
            self.entries[place as usize].conversation = self.number(key.protocol(), low_sends);
            track.completeness = 1;
        }
    }

    /// True when the end that sends began at another sequence number than this.
    fn has_other_base(&self, place: u32, low_sends: bool, seq: u32) -> bool {
        let conversation = &self.entries[place as usize].conversation;
        let from = usize::from(low_sends != conversation.low_began);
        conversation
            .tcp
            .as_ref()
            .and_then(|record| record.ends[from].base)
            .is_some_and(|base| base != seq)
    }

    fn find_or_begin(&mut self, key: Key, low_sends: bool) -> u32 {
        if let Some(entry) = self.entries.get(self.newest as usize)
            && entry.key == key
        {
            return self.newest;
        }
        if let Some(&place) = self.places.get(&key) {
            self.unlink(place);
            self.link_newest(place);
            return place;
        }
        self.begin(key, low_sends)
    }

    /// A new conversation in a new place, or in the place of the one that was idle longest.
    fn begin(&mut self, key: Key, low_sends: bool) -> u32 {
        let place = if self.entries.len() < self.limit {
            self.entries.len() as u32
        } else {
            let place = self.one_to_retire();
            self.places.remove(&self.entries[place as usize].key);
            self.release(place);
            self.unlink(place);
            self.retired += 1;
            place
        };
        let conversation = self.number(key.protocol(), low_sends);
        let entry = Entry { key, conversation };
        if place as usize == self.entries.len() {
            self.entries.push(entry);
            self.neighbours.push(Neighbours {
                newer: NOWHERE,
                older: NOWHERE,
            });
        } else {
            self.entries[place as usize] = entry;
        }
        self.places.insert(key, place);
        self.link_newest(place);
        place
    }

    /// The conversation that was idle longest, unless it is a connection that still stands: that may only be waiting for its user,
    /// and counts as used once more. Only so many are passed over that a table full of them costs no time.
    fn one_to_retire(&mut self) -> u32 {
        for _ in 0..PASSED_OVER {
            let place = self.oldest;
            if !self.entries[place as usize].conversation.stands() {
                return place;
            }
            self.unlink(place);
            self.link_newest(place);
        }
        self.oldest
    }

    fn number(&mut self, protocol: u8, low_began: bool) -> Conversation {
        let number = self.conversations;
        self.conversations = self.conversations.wrapping_add(1);
        let counter = match protocol {
            TCP => Some(&mut self.tcp_streams),
            UDP => Some(&mut self.udp_streams),
            _ => None,
        };
        let stream = counter.map(|next| {
            let stream = *next;
            *next = next.wrapping_add(1);
            stream
        });
        Conversation {
            number,
            stream,
            low_began,
            clock: Clock::default(),
            tcp: None,
        }
    }

    /// Gives back what a conversation's queues hold of [`SEGMENTS`].
    fn release(&mut self, place: u32) {
        if let Some(tcp) = &self.entries[place as usize].conversation.tcp {
            let held: usize = tcp.ends.iter().map(|end| end.unacked.len()).sum();
            self.segments = self.segments.saturating_sub(held);
        }
    }

    fn unlink(&mut self, place: u32) {
        let Neighbours { newer, older } = self.neighbours[place as usize];
        match self.neighbours.get_mut(newer as usize) {
            Some(next) => next.older = older,
            None => self.newest = older,
        }
        match self.neighbours.get_mut(older as usize) {
            Some(next) => next.newer = newer,
            None => self.oldest = newer,
        }
    }

    fn link_newest(&mut self, place: u32) {
        let second = self.newest;
        self.neighbours[place as usize] = Neighbours {
            newer: NOWHERE,
            older: second,
        };
        match self.neighbours.get_mut(second as usize) {
            Some(next) => next.newer = place,
            None => self.oldest = place,
        }
        self.newest = place;
    }
}
