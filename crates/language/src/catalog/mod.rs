//! What the program knows, as tables: one table, many readers (parser, completion, hints, help, both spellings, the book's reference).

pub mod constant;
pub mod errno;
pub mod filter;
pub mod glossary;
pub mod manual;
pub mod notes;
pub mod option;
pub mod parameter;
pub mod socket_kind;
pub mod sysctl;
pub mod tcp_info;
pub mod verb;
