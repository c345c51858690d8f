//! The fields of netlink messages.

use super::protocols;

protocols! {
    netlink {
        LAYER "netlink" Protocol: "a netlink message, or the header of its capture";
        ATTR "netlink.attr" Label "Attribute": "an attribute";
        ATTR_DATA "netlink.attr_data" Bytes "Data": "data";
        ATTR_LEN "netlink.attr_len" Number(16) "Len": "len";
        ATTR_TYPE "netlink.attr_type" Number(16) "Type": "type";
        ERROR "netlink.error" Number(32) "Error code": "error code";
        FAMILY "netlink.family" Number(16) "Family": "family";
        HATYPE "netlink.hatype" Number(16) "Link-layer address type": "link-layer address type";
        HDR_FLAGS "netlink.hdr_flags" Number(16) "Flags": "flags";
        HDR_LEN "netlink.hdr_len" Number(32) "Length": "length";
        HDR_PID "netlink.hdr_pid" Number(32) "Port ID": "port ID";
        HDR_SEQ "netlink.hdr_seq" Number(32) "Sequence": "sequence";
        HDR_TYPE "netlink.hdr_type" Number(16) "Message type": "message type";
    }

    netlink_route {
        IFA_FAMILY "netlink-route.ifa_family" Number(8) "Family": "family";
        IFA_FLAGS "netlink-route.ifa_flags" Number(8) "Address flags": "address flags";
        IFA_INDEX "netlink-route.ifa_index" Number(32) "Interface index": "interface index";
        IFA_PREFIXLEN "netlink-route.ifa_prefixlen" Number(8) "Prefix length": "prefix length";
        IFA_SCOPE "netlink-route.ifa_scope" Number(8) "Address scope": "address scope";
        IFI_CHANGE "netlink-route.ifi_change" Number(32) "Change mask": "change mask";
        IFI_FAMILY "netlink-route.ifi_family" Number(8) "Family": "family";
        IFI_FLAGS "netlink-route.ifi_flags" Number(32) "Device flags": "device flags";
        IFI_INDEX "netlink-route.ifi_index" Number(32) "Interface index": "interface index";
        IFI_TYPE "netlink-route.ifi_type" Number(16) "Device type": "device type";
        ND_FAMILY "netlink-route.nd_family" Number(8) "Family": "family";
        ND_FLAGS "netlink-route.nd_flags" Number(8) "Flags": "flags";
        ND_INDEX "netlink-route.nd_index" Number(32) "Interface index": "interface index";
        ND_STATE "netlink-route.nd_state" Number(16) "State": "state";
        ND_TYPE "netlink-route.nd_type" Number(8) "Type": "type";
        RT_DST_LEN "netlink-route.rt_dst_len" Number(8) "Length of destination": "length of destination";
        RT_FAMILY "netlink-route.rt_family" Number(8) "Family": "family";
        RT_FLAGS "netlink-route.rt_flags" Number(32) "Route flags": "route flags";
        RT_PROTOCOL "netlink-route.rt_protocol" Number(8) "Routing protocol": "routing protocol";
        RT_SCOPE "netlink-route.rt_scope" Number(8) "Route origin": "route origin";
        RT_SRC_LEN "netlink-route.rt_src_len" Number(8) "Length of source": "length of source";
        RT_TABLE "netlink-route.rt_table" Number(8) "Routing table ID": "routing table ID";
        RT_TOS "netlink-route.rt_tos" Number(8) "TOS filter": "TOS filter";
        RT_TYPE "netlink-route.rt_type" Number(8) "Route type": "route type";
    }

    netlink_sock_diag {
        FAMILY "netlink-sock_diag.family" Number(8) "Family": "family";
        INET_DEST_IP4 "netlink-sock_diag.inet_dest_ip4" Ipv4 "Destination IP": "destination IP";
        INET_DEST_IP6 "netlink-sock_diag.inet_dest_ip6" Ipv6 "Destination IP": "destination IP";
        INET_DPORT "netlink-sock_diag.inet_dport" Number(16) "Destination port": "destination port";
        INET_EXTENDED "netlink-sock_diag.inet_extended" Number(8) "Extensions": "extensions";
        INET_PROTOCOL "netlink-sock_diag.inet_protocol" Number(8) "Protocol": "protocol";
        INET_RQUEUE "netlink-sock_diag.inet_rqueue" Number(32) "Receive queue": "receive queue";
        INET_SPORT "netlink-sock_diag.inet_sport" Number(16) "Source port": "source port";
        INET_SRC_IP4 "netlink-sock_diag.inet_src_ip4" Ipv4 "Source IP": "source IP";
        INET_SRC_IP6 "netlink-sock_diag.inet_src_ip6" Ipv6 "Source IP": "source IP";
        INET_UID "netlink-sock_diag.inet_uid" Number(32) "UID": "UID";
        INET_WQUEUE "netlink-sock_diag.inet_wqueue" Number(32) "Send queue": "send queue";
        INODE "netlink-sock_diag.inode" Number(32) "Inode": "inode";
        STATE "netlink-sock_diag.state" Number(8) "State": "state";
    }

    genl {
        CMD "genl.cmd" Number(8) "Command": "command";
        VERSION "genl.version" Number(8) "Family version": "family version";
    }
}
