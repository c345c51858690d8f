//! `serve`: ready-made servers, each of their calls made here and told like any other. This file reads the options and picks the
//! model; each model has a file of its own, and all of them serve one [`Service`].

mod company;
mod connection;
mod conversing;
mod crowd;
mod datagram;
mod epoll;
mod event_loop;
mod iterative;
mod limit;
mod nonblocking;
mod poll;
mod process;
mod select;
mod service;
mod talk;
mod thread;

use super::execution::{Execution, Outcome, Stop};
use super::text::number_of;
use crate::catalog::verb::{MODELS, SERVICES};
use crate::command::ast::Call;
use crate::value::Value;
use nix::errno::Errno;
use service::{Service, Settings};
use std::path::PathBuf;
use std::time::Duration;
use talk::Talk;

/// A recv takes at most so many bytes: what a call gave must fit in one message to the terminal.
const BUFFER: usize = 64 * 1024;

/// Between two heartbeats of Engine.IO, as its servers have it.
const HEARTBEAT: Duration = Duration::from_secs(25);

/// What every model is told.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The socket that was typed: one that listens, or a datagram socket.
    socket: i32,
    service: Service,
    settings: Settings,
    /// Tell of each event once (EPOLLET), epoll only.
    edge: bool,
    /// The server ends after so many clients.
    count: u64,
    /// At most so many clients at once; the others wait in the backlog.
    at_once: usize,
    /// What one recv takes.
    buffer: usize,
    /// Between two rounds that found nothing, nonblocking only.
    pause: Duration,
    /// Leave children that have ended unwaited for, process only.
    zombies: bool,
}

/// Why a server ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It has served as many clients as it was to.
    Count,
    /// Ctrl-C or `cancel`.
    Interrupt,
}

/// What a server came to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    /// Clients it accepted; datagrams it answered.
    clients: u64,
    end: End,
}

impl Plan {
    /// Begins the service.
    fn begin(&self) -> Box<dyn Talk> {
        self.service.begin(&self.settings)
    }
}

impl Execution<'_> {
    /// `serve s echo --model epoll`: the number of clients that were served.
    pub(super) fn serve_verb(&mut self, call: &Call) -> Outcome {
        let plan = self.plan(call)?;
        let model = self.text_or_none(call, 2)?;
        let Some(model) = MODELS
            .iter()
            .find(|known| Some(**known) == model.as_deref() || model.is_none())
        else {
            return Err(Stop::because(format!(
                "`model` of `serve` is one of {}",
                MODELS.join(", ")
            )));
        };
        let is_datagram = self
            .descriptor(plan.socket)
            .is_some_and(|known| known.kind == number_of("SOCK_DGRAM"));
        if is_datagram && *model != "iterative" {
            return Err(Stop::because(
                "a datagram socket has no connections to share out: one loop of recvfrom and sendto serves all clients (--model iterative)",
            ));
        }
        if let Some(reason) = unfit(plan.service, model, is_datagram) {
            return Err(Stop::because(reason));
        }
        let limits = self.lower_limits(call)?;
        self.serving = model;
        let served = match *model {
            _ if is_datagram => self.serve_datagrams(&plan),
            "process" => self.serve_with_processes(&plan),
            "thread" => self.serve_with_threads(&plan),
            "nonblocking" => self.serve_without_blocking(&plan),
            "select" => self.serve_with_select(&plan),
            "poll" => self.serve_with_poll(&plan),
            "epoll" => self.serve_with_epoll(&plan),
            _ => self.serve_one_by_one(&plan),
        };
        self.serving = "";
        self.restore_limits(&limits);
        let served = served?;
        let end = match served.end {
            End::Count => "that was the count",
            End::Interrupt => "it was interrupted",
        };
        let what = if is_datagram { "datagram" } else { "client" };
        let s = if served.clients == 1 { "" } else { "s" };
        self.note(format!(
            "the server ({model}) ends after {} {what}{s}: {end}",
            served.clients
        ));
        Ok(Value::Int(served.clients as i64))
    }

    fn plan(&mut self, call: &Call) -> Outcome<Plan> {
        let socket = self.fd(call, 0)?;
        let word = self.text(call, 1)?;
        let service = Service::named(&word)
            .ok_or_else(|| Stop::because(format!("the services are {}", SERVICES.join(", "))))?;
        let edge = self.truth(call, 3, false)?;
        let once = self.truth(call, 4, false)?;
        let count = self.positive(call, 5, i32::from(once))?;
        let at_once = self.positive(call, 6, 0)?;
        let buffer = self.size(call, 7, 4096)?;
        if !(1..=BUFFER).contains(&buffer) {
            return Err(Stop::because(format!(
                "`buffer` of `serve` is from 1 to {BUFFER} bytes"
            )));
        }
        let settings = self.settings(call)?;
        Ok(Plan {
            socket,
            service,
            settings,
            edge,
            count: if count == 0 { u64::MAX } else { count },
            at_once: usize::try_from(at_once)
                .ok()
                .filter(|most| *most > 0)
                .unwrap_or(usize::MAX),
            buffer,
            pause: self.seconds(call, 8)?.unwrap_or_default(),
            zombies: self.truth(call, 9, false)?,
        })
    }

    fn settings(&mut self, call: &Call) -> Outcome<Settings> {
        let folder = self.text_or_none(call, 12)?;
        let folder = folder.unwrap_or_else(|| ".".to_owned());
        self.engine.permit_path(folder.as_bytes())?;
        let broadcast = self.truth(call, 13, false)?;
        let heartbeat = self.seconds(call, 14)?.unwrap_or(HEARTBEAT);
        if heartbeat < Duration::from_millis(1) {
            return Err(Stop::because("`heartbeat` of `serve` is at least 1ms"));
        }
        Ok(Settings {
            folder: PathBuf::from(folder),
            broadcast,
            heartbeat_ns: i64::try_from(heartbeat.as_nanos()).unwrap_or(i64::MAX / 2),
        })
    }

    /// A number from 1 on; `usual` when none is given.
    fn positive(&mut self, call: &Call, place: usize, usual: i32) -> Outcome<u64> {
        let number = self.int(call, place, usual)?;
        if number < 1 && number != usual {
            return Err(Stop::because(format!(
                "`{}` of `serve` is at least 1",
                call.verb.entry().parameters[place].name
            )));
        }
        Ok(number as u64)
    }

    /// What a failed accept(2) means for a server whose listener blocks.
    fn after_accept(errno: Errno) -> Outcome<Accepting> {
        match errno {
            Errno::EINTR => Ok(Accepting::Stop),
            // The client was gone before it was taken out of the queue (accept(2)).
            Errno::ECONNABORTED | Errno::EPROTO => Ok(Accepting::Again),
            Errno::EAGAIN => Err(Stop::because(
                "this socket does not block, so there is nothing to wait in: `setblocking s True` first, or a model that asks who is ready (nonblocking, select, poll, epoll)",
            )),
            Errno::EMFILE | Errno::ENFILE => Err(Stop::because(
                "no descriptor is left for another client, and a server that has no plan for that ends here (Python: OSError, Errno 24); --max-clients keeps it below the limit",
            )),
            _ => Err(Stop::Failed),
        }
    }
}

/// Why a service cannot be served so.
fn unfit(service: Service, model: &str, is_datagram: bool) -> Option<String> {
    if is_datagram {
        return service.answer(&[], 0).is_none().then(|| {
            "this service needs connections, and a datagram socket has none: echo, upper or time"
                .to_owned()
        });
    }
    if !service.is_shared() {
        return None;
    }
    match model {
        "iterative" => Some(
            "what one client says reaches the others, so several have to be served at once: --model thread, nonblocking, select, poll or epoll"
                .to_owned(),
        ),
        "process" => Some(
            "what one client says reaches the others, and processes share no memory after fork(2): --model thread, nonblocking, select, poll or epoll"
                .to_owned(),
        ),
        _ => None,
    }
}

/// What a server does after accept(2) has failed.
enum Accepting {
    Again,
    Stop,
}
