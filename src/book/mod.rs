//! The book's pages as text, made from lessons, from what came of running them, and from the catalog. Nothing is run or written here.

pub mod canonical;
pub mod chapters;
pub mod glossary;
pub mod links;
pub mod lookup;
pub mod markdown;
pub mod page;
pub mod ports;
pub mod reference;
pub mod sheet;
pub mod solutions;
pub mod subjects;
pub mod tables;
pub mod times;
