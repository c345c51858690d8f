//! Command in, reports out, against the kernel: what one process of the laboratory does with the calls it is given.

pub mod report;
