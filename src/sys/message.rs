//! Bytes out and bytes in: send(2), recv(2) and their kin.
#![expect(unsafe_code, reason = "system calls")]

use super::address::LONGEST;
use super::control::{self, Control};
use super::socket::with_address;
use nix::errno::Errno;

/// send(2): the number of bytes taken.
pub fn send(fd: i32, data: &[u8], flags: i32) -> Result<usize, Errno> {
    let data = pinned(data, flags);
    // SAFETY: the kernel reads `data.len()` bytes of `data`; see `pinned` for the one flag with which it reads later.
    let result = unsafe { libc::send(fd, data.as_ptr().cast(), data.len(), flags) };
    Errno::result(result).map(|count| count as usize)
}

/// sendto(2) to an address as `address::encode` gives it, NULL when it is empty: the number of bytes taken.
pub fn sendto(fd: i32, data: &[u8], flags: i32, address: &[u8]) -> Result<usize, Errno> {
    let data = pinned(data, flags);
    let target = if address.is_empty() {
        std::ptr::null()
    } else {
        address.as_ptr()
    };
    // SAFETY: the kernel reads `data.len()` and `address.len()` bytes of the two; see `pinned`.
    let result = unsafe {
        libc::sendto(
            fd,
            data.as_ptr().cast(),
            data.len(),
            flags,
            target.cast(),
            address.len() as libc::socklen_t,
        )
    };
    Errno::result(result).map(|count| count as usize)
}

/// sendmsg(2): several buffers, ancillary data and an address (none when empty): the number of bytes taken.
pub fn sendmsg(
    fd: i32,
    buffers: &[Vec<u8>],
    items: &[Control],
    flags: i32,
    address: &[u8],
) -> Result<usize, Errno> {
    let vectors: Vec<libc::iovec> = buffers
        .iter()
        .map(|buffer| libc::iovec {
            iov_base: pinned(buffer, flags).as_ptr().cast_mut().cast(),
            iov_len: buffer.len(),
        })
        .collect();
    let control = control::encode(items);
    // SAFETY: all zeros is a valid `msghdr`; every pointer set below outlives the call with the length that goes with it,
    // and sendmsg only reads through them.
    let result = unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        if !address.is_empty() {
            message.msg_name = address.as_ptr().cast_mut().cast();
            message.msg_namelen = address.len() as libc::socklen_t;
        }
        message.msg_iov = vectors.as_ptr().cast_mut();
        message.msg_iovlen = vectors.len() as _;
        if !control.is_empty() {
            message.msg_control = control.as_ptr().cast_mut().cast();
            message.msg_controllen = control.len() as _;
        }
        libc::sendmsg(fd, &raw const message, flags)
    };
    Errno::result(result).map(|count| count as usize)
}

/// recv(2) of at most `room` bytes: the return value (with MSG_TRUNC it may be more than arrived) and the bytes.
/// On a TCP socket MSG_TRUNC throws the bytes away: zeros stand in their place, as in a buffer that was never written.
pub fn recv(fd: i32, room: usize, flags: i32) -> Result<(usize, Vec<u8>), Errno> {
    let mut data = vec![0_u8; room];
    // SAFETY: `data` has room for `room` bytes, and the kernel writes no more.
    let result = unsafe { libc::recv(fd, data.as_mut_ptr().cast(), room, flags) };
    let count = Errno::result(result)? as usize;
    data.truncate(count);
    Ok((count, data))
}

/// recvfrom(2): like [`recv`], with the sender's address (empty when the protocol gives none).
pub fn recvfrom(fd: i32, room: usize, flags: i32) -> Result<(usize, Vec<u8>, Vec<u8>), Errno> {
    let mut data = vec![0_u8; room];
    let (count, address) = with_address(|pointer, length| {
        // SAFETY: `data` has room for `room` bytes and `pointer` for `*length`; the kernel writes no more.
        let result =
            unsafe { libc::recvfrom(fd, data.as_mut_ptr().cast(), room, flags, pointer, length) };
        Errno::result(result)
    })?;
    let count = count as usize;
    data.truncate(count);
    Ok((count, data, address))
}

/// What recvmsg(2) gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The return value; with MSG_TRUNC it may be more than arrived.
    pub count: usize,
    /// The bytes.
    pub data: Vec<u8>,
    /// Ancillary data.
    pub items: Vec<Control>,
    /// `msg_flags`.
    pub flags: i32,
    /// The sender's address; empty when the protocol gives none.
    pub address: Vec<u8>,
}

/// recvmsg(2) of at most `room` bytes and `control_room` bytes of ancillary data.
pub fn recvmsg(fd: i32, room: usize, control_room: usize, flags: i32) -> Result<Received, Errno> {
    let mut data = vec![0_u8; room];
    let mut control = vec![0_u8; control_room];
    let mut address = vec![0_u8; LONGEST];
    let mut vector = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: room,
    };
    // SAFETY: all zeros is a valid `msghdr`; every pointer set below is to a buffer that outlives the call, with its own length,
    // and the kernel writes no more than that.
    let (result, message) = unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_name = address.as_mut_ptr().cast();
        message.msg_namelen = LONGEST as libc::socklen_t;
        message.msg_iov = &raw mut vector;
        message.msg_iovlen = 1;
        if control_room > 0 {
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = control_room as _;
        }
        (libc::recvmsg(fd, &raw mut message, flags), message)
    };
    let count = Errno::result(result)? as usize;
    data.truncate(count);
    control.truncate(message.msg_controllen);
    address.truncate(message.msg_namelen as usize);
    Ok(Received {
        count,
        data,
        items: control::decode(&control),
        flags: message.msg_flags,
        address,
    })
}

/// With MSG_ZEROCOPY the kernel reads the buffer after the call has returned, so such a buffer is never freed.
fn pinned(data: &[u8], flags: i32) -> &[u8] {
    if flags & libc::MSG_ZEROCOPY == 0 {
        data
    } else {
        Box::leak(data.to_vec().into_boxed_slice())
    }
}
