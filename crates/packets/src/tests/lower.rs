//! What lies between a link and its packet, and tunnels above: each leads to the packet, in the record and in the tree.

use crate::decode::decode;
use crate::dissect::tree;
use crate::headers::{LinkType, Net, Transport};

/// A datagram of IPv4 from 10.0.0.1 to 10.0.0.2, ports 1 and 2.
const IPV4: &[u8] = &[
    0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 8, 0, 0,
];
const MACS: &[u8] = &[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];

/// A link, the headers before the datagram, and the names of their layers.
type Case<'a> = (u16, &'a [&'a [u8]], &'a [&'a str]);

fn assert_leads_to_the_datagram(link: u16, before: &[&[u8]], layers: &[&str]) {
    let bytes = [&before.concat()[..], IPV4].concat();
    let link = LinkType(link);
    let headers = decode(link, &bytes, bytes.len() as u32);
    assert!(
        matches!(headers.transport, Transport::Udp(_)),
        "{link:?} {before:?}: {headers:?}"
    );
    let tree = tree(link, &bytes, bytes.len() as u32, false);
    let names: Vec<&str> = tree.iter().map(|layer| layer.name).collect();
    assert_eq!(names, [layers, &["ip", "udp"]].concat());
}

#[test]
fn every_header_below_leads_to_its_packet() {
    let snap: &[u8] = &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
    let label: &[u8] = &[0, 1, 0x01, 64];
    let table: &[Case] = &[
        (9, &[&[0xff, 3, 0, 0x21]], &["ppp"]),
        (9, &[&[0x21]], &["ppp"]),
        (
            9,
            &[&[0xff, 3, 2, 0x81], &[0, 1, 0, 64], label],
            &["ppp", "mpls", "mpls"],
        ),
        (50, &[&[0xff, 3, 0, 0x21]], &["ppp"]),
        (50, &[&[0x0f, 0, 8, 0]], &["chdlc"]),
        (
            51,
            &[&[0x11, 0, 0, 1, 0, 30], &[0, 0x21]],
            &["pppoes", "ppp"],
        ),
        (104, &[&[0x0f, 0, 8, 0]], &["chdlc"]),
        (107, &[&[0x18, 0x41, 3, 0xcc]], &["fr"]),
        (107, &[&[0x18, 0x41, 8, 0]], &["fr"]),
        (107, &[&[0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0]], &["fr"]),
        (204, &[&[0], &[0, 0x21]], &["ppp", "ppp"]),
        (100, &[snap], &["llc"]),
        (6, &[&[0x10, 0x40], MACS, snap], &["tr", "llc"]),
        (10, &[&[0x50], MACS, snap], &["fddi", "llc"]),
        (123, &[&[2, 0, 0, 5], snap], &["atm", "llc"]),
        (7, &[&[1, 2, 240]], &["arcnet"]),
        (129, &[&[1, 2, 0, 0, 212, 0, 0, 1]], &["arcnet"]),
        (
            105,
            &[&[8, 0, 0, 0], MACS, &[0; 6], &[0, 0], snap],
            &["wlan", "llc"],
        ),
        (
            127,
            &[
                &[0, 0, 8, 0, 0, 0, 0, 0],
                &[8, 0, 0, 0],
                MACS,
                &[0; 6],
                &[0, 0],
                snap,
            ],
            &["radiotap", "wlan", "llc"],
        ),
        (226, &[&[1, 2], &[0; 22]], &["ipnet"]),
        (242, &[&[0; 40], &[8, 0, 0, 0]], &["ipoib"]),
        (239, &[&[2, 0, 0, 0], &[32, 0, 9, 0]], &["nflog"]),
        (117, &[&[4, 2, 0, 0]], &["pflog"]),
        (109, &[&[0; 12]], &["enc"]),
        (
            258,
            &[&[12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], MACS, &[8, 0]],
            &["pktap", "eth"],
        ),
        (
            178,
            &[&[0x4d, 0x47, 0x43, 0], MACS, &[8, 0]],
            &["juniper", "eth"],
        ),
        (1, &[MACS, &[0x88, 0x47], label], &["eth", "mpls"]),
        (
            1,
            &[MACS, &[0x88, 0x64], &[0x11, 0, 0, 1, 0, 30, 0, 0x21]],
            &["eth", "pppoes", "ppp"],
        ),
        (
            1,
            &[MACS, &[0xd2, 0x8b, 0, 1, 0, 0x10], &[0; 8], &[8, 0]],
            &["eth", "avsp"],
        ),
        (
            1,
            &[MACS, &[0x89, 0x4f, 0, 2, 1, 1], &[0; 4]],
            &["eth", "nsh"],
        ),
        (1, &[MACS, &[0, 36], snap], &["eth", "llc"]),
    ];
    for (link, before, layers) in table {
        assert_leads_to_the_datagram(*link, before, layers);
    }
}

#[test]
fn a_tunnel_is_followed_in_the_tree() {
    let inner = [MACS, &[8, 0], IPV4].concat();
    let vxlan = [&[8, 0, 0, 0, 0, 0, 5, 0][..], &inner].concat();
    let mut udp = vec![0x30, 0x39, 0x12, 0xb5];
    udp.extend((8 + vxlan.len() as u16).to_be_bytes());
    udp.extend([0, 0]);
    udp.extend(vxlan);
    let gre = [&[0, 0, 8, 0][..], IPV4].concat();
    for (protocol, upper, expected) in [
        (17, &udp, &["ip", "udp", "vxlan", "eth", "ip", "udp"][..]),
        (47, &gre, &["ip", "gre", "ip", "udp"][..]),
    ] {
        let mut bytes = vec![0x45, 0];
        bytes.extend((20 + upper.len() as u16).to_be_bytes());
        bytes.extend([0, 0, 0, 0, 64, protocol, 0, 0, 10, 0, 0, 3, 10, 0, 0, 4]);
        bytes.extend(upper);
        let tree = tree(LinkType::RAW, &bytes, bytes.len() as u32, false);
        let names: Vec<&str> = tree.iter().map(|layer| layer.name).collect();
        assert_eq!(names, expected);
    }
}

#[test]
fn what_says_that_it_is_ipv6_is_read_as_ipv6() {
    let mut bytes = vec![0x60, 0, 0, 0, 0, 0, 59, 64];
    bytes.extend([0xfd; 32]);
    let headers = decode(LinkType::IPV4, &bytes, 40);
    assert!(matches!(headers.net, Net::Ipv6(_)), "{headers:?}");
}
