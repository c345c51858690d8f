//! struct msghdr (sendmsg(2), recvmsg(2)) of a program, in words.

use super::words;
use crate::sys::address;
use crate::sys::control::Control;
use crate::syscall::{control, text};
use socklab_tracer::call::Message;

/// `{msg_name=…, msg_iov=[…], msg_control=[…], msg_flags=…}`, what is absent left out.
pub(super) fn text(message: &Message) -> String {
    let mut fields = Vec::new();
    if let Some(name) = &message.name {
        fields.push(format!(
            "msg_name={}",
            text::address(&address::decode(name))
        ));
    }
    fields.push(format!(
        "msg_iov={}",
        words::list(&message.vectors, words::vector)
    ));
    if !message.control.is_empty() {
        let items = words::list(&message.control, |item| {
            control::item_text(&Control {
                level: item.level,
                kind: item.kind,
                data: item.bytes.clone(),
            })
        });
        fields.push(format!("msg_control={items}"));
    }
    if message.flags != 0 {
        fields.push(format!("msg_flags={}", text::message_flags(message.flags)));
    }
    format!("{{{}}}", fields.join(", "))
}

/// The bytes of all its buffers in one, as far as they are known.
pub(super) fn data(message: &Message) -> Vec<u8> {
    let buffers = message.vectors.iter().map(|vector| vector.bytes.as_slice());
    buffers.collect::<Vec<_>>().concat()
}
