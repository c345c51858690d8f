//! bind(2) and listen(2): addresses that are taken, that are not this host's, or that lack what their family needs; ports that ran out.

use super::cause::{Cause, Finding, said};
use super::descriptor::privileged_port;
use super::multicast::list;
use super::scene::{Scene, place, title, told};
use crate::event::CallEvent;
use crate::event::socket::SocketRow;
use crate::value::Address;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("bind", "EINVAL", "", bound_already),
    Cause::new("bind connect send", "EINVAL EAFNOSUPPORT", "", misfit),
    Cause::new(
        "bind connect send",
        "EINVAL ENETUNREACH",
        "IPv6",
        scope_missing,
    ),
    Cause::new(
        "bind connect send",
        "ENODEV EINVAL ENETUNREACH",
        "IPv6",
        scope_unknown,
    ),
    Cause::new("bind", "EINVAL EADDRNOTAVAIL", "IPv6", mapped),
    Cause::new("bind", "EADDRNOTAVAIL", "IPv6", tentative),
    Cause::new("bind", "EADDRNOTAVAIL", "", not_here),
    Cause::new("bind", "EACCES", "TCP, UDP", privileged_port),
    Cause::new("bind listen", "EADDRINUSE", "TCP, UDP", no_port_left),
    Cause::new("bind listen", "EADDRINUSE", "TCP, UDP", in_use),
    Cause::new("bind", "EADDRINUSE", "TCP, UDP", was_in_use),
    Cause::new("listen", "EINVAL", "TCP", |scene| {
        let connect = scene.done("connect")?;
        said(format!(
            "{} is connected, or was: {}, {}. A server listens on a socket of its own.",
            scene.label,
            told(connect),
            place(connect)
        ))
    }),
    Cause::new("listen accept", "EOPNOTSUPP", "", |scene| {
        let maker = scene.maker.as_ref().filter(|_| {
            scene.kind.is("datagram") || scene.kind.is_one_of("raw, netlink, packet")
        })?;
        said(format!(
            "{} has no connections to wait for: {}, {}.",
            scene.label,
            told(maker),
            place(maker)
        ))
    }),
];

fn bound_already(scene: &Scene<'_>) -> Option<Finding> {
    if scene.kind.is("netlink") {
        return None;
    }
    let binds = has_address(scene)?;
    said(if binds.name == "bind" {
        format!(
            "{} is bound already: {}, {}. A socket is bound once.",
            scene.label,
            told(binds),
            place(binds)
        )
    } else {
        format!(
            "{} has a port already: the kernel chose one for it in {}, {}{}.",
            scene.label,
            told(binds),
            place(binds),
            if binds.errno.is_some() {
                ", before that call failed"
            } else {
                ""
            }
        )
    })
}

/// The call that gave the socket its address: by name, or because the kernel chose one.
pub(super) fn has_address<'a>(scene: &'a Scene<'_>) -> Option<&'a CallEvent> {
    let bind = scene.done("bind");
    bind.or_else(|| {
        let mut calls = scene.past.iter();
        calls.find(|call| {
            let chooses = matches!(
                call.name.as_str(),
                "connect" | "listen" | "sendto" | "sendmsg"
            );
            chooses && (call.errno.is_none() || failed_with_port(scene, call))
        })
    })
}

/// True for a call on a datagram socket that failed after the kernel had chosen a port for it (`inet_send_prepare`, `inet_dgram_connect`).
fn failed_with_port(scene: &Scene<'_>, call: &CallEvent) -> bool {
    let before = ["EAGAIN", "EBADF", "EFAULT", "ENOTSOCK"];
    let after = |errno: &str| !before.contains(&errno);
    scene.kind.is("UDP") && call.errno.as_deref().is_some_and(after)
}

fn misfit(scene: &Scene<'_>) -> Option<Finding> {
    let family = scene.kind.family.as_str();
    let named = match scene.named()? {
        Address::Inet(_) => "AF_INET",
        Address::Inet6(_) => "AF_INET6",
        Address::UnixPath(_) | Address::UnixAbstract(_) | Address::UnixUnnamed => "AF_UNIX",
        Address::Netlink { .. } => "AF_NETLINK",
        Address::Packet { .. } => "AF_PACKET",
        Address::Vsock { .. } => "AF_VSOCK",
        Address::Other { .. } => return None,
    };
    (!family.is_empty() && family != named).then_some(())?;
    let maker = scene.maker.as_ref().unwrap_or(&scene.call);
    said(format!(
        "{} was made as {family} ({}), and this is an {named} address.",
        scene.label,
        place(maker)
    ))
}

/// The scope id of ipv6(7): link-local addresses are those of one link.
fn scope_missing(scene: &Scene<'_>) -> Option<Finding> {
    let Address::Inet6(six) = scene.named()? else {
        return None;
    };
    let kind = link_local(*six.ip()).filter(|_| six.scope_id() == 0)?;
    let interfaces = scene.interfaces();
    let chosen = interfaces.iter().find(|(_, name)| name != "lo");
    let group = six.ip().is_multicast();
    let Some((number, name)) = chosen.or(interfaces.first().filter(|_| group)) else {
        return said(format!(
            "The scope id is missing: {} is {kind}, and each link has its own of these, so the address says which (sin6_scope_id, ipv6(7)). {} has no link but lo, which has none of them; `host NAME` puts a machine on a wire.",
            six.ip(),
            scene.host()
        ));
    };
    said(format!(
        "The scope id is missing: {} is {kind}, and each link has its own of these, so the address says which: [{}%{name}]:{}, or the interface's number {number} as the last part of the address (sin6_scope_id, ipv6(7)).",
        six.ip(),
        six.ip(),
        six.port()
    ))
}

/// What an address is that is known on one link only: `a link-local address (fe80::/10)`.
fn link_local(ip: Ipv6Addr) -> Option<&'static str> {
    let scope = ip.segments()[0] & 0xff0f;
    if ip.is_unicast_link_local() {
        Some("a link-local address (fe80::/10)")
    } else if matches!(scope, 0xff01 | 0xff02) {
        Some("a group of one link (ff01::/16 and ff02::/16)")
    } else {
        None
    }
}

fn scope_unknown(scene: &Scene<'_>) -> Option<Finding> {
    let Address::Inet6(six) = scene.named()? else {
        return None;
    };
    let interfaces = scene.interfaces();
    let scope = six.scope_id();
    (scope != 0 && !interfaces.iter().any(|(number, _)| *number == scope)).then_some(())?;
    let has: Vec<String> = interfaces
        .iter()
        .map(|(number, name)| format!("{number} ({name})"))
        .collect();
    said(format!(
        "{} has no interface {scope}, which the scope id names; it has {}.",
        scene.host(),
        has.join(", ")
    ))
}

/// What has set IPV6_V6ONLY on the socket, if it is set.
pub(super) fn only_ipv6(scene: &Scene<'_>) -> Option<String> {
    match scene.set("IPV6_V6ONLY") {
        Some((_, "0")) => None,
        Some((call, _)) => Some(format!("{}, {}", told(call), place(call))),
        None => (scene.setting("ipv6/bindv6only").as_deref() == Some("1"))
            .then(|| "sysctl net.ipv6.bindv6only = 1".to_owned()),
    }
}

/// An IPv4 address in IPv6 on a socket that takes no IPv4.
pub(super) fn mapped(scene: &Scene<'_>) -> Option<Finding> {
    let Address::Inet6(six) = scene.named()? else {
        return None;
    };
    let four = six.ip().to_ipv4_mapped()?;
    let why = only_ipv6(scene)?;
    let found = said(format!(
        "IPV6_V6ONLY is set on {} ({why}): it has nothing to do with IPv4, and {} is the IPv4 address {four} written in IPv6.",
        scene.label,
        six.ip()
    ))?;
    Some(found.advising("Set IPV6_V6ONLY to 0 before bind, or use a socket of AF_INET for IPv4."))
}

fn tentative(scene: &Scene<'_>) -> Option<Finding> {
    let IpAddr::V6(ip) = scene.named()?.ip()? else {
        return None;
    };
    scene.is_tentative(ip).then_some(())?;
    let found = said(format!(
        "{ip} is tentative: {} is still finding out whether another machine has it (duplicate address detection, RFC 4862), which takes a second or two.",
        scene.host()
    ))?;
    Some(found.advising("Try again in a second or two, or set IPV6_FREEBIND before bind."))
}

fn not_here(scene: &Scene<'_>) -> Option<Finding> {
    let ip = scene.named()?.ip()?;
    if ip.is_unspecified() || scene.is_own(ip) {
        return None;
    }
    let host = scene.host();
    let has = list(scene.own_addresses());
    said(match scene.owner(ip) {
        Some(other) => format!(
            "{ip} is an address of the host {other}, and {} lives on {host}: bind takes an address of its own host ({has}), or any (0.0.0.0, ::).",
            scene.call.process
        ),
        None => format!(
            "{ip} is not an address of {host}, which has {has}: bind takes one of those, or the wildcard address (0.0.0.0, ::)."
        ),
    })
}

/// The ephemeral ports of ip_local_port_range, first and last.
pub(super) fn ephemeral(scene: &Scene<'_>) -> Option<(u16, u16)> {
    let range = scene.setting("ipv4/ip_local_port_range")?;
    let (first, last) = range.split_once(' ')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// How many of the ephemeral ports sockets of the same protocol on this host have.
pub(super) fn taken(scene: &Scene<'_>, (first, last): (u16, u16)) -> usize {
    let mut ports: Vec<u16> = scene
        .rows_here()
        .filter(|row| is_like(scene, row))
        .filter_map(|row| row.local.as_ref()?.port())
        .filter(|port| (first..=last).contains(port))
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports.len()
}

fn is_like(scene: &Scene<'_>, row: &SocketRow) -> bool {
    row.protocol == if scene.kind.is("TCP") { "tcp" } else { "udp" }
}

/// What to do when no ephemeral port is left.
pub(super) const FREE_A_PORT: &str = "Close sockets that have a port of the range, widen it (`sysctl ip_local_port_range`), or name a free port outside of it with bind.";

fn no_port_left(scene: &Scene<'_>) -> Option<Finding> {
    let unnamed = match scene.name.as_str() {
        "bind" => scene.call.local.as_ref()?.port() == Some(0),
        _ => scene.done("bind").is_none(),
    };
    unnamed.then_some(())?;
    let (first, last) = ephemeral(scene)?;
    let all = usize::from(last) - usize::from(first) + 1;
    let found = said(format!(
        "No ephemeral port is left: {} has {all} of them, {first} to {last} (sysctl net.ipv4.ip_local_port_range), and {} are in use.",
        scene.host(),
        taken(scene, (first, last)).min(all)
    ))?;
    Some(found.advising(FREE_A_PORT))
}

/// The address that was to be had: bind's, or the one that a listener is bound to.
fn wanted(scene: &Scene<'_>) -> Option<SocketAddr> {
    let named = scene.call.local.as_ref().and_then(Address::socket_address);
    named.or_else(|| scene.bound())
}

/// True when two sockets of one port cannot both have their addresses: the same one, or one of them every address (ip(7)).
fn collides(wanted: SocketAddr, held: SocketAddr) -> bool {
    let (one, other) = (wanted.ip().to_canonical(), held.ip().to_canonical());
    let all = |ip: IpAddr, of: IpAddr| ip.is_unspecified() && (ip.is_ipv6() || of.is_ipv4());
    wanted.port() == held.port() && (one == other || all(one, other) || all(other, one))
}

fn in_use(scene: &Scene<'_>) -> Option<Finding> {
    let wanted = wanted(scene)?;
    let mine = |row: &SocketRow| row.process == scene.call.process && row.fd == scene.call.fd;
    let mut holders: Vec<SocketRow> = scene
        .rows_here()
        .filter(|row| is_like(scene, row) && !mine(row))
        .filter(|row| {
            let local = row.local.as_ref().and_then(Address::socket_address);
            local.is_some_and(|held| collides(wanted, held))
        })
        .cloned()
        .collect();
    holders.sort_by_key(|row| rank(row.state));
    let first = holders.first()?;
    let sentence = overwritten(scene, first)
        .or_else(|| time_wait(first))
        .or_else(|| covers(wanted, first))
        .unwrap_or_else(|| holder_sentence(scene, wanted, first));
    Some(said(sentence)?.held(holders))
}

/// What stands in the way most comes first.
fn rank(state: &str) -> u8 {
    match state {
        "LISTEN" => 0,
        "TIME-WAIT" => 3,
        "bound" | "CLOSED" => 1,
        _ => 2,
    }
}

/// The socket that the same variable held before it was given another one. It is closed when nothing else holds it.
fn overwritten(scene: &Scene<'_>, holder: &SocketRow) -> Option<String> {
    let fd = holder.fd?;
    (holder.process == scene.call.process && holder.name.is_empty()).then_some(())?;
    let name = scene.of_session(|session| {
        let known = session.inventory().by_fd(&holder.process, fd)?;
        known.former.clone()
    })?;
    Some(format!(
        "`{name}` named another socket before, fd {fd}, which has the address and is still open: something holds it, an epoll instance that watches it, a file made of it or a list. `close {fd}` closes it."
    ))
}

fn time_wait(holder: &SocketRow) -> Option<String> {
    (holder.state == "TIME-WAIT").then(|| {
        "A closed connection of that port is still in TIME-WAIT. SO_REUSEADDR set before bind allows the port all the same, when the socket that is in TIME-WAIT had it set as well.".to_owned()
    })
}

/// One of the two addresses is every address.
fn covers(wanted: SocketAddr, holder: &SocketRow) -> Option<String> {
    let held = holder.local.as_ref()?.socket_address()?;
    let who = title(holder);
    let (one, other) = (wanted.ip().to_canonical(), held.ip().to_canonical());
    let port = held.port();
    Some(match (one, other) {
        _ if one == other => return None,
        (IpAddr::V4(_), IpAddr::V6(_)) => format!(
            "{who} is bound to [::]:{port}, and :: covers IPv4 too: IPV6_V6ONLY is 0 on it. Set to 1 before its bind, it leaves IPv4 to others."
        ),
        (IpAddr::V6(_), IpAddr::V4(_)) => format!(
            "{who} is bound to {held}, and [::]:{port} covers IPv4 too: IPV6_V6ONLY is 0. With IPV6_V6ONLY 1, set before bind, a socket asks for IPv6 alone."
        ),
        _ if other.is_unspecified() => {
            format!("{who} is bound to {held}, every address of this host, {one} among them.")
        }
        _ => format!(
            "{who} is bound to {held}, and {wanted} asks for every address of this host, that one among them."
        ),
    })
}

fn holder_sentence(scene: &Scene<'_>, wanted: SocketAddr, holder: &SocketRow) -> String {
    let does = match holder.state {
        "LISTEN" => "listens there",
        "bound" | "CLOSED" => "is bound there",
        _ => "has a connection from there",
    };
    let shares = if scene.is_set("SO_REUSEPORT") {
        " To share a port with SO_REUSEPORT all of its sockets must have set it before bind, for the same user."
    } else if scene.is_set("SO_REUSEADDR") && holder.state == "LISTEN" {
        " SO_REUSEADDR does not help while a socket listens."
    } else {
        ""
    };
    format!("{} has {wanted}: it {does}.{shares}", title(holder))
}

/// Nobody has the address now.
fn was_in_use(scene: &Scene<'_>) -> Option<Finding> {
    let wanted = wanted(scene)?;
    let host = scene.host().to_owned();
    let bind = scene.of_session(|session| {
        let mut calls = session.log().calls().rev();
        let took = |call: &&crate::event::CallEvent| {
            let local = call.local.as_ref().and_then(Address::socket_address);
            call.name == "bind"
                && call.errno.is_none()
                && call.host == host
                && call.end_ns <= scene.call.end_ns
                && local.is_some_and(|held| collides(wanted, held))
        };
        calls.find(took).cloned()
    })?;
    said(format!(
        "A socket of {} had {wanted} ({}, {}); it has been closed since.",
        bind.process,
        told(&bind),
        place(&bind)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::sample;
    use std::net::SocketAddrV6;

    #[test]
    fn a_link_local_address_needs_the_number_of_a_link() {
        for (address, scope) in [
            (
                "fe80::1",
                Some("[fe80::1%eth0]:5, or the interface's number 2"),
            ),
            (
                "ff02::1",
                Some("ff02::1 is a group of one link (ff01::/16 and ff02::/16)"),
            ),
            ("ff05::1", None),
            ("fd00::1", None),
            ("fe80::1%2", None),
        ] {
            let (ip, number) = address.split_once('%').unwrap_or((address, "0"));
            let ip = ip.parse().expect("an address");
            let number = number.parse().expect("a number");
            let mut call = sample::call("bind", &["3", "…"]);
            call.local = Some(Address::Inet6(SocketAddrV6::new(ip, 5, 0, number)));
            let scene = Scene::of(call, &["AF_INET6", "SOCK_STREAM", "0"]);
            let table = "00000000000000000000000000000001 01 80 10 80       lo\nfe80000000000000000000fffe000001 02 40 20 80     eth0\n";
            let key = "lab/net/if_inet6".to_owned();
            scene.texts.borrow_mut().insert(key, Some(table.to_owned()));
            let found = scope_missing(&scene).map(|found| found.facts[0].clone());
            match (scope, &found) {
                (Some(words), Some(said)) => assert!(said.contains(words), "{said}"),
                (wanted, found) => {
                    assert!(wanted.is_none() && found.is_none(), "{address} {found:?}");
                }
            }
        }
    }

    #[test]
    fn an_address_collides_with_itself_and_with_every_address_of_its_family() {
        let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
        for (wanted, held, collide) in [
            ("127.0.0.1:1", "127.0.0.1:1", true),
            ("127.0.0.1:1", "127.0.0.1:2", false),
            ("127.0.0.1:1", "127.0.0.2:1", false),
            ("0.0.0.0:1", "127.0.0.2:1", true),
            ("0.0.0.0:1", "[::]:1", true),
            ("[::]:1", "127.0.0.1:1", true),
            ("[::1]:1", "0.0.0.0:1", false),
            ("[::ffff:127.0.0.1]:1", "127.0.0.1:1", true),
        ] {
            assert_eq!(collides(at(wanted), at(held)), collide, "{wanted} {held}");
        }
    }
}
