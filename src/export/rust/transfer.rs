//! Calls that move data, in Rust.

use super::statement::Writer;
use crate::export::plan::Op;

impl Writer<'_> {
    pub(super) fn sends(&self) -> String {
        self.outcome(&match &self.step.op {
            Op::Send {
                fd,
                data,
                flags,
                to,
            } => {
                let (fd, data) = (self.held(*fd), self.borrowed(data));
                match to {
                    None => format!("send({fd}, {data}, {flags})"),
                    Some(to) => format!("sendto({fd}, {data}, {flags}, {})", self.place(to)),
                }
            }
            Op::SendDescriptors { fd, data, sent } => {
                let sent: Vec<&str> = sent.iter().map(|sent| self.held(*sent)).collect();
                format!(
                    "send_fds({}, {}, &[{}])",
                    self.held(*fd),
                    self.borrowed(data),
                    sent.join(", ")
                )
            }
            _ => String::new(),
        })
    }

    pub(super) fn receives(&self) -> Vec<String> {
        match &self.step.op {
            Op::Receive {
                fd,
                size,
                flags,
                into,
                from,
                ..
            } => {
                let fd = self.held(*fd);
                let Some(from) = from else {
                    return self
                        .received(*into, *size, |room| format!("recv({fd}, {room}, {flags})"));
                };
                let mut lines = vec![self.becomes(*from, "Place::new()")];
                lines.extend(self.received(*into, *size, |room| {
                    format!("recvfrom({fd}, {room}, {flags}, &mut {})", self.held(*from))
                }));
                lines
            }
            Op::ReceiveDescriptors {
                fd,
                size,
                into,
                made,
            } => {
                let mut lines = vec![format!("let mut fds = [-1; {}];", made.len())];
                lines.extend(self.received(*into, *size, |room| {
                    format!("recv_fds({}, {room}, &mut fds)", self.held(*fd))
                }));
                let taken = made.iter().enumerate();
                lines.extend(taken.map(|(at, made)| self.becomes(*made, &format!("fds[{at}]"))));
                lines
            }
            _ => Vec::new(),
        }
    }

    /// Room for the bytes, the call, and only what came.
    fn received(&self, into: usize, size: usize, call: impl Fn(&str) -> String) -> Vec<String> {
        if self.step.errno.is_some() {
            return vec![self.outcome(&call(&format!("&mut [0; {size}]")))];
        }
        let name = self.held(into);
        vec![
            self.becomes(into, &format!("vec![0; {size}]")),
            format!(
                "let size = {}",
                self.outcome(&call(&format!("&mut {name}")))
            ),
            format!("{name}.truncate(size as usize);"),
        ]
    }
}
