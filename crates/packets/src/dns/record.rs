//! Questions and resource records of a DNS message as fields (RFC 1035 section 4.1, and the RFC of each type). Not the header.

use super::piece::{Piece, pieces};
use super::{field, name, words};
use crate::headers::Malformed;
use crate::part::{Part, be16, be32};
use crate::schema::FieldEntry;
use crate::schema::application::dns;
use crate::tree::{Field, FieldValue};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

const SHORT: &str = "a record reaches past the end of the message";
const NAME: &str = "a name is not as RFC 1035 demands";
const PAST: &str = "the data is shorter than its type demands";

/// Reads a message from its first question on.
pub(super) struct Reader<'a> {
    pub(super) part: Part<'a>,
    pub(super) at: usize,
    multicast: bool,
}

impl<'a> Reader<'a> {
    /// A reader of the message in `part`, of which `at` bytes are read.
    pub(super) fn new(part: Part<'a>, at: usize, multicast: bool) -> Self {
        Self {
            part,
            at,
            multicast,
        }
    }

    /// True for multicast DNS, where the highest bit of a class is a flag (RFC 6762 sections 5.4 and 10.2).
    pub(super) fn multicast(&self) -> bool {
        self.multicast
    }

    pub(super) fn fault(&self, reason: &'static str) -> Malformed {
        let at = self.at.min(self.part.bytes().len());
        let reason = if self.part.is_cut() {
            crate::part::CUT
        } else {
            reason
        };
        self.part.malformed("dns", reason, at)
    }

    /// The name at the reader's place, of which it is moved to the end.
    fn name(&mut self) -> Result<(String, usize), Malformed> {
        match name::read(self.part.bytes(), self.at) {
            Some((text, labels, after)) => {
                self.at = after;
                Ok((text, labels))
            }
            None => Err(self.fault(NAME)),
        }
    }

    fn need(&self, count: usize) -> Result<(), Malformed> {
        if self.part.bytes().len() >= self.at + count {
            Ok(())
        } else {
            Err(self.fault(SHORT))
        }
    }

    /// A number of two bytes, as a child of the field that is being read.
    pub(super) fn short(&mut self, mask: u16, entry: &'static FieldEntry) -> Field {
        let number = be16(self.part.bytes(), self.at) & mask;
        let place = self.at..self.at + 2;
        field(self.part, place, entry, FieldValue::Number(number.into()))
    }

    /// A class, whose highest bit is a flag of its own in multicast DNS.
    fn class(&mut self, entries: [&'static FieldEntry; 2], children: &mut Vec<Field>) {
        let mask = if self.multicast { 0x7fff } else { 0xffff };
        let mut class = self.short(mask, entries[0]);
        class.mean(words::class(be16(self.part.bytes(), self.at) & mask));
        children.push(class);
        if self.multicast {
            let set = be16(self.part.bytes(), self.at) & 0x8000 != 0;
            let place = self.at..self.at + 2;
            children.push(field(self.part, place, entries[1], FieldValue::Flag(set)));
        }
        self.at += 2;
    }

    /// The next question: a field named after the name, with type and class as its parts.
    pub(super) fn question(&mut self) -> Result<Field, Malformed> {
        let start = self.at;
        let (text, labels) = self.name()?;
        let end = self.at;
        self.need(4)?;
        let own = start..end;
        let length = FieldValue::Number(if labels == 0 { 0 } else { text.len() as u64 });
        let mut children = vec![
            field(self.part, 0..0, dns::QRY_NAME_LEN, length),
            field(
                self.part,
                0..0,
                dns::COUNT_LABELS,
                FieldValue::Number(labels as u64),
            ),
        ];
        let mut kind = self.short(0xffff, dns::QRY_TYPE);
        let kind_name = words::kind(be16(self.part.bytes(), self.at));
        kind.mean(kind_name.clone());
        children.push(kind);
        self.at += 2;
        self.class([dns::QRY_CLASS, dns::QRY_QU], &mut children);
        let mut question = field(self.part, own, dns::QRY_NAME, FieldValue::Text(text));
        question.mean(format!("type {kind_name}")).with(children);
        Ok(question)
    }

    /// The next resource record of a section: a field named after the name, with all else as its parts.
    pub(super) fn record(&mut self, section: &'static str) -> Result<Field, Malformed> {
        const OPT: u16 = 41;
        let start = self.at;
        let (text, _) = self.name()?;
        let own = start..self.at;
        self.need(10)?;
        let bytes = self.part.bytes();
        let kind = be16(bytes, self.at);
        let mut children = Vec::new();
        let mut field_of_kind = self.short(0xffff, dns::RESP_TYPE);
        let kind_name = words::kind(kind);
        field_of_kind.mean(kind_name.clone());
        children.push(field_of_kind);
        self.at += 2;
        if kind == OPT {
            self.extended(&mut children);
        } else {
            self.class([dns::RESP_CLASS, dns::RESP_CACHE_FLUSH], &mut children);
            let ttl = FieldValue::Number(be32(bytes, self.at).into());
            let place = self.at..self.at + 4;
            let mut ttl = field(self.part, place, dns::RESP_TTL, ttl);
            ttl.mean("seconds");
            children.push(ttl);
            self.at += 4;
        }
        let length = usize::from(be16(bytes, self.at));
        children.push(self.short(0xffff, dns::RESP_LEN));
        self.at += 2;
        self.need(length)?;
        let end = self.at + length;
        let data = match kind {
            OPT => self.options(end, &mut children),
            64 | 65 => self
                .data(kind, end, &mut children)
                .and_then(|()| self.parameters(end, &mut children)),
            _ => self.data(kind, end, &mut children),
        };
        if let Err(malformed) = data {
            children.push(crate::fields::malformed_field(&malformed));
        }
        self.at = end;
        let mut record = field(self.part, own, dns::RESP_NAME, FieldValue::Text(text));
        record.with(children);
        if !section.is_empty() {
            record.labelled(section);
        }
        let data = brief(&record);
        let gap = if data.is_empty() { "" } else { ", " };
        record.mean(format!("type {kind_name}{gap}{data}"));
        Ok(record)
    }

    /// The data of a record, up to `end`.
    fn data(&mut self, kind: u16, end: usize, out: &mut Vec<Field>) -> Result<(), Malformed> {
        for piece in pieces(kind) {
            let field = match *piece {
                Piece::Name(entry) => self.name_before(end, entry)?,
                Piece::Byte(entry) => {
                    self.fixed(end, entry, |[byte]| FieldValue::Number(byte.into()))?
                }
                Piece::Short(entry) => self.fixed(end, entry, |bytes| {
                    FieldValue::Number(u16::from_be_bytes(bytes).into())
                })?,
                Piece::Long(entry) => self.fixed(end, entry, |bytes| {
                    FieldValue::Number(u32::from_be_bytes(bytes).into())
                })?,
                Piece::Ipv4(entry) => self.fixed::<4>(end, entry, |octets| {
                    FieldValue::Ipv4(Ipv4Addr::from(octets))
                })?,
                Piece::Ipv6(entry) => self.fixed::<16>(end, entry, |octets| {
                    FieldValue::Ipv6(Ipv6Addr::from(octets))
                })?,
                Piece::Text(length, entry) => {
                    self.text(end, [length, entry], out)?;
                    continue;
                }
                Piece::Texts(length, entry) => {
                    while self.at < end {
                        self.text(end, [length, entry], out)?;
                    }
                    continue;
                }
                Piece::Rest(_) | Piece::RestAs(..) if self.at == end => continue,
                Piece::Rest(entry) => {
                    self.rest(end, entry, |rest| FieldValue::Bytes(rest.to_vec()))
                }
                Piece::RestAs(entry, label) => {
                    let mut field = self.rest(end, entry, |rest| FieldValue::Bytes(rest.to_vec()));
                    field.labelled(label);
                    field
                }
                Piece::RestText(entry) => self.rest(end, entry, lossy),
                Piece::Skip(count) => {
                    self.take(count, end)?;
                    continue;
                }
            };
            out.push(field);
        }
        Ok(())
    }

    /// Moves past the next `count` bytes of data that reaches to `end`: where they lie.
    fn take(&mut self, count: usize, end: usize) -> Result<Range<usize>, Malformed> {
        if end - self.at < count {
            return Err(self.fault(PAST));
        }
        let taken = self.at..self.at + count;
        self.at = taken.end;
        Ok(taken)
    }

    /// A field of `N` bytes of data that reaches to `end`.
    fn fixed<const N: usize>(
        &mut self,
        end: usize,
        entry: &'static FieldEntry,
        value: fn([u8; N]) -> FieldValue,
    ) -> Result<Field, Malformed> {
        let range = self.take(N, end)?;
        let bytes = self.part.bytes()[range.clone()].try_into();
        Ok(field(
            self.part,
            range,
            entry,
            value(bytes.unwrap_or([0; N])),
        ))
    }

    /// A name in data that reaches to `end`.
    fn name_before(&mut self, end: usize, entry: &'static FieldEntry) -> Result<Field, Malformed> {
        let start = self.at;
        let (text, _) = self.name()?;
        if self.at > end {
            self.at = start;
            return Err(self.fault(PAST));
        }
        let range = start..self.at;
        Ok(field(self.part, range, entry, FieldValue::Text(text)))
    }

    /// A text with a byte of length before it, in data that reaches to `end`: the fields of both.
    fn text(
        &mut self,
        end: usize,
        [length, entry]: [&'static FieldEntry; 2],
        out: &mut Vec<Field>,
    ) -> Result<(), Malformed> {
        let bytes = self.part.bytes();
        let len = bytes[self.at..end].first().copied().unwrap_or_default();
        let Range { start, end } = self.take(1 + usize::from(len), end)?;
        let number = FieldValue::Number(len.into());
        out.push(field(self.part, start..start + 1, length, number));
        let text = lossy(&bytes[start + 1..end]);
        out.push(field(self.part, start + 1..end, entry, text));
        Ok(())
    }

    /// What is left of data that reaches to `end`, as one field.
    fn rest(
        &mut self,
        end: usize,
        entry: &'static FieldEntry,
        value: fn(&[u8]) -> FieldValue,
    ) -> Field {
        let range = self.at..end;
        self.at = end;
        let value = value(&self.part.bytes()[range.clone()]);
        field(self.part, range, entry, value)
    }
}

/// Bytes as text; what is not UTF-8 is replaced.
fn lossy(bytes: &[u8]) -> FieldValue {
    FieldValue::Text(String::from_utf8_lossy(bytes).into_owned())
}

/// The data of a record as the one-line view has it; empty for types whose data it leaves out.
pub(super) fn brief(record: &Field) -> String {
    const TOLD: [&FieldEntry; 13] = [
        dns::A,
        dns::AAAA,
        dns::NS,
        dns::CNAME,
        dns::DNAME,
        dns::PTR_DOMAIN_NAME,
        dns::MX_PREFERENCE,
        dns::MX_MAIL_EXCHANGE,
        dns::SOA_MNAME,
        dns::SRV_PRIORITY,
        dns::SRV_WEIGHT,
        dns::SRV_PORT,
        dns::SRV_TARGET,
    ];
    let told = record
        .children
        .iter()
        .filter(|child| TOLD.iter().any(|entry| entry.name == child.name));
    let words: Vec<String> = told
        .map(|child| match &child.value {
            FieldValue::Text(text) => text.clone(),
            FieldValue::Number(number) => number.to_string(),
            FieldValue::Ipv4(address) => address.to_string(),
            FieldValue::Ipv6(address) => address.to_string(),
            _ => String::new(),
        })
        .collect();
    words.join(" ")
}
