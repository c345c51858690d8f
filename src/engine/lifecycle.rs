//! A socket's life but for connect: socket, socketpair, bind, listen, accept, shutdown, close, dup, detach, and its two names.

use super::arguments::given;
use super::draft::{Draft, PENDING};
use super::execution::{Execution, Outcome, Stop};
use super::memory::Descriptor;
use super::text;
use super::waiting::Until;
use crate::catalog::constant;
use crate::catalog::parameter::Group;
use crate::command::ast::{Call, Expr};
use crate::event::CallEvent;
use crate::sys::{address, descriptor, option, socket};
use crate::value::{Address, Value};
use nix::errno::Errno;
use std::time::Duration;

/// The bits of socket(2)'s second argument that hold the type.
const TYPE_MASK: i32 = 0xf;

impl Execution<'_> {
    /// `socket [family] [type] [proto]`
    pub(super) fn socket(&mut self, call: &Call) -> Outcome {
        if let Some(fd) = self.value(call, 3)?.filter(|fd| *fd != Value::None) {
            return self.adopted(call, &fd);
        }
        let (family, kind, protocol) = self.three(call, "AF_INET")?;
        self.engine.permit_family(family, protocol)?;
        let fd = self.call_socket(family, kind, protocol)?;
        if family == text::number_of("AF_PACKET") {
            self.note_byte_order(protocol);
        }
        Ok(Value::Socket(fd))
    }

    /// `socket fileno=3`: an open descriptor as a socket. The kernel says what it is, as Python asks it.
    fn adopted(&mut self, call: &Call, value: &Value) -> Outcome {
        let Some(fd) = super::arguments::descriptor_of(value) else {
            let what = "the number of an open descriptor, as in `socket fileno=3`";
            return Err(super::arguments::expected(call, 3, what, value));
        };
        let fd = self.unreserved(fd)?;
        let level = text::number_of("SOL_SOCKET");
        let draft = Draft::on(fd, "getsockopt")
            .arg("SOL_SOCKET")
            .arg("SO_DOMAIN")
            .arg("…")
            .arg("[4]");
        self.call(
            draft,
            || option::int(fd, level, text::number_of("SO_DOMAIN")),
            |family, event| event.args[3] = format!("[{}]", text::family(*family)),
        )?;
        // Kept, so that the timeout of the socket belongs to it as to any other.
        self.descriptor(fd);
        self.engine
            .memory
            .with(|contents| contents.objects.insert(fd));
        Ok(Value::Socket(fd))
    }

    /// The protocol of AF_PACKET is a number in network byte order (packet(7)); who forgets it hears nothing, without an error.
    fn note_byte_order(&self, protocol: i32) {
        let Ok(given) = u16::try_from(protocol) else {
            return;
        };
        let family = i64::from(text::number_of("AF_PACKET"));
        let named = |number: u16| constant::protocol(family, i64::from(number));
        if let (Some(meant), None) = (named(given), named(given.swap_bytes())) {
            self.note(format!(
                "the kernel takes this protocol in network byte order, and reads {given:#06x} as {:#06x}, which no frame has: write socket.htons({})",
                given.swap_bytes(),
                meant.name
            ));
        }
    }

    /// socket(2), reported and remembered.
    pub(super) fn call_socket(
        &mut self,
        family: i32,
        kind: i32,
        protocol: i32,
    ) -> Result<i32, Errno> {
        let draft = three_arguments(Draft::of("socket"), family, kind, protocol);
        let fd = self.call(
            draft,
            || socket::socket(family, kind, protocol),
            |fd, event| made(event, *fd),
        )?;
        self.remember(fd, fresh(family, kind, protocol));
        Ok(fd)
    }

    /// `socketpair [family] [type] [proto]`
    pub(super) fn socketpair(&mut self, call: &Call) -> Outcome {
        let (family, kind, protocol) = self.three(call, "AF_UNIX")?;
        self.engine.permit_family(family, protocol)?;
        let draft = three_arguments(Draft::of("socketpair"), family, kind, protocol).arg("…");
        let (one, other) = self.call(
            draft,
            || socket::socketpair(family, kind, protocol),
            |(one, other), event| {
                event.args[3] = format!("[{one}, {other}]");
                event.made = vec![*one, *other];
            },
        )?;
        self.remember(one, fresh(family, kind, protocol));
        self.remember(other, fresh(family, kind, protocol));
        Ok(Value::Tuple(vec![Value::Socket(one), Value::Socket(other)]))
    }

    fn three(&mut self, call: &Call, family: &str) -> Outcome<(i32, i32, i32)> {
        let family = self.int(call, 0, text::number_of(family))?;
        let kind = self.int(call, 1, text::number_of("SOCK_STREAM"))?;
        let protocol = self.int(call, 2, 0)?;
        Ok((family, kind, protocol))
    }

    /// `bind s address`
    pub(super) fn bind(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let address = self.address(call, 1, fd)?;
        self.call_bind(fd, &address)?;
        Ok(Value::None)
    }

    /// bind(2), reported.
    pub(super) fn call_bind(&mut self, fd: i32, local: &Address) -> Result<(), Errno> {
        let bytes = address::encode(local);
        let draft = Draft::on(fd, "bind").arg(text::address(local)).local(local);
        self.call(draft, || socket::bind(fd, &bytes), |(), _| {})
    }

    /// `listen s [backlog]`
    pub(super) fn listen(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let backlog = self.int(call, 1, text::number_of("SOMAXCONN"))?;
        self.call_listen(fd, backlog)?;
        Ok(Value::None)
    }

    /// listen(2), reported.
    pub(super) fn call_listen(&mut self, fd: i32, backlog: i32) -> Result<(), Errno> {
        let draft = Draft::on(fd, "listen").arg(backlog.to_string());
        self.call(draft, || socket::listen(fd, backlog), |(), _| {})
    }

    /// `accept s [flags]`: the new socket and the peer's address.
    pub(super) fn accept(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let flags = match self.value(call, 1)? {
            None | Some(Value::None) => None,
            Some(_) => Some(self.int(call, 1, 0)?),
        };
        let patience = self.patience(fd);
        let listener = self.descriptor(fd);
        let (new, peer) = self.patiently(fd, Until::Readable, patience, |execution| {
            execution.call_accept(fd, flags)
        })?;
        if let Some(listener) = listener {
            let kind = (listener.kind & TYPE_MASK) | (flags.unwrap_or(0) & !TYPE_MASK);
            self.remember(new, fresh(listener.family, kind, listener.protocol));
        }
        Ok(Value::Tuple(vec![Value::Socket(new), Value::Address(peer)]))
    }

    /// accept(2), or accept4(2) when flags were given, reported.
    pub(super) fn call_accept(
        &mut self,
        fd: i32,
        flags: Option<i32>,
    ) -> Result<(i32, Address), Errno> {
        self.call(
            accept_draft(fd, flags),
            || {
                let accepted = match flags {
                    None => socket::accept(fd),
                    Some(flags) => socket::accept4(fd, flags),
                };
                accepted.map(self::accepted)
            },
            tell_accepted,
        )
    }

    /// `shutdown s [how]`
    pub(super) fn shutdown(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let how = self.int(call, 1, text::number_of("SHUT_RDWR"))?;
        self.call_shutdown(fd, how)?;
        Ok(Value::None)
    }

    pub(super) fn call_shutdown(&mut self, fd: i32, how: i32) -> Result<(), Errno> {
        let draft = Draft::on(fd, "shutdown").arg(text::named(Group::Shutdown, how));
        self.call(draft, || socket::shutdown(fd, how), |(), _| {})
    }

    /// `close s`, `close 4`, `close e`, `close f` (which writes what is buffered and leaves the socket open).
    pub(super) fn close(&mut self, call: &Call) -> Outcome {
        let value = self.needed(call, 0)?;
        if let Value::File(number) = value {
            return self.close_stream(number);
        }
        let Some(fd) = super::arguments::descriptor_of(&value) else {
            return Err(Stop::because(format!(
                "`close` takes a socket, an epoll instance, a file or a descriptor number; this is {}",
                super::operator::describe(&value)
            )));
        };
        let fd = self.unreserved(fd)?;
        if matches!(value, Value::Socket(_)) && self.closes_later(fd) {
            return Ok(Value::None);
        }
        self.call_close(fd)?;
        Ok(Value::None)
    }

    /// True when files of `makefile` still use the socket: as in Python it is closed with the last of them, and no call is made now.
    fn closes_later(&mut self, fd: i32) -> bool {
        let files = self.engine.memory.with(|contents| {
            let files = contents.files_on(fd);
            let names: Vec<String> = files
                .iter()
                .map(|name| name.unwrap_or("a file without a name").to_owned())
                .collect();
            if !names.is_empty() {
                contents.closing.insert(fd);
            }
            names
        });
        if files.is_empty() {
            return false;
        }
        self.note(format!(
            "no call is made yet: {} of makefile still uses fd {fd}, and closing it closes the socket (as in Python)",
            files.join(" and ")
        ));
        true
    }

    /// close(2), reported; what was known of the descriptor is forgotten.
    pub(super) fn call_close(&mut self, fd: i32) -> Result<(), Errno> {
        // Forgotten first: once closed, another thread may be given the same number.
        self.engine.memory.with(|contents| contents.forget(fd));
        self.call(Draft::on(fd, "close"), || descriptor::close(fd), |(), _| {})
    }

    /// `dup s`: another descriptor of the same socket.
    pub(super) fn dup(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let known = self.descriptor(fd);
        let new = self.call(
            Draft::on(fd, "dup"),
            || descriptor::dup(fd),
            |new, event| made(event, *new),
        )?;
        if let Some(known) = known {
            self.remember(new, known);
        }
        Ok(Value::Socket(new))
    }

    /// `detach s`: the bare number; the variable stands for no descriptor any more, and nothing is closed.
    pub(super) fn detach(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        if let Some(Expr::Name(name)) = given(call, 0) {
            self.engine.memory.with(|contents| {
                contents.variables.insert(name.clone(), Value::Socket(-1));
                contents.objects.remove(&fd);
            });
        }
        Ok(Value::Int(i64::from(fd)))
    }

    /// `fileno s`: the descriptor's number.
    pub(super) fn fileno(&mut self, call: &Call) -> Outcome {
        let value = self.needed(call, 0)?;
        if let Value::File(number) = value {
            return self.stream_descriptor(number);
        }
        let fd = self.fd(call, 0)?;
        Ok(Value::Int(i64::from(fd)))
    }

    /// `getsockname s`: the local address.
    pub(super) fn getsockname(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let local = self.call(
            Draft::on(fd, "getsockname").arg("…"),
            || socket::getsockname(fd).map(|bytes| address::decode(&bytes)),
            |local, event| {
                event.args[1] = text::address(local);
                event.local = Some(local.clone());
            },
        )?;
        Ok(Value::Address(local))
    }

    /// `getpeername s`: the remote address.
    pub(super) fn getpeername(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let peer = self.call(
            Draft::on(fd, "getpeername").arg("…"),
            || socket::getpeername(fd).map(|bytes| address::decode(&bytes)),
            |peer, event| {
                event.args[1] = text::address(peer);
                event.peer = Some(peer.clone());
            },
        )?;
        Ok(Value::Address(peer))
    }
}

/// accept(2) before it is made, or accept4(2) when there are flags.
pub(super) fn accept_draft(fd: i32, flags: Option<i32>) -> Draft {
    match flags {
        None => Draft::on(fd, "accept"),
        Some(flags) => Draft::on(fd, "accept4").arg(PENDING).arg(text::kind(flags)),
    }
}

/// What accept(2) gave, with the peer's address read.
pub(super) fn accepted((new, peer): (i32, Vec<u8>)) -> (i32, Address) {
    (new, address::decode(&peer))
}

/// Puts what accept(2) gave into its report.
pub(super) fn tell_accepted((new, peer): &(i32, Address), event: &mut CallEvent) {
    match event.args.get_mut(1) {
        Some(pending) => *pending = text::address(peer),
        None => event.args.push(text::address(peer)),
    }
    event.peer = Some(peer.clone());
    made(event, *new);
}

/// The call made this descriptor and returned it.
pub(super) fn made(event: &mut CallEvent, fd: i32) {
    event.result = i64::from(fd);
    event.made.push(fd);
}

/// A socket just made with these arguments.
fn fresh(family: i32, kind: i32, protocol: i32) -> Descriptor {
    let non_blocking = kind & text::number_of("SOCK_NONBLOCK") != 0;
    Descriptor {
        family,
        kind: kind & TYPE_MASK,
        protocol,
        timeout: non_blocking.then_some(Duration::ZERO),
    }
}

fn three_arguments(draft: Draft, family: i32, kind: i32, protocol: i32) -> Draft {
    draft
        .arg(text::family(family))
        .arg(text::kind(kind))
        .arg(text::protocol(family, protocol))
}
