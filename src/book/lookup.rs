//! Pages for looking up a name: the fields of display filters, and the constants of the socket calls. From their tables.

use super::markdown::{cell, prose, row};
use super::sheet::Sheet;
use crate::catalog::constant::{Constant, constants};
use crate::catalog::filter;
use crate::catalog::parameter::Group;
use crate::command::filter::fields;
use crate::command::signature::group_words;
use crate::packet::schema::{FieldEntry, FieldKind};
use std::fmt::Write;

/// Both.
pub fn sheets() -> Vec<Sheet> {
    vec![
        Sheet::new("reference/filters.md", filters()),
        Sheet::new("reference/constants.md", all_constants()),
    ]
}

fn filters() -> String {
    let mut text = String::from(
        "# Display filters\n\n`packets`, `ladder`, `save`, the rules of `wire`, `socklab read` and `socklab inspect` take a filter in Wireshark's \
         language, and lessons and `expect packet` judge by one. What works here works in Wireshark; where the two differ, the page on \
         [agreement](../agreement.md) says so.\n\n| filter | lets through |\n|---|---|\n",
    );
    for (filter, what) in filter::FORMS {
        text.push_str(&row(filter, &[what]));
    }
    text.push_str(
        "\n## Values\n\nA value is read as what its field holds.\n\n| of | written |\n|---|---|\n",
    );
    for (kind, written) in filter::VALUES {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "| {kind} | {} |", cell(written));
    }
    for rule in filter::RULES {
        let _ = write!(text, "\n{}\n", prose(rule));
    }
    text.push_str("\n## The fields\n\nOf each protocol, with the kind of their values.\n");
    let protocol = |entry: &FieldEntry| entry.name.split('.').next().unwrap_or_default().to_owned();
    for rows in fields().chunk_by(|one, next| protocol(one) == protocol(next)) {
        let name = protocol(rows[0]);
        let head = rows
            .iter()
            .find(|entry| entry.name == name && entry.kind == FieldKind::Protocol);
        let title = head.map_or_else(String::new, |entry| format!(": {}", entry.meaning));
        let _ = write!(
            text,
            "\n### {}{}\n\n| field | value | what it is |\n|---|---|---|\n",
            prose(&name),
            prose(&title)
        );
        for entry in rows {
            text.push_str(&row(entry.name, &[entry.kind.what(), entry.meaning]));
        }
    }
    text
}

/// The groups of constants in their order, but for those that have a page of their own.
const GROUPS: [Group; 13] = [
    Group::Family,
    Group::Type,
    Group::Protocol,
    Group::Level,
    Group::MessageFlag,
    Group::Shutdown,
    Group::PollEvent,
    Group::EpollEvent,
    Group::EpollOperation,
    Group::Ancillary,
    Group::Ioctl,
    Group::AddressInfo,
    Group::NameInfo,
];

fn all_constants() -> String {
    let mut text = String::from(
        "# Constants\n\nThe names of C's headers that the calls take, with their numbers on this machine. Several are joined with `|`. The names \
         of [socket options](options.md) and of [errors](errors.md) have pages of their own. `explain MSG_PEEK` shows one of them.\n",
    );
    for group in GROUPS {
        let words = group_words(group);
        let words = words
            .strip_prefix("an ")
            .or_else(|| words.strip_prefix("a "))
            .unwrap_or(words);
        let _ = write!(
            text,
            "\n## {}\n\n| name | number | meaning |\n|---|---|---|\n",
            prose(words)
        );
        let is_here = |constant: &&Constant| constant.groups.contains(&group);
        let shown = constants()
            .filter(is_here)
            .filter(|constant| !constant.groups.contains(&Group::OptionName));
        for constant in shown {
            text.push_str(&row(
                constant.name,
                &[&constant.value.to_string(), constant.meaning],
            ));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::filter::Filter;

    #[test]
    fn every_form_is_a_filter_and_every_field_has_its_row() {
        for (filter, _) in filter::FORMS {
            assert!(Filter::parse(filter).is_ok(), "{filter}");
        }
        let page = filters();
        let (_, text) = page.split_once("## The fields").expect("it has them");
        for entry in fields() {
            let row = format!("\n| `{}` |", entry.name);
            assert_eq!(text.matches(&row).count(), 1, "{}", entry.name);
        }
    }

    #[test]
    fn every_constant_that_a_call_takes_is_in_the_group_it_is_valid_in() {
        let text = all_constants();
        for constant in constants() {
            let is_option = constant.groups.contains(&Group::OptionName);
            let has_group = GROUPS.iter().any(|group| constant.groups.contains(group));
            let is_there = text.contains(&format!("| `{}` |", constant.name));
            assert_eq!(is_there, has_group && !is_option, "{}", constant.name);
        }
    }
}
