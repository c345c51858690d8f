//! The structures and attributes of netlink messages: which there are, and what their data is. Not the messages themselves.

use super::native;
use crate::fields::Fields;
use crate::part::{Part, be16};
use crate::schema::FieldEntry;
use crate::schema::kernel::{netlink, netlink_route, netlink_sock_diag};
use crate::text::{escape, hex};
use crate::tree::FieldValue;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// A member of a structure: its bytes and its field.
pub(super) type Row = (Range<usize>, &'static FieldEntry);

/// At most this many attributes of a message are shown, nested ones among them.
const ATTRIBUTES: usize = 2048;
/// Nested attributes are followed this deep.
const DEEPEST: usize = 6;

/// The label of an attribute that is in no table.
pub(super) const UNKNOWN: &str = "Attribute";

/// What a message is about: the table its attributes are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// struct ifinfomsg.
    Link,
    /// struct ifaddrmsg.
    Address,
    /// struct rtmsg.
    Route,
    /// struct ndmsg.
    Neighbour,
    /// struct fib_rule_hdr.
    Rule,
    /// struct inet_diag_msg.
    Socket,
    /// struct genlmsghdr.
    Generic,
}

const LINK: &[Row] = &[
    (0..1, netlink_route::IFI_FAMILY),
    (2..4, netlink_route::IFI_TYPE),
    (4..8, netlink_route::IFI_INDEX),
    (8..12, netlink_route::IFI_FLAGS),
    (12..16, netlink_route::IFI_CHANGE),
];
const ADDRESS: &[Row] = &[
    (0..1, netlink_route::IFA_FAMILY),
    (1..2, netlink_route::IFA_PREFIXLEN),
    (2..3, netlink_route::IFA_FLAGS),
    (3..4, netlink_route::IFA_SCOPE),
    (4..8, netlink_route::IFA_INDEX),
];
const ROUTE: &[Row] = &[
    (0..1, netlink_route::RT_FAMILY),
    (1..2, netlink_route::RT_DST_LEN),
    (2..3, netlink_route::RT_SRC_LEN),
    (3..4, netlink_route::RT_TOS),
    (4..5, netlink_route::RT_TABLE),
    (5..6, netlink_route::RT_PROTOCOL),
    (6..7, netlink_route::RT_SCOPE),
    (7..8, netlink_route::RT_TYPE),
    (8..12, netlink_route::RT_FLAGS),
];
const NEIGHBOUR: &[Row] = &[
    (0..1, netlink_route::ND_FAMILY),
    (4..8, netlink_route::ND_INDEX),
    (8..10, netlink_route::ND_STATE),
    (10..11, netlink_route::ND_FLAGS),
    (11..12, netlink_route::ND_TYPE),
];
const RULE: &[Row] = &[
    (0..1, netlink_route::RT_FAMILY),
    (1..2, netlink_route::RT_DST_LEN),
    (2..3, netlink_route::RT_SRC_LEN),
];

/// struct inet_diag_req_v2, before the identity of the socket.
pub(super) const DIAG_REQUEST: &[Row] = &[
    (0..1, netlink_sock_diag::FAMILY),
    (1..2, netlink_sock_diag::INET_PROTOCOL),
    (2..3, netlink_sock_diag::INET_EXTENDED),
];

/// struct inet_diag_msg, but for the identity of the socket.
pub(super) const DIAG: &[Row] = &[
    (0..1, netlink_sock_diag::FAMILY),
    (1..2, netlink_sock_diag::STATE),
    (56..60, netlink_sock_diag::INET_RQUEUE),
    (60..64, netlink_sock_diag::INET_WQUEUE),
    (64..68, netlink_sock_diag::INET_UID),
    (68..72, netlink_sock_diag::INODE),
];

impl Subject {
    /// The members of its structure, and how long that is.
    pub(super) fn structure(self) -> (&'static [Row], usize) {
        match self {
            Self::Link => (LINK, 16),
            Self::Address => (ADDRESS, 8),
            Self::Route => (ROUTE, 12),
            Self::Neighbour => (NEIGHBOUR, 12),
            Self::Rule => (RULE, 12),
            Self::Socket => (DIAG, 72),
            Self::Generic => (&[], 4),
        }
    }
}

/// What the data of an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    Text,
    /// An IPv4, IPv6 or hardware address, by its length.
    Address,
    Nested,
    Bytes,
}

/// An attribute's name, as the kernel's headers have it, and the form of its data.
pub(super) fn known(subject: Subject, kind: u16) -> (&'static str, Form) {
    use Form::{Address, Nested, Number, Text};
    match (subject, kind) {
        (Subject::Link, 1) => ("IFLA_ADDRESS", Address),
        (Subject::Link, 2) => ("IFLA_BROADCAST", Address),
        (Subject::Link, 3) => ("IFLA_IFNAME", Text),
        (Subject::Link, 4) => ("IFLA_MTU", Number),
        (Subject::Link, 5) => ("IFLA_LINK", Number),
        (Subject::Link, 6) => ("IFLA_QDISC", Text),
        (Subject::Link, 10) => ("IFLA_MASTER", Number),
        (Subject::Link, 13) => ("IFLA_TXQLEN", Number),
        (Subject::Link, 16) => ("IFLA_OPERSTATE", Number),
        (Subject::Link, 18) => ("IFLA_LINKINFO", Nested),
        (Subject::Link, 20) => ("IFLA_IFALIAS", Text),
        (Subject::Link, 33) => ("IFLA_CARRIER", Number),
        (Subject::Address, 1) => ("IFA_ADDRESS", Address),
        (Subject::Address, 2) => ("IFA_LOCAL", Address),
        (Subject::Address, 3) => ("IFA_LABEL", Text),
        (Subject::Address, 4) => ("IFA_BROADCAST", Address),
        (Subject::Address, 8) => ("IFA_FLAGS", Number),
        (Subject::Route, 1) => ("RTA_DST", Address),
        (Subject::Route, 2) => ("RTA_SRC", Address),
        (Subject::Route, 3) => ("RTA_IIF", Number),
        (Subject::Route, 4) => ("RTA_OIF", Number),
        (Subject::Route, 5) => ("RTA_GATEWAY", Address),
        (Subject::Route, 6) => ("RTA_PRIORITY", Number),
        (Subject::Route, 7) => ("RTA_PREFSRC", Address),
        (Subject::Route, 8) => ("RTA_METRICS", Nested),
        (Subject::Route, 15) => ("RTA_TABLE", Number),
        (Subject::Neighbour, 1) => ("NDA_DST", Address),
        (Subject::Neighbour, 2) => ("NDA_LLADDR", Address),
        (Subject::Neighbour, 4) => ("NDA_PROBES", Number),
        (Subject::Rule, 1) => ("FRA_DST", Address),
        (Subject::Rule, 2) => ("FRA_SRC", Address),
        (Subject::Rule, 6) => ("FRA_PRIORITY", Number),
        (Subject::Rule, 15) => ("FRA_TABLE", Number),
        (Subject::Socket, 1) => ("INET_DIAG_MEMINFO", Form::Bytes),
        (Subject::Socket, 2) => ("INET_DIAG_INFO", Form::Bytes),
        (Subject::Socket, 4) => ("INET_DIAG_CONG", Text),
        (Subject::Socket, 7) => ("INET_DIAG_SKMEMINFO", Form::Bytes),
        (Subject::Socket, 8) => ("INET_DIAG_SHUTDOWN", Number),
        (Subject::Generic, 1) => ("CTRL_ATTR_FAMILY_ID", Number),
        (Subject::Generic, 2) => ("CTRL_ATTR_FAMILY_NAME", Text),
        (Subject::Generic, 3) => ("CTRL_ATTR_VERSION", Number),
        _ => (UNKNOWN, Form::Bytes),
    }
}

/// Adds the attributes from `at` to the end of the message.
pub(super) fn add(fields: &mut Fields<'_>, at: usize, subject: Subject) {
    let end = fields.part().bytes().len();
    let mut left = ATTRIBUTES;
    walk(fields, at..end, subject, 0, &mut left);
}

fn walk(
    fields: &mut Fields<'_>,
    all: Range<usize>,
    subject: Subject,
    depth: usize,
    left: &mut usize,
) {
    const NESTED: u16 = 0x8000;
    const NETWORK_ORDER: u16 = 0x4000;
    let part: Part<'_> = fields.part();
    let bytes = part.bytes();
    let mut at = all.start;
    while at + 4 <= all.end && *left > 0 {
        *left -= 1;
        let len = native(bytes, &(at..at + 2)) as usize;
        let end = at + len;
        if len < 4 || end > all.end {
            let reason = "an attribute has a wrong length";
            fields.malformed(Some(part.malformed("netlink", reason, at)));
            return;
        }
        let raw = native(bytes, &(at + 2..at + 4)) as u16;
        let kind = raw & !(NESTED | NETWORK_ORDER);
        // What is inside another attribute is of another table.
        let (label, form) = if depth == 0 {
            known(subject, kind)
        } else {
            (UNKNOWN, Form::Bytes)
        };
        let mut parts = Fields::of(part);
        let value = FieldValue::Number(len as u64);
        parts.value(at..at + 2, netlink::ATTR_LEN, value);
        let value = FieldValue::Number(kind.into());
        parts.value(at + 2..at + 4, netlink::ATTR_TYPE, value);
        let data = &bytes[at + 4..end];
        if (raw & NESTED != 0 || form == Form::Nested) && depth < DEEPEST {
            walk(&mut parts, at + 4..end, subject, depth + 1, left);
        } else if !data.is_empty() {
            parts.bytes(at + 4..end, netlink::ATTR_DATA);
        }
        let meaning = words(form, data);
        let children = parts.done();
        fields
            .value(at..end, netlink::ATTR, FieldValue::Present)
            .labelled(label)
            .mean(meaning)
            .with(children);
        at = end.next_multiple_of(4);
    }
}

pub(super) fn words(form: Form, data: &[u8]) -> String {
    match (form, data.len()) {
        (Form::Number, 1..=8) => native(data, &(0..data.len())).to_string(),
        (Form::Text, _) => escape(data.strip_suffix(&[0]).unwrap_or(data), 100),
        (Form::Address, 4) => Ipv4Addr::from([data[0], data[1], data[2], data[3]]).to_string(),
        (Form::Address, 6) => {
            let pairs: Vec<String> = data.iter().map(|byte| format!("{byte:02x}")).collect();
            pairs.join(":")
        }
        (Form::Address, 16) => {
            let octets: [u8; 16] = data.try_into().unwrap_or_default();
            Ipv6Addr::from(octets).to_string()
        }
        (Form::Nested, _) | (_, 0) => String::new(),
        (_, 2) => format!("{} ({:#06x})", hex(data), be16(data, 0)),
        _ => hex(&data[..data.len().min(16)]),
    }
}
