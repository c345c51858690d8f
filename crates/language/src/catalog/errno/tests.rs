//! What must hold for the table of errnos.

use super::{by_name, by_number, errnos};
use crate::catalog::socket_kind::{KINDS, SocketKind};
use crate::catalog::verb::Verb;

#[test]
fn every_errno_of_linux_has_a_name_and_a_message_and_no_name_stands_twice() {
    // 41 and 58 were never given out: they are the numbers of EWOULDBLOCK and EDEADLOCK on other machines.
    for number in (1..=133).filter(|number| !matches!(number, 41 | 58)) {
        let errno = by_number(number).unwrap_or_else(|| panic!("errno {number}"));
        assert!(!errno.message.is_empty(), "{}", errno.name);
    }
    let mut names: Vec<&str> = errnos().map(|errno| errno.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn what_an_errno_is_said_to_be_caused_by_is_a_verb_of_the_language() {
    for errno in errnos() {
        let others = errno.what_next_for.iter().map(|(of, _)| *of);
        for when in errno.causes {
            let call = when.call;
            assert!(Verb::named(call).is_some(), "{} {call}", errno.name);
            assert!(!when.text.is_empty(), "{} {call}", errno.name);
        }
        for call in errno.fits.split(' ').filter(|call| !call.is_empty()) {
            assert!(Verb::named(call).is_some(), "{} {call}", errno.name);
        }
        for of in errno.causes.iter().map(|when| when.of).chain(others) {
            let mut kinds = of.split(", ").filter(|kind| !kind.is_empty());
            assert!(
                kinds.all(|kind| KINDS.contains(&kind)),
                "{} {of}",
                errno.name
            );
        }
        assert_eq!(
            errno.meaning.is_empty(),
            errno.causes.is_empty(),
            "{}",
            errno.name
        );
        assert!(!errno.man.is_empty());
    }
}

#[test]
fn of_two_names_for_one_number_the_usual_one_is_given() {
    let cases = [
        (11, "EAGAIN"),
        (35, "EDEADLK"),
        (95, "EOPNOTSUPP"),
        (111, "ECONNREFUSED"),
        (-2, "EAI_NONAME"),
    ];
    for (number, name) in cases {
        assert_eq!(by_number(number).map(|errno| errno.name), Some(name));
    }
    assert_eq!(by_name("EWOULDBLOCK").map(|errno| errno.number), Some(11));
    assert_eq!(by_number(0), None);
    assert_eq!(by_name("EWHATEVER"), None);
}

#[test]
fn every_errno_a_socket_call_gives_is_explained() {
    let names = "EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECONNABORTED ECONNREFUSED ECONNRESET \
        EDESTADDRREQ EEXIST EFAULT EHOSTUNREACH EINPROGRESS EINTR EINVAL EISCONN ELOOP EMFILE EMSGSIZE ENAMETOOLONG ENETDOWN \
        ENETUNREACH ENFILE ENOBUFS ENODEV ENOENT ENOMEM ENOPROTOOPT ENOTCONN ENOTDIR ENOTSOCK ENXIO EOPNOTSUPP EPERM EPIPE \
        EPROTONOSUPPORT EPROTOTYPE EROFS ESOCKTNOSUPPORT ETIMEDOUT ETOOMANYREFS EAI_NONAME EAI_AGAIN EAI_SERVICE EAI_FAMILY";
    for name in names.split_whitespace() {
        let errno = by_name(name).unwrap_or_else(|| panic!("{name}"));
        assert!(
            !errno.meaning.is_empty() && !errno.what_next.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn what_is_said_of_a_call_is_of_its_kind_of_socket() {
    let kind = |arguments: &str| {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        SocketKind::of(&arguments)
    };
    for (errno, call, arguments, has) in [
        ("EMSGSIZE", "sendto", "AF_INET SOCK_DGRAM 0", Some("65507")),
        (
            "EMSGSIZE",
            "send",
            "AF_UNIX SOCK_DGRAM 0",
            Some("send buffer"),
        ),
        ("EMSGSIZE", "send", "AF_INET SOCK_STREAM 0", None),
        (
            "EINVAL",
            "sendto",
            "AF_INET SOCK_RAW IPPROTO_RAW",
            Some("header"),
        ),
        ("EINVAL", "sendto", "AF_INET SOCK_DGRAM 0", Some("port 0")),
        (
            "ECONNREFUSED",
            "connect",
            "AF_INET SOCK_STREAM 0",
            Some("RST"),
        ),
        (
            "ECONNREFUSED",
            "connect",
            "AF_UNIX SOCK_STREAM 0",
            Some("path"),
        ),
        ("EBADF", "recvfrom", "", Some("closed")),
    ] {
        let said = by_name(errno).and_then(|errno| errno.when(call, &kind(arguments)));
        match has {
            Some(words) => assert!(
                said.as_ref().is_some_and(|said| said.contains(words)),
                "{errno} {call} {arguments}: {said:?}"
            ),
            None => assert_eq!(said, None, "{errno} {call} {arguments}"),
        }
    }
}

#[test]
fn advice_stands_beside_a_cause_only_after_a_call_that_it_always_fits() {
    for (name, call, fits) in [
        ("EADDRINUSE", "bind", true),
        ("EADDRINUSE", "setsockopt", false),
        ("EADDRNOTAVAIL", "bind", true),
        ("EADDRNOTAVAIL", "connect", false),
        ("EDESTADDRREQ", "sendto", true),
        ("ENETUNREACH", "sendto", false),
    ] {
        let fitting = by_name(name).map(|errno| errno.fits(call));
        assert_eq!(fitting, Some(fits), "{name} {call}");
    }
}
