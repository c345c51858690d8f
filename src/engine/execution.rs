//! One command on its way through: evaluate, make calls, report each, give the result its names.

use super::Engine;
use super::HIDDEN;
use super::draft::Draft;
use super::report::{Report, Reports};
use super::repr;
use crate::catalog::verb::{AnsweredBy, Verb};
use crate::command::ast::{Action, Call, Command, Expr};
use crate::event::{BlockedEvent, CallEvent, DATA_LIMIT, OutputEvent, RefusedEvent, ResultEvent};
use crate::sys::clock::now_ns;
use crate::sys::names::LookupError;
use crate::value::Value;
use nix::errno::Errno;

/// A value in words is cut after so many characters.
const SHOWN: usize = 1 << 16;

/// Why a command ends before its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// It cannot be carried out, for this reason, which is still to be reported.
    Refused(String),
    /// The calls were made and nothing came of them, though none failed: this is still to be reported.
    Fruitless(String),
    /// A call failed, which has been reported.
    Failed,
}

impl Stop {
    /// Refused, for this reason.
    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self::Refused(reason.into())
    }
}

impl From<Errno> for Stop {
    fn from(_: Errno) -> Self {
        Self::Failed
    }
}

impl From<LookupError> for Stop {
    fn from(_: LookupError) -> Self {
        Self::Failed
    }
}

/// What a step of a command gives.
pub(super) type Outcome<T = Value> = Result<T, Stop>;

/// How a failed call is told.
pub(super) trait Failure {
    /// The return value.
    fn result(&self) -> i64;
    /// The error's name.
    fn name(&self) -> String;
}

impl Failure for Errno {
    fn result(&self) -> i64 {
        -1
    }

    fn name(&self) -> String {
        errno_name(*self)
    }
}

impl Failure for LookupError {
    fn result(&self) -> i64 {
        i64::from(self.code)
    }

    fn name(&self) -> String {
        match self.errno {
            Some(errno) => errno_name(errno),
            None => LookupError::name(*self),
        }
    }
}

/// An errno's name: `ECONNREFUSED`.
pub(super) fn errno_name(errno: Errno) -> String {
    crate::catalog::errno::by_number(errno as i32)
        .map_or_else(|| format!("{errno:?}"), |found| found.name.to_owned())
}

/// A command while it runs.
pub(super) struct Execution<'a> {
    pub(super) engine: &'a Engine,
    /// The name of the process that makes its calls: the engine's, but in a child that it forked.
    process: String,
    pub(super) number: u64,
    pub(super) job: u32,
    /// The thread within the job, as in `CallEvent`.
    thread: u32,
    /// The model of the server whose calls it makes; empty for any other command.
    pub(super) serving: &'static str,
    pub(super) reports: &'a dyn Reports,
    /// Return value and data of the last call, to tell whether the command's value says more.
    last_call: Option<(i64, Option<Vec<u8>>)>,
    /// Descriptors that its calls made, all of them seen in their lines.
    made: Vec<i32>,
}

impl<'a> Execution<'a> {
    pub(super) fn new(engine: &'a Engine, number: u64, job: u32, reports: &'a dyn Reports) -> Self {
        Self {
            engine,
            process: engine.process.clone(),
            number,
            job,
            thread: 0,
            serving: "",
            reports,
            last_call: None,
            made: Vec::new(),
        }
    }

    /// The same command as another thread of the process carries it on.
    pub(super) fn on_thread(&self, thread: u32) -> Self {
        Self {
            thread,
            serving: self.serving,
            ..Self::new(self.engine, self.number, self.job, self.reports)
        }
    }

    /// The same command as a forked child carries it on, which reports elsewhere.
    pub(super) fn in_child<'b>(&self, process: String, reports: &'b dyn Reports) -> Execution<'b>
    where
        'a: 'b,
    {
        Execution {
            process,
            serving: self.serving,
            ..Execution::new(self.engine, self.number, 0, reports)
        }
    }

    /// The name of the process that makes its calls.
    pub(super) fn process(&self) -> &str {
        &self.process
    }

    /// Runs the command and gives its value the names it is to have.
    pub(super) fn command(&mut self, command: &Command) -> Outcome<()> {
        let (value, typed) = match &command.action {
            Action::Call(call) => (self.perform(call)?, false),
            Action::Evaluate(expr) => (self.evaluate(expr)?, true),
            Action::Repeat(..) | Action::Switch => {
                return Err(Stop::because(
                    "this is for the session, not for a process: `repeat` is unrolled and a prompt is switched before a process is asked",
                ));
            }
        };
        if let [only] = &command.targets[..]
            && only == HIDDEN
        {
            self.tell_result(value, Vec::new(), false);
            return Ok(());
        }
        // None is the answer to a question (`gettimeout s`, `x`); of all other calls it only means that there is nothing to say.
        let answers = match &command.action {
            Action::Call(call) => call.verb == Verb::Gettimeout,
            Action::Evaluate(expr) => !matches!(expr, Expr::Call(_)),
            Action::Repeat(..) | Action::Switch => false,
        };
        let assigned = unpack(&command.targets, &value)?;
        self.engine.memory.with(|contents| {
            for (name, value) in &assigned {
                contents.variables.insert(name.clone(), value.clone());
            }
            if value != Value::None || answers {
                contents.last = Some(value.clone());
            }
        });
        if value == Value::None && assigned.is_empty() && !answers {
            return Ok(());
        }
        // A poll object or a file is nothing to look at once it has a name; what a server came to is told in words.
        let serves = matches!(&command.action, Action::Call(call) if call.verb == Verb::Serve);
        let opaque = matches!(value, Value::Poller(_) | Value::File(_));
        let show = if typed || opaque || value == Value::None {
            assigned.is_empty()
        } else {
            !serves && self.says_more(&value)
        };
        self.tell_result(value, assigned, show);
        Ok(())
    }

    fn tell_result(&self, value: Value, assigned: Vec<(String, Value)>, show: bool) {
        let mut shown = self.repr(&value);
        if let Some((cut, _)) = shown.char_indices().nth(SHOWN) {
            shown.truncate(cut);
            shown.push('…');
        }
        self.reports.send(Report::Result(ResultEvent {
            process: self.engine.process.clone(),
            command: self.number,
            value,
            shown,
            assigned,
            show,
        }));
    }

    /// A verb with its arguments: its value.
    pub(super) fn perform(&mut self, call: &Call) -> Outcome {
        if call.verb.entry().answered_by == AnsweredBy::Session {
            return Err(Stop::because(format!(
                "`{}` is answered by the session and cannot stand inside a call",
                call.verb.name()
            )));
        }
        match call.verb {
            Verb::Socket => self.socket(call),
            Verb::Socketpair => self.socketpair(call),
            Verb::Bind => self.bind(call),
            Verb::Listen => self.listen(call),
            Verb::Accept => self.accept(call),
            Verb::Connect => self.connect(call),
            Verb::ConnectEx => self.connect_ex(call),
            Verb::CreateServer => self.create_server(call),
            Verb::CreateConnection => self.create_connection(call),
            Verb::Serve => self.serve_verb(call),
            Verb::Shutdown => self.shutdown(call),
            Verb::Close => self.close(call),
            Verb::Detach => self.detach(call),
            Verb::Dup => self.dup(call),
            Verb::Getsockname => self.getsockname(call),
            Verb::Getpeername => self.getpeername(call),
            Verb::Fileno => self.fileno(call),
            Verb::Send => self.send(call),
            Verb::Sendall => self.sendall(call),
            Verb::Sendto => self.sendto(call),
            Verb::Sendfile => self.sendfile(call),
            Verb::Recv => self.recv(call),
            Verb::Recvfrom => self.recvfrom(call),
            Verb::RecvInto => self.recv_into(call),
            Verb::RecvfromInto => self.recvfrom_into(call),
            Verb::Sendmsg => self.sendmsg(call),
            Verb::SendFds => self.send_fds(call),
            Verb::Recvmsg => self.recvmsg(call),
            Verb::RecvFds => self.recv_fds(call),
            Verb::Getsockopt => self.getsockopt(call),
            Verb::Setsockopt => self.setsockopt(call),
            Verb::Options => self.options(call),
            Verb::Setblocking => self.setblocking(call),
            Verb::Getblocking => self.getblocking(call),
            Verb::Settimeout => self.settimeout(call),
            Verb::Gettimeout => self.gettimeout(call),
            Verb::Makefile => self.makefile(call),
            Verb::Read => self.read(call),
            Verb::Readline => self.readline(call),
            Verb::Write => self.write(call),
            Verb::Flush => self.flush(call),
            Verb::Ioctl => self.ioctl(call),
            Verb::Select => self.select(call),
            Verb::Poller => Ok(self.poller()),
            Verb::Poll => self.poll(call),
            Verb::Epoll => self.epoll(call),
            Verb::Register => self.register(call),
            Verb::Modify => self.modify(call),
            Verb::Unregister => self.unregister(call),
            Verb::EpollCtl => self.epoll_ctl(call),
            Verb::EpollWait => self.epoll_wait(call),
            Verb::Getaddrinfo => self.getaddrinfo(call),
            Verb::Getnameinfo => self.getnameinfo(call),
            Verb::Gethostbyname => self.gethostbyname(call),
            Verb::GethostbynameEx => self.gethostbyname_ex(call),
            Verb::Gethostbyaddr => self.gethostbyaddr(call),
            Verb::Gethostname => self.gethostname(),
            Verb::Getservbyname => self.getservbyname(call),
            Verb::Getservbyport => self.getservbyport(call),
            Verb::Getprotobyname => self.getprotobyname(call),
            Verb::IfNameindex => self.if_nameindex(),
            Verb::IfNametoindex => self.if_nametoindex(call),
            Verb::IfIndextoname => self.if_indextoname(call),
            Verb::InetPton => self.inet_pton(call),
            Verb::InetNtop => self.inet_ntop(call),
            Verb::InetAton => self.inet_aton(call),
            Verb::InetNtoa => self.inet_ntoa(call),
            Verb::Htons | Verb::Ntohs => self.swap_short(call),
            Verb::Htonl | Verb::Ntohl => self.swap_long(call),
            Verb::Print => self.print(call),
            other => Err(Stop::because(format!(
                "no process can carry out `{}`",
                other.name()
            ))),
        }
    }

    /// Makes a call: says that it begins, makes it, says how it ended. `tell` puts what it gave into the report, whose result is 0.
    pub(super) fn call<T, E: Failure>(
        &mut self,
        draft: Draft,
        action: impl FnOnce() -> Result<T, E>,
        tell: impl FnOnce(&T, &mut CallEvent),
    ) -> Result<T, E> {
        let mut event = self.begin(draft);
        let outcome = action();
        event.end_ns = now_ns();
        self.ended(event, &outcome, tell);
        outcome
    }

    /// Tells of a call that was made before it was known to be worth telling, between these two times.
    pub(super) fn tell_call<T>(
        &mut self,
        draft: Draft,
        outcome: &Result<T, Errno>,
        times: (i64, i64),
        tell: impl FnOnce(&T, &mut CallEvent),
    ) {
        let mut event = self.begin(draft);
        (event.start_ns, event.end_ns) = times;
        self.ended(event, outcome, tell);
    }

    /// Tells of a call that has failed so often in a row, the first at the one time, the last at the other.
    pub(super) fn tell_failures(
        &mut self,
        draft: Draft,
        errno: Errno,
        times: (i64, i64),
        count: u64,
    ) {
        let mut event = self.begin(draft);
        (event.start_ns, event.end_ns) = times;
        event.times = count;
        let outcome: Result<(), Errno> = Err(errno);
        self.ended(event, &outcome, |(), _| {});
    }

    /// What a server that spins goes on calling: accept4(2), on this listener.
    pub(super) fn spinning(&self, fd: i32) -> BlockedEvent {
        self.starting(&self.draft(Draft::on(fd, "accept4")))
    }

    fn ended<T, E: Failure>(
        &mut self,
        mut event: CallEvent,
        outcome: &Result<T, E>,
        tell: impl FnOnce(&T, &mut CallEvent),
    ) {
        match outcome {
            Ok(value) => tell(value, &mut event),
            Err(failure) => {
                event.result = failure.result();
                event.errno = Some(failure.name());
            }
        }
        self.finish(event);
    }

    /// Says that a call begins.
    pub(super) fn begin(&self, draft: Draft) -> CallEvent {
        let mut event = self.draft(draft);
        self.reports.send(Report::Starting(self.starting(&event)));
        event.start_ns = now_ns();
        event
    }

    fn starting(&self, event: &CallEvent) -> BlockedEvent {
        BlockedEvent {
            process: event.process.clone(),
            command: self.number,
            job: self.job,
            thread: self.thread,
            serving: self.serving.to_owned(),
            name: event.name.clone(),
            invocation: event.invocation(),
            fd: event.fd,
            peer: event.peer.clone(),
            start_ns: now_ns(),
        }
    }

    fn draft(&self, draft: Draft) -> CallEvent {
        CallEvent {
            process: self.process.clone(),
            host: self.engine.host.clone(),
            command: self.number,
            job: self.job,
            thread: self.thread,
            name: draft.name.to_owned(),
            args: draft.args,
            fd: draft.fd,
            result: 0,
            errno: None,
            data: None,
            peer: draft.peer,
            local: draft.local,
            out: String::new(),
            made: Vec::new(),
            times: 1,
            blocked: false,
            start_ns: 0,
            end_ns: 0,
        }
    }

    /// Says that a call ended.
    pub(super) fn finish(&mut self, mut event: CallEvent) {
        if let Some(data) = &mut event.data {
            data.truncate(DATA_LIMIT);
        }
        if !event.made.is_empty() {
            self.engine.memory.with(|contents| {
                for fd in &event.made {
                    contents.given_out(*fd);
                }
            });
            self.made.extend(&event.made);
        }
        self.last_call = Some((event.result, event.data.clone()));
        self.reports.send(Report::Called(Box::new(event)));
    }

    /// Says something that no call says.
    pub(super) fn note(&self, text: String) {
        self.reports.send(Report::Note(text));
    }

    /// Says that the command cannot be carried out, or that nothing came of it.
    pub(super) fn refuse(&self, reason: String, fruitless: bool) {
        self.reports.send(Report::Refused(RefusedEvent {
            process: self.process.clone(),
            job: self.job,
            reason,
            fruitless,
        }));
    }

    /// `print`: its values as Python's `str` shows them, with blanks between and a line feed behind.
    fn print(&mut self, call: &Call) -> Outcome {
        let values = self.list(call, 0)?;
        let words: Vec<String> = values.iter().map(|value| self.str(value)).collect();
        self.reports.send(Report::Output(OutputEvent {
            process: self.engine.process.clone(),
            text: format!("{}\n", words.join(" ")).into_bytes(),
            error: false,
        }));
        Ok(Value::None)
    }

    /// Python's `repr` of a value, with the names of its sockets.
    pub(super) fn repr(&self, value: &Value) -> String {
        repr::repr(value, &|fd| self.name_of(fd))
    }

    /// Python's `str` of a value.
    pub(super) fn str(&self, value: &Value) -> String {
        repr::str(value, &|fd| self.name_of(fd))
    }

    /// The variable that holds a descriptor, the first by name when there are several.
    fn name_of(&self, fd: i32) -> Option<String> {
        self.engine.memory.with(|contents| {
            contents
                .variables
                .iter()
                .filter(|(_, value)| matches!(value, Value::Socket(held) | Value::Epoll(held) if *held == fd))
                .map(|(name, _)| name.clone())
                .min()
        })
    }

    /// False when the line of the last call says it all.
    fn says_more(&self, value: &Value) -> bool {
        let Some((result, data)) = &self.last_call else {
            return true;
        };
        match value {
            Value::Int(number) | Value::Constant { value: number, .. } => number != result,
            Value::Socket(fd) | Value::Epoll(fd) => !self.made.contains(fd),
            Value::Bytes(bytes) => data.as_deref().is_none_or(|data| data != bytes),
            _ => true,
        }
    }
}

/// Each name with its value: one name takes the whole, several take a part each.
fn unpack(targets: &[String], value: &Value) -> Outcome<Vec<(String, Value)>> {
    let [_, _, ..] = targets else {
        return Ok(targets
            .iter()
            .map(|name| (name.clone(), value.clone()))
            .collect());
    };
    let Some(parts) = super::operator::parts(value) else {
        return Err(Stop::because(format!(
            "{} cannot be unpacked into {} names: it is one value",
            super::operator::describe(value),
            targets.len()
        )));
    };
    if parts.len() != targets.len() {
        return Err(Stop::because(format!(
            "{} names on the left, {} values on the right",
            targets.len(),
            parts.len()
        )));
    }
    Ok(targets.iter().cloned().zip(parts).collect())
}
