//! The main packet fields under Wireshark's names. How they are read from the bytes is `packet`'s business.

use super::{Entry, Kind};
use socklab_packets::schema::capture::frame;
use socklab_packets::schema::internet::{ip, ipv6};
use socklab_packets::schema::link::{arp, eth};
use socklab_packets::schema::message::{icmp, icmpv6};
use socklab_packets::schema::transport::{tcp, udp};

/// Builds rows: `FIELD: "what it says" "where it is defined";`, in more words than the row of the field itself has.
macro_rules! fields {
    ($($protocol:ident::$field:ident: $summary:literal $see:literal;)*) => {
        pub(super) const FIELDS: &[Entry] = &[$(
            Entry {
                name: $protocol::$field.name,
                aliases: &[],
                kind: Kind::Field,
                summary: $summary,
                sections: &[],
                see: $see,
            },
        )*];
    };
}

fields! {
    frame::NUMBER: "the packet's number in this session or file, from 1" "Wireshark";
    frame::TIME_EPOCH: "when the kernel saw it, in seconds since 1970" "Wireshark";
    frame::LEN: "length on the wire in bytes, with all headers" "Wireshark";
    eth::DST: "hardware address of the next receiver on this link; ff:ff:ff:ff:ff:ff is everyone" "IEEE 802.3";
    eth::SRC: "hardware address of the sender on this link" "IEEE 802.3";
    eth::TYPE: "what the frame carries: 0x0800 IPv4, 0x0806 ARP, 0x86dd IPv6" "IEEE 802.3, RFC 9542";
    arp::OPCODE: "1: who has this address? 2: I have it" "RFC 826";
    ip::VERSION: "4" "RFC 791 section 3.1";
    ip::HDR_LEN: "length of the IP header in bytes: 20, more with options" "RFC 791 section 3.1";
    ip::DSFIELD: "DSCP, the class of service, in six bits and ECN in two (IP_TOS)" "RFC 2474, RFC 3168";
    ip::LEN: "length of header and data together" "RFC 791 section 3.1";
    ip::ID: "a number that fragments of one packet share" "RFC 6864";
    ip::FLAGS_DF: "don't fragment: a router that cannot pass it on whole answers with ICMP" "RFC 791 section 3.1";
    ip::FLAGS_MF: "more fragments follow this one" "RFC 791 section 3.1";
    ip::FRAG_OFFSET: "where this fragment's data belongs, in bytes" "RFC 791 section 3.1";
    ip::TTL: "time to live: each router takes one off, at 0 the packet dies; Linux starts with 64" "RFC 791 section 3.1";
    ip::PROTO: "what the packet carries: 1 ICMP, 6 TCP, 17 UDP" "RFC 791 section 3.1, IANA protocol numbers";
    ip::CHECKSUM: "checksum of the header only" "RFC 1071";
    ip::SRC: "address of the sender" "RFC 791 section 3.1";
    ip::DST: "address of the receiver" "RFC 791 section 3.1";
    ip::ADDR: "in a filter: sender or receiver" "Wireshark";
    ipv6::SRC: "address of the sender" "RFC 8200 section 3";
    ipv6::DST: "address of the receiver" "RFC 8200 section 3";
    ipv6::NXT: "what follows this header: a protocol or an extension header" "RFC 8200 section 3";
    ipv6::HLIM: "hop limit: what ip.ttl is in IPv4" "RFC 8200 section 3";
    ipv6::PLEN: "length of what follows the fixed header of 40 bytes" "RFC 8200 section 3";
    ipv6::FLOW: "flow label: packets of one flow share it" "RFC 6437";
    icmp::TYPE: "kind of message: 8 echo request, 0 echo reply, 3 destination unreachable, 11 time exceeded" "RFC 792";
    icmp::CODE: "the kind in detail: of type 3, code 1 host, 3 port unreachable, 4 too big" "RFC 792";
    icmpv6::TYPE: "kind of message: 128 echo request, 129 echo reply, 1 unreachable, 135 and 136 neighbour discovery" "RFC 4443, RFC 4861";
    icmpv6::CODE: "the kind in detail: of type 1, code 4 is port unreachable" "RFC 4443";
    tcp::SRCPORT: "port of the sender" "RFC 9293 section 3.1";
    tcp::DSTPORT: "port of the receiver" "RFC 9293 section 3.1";
    tcp::PORT: "in a filter: port of sender or receiver" "Wireshark";
    tcp::STREAM: "number of the TCP connection in this session or file, from 0" "Wireshark";
    tcp::SEQ: "number of this segment's first byte, counted from 0 at the SYN" "RFC 9293 section 3.4";
    tcp::SEQ_RAW: "the sequence number as the header carries it, starting at a random one" "RFC 9293 section 3.4.1";
    tcp::ACK: "the next byte the sender waits for: everything before it has arrived" "RFC 9293 section 3.4";
    tcp::ACK_RAW: "the acknowledgment number as the header carries it" "RFC 9293 section 3.4";
    tcp::LEN: "bytes of data in this segment, headers not counted" "Wireshark";
    tcp::HDR_LEN: "length of the TCP header in bytes: 20, more with options" "RFC 9293 section 3.1";
    tcp::FLAGS: "the flags as one number: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128" "RFC 9293 section 3.1";
    tcp::FLAGS_STR: "the flags as letters, a dot for each that is not set" "Wireshark";
    tcp::WINDOW_SIZE_VALUE: "the window field as the header carries it, not scaled" "RFC 9293 section 3.1";
    tcp::WINDOW_SIZE: "how many bytes the sender of this segment can take, scaled when the handshake was seen" "RFC 7323 section 2";
    tcp::CHECKSUM: "checksum over addresses, header and data; inside one machine Linux leaves it unfinished" "RFC 9293 section 3.1";
    tcp::URGENT_POINTER: "with URG: where the urgent data ends" "RFC 6093";
    tcp::OPTIONS_MSS_VAL: "largest segment the sender of this SYN can take" "RFC 9293 section 3.7.1";
    tcp::OPTIONS_WSCALE_SHIFT: "windows of this end are to be shifted left by so many bits" "RFC 7323 section 2";
    tcp::OPTIONS_SACK_PERM: "this end understands selective acknowledgments" "RFC 2018";
    tcp::OPTIONS_SACK_LE: "first byte of a block that arrived out of order" "RFC 2018";
    tcp::OPTIONS_SACK_RE: "one past the last byte of that block" "RFC 2018";
    tcp::OPTIONS_TIMESTAMP_TSVAL: "the sender's clock when it sent this" "RFC 7323 section 3";
    tcp::OPTIONS_TIMESTAMP_TSECR: "the peer's clock value this answers: gives the round-trip time" "RFC 7323 section 3";
    tcp::COMPLETENESS: "what was seen of the connection: SYN 1, SYN-ACK 2, ACK 4, data 8, FIN 16, RST 32, added up" "Wireshark";
    tcp::ANALYSIS_FLAGS: "present when the segment has any label of the TCP analysis" "Wireshark";
    tcp::ANALYSIS_ACK_RTT: "time from a segment to the ACK that covers it" "Wireshark";
    tcp::ANALYSIS_ACKS_FRAME: "the packet this one acknowledges" "Wireshark";
    tcp::ANALYSIS_BYTES_IN_FLIGHT: "bytes sent and not yet acknowledged after this segment" "Wireshark";
    tcp::ANALYSIS_DUPLICATE_ACK_NUM: "which repetition of the same acknowledgment this is" "Wireshark";
    tcp::ANALYSIS_DUPLICATE_ACK_FRAME: "the packet with the acknowledgment that is repeated" "Wireshark";
    udp::SRCPORT: "port of the sender: where an answer goes" "RFC 768";
    udp::DSTPORT: "port of the receiver" "RFC 768";
    udp::PORT: "in a filter: port of sender or receiver" "Wireshark";
    udp::LENGTH: "length of the UDP header (8 bytes) and the data" "RFC 768";
    udp::CHECKSUM: "checksum over addresses, header and data; 0 is none (IPv4 only)" "RFC 768";
    udp::STREAM: "number of the UDP conversation in this session or file, from 0" "Wireshark";
}
