//! Network interfaces by ioctl (netdevice(7)): what they are, bringing one up, switching its offloads off. Not addresses or pairs of
//! interfaces: that is `rtnetlink`'s.
#![expect(unsafe_code, reason = "these ioctls have no safe wrapper")]

use std::io;
use std::os::fd::AsRawFd;

/// Brings an interface of this network namespace up. Needs CAP_NET_ADMIN in it.
pub fn bring_up(name: &str) -> io::Result<()> {
    let (socket, mut request) = prepare(name)?;
    // SAFETY: both ioctls take a pointer to an ifreq; the flags are read after the kernel wrote them.
    unsafe {
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS, &raw mut request) == -1 {
            return Err(io::Error::last_os_error());
        }
        request.ifr_ifru.ifru_flags |= libc::IFF_UP as libc::c_short;
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw mut request) == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Switches off what an interface of this network namespace leaves to hardware: checksums, segmentation, scatter and gather.
/// Frames then carry true checksums and are no longer than the MTU. Needs CAP_NET_ADMIN; source: linux/ethtool.h.
pub fn plain_frames(name: &str) -> io::Result<()> {
    const ETHTOOL_SRXCSUM: u32 = 0x15;
    const ETHTOOL_STXCSUM: u32 = 0x17;
    const ETHTOOL_SSG: u32 = 0x19;
    const ETHTOOL_STSO: u32 = 0x1f;
    const ETHTOOL_SGSO: u32 = 0x24;
    const ETHTOOL_SGRO: u32 = 0x2c;
    let (socket, mut request) = prepare(name)?;
    for command in [
        ETHTOOL_SGSO,
        ETHTOOL_STSO,
        ETHTOOL_SSG,
        ETHTOOL_STXCSUM,
        ETHTOOL_SRXCSUM,
        ETHTOOL_SGRO,
    ] {
        // struct ethtool_value: the command and what to set, here 0 for off.
        let mut value: [u32; 2] = [command, 0];
        request.ifr_ifru.ifru_data = value.as_mut_ptr().cast();
        // SAFETY: the ifreq points to an ethtool_value that lives until after the call.
        let result =
            unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCETHTOOL, &raw mut request) };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// The ARPHRD type of an interface of this network namespace (SIOCGIFHWADDR).
pub fn hardware_type(name: &str) -> io::Result<u16> {
    let (socket, mut request) = prepare(name)?;
    // SAFETY: the ioctl takes a pointer to an ifreq; the address is read after the kernel wrote it.
    unsafe {
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFHWADDR, &raw mut request) == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(request.ifr_ifru.ifru_hwaddr.sa_family)
    }
}

/// Whether an interface of this network namespace is up (SIOCGIFFLAGS).
pub fn is_up(name: &str) -> io::Result<bool> {
    let (socket, mut request) = prepare(name)?;
    // SAFETY: the ioctl takes a pointer to an ifreq; the flags are read after the kernel wrote them.
    unsafe {
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS, &raw mut request) == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(i32::from(request.ifr_ifru.ifru_flags) & libc::IFF_UP != 0)
    }
}

/// A socket to ask with, and a request that names the interface; a name is cut to what an interface's name can be.
fn prepare(name: &str) -> io::Result<(socket2::Socket, libc::ifreq)> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    // SAFETY: ifreq is plain data, zero is valid for all of it.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, byte) in request
        .ifr_name
        .iter_mut()
        .take(libc::IFNAMSIZ - 1)
        .zip(name.bytes())
    {
        *place = byte as libc::c_char;
    }
    Ok((socket, request))
}
