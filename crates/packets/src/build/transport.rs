//! Builds TCP segments and UDP datagrams, with options and checksums.

use super::input::Input;
use super::kind::{CHKSUM, FieldKind, LayerField, LayerWord, Protocol, field, word};
use super::network::check_len;
use super::{BuildError, Place};
use crate::checksum;
use crate::headers::flag;
use crate::icmp::proto;
use crate::tcp_options::kind;
use crate::{tcp, udp};
use pnet::packet::tcp::MutableTcpPacket;
use pnet::packet::udp::MutableUdpPacket;

const DEFAULT_SOURCE_PORT: u16 = 40000;
const DNS_PORT: u16 = 53;
/// The greatest header a data offset of four bits can tell.
const LONGEST_HEADER: usize = 60;

/// A TCP segment.
pub(super) fn tcp(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let mut options = options(input)?;
    options.resize(options.len().next_multiple_of(4), kind::END);
    let header_len = tcp::HEADER + options.len();
    check_len("tcp", "the header", header_len, LONGEST_HEADER)?;
    let words = input.words().fold(0, |all, word| all | word.number);
    let flags = match input.tcp_flags("flags")? {
        Some(flags) => flags | words,
        None if words != 0 => words,
        None => flag::SYN,
    };
    let mut bytes = vec![0; tcp::HEADER];
    bytes.extend(options);
    if let Some(mut header) = MutableTcpPacket::new(&mut bytes) {
        header.set_source(input.number_or("sport", DEFAULT_SOURCE_PORT)?);
        header.set_destination(destination_port(input, place)?);
        header.set_sequence(input.number_or("seq", 0)?);
        header.set_acknowledgement(input.number_or("ack", 0)?);
        header.set_data_offset(input.number_or("dataofs", (header_len / 4) as u8)?);
        header.set_reserved((flags >> 8) as u8);
        header.set_flags(flags as u8);
        header.set_window(input.number_or("window", u16::MAX)?);
        header.set_urgent_ptr(input.number_or("urgptr", 0)?);
    }
    bytes.extend_from_slice(payload);
    fill_checksum(input, place, proto::TCP, 16, &mut bytes)?;
    Ok(bytes)
}

/// The options in the order they were written; `options` is taken as it is.
fn options(input: &Input<'_>) -> Result<Vec<u8>, BuildError> {
    let mut out = Vec::new();
    for name in input.given() {
        match name {
            "mss" => {
                out.extend([kind::MSS, 4]);
                out.extend(input.number_or("mss", 0_u16)?.to_be_bytes());
            }
            "wscale" => out.extend([kind::WSCALE, 3, input.number_or("wscale", 0)?]),
            "sackok" if input.number("sackok")? == Some(1) => {
                out.extend([kind::SACK_PERM, 2]);
            }
            "timestamp" => {
                out.extend([kind::TIMESTAMP, 10]);
                out.extend(input.number_or("timestamp", 0_u32)?.to_be_bytes());
                out.extend(input.number_or("tsecr", 0_u32)?.to_be_bytes());
            }
            "tsecr" if !input.given().any(|other| other == "timestamp") => {
                return Err(input.missing("timestamp"));
            }
            "options" => out.extend(input.bytes("options")?.unwrap_or_default()),
            _ => {}
        }
    }
    Ok(out)
}

/// A UDP datagram.
pub(super) fn udp(
    input: &Input<'_>,
    place: &Place<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, BuildError> {
    let len = udp::HEADER + payload.len();
    check_len("udp", "the datagram", len, usize::from(u16::MAX))?;
    let mut bytes = vec![0; udp::HEADER];
    if let Some(mut header) = MutableUdpPacket::new(&mut bytes) {
        header.set_source(input.number_or("sport", DEFAULT_SOURCE_PORT)?);
        header.set_destination(destination_port(input, place)?);
        header.set_length(input.number_or("len", len as u16)?);
    }
    bytes.extend_from_slice(payload);
    fill_checksum(input, place, proto::UDP, 6, &mut bytes)?;
    Ok(bytes)
}

fn destination_port(input: &Input<'_>, place: &Place<'_>) -> Result<u16, BuildError> {
    match (input.number("dport")?, place.above) {
        (Some(port), _) => Ok(port as u16),
        (None, Some(Protocol::Dns)) => Ok(DNS_PORT),
        (None, _) => Err(input.missing("dport")),
    }
}

/// Writes the checksum at `at`: the one that was given, or the right one if the addresses are known.
pub(super) fn fill_checksum(
    input: &Input<'_>,
    place: &Place<'_>,
    protocol: u8,
    at: usize,
    bytes: &mut [u8],
) -> Result<(), BuildError> {
    let computed = place
        .pseudo(protocol)?
        .map_or(0, |pseudo| checksum::with_pseudo(bytes, at, pseudo));
    let sum = input.number_or("chksum", computed)?;
    bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    Ok(())
}

/// The fields of `tcp`.
pub(super) static TCP: [LayerField; 15] = [
    field(
        "sport",
        FieldKind::Number(16),
        "source port; 40000 unless given",
    ),
    field("dport", FieldKind::Number(16), "destination port"),
    field(
        "seq",
        FieldKind::Number(32),
        "sequence number; 0 unless given",
    ),
    field(
        "ack",
        FieldKind::Number(32),
        "acknowledgment number; 0 unless given",
    ),
    field(
        "flags",
        FieldKind::TcpFlags,
        "S A F R P U E C, as tcpdump and scapy write them; S unless given",
    ),
    field(
        "window",
        FieldKind::Number(16),
        "receive window; 65535 unless given",
    ),
    field(
        "urgptr",
        FieldKind::Number(16),
        "urgent pointer; 0 unless given",
    ),
    field(
        "dataofs",
        FieldKind::Number(4),
        "header length in words of 4 bytes; computed unless given",
    ),
    CHKSUM,
    field(
        "mss",
        FieldKind::Number(16),
        "option: maximum segment size in bytes",
    ),
    field(
        "wscale",
        FieldKind::Number(8),
        "option: window scale, a shift of 0 to 14",
    ),
    field(
        "sackok",
        FieldKind::Bool,
        "option: selective acknowledgments are permitted",
    ),
    field(
        "timestamp",
        FieldKind::Number(32),
        "option: timestamp value",
    ),
    field(
        "tsecr",
        FieldKind::Number(32),
        "echoed value of the timestamp option; 0 unless given",
    ),
    field("options", FieldKind::Bytes, "more options as bytes"),
];

/// The words of `tcp`: flags.
pub(super) static TCP_WORDS: [LayerWord; 8] = [
    word("fin", 0x01, "flag: no more data"),
    word("syn", 0x02, "flag: synchronize"),
    word("rst", 0x04, "flag: reset"),
    word("psh", 0x08, "flag: push"),
    word("ack", 0x10, "flag: the acknowledgment number counts"),
    word("urg", 0x20, "flag: the urgent pointer counts"),
    word("ece", 0x40, "flag: ECN echo"),
    word("cwr", 0x80, "flag: congestion window reduced"),
];

/// The fields of `udp`.
pub(super) static UDP: [LayerField; 4] = [
    field(
        "sport",
        FieldKind::Number(16),
        "source port; 40000 unless given",
    ),
    field(
        "dport",
        FieldKind::Number(16),
        "destination port; 53 under dns",
    ),
    field(
        "len",
        FieldKind::Number(16),
        "length; computed unless given",
    ),
    CHKSUM,
];
