//! What the link layer, ARP and the frame itself have. The decoding is in `packet/`.

use super::FieldKind::{Boolean, Bytes, Ipv4, Mac, Number, Protocol, Text, Time};
use super::{FieldEntry, row};

/// The rows of this part, in any order.
pub(super) const FIELDS: &[FieldEntry] = &[
    row(
        "_ws.malformed",
        Protocol,
        "a header that is not as its protocol demands",
    ),
    row("_ws.short", Protocol, "a header that the capture cut off"),
    row("frame", Protocol, "every frame; its bytes"),
    row("frame.cap_len", Number(32), "bytes that were captured"),
    row("frame.len", Number(32), "bytes on the wire"),
    row("frame.number", Number(32), "its number, from 1"),
    row(
        "frame.time_epoch",
        Time,
        "when it was seen, in seconds since 1970",
    ),
    row(
        "socklab.cause",
        Text,
        "why it was sent: the call, and the kernel's part in words",
    ),
    row(
        "socklab.certainty",
        Text,
        "how sure that is: caused by, follows from or probably",
    ),
    row(
        "socklab.rule",
        Number(32),
        "a rule of the wire that did something to it",
    ),
    row("eth", Protocol, "Ethernet"),
    row("eth.addr", Mac, "destination or source address"),
    row("eth.dst", Mac, "destination address"),
    row(
        "eth.len",
        Number(16),
        "the length field of an IEEE 802.3 frame",
    ),
    row(
        "eth.padding",
        Bytes,
        "zeros that fill a frame up to its least length",
    ),
    row("eth.src", Mac, "source address"),
    row(
        "eth.trailer",
        Bytes,
        "bytes after the packet that are no padding",
    ),
    row(
        "eth.type",
        Number(16),
        "what it carries: 0x0800 IPv4, 0x0806 ARP, 0x86dd IPv6",
    ),
    row("vlan", Protocol, "an 802.1Q tag"),
    row("vlan.dei", Boolean, "may be dropped first"),
    row(
        "vlan.etype",
        Number(16),
        "what follows the tag, as in eth.type",
    ),
    row("vlan.id", Number(16), "number of the virtual LAN"),
    row(
        "vlan.len",
        Number(16),
        "the length field of an IEEE 802.3 frame after the tag",
    ),
    row("vlan.priority", Number(16), "priority, 0 to 7"),
    row(
        "sll",
        Protocol,
        "Linux cooked capture, as the device any gives it",
    ),
    row("sll.etype", Number(16), "what it carries, as in eth.type"),
    row("sll.halen", Number(16), "length of the link-layer address"),
    row("sll.hatype", Number(16), "kind of the interface (ARPHRD)"),
    row("sll.ifindex", Number(32), "number of the interface"),
    row(
        "sll.pkttype",
        Number(16),
        "0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us",
    ),
    row("sll.src.eth", Mac, "sender's hardware address"),
    row("sll.src.other", Bytes, "sender's address of another kind"),
    row("sll.unused", Bytes, "unused bytes of the address field"),
    row(
        "sll.gretype",
        Number(16),
        "what it carries, of a GRE tunnel",
    ),
    row("sll.trailer", Bytes, "bytes after the packet"),
    row("null", Protocol, "BSD loopback header"),
    row(
        "null.family",
        Number(32),
        "address family of a BSD loopback header",
    ),
    row("arp", Protocol, "Address Resolution Protocol"),
    row(
        "arp.dst.hw",
        Bytes,
        "target's hardware address of another kind",
    ),
    row("arp.dst.proto", Bytes, "target's address of another kind"),
    row(
        "arp.src.hw",
        Bytes,
        "sender's hardware address of another kind",
    ),
    row("arp.src.proto", Bytes, "sender's address of another kind"),
    row("arp.dst.hw_mac", Mac, "target's hardware address"),
    row("arp.dst.proto_ipv4", Ipv4, "target's IPv4 address"),
    row("arp.hw.size", Number(8), "length of a hardware address"),
    row("arp.hw.type", Number(16), "kind of hardware, 1 is Ethernet"),
    row("arp.opcode", Number(16), "1 request, 2 reply"),
    row("arp.proto.size", Number(8), "length of a protocol address"),
    row(
        "arp.proto.type",
        Number(16),
        "kind of protocol, 0x0800 is IPv4",
    ),
    row("arp.src.hw_mac", Mac, "sender's hardware address"),
    row("arp.src.proto_ipv4", Ipv4, "sender's IPv4 address"),
    row("data", Protocol, "bytes that no protocol here explains"),
    row("data.data", Bytes, "those bytes"),
    row("data.len", Number(32), "how many there are"),
];
