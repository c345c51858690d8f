//! What extends a record: EDNS in the OPT record (RFC 6891) and the parameters of SVCB and HTTPS records (RFC 9460). Not the records themselves.

use super::record::Reader;
use super::{field, words};
use crate::headers::Malformed;
use crate::part::be16;
use crate::schema::FieldEntry;
use crate::schema::application::dns;
use crate::tree::{Field, FieldValue};

impl Reader<'_> {
    /// The fixed part of an OPT record (RFC 6891 section 6.1.2).
    pub(super) fn extended(&mut self, children: &mut Vec<Field>) {
        let bytes = self.part.bytes();
        let number = |at: usize, len: usize, entry, value: u64| {
            field(self.part, at..at + len, entry, FieldValue::Number(value))
        };
        let at = self.at;
        let size = u64::from(be16(bytes, at));
        children.push(number(at, 2, dns::RR_UDP_PAYLOAD_SIZE, size));
        let high = u64::from(bytes[at + 2]);
        children.push(number(at + 2, 1, dns::RESP_EXT_RCODE, high));
        let version = u64::from(bytes[at + 3]);
        children.push(number(at + 3, 1, dns::RESP_EDNS0_VERSION, version));
        let z = u64::from(be16(bytes, at + 4));
        let mut z_field = number(at + 4, 2, dns::RESP_Z, z);
        let secure = FieldValue::Flag(z & 0x8000 != 0);
        z_field.with(vec![field(
            self.part,
            at + 4..at + 6,
            dns::RESP_Z_DO,
            secure,
        )]);
        children.push(z_field);
        self.at += 6;
    }

    /// The options of an OPT record (RFC 6891 section 6.1.2).
    pub(super) fn options(
        &mut self,
        end: usize,
        children: &mut Vec<Field>,
    ) -> Result<(), Malformed> {
        self.coded(&OPTION, end, children)
    }

    /// The parameters of SVCB and HTTPS (RFC 9460 section 2.2).
    pub(super) fn parameters(
        &mut self,
        end: usize,
        children: &mut Vec<Field>,
    ) -> Result<(), Malformed> {
        self.coded(&PARAMETER, end, children)
    }

    /// Entries up to `end`: each a code, the length of its data, and its data.
    fn coded(
        &mut self,
        names: &Coded,
        end: usize,
        children: &mut Vec<Field>,
    ) -> Result<(), Malformed> {
        let bytes = self.part.bytes();
        while self.at < end {
            let at = self.at;
            let behind = at + 4 + usize::from(be16(bytes, at + 2));
            if behind > end {
                return Err(self.fault(names.too_long));
            }
            let code = be16(bytes, at);
            let mut code_field = self.short(0xffff, names.code);
            code_field.mean((names.meaning)(code));
            self.at += 2;
            let len = self.short(0xffff, names.len);
            let value = FieldValue::Bytes(bytes[at + 4..behind].to_vec());
            let data = field(self.part, at + 4..behind, names.data, value);
            let mut entry = field(self.part, at..behind, names.entry, FieldValue::Present);
            entry
                .mean((names.meaning)(code))
                .with(vec![code_field, len, data]);
            children.push(entry);
            self.at = behind;
        }
        Ok(())
    }
}

/// What an entry of a code, a length and data is called: the names and labels of its fields.
struct Coded {
    entry: &'static FieldEntry,
    code: &'static FieldEntry,
    len: &'static FieldEntry,
    data: &'static FieldEntry,
    /// What a code means; empty for one that nobody here knows.
    meaning: fn(u16) -> &'static str,
    /// What is said of one that is longer than its record.
    too_long: &'static str,
}

const OPTION: Coded = Coded {
    entry: dns::OPT,
    code: dns::OPT_CODE,
    len: dns::OPT_LEN,
    data: dns::OPT_DATA,
    meaning: words::option,
    too_long: "an option reaches past the end of its record",
};

const PARAMETER: Coded = Coded {
    entry: dns::SVCB_SVCPARAM,
    code: dns::SVCB_SVCPARAM_KEY,
    len: dns::SVCB_SVCPARAM_VALUE_LENGTH,
    data: dns::SVCB_SVCPARAM_VALUE,
    meaning: words::parameter,
    too_long: "a parameter reaches past the end of its record",
};
