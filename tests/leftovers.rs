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

const BUSY: &str = "host client\nhost server\nwire delay 100s\nclient> u = socket AF_INET SOCK_DGRAM\nclient> sendto u \"held\" 10.0.0.2:9\nprocess other on lab\nother> x = socket AF_UNIX\nother> bind x ./left.sock\nother> s = create_server :5000\nother> accept s\nrun sleep 1000 &\nrun sh -c 'setsid sleep 1000 & exec sleep 1000' &";

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

#[test]
fn a_killed_wire_is_told_and_the_hosts_go_on_by_themselves() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let mut running = start(place.path(), BUSY);
    let named = |pid: &&u32| {
        std::fs::read_to_string(format!("/proc/{pid}/comm"))
            .is_ok_and(|name| name.trim() == "socklab-wire")
    };
    let wire = running.everyone.iter().find(named).copied();
    let wire = nix::unistd::Pid::from_raw(wire.expect("there is a wire") as i32);
    nix::sys::signal::kill(wire, nix::sys::signal::Signal::SIGKILL).expect("the wire is ours");
    eventually("it ends", || !alive(wire.as_raw() as u32));
    let lines = "client> t = socket AF_INET SOCK_DGRAM\nclient> sendto t \"x\" 10.0.0.2:9\nwire\nclient> sendto t \"x\" 127.0.0.1:9\nquit";
    let _ = writeln!(running.input, "{lines}");
    running.child.wait().expect("it ends");
    let said = running
        .said
        .take()
        .map(|said| said.join().expect("it reads to the end"));
    let said = said.unwrap_or_default();
    assert!(said.contains("wire's process has ended"), "{said}");
    assert!(said.contains("Port unreachable"), "{said}");
    all_gone(&running, place.path());
}

#[test]
fn a_process_killed_while_the_wire_holds_its_frames_leaves_the_others_as_they_were() {
    if !private_lab() {
        return;
    }
    let ran = support::script(
        "host client\nhost server\nserver> u = socket AF_INET SOCK_DGRAM; bind u :7\nwire delay 300ms\nprocess doomed on client\n\
         doomed> d = socket AF_INET SOCK_DGRAM; sendto d \"last words\" 10.0.0.2:7\nkill doomed\nserver> recv u\nserver> expect = b\"last words\"",
    );
    assert_eq!(ran.status, 0, "{}", ran.out);
}

#[test]
fn a_lesson_killed_at_any_moment_leaves_no_folder() {
    if !private_lab() {
        return;
    }
    let temporary = folder();
    let folders = || {
        let entries = std::fs::read_dir(temporary.path()).expect("it is there");
        entries.map_while(Result::ok).count()
    };
    let check = || {
        Command::new(SOCKLAB)
            .args(["lesson", "check", "handshake"])
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary runs")
    };
    // Each is killed a little later after its keeper is there: while its lab is made, and at work.
    for spins in 0..8 {
        let mut child = check();
        eventually("its keeper is there", || {
            !descendants(child.id()).is_empty()
        });
        for _ in 0..spins {
            let _ = std::fs::read_dir("/proc").map(Iterator::count);
        }
        child.kill().expect("SIGKILL is sent");
        child.wait().expect("it is reaped");
        eventually("its folder goes", || folders() == 0);
    }
}

/// The process of this name below another.
fn named(pid: u32, name: &str) -> Option<u32> {
    descendants(pid).into_iter().find(|pid| {
        std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name)
    })
}

fn kill(pid: u32) {
    let pid = nix::unistd::Pid::from_raw(pid as i32);
    let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
}

#[test]
fn a_lesson_whose_lab_is_killed_ends_at_once_and_says_what_ended() {
    if !private_lab() {
        return;
    }
    let temporary = folder();
    for (victim, said) in [
        ("socklab-wire", "the wire's process has ended"),
        ("socklab-keeper", "keeper process has ended"),
    ] {
        let child = Command::new(SOCKLAB)
            .args(["--color", "never", "lesson", "check", "loss"])
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        eventually("there is a wire", || {
            named(child.id(), "socklab-wire").is_some()
        });
        kill(named(child.id(), victim).expect("it is there"));
        let output = child.wait_with_output().expect("it ends");
        let out = String::from_utf8_lossy(&output.stdout);
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(1), "{out}");
        assert!(out.contains(said), "{victim}: {out}");
    }
    let left = std::fs::read_dir(temporary.path()).expect("it is there");
    assert_eq!(left.count(), 0);
}

#[test]
fn a_program_ends_with_its_keeper_and_no_signal_is_made_up() {
    if !private_lab() {
        return;
    }
    let mut child = Command::new(SOCKLAB)
        .args(["--color", "never", "run", "--", "sleep", "1000"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut lines = output.lines().map_while(Result::ok);
    assert!(
        lines.any(|line| line.contains("process sleep began")),
        "the program never began"
    );
    let sleep = named(child.id(), "sleep").expect("it runs");
    kill(named(child.id(), "socklab-keeper").expect("it is there"));
    let out = lines.collect::<Vec<_>>().join("\n");
    let ended = child.wait().expect("it ends");
    assert_eq!(ended.code(), Some(1), "{out}");
    assert!(out.contains("keeper process has ended"), "{out}");
    assert!(!out.contains("SIGKILL"), "{out}");
    eventually("the program is gone", || !alive(sleep));
}

#[test]
fn a_folder_whose_owners_were_all_killed_goes_with_the_next_lesson() {
    if !private_lab() {
        return;
    }
    let temporary = folder();
    std::fs::create_dir(temporary.path().join("socklab-lesson-Stale1")).expect("a folder");
    let checked = Command::new(SOCKLAB)
        .args(["lesson", "check", "addresses"])
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::null())
        .status()
        .expect("the binary runs");
    assert!(checked.success());
    let left = std::fs::read_dir(temporary.path()).expect("it is there");
    assert_eq!(left.count(), 0);
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "that nothing is waited for is seen by the clock alone"
)]
fn a_lesson_whose_process_is_killed_ends_at_once() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let file = place.path().join("waits.md");
    // Without the death of the other process the last line would wait for its 600 s.
    let text = "+++\ntitle = \"T\"\nhosts = [\"client\", \"server\"]\n+++\nText.\n\n```lab\nserver> s = socket AF_INET SOCK_DGRAM; bind s 0.0.0.0:5000; recv s 10\nserver> print 1\n```\n";
    std::fs::write(&file, text).expect("it can be written");
    let began = std::time::Instant::now();
    let child = Command::new(SOCKLAB)
        .args(["--color", "never", "--deadline", "600s", "lesson", "check"])
        .arg(&file)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let read = |pid: u32, what: &str| {
        std::fs::read_to_string(format!("/proc/{pid}/{what}")).unwrap_or_default()
    };
    let named = |name: &str| {
        let mut everyone = descendants(child.id()).into_iter();
        everyone.find(|pid| read(*pid, "comm").trim_end() == name)
    };
    eventually("the server sleeps in recv", || {
        named("server").is_some_and(|server| read(server, "wchan").contains("wait_for"))
    });
    let client = named("client").expect("there is a client");
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(client as i32),
        nix::sys::signal::Signal::SIGKILL,
    )
    .expect("it is ours");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("process client was ended by something outside the lab"),
        "{said}"
    );
    assert!(began.elapsed().as_secs() < 300, "{said}");
}
