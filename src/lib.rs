//! socklab: a laboratory for sockets. Start reading at `ARCHITECTURE.md`.

pub mod book;
pub mod capture;
pub mod catalog;
pub mod command;
pub mod engine;
pub mod event;
pub mod export;
pub mod inspector;
pub mod lab;
pub mod lesson;
pub mod packet;
pub mod process;
pub mod render;
pub mod repl;
pub mod script;
pub mod session;
pub mod shell;
pub mod sys;
pub mod value;
