//! The paths that the calls of this process may reach: everywhere, or one folder alone. Symbolic links are followed before it is decided;
//! no command makes one, so none can come between the decision and the call.

use super::Engine;
use super::execution::{Outcome, Stop};
use crate::sys::address;
use crate::value::Address;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

impl Engine {
    /// Keeps the paths of its calls to this folder from now on. The first folder given holds.
    pub fn keep_to(&self, folder: PathBuf) {
        let _ = self.bounds.set(folder.canonicalize().unwrap_or(folder));
    }

    /// Refuses the address of a socket that lies in the file system outside the folder (unix(7)).
    pub(super) fn permit_address(&self, address: &Address) -> Outcome<()> {
        // As the kernel reads it, in whatever way it was typed.
        let bytes = address::encode(address);
        match address::decode(&bytes) {
            Address::UnixPath(path) => self.permit_path(&path),
            _ => Ok(()),
        }
    }

    /// Refuses a path outside the folder.
    pub(super) fn permit_path(&self, path: &[u8]) -> Outcome<()> {
        let Some(folder) = self.bounds.get() else {
            return Ok(());
        };
        let path = Path::new(OsStr::from_bytes(path));
        if lies_in(path, folder) {
            return Ok(());
        }
        Err(Stop::because(format!(
            "{} lies outside the lesson's folder, to which a lesson is kept that did not come with socklab; --allow-run lifts that",
            path.display().to_string().escape_debug()
        )))
    }
}

/// True when the path, its symbolic links followed, lies below the folder, which is an absolute path without links.
fn lies_in(path: &Path, folder: &Path) -> bool {
    if let Ok(real) = path.canonicalize() {
        return real.starts_with(folder);
    }
    // It does not exist, or is a link to what does not.
    if path.is_symlink() {
        return false;
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    match parent.canonicalize() {
        Ok(real) => real.starts_with(folder) && !path.ends_with(".."),
        // The call fails wherever the path leads; it may say so when it leads nowhere else.
        Err(_) => path
            .components()
            .all(|part| matches!(part, Component::CurDir | Component::Normal(_))),
    }
}

#[cfg(test)]
mod tests {
    use super::lies_in;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_path_lies_in_a_folder_when_its_links_lead_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().canonicalize().expect("it is there");
        std::fs::create_dir(folder.join("in")).expect("a folder");
        std::fs::write(folder.join("in/file"), "x").expect("a file");
        symlink("/etc", folder.join("away")).expect("a link");
        symlink("/nowhere/at/all", folder.join("dangling")).expect("a link");
        symlink("in", folder.join("near")).expect("a link");
        for (path, inside) in [
            ("in/file", true),
            ("in/new", true),
            ("near/file", true),
            ("near/../in/file", true),
            ("in/../../x", false),
            ("..", false),
            ("../x", false),
            ("away/passwd", false),
            ("away/new", false),
            ("dangling", false),
            ("/etc/passwd", false),
            ("/nowhere/x", false),
        ] {
            let path = if path.starts_with('/') {
                path.into()
            } else {
                folder.join(path)
            };
            assert_eq!(lies_in(&path, &folder), inside, "{}", path.display());
        }
    }
}
