//! The terminal and the processes of prompts take turns: each sleeps while the other works, and the next is woken at its end. On one
//! processor that costs a switch; on two it costs the wake of one that is idle, several times as much on a virtual machine. While
//! commands come as fast as a script's they are kept on one, and let go as soon as anybody waits for anything else.

use crate::sys::affinity::{self, Processors, SELF};
use crate::sys::clock;

/// So many commands in a row whose calls return at once are a script's.
const QUICK: u32 = 16;
/// Within so many nanoseconds of each other.
const SOON_NS: u64 = 20_000_000;

/// Whose turns have been quick, and who is kept on one processor for it.
#[derive(Debug, Default)]
pub(super) struct Turns {
    quick: u32,
    last_ns: u64,
    /// Where this thread could run before, and where it is kept.
    kept: Option<(Processors, Processors)>,
    /// The processes that are kept there too, each with where it could run before.
    beside: Vec<(i32, Processors)>,
}

impl Turns {
    /// A process has answered at once.
    pub(super) fn taken(&mut self, pid: i32) {
        let now_ns = clock::monotonic_ns();
        if now_ns - std::mem::replace(&mut self.last_ns, now_ns) > SOON_NS {
            self.end();
        }
        self.quick += 1;
        if self.quick >= QUICK && !self.beside.iter().any(|(kept, _)| *kept == pid) {
            // A machine that forbids it goes on as it is.
            let _ = self.keep(pid);
        }
    }

    /// Others than the two are waited for, or begin: all run where they like again.
    pub(super) fn end(&mut self) {
        self.quick = 0;
        if let Some((before, _)) = self.kept.take() {
            let _ = affinity::set(SELF, before);
        }
        for (pid, before) in self.beside.drain(..) {
            let _ = affinity::set(pid, before);
        }
    }

    fn keep(&mut self, pid: i32) -> nix::Result<()> {
        let here = if let Some((_, here)) = self.kept {
            here
        } else {
            let (before, here) = (affinity::of(SELF)?, affinity::current()?);
            affinity::set(SELF, here)?;
            self.kept = Some((before, here));
            here
        };
        let before = affinity::of(pid)?;
        // Told once, whatever comes of it.
        self.beside.push((pid, before));
        affinity::set(pid, here)
    }
}

impl Drop for Turns {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn whoever_answers_at_once_is_kept_on_one_processor_until_the_turns_end() {
        let all = affinity::of(SELF).expect("it can be asked");
        let mut child = Command::new("cat")
            .stdin(Stdio::piped())
            .spawn()
            .expect("it can be run");
        let pid = child.id() as i32;
        let mut turns = Turns::default();
        let mut one = all;
        // A busy machine may keep this thread from its turn for long.
        for _ in 0..100 * QUICK {
            turns.taken(pid);
            one = affinity::of(SELF).expect("it can be asked");
            if turns.kept.is_some() {
                break;
            }
        }
        let kept = turns.kept.expect("they are kept");
        assert_eq!((kept.0, kept.1), (all, one));
        assert_eq!(affinity::of(pid), Ok(one));
        turns.end();
        assert_eq!(affinity::of(SELF), Ok(all));
        assert_eq!(affinity::of(pid), Ok(all));
        drop(child.stdin.take());
        child.wait().expect("it ends");
    }
}
