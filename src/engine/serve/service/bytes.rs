//! The services that need no memory of a client: echo, upper, time.

use super::Service;
use crate::engine::serve::talk::{Answers, Client, Talk};

/// One of them.
pub(super) struct Bytes(pub(super) Service);

impl Talk for Bytes {
    fn joined(&mut self, client: Client, now_ns: i64, out: &mut Answers) {
        if self.0 == Service::Time {
            out.send(client, answer(self.0, &[], now_ns));
            out.close(client);
        }
    }

    fn received(&mut self, client: Client, bytes: &[u8], now_ns: i64, out: &mut Answers) {
        out.send(client, answer(self.0, bytes, now_ns));
    }
}

/// What such a service answers, to a datagram as well.
pub(super) fn answer(service: Service, data: &[u8], now_ns: i64) -> Vec<u8> {
    match service {
        Service::Upper => data.to_ascii_uppercase(),
        Service::Time => format!("{}\r\n", instant(now_ns.div_euclid(1_000_000_000))).into_bytes(),
        _ => data.to_vec(),
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
}
