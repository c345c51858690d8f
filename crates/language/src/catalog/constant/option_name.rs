//! Names near the options that are no rows of `option.rs`: types of ancillary data, names without effect on Linux, and names
//! for the values that options take.

use crate::catalog::parameter::Group;

const NAME: &[Group] = &[Group::OptionName];
const ANCILLARY: &[Group] = &[Group::Ancillary];
const VALUE: &[Group] = &[Group::Other];

constants! {
    /// Types of ancillary data at the levels IPPROTO_IP, IPPROTO_IPV6 and IPPROTO_TCP.
    ANCILLARY_NAMES: ANCILLARY;
    IPV6_HOPLIMIT => "the hop limit of one datagram, received (IPV6_RECVHOPLIMIT) or to send with";
    TCP_CM_INQ => "the ancillary data that TCP_INQ brings";
    IP_ORIGDSTADDR => "the ancillary data that IP_RECVORIGDSTADDR brings";
    IPV6_ORIGDSTADDR => "the ancillary data of IPV6_RECVORIGDSTADDR";
    PACKET_TX_TIMESTAMP => "time stamps of transmission in the ring";
}

constants! {
    /// Names that headers have and Linux does nothing for.
    NAMES_WITHOUT_EFFECT: NAME;
    TCP_COOKIE_TRANSACTIONS => "historic, removed in Linux 3.10";
    IP_PKTOPTIONS => "historic";
    IPV6_NEXTHOP => "the next router, in place of the routing table";
    IPV6_AUTHHDR => "receive the authentication header";
    PACKET_RECV_OUTPUT = 3 => "historic, without effect";
    NETLINK_RX_RING => "historic: shared ring for receiving";
    NETLINK_TX_RING => "historic: shared ring for sending";
}

constants! {
    /// Names for the values that options take.
    OPTION_VALUES: VALUE;
    SOF_TIMESTAMPING_TX_HARDWARE => "SO_TIMESTAMPING: stamp what is sent, by the network card";
    SOF_TIMESTAMPING_TX_SOFTWARE => "SO_TIMESTAMPING: stamp what is sent, as it goes to the driver; the stamp comes through the error queue";
    SOF_TIMESTAMPING_RX_HARDWARE => "SO_TIMESTAMPING: stamp what is received, by the network card";
    SOF_TIMESTAMPING_RX_SOFTWARE => "SO_TIMESTAMPING: stamp what is received, as it comes from the driver";
    SOF_TIMESTAMPING_SOFTWARE => "SO_TIMESTAMPING: report the stamps of software";
    SOF_TIMESTAMPING_RAW_HARDWARE => "SO_TIMESTAMPING: report the stamps of hardware";
    SOF_TIMESTAMPING_OPT_ID => "SO_TIMESTAMPING: number what is sent, so that each timestamp can be matched";
    SOF_TIMESTAMPING_TX_SCHED => "SO_TIMESTAMPING: stamp what is sent, as it enters the packet scheduler";
    SOF_TIMESTAMPING_TX_ACK => "SO_TIMESTAMPING: stamp the moment when all that was sent is acknowledged";
    SOF_TIMESTAMPING_OPT_CMSG => "SO_TIMESTAMPING: ancillary data with every stamp from the error queue";
    SOF_TIMESTAMPING_OPT_TSONLY => "SO_TIMESTAMPING: the stamp alone, without the packet it is about";
    IP_PMTUDISC_DONT => "IP_MTU_DISCOVER: never set don't-fragment";
    IP_PMTUDISC_WANT => "IP_MTU_DISCOVER: use the path MTU, fragment what is larger";
    IP_PMTUDISC_DO => "IP_MTU_DISCOVER: always set don't-fragment, EMSGSIZE for what is larger";
    IP_PMTUDISC_PROBE => "IP_MTU_DISCOVER: set don't-fragment but ignore the known path MTU, to probe it";
    IP_PMTUDISC_INTERFACE => "IP_MTU_DISCOVER: use the interface's MTU and accept no news";
    IP_PMTUDISC_OMIT => "IP_MTU_DISCOVER: as IP_PMTUDISC_INTERFACE, but fragment what is larger";
    IPV6_PMTUDISC_DONT => "IPV6_MTU_DISCOVER: fragment what is larger";
    IPV6_PMTUDISC_WANT => "IPV6_MTU_DISCOVER: use the path MTU, fragment what is larger";
    IPV6_PMTUDISC_DO => "IPV6_MTU_DISCOVER: EMSGSIZE for what is larger than the path MTU";
    IPV6_PMTUDISC_PROBE => "IPV6_MTU_DISCOVER: ignore the known path MTU, to probe it";
    IPV6_PMTUDISC_INTERFACE => "IPV6_MTU_DISCOVER: use the interface's MTU and accept no news";
    IPV6_PMTUDISC_OMIT => "IPV6_MTU_DISCOVER: as IPV6_PMTUDISC_INTERFACE, but fragment what is larger";
    IPTOS_LOWDELAY => "IP_TOS: historic wish for little delay";
    IPTOS_THROUGHPUT => "IP_TOS: historic wish for much throughput";
    IPTOS_RELIABILITY => "IP_TOS: historic wish for few losses";
    IP_DEFAULT_MULTICAST_TTL => "time to live of multicast datagrams unless set";
    IP_DEFAULT_MULTICAST_LOOP => "own multicast datagrams come back unless set";
    IP_MAX_MEMBERSHIPS = 20 => "multicast groups a socket may join unless the sysctl igmp_max_memberships says otherwise";
    PACKET_HOST = 0 => "kind of frame: to this machine";
    PACKET_BROADCAST = 1 => "kind of frame: to everyone on the link";
    PACKET_MULTICAST = 2 => "kind of frame: to a group";
    PACKET_OTHERHOST = 3 => "kind of frame: to another machine, seen in promiscuous mode";
    PACKET_OUTGOING = 4 => "kind of frame: sent by this machine, looped back to AF_PACKET";
    PACKET_LOOPBACK = 5 => "kind of frame: a looped back broadcast or multicast";
    PACKET_MR_MULTICAST = 0 => "PACKET_ADD_MEMBERSHIP: one multicast address";
    PACKET_MR_PROMISC = 1 => "PACKET_ADD_MEMBERSHIP: every frame of the link";
    PACKET_MR_ALLMULTI = 2 => "PACKET_ADD_MEMBERSHIP: every multicast frame";
}
