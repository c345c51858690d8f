//! What can stand at the cursor, from the catalog and from what exists now. Pure: who calls it lists the folders.

mod candidates;
mod rest;

use super::diagnostic::floor;
use super::function::{LAYERS, MODULES};
use super::lexer::in_word;
use super::scan::{Piece, Role, Scan, Slot, scan};
use crate::catalog::parameter::Kind;
use crate::catalog::verb::Verb;
use candidates::Candidates;

/// What exists at the moment, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Variables that hold sockets.
    pub sockets: Vec<String>,
    /// All variables.
    pub variables: Vec<String>,
    /// Processes.
    pub processes: Vec<String>,
    /// Programs that stop before their calls, and their threads that have stopped: `server`, `server/14`.
    pub programs: Vec<String>,
    /// Hosts.
    pub hosts: Vec<String>,
    /// Jobs, as `wait` takes them.
    pub jobs: Vec<String>,
    /// Fields of display filters.
    pub fields: Vec<String>,
    /// What `help` and `explain` know.
    pub topics: Vec<String>,
    /// The lessons: the number of each and what it is called.
    pub lessons: Vec<(String, String)>,
}

/// One thing that can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// What replaces the word at the cursor.
    pub text: String,
    /// What it is, in a few words; may be empty.
    pub note: String,
}

/// Lists folders for the completion of paths.
pub trait PathLister {
    /// The names in a folder (`""` is the present one, else it ends in `/`), and whether each is a folder itself.
    fn list(&self, folder: &str) -> Vec<(String, bool)>;
}

/// What can stand at `cursor`, a byte offset: where the word begins that it replaces, and the candidates, sorted.
pub fn complete(
    line: &str,
    cursor: usize,
    known: &Known,
    paths: &impl PathLister,
) -> (usize, Vec<Candidate>) {
    let before = &line[..floor(line, cursor)];
    let scan = scan(before);
    let found = Cursor::of(before, &scan);
    let mut candidates = Candidates::new(known);
    match &found {
        None => return (before.len(), Vec::new()),
        Some(cursor) => cursor.offer(before, &scan, paths, &mut candidates),
    }
    let start = found.map_or(before.len(), |cursor| cursor.start);
    (start, candidates.matching(&before[start..]))
}

/// The word at the cursor and where it stands.
struct Cursor {
    start: usize,
    slot: Slot,
    /// The place in the pieces of the first one of the word.
    piece: usize,
}

impl Cursor {
    /// `None` where nothing can be completed: in text, in a comment.
    fn of(before: &str, scan: &Scan) -> Option<Self> {
        let count = scan.pieces.len();
        let fresh = Self {
            start: before.len(),
            slot: scan.end,
            piece: count,
        };
        let Some(last) = scan.pieces.last() else {
            return Some(fresh);
        };
        if last.span.end < before.len() {
            return (last.role != Role::Comment).then_some(fresh);
        }
        let word = &before[last.span.clone()];
        match last.role {
            Role::Comment | Role::String | Role::Number => None,
            Role::Error if word.contains(['"', '\'']) => None,
            Role::Operator | Role::Process if !word.ends_with(in_word) => Some(fresh),
            // In text that is taken as it stands, the last word of it.
            Role::Raw => {
                let start = word
                    .rfind(|next: char| {
                        next.is_whitespace() || matches!(next, '(' | '!' | '{' | ',')
                    })
                    .map_or(0, |at| {
                        at + word[at..].chars().next().map_or(1, char::len_utf8)
                    });
                Some(Self {
                    start: last.span.start + start,
                    slot: last.slot,
                    piece: count - 1,
                })
            }
            _ => Some(Self {
                start: last.span.start,
                slot: last.slot,
                piece: count - 1,
            }),
        }
    }

    fn offer(
        &self,
        before: &str,
        scan: &Scan,
        paths: &impl PathLister,
        candidates: &mut Candidates<'_>,
    ) {
        let word = &before[self.start..];
        if let Some(receiver) = self.receiver(before, scan) {
            if MODULES.contains(&receiver) {
                candidates.of_module(receiver, self.kind());
            } else {
                candidates.methods(receiver);
            }
            return;
        }
        if let (Slot::Argument(verb, _), true) = (self.slot, word.starts_with("--")) {
            candidates.options(verb);
            return;
        }
        if let Slot::Argument(Verb::Save, Some(0)) = self.slot {
            candidates.endings(word);
        }
        if word.starts_with(['/', '.', '~']) {
            candidates.paths(word, paths);
            return;
        }
        if let Some(layer) = self.layer(before, scan) {
            candidates.of_layer(layer, word, self.begins_argument(before));
            return;
        }
        match self.slot {
            Slot::Start => candidates.start(),
            Slot::Value => candidates.values(word),
            Slot::Argument(verb, place) => {
                let kind = place.map_or(Kind::Any, |place| verb.entry().parameters[place].kind);
                match kind {
                    _ if place.is_none() => {}
                    Kind::Path => candidates.paths(word, paths),
                    Kind::Word if verb == Verb::Sysctl => candidates.settings(word),
                    Kind::Rest => {
                        let said = self.said(before, scan);
                        candidates.rest(verb, &said, word, paths);
                    }
                    Kind::Fields => candidates.shown_fields(verb, word),
                    // A number stands here; a field may, once it is begun.
                    Kind::Int if verb == Verb::Packet && word.is_empty() => {}
                    Kind::Int if verb == Verb::Packet => candidates.shown_fields(verb, word),
                    Kind::Filter => candidates.filter(verb, &self.said(before, scan), word),
                    kind => candidates.of_kind(kind, word, self.level(before, scan, verb)),
                }
                if self.begins_argument(before) {
                    candidates.argument_names(verb);
                }
            }
        }
    }

    /// The packet layer whose brackets are the innermost that are open.
    fn layer<'a>(&self, before: &'a str, scan: &Scan) -> Option<&'a str> {
        let mut open: Vec<Option<&str>> = Vec::new();
        let mut last: Option<&Piece> = None;
        for piece in &scan.pieces[..self.piece] {
            let text = &before[piece.span.clone()];
            if piece.role == Role::Operator {
                match text {
                    "(" => {
                        let name = last.filter(|name| name.span.end == piece.span.start);
                        open.push(name.map(|name| &before[name.span.clone()]));
                    }
                    "[" | "{" => open.push(None),
                    ")" | "]" | "}" => drop(open.pop()),
                    _ => {}
                }
            }
            last = Some(piece);
        }
        open.pop().flatten().filter(|name| LAYERS.contains(name))
    }

    /// The kind of the parameter the cursor stands at.
    fn kind(&self) -> Option<Kind> {
        match self.slot {
            Slot::Argument(verb, Some(place)) => Some(verb.entry().parameters[place].kind),
            _ => None,
        }
    }

    /// The word in front of a dot that stands right before the cursor's word.
    fn receiver<'a>(&self, before: &'a str, scan: &Scan) -> Option<&'a str> {
        let [.., receiver, dot] = &scan.pieces[..self.piece] else {
            return None;
        };
        let adjoins = receiver.span.end == dot.span.start && dot.span.end == self.start;
        (adjoins && before[dot.span.clone()] == *"." && receiver.role != Role::Number)
            .then(|| &before[receiver.span.clone()])
    }

    /// What was said before the word in a text that is taken as it stands.
    fn said(&self, before: &str, scan: &Scan) -> String {
        let raw = scan
            .pieces
            .get(self.piece.min(scan.pieces.len().saturating_sub(1)));
        match raw {
            Some(piece) if piece.role == Role::Raw => {
                before[piece.span.start..self.start].trim().to_owned()
            }
            _ => String::new(),
        }
    }

    /// The level that was given before the option's name.
    fn level<'a>(&self, before: &'a str, scan: &Scan, verb: Verb) -> Option<&'a str> {
        let level = verb
            .entry()
            .parameters
            .iter()
            .position(|parameter| parameter.name == "level")?;
        let is_level = |piece: &&Piece| {
            piece.slot == Slot::Argument(verb, Some(level)) && piece.role == Role::Constant
        };
        let piece = scan.pieces[..self.piece].iter().rev().find(is_level)?;
        Some(&before[piece.span.clone()])
    }

    /// True when the word is the first thing of its argument.
    fn begins_argument(&self, before: &str) -> bool {
        before[..self.start].ends_with([' ', '\t', '(', ','])
    }
}

#[cfg(test)]
mod tests;
