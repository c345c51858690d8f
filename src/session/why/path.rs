//! Why a call on a socket of AF_UNIX failed that named a path: what lies there, and whose socket is or was bound to it. Not the names
//! without a file, and not the connections (`unix`).

use super::Evidence;
use super::scene::title;
use super::unix::backlog;
use crate::event::socket::SocketRow;
use crate::session::Session;
use crate::sys::diag::{Answer, Question};
use crate::value::Address;
use std::fs::{FileType, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

impl Session {
    /// A path: what is there, and which socket of this lab it belongs to.
    pub(super) fn why_path(&mut self, evidence: &mut Evidence, path: &[u8]) {
        let shown = path.escape_ascii().to_string();
        let whole = self.path_of(&evidence.call.process, path);
        let binds = evidence.call.name == "bind";
        // A symbolic link stands in bind's way; every other call follows it.
        let found = if binds {
            std::fs::symlink_metadata(&whole)
        } else {
            std::fs::metadata(&whole)
        };
        let Ok(found) = found else {
            return evidence.facts.push(missing(&shown, &whole));
        };
        if !found.file_type().is_socket() {
            let kind = kind_of(found.file_type());
            evidence
                .facts
                .push(format!("{shown} is {kind}, not a socket."));
            if binds {
                evidence.facts.push(
                    "bind makes a new file for the socket, and never replaces one.".to_owned(),
                );
            }
            return;
        }
        evidence.holders = self.bound_to(&found);
        let Some(holder) = evidence.holders.first().cloned() else {
            let who = self.left_by(&whole, path);
            evidence.facts.push(format!(
                "{shown} is the file of a socket, but no socket of this lab is bound to it: {who}"
            ));
            if binds {
                evidence.facts.push("Closing a socket does not remove its file: unlink(2) does (os.unlink, rm). bind never replaces a file.".to_owned());
            }
            return;
        };
        bound_there(evidence, &holder, &found);
    }

    /// A path whose folders lead nowhere, or where nothing may be made.
    pub(super) fn why_way(&mut self, evidence: &mut Evidence, path: &[u8]) {
        let shown = path.escape_ascii();
        let whole = self.path_of(&evidence.call.process, path);
        if evidence.errno == "EROFS" {
            let folder = whole.parent().unwrap_or(&whole).display().to_string();
            evidence.facts.push(format!(
                "{} is on a file system that is mounted read-only: bind cannot make a file for the socket there.",
                folder.escape_debug()
            ));
            return;
        }
        let mut above: Vec<&Path> = whole.ancestors().collect();
        above.reverse();
        let turns = |path: &&&Path| {
            path.is_symlink()
                && std::fs::metadata(path)
                    .is_err_and(|error| error.raw_os_error() == Some(libc::ELOOP))
        };
        let Some(link) = above.iter().find(turns) else {
            return;
        };
        let to = std::fs::read_link(link).unwrap_or_default();
        evidence.facts.push(format!(
            "{shown} leads nowhere: {} is a symbolic link to {}, and following it never ends.",
            link.display().to_string().escape_debug(),
            to.display().to_string().escape_debug()
        ));
    }

    /// The sockets of this lab that are bound to a file.
    fn bound_to(&mut self, file: &Metadata) -> Vec<SocketRow> {
        let (inode, device) = (file.ino() as u32, kernel_device(file.dev()));
        let answers = self.ask(&[Question::Unix]);
        let same = |answer: &Answer| {
            answer.file.is_some_and(|(own, on)| {
                // Some file systems tell another device than the kernel has.
                own == inode && (on == device || on >> 20 == 0)
            })
        };
        let sockets: Vec<u64> = answers
            .iter()
            .filter(|(_, answer)| same(answer))
            .map(|(_, answer)| u64::from(answer.inode))
            .collect();
        // Connections that a listener has accepted have its file, too: the listener is the one that was bound.
        let mut rows: Vec<SocketRow> = self
            .socket_rows(None)
            .into_iter()
            .filter(|row| row.inode != 0 && sockets.contains(&row.inode))
            .collect();
        if rows.iter().any(|row| row.state != "connected") {
            rows.retain(|row| row.state != "connected");
        }
        rows
    }

    /// Who has left a file behind, as far as the log knows.
    fn left_by(&self, whole: &Path, path: &[u8]) -> String {
        let same = |process: &str, local: Option<&Address>| matches!(local, Some(Address::UnixPath(other)) if other == path || self.path_of(process, other) == whole);
        let bound = self.log().calls().rev().find(|call| {
            call.name == "bind" && call.errno.is_none() && same(&call.process, call.local.as_ref())
        });
        let party =
            self.ledger.parties().rev().find(|party| {
                party.closed_ns.is_some() && same(&party.process, party.local.as_ref())
            });
        match (party, bound) {
            (Some(party), _) => format!(
                "{} of {} was, and has closed; its file stayed.",
                party.label, party.process
            ),
            (None, Some(call)) => format!("{} of {} made it.", call.invocation(), call.process),
            (None, None) if outside_the_lab(whole) => {
                "a program outside this lab has a socket of that path.".to_owned()
            }
            (None, None) => {
                "it was left behind by a program that has closed its socket, or belongs to one outside this lab."
                    .to_owned()
            }
        }
    }
}

/// What it means that this socket is bound to the path.
fn bound_there(evidence: &mut Evidence, holder: &SocketRow, found: &Metadata) {
    let title = title(holder);
    match (evidence.call.errno.as_deref(), holder.state) {
        (Some("ECONNREFUSED"), "listening") => evidence.facts.push(format!(
            "{title} listens there now; when the call was made it did not."
        )),
        (Some("ECONNREFUSED"), _) => evidence.facts.push(format!(
            "{title} is bound there, but nobody has called listen on it."
        )),
        (Some("EAGAIN"), _) => evidence.facts.push(backlog(holder)),
        (Some("EADDRINUSE"), _)
            if evidence.call.fd == holder.fd && evidence.call.process == holder.process =>
        {
            evidence.facts.push(format!(
                "{title} itself is bound there: a socket is bound once, and the file exists already."
            ));
        }
        (Some("EADDRINUSE"), "listening") => {
            evidence
                .facts
                .push(format!("{title} is open and listens there."));
        }
        (Some("EADDRINUSE"), _) => {
            evidence
                .facts
                .push(format!("{title} is open and bound there."));
        }
        (Some("EACCES"), _) => evidence.facts.push(format!(
            "To connect takes permission to write the file; its mode is {:o}, its owner {}.",
            found.mode() & 0o7777,
            found.uid()
        )),
        _ => {}
    }
}

/// What is not there of a path.
fn missing(shown: &str, whole: &Path) -> String {
    let there = whole.ancestors().skip(1).find(|above| above.exists());
    let folder = whole.parent().unwrap_or(whole);
    let blocks = there.filter(|above| !above.is_dir());
    if let Some(above) = blocks {
        let kind = above
            .metadata()
            .map_or("not a directory", |found| kind_of(found.file_type()));
        return format!(
            "There is no {shown}: {} is {kind}, not a directory.",
            above.display().to_string().escape_debug()
        );
    }
    match there {
        Some(above) if above == folder => format!(
            "There is no {shown}: the directory {} exists, but has no such file.",
            folder.display().to_string().escape_debug()
        ),
        Some(above) => format!(
            "There is no {shown}: the directory {} does not exist either; {} does.",
            folder.display().to_string().escape_debug(),
            above.display().to_string().escape_debug()
        ),
        None => format!("There is no {shown}."),
    }
}

fn kind_of(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a directory"
    } else if kind.is_socket() {
        "the file of a socket"
    } else if kind.is_symlink() {
        "a symbolic link"
    } else if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_file() {
        "an ordinary file"
    } else {
        "a device"
    }
}

/// A device number as the kernel has it inside: twelve bits and twenty.
fn kernel_device(device: u64) -> u32 {
    let major = libc::major(device);
    let minor = libc::minor(device);
    major << 20 | minor
}

/// True when the machine's own network namespace has a socket of this path.
fn outside_the_lab(path: &Path) -> bool {
    let Ok(table) = std::fs::read_to_string("/proc/net/unix") else {
        return false;
    };
    let path = path.display().to_string();
    table
        .lines()
        .any(|line| line.ends_with(&format!(" {path}")))
}
