//! Fields of fixed places as rows of a table, read as far as their bytes were captured. Not fields whose place depends on others.

use super::fields::Fields;
use super::schema::FieldEntry;
use super::tree::FieldValue;
use std::ops::Range;

/// How the bytes of a row are read and shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// A big-endian number in decimal.
    Number,
    /// A big-endian number in hexadecimal.
    Hex,
    /// A little-endian number in decimal.
    Little,
    /// Some bits of a big-endian number.
    Bits(u64),
    /// One bit of a big-endian number.
    Flag(u64),
    /// A hardware address.
    Mac,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Bytes as they are.
    Bytes,
}

/// A field at a fixed place.
#[derive(Clone, Debug)]
pub(super) struct Row {
    range: Range<usize>,
    field: &'static FieldEntry,
    form: Form,
}

/// A row of a table.
pub(super) const fn row(range: Range<usize>, field: &'static FieldEntry, form: Form) -> Row {
    Row { range, field, form }
}

/// Adds the rows whose bytes were all captured.
pub(super) fn add(fields: &mut Fields<'_>, rows: &[Row]) {
    let bytes = fields.part().bytes();
    for row in rows {
        let Some(own) = bytes.get(row.range.clone()) else {
            continue;
        };
        let (range, field) = (row.range.clone(), row.field);
        match row.form {
            Form::Number => fields.number(range, field),
            Form::Hex => fields.hex(range, field),
            Form::Little => {
                let number = own
                    .iter()
                    .rev()
                    .fold(0, |number, byte| number << 8 | u64::from(*byte));
                fields.value(range, field, FieldValue::Number(number))
            }
            Form::Bits(mask) => fields.bits(range, mask, field),
            Form::Flag(mask) => fields.flag(range, mask, field),
            Form::Mac => fields.mac(range.start, field),
            Form::Ipv4 => fields.ipv4(range.start, field),
            Form::Ipv6 => fields.ipv6(range.start, field),
            Form::Bytes => fields.bytes(range, field),
        };
    }
}
