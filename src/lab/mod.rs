//! The laboratory's machine: namespaces, the keeper that holds them, and what this machine allows of it.

pub mod enter;
pub mod handle;
pub mod hosts_file;
pub mod keeper;
pub mod message;
mod rule;
pub mod tier;
pub mod wire;
