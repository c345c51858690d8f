//! A receive on a UDP socket found nothing: what became of the datagrams that were sent to it, or near it. Not of its own (`unanswered`).

use super::binding::only_ipv6;
use super::cause::{Cause, Finding, said};
use super::datagram::icmp;
use super::multicast::membership;
use super::scene::{Scene, numbers, place, title};
use crate::event::packet::PacketEvent;
use crate::event::wire::Effect;
use crate::packet::headers::{Net, Transport};
use crate::value::Address;
use std::net::{IpAddr, SocketAddr};

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("recv", "EAGAIN timeout", "UDP", newest_astray),
    Cause::new("recv", "EAGAIN timeout", "UDP", buffer_was_full),
    Cause::new("recv", "EAGAIN timeout", "UDP", other_port),
    Cause::new("recv", "EAGAIN timeout", "UDP", another_took_it),
];

/// A datagram to the socket's port, or the first fragment of one.
struct Sent<'a> {
    packet: &'a PacketEvent,
    from: SocketAddr,
    to: SocketAddr,
}

/// What can become of a datagram that goes to the right port of the right host.
const FATES: &[fn(&Scene<'_>, &Sent<'_>) -> Option<Finding>] = &[
    fragment_lost,
    lost_or_spoilt,
    still_on_its_way,
    from_a_stranger,
    group_not_joined,
    other_address,
];

/// The newest datagram that something became of but to be received.
fn newest_astray(scene: &Scene<'_>) -> Option<Finding> {
    let own = own(scene)?;
    sent_to_port(scene, own).find_map(|sent| FATES.iter().find_map(|fate| fate(scene, &sent)))
}

/// The socket's own address, as the kernel has it, else as far as it is known.
pub(super) fn own(scene: &Scene<'_>) -> Option<SocketAddr> {
    let row = scene.own_row().and_then(|row| row.local.as_ref());
    let own = row
        .and_then(Address::socket_address)
        .or_else(|| scene.bound())?;
    (own.port() != 0).then_some(own)
}

/// When the newest datagram that was read was read; what came before is accounted for.
pub(super) fn last_read_ns(scene: &Scene<'_>) -> i64 {
    let read = scene.newest(|call| call.name.starts_with("recv") && call.errno.is_none());
    read.map_or(scene.born_ns(), |call| call.end_ns)
}

/// The UDP datagrams, and first fragments of them, to this host or to a group, since the last read, newest first.
fn sent_here<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = Sent<'a>> {
    let since = last_read_ns(scene);
    let due = move |packet: &&PacketEvent| {
        packet.frame.time_ns >= since && packet.frame.time_ns <= scene.call.end_ns
    };
    let read = |packet: &'a PacketEvent| {
        let (from, to) = packet.headers.addresses()?;
        let (from_port, to_port) = udp_ports(packet)?;
        Some(Sent {
            packet,
            from: SocketAddr::new(from, from_port),
            to: SocketAddr::new(to, to_port),
        })
    };
    scene
        .own_packets()
        .rev()
        .filter(due)
        .filter_map(read)
        .filter(|sent| scene.is_own(sent.to.ip()) || super::scene::is_group(sent.to.ip()))
}

/// Of those the ones to the socket's port.
fn sent_to_port<'a>(scene: &'a Scene<'_>, own: SocketAddr) -> impl Iterator<Item = Sent<'a>> {
    sent_here(scene).filter(move |sent| sent.to.port() == own.port())
}

/// The ports of a UDP datagram, or of one that a first fragment begins.
fn udp_ports(packet: &PacketEvent) -> Option<(u16, u16)> {
    if matches!(packet.headers.transport, Transport::Udp(_)) {
        return packet.headers.ports();
    }
    let header = match packet.headers.net {
        Net::Ipv4(ip) if ip.proto == 17 && ip.mf && ip.frag_offset == 0 => ip.header,
        Net::Ipv6(ip) if ip.upper == 17 && ip.fragment == Some((0, true)) => ip.header,
        _ => return None,
    };
    let at = header.end as usize;
    let ports = packet.frame.bytes.get(at..at + 4)?;
    let port = |at: usize| u16::from_be_bytes([ports[at], ports[at + 1]]);
    Some((port(0), port(2)))
}

/// `The datagram #5 (10 bytes, from 10.0.0.1:40000)`.
fn datagram(packet: &PacketEvent) -> String {
    let from = packet
        .headers
        .endpoints()
        .map_or(String::new(), |(from, _)| format!(", from {from}"));
    let length = match packet.headers.transport {
        Transport::Udp(udp) => usize::from(udp.length).saturating_sub(8),
        _ => 0,
    };
    let bytes = if length == 1 { "byte" } else { "bytes" };
    format!("The datagram #{} ({length} {bytes}{from})", packet.number)
}

/// The kernel counts for each socket what it dropped (the last column of /proc/net/udp).
fn buffer_was_full(scene: &Scene<'_>) -> Option<Finding> {
    let inode = scene.party.as_ref()?.inode;
    let tables = ["udp", "udp6"].map(|file| scene.own_table(file).unwrap_or_default());
    let drops = tables.iter().find_map(|table| drops_of(table, inode))?;
    (drops > 0).then_some(())?;
    let set = scene
        .set("SO_RCVBUF")
        .map(|(call, value)| format!("SO_RCVBUF was set to {value}, {}", place(call)));
    let default = || {
        let default = std::fs::read_to_string("/proc/sys/net/core/rmem_default").ok()?;
        Some(format!(
            "SO_RCVBUF is {}, as net.core.rmem_default says",
            default.trim()
        ))
    };
    let buffer = set.or_else(default)?;
    let what = match drops {
        1 => "1 datagram".to_owned(),
        count => format!("{count} datagrams"),
    };
    said(format!(
        "The kernel dropped {what} for {}, as its receive buffer was full ({buffer}); what was kept has been read.",
        scene.label
    ))
}

fn drops_of(table: &str, inode: u64) -> Option<u64> {
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        (fields.get(9)?.parse::<u64>().ok()? == inode).then(|| fields.last()?.parse().ok())?
    })
}

/// Fragments of a datagram to the socket of which some were lost.
fn fragment_lost(scene: &Scene<'_>, sent: &Sent<'_>) -> Option<Finding> {
    let first = sent.packet;
    let (id, _, _) = fragment(first)?;
    let all: Vec<&PacketEvent> = scene
        .own_packets()
        .filter(|packet| {
            packet.headers.addresses() == first.headers.addresses()
                && fragment(packet).is_some_and(|(own, ..)| own == id)
        })
        .collect();
    let lost: Vec<&PacketEvent> = all
        .iter()
        .copied()
        .filter(|packet| packet.lost().is_some())
        .collect();
    let rule = lost.first()?.lost()?;
    let rest = if lost.len() == all.len() {
        "none of it came".to_owned()
    } else {
        let setting = if first.headers.addresses()?.0.is_ipv4() {
            ("ipv4/ipfrag_time", "net.ipv4.ipfrag_time")
        } else {
            ("ipv6/ip6frag_time", "net.ipv6.ip6frag_time")
        };
        let time = scene.setting(setting.0).unwrap_or_else(|| "30".to_owned());
        format!(
            "the kernel keeps the others for {time} s ({}) and then drops them: a datagram arrives whole or not at all",
            setting.1
        )
    };
    Some(
        said(format!(
            "Of the {} fragments of a datagram for {} ({}) {} was lost by rule {rule} of the wire; {rest}.",
            all.len(),
            scene.label,
            numbers(&all),
            numbers(&lost)
        ))?
        .seen(all.iter().copied()),
    )
}

/// Identification, offset, and whether more follow; `None` for a packet that is whole.
fn fragment(packet: &PacketEvent) -> Option<(u32, u16, bool)> {
    match packet.headers.net {
        Net::Ipv4(ip) if ip.mf || ip.frag_offset > 0 => Some((ip.id.into(), ip.frag_offset, ip.mf)),
        Net::Ipv6(ip) => {
            let (offset, more) = ip.fragment?;
            // The fragment header is the last of the chain here: eight bytes, the identification in the second half.
            let end = ip.header.end as usize;
            let id = packet.frame.bytes.get(end.checked_sub(4)?..end)?;
            Some((u32::from_be_bytes(id.try_into().ok()?), offset, more))
        }
        _ => None,
    }
}

/// Lost by a rule of the wire, too long for it, or changed on it.
fn lost_or_spoilt(_: &Scene<'_>, sent: &Sent<'_>) -> Option<Finding> {
    let packet = sent.packet;
    let ruling = packet
        .rulings
        .iter()
        .find(|ruling| ruling.effect.moves_nobody())?;
    let rule = ruling.rule;
    let what = match ruling.effect {
        Effect::TooBig(mtu) => format!(
            "was lost on the wire: it is longer than the MTU of {mtu} that rule {rule} sets, and must not be fragmented (DF)"
        ),
        Effect::Corrupted(_) => format!(
            "came with a byte that rule {rule} of the wire had changed: its checksum was wrong, and the kernel dropped it"
        ),
        _ => format!("was lost on the way, by rule {rule} of the wire"),
    };
    Some(said(format!("{} {what}.", datagram(packet)))?.seen([packet]))
}

fn still_on_its_way(scene: &Scene<'_>, sent: &Sent<'_>) -> Option<Finding> {
    let packet = sent.packet;
    (packet.arrival_ns()? > scene.call.end_ns).then_some(())?;
    let rule = packet.rulings.first()?.rule;
    Some(
        said(format!(
            "{} was still on its way when the call gave up: rule {rule} of the wire holds it back for {:.0} ms.",
            datagram(packet),
            packet.delay_ns() as f64 / 1e6
        ))?
        .seen([packet]),
    )
}

/// A connected socket takes datagrams of its peer alone (udp(7)).
fn from_a_stranger(scene: &Scene<'_>, sent: &Sent<'_>) -> Option<Finding> {
    let (packet, from) = (sent.packet, sent.from);
    let peer = scene.connected()?;
    let canonical = |at: SocketAddr| SocketAddr::new(at.ip().to_canonical(), at.port());
    let connect = scene.done("connect")?;
    let strange = canonical(from) != canonical(peer) && packet.frame.time_ns >= connect.end_ns;
    strange.then_some(())?;
    let answer = scene.own_packets().find(|answer| {
        answer.number > packet.number
            && icmp(answer)
                .and_then(|icmp| icmp.quoted)
                .is_some_and(|quoted| quoted.ports == packet.headers.ports())
    });
    let answered = answer.map_or(String::new(), |answer| {
        format!(
            ", and the kernel answered it with #{}, port unreachable",
            answer.number
        )
    });
    Some(
        said(format!(
            "{} was not for {}, which is connected to {peer} ({}) and receives from that address alone, not from {from}{answered}.",
            datagram(packet),
            scene.label,
            place(connect)
        ))?
        .seen([packet])
        .seen(answer),
    )
}

fn group_not_joined(scene: &Scene<'_>, sent: &Sent<'_>) -> Option<Finding> {
    let (packet, to) = (sent.packet, sent.to);
    to.ip().is_multicast().then_some(())?;
    let group = to.ip().to_string();
    let sentence = match membership(scene, &group) {
        Some((_, true)) => return None,
        Some((left, false)) => format!(
            "{} went to the group {group}, which {} has left ({})",
            datagram(packet),
            scene.label,
            place(left)
        ),
        None => format!(
            "{} went to the group {group}, which {} has not joined",
            datagram(packet),
            scene.label
        ),
    };
    let option = if to.is_ipv4() {
        "IP_ADD_MEMBERSHIP"
    } else {
        "IPV6_JOIN_GROUP"
    };
    Some(said(format!("{sentence}: {option} joins it."))?.seen([packet]))
}

/// The right port of the right host, and another address than the socket is bound to.
fn other_address(scene: &Scene<'_>, sent: &Sent<'_>) -> Option<Finding> {
    let own = own(scene)?;
    let bound = own.ip().to_canonical();
    let (packet, to) = (sent.packet, sent.to);
    let ip = to.ip().to_canonical();
    let takes = if bound.is_unspecified() {
        match (bound, ip) {
            (IpAddr::V4(_), IpAddr::V6(_)) => {
                "which is every address of IPv4, and none of IPv6".to_owned()
            }
            (IpAddr::V6(_), IpAddr::V4(_)) => format!(
                "and IPV6_V6ONLY is 1 on it ({}): it takes no IPv4",
                only_ipv6(scene)?
            ),
            _ => return None,
        }
    } else if bound != ip && !ip.is_multicast() {
        "and takes what comes to that address alone".to_owned()
    } else {
        return None;
    };
    Some(
        said(format!(
            "{} went to {to}; {} is bound to {own}, {takes}.",
            datagram(packet),
            scene.label
        ))?
        .seen([packet]),
    )
}

/// A datagram to this host that found nobody, or another socket, at its port.
fn other_port(scene: &Scene<'_>) -> Option<Finding> {
    let own = own(scene)?;
    let astray = sent_here(scene)
        .find(|sent| sent.to.port() != own.port() && sent.from.port() != own.port())?;
    let (packet, to) = (astray.packet, astray.to);
    // Datagrams of other conversations go to other ports, too: what nobody took is what went astray.
    let error = scene.own_packets().find(|answer| {
        answer.number > packet.number
            && icmp(answer)
                .and_then(|icmp| icmp.quoted)
                .is_some_and(|quoted| quoted.ports == packet.headers.ports())
    })?;
    Some(
        said(format!(
            "{} went to port {}, where no socket is bound (#{}); {} is bound to port {}.",
            datagram(packet),
            to.port(),
            error.number,
            scene.label,
            own.port()
        ))?
        .seen([packet, error]),
    )
}

/// Another socket has the same port.
fn another_took_it(scene: &Scene<'_>) -> Option<Finding> {
    let own = own(scene)?;
    let packet = sent_to_port(scene, own).next()?.packet;
    let others: Vec<_> = scene
        .rows_here()
        .filter(|row| row.protocol == "udp" && row.fd.is_some())
        .filter(|row| (&row.process, row.fd) != (&scene.call.process, scene.call.fd))
        .filter(|row| row.local.as_ref().and_then(Address::port) == Some(own.port()))
        .cloned()
        .collect();
    let first = others.first()?;
    let waits = others.iter().find(|row| row.recv_q > 0);
    let sentence = match waits {
        Some(row) => format!(
            "{} went to {}, which has the same port, and waits there to be read.",
            datagram(packet),
            title(row)
        ),
        None => format!(
            "{} has the same port as {}: a datagram goes to one of them, and #{} went to the other.",
            title(first),
            scene.label,
            packet.number
        ),
    };
    Some(said(sentence)?.held(others).seen([packet]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_counts_drops_for_each_socket() {
        let table = "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n  413: 0100007F:1770 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 77 2 0000000000000000 12\n";
        assert_eq!(drops_of(table, 77), Some(12));
        assert_eq!(drops_of(table, 78), None);
    }
}
