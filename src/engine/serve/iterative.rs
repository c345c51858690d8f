//! One client after the other: whoever connects meanwhile waits in the backlog, connected and unanswered.

use super::conversing::Ending;
use super::{Accepting, End, Plan, Served};
use crate::engine::execution::{Execution, Outcome};

impl Execution<'_> {
    /// accept, serve to the end, close, and the next.
    pub(super) fn serve_one_by_one(&mut self, plan: &Plan) -> Outcome<Served> {
        let mut clients = 0;
        let end = loop {
            if clients == plan.count {
                break End::Count;
            }
            let fd = match self.call_accept(plan.socket, None) {
                Ok((fd, _)) => fd,
                Err(errno) => match Self::after_accept(errno)? {
                    Accepting::Again => continue,
                    Accepting::Stop => break End::Interrupt,
                },
            };
            clients += 1;
            let ending = self.converse(plan, fd);
            // Linux closes the descriptor whatever close(2) says.
            let _ = self.call_close(fd);
            if ending == Ending::Interrupted {
                break End::Interrupt;
            }
        };
        Ok(Served { clients, end })
    }
}
