//! socklab: a laboratory for sockets. Start reading at `ARCHITECTURE.md`.

pub mod capture;
pub mod catalog;
pub mod command;
pub mod engine;
pub mod event;
pub mod inspector;
pub mod lab;
pub mod packet;
pub mod process;
pub mod session;
pub mod sys;
pub mod value;
