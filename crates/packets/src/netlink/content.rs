//! What a netlink message says, in one line, in the words of ip(8) and ss(8). Not the fields with their places (`attribute`).

use super::attribute::{self, Subject};
use super::{HEADER, native, words};
use crate::text::escape;
use nix::errno::Errno;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

/// At most this many attributes of a message are looked at.
const ATTRIBUTES: usize = 256;
/// Of a message that is in no table here, so many attributes are told.
const FEW: usize = 3;

/// A message as bytes, cut at its own length.
pub(super) struct Message<'a> {
    /// The protocol of its socket: `NETLINK_ROUTE` is 0.
    pub(super) protocol: u16,
    /// Its type.
    pub(super) kind: u16,
    /// All of it, the header too.
    pub(super) bytes: &'a [u8],
}

impl<'a> Message<'a> {
    /// What it says; empty when that is nothing beyond its type.
    pub(super) fn content(&self) -> String {
        match (self.kind, self.protocol) {
            (super::ERROR, _) => self.error(),
            (super::DONE, _) => self.done(),
            (0..16, _) => String::new(),
            _ if self.bytes.len() <= HEADER => String::new(),
            (16..=19, super::ROUTE) => self.link(),
            (20..=23, super::ROUTE) => self.address(),
            (24..=27, super::ROUTE) => self.route(),
            (28..=31, super::ROUTE) => self.neighbour(),
            (32..=35, super::ROUTE) => self.rule(),
            (20, super::SOCK_DIAG) => self.socket(),
            (_, super::GENERIC) => self.generic(),
            _ => String::new(),
        }
    }

    /// The errno it brings, above zero.
    pub(super) fn errno(&self) -> Option<i32> {
        let there = self.bytes.len() >= HEADER + 4;
        matches!(self.kind, super::ERROR | super::DONE)
            .then(|| (self.number(0, 4) as u32 as i32).wrapping_neg())
            .filter(|errno| there && *errno >= 0)
    }

    fn number(&self, at: usize, len: usize) -> u64 {
        native(self.bytes, &(HEADER + at..HEADER + at + len))
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(HEADER + at).copied().unwrap_or_default()
    }

    /// The attributes behind a structure of this length: number and data.
    fn attributes(&self, structure: usize) -> Vec<(u16, &'a [u8])> {
        attributes(self.bytes.get(HEADER + structure..).unwrap_or_default())
    }

    /// NLMSG_ERROR: an errno below zero, or 0 for an acknowledgment, then the message it is about, then what the kernel has to say of it.
    fn error(&self) -> String {
        const CAPPED: u16 = 0x100;
        const TLVS: u16 = 0x200;
        let number = self.number(0, 4) as u32 as i32;
        let quoted = self.bytes.get(HEADER + 4..).unwrap_or_default();
        let mut text = if number == 0 {
            "0: done as asked".to_owned()
        } else {
            errno_words(number)
        };
        if quoted.len() >= HEADER {
            let kind = native(quoted, &(4..6)) as u16;
            let _ = write!(
                text,
                ", about {} seq {}",
                super::kind_words(self.protocol, kind),
                native(quoted, &(8..12))
            );
        }
        let flags = native(self.bytes, &(6..8)) as u16;
        if flags & TLVS != 0 {
            let whole = (native(quoted, &(0..4)) as usize).next_multiple_of(4);
            let length = if flags & CAPPED != 0 { HEADER } else { whole };
            text.push_str(&said(quoted.get(length..).unwrap_or_default()));
        }
        text
    }

    /// NLMSG_DONE: the end of a dump, with an errno where it ended badly.
    fn done(&self) -> String {
        let number = self.number(0, 4) as u32 as i32;
        if number < 0 {
            errno_words(number) + &said(self.bytes.get(HEADER + 4..).unwrap_or_default())
        } else {
            String::new()
        }
    }

    fn link(&self) -> String {
        let found = self.attributes(16);
        let index = self.number(4, 4);
        let mut text = Words::default();
        if index != 0 {
            text.say(format!("{index}:"));
        }
        text.say(text_of(&found, 3));
        let flags = words::device_flags(self.number(8, 4) as u32);
        if !flags.is_empty() {
            text.say(format!("<{flags}>"));
        }
        text.named("mtu", number_of(&found, 4).map(|mtu| mtu.to_string()));
        text.named(
            "state",
            number_of(&found, 16).map(|state| words::operational(state).to_owned()),
        );
        text.named(
            "master",
            number_of(&found, 10).map(|index| index.to_string()),
        );
        text.named("address", one(&found, 1).and_then(address_words));
        let inside = one(&found, 18).map(attributes).unwrap_or_default();
        text.named("kind", Some(text_of(&inside, 1)));
        text.0
    }

    fn address(&self) -> String {
        let found = self.attributes(8);
        let family = words::ip_family(self.byte(0));
        let mut text = Words::default();
        text.say(family);
        let own = one(&found, 2).or_else(|| one(&found, 1));
        if let Some(address) = own.and_then(address_words) {
            text.say(format!("{address}/{}", self.byte(1)));
        }
        let index = self.number(4, 4);
        if index != 0 {
            let name = text_of(&found, 3);
            let shown = if name.is_empty() {
                index.to_string()
            } else {
                format!("{name} ({index})")
            };
            text.named("dev", Some(shown));
        }
        if own.is_some() {
            text.named("scope", Some(words::scope(self.byte(3))));
        }
        text.0
    }

    fn route(&self) -> String {
        let found = self.attributes(12);
        let mut text = Words::default();
        let kind = self.byte(7);
        text.say(words::route_type(kind));
        let to = one(&found, 1).and_then(address_words);
        match to {
            Some(to) => text.say(format!("{to}/{}", self.byte(1))),
            None if kind != 0 => text.say("default"),
            None => text.say(words::ip_family(self.byte(0))),
        }
        text.named("via", one(&found, 5).and_then(address_words));
        text.named("dev", number_of(&found, 4).map(|index| index.to_string()));
        text.named("src", one(&found, 7).and_then(address_words));
        if kind != 0 {
            let table = number_of(&found, 15).unwrap_or_else(|| self.byte(4).into());
            text.named("table", Some(words::table(table)));
            text.named("proto", Some(words::route_protocol(self.byte(5))));
            text.named("scope", Some(words::scope(self.byte(6))));
            text.named(
                "metric",
                number_of(&found, 6).map(|metric| metric.to_string()),
            );
        }
        text.0
    }

    fn neighbour(&self) -> String {
        let found = self.attributes(12);
        let mut text = Words::default();
        text.say(one(&found, 1).and_then(address_words).unwrap_or_default());
        let index = self.number(4, 4);
        text.named("dev", (index != 0).then(|| index.to_string()));
        text.named("lladdr", one(&found, 2).and_then(address_words));
        text.say(words::neighbour(self.number(8, 2) as u16));
        text.0
    }

    fn rule(&self) -> String {
        let found = self.attributes(12);
        let mut text = Words::default();
        if self.bytes.len() <= HEADER + 12 {
            text.say(words::ip_family(self.byte(0)));
            return text.0;
        }
        let end = |kind| {
            one(&found, kind)
                .and_then(address_words)
                .unwrap_or_else(|| "all".to_owned())
        };
        let priority = number_of(&found, 6).unwrap_or_default();
        text.say(format!("{priority}: from {}", end(2)));
        if one(&found, 1).is_some() {
            text.named("to", Some(end(1)));
        }
        let table = number_of(&found, 15).unwrap_or_else(|| self.byte(4).into());
        text.named("lookup", Some(words::table(table)));
        text.0
    }

    /// sock_diag(7): a question, or a socket.
    fn socket(&self) -> String {
        let request = native(self.bytes, &(6..8)) & u64::from(super::REQUEST) != 0;
        let family = self.byte(0);
        let name = words::address_family(family);
        match (request, family) {
            (true, 2 | 10) => format!(
                "{name} protocol {} states {:#x}",
                self.byte(1),
                self.number(4, 4)
            ),
            (true, _) => format!("{name} states {:#x}", self.number(4, 4)),
            (false, 1) => self.unix_socket(),
            (false, 2) => self.internet_socket(4),
            (false, 10) => self.internet_socket(16),
            _ => name.to_owned(),
        }
    }

    /// `struct inet_diag_msg`: a socket whose addresses have `len` bytes.
    fn internet_socket(&self, len: usize) -> String {
        let end = |port: usize, address: usize| {
            let port_at = HEADER + port;
            let port = self.bytes.get(port_at..port_at + 2)?;
            let at = HEADER + address;
            let address = address_words(self.bytes.get(at..at + len)?)?;
            let port = u16::from_be_bytes([port[0], port[1]]);
            Some(if len == 16 {
                format!("[{address}]:{port}")
            } else {
                format!("{address}:{port}")
            })
        };
        let mut text = Words::default();
        text.say(words::socket_state(self.byte(1)));
        if let Some((own, other)) = end(4, 8).zip(end(6, 24)) {
            text.say(format!("{own} → {other}"));
        }
        text.named("inode", Some(self.number(68, 4).to_string()));
        text.0
    }

    /// `struct unix_diag_msg` with its attributes.
    fn unix_socket(&self) -> String {
        let found = self.attributes(16);
        let kind = match self.byte(1) {
            1 => "stream",
            2 => "dgram",
            5 => "seqpacket",
            _ => "",
        };
        let mut text = Words::default();
        text.say(format!("AF_UNIX {kind}"));
        text.say(match self.byte(2) {
            // A socket that is neither connected nor listening is in TCP's state of a closed one.
            7 => "unconnected",
            other => words::socket_state(other),
        });
        let name = text_of(&found, 0);
        text.say(match name.strip_prefix("\\x00") {
            Some(rest) => format!("@{rest}"),
            None => name,
        });
        text.named("inode", Some(self.number(4, 4).to_string()));
        text.named("peer", number_of(&found, 2).map(|peer| peer.to_string()));
        text.0
    }

    fn generic(&self) -> String {
        let mut text = Words::default();
        text.named("cmd", Some(self.byte(0).to_string()));
        for (kind, data) in self.attributes(4).into_iter().take(FEW) {
            let (label, form) = attribute::known(Subject::Generic, kind);
            if label != attribute::UNKNOWN {
                text.named(label, Some(attribute::words(form, data)));
            }
        }
        text.0
    }
}

/// Words with a blank between.
#[derive(Default)]
struct Words(String);

impl Words {
    fn say(&mut self, word: impl AsRef<str>) {
        let word = word.as_ref();
        if !word.is_empty() {
            if !self.0.is_empty() {
                self.0.push(' ');
            }
            self.0.push_str(word);
        }
    }

    fn named(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.say(format!("{name} {value}"));
        }
    }
}

/// An errno as netlink has it, below zero: `EPERM (Operation not permitted)`.
pub(super) fn errno_words(number: i32) -> String {
    let number = number.wrapping_neg();
    match Errno::from_raw(number) {
        Errno::UnknownErrno => format!("errno {number}"),
        errno => {
            let words = std::io::Error::from_raw_os_error(number).to_string();
            let words = words.split(" (os error").next().unwrap_or_default();
            format!("{errno:?} ({words})")
        }
    }
}

/// What the kernel says of an error in words, when the socket has NETLINK_EXT_ACK: `: Invalid header …`.
fn said(bytes: &[u8]) -> String {
    let found = attributes(bytes);
    let text = text_of(&found, 1);
    let mut told = String::new();
    if !text.is_empty() {
        let _ = write!(told, ": {text}");
    }
    if let Some(offset) = number_of(&found, 2) {
        let _ = write!(told, " (at byte {offset} of the request)");
    }
    told
}

fn attributes(bytes: &[u8]) -> Vec<(u16, &[u8])> {
    const TYPE: u16 = 0x3fff;
    let mut found = Vec::new();
    let mut rest = bytes;
    while rest.len() >= 4 && found.len() < ATTRIBUTES {
        let len = native(rest, &(0..2)) as usize;
        let kind = native(rest, &(2..4)) as u16 & TYPE;
        let Some(data) = rest.get(4..len) else { break };
        found.push((kind, data));
        rest = rest.get(len.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

fn one<'a>(found: &[(u16, &'a [u8])], kind: u16) -> Option<&'a [u8]> {
    let (_, data) = found.iter().find(|(other, _)| *other == kind)?;
    Some(data)
}

fn number_of(found: &[(u16, &[u8])], kind: u16) -> Option<u64> {
    let data = one(found, kind).filter(|data| (1..=8).contains(&data.len()))?;
    Some(native(data, &(0..data.len())))
}

fn text_of(found: &[(u16, &[u8])], kind: u16) -> String {
    let data = one(found, kind).unwrap_or_default();
    escape(data.strip_suffix(&[0]).unwrap_or(data), 200)
}

fn address_words(data: &[u8]) -> Option<String> {
    match data.len() {
        4 => <[u8; 4]>::try_from(data)
            .ok()
            .map(|octets| Ipv4Addr::from(octets).to_string()),
        6 => {
            let pairs: Vec<String> = data.iter().map(|byte| format!("{byte:02x}")).collect();
            Some(pairs.join(":"))
        }
        16 => <[u8; 16]>::try_from(data)
            .ok()
            .map(|octets| Ipv6Addr::from(octets).to_string()),
        _ => None,
    }
}
