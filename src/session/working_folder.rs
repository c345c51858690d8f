//! Where a path leads that a process has named: a relative one begins at the process's own working folder, not the terminal's.

use super::Session;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

impl Session {
    /// The whole path that a path means to a process (proc_pid_cwd(5)); to one that has ended, what it means to the terminal.
    pub(super) fn path_of(&self, process: &str, path: &[u8]) -> PathBuf {
        let path = Path::new(OsStr::from_bytes(path));
        let folder = self
            .pid_of(process)
            .and_then(|pid| std::fs::read_link(format!("/proc/{pid}/cwd")).ok());
        let whole = folder.map_or_else(|| path.to_owned(), |folder| folder.join(path));
        std::path::absolute(&whole).unwrap_or(whole)
    }
}
