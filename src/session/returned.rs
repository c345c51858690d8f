//! A call has returned: put into the inventory, the ledger, the messages and the log, and told with the changes and packets it caused.

use super::Session;
use super::program::inode;
use super::telling::MANY;
use crate::event::{CallEvent, Event};
use crate::lab::message::SocketPath;
use crate::sys::diag::Listed;
use crate::value::{Address, Value};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

impl Session {
    /// A socket that is used before its command gives it back has its name from the beginning, unless another one still has it.
    fn name_newborn(&mut self, call: &CallEvent) {
        let Some((process, command, name)) = &self.newborn else {
            return;
        };
        if call.name == "socket"
            && call.process == *process
            && call.command == *command
            && let [fd] = call.made[..]
            && self
                .inventory
                .by_name(process, name)
                .is_none_or(|known| known.fd.is_none())
        {
            self.inventory.assigned(process, name, &Value::Socket(fd));
        }
    }

    /// Takes in a call that a process has made.
    pub(super) fn called(&mut self, pid: i32, call: Box<CallEvent>) {
        let calls = self.calls_on_closed(&call);
        let closed = self.closing(&call);
        self.ledger.before(&call, &calls, &self.inventory);
        self.inventory.called(&call, calls, |fd| inode(pid, fd));
        self.name_newborn(&call);
        let transfer = self.ledger.after(&call, &self.inventory).cloned();
        let message = self.message(&call, transfer);
        self.packets.taps_mut().settle();
        self.packets.called(&call, &self.inventory);
        if let Some(closed) = &closed
            && self.inventory.is_open_or_in_flight(closed.inode)
        {
            self.packets.held_on(&call);
        }
        self.ended.clear();
        // What was sent after the call ended may be another thread's, whose report is still to come.
        let until_ns = if self.others_run(&call) {
            call.end_ns
        } else {
            i64::MAX
        };
        let bound = call.name == "bind" && call.errno.is_none();
        if bound {
            self.remember_path(&call.process, call.local.as_ref());
        }
        let changes_states = matches!(
            call.name.as_str(),
            "listen" | "accept" | "accept4" | "connect" | "shutdown" | "close" | "setsockopt"
        );
        if changes_states {
            self.sampling.disturb(Listed::Active);
        }
        self.log.call((*call).clone());
        let place = self.out.len();
        self.out.push(Event::Call(call));
        let lives_on = closed.as_ref().and_then(|closed| self.lives_on(closed));
        self.out.extend(lives_on.map(Event::Note));
        self.out
            .extend(message.map(|message| Event::Message(Box::new(message))));
        if self.inventory.open().nth(MANY).is_some() {
            // To ask for thousands of states after each of thousands of calls would be the lab's own C10k problem.
            self.stale |= changes_states || bound;
        } else if changes_states
            || bound
            || self.inventory.adrift().next().is_some()
            || self.packets.change_states(&self.inventory, until_ns)
        {
            self.refresh();
        } else {
            self.sampling.disturb(Listed::Connections);
        }
        // What a message or a call held ended with this call, the newest of the log: the receiver's close, the return of the call.
        for known in std::mem::take(&mut self.ended) {
            if closed
                .as_ref()
                .is_none_or(|closed| closed.inode != known.inode)
                && let Some(call) = self.log.calls().next_back()
            {
                self.packets.released(call, &known, &self.inventory);
            }
        }
        self.tell_all_packets(until_ns);
        // Only now the packet that woke it has its number.
        if let Some(Event::Call(call)) = self.out.get_mut(place)
            && call.blocked
        {
            call.woken_by = self.packets.waker(call, &self.inventory);
        }
    }

    /// A path that bind made goes when the session ends.
    fn remember_path(&mut self, process: &str, local: Option<&Address>) {
        let Some(Address::UnixPath(path)) = local else {
            return;
        };
        let path = self.path_of(process, path);
        if let Ok(found) = std::fs::symlink_metadata(&path) {
            let made = SocketPath {
                path: path.as_os_str().as_bytes().to_vec(),
                device: found.dev(),
                inode: found.ino(),
            };
            let _ = self.lab.remember(made);
        }
    }
}
