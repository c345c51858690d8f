//! What extends a record: EDNS in the OPT record (RFC 6891) and the parameters of SVCB and HTTPS records (RFC 9460). Not the records themselves.

use super::record::Reader;
use super::{field, words};
use crate::packet::headers::Malformed;
use crate::packet::part::be16;
use crate::packet::tree::{Field, FieldValue};

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
        let bytes = self.part.bytes();
        while self.at < end {
            let at = self.at;
            let len = usize::from(be16(bytes, at + 2));
            if at + 4 + len > end {
                return Err(self.fault("an option reaches past the end of its record"));
            }
            let code = be16(bytes, at);
            let mut parts = Vec::new();
            let mut code_field = self.short(0xffff, "dns.opt.code", "Option Code");
            code_field.mean(words::option(code));
            parts.push(code_field);
            self.at += 2;
            parts.push(self.short(0xffff, "dns.opt.len", "Option Length"));
            let data = FieldValue::Bytes(bytes[at + 4..at + 4 + len].to_vec());
            parts.push(field(
                self.part,
                at + 4..at + 4 + len,
                "dns.opt.data",
                "Option Data",
                data,
            ));
            let place = at..at + 4 + len;
            let mut option = field(self.part, place, "dns.opt", "Option", FieldValue::Present);
            option.mean(words::option(code)).with(parts);
            children.push(option);
            self.at = at + 4 + len;
        }
        Ok(())
    }

    /// The parameters of SVCB and HTTPS (RFC 9460 section 2.2).
    pub(super) fn parameters(
        &mut self,
        end: usize,
        children: &mut Vec<Field>,
    ) -> Result<(), Malformed> {
        let bytes = self.part.bytes();
        while self.at < end {
            let at = self.at;
            let len = usize::from(be16(bytes, at + 2));
            if at + 4 + len > end {
                return Err(self.fault("a parameter reaches past the end of its record"));
            }
            let mut key = self.short(0xffff, "dns.svcb.svcparam.key", "SvcParamKey");
            let meaning = match be16(bytes, at) {
                0 => "mandatory",
                1 => "alpn",
                2 => "no-default-alpn",
                3 => "port",
                4 => "ipv4hint",
                5 => "ech",
                6 => "ipv6hint",
                _ => "",
            };
            key.mean(meaning);
            self.at += 2;
            let name = "dns.svcb.svcparam.value.length";
            let length = self.short(0xffff, name, "SvcParamValue length");
            let data = FieldValue::Bytes(bytes[at + 4..at + 4 + len].to_vec());
            let place = at + 4..at + 4 + len;
            let name = "dns.svcb.svcparam.value";
            let value = field(self.part, place, name, "SvcParamValue", data);
            let place = at..at + 4 + len;
            let name = "dns.svcb.svcparam";
            let mut parameter = field(self.part, place, name, "SvcParam", FieldValue::Present);
            parameter.mean(meaning).with(vec![key, length, value]);
            children.push(parameter);
            self.at = at + 4 + len;
        }
        Ok(())
    }
}
