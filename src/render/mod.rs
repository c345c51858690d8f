//! Events to text. Writes nothing.

pub mod json_packet;
