//! What is read after `wire`, what is written back, and what is said of mistakes.

use super::suggest::{Next, next, shape};
use super::{Pick, WireAction, WireOrder, WireRule, speaks_of_neighbours};
use crate::command::parse::parse_line;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use proptest::{option, prop_assert_eq};

fn read(text: &str) -> WireOrder {
    WireOrder::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn each_spelling_of_a_rule_is_read_and_written_in_one_way() {
    for (typed, written) in [
        ("", ""),
        ("delay 50ms", "delay 50ms"),
        ("delay 50ms jitter 10ms", "delay 50ms jitter 10ms"),
        ("delay jitter 10ms 50ms", "delay 50ms jitter 10ms"),
        ("delay 1.5s", "delay 1500ms"),
        ("delay 0ms", "delay 0ns"),
        ("delay 100us from client", "delay 100us from client"),
        ("delay 200ms next", "delay 200ms next 1"),
        (
            "delay 200ms next 2 where udp",
            "delay 200ms next 2 where udp",
        ),
        (
            "delay next 2 by 200ms where udp",
            "delay 200ms next 2 where udp",
        ),
        ("delay next 200ms where udp", "delay 200ms next 1 where udp"),
        ("delay 2nd by 200ms", "delay 200ms 2nd"),
        ("delay 200ms 10%", "delay 200ms 10%"),
        ("loss 10%", "loss 10%"),
        ("loss 0.25% to server", "loss 0.25% to server"),
        ("drop 10%", "loss 10%"),
        ("rate 1mbit", "rate 1mbit"),
        ("rate 1.5Mbit", "rate 1500kbit"),
        ("rate 64kbit/s queue 20", "rate 64kbit queue 20"),
        ("rate 2gbit from a to b", "rate 2gbit from a to b"),
        ("rate 9600bit", "rate 9600bit"),
        ("mtu 576", "mtu 576"),
        ("hold", "hold"),
        ("hold from a where tcp", "hold from a where tcp"),
        ("step", "step"),
        ("step 1", "step"),
        ("step 3", "step 3"),
        ("step #12", "step #12"),
        ("lose 12", "lose #12"),
        ("lose", "lose"),
        ("release", "release"),
        ("mtu 576 where udp", "mtu 576 where udp"),
        ("drop next", "drop next 1"),
        (
            "drop next 3 where tcp.len > 0",
            "drop next 3 where tcp.len > 0",
        ),
        (
            "drop next where tcp.flags.syn == 1 from client",
            "drop next 1 from client where tcp.flags.syn == 1",
        ),
        (
            "drop 2nd from client where tcp.flags.syn == 1",
            "drop 2nd from client where tcp.flags.syn == 1",
        ),
        ("drop where tcp.flags.syn == 1 2nd", ""),
        ("drop next 1 after 1", "drop 2nd"),
        ("drop next 2 after 5", "drop next 2 after 5"),
        ("drop after 5 where udp", "drop after 5 where udp"),
        ("drop 1st", "drop next 1"),
        ("drop 11th", "drop 11th"),
        ("drop 22nd", "drop 22nd"),
        ("drop where arp", "drop where arp"),
        ("drop from client", "drop from client"),
        ("duplicate next", "duplicate next 1"),
        ("reorder 20%", "reorder 20%"),
        (
            "corrupt next where frame contains \"to from next\"",
            "corrupt next 1 where frame contains \"to from next\"",
        ),
        ("cut", "cut"),
        ("cut from client to server", "cut from client to server"),
        ("cut where tcp.port == 5000", "cut where tcp.port == 5000"),
        ("join", "join"),
        ("join to server", "join to server"),
        ("clear", "clear"),
        ("clear 3", "clear 3"),
        ("seed 7", "seed 7"),
        ("  drop   next  ", "drop next 1"),
        (
            "drop next where tcp.seq == 1 && tcp.ack == 1",
            "drop next 1 where tcp.seq == 1 && tcp.ack == 1",
        ),
    ] {
        if written.is_empty() && !typed.is_empty() {
            assert!(WireOrder::parse(typed).is_err(), "{typed}");
            continue;
        }
        let order = read(typed);
        assert_eq!(order.text(), written, "{typed}");
        assert_eq!(read(&order.text()), order, "{typed}");
    }
}

#[test]
fn the_second_and_no_other_lets_one_pass_and_takes_one() {
    let WireOrder::Add(rule) = read("drop 2nd from client where tcp.flags.syn == 1") else {
        panic!("a rule");
    };
    assert_eq!(
        rule,
        WireRule {
            action: WireAction::Drop,
            pick: Pick::Counted {
                skip: 1,
                count: Some(1)
            },
            from: Some("client".to_owned()),
            to: None,
            filter: "tcp.flags.syn == 1".to_owned(),
        }
    );
}

#[test]
fn a_mistake_is_shown_where_it_is_with_what_to_write() {
    for (text, at, message) in [
        ("delay", "", "a delay of what?"),
        ("delay -5ms", "-5ms", "a delay cannot be negative"),
        ("delay 5", "5", "did you mean `5ms` or `5s`?"),
        ("delay 5xs", "5xs", "`5xs` is not a number"),
        ("delay 2h", "2h", "at most 60s"),
        (
            "delay 5ms jitter 10ms",
            "delay 5ms jitter 10ms",
            "the jitter is larger than the delay",
        ),
        ("loss", "", "a loss of what?"),
        ("loss 10", "10", "did you mean `10%`?"),
        (
            "loss 110%",
            "110%",
            "`110%` is more than always; expected a chance from 0% to 100%",
        ),
        ("loss -1%", "-1%", "`-1%` is less than never"),
        ("loss nan%", "nan%", "is not a chance"),
        (
            "loss next 2",
            "next",
            "to lose frames that are counted write `drop`",
        ),
        (
            "mtu 20",
            "20",
            "no network has an MTU of 20; expected a number of bytes from 68 to 65535",
        ),
        ("mtu 70000", "70000", "`70000` is not an MTU"),
        ("mtu", "", "an MTU of what?"),
        ("rate 1", "1", "did you mean `1mbit` or `1kbit`?"),
        ("rate 1mbps", "1mbps", "bits a second are written `1mbit`"),
        ("rate 1m", "1m", "did you mean `1mbit`?"),
        ("rate 0bit", "0bit", "out of range"),
        ("rate 1mbit queue 0", "0", "queue 0 would be nothing"),
        ("drop", "", "drop which frames?; expected `next`"),
        ("drop next 0", "0", "next 0 would be nothing"),
        ("drop nxt", "nxt", "did you mean `next`?"),
        ("drop next form client", "form", "did you mean `from`?"),
        ("drop next from", "", "from which host?"),
        (
            "drop next from where udp",
            "where",
            "expected the name of a host",
        ),
        ("drop next where", "", "where what?"),
        (
            "drop next tcp.flags.syn == 1",
            "tcp.flags.syn",
            "a filter stands behind `where`: where tcp.flags.syn …",
        ),
        ("drop next udp", "udp", "a filter stands behind `where`"),
        (
            "drop next where tcp.flags.sin == 1",
            "tcp.flags.sin",
            "tcp.flags.syn",
        ),
        ("drop next where tcp.port = 5000", "=", "equality is =="),
        ("drop next where tcp.port == 99999", "99999", "too big"),
        (
            "drop next where tcp.stream == 0",
            "tcp.stream",
            "not known on the wire, which sees one frame at a time (name its ports",
        ),
        (
            "drop next where udp && tcp.analysis.retransmission",
            "tcp.analysis.retransmission",
            "not known on the wire",
        ),
        ("drop next next", "next", "says again what was said"),
        ("drop 2nd next", "drop", "picked in two ways"),
        ("drop 10% next", "drop", "not both"),
        ("drop 0th", "0th", "the count begins with 1"),
        ("cut next", "next", "`cut` is for all frames until `join`"),
        ("hold next", "next", "`hold` until `release`"),
        ("step #0", "#0", "is not the number of a packet"),
        ("step 0", "0", "a whole number from 1"),
        ("release 3", "3", "unexpected `3`"),
        ("join 3", "3", "unexpected `3`"),
        ("clear all", "all", "`all` is not a rule number"),
        ("clear 3 4", "4", "unexpected `4`"),
        ("seed", "", "seed what?"),
        ("seed x", "x", "`x` is not a count"),
        ("dlay 50ms", "dlay", "did you mean `delay`?"),
        ("lose 50%", "50%", "`loss 50%` loses by chance"),
        ("\u{1b}[31m", "\u{1b}[31m", "\\u{1b}[31m"),
    ] {
        let Err(error) = WireOrder::parse(text) else {
            panic!("{text} was read");
        };
        let place = if at == "next" {
            text.rfind(at)
        } else {
            text.find(at)
        };
        let place = if at.is_empty() {
            text.len()
        } else {
            place.unwrap_or(0)
        };
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert_eq!(error.span, place..place + at.len(), "{text}: {error}");
    }
}

#[test]
fn a_line_with_a_wrong_rule_is_no_command_and_the_caret_stands_in_the_filter() {
    let line = "server> wire drop next where tcp.prt == 5000; close s";
    let Err(error) = parse_line(line) else {
        panic!("it was read");
    };
    assert_eq!(&line[error.span], "tcp.prt");
}

#[test]
fn what_can_stand_next_follows_from_what_stands_there() {
    for (said, expected) in [
        ("", "kind"),
        ("drop", "clause"),
        ("drop next", "clause"),
        ("drop next from", "host"),
        ("drop next from client", "clause"),
        ("drop next where", "filter begins"),
        ("drop next where tcp.port", "filter"),
        ("drop next where tcp.port == 1 from", "host"),
        ("delay", "clause"),
        ("delay 50ms jitter", "nothing"),
        ("loss", "nothing"),
        ("loss 10%", "clause"),
        ("cut", "clause"),
        ("seed", "nothing"),
    ] {
        let found = match next(said) {
            Next::Kind => "kind",
            Next::Clause(_) => "clause",
            Next::Host => "host",
            Next::Filter(true) => "filter begins",
            Next::Filter(false) => "filter",
            Next::Nothing => "nothing",
        };
        assert_eq!(found, expected, "{said}");
    }
    assert_eq!(
        shape("mtu"),
        Some("576 [from HOST] [to HOST] [where FILTER]")
    );
    assert_eq!(shape("drop next where"), Some("FILTER"));
    assert_eq!(shape("drp"), None);
}

#[test]
fn a_filter_speaks_of_neighbours_when_it_names_them() {
    for (filter, expected) in [
        ("", (false, false)),
        ("tcp", (false, false)),
        ("arp", (true, false)),
        ("!(arp)", (true, false)),
        ("icmpv6.type == 135", (false, true)),
        ("eth.type == 0x0806", (true, true)),
        ("frame contains \"arp\"", (false, false)),
    ] {
        assert_eq!(speaks_of_neighbours(filter), expected, "{filter}");
    }
}

fn hosts() -> impl Strategy<Value = Option<String>> {
    option::of("[a-z]{2,6}[0-9]?").prop_map(|host| {
        host.filter(|name| {
            !matches!(
                name.as_str(),
                "next" | "to" | "from" | "by" | "where" | "after" | "queue" | "jitter"
            )
        })
    })
}

fn picks() -> impl Strategy<Value = Pick> {
    prop_oneof![
        (0..=1_000_000_u32).prop_map(Pick::Chance),
        (0..9_u64, 1..9_u64).prop_map(|(skip, count)| Pick::Counted {
            skip,
            count: Some(count)
        }),
        (1..9_u64).prop_map(|skip| Pick::Counted { skip, count: None }),
    ]
}

fn rules() -> impl Strategy<Value = WireRule> {
    let picked = (
        prop_oneof![
            Just(WireAction::Drop),
            Just(WireAction::Duplicate),
            Just(WireAction::Reorder),
            Just(WireAction::Corrupt),
            (0..60_000_000_000_u64, 0..=1_u64).prop_map(|(delay_ns, part)| WireAction::Delay {
                delay_ns,
                jitter_ns: delay_ns * part
            }),
        ],
        picks(),
    );
    let set = (
        prop_oneof![
            Just(WireAction::Cut),
            (68..=65535_u16).prop_map(WireAction::Mtu),
            (1_000..100_000_000_000_u64, 1..=10_000_u32)
                .prop_map(|(bits, queue)| WireAction::Rate { bits, queue }),
        ],
        Just(Pick::All),
    );
    let filters = prop_oneof![
        Just(""),
        Just("udp"),
        Just("tcp.port == 5000 && !(tcp.len == 0)")
    ];
    (prop_oneof![picked, set], hosts(), hosts(), filters).prop_map(
        |((action, pick), from, to, filter)| WireRule {
            action,
            pick,
            from,
            to,
            filter: filter.to_owned(),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_rule_is_read_back_as_it_was_written(rule in rules()) {
        let order = WireOrder::Add(rule);
        prop_assert_eq!(WireOrder::parse(&order.text()), Ok(order));
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in "\\PC{0,40}", words in proptest::collection::vec(prop_oneof![
        Just("drop"), Just("delay"), Just("next"), Just("where"), Just("from"), Just("50ms"), Just("10%"), Just("\""), Just("'"), Just("\\"), Just("é"), Just("tcp"), Just("2nd")
    ], 0..8), joined in any::<bool>()) {
        let line = if joined { words.join(" ") } else { text };
        if let Err(error) = WireOrder::parse(&line) {
            assert!(error.span.end <= line.len());
        }
        let _ = (next(&line), shape(&line));
    }
}
