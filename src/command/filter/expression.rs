//! A filter after parsing: what is asked of a packet, with every value already in the type of its field. Plain data; asking is
//! `evaluate.rs`.

use super::field::FieldEntry;
use super::gather::Source;
use super::pattern::Pattern;
use super::value::Literal;

/// A question to a packet.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// Every packet: the empty filter.
    Everything,
    /// The opposite.
    Not(Box<Test>),
    /// All of them.
    And(Vec<Test>),
    /// At least one of them.
    Or(Vec<Test>),
    /// An odd number of them.
    Xor(Vec<Test>),
    /// The packet has it (or, masked, has a bit of it).
    Present(Operand),
    /// Values against a constant.
    Constant(Operand, Relation, Quantity, Literal),
    /// Values against values.
    Fields(Box<(Operand, Operand)>, Relation, Quantity),
    /// One of the values holds these bytes.
    Contains(Operand, Quantity, Vec<u8>),
    /// One of the values holds one of the other's.
    ContainsField(Box<(Operand, Operand)>, Quantity),
    /// One of the values matches the expression.
    Matches(Operand, Quantity, Pattern),
    /// Values that lie in a set.
    In(Operand, Quantity, Vec<Member>),
}

/// How two values stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `<`
    Less,
    /// `<=`
    AtMost,
}

impl Relation {
    /// The relation with its sides exchanged: `5 < a` is `a > 5`.
    pub(super) fn mirrored(self) -> Self {
        match self {
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Equal | Self::Unequal => self,
        }
    }
}

/// How many of a field's values have to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// One is enough.
    Any,
    /// All of them, and at least one.
    All,
}

/// A field, and what is taken of its values.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    /// The field.
    pub(super) field: &'static FieldEntry,
    /// Where its values come from.
    pub(super) source: Source,
    /// `len()` or `count()` around it.
    pub(super) function: Option<Function>,
    /// Bytes of each value, joined; empty when all of it is meant.
    pub(super) slice: Vec<Cut>,
    /// Bits of each value.
    pub(super) mask: Option<u64>,
}

/// What a function makes of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// The bytes of each value.
    Len,
    /// How many values there are.
    Count,
}

/// A range of bytes of a value; offsets below zero count from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The first byte.
    pub(super) start: i64,
    /// How far it reaches.
    pub(super) reach: Reach,
}

/// How far a range of bytes reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// So many bytes: `[0:2]`.
    Length(usize),
    /// To this byte and with it: `[0-1]`.
    Through(i64),
    /// To the end of the value: `[2:]`.
    End,
}

/// A part of a set.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Member {
    /// A value.
    One(Literal),
    /// All values from the first to the second, both included.
    Through(Literal, Literal),
}
