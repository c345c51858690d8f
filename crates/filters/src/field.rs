//! The fields and protocols a filter can name, each with the kind of its values and what it means. Not where the values are found.

mod application;
mod internet;
mod link;
mod lower;
mod message;
mod mptcp;
mod netlink;
mod tcp;

use std::sync::LazyLock;

/// A field or protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldEntry {
    /// Wireshark's name: `tcp.port`.
    pub name: &'static str,
    /// What its values are.
    pub kind: FieldKind,
    /// What it tells, in a few words.
    pub meaning: &'static str,
}

/// What the values of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A protocol: there or not there, and its bytes.
    Protocol,
    /// There or not there, nothing else.
    Label,
    /// An unsigned number that is stored in this many bits.
    Number(u8),
    /// Set or not set; in a filter 1 or 0.
    Boolean,
    /// A hardware address.
    Mac,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// Seconds.
    Time,
    /// A date and a time of day.
    Date,
}

impl FieldKind {
    /// In words: `a number`.
    pub fn what(self) -> &'static str {
        match self {
            Self::Protocol => "a protocol",
            Self::Label => "a label",
            Self::Number(_) => "a number",
            Self::Boolean => "a truth value",
            Self::Mac => "a hardware address",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Time => "a time in seconds",
            Self::Date => "a date",
        }
    }

    /// A value of this kind as it is written in a filter.
    pub fn example(self) -> &'static str {
        match self {
            Self::Label => "",
            Self::Number(_) => "80",
            Self::Boolean => "1",
            Self::Mac => "02:00:00:00:00:01",
            Self::Ipv4 => "10.0.0.0/8",
            Self::Ipv6 => "fd00::/8",
            Self::Text => "\"text\"",
            Self::Protocol | Self::Bytes => "16:03:01",
            Self::Time => "0.2",
            Self::Date => "\"2026-11-21 12:00:00\"",
        }
    }

    /// True when a slice of its values makes sense.
    pub(super) fn has_bytes(self) -> bool {
        !matches!(
            self,
            Self::Label | Self::Number(_) | Self::Boolean | Self::Time | Self::Date
        )
    }

    /// True when a field of this kind can be compared with one of the other.
    pub(super) fn compares_with(self, other: Self) -> bool {
        let class = |kind: Self| match kind {
            Self::Number(_) => 0,
            Self::Protocol | Self::Mac | Self::Bytes => 1,
            Self::Ipv4 => 2,
            Self::Ipv6 => 3,
            Self::Text => 4,
            Self::Time => 5,
            Self::Label => 6,
            Self::Boolean => 7,
            Self::Date => 8,
        };
        class(self) == class(other)
    }
}

/// All of them, sorted by name.
pub(super) static FIELDS: LazyLock<Vec<FieldEntry>> = LazyLock::new(|| {
    let mut fields = [
        application::FIELDS,
        link::FIELDS,
        lower::FIELDS,
        internet::FIELDS,
        message::FIELDS,
        mptcp::FIELDS,
        netlink::FIELDS,
        tcp::FIELDS,
    ]
    .concat();
    fields.sort_unstable_by_key(|entry| entry.name);
    fields
});

/// The entry of this name.
pub(super) fn find(name: &str) -> Option<&'static FieldEntry> {
    FIELDS
        .binary_search_by(|entry| entry.name.cmp(name))
        .ok()
        .map(|index| &FIELDS[index])
}

/// The name most like this one, if any is like it.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    // Nothing that long is a slip of the fingers; comparing it with every name would only cost time.
    if name.len() > 60 {
        return None;
    }
    FIELDS
        .iter()
        .map(|entry| (strsim::jaro_winkler(entry.name, name), entry.name))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name)
}

const fn row(name: &'static str, kind: FieldKind, meaning: &'static str) -> FieldEntry {
    FieldEntry {
        name,
        kind,
        meaning,
    }
}
