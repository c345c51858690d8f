//! The frame of every program: which class a packet is of, and whether its headers are as its class has them. What is of none, or is
//! not as it should be, is let through. Not what is asked of a class.

use super::assemble::{Assembler, Label, code};
use super::formula::{Class, Formula, Net, Transport};
use super::{Instruction, Start};
use socklab_packets::headers::TUNNEL_PORTS;

/// Where the kernel answers with what it knows of a packet (`SKF_AD_OFF` of linux/filter.h).
const ANCILLARY: u32 = 0xffff_f000;
const PROTOCOL: u32 = ANCILLARY;
const PACKET_TYPE: u32 = ANCILLARY + 4;
const HARDWARE: u32 = ANCILLARY + 28;
/// `ARPHRD_LOOPBACK` and `PACKET_OUTGOING`.
const LOOPBACK: u32 = 772;
const OUTGOING: u32 = 4;

const IPV4: u32 = 0x0800;
const IPV6: u32 = 0x86dd;
const ARP: u32 = 0x0806;

/// Bytes that are read of a header.
const IPV4_HEADER: u32 = 20;
const IPV6_HEADER: u32 = 40;
const ARP_MESSAGE: u32 = 28;
const TCP_HEADER: u32 = 20;
const OTHER_HEADER: u32 = 8;

/// A program that lets a packet through when the formula of its class holds; the formulas are in the order of [`Class::ALL`].
pub(super) fn program(formulas: &[Formula; 8], start: Start) -> Vec<Instruction> {
    let mut out = Assembler::new(start);
    let reject = out.end(0);
    let accept = out.end(u32::MAX);
    let mut builder = Builder {
        out,
        accept,
        reject,
        formulas,
    };
    let arp = builder.arp();
    let ipv6 = builder.ipv6();
    let ipv4 = builder.ipv4();
    builder.link(start, ipv4, ipv6, arp);
    builder.out.program()
}

struct Builder<'a> {
    out: Assembler,
    accept: Label,
    reject: Label,
    formulas: &'a [Formula; 8],
}

impl Builder<'_> {
    /// Finds out what the link header announces.
    fn link(&mut self, start: Start, ipv4: Label, ipv6: Label, arp: Label) {
        let accept = self.accept;
        if start == Start::Raw {
            let six = self.out.branch(code::EQUAL, 0x60, ipv6, accept);
            let four = self.out.branch(code::EQUAL, 0x40, ipv4, six);
            let version = self.out.step(code::AND, 0xf0, four);
            let load = self.out.step(code::LOAD_BYTE, 0, version);
            self.longer(1, load);
            return;
        }
        let is_arp = self.out.branch(code::EQUAL, ARP, arp, accept);
        let is_ipv6 = self.out.branch(code::EQUAL, IPV6, ipv6, is_arp);
        let is_ipv4 = self.out.branch(code::EQUAL, IPV4, ipv4, is_ipv6);
        if start == Start::Ethernet {
            let load = self.out.step(code::LOAD_HALF, 12, is_ipv4);
            self.longer(14, load);
        } else {
            let kind = self.out.step(code::LOAD_WORD, PROTOCOL, is_ipv4);
            let outgoing = self.out.branch(code::EQUAL, OUTGOING, self.reject, kind);
            let load = self.out.step(code::LOAD_WORD, PACKET_TYPE, outgoing);
            let loopback = self.out.branch(code::EQUAL, LOOPBACK, load, kind);
            self.out.step(code::LOAD_WORD, HARDWARE, loopback);
        }
    }

    /// Goes on at `next` when the packet has so many bytes; a program that reads past the end of a packet rejects it.
    fn longer(&mut self, bytes: u32, next: Label) -> Label {
        let accept = self.accept;
        let is = self.out.branch(code::AT_LEAST, bytes, next, accept);
        self.out.step(code::LOAD_LENGTH, 0, is)
    }

    fn ask(&mut self, net: Net, transport: Transport) -> Label {
        let place = Class::ALL
            .iter()
            .position(|class| *class == Class { net, transport });
        let formula = place.map_or(&Formula::Yes, |place| &self.formulas[place]);
        self.out.ask(formula, self.accept, self.reject)
    }

    fn arp(&mut self) -> Label {
        let (link, accept) = (self.out.link, self.accept);
        let body = self.ask(Net::Arp, Transport::None);
        if body == accept {
            return accept;
        }
        // Of Ethernet and IPv4; other addresses are in the tree alone.
        let sizes = self.out.branch(code::EQUAL, 0x0604, body, accept);
        let load = self.out.step(code::LOAD_HALF, link + 4, sizes);
        let kind = self.out.branch(code::EQUAL, IPV4, load, accept);
        let load = self.out.step(code::LOAD_HALF, link + 2, kind);
        self.longer(link + ARP_MESSAGE, load)
    }

    fn ipv4(&mut self) -> Label {
        let (link, accept) = (self.out.link, self.accept);
        self.out.net = None;
        let mut next = accept;
        for (protocol, transport, least) in [
            (2, Transport::Igmp, OTHER_HEADER),
            (1, Transport::Icmp, OTHER_HEADER),
            (17, Transport::Udp, OTHER_HEADER),
            (6, Transport::Tcp, TCP_HEADER),
        ] {
            let body = self.ask(Net::Ipv4, transport);
            let body = if body == accept {
                accept
            } else {
                self.ipv4_transport(transport, least, body)
            };
            next = self.out.branch(code::EQUAL, protocol, body, next);
        }
        let load = self.out.step(code::LOAD_BYTE, link + 9, next);
        // A fragment: the first one may be short, the others have no transport header.
        let fragment = self.out.branch(code::ANY_BIT, 0x3fff, accept, load);
        let load = self.out.step(code::LOAD_HALF, link + 6, fragment);
        let length = self.out.branch(code::AT_LEAST, 5, load, accept);
        let low = self.out.step(code::AND, 0x0f, length);
        let load = self.out.step(code::LOAD_BYTE, link, low);
        let version = self.out.branch(code::EQUAL, 0x40, load, accept);
        let high = self.out.step(code::AND, 0xf0, version);
        let load = self.out.step(code::LOAD_BYTE, link, high);
        self.longer(link + IPV4_HEADER, load)
    }

    /// X becomes the length of the IPv4 header; the transport header lies within the packet and the frame.
    fn ipv4_transport(&mut self, transport: Transport, least: u32, body: Label) -> Label {
        let (link, accept) = (self.out.link, self.accept);
        let mut next = body;
        match transport {
            Transport::Tcp => {
                // The header with its options, which begins X bytes into the packet, ends within packet and frame.
                let restore = self.out.step(code::HEADER_LENGTH, link, next);
                let fits = self.out.branch(code::AT_LEAST_X, 0, restore, accept);
                let inner = self.out.step(code::SUBTRACT, link, fits);
                let load = self.out.step(code::LOAD_LENGTH, 0, inner);
                let fits = self.out.branch(code::AT_LEAST_X, 0, load, accept);
                let total = self.out.step(code::LOAD_HALF, link + 2, fits);
                let end = self.out.step(code::TO_X, 0, total);
                let end = self.out.step(code::ADD_X, 0, end);
                let bytes = self.out.step(code::SHIFT_RIGHT, 2, end);
                next = self.tcp_words(bytes);
                next = self
                    .out
                    .step(code::LOAD_BYTE + code::INDIRECT, link + 12, next);
            }
            Transport::Udp => {
                next = self.not_tunnelling(next);
                next = self
                    .out
                    .step(code::LOAD_HALF + code::INDIRECT, link + 2, next);
            }
            Transport::Icmp => {
                next = self.not_quoting(&[3, 4, 5, 11, 12], next);
                next = self.out.step(code::LOAD_BYTE + code::INDIRECT, link, next);
            }
            _ => {}
        }
        let enough = self.out.branch(code::AT_LEAST, least, next, accept);
        let rest = self.out.step(code::SUBTRACT_X, 0, enough);
        let has_header = self.out.branch(code::AT_LEAST_X, 0, rest, accept);
        let total = self.out.step(code::LOAD_HALF, link + 2, has_header);
        let inside = self.out.branch(code::AT_LEAST_X, 0, total, accept);
        let inner = self.out.step(code::SUBTRACT, link + least, inside);
        let long = self
            .out
            .branch(code::AT_LEAST, link + IPV4_HEADER + least, inner, accept);
        let load = self.out.step(code::LOAD_LENGTH, 0, long);
        self.out.step(code::HEADER_LENGTH, link, load)
    }

    /// A has the byte with the data offset; goes on with its upper half when that is at least five words.
    fn tcp_words(&mut self, next: Label) -> Label {
        let accept = self.accept;
        let enough = self.out.branch(code::AT_LEAST, 0x50, next, accept);
        self.out.step(code::AND, 0xf0, enough)
    }

    /// A has the type of an ICMP message; those that quote a packet are let through.
    fn not_quoting(&mut self, kinds: &[u32], next: Label) -> Label {
        let accept = self.accept;
        kinds.iter().fold(next, |next, kind| {
            self.out.branch(code::EQUAL, *kind, accept, next)
        })
    }

    /// A has the destination port of a datagram; those that carry a frame are let through.
    fn not_tunnelling(&mut self, next: Label) -> Label {
        let accept = self.accept;
        TUNNEL_PORTS.iter().fold(next, |next, port| {
            self.out.branch(code::EQUAL, u32::from(*port), accept, next)
        })
    }

    fn ipv6(&mut self) -> Label {
        let (link, accept) = (self.out.link, self.accept);
        self.out.net = Some(IPV6_HEADER);
        let transport_at = link + IPV6_HEADER;
        // What comes after extension headers is for the filter to find.
        let mut next = accept;
        for (protocol, transport, least) in [
            (58, Transport::Icmpv6, OTHER_HEADER),
            (17, Transport::Udp, OTHER_HEADER),
            (6, Transport::Tcp, TCP_HEADER),
        ] {
            let body = self.ask(Net::Ipv6, transport);
            let mut at = body;
            if body != accept {
                match transport {
                    Transport::Tcp => {
                        let fits = self.out.branch(code::AT_LEAST_X, 0, at, accept);
                        let inner = self.out.step(code::SUBTRACT, transport_at, fits);
                        let load = self.out.step(code::LOAD_LENGTH, 0, inner);
                        let fits = self.out.branch(code::AT_LEAST_X, 0, load, accept);
                        let load = self.out.step(code::LOAD_HALF, link + 4, fits);
                        let end = self.out.step(code::TO_X, 0, load);
                        let bytes = self.out.step(code::SHIFT_RIGHT, 2, end);
                        at = self.tcp_words(bytes);
                        at = self.out.step(code::LOAD_BYTE, transport_at + 12, at);
                    }
                    Transport::Udp => {
                        at = self.not_tunnelling(at);
                        at = self.out.step(code::LOAD_HALF, transport_at + 2, at);
                    }
                    Transport::Icmpv6 => {
                        at = self.not_quoting(&[1, 2, 3, 4], at);
                        at = self.out.step(code::LOAD_BYTE, transport_at, at);
                    }
                    _ => {}
                }
                let enough = self.out.branch(code::AT_LEAST, least, at, accept);
                let load = self.out.step(code::LOAD_HALF, link + 4, enough);
                at = self.longer(transport_at + least, load);
            }
            next = self.out.branch(code::EQUAL, protocol, at, next);
        }
        let load = self.out.step(code::LOAD_BYTE, link + 6, next);
        let version = self.out.branch(code::EQUAL, 0x60, load, accept);
        let high = self.out.step(code::AND, 0xf0, version);
        let load = self.out.step(code::LOAD_BYTE, link, high);
        self.longer(link + IPV6_HEADER, load)
    }
}
