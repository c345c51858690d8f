//! What a call that has returned did to descriptors, and what it tells a program of its processors.

use crate::call::{Argument, Descriptor, Message};
use crate::decode::message::rights;
use crate::descriptors;
use crate::stops::{Pending, Tracer};
use crate::sys;
use crate::table::{CALLS, Effect};

impl Tracer<'_> {
    /// Brings the tables up to date; gives the sockets and epoll sets that were made.
    pub(crate) fn effect(
        &mut self,
        tid: i32,
        pending: &Pending,
        result: Result<i64, i32>,
    ) -> Vec<Descriptor> {
        let Ok(value) = result else {
            return Vec::new();
        };
        let number = |index: usize| pending.entry.arguments[index];
        let flag = |index: Option<usize>, bit: i32| {
            index.is_some_and(|index| number(index) & bit as u64 != 0)
        };
        let (from, new) = (number(0) as i32, value as i32);
        match CALLS[pending.place].effect {
            Effect::Socket(flags) => {
                let made = self.made(tid, &[new], flag(flags, libc::SOCK_CLOEXEC));
                self.inherit_family(tid, pending, new);
                made
            }
            Effect::Epoll(flags) => self.made(tid, &[new], flag(flags, libc::EPOLL_CLOEXEC)),
            Effect::Fetch => self.made(tid, &[new], true),
            Effect::Pair => match pending.arguments.get(3) {
                Some(Argument::Pair(pair)) => {
                    self.made(tid, pair, flag(Some(1), libc::SOCK_CLOEXEC))
                }
                _ => Vec::new(),
            },
            Effect::Rights => {
                let came = rights_of(pending.arguments.get(1));
                let flags = if CALLS[pending.place].name == "recvmsg" {
                    2
                } else {
                    3
                };
                self.made(tid, &came, flag(Some(flags), libc::MSG_CMSG_CLOEXEC))
            }
            Effect::Dup => self.duplicated(tid, from, new, false),
            Effect::DupTo if from == new => Vec::new(),
            Effect::DupTo => {
                let flags = (CALLS[pending.place].name == "dup3").then_some(2);
                self.duplicated(tid, from, new, flag(flags, libc::O_CLOEXEC))
            }
            Effect::Fcntl if number(1) as i32 == libc::F_DUPFD => {
                self.duplicated(tid, from, new, false)
            }
            Effect::Fcntl if number(1) as i32 == libc::F_DUPFD_CLOEXEC => {
                self.duplicated(tid, from, new, true)
            }
            _ => {
                self.change(tid, pending, value);
                Vec::new()
            }
        }
    }

    /// What makes no descriptor, but changes what is known.
    fn change(&mut self, tid: i32, pending: &Pending, value: i64) {
        let numbers = pending.entry.arguments;
        let first = numbers[0] as i32;
        match CALLS[pending.place].effect {
            Effect::Fcntl if numbers[1] as i32 == libc::F_SETFD => {
                self.set_close_on_exec(tid, first, numbers[2] & libc::FD_CLOEXEC as u64 != 0);
            }
            Effect::Ioctl if numbers[1] == libc::FIOCLEX => {
                self.set_close_on_exec(tid, first, true);
            }
            Effect::Ioctl if numbers[1] == libc::FIONCLEX => {
                self.set_close_on_exec(tid, first, false);
            }
            Effect::Watch => {
                if let Some(files) = self.files(tid) {
                    // One that was duplicated before the first socket is not known yet.
                    if files.borrow().kind(first).is_none() {
                        self.made(tid, &[first], true);
                    }
                    let on = numbers[1] as i32 != libc::EPOLL_CTL_DEL;
                    files.borrow_mut().watch(first, numbers[2] as i32, on);
                }
            }
            Effect::Unshare if numbers[0] & libc::CLONE_FILES as u64 != 0 => {
                self.unshare_files(tid);
            }
            Effect::Affinity => self.tell_processors(tid, first, numbers[2], value as usize),
            Effect::SetAffinity => {
                let target = if first == 0 { tid } else { first };
                if let Some(thread) = self.threads.get_mut(&target) {
                    thread.own_processors = true;
                }
            }
            _ => {}
        }
    }

    /// Descriptors come over sockets of AF_UNIX only: which sockets are none is known from their making.
    fn inherit_family(&mut self, tid: i32, pending: &Pending, new: i32) {
        let Some(files) = self.files(tid) else {
            return;
        };
        let first = pending.entry.arguments[0] as i32;
        let plain = match CALLS[pending.place].name {
            "socket" => first != libc::AF_UNIX,
            _ => files.borrow().carries_no_rights(first),
        };
        if plain {
            files.borrow_mut().set_plain(new);
        }
    }

    fn made(&mut self, tid: i32, fds: &[i32], close_on_exec: bool) -> Vec<Descriptor> {
        let Some(files) = self.files(tid) else {
            return Vec::new();
        };
        let mut files = files.borrow_mut();
        for fd in fds {
            if let Some(kind) = descriptors::identify(tid, *fd) {
                files.insert(*fd, kind, close_on_exec);
            }
        }
        fds.iter().filter_map(|fd| files.descriptor(*fd)).collect()
    }

    fn duplicated(&mut self, tid: i32, from: i32, to: i32, close_on_exec: bool) -> Vec<Descriptor> {
        let Some(files) = self.files(tid) else {
            return Vec::new();
        };
        files.borrow_mut().duplicate(from, to, close_on_exec);
        files.borrow().descriptor(to).into_iter().collect()
    }

    fn set_close_on_exec(&mut self, tid: i32, fd: i32, on: bool) {
        if let Some(files) = self.files(tid) {
            files.borrow_mut().set_close_on_exec(fd, on);
        }
    }

    /// The answer of sched_getaffinity becomes what it would be without the tracer, unless the thread has chosen by itself.
    fn tell_processors(&mut self, tid: i32, target: i32, address: u64, length: usize) {
        let target = if target == 0 { tid } else { target };
        let unchanged = self
            .threads
            .get(&target)
            .is_some_and(|thread| !thread.own_processors);
        if let (true, Some(processors)) = (unchanged, &self.processors) {
            let bytes = &processors.0[..length.min(processors.0.len())];
            let _ = sys::memory::write(tid, address, bytes);
        }
    }
}

/// The descriptors that came with a message, or with several.
fn rights_of(argument: Option<&Argument>) -> Vec<i32> {
    match argument {
        Some(Argument::Message(message)) => rights(message),
        Some(Argument::Messages(messages)) => {
            let each = |(message, _): &(Message, u32)| rights(message);
            messages.iter().flat_map(each).collect()
        }
        _ => Vec::new(),
    }
}
