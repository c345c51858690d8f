//! `plot`: a connection over time, found out by the inspector from packets and TCP_INFO, painted by the renderer.

use super::subject::{Subject, connection, ends};
use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::event::packet::PacketEvent;
use crate::event::plot::Plot;
use crate::event::transfer::Party;
use crate::inspector::plot::{self, Course};
use crate::render::endpoint;

impl Shell {
    pub(super) fn plot(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        let what = word(call, 1).unwrap_or_default();
        match self.plot_of(process, &text, &what) {
            Ok(plot) => {
                let shown = crate::render::plot::draw(&plot, &screen.look());
                self.paged(&shown, screen);
            }
            Err(reason) => self.refuse(process, reason, screen),
        }
    }

    /// The plot of a connection that a text names; an error is the reason why there is none, in words.
    pub(super) fn plot_of(
        &mut self,
        process: &str,
        text: &str,
        what: &str,
    ) -> Result<Plot, String> {
        let topic = plot::Subject::named(what).ok_or_else(|| {
            format!(
                "{} cannot be plotted: seq, cwnd, rtt and window can",
                what.escape_debug()
            )
        })?;
        let subject = self.subject(process, text).ok_or_else(|| {
            format!(
                "{} is not a socket here; `sockets` lists those there are",
                text.escape_debug()
            )
        })?;
        if let Subject::Number(number) = subject
            && self.conversation(text).is_none()
        {
            return Err(self.no_conversation(number));
        }
        let (log, ledger, samples) = self.session.records();
        let mut packets = connection(log, &subject);
        if packets.is_empty() {
            return Err(without_segments(&subject));
        }
        let (left, right) = ends(ledger, &packets);
        // The way of the socket that was named; the other one when only that one carried data.
        let own = match &subject {
            Subject::Socket(party) => right.iter().all(|other| other.number != party.number),
            Subject::Number(_) => true,
        };
        let only_other = bytes(&packets, own) == 0 && bytes(&packets, !own) > 0;
        let forward = own != only_other;
        let (mut names, mut senders) = ((String::new(), String::new()), left);
        for (packet, way) in &mut packets {
            let (from, to) = endpoint::ends(packet);
            names = if *way == forward {
                (from.short().to_owned(), to.short().to_owned())
            } else {
                (to.short().to_owned(), from.short().to_owned())
            };
            *way = *way == forward;
        }
        let mut receivers = right;
        if !forward {
            std::mem::swap(&mut senders, &mut receivers);
        }
        let named = |parties: &[&Party], otherwise: String| {
            parties
                .last()
                .map_or(otherwise, |party| party.label.clone())
        };
        let numbers: Vec<u32> = senders.iter().map(|party| party.number).collect();
        let course = Course {
            from: named(&senders, names.0),
            to: named(&receivers, names.1),
            packets,
            samples: samples.of(&numbers),
        };
        let mut plot = plot::plot(topic, &course);
        if course.samples.is_empty()
            && matches!(
                topic,
                plot::Subject::CongestionWindow | plot::Subject::RoundTrip
            )
        {
            plot.notes.insert(
                0,
                format!(
                    "the kernel was not asked about {}: it is not a socket of a prompt's process",
                    course.from
                ),
            );
        }
        Ok(plot)
    }
}

/// Why there is nothing to plot.
fn without_segments(subject: &Subject) -> String {
    match subject {
        Subject::Number(number) => format!("conversation {number} is not a TCP connection"),
        Subject::Socket(party) if party.listening => format!(
            "{} is a listener: name a connection that it accepted",
            party.label
        ),
        Subject::Socket(party) => {
            format!("{} has sent no TCP segment that was seen", party.label)
        }
    }
}

/// How many bytes of data the segments of one way carried.
fn bytes(packets: &[(&PacketEvent, bool)], forward: bool) -> u64 {
    packets
        .iter()
        .filter(|(_, way)| *way == forward)
        .filter_map(|(packet, _)| Some(u64::from(packet.headers.tcp()?.len)))
        .sum()
}
