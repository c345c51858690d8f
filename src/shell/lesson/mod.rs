//! Lessons at work: checked, played, learned. What a lesson is and how it is judged is `lesson`; here it meets a lab.

pub mod answers;
pub mod check;
pub mod checking;
pub mod folder;
pub mod library;
pub mod running;
pub mod stage;
