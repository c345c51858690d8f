//! Calls that move data, in C.

use super::data::bytes;
use super::statement::Writer;
use crate::export::plan::Op;

impl Writer<'_> {
    pub(super) fn sends(&self) -> Vec<String> {
        match &self.step.op {
            Op::Send {
                fd,
                data,
                flags,
                to,
            } => {
                let fd = self.held(*fd);
                let (begin, length) = bytes(self.plan, data);
                match to {
                    None => vec![self.outcome(&format!("send({fd}, {begin}, {length}, {flags})"))],
                    Some(to) => self.to_place(to, |to| {
                        format!(
                            "sendto({fd}, {begin}, {length}, {flags}, (struct sockaddr *)&{to}.address, {to}.length)"
                        )
                    }),
                }
            }
            Op::SendDescriptors { fd, data, sent } => {
                let names: Vec<&str> = sent.iter().map(|sent| self.held(*sent)).collect();
                let list = if names.is_empty() {
                    "NULL".to_owned()
                } else {
                    format!("(int[]){{{}}}", names.join(", "))
                };
                let (begin, length) = bytes(self.plan, data);
                vec![self.outcome(&format!(
                    "send_fds({}, {begin}, {length}, {list}, {})",
                    self.held(*fd),
                    sent.len()
                ))]
            }
            _ => Vec::new(),
        }
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
                let (fd, room) = (self.held(*fd), self.held(*into));
                match from {
                    None => {
                        vec![self.sized(*into, &format!("recv({fd}, {room}, {size}, {flags})"))]
                    }
                    Some(_) => self.captures(*from, |address, length| {
                        let call =
                            format!("recvfrom({fd}, {room}, {size}, {flags}, {address}, {length})");
                        self.sized(*into, &call)
                    }),
                }
            }
            Op::ReceiveDescriptors {
                fd,
                size,
                into,
                made,
            } => {
                let call = format!(
                    "recv_fds({}, {}, {size}, fds, {})",
                    self.held(*fd),
                    self.held(*into),
                    made.len()
                );
                let mut lines = vec![
                    "{".to_owned(),
                    format!("    int fds[{}];", made.len().max(1)),
                    format!("    {}", self.sized(*into, &call)),
                ];
                let taken = made.iter().enumerate();
                lines.extend(
                    taken.map(|(at, made)| format!("    {} = fds[{at}];", self.held(*made))),
                );
                lines.push("}".to_owned());
                lines
            }
            _ => Vec::new(),
        }
    }

    /// A call that receives: what came is as long as the call returned.
    fn sized(&self, into: usize, call: &str) -> String {
        match &self.step.errno {
            Some(_) => self.outcome(call),
            None => format!("{}_size = {}", self.held(into), self.outcome(call)),
        }
    }
}
