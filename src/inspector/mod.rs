//! Frames in, plain data out: conversations, labels, phases, causes, and capture files. Pure functions of bytes and time;
//! only `read.rs` takes a reader, and nothing here knows a socket, a terminal or a clock.

pub mod analysis;
pub mod conversation;
pub mod phase;
pub mod state;
pub mod tracker;
