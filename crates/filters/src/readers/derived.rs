//! The fields that are made from the value of another one: bits of an address, an address as text, a number read the other way round.

use super::{first, payload, tcp};
use crate::gather::Reader;
use crate::value::Datum;
use socklab_packets::headers::flag;
use socklab_packets::schema::application::http;
use socklab_packets::schema::internet::{ip, ipv6};
use socklab_packets::schema::link::{arp, eth};
use socklab_packets::schema::message::icmp;
use socklab_packets::schema::transport::tcp;
use socklab_packets::schema::{FieldEntry, FieldKind};
use std::net::Ipv4Addr;

/// Makes values of a value.
pub(crate) type Make = fn(Datum<'_>, &mut dyn FnMut(Datum<'_>));

/// A field that is made from another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Derived {
    /// The field itself.
    pub(crate) field: &'static FieldEntry,
    /// Where it comes from.
    pub(crate) base: Base,
    /// How.
    pub(crate) make: Make,
}

/// What a field is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    /// Another field.
    Field(&'static FieldEntry),
    /// What this reader finds, of this kind.
    Read(Reader, FieldKind),
}

/// All of them.
pub(crate) const DERIVED: &[Derived] = &[
    of(eth::LG, eth::ADDR, local),
    of(eth::DST_LG, eth::DST, local),
    of(eth::SRC_LG, eth::SRC, local),
    of(eth::IG, eth::ADDR, group),
    of(eth::DST_IG, eth::DST, group),
    of(eth::SRC_IG, eth::SRC, group),
    of(eth::ADDR_OUI, eth::ADDR, vendor),
    of(eth::DST_OUI, eth::DST, vendor),
    of(eth::SRC_OUI, eth::SRC, vendor),
    of(ip::HOST, ip::ADDR, written),
    of(ip::SRC_HOST, ip::SRC, written),
    of(ip::DST_HOST, ip::DST, written),
    of(ipv6::HOST, ipv6::ADDR, written),
    of(ipv6::SRC_HOST, ipv6::SRC, written),
    of(ipv6::DST_HOST, ipv6::DST, written),
    of(icmp::IDENT_LE, icmp::IDENT, swapped),
    of(icmp::SEQ_LE, icmp::SEQ, swapped),
    of(http::REQUEST_URI_PATH, http::REQUEST_URI, path),
    of(http::REQUEST_URI_QUERY, http::REQUEST_URI, query),
    of(
        http::REQUEST_URI_QUERY_PARAMETER,
        http::REQUEST_URI,
        |uri, give| {
            query(uri, &mut |datum| {
                if let Datum::Text(query) = datum {
                    for parameter in query.split('&') {
                        give(Datum::Text(parameter));
                    }
                }
            });
        },
    ),
    of(tcp::CONNECTION_SYN, tcp::FLAGS, |flags, give| {
        when(flags, flag::SYN | flag::ACK, flag::SYN, give);
    }),
    of(tcp::CONNECTION_SYNACK, tcp::FLAGS, |flags, give| {
        when(flags, flag::SYN | flag::ACK, flag::SYN | flag::ACK, give);
    }),
    of(tcp::CONNECTION_FIN, tcp::FLAGS, |flags, give| {
        when(flags, flag::FIN, flag::FIN, give);
    }),
    of(tcp::CONNECTION_RST, tcp::FLAGS, |flags, give| {
        when(flags, flag::RST, flag::RST, give);
    }),
    Derived {
        field: tcp::RESET_CAUSE,
        base: Base::Read(
            |packet, give| {
                if tcp(packet).is_some_and(|tcp| tcp.flags & flag::RST != 0) {
                    payload(packet, give);
                }
            },
            FieldKind::Bytes,
        ),
        make: |bytes, give| {
            bytes.with_bytes(|bytes| give(Datum::Text(&String::from_utf8_lossy(bytes))));
        },
    },
    // Who asks for, or tells, the address it has itself (RFC 5227).
    Derived {
        field: arp::ISGRATUITOUS,
        base: Base::Read(arp, FieldKind::Bytes),
        make: |message, give| {
            when_arp(message, give, |_, sender, target| sender == target);
        },
    },
    Derived {
        field: arp::ISPROBE,
        base: Base::Read(arp, FieldKind::Bytes),
        make: |message, give| {
            when_arp(message, give, |request, sender, target| {
                request && sender.is_unspecified() && sender != target
            });
        },
    },
    Derived {
        field: arp::ISANNOUNCEMENT,
        base: Base::Read(arp, FieldKind::Bytes),
        make: |message, give| {
            when_arp(message, give, |request, sender, target| {
                request && sender == target
            });
        },
    },
];

const fn of(field: &'static FieldEntry, base: &'static FieldEntry, make: Make) -> Derived {
    Derived {
        field,
        base: Base::Field(base),
        make,
    }
}

fn octet(datum: Datum<'_>) -> Option<u8> {
    datum.with_bytes(|bytes| bytes.first().copied())
}

/// The second lowest bit of the first byte: the address was given out locally (IEEE 802).
fn local(datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    if let Some(octet) = octet(datum) {
        give(Datum::Number((octet & 2 != 0).into()));
    }
}

/// The lowest bit of the first byte: the address is that of a group (IEEE 802).
fn group(datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    if let Some(octet) = octet(datum) {
        give(Datum::Number((octet & 1 != 0).into()));
    }
}

/// The first three bytes, which name who gave the address out.
fn vendor(datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    if let Datum::Mac([first, second, third, ..]) = datum {
        give(Datum::Number(
            u32::from_be_bytes([0, first, second, third]).into(),
        ));
    }
}

/// An address as text: names are not looked up.
fn written(datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    match datum {
        Datum::Ipv4(address) => give(Datum::Text(&address.to_string())),
        Datum::Ipv6(address) => give(Datum::Text(&address.to_string())),
        _ => {}
    }
}

/// A number of two bytes as a little-endian sender meant it.
fn swapped(datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    if let Datum::Number(number) = datum
        && let Ok(number) = u16::try_from(number)
    {
        give(Datum::Number(number.swap_bytes().into()));
    }
}

/// What stands before the question mark.
fn path(datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    if let Datum::Text(uri) = datum {
        give(Datum::Text(
            uri.split_once('?').map_or(uri, |(path, _)| path),
        ));
    }
}

/// What stands after it.
fn query(datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    if let Datum::Text(uri) = datum
        && let Some((_, query)) = uri.split_once('?')
    {
        give(Datum::Text(query));
    }
}

/// A label, when the flags of the mask are these.
fn when(flags: Datum<'_>, mask: u16, wanted: u16, give: &mut dyn FnMut(Datum<'_>)) {
    if let Datum::Number(flags) = flags
        && flags & i128::from(mask) == i128::from(wanted)
    {
        give(Datum::Present);
    }
}

/// The message of ARP between Ethernet and IPv4.
fn arp<'a>(packet: &'a socklab_packets::record::PacketEvent, give: &mut dyn FnMut(Datum<'a>)) {
    if let Some(arp) = super::arp(packet) {
        let end = arp.span.end as usize;
        let message = first(packet, end).get(arp.span.start as usize..);
        give(Datum::Bytes(message.unwrap_or_default()));
    }
}

/// True, when it holds of whether a message is a request, of its sender and of its target.
fn when_arp(
    message: Datum<'_>,
    give: &mut dyn FnMut(Datum<'_>),
    holds: impl Fn(bool, Ipv4Addr, Ipv4Addr) -> bool,
) {
    message.with_bytes(|bytes| {
        let address = |at: usize| -> Option<Ipv4Addr> {
            let octets: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(octets.into())
        };
        if let (Some(sender), Some(target)) = (address(14), address(24))
            && holds(bytes[7] == 1, sender, target)
        {
            give(Datum::Number(1));
        }
    });
}
