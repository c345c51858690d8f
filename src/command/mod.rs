//! Text to commands and back: both spellings of the language become one tree, checked against the catalog.

pub mod ast;
