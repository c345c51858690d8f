//! What must hold for the table of options.

use super::{applicable, by_name, by_value, options};
use crate::catalog::constant::{ancillary, constant};
use crate::catalog::parameter::Group;

#[test]
fn every_option_has_a_name_of_its_own_and_its_level_and_name_are_constants_of_the_same_number() {
    let mut names: Vec<&str> = options().map(|option| option.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for option in options() {
        let level = constant(option.level).unwrap_or_else(|| panic!("{}", option.level));
        assert_eq!(
            level.value,
            i64::from(option.level_value),
            "{}",
            option.level
        );
        assert!(level.groups.contains(&Group::Level), "{}", option.level);
        let name = constant(option.name).unwrap_or_else(|| panic!("{}", option.name));
        assert_eq!(name.value, i64::from(option.value), "{}", option.name);
        assert!(name.groups.contains(&Group::OptionName), "{}", option.name);
        assert!(option.settable || option.gettable, "{}", option.name);
        assert!(!option.meaning.is_empty() && !option.man.is_empty());
    }
}

#[test]
fn two_options_share_a_number_only_where_one_is_the_other_s_older_name() {
    for option in options() {
        let found = by_value(option.level_value, option.value).map(|found| found.name);
        let alias = matches!(option.name, "IPV6_ADD_MEMBERSHIP" | "IPV6_DROP_MEMBERSHIP");
        assert_eq!(found == Some(option.name), !alias, "{}", option.name);
    }
}

#[test]
fn an_option_is_listed_for_the_sockets_it_works_on_and_for_no_others() {
    let cases = [
        ("TCP_NODELAY", libc::AF_INET, libc::SOCK_STREAM, 0, true),
        (
            "TCP_NODELAY",
            libc::AF_INET6,
            libc::SOCK_STREAM | libc::SOCK_NONBLOCK,
            6,
            true,
        ),
        ("TCP_NODELAY", libc::AF_INET, libc::SOCK_DGRAM, 0, false),
        ("TCP_NODELAY", libc::AF_UNIX, libc::SOCK_STREAM, 0, false),
        ("SO_PASSCRED", libc::AF_UNIX, libc::SOCK_DGRAM, 0, true),
        ("SO_PASSCRED", libc::AF_INET, libc::SOCK_DGRAM, 0, false),
        (
            "IP_HDRINCL",
            libc::AF_INET,
            libc::SOCK_RAW,
            libc::IPPROTO_ICMP,
            true,
        ),
        ("IP_HDRINCL", libc::AF_INET, libc::SOCK_STREAM, 0, false),
        ("IPV6_V6ONLY", libc::AF_INET6, libc::SOCK_STREAM, 0, true),
        ("UDP_CORK", libc::AF_INET, libc::SOCK_DGRAM, 0, true),
        ("SO_RCVBUF", libc::AF_PACKET, libc::SOCK_RAW, 3, true),
        ("NETLINK_EXT_ACK", libc::AF_NETLINK, libc::SOCK_RAW, 0, true),
    ];
    for (name, family, kind, protocol, listed) in cases {
        let found = applicable(family, kind, protocol).any(|option| option.name == name);
        assert_eq!(found, listed, "{name} {family} {kind} {protocol}");
    }
}

#[test]
fn reading_the_pending_error_is_known_to_clear_it() {
    let harmless = |name| by_name(name).map(super::OptionEntry::read_is_harmless);
    assert_eq!(harmless("SO_ERROR"), Some(false));
    assert_eq!(harmless("SO_RCVBUF"), Some(true));
    assert_eq!(harmless("SO_ATTACH_FILTER"), Some(false));
}

#[test]
fn ancillary_data_is_named_within_its_level() {
    let cases = [
        (libc::SOL_SOCKET, 1, Some("SCM_RIGHTS")),
        (libc::SOL_SOCKET, libc::SO_TIMESTAMP, Some("SCM_TIMESTAMP")),
        (libc::IPPROTO_IP, libc::IP_TTL, Some("IP_TTL")),
        (libc::IPPROTO_IP, libc::IP_RECVERR, Some("IP_RECVERR")),
        (
            libc::IPPROTO_IPV6,
            libc::IPV6_HOPLIMIT,
            Some("IPV6_HOPLIMIT"),
        ),
        (libc::SOL_SOCKET, 99, None),
    ];
    for (level, kind, name) in cases {
        assert_eq!(ancillary(level, kind), name);
    }
}
