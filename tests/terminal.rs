//! The real binary in a pseudo-terminal: what a student types, and what the screen then shows.

#![expect(clippy::disallowed_methods, reason = "tests wait by the clock")]

#[path = "terminal/screen.rs"]
mod screen;
mod support;

use portable_pty::CommandBuilder;
use screen::{Terminal, last_line, terminal_has_colour};
use support::witness::present;
use support::{SOCKLAB, alive, descendants, eventually, folder, private_lab};

#[test]
fn a_typed_handshake_shows_its_three_packets_under_connect() {
    if !private_lab() {
        return;
    }
    for columns in [80, 120] {
        let mut terminal = Terminal::start(columns, &[]);
        terminal.line("s = socket; bind s :5000; listen s", "LISTEN");
        terminal.line("c = socket; connect c 127.0.0.1:5000", "handshake 3 of 3");
        let screen = terminal.wait("the cause", |screen| {
            screen.contains("no accept() was needed")
        });
        for part in [
            "[SYN] Seq=0",
            "[SYN, ACK] Seq=0 Ack=1",
            "handshake 1 of 3",
            "CLOSED → ESTABLISHED",
        ] {
            assert!(screen.contains(part), "{part} at {columns}:\n{screen}");
        }
    }
}

#[test]
fn at_forty_columns_nothing_is_wider_than_the_terminal() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(40, &[]);
    terminal.line("s = create_server 127.0.0.1:5000", "listen(3, 4096)");
    terminal.line("c = create_connection 127.0.0.1:5000", "[SYN, ACK]");
    terminal.line("sockets", "LISTEN");
    terminal.line("bind c 127.0.0.1:99999", "a port is 16 bits");
    let screen = terminal.screen.screen();
    let text = screen.contents();
    for (row, line) in screen.rows(0, 40).enumerate() {
        assert!(
            !screen.row_wrapped(row as u16) || line.starts_with("lab> "),
            "only what was typed may be broken by the terminal: {line:?}\n{text}"
        );
    }
}

#[test]
fn the_greeting_says_what_is_there_and_a_prompt_follows() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(80, &[]);
    let screen = terminal.wait("the prompt", |screen| {
        last_line(screen).trim_end() == "lab>"
    });
    let first = screen.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("socklab ") && first.contains("private network ready"),
        "{screen}"
    );
    assert!(screen.contains("help"), "{screen}");
}

#[test]
fn tab_completes_verbs_sockets_constants_options_and_paths() {
    if !private_lab() {
        return;
    }
    let home = folder();
    std::fs::write(home.path().join("only.sock"), "").expect("it can be written");
    let mut terminal = Terminal::start_at(home.path(), 100, &[]);
    terminal.line("server_socket = socket", "socket(AF_INET");
    for (typed, completed) in [
        ("setsocko\t", "> setsockopt"),
        ("listen serv\t", "> listen server_socket"),
        ("x = socket AF_NETL\t", "> x = socket AF_NETLINK"),
        (
            "setsockopt server_socket IPPROTO_TCP TCP_NODEL\t",
            "> setsockopt server_socket IPPROTO_TCP TCP_NODELAY",
        ),
        ("server_socket.getsockn\t", "> server_socket.getsockname"),
        ("packets tcp.reset_c\t", "> packets tcp.reset_cause"),
        ("packets len(udp.pay\t", "> packets len(udp.payload"),
        (
            "packets ip.src == 10.0.0.1 && icmp.typ\t",
            "> packets ip.src == 10.0.0.1 && icmp.type",
        ),
        (
            "bind server_socket ./on\t",
            "> bind server_socket ./only.sock",
        ),
    ] {
        terminal.press(typed);
        terminal.wait(completed, |screen| last_line(screen).contains(completed));
        terminal.press("\x15");
        terminal.wait("an empty line", |screen| {
            last_line(screen).trim_end() == "lab>"
        });
    }
}

#[test]
fn a_hint_shows_what_a_verb_still_takes() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[]);
    terminal.press("connect ");
    terminal.wait("the hint", |screen| last_line(screen).contains("address"));
}

#[test]
fn pasted_lines_all_run_bracketed_or_not() {
    if !private_lab() {
        return;
    }
    for (before, after) in [("\x1b[200~", "\x1b[201~\r"), ("", "")] {
        let mut terminal = Terminal::start(100, &[]);
        let end = if before.is_empty() { "\r" } else { "\n" };
        let lines = [
            "a, b = socketpair",
            "send a \"one\"",
            "recv b",
            "print \"all of it\"",
        ]
        .join(end);
        terminal.press(&format!(
            "{before}{lines}{}{after}",
            if before.is_empty() { "\r" } else { "" }
        ));
        let screen = terminal.wait("the last line's output", |screen| {
            screen.contains("lab│ all of it")
        });
        let places: Vec<Option<usize>> =
            ["socketpair(", "send(3", "recv(4, \"one\"", "lab│ all of it"]
                .iter()
                .map(|part| screen.find(part))
                .collect();
        assert!(
            places.is_sorted() && places[0].is_some(),
            "{places:?}\n{screen}"
        );
        // What was pasted is shown once, each line above what it did.
        assert_eq!(screen.matches("send a \"one\"").count(), 1, "{screen}");
    }
}

#[test]
fn a_paste_ends_at_the_first_line_that_cannot_run() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[]);
    let lines = "s = create_server :5000\nconn, addr = accept s\ndata = conn.recv(10)\nprint data\nclose conn";
    terminal.press(&format!("\x1b[200~{lines}\x1b[201~\r"));
    let screen = terminal.wait("what was left", |screen| screen.contains("were not run"));
    assert!(
        screen.contains("the 2 lines below it were not run; the first is: print data"),
        "{screen}"
    );
    assert_eq!(screen.matches("can do nothing else").count(), 2, "{screen}");
}

#[test]
fn a_block_of_a_program_is_offered_whole_and_refused_whole() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[]);
    terminal.press("if True:\r    print 3 * 7\relse:\r    print 2 * 11\r\r");
    terminal.wait("the question", |screen| {
        screen.contains("a Python program of 4 lines: run it as process prog1? [Y/n]")
    });
    terminal.press("n");
    let screen = terminal.wait("the refusal", |screen| screen.contains("run python3 FILE"));
    assert!(
        screen.contains("`if True` and the 3 lines below it belong to a program"),
        "{screen}"
    );
    assert!(!screen.contains("lab│"), "{screen}");
}

#[test]
fn a_program_that_is_typed_runs_as_a_process_and_is_saved_as_it_was() {
    if !private_lab() || !support::witness::present("python3") {
        return;
    }
    let home = folder();
    let mut terminal = Terminal::start_at(home.path(), 100, &[]);
    terminal.press("for n in range(2):\r    print(n * 21)\r\r");
    terminal.wait("the question", |screen| screen.contains("prog1? [Y/n]"));
    terminal.press("\r");
    terminal.wait("its end", |screen| {
        screen.contains("prog1│ 21") && screen.contains("process prog1 ended (exit status 0)")
    });
    terminal.line("save prog1.py", "as it was typed");
    let saved = std::fs::read_to_string(home.path().join("prog1.py")).expect("it was saved");
    assert_eq!(saved, "for n in range(2):\n    print(n * 21)\n");
    terminal.press("run -\rprint(6 * 7)\r\x04");
    terminal.wait("another one", |screen| screen.contains("prog2│ 42"));
    terminal.line("print \"still here\"", "lab│ still here");
}

#[test]
fn what_happens_meanwhile_stands_above_the_line_being_typed() {
    if !private_lab() {
        return;
    }
    let home = folder();
    let mut terminal = Terminal::start_at(home.path(), 100, &[]);
    terminal.line("s = create_server 127.0.0.1:5000", "listen(");
    terminal.line(
        "run sh -c 'until [ -e go ]; do sleep 0.02; done; echo from outside; until [ -e end ]; do sleep 0.02; done' &",
        "began",
    );
    terminal.press("accept s");
    terminal.wait("the half-typed line", |screen| {
        last_line(screen).starts_with("lab> accept s")
    });
    std::fs::write(home.path().join("go"), "").expect("it can be written");
    let screen = terminal.wait("the program's output and the line below it", |screen| {
        screen.contains("│ from outside") && last_line(screen).starts_with("lab> accept s")
    });
    let typed = screen
        .lines()
        .filter(|line| line.contains("lab> accept s"))
        .count();
    assert_eq!(typed, 1, "the half-typed line stands once:\n{screen}");
    terminal.press("\r");
    terminal.wait("the completed line", |screen| {
        screen.contains("accept(3) … blocked")
    });
    std::fs::write(home.path().join("end"), "").expect("it can be written");
}

#[test]
fn a_blocked_call_gives_the_prompt_back_and_ctrl_c_interrupts_it() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[]);
    terminal.line("s = create_server 127.0.0.1:5000", "listen(");
    terminal.line("accept s", "blocked: nobody has connected");
    terminal.line("recv s", "still in accept(3)");
    terminal.press("\x03");
    terminal.wait("EINTR", |screen| {
        screen.contains("EINTR (Interrupted system call)")
    });
    terminal.line("print \"goes on\"", "lab│ goes on");
}

#[test]
fn what_was_waited_for_returns_above_the_line_being_typed() {
    if !private_lab() {
        return;
    }
    let home = folder();
    let mut terminal = Terminal::start_at(home.path(), 100, &[]);
    terminal.line("process server", "server>");
    terminal.line("s = create_server :5000", "listen(");
    terminal.line("conn, addr = accept s", "blocked: nobody has connected");
    terminal.press("lab>\r");
    terminal.wait("the other prompt", |screen| {
        last_line(screen).trim_end() == "lab>"
    });
    terminal.line(
        "run sh -c 'until [ -e go ]; do sleep 0.02; done; exec python3 -c \"import socket; socket.create_connection((\\\"127.0.0.1\\\", 5000))\"' &",
        "began",
    );
    terminal.press("print \"half ");
    terminal.wait("the half-typed line", |screen| {
        last_line(screen).starts_with("lab> print \"half")
    });
    std::fs::write(home.path().join("go"), "").expect("it can be written");
    terminal.wait("accept's return above the line", |screen| {
        screen.contains("server: accept(3")
            && screen.contains("conn = fd 4")
            && last_line(screen).starts_with("lab> print \"half")
    });
    terminal.press("and half\"\r");
    terminal.wait("the whole line", |screen| {
        screen.contains("lab│ half and half")
    });
}

#[test]
fn a_delayed_acknowledgement_appears_by_itself() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(120, &[]);
    terminal.line(
        "s = create_server :5000; c = create_connection localhost:5000",
        "handshake 3 of 3",
    );
    terminal.line("conn, addr = accept s", "conn = fd");
    // Quick acknowledgements stop once both sides have sent.
    terminal.line("setsockopt conn IPPROTO_TCP TCP_QUICKACK 0", "= 0");
    terminal.line("send conn \"x\"", "Len=1");
    terminal.press("send c \"y\"\r");
    terminal.wait("the line", |screen| screen.contains("send(4, \"y\""));
    terminal.press("half");
    terminal.wait("the kernel's timer above the line", |screen| {
        screen.contains("delayed-ACK timer") && last_line(screen).starts_with("lab> half")
    });
}

#[test]
fn ctrl_c_with_a_half_typed_line_drops_the_line_and_leaves_the_call() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[]);
    terminal.line("s = create_server 127.0.0.1:5000", "listen(");
    terminal.line("accept s", "blocked: nobody has connected");
    terminal.press("half a line");
    terminal.wait("the half line", |screen| {
        last_line(screen).contains("half a line")
    });
    terminal.press("\x03");
    terminal.wait("an empty prompt", |screen| {
        last_line(screen).trim_end() == "lab>"
    });
    terminal.line("jobs", "accept(3)");
    let screen = terminal.screen.screen().contents();
    assert!(
        !screen.contains("EINTR") && !screen.contains("error"),
        "{screen}"
    );
    terminal.press("\x03");
    terminal.wait("EINTR", |screen| screen.contains("EINTR"));
}

#[test]
fn ctrl_c_ends_what_waits_and_what_was_to_follow() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[]);
    terminal.line("run sleep 1000 &", "began");
    for (now, waiting, said) in [
        ("1", "print \"now 1\"; sleep 1000", "now 1"),
        (
            "2",
            "print \"now 2\"; run sleep 2000",
            "was killed by SIGINT",
        ),
        ("3", "print \"now 3\"; wait", "still under way"),
        (
            "4",
            "print \"now 4\"; sleep 1000; print \"no\"",
            "the rest of the line was not run",
        ),
        (
            "5",
            "repeat 3 { print \"now 5\"; sleep 1000 }",
            "round 1 of 3 was the last",
        ),
        (
            "6",
            "\x1b[200~print \"now 6\"\nsleep 1000\nprint \"no\"\x1b[201~",
            "the 1 line below it was not run",
        ),
    ] {
        terminal.press(&format!("{waiting}\r"));
        // From here on Ctrl-C is a signal; whether it comes before or after the wait begins, it ends it.
        terminal.wait("the line at work", |screen| {
            screen.contains(&format!("lab│ now {now}"))
        });
        terminal.press("\x03");
        let screen = terminal.wait("the prompt", |screen| {
            screen.contains(said) && last_line(screen).trim_end() == "lab>"
        });
        assert!(
            !screen.contains("lab│ no\n") && !screen.contains("^C"),
            "{waiting:?}\n{screen}"
        );
    }
    terminal.line("print \"goes on\"", "lab│ goes on");
}

#[test]
fn what_is_typed_while_a_command_works_is_kept_for_the_next_prompt() {
    if !private_lab() {
        return;
    }
    let home = folder();
    let mut terminal = Terminal::start_at(home.path(), 100, &[]);
    terminal.press("run sh -c 'echo begun; until [ -e go ]; do sleep 0.02; done'\r");
    terminal.wait("the program", |screen| screen.contains("sh│ begun"));
    terminal.press("print \"typed ahead\"\r");
    std::fs::write(home.path().join("go"), "").expect("it can be written");
    let screen = terminal.wait("the line and its output", |screen| {
        screen.contains("lab│ typed ahead") && last_line(screen).trim_end() == "lab>"
    });
    assert_eq!(
        screen.matches("print \"typed ahead\"").count(),
        1,
        "it stands at its prompt and nowhere else:\n{screen}"
    );
}

#[test]
fn the_prompt_of_a_blocked_process_has_another_colour_until_its_call_returns() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[]);
    terminal.line("s = create_server 127.0.0.1:5000", "listen(");
    let free = terminal.prompt_color();
    terminal.line("accept s", "blocked: nobody has connected");
    let blocked = terminal.prompt_color();
    terminal.press("\x03");
    terminal.wait("EINTR", |screen| {
        screen.contains("EINTR") && last_line(screen).trim_end() == "lab>"
    });
    assert_ne!(free, blocked);
    assert_eq!(free, terminal.prompt_color());
}

#[test]
fn a_wrong_line_has_its_caret_under_the_mistake() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(80, &[]);
    terminal.press("socket SOCK_STREAM\r");
    let screen = terminal.wait("the caret", |screen| screen.contains("^^^"));
    let lines: Vec<&str> = screen.lines().collect();
    let caret = lines
        .iter()
        .position(|line| line.contains("^^^"))
        .expect("it is there");
    assert_eq!(
        lines[caret].find('^'),
        lines[caret - 1].find("SOCK_STREAM"),
        "{screen}"
    );
}

#[test]
fn the_history_outlives_the_session_and_ctrl_d_leaves_nothing() {
    if !private_lab() {
        return;
    }
    let home = folder();
    let mut first = Terminal::start_at(home.path(), 100, &[]);
    first.line("print \"remembered\"", "lab│ remembered");
    let pid = first.child.process_id().expect("it runs");
    let everyone = descendants(pid);
    assert!(everyone.len() >= 2, "{everyone:?}");
    first.press("\x04");
    assert_eq!(first.ended(), 0);
    eventually("every process of the lab ends", || {
        everyone.iter().all(|pid| !alive(*pid))
    });
    let mut second = Terminal::start_at(home.path(), 100, &[]);
    second.press("\x1b[A");
    second.wait("the line of the first session", |screen| {
        last_line(screen).contains("print \"remembered\"")
    });
}

#[test]
fn a_terminal_that_goes_away_leaves_nothing() {
    if !private_lab() {
        return;
    }
    // script(1) holds a terminal of its own between this one and socklab. When it is killed, that terminal hangs up, with no key pressed.
    let home = folder();
    let mut between = CommandBuilder::new("script");
    between.args(["--quiet", "--command", SOCKLAB, "/dev/null"]);
    let mut terminal = Terminal::start_program(between, home.path(), 100, &[]);
    terminal.line("s = create_server 127.0.0.1:5000", "listen(");
    terminal.line("accept s", "blocked");
    terminal.press("half a line");
    terminal.wait("the half line", |screen| {
        last_line(screen).contains("half a line")
    });
    let everyone = descendants(terminal.child.process_id().expect("it runs"));
    assert!(
        everyone.len() >= 3,
        "socklab, the keeper and a process: {everyone:?}"
    );
    terminal.child.kill().expect("it can be killed");
    eventually("every process of the lab ends", || {
        everyone.iter().all(|pid| !alive(*pid))
    });
}

#[test]
fn no_color_and_dumb_terminals_get_no_colours() {
    if !private_lab() {
        return;
    }
    for environment in [[("NO_COLOR", "1")], [("TERM", "dumb")]] {
        let mut terminal = Terminal::start(80, &environment);
        terminal.press("s = socket\r");
        terminal.wait("the call", |screen| {
            screen.contains("socket(AF_INET, SOCK_STREAM, 0) = 3")
        });
        let raw = String::from_utf8_lossy(&terminal.raw).into_owned();
        assert!(
            !terminal_has_colour(&raw),
            "{environment:?}: {}",
            raw.escape_debug()
        );
    }
}

#[test]
fn a_dumb_terminal_has_a_prompt_below_what_happens_by_itself_and_ctrl_c() {
    if !private_lab() {
        return;
    }
    let mut terminal = Terminal::start(100, &[("TERM", "dumb")]);
    terminal.line("s = create_server 127.0.0.1:5000", "listen(");
    terminal.line("accept s", "blocked: nobody has connected");
    terminal.press("\x03");
    terminal.wait("EINTR and a prompt", |screen| {
        screen.contains("EINTR") && last_line(screen).trim_end() == "lab>"
    });
    terminal.line("print \"goes on\"", "lab│ goes on");
}

#[test]
fn a_lesson_is_learned_at_the_prompt_with_mistakes_hints_and_an_experiment_and_goes_on_after_quitting()
 {
    if !private_lab() {
        return;
    }
    for columns in [80, 120] {
        let home = folder();
        let mut terminal = Terminal::start_at(home.path(), columns, &[]);
        terminal.line("mine = socket", "= 3");
        terminal.line("lesson handshake", "1/30  type  server> s = socket");
        terminal.line("server> s = sokcet", "did you mean `socket`?");
        terminal.line("hint", "(`help socket`)");
        terminal.line("hint", "Type it as it stands");
        terminal.line("server> s = socket.socket()", "2/30  type  server> bind");
        terminal.line("server> t = socket", "2/30 is still open");
        terminal.line("server> s.bind((\"\", 5000)); listen s", "4/30");
        terminal.press("c\r");
        terminal.wait("the next step", |screen| {
            screen.contains("5/30  type  lab> c = socket")
        });
        terminal.line("quit", "You are at step 5 of 30");
        terminal.line("sockets", "mine");
        terminal.line("lesson learn handshake", "You were at step 5 of 30");
        terminal.line("c = socket", "6/30");
        terminal.press("connect c 127.0.0.1:5000\r");
        terminal.wait("the next step and the prompt", |screen| {
            screen.contains("7/30") && last_line(screen).trim_end() == "lab>"
        });
        terminal.press("\x04");
        assert_eq!(terminal.ended(), 0);
        let kept =
            std::fs::read_to_string(home.path().join("socklab/progress")).expect("it was kept");
        assert!(kept.contains("handshake 6 of 30 said "), "{kept}");
    }
}

#[test]
fn a_lesson_is_told_a_key_at_a_time_and_left_with_q() {
    if !private_lab() {
        return;
    }
    let home = folder();
    let mut command = CommandBuilder::new(SOCKLAB);
    command.args(["lesson", "play", "handshake"]);
    let mut terminal = Terminal::start_waiting(command, home.path(), 80, &[], |screen| {
        screen.contains("(a key goes on, q leaves)")
    });
    let screen = terminal.screen.screen().contents();
    assert!(
        !screen.contains("socket(AF_INET"),
        "nothing runs before a key: {screen}"
    );
    terminal.press(" ");
    terminal.wait("the first call", |screen| {
        screen.contains("socket(AF_INET, SOCK_STREAM, 0) = 3")
    });
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn programs_are_stepped_at_the_prompt_and_ctrl_c_ends_the_steps_alone() {
    if !private_lab() || !present("python3") {
        return;
    }
    let home = folder();
    for (name, program) in [
        (
            "server.py",
            "import socket\ns = socket.create_server((\"127.0.0.1\", 5000))\ns.accept()\n",
        ),
        (
            "asks.py",
            "import socket\ns = socket.socket()\nwhile True:\n    s.listen()\n",
        ),
    ] {
        std::fs::write(home.path().join(name), program).expect("it can be written");
    }
    let mut command = CommandBuilder::new(SOCKLAB);
    command.args([
        "run",
        "--step",
        "--as",
        "server",
        "--",
        "python3",
        "server.py",
    ]);
    let mut terminal = Terminal::start_program(command, home.path(), 80, &[]);
    let screen = terminal.screen.screen().contents();
    for part in [
        "server is about to call socket(AF_INET, SOCK_STREAM, 0)   server.py:2",
        "`step server` lets it make this one",
    ] {
        assert!(screen.contains(part), "{part}:\n{screen}");
    }
    terminal.line("step until accept", "server is about to call accept(3)");
    terminal.line("step", "accept(3) … blocked: nobody has connected");
    // What stops by itself is told above the line that is being typed.
    terminal.line("c = socket", "c = fd");
    terminal.press("connect c 127.0.0.1:5000\rhalf");
    terminal.wait("the stop after accept", |screen| {
        screen.contains("server is about to call getsockname(4)")
            && last_line(screen).starts_with("lab> half")
    });
    terminal.press("\x03");
    terminal.wait("an empty prompt", |screen| {
        last_line(screen).trim_end() == "lab>"
    });
    terminal.line(
        "run --step --as asks python3 asks.py",
        "asks is about to call socket",
    );
    terminal.press("step asks until send; print \"no\"\r");
    terminal.wait("the steps", |screen| {
        screen.contains("asks: listen(3, 128) = 0")
    });
    terminal.press("\x03");
    let screen = terminal.wait("the prompt", |screen| {
        screen.contains("the rest of the line was not run")
            && last_line(screen).trim_end() == "lab>"
    });
    assert!(!screen.contains("lab│ no"), "{screen}");
    terminal.line("expect stopped asks listen", "held: stopped asks listen");
    let everyone = descendants(terminal.child.process_id().expect("it runs"));
    assert!(everyone.len() >= 5, "two programs that are stopped");
    terminal.press("\x04");
    assert_eq!(terminal.ended(), 0);
    eventually("both programs have ended", || {
        everyone.iter().all(|pid| !alive(*pid))
    });
}
