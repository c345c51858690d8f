//! The fields of TCP, UDP, ICMP and ICMPv6 that are in the flat headers.

use super::{FieldReader, icmp, icmpv6, number, of_header, payload, protocol, tcp, udp};
use socklab_packets::headers::flag;
use socklab_packets::schema::{message, transport};

/// Each field with what reads it.
pub(super) const HEADERS: &[&[FieldReader]] = &[TCP, UDP, PAYLOADS, ICMP, ICMPV6];

const TCP: &[FieldReader] = of_header!(|packet, tcp|
    transport::tcp::LAYER => protocol(packet, tcp.header);
    transport::tcp::PORT => number(tcp.srcport), number(tcp.dstport);
    transport::tcp::SRCPORT => number(tcp.srcport);
    transport::tcp::DSTPORT => number(tcp.dstport);
    transport::tcp::SEQ_RAW => number(tcp.seq);
    transport::tcp::ACK_RAW => number(tcp.ack);
    transport::tcp::HDR_LEN => number(tcp.hdr_len);
    transport::tcp::LEN => number(tcp.len);
    transport::tcp::FLAGS => number(tcp.flags);
    transport::tcp::WINDOW_SIZE_VALUE => number(tcp.window);
    transport::tcp::CHECKSUM => number(tcp.checksum);
    transport::tcp::URGENT_POINTER => number(tcp.urgent);
    transport::tcp::FLAGS_FIN => number(tcp.flags & flag::FIN != 0);
    transport::tcp::FLAGS_SYN => number(tcp.flags & flag::SYN != 0);
    transport::tcp::FLAGS_RESET => number(tcp.flags & flag::RST != 0);
    transport::tcp::FLAGS_PUSH => number(tcp.flags & flag::PSH != 0);
    transport::tcp::FLAGS_ACK => number(tcp.flags & flag::ACK != 0);
    transport::tcp::FLAGS_URG => number(tcp.flags & flag::URG != 0);
    transport::tcp::FLAGS_ECE => number(tcp.flags & flag::ECE != 0);
    transport::tcp::FLAGS_CWR => number(tcp.flags & flag::CWR != 0);
    transport::tcp::FLAGS_AE => number(tcp.flags & flag::AE != 0);
);

const UDP: &[FieldReader] = of_header!(|packet, udp|
    transport::udp::LAYER => protocol(packet, udp.header);
    transport::udp::PORT => number(udp.srcport), number(udp.dstport);
    transport::udp::SRCPORT => number(udp.srcport);
    transport::udp::DSTPORT => number(udp.dstport);
    transport::udp::LENGTH => number(udp.length);
    transport::udp::CHECKSUM => number(udp.checksum);
);

const PAYLOADS: &[FieldReader] = &[
    (transport::tcp::PAYLOAD, |packet, give| {
        // What a reset carries is its reason (RFC 9293 section 3.5.3), no data.
        if tcp(packet).is_some_and(|tcp| tcp.flags & flag::RST == 0) {
            payload(packet, give);
        }
    }),
    (transport::udp::PAYLOAD, |packet, give| {
        if udp(packet).is_some() {
            payload(packet, give);
        }
    }),
];

const ICMP: &[FieldReader] = of_header!(|packet, icmp|
    message::icmp::TYPE => number(icmp.kind);
    message::icmp::CODE => number(icmp.code);
    message::icmp::CHECKSUM => number(icmp.checksum);
);

const ICMPV6: &[FieldReader] = of_header!(|packet, icmpv6|
    message::icmpv6::TYPE => number(icmpv6.kind);
    message::icmpv6::CODE => number(icmpv6.code);
    message::icmpv6::CHECKSUM => number(icmpv6.checksum);
);
