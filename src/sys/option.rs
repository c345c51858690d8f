//! getsockopt(2) and setsockopt(2) on plain bytes. What the bytes mean is the catalog's knowledge.
#![expect(unsafe_code, reason = "system calls")]

use nix::errno::Errno;

/// getsockopt(2) with room for `room` bytes: what the kernel gave. Zeros go in, so an option that reads its buffer finds no pointer.
pub fn getsockopt(fd: i32, level: i32, name: i32, room: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = vec![0_u8; room];
    let mut length = bytes.len() as libc::socklen_t;
    // SAFETY: `bytes` has room for `length` bytes; the kernel writes no more and shortens `length`.
    let result =
        unsafe { libc::getsockopt(fd, level, name, bytes.as_mut_ptr().cast(), &raw mut length) };
    Errno::result(result)?;
    bytes.truncate(length as usize);
    Ok(bytes)
}

/// An option that is an `int`, read without a word about it: the family, the type, the pending error.
pub fn int(fd: i32, level: i32, name: i32) -> Result<i32, Errno> {
    let bytes = getsockopt(fd, level, name, 4)?;
    bytes
        .first_chunk()
        .map(|bytes| i32::from_ne_bytes(*bytes))
        .ok_or(Errno::EINVAL)
}

/// setsockopt(2) with a null pointer for a value of this length.
pub fn setsockopt_null(fd: i32, level: i32, name: i32, length: usize) -> Result<(), Errno> {
    let length = length as libc::socklen_t;
    // SAFETY: the kernel checks every pointer it is given, and answers EFAULT where it would read this one.
    let result = unsafe { libc::setsockopt(fd, level, name, std::ptr::null(), length) };
    Errno::result(result).map(drop)
}

/// setsockopt(2).
pub fn setsockopt(fd: i32, level: i32, name: i32, value: &[u8]) -> Result<(), Errno> {
    // SAFETY: the kernel reads `value.len()` bytes of `value` and keeps no pointer to it.
    let result = unsafe {
        libc::setsockopt(
            fd,
            level,
            name,
            value.as_ptr().cast(),
            value.len() as libc::socklen_t,
        )
    };
    Errno::result(result).map(drop)
}
