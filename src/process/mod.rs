//! A prompt's operating-system process: the handle the terminal holds, and the loop round an engine at the other end.

pub mod channel;
pub mod child;
pub mod family;
pub mod handle;
mod inbox;
pub mod message;
pub mod strand;
