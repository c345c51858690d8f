//! A filter's questions put to a packet. Not how a filter is written, nor where values are found.

use super::expression::{Cut, Function, Member, Operand, Quantity, Reach, Relation, Test};
use super::gather::Scene;
use super::value::{Datum, Literal};
use crate::event::packet::PacketEvent;
use std::cmp::Ordering;

/// Whether the packet passes.
pub(super) fn matches(test: &Test, packet: &PacketEvent) -> bool {
    passes(test, &Scene::of(packet))
}

fn passes(test: &Test, scene: &Scene<'_>) -> bool {
    match test {
        Test::Everything => true,
        Test::Not(test) => !passes(test, scene),
        Test::And(tests) => tests.iter().all(|test| passes(test, scene)),
        Test::Or(tests) => tests.iter().any(|test| passes(test, scene)),
        Test::Xor(tests) => tests
            .iter()
            .fold(false, |odd, test| odd != passes(test, scene)),
        Test::Present(operand) => of_values(operand, scene, Quantity::Any, |datum| match datum {
            Datum::Number(bits) if operand.mask.is_some() => bits != 0,
            _ => true,
        }),
        Test::Constant(operand, relation, quantity, literal) => {
            of_values(operand, scene, *quantity, |datum| {
                datum
                    .compare(literal)
                    .is_some_and(|order| relation.holds(order))
            })
        }
        Test::Fields(sides, relation, quantity) => of_values(&sides.0, scene, *quantity, |left| {
            of_values(&sides.1, scene, *quantity, |right| {
                left.compare_with(right)
                    .is_some_and(|order| relation.holds(order))
            })
        }),
        Test::Contains(operand, quantity, needle) => {
            of_values(operand, scene, *quantity, |datum| datum.contains(needle))
        }
        Test::ContainsField(sides, quantity) => of_values(&sides.0, scene, *quantity, |left| {
            of_values(&sides.1, scene, *quantity, |right| {
                right.with_bytes(|needle| left.contains(needle))
            })
        }),
        Test::Matches(operand, quantity, pattern) => {
            of_values(operand, scene, *quantity, |datum| {
                datum.with_searched(|bytes| pattern.is_in(bytes))
            })
        }
        Test::In(operand, quantity, members) => of_values(operand, scene, *quantity, |datum| {
            members.iter().any(|member| holds(member, datum))
        }),
    }
}

fn holds(member: &Member, datum: Datum<'_>) -> bool {
    let is = |literal: &Literal, relation: Relation| {
        datum
            .compare(literal)
            .is_some_and(|order| relation.holds(order))
    };
    match member {
        Member::One(literal) => datum.compare(literal) == Some(Ordering::Equal),
        Member::Through(first, last) => is(first, Relation::AtLeast) && is(last, Relation::AtMost),
    }
}

/// Whether one or all of the operand's values pass; a field without values never does.
fn of_values(
    operand: &Operand,
    scene: &Scene<'_>,
    quantity: Quantity,
    passes: impl Fn(Datum<'_>) -> bool,
) -> bool {
    let mut count = 0_u64;
    let mut passed = 0_u64;
    let mut judge = |datum: Datum<'_>| {
        count += 1;
        passed += u64::from(passes(datum));
    };
    each(operand, scene, &mut judge);
    match quantity {
        Quantity::Any => passed > 0,
        Quantity::All => count > 0 && passed == count,
    }
}

/// Gives each value of an operand: sliced, masked, counted.
fn each(operand: &Operand, scene: &Scene<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    let kind = operand.field.kind;
    if operand.function == Some(Function::Count) {
        let mut count = 0_u64;
        scene.each(operand.source, kind, &mut |_| count += 1);
        if count > 0 {
            give(Datum::Number(masked(operand, count)));
        }
        return;
    }
    scene.each(operand.source, kind, &mut |datum| {
        if operand.slice.is_empty() {
            of_whole(operand, datum, give);
            return;
        }
        let mut bytes = Vec::new();
        datum.with_bytes(|all| {
            for cut in &operand.slice {
                bytes.extend_from_slice(taken(all, *cut));
            }
        });
        if !bytes.is_empty() {
            of_whole(operand, Datum::Bytes(&bytes), give);
        }
    });
}

fn of_whole(operand: &Operand, datum: Datum<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    match (operand.function, datum) {
        (Some(_), datum) => {
            let length = datum.with_bytes(|bytes| bytes.len() as u64);
            give(Datum::Number(masked(operand, length)));
        }
        (None, Datum::Number(number)) => give(Datum::Number(masked(operand, number))),
        (None, datum) => give(datum),
    }
}

fn masked(operand: &Operand, number: u64) -> u64 {
    operand.mask.map_or(number, |mask| number & mask)
}

/// The bytes of one range; none when it does not lie within the value.
fn taken(bytes: &[u8], cut: Cut) -> &[u8] {
    let place = |offset: i64| {
        if offset < 0 {
            usize::try_from(offset.unsigned_abs())
                .ok()
                .and_then(|back| bytes.len().checked_sub(back))
        } else {
            usize::try_from(offset).ok()
        }
    };
    let Some(start) = place(cut.start) else {
        return &[];
    };
    let end = match cut.reach {
        Reach::Length(length) => start.saturating_add(length),
        Reach::Through(last) => place(last).map_or(0, |last| last.saturating_add(1)),
        Reach::End => bytes.len(),
    };
    bytes.get(start..end).unwrap_or_default()
}
