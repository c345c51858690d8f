//! socklab: a laboratory for sockets. Start reading at `ARCHITECTURE.md`.

pub mod catalog;
pub mod command;
pub mod engine;
pub mod event;
pub mod packet;
pub mod sys;
pub mod value;
