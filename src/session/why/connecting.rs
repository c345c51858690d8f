//! connect(2): refused, no port left, already connected, not yet; and what a connection lacks for sending and receiving.

use super::binding::{FREE_A_PORT, ephemeral, taken};
use super::cause::{Cause, Finding, said};
use super::scene::{Scene, numbers, place, title, told};
use crate::event::packet::PacketEvent;
use crate::packet::headers::{Tcp, flag};
use crate::value::Address;
use std::net::SocketAddr;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("connect", "EADDRNOTAVAIL", "IP", no_source),
    Cause::new("connect send", "EADDRNOTAVAIL EAGAIN", "IP", no_port_left),
    Cause::new("connect", "EADDRINUSE EADDRNOTAVAIL", "TCP", same_pair),
    Cause::new("connect", "ECONNREFUSED", "TCP", refused),
    Cause::new("connect", "ECONNRESET ECONNABORTED", "TCP", given_up),
    Cause::new("connect", "ECONNRESET", "", |scene| {
        let Address::Vsock { cid, port } = scene.call.peer.as_ref()? else {
            return None;
        };
        said(format!(
            "The answer was a reset: no AF_VSOCK socket listens on port {port} of CID {cid} (2 is the host of a virtual machine, 1 this machine itself)."
        ))
    }),
    Cause::new("connect", "EISCONN", "", is_connected),
    Cause::new("send", "EISCONN", "", |scene| {
        said(format!(
            "{} is connected, and the call names an address as well.",
            scene.label
        ))
    }),
    Cause::new("connect", "EALREADY", "", |scene| {
        let connect = scene.newest(|call| call.name == "connect")?;
        said(format!(
            "The connect of {} ({}) is still under way: poll for POLLOUT, then SO_ERROR says how it ended.",
            place(connect),
            told(connect)
        ))
    }),
    Cause::new("connect", "EINPROGRESS", "TCP", under_way),
];

/// The source address that a socket is bound to leads nowhere.
fn no_source(scene: &Scene<'_>) -> Option<Finding> {
    let bound = scene.done("bind")?;
    let to = scene.destination()?;
    let local = bound.local.as_ref()?.ip()?;
    (to.ip().is_ipv4() != local.to_canonical().is_ipv4() && !local.is_unspecified())
        .then_some(())?;
    said(format!(
        "{} is bound to {local} ({}), from which {} cannot be reached.",
        scene.label,
        place(bound),
        to.ip()
    ))
}

fn no_port_left(scene: &Scene<'_>) -> Option<Finding> {
    let own_port = scene
        .done("bind")
        .and_then(|bind| bind.local.as_ref()?.port());
    if own_port.is_some_and(|port| port != 0) {
        return None;
    }
    let (first, last) = ephemeral(scene)?;
    let all = usize::from(last) - usize::from(first) + 1;
    let taken = taken(scene, (first, last)).min(all);
    // An odd and an even half are tried; other reasons of the same error leave most of the ports free.
    (taken * 2 >= all).then_some(())?;
    let to = scene
        .destination()
        .map_or(String::new(), |to| format!(" towards {to}"));
    let found = said(format!(
        "No ephemeral port is left{to}: {} has {all} of them, {first} to {last} (sysctl net.ipv4.ip_local_port_range), and {taken} are in use.",
        scene.host()
    ))?;
    Some(found.advising(FREE_A_PORT))
}

/// The pair of addresses and ports is that of another connection.
fn same_pair(scene: &Scene<'_>) -> Option<Finding> {
    let local = scene.bound().filter(|local| local.port() != 0)?;
    let to = scene.destination()?;
    let at = |address: &Option<Address>| address.as_ref().and_then(Address::socket_address);
    let twin = scene.rows_here().find(|row| {
        row.protocol == "tcp"
            && row.fd != scene.call.fd
            && at(&row.local).is_some_and(|own| own.port() == local.port())
            && at(&row.peer).is_some_and(|peer| peer == to)
    })?;
    let what = if twin.state == "TIME-WAIT" {
        "an earlier connection, which is in TIME-WAIT".to_owned()
    } else {
        format!("{}, in {}", title(twin), twin.state)
    };
    Some(
        said(format!(
            "From port {} to {to} there is a connection already: {what}. A connection is known by its two addresses and ports.",
            local.port()
        ))?
        .held([twin.clone()]),
    )
}

/// The SYN of this call and the RST that answered it.
fn syn_and_rst<'a>(scene: &'a Scene<'_>) -> Option<(&'a PacketEvent, &'a PacketEvent, Tcp)> {
    let to = scene.destination()?;
    let (start, end) = (scene.call.start_ns, scene.call.end_ns);
    // A pending error is told after the answer came; then the newest before counts.
    let since = if scene.call.name == "connect" {
        start
    } else {
        scene.born_ns()
    };
    let rst = scene.own_packets().rev().find(|packet| {
        let (time, tcp) = (packet.frame.time_ns, packet.headers.tcp());
        let ends = packet.headers.endpoints();
        time >= since
            && time <= end
            && tcp.is_some_and(|tcp| tcp.flags & flag::RST != 0)
            && ends.is_some_and(|(from, _)| same(from, to))
    })?;
    let tcp = *rst.headers.tcp()?;
    let syn = scene.own_packets().rev().find(|packet| {
        packet.headers.tcp().is_some_and(|syn| {
            syn.flags & (flag::SYN | flag::ACK) == flag::SYN
                && (syn.srcport, syn.dstport) == (tcp.dstport, tcp.srcport)
        }) && packet.number < rst.number
    })?;
    Some((syn, rst, tcp))
}

/// The same address and port; 0.0.0.0 and :: mean this host, as connect takes them.
fn same(one: SocketAddr, other: SocketAddr) -> bool {
    one.port() == other.port()
        && (other.ip().is_unspecified() || one.ip().to_canonical() == other.ip().to_canonical())
}

fn refused(scene: &Scene<'_>) -> Option<Finding> {
    let to = scene.destination()?;
    let whose = scene.owner(to.ip()).unwrap_or(scene.host()).to_owned();
    let listeners: Vec<_> = scene
        .rows()
        .iter()
        .filter(|row| {
            row.state == "LISTEN" && row.local.as_ref().and_then(Address::port) == Some(to.port())
        })
        .cloned()
        .collect();
    let here: Vec<_> = listeners
        .iter()
        .filter(|row| row.host == whose)
        .cloned()
        .collect();
    let packets = syn_and_rst(scene);
    let answered = packets.map_or(String::new(), |(syn, rst, _)| {
        format!(": #{} was answered with #{}", syn.number, rst.number)
    });
    let sentence = match (here.first(), listeners.first()) {
        (Some(row), _) => {
            let local = row.local.as_ref()?.socket_address()?;
            let covers = local.ip().is_unspecified() && (local.is_ipv6() || to.is_ipv4())
                || local.ip().to_canonical() == to.ip();
            if covers {
                format!(
                    "{} listens there now; when the call was made it did not{answered}.",
                    title(row)
                )
            } else {
                format!(
                    "{} listens on {local} alone, and the call went to {to}{answered}.",
                    title(row)
                )
            }
        }
        (None, Some(row)) => format!(
            "No socket of {whose}, which has {}, listens on port {}{answered}. {} listens on that port, on {}.",
            to.ip(),
            to.port(),
            title(row),
            row.host
        ),
        (None, None) => {
            let bound = bound_only(scene, &whose, to);
            bound.unwrap_or_else(|| {
                format!(
                    "No socket of {whose} listens on port {}{answered}.",
                    to.port()
                )
            })
        }
    };
    let found = said(sentence)?.held(listeners);
    Some(match packets {
        Some((syn, rst, _)) => found.seen([syn, rst]),
        None => found,
    })
}

/// A socket that is bound to the port and does not listen.
fn bound_only(scene: &Scene<'_>, whose: &str, to: SocketAddr) -> Option<String> {
    let row = scene.rows().iter().find(|row| {
        row.host == whose
            && row.protocol == "tcp"
            && row.peer.is_none()
            && row.local.as_ref().and_then(Address::port) == Some(to.port())
    })?;
    Some(format!(
        "{} is bound to port {}, but nobody has called listen on it.",
        title(row),
        to.port()
    ))
}

/// A shutdown on the socket ended the handshake that the call waited for.
fn given_up(scene: &Scene<'_>) -> Option<Finding> {
    let call = &scene.call;
    let shut = scene.of_session(|session| {
        let mut calls = session.log().calls().rev();
        let ends = |other: &&crate::event::CallEvent| {
            other.name == "shutdown"
                && (&other.process, other.fd) == (&call.process, call.fd)
                && (call.start_ns..=call.end_ns).contains(&other.start_ns)
        };
        calls.find(ends).cloned()
    })?;
    said(format!(
        "{} gave the connection up itself while the handshake was under way: {}, {}.",
        call.process,
        told(&shut),
        place(&shut)
    ))
}

fn is_connected(scene: &Scene<'_>) -> Option<Finding> {
    let label = &scene.label;
    said(match (scene.done("listen"), scene.done("connect")) {
        (Some(listen), _) => format!(
            "{label} listens: {}, {}. Connect with another socket.",
            told(listen),
            place(listen)
        ),
        (None, Some(connect)) => format!(
            "{label} is connected already: {}, {}.",
            told(connect),
            place(connect)
        ),
        (None, None) => match scene.newest(|call| call.name == "connect") {
            Some(connect) => format!(
                "{label} is connected already, since the connect that began in {}: {}.",
                place(connect),
                told(connect)
            ),
            None => format!("{label} is an end of a connection already."),
        },
    })
}

fn under_way(scene: &Scene<'_>) -> Option<Finding> {
    let to = scene.destination()?;
    let syns: Vec<&PacketEvent> = scene
        .own_packets()
        .filter(|packet| packet.frame.time_ns >= scene.call.start_ns)
        .filter(|packet| {
            let ends = packet.headers.endpoints();
            packet
                .headers
                .tcp()
                .is_some_and(|tcp| tcp.flags & (flag::SYN | flag::ACK) == flag::SYN)
                && ends.is_some_and(|(_, peer)| same(peer, to))
        })
        .collect();
    let sent = if syns.is_empty() {
        "the SYN".to_owned()
    } else {
        numbers(&syns)
    };
    // What has come since, though the call did not wait for it.
    let answer = syns.last().and_then(|syn| {
        scene.own_packets().find(|packet| {
            let ends = packet.headers.endpoints();
            packet.number > syn.number
                && packet.lost().is_none()
                && ends.is_some_and(|(from, _)| same(from, to))
                && packet
                    .headers
                    .tcp()
                    .is_some_and(|tcp| tcp.flags & (flag::RST | flag::SYN) != 0)
        })
    });
    let is_reset = |packet: &PacketEvent| {
        let tcp = packet.headers.tcp();
        tcp.is_some_and(|tcp| tcp.flags & flag::RST != 0)
    };
    let sentence = match answer {
        Some(rst) if is_reset(rst) => format!(
            "The call did not wait, and the connection to {to} has been refused since: {sent} was answered with #{}. The error waits on {}: SO_ERROR gives ECONNREFUSED, once.",
            rst.number, scene.label
        ),
        Some(answer) => format!(
            "This is not a failure: the handshake with {to} began with {sent}, and the call did not wait for its end. #{} has answered since; SO_ERROR says how it ended.",
            answer.number
        ),
        None => format!(
            "This is not a failure: the handshake with {to} has begun with {sent}, and the call does not wait for its end."
        ),
    };
    Some(said(sentence)?.seen(syns.first().copied()).seen(answer))
}
