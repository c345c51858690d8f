//! Nothing is left: no process, no namespace, no socket path, however a session ends.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use support::{SOCKLAB, alive, descendants, eventually, folder, private_lab};

/// A session fed from a pipe, so that it stays until told.
struct Running {
    child: Child,
    input: ChildStdin,
    everyone: Vec<u32>,
    /// What it says after it has settled.
    said: Option<std::thread::JoinHandle<String>>,
}

fn start(place: &std::path::Path, lines: &str) -> Running {
    let mut child = Command::new(SOCKLAB)
        .args(["--color", "never"])
        .current_dir(place)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut input = child.stdin.take().expect("it is piped");
    writeln!(input, "{lines}\nlab> print \"settled\"").expect("it reads");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut said = output.lines().map_while(Result::ok);
    assert!(
        said.any(|line| line.contains("settled") && !line.contains("print")),
        "the session never said that it was settled"
    );
    // What it says later must not fill the pipe.
    let said = std::thread::spawn(move || said.collect::<Vec<_>>().join("\n"));
    let everyone = descendants(child.id());
    assert!(everyone.len() >= 2, "a keeper and a process: {everyone:?}");
    Running {
        child,
        input,
        everyone,
        said: Some(said),
    }
}

const BUSY: &str = "process other\nother> x = socket AF_UNIX\nother> bind x ./left.sock\nother> s = create_server :5000\nother> accept s\nrun sleep 1000 &\nrun sh -c 'setsid sleep 1000 & exec sleep 1000' &";

fn all_gone(running: &Running, place: &std::path::Path) {
    eventually("every process of the lab ends", || {
        running.everyone.iter().all(|pid| !alive(*pid))
    });
    eventually("the socket path is removed", || {
        !place.join("left.sock").exists()
    });
}

#[test]
fn nothing_is_left_when_the_session_ends() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let mut running = start(place.path(), BUSY);
    assert!(place.path().join("left.sock").exists());
    drop(std::mem::replace(&mut running.input, {
        let mut idle = Command::new("true")
            .stdin(Stdio::piped())
            .spawn()
            .expect("true runs");
        let input = idle.stdin.take().expect("it is piped");
        idle.wait().expect("it ends");
        input
    }));
    running.child.wait().expect("it ends");
    all_gone(&running, place.path());
}

#[test]
fn nothing_is_left_when_the_terminal_is_killed() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let mut running = start(place.path(), BUSY);
    running.child.kill().expect("SIGKILL is sent");
    running.child.wait().expect("it is reaped");
    all_gone(&running, place.path());
}

#[test]
fn nothing_is_left_when_the_keeper_is_killed_and_the_session_says_so() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let mut running = start(place.path(), BUSY);
    let keeper = nix::unistd::Pid::from_raw(running.everyone[0] as i32);
    nix::sys::signal::kill(keeper, nix::sys::signal::Signal::SIGKILL).expect("the keeper is ours");
    // The kernel ends the lab's processes one after the other; a line is typed when all of them are gone.
    eventually("the processes end with their keeper", || {
        running.everyone.iter().all(|pid| !alive(*pid))
    });
    let _ = writeln!(running.input, "lab> s = socket\nquit");
    running.child.wait().expect("it ends");
    let said = running
        .said
        .take()
        .map(|said| said.join().expect("it reads to the end"));
    let said = said.unwrap_or_default();
    assert!(said.contains("keeper process has ended"), "{said}");
    all_gone(&running, place.path());
}
