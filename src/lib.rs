//! socklab: a laboratory for sockets. Start reading at `ARCHITECTURE.md`.

pub mod book;
pub mod capture;
pub mod engine;
pub mod export;
pub mod lab;
pub mod lesson;
pub mod page;
pub mod process;
pub mod render;
pub mod repl;
pub mod script;
pub mod session;
pub mod shell;
pub mod sys;
pub mod syscall;
pub mod trace;

pub use socklab_events as event;
pub use socklab_events::value;
pub use socklab_inspector as inspector;
pub use socklab_language::{catalog, command};
pub use socklab_messages as messages;
pub use socklab_packets as packet;
