//! A sealed lab: its programs see the machine's files read-only, none of any user's, and write to one folder, which is the lab's own and
//! small; and they hold few privileges. All of it is done in the lab's own mount namespace and shows nowhere else.

use crate::sys::{mounts, spawn};
use nix::mount::{MsFlags, mount};
use nix::sys::resource::{Resource, setrlimit};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const NONE: Option<&str> = None;

/// Where users and services keep what is theirs, and what is laid over it.
const COVERED: [&str; 11] = [
    "/etc/ssh",
    "/etc/ssl/private",
    "/tmp",
    "/var/tmp",
    "/run",
    "/home",
    "/root",
    "/mnt",
    "/media",
    "/var/spool",
    "/dev",
];

/// Files that are only root's to read, which a program of root's lab would be able to.
const SECRETS: [&str; 4] = [
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
];

/// How many user namespaces may be made in this one (namespaces(7)).
const NAMESPACES: &str = "/proc/sys/user/max_user_namespaces";

/// The devices a program may use.
const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

/// What a program cannot do without: nothing over these is covered because a file in it is to be hidden.
const NEEDED: [&str; 7] = ["/usr", "/bin", "/lib", "/lib64", "/etc", "/proc", "/sys"];

/// Privileges that a program of a sealed lab keeps (capabilities(7)): raw sockets, low ports and broadcasts of the lab's network.
const KEPT: u64 = 1 << 10 | 1 << 11 | 1 << 13;

/// Bytes of memory a program may have of its own, bytes of the largest file, and processes of the lab.
const MEMORY: u64 = 512 << 20;
const FILE: u64 = 64 << 20;
const PROCESSES: u64 = 96;

/// True in a sealed lab's keeper and in what it forks.
static SEALED: AtomicBool = AtomicBool::new(false);

/// Makes all that is mounted read-only in this mount namespace, which must be cut off from the machine's.
pub fn close_mounts() -> io::Result<()> {
    if has_user_namespace() {
        // A namespace within this one would give its maker every privilege there. Whether it is so is seen in the end.
        let _ = std::fs::write(NAMESPACES, "0");
    }
    mounts::close_all(Path::new("/"))
}

/// Covers users' files, makes the current folder the lab's own, with what was in it, and hides further folders, and files with the folders
/// they lie in. Gives what could not be done,
/// in words.
pub fn close(hidden: &[PathBuf]) -> Vec<String> {
    SEALED.store(true, Relaxed);
    let mut open = Vec::new();
    let mut attempt = |what: &str, result: io::Result<()>| {
        if let Err(error) = result {
            open.push(format!("{what}: {error}"));
        }
    };
    match Kept::hold() {
        Ok(kept) => {
            for path in covers(hidden) {
                attempt(&path.display().to_string(), cover(&path));
            }
            attempt("devices", kept.bring_back_devices());
            attempt("the programs of PATH", kept.bring_back_tools());
            attempt("the program's folder", kept.bring_back_folder());
        }
        Err(error) => attempt("the program's folder", Err(error)),
    }
    let binary = std::fs::read_link("/proc/self/exe");
    let secrets = SECRETS.map(PathBuf::from);
    for file in binary.iter().chain(hidden).chain(&secrets) {
        if file.is_file() {
            attempt(
                &file.display().to_string(),
                bind(Path::new("/dev/null"), file),
            );
        }
    }
    let namespaces = std::fs::read_to_string(NAMESPACES).unwrap_or_default();
    if has_user_namespace() && namespaces.trim() != "0" {
        open.push("namespaces within the lab".to_owned());
    }
    open
}

/// Runs in a forked child that is to become a program: bounds it and takes its privileges, in a sealed lab.
pub fn bound() -> io::Result<()> {
    if !SEALED.load(Relaxed) {
        return Ok(());
    }
    setrlimit(Resource::RLIMIT_DATA, MEMORY, MEMORY)?;
    setrlimit(Resource::RLIMIT_FSIZE, FILE, FILE)?;
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    if has_user_namespace() {
        // The kernel counts a user's processes for each user namespace (Linux 5.14).
        setrlimit(Resource::RLIMIT_NPROC, PROCESSES, PROCESSES)?;
    }
    // Should memory run out, this goes first.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    spawn::limit_capabilities(KEPT)?;
    Ok(nix::sys::prctl::set_no_new_privs()?)
}

/// True where the user ids of this process are a map of its own, of one id.
fn has_user_namespace() -> bool {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().nth(2) == Some("1")
}

/// What is to be covered: what users keep, and the folders of what is hidden, but for those a program cannot do without.
fn covers(hidden: &[PathBuf]) -> Vec<PathBuf> {
    let fixed = COVERED.iter().map(PathBuf::from);
    let beside = hidden.iter().filter_map(|path| {
        if path.is_dir() {
            Some(path.clone())
        } else {
            path.parent().map(Path::to_path_buf)
        }
    });
    let is_needed = |path: &Path| {
        path == Path::new("/")
            || NEEDED
                .iter()
                .any(|needed| Path::new(needed).starts_with(path) || path == Path::new(needed))
    };
    let mut covers: Vec<PathBuf> = Vec::new();
    for path in fixed.chain(beside) {
        let is_inside = covers.iter().any(|cover| path.starts_with(cover));
        if path.is_absolute() && path.is_dir() && !is_needed(&path) && !is_inside {
            covers.push(path);
        }
    }
    covers
}

/// Lays an empty folder of the lab's own over one.
fn cover(path: &Path) -> io::Result<()> {
    let open = matches!(path.to_str(), Some("/tmp" | "/var/tmp"));
    let how = if open {
        "size=64m,nr_inodes=4k,mode=1777"
    } else {
        "size=1m,nr_inodes=4k,mode=755"
    };
    tmpfs(path, how)
}

fn tmpfs(path: &Path, how: &str) -> io::Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    Ok(mount(Some("tmpfs"), path, Some("tmpfs"), flags, Some(how))?)
}

fn bind(from: &Path, to: &Path) -> io::Result<()> {
    Ok(mount(
        Some(from),
        to,
        NONE,
        MsFlags::MS_BIND | MsFlags::MS_REC,
        NONE,
    )?)
}

/// What is brought back from under the covers, held open so that it is still there then.
struct Kept {
    folder: PathBuf,
    held: File,
    devices: Vec<(PathBuf, File)>,
    tools: Vec<(PathBuf, File)>,
}

fn hold(path: &Path) -> io::Result<File> {
    File::options()
        .read(true)
        .custom_flags(libc::O_PATH)
        .open(path)
}

/// The path by which this process finds what it holds.
fn held(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

impl Kept {
    fn hold() -> io::Result<Self> {
        let folder = std::env::current_dir()?;
        let each = |path: PathBuf| Some((path.clone(), hold(&path).ok()?));
        let devices = DEVICES.iter().map(|name| Path::new("/dev").join(name));
        Ok(Self {
            held: hold(&folder)?,
            folder,
            devices: devices.filter_map(each).collect(),
            tools: tools().into_iter().filter_map(each).collect(),
        })
    }

    fn bring_back_devices(&self) -> io::Result<()> {
        for (path, file) in &self.devices {
            File::create(path)?;
            bind(&held(file), path)?;
            mounts::open(path)?;
        }
        for (number, name) in ["stdin", "stdout", "stderr"].iter().enumerate() {
            std::os::unix::fs::symlink(
                format!("/proc/self/fd/{number}"),
                Path::new("/dev").join(name),
            )?;
        }
        std::os::unix::fs::symlink("/proc/self/fd", "/dev/fd")?;
        Ok(())
    }

    /// The folders of PATH that were covered, and the libraries beside them; read-only as all else.
    fn bring_back_tools(&self) -> io::Result<()> {
        for (path, file) in &self.tools {
            if !path.exists() {
                std::fs::create_dir_all(path)?;
                bind(&held(file), path)?;
            }
        }
        Ok(())
    }

    /// A folder of the same name in memory, with the files that were in it.
    fn bring_back_folder(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        tmpfs(&self.folder, "size=64m,nr_inodes=4k,mode=755")?;
        for entry in std::fs::read_dir(held(&self.held))?.flatten() {
            let (from, to) = (entry.path(), self.folder.join(entry.file_name()));
            if entry.file_type()?.is_file() {
                std::fs::copy(&from, &to)?;
                let mode = std::fs::metadata(&from)?.permissions().mode();
                std::fs::set_permissions(&to, std::fs::Permissions::from_mode(mode))?;
            }
        }
        std::env::set_current_dir(&self.folder)
    }
}

/// The folders of PATH, with the libraries beside them and where rustup and pyenv keep what stands behind their programs.
fn tools() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|path| path.is_absolute())
        .collect();
    let libraries = folders
        .iter()
        .filter_map(|folder| Some(folder.parent()?.join("lib")));
    let known = ["RUSTUP_HOME", "PYENV_ROOT"]
        .iter()
        .filter_map(std::env::var_os);
    let mut tools: Vec<PathBuf> = folders.iter().cloned().chain(libraries).collect();
    tools.extend(known.map(PathBuf::from));
    // A folder before what is in it.
    tools.sort();
    tools.retain(|tool| tool.is_dir());
    tools
}
