//! `stream`: a connection's bytes, found out by the inspector from calls and packets, painted by the renderer.

use super::subject::{Subject, connection, ends, is_listened_at, title};
use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::event::packet::PacketEvent;
use crate::event::stream::{Calls, Stream};
use crate::event::transfer::Party;
use crate::inspector::stream::{Side, stream};
use crate::render::endpoint;
use crate::session::ledger::Ledger;

impl Shell {
    pub(super) fn stream(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        match self.stream_of(process, &text) {
            Ok(stream) => {
                let shown = crate::render::stream::draw(&stream, process, &screen.look());
                self.paged(&shown, screen);
            }
            Err(reason) => self.refuse(process, reason, screen),
        }
    }

    /// The bytes of what a text names; an error is the reason why there are none, in words.
    pub(super) fn stream_of(&mut self, process: &str, text: &str) -> Result<Stream, String> {
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
        let (log, ledger, _) = self.session.records();
        let packets = connection(log, &subject);
        if !packets.is_empty() {
            return Ok(of_connection(ledger, &packets));
        }
        let party = match &subject {
            Subject::Number(number) => {
                return Err(format!("conversation {number} is not a TCP connection"));
            }
            Subject::Socket(party) => party,
        };
        if party.listening {
            return Err(format!(
                "{} is a listener: no byte passes through it; name a connection that it accepted",
                party.label
            ));
        }
        if !party.is_stream() {
            return Err(format!(
                "{} is not a stream: each of its sends is a message of its own; `messages` lists them, and `follow` shows what was said",
                party.label
            ));
        }
        let other = party.other.and_then(|other| ledger.party(other));
        Ok(of_pair(ledger, party, other))
    }
}

fn of_connection(ledger: &Ledger, packets: &[(&PacketEvent, bool)]) -> Stream {
    let (left, right) = ends(ledger, packets);
    let mut titles = (String::new(), String::new());
    for (packet, forward) in packets {
        let (from, to) = endpoint::ends(packet);
        let (from, to) = if *forward { (from, to) } else { (to, from) };
        // The newest names: a connection is accepted, and named, after its first packets.
        titles = (from.title(), to.title());
    }
    let listens = packets
        .first()
        .is_some_and(|(packet, forward)| is_listened_at(ledger, packet, *forward));
    let otherwise = if listens {
        Calls::NotAccepted
    } else {
        Calls::OfAProgram
    };
    stream(
        &side(ledger, left, titles.0, Calls::OfAProgram),
        &side(ledger, right, titles.1, otherwise),
        Some(packets),
    )
}

fn of_pair(ledger: &Ledger, party: &Party, other: Option<&Party>) -> Stream {
    let unknown = "(unknown)".to_owned();
    stream(
        &side(ledger, vec![party], unknown.clone(), Calls::OfAProgram),
        &side(
            ledger,
            other.into_iter().collect(),
            unknown,
            Calls::OfAProgram,
        ),
        None,
    )
}

/// An end with what moved through its sockets; `otherwise` is its title and `calls` its calls when it is no socket of the session.
fn side<'a>(
    ledger: &'a Ledger,
    parties: Vec<&'a Party>,
    otherwise: String,
    calls: Calls,
) -> Side<'a> {
    let numbers: Vec<u32> = parties.iter().map(|party| party.number).collect();
    let title = title(&parties, otherwise);
    Side {
        title,
        calls: if parties.is_empty() {
            calls
        } else {
            Calls::Seen
        },
        transfers: ledger.transfers(&numbers),
        parties,
    }
}
