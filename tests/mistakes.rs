//! The mistakes of the first week, through the binary: each is answered with where, what, why and what next.

mod support;

use support::{folder, private_lab, run_in};

/// What a script shows, its lines joined by single blanks so that where they break does not matter.
fn shown(script: &str) -> String {
    let place = folder();
    let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
    ran.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs each script and looks for its parts.
fn check(table: &[(&str, &[&str])]) {
    if !private_lab() {
        return;
    }
    let mut missing = Vec::new();
    for (script, parts) in table {
        let out = shown(script);
        let absent = parts.iter().filter(|part| !out.contains(**part));
        missing.extend(absent.map(|part| format!("{script}\n{part}\nin\n{out}\n")));
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn why_says_what_the_socket_had_been_through() {
    check(&[
        (
            "s = socket\nbind s :5000\naccept s\nwhy",
            &[
                "s is bound (bind(3, {AF_INET 0.0.0.0:5000}) = 0, command 2), but listen was never called on it.",
            ],
        ),
        (
            "s = socket\naccept s\nwhy",
            &["Neither bind nor listen was called on s."],
        ),
        (
            "s = socket\nbind s :5000\nbind s :5001\nwhy",
            &["s is bound already: bind(3, {AF_INET 0.0.0.0:5000}) = 0, command 2."],
        ),
        (
            "s = socket\nsend s 'x'\nwhy",
            &[
                "EPIPE",
                "s was never connected: connect was not called on it",
            ],
        ),
        (
            "s = create_server :5000\nc = create_connection localhost:5000\nconn, a = accept s\nrecv s\nwhy",
            &[
                "ENOTCONN",
                "s listens: listen(3, 4096) = 0, command 1.",
                "accept returned conn.",
            ],
        ),
        (
            "s = create_server :5000\nc = socket\nconnect c localhost:5000\nshutdown c SHUT_WR\nsend c 'x'\nwhy",
            &["lab shut the sending side of c down itself: shutdown(4, SHUT_WR) = 0, command 4."],
        ),
        (
            "a, b = socketpair\nshutdown a SHUT_WR\nsend a 'x'\nwhy",
            &["a has shut down its own sending side: command 2, shutdown(3, SHUT_WR) = 0."],
        ),
        (
            "s = socket\nconnect s 127.0.0.1:1\nrecv s\nwhy",
            &[
                "s is not connected: connect(3, {AF_INET 127.0.0.1:1}) = -1 ECONNREFUSED, command 2.",
            ],
        ),
        (
            "s = create_server :5000\nconnect s localhost:5000\nwhy",
            &["EISCONN", "s listens:", "Connect with another socket."],
        ),
        (
            "s = create_server :5000\nc = socket\nconnect c localhost:5000\nlisten c\nwhy",
            &[
                "EINVAL",
                "c is connected, or was: connect(4, {AF_INET 127.0.0.1:5000}) = 0, command 3.",
            ],
        ),
        (
            "s = socket AF_INET SOCK_DGRAM\nlisten s\nwhy",
            &["s has no connections to wait for: socket(AF_INET, SOCK_DGRAM, 0) = 3, command 1."],
        ),
        (
            "s = socket AF_INET6\nbind s 127.0.0.1:5000\nwhy",
            &["s was made as AF_INET6 (command 1), and this is an AF_INET address."],
        ),
        (
            "s = socket AF_INET SOCK_DGRAM|SOCK_NONBLOCK\nrecv s 1\nwhy",
            &[
                "s does not wait, since socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK, 0) = 3, command 1.",
            ],
        ),
        (
            "s = socket AF_INET SOCK_DGRAM\nsendto s 'x' 255.255.255.255:9\nwhy",
            &["255.255.255.255 is every machine of a network, and lab has no route"],
        ),
        (
            "host one\nhost two\none> s = socket AF_INET SOCK_DGRAM\none> sendto s 'x' 192.0.2.1:9\none> why",
            &[
                "one reaches itself and the wire, 10.0.0.0/24 and fd00::/64",
                "From sendto: no route",
            ],
        ),
        (
            "host one\nhost two\none> s = socket AF_INET SOCK_DGRAM\none> sendto s 'x' 10.0.0.255:9\none> why",
            &["SO_BROADCAST was not set on s"],
        ),
        (
            "host one\none> s = socket\none> bind s 10.0.0.9:1\none> why",
            &["10.0.0.9 is not an address of one, which has 10.0.0.1, 127.0.0.1, "],
        ),
        // The last failure on the screen, whoever's; of a process or a socket by its name.
        (
            "process client\ns = socket\nconnect s 127.0.0.1:1\nclient> c = socket\nclient> connect c 127.0.0.1:2\nwhy",
            &["No socket of lab listens on port 2: #3 was answered with #4."],
        ),
        (
            "process client\ns = socket\nclient> c = socket\nclient> connect c 127.0.0.1:2\nlab> connect s 127.0.0.1:1\nwhy client",
            &["No socket of lab listens on port 2: #1 was answered with #2."],
        ),
        (
            "s = socket\nt = socket\nconnect s 127.0.0.1:1\nconnect t 127.0.0.1:2\nwhy s",
            &["No socket of lab listens on port 1: #1 was answered with #2."],
        ),
        (
            "why nobody",
            &["nobody is neither a process nor a socket of lab"],
        ),
    ]);
}

#[test]
fn a_host_that_cannot_be_is_answered_with_one_that_can() {
    check(&[(
        "host a 10.0.0.1\nhost b 10.0.0.2\nhost c 192.168.1.1\nhost d 10.0.0.300\nexplain nothing-like-it",
        &[
            "host c 10.0.0.3",
            "host d 10.0.0.3",
            "`help` lists the commands",
        ],
    )]);
}

#[test]
fn an_address_that_is_nearly_one_is_mended_by_its_message() {
    check(&[
        (
            "s = socket\ns.bind(('127.0.0.1', '5000'))",
            &["the port is text; a port is a number, without quotes: (\"127.0.0.1\", 5000)"],
        ),
        (
            "s = socket\nbind s ::1:5000",
            &["an IPv6 address stands in brackets", "[::1]:5000"],
        ),
        (
            "s = socket\nbind s 127.0.0.1",
            &["the port is missing: 127.0.0.1:5000"],
        ),
        (
            "s = socket\nconnect s localhost",
            &["an address needs a port: localhost:5000"],
        ),
        (
            "s = socket\ns.connect((80, 'localhost'))",
            &["the host comes first"],
        ),
        (
            "s = socket\ns.connect('localhost:5000')",
            &["it is localhost:5000 without quotes, or (\"localhost\", 5000)"],
        ),
        ("s = socket AF_INTE", &["did you mean `AF_INET`?"]),
        ("s = socket udp", &["`socket AF_INET SOCK_DGRAM`"]),
    ]);
}

#[test]
fn a_block_of_a_program_is_refused_whole_and_once() {
    let script = "def twice(x):\n    return x * 2\n\nfor x in range(3):\n    print(x)\nif True:\n    print('ran ' + 'one')\nelse:\n    print('ran ' + 'two')\nint main(void)\n{\n    listen(s, 5);\n}\nprint 'end'";
    check(&[(
        script,
        &[
            "`def twice(x)` and the line below it belong to a program: none of them was run",
            "-c, lines 1 to 2",
            "`for x in range(3)` and the line below it",
            "`if True` and the 3 lines below it",
            "run python3 FILE",
            "`int main(void)` and the 3 lines below it",
            "run cc x.c -o x",
            "lab│ end",
            "4 lines could not be carried out",
        ],
    )]);
    check(&[
        (
            "import (\n\t\"fmt\"\n\t\"net\"\n)\nfunc f() {}\nfn main() { let s = 1; }\nint x(void) { return 1; }\nprint 'end'",
            &[
                "`import (` and the 3 lines below it",
                "run go run x.go",
                "...> \"fmt\"",
                "`func f() {}` begins a block of a program",
                "`fn main() { let s = 1; }` begins a block of a program",
                "`int x(void) { return 1; }` begins a block of a program",
                "lab│ end",
                "4 lines could not be carried out",
            ],
        ),
        (
            "int main(void) {\ns = socket\n",
            &[
                "`int main(void) {` and the line below it",
                "its bracket is never closed",
            ],
        ),
        (
            "int main(void) {\n",
            &["`int main(void) {` begins a block of a program"],
        ),
        ("r = repeat 1 { print 1 }", &["`repeat` gives no value"]),
        (
            "u = socket AF_UNIX\nconnect u inside/host.sock",
            &["./inside/host.sock"],
        ),
        (
            "sysctl ip_local_port_range \"40000 40001\"",
            &["ip_local_port_range = 40000 40001"],
        ),
        (
            "l = create_server :5000; c = create_connection :5000; info c rtt cwnd",
            &["tcpi_rtt", "tcpi_snd_cwnd"],
        ),
        (
            "a, b = socketpair; p = \"/dev/null\"; a.sendfile(p)\nsendfile a p\nsendfile a \"p\"",
            &["open(\"/dev/null\"", "open(\"p\""],
        ),
    ]);
    if private_lab() {
        let shown = shown(script);
        assert!(
            !shown.contains("ran one") && !shown.contains("ran two"),
            "{shown}"
        );
    }
}

#[test]
fn what_a_process_refuses_fails_the_script_and_what_the_kernel_answers_does_not() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let status = |script: &str| {
        let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
        (ran.status, ran.out)
    };
    for script in [
        "s = socket AF_INET SOCK_STERAM",
        "s.bind(('127.0.0.1', 5000))",
        "print nothing",
        "print nothing &\nwait",
        "s = create_server :5000\nrecv_into s 5",
    ] {
        let (status, out) = status(script);
        assert_eq!(status, 1, "{out}");
        assert!(out.contains("1 line could not be carried out"), "{out}");
    }
    for script in [
        "s = socket\nconnect s 127.0.0.1:1\naccept s",
        "s = create_server :5000\ns.settimeout(0.01)\ns.accept()\nprint 'after'",
        "getservbyname nosuchservice",
    ] {
        let (status, out) = status(script);
        assert_eq!(status, 0, "{out}");
        assert!(!out.contains("not done"), "{out}");
    }
}

#[test]
fn a_script_waits_for_a_call_that_ends_by_itself_and_not_for_one_that_does_not() {
    check(&[
        (
            "s = create_server :5000\ns.settimeout(0.2)\ns.accept()",
            &["timed out after 0.2 s (Python: TimeoutError)"],
        ),
        (
            "s = create_server :5000\nselect [s] [] [] 0.2\nwhy",
            &["= 0 (Timeout)", "no call has failed so far"],
        ),
        (
            "s = create_server :5000\ns.settimeout(0.2)\ns.accept()\nwhy",
            &[
                "No connection waits in the queue of s, which listens on 0.0.0.0:5000: nobody has connected",
            ],
        ),
        (
            "s = create_server :5000\naccept s",
            &["lab was still in accept(3); the lab ends here"],
        ),
    ]);
}

#[test]
fn what_python_has_and_the_lab_has_not_is_answered_with_what_the_lab_has() {
    check(&[
        (
            "socket.timeout\nsocket = socket.socket()\nsocket.timeout",
            &["`s.timeout` is the timeout of a socket", "None"],
        ),
        (
            "s = socket af_inet sock_dgram",
            &["a constant is written in capitals: `AF_INET`"],
        ),
        (
            "s = socket\nprocess client\nclient> t = s.accept()",
            &[
                "there is no variable `s` in this process",
                "s is a variable of lab: in front of the line `lab>` takes it there",
            ],
        ),
        ("getaddrinfo(NULL, '80')", &["C's NULL is None here"]),
        (
            "s = socket\ns.setsockopt(SOL_SOCKET, TCP_NODELAY, 1)\nhelp socket.bind\nhelp s.listen",
            &[
                "TCP_NODELAY belongs to the level IPPROTO_TCP: its number, 1, is SO_DEBUG at SOL_SOCKET",
                "bind give a socket its local address",
                "listen make a bound socket wait",
            ],
        ),
        (
            "s = create_server :5000\nc = create_connection localhost:5000\nconn = s.accept()\nconn.send(b'hi')",
            &["take them apart with `conn, addr = accept s`"],
        ),
        (
            "a, b = socketpair\nwrite(a, 'x')",
            &["`write` is for a file of makefile", "send s \"hello\""],
        ),
        (
            "s = create_server :5000\nt = socket.socket(fileno=s.fileno())\nt.getsockname()\nu = socket.dup(t.fileno())\nprint(u.fileno(), socket.has_ipv6)\nsocket.socket(fileno=0)",
            &[
                "getsockopt(3, SOL_SOCKET, SO_DOMAIN, [AF_INET], [4]) = 0",
                "('0.0.0.0', 5000)",
                "lab│ 4 True",
                "getsockopt(0, SOL_SOCKET, SO_DOMAIN, …, [4]) = -1 ENOTSOCK",
            ],
        ),
    ]);
}

#[test]
fn text_where_python_takes_bytes_is_mentioned_once_and_only_where_it_was_sent() {
    const NOTE: &str = "Python raises TypeError here";
    if !private_lab() {
        return;
    }
    for (lines, times) in [
        ("a.send(\"x\")\na.send(\"y\")", 1),
        ("t = \"x\"\na.send(t)", 1),
        ("t = \"x\"\na.sendmsg([t, b\"y\"])", 1),
        ("t = b\"x\"\na.send(t)\na.send(\"x\".encode())", 0),
        ("t = \"x\"\nsend a t", 0),
        ("nobody.send(\"x\")", 0),
    ] {
        let out = shown(&format!("a, b = socketpair\n{lines}"));
        assert_eq!(out.matches(NOTE).count(), times, "{lines}\n{out}");
    }
}
