//! A session saved as programs: they compile without a warning in C and Rust, run side by side, and print in all three languages what
//! the session showed.

mod support;

use std::path::Path;
use std::process::Command;
use support::witness::present;
use support::{folder, private_lab, run_in};

/// A session, and what its programs print, in the order in which they are started: the process and its output.
struct Session {
    name: &'static str,
    lines: &'static str,
    prints: &'static [(&'static str, &'static str)],
}

const SESSIONS: &[Session] = &[
    Session {
        name: "echo",
        lines: "s = socket\nsetsockopt s SOL_SOCKET SO_REUSEADDR 1\nbind s 127.0.0.1:5601\nlisten s 5\nc = socket\n\
            connect c 127.0.0.1:5601\nconn, addr = accept s\nsend c \"he\\\"l\\\\lo\\n?\"\ndata = recv conn 100\nprint data, len(data)\n\
            send conn data.upper()\nrecv c 100\nsendall c b\"z\" * 300\nz = recv conn 300 MSG_WAITALL\nprint(len(z))\nshutdown c SHUT_WR\n\
            recv conn\nd = dup c\nclose c\nclose d\nclose conn\nsend conn \"late\"\ne = socket\nconnect e 127.0.0.1:5609",
        prints: &[(
            "",
            "b'he\"l\\\\lo\\n?' 9\nb'HE\"L\\\\LO\\n?'\n300\nb''\nsend: Bad file descriptor\nconnect: Connection refused\n",
        )],
    },
    Session {
        name: "datagrams",
        lines: "u = socket AF_INET SOCK_DGRAM\nv = socket AF_INET SOCK_DGRAM\nbind v 127.0.0.1:0\na = getsockname v\nsendto u \"hi\" a\n\
            d, who = recvfrom v\nsendto v d who\nr, from_v = recvfrom u 10\nprint(r)\nconnect u a\nsend u \"again\"\nrecv v 2 MSG_PEEK\n\
            recv v 100\nrecv v 1 MSG_DONTWAIT\nsix = socket AF_INET6 SOCK_DGRAM\nbind six [::1]:5610\nsendto six \"6\" [::1]:5610\n\
            recvfrom six 9",
        prints: &[(
            "",
            "b'hi'\nb'ag'\nb'again'\nrecv: Resource temporarily unavailable\n(b'6', ('::1', 5610, 0, 0))\n",
        )],
    },
    Session {
        name: "kin",
        lines: "a, b = socketpair\nf = socket AF_INET SOCK_DGRAM\nbind f 127.0.0.1:5611\nsendmsg a \"x\" SCM_RIGHTS=[f]\nm = recvmsg b 10 100\n\
            sendto f \"self\" 127.0.0.1:5611\nrecv f 10\nl = socket AF_UNIX SOCK_STREAM\nbind l @lab-programs\nlisten l\n\
            k = socket AF_UNIX SOCK_STREAM\nconnect k @lab-programs\nn, w = accept l\nsend k \"unix\"\nrecv n\n\
            p = socket AF_UNIX SOCK_DGRAM\nbind p ./p.sock\nq = socket AF_UNIX SOCK_DGRAM\nsendto q \"dg\" ./p.sock\nrecv p 9",
        prints: &[("", "b'self'\nb'unix'\nb'dg'\n")],
    },
    Session {
        name: "readiness",
        lines: "s = socket AF_INET SOCK_STREAM|SOCK_NONBLOCK\nbind s 127.0.0.1:5604\nlisten s\naccept s\ne = epoll\nregister e s EPOLLIN\n\
            r0 = poll e 0.01\nc = socket\nconnect c 127.0.0.1:5604\nr1 = poll e 1.0\nconn, addr = accept s\nsetblocking conn False\n\
            recv conn 5\nregister e conn EPOLLIN|EPOLLET\nsend c \"data\"\nr2 = poll e 1.0\nrecv conn 100\n\
            r, w, x = select [s, conn] [c] [] 0.1\nr3 = poll c 0.01\nmodify e conn EPOLLOUT\nunregister e conn\nc.settimeout(0.01)\n\
            recv c 10\nsetsockopt conn SOL_SOCKET SO_LINGER (1, 0)\nclose conn\nc.settimeout(5)\nrecv c 10\n\
            getsockopt c IPPROTO_TCP TCP_NODELAY",
        prints: &[(
            "",
            "accept: Resource temporarily unavailable\nrecv: Resource temporarily unavailable\nb'data'\nrecv: timed out\n\
            recv: Connection reset by peer\n0\n",
        )],
    },
    Session {
        name: "a connection that is made while others act",
        lines: "l = create_server 127.0.0.1:5620\nc = socket\nsetblocking c False\nconnect c 127.0.0.1:5620\nready = poll c 1.0 events=POLLOUT\n\
            getsockopt c SOL_SOCKET SO_ERROR\nconn, addr = accept l\nsend conn \"late\"\nready = poll c 1.0\nrecv c",
        prints: &[("", "connect: Operation now in progress\n0\nb'late'\n")],
    },
    Session {
        name: "options that Python has no name for",
        lines: "u = socket AF_INET SOCK_DGRAM\nsetsockopt u IPPROTO_IP IP_RECVTTL 1\nsetsockopt u IPPROTO_IP IP_PKTINFO 1\n\
            setsockopt u IPPROTO_IP IP_RECVERR 1\nsetsockopt u IPPROTO_IP IP_MTU_DISCOVER IP_PMTUDISC_DO\n\
            setsockopt u IPPROTO_UDP UDP_SEGMENT 100\nbind u 127.0.0.1:5621\nsendto u \"ttl\" 127.0.0.1:5621\nm = recvmsg u 100\n\
            setsockopt u SOL_SOCKET SO_RCVTIMEO 0.02\nrecv u\nsetsockopt u IPPROTO_IP IP_ADD_MEMBERSHIP (\"239.1.2.3\", \"127.0.0.1\")\n\
            getsockopt u IPPROTO_IP IP_MTU_DISCOVER",
        prints: &[("", "recv: Resource temporarily unavailable\n2\n")],
    },
    Session {
        name: "a scope",
        lines: "u = socket AF_INET6 SOCK_DGRAM\nbind u (\"fe80::1234\", 5622, 0, 1)\nconnect u (\"fe80::1\", 5622)",
        prints: &[(
            "",
            "bind: Cannot assign requested address\nconnect: Network is unreachable\n",
        )],
    },
    Session {
        name: "a block",
        lines: "# what repeats\na, b = socketpair\nrepeat 3 { send a \"abc\"; data = recv b; print(data.decode()) } # thrice\nprint data + b\"!\", len(data)",
        prints: &[("", "abc\nabc\nabc\nb'abc!' 3\n")],
    },
    Session {
        name: "a call that never returns",
        lines: "s = create_server 127.0.0.1:5623\nprint(\"listening\")\naccept s",
        prints: &[("", "listening\naccept: nothing came within 3 seconds\n")],
    },
    Session {
        name: "processes",
        lines: "process server\nserver> s = socket; bind s :5607; listen s\nserver> conn, addr = accept s\nlab> c = socket; connect c localhost:5607\n\
            lab> send c \"hello\"\nserver> data = recv conn\nserver> print data\nserver> recv conn\nlab> send c \"more\"\n\
            server> send conn data.upper()\nlab> reply = recv c\nlab> print(\"reply:\", reply.decode())\nlab> kill server\nlab> recv c",
        prints: &[
            ("server", "b'hello'\nb'more'\n"),
            ("lab", "reply: HELLO\nb''\n"),
        ],
    },
    Session {
        name: "an actor that ends first",
        lines: "process server\nserver> s = create_server 127.0.0.1:5613\nlab> c = socket; c.settimeout(5); c.connect((\"127.0.0.1\", 5613))\n\
            server> conn, addr = accept s\nlab> send c \"1\"\nlab> c.settimeout(0.01)\nlab> recv c 1\nlab> sleep 100ms\nserver> recv conn",
        prints: &[("server", "b'1'\n"), ("lab", "recv: timed out\n")],
    },
    Session {
        name: "three clients",
        lines: "process server\nprocess ann\nprocess bob\nprocess cyd\nserver> s = create_server 127.0.0.1:5614\n\
            ann> c = create_connection 127.0.0.1:5614; send c \"ann\"\nserver> a, addr = accept s; recv a\n\
            bob> c = create_connection 127.0.0.1:5614; send c \"bob\"\nserver> b, addr = accept s; recv b\n\
            cyd> c = create_connection 127.0.0.1:5614; send c \"cyd\"\nserver> d, addr = accept s; recv d\n\
            server> send a \"1\"; send b \"2\"; send d \"3\"\nann> recv c\nbob> recv c\ncyd> recv c",
        prints: &[
            ("server", "b'ann'\nb'bob'\nb'cyd'\n"),
            ("ann", "b'1'\n"),
            ("bob", "b'2'\n"),
            ("cyd", "b'3'\n"),
        ],
    },
    Session {
        name: "datagrams between processes",
        lines: "process server\nserver> s = socket AF_INET SOCK_DGRAM; bind s 127.0.0.1:5615\nlab> c = socket AF_INET SOCK_DGRAM\n\
            lab> sendto c \"ping\" 127.0.0.1:5615\nserver> data, who = recvfrom s; print(data); sendto s data who\nlab> recv c",
        prints: &[("server", "b'ping'\n"), ("lab", "b'ping'\n")],
    },
    Session {
        name: "what comes after the peer's end",
        lines: "process server\nserver> s = create_server 127.0.0.1:5616\nlab> c = create_connection 127.0.0.1:5616\n\
            server> conn, addr = accept s\nserver> close conn\nlab> send c \"1\"\nlab> sleep 20ms\nlab> send c \"2\"",
        prints: &[("server", ""), ("lab", "send: Broken pipe\n")],
    },
    Session {
        name: "calls in expressions",
        lines: "a, b = socketpair\nsend a b\"hello\"\nprint(b.recv(5).decode().upper())\nsend a b\"more\"\nlen(b.recv(9))\n\
            print(a.getsockopt(SOL_SOCKET, SO_TYPE))\ngetsockopt b SOL_SOCKET SO_TYPE\n\
            b.settimeout(0.01)\nprint(b.recv(1))\nclose a\nprint(b.recv(1))",
        prints: &[("", "HELLO\n4\n1\n1\nrecv: timed out\nb''\n")],
    },
    Session {
        name: "jobs",
        lines: "s = create_server 127.0.0.1:5612\nconn, a = accept s &\nc = socket\nconnect c 127.0.0.1:5612\nwait\nsend conn \"job\"\nrecv c",
        prints: &[("", "b'job'\n")],
    },
    Session {
        name: "hosts",
        lines: "host client\nhost server\nserver> s = socket; bind s 10.0.0.2:5608; listen s\nclient> c = socket; connect c server:5608\n\
            server> conn, addr = accept s\nclient> send c \"hello\"\nserver> recv conn\nclient> close c\nserver> recv conn",
        prints: &[("server", "b'hello'\nb''\n"), ("client", "")],
    },
];

/// Starts programs one after the other, each once the one before sleeps in a call or has ended, and waits for all.
const SIDE_BY_SIDE: &str = r#"
count=0
for program in "$@"; do
    $program > "printed$count" 2>&1 &
    pid=$!
    while read -r line 2>/dev/null < /proc/$pid/stat; do
        state=${line##*) }
        case $state in S*|Z*|X*) break;; esac
    done
    count=$((count + 1))
done
wait
"#;

/// Saves each session in a language, makes programs of it with `build` and runs those in a network of their own. What does not hold
/// is told of all sessions at once.
fn each(ending: &str, build: impl Fn(&Path, &str) -> Result<String, String>) {
    let problems: Vec<String> = SESSIONS
        .iter()
        .filter_map(|session| {
            let problem = again(session, ending, &build).err()?;
            Some(format!("{}: {problem}", session.name))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn again(
    session: &Session,
    ending: &str,
    build: impl Fn(&Path, &str) -> Result<String, String>,
) -> Result<(), String> {
    let folder = folder();
    let script = format!("{}\nlab> save ./x.{ending}\n", session.lines);
    let saved = run_in(folder.path(), &["--quiet", "-c", &script], b"");
    if saved.status != 0 {
        return Err(format!("{}{}", saved.out, saved.err));
    }
    let file = |process: &str| match process {
        "" => format!("x.{ending}"),
        process => format!("x_{process}.{ending}"),
    };
    let programs = session.prints.iter();
    let programs = programs
        .map(|(process, _)| build(folder.path(), &file(process)))
        .collect::<Result<Vec<_>, _>>()?;
    // Twice: nothing that a run leaves is in the way of the next.
    for round in 1..=2 {
        let mut words = vec!["run", "--quiet", "--", "timeout", "60", "sh"];
        words.extend(["-c", SIDE_BY_SIDE, "sh"]);
        words.extend(programs.iter().map(String::as_str));
        let ran = run_in(folder.path(), &words, b"");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name));
        for (count, (process, prints)) in session.prints.iter().enumerate() {
            let printed = read(&format!("printed{count}")).unwrap_or_default();
            if printed != *prints {
                let text = read(&file(process)).unwrap_or_default();
                return Err(format!(
                    "run {round} of {process:?} printed\n{printed}\nnot\n{prints}\nit ended with status {}:\n{}{}\n{text}",
                    ran.status, ran.out, ran.err
                ));
            }
        }
        if ran.status != 0 {
            return Err(format!("run {round}: {}{}", ran.out, ran.err));
        }
    }
    Ok(())
}

fn compiled(
    folder: &Path,
    compiler: &str,
    arguments: &[&str],
    file: &str,
) -> Result<String, String> {
    let program = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let made = Command::new(compiler)
        .args(arguments)
        .args([file, "-o", program])
        .current_dir(folder)
        .output()
        .expect("the compiler runs");
    let said = String::from_utf8_lossy(&made.stderr);
    if made.status.success() && said.is_empty() {
        return Ok(format!("./{program}"));
    }
    let text = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
    Err(format!("{said}\n{text}"))
}

#[test]
fn a_session_runs_again_in_python() {
    if private_lab() && present("python3") {
        // The interpreter itself: a script in its place would sleep before it.
        let asked = Command::new("python3")
            .args(["-c", "import sys; print(sys.executable)"])
            .output()
            .expect("Python runs");
        let python = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
        each("py", |_, file| Ok(format!("{python} -u {file}")));
    }
}

#[test]
fn a_session_runs_again_in_c() {
    if private_lab() && present("cc") {
        each("c", |folder, file| {
            compiled(folder, "cc", &["-Wall", "-Wextra", "-pthread"], file)
        });
    }
}

#[test]
fn a_session_runs_again_in_rust() {
    if private_lab() && present("rustc") {
        each("rs", |folder, file| {
            compiled(folder, "rustc", &["--edition", "2021"], file)
        });
    }
}
