//! A lesson's own folder: made for it, gone with it, and the place its processes begin in.

use nix::sched::{CloneFlags, unshare};
use std::io;
use std::path::{Path, PathBuf};

/// An empty folder that goes when this does.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes one where temporary files go.
    pub fn new() -> io::Result<Self> {
        let template = std::env::temp_dir().join("socklab-lesson-XXXXXX");
        Ok(Self {
            path: nix::unistd::mkdtemp(&template)?,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to whoever keeps the temporary files.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Does some work on a thread whose current folder is this one, and only its: what it starts begins there (unshare(2), CLONE_FS).
pub fn within<T: Send>(folder: &Path, work: impl FnOnce() -> T + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            unshare(CloneFlags::CLONE_FS)?;
            std::env::set_current_dir(folder)?;
            Ok(work())
        });
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
