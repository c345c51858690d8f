//! Files of the user: read whole within a bound, never waiting for a pipe or a device, and written so that what was there is whole or replaced.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Which file it is, whatever its name: device and inode (stat(2)).
pub type Identity = (u64, u64);

/// Which file this is.
pub fn identity(found: &Metadata) -> Identity {
    (found.dev(), found.ino())
}

/// Reads a regular file of at most so many bytes. A pipe, a device or a folder is an error, and is not waited for (open(2), O_NONBLOCK).
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("this is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!(
            "longer than {limit} bytes, which is the most that is read"
        )));
    }
    Ok(bytes)
}

/// Writes a file beside this path and gives it the name when it is whole, in place of what had the name. A symbolic link is replaced, not
/// followed. Without a mode it has the permissions of the file that it replaces, or those of any new file.
pub fn replace(
    path: &Path,
    mode: Option<u32>,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<Identity> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if path.file_name().is_none() {
        return Err(io::Error::from_raw_os_error(libc::EISDIR));
    }
    let number = COUNT.fetch_add(1, Relaxed);
    let beside = folder.join(format!(".socklab-{}-{number}", std::process::id()));
    let before = std::fs::symlink_metadata(path)
        .ok()
        .filter(Metadata::is_file);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode.unwrap_or(0o666))
        .open(&beside)?;
    let written = fill(&mut file).and_then(|()| {
        if let (None, Some(before)) = (mode, &before) {
            file.set_permissions(Permissions::from_mode(before.mode() & 0o777))?;
        }
        file.flush()?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        // The new name, too, is to survive the loss of power; not every file system can say so of a folder.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(identity(&file.metadata()?))
    });
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{read, replace};
    use std::io::Write;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn only_a_regular_file_within_the_bound_is_read_and_nothing_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("ten"), "0123456789").expect("a file");
        nix::unistd::mkfifo(&path("fifo"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        assert_eq!(read(&path("ten"), 10).expect("it fits"), b"0123456789");
        assert!(read(&path("ten"), 9).is_err());
        for other in [
            path("fifo"),
            "/dev/zero".into(),
            folder.path().into(),
            path("absent"),
        ] {
            assert!(read(&other, 10).is_err(), "{}", other.display());
        }
    }

    #[test]
    fn a_file_is_replaced_whole_and_a_link_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("target"), "old").expect("a file");
        symlink("target", path("link")).expect("a link");
        replace(&path("link"), Some(0o600), |file| file.write_all(b"new")).expect("written");
        assert_eq!(std::fs::read(path("target")).expect("there"), b"old");
        assert_eq!(std::fs::read(path("link")).expect("there"), b"new");
        let found = std::fs::symlink_metadata(path("link")).expect("there");
        assert!(found.is_file());
        assert_eq!(found.permissions().mode() & 0o777, 0o600);
        let failed = replace(&path("target"), None, |file| {
            file.write_all(b"half")?;
            Err(std::io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(path("target")).expect("there"), b"old");
        let left = std::fs::read_dir(folder.path())
            .expect("it is there")
            .count();
        assert_eq!(left, 2, "nothing is left beside them");
    }
}
