//! The fields of the usual link layers and of ARP.

use super::protocols;

protocols! {
    eth {
        LAYER "eth" Protocol: "Ethernet";
        ADDR "eth.addr" Mac: "destination or source address";
        ADDR_OUI "eth.addr.oui" Number(24): "first three bytes of an address";
        DST "eth.dst" Mac "Destination": "destination address";
        DST_IG "eth.dst.ig" Boolean: "destination is a group";
        DST_LG "eth.dst.lg" Boolean: "destination was given out locally";
        DST_OUI "eth.dst.oui" Number(24): "first three bytes of it";
        IG "eth.ig" Boolean: "an address is of a group";
        LEN "eth.len" Number(16) "Length": "the length field of an IEEE 802.3 frame";
        LG "eth.lg" Boolean: "an address was given out locally";
        PADDING "eth.padding" Bytes "Padding": "zeros that fill a frame up to its least length";
        SRC "eth.src" Mac "Source": "source address";
        SRC_IG "eth.src.ig" Boolean: "source is a group";
        SRC_LG "eth.src.lg" Boolean: "source was given out locally";
        SRC_OUI "eth.src.oui" Number(24): "first three bytes of it";
        TRAILER "eth.trailer" Bytes "Trailer": "bytes after the packet that are not padding";
        TYPE "eth.type" Number(16) "Type": "what it carries: 0x0800 IPv4, 0x0806 ARP, 0x86dd IPv6";
    }

    vlan {
        LAYER "vlan" Protocol "802.1Q Virtual LAN": "an 802.1Q tag";
        DEI "vlan.dei" Boolean "Drop eligible": "may be dropped first";
        ETYPE "vlan.etype" Number(16) "Type": "what follows the tag, as in eth.type";
        ID "vlan.id" Number(16) "VLAN identifier": "number of the virtual LAN";
        LEN "vlan.len" Number(16) "Length": "the length field of an IEEE 802.3 frame after the tag";
        PRIORITY "vlan.priority" Number(16) "Priority": "priority, 0 to 7";
    }

    sll {
        LAYER "sll" Protocol: "Linux cooked capture, as the device any gives it";
        ETYPE "sll.etype" Number(16) "Protocol": "what it carries, as in eth.type";
        GRETYPE "sll.gretype" Number(16) "Protocol": "what it carries, of a GRE tunnel";
        HALEN "sll.halen" Number(16) "Link-layer address length": "length of the link-layer address";
        HATYPE "sll.hatype" Number(16) "Link-layer address type": "kind of the interface (ARPHRD)";
        IFINDEX "sll.ifindex" Number(32) "Interface index": "number of the interface";
        PKTTYPE "sll.pkttype" Number(16) "Packet type": "0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us";
        SRC_ETH "sll.src.eth" Mac "Source": "sender's hardware address";
        SRC_OTHER "sll.src.other" Bytes "Source": "sender's address of another kind";
        TRAILER "sll.trailer" Bytes "Trailer": "bytes after the packet";
        UNUSED "sll.unused" Bytes "Unused": "unused bytes of the address field";
    }

    null {
        LAYER "null" Protocol: "BSD loopback header";
        FAMILY "null.family" Number(32) "Family": "address family of a BSD loopback header";
    }

    arp {
        LAYER "arp" Protocol "Address Resolution Protocol": "Address Resolution Protocol";
        DST_HW "arp.dst.hw" Bytes "Target hardware address": "target's hardware address of another kind";
        DST_HW_MAC "arp.dst.hw_mac" Mac "Target MAC address": "target's hardware address";
        DST_PROTO "arp.dst.proto" Bytes "Target protocol address": "target's address of another kind";
        DST_PROTO_IPV4 "arp.dst.proto_ipv4" Ipv4 "Target IP address": "target's IPv4 address";
        HW_SIZE "arp.hw.size" Number(8) "Hardware size": "length of a hardware address";
        HW_TYPE "arp.hw.type" Number(16) "Hardware type": "kind of hardware, 1 is Ethernet";
        ISANNOUNCEMENT "arp.isannouncement" Boolean: "a request for one's own address";
        ISGRATUITOUS "arp.isgratuitous" Boolean: "tells of one's own address unasked";
        ISPROBE "arp.isprobe" Boolean: "asks whether somebody has an address already";
        OPCODE "arp.opcode" Number(16) "Opcode": "1 request, 2 reply";
        PROTO_SIZE "arp.proto.size" Number(8) "Protocol size": "length of a protocol address";
        PROTO_TYPE "arp.proto.type" Number(16) "Protocol type": "kind of protocol, 0x0800 is IPv4";
        SRC_HW "arp.src.hw" Bytes "Sender hardware address": "sender's hardware address of another kind";
        SRC_HW_MAC "arp.src.hw_mac" Mac "Sender MAC address": "sender's hardware address";
        SRC_PROTO "arp.src.proto" Bytes "Sender protocol address": "sender's address of another kind";
        SRC_PROTO_IPV4 "arp.src.proto_ipv4" Ipv4 "Sender IP address": "sender's IPv4 address";
    }
}
