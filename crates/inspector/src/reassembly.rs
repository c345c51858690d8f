//! The fragments of IP datagrams until the last one is there, as Wireshark puts them together: a datagram belongs to the frame that
//! completes it, the others are fragments and nothing else. Bounded: what waits longest is forgotten first.

use super::tracker::Tracker;
use socklab_packets::fragment::{self, Datagram, Fragment};
use socklab_packets::headers::{Headers, Net, Transport};
use socklab_packets::record::Track;
use socklab_packets::{misfit, tunnel};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// At most this many datagrams wait for fragments.
pub const DATAGRAMS: usize = 1024;
/// At most this many bytes of fragments are kept, with what keeping them takes.
pub const BYTES: usize = 8 << 20;
/// What keeping a fragment takes besides its bytes, at most: a fragment may have a single byte, and there may be millions of them.
const PIECE: usize = 64;
/// At most this many tunnels in each other.
const TUNNELS: usize = 8;
/// No datagram is longer (RFC 791 section 3.1; a jumbogram is never fragmented).
const LONGEST: usize = 65_535;

/// Keeps fragments, and gives the frame that completes a datagram to the tracker as that datagram.
#[derive(Debug, Default)]
pub struct Reassembly {
    waiting: HashMap<Datagram, Pieces>,
    /// Their order of arrival; a number tells one that was completed or forgotten from a later one of the same name.
    order: VecDeque<(Datagram, u64)>,
    begun: u64,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Pieces {
    number: u64,
    at: BTreeMap<u16, Box<[u8]>>,
    /// Bytes of all of them.
    bytes: usize,
    /// Known once the last fragment was seen.
    len: Option<usize>,
}

impl Reassembly {
    /// Takes a frame in the order of the capture, and tracks it. The headers of a fragment lose the transport of its first bytes;
    /// those of the frame that completes a datagram get the datagram's, and the track its bytes. `when` is the frame's number and its
    /// time; the track is put in the place of an older one.
    pub fn packet(
        &mut self,
        tracker: &mut Tracker,
        when: (u64, i64),
        headers: &mut Headers,
        frame: &[u8],
        track: &mut Track,
    ) {
        let Some(fragment) = fragment::of(headers, frame) else {
            if let Some(misfit) = misfit::of(headers, frame) {
                tracker.misfit(track, when, headers, &misfit);
            } else {
                tracker.packet_into(track, when, headers);
                let payload = frame.get(headers.payload.range()).unwrap_or_default();
                tracker.payload(track, headers, payload);
            }
            track_tunnelled(tracker, when, headers, frame);
            return;
        };
        if !fragment.whole && matches!(headers.net, Net::Ipv4(_)) {
            return match (&headers.transport, misfit::of(headers, frame)) {
                (Transport::Tcp(tcp), _) => tracker.unmeasured(track, when.1, headers, tcp),
                (_, Some(misfit)) => tracker.misfit(track, when, headers, &misfit),
                _ => tracker.packet_into(track, when, headers),
            };
        }
        headers.transport = Transport::None;
        // What was wrong with the first bytes alone is nothing that is wrong with the datagram.
        headers.malformed = headers
            .malformed
            .filter(|fault| matches!(fault.layer, "ip" | "ipv6"));
        if let Net::Ipv4(ip) = &headers.net {
            headers.payload.start = ip.header.end;
        }
        let bytes = frame.get(fragment.data.range()).unwrap_or_default();
        let datagram = if fragment.whole {
            self.take(&fragment, bytes)
        } else {
            None
        };
        if let Some(datagram) = &datagram {
            fragment::complete(headers, &fragment.of, datagram);
        }
        tracker.packet_into(track, when, headers);
        if let (Some(datagram), Some(header)) = (&datagram, headers.tcp().map(|tcp| tcp.hdr_len)) {
            let payload = datagram.get(header.into()..).unwrap_or_default();
            tracker.payload(track, headers, payload);
        }
        track.reassembled = datagram.map(Arc::from);
    }

    /// Keeps the bytes of a fragment; gives the datagram's payload when it is complete.
    fn take(&mut self, fragment: &Fragment, bytes: &[u8]) -> Option<Vec<u8>> {
        let offset = usize::from(fragment.offset);
        let end = offset + bytes.len();
        if end > LONGEST || bytes.is_empty() {
            return None;
        }
        let pieces = match self.waiting.get_mut(&fragment.of) {
            Some(pieces) => pieces,
            None => self.begin(fragment.of),
        };
        if !fragment.more {
            pieces.len = Some(end);
        }
        let before = pieces.memory();
        let held = pieces.at.get(&fragment.offset).map_or(0, |held| held.len());
        let more = bytes.len().saturating_sub(held);
        if more > 0 {
            pieces.at.insert(fragment.offset, bytes.into());
            pieces.bytes += more;
        }
        let len = pieces.len.filter(|len| pieces.bytes >= *len);
        let whole = len.and_then(|len| pieces.joined(len));
        self.bytes += pieces.memory() - before;
        if whole.is_some() {
            self.forget(fragment.of);
        }
        while self.bytes > BYTES || self.waiting.len() > DATAGRAMS {
            self.forget_oldest();
        }
        whole
    }

    fn begin(&mut self, of: Datagram) -> &mut Pieces {
        self.begun += 1;
        // Completed datagrams leave their names behind; they are swept out before they outnumber those that wait.
        if self.order.len() > 2 * DATAGRAMS {
            let waiting = &self.waiting;
            self.order.retain(|(of, number)| {
                waiting
                    .get(of)
                    .is_some_and(|pieces| pieces.number == *number)
            });
        }
        self.order.push_back((of, self.begun));
        let pieces = self.waiting.entry(of).or_default();
        pieces.number = self.begun;
        pieces
    }

    fn forget(&mut self, of: Datagram) {
        if let Some(pieces) = self.waiting.remove(&of) {
            self.bytes -= pieces.memory();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((of, number)) = self.order.pop_front() else {
            self.waiting.clear();
            self.bytes = 0;
            return;
        };
        let same = self.waiting.get(&of);
        if same.is_some_and(|pieces| pieces.number == number) {
            self.forget(of);
        }
    }
}

/// Wireshark counts the conversations in a tunnel like all others, so the tracker sees them too; what it says of their packets is told
/// nowhere, because a packet is told by its outermost headers.
fn track_tunnelled(tracker: &mut Tracker, when: (u64, i64), headers: &Headers, frame: &[u8]) {
    let mut carried = tunnel::carried(headers, frame);
    for _ in 0..TUNNELS {
        let Some(inner) = carried else {
            return;
        };
        tracker.packet(when.0, when.1, &inner);
        carried = tunnel::carried(&inner, frame);
    }
}

impl Pieces {
    /// What they take of [`BYTES`].
    fn memory(&self) -> usize {
        self.bytes + self.at.len() * PIECE
    }

    /// The payload of `len` bytes, if no byte of it is missing. Where fragments overlap, the one that begins first counts.
    fn joined(&self, len: usize) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(len.min(self.bytes));
        for (at, bytes) in &self.at {
            let skip = out.len().checked_sub(usize::from(*at))?;
            out.extend_from_slice(bytes.get(skip..).unwrap_or_default());
        }
        out.truncate(len);
        (out.len() == len).then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES, DATAGRAMS, PIECE, Pieces, Reassembly};
    use crate::tracker::Tracker;
    use socklab_packets::decode::decode;
    use socklab_packets::headers::{Headers, LinkType, Transport};
    use socklab_packets::record::Track;

    /// A fragment of a datagram from 10.0.0.1 to 10.0.0.2: identification, offset in eights, more-fragments flag, bytes.
    fn fragment(id: u16, offset: u16, more: bool, bytes: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x45, 0];
        frame.extend((20 + bytes.len() as u16).to_be_bytes());
        frame.extend(id.to_be_bytes());
        frame.extend((offset | u16::from(more) << 13).to_be_bytes());
        frame.extend([64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]);
        frame.extend(bytes);
        frame
    }

    /// The same over IPv6, behind a fragment header.
    fn fragment_6(id: u32, offset: u16, more: bool, bytes: &[u8]) -> Vec<u8> {
        let mut frame = vec![0x60, 0, 0, 0];
        frame.extend((8 + bytes.len() as u16).to_be_bytes());
        frame.extend([44, 64]);
        frame.extend([0xfd; 32]);
        frame.extend([17, 0]);
        frame.extend((offset << 3 | u16::from(more)).to_be_bytes());
        frame.extend(id.to_be_bytes());
        frame.extend(bytes);
        frame
    }

    /// A datagram of 24 bytes: ports 40000 and 5002, sixteen letters.
    fn datagram() -> Vec<u8> {
        let mut bytes = vec![0x9c, 0x40, 0x13, 0x8a, 0, 24, 0, 0];
        bytes.extend(b"abcdefghijklmnop");
        bytes
    }

    fn follow(frames: &[Vec<u8>]) -> Vec<(Headers, Track)> {
        let mut reassembly = Reassembly::default();
        let mut tracker = Tracker::new();
        let packets = frames.iter().zip(1..).map(|(frame, number)| {
            let mut headers = decode(LinkType::RAW, frame, frame.len() as u32);
            let mut track = Track::default();
            let when = (number, 0);
            reassembly.packet(&mut tracker, when, &mut headers, frame, &mut track);
            (headers, track)
        });
        packets.collect()
    }

    fn assert_completed_by_the_last(frames: &[Vec<u8>]) {
        let packets = follow(frames);
        let (last, earlier) = packets.split_last().expect("frames");
        for (headers, track) in earlier {
            assert_eq!(headers.transport, Transport::None);
            assert_eq!((track.stream, &track.reassembled), (None, &None));
        }
        let Transport::Udp(udp) = last.0.transport else {
            panic!("{:?}", last.0.transport);
        };
        assert_eq!((udp.srcport, udp.dstport, udp.length), (40000, 5002, 24));
        assert_eq!(last.1.stream, Some(0));
        assert_eq!(last.1.reassembled.as_deref(), Some(&datagram()[..]));
    }

    #[test]
    fn a_datagram_belongs_to_the_frame_that_completes_it() {
        let all = datagram();
        let (first, second) = (
            fragment(7, 0, true, &all[..16]),
            fragment(7, 2, false, &all[16..]),
        );
        assert_completed_by_the_last(&[first.clone(), second.clone()]);
        assert_completed_by_the_last(&[second.clone(), first.clone()]);
        assert_completed_by_the_last(&[first.clone(), first, second]);
        let (first, second) = (
            fragment_6(7, 0, true, &all[..16]),
            fragment_6(7, 2, false, &all[16..]),
        );
        assert_completed_by_the_last(&[first, second]);
    }

    #[test]
    fn fragments_that_overlap_count_once() {
        let all = datagram();
        assert_completed_by_the_last(&[
            fragment(7, 1, true, &all[8..24]),
            fragment(7, 2, false, &all[16..]),
            fragment(7, 0, true, &all[..16]),
        ]);
    }

    #[test]
    fn fragments_of_two_datagrams_are_kept_apart() {
        let all = datagram();
        let packets = follow(&[
            fragment(7, 0, true, &all[..16]),
            fragment(8, 2, false, &all[16..]),
        ]);
        assert!(packets.iter().all(|(_, track)| track.reassembled.is_none()));
    }

    #[test]
    fn a_fragment_that_was_cut_by_the_capture_keeps_its_transport() {
        let frame = fragment(7, 0, true, &datagram()[..16]);
        let mut headers = decode(LinkType::RAW, &frame[..30], frame.len() as u32);
        let mut tracker = Tracker::new();
        let mut track = Track::default();
        let cut = &frame[..30];
        Reassembly::default().packet(&mut tracker, (1, 0), &mut headers, cut, &mut track);
        assert!(matches!(headers.transport, Transport::Udp(_)));
    }

    #[test]
    fn what_waits_longest_is_forgotten_first() {
        let all = datagram();
        let mut frames: Vec<Vec<u8>> = (0..=DATAGRAMS as u16)
            .map(|id| fragment(id, 0, true, &all[..16]))
            .collect();
        frames.push(fragment(0, 2, false, &all[16..]));
        frames.push(fragment(2, 2, false, &all[16..]));
        let packets = follow(&frames);
        let completed = |back: usize| packets[packets.len() - back].1.reassembled.is_some();
        assert_eq!((completed(2), completed(1)), (false, true));
    }

    #[test]
    fn many_fragments_of_one_byte_take_no_more_memory_than_few_long_ones() {
        let mut reassembly = Reassembly::default();
        let mut tracker = Tracker::new();
        for number in 0..300_000_u32 {
            let (id, offset) = (number / 8000, number % 8000 + 1);
            let frame = fragment(id as u16, offset as u16, true, b"x");
            let mut headers = decode(LinkType::RAW, &frame, frame.len() as u32);
            let track = &mut Track::default();
            reassembly.packet(&mut tracker, (1, 0), &mut headers, &frame, track);
        }
        let pieces: usize = reassembly.waiting.values().map(|of| of.at.len()).sum();
        assert!(pieces <= BYTES / PIECE, "{pieces}");
        let held: usize = reassembly.waiting.values().map(Pieces::memory).sum();
        assert_eq!(reassembly.bytes, held);
    }

    #[test]
    fn a_fragment_beyond_the_longest_datagram_is_kept_by_nobody() {
        let mut reassembly = Reassembly::default();
        let frame = fragment(1, 0x1fff, false, &[0; 16]);
        let mut headers = decode(LinkType::RAW, &frame, frame.len() as u32);
        let (tracker, track) = (&mut Tracker::new(), &mut Track::default());
        reassembly.packet(tracker, (1, 0), &mut headers, &frame, track);
        assert_eq!((reassembly.bytes, reassembly.waiting.len()), (0, 0));
    }
}
