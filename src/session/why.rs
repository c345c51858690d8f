//! Why a call failed: evidence from this lab, as plain data. What explains which failure is a table of causes (`why/cause`).

mod astray;
mod binding;
mod cause;
mod connecting;
mod datagram;
mod descriptor;
mod gather;
mod injected;
mod local;
mod making;
mod multicast;
mod names;
mod netlink;
mod option;
mod path;
mod raw;
mod reset;
mod route;
mod scene;
mod silence;
mod standing;
mod table;
mod unanswered;
mod unix;
mod waiting;

use super::Session;
use crate::catalog::socket_kind::SocketKind;
use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use crate::event::socket::SocketRow;
use gather::Failure;
use scene::Scene;

/// What was found out about a failed call.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The call.
    pub call: CallEvent,
    /// The call that was meant: of a poll(2) that ran into the timeout of settimeout the one it was to precede.
    pub name: String,
    /// The error; `timeout` when settimeout ended the wait.
    pub errno: String,
    /// What kind of socket it was made on.
    pub kind: SocketKind,
    /// Sockets that stand in the way: who holds the port.
    pub holders: Vec<SocketRow>,
    /// Packets that brought the error: the RST that refused, the ICMP message.
    pub packets: Vec<PacketEvent>,
    /// Sentences, each a fact of this lab; the first says what was the matter.
    pub facts: Vec<String>,
    /// What to do, where the cause has advice of its own; empty: nothing.
    pub next: Option<&'static str>,
}

/// Whose failure is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Whose<'a> {
    /// A process; `None`: whoever failed last.
    pub process: Option<&'a str>,
    /// A descriptor of that process.
    pub fd: Option<i32>,
}

impl Whose<'_> {
    fn includes(self, call: &CallEvent) -> bool {
        self.process.is_none_or(|process| process == call.process)
            && self.fd.is_none_or(|fd| call.fd == Some(fd))
    }
}

impl Evidence {
    fn of(scene: &Scene<'_>) -> Self {
        Self {
            call: scene.call.clone(),
            name: scene.name.clone(),
            errno: scene.errno.clone(),
            kind: scene.kind.clone(),
            holders: Vec::new(),
            packets: Vec::new(),
            facts: Vec::new(),
            next: None,
        }
    }
}

impl Session {
    /// The newest failure, with what the lab knows of its cause; `None` when nothing failed.
    pub fn why(&mut self, whose: Whose<'_>) -> Option<Evidence> {
        let failure = self.newest_failure(whose);
        // What the kernel refuses over netlink is no failed call: the recv that brings the refusal succeeds.
        let after_ns = failure
            .as_ref()
            .map_or(i64::MIN, |failure| failure.call.end_ns);
        if let Some(refused) = self.why_netlink_refused(whose, after_ns) {
            return Some(refused);
        }
        let scene = Scene::gather(self, failure?);
        let found = table::find(&scene);
        Some(Evidence {
            holders: found.holders,
            packets: found.packets,
            facts: found.facts,
            next: found.next,
            ..Evidence::of(&scene)
        })
    }

    /// The newest failure in the log. What a server's thread has to try again is one only when there is no other.
    fn newest_failure(&self, whose: Whose<'_>) -> Option<Failure> {
        let failures = || {
            let calls = self.log().calls().rev();
            calls
                .filter(move |call| whose.includes(call))
                .filter_map(|call| Failure::of(call, self.log().timed_out(call)))
        };
        let is_routine = |failure: &Failure| {
            let beside = failure.call.thread != 0 || failure.call.is_of_program();
            beside && matches!(failure.errno.as_str(), "EAGAIN" | "EINPROGRESS")
        };
        failures()
            .find(|failure| !is_routine(failure))
            .or_else(|| failures().next())
    }
}
