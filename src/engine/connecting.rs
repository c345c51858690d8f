//! connect in its three manners (blocking, non-blocking, with a timeout), and Python's two helpers create_server and create_connection.

use super::draft::Draft;
use super::execution::{Execution, Outcome, Stop};
use super::text::{self, errno_name, number_of};
use super::waiting::Until;
use crate::command::ast::Call;
use crate::sys::{address, option, socket};
use crate::value::{Address, Value};
use nix::errno::Errno;

impl Execution<'_> {
    /// `connect s address`
    pub(super) fn connect(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let peer = self.address(call, 1, fd)?;
        match self.connect_patiently(fd, &peer)? {
            None => Ok(Value::None),
            Some((_, Told::ByConnect)) => Err(Stop::Failed),
            Some((errno, Told::BySocketError)) => Err(told_later(errno)),
        }
    }

    /// `connect_ex s address`: the errno, 0 when it worked.
    pub(super) fn connect_ex(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let peer = self.address(call, 1, fd)?;
        Ok(match self.connect_patiently(fd, &peer)? {
            None => Value::Int(0),
            Some((errno, _)) => Value::Constant {
                value: errno as i64,
                name: errno_name(errno),
            },
        })
    }

    /// connect(2); on a socket with a timeout then poll(2) and SO_ERROR. What went wrong, and who said so.
    fn connect_patiently(&mut self, fd: i32, peer: &Address) -> Outcome<Option<(Errno, Told)>> {
        let waits = self
            .descriptor(fd)
            .and_then(|known| known.timeout)
            .is_some_and(|timeout| !timeout.is_zero());
        let patience = self.patience(fd);
        match self.call_connect(fd, peer) {
            Ok(()) => Ok(None),
            Err(Errno::EINPROGRESS) if waits => {
                self.wait(fd, Until::Writable, patience)?;
                let pending = self.pending_error(fd)?;
                Ok((pending != Errno::from_raw(0)).then_some((pending, Told::BySocketError)))
            }
            Err(errno) => Ok(Some((errno, Told::ByConnect))),
        }
    }

    fn call_connect(&mut self, fd: i32, peer: &Address) -> Result<(), Errno> {
        let bytes = address::encode(peer);
        let draft = Draft::on(fd, "connect").arg(text::address(peer)).peer(peer);
        self.call(draft, || socket::connect(fd, &bytes), |(), _| {})
    }

    /// The socket's pending error, which reading clears.
    fn pending_error(&mut self, fd: i32) -> Result<Errno, Errno> {
        let level = number_of("SOL_SOCKET");
        let name = number_of("SO_ERROR");
        let draft = Draft::on(fd, "getsockopt")
            .arg("SOL_SOCKET")
            .arg("SO_ERROR")
            .arg("…")
            .arg("[4]");
        let number = self.call(
            draft,
            || option::int(fd, level, name),
            |number, event| event.args[3] = super::option_value::errno_text(*number),
        )?;
        Ok(Errno::from_raw(number))
    }

    /// `create_server address`: a listening TCP socket, as Python makes it.
    pub(super) fn create_server(&mut self, call: &Call) -> Outcome {
        let family = self.int(call, 1, number_of("AF_INET"))?;
        let backlog = self.value(call, 2)?.unwrap_or(Value::None);
        let reuse_port = self.truth(call, 3, false)?;
        let dual_stack = self.truth(call, 4, false)?;
        if dual_stack && family != number_of("AF_INET6") {
            return Err(Stop::because(
                "dualstack_ipv6=True needs family=AF_INET6: an IPv6 socket serves IPv4 too, not the other way round",
            ));
        }
        let fd = self.call_socket(family, number_of("SOCK_STREAM"), 0)?;
        match self.serve(call, fd, (&backlog, reuse_port, dual_stack)) {
            Ok(()) => Ok(Value::Socket(fd)),
            Err(stop) => {
                self.call_close(fd)?;
                Err(stop)
            }
        }
    }

    fn serve(
        &mut self,
        call: &Call,
        fd: i32,
        (backlog, reuse_port, dual_stack): (&Value, bool, bool),
    ) -> Outcome<()> {
        self.switch_option(fd, "SO_REUSEADDR", true)?;
        if reuse_port {
            self.switch_option(fd, "SO_REUSEPORT", true)?;
        }
        if self.descriptor(fd).map(|known| known.family) == Some(number_of("AF_INET6")) {
            self.switch_option(fd, "IPV6_V6ONLY", !dual_stack)?;
        }
        let address = self.address(call, 0, fd)?;
        self.call_bind(fd, &address)?;
        let backlog =
            super::operator::integer(backlog).and_then(|number| i32::try_from(number).ok());
        self.call_listen(fd, backlog.unwrap_or(number_of("SOMAXCONN")))?;
        Ok(())
    }

    /// `create_connection address`: a connected TCP socket, trying each address the name has.
    pub(super) fn create_connection(&mut self, call: &Call) -> Outcome {
        let (host, port) = self.host_and_port(call, 0)?;
        let timeout = self.seconds(call, 1)?;
        let source = self.value(call, 2)?.filter(|value| *value != Value::None);
        let stream = number_of("SOCK_STREAM");
        let found = self.look_up(&host, port, number_of("AF_UNSPEC"), stream)?;
        let mut last = Stop::because(format!("`{host}` has no address"));
        for peer in found {
            let family = match peer {
                Address::Inet6(_) => number_of("AF_INET6"),
                _ => number_of("AF_INET"),
            };
            let fd = self.call_socket(family, stream, 0)?;
            let outcome = self.connect_one(call, fd, &peer, (timeout, source.is_some()));
            match outcome {
                Ok(()) => return Ok(Value::Socket(fd)),
                Err(stop) => {
                    self.call_close(fd)?;
                    last = stop;
                }
            }
        }
        Err(last)
    }

    fn connect_one(
        &mut self,
        call: &Call,
        fd: i32,
        peer: &Address,
        (timeout, bind): (Option<std::time::Duration>, bool),
    ) -> Outcome<()> {
        if timeout.is_some() {
            self.set_timeout(fd, timeout)?;
        }
        if bind {
            let local = self.address(call, 2, fd)?;
            self.call_bind(fd, &local)?;
        }
        match self.connect_patiently(fd, peer)? {
            None => Ok(()),
            Some((_, Told::ByConnect)) => Err(Stop::Failed),
            Some((errno, Told::BySocketError)) => Err(told_later(errno)),
        }
    }
}

/// The end of a connect that failed after it had begun.
fn told_later(errno: Errno) -> Stop {
    Stop::Fruitless(format!(
        "connect failed: {}, which SO_ERROR reported (Python: OSError)",
        errno_name(errno)
    ))
}

/// Who told that connecting failed.
#[derive(Clone, Copy)]
enum Told {
    ByConnect,
    BySocketError,
}
