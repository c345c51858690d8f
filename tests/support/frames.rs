//! Frames made by hand, as bytes and as a capture file: what the tests of filters look at. Not read from a network.

const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVER: [u8; 4] = [10, 0, 0, 2];
const MAC_CLIENT: [u8; 6] = [2, 0, 0, 0, 0, 1];
const MAC_SERVER: [u8; 6] = [2, 0, 0, 0, 0, 2];

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes
        .chunks(2)
        .map(|two| u32::from(two[0]) << 8 | u32::from(*two.get(1).unwrap_or(&0)))
        .sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

fn ethernet(src: [u8; 6], dst: [u8; 6], kind: u16, payload: &[u8]) -> Vec<u8> {
    [&dst[..], &src[..], &kind.to_be_bytes(), payload].concat()
}

/// An IPv4 packet; `fragment` holds the flags and the offset in eights.
fn ipv4(src: [u8; 4], dst: [u8; 4], proto: u8, fragment: u16, payload: &[u8]) -> Vec<u8> {
    let len = (20 + payload.len()) as u16;
    let mut header = vec![0x45, 0x02];
    header.extend(len.to_be_bytes());
    header.extend([0xbe, 0xef]);
    header.extend(fragment.to_be_bytes());
    header.extend([64, proto, 0, 0]);
    header.extend(src);
    header.extend(dst);
    let sum = checksum(&header);
    header[10..12].copy_from_slice(&sum.to_be_bytes());
    [&header[..], payload].concat()
}

fn ipv6(src: [u8; 16], dst: [u8; 16], next: u8, payload: &[u8]) -> Vec<u8> {
    let mut header = vec![0x60, 0x01, 0x23, 0x45];
    header.extend((payload.len() as u16).to_be_bytes());
    header.extend([next, 61]);
    header.extend(src);
    header.extend(dst);
    [&header[..], payload].concat()
}

/// A TCP segment: ports, sequence and acknowledgment numbers, flags, window.
fn tcp(
    ports: (u16, u16),
    numbers: (u32, u32),
    flags: u8,
    window: u16,
    options: &[u8],
    data: &[u8],
) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(ports.0.to_be_bytes());
    out.extend(ports.1.to_be_bytes());
    out.extend(numbers.0.to_be_bytes());
    out.extend(numbers.1.to_be_bytes());
    out.extend([((20 + options.len()) as u8 / 4) << 4, flags]);
    out.extend(window.to_be_bytes());
    out.extend([0x12, 0x34, 0, 7]);
    out.extend(options);
    out.extend(data);
    out
}

fn udp(ports: (u16, u16), data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(ports.0.to_be_bytes());
    out.extend(ports.1.to_be_bytes());
    out.extend((8 + data.len() as u16).to_be_bytes());
    out.extend([0, 0]);
    out.extend(data);
    out
}

fn icmp(kind: u8, code: u8, rest: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = vec![kind, code, 0, 0];
    out.extend(rest);
    out.extend(data);
    let sum = checksum(&out);
    out[2..4].copy_from_slice(&sum.to_be_bytes());
    out
}

fn up(kind: u16, packet: &[u8]) -> Vec<u8> {
    ethernet(MAC_CLIENT, MAC_SERVER, kind, packet)
}

fn down(kind: u16, packet: &[u8]) -> Vec<u8> {
    ethernet(MAC_SERVER, MAC_CLIENT, kind, packet)
}

/// A conversation with a retransmission and duplicate acknowledgments, datagrams, errors that quote, ARP, IPv6, a tag, a tunnel,
/// a fragment and options.
pub(crate) fn frames() -> Vec<Vec<u8>> {
    const SYN_OPTIONS: &[u8] = &[
        2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
    ];
    const IP: u16 = 0x0800;
    const IP6: u16 = 0x86dd;
    const DF: u16 = 0x4000;
    let host = |last: u8| {
        let mut address = [0; 16];
        address[0] = 0xfd;
        address[15] = last;
        address
    };
    let c2s = (40_000, 5001);
    let s2c = (5001, 40_000);
    let send = |flags, seq, ack, data: &[u8]| {
        up(
            IP,
            &ipv4(
                CLIENT,
                SERVER,
                6,
                DF,
                &tcp(c2s, (seq, ack), flags, 500, &[], data),
            ),
        )
    };
    let answer = |flags, seq, ack, options: &[u8], data: &[u8]| {
        down(
            IP,
            &ipv4(
                SERVER,
                CLIENT,
                6,
                0,
                &tcp(s2c, (seq, ack), flags, 501, options, data),
            ),
        )
    };
    let datagram = ipv4(CLIENT, SERVER, 17, DF, &udp((40_001, 5002), b"ping"));
    let segment = ipv4(
        CLIENT,
        SERVER,
        6,
        DF,
        &tcp(c2s, (5000, 0), 2, 500, &[], b""),
    );
    let vlan = [
        &[0x20, 0x2a, 0x08, 0x00][..],
        &ipv4(CLIENT, SERVER, 17, 0, &udp((11_111, 22_222), b"tagged")),
    ]
    .concat();
    let tunnel = ipv4([172, 16, 0, 1], [172, 16, 0, 2], 4, 0, &datagram);
    let arp = |opcode: u8| {
        [
            &[0, 1, 8, 0, 6, 4, 0, opcode][..],
            &MAC_CLIENT,
            &CLIENT,
            &[0; 6],
            &SERVER,
            &[0; 18],
        ]
        .concat()
    };
    let solicitation = [
        &[135, 0, 0, 0, 0, 0, 0, 0][..],
        &host(2),
        &[1, 1],
        &MAC_CLIENT,
    ]
    .concat();
    let quoted6 = ipv6(host(1), host(2), 17, &udp((40_003, 5003), b"six"));
    vec![
        send(0x02, 1000, 0, b""),
        answer(0x12, 2000, 1001, SYN_OPTIONS, b""),
        send(0x10, 1001, 2001, b""),
        send(0x18, 1001, 2001, b"hello\x16\x03\x01\xff"),
        answer(0x10, 2001, 1010, &[], b""),
        send(0x18, 1015, 2001, b"later"),
        answer(
            0x10,
            2001,
            1010,
            &[1, 1, 5, 10, 0, 0, 3, 0xf7, 0, 0, 3, 0xfc],
            b"",
        ),
        answer(0x10, 2001, 1010, &[], b""),
        send(0x18, 1010, 2001, b"hello"),
        answer(0x18, 2001, 1020, &[], b"HELLO world"),
        send(0x11, 1020, 2012, b""),
        answer(0x14, 2012, 1021, &[], b""),
        up(IP, &datagram),
        down(
            IP,
            &ipv4(SERVER, CLIENT, 1, 0, &icmp(3, 3, [0; 4], &datagram)),
        ),
        down(
            IP,
            &ipv4(SERVER, CLIENT, 1, 0, &icmp(11, 0, [0; 4], &segment[..28])),
        ),
        up(
            IP,
            &ipv4(CLIENT, SERVER, 1, 0, &icmp(8, 0, [0, 7, 0, 1], b"abcdefgh")),
        ),
        down(
            IP,
            &ipv4(SERVER, CLIENT, 1, 0, &icmp(0, 0, [0, 7, 0, 1], b"abcdefgh")),
        ),
        ethernet(MAC_CLIENT, [0xff; 6], 0x0806, &arp(1)),
        up(
            IP6,
            &ipv6(host(1), host(2), 17, &udp((40_002, 5003), b"six")),
        ),
        up(IP6, &ipv6(host(1), host(2), 58, &solicitation)),
        down(
            IP6,
            &ipv6(host(2), host(1), 58, &icmp(1, 4, [0; 4], &quoted6)),
        ),
        up(0x8100, &vlan),
        up(IP, &tunnel),
        up(
            IP,
            &ipv4(
                CLIENT,
                SERVER,
                17,
                0x2000,
                &[&udp((4000, 4001), b"")[..4], &[0, 24, 0, 0], b"fragment"].concat(),
            ),
        ),
        up(
            IP,
            &ipv4(CLIENT, SERVER, 2, 0, &[0x16, 0, 0, 0, 239, 1, 2, 3]),
        ),
        up(IP, &ipv4(CLIENT, SERVER, 253, 0, b"unknown")),
        ethernet(MAC_CLIENT, MAC_SERVER, 0x88b5, b"own protocol"),
    ]
}

/// A segment whose header ends after ten bytes.
pub(crate) fn cut_frame() -> Vec<u8> {
    let segment = tcp((40_000, 5001), (1, 1), 0x10, 1, &[], b"");
    let mut frame = up(0x0800, &ipv4(CLIENT, SERVER, 6, 0x4000, &segment));
    frame.truncate(44);
    frame
}

/// A pcap file: little-endian, microseconds, Ethernet; frames a millisecond apart.
pub(crate) fn capture(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65_535, 1] {
        out.extend(word.to_le_bytes());
    }
    for (index, frame) in (0_u32..).zip(frames) {
        let len = frame.len() as u32;
        for word in [1_700_000_000, index * 1000, len, len] {
            out.extend(word.to_le_bytes());
        }
        out.extend(frame);
    }
    out
}
