//! Threads that serve one service together: one thread of each client reads, another writes what waits for the client, so that nobody
//! sleeps in a send because somebody else does not read.

use super::Plan;
use super::crowd::SLOW;
use super::talk::{Answer, Answers, Client, Talk};
use crate::engine::draft::Draft;
use crate::engine::execution::Execution;
use crate::sys::clock::now_ns;
use crate::sys::poll::Ready;
use crate::sys::semaphore::Semaphore;
use crate::sys::socket;
use crate::syscall::text::number_of;
use nix::errno::Errno;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A service and its clients. No lock is held while a call sleeps.
pub(super) struct Company {
    state: Mutex<State>,
}

struct State {
    talk: Box<dyn Talk>,
    members: BTreeMap<Client, Arc<Member>>,
    next: Client,
}

/// A client, as its two threads know it.
pub(super) struct Member {
    pub(super) fd: i32,
    client: Client,
    outbox: Mutex<Outbox>,
    /// Given when there is something for the thread that writes.
    filled: Semaphore,
    /// Given when that thread has ended.
    written: Semaphore,
}

#[derive(Default)]
struct Outbox {
    waiting: Vec<u8>,
    ending: Option<Ending>,
}

/// What is done once all is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Close,
    Part,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Company {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            state: Mutex::new(State {
                talk: plan.begin(),
                members: BTreeMap::new(),
                next: 1,
            }),
        }
    }

    /// Takes in a client.
    pub(super) fn admit(&self, fd: i32) -> Result<Arc<Member>, Errno> {
        let mut state = locked(&self.state);
        let client = state.next;
        state.next += 1;
        let member = Arc::new(Member {
            fd,
            client,
            outbox: Mutex::default(),
            filled: Semaphore::new(0)?,
            written: Semaphore::new(0)?,
        });
        state.members.insert(client, Arc::clone(&member));
        Ok(member)
    }

    fn deadline(&self) -> Option<i64> {
        locked(&self.state).talk.deadline()
    }

    /// Lets the service act, and puts its answers where the writing threads find them. The clients that read too slowly: each with
    /// the bytes that wait for it.
    fn act(
        &self,
        own: Client,
        act: impl FnOnce(&mut dyn Talk, &mut Answers),
    ) -> Vec<(Arc<Member>, usize)> {
        let mut state = locked(&self.state);
        let mut out = Answers::default();
        act(&mut *state.talk, &mut out);
        let mut slow = Vec::new();
        for answer in out.0 {
            let (Answer::Send(client, _) | Answer::Close(client) | Answer::Part(client)) = &answer;
            let Some(member) = state.members.get(client) else {
                continue;
            };
            let mut outbox = locked(&member.outbox);
            match answer {
                Answer::Send(..) if outbox.ending.is_some() => {}
                Answer::Send(client, bytes) => {
                    if client != own && outbox.waiting.len() > SLOW {
                        outbox.ending = Some(Ending::Close);
                        slow.push((Arc::clone(member), outbox.waiting.len()));
                        outbox.waiting.clear();
                    } else {
                        outbox.waiting.extend(bytes);
                    }
                }
                Answer::Close(_) => outbox.ending = Some(Ending::Close),
                Answer::Part(_) => outbox.ending = Some(Ending::Part),
            }
            let _ = member.filled.post();
        }
        slow
    }

    /// Lets go of a client whose reading thread could not be started.
    pub(super) fn dismiss(&self, member: &Member) {
        self.leave(member.client);
        locked(&member.outbox).ending = Some(Ending::Close);
        let _ = member.filled.post();
        while member.written.wait() == Err(Errno::EINTR) {}
    }

    fn leave(&self, client: Client) {
        locked(&self.state).members.remove(&client);
    }
}

impl Execution<'_> {
    /// Reads what a client says until its end. The descriptor stays open.
    pub(super) fn read_in_company(&mut self, plan: &Plan, company: &Company, member: &Member) {
        let client = member.client;
        self.tell_slow(company.act(client, |talk, out| talk.joined(client, now_ns(), out)));
        while let Some(data) = self.words_of(plan, company, member) {
            let parted = locked(&member.outbox).ending.is_some();
            if parted && !data.is_empty() {
                continue;
            }
            let slow = company.act(client, |talk, out| {
                if data.is_empty() {
                    talk.finished(client, now_ns(), out);
                } else {
                    talk.received(client, &data, now_ns(), out);
                }
            });
            self.tell_slow(slow);
            if data.is_empty() {
                break;
            }
        }
        let slow = company.act(client, |talk, out| {
            talk.left(client, now_ns(), out);
            out.close(client);
        });
        self.tell_slow(slow);
        company.leave(client);
        loop {
            let draft = Draft::of("sem_wait").arg("written");
            if self.call(draft, || member.written.wait(), |(), _| {}) != Err(Errno::EINTR) {
                return;
            }
        }
    }

    /// What a client says next; nothing of it when it has sent its FIN, `None` when the connection broke.
    fn words_of(&mut self, plan: &Plan, company: &Company, member: &Member) -> Option<Vec<u8>> {
        while let Some(deadline) = company.deadline() {
            let left = deadline.saturating_sub(now_ns()).max(0) / 1_000_000 + 1;
            let entry = Ready {
                fd: member.fd,
                events: number_of("POLLIN") as u32,
            };
            let timeout = i32::try_from(left).unwrap_or(i32::MAX);
            match self.call_poll(&[entry], timeout) {
                Ok((0, _)) => {
                    let slow = company.act(0, |talk, out| {
                        let now = now_ns();
                        if talk.deadline().is_some_and(|deadline| deadline <= now) {
                            talk.due(now, out);
                        }
                    });
                    self.tell_slow(slow);
                }
                Ok(_) => break,
                Err(_) => return None,
            }
        }
        self.call_recv(member.fd, plan.buffer, 0).ok()
    }

    /// Ends the connections of those who do not read: their threads' calls return.
    fn tell_slow(&mut self, slow: Vec<(Arc<Member>, usize)>) {
        for (member, waiting) in slow {
            self.note(format!(
                "the client of descriptor {} does not read: {waiting} bytes wait for it, and its connection is closed",
                member.fd
            ));
            // Its threads wait for each other before they close it, so that the number is still its own.
            let _ = socket::shutdown(member.fd, number_of("SHUT_RDWR"));
        }
    }

    /// Sends what waits for a client, until it is at its end.
    pub(super) fn write_in_company(&mut self, member: &Member) {
        loop {
            let draft = Draft::of("sem_wait").arg("filled");
            match self.call(draft, || member.filled.wait(), |(), _| {}) {
                Ok(()) => {}
                Err(Errno::EINTR) => continue,
                Err(_) => break,
            }
            let (bytes, ending) = {
                let mut outbox = locked(&member.outbox);
                (std::mem::take(&mut outbox.waiting), outbox.ending)
            };
            if !bytes.is_empty() && self.send_whole(member.fd, &bytes).is_err() {
                let _ = self.call_shutdown(member.fd, number_of("SHUT_RDWR"));
                break;
            }
            match ending {
                Some(Ending::Close) => {
                    let _ = self.call_shutdown(member.fd, number_of("SHUT_RDWR"));
                    break;
                }
                Some(Ending::Part) => {
                    let _ = self.call_shutdown(member.fd, number_of("SHUT_WR"));
                    break;
                }
                None => {}
            }
        }
        let _ = member.written.post();
    }
}
