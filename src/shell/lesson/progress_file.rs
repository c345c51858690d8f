//! The file that says how far a student is: read when a lesson begins, written whole after each step (write, fsync, rename).

use crate::lesson::progress::{Place, Progress};
use crate::sys::file;
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// The file has at most this many bytes: some thousand lessons.
const LONGEST: u64 = 1 << 20;

/// Reads the file. One that is not there, or cannot be read, says nothing.
pub fn read(path: &Path) -> Progress {
    let bytes = file::read(path, LONGEST).unwrap_or_default();
    Progress::parse(&String::from_utf8_lossy(&bytes))
}

/// Writes it, for its owner alone to read. However this ends, the file is the old one or the new one.
pub fn write(path: &Path, progress: &Progress) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    file::replace(path, Some(0o600), |file| {
        file.write_all(progress.text().as_bytes())
    })
    .map(drop)
}

/// Takes what others have written meanwhile, and adds one lesson's steps to it.
pub fn reach(path: &Path, lesson: &str, reached: Place) -> io::Result<()> {
    let mut progress = read(path);
    progress.reach(lesson, reached);
    write(path, &progress)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(done: usize) -> Place {
        Place {
            done,
            of: 5,
            ..Place::default()
        }
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("state/socklab/progress");
        assert_eq!(read(&path), Progress::default());
        reach(&path, "handshake", place(1)).expect("it can be written");
        reach(&path, "closing", place(2)).expect("it can be written");
        let read = read(&path);
        assert_eq!(read.of("handshake").map(|place| place.done), Some(1));
        assert_eq!(read.of("closing").map(|place| place.done), Some(2));
        let beside = std::fs::read_dir(path.parent().expect("it has one"))
            .expect("it is there")
            .count();
        assert_eq!(beside, 1);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error_and_leaves_the_old_one() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "x").expect("it can be written");
        assert!(reach(&blocked.join("progress"), "handshake", place(1)).is_err());
        assert_eq!(std::fs::read(&blocked).expect("it is there"), b"x");
    }
}
