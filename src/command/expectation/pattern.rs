//! A packet as an expectation writes it: `client -> server [SYN] seq=0 after 1s ±20%`. Only what is asked; whether a packet answers to
//! it is judged in `lesson`.

use super::timing::Timing;
use super::word::{Word, words};
use crate::command::diagnostic::{Diagnostic, quoted};
use crate::command::filter::{self, Filter, field::FieldKind};
use crate::event::packet::Label;
use crate::packet::headers::flag;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

/// What is asked of one packet. Nothing that stands empty matters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern {
    /// The text it was read from, for messages.
    pub text: String,
    /// Who sends it.
    pub from: End,
    /// Who receives it.
    pub to: End,
    /// A protocol, as a display filter names it.
    pub protocol: Option<String>,
    /// The TCP flags.
    pub flags: Option<Flags>,
    /// Its fields.
    pub fields: Vec<FieldTest>,
    /// Bytes its payload contains.
    pub data: Vec<Vec<u8>>,
    /// Labels of the analysis that it has.
    pub labels: Vec<Label>,
    /// Words that are in its cause.
    pub cause: Vec<String>,
    /// True when the wire must have lost it.
    pub lost: bool,
    /// When it comes, counted from the packet that is expected before it.
    pub after: Option<Timing>,
    /// A display filter it passes.
    pub filter: Option<Asked>,
}

/// One end of a packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// Anybody.
    #[default]
    Any,
    /// A socket, process, host or program.
    Name(String),
    /// An address.
    Address(IpAddr),
    /// An address and a port.
    Socket(SocketAddr),
    /// A port.
    Port(u16),
}

/// TCP flags that a segment has, no fewer and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// The bits of `tcp.flags`.
    pub set: u16,
    /// Those of them that are compared: PSH only when it was written.
    pub mask: u16,
}

/// A field and what its value must be.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldTest {
    /// The name as it was written: `win`.
    pub name: String,
    /// Wireshark's name; empty for `len`, which has several.
    pub field: String,
    /// What is demanded of it, as written: `>0`.
    pub demand: String,
    /// The same as a display filter.
    pub asked: Asked,
}

/// A display filter with its text.
#[derive(Clone, Debug)]
pub struct Asked {
    /// As it was written.
    pub text: String,
    /// What it means.
    pub filter: Filter,
}

impl PartialEq for Asked {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// The short names of fields, each with Wireshark's. `len` is that of TCP or UDP.
pub const SHORT: &[(&str, &str)] = &[
    ("seq", "tcp.seq"),
    ("ack", "tcp.ack"),
    ("win", "tcp.window_size"),
    ("mss", "tcp.options.mss_val"),
    ("wscale", "tcp.options.wscale.shift"),
    ("ttl", "ip.ttl"),
    ("id", "ip.id"),
    ("len", ""),
    ("sport", ""),
    ("dport", ""),
];

/// Reads `FROM -> TO …` or `packet …`. Spans count from the start of `text`.
pub fn parse(text: &str) -> Result<Pattern, Diagnostic> {
    let words = words(text)?;
    let mut reader = Reader {
        text,
        words: &words,
        place: 0,
        pattern: Pattern {
            text: squeezed(text),
            ..Pattern::default()
        },
    };
    reader.read().map_err(|error| error.located(text))?;
    Ok(reader.pattern)
}

/// True when a text is to be read as a pattern: an arrow stands second, or flags, `from` or `to` behind `packet`.
pub fn is_pattern(text: &str) -> bool {
    let mut words = text.split_whitespace();
    match (words.next(), words.next()) {
        (Some("packet"), Some(next)) => {
            next.starts_with('[') || matches!(next, "from" | "to" | "where" | "lost")
        }
        (Some(_), Some("->" | "→")) => true,
        _ => false,
    }
}

/// The text with single blanks.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Reader<'a> {
    text: &'a str,
    words: &'a [Word<'a>],
    place: usize,
    pattern: Pattern,
}

impl<'a> Reader<'a> {
    fn read(&mut self) -> Result<(), Diagnostic> {
        if self.next_is("packet") {
            self.place += 1;
        } else {
            self.pattern.from = self.end("who sends it")?;
            self.place += 1; // The arrow: `is_pattern` has seen it.
            self.pattern.to = self.end("who receives it")?;
        }
        while let Some(word) = self.words.get(self.place).cloned() {
            self.place += 1;
            match word {
                Word::Bracketed { inner, span } => {
                    self.pattern.flags = Some(flags(inner, span.start + 1)?);
                }
                Word::Quoted { bytes, .. } => self.pattern.data.push(bytes),
                Word::Bare { text, span } => self.word(text, span)?,
            }
        }
        Ok(())
    }

    fn next_is(&self, wanted: &str) -> bool {
        matches!(self.words.get(self.place), Some(Word::Bare { text, .. }) if *text == wanted)
    }

    /// The end of the text, as a place for a complaint.
    fn here(&self) -> Range<usize> {
        self.words
            .get(self.place)
            .map_or(self.text.len()..self.text.len(), super::word::Word::span)
    }

    fn bare(&mut self, what: &str) -> Result<(&'a str, Range<usize>), Diagnostic> {
        match self.words.get(self.place) {
            Some(Word::Bare { text, span }) => {
                self.place += 1;
                Ok((text, span.clone()))
            }
            _ => Err(Diagnostic::new(self.here(), format!("{what}?"))
                .expecting("a socket, a process, a host, an address, :PORT or *")),
        }
    }

    fn end(&mut self, what: &str) -> Result<End, Diagnostic> {
        let (text, span) = self.bare(what)?;
        if text == "*" {
            return Ok(End::Any);
        }
        if let Some(port) = text.strip_prefix(':') {
            return port.parse().map(End::Port).map_err(|_| {
                Diagnostic::new(span, format!("{} is no port: 0 to 65535", quoted(port)))
            });
        }
        if let Ok(address) = text.parse() {
            return Ok(End::Socket(address));
        }
        if let Ok(address) = text.parse() {
            return Ok(End::Address(address));
        }
        let fit = text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if !fit {
            return Err(Diagnostic::new(
                span,
                format!("{} names no end of a packet", quoted(text)),
            )
            .expecting("a socket, a process, a host, an address, :PORT or *"));
        }
        Ok(End::Name(text.to_owned()))
    }

    fn word(&mut self, word: &'a str, span: Range<usize>) -> Result<(), Diagnostic> {
        match word {
            "from" => self.pattern.from = self.end("from whom")?,
            "to" => self.pattern.to = self.end("to whom")?,
            "lost" => self.pattern.lost = true,
            "after" => {
                let mut parts: Vec<(&str, Range<usize>)> = Vec::new();
                while let Some(Word::Bare { text, span }) = self.words.get(self.place) {
                    if !Timing::is_part(text) {
                        break;
                    }
                    parts.push((text, span.clone()));
                    self.place += 1;
                }
                self.pattern.after = Some(Timing::parse(&parts, span.end)?);
            }
            "cause" => match self.words.get(self.place) {
                Some(Word::Quoted { bytes, .. }) => {
                    self.pattern
                        .cause
                        .push(String::from_utf8_lossy(bytes).into_owned());
                    self.place += 1;
                }
                _ => {
                    return Err(Diagnostic::new(self.here(), "which cause?")
                        .expecting("words of it in quotes: cause \"delayed ACK\""));
                }
            },
            "where" => {
                let rest = &self.text[span.end..];
                let filter = rest.trim();
                let start = span.end + (rest.len() - rest.trim_start().len());
                self.pattern.filter = Some(asked(filter, start)?);
                self.place = self.words.len();
            }
            _ => return self.property(word, span),
        }
        Ok(())
    }

    /// A protocol, a label, or a field with what its value must be.
    fn property(&mut self, word: &'a str, span: Range<usize>) -> Result<(), Diagnostic> {
        let split = word.find(['=', '!', '<', '>']);
        let (name, mut demand) = split.map_or((word, String::new()), |at| {
            (&word[..at], word[at..].to_owned())
        });
        if demand.is_empty() {
            let label = word.strip_prefix("tcp.analysis.").unwrap_or(word);
            if let Some(label) = Label::ALL.into_iter().find(|known| known.name() == label) {
                self.pattern.labels.push(label);
                return Ok(());
            }
            let protocol = |entry: &&filter::field::FieldEntry| {
                entry.kind == FieldKind::Protocol && entry.name == word
            };
            if filter::fields().iter().any(|entry| protocol(&entry)) {
                self.pattern.protocol = Some(word.to_owned());
                return Ok(());
            }
        }
        let operators = ["==", "!=", "<=", ">=", "=", "<", ">"];
        let mut end = span.end;
        // Blanks may stand around the operator.
        while demand.is_empty() || operators.contains(&demand.as_str()) {
            let Some(Word::Bare { text, span: next }) = self.words.get(self.place) else {
                break;
            };
            if demand.is_empty() && !text.starts_with(['=', '!', '<', '>']) {
                break;
            }
            demand.push_str(text);
            end = next.end;
            self.place += 1;
        }
        let whole = span.start..end;
        let known = SHORT.iter().find(|(short, _)| *short == name);
        let is_field = known.is_some() || filter::fields().iter().any(|entry| entry.name == name);
        let Some(operator) = operators
            .iter()
            .find(|operator| demand.starts_with(**operator))
            .filter(|_| is_field)
        else {
            let names = SHORT
                .iter()
                .map(|(short, _)| *short)
                .chain(Label::ALL.into_iter().map(Label::name))
                .chain(["from", "to", "lost", "after", "cause", "where"])
                .chain(filter::fields().iter().map(|entry| entry.name));
            let diagnostic = if is_field {
                Diagnostic::new(whole, format!("what of {}?", quoted(name)))
                    .expecting("a value: seq=0, len>0, tcp.options.mss_val=1460")
            } else {
                Diagnostic::new(
                    span.start..span.start + name.len(),
                    format!(
                        "{} is no field, label or protocol of a packet",
                        quoted(name)
                    ),
                )
                .expecting(
                    "[SYN], seq=0, \"data\", udp, retransmission, lost, after 1s, where FILTER",
                )
                .suggesting(name, names)
            };
            return Err(diagnostic);
        };
        let value = demand[operator.len()..].trim();
        let relation = if *operator == "=" { "==" } else { operator };
        let field = known.map_or(name, |(_, field)| *field);
        let text = filter_text(name, field, relation, value).ok_or_else(|| {
            Diagnostic::new(whole.clone(), format!("{} takes a number", quoted(name)))
        })?;
        let mut asked = asked(&text, 0).map_err(|error| {
            let mut diagnostic = Diagnostic::new(whole.clone(), error.message);
            diagnostic.help = error.help;
            diagnostic
        })?;
        asked.text = format!("{name}{demand}");
        self.pattern.fields.push(FieldTest {
            name: name.to_owned(),
            field: field.to_owned(),
            demand,
            asked,
        });
        Ok(())
    }
}

/// The display filter that says the same; `None` when `len` or a port is compared with what is no number.
fn filter_text(name: &str, field: &str, relation: &str, value: &str) -> Option<String> {
    match name {
        "len" => {
            let bytes: u64 = value.parse().ok()?;
            // udp.length counts the header's eight bytes (RFC 768).
            Some(format!(
                "(tcp.len {relation} {bytes} || udp.length {relation} {} || (data.len {relation} {bytes} && !tcp && !udp))",
                bytes.checked_add(8)?
            ))
        }
        "sport" | "dport" => {
            let port: u16 = value.parse().ok()?;
            let side = if name == "sport" {
                "srcport"
            } else {
                "dstport"
            };
            Some(format!(
                "(tcp.{side} {relation} {port} || udp.{side} {relation} {port})"
            ))
        }
        _ => Some(format!("{field} {relation} {value}")),
    }
}

/// Reads a display filter that begins at `start` of the text.
pub(super) fn asked(text: &str, start: usize) -> Result<Asked, Diagnostic> {
    if text.trim().is_empty() {
        return Err(Diagnostic::new(start..start, "which packets?")
            .expecting("a display filter: tcp.flags.syn == 1"));
    }
    match Filter::parse(text) {
        Ok(filter) => Ok(Asked {
            text: text.to_owned(),
            filter,
        }),
        Err(error) => {
            let span = error.span.start + start..error.span.end + start;
            let mut diagnostic = Diagnostic::new(span, error.message);
            diagnostic.help = error.help;
            Err(diagnostic)
        }
    }
}

/// The letters of tcpdump(8) and packetdrill.
const LETTERS: &[(char, u16)] = &[
    ('F', flag::FIN),
    ('S', flag::SYN),
    ('R', flag::RST),
    ('P', flag::PSH),
    ('.', flag::ACK),
    ('U', flag::URG),
    ('E', flag::ECE),
    ('W', flag::CWR),
];

/// Reads what stands in brackets: `SYN, ACK` or `S.`. `start` is where it begins.
fn flags(inner: &str, start: usize) -> Result<Flags, Diagnostic> {
    const EVERY: u16 = 0x1ff;
    let mut set = 0;
    let mut at = start;
    for part in inner.split(',') {
        let name = part.trim();
        let span_start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        let whole = flag::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name));
        if let Some((bit, _)) = whole {
            set |= bit;
            continue;
        }
        let bits = name.chars().map(|letter| {
            LETTERS
                .iter()
                .find(|(known, _)| *known == letter)
                .map(|(_, bit)| *bit)
        });
        if name != "none" {
            let bits: Option<Vec<u16>> = bits.collect();
            let Some(bits) = bits.filter(|bits| !bits.is_empty()) else {
                return Err(Diagnostic::new(
                    span_start..span_start + name.len(),
                    format!("{} is no TCP flag", quoted(name)),
                )
                .expecting("names as in [SYN, ACK], or letters as in [S.]: S F R P . U E W")
                .suggesting(name, flag::ALL.iter().map(|(_, name)| *name)));
            };
            set |= bits.iter().fold(0, |all, bit| all | bit);
        }
    }
    Ok(Flags {
        set,
        mask: EVERY & !(flag::PSH & !set),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_every_kind_is_read() {
        let read = |text: &str| parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let syn = read("client -> server  [SYN]  seq=0 mss = 1460");
        assert_eq!(syn.from, End::Name("client".to_owned()));
        assert_eq!(syn.to, End::Name("server".to_owned()));
        assert_eq!(syn.flags.map(|flags| flags.set), Some(flag::SYN));
        assert_eq!(syn.fields.len(), 2);
        assert_eq!(syn.fields[1].demand, "=1460");
        let full = read(
            "10.0.0.2:5000 -> * [P.] len>=5 \"hello\" x\"00 ff\" retransmission lost cause \"RTO\" after 1s ±20%",
        );
        assert_eq!(full.data, [b"hello".to_vec(), vec![0, 0xff]]);
        assert_eq!(full.labels, [Label::Retransmission]);
        assert!(full.lost && full.after.is_some() && full.cause == ["RTO"]);
        assert_eq!(
            full.flags.map(|flags| flags.mask & flag::PSH),
            Some(flag::PSH)
        );
        let any = read("packet [R.] from server to :5000 where ip.ttl == 64 && tcp");
        assert_eq!(any.to, End::Port(5000));
        assert_eq!(
            any.filter.map(|asked| asked.text).as_deref(),
            Some("ip.ttl == 64 && tcp")
        );
        assert_eq!(read("a -> b udp len=5").protocol.as_deref(), Some("udp"));
    }

    #[test]
    fn letters_and_names_of_flags_mean_the_same() {
        for (one, other) in [
            ("[SYN]", "[S]"),
            ("[SYN, ACK]", "[S.]"),
            ("[RST, ACK]", "[R.]"),
            ("[fin, ack]", "[F.]"),
            ("[none]", "[none]"),
        ] {
            let flags = |text: &str| parse(&format!("a -> b {text}")).map(|pattern| pattern.flags);
            assert_eq!(flags(one), flags(other), "{one}");
        }
    }

    #[test]
    fn what_is_wrong_is_marked() {
        for (text, marked, words) in [
            ("a -> b [SNY]", "SNY", "no TCP flag"),
            ("a -> b sqe=0", "sqe", "no field"),
            ("a -> b seq", "seq", "what of"),
            ("a -> b seq=x", "seq=x", ""),
            ("a -> b len=x", "len=x", "takes a number"),
            ("a -> b after soon", "", "how long"),
            ("a -> b where tcp.flgs == 1", "tcp.flgs", ""),
            ("a -> b \"open", "\"open", "not closed"),
            ("a -> b [SYN", "[SYN", "not closed"),
            ("a -> :99999", ":99999", "no port"),
            ("a ->", "", "who receives"),
            ("a -> b cause RTO", "RTO", "which cause"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(&text[error.span.clone()], marked, "{text}: {error}");
            assert!(error.message.contains(words), "{text}: {error}");
        }
    }
}
