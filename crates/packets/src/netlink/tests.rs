//! Tests of `netlink`.

use super::{brief, tree};
use crate::tree::{Field, FieldValue, Layer};

/// A message: type, flags, what follows the header.
fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = (16 + body.len() as u32).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(7_u32.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn attribute(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = (4 + data.len() as u16).to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(data);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn find<'a>(layers: &'a [Layer], label: &str) -> &'a Field {
    fn within<'a>(fields: &'a [Field], label: &str) -> Option<&'a Field> {
        fields.iter().find_map(|field| {
            if field.label == label {
                Some(field)
            } else {
                within(&field.children, label)
            }
        })
    }
    layers
        .iter()
        .find_map(|layer| within(&layer.fields, label))
        .unwrap_or_else(|| panic!("no {label}"))
}

#[test]
fn a_link_is_told_with_its_name_and_mtu() {
    let mut body = vec![0, 0];
    body.extend(772_u16.to_ne_bytes());
    body.extend(1_i32.to_ne_bytes());
    body.extend([0; 8]);
    body.extend(attribute(3, b"lo\0"));
    body.extend(attribute(4, &65536_u32.to_ne_bytes()));
    let layers = tree(0, &message(16, 2, &body));
    assert_eq!(layers[0].title, "Netlink message, RTM_NEWLINK, MULTI");
    assert_eq!(
        find(&layers, "Interface index").value,
        FieldValue::Number(1)
    );
    assert_eq!(find(&layers, "IFLA_IFNAME").meaning, "lo");
    assert_eq!(find(&layers, "IFLA_MTU").meaning, "65536");
}

#[test]
fn a_route_has_addresses_and_an_error_has_its_number() {
    let mut body = vec![2, 24, 0, 0, 254, 2, 0, 1, 0, 0, 0, 0];
    body.extend(attribute(1, &[10, 0, 0, 0]));
    body.extend(attribute(5, &[10, 0, 0, 1]));
    let mut bytes = message(24, 0, &body);
    bytes.extend(message(2, 0, &(-13_i32).to_ne_bytes()));
    let layers = tree(0, &bytes);
    assert_eq!(find(&layers, "RTA_GATEWAY").meaning, "10.0.0.1");
    assert_eq!(layers[1].title, "Netlink message, NLMSG_ERROR");
    assert_eq!(
        find(&layers, "Error code").meaning,
        "EACCES (Permission denied)"
    );
}

#[test]
fn a_socket_has_its_ports_in_network_order() {
    let mut body = vec![2, 10, 0, 0, 0x13, 0x88, 0, 0];
    body.extend([127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    body.resize(72, 0);
    let layers = tree(4, &message(20, 2, &body));
    assert_eq!(find(&layers, "Source port").value, FieldValue::Number(5000));
}

#[test]
fn a_buffer_is_told_in_short_with_its_errors_and_known_attributes() {
    let mut body = vec![0; 16];
    body.extend(attribute(3, b"l\x1bo\0"));
    body.extend(attribute(60, &[1; 40]));
    let mut bytes = message(18, 0x301, &[0; 4]);
    bytes.extend(message(16, 2, &body));
    bytes.extend(message(2, 0, &(-95_i32).to_ne_bytes()));
    bytes.extend(message(200, 0, &[]));
    bytes.extend([1, 2, 3]);
    let told: Vec<(String, String)> = brief(0, &bytes)
        .into_iter()
        .map(|brief| (brief.title(), brief.content))
        .collect();
    let expected = [
        ("RTM_GETLINK (REQUEST, DUMP)", ""),
        ("RTM_NEWLINK (MULTI)", "l\\x1bo"),
        ("NLMSG_ERROR", "EOPNOTSUPP (Operation not supported)"),
        ("type 200", ""),
    ];
    assert_eq!(told, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn links_addresses_routes_neighbours_and_errors_are_told_in_the_words_of_ip() {
    let mut link = vec![0, 0, 1, 0, 2, 0, 0, 0, 0x43, 0x10, 1, 0, 0, 0, 0, 0];
    link.extend(attribute(3, b"eth0\0"));
    link.extend(attribute(4, &1500_u32.to_ne_bytes()));
    link.extend(attribute(16, &[6]));
    link.extend(attribute(1, &[2, 0, 0, 0, 0, 1]));
    let mut address = vec![2, 8, 0x80, 254, 1, 0, 0, 0];
    address.extend(attribute(1, &[127, 0, 0, 1]));
    address.extend(attribute(2, &[127, 0, 0, 1]));
    address.extend(attribute(3, b"lo\0"));
    let mut route = vec![2, 24, 0, 0, 254, 2, 253, 1, 0, 0, 0, 0];
    route.extend(attribute(1, &[10, 0, 0, 0]));
    route.extend(attribute(4, &2_u32.to_ne_bytes()));
    route.extend(attribute(7, &[10, 0, 0, 1]));
    let mut gateway = vec![2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0];
    gateway.extend(attribute(5, &[10, 0, 0, 9]));
    let mut neighbour = vec![2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 1];
    neighbour.extend(attribute(1, &[10, 0, 0, 2]));
    neighbour.extend(attribute(2, &[2, 0, 0, 0, 0, 2]));
    let mut refused = (-1_i32).to_ne_bytes().to_vec();
    refused.extend(message(16, 5, &[]));
    let mut worded = (-22_i32).to_ne_bytes().to_vec();
    worded.extend(message(18, 0x301, &[]));
    worded.extend(attribute(1, b"Invalid header\0"));
    let mut acknowledged = 0_i32.to_ne_bytes().to_vec();
    acknowledged.extend(message(20, 5, &[]));
    for (kind, flags, body, expected) in [
        (
            16,
            2,
            link,
            "2: eth0 <UP,BROADCAST,RUNNING,MULTICAST,LOWER_UP> mtu 1500 state UP address 02:00:00:00:00:01",
        ),
        (20, 2, address, "inet 127.0.0.1/8 dev lo (1) scope host"),
        (
            24,
            2,
            route,
            "10.0.0.0/24 dev 2 src 10.0.0.1 table main proto kernel scope link",
        ),
        (
            24,
            2,
            gateway,
            "default via 10.0.0.9 table main proto boot scope global",
        ),
        (
            28,
            2,
            neighbour,
            "10.0.0.2 dev 2 lladdr 02:00:00:00:00:02 REACHABLE",
        ),
        (
            2,
            0,
            refused,
            "EPERM (Operation not permitted), about RTM_NEWLINK seq 7",
        ),
        (
            2,
            0x300,
            worded,
            "EINVAL (Invalid argument), about RTM_GETLINK seq 7: Invalid header",
        ),
        (
            2,
            0x100,
            acknowledged,
            "0: done as asked, about RTM_NEWADDR seq 7",
        ),
        (3, 2, vec![0; 4], ""),
        (
            3,
            2,
            (-16_i32).to_ne_bytes().to_vec(),
            "EBUSY (Device or resource busy)",
        ),
    ] {
        let told = brief(0, &message(kind, flags, &body));
        assert_eq!(told[0].content, expected);
    }
}

#[test]
fn a_message_that_was_not_received_whole_is_told_as_cut() {
    let bytes = message(16, 2, &[0; 16]);
    let told = brief(0, &bytes[..20]);
    assert!(told[0].cut && told[0].len == 32);
    assert!(!brief(0, &bytes)[0].cut);
}

#[test]
fn lengths_that_lie_end_the_walk() {
    let mut bytes = message(16, 0, &[0; 16]);
    bytes[0] = 200;
    let layers = tree(0, &bytes);
    assert_eq!(layers.len(), 1);
    assert!(
        layers[0]
            .fields
            .iter()
            .any(|field| field.name == "_ws.short" || field.name == "_ws.malformed")
    );
    assert_eq!(tree(0, &[3; 20])[0].name, "netlink");
    assert_eq!(tree(0, &[0; 20])[0].name, "data");
    assert!(tree(0, &[]).is_empty());
}
