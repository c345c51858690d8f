//! Text to commands and back: both spellings of the language become one tree, checked against the catalog.

pub mod ast;
pub mod brackets;
pub mod complete;
pub mod diagnostic;
pub mod expectation;
pub use socklab_filters as filter;
pub mod function;
pub mod highlight;
pub mod hint;
pub mod inject;
mod lexer;
pub mod line;
pub mod parse;
pub mod program;
pub mod reach;
mod scan;
pub mod signature;
pub mod stepping;
pub mod unparse;
pub mod wire;
