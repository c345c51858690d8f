//! The calls of the session as the cause finder is told of them: when each began and returned, on which socket, and what it wrote.

use super::Packets;
use crate::event::{BlockedEvent, CallEvent, Waker};
use crate::inspector::call_window::CallWindow;
use crate::session::inventory::Inventory;
use crate::session::known::{Known, Protocol};
use crate::value::Address;

impl Packets {
    /// A call is about to be made.
    pub fn starting(&mut self, call: &BlockedEvent, host: &str, inventory: &Inventory) {
        let mut window = CallWindow::begun(
            call.command,
            (&call.process, host),
            call.job,
            &call.name,
            call.start_ns,
        );
        window.thread = call.thread;
        window.fd = call.fd;
        window.short = short(&call.name, call.fd, call.bytes);
        if let Some(known) = call.fd.and_then(|fd| inventory.by_fd(&call.process, fd)) {
            describe(&mut window, known, inventory);
        }
        if let Some(peer) = call.peer.as_ref().and_then(Address::socket_address) {
            window.peer = Some(peer);
        }
        self.finder.begin(window);
    }

    /// A call returned.
    pub fn called(&mut self, call: &CallEvent, inventory: &Inventory) {
        self.strangers.clear();
        for fd in &call.made {
            self.finder.made(&call.process, *fd);
        }
        let wrote = self.wrote(call);
        let same = |window: &&mut CallWindow| {
            window.end_ns.is_none()
                && window.command == call.command
                && (window.job, window.thread) == (call.job, call.thread)
                && window.process == call.process
        };
        let Some(window) = self.finder.windows().find(same) else {
            return;
        };
        window.end_ns = Some(call.end_ns);
        window.wrote = wrote;
        if sends(&call.name) && call.errno.is_none() {
            window.short = short(&call.name, call.fd, u64::try_from(call.result).ok());
        }
        if let Some(known) = call.fd.and_then(|fd| inventory.by_fd(&call.process, fd)) {
            describe(window, known, inventory);
        }
        if let Some(peer) = call.peer.as_ref().and_then(Address::socket_address) {
            window.peer = Some(peer);
        }
    }

    /// The packet that woke a call that slept, of those that were told.
    pub fn waker(&self, call: &CallEvent, inventory: &Inventory) -> Option<Waker> {
        self.arrivals.waker(call, inventory)
    }

    /// The socket whose descriptor a call has closed lives on: the call sends nothing.
    pub fn held_on(&mut self, call: &CallEvent) {
        let same = |window: &&mut CallWindow| {
            window.command == call.command
                && (window.job, window.thread) == (call.job, call.thread)
                && window.process == call.process
                && window.end_ns == Some(call.end_ns)
        };
        if let Some(window) = self.finder.windows().find(same) {
            (window.local, window.peer) = (None, None);
        }
    }

    /// A socket that had no descriptor any more ended with a call on another one.
    pub fn released(&mut self, call: &CallEvent, known: &Known, inventory: &Inventory) {
        let mut window = CallWindow::begun(
            call.command,
            (&call.process, &known.host),
            call.job,
            "close",
            call.start_ns,
        );
        window.thread = call.thread;
        window.short = short(&call.name, call.fd, None);
        describe(&mut window, known, inventory);
        window.end_ns = Some(call.end_ns);
        self.finder.begin(window);
    }

    /// What a call that has returned wrote, as a range of all that was written to its descriptor; options it set are remembered.
    fn wrote(&mut self, call: &CallEvent) -> Option<(u64, u64)> {
        let fd = call.fd.filter(|_| call.errno.is_none())?;
        if call.name == "setsockopt"
            && let [_, _, name, value, ..] = call.args.as_slice()
        {
            self.finder.set_option(&call.process, fd, name, value);
        }
        let bytes = u64::try_from(call.result).ok();
        let bytes = bytes.filter(|_| sends(&call.name))?;
        Some(self.finder.wrote(&call.process, fd, bytes))
    }

    /// A process ended, at this time: what it had running is over, and the kernel closed its sockets.
    pub fn ended(&mut self, process: &str, inventory: &Inventory, now_ns: i64) {
        const BEFORE: i64 = 1_000_000_000;
        for window in self
            .finder
            .windows()
            .filter(|window| window.end_ns.is_none() && window.process == process)
        {
            window.end_ns = Some(now_ns);
        }
        for known in inventory.open().filter(|known| known.process == process) {
            let mut window = CallWindow::begun(0, ("", &known.host), 0, "exit", now_ns - BEFORE);
            window.short = format!("the end of {process}");
            describe(&mut window, known, inventory);
            window.end_ns = Some(now_ns);
            self.finder.begin(window);
        }
    }
}

/// True for the calls that write into a socket.
fn sends(name: &str) -> bool {
    name.starts_with("send") || name.starts_with("write") || name == "splice"
}

/// A call as a cause names it: `send(4, 5 bytes)`, `connect(4)`.
fn short(name: &str, fd: Option<i32>, bytes: Option<u64>) -> String {
    let bytes = match bytes {
        None => String::new(),
        Some(1) => ", 1 byte".to_owned(),
        Some(bytes) => format!(", {bytes} bytes"),
    };
    let fd = fd.map_or_else(String::new, |fd| fd.to_string());
    format!("{name}({fd}{bytes})")
}

/// Puts into a window what is known of its socket.
pub(super) fn describe(window: &mut CallWindow, known: &Known, inventory: &Inventory) {
    window.label = inventory.shown(known);
    // What AF_UNIX and AF_NETLINK send is on no interface that is watched.
    window.raw = known.protocol == Protocol::Other
        && matches!(
            known.arguments.first().map(String::as_str),
            Some("AF_INET" | "AF_INET6" | "AF_PACKET")
        );
    window.link = window.raw && known.arguments.first().map(String::as_str) == Some("AF_PACKET");
    // What is known of a former connection is no longer so when another one begins.
    let again =
        window.name == "connect" && known.protocol == Protocol::Tcp && known.state() == "CLOSED";
    window.local = known
        .local
        .as_ref()
        .and_then(Address::socket_address)
        .filter(|local| local.port() != 0 && (known.bound || !again))
        .or(window.local);
    window.peer = known
        .peer
        .as_ref()
        .and_then(Address::socket_address)
        .filter(|_| !again)
        .or(window.peer);
}
