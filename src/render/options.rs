//! `options s`: the options of a socket with their values, by level. The values were read before.

use super::styled::{Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::value;
use crate::catalog::option;
use crate::value::Value;

/// Draws it from (name, value) pairs. Options the catalog does not know keep their name and value.
pub fn draw(values: &[(String, Value)], look: &Look) -> Styled {
    let columns = [
        Column::text("option"),
        Column::text("value"),
        Column::prose("what it means"),
    ];
    let mut text = Styled::new();
    let known = |name: &str| option::by_name(name);
    let level = |name: &str| known(name).map_or("other", |entry| entry.level);
    let mut levels: Vec<&str> = Vec::new();
    for (name, _) in values {
        if !levels.contains(&level(name)) {
            levels.push(level(name));
        }
    }
    for shown in levels {
        let rows: Vec<Vec<Cell>> = values
            .iter()
            .filter(|(name, _)| level(name) == shown)
            .map(|(name, found)| {
                let meaning = known(name).map_or("", |entry| entry.meaning);
                vec![
                    (Style::Call, name.clone()),
                    (Style::Bold, look.cut(&value::show(found), 24)),
                    (Style::Plain, meaning.to_owned()),
                ]
            })
            .collect();
        text.gap();
        text.say(Style::Heading, 0, shown);
        text.append(table::draw(&columns, &rows, look));
    }
    if values.is_empty() {
        text.say(Style::Dim, 0, "no options");
    }
    text
}

/// The (name, value) pairs in what `options s` gives: a list of (level, name, value).
pub fn pairs(result: &Value) -> Vec<(String, Value)> {
    let Value::List(rows) = result else {
        return Vec::new();
    };
    let pair = |row: &Value| match row {
        Value::Tuple(parts) => match parts.as_slice() {
            [_, Value::Constant { name, .. }, value] => Some((name.clone(), value.clone())),
            _ => None,
        },
        _ => None,
    };
    rows.iter().filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::screens;

    #[test]
    fn the_pairs_come_from_what_the_engine_gives() {
        let constant = |value, name: &str| Value::Constant {
            value,
            name: name.to_owned(),
        };
        let row = vec![
            constant(1, "SOL_SOCKET"),
            constant(2, "SO_REUSEADDR"),
            Value::Int(1),
        ];
        let found = pairs(&Value::List(vec![Value::Tuple(row), Value::None]));
        assert_eq!(found, [("SO_REUSEADDR".to_owned(), Value::Int(1))]);
    }

    #[test]
    fn options_stand_under_their_level_with_what_they_mean() {
        let values = [
            ("SO_REUSEADDR".to_owned(), Value::Bool(true)),
            ("TCP_NODELAY".to_owned(), Value::Int(0)),
            ("SO_RCVBUF".to_owned(), Value::Int(131_072)),
            ("SO_\u{1b}NEW".to_owned(), Value::Bytes(vec![1, 2])),
        ];
        insta::assert_snapshot!(screens(|look| draw(&values, look)));
    }
}
