//! What may be done with any descriptor: close, dup, ioctl, and reading a file for sendfile.
#![expect(unsafe_code, reason = "system calls")]

use nix::errno::Errno;
use std::ffi::CStr;

/// close(2). On Linux the descriptor is gone even when an error is returned.
pub fn close(fd: i32) -> Result<(), Errno> {
    // SAFETY: takes a number; the engine hands out numbers, never owners, so no owner is left with a closed descriptor.
    Errno::result(unsafe { libc::close(fd) }).map(drop)
}

/// dup(2): the lowest free number for the same open socket.
pub fn dup(fd: i32) -> Result<i32, Errno> {
    // SAFETY: takes a number only.
    Errno::result(unsafe { libc::dup(fd) })
}

/// open(2) for reading.
pub fn open(path: &CStr) -> Result<i32, Errno> {
    // SAFETY: `path` ends with a zero byte and outlives the call.
    Errno::result(unsafe { libc::open(path.as_ptr(), libc::O_RDONLY) })
}

/// The size of a file in bytes (fstat(2)).
pub fn size(fd: i32) -> Result<i64, Errno> {
    // SAFETY: all zeros is a valid `stat`, which the kernel fills.
    let (result, status) = unsafe {
        let mut status: libc::stat = std::mem::zeroed();
        (libc::fstat(fd, &raw mut status), status)
    };
    Errno::result(result).map(|_| status.st_size)
}

/// pread(2): at most `count` bytes of a file from `offset` on, which leaves the file's own place alone.
pub fn read_at(fd: i32, offset: i64, count: usize) -> Result<Vec<u8>, Errno> {
    let mut bytes = vec![0; count];
    // SAFETY: `bytes` has room for `count` bytes and outlives the call.
    let result = unsafe { libc::pread(fd, bytes.as_mut_ptr().cast(), count, offset) };
    bytes.truncate(Errno::result(result)? as usize);
    Ok(bytes)
}

/// sendfile(2) from `offset`, which is moved on: the number of bytes sent.
pub fn sendfile(socket: i32, file: i32, offset: &mut i64, count: usize) -> Result<usize, Errno> {
    // SAFETY: `offset` is a valid `off_t` for the length of the call.
    let result = unsafe { libc::sendfile(socket, file, std::ptr::from_mut(offset), count) };
    Errno::result(result).map(|count| count as usize)
}

/// What an ioctl(2) request of [`IOCTLS`] takes and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Gives an `int`.
    Gives,
    /// Takes an `int`.
    Takes,
    /// Takes and gives a `struct ifreq` (netdevice(7)), 40 bytes that hold no pointer.
    Interface,
    /// Gives a `struct timeval` of 16 bytes.
    Time,
}

/// The requests that may be made, with their shapes. Others are not passed on: a request can hold pointers into the program.
pub const IOCTLS: &[(u64, Shape)] = &[
    (libc::FIONREAD, Shape::Gives),
    (libc::TIOCOUTQ, Shape::Gives),
    (SIOCOUTQNSD, Shape::Gives),
    (SIOCATMARK, Shape::Gives),
    (SIOCGPGRP, Shape::Gives),
    (libc::FIONBIO, Shape::Takes),
    (libc::FIOASYNC, Shape::Takes),
    (SIOCSPGRP, Shape::Takes),
    (SIOCGSTAMP, Shape::Time),
    (libc::SIOCGIFNAME, Shape::Interface),
    (libc::SIOCGIFINDEX, Shape::Interface),
    (libc::SIOCGIFFLAGS, Shape::Interface),
    (libc::SIOCGIFADDR, Shape::Interface),
    (libc::SIOCGIFBRDADDR, Shape::Interface),
    (libc::SIOCGIFNETMASK, Shape::Interface),
    (libc::SIOCGIFMTU, Shape::Interface),
    (libc::SIOCGIFHWADDR, Shape::Interface),
];

/// Bytes written and not yet sent (tcp(7)).
pub const SIOCOUTQNSD: u64 = 0x894B;
/// 1 at the urgent mark (sockatmark(3)).
pub const SIOCATMARK: u64 = 0x8905;
/// Who gets SIGIO, SIGURG.
pub const SIOCSPGRP: u64 = 0x8902;
/// The same, to read.
pub const SIOCGPGRP: u64 = 0x8904;
/// When the last packet was received (socket(7)).
pub const SIOCGSTAMP: u64 = 0x8906;

/// The shape of a request; `None` when it is not one of [`IOCTLS`].
pub fn shape(request: u64) -> Option<Shape> {
    IOCTLS
        .iter()
        .find(|(known, _)| *known == request)
        .map(|(_, shape)| *shape)
}

/// ioctl(2) with a request of [`IOCTLS`] on 64 bytes, which are read and written in place; EINVAL for any other request.
pub fn ioctl(fd: i32, request: u64, argument: &mut [u8; 64]) -> Result<i32, Errno> {
    if shape(request).is_none() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: each request of IOCTLS reads and writes at most 40 bytes of its argument and holds no pointer.
    let result = unsafe { libc::ioctl(fd, request as libc::Ioctl, argument.as_mut_ptr()) };
    Errno::result(result)
}
