//! Causes of made-up packets: each case is a list of calls with their times, a list of packets, and the words that must come of them.

use super::*;
use crate::evidence::{LOSS, OPEN, Sample, Timer};
use crate::tracker::Tracker;
use socklab_packets::build::{FieldInput, LayerSpec, build};
use socklab_packets::headers::LinkType;
use socklab_packets::record::Frame;
use socklab_packets::wire::{Delivered, Ruling};

pub(super) const MS: i64 = 1_000_000;
pub(super) const US: i64 = 1_000;

/// A wire on which packets are made, decoded, tracked and put to causes.
#[derive(Default)]
pub(super) struct Wire {
    tracker: Tracker,
    pub(super) finder: CauseFinder,
    pub(super) number: u64,
    /// What the wire does with the next frame.
    pub(super) rulings: Vec<Ruling>,
    /// The TCP options of the next segment.
    pub(super) options: Vec<u8>,
    /// True when the next frame goes by a wire that says when it delivers it, and when that is.
    pub(super) is_carried: bool,
    pub(super) delivered: Option<Delivered>,
    /// The program that has the sender's socket.
    pub(super) owner: Option<&'static str>,
}

pub(super) fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn number(value: u64) -> FieldInput {
    FieldInput::Number(value)
}

impl Wire {
    /// A call on a socket, from one time to another.
    pub(super) fn call(
        &mut self,
        name: &str,
        local: Option<u16>,
        peer: Option<u16>,
        start: i64,
        end: Option<i64>,
    ) {
        let mut window = CallWindow::begun(7, ("lab", ""), 0, name, start);
        window.short = format!("{name}(3)");
        window.label = "c".to_owned();
        window.local = local.map(address);
        window.peer = peer.map(address);
        window.end_ns = end;
        self.finder.begin(window);
    }

    pub(super) fn frame(&mut self, time_ns: i64, layers: &[LayerSpec]) -> Option<Found> {
        let bytes = build(layers).expect("the layers are right");
        self.number += 1;
        let alone = PacketEvent::alone(self.number, Frame::new(time_ns, LinkType::RAW, &bytes));
        let packet = PacketEvent {
            track: self.tracker.packet(self.number, time_ns, &alone.headers),
            rulings: std::mem::take(&mut self.rulings),
            ..alone
        };
        let found = self.finder.find(&packet, self.owner, "");
        if std::mem::take(&mut self.is_carried) {
            let delivered = self.delivered.take();
            self.finder.carried(&packet, self.number, delivered);
        }
        found
    }

    pub(super) fn tcp(
        &mut self,
        time_ns: i64,
        (from, to): (u16, u16),
        flags: &str,
        seq: u64,
        ack: u64,
        data: &str,
    ) -> Option<Found> {
        let ip = LayerSpec::new("ip")
            .field("src", FieldInput::Text("127.0.0.1".to_owned()))
            .field("dst", FieldInput::Text("127.0.0.1".to_owned()));
        let tcp = LayerSpec::new("tcp")
            .field("sport", number(from.into()))
            .field("dport", number(to.into()))
            .field("flags", FieldInput::Text(flags.to_owned()))
            .field("seq", number(seq))
            .field("ack", number(ack))
            .field(
                "options",
                FieldInput::Bytes(std::mem::take(&mut self.options)),
            );
        let mut layers = vec![ip, tcp];
        if !data.is_empty() {
            layers.push(LayerSpec::raw(data.as_bytes()));
        }
        self.frame(time_ns, &layers)
    }

    /// The handshake of 4000 with 5000 inside connect, ending at 1 ms.
    pub(super) fn handshake(&mut self) -> [Option<Found>; 3] {
        self.call("connect", None, Some(5000), 0, Some(MS));
        [
            self.tcp(10 * US, (4000, 5000), "S", 100, 0, ""),
            self.tcp(20 * US, (5000, 4000), "SA", 300, 101, ""),
            {
                // By now the kernel has told the client's port.
                for window in self.finder.windows() {
                    window.local = Some(address(4000));
                }
                self.tcp(30 * US, (4000, 5000), "A", 101, 301, "")
            },
        ]
    }
}

pub(super) fn words(found: Option<&Found>) -> (Option<Certainty>, String) {
    found.map_or((None, String::new()), |found| {
        (
            Some(found.cause.certainty),
            format!("{}|{}", found.cause.call, found.cause.kernel),
        )
    })
}

#[track_caller]
pub(super) fn assert_words(found: Option<&Found>, certainty: Certainty, part: &str) {
    let (sure, text) = words(found);
    assert_eq!(sure, Some(certainty), "{text}");
    assert!(text.contains(part), "{text} has not {part}");
}

#[test]
fn connect_causes_the_syn_and_the_last_ack_and_the_kernel_answers_between() {
    let [syn, syn_ack, ack] = Wire::default().handshake();
    assert_words(syn.as_ref(), Certainty::Caused, "connect(3)");
    assert_words(
        syn_ack.as_ref(),
        Certainty::Follows,
        "no accept() was needed",
    );
    assert_words(ack.as_ref(), Certainty::Caused, "connect(3)");
    assert_eq!(syn.and_then(|found| found.label), Some("c".to_owned()));
}

#[test]
fn an_rst_to_a_syn_follows_from_the_connect_that_nobody_listened_to() {
    let mut wire = Wire::default();
    wire.call("connect", None, Some(5000), 0, Some(MS));
    wire.tcp(10 * US, (4000, 5000), "S", 100, 0, "");
    let rst = wire.tcp(20 * US, (5000, 4000), "RA", 0, 101, "");
    assert_words(
        rst.as_ref(),
        Certainty::Follows,
        "no socket listens on port 5000",
    );
}

#[test]
fn send_causes_the_data_and_the_acknowledgment_follows_at_once_or_after_a_delay() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    let data = wire.tcp(2 * MS + 10, (4000, 5000), "PA", 101, 301, "hello");
    let at_once = wire.tcp(2 * MS + 20 * US, (5000, 4000), "A", 301, 106, "");
    assert_words(data.as_ref(), Certainty::Caused, "send(3)");
    assert_words(at_once.as_ref(), Certainty::Follows, "acknowledged at once");
    wire.call("send", Some(4000), Some(5000), 10 * MS, Some(11 * MS));
    wire.tcp(10 * MS + 10, (4000, 5000), "PA", 106, 301, "again");
    let late = wire.tcp(50 * MS, (5000, 4000), "A", 301, 111, "");
    assert_words(
        late.as_ref(),
        Certainty::Caused,
        "the delayed-ACK timer: 40 ms after #6",
    );
}

#[test]
fn what_no_timer_can_have_sent_so_early_was_sent_at_once_by_a_busy_machine() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    wire.tcp(2 * MS + 10, (4000, 5000), "PA", 101, 301, "hello");
    let ack = wire.tcp(30 * MS, (5000, 4000), "A", 301, 106, "");
    assert_words(ack.as_ref(), Certainty::Follows, "acknowledged at once");
}

#[test]
fn an_end_that_has_sent_its_fin_never_holds_the_acknowledgment_of_a_fin_back() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.tcp(MS, (4000, 5000), "FA", 101, 301, "");
    wire.tcp(MS + 10, (5000, 4000), "FA", 301, 102, "");
    let ack = wire.tcp(60 * MS, (4000, 5000), "A", 102, 302, "");
    assert_words(ack.as_ref(), Certainty::Follows, "the FIN at once");
}

#[test]
fn a_recv_that_slept_did_not_cause_the_acknowledgment_of_what_woke_it() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("recv", Some(5000), Some(4000), 2 * MS, None);
    wire.call("send", Some(4000), Some(5000), 5 * MS, Some(6 * MS));
    wire.tcp(5 * MS + 10, (4000, 5000), "PA", 101, 301, "hello");
    let ack = wire.tcp(5 * MS + 20 * US, (5000, 4000), "A", 301, 106, "");
    assert_words(ack.as_ref(), Certainty::Follows, "send(3)");
}

#[test]
fn a_recv_that_reads_what_had_come_before_may_let_the_acknowledgment_go() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    wire.tcp(2 * MS + 10, (4000, 5000), "PA", 101, 301, "hello");
    wire.call("recv", Some(5000), Some(4000), 9 * MS, Some(10 * MS));
    let ack = wire.tcp(9 * MS + 10, (5000, 4000), "A", 301, 106, "");
    assert_words(ack.as_ref(), Certainty::Caused, "recv(3)");
}

#[test]
fn close_causes_the_fin_and_the_end_of_a_process_its_own() {
    for name in ["close", "exit"] {
        let mut wire = Wire::default();
        wire.handshake();
        wire.call(name, Some(4000), Some(5000), 2 * MS, Some(3 * MS));
        let fin = wire.tcp(2 * MS + 10, (4000, 5000), "FA", 101, 301, "");
        assert_words(fin.as_ref(), Certainty::Caused, &format!("{name}(3)"));
    }
}

#[test]
fn what_no_call_sent_again_is_the_retransmission_timer_with_its_tries() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    wire.tcp(2 * MS + 10, (4000, 5000), "PA", 101, 301, "lost");
    let first = wire.tcp(202 * MS, (4000, 5000), "PA", 101, 301, "lost");
    let second = wire.tcp(602 * MS, (4000, 5000), "PA", 101, 301, "lost");
    assert_words(first.as_ref(), Certainty::Probably, "try 1, backoff ×1");
    assert_words(
        second.as_ref(),
        Certainty::Probably,
        "try 2, backoff ×2: 400 ms without an acknowledgment; #5 was never answered",
    );
}

/// What the kernel of the end at a port says, asked at a time.
pub(super) fn sample(time_ns: i64, timeouts: u32, resent: u32, congestion: u32) -> Sample {
    Sample {
        asked_ns: time_ns,
        time_ns,
        state: "ESTABLISHED",
        owned: true,
        congestion: Some(congestion),
        retransmits: Some(timeouts),
        backoff: Some(timeouts),
        resent: Some(resent),
        timeouts: Some(timeouts),
        sack: true,
        ..Sample::default()
    }
}

impl Wire {
    pub(super) fn kernel(&mut self, (here, there): (u16, u16), sample: Sample) {
        let moment = (sample.asked_ns, sample.time_ns);
        let seen = vec![(address(here), address(there), sample)];
        self.finder.samples().take("", moment, seen);
    }
}

#[test]
fn the_kernels_count_of_timeouts_tells_a_loss_probe_from_the_retransmission_timer() {
    // Timeouts counted after the first and after the second retransmission, and what each must be called.
    let cases = [
        (
            [0, 1],
            ["the tail loss probe timer", "(RTO), try 1, backoff ×1"],
        ),
        (
            [1, 2],
            ["(RTO), try 1, backoff ×1", "(RTO), try 2, backoff ×2"],
        ),
    ];
    for (counted, expected) in cases {
        let mut wire = Wire::default();
        wire.handshake();
        wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
        wire.tcp(2 * MS + 10, (4000, 5000), "PA", 101, 301, "lost");
        wire.kernel((4000, 5000), sample(3 * MS, 0, 0, OPEN));
        for (round, (timeouts, words)) in counted.into_iter().zip(expected).enumerate() {
            let time = (202 + 400 * round as i64) * MS;
            let state = if timeouts > 0 { LOSS } else { OPEN };
            wire.kernel(
                (4000, 5000),
                sample(time + MS, timeouts, round as u32 + 1, state),
            );
            let again = wire.tcp(time, (4000, 5000), "PA", 101, 301, "lost");
            assert_words(again.as_ref(), Certainty::Caused, words);
        }
    }
}

#[test]
fn a_reset_in_a_close_has_the_reason_that_the_kernel_and_the_calls_tell() {
    let cases = [
        (5, "{l_onoff=0, l_linger=0}", true, "5 bytes were unread"),
        (5, "{l_onoff=1, l_linger=0}", true, "5 bytes were unread"),
        (
            0,
            "{l_onoff=1, l_linger=0}",
            true,
            "SO_LINGER is set to 0 seconds",
        ),
        (
            0,
            "{l_onoff=1, l_linger=7}",
            false,
            "nobody had accepted the connection",
        ),
        (
            0,
            "{l_onoff=0, l_linger=0}",
            true,
            "data was left unread, or",
        ),
    ];
    for (unread, linger, owned, words) in cases {
        let mut wire = Wire::default();
        wire.handshake();
        let known = Sample {
            owned,
            unread,
            ..sample(2 * MS, 0, 0, OPEN)
        };
        wire.kernel((5000, 4000), known);
        let mut close = CallWindow::begun(7, ("server", ""), 0, "close", 3 * MS);
        close.fd = Some(4);
        close.short = "close(4)".to_owned();
        close.local = Some(address(5000));
        close.peer = Some(address(4000));
        wire.finder.set_option("server", 4, "SO_LINGER", linger);
        wire.finder.begin(close);
        let reset = wire.tcp(3 * MS + 10, (5000, 4000), "RA", 301, 101, "");
        assert_words(reset.as_ref(), Certainty::Caused, words);
    }
}

#[test]
fn a_probe_is_the_persist_timers_or_keepalives_as_the_kernel_says() {
    let cases = [
        (Timer::Persist, "the persist timer, probe 1, backoff ×1"),
        (Timer::Keepalive, "the keepalive timer, probe 1 of 3"),
    ];
    for (timer, words) in cases {
        let mut wire = Wire::default();
        wire.handshake();
        let mut option = CallWindow::begun(7, ("lab", ""), 0, "setsockopt", MS);
        option.fd = Some(3);
        option.local = Some(address(4000));
        option.peer = Some(address(5000));
        option.end_ns = Some(MS);
        wire.finder.begin(option);
        wire.finder.set_option("lab", 3, "TCP_KEEPCNT", "[3]");
        let known = Sample {
            timer: Some((timer, 900)),
            ..sample(2 * MS, 0, 0, OPEN)
        };
        wire.kernel((4000, 5000), known);
        let probe = wire.tcp(902 * MS, (4000, 5000), "A", 100, 301, "");
        assert_words(probe.as_ref(), Certainty::Caused, words);
    }
}

#[test]
fn of_a_burst_each_acknowledgment_answers_its_own_segment() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    let at = |part: i64| 2 * MS + part * US;
    // The receiver takes #4, and then #6 and #7 before #5.
    for (part, seq) in [(1, 101), (2, 105), (3, 109), (4, 113)] {
        wire.tcp(at(part), (4000, 5000), "PA", seq, 301, "four");
    }
    let answers = [
        (105, "acknowledged at once"),
        (
            105,
            "#6 arrived out of order: the receiving kernel repeats what it expects next, byte 5 (#5)",
        ),
        (105, "#7 arrived out of order"),
    ];
    for (part, (ack, words)) in answers.into_iter().enumerate() {
        let time = at(50 + part as i64);
        let found = wire.tcp(time, (5000, 4000), "A", 301, ack, "");
        assert_words(found.as_ref(), Certainty::Follows, words);
    }
}

#[test]
fn an_icmp_error_follows_from_the_datagram_it_quotes() {
    let mut wire = Wire::default();
    wire.call("sendto", Some(4000), Some(9), 0, Some(MS));
    let ip = || {
        LayerSpec::new("ip")
            .field("src", FieldInput::Text("127.0.0.1".to_owned()))
            .field("dst", FieldInput::Text("127.0.0.1".to_owned()))
    };
    let udp = LayerSpec::new("udp")
        .field("sport", number(4000))
        .field("dport", number(9));
    let datagram = vec![ip(), udp, LayerSpec::raw(b"anyone?")];
    let quoted = build(&datagram).expect("the layers are right");
    let sent = wire.frame(10 * US, &datagram);
    let error = wire.frame(
        20 * US,
        &[
            ip(),
            LayerSpec::new("icmp")
                .word("unreachable")
                .field("code", number(3)),
            LayerSpec::raw(&quoted),
        ],
    );
    assert_words(sent.as_ref(), Certainty::Caused, "sendto(3)");
    assert_words(
        error.as_ref(),
        Certainty::Follows,
        "no socket at port 9 takes it: the kernel answered #1",
    );
}

#[test]
fn a_packet_without_any_evidence_has_no_cause() {
    let mut wire = Wire::default();
    assert_eq!(wire.tcp(0, (4000, 5000), "PA", 1, 1, "from nowhere"), None);
}

#[test]
fn calls_and_conversations_are_remembered_within_bounds() {
    let mut wire = Wire::default();
    for round in 0..2 * CALLS as i64 {
        wire.call("recv", Some(1), Some(2), round, Some(round));
    }
    assert_eq!(wire.finder.windows().count(), CALLS);
}
