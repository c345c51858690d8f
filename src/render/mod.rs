//! Events and plain data to styled text, and events to JSON. Writes nothing, reads no clock, names no worker.

pub mod arrow;
pub mod ascii;
pub mod canvas;
pub mod conversations;
pub mod diagnostic;
pub mod endpoint;
pub mod exchange;
pub mod explain;
pub mod follow;
pub mod help;
pub mod hex;
pub mod info;
pub mod json;
pub mod json_packet;
pub mod ladder;
pub mod lesson;
pub mod line;
pub mod list;
pub mod options;
pub mod packet_line;
pub mod prose;
#[cfg(test)]
pub(crate) mod sample;
pub mod sockets;
pub mod states;
pub mod styled;
pub mod table;
pub mod tcp_info;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod value;
pub mod words;
pub mod wrap;
