//! Manual pages of the calls that turn names into addresses, addresses into text, and bytes round.

use super::Page;

pub(in crate::catalog) const GETADDRINFO: Page = Page {
    summary: "addresses for a host name and a service, ready for socket and connect",
    prototype: "int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);",
    python: "socket.getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)",
    man: "getaddrinfo(3)",
    details: "Each entry is (family, type, proto, canonname, address): what socket and connect need. A client tries them in order. Without family and type, each address comes once for every type. AI_PASSIVE with None as host gives the any-address for bind.\n\nNot a system call: the C library reads /etc/hosts and /etc/services and asks a name server. The lab has none, so use localhost or digits.",
    blocks: "while a name server is asked",
    errors: &[
        ("EAI_NONAME", "no such name"),
        ("EAI_AGAIN", "no name server answered"),
        ("EAI_SERVICE", "no such service for this type"),
        ("EAI_FAMILY", "a family without names"),
        ("EAI_SOCKTYPE", "type and protocol do not go together"),
        ("EAI_BADFLAGS", "unknown flags"),
    ],
    example: "\
found = getaddrinfo \"127.0.0.1\" 80 AF_INET SOCK_STREAM
expect ok
len(found)
expect = 1",
};

pub(in crate::catalog) const GETNAMEINFO: Page = Page {
    summary: "host name and service name of an address",
    prototype: "int getnameinfo(const struct sockaddr *addr, socklen_t addrlen, char *host, socklen_t hostlen, char *serv, socklen_t servlen, int flags);",
    python: "host, service = socket.getnameinfo((\"127.0.0.1\", 80), flags)",
    man: "getnameinfo(3)",
    details: "The way back from getaddrinfo. NI_NUMERICHOST and NI_NUMERICSERV leave the numbers as they are and ask nobody; NI_DGRAM takes the UDP name of the port.",
    blocks: "while a name server is asked",
    errors: &[
        ("EAI_NONAME", "NI_NAMEREQD and the address has no name"),
        ("EAI_FAMILY", "not an IP address"),
        ("EAI_BADFLAGS", "unknown flags"),
    ],
    example: "\
host, service = getnameinfo 127.0.0.1:80 NI_NUMERICHOST|NI_NUMERICSERV
host
expect = \"127.0.0.1\"
service
expect = \"80\"",
};

pub(in crate::catalog) const GETHOSTBYNAME: Page = Page {
    summary: "the IPv4 address of a host name, as text",
    prototype: "struct hostent *gethostbyname(const char *name);",
    python: "socket.gethostbyname(\"localhost\")",
    man: "gethostbyname(3)",
    details: "The old way: IPv4 only and a single address. getaddrinfo replaces it. The name `\"\"` is any address, and text that is an address already comes back as it is.",
    blocks: "while a name server is asked",
    errors: &[
        ("EAI_NONAME", "no such name"),
        ("EAI_AGAIN", "no name server answered"),
    ],
    example: "\
gethostbyname \"127.0.0.1\"
expect = \"127.0.0.1\"",
};

pub(in crate::catalog) const GETHOSTBYNAME_EX: Page = Page {
    summary: "the official name and all IPv4 addresses of a host name",
    prototype: "struct hostent *gethostbyname(const char *name);",
    python: "name, aliases, addresses = socket.gethostbyname_ex(\"localhost\")",
    man: "gethostbyname(3)",
    details: "Like gethostbyname, and every address instead of the first. It is asked by getaddrinfo, which knows no aliases: their list is empty here. IPv4 only; getaddrinfo gives both families.",
    blocks: "while a name server is asked",
    errors: &[
        ("EAI_NONAME", "no such name"),
        ("EAI_AGAIN", "no name server answered"),
    ],
    example: "\
name, aliases, addresses = gethostbyname_ex localhost
addresses[0]
expect = \"127.0.0.1\"",
};

pub(in crate::catalog) const GETHOSTBYADDR: Page = Page {
    summary: "name, other names and addresses of the host with this address",
    prototype: "struct hostent *gethostbyaddr(const void *addr, socklen_t len, int type);",
    python: "name, aliases, addresses = socket.gethostbyaddr(\"127.0.0.1\")",
    man: "gethostbyname(3)",
    details: "The old way back from an address to its name; getnameinfo replaces it. 127.0.0.1 is in /etc/hosts.",
    blocks: "while a name server is asked",
    errors: &[
        ("EAI_NONAME", "the address has no name"),
        ("EAI_AGAIN", "no name server answered"),
    ],
    example: "\
name, aliases, addresses = gethostbyaddr \"127.0.0.1\"
expect ok
addresses[0]
expect = \"127.0.0.1\"",
};

pub(in crate::catalog) const GETHOSTNAME: Page = Page {
    summary: "the name of this host",
    prototype: "int gethostname(char *name, size_t len);",
    python: "socket.gethostname()",
    man: "gethostname(2)",
    details: "What the machine calls itself. It need not be a name that others can resolve.",
    blocks: "never",
    errors: &[],
    example: "\
name = gethostname
len(name) > 0
expect = True",
};

pub(in crate::catalog) const GETSERVBYNAME: Page = Page {
    summary: "the port of a service, from /etc/services",
    prototype: "struct servent *getservbyname(const char *name, const char *proto);",
    python: "socket.getservbyname(\"http\", \"tcp\")",
    man: "getservbyname(3)",
    details: "The file lists what IANA registered: http is 80/tcp, domain is 53 for both. A name says nothing about what really listens there.",
    blocks: "never",
    errors: &[],
    example: "\
getservbyname \"http\"
expect = 80",
};

pub(in crate::catalog) const GETSERVBYPORT: Page = Page {
    summary: "the name of the service with this port, from /etc/services",
    prototype: "struct servent *getservbyport(int port, const char *proto);",
    python: "socket.getservbyport(80, \"tcp\")",
    man: "getservbyname(3)",
    details: "The port is in host byte order here, as in Python; C wants htons(port). Programs that show `:http` in place of `:80` use it.",
    blocks: "never",
    errors: &[],
    example: "\
getservbyport 22
expect = \"ssh\"",
};

pub(in crate::catalog) const GETPROTOBYNAME: Page = Page {
    summary: "the IP protocol number of a name, from /etc/protocols",
    prototype: "struct protoent *getprotobyname(const char *name);",
    python: "socket.getprotobyname(\"icmp\")",
    man: "getprotoent(3)",
    details: "icmp is 1, tcp 6, udp 17: the number that stands in ip.proto and that socket takes as its third argument.",
    blocks: "never",
    errors: &[],
    example: "\
getprotobyname \"icmp\"
expect = 1",
};

pub(in crate::catalog) const INET_PTON: Page = Page {
    summary: "an IP address from text to the bytes that travel",
    prototype: "int inet_pton(int af, const char *src, void *dst);",
    python: "socket.inet_pton(socket.AF_INET, \"127.0.0.1\")",
    man: "inet_pton(3)",
    details: "p is presentation, n is network. Four bytes for AF_INET, sixteen for AF_INET6. Only full addresses are taken: `127.1` is none.",
    blocks: "never",
    errors: &[("EAFNOSUPPORT", "only AF_INET and AF_INET6")],
    example: "\
inet_pton AF_INET \"127.0.0.1\"
expect = x\"7f 00 00 01\"
packed = inet_pton AF_INET6 \"::1\"
len(packed)
expect = 16",
};

pub(in crate::catalog) const INET_NTOP: Page = Page {
    summary: "an IP address from bytes to text",
    prototype: "const char *inet_ntop(int af, const void *src, char *dst, socklen_t size);",
    python: "socket.inet_ntop(socket.AF_INET, b\"\\x7f\\0\\0\\x01\")",
    man: "inet_ntop(3)",
    details: "IPv6 addresses come in their short form (RFC 5952): the longest run of zeros becomes `::`.",
    blocks: "never",
    errors: &[("EAFNOSUPPORT", "only AF_INET and AF_INET6")],
    example: "\
inet_ntop AF_INET x\"7f 00 00 01\"
expect = \"127.0.0.1\"",
};

pub(in crate::catalog) const INET_ATON: Page = Page {
    summary: "an IPv4 address from text to bytes, also in old short forms",
    prototype: "int inet_aton(const char *cp, struct in_addr *inp);",
    python: "socket.inet_aton(\"127.1\")",
    man: "inet(3)",
    details: "Takes what inet_pton refuses: `127.1` is 127.0.0.1, and parts may be octal or hexadecimal. Such forms have fooled many a filter; prefer inet_pton.",
    blocks: "never",
    errors: &[],
    example: "\
inet_aton \"127.1\"
expect = x\"7f 00 00 01\"",
};

pub(in crate::catalog) const INET_NTOA: Page = Page {
    summary: "an IPv4 address from bytes to text",
    prototype: "char *inet_ntoa(struct in_addr in);",
    python: "socket.inet_ntoa(b\"\\x7f\\0\\0\\x01\")",
    man: "inet(3)",
    details: "The old form of inet_ntop, for IPv4 only.",
    blocks: "never",
    errors: &[],
    example: "\
inet_ntoa x\"c0 00 02 01\"
expect = \"192.0.2.1\"",
};

pub(in crate::catalog) const HTONS: Page = Page {
    summary: "a 16-bit number from this machine's byte order to the network's",
    prototype: "uint16_t htons(uint16_t hostshort);",
    python: "socket.htons(5000)",
    man: "byteorder(3)",
    details: "Host to network, short. The network sends the big end first; x86 and ARM keep the little end first, so the bytes change places: 5000 (0x1388) becomes 34835 (0x8813). C programs need it for ports; Python and this lab do it themselves.",
    blocks: "never",
    errors: &[],
    example: "\
n = htons 5000
ntohs n
expect = 5000",
};

pub(in crate::catalog) const NTOHS: Page = Page {
    summary: "a 16-bit number from the network's byte order to this machine's",
    prototype: "uint16_t ntohs(uint16_t netshort);",
    python: "socket.ntohs(n)",
    man: "byteorder(3)",
    details: "Network to host, short: what a C program does with a port it received. The same exchange of bytes as htons.",
    blocks: "never",
    errors: &[],
    example: "\
ntohs 0
expect = 0
n = htons 80
ntohs n
expect = 80",
};

pub(in crate::catalog) const HTONL: Page = Page {
    summary: "a 32-bit number from this machine's byte order to the network's",
    prototype: "uint32_t htonl(uint32_t hostlong);",
    python: "socket.htonl(1)",
    man: "byteorder(3)",
    details: "Host to network, long: for IPv4 addresses and for length headers of one's own protocols.",
    blocks: "never",
    errors: &[],
    example: "\
n = htonl 0x7f000001
ntohl n
expect = 0x7f000001",
};

pub(in crate::catalog) const NTOHL: Page = Page {
    summary: "a 32-bit number from the network's byte order to this machine's",
    prototype: "uint32_t ntohl(uint32_t netlong);",
    python: "socket.ntohl(n)",
    man: "byteorder(3)",
    details: "Network to host, long: what a receiver does with a length header. The same exchange of bytes as htonl.",
    blocks: "never",
    errors: &[],
    example: "\
n = htonl 5000
ntohl n
expect = 5000",
};

pub(in crate::catalog) const IF_NAMEINDEX: Page = Page {
    summary: "all network interfaces with their numbers",
    prototype: "struct if_nameindex *if_nameindex(void);",
    python: "socket.if_nameindex()",
    man: "if_nameindex(3)",
    details: "A list of (number, name). A fresh lab has one interface, lo: the loopback, with 127.0.0.1 and ::1. The kernel answers this question over netlink.",
    blocks: "never",
    errors: &[("ENOBUFS", "out of memory")],
    example: "\
interfaces = if_nameindex
(1, \"lo\") in interfaces
expect = True",
};

pub(in crate::catalog) const IF_NAMETOINDEX: Page = Page {
    summary: "the number of an interface",
    prototype: "unsigned int if_nametoindex(const char *ifname);",
    python: "socket.if_nametoindex(\"lo\")",
    man: "if_nametoindex(3)",
    details: "IPv6 link-local addresses (`fe80::1%eth0`), multicast options and packet sockets name an interface by number. lo is always 1.",
    blocks: "never",
    errors: &[("ENODEV", "no such interface")],
    example: "\
if_nametoindex \"lo\"
expect = 1
if_nametoindex \"nosuch0\"
expect errno ENODEV",
};

pub(in crate::catalog) const IF_INDEXTONAME: Page = Page {
    summary: "the name of an interface",
    prototype: "char *if_indextoname(unsigned int ifindex, char *ifname);",
    python: "socket.if_indextoname(1)",
    man: "if_nametoindex(3)",
    details: "The way back from the number.",
    blocks: "never",
    errors: &[("ENXIO", "no interface has this number")],
    example: "\
if_indextoname 1
expect = \"lo\"
if_indextoname 999
expect errno ENXIO",
};
