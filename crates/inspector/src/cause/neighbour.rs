//! What is sent around a connection: the search for a neighbour's Ethernet address (ARP, neighbour discovery), and the messages of
//! ICMP. No TCP here.

use super::scene::{follows, kernel};
use super::{Seen, Who};
use socklab_packets::headers::{Headers, Icmp, Net, Transport};
use socklab_packets::record::{Cause, Certainty, PacketEvent};
use std::net::IpAddr;

/// What a packet of ARP or neighbour discovery wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbour {
    /// Who has this address?
    Asks(IpAddr),
    /// This address is mine.
    Tells(IpAddr),
}

/// What a packet of ARP or neighbour discovery wants; `None` for others.
pub(super) fn neighbour(packet: &PacketEvent) -> Option<Neighbour> {
    match (&packet.headers.net, &packet.headers.transport) {
        (Net::Arp(arp), _) => match arp.opcode {
            1 => Some(Neighbour::Asks(arp.target_ip.into())),
            2 => Some(Neighbour::Tells(arp.sender_ip.into())),
            _ => None,
        },
        (_, Transport::Icmpv6(icmp)) if matches!(icmp.kind, 135 | 136) => {
            let target = target(packet)?;
            Some(if icmp.kind == 135 {
                Neighbour::Asks(target)
            } else {
                Neighbour::Tells(target)
            })
        }
        _ => None,
    }
}

/// Who asks, whose own Ethernet address the question tells; `None` for one that has no IP address yet.
pub(super) fn sender(packet: &PacketEvent) -> Option<IpAddr> {
    let sender = match packet.headers.net {
        Net::Arp(arp) => arp.sender_ip.into(),
        _ => packet.headers.addresses()?.0,
    };
    (!sender.is_unspecified()).then_some(sender)
}

/// The target of a neighbour solicitation or advertisement: 16 bytes, 8 bytes into the message (RFC 4861 section 4.3).
fn target(packet: &PacketEvent) -> Option<IpAddr> {
    let Net::Ipv6(ip) = packet.headers.net else {
        return None;
    };
    let start = ip.header.end as usize + 8;
    let bytes: [u8; 16] = packet.frame.bytes.get(start..start + 16)?.try_into().ok()?;
    Some(IpAddr::from(bytes))
}

/// A question for a neighbour's Ethernet address. `call` is the one that waits for it, `heard` what came last from that address, `asked`
/// the question before and how many had no answer.
pub(super) fn asks(
    packet: &PacketEvent,
    target: IpAddr,
    call: Option<Who<'_>>,
    heard: Option<&Seen>,
    asked: Option<(&Seen, usize)>,
) -> Cause {
    let to_one = packet
        .headers
        .ethernet
        .is_some_and(|ethernet| ethernet.dst[0] & 1 == 0);
    if to_one {
        let words = format!(
            "the neighbour timer: the kernel knows an Ethernet address for {target}, but nothing has confirmed it for a while, so it asks"
        );
        return kernel(Certainty::Caused, words);
    }
    let asked = asked.filter(|(_, count)| *count > 0);
    let again = asked.map_or_else(String::new, |(_, count)| {
        format!(" (asked again, no answer to {count} before)")
    });
    if let Some(call) = call {
        return Cause {
            certainty: Certainty::Caused,
            command: Some(call.command).filter(|command| *command != 0),
            process: call.process.to_owned(),
            call: call.short.to_owned(),
            kernel: format!("the kernel first needs the Ethernet address of {target}{again}"),
        };
    }
    let words = format!("the kernel needs the Ethernet address of {target}{again}");
    if let Some((asked, _)) = asked {
        return follows(asked.number, asked.cause.as_ref(), &words);
    }
    match heard {
        Some(heard) => follows(
            heard.number,
            heard.cause.as_ref(),
            &format!("{words} to answer #{}", heard.number),
        ),
        None => kernel(
            Certainty::Caused,
            format!("something that waits to be sent: {words}"),
        ),
    }
}

/// The answer.
pub(super) fn tells(target: IpAddr, asked: &Seen) -> Cause {
    follows(
        asked.number,
        asked.cause.as_ref(),
        &format!(
            "the kernel that has {target} answered with its Ethernet address; no process was involved"
        ),
    )
}

/// An ICMP message about a packet that was seen before.
pub(super) fn error_report(icmp: &Icmp, is_v6: bool, sender: &str, about: &Seen) -> Cause {
    let number = about.number;
    let port = icmp
        .quoted
        .and_then(|quoted| quoted.ports)
        .map(|ports| ports.1);
    let words = match (is_v6, icmp.kind, icmp.code) {
        (false, 3, 3) | (true, 1, 4) => format!(
            "no socket at port {} takes it: the kernel answered #{number} with this",
            port.unwrap_or(0)
        ),
        (false, 3, 4) | (true, 2, _) => {
            let who = if sender == "wire" {
                "the wire, like a router,"
            } else {
                "a router"
            };
            let why = if is_v6 {
                "routers do not fragment IPv6"
            } else {
                "it must not be fragmented (DF)"
            };
            format!(
                "{who} answered #{number} with this: it is longer than the path takes, and {why}"
            )
        }
        (false, 3, 2) => {
            format!("no socket takes the protocol of #{number}: the kernel answered with this")
        }
        (false, 3, 9 | 10 | 13) | (true, 1, 1) => {
            format!("what #{number} asked for is forbidden by an administrator")
        }
        (false, 3, _) | (true, 1, _) => format!("#{number} could not be delivered"),
        (false, 11, 0) | (true, 3, 0) => {
            format!("#{number} was dropped by a router: its time to live (TTL) ran out")
        }
        (false, 11, _) | (true, 3, _) => format!("fragments of #{number} did not arrive in time"),
        (false, 12, _) | (true, 4, _) => format!("a header of #{number} is wrong or unknown"),
        (false, 5, _) => format!("there is a better way for #{number}"),
        _ => format!("the kernel answered #{number} with this"),
    };
    follows(number, about.cause.as_ref(), &words)
}

/// The MTU that a "too big" message names, 0 when it names none (RFC 1191 section 3); `None` for other messages.
pub(super) fn too_big(headers: &Headers, bytes: &[u8]) -> Option<u32> {
    let (icmp, start) = match (&headers.net, &headers.transport) {
        (Net::Ipv4(ip), Transport::Icmp(icmp)) if (icmp.kind, icmp.code) == (3, 4) => {
            (icmp, ip.header.end as usize)
        }
        (Net::Ipv6(ip), Transport::Icmpv6(icmp)) if icmp.kind == 2 => {
            (icmp, ip.header.end as usize)
        }
        _ => return None,
    };
    icmp.quoted?;
    let field: [u8; 4] = bytes.get(start + 4..start + 8)?.try_into().ok()?;
    Some(match headers.net {
        Net::Ipv4(_) => u32::from(u16::from_be_bytes([field[2], field[3]])),
        _ => u32::from_be_bytes(field),
    })
}
