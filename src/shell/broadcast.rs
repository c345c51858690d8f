//! The page of this session: opened and closed, and told what happens. It is told what `--json` prints, the lines that were typed, and
//! what stands now: hosts, processes, sockets.

use super::journal::Entry;
use super::verbs::word;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::command::filter::Filter;
use crate::event::Event;
use crate::event::packet::PacketEvent;
use crate::event::socket::SocketRow;
use crate::page::{News, Page, address};
use crate::render::fast::json_packet::packet_json;
use crate::render::json_lab::{Host, Runner};
use crate::render::{json, json_lab};
use crate::sys::clock::monotonic_ns;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The kernels are asked about the sockets at most this often, in nanoseconds: asking costs time that is the lab's.
const PAUSE_NS: u64 = 100_000_000;
/// At most this many rows of the sockets table are sent.
const ROWS: usize = 200;
/// The newest sockets, whose addresses are sent when they change.
const NEWEST: usize = 200;

/// The page that is open, and what it was told of things that change.
#[derive(Debug)]
pub(super) struct Broadcast {
    page: Page,
    /// Packets that were in the air when they were told.
    air: BTreeSet<u64>,
    /// When the sockets were last asked for: nanoseconds of CLOCK_MONOTONIC.
    asked_ns: u64,
    /// Something has happened since.
    owes: bool,
    lab: String,
    rows: String,
    sockets: BTreeMap<u32, String>,
}

impl Shell {
    /// `page [ADDRESS]`, `page off`.
    pub(super) fn page_verb(&mut self, call: &Call, screen: &mut dyn Screen) {
        let text = word(call, 0).unwrap_or_default();
        let text = text.trim();
        if text == "off" {
            let words = match self.broadcast.take() {
                Some(_) => "the page is closed",
                None => "no page is open",
            };
            return self.session.tell(Event::Note(words.to_owned()));
        }
        let opened = match &self.broadcast {
            Some(_) if !text.is_empty() => {
                Err("a page is open already; `page` says where, `page off` closes it".to_owned())
            }
            Some(_) => Ok(()),
            None => self.open_page(text),
        };
        match opened {
            Ok(()) => self.say_page(),
            Err(reason) => self.refuse("", reason, screen),
        }
    }

    /// Serves the page of this session at an address; an error says why that cannot be.
    pub fn open_page(&mut self, text: &str) -> Result<(), String> {
        let at = address::parse(text)?;
        self.session.end_turns();
        let page = Page::open(at).map_err(|error| address::refusal(at, &error))?;
        let filter = Filter::parse("").ok();
        page.tell(self.journal_news(filter.as_ref()));
        self.broadcast = Some(Broadcast {
            page,
            air: self.session.in_the_air().into_iter().collect(),
            asked_ns: 0,
            owes: true,
            lab: String::new(),
            rows: String::new(),
            sockets: BTreeMap::new(),
        });
        Ok(())
    }

    /// Says where the page is, before anything else.
    pub fn show_page(&mut self, screen: &mut dyn Screen) {
        self.say_page();
        self.show_events(screen);
    }

    /// Says where the page is.
    fn say_page(&mut self) {
        let Some(broadcast) = &self.broadcast else {
            return;
        };
        let mut words = format!(
            "a page of this lab: {}",
            broadcast.page.addresses().join("  ")
        );
        if broadcast.page.is_public() {
            words.push_str(
                "  Whoever has the address can watch; nothing can be typed or run from it. `page off` closes it",
            );
        }
        self.session.tell(Event::Note(words));
    }

    /// True while the page is to be told, within a tenth of a second, how things stand.
    pub fn owes_page(&self) -> bool {
        self.broadcast
            .as_ref()
            .is_some_and(|broadcast| broadcast.owes)
    }

    /// Nothing may happen for long: the page is told how things stand.
    pub fn rest(&mut self, screen: &mut dyn Screen) {
        self.settle_page();
        self.show_events(screen);
    }

    /// How things stand, where that is to be told: before the events that led to it are taken, because asking may bring more of them.
    pub(super) fn standing_for_page(&mut self) -> Vec<News> {
        let news = self.session.has_news();
        let Some(broadcast) = &mut self.broadcast else {
            return Vec::new();
        };
        broadcast.owes |= news;
        let now_ns = monotonic_ns();
        if !broadcast.owes || now_ns.saturating_sub(broadcast.asked_ns) < PAUSE_NS {
            return Vec::new();
        }
        broadcast.owes = false;
        broadcast.asked_ns = now_ns;
        let rows = self.session.socket_rows(None);
        let lab = self.lab_json();
        let sockets = self.sockets_json();
        self.broadcast
            .as_mut()
            .map_or_else(Vec::new, |broadcast| broadcast.changes(lab, &rows, sockets))
    }

    /// Tells the page what happened, and then how things stand.
    pub(super) fn tell_page(&mut self, events: &[Event], standing: Vec<News>) {
        let Some(broadcast) = &mut self.broadcast else {
            return;
        };
        let mut news: Vec<News> = Vec::new();
        for event in events {
            if let Event::Packet(packet) = event
                && packet.is_held()
            {
                broadcast.air.insert(packet.number);
            }
            news.extend(news_of(event));
        }
        // What was in the air and is no more is told again, as it is now.
        let log = self.session.log();
        broadcast.air.retain(|number| {
            let packet = log.packet_numbered(*number);
            let stays = packet.is_some_and(|packet| packet.is_held());
            if let Some(packet) = packet.filter(|_| !stays) {
                news.push(packet_news(packet));
            }
            stays
        });
        news.extend(standing);
        if !news.is_empty() {
            broadcast.page.tell(news);
        }
    }

    /// Tells the page a line that was typed.
    pub(super) fn tell_page_line(&self, prompt: &str, text: &str) {
        if let Some(broadcast) = &self.broadcast {
            let line = News::event(json_lab::line(prompt, text));
            broadcast.page.tell([line]);
        }
    }

    /// The lab ends, or another begins.
    pub(super) fn begin_page_anew(&mut self) {
        if let Some(broadcast) = &mut self.broadcast {
            broadcast.page.begin_anew();
            broadcast.air.clear();
            broadcast.sockets.clear();
            broadcast.lab.clear();
            broadcast.rows.clear();
            broadcast.owes = true;
        }
    }

    /// The end: how things stand is told once more.
    pub(super) fn settle_page(&mut self) {
        if let Some(broadcast) = &mut self.broadcast {
            broadcast.owes = true;
            broadcast.asked_ns = 0;
        }
    }

    /// The whole session for a page in a file.
    pub(super) fn all_news(&mut self, filter: &Filter) -> Vec<News> {
        let rows = self.session.socket_rows(None);
        let mut news = vec![News::event(self.lab_json())];
        let sockets = self.sockets_json().into_iter();
        news.extend(sockets.map(|(_, json)| News::event(json)));
        news.extend(self.journal_news(Some(filter)));
        news.push(News::event(json_lab::sockets(&rows, ROWS)));
        news
    }

    /// What was told so far, packets as far as the filter passes them.
    fn journal_news(&self, filter: Option<&Filter>) -> Vec<News> {
        let log = self.session.log();
        let mut news = Vec::new();
        if self.journal.forgotten > 0 {
            let words = format!("{} older events are no longer kept", self.journal.forgotten);
            news.push(News::event(json::note(&words)));
        }
        for entry in self.journal.entries() {
            match entry {
                Entry::Line(prompt, text) => {
                    news.push(News::event(json_lab::line(prompt, text)));
                }
                Entry::Packet(number) => {
                    let packet = log.packet_numbered(*number);
                    let passes = |packet: &&Arc<PacketEvent>| {
                        filter.is_none_or(|filter| filter.matches(packet))
                    };
                    news.extend(packet.filter(passes).map(packet_news));
                }
                Entry::Event(event) => news.extend(news_of(event)),
            }
        }
        news
    }

    fn lab_json(&self) -> String {
        let hosts = self.session.hosts().all().iter().map(|host| Host {
            name: host.name.clone(),
            addresses: host.addresses().iter().map(ToString::to_string).collect(),
        });
        let prompts = self.session.processes().iter().map(|process| Runner {
            name: process.name.clone(),
            host: process.host.clone(),
            program: String::new(),
        });
        let programs = self.session.programs().iter().map(|program| Runner {
            name: program.name.clone(),
            host: program.host.clone(),
            program: program.command_line.clone(),
        });
        let hosts: Vec<Host> = hosts.collect();
        json_lab::lab(&hosts, &prompts.chain(programs).collect::<Vec<_>>())
    }

    /// The newest sockets, by their numbers, the oldest first.
    fn sockets_json(&mut self) -> Vec<(u32, String)> {
        let newest = self.session.ledger().parties().rev().take(NEWEST);
        let mut newest: Vec<(u32, String)> = newest
            .map(|party| (party.number, json_lab::socket(party)))
            .collect();
        newest.reverse();
        newest
    }
}

impl Broadcast {
    /// What of it is new.
    fn changes(
        &mut self,
        lab: String,
        rows: &[SocketRow],
        sockets: Vec<(u32, String)>,
    ) -> Vec<News> {
        let mut news = Vec::new();
        let standing = |json: &String, subject| News {
            stands_for: Some(subject),
            ..News::event(json.clone())
        };
        if self.lab != lab {
            news.push(standing(&lab, "lab"));
            self.lab = lab;
        }
        for (number, json) in sockets {
            if self.sockets.get(&number) != Some(&json) {
                news.push(News::event(json.clone()));
                self.sockets.insert(number, json);
            }
        }
        while self.sockets.len() > 2 * NEWEST {
            self.sockets.pop_first();
        }
        let rows = json_lab::sockets(rows, ROWS);
        if self.rows != rows {
            news.push(standing(&rows, "sockets"));
            self.rows = rows;
        }
        news
    }
}

fn news_of(event: &Event) -> Option<News> {
    match event {
        Event::Packet(packet) => Some(packet_news(packet)),
        other => json::event(other).map(News::event),
    }
}

/// A packet and where its fields are read from.
pub(super) fn packet_news(packet: &Arc<PacketEvent>) -> News {
    News {
        packet: Some(Arc::clone(packet)),
        ..News::event(packet_json(packet))
    }
}
