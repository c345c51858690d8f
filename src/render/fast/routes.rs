//! Who sends to whom, as a line says it: `10.0.0.1:40000 → 10.0.0.2:80`. Written once for the packets of a conversation that come
//! close together, copied for the others. Not the names that the lab gives to its sockets (`endpoint`).

use super::digits::{address, number};
use std::net::IpAddr;

/// So many routes are kept: more than there are conversations at work at the same time on most networks. A power of two.
const KEPT: usize = 1024;
/// Bytes of the longest one: two addresses of IPv6 with IPv4 inside, in brackets, two ports and an arrow.
const LONGEST: usize = 2 * (2 + 45 + 6) + 5;

/// Writes routes, and keeps them.
#[derive(Debug)]
pub(super) struct Routes {
    arrow: &'static str,
    kept: Vec<Route>,
}

#[derive(Clone, Debug)]
struct Route {
    ends: [(IpAddr, u16); 2],
    len: usize,
    text: [u8; LONGEST],
}

const NOBODY: (IpAddr, u16) = (IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

impl Routes {
    /// Has kept nothing yet.
    pub(super) fn new(ascii_only: bool) -> Self {
        Self {
            arrow: if ascii_only { " -> " } else { " → " },
            kept: Vec::new(),
        }
    }

    /// Writes the route between two hosts' ports.
    #[inline]
    pub(super) fn write(&mut self, out: &mut Vec<u8>, hosts: (IpAddr, IpAddr), ports: (u16, u16)) {
        let ends = [(hosts.0, ports.0), (hosts.1, ports.1)];
        match self.kept.get(place(ends)) {
            Some(route) if route.ends == ends && route.len > 0 => {
                out.extend_from_slice(&route.text[..route.len]);
            }
            _ => self.write_anew(out, ends),
        }
    }

    #[cold]
    fn write_anew(&mut self, out: &mut Vec<u8>, ends: [(IpAddr, u16); 2]) {
        let start = out.len();
        end(out, ends[0]);
        out.extend_from_slice(self.arrow.as_bytes());
        end(out, ends[1]);
        if self.kept.is_empty() {
            let empty = Route {
                ends: [NOBODY; 2],
                len: 0,
                text: [0; LONGEST],
            };
            self.kept = vec![empty; KEPT];
        }
        let written = &out[start..];
        let route = &mut self.kept[place(ends)];
        if let Some(text) = route.text.get_mut(..written.len()) {
            text.copy_from_slice(written);
            route.ends = ends;
            route.len = written.len();
        }
    }
}

/// Where a route is kept: clients differ in their ports, servers in their addresses.
#[inline]
fn place([from, to]: [(IpAddr, u16); 2]) -> usize {
    let host = |address: IpAddr| match address {
        IpAddr::V4(address) => address.to_bits(),
        IpAddr::V6(address) => address.to_bits() as u32,
    };
    let hosts = host(from.0).wrapping_mul(3) ^ host(to.0);
    let ports = u32::from(from.1).wrapping_mul(3) ^ u32::from(to.1);
    // Knuth's multiplicative hashing: the upper bits of the product depend on all others.
    let mixed = (hosts.rotate_left(16) ^ ports).wrapping_mul(0x9e37_79b1);
    (mixed >> 16) as usize % KEPT
}

fn end(out: &mut Vec<u8>, (host, port): (IpAddr, u16)) {
    if host.is_ipv6() {
        out.push(b'[');
        address(out, host);
        out.push(b']');
    } else {
        address(out, host);
    }
    out.push(b':');
    number(out, port.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn a_route_is_the_same_text_however_often_and_among_how_many_it_is_written() {
        let four = |number: u32| IpAddr::from(Ipv4Addr::from_bits(0x0a00_0000 + number));
        let six = |number: u32| IpAddr::from(Ipv6Addr::from_bits(u128::MAX - u128::from(number)));
        let mapped = |number: u32| IpAddr::from(Ipv4Addr::from_bits(!number).to_ipv6_mapped());
        let mut routes = Routes::new(false);
        for _ in 0..2 {
            for number in 0..5000_u32 {
                for host in [four(number), six(number), mapped(number)] {
                    let port = (number * 13) as u16;
                    let (from, to) = ((host, port), (four(1), 80));
                    let mut out = b"#".to_vec();
                    routes.write(&mut out, (from.0, to.0), (from.1, to.1));
                    let expected = match host {
                        IpAddr::V4(host) => format!("#{host}:{port} → 10.0.0.1:80"),
                        IpAddr::V6(host) => format!("#[{host}]:{port} → 10.0.0.1:80"),
                    };
                    assert_eq!(String::from_utf8_lossy(&out), expected);
                }
            }
        }
        assert!(routes.kept.iter().filter(|route| route.len > 0).count() > KEPT / 2);
    }

    #[test]
    fn nobody_at_port_0_is_written_too() {
        let mut out = Vec::new();
        Routes::new(true).write(&mut out, (NOBODY.0, NOBODY.0), (0, 0));
        assert_eq!(String::from_utf8_lossy(&out), "0.0.0.0:0 -> 0.0.0.0:0");
    }

    #[test]
    fn the_longest_route_is_kept() {
        let host = IpAddr::from(Ipv6Addr::from_bits(u128::MAX));
        let mut out = Vec::new();
        end(&mut out, (host, u16::MAX));
        assert!(out.len() * 2 + " → ".len() <= LONGEST);
    }
}
