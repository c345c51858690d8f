//! Call by call against strace: the same program once under each, and the same calls, results and data in each thread.

mod harness;

use std::collections::BTreeSet;
use std::path::Path;

use harness::{Log, Witness, compile, of_strace, of_tracer, program, strace, traced};

/// How two runs of a program resemble each other.
#[derive(Clone, Copy)]
enum Runs {
    /// In every number and in the order of each thread's calls.
    Exactly,
    /// In each thread's calls, but for their order and for numbers of descriptors, which depend on who comes first.
    Loosely,
    /// As loosely, and but for calls that wait or that found nothing ready: how often that is depends on who comes first, too.
    Talking,
}

/// Runs a program under both, and compares output and calls.
fn same(runs: Runs, command: &[&str]) -> Log {
    let ours = traced(&[], command);
    assert_eq!(ours.status, 0, "{}", ours.said);
    let mut log = of_tracer(&ours.log);
    assert!(log.calls() > 0);
    if Witness::Strace.is_here() {
        let theirs = strace(command);
        assert_eq!(ours.output, theirs.output, "the program's own output");
        let mut expected = of_strace(&theirs.log);
        (log, expected) = match runs {
            Runs::Exactly => (log, expected),
            Runs::Loosely => (log.loose(), expected.loose()),
            Runs::Talking => (log.loose().talking(), expected.loose().talking()),
        };
        assert_eq!(log.threads.len(), expected.threads.len(), "threads");
        for (mine, theirs) in log.threads.iter().zip(&expected.threads) {
            let differs = mine
                .iter()
                .zip(theirs)
                .position(|(one, other)| one != other);
            let at = differs.unwrap_or(mine.len().min(theirs.len()));
            let from = |calls: &[String]| calls[at..calls.len().min(at + 4)].join("\n  ");
            assert!(
                mine == theirs,
                "call {at}:\n  {}\nstrace:\n  {}",
                from(mine),
                from(theirs)
            );
        }
    }
    log
}

fn python(runs: Runs, name: &str) {
    if let Some(python) = Witness::Python.path() {
        same(runs, &[&python, &program(name)]);
    }
}

#[test]
fn every_call_of_a_c_program() {
    let Some(binary) = compile("calls.c", &["cc", "-g"]) else {
        return;
    };
    let log = same(Runs::Exactly, &[&binary]);
    assert!(log.calls() >= 65, "{} calls", log.calls());
}

#[test]
fn a_static_c_program() {
    if let Some(binary) = compile("calls.c", &["cc", "-static"]) {
        same(Runs::Exactly, &[&binary]);
    }
}

#[test]
fn signals_come_out_as_the_program_sees_them() {
    let Some(binary) = compile("calls.c", &["cc"]) else {
        return;
    };
    let ours = traced(&[], &[&binary]);
    for call in ["recvfrom", "poll", "accept"] {
        let interrupted = ours
            .log
            .lines()
            .filter(|line| line.contains(&format!(" {call}(")) && line.ends_with("EINTR"));
        assert_eq!(interrupted.count(), 1, "{call}");
    }
    let restarted: Vec<&str> = ours
        .log
        .lines()
        .filter(|line| line.contains("begun anew"))
        .collect();
    assert_eq!(restarted.len(), 1, "{restarted:?}");
    assert!(restarted[0].contains("\"late\""), "{restarted:?}");
    assert!(!ours.log.contains("ERESTART") && !ours.log.contains("ERRNO_51"));
    assert!(ours.output.contains("recv restarted 4 0\n"));
}

#[test]
fn a_rust_program() {
    if let Some(binary) = compile("echo.rs", &["rustc"]) {
        same(Runs::Exactly, &[&binary]);
    }
}

#[test]
fn python_echo_server_and_client() {
    python(Runs::Loosely, "echo.py");
}

#[test]
fn python_selectors() {
    python(Runs::Exactly, "events.py");
}

#[test]
fn python_asyncio() {
    python(Runs::Exactly, "loop.py");
}

#[test]
fn python_socketserver_with_200_threads() {
    python(Runs::Loosely, "threads.py");
}

#[test]
fn python_50_forks() {
    python(Runs::Loosely, "forks.py");
}

#[test]
fn python_1000_sockets() {
    python(Runs::Exactly, "many.py");
}

#[test]
fn curl_and_pythons_web_server() {
    if Witness::Curl.is_here() {
        python(Runs::Talking, "curl.py");
    }
}

#[test]
fn nc_and_a_listener() {
    if Witness::Nc.is_here() {
        python(Runs::Talking, "nc.py");
    }
}

/// Polls, threads and connections are as many as there is time for: which calls there are, and how they end, is the same.
#[test]
fn python_socketio_and_flask() {
    let Some(python) = peers_python().filter(|_| Witness::Strace.is_here()) else {
        return;
    };
    let command = [python.as_str(), &program("socketio_echo.py")];
    let ours = traced(&[], &command);
    let theirs = strace(&command);
    assert_eq!(ours.output, "HELLO\n", "{}", ours.said);
    assert_eq!(theirs.output, "HELLO\n", "{}", theirs.said);
    let kinds = |log: Log| -> BTreeSet<String> {
        let calls = log.talking().threads.into_iter().flatten();
        let kind = |call: String| {
            let name = call.split('(').next().unwrap_or_default();
            let end = call.rsplit_once(" -1 ").map_or("", |(_, errno)| errno);
            format!("{name} {end}")
        };
        calls.map(kind).collect()
    };
    assert_eq!(kinds(of_tracer(&ours.log)), kinds(of_strace(&theirs.log)));
}

/// The Python that has python-socketio and Flask-SocketIO, where they were installed for the tests.
fn peers_python() -> Option<String> {
    let needed = std::env::var_os("SOCKLAB_TESTS_NEED_WITNESSES").is_some();
    let Some(peers) = std::env::var_os("SOCKLAB_PEERS") else {
        assert!(!needed, "SOCKLAB_PEERS says where what pip installs is");
        let said = "SOCKLAB_PEERS is not set: python-socketio is not compared\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
        return None;
    };
    let python = Path::new(&peers).join("venv/bin/python");
    let python = python.is_file().then_some(python)?;
    Some(python.to_string_lossy().into_owned())
}

#[test]
fn python_multiprocessing_and_inherited_sockets() {
    python(Runs::Loosely, "processes.py");
}
