//! The folder of `file`: what may be read and written there. A name is never a path, and no link is followed.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// The longest file that is given or taken, in bytes.
const LONGEST: u64 = 1 << 30;
/// A name with what is put before and behind it while a file is incomplete has to fit into NAME_MAX (255).
const NAME: usize = 200;

/// A folder.
pub(super) struct Store {
    folder: PathBuf,
}

/// A file that is being sent.
pub(super) struct Outgoing {
    file: File,
    left: u64,
}

/// A file that is being received.
pub(super) struct Incoming {
    file: File,
    /// Where it grows.
    part: PathBuf,
    /// What it will be called.
    path: PathBuf,
    length: u64,
    left: u64,
    checksum: String,
}

impl Store {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The path of a file by its name, which has to be one.
    fn path(&self, name: &[u8]) -> Result<(PathBuf, String), String> {
        let text = std::str::from_utf8(name).unwrap_or_default();
        let fits = !text.is_empty()
            && text.len() <= NAME
            && !text.starts_with('.')
            && !text
                .chars()
                .any(|c| c == '/' || c.is_control() || c.is_whitespace());
        if !fits {
            return Err(format!(
                "a name has 1 to {NAME} characters, no /, no blank, no control character, and does not begin with a dot"
            ));
        }
        Ok((self.folder.join(text), text.to_owned()))
    }

    /// The files, each with its length: `OK 2`, and a line for each.
    pub(super) fn list(&self) -> Result<String, String> {
        let entries = fs::read_dir(&self.folder).map_err(|error| reason(&error))?;
        let mut lines: Vec<(String, u64)> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok()?;
                self.path(name.as_bytes()).ok()?;
                let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((name, about.len()))
            })
            .collect();
        lines.sort();
        let mut text = format!("OK {}\n", lines.len());
        for (name, length) in lines {
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{length} {name}");
        }
        Ok(text)
    }

    /// A file from a place on, with its whole length and checksum.
    pub(super) fn open(&self, name: &[u8], from: u64) -> Result<(Outgoing, u64, String), String> {
        let (path, name) = self.path(name)?;
        let opened = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(path);
        let mut file = opened.map_err(|error| format!("{name}: {}", reason(&error)))?;
        let about = file.metadata().map_err(|error| reason(&error))?;
        if !about.is_file() || about.len() > LONGEST {
            return Err(format!("{name}: not a file of at most {LONGEST} bytes"));
        }
        let length = about.len();
        if from > length {
            return Err(format!("{name} has {length} bytes"));
        }
        let checksum = checksum(&mut file).map_err(|error| reason(&error))?;
        file.seek(SeekFrom::Start(from))
            .map_err(|error| reason(&error))?;
        let left = length - from;
        Ok((Outgoing { file, left }, length, checksum))
    }

    /// A file that is to come, and how many bytes of it are there from an earlier try.
    pub(super) fn begin(
        &self,
        name: &[u8],
        length: u64,
        checksum: &[u8],
    ) -> Result<(Incoming, u64), String> {
        let (path, name) = self.path(name)?;
        let checksum = std::str::from_utf8(checksum)
            .ok()
            .filter(|text| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .ok_or("a checksum is SHA-256 as 64 hexadecimal digits")?
            .to_ascii_lowercase();
        if length > LONGEST {
            return Err(format!("a file has at most {LONGEST} bytes"));
        }
        if path.symlink_metadata().is_ok() {
            return Err(format!("{name} exists already"));
        }
        // What is there of another file of this name is not gone on with.
        let part = self
            .folder
            .join(format!(".{name}.{}.part", &checksum[..16]));
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
            .open(&part)
            .map_err(|error| format!("{name}: {}", reason(&error)))?;
        let about = file.metadata().map_err(|error| reason(&error))?;
        if !about.is_file() {
            return Err(format!("{name}: what is there of it is not a file"));
        }
        let from = about.len().min(length);
        if about.len() > length {
            file.set_len(length).map_err(|error| reason(&error))?;
        }
        let incoming = Incoming {
            file,
            part,
            path,
            length,
            left: length - from,
            checksum,
        };
        Ok((incoming, from))
    }
}

impl Outgoing {
    /// The next bytes; empty at the end.
    pub(super) fn piece(&mut self, size: usize) -> std::io::Result<Vec<u8>> {
        let size = self.left.min(size as u64) as usize;
        let mut piece = vec![0; size];
        self.file.read_exact(&mut piece)?;
        self.left -= size as u64;
        Ok(piece)
    }
}

impl Incoming {
    /// How many bytes are still to come.
    pub(super) fn left(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX)
    }

    /// Takes bytes; the answer once all are there.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Option<String> {
        if let Err(error) = self.file.write_all(bytes) {
            return Some(format!("ERR {}\n", reason(&error)));
        }
        self.left -= bytes.len() as u64;
        if self.left > 0 {
            return None;
        }
        Some(match self.finish() {
            Ok(()) => format!("OK {}\n", self.length),
            Err(why) => {
                let _ = fs::remove_file(&self.part);
                format!("ERR {why}\n")
            }
        })
    }

    fn finish(&mut self) -> Result<(), String> {
        let found = checksum(&mut self.file).map_err(|error| reason(&error))?;
        if found != self.checksum {
            return Err(format!(
                "the checksum of what came is {found}, not {}",
                self.checksum
            ));
        }
        // link(2) replaces nothing, as rename(2) would what has come to be meanwhile.
        fs::hard_link(&self.part, &self.path).map_err(|error| reason(&error))?;
        fs::remove_file(&self.part).map_err(|error| reason(&error))
    }
}

fn checksum(file: &mut File) -> std::io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    std::io::copy(file, &mut hash)?;
    let mut text = String::new();
    for byte in hash.finalize() {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// What the kernel said, without a path.
fn reason(error: &std::io::Error) -> String {
    error.to_string()
}
