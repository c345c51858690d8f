//! Where socklab keeps what outlives a session: the XDG state folder.

use etcetera::{BaseStrategy, choose_base_strategy};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

/// The file that says how far the student is in each lesson; `None` when there is no home to keep it in.
pub fn progress_file() -> Option<PathBuf> {
    let strategy = choose_base_strategy().ok()?;
    Some(strategy.state_dir()?.join("socklab").join("progress"))
}

/// The history file, in a folder that exists; `None` when there is no home to keep it in, or something else has its name.
pub fn history_file() -> Option<PathBuf> {
    let strategy = choose_base_strategy().ok()?;
    let folder = strategy.state_dir()?.join("socklab");
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(&folder).ok()?;
    let file = folder.join("history");
    // A pipe in its place would be waited for.
    let is_usable = std::fs::metadata(&file).map_or(true, |found| found.is_file());
    is_usable.then_some(file)
}
