//! strace as a witness: a process of the lab makes the network calls that are shown, in their order, with the same results, and no others.

mod support;

use std::collections::BTreeMap;
use std::process::Command;
use support::{SOCKLAB, folder, private_lab, witness};

/// A call as both tell it: the system call's name, its first argument and its result.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    name: String,
    first: String,
    result: String,
}

/// send(2) and recv(2) are library functions over these system calls.
fn system_call(name: &str) -> &str {
    match name {
        "send" => "sendto",
        "recv" => "recvfrom",
        other => other,
    }
}

/// strace's lines by process, an interrupted line joined with its end.
fn witnessed(text: &str) -> BTreeMap<String, Vec<Made>> {
    let mut begun: BTreeMap<String, String> = BTreeMap::new();
    let mut made: BTreeMap<String, Vec<Made>> = BTreeMap::new();
    for line in text.lines() {
        let Some((pid, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim();
        if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(pid.to_owned(), start.to_owned());
            continue;
        }
        let whole = match rest.split_once(" resumed>") {
            Some((_, end)) => format!("{}{end}", begun.remove(pid).unwrap_or_default()),
            None => rest.to_owned(),
        };
        let Some((name, arguments)) = whole.split_once('(') else {
            continue;
        };
        let Some((_, result)) = whole.rsplit_once(" = ") else {
            continue;
        };
        let first = arguments
            .split([',', ')'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let result = result.split(' ').next().unwrap_or_default().to_owned();
        made.entry(pid.to_owned()).or_default().push(Made {
            name: name.to_owned(),
            first,
            result,
        });
    }
    made
}

#[test]
fn strace_sees_the_calls_that_are_shown_and_no_others() {
    if !private_lab() || !witness::present("strace") {
        return;
    }
    let place = folder();
    let log = place.path().join("strace.log");
    let script = "s = create_server 127.0.0.1:5000; c = socket; connect c 127.0.0.1:5000; conn, addr = accept s; send c \"hello\"; recv conn; \
                  u = socket AF_INET SOCK_DGRAM; sendto u \"x\" 127.0.0.1:9; recv u 10 MSG_DONTWAIT; shutdown c SHUT_WR; getsockname c; \
                  getpeername conn; getsockopt c SOL_SOCKET SO_TYPE; a, b = socketpair; bind s :80; connect u 127.0.0.1:9";
    let output = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-e",
            "trace=network",
            "-e",
            "signal=none",
            "-o",
        ])
        .arg(&log)
        .args([SOCKLAB, "--json", "-c", script])
        .output()
        .expect("strace runs");
    let shown: Vec<Made> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|event| event["event"] == "call")
        .map(|event| Made {
            name: system_call(event["name"].as_str().unwrap_or_default()).to_owned(),
            first: event["args"][0].as_str().unwrap_or_default().to_owned(),
            result: event["result"].to_string(),
        })
        .collect();
    assert!(
        shown.len() > 15,
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let text = std::fs::read_to_string(&log).expect("strace wrote its log");
    let by_process = witnessed(&text);
    // The student's process is the one that listens.
    let seen = by_process
        .values()
        .find(|calls| calls.iter().any(|call| call.name == "listen"))
        .expect("some process listened");
    assert_eq!(&shown, seen);
}
