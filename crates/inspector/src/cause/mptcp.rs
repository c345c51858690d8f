//! What Multipath TCP sends beyond what TCP would (RFC 8684): signals in bare acknowledgments, subflows that its kernel opens and closes.
//! The subflows' own handshakes, data and acknowledgments are those of any connection.

use super::flow::{Segment, carries, opens};
use super::scene::{Scene, follows, kernel};
use super::{CauseFinder, Found, caused};
use crate::call_window::CallWindow;
use socklab_packets::headers::flag;
use socklab_packets::mptcp::subtype;
use socklab_packets::record::{Cause, Certainty};
use std::net::SocketAddr;

impl CauseFinder {
    /// The cause of a segment that would not have been sent without Multipath TCP; `None` for one that TCP accounts for.
    pub(super) fn of_mptcp(
        &self,
        scene: &Scene<'_>,
        (from, to): (SocketAddr, SocketAddr),
    ) -> Option<Found> {
        let alone = Found::alone;
        let said = scene.tcp.options.mptcp;
        if opens(scene.tcp) && said.has(subtype::MP_JOIN) {
            let words = "Multipath TCP: the kernel's path manager opens one more subflow of a connection (MP_JOIN)";
            return Some(alone(kernel(Certainty::Caused, words.to_owned())));
        }
        let signalled = |side: &Segment| side.mptcp.data_fin;
        let fin = scene.tcp.flags & flag::FIN != 0;
        if fin && scene.tcp.len == 0 && scene.own.segments().any(signalled) {
            let words = "Multipath TCP: both ends know that the connection is over (DATA_FIN), so the kernel closes its subflow";
            return Some(alone(kernel(Certainty::Caused, words.to_owned())));
        }
        if carries(scene.tcp) {
            return None;
        }
        if said.data_fin && !scene.own.segments().any(signalled) {
            let ends = |window: &&CallWindow| {
                matches!(window.name.as_str(), "close" | "shutdown" | "exit")
            };
            let words = "Multipath TCP: this end has no more data for the connection (DATA_FIN)";
            let mut running = self.running(scene.packet, from, to, false, scene.time);
            return Some(match running.find(ends) {
                Some(window) => caused(window, words.to_owned()),
                None => alone(kernel(Certainty::Caused, words.to_owned())),
            });
        }
        if said.has(subtype::ADD_ADDR) && said.echo {
            let offer = |segment: &&Segment| segment.mptcp.has(subtype::ADD_ADDR);
            let offer = scene.arrived.iter().copied().find(offer)?;
            let words = format!(
                "Multipath TCP: the kernel confirms the address that #{} offered",
                offer.number
            );
            return Some(alone(follows(offer.number, offer.cause.as_ref(), &words)));
        }
        let signal = SIGNALS.iter().find(|(kind, _)| said.has(*kind));
        if let Some((_, words)) = signal {
            return Some(alone(kernel(
                Certainty::Caused,
                format!("Multipath TCP: {words}"),
            )));
        }
        data_acknowledged(scene).map(alone)
    }
}

/// An acknowledgment beyond the subflow's bytes: of a signal in a bare segment, or of the data of another subflow.
fn data_acknowledged(scene: &Scene<'_>) -> Option<Cause> {
    let newest = scene
        .newest()
        .filter(|_| scene.tcp.options.mptcp.has(subtype::DSS))?;
    let nothing_new = scene.acked_before() == Some(scene.tcp.ack);
    if !nothing_new || newest.carries() || newest.probe {
        return None;
    }
    let what = if newest.mptcp.data_fin {
        format!("the DATA_FIN of #{}", newest.number)
    } else if newest.mptcp.subtypes != 0 {
        format!("#{}", newest.number)
    } else {
        return None;
    };
    let words = format!("Multipath TCP: the kernel acknowledges {what} for the whole connection");
    Some(follows(newest.number, newest.cause.as_ref(), &words))
}

/// What a bare segment says on its own.
const SIGNALS: [(u8, &str); 5] = [
    (
        subtype::ADD_ADDR,
        "the kernel's path manager offers another address of this end (ADD_ADDR)",
    ),
    (
        subtype::REMOVE_ADDR,
        "the kernel's path manager takes an address of this end back (REMOVE_ADDR)",
    ),
    (
        subtype::MP_PRIO,
        "the kernel's path manager changes the priority of this subflow (MP_PRIO)",
    ),
    (
        subtype::MP_FAIL,
        "a checksum was wrong, so the connection goes on as plain TCP (MP_FAIL)",
    ),
    (
        subtype::MP_FASTCLOSE,
        "this end gives the whole connection up at once (MP_FASTCLOSE)",
    ),
];
