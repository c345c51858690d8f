//! What can still end a call that sleeps without anybody doing anything: packets and programs under way, timers of TCP, and the times that
//! calls were given. Scripts wait for these; nothing else is waited for.

use super::Session;
use super::program::Program;
use crate::event::BlockedEvent;
use crate::event::socket::{SocketRow, Timer};
use crate::process::handle::Process;
use crate::process::program::Watched;
use crate::sys::clock;
use std::time::Duration;

impl Session {
    /// True while something is on its way that can wake a call: a program, a command that is not asleep, a frame the wire holds, or a
    /// timer that fires within so long.
    pub fn may_wake(&mut self, within: Duration) -> bool {
        self.packets.taps_mut().settle();
        // What has just come may have woken a call whose report is on its way.
        self.quiesce();
        let runs = |program: &Program| !program.is_over() && !self.stands_still(&program.name);
        if self.programs.iter().any(runs) {
            return true;
        }
        self.may_end_a_call(&self.sleeping(None), within)
    }

    /// The same where programs may go on running: one changes nothing while all its calls sleep. Of a program whose calls are not reported
    /// nobody knows.
    pub fn may_change(&mut self, within: Duration) -> bool {
        self.packets.taps_mut().settle();
        self.quiesce();
        let is_reported = |name: &str| self.watched.iter().any(|program| program.has(name));
        let unknown = |program: &Program| !program.is_over() && !is_reported(&program.name);
        if self.programs.iter().any(unknown) || !self.programs_rest_or_ended() {
            return true;
        }
        let mut calls = self.sleeping(None);
        calls.extend(self.watched.iter().flat_map(Watched::asleep).cloned());
        self.may_end_a_call(&calls, within)
    }

    /// True when no program is at work: each has ended, or sleeps in its calls.
    pub fn programs_rest_or_ended(&self) -> bool {
        let runs = |watched: &Watched| {
            let mut programs = self.programs.iter();
            programs.any(|program| !program.is_over() && watched.has(&program.name))
        };
        let mut watched = self.watched.iter();
        watched.all(|watched| watched.rests() || watched.is_idle() && !runs(watched))
    }

    /// True while something is on its way that can end one of these calls within so long.
    fn may_end_a_call(&mut self, calls: &[BlockedEvent], within: Duration) -> bool {
        if self.is_busy() || self.packets.taps().wire_holds() {
            return true;
        }
        if calls.iter().any(|call| self.is_timed(call, within)) {
            return true;
        }
        let resends = |timer: &Timer| {
            matches!(timer.kind, "retransmit" | "probe" | "persist") && fires(timer, within)
        };
        let rows = self.socket_rows(None);
        rows.iter().any(|row| {
            row.timer.as_ref().is_some_and(resends)
                || calls.iter().any(|call| asks_for(row, call, within))
        })
    }

    /// True while a process's call sleeps on a connection whose keepalive probes may end it (tcp(7)).
    pub fn is_probing(&mut self, process: &str, within: Duration) -> bool {
        let calls = self.sleeping(Some(process));
        if calls.is_empty() {
            return false;
        }
        let rows = self.socket_rows(None);
        rows.iter()
            .any(|row| calls.iter().any(|call| asks_for(row, call, within)))
    }

    /// The calls that sleep in the main thread of a process, or in all threads of all of them.
    fn sleeping(&self, process: Option<&str>) -> Vec<BlockedEvent> {
        let processes = self.processes.iter();
        processes
            .filter(|known| process.is_none_or(|name| name == known.name))
            .flat_map(Process::works)
            .filter(|(job, work)| work.blocked && (process.is_none() || *job == 0))
            .filter_map(|(_, work)| work.call.clone())
            .collect()
    }

    /// True for a call that returns within so long even if nothing comes: by the time among its arguments, or by SO_RCVTIMEO and
    /// SO_SNDTIMEO of its socket (socket(7)).
    pub fn is_timed(&self, call: &BlockedEvent, within: Duration) -> bool {
        if ends_by_itself(&call.name, &call.invocation) {
            return true;
        }
        let known = call.fd.and_then(|fd| {
            let mut open = self.inventory().open();
            open.find(|known| known.process == call.process && known.fd == Some(fd))
        });
        let Some(known) = known else { return false };
        let sends = call.name.starts_with("send")
            || matches!(call.name.as_str(), "connect" | "write" | "writev");
        let Some(time) = (if sends {
            known.send_timeout
        } else {
            known.receive_timeout
        }) else {
            return false;
        };
        let passed = u64::try_from(clock::now_ns() - call.start_ns).unwrap_or(0);
        time.saturating_sub(Duration::from_nanos(passed)) <= within
    }
}

/// True for a call that waits for so long and no longer: its last argument is the time.
fn ends_by_itself(name: &str, invocation: &str) -> bool {
    let last = invocation.trim_end_matches(')').rsplit(", ").next();
    match name {
        "poll" | "epoll_wait" => {
            last.is_some_and(|time| time.parse::<i64>().is_ok_and(|time| time >= 0))
        }
        "select" => last.is_some_and(|time| time != "NULL"),
        _ => false,
    }
}

fn fires(timer: &Timer, within: Duration) -> bool {
    Duration::from_millis(timer.expires_ms.into()) <= within
}

/// True when this connection's keepalive timer fires while the call sleeps on it, or on several sockets of its process.
fn asks_for(row: &SocketRow, call: &BlockedEvent, within: Duration) -> bool {
    let is_its_own = row.process == call.process && (call.fd.is_none() || call.fd == row.fd);
    // The same timer of the kernel ends FIN-WAIT-2, which wakes nobody.
    let is_open = matches!(row.state, "ESTABLISHED" | "CLOSE-WAIT");
    is_its_own
        && is_open
        && row
            .timer
            .as_ref()
            .is_some_and(|timer| timer.kind == "keepalive" && fires(timer, within))
}
