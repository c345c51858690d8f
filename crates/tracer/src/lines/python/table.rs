//! The line of an instruction, by the table that a code object has: three forms in the course of time (Objects/lnotab_notes.txt, PEP 626,
//! Objects/locations.md in CPython's source). Pure.

use super::layout::Table;

/// The line of the instruction that is so many bytes behind the first; `None` where it has none.
pub(super) fn line(table: Table, bytes: &[u8], first_line: i32, address: u64) -> Option<u32> {
    let line = match table {
        Table::Pairs => pairs(bytes, first_line, address),
        Table::Ranges => ranges(bytes, first_line, address),
        Table::Locations => locations(bytes, first_line, address),
    };
    line.and_then(|line| u32::try_from(line).ok())
        .filter(|line| *line > 0)
}

/// Pairs of bytes: so many bytes further, the line grows by so many (signed).
fn pairs(bytes: &[u8], first_line: i32, address: u64) -> Option<i32> {
    let (mut line, mut at) = (first_line, 0);
    for pair in bytes.chunks_exact(2) {
        at += u64::from(pair[0]);
        if at > address {
            break;
        }
        line = line.checked_add(i32::from(pair[1] as i8))?;
    }
    Some(line)
}

/// Pairs of bytes: for so many bytes the line is so many (signed) more than that of the last; -128 for none.
fn ranges(bytes: &[u8], first_line: i32, address: u64) -> Option<i32> {
    let (mut line, mut end) = (first_line, 0);
    for pair in bytes.chunks_exact(2) {
        end += u64::from(pair[0]);
        let delta = pair[1] as i8;
        if delta != -128 {
            line = line.checked_add(i32::from(delta))?;
        }
        if address < end {
            return (delta != -128).then_some(line);
        }
    }
    None
}

/// Entries that begin with a byte whose highest bit is set: its form (4 bits) and for how many instructions of 2 bytes (3 bits, less 1).
fn locations(bytes: &[u8], first_line: i32, address: u64) -> Option<i32> {
    const NO_COLUMNS: u8 = 13;
    const LONG: u8 = 14;
    const NONE: u8 = 15;
    let (mut line, mut end) = (first_line, 0);
    let mut at = 0;
    while let Some(first) = bytes.get(at) {
        if first & 0x80 == 0 {
            return None;
        }
        let form = first >> 3 & 15;
        end += 2 * (u64::from(first & 7) + 1);
        let delta = match form {
            NO_COLUMNS | LONG => signed(bytes.get(at + 1..)?)?,
            10..=12 => i32::from(form) - 10,
            _ => 0,
        };
        line = line.checked_add(delta)?;
        if address < end {
            return (form != NONE).then_some(line);
        }
        at += 1;
        while bytes.get(at).is_some_and(|byte| byte & 0x80 == 0) {
            at += 1;
        }
    }
    None
}

/// Six bits a byte, the lowest first, the seventh set where more follow; the lowest of all is the sign.
fn signed(bytes: &[u8]) -> Option<i32> {
    let mut value = 0_u32;
    for (place, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 63) << (6 * place);
        if byte & 64 == 0 {
            let size = (value >> 1) as i32;
            return Some(if value & 1 == 0 { size } else { -size });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_3_8() {
        // Line 10 for 6 bytes, 12 for 4, then back to 11.
        let table = [6, 2, 4, 0xff];
        for (address, expected) in [(0, 10), (5, 10), (6, 12), (9, 12), (10, 11), (99, 11)] {
            assert_eq!(
                line(Table::Pairs, &table, 10, address),
                Some(expected),
                "{address}"
            );
        }
    }

    #[test]
    fn ranges_of_3_10() {
        let table = [4, 0, 2, 0x80, 4, 3, 2, 0xff];
        for (address, expected) in [
            (0, Some(10)),
            (4, None),
            (6, Some(13)),
            (10, Some(12)),
            (12, None),
        ] {
            assert_eq!(
                line(Table::Ranges, &table, 10, address),
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn locations_since_3_11() {
        let table = [
            0x80 | 10 << 3,
            1,
            2, // Line 10, one instruction.
            0x80 | 11 << 3 | 1,
            1,
            2,              // 11, two.
            0x80 | 15 << 3, // None.
            0x80 | 13 << 3,
            0x40 | 8,
            2, // 11 + 68.
            0x80 | 14 << 3,
            5,
            0,
            1,
            1, // 2 back.
            0x80 | 3 << 3,
            7, // The same.
        ];
        for (address, expected) in [
            (0, Some(10)),
            (2, Some(11)),
            (5, Some(11)),
            (6, None),
            (8, Some(79)),
            (10, Some(77)),
            (12, Some(77)),
            (14, None),
        ] {
            assert_eq!(
                line(Table::Locations, &table, 10, address),
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn what_is_no_table_has_no_line() {
        assert_eq!(line(Table::Locations, &[1, 2, 3], 10, 0), None);
        assert_eq!(line(Table::Locations, &[0xe8, 0x7f, 0x7f], 10, 0), None);
        assert_eq!(line(Table::Pairs, &[0, 0x80], 10, 0), None);
    }
}
