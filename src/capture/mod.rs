//! Frames from an interface, as they come.

pub mod tap;
