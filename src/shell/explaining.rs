//! `help` and `explain`: what the catalog knows, shown.

use super::verbs::word;
use super::{Screen, Shell, tell, views};
use crate::catalog::glossary;
use crate::catalog::verb::{VERBS, Verb};
use crate::command::ast::Call;
use crate::command::diagnostic::nearest;
use crate::packet::tree::Field;
use crate::render::explain_packet;
use crate::render::styled::Styled;

impl Shell {
    pub(super) fn help(&mut self, call: &Call, screen: &mut dyn Screen) {
        let Some(topic) = word(call, 0)
            .map(|topic| without_section(topic.trim()).to_owned())
            .filter(|topic| !topic.is_empty())
        else {
            let text = views::index(screen.look());
            return self.paged(&text, screen);
        };
        // A verb and a packet layer have pages of their own; what the words mean is `explain`'s.
        let call = topic.split('(').next().unwrap_or_default();
        let of_object = topic.rsplit_once('.').map_or("", |(_, name)| name);
        for name in [topic.as_str(), call, of_object.trim_end_matches(['(', ')'])] {
            if let Some(verb) = Verb::named(name) {
                return self.paged(&views::page(verb), screen);
            }
            if let Some(text) = views::layer(name).or_else(|| views::function(name)) {
                return self.paged(&text, screen);
            }
        }
        self.explain_topic(&topic, screen);
    }

    pub(super) fn explain(&mut self, call: &Call, screen: &mut dyn Screen) {
        let topic = word(call, 0).unwrap_or_default();
        self.explain_topic(topic.trim(), screen);
    }

    fn explain_topic(&mut self, topic: &str, screen: &mut dyn Screen) {
        let numbered = topic.strip_prefix("packet ").unwrap_or(topic);
        let number = numbered.strip_prefix('#').or(topic.strip_prefix("packet "));
        if let Some(Ok(number)) = number.map(|number| number.trim_start_matches('#').parse()) {
            return self.explain_packet(number, screen);
        }
        // What a word means here, and then how a packet of this name is built.
        let mut text = Styled::new();
        for explanation in glossary::all(topic) {
            text.gap();
            text.append(views::explanation(&explanation));
        }
        let name = topic.split('(').next().unwrap_or_default();
        let more = views::layer(name)
            .or_else(|| views::field(topic))
            .or_else(|| views::function(name))
            .or_else(|| matches!(topic, "filter" | "filters").then(views::filters))
            .filter(|_| text.is_empty() || views::layer(name).is_some());
        if let Some(more) = more {
            text.gap();
            text.append(more);
        }
        if text.is_empty() {
            let first = topic.split(' ').next().unwrap_or_default();
            let named = first.rsplit_once('.').map_or(first, |(_, name)| name);
            if let Some(verb) = Verb::named(named) {
                text = views::page(verb);
            }
        }
        if text.is_empty() {
            text = self.labelled(topic);
        }
        if text.is_empty()
            && let Some(near) = glossary::containing(topic)
        {
            text = views::explanation(&near);
        }
        if !text.is_empty() {
            return self.paged(&text, screen);
        }
        self.not_known(topic, screen);
    }

    /// What the fields and layers say that the tree of a captured packet shows under this label: `Source Port` is tcp.srcport.
    fn labelled(&self, label: &str) -> Styled {
        let mut names: Vec<&'static str> = Vec::new();
        for packet in self.session.log().packets().rev().take(LABELLED) {
            for layer in tell::layers(packet) {
                let title = layer.title.split(',').next().unwrap_or_default();
                if title.eq_ignore_ascii_case(label) {
                    names.push(layer.name);
                }
                for field in &layer.fields {
                    named(field, label, &mut names);
                }
            }
        }
        let mut seen: Vec<&'static str> = Vec::new();
        let mut text = Styled::new();
        for name in names {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            text.gap();
            let known = glossary::explain(name).map(|known| views::explanation(&known));
            if let Some(known) = known.or_else(|| views::field(name)) {
                text.append(known);
            }
        }
        text
    }

    fn explain_packet(&mut self, number: u64, screen: &mut dyn Screen) {
        match self.session.log().packet_numbered(number) {
            Some(packet) => {
                let text = explain_packet::draw(packet, &self.current, &screen.look());
                self.paged(&text, screen);
            }
            None => self.no_such_packet(number, screen),
        }
    }

    fn not_known(&mut self, topic: &str, screen: &mut dyn Screen) {
        let verbs = VERBS.iter().map(|entry| entry.name);
        // Of so many topics one is always a letter away from a word of two.
        let near =
            nearest(topic, verbs.chain(glossary::topics())).filter(|_| topic.chars().count() > 2);
        let near = near.map_or_else(
            || "; `help` lists the commands, `explain` knows errors, states, flags, options, fields and the words of the views".to_owned(),
            |near| format!("; did you mean {near}?"),
        );
        self.refuse(
            "",
            format!("nothing is known about {}{near}", printable(topic)),
            screen,
        );
    }
}

/// In so many of the newest packets a label of their trees is looked for.
const LABELLED: usize = 1000;

/// The names of the fields that have this label, a field and its parts.
fn named(field: &Field, label: &str, names: &mut Vec<&'static str>) {
    if field.label.eq_ignore_ascii_case(label) && !field.name.is_empty() {
        names.push(field.name);
    }
    for part in &field.children {
        named(part, label, names);
    }
}

/// `2 connect`, as man(1) takes it, is `connect`.
fn without_section(topic: &str) -> &str {
    match topic.split_once(' ') {
        Some((section, name)) if matches!(section.as_bytes(), [b'1'..=b'9']) => name.trim(),
        _ => topic,
    }
}

/// The topic as it was typed, with what a terminal would act upon escaped.
fn printable(topic: &str) -> String {
    topic
        .chars()
        .map(|next| {
            if next.is_control() {
                next.escape_debug().to_string()
            } else {
                next.to_string()
            }
        })
        .collect()
}
