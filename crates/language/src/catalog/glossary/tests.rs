//! What must hold for the glossary.

use super::{Kind, all, containing, entries, explain, folded, nearest, topics};

#[test]
fn a_topic_is_found_however_it_is_spelled() {
    let cases = [
        ("TIME_WAIT", "TIME-WAIT", Kind::State),
        ("time-wait", "TIME-WAIT", Kind::State),
        ("timewait", "TIME-WAIT", Kind::State),
        ("FIN_WAIT1", "FIN-WAIT-1", Kind::State),
        ("SYN-RECV", "SYN-RECEIVED", Kind::State),
        ("estab", "ESTABLISHED", Kind::State),
        ("rst", "RST", Kind::Flag),
        ("tcp.flags.syn", "SYN", Kind::Flag),
        ("rto", "RTO", Kind::Timer),
        ("Delayed ACK", "delayed ACK", Kind::Timer),
        ("delayed-ACK timer", "delayed ACK", Kind::Timer),
        ("DATA_FIN", "DATA_FIN", Kind::Term),
        ("scope id", "scope id", Kind::Term),
        ("nop", "NOP", Kind::Term),
        ("econnrefused", "ECONNREFUSED", Kind::Errno),
        ("111", "ECONNREFUSED", Kind::Errno),
        ("-2", "EAI_NONAME", Kind::Errno),
        ("so_reuseaddr", "SO_REUSEADDR", Kind::Option),
        ("af_inet", "AF_INET", Kind::Constant),
        ("accept", "accept", Kind::Verb),
        ("retransmission", "tcp.analysis.retransmission", Kind::Label),
        (
            "tcp.analysis.zero_window",
            "tcp.analysis.zero_window",
            Kind::Label,
        ),
        ("tcp.window_size", "tcp.window_size", Kind::Field),
        ("backlog", "backlog", Kind::Term),
        ("mss", "MSS", Kind::Term),
        ("localhost", "loopback", Kind::Term),
        ("nagle", "Nagle's algorithm", Kind::Term),
        ("tcpi_snd_cwnd", "snd_cwnd", Kind::TcpInfo),
    ];
    for (asked, topic, kind) in cases {
        let found = explain(asked).unwrap_or_else(|| panic!("{asked}"));
        assert_eq!((found.topic, found.kind), (topic, kind), "{asked}");
    }
    for asked in ["", "  ", "no such thing", "9999", "tcp.flags.nonsense"] {
        assert_eq!(explain(asked), None, "{asked}");
    }
}

#[test]
fn no_name_of_the_glossary_stands_for_two_things() {
    let mut names: Vec<String> = entries()
        .flat_map(|entry| entry.aliases.iter().chain([&entry.name]))
        .map(|name| folded(name))
        .collect();
    names.sort_unstable();
    let twice: Vec<&String> = names
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| &pair[0])
        .collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn every_topic_is_explained_in_words() {
    for topic in topics() {
        let found = explain(topic).unwrap_or_else(|| panic!("{topic}"));
        assert!(!found.summary.is_empty(), "{topic}");
        assert!(
            found
                .sections
                .iter()
                .all(|(title, text)| !title.is_empty() && !text.is_empty())
        );
    }
    assert_eq!(
        entries().filter(|entry| entry.kind == Kind::State).count(),
        11
    );
    assert!(entries().all(|entry| !entry.see.is_empty()));
}

#[test]
fn a_mistyped_topic_has_a_nearest_one_and_nonsense_has_none() {
    let cases = [
        ("ECONREFUSED", Some("ECONNREFUSED")),
        ("time-wiat", Some("TIME-WAIT")),
        ("bakclog", Some("backlog")),
        ("SO_REUSEADR", Some("SO_REUSEADDR")),
        ("qqqqqqqqqqqq", None),
    ];
    for (asked, topic) in cases {
        assert_eq!(nearest(asked), topic, "{asked}");
    }
}

#[test]
fn words_are_found_as_the_screen_prints_them() {
    let cases: [(&str, &[&str]); 13] = [
        ("Win=64240", &["Win"]),
        ("Ack=6", &["Ack="]),
        ("Ack", &["ACK"]),
        ("[SYN, ACK]", &["SYN-ACK"]),
        ("[PSH, ACK]", &["PSH", "ACK"]),
        ("Dup ACK #2 of #14", &["tcp.analysis.duplicate_ack"]),
        ("close 2 of 4", &["connection close"]),
        ("handshake 3 of 3", &["handshake"]),
        ("simultaneous close 3 of 4", &["simultaneous close"]),
        ("errno 111", &["ECONNREFUSED"]),
        ("state TIME-WAIT", &["TIME-WAIT"]),
        ("_", &["last result"]),
        ("no such thing", &[]),
    ];
    for (asked, topics) in cases {
        let found: Vec<&str> = all(asked).iter().map(|found| found.topic).collect();
        assert_eq!(found, topics, "{asked}");
    }
    // A word of a longer name is no name, but it leads to one.
    assert!(all("incorrect").is_empty());
    assert_eq!(
        containing("incorrect").map(|found| found.topic),
        Some("checksum")
    );
    for word in ["for", "the", "and", "with"] {
        assert_eq!(containing(word), None, "{word}");
    }
    // A name that means several things: each of them.
    for (asked, kinds) in [
        ("stream", [Kind::Term, Kind::Verb]),
        ("close", [Kind::Verb, Kind::Verb]),
        ("reset", [Kind::Verb, Kind::Flag]),
        ("rtt", [Kind::Term, Kind::TcpInfo]),
        ("keep-alive", [Kind::Timer, Kind::Label]),
    ] {
        let found: Vec<Kind> = all(asked).iter().map(|found| found.kind).collect();
        assert!(
            kinds.iter().all(|kind| found.contains(kind)),
            "{asked} {found:?}"
        );
    }
}
