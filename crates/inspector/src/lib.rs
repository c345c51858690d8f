//! Frames in, plain data out: conversations, labels, phases, causes, and capture files. Pure functions of bytes and time;
//! only `read.rs` takes a reader, and nothing here knows a socket, a terminal or a clock.

pub mod analysis;
pub mod annotation;
pub mod call_window;
pub mod cause;
pub mod conversation;
pub mod evidence;
pub mod follow;
pub mod key;
pub mod messages;
pub mod ordered;
pub mod pcap;
pub mod pcapng;
pub mod phase;
pub mod plot;
pub mod read;
pub mod reassembly;
pub mod relay;
pub mod section;
pub mod segment;
pub mod state;
pub mod stream;
pub mod tracker;
pub mod unacked;

#[cfg(test)]
mod pcap_tests;
#[cfg(test)]
mod tests;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
