//! Bounds on a lab that runs somebody's program: how long, how much memory, how many processes. What exceeds them ends the lab, with
//! everything in it.

use crate::sys::clock::Deadline;
use crate::sys::spawn;
use nix::unistd::Pid;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the lab is looked at.
const LOOK: Duration = Duration::from_millis(25);

/// What a lab may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// From now to the end of the case.
    pub time: Duration,
    /// Bytes of memory that are resident, of all processes together.
    pub memory: u64,
    /// Processes and threads, those of the lab itself among them.
    pub processes: usize,
}

/// The bounds of a case but for its time.
pub const BOUNDS: Bounds = Bounds {
    time: crate::lesson::program_task::TIME,
    memory: 512 << 20,
    processes: 80,
};

/// What went beyond its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// It took longer.
    Time(Duration),
    /// The processes used more memory.
    Memory(u64),
    /// There were more processes.
    Processes(usize),
}

impl Excess {
    /// What happened, in words.
    pub fn words(self) -> String {
        match self {
            Self::Time(time) => format!("the case did not end within {}", seconds(time)),
            Self::Memory(bytes) => {
                format!("its processes used more than {} MiB of memory", bytes >> 20)
            }
            Self::Processes(count) => format!("it had more than {count} processes and threads"),
        }
    }
}

fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{} s", time.as_secs_f64())
    }
}

/// Watches a lab for as long as this lives.
#[derive(Debug)]
pub struct Guard {
    excess: Arc<OnceLock<Excess>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Guard {
    /// Begins to watch the lab of this keeper.
    pub fn watch(keeper: i32, bounds: Bounds) -> io::Result<Self> {
        let keeper_fd = spawn::pidfd_open(Pid::from_raw(keeper))?;
        let excess = Arc::new(OnceLock::new());
        let (stop, stopped) = channel();
        let found = Arc::clone(&excess);
        let thread = std::thread::Builder::new().spawn(move || {
            let deadline = Deadline::after(bounds.time);
            while matches!(
                stopped.recv_timeout(LOOK.min(deadline.remaining())),
                Err(RecvTimeoutError::Timeout)
            ) {
                let over = if deadline.is_over() {
                    Some(Excess::Time(bounds.time))
                } else {
                    beyond(keeper, &bounds)
                };
                if let Some(over) = over {
                    let _ = found.set(over);
                    return end(&keeper_fd);
                }
            }
        })?;
        Ok(Self {
            excess,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// What ended the lab, if something did.
    pub fn excess(&self) -> Option<Excess> {
        self.excess.get().copied()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Ends the keeper: it is process 1 of the lab, so the kernel ends all others with it (pid_namespaces(7)).
fn end(keeper: &OwnedFd) {
    let _ = spawn::pidfd_send_signal(keeper.as_fd(), libc::SIGKILL);
}

/// What the processes of a keeper exceed. Orphans are its children as well, so all of the lab is below it.
fn beyond(keeper: i32, bounds: &Bounds) -> Option<Excess> {
    let mut waiting = vec![keeper];
    let (mut count, mut pages) = (0, 0_u64);
    let mut seen = Vec::new();
    while let Some(pid) = waiting.pop() {
        let folder = format!("/proc/{pid}/task");
        let Ok(threads) = std::fs::read_dir(Path::new(&folder)) else {
            continue;
        };
        for thread in threads.flatten() {
            count += 1;
            let children = std::fs::read_to_string(thread.path().join("children"));
            let children = children.unwrap_or_default();
            waiting.extend(
                children
                    .split_whitespace()
                    .filter_map(|word| word.parse::<i32>().ok()),
            );
        }
        pages += resident(pid);
        seen.push(pid);
        if count > bounds.processes {
            return Some(Excess::Processes(bounds.processes));
        }
    }
    // Resident pages count once for each process that shares them; what is shared is told apart only where it may matter.
    let beyond = pages * page_size() > bounds.memory
        && seen.into_iter().map(own_share).sum::<u64>() > bounds.memory;
    beyond.then_some(Excess::Memory(bounds.memory))
}

/// The bytes of a process, those it shares divided among all that share them (Pss, proc_pid_smaps(5)).
fn own_share(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    number.map_or_else(|| resident(pid) * page_size(), |kib| kib << 10)
}

/// The resident pages of a process (proc_pid_statm(5)).
fn resident(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let word = text.split_whitespace().nth(1);
    word.and_then(|word| word.parse().ok()).unwrap_or(0)
}

fn page_size() -> u64 {
    let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE);
    size.ok().flatten().map_or(4096, |size| size as u64)
}
