//! The names of the lab: /etc/hosts as every process in it, and every program run there, sees it. The file outside is not touched.

use super::address;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use std::fmt::Write as _;
use std::io;
use std::path::Path;

const NONE: Option<&str> = None;

/// Cuts this mount namespace off from the one it was copied from, so that nothing mounted here shows outside (mount_namespaces(7)).
pub fn make_private() -> nix::Result<()> {
    mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE)
}

/// Mounts a /proc that shows the lab's own process ids.
pub fn mount_proc() -> nix::Result<()> {
    mount(
        Some("proc"),
        "/proc",
        Some("proc"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC,
        NONE,
    )
}

/// Lays a file with these lines over /etc/hosts. It lives in a tmpfs that is mounted for a moment over a folder of this
/// mount namespace and stays alive as the mount on the file alone.
pub fn cover(lines: &str) -> io::Result<()> {
    const HOSTS: &str = "/etc/hosts";
    if !Path::new(HOSTS).exists() {
        return Err(io::Error::from_raw_os_error(libc::ENOENT));
    }
    let stage = ["/mnt", "/media", "/srv", "/opt"]
        .iter()
        .find(|path| Path::new(path).is_dir())
        .copied();
    let stage = stage.ok_or_else(|| io::Error::from_raw_os_error(libc::ENOTDIR))?;
    mount(
        Some("tmpfs"),
        stage,
        Some("tmpfs"),
        MsFlags::MS_NOSUID | MsFlags::MS_NODEV,
        Some("size=64k,mode=755"),
    )?;
    let file = format!("{stage}/hosts");
    let covered = std::fs::write(&file, lines).and_then(|()| {
        Ok(mount(
            Some(file.as_str()),
            HOSTS,
            NONE,
            MsFlags::MS_BIND,
            NONE,
        )?)
    });
    let uncovered = umount2(stage, MntFlags::MNT_DETACH);
    covered?;
    Ok(uncovered?)
}

/// Writes other lines into the file laid over /etc/hosts.
pub fn rewrite(lines: &str) -> io::Result<()> {
    std::fs::write("/etc/hosts", lines)
}

/// The lines for the first host, and for those on the wire with their numbers.
pub fn lines(first: &str, wire: &[(&str, u8)]) -> String {
    let mut text = format!(
        "127.0.0.1\tlocalhost {first}\n::1\tlocalhost ip6-localhost ip6-loopback {first}\n"
    );
    for (name, number) in wire {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{}\t{name}", address::ipv4(*number));
        let _ = writeln!(text, "{}\t{name}", address::ipv6(*number));
    }
    text
}
