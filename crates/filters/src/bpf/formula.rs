//! What a filter asks of one class of packets, as comparisons of numbers at fixed places. What cannot be said so is taken to hold where
//! that lets more through, and not to hold where it is negated.

use super::place::{Place, Presence, Way, presence};
use super::{Keep, Start};
use crate::expression::{Expression, Member, Operator, Quantity, Relation, Test};
use crate::value::Literal;
use socklab_packets::schema::{FieldEntry, FieldKind};
use std::cmp::Ordering;

/// The network layer of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Net {
    Arp,
    Ipv4,
    Ipv6,
}

/// The transport layer of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    None,
    Tcp,
    Udp,
    Icmp,
    Icmpv6,
    Igmp,
}

/// Packets with the same headers in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class {
    pub(super) net: Net,
    pub(super) transport: Transport,
}

impl Class {
    /// Those that programs tell apart; packets of none of them are let through.
    pub(super) const ALL: [Self; 8] = [
        Self::of(Net::Arp, Transport::None),
        Self::of(Net::Ipv4, Transport::Tcp),
        Self::of(Net::Ipv4, Transport::Udp),
        Self::of(Net::Ipv4, Transport::Icmp),
        Self::of(Net::Ipv4, Transport::Igmp),
        Self::of(Net::Ipv6, Transport::Tcp),
        Self::of(Net::Ipv6, Transport::Udp),
        Self::of(Net::Ipv6, Transport::Icmpv6),
    ];

    const fn of(net: Net, transport: Transport) -> Self {
        Self { net, transport }
    }
}

/// A question that a program answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// It holds.
    Yes,
    /// It does not.
    No,
    /// The opposite.
    Not(Box<Formula>),
    /// All of them, at least two.
    And(Vec<Formula>),
    /// One of them, of at least two.
    Or(Vec<Formula>),
    /// The bits at a place that the mask keeps, compared with a number.
    Is(Place, u32, Sign, u32),
}

/// The comparisons there are instructions for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Equal,
    Greater,
    AtLeast,
}

/// On which side an answer may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// It holds at least where the filter does.
    Over,
    /// It holds at most there.
    Under,
}

impl Bound {
    fn other(self) -> Self {
        match self {
            Self::Over => Self::Under,
            Self::Under => Self::Over,
        }
    }

    fn unknown(self) -> Formula {
        match self {
            Self::Over => Formula::Yes,
            Self::Under => Formula::No,
        }
    }
}

/// What has to hold of a packet of the class for it to be let through.
pub(super) fn formula(test: &Test, class: Class, start: Start, keep: Keep) -> Formula {
    let read = |way| {
        Reading {
            class,
            start,
            keep,
            way,
        }
        .of(test, Bound::Over)
    };
    if keep == Keep::Conversations && class.transport == Transport::Tcp {
        or(vec![read(Way::Forward), read(Way::Back)])
    } else {
        read(Way::Forward)
    }
}

/// How a filter is read.
struct Reading {
    class: Class,
    start: Start,
    keep: Keep,
    way: Way,
}

impl Reading {
    fn of(&self, test: &Test, bound: Bound) -> Formula {
        let each = |tests: &[Test]| tests.iter().map(|test| self.of(test, bound)).collect();
        match test {
            Test::Everything => Formula::Yes,
            Test::Not(test) => not(self.of(test, bound.other())),
            Test::And(tests) => and(each(tests)),
            Test::Or(tests) => or(each(tests)),
            Test::Xor(_) => bound.unknown(),
            Test::Present(expression) => self.present(expression, bound),
            Test::Compare(sides, relation, quantity) => match &sides.1 {
                Expression::Constant(literal) => {
                    self.compared(&sides.0, *quantity, bound, |place, used| {
                        compare(place, used, *relation, literal)
                    })
                }
                _ => self.unless_absent(&[&sides.0, &sides.1], bound),
            },
            Test::In(expression, quantity, members) => {
                self.compared(expression, *quantity, bound, |place, used| {
                    let members: Option<Vec<Formula>> = members
                        .iter()
                        .map(|member| member_of(place, used, member))
                        .collect();
                    members.map(or)
                })
            }
            Test::Matches(expression, ..) => self.unless_absent(&[expression], bound),
            Test::Contains(sides, _) => self.unless_absent(&[&sides.0, &sides.1], bound),
        }
    }

    fn presence(&self, field: &FieldEntry) -> Presence {
        presence(field, self.class, self.start, self.keep, self.way)
    }

    /// True when no packet of the class has a value of the expression.
    fn is_absent(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Field(used) => self.presence(used.field) == Presence::Absent,
            Expression::Constant(_) => false,
            Expression::Slice(inner, _) | Expression::Negative(inner) => self.is_absent(inner),
            // The greatest of several fields is that of those which are there.
            Expression::Call(_, arguments) => {
                arguments.iter().all(|argument| self.is_absent(argument))
            }
            Expression::Calculation(_, sides) => {
                self.is_absent(&sides.0) || self.is_absent(&sides.1)
            }
        }
    }

    /// A comparison with what has no values never holds.
    fn unless_absent(&self, expressions: &[&Expression], bound: Bound) -> Formula {
        if expressions
            .iter()
            .any(|expression| self.is_absent(expression))
        {
            Formula::No
        } else {
            bound.unknown()
        }
    }

    fn present(&self, expression: &Expression, bound: Bound) -> Formula {
        if self.is_absent(expression) {
            return Formula::No;
        }
        let Some(used) = Used::of(expression) else {
            return bound.unknown();
        };
        match (self.presence(used.field), used.mask) {
            (Presence::There | Presence::Numbers(_) | Presence::Words(_), None) => Formula::Yes,
            (Presence::Numbers(places), Some(mask)) => or(places
                .into_iter()
                .map(|place| not(Formula::Is(place, place.mask & low(mask), Sign::Equal, 0)))
                .collect()),
            _ => bound.unknown(),
        }
    }

    /// A comparison of each of the values.
    fn compared(
        &self,
        expression: &Expression,
        quantity: Quantity,
        bound: Bound,
        compare: impl Fn(&[Place], Used) -> Option<Formula>,
    ) -> Formula {
        if self.is_absent(expression) {
            return Formula::No;
        }
        let Some(used) = Used::of(expression) else {
            return bound.unknown();
        };
        let values: Vec<Vec<Place>> = match self.presence(used.field) {
            Presence::Numbers(places) => places.into_iter().map(|place| vec![place]).collect(),
            Presence::Words(values) => values,
            Presence::Absent | Presence::There | Presence::Unknown => return bound.unknown(),
        };
        let parts: Option<Vec<Formula>> = values.iter().map(|value| compare(value, used)).collect();
        match (parts, quantity) {
            (None, _) => bound.unknown(),
            (Some(parts), Quantity::Any) => or(parts),
            (Some(parts), Quantity::All) => and(parts),
        }
    }
}

/// A field whose whole values, or some bits of them, are what an expression is.
#[derive(Clone, Copy)]
struct Used {
    field: &'static FieldEntry,
    mask: Option<i128>,
}

impl Used {
    fn of(expression: &Expression) -> Option<Self> {
        match expression {
            Expression::Field(used) if !used.raw && used.layers.is_empty() => Some(Self {
                field: used.field,
                mask: None,
            }),
            Expression::Calculation(Operator::And, sides) => match &**sides {
                (Expression::Field(_), Expression::Constant(Literal::Number(mask))) => {
                    Self::of(&sides.0).map(|used| Self {
                        mask: Some(*mask),
                        ..used
                    })
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// One value, compared with a constant; `None` where there are no instructions for it.
fn compare(value: &[Place], used: Used, relation: Relation, literal: &Literal) -> Option<Formula> {
    match (value, literal) {
        ([place], Literal::Number(number)) => {
            let mask = used.mask.map_or(place.mask, |mask| place.mask & low(mask));
            let Ok(number) = u32::try_from(*number) else {
                // More, or less, than any value there.
                let order = if *number < 0 {
                    Ordering::Greater
                } else {
                    Ordering::Less
                };
                return Some(if relation.holds(order) {
                    Formula::Yes
                } else {
                    Formula::No
                });
            };
            Some(number_is(*place, mask, relation, number))
        }
        ([place], Literal::Ipv4(address, mask)) => {
            Some(number_is(*place, *mask, relation, address & mask))
        }
        ([place], Literal::Truth(truth)) if used.field.kind == FieldKind::Boolean => {
            let clear = Formula::Is(*place, place.mask, Sign::Equal, 0);
            match (relation, truth) {
                (Relation::Equal, false) | (Relation::Unequal, true) => Some(clear),
                (Relation::Equal, true) | (Relation::Unequal, false) => Some(not(clear)),
                _ => None,
            }
        }
        (parts, Literal::Ipv6(address, mask)) => {
            let words = |number: u128| number.to_be_bytes();
            equal_words(parts, &words(address & mask), &words(*mask), relation)
        }
        (parts, Literal::Bytes(bytes)) if used.field.kind == FieldKind::Mac => {
            equal_words(parts, bytes, &[0xff; 6], relation)
        }
        _ => None,
    }
}

fn member_of(value: &[Place], used: Used, member: &Member) -> Option<Formula> {
    let compare = |relation, expression: &Expression| match expression {
        Expression::Constant(literal) => compare(value, used, relation, literal),
        _ => None,
    };
    match member {
        Member::One(one) => compare(Relation::Equal, one),
        Member::Through(first, last) => Some(and(vec![
            compare(Relation::AtLeast, first)?,
            compare(Relation::AtMost, last)?,
        ])),
    }
}

fn number_is(place: Place, mask: u32, relation: Relation, number: u32) -> Formula {
    let is = |sign| Formula::Is(place, mask, sign, number);
    match relation {
        Relation::Equal => is(Sign::Equal),
        Relation::Unequal => not(is(Sign::Equal)),
        Relation::Greater => is(Sign::Greater),
        Relation::AtLeast => is(Sign::AtLeast),
        Relation::Less => not(is(Sign::AtLeast)),
        Relation::AtMost => not(is(Sign::Greater)),
    }
}

/// A value of several words; only equality is known of it.
fn equal_words(parts: &[Place], bytes: &[u8], mask: &[u8], relation: Relation) -> Option<Formula> {
    let mut at = 0;
    let mut words = Vec::new();
    for part in parts {
        let end = at + usize::from(part.size);
        let number = |bytes: &[u8]| -> Option<u32> {
            Some(
                bytes
                    .get(at..end)?
                    .iter()
                    .fold(0, |number, byte| number << 8 | u32::from(*byte)),
            )
        };
        let kept = number(mask)?;
        if kept != 0 {
            words.push(Formula::Is(*part, kept, Sign::Equal, number(bytes)?));
        }
        at = end;
    }
    match relation {
        Relation::Equal => Some(and(words)),
        Relation::Unequal => Some(not(and(words))),
        _ => None,
    }
}

/// The part of a mask that can matter for a number of 32 bits.
fn low(mask: i128) -> u32 {
    (mask & i128::from(u32::MAX)) as u32
}

fn not(formula: Formula) -> Formula {
    match formula {
        Formula::Yes => Formula::No,
        Formula::No => Formula::Yes,
        Formula::Not(formula) => *formula,
        other => Formula::Not(Box::new(other)),
    }
}

fn and(parts: Vec<Formula>) -> Formula {
    join(parts, &Formula::Yes, &Formula::No, Formula::And)
}

fn or(parts: Vec<Formula>) -> Formula {
    join(parts, &Formula::No, &Formula::Yes, Formula::Or)
}

/// Joins what is left when what changes nothing, or was said already, is left out.
fn join(
    parts: Vec<Formula>,
    nothing: &Formula,
    all: &Formula,
    join: fn(Vec<Formula>) -> Formula,
) -> Formula {
    let mut kept: Vec<Formula> = Vec::new();
    for part in parts {
        if part == *all {
            return part;
        }
        if part != *nothing && !kept.contains(&part) {
            kept.push(part);
        }
    }
    match kept.len() {
        0 => nothing.clone(),
        1 => kept.remove(0),
        _ => join(kept),
    }
}
