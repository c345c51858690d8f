//! clone(2) and execve(2): a child in namespaces of its own. Not fork without exec: whoever calls may have threads.
#![expect(
    unsafe_code,
    reason = "clone, capset and the calls between clone and execve have no safe wrapper"
)]

use super::descriptor_table;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::Pid;
use std::ffi::{CStr, CString, OsString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// What the child is to be.
#[derive(Debug)]
pub struct Birth<'a> {
    /// The program, usually `/proc/self/exe`.
    pub program: &'a CStr,
    /// Its arguments, the first being its name.
    pub arguments: &'a [CString],
    /// `CLONE_NEW*` flags (namespaces(7)); 0 for none.
    pub namespaces: i32,
    /// The home of a child whose environment has nothing of the user's; `None` for one that has all of it.
    pub home: Option<&'a Path>,
    /// The descriptor that becomes number 3 in the child; all others but 0 to 2 are closed on exec by their own flags.
    pub channel: BorrowedFd<'a>,
}

/// Where between clone and execve it failed, with the error.
#[derive(Debug, thiserror::Error)]
#[error("{step}: {error}")]
pub struct BirthError {
    /// The step, as the name of the call or file.
    pub step: &'static str,
    /// The system's error.
    pub error: io::Error,
}

const STEPS: [&str; 8] = [
    "clone(2)",
    "write /proc/self/setgroups",
    "write /proc/self/uid_map",
    "write /proc/self/gid_map",
    "capset(2)",
    "prctl(PR_CAP_AMBIENT)",
    "dup2(2)",
    "execve(2)",
];

/// The array that execve(2) takes; it points into `strings`, which must outlive it.
fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    let strings = strings.iter().map(|string| string.as_ptr());
    strings.chain([std::ptr::null()]).collect()
}

/// Makes a child process in new namespaces and executes a program in it. In a new user namespace the caller's user and
/// group are mapped to themselves and every capability is made ambient, so that the program and its children hold it (user_namespaces(7)).
pub fn clone_and_exec(birth: &Birth<'_>) -> Result<Pid, BirthError> {
    let at = |step: usize, error: io::Error| BirthError {
        step: STEPS[step],
        error,
    };
    let (told, tell) = socketpair(
        AddressFamily::Unix,
        SockType::SeqPacket,
        None,
        SockFlag::SOCK_CLOEXEC,
    )
    .map_err(|errno| at(0, errno.into()))?;
    let maps = UserMaps::of_this_user();
    let argv = pointers(birth.arguments);
    let environment = birth.home.map_or_else(environment, bare_environment);
    let envp = pointers(&environment);

    // SAFETY: no stack is given and CLONE_VM is not set, so the child goes on on a copy of this one, as after fork(2).
    let pid = unsafe {
        libc::syscall(
            libc::SYS_clone,
            i64::from(birth.namespaces | libc::SIGCHLD),
            0,
            0,
            0,
            0,
        )
    };
    match pid {
        -1 => Err(at(0, io::Error::last_os_error())),
        0 => {
            let failure = become_program(birth, &maps, &argv, &envp);
            let report = [failure.0, failure.1 as u8];
            // SAFETY: only async-signal-safe calls are made in the child; the buffer outlives the call; _exit does not return.
            unsafe {
                libc::write(tell.as_raw_fd(), report.as_ptr().cast(), report.len());
                libc::_exit(127)
            }
        }
        pid => {
            let pid = Pid::from_raw(pid as i32);
            drop(tell);
            let mut report = [0_u8; 2];
            // End of file means that execve closed the other end: the child lives.
            match nix::unistd::read(&told, &mut report) {
                Ok(2) => {
                    let _ = nix::sys::wait::waitpid(pid, None);
                    let step = usize::from(report[0]).min(STEPS.len() - 1);
                    Err(at(step, io::Error::from_raw_os_error(i32::from(report[1]))))
                }
                _ => Ok(pid),
            }
        }
    }
}

/// The environment of the lab's programs: this process's, with HOME and SHELL where it has none, as login(1) gives them (environ(7)).
/// Shells and interpreters that miss them ask for the user's entry by a socket to the name service's cache: calls that no program made.
fn environment() -> Vec<CString> {
    let home = || {
        let user = nix::unistd::User::from_uid(nix::unistd::getuid());
        user.ok()
            .flatten()
            .map_or_else(|| "/".into(), |user| user.dir.into_os_string())
    };
    let given = |name: &str| std::env::var_os(name).is_some();
    let home = (!given("HOME")).then(|| ("HOME".into(), home()));
    let shell = (!given("SHELL")).then(|| ("SHELL".into(), "/bin/sh".into()));
    std::env::vars_os()
        .chain(home)
        .chain(shell)
        .filter_map(|(name, value)| environment_entry(&name, &value))
        .collect()
}

/// What programs need of the environment, and nothing that is the user's: tokens and addresses of services are not for them.
fn bare_environment(home: &Path) -> Vec<CString> {
    const NEEDED: [&str; 6] = ["PATH", "LANG", "TZ", "TERM", "RUSTUP_HOME", "PYENV_ROOT"];
    let needed = |name: &std::ffi::OsStr| {
        let text = name.to_string_lossy();
        NEEDED.contains(&&*text) || text.starts_with("LC_")
    };
    let kept: Vec<(OsString, OsString)> = std::env::vars_os()
        .filter(|(name, _)| needed(name))
        .collect();
    let users = std::env::var_os("HOME").map(PathBuf::from);
    let kept_at_home = [("RUSTUP_HOME", ".rustup"), ("PYENV_ROOT", ".pyenv")];
    let at_home = kept_at_home.into_iter().filter_map(|(name, folder)| {
        let folder = users.as_ref()?.join(folder);
        let given = kept.iter().any(|(known, _)| known == name);
        (!given && folder.is_dir()).then(|| (OsString::from(name), folder.into_os_string()))
    });
    let own = [
        ("HOME".into(), home.into()),
        ("SHELL".into(), "/bin/sh".into()),
    ];
    let all = kept.iter().cloned().chain(at_home).chain(own);
    all.filter_map(|(name, value)| environment_entry(&name, &value))
        .collect()
}

fn environment_entry(name: &std::ffi::OsStr, value: &std::ffi::OsStr) -> Option<CString> {
    use std::os::unix::ffi::OsStrExt;
    CString::new([name.as_bytes(), b"=", value.as_bytes()].concat()).ok()
}

/// The one-line maps of user_namespaces(7), written before the child exists because it may not allocate.
struct UserMaps {
    uid: String,
    gid: String,
}

impl UserMaps {
    fn of_this_user() -> Self {
        let (uid, gid) = (nix::unistd::geteuid(), nix::unistd::getegid());
        Self {
            uid: format!("{uid} {uid} 1\n"),
            gid: format!("{gid} {gid} 1\n"),
        }
    }
}

/// Runs in the child: returns the step that failed and its errno, or does not return.
fn become_program(
    birth: &Birth<'_>,
    maps: &UserMaps,
    argv: &[*const libc::c_char],
    envp: &[*const libc::c_char],
) -> (u8, i32) {
    if let Some(limit) = descriptor_table::original_limit() {
        let _ = nix::sys::resource::setrlimit(
            nix::sys::resource::Resource::RLIMIT_NOFILE,
            limit.0,
            limit.1,
        );
    }
    if birth.namespaces & libc::CLONE_NEWUSER != 0 {
        for (step, path, text) in [
            (1, c"/proc/self/setgroups", "deny"),
            (2, c"/proc/self/uid_map", maps.uid.as_str()),
            (3, c"/proc/self/gid_map", maps.gid.as_str()),
        ] {
            if let Err(errno) = write_file(path, text.as_bytes()) {
                return (step, errno);
            }
        }
        if let Err(failure) = make_capabilities_ambient() {
            return failure;
        }
    }
    let from = birth.channel.as_raw_fd();
    // SAFETY: dup2, fcntl and execve are async-signal-safe; the arrays end with a null pointer and outlive the call.
    unsafe {
        let placed = if from == 3 {
            libc::fcntl(3, libc::F_SETFD, 0)
        } else {
            libc::dup2(from, 3)
        };
        if placed == -1 {
            return (6, *libc::__errno_location());
        }
        libc::execve(birth.program.as_ptr(), argv.as_ptr(), envp.as_ptr());
        (7, *libc::__errno_location())
    }
}

fn write_file(path: &CStr, text: &[u8]) -> Result<(), i32> {
    // SAFETY: open, write and close are async-signal-safe; path ends with a zero byte; the buffer is as long as said.
    unsafe {
        let fd = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        if fd == -1 {
            return Err(*libc::__errno_location());
        }
        let written = libc::write(fd, text.as_ptr().cast(), text.len());
        let errno = *libc::__errno_location();
        libc::close(fd);
        if written == -1 { Err(errno) } else { Ok(()) }
    }
}

/// `_LINUX_CAPABILITY_VERSION_3`.
const VERSION_3: u32 = 0x2008_0522;

/// `struct __user_cap_header_struct` and two of `__user_cap_data_struct` (capget(2)).
#[repr(C)]
struct CapHeader {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct CapData {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

const fn header() -> CapHeader {
    CapHeader {
        version: VERSION_3,
        pid: 0,
    }
}

/// The capability sets of this thread (capget(2)), or the errno. Allocates nothing: it is called between clone(2) and execve(2).
fn capabilities() -> Result<[CapData; 2], i32> {
    let mut header = header();
    let mut data = [CapData {
        effective: 0,
        permitted: 0,
        inheritable: 0,
    }; 2];
    // SAFETY: both structures have the layout the kernel documents for version 3, and outlive the call.
    unsafe {
        if libc::syscall(libc::SYS_capget, &raw mut header, data.as_mut_ptr()) == -1 {
            return Err(*libc::__errno_location());
        }
    }
    Ok(data)
}

/// Sets them (capset(2)), or gives the errno.
fn set_capabilities(data: [CapData; 2]) -> Result<(), i32> {
    let header = header();
    // SAFETY: as in `capabilities`.
    unsafe {
        if libc::syscall(libc::SYS_capset, &raw const header, data.as_ptr()) == -1 {
            return Err(*libc::__errno_location());
        }
    }
    Ok(())
}

/// Makes every permitted capability inheritable and ambient, so that it survives execve by a user who is not root (capabilities(7)).
fn make_capabilities_ambient() -> Result<(), (u8, i32)> {
    let at_sets = |errno| (4, errno);
    let mut data = capabilities().map_err(at_sets)?;
    for set in &mut data {
        set.inheritable = set.permitted;
    }
    set_capabilities(data).map_err(at_sets)?;
    for capability in 0..64_u64 {
        let held = data[(capability / 32) as usize].permitted >> (capability % 32) & 1 == 1;
        // SAFETY: prctl takes numbers here.
        unsafe {
            if held
                && libc::prctl(
                    libc::PR_CAP_AMBIENT,
                    libc::PR_CAP_AMBIENT_RAISE,
                    capability,
                    0,
                    0,
                ) == -1
            {
                return Err((5, *libc::__errno_location()));
            }
        }
    }
    Ok(())
}

/// Makes every permitted capability of this process ambient, so that what it executes holds it too (capabilities(7)).
pub fn keep_capabilities() -> io::Result<()> {
    make_capabilities_ambient().map_err(|(_, errno)| io::Error::from_raw_os_error(errno))
}

/// Gives up every capability whose bit is not set, for this process and all it executes (capabilities(7)): in all sets, the bounding set
/// among them.
pub fn limit_capabilities(kept: u64) -> io::Result<()> {
    const LAST: u64 = 63;
    for capability in (0..=LAST).filter(|capability| kept >> capability & 1 == 0) {
        // SAFETY: prctl takes numbers here.
        unsafe {
            let dropped = libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0);
            // Those that this kernel does not know, and a container whose set is not to be changed and is small already.
            if dropped == -1 && !matches!(*libc::__errno_location(), libc::EINVAL | libc::EPERM) {
                return Err(io::Error::last_os_error());
            }
        }
    }
    let mut data = capabilities().map_err(io::Error::from_raw_os_error)?;
    for (half, set) in data.iter_mut().enumerate() {
        let kept = (kept >> (32 * half)) as u32;
        set.effective &= kept;
        set.permitted &= kept;
        set.inheritable &= kept;
    }
    set_capabilities(data).map_err(io::Error::from_raw_os_error)
}

/// fork(2), for a process that has one thread, or whose caller holds every lock that the child will take: the child may go on as it
/// likes. Gives `None` in the child.
pub fn fork() -> io::Result<Option<Pid>> {
    // SAFETY: the keeper never starts a thread, and a server that forks holds the lock of its memory meanwhile (glibc does the same for
    // its heap), so no lock that the child takes is held by a thread that it does not have.
    match unsafe { nix::unistd::fork() }? {
        nix::unistd::ForkResult::Parent { child } => Ok(Some(child)),
        nix::unistd::ForkResult::Child => Ok(None),
    }
}

/// Ends this process at once (_exit(2)): a forked child has nothing to unwind that is not its parent's.
pub fn leave(status: i32) -> ! {
    // SAFETY: takes a number and does not return.
    unsafe { libc::_exit(status) }
}

/// A descriptor that stands for a process (pidfd_open(2)).
pub fn pidfd_open(pid: Pid) -> io::Result<OwnedFd> {
    use std::os::fd::FromRawFd;
    // SAFETY: pidfd_open takes two integers; the descriptor it gives belongs to nobody else.
    unsafe {
        let fd = libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0);
        if fd == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(OwnedFd::from_raw_fd(fd as i32))
        }
    }
}

/// The process id a pidfd stands for, in this process's own process namespace (the `Pid:` line of its fdinfo, pidfd_open(2)).
pub fn pid_of(pidfd: &OwnedFd) -> io::Result<i32> {
    let text = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd()))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pid:"));
    line.and_then(|number| number.trim().parse().ok())
        .ok_or_else(|| io::Error::from_raw_os_error(libc::ESRCH))
}

/// Sends a signal to the process a pidfd stands for (pidfd_send_signal(2)); it cannot meet another process of the same number.
pub fn pidfd_send_signal(pidfd: BorrowedFd<'_>, signal: i32) -> io::Result<()> {
    // SAFETY: no siginfo is passed; the descriptor is open for the time of the call.
    let result = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            signal,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        )
    };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Sends a signal to one thread (tgkill(2)).
pub fn tgkill(process: i32, thread: i32, signal: i32) -> io::Result<()> {
    // SAFETY: three integers.
    let result = unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal) };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
