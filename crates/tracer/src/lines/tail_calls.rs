//! Calls that leave no frame: a function that ends with a call may jump instead, and its own frame is gone (sibling calls of -O2). Then
//! the frame below would be taken for the one that makes the call. What the instructions say decides whether that can have been. Pure.

use crate::memory::u32_of;
use crate::table::Architecture;

/// Where an instruction leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// To this address.
    Address(u64),
    /// To the address that is written there.
    Slot(u64),
}

/// So many bytes in front of a return address hold the instruction that called.
pub(super) const CALL: usize = 6;
/// So many bytes hold what leads on to a function of another file (the procedure linkage table).
pub(super) const STUB: usize = 16;

/// Where the call in front of a return address led, given the bytes before it; `None` where only registers knew.
pub(super) fn call(architecture: Architecture, before: &[u8], returns: u64) -> Option<Target> {
    let bytes = before.get(before.len().checked_sub(CALL)?..)?;
    match architecture {
        Architecture::X86_64 if bytes[1] == 0xe8 => {
            Some(Target::Address(relative(bytes, 2, returns)))
        }
        Architecture::X86_64 if bytes[..2] == [0xff, 0x15] => {
            Some(Target::Slot(relative(bytes, 2, returns)))
        }
        Architecture::X86_64 => None,
        Architecture::Aarch64 => {
            let word = u32_of(&bytes[2..]);
            (word >> 26 == 0b10_0101)
                .then(|| Target::Address(branch(word, returns.wrapping_sub(4))))
        }
    }
}

/// Where the linkage table keeps the address that the stub there leads to; `None` where it is no stub.
pub(super) fn stub(architecture: Architecture, bytes: &[u8], at: u64) -> Option<u64> {
    if bytes.len() < STUB {
        return None;
    }
    match architecture {
        Architecture::X86_64 => {
            // endbr64 and a prefix of old may stand before jmp *slot(%rip).
            const ENDBR: [u8; 4] = [0xf3, 0x0f, 0x1e, 0xfa];
            let mut start = if bytes.starts_with(&ENDBR) { 4 } else { 0 };
            start += usize::from(bytes[start] == 0xf2);
            let end = at.wrapping_add(start as u64 + 6);
            let jumps = bytes[start..start + 2] == [0xff, 0x25];
            jumps.then(|| relative(bytes, start + 2, end))
        }
        Architecture::Aarch64 => {
            // adrp x16, page; ldr x17, [x16, offset]; a hint may stand before them.
            let word = |index: usize| u32_of(&bytes[index * 4..]);
            let first = usize::from(word(0) >> 12 == 0xd5032);
            let (page, load) = (word(first), word(first + 1));
            if page & 0x9f00_001f != 0x9000_0010 || load & 0xffc0_03ff != 0xf940_0211 {
                return None;
            }
            let pages = (page >> 5 & 0x7_ffff) << 2 | page >> 29 & 3;
            let pages = i64::from(((pages << 11) as i32) >> 11);
            let base = (at.wrapping_add(first as u64 * 4)) & !0xfff;
            let offset = u64::from(load >> 10 & 0xfff) * 8;
            Some(base.wrapping_add_signed(pages << 12).wrapping_add(offset))
        }
    }
}

/// The jumps in these instructions that lead to what is wanted: the addresses behind them. On x86-64 instructions are of any length, so
/// what looks like a jump anywhere is taken for one.
pub(super) fn jumps(
    architecture: Architecture,
    code: &[u8],
    at: u64,
    mut wanted: impl FnMut(Target) -> bool,
) -> Vec<u64> {
    let mut found = Vec::new();
    if architecture == Architecture::Aarch64 {
        for (index, word) in (0..).zip(code.chunks_exact(4).map(u32_of)) {
            let here = at.wrapping_add(index * 4);
            if word >> 26 == 0b00_0101 && wanted(Target::Address(branch(word, here))) {
                found.push(here.wrapping_add(4));
            }
        }
        return found;
    }
    for (index, window) in (0..).zip(code.windows(6)) {
        let end = at.wrapping_add(index + 6);
        let target = match window {
            [_, 0xe9, ..] | [0x0f, 0x80..=0x8f, ..] => Target::Address(relative(window, 2, end)),
            [0xff, 0x25, ..] => Target::Slot(relative(window, 2, end)),
            _ => continue,
        };
        if wanted(target) {
            found.push(end);
        }
    }
    found
}

/// The address that a signed number of 32 bits leads to, from the end of its instruction.
fn relative(bytes: &[u8], from: usize, end: u64) -> u64 {
    end.wrapping_add_signed(i64::from(u32_of(&bytes[from..]) as i32))
}

/// The address that a branch of aarch64 leads to: 26 bits, signed, of words.
fn branch(word: u32, at: u64) -> u64 {
    at.wrapping_add_signed(i64::from(((word << 6) as i32) >> 4))
}

/// The slots of a linkage table that lies at this address.
pub(super) fn stubs(architecture: Architecture, code: &[u8], at: u64) -> Vec<(u64, u64)> {
    let starts = (0..code.len()).step_by(8);
    let stub_at = |start: usize| {
        let mut bytes = [0; STUB];
        let rest = &code[start..];
        let length = rest.len().min(STUB);
        bytes[..length].copy_from_slice(&rest[..length]);
        let here = at.wrapping_add(start as u64);
        Some((here, stub(architecture, &bytes, here)?))
    };
    starts.filter_map(stub_at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Architecture::{Aarch64, X86_64};

    #[test]
    fn where_calls_lead() {
        for (architecture, bytes, target) in [
            (
                X86_64,
                [0x90, 0xe8, 0x10, 0, 0, 0],
                Some(Target::Address(0x1010)),
            ),
            (
                X86_64,
                [0x90, 0xe8, 0xf0, 0xff, 0xff, 0xff],
                Some(Target::Address(0xff0)),
            ),
            (
                X86_64,
                [0xff, 0x15, 0x20, 0, 0, 0],
                Some(Target::Slot(0x1020)),
            ),
            (X86_64, [0x90, 0x90, 0x90, 0x90, 0xff, 0xd0], None),
            (
                Aarch64,
                [0, 0, 0x04, 0, 0, 0x94],
                Some(Target::Address(0x100c)),
            ),
            (
                Aarch64,
                [0, 0, 0xff, 0xff, 0xff, 0x97],
                Some(Target::Address(0xff8)),
            ),
            (Aarch64, [0, 0, 0, 0x02, 0x3f, 0xd6], None),
        ] {
            assert_eq!(call(architecture, &bytes, 0x1000), target, "{bytes:x?}");
        }
    }

    #[test]
    fn stubs_of_linkage_tables() {
        let plain = [
            0xff, 0x25, 0xe2, 0x2f, 0, 0, 0x68, 0, 0, 0, 0, 0xe9, 0, 0, 0, 0,
        ];
        assert_eq!(stub(X86_64, &plain, 0x1030), Some(0x4018));
        let marked = [
            0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25, 0x75, 0x2f, 0, 0, 0x0f, 0x1f, 0x44, 0, 0,
        ];
        assert_eq!(stub(X86_64, &marked, 0x1050), Some(0x3fd0));
        assert_eq!(stub(X86_64, &[0x90; 16], 0x1050), None);
        // adrp x16, #0x1f000 further; ldr x17, [x16, #0xfb8]; add x16, x16, #0xfb8; br x17.
        let words = [0xf000_00f0_u32, 0xf947_de11, 0x913e_e210, 0xd61f_0220];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(stub(Aarch64, &bytes, 0x5a0), Some(0x1_ffb8));
    }

    #[test]
    fn jumps_to_a_function() {
        let code = [
            0x90, 0xe9, 0x0b, 0, 0, 0, 0x0f, 0x84, 0x04, 0, 0, 0, 0xe9, 1, 0, 0, 0, 0x90,
        ];
        let to = |address| move |target| target == Target::Address(address);
        assert_eq!(jumps(X86_64, &code, 0x1000, to(0x1011)), [0x1006]);
        assert_eq!(jumps(X86_64, &code, 0x1000, to(0x1010)), [0x100c]);
        assert!(jumps(X86_64, &code, 0x1000, to(0x2000)).is_empty());
        let code = [0x1f, 0x20, 0x03, 0xd5, 0x03, 0, 0, 0x14];
        assert_eq!(jumps(Aarch64, &code, 0x1000, to(0x1010)), [0x1008]);
    }
}
