//! Ports that the kernel chose, shown as 40001, 40002 … in the order in which a reader meets them. Every other number stays.

use regex::Regex;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The numbers that Linux hands out by itself (ip_local_port_range, ip(7)).
const EPHEMERAL: std::ops::RangeInclusive<u32> = 32_768..=60_999;
/// What stands in place of the first.
const FIRST: u32 = 40_001;

static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[0-9A-Za-z_.]+").ok());
static PORT_OF: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r":([0-9]{5})(?-u:\b)").ok());
static BYTES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^[ \t]*[0-9a-f]{4}  (?:[0-9a-f]{2} ){2,}").ok());

/// The kernel's ports of one run, and what stands for each.
#[derive(Clone, Debug, Default)]
pub struct Ports {
    shown: BTreeMap<u32, Option<u32>>,
    met: u32,
}

impl Ports {
    /// The ports of a run: those that its packets had, and those that stand behind an address in what it printed. Those that the
    /// lesson names itself are its own.
    pub fn new<'a>(seen: &[u16], printed: impl Iterator<Item = &'a str>, lesson: &str) -> Self {
        let mut ports = Self::default();
        let mut add = |number: u32| {
            if EPHEMERAL.contains(&number) && !lesson.contains(&number.to_string()) {
                ports.shown.insert(number, None);
            }
        };
        for port in seen {
            add(u32::from(*port));
        }
        if let Some(pattern) = PORT_OF.as_ref() {
            for text in printed {
                for found in pattern.captures_iter(text) {
                    add(found[1].parse().unwrap_or(0));
                }
            }
        }
        ports
    }

    /// The text with the numbers in place of the ports. A text that shows a packet's bytes stays as it is: the bytes hold the port.
    pub fn settle(&mut self, text: &str) -> String {
        let Some(pattern) = NUMBER.as_ref() else {
            return text.to_owned();
        };
        if BYTES.as_ref().is_some_and(|bytes| bytes.is_match(text)) {
            return text.to_owned();
        }
        pattern
            .replace_all(text, |found: &regex::Captures<'_>| {
                // An address of dotted numbers ends before the port's colon, so a port is a word of its own.
                let word = found[0].trim_end_matches('.');
                let number = word.parse::<u32>().ok();
                let Some(shown) = number.and_then(|number| self.shown.get_mut(&number)) else {
                    return found[0].to_owned();
                };
                let shown = *shown.get_or_insert_with(|| {
                    self.met += 1;
                    FIRST - 1 + self.met
                });
                format!("{shown}{}", &found[0][word.len()..])
            })
            .into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_numbered_as_they_are_met_and_nothing_else_is_touched() {
        let text = "127.0.0.1:33434 Win=43008 40000 x33434 (51482).";
        let mut ports = Ports::new(&[51482, 5000, 40000], [text].into_iter(), "bind :40000");
        assert_eq!(
            ports.settle(text),
            "127.0.0.1:40001 Win=43008 40000 x33434 (40002)."
        );
        assert_eq!(ports.settle("51482 33434."), "40002 40001.");
    }

    #[test]
    fn every_pattern_is_one() {
        assert!(NUMBER.is_some() && PORT_OF.is_some() && BYTES.is_some());
    }

    #[test]
    fn a_port_beside_its_bytes_stays() {
        let text = "Source Port: 33434\n  0000  82 9a 13 88";
        let mut ports = Ports::new(&[33434], std::iter::empty(), "");
        assert_eq!(ports.settle(text), text);
    }
}
