//! Bytes to meaning and meaning to bytes; every field with its byte range. Pure: never fails, never silent.

pub mod application;
mod arp;
pub mod build;
pub mod checksum;
mod cooked;
pub mod decode;
pub mod dissect;
mod dns;
mod ethernet;
mod fields;
pub mod fragment;
pub mod frame;
pub mod headers;
mod http;
mod icmp;
mod icmp_layers;
pub mod icmp_names;
mod igmp;
mod ip_options;
mod ipv4;
mod ipv6;
mod ipv6_layers;
mod loopback;
mod lower;
pub mod misfit;
pub mod mptcp;
pub mod names;
mod ndp;
pub mod netlink;
mod part;
mod partial;
mod quick;
pub mod record;
mod rows;
pub mod schema;
mod tcp;
mod tcp_option_fields;
mod tcp_options;
pub mod text;
mod tls;
pub mod tree;
pub mod tunnel;
mod udp;
mod websocket;
pub mod wire;
pub mod words;

#[cfg(test)]
mod tests;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
