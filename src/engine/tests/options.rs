//! Socket options: their kinds of value, going in and coming out.

use super::Bench;
use crate::engine::report::Report;
use crate::value::Value;

#[test]
fn options_are_set_and_read_by_their_kind() {
    let cases = [
        ("SOCK_STREAM", "SOL_SOCKET SO_REUSEADDR", "1", "[1], 4", "1"),
        (
            "SOCK_STREAM",
            "SOL_SOCKET SO_KEEPALIVE",
            "True",
            "[1], 4",
            "1",
        ),
        (
            "SOCK_STREAM",
            "SOL_SOCKET SO_LINGER",
            "(1, 5)",
            "{l_onoff=1, l_linger=5}, 8",
            "(1, 5)",
        ),
        (
            "SOCK_STREAM",
            "SOL_SOCKET SO_LINGER",
            "struct.pack(\"ii\", 1, 0)",
            "{l_onoff=1, l_linger=0}, 8",
            "(1, 0)",
        ),
        (
            "SOCK_STREAM",
            "SOL_SOCKET SO_RCVTIMEO",
            "1.5",
            "{tv_sec=1, tv_usec=500000}, 16",
            "1.5",
        ),
        (
            "SOCK_STREAM",
            "SOL_SOCKET SO_RCVTIMEO",
            "200ms",
            "{tv_sec=0, tv_usec=200000}, 16",
            "0.2",
        ),
        ("SOCK_STREAM", "IPPROTO_TCP TCP_NODELAY", "1", "[1], 4", "1"),
        (
            "SOCK_STREAM",
            "IPPROTO_TCP TCP_CONGESTION",
            "\"reno\"",
            "\"reno\", 4",
            "'reno'",
        ),
        ("SOCK_DGRAM", "IPPROTO_IP IP_TTL", "9", "[9], 4", "9"),
        (
            "SOCK_DGRAM",
            "IPPROTO_IP IP_MULTICAST_IF",
            "\"127.0.0.1\"",
            "[127.0.0.1], 4",
            "'127.0.0.1'",
        ),
    ];
    for (kind, option, value, shown, read) in cases {
        let bench = Bench::new();
        bench.run(&format!("s = socket AF_INET {kind}"));
        let said = bench.run(&format!("setsockopt s {option} {value}"));
        let name = option.replace(' ', ", ");
        assert_eq!(said, format!("setsockopt(A, {name}, {shown}) = 0\n"));
        bench.run(&format!("x = getsockopt s {option}"));
        let said = bench.run("print x");
        let read = read.trim_matches('\'');
        assert_eq!(said, format!("print: {read}\n"), "{option}");
    }
}

#[test]
fn a_multicast_group_is_joined_by_address_and_interface() {
    Bench::new().says(
        r#"
        u = socket AF_INET SOCK_DGRAM
        setsockopt u IPPROTO_IP IP_ADD_MEMBERSHIP ("224.0.0.251", "lo")
        setsockopt u IPPROTO_IP IP_ADD_MEMBERSHIP 5
        "#,
        r#"
        socket(AF_INET, SOCK_DGRAM, 0) = A
        if_nametoindex("lo") = 1
        setsockopt(A, IPPROTO_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=224.0.0.251, imr_address=0.0.0.0, imr_ifindex=1}, 12) = 0
        refused: IP_ADD_MEMBERSHIP takes a group and perhaps an interface, as in `"224.0.0.251"` or `("224.0.0.251", "lo")`; this is an integer
        "#,
    );
}

#[test]
fn an_option_read_shows_its_value_in_words() {
    Bench::new().says(
        "
        s = socket
        getsockopt s SOL_SOCKET SO_TYPE
        getsockopt s SOL_SOCKET SO_ERROR
        getsockopt s SOL_SOCKET SO_DOMAIN
        getsockopt s SOL_SOCKET SO_REUSEADDR 4
        getsockopt s IPPROTO_TCP 9999
        ",
        r"
        socket(AF_INET, SOCK_STREAM, 0) = A
        getsockopt(A, SOL_SOCKET, SO_TYPE, [SOCK_STREAM], [4]) = 0
        -> SOCK_STREAM
        getsockopt(A, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
        getsockopt(A, SOL_SOCKET, SO_DOMAIN, [AF_INET], [4]) = 0
        -> AF_INET
        getsockopt(A, SOL_SOCKET, SO_REUSEADDR, [0], [4]) = 0
        -> b'\x00\x00\x00\x00'
        getsockopt(A, IPPROTO_TCP, 9999, …, [4]) = -1 ENOPROTOOPT
        ",
    );
}

#[test]
fn options_lists_what_applies_without_a_call_for_each() {
    let bench = Bench::new();
    for (family, kind) in [
        ("AF_INET", "SOCK_STREAM"),
        ("AF_INET6", "SOCK_DGRAM"),
        ("AF_UNIX", "SOCK_SEQPACKET"),
        ("AF_NETLINK", "SOCK_RAW"),
    ] {
        bench.run(&format!("s = socket {family} {kind}"));
        let reports = bench.job(0, "options s");
        let [Report::Result(result), Report::Done { .. }] = &reports[..] else {
            panic!("{reports:?}");
        };
        let Value::List(rows) = &result.value else {
            panic!("a list");
        };
        assert!(result.show && rows.len() > 15, "{family}: {}", rows.len());
        let named = |wanted: &str| {
            rows.iter().any(|row| {
                matches!(row, Value::Tuple(row) if matches!(&row[1], Value::Constant { name, .. } if name == wanted))
            })
        };
        assert!(named("SO_RCVBUF"));
        assert_eq!(named("TCP_NODELAY"), family == "AF_INET");
        assert_eq!(named("SO_PEERCRED"), family == "AF_UNIX", "{family}");
    }
}

#[test]
fn tcp_info_is_given_by_field() {
    let bench = Bench::new();
    bench.run("s = socket; i = getsockopt s IPPROTO_TCP TCP_INFO");
    let Value::List(fields) = bench.variable("i") else {
        panic!("a list of fields");
    };
    let state = Value::Tuple(vec![
        Value::Str("state".into()),
        Value::Constant {
            value: 7,
            name: "CLOSED".into(),
        },
    ]);
    assert_eq!(fields[0], state);
    assert!(fields.len() > 40);
}
