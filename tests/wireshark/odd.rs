//! Frames that no kernel sends, or that a capture did not keep whole: header lengths that cannot be, quotes in ICMP errors, fragments,
//! empty options, distances of half the number space. Written byte by byte; not made up from a seed (`traffic.rs`).

use socklab::packet::headers::flag;

pub(crate) const SYN: u16 = flag::SYN;
pub(crate) const ACK: u16 = flag::ACK;
pub(crate) const FIN: u16 = flag::FIN;

/// Options of a SYN: 1460 bytes of data, windows times 128.
pub(crate) const OPENING: &[u8] = &[2, 4, 5, 180, 1, 3, 3, 7];

/// A packet: its bytes as captured, and how many there were.
#[derive(Clone)]
pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    pub(crate) len: usize,
}

impl Packet {
    /// Of which the capture kept only the first bytes.
    pub(crate) fn cut(mut self, kept: usize) -> Self {
        self.bytes.truncate(kept);
        self
    }

    /// With another header length, counted in words of four bytes, in the TCP header behind 20 bytes of IPv4.
    pub(crate) fn header_words(mut self, words: u8) -> Self {
        self.bytes[32] = words << 4 | self.bytes[32] & 0x0f;
        self
    }
}

/// The ends are 10.0.0.0, port 1000, and 10.0.0.1, port 80.
fn host(end: u8) -> [u8; 4] {
    [10, 0, 0, end]
}

/// An IPv4 packet from one end to the other; `fragment` holds the flags and the offset in eights.
fn ipv4(from: u8, protocol: u8, fragment: u16, body: &[u8]) -> Packet {
    let mut bytes = vec![0x45, 0];
    bytes.extend((20 + body.len() as u16).to_be_bytes());
    bytes.extend([0, 9]);
    bytes.extend(fragment.to_be_bytes());
    bytes.extend([64, protocol, 0, 0]);
    bytes.extend(host(from));
    bytes.extend(host(1 - from));
    bytes.extend(body);
    let len = bytes.len();
    Packet { bytes, len }
}

fn tcp(from: u8, (seq, ack): (u32, u32), flags: u16, options: &[u8], len: usize) -> Vec<u8> {
    let ports: [u16; 2] = if from == 0 { [1000, 80] } else { [80, 1000] };
    let mut bytes = Vec::new();
    bytes.extend(ports[0].to_be_bytes());
    bytes.extend(ports[1].to_be_bytes());
    bytes.extend(seq.to_be_bytes());
    bytes.extend(ack.to_be_bytes());
    bytes.extend((((20 + options.len()) as u16 / 4) << 12 | flags).to_be_bytes());
    bytes.extend([3, 232, 0, 0, 0, 0]);
    bytes.extend(options);
    bytes.extend(std::iter::repeat_n(0xff, len));
    bytes
}

/// A TCP segment of one end.
pub(crate) fn segment(
    from: u8,
    numbers: (u32, u32),
    flags: u16,
    options: &[u8],
    len: usize,
) -> Packet {
    ipv4(from, 6, 0x4000, &tcp(from, numbers, flags, options, len))
}

/// The first fragment of a TCP segment whose others are not there.
pub(crate) fn first_fragment(from: u8, numbers: (u32, u32), flags: u16, options: &[u8]) -> Packet {
    ipv4(from, 6, 0x2000, &tcp(from, numbers, flags, options, 160))
}

/// A datagram whose header says this length.
pub(crate) fn datagram(from: u8, ports: (u16, u16), length: u16) -> Packet {
    let mut bytes = Vec::new();
    bytes.extend(ports.0.to_be_bytes());
    bytes.extend(ports.1.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend([0, 0, 0xff, 0xff]);
    ipv4(from, 17, 0, &bytes)
}

/// An ICMP message that quotes a packet of `to`, which is told.
pub(crate) fn error(to: u8, kind: u8, quoted: &Packet) -> Packet {
    let body = [&[kind, 1, 0, 0, 0, 0, 0, 0], &quoted.bytes[..]].concat();
    ipv4(1 - to, 1, 0, &body)
}

/// A handshake from the numbers 100 and 500.
pub(crate) fn open() -> Vec<Packet> {
    vec![
        segment(0, (100, 0), SYN, OPENING, 0),
        segment(1, (500, 101), SYN | ACK, OPENING, 0),
        segment(0, (101, 501), ACK, &[], 0),
    ]
}

/// Selective acknowledgments, filled up to words.
pub(crate) fn sack(blocks: &[(u32, u32)]) -> Vec<u8> {
    let mut option = vec![1, 1, 5, 2 + 8 * blocks.len() as u8];
    for (left, right) in blocks {
        option.extend(left.to_be_bytes());
        option.extend(right.to_be_bytes());
    }
    option
}

/// A capture file of bare IP packets, a millisecond apart.
pub(crate) fn capture(packets: &[Packet]) -> Vec<u8> {
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 101] {
        file.extend(word.to_le_bytes());
    }
    for (packet, number) in packets.iter().zip(0..) {
        let words = [
            1_700_000_000,
            number * 1000,
            packet.bytes.len() as u32,
            packet.len as u32,
        ];
        for word in words {
            file.extend(word.to_le_bytes());
        }
        file.extend(&packet.bytes);
    }
    file
}
