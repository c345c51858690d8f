//! A packet as an expectation writes it: `client -> server [SYN] seq=0 after 1s ±20%`. Only what is asked; whether a packet answers to
//! it is judged in `lesson`.

pub mod flags;
mod reader;

use super::timing::Timing;
use super::word::words;
use crate::command::diagnostic::Diagnostic;
use crate::command::filter::Filter;
use flags::Flags;
use reader::Reader;
use socklab_events::packet::Label;
use socklab_packets::schema::internet::ip;
use socklab_packets::schema::transport::tcp;
use std::net::{IpAddr, SocketAddr};

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
    ("seq", tcp::SEQ.name),
    ("ack", tcp::ACK.name),
    ("win", tcp::WINDOW_SIZE.name),
    ("mss", tcp::OPTIONS_MSS_VAL.name),
    ("wscale", tcp::OPTIONS_WSCALE_SHIFT.name),
    ("ttl", ip::TTL.name),
    ("id", ip::ID.name),
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

#[cfg(test)]
mod tests {
    use super::*;
    use socklab_packets::headers::flag;

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
            ("a -> b [SNY]", "SNY", "not a TCP flag"),
            ("a -> b sqe=0", "sqe", "not a field"),
            ("a -> b seq", "seq", "what of"),
            ("a -> b seq=x", "seq=x", ""),
            ("a -> b len=x", "len=x", "takes a number"),
            ("a -> b after soon", "", "how long"),
            ("a -> b where tcp.flgs == 1", "tcp.flgs", ""),
            ("a -> b \"open", "\"open", "not closed"),
            ("a -> b [SYN", "[SYN", "not closed"),
            ("a -> :99999", ":99999", "not a port"),
            ("a ->", "", "who receives"),
            ("a -> b cause RTO", "RTO", "which cause"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(&text[error.span.clone()], marked, "{text}: {error}");
            assert!(error.message.contains(words), "{text}: {error}");
        }
    }
}
