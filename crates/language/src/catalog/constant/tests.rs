//! What must hold for the table of constants.

use super::{constant, constants, flags, named, protocol};
use crate::catalog::parameter::Group;

#[test]
fn every_name_stands_once_and_says_where_it_is_valid_and_what_it_means() {
    let all: Vec<_> = constants().collect();
    for pair in all.windows(2) {
        assert!(pair[0].name < pair[1].name, "{}", pair[1].name);
    }
    for constant in all {
        assert!(!constant.groups.is_empty(), "{}", constant.name);
        assert!(!constant.meaning.is_empty(), "{}", constant.name);
        assert!(!constant.meaning.contains('\n'), "{}", constant.name);
    }
}

#[test]
fn a_constant_is_found_by_its_exact_name_only() {
    assert_eq!(constant("AF_INET").map(|found| found.value), Some(2));
    assert_eq!(constant("ECONNREFUSED").map(|found| found.value), Some(111));
    assert_eq!(constant("EPOLLET").map(|found| found.value), Some(1 << 31));
    assert_eq!(constant("af_inet"), None);
    assert_eq!(constant("AF_"), None);
}

#[test]
fn of_two_names_for_one_number_the_usual_one_is_shown() {
    let cases = [
        (Group::Family, 1, "AF_UNIX"),
        (Group::Family, 2, "AF_INET"),
        (Group::Protocol, 0, "IPPROTO_IP"),
        (Group::Protocol, 6, "IPPROTO_TCP"),
        (Group::Level, 1, "SOL_SOCKET"),
        (Group::Level, 6, "IPPROTO_TCP"),
        (Group::Level, 0, "IPPROTO_IP"),
        (Group::Level, 270, "SOL_NETLINK"),
        (Group::PollEvent, 1, "POLLIN"),
        (Group::EpollEvent, 1, "EPOLLIN"),
        (Group::Ioctl, 0x541B, "FIONREAD"),
        (Group::Ancillary, 1, "SCM_RIGHTS"),
        (Group::Shutdown, 2, "SHUT_RDWR"),
    ];
    for (group, value, name) in cases {
        assert_eq!(named(group, value).map(|found| found.name), Some(name));
    }
    assert_eq!(named(Group::Family, 999), None);
}

#[test]
fn flags_are_spelled_from_the_lowest_bit_and_what_has_no_name_stays_a_number() {
    let cases = [
        (Group::MessageFlag, 0, "0"),
        (Group::MessageFlag, 0x2 | 0x40, "MSG_PEEK|MSG_DONTWAIT"),
        (Group::MessageFlag, 0x2 | 0x0100_0000, "MSG_PEEK|0x1000000"),
        (
            Group::Type,
            1 | 0o4000 | 0o2_000_000,
            "SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC",
        ),
        (Group::Type, 3, "SOCK_RAW"),
        (Group::Type, 0o4000, "SOCK_NONBLOCK"),
        (Group::Type, 9 | 0o4000, "SOCK_NONBLOCK|0x9"),
        (Group::PollEvent, 0x11, "POLLIN|POLLHUP"),
        (Group::EpollEvent, 1 | (1 << 31), "EPOLLIN|EPOLLET"),
        (Group::MessageFlag, -1, "-1"),
    ];
    for (group, value, text) in cases {
        assert_eq!(flags(group, value), text);
    }
}

#[test]
fn the_third_argument_of_socket_is_read_in_the_family_it_belongs_to() {
    let cases = [
        (2, 6, Some("IPPROTO_TCP")),
        (10, 58, Some("IPPROTO_ICMPV6")),
        (16, 0, Some("NETLINK_ROUTE")),
        (16, 4, Some("NETLINK_SOCK_DIAG")),
        (17, 0x0800, Some("ETH_P_IP")),
        (1, 6, None),
    ];
    for (family, value, name) in cases {
        assert_eq!(protocol(family, value).map(|found| found.name), name);
    }
}
