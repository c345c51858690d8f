//! Tables of streams with the messages in them, and properties: every segmentation gives the same, and nothing panics.

mod conversations;
mod faults;
mod property;
