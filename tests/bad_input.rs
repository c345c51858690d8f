//! Wrong lines, wrong files, wrong ends: each gets a clear answer and an exit status, and the session goes on where it can.

mod support;

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
    assert!(ran.out.contains("stuck: lab in accept(3)"), "{}", ran.out);
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
