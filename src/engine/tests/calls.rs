//! The calls themselves: what each is told as, from socket to close, in every family.

use super::Bench;
use crate::engine::report::Report;
use crate::value::{Address, Value};

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
fn addresses_are_taken_in_all_spellings_of_their_family() {
    let cases = [
        ("AF_INET", "127.0.0.1:0", "{AF_INET 127.0.0.1:0}"),
        ("AF_INET", "(\"127.0.0.1\", 0)", "{AF_INET 127.0.0.1:0}"),
        ("AF_INET", "(\"\", 0)", "{AF_INET 0.0.0.0:0}"),
        ("AF_INET", ":0", "{AF_INET 0.0.0.0:0}"),
        ("AF_INET", "*:0", "{AF_INET 0.0.0.0:0}"),
        ("AF_INET6", "[::1]:0", "{AF_INET6 [::1]:0}"),
        ("AF_INET6", "(\"::1\", 0, 0, 0)", "{AF_INET6 [::1]:0}"),
        ("AF_INET6", ":0", "{AF_INET6 [::]:0}"),
        (
            "AF_UNIX",
            "\"\\0socklab engine \\x01\"",
            "{AF_UNIX @\"socklab engine \\x01\"}",
        ),
        (
            "AF_UNIX",
            "@socklab-engine-test",
            "{AF_UNIX @\"socklab-engine-test\"}",
        ),
        ("AF_UNIX", "\"\"", "{AF_UNIX}"),
        ("AF_NETLINK", "(0, 0)", "{AF_NETLINK pid=0 groups=0x0}"),
    ];
    for (family, address, shown) in cases {
        let bench = Bench::new();
        let said = bench.run(&format!("s = socket {family} SOCK_DGRAM\nbind s {address}"));
        let expected = format!("bind(A, {shown}) = 0\n");
        assert!(said.ends_with(&expected), "{family} {address}: {said}");
    }
}

#[test]
fn localhost_is_the_loopback_address_of_the_family_of_the_socket() {
    Bench::new().says(
        r"
        u = socket AF_INET6 SOCK_DGRAM
        connect u localhost:9
        v = socket AF_INET SOCK_DGRAM
        connect v localhost:9
        ",
        r"
        socket(AF_INET6, SOCK_DGRAM, 0) = A
        connect(A, {AF_INET6 [::1]:9}) = 0
        socket(AF_INET, SOCK_DGRAM, 0) = B
        connect(B, {AF_INET 127.0.0.1:9}) = 0
        ",
    );
}

#[test]
fn a_host_name_is_looked_up_in_a_call_of_its_own() {
    Bench::new().says(
        r#"
        s = socket AF_INET SOCK_DGRAM
        connect s ("no such host", 9)
        "#,
        r#"
        socket(AF_INET, SOCK_DGRAM, 0) = A
        getaddrinfo("no such host", "9", {ai_family=AF_INET, ai_socktype=SOCK_DGRAM}) = -2 EAI_NONAME
        "#,
    );
}

#[test]
fn an_address_of_the_wrong_kind_is_refused_with_an_example() {
    Bench::new().says(
        r#"
        s = socket
        connect s ./x.sock
        port = 70000
        connect s ("127.0.0.1", port)
        u = socket AF_UNIX
        connect u 127.0.0.1:5000
        "#,
        r#"
        socket(AF_INET, SOCK_STREAM, 0) = A
        refused: an address of an AF_INET socket is a host and a port, as in `127.0.0.1:5000` or `("localhost", 5000)`; this is {AF_UNIX "./x.sock"}
        refused: a port is a number from 0 to 65535, and 70000 is not
        socket(AF_UNIX, SOCK_STREAM, 0) = B
        refused: an address of an AF_UNIX socket is a path or an abstract name, as in `./x.sock`, `"/tmp/x.sock"` or `@name`; this is {AF_INET 127.0.0.1:5000}
        "#,
    );
}

#[test]
fn a_datagram_socket_is_dissolved_by_connecting_it_to_af_unspec() {
    Bench::new().says(
        r"
        u = socket AF_INET SOCK_DGRAM
        connect u 127.0.0.1:9
        nobody = AF_UNSPEC
        connect u nobody
        getpeername u
        ",
        r"
        socket(AF_INET, SOCK_DGRAM, 0) = A
        connect(A, {AF_INET 127.0.0.1:9}) = 0
        connect(A, {AF_UNSPEC}) = 0
        getpeername(A, …) = -1 ENOTCONN
        ",
    );
}

#[test]
fn a_unix_path_is_bound_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.sock");
    let bench = Bench::new();
    bench.run(&format!(
        "s = socket AF_UNIX; bind s \"{}\"; a = getsockname s",
        path.display()
    ));
    let expected = Address::UnixPath(path.to_str().expect("UTF-8").as_bytes().to_vec());
    assert_eq!(bench.variable("a"), Value::Address(expected));
}

#[test]
fn a_descriptor_passed_in_a_message_is_a_new_socket() {
    Bench::new().says(
        r#"
        a, b = socketpair
        c, d = socketpair AF_UNIX SOCK_DGRAM
        sendmsg a "x" SCM_RIGHTS=[c]
        data, anc, flags, addr = recvmsg b
        passed = anc[0][2][0]
        send passed "through"
        recv d
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        socketpair(AF_UNIX, SOCK_DGRAM, 0, [C, D]) = 0
        -> (<socket c fd=C>, <socket d fd=D>)
        sendmsg(A, {msg_iov=[{iov_base="x", iov_len=1}], msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[C]}]}, 0) = 1
        recvmsg(B, {msg_name=NULL, msg_iov=[{iov_base="x", iov_len=4096}], msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[E]}], msg_flags=0}, 0) = 1
        -> (b'x', [(SOL_SOCKET, SCM_RIGHTS, [<socket fd=E>])], 0, None)
        send(E, "through", 7, 0) = 7
        recv(D, "through", 4096, 0) = 7
        "#,
    );
}

#[test]
fn send_fds_and_recv_fds_are_sendmsg_and_recvmsg() {
    let bench = Bench::new();
    let said = bench.run(
        r#"
        a, b = socketpair
        send_fds a ["one", "two"] [a, b]
        data, fds, flags, addr = recv_fds b
        "#,
    );
    assert!(
        said.contains(
            "sendmsg(A, {msg_iov=[{iov_base=\"one\", iov_len=3}, {iov_base=\"two\", iov_len=3}]"
        ),
        "{said}"
    );
    assert_eq!(bench.variable("data"), Value::Bytes(b"onetwo".to_vec()));
    let Value::List(fds) = bench.variable("fds") else {
        panic!("a list of sockets");
    };
    assert!(matches!(fds[..], [Value::Socket(_), Value::Socket(_)]));
}

#[test]
fn credentials_come_from_the_kernel() {
    let bench = Bench::new();
    bench.run(
        r#"
        a, b = socketpair AF_UNIX SOCK_DGRAM
        setsockopt b SOL_SOCKET SO_PASSCRED 1
        sendmsg a "who" SCM_CREDENTIALS=True
        data, anc, flags, addr = recvmsg b
        ids = anc[0][2]
        "#,
    );
    let expected = vec![
        Value::Int(i64::from(std::process::id())),
        Value::Int(i64::from(nix::unistd::getuid().as_raw())),
        Value::Int(i64::from(nix::unistd::getgid().as_raw())),
    ];
    assert_eq!(bench.variable("ids"), Value::Tuple(expected));
}

#[test]
fn a_port_unreachable_waits_in_the_error_queue() {
    Bench::new().says(
        r#"
        u = socket AF_INET SOCK_DGRAM
        setsockopt u IPPROTO_IP IP_RECVERR 1
        connect u 127.0.0.1:1
        send u "x"
        recvmsg u 100 1024 MSG_ERRQUEUE
        "#,
        r#"
        socket(AF_INET, SOCK_DGRAM, 0) = A
        setsockopt(A, IPPROTO_IP, IP_RECVERR, [1], 4) = 0
        connect(A, {AF_INET 127.0.0.1:1}) = 0
        send(A, "x", 1, 0) = 1
        recvmsg(A, {msg_name={AF_INET 127.0.0.1:1}, msg_iov=[{iov_base="x", iov_len=100}], msg_control=[{cmsg_level=IPPROTO_IP, cmsg_type=IP_RECVERR, cmsg_data={ee_errno=ECONNREFUSED, ee_origin=SO_EE_ORIGIN_ICMP, ee_type=3, ee_code=3, ee_info=0, ee_data=0, offender={AF_INET 127.0.0.1:0}}}], msg_flags=MSG_ERRQUEUE}, MSG_ERRQUEUE) = 1 {ee_errno=ECONNREFUSED, ee_origin=SO_EE_ORIGIN_ICMP, ee_type=3, ee_code=3, ee_info=0, ee_data=0, offender={AF_INET 127.0.0.1:0}}
        -> (b'x', [(IPPROTO_IP, IP_RECVERR, (ECONNREFUSED, SO_EE_ORIGIN_ICMP, 3, 3, 0, 0, ('127.0.0.1', 0)))], MSG_ERRQUEUE, ('127.0.0.1', 1))
        "#,
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

#[test]
fn names_are_looked_up_by_the_c_library() {
    Bench::new().says(
        r#"
        getaddrinfo "127.0.0.1" 80 AF_INET SOCK_STREAM
        getaddrinfo "::1" 80 AF_INET
        getnameinfo ("127.0.0.1", 80) NI_NUMERICHOST|NI_NUMERICSERV
        gethostbyname "127.0.0.1"
        if_nametoindex "lo"
        if_nametoindex "no such"
        "#,
        r#"
        getaddrinfo("127.0.0.1", "80", {ai_family=AF_INET, ai_socktype=SOCK_STREAM}) = 0 [{AF_INET 127.0.0.1:80}]
        -> [(AF_INET, SOCK_STREAM, IPPROTO_TCP, '', ('127.0.0.1', 80))]
        getaddrinfo("::1", "80", {ai_family=AF_INET}) = -9 EAI_ADDRFAMILY
        getnameinfo({AF_INET 127.0.0.1:80}, "127.0.0.1", "80", NI_NUMERICHOST|NI_NUMERICSERV) = 0
        -> ('127.0.0.1', '80')
        -> '127.0.0.1'
        if_nametoindex("lo") = 1
        if_nametoindex("no such") = -1 ENODEV
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

#[test]
fn a_netlink_socket_speaks_with_the_kernel() {
    let bench = Bench::new();
    // RTM_GETLINK with NLM_F_REQUEST|NLM_F_DUMP.
    let said = bench.run(
        r#"
        n = socket AF_NETLINK SOCK_RAW NETLINK_ROUTE
        sendto n x"14000000 1200 0103 01000000 00000000 00000000" (0, 0)
        reply, addr = recvfrom n 65536
        "#,
    );
    assert!(
        said.starts_with("socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = A\n"),
        "{said}"
    );
    let kernel = Address::Netlink { pid: 0, groups: 0 };
    assert_eq!(bench.variable("addr"), Value::Address(kernel));
    let Value::Bytes(reply) = bench.variable("reply") else {
        panic!("bytes");
    };
    assert_eq!(reply[4..6], 16_u16.to_ne_bytes(), "RTM_NEWLINK");
}
