//! Events and plain data to styled text, and events to JSON. Writes nothing, reads no clock, names no worker.

pub mod arrow;
pub mod ascii;
pub mod canvas;
pub mod endpoint;
pub mod exchange;
pub mod info;
pub mod ladder;
pub mod line;
pub mod packet_line;
#[cfg(test)]
mod sample;
pub mod styled;
pub mod value;
pub mod words;
pub mod wrap;
