//! Bytes to meaning and meaning to bytes; every field with its byte range. Pure: never fails, never silent.

pub mod headers;
pub mod tree;
