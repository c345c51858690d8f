//! Lessons at work: checked, played, learned. What a lesson is and how it is judged is `lesson`; here it meets a lab.

pub mod answers;
pub mod aside;
pub mod check;
pub mod checking;
pub mod context;
pub mod course;
pub mod drafting;
pub mod folder;
pub mod helping;
pub mod judging;
pub mod library;
pub mod naming;
pub mod orders;
pub mod play;
pub mod progress_file;
pub mod recording;
pub mod running;
pub mod showing;
pub mod stage;
pub mod studying;
