//! Whether a socket blocks: setblocking, settimeout and their questions, as Python does them (ioctl FIONBIO, and a note of the time).

use super::draft::Draft;
use super::execution::{Execution, Outcome};
use super::memory::Descriptor;
use super::waiting::seconds_of;
use crate::command::ast::Call;
use crate::sys::descriptor;
use crate::value::Value;
use std::time::Duration;

impl Execution<'_> {
    /// `setblocking s True`
    pub(super) fn setblocking(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let blocks = self.truth(call, 1, true)?;
        self.set_timeout(fd, (!blocks).then_some(Duration::ZERO))
    }

    /// `settimeout s 1.5`: None blocks, 0 does not, a time waits so long.
    pub(super) fn settimeout(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let timeout = self.seconds(call, 1)?;
        self.set_timeout(fd, timeout)
    }

    /// `getblocking s`: True unless its timeout is 0.
    pub(super) fn getblocking(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let timeout = self.descriptor(fd).and_then(|known| known.timeout);
        Ok(Value::Bool(timeout != Some(Duration::ZERO)))
    }

    /// `gettimeout s`: seconds, or None.
    pub(super) fn gettimeout(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let timeout = self.descriptor(fd).and_then(|known| known.timeout);
        Ok(seconds_of(timeout))
    }

    /// Gives a socket a timeout: FIONBIO first, as with any timeout the descriptor itself must not block.
    pub(super) fn set_timeout(&mut self, fd: i32, timeout: Option<Duration>) -> Outcome {
        let known = self.descriptor(fd);
        let request = super::text::number_of("FIONBIO");
        let on = i32::from(timeout.is_some());
        let draft = Draft::on(fd, "ioctl").arg("FIONBIO").arg(format!("[{on}]"));
        self.call(
            draft,
            || {
                let mut argument = [0; 64];
                argument[..4].copy_from_slice(&on.to_ne_bytes());
                descriptor::ioctl(fd, request as u64, &mut argument)
            },
            |_, _| {},
        )?;
        if let Some(known) = known {
            self.remember(fd, Descriptor { timeout, ..known });
        }
        Ok(Value::None)
    }
}
