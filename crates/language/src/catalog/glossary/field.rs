//! The main packet fields under Wireshark's names. How they are read from the bytes is `packet`'s business.

use super::{Entry, Kind};

/// Builds rows: `"name" "what it says" "where it is defined";`.
macro_rules! fields {
    ($($name:literal $summary:literal $see:literal;)*) => {
        pub(super) const FIELDS: &[Entry] = &[$(
            Entry {
                name: $name,
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
    "frame.number" "the packet's number in this session or file, from 1" "Wireshark";
    "frame.time_epoch" "when the kernel saw it, in seconds since 1970" "Wireshark";
    "frame.len" "length on the wire in bytes, with all headers" "Wireshark";
    "eth.dst" "hardware address of the next receiver on this link; ff:ff:ff:ff:ff:ff is everyone" "IEEE 802.3";
    "eth.src" "hardware address of the sender on this link" "IEEE 802.3";
    "eth.type" "what the frame carries: 0x0800 IPv4, 0x0806 ARP, 0x86dd IPv6" "IEEE 802.3, RFC 9542";
    "arp.opcode" "1: who has this address? 2: I have it" "RFC 826";
    "ip.version" "4" "RFC 791 section 3.1";
    "ip.hdr_len" "length of the IP header in bytes: 20, more with options" "RFC 791 section 3.1";
    "ip.dsfield" "DSCP, the class of service, in six bits and ECN in two (IP_TOS)" "RFC 2474, RFC 3168";
    "ip.len" "length of header and data together" "RFC 791 section 3.1";
    "ip.id" "a number that fragments of one packet share" "RFC 6864";
    "ip.flags.df" "don't fragment: a router that cannot pass it on whole answers with ICMP" "RFC 791 section 3.1";
    "ip.flags.mf" "more fragments follow this one" "RFC 791 section 3.1";
    "ip.frag_offset" "where this fragment's data belongs, in bytes" "RFC 791 section 3.1";
    "ip.ttl" "time to live: each router takes one off, at 0 the packet dies; Linux starts with 64" "RFC 791 section 3.1";
    "ip.proto" "what the packet carries: 1 ICMP, 6 TCP, 17 UDP" "RFC 791 section 3.1, IANA protocol numbers";
    "ip.checksum" "checksum of the header only" "RFC 1071";
    "ip.src" "address of the sender" "RFC 791 section 3.1";
    "ip.dst" "address of the receiver" "RFC 791 section 3.1";
    "ip.addr" "in a filter: sender or receiver" "Wireshark";
    "ipv6.src" "address of the sender" "RFC 8200 section 3";
    "ipv6.dst" "address of the receiver" "RFC 8200 section 3";
    "ipv6.nxt" "what follows this header: a protocol or an extension header" "RFC 8200 section 3";
    "ipv6.hlim" "hop limit: what ip.ttl is in IPv4" "RFC 8200 section 3";
    "ipv6.plen" "length of what follows the fixed header of 40 bytes" "RFC 8200 section 3";
    "ipv6.flow" "flow label: packets of one flow share it" "RFC 6437";
    "icmp.type" "kind of message: 8 echo request, 0 echo reply, 3 destination unreachable, 11 time exceeded" "RFC 792";
    "icmp.code" "the kind in detail: of type 3, code 1 host, 3 port unreachable, 4 too big" "RFC 792";
    "icmpv6.type" "kind of message: 128 echo request, 129 echo reply, 1 unreachable, 135 and 136 neighbour discovery" "RFC 4443, RFC 4861";
    "icmpv6.code" "the kind in detail: of type 1, code 4 is port unreachable" "RFC 4443";
    "tcp.srcport" "port of the sender" "RFC 9293 section 3.1";
    "tcp.dstport" "port of the receiver" "RFC 9293 section 3.1";
    "tcp.port" "in a filter: port of sender or receiver" "Wireshark";
    "tcp.stream" "number of the TCP connection in this session or file, from 0" "Wireshark";
    "tcp.seq" "number of this segment's first byte, counted from 0 at the SYN" "RFC 9293 section 3.4";
    "tcp.seq_raw" "the sequence number as the header carries it, starting at a random one" "RFC 9293 section 3.4.1";
    "tcp.ack" "the next byte the sender waits for: everything before it has arrived" "RFC 9293 section 3.4";
    "tcp.ack_raw" "the acknowledgment number as the header carries it" "RFC 9293 section 3.4";
    "tcp.len" "bytes of data in this segment, headers not counted" "Wireshark";
    "tcp.hdr_len" "length of the TCP header in bytes: 20, more with options" "RFC 9293 section 3.1";
    "tcp.flags" "the flags as one number: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128" "RFC 9293 section 3.1";
    "tcp.flags.str" "the flags as letters, a dot for each that is not set" "Wireshark";
    "tcp.window_size_value" "the window field as the header carries it, not scaled" "RFC 9293 section 3.1";
    "tcp.window_size" "how many bytes the sender of this segment can take, scaled when the handshake was seen" "RFC 7323 section 2";
    "tcp.checksum" "checksum over addresses, header and data; inside one machine Linux leaves it unfinished" "RFC 9293 section 3.1";
    "tcp.urgent_pointer" "with URG: where the urgent data ends" "RFC 6093";
    "tcp.options.mss_val" "largest segment the sender of this SYN can take" "RFC 9293 section 3.7.1";
    "tcp.options.wscale.shift" "windows of this end are to be shifted left by so many bits" "RFC 7323 section 2";
    "tcp.options.sack_perm" "this end understands selective acknowledgments" "RFC 2018";
    "tcp.options.sack_le" "first byte of a block that arrived out of order" "RFC 2018";
    "tcp.options.sack_re" "one past the last byte of that block" "RFC 2018";
    "tcp.options.timestamp.tsval" "the sender's clock when it sent this" "RFC 7323 section 3";
    "tcp.options.timestamp.tsecr" "the peer's clock value this answers: gives the round-trip time" "RFC 7323 section 3";
    "tcp.completeness" "what was seen of the connection: SYN 1, SYN-ACK 2, ACK 4, data 8, FIN 16, RST 32, added up" "Wireshark";
    "tcp.analysis.flags" "present when the segment has any label of the TCP analysis" "Wireshark";
    "tcp.analysis.ack_rtt" "time from a segment to the ACK that covers it" "Wireshark";
    "tcp.analysis.acks_frame" "the packet this one acknowledges" "Wireshark";
    "tcp.analysis.bytes_in_flight" "bytes sent and not yet acknowledged after this segment" "Wireshark";
    "tcp.analysis.duplicate_ack_num" "which repetition of the same acknowledgment this is" "Wireshark";
    "tcp.analysis.duplicate_ack_frame" "the packet with the acknowledgment that is repeated" "Wireshark";
    "udp.srcport" "port of the sender: where an answer goes" "RFC 768";
    "udp.dstport" "port of the receiver" "RFC 768";
    "udp.port" "in a filter: port of sender or receiver" "Wireshark";
    "udp.length" "length of the UDP header (8 bytes) and the data" "RFC 768";
    "udp.checksum" "checksum over addresses, header and data; 0 is none (IPv4 only)" "RFC 768";
    "udp.stream" "number of the UDP conversation in this session or file, from 0" "Wireshark";
}
