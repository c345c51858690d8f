//! A system call's arguments in words, in the manner of strace(1): what prompts' calls and programs' calls are both written with.

pub mod control;
pub mod option;
pub mod text;
