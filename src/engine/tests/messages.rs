//! sendmsg(2) and recvmsg(2): what goes along with a message, and messages of the kernel.

use super::Bench;
use crate::value::{Address, Value};

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
        panic!("a list of descriptors");
    };
    assert!(matches!(fds[..], [Value::Int(_), Value::Int(_)]));
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
        ids = struct.unpack("3i", anc[0][2])
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
        -> (b'x', [(IPPROTO_IP, IP_RECVERR, b'o\x00\x00\x00\x02\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x7f\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00')], MSG_ERRQUEUE, ('127.0.0.1', 1))
        "#,
    );
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
