//! Where socklab keeps what outlives a session: the XDG state folder.

use etcetera::{BaseStrategy, choose_base_strategy};
use std::path::PathBuf;

/// The file that says how far the student is in each lesson; `None` when there is no home to keep it in.
pub fn progress_file() -> Option<PathBuf> {
    let strategy = choose_base_strategy().ok()?;
    Some(strategy.state_dir()?.join("socklab").join("progress"))
}

/// The history file, in a folder that exists; `None` when there is no home to keep it in.
pub fn history_file() -> Option<PathBuf> {
    let strategy = choose_base_strategy().ok()?;
    let folder = strategy.state_dir()?.join("socklab");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}
