//! The verbs about one conversation as it passed: `ladder` and `follow`. No drawing here.

use super::subject::{Subject, connection, title};
use super::verbs::{number, word};
use super::{Screen, Shell, views};
use crate::command::ast::Call;
use crate::command::filter::Filter;
use crate::event::application::ApplicationEvent;
use crate::event::message::MessageEvent;
use crate::event::packet::PacketEvent;
use crate::event::stream::Said;
use crate::event::transfer::Party;
use crate::event::{CallEvent, Event};
use crate::inspector::follow::said;
use crate::render::follow::{self, Conversation, Form};
use crate::render::ladder::Ladder;
use crate::render::styled::{Look, Style, Styled};
use crate::render::{application, endpoint, message};
use crate::session::known::Known;
use crate::session::ledger::Ledger;
use crate::value::Address;
use std::collections::BTreeSet;
use std::sync::Arc;

/// `follow` shows at most this many lines on the screen.
const FOLLOWED: usize = 5000;
/// `messages` lists at most this many writes and reads.
const LISTED: usize = 2000;

/// What a ladder is made of.
pub(super) struct Picked<'a> {
    pub(super) packets: Vec<&'a PacketEvent>,
    pub(super) calls: Vec<&'a CallEvent>,
    pub(super) messages: Vec<&'a MessageEvent>,
}

impl Picked<'_> {
    pub(super) fn ladder(&self) -> Ladder<'_> {
        Ladder {
            packets: &self.packets,
            calls: &self.calls,
            messages: &self.messages,
        }
    }
}

impl Shell {
    pub(super) fn ladder(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        let filter = match self.names_conversation(process, &text) {
            Ok(true) => Filter::parse("").ok(),
            Ok(false) => self.filter(call, 0, screen),
            Err(reason) => return self.refuse("", reason, screen),
        };
        let Some(filter) = filter else { return };
        let shown = {
            let picked = self.pick(process, &text, &filter);
            views::rungs(&picked.ladder(), screen.look())
        };
        self.show_or_say(&shown, "no packet matches", screen);
    }

    /// True for what names a conversation or a socket: it is no filter, and the ladder of its conversation passes everything. An error
    /// says that a number is none of a conversation.
    pub(super) fn names_conversation(&self, process: &str, text: &str) -> Result<bool, String> {
        let is_named =
            self.conversation(text).is_some() || self.known_socket(process, text).is_some();
        match text.trim().parse() {
            Ok(number) if !is_named => Err(self.no_conversation(number)),
            _ => Ok(is_named),
        }
    }

    /// The packets of the conversation or the socket that a text names, of all when it names none, as far as the filter passes them;
    /// and the calls made meanwhile.
    pub(super) fn pick(&self, process: &str, text: &str, filter: &Filter) -> Picked<'_> {
        let number = self.conversation(text);
        let known = self
            .known_socket(process, text)
            .filter(|_| number.is_none());
        let only = known.map(conversation_of);
        let log = self.session.log();
        let packets: Vec<&PacketEvent> = log
            .packets()
            .filter(|packet| {
                (number.is_none() || packet.track.conversation == number)
                    && only.as_ref().is_none_or(|ends| belongs(ends, packet))
                    && filter.matches(packet)
            })
            .collect();
        let label = known.map(|known| self.session.inventory().shown(known));
        let messages: Vec<&MessageEvent> = self
            .session
            .messages()
            .kept()
            .filter(|message| match &label {
                Some(label) => message.from.name == *label || message.to.name == *label,
                // A filter is about packets.
                None => text.trim().is_empty(),
            })
            .collect();
        let times = || {
            let packets = packets.iter().map(|packet| packet.frame.time_ns);
            packets.chain(messages.iter().map(|message| message.time_ns))
        };
        let calls = match (times().min(), times().max()) {
            (Some(from), Some(to)) => log
                .calls()
                .filter(|call| call.end_ns >= from - 1_000_000 && call.start_ns <= to)
                .collect(),
            _ => Vec::new(),
        };
        Picked {
            packets,
            calls,
            messages,
        }
    }

    /// The conversations that a text is about: the one of a socket or of a number.
    pub(super) fn conversations_of(
        &self,
        process: &str,
        text: &str,
    ) -> Result<BTreeSet<u32>, String> {
        if !self.names_conversation(process, text)? {
            return Err(format!(
                "{} is not a socket here; `sockets` lists those there are",
                text.escape_debug()
            ));
        }
        let Ok(all) = Filter::parse("") else {
            return Ok(BTreeSet::new());
        };
        let picked = self.pick(process, text, &all);
        let packets = picked.packets.iter();
        Ok(packets
            .filter_map(|packet| packet.track.conversation)
            .collect())
    }

    /// The messages above TCP of the conversations that a text is about; of all when it names none.
    fn application_messages(&self, process: &str, text: &str) -> Vec<Arc<ApplicationEvent>> {
        let text = text.trim();
        let own = self.conversations_of(process, text).ok();
        let kept = self.session.applications().kept();
        let messages = kept.filter(|message| match &own {
            Some(own) => own.contains(&message.conversation),
            None => text.is_empty(),
        });
        messages.map(Arc::clone).collect()
    }

    /// `messages [SOCKET]`
    pub(super) fn list_messages(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        if !text.is_empty() && self.known_socket(process, &text).is_none() {
            return self.no_such_socket(call, screen);
        }
        let mut shown = {
            let nothing = Filter::parse("").ok();
            let picked = nothing.map(|filter| self.pick(process, &text, &filter));
            let messages = picked.map(|picked| picked.messages).unwrap_or_default();
            let older = messages.len().saturating_sub(LISTED);
            let mut shown = message::table(&messages[older..], &screen.look());
            if older > 0 {
                let note = format!("{older} older writes and reads are not in this list");
                shown.say(Style::Warning, 0, &note);
            }
            shown
        };
        let above = self.application_messages(process, &text);
        let older = above.len().saturating_sub(LISTED);
        if !above.is_empty() && !shown.is_empty() {
            shown.gap();
        }
        shown.append(application::table(&above[older..], &screen.look()));
        if older > 0 {
            let note = format!("{older} older messages are not in this list");
            shown.say(Style::Warning, 0, &note);
        }
        if shown.is_empty() {
            let note = "there is no message of AF_UNIX or AF_NETLINK, and none of HTTP, WebSocket, Engine.IO or Socket.IO; what crosses a network is in `packets`";
            self.session.tell(Event::Note(note.to_owned()));
        } else {
            self.paged(&shown, screen);
        }
    }

    pub(super) fn follow(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        let form = word(call, 1).unwrap_or_default();
        if self.subject(process, &text).is_none() && number(call, 0).is_none() {
            return self.no_such_socket(call, screen);
        }
        match self.follow_of(process, &format!("{text} {form}"), screen.look()) {
            Ok(mut shown) => {
                let more = shown.lines.len().saturating_sub(FOLLOWED);
                shown.lines.truncate(FOLLOWED);
                if more > 0 {
                    let note = format!(
                        "{more} more lines are not shown here; `save FILE.svg follow {}` writes them all",
                        format!("{text} {form}").trim()
                    );
                    shown.say(Style::Warning, 0, &note);
                }
                self.paged(&shown, screen);
            }
            Err(reason) => match self.subject(process, &text) {
                Some(Subject::Number(number)) if self.conversation(&text).is_none() => {
                    self.refuse("", self.no_conversation(number), screen);
                }
                _ => self.show_or_say(&Styled::new(), &reason, screen),
            },
        }
    }

    /// What both sides of a conversation said; the text is `SOCKET [text|hex]`. An error says why there is nothing.
    pub(super) fn follow_of(
        &mut self,
        process: &str,
        text: &str,
        look: Look,
    ) -> Result<Styled, String> {
        let (text, form) = match text.trim().rsplit_once(' ') {
            Some((text, "hex")) => (text, Some(Form::Hex)),
            Some((text, "text")) => (text, Some(Form::Text)),
            Some((text, "messages")) => (text, None),
            _ if self.speaks_frames(process, text) => (text.trim(), None),
            _ => (text.trim(), Some(Form::Text)),
        };
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
        let Some(form) = form else {
            let messages = self.application_messages(process, text);
            if messages.is_empty() {
                return Err(
                    "no message of HTTP, WebSocket, Engine.IO or Socket.IO has passed there"
                        .to_owned(),
                );
            }
            return Ok(application::followed(&messages, &look));
        };
        if let (Form::Text, Subject::Socket(party)) = (form, &subject)
            && party.family() == "AF_NETLINK"
        {
            return self.netlink_followed(&party.label);
        }
        let (left, right, parts) = self.heard(&subject);
        if parts.is_empty() {
            return Err("no data has passed there".to_owned());
        }
        let conversation = Conversation {
            left: &left,
            right: &right,
            parts: &parts,
        };
        Ok(follow::draw(&conversation, form, &look))
    }

    /// True for a conversation that was upgraded to WebSocket: its bytes are masked, and few could read them.
    fn speaks_frames(&self, process: &str, text: &str) -> bool {
        let messages = self.application_messages(process, text);
        let mut layers = messages.iter().flat_map(|message| &message.layers);
        !text.trim().is_empty() && layers.any(|layer| layer.protocol == "websocket")
    }

    /// What passed through a netlink socket, each message with all that is in it: as bytes (`follow n hex`) few could read it.
    fn netlink_followed(&mut self, label: &str) -> Result<Styled, String> {
        let own = |message: &&MessageEvent| message.from.name == label || message.to.name == label;
        // A message that was looked at before is told once.
        let first =
            |message: &&MessageEvent| message.wrote().is_some() || message.inside.is_empty();
        let kept = self.session.messages().kept();
        let messages: Vec<&MessageEvent> = kept.filter(own).filter(first).collect();
        let shown = message::in_full(&messages);
        if shown.is_empty() {
            return Err("no data has passed there".to_owned());
        }
        Ok(shown)
    }

    /// Both ends by their titles, and what they said.
    fn heard(&mut self, subject: &Subject) -> (String, String, Vec<Said>) {
        let (log, ledger, _) = self.session.records();
        let mut packets = connection(log, subject);
        if packets.is_empty() {
            let ends = match subject {
                Subject::Socket(party) => Some(ends_of(party)),
                Subject::Number(_) => None,
            };
            packets = log
                .packets()
                .filter(|packet| match (&ends, subject) {
                    (Some(ends), _) => belongs(ends, packet),
                    (None, Subject::Number(number)) => packet.track.conversation == Some(*number),
                    (None, Subject::Socket(_)) => false,
                })
                .map(|packet| (packet, packet.track.forward))
                .collect();
        }
        let parts = said(&packets);
        if let (true, Subject::Socket(party)) = (packets.is_empty(), subject) {
            let other = party.other.and_then(|other| ledger.party(other));
            let told = |party: &Party, forward| {
                let sent = ledger.transfers(&[party.number]).into_iter();
                sent.filter(|transfer| transfer.sends)
                    .map(move |transfer| {
                        let said = Said {
                            forward,
                            bytes: transfer.data.clone(),
                            missing: 0,
                        };
                        (transfer.end_ns, said)
                    })
                    .collect::<Vec<_>>()
            };
            let mut sent = told(party, true);
            if party.family() == "AF_NETLINK" {
                sent.extend(from_the_kernel(ledger, party));
            }
            sent.extend(other.into_iter().flat_map(|other| told(other, false)));
            sent.sort_by_key(|sent| sent.0);
            let right = match other {
                Some(other) => other.label.clone(),
                None if party.family() == "AF_NETLINK" => "kernel".to_owned(),
                None => "(unknown)".to_owned(),
            };
            let parts = sent.into_iter().map(|sent| sent.1).collect();
            return (party.label.clone(), right, parts);
        }
        let (mut left, mut right) = (String::new(), String::new());
        for (packet, forward) in &packets {
            let (from, to) = endpoint::ends(packet);
            let (from, to) = if *forward { (from, to) } else { (to, from) };
            (left, right) = (from.title(), to.title());
        }
        let (lefts, rights) = super::subject::ends(ledger, &packets);
        (title(&lefts, left), title(&rights, right), parts)
    }
}

/// What a netlink socket read, which nobody was seen to write, with its time.
fn from_the_kernel(ledger: &Ledger, party: &Party) -> Vec<(i64, Said)> {
    let read = ledger.transfers(&[party.number]).into_iter();
    read.filter(|transfer| !transfer.sends && !transfer.has("MSG_PEEK"))
        .map(|transfer| {
            let said = Said {
                forward: false,
                bytes: transfer.data.clone(),
                missing: 0,
            };
            (transfer.end_ns, said)
        })
        .collect()
}

/// Both ends of a socket's conversation, as far as known.
type Ends = (Option<Address>, Option<Address>);

fn ends_of(party: &Party) -> Ends {
    let peer = if party.listening {
        None
    } else {
        party.peer.clone()
    };
    (party.local.clone(), peer)
}

fn conversation_of(known: &Known) -> Ends {
    let peer = if known.listening {
        None
    } else {
        known.peer.clone()
    };
    (known.local.clone(), peer)
}

fn belongs(ends: &Ends, packet: &PacketEvent) -> bool {
    let Some((from, to)) = packet.headers.endpoints() else {
        return false;
    };
    let (from, to) = (Address::from(from), Address::from(to));
    let is = |end: &Option<Address>, address: &Address| match end {
        None => true,
        Some(end) => {
            end.port() == address.port()
                && end.ip().zip(address.ip()).is_some_and(|(a, b)| {
                    a.is_unspecified() || a.to_canonical() == b.to_canonical()
                })
        }
    };
    (ends.0.is_some() || ends.1.is_some())
        && (is(&ends.0, &from) && is(&ends.1, &to) || is(&ends.0, &to) && is(&ends.1, &from))
}
