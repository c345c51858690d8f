//! The verbs that show: sockets, states, packets, conversations, and why a call failed.

use super::verbs::{number, word};
use super::{Screen, Shell, tell, views};
use crate::command::ast::Call;
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::event::{CallEvent, Event};
use crate::session::inventory::{Known, Protocol};
use tell::Mode;

impl Shell {
    pub(super) fn sockets(&mut self, call: &Call, screen: &mut dyn Screen) {
        let process = word(call, 0);
        if let Some(process) = &process
            && self.session.process(process).is_none()
            && !self
                .session
                .programs()
                .iter()
                .any(|program| program.name == *process)
        {
            return self.refuse(
                "",
                format!("no process or program is called {}", process.escape_debug()),
                screen,
            );
        }
        let rows = self.session.socket_rows(process.as_deref());
        self.show_events(screen);
        let text = views::table(&rows, screen.look());
        screen.show(&text);
    }

    pub(super) fn info(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let Some(known) = self.socket_named(process, call, 0) else {
            return self.no_such_socket(call, screen);
        };
        let (owner, fd, label) = (
            known.process.clone(),
            known.fd,
            self.session.inventory().shown(known),
        );
        let rows = self.session.socket_rows(Some(&owner));
        let row = rows.into_iter().find(|row| row.fd == fd && fd.is_some());
        match row {
            Some(row) => {
                let text = views::info(&label, &row, screen.look());
                screen.show(&text);
            }
            None => self.refuse(
                process,
                format!("{label} is closed; the kernel keeps nothing of it that could be shown"),
                screen,
            ),
        }
    }

    pub(super) fn states(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        // The table is asked anew so that the diagram shows what is, not what the last call left.
        let _ = self.session.socket_rows(None);
        self.show_events(screen);
        if call.args.first().is_none_or(Option::is_none) {
            let text = views::states(None, screen.look());
            return screen.show(&text);
        }
        let Some(known) = self.socket_named(process, call, 0) else {
            return self.no_such_socket(call, screen);
        };
        if known.protocol != Protocol::Tcp {
            let note = format!(
                "{} is no TCP socket: these states are TCP's; `info` and `sockets` show what there is of it",
                self.session.inventory().shown(known)
            );
            return self.session.tell(Event::Note(note));
        }
        let text = views::states(
            Some((
                self.session.inventory().shown(known),
                known.state(),
                known.states.clone(),
            )),
            screen.look(),
        );
        screen.show(&text);
    }

    pub(super) fn packets(&mut self, call: &Call, screen: &mut dyn Screen) {
        let Some(filter) = self.filter(call, 0, screen) else {
            return;
        };
        let text = {
            let selected: Vec<&PacketEvent> = self
                .session
                .log()
                .packets()
                .filter(|packet| filter.matches(packet))
                .collect();
            views::packets(
                &selected,
                self.session.log(),
                self.session.dropped_frames(),
                &self.current,
                screen.look(),
            )
        };
        self.show_or_say(&text, "no packet matches", screen);
    }

    pub(super) fn packet(&mut self, call: &Call, screen: &mut dyn Screen) {
        let wanted = number(call, 0)
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or_else(|| self.session.packets_told());
        match self.session.log().packet_numbered(wanted) {
            Some(packet) => {
                let text = tell::fields(packet, true, screen.look());
                screen.show(&text);
            }
            None if self.session.packets_told() == 0 => {
                self.refuse("", self.no_packets_yet(), screen);
            }
            None => self.refuse(
                "",
                format!(
                    "there is no packet {wanted}; the newest is {}",
                    self.session.packets_told()
                ),
                screen,
            ),
        }
    }

    pub(super) fn ladder(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let only = self.socket_named(process, call, 0).map(conversation_of);
        // What names a socket is no filter: the ladder of its conversation passes everything.
        let filter = if only.is_some() {
            Filter::parse("").ok()
        } else {
            self.filter(call, 0, screen)
        };
        let Some(filter) = filter else { return };
        let text = {
            let selected: Vec<&PacketEvent> = self
                .session
                .log()
                .packets()
                .filter(|packet| {
                    only.as_ref().is_none_or(|ends| belongs(ends, packet)) && filter.matches(packet)
                })
                .collect();
            let calls: Vec<&CallEvent> = match (selected.first(), selected.last()) {
                (Some(first), Some(last)) => {
                    let (from, to) = (first.frame.time_ns, last.frame.time_ns);
                    self.session
                        .log()
                        .calls()
                        .filter(|call| call.end_ns >= from - 1_000_000 && call.start_ns <= to)
                        .collect()
                }
                _ => Vec::new(),
            };
            views::rungs(&selected, &calls, screen.look())
        };
        self.show_or_say(&text, "no packet matches", screen);
    }

    pub(super) fn follow(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        let ends = self.socket_named(process, call, 0).map(conversation_of);
        let stream = number(call, 0).and_then(|number| u32::try_from(number).ok());
        if ends.is_none() && stream.is_none() {
            return self.no_such_socket(call, screen);
        }
        let text = {
            let selected = self.session.log().packets().filter(|packet| match &ends {
                Some(ends) => belongs(ends, packet),
                None => packet.track.stream == stream,
            });
            views::stream(selected, screen.look())
        };
        self.show_or_say(&text, "no data has passed there", screen);
    }

    pub(super) fn conversations(&mut self, screen: &mut dyn Screen) {
        let text = views::conversations(self.session.log().packets(), screen.look());
        self.show_or_say(&text, "no packet has been seen", screen);
    }

    pub(super) fn inspect(&mut self, call: &Call, screen: &mut dyn Screen) {
        let note = match word(call, 0).as_deref().map(str::trim) {
            None | Some("" | "show") => format!("inspector: {}", self.teller.words()),
            Some("on" | "line") => {
                self.teller.mode = Mode::Line;
                self.teller.filter = None;
                "every packet is shown under the call that caused it".to_owned()
            }
            Some("off") => {
                self.teller.mode = Mode::Off;
                "packets are kept and not shown; `packets` lists them".to_owned()
            }
            Some("tree" | "hex") => {
                self.teller.mode = Mode::Tree;
                let which = if self.teller.filter.is_some() {
                    " (those that pass the filter; `inspect on` shows every packet)"
                } else {
                    ""
                };
                format!("packets are shown with their fields and bytes{which}")
            }
            Some(_) => {
                let Some(filter) = self.filter(call, 0, screen) else {
                    return;
                };
                let note = format!(
                    "only packets with {} are shown",
                    word(call, 0).unwrap_or_default().escape_debug()
                );
                self.teller.filter = Some(filter);
                if self.teller.mode == Mode::Off {
                    self.teller.mode = Mode::Line;
                }
                note
            }
        };
        self.session.tell(Event::Note(note));
    }

    pub(super) fn why(&mut self, process: &str, screen: &mut dyn Screen) {
        match self.session.why(process) {
            Some(evidence) => {
                self.show_events(screen);
                let text = views::why(&evidence, screen.look());
                screen.show(&text);
            }
            None => self
                .session
                .tell(Event::Note("no call has failed so far".to_owned())),
        }
    }

    /// The display filter of an argument, which passes everything when none is given; `None` when it is wrong, which has been said.
    pub(super) fn filter(
        &mut self,
        call: &Call,
        place: usize,
        screen: &mut dyn Screen,
    ) -> Option<Filter> {
        let text = word(call, place).unwrap_or_default();
        match Filter::parse(&text) {
            Ok(filter) => Some(filter),
            Err(error) => {
                self.tally.wrong_lines += 1;
                let shown = tell::filter_error(&text, &error, screen.look());
                screen.show(&shown);
                None
            }
        }
    }

    /// The socket an argument names: a variable of this process, `process.variable`, or a descriptor.
    fn socket_named(&self, process: &str, call: &Call, place: usize) -> Option<&Known> {
        self.known_socket(process, &word(call, place)?)
    }

    /// The socket of this name or descriptor.
    pub(super) fn known_socket(&self, process: &str, text: &str) -> Option<&Known> {
        let inventory = self.session.inventory();
        if let Ok(fd) = text.parse::<i32>() {
            return inventory.by_fd(process, fd);
        }
        let elsewhere = || {
            text.split_once('.')
                .and_then(|(process, name)| inventory.by_name(process, name))
        };
        let anywhere = || {
            self.session
                .processes()
                .iter()
                .find_map(|other| inventory.by_name(&other.name, text))
        };
        inventory
            .by_name(process, text)
            .or_else(elsewhere)
            .or_else(anywhere)
    }

    fn no_such_socket(&mut self, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        self.refuse(
            "",
            format!(
                "{} is no socket here; `sockets` lists those there are",
                text.escape_debug()
            ),
            screen,
        );
    }

    fn show_or_say(
        &mut self,
        text: &crate::render::styled::Styled,
        otherwise: &str,
        screen: &mut dyn Screen,
    ) {
        if text.is_empty() {
            let note = if self.session.sees_packets() {
                otherwise.to_owned()
            } else {
                self.no_packets_yet()
            };
            self.session.tell(Event::Note(note));
        } else {
            screen.show(text);
        }
    }

    fn no_packets_yet(&self) -> String {
        if self.session.sees_packets() {
            "no packet has been seen yet".to_owned()
        } else {
            "packets cannot be seen here: capturing needs CAP_NET_RAW (`socklab doctor` says more)"
                .to_owned()
        }
    }
}

/// Both ends of a socket's conversation, as far as known.
type Ends = (Option<crate::value::Address>, Option<crate::value::Address>);

fn conversation_of(known: &Known) -> Ends {
    (
        known.local.clone(),
        if known.listening {
            None
        } else {
            known.peer.clone()
        },
    )
}

fn belongs(ends: &Ends, packet: &PacketEvent) -> bool {
    let Some((from, to)) = crate::session::packets::endpoints(&packet.headers) else {
        return false;
    };
    let (from, to) = (
        crate::value::Address::from(from),
        crate::value::Address::from(to),
    );
    let is = |end: &Option<crate::value::Address>, address: &crate::value::Address| match end {
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
