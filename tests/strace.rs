//! strace as a witness: a process of the lab makes the network calls that are shown, in their order, with the same results, and no others.

mod support;

use std::collections::BTreeMap;
use std::process::Command;
use support::{SOCKLAB, folder, private_lab, witness};

/// A call as both tell it: the system call's name, its first argument and its result.
#[derive(Debug, PartialEq, Eq)]
struct Made {
    name: String,
    first: String,
    result: String,
}

/// send(2) and recv(2) are library functions over these system calls.
fn system_call(name: &str) -> &str {
    match name {
        "send" => "sendto",
        "recv" => "recvfrom",
        other => other,
    }
}

/// strace's lines by process, an interrupted line joined with its end.
fn by_process(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut begun: BTreeMap<String, String> = BTreeMap::new();
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let Some((pid, rest)) = line.split_once(' ') else {
            continue;
        };
        let rest = rest.trim();
        if let Some(start) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(pid.to_owned(), start.to_owned());
            continue;
        }
        let whole = match rest.split_once(" resumed>") {
            Some((_, end)) => format!("{}{end}", begun.remove(pid).unwrap_or_default()),
            None => rest.to_owned(),
        };
        lines.entry(pid.to_owned()).or_default().push(whole);
    }
    lines
}

fn made(line: &str) -> Option<Made> {
    let (name, arguments) = line.split_once('(')?;
    let (_, result) = line.rsplit_once(" = ")?;
    let first = arguments.split([',', ')']).next().unwrap_or_default();
    Some(Made {
        name: name.to_owned(),
        first: first.to_owned(),
        result: result.split(' ').next().unwrap_or_default().to_owned(),
    })
}

#[test]
fn strace_sees_the_calls_that_are_shown_and_no_others() {
    if !private_lab() || !witness::present("strace") {
        return;
    }
    let place = folder();
    let log = place.path().join("strace.log");
    let script = "s = create_server 127.0.0.1:5000; c = socket; connect c 127.0.0.1:5000; conn, addr = accept s; send c \"hello\"; recv conn; \
                  u = socket AF_INET SOCK_DGRAM; sendto u \"x\" 127.0.0.1:9; recv u 10 MSG_DONTWAIT; shutdown c SHUT_WR; getsockname c; \
                  getpeername conn; getsockopt c SOL_SOCKET SO_TYPE; a, b = socketpair; bind s :80; connect u 127.0.0.1:9";
    let output = Command::new("strace")
        .args([
            "-f",
            "-qq",
            "-e",
            "trace=network",
            "-e",
            "signal=none",
            "-o",
        ])
        .arg(&log)
        .args([SOCKLAB, "--json", "-c", script])
        .output()
        .expect("strace runs");
    let shown: Vec<Made> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|event| event["event"] == "call")
        .map(|event| Made {
            name: system_call(event["name"].as_str().unwrap_or_default()).to_owned(),
            first: event["args"][0].as_str().unwrap_or_default().to_owned(),
            result: event["result"].to_string(),
        })
        .collect();
    assert!(
        shown.len() > 15,
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let text = std::fs::read_to_string(&log).expect("strace wrote its log");
    // The student's process is the one that listens.
    let seen: Vec<Made> = by_process(&text)
        .into_values()
        .find(|lines| lines.iter().any(|line| line.starts_with("listen(")))
        .expect("some process listened")
        .iter()
        .filter_map(|line| made(line))
        .collect();
    assert_eq!(shown, seen);
}

/// What is typed and the system call that strace sees for it, up to its result; `…` stands for a pointer and for what the kernel fills.
const TYPED: &[(&str, &str)] = &[
    (
        "s = socket AF_INET SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC IPPROTO_TCP",
        "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, IPPROTO_TCP)",
    ),
    (
        "d = socket.socket(type=socket.SOCK_DGRAM)",
        "socket(AF_INET, SOCK_DGRAM, IPPROTO_IP)",
    ),
    (
        "six = socket AF_INET6 SOCK_DGRAM",
        "socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP)",
    ),
    (
        "a, b = socketpair AF_UNIX SOCK_SEQPACKET|SOCK_NONBLOCK 0",
        "socketpair(AF_UNIX, SOCK_SEQPACKET|SOCK_NONBLOCK, 0, …)",
    ),
    (
        "bind s :5000",
        "bind(3, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr(\"0.0.0.0\")}, 16)",
    ),
    ("listen s", "listen(3, 4096)"),
    ("listen s 7", "listen(3, 7)"),
    ("s.listen(-1)", "listen(3, -1)"),
    ("accept s", "accept(3, …, …)"),
    ("accept4 s", "accept4(3, …, …, 0)"),
    ("accept4 s SOCK_CLOEXEC", "accept4(3, …, …, SOCK_CLOEXEC)"),
    ("accept s SOCK_NONBLOCK", "accept4(3, …, …, SOCK_NONBLOCK)"),
    (
        "connect d 127.1:5000",
        "connect(4, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr(\"127.0.0.1\")}, 16)",
    ),
    (
        "d.connect((\"127.0.1\", 5000))",
        "connect(4, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr(\"127.0.0.1\")}, 16)",
    ),
    (
        "connect d AF_UNSPEC",
        "connect(4, {sa_family=AF_UNSPEC, sa_data=\"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}, 16)",
    ),
    (
        "d.connect((socket.AF_UNSPEC, \"0.0.0.0\", 0))",
        "connect(4, {sa_family=AF_UNSPEC, sa_data=\"\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\"}, 16)",
    ),
    (
        "connect d (AF_INET, x\"1388 7f000001 0000000000000000\")",
        "connect(4, {sa_family=AF_INET, sin_port=htons(5000), sin_addr=inet_addr(\"127.0.0.1\")}, 16)",
    ),
    (
        "six.connect((\"fe80::1\", 5000, 0, 1))",
        "connect(5, {sa_family=AF_INET6, sin6_port=htons(5000), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"fe80::1\", &sin6_addr), sin6_scope_id=if_nametoindex(\"lo\")}, 28)",
    ),
    (
        "connect six [fe80::2%lo]:5000",
        "connect(5, {sa_family=AF_INET6, sin6_port=htons(5000), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"fe80::2\", &sin6_addr), sin6_scope_id=if_nametoindex(\"lo\")}, 28)",
    ),
    (
        "six.sendto(b\"x\", (\"fe80::1\", 5000, 7, 1))",
        "sendto(5, \"x\", 1, 0, {sa_family=AF_INET6, sin6_port=htons(5000), sin6_flowinfo=htonl(7), inet_pton(AF_INET6, \"fe80::1\", &sin6_addr), sin6_scope_id=if_nametoindex(\"lo\")}, 28)",
    ),
    (
        "bind six (\"fe80::1\", 5000, 0, 1)",
        "bind(5, {sa_family=AF_INET6, sin6_port=htons(5000), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"fe80::1\", &sin6_addr), sin6_scope_id=if_nametoindex(\"lo\")}, 28)",
    ),
    (
        "sendmsg six [b\"x\"] [] 0 (\"fe80::1\", 5000, 0, 1)",
        "sendmsg(5, {msg_name={sa_family=AF_INET6, sin6_port=htons(5000), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, \"fe80::1\", &sin6_addr), sin6_scope_id=if_nametoindex(\"lo\")}, msg_namelen=28, msg_iov=[{iov_base=\"x\", iov_len=1}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0)",
    ),
    (
        "send a \"x\" MSG_DONTWAIT|MSG_NOSIGNAL|MSG_EOR",
        "sendto(6, \"x\", 1, MSG_DONTWAIT|MSG_EOR|MSG_NOSIGNAL, NULL, 0)",
    ),
    (
        "a.send(b\"xy\", socket.MSG_MORE)",
        "sendto(6, \"xy\", 2, MSG_MORE, NULL, 0)",
    ),
    (
        "sendall a \"x\" MSG_NOSIGNAL",
        "sendto(6, \"x\", 1, MSG_NOSIGNAL, NULL, 0)",
    ),
    (
        "sendto a \"x\" None MSG_DONTWAIT",
        "sendto(6, \"x\", 1, MSG_DONTWAIT, NULL, 0)",
    ),
    (
        "d.sendto(b\"x\", MSG_CONFIRM, (\"127.0.0.1\", 9))",
        "sendto(4, \"x\", 1, MSG_CONFIRM, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr(\"127.0.0.1\")}, 16)",
    ),
    (
        "sendmsg a [b\"x\", b\"yz\"] [(SOL_SOCKET, SCM_RIGHTS, [s])] MSG_DONTWAIT",
        "sendmsg(6, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"x\", iov_len=1}, {iov_base=\"yz\", iov_len=2}], msg_iovlen=2, msg_control=[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}], msg_controllen=24, msg_flags=0}, MSG_DONTWAIT)",
    ),
    (
        "recv b 10 MSG_PEEK|MSG_TRUNC|MSG_DONTWAIT",
        "recvfrom(7, \"x\", 10, MSG_PEEK|MSG_TRUNC|MSG_DONTWAIT, NULL, NULL)",
    ),
    (
        "b.recv(16, 0x40)",
        "recvfrom(7, \"x\", 16, MSG_DONTWAIT, NULL, NULL)",
    ),
    (
        "recvfrom b 10 MSG_WAITALL",
        "recvfrom(7, \"xy\", 10, MSG_WAITALL, …, …)",
    ),
    (
        "buffer = bytearray(9); recv_into b buffer 5 MSG_DONTWAIT",
        "recvfrom(7, \"x\", 5, MSG_DONTWAIT, NULL, NULL)",
    ),
    ("shutdown a SHUT_WR", "shutdown(6, SHUT_WR)"),
    ("shutdown a", "shutdown(6, SHUT_RDWR)"),
    (
        "setsockopt s SOL_SOCKET SO_RCVBUF 70000",
        "setsockopt(3, SOL_SOCKET, SO_RCVBUF, [70000], 4)",
    ),
    (
        "setsockopt s SOL_SOCKET SO_LINGER (1, 5)",
        "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8)",
    ),
    (
        "s.setsockopt(6, 1, 1)",
        "setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4)",
    ),
    (
        "s.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, None, 5)",
        "setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, NULL, 5)",
    ),
    (
        "getsockopt s SOL_SOCKET SO_TYPE",
        "getsockopt(3, SOL_SOCKET, SO_TYPE, [1], [4])",
    ),
    (
        "s.getsockopt(SOL_SOCKET, SO_LINGER, 8)",
        "getsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, [8])",
    ),
    ("setblocking a False", "ioctl(6, FIONBIO, [1])"),
    ("a.setblocking(True)", "ioctl(6, FIONBIO, [0])"),
    ("ioctl a FIONREAD", "ioctl(6, FIONREAD, [0])"),
    (
        "epoll_create1(EPOLL_CLOEXEC)",
        "epoll_create1(EPOLL_CLOEXEC)",
    ),
    ("epoll_create1 0", "epoll_create1(0)"),
    ("epoll_create(10)", "epoll_create(10)"),
    ("e = select.epoll(10)", "epoll_create1(0)"),
    ("epoll flags=EPOLL_CLOEXEC", "epoll_create1(EPOLL_CLOEXEC)"),
    (
        "register e a EPOLLIN|EPOLLET|EPOLLONESHOT",
        "epoll_ctl(11, EPOLL_CTL_ADD, 6, {events=EPOLLIN|EPOLLONESHOT|EPOLLET, data={u32=6, u64=6}})",
    ),
    (
        "e.modify(a, EPOLLOUT)",
        "epoll_ctl(11, EPOLL_CTL_MOD, 6, {events=EPOLLOUT, data={u32=6, u64=6}})",
    ),
    ("e.unregister(a)", "epoll_ctl(11, EPOLL_CTL_DEL, 6, …)"),
    ("epoll_wait e 5 0.1", "epoll_wait(11, [], 5, 100)"),
    ("e.poll(0.1, 3)", "epoll_wait(11, [], 3, 100)"),
    (
        "poll s 0.01 events=POLLPRI",
        "poll([{fd=3, events=POLLPRI}], 1, 10)",
    ),
    ("dup a", "dup(6)"),
    (
        "vm = socket AF_VSOCK SOCK_STREAM",
        "socket(AF_VSOCK, SOCK_STREAM, 0)",
    ),
    (
        "bind vm (VMADDR_CID_ANY, 1234)",
        "bind(14, {sa_family=AF_VSOCK, svm_cid=VMADDR_CID_ANY, svm_port=0x4d2, svm_flags=0}, 16)",
    ),
    ("close 14", "close(14)"),
];

/// A line of strace as the table writes it: pointers as `…`, what only the kernel filled in left out.
fn plain(call: &str) -> String {
    let (call, _) = call.rsplit_once(" = ").unwrap_or((call, ""));
    let mut parts: Vec<String> = Vec::new();
    for part in call.trim_end().split(", ") {
        let bare = part.trim_end_matches(')');
        let pointer = bare.starts_with("0x") && bare.len() > 8 && !bare.contains("htons");
        let filled = (bare.starts_with('[') && bare.contains("=>")) || bare == "[128]";
        parts.push(if pointer || filled {
            format!("…{}", &part[bare.len()..])
        } else {
            part.to_owned()
        });
    }
    parts.join(", ")
}

#[test]
fn the_call_that_is_made_is_the_call_that_was_typed() {
    if !private_lab() || !witness::present("strace") {
        return;
    }
    let place = folder();
    let log = place.path().join("strace.log");
    let file = place.path().join("typed.lab");
    let typed: Vec<&str> = TYPED.iter().map(|(typed, _)| *typed).collect();
    let script = typed.join(
        "
",
    );
    std::fs::write(&file, script).expect("the folder is ours");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-s", "64", "-e", "signal=none", "-e"])
        .arg("trace=network,close,dup,epoll_create,epoll_create1,epoll_ctl,epoll_wait,poll,ioctl")
        .arg("-o")
        .arg(&log)
        .args([SOCKLAB, "--color", "never"])
        .arg(&file)
        .output()
        .expect("strace runs");
    let text = std::fs::read_to_string(&log).expect("strace wrote its log");
    let lines = by_process(&text)
        .into_values()
        .find(|lines| lines.iter().any(|line| line.starts_with("listen(")))
        .expect("some process listened");
    let mut seen = lines.iter().map(|line| plain(line));
    for (typed, call) in TYPED {
        let call = call.replace(", 0, …)", ", 0, [6, 7])");
        assert!(
            seen.any(|line| line == call),
            "`{typed}` did not make {call}\n{}\n{}",
            lines.join("\n"),
            String::from_utf8_lossy(&output.stdout)
        );
    }
}
