//! The layers that can be built, with their fields and bare words: one table for building, completion and help. Not how they are built.

use super::kind::{FieldKind, LayerField, LayerWord, Protocol, field};
use super::{dns, icmp, netlink, network, transport, ws};

/// A layer with all it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct LayerEntry {
    pub(super) name: &'static str,
    pub(super) protocol: Protocol,
    pub(super) fields: &'static [LayerField],
    pub(super) words: &'static [LayerWord],
}

/// The names of all layers.
pub fn layer_names() -> Vec<&'static str> {
    LAYERS.iter().map(|entry| entry.name).collect()
}

/// The fields of a layer; none for a name that is no layer.
pub fn layer_fields(name: &str) -> &'static [LayerField] {
    entry(name).map_or(&[], |entry| entry.fields)
}

/// The bare words of a layer; none for a name that is no layer.
pub fn layer_words(name: &str) -> &'static [LayerWord] {
    entry(name).map_or(&[], |entry| entry.words)
}

/// What a layer is, in one sentence; empty for a name that is no layer.
pub fn layer_summary(name: &str) -> &'static str {
    match name {
        "eth" => "packet layer: an Ethernet II header",
        "arp" => "packet layer: an ARP request or reply",
        "ip" => "packet layer: an IPv4 header",
        "ip6" => "packet layer: an IPv6 header",
        "icmp" => "packet layer: an ICMP message",
        "icmp6" => "packet layer: an ICMPv6 message",
        "igmp" => "packet layer: an IGMP message",
        "tcp" => "packet layer: a TCP header",
        "udp" => "packet layer: a UDP header",
        "dns" => "packet layer: a DNS query",
        "nlmsg" => {
            "packet layer: a netlink message (struct nlmsghdr), in front of the structure of its subject: nlmsg()/ifinfomsg()"
        }
        "ifinfomsg" => "packet layer: an interface (struct ifinfomsg of rtnetlink), behind nlmsg",
        "ifaddrmsg" => {
            "packet layer: an address of an interface (struct ifaddrmsg of rtnetlink), behind nlmsg"
        }
        "rtmsg" => "packet layer: a route (struct rtmsg of rtnetlink), behind nlmsg",
        "ndmsg" => "packet layer: a neighbour (struct ndmsg of rtnetlink), behind nlmsg",
        "inet_diag_req_v2" => "packet layer: a question about sockets (sock_diag), behind nlmsg",
        "genlmsghdr" => "packet layer: a command of generic netlink, behind nlmsg",
        "nlattr" => {
            "packet layer: a netlink attribute; the next one follows behind a /, and one inside is its value"
        }
        "ws" => "packet layer: a WebSocket frame (RFC 6455), to be sent on a TCP connection",
        "raw" => "packet layer: bytes as they are",
        _ => "",
    }
}

/// The names of a layer's fields.
pub fn field_names(name: &str) -> Vec<&'static str> {
    layer_fields(name).iter().map(|field| field.name).collect()
}

/// The entry of a layer.
pub(super) fn entry(name: &str) -> Option<&'static LayerEntry> {
    LAYERS.iter().find(|entry| entry.name == name)
}

const fn layer(
    name: &'static str,
    protocol: Protocol,
    fields: &'static [LayerField],
    words: &'static [LayerWord],
) -> LayerEntry {
    LayerEntry {
        name,
        protocol,
        fields,
        words,
    }
}

static LAYERS: [LayerEntry; 20] = [
    layer("eth", Protocol::Eth, &network::ETH, &[]),
    layer("arp", Protocol::Arp, &network::ARP, &network::ARP_WORDS),
    layer("ip", Protocol::Ip, &network::IP, &network::IP_WORDS),
    layer("ip6", Protocol::Ip6, &network::IP6, &[]),
    layer("icmp", Protocol::Icmp, &icmp::ICMP, &icmp::ICMP_WORDS),
    layer("icmp6", Protocol::Icmp6, &icmp::ICMP6, &icmp::ICMP6_WORDS),
    layer("igmp", Protocol::Igmp, &icmp::IGMP, &icmp::IGMP_WORDS),
    layer("tcp", Protocol::Tcp, &transport::TCP, &transport::TCP_WORDS),
    layer("udp", Protocol::Udp, &transport::UDP, &[]),
    layer("dns", Protocol::Dns, &dns::DNS, &[]),
    layer("nlmsg", Protocol::Nlmsg, &netlink::NLMSG, &[]),
    layer("ifinfomsg", Protocol::Ifinfomsg, &netlink::IFINFOMSG, &[]),
    layer("ifaddrmsg", Protocol::Ifaddrmsg, &netlink::IFADDRMSG, &[]),
    layer("rtmsg", Protocol::Rtmsg, &netlink::RTMSG, &[]),
    layer("ndmsg", Protocol::Ndmsg, &netlink::NDMSG, &[]),
    layer(
        "inet_diag_req_v2",
        Protocol::InetDiagReq,
        &netlink::INET_DIAG_REQ,
        &[],
    ),
    layer(
        "genlmsghdr",
        Protocol::Genlmsghdr,
        &netlink::GENLMSGHDR,
        &[],
    ),
    layer("nlattr", Protocol::Nlattr, &netlink::NLATTR, &[]),
    layer("ws", Protocol::WebSocket, &ws::WS, &[]),
    layer("raw", Protocol::Raw, &RAW, &[]),
];

static RAW: [LayerField; 1] = [field("load", FieldKind::Bytes, "the bytes")];
