//! Netlink messages (RFC 3549, netlink(7)) as layers: what a socket of AF_NETLINK sends and receives, and captures of `nlmon` devices.
//! Numbers are in the byte order of the machine. Not the asking, which is in `sys`.

mod attribute;
mod words;

use super::fields::Fields;
use super::part::{Part, be16};
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
const REQUEST: u16 = 0x01;

/// The messages in what was sent or received on a netlink socket of this protocol (`NETLINK_ROUTE` is 0), a layer for each. What is
/// no message is a layer of bytes. Spans count from the start of `bytes`.
pub fn tree(protocol: u16, bytes: &[u8]) -> Vec<Layer> {
    layers(protocol, Part::whole(bytes, bytes.len() as u32))
}

/// A message in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Its type and its flags: `RTM_GETLINK (REQUEST, DUMP)`; `type 200` where it has no name.
    pub title: String,
    /// Its error, and those of its attributes that are known: `IFLA_MTU 65536`.
    pub contents: Vec<String>,
}

/// What [`tree`] says of each message, in short; what is no message is left out.
pub fn brief(protocol: u16, bytes: &[u8]) -> Vec<Brief> {
    let in_short = |layer: Layer| {
        let meaning = |name: &str| {
            let field = layer.fields.iter().find(|field| field.name == name)?;
            (!field.meaning.is_empty()).then(|| field.meaning.clone())
        };
        let kind = || native(&bytes[layer.span.start as usize..], &(4..6));
        let name = meaning("netlink.hdr_type").unwrap_or_else(|| format!("type {}", kind()));
        let contents = layer.fields.iter().filter(|field| {
            field.name == "netlink.error"
                || field.name == "netlink.attr" && field.label != attribute::UNKNOWN
        });
        Brief {
            title: match meaning("netlink.hdr_flags") {
                Some(flags) => format!("{name} ({flags})"),
                None => name,
            },
            contents: contents
                .filter(|field| !field.meaning.is_empty())
                .map(|field| match field.name {
                    "netlink.error" => field.meaning.clone(),
                    _ => format!("{} {}", field.label, field.meaning),
                })
                .collect(),
        }
    };
    let layers = tree(protocol, bytes).into_iter();
    layers
        .filter(|layer| layer.name == "netlink")
        .map(in_short)
        .collect()
}

/// A frame of `LINKTYPE_NETLINK`: a header like that of a cooked capture, whose protocol is the netlink family.
pub(super) fn frame(part: Part<'_>) -> Vec<Layer> {
    let bytes = part.bytes();
    if bytes.len() < COOKED {
        return Vec::new();
    }
    let mut fields = Fields::of(part.first(COOKED));
    fields.number(2..4, "netlink.hatype", "Link-layer address type");
    let family = be16(bytes, 14);
    fields
        .number(14..16, "netlink.family", "Family")
        .mean(words::family(family));
    let mut all = vec![fields.layer("netlink", "Linux netlink capture".to_owned())];
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
        fields.bytes(0..left, "data.data", "Data");
        layers.push(fields.layer("data", format!("Data ({left} bytes)")));
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
    name: &'static str,
    label: &'static str,
) -> Option<&'f mut super::tree::Field> {
    let bytes = fields.part().bytes();
    if range.end > bytes.len() {
        return None;
    }
    let value = FieldValue::Number(native(bytes, &range));
    Some(fields.value(range, name, label, value))
}

fn message(protocol: u16, part: Part<'_>, cut: bool) -> Layer {
    let bytes = part.bytes();
    let mut fields = Fields::of(part);
    number(&mut fields, 0..4, "netlink.hdr_len", "Length");
    let kind = native(bytes, &(4..6)) as u16;
    let flags = native(bytes, &(6..8)) as u16;
    let kind_name = words::kind(protocol, kind);
    let flag_names = words::flags(kind, flags);
    if let Some(field) = number(&mut fields, 4..6, "netlink.hdr_type", "Message type") {
        field.mean(kind_name);
    }
    let value = FieldValue::Hex(flags.into(), 4);
    fields
        .value(6..8, "netlink.hdr_flags", "Flags", value)
        .mean(flag_names.clone());
    number(&mut fields, 8..12, "netlink.hdr_seq", "Sequence");
    number(&mut fields, 12..16, "netlink.hdr_pid", "Port ID");
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
    let name = if kind_name.is_empty() {
        format!("type {kind}")
    } else {
        kind_name.to_owned()
    };
    let gap = if flag_names.is_empty() { "" } else { ", " };
    fields.layer(
        "netlink",
        format!("Netlink message, {name}{gap}{flag_names}"),
    )
}

/// NLMSG_ERROR: an errno below zero, or 0 for an acknowledgment, then the header it is about.
fn error(fields: &mut Fields<'_>) {
    let bytes = fields.part().bytes();
    let errno = native(bytes, &(16..20)) as u32 as i32;
    if let Some(field) = number(fields, 16..20, "netlink.error", "Error code") {
        let meaning = if errno == 0 {
            "acknowledged".to_owned()
        } else {
            format!("errno {}", errno.unsigned_abs())
        };
        field.mean(meaning);
    }
    rest(fields, 20);
}

fn rest(fields: &mut Fields<'_>, at: usize) {
    let end = fields.part().bytes().len();
    if at < end {
        fields.bytes(at..end, "netlink.attr_data", "Data");
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
    for (range, name, label) in rows {
        let range = HEADER + range.start..HEADER + range.end;
        let family = *label == "Family";
        if let Some(field) = number(fields, range, name, label)
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
    for (range, name, label) in rows {
        number(
            fields,
            HEADER + range.start..HEADER + range.end,
            name,
            label,
        );
    }
    if bytes.len() >= identity + 36 {
        fields.number(
            identity..identity + 2,
            "netlink-sock_diag.inet_sport",
            "Source port",
        );
        fields.number(
            identity + 2..identity + 4,
            "netlink-sock_diag.inet_dport",
            "Destination port",
        );
        if family == 2 {
            fields.ipv4(identity + 4, "netlink-sock_diag.inet_src_ip4", "Source IP");
            fields.ipv4(
                identity + 20,
                "netlink-sock_diag.inet_dest_ip4",
                "Destination IP",
            );
        } else {
            fields.ipv6(identity + 4, "netlink-sock_diag.inet_src_ip6", "Source IP");
            fields.ipv6(
                identity + 20,
                "netlink-sock_diag.inet_dest_ip6",
                "Destination IP",
            );
        }
    }
    attribute::add(fields, HEADER + len, Subject::Socket);
}

/// Generic netlink: a command of a family that was registered under the message type, then attributes.
fn generic(fields: &mut Fields<'_>) {
    number(fields, 16..17, "genl.cmd", "Command");
    number(fields, 17..18, "genl.version", "Family version");
    attribute::add(fields, HEADER + 4, Subject::Generic);
}

#[cfg(test)]
mod tests {
    use super::{brief, tree};
    use crate::packet::tree::{Field, FieldValue, Layer};

    /// A message: type, flags, what follows the header.
    fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = (16 + body.len() as u32).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend(7_u32.to_ne_bytes());
        bytes.extend(0_u32.to_ne_bytes());
        bytes.extend(body);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn attribute(kind: u16, data: &[u8]) -> Vec<u8> {
        let mut bytes = (4 + data.len() as u16).to_ne_bytes().to_vec();
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(data);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn find<'a>(layers: &'a [Layer], label: &str) -> &'a Field {
        fn within<'a>(fields: &'a [Field], label: &str) -> Option<&'a Field> {
            fields.iter().find_map(|field| {
                if field.label == label {
                    Some(field)
                } else {
                    within(&field.children, label)
                }
            })
        }
        layers
            .iter()
            .find_map(|layer| within(&layer.fields, label))
            .unwrap_or_else(|| panic!("no {label}"))
    }

    #[test]
    fn a_link_is_told_with_its_name_and_mtu() {
        let mut body = vec![0, 0];
        body.extend(772_u16.to_ne_bytes());
        body.extend(1_i32.to_ne_bytes());
        body.extend([0; 8]);
        body.extend(attribute(3, b"lo\0"));
        body.extend(attribute(4, &65536_u32.to_ne_bytes()));
        let layers = tree(0, &message(16, 2, &body));
        assert_eq!(layers[0].title, "Netlink message, RTM_NEWLINK, MULTI");
        assert_eq!(
            find(&layers, "Interface index").value,
            FieldValue::Number(1)
        );
        assert_eq!(find(&layers, "IFLA_IFNAME").meaning, "lo");
        assert_eq!(find(&layers, "IFLA_MTU").meaning, "65536");
    }

    #[test]
    fn a_route_has_addresses_and_an_error_has_its_number() {
        let mut body = vec![2, 24, 0, 0, 254, 2, 0, 1, 0, 0, 0, 0];
        body.extend(attribute(1, &[10, 0, 0, 0]));
        body.extend(attribute(5, &[10, 0, 0, 1]));
        let mut bytes = message(24, 0, &body);
        bytes.extend(message(2, 0, &(-13_i32).to_ne_bytes()));
        let layers = tree(0, &bytes);
        assert_eq!(find(&layers, "RTA_GATEWAY").meaning, "10.0.0.1");
        assert_eq!(layers[1].title, "Netlink message, NLMSG_ERROR");
        assert_eq!(find(&layers, "Error code").meaning, "errno 13");
    }

    #[test]
    fn a_socket_has_its_ports_in_network_order() {
        let mut body = vec![2, 10, 0, 0, 0x13, 0x88, 0, 0];
        body.extend([127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        body.resize(72, 0);
        let layers = tree(4, &message(20, 2, &body));
        assert_eq!(find(&layers, "Source port").value, FieldValue::Number(5000));
    }

    #[test]
    fn a_buffer_is_told_in_short_with_its_errors_and_known_attributes() {
        let mut body = vec![0; 16];
        body.extend(attribute(3, b"l\x1bo\0"));
        body.extend(attribute(60, &[1; 40]));
        let mut bytes = message(18, 0x301, &[0; 4]);
        bytes.extend(message(16, 2, &body));
        bytes.extend(message(2, 0, &(-95_i32).to_ne_bytes()));
        bytes.extend(message(200, 0, &[]));
        bytes.extend([1, 2, 3]);
        let told: Vec<(String, String)> = brief(0, &bytes)
            .into_iter()
            .map(|brief| (brief.title, brief.contents.join(", ")))
            .collect();
        let expected = [
            ("RTM_GETLINK (REQUEST, DUMP)", ""),
            ("RTM_NEWLINK (MULTI)", "IFLA_IFNAME l\\x1bo"),
            ("NLMSG_ERROR", "errno 95"),
            ("type 200", ""),
        ];
        assert_eq!(told, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn lengths_that_lie_end_the_walk() {
        let mut bytes = message(16, 0, &[0; 16]);
        bytes[0] = 200;
        let layers = tree(0, &bytes);
        assert_eq!(layers.len(), 1);
        assert!(
            layers[0]
                .fields
                .iter()
                .any(|field| field.name == "_ws.short" || field.name == "_ws.malformed")
        );
        assert_eq!(tree(0, &[3; 20])[0].name, "netlink");
        assert_eq!(tree(0, &[0; 20])[0].name, "data");
        assert!(tree(0, &[]).is_empty());
    }
}
