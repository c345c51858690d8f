//! A lesson's own folder: made for it, gone with it, and the place its processes begin in.

use nix::fcntl::{Flock, FlockArg};
use nix::sched::{CloneFlags, unshare};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How the names of these folders begin.
const PREFIX: &str = "socklab-lesson-";

/// An empty folder that goes when this does.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Held as long as the lesson lives. The kernel lets go of it however the process ends, and then the folder is anybody's to remove.
    _lock: Flock<File>,
}

impl Folder {
    /// Makes one where temporary files go, and removes those there whose owners were killed.
    pub fn new() -> io::Result<Self> {
        let place = std::env::temp_dir();
        sweep(&place);
        loop {
            let path =
                nix::unistd::mkdtemp(&place.join(format!("{PREFIX}XXXXXX"))).map_err(|errno| {
                    io::Error::other(format!(
                        "no folder can be made in {}: {} ({errno:?}); TMPDIR names another place",
                        place.display(),
                        errno.desc()
                    ))
                })?;
            // Somebody who sweeps at this moment may have been faster.
            if let Some(lock) = hold(&path) {
                return Ok(Self { path, _lock: lock });
            }
        }
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

/// Locks a folder that is there and nobody else's (flock(2)).
fn hold(path: &Path) -> Option<Flock<File>> {
    let lock = Flock::lock(File::open(path).ok()?, FlockArg::LockExclusiveNonblock).ok()?;
    let (held, named) = (lock.metadata().ok()?, std::fs::symlink_metadata(path).ok()?);
    ((held.dev(), held.ino()) == (named.dev(), named.ino())).then_some(lock)
}

/// Removes this user's folders of lessons that no living process holds.
fn sweep(place: &Path) {
    let user = nix::unistd::geteuid().as_raw();
    let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
    for entry in entries {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && entry
                .metadata()
                .is_ok_and(|found| found.is_dir() && found.uid() == user);
        if is_ours && let Some(_lock) = hold(&entry.path()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Does some work on a thread whose current folder is this one, and only its: what it starts begins there (unshare(2), CLONE_FS).
pub fn within<T: Send>(folder: &Path, work: impl FnOnce() -> T + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let begun = std::thread::Builder::new().spawn_scoped(scope, || {
            unshare(CloneFlags::CLONE_FS)?;
            std::env::set_current_dir(folder)?;
            Ok(work())
        });
        let thread = begun
            .map_err(|error| io::Error::other(format!("no thread can be made for it: {error}")))?;
        thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
