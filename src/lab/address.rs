//! The addresses of the wire: what each host is called by its number. Pure.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The largest number a host can have: 10.0.0.254 is the wire's own.
pub const LAST: u8 = 253;

/// Bits of 10.0.0.0/24 and fd00::/64 that name the wire.
pub const PREFIX_V4: u8 = 24;
/// As [`PREFIX_V4`], for IPv6.
pub const PREFIX_V6: u8 = 64;

/// 10.0.0.N.
pub fn ipv4(number: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, number)
}

/// fd00::N, where N reads as the decimal number does: fd00::12 beside 10.0.0.12.
pub fn ipv6(number: u8) -> Ipv6Addr {
    let digits =
        u16::from(number / 100) << 8 | u16::from(number / 10 % 10) << 4 | u16::from(number % 10);
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, digits)
}

/// The Ethernet address of a host's `eth0`: locally administered, with the number at its end.
pub fn mac(number: u8) -> [u8; 6] {
    [2, 0, 0, 0, 0, number]
}

/// The link-local address that belongs to a host's Ethernet address (RFC 4291, appendix A).
pub fn link_local(number: u8) -> Ipv6Addr {
    Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0x00ff, 0xfe00, number.into())
}

/// The number of the host with an address of the wire; `None` for any other address.
pub fn number(ip: IpAddr) -> Option<u8> {
    (1..=LAST).find(|number| match ip.to_canonical() {
        IpAddr::V4(ip) => ip == ipv4(*number),
        IpAddr::V6(ip) => ip == ipv6(*number),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_addresses_of_a_host_read_alike_and_lead_back_to_its_number() {
        for number_of_host in 1..=LAST {
            let (four, six) = (ipv4(number_of_host), ipv6(number_of_host));
            assert_eq!(four.to_string(), format!("10.0.0.{number_of_host}"));
            assert_eq!(six.to_string(), format!("fd00::{number_of_host}"));
            assert_eq!(number(four.into()), Some(number_of_host));
            assert_eq!(number(six.into()), Some(number_of_host));
        }
        for outside in [
            "10.0.1.1",
            "10.0.0.0",
            "10.0.0.254",
            "127.0.0.1",
            "fd00::a",
            "::1",
        ] {
            assert_eq!(
                number(outside.parse().expect("an address")),
                None,
                "{outside}"
            );
        }
    }
}
