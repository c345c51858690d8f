//! The calls themselves: what each is told as, from socket to close, in every family.

use super::Bench;
use crate::engine::report::Report;
use crate::value::Value;

#[test]
fn a_tcp_connection_is_made_used_and_closed_call_by_call() {
    Bench::new().says(
        r#"
        s = socket AF_INET SOCK_STREAM
        bind s 127.0.0.1:0
        listen s 5
        c = socket
        connect c getsockname(s)
        conn, addr = accept s
        send c "hello\n"
        recv conn 1024
        shutdown c SHUT_WR
        recv conn
        close conn
        close c
        close s
        "#,
        r#"
        socket(AF_INET, SOCK_STREAM, 0) = A
        bind(A, {AF_INET 127.0.0.1:0}) = 0
        listen(A, 5) = 0
        socket(AF_INET, SOCK_STREAM, 0) = B
        getsockname(A, {AF_INET 127.0.0.1:P}) = 0
        connect(B, {AF_INET 127.0.0.1:P}) = 0
        accept(A, {AF_INET 127.0.0.1:P}) = C
        -> (<socket conn fd=C>, ('127.0.0.1', P))
        send(B, "hello\n", 6, 0) = 6
        recv(C, "hello\n", 1024, 0) = 6
        shutdown(B, SHUT_WR) = 0
        recv(C, "", 4096, 0) = 0
        close(C) = 0
        close(B) = 0
        close(A) = 0
        "#,
    );
}

#[test]
fn a_report_says_that_a_call_begins_then_how_it_ended_then_that_the_command_is_done() {
    let bench = Bench::new();
    let reports = bench.job(3, "s = socket AF_INET6 SOCK_DGRAM");
    let [
        Report::Starting(starting),
        Report::Called(called),
        Report::Result(result),
        Report::Done { command: 7, job: 3 },
    ] = &reports[..]
    else {
        panic!("{reports:?}");
    };
    assert_eq!(starting.invocation, "socket(AF_INET6, SOCK_DGRAM, 0)");
    assert_eq!((starting.command, starting.job), (7, 3));
    assert!(starting.start_ns <= called.start_ns && called.start_ns <= called.end_ns);
    assert_eq!(called.made, [called.result as i32]);
    assert_eq!(
        (called.process.as_str(), called.host.as_str()),
        ("lab", "local")
    );
    assert_eq!(result.value, Value::Socket(called.result as i32));
    assert_eq!(result.assigned, [("s".to_owned(), result.value.clone())]);
    assert!(!result.show);
}

#[test]
fn the_peer_the_data_and_the_local_address_stand_in_their_own_fields() {
    let bench = Bench::new();
    bench.run("u = socket AF_INET SOCK_DGRAM; bind u 127.0.0.1:0; a = getsockname u");
    let reports = bench.job(0, "sendto u \"ping\" a; recvfrom u");
    let Value::Address(own) = bench.variable("a") else {
        panic!("getsockname gives an address");
    };
    let calls: Vec<_> = reports
        .iter()
        .filter_map(|report| match report {
            Report::Called(event) => Some(event),
            _ => None,
        })
        .collect();
    for (call, name) in calls.iter().zip(["sendto", "recvfrom"]) {
        assert_eq!(call.name, name);
        assert_eq!(call.peer.as_ref(), Some(&own));
        assert_eq!(call.data.as_deref(), Some(&b"ping"[..]));
    }
    let bound = bench.job(0, "getsockname u");
    assert!(
        bound.iter().any(
            |report| matches!(report, Report::Called(event) if event.local == Some(own.clone()))
        )
    );
}

#[test]
fn a_failed_call_has_an_errno_and_gives_no_value() {
    let bench = Bench::new();
    bench.says(
        r"
        s = socket
        x = connect s 127.0.0.1:1
        listen 999
        close 999
        close s
        recv s
        socket AF_INET SOCK_RDM
        socket AF_INET SOCK_SEQPACKET
        socket AF_INET SOCK_STREAM IPPROTO_UDP
        socketpair AF_INET
        ",
        r"
        socket(AF_INET, SOCK_STREAM, 0) = A
        connect(A, {AF_INET 127.0.0.1:1}) = -1 ECONNREFUSED
        listen(999, 4096) = -1 EBADF
        close(999) = -1 EBADF
        close(A) = 0
        recv(A, …, 4096, 0) = -1 EBADF
        socket(AF_INET, SOCK_RDM, 0) = -1 ESOCKTNOSUPPORT
        socket(AF_INET, SOCK_SEQPACKET, 0) = -1 ESOCKTNOSUPPORT
        socket(AF_INET, SOCK_STREAM, IPPROTO_UDP) = -1 EPROTONOSUPPORT
        socketpair(AF_INET, SOCK_STREAM, 0, …) = -1 EOPNOTSUPP
        ",
    );
    assert!(
        bench
            .engine
            .memory
            .with(|contents| !contents.variables.contains_key("x"))
    );
}

#[test]
fn sending_to_a_peer_that_has_gone_is_epipe_and_the_process_lives() {
    Bench::new().says(
        r#"
        a, b = socketpair
        close b
        send a "x"
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        close(B) = 0
        send(A, "x", 1, 0) = -1 EPIPE
        "#,
    );
}

#[test]
fn connect_ex_gives_the_errno_as_its_value() {
    Bench::new().says(
        r"
        s = socket
        connect_ex s 127.0.0.1:1
        ",
        r"
        socket(AF_INET, SOCK_STREAM, 0) = A
        connect(A, {AF_INET 127.0.0.1:1}) = -1 ECONNREFUSED
        -> ECONNREFUSED
        ",
    );
}

#[test]
fn flags_do_what_their_names_say() {
    Bench::new().says(
        r#"
        a, b = socketpair AF_UNIX SOCK_DGRAM
        recv b 10 MSG_DONTWAIT
        send a "hello"
        recv b 2 MSG_PEEK|MSG_TRUNC
        recv b 10
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_DGRAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        recv(B, …, 10, MSG_DONTWAIT) = -1 EAGAIN
        send(A, "hello", 5, 0) = 5
        recv(B, "he", 2, MSG_PEEK|MSG_TRUNC) = 5
        recv(B, "hello", 10, 0) = 5
        "#,
    );
}

#[test]
fn urgent_data_is_one_byte_beside_the_stream() {
    Bench::new().says(
        r#"
        s = create_server 127.0.0.1:0
        c = create_connection getsockname(s)
        conn, addr = accept s
        send c "abc" MSG_OOB
        poll conn 1.0 events=POLLPRI
        recv conn 10 MSG_OOB
        ioctl conn SIOCATMARK
        "#,
        r#"
        socket(AF_INET, SOCK_STREAM, 0) = A
        setsockopt(A, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
        bind(A, {AF_INET 127.0.0.1:0}) = 0
        listen(A, 4096) = 0
        getsockname(A, {AF_INET 127.0.0.1:P}) = 0
        socket(AF_INET, SOCK_STREAM, 0) = B
        connect(B, {AF_INET 127.0.0.1:P}) = 0
        accept(A, {AF_INET 127.0.0.1:P}) = C
        -> (<socket conn fd=C>, ('127.0.0.1', P))
        send(B, "abc", 3, MSG_OOB) = 3
        poll([{fd=C, events=POLLPRI}], 1, 1000) = 1 [{fd=C, revents=POLLPRI}]
        -> [(<socket conn fd=C>, POLLPRI)]
        recv(C, "c", 10, MSG_OOB) = 1
        ioctl(C, SIOCATMARK, [0]) = 0
        "#,
    );
}

#[test]
fn sendall_is_as_many_sends_as_the_kernel_needs() {
    let bench = Bench::new();
    bench.run("a, b = socketpair; data = b\"x\" * 1000000; setblocking a False");
    let said = bench.run("sendall a data");
    let sends: Vec<&str> = said.lines().collect();
    assert!(sends.len() > 1, "{said}");
    assert!(sends[0].starts_with("send(A, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"…, 1000000, 0) = "));
    assert!(said.trim_end().ends_with("= -1 EAGAIN"), "{said}");
}

#[test]
fn a_file_is_sent_from_kernel_to_kernel() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page");
    std::fs::write(&path, "0123456789").expect("a file");
    let bench = Bench::new();
    let said = bench.run(&format!(
        "a, b = socketpair\nsendfile a {} 2\nrecv b",
        path.display()
    ));
    let tail = r#"sendfile(A, C, [2], 8) = 8
close(C) = 0
-> 8
recv(B, "23456789", 4096, 0) = 8
"#;
    assert!(said.ends_with(tail), "{said}");
    assert!(
        said.contains("\", O_RDONLY) = C") || said.contains("\"…, O_RDONLY) = C"),
        "{said}"
    );
}

#[test]
fn recv_into_fills_the_front_of_a_buffer() {
    let bench = Bench::new();
    bench.run(
        r#"
        a, b = socketpair
        buffer = bytearray(6)
        send a "abc"
        n = recv_into b buffer
        "#,
    );
    assert_eq!(bench.variable("n"), Value::Int(3));
    assert_eq!(
        bench.variable("buffer"),
        Value::Bytes(b"abc\0\0\0".to_vec())
    );
}

#[test]
fn dup_shares_the_socket_and_detach_lets_go_of_the_number() {
    Bench::new().says(
        r#"
        a, b = socketpair
        c = dup a
        close a
        send c "still"
        recv b
        n = 0 + detach(c)
        send c "gone"
        send n "here"
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        dup(A) = C
        close(A) = 0
        send(C, "still", 5, 0) = 5
        recv(B, "still", 4096, 0) = 5
        send(-1, "gone", 4, 0) = -1 EBADF
        send(C, "here", 4, 0) = 4
        "#,
    );
}

#[test]
fn a_file_over_a_socket_reads_ahead_and_gathers_writes() {
    Bench::new().says(
        r#"
        a, b = socketpair
        f = makefile a "rw"
        g = makefile b
        write f "one\r\n"
        write f "two\n"
        flush f
        readline g
        readline g
        shutdown a SHUT_WR
        read g
        close f
        send a "x"
        write g "no"
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        -> 5
        -> 4
        send(A, "one\r\ntwo\n", 9, 0) = 9
        recv(B, "one\r\ntwo\n", 8192, 0) = 9
        -> 'one\n'
        -> 'two\n'
        shutdown(A, SHUT_WR) = 0
        recv(B, "", 8192, 0) = 0
        -> ''
        send(A, "x", 1, 0) = -1 EPIPE
        refused: this file only reads: make one with `makefile s "w"` or "rw"
        "#,
    );
}

/// The sizes were read from CPython 3.11 under strace(1).
#[test]
fn a_file_sends_when_pythons_file_does() {
    Bench::new().says(
        r#"
        a, b = socketpair
        f = makefile a "w" 1
        write f "a line\n"
        flush f
        g = makefile a "wb" 4
        write g "1"
        write g "234"
        write g "5"
        write g "67"
        write g "89"
        write g "abcde"
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        -> 7
        send(A, "a line\n", 7, 0) = 7
        -> 1
        -> 3
        send(A, "1234", 4, 0) = 4
        -> 1
        -> 2
        send(A, "567", 3, 0) = 3
        -> 2
        send(A, "89", 2, 0) = 2
        send(A, "abcde", 5, 0) = 5
        "#,
    );
}

#[test]
fn a_closed_sockets_variable_never_means_the_socket_that_got_its_number() {
    let bench = Bench::new();
    let said = bench.run(
        "
        a, b = socketpair
        close a
        c = dup b
        send a \"lost\"
        print a
        ",
    );
    // Unless another test took the number, `c` has the one that `a` had.
    assert!(said.contains(", \"lost\", 4, 0) = -1 EBADF"), "{said}");
    assert_ne!(bench.variable("a"), bench.variable("c"));
}
