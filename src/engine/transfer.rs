//! Bytes through a socket: send, sendall, sendto, sendfile, recv, recvfrom, recv_into.

use super::arguments::{c_text, expected, given};
use super::draft::{Draft, PENDING};
use super::execution::{Execution, Outcome, Stop};
use super::text;
use super::waiting::{Patience, Until};
use crate::command::ast::{Call, Expr};
use crate::event::{CallEvent, DATA_LIMIT};
use crate::sys::{address, descriptor, message};
use crate::value::{Address, Value};
use nix::errno::Errno;

/// What recv reads at most when nothing is said.
const BUFFER: usize = 4096;

impl Execution<'_> {
    /// `send s data [flags]`: the number of bytes the kernel took, which may be fewer.
    pub(super) fn send(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let data = self.data_towards(call, 1, fd, None)?;
        let flags = self.int(call, 2, 0)?;
        let patience = self.patience(fd);
        let count = self.patiently(fd, Until::Writable, patience, |execution| {
            execution.call_send(fd, &data, flags)
        })?;
        Ok(Value::Int(count as i64))
    }

    /// `sendall s data [flags]`: sends again until all is taken.
    pub(super) fn sendall(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let data = self.data(call, 1)?;
        let flags = self.int(call, 2, 0)?;
        let patience = self.patience(fd);
        self.send_all(fd, &data, flags, patience)
            .map_err(|(_, stop)| stop)?;
        Ok(Value::None)
    }

    /// Sends until all is taken; on failure, how much was.
    pub(super) fn send_all(
        &mut self,
        fd: i32,
        data: &[u8],
        flags: i32,
        patience: Patience,
    ) -> Result<(), (usize, Stop)> {
        let mut sent = 0;
        loop {
            let count = self
                .patiently(fd, Until::Writable, patience, |execution| {
                    execution.call_send(fd, &data[sent..], flags)
                })
                .map_err(|stop| (sent, stop))?;
            sent += count;
            if sent >= data.len() {
                return Ok(());
            }
        }
    }

    /// send(2), reported.
    pub(super) fn call_send(&mut self, fd: i32, data: &[u8], flags: i32) -> Result<usize, Errno> {
        self.call(
            send_draft(fd, data, flags),
            || message::send(fd, data, flags),
            |count, event| tell_sent(data, *count, event),
        )
    }

    /// `sendto s data address [flags]`
    pub(super) fn sendto(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let peer = self.address_or_none(call, 2, fd)?;
        let data = self.data_towards(call, 1, fd, peer.as_ref())?;
        let flags = self.int(call, 3, 0)?;
        let patience = self.patience(fd);
        let count = self.patiently(fd, Until::Writable, patience, |execution| {
            execution.call_sendto(fd, &data, flags, peer.as_ref())
        })?;
        Ok(Value::Int(count as i64))
    }

    /// sendto(2), reported.
    pub(super) fn call_sendto(
        &mut self,
        fd: i32,
        data: &[u8],
        flags: i32,
        peer: Option<&Address>,
    ) -> Result<usize, Errno> {
        let bytes = peer.map(address::encode).unwrap_or_default();
        let mut draft = Draft::on(fd, "sendto")
            .arg(text::quoted(data))
            .arg(data.len().to_string())
            .arg(text::message_flags(flags))
            .arg(text::address_or_null(peer));
        draft.peer = peer.cloned();
        self.call(
            draft,
            || message::sendto(fd, data, flags, &bytes),
            |count, event| {
                event.result = *count as i64;
                event.data = Some(kept(data, *count));
            },
        )
    }

    /// `sendfile s path [offset] [count]`: the file's bytes, from kernel to kernel.
    pub(super) fn sendfile(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let path = self.text(call, 1)?;
        self.engine.permit_path(path.as_bytes())?;
        let start = self.size(call, 2, 0)? as i64;
        let count = self
            .value(call, 3)?
            .filter(|value| *value != Value::None)
            .map(|value| {
                super::operator::integer(&value)
                    .and_then(|count| usize::try_from(count).ok())
                    .ok_or_else(|| expected(call, 3, "a number of bytes", &value))
            })
            .transpose()?;
        let c_path = c_text(&path)?;
        let draft = Draft::of("open")
            .arg(text::quoted(path.as_bytes()))
            .arg("O_RDONLY");
        let file = self.call(
            draft,
            || descriptor::open(&c_path),
            |file, event| super::lifecycle::made(event, *file),
        )?;
        let outcome = self.send_file(fd, file, start, count);
        self.call_close(file)?;
        outcome.map(|sent| Value::Int(sent as i64))
    }

    fn send_file(
        &mut self,
        fd: i32,
        file: i32,
        start: i64,
        count: Option<usize>,
    ) -> Outcome<usize> {
        let size = descriptor::size(file).unwrap_or(0).saturating_sub(start);
        let wanted = count.unwrap_or(usize::try_from(size).unwrap_or(0));
        let patience = self.patience(fd);
        let mut offset = start;
        let mut sent = 0;
        while sent < wanted {
            let step = self.patiently(fd, Until::Writable, patience, |execution| {
                let before = offset;
                let draft = Draft::on(fd, "sendfile")
                    .arg(file.to_string())
                    .arg(format!("[{before}]"))
                    .arg((wanted - sent).to_string());
                execution.call(
                    draft,
                    || descriptor::sendfile(fd, file, &mut offset, wanted - sent),
                    |step, event| {
                        event.result = *step as i64;
                        // The kernel took them from the file itself; who looks at the call wants to see them.
                        event.data =
                            descriptor::read_at(file, before, (*step).min(DATA_LIMIT)).ok();
                    },
                )
            })?;
            if step == 0 {
                // The file was cut shorter meanwhile, or `count` reaches past its end.
                break;
            }
            sent += step;
        }
        Ok(sent)
    }

    /// `recv s [bufsize] [flags]`: bytes; empty when the peer has sent its FIN.
    pub(super) fn recv(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let room = self.size(call, 1, BUFFER)?;
        let flags = self.int(call, 2, 0)?;
        let patience = self.patience(fd);
        self.receive(fd, room, flags, patience).map(Value::Bytes)
    }

    /// recv(2), after poll(2) when there is a timeout.
    pub(super) fn receive(
        &mut self,
        fd: i32,
        room: usize,
        flags: i32,
        patience: Patience,
    ) -> Outcome<Vec<u8>> {
        self.patiently(fd, Until::Readable, patience, |execution| {
            execution.call_recv(fd, room, flags)
        })
    }

    /// recv(2), reported.
    pub(super) fn call_recv(&mut self, fd: i32, room: usize, flags: i32) -> Result<Vec<u8>, Errno> {
        self.call(
            recv_draft(fd, room, flags),
            || message::recv(fd, room, flags),
            tell_received,
        )
        .map(|(_, data)| data)
    }

    /// `recvfrom s [bufsize] [flags]`: bytes and the sender's address (None where the protocol gives none).
    pub(super) fn recvfrom(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let room = self.size(call, 1, BUFFER)?;
        let flags = self.int(call, 2, 0)?;
        let patience = self.patience(fd);
        let (data, peer) = self.patiently(fd, Until::Readable, patience, |execution| {
            execution.call_recvfrom(fd, room, flags)
        })?;
        let peer = peer.map_or(Value::None, Value::Address);
        Ok(Value::Tuple(vec![Value::Bytes(data), peer]))
    }

    /// recvfrom(2), reported: the bytes and the sender's address.
    pub(super) fn call_recvfrom(
        &mut self,
        fd: i32,
        room: usize,
        flags: i32,
    ) -> Result<(Vec<u8>, Option<Address>), Errno> {
        let draft = Draft::on(fd, "recvfrom")
            .arg(PENDING)
            .arg(room.to_string())
            .arg(text::message_flags(flags));
        self.call(
            draft,
            || {
                message::recvfrom(fd, room, flags)
                    .map(|(count, data, peer)| (count, data, sender(&peer)))
            },
            |(count, data, peer), event| {
                event.args[1] = text::quoted(data);
                event.args.push(text::address_or_null(peer.as_ref()));
                event.result = *count as i64;
                event.data = Some(kept(data, data.len()));
                event.peer.clone_from(peer);
            },
        )
        .map(|(_, data, peer)| (data, peer))
    }

    /// `recv_into s buffer [nbytes] [flags]`: the number of bytes put at the front of the variable's bytes.
    pub(super) fn recv_into(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let (name, room) = self.buffer(call)?;
        let flags = self.int(call, 3, 0)?;
        let patience = self.patience(fd);
        let data = self.receive(fd, room, flags, patience)?;
        self.fill(&name, &data);
        Ok(Value::Int(data.len() as i64))
    }

    /// `recvfrom_into s buffer [nbytes] [flags]`: the same number, and the sender's address.
    pub(super) fn recvfrom_into(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let (name, room) = self.buffer(call)?;
        let flags = self.int(call, 3, 0)?;
        let patience = self.patience(fd);
        let (data, peer) = self.patiently(fd, Until::Readable, patience, |execution| {
            execution.call_recvfrom(fd, room, flags)
        })?;
        self.fill(&name, &data);
        let peer = peer.map_or(Value::None, Value::Address);
        Ok(Value::Tuple(vec![Value::Int(data.len() as i64), peer]))
    }

    /// The variable that is to be filled, and how many bytes it takes.
    fn buffer(&mut self, call: &Call) -> Outcome<(String, usize)> {
        let Some(Expr::Name(name)) = given(call, 1) else {
            let verb = call.verb.name();
            return Err(Stop::because(format!(
                "`{verb}` fills a variable that holds bytes: `buffer = bytearray(100)`, then `{verb} s buffer`"
            )));
        };
        let name = name.clone();
        let value = self.needed(call, 1)?;
        let Value::Bytes(buffer) = &value else {
            let what = "a variable that holds bytes, as in `buffer = bytearray(100)`";
            return Err(expected(call, 1, what, &value));
        };
        let wanted = self.size(call, 2, 0)?;
        let room = if wanted == 0 { buffer.len() } else { wanted };
        if room > buffer.len() {
            return Err(Stop::because(format!(
                "`{name}` holds {} bytes: too few for {room}",
                buffer.len()
            )));
        }
        Ok((name, room))
    }

    /// Puts what was received at the front of a variable's bytes.
    fn fill(&self, name: &str, data: &[u8]) {
        self.engine.memory.with(|contents| {
            if let Some(Value::Bytes(buffer)) = contents.variables.get_mut(name)
                && buffer.len() >= data.len()
            {
                buffer[..data.len()].copy_from_slice(data);
            }
        });
    }
}

/// send(2) before it is made.
pub(super) fn send_draft(fd: i32, data: &[u8], flags: i32) -> Draft {
    Draft::on(fd, "send")
        .arg(text::quoted(data))
        .arg(data.len().to_string())
        .arg(text::message_flags(flags))
}

/// Puts into the report of a send how much the kernel took.
pub(super) fn tell_sent(data: &[u8], count: usize, event: &mut CallEvent) {
    event.result = count as i64;
    event.data = Some(kept(data, count));
}

/// Puts what recv(2) gave into its report.
pub(super) fn tell_received((count, data): &(usize, Vec<u8>), event: &mut CallEvent) {
    event.args[1] = text::quoted(data);
    event.result = *count as i64;
    event.data = Some(kept(data, data.len()));
}

/// recv(2) before it is made.
pub(super) fn recv_draft(fd: i32, room: usize, flags: i32) -> Draft {
    Draft::on(fd, "recv")
        .arg(PENDING)
        .arg(room.to_string())
        .arg(text::message_flags(flags))
}

/// What an event keeps of a call's data.
pub(super) fn kept(data: &[u8], count: usize) -> Vec<u8> {
    data[..count.min(data.len()).min(DATA_LIMIT)].to_vec()
}

/// A sender's address; none where the protocol gives none (TCP).
pub(super) fn sender(bytes: &[u8]) -> Option<Address> {
    (!bytes.is_empty()).then(|| address::decode(bytes))
}
