//! Every error that the man pages name for a socket call: a script provokes it and says the first sentence of `why`, or it cannot be
//! provoked in a lab, for the reason that stands here. The scripts themselves are run by `scripts.rs`.

use std::collections::BTreeSet;
use std::path::Path;

/// Page by page the errors of its ERRORS section. A name in front of `!` cannot be provoked.
const PAGES: &[(&str, &str)] = &[
    (
        "socket(2)",
        "EACCES EAFNOSUPPORT EINVAL EMFILE !ENFILE !ENOBUFS !ENOMEM EPROTONOSUPPORT",
    ),
    (
        "bind(2)",
        "!EACCES EADDRINUSE EBADF EINVAL ENOTSOCK EADDRNOTAVAIL !EFAULT ELOOP !ENAMETOOLONG ENOENT !ENOMEM ENOTDIR !EROFS",
    ),
    ("listen(2)", "EADDRINUSE EBADF ENOTSOCK EOPNOTSUPP"),
    (
        "accept(2)",
        "EAGAIN EBADF !ECONNABORTED !EFAULT !EINTR EINVAL EMFILE !ENFILE !ENOBUFS !ENOMEM ENOTSOCK EOPNOTSUPP !EPERM !EPROTO",
    ),
    (
        "connect(2)",
        "EACCES EPERM !EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECONNREFUSED !EFAULT EINPROGRESS !EINTR EISCONN \
         ENETUNREACH ENOTSOCK EPROTOTYPE ETIMEDOUT",
    ),
    (
        "send(2)",
        "EACCES EAGAIN !EALREADY EBADF ECONNRESET EDESTADDRREQ EFAULT !EINTR EINVAL EISCONN EMSGSIZE !ENOBUFS !ENOMEM ENOTCONN ENOTSOCK \
         EOPNOTSUPP EPIPE",
    ),
    (
        "recv(2)",
        "EAGAIN EBADF ECONNREFUSED !EFAULT !EINTR EINVAL !ENOMEM ENOTCONN ENOTSOCK",
    ),
    ("getsockopt(2)", "EBADF !EFAULT EINVAL ENOPROTOOPT ENOTSOCK"),
    ("shutdown(2)", "EBADF EINVAL ENOTCONN ENOTSOCK"),
    (
        "ip(7)",
        "EACCES EADDRINUSE EADDRNOTAVAIL EAGAIN EALREADY !ECONNABORTED EHOSTUNREACH EINVAL EISCONN EMSGSIZE ENOBUFS !ENOMEM ENOENT \
         !ENOPKG ENOPROTOOPT EOPNOTSUPP !EPERM EPIPE ESOCKTNOSUPPORT",
    ),
    ("ipv6(7)", "ENODEV"),
    ("tcp(7)", "EAFNOSUPPORT EPIPE ETIMEDOUT"),
    ("udp(7)", "ECONNREFUSED"),
    (
        "unix(7)",
        "EADDRINUSE EBADF ECONNREFUSED ECONNRESET !EFAULT EINVAL EISCONN !ENFILE ENOENT !ENOMEM ENOTCONN EOPNOTSUPP EPERM EPIPE \
         EPROTONOSUPPORT EPROTOTYPE ESOCKTNOSUPPORT !ESRCH ETOOMANYREFS",
    ),
    (
        "raw(7)",
        "EACCES EFAULT EINVAL EMSGSIZE EOPNOTSUPP !EPERM EPROTO",
    ),
    (
        "packet(7)",
        "EADDRNOTAVAIL !EFAULT EINVAL EMSGSIZE ENETDOWN !ENOBUFS ENODEV ENOENT ENOTCONN ENXIO !EPERM",
    ),
];

/// Why an error cannot be provoked: a lab has the privilege, or what fails is not the call's own doing.
const UNPROVOKED: &[(&str, &str)] = &[
    ("EACCES", "the lab may bind every port"),
    ("EADDRINUSE", "Linux says EADDRNOTAVAIL"),
    (
        "EALREADY",
        "it takes TCP Fast Open in the middle of a handshake",
    ),
    (
        "ECONNABORTED",
        "the connection has to be destroyed from outside (ss --kill)",
    ),
    (
        "EFAULT",
        "a value of the language is always at a valid address; only a raw ICMP message without a code is too short for the kernel",
    ),
    (
        "EINTR",
        "the call fails when a second command cancels it (scripts/why_forged.lab), not as the command under way",
    ),
    (
        "ENAMETOOLONG",
        "paths longer than sun_path never reach the kernel",
    ),
    ("ENFILE", "it would take all files of the machine"),
    ("ENOBUFS", "it takes a lack of memory"),
    ("ENOMEM", "it takes a lack of memory"),
    ("ENOPKG", "today's kernels do not give it"),
    (
        "EPERM",
        "the lab has the privileges over its network, and a script sets up no firewall",
    ),
    (
        "EPROTO",
        "of accept: Linux takes no connection whose handshake met an ICMP parameter problem",
    ),
    (
        "EROFS",
        "root's lab has /sys read-only, where other users may not write at all and fail with EACCES",
    ),
    (
        "ESRCH",
        "a lab of root's has no capability to name another process, and fails with EPERM first",
    ),
];

fn scripts() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let files = std::fs::read_dir(folder).expect("the scripts are there");
    files
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().starts_with("why_"))
        .map(|file| std::fs::read_to_string(file.path()).expect("scripts are text"))
        .collect()
}

/// The call that a line of a script ends with, under the name of the man page that it has with its kind.
fn call(line: &str) -> &str {
    let last = line.rsplit("; ").next().unwrap_or(line);
    let last = last.split_once("> ").map_or(last, |(_, rest)| rest);
    let last = last.split_once(" = ").map_or(last, |(_, rest)| rest);
    let word = last.split([' ', '(']).next().unwrap_or(last);
    let word = word.split_once('.').map_or(word, |(_, method)| method);
    match word {
        "sendto" | "sendmsg" | "sendall" => "send",
        "setsockopt" => "getsockopt",
        "socketpair" => "socket",
        other => other,
    }
}

/// The calls and errors that a script expects and says the first sentence of `why` for: three lines, the call, the error, the sentence.
fn explained(text: &str) -> BTreeSet<(&str, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .windows(3)
        .filter(|three| three[2].starts_with("expect why"))
        .filter_map(|three| {
            let expected = three[1].strip_prefix("expect ")?;
            Some((call(three[0]), expected.split_whitespace().last()?))
        })
        .collect()
}

#[test]
fn every_error_of_the_man_pages_is_provoked_and_explained_or_said_to_be_out_of_reach() {
    let text = scripts();
    let explained = explained(&text);
    let mut missing = Vec::new();
    for (page, errors) in PAGES {
        let name = page.strip_suffix("(2)");
        let is_explained = |error: &str| {
            let mut all = explained.iter();
            all.any(|(call, known)| *known == error && name.is_none_or(|name| *call == name))
        };
        for error in errors.split_whitespace() {
            match error.strip_prefix('!') {
                Some(name) => assert!(
                    UNPROVOKED.iter().any(|(known, _)| *known == name),
                    "{page} {name}: no reason is given"
                ),
                None if !is_explained(error) => missing.push(format!("{page} {error}")),
                None => {}
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
