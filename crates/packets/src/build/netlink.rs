//! Builds netlink messages (netlink(7), rtnetlink(7)): header, the structure of a subject, attributes. Numbers are in the byte order
//! of the machine. Not the decoding (`packet::netlink`).

use super::input::Input;
use super::kind::{FieldKind, LayerField, Protocol, field};
use super::{BuildError, FieldInput, Place};
use std::net::IpAddr;

const AF_INET: u8 = 2;
/// NLM_F_REQUEST.
const REQUEST: u16 = 1;

/// The header, with its length, in front of what it is about. The type follows from that, unless it is given.
pub(super) fn nlmsg(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    const HEADER: usize = 16;
    let get: u16 = match place.above {
        Some(Protocol::Ifaddrmsg) => 22,
        Some(Protocol::Rtmsg) => 26,
        Some(Protocol::Ndmsg) => 30,
        Some(Protocol::InetDiagReq) => 20,
        // struct genlmsghdr goes to the family that knows the families.
        Some(Protocol::Genlmsghdr) => 16,
        _ => 18,
    };
    let len: u32 = input.number_or("len", (HEADER + payload.len()) as u32)?;
    let mut bytes = len.to_ne_bytes().to_vec();
    bytes.extend(input.number_or("type", get)?.to_ne_bytes());
    bytes.extend(input.number_or("flags", REQUEST)?.to_ne_bytes());
    bytes.extend(input.number_or("seq", 1_u32)?.to_ne_bytes());
    bytes.extend(input.number_or("pid", 0_u32)?.to_ne_bytes());
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// struct ifinfomsg.
pub(super) fn ifinfomsg(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut bytes = vec![input.number_or("family", 0)?, 0];
    bytes.extend(input.number_or("type", 0_u16)?.to_ne_bytes());
    bytes.extend(input.number_or("index", 0_u32)?.to_ne_bytes());
    let flags: u32 = input.number_or("flags", 0)?;
    bytes.extend(flags.to_ne_bytes());
    // Only the flags named here are changed.
    bytes.extend(input.number_or("change", flags)?.to_ne_bytes());
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// struct ifaddrmsg.
pub(super) fn ifaddrmsg(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut bytes = vec![
        input.number_or("family", AF_INET)?,
        input.number_or("prefixlen", 0)?,
        input.number_or("flags", 0)?,
        input.number_or("scope", 0)?,
    ];
    bytes.extend(input.number_or("index", 0_u32)?.to_ne_bytes());
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// struct rtmsg.
pub(super) fn rtmsg(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut bytes = vec![
        input.number_or("family", AF_INET)?,
        input.number_or("dst_len", 0)?,
        input.number_or("src_len", 0)?,
        input.number_or("tos", 0)?,
        input.number_or("table", 0)?,
        input.number_or("protocol", 0)?,
        input.number_or("scope", 0)?,
        input.number_or("type", 0)?,
    ];
    bytes.extend(input.number_or("flags", 0_u32)?.to_ne_bytes());
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// struct ndmsg.
pub(super) fn ndmsg(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    let mut bytes = vec![input.number_or("family", AF_INET)?, 0, 0, 0];
    bytes.extend(input.number_or("index", 0_u32)?.to_ne_bytes());
    bytes.extend(input.number_or("state", 0_u16)?.to_ne_bytes());
    bytes.push(input.number_or("flags", 0)?);
    bytes.push(input.number_or("type", 0)?);
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// struct inet_diag_req_v2 with an identity of zeros, which fits every socket.
pub(super) fn inet_diag_req(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    const TCP: u8 = 6;
    const IDENTITY: usize = 48;
    let mut bytes = vec![
        input.number_or("family", AF_INET)?,
        input.number_or("protocol", TCP)?,
        input.number_or("ext", 0)?,
        0,
    ];
    bytes.extend(input.number_or("states", u32::MAX)?.to_ne_bytes());
    bytes.resize(bytes.len() + IDENTITY, 0);
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// struct genlmsghdr; the command that asks for a family unless another is given.
pub(super) fn genlmsghdr(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    const GETFAMILY: u8 = 3;
    let mut bytes = vec![
        input.number_or("cmd", GETFAMILY)?,
        input.number_or("version", 1)?,
        0,
        0,
    ];
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// An attribute: length, type, value, and zeros up to a multiple of four; the next one follows.
pub(super) fn nlattr(input: &Input<'_>, payload: &[u8]) -> Result<Vec<u8>, BuildError> {
    const HEADER: usize = 4;
    let size: usize = input.number_or("size", 4)?;
    let value = input.attribute("value", size)?.unwrap_or_default();
    let whole = HEADER + value.len();
    let Ok(len) = u16::try_from(whole) else {
        return Err(BuildError::TooLong {
            layer: "nlattr",
            what: "the attribute",
            len: whole,
            most: u16::MAX.into(),
        });
    };
    let kind: u16 = input
        .number("type")?
        .and_then(|kind| u16::try_from(kind).ok())
        .ok_or_else(|| input.missing("type"))?;
    let mut bytes = input.number_or("len", len)?.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// The value of an attribute: an address as its bytes, other text with a zero byte at its end, a number in so many bytes.
pub(super) fn attribute_value(value: &FieldInput, size: usize) -> Option<Vec<u8>> {
    match value {
        FieldInput::Bytes(bytes) => Some(bytes.clone()),
        FieldInput::Number(number) => {
            let fits = size >= 8 || number >> (size * 8) == 0;
            let bytes = match size {
                1 => u8::try_from(*number).ok()?.to_ne_bytes().to_vec(),
                2 => u16::try_from(*number).ok()?.to_ne_bytes().to_vec(),
                4 => u32::try_from(*number).ok()?.to_ne_bytes().to_vec(),
                8 => number.to_ne_bytes().to_vec(),
                _ => return None,
            };
            fits.then_some(bytes)
        }
        FieldInput::Text(text) => Some(match text.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => address.octets().to_vec(),
            Ok(IpAddr::V6(address)) => address.octets().to_vec(),
            Err(_) => match super::input::mac(text) {
                Some(address) => address.to_vec(),
                None => [text.as_bytes(), &[0]].concat(),
            },
        }),
    }
}

const FAMILY: LayerField = field(
    "family",
    FieldKind::Number(8),
    "address family; AF_INET unless given",
);
const INDEX: LayerField = field(
    "index",
    FieldKind::Number(32),
    "number of the interface (if_nametoindex); 0, none, unless given",
);

/// The fields of `nlmsg`.
pub(super) static NLMSG: [LayerField; 5] = [
    field(
        "type",
        FieldKind::Number(16),
        "message type, RTM_GETLINK …; the get of the structure that follows unless given",
    ),
    field(
        "flags",
        FieldKind::Number(16),
        "NLM_F_REQUEST unless given; NLM_F_REQUEST|NLM_F_DUMP asks for all",
    ),
    field(
        "seq",
        FieldKind::Number(32),
        "sequence number, which comes back in the answer; 1 unless given",
    ),
    field(
        "pid",
        FieldKind::Number(32),
        "port id of the sender; 0 unless given, the kernel knows it",
    ),
    field(
        "len",
        FieldKind::Number(32),
        "length; computed unless given",
    ),
];
/// The fields of `ifinfomsg`.
pub(super) static IFINFOMSG: [LayerField; 5] = [
    field(
        "family",
        FieldKind::Number(8),
        "address family; AF_UNSPEC unless given",
    ),
    field(
        "type",
        FieldKind::Number(16),
        "kind of device (ARPHRD_…); 0 unless given",
    ),
    INDEX,
    field("flags", FieldKind::Number(32), "IFF_UP …; 0 unless given"),
    field(
        "change",
        FieldKind::Number(32),
        "which flags are to change; those that are set unless given",
    ),
];
/// The fields of `ifaddrmsg`.
pub(super) static IFADDRMSG: [LayerField; 5] = [
    FAMILY,
    field(
        "prefixlen",
        FieldKind::Number(8),
        "length of the prefix in bits; 0 unless given",
    ),
    field("flags", FieldKind::Number(8), "IFA_F_…; 0 unless given"),
    field(
        "scope",
        FieldKind::Number(8),
        "RT_SCOPE_…; 0, everywhere, unless given",
    ),
    INDEX,
];
/// The fields of `rtmsg`.
pub(super) static RTMSG: [LayerField; 9] = [
    FAMILY,
    field(
        "dst_len",
        FieldKind::Number(8),
        "length of the destination's prefix in bits; 0 unless given",
    ),
    field(
        "src_len",
        FieldKind::Number(8),
        "length of the source's prefix in bits; 0 unless given",
    ),
    field(
        "tos",
        FieldKind::Number(8),
        "type of service; 0 unless given",
    ),
    field(
        "table",
        FieldKind::Number(8),
        "RT_TABLE_MAIN …; 0 unless given",
    ),
    field(
        "protocol",
        FieldKind::Number(8),
        "RTPROT_STATIC …; 0 unless given",
    ),
    field(
        "scope",
        FieldKind::Number(8),
        "RT_SCOPE_…; 0, everywhere, unless given",
    ),
    field(
        "type",
        FieldKind::Number(8),
        "RTN_UNICAST …; 0 unless given",
    ),
    field("flags", FieldKind::Number(32), "RTM_F_…; 0 unless given"),
];
/// The fields of `ndmsg`.
pub(super) static NDMSG: [LayerField; 5] = [
    FAMILY,
    INDEX,
    field("state", FieldKind::Number(16), "NUD_…; 0 unless given"),
    field("flags", FieldKind::Number(8), "NTF_…; 0 unless given"),
    field("type", FieldKind::Number(8), "0 unless given"),
];
/// The fields of `inet_diag_req_v2`.
pub(super) static INET_DIAG_REQ: [LayerField; 4] = [
    FAMILY,
    field(
        "protocol",
        FieldKind::Number(8),
        "IPPROTO_TCP unless given, or IPPROTO_UDP",
    ),
    field(
        "ext",
        FieldKind::Number(8),
        "what more is asked for, bits: 2 is TCP_INFO; 0 unless given",
    ),
    field(
        "states",
        FieldKind::Number(32),
        "states of TCP as bits (1 << 10 is LISTEN); all unless given",
    ),
];
/// The fields of `genlmsghdr`.
pub(super) static GENLMSGHDR: [LayerField; 2] = [
    field(
        "cmd",
        FieldKind::Number(8),
        "command; CTRL_CMD_GETFAMILY unless given",
    ),
    field("version", FieldKind::Number(8), "version; 1 unless given"),
];
/// The fields of `nlattr`.
pub(super) static NLATTR: [LayerField; 4] = [
    field(
        "type",
        FieldKind::Number(16),
        "attribute type: IFLA_IFNAME …",
    ),
    field(
        "value",
        FieldKind::Attribute,
        "an address, text (a zero byte follows), a number, bytes, or another nlattr",
    ),
    field(
        "size",
        FieldKind::Number(4),
        "bytes of a number: 1, 2, 4 or 8; 4 unless given",
    ),
    field(
        "len",
        FieldKind::Number(16),
        "length; computed unless given",
    ),
];
