//! Tests of `operator`.

use super::{apply, index, slice};
use crate::command::ast::Operator;
use crate::value::{Address, Value};
use nix::time::{ClockId, clock_gettime};
use std::net::SocketAddr;
use std::time::Duration;

#[test]
fn a_part_and_a_slice_are_those_of_python() {
    let address = Address::from(SocketAddr::from(([10, 0, 0, 1], 80)));
    let text = || Value::Str("aéz".to_owned());
    let bytes = || Value::Bytes(vec![1, 2, 3]);
    let int = Value::Int;
    for (value, place, part) in [
        (text(), 1, Ok(Value::Str("é".to_owned()))),
        (text(), -1, Ok(Value::Str("z".to_owned()))),
        (bytes(), 2, Ok(int(3))),
        (bytes(), -4, Err("there is no [-4]: it has 3 parts")),
        (Value::Tuple(vec![int(7)]), 0, Ok(int(7))),
        (Value::Address(address.clone()), 1, Ok(int(80))),
        (
            Value::Address(address.clone()),
            2,
            Err("there is no [2]: it has 2 parts"),
        ),
        (Value::None, 0, Err("None has no parts to index")),
    ] {
        let found = index(&value, &int(place));
        assert_eq!(found, part.map_err(str::to_owned), "{value:?}[{place}]");
    }
    for (value, start, end, found) in [
        (text(), 1, 9, Value::Str("éz".to_owned())),
        (bytes(), -2, 3, Value::Bytes(vec![2, 3])),
        (bytes(), 2, 1, Value::Bytes(Vec::new())),
        (
            Value::Address(address),
            0,
            1,
            Value::Tuple(vec![Value::Str("10.0.0.1".to_owned())]),
        ),
    ] {
        let cut = slice(&value, Some(&int(start)), Some(&int(end)));
        assert_eq!(cut, Ok(found), "{value:?}[{start}:{end}]");
    }
}

#[test]
fn a_little_of_many_bytes_takes_little_time() {
    // The thread's own time: what else the machine does is not in it.
    let now = || clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("threads have a clock");
    let many = Value::Bytes(vec![7; 32 << 20]);
    let begun = Duration::from(now());
    assert_eq!(index(&many, &Value::Int(-1)), Ok(Value::Int(7)));
    let two = slice(&many, Some(&Value::Int(5)), Some(&Value::Int(7)));
    assert_eq!(two, Ok(Value::Bytes(vec![7, 7])));
    let found = apply(Operator::In, &Value::Int(7), &many);
    assert_eq!(found, Ok(Value::Bool(true)));
    // To take them apart is to make 32 million values, several times.
    let took = Duration::from(now()).saturating_sub(begun);
    assert!(took < Duration::from_millis(100), "{took:?}");
}
