//! The kinds of socket that rows of the option tables name.

use super::Applies;
use libc::{AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX};
use libc::{IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP};
use libc::{SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM};

const fn sockets(
    families: &'static [i32],
    types: &'static [i32],
    protocols: &'static [i32],
) -> Applies {
    Applies {
        families,
        types,
        protocols,
    }
}

pub(super) const ANY: Applies = sockets(&[], &[], &[]);
pub(super) const INTERNET: Applies = sockets(&[AF_INET, AF_INET6], &[], &[]);
pub(super) const UNIX: Applies = sockets(&[AF_UNIX], &[], &[]);
pub(super) const LOCAL: Applies = sockets(&[AF_UNIX, AF_NETLINK], &[], &[]);
pub(super) const CONNECTED: Applies = sockets(&[], &[SOCK_STREAM, SOCK_SEQPACKET], &[]);
pub(super) const PEEKABLE: Applies = sockets(
    &[AF_UNIX, AF_INET, AF_INET6],
    &[SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET],
    &[],
);
pub(super) const TRANSPORT: Applies =
    sockets(&[AF_INET, AF_INET6], &[SOCK_STREAM, SOCK_DGRAM], &[]);
pub(super) const IPV6_TRANSPORT: Applies = sockets(&[AF_INET6], &[SOCK_STREAM, SOCK_DGRAM], &[]);
pub(super) const TCP_ONLY: Applies = sockets(&[AF_INET, AF_INET6], &[SOCK_STREAM], &[IPPROTO_TCP]);
pub(super) const TCP_IPV4: Applies = sockets(&[AF_INET], &[SOCK_STREAM], &[IPPROTO_TCP]);
pub(super) const UDP_ONLY: Applies = sockets(&[AF_INET, AF_INET6], &[SOCK_DGRAM], &[IPPROTO_UDP]);
pub(super) const IPV4: Applies = sockets(&[AF_INET], &[], &[]);
pub(super) const IPV4_RAW: Applies = sockets(&[AF_INET], &[SOCK_RAW], &[]);
pub(super) const IPV4_ICMP: Applies = sockets(&[AF_INET], &[SOCK_RAW], &[IPPROTO_ICMP]);
pub(super) const IPV4_DATAGRAM: Applies = sockets(&[AF_INET], &[SOCK_DGRAM, SOCK_RAW], &[]);
pub(super) const IPV6: Applies = sockets(&[AF_INET6], &[], &[]);
pub(super) const IPV6_RAW: Applies = sockets(&[AF_INET6], &[SOCK_RAW], &[]);
pub(super) const IPV6_ICMP: Applies = sockets(&[AF_INET6], &[SOCK_RAW], &[IPPROTO_ICMPV6]);
pub(super) const IPV6_DATAGRAM: Applies = sockets(&[AF_INET6], &[SOCK_DGRAM, SOCK_RAW], &[]);
pub(super) const PACKET: Applies = sockets(&[AF_PACKET], &[], &[]);
pub(super) const NETLINK: Applies = sockets(&[AF_NETLINK], &[], &[]);
