//! A TCP segment whose header length cannot be: what is known of it all the same. Not whole headers (`tcp.rs`).

use super::headers::{Headers, Net, Tcp, Transport};
use super::icmp::proto;
use super::part::Part;
use super::{ipv6, tcp};

/// A header with a wrong length; its fields are as carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// It claims more bytes than the segment has: how long the data is cannot be told.
    TooLong(Tcp),
    /// It claims less than the 20 bytes that every header has; `len` counts from there.
    TooShort(Tcp),
}

impl Misfit {
    /// The header.
    pub fn tcp(&self) -> &Tcp {
        match self {
            Self::TooLong(tcp) | Self::TooShort(tcp) => tcp,
        }
    }

    /// `tcp.len`, where it can be told.
    pub fn data_len(&self) -> Option<u32> {
        match self {
            Self::TooLong(_) => None,
            Self::TooShort(tcp) => Some(tcp.len),
        }
    }
}

/// The misfit that a frame with these headers holds, if it is one and reaches as far as the window.
#[inline]
pub fn of(headers: &Headers, frame: &[u8]) -> Option<Misfit> {
    match headers.malformed {
        Some(fault) if fault.layer == "tcp" && headers.transport == Transport::None => {
            read(headers, frame)
        }
        _ => None,
    }
}

#[cold]
fn read(headers: &Headers, frame: &[u8]) -> Option<Misfit> {
    let (start, end) = match &headers.net {
        Net::Ipv4(ip) if ip.proto == proto::TCP && ip.frag_offset == 0 => {
            (ip.header.end, ip.header.start + ip.len)
        }
        Net::Ipv6(ip) if ip.upper == proto::TCP && ip.plen > 0 => {
            let fixed = ip.header.start + ipv6::HEADER as u32;
            (ip.header.end, fixed + u32::from(ip.plen))
        }
        _ => return None,
    };
    let len = end.checked_sub(start)? as usize;
    let part = Part::whole(frame, headers.len)
        .skip(start as usize)
        .first(len);
    let bytes = part.bytes();
    let ends_early = bytes.len() < tcp::HEADER;
    let header = if ends_early {
        // What the fixed part lacks reads as 0, as if it had not been captured.
        Part::whole(bytes, tcp::HEADER as u32)
    } else {
        part
    };
    let mut tcp = tcp::decode(header).ok()?.header;
    if usize::from(tcp.hdr_len) < tcp::HEADER && !ends_early {
        tcp.len = (part.wire_len() - usize::from(tcp.hdr_len)) as u32;
        return Some(Misfit::TooShort(tcp));
    }
    tcp.len = 0;
    Some(Misfit::TooLong(tcp))
}
