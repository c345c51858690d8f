//! The tracker on exchanges written segment by segment, after the figures of RFC 9293: phases, states, streams, bounds.

use super::tracker::Tracker;
use socklab_packets::decode::decode;
use socklab_packets::headers::{LinkType, flag};
use socklab_packets::record::{Label, Phase, Track};

const CLIENT: (u8, u16) = (1, 40_000);
const SERVER: (u8, u16) = (2, 5000);

/// A segment in relative numbers: who sends, flags, sequence number, acknowledgment number, payload length.
type Sent = (char, &'static str, u32, u32, usize);

fn flags(text: &str) -> u16 {
    text.chars().fold(0, |bits, letter| {
        bits | match letter {
            'S' => flag::SYN,
            'A' => flag::ACK,
            'F' => flag::FIN,
            'R' => flag::RST,
            other => panic!("no flag is called {other}"),
        }
    })
}

fn ip(protocol: u8, from: u8, to: u8, above: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x45, 0];
    bytes.extend((20 + above.len() as u16).to_be_bytes());
    bytes.extend([0, 1, 0x40, 0, 64, protocol, 0, 0]);
    bytes.extend([10, 0, 0, from, 10, 0, 0, to]);
    bytes.extend(above);
    bytes
}

fn segment(start: u32, (who, letters, seq, ack, len): Sent) -> Vec<u8> {
    let (from, to, own, other) = if who == 'c' {
        (CLIENT, SERVER, start, 9_000_000)
    } else {
        (SERVER, CLIENT, 9_000_000, start)
    };
    let bits = flags(letters);
    let ack = if bits & flag::ACK == 0 {
        0
    } else {
        ack.wrapping_add(other)
    };
    let mut bytes = Vec::new();
    bytes.extend(from.1.to_be_bytes());
    bytes.extend(to.1.to_be_bytes());
    bytes.extend(seq.wrapping_add(own).to_be_bytes());
    bytes.extend(ack.to_be_bytes());
    bytes.extend(((5 << 12) | bits).to_be_bytes());
    bytes.extend([0x10, 0, 0, 0, 0, 0]);
    bytes.extend(std::iter::repeat_n(b'x', len));
    ip(6, from.0, to.0, &bytes)
}

fn feed(tracker: &mut Tracker, number: u64, bytes: &[u8]) -> Track {
    let headers = decode(LinkType::RAW, bytes, bytes.len() as u32);
    tracker.packet(number, number as i64 * 1_000_000, &headers)
}

fn tracks(exchange: &[Sent]) -> Vec<Track> {
    let mut tracker = Tracker::new();
    exchange
        .iter()
        .zip(1..)
        .map(|(sent, number)| feed(&mut tracker, number, &segment(1000, *sent)))
        .collect()
}

/// Checks phase and states (client, then server) after each segment.
fn expect(exchange: &[(Sent, Phase, &str, &str)]) {
    let sent: Vec<Sent> = exchange.iter().map(|row| row.0).collect();
    for (index, (track, (sent, phase, client, server))) in
        tracks(&sent).iter().zip(exchange).enumerate()
    {
        let (from, to) = track.states.expect("a segment has states");
        let states = if sent.0 == 'c' {
            (from, to)
        } else {
            (to, from)
        };
        assert_eq!(track.phase, Some(*phase), "phase of segment {}", index + 1);
        assert_eq!(
            states,
            (*client, *server),
            "states after segment {}",
            index + 1
        );
    }
}

const OPEN: [(Sent, Phase, &str, &str); 3] = [
    (
        ('c', "S", 0, 0, 0),
        Phase::Handshake(1),
        "SYN-SENT",
        "SYN-RECEIVED",
    ),
    (
        ('s', "SA", 0, 1, 0),
        Phase::Handshake(2),
        "ESTABLISHED",
        "SYN-RECEIVED",
    ),
    (
        ('c', "A", 1, 1, 0),
        Phase::Handshake(3),
        "ESTABLISHED",
        "ESTABLISHED",
    ),
];

fn after_open(rest: &[(Sent, Phase, &'static str, &'static str)]) {
    let mut exchange = OPEN.to_vec();
    exchange.extend(rest);
    expect(&exchange);
}

#[test]
fn a_close_where_the_other_side_waits_takes_four_segments() {
    // RFC 9293 figure 12.
    after_open(&[
        (
            ('c', "FA", 1, 1, 0),
            Phase::Close(1, 0),
            "FIN-WAIT-1",
            "CLOSE-WAIT",
        ),
        (
            ('s', "A", 1, 2, 0),
            Phase::Close(2, 4),
            "FIN-WAIT-2",
            "CLOSE-WAIT",
        ),
        (
            ('s', "FA", 1, 2, 0),
            Phase::Close(3, 4),
            "TIME-WAIT",
            "LAST-ACK",
        ),
        (
            ('c', "A", 2, 2, 0),
            Phase::Close(4, 4),
            "TIME-WAIT",
            "CLOSED",
        ),
    ]);
}

#[test]
fn a_fin_in_answer_to_a_fin_closes_in_three_segments() {
    after_open(&[
        (
            ('s', "FA", 1, 1, 0),
            Phase::Close(1, 0),
            "CLOSE-WAIT",
            "FIN-WAIT-1",
        ),
        (
            ('c', "FA", 1, 2, 0),
            Phase::Close(2, 3),
            "LAST-ACK",
            "TIME-WAIT",
        ),
        (
            ('s', "A", 2, 2, 0),
            Phase::Close(3, 3),
            "CLOSED",
            "TIME-WAIT",
        ),
    ]);
}

#[test]
fn fins_that_cross_are_a_simultaneous_close() {
    // RFC 9293 figure 13.
    after_open(&[
        (
            ('c', "FA", 1, 1, 0),
            Phase::Close(1, 0),
            "FIN-WAIT-1",
            "CLOSE-WAIT",
        ),
        (
            ('s', "FA", 1, 1, 0),
            Phase::SimultaneousClose(2),
            "CLOSING",
            "CLOSING",
        ),
        (
            ('c', "A", 2, 2, 0),
            Phase::SimultaneousClose(3),
            "CLOSING",
            "TIME-WAIT",
        ),
        (
            ('s', "A", 2, 2, 0),
            Phase::SimultaneousClose(4),
            "TIME-WAIT",
            "TIME-WAIT",
        ),
    ]);
}

#[test]
fn syns_that_cross_are_a_simultaneous_open() {
    // RFC 9293 figure 7.
    expect(&[
        (
            ('c', "S", 0, 0, 0),
            Phase::Handshake(1),
            "SYN-SENT",
            "SYN-RECEIVED",
        ),
        (
            ('s', "S", 0, 0, 0),
            Phase::SimultaneousOpen(2),
            "SYN-RECEIVED",
            "SYN-RECEIVED",
        ),
        (
            ('c', "SA", 0, 1, 0),
            Phase::SimultaneousOpen(3),
            "SYN-RECEIVED",
            "ESTABLISHED",
        ),
        (
            ('s', "SA", 0, 1, 0),
            Phase::SimultaneousOpen(4),
            "ESTABLISHED",
            "ESTABLISHED",
        ),
    ]);
}

#[test]
fn data_towards_a_side_that_finished_is_half_closed_data() {
    after_open(&[
        (
            ('c', "A", 1, 1, 5),
            Phase::Data,
            "ESTABLISHED",
            "ESTABLISHED",
        ),
        (
            ('c', "FA", 6, 1, 0),
            Phase::Close(1, 0),
            "FIN-WAIT-1",
            "CLOSE-WAIT",
        ),
        (
            ('s', "A", 1, 7, 0),
            Phase::Close(2, 4),
            "FIN-WAIT-2",
            "CLOSE-WAIT",
        ),
        (
            ('s', "A", 1, 7, 9),
            Phase::HalfClosedData,
            "FIN-WAIT-2",
            "CLOSE-WAIT",
        ),
        (
            ('s', "FA", 10, 7, 0),
            Phase::Close(3, 4),
            "TIME-WAIT",
            "LAST-ACK",
        ),
        (
            ('c', "A", 7, 11, 0),
            Phase::Close(4, 4),
            "TIME-WAIT",
            "CLOSED",
        ),
    ]);
}

#[test]
fn a_reset_in_answer_to_a_syn_is_a_refusal() {
    expect(&[
        (
            ('c', "S", 0, 0, 0),
            Phase::Handshake(1),
            "SYN-SENT",
            "SYN-RECEIVED",
        ),
        (('s', "RA", 0, 1, 0), Phase::Refused, "CLOSED", "CLOSED"),
    ]);
}

#[test]
fn a_reset_of_an_open_connection_is_no_refusal() {
    after_open(&[(('s', "RA", 1, 1, 0), Phase::Reset, "CLOSED", "CLOSED")]);
}

#[test]
fn a_reset_that_counts_from_older_bytes_ends_only_its_sender_and_what_was_on_its_way_revives_nobody()
 {
    // Two segments crossed the FIN of a closed socket, which answers each with an RST; the second one fits.
    after_open(&[
        (
            ('c', "A", 1, 1, 100),
            Phase::Data,
            "ESTABLISHED",
            "ESTABLISHED",
        ),
        (
            ('c', "A", 101, 1, 100),
            Phase::Data,
            "ESTABLISHED",
            "ESTABLISHED",
        ),
        (('c', "R", 1, 0, 0), Phase::Reset, "CLOSED", "ESTABLISHED"),
        (
            ('s', "A", 1, 101, 0),
            Phase::Acknowledgment,
            "CLOSED",
            "ESTABLISHED",
        ),
        (('c', "R", 101, 0, 0), Phase::Reset, "CLOSED", "ESTABLISHED"),
        (('c', "R", 201, 0, 0), Phase::Reset, "CLOSED", "CLOSED"),
    ]);
}

#[test]
fn a_fin_beyond_a_hole_does_not_move_the_other_side() {
    let mut exchange = OPEN.map(|row| row.0).to_vec();
    exchange.push(('c', "FA", 500, 1, 0));
    let last = tracks(&exchange).pop().expect("four tracks");
    assert!(last.labels.contains(Label::LostSegment));
    assert_eq!(last.states, Some(("FIN-WAIT-1", "ESTABLISHED")));
}

#[test]
fn what_is_lost_moves_its_sender_alone() {
    // Each segment, whether it is lost, and the states after it: the client's, the server's.
    let exchange: [(Sent, bool, &str, &str); 9] = [
        (('c', "S", 0, 0, 0), true, "SYN-SENT", "CLOSED"),
        (('c', "S", 0, 0, 0), false, "SYN-SENT", "SYN-RECEIVED"),
        (('s', "SA", 0, 1, 0), true, "SYN-SENT", "SYN-RECEIVED"),
        (('c', "S", 0, 0, 0), false, "SYN-SENT", "SYN-RECEIVED"),
        (('s', "SA", 0, 1, 0), false, "ESTABLISHED", "SYN-RECEIVED"),
        (('c', "A", 1, 1, 0), true, "ESTABLISHED", "SYN-RECEIVED"),
        (('c', "A", 1, 1, 5), false, "ESTABLISHED", "ESTABLISHED"),
        (('c', "FA", 6, 1, 0), true, "FIN-WAIT-1", "ESTABLISHED"),
        (('c', "FA", 6, 1, 0), false, "FIN-WAIT-1", "CLOSE-WAIT"),
    ];
    let mut tracker = Tracker::new();
    for ((sent, lost, client, server), number) in exchange.into_iter().zip(1..) {
        tracker.losing(lost);
        let track = feed(&mut tracker, number, &segment(1000, sent));
        let (from, to) = track.states.expect("a segment has states");
        let states = if sent.0 == 'c' {
            (from, to)
        } else {
            (to, from)
        };
        assert_eq!(states, (client, server), "after segment {number}");
    }
}

#[test]
fn a_connection_joined_in_the_middle_starts_at_one() {
    let track = tracks(&[('c', "A", 777, 888, 5)])[0].clone();
    assert_eq!((track.seq, track.ack, track.completeness), (1, 1, 0));
    assert_eq!(track.states, Some(("ESTABLISHED", "ESTABLISHED")));
}

#[test]
fn a_new_initial_sequence_number_on_the_same_ports_is_a_new_stream() {
    let mut tracker = Tracker::new();
    let syn = ('c', "S", 0, 0, 0);
    let first = feed(&mut tracker, 1, &segment(1000, syn));
    let again = feed(&mut tracker, 2, &segment(1000, syn));
    let reused = feed(&mut tracker, 3, &segment(50_000, syn));
    assert_eq!(
        [first.stream, again.stream, reused.stream],
        [Some(0), Some(0), Some(1)]
    );
    assert!(again.labels.contains(Label::Retransmission));
    assert!(reused.labels.contains(Label::ReusedPorts));
    assert_eq!(reused.seq, 0);
}

fn datagram(from: (u8, u16), to: (u8, u16)) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(from.1.to_be_bytes());
    bytes.extend(to.1.to_be_bytes());
    bytes.extend([0, 8, 0, 0]);
    ip(17, from.0, to.0, &bytes)
}

#[test]
fn udp_streams_are_counted_apart_from_tcp_streams() {
    let mut tracker = Tracker::new();
    let tcp = feed(&mut tracker, 1, &segment(1, ('c', "S", 0, 0, 0)));
    let there = feed(&mut tracker, 2, &datagram((1, 7), (2, 8)));
    let back = feed(&mut tracker, 3, &datagram((2, 8), (1, 7)));
    assert_eq!((tcp.stream, tcp.conversation), (Some(0), Some(0)));
    assert_eq!((there.stream, there.conversation), (Some(0), Some(1)));
    assert_eq!(
        (back.stream, there.forward, back.forward),
        (Some(0), true, false)
    );
}

#[test]
fn a_full_table_retires_the_conversation_that_was_idle_longest() {
    let mut tracker = Tracker::with_limit(2);
    let stream =
        |tracker: &mut Tracker, port| feed(tracker, 1, &datagram((1, port), (2, 9))).stream;
    assert_eq!(stream(&mut tracker, 1), Some(0));
    assert_eq!(stream(&mut tracker, 2), Some(1));
    assert_eq!(
        stream(&mut tracker, 1),
        Some(0),
        "still known, and now the newest"
    );
    assert_eq!(
        stream(&mut tracker, 3),
        Some(2),
        "takes the place of the second"
    );
    assert_eq!(tracker.retired(), 1);
    assert_eq!(stream(&mut tracker, 1), Some(0));
    assert_eq!(stream(&mut tracker, 2), Some(3), "begins anew");
}

#[test]
fn a_port_scan_stays_within_the_table() {
    let mut tracker = Tracker::with_limit(100);
    for number in 0..20_000_u32 {
        let from = ((number >> 16) as u8 + 1, number as u16);
        feed(&mut tracker, u64::from(number), &datagram(from, (200, 9)));
    }
    assert_eq!(tracker.retired(), 20_000 - 100);
}

#[test]
fn a_connection_that_stands_idle_outlives_a_flood_of_other_conversations() {
    let mut tracker = Tracker::with_limit(100);
    for (sent, number) in [
        ('c', "S", 0, 0, 0),
        ('s', "SA", 0, 1, 0),
        ('c', "A", 1, 1, 0),
    ]
    .iter()
    .zip(1..)
    {
        feed(&mut tracker, number, &segment(1000, *sent));
    }
    for number in 0..20_000_u32 {
        let from = ((number >> 16) as u8 + 1, number as u16);
        feed(&mut tracker, u64::from(number), &datagram(from, (200, 9)));
    }
    let track = feed(&mut tracker, 20_001, &segment(1000, ('c', "A", 1, 1, 5)));
    assert_eq!((track.stream, track.seq, track.ack), (Some(0), 1, 1));
    assert_eq!(track.states, Some(("ESTABLISHED", "ESTABLISHED")));
}

/// A segment with the Multipath TCP option of a subtype, whose data begin with this byte.
fn signal(start: u32, sent: Sent, kind: u8) -> Vec<u8> {
    let mut bytes = segment(start, sent);
    let payload = bytes.split_off(40);
    bytes.extend([30, 4, kind << 4, 1]);
    bytes.extend(payload);
    // Six words of header, and four bytes more in all.
    bytes[32] = 0x60 | bytes[32] & 0x0f;
    bytes[3] += 4;
    bytes
}

#[test]
fn a_second_ack_after_news_of_multipath_tcp_is_no_duplicate() {
    const DSS: u8 = 2;
    const ADD_ADDR: u8 = 3;
    let ack = ('s', "A", 1, 6, 0);
    let mut tracker = Tracker::new();
    let mut number = 0;
    let mut told = |bytes: &[u8]| {
        number += 1;
        feed(&mut tracker, number, bytes).duplicate_of
    };
    for sent in [
        ('c', "S", 0, 0, 0),
        ('s', "SA", 0, 1, 0),
        ('c', "A", 1, 1, 0),
    ] {
        told(&signal(1000, sent, 0));
    }
    told(&signal(1000, ('c', "A", 1, 1, 5), DSS));
    // As tshark counts them: what a segment says counts from the next one on.
    for (kind, expected) in [
        (DSS, None),
        (ADD_ADDR, Some((1, 5))),
        (DSS, None),
        (DSS, Some((2, 5))),
        (ADD_ADDR, Some((3, 5))),
    ] {
        assert_eq!(told(&signal(1000, ack, kind)), expected, "{kind}");
    }
}

#[test]
fn a_segment_without_flags_is_no_acknowledgment() {
    let mut sent = vec![
        ('c', "S", 0, 0, 0),
        ('s', "SA", 0, 1, 0),
        ('c', "A", 1, 1, 0),
    ];
    sent.push(('c', "", 1, 0, 0));
    let tracks = tracks(&sent);
    assert_eq!(tracks[3].phase, None);
}

#[test]
fn a_connection_to_itself_is_one_end_that_opens_and_closes_with_itself() {
    let looped = |sent: Sent| {
        let mut bytes = segment(1000, sent);
        bytes[16..20].copy_from_slice(&[10, 0, 0, CLIENT.0]);
        bytes[22..24].copy_from_slice(&CLIENT.1.to_be_bytes());
        // Its own numbers are those it acknowledges.
        if sent.1.contains('A') {
            bytes[28..32].copy_from_slice(&(1000 + sent.3).to_be_bytes());
        }
        bytes
    };
    let mut tracker = Tracker::new();
    for (number, (sent, phase, state)) in [
        (('c', "S", 0, 0, 0), Phase::OpenWithItself(1), "SYN-SENT"),
        (
            ('c', "SA", 0, 1, 0),
            Phase::OpenWithItself(2),
            "SYN-RECEIVED",
        ),
        (('c', "A", 1, 1, 0), Phase::OpenWithItself(3), "ESTABLISHED"),
        (('c', "A", 1, 1, 5), Phase::Data, "ESTABLISHED"),
        (
            ('c', "FA", 6, 6, 0),
            Phase::CloseWithItself(1),
            "FIN-WAIT-1",
        ),
        (('c', "A", 7, 7, 0), Phase::CloseWithItself(2), "TIME-WAIT"),
    ]
    .into_iter()
    .enumerate()
    {
        let track = feed(&mut tracker, number as u64 + 1, &looped(sent));
        assert_eq!(
            (track.phase, track.states),
            (Some(phase), Some((state, state))),
            "{sent:?}"
        );
    }
}

#[test]
fn on_a_loopback_an_echo_reply_goes_back() {
    let mut tracker = Tracker::new();
    let forward = [8, 0].map(|kind: u8| {
        let echo = [kind, 0, 0, 0, 0, 7, 0, 1];
        feed(&mut tracker, 1, &ip(1, 1, 1, &echo)).forward
    });
    assert_eq!(forward, [true, false]);
}
