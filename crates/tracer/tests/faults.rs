//! What is unusual: each program goes as it would alone, and what it did is told.

mod harness;

use harness::{Run, Witness, compile, example, scratch, traced};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Runs a case of faults.c traced; its status must be that of the program alone.
fn case(name: &str) -> Option<Run> {
    let binary = compile("faults.c", &["cc", "-pthread"])?;
    let alone = Command::new(&*binary)
        .arg(name)
        .stdin(Stdio::null())
        .output();
    let alone = alone.expect("the program runs");
    let run = traced(&[], &[&binary, name]);
    if let Some(status) = alone.status.code() {
        assert_eq!(run.status, status, "{name}: {}", run.log);
    }
    assert_eq!(run.output, String::from_utf8_lossy(&alone.stdout), "{name}");
    Some(run)
}

/// The lines of the log that hold all of these words.
fn count(run: &Run, words: &[&str]) -> usize {
    let holds = |line: &&str| words.iter().all(|word| line.contains(word));
    run.log.lines().filter(holds).count()
}

/// A socketpair, a write, a read and two closes, all seen.
fn talks(run: &Run, times: usize) {
    assert_eq!(
        count(run, &["socketpair(AF_UNIX, SOCK_STREAM", "= 0"]),
        times,
        "{}",
        run.log
    );
    assert_eq!(
        count(run, &["write(", "\"hello\", 5) = 5"]),
        times,
        "{}",
        run.log
    );
    assert_eq!(
        count(run, &["read(", "\"hello\", 8) = 5"]),
        times,
        "{}",
        run.log
    );
}

#[test]
fn programs_that_interfere_with_tracing() {
    for name in ["handlers", "filters", "spawns", "daemon"] {
        let Some(run) = case(name) else { return };
        assert!(!run.log.contains("Blind"), "{name}: {}", run.log);
        talks(&run, if name == "spawns" { 2 } else { 1 });
    }
}

#[test]
fn threads_older_than_the_first_socket() {
    let Some(run) = case("late") else { return };
    talks(&run, 16);
    assert_eq!(count(&run, &[" close("]), 32, "{}", run.log);
    assert!(!run.log.contains("Blind"), "{}", run.log);
}

#[test]
fn a_storm_of_signals_interrupts_what_the_program_says() {
    let Some(binary) = compile("faults.c", &["cc", "-pthread"]) else {
        return;
    };
    for name in ["restarting", "interrupting"] {
        let run = traced(&[], &[&binary, name]);
        assert_eq!(run.status, 0, "{}", run.said);
        let mut numbers = run.output.split_whitespace().map(str::parse::<usize>);
        let interrupted = numbers.next().and_then(Result::ok);
        assert_eq!(interrupted, Some(count(&run, &["= -1 EINTR"])), "{name}");
        let done = |call: &str| count(&run, &[call, "= 1"]);
        assert_eq!((done("sendto("), done("recvfrom(")), (4000, 4000), "{name}");
        if name == "restarting" {
            assert_eq!(interrupted, Some(0));
        }
    }
}

#[test]
fn what_cannot_be_had_under_a_tracer_is_refused_and_noted() {
    let Some(binary) = compile("faults.c", &["cc", "-pthread"]) else {
        return;
    };
    for (name, note) in [("uring", "IoUring"), ("traces", "Traces")] {
        let run = traced(&[], &[&binary, name]);
        assert_eq!((run.status, count(&run, &[note])), (0, 1), "{}", run.log);
        talks(&run, 1);
    }
}

#[test]
fn exec_by_a_thread_that_is_not_the_leader() {
    let Some(run) = case("exec") else { return };
    assert_eq!(count(&run, &["+++ executes"]), 2, "{}", run.log);
    assert_eq!(
        count(&run, &["write(", "\"hello\", 5) = 5"]),
        1,
        "{}",
        run.log
    );
    assert_eq!(count(&run, &["+++ ended: Status(0) +++"]), 1, "{}", run.log);
}

#[test]
fn exit_with_threads_in_calls() {
    let Some(run) = case("leave") else { return };
    assert_eq!(run.status, 7);
    assert_eq!(count(&run, &["+++ ended: Status(7) +++"]), 1, "{}", run.log);
    assert_eq!(count(&run, &["recvfrom("]), 0, "{}", run.log);
}

#[test]
fn a_crash_after_a_call() {
    let Some(run) = case("crashes") else { return };
    assert_eq!(run.status, 128 + libc::SIGSEGV);
    assert_eq!(
        count(&run, &["+++ ended: Signal(11) +++"]),
        1,
        "{}",
        run.log
    );
}

#[test]
fn sockets_as_standard_descriptors() {
    let Some(run) = case("closes") else { return };
    assert_eq!(count(&run, &["write(1, \"low\", 3) = 3"]), 1, "{}", run.log);
    assert_eq!(count(&run, &["read(2, \"low\", 8) = 3"]), 1, "{}", run.log);
}

#[test]
fn a_program_sees_the_processors_it_would_have_alone() {
    let Some(run) = case("processors") else {
        return;
    };
    assert!(run.output.ends_with("1\n"), "{}", run.output);
}

#[test]
fn a_32_bit_program_runs_and_is_noted() {
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let Some(binary) = compile("narrow.c", &["cc", "-m32", "-nostdlib", "-static"]) else {
        return;
    };
    let run = traced(&[], &[&binary]);
    assert_eq!(run.status, 0, "{}", run.said);
    assert_eq!(count(&run, &["Foreign("]), 1, "{}", run.log);
}

#[test]
fn what_cannot_be_executed_gives_the_errno_of_exec() {
    for (program, errno) in [
        ("/no/such/program", "os error 2"),
        ("/etc/passwd", "os error 13"),
    ] {
        let run = traced(&[], &[program]);
        assert_eq!(run.status, 127, "{}", run.said);
        assert!(
            run.said.contains("execve(2)") && run.said.contains(errno),
            "{}",
            run.said
        );
    }
}

#[test]
fn lengths_errnos_and_delays_are_imposed() {
    let Some(binary) = compile("faults.c", &["cc", "-pthread"]) else {
        return;
    };
    let run = traced(&["--length", "sendto=3"], &[&binary, "sends"]);
    assert_eq!(run.output, "3 0\n3 0\n3 0\n", "{}", run.log);
    let run = traced(&["--errno", "sendto=111"], &[&binary, "sends"]);
    assert_eq!(run.output, "-1 111\n-1 111\n-1 111\n", "{}", run.log);
    assert_eq!(
        count(&run, &["sendto(", "= -1 ECONNREFUSED"]),
        3,
        "{}",
        run.log
    );
}

/// A traced program that waits in accept: its process, its port, and the tracer.
fn blocked(binary: &str, log: &str) -> (i32, u16, std::process::Child) {
    let mut tracer = Command::new(example())
        .args(["--out", log])
        .args([binary, "blocks"])
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("the example runs");
    let mut line = String::new();
    let output = tracer.stdout.take().expect("it is a pipe");
    BufReader::new(output)
        .read_line(&mut line)
        .expect("it says its port");
    let mut numbers = line.split_whitespace().map(str::parse::<i32>);
    let mut number = || numbers.next().and_then(Result::ok).expect("a number");
    let (pid, port) = (number(), number() as u16);
    until(pid, |state| state == 'S');
    (pid, port, tracer)
}

/// Waits until a process is in a state (proc_pid_stat(5)); '-' when it is gone.
fn until(pid: i32, wanted: impl Fn(char) -> bool) {
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.chars().next());
        if wanted(state.unwrap_or('-')) {
            return;
        }
        std::thread::yield_now();
    }
}

fn signal(pid: i32, name: &str) {
    let pid = pid.to_string();
    let sent = Command::new("kill").args([name, "--", &pid]).status();
    assert!(sent.expect("kill runs").success());
}

#[test]
fn a_stopped_program_stops_and_goes_on_in_its_call() {
    let Some(binary) = compile("faults.c", &["cc", "-pthread"]) else {
        return;
    };
    let log = scratch("log");
    for stop in ["-STOP", "-TSTP"] {
        let (pid, port, mut tracer) = blocked(&binary, &log);
        signal(pid, stop);
        // A stopped tracee is told as traced-stopped.
        until(pid, |state| matches!(state, 'T' | 't'));
        let client = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        until(pid, |state| matches!(state, 'T' | 't'));
        signal(pid, "-CONT");
        assert_eq!(tracer.wait().expect("it ends").code(), Some(0));
        drop(client);
        let text = std::fs::read_to_string(&*log).expect("a log");
        assert!(
            text.contains("Stopped(") && text.contains("Continued"),
            "{text}"
        );
        assert_eq!(text.matches(" accept(").count(), 1, "{text}");
    }
}

#[test]
fn an_interrupt_of_the_whole_group_ends_the_program_and_not_its_tracer() {
    let Some(binary) = compile("faults.c", &["cc", "-pthread"]) else {
        return;
    };
    let log = scratch("log");
    let (pid, _, mut tracer) = blocked(&binary, &log);
    signal(-(tracer.id() as i32), "-INT");
    let status = tracer.wait().expect("it ends").code();
    assert_eq!(status, Some(128 + libc::SIGINT));
    until(pid, |state| state == '-');
}

#[test]
fn a_killed_tracer_ends_the_program() {
    let Some(binary) = compile("faults.c", &["cc", "-pthread"]) else {
        return;
    };
    let log = scratch("log");
    let (pid, _, mut tracer) = blocked(&binary, &log);
    tracer.kill().expect("it lives");
    tracer.wait().expect("it ends");
    until(pid, |state| matches!(state, '-' | 'Z'));
}

#[test]
fn what_comes_too_fast_is_summed() {
    let Some(python) = Witness::Python.path() else {
        return;
    };
    let code =
        "import socket; a, b = socket.socketpair()\nfor i in range(5000): a.send(b'xy'); b.recv(9)";
    let run = traced(&["--summary", "100"], &[&python, "-c", code]);
    assert_eq!(run.status, 0, "{}", run.said);
    let last = run.log.lines().last().unwrap_or_default();
    let numbers: Vec<u64> = last
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [_, told, summed] = numbers[..] else {
        panic!("{last}")
    };
    assert!(told < 1000 && summed > 9000, "{last}");
    let all = traced(&[], &[&python, "-c", code]);
    let every = count(&all, &["sendto("]) + count(&all, &["recvfrom("]);
    assert_eq!(every, 10_000);
}
