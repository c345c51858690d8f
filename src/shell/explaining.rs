//! `help` and `explain`: what the catalog knows, shown.

use super::verbs::word;
use super::{Screen, Shell, views};
use crate::catalog::glossary;
use crate::catalog::verb::{VERBS, Verb};
use crate::command::ast::Call;
use crate::command::diagnostic::nearest;

impl Shell {
    pub(super) fn help(&mut self, call: &Call, screen: &mut dyn Screen) {
        let Some(topic) = word(call, 0)
            .map(|topic| topic.trim().to_owned())
            .filter(|topic| !topic.is_empty())
        else {
            let text = views::index(screen.look());
            return screen.show(&text);
        };
        if let Some(verb) = Verb::named(&topic) {
            let text = views::page(verb);
            return screen.show(&text);
        }
        self.explain_topic(&topic, screen);
    }

    pub(super) fn explain(&mut self, call: &Call, screen: &mut dyn Screen) {
        let topic = word(call, 0).unwrap_or_default();
        self.explain_topic(topic.trim(), screen);
    }

    fn explain_topic(&mut self, topic: &str, screen: &mut dyn Screen) {
        if let Some(explanation) = glossary::explain(topic) {
            let text = views::explanation(&explanation);
            return screen.show(&text);
        }
        if let Some(verb) = Verb::named(topic) {
            let text = views::page(verb);
            return screen.show(&text);
        }
        if matches!(topic, "filter" | "filters") {
            return screen.show(&views::filters());
        }
        // A field before a verb: http.accept is one.
        if let Some(text) = views::layer(topic).or_else(|| views::field(topic)) {
            return screen.show(&text);
        }
        // `help s.bind`, `help socket.bind`: what stands behind the dot is what is asked about.
        if let Some(verb) = topic
            .rsplit_once('.')
            .and_then(|(_, name)| Verb::named(name))
        {
            let text = views::page(verb);
            return screen.show(&text);
        }
        let verbs = VERBS.iter().map(|entry| entry.name);
        // Of so many topics one is always a letter away from a word of two.
        let near =
            nearest(topic, verbs.chain(glossary::topics())).filter(|_| topic.chars().count() > 2);
        let near = near.map_or_else(
            || "; `help` lists the commands, `explain` knows errors, states, flags, options and fields".to_owned(),
            |near| format!("; did you mean {near}?"),
        );
        self.refuse(
            "",
            format!("nothing is known about {}{near}", topic.escape_debug()),
            screen,
        );
    }
}
