//! What a server does with the bytes of a client: bytes in, bytes out. No socket is touched here.

/// A service that needs nothing but the bytes of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Service {
    /// Sends back what came (RFC 862).
    Echo,
    /// Sends back what came, ASCII letters as capitals.
    Upper,
    /// Says the time and closes, without waiting for a word of the client (as the daytime service of RFC 867).
    Time,
}

impl Service {
    /// The service of this name in `catalog::verb::SERVICES`.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "echo" => Some(Self::Echo),
            "upper" => Some(Self::Upper),
            "time" => Some(Self::Time),
            _ => None,
        }
    }

    /// What it says to a client that has just connected, before it closes; `None` when it is the client's turn.
    /// `now_ns` is the time in nanoseconds since the epoch.
    pub(super) fn greeting(self, now_ns: i64) -> Option<Vec<u8>> {
        (self == Self::Time).then(|| self.answer(&[], now_ns))
    }

    /// What it answers.
    pub(super) fn answer(self, data: &[u8], now_ns: i64) -> Vec<u8> {
        match self {
            Self::Echo => data.to_vec(),
            Self::Upper => data.to_ascii_uppercase(),
            Self::Time => format!("{}\r\n", instant(now_ns.div_euclid(1_000_000_000))).into_bytes(),
        }
    }
}

/// Seconds since the epoch as RFC 3339 writes them, in UTC: `2026-11-21T05:53:35Z`.
fn instant(seconds: i64) -> String {
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years that begin on the first of March have their leap day at the end; 400 of them are 146,097 days.
    let day = day + 719_468;
    let (era, day) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    format!(
        "{:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        era * 400 + year + later,
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_since_the_epoch_are_told_as_a_date() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(instant(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn each_service_answers_in_its_way_and_only_time_speaks_first() {
        let data = b"abc \xc3\xa9\x00";
        for (name, greets, answer) in [
            ("echo", false, &b"abc \xc3\xa9\x00"[..]),
            ("upper", false, b"ABC \xc3\xa9\x00"),
            ("time", true, b"1970-01-01T00:00:01Z\r\n"),
        ] {
            let service = Service::named(name).expect("it is in the table");
            assert_eq!(service.greeting(1_000_000_000).is_some(), greets, "{name}");
            assert_eq!(service.answer(data, 1_999_999_999), answer, "{name}");
        }
        assert!(
            crate::catalog::verb::SERVICES
                .iter()
                .all(|name| Service::named(name).is_some())
        );
    }
}
