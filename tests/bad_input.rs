//! Wrong lines, wrong files, wrong ends: each gets a clear answer and an exit status, and the session goes on where it can.

mod support;

use std::fmt::Write as _;
use support::{folder, private_lab, run, run_in, script};

#[test]
fn a_wrong_line_says_where_and_what_and_the_rest_still_runs() {
    if !private_lab() {
        return;
    }
    for (line, said) in [
        ("sokcet AF_INET", "socket"),
        ("bind", "bind"),
        ("socket SOCK_STREAM", "AF_"),
        ("s = socket; bind s 127.0.0.1:70000", "65535"),
        ("send 4 \"abc", "never closed"),
        ("bind nothing :5000", "nothing"),
        ("recv 99", "EBADF"),
        ("socket AF_INET SOCK_STREAM 0 0 0 0", "socket"),
        ("nowhere> socket", "nowhere"),
        (
            "process a-name-that-is-longer-than-any-name-should-be",
            "letters, digits",
        ),
        (
            "s = socket; setsockopt s SOL_SOCKET SO_RCVBUF 1000000000000",
            "32 bits",
        ),
        ("packets tcp.prot == 5", "tcp.port"),
        ("explain ECONREFUSED", "ECONNREFUSED"),
        ("while True:", "repeat"),
    ] {
        let ran = script(&format!("{line}\nprint \"going on\""));
        assert!(ran.out.contains(said), "{line}: {}", ran.out);
        assert!(
            ran.out.matches("going on").count() >= 2,
            "{line}: {}",
            ran.out
        );
    }
}

#[test]
fn a_script_that_fails_exits_1_and_names_the_line() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let path = place.path().join("wrong.lab");
    for (text, status, said) in [
        ("s = socket\nexpect ok\n", 0, ""),
        ("s = socket\nexpect errno EBADF\n", 1, "2"),
        ("s = socket\nnonsense here\n", 1, "2"),
        ("recv 99\n", 0, "EBADF"),
    ] {
        std::fs::write(&path, text).expect("it can be written");
        let ran = run_in(place.path(), &["--color", "never", "wrong.lab"], b"");
        assert_eq!(ran.status, status, "{text}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(said), "{text}: {}", ran.out);
    }
}

#[test]
fn invalid_utf_8_in_a_script_is_named_with_line_and_column() {
    if !private_lab() {
        return;
    }
    let ran = run(&["--color", "never"], b"s = socket\nprint \"\xff\"\n");
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("2:8"), "{}", ran.out);
}

#[test]
fn a_script_that_waits_for_ever_stops_at_the_deadline_and_says_where_it_is_stuck() {
    if !private_lab() {
        return;
    }
    let ran = run(
        &[
            "--color",
            "never",
            "--deadline",
            "300ms",
            "-c",
            "s = create_server :5000; accept s; print 1",
        ],
        b"",
    );
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains("lab still sleeps in accept(3)"),
        "{}",
        ran.out
    );
}

#[test]
fn a_script_that_stops_says_which_lines_it_left_and_counts_them() {
    if !private_lab() {
        return;
    }
    let script = b"s = create_server :5000\naccept s\nc = socket\n# said\n\nconnect c 127.0.0.1:5000\nprint 1\n";
    let ran = run(&["--color", "never", "--deadline", "300ms"], script);
    assert_eq!(ran.status, 1);
    for said in [
        "the 2 lines below it were not run; the first is: connect c 127.0.0.1:5000",
        "3 lines could not be carried out",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
}

#[test]
fn a_script_waits_for_what_ends_a_call_by_itself() {
    if !private_lab() {
        return;
    }
    for (script, said) in [
        (
            "a, b = socketpair\nsetsockopt b SOL_SOCKET SO_RCVTIMEO 0.3\nrecv b 10",
            "-1 EAGAIN",
        ),
        (
            "a, b = socketpair\nsetsockopt b SOL_SOCKET SO_RCVTIMEO 0.3\nrecv b 10\nwhy",
            "SO_RCVTIMEO ends the waiting",
        ),
        (
            "a, b = socketpair\nsetsockopt a SOL_SOCKET SO_SNDTIMEO 0.3\nrepeat 2 { send a b\"x\" * 500000 }",
            "-1 EAGAIN",
        ),
        (
            "s = create_server :5000\nsetsockopt s SOL_SOCKET SO_RCVTIMEO 0.3\naccept s",
            "-1 EAGAIN",
        ),
        (
            "host a\nhost b\nb> l = create_server :5000\na> c = create_connection 10.0.0.2:5000\na> c.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 1)\na> c.setsockopt(IPPROTO_TCP, TCP_KEEPINTVL, 1)\na> c.setsockopt(IPPROTO_TCP, TCP_KEEPCNT, 1)\na> c.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)\nwire cut\na> recv c",
            "-1 ETIMEDOUT",
        ),
    ] {
        let ran = run(&["--color", "never", "--deadline", "9s", "-c", script], b"");
        assert!(ran.out.contains(said), "{script}: {}{}", ran.out, ran.err);
        assert!(!ran.out.contains("was still in"), "{script}: {}", ran.out);
    }
}

#[test]
fn the_block_of_a_with_whose_first_line_failed_is_not_run() {
    if !private_lab() {
        return;
    }
    for head in [
        "with nothere:",
        "with open(\"x\") as f:",
        "with socket.create_connection((\"127.0.0.1\", 9)) as f:",
        "with f = :",
    ] {
        let script = format!(
            "a, b = socketpair\n{head}\n    print 11\n    with a:\n        print 12\n\n    # said\n    b.close()\nprint 13\na.send(b\"x\")\nb.recv(1)\n"
        );
        let ran = run(&["--color", "never"], script.as_bytes());
        let printed = |number: &str| ran.out.contains(&format!("│ {number}\n"));
        assert!(!printed("11") && !printed("12"), "{head}: {}", ran.out);
        assert!(printed("13"), "{head}: {}", ran.out);
        assert!(!ran.out.contains("  close(4"), "{head}: {}", ran.out);
        assert!(ran.out.contains("recv(4, \"x\""), "{head}: {}", ran.out);
    }
}

#[test]
fn a_megabyte_of_garbage_is_refused_and_the_session_goes_on() {
    if !private_lab() {
        return;
    }
    let mut garbage: Vec<u8> = (0..1_000_000_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 % 94 + 33)
        .collect();
    garbage.extend(b"\nprint \"going on\"\n");
    let ran = run(&["--color", "never"], &garbage);
    assert!(
        ran.out.contains("going on"),
        "{}",
        &ran.out[..ran.out.len().min(2000)]
    );
}

#[test]
fn bytes_from_the_network_never_reach_the_terminal_raw() {
    if !private_lab() {
        return;
    }
    let text = "a, b = socketpair\nsend a b\"\\x1b]0;owned\\x07\\xe2\\x80\\xae\\x9b31m\"\nrecv b\nprint _\nu = socket AF_INET SOCK_DGRAM\nbind u :7\n\
                sendto u b\"\\x1b[31mred\" 127.0.0.1:7\npackets\npacket 1\nrun printf '\\033[31mred\\n'\nrecv u\nfollow u\n";
    let ran = script(text);
    let raw: Vec<char> = ran
        .out
        .chars()
        .filter(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c))
        .collect();
    assert!(raw.is_empty(), "{raw:?} in {}", ran.out.escape_debug());
}

#[test]
fn a_closed_output_ends_the_session_quietly() {
    if !private_lab() {
        return;
    }
    let command = format!(
        "{} --color never -c 'repeat 3000 {{ print 1 }}' | head -1",
        support::SOCKLAB
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &command])
        .output()
        .expect("sh runs");
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.stdout.ends_with(b"\n"));
}

#[test]
fn a_process_killed_from_outside_is_told_of_and_the_session_goes_on() {
    if !private_lab() {
        return;
    }
    let text = "process victim\nvictim> s = create_server :5000\nlab> c = create_connection localhost:5000\nlab> run pkill -KILL -x victim\n\
                lab> recv c\nexpect = b\"\"\nlab> print \"going on\"";
    let ran = script(text);
    assert!(
        ran.out.contains("victim") && ran.out.contains("SIGKILL"),
        "{}",
        ran.out
    );
    assert!(ran.out.matches("going on").count() >= 2, "{}", ran.out);
}

#[test]
fn usage_errors_exit_2() {
    for arguments in [
        &["--nonsense"][..],
        &["--deadline", "5 parsecs"],
        &["read"],
        &["completions", "tcsh"],
    ] {
        assert_eq!(run(arguments, b"").status, 2, "{arguments:?}");
    }
}

#[test]
fn a_program_that_never_stops_writing_does_not_stop_the_script() {
    if !private_lab() {
        return;
    }
    let ran = run(
        &["--color", "never", "--deadline", "1s"],
        b"run yes &\nprint 1 + 1\nkill yes\nprint 2 + 2\n",
    );
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("lab│ 2"), "nothing was printed");
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "that nothing is waited for is seen by the clock alone"
)]
fn a_program_that_ends_is_not_waited_for() {
    if !private_lab() {
        return;
    }
    let begun = std::time::Instant::now();
    let ran = run(&["--color", "never", "--deadline", "60s"], b"run true\n");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}

#[test]
fn bytes_that_are_no_text_are_an_error_at_their_line_and_the_rest_still_runs() {
    if !private_lab() {
        return;
    }
    for input in [
        &b"print \"caf\xe9\"\nprint 40 + 2\n"[..],
        b"repeat 2 {\nprint \xff\n}\nprint 40 + 2\n",
        b"\xc3\nprint 40 + 2\n",
    ] {
        let ran = run(&["--color", "never"], input);
        assert_eq!(ran.status, 1, "{}", ran.out);
        assert!(ran.out.contains("not valid UTF-8"), "{}", ran.out);
        assert!(ran.out.contains("\u{2502} 42"), "{}", ran.out);
    }
}

#[test]
fn what_is_loaded_is_a_file_of_bounded_length_and_depth() {
    if !private_lab() {
        return;
    }
    let place = folder();
    std::fs::write(place.path().join("self.lab"), "load self.lab\n").expect("it can be written");
    nix::unistd::mkfifo(
        &place.path().join("pipe.lab"),
        nix::sys::stat::Mode::S_IRWXU,
    )
    .expect("a pipe");
    for (file, said) in [
        ("self.lab", "does it load itself?"),
        ("/dev/zero", "not a regular file"),
        ("./pipe.lab", "not a regular file"),
        (".", "not a regular file"),
    ] {
        let text = format!("load {file}\nprint 40 + 2");
        let ran = run_in(place.path(), &["--color", "never", "-c", &text], b"");
        let out = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(ran.status, 1, "{file}: {out}");
        assert!(out.contains(said), "{file}: {out}");
        assert!(out.contains("\u{2502} 42"), "{file}: {out}");
    }
    let ran = run_in(place.path(), &["lesson", "check", "./pipe.md"], b"");
    assert_eq!(ran.status, 1);
}

#[test]
fn a_value_that_is_made_is_told_and_the_process_lives() {
    if !private_lab() {
        return;
    }
    let ran = script("x = b\"x\" * 70000000\nlen(x)\nprint 40 + 2");
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(ran.out.contains("70000000") && ran.out.contains("\u{2502} 42"));
}

#[test]
fn save_replaces_what_this_session_wrote_and_nothing_else() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let path = |name: &str| place.path().join(name);
    std::fs::write(path("other.py"), "kept").expect("it can be written");
    std::fs::write(path("target.py"), "kept").expect("it can be written");
    std::os::unix::fs::symlink("target.py", path("link.py")).expect("a link");
    nix::unistd::mkfifo(&path("pipe.py"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    for (text, status) in [
        ("s = socket\nsave new.py\nsave new.py", 0),
        ("s = socket\nsave other.py", 1),
        ("s = socket\nsave link.py", 1),
        ("s = socket\nsave pipe.py", 1),
        ("save other.pcapng\nsave other.pcapng", 0),
    ] {
        let ran = run_in(place.path(), &["--color", "never", "-c", text], b"");
        assert_eq!(ran.status, status, "{text}: {}", ran.out);
    }
    for kept in ["other.py", "target.py"] {
        let text = std::fs::read_to_string(path(kept)).expect("it is there");
        assert_eq!(text, "kept", "{kept}");
    }
    let arguments = ["--overwrite", "-c", "s = socket\nsave other.py"];
    assert_eq!(run_in(place.path(), &arguments, b"").status, 0);
    let text = std::fs::read_to_string(path("other.py")).expect("it is there");
    assert!(text.starts_with("#!"), "{text}");
    let left = std::fs::read_dir(place.path())
        .expect("it is there")
        .flatten();
    let hidden = left.filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "nothing is left beside what was saved");
}

#[test]
fn what_cannot_be_written_is_an_error_of_every_front() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["man"],
        &["completions", "bash"],
        &["lesson", "list"],
        &["lesson", "show", "handshake"],
        &["lesson", "--help"],
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("it is there");
        let output = std::process::Command::new(support::SOCKLAB)
            .args(arguments)
            .stdout(full)
            .output()
            .expect("the binary runs");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn four_hundred_processes_are_made() {
    if !private_lab() {
        return;
    }
    let mut text = String::new();
    for number in 0..400 {
        writeln!(text, "process p{number}").expect("it fits");
    }
    text.push_str("p399> print 40 + 2\n");
    let ran = run(&["--color", "never", "-q"], text.as_bytes());
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(ran.out.contains("p399\u{2502} 42"), "{}", ran.out);
}
