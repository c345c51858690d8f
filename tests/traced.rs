//! Programs run in the lab: each of their socket calls is told as a typed one is, with its packets, and as strace tells it.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::witness::present;
use support::{SOCKLAB, alive, descendants, events, eventually, folder, private_lab, run, script};

/// A program of the tracer's own tests.
fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("crates/tracer/tests/programs")
        .join(name)
}

/// The interpreter itself: `python3` may be a script that looks for one.
fn python() -> Option<String> {
    if !present("python3") {
        return None;
    }
    let script = "import sys; print(sys.executable)";
    let found = Command::new("python3").args(["-c", script]).output();
    let found = found.expect("it runs").stdout;
    Some(String::from_utf8_lossy(&found).trim().to_owned())
}

/// Text that a script holds as one word of `run`.
fn word(text: &str) -> String {
    format!("'{text}'")
}

const ECHO: &str = "import socket
s = socket.create_server((\"127.0.0.1\", 5678))
conn, peer = s.accept()
while data := conn.recv(1024):
    conn.sendall(data.upper())
conn.close()
s.close()
print(\"done\")
";

fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field].as_str().unwrap_or_default()
}

#[test]
fn a_program_is_told_like_typed_calls_in_every_view() {
    let Some(python) = python().filter(|_| private_lab()) else {
        return;
    };
    let folder = folder();
    let file = folder.path().join("echo.py");
    std::fs::write(&file, ECHO).expect("it can be written");
    let ran = script(&format!(
        "run --as server {python} {file} &
expect state server.3 LISTEN
c = socket
connect c 127.0.0.1:5678
send c \"hello\"
recv c
expect call server recv = 5
expect call server accept
expect state server.4 ESTABLISHED
states server.3
info server.4 state
stream server.4
follow server.4
calls server
close c
expect output server \"done\"
wait",
        file = file.display()
    ));
    assert_eq!(ran.status, 0, "{}\n{}", ran.out, ran.err);
    for shown in [
        "server: accept(3) … blocked: nobody has connected.",
        "server: send(4, \"HELLO\", 5, 0) = 5",
        "caused by send(4, 5 bytes) in server",
        "server.3: CLOSED → LISTEN",
        "server: send(4)",
        "process server ended (exit status 0)",
    ] {
        assert!(ran.out.contains(shown), "{shown}\n{}", ran.out);
    }
}

#[test]
fn json_has_the_name_the_author_wrote_and_the_kernels() {
    let Some(python) = python().filter(|_| private_lab()) else {
        return;
    };
    let told = events(&format!(
        "run --as p {python} {}",
        program("echo.py").display()
    ));
    let calls: Vec<&Value> = told
        .iter()
        .filter(|event| text(event, "event") == "call" && text(event, "process") == "p")
        .collect();
    for (name, syscall) in [
        ("send", "sendto"),
        ("recv", "recvfrom"),
        ("accept", "accept4"),
    ] {
        let found = calls
            .iter()
            .any(|call| text(call, "name") == name && text(call, "syscall") == syscall);
        assert!(found, "{name}: {calls:?}");
    }
    let caused: Vec<&str> = told
        .iter()
        .filter(|event| text(event, "event") == "packet")
        .map(|packet| text(packet, "cause"))
        .collect();
    assert!(caused.contains(&"caused by send(5, 6 bytes)"), "{caused:?}");
}

/// How many calls of each kind there were with what outcome, whoever made them.
type Tally = BTreeMap<(String, String), u64>;

fn of_lab(command: &str) -> Tally {
    let mut tally = Tally::new();
    for call in events(&format!("run --as p {command}")) {
        if text(&call, "event") == "call" {
            let outcome = match call["errno"].as_str() {
                Some(errno) => errno.to_owned(),
                None => "ok".to_owned(),
            };
            let key = (text(&call, "syscall").to_owned(), outcome);
            *tally.entry(key).or_default() += 1;
        }
    }
    tally
}

fn of_strace(command: &[&str], network: &[&str]) -> Tally {
    let folder = folder();
    let log = folder.path().join("log");
    let trace = format!("trace={}", network.join(","));
    let ran = Command::new("strace")
        .args(["-f", "-qq", "-e", "signal=none", "-e", &trace, "-o"])
        .arg(&log)
        .args(command)
        .output()
        .expect("strace runs");
    assert!(ran.status.success(), "{ran:?}");
    let mut tally = Tally::new();
    for line in std::fs::read_to_string(log).expect("a log").lines() {
        let (_, call) = line.split_once(' ').unwrap_or_default();
        let call = call.trim_start();
        let (name, outcome) = match call.strip_prefix("<... ") {
            Some(resumed) => (resumed.split(' ').next().unwrap_or_default(), resumed),
            None if call.contains("<unfinished") => continue,
            None => (call.split('(').next().unwrap_or_default(), call),
        };
        let Some((_, result)) = outcome.rsplit_once(" = ") else {
            continue;
        };
        let errno = result.strip_prefix("-1 ").map(|rest| {
            let name = rest.split(' ').next();
            name.unwrap_or_default().to_owned()
        });
        let key = (name.to_owned(), errno.unwrap_or_else(|| "ok".to_owned()));
        *tally.entry(key).or_default() += 1;
    }
    tally
}

#[test]
fn what_strace_counts_is_what_is_told() {
    // Those of which each is made, however the threads happen to run.
    const CALLS: &[&str] = &[
        "socket",
        "bind",
        "listen",
        "accept4",
        "connect",
        "sendto",
        "getsockname",
        "setsockopt",
    ];
    let Some(python) = python().filter(|_| private_lab() && present("strace")) else {
        return;
    };
    for name in ["echo.py", "threads.py", "forks.py", "events.py"] {
        let path = program(name);
        let path = path.to_str().expect("a path of letters");
        let expected = of_strace(&[&python, path], CALLS);
        let told = of_lab(&format!("{python} {path}"));
        for (key, count) in &expected {
            if key.1 == "ok" {
                assert_eq!(told.get(key), Some(count), "{name}: {key:?}");
            }
        }
    }
}

#[test]
fn exit_statuses_and_failures_to_start_are_passed_on() {
    if !private_lab() {
        return;
    }
    for (command, status) in [
        (vec!["true"], 0),
        (vec!["sh", "-c", "exit 7"], 7),
        (vec!["sh", "-c", "kill -TERM $$"], 143),
        (vec!["sh", "-c", "kill -SEGV $$"], 139),
        (vec!["/nonexistent/program"], 127),
        (vec!["/etc/passwd"], 127),
    ] {
        for calls in ["on", "off"] {
            let mut arguments = vec!["run", "--calls", calls, "--"];
            arguments.extend(&command);
            let ran = run(&arguments, b"");
            assert_eq!(
                ran.status, status,
                "{command:?} {calls}: {}{}",
                ran.out, ran.err
            );
        }
    }
}

#[test]
fn programs_run_beside_each_other_from_the_shell() {
    let Some(python) = python().filter(|_| private_lab()) else {
        return;
    };
    let folder = folder();
    let file = folder.path().join("echo.py");
    std::fs::write(&file, ECHO).expect("it can be written");
    let client = "import socket
with socket.create_connection((\"127.0.0.1\", 5678)) as c:
    c.sendall(input().encode())
    print(c.recv(100))";
    let server = file.to_str().expect("a path of letters");
    let ran = run(
        &[
            "--color", "never", "run", "--as", "server", "--", &python, server, "--and", "--as",
            "client", &python, "-c", client,
        ],
        b"typed\n",
    );
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for shown in [
        "client│ b'TYPED'",
        "caused by send(3, 5 bytes) in client",
        "caused by send(4, 5 bytes) in server",
    ] {
        assert!(ran.out.contains(shown), "{shown}\n{}", ran.out);
    }
}

#[test]
fn injected_calls_are_told_as_injected_and_the_program_meets_them() {
    let Some(python) = python().filter(|_| private_lab()) else {
        return;
    };
    let client = "import socket, sys
a, b = socket.socketpair()
a.sendall(b\"abc\")
print(b.recv(10), b.recv(10))
try:
    socket.socket()
except OSError as error:
    print(error)
";
    let folder = folder();
    let file = folder.path().join("pair.py");
    std::fs::write(&file, client).expect("it can be written");
    let ran = script(&format!(
        "inject p recv bytes 1
inject p socket errno EMFILE next
inject p send delay 50ms
run --as p {python} {}
inject",
        file.display()
    ));
    for shown in [
        "recv(4, \"a\", 10, 0) = 1   injected: bytes 1 (rule 1)",
        "socket(AF_INET, SOCK_STREAM, 0) = -1 EMFILE",
        "acted on 1 call",
        "injected: delay 50ms (rule 3)",
        "p│ b'a' b'b'",
        "Too many open files",
        "p recv bytes 1   acted on 2 calls",
    ] {
        assert!(ran.out.contains(shown), "{shown}\n{}", ran.out);
    }
}

#[test]
fn a_tracer_that_is_killed_takes_its_program_and_the_lab_goes_on() {
    let Some(python) = python().filter(|_| private_lab()) else {
        return;
    };
    let sleeper = word(
        "import socket, time; s = socket.socket(); s.bind((\"127.0.0.1\", 0)); s.listen(); s.accept()",
    );
    let ran = script(&format!(
        "run --as p {python} -c {sleeper} &
expect state p.3 LISTEN
run --calls off sh -c 'kill -9 $(grep -l socklab-tracer /proc/[0-9]*/comm | tr -dc 0-9)'
s = socket
expect ok
wait"
    ));
    assert!(
        ran.out
            .contains("the tracer of p was killed, and the kernel has ended p with it"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn nothing_is_left_when_the_terminal_is_killed() {
    let Some(python) = python().filter(|_| private_lab()) else {
        return;
    };
    let program = "import os, socket, time
s = socket.create_server((\"127.0.0.1\", 0))
for _ in range(3): os.fork()
while True: time.sleep(1)";
    let mut child = Command::new(SOCKLAB)
        .args(["run", "--", &python, "-c", program])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    let pid = child.id();
    eventually("eight processes run", || descendants(pid).len() >= 10);
    let everyone = descendants(pid);
    child.kill().expect("it can be killed");
    let _ = child.wait();
    eventually("every process of the lab ends", || {
        everyone.iter().all(|pid| !alive(*pid))
    });
}
