//! `calls`: what processes and programs have done, in the order in which it began.

use super::verbs::words;
use super::{Screen, Shell};
use crate::command::ast::Call;
use crate::event::{BlockedEvent, CallEvent, is_of};
use crate::render::{calls, line};

/// So many of them are shown.
const SHOWN: usize = 200;

impl Shell {
    pub(super) fn calls(&mut self, call: &Call, screen: &mut dyn Screen) {
        let mut wanted = words(call, 0);
        let given = wanted.len();
        wanted.retain(|word| word != "--stack");
        let stacks = wanted.len() < given;
        let of = |made: &CallEvent, word: &str| is_of(&made.process, word);
        let (whose, name) = match wanted.as_slice() {
            [] => (None, None),
            [one] if self.session.log().calls().any(|made| of(made, one)) => (Some(one), None),
            [one] => (None, Some(one)),
            [whose, name, ..] => (Some(whose), Some(name)),
        };
        let picked: Vec<&CallEvent> = self
            .session
            .log()
            .calls()
            .filter(|made| whose.is_none_or(|whose| of(made, whose)))
            .filter(|made| name.is_none_or(|name| made.name == *name || made.syscall == *name))
            .collect();
        let left_out = picked.len().saturating_sub(SHOWN);
        let mut text = calls::list(&picked[left_out..], left_out, stacks, &screen.look());
        let about = |stop: &BlockedEvent| {
            whose.is_none_or(|whose| is_of(&stop.process, whose))
                && name.is_none_or(|name| stop.name == *name)
        };
        for stop in self
            .session
            .all_stopped()
            .into_iter()
            .filter(|stop| about(stop))
        {
            text.append(line::stopped(stop, ""));
        }
        let otherwise = match wanted.first() {
            None => "no call has been made".to_owned(),
            Some(word) => format!(
                "there is no call of process {0}, and no call named {0}",
                word.escape_debug()
            ),
        };
        self.show_or_say(&text, &otherwise, screen);
    }
}
