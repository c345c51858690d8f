//! The fields of the headers below IP that are not of the usual link layers, and of tunnels.

use super::protocols;

protocols! {
    arcnet {
        LAYER "arcnet" Protocol "ARCNET": "ARCNET";
        DST "arcnet.dst" Number(8) "Destination": "destination";
        OFFSET "arcnet.offset" Bytes "Offset": "offset";
        PROTID "arcnet.protID" Number(8) "Protocol ID": "protocol ID";
        SEQUENCE "arcnet.sequence" Number(16) "Sequence": "sequence";
        SPLIT_FLAG "arcnet.split_flag" Number(8) "Split Flag": "split Flag";
        SRC "arcnet.src" Number(8) "Source": "source";
    }

    atm {
        LAYER "atm" Protocol "ATM": "ATM, as SunATM captures it";
        VCI "atm.vci" Number(16) "VCI": "VCI";
        VPI "atm.vpi" Number(8) "VPI": "VPI";
    }

    avsp {
        LAYER "avsp" Protocol "Arista Vendor Specific Protocol": "Arista's time stamp";
        SUB_TYPE "avsp.sub_type" Number(16) "Sub Type": "sub Type";
        VER "avsp.ver" Number(16) "Version": "version";
    }

    chdlc {
        LAYER "chdlc" Protocol "Cisco HDLC": "Cisco HDLC";
        ADDRESS "chdlc.address" Number(8) "Address": "address";
        CONTROL "chdlc.control" Number(8) "Control": "control";
        PROTOCOL "chdlc.protocol" Number(16) "Protocol": "protocol";
    }

    enc {
        LAYER "enc" Protocol "Enc AH/ESP": "OpenBSD's encapsulating interface";
        FLAGS "enc.flags" Number(32) "Flags": "flags";
        SPI "enc.spi" Number(32) "SPI": "SPI";
    }

    erspan {
        LAYER "erspan" Protocol "Encapsulated Remote Switch Packet ANalysis": "a mirrored frame in GRE";
        SPANID "erspan.spanid" Number(16) "SpanID": "spanID";
        VERSION "erspan.version" Number(16) "Version": "version";
        VLAN "erspan.vlan" Number(16) "Vlan": "vlan";
    }

    fddi {
        LAYER "fddi" Protocol "Fiber Distributed Data Interface": "Fiber Distributed Data Interface";
        DST "fddi.dst" Mac "Destination": "destination";
        FC "fddi.fc" Number(8) "Frame Control": "frame Control";
        SRC "fddi.src" Mac "Source": "source";
    }

    fr {
        LAYER "fr" Protocol "Frame Relay": "frame relay";
        CHDLCTYPE "fr.chdlctype" Number(16) "Type": "what it carries, as in eth.type";
        CONTROL "fr.control" Number(8) "Control Field": "control field";
        DLCI "fr.dlci" Number(32) "DLCI": "data link connection identifier";
        NLPID "fr.nlpid" Number(8) "NLPID": "identifier of the network layer: 0xcc IPv4, 0x8e IPv6";
    }

    geneve {
        LAYER "geneve" Protocol "Generic Network Virtualization Encapsulation": "generic network virtualization encapsulation";
        OPTION_LENGTH "geneve.option.length" Number(8) "Length of options in words": "length of options in words";
        PROTO_TYPE "geneve.proto_type" Number(16) "Protocol Type": "protocol Type";
        VERSION "geneve.version" Number(8) "Version": "version";
        VNI "geneve.vni" Number(24) "Virtual Network Identifier (VNI)": "virtual Network Identifier (VNI)";
    }

    gre {
        LAYER "gre" Protocol "Generic Routing Encapsulation": "generic routing encapsulation";
        FLAGS_CHECKSUM "gre.flags.checksum" Boolean "Checksum Bit": "checksum Bit";
        FLAGS_KEY "gre.flags.key" Boolean "Key Bit": "key Bit";
        FLAGS_ROUTING "gre.flags.routing" Boolean "Routing Bit": "routing Bit";
        FLAGS_SEQUENCE_NUMBER "gre.flags.sequence_number" Boolean "Sequence Number Bit": "sequence Number Bit";
        FLAGS_VERSION "gre.flags.version" Number(16) "Version": "version";
        PROTO "gre.proto" Number(16) "Protocol Type": "protocol Type";
    }

    ipfc {
        LAYER "ipfc" Protocol "IP Over FC": "IP over Fibre Channel";
    }

    ipnet {
        LAYER "ipnet" Protocol "Solaris IPNET": "Solaris IPNET";
        FAMILY "ipnet.family" Number(8) "Address family": "address family";
        HTYPE "ipnet.htype" Number(16) "Hook type": "hook type";
        IFINDEX "ipnet.ifindex" Number(32) "Interface index": "interface index";
        PKTLEN "ipnet.pktlen" Number(32) "Data length": "data length";
        VERSION "ipnet.version" Number(8) "Header version": "header version";
    }

    ipoib {
        LAYER "ipoib" Protocol "IP over InfiniBand": "IP over InfiniBand";
        DADDR_QPN "ipoib.daddr.qpn" Number(24) "Destination QPN": "destination QPN";
        DGID "ipoib.dgid" Ipv6 "Destination GID": "destination GID";
        TYPE "ipoib.type" Number(16) "Type": "type";
    }

    juniper {
        LAYER "juniper" Protocol "Juniper Ethernet": "Juniper's header before Ethernet";
        DIRECTION "juniper.direction" Number(8) "Direction": "direction";
        L2HDR "juniper.l2hdr" Number(8) "L2 header absent": "L2 header absent";
        MAGIC_NUMBER "juniper.magic-number" Number(24) "Magic Number": "magic Number";
    }

    llc {
        LAYER "llc" Protocol "Logical-Link Control": "IEEE 802.2 logical link control";
        CONTROL "llc.control" Number(16) "Control field": "control field";
        DSAP "llc.dsap" Number(8) "DSAP": "DSAP";
        OUI "llc.oui" Number(24) "Organization Code": "organization code";
        SSAP "llc.ssap" Number(8) "SSAP": "SSAP";
        TYPE "llc.type" Number(16) "Type": "what it carries, as in eth.type";
    }

    macsec {
        LAYER "macsec" Protocol "802.1AE Security tag": "IEEE 802.1AE security tag";
        AN "macsec.AN" Number(8) "Association number": "association number";
        PN "macsec.PN" Number(32) "Packet number": "packet number";
        SCI_PORT_IDENTIFIER "macsec.SCI.port_identifier" Number(16) "Port Identifier": "port Identifier";
        SCI_SYSTEM_IDENTIFIER "macsec.SCI.system_identifier" Mac "System Identifier": "system Identifier";
        SL "macsec.SL" Number(8) "Short length": "short length";
        TCI_C "macsec.TCI.C" Boolean "Changed text": "changed text";
        TCI_E "macsec.TCI.E" Boolean "Encrypted": "encrypted";
        TCI_ES "macsec.TCI.ES" Boolean "End station": "end station";
        TCI_SC "macsec.TCI.SC" Boolean "Secure channel": "secure channel";
    }

    mpls {
        LAYER "mpls" Protocol "MultiProtocol Label Switching Header": "MultiProtocol Label Switching";
        BOTTOM "mpls.bottom" Number(32) "MPLS Bottom Of Label Stack": "MPLS Bottom Of Label Stack";
        EXP "mpls.exp" Number(32) "MPLS Experimental Bits": "MPLS Experimental Bits";
        LABEL "mpls.label" Number(32) "MPLS Label": "MPLS Label";
        TTL "mpls.ttl" Number(32) "MPLS TTL": "MPLS TTL";
    }

    nflog {
        LAYER "nflog" Protocol "Linux Netfilter NFLOG": "Linux netfilter's log";
        FAMILY "nflog.family" Number(8) "Family": "family";
        RES_ID "nflog.res_id" Number(16) "Resource id": "resource id";
        VERSION "nflog.version" Number(8) "Version": "version";
    }

    nsh {
        LAYER "nsh" Protocol "Network Service Header": "network service header";
        LENGTH "nsh.length" Number(16) "Length": "length";
        MDTYPE "nsh.mdtype" Number(8) "MD Type": "MD Type";
        NEXTPROTO "nsh.nextproto" Number(8) "Next Protocol": "next Protocol";
        SI "nsh.si" Number(8) "SI": "SI";
        SPI "nsh.spi" Number(24) "SPI": "SPI";
        TTL "nsh.ttl" Number(16) "Time to live": "time to live";
        VERSION "nsh.version" Number(16) "Version": "version";
    }

    pflog {
        LAYER "pflog" Protocol "OpenBSD Packet Filter log": "OpenBSD's packet filter log";
        ACTION "pflog.action" Number(16) "Action": "action";
        AF "pflog.af" Number(32) "Address Family": "address Family";
        LENGTH "pflog.length" Number(8) "Header Length": "header Length";
        REASON "pflog.reason" Number(16) "Reason": "reason";
    }

    pktap {
        LAYER "pktap" Protocol "PKTAP packet header": "Apple's PKTAP header";
        DLT "pktap.dlt" Number(32) "DLT": "DLT";
        HDRLEN "pktap.hdrlen" Number(32) "Header length": "header length";
        RECTYPE "pktap.rectype" Number(32) "Record type": "record type";
    }

    ppi {
        LAYER "ppi" Protocol "PPI": "per-packet information";
        DLT "ppi.dlt" Number(32) "DLT": "DLT";
        FLAGS "ppi.flags" Number(8) "Flags": "flags";
        LENGTH "ppi.length" Number(16) "Header length": "header length";
        VERSION "ppi.version" Number(8) "Version": "version";
    }

    ppp {
        LAYER "ppp" Protocol "Point-to-Point Protocol": "Point-to-Point Protocol";
        ADDRESS "ppp.address" Number(8) "Address": "address";
        CONTROL "ppp.control" Number(8) "Control": "control";
        DIRECTION "ppp.direction" Number(8) "Direction": "direction";
        PROTOCOL "ppp.protocol" Number(16) "Protocol": "what it carries: 0x0021 IPv4, 0x0057 IPv6";
    }

    pppoe {
        CODE "pppoe.code" Number(8) "Code": "code";
        PAYLOAD_LENGTH "pppoe.payload_length" Number(16) "Payload Length": "payload Length";
        SESSION_ID "pppoe.session_id" Number(16) "Session ID": "session ID";
        TYPE "pppoe.type" Number(8) "Type": "type";
        VERSION "pppoe.version" Number(8) "Version": "version";
    }

    pppoes {
        LAYER "pppoes" Protocol "PPP-over-Ethernet Session": "a session of PPP over Ethernet";
    }

    prism {
        LAYER "prism" Protocol "Prism capture header": "Prism header before 802.11";
        MSGCODE "prism.msgcode" Number(32) "Message Code": "message Code";
        MSGLEN "prism.msglen" Number(32) "Message Length": "message Length";
    }

    radiotap {
        LAYER "radiotap" Protocol "Radiotap Header": "radiotap header before 802.11";
        LENGTH "radiotap.length" Number(16) "Header length": "header length";
        PRESENT_WORD "radiotap.present.word" Number(32) "Present flags": "present flags";
        VERSION "radiotap.version" Number(8) "Header revision": "header revision";
    }

    tr {
        LAYER "tr" Protocol "Token-Ring": "token ring";
        AC "tr.ac" Number(8) "Access Control": "access Control";
        DST "tr.dst" Mac "Destination": "destination";
        FC "tr.fc" Number(8) "Frame Control": "frame Control";
        SRC "tr.src" Mac "Source": "source";
    }

    vxlan {
        LAYER "vxlan" Protocol "Virtual eXtensible Local Area Network": "Virtual eXtensible Local Area Network";
        FLAGS "vxlan.flags" Number(16) "Flags": "flags";
        GBP "vxlan.gbp" Number(16) "Group Policy ID": "group Policy ID";
        VNI "vxlan.vni" Number(24) "VXLAN Network Identifier (VNI)": "VXLAN Network Identifier (VNI)";
    }

    wlan {
        LAYER "wlan" Protocol "IEEE 802.11": "IEEE 802.11";
        DURATION "wlan.duration" Number(16) "Duration": "duration";
        FC_DS "wlan.fc.ds" Number(8) "DS status": "DS status";
        FC_FRAG "wlan.fc.frag" Boolean "More Fragments": "more fragments follow";
        FC_PROTECTED "wlan.fc.protected" Boolean "Protected flag": "protected flag";
        FC_RETRY "wlan.fc.retry" Boolean "Retry": "retry";
        FC_SUBTYPE "wlan.fc.subtype" Number(8) "Subtype": "subtype";
        FC_TYPE "wlan.fc.type" Number(8) "Type": "type";
        RA "wlan.ra" Mac "Receiver address": "receiver address";
        TA "wlan.ta" Mac "Transmitter address": "transmitter address";
    }

    wlancap {
        LAYER "wlancap" Protocol "AVS WLAN Capture header": "AVS header before 802.11";
        LENGTH "wlancap.length" Number(32) "Header length": "header length";
        VERSION "wlancap.version" Number(32) "Header revision": "header revision";
    }
}
