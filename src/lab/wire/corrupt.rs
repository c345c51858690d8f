//! A byte of a frame changed, so that a receiver finds the checksum wrong. Not whether a rule asks for it.

use crate::packet::headers::{Headers, Net, Transport};
use crate::sys::dice::Dice;
use std::ops::Range;

/// The length of an Ethernet header.
const ETHERNET: usize = 14;

/// Changes a byte of the data, or of the transport header when there is none; its offset, or `None` when the frame has no byte
/// behind its link header.
pub(super) fn corrupt(frame: &mut [u8], headers: &Headers, dice: &mut Dice) -> Option<u16> {
    let places = places(frame.len(), headers);
    if places.is_empty() {
        return None;
    }
    let at = places.start + dice.below(places.len() as u64) as usize;
    // From 1, so that the byte is another one. One changed byte always changes the Internet checksum (RFC 1071).
    let change = 1 + dice.below(255) as u8;
    frame[at] ^= change;
    u16::try_from(at).ok()
}

fn places(length: usize, headers: &Headers) -> Range<usize> {
    let own = match (headers.transport, headers.net) {
        _ if !headers.payload.is_empty() => headers.payload.range(),
        (Transport::Tcp(tcp), _) => tcp.header.range(),
        // Not its checksum: changed to 0 it would say that there is none (RFC 768).
        (Transport::Udp(udp), _) => udp.header.start as usize..udp.header.start as usize + 6,
        (_, Net::Arp(arp)) => arp.span.range(),
        (Transport::Icmp(_) | Transport::Icmpv6(_) | Transport::Igmp(_), Net::Ipv4(ip)) => {
            ip.header.end as usize..ETHERNET + ip.len as usize
        }
        (Transport::Icmp(_) | Transport::Icmpv6(_) | Transport::Igmp(_), Net::Ipv6(ip)) => {
            ip.header.end as usize..ETHERNET + 40 + usize::from(ip.plen)
        }
        _ => ETHERNET.min(length)..length,
    };
    let end = own.end.min(length);
    own.start.min(end)..end
}
