//! What joins the tracer's process with the terminal: reports on their way out, requests as they come in.

use crate::command::inject::Held;
use crate::engine::report::Report;
use crate::process::message::{Request, decode, encode};
use crate::sys::shared_bytes::SharedBytes;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use socklab_tracer::trace::LetGo;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The tracer's ends of the channel.
pub(super) struct Channel {
    requests: File,
    wakes: File,
    reports: SharedBytes,
    /// How many requests were sent when they were last looked for.
    heard: u32,
    inbox: Vec<u8>,
    /// The terminal is gone: no request will come.
    over: bool,
    /// The word that a call was taken in has come.
    answered: bool,
    /// Rules that have come and are not in force yet.
    rules: Vec<Vec<Held>>,
    /// The program stops before each call.
    stepping: bool,
    /// The threads that go on with the calls they are stopped before.
    going: Vec<i32>,
}

impl Channel {
    pub(super) fn new(
        requests: OwnedFd,
        wakes: OwnedFd,
        reports: SharedBytes,
        stepping: bool,
    ) -> Self {
        Self {
            requests: requests.into(),
            wakes: wakes.into(),
            reports,
            heard: 0,
            inbox: Vec::new(),
            over: false,
            answered: false,
            rules: Vec::new(),
            stepping,
            going: Vec::new(),
        }
    }

    /// A terminal that is gone takes this process with it; there is nobody to tell.
    pub(super) fn send(&self, report: &Report) {
        let wake = || {
            let _ = (&self.wakes).write_all(&[0]);
        };
        if let Ok(bytes) = encode(report) {
            self.reports.write(&bytes, wake);
        }
    }

    /// The rules that have come since the last time. Does not wait.
    pub(super) fn new_rules(&mut self) -> Vec<Vec<Held>> {
        self.hear();
        std::mem::take(&mut self.rules)
    }

    /// Whether the program is to stop before each call. Does not wait.
    pub(super) fn is_stepping(&mut self) -> bool {
        self.hear();
        self.stepping && !self.over
    }

    /// The threads that go on with the calls they are stopped before. Does not wait.
    pub(super) fn let_go(&mut self) -> LetGo {
        self.receive();
        if !self.stepping || self.over {
            self.going.clear();
            return LetGo::All;
        }
        LetGo::Threads(std::mem::take(&mut self.going))
    }

    /// Where requests come; `None` when none will.
    pub(super) fn requests(&self) -> Option<BorrowedFd<'_>> {
        (!self.over).then(|| self.requests.as_fd())
    }

    /// Waits until the terminal has taken in the call that was sent last.
    pub(super) fn await_answer(&mut self) {
        while !std::mem::take(&mut self.answered) && !self.over {
            self.read();
        }
    }

    /// Takes in the requests that have come. That some were sent is known without a system call.
    fn hear(&mut self) {
        let sent = self.reports.sent();
        if sent != std::mem::replace(&mut self.heard, sent) {
            self.receive();
        }
    }

    fn receive(&mut self) {
        loop {
            let mut watched = [PollFd::new(self.requests.as_fd(), PollFlags::POLLIN)];
            if self.over || poll(&mut watched, PollTimeout::ZERO) != Ok(1) {
                return;
            }
            self.read();
        }
    }

    /// Waits for requests and takes them in.
    fn read(&mut self) {
        let mut chunk = [0; 4096];
        match (&self.requests).read(&mut chunk) {
            Ok(length @ 1..) => self.inbox.extend_from_slice(&chunk[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return,
            _ => self.over = true,
        }
        while let Ok(Some((request, taken))) = decode(&self.inbox) {
            self.inbox.drain(..taken);
            match request {
                Request::Continue => self.answered = true,
                Request::Inject(rules) => self.rules.push(rules),
                Request::Stepping(stepping) => self.stepping = stepping,
                Request::Step(thread) => self.going.push(thread),
                Request::KeepTo(..) | Request::Execute(_) => {}
            }
        }
    }
}
