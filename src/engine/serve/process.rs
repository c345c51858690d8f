//! A process for each client, by fork(2): the child has a copy of every descriptor, so the parent closes the connection and the child
//! the listener; and the parent must wait for its children, or they stay as zombies.

use super::{Accepting, End, Plan, Served};
use crate::engine::draft::Draft;
use crate::engine::execution::{Execution, Outcome, Stop};
use crate::engine::report::{Report, Reports};
use crate::event::{CallEvent, Ended};
use crate::sys::clock::now_ns;
use crate::sys::reaper::{Reaped, Reaper};
use crate::sys::{descriptor, reaper, signal, spawn};
use crate::syscall::text::errno_name;
use nix::errno::Errno;
use nix::sys::signal::Signal;
use nix::sys::wait::WaitStatus;
use nix::unistd::{Pid, getpid, getppid};
use std::collections::BTreeSet;
use std::ffi::CString;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The parent's view of its children.
struct Family<'r> {
    /// Where they report.
    reports: &'r dyn Reports,
    /// Those that have not been waited for.
    children: BTreeSet<i32>,
    /// Waits for them as they end; none with `--zombies`.
    reaper: Option<Reaper>,
}

impl Execution<'_> {
    /// accept, fork, close the connection, and the next.
    pub(super) fn serve_with_processes(&mut self, plan: &Plan) -> Outcome<Served> {
        let Some(reports) = self.reports.of_a_child() else {
            return Err(Stop::because("this process cannot report children"));
        };
        let reaper = if plan.zombies {
            None
        } else {
            Some(Reaper::install().map_err(|errno| match errno {
                Errno::EBUSY => Stop::because(
                    "another server of this process forks already, and a process has one handler for SIGCHLD",
                ),
                errno => Stop::because(format!("SIGCHLD cannot be handled: {errno}")),
            })?)
        };
        let mut family = Family {
            reports,
            children: BTreeSet::new(),
            reaper,
        };
        let mut clients = 0;
        let outcome = self.accept_and_fork(plan, &mut family, &mut clients);
        let end = match outcome {
            Ok(End::Count) if !plan.zombies => Ok(self.wait_for_all(&mut family)),
            outcome => outcome,
        };
        if end != Ok(End::Count) {
            self.kill_all(&mut family, plan.zombies);
        }
        end.map(|end| Served { clients, end })
    }

    fn accept_and_fork(
        &mut self,
        plan: &Plan,
        family: &mut Family<'_>,
        clients: &mut u64,
    ) -> Outcome<End> {
        while *clients < plan.count {
            if family.children.len() >= plan.at_once {
                // Every place is taken: until a child ends there is nothing to do but wait for one.
                if self.wait_for_one(family, -1).is_err() {
                    return Ok(End::Interrupt);
                }
                continue;
            }
            let interrupts = signal::interrupts();
            let (accepted, reaped) = self.accept_open_to_signals(plan, family);
            match accepted {
                Ok((fd, _)) => {
                    *clients += 1;
                    self.fork_for(plan, family, fd);
                    let _ = self.call_close(fd);
                }
                // A child has ended: the handler has waited for it, and accept is called again.
                Err(Errno::EINTR) if reaped && signal::interrupts() == interrupts => {}
                Err(errno) => match Self::after_accept(errno)? {
                    Accepting::Again => {}
                    Accepting::Stop => return Ok(End::Interrupt),
                },
            }
        }
        Ok(End::Count)
    }

    /// accept(2) with SIGCHLD let through: its outcome, and whether the handler has run.
    fn accept_open_to_signals(
        &mut self,
        plan: &Plan,
        family: &mut Family<'_>,
    ) -> (Result<(i32, crate::value::Address), Errno>, bool) {
        if let Some(reaper) = &family.reaper {
            let _ = reaper.open();
            let early = reaper.collect();
            self.tell_reaped(family, early);
        }
        let accepted = self.call_accept(plan.socket, None);
        let Some(reaper) = &family.reaper else {
            return (accepted, false);
        };
        let _ = reaper.close();
        let reaped = reaper.collect();
        let any = !reaped.is_empty();
        self.tell_reaped(family, reaped);
        (accepted, any)
    }

    /// Tells of the handler's calls.
    fn tell_reaped(&mut self, family: &mut Family<'_>, reaped: Vec<Reaped>) {
        for call in reaped {
            let draft = Draft::of("waitpid").arg("-1").arg("…").arg("WNOHANG");
            let times = (call.start_ns, call.end_ns);
            self.tell_call(draft, &call.outcome, times, |pid, event| {
                event.result = i64::from(*pid);
                event.args[1] = status_text(*pid, call.status);
            });
            if let Ok(pid @ 1..) = call.outcome {
                self.buried(family, pid, call.status);
            }
        }
    }

    fn buried(&self, family: &mut Family<'_>, pid: i32, status: i32) {
        family.children.remove(&pid);
        if let Some(ended) = ended(pid, status) {
            self.reports.send(Report::Reaped { pid, ended });
        }
    }

    /// fork(2); the child does not come back.
    fn fork_for(&mut self, plan: &Plan, family: &mut Family<'_>, fd: i32) {
        let mut event: CallEvent = self.begin(Draft::of("fork"));
        let parent = getpid();
        // The lock is held so that the child, which has this thread alone, finds it free.
        let forked = self.engine.memory.with(|_| spawn::fork());
        event.end_ns = now_ns();
        match forked {
            Ok(None) => {
                let ended = catch_unwind(AssertUnwindSafe(|| {
                    self.be_a_child(plan, family.reports, parent, fd);
                }));
                spawn::leave(if ended.is_ok() { 0 } else { 101 })
            }
            Ok(Some(pid)) => {
                event.result = i64::from(pid.as_raw());
                family.children.insert(pid.as_raw());
                self.finish(event);
            }
            Err(error) => {
                event.result = -1;
                event.errno = Some(errno_name(Errno::from_raw(
                    error.raw_os_error().unwrap_or(0),
                )));
                self.finish(event);
                self.note(format!(
                    "there is no process for this client: its connection is closed; {} children go on",
                    family.children.len()
                ));
            }
        }
    }

    fn be_a_child(&self, plan: &Plan, reports: &dyn Reports, parent: Pid, fd: i32) {
        // A child that is left alone has nobody to tell: it ends with its parent.
        let _ = nix::sys::prctl::set_pdeathsig(Signal::SIGKILL);
        if getppid() != parent {
            return;
        }
        // The terminal takes the end of its channel to the parent for the parent's end.
        if let Some(channel) = self.engine.reserved.first() {
            let _ = descriptor::close(*channel);
        }
        let name = format!("{}/{}", self.process, getpid());
        if let Ok(comm) = CString::new(name.as_str()) {
            let _ = nix::sys::prctl::set_name(&comm);
        }
        let mut child = self.in_child(name, reports);
        let _ = child.call_close(plan.socket);
        child.converse(plan, fd);
        let _ = child.call_close(fd);
    }

    /// waitpid(2) for one child, or for any with -1.
    fn wait_for_one(&mut self, family: &mut Family<'_>, which: i32) -> Result<(), Errno> {
        let mut found = (0, 0);
        let draft = Draft::of("waitpid")
            .arg(which.to_string())
            .arg("…")
            .arg("0");
        let waited = self.call(
            draft,
            || reaper::waitpid(which),
            |(pid, status), event| {
                event.result = i64::from(*pid);
                event.args[1] = status_text(*pid, *status);
                found = (*pid, *status);
            },
        );
        if waited.is_ok() {
            self.buried(family, found.0, found.1);
        }
        waited.map(drop)
    }

    /// Waits until every child has ended by itself.
    fn wait_for_all(&mut self, family: &mut Family<'_>) -> End {
        while !family.children.is_empty() {
            match self.wait_for_one(family, -1) {
                Ok(()) => {}
                Err(Errno::EINTR) => return End::Interrupt,
                Err(_) => family.children.clear(),
            }
        }
        End::Count
    }

    /// Ends every child that is left and, but for those that are to stay as zombies, waits for each.
    fn kill_all(&mut self, family: &mut Family<'_>, zombies: bool) {
        for pid in family.children.clone() {
            let draft = Draft::of("kill").arg(pid.to_string()).arg("SIGTERM");
            let action = || nix::sys::signal::kill(Pid::from_raw(pid), Signal::SIGTERM);
            let killed = self.call(draft, action, |(), _| {});
            if killed.is_ok() && !zombies {
                let _ = self.wait_for_one(family, pid);
            }
        }
    }
}

/// How a child ended.
fn ended(pid: i32, status: i32) -> Option<Ended> {
    match WaitStatus::from_raw(Pid::from_raw(pid), status) {
        Ok(WaitStatus::Exited(_, status)) => Some(Ended::Exited(status)),
        Ok(WaitStatus::Signaled(_, signal, _)) => Some(Ended::Signalled(signal as i32)),
        _ => None,
    }
}

/// The status as strace shows it.
fn status_text(pid: i32, status: i32) -> String {
    match WaitStatus::from_raw(Pid::from_raw(pid), status) {
        _ if pid <= 0 => "NULL".to_owned(),
        Ok(WaitStatus::Exited(_, status)) => {
            format!("[{{WIFEXITED(s) && WEXITSTATUS(s) == {status}}}]")
        }
        Ok(WaitStatus::Signaled(_, signal, _)) => {
            format!("[{{WIFSIGNALED(s) && WTERMSIG(s) == {signal}}}]")
        }
        _ => format!("[{status}]"),
    }
}
