//! A program's calls as the session is told of them: what the tracer saw becomes the same reports that a prompt's process sends.
//! Invariant: pure. Who starts the tracer and who listens is `process`.

pub mod call;
pub mod inject;
pub mod name;
mod words;
