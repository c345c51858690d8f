//! Numbers, addresses and times as text at the end of a byte buffer, without allocation and with few branches: what the writers
//! of a line a packet share. What is written is what `Display` writes; tests compare the two.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Adds the first `len` bytes of a piece: it is stored as a whole and the rest taken back, for a store of a fixed length is an
/// instruction where a copy of so many bytes is a call.
#[inline]
pub fn piece<const N: usize>(out: &mut Vec<u8>, bytes: [u8; N], len: usize) {
    out.extend_from_slice(&bytes);
    out.truncate(out.len() - (N - len.min(N)));
}

/// One more than the greatest number of eight digits.
const EIGHT: u64 = 100_000_000;

/// A number below [`EIGHT`] as eight digits, the first in the lowest byte: halved into fours, twos and ones, all halves at once.
#[inline]
fn eight_digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    // 10486 / 2^20 is 1/100 and 103 / 2^10 is 1/10, exactly enough for what they are multiplied with.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((twos - tens * 10) << 8)
}

/// What makes eight digits out of eight numbers below ten.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The digits of a number below [`EIGHT`] without leading zeros, the first in the lowest byte, and how many they are.
#[inline]
fn few_digits(value: u64) -> (u64, usize) {
    let digits = eight_digits(value);
    let leading = (digits.trailing_zeros() / 8).min(7);
    ((digits | ZEROS) >> (leading * 8), 8 - leading as usize)
}

/// A number in decimal.
#[inline]
pub fn number(out: &mut Vec<u8>, value: u64) {
    if value < EIGHT {
        let (text, count) = few_digits(value);
        piece(out, text.to_le_bytes(), count);
    } else {
        long_number(out, value);
    }
}

fn long_number(out: &mut Vec<u8>, value: u64) {
    let (upper, lower) = (value / EIGHT, eight_digits(value % EIGHT) | ZEROS);
    if upper < 100 {
        // Two more: every number of 32 bits.
        let (text, count) = PAIRS[upper as usize];
        let text = u128::from(text) | u128::from(lower) << (8 * count);
        piece(out, text.to_le_bytes(), count + 8);
    } else {
        number(out, upper);
        out.extend_from_slice(&lower.to_le_bytes());
    }
}

/// Every number below a hundred, the first digit in the lowest byte, and how many digits it has.
const PAIRS: [(u16, usize); 100] = {
    let mut pairs = [(0, 1); 100];
    let mut value = 0;
    while value < 100 {
        pairs[value] = if value < 10 {
            (0x30 + value as u16, 1)
        } else {
            (0x3030 + (value / 10) as u16 + ((value % 10) << 8) as u16, 2)
        };
        value += 1;
    }
    pairs
};

/// A few letters and a number behind them, as one piece where both are short.
#[inline]
pub fn labelled<const N: usize>(out: &mut Vec<u8>, label: &[u8; N], value: u64) {
    if N <= 8 && value < EIGHT {
        let mut letters = [0; 8];
        letters[..N.min(8)].copy_from_slice(&label[..N.min(8)]);
        let (text, count) = few_digits(value);
        let text = u128::from(u64::from_le_bytes(letters)) | u128::from(text) << (8 * N);
        piece(out, text.to_le_bytes(), N + count);
    } else {
        out.extend_from_slice(label);
        number(out, value);
    }
}

/// The last `width` digits of a number, with leading zeros.
#[inline]
pub fn padded(out: &mut Vec<u8>, value: u64, width: usize) {
    if width > 8 {
        padded(out, value / EIGHT, width - 8);
    }
    let digits = eight_digits(value % EIGHT) | ZEROS;
    let shown = width.min(8);
    let text = digits.unbounded_shr(8 * (8 - shown) as u32);
    piece(out, text.to_le_bytes(), shown);
}

/// Nanoseconds as seconds with `decimals` decimals, 0 to 9; what is less is left out.
#[inline]
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

/// Every byte in decimal with a dot behind it, the first digit in the lowest byte, and how many characters that is.
const OCTETS: [(u32, u32); 256] = {
    let mut octets = [(0, 0); 256];
    let mut octet = 0;
    while octet < 256 {
        let digits = [
            octet as u32 / 100,
            octet as u32 / 10 % 10,
            octet as u32 % 10,
        ];
        let (mut text, mut count, mut place) = (0, 0, 0);
        while place < 3 {
            if count > 0 || digits[place] > 0 || place == 2 {
                text |= (0x30 + digits[place]) << (8 * count);
                count += 1;
            }
            place += 1;
        }
        octets[octet] = (text | (0x2e << (8 * count)), count + 1);
        octet += 1;
    }
    octets
};

/// An IPv4 address in dotted decimal.
#[inline]
pub fn ipv4(out: &mut Vec<u8>, address: Ipv4Addr) {
    let mut text = 0_u128;
    let mut count = 0;
    for octet in address.octets() {
        let (digits, more) = OCTETS[usize::from(octet)];
        text |= u128::from(digits) << (8 * count);
        count += more;
    }
    piece(out, text.to_le_bytes(), count as usize - 1);
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

/// Every byte in hexadecimal, the first digit in the lowest byte.
const HEXADECIMAL: [u16; 256] = {
    let digits = b"0123456789abcdef";
    let mut texts = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        texts[byte] = u16::from_le_bytes([digits[byte >> 4], digits[byte & 15]]);
        byte += 1;
    }
    texts
};

/// The two hexadecimal digits of a byte.
#[inline]
pub fn hexadecimal(byte: u8) -> [u8; 2] {
    HEXADECIMAL[usize::from(byte)].to_le_bytes()
}

fn group(out: &mut Vec<u8>, value: u16) {
    let [high, low] = value.to_be_bytes();
    let digits = u32::from(HEXADECIMAL[usize::from(high)])
        | (u32::from(HEXADECIMAL[usize::from(low)]) << 16);
    let leading = (value.leading_zeros() / 4).min(3);
    let text = digits >> (leading * 8);
    piece(out, text.to_le_bytes(), 4 - leading as usize);
}

/// An address of either version.
#[inline]
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
            prop_assert_eq!(text(|out| labelled(out, b" of #", value)), format!(" of #{value}"));
            prop_assert_eq!(text(|out| labelled(out, b"of nine: ", value)), format!("of nine: {value}"));
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
