//! The Multipath TCP option (RFC 8684 section 3) as fields, each subtype with its parts, under Wireshark's names. What a conversation has to
//! know of it is read into the record by `tcp_options.rs`.

use super::fields::Fields;
use super::headers::Mptcp;
use super::schema::FieldEntry;
use super::schema::transport::{mptcp, tcp};
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
    let field = option.fields.bits(place, 0xf0, tcp::OPTIONS_MPTCP_SUBTYPE);
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
                option.number(1, tcp::OPTIONS_MPTCP_ADDRID);
            }
        }
        subtype::MP_FAIL => {
            option.reserved();
            option.number(8, tcp::OPTIONS_MPTCP_RAWDATASEQNO);
        }
        subtype::MP_FASTCLOSE => {
            option.reserved();
            option.number(8, tcp::OPTIONS_MPTCP_RECVKEY);
        }
        subtype::MP_TCPRST => option.reset(),
        _ => {
            option.at += 1;
            let rest = option.at..option.end;
            option.fields.bytes(rest, tcp::OPTIONS_UNKNOWN_PAYLOAD);
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

    fn number(&mut self, len: usize, field: &'static FieldEntry) {
        if let Some(range) = self.take(len) {
            self.fields.number(range, field);
        }
    }

    /// The flags of one byte: the whole of it, and its bits below.
    fn flags(&mut self, bits: &[(u64, &'static FieldEntry)]) {
        let Some(range) = self.take(1) else { return };
        let children: Vec<Field> = {
            let mut parts = Fields::of(self.fields.part());
            for (mask, entry) in bits {
                parts.bits(range.clone(), *mask, entry);
            }
            parts.done()
        };
        let field = self.fields.hex(range, tcp::OPTIONS_MPTCP_FLAGS);
        field.with(children);
    }

    fn backup(&mut self) {
        self.flags(&[(1, tcp::OPTIONS_MPTCP_BACKUP_FLAG)]);
    }

    fn reserved(&mut self) {
        if let Some(range) = self.take(2) {
            self.fields.bits(range, 0x0fff, tcp::OPTIONS_MPTCP_RESERVED);
        }
    }

    fn capable(&mut self, version: u8) {
        const CHECKSUM: (u64, &FieldEntry) = (0x80, tcp::OPTIONS_MPTCP_CHECKSUMREQ_FLAGS);
        const EXTENSIBILITY: (u64, &FieldEntry) = (0x40, tcp::OPTIONS_MPTCP_EXTENSIBILITY_FLAG);
        if let Some(range) = self.take(1) {
            self.fields.bits(range, 0x0f, tcp::OPTIONS_MPTCP_VERSION);
        }
        if version == 0 {
            self.flags(&[
                CHECKSUM,
                EXTENSIBILITY,
                (1, tcp::OPTIONS_MPTCP_SHA1_FLAG),
                (0x3e, tcp::OPTIONS_MPTCP_RESERVED_FLAG),
            ]);
        } else {
            self.flags(&[
                CHECKSUM,
                EXTENSIBILITY,
                (0x20, tcp::OPTIONS_MPTCP_NOMORESUBFLOWS_FLAG),
                (1, tcp::OPTIONS_MPTCP_SHA256_FLAG),
                (0x1e, tcp::OPTIONS_MPTCP_RESERVED_FLAG),
            ]);
        }
        self.optional(8, tcp::OPTIONS_MPTCP_SENDKEY);
        self.optional(8, tcp::OPTIONS_MPTCP_RECVKEY);
        self.optional(2, tcp::OPTIONS_MPTCP_DATALVLLEN);
        self.checksum();
    }

    /// A number that is only there when the option is long enough.
    fn optional(&mut self, len: usize, field: &'static FieldEntry) {
        if self.at < self.end {
            self.number(len, field);
        }
    }

    fn checksum(&mut self) {
        if self.at < self.end
            && let Some(range) = self.take(2)
        {
            self.fields.hex(range, tcp::OPTIONS_MPTCP_CHECKSUM);
        }
    }

    /// The three steps of a join differ in length: 12 bytes, 16, 24 with kind and length.
    fn join(&mut self, len: usize) {
        if len == 22 {
            self.reserved();
            if let Some(range) = self.take(20) {
                self.fields.bytes(range, tcp::OPTIONS_MPTCP_SENDHMAC);
            }
            return;
        }
        self.backup();
        self.number(1, tcp::OPTIONS_MPTCP_ADDRID);
        if len == 10 {
            self.number(4, tcp::OPTIONS_MPTCP_RECVTOK);
        } else {
            self.number(8, tcp::OPTIONS_MPTCP_SENDTRUNCHMAC);
        }
        self.number(4, tcp::OPTIONS_MPTCP_SENDRAND);
    }

    fn signal(&mut self) {
        self.at += 1;
        let flags = self.peek().unwrap_or_default();
        self.flags(&[
            (0x10, tcp::OPTIONS_MPTCP_DATAFIN_FLAG),
            (0x08, tcp::OPTIONS_MPTCP_DSEQN8_FLAG),
            (0x04, tcp::OPTIONS_MPTCP_DSEQNPRESENT_FLAG),
            (0x02, tcp::OPTIONS_MPTCP_DATAACK8_FLAG),
            (0x01, tcp::OPTIONS_MPTCP_DATAACKPRESENT_FLAG),
        ]);
        let wide = |bit: u8| if flags & bit == 0 { 4 } else { 8 };
        if flags & 0x01 != 0 {
            self.number(wide(0x02), tcp::OPTIONS_MPTCP_RAWDATAACK);
        }
        if flags & 0x04 != 0 {
            self.number(wide(0x08), tcp::OPTIONS_MPTCP_RAWDATASEQNO);
            self.number(4, tcp::OPTIONS_MPTCP_SUBFLOWSEQNO);
            self.number(2, tcp::OPTIONS_MPTCP_DATALVLLEN);
            self.checksum();
        }
    }

    /// The length tells the family of the address, whether a port follows, and whether an HMAC does.
    fn add_address(&mut self, len: usize, echo: bool) {
        if let Some(range) = self.take(1) {
            self.fields.bits(range, 0x01, tcp::OPTIONS_MPTCP_ECHO);
        }
        self.number(1, tcp::OPTIONS_MPTCP_ADDRID);
        let address = len - 2.min(len);
        let six = address >= 16 && (echo || address >= 24);
        if six && let Some(range) = self.take(16) {
            self.fields.ipv6(range.start, tcp::OPTIONS_MPTCP_IPV6);
        } else if !six && let Some(range) = self.take(4) {
            self.fields.ipv4(range.start, tcp::OPTIONS_MPTCP_IPV4);
        }
        let left = self.end.saturating_sub(self.at);
        if left % 8 == 2 {
            self.number(2, tcp::OPTIONS_MPTCP_PORT);
        }
        if !echo {
            self.optional(8, tcp::OPTIONS_MPTCP_ADDADDRTRUNCHMAC);
        }
    }

    fn remove_address(&mut self, len: usize) {
        let place = self.at..self.at + 1;
        self.at += 1;
        let count = FieldValue::Number(len as u64 - 1);
        self.fields.value(place, mptcp::RM_ADDR_COUNT, count);
        while self.at < self.end {
            self.number(1, tcp::OPTIONS_MPTCP_ADDRID);
        }
    }

    /// RFC 8684 section 3.6.
    fn reset(&mut self) {
        let Some(range) = self.take(1) else { return };
        let mut bits = Fields::of(self.fields.part());
        for (mask, entry) in [
            (0x8, tcp::OPTIONS_MPTCP_FLAG_U_FLAG),
            (0x4, tcp::OPTIONS_MPTCP_FLAG_V_FLAG),
            (0x2, tcp::OPTIONS_MPTCP_FLAG_W_FLAG),
            (0x1, tcp::OPTIONS_MPTCP_FLAG_T_FLAG),
        ] {
            bits.flag(range.clone(), mask, entry);
        }
        let field = self.fields.hex(range, tcp::OPTIONS_MPTCP_FLAGS);
        field.with(bits.done());
        let reason = self.peek().unwrap_or_default();
        if let Some(range) = self.take(1) {
            let field = self.fields.hex(range, tcp::OPTIONS_MPTCP_RST_REASON);
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
mod tests;
