//! What the calls of this process may reach of the machine: everything, or no path outside one folder and no socket of a family that the
//! lab's network does not confine. Symbolic links are followed before it is decided;
//! no command makes one, so none can come between the decision and the call.

use super::Engine;
use super::execution::{Outcome, Stop};
use super::text;
use crate::sys::address;
use crate::value::Address;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// What a process is kept to.
#[derive(Debug)]
pub(super) struct Bounds {
    /// Everything in it may be reached.
    folder: PathBuf,
    /// Paths outside it that may be reached when they are written just so.
    granted: Vec<Vec<u8>>,
}

impl Engine {
    /// Keeps the paths of its calls to this folder and to the granted paths from now on. The first folder given holds.
    pub fn keep_to(&self, folder: PathBuf, granted: Vec<Vec<u8>>) {
        let folder = folder.canonicalize().unwrap_or(folder);
        let _ = self.bounds.set(Bounds { folder, granted });
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

    /// Refuses a socket that the lab's network namespace does not confine.
    pub(super) fn permit_family(&self, family: i32, protocol: i32) -> Outcome<()> {
        if self.bounds.get().is_none() || is_confined(family, protocol) {
            return Ok(());
        }
        Err(Stop::because(format!(
            "a socket of {} with protocol {protocol} reaches this machine from inside the lab's network, and a lesson that did not come with socklab is kept to the lab; --allow-run lifts that",
            text::family(family)
        )))
    }

    /// Refuses a path outside the folder.
    pub(super) fn permit_path(&self, path: &[u8]) -> Outcome<()> {
        let Some(bounds) = self.bounds.get() else {
            return Ok(());
        };
        let is_granted = bounds.granted.iter().any(|granted| granted == path);
        let path = Path::new(OsStr::from_bytes(path));
        if is_granted || lies_in(path, &bounds.folder) {
            return Ok(());
        }
        Err(Stop::because(format!(
            "{} lies outside the lesson's folder, and it is not among the paths that the lesson listed before it began: a lesson that did not come with socklab reaches nothing else; --allow-run lifts that",
            path.display().to_string().escape_debug()
        )))
    }
}

/// Families whose sockets belong to a network namespace and meet nothing beyond it (network_namespaces(7)). Paths of AF_UNIX are judged by
/// themselves. Not among them are AF_VSOCK (the hypervisor and every guest, vsock(7)), AF_ALG (the kernel's ciphers), AF_RDS and AF_SMC
/// (adapters), and those that exist in the first namespace alone or load a driver of hardware (AF_BLUETOOTH, AF_NFC, AF_LLC, AF_QIPCRTR …).
const CONFINED: [i32; 8] = [
    libc::AF_UNIX,
    libc::AF_INET,
    libc::AF_INET6,
    libc::AF_NETLINK,
    libc::AF_PACKET,
    libc::AF_KEY,
    libc::AF_CAN,
    libc::AF_XDP,
];

/// Protocols of AF_NETLINK that a network namespace has for itself. Not among them are those of audit, SELinux, SCSI, RDMA, the kernel's
/// ciphers and process events, which are the machine's (netlink(7)).
const CONFINED_NETLINK: [i32; 8] = [
    libc::NETLINK_ROUTE,
    libc::NETLINK_USERSOCK,
    libc::NETLINK_SOCK_DIAG,
    libc::NETLINK_XFRM,
    libc::NETLINK_FIB_LOOKUP,
    libc::NETLINK_NETFILTER,
    libc::NETLINK_KOBJECT_UEVENT,
    libc::NETLINK_GENERIC,
];

fn is_confined(family: i32, protocol: i32) -> bool {
    CONFINED.contains(&family)
        && (family != libc::AF_NETLINK || CONFINED_NETLINK.contains(&protocol))
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
    use super::{is_confined, lies_in};
    use std::os::unix::fs::symlink;

    #[test]
    fn a_family_is_confined_when_its_sockets_belong_to_a_network_namespace() {
        for (family, protocol, confined) in [
            (libc::AF_UNIX, 0, true),
            (libc::AF_INET, libc::IPPROTO_TCP, true),
            (libc::AF_INET6, libc::IPPROTO_RAW, true),
            (libc::AF_PACKET, 0x300, true),
            (libc::AF_NETLINK, libc::NETLINK_ROUTE, true),
            (libc::AF_NETLINK, libc::NETLINK_AUDIT, false),
            (libc::AF_NETLINK, libc::NETLINK_CRYPTO, false),
            (libc::AF_NETLINK, libc::NETLINK_CONNECTOR, false),
            (libc::AF_NETLINK, libc::NETLINK_SCSITRANSPORT, false),
            (libc::AF_NETLINK, 31, false),
            (libc::AF_VSOCK, 0, false),
            (libc::AF_ALG, 0, false),
            (libc::AF_BLUETOOTH, 0, false),
            (libc::AF_RDS, 0, false),
            (43, 0, false),
            (libc::AF_LLC, 0, false),
            (libc::AF_NFC, 0, false),
            (libc::AF_UNSPEC, 0, false),
            (-1, 0, false),
            (99, 0, false),
        ] {
            assert_eq!(
                is_confined(family, protocol),
                confined,
                "{family} {protocol}"
            );
        }
    }

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
