//! Values of the command language as a reader sees them: `fd 4`, `127.0.0.1:40318`, `b"hello"`. Not their JSON.

use crate::packet::text::quote;
use crate::value::Value;

/// Texts and bytes longer than this many characters are cut.
const TEXT_LIMIT: usize = 60;
/// Lists longer than this many items are cut.
const ITEM_LIMIT: usize = 16;

/// The value in words; safe to print, on one line.
pub fn show(value: &Value) -> String {
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Constant { name, .. } => name.clone(),
        Value::Str(text) => quote(text.as_bytes(), TEXT_LIMIT),
        Value::Bytes(bytes) => format!("b{}", quote(bytes, TEXT_LIMIT)),
        Value::List(items) => format!("[{}]", list(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", list(items)),
        Value::Tuple(items) => format!("({})", list(items)),
        Value::Socket(fd) => format!("fd {fd}"),
        Value::Epoll(fd) => format!("epoll fd {fd}"),
        Value::Poller(number) => format!("poll object {number}"),
        Value::File(number) => format!("file {number}"),
        Value::Address(address) => address.to_string(),
    }
}

/// A tuple or list with long bytes in it in words, those cut; `None` for any other value.
pub fn show_cut(value: &Value) -> Option<String> {
    let (Value::Tuple(items) | Value::List(items)) = value else {
        return None;
    };
    let long = |item: &Value| matches!(item, Value::Bytes(bytes) if bytes.len() > TEXT_LIMIT);
    items.iter().any(long).then(|| show(value))
}

/// Names with their values: `conn = fd 4, addr = 127.0.0.1:40318`.
pub fn assignments(assigned: &[(String, Value)]) -> String {
    let shown: Vec<String> = assigned
        .iter()
        .map(|(name, value)| format!("{name} = {}", show(value)))
        .collect();
    shown.join(", ")
}

fn list(items: &[Value]) -> String {
    let mut shown: Vec<String> = items.iter().take(ITEM_LIMIT).map(show).collect();
    if items.len() > ITEM_LIMIT {
        shown.push(format!("… {} more", items.len() - ITEM_LIMIT));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Address;

    #[test]
    fn values_read_as_in_python_and_descriptors_say_what_they_are() {
        let address = Value::Address(Address::Inet(
            "127.0.0.1:40318".parse().expect("an address"),
        ));
        for (value, shown) in [
            (Value::Socket(4), "fd 4"),
            (address, "127.0.0.1:40318"),
            (Value::Bytes(b"hi\x1b".to_vec()), "b\"hi\\x1b\""),
            (Value::Float(1.0), "1.0"),
            (Value::Tuple(vec![Value::Int(1)]), "(1,)"),
            (
                Value::List(vec![Value::None, Value::Bool(true)]),
                "[None, True]",
            ),
        ] {
            assert_eq!(show(&value), shown);
        }
        let many = Value::List(vec![Value::Int(7); 20]);
        assert!(show(&many).ends_with("… 4 more]"), "{}", show(&many));
    }
}
