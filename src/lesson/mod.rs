//! Lessons as data: Markdown to steps, what steps expect, judged from events; progress; drafts. Nothing here runs or prints anything.

pub mod answer;
pub mod beat;
pub mod deciding;
pub mod difference;
pub mod document;
pub mod done;
pub mod draft;
pub mod effect;
pub mod fence;
pub mod figure;
pub mod front;
pub mod lab;
pub mod likeness;
pub mod program_task;
pub mod progress;
pub mod question;
pub mod sequence;
pub mod shelf;
pub mod task;
pub mod toml_block;
pub mod transcript;
pub mod unseen;
