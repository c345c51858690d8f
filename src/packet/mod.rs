//! Bytes to meaning and meaning to bytes; every field with its byte range. Pure: never fails, never silent.

mod arp;
mod cooked;
pub mod decode;
mod ethernet;
pub mod headers;
mod icmp;
mod igmp;
mod ipv4;
mod ipv6;
mod loopback;
mod part;
mod tcp;
mod tcp_options;
pub mod text;
pub mod tree;
mod udp;

#[cfg(test)]
mod tests;
