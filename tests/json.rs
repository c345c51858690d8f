//! The contract of `--json`: every line of standard output is an object with an event, whatever was typed.

mod support;

use support::{folder, private_lab, run_in};

const LINES: &str = "s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
sockets
info c
states c
options c
packets
packets tcp.prot == 1
packet 1
ladder
follow c
conversations
help
help send
explain EPIPE
lab
jobs
process
recv 99
why
oops oops
bind
expect ok
expect errno EBADF
run echo hi
inspect tree
send c \"x\"
print \"a\\nb\"
1 + 1
kill nobody
save ./nowhere/y.pcapng
save y.zip
load nope
reset
";

/// What brings about an event of every kind.
const EVERY_KIND: &str = "process server
server> s = socket; bind s 127.0.0.1:5000; listen s
server> accept s
lab> c = socket; connect c 127.0.0.1:5000
a, b = socketpair; send a \"x\"; recv b
help zzz
print 1
1 + 1
expect ok
sockets
run --step python3 -c \"import socket; socket.socket()\"
";

#[test]
fn every_kind_of_event_and_every_key_of_it_is_on_the_page_and_nothing_else() {
    if !private_lab() {
        return;
    }
    let page = include_str!("../book/src/json.md");
    let place = folder();
    let ran = run_in(place.path(), &["--json"], EVERY_KIND.as_bytes());
    let mut seen = std::collections::BTreeSet::new();
    for line in ran.out.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
        let kind = event["event"].as_str().expect("it has a kind").to_owned();
        for key in event.as_object().expect("it is an object").keys() {
            // The fields of packets are those of display filters.
            let is_field = kind == "packet" && key.contains('.');
            assert!(
                is_field || page.contains(&format!("`{key}`")),
                "{kind}: {key}"
            );
        }
        seen.insert(kind);
    }
    let named = page
        .lines()
        .skip_while(|line| !line.starts_with("| `event` |"));
    let named: std::collections::BTreeSet<String> = named
        .skip(2)
        .take_while(|line| line.starts_with("| `"))
        .filter_map(|line| Some(line.split('`').nth(1)?.to_owned()))
        .collect();
    assert_eq!(seen, named);
}

#[test]
fn every_line_of_standard_output_is_an_event() {
    if !private_lab() {
        return;
    }
    let place = folder();
    for color in ["always", "never"] {
        let ran = run_in(
            place.path(),
            &["--json", "--color", color],
            LINES.as_bytes(),
        );
        assert_eq!(ran.status, 1, "{}", ran.out);
        assert_eq!(ran.err, "");
        for line in ran.out.lines() {
            let event: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(event["event"].is_string(), "{line}");
            assert!(!line.contains("\\u001b"), "{line}");
        }
        for said in ["TIME-WAIT", "tcpi_rtt", "nowhere", "zip"] {
            assert!(ran.out.contains(said), "{said} in {}", ran.out);
        }
    }
}
