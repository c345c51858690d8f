//! The time of a packet in a line of a capture: since the first packet, since the one before, or of the day. Not the times of the
//! live lab, which are told in words (`words`).

use super::fast::digits;

/// What the time of a line counts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The first packet of the capture.
    #[default]
    Relative,
    /// The packet before, shown or not.
    Delta,
    /// 1970, UTC, to the nanosecond.
    Epoch,
    /// It is a date and a time of day, UTC.
    Date,
}

impl Clock {
    /// Writes the time of a packet; `times_ns` are those of the first packet and of the one before. All are nanoseconds since 1970.
    pub fn write(self, out: &mut Vec<u8>, time_ns: i64, times_ns: (i64, i64)) {
        match self {
            Self::Relative => digits::seconds(out, time_ns.saturating_sub(times_ns.0), 6),
            Self::Delta => digits::seconds(out, time_ns.saturating_sub(times_ns.1), 6),
            Self::Epoch => digits::seconds(out, time_ns, 9),
            Self::Date => digits::date(out, time_ns),
        }
    }

    /// The same as a text of its own.
    pub fn text(self, time_ns: i64, times_ns: (i64, i64)) -> String {
        let mut out = Vec::new();
        self.write(&mut out, time_ns, times_ns);
        String::from_utf8_lossy(&out).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_counts_from_what_was_asked_for() {
        let times = (5_000_000_000, 6_500_000_000);
        for (clock, text) in [
            (Clock::Relative, "2.000000"),
            (Clock::Delta, "0.500000"),
            (Clock::Epoch, "7.000000009"),
            (Clock::Date, "1970-01-01 00:00:07.000000"),
        ] {
            assert_eq!(clock.text(7_000_000_009, times), text);
        }
    }
}
