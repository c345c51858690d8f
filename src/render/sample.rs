//! Packets for the tests of this room: hand-made frames through the real decoder and tracker. Not compiled into the program.

use super::styled::{Look, Styled};
use crate::event::packet::{Cause, Certainty, Frame, PacketEvent};
use crate::inspector::tracker::Tracker;
use crate::packet::headers::{LinkType, flag};

pub(crate) const SYN: u16 = flag::SYN;
pub(crate) const ACK: u16 = flag::ACK;
pub(crate) const PSH: u16 = flag::PSH;
pub(crate) const FIN: u16 = flag::FIN;
pub(crate) const RST: u16 = flag::RST;

/// Options of a SYN: MSS, SACK permitted, timestamps, window scale.
const SYN_OPTIONS: [u8; 20] = [
    2, 4, 0xff, 0xd7, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7,
];

/// A look without colour.
pub(crate) fn look(width: usize, ascii: bool) -> Look {
    Look {
        width,
        ascii,
        color: false,
    }
}

/// A view at 40, 80 and 120 columns, and in ASCII at 80, with the first column marked so that snapshots keep indentation.
pub(crate) fn screens(view: impl Fn(&Look) -> Styled) -> String {
    let mut text = String::new();
    for (width, ascii) in [(40, false), (80, false), (120, false), (80, true)] {
        let look = look(width, ascii);
        let shown = view(&look).to_text(&look);
        for row in shown.lines() {
            assert!(look.measure(row) <= width, "wider than {width}: {row}");
            assert!(!ascii || row.is_ascii(), "not ASCII: {row}");
        }
        let name = if ascii { " ASCII" } else { "" };
        text.extend(["== ", &width.to_string(), name, "\n", &shown]);
    }
    text
}

/// One end of a TCP or UDP conversation.
#[derive(Clone, Copy)]
pub(crate) struct Side {
    pub(crate) name: &'static str,
    pub(crate) ip: [u8; 4],
    pub(crate) port: u16,
}

/// The client of most samples.
pub(crate) const C: Side = Side {
    name: "c",
    ip: [127, 0, 0, 1],
    port: 40312,
};
/// The server of most samples.
pub(crate) const S: Side = Side {
    name: "s",
    ip: [127, 0, 0, 1],
    port: 5000,
};

/// A session that numbers, times and tracks what it is given.
pub(crate) struct Capture {
    tracker: Tracker,
    number: u64,
    pub(crate) now_ns: i64,
}

impl Capture {
    pub(crate) fn new() -> Self {
        Self {
            tracker: Tracker::new(),
            number: 0,
            now_ns: 1_700_000_000_000_000_000,
        }
    }

    /// Any frame, seen 12 µs after the one before.
    pub(crate) fn frame(
        &mut self,
        link: LinkType,
        bytes: &[u8],
        names: (&str, &str),
    ) -> PacketEvent {
        self.number += 1;
        self.now_ns += 12_000;
        let frame = Frame {
            checksum_not_ready: true,
            ..Frame::new(self.now_ns, link, bytes)
        };
        let alone = PacketEvent::alone(self.number, frame);
        PacketEvent {
            host: "lab".into(),
            interface: "lo".into(),
            track: self
                .tracker
                .packet(self.number, self.now_ns, &alone.headers),
            from: names.0.into(),
            to: names.1.into(),
            ..alone
        }
    }

    /// A TCP segment; a SYN carries the usual options.
    pub(crate) fn tcp(
        &mut self,
        from: Side,
        to: Side,
        flags: u16,
        numbers: (u32, u32),
        data: &[u8],
    ) -> PacketEvent {
        let options: &[u8] = if flags & SYN != 0 { &SYN_OPTIONS } else { &[] };
        let mut segment = Vec::new();
        segment.extend(from.port.to_be_bytes());
        segment.extend(to.port.to_be_bytes());
        segment.extend(numbers.0.to_be_bytes());
        segment.extend(numbers.1.to_be_bytes());
        let words = (20 + options.len() as u16) / 4;
        segment.extend((words << 12 | flags).to_be_bytes());
        segment.extend([0xff, 0xcb, 0, 0, 0, 0]);
        segment.extend(options);
        segment.extend(data);
        self.ipv4(from, to, 6, &segment)
    }

    /// A UDP datagram.
    pub(crate) fn udp(&mut self, from: Side, to: Side, data: &[u8]) -> PacketEvent {
        let mut datagram = Vec::new();
        datagram.extend(from.port.to_be_bytes());
        datagram.extend(to.port.to_be_bytes());
        datagram.extend((8 + data.len() as u16).to_be_bytes());
        datagram.extend([0, 0]);
        datagram.extend(data);
        self.ipv4(from, to, 17, &datagram)
    }

    /// An IPv4 packet in an Ethernet frame.
    pub(crate) fn ipv4(
        &mut self,
        from: Side,
        to: Side,
        protocol: u8,
        content: &[u8],
    ) -> PacketEvent {
        let mut bytes = vec![0; 12];
        bytes.extend([8, 0, 0x45, 0]);
        bytes.extend((20 + content.len() as u16).to_be_bytes());
        bytes.extend([0x1c, 0x46, 0x40, 0, 64, protocol, 0, 0]);
        bytes.extend(from.ip);
        bytes.extend(to.ip);
        bytes.extend(content);
        self.frame(LinkType::ETHERNET, &bytes, (from.name, to.name))
    }

    /// The three-way handshake, with raw sequence numbers 1000 and 5000.
    pub(crate) fn handshake(&mut self) -> Vec<PacketEvent> {
        let mut packets = vec![
            self.tcp(C, S, SYN, (1000, 0), b""),
            self.tcp(S, C, SYN | ACK, (5000, 1001), b""),
            self.tcp(C, S, ACK, (1001, 5001), b""),
        ];
        packets[0].cause = Some(cause(Certainty::Caused, "connect(4)", ""));
        let kernel = "the kernel answered for s: no accept() was needed";
        packets[1].cause = Some(cause(Certainty::Follows, "connect(4)", kernel));
        packets[2].cause = Some(cause(Certainty::Follows, "connect(4)", ""));
        packets
    }
}

pub(crate) fn cause(certainty: Certainty, call: &str, kernel: &str) -> Cause {
    Cause {
        certainty,
        command: (!call.is_empty()).then_some(5),
        process: "lab".to_owned(),
        call: call.to_owned(),
        kernel: kernel.to_owned(),
    }
}
