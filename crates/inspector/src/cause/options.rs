//! The options that calls have set on sockets, as far as they decide what a kernel sends.

use super::{CONVERSATIONS, CauseFinder};

/// Options of a socket that decide what its kernel sends.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    /// SO_LINGER is on with 0 seconds: closing resets.
    pub(super) resets: bool,
    /// TCP_CORK.
    pub(super) corked: bool,
    /// TCP_DEFER_ACCEPT.
    pub(super) defers: bool,
    /// TCP_LINGER2 is negative: no FIN-WAIT-2.
    pub(super) never_lingers: bool,
    /// TCP_KEEPCNT.
    pub(super) keepalive_probes: Option<u32>,
}

impl CauseFinder {
    /// A call set an option; name and value as its arguments show them.
    pub fn set_option(&mut self, process: &str, fd: i32, name: &str, value: &str) {
        const KNOWN: [&str; 5] = [
            "SO_LINGER",
            "TCP_CORK",
            "TCP_DEFER_ACCEPT",
            "TCP_KEEPCNT",
            "TCP_LINGER2",
        ];
        if name.contains("MEMBERSHIP") || name.contains("_GROUP") {
            self.remember_groups(process, fd, value);
            return;
        }
        if !KNOWN.contains(&name) {
            return;
        }
        if self.options.len() > CONVERSATIONS {
            self.options.clear();
        }
        let options = self.options.entry((process.to_owned(), fd)).or_default();
        let numbers: Vec<u32> = value
            .split(|next: char| !next.is_ascii_digit())
            .filter_map(|digits| digits.parse().ok())
            .collect();
        match (name, numbers.as_slice()) {
            ("SO_LINGER", [on, seconds, ..]) => options.resets = *on != 0 && *seconds == 0,
            ("TCP_LINGER2", _) => options.never_lingers = value.contains('-'),
            ("TCP_DEFER_ACCEPT", [seconds, ..]) => options.defers = *seconds != 0,
            ("TCP_CORK", [on, ..]) => options.corked = *on != 0,
            ("TCP_KEEPCNT", [count, ..]) => options.keepalive_probes = Some(*count),
            _ => {}
        }
    }
}
