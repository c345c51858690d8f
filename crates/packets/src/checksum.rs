//! The Internet checksum (RFC 1071) of headers and of what they carry, computed, and judged in words.

use super::part::Part;
use pnet::packet::ip::IpNextHeaderProtocol;
use pnet::packet::util;
use std::net::IpAddr;

/// What a transport checksum covers besides the segment: the pseudo header of the IP layer below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pseudo {
    /// Source address.
    pub(super) src: IpAddr,
    /// Destination address, of the same family.
    pub(super) dst: IpAddr,
    /// The protocol number.
    pub(super) protocol: u8,
}

/// How far a carried checksum can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covered {
    /// All bytes are there.
    Whole,
    /// Only the first fragment of what it covers is there.
    Fragment,
    /// It is in a packet that an ICMP error quotes, which is rarely whole.
    Quoted,
    /// A routing header hides the address it was computed with.
    Routed,
    /// The kernel said that it was left to the hardware.
    NotReady,
}

/// Protocol number of UDP.
const UDP: u8 = 17;
/// Sums are 32 bits wide, so more bytes than this could overflow them.
const LONGEST: usize = 0xffff + 0x8000;

/// The checksum of `bytes` with the field at `at` taken as zero.
pub fn plain(bytes: &[u8], at: usize) -> u16 {
    util::checksum(bytes, at / 2)
}

/// The checksum of `bytes` and a pseudo header, with the field at `at` taken as zero. Mixed families have no pseudo header.
pub(super) fn with_pseudo(bytes: &[u8], at: usize, pseudo: Pseudo) -> u16 {
    let protocol = IpNextHeaderProtocol(pseudo.protocol);
    let sum = match (pseudo.src, pseudo.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            util::ipv4_checksum(bytes, at / 2, &[], &src, &dst, protocol)
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            util::ipv6_checksum(bytes, at / 2, &[], &src, &dst, protocol)
        }
        _ => plain(bytes, at),
    };
    // In UDP a checksum of 0 means that there is none, so a sum of 0 is sent as its other form (RFC 768).
    if pseudo.protocol == UDP && sum == 0 {
        0xffff
    } else {
        sum
    }
}

/// Judges the checksum `carried` at `at` in a whole header or message without a pseudo header.
pub(super) fn judge_plain(part: Part<'_>, at: usize, carried: u16, covered: Covered) -> String {
    match unjudged(part, covered) {
        Some(why) => why.to_owned(),
        None => verdict(carried, plain(part.bytes(), at)),
    }
}

/// Judges the checksum `carried` at `at` in a segment or datagram with its pseudo header.
pub(super) fn judge(
    part: Part<'_>,
    at: usize,
    carried: u16,
    pseudo: Pseudo,
    covered: Covered,
) -> String {
    if let Some(why) = unjudged(part, covered) {
        return why.to_owned();
    }
    let right = with_pseudo(part.bytes(), at, pseudo);
    // What Linux leaves for the hardware to complete is the sum of the pseudo header, not inverted.
    let sum = u32::from(!with_pseudo(&[], at, pseudo)) + part.bytes().len() as u32;
    let folded = (sum & 0xffff) + (sum >> 16);
    if carried != right && u32::from(carried) == folded {
        return format!("left to the hardware, not computed yet (will be {right:#06x})");
    }
    verdict(carried, right)
}

fn unjudged(part: Part<'_>, covered: Covered) -> Option<&'static str> {
    match covered {
        Covered::NotReady => Some("left to the hardware, not computed yet"),
        Covered::Fragment => Some("not verified, it covers all fragments"),
        Covered::Quoted => Some("not verified in a quoted packet"),
        Covered::Routed => Some("not verified, the last address of the route is not known"),
        Covered::Whole if part.is_cut() => Some("not verified, the capture cut the packet"),
        Covered::Whole if part.bytes().len() > LONGEST => {
            Some("not verified, the packet is too long")
        }
        Covered::Whole => None,
    }
}

fn verdict(carried: u16, right: u16) -> String {
    // Both are zero in one's complement arithmetic, a receiver takes either.
    if carried == right || (carried == 0xffff && right == 0) {
        "correct".to_owned()
    } else {
        format!("incorrect, should be {right:#06x}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Covered, Pseudo, judge, plain, with_pseudo};
    use crate::part::Part;
    use std::net::{IpAddr, Ipv4Addr};

    const PSEUDO: Pseudo = Pseudo {
        src: IpAddr::V4(Ipv4Addr::LOCALHOST),
        dst: IpAddr::V4(Ipv4Addr::LOCALHOST),
        protocol: 17,
    };

    #[test]
    fn a_checksum_is_the_inverted_sum_of_its_words() {
        // 0x0102 + 0x0304 + 0x0500 = 0x0906
        assert_eq!(plain(&[1, 2, 0xff, 0xff, 3, 4, 5], 2), !0x0906);
        // Pseudo header: 2 * (0x7f00 + 0x0001) + 17 + 2, and the payload 0x6869.
        assert_eq!(with_pseudo(b"hi", 6, PSEUDO), !0x667f);
    }

    #[test]
    fn a_sum_of_the_pseudo_header_alone_was_left_to_the_hardware() {
        let bytes = [0x13, 0x88, 0x13, 0x89, 0, 10, 0xfe, 0x1d, b'h', b'i'];
        let part = Part::whole(&bytes, 10);
        let words = judge(part, 6, 0xfe1d, PSEUDO, Covered::Whole);
        assert!(words.starts_with("left to the hardware"), "{words}");
        let words = judge(part, 6, 0xfe1e, PSEUDO, Covered::Whole);
        assert!(words.starts_with("incorrect, should be 0x"), "{words}");
    }
}
