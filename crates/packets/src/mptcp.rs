//! The Multipath TCP option (RFC 8684 section 3) as fields, each subtype with its parts, under Wireshark's names. What a conversation has to
//! know of it is read into the record by `tcp_options.rs`.

use super::fields::Fields;
use super::headers::Mptcp;
use super::tree::{Field, FieldValue};
use std::ops::Range;

/// Subtypes (RFC 8684 section 8.2).
pub mod subtype {
    /// Multipath Capable.
    pub const MP_CAPABLE: u8 = 0;
    /// Join Connection.
    pub const MP_JOIN: u8 = 1;
    /// Data Sequence Signal.
    pub const DSS: u8 = 2;
    /// Add Address.
    pub const ADD_ADDR: u8 = 3;
    /// Remove Address.
    pub const REMOVE_ADDR: u8 = 4;
    /// Change Subflow Priority.
    pub const MP_PRIO: u8 = 5;
    /// Fallback.
    pub const MP_FAIL: u8 = 6;
    /// Fast Close.
    pub const MP_FASTCLOSE: u8 = 7;
    /// Subflow Reset.
    pub const MP_TCPRST: u8 = 8;
}

const DATA_FIN: u8 = 0x10;

/// Takes what a conversation has to know from the data of one option.
pub(super) fn note(known: &mut Mptcp, data: &[u8]) {
    let Some(first) = data.first() else { return };
    let kind = first >> 4;
    known.subtypes |= 1 << kind;
    match kind {
        subtype::DSS => known.data_fin |= data.get(1).is_some_and(|flags| flags & DATA_FIN != 0),
        subtype::ADD_ADDR => known.echo |= first & 1 != 0,
        _ => {}
    }
}

/// Subtypes as RFC 8684 names them.
pub fn name(kind: u8) -> &'static str {
    const NAMES: [&str; 9] = [
        "MP_CAPABLE",
        "MP_JOIN",
        "DSS",
        "ADD_ADDR",
        "REMOVE_ADDR",
        "MP_PRIO",
        "MP_FAIL",
        "MP_FASTCLOSE",
        "MP_TCPRST",
    ];
    NAMES.get(usize::from(kind)).copied().unwrap_or("unknown")
}

/// Adds the parts of an option whose data lies in `range`; gives back the option in words.
pub(super) fn add(parts: &mut Fields<'_>, range: Range<usize>) -> String {
    let mut option = Parts {
        fields: parts,
        at: range.start,
        end: range.end,
        cut: false,
    };
    let Some(first) = option.peek() else {
        return "the length is not what this kind demands".to_owned();
    };
    let kind = first >> 4;
    let place = range.start..range.start + 1;
    let field = option.fields.bits(
        place,
        0xf0,
        "tcp.options.mptcp.subtype",
        "Multipath TCP subtype",
    );
    field.mean(name(kind));
    match kind {
        subtype::MP_CAPABLE => option.capable(first & 0x0f),
        subtype::MP_JOIN => option.join(range.len()),
        subtype::DSS => option.signal(),
        subtype::ADD_ADDR => option.add_address(range.len(), first & 1 != 0),
        subtype::REMOVE_ADDR => option.remove_address(range.len()),
        subtype::MP_PRIO => {
            option.backup();
            if range.len() > 1 {
                option.number(1, "tcp.options.mptcp.addrid", "Address ID");
            }
        }
        subtype::MP_FAIL => {
            option.reserved();
            option.number(8, "tcp.options.mptcp.rawdataseqno", "Data Sequence Number");
        }
        subtype::MP_FASTCLOSE => {
            option.reserved();
            option.number(8, "tcp.options.mptcp.recvkey", "Receiver's Key");
        }
        subtype::MP_TCPRST => option.reset(),
        _ => {
            option.at += 1;
            let rest = option.at..option.end;
            let payload = "tcp.options.unknown.payload";
            option.fields.bytes(rest, payload, "Payload");
        }
    }
    if option.cut {
        return format!(
            "{}, the length is not what this subtype demands",
            name(kind)
        );
    }
    name(kind).to_owned()
}

/// Reads one option from the front. What would reach past its end is left out and noted.
struct Parts<'a, 'b> {
    fields: &'a mut Fields<'b>,
    at: usize,
    end: usize,
    cut: bool,
}

impl Parts<'_, '_> {
    fn peek(&self) -> Option<u8> {
        let bytes = self.fields.part().bytes();
        (self.at < self.end)
            .then(|| bytes.get(self.at).copied())
            .flatten()
    }

    /// The next `len` bytes; `None` when there are not so many.
    fn take(&mut self, len: usize) -> Option<Range<usize>> {
        if self.cut || self.at + len > self.end {
            self.cut = true;
            return None;
        }
        self.at += len;
        Some(self.at - len..self.at)
    }

    fn number(&mut self, len: usize, name: &'static str, label: &'static str) {
        if let Some(range) = self.take(len) {
            self.fields.number(range, name, label);
        }
    }

    /// The flags of one byte: the whole of it, and its bits below.
    fn flags(&mut self, bits: &[(u64, &'static str, &'static str)]) {
        let Some(range) = self.take(1) else { return };
        let children: Vec<Field> = {
            let mut parts = Fields::of(self.fields.part());
            for (mask, name, label) in bits {
                parts.bits(range.clone(), *mask, name, label);
            }
            parts.done()
        };
        let name = "tcp.options.mptcp.flags";
        let field = self.fields.hex(range, name, "Multipath TCP flags");
        field.with(children);
    }

    fn backup(&mut self) {
        self.flags(&[(1, "tcp.options.mptcp.backup.flag", "Backup flag")]);
    }

    fn reserved(&mut self) {
        if let Some(range) = self.take(2) {
            let name = "tcp.options.mptcp.reserved";
            self.fields.bits(range, 0x0fff, name, "Reserved");
        }
    }

    fn capable(&mut self, version: u8) {
        const CHECKSUM: (u64, &str, &str) = (
            0x80,
            "tcp.options.mptcp.checksumreq.flags",
            "Checksum required",
        );
        const EXTENSIBILITY: (u64, &str, &str) = (
            0x40,
            "tcp.options.mptcp.extensibility.flag",
            "Extensibility",
        );
        if let Some(range) = self.take(1) {
            let name = "tcp.options.mptcp.version";
            self.fields.bits(range, 0x0f, name, "Multipath TCP version");
        }
        if version == 0 {
            self.flags(&[
                CHECKSUM,
                EXTENSIBILITY,
                (1, "tcp.options.mptcp.sha1.flag", "Use HMAC-SHA1"),
                (0x3e, "tcp.options.mptcp.reserved.flag", "Reserved"),
            ]);
        } else {
            self.flags(&[
                CHECKSUM,
                EXTENSIBILITY,
                (
                    0x20,
                    "tcp.options.mptcp.nomoresubflows.flag",
                    "Do not attempt to establish new subflows to this address and port",
                ),
                (1, "tcp.options.mptcp.sha256.flag", "Use HMAC-SHA256"),
                (0x1e, "tcp.options.mptcp.reserved.flag", "Reserved"),
            ]);
        }
        self.optional(8, "tcp.options.mptcp.sendkey", "Sender's Key");
        self.optional(8, "tcp.options.mptcp.recvkey", "Receiver's Key");
        self.optional(2, "tcp.options.mptcp.datalvllen", "Data-level Length");
        self.checksum();
    }

    /// A number that is only there when the option is long enough.
    fn optional(&mut self, len: usize, name: &'static str, label: &'static str) {
        if self.at < self.end {
            self.number(len, name, label);
        }
    }

    fn checksum(&mut self) {
        if self.at < self.end
            && let Some(range) = self.take(2)
        {
            self.fields
                .hex(range, "tcp.options.mptcp.checksum", "Checksum");
        }
    }

    /// The three steps of a join differ in length: 12 bytes, 16, 24 with kind and length.
    fn join(&mut self, len: usize) {
        if len == 22 {
            self.reserved();
            if let Some(range) = self.take(20) {
                let name = "tcp.options.mptcp.sendhmac";
                self.fields.bytes(range, name, "Sender's HMAC");
            }
            return;
        }
        self.backup();
        self.number(1, "tcp.options.mptcp.addrid", "Address ID");
        if len == 10 {
            self.number(4, "tcp.options.mptcp.recvtok", "Receiver's Token");
        } else {
            let name = "tcp.options.mptcp.sendtrunchmac";
            self.number(8, name, "Sender's Truncated HMAC");
        }
        let name = "tcp.options.mptcp.sendrand";
        self.number(4, name, "Sender's Random Number");
    }

    fn signal(&mut self) {
        self.at += 1;
        let flags = self.peek().unwrap_or_default();
        self.flags(&[
            (0x10, "tcp.options.mptcp.datafin.flag", "DATA_FIN"),
            (
                0x08,
                "tcp.options.mptcp.dseqn8.flag",
                "Data Sequence Number is 8 octets",
            ),
            (
                0x04,
                "tcp.options.mptcp.dseqnpresent.flag",
                "Data Sequence Number, Subflow Sequence Number, Data-level Length, Checksum present",
            ),
            (
                0x02,
                "tcp.options.mptcp.dataack8.flag",
                "Data ACK is 8 octets",
            ),
            (
                0x01,
                "tcp.options.mptcp.dataackpresent.flag",
                "Data ACK is present",
            ),
        ]);
        let wide = |bit: u8| if flags & bit == 0 { 4 } else { 8 };
        if flags & 0x01 != 0 {
            let name = "tcp.options.mptcp.rawdataack";
            self.number(wide(0x02), name, "Original MPTCP Data ACK");
        }
        if flags & 0x04 != 0 {
            let name = "tcp.options.mptcp.rawdataseqno";
            self.number(wide(0x08), name, "Data Sequence Number");
            let name = "tcp.options.mptcp.subflowseqno";
            self.number(4, name, "Subflow Sequence Number");
            self.number(2, "tcp.options.mptcp.datalvllen", "Data-level Length");
            self.checksum();
        }
    }

    /// The length tells the family of the address, whether a port follows, and whether an HMAC does.
    fn add_address(&mut self, len: usize, echo: bool) {
        if let Some(range) = self.take(1) {
            let name = "tcp.options.mptcp.echo";
            self.fields.bits(range, 0x01, name, "Echo");
        }
        self.number(1, "tcp.options.mptcp.addrid", "Address ID");
        let address = len - 2.min(len);
        let six = address >= 16 && (echo || address >= 24);
        if six && let Some(range) = self.take(16) {
            let name = "tcp.options.mptcp.ipv6";
            self.fields
                .ipv6(range.start, name, "Advertised IPv6 Address");
        } else if !six && let Some(range) = self.take(4) {
            let name = "tcp.options.mptcp.ipv4";
            self.fields
                .ipv4(range.start, name, "Advertised IPv4 Address");
        }
        let left = self.end.saturating_sub(self.at);
        if left % 8 == 2 {
            self.number(2, "tcp.options.mptcp.port", "Advertised port");
        }
        if !echo {
            let name = "tcp.options.mptcp.addaddrtrunchmac";
            self.optional(8, name, "Truncated HMAC");
        }
    }

    fn remove_address(&mut self, len: usize) {
        let place = self.at..self.at + 1;
        self.at += 1;
        let count = FieldValue::Number(len as u64 - 1);
        let name = "mptcp.rm_addr.count";
        self.fields
            .value(place, name, "Number of removed addresses", count);
        while self.at < self.end {
            self.number(1, "tcp.options.mptcp.addrid", "Address ID");
        }
    }

    /// RFC 8684 section 3.6.
    fn reset(&mut self) {
        let Some(range) = self.take(1) else { return };
        let mut bits = Fields::of(self.fields.part());
        for (mask, name, label) in [
            (0x8, "tcp.options.mptcp.flag_U.flag", "Flag U"),
            (0x4, "tcp.options.mptcp.flag_V.flag", "Flag V"),
            (0x2, "tcp.options.mptcp.flag_W.flag", "Flag W"),
            (0x1, "tcp.options.mptcp.flag_T.flag", "Transient"),
        ] {
            bits.flag(range.clone(), mask, name, label);
        }
        let name = "tcp.options.mptcp.flags";
        let field = self.fields.hex(range, name, "Multipath TCP flags");
        field.with(bits.done());
        let reason = self.peek().unwrap_or_default();
        if let Some(range) = self.take(1) {
            let name = "tcp.options.mptcp.rst_reason";
            let field = self.fields.hex(range, name, "TCPRST Reason");
            field.mean(reset_reason(reason));
        }
    }
}

/// RFC 8684 section 8.3.
fn reset_reason(code: u8) -> &'static str {
    const REASONS: [&str; 7] = [
        "unspecified error",
        "MPTCP-specific error",
        "lack of resources",
        "administratively prohibited",
        "too much outstanding data",
        "unacceptable performance",
        "middlebox interference",
    ];
    REASONS
        .get(usize::from(code))
        .copied()
        .unwrap_or("unassigned")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::Part;

    const KEY: u64 = 0x0102_0304_0506_0708;

    /// What an option of this data is in fields: name and number of each that has one, flags at their place.
    fn fields(data: &[u8]) -> (String, Vec<(&'static str, u64)>) {
        let mut fields = Fields::of(Part::whole(data, data.len() as u32));
        let words = add(&mut fields, 0..data.len());
        let mut found = Vec::new();
        for field in fields.done() {
            for field in std::iter::once(&field).chain(&field.children) {
                let number = match field.value {
                    FieldValue::Number(number) | FieldValue::Hex(number, _) => number,
                    FieldValue::Flag(set) => set.into(),
                    FieldValue::Ipv4(address) => address.to_bits().into(),
                    FieldValue::Ipv6(address) => address.to_bits() as u64,
                    _ => continue,
                };
                let name = field.name.trim_start_matches("tcp.options.mptcp.");
                found.push((name, number));
            }
        }
        (words, found)
    }

    fn key() -> [u8; 8] {
        KEY.to_be_bytes()
    }

    #[test]
    fn every_subtype_has_the_parts_that_rfc_8684_draws() {
        let with = |head: &[u8], tail: &[&[u8]]| [head, &tail.concat()].concat();
        let six = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        for (data, words, expected) in [
            (
                vec![0x01, 0x81],
                "MP_CAPABLE",
                vec![("version", 1), ("checksumreq.flags", 1), ("sha256.flag", 1)],
            ),
            (
                with(&[0x00, 0x01], &[&key()]),
                "MP_CAPABLE",
                vec![("version", 0), ("sha1.flag", 1), ("sendkey", KEY)],
            ),
            (
                with(&[0x01, 1], &[&key(), &key(), &[0, 5], &[0xab, 0xcd]]),
                "MP_CAPABLE",
                vec![("recvkey", KEY), ("datalvllen", 5), ("checksum", 0xabcd)],
            ),
            (
                with(&[0x11, 2, 0, 0, 0, 9, 0, 0, 0, 7], &[]),
                "MP_JOIN",
                vec![
                    ("backup.flag", 1),
                    ("addrid", 2),
                    ("recvtok", 9),
                    ("sendrand", 7),
                ],
            ),
            (
                with(&[0x10, 2], &[&key(), &[0, 0, 0, 7]]),
                "MP_JOIN",
                vec![("backup.flag", 0), ("sendtrunchmac", KEY), ("sendrand", 7)],
            ),
            (
                with(&[0x10, 0], &[&[9; 20]]),
                "MP_JOIN",
                vec![("reserved", 0)],
            ),
            (
                vec![0x20, 0x01, 0, 0, 0, 9],
                "DSS",
                vec![("flags", 1), ("dataackpresent.flag", 1), ("rawdataack", 9)],
            ),
            (
                with(
                    &[0x20, 0x1f],
                    &[&key(), &key(), &[0, 0, 0, 3, 0, 5, 0xab, 0xcd]],
                ),
                "DSS",
                vec![
                    ("datafin.flag", 1),
                    ("rawdataack", KEY),
                    ("rawdataseqno", KEY),
                    ("subflowseqno", 3),
                    ("datalvllen", 5),
                    ("checksum", 0xabcd),
                ],
            ),
            (
                with(&[0x30, 2, 10, 0, 0, 5], &[&key()]),
                "ADD_ADDR",
                vec![
                    ("echo", 0),
                    ("addrid", 2),
                    ("ipv4", 0x0a00_0005),
                    ("addaddrtrunchmac", KEY),
                ],
            ),
            (
                with(&[0x30, 2, 10, 0, 0, 5, 0x13, 0x88], &[&key()]),
                "ADD_ADDR",
                vec![("port", 5000), ("addaddrtrunchmac", KEY)],
            ),
            (
                with(&[0x31, 2], &[&six, &[0x13, 0x88]]),
                "ADD_ADDR",
                vec![("echo", 1), ("ipv6", 1), ("port", 5000)],
            ),
            (
                vec![0x40, 2, 3],
                "REMOVE_ADDR",
                vec![("mptcp.rm_addr.count", 2), ("addrid", 2), ("addrid", 3)],
            ),
            (
                vec![0x51, 3],
                "MP_PRIO",
                vec![("flags", 0x51), ("backup.flag", 1), ("addrid", 3)],
            ),
            (
                with(&[0x60, 0], &[&key()]),
                "MP_FAIL",
                vec![("reserved", 0), ("rawdataseqno", KEY)],
            ),
            (
                with(&[0x70, 0], &[&key()]),
                "MP_FASTCLOSE",
                vec![("recvkey", KEY)],
            ),
            (
                vec![0x81, 4],
                "MP_TCPRST",
                vec![("flag_T.flag", 1), ("rst_reason", 4)],
            ),
            (vec![0xf0, 1], "unknown", vec![("subtype", 15)]),
        ] {
            let (told, found) = fields(&data);
            assert_eq!(told, words, "{data:02x?}");
            for wanted in expected {
                assert!(
                    found.contains(&wanted),
                    "{data:02x?}: {wanted:?} in {found:?}"
                );
            }
        }
    }

    #[test]
    fn an_option_of_any_length_is_read_as_far_as_it_goes() {
        for kind in 0..16_u8 {
            for len in 0..40 {
                let mut data = vec![0xff; len];
                if let Some(first) = data.first_mut() {
                    *first = kind << 4;
                }
                fields(&data);
                note(&mut Mptcp::default(), &data);
            }
        }
        let (words, _) = fields(&[0x20, 0x0f, 1, 2]);
        assert_eq!(words, "DSS, the length is not what this subtype demands");
    }
}
