//! What is asked of the student before it is done: a yes or a no by one key, or nobody who could be asked.

use super::{Press, Screen, Shell};
use crate::render::styled::{Style, Styled};
use crate::sys::file::{self, Identity};
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

/// The answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Consent {
    /// `y`.
    Given,
    /// Any other key.
    Withheld,
    /// There is no keyboard to ask at.
    Nobody,
}

/// Waits for the key that answers a question which was shown; `usual` is what the Enter key stands for.
pub(super) fn consent(screen: &mut dyn Screen, usual: Consent) -> Consent {
    loop {
        match screen.key(Duration::from_hours(1)) {
            Press::Key('y' | 'Y') => return Consent::Given,
            Press::Key('\r' | '\n') => return usual,
            Press::Key(_) => return Consent::Withheld,
            Press::Nobody => return Consent::Nobody,
            Press::Nothing => {}
        }
    }
}

impl Shell {
    /// Lets `save` replace files that this session did not write.
    pub fn allow_overwriting(&mut self) {
        self.overwrites = true;
    }

    /// Writes a file whole. One that another wrote is replaced only when the student says so, and nothing but a file ever is.
    pub(super) fn write_file(
        &mut self,
        path: &str,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
        screen: &mut dyn Screen,
    ) -> io::Result<()> {
        let path = Path::new(path);
        if let Ok(found) = std::fs::symlink_metadata(path) {
            if found.is_symlink() {
                return Err(io::Error::other(
                    "it is a symbolic link, which `save` does not follow",
                ));
            }
            if found.is_dir() {
                return Err(io::Error::from_raw_os_error(libc::EISDIR));
            }
            if !found.is_file() {
                return Err(io::Error::other("it exists and is not a regular file"));
            }
            self.may_replace(path, file::identity(&found), screen)?;
        }
        let written = file::replace(path, None, fill)?;
        self.written.insert(written);
        Ok(())
    }

    fn may_replace(&self, path: &Path, found: Identity, screen: &mut dyn Screen) -> io::Result<()> {
        if self.overwrites || self.written.contains(&found) {
            return Ok(());
        }
        let mut text = Styled::new();
        text.say(
            Style::Plain,
            5,
            &format!(
                "{} exists, and this session did not write it. Replace it? y or n",
                path.display().to_string().escape_debug()
            ),
        );
        if self.manner.deadline.is_none() {
            screen.show(&text);
            match consent(screen, Consent::Withheld) {
                Consent::Given => return Ok(()),
                Consent::Withheld => return Err(io::Error::other("it was kept as it is")),
                Consent::Nobody => {}
            }
        }
        Err(io::Error::other(
            "it exists, and this session did not write it: another name keeps it, --overwrite replaces it",
        ))
    }
}
