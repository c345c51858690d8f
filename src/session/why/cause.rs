//! A row of the table of causes: which call fails with which error on which kind of socket, under which condition, and the sentence that
//! says so. The rows are in the files beside this one, a file for each topic; `table` puts them in order. What they ask is in `scene`.

use super::scene::Scene;
use crate::event::packet::PacketEvent;
use crate::event::socket::SocketRow;

/// A row: where it applies, and its condition together with what it says.
pub(super) struct Cause {
    /// Names of calls between blanks, or of their kinds: `send` and `recv` are every call that does so. Empty: any call.
    pub(super) calls: &'static str,
    /// Errors between blanks; `timeout` is that of settimeout. Empty: any error.
    pub(super) errnos: &'static str,
    /// Kinds of socket (`catalog::socket_kind`) between commas. Empty: any socket.
    pub(super) of: &'static str,
    /// What is said when the condition holds.
    pub(super) find: fn(&Scene<'_>) -> Option<Finding>,
}

impl Cause {
    pub(super) const fn new(
        calls: &'static str,
        errnos: &'static str,
        of: &'static str,
        find: fn(&Scene<'_>) -> Option<Finding>,
    ) -> Self {
        Self {
            calls,
            errnos,
            of,
            find,
        }
    }

    /// What it says of a failed call; `None` when it does not apply.
    pub(super) fn ask(&self, scene: &Scene<'_>) -> Option<Finding> {
        let among = |words: &str, one: &str| words.split(' ').any(|word| word == one);
        let called = self.calls.is_empty()
            || among(self.calls, &scene.name)
            || among(self.calls, scene.class());
        let failed = self.errnos.is_empty() || among(self.errnos, &scene.errno);
        let applies = called && failed && scene.kind.is_one_of(self.of);
        applies.then(|| (self.find)(scene)).flatten()
    }
}

/// What a row says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Finding {
    /// Sentences, each a fact of this lab.
    pub(super) facts: Vec<String>,
    /// Packets that show it, oldest first.
    pub(super) packets: Vec<PacketEvent>,
    /// Sockets that have to do with it.
    pub(super) holders: Vec<SocketRow>,
    /// What to do about it, in place of the general advice; empty: there is nothing to add.
    pub(super) next: Option<&'static str>,
}

/// A finding of one sentence.
#[allow(
    clippy::unnecessary_wraps,
    reason = "rows end in it, and a row gives an Option"
)]
pub(super) fn said(sentence: impl Into<String>) -> Option<Finding> {
    Some(Finding {
        facts: vec![sentence.into()],
        ..Finding::default()
    })
}

impl Finding {
    /// With one more sentence.
    pub(super) fn and(mut self, sentence: impl Into<String>) -> Self {
        self.facts.push(sentence.into());
        self
    }

    /// With one more sentence about a socket, if there is one.
    pub(super) fn and_maybe(self, more: Option<(String, SocketRow)>) -> Self {
        match more {
            Some((sentence, row)) => self.and(sentence).held([row]),
            None => self,
        }
    }

    /// With advice of its own.
    pub(super) fn advising(mut self, next: &'static str) -> Self {
        self.next = Some(next);
        self
    }

    /// With packets that show it.
    pub(super) fn seen<'a>(mut self, packets: impl IntoIterator<Item = &'a PacketEvent>) -> Self {
        self.packets.extend(packets.into_iter().cloned());
        self
    }

    /// With sockets that have to do with it.
    pub(super) fn held(mut self, rows: impl IntoIterator<Item = SocketRow>) -> Self {
        self.holders.extend(rows);
        self
    }
}
