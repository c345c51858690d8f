//! The protocols that the views name. Not their fields (`field`).

use super::{Entry, Kind};

/// Builds rows: `"name" ["alias"] "in one line" "more" "what it looks like here" "where to read on";`.
macro_rules! protocols {
    ($($name:literal [$($alias:literal),*] $summary:literal $more:literal $here:literal $see:literal;)*) => {
        pub(super) const PROTOCOLS: &[Entry] = &[$(
            Entry {
                name: $name,
                aliases: &[$($alias),*],
                kind: Kind::Protocol,
                summary: $summary,
                sections: &[("more", $more), ("here", $here)],
                see: $see,
            },
        )*];
    };
}

protocols! {
    "ARP" ["address resolution protocol", "who has", "tell", "is at", "ARP announcement", "announcement"] "asks which hardware address has an IPv4 address, before the first packet to it"
        "The question is broadcast: `Who has 10.0.0.2? Tell 10.0.0.1`. The answer, `10.0.0.2 is at 02:00:00:00:00:02`, is kept for a while in the neighbour table. IPv6 asks with neighbour discovery in its place. An announcement asks for one's own address, so that the others learn it."
        "`packets arp` lists them; `arp(who-has, …)` builds one for a socket of AF_PACKET. On lo there is none." "RFC 826, arp(7)";
    "DNS" ["domain name system", "name server", "resolver"] "finds the addresses of a name by asking a name server, mostly over UDP port 53"
        "getaddrinfo looks into /etc/hosts first and asks DNS after that. A query has a number, and the answer repeats it."
        "`getaddrinfo example.org 80` asks; the lab has no way out to a name server, so only names of hosts of the lab are found. `dns(…)` builds a query." "RFC 1035, getaddrinfo(3)";
    "Ethernet" ["frame", "MAC address", "hardware address", "Ethernet II"] "carries a packet over one link, from one hardware address to another"
        "A frame begins with 14 bytes: destination, source, and the type of what it carries. A router makes a new frame for the next link; the IP addresses stay."
        "The wire between hosts carries Ethernet frames; lo does, too, with addresses of zeros." "IEEE 802.3, packet(7)";
    "HTTP" ["hypertext transfer protocol"] "the web's protocol: a request of lines of text over TCP, and an answer with a status"
        "`GET / HTTP/1.1`, header lines, an empty line, the body. Content-Length or chunks say where the body ends, since the stream does not."
        "`send c \"GET / HTTP/1.0\\r\\n\\r\\n\"` is a whole request; the views show its first line." "RFC 9110, RFC 9112";
    "ICMP" ["internet control message protocol"] "IP's own messages: errors that come back, and echo, which ping uses"
        "The kernel answers them; a raw socket can read and write them. An error carries the beginning of the packet that it is about, so that the kernel finds the socket."
        "`r = socket AF_INET SOCK_RAW IPPROTO_ICMP`, then `sendto r icmp(echo, id=1, seq=1)/\"ping\" 10.0.0.2`; `help icmp` has the fields." "RFC 792, icmp(7)";
    "ICMPv6" ["internet control message protocol for IPv6"] "ICMP for IPv6: errors and echo, and neighbour discovery in place of ARP"
        "Types 1 to 4 are errors, 128 and 129 echo, 133 to 137 neighbour discovery, 130 to 132 and 143 multicast listeners (MLD)."
        "`icmp6(echo, id=1, seq=1)` builds one; the kernel fills its checksum in." "RFC 4443, RFC 4861";
    "IGMP" ["internet group management protocol", "membership report", "membership query", "leave group", "join group", "IGMPv1", "IGMPv2", "IGMPv3", "any sources", "membership", "report", "group", "sources"] "tells the routers which multicast groups hosts of a network have joined, for IPv4"
        "The kernel sends a membership report when a program joins (IP_ADD_MEMBERSHIP), and again when a router asks with a query. Version 3 reports lists of sources: joining is a change to `exclude nothing`. IPv6 has MLD in its place."
        "`setsockopt s IPPROTO_IP IP_ADD_MEMBERSHIP …` sends one; `packets igmp` lists them." "RFC 3376, RFC 2236, ip(7)";
    "IPv4" ["IP", "internet protocol"] "carries packets from one address to another over any links, each on its own, without a promise"
        "A packet may be lost, doubled or overtaken: TCP repairs that, UDP leaves it to the program. The header of 20 bytes has both addresses, the protocol inside, and a time to live (TTL)."
        "`ip(dst=10.0.0.2)/…` builds one for a socket with IP_HDRINCL." "RFC 791, ip(7)";
    "IPv6" ["IP version 6"] "IP with addresses of 16 bytes, and a fixed header of 40 bytes with optional ones behind it"
        "Routers do not fragment; neighbour discovery stands in place of ARP. Every interface has a link-local address (fe80::…) that needs a scope: fe80::1%eth0."
        "Each host of the lab has an address fd00::N; write [fd00::2]:5000." "RFC 8200, ipv6(7)";
    "LLMNR" ["link-local multicast name resolution"] "a DNS query to all hosts of a link, UDP port 5355"
        "Whoever has the name answers. Windows uses it; mDNS does the same elsewhere."
        "The lab sends none by itself; the views decode it as DNS." "RFC 4795";
    "mDNS" ["multicast DNS"] "a DNS query to all hosts of a link, UDP port 5353 at 224.0.0.251"
        "Whoever has the name answers; names end in .local."
        "The lab sends none by itself; the views decode it as DNS." "RFC 6762";
    "MLD" ["multicast listener discovery", "multicast listener report", "multicast listener query", "multicast listener done"] "IGMP's part in IPv6: tells the routers which groups are wanted, in messages of ICMPv6"
        "The kernel sends a report when a program joins with IPV6_JOIN_GROUP, and by itself for the groups of its own addresses, which neighbour discovery uses."
        "A new host of the lab sends some as soon as its interface is up." "RFC 3810, RFC 2710";
    "MPTCP" ["multipath tcp"] "one TCP connection for the program, carried by one or more TCP connections (subflows) over different paths"
        "`socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP)` asks for it. The SYN carries the option MP_CAPABLE with a key; a peer that does not know it leaves the option out, and the connection goes on as plain TCP. Data has a sequence number of its own across all subflows, in the option DSS."
        "`s = socket AF_INET SOCK_STREAM IPPROTO_MPTCP` opens one where the kernel has it (sysctl net.mptcp.enabled)." "RFC 8684";
    "neighbour discovery" ["NDP", "neighbor discovery", "neighbor solicitation", "neighbor advertisement", "router solicitation", "router advertisement"] "finds hardware addresses and routers in IPv6, by ICMPv6"
        "A solicitation asks for an address, at a multicast group that few hosts share; the advertisement answers, with the flags rtr (I am a router), sol (you asked), ovr (overwrite what you know). Before a host uses an address it asks for it itself: an answer means that somebody has it already."
        "`packets icmpv6` lists them." "RFC 4861, RFC 4862";
    "SCTP" ["stream control transmission protocol"] "a transport beside TCP and UDP: messages in several independent streams over one association, and several addresses for an end"
        "A loss in one stream does not hold up the others. The association begins with four messages and a cookie, so that a flood of requests costs the server nothing. `socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP)` asks for it."
        "Where the kernel has no module sctp, `socket AF_INET SOCK_STREAM IPPROTO_SCTP` fails with EPROTONOSUPPORT; the packets are shown as protocol 132." "RFC 9260, sctp(7)";
    "TCP" ["transmission control protocol"] "a stream of bytes between two programs: in order, without loss, at a pace that receiver and network can take"
        "Three segments open a connection; each end numbers its bytes, acknowledges the other's, and sends again what was not acknowledged. The stream has no messages. FIN ends each direction, RST both at once."
        "`s = socket` is a TCP socket. `explain TIME-WAIT`, `explain SYN`, `explain window` go on; `help tcp` builds segments by hand; `lesson list` has part 5 on it." "RFC 9293, tcp(7)";
    "TLS" ["transport layer security", "SSL", "client hello", "server hello", "handshake protocol"] "encrypts and authenticates a stream, over TCP mostly"
        "It begins with a Client Hello and a Server Hello, which are readable and name versions, ciphers and the server's name; what follows is encrypted, and only lengths are seen."
        "The lab has no TLS of its own; a program that is run here may speak it, and the views decode what is readable." "RFC 8446";
    "UDP" ["user datagram protocol"] "datagrams between two programs: each arrives whole or not at all, nothing is repeated or put in order"
        "The header has 8 bytes: two ports, a length, a checksum. There is no connection and no acknowledgment; a port that nobody has is answered with ICMP port unreachable. connect only keeps an address."
        "`u = socket AF_INET SOCK_DGRAM`, `sendto u \"hello\" 10.0.0.2:5000`. `help udp` builds datagrams by hand." "RFC 768, udp(7)";
    "UNIX sockets" ["unix", "unix stream", "unix datagram", "unix seqpacket", "local socket"] "sockets between processes of one machine (AF_UNIX): no packet, no port, no checksum"
        "Named by a path in the file system, by an abstract name (@name), or not at all. Stream, datagram and seqpacket; none of them loses anything. They pass descriptors and credentials."
        "`a, b = socketpair`, or `bind s ./x.sock`. `messages` lists what went through them, since no packet shows it." "unix(7)";
    "WebSocket" ["websockets"] "messages in both directions over one TCP connection that began as HTTP"
        "The client asks with `Upgrade: websocket`; after the answer 101 both send frames: a bit for the last part, an opcode, a length, and, from the client, a mask over the data."
        "The views show frames behind an upgrade that was seen." "RFC 6455";
}
