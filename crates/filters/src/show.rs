//! The values a field has in a packet, as text: what an expectation shows beside what it demanded. Not how packets are drawn (`render`).

use super::date;
use super::gather::{Scene, source};
use super::value::Datum;
use socklab_packets::record::PacketEvent;
use socklab_packets::schema::{FieldEntry, FieldKind};
use socklab_packets::text::{escape, hex};

/// Bytes longer than this are cut.
const LONGEST: usize = 40;

/// The field's values in the order of the bytes; none when the packet does not have it.
pub(super) fn values(entry: &'static FieldEntry, packet: &PacketEvent) -> Vec<String> {
    let mut shown = Vec::new();
    Scene::of(packet).all(source(entry), entry.kind, &mut |datum| {
        shown.push(match datum {
            Datum::Time(time) if entry.kind == FieldKind::Date => date::shown(time),
            Datum::Present => "present".to_owned(),
            Datum::Number(number) => number.to_string(),
            Datum::Mac(octets) => hex(&octets).replace(' ', ":"),
            Datum::Ipv4(address) => address.to_string(),
            Datum::Ipv6(address) => address.to_string(),
            Datum::Text(text) => escape(text.as_bytes(), LONGEST),
            Datum::Bytes(bytes) | Datum::Protocol(bytes, _) => {
                hex(&bytes[..bytes.len().min(LONGEST)])
            }
            Datum::Time(nanoseconds) => format!("{:.9}", nanoseconds as f64 / 1e9),
        });
    });
    shown
}
