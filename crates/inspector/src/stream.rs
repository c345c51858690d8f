//! From calls and packets to the bytes of a stream: which call wrote each byte, which segments carried it, which call read it.
//! Pure; not the drawing (`render`).

mod reader;

use socklab_events::stream::{Calls, SHOWN, Span, Stream, Way};
use socklab_events::transfer::{Party, Transfer};
use socklab_packets::headers::{Tcp, flag};
use socklab_packets::record::{Label, Labels, PacketEvent};
use std::ops::Range;

/// One end of a conversation.
#[derive(Clone, Debug, Default)]
pub struct Side<'a> {
    /// Name and address.
    pub title: String,
    /// Whether its calls are seen.
    pub calls: Calls,
    /// The sockets that were this end; none for a program's.
    pub parties: Vec<&'a Party>,
    /// What calls moved through them, in the order of the calls.
    pub transfers: Vec<&'a Transfer>,
}

/// Both directions. `packets` are those of the conversation, in their order; `None` where none exist (AF_UNIX).
pub fn stream(
    left: &Side<'_>,
    right: &Side<'_>,
    packets: Option<&[(&PacketEvent, bool)]>,
) -> Stream {
    let number = |side: &Side<'_>| side.parties.first().map(|party| party.number);
    if number(left).is_some() && number(left) == number(right) {
        // A connection to itself has one stream: what the socket writes it reads.
        return Stream {
            ways: vec![way(left, right, packets, true)],
        };
    }
    Stream {
        ways: vec![
            way(left, right, packets, true),
            way(right, left, packets, false),
        ],
    }
}

fn way(
    from: &Side<'_>,
    to: &Side<'_>,
    packets: Option<&[(&PacketEvent, bool)]>,
    forward: bool,
) -> Way {
    let mut way = Way {
        from: from.title.clone(),
        to: to.title.clone(),
        writer: from.calls,
        reader: to.calls,
        ..Way::default()
    };
    let mut marks = write(&mut way, from);
    if let Some(packets) = packets {
        marks = carry(&mut way, packets, forward);
    } else {
        way.sent = way.written;
        way.acknowledged = way.written;
    }
    reader::read(&mut way, to, marks);
    if way.writer != Calls::Seen {
        way.written = way.sent;
    } else if way.sent > way.written {
        // The kernel has taken bytes of a call that has not returned.
        way.sends.push(Span {
            range: way.written..way.sent,
            label: "a send".to_owned(),
            remark: "has not returned".to_owned(),
            process: String::new(),
            again: false,
            lost: false,
        });
    }
    way.bytes.truncate(SHOWN.min(way.length() as usize));
    way
}

/// What the calls of the writing side wrote; gives its urgent marks.
fn write(way: &mut Way, from: &Side<'_>) -> Vec<Mark> {
    let mut marks = Vec::new();
    for transfer in from.transfers.iter().filter(|transfer| transfer.sends) {
        let range = transfer.at..transfer.at + transfer.length;
        if range.is_empty() {
            continue;
        }
        if transfer.has("MSG_OOB") {
            way.urgent.push(range.end - 1);
            marks.push(Mark {
                at: range.end - 1,
                arrival_ns: transfer.start_ns,
            });
        }
        keep(&mut way.bytes, range.start, &transfer.data);
        way.written = way.written.max(range.end);
        way.sends.push(span(transfer, range));
    }
    marks
}

/// An urgent byte (RFC 6093), and when the other end heard of it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    at: u64,
    arrival_ns: i64,
}

fn span(transfer: &Transfer, range: Range<u64>) -> Span {
    let telling = ["MSG_OOB", "MSG_PEEK", "MSG_MORE", "MSG_WAITALL"];
    let remark: Vec<&str> = telling
        .into_iter()
        .filter(|flag| transfer.has(flag))
        .collect();
    Span {
        range,
        label: transfer.call.clone(),
        remark: remark.join(" "),
        process: transfer.process.clone(),
        again: transfer.has("MSG_PEEK"),
        lost: false,
    }
}

/// What the segments carried and what the other side acknowledged; gives the urgent marks as they came.
fn carry(way: &mut Way, packets: &[(&PacketEvent, bool)], forward: bool) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut segments: Vec<Span> = Vec::new();
    let mut position = Unwrap::default();
    let mut acked = Unwrap::default();
    for (packet, sent_forward) in packets {
        let Some(tcp) = packet.headers.tcp() else {
            continue;
        };
        way.reset |= tcp.flags & flag::RST != 0;
        let own_way = *sent_forward == forward;
        let acknowledges = tcp.flags & (flag::ACK | flag::RST) == flag::ACK;
        if acknowledges && (!own_way || is_loop(packet)) && packet.lost().is_none() {
            let ack = acked.take(packet.track.ack).saturating_sub(1);
            way.acknowledged = way.acknowledged.max(ack);
        }
        if !own_way {
            continue;
        }
        way.finished |= tcp.flags & flag::FIN != 0;
        if tcp.len == 0 {
            continue;
        }
        let own = u64::from(tcp.flags & flag::SYN != 0);
        let Some(start) = (position.take(packet.track.seq) + own).checked_sub(1) else {
            continue;
        };
        if let Some(mark) = urgent(packet, tcp, start)
            && marks.iter().all(|other| other.at < mark.at)
        {
            marks.push(mark);
        }
        let segment = segment(
            packet,
            start..start + u64::from(tcp.len),
            way.sent,
            &segments,
        );
        // A probe of a closed window repeats or invents a byte that its receiver has already, or will not take.
        if !packet.track.labels.contains(Label::KeepAlive) {
            keep(&mut way.bytes, start, packet.payload());
            way.sent = way.sent.max(segment.range.end);
        }
        segments.push(segment);
    }
    way.segments = Some(segments);
    way.acknowledged = way.acknowledged.min(way.sent);
    marks
}

/// True for a packet whose sender is its receiver.
fn is_loop(packet: &PacketEvent) -> bool {
    let ends = packet.headers.addresses().zip(packet.headers.ports());
    ends.is_some_and(|((from, to), (here, there))| (from, here) == (to, there))
}

/// The urgent byte that a segment points behind (RFC 6093 section 3.2), if it has one and arrived.
fn urgent(packet: &PacketEvent, tcp: &Tcp, start: u64) -> Option<Mark> {
    let arrival_ns = packet.arrival_ns().filter(|_| tcp.flags & flag::URG != 0)?;
    Some(Mark {
        at: (start + u64::from(tcp.urgent)).saturating_sub(1),
        arrival_ns,
    })
}

/// A segment with the bytes of `range`, after `earlier` ones that reached to `sent`.
fn segment(packet: &PacketEvent, range: Range<u64>, sent: u64, earlier: &[Span]) -> Span {
    // A segment sent again soon enough is out of order to Wireshark; that its bytes were sent before says what it is.
    let before = |span: &Span| span.range.start < range.end && range.start < span.range.end;
    Span {
        again: repeats(packet.track.labels) || (range.start < sent && earlier.iter().any(before)),
        range,
        label: format!("#{}", packet.number),
        remark: String::new(),
        process: String::new(),
        lost: packet.lost().is_some(),
    }
}

fn repeats(labels: Labels) -> bool {
    [
        Label::Retransmission,
        Label::FastRetransmission,
        Label::SpuriousRetransmission,
        Label::KeepAlive,
    ]
    .into_iter()
    .any(|label| labels.contains(label))
}

/// Keeps bytes at their place, as long as the place is among those that are shown.
fn keep(bytes: &mut Vec<Option<u8>>, at: u64, data: &[u8]) {
    let Ok(at) = usize::try_from(at) else { return };
    let end = (at + data.len()).min(SHOWN);
    if at >= end {
        return;
    }
    if bytes.len() < end {
        bytes.resize(end, None);
    }
    for (place, byte) in bytes[at..end].iter_mut().zip(data) {
        place.get_or_insert(*byte);
    }
}

/// Relative sequence numbers beyond 4 GiB: each is the nearest to the one before it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwrap(u64);

impl Unwrap {
    /// The number without its wrapping.
    pub fn take(&mut self, number: u32) -> u64 {
        let last = self.0;
        let distance = i64::from(number.wrapping_sub(last as u32).cast_signed());
        self.0 = last.saturating_add_signed(distance);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(urgent_inline: bool) -> Party {
        Party {
            number: 1,
            process: "lab".to_owned(),
            host: "lab".to_owned(),
            label: "c".to_owned(),
            arguments: vec!["AF_UNIX".to_owned(), "SOCK_STREAM".to_owned()],
            local: None,
            peer: None,
            other: None,
            inode: 1,
            listening: false,
            born_ns: 0,
            closed_ns: None,
            urgent_inline,
            moved: (0, 0),
        }
    }

    fn transfer(sends: bool, at: u64, data: &[u8], flags: &str) -> Transfer {
        Transfer {
            party: 1,
            process: "lab".to_owned(),
            call: if sends { "send(4)" } else { "recv(5)" }.to_owned(),
            command: 1,
            sends,
            at,
            length: data.len() as u64,
            data: data.to_vec(),
            flags: flags.to_owned(),
            peer: None,
            start_ns: 0,
            end_ns: 0,
        }
    }

    fn both(sent: &[Transfer], received: &[Transfer], inline: bool) -> Way {
        let (one, other) = (party(false), party(inline));
        let side = |party, transfers: Vec<_>| Side {
            title: String::new(),
            calls: Calls::Seen,
            parties: vec![party],
            transfers,
        };
        let left = side(&one, sent.iter().collect());
        let right = side(&other, received.iter().collect());
        stream(&left, &right, None).ways.remove(0)
    }

    #[test]
    fn bytes_keep_their_place_through_sends_and_reads_of_other_sizes() {
        let way = both(
            &[
                transfer(true, 0, b"hello ", "0"),
                transfer(true, 6, b"world", "0"),
            ],
            &[
                transfer(false, 0, b"hello wo", "MSG_PEEK"),
                transfer(false, 0, b"hello wo", "0"),
            ],
            false,
        );
        assert_eq!((way.written, way.read, way.length()), (11, 8, 11));
        assert_eq!(way.borders(), [0, 6, 8, 11]);
        assert!(way.reads[0].again && !way.reads[1].again);
        let text: Vec<u8> = way.bytes.iter().flatten().copied().collect();
        assert_eq!(text, b"hello world");
    }

    #[test]
    fn an_urgent_byte_is_read_apart_unless_it_is_inline() {
        let sent = [
            transfer(true, 0, b"ab!", "MSG_OOB"),
            transfer(true, 3, b"cd", "0"),
        ];
        let way = both(
            &sent,
            &[
                transfer(false, 0, b"ab", "0"),
                transfer(false, 0, b"!", "MSG_OOB"),
                transfer(false, 2, b"cd", "0"),
            ],
            false,
        );
        let ranges: Vec<_> = way.reads.iter().map(|span| span.range.clone()).collect();
        assert_eq!(ranges, [0..2, 2..3, 3..5]);
        let inline = both(&sent, &[transfer(false, 0, b"ab!cd", "0")], true);
        assert_eq!(inline.reads[0].range, 0..5);
    }

    #[test]
    fn what_was_read_apart_is_the_newest_urgent_byte_and_an_older_one_is_plain() {
        let at = |mut transfer: Transfer, time_ns: i64| {
            (transfer.start_ns, transfer.end_ns) = (time_ns, time_ns);
            transfer
        };
        let oob =
            |at_offset, data: &[u8], time| at(transfer(true, at_offset, data, "MSG_OOB"), time);
        let read =
            |at_offset, data: &[u8], flags, time| at(transfer(false, at_offset, data, flags), time);
        // Two urgent bytes, then the second is read apart and the first in its place.
        let sent = [oob(0, b"xa", 1), oob(2, b"b", 2)];
        let reads = [read(0, b"b", "MSG_OOB", 3), read(0, b"xa", "0", 4)];
        // The first one is passed by unread, then a second comes.
        let passed = [oob(0, b"xa", 1), oob(2, b"yb", 3)];
        let passing = [
            read(0, b"x", "0", 2),
            read(1, b"y", "0", 4),
            read(2, b"b", "MSG_OOB", 5),
        ];
        // A look ahead takes nothing.
        let peeked = [
            read(0, b"a", "MSG_OOB|MSG_PEEK", 2),
            read(0, b"a", "MSG_OOB", 3),
        ];
        let ranges =
            |way: &Way| -> Vec<_> { way.reads.iter().map(|span| span.range.clone()).collect() };
        assert_eq!(ranges(&both(&sent, &reads, false)), [2..3, 0..2]);
        assert_eq!(ranges(&both(&passed, &passing, false)), [0..1, 2..3, 3..4]);
        assert_eq!(ranges(&both(&sent[..1], &peeked, false)), [1..2, 1..2]);
    }

    #[test]
    fn a_connection_to_itself_has_one_stream() {
        let own = party(false);
        let (sent, read) = (
            transfer(true, 0, b"hello", "0"),
            transfer(false, 0, b"hello", "0"),
        );
        let side = || Side {
            title: "s".to_owned(),
            calls: Calls::Seen,
            parties: vec![&own],
            transfers: vec![&sent, &read],
        };
        let stream = stream(&side(), &side(), None);
        let [way] = &stream.ways[..] else {
            panic!("{} ways", stream.ways.len());
        };
        assert_eq!(
            (way.written, way.sent, way.acknowledged, way.read),
            (5, 5, 5, 5)
        );
    }

    #[test]
    fn relative_numbers_go_on_beyond_four_gibibytes_and_step_back_for_repeats() {
        let mut place = Unwrap::default();
        for (number, expected) in [
            (1, 1),
            (0x7000_0000, 0x7000_0000),
            (0xe000_0000, 0xe000_0000),
            (5, 0x1_0000_0005),
            (0xffff_fff0, 0xffff_fff0),
            (6, 0x1_0000_0006),
        ] {
            assert_eq!(place.take(number), expected);
        }
    }
}
