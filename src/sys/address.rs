//! `Address` to the bytes of a `struct sockaddr_*` and back. No system calls and no name look-up.

use crate::value::Address;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

/// The longest address the kernel takes or gives: `sizeof(struct sockaddr_storage)`.
pub const LONGEST: usize = 128;

/// The address as the kernel takes it, its length included. A path longer than `sun_path` is passed on whole: the kernel answers EINVAL.
pub fn encode(address: &Address) -> Vec<u8> {
    let of_family =
        |family: i32, parts: &[&[u8]]| [&family_bytes(family)[..], &parts.concat()].concat();
    match address {
        Address::Inet(inet) => of_family(
            libc::AF_INET,
            &[&inet.port().to_be_bytes(), &inet.ip().octets(), &[0; 8]],
        ),
        Address::Inet6(inet6) => of_family(
            libc::AF_INET6,
            &[
                &inet6.port().to_be_bytes(),
                &inet6.flowinfo().to_be_bytes(),
                &inet6.ip().octets(),
                &inet6.scope_id().to_ne_bytes(),
            ],
        ),
        Address::UnixPath(path) => of_family(libc::AF_UNIX, &[path, &[0]]),
        Address::UnixAbstract(name) => of_family(libc::AF_UNIX, &[&[0], name]),
        Address::UnixUnnamed => of_family(libc::AF_UNIX, &[]),
        Address::Netlink { pid, groups } => of_family(
            libc::AF_NETLINK,
            &[&[0; 2], &pid.to_ne_bytes(), &groups.to_ne_bytes()],
        ),
        Address::Packet {
            index,
            protocol,
            packet_type,
            hardware_type,
            hardware_address,
            ..
        } => {
            let mut hardware = [0; 8];
            let length = hardware_address.len().min(8);
            hardware[..length].copy_from_slice(&hardware_address[..length]);
            of_family(
                libc::AF_PACKET,
                &[
                    &protocol.to_be_bytes(),
                    &index.to_ne_bytes(),
                    &hardware_type.to_ne_bytes(),
                    &[*packet_type, length as u8],
                    &hardware,
                ],
            )
        }
        Address::Vsock { cid, port } => of_family(
            libc::AF_VSOCK,
            &[&[0; 2], &port.to_ne_bytes(), &cid.to_ne_bytes(), &[0; 4]],
        ),
        Address::Other {
            family,
            bytes: rest,
        } => [&family.to_ne_bytes()[..], rest].concat(),
    }
}

/// The address the kernel gave; an empty slice is an AF_UNIX peer without a name. The name of a packet socket's interface is not
/// part of its address: it is looked up (if_indextoname(3)).
pub fn decode(bytes: &[u8]) -> Address {
    let Some((family, rest)) = bytes.split_first_chunk::<2>() else {
        return Address::UnixUnnamed;
    };
    let family = u16::from_ne_bytes(*family);
    let known = match i32::from(family) {
        libc::AF_INET => inet(rest),
        libc::AF_INET6 => inet6(rest),
        libc::AF_UNIX => Some(unix(rest)),
        libc::AF_NETLINK => netlink(rest),
        libc::AF_PACKET => packet(rest),
        libc::AF_VSOCK => vsock(rest),
        _ => None,
    };
    known.unwrap_or_else(|| Address::Other {
        family,
        bytes: rest.to_vec(),
    })
}

fn family_bytes(family: i32) -> Vec<u8> {
    (family as u16).to_ne_bytes().to_vec()
}

fn inet(bytes: &[u8]) -> Option<Address> {
    let (port, bytes) = bytes.split_first_chunk()?;
    let (ip, _) = bytes.split_first_chunk::<4>()?;
    let port = u16::from_be_bytes(*port);
    Some(Address::Inet(SocketAddrV4::new(Ipv4Addr::from(*ip), port)))
}

fn inet6(bytes: &[u8]) -> Option<Address> {
    let (port, bytes) = bytes.split_first_chunk()?;
    let (flow, bytes) = bytes.split_first_chunk()?;
    let (ip, bytes) = bytes.split_first_chunk::<16>()?;
    let (scope, _) = bytes.split_first_chunk()?;
    Some(Address::Inet6(SocketAddrV6::new(
        Ipv6Addr::from(*ip),
        u16::from_be_bytes(*port),
        u32::from_be_bytes(*flow),
        u32::from_ne_bytes(*scope),
    )))
}

fn unix(path: &[u8]) -> Address {
    match path.split_first() {
        None => Address::UnixUnnamed,
        Some((0, name)) => Address::UnixAbstract(name.to_vec()),
        Some(_) => {
            let end = path
                .iter()
                .position(|byte| *byte == 0)
                .unwrap_or(path.len());
            Address::UnixPath(path[..end].to_vec())
        }
    }
}

fn netlink(bytes: &[u8]) -> Option<Address> {
    let (pid, bytes) = bytes.get(2..)?.split_first_chunk()?;
    let (groups, _) = bytes.split_first_chunk()?;
    Some(Address::Netlink {
        pid: u32::from_ne_bytes(*pid),
        groups: u32::from_ne_bytes(*groups),
    })
}

fn vsock(bytes: &[u8]) -> Option<Address> {
    let (port, bytes) = bytes.get(2..)?.split_first_chunk()?;
    let (cid, _) = bytes.split_first_chunk()?;
    Some(Address::Vsock {
        cid: u32::from_ne_bytes(*cid),
        port: u32::from_ne_bytes(*port),
    })
}

fn packet(bytes: &[u8]) -> Option<Address> {
    let (protocol, bytes) = bytes.split_first_chunk()?;
    let (index, bytes) = bytes.split_first_chunk()?;
    let (hardware_type, bytes) = bytes.split_first_chunk()?;
    let (&packet_type, bytes) = bytes.split_first()?;
    let (&length, bytes) = bytes.split_first()?;
    let index = i32::from_ne_bytes(*index);
    let hardware_address = bytes.get(..usize::from(length).min(bytes.len()))?;
    Some(Address::Packet {
        interface: super::interface::if_indextoname(index as u32).unwrap_or_default(),
        index,
        protocol: u16::from_be_bytes(*protocol),
        packet_type,
        hardware_type: u16::from_ne_bytes(*hardware_type),
        hardware_address: hardware_address.to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let addresses = [
            Address::Inet("127.0.0.1:5000".parse().expect("a literal")),
            Address::Inet6("[fe80::1%3]:5000".parse().expect("a literal")),
            Address::UnixPath(b"./x.sock".to_vec()),
            Address::UnixAbstract(b"lab\0tail".to_vec()),
            Address::UnixUnnamed,
            Address::Netlink { pid: 7, groups: 3 },
            Address::Packet {
                interface: String::new(),
                index: 0,
                protocol: 0x0800,
                packet_type: 4,
                hardware_type: 772,
                hardware_address: vec![1, 2, 3, 4, 5, 6],
            },
            Address::Vsock { cid: 2, port: 1234 },
            Address::Other {
                family: 0,
                bytes: vec![0; 14],
            },
        ];
        for address in addresses {
            assert_eq!(decode(&encode(&address)), address);
        }
    }

    #[test]
    fn an_address_that_is_cut_short_is_kept_as_bytes() {
        assert_eq!(
            decode(&[2, 0, 1]),
            Address::Other {
                family: 2,
                bytes: vec![1]
            }
        );
        assert_eq!(decode(&[]), Address::UnixUnnamed);
    }
}
