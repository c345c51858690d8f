//! What goes in at which time, and what comes out at which time: every kind of rule, and the laws that hold for all of them.

mod answers;
mod bench;
mod laws;

use super::orders::WireError;
use bench::{Bench, MS, arp, mac, port, tcp, udp};

/// One message goes in: when (ms), from whom, to whom, its data.
type Step = (u64, &'static str, &'static str, &'static str);

/// Under these rules, these datagrams give these rulings and leave so.
fn check(orders: &[&str], steps: &[Step], rulings: &[&str], left: &[&str]) {
    let mut bench = Bench::new(orders);
    let found: Vec<String> = steps
        .iter()
        .map(|(time, from, to, data)| bench.send(time * MS, from, &udp(from, to, data)))
        .collect();
    assert_eq!(found, rulings, "{orders:?}");
    assert_eq!(bench.left(), left, "{orders:?}");
}

#[test]
fn without_rules_a_frame_goes_to_its_host_and_one_for_all_to_all_others() {
    check(
        &[],
        &[
            (0, "a", "b", "one"),
            (1, "b", "a", "two"),
            (2, "a", "all", "three"),
            (3, "a", "a", "four"),
        ],
        &["", "", "", ""],
        &["0 b:one", "1 a:two", "2 b:three", "2 c:three"],
    );
}

#[test]
fn an_unknown_address_is_asked_of_everyone_and_learned_when_it_answers() {
    let mut bench = Bench::new(&[]);
    let stranger = [2, 0, 0, 0, 0, 99];
    let mut to_stranger = udp("a", "b", "one");
    to_stranger[..6].copy_from_slice(&stranger);
    bench.send(0, "a", &to_stranger);
    let mut from_stranger = udp("c", "a", "two");
    from_stranger[6..12].copy_from_slice(&stranger);
    bench.send(MS, "c", &from_stranger);
    bench.send(2 * MS, "a", &to_stranger);
    assert_eq!(bench.left(), ["0 b:one", "0 c:one", "1 a:two", "2 c:one"]);
}

#[test]
fn a_delay_is_for_all_frames_and_keeps_their_order() {
    check(
        &["delay 50ms"],
        &[
            (0, "a", "b", "one"),
            (10, "a", "b", "two"),
            (20, "b", "a", "three"),
        ],
        &["1 delayed 50", "1 delayed 50", "1 delayed 50"],
        &["50 b:one", "60 b:two", "70 a:three"],
    );
    check(
        &["delay 50ms from b"],
        &[(0, "a", "b", "one"), (0, "b", "a", "two")],
        &["", "1 delayed 50"],
        &["0 b:one", "50 a:two"],
    );
}

#[test]
fn a_delay_that_picks_lets_the_others_overtake() {
    check(
        &["delay 200ms next where frame contains \"one\""],
        &[
            (0, "a", "b", "one"),
            (10, "a", "b", "two"),
            (20, "a", "b", "one"),
        ],
        &["1 delayed 200", "", ""],
        &["10 b:two", "20 b:one", "200 b:one"],
    );
}

#[test]
fn a_new_delay_takes_the_place_of_the_old_and_no_frame_overtakes() {
    let mut bench = Bench::new(&["delay 50ms"]);
    bench.send(0, "a", &udp("a", "b", "one"));
    let rows = bench.order("delay 10ms", 5).expect("it is taken");
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].number, rows[0].text.as_str()), (2, "delay 10ms"));
    bench.send(6 * MS, "a", &udp("a", "b", "two"));
    bench.send(60 * MS, "a", &udp("a", "b", "three"));
    assert_eq!(bench.left(), ["50 b:one", "50 b:two", "70 b:three"]);
}

#[test]
fn a_setting_for_the_same_frames_is_replaced_and_one_for_others_stands_beside_it() {
    let mut bench = Bench::new(&["loss 10% from a", "loss 20%", "delay 5ms", "drop next"]);
    for order in [
        "loss 30% from 10.0.0.1",
        "delay 5ms where udp",
        "delay 9ms",
        "drop next",
    ] {
        bench.order(order, 0).expect("it is taken");
    }
    let rows = bench.order("", 0).expect("a list");
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "loss 20%",
            "drop next 1",
            "loss 30% from 10.0.0.1",
            "delay 5ms where udp",
            "delay 9ms",
            "drop next 1"
        ]
    );
}

#[test]
fn what_is_picked_is_counted_among_what_matches() {
    let one_to_five: Vec<Step> = (0..5)
        .map(|time| (time, "a", "b", ["1", "2", "3", "4", "5"][time as usize]))
        .collect();
    for (order, left) in [
        ("drop next", "2345"),
        ("drop next 2", "345"),
        ("drop 2nd", "1345"),
        ("drop next 2 after 1", "145"),
        ("drop after 3", "123"),
        (
            "drop next 2 where frame contains \"2\" || frame contains \"4\" || frame contains \"5\"",
            "135",
        ),
        ("drop next from b", "12345"),
        ("drop next to b", "2345"),
        ("drop next to c", "12345"),
        ("drop next from 10.0.0.1", "2345"),
        ("drop next where ip.src == 10.0.0.9", "12345"),
        ("loss 100%", ""),
        ("loss 0%", "12345"),
    ] {
        let mut bench = Bench::new(&[order]);
        for (time, from, to, data) in &one_to_five {
            bench.send(time * MS, from, &udp(from, to, data));
        }
        let found: String = bench
            .left()
            .iter()
            .filter_map(|line| line.chars().last())
            .collect();
        assert_eq!(found, left, "{order}");
    }
}

#[test]
fn a_rule_tells_how_often_it_acted_and_how_often_it_still_will() {
    let mut bench = Bench::new(&["drop 2nd where udp", "drop next 2 where tcp"]);
    for time in 0..4 {
        bench.send(time * MS, "a", &udp("a", "b", "x"));
    }
    let rows = bench.order("", 9).expect("a list");
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.number, row.text.as_str(), row.fired, row.left))
        .collect();
    assert_eq!(
        told,
        [
            (1, "drop 2nd where udp", 1, Some(0)),
            (2, "drop next 2 where tcp", 0, Some(2))
        ]
    );
}

#[test]
fn the_next_rule_does_not_see_what_one_lost() {
    check(
        &["drop next", "drop next"],
        &[
            (0, "a", "b", "one"),
            (1, "a", "b", "two"),
            (2, "a", "b", "three"),
        ],
        &["1 lost", "2 lost", ""],
        &["2 b:three"],
    );
}

#[test]
fn a_copy_follows_its_original_at_once() {
    check(
        &["duplicate next", "delay 5ms"],
        &[(0, "a", "b", "one"), (0, "a", "b", "two")],
        &["1 duplicated, 2 delayed 5", "2 delayed 5"],
        &["5 b:one", "5 b:one", "5 b:two"],
    );
}

#[test]
fn a_reordered_frame_follows_the_next_of_its_direction_or_goes_alone() {
    check(
        &["reorder next"],
        &[
            (0, "a", "b", "one"),
            (1, "b", "a", "back"),
            (2, "a", "c", "aside"),
            (3, "a", "b", "two"),
            (4, "a", "b", "three"),
        ],
        &["1 reordered", "", "", "", ""],
        &["1 a:back", "2 c:aside", "3 b:two", "3 b:one", "4 b:three"],
    );
    check(
        &["reorder next"],
        &[(0, "a", "b", "one")],
        &["1 reordered"],
        &["500 b:one"],
    );
    check(
        &["reorder next", "delay 20ms"],
        &[(0, "a", "b", "one"), (3, "a", "b", "two")],
        &["1 reordered, 2 delayed 20", "2 delayed 20"],
        &["23 b:two", "23 b:one"],
    );
    check(
        &["reorder next 2", "drop 3rd"],
        &[
            (0, "a", "b", "one"),
            (1, "a", "b", "two"),
            (2, "a", "b", "three"),
            (3, "a", "b", "four"),
        ],
        &["1 reordered", "1 reordered", "2 lost", ""],
        &["3 b:four", "3 b:one", "3 b:two"],
    );
}

#[test]
fn a_slow_wire_sends_one_frame_after_another_and_loses_what_finds_the_queue_full() {
    // 42 bytes of headers and 83 of data are 1000 bits: a millisecond at 1 Mbit/s.
    let data = "x".repeat(83);
    let mut bench = Bench::new(&["rate 1mbit queue 2"]);
    let mut rulings: Vec<String> = (0..4)
        .map(|_| bench.send(0, "a", &udp("a", "b", &data)))
        .collect();
    rulings.push(bench.send(0, "b", &udp("b", "a", &data)));
    assert_eq!(
        rulings,
        [
            "1 delayed 1",
            "1 delayed 2",
            "1 lost",
            "1 lost",
            "1 delayed 1"
        ]
    );
    assert_eq!(
        bench.send(2 * MS, "a", &udp("a", "b", &data)),
        "1 delayed 1"
    );
    assert_eq!(
        bench.left(),
        [
            "1 b:83 bytes",
            "1 a:83 bytes",
            "2 b:83 bytes",
            "3 b:83 bytes"
        ]
    );
}

#[test]
fn a_cut_loses_everything_until_it_is_joined() {
    let mut bench = Bench::new(&["cut from a"]);
    assert_eq!(bench.send(0, "a", &udp("a", "b", "one")), "1 lost");
    assert_eq!(bench.send(0, "a", &arp("a")), "1 lost");
    assert_eq!(bench.send(0, "b", &udp("b", "a", "two")), "");
    assert_eq!(
        bench.order("join from b", 1),
        Err(WireError::NotCut(
            "it is not cut in that direction; `wire` lists the rules"
        ))
    );
    assert_eq!(bench.order("join", 1), Ok(vec![]));
    assert_eq!(
        bench.order("join", 1),
        Err(WireError::NotCut("the wire is not cut"))
    );
    assert_eq!(bench.send(2 * MS, "a", &udp("a", "b", "three")), "");
    assert_eq!(bench.left(), ["0 a:two", "2 b:three"]);
}

#[test]
fn a_rule_for_one_receiver_acts_on_its_copy_of_a_broadcast_alone() {
    check(
        &["cut to b"],
        &[
            (0, "a", "all", "one"),
            (1, "a", "b", "two"),
            (2, "b", "all", "three"),
        ],
        &["1 lost", "1 lost", ""],
        &["0 c:one", "2 a:three", "2 c:three"],
    );
    check(
        &["delay 10ms to c", "duplicate next"],
        &[(0, "a", "all", "one")],
        &["1 delayed 10, 2 duplicated"],
        &["0 b:one", "0 b:one", "10 c:one", "10 c:one"],
    );
}

#[test]
fn what_is_picked_is_not_arp_unless_the_filter_speaks_of_it() {
    for (order, first, second) in [
        ("drop next", "", "1 lost"),
        ("loss 100%", "", "1 lost"),
        ("drop next where arp", "1 lost", ""),
        ("drop where eth.type == 0x0806", "1 lost", ""),
        ("cut", "1 lost", "1 lost"),
        ("delay 5ms", "1 delayed 5", "1 delayed 5"),
        ("delay 5ms next", "", "1 delayed 5"),
    ] {
        let mut bench = Bench::new(&[order]);
        assert_eq!(bench.send(0, "a", &arp("a")), first, "{order}");
        assert_eq!(bench.send(0, "a", &udp("a", "b", "x")), second, "{order}");
    }
}

#[test]
fn relative_numbers_count_from_the_syn_even_if_it_came_before_the_rule() {
    let mut bench = Bench::new(&[]);
    bench.send(0, "a", &tcp("a", "b", "S", 4_294_967_295, 0, ""));
    bench.send(0, "b", &tcp("b", "a", "SA", 700, 0, ""));
    bench
        .order(
            "drop next where tcp.seq == 1 && tcp.ack == 1 && tcp.len > 0",
            0,
        )
        .expect("it is taken");
    for (seq, ack, data, expected) in [
        (0, 701, "", ""),
        (5, 701, "later", ""),
        (0, 701, "hello", "1 lost"),
        (0, 701, "hello", ""),
    ] {
        let segment = tcp("a", "b", "A", seq, ack, data);
        assert_eq!(bench.send(MS, "a", &segment), expected, "{seq} {data}");
    }
}

#[test]
fn a_corrupted_frame_differs_in_one_byte_behind_its_headers() {
    let cases = [
        (udp("a", "b", "hello"), 42..47),
        (tcp("a", "b", "A", 1, 1, "hello"), 54..59),
        (tcp("a", "b", "A", 1, 1, ""), 34..54),
        (udp("a", "b", ""), 34..40),
    ];
    for (sent, places) in cases {
        let mut bench = Bench::new(&["corrupt 100%"]);
        for _ in 0..40 {
            assert_eq!(bench.send(0, "a", &sent), "1 corrupted");
        }
        for (_, _, got) in &bench.left {
            let changed: Vec<usize> = (0..sent.len()).filter(|at| sent[*at] != got[*at]).collect();
            assert_eq!(changed.len(), 1);
            assert!(places.contains(&changed[0]), "{changed:?} {places:?}");
        }
    }
}

#[test]
fn clearing_delivers_what_was_held_and_begins_the_numbers_anew() {
    let mut bench = Bench::new(&["delay 50ms", "reorder next where frame contains \"two\""]);
    bench.send(0, "a", &udp("a", "b", "one"));
    bench.send(1, "a", &udp("a", "b", "two"));
    assert_eq!(bench.order("clear", 10), Ok(vec![]));
    bench.send(11 * MS, "a", &udp("a", "b", "three"));
    assert_eq!(bench.left(), ["10 b:one", "10 b:two", "11 b:three"]);
    assert_eq!(
        bench.order("drop next", 12).map(|rows| rows[0].number),
        Ok(1)
    );
    assert_eq!(
        bench
            .order("clear 7", 12)
            .map_err(|error| error.to_string()),
        Err("there is no rule 7; there are 1".to_owned())
    );
}

#[test]
fn clearing_one_rule_delivers_what_it_held() {
    let mut bench = Bench::new(&["delay 50ms from a", "delay 60ms from b"]);
    bench.send(0, "a", &udp("a", "b", "one"));
    bench.send(0, "b", &udp("b", "a", "two"));
    assert_eq!(bench.order("clear 1", 10).map(|rows| rows[0].number), Ok(2));
    assert_eq!(bench.left(), ["10 b:one", "60 a:two"]);
}

#[test]
fn held_frames_go_on_one_by_one_and_in_their_order() {
    let mut bench = Bench::new(&["hold"]);
    for (place, text) in ["one", "two", "three", "four"].into_iter().enumerate() {
        bench.send(place as u64, "a", &udp("a", "b", text));
    }
    assert_eq!((bench.wire.stopped(), bench.wire.due_ns()), (4, None));
    assert!(bench.left().is_empty());
    bench.order("step", 10).expect("one is held");
    bench.order("step #3", 20).expect("the third is held");
    bench.order("lose #2", 30).expect("the second is held");
    assert_eq!(bench.wire.take_lost(), [2]);
    assert_eq!(bench.order("release", 40), Ok(vec![]));
    bench.send(50 * MS, "a", &udp("a", "b", "five"));
    assert_eq!(
        bench.left(),
        ["10 b:one", "20 b:three", "40 b:four", "50 b:five"]
    );
    assert_eq!(bench.wire.stopped(), 0);
}

#[test]
fn a_hold_is_for_the_frames_it_names_and_passes_over_arp() {
    let mut bench = Bench::new(&["hold from a to b where udp"]);
    bench.send(0, "a", &udp("a", "b", "held"));
    bench.send(0, "b", &udp("b", "a", "back"));
    bench.send(0, "a", &udp("a", "c", "aside"));
    assert_eq!(bench.left(), ["0 a:back", "0 c:aside"]);
    assert_eq!(bench.wire.stopped(), 1);
    assert_eq!(
        Bench::new(&["hold where arp", "hold where ip.addr == 10.0.0.1"])
            .wire
            .stopped(),
        0
    );
}

#[test]
fn what_another_rule_loses_is_not_in_the_air() {
    for orders in [["hold", "cut"], ["hold", "drop next"]] {
        check(&orders, &[(0, "a", "b", "x")], &["2 lost"], &[]);
    }
}

#[test]
fn what_is_held_is_delivered_by_clear_and_lost_by_a_cut_or_with_its_host() {
    for (order, left, lost) in [
        ("clear", vec!["0 b:x", "0 a:y"], vec![]),
        ("clear 1", vec!["0 b:x", "0 a:y"], vec![]),
        ("cut", vec![], vec![1, 2]),
        ("cut from a", vec![], vec![1]),
        ("cut from b to a", vec![], vec![2]),
    ] {
        let mut bench = Bench::new(&["hold"]);
        bench.send(0, "a", &udp("a", "b", "x"));
        bench.send(0, "b", &udp("b", "a", "y"));
        bench.order(order, 0).expect("the order is taken");
        assert_eq!(bench.left(), left, "{order}");
        assert_eq!(bench.wire.take_lost(), lost, "{order}");
    }
    let mut bench = Bench::new(&["hold"]);
    bench.send(0, "a", &udp("a", "b", "x"));
    bench.wire.detach(port("b"));
    assert_eq!(bench.wire.take_lost(), [1]);
}

#[test]
fn a_frame_that_another_rule_delays_is_not_delivered_before_its_time() {
    let mut bench = Bench::new(&["delay 50ms", "hold"]);
    bench.send(0, "a", &udp("a", "b", "x"));
    bench.order("step", 10).expect("it is held");
    assert_eq!(bench.left(), ["50 b:x"]);
}

#[test]
fn so_many_frames_are_held_and_no_more() {
    let mut bench = Bench::new(&["hold"]);
    for _ in 0..=super::stopped::MOST_STOPPED {
        bench.send(0, "a", &udp("a", "b", "x"));
    }
    assert_eq!(bench.wire.stopped(), super::stopped::MOST_STOPPED);
}

#[test]
fn an_order_that_cannot_be_followed_says_why() {
    for (order, expected) in [
        (
            "drop next from d",
            "no host on the wire is called d; there are a, b, c",
        ),
        (
            "cut from a to 10.0.0.1",
            "a does not send to itself over the wire",
        ),
        ("clear 3", "there is no rule 3; the wire has no rules"),
        (
            "step",
            "the wire holds no frames; `wire hold` or `wire hold where FILTER` begins it",
        ),
        (
            "release",
            "the wire holds no frames; `wire hold` or `wire hold where FILTER` begins it",
        ),
        ("lose #3", "the wire does not hold that frame"),
    ] {
        let error = Bench::new(&[]).order(order, 0).expect_err("it is refused");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_host_that_left_gets_nothing_and_its_rules_wait_for_it() {
    let mut bench = Bench::new(&["drop next 2 to b", "delay 5ms"]);
    bench.send(0, "a", &udp("a", "b", "one"));
    bench.send(0, "a", &udp("a", "c", "two"));
    bench.wire.detach(port("c"));
    bench.wire.detach(port("b"));
    assert_eq!(bench.send(MS, "a", &udp("a", "b", "three")), "2 delayed 5");
    assert_eq!(bench.wire.attach("b", mac(2), &[]), port("b"));
    assert_eq!(bench.send(2 * MS, "a", &udp("a", "b", "four")), "1 lost");
    assert_eq!(bench.left(), Vec::<String>::new());
}

#[test]
fn a_jitter_moves_frames_but_never_past_one_another() {
    let mut bench = Bench::new(&["delay 20ms jitter 20ms"]);
    for time in 0..200 {
        bench.send(time * MS, "a", &udp("a", "b", &time.to_string()));
    }
    let left = bench.left();
    let order: Vec<u64> = left
        .iter()
        .filter_map(|line| line.split(':').nth(1)?.parse().ok())
        .collect();
    assert_eq!(order, (0..200).collect::<Vec<_>>());
    let together = |line: &&String| line.contains('.');
    assert!(left.iter().filter(together).count() > 100, "times vary");
}

#[test]
fn chance_comes_from_the_seed_and_the_rule_s_number() {
    let pattern = |orders: &[&str]| {
        let mut bench = Bench::new(orders);
        (0..400)
            .map(|_| bench.send(0, "a", &udp("a", "b", "x")).contains("1 lost"))
            .collect::<Vec<_>>()
    };
    let plain = pattern(&["seed 7", "loss 25%"]);
    let lost = plain.iter().filter(|lost| **lost).count();
    assert!((70..130).contains(&lost), "{lost} of 400");
    assert_eq!(plain, pattern(&["loss 25%", "seed 7"]));
    assert_eq!(plain, pattern(&["seed 7", "loss 25%", "corrupt 50%"]));
    assert_ne!(plain, pattern(&["seed 8", "loss 25%"]));
}
