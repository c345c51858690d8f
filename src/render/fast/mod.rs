//! The fast path of `read` and `inspect`: packets written straight into bytes, without allocation where they are of the usual kinds.
//!
//! Its only contract is that it equals the plain path: a line is what `packet_line` says, a number what `format!` writes, a field of JSON
//! what the filters read under its name. Tests beside each file hold it to that with generated packets, and `tests/fast.rs` holds all
//! of it together with whole captures. Two parts lie where their rooms are and have the same contract: `quick.rs` of the packets reads
//! the usual frame in one go as the walk in `decode.rs` does, `relay.rs` of the inspector tells in several threads what `read.rs` tells
//! in one.

pub mod digits;
pub mod json_packet;
mod json_tree;
pub mod packet_text;
mod routes;
