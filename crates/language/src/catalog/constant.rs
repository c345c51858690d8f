//! The constants of the socket calls by their C names: number, where each is valid, one line on what it means.
//! Not the options' kinds of value (`option.rs`) and not what an errno teaches (`errno.rs`).

use super::errno;
use super::option;
use super::parameter::Group;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Builds a table of constants: `NAME => "meaning";` takes the number from libc, `NAME = number => "meaning";` gives it here
/// (for what libc does not name, or names with a sign that does not fit).
macro_rules! constants {
    ($(#[$doc:meta])* $table:ident: $groups:expr; $($name:ident $(= $value:expr)? => $meaning:literal;)*) => {
        $(#[$doc])*
        pub(super) const $table: &[$crate::catalog::constant::Constant] = &[$(
            $crate::catalog::constant::Constant {
                name: stringify!($name),
                value: constants!(@value $name $(, $value)?),
                groups: $groups,
                meaning: $meaning,
            },
        )*];
    };
    (@value $name:ident) => { libc::$name as i64 };
    (@value $name:ident, $value:expr) => { $value };
}

mod family;
mod message;
mod name_service;
mod netlink;
mod option_name;
mod protocol;

/// A named number of C's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The name as C and Python spell it.
    pub name: &'static str,
    /// Its number on this machine. `ETH_P_*` are in host byte order, as the headers give them.
    pub value: i64,
    /// Where it is valid.
    pub groups: &'static [Group],
    /// What it means, in one line.
    pub meaning: &'static str,
}

/// Tables in the order of preference: of two names for one number, the first is the one that is shown.
const TABLES: &[&[Constant]] = &[
    family::FAMILIES,
    family::PROTOCOL_FAMILIES,
    family::TYPES,
    family::SHUTDOWNS,
    protocol::LEVEL_PROTOCOLS,
    protocol::IP_PROTOCOLS,
    protocol::NETLINK_PROTOCOLS,
    protocol::ETHER_TYPES,
    protocol::LEVELS,
    message::MESSAGE_FLAGS,
    message::ANCILLARY,
    message::EPOLL_EVENTS,
    message::POLL_EVENTS,
    message::EPOLL_OPERATIONS,
    message::IOCTLS,
    name_service::ADDRESS_INFO,
    name_service::NAME_INFO,
    name_service::OTHER,
    option_name::ANCILLARY_NAMES,
    option_name::NAMES_WITHOUT_EFFECT,
    option_name::OPTION_VALUES,
    netlink::CONTROL_TYPES,
    netlink::MESSAGE_FLAGS,
    netlink::ROUTE_TYPES,
    netlink::OTHER_TYPES,
    netlink::GROUP_BITS,
    netlink::GROUPS,
    netlink::ATTRIBUTES,
    netlink::VALUES,
];

/// All constants with their two indexes.
struct Index {
    /// Sorted by name.
    sorted: Vec<Constant>,
    /// The preferred constant of a group for a number: its place in `sorted`.
    preferred: HashMap<(Group, i64), usize>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let ranked: Vec<Constant> = TABLES
            .iter()
            .flat_map(|table| table.iter().copied())
            .chain(option::options().map(option_name_constant))
            .chain(errno::errnos().map(errno_constant))
            .collect();
        let mut sorted = ranked.clone();
        sorted.sort_by_key(|constant| constant.name);
        let mut preferred = HashMap::new();
        for constant in &ranked {
            // The place is there: `sorted` holds exactly the constants of `ranked`.
            if let Ok(place) = sorted.binary_search_by_key(&constant.name, |other| other.name) {
                for group in constant.groups {
                    preferred.entry((*group, constant.value)).or_insert(place);
                }
            }
        }
        Index { sorted, preferred }
    })
}

fn option_name_constant(option: &'static option::OptionEntry) -> Constant {
    let also_ancillary = matches!(option.level, "IPPROTO_IP" | "IPPROTO_IPV6" | "IPPROTO_UDP");
    Constant {
        name: option.name,
        value: i64::from(option.value),
        groups: if also_ancillary {
            &[Group::OptionName, Group::Ancillary]
        } else {
            &[Group::OptionName]
        },
        meaning: option.meaning,
    }
}

fn errno_constant(errno: &'static errno::Errno) -> Constant {
    Constant {
        name: errno.name,
        value: i64::from(errno.number),
        groups: &[Group::Other],
        meaning: errno.message,
    }
}

/// Every constant, sorted by name.
pub fn constants() -> impl Iterator<Item = &'static Constant> {
    index().sorted.iter()
}

/// The constant of this exact name.
pub fn constant(name: &str) -> Option<&'static Constant> {
    let sorted = &index().sorted;
    let place = sorted
        .binary_search_by_key(&name, |constant| constant.name)
        .ok()?;
    sorted.get(place)
}

/// The name to show for a number at a place. Numbers of option names repeat between levels: ask `option::by_value` for those,
/// [`protocol`] for the third argument of socket(2), and `errno::by_number` for an errno.
pub fn named(group: Group, value: i64) -> Option<&'static Constant> {
    let index = index();
    index.sorted.get(*index.preferred.get(&(group, value))?)
}

/// The name of a type of ancillary data (cmsg(3)) at a level: `SCM_RIGHTS`, `IP_TTL`.
pub fn ancillary(level: i32, kind: i32) -> Option<&'static str> {
    if level == libc::SOL_SOCKET {
        let constant = named(Group::Ancillary, kind.into());
        return constant
            .map(|constant| constant.name)
            .filter(|name| name.starts_with("SCM_"));
    }
    if (level, kind) == (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) {
        // The one type of ancillary data there that is no option.
        return Some("IPV6_HOPLIMIT");
    }
    option::by_value(level, kind).map(|option| option.name)
}

/// The name of the third argument of socket(2), whose numbers mean something else in each family.
pub fn protocol(family: i64, value: i64) -> Option<&'static Constant> {
    let tables: &[&'static [Constant]] = match i32::try_from(family) {
        Ok(libc::AF_NETLINK) => &[protocol::NETLINK_PROTOCOLS],
        Ok(libc::AF_PACKET) => &[protocol::ETHER_TYPES],
        Ok(libc::AF_INET | libc::AF_INET6) => &[protocol::LEVEL_PROTOCOLS, protocol::IP_PROTOCOLS],
        _ => &[],
    };
    tables
        .iter()
        .flat_map(|table| table.iter())
        .find(|constant| constant.value == value)
}

/// A set of flags in words, `MSG_PEEK|MSG_DONTWAIT`, lowest bit first; bits without a name stay in hexadecimal, nothing is `0`.
/// For `Group::Type` the lower four bits are one number, the socket type, and the rest are flags.
pub fn flags(group: Group, value: i64) -> String {
    if let Some(constant) = named(group, value) {
        return constant.name.to_owned();
    }
    if value < 0 {
        return value.to_string();
    }
    let mut parts = Vec::new();
    let mut unknown = 0_i64;
    let mut bits = value;
    if group == Group::Type {
        let kind = value & TYPE_MASK;
        match named(group, kind) {
            Some(constant) => parts.push(constant.name.to_owned()),
            None => unknown |= kind,
        }
        bits &= !TYPE_MASK;
    }
    while bits != 0 {
        let bit = 1_i64 << bits.trailing_zeros();
        bits &= !bit;
        match named(group, bit) {
            Some(constant) => parts.push(constant.name.to_owned()),
            None => unknown |= bit,
        }
    }
    if unknown != 0 {
        parts.push(format!("{unknown:#x}"));
    }
    if parts.is_empty() {
        parts.push("0".to_owned());
    }
    parts.join("|")
}

/// The bits of socket(2)'s second argument that hold the type; SOCK_NONBLOCK and SOCK_CLOEXEC lie above.
const TYPE_MASK: i64 = 0xf;

#[cfg(test)]
mod tests;
