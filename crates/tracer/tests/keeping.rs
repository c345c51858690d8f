//! Threads that are kept before their calls: none goes on until it is let go, and each then goes as it would alone.

mod harness;

use harness::{Witness, compile, example, traced};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

#[test]
fn a_program_whose_threads_are_kept_before_each_call_goes_as_it_would_alone() {
    let Some(binary) = compile("faults.c", &["cc", "-pthread"]) else {
        return;
    };
    for name in [
        "handlers",
        "filters",
        "spawns",
        "late",
        "exec",
        "leave",
        "crashes",
        "closes",
        "interrupting",
        "restarting",
    ] {
        let freely = traced(&[], &[&binary, name]);
        // Standard input has ended, so whoever is kept is let go at once.
        let kept = traced(&["--step"], &[&binary, name]);
        assert_eq!(kept.status, freely.status, "{name}: {}", kept.log);
        let calls = |log: &str| {
            let told = log.lines().filter(|line| line.contains(") = "));
            told.filter(|line| !line.contains("EINTR")).count()
        };
        assert_eq!(calls(&kept.log), calls(&freely.log), "{name}: {}", kept.log);
        let stops = kept.log.matches("+++ stopped before").count();
        assert!(stops >= calls(&kept.log), "{name}: {}", kept.log);
    }
}

#[test]
fn a_kept_thread_waits_until_it_is_let_go_and_the_others_run_on() {
    let Some(python) = Witness::Python.path() else {
        return;
    };
    let program = "import os, socket, threading
s = socket.socket()
def thread():
    os.write(1, b'thread\\n')
    s.listen()
    os.write(1, b'second\\n')
t = threading.Thread(target=thread)
t.start()
s.listen()
os.write(1, b'first\\n')
t.join()
";
    let (mut steps, input) = UnixStream::pair().expect("a pair can be had");
    input.set_nonblocking(true).expect("it is a socket");
    let mut tracer = Command::new(example())
        .args(["--step", &python, "-c", program])
        .stdin(OwnedFd::from(input))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example runs");
    let told = BufReader::new(tracer.stderr.take().expect("it is a pipe"));
    let mut told = told.lines().map_while(Result::ok);
    let mut output = BufReader::new(tracer.stdout.take().expect("it is a pipe"));
    let mut stop = || {
        let found = told.find(|line| line.contains("+++ stopped before"));
        let line = found.expect("it stops before a call");
        line.split(' ').nth(4).unwrap_or_default().to_owned()
    };
    // Standard input is a socket, which the interpreter looks at before.
    while stop() != "socket" {
        steps.write_all(b"\n").expect("it is read");
    }
    steps.write_all(b"\n").expect("it is read");
    assert_eq!([stop(), stop()], ["listen", "listen"]);
    let mut line = String::new();
    output.read_line(&mut line).expect("it writes");
    assert_eq!(line, "thread\n");
    // A byte for each: each goes on once.
    steps.write_all(b"\n\n").expect("it is read");
    drop(steps);
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("it is text");
    let mut lines: Vec<&str> = rest.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["first", "second"]);
    assert!(tracer.wait().expect("it ends").success());
}
