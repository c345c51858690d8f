//! What `explain X` knows: TCP states, flags, timers, Wireshark's labels, packet fields, terms — and, through their own tables,
//! errnos, constants, options, TCP_INFO fields and verbs. A name is found however it is spelled: `TIME_WAIT`, `time-wait`, `timewait`.

use super::errno::{self, Errno};
use super::option::{self, OptionEntry};
use super::verb::{VERBS, Verb};
use super::{constant, tcp_info};
use std::sync::OnceLock;

mod field;
mod flag;
mod label;
mod protocol;
mod screen;
mod spelling;
mod state;
mod syntax;
mod term;

/// What a topic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A state of RFC 9293.
    State,
    /// A flag of a TCP header.
    Flag,
    /// A timer of a TCP connection.
    Timer,
    /// A label of Wireshark's TCP analysis.
    Label,
    /// A packet field.
    Field,
    /// A word of the trade.
    Term,
    /// An error number, or an error of getaddrinfo.
    Errno,
    /// A socket option.
    Option,
    /// Another constant.
    Constant,
    /// A field of `struct tcp_info`.
    TcpInfo,
    /// A verb of the language.
    Verb,
    /// A protocol.
    Protocol,
    /// A part of the language that is no verb: `repeat`, `&`, a rule of the wire.
    Syntax,
    /// A short name in a packet's line: `Win`, `TSval`.
    Short,
    /// A step of an exchange, or how sure a cause is.
    Phase,
    /// A column of a table, or what stands in it.
    Column,
}

impl Kind {
    /// The kind in words, as the explanation's heading shows it.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "TCP state",
            Self::Flag => "TCP flag",
            Self::Timer => "TCP timer",
            Self::Label => "Wireshark label",
            Self::Field => "packet field",
            Self::Term => "term",
            Self::Errno => "error",
            Self::Option => "socket option",
            Self::Constant => "constant",
            Self::TcpInfo => "field of TCP_INFO",
            Self::Verb => "command",
            Self::Protocol => "protocol",
            Self::Syntax => "part of the language",
            Self::Short => "in a packet's line",
            Self::Phase => "step of an exchange",
            Self::Column => "in a table",
        }
    }
}

/// A topic explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The topic's proper name.
    pub topic: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it means, in one line.
    pub summary: &'static str,
    /// Headed paragraphs, in the order in which they are read.
    pub sections: Vec<(&'static str, String)>,
    /// Where to read on: RFC section, man page; may be empty.
    pub see: &'static str,
}

/// A row of the glossary.
struct Entry {
    name: &'static str,
    aliases: &'static [&'static str],
    kind: Kind,
    summary: &'static str,
    sections: &'static [(&'static str, &'static str)],
    see: &'static str,
}

const TABLES: [&[Entry]; 11] = [
    state::STATES,
    flag::FLAGS,
    flag::TIMERS,
    label::LABELS,
    term::TERMS,
    field::FIELDS,
    protocol::PROTOCOLS,
    screen::SHORT,
    screen::PHASES,
    screen::COLUMNS,
    syntax::SYNTAX,
];

fn entries() -> impl Iterator<Item = &'static Entry> {
    TABLES.into_iter().flatten()
}

/// The explanation of a topic, whatever its case and with `-`, `_` or a blank between words; an errno also by its number.
/// Of a name that means several things, the first: `all` has them all.
pub fn explain(topic: &str) -> Option<Explanation> {
    exactly(&folded(topic)).into_iter().next()
}

/// Every explanation of a topic, also of one that was copied from the screen: `Win=64240`, `[SYN, ACK]`, `close 2 of 4`. Nothing where no
/// topic has this name.
pub fn all(topic: &str) -> Vec<Explanation> {
    let found = spelling::readings(topic)
        .iter()
        .map(|reading| exactly(&folded(reading)))
        .find(|found| !found.is_empty());
    if let Some(found) = found {
        return found;
    }
    // Several words that a comma separates: each of them, or none.
    let parts: Vec<&str> = spelling::bare(topic).split(',').collect();
    let each: Vec<Vec<Explanation>> = parts.iter().map(|part| exactly(&folded(part))).collect();
    if each.len() > 1 && each.iter().all(|found| !found.is_empty()) {
        return each.into_iter().flatten().collect();
    }
    Vec::new()
}

/// Words that stand in the names of topics and are no topic: articles, prepositions and the like.
const SMALL: &[&str] = &[
    "and", "are", "but", "for", "from", "has", "into", "its", "not", "off", "one", "out", "over",
    "per", "than", "that", "the", "this", "was", "who", "with", "you",
];

/// A topic of several words for one of them: `Membership` for `membership report`; of several topics the shortest.
pub fn containing(word: &str) -> Option<Explanation> {
    let word = folded(spelling::bare(word));
    if word.len() < 3
        || SMALL.contains(&word.as_str())
        || !word.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        return None;
    }
    entries()
        .flat_map(|entry| {
            let names = entry.aliases.iter().chain([&entry.name]);
            names.map(move |name| (*name, entry))
        })
        .filter(|(name, _)| name.split([' ', '.', '_']).any(|part| folded(part) == word))
        .min_by_key(|(name, _)| name.len())
        .map(|(_, entry)| explain_entry(entry))
}

/// Everything of this name, folded: what bears it before what only is called so as well.
fn exactly(wanted: &str) -> Vec<Explanation> {
    if wanted.is_empty() {
        return Vec::new();
    }
    if let Ok(number) = wanted.parse::<i32>() {
        return errno::by_number(number)
            .map(explain_errno)
            .into_iter()
            .collect();
    }
    let same = |name: &&str| letters(name).eq(wanted.chars());
    let named = entries()
        .filter(|entry| same(&entry.name))
        .map(explain_entry);
    let errnos = errno::errnos()
        .filter(|errno| same(&errno.name))
        .map(explain_errno);
    let options = option::options()
        .filter(|option| same(&option.name))
        .map(explain_option);
    let constants = constant::constants()
        .filter(|constant| same(&constant.name))
        .map(explain_constant);
    let verbs = VERBS
        .iter()
        .filter(|entry| same(&entry.name))
        .map(|entry| explain_verb(entry.verb));
    let called = entries()
        .filter(|entry| entry.aliases.iter().any(same))
        .map(explain_entry);
    let labels = abbreviated(wanted).map(explain_entry);
    let mut found: Vec<Explanation> = Vec::new();
    let everything = named
        .chain(errnos)
        .chain(options)
        .chain(constants)
        .chain(verbs)
        .chain(called)
        .chain(explain_tcp_info(wanted))
        .chain(labels);
    for explanation in everything {
        // An option that is a constant as well is one thing; a term and a command of the same name are two.
        let apart = matches!(explanation.kind, Kind::Verb | Kind::TcpInfo);
        let same = |known: &Explanation| {
            known.topic == explanation.topic && (!apart || known.kind == explanation.kind)
        };
        if !found.iter().any(same) {
            found.push(explanation);
        }
    }
    found
}

/// A longer topic that a short name stands for: `retransmission` for `tcp.analysis.retransmission`.
fn abbreviated(wanted: &str) -> Option<&'static Entry> {
    if wanted.contains('.') {
        return None;
    }
    entries()
        .filter(|entry| entry.kind == Kind::Label)
        .find(|entry| {
            entry
                .name
                .rsplit('.')
                .next()
                .is_some_and(|last| folded(last) == wanted)
        })
}

fn explain_entry(entry: &'static Entry) -> Explanation {
    Explanation {
        topic: entry.name,
        kind: entry.kind,
        summary: entry.summary,
        sections: owned(entry.sections),
        see: entry.see,
    }
}

fn explain_errno(errno: &'static Errno) -> Explanation {
    let mut sections = vec![("number", errno.number.to_string())];
    if !errno.meaning.is_empty() {
        sections.push(("meaning", errno.meaning.to_owned()));
    }
    sections.extend(errno.causes.iter().map(|when| (when.call, when.said())));
    if !errno.what_next.is_empty() {
        sections.push(("what next", errno.what_next.to_owned()));
    }
    let others = errno.what_next_for.iter();
    sections.extend(others.map(|(of, text)| ("what next", format!("{of}: {text}"))));
    Explanation {
        topic: errno.name,
        kind: Kind::Errno,
        summary: errno.message,
        sections,
        see: errno.man,
    }
}

fn explain_option(option: &'static OptionEntry) -> Explanation {
    let access = match (option.gettable, option.settable) {
        (true, true) => "getsockopt and setsockopt",
        (true, false) => "getsockopt only",
        (false, _) => "setsockopt only",
    };
    Explanation {
        topic: option.name,
        kind: Kind::Option,
        summary: option.meaning,
        sections: vec![
            ("level", option.level.to_owned()),
            ("number", option.value.to_string()),
            ("value", option.kind.describe().to_owned()),
            ("taken by", access.to_owned()),
        ],
        see: option.man,
    }
}

fn explain_constant(constant: &'static constant::Constant) -> Explanation {
    Explanation {
        topic: constant.name,
        kind: Kind::Constant,
        summary: constant.meaning,
        sections: vec![("number", format!("{0} ({0:#x})", constant.value))],
        see: "",
    }
}

fn explain_verb(verb: Verb) -> Explanation {
    let page = verb.entry().page;
    Explanation {
        topic: verb.name(),
        kind: Kind::Verb,
        summary: page.summary,
        sections: vec![
            ("more", page.details.to_owned()),
            ("blocks", page.blocks.to_owned()),
        ],
        see: page.man,
    }
}

fn explain_tcp_info(wanted: &str) -> Option<Explanation> {
    let wanted = wanted.strip_prefix("tcpi").unwrap_or(wanted);
    let field = tcp_info::FIELDS
        .iter()
        .find(|field| folded(field.name) == wanted)?;
    Some(Explanation {
        topic: field.name,
        kind: Kind::TcpInfo,
        summary: field.meaning,
        sections: Vec::new(),
        see: "tcp(7), linux/tcp.h",
    })
}

fn owned(sections: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    sections
        .iter()
        .map(|(title, text)| (*title, (*text).to_owned()))
        .collect()
}

/// A name without what spellings differ in: case, and `-`, `_`, blanks between words. A number's sign stays.
fn folded(name: &str) -> String {
    let name = name.trim();
    if name.parse::<i32>().is_ok() {
        return name.to_owned();
    }
    letters(name).collect()
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' ' | '\''))
        .flat_map(char::to_lowercase)
}

/// Every topic under its proper name, sorted, each once.
pub fn topics() -> impl Iterator<Item = &'static str> {
    static TOPICS: OnceLock<Vec<&'static str>> = OnceLock::new();
    TOPICS
        .get_or_init(|| {
            let mut topics: Vec<&'static str> = entries()
                .map(|entry| entry.name)
                .chain(constant::constants().map(|constant| constant.name))
                .chain(VERBS.iter().map(|entry| entry.name))
                .chain(tcp_info::FIELDS.iter().map(|field| field.name))
                .collect();
            topics.sort_unstable();
            topics.dedup();
            topics
        })
        .iter()
        .copied()
}

/// The topic whose name is most like this one, for "did you mean"; `None` when nothing is near.
pub fn nearest(topic: &str) -> Option<&'static str> {
    let wanted = folded(topic);
    let aliases =
        entries().flat_map(|entry| entry.aliases.iter().map(|alias| (*alias, entry.name)));
    topics()
        .map(|name| (name, name))
        .chain(aliases)
        .map(|(name, topic)| {
            (
                strsim::normalized_damerau_levenshtein(&folded(name), &wanted),
                topic,
            )
        })
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, topic)| topic)
}

/// How alike two names must be, from 0 to 1: two slips in six letters still pass.
const NEAR: f64 = 0.65;

#[cfg(test)]
mod tests;
