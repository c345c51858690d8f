//! The memory of another process (process_vm_readv(2)).
#![expect(
    unsafe_code,
    reason = "process_vm_readv and process_vm_writev take pointers"
)]

use super::checked;
use std::io;

/// Fills the buffer from that address on, as far as the memory there can be read: gives the number of bytes.
pub(crate) fn read(tid: i32, address: u64, buffer: &mut [u8]) -> io::Result<usize> {
    let local = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let remote = libc::iovec {
        iov_base: address as *mut libc::c_void,
        iov_len: buffer.len(),
    };
    // SAFETY: the kernel writes no more than the buffer holds; the other address is checked by the kernel.
    let result =
        unsafe { libc::process_vm_readv(tid, &raw const local, 1, &raw const remote, 1, 0) };
    checked(result as libc::c_long).map(|count| count as usize)
}

/// Reads several parts of the memory, each given by address and length, one behind the other into the buffer, which is as long as they
/// are together: gives the number of bytes up to the first that cannot be read.
pub(crate) fn read_many(tid: i32, parts: &[(u64, usize)], buffer: &mut [u8]) -> io::Result<usize> {
    let local = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let vector = |(address, length): &(u64, usize)| libc::iovec {
        iov_base: *address as *mut libc::c_void,
        iov_len: *length,
    };
    let remote: Vec<libc::iovec> = parts.iter().map(vector).collect();
    // SAFETY: the kernel writes no more than the buffer holds; the other addresses are checked by the kernel.
    let result = unsafe {
        let count = remote.len() as libc::c_ulong;
        libc::process_vm_readv(tid, &raw const local, 1, remote.as_ptr(), count, 0)
    };
    checked(result as libc::c_long).map(|count| count as usize)
}

/// Writes the bytes to that address: gives the number of bytes written.
pub(crate) fn write(tid: i32, address: u64, bytes: &[u8]) -> io::Result<usize> {
    let local = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    let remote = libc::iovec {
        iov_base: address as *mut libc::c_void,
        iov_len: bytes.len(),
    };
    // SAFETY: the kernel only reads the local buffer; the other address is checked by the kernel.
    let result =
        unsafe { libc::process_vm_writev(tid, &raw const local, 1, &raw const remote, 1, 0) };
    checked(result as libc::c_long).map(|count| count as usize)
}
