//! The life of a socket: from socket(2) to close(2). They take descriptor numbers, not owners: a number that is no open
//! socket is a lesson too, and the kernel is to say so.
#![expect(unsafe_code, reason = "system calls")]

use super::address::LONGEST;
use nix::errno::Errno;
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::os::fd::IntoRawFd;

/// socket(2), without SOCK_CLOEXEC unless `kind` holds it: a new descriptor.
pub fn socket(family: i32, kind: i32, protocol: i32) -> Result<i32, Errno> {
    let protocol = Some(Protocol::from(protocol));
    Socket::new_raw(Domain::from(family), Type::from(kind), protocol)
        .map(IntoRawFd::into_raw_fd)
        .map_err(|error| errno_of(&error))
}

/// socketpair(2): two connected descriptors.
pub fn socketpair(family: i32, kind: i32, protocol: i32) -> Result<(i32, i32), Errno> {
    let protocol = Some(Protocol::from(protocol));
    Socket::pair_raw(Domain::from(family), Type::from(kind), protocol)
        .map(|(one, other)| (one.into_raw_fd(), other.into_raw_fd()))
        .map_err(|error| errno_of(&error))
}

/// bind(2) to an address as `address::encode` gives it.
pub fn bind(fd: i32, address: &[u8]) -> Result<(), Errno> {
    // SAFETY: the kernel reads `address.len()` bytes of `address`, byte by byte, and keeps no pointer.
    let result = unsafe { libc::bind(fd, address.as_ptr().cast(), address.len() as u32) };
    Errno::result(result).map(drop)
}

/// listen(2).
pub fn listen(fd: i32, backlog: i32) -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::listen(fd, backlog) }).map(drop)
}

/// accept(2): the new descriptor and the peer's address.
pub fn accept(fd: i32) -> Result<(i32, Vec<u8>), Errno> {
    with_address(|pointer, length| {
        // SAFETY: `pointer` has room for `*length` bytes, which the kernel fills and then shortens `*length`.
        Errno::result(unsafe { libc::accept(fd, pointer, length) })
    })
}

/// accept4(2) with SOCK_NONBLOCK, SOCK_CLOEXEC: the new descriptor and the peer's address.
pub fn accept4(fd: i32, flags: i32) -> Result<(i32, Vec<u8>), Errno> {
    with_address(|pointer, length| {
        // SAFETY: `pointer` has room for `*length` bytes, which the kernel fills and then shortens `*length`.
        Errno::result(unsafe { libc::accept4(fd, pointer, length, flags) })
    })
}

/// connect(2) to an address as `address::encode` gives it.
pub fn connect(fd: i32, address: &[u8]) -> Result<(), Errno> {
    // SAFETY: the kernel reads `address.len()` bytes of `address`, byte by byte, and keeps no pointer.
    let result = unsafe { libc::connect(fd, address.as_ptr().cast(), address.len() as u32) };
    Errno::result(result).map(drop)
}

/// getsockname(2).
pub fn getsockname(fd: i32) -> Result<Vec<u8>, Errno> {
    with_address(|pointer, length| {
        // SAFETY: `pointer` has room for `*length` bytes, which the kernel fills and then shortens `*length`.
        Errno::result(unsafe { libc::getsockname(fd, pointer, length) })
    })
    .map(|(_, address)| address)
}

/// getpeername(2).
pub fn getpeername(fd: i32) -> Result<Vec<u8>, Errno> {
    with_address(|pointer, length| {
        // SAFETY: `pointer` has room for `*length` bytes, which the kernel fills and then shortens `*length`.
        Errno::result(unsafe { libc::getpeername(fd, pointer, length) })
    })
    .map(|(_, address)| address)
}

/// shutdown(2).
pub fn shutdown(fd: i32, how: i32) -> Result<(), Errno> {
    // SAFETY: takes numbers only.
    Errno::result(unsafe { libc::shutdown(fd, how) }).map(drop)
}

/// Gives a call room for an address and takes back what it filled.
pub(super) fn with_address<T>(
    call: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> Result<T, Errno>,
) -> Result<(T, Vec<u8>), Errno> {
    let mut bytes = vec![0_u8; LONGEST];
    let mut length = LONGEST as libc::socklen_t;
    let value = call(bytes.as_mut_ptr().cast(), &raw mut length)?;
    // The kernel gives the true length, which may be more than there was room for.
    bytes.truncate(length as usize);
    Ok((value, bytes))
}

fn errno_of(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(0))
}
