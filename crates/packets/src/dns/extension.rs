//! What extends a record: EDNS in the OPT record (RFC 6891) and the parameters of SVCB and HTTPS records (RFC 9460). Not the records themselves.

use super::record::Reader;
use super::{field, words};
use crate::headers::Malformed;
use crate::part::be16;
use crate::tree::{Field, FieldValue};

impl Reader<'_> {
    /// The fixed part of an OPT record (RFC 6891 section 6.1.2).
    pub(super) fn extended(&mut self, children: &mut Vec<Field>) {
        let bytes = self.part.bytes();
        let number = |at: usize, len: usize, name, label, value: u64| {
            field(
                self.part,
                at..at + len,
                name,
                label,
                FieldValue::Number(value),
            )
        };
        let at = self.at;
        let size = u64::from(be16(bytes, at));
        children.push(number(
            at,
            2,
            "dns.rr.udp_payload_size",
            "UDP payload size",
            size,
        ));
        let high = u64::from(bytes[at + 2]);
        let label = "Higher bits in extended RCODE";
        children.push(number(at + 2, 1, "dns.resp.ext_rcode", label, high));
        let version = u64::from(bytes[at + 3]);
        children.push(number(
            at + 3,
            1,
            "dns.resp.edns0_version",
            "EDNS0 version",
            version,
        ));
        let z = u64::from(be16(bytes, at + 4));
        let mut z_field = number(at + 4, 2, "dns.resp.z", "Z", z);
        let secure = FieldValue::Flag(z & 0x8000 != 0);
        z_field.with(vec![field(
            self.part,
            at + 4..at + 6,
            "dns.resp.z.do",
            "Accepts DNSSEC security RRs",
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
            let mut code_field = self.short(0xffff, names.code.0, names.code.1);
            code_field.mean((names.meaning)(code));
            self.at += 2;
            let len = self.short(0xffff, names.len.0, names.len.1);
            let value = FieldValue::Bytes(bytes[at + 4..behind].to_vec());
            let (name, label) = names.data;
            let data = field(self.part, at + 4..behind, name, label, value);
            let (name, label) = names.entry;
            let mut entry = field(self.part, at..behind, name, label, FieldValue::Present);
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
    entry: (&'static str, &'static str),
    code: (&'static str, &'static str),
    len: (&'static str, &'static str),
    data: (&'static str, &'static str),
    /// What a code means; empty for one that nobody here knows.
    meaning: fn(u16) -> &'static str,
    /// What is said of one that is longer than its record.
    too_long: &'static str,
}

const OPTION: Coded = Coded {
    entry: ("dns.opt", "Option"),
    code: ("dns.opt.code", "Option Code"),
    len: ("dns.opt.len", "Option Length"),
    data: ("dns.opt.data", "Option Data"),
    meaning: words::option,
    too_long: "an option reaches past the end of its record",
};

const PARAMETER: Coded = Coded {
    entry: ("dns.svcb.svcparam", "SvcParam"),
    code: ("dns.svcb.svcparam.key", "SvcParamKey"),
    len: ("dns.svcb.svcparam.value.length", "SvcParamValue length"),
    data: ("dns.svcb.svcparam.value", "SvcParamValue"),
    meaning: words::parameter,
    too_long: "a parameter reaches past the end of its record",
};
