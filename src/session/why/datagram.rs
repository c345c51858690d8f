//! Datagrams that could not be sent: too long, to nobody, to everybody, to port 0, or because of an error that an earlier one brought.

use super::cause::{Cause, Finding, said};
use super::scene::{Scene, is_broadcast, is_group, place, told};
use crate::event::packet::PacketEvent;
use crate::packet::headers::{Icmp, Quoted, Transport};

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("send", "EMSGSIZE", "UDP, ping", longer_than_udp),
    Cause::new("send recv", "EMSGSIZE", "UDP, raw, ping", pending_too_big),
    Cause::new("send", "EMSGSIZE", "UDP, raw, ping", longer_than_path),
    Cause::new(
        "send recv connect",
        "ECONNREFUSED",
        "UDP, raw, ping",
        pending_unreachable,
    ),
    Cause::new(
        "send recv",
        "EHOSTUNREACH ENETUNREACH EPROTO ENOPROTOOPT EACCES",
        "UDP, raw, ping",
        pending_unreachable,
    ),
    Cause::new("send connect", "EACCES", "IP", broadcast),
    Cause::new("send", "EINVAL", "UDP", port_zero),
    Cause::new("send", "EDESTADDRREQ", "", |scene| {
        said(format!(
            "{} is not connected, and the call names no destination address.",
            scene.label
        ))
    }),
    Cause::new("recv", "EAGAIN", "IP", error_queue_empty),
    Cause::new("recv", "EINVAL EOPNOTSUPP", "UDP, raw, ping", |scene| {
        scene.has_flag("MSG_OOB").then_some(())?;
        said("MSG_OOB is for streams, which alone have urgent data.")
    }),
    Cause::new("send", "EINVAL", "IP", control_message),
];

/// What UDP can carry over this version of IP, and why.
fn longer_than_udp(scene: &Scene<'_>) -> Option<Finding> {
    let length = scene.length()?;
    let six = scene.destination().map(|to| to.is_ipv6());
    let (most, why) = if six == Some(true) {
        (65_527, "65535 less 8 of the UDP header")
    } else {
        (65_507, "65535 less 20 of the IP header and 8 of UDP's")
    };
    (length > most).then_some(())?;
    said(format!(
        "A datagram of {} has at most {most} bytes ({why}): {length} do not fit.",
        if six == Some(true) {
            "UDP over IPv6"
        } else {
            "UDP over IPv4"
        }
    ))
}

/// The ICMP error about a datagram that the socket sent, which no call has told yet: the newest one after the call before that told one.
fn pending<'a>(
    scene: &'a Scene<'_>,
    fits: impl Fn(&Icmp) -> bool,
) -> Option<(&'a PacketEvent, Quoted)> {
    // Some calls send and fail, others only ask; an error is told once.
    let tells = |errno: &str| {
        matches!(
            errno,
            "ECONNREFUSED" | "EHOSTUNREACH" | "ENETUNREACH" | "EMSGSIZE" | "EPROTO" | "ENOPROTOOPT"
        )
    };
    let told_ns = scene
        .newest(|call| {
            call.errno.as_deref().is_some_and(tells) && (is_send(&call.name) || is_recv(&call.name))
        })
        .map_or(i64::MIN, |call| call.end_ns);
    scene
        .own_packets()
        .rev()
        .filter(|packet| packet.frame.time_ns >= told_ns)
        .filter(|packet| packet.frame.time_ns <= scene.call.end_ns)
        .find_map(|packet| {
            let icmp = icmp(packet)?;
            let quoted = icmp.quoted.filter(|quoted| is_from(scene, quoted))?;
            fits(&icmp).then_some((packet, quoted))
        })
}

/// The ICMP or ICMPv6 header of a packet.
pub(super) fn icmp(packet: &PacketEvent) -> Option<Icmp> {
    match packet.headers.transport {
        Transport::Icmp(icmp) | Transport::Icmpv6(icmp) => Some(icmp),
        _ => None,
    }
}

/// True when the packet that an error quotes was sent by the socket.
pub(super) fn is_from(scene: &Scene<'_>, quoted: &Quoted) -> bool {
    let Some((from, _)) = quoted.ports else {
        // What is no UDP has no ports: a raw socket's.
        return !scene.kind.is("UDP");
    };
    let own = scene
        .bound()
        .or_else(|| scene.own_row()?.local.as_ref()?.socket_address());
    scene.is_own(quoted.src) && own.is_none_or(|own| own.port() == from || own.port() == 0)
}

fn is_send(name: &str) -> bool {
    name.starts_with("send")
}

fn is_recv(name: &str) -> bool {
    name.starts_with("recv")
}

/// True for "fragmentation needed" (RFC 792) and "packet too big" (RFC 4443).
fn is_too_big(packet: &PacketEvent, icmp: &Icmp) -> bool {
    match packet.headers.transport {
        Transport::Icmp(_) => (icmp.kind, icmp.code) == (3, 4),
        Transport::Icmpv6(_) => icmp.kind == 2,
        _ => false,
    }
}

/// The MTU that an error names: the next hop's of RFC 1191, or RFC 4443's.
fn path_mtu(packet: &PacketEvent) -> Option<u32> {
    let quoted = icmp(packet)?.quoted?.span.start as usize;
    // The field ends where the quoted packet begins.
    let field = packet.frame.bytes.get(quoted.checked_sub(4)?..quoted)?;
    let value = u32::from_be_bytes(field.try_into().ok()?);
    Some(match packet.headers.transport {
        Transport::Icmp(_) => value & 0xffff,
        _ => value,
    })
}

/// The newest error that says how large packets to the destination may be.
fn newest_too_big<'a>(scene: &'a Scene<'_>) -> Option<&'a PacketEvent> {
    let to = scene.destination()?.ip();
    scene.own_packets().rev().find(|packet| {
        let quotes = icmp(packet).filter(|icmp| is_too_big(packet, icmp));
        quotes
            .and_then(|icmp| icmp.quoted)
            .is_some_and(|quoted| quoted.dst == to)
    })
}

/// Bytes of headers in front of the data of a datagram.
fn headers(scene: &Scene<'_>) -> u64 {
    let ip = if scene.destination().is_some_and(|to| to.is_ipv6()) {
        40
    } else {
        20
    };
    ip + if scene.kind.is("UDP") { 8 } else { 0 }
}

/// An error about an earlier datagram that this call had to tell, though its own fits.
fn pending_too_big(scene: &Scene<'_>) -> Option<Finding> {
    let (packet, quoted) = pending(scene, |icmp| {
        matches!((icmp.kind, icmp.code), (3, 4) | (2, _))
    })?;
    let mtu = path_mtu(packet)?;
    let own = scene.length().filter(|_| scene.class() == "send");
    if own.is_some_and(|length| length + headers(scene) > u64::from(mtu)) {
        return None;
    }
    let about = quoted_packet(scene, &quoted);
    let about = about.map_or("an earlier datagram".to_owned(), |sent| {
        format!("#{}", sent.number)
    });
    let found = said(format!(
        "The error is about an earlier datagram: the ICMP error #{} reported that {about} was longer than the path allows, and this call returned it. This call sent nothing; sending again works.",
        packet.number
    ))?;
    let found = found.and(format!(
        "The path MTU to {} is {mtu}: datagrams of at most {} bytes of data pass.",
        quoted.dst,
        u64::from(mtu) - headers(scene)
    ));
    Some(
        found
            .advising("Send again; a datagram that is too long for the path fails with EMSGSIZE at once from now on.")
            .seen(quoted_packet(scene, &quoted))
            .seen([packet]),
    )
}

/// The datagram of this socket that an error quotes: the newest before it to the same port.
fn quoted_packet<'a>(scene: &'a Scene<'_>, quoted: &Quoted) -> Option<&'a PacketEvent> {
    scene.own_packets().rev().find(|packet| {
        packet.headers.addresses() == Some((quoted.src, quoted.dst))
            && packet.headers.ports() == quoted.ports
            && packet.frame.time_ns <= scene.call.end_ns
            && icmp(packet).is_none_or(|icmp| icmp.quoted.is_none())
            // Of several the one that was lost for its length, or that nothing else became of.
            && (packet.lost().is_some() || packet.rulings.is_empty())
    })
}

fn longer_than_path(scene: &Scene<'_>) -> Option<Finding> {
    let length = scene.length()?;
    let discover = [
        "IP_MTU_DISCOVER",
        "IPV6_MTU_DISCOVER",
        "IP_DONTFRAG",
        "IPV6_DONTFRAG",
    ]
    .into_iter()
    .find_map(|name| scene.set(name))
    .map(|(call, _)| format!("{} ({})", call.args[2], place(call)));
    let why = discover.map_or(String::new(), |set| {
        format!(", and {set} forbids to fragment it")
    });
    if let Some(packet) = newest_too_big(scene)
        && let Some(mtu) = path_mtu(packet)
        && length + headers(scene) > u64::from(mtu)
    {
        let most = u64::from(mtu) - headers(scene);
        return Some(
            said(format!(
                "The path MTU to {} is {mtu} as the ICMP error #{} reported: at most {most} bytes of data fit into one packet, and {length} do not{why}.",
                scene.destination()?.ip(),
                packet.number
            ))?
            .seen([packet]),
        );
    }
    said(format!(
        "{length} bytes of data and {} of headers are longer than the MTU of the interface{why}.",
        headers(scene)
    ))
}

/// An ICMP error about an earlier datagram of the socket.
fn pending_unreachable(scene: &Scene<'_>) -> Option<Finding> {
    let unreachable = |icmp: &Icmp| matches!(icmp.kind, 1 | 3 | 4 | 11 | 12);
    let (packet, quoted) = pending(scene, unreachable)?;
    let sent = quoted_packet(scene, &quoted);
    let about = sent.map_or("an earlier datagram".to_owned(), |sent| {
        format!("#{}", sent.number)
    });
    let means = meaning(scene, packet)?.0;
    let this = if scene.class() == "send" {
        " This call sent nothing; the error is reported once."
    } else {
        ""
    };
    let found = said(format!(
        "The ICMP error #{} answered {about}: {means}. It was pending on {} until this call.{this}",
        packet.number, scene.label
    ))?;
    Some(found.seen(sent).seen([packet]))
}

/// What an ICMP error about a datagram says in words, and the errno that a call fails with when the socket is told.
pub(super) fn meaning(scene: &Scene<'_>, packet: &PacketEvent) -> Option<(String, Told)> {
    let header = icmp(packet)?;
    let quoted = header.quoted?;
    let whose = scene.owner(quoted.dst).unwrap_or(scene.host());
    let six = matches!(packet.headers.transport, Transport::Icmpv6(_));
    let to = quoted.dst;
    let words = match (six, header.kind, header.code, quoted.ports) {
        (false, 3, 3, Some((_, port))) | (true, 1, 4, Some((_, port))) => {
            format!("no UDP socket of {whose} is bound to port {port} of {to}")
        }
        (false, 3, 2, _) => format!("{to} has no protocol of that number (protocol unreachable)"),
        (false, 3, 9 | 10 | 13, _) | (true, 1, 1, _) => {
            format!("a filter on the way forbids packets to {to}")
        }
        (false, 11, 0, _) | (true, 3, 0, _) => {
            format!("its time to live ran out on the way to {to}")
        }
        (false, 11, ..) | (true, 3, ..) => {
            format!("{to} did not get all of its fragments in time")
        }
        (false, 12, ..) | (true, 4, ..) => {
            "a field of its header has a value that was not understood (parameter problem)"
                .to_owned()
        }
        (false, 3, 1, _) | (true, 1, 3, _) => {
            format!("{to} was not found on its network (host unreachable)")
        }
        _ => format!("{to} cannot be reached"),
    };
    Some((words, told_as(six, header.kind, header.code)))
}

/// How a UDP socket is told of an ICMP error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// What a call fails with.
    pub(super) errno: &'static str,
    /// True when a connected socket is told. Of the others only one is that has IP_RECVERR or IPV6_RECVERR.
    pub(super) connected: bool,
}

/// As the tables `icmp_err_convert` (icmp.c) and `tab_unreach` (icmpv6.c) of Linux have it.
fn told_as(six: bool, kind: u8, code: u8) -> Told {
    let (errno, connected) = match (six, kind, code) {
        (false, 3, 3) | (true, 1, 4) => ("ECONNREFUSED", true),
        (false, 3, 2) => ("ENOPROTOOPT", true),
        (false, 3, 5) => ("EOPNOTSUPP", false),
        (false, 3, 6) => ("ENETUNREACH", true),
        (false, 3, 13..=15) => ("EHOSTUNREACH", true),
        (false, 3, 4) | (true, 2, _) => ("EMSGSIZE", true),
        (false, 3, 7) => ("EHOSTDOWN", true),
        (false, 3, 8) => ("ENONET", true),
        (false, 3, 9 | 10) => (
            if code == 9 {
                "ENETUNREACH"
            } else {
                "EHOSTUNREACH"
            },
            true,
        ),
        (false, 3, 0 | 11) | (true, 1, 0) => ("ENETUNREACH", false),
        (true, 1, 1 | 5 | 6) => ("EACCES", true),
        (false, 12, _) | (true, 4, _) => ("EPROTO", true),
        _ => ("EHOSTUNREACH", false),
    };
    Told { errno, connected }
}

fn broadcast(scene: &Scene<'_>) -> Option<Finding> {
    let ip = scene.destination()?.ip();
    let everybody = is_broadcast(ip) || is_group(ip) && !ip.is_multicast();
    if !everybody {
        return None;
    }
    if scene.kind.is("TCP") {
        return said(format!(
            "{ip} is a broadcast address, and a TCP connection has one receiver."
        ));
    }
    let found = match scene.set("SO_BROADCAST") {
        Some((call, "0")) => said(format!(
            "SO_BROADCAST was turned off on {} ({}, {}), and {ip} is a broadcast address.",
            scene.label,
            told(call),
            place(call)
        )),
        Some(_) => None,
        None => said(format!(
            "SO_BROADCAST was not set on {}, and {ip} is a broadcast address.",
            scene.label
        )),
    };
    found.map(|found| found.advising("Set SO_BROADCAST (SOL_SOCKET) to 1 first."))
}

fn port_zero(scene: &Scene<'_>) -> Option<Finding> {
    (scene.destination()?.port() == 0).then_some(())?;
    said(
        "Port 0 is not a destination: it stands for \"no port\" in UDP (RFC 768), and for \"choose one\" in bind.",
    )
}

fn error_queue_empty(scene: &Scene<'_>) -> Option<Finding> {
    scene.has_flag("MSG_ERRQUEUE").then_some(())?;
    let option = if scene.kind.is("IPv6") {
        "IPV6_RECVERR"
    } else {
        "IP_RECVERR"
    };
    said(
        if scene.is_set("IP_RECVERR") || scene.is_set("IPV6_RECVERR") {
            format!("The error queue of {} is empty.", scene.label)
        } else {
            format!(
                "The error queue of {} is empty: {option} was not set, and errors are put there only after that.",
                scene.label
            )
        },
    )
}

/// A control message of sendmsg.
fn control_message(scene: &Scene<'_>) -> Option<Finding> {
    let control = scene
        .call
        .args
        .iter()
        .find_map(|arg| arg.split("msg_control=").nth(1))?;
    let kind = control
        .split("cmsg_type=")
        .nth(1)?
        .split([',', '}'])
        .next()?;
    said(format!(
        "The control message {kind} has a value or a length that this call does not take."
    ))
}
