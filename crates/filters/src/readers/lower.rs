//! The fields of Ethernet, ARP, IPv4 and IPv6 that are in the flat headers.

use super::{FieldReader, arp, ethernet, first, ip, ipv6, number, of_header, protocol};
use crate::gather::bytes;
use crate::value::Datum;
use socklab_packets::schema::{internet, link};

/// Each field with what reads it.
pub(super) const HEADERS: &[&[FieldReader]] = &[ETHERNET, ADDRESSES, ARP, IPV4, IPV6];

const ETHERNET: &[FieldReader] = &[(link::eth::LAYER, |packet, give| {
    if ethernet(packet).is_some() {
        give(Datum::Protocol(first(packet, 14), &packet.frame.bytes));
    }
})];

const ADDRESSES: &[FieldReader] = of_header!(|packet, ethernet|
    link::eth::ADDR => Datum::Mac(ethernet.dst), Datum::Mac(ethernet.src);
    link::eth::DST => Datum::Mac(ethernet.dst);
    link::eth::SRC => Datum::Mac(ethernet.src);
);

const ARP: &[FieldReader] = of_header!(|packet, arp|
    link::arp::LAYER => Datum::Protocol(bytes(packet, arp.span), bytes(packet, arp.span));
    link::arp::OPCODE => number(arp.opcode);
    link::arp::SRC_HW_MAC => Datum::Mac(arp.sender_mac);
    link::arp::SRC_PROTO_IPV4 => Datum::Ipv4(arp.sender_ip);
    link::arp::DST_HW_MAC => Datum::Mac(arp.target_mac);
    link::arp::DST_PROTO_IPV4 => Datum::Ipv4(arp.target_ip);
);

const IPV4: &[FieldReader] = of_header!(|packet, ip|
    internet::ip::LAYER => protocol(packet, ip.header);
    internet::ip::ADDR => Datum::Ipv4(ip.src), Datum::Ipv4(ip.dst);
    internet::ip::SRC => Datum::Ipv4(ip.src);
    internet::ip::DST => Datum::Ipv4(ip.dst);
    internet::ip::CHECKSUM => number(ip.checksum);
    internet::ip::DSFIELD => number(ip.dsfield);
    internet::ip::FLAGS_DF => number(ip.df);
    internet::ip::FLAGS_MF => number(ip.mf);
    // In units of eight bytes, as the header carries it and Wireshark shows it (RFC 791).
    internet::ip::FRAG_OFFSET => number(ip.frag_offset / 8);
    internet::ip::HDR_LEN => number(ip.hdr_len);
    internet::ip::ID => number(ip.id);
    internet::ip::LEN => number(ip.len);
    internet::ip::PROTO => number(ip.proto);
    internet::ip::TTL => number(ip.ttl);
);

const IPV6: &[FieldReader] = of_header!(|packet, ipv6|
    internet::ipv6::ADDR => Datum::Ipv6(ipv6.src), Datum::Ipv6(ipv6.dst);
    internet::ipv6::SRC => Datum::Ipv6(ipv6.src);
    internet::ipv6::DST => Datum::Ipv6(ipv6.dst);
    internet::ipv6::FLOW => number(ipv6.flow);
    internet::ipv6::HLIM => number(ipv6.hlim);
    internet::ipv6::NXT => number(ipv6.nxt);
    internet::ipv6::PLEN => number(ipv6.plen);
    internet::ipv6::TCLASS => number(ipv6.traffic_class);
);
