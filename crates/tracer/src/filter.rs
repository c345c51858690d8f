//! The seccomp filters: classic BPF, built from the table of calls. Pure; `sys/seccomp.rs` installs them.

use crate::table::{Architecture, CALLS, Effect, Level};

const AUDIT_ARCH_X86_64: u32 = 0xC000_003E;
const AUDIT_ARCH_AARCH64: u32 = 0xC000_00B7;
/// Calls of x32 have this bit; they are let through unseen.
const X32_BIT: u32 = 0x4000_0000;

const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
const EQUAL: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const AT_LEAST: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K

const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
/// The low half of the first argument (both architectures are little-endian).
const FIRST_ARGUMENT: u32 = 16;

fn instruction(code: u16, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code, jt, jf, k }
}

/// The filter of a level: SECCOMP_RET_TRACE with the row's place for what is seen, ALLOW for the rest.
pub(crate) fn program(level: Level, architecture: Architecture) -> Vec<libc::sock_filter> {
    let allow = || instruction(RETURN, libc::SECCOMP_RET_ALLOW, 0, 0);
    let token = match architecture {
        Architecture::X86_64 => AUDIT_ARCH_X86_64,
        Architecture::Aarch64 => AUDIT_ARCH_AARCH64,
    };
    let mut program = vec![
        instruction(LOAD, ARCHITECTURE, 0, 0),
        instruction(EQUAL, token, 1, 0),
        allow(),
        instruction(LOAD, NUMBER, 0, 0),
        instruction(AT_LEAST, X32_BIT, 0, 1),
        allow(),
    ];
    for (place, row) in CALLS.iter().enumerate() {
        let Some(number) = row.number(architecture).filter(|_| row.level <= level) else {
            continue;
        };
        let trace = instruction(RETURN, libc::SECCOMP_RET_TRACE | place as u32, 0, 0);
        let standard = matches!(row.name, "read" | "write" | "readv" | "writev");
        if row.name == "prctl" {
            program.extend([
                instruction(EQUAL, number, 0, 4),
                instruction(LOAD, FIRST_ARGUMENT, 0, 0),
                instruction(EQUAL, libc::PR_SET_SECCOMP as u32, 0, 1),
                trace,
                allow(),
            ]);
        } else if standard && level < Level::All {
            program.extend([
                instruction(EQUAL, number, 0, 4),
                instruction(LOAD, FIRST_ARGUMENT, 0, 0),
                instruction(AT_LEAST, 3, 0, 1),
                trace,
                allow(),
            ]);
        } else {
            debug_assert!(row.effect != Effect::Filters || row.name == "seccomp");
            program.extend([instruction(EQUAL, number, 0, 1), trace]);
        }
    }
    program.push(allow());
    program
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::row_named;

    /// Runs a filter as the kernel would.
    fn run(program: &[libc::sock_filter], architecture: u32, number: u32, first: u32) -> u32 {
        let mut at = 0;
        let mut value = 0;
        loop {
            let step = program[at];
            at += 1;
            let jump = |taken: bool| usize::from(if taken { step.jt } else { step.jf });
            match step.code {
                LOAD => {
                    value = match step.k {
                        NUMBER => number,
                        ARCHITECTURE => architecture,
                        _ => first,
                    }
                }
                EQUAL => at += jump(value == step.k),
                AT_LEAST => at += jump(value >= step.k),
                _ => return step.k,
            }
        }
    }

    #[test]
    fn each_level_sees_its_calls_on_its_architecture_and_nothing_else() {
        for (architecture, token) in [
            (Architecture::X86_64, AUDIT_ARCH_X86_64),
            (Architecture::Aarch64, AUDIT_ARCH_AARCH64),
        ] {
            for level in [Level::First, Level::Sets, Level::Sockets, Level::All] {
                let filter = program(level, architecture);
                for number in 0..500 {
                    let row = CALLS
                        .iter()
                        .position(|row| row.number(architecture) == Some(number));
                    let expected = match row {
                        Some(place) if CALLS[place].level <= level => {
                            libc::SECCOMP_RET_TRACE | place as u32
                        }
                        _ => libc::SECCOMP_RET_ALLOW,
                    };
                    let first = if row.is_some_and(|place| CALLS[place].name == "prctl") {
                        libc::PR_SET_SECCOMP as u32
                    } else {
                        7
                    };
                    assert_eq!(run(&filter, token, number, first), expected, "{number}");
                    assert_eq!(
                        run(&filter, 0x4000_0003, number, first),
                        libc::SECCOMP_RET_ALLOW
                    );
                    assert_eq!(
                        run(&filter, token, number | X32_BIT, first),
                        libc::SECCOMP_RET_ALLOW
                    );
                }
            }
        }
    }

    #[test]
    fn standard_output_costs_nothing_until_it_is_a_socket() {
        let write = row_named("write").and_then(|row| row.x86_64);
        let number = write.expect("write has a number");
        let filter = program(Level::Sockets, Architecture::X86_64);
        assert_eq!(
            run(&filter, AUDIT_ARCH_X86_64, number, 1),
            libc::SECCOMP_RET_ALLOW
        );
        let filter = program(Level::All, Architecture::X86_64);
        assert_ne!(
            run(&filter, AUDIT_ARCH_X86_64, number, 1),
            libc::SECCOMP_RET_ALLOW
        );
    }
}
