//! Addresses and names: every spelling, and what the C library makes of a name.

use super::Bench;
use crate::value::{Address, Value};

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
fn names_are_looked_up_by_the_c_library() {
    Bench::new().says(
        r#"
        getaddrinfo "127.0.0.1" 80 AF_INET SOCK_STREAM
        getaddrinfo "::1" 80 AF_INET
        getnameinfo ("127.0.0.1", 80) NI_NUMERICHOST|NI_NUMERICSERV
        gethostbyname "127.0.0.1"
        if_nametoindex "lo"
        if_nametoindex "no such"
        if_indextoname 1
        if_indextoname 99999999
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
        if_indextoname(1) = 0 "lo"
        -> 'lo'
        if_indextoname(99999999) = -1 ENXIO
        "#,
    );
}
