//! A session saved as a program: it compiles without a warning in C and Rust, runs, and all three languages do what the session did.

mod support;

use std::path::Path;
use std::process::Command;
use support::witness::present;
use support::{folder, private_lab, run_in};

/// A session, and what its programs print: what was received, and the errors.
struct Session {
    name: &'static str,
    lines: &'static str,
    prints: &'static str,
}

const SESSIONS: &[Session] = &[
    Session {
        name: "echo",
        lines: "s = socket\nsetsockopt s SOL_SOCKET SO_REUSEADDR 1\nbind s 127.0.0.1:5601\nlisten s 5\nc = socket\n\
            connect c 127.0.0.1:5601\nconn, addr = accept s\nsend c \"he\\\"l\\\\lo\\n?\"\ndata = recv conn 100\nsend conn data\n\
            recv c 100\nsendall c b\"z\"*3000\nrecv conn 3000 MSG_WAITALL\nshutdown c SHUT_WR\nrecv conn\nd = dup c\nclose c\nclose d\n\
            close conn\nsend conn \"late\"\ne = socket\nconnect e 127.0.0.1:5609",
        prints: "recv: 9 bytes \"he\\x22l\\x5clo\\x0a?\"\nrecv: 9 bytes \"he\\x22l\\x5clo\\x0a?\"\n\
            recv: 3000 bytes \"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz\"\nrecv: 0 bytes \"\"\nsend: EBADF\nconnect: ECONNREFUSED\n",
    },
    Session {
        name: "datagrams",
        lines: "u = socket AF_INET SOCK_DGRAM\nv = socket AF_INET SOCK_DGRAM\nbind v 127.0.0.1:0\na = getsockname v\nsendto u \"hi\" a\n\
            d, who = recvfrom v\nsendto v d who\nrecvfrom u 10\nconnect u a\nsend u \"again\"\nrecv v 2 MSG_PEEK\nrecv v 100\n\
            recv v 1 MSG_DONTWAIT\nsix = socket AF_INET6 SOCK_DGRAM\nbind six [::1]:5610\nsendto six \"6\" [::1]:5610\nrecv six 9",
        prints: "recvfrom: 2 bytes \"hi\"\nrecvfrom: 2 bytes \"hi\"\nrecv: 2 bytes \"ag\"\nrecv: 5 bytes \"again\"\nrecv: EAGAIN\nrecv: 1 bytes \"6\"\n",
    },
    Session {
        name: "kin",
        lines: "a, b = socketpair\nf = socket AF_INET SOCK_DGRAM\nbind f 127.0.0.1:5611\nsendmsg a \"x\" SCM_RIGHTS=[f]\nm = recvmsg b 10 100\n\
            sendto f \"self\" 127.0.0.1:5611\nrecv f 10\nl = socket AF_UNIX SOCK_STREAM\nbind l @lab-programs\nlisten l\n\
            k = socket AF_UNIX SOCK_STREAM\nconnect k @lab-programs\nn, w = accept l\nsend k \"unix\"\nrecv n\n\
            p = socket AF_UNIX SOCK_DGRAM\nbind p ./p.sock\nq = socket AF_UNIX SOCK_DGRAM\nsendto q \"dg\" ./p.sock\nrecv p 9",
        prints: "recvmsg: 1 bytes \"x\"\nrecv: 4 bytes \"self\"\nrecv: 4 bytes \"unix\"\nrecv: 2 bytes \"dg\"\n",
    },
    Session {
        name: "readiness",
        lines: "s = socket AF_INET SOCK_STREAM|SOCK_NONBLOCK\nbind s 127.0.0.1:5604\nlisten s\naccept s\ne = epoll\nregister e s EPOLLIN\n\
            poll e 0.01\nc = socket\nconnect c 127.0.0.1:5604\npoll e 1.0\nconn, addr = accept s\nsetblocking conn False\nrecv conn 5\n\
            register e conn EPOLLIN|EPOLLET\nsend c \"data\"\npoll e 1.0\nrecv conn 100\nr, w, x = select [s, conn] [c] [] 0.1\n\
            modify e conn EPOLLOUT\nunregister e conn\nc.settimeout(0.01)\nrecv c 10\nsetsockopt conn SOL_SOCKET SO_LINGER (1, 0)\n\
            close conn\nc.settimeout(5)\nrecv c 10\ngetsockopt c IPPROTO_TCP TCP_NODELAY",
        prints: "accept: EAGAIN\nepoll_wait: 0\nepoll_wait: 1\nrecv: EAGAIN\nepoll_wait: 1\nrecv: 4 bytes \"data\"\nselect: 1\npoll: 0\n\
            poll: 1\nrecv: ECONNRESET\ngetsockopt: 0\n",
    },
    Session {
        name: "processes",
        lines: "process server\nserver> s = socket; bind s :5607; listen s\nserver> conn, addr = accept s\nlab> c = socket; connect c localhost:5607\n\
            lab> send c \"hello\"\nserver> recv conn\nserver> recv conn\nlab> send c \"more\"\nserver> send conn \"world\"\nlab> recv c\n\
            lab> kill server\nlab> recv c",
        prints: "recv: 5 bytes \"hello\"\nrecv: 4 bytes \"more\"\nrecv: 5 bytes \"world\"\nrecv: 0 bytes \"\"\n",
    },
    Session {
        name: "jobs",
        lines: "s = create_server 127.0.0.1:5612\nconn, a = accept s &\nc = socket\nconnect c 127.0.0.1:5612\nwait\nsend conn \"job\"\nrecv c",
        prints: "recv: 3 bytes \"job\"\n",
    },
    Session {
        name: "hosts",
        lines: "host client\nhost server\nserver> s = socket; bind s 10.0.0.2:5608; listen s\nclient> c = socket; connect c server:5608\n\
            server> conn, addr = accept s\nclient> send c \"hello\"\nserver> recv conn\nclient> close c\nserver> recv conn",
        prints: "recv: 5 bytes \"hello\"\nrecv: 0 bytes \"\"\n",
    },
];

/// Saves each session in a language, makes a program of it with `build` and runs that in a network of its own.
fn each(ending: &str, build: impl Fn(&Path, &str) -> String) {
    for session in SESSIONS {
        let place = folder();
        let file = format!("x.{ending}");
        let script = format!("{}\nlab> save ./{file}\n", session.lines);
        let saved = run_in(place.path(), &["--quiet", "-c", &script], b"");
        assert_eq!(
            saved.status, 0,
            "{}: {}{}",
            session.name, saved.out, saved.err
        );
        let command = format!("{} > printed 2>&1", build(place.path(), &file));
        // Twice: nothing that a run leaves is in the way of the next.
        for _ in 0..2 {
            let words = ["run", "--quiet", "--", "sh", "-c", &command];
            let ran = run_in(place.path(), &words, b"");
            let printed = std::fs::read_to_string(place.path().join("printed"));
            assert_eq!(
                printed.unwrap_or_default(),
                session.prints,
                "{}",
                session.name
            );
            assert_eq!(ran.status, 0, "{}: {}{}", session.name, ran.out, ran.err);
        }
    }
}

fn compiled(folder: &Path, compiler: &str, arguments: &[&str]) -> String {
    let made = Command::new(compiler)
        .args(arguments)
        .args(["-o", "program"])
        .current_dir(folder)
        .output()
        .expect("the compiler runs");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success() && said.is_empty(), "{said}");
    "./program".to_owned()
}

#[test]
fn a_session_runs_again_in_python() {
    if private_lab() && present("python3") {
        each("py", |_, file| format!("python3 {file}"));
    }
}

#[test]
fn a_session_runs_again_in_c() {
    if private_lab() && present("cc") {
        each("c", |folder, file| {
            compiled(folder, "cc", &["-Wall", "-Wextra", "-pthread", file])
        });
    }
}

#[test]
fn a_session_runs_again_in_rust() {
    if private_lab() && present("rustc") {
        each("rs", |folder, file| {
            compiled(folder, "rustc", &["--edition", "2021", file])
        });
    }
}
