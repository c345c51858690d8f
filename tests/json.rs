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
