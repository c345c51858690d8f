//! Events and plain data to styled text, and events to JSON. Writes nothing, reads no clock, names no worker.

pub mod ascii;
pub mod styled;
pub mod wrap;
