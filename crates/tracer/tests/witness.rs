//! Call by call against strace: the same program once under each, and the same calls, results and data in each thread.

mod harness;

use harness::{Log, Witness, compile, of_strace, of_tracer, program, strace, traced};

/// How two runs of a program resemble each other.
#[derive(Clone, Copy)]
enum Runs {
    /// In every number and in the order of each thread's calls.
    Exactly,
    /// In each thread's calls, but for their order and for numbers of descriptors, which depend on who comes first.
    Loosely,
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
        if matches!(runs, Runs::Loosely) {
            (log, expected) = (log.loose(), expected.loose());
        }
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
fn python_multiprocessing_and_inherited_sockets() {
    python(Runs::Loosely, "processes.py");
}
