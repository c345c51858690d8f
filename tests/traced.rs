//! Programs run in the lab: each of their socket calls is told as a typed one is, with its packets, and as strace tells it.

#[path = "../crates/tracer/tests/harness/mod.rs"]
mod harness;
mod support;

use harness::Log;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::witness::present;
use support::{
    SOCKLAB, alive, descendants, events, eventually, folder, private_lab, run, run_in, script,
};

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
        "woken by #3 from c",
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

/// The log of a command that ran in the lab, a call a line, as the tracer's own tests write one: `THREAD CALL(ARGUMENTS) = RESULT`.
fn log_of_lab(command: &str) -> Log {
    let mut log = String::new();
    let mut threads: Vec<(String, u64)> = Vec::new();
    for call in events(&format!("run --as p --no-lines {command}")) {
        if text(&call, "event") != "call" {
            continue;
        }
        let thread = (
            text(&call, "process").to_owned(),
            call["thread"].as_u64().unwrap_or_default(),
        );
        let number = threads.iter().position(|known| *known == thread);
        let number = number.unwrap_or_else(|| {
            threads.push(thread);
            threads.len() - 1
        });
        let arguments: Vec<&str> = call["args"]
            .as_array()
            .map(|arguments| arguments.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let result = match call["errno"].as_str() {
            Some(errno) => format!("-1 {errno}"),
            None => call["result"].to_string(),
        };
        let name = text(&call, "syscall");
        let arguments = arguments.join(", ");
        let _ = writeln!(log, "{number} {name}({arguments}) = {result}");
    }
    harness::of_tracer(&log)
}

/// What both sides can say: the lab shows what was received, strace what was passed, and neither makes much of an epoll instance that
/// is closed as it was made.
fn comparable(mut log: Log, in_order: bool) -> Log {
    for calls in &mut log.threads {
        let unused = |pair: &[String]| {
            let made = pair[0].rsplit_once(" = ").map_or("", |(_, made)| made);
            pair[0].starts_with("epoll_create") && pair[1].starts_with(&format!("close({made})"))
        };
        while let Some(at) = calls.windows(2).position(unused) {
            calls.drain(at..at + 2);
        }
    }
    let log = if in_order { log } else { log.loose() };
    let mut threads: Vec<Vec<String>> = log.threads.into_iter().map(calls_without_data).collect();
    threads.retain(|calls| !calls.is_empty());
    threads.sort();
    Log { threads }
}

fn calls_without_data(calls: Vec<String>) -> Vec<String> {
    let calls = calls.into_iter().map(|call| {
        let start = call.split(['"', '=']).next().unwrap_or_default().trim_end();
        let result = call.rsplit_once(" = ").map_or("", |(_, result)| result);
        format!("{start} = {result}")
    });
    calls.collect()
}

#[test]
fn call_by_call_the_lab_tells_what_strace_tells() {
    let Some(python) = python().filter(|_| private_lab() && present("strace")) else {
        return;
    };
    // The order of calls, and the numbers of descriptors, are the same from run to run where there is one thread.
    for (name, in_order) in [
        ("echo.py", false),
        ("events.py", true),
        ("loop.py", true),
        ("many.py", false),
        ("threads.py", false),
        ("forks.py", false),
        ("processes.py", false),
    ] {
        let path = program(name);
        let path = path.to_str().expect("a path of letters");
        let theirs = harness::strace(&[&python, path]);
        let theirs = comparable(harness::of_strace(&theirs.log), in_order);
        let ours = comparable(log_of_lab(&format!("{python} {path}")), in_order);
        assert_eq!(ours.threads.len(), theirs.threads.len(), "{name}: threads");
        for (mine, theirs) in ours.threads.iter().zip(&theirs.threads) {
            let at = mine
                .iter()
                .zip(theirs)
                .position(|(one, other)| one != other);
            let at = at.unwrap_or(mine.len().min(theirs.len()));
            assert!(
                mine == theirs,
                "{name}, call {at}:\n{:?}\nstrace:\n{:?}",
                mine.get(at..mine.len().min(at + 4)),
                theirs.get(at..theirs.len().min(at + 4))
            );
        }
    }
}

#[test]
fn no_packet_has_woken_a_call_whose_time_was_over() {
    if !private_lab() || !present("python3") {
        return;
    }
    let place = folder();
    // The data that comes meanwhile is not urgent, and for nothing else is waited.
    let text = "import select, socket\ns = socket.create_server(('127.0.0.1', 5678))\nconn, _ = s.accept()\np = select.epoll()\n\
        p.register(conn, select.EPOLLPRI)\nprint('polling', flush=True)\np.poll(1.5)\n";
    std::fs::write(place.path().join("patient.py"), text).expect("it can be written");
    let lines = "run --as server python3 patient.py &\nexpect blocked server\nc = create_connection 127.0.0.1:5678\n\
        expect output server \"polling\"\nexpect blocked server\nsend c \"meanwhile\"\nexpect call server epoll_wait = 0\n";
    let ran = run_in(place.path(), &["-c", lines], b"");
    assert_eq!(ran.status, 0, "{}\n{}", ran.out, ran.err);
    let told = ran.out.split("= 0 (Timeout)").nth(1).expect("it timed out");
    assert!(
        !told.lines().take(2).any(|line| line.contains("woken by")),
        "{}",
        ran.out
    );
}

#[test]
fn a_poll_is_woken_by_what_came_to_a_socket_that_it_waited_for() {
    if !private_lab() || !present("python3") {
        return;
    }
    let place = folder();
    // What comes to the connection meanwhile wakes the thread that reads it, and nobody else.
    let text = "import select, socket, threading\ns = socket.create_server(('127.0.0.1', 5678))\nconn, _ = s.accept()\n\
        t = threading.Thread(target=conn.recv, args=(10,))\nt.start()\np = select.poll()\np.register(s, select.POLLIN)\n\
        print('polling', flush=True)\np.poll()\nt.join()\n";
    std::fs::write(place.path().join("two.py"), text).expect("it can be written");
    let lines = "run --as server python3 two.py &\nexpect call server listen\nc = create_connection 127.0.0.1:5678\n\
        expect output server \"polling\"\nexpect blocked server\nsend c \"meanwhile\"\nexpect call server recv = 9\n\
        d = create_connection 127.0.0.1:5678\nexpect call server poll = 1\n";
    let ran = run_in(place.path(), &["-c", lines], b"");
    assert_eq!(ran.status, 0, "{}\n{}", ran.out, ran.err);
    let told = ran
        .out
        .split("revents=POLLIN}]")
        .nth(1)
        .expect("it returns");
    let told: Vec<&str> = told.split_whitespace().take(12).collect();
    assert!(told.join(" ").contains("from d"), "{}", ran.out);
}

#[test]
fn the_frames_that_led_to_a_call_stand_under_it() {
    if !private_lab() || !present("python3") {
        return;
    }
    let place = folder();
    let text = "import socket\ndef inner(s):\n    s.send(b'x')\ndef outer(s):\n    inner(s)\na, b = socket.socketpair()\nouter(a)\n";
    std::fs::write(place.path().join("frames.py"), text).expect("it can be written");
    let lines = "run --as client python3 frames.py\ncalls client send --stack\n";
    let ran = run_in(place.path(), &["-c", lines], b"");
    let listed = ran.out.split("--stack").nth(1).unwrap_or_default();
    let frames: Vec<String> = listed
        .lines()
        .filter(|line| line.trim_end().contains("  frames.py:"))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        frames[1..],
        [
            "inner frames.py:3",
            "outer frames.py:5",
            "<module> frames.py:7"
        ],
        "{}",
        ran.out
    );
}

#[test]
fn a_program_has_a_home_and_a_shell() {
    if !private_lab() {
        return;
    }
    let ran = Command::new(SOCKLAB)
        .args(["-c", "run sh -c 'echo home $HOME, shell $SHELL'"])
        .env_remove("HOME")
        .env_remove("SHELL")
        .output()
        .expect("it runs");
    let out = String::from_utf8_lossy(&ran.stdout);
    assert!(out.contains("home /") && out.contains(", shell /"), "{out}");
}

#[test]
fn what_programs_did_is_saved_as_programs_and_as_lines() {
    let Some(python) = python().filter(|_| private_lab()) else {
        return;
    };
    let folder = folder();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let client = "import socket
c = socket.create_connection((\"127.0.0.1\", 5678))
c.sendall(b\"hello\")
print(c.recv(100))
c.close()
";
    std::fs::write(path("echo.py"), ECHO).expect("it can be written");
    std::fs::write(path("ask.py"), client).expect("it can be written");
    let ran = script(&format!(
        "run --as server {python} {} &\nexpect state server.3 LISTEN\nrun --as client {python} {}\nwait\n\
         save {}\nsave {} server",
        path("echo.py"),
        path("ask.py"),
        path("did.py"),
        path("did.lab"),
    ));
    assert_eq!(ran.status, 0, "{}\n{}", ran.out, ran.err);
    // They do the same again.
    let ran = script(&format!(
        "run --as server {python} {} &\nexpect state server.3 LISTEN\nrun --as client {python} {}\nwait\n\
         expect output server \"hello\"\nexpect output client \"HELLO\"\nexpect call client send = 5",
        path("did_server.py"),
        path("did_client.py"),
    ));
    assert_eq!(ran.status, 0, "{}\n{}", ran.out, ran.err);
    let lines = std::fs::read_to_string(path("did.lab")).expect("it was written");
    for line in [
        "process server lab",
        "server> s3 = socket AF_INET SOCK_STREAM 0",
        "server> c4, c4_peer = accept s3",
        "server> send c4 b\"HELLO\"",
        "server> close s3",
    ] {
        assert!(
            lines.lines().any(|written| written == line),
            "{line}\n{lines}"
        );
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
