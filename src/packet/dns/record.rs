//! Questions and resource records of a DNS message as fields (RFC 1035 section 4.1, and the RFC of each type). Not the header.

use super::{field, name, words};
use crate::packet::headers::Malformed;
use crate::packet::part::{Part, be16, be32};
use crate::packet::tree::{Field, FieldValue};
use std::net::{Ipv4Addr, Ipv6Addr};

const SHORT: &str = "a record reaches past the end of the message";
const NAME: &str = "a name is not as RFC 1035 demands";

/// One piece of a record's data: what it is, Wireshark's name, and what a reader sees.
#[derive(Clone, Copy, Debug)]
enum Piece {
    Name(&'static str, &'static str),
    Byte(&'static str, &'static str),
    Short(&'static str, &'static str),
    Long(&'static str, &'static str),
    Ipv4(&'static str, &'static str),
    Ipv6(&'static str, &'static str),
    /// A text with a byte of length before it: the names of the length and of the text.
    Text(&'static str, &'static str, &'static str),
    /// As many of them as there are.
    Texts(&'static str, &'static str, &'static str),
    /// A number in one byte and in so many bits.
    Rest(&'static str, &'static str),
    /// What is left, as text.
    RestText(&'static str, &'static str),
    /// Seconds since 1970 in four bytes, shown as a number of bytes: Wireshark has a time of its own kind.
    Skip(usize),
}

/// The data of a record of this type.
fn pieces(kind: u16) -> &'static [Piece] {
    use Piece::{Byte, Ipv4, Ipv6, Long, Name, Rest, RestText, Short, Skip, Text, Texts};
    match kind {
        1 => &[Ipv4("dns.a", "Address")],
        2 => &[Name("dns.ns", "Name Server")],
        5 => &[Name("dns.cname", "CNAME")],
        6 => &[
            Name("dns.soa.mname", "Primary name server"),
            Name("dns.soa.rname", "Responsible authority's mailbox"),
            Long("dns.soa.serial_number", "Serial Number"),
            Long("dns.soa.refresh_interval", "Refresh Interval"),
            Long("dns.soa.retry_interval", "Retry Interval"),
            Long("dns.soa.expire_limit", "Expire limit"),
            Long("dns.soa.minimum_ttl", "Minimum TTL"),
        ],
        12 => &[Name("dns.ptr.domain_name", "Domain Name")],
        13 => &[
            Text("dns.hinfo.cpu_length", "dns.hinfo.cpu", "CPU"),
            Text("dns.hinfo.os_length", "dns.hinfo.os", "OS"),
        ],
        15 => &[
            Short("dns.mx.preference", "Preference"),
            Name("dns.mx.mail_exchange", "Mail Exchange"),
        ],
        16 => &[Texts("dns.txt.length", "dns.txt", "TXT")],
        28 => &[Ipv6("dns.aaaa", "AAAA Address")],
        33 => &[
            Short("dns.srv.priority", "Priority"),
            Short("dns.srv.weight", "Weight"),
            Short("dns.srv.port", "Port"),
            Name("dns.srv.target", "Target"),
        ],
        35 => &[
            Short("dns.naptr.order", "Order"),
            Short("dns.naptr.preference", "Preference"),
            Text("dns.naptr.flags_length", "dns.naptr.flags", "Flags"),
            Text("dns.naptr.service_length", "dns.naptr.service", "Service"),
            Text("dns.naptr.regex_length", "dns.naptr.regex", "Regex"),
            Name("dns.naptr.replacement", "Replacement"),
        ],
        39 => &[Name("dns.dname", "Dname")],
        43 | 59 => &[
            Short("dns.ds.key_id", "Key id"),
            Byte("dns.ds.algorithm", "Algorithm"),
            Byte("dns.ds.digest_type", "Digest Type"),
            Rest("dns.ds.digest", "Digest"),
        ],
        44 => &[
            Byte("dns.sshfp.algorithm", "Algorithm"),
            Byte("dns.sshfp.fingerprint.type", "Fingerprint type"),
            Rest("dns.sshfp.fingerprint", "Fingerprint"),
        ],
        46 => &[
            Short("dns.rrsig.type_covered", "Type Covered"),
            Byte("dns.rrsig.algorithm", "Algorithm"),
            Byte("dns.rrsig.labels", "Labels"),
            Long("dns.rrsig.original_ttl", "Original TTL"),
            Skip(8),
            Short("dns.rrsig.key_tag", "Key Tag"),
            Name("dns.rrsig.signers_name", "Signer's name"),
            Rest("dns.rrsig.signature", "Signature"),
        ],
        47 => &[
            Name("dns.nsec.next_domain_name", "Next Domain Name"),
            Rest("dns.data", "Types that exist"),
        ],
        48 | 60 => &[
            Short("dns.dnskey.flags", "Flags"),
            Byte("dns.dnskey.protocol", "Protocol"),
            Byte("dns.dnskey.algorithm", "Algorithm"),
            Rest("dns.dnskey.public_key", "Public Key"),
        ],
        52 => &[
            Byte("dns.tlsa.certificate_usage", "Certificate Usage"),
            Byte("dns.tlsa.selector", "Selector"),
            Byte("dns.tlsa.matching_type", "Matching Type"),
            Rest(
                "dns.tlsa.certificate_association_data",
                "Certificate Association Data",
            ),
        ],
        64 | 65 => &[
            Short("dns.svcb.svcpriority", "SvcPriority"),
            Name("dns.svcb.targetname", "TargetName"),
        ],
        99 => &[Texts("dns.spf.length", "dns.spf", "SPF")],
        257 => &[
            Byte("dns.caa.flags", "CAA Flags"),
            Text("dns.caa.tag_length", "dns.caa.tag", "Tag"),
            RestText("dns.caa.value", "Value"),
        ],
        _ => &[Rest("dns.data", "Data")],
    }
}

/// Reads a message from its first question on.
pub(super) struct Reader<'a> {
    part: Part<'a>,
    at: usize,
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

    fn fault(&self, reason: &'static str) -> Malformed {
        let at = self.at.min(self.part.bytes().len());
        let reason = if self.part.is_cut() {
            crate::packet::part::CUT
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
    fn short(&mut self, mask: u16, name: &'static str, label: &'static str) -> Field {
        let number = be16(self.part.bytes(), self.at) & mask;
        let place = self.at..self.at + 2;
        field(
            self.part,
            place,
            name,
            label,
            FieldValue::Number(number.into()),
        )
    }

    /// A class, whose highest bit is a flag of its own in multicast DNS.
    fn class(&mut self, names: [&'static str; 2], label: &'static str, children: &mut Vec<Field>) {
        let mask = if self.multicast { 0x7fff } else { 0xffff };
        let mut class = self.short(mask, names[0], "Class");
        class.mean(words::class(be16(self.part.bytes(), self.at) & mask));
        children.push(class);
        if self.multicast {
            let set = be16(self.part.bytes(), self.at) & 0x8000 != 0;
            let place = self.at..self.at + 2;
            children.push(field(
                self.part,
                place,
                names[1],
                label,
                FieldValue::Flag(set),
            ));
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
            field(self.part, 0..0, "dns.qry.name.len", "Name Length", length),
            field(
                self.part,
                0..0,
                "dns.count.labels",
                "Label Count",
                FieldValue::Number(labels as u64),
            ),
        ];
        let mut kind = self.short(0xffff, "dns.qry.type", "Type");
        let kind_name = words::kind(be16(self.part.bytes(), self.at));
        kind.mean(kind_name.clone());
        children.push(kind);
        self.at += 2;
        self.class(
            ["dns.qry.class", "dns.qry.qu"],
            "\"QU\" question",
            &mut children,
        );
        let mut question = field(
            self.part,
            own,
            "dns.qry.name",
            "Query",
            FieldValue::Text(text),
        );
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
        let mut field_of_kind = self.short(0xffff, "dns.resp.type", "Type");
        let kind_name = words::kind(kind);
        field_of_kind.mean(kind_name.clone());
        children.push(field_of_kind);
        self.at += 2;
        if kind == OPT {
            self.extended(&mut children);
        } else {
            let names = ["dns.resp.class", "dns.resp.cache_flush"];
            self.class(names, "Cache flush", &mut children);
            let ttl = FieldValue::Number(be32(bytes, self.at).into());
            let place = self.at..self.at + 4;
            let mut ttl = field(self.part, place, "dns.resp.ttl", "Time to live", ttl);
            ttl.mean("seconds");
            children.push(ttl);
            self.at += 4;
        }
        let length = usize::from(be16(bytes, self.at));
        children.push(self.short(0xffff, "dns.resp.len", "Data length"));
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
            children.push(crate::packet::fields::malformed_field(&malformed));
        }
        self.at = end;
        let label = if section.is_empty() {
            "Record"
        } else {
            section
        };
        let mut record = field(
            self.part,
            own,
            "dns.resp.name",
            label,
            FieldValue::Text(text),
        );
        record.with(children);
        let data = brief(&record);
        let gap = if data.is_empty() { "" } else { ", " };
        record.mean(format!("type {kind_name}{gap}{data}"));
        Ok(record)
    }

    /// The fixed part of an OPT record (RFC 6891 section 6.1.2).
    fn extended(&mut self, children: &mut Vec<Field>) {
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
    fn options(&mut self, end: usize, children: &mut Vec<Field>) -> Result<(), Malformed> {
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
    fn parameters(&mut self, end: usize, children: &mut Vec<Field>) -> Result<(), Malformed> {
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

    /// The data of a record, up to `end`.
    fn data(&mut self, kind: u16, end: usize, out: &mut Vec<Field>) -> Result<(), Malformed> {
        const PAST: &str = "the data is shorter than its type demands";
        for piece in pieces(kind) {
            let bytes = self.part.bytes().get(..end).unwrap_or_default();
            let (at, left) = (self.at, end.saturating_sub(self.at));
            let need = match piece {
                Piece::Byte(..) => 1,
                Piece::Short(..) => 2,
                Piece::Long(..) | Piece::Ipv4(..) => 4,
                Piece::Ipv6(..) => 16,
                Piece::Skip(count) => *count,
                Piece::Text(..) => 1 + usize::from(bytes.get(at).copied().unwrap_or_default()),
                _ => 0,
            };
            if left < need {
                return Err(self.fault(PAST));
            }
            let mut put = |range, name, label, value| {
                out.push(field(self.part, range, name, label, value));
            };
            match *piece {
                Piece::Name(name, label) => {
                    let start = self.at;
                    let (text, _) = self.name()?;
                    if self.at > end {
                        self.at = start;
                        return Err(self.fault(PAST));
                    }
                    let place = start..self.at;
                    out.push(field(self.part, place, name, label, FieldValue::Text(text)));
                    continue;
                }
                Piece::Byte(name, label) => {
                    put(
                        at..at + 1,
                        name,
                        label,
                        FieldValue::Number(bytes[at].into()),
                    );
                }
                Piece::Short(name, label) => {
                    let number = FieldValue::Number(be16(bytes, at).into());
                    put(at..at + 2, name, label, number);
                }
                Piece::Long(name, label) => {
                    let number = FieldValue::Number(be32(bytes, at).into());
                    put(at..at + 4, name, label, number);
                }
                Piece::Ipv4(name, label) => {
                    let address = Ipv4Addr::from_bits(be32(bytes, at));
                    put(at..at + 4, name, label, FieldValue::Ipv4(address));
                }
                Piece::Ipv6(name, label) => {
                    let octets = bytes[at..at + 16].try_into().unwrap_or([0; 16]);
                    let address = Ipv6Addr::from(octets);
                    put(at..at + 16, name, label, FieldValue::Ipv6(address));
                }
                Piece::Text(length, name, label) => {
                    text(bytes, at, [length, name], label, &mut put);
                }
                Piece::Texts(length, name, label) => {
                    let mut at = at;
                    while at < end {
                        let len = usize::from(bytes[at]);
                        if at + 1 + len > end {
                            return Err(self.fault(PAST));
                        }
                        text(bytes, at, [length, name], label, &mut put);
                        at += 1 + len;
                    }
                    self.at = end;
                }
                Piece::Rest(name, label) => {
                    if left > 0 {
                        put(
                            at..end,
                            name,
                            label,
                            FieldValue::Bytes(bytes[at..].to_vec()),
                        );
                    }
                    self.at = end;
                }
                Piece::RestText(name, label) => {
                    let text = String::from_utf8_lossy(&bytes[at..]).into_owned();
                    put(at..end, name, label, FieldValue::Text(text));
                    self.at = end;
                }
                Piece::Skip(_) => {}
            }
            self.at += need;
        }
        Ok(())
    }
}

/// A text with a byte of length before it; all of it is there.
fn text(
    bytes: &[u8],
    at: usize,
    names: [&'static str; 2],
    label: &'static str,
    put: &mut impl FnMut(std::ops::Range<usize>, &'static str, &'static str, FieldValue),
) {
    let len = usize::from(bytes[at]);
    put(
        at..at + 1,
        names[0],
        "Length",
        FieldValue::Number(len as u64),
    );
    let text = String::from_utf8_lossy(&bytes[at + 1..at + 1 + len]).into_owned();
    put(
        at + 1..at + 1 + len,
        names[1],
        label,
        FieldValue::Text(text),
    );
}

/// The data of a record as the one-line view has it; empty for types whose data it leaves out.
pub(super) fn brief(record: &Field) -> String {
    const TOLD: [&str; 12] = [
        "dns.a",
        "dns.aaaa",
        "dns.ns",
        "dns.cname",
        "dns.dname",
        "dns.ptr.domain_name",
        "dns.mx.preference",
        "dns.mx.mail_exchange",
        "dns.soa.mname",
        "dns.srv.priority",
        "dns.srv.weight",
        "dns.srv.port",
    ];
    let told = record
        .children
        .iter()
        .filter(|child| TOLD.contains(&child.name) || child.name == "dns.srv.target");
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
