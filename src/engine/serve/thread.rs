//! A thread for each client: they share all descriptors, so each closes its own, and how many there can be is the kernel's to say.

use super::conversing::Ending;
use super::{Accepting, End, Plan, Served};
use crate::catalog::parameter::Group;
use crate::engine::draft::Draft;
use crate::engine::execution::{Execution, Outcome, Stop};
use crate::engine::failure::Failure;
use crate::engine::report::{Report, thread_name};
use crate::sys::semaphore::Semaphore;
use crate::sys::socket;
use crate::syscall::text;
use crate::syscall::text::errno_name;
use nix::errno::Errno;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

/// A thread's stack; serving one client takes little of it.
const STACK: usize = 256 * 1024;

/// pthread_create(3) gives its error as its value.
struct ThreadError(Errno);

impl Failure for ThreadError {
    fn result(&self) -> i64 {
        i64::from(self.0 as i32)
    }

    fn name(&self) -> String {
        errno_name(self.0)
    }
}

/// The threads at work.
struct Crew {
    /// Each thread's connection, until it is about to close it.
    connections: Mutex<BTreeMap<u32, i32>>,
    /// Given once for each thread that has ended.
    ended: Semaphore,
}

impl Crew {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<u32, i32>) -> T) -> T {
        work(
            &mut self
                .connections
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

impl Execution<'_> {
    /// accept, pthread_create, and the next.
    pub(super) fn serve_with_threads(&mut self, plan: &Plan) -> Outcome<Served> {
        let crew = Crew {
            connections: Mutex::new(BTreeMap::new()),
            ended: Semaphore::new(0)
                .map_err(|errno| Stop::because(format!("no semaphore can be made: {errno}")))?,
        };
        std::thread::scope(|scope| {
            let mut clients = 0;
            let mut running = 0;
            let outcome = loop {
                if clients == plan.count {
                    break Ok(End::Count);
                }
                if running >= plan.at_once {
                    match self.wait_for_a_thread(&crew) {
                        Ok(()) => running -= 1,
                        Err(_) => break Ok(End::Interrupt),
                    }
                    continue;
                }
                let fd = match self.call_accept(plan.socket, None) {
                    Ok((fd, _)) => fd,
                    Err(errno) => match Self::after_accept(errno) {
                        Ok(Accepting::Again) => continue,
                        Ok(Accepting::Stop) => break Ok(End::Interrupt),
                        Err(stop) => break Err(stop),
                    },
                };
                clients += 1;
                running += usize::from(self.start_thread(scope, plan, &crew, fd));
            };
            let mut end = outcome;
            while end == Ok(End::Count) && running > 0 {
                match self.wait_for_a_thread(&crew) {
                    Ok(()) => running -= 1,
                    Err(_) => end = Ok(End::Interrupt),
                }
            }
            self.dismiss(&crew);
            // The scope waits for the threads; none of them sleeps in a call any more.
            end.map(|end| Served { clients, end })
        })
    }

    /// True when there is a thread for the client; without one its connection is closed.
    fn start_thread<'scope, 'env>(
        &mut self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        plan: &'env Plan,
        crew: &'env Crew,
        fd: i32,
    ) -> bool
    where
        Self: 'env,
    {
        let number = self.engine.threads.fetch_add(1, Ordering::Relaxed) + 1;
        let mut thread = self.on_thread(number);
        crew.with(|connections| connections.insert(number, fd));
        let draft = Draft::of("pthread_create")
            .arg(format!("thread {number}"))
            .arg(format!("fd {fd}"));
        let started = self.call(
            draft,
            || {
                std::thread::Builder::new()
                    .name(thread_name(0, number))
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || {
                        thread.serve_on_a_thread(plan, crew, number, fd);
                    })
                    .map_err(|error| {
                        ThreadError(Errno::from_raw(error.raw_os_error().unwrap_or(0)))
                    })
            },
            |_, _| {},
        );
        if started.is_ok() {
            return true;
        }
        crew.with(|connections| connections.remove(&number));
        self.note(format!(
            "there is no thread for this client: its connection is closed; {} threads go on",
            crew.with(|connections| connections.len())
        ));
        let _ = self.call_close(fd);
        false
    }

    fn serve_on_a_thread(&mut self, plan: &Plan, crew: &Crew, number: u32, fd: i32) {
        let _: Ending = self.converse(plan, fd);
        // Once it is off the list nobody shuts the descriptor down, whoever is given its number next.
        crew.with(|connections| connections.remove(&number));
        let _ = self.call_close(fd);
        self.reports.send(Report::ThreadEnded {
            process: self.process.clone(),
            thread: number,
        });
        let _ = crew.ended.post();
    }

    fn wait_for_a_thread(&mut self, crew: &Crew) -> Result<(), Errno> {
        let draft = Draft::of("sem_wait").arg("ended");
        self.call(draft, || crew.ended.wait(), |(), _| {})
    }

    /// Ends the threads that are left: their calls return when their connections are shut down.
    fn dismiss(&mut self, crew: &Crew) {
        let left: Vec<(u32, i32)> =
            crew.with(|connections| connections.iter().map(|(a, b)| (*a, *b)).collect());
        let how = text::number_of("SHUT_RDWR");
        for (thread, fd) in left {
            let draft = Draft::on(fd, "shutdown").arg(text::named(Group::Shutdown, how));
            // shutdown(2) does not sleep; under the lock the thread cannot close the descriptor meanwhile.
            let action = || {
                crew.with(|connections| {
                    if connections.contains_key(&thread) {
                        socket::shutdown(fd, how)
                    } else {
                        Err(Errno::EBADF)
                    }
                })
            };
            let _ = self.call(draft, action, |(), _| {});
        }
    }
}
