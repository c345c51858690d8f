//! Events and plain data to styled text, and events to JSON. Writes nothing, reads no clock, names no worker.

pub mod arrow;
pub mod ascii;
pub mod canvas;
pub mod conversations;
pub mod diagnostic;
pub mod dots;
pub mod endpoint;
pub mod exchange;
pub mod explain;
pub mod follow;
pub mod help;
pub mod hex;
pub mod html;
pub mod info;
pub mod json;
pub mod json_packet;
pub mod ladder;
pub mod line;
pub mod list;
pub mod options;
pub mod packet_line;
pub mod plot;
mod rung;
#[cfg(test)]
mod sample;
pub mod scale;
pub mod sockets;
pub mod states;
pub mod stream;
pub mod styled;
pub mod svg;
pub mod svg_ladder;
pub mod svg_plot;
pub mod svg_states;
pub mod svg_stream;
pub mod table;
pub mod tcp_info;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod value;
pub mod words;
pub mod wrap;
