//! Events and plain data to styled text, and events to JSON. Writes nothing, reads no clock, names no worker.

pub mod arrow;
pub mod ascii;
pub mod canvas;
pub mod clock;
mod control;
pub mod conversations;
pub mod diagnostic;
pub mod digits;
pub mod dots;
pub mod endpoint;
pub mod exchange;
pub mod explain;
pub mod follow;
pub mod help;
pub mod hex;
pub mod info;
pub mod json;
pub mod json_packet;
mod json_tree;
pub mod lab;
pub mod ladder;
pub mod line;
pub mod list;
pub mod options;
pub mod packet_line;
pub mod packet_text;
pub mod plot;
#[cfg(test)]
mod sample;
pub mod scale;
pub mod sockets;
pub mod states;
pub mod stream;
pub mod styled;
pub mod table;
pub mod tcp_info;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod value;
pub mod words;
pub mod wrap;
