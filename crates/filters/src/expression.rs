//! A filter after parsing: what is asked of a packet, with every value already in the type of its field. Plain data; asking is
//! `evaluate.rs`.

use super::gather::Source;
use super::pattern::Pattern;
use super::value::Literal;
use socklab_packets::schema::FieldEntry;

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
    /// The packet has it; of a calculation, a result that is not zero.
    Present(Expression),
    /// Values against values; a constant stands on the right.
    Compare(Box<(Expression, Expression)>, Relation, Quantity),
    /// One of the values holds one of the other's bytes.
    Contains(Box<(Expression, Expression)>, Quantity),
    /// One of the values matches the expression.
    Matches(Expression, Quantity, Pattern),
    /// Values that lie in a set.
    In(Expression, Quantity, Vec<Member>),
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

/// How many of a field's values have to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// One is enough.
    Any,
    /// All of them, and at least one.
    All,
}

/// What has values: a field, a constant, or what is made of them.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    /// A field.
    Field(FieldUse),
    /// A value that was written.
    Constant(Literal),
    /// Bytes of each value, joined.
    Slice(Box<Expression>, Vec<Cut>),
    /// What a function makes of its arguments.
    Call(Function, Vec<Expression>),
    /// Each value with the other sign.
    Negative(Box<Expression>),
    /// Each value of the one side with each of the other.
    Calculation(Operator, Box<(Expression, Expression)>),
}

/// A field, and which of its values are meant.
#[derive(Clone, Debug)]
pub(super) struct FieldUse {
    /// The field.
    pub(super) field: &'static FieldEntry,
    /// Where its values come from.
    pub(super) source: Source,
    /// The bytes it was read from in place of its value: `@tcp.port`.
    pub(super) raw: bool,
    /// The layers of its protocol that count, from 1; empty when all do: `ip.addr#2`.
    pub(super) layers: Vec<Cut>,
}

/// What a function makes of its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// The bytes of each value.
    Len,
    /// How many values there are.
    Count,
    /// Text in capitals (ASCII).
    Upper,
    /// Text in small letters (ASCII).
    Lower,
    /// A number or address as text.
    Text,
    /// Each value without its sign.
    Abs,
    /// The greatest of all values.
    Max,
    /// The least of all values.
    Min,
}

/// A sign between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`, towards zero
    Divide,
    /// `%`
    Modulo,
    /// `&`
    And,
}

/// A range of bytes of a value, or of layers; places below zero count from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// The first one.
    pub(super) start: i64,
    /// How far it reaches.
    pub(super) reach: Reach,
}

/// How far a range reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// So many: `[0:2]`.
    Length(usize),
    /// To this one and with it: `[0-1]`.
    Through(i64),
    /// To the end: `[2:]`.
    End,
}

/// A part of a set.
#[derive(Clone, Debug)]
pub(super) enum Member {
    /// A value.
    One(Expression),
    /// All values from the first to the second, both included.
    Through(Expression, Expression),
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

impl Function {
    /// All of them with the names they have in a filter.
    pub(super) const ALL: [(&'static str, Self); 8] = [
        ("len", Self::Len),
        ("count", Self::Count),
        ("upper", Self::Upper),
        ("lower", Self::Lower),
        ("string", Self::Text),
        ("abs", Self::Abs),
        ("max", Self::Max),
        ("min", Self::Min),
    ];

    /// Its name in a filter.
    pub(super) fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, function)| *function == self)
            .map_or("", |(name, _)| name)
    }
}

impl Operator {
    /// Its sign in a filter.
    pub(super) fn sign(self) -> char {
        match self {
            Self::Plus => '+',
            Self::Minus => '-',
            Self::Times => '*',
            Self::Divide => '/',
            Self::Modulo => '%',
            Self::And => '&',
        }
    }
}

impl Test {
    /// Shows each field that the test names.
    pub(super) fn each_field(&self, show: &mut dyn FnMut(&FieldUse)) {
        match self {
            Self::Everything => {}
            Self::Not(test) => test.each_field(show),
            Self::And(tests) | Self::Or(tests) | Self::Xor(tests) => {
                for test in tests {
                    test.each_field(show);
                }
            }
            Self::Present(expression) | Self::Matches(expression, ..) => {
                expression.each_field(show);
            }
            Self::Compare(sides, ..) | Self::Contains(sides, _) => {
                sides.0.each_field(show);
                sides.1.each_field(show);
            }
            Self::In(expression, _, members) => {
                expression.each_field(show);
                for member in members {
                    match member {
                        Member::One(one) => one.each_field(show),
                        Member::Through(first, last) => {
                            first.each_field(show);
                            last.each_field(show);
                        }
                    }
                }
            }
        }
    }
}

impl Expression {
    fn each_field(&self, show: &mut dyn FnMut(&FieldUse)) {
        match self {
            Self::Field(field) => show(field),
            Self::Constant(_) => {}
            Self::Slice(inner, _) | Self::Negative(inner) => inner.each_field(show),
            Self::Call(_, arguments) => {
                for argument in arguments {
                    argument.each_field(show);
                }
            }
            Self::Calculation(_, sides) => {
                sides.0.each_field(show);
                sides.1.each_field(show);
            }
        }
    }
}
