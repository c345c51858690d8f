//! A thread for each client: they share all descriptors, so each closes its own, and how many there can be is the kernel's to say.

use super::company::{Company, Member};
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
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// The descriptors of their connections, each until its thread is about to close it.
    connections: Mutex<BTreeSet<i32>>,
    /// Given once for each thread that has ended.
    ended: Semaphore,
}

/// What a thread does for its client.
#[derive(Clone)]
enum Work<'env> {
    /// A service that is begun for each client anew.
    Alone,
    /// A service that all share.
    Together(&'env Company, Arc<Member>),
}

impl Crew {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeSet<i32>) -> T) -> T {
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
            connections: Mutex::new(BTreeSet::new()),
            ended: Semaphore::new(0)
                .map_err(|errno| Stop::because(format!("no semaphore can be made: {errno}")))?,
        };
        let company = Company::new(plan);
        std::thread::scope(|scope| {
            let company = plan.service.is_shared().then_some(&company);
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
                let work = company.map_or(Ok(Work::Alone), |company| {
                    self.start_writer(scope, company, fd)
                });
                let started = match work {
                    Ok(work) => self.start_thread(scope, plan, &crew, (fd, work)),
                    Err(errno) => Err(errno),
                };
                if started.is_err() {
                    self.refuse_client(&crew, fd);
                }
                running += usize::from(started.is_ok());
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

    /// Starts the thread that writes to a client of a service that all share.
    fn start_writer<'scope, 'env>(
        &mut self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        company: &'env Company,
        fd: i32,
    ) -> Result<Work<'env>, Errno>
    where
        Self: 'env,
    {
        let member = company.admit(fd)?;
        let writes = Arc::clone(&member);
        self.start(scope, fd, None, move |thread| {
            thread.write_in_company(&writes);
        })?;
        Ok(Work::Together(company, member))
    }

    /// Starts the thread that reads what a client says.
    fn start_thread<'scope, 'env>(
        &mut self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        plan: &'env Plan,
        crew: &'env Crew,
        (fd, work): (i32, Work<'env>),
    ) -> Result<(), Errno>
    where
        Self: 'env,
    {
        crew.with(|connections| connections.insert(fd));
        let spare = work.clone();
        let started = self.start(scope, fd, Some(&crew.ended), move |thread| {
            thread.serve_on_a_thread(plan, crew, fd, &work);
        });
        if started.is_err() {
            crew.with(|connections| connections.remove(&fd));
            if let Work::Together(company, member) = spare {
                company.dismiss(&member);
            }
        }
        started
    }

    /// pthread_create(3) of a thread that works on a descriptor, and gives `ended` at its end.
    fn start<'scope, 'env>(
        &mut self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        fd: i32,
        ended: Option<&'env Semaphore>,
        work: impl FnOnce(&mut Self) + Send + 'scope,
    ) -> Result<(), Errno>
    where
        Self: 'env,
    {
        let number = self.engine.threads.fetch_add(1, Ordering::Relaxed) + 1;
        let mut thread = self.on_thread(number);
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
                        work(&mut thread);
                        thread.reports.send(Report::ThreadEnded {
                            process: thread.process.clone(),
                            thread: number,
                        });
                        if let Some(ended) = ended {
                            let _ = ended.post();
                        }
                    })
                    .map_err(|error| {
                        ThreadError(Errno::from_raw(error.raw_os_error().unwrap_or(0)))
                    })
            },
            |_, _| {},
        );
        started.map(drop).map_err(|error| error.0)
    }

    fn refuse_client(&mut self, crew: &Crew, fd: i32) {
        self.note(format!(
            "there is no thread for this client: its connection is closed; {} threads go on",
            crew.with(|connections| connections.len())
        ));
        let _ = self.call_close(fd);
    }

    fn serve_on_a_thread(&mut self, plan: &Plan, crew: &Crew, fd: i32, work: &Work<'_>) {
        match work {
            Work::Alone => {
                let _: Ending = self.converse(plan, fd);
            }
            Work::Together(company, member) => self.read_in_company(plan, company, member),
        }
        // Once it is off the list nobody shuts the descriptor down, whoever is given its number next.
        crew.with(|connections| connections.remove(&fd));
        let _ = self.call_close(fd);
    }

    fn wait_for_a_thread(&mut self, crew: &Crew) -> Result<(), Errno> {
        let draft = Draft::of("sem_wait").arg("ended");
        self.call(draft, || crew.ended.wait(), |(), _| {})
    }

    /// Ends the threads that are left: their calls return when their connections are shut down.
    fn dismiss(&mut self, crew: &Crew) {
        let left: Vec<i32> = crew.with(|connections| connections.iter().copied().collect());
        let how = text::number_of("SHUT_RDWR");
        for fd in left {
            let draft = Draft::on(fd, "shutdown").arg(text::named(Group::Shutdown, how));
            // shutdown(2) does not sleep; under the lock the thread cannot close the descriptor meanwhile.
            let action = || {
                crew.with(|connections| {
                    if connections.contains(&fd) {
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
