//! The fields of ICMP, ICMPv6 and IGMP.

use super::protocols;

protocols! {
    icmp {
        LAYER "icmp" Protocol "Internet Control Message Protocol": "Internet Control Message Protocol";
        ADDR_ENTRY_SIZE "icmp.addr_entry_size" Number(8) "Address entry size": "router advertisement: words of an entry";
        ADDRESS_MASK "icmp.address_mask" Ipv4 "Address Mask": "address mask";
        CHECKSUM "icmp.checksum" Number(16) "Checksum": "checksum, as carried";
        CODE "icmp.code" Number(8) "Code": "code: what kind of its type";
        DATA "icmp.data" Bytes "Data": "data of a message that was cut short";
        IDENT "icmp.ident" Number(16) "Identifier": "identifier of an echo";
        IDENT_LE "icmp.ident_le" Number(16): "the same, of a little-endian sender";
        LENGTH "icmp.length" Number(8) "Length of the quote in words": "length of the quoted packet in words";
        LIFETIME "icmp.lifetime" Number(16) "Lifetime": "router advertisement: lifetime in seconds";
        MTU "icmp.mtu" Number(16) "MTU of next hop": "the MTU that a packet was too big for";
        NUM_ADDRS "icmp.num_addrs" Number(8) "Number of addresses": "router advertisement: how many addresses";
        ORIGINATE_TIMESTAMP "icmp.originate_timestamp" Number(32) "Originate Timestamp": "timestamp: when it was sent";
        POINTER "icmp.pointer" Number(32) "Pointer": "where in the quoted packet the fault is";
        PREF_LEVEL "icmp.pref_level" Number(32) "Preference level": "router advertisement: preference";
        RECEIVE_TIMESTAMP "icmp.receive_timestamp" Number(32) "Receive Timestamp": "timestamp: when it was received";
        REDIR_GW "icmp.redir_gw" Ipv4 "Gateway Address": "redirect: the better gateway";
        ROUTER_ADDRESS "icmp.router_address" Ipv4 "Router address": "router advertisement: address";
        SEQ "icmp.seq" Number(16) "Sequence Number": "sequence number of an echo";
        SEQ_LE "icmp.seq_le" Number(16): "the same, of a little-endian sender";
        TRANSMIT_TIMESTAMP "icmp.transmit_timestamp" Number(32) "Transmit Timestamp": "timestamp: when it was answered";
        TYPE "icmp.type" Number(8) "Type": "type: 0 echo reply, 3 unreachable, 8 echo request, 11 time exceeded";
        UNUSED "icmp.unused" Bytes "Unused": "unused bytes";
    }

    icmpv6 {
        LAYER "icmpv6" Protocol "Internet Control Message Protocol v6": "Internet Control Message Protocol for IPv6";
        CHECKSUM "icmpv6.checksum" Number(16) "Checksum": "checksum, as carried";
        CODE "icmpv6.code" Number(8) "Code": "code: what kind of its type";
        ECHO_IDENTIFIER "icmpv6.echo.identifier" Number(16) "Identifier": "identifier of an echo";
        ECHO_SEQUENCE_NUMBER "icmpv6.echo.sequence_number" Number(16) "Sequence": "sequence number of an echo";
        LENGTH "icmpv6.length" Number(8) "Length of the quote in eights": "length of the quoted packet in eights";
        MLD_DATA "icmpv6.mld.data" Bytes "Version 2 fields": "version 2 part of a listener query";
        MLD_MAXIMUM_RESPONSE_DELAY "icmpv6.mld.maximum_response_delay" Number(16) "Maximum Response Delay [ms]": "listener query: answer within, in milliseconds";
        MLD_MULTICAST_ADDRESS "icmpv6.mld.multicast_address" Ipv6 "Multicast Address": "listener message: the group";
        MLDR_MAR "icmpv6.mldr.mar" Label "Multicast Address Record": "a record of a version 2 listener report";
        MLDR_MAR_AUX_DATA_LEN "icmpv6.mldr.mar.aux_data_len" Number(8) "Aux Data Len": "words of its auxiliary data";
        MLDR_MAR_MULTICAST_ADDRESS "icmpv6.mldr.mar.multicast_address" Ipv6 "Multicast Address": "its group";
        MLDR_MAR_NB_SOURCES "icmpv6.mldr.mar.nb_sources" Number(16) "Number of Sources": "how many sources it names";
        MLDR_MAR_RECORD_TYPE "icmpv6.mldr.mar.record_type" Number(8) "Record Type": "what it says of the group";
        MLDR_MAR_SOURCE_ADDRESS "icmpv6.mldr.mar.source_address" Ipv6 "Source Address": "a source it names";
        MLDR_NB_MCAST_RECORDS "icmpv6.mldr.nb_mcast_records" Number(16) "Number of Multicast Address Records": "how many records the report has";
        MTU "icmpv6.mtu" Number(32) "MTU": "the MTU that a packet was too big for";
        ND_NA_FLAG_O "icmpv6.nd.na.flag.o" Boolean "Override": "neighbour advertisement: override";
        ND_NA_FLAG_R "icmpv6.nd.na.flag.r" Boolean "Router": "neighbour advertisement: a router";
        ND_NA_FLAG_RSV "icmpv6.nd.na.flag.rsv" Number(32) "Reserved": "neighbour advertisement: reserved bits";
        ND_NA_FLAG_S "icmpv6.nd.na.flag.s" Boolean "Solicited": "neighbour advertisement: solicited";
        ND_NA_TARGET_ADDRESS "icmpv6.nd.na.target_address" Ipv6 "Target Address": "neighbour advertisement: whose address";
        ND_NS_TARGET_ADDRESS "icmpv6.nd.ns.target_address" Ipv6 "Target Address": "neighbour solicitation: who is looked for";
        ND_RA_CUR_HOP_LIMIT "icmpv6.nd.ra.cur_hop_limit" Number(8) "Cur hop limit": "router advertisement: hop limit to use";
        ND_RA_FLAG_H "icmpv6.nd.ra.flag.h" Boolean "Home Agent": "router advertisement: home agent";
        ND_RA_FLAG_M "icmpv6.nd.ra.flag.m" Boolean "Managed address configuration": "router advertisement: addresses by DHCPv6";
        ND_RA_FLAG_O "icmpv6.nd.ra.flag.o" Boolean "Other configuration": "router advertisement: other settings by DHCPv6";
        ND_RA_FLAG_PRF "icmpv6.nd.ra.flag.prf" Number(8) "Default Router Preference": "router advertisement: preference";
        ND_RA_REACHABLE_TIME "icmpv6.nd.ra.reachable_time" Number(32) "Reachable time (ms)": "router advertisement: reachable time in milliseconds";
        ND_RA_RETRANS_TIMER "icmpv6.nd.ra.retrans_timer" Number(32) "Retrans timer (ms)": "router advertisement: time between solicitations in milliseconds";
        ND_RA_ROUTER_LIFETIME "icmpv6.nd.ra.router_lifetime" Number(16) "Router lifetime (s)": "router advertisement: lifetime in seconds";
        OPT "icmpv6.opt" Label "Option": "an option of neighbour discovery";
        OPT_LENGTH "icmpv6.opt.length" Number(8) "Length": "its length in eights";
        OPT_LINKADDR "icmpv6.opt.linkaddr" Bytes "Link-layer address": "link-layer address";
        OPT_MTU "icmpv6.opt.mtu" Number(32) "MTU": "MTU of the link";
        OPT_NONCE "icmpv6.opt.nonce" Bytes "Nonce": "nonce";
        OPT_PREFIX "icmpv6.opt.prefix" Ipv6 "Prefix": "prefix of the link";
        OPT_PREFIX_FLAG_A "icmpv6.opt.prefix.flag.a" Boolean "Autonomous": "prefix: make addresses from it";
        OPT_PREFIX_FLAG_L "icmpv6.opt.prefix.flag.l" Boolean "On-link": "prefix: is on this link";
        OPT_PREFIX_LENGTH "icmpv6.opt.prefix.length" Number(8) "Prefix Length": "prefix: its length in bits";
        OPT_PREFIX_PREFERRED_LIFETIME "icmpv6.opt.prefix.preferred_lifetime" Number(32) "Preferred Lifetime": "prefix: preferred lifetime in seconds";
        OPT_PREFIX_VALID_LIFETIME "icmpv6.opt.prefix.valid_lifetime" Number(32) "Valid Lifetime": "prefix: valid lifetime in seconds";
        OPT_TYPE "icmpv6.opt.type" Number(8) "Type": "kind of the option";
        OPT_UNKNOWN_DATA "icmpv6.opt.unknown_data" Bytes "Data": "data of an option that is not known here";
        POINTER "icmpv6.pointer" Number(32) "Pointer": "where in the quoted packet the fault is";
        RD_NA_DESTINATION_ADDRESS "icmpv6.rd.na.destination_address" Ipv6 "Destination Address": "redirect: whose packets";
        RD_NA_TARGET_ADDRESS "icmpv6.rd.na.target_address" Ipv6 "Target Address": "redirect: the better first hop";
        RESERVED "icmpv6.reserved" Bytes "Reserved": "reserved bytes";
        TYPE "icmpv6.type" Number(8) "Type": "type: 1 unreachable, 3 time exceeded, 128 echo request, 129 echo reply";
    }

    igmp {
        LAYER "igmp" Protocol: "Internet Group Management Protocol";
        AUX_DATA_LEN "igmp.aux_data_len" Number(8) "Aux Data Len": "words of a record's auxiliary data";
        CHECKSUM "igmp.checksum" Number(16) "Checksum": "checksum, as carried";
        GROUP_RECORD "igmp.group_record" Label "Group Record": "a record of a version 3 report";
        MADDR "igmp.maddr" Ipv4 "Multicast Address": "the group";
        MAX_RESP "igmp.max_resp" Number(8) "Max Resp Time": "query: answer within, in tenths of a second";
        NUM_GRP_RECS "igmp.num_grp_recs" Number(16) "Num Group Records": "how many records the report has";
        NUM_SRC "igmp.num_src" Number(16) "Num Src": "how many sources are named";
        QQIC "igmp.qqic" Number(8) "Querier's Query Interval Code": "query: the querier's interval, as a code";
        QRV "igmp.qrv" Number(8) "Querier's Robustness Variable": "query: the querier's robustness";
        RECORD_TYPE "igmp.record_type" Number(8) "Record Type": "what a record says of the group";
        RESERVED "igmp.reserved" Bytes "Reserved": "reserved bytes";
        S "igmp.s" Boolean "Suppress router-side processing": "query: routers shall not restart their timers";
        SADDR "igmp.saddr" Ipv4 "Source Address": "a source that is named";
        TYPE "igmp.type" Number(8) "Type": "type: 0x11 query, 0x16 report, 0x17 leave, 0x22 version 3 report";
    }
}
