//! The views of the inspector through the binary: what they show of a real session, and the files they are saved as.

mod support;

use socklab::catalog::glossary;
use std::process::Command;
use support::witness::present;
use support::{folder, private_lab, run_in};

/// A connection with two sends, one recv that takes parts of both, and an answer.
const CONNECTION: &str = "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
send c \"hello \"
send c \"<wörld>\"
recv conn 8
send conn \"bye\"
";

fn shown(lines: &str) -> String {
    let place = folder();
    let script = format!("inspect off\n{CONNECTION}{lines}");
    let ran = run_in(place.path(), &["--color", "never", "-c", &script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    ran.out
}

#[test]
fn a_stream_says_what_wrote_carried_and_read_each_byte_and_what_waits() {
    if !private_lab() {
        return;
    }
    let out = shown("stream c\n");
    for part in [
        "14 bytes written by 2 calls",
        "14 carried by 2 segments",
        "8 read by 1 call",
        "6 bytes unread: in the receive queue of the reader's kernel",
        "3 bytes written by 1 call",
    ] {
        assert!(out.contains(part), "{part} in\n{out}");
    }
    let rows: Vec<Vec<&str>> = out
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for row in [
        vec!["0-5", "send(4)", "#4", "recv(5)", "\"hello", "\""],
        vec!["6-7", "send(4)", "#6", "recv(5)", "\"<w\""],
        vec!["8-13", "send(4)", "#6", "unread", "\"örld>\""],
    ] {
        assert!(rows.contains(&row), "{row:?} in\n{out}");
    }
}

#[test]
fn states_tell_what_only_the_packets_saw_and_plots_have_their_axes() {
    if !private_lab() {
        return;
    }
    let out = shown("states c\nplot c seq\nplot c cwnd\nplot c rtt\nplot c window\n");
    for part in [
        "c: CLOSED → ○ SYN-SENT → ESTABLISHED",
        "c → conn: sequence numbers",
        "c: congestion window",
        "c: round-trip time",
        "offered window and bytes in flight",
        "time, ms",
    ] {
        assert!(out.contains(part), "{part} in\n{out}");
    }
}

#[test]
fn what_is_saved_as_json_is_what_json_prints() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let script = format!("{CONNECTION}save ./x.json\n");
    let ran = run_in(place.path(), &["--json", "-c", &script], b"");
    let saved = std::fs::read_to_string(place.path().join("x.json")).expect("it was saved");
    assert!(saved.lines().count() > 10);
    for line in saved.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("each line is an object");
    }
    assert!(ran.out.starts_with(&saved), "{}\n==\n{saved}", ran.out);
}

#[test]
fn drawings_and_the_page_are_whole_and_hold_nothing_raw_or_from_elsewhere() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let names = [
        ("ladder.svg", ""),
        ("filtered.svg", "tcp.len > 0"),
        ("seq.svg", "plot c seq"),
        ("stream.svg", "stream c"),
        ("states.svg", "states c"),
        ("follow.svg", "follow c hex"),
        ("conversations.svg", "conversations"),
        ("messages.svg", "messages"),
        ("session.html", ""),
    ];
    let saves: Vec<String> = names
        .iter()
        .map(|(name, what)| format!("save ./{name} {what}"))
        .collect();
    let saves = saves.join("\n");
    let unix = "u, v = socketpair AF_UNIX SOCK_DGRAM\nsend u \"<b>&\"\nrecv v\n";
    let script = format!("{CONNECTION}{unix}{saves}");
    let ran = run_in(place.path(), &["--color", "never", "-c", &script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for (name, _) in names {
        let text = std::fs::read_to_string(place.path().join(name)).expect("it was saved");
        assert!(
            text.trim_end().ends_with("</svg>") || text.trim_end().ends_with("</html>"),
            "{name}"
        );
        assert_eq!(
            text.matches("<text").count(),
            text.matches("</text>").count(),
            "{name}"
        );
        if present("python3") {
            let parse = format!(
                "import xml.dom.minidom as m; t = open({name:?}).read(); m.parseString(t.replace('<!DOCTYPE html>', ''))"
            );
            let witness = Command::new("python3")
                .args(["-c", &parse])
                .current_dir(place.path())
                .output()
                .expect("it is installed");
            let said = String::from_utf8_lossy(&witness.stderr);
            assert!(witness.status.success(), "{name}: {said}");
        }
        for raw in ["<b>", "<wörld>", "src=", "http:", "\u{1b}"] {
            assert!(
                !text.replace("http://www.w3.org/", "").contains(raw),
                "{raw} in {name}"
            );
        }
        // A page has its events and the script that draws them, and no other.
        let scripts = if name.ends_with("html") { 3 } else { 0 };
        assert_eq!(text.matches("<script").count(), scripts, "{name}");
    }
}

#[test]
fn messages_without_a_packet_stand_under_their_calls_and_are_listed() {
    if !private_lab() {
        return;
    }
    let script = "\
u, v = socketpair AF_UNIX SOCK_DGRAM
send u \"hello\"
recv v 2
f = socket
sendmsg u \"x\" SCM_RIGHTS=[f]
recvmsg v
n = socket AF_NETLINK SOCK_RAW NETLINK_ROUTE
send n x\"14 00 00 00 12 00 01 03 01 00 00 00 00 00 00 00 00 00 00 00\"
messages
expect no packet tcp
";
    let place = folder();
    let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let flat = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "u → v message 1, 5 bytes \"hello\" (no packet: AF_UNIX never leaves the kernel)",
        "v ← u took 2 bytes of message 1; 3 bytes of it are gone: a message is read once",
        "u → v message 2, 1 byte \"x\", with fd 5 (f)",
        "v ← u took message 2, 1 byte, with fd 6 (f)",
        "n → kernel message 3, 20 bytes: RTM_GETLINK (REQUEST, DUMP)",
        "recv(4), cut",
    ] {
        assert!(flat.contains(part), "{part} in\n{}", ran.out);
    }
}

#[test]
fn equal_ports_on_two_hosts_loopbacks_are_two_connections() {
    if !private_lab() {
        return;
    }
    let open = |host: &str| {
        format!(
            "{host}> l = socket; bind l 127.0.0.1:5000; listen l\n\
             {host}> c = socket; bind c 127.0.0.1:6000; connect c 127.0.0.1:5000\n\
             {host}> conn, addr = accept l\n"
        )
    };
    let script = format!(
        "inspect off\nhost north 10.0.0.1\nhost south 10.0.0.2\n{}{}\
         north> send c \"from the north\"\nsouth> send c \"from the south\"\n\
         north> follow c\nsouth> follow conn\nnorth> stream c\n",
        open("north"),
        open("south")
    );
    let place = folder();
    let ran = run_in(place.path(), &["--color", "never", "-c", &script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let said: Vec<&str> = ran
        .out
        .lines()
        .filter_map(|line| line.strip_prefix("▶ "))
        .collect();
    assert_eq!(said, ["from the north", "from the south"], "{}", ran.out);
    let stream = ran.out.rsplit("stream c").next().unwrap_or_default();
    assert!(stream.contains("north.c"), "{}", ran.out);
    assert!(stream.contains("14 bytes written by 1 call"), "{}", ran.out);
    assert!(!stream.contains("south"), "{}", ran.out);
}

#[test]
fn what_is_too_long_for_a_screen_is_cut_and_says_so() {
    if !private_lab() {
        return;
    }
    let out = shown("send c \"line\\n\" * 6000\nfollow c\n");
    assert_eq!(
        out.matches("▶ ").count() + out.matches("◀ ").count(),
        4999,
        "{}",
        out.len()
    );
    assert!(
        out.contains("more lines are not shown here; `save FILE.svg follow c`"),
        "{}",
        out.len()
    );
}

#[test]
fn an_early_write_waits_at_the_listener_and_is_read_after_the_accept() {
    if !private_lab() {
        return;
    }
    let script = "\
s = socket AF_UNIX SOCK_STREAM; bind s @echo; listen s
c = socket AF_UNIX SOCK_STREAM; connect c @echo
send c \"early\"
conn, addr = accept s
send c \" bird\"
recv conn 7
stream c
expect ok
";
    let place = folder();
    let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let flat = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "c → s (not accepted yet) write 1, 5 bytes \"early\"",
        "c → conn write 2, 5 bytes \" bird\"",
        "conn ← c took 7 bytes of writes 1 and 2: a stream keeps no boundaries; 3 bytes wait",
        "3 bytes unread",
    ] {
        assert!(flat.contains(part), "{part} in\n{}", ran.out);
    }
}

#[test]
fn a_saved_session_tells_its_causes_names_and_verdicts_again_when_it_is_read() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let script = "inspect off
host client 10.0.0.1
host server 10.0.0.2
server> s = socket; bind s 10.0.0.2:5000; listen s
client> wire delay 7ms from client
wire drop next from client where tcp.flags.syn == 1
client> c = socket; connect c 10.0.0.2:5000
client> wait all
client> send c \"hello\"
save ./x.pcapng tcp
";
    let ran = run_in(place.path(), &["-c", script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let read = |arguments: &[&str]| {
        let mut all = vec!["read", "./x.pcapng", "--color", "never"];
        all.extend(arguments);
        run_in(place.path(), &all, b"").out
    };
    let lines = read(&[]);
    for part in [
        "c 10.0.0.1:",
        "lost: wire rule 2",
        "delayed 7 ms: wire rule 1",
        "caused by connect(3) in client, process ",
        "caused by the retransmission timer (RTO)",
        "caused by send(3, 5 bytes) in client, process ",
        "\"hello\"",
    ] {
        assert!(lines.contains(part), "{part} in\n{lines}");
    }
    // The search for the neighbour is not in the file, so its packets have other numbers there.
    assert!(
        lines
            .lines()
            .next()
            .is_some_and(|line| line.contains("in its lab")),
        "{lines}"
    );
    assert!(read(&["--ladder"]).contains('✗'));
    assert!(read(&["--conversations"]).contains("(1 lost)"));
    let json = read(&["--json", "-c", "1"]);
    assert!(
        json.contains(r#""from":"c""#) && json.contains(r#""lost":2"#),
        "{json}"
    );
    assert!(
        json.contains(r#""frame.interface_name":"client/eth0""#),
        "{json}"
    );
    // A part of the file still knows it all.
    let part = run_in(
        place.path(),
        &["read", "./x.pcapng", "tcp.len > 0", "-w", "./y.pcapng"],
        b"",
    );
    assert_eq!(part.status, 0, "{}", part.err);
    let again = run_in(
        place.path(),
        &["read", "./y.pcapng", "--color", "never"],
        b"",
    )
    .out;
    assert!(
        again.contains("caused by send(3, 5 bytes) in client, process "),
        "{again}"
    );
}

#[test]
fn a_conversation_has_one_number_in_all_views_and_a_number_of_none_is_refused() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let before = "inspect off
u = socket AF_INET SOCK_DGRAM
sendto u \"one\" 127.0.0.1:7000
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
send c \"two\"
";
    let run = |lines: &str| {
        let script = format!("{before}{lines}");
        run_in(place.path(), &["--color", "never", "-c", &script], b"")
    };
    let ran = run(
        "conversations\nfollow 1\nstream 1\nladder 1\nplot 1 seq\nfollow 0\nstates 1\ninfo 1\n",
    );
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for part in [
        "tcp.stream == 0",
        "▶ two",
        "3 bytes written by 1 call",
        "Len=3 \"two\"",
        "c → s: sequence numbers",
        "▶ one",
        "c: CLOSED",
    ] {
        assert!(ran.out.contains(part), "{part} in\n{}", ran.out);
    }
    for line in ["follow 9", "stream 9", "plot 9 seq", "ladder 9"] {
        let ran = run(line);
        assert_eq!(ran.status, 1, "{line}: {}", ran.out);
        let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains(
                "there is no conversation 9; there are 0 (UDP u ↔ 127.0.0.1:7000) and 1 (TCP c ↔ s)"
            ),
            "{line}: {words}"
        );
    }
    let ran = run("stream 0\n");
    assert!(
        ran.out.contains("conversation 0 is not a TCP connection"),
        "{}",
        ran.out
    );
}

#[test]
fn what_comes_late_counts_from_the_call_before_it() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let script = "host client 10.0.0.1
host server 10.0.0.2
server> s = socket; bind s 10.0.0.2:5000; listen s
wire drop next from client where tcp.flags.syn == 1
client> c = socket; connect c 10.0.0.2:5000
client> wait all
";
    let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let again = ran.out.lines().find(|line| line.contains("Retransmission"));
    let time = again.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    // The timer of the first SYN is 1 s; the count began with what connect sent first.
    assert!(time.is_some_and(|ms| ms > 900.0), "{}", ran.out);
}

#[test]
fn the_search_for_a_neighbour_by_ipv6_stands_between_the_two_it_is_about() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let script = "inspect off
host client fd00::1
host server fd00::2
server> s = socket AF_INET6; bind s [fd00::2]:5000; listen s
client> c = socket AF_INET6; connect c [fd00::2]:5000
lab> conversations
ladder
";
    let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("ff02::1"), "{}", ran.out);
    let searches = ran.out.lines().filter(|line| line.starts_with("- ICMPv6"));
    assert_eq!(searches.count(), 1, "{}", ran.out);
}

#[test]
fn a_socket_that_is_connected_in_one_step_has_its_name_from_its_first_packet_on() {
    if !private_lab() {
        return;
    }
    let place = folder();
    // The first address of localhost refuses; the second socket is called as the first one was.
    let script = "s = create_server 127.0.0.1:5000
c = create_connection localhost:5000
c = create_connection 127.0.0.1:5000
";
    let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("s: CLOSED → LISTEN"), "{}", ran.out);
    assert!(ran.out.contains("c: CLOSED → ESTABLISHED"), "{}", ran.out);
    // The second one gets the name when the command gives it back: until then the first one has it.
    let named = ran
        .out
        .lines()
        .filter(|line| line.trim_start().starts_with("c 127.0.0.1:"));
    assert_eq!(named.count(), 1, "{}", ran.out);
}

/// Hosts and traffic that make the views say most of what they can say.
const BUSY: &str = "\
host a
host b
b> s = socket; bind s 10.0.0.2:5000; listen s
a> c = socket; connect c 10.0.0.2:5000
b> conn, addr = accept s
a> setsockopt c SOL_SOCKET SO_KEEPALIVE 1
wire drop next from a
a> send c \"one\"
wire delay 5ms next from b
b> recv conn 100
a> send c \"two\"; send c \"three\"
a> d = socket; connect d 10.0.0.2:5001
a> u = socket AF_INET SOCK_DGRAM; sendto u \"x\" 10.0.0.2:7
a> r = socket AF_INET SOCK_RAW IPPROTO_ICMP; sendto r icmp(echo, id=1, seq=1)/\"ping\" 10.0.0.2
b> m = socket AF_INET SOCK_DGRAM; setsockopt m IPPROTO_IP IP_ADD_MEMBERSHIP (\"239.1.2.3\", \"10.0.0.2\")
b> l, q = socketpair; y = socket AF_UNIX; bind y @y; listen y; x = socket AF_UNIX SOCK_DGRAM; bind x @x
b> n = socket AF_NETLINK SOCK_RAW 0
b> close conn
a> recv c 1
a> close c
";

/// The words of what these views print, without names, numbers, addresses, data and calls.
fn words_of(out: &str) -> Vec<String> {
    let mut words = std::collections::BTreeSet::new();
    for line in out.lines() {
        // Data stands in quotes, and what a call is named with its descriptor in brackets behind.
        let unquoted: String = line.split('"').step_by(2).collect();
        for word in unquoted.split([' ', '[', ']', ',', '=', '→', '…', ';', '?']) {
            let word =
                word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '(' && c != ')');
            let word = word.trim_matches(['.', ':']);
            let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic())
                && !word.contains(['(', ')', ':', '@']);
            if is_word {
                words.insert(word.to_owned());
            }
        }
    }
    words.into_iter().collect()
}

/// A script with lines for each of these words.
fn each<T: AsRef<str>>(words: &[T], lines: impl Fn(&str) -> String) -> String {
    words
        .iter()
        .fold(String::new(), |script, word| script + &lines(word.as_ref()))
}

#[test]
fn every_word_that_the_views_print_can_be_asked_for() {
    // Plain English, and the names of this session.
    const PLAIN: &str = "one two three a b c d l m n q s u x y conn addr fd of for in is its no on the by an and both had be as could which so all any at r ms Who has Update";
    if !private_lab() {
        return;
    }
    let place = folder();
    let open = "sockets\na> info c\nb> close conn\n";
    let script = format!(
        "inspect off\n{}ladder\npackets\nsockets\nconversations\n",
        BUSY.replace("b> close conn\n", open)
    );
    let ran = run_in(place.path(), &["--color", "never", "-c", &script], b"");
    let mut shown = String::new();
    let mut view = "";
    for line in ran.out.lines() {
        if let Some((_, command)) = line.split_once("> ").filter(|(name, _)| name.len() <= 3) {
            view = command;
        } else if ["ladder", "sockets", "conversations"].contains(&view) && !line.starts_with("Of a listener")
            // Of the list of packets, what each is; why it was sent is prose.
            || view == "packets" && line.starts_with(|c: char| c.is_ascii_digit())
        {
            shown.push_str(line);
            shown.push('\n');
        }
    }
    let mut words = words_of(&shown);
    // Of TCP_INFO the names of the fields; what they say is prose.
    let fields = ran
        .out
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    words.extend(
        fields
            .filter(|word| word.starts_with("tcpi_"))
            .map(str::to_owned),
    );
    words.retain(|word| !PLAIN.split_whitespace().any(|plain| plain == word));
    words.sort_unstable();
    words.dedup();
    for known in [
        "Seq",
        "Len",
        "ARP",
        "Recv-Q",
        "ESTABLISHED",
        "tcpi_rtt",
        "datagram",
    ] {
        assert!(
            words.iter().any(|word| word == known),
            "{known} in {words:?}"
        );
    }
    // An entry of this very name, not one that only has the word in it.
    let unknown: Vec<&String> = words
        .iter()
        .filter(|word| glossary::all(word).is_empty())
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}\n{}", ran.out);
}

#[test]
fn every_word_of_the_drawings_is_explained_by_its_name() {
    // Each phrase as it stands in the drawing, and the topic that is about it.
    for (phrase, topic) in [
        ("Who has", "ARP"),
        ("Window Update", "tcp.analysis.window_update"),
        ("Membership Report", "IGMP"),
        ("Destination unreachable", "destination unreachable"),
        ("carried by", "segment column"),
        ("sent by", "segment column"),
        ("read by", "segment column"),
        ("unread", "unread"),
        ("in flight", "unread"),
        ("again", "again"),
        ("SACK", "SACK"),
        ("ack", "ACK"),
        ("window", "window"),
        ("offered window", "window"),
        ("cwnd", "congestion window"),
        ("ssthresh", "slow start threshold"),
        ("slow start", "slow start"),
        ("srtt", "round-trip time"),
        ("per ACK", "per ACK"),
        ("sequence number", "sequence number"),
        ("keeper", "keeper"),
        ("pid", "pid"),
        ("free", "free"),
        ("fired", "fired"),
        ("private network", "network namespace"),
        ("SYN-RECEIVED", "SYN-RECEIVED"),
        ("handshake 1 of 3", "handshake"),
        ("ECONNREFUSED", "ECONNREFUSED"),
    ] {
        let found = glossary::all(phrase);
        assert!(
            found.iter().any(|explained| explained.topic == topic),
            "{phrase}: {:?}",
            found.iter().map(|one| one.topic).collect::<Vec<_>>()
        );
    }
}

#[test]
fn every_label_of_a_packets_tree_is_explained_by_its_field() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let packets: String = (1..=12).fold(String::new(), |all, n| all + &format!("packet {n}\n"));
    let script = format!("inspect off\n{BUSY}{packets}");
    let ran = run_in(place.path(), &["--color", "never", "-c", &script], b"");
    // `  Source Port: 40312  tcp.srcport [34-35]`
    let rows = ran.out.lines().filter_map(|line| {
        let (label, rest) = line.strip_prefix("  ")?.trim_start().split_once(": ")?;
        let before = rest.rsplit_once(" [")?.0;
        let name = before.rsplit("  ").next()?;
        name.contains('.')
            .then(|| (label.to_owned(), name.to_owned()))
    });
    let rows: std::collections::BTreeSet<(String, String)> = rows.collect();
    assert!(rows.len() > 30, "{rows:?}\n{}", ran.out);
    let asked: Vec<&(String, String)> = rows.iter().collect();
    let questions: String = asked.iter().fold(String::new(), |all, (label, _)| {
        all + &format!("explain {label}\n")
    });
    let script = format!("inspect off\n{BUSY}process asking\n{questions}");
    let ran = run_in(place.path(), &["--color", "never", "-c", &script], b"");
    let unknown: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.contains("nothing is known about"))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let ports = ran.out.split("explain Source Port").nth(1);
    assert!(
        ports.is_some_and(|text| text.trim_start().starts_with("tcp.srcport")
            || text.trim_start().starts_with("udp.srcport")),
        "{}",
        ran.out
    );
}

#[test]
fn words_copied_from_the_screen_and_the_builders_are_explained() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let topics = [
        "Win=64240",
        "[SYN, ACK]",
        "[PSH, ACK]",
        "Dup ACK #1 of #4",
        "close 2 of 4",
        "handshake 3 of 3",
        "Seq=0",
        "TSval",
        "TSecr",
        "SACK_PERM",
        "WS",
        "MSS",
        "TTL",
        "checksum",
        "TCP",
        "UDP",
        "IP",
        "ICMP",
        "IGMP",
        "MPTCP",
        "SCTP",
        "ARP",
        "caused by",
        "follows from",
        "probably",
        "lost",
        "delivered twice",
        "errno 111",
        "reset",
        "refused",
        "repeat",
        "(kernel)",
        "unread",
        "Destination unreachable (Port unreachable)",
        "Neighbor Solicitation",
        "Echo (ping) request",
        "IGMPv3",
        "acknowledges #6",
    ];
    let layers = [
        "eth", "arp", "ip", "ip6", "icmp", "icmp6", "igmp", "tcp", "udp", "dns", "raw", "nlmsg",
        "rtmsg",
    ];
    let mut script = each(&topics, |topic| format!("explain {topic}\n"));
    script += &each(&layers, |layer| {
        format!("help {layer}\nhelp {layer}(…)\nexplain {layer}\n")
    });
    script.push_str("help repeat\nhelp expect\nhelp wire drop\nhelp wire\nhelp len\nman 2 connect\nman 7 tcp\nhelp s.recv()\n");
    let ran = run_in(place.path(), &["--color", "never", "-c", &script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("nothing is known"), "{}", ran.out);
}

#[test]
fn a_packet_is_explained_and_fields_are_shown_alone() {
    if !private_lab() {
        return;
    }
    let out =
        shown("explain #1\npacket #2 tcp.flags.syn tcp.seq\npacket tcp.ack\ninfo c rtt snd_cwnd\n");
    for part in [
        "handshake 1 of 3: The client asks",
        "MSS=65495: the most data",
        "why: caused by connect(4)",
    ] {
        assert!(out.contains(part), "{part} in\n{out}");
    }
    let fields = out.split_once("> packet #2").expect("it was asked").1;
    assert!(
        fields.contains("Syn: 1  tcp.flags.syn [47]\n  tcp.seq: 0"),
        "{fields}"
    );
    assert!(!fields.contains("ip.ttl"), "{fields}");
    let info = fields.split_once("> info c").expect("it was asked").1;
    assert_eq!(info.matches("tcpi_").count(), 2, "{info}");
}
