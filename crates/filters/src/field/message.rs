//! What UDP, ICMP, ICMPv6 and IGMP have. The decoding is in `packet/`.

use super::FieldKind::{Boolean, Bytes, Ipv4, Ipv6, Label, Number, Protocol, Time};
use super::{FieldEntry, row};

/// The rows of this part, in any order.
pub(super) const FIELDS: &[FieldEntry] = &[
    row("udp", Protocol, "User Datagram Protocol"),
    row(
        "udp.checksum",
        Number(16),
        "checksum, as carried; 0 when there is none",
    ),
    row("udp.dstport", Number(16), "destination port"),
    row("udp.length", Number(16), "length of header and payload"),
    row("udp.payload", Bytes, "what the datagram carries"),
    row("udp.port", Number(16), "source or destination port"),
    row("udp.srcport", Number(16), "source port"),
    row(
        "udp.stream",
        Number(32),
        "number of the conversation, from 0",
    ),
    row(
        "udp.time_delta",
        Time,
        "seconds since the datagram before, of the conversation",
    ),
    row(
        "udp.time_relative",
        Time,
        "seconds since the first datagram of the conversation",
    ),
    row("icmp", Protocol, "Internet Control Message Protocol"),
    row(
        "icmp.addr_entry_size",
        Number(8),
        "router advertisement: words of an entry",
    ),
    row("icmp.address_mask", Ipv4, "address mask"),
    row("icmp.checksum", Number(16), "checksum, as carried"),
    row("icmp.code", Number(8), "code: what kind of its type"),
    row("icmp.data", Bytes, "data of a message that was cut short"),
    row("icmp.ident", Number(16), "identifier of an echo"),
    row(
        "icmp.ident_le",
        Number(16),
        "the same, of a little-endian sender",
    ),
    row(
        "icmp.length",
        Number(8),
        "length of the quoted packet in words",
    ),
    row(
        "icmp.lifetime",
        Number(16),
        "router advertisement: lifetime in seconds",
    ),
    row(
        "icmp.mtu",
        Number(16),
        "the MTU that a packet was too big for",
    ),
    row(
        "icmp.num_addrs",
        Number(8),
        "router advertisement: how many addresses",
    ),
    row(
        "icmp.originate_timestamp",
        Number(32),
        "timestamp: when it was sent",
    ),
    row(
        "icmp.pointer",
        Number(32),
        "where in the quoted packet the fault is",
    ),
    row(
        "icmp.pref_level",
        Number(32),
        "router advertisement: preference",
    ),
    row(
        "icmp.receive_timestamp",
        Number(32),
        "timestamp: when it was received",
    ),
    row("icmp.redir_gw", Ipv4, "redirect: the better gateway"),
    row("icmp.router_address", Ipv4, "router advertisement: address"),
    row("icmp.seq", Number(16), "sequence number of an echo"),
    row(
        "icmp.seq_le",
        Number(16),
        "the same, of a little-endian sender",
    ),
    row(
        "icmp.transmit_timestamp",
        Number(32),
        "timestamp: when it was answered",
    ),
    row(
        "icmp.type",
        Number(8),
        "type: 0 echo reply, 3 unreachable, 8 echo request, 11 time exceeded",
    ),
    row("icmp.unused", Bytes, "unused bytes"),
    row(
        "icmpv6",
        Protocol,
        "Internet Control Message Protocol for IPv6",
    ),
    row("icmpv6.checksum", Number(16), "checksum, as carried"),
    row("icmpv6.code", Number(8), "code: what kind of its type"),
    row(
        "icmpv6.echo.identifier",
        Number(16),
        "identifier of an echo",
    ),
    row(
        "icmpv6.echo.sequence_number",
        Number(16),
        "sequence number of an echo",
    ),
    row(
        "icmpv6.length",
        Number(8),
        "length of the quoted packet in eights",
    ),
    row(
        "icmpv6.mld.data",
        Bytes,
        "version 2 part of a listener query",
    ),
    row(
        "icmpv6.mld.maximum_response_delay",
        Number(16),
        "listener query: answer within, in milliseconds",
    ),
    row(
        "icmpv6.mld.multicast_address",
        Ipv6,
        "listener message: the group",
    ),
    row(
        "icmpv6.mldr.mar",
        Label,
        "a record of a version 2 listener report",
    ),
    row(
        "icmpv6.mldr.mar.aux_data_len",
        Number(8),
        "words of its auxiliary data",
    ),
    row("icmpv6.mldr.mar.multicast_address", Ipv6, "its group"),
    row(
        "icmpv6.mldr.mar.nb_sources",
        Number(16),
        "how many sources it names",
    ),
    row(
        "icmpv6.mldr.mar.record_type",
        Number(8),
        "what it says of the group",
    ),
    row("icmpv6.mldr.mar.source_address", Ipv6, "a source it names"),
    row(
        "icmpv6.mldr.nb_mcast_records",
        Number(16),
        "how many records the report has",
    ),
    row(
        "icmpv6.mtu",
        Number(32),
        "the MTU that a packet was too big for",
    ),
    row(
        "icmpv6.nd.na.flag.o",
        Boolean,
        "neighbour advertisement: override",
    ),
    row(
        "icmpv6.nd.na.flag.r",
        Boolean,
        "neighbour advertisement: a router",
    ),
    row(
        "icmpv6.nd.na.flag.rsv",
        Number(32),
        "neighbour advertisement: reserved bits",
    ),
    row(
        "icmpv6.nd.na.flag.s",
        Boolean,
        "neighbour advertisement: solicited",
    ),
    row(
        "icmpv6.nd.na.target_address",
        Ipv6,
        "neighbour advertisement: whose address",
    ),
    row(
        "icmpv6.nd.ns.target_address",
        Ipv6,
        "neighbour solicitation: who is looked for",
    ),
    row(
        "icmpv6.nd.ra.cur_hop_limit",
        Number(8),
        "router advertisement: hop limit to use",
    ),
    row(
        "icmpv6.nd.ra.flag.h",
        Boolean,
        "router advertisement: home agent",
    ),
    row(
        "icmpv6.nd.ra.flag.m",
        Boolean,
        "router advertisement: addresses by DHCPv6",
    ),
    row(
        "icmpv6.nd.ra.flag.o",
        Boolean,
        "router advertisement: other settings by DHCPv6",
    ),
    row(
        "icmpv6.nd.ra.flag.prf",
        Number(8),
        "router advertisement: preference",
    ),
    row(
        "icmpv6.nd.ra.reachable_time",
        Number(32),
        "router advertisement: reachable time in milliseconds",
    ),
    row(
        "icmpv6.nd.ra.retrans_timer",
        Number(32),
        "router advertisement: time between solicitations in milliseconds",
    ),
    row(
        "icmpv6.nd.ra.router_lifetime",
        Number(16),
        "router advertisement: lifetime in seconds",
    ),
    row("icmpv6.opt", Label, "an option of neighbour discovery"),
    row("icmpv6.opt.length", Number(8), "its length in eights"),
    row("icmpv6.opt.linkaddr", Bytes, "link-layer address"),
    row("icmpv6.opt.mtu", Number(32), "MTU of the link"),
    row("icmpv6.opt.nonce", Bytes, "nonce"),
    row("icmpv6.opt.prefix", Ipv6, "prefix of the link"),
    row(
        "icmpv6.opt.prefix.flag.a",
        Boolean,
        "prefix: make addresses from it",
    ),
    row(
        "icmpv6.opt.prefix.flag.l",
        Boolean,
        "prefix: is on this link",
    ),
    row(
        "icmpv6.opt.prefix.length",
        Number(8),
        "prefix: its length in bits",
    ),
    row(
        "icmpv6.opt.prefix.preferred_lifetime",
        Number(32),
        "prefix: preferred lifetime in seconds",
    ),
    row(
        "icmpv6.opt.prefix.valid_lifetime",
        Number(32),
        "prefix: valid lifetime in seconds",
    ),
    row("icmpv6.opt.type", Number(8), "kind of the option"),
    row(
        "icmpv6.opt.unknown_data",
        Bytes,
        "data of an option that is not known here",
    ),
    row(
        "icmpv6.pointer",
        Number(32),
        "where in the quoted packet the fault is",
    ),
    row(
        "icmpv6.rd.na.destination_address",
        Ipv6,
        "redirect: whose packets",
    ),
    row(
        "icmpv6.rd.na.target_address",
        Ipv6,
        "redirect: the better first hop",
    ),
    row("icmpv6.reserved", Bytes, "reserved bytes"),
    row(
        "icmpv6.type",
        Number(8),
        "type: 1 unreachable, 3 time exceeded, 128 echo request, 129 echo reply",
    ),
    row("igmp", Protocol, "Internet Group Management Protocol"),
    row(
        "igmp.aux_data_len",
        Number(8),
        "words of a record's auxiliary data",
    ),
    row("igmp.checksum", Number(16), "checksum, as carried"),
    row("igmp.group_record", Label, "a record of a version 3 report"),
    row("igmp.maddr", Ipv4, "the group"),
    row(
        "igmp.max_resp",
        Number(8),
        "query: answer within, in tenths of a second",
    ),
    row(
        "igmp.num_grp_recs",
        Number(16),
        "how many records the report has",
    ),
    row("igmp.num_src", Number(16), "how many sources are named"),
    row(
        "igmp.qqic",
        Number(8),
        "query: the querier's interval, as a code",
    ),
    row("igmp.qrv", Number(8), "query: the querier's robustness"),
    row(
        "igmp.record_type",
        Number(8),
        "what a record says of the group",
    ),
    row("igmp.reserved", Bytes, "reserved bytes"),
    row(
        "igmp.s",
        Boolean,
        "query: routers shall not restart their timers",
    ),
    row("igmp.saddr", Ipv4, "a source that is named"),
    row(
        "igmp.type",
        Number(8),
        "type: 0x11 query, 0x16 report, 0x17 leave, 0x22 version 3 report",
    ),
];
