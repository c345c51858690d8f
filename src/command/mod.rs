//! Text to commands and back: both spellings of the language become one tree, checked against the catalog.

pub mod ast;
pub mod diagnostic;
pub mod expectation;
pub mod function;
mod lexer;
pub mod line;
pub mod parse;
pub mod signature;
pub mod unparse;
