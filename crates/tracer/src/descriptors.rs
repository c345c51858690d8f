//! Which descriptors of a process are sockets or epoll sets. Pure, but for `identify`, which asks /proc.

use crate::call::Descriptor;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// What a descriptor stands for.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A socket.
    Socket {
        /// Its number in sockfs.
        inode: u64,
        /// It is known to be none of AF_UNIX.
        plain: bool,
    },
    /// An epoll set, with the descriptors that were sockets when they were given to it; its duplicates share it.
    Epoll(Rc<RefCell<BTreeSet<i32>>>),
}

impl Kind {
    /// An epoll set that watches nothing yet.
    pub(crate) fn epoll() -> Self {
        Self::Epoll(Rc::default())
    }
}

#[derive(Clone, Debug)]
struct Entry {
    kind: Kind,
    close_on_exec: bool,
}

/// The table of a process, or of several that share it (CLONE_FILES).
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    open: BTreeMap<i32, Entry>,
    /// Closed sockets: a second close of one is told, too.
    former: BTreeSet<i32>,
}

/// A table as threads share it.
pub(crate) type Shared = Rc<RefCell<Files>>;

impl Files {
    pub(crate) fn insert(&mut self, fd: i32, kind: Kind, close_on_exec: bool) {
        self.former.remove(&fd);
        self.open.insert(
            fd,
            Entry {
                kind,
                close_on_exec,
            },
        );
    }

    pub(crate) fn kind(&self, fd: i32) -> Option<&Kind> {
        self.open.get(&fd).map(|entry| &entry.kind)
    }

    /// Is it a socket, or an epoll set that watches one?
    pub(crate) fn concerns(&self, fd: i32) -> bool {
        match self.kind(fd) {
            Some(Kind::Socket { .. }) => true,
            Some(Kind::Epoll(watched)) => !watched.borrow().is_empty(),
            None => false,
        }
    }

    pub(crate) fn descriptor(&self, fd: i32) -> Option<Descriptor> {
        self.kind(fd).map(|kind| Descriptor {
            fd,
            inode: match kind {
                Kind::Socket { inode, .. } => *inode,
                Kind::Epoll(_) => 0,
            },
        })
    }

    /// Was it a socket, and is nothing known of it since?
    pub(crate) fn was_socket(&self, fd: i32) -> bool {
        self.former.contains(&fd)
    }

    /// It stands for something else now.
    pub(crate) fn forget(&mut self, fd: i32) {
        self.former.remove(&fd);
    }

    pub(crate) fn close(&mut self, fd: i32) {
        if self.open.remove(&fd).is_some() {
            self.former.insert(fd);
        }
    }

    /// close_range(2): closes them, or has them closed by exec.
    pub(crate) fn close_range(&mut self, first: u32, last: u32, on_exec_only: bool) {
        for fd in self.in_range(first, last) {
            if on_exec_only {
                self.set_close_on_exec(fd, true);
            } else {
                self.close(fd);
            }
        }
    }

    pub(crate) fn in_range(&self, first: u32, last: u32) -> Vec<i32> {
        self.open
            .keys()
            .copied()
            .filter(|fd| (first..=last).contains(&(*fd as u32)))
            .collect()
    }

    /// `to` stands for what `from` does; for nothing known, where `from` is neither socket nor epoll set.
    pub(crate) fn duplicate(&mut self, from: i32, to: i32, close_on_exec: bool) {
        if let Some(kind) = self.kind(from).cloned() {
            self.insert(to, kind, close_on_exec);
        } else {
            self.open.remove(&to);
            self.former.remove(&to);
        }
    }

    /// Is it a socket known to be none of AF_UNIX, so that no descriptors come with its messages?
    pub(crate) fn carries_no_rights(&self, fd: i32) -> bool {
        matches!(self.kind(fd), Some(Kind::Socket { plain: true, .. }))
    }

    /// Its family is known.
    pub(crate) fn set_plain(&mut self, fd: i32) {
        if let Some(Entry {
            kind: Kind::Socket { plain, .. },
            ..
        }) = self.open.get_mut(&fd)
        {
            *plain = true;
        }
    }

    pub(crate) fn set_close_on_exec(&mut self, fd: i32, on: bool) {
        if let Some(entry) = self.open.get_mut(&fd) {
            entry.close_on_exec = on;
        }
    }

    /// An epoll set watches a socket, or no longer.
    pub(crate) fn watch(&mut self, set: i32, fd: i32, on: bool) {
        let concerns = self.concerns(fd);
        if let Some(Kind::Epoll(watched)) = self.kind(set) {
            if on && concerns {
                watched.borrow_mut().insert(fd);
            } else if !on {
                watched.borrow_mut().remove(&fd);
            }
        }
    }

    /// What is left after exec.
    pub(crate) fn after_exec(&self) -> Self {
        let mut open = self.open.clone();
        open.retain(|_, entry| !entry.close_on_exec);
        Self {
            open,
            former: BTreeSet::new(),
        }
    }
}

/// What a descriptor of a stopped process stands for, by the link in /proc.
pub(crate) fn identify(pid: i32, fd: i32) -> Option<Kind> {
    let link = std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?;
    kind_of_link(link.to_str()?)
}

/// Is there such a descriptor?
pub(crate) fn exists(pid: i32, fd: i32) -> bool {
    std::fs::symlink_metadata(format!("/proc/{pid}/fd/{fd}")).is_ok()
}

fn kind_of_link(link: &str) -> Option<Kind> {
    if link == "anon_inode:[eventpoll]" {
        return Some(Kind::epoll());
    }
    let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
    Some(Kind::Socket {
        inode: inode.parse().ok()?,
        plain: false,
    })
}

/// The whole table of a stopped process.
pub(crate) fn inherited(pid: i32) -> Files {
    let mut files = Files::default();
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd"));
    for entry in entries.into_iter().flatten().flatten() {
        let fd = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some((fd, kind)) = fd.and_then(|fd| Some((fd, identify(pid, fd)?))) {
            files.insert(fd, kind, false);
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_follows_close_dup_and_exec() {
        let mut files = Files::default();
        let socket = |inode| Kind::Socket {
            inode,
            plain: false,
        };
        files.insert(3, socket(7), false);
        files.insert(4, socket(8), true);
        files.insert(5, Kind::epoll(), false);
        assert!(!files.concerns(5));
        files.watch(5, 3, true);
        files.duplicate(5, 6, false);
        assert!(files.concerns(6), "a duplicate watches the same");
        files.duplicate(9, 3, false);
        assert!(!files.concerns(3), "a file has taken the number");
        files.duplicate(4, 10, false);
        let after = files.after_exec();
        assert_eq!(after.in_range(0, u32::MAX), [5, 6, 10]);
        files.close(4);
        assert!(files.was_socket(4) && !files.concerns(4));
        files.close_range(5, u32::MAX, false);
        assert_eq!(files.in_range(0, u32::MAX), []);
    }

    #[test]
    fn links_of_proc_are_known() {
        assert!(matches!(
            kind_of_link("socket:[123]"),
            Some(Kind::Socket { inode: 123, .. })
        ));
        assert!(matches!(
            kind_of_link("anon_inode:[eventpoll]"),
            Some(Kind::Epoll(_))
        ));
        assert!(kind_of_link("pipe:[123]").is_none());
    }
}
