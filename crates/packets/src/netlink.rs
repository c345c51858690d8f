//! Netlink messages (RFC 3549, netlink(7)) as layers: what a socket of AF_NETLINK sends and receives, and captures of `nlmon` devices.
//! Numbers are in the byte order of the machine. Not the asking, which is in `sys`.

mod attribute;
mod content;
mod words;

use super::fields::Fields;
use super::part::{Part, be16};
use super::schema::FieldEntry;
use super::schema::capture::data;
use super::schema::kernel::{genl, netlink, netlink_sock_diag};
use super::tree::{FieldValue, Layer};
use attribute::Subject;
use std::ops::Range;

/// Bytes of a message's header.
const HEADER: usize = 16;
/// Bytes before the messages of a captured frame.
const COOKED: usize = 16;
/// At most this many messages of one buffer are shown.
const MESSAGES: usize = 4096;

/// `NETLINK_ROUTE` (linux/netlink.h).
const ROUTE: u16 = 0;
/// `NETLINK_SOCK_DIAG`.
const SOCK_DIAG: u16 = 4;
/// `NETLINK_GENERIC`.
const GENERIC: u16 = 16;

const ERROR: u16 = 2;
const DONE: u16 = 3;
const REQUEST: u16 = 0x01;

/// The messages in what was sent or received on a netlink socket of this protocol (`NETLINK_ROUTE` is 0), a layer for each. What is
/// no message is a layer of bytes. Spans count from the start of `bytes`.
pub fn tree(protocol: u16, bytes: &[u8]) -> Vec<Layer> {
    layers(protocol, Part::whole(bytes, bytes.len() as u32))
}

/// A message in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brief {
    /// Its type: `RTM_GETLINK`; `type 200` where it has no name.
    pub kind: String,
    /// Its flags without their prefix: `REQUEST, DUMP`; empty for none.
    pub flags: String,
    /// Its sequence number: an answer has that of its question.
    pub seq: u32,
    /// The port id in its header: of who asked.
    pub port: u32,
    /// Its length in bytes, as its header has it.
    pub len: u32,
    /// The errno that it brings (NLMSG_ERROR, NLMSG_DONE), above zero; 0 for an acknowledgment.
    pub errno: Option<i32>,
    /// What it says: a link, an address, an error, in the words of ip(8); empty when that is all in its type.
    pub content: String,
    /// True when not all of it was received.
    pub cut: bool,
}

impl Brief {
    /// Type and flags: `RTM_GETLINK (REQUEST, DUMP)`.
    pub fn title(&self) -> String {
        if self.flags.is_empty() {
            self.kind.clone()
        } else {
            format!("{} ({})", self.kind, self.flags)
        }
    }
}

/// What [`tree`] says of each message, in short; what is no message is left out.
pub fn brief(protocol: u16, bytes: &[u8]) -> Vec<Brief> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while rest.len() >= HEADER && found.len() < MESSAGES {
        let len = native(rest, &(0..4)) as usize;
        if len < HEADER {
            break;
        }
        let kind = native(rest, &(4..6)) as u16;
        let own = &rest[..len.min(rest.len())];
        let cut = len > rest.len();
        let message = content::Message {
            protocol,
            kind,
            bytes: own,
        };
        found.push(Brief {
            kind: kind_words(protocol, kind),
            flags: words::flags(protocol, kind, native(rest, &(6..8)) as u16),
            seq: native(rest, &(8..12)) as u32,
            port: native(rest, &(12..16)) as u32,
            len: len as u32,
            errno: message.errno(),
            // What is not there in whole would be told wrong.
            content: if cut {
                String::new()
            } else {
                message.content()
            },
            cut,
        });
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

/// A type by its name, or by its number.
fn kind_words(protocol: u16, kind: u16) -> String {
    match words::kind(protocol, kind) {
        "" => format!("type {kind}"),
        name => name.to_owned(),
    }
}

/// A frame of `LINKTYPE_NETLINK`: a header like that of a cooked capture, whose protocol is the netlink family.
pub(super) fn frame(part: Part<'_>) -> Vec<Layer> {
    let bytes = part.bytes();
    if bytes.len() < COOKED {
        return Vec::new();
    }
    let mut fields = Fields::of(part.first(COOKED));
    fields.number(2..4, netlink::HATYPE);
    let family = be16(bytes, 14);
    fields
        .number(14..16, netlink::FAMILY)
        .mean(words::family(family));
    let mut all = vec![fields.layer(netlink::LAYER, "Linux netlink capture".to_owned())];
    all.extend(layers(family, part.skip(COOKED)));
    all
}

fn layers(protocol: u16, part: Part<'_>) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut rest = part;
    while rest.bytes().len() >= HEADER && layers.len() < MESSAGES {
        let len = native(rest.bytes(), &(0..4)) as usize;
        if len < HEADER {
            break;
        }
        layers.push(message(protocol, rest.first(len), len > rest.wire_len()));
        rest = rest.skip(len.next_multiple_of(4));
    }
    let left = rest.bytes().len();
    if left > 0 {
        let mut fields = Fields::of(rest);
        fields.bytes(0..left, data::DATA);
        layers.push(fields.layer(data::LAYER, format!("Data ({left} bytes)")));
    }
    layers
}

/// A number of one to eight bytes in the byte order of the machine; 0 past the end.
fn native(bytes: &[u8], range: &Range<usize>) -> u64 {
    let own = bytes.get(range.clone()).unwrap_or_default();
    let add = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    if cfg!(target_endian = "little") {
        own.iter().rev().fold(0, add)
    } else {
        own.iter().fold(0, add)
    }
}

/// Adds a number, if its bytes are there.
fn number<'f>(
    fields: &'f mut Fields<'_>,
    range: Range<usize>,
    entry: &'static FieldEntry,
) -> Option<&'f mut super::tree::Field> {
    let bytes = fields.part().bytes();
    if range.end > bytes.len() {
        return None;
    }
    let value = FieldValue::Number(native(bytes, &range));
    Some(fields.value(range, entry, value))
}

fn message(protocol: u16, part: Part<'_>, cut: bool) -> Layer {
    let bytes = part.bytes();
    let mut fields = Fields::of(part);
    number(&mut fields, 0..4, netlink::HDR_LEN);
    let kind = native(bytes, &(4..6)) as u16;
    let flags = native(bytes, &(6..8)) as u16;
    let kind_name = words::kind(protocol, kind);
    let flag_names = words::flags(protocol, kind, flags);
    if let Some(field) = number(&mut fields, 4..6, netlink::HDR_TYPE) {
        field.mean(kind_name);
    }
    let value = FieldValue::Hex(flags.into(), 4);
    fields
        .value(6..8, netlink::HDR_FLAGS, value)
        .mean(flag_names.clone());
    number(&mut fields, 8..12, netlink::HDR_SEQ);
    number(&mut fields, 12..16, netlink::HDR_PID);
    match (kind, protocol) {
        (ERROR, _) => error(&mut fields),
        (0..16, _) => {}
        (_, ROUTE) => route(&mut fields, kind),
        (_, SOCK_DIAG) => sock_diag(&mut fields, flags & REQUEST != 0),
        (_, GENERIC) => generic(&mut fields),
        _ => rest(&mut fields, HEADER),
    }
    if cut {
        let reason = "the length is longer than what was received";
        fields.malformed(Some(part.malformed("netlink", reason, 0)));
    }
    let name = kind_words(protocol, kind);
    let gap = if flag_names.is_empty() { "" } else { ", " };
    fields.layer(
        netlink::LAYER,
        format!("Netlink message, {name}{gap}{flag_names}"),
    )
}

/// NLMSG_ERROR: an errno below zero, or 0 for an acknowledgment, then the header it is about.
fn error(fields: &mut Fields<'_>) {
    let bytes = fields.part().bytes();
    let errno = native(bytes, &(16..20)) as u32 as i32;
    if let Some(field) = number(fields, 16..20, netlink::ERROR) {
        field.mean(if errno == 0 {
            "acknowledged".to_owned()
        } else {
            content::errno_words(errno)
        });
    }
    rest(fields, 20);
}

fn rest(fields: &mut Fields<'_>, at: usize) {
    let end = fields.part().bytes().len();
    if at < end {
        fields.bytes(at..end, netlink::ATTR_DATA);
    }
}

/// rtnetlink(7): a structure for each group of four types, then attributes.
fn route(fields: &mut Fields<'_>, kind: u16) {
    let subject = match kind {
        16..=19 => Subject::Link,
        20..=23 => Subject::Address,
        24..=27 => Subject::Route,
        28..=31 => Subject::Neighbour,
        32..=35 => Subject::Rule,
        _ => return rest(fields, HEADER),
    };
    let (rows, len): (&[attribute::Row], usize) = subject.structure();
    for (range, entry) in rows {
        let range = HEADER + range.start..HEADER + range.end;
        let family = entry.label == "Family";
        if let Some(field) = number(fields, range, entry)
            && family
            && let FieldValue::Number(value) = field.value
        {
            field.mean(words::address_family(value as u8));
        }
    }
    attribute::add(fields, HEADER + len, subject);
}

/// sock_diag(7): what is asked about Internet sockets, or what the kernel says of one.
fn sock_diag(fields: &mut Fields<'_>, request: bool) {
    let bytes = fields.part().bytes();
    let family = bytes.get(HEADER).copied().unwrap_or_default();
    let (rows, identity, len) = if request {
        (attribute::DIAG_REQUEST, HEADER + 8, 56)
    } else {
        (attribute::DIAG, HEADER + 4, 72)
    };
    // Only Internet sockets have these structures; others are told apart by their family.
    if !matches!(family, 2 | 10) {
        return rest(fields, HEADER);
    }
    for (range, entry) in rows {
        number(fields, HEADER + range.start..HEADER + range.end, entry);
    }
    if bytes.len() >= identity + 36 {
        fields.number(identity..identity + 2, netlink_sock_diag::INET_SPORT);
        fields.number(identity + 2..identity + 4, netlink_sock_diag::INET_DPORT);
        if family == 2 {
            fields.ipv4(identity + 4, netlink_sock_diag::INET_SRC_IP4);
            fields.ipv4(identity + 20, netlink_sock_diag::INET_DEST_IP4);
        } else {
            fields.ipv6(identity + 4, netlink_sock_diag::INET_SRC_IP6);
            fields.ipv6(identity + 20, netlink_sock_diag::INET_DEST_IP6);
        }
    }
    attribute::add(fields, HEADER + len, Subject::Socket);
}

/// Generic netlink: a command of a family that was registered under the message type, then attributes.
fn generic(fields: &mut Fields<'_>) {
    number(fields, 16..17, genl::CMD);
    number(fields, 17..18, genl::VERSION);
    attribute::add(fields, HEADER + 4, Subject::Generic);
}
#[cfg(test)]
mod tests;
