//! Sample frames for the tests of this room, written by hand.

/// The bytes of a hexadecimal text; white space is passed over.
pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| {
            c.to_digit(16)
                .unwrap_or_else(|| panic!("{c:?} is no digit")) as u8
        })
        .collect();
    assert!(digits.len().is_multiple_of(2), "half a byte in {hex}");
    digits
        .chunks_exact(2)
        .map(|two| two[0] << 4 | two[1])
        .collect()
}
