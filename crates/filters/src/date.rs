//! Dates as they are written in a filter, to nanoseconds since 1970, and back. Without a zone they are of UTC: a filter knows no place.

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const NOT_A_DATE: &str = "not a date";

/// Reads `2026-11-21`, `2026-11-21 12:30`, `2026-11-21T12:30:01.5Z`, `… +01:00`, `… UTC` or `Nov 21, 2026 12:30:01`; the error is a
/// few words.
pub(super) fn read(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let (day, rest) = if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        named(text)
    } else {
        numbered(text)
    }
    .ok_or(NOT_A_DATE)?;
    let (clock, offset) = zone(rest.trim()).ok_or("not a zone: Z, UTC or +01:00 may follow")?;
    let of_day = time_of_day(clock).ok_or("not a time of day, as in 12:30:01.5")?;
    i128::from(day)
        .checked_mul(86_400_000_000_000)
        .and_then(|start| start.checked_add(i128::from(of_day)))
        .and_then(|time| time.checked_sub(i128::from(offset) * 1_000_000_000))
        .and_then(|time| i64::try_from(time).ok())
        .ok_or_else(|| "too far away: from 1678 to 2261".to_owned())
}

/// The day of `2026-11-21…`, and what follows it.
fn numbered(text: &str) -> Option<(i64, &str)> {
    let (year, rest) = text.split_once('-')?;
    let (month, rest) = rest.split_once('-')?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (date, rest) = rest.split_at(end);
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    Some((day(digits(year)?, digits(month)?, digits(date)?)?, rest))
}

/// The day of `Nov 21, 2026…`, and what follows it.
fn named(text: &str) -> Option<(i64, &str)> {
    let (name, rest) = text.split_once(' ')?;
    let name = name.to_ascii_lowercase();
    let month = (1..).zip(MONTHS).find(|(_, known)| *known == name)?.0;
    let (date, rest) = rest.trim_start().split_once(',')?;
    let rest = rest.trim_start();
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (year, rest) = rest.split_at(end);
    Some((day(digits(year)?, month, digits(date)?)?, rest))
}

/// What stands before a zone, and how many seconds the zone is ahead of UTC.
fn zone(text: &str) -> Option<(&str, i64)> {
    for name in ["UTC", "utc", "Z", "z"] {
        if let Some(clock) = text.strip_suffix(name) {
            return Some((clock.trim_end(), 0));
        }
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return Some((text, 0));
    };
    let sign = if text[at..].starts_with('-') { -1 } else { 1 };
    let ahead = &text[at + 1..];
    let (hours, minutes) = match ahead.split_once(':') {
        Some((hours, minutes)) => (digits(hours)?, digits(minutes)?),
        None if ahead.len() == 4 => (digits(ahead.get(..2)?)?, digits(ahead.get(2..)?)?),
        None => (digits(ahead)?, 0),
    };
    let within = hours < 24 && minutes < 60;
    within.then(|| (text[..at].trim_end(), sign * (hours * 3600 + minutes * 60)))
}

/// Nanoseconds since midnight of `12:30`, `12:30:01`, `12:30:01.5` or nothing.
fn time_of_day(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    let mut parts = text.split(':');
    let (hour, minute) = (digits(parts.next()?)?, digits(parts.next()?)?);
    let (second, fraction) = match parts.next() {
        Some(second) => {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
            if fraction.len() > 9 {
                return None;
            }
            (digits(whole)?, digits(&format!("{fraction:0<9}"))?)
        }
        None => (0, 0),
    };
    let within = hour < 24 && minute < 60 && second < 61 && parts.next().is_none();
    within.then_some((hour * 3600 + minute * 60 + second) * 1_000_000_000 + fraction)
}

/// The days from 1970-01-01 to a day of the Gregorian calendar; `None` when there is no such day.
fn day(year: i64, month: i64, date: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&date) || year > 9999 {
        return None;
    }
    // A year that begins in March has the day that may be missing at its end.
    let year = year - i64::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + date - 1;
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leaps + of_year - 719_468)
}

/// A time as it may be written in a filter: `2026-11-21 12:30:01.500000000`.
pub(super) fn shown(time: i64) -> String {
    const DAY: i64 = 86_400_000_000_000;
    let (days, of_day) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    // Guessed from below: a year has 365 or 366 days.
    let mut year = 1970 + days.div_euclid(365).min(days.div_euclid(366));
    while day(year + 1, 1, 1).is_some_and(|start| start <= days) {
        year += 1;
    }
    let month = (1..=12)
        .rev()
        .find(|month| day(year, *month, 1).is_some_and(|start| start <= days))
        .unwrap_or(1);
    let date = days - day(year, month, 1).unwrap_or(days) + 1;
    let (seconds, rest) = (of_day / 1_000_000_000, of_day % 1_000_000_000);
    format!(
        "{year:04}-{month:02}-{date:02} {:02}:{:02}:{:02}.{rest:09}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn digits(text: &str) -> Option<i64> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if all { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::{read, shown};

    #[test]
    fn what_is_shown_is_read_as_the_same() {
        for seconds in [
            0,
            -1,
            951_782_399,
            951_868_800,
            1_700_000_000,
            4_107_542_400,
            -9_000_000_000,
        ] {
            let time = seconds * 1_000_000_000 + 7;
            assert_eq!(read(&shown(time)), Ok(time), "{}", shown(time));
        }
        assert_eq!(
            shown(1_700_000_000_000_000_000),
            "2023-11-14 22:13:20.000000000"
        );
    }

    #[test]
    fn a_date_is_nanoseconds_since_1970() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("1970-01-01 00:00:01", 1),
            ("1969-12-31 23:59:59", -1),
            ("2000-02-29", 951_782_400),
            ("2023-11-14 22:13:20", 1_700_000_000),
            ("2023-11-14 22:13:20 UTC", 1_700_000_000),
            ("2023-11-14T22:13:20Z", 1_700_000_000),
            ("2023-11-14T23:13:20+01:00", 1_700_000_000),
            ("2023-11-14 17:43:20 -0430", 1_700_000_000),
            ("Nov 14, 2023 22:13:20", 1_700_000_000),
            ("nov 14, 2023 22:13:20 UTC", 1_700_000_000),
            ("2023-11-14 22:13", 1_699_999_980),
            ("2100-03-01", 4_107_542_400),
        ] {
            assert_eq!(read(text), Ok(seconds * 1_000_000_000), "{text}");
        }
        assert_eq!(read("1970-01-01 00:00:00.5"), Ok(500_000_000));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "1700000000",
            "2023-02-29",
            "2023-13-01",
            "2023-11-14 25:00",
            "2023-11-14 22:13:20.1234567890",
            "2023-11-14 22:13 CET",
            "Foo 14, 2023",
            "9999-01-01",
            "2023-11-14 22:13:20+99:00",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
