//! Messages with descriptors over a SOCK_SEQPACKET pair (SCM_RIGHTS, unix(7)): how the terminal and the keeper hand sockets to each other.
#![expect(unsafe_code, reason = "a received descriptor number becomes an owner")]

use nix::cmsg_space;
use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType,
    UnixCredentials, recvmsg, sendmsg, setsockopt, socketpair, sockopt,
};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// At most this many descriptors travel with one message.
pub const DESCRIPTORS: usize = 8;

/// A pair of SOCK_SEQPACKET sockets for messages with descriptors.
pub fn plain_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (kind, flags) = (SockType::SeqPacket, SockFlag::SOCK_CLOEXEC);
    Ok(socketpair(AddressFamily::Unix, kind, None, flags)?)
}

/// A pair of SOCK_SEQPACKET sockets; the first hears with each message who sent it (SO_PASSCRED), and never sleeps.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) = plain_pair()?;
    setsockopt(&ours, sockopt::PassCred, &true)?;
    Ok((ours, theirs))
}

/// Receives one message, if one has come, with the process id of its sender as this process sees it; `None` when there is none.
pub fn receive_with_sender(
    channel: BorrowedFd<'_>,
    buffer: &mut [u8],
) -> io::Result<Option<(usize, i32)>> {
    let mut control = cmsg_space!(UnixCredentials);
    let mut slices = [IoSliceMut::new(buffer)];
    let received = recvmsg::<()>(
        channel.as_raw_fd(),
        &mut slices,
        Some(&mut control),
        MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_CMSG_CLOEXEC,
    );
    match received {
        Err(Errno::EAGAIN | Errno::EINTR) => Ok(None),
        Err(errno) => Err(errno.into()),
        // Nobody has the other end any more.
        Ok(message) if message.bytes == 0 => Ok(None),
        Ok(message) => {
            let sender = message.cmsgs()?.find_map(|item| match item {
                ControlMessageOwned::ScmCredentials(credentials) => Some(credentials.pid()),
                _ => None,
            });
            Ok(Some((message.bytes, sender.unwrap_or(0))))
        }
    }
}

/// Sends one message with descriptors. Interrupted calls are made again.
pub fn send(
    channel: BorrowedFd<'_>,
    message: &[u8],
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let numbers: Vec<RawFd> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
    let rights = [ControlMessage::ScmRights(&numbers)];
    let control: &[ControlMessage<'_>] = if numbers.is_empty() { &[] } else { &rights };
    loop {
        match sendmsg::<()>(
            channel.as_raw_fd(),
            &[IoSlice::new(message)],
            control,
            MsgFlags::MSG_NOSIGNAL,
            None,
        ) {
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
            Ok(_) => return Ok(()),
        }
    }
}

/// Receives one message of at most `limit` bytes with its descriptors; `None` at the end of file.
pub fn receive(
    channel: BorrowedFd<'_>,
    limit: usize,
) -> io::Result<Option<(Vec<u8>, Vec<OwnedFd>)>> {
    let mut buffer = vec![0; limit];
    let mut control = cmsg_space!([RawFd; DESCRIPTORS]);
    loop {
        let mut slices = [IoSliceMut::new(&mut buffer)];
        let received = recvmsg::<()>(
            channel.as_raw_fd(),
            &mut slices,
            Some(&mut control),
            MsgFlags::MSG_CMSG_CLOEXEC,
        );
        match received {
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
            Ok(message) => {
                let mut descriptors = Vec::new();
                let items = message.cmsgs().map_err(|errno| match errno {
                    // The kernel cut the list short: this process has no numbers left for the descriptors.
                    Errno::ENOBUFS => Errno::EMFILE,
                    other => other,
                })?;
                for item in items {
                    if let ControlMessageOwned::ScmRights(numbers) = item {
                        // SAFETY: the kernel has just made these descriptors for this process; nobody else knows them.
                        descriptors.extend(
                            numbers
                                .into_iter()
                                .map(|number| unsafe { OwnedFd::from_raw_fd(number) }),
                        );
                    }
                }
                let bytes = message.bytes;
                if bytes == 0 && descriptors.is_empty() {
                    return Ok(None);
                }
                buffer.truncate(bytes);
                return Ok(Some((buffer, descriptors)));
            }
        }
    }
}

/// Takes over a descriptor that this process was started with.
pub fn inherited(number: RawFd) -> OwnedFd {
    // SAFETY: called once, at the start of the role, for the descriptor the parent placed at this number.
    unsafe { OwnedFd::from_raw_fd(number) }
}
