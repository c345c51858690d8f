//! The command language of socklab, and what it knows by name: calls with their parameters, constants, options, errnos, terms.
//!
//! [`command`] turns a line into commands and back, completes it and says what is wrong with it; [`catalog`] holds the tables.

pub mod catalog;
pub mod command;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
