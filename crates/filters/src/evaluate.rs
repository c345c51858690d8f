//! A filter's questions put to a packet. Not how a filter is written, nor where values are found.

use super::calculate::{calculated, keep, made, negative};
use super::expression::{
    Cut, Expression, Function, Member, Operator, Quantity, Reach, Relation, Test,
};
use super::gather::Scene;
use super::value::{Datum, Literal};
use socklab_packets::record::PacketEvent;
use socklab_packets::schema::FieldKind;

/// A calculation with two fields pairs at most so many of their values: a packet can hold thousands of each.
const MOST_PAIRS: usize = 1 << 16;

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
        Test::Present(expression) => {
            of_values(expression, scene, Quantity::Any, |datum| match expression {
                Expression::Slice(..) => datum.with_bytes(|bytes| !bytes.is_empty()),
                Expression::Negative(_) | Expression::Calculation(..) => !datum.is_zero(),
                _ => true,
            })
        }
        Test::Compare(sides, relation, quantity) => of_values(&sides.0, scene, *quantity, |left| {
            compares(left, *relation, *quantity, &sides.1, scene)
        }),
        Test::Contains(sides, quantity) => of_values(&sides.0, scene, *quantity, |left| {
            of_values(&sides.1, scene, *quantity, |right| {
                right.with_bytes(|needle| left.contains(needle))
            })
        }),
        Test::Matches(expression, quantity, pattern) => {
            of_values(expression, scene, *quantity, |datum| {
                datum.with_searched(|bytes| pattern.is_in(bytes))
            })
        }
        Test::In(expression, quantity, members) => {
            of_values(expression, scene, *quantity, |datum| {
                members.iter().any(|member| holds(member, datum, scene))
            })
        }
    }
}

/// Whether a value stands in this relation to the values of the right side. A constant there may be a network.
fn compares(
    left: Datum<'_>,
    relation: Relation,
    quantity: Quantity,
    right: &Expression,
    scene: &Scene<'_>,
) -> bool {
    if let Expression::Constant(literal) = right {
        return left
            .compare(literal)
            .is_some_and(|order| relation.holds(order));
    }
    of_values(right, scene, quantity, |right| {
        left.compare_with(right)
            .is_some_and(|order| relation.holds(order))
    })
}

fn holds(member: &Member, datum: Datum<'_>, scene: &Scene<'_>) -> bool {
    let is = |relation, expression| compares(datum, relation, Quantity::Any, expression, scene);
    match member {
        Member::One(one) => is(Relation::Equal, one),
        Member::Through(first, last) => is(Relation::AtLeast, first) && is(Relation::AtMost, last),
    }
}

/// Whether one or all of the values pass; what has no values never does.
fn of_values(
    expression: &Expression,
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
    each(expression, scene, &mut judge);
    match quantity {
        Quantity::Any => passed > 0,
        Quantity::All => count > 0 && passed == count,
    }
}

/// Gives each value of an expression.
fn each(expression: &Expression, scene: &Scene<'_>, give: &mut dyn FnMut(Datum<'_>)) {
    match expression {
        Expression::Field(field) => scene.each(field, give),
        Expression::Constant(literal) => give(literal.datum()),
        Expression::Slice(inner, cuts) => each(inner, scene, &mut |datum| {
            let mut bytes = Vec::new();
            datum.with_bytes(|all| {
                for cut in cuts {
                    bytes.extend_from_slice(taken(all, *cut));
                }
            });
            give(Datum::Bytes(&bytes));
        }),
        Expression::Call(function, arguments) => call(*function, arguments, scene, give),
        Expression::Negative(inner) => each(inner, scene, &mut |datum| {
            if let Some(result) = negative(datum) {
                give(result.datum());
            }
        }),
        Expression::Calculation(operator, sides) => calculation(*operator, sides, scene, give),
    }
}

fn call(
    function: Function,
    arguments: &[Expression],
    scene: &Scene<'_>,
    give: &mut dyn FnMut(Datum<'_>),
) {
    match (function, arguments) {
        (Function::Len, [argument]) => {
            let stored = stored(argument);
            each(argument, scene, &mut |datum| {
                let length =
                    stored.unwrap_or_else(|| datum.with_bytes(|bytes| bytes.len() as i128));
                give(Datum::Number(length));
            });
        }
        (Function::Count, [argument]) => {
            let mut count = 0;
            each(argument, scene, &mut |_| count += 1);
            if count > 0 {
                give(Datum::Number(count));
            }
        }
        (Function::Max | Function::Min, arguments) => {
            let mut best = None;
            for argument in arguments {
                each(argument, scene, &mut |datum| {
                    keep(function, &mut best, datum);
                });
            }
            if let Some(best) = best {
                give(best.datum());
            }
        }
        (_, arguments) => {
            for argument in arguments {
                each(argument, scene, &mut |datum| {
                    if let Some(result) = made(function, datum) {
                        give(result.datum());
                    }
                });
            }
        }
    }
}

/// How many bytes a number of this field is stored in.
fn stored(argument: &Expression) -> Option<i128> {
    match argument {
        Expression::Field(used) if !used.raw => match used.field.kind {
            FieldKind::Number(bits) => Some(i128::from(bits) / 8),
            _ => None,
        },
        _ => None,
    }
}

/// Each value of the left side with each of the right.
fn calculation(
    operator: Operator,
    sides: &(Expression, Expression),
    scene: &Scene<'_>,
    give: &mut dyn FnMut(Datum<'_>),
) {
    if let Expression::Constant(right) = &sides.1 {
        each(&sides.0, scene, &mut |left| {
            if let Some(result) = calculated(operator, left, right.datum()) {
                give(result.datum());
            }
        });
        return;
    }
    let values = |expression| {
        let mut values: Vec<Literal> = Vec::new();
        each(expression, scene, &mut |datum| values.extend(datum.kept()));
        // What was calculated twice is one value: sums of ports would double with each sign.
        values.sort_unstable();
        values.dedup();
        values
    };
    let (lefts, rights) = (values(&sides.0), values(&sides.1));
    let pairs = lefts
        .iter()
        .flat_map(|left| rights.iter().map(move |right| (left, right)));
    for (left, right) in pairs.take(MOST_PAIRS) {
        if let Some(result) = calculated(operator, left.datum(), right.datum()) {
            give(result.datum());
        }
    }
}

/// The bytes of one range; none when it does not lie within the value: as in Wireshark that is an empty value, less than any other.
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
