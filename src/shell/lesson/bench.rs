//! The file a student writes for a task that asks for a program: made with the skeleton in it, and watched. Not what is done at a save.

use crate::lesson::program_task::ProgramTask;
use crate::sys::file;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

/// A program has at most this many bytes.
pub const LONGEST: u64 = 4 << 20;

/// A student's file and what is heard of it.
#[derive(Debug)]
pub struct Bench {
    path: PathBuf,
    /// Watches the folder: an editor may write a new file and give it the old one's name.
    watch: Inotify,
    /// The text that was put through the cases last; at first the skeleton.
    graded: Vec<u8>,
}

impl Bench {
    /// Makes the file with the skeleton in it, if it is not there, and begins to watch it. The flag says that it was made.
    pub(super) fn open(lesson: &str, task: &ProgramTask) -> io::Result<(Self, bool)> {
        let folder = std::env::current_dir()?.join(lesson);
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(&task.program);
        let watch = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        watch.add_watch(
            &folder,
            AddWatchFlags::IN_CLOSE_WRITE | AddWatchFlags::IN_MOVED_TO,
        )?;
        let made = match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                file.write_all(task.skeleton.as_bytes())?;
                true
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
            Err(error) => return Err(error),
        };
        let graded = task.skeleton.clone().into_bytes();
        Ok((
            Self {
                path,
                watch,
                graded,
            },
            made,
        ))
    }

    /// The file's new text, when it is another than the one that was put through the cases last.
    pub(super) fn saved(&mut self) -> Option<io::Result<Vec<u8>>> {
        while self
            .watch
            .read_events()
            .is_ok_and(|events| !events.is_empty())
        {}
        match file::read(&self.path, LONGEST) {
            Ok(text) if text == self.graded => None,
            Ok(text) => {
                self.graded.clone_from(&text);
                Some(Ok(text))
            }
            // An editor may be about to put the new file in its place.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What to wait for.
    pub(in crate::shell) fn as_fd(&self) -> BorrowedFd<'_> {
        self.watch.as_fd()
    }
}
