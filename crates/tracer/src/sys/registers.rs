//! The registers of a stopped thread, by what they mean to a system call on each architecture.
#![expect(
    unsafe_code,
    reason = "PTRACE_GETREGSET fills a C structure through a pointer"
)]

use super::checked;
use std::io;

/// The registers of a thread.
#[derive(Clone, Copy)]
pub(crate) struct Registers(libc::user_regs_struct);

const NT_PRSTATUS: usize = 1;

/// Reads a stopped thread's registers.
pub(crate) fn read(tid: i32) -> io::Result<Registers> {
    // SAFETY: the structure consists of integers, for which zero is a value.
    let mut registers: libc::user_regs_struct = unsafe { std::mem::zeroed() };
    let mut vector = libc::iovec {
        iov_base: (&raw mut registers).cast(),
        iov_len: size_of_val(&registers),
    };
    // SAFETY: the vector names the structure and its length; both outlive the call.
    checked(unsafe { libc::ptrace(libc::PTRACE_GETREGSET, tid, NT_PRSTATUS, &raw mut vector) })?;
    Ok(Registers(registers))
}

/// Sets a stopped thread's registers.
pub(crate) fn write(tid: i32, registers: &Registers) -> io::Result<()> {
    let mut copy = registers.0;
    let mut vector = libc::iovec {
        iov_base: (&raw mut copy).cast(),
        iov_len: size_of_val(&copy),
    };
    // SAFETY: the vector names the structure and its length; both outlive the call.
    checked(unsafe { libc::ptrace(libc::PTRACE_SETREGSET, tid, NT_PRSTATUS, &raw mut vector) })
        .map(|_| ())
}

/// Makes a call that is about to begin none: the kernel runs number -1, which does nothing.
pub(crate) fn cancel_call(tid: i32) -> io::Result<()> {
    set_call_number(tid, -1)
}

/// What unwinding a stack needs of a thread's registers, by the numbers that DWARF gives them (System V ABI of each processor).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FrameRegisters {
    /// The address of the instruction that is executed next.
    pub(crate) instruction: u64,
    values: [Option<u64>; 32],
}

impl FrameRegisters {
    /// What is in a register, where that is known.
    pub(crate) fn get(&self, register: u16) -> Option<u64> {
        self.values.get(usize::from(register)).copied().flatten()
    }

    /// Sets what is in a register.
    pub(crate) fn set(&mut self, register: u16, value: Option<u64>) {
        if let Some(place) = self.values.get_mut(usize::from(register)) {
            *place = value;
        }
    }

    /// An address without the signature that aarch64 may have put into its upper bits (pointer authentication).
    pub(crate) fn without_signature(address: u64) -> u64 {
        if cfg!(target_arch = "aarch64") {
            address & ((1 << 48) - 1)
        } else {
            address
        }
    }
}

/// DWARF's number of the stack pointer.
pub(crate) const STACK: u16 = if cfg!(target_arch = "aarch64") { 31 } else { 7 };

/// The registers that a function gives back as it got them: rbx, rbp, r12 to r15.
#[cfg(target_arch = "x86_64")]
pub(crate) const KEPT: [u16; 6] = [3, 6, 12, 13, 14, 15];
/// The registers that a function gives back as it got them: x19 to x29.
#[cfg(target_arch = "aarch64")]
pub(crate) const KEPT: [u16; 11] = [19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];

/// The thread pointer of a stopped thread: the base of fs; 0 where it cannot be read.
#[cfg(target_arch = "x86_64")]
pub(crate) fn thread_pointer(_tid: i32, registers: &Registers) -> u64 {
    registers.0.fs_base
}

/// The thread pointer of a stopped thread: tpidr_el0; 0 where it cannot be read.
#[cfg(target_arch = "aarch64")]
pub(crate) fn thread_pointer(tid: i32, _registers: &Registers) -> u64 {
    const NT_ARM_TLS: usize = 0x401;
    let mut pointer = 0_u64;
    let mut vector = libc::iovec {
        iov_base: (&raw mut pointer).cast(),
        iov_len: size_of_val(&pointer),
    };
    // SAFETY: the vector names the number and its length; both outlive the call.
    let read = unsafe { libc::ptrace(libc::PTRACE_GETREGSET, tid, NT_ARM_TLS, &raw mut vector) };
    checked(read).map_or(0, |_| pointer)
}

#[cfg(target_arch = "x86_64")]
fn set_call_number(tid: i32, number: i64) -> io::Result<()> {
    let mut registers = read(tid)?;
    registers.0.orig_rax = number as u64;
    write(tid, &registers)
}

#[cfg(target_arch = "aarch64")]
fn set_call_number(tid: i32, number: i64) -> io::Result<()> {
    const NT_ARM_SYSTEM_CALL: usize = 0x404;
    let mut number = number as i32;
    let mut vector = libc::iovec {
        iov_base: (&raw mut number).cast(),
        iov_len: size_of_val(&number),
    };
    // SAFETY: the vector names the number and its length; both outlive the call.
    checked(unsafe {
        libc::ptrace(
            libc::PTRACE_SETREGSET,
            tid,
            NT_ARM_SYSTEM_CALL,
            &raw mut vector,
        )
    })
    .map(|_| ())
}

#[cfg(target_arch = "x86_64")]
impl Registers {
    /// Goes back to the call's instruction, to make this call when the thread runs.
    pub(crate) fn call_again(&mut self, number: u64, arguments: [u64; 6]) {
        self.0.rip -= 2;
        self.0.rax = number;
        self.0.orig_rax = u64::MAX;
        for (index, value) in arguments.into_iter().enumerate() {
            self.set_argument(index, value);
        }
    }

    /// Sets an argument of the call that is about to begin.
    pub(crate) fn set_argument(&mut self, index: usize, value: u64) {
        let registers = &mut self.0;
        *[
            &mut registers.rdi,
            &mut registers.rsi,
            &mut registers.rdx,
            &mut registers.r10,
            &mut registers.r8,
            &mut registers.r9,
        ][index] = value;
    }

    /// Sets what the call returns.
    pub(crate) fn set_result(&mut self, value: i64) {
        self.0.rax = value as u64;
    }

    /// The first argument of the call the thread is in.
    pub(crate) fn first_argument(&self) -> u64 {
        self.0.rdi
    }

    /// The number of the call the thread is in.
    pub(crate) fn number(&self) -> u64 {
        self.0.orig_rax
    }

    /// What unwinding needs.
    pub(crate) fn frame(&self) -> FrameRegisters {
        let r = &self.0;
        let values = [
            r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi, r.rbp, r.rsp, r.r8, r.r9, r.r10, r.r11,
            r.r12, r.r13, r.r14, r.r15,
        ];
        let mut frame = FrameRegisters {
            instruction: r.rip,
            ..FrameRegisters::default()
        };
        for (number, value) in (0..).zip(values) {
            frame.set(number, Some(value));
        }
        frame
    }

    /// At the first instruction of a signal's handler: where the frame keeps what the interrupted call will return.
    pub(crate) fn frame_result(&self) -> u64 {
        // struct rt_sigframe: the return address, then ucontext: flags, link and stack (40 bytes), then rax as the 14th register.
        self.0.rsp + 8 + 40 + 13 * 8
    }
}

#[cfg(target_arch = "aarch64")]
impl Registers {
    /// Goes back to the call's instruction, to make this call when the thread runs.
    pub(crate) fn call_again(&mut self, number: u64, arguments: [u64; 6]) {
        self.0.pc -= 4;
        self.0.regs[8] = number;
        self.0.regs[..6].copy_from_slice(&arguments);
    }

    /// Sets an argument of the call that is about to begin.
    pub(crate) fn set_argument(&mut self, index: usize, value: u64) {
        self.0.regs[index] = value;
    }

    /// Sets what the call returns.
    pub(crate) fn set_result(&mut self, value: i64) {
        self.0.regs[0] = value as u64;
    }

    /// The first argument of the call the thread is in.
    pub(crate) fn first_argument(&self) -> u64 {
        self.0.regs[0]
    }

    /// The number of the call the thread is in.
    pub(crate) fn number(&self) -> u64 {
        self.0.regs[8]
    }

    /// What unwinding needs.
    pub(crate) fn frame(&self) -> FrameRegisters {
        let mut frame = FrameRegisters {
            instruction: self.0.pc,
            ..FrameRegisters::default()
        };
        for (number, value) in (0..).zip(self.0.regs) {
            frame.set(number, Some(value));
        }
        frame.set(STACK, Some(self.0.sp));
        frame
    }

    /// At the first instruction of a signal's handler: where the frame keeps what the interrupted call will return.
    pub(crate) fn frame_result(&self) -> u64 {
        // struct rt_sigframe: siginfo (128 bytes), then ucontext up to its registers (176), then fault_address and x0.
        self.0.sp + 128 + 176 + 8
    }
}
