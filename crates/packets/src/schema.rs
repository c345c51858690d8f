//! Every field and protocol that a packet can have, a row for each: its name, the kind of its values, what a reader sees and what it
//! means. Trees, filters, JSON and the glossary take the names from here; where the bytes of a field lie is in its dissector.

pub mod application;
pub mod capture;
pub mod internet;
pub mod kernel;
pub mod link;
pub mod lower;
pub mod message;
pub mod transport;

/// A field or protocol.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldEntry {
    /// Wireshark's name: `tcp.port`. A contract of filters and JSON.
    pub name: &'static str,
    /// What its values are.
    pub kind: FieldKind,
    /// What a reader of the tree sees: `Source Port`. Empty for protocols, whose layers have titles, and for what is in no tree.
    pub label: &'static str,
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
    pub fn has_bytes(self) -> bool {
        !matches!(
            self,
            Self::Label | Self::Number(_) | Self::Boolean | Self::Time | Self::Date
        )
    }

    /// True when a field of this kind can be compared with one of the other.
    pub fn compares_with(self, other: Self) -> bool {
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

/// Every row, in no order.
pub fn all() -> impl Iterator<Item = &'static FieldEntry> {
    [
        application::FIELDS,
        capture::FIELDS,
        internet::FIELDS,
        kernel::FIELDS,
        link::FIELDS,
        lower::FIELDS,
        message::FIELDS,
        transport::FIELDS,
    ]
    .into_iter()
    .flatten()
    .copied()
    .flatten()
    .copied()
}

/// Protocols with the rows of their fields: `SRCPORT "udp.srcport" Number(16) "Source Port": "source port";`, without a label where
/// the field is in no tree. The row of the protocol itself is `LAYER`.
macro_rules! protocols {
    ($($protocol:ident {
        $($row:ident $name:literal $kind:ident $(($bits:literal))? $($label:literal)?: $meaning:literal;)*
    })*) => {
        $(
            #[doc = concat!("The fields of `", stringify!($protocol), "`.")]
            pub mod $protocol {
                use crate::schema::{FieldEntry, FieldKind};
                $(
                    #[doc = concat!("`", $name, "`: ", $meaning, ".")]
                    pub const $row: &FieldEntry = &FieldEntry {
                        name: $name,
                        kind: FieldKind::$kind $(($bits))?,
                        label: concat!($($label)?),
                        meaning: $meaning,
                    };
                )*
                pub(super) const FIELDS: &[&FieldEntry] = &[$($row),*];
            }
        )*
        pub(super) const FIELDS: &[&[&crate::schema::FieldEntry]] = &[$($protocol::FIELDS),*];
    };
}
use protocols;
