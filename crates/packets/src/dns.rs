//! DNS messages (RFC 1035) over UDP and TCP, multicast DNS (RFC 6762) and LLMNR (RFC 4795) among them. Not what resolvers do.

mod extension;
mod name;
mod piece;
mod record;
mod words;

use super::fields::Fields;
use super::headers::Malformed;
use super::part::{CUT, Part, be16};
use super::rows::{self, Form, Row, row};
use super::schema::FieldEntry;
use super::schema::application::{dns, llmnr, mdns};
use super::tree::{Field, FieldValue, Layer};
use record::Reader;
use std::fmt::Write;

/// Bytes of the header.
const HEADER: usize = 12;
/// How many records of an answer the one-line view names.
const TOLD: usize = 32;

const FLAGS: &[Row] = &[
    row(2..4, dns::FLAGS_RESPONSE, Form::Flag(0x8000)),
    row(2..4, dns::FLAGS_OPCODE, Form::Bits(0x7800)),
    row(2..4, dns::FLAGS_AUTHORITATIVE, Form::Flag(0x0400)),
    row(2..4, dns::FLAGS_TRUNCATED, Form::Flag(0x0200)),
    row(2..4, dns::FLAGS_RECDESIRED, Form::Flag(0x0100)),
    row(2..4, dns::FLAGS_RECAVAIL, Form::Flag(0x0080)),
    row(2..4, dns::FLAGS_Z, Form::Flag(0x0040)),
    row(2..4, dns::FLAGS_AUTHENTICATED, Form::Flag(0x0020)),
    row(2..4, dns::FLAGS_CHECKDISABLE, Form::Flag(0x0010)),
    row(2..4, dns::FLAGS_RCODE, Form::Bits(0x000f)),
];

const COUNTS: &[Row] = &[
    row(4..6, dns::COUNT_QUERIES, Form::Number),
    row(6..8, dns::COUNT_ANSWERS, Form::Number),
    row(8..10, dns::COUNT_AUTH_RR, Form::Number),
    row(10..12, dns::COUNT_ADD_RR, Form::Number),
];

/// Which of the protocols that share this form a message belongs to, by its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flavour {
    /// RFC 1035.
    Dns,
    /// RFC 6762.
    Multicast,
    /// RFC 4795.
    Llmnr,
}

impl Flavour {
    /// The one that talks on this port.
    pub(super) fn of_port(port: u16) -> Option<Self> {
        match port {
            53 => Some(Self::Dns),
            5353 => Some(Self::Multicast),
            5355 => Some(Self::Llmnr),
            _ => None,
        }
    }

    /// Wireshark's abbreviation.
    pub(super) fn layer(self) -> &'static FieldEntry {
        match self {
            Self::Dns => dns::LAYER,
            Self::Multicast => mdns::LAYER,
            Self::Llmnr => llmnr::LAYER,
        }
    }
}

/// True when the bytes can be a message: a header is there, and not more records than there is room for.
pub(super) fn fits(bytes: &[u8]) -> bool {
    const LEAST_QUESTION: usize = 5;
    bytes.len() >= HEADER && usize::from(be16(bytes, 4)) * LEAST_QUESTION <= bytes.len()
}

/// The message in a TCP segment: two bytes of length go before it (RFC 1035 section 4.2.2).
pub(super) fn in_segment(part: Part<'_>) -> Option<Part<'_>> {
    let bytes = part.bytes();
    let len = usize::from(be16(bytes, 0));
    let message = part.skip(2).first(len);
    (bytes.len() >= 2 + HEADER && len >= HEADER && fits(message.bytes())).then_some(message)
}

/// A message as a layer; `prefix` is the length before it, where there is one.
pub(super) fn layer(part: Part<'_>, flavour: Flavour, prefix: Option<Part<'_>>) -> Layer {
    let bytes = part.bytes();
    let mut fields = Fields::of(part);
    let response = bytes.len() > 2 && bytes[2] & 0x80 != 0;
    fields.hex(0..2, dns::ID);
    let mut parts = Fields::of(part);
    rows::add(&mut parts, FLAGS);
    fields
        .hex(2..4, dns::FLAGS)
        .mean(flags_in_words(bytes))
        .with(parts.done());
    rows::add(&mut fields, COUNTS);
    let mut reader = Reader::new(part, HEADER, flavour == Flavour::Multicast);
    let result = records(&mut fields, &mut reader);
    if let Err(malformed) = result {
        fields.malformed(Some(malformed));
    }
    let what = if response { "response" } else { "query" };
    let name = match flavour {
        Flavour::Dns => "Domain Name System",
        Flavour::Multicast => "Multicast Domain Name System",
        Flavour::Llmnr => "Link-local Multicast Name Resolution",
    };
    let mut layer = fields.layer(flavour.layer(), format!("{name} ({what})"));
    if let Some(prefix) = prefix {
        let mut length = Fields::of(prefix);
        length.number(0..2, dns::LENGTH);
        layer.fields.splice(0..0, length.done());
        layer.span.start = prefix.span().start;
    }
    layer
}

fn records(fields: &mut Fields<'_>, reader: &mut Reader<'_>) -> Result<(), Malformed> {
    let bytes = fields.part().bytes();
    for _ in 0..be16(bytes, 4) {
        let question = reader.question()?;
        fields.push(question);
    }
    for (at, section) in [(6, "Answer"), (8, "Authority"), (10, "Additional")] {
        for _ in 0..be16(bytes, at) {
            let record = reader.record(section)?;
            fields.push(record);
        }
    }
    Ok(())
}

fn flags_in_words(bytes: &[u8]) -> String {
    let flags = be16(bytes, 2);
    let mut words = words::opcode(flags >> 11 & 0x0f).to_owned();
    if flags & 0x8000 != 0 {
        words.push_str(" response, ");
        words.push_str(words::rcode(flags & 0x0f));
    }
    words
}

/// The message in a line, as Wireshark's info column has it: `Standard query response 0x1234 A example.org A 192.0.2.1`.
pub(super) fn summary(part: Part<'_>, flavour: Flavour) -> String {
    let bytes = part.bytes();
    let (id, flags) = (be16(bytes, 0), be16(bytes, 2));
    let mut line = words::opcode(flags >> 11 & 0x0f).to_owned();
    if flags & 0x8000 != 0 {
        line.push_str(" response");
    }
    // Writing into a String cannot fail.
    let _ = write!(line, " {id:#06x}");
    if flags & 0x8000 != 0 && flags & 0x0f != 0 {
        let _ = write!(line, " {}", words::rcode(flags & 0x0f));
    }
    let mut reader = Reader::new(part, HEADER, flavour == Flavour::Multicast);
    if let Err(malformed) = tell(&mut line, &mut reader, bytes) {
        let cut = malformed.reason == CUT;
        line.push_str(if cut {
            "[Packet size limited during capture]"
        } else {
            "[Malformed Packet]"
        });
    }
    line
}

fn tell(line: &mut String, reader: &mut Reader<'_>, bytes: &[u8]) -> Result<(), Malformed> {
    let mut told = 0;
    for _ in 0..be16(bytes, 4) {
        let question = reader.question()?;
        told += 1;
        if told <= TOLD {
            let _ = write!(line, " {} {}", kind_of(&question), text_of(&question));
            if reader.multicast() {
                let direct = flag_of(&question, dns::QRY_QU);
                let _ = write!(line, ", \"{}\" question", if direct { "QU" } else { "QM" });
            }
        }
    }
    for at in [6, 8, 10] {
        for _ in 0..be16(bytes, at) {
            let record = reader.record("")?;
            told += 1;
            if told <= TOLD {
                let data = record::brief(&record);
                let gap = if data.is_empty() { "" } else { " " };
                let _ = write!(line, " {}{gap}{data}", kind_of(&record));
                if flag_of(&record, dns::RESP_CACHE_FLUSH) {
                    line.push_str(", cache flush");
                }
            }
        }
    }
    if told > TOLD {
        line.push_str(" …");
    }
    Ok(())
}

fn kind_of(field: &Field) -> String {
    let kind = field
        .children
        .iter()
        .find(|child| child.name == dns::QRY_TYPE.name || child.name == dns::RESP_TYPE.name);
    match kind.map(|kind| &kind.value) {
        Some(FieldValue::Number(number)) => words::kind(*number as u16),
        _ => String::new(),
    }
}

fn flag_of(field: &Field, entry: &FieldEntry) -> bool {
    field
        .children
        .iter()
        .any(|child| child.name == entry.name && child.value == FieldValue::Flag(true))
}

fn text_of(field: &Field) -> &str {
    match &field.value {
        FieldValue::Text(text) => text,
        _ => "",
    }
}

/// A field of the message's bytes.
fn field(
    part: Part<'_>,
    range: std::ops::Range<usize>,
    entry: &'static FieldEntry,
    value: FieldValue,
) -> Field {
    Field::new(entry, value, part.span_at(range))
}
