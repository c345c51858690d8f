//! A descriptor is closed and its socket lives on: by whom it is held, in words. What is known of it is kept by `inventory`.

use super::Session;
use super::inventory::Hold;
use super::known::Known;
use crate::event::CallEvent;

impl Session {
    /// The calls that are under way on a descriptor that this call has closed: Linux keeps a socket until they return.
    pub(super) fn calls_on_closed(&self, call: &CallEvent) -> Vec<Hold> {
        if call.name != "close" || call.errno.is_some() {
            return Vec::new();
        }
        self.calls_of(&call.process)
            .into_iter()
            .filter(|under_way| {
                under_way.fd == call.fd
                    && (under_way.job, under_way.thread) != (call.job, call.thread)
                    && under_way.start_ns < call.start_ns
                    // These look at several descriptors, and hold none of them.
                    && !matches!(under_way.name.as_str(), "poll" | "select" | "epoll_wait")
            })
            .map(|under_way| Hold::Call {
                job: under_way.job,
                thread: under_way.thread,
                invocation: format!("{}({})", under_way.name, call.fd.unwrap_or(-1)),
            })
            .collect()
    }

    /// The socket that a call has closed a descriptor of, as it was before.
    pub(super) fn closing(&self, call: &CallEvent) -> Option<Known> {
        let is_close = call.name == "close" && call.errno.is_none();
        self.inventory
            .by_fd(&call.process, call.fd.filter(|_| is_close)?)
            .cloned()
    }

    /// That a socket lives on though a descriptor of it is closed, and where; `None` when it does not.
    pub(super) fn lives_on(&self, closed: &Known) -> Option<String> {
        if closed.inode == 0 {
            return None;
        }
        let fd = closed.fd?;
        let mut places: Vec<String> = Vec::new();
        for other in self.inventory.open() {
            if other.inode != closed.inode {
                continue;
            }
            // A server that forks closes its copies all day long.
            if is_family(&closed.process, &other.process) {
                return None;
            }
            places.push(as_what(other, &closed.process));
        }
        let mut until = "";
        for hold in self.inventory.holds_of(closed.inode) {
            places.push(match hold {
                Hold::Flight(message) => {
                    format!("in message {message}, which nobody has received yet")
                }
                Hold::Call {
                    job: 0, invocation, ..
                } => {
                    until = "; it is held until that call returns";
                    format!("in {invocation}")
                }
                Hold::Call {
                    job, invocation, ..
                } => {
                    until = "; it is held until that call returns";
                    format!("in {invocation} of job {job}")
                }
            });
        }
        if places.is_empty() {
            return None;
        }
        let name = closed.label();
        let whose = if name == format!("fd {fd}") {
            "its socket".to_owned()
        } else {
            format!("the socket {name}")
        };
        Some(format!(
            "fd {fd} is closed; {whose} lives on {}{until}",
            places.join(" and ")
        ))
    }
}

/// True when one process is a forked child of the other, or both are of a third.
fn is_family(one: &str, other: &str) -> bool {
    fn root(name: &str) -> &str {
        name.split('/').next().unwrap_or(name)
    }
    one != other && root(one) == root(other)
}

/// By which name and descriptor a process has a socket, as another one sees it.
fn as_what(known: &Known, seen_by: &str) -> String {
    let descriptor = known.fd.map_or_else(String::new, |fd| format!("fd {fd}"));
    let label = known.label();
    let name = if label == descriptor {
        descriptor
    } else {
        format!("{label} ({descriptor})")
    };
    if known.process == seen_by {
        format!("as {name}")
    } else {
        format!("as {name} of {}", known.process)
    }
}
