//! The operating-system processes whose calls are reported: a prompt's, with the loop round an engine at its end (`child`, `handle`), and a
//! program's, with the tracer that watches it (`watch`, `program`).

mod ahead;
pub mod channel;
pub mod child;
pub mod family;
pub mod handle;
mod inbox;
pub mod message;
pub mod program;
pub mod strand;
pub mod watch;
