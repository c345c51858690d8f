//! Starts a program and sees each of its socket calls, without privilege: a seccomp filter stops the calls worth seeing, ptrace(2)
//! reads them. What comes out is plain data ([`call`]); who wants it implements [`trace::Sink`].

pub mod call;
mod calls;
pub mod decode;
mod descriptors;
mod effects;
mod filter;
mod inject;
mod keeping;
pub mod lines;
pub mod memory;
mod rate;
mod signals;
mod stops;
mod summing;
mod sys;
pub mod table;
pub mod text;
pub mod trace;
