//! The fields of IPv4 and IPv6 with their options and extension headers.

use super::protocols;

protocols! {
    ip {
        LAYER "ip" Protocol "Internet Protocol Version 4": "Internet Protocol version 4";
        ADDR "ip.addr" Ipv4: "source or destination address";
        CHECKSUM "ip.checksum" Number(16) "Header Checksum": "checksum of the header, as carried";
        DSFIELD "ip.dsfield" Number(8) "Differentiated Services Field": "DSCP and ECN together";
        DSFIELD_DSCP "ip.dsfield.dscp" Number(8) "Differentiated Services Codepoint": "differentiated services codepoint";
        DSFIELD_ECN "ip.dsfield.ecn" Number(8) "Explicit Congestion Notification": "congestion notification: 0 not capable, 1 and 2 capable, 3 congestion";
        DST "ip.dst" Ipv4 "Destination Address": "destination address";
        DST_HOST "ip.dst_host" Text: "destination address, as text";
        FLAGS "ip.flags" Number(8) "Flags": "the three flags: 2 don't fragment, 1 more fragments";
        FLAGS_DF "ip.flags.df" Boolean "Don't fragment": "don't fragment";
        FLAGS_MF "ip.flags.mf" Boolean "More fragments": "more fragments follow";
        FLAGS_RB "ip.flags.rb" Boolean "Reserved bit": "the reserved bit";
        FRAG_OFFSET "ip.frag_offset" Number(16) "Fragment Offset": "where this fragment begins, in bytes";
        HDR_LEN "ip.hdr_len" Number(8) "Header Length": "length of the header in bytes";
        HOST "ip.host" Text: "source or destination address, as text";
        ID "ip.id" Number(16) "Identification": "identification, the same in all fragments of a packet";
        LEN "ip.len" Number(16) "Total Length": "length of header and payload";
        OPT_DATA "ip.opt.data" Bytes "Data": "data of an option";
        OPT_EOL "ip.opt.eol" Label "End of Options List": "option: end of the list";
        OPT_LEN "ip.opt.len" Number(8) "Length": "length of an option";
        OPT_LOOSE_SOURCE_ROUTE "ip.opt.loose_source_route" Label "Loose Source Route": "option: loose source route";
        OPT_NOP "ip.opt.nop" Label "No Operation": "option: no operation";
        OPT_PTR "ip.opt.ptr" Number(8) "Pointer": "pointer of a route option";
        OPT_RA "ip.opt.ra" Number(16) "Router Alert": "value of the router alert option";
        OPT_RECORD_ROUTE "ip.opt.record_route" Label "Record Route": "option: record route";
        OPT_ROUTER_ALERT "ip.opt.router_alert" Label "Router Alert": "option: router alert";
        OPT_SECURITY "ip.opt.security" Label "Security": "option: security";
        OPT_STRICT_SOURCE_ROUTE "ip.opt.strict_source_route" Label "Strict Source Route": "option: strict source route";
        OPT_TIMESTAMP "ip.opt.timestamp" Label "Internet Timestamp": "option: timestamps";
        OPT_TYPE "ip.opt.type" Number(8) "Type": "kind of an option";
        OPT_UNKNOWN "ip.opt.unknown" Label "Unknown option": "an option that is not known here";
        OPTIONS "ip.options" Bytes "Options": "all options";
        PROTO "ip.proto" Number(8) "Protocol": "what it carries: 1 ICMP, 6 TCP, 17 UDP";
        REC_RT "ip.rec_rt" Ipv4 "Address": "address in a record route option";
        SRC "ip.src" Ipv4 "Source Address": "source address";
        SRC_HOST "ip.src_host" Text: "source address, as text";
        SRC_RT "ip.src_rt" Ipv4 "Address": "address in a source route option";
        TTL "ip.ttl" Number(8) "Time to Live": "hops that are left";
        VERSION "ip.version" Number(8) "Version": "4, or 6 in an IPv6 header";
    }

    ipv6 {
        LAYER "ipv6" Protocol "Internet Protocol Version 6": "Internet Protocol version 6";
        ADDR "ipv6.addr" Ipv6: "source or destination address";
        DST "ipv6.dst" Ipv6 "Destination Address": "destination address";
        DST_HOST "ipv6.dst_host" Text: "destination address, as text";
        DSTOPTS "ipv6.dstopts" Protocol "IPv6 Destination Options": "destination options header";
        DSTOPTS_LEN "ipv6.dstopts.len" Number(8) "Length": "its length in eights, less one";
        DSTOPTS_NXT "ipv6.dstopts.nxt" Number(8) "Next Header": "what follows it";
        FLOW "ipv6.flow" Number(24) "Flow Label": "flow label";
        FRAGHDR "ipv6.fraghdr" Protocol "IPv6 Fragment Header": "fragment header";
        FRAGHDR_IDENT "ipv6.fraghdr.ident" Number(32) "Identification": "identification, the same in all fragments of a packet";
        FRAGHDR_MORE "ipv6.fraghdr.more" Boolean "More fragments": "more fragments follow";
        FRAGHDR_NXT "ipv6.fraghdr.nxt" Number(8) "Next Header": "what follows it";
        FRAGHDR_OFFSET "ipv6.fraghdr.offset" Number(16) "Offset": "where this fragment begins, in units of eight bytes";
        FRAGHDR_RESERVED_BITS "ipv6.fraghdr.reserved_bits" Number(16) "Reserved bits": "its reserved bits";
        FRAGHDR_RESERVED_OCTET "ipv6.fraghdr.reserved_octet" Number(8) "Reserved octet": "its reserved byte";
        HLIM "ipv6.hlim" Number(8) "Hop Limit": "hops that are left";
        HOPOPTS "ipv6.hopopts" Protocol "IPv6 Hop-by-Hop Options": "hop-by-hop options header";
        HOPOPTS_LEN "ipv6.hopopts.len" Number(8) "Length": "its length in eights, less one";
        HOPOPTS_NXT "ipv6.hopopts.nxt" Number(8) "Next Header": "what follows it";
        HOST "ipv6.host" Text: "source or destination address, as text";
        NXT "ipv6.nxt" Number(8) "Next Header": "what follows the fixed header";
        OPT "ipv6.opt" Label "Option": "an option of an extension header";
        OPT_JUMBO "ipv6.opt.jumbo" Number(32) "Payload Length": "length of a jumbogram";
        OPT_LENGTH "ipv6.opt.length" Number(8) "Length": "length of an option";
        OPT_PADN "ipv6.opt.padn" Bytes "PadN": "padding option";
        OPT_ROUTER_ALERT "ipv6.opt.router_alert" Number(16) "Router Alert": "value of the router alert option";
        OPT_TYPE "ipv6.opt.type" Number(8) "Type": "kind of an option";
        OPT_UNKNOWN_DATA "ipv6.opt.unknown_data" Bytes "Data": "data of an option that is not known here";
        PLEN "ipv6.plen" Number(16) "Payload Length": "length of what follows the fixed header";
        ROUTING "ipv6.routing" Protocol "IPv6 Routing Header": "routing header";
        ROUTING_LEN "ipv6.routing.len" Number(8) "Length": "its length in eights, less one";
        ROUTING_NXT "ipv6.routing.nxt" Number(8) "Next Header": "what follows it";
        ROUTING_SEGLEFT "ipv6.routing.segleft" Number(8) "Segments Left": "stations that are still to be visited";
        ROUTING_TYPE "ipv6.routing.type" Number(8) "Type": "kind of the routing header";
        ROUTING_UNKNOWN_DATA "ipv6.routing.unknown.data" Bytes "Type-specific data": "the rest of the routing header";
        SRC "ipv6.src" Ipv6 "Source Address": "source address";
        SRC_HOST "ipv6.src_host" Text: "source address, as text";
        TCLASS "ipv6.tclass" Number(32) "Traffic Class": "traffic class: DSCP and ECN together";
        TCLASS_DSCP "ipv6.tclass.dscp" Number(32) "Differentiated Services Codepoint": "differentiated services codepoint";
        TCLASS_ECN "ipv6.tclass.ecn" Number(32) "Explicit Congestion Notification": "congestion notification";
        UNKNOWN_HDR "ipv6.unknown_hdr" Bytes "Type-specific data": "the rest of an extension header that is not known here";
        VERSION "ipv6.version" Number(8) "Version": "6";
    }

    ah {
        LAYER "ah" Protocol "Authentication Header": "IP Authentication Header";
        ICV "ah.icv" Bytes "AH ICV": "integrity check value";
        LENGTH "ah.length" Number(8) "Length": "its length";
        NEXT_HEADER "ah.next_header" Number(8) "Next Header": "what follows it";
        RESERVED "ah.reserved" Bytes "Reserved": "its reserved bytes";
        SEQUENCE "ah.sequence" Number(32) "AH Sequence": "sequence number";
        SPI "ah.spi" Number(32) "AH SPI": "security parameters index";
    }

    hip {
        LAYER "hip" Protocol "Host Identity Protocol": "Host Identity Protocol header";
        HDR_LEN "hip.hdr_len" Number(8) "Length": "its length";
        PROTO "hip.proto" Number(8) "Next Header": "what follows it";
    }

    mip6 {
        HLEN "mip6.hlen" Number(8) "Length": "its length";
        NEXTHEADER "mip6.nextheader" Number(8) "Next Header": "what follows it";
    }

    mipv6 {
        LAYER "mipv6" Protocol "Mobile IPv6": "Mobile IPv6 header";
    }

    shim6 {
        LAYER "shim6" Protocol "Shim6": "Shim6 header";
        LEN "shim6.len" Number(8) "Length": "its length";
        NXT "shim6.nxt" Number(8) "Next Header": "what follows it";
    }
}
