//! Causes as Linux really has them, where timing alone would mislead: late wires, timers that send something new, what a kernel does not
//! take. The wire of these tests is that of `tests`.

use super::tests::{MS, US, Wire, address, assert_words, sample, words};
use super::*;
use crate::evidence::{OPEN, RECOVERY, Sample, Timer};
use socklab_packets::wire::{Delivered, Effect, Ruling};

const THERE: (u16, u16) = (4000, 5000);
const BACK: (u16, u16) = (5000, 4000);

impl Wire {
    /// The next frame is delivered between these moments.
    fn delivers(&mut self, from_ns: i64, until_ns: i64) -> &mut Self {
        self.is_carried = true;
        self.delivered = Some(Delivered { from_ns, until_ns });
        self
    }

    /// The next frame is held by a rule that delays it so long.
    fn holds(&mut self, delay: i64) -> &mut Self {
        self.is_carried = true;
        let effect = Effect::Delayed(delay as u64);
        self.rulings = vec![Ruling { rule: 1, effect }];
        self
    }

    /// The wire lets go of the frame of this number.
    fn lets_go(&mut self, number: u64, now: i64) {
        let (from_ns, until_ns) = (now, now + 50 * US);
        let delivered = Delivered { from_ns, until_ns };
        self.finder.delivered(number, delivered);
    }

    /// The next frame is lost.
    fn loses(&mut self) -> &mut Self {
        self.is_carried = true;
        let effect = Effect::Lost;
        self.rulings = vec![Ruling { rule: 1, effect }];
        self
    }

    fn option(&mut self, port: u16, name: &str, value: &str) {
        let mut set = CallWindow::begun(7, ("lab", ""), 0, "setsockopt", MS);
        set.fd = Some(3);
        set.local = Some(address(port));
        set.end_ns = Some(MS);
        self.finder.begin(set);
        self.finder.set_option("lab", 3, name, value);
    }

    /// A send on the client's socket that returned without a packet, and wrote these bytes.
    fn left(&mut self, start: i64, wrote: (u64, u64)) {
        self.call("send", Some(4000), Some(5000), start, Some(start + 10 * US));
        let window = self.finder.windows().last().expect("it has begun");
        window.wrote = Some(wrote);
    }
}

#[test]
fn the_ack_of_a_fin_by_an_end_that_has_not_closed_is_the_delayed_ack_timers_however_soon() {
    for (later, words) in [
        (200 * US, "less than 1 ms after #4"),
        (3 * MS, "3 ms after #4"),
        (44 * MS, "44 ms after #4"),
    ] {
        let mut wire = Wire::default();
        wire.handshake();
        wire.delivers(2 * MS, 2 * MS)
            .tcp(2 * MS, THERE, "FA", 101, 301, "");
        let ack = wire.tcp(2 * MS + later, BACK, "A", 301, 102, "");
        let words = format!("the delayed-ACK timer: {words}");
        assert_words(ack.as_ref(), Certainty::Caused, &words);
    }
}

#[test]
fn more_than_a_segment_and_a_fin_are_acknowledged_at_once() {
    let mut wire = Wire::default();
    wire.handshake();
    let known = Sample {
        received_mss: Some(600),
        ..sample(2 * MS, 0, 0, OPEN)
    };
    wire.kernel(BACK, known);
    wire.tcp(3 * MS, THERE, "FPA", 101, 301, &"x".repeat(700));
    let ack = wire.tcp(3 * MS + 10 * US, BACK, "A", 301, 802, "");
    assert_words(ack.as_ref(), Certainty::Follows, "the FIN at once");
}

#[test]
fn a_late_wire_makes_no_receiver_late() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    // The machine is busy: the frame reaches the other host 60 ms after it was sent, and a host that answers at once answers then.
    wire.delivers(62 * MS, 63 * MS)
        .tcp(2 * MS, THERE, "PA", 101, 301, "hello");
    let ack = wire.tcp(62 * MS + 500 * US, BACK, "A", 301, 106, "");
    assert_words(ack.as_ref(), Certainty::Follows, "acknowledged at once");
    wire.call("send", Some(4000), Some(5000), 70 * MS, Some(71 * MS));
    wire.delivers(130 * MS, 131 * MS)
        .tcp(70 * MS, THERE, "PA", 106, 301, "again");
    let ack = wire.tcp(171 * MS, BACK, "A", 301, 111, "");
    assert_words(
        ack.as_ref(),
        Certainty::Caused,
        "the delayed-ACK timer: 40 ms after #6",
    );
}

#[test]
fn what_a_rule_held_arrives_when_the_wire_lets_go_of_it() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    let second = 1000 * MS;
    let timer = wire
        .holds(3 * second)
        .tcp(2 * MS, THERE, "PA", 101, 301, "one");
    assert_words(timer.as_ref(), Certainty::Caused, "send(3)");
    let again = wire
        .holds(3 * second)
        .tcp(210 * MS, THERE, "PA", 101, 301, "one");
    assert_words(
        again.as_ref(),
        Certainty::Probably,
        "#4 is still on its way",
    );
    // `wire clear`: both are there long before the rule would have delivered them.
    wire.lets_go(4, 700 * MS);
    wire.lets_go(5, 700 * MS + 60 * US);
    let first = wire.tcp(700 * MS + 20 * US, BACK, "A", 301, 104, "");
    let copy = wire.tcp(700 * MS + 80 * US, BACK, "A", 301, 104, "");
    assert_words(first.as_ref(), Certainty::Follows, "acknowledged at once");
    assert_words(copy.as_ref(), Certainty::Follows, "was not needed");
    // And the acknowledgment of what comes next answers that, not the copy.
    wire.delivers(second, second)
        .tcp(second, THERE, "PA", 104, 301, "two");
    let late = wire.tcp(second + 41 * MS, BACK, "A", 301, 107, "");
    assert_words(late.as_ref(), Certainty::Caused, "41 ms after #8");
}

#[test]
fn keepalive_gives_up_after_the_probes_since_the_last_answer() {
    let second = 1000 * MS;
    let mut wire = Wire::default();
    wire.handshake();
    // The first probe's answer was held and let go; the two after it are lost.
    wire.tcp(second, THERE, "A", 100, 301, "");
    wire.holds(9 * second)
        .tcp(second + US, BACK, "A", 301, 101, "");
    wire.lets_go(5, second + 10 * MS);
    for probe in [2, 3] {
        wire.loses().tcp(probe * second, THERE, "A", 100, 301, "");
    }
    let reset = wire.loses().tcp(4 * second, THERE, "RA", 101, 301, "");
    assert_words(
        reset.as_ref(),
        Certainty::Caused,
        "the keepalive timer: 2 probes got no answer",
    );
}

#[test]
fn a_loss_probe_may_carry_what_waited() {
    // What the kernel says of its timer, and how sure that makes.
    for (timer, certainty) in [
        (Some((Timer::Retransmit, 200)), Certainty::Caused),
        (None, Certainty::Probably),
    ] {
        let mut wire = Wire::default();
        wire.handshake();
        wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
        wire.loses().tcp(2 * MS + US, THERE, "PA", 101, 301, "a");
        wire.left(5 * MS, (1, 2));
        let known = Sample {
            timer,
            ..sample(6 * MS, 0, 0, OPEN)
        };
        wire.kernel(THERE, known);
        let probe = wire.tcp(206 * MS, THERE, "PA", 102, 301, "b");
        assert_words(
            probe.as_ref(),
            certainty,
            "the tail loss probe timer (TLP): 204 ms without an acknowledgment, so what waited is sent",
        );
        assert!(
            words(probe.as_ref())
                .1
                .contains("#4 was lost by wire rule 1")
        );
    }
}

#[test]
fn a_corked_rest_leaves_after_its_time_and_says_why() {
    for (corked, certainty) in [(true, Certainty::Caused), (false, Certainty::Probably)] {
        let mut wire = Wire::default();
        wire.handshake();
        if corked {
            wire.option(4000, "TCP_CORK", "[1]");
        }
        wire.left(5 * MS, (0, 3));
        let sent = wire.tcp(206 * MS, THERE, "PA", 101, 301, "abc");
        assert_words(sent.as_ref(), certainty, "TCP_CORK or MSG_MORE kept back");
    }
}

#[test]
fn a_syn_that_a_full_accept_queue_dropped_was_not_simply_unanswered() {
    let mut wire = Wire::default();
    wire.finder.samples().listen(
        "",
        vec![Listener {
            local: address(5000),
            waiting: 2,
            backlog: 1,
        }],
    );
    wire.call("connect", None, Some(5000), 0, None);
    wire.tcp(10 * US, THERE, "S", 100, 0, "");
    let again = wire.tcp(1000 * MS, THERE, "S", 100, 0, "");
    assert_words(
        again.as_ref(),
        Certainty::Caused,
        "#1 was dropped, because the accept queue is full: 2 connections wait and the backlog is 1",
    );
}

#[test]
fn a_listener_that_waits_for_data_puts_the_last_ack_aside() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.option(5000, "TCP_DEFER_ACCEPT", "[2]");
    let again = wire.tcp(3000 * MS, BACK, "SA", 300, 101, "");
    assert_words(
        again.as_ref(),
        Certainty::Caused,
        "#3, which acknowledges it, was put aside: TCP_DEFER_ACCEPT waits for data",
    );
}

#[test]
fn without_fin_wait_2_the_ack_of_the_fin_is_answered_with_a_reset() {
    let mut wire = Wire::default();
    wire.option(4000, "TCP_LINGER2", "[-1]");
    wire.handshake();
    wire.call("close", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    wire.tcp(2 * MS + US, THERE, "FA", 101, 301, "");
    wire.tcp(6 * MS, BACK, "A", 301, 102, "");
    let reset = wire.tcp(6 * MS + US, THERE, "R", 102, 0, "");
    assert_words(
        reset.as_ref(),
        Certainty::Follows,
        "TCP_LINGER2 is negative",
    );
}

#[test]
fn data_of_a_syn_that_were_not_taken_are_sent_again_behind_the_handshake() {
    let mut wire = Wire::default();
    wire.call("sendto", None, Some(5000), 0, Some(MS));
    wire.tcp(10 * US, THERE, "S", 100, 0, "early");
    wire.tcp(20 * US, BACK, "SA", 300, 101, "");
    let again = wire.tcp(30 * US, THERE, "PA", 101, 301, "early");
    assert_words(
        again.as_ref(),
        Certainty::Follows,
        "it acknowledges the SYN and not the data that came with it in #1",
    );
}

#[test]
fn what_a_raw_socket_writes_is_not_its_hosts_connection() {
    let mut wire = Wire::default();
    wire.handshake();
    let mut raw = CallWindow::begun(9, ("evil", ""), 0, "sendto", 2 * MS);
    raw.raw = true;
    raw.short = "sendto(9)".to_owned();
    raw.end_ns = Some(3 * MS);
    wire.finder.begin(raw);
    let forged = wire.tcp(2 * MS + US, THERE, "PA", 9000, 301, "evil");
    assert_words(forged.as_ref(), Certainty::Caused, "sendto(9)");
    wire.call("send", Some(4000), Some(5000), 5 * MS, Some(6 * MS));
    let true_one = wire.tcp(5 * MS + US, THERE, "PA", 101, 301, "true");
    assert_words(true_one.as_ref(), Certainty::Caused, "send(3)");
}

#[test]
fn a_segment_that_sack_shows_missing_leaves_with_the_ack_or_when_racks_timer_fires() {
    for (later, certainty, expected) in [
        (20 * US, Certainty::Follows, "fast retransmit"),
        (8 * MS, Certainty::Caused, "RACK's reordering timer"),
    ] {
        let mut wire = Wire::default();
        wire.handshake();
        wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
        wire.loses().tcp(2 * MS + US, THERE, "PA", 101, 301, "lost");
        wire.tcp(2 * MS + 2 * US, THERE, "PA", 105, 301, "here");
        wire.kernel(THERE, sample(3 * MS, 0, 0, OPEN));
        let moment = 4 * MS;
        // Two NOPs, then SACK of 105 to 109.
        wire.options = vec![1, 1, 5, 10, 0, 0, 0, 105, 0, 0, 0, 109];
        wire.tcp(moment, BACK, "A", 301, 101, "");
        let known = Sample {
            retransmits: Some(0),
            timeouts: Some(0),
            ..sample(moment + later + MS, 0, 1, RECOVERY)
        };
        wire.kernel(THERE, known);
        let again = wire.tcp(moment + later, THERE, "PA", 101, 301, "lost");
        assert_words(again.as_ref(), certainty, expected);
    }
}

#[test]
fn reading_does_not_hasten_the_ack_of_a_fin() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.tcp(2 * MS, THERE, "FA", 101, 301, "");
    wire.call("recv", Some(5000), Some(4000), 3 * MS, Some(6 * MS));
    let ack = wire.tcp(5 * MS, BACK, "A", 301, 102, "");
    assert_words(ack.as_ref(), Certainty::Caused, "the delayed-ACK timer");
}

#[test]
fn an_ack_that_does_not_cover_what_came_is_no_acknowledgment_of_it() {
    let mut wire = Wire::default();
    wire.handshake();
    wire.call("send", Some(4000), Some(5000), 2 * MS, Some(3 * MS));
    wire.tcp(2 * MS + US, THERE, "PA", 101, 301, "stale");
    let ack = wire.tcp(2 * MS + 20 * US, BACK, "A", 301, 101, "");
    assert_words(
        ack.as_ref(),
        Certainty::Probably,
        "it did not take all of #4",
    );
}
