//! Frames out of an interface by an AF_PACKET socket (packet(7)). Frames in are `ring`'s.
#![expect(
    unsafe_code,
    reason = "sockaddr_ll and this option have no safe wrapper"
)]

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// Has frames skip the queueing discipline (PACKET_QDISC_BYPASS): they leave in the order and at the moment they are sent.
pub fn bypass_queue(socket: &OwnedFd) -> io::Result<()> {
    let on: libc::c_int = 1;
    // SAFETY: the value is an int of the length said.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_QDISC_BYPASS,
            (&raw const on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Sends one frame, link header and all, out of an interface. Does not wait.
pub fn send_frame(socket: &OwnedFd, ifindex: u32, frame: &[u8]) -> io::Result<()> {
    // SAFETY: sockaddr_ll is plain data, zero is valid for all of it.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_ifindex = ifindex as libc::c_int;
    // SAFETY: frame and address are as long as said.
    let sent = unsafe {
        libc::sendto(
            socket.as_raw_fd(),
            frame.as_ptr().cast(),
            frame.len(),
            libc::MSG_DONTWAIT,
            (&raw const address).cast(),
            size_of::<libc::sockaddr_ll>() as libc::socklen_t,
        )
    };
    if sent == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
