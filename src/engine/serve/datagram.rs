//! Datagrams: one socket, one loop, and an answer to whoever sent. Nothing is accepted, so nobody waits for another.

use super::{End, Plan, Served};
use crate::engine::execution::{Execution, Outcome, Stop};
use crate::sys::clock::now_ns;
use crate::value::Address;
use nix::errno::Errno;

impl Execution<'_> {
    /// recvfrom, sendto, and the next.
    pub(super) fn serve_datagrams(&mut self, plan: &Plan) -> Outcome<Served> {
        let mut clients = 0;
        let end = loop {
            if clients == plan.count {
                break End::Count;
            }
            let (data, sender) = match self.call_recvfrom(plan.socket, plan.buffer, 0) {
                Ok(received) => received,
                Err(Errno::EINTR) => break End::Interrupt,
                // An ICMP error about something sent earlier, on a socket that asked to hear of it (udp(7)).
                Err(
                    Errno::ECONNREFUSED
                    | Errno::EHOSTUNREACH
                    | Errno::ENETUNREACH
                    | Errno::EMSGSIZE,
                ) => continue,
                Err(Errno::EAGAIN) => {
                    return Err(Stop::because(
                        "this socket does not block, so there is nothing to wait in: `setblocking s True` first",
                    ));
                }
                Err(_) => return Err(Stop::Failed),
            };
            clients += 1;
            // A Unix socket without a name cannot be answered (unix(7)).
            let Some(sender) = sender.filter(|sender| *sender != Address::UnixUnnamed) else {
                continue;
            };
            let Some(answer) = plan.service.answer(&data, now_ns()) else {
                continue;
            };
            // One client that cannot be answered is no reason to leave the others.
            if self.call_sendto(plan.socket, &answer, 0, Some(&sender)) == Err(Errno::EINTR) {
                break End::Interrupt;
            }
        };
        Ok(Served { clients, end })
    }
}
