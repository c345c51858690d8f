//! The fields of one layer, put together with the bytes they were read from. Not which fields a protocol has.

use super::headers::{Malformed, Span};
use super::part::{CUT, Part, mac};
use super::schema::FieldEntry;
use super::schema::capture::ws;
use super::tree::{Field, FieldValue, Layer};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// A growing list of fields over a part; ranges are counted from the start of the part. Whoever adds a field has made sure that
/// its bytes were captured: past the end, numbers read as 0 and spans are empty.
pub(super) struct Fields<'a> {
    part: Part<'a>,
    list: Vec<Field>,
}

impl<'a> Fields<'a> {
    /// No fields yet.
    pub(super) fn of(part: Part<'a>) -> Self {
        Self {
            part,
            list: Vec::new(),
        }
    }

    /// The part the ranges count from.
    pub(super) fn part(&self) -> Part<'a> {
        self.part
    }

    /// The list, to be the children of another field.
    pub(super) fn done(self) -> Vec<Field> {
        self.list
    }

    /// The list as a layer.
    pub(super) fn layer(self, protocol: &'static FieldEntry, title: String) -> Layer {
        Layer {
            name: protocol.name,
            title,
            span: self.part.span(),
            fields: self.list,
        }
    }

    /// A field with this value.
    pub(super) fn value(
        &mut self,
        range: Range<usize>,
        field: &'static FieldEntry,
        value: FieldValue,
    ) -> &mut Field {
        let index = self.list.len();
        self.list
            .push(Field::new(field, value, self.part.span_at(range)));
        &mut self.list[index]
    }

    /// A big-endian number of one to eight bytes, shown in decimal.
    pub(super) fn number(&mut self, range: Range<usize>, field: &'static FieldEntry) -> &mut Field {
        let number = self.read(&range);
        self.value(range, field, FieldValue::Number(number))
    }

    /// A big-endian number of one to eight bytes, shown in hexadecimal.
    pub(super) fn hex(&mut self, range: Range<usize>, field: &'static FieldEntry) -> &mut Field {
        let number = self.read(&range);
        let digits = range.len() * 2;
        self.value(range, field, FieldValue::Hex(number, digits as u8))
    }

    /// The bits of `mask`, shifted down to a number.
    pub(super) fn bits(
        &mut self,
        range: Range<usize>,
        mask: u64,
        field: &'static FieldEntry,
    ) -> &mut Field {
        let number = (self.read(&range) & mask) >> mask.trailing_zeros();
        self.value(range, field, FieldValue::Number(number))
    }

    /// Whether a bit of `mask` is set.
    pub(super) fn flag(
        &mut self,
        range: Range<usize>,
        mask: u64,
        field: &'static FieldEntry,
    ) -> &mut Field {
        let set = self.read(&range) & mask != 0;
        self.value(range, field, FieldValue::Flag(set))
    }

    /// A hardware address at `at`.
    pub(super) fn mac(&mut self, at: usize, field: &'static FieldEntry) -> &mut Field {
        let address = mac(self.part.bytes(), at);
        self.value(at..at + 6, field, FieldValue::Mac(address))
    }

    /// An IPv4 address at `at`.
    pub(super) fn ipv4(&mut self, at: usize, field: &'static FieldEntry) -> &mut Field {
        let address = Ipv4Addr::from_bits(self.read(&(at..at + 4)) as u32);
        self.value(at..at + 4, field, FieldValue::Ipv4(address))
    }

    /// An IPv6 address at `at`.
    pub(super) fn ipv6(&mut self, at: usize, field: &'static FieldEntry) -> &mut Field {
        let (upper, lower) = (self.read(&(at..at + 8)), self.read(&(at + 8..at + 16)));
        let address = Ipv6Addr::from_bits(u128::from(upper) << 64 | u128::from(lower));
        self.value(at..at + 16, field, FieldValue::Ipv6(address))
    }

    /// The captured bytes of `range` as they are.
    pub(super) fn bytes(&mut self, range: Range<usize>, field: &'static FieldEntry) -> &mut Field {
        let bytes = self.part.first(range.end).skip(range.start).bytes();
        self.value(range, field, FieldValue::Bytes(bytes.to_vec()))
    }

    /// A value that is in no byte of its own.
    pub(super) fn computed(&mut self, field: &'static FieldEntry, value: FieldValue) -> &mut Field {
        self.value(0..0, field, value)
    }

    /// A field that was made elsewhere.
    pub(super) fn push(&mut self, field: Field) {
        self.list.push(field);
    }

    /// The mark of what is wrong with this layer, if anything is.
    pub(super) fn malformed(&mut self, malformed: Option<Malformed>) {
        if let Some(malformed) = malformed {
            self.list.push(malformed_field(&malformed));
        }
    }

    fn read(&self, range: &Range<usize>) -> u64 {
        let bytes = self.part.bytes().get(range.clone()).unwrap_or_default();
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl Field {
    /// A field without parts, under the name and label of its row.
    pub(super) fn new(entry: &'static FieldEntry, value: FieldValue, span: Span) -> Self {
        Self {
            name: entry.name,
            label: entry.label,
            value,
            meaning: String::new(),
            span,
            children: Vec::new(),
        }
    }

    /// Says the value in words.
    pub(super) fn mean(&mut self, meaning: impl Into<String>) -> &mut Self {
        self.meaning = meaning.into();
        self
    }

    /// Shows the field under another label than that of its row.
    pub(super) fn labelled(&mut self, label: &'static str) -> &mut Self {
        self.label = label;
        self
    }

    /// Gives the field its parts.
    pub(super) fn with(&mut self, children: Vec<Field>) -> &mut Self {
        self.children = children;
        self
    }
}

/// The field that marks a fault: `_ws.short` when it is only the capture that is too short, else `_ws.malformed`.
pub(super) fn malformed_field(malformed: &Malformed) -> Field {
    let entry = if malformed.reason == CUT {
        ws::SHORT
    } else {
        ws::MALFORMED
    };
    let span = Span {
        start: malformed.offset,
        end: malformed.offset,
    };
    let mut field = Field::new(entry, FieldValue::Present, span);
    field.mean(format!("{}: {}", malformed.layer, malformed.reason));
    field
}
