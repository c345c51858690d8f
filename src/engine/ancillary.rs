//! Messages with ancillary data: sendmsg, recvmsg, and Python's send_fds and recv_fds.

use super::arguments::{data_of, expected};
use super::control;
use super::draft::{Draft, PENDING};
use super::execution::{Execution, Outcome};
use super::text::{self, number_of};
use super::transfer::kept;
use super::waiting::Until;
use crate::catalog::constant;
use crate::catalog::parameter::Group;
use crate::command::ast::Call;
use crate::sys::control::Control;
use crate::sys::message::Received;
use crate::sys::{address, message};
use crate::syscall;
use crate::value::{Address, Value};

/// A message to be sent.
struct Outgoing {
    fd: i32,
    buffers: Vec<Vec<u8>>,
    items: Vec<Control>,
    flags: i32,
    peer: Option<Address>,
}

impl Execution<'_> {
    /// `sendmsg s buffers [ancdata] [flags] [address] [SCM_RIGHTS=…] [SCM_CREDENTIALS=…]`
    pub(super) fn sendmsg(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let buffers = self.buffers(call, 1)?;
        let mut items = match self.value(call, 2)? {
            None | Some(Value::None) => Vec::new(),
            Some(Value::List(values) | Value::Tuple(values)) => values
                .iter()
                .map(control::encode)
                .collect::<Outcome<Vec<Control>>>()?,
            Some(other) => {
                let what = "a list of (level, type, data)";
                return Err(expected(call, 2, what, &other));
            }
        };
        let flags = self.int(call, 3, 0)?;
        let peer = self.address_or_none(call, 4, fd)?;
        match self.value(call, 5)? {
            None | Some(Value::None) => {}
            Some(Value::List(fds)) if fds.is_empty() => {}
            Some(fds) => items.push(control::rights(&fds)?),
        }
        match self.value(call, 6)? {
            None | Some(Value::None | Value::Bool(false)) => {}
            Some(ids) => items.push(control::credentials(&ids)?),
        }
        self.send_message(&Outgoing {
            fd,
            buffers,
            items,
            flags,
            peer,
        })
    }

    /// `send_fds s buffers fds`
    pub(super) fn send_fds(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let buffers = self.buffers(call, 1)?;
        let fds = self.list(call, 2)?;
        let flags = self.int(call, 3, 0)?;
        let peer = self.address_or_none(call, 4, fd)?;
        let items = vec![control::rights(&Value::List(fds))?];
        self.send_message(&Outgoing {
            fd,
            buffers,
            items,
            flags,
            peer,
        })
    }

    fn buffers(&mut self, call: &Call, place: usize) -> Outcome<Vec<Vec<u8>>> {
        let values = self.list(call, place)?;
        self.given_text |= values.iter().any(|value| matches!(value, Value::Str(_)));
        values
            .iter()
            .map(|value| {
                data_of(value).ok_or_else(|| {
                    expected(
                        call,
                        place,
                        "bytes or a list of bytes, as in `[b\"x\", b\"y\"]`",
                        value,
                    )
                })
            })
            .collect()
    }

    fn send_message(&mut self, outgoing: &Outgoing) -> Outcome {
        let Outgoing {
            fd,
            buffers,
            items,
            flags,
            peer,
        } = outgoing;
        let name = peer.as_ref().map(address::encode).unwrap_or_default();
        let patience = self.patience(*fd);
        let count = self.patiently(*fd, Until::Writable, patience, |execution| {
            let mut draft = Draft::on(*fd, "sendmsg")
                .arg(outgoing.text())
                .arg(text::message_flags(*flags));
            draft.peer.clone_from(peer);
            execution.call(
                draft,
                || message::sendmsg(*fd, buffers, items, *flags, &name),
                |count, event| {
                    event.result = *count as i64;
                    event.data = Some(kept(&buffers.concat(), *count));
                },
            )
        })?;
        Ok(Value::Int(count as i64))
    }

    /// `recvmsg s [bufsize] [ancbufsize] [flags]`: data, ancillary data, flags and the sender's address.
    pub(super) fn recvmsg(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let room = self.size(call, 1, 4096)?;
        let control_room = self.size(call, 2, 1024)?;
        let flags = self.int(call, 3, 0)?;
        let received = self.receive_message(fd, room, control_room, flags)?;
        let ancillary = received
            .items
            .iter()
            .map(|item| {
                let kind = constant::ancillary(item.level, item.kind);
                Value::Tuple(vec![
                    constant(item.level, text::named(Group::Level, item.level)),
                    constant(
                        item.kind,
                        kind.map_or_else(|| item.kind.to_string(), str::to_owned),
                    ),
                    self.received(item),
                ])
            })
            .collect();
        Ok(Value::Tuple(vec![
            Value::Bytes(received.data.clone()),
            Value::List(ancillary),
            flags_value(received.flags),
            sender_value(&received),
        ]))
    }

    /// `recv_fds s [bufsize] [maxfds] [flags]`: data, descriptors, flags and the sender's address.
    pub(super) fn recv_fds(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let room = self.size(call, 1, 4096)?;
        let most = self.size(call, 2, 16)?;
        let flags = self.int(call, 3, 0)?;
        // Room for one item with so many descriptors.
        let control_room = 16 + (most.min(1024) * 4).next_multiple_of(8);
        let received = self.receive_message(fd, room, control_room, flags)?;
        let fds: Vec<i32> = received
            .items
            .iter()
            .flat_map(|item| syscall::control::decode(item).descriptors)
            .collect();
        Ok(Value::Tuple(vec![
            Value::Bytes(received.data.clone()),
            Value::List(fds.iter().map(|fd| Value::Int(i64::from(*fd))).collect()),
            flags_value(received.flags),
            sender_value(&received),
        ]))
    }

    fn receive_message(
        &mut self,
        fd: i32,
        room: usize,
        control_room: usize,
        flags: i32,
    ) -> Outcome<Received> {
        let patience = self.patience(fd);
        // The error queue is not what POLLIN speaks of, and reading it never blocks.
        let errors = flags & number_of("MSG_ERRQUEUE") != 0;
        let attempt = |execution: &mut Self| {
            let draft = Draft::on(fd, "recvmsg")
                .arg(PENDING)
                .arg(text::message_flags(flags));
            execution.call(
                draft,
                || message::recvmsg(fd, room, control_room, flags),
                |received, event| {
                    event.args[1] = incoming_text(received, room);
                    event.result = received.count as i64;
                    event.data = Some(kept(&received.data, received.data.len()));
                    event.peer =
                        (!received.address.is_empty()).then(|| address::decode(&received.address));
                    for item in &received.items {
                        let decoded = syscall::control::decode(item);
                        event.made.extend(decoded.descriptors);
                        if errors && decoded.text.starts_with("{ee_errno") {
                            event.out = decoded.text;
                        }
                    }
                },
            )
        };
        if errors {
            return Ok(attempt(self)?);
        }
        self.patiently(fd, Until::Readable, patience, attempt)
    }
}

impl Outgoing {
    fn text(&self) -> String {
        let mut fields = Vec::new();
        if let Some(peer) = &self.peer {
            fields.push(format!("msg_name={}", text::address(peer)));
        }
        let buffers: Vec<String> = self
            .buffers
            .iter()
            .map(|buffer| {
                format!(
                    "{{iov_base={}, iov_len={}}}",
                    text::quoted(buffer),
                    buffer.len()
                )
            })
            .collect();
        fields.push(format!("msg_iov=[{}]", buffers.join(", ")));
        if !self.items.is_empty() {
            fields.push(format!("msg_control=[{}]", items_text(&self.items)));
        }
        format!("{{{}}}", fields.join(", "))
    }
}

fn incoming_text(received: &Received, room: usize) -> String {
    let peer = (!received.address.is_empty()).then(|| address::decode(&received.address));
    let mut fields = vec![
        format!("msg_name={}", text::address_or_null(peer.as_ref())),
        format!(
            "msg_iov=[{{iov_base={}, iov_len={room}}}]",
            text::quoted(&received.data)
        ),
    ];
    if !received.items.is_empty() {
        fields.push(format!("msg_control=[{}]", items_text(&received.items)));
    }
    fields.push(format!("msg_flags={}", text::message_flags(received.flags)));
    format!("{{{}}}", fields.join(", "))
}

fn items_text(items: &[Control]) -> String {
    let shown: Vec<String> = items.iter().map(syscall::control::item_text).collect();
    shown.join(", ")
}

fn constant(value: i32, name: String) -> Value {
    Value::Constant {
        value: i64::from(value),
        name,
    }
}

fn flags_value(flags: i32) -> Value {
    if flags == 0 {
        return Value::Int(0);
    }
    constant(flags, text::message_flags(flags))
}

fn sender_value(received: &Received) -> Value {
    if received.address.is_empty() {
        Value::None
    } else {
        Value::Address(address::decode(&received.address))
    }
}
