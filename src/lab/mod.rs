//! The laboratory's machine: namespaces, the keeper that holds them, and what this machine allows of it.

pub mod address;
pub mod birth;
pub mod enter;
pub mod handle;
pub mod host;
pub mod hosts_file;
pub mod keeper;
pub mod machines;
pub mod message;
pub mod namespaces;
pub mod pump;
pub mod roster;
pub mod seal;
pub mod shield;
pub mod small_tables;
pub mod tier;
pub mod wire;
pub mod wire_message;
pub mod wire_tap;
