//! The C library's name service: hosts, services, protocols. What it answers depends on /etc and may ask the network.
#![expect(unsafe_code, reason = "C library calls")]

use super::address;
use nix::errno::Errno;
use std::ffi::CStr;
use std::sync::{Mutex, PoisonError};

/// One line of getaddrinfo's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// `ai_family`.
    pub family: i32,
    /// `ai_socktype`.
    pub kind: i32,
    /// `ai_protocol`.
    pub protocol: i32,
    /// `ai_canonname`; empty when not asked for.
    pub canonical_name: Vec<u8>,
    /// The address, for `address::decode`.
    pub address: Vec<u8>,
}

/// What getaddrinfo is asked to look for (`struct addrinfo` as hints).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// `ai_flags`.
    pub flags: i32,
    /// `ai_family`.
    pub family: i32,
    /// `ai_socktype`.
    pub kind: i32,
    /// `ai_protocol`.
    pub protocol: i32,
}

/// Why a name could not be looked up: an `EAI_*` number, and the errno that stands behind EAI_SYSTEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookupError {
    /// `EAI_*`.
    pub code: i32,
    /// Set with EAI_SYSTEM only.
    pub errno: Option<Errno>,
}

impl LookupError {
    fn from_code(code: i32) -> Self {
        let errno = (code == libc::EAI_SYSTEM).then(Errno::last);
        Self { code, errno }
    }

    /// The name as C spells it: `EAI_NONAME`.
    pub fn name(self) -> String {
        let name = match self.code {
            libc::EAI_BADFLAGS => "EAI_BADFLAGS",
            libc::EAI_NONAME => "EAI_NONAME",
            libc::EAI_AGAIN => "EAI_AGAIN",
            libc::EAI_FAIL => "EAI_FAIL",
            libc::EAI_NODATA => "EAI_NODATA",
            libc::EAI_FAMILY => "EAI_FAMILY",
            libc::EAI_SOCKTYPE => "EAI_SOCKTYPE",
            libc::EAI_SERVICE => "EAI_SERVICE",
            EAI_ADDRFAMILY => "EAI_ADDRFAMILY",
            libc::EAI_MEMORY => "EAI_MEMORY",
            libc::EAI_SYSTEM => "EAI_SYSTEM",
            libc::EAI_OVERFLOW => "EAI_OVERFLOW",
            other => return format!("EAI_{other}"),
        };
        name.to_owned()
    }
}

/// "Address family for host not supported"; libc does not name it.
const EAI_ADDRFAMILY: i32 = -9;

/// getaddrinfo(3).
pub fn getaddrinfo(
    host: Option<&CStr>,
    service: Option<&CStr>,
    hints: Hints,
) -> Result<Vec<Info>, LookupError> {
    let mut found = std::ptr::null_mut();
    // SAFETY: all zeros is a valid `addrinfo`; the two texts end with a zero byte and outlive the call, which sets `found`.
    let code = unsafe {
        let mut asked: libc::addrinfo = std::mem::zeroed();
        asked.ai_flags = hints.flags;
        asked.ai_family = hints.family;
        asked.ai_socktype = hints.kind;
        asked.ai_protocol = hints.protocol;
        libc::getaddrinfo(
            host.map_or(std::ptr::null(), CStr::as_ptr),
            service.map_or(std::ptr::null(), CStr::as_ptr),
            &raw const asked,
            &raw mut found,
        )
    };
    if code != 0 {
        return Err(LookupError::from_code(code));
    }
    let mut infos = Vec::new();
    let mut next = found;
    while !next.is_null() {
        // SAFETY: `next` is an entry of the list getaddrinfo made; it is freed only below. Its address has `ai_addrlen` bytes.
        unsafe {
            let info = &*next;
            infos.push(Info {
                family: info.ai_family,
                kind: info.ai_socktype,
                protocol: info.ai_protocol,
                canonical_name: text(info.ai_canonname),
                address: std::slice::from_raw_parts(
                    info.ai_addr.cast::<u8>(),
                    info.ai_addrlen as usize,
                )
                .to_vec(),
            });
            next = info.ai_next;
        }
    }
    // SAFETY: `found` came from getaddrinfo and is freed once.
    unsafe { libc::freeaddrinfo(found) };
    Ok(infos)
}

/// getnameinfo(3) of an address as `address::encode` gives it: host and service.
pub fn getnameinfo(address: &[u8], flags: i32) -> Result<(Vec<u8>, Vec<u8>), LookupError> {
    let mut host = [0_u8; libc::NI_MAXHOST as usize];
    let mut service = [0_u8; 32];
    // SAFETY: the three buffers have the lengths that are said; the call ends the two texts with a zero byte.
    let code = unsafe {
        libc::getnameinfo(
            address.as_ptr().cast(),
            address.len() as libc::socklen_t,
            host.as_mut_ptr().cast(),
            host.len() as _,
            service.as_mut_ptr().cast(),
            service.len() as _,
            flags,
        )
    };
    if code != 0 {
        return Err(LookupError::from_code(code));
    }
    Ok((up_to_zero(&host), up_to_zero(&service)))
}

/// The C library keeps one answer of getservbyname(3) and its kin for the whole process: one question at a time.
static DATABASE: Mutex<()> = Mutex::new(());

/// getservbyname(3): the port, in host byte order.
pub fn getservbyname(name: &CStr, protocol: Option<&CStr>) -> Option<u16> {
    let _one_at_a_time = DATABASE.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the texts end with a zero byte; the answer is read before the lock is given back.
    unsafe {
        let protocol = protocol.map_or(std::ptr::null(), CStr::as_ptr);
        let entry = libc::getservbyname(name.as_ptr(), protocol);
        entry
            .as_ref()
            .map(|entry| u16::from_be(entry.s_port as u16))
    }
}

/// getservbyport(3): the name of the service at a port in host byte order.
pub fn getservbyport(port: u16, protocol: Option<&CStr>) -> Option<Vec<u8>> {
    let _one_at_a_time = DATABASE.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the text ends with a zero byte; the answer is read before the lock is given back.
    unsafe {
        let protocol = protocol.map_or(std::ptr::null(), CStr::as_ptr);
        let entry = libc::getservbyport(i32::from(port.to_be()), protocol);
        entry.as_ref().map(|entry| text(entry.s_name))
    }
}

/// getprotobyname(3): the protocol's number.
pub fn getprotobyname(name: &CStr) -> Option<i32> {
    let _one_at_a_time = DATABASE.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: the text ends with a zero byte; the answer is read before the lock is given back.
    unsafe {
        let entry = libc::getprotobyname(name.as_ptr());
        entry.as_ref().map(|entry| entry.p_proto)
    }
}

/// gethostname(2).
pub fn gethostname() -> Result<String, Errno> {
    nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned())
}

/// inet_pton(3) for AF_INET and AF_INET6: the bytes; `None` when the text is no such address; EAFNOSUPPORT for other families.
pub fn inet_pton(family: i32, text: &str) -> Result<Option<Vec<u8>>, Errno> {
    match family {
        libc::AF_INET => Ok(text
            .parse::<std::net::Ipv4Addr>()
            .ok()
            .map(|ip| ip.octets().to_vec())),
        libc::AF_INET6 => Ok(text
            .parse::<std::net::Ipv6Addr>()
            .ok()
            .map(|ip| ip.octets().to_vec())),
        _ => Err(Errno::EAFNOSUPPORT),
    }
}

/// The source address the kernel's routes would give a packet to this destination; nothing is sent.
pub fn source_towards(destination: std::net::IpAddr) -> Option<std::net::IpAddr> {
    let any: std::net::IpAddr = match destination {
        std::net::IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        std::net::IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = std::net::UdpSocket::bind((any, 0)).ok()?;
    // Any port will do: connecting a UDP socket only looks up the route.
    socket.connect((destination, 9)).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// The addresses of an answer.
pub fn addresses(infos: &[Info]) -> Vec<crate::value::Address> {
    infos
        .iter()
        .map(|info| address::decode(&info.address))
        .collect()
}

/// The bytes of a C text, none for a null pointer.
///
/// # Safety
/// `pointer` must be null or point to a text that ends with a zero byte.
unsafe fn text(pointer: *const libc::c_char) -> Vec<u8> {
    if pointer.is_null() {
        return Vec::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer) }.to_bytes().to_vec()
}

fn up_to_zero(bytes: &[u8]) -> Vec<u8> {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    bytes[..end].to_vec()
}
