//! The verbs that show: sockets, states, packets, conversations, and why a call failed.

use super::subject::{Subject, implied};
use super::verbs::{number, word, words};
use super::{Screen, Shell, tell, views};
use crate::command::ast::Call;
use crate::command::filter::Filter;
use crate::event::Event;
use crate::event::packet::PacketEvent;
use crate::event::path::{Step, merge};
use crate::event::socket::SocketRow;
use crate::render::states::Path;
use crate::session::known::{Known, Protocol};
use crate::session::why::Whose;
use crate::value::Address;
use tell::Mode;

impl Shell {
    pub(super) fn sockets(&mut self, call: &Call, screen: &mut dyn Screen) {
        let process = word(call, 0);
        if let Some(option) = process.as_ref().filter(|word| word.starts_with('-')) {
            let reason = format!(
                "{} is an option of ss(8) and netstat(8): `sockets` shows what they show, of all hosts, and takes a process; the program \
                 itself runs with `run ss {0}`",
                option.escape_debug()
            );
            return self.refuse("", reason, screen);
        }
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
        self.paged(&text, screen);
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
        let rows = self.session.socket_rows(None);
        let row = rows
            .iter()
            .find(|row| row.process == owner && row.fd == fd && fd.is_some());
        match row {
            Some(row) => {
                let other = rows.iter().find(|other| is_other_end(row, other));
                let wanted = words(call, 1);
                if !wanted.is_empty() {
                    let text = views::info_fields(&label, row, other, &wanted, screen.look());
                    return match text {
                        Ok(text) => self.paged(&text, screen),
                        Err(reason) => self.refuse(process, reason, screen),
                    };
                }
                let text = views::info(&label, row, other, screen.look());
                self.paged(&text, screen);
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
            return self.paged(&text, screen);
        }
        let text = word(call, 0).unwrap_or_default();
        let Some(known) = self.known_socket(process, &text) else {
            return self.no_such_socket(call, screen);
        };
        if known.protocol != Protocol::Tcp {
            let note = no_states(&self.session.inventory().shown(known));
            return self.session.tell(Event::Note(note));
        }
        match self.path_of(process, &text) {
            Ok((name, current, steps)) => {
                let path = Path {
                    current,
                    steps: &steps,
                };
                let text = views::states(Some((&name, &path)), screen.look());
                self.paged(&text, screen);
            }
            Err(reason) => self.refuse(process, reason, screen),
        }
    }

    /// The name, the state and the states so far of a socket: what the kernel said and what the packets imply. An error is the
    /// reason why there are none.
    pub(super) fn path_of(
        &mut self,
        process: &str,
        text: &str,
    ) -> Result<(String, &'static str, Vec<Step>), String> {
        let known = self.known_socket(process, text).ok_or_else(|| {
            format!(
                "{} is not a socket here; `sockets` lists those there are",
                text.escape_debug()
            )
        })?;
        let name = self.session.inventory().shown(known);
        if known.protocol != Protocol::Tcp {
            return Err(no_states(&name));
        }
        let (current, kernel) = (known.state(), known.states.clone());
        let mut packets = match self.subject(process, text) {
            Some(Subject::Socket(party)) if !party.listening => implied(self.session.log(), &party),
            _ => Vec::new(),
        };
        if kernel.first() == Some(&"CLOSED") && !packets.is_empty() {
            packets.insert(0, "CLOSED");
        }
        Ok((name, current, merge(&kernel, &packets)))
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
        let mut fields = words(call, 1);
        // `packet tcp`: the number is left out.
        if number(call, 0).is_none() {
            fields.splice(..0, words(call, 0));
        }
        let wanted = number(call, 0)
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or_else(|| self.session.packets_told());
        match self.session.log().packet_numbered(wanted) {
            Some(packet) => {
                let shown = if fields.is_empty() {
                    Ok(tell::fields(packet, true, screen.look()))
                } else {
                    views::packet_fields(packet, &fields, screen.look())
                };
                match shown {
                    Ok(text) => self.paged(&text, screen),
                    Err(reason) => self.refuse("", reason, screen),
                }
            }
            None => self.no_such_packet(wanted, screen),
        }
    }

    pub(super) fn no_such_packet(&mut self, wanted: u64, screen: &mut dyn Screen) {
        let reason = match self.session.packets_told() {
            0 => self.no_packets_yet(),
            newest => format!("there is no packet {wanted}; the newest is {newest}"),
        };
        self.refuse("", reason, screen);
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

    pub(super) fn why(&mut self, process: &str, call: &Call, screen: &mut dyn Screen) {
        self.wait_for_timed(Some(process), screen);
        let asked = word(call, 0);
        let (whose, fd) = match asked.as_deref().map(|name| self.meant(process, name)) {
            None => (None, None),
            Some(Ok((whose, fd))) => (Some(whose), fd),
            Some(Err(reason)) => return self.refuse(process, reason, screen),
        };
        let whose = Whose {
            process: whose.as_deref(),
            fd,
        };
        if let Some(evidence) = self.session.why(whose) {
            self.show_events(screen);
            let text = views::why(&evidence, &self.teller, &self.current, screen.look());
            return self.paged(&text, screen);
        }
        let words = match &asked {
            Some(name) => format!("no call of {} has failed so far", name.escape_debug()),
            None => "no call has failed so far".to_owned(),
        };
        let note = match self.session.refusal(process) {
            Some(reason) => format!("{words}; the last command: {reason}"),
            None => words,
        };
        self.session.tell(Event::Note(note));
    }

    /// Whose failure a name means: a process's, or that of a socket of the process at the prompt. An error says that it is neither.
    pub(super) fn meant(&self, process: &str, name: &str) -> Result<(String, Option<i32>), String> {
        let log = self.session.log();
        let socket = self.session.inventory().by_name(process, name);
        if self.session.process(name).is_some() || log.calls().any(|call| call.process == name) {
            return Ok((name.to_owned(), None));
        }
        match socket.and_then(|known| known.fd) {
            Some(fd) => Ok((process.to_owned(), Some(fd))),
            None => Err(format!(
                "{} is neither a process nor a socket of {process}; `why` alone is about the last failure of all",
                name.escape_debug()
            )),
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
                self.paged(&shown, screen);
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
            return inventory
                .by_fd(process, fd)
                .or_else(|| self.socket_of_conversation(text));
        }
        inventory.find(process, text)
    }

    pub(super) fn no_such_socket(&mut self, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        self.refuse(
            "",
            format!(
                "{} is not a socket here; `sockets` lists those there are",
                text.escape_debug()
            ),
            screen,
        );
    }

    pub(super) fn show_or_say(
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
            self.paged(text, screen);
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

/// What is said instead of the states of a socket that has none.
fn no_states(name: &str) -> String {
    format!(
        "{name} is not a TCP socket: these states are TCP's; `info` and `sockets` show what there is of it"
    )
}

/// True when two sockets are the two ends of one TCP connection. A socket of IPv6 may name an IPv4 address in its own way.
fn is_other_end(one: &SocketRow, other: &SocketRow) -> bool {
    let plain = |address: Option<&Address>| {
        let address = address?;
        Some((address.ip()?.to_canonical(), address.port()?))
    };
    one.protocol == "tcp"
        && other.protocol == "tcp"
        && plain(one.peer.as_ref()).is_some()
        && plain(one.local.as_ref()) == plain(other.peer.as_ref())
        && plain(one.peer.as_ref()) == plain(other.local.as_ref())
}
