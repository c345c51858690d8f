//! Constants of getaddrinfo(3) and getnameinfo(3), and those that fit no other group.

use crate::catalog::parameter::Group;

const ADDRESS: &[Group] = &[Group::AddressInfo];
const NAME: &[Group] = &[Group::NameInfo];
const REST: &[Group] = &[Group::Other];

constants! {
    /// Flags of getaddrinfo(3).
    ADDRESS_INFO: ADDRESS;
    AI_PASSIVE => "without a host name give the any-address, to bind; without this flag the loopback address, to connect";
    AI_CANONNAME => "give the official name of the host too";
    AI_NUMERICHOST => "the host is an address in digits: do not ask the name service";
    AI_V4MAPPED => "no IPv6 address? give the IPv4 ones as ::ffff:a.b.c.d";
    AI_ALL => "with AI_V4MAPPED: give IPv6 addresses and mapped IPv4 ones";
    AI_ADDRCONFIG => "leave out families of which this machine has no address but loopback";
    AI_IDN = 0x40 => "the host name may hold non-ASCII letters; encode it (IDNA)";
    AI_CANONIDN = 0x80 => "decode the official name from IDNA";
    AI_NUMERICSERV => "the service is a port number: do not look in /etc/services";
}

constants! {
    /// Flags of getnameinfo(3).
    NAME_INFO: NAME;
    NI_NUMERICHOST => "the address in digits, not its name";
    NI_NUMERICSERV => "the port as a number, not the service's name";
    NI_NOFQDN => "only the first part of a local host's name";
    NI_NAMEREQD => "fail if there is no name, instead of giving digits";
    NI_DGRAM => "the service is a datagram one: some ports have another name for UDP";
    NI_IDN => "decode the name from IDNA";
}

constants! {
    /// What fits no group. The errnos and getaddrinfo's errors, which stand in `errno.rs`, belong here too.
    OTHER: REST;
    SOMAXCONN = 4096 => "the backlog listen takes when none is given; the kernel's own limit is the sysctl net.core.somaxconn";
    INADDR_ANY = 0 => "0.0.0.0: every IPv4 address of this machine, for bind";
    INADDR_LOOPBACK = 0x7f00_0001 => "127.0.0.1: this machine itself";
    INADDR_BROADCAST = 0xffff_ffff => "255.255.255.255: every host of the local network";
    INADDR_NONE = 0xffff_ffff => "what inet_addr(3) gives for text that is not an address (the same bits as the broadcast address)";
    INADDR_UNSPEC_GROUP = 0xe000_0000 => "224.0.0.0: where the multicast addresses begin";
    INADDR_ALLHOSTS_GROUP = 0xe000_0001 => "224.0.0.1: every multicast host of this network";
    INADDR_MAX_LOCAL_GROUP = 0xe000_00ff => "224.0.0.255: last multicast address that routers do not forward";
    VMADDR_CID_ANY = 0xffff_ffff => "AF_VSOCK: any context id, for bind";
    VMADDR_CID_HYPERVISOR = 0 => "AF_VSOCK: the hypervisor itself";
    VMADDR_CID_LOCAL = 1 => "AF_VSOCK: this machine itself, as 127.0.0.1 is for IPv4";
    VMADDR_CID_HOST = 2 => "AF_VSOCK: the host of a virtual machine";
    VMADDR_PORT_ANY = 0xffff_ffff => "AF_VSOCK: a free port, for bind";
    EPOLL_CLOEXEC => "the epoll descriptor closes when the process executes another program";
    NI_MAXHOST => "longest host name getnameinfo gives, in bytes";
    NI_MAXSERV = 32 => "longest service name getnameinfo gives, in bytes";
    IPPORT_RESERVED = 1024 => "ports below it need CAP_NET_BIND_SERVICE; the lab grants them";
    IPPORT_USERRESERVED = 5000 => "historic limit between automatic and chosen ports";
    SCM_MAX_FD = 253 => "most descriptors one message can carry";
    IFNAMSIZ = 16 => "room for an interface name with its final zero byte";
    SO_EE_ORIGIN_NONE = 0 => "error queue: no origin";
    SO_EE_ORIGIN_LOCAL = 1 => "error queue: the error arose on this host";
    SO_EE_ORIGIN_ICMP = 2 => "error queue: from an ICMP message";
    SO_EE_ORIGIN_ICMP6 = 3 => "error queue: from an ICMPv6 message";
    SO_EE_ORIGIN_TIMESTAMPING = 4 => "error queue: a transmit time stamp, no error";
    SO_EE_ORIGIN_ZEROCOPY = 5 => "error queue: a MSG_ZEROCOPY transfer is done, no error";
}
