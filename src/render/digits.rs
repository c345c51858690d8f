//! Numbers, addresses and times as text at the end of a byte buffer, without allocation and with few branches: what the writers
//! of a line a packet share. What is written is what `Display` writes; tests compare the two.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// Every byte in decimal, and how many digits it has.
const BYTES: [([u8; 3], u8); 256] = {
    let mut bytes = [([0; 3], 0); 256];
    let mut number = 0;
    while number < 256 {
        let [a, b] = PAIRS[number % 100];
        let hundreds = b'0' + (number / 100) as u8;
        bytes[number] = match number {
            0..10 => ([b, 0, 0], 1),
            10..100 => ([a, b, 0], 2),
            _ => ([hundreds, a, b], 3),
        };
        number += 1;
    }
    bytes
};

/// A number in decimal.
pub fn number(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = value;
    while rest >= 100 {
        start -= 2;
        digits[start..start + 2].copy_from_slice(&PAIRS[(rest % 100) as usize]);
        rest /= 100;
    }
    let [tens, ones] = PAIRS[rest as usize];
    start -= 1;
    digits[start] = ones;
    if rest >= 10 {
        start -= 1;
        digits[start] = tens;
    }
    out.extend_from_slice(&digits[start..]);
}

/// A number below 10^`width` with leading zeros.
pub fn padded(out: &mut Vec<u8>, value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = value;
    let mut place = digits.len();
    while rest > 0 && place > 0 {
        place -= 1;
        digits[place] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits[digits.len() - width.min(digits.len())..]);
}

/// Nanoseconds as seconds with `decimals` decimals, 0 to 9; what is less is left out.
pub fn seconds(out: &mut Vec<u8>, nanoseconds: i64, decimals: u32) {
    if nanoseconds < 0 {
        out.push(b'-');
    }
    let value = nanoseconds.unsigned_abs();
    let unit = 10_u64.pow(9 - decimals.min(9));
    number(out, value / 1_000_000_000);
    if decimals > 0 {
        out.push(b'.');
        padded(out, value % 1_000_000_000 / unit, decimals as usize);
    }
}

/// An IPv4 address in dotted decimal.
pub fn ipv4(out: &mut Vec<u8>, address: Ipv4Addr) {
    let mut text = [b'.'; 16];
    let mut end = 0;
    for octet in address.octets() {
        let (digits, count) = BYTES[usize::from(octet)];
        text[end..end + 3].copy_from_slice(&digits);
        end += usize::from(count);
        text[end] = b'.';
        end += 1;
    }
    out.extend_from_slice(&text[..end - 1]);
}

/// An IPv6 address as RFC 5952 writes it.
pub fn ipv6(out: &mut Vec<u8>, address: Ipv6Addr) {
    if let Some(inner) = address.to_ipv4_mapped() {
        out.extend_from_slice(b"::ffff:");
        ipv4(out, inner);
        return;
    }
    let groups = address.segments();
    let (zeros, count) = longest_zeros(groups);
    let mut index = 0;
    while index < groups.len() {
        if count > 1 && index == zeros {
            out.extend_from_slice(b"::");
            index += count;
            continue;
        }
        if index > 0 && !(count > 1 && index == zeros + count) {
            out.push(b':');
        }
        group(out, groups[index]);
        index += 1;
    }
}

/// Where the first of the longest runs of zeros begins, and how long it is.
fn longest_zeros(groups: [u16; 8]) -> (usize, usize) {
    let mut best = (0, 0);
    let mut run = (0, 0);
    for (index, group) in groups.into_iter().enumerate() {
        if group != 0 {
            run = (index + 1, 0);
            continue;
        }
        run.1 += 1;
        if run.1 > best.1 {
            best = run;
        }
    }
    best
}

fn group(out: &mut Vec<u8>, value: u16) {
    let mut digits = [0; 4];
    let mut start = 4;
    let mut rest = value;
    loop {
        start -= 1;
        digits[start] = b"0123456789abcdef"[usize::from(rest & 15)];
        rest >>= 4;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

/// An address of either version.
pub fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => ipv4(out, address),
        IpAddr::V6(address) => ipv6(out, address),
    }
}

/// A time as a date and a time of day of UTC with six decimals: `2023-11-14 22:13:20.000375` (RFC 3339 with a space).
pub fn date(out: &mut Vec<u8>, nanoseconds: i64) {
    let second = nanoseconds.div_euclid(1_000_000_000);
    let (year, month, day) = civil(second.div_euclid(86_400));
    let of_day = second.rem_euclid(86_400) as u64;
    if year < 0 {
        out.push(b'-');
    }
    padded(out, year.unsigned_abs(), 4);
    for (mark, part) in [
        (b'-', month),
        (b'-', day),
        (b' ', of_day / 3600),
        (b':', of_day / 60 % 60),
        (b':', of_day % 60),
    ] {
        out.push(mark);
        padded(out, part, 2);
    }
    out.push(b'.');
    padded(
        out,
        (nanoseconds.rem_euclid(1_000_000_000) / 1000) as u64,
        6,
    );
}

/// Year, month and day of a day counted from 1970-01-01. Years are taken to begin in March, so that the day that may be missing
/// is their last one.
fn civil(days: i64) -> (i64, u64, u64) {
    const OF_400_YEARS: i64 = 146_097;
    // Days since 1 March of the year 0.
    let days = days + 719_468;
    let of_era = days.rem_euclid(OF_400_YEARS);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_based = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_based + 2) / 5 + 1;
    let month = if march_based < 10 {
        march_based + 3
    } else {
        march_based - 9
    };
    let year = days.div_euclid(OF_400_YEARS) * 400 + year_of_era + i64::from(month <= 2);
    (year, month as u64, day as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("digits are text")
    }

    #[test]
    fn times_are_seconds_with_decimals_or_a_date() {
        for (nanoseconds, relative, utc) in [
            (0, "0.000000", "1970-01-01 00:00:00.000000"),
            (-1_500, "-0.000001", "1969-12-31 23:59:59.999998"),
            (
                1_700_000_000_000_375_999,
                "1700000000.000375",
                "2023-11-14 22:13:20.000375",
            ),
            (
                951_782_399_000_000_000,
                "951782399.000000",
                "2000-02-28 23:59:59.000000",
            ),
            (
                951_868_800_000_000_000,
                "951868800.000000",
                "2000-03-01 00:00:00.000000",
            ),
        ] {
            assert_eq!(text(|out| seconds(out, nanoseconds, 6)), relative);
            assert_eq!(text(|out| date(out, nanoseconds)), utc);
        }
        assert_eq!(text(|out| seconds(out, 42, 9)), "0.000000042");
    }

    fn address_of_six() -> impl Strategy<Value = Ipv6Addr> {
        let group = || prop_oneof![Just(0_u16), any::<u16>(), Just(0xffff_u16)];
        proptest::array::uniform8(group()).prop_map(Ipv6Addr::from)
    }

    proptest! {
        #[test]
        fn numbers_are_written_as_display_writes_them(value in any::<u64>(), shift in 0_u32..64) {
            let value = value >> shift;
            prop_assert_eq!(text(|out| number(out, value)), value.to_string());
            let small = value % 1_000_000;
            prop_assert_eq!(text(|out| padded(out, small, 6)), format!("{small:06}"));
        }

        #[test]
        fn addresses_are_written_as_display_writes_them(four in any::<u32>(), six in address_of_six()) {
            let four = Ipv4Addr::from(four);
            prop_assert_eq!(text(|out| ipv4(out, four)), four.to_string());
            prop_assert_eq!(text(|out| ipv6(out, six)), six.to_string());
            let mapped = four.to_ipv6_mapped();
            prop_assert_eq!(text(|out| ipv6(out, mapped)), mapped.to_string());
        }
    }
}
