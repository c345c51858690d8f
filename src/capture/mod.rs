//! Frames from an interface, as they come.

pub mod block;
pub mod interface;
pub mod live;
pub mod queue;
pub mod tap;
