//! Groups: joined twice, left without having been joined, addresses that are no groups, datagrams to a group without a way there.

use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};
use crate::event::CallEvent;
use std::net::IpAddr;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("setsockopt", "EADDRINUSE", "IP", joined_already),
    Cause::new("setsockopt", "EADDRNOTAVAIL", "IP", not_a_member),
    Cause::new(
        "setsockopt",
        "EADDRNOTAVAIL ENODEV",
        "IP",
        no_such_interface,
    ),
    Cause::new("setsockopt", "EINVAL EPROTO", "TCP", |scene| {
        group(&scene.call)?;
        said(format!(
            "{} is a TCP socket, and TCP has no multicast: groups are for UDP and raw sockets.",
            scene.label
        ))
    }),
    Cause::new("setsockopt", "EINVAL EPROTO", "IP", no_group),
    Cause::new("setsockopt", "ENODEV", "IP", no_interface_for_group),
    Cause::new("setsockopt", "ENOBUFS", "IP", too_many_groups),
    Cause::new("connect send", "ENETUNREACH", "IP", no_way_to_group),
];

/// The group of a setsockopt that joins or leaves one, as its line shows it.
pub(super) fn group(call: &CallEvent) -> Option<&str> {
    let name = call.args.get(2)?;
    let about = [
        "MEMBERSHIP",
        "JOIN",
        "LEAVE",
        "SOURCE_GROUP",
        "BLOCK_SOURCE",
    ];
    about.iter().any(|part| name.contains(part)).then_some(())?;
    let value = call.args.get(3)?;
    let start = value.find("multiaddr=").map(|at| at + "multiaddr=".len())?;
    value[start..].split([',', '}', ' ']).next()
}

fn joins(call: &CallEvent) -> bool {
    call.args
        .get(2)
        .is_some_and(|name| name.contains("ADD_MEMBERSHIP") || name.contains("JOIN"))
}

/// The newest call that joined (true) or left (false) a group.
pub(super) fn membership<'a>(scene: &'a Scene<'_>, wanted: &str) -> Option<(&'a CallEvent, bool)> {
    let call = scene.newest(|call| {
        call.name == "setsockopt" && call.errno.is_none() && group(call) == Some(wanted)
    })?;
    Some((call, joins(call)))
}

fn joined_already(scene: &Scene<'_>) -> Option<Finding> {
    let group = group(&scene.call)?;
    let joined = membership(scene, group).filter(|(_, joined)| *joined);
    said(match joined {
        Some((call, _)) => format!(
            "{} has joined {group} already: {}, {}. A socket joins a group once on each interface.",
            scene.label,
            told(call),
            place(call)
        ),
        None => format!("{} has joined {group} already.", scene.label),
    })
}

fn not_a_member(scene: &Scene<'_>) -> Option<Finding> {
    let group = group(&scene.call)?;
    if joins(&scene.call) {
        return None;
    }
    said(match membership(scene, group) {
        Some((call, false)) => format!(
            "{} is no longer a member of {group}: {}, {}.",
            scene.label,
            told(call),
            place(call)
        ),
        Some((call, true)) => format!(
            "{} is a member of {group} on another interface: {}, {}.",
            scene.label,
            told(call),
            place(call)
        ),
        None => format!(
            "{} is not a member of {group}: it has not joined it.",
            scene.label
        ),
    })
}

fn no_such_interface(scene: &Scene<'_>) -> Option<Finding> {
    let option = scene.argument(2);
    let named = scene.argument(3).trim_matches(['[', ']']);
    let takes = match option {
        "IP_MULTICAST_IF" => format!(
            "an IPv4 address of this host ({}) or the number of an interface",
            list(&ipv4(scene))
        ),
        "IPV6_MULTICAST_IF" => format!("the number of an interface ({})", numbered(scene)),
        _ => return None,
    };
    said(format!(
        "{named} names no interface of {}: {option} takes {takes}.",
        scene.host()
    ))
}

fn no_group(scene: &Scene<'_>) -> Option<Finding> {
    let group = group(&scene.call)?;
    let ip: IpAddr = group.parse().ok()?;
    (!ip.is_multicast()).then_some(())?;
    said(format!(
        "{ip} is not a multicast address: those are 224.0.0.0 to 239.255.255.255, and ff00::/8 in IPv6."
    ))
}

fn no_interface_for_group(scene: &Scene<'_>) -> Option<Finding> {
    let group = group(&scene.call)?;
    let value = scene.argument(3);
    let field = |name: &str| {
        let start = value.find(name).map(|at| at + name.len())?;
        value[start..].split([',', '}', ' ']).next()
    };
    let address = field("imr_address=").or_else(|| field("imr_interface="));
    let named = address.and_then(|address| address.parse::<IpAddr>().ok());
    let number = field("ipv6mr_interface=").or_else(|| field("ifindex="));
    if let Some(number) = number.filter(|number| *number != "0") {
        return said(format!(
            "{} has no interface {number} to join {group} on; it has {}.",
            scene.host(),
            numbered(scene)
        ));
    }
    said(match named.filter(|ip| !ip.is_unspecified()) {
        Some(ip) => format!(
            "{ip} is not an address of {}, so it names no interface to join {group} on; this host has {}.",
            scene.host(),
            list(scene.own_addresses())
        ),
        None => format!(
            "No interface was named to join {group} on, and {} has no route to it that would choose one: name one by its address or its number.",
            scene.host()
        ),
    })
}

/// The interfaces of the host with their numbers: `1 (lo), 2 (eth0)`.
fn numbered(scene: &Scene<'_>) -> String {
    let all = scene.interfaces();
    let all: Vec<String> = all
        .iter()
        .map(|(number, name)| format!("{number} ({name})"))
        .collect();
    all.join(", ")
}

fn too_many_groups(scene: &Scene<'_>) -> Option<Finding> {
    group(&scene.call)?;
    let limit = scene.setting("ipv4/igmp_max_memberships")?;
    said(format!(
        "{} has joined as many groups as one socket may: sysctl net.ipv4.igmp_max_memberships = {limit}.",
        scene.label
    ))
}

fn no_way_to_group(scene: &Scene<'_>) -> Option<Finding> {
    let ip = scene.destination()?.ip();
    let everybody = ip == IpAddr::from([255, 255, 255, 255]);
    if scene.kind.is("TCP") || !(ip.is_multicast() || everybody) {
        return None;
    }
    let (what, option) = if everybody {
        ("every machine of a network", None)
    } else if ip.is_ipv4() {
        ("a group", Some("IP_MULTICAST_IF"))
    } else {
        ("a group", Some("IPV6_MULTICAST_IF"))
    };
    let way = match (option, scene.is_on_wire()) {
        (Some(option), true) if ip.is_ipv4() => format!(
            "{option} with the IPv4 address of an interface ({}) names one, and so does a route",
            list(&ipv4(scene))
        ),
        (Some(option), true) => format!(
            "{option} with the number of an interface ({}) names one, and so does a scope id in the address",
            numbered(scene)
        ),
        (Some(option), false) => format!(
            "{option} {} keeps it on this host, and so does a route",
            if ip.is_ipv4() { "\"127.0.0.1\"" } else { "1" }
        ),
        (None, true) => {
            "the broadcast address of the subnet, 10.0.0.255, says which network is meant"
                .to_owned()
        }
        (None, false) => {
            "the broadcast address of a subnet, here 127.255.255.255, says which network is meant"
                .to_owned()
        }
    };
    said(format!(
        "{ip} is {what}, and {} has no route that says on which interface: {way}.",
        scene.host()
    ))
}

/// The IPv4 addresses of the host.
fn ipv4(scene: &Scene<'_>) -> Vec<IpAddr> {
    let all = scene.own_addresses().iter();
    all.copied().filter(IpAddr::is_ipv4).collect()
}

/// Addresses between commas.
pub(super) fn list(addresses: &[IpAddr]) -> String {
    let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::sample;

    #[test]
    fn a_group_is_joined_once_and_left_once() {
        let set = |name: &str| {
            let value = "{imr_multiaddr=239.1.2.3, imr_address=127.0.0.1, imr_ifindex=0}";
            sample::call("setsockopt", &["3", "IPPROTO_IP", name, value, "12"])
        };
        let (join, leave) = (set("IP_ADD_MEMBERSHIP"), set("IP_DROP_MEMBERSHIP"));
        let scene = |call: &CallEvent, past: &[&CallEvent]| {
            let mut scene = Scene::of(call.clone(), &["AF_INET", "SOCK_DGRAM", "0"]);
            scene.past = past.iter().map(|call| (*call).clone()).collect();
            scene
        };
        let first = |found: Option<Finding>| found.map(|found| found.facts[0].clone());
        let again = first(joined_already(&scene(&join, &[&join])));
        assert!(again.is_some_and(|said| said.starts_with("s has joined 239.1.2.3 already: ")));
        let never = first(not_a_member(&scene(&leave, &[])));
        assert_eq!(
            never.as_deref(),
            Some("s is not a member of 239.1.2.3: it has not joined it.")
        );
        let left = first(not_a_member(&scene(&leave, &[&join, &leave])));
        assert!(left.is_some_and(|said| said.starts_with("s is no longer a member of 239.1.2.3")));
        assert_eq!(not_a_member(&scene(&join, &[])), None);
    }
}
