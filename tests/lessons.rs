//! Lessons as their students and their authors meet them: checked, played, learned from a pipe, written from a session.

mod support;

use std::path::Path;
use support::{Ran, folder, private_lab, run_in, scripts};

/// Writes a lesson and checks it.
fn checked(name: &str, text: &str, more: &[&str]) -> Ran {
    let place = folder();
    std::fs::write(place.path().join(name), text).expect("it can be written");
    let path = format!("./{name}");
    let mut arguments = vec!["lesson", "check", "--color", "never", &path];
    arguments.extend(more);
    run_in(place.path(), &arguments, b"")
}

/// Front matter with a deadline that a failing expectation does not make a test long.
const FRONT: &str = "+++\ntitle = \"t\"\ndeadline = \"500ms\"\n+++\n\n";

#[test]
fn every_lesson_that_comes_with_the_program_holds_and_says_where_it_stands() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let ran = run_in(place.path(), &["lesson", "check", "--color", "never"], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons");
    for entry in std::fs::read_dir(folder).expect("it is there").flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(entry.path()).expect("it is readable");
        let lesson = socklab::lesson::document::Lesson::read(&file, &text)
            .unwrap_or_else(|errors| panic!("{file}: {errors:?}"));
        assert!(
            lesson.place().is_some(),
            "{file} has no part and number in its name"
        );
        assert!(
            !lesson.front.about.is_empty(),
            "{file} says nothing for the list"
        );
        assert!(
            !lesson.front.assumes.is_empty(),
            "{file} does not say what its reader knows already"
        );
        assert!(
            lesson.front.minutes.is_some(),
            "{file} does not say how long it takes"
        );
    }
}

#[test]
fn a_setting_of_the_front_matter_that_the_text_does_not_name_is_refused() {
    if !private_lab() {
        return;
    }
    let front = "+++\ntitle = \"t\"\nsysctls = { \"net.ipv4.tcp_sack\" = 0 }\n+++\n\n";
    let lab = "```lab\ns = socket\n```\n";
    let ran = checked("hidden.md", &format!("{front}Words.\n\n{lab}"), &[]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(
        ran.out.contains("the text to name net.ipv4.tcp_sack"),
        "{}",
        ran.out
    );
    let ran = checked(
        "named.md",
        &format!("{front}`tcp_sack` is off.\n\n{lab}"),
        &[],
    );
    assert_eq!(ran.status, 0, "{}", ran.out);
}

#[test]
fn a_wrong_lesson_exits_1_with_expected_beside_actual_and_the_first_field() {
    if !private_lab() {
        return;
    }
    let text = format!(
        "{FRONT}```lab\ns = create_server 127.0.0.1:5000\nc = socket\nconnect c 127.0.0.1:5000\n  c -> s [SYN] seq=0 mss=1400\n  c: CLOSE-WAIT\nprint 1\n  output \"1\"\n```\n"
    );
    let ran = checked("wrong.md", &text, &[]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    for part in [
        "./wrong.md:10",
        "expected  c -> s [SYN] seq=0 mss=1400",
        "actual    c -> s [SYN] seq=0 mss=65495   #1",
        "mss: expected 1400, is 65495",
        "c is in ESTABLISHED",
        "2 of 3 do not hold",
        "0 of 1 lessons hold, 1 do not",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
}

#[test]
fn a_lesson_whose_process_sleeps_for_good_ends_there_and_says_in_which_call() {
    if !private_lab() {
        return;
    }
    let text = format!(
        "{FRONT}```lab\na, b = socketpair\nrecv a\n  blocked\nprint 1\nprint 2\nprint 3\n```\n"
    );
    let ran = checked("asleep.md", &text, &[]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("stuck: lab in recv(3"), "{}", ran.out);
    assert!(!ran.out.contains("print 2"), "{}", ran.out);
}

#[test]
fn a_task_has_to_fail_unsolved_and_pass_solved_and_a_quiz_to_agree_with_the_kernel() {
    if !private_lab() {
        return;
    }
    let task = |check: &str, solution: &str| {
        format!(
            "{FRONT}```lab\ns = socket\n```\n\n```task\ngoal = \"g\"\ncheck = [{check:?}]\nsolution = {solution:?}\n```\n"
        )
    };
    let quiz = |rest: &str| {
        format!(
            "{FRONT}```quiz\nask = \"?\"\n{rest}\n```\n\n```lab\nu = socket AF_INET SOCK_DGRAM\nsendto u \"abc\" 127.0.0.1:9\n```\n"
        )
    };
    for (text, status, words) in [
        (
            task("state LISTEN port 5000", "bind s :5000; listen s"),
            0,
            "",
        ),
        (task("call socket", "t = socket"), 0, ""),
        (task("1 == 1", "t = socket"), 1, "not done before anybody"),
        (
            task("state LISTEN port 5001", "bind s :5000; listen s"),
            1,
            "there is no such socket",
        ),
        (
            quiz("answer_from = \"packets where udp && !icmp\"\nanswer = 1"),
            0,
            "",
        ),
        (
            quiz("answer_from = \"packets where udp && !icmp\"\nanswer = 2"),
            1,
            "the run says 1",
        ),
        (
            quiz("answer_from = \"udp.length of packet 1\"\nchoices = [\"11\", \"3\"]"),
            0,
            "",
        ),
        (
            quiz("answer_from = \"udp.length of packet 1\"\nchoices = [\"3\", \"8\"]"),
            1,
            "it is 11",
        ),
        (
            quiz("answer_from = \"result of sendto\"\nanswer = 3"),
            0,
            "",
        ),
        (
            quiz("answer_from = \"errno of sendto\"\nanswer = \"ok\""),
            0,
            "",
        ),
        (
            quiz("answer_from = \"value of fileno(u)\"\nanswer = 3"),
            0,
            "",
        ),
        (
            quiz("answer_from = \"tcp.len of packet 1\"\nanswer = 3"),
            1,
            "has no tcp.len",
        ),
    ] {
        let ran = checked("x.md", &text, &[]);
        assert_eq!(ran.status, status, "{text}\n{}", ran.out);
        assert!(ran.out.contains(words), "{words}\n{text}\n{}", ran.out);
    }
}

#[test]
fn what_cannot_be_read_has_line_column_and_caret_and_nothing_runs() {
    let text = format!("{FRONT}```lab\ns = sokcet\n  s: LISTN\n```\n");
    let ran = checked("x.md", &text, &[]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("./x.md, line 8, column 6"), "{}", ran.out);
    assert!(
        ran.out.contains("^^^^^ expected an RFC 9293 name"),
        "{}",
        ran.out
    );
}

#[test]
fn somebody_elses_lesson_runs_no_program_unasked() {
    if !private_lab() {
        return;
    }
    let text = format!("{FRONT}```lab\nrun true\ns = socket\n  socket = 3\n```\n");
    let ran = checked("x.md", &text, &[]);
    assert!(ran.out.contains("--allow-run"), "{}", ran.out);
    assert!(ran.out.contains("could not be run here"), "{}", ran.out);
    let ran = checked("x.md", &text, &["--allow-run"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(ran.out.contains("1 of 1 lessons hold"), "{}", ran.out);
    let place = folder();
    std::fs::write(place.path().join("x.md"), &text).expect("it can be written");
    for work in ["play", "learn"] {
        let ran = run_in(place.path(), &["lesson", work, "./x.md"], b"");
        assert_eq!(ran.status, 1, "{work}: {}", ran.out);
        assert!(ran.out.contains("run true"), "{work}: {}", ran.out);
    }
}

#[test]
fn a_lesson_whose_programs_are_missing_is_passed_over_with_the_reason() {
    let text =
        "+++\ntitle = \"t\"\nprograms = [\"no-such-program\"]\n+++\n\n```lab\ns = socket\n```\n";
    let ran = checked("x.md", text, &[]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(
        ran.out.contains("no-such-program is not installed"),
        "{}",
        ran.out
    );
}

#[test]
fn what_a_lesson_needs_decides_where_it_runs() {
    for (needs, runs) in [("private", false), ("calls", true)] {
        let text = format!(
            "+++\ntitle = \"t\"\nneeds = {needs:?}\n+++\n\n```lab\ninet_aton \"127.0.0.1\"\n```\n"
        );
        let ran = checked("x.md", &text, &["--host-network", "--allow-run"]);
        assert_eq!(ran.status, 0, "{}", ran.out);
        assert_eq!(
            ran.out.contains("it needs a private network"),
            !runs,
            "{}",
            ran.out
        );
    }
}

#[test]
fn files_of_a_lesson_lie_in_its_folder_and_the_students_folder_stays_clean() {
    if !private_lab() {
        return;
    }
    let text = format!(
        "{FRONT}```sh file=hello.sh\necho hello\n```\n\n```lab\nrun sh hello.sh\n  output \"hello\"\nu = socket AF_UNIX\nbind u ./x.sock\n  bind = 0\n```\n"
    );
    let place = folder();
    std::fs::write(place.path().join("x.md"), text).expect("it can be written");
    let ran = run_in(
        place.path(),
        &[
            "lesson",
            "check",
            "--allow-run",
            "--repeat",
            "4",
            "--jobs",
            "4",
            "./x.md",
        ],
        b"",
    );
    assert_eq!(ran.status, 0, "{}", ran.out);
    let left: Vec<_> = std::fs::read_dir(place.path())
        .expect("it is there")
        .flatten()
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn a_lesson_plays_by_itself_where_there_is_no_terminal() {
    if !private_lab() {
        return;
    }
    let place = folder();
    for arguments in [
        &["lesson", "play", "handshake"][..],
        &["lesson", "play", "1.4", "--pace", "1ms", "--ascii"],
    ] {
        let ran = run_in(place.path(), arguments, b"");
        assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
        for part in ["[SYN, ACK]", "The lesson ends here"] {
            assert!(ran.out.contains(part), "{part}\n{}", ran.out);
        }
        if arguments.contains(&"--ascii") {
            assert!(ran.out.is_ascii(), "{}", ran.out);
        }
    }
}

#[test]
fn what_a_kernel_sends_before_a_slow_hand_types_on_counts_for_the_command_it_is_told_under() {
    if !private_lab() {
        return;
    }
    // The SYN-ACK comes 60 ms after the SYN, the next command 400 ms later at least.
    let text = "# t\n\n```lab\nserver> s = socket; bind s 10.0.0.2:5000; listen s\nwire delay 30ms\nclient> c = socket\nclient> setblocking c False\nclient> connect c 10.0.0.2:5000\n  EINPROGRESS\n  client -> server [SYN]\nclient> poll c 5s events=POLLOUT\n  server -> client [SYN, ACK]\n  client -> server [ACK]\nclient> send c \"a\"\n  client -> server len=1\nclient> send c \"\"\n  client -> server len=9\nserver> conn, addr = accept s\nclient> recv c &\nserver> send conn \"b\"\nserver> print 1\n  client> recv = 1\nserver> print 2\n  client> recv = 2\n```\n";
    let text = format!(
        "+++\ntitle = \"t\"\nhosts = [\"client\", \"server\"]\ndeadline = \"1s\"\n+++\n\n{text}"
    );
    let place = folder();
    std::fs::write(place.path().join("slow.md"), text).expect("it can be written");
    let ran = run_in(
        place.path(),
        &["lesson", "play", "./slow.md", "--pace", "400ms"],
        b"",
    );
    assert!(!ran.out.contains("[SYN, ACK] (it"), "{}", ran.out);
    // What a line has told is not there for another.
    assert!(
        ran.out.contains("expected client -> server len=9"),
        "{}",
        ran.out
    );
}

const SMALL: &str = "+++\ntitle = \"Small\"\n+++\n\n```quiz\nask = \"What does it return?\"\nchoices = [\"3\", \"4\"]\nanswer_from = \"result of socket\"\n```\n\n```lab\ns = socket\n  socket = 3\nbind s 127.0.0.1:5000; listen s\n  s: LISTEN\n```\n\n```task\ngoal = \"Connect to it.\"\ncheck = [\"state ESTABLISHED peer 5000\"]\nhints = [\"first\", \"second\"]\nsolution = \"c = create_connection 127.0.0.1:5000\"\nbecause = \"The kernel answers.\"\n```\n";

/// Learns a small lesson from a pipe; the state folder is the test's own.
fn learned(place: &Path, typed: &str) -> Ran {
    learned_of(place, SMALL, typed)
}

/// The same with another lesson.
fn learned_of(place: &Path, lesson: &str, typed: &str) -> Ran {
    std::fs::write(place.join("small.md"), lesson).expect("it can be written");
    let output = std::process::Command::new(support::SOCKLAB)
        .args(["lesson", "learn", "--color", "never", "./small.md"])
        .current_dir(place)
        .env("XDG_STATE_HOME", place)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .and_then(|mut child| {
            use std::io::Write;
            child
                .stdin
                .take()
                .expect("it is piped")
                .write_all(typed.as_bytes())?;
            child.wait_with_output()
        });
    output.expect("the binary runs").into()
}

fn progress(place: &Path) -> String {
    let text = std::fs::read_to_string(place.join("socklab/progress")).unwrap_or_default();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_step_is_done_by_its_effect_after_mistakes_and_experiments_however_it_was_spelled() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let ran = learned(
        place.path(),
        "b\nmine = socket\nmine.close()\ns = socket.socket()\ns.bind((\"127.0.0.1\", 5001))\nclose s\ns = socket\nprint \"hm\"\ns.bind((\"127.0.0.1\", 5000))\nlisten s\nx = socket\nhint\nhint\nhint\nconnect x 127.0.0.1:5000\n",
    );
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for part in [
        "you said 4; it is 3",
        "✓ solved",
        "The kernel answers.",
        "That was the last step",
        "first",
        "(1 more)",
        "There are no more hints",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert_eq!(progress(place.path()), "small 4 of 4 finished said 0:b");
}

#[test]
fn a_line_typed_as_it_stands_that_fails_is_no_step_and_skip_does_the_step_in_the_lab_it_was_written_for()
 {
    if !private_lab() {
        return;
    }
    let place = folder();
    let ran = learned(
        place.path(),
        "a\ns = socket\nx = socket\nbind x 127.0.0.1:5000; listen x\nbind s 127.0.0.1:5000; listen s\nskip\nskip\n",
    );
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for part in [
        "(that bind failed: EADDRINUSE)",
        "put back as it was before this step",
        "bind(3, {AF_INET 127.0.0.1:5000}) = 0",
        "The kernel answers.",
        "That was the last step",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert_eq!(progress(place.path()), "small 4 of 4 finished said 0:a");
}

#[test]
fn a_deadline_of_the_command_line_takes_the_place_of_the_lessons_own() {
    if !private_lab() {
        return;
    }
    let text = "+++\ntitle = \"Slow\"\ndeadline = \"600s\"\n+++\n\n```lab\ns = create_server :5000\naccept s\nprint 1\n```\n";
    let ran = checked("slow.md", text, &["--deadline", "100ms"]);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("accept(3)"), "{}", ran.out);
}

#[test]
fn a_lesson_is_left_in_the_middle_and_goes_on_there() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let first = learned(place.path(), "3\ns = socket\nquit\n");
    assert!(
        first.out.contains("You are at step 3 of 4"),
        "{}",
        first.out
    );
    assert_eq!(progress(place.path()), "small 2 of 4 said 0:3");
    let second = learned(place.path(), "sockets\nback\nskip\nskip\nsolution\nskip\n");
    for part in [
        "You were at step 3 of 4",
        "lab s fd 3",
        "Back to step 2",
        "c = create_connection 127.0.0.1:5000",
        "That was the last step",
    ] {
        assert!(second.out.contains(part), "{part}\n{}", second.out);
    }
    assert_eq!(progress(place.path()), "small 4 of 4 finished said 0:3");
}

#[test]
fn a_session_saved_as_a_lesson_passes_its_check_as_it_stands() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let mut files = Vec::new();
    for script in scripts() {
        let name = script
            .file_stem()
            .expect("it has a name")
            .to_string_lossy()
            .into_owned();
        // What many clients do at a time is another sequence each time; Ctrl-C and cancel are the student's own.
        // What kernels' timers send comes at another moment each time. Whether a sleeping accept has returned when its SYN is shown decides
        // which name stands there. What became of a held frame is known behind the line that sent it.
        if name.starts_with("serve")
            || name.starts_with("cause_")
            || ["blocking", "shared_descriptor", "wire_hold"].contains(&name.as_ref())
        {
            continue;
        }
        // What why says first depends on all that came before, and on when it came.
        if name.starts_with("why_") {
            continue;
        }
        let text = std::fs::read_to_string(&script).expect("it is readable");
        let file = format!("./{name}.md");
        let ran = run_in(
            place.path(),
            &["-q", "-c", &format!("{text}\nsave {file}\n")],
            b"",
        );
        assert_eq!(ran.status, 0, "{name}: {}{}", ran.out, ran.err);
        files.push(file);
    }
    assert!(files.len() >= 10, "{files:?}");
    let mut arguments = vec!["lesson", "check", "--color", "never", "--allow-run"];
    arguments.extend(files.iter().map(String::as_str));
    // Only what is left to the author is missing.
    let ran = run_in(place.path(), &arguments, b"");
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(
        ran.out.contains("it still says `Say here what"),
        "{}",
        ran.out
    );
    for file in &files {
        let path = place.path().join(file);
        let text = std::fs::read_to_string(&path).expect("it is readable");
        let written = text
            .replace("Say here what", "This is what")
            .replace("A session to be explained", "A session")
            .replace("one line for the list of lessons", "for a test");
        std::fs::write(&path, written).expect("it can be written");
    }
    let ran = run_in(place.path(), &arguments, b"");
    assert_eq!(ran.status, 0, "{}", ran.out);
}

#[test]
fn a_lesson_that_is_not_written_yet_or_fails_unsaid_is_refused() {
    if !private_lab() {
        return;
    }
    let lab = |lines: &str| format!("```lab\n{lines}\n```\n");
    let refused = "c = socket\nconnect c 127.0.0.1:5000";
    for (text, words) in [
        (lab("s = socket"), "front matter"),
        (
            format!("{FRONT}Say here what this is.\n\n{}", lab("s = socket")),
            "it still says",
        ),
        (
            format!(
                "{}{}",
                FRONT.replace("\"t\"", "\"A session to be explained\""),
                lab("s = socket")
            ),
            "those of the draft",
        ),
        (
            format!("{FRONT}{}", lab(refused)),
            "connect(3, {AF_INET 127.0.0.1:5000}) = -1 ECONNREFUSED",
        ),
        (
            format!("{FRONT}{}", lab(&format!("{refused}\n  packet [RST, ACK]"))),
            "ECONNREFUSED",
        ),
        (
            format!(
                "{FRONT}{}",
                lab("s = socket; setblocking s False\nlisten s\naccept s")
            ),
            "EAGAIN",
        ),
        (format!("{FRONT}```lab setup\nclose 9\n```\n"), "EBADF"),
        (
            format!(
                "{FRONT}```task\ngoal = \"g\"\ncheck = [\"call socket\"]\nsolution = \"\"\"\n{refused}\n\"\"\"\n```\n"
            ),
            "ECONNREFUSED",
        ),
    ] {
        let ran = checked("unsaid.md", &text, &[]);
        assert_eq!(ran.status, 1, "{words}: {}", ran.out);
        assert!(ran.out.contains(words), "{words} in\n{}", ran.out);
    }
    for lines in [
        format!("{refused}\n  errno ECONNREFUSED"),
        format!("{refused}\nexpect errno ECONNREFUSED"),
        format!("{refused}\n  connect = -1 ECONNREFUSED"),
        "c = socket\nconnect_ex c 127.0.0.1:5000".to_owned(),
    ] {
        let ran = checked("said.md", &format!("{FRONT}{}", lab(&lines)), &[]);
        assert_eq!(ran.status, 0, "{lines}: {}", ran.out);
    }
}

#[test]
fn what_is_called_otherwise_is_known_under_the_lessons_name_as_well() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let lesson = "+++\ntitle = \"Names\"\n+++\n\n```lab\ns = socket\nbind s 127.0.0.1:5000; listen s\nc = socket\nconnect c 127.0.0.1:5000\nconn, addr = accept s\nsend c \"hello\"\ndata = recv conn\nlen(data) == 5\nsend conn data\n  c: ESTABLISHED\nclose conn\n```\n";
    let typed = "listener = socket.socket()\nlistener.bind((\"127.0.0.1\", 5000)); listener.listen()\nmine = socket\nmine.connect((\"127.0.0.1\", 5000))\nother, whence = listener.accept()\nmine.send(b\"hello\")\nwhat = other.recv(100)\nlen(data) == 5\nother.send(what)\nclose other\n";
    let ran = learned_of(place.path(), lesson, typed);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for part in [
        "The lesson calls `listener` `s`",
        "The lesson calls `other`, `whence` `conn`, `addr`",
        "The lesson calls `what` `data`",
        "That was the last step",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    // What was given no name at all, and a call that blocks before it gives what is to be named.
    let typed = "socket\nbind s 127.0.0.1:5000; listen s\nc = socket\nc.connect((\"127.0.0.1\", 5000))\naccept s\nsend c \"hello\"\nrecv conn\nlen(data) == 5\nsend conn data\nclose conn\n";
    let ran = learned_of(place.path(), lesson, typed);
    assert!(ran.out.contains("That was the last step"), "{}", ran.out);
}

#[test]
fn a_call_that_sleeps_counts_with_other_defaults_and_names_outlive_a_reset() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let lesson = "+++\ntitle = \"Asleep\"\nprocesses = [\"server\"]\n+++\n\n```lab\nserver> s = socket; bind s 127.0.0.1:5000; listen s\nlab> c = socket; connect c 127.0.0.1:5000\nserver> conn, addr = accept s\nserver> data = recv conn\n  blocked server\nlab> send c \"hello\"\n  server> recv = 5\nserver> data\n  = b\"hello\"\nserver> len(data) == 5\n```\n";
    let typed = "server> srv = socket.create_server((\"127.0.0.1\", 5000))\nlab> client = socket.create_connection((\"127.0.0.1\", 5000))\nserver> k, a = srv.accept()\nserver> got = k.recv(1024)\nreset\nlab> client.send(b\"hello\")\nserver> got\nserver> reset\nserver> len(got) == 5\n";
    let ran = learned_of(place.path(), lesson, typed);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for part in [
        "The lesson calls `srv` `s`",
        "The lesson calls `client` `c`",
        "The lesson calls `k`, `a` `conn`, `addr`",
        "The lab is as it was before this step.",
        "That was the last step",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
}

#[test]
fn a_word_that_is_no_choice_is_a_wrong_answer_and_no_mistake_in_a_line() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let ran = learned(place.path(), "z\nsockets\nb\n");
    let open =
        "the question is still open: type its letter, a to b; `skip` goes on without an answer";
    assert_eq!(ran.out.matches(open).count(), 2, "{}", ran.out);
    assert!(!ran.out.contains("error:"), "{}", ran.out);
    assert!(ran.out.contains("Noted: 4."), "{}", ran.out);
}

#[test]
fn predictions_are_remembered_and_the_context_is_shown_when_a_lesson_goes_on() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let quiz = |ask: &str| {
        format!(
            "```quiz\nask = \"{ask}\"\nchoices = [\"3\", \"4\"]\nanswer_from = \"result of socket\"\n```\n\n"
        )
    };
    let lesson = format!(
        "+++\ntitle = \"Two\"\n+++\n\n# Two\n\n## The first\n\n{}```lab\ns = socket\n```\n\n## The second\n\nBefore it.\n\n{}Now look.\n\n```lab\nt = socket\nlisten t\n```\n",
        quiz("The first?"),
        quiz("The second?")
    );
    let first = learned_of(
        place.path(),
        &lesson,
        "a\ns = socket\na\nt = socket\nquit\n",
    );
    assert!(
        first.out.contains("You are at step 5 of 5"),
        "{}",
        first.out
    );
    assert_eq!(progress(place.path()), "small 4 of 5 said 0:a 2:a");
    let second = learned_of(place.path(), &lesson, "listen t\n");
    for part in [
        "The second",
        "Now look.",
        "Done since then:\n     t = socket",
        "1 of 2 predictions were right",
    ] {
        assert!(second.out.contains(part), "{part}\n{}", second.out);
    }
    // Going back is no second answer.
    let third = learned_of(
        place.path(),
        &lesson,
        "a\nback\nb\ns = socket\nback\nback\na\ns = socket\nb\nt = socket\nlisten t\n",
    );
    assert!(
        third.out.contains("2 of 2 predictions were right"),
        "{}",
        third.out
    );
}

#[test]
fn the_list_and_a_text_need_no_lab() {
    let place = folder();
    let ran = run_in(place.path(), &["lesson", "list", "--color", "never"], b"");
    assert_eq!(ran.status, 0);
    let listed = |line: &str| line.trim_start().starts_with("1.4 ") && line.contains("handshake");
    assert!(ran.out.lines().any(listed), "{}", ran.out);
    let ran = run_in(
        place.path(),
        &["lesson", "show", "handshake", "--color", "never"],
        b"",
    );
    assert!(
        ran.out.starts_with("The three-way handshake"),
        "{}",
        ran.out
    );
    for hidden in ["answer", "a nudge", "because", "solution"] {
        let shown = ran
            .out
            .lines()
            .any(|line| line.trim_start().starts_with(hidden));
        assert!(!shown, "{hidden}: {}", ran.out);
    }
    let before = [
        "--color",
        "never",
        "lesson",
        "show",
        "--answers",
        "handshake",
    ];
    let answered = run_in(place.path(), &before, b"");
    for part in ["the answer: ok", "one solution:", "hint: "] {
        assert!(answered.out.contains(part), "{part}: {}", answered.out);
    }
    let both = run_in(place.path(), &["-c", "s = socket", "lesson", "list"], b"");
    assert_eq!(both.status, 2, "{}{}", both.out, both.err);
    let ran = run_in(place.path(), &["lesson", "show", "hadnshake"], b"");
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("did you mean handshake?"), "{}", ran.err);
}

#[test]
fn a_folder_of_ones_own_takes_the_place_of_the_lessons() {
    let place = folder();
    std::fs::write(place.path().join("small.md"), SMALL).expect("it can be written");
    std::fs::write(place.path().join("broken.md"), "```lab\nconect x\n```\n")
        .expect("it can be written");
    let ran = run_in(place.path(), &["lesson", "list", "--lessons", "."], b"");
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("small   Small"), "{}", ran.out);
    assert!(ran.out.contains("cannot be read"), "{}", ran.out);
    assert!(!ran.out.contains("handshake"), "{}", ran.out);
}
