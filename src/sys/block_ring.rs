//! An AF_PACKET socket with a TPACKET_V3 receive ring (packet(7)): frames by the block, for a capture at full rate.
//! Not for a lab's tap: a block is handed over when it is full or its timer fires, and a learner waits for one frame (`ring.rs`).
#![expect(unsafe_code, reason = "the ring is memory shared with the kernel")]

use super::ring::{bind, map, set, statistics};
use std::io;
use std::mem::{offset_of, size_of};
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};

/// Bytes of one block; a frame has to fit in one.
pub const BLOCK: usize = 1 << 20;

/// What the socket gives of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All of it, from the link header on (SOCK_RAW).
    Whole,
    /// From the network header on, the link header as an address beside it (SOCK_DGRAM).
    Cooked,
}

/// A capture ring of blocks.
#[derive(Debug)]
pub struct BlockRing {
    socket: OwnedFd,
    memory: *mut u8,
    blocks: usize,
    next: usize,
}

// SAFETY: the memory belongs to this value alone and is not tied to a thread.
unsafe impl Send for BlockRing {}

/// Opens a packet socket that receives nothing yet (protocol 0). Needs CAP_NET_RAW.
pub fn open(form: Form) -> io::Result<OwnedFd> {
    let kind = match form {
        Form::Whole => libc::SOCK_RAW,
        Form::Cooked => libc::SOCK_DGRAM,
    };
    // SAFETY: three integers; the new descriptor has no other owner.
    unsafe {
        let fd = libc::socket(libc::AF_PACKET, kind | libc::SOCK_CLOEXEC, 0);
        if fd == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(OwnedFd::from_raw_fd(fd))
        }
    }
}

/// Has the socket not be given the copies of frames that this machine sends (PACKET_IGNORE_OUTGOING, Linux 4.20).
pub fn ignore_outgoing(socket: &OwnedFd) -> io::Result<()> {
    let on: libc::c_int = 1;
    set(socket, libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING, &on)
}

/// Has the interface pass on what is not addressed to this machine, as long as the socket is open (PACKET_MR_PROMISC).
pub fn be_promiscuous(socket: &OwnedFd, ifindex: i32) -> io::Result<()> {
    let request = libc::packet_mreq {
        mr_ifindex: ifindex,
        mr_type: libc::PACKET_MR_PROMISC as u16,
        mr_alen: 0,
        mr_address: [0; 8],
    };
    set(
        socket,
        libc::SOL_PACKET,
        libc::PACKET_ADD_MEMBERSHIP,
        &request,
    )
}

/// Attaches a classic BPF program (SO_ATTACH_FILTER, socket(7)); each instruction is code, jt, jf, k.
pub fn attach_filter(
    socket: &OwnedFd,
    program: impl Iterator<Item = (u16, u8, u8, u32)>,
) -> io::Result<()> {
    let mut program: Vec<libc::sock_filter> = program
        .map(|(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k })
        .collect();
    let filter = libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(io::Error::other)?,
        filter: program.as_mut_ptr(),
    };
    set(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &filter)
}

impl BlockRing {
    /// Makes a ring of `blocks` blocks and begins to capture on the interface (0 is every interface). A block that is not full is
    /// handed over after `milliseconds`.
    pub fn start(
        socket: OwnedFd,
        ifindex: i32,
        blocks: usize,
        milliseconds: u32,
    ) -> io::Result<Self> {
        set(
            &socket,
            libc::SOL_PACKET,
            libc::PACKET_VERSION,
            &(libc::tpacket_versions::TPACKET_V3 as libc::c_int),
        )?;
        let request = libc::tpacket_req3 {
            tp_block_size: BLOCK as u32,
            tp_block_nr: blocks as u32,
            tp_frame_size: BLOCK as u32,
            tp_frame_nr: blocks as u32,
            tp_retire_blk_tov: milliseconds,
            tp_sizeof_priv: 0,
            tp_feature_req_word: 0,
        };
        set(&socket, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        let memory = map(&socket, BLOCK * blocks)?;
        let ring = Self {
            socket,
            memory,
            blocks,
            next: 0,
        };
        bind(&ring.socket, ifindex)?;
        Ok(ring)
    }

    /// Gives the used bytes of the next block to `copy`, if one was handed over, and hands it back to the kernel.
    pub fn take<T>(&mut self, copy: impl FnOnce(&[u8]) -> T) -> Option<T> {
        const STATUS: usize = offset_of!(libc::tpacket_block_desc, hdr)
            + offset_of!(libc::tpacket_hdr_v1, block_status);
        const USED: usize =
            offset_of!(libc::tpacket_block_desc, hdr) + offset_of!(libc::tpacket_hdr_v1, blk_len);
        // SAFETY: next is below the number of blocks, so this lies in the mapping.
        let block = unsafe { self.memory.add(self.next * BLOCK) };
        // SAFETY: block_status is an aligned word of the block's header; kernel and reader share it by atomic access.
        let status = unsafe { AtomicU32::from_ptr(block.add(STATUS).cast()) };
        if status.load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        // SAFETY: the block belongs to the reader while TP_STATUS_USER is set; blk_len is a word of its header.
        let used = unsafe { block.add(USED).cast::<[u8; 4]>().read() };
        let used = u32::from_ne_bytes(used);
        // SAFETY: the length is kept within the block, which the kernel does not touch until the status is given back.
        let bytes = unsafe { std::slice::from_raw_parts(block, (used as usize).min(BLOCK)) };
        let result = copy(bytes);
        status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.next = (self.next + 1) % self.blocks;
        Some(result)
    }

    /// Frames the kernel could not put into the ring since the last time this was asked (PACKET_STATISTICS).
    pub fn drops(&self) -> io::Result<u32> {
        Ok(statistics(&self.socket)?.tp_drops)
    }

    /// Receives nothing any more; what is in the ring stays to be taken.
    pub fn close(&self) -> io::Result<()> {
        const REJECT: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
        attach_filter(&self.socket, std::iter::once((REJECT, 0, 0, 0)))
    }

    /// The error that is pending on the socket, such as ENETDOWN when the interface went down (SO_ERROR).
    pub fn pending_error(&self) -> Option<io::Error> {
        nix::sys::socket::getsockopt(&self.socket, nix::sys::socket::sockopt::SocketError)
            .ok()
            .filter(|number| *number != 0)
            .map(io::Error::from_raw_os_error)
    }
}

impl AsFd for BlockRing {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for BlockRing {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by start with this length, and no block borrowed from it is alive.
        unsafe { libc::munmap(self.memory.cast(), BLOCK * self.blocks) };
    }
}

/// A frame in a copied block.
#[derive(Debug)]
pub struct BlockFrame {
    /// Where its captured bytes begin in the block.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Length on the wire.
    pub len: u32,
    /// Nanoseconds since the epoch, as the kernel stamped it.
    pub time_ns: i64,
    /// The interface it was seen on.
    pub ifindex: i32,
    /// ARPHRD_ETHER, ARPHRD_LOOPBACK …
    pub hardware_type: u16,
    /// PACKET_HOST, PACKET_OUTGOING …
    pub packet_type: u8,
    /// The protocol as the kernel knows it: an ethertype, or a pseudo protocol of Linux.
    pub protocol: u16,
    /// The sender's link-layer address; the first `address_len` bytes count.
    pub address: [u8; 8],
    /// How long that address is.
    pub address_len: u8,
    /// True when the checksum was left to the hardware (TP_STATUS_CSUMNOTREADY).
    pub checksum_not_ready: bool,
    /// Protocol identifier and control information of an 802.1Q tag that the hardware took out of the frame.
    pub tag: Option<(u16, u16)>,
}

/// The frames of a block that was copied out of a ring, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Cursor {
    at: usize,
    left: u32,
}

impl Cursor {
    /// Before the first frame of a block.
    pub fn of(block: &[u8]) -> Self {
        const HEADER: usize = offset_of!(libc::tpacket_block_desc, hdr);
        let word = |offset| word(block, HEADER + offset).unwrap_or(0);
        Self {
            at: word(offset_of!(libc::tpacket_hdr_v1, offset_to_first_pkt)) as usize,
            left: word(offset_of!(libc::tpacket_hdr_v1, num_pkts)),
        }
    }

    /// The next frame of the same block.
    pub fn next(&mut self, block: &[u8]) -> Option<BlockFrame> {
        const ADDRESS: usize =
            size_of::<libc::tpacket3_hdr>().next_multiple_of(libc::TPACKET_ALIGNMENT);
        self.left = self.left.checked_sub(1)?;
        let own = block.get(self.at..)?;
        let field = |offset| word(own, offset);
        let status = field(offset_of!(libc::tpacket3_hdr, tp_status))?;
        let captured = field(offset_of!(libc::tpacket3_hdr, tp_snaplen))? as usize;
        let mac = usize::from(half(own, offset_of!(libc::tpacket3_hdr, tp_mac))?);
        let link = own.get(ADDRESS..ADDRESS + size_of::<libc::sockaddr_ll>())?;
        let start = self.at + mac;
        let end = (start + captured).min(block.len());
        let tag = (status & libc::TP_STATUS_VLAN_VALID != 0).then(|| {
            let control = field(offset_of!(libc::tpacket3_hdr, hv1.tp_vlan_tci)).unwrap_or(0);
            let protocol = if status & libc::TP_STATUS_VLAN_TPID_VALID == 0 {
                libc::ETH_P_8021Q as u16
            } else {
                half(own, offset_of!(libc::tpacket3_hdr, hv1.tp_vlan_tpid)).unwrap_or(0)
            };
            (protocol, control as u16)
        });
        let seconds = field(offset_of!(libc::tpacket3_hdr, tp_sec))?;
        let nanoseconds = field(offset_of!(libc::tpacket3_hdr, tp_nsec))?;
        let len = field(offset_of!(libc::tpacket3_hdr, tp_len))?;
        let next = field(offset_of!(libc::tpacket3_hdr, tp_next_offset))?;
        self.at += next as usize;
        if next == 0 {
            self.left = 0;
        }
        let mut address = [0; 8];
        address.copy_from_slice(
            link.get(offset_of!(libc::sockaddr_ll, sll_addr)..)?
                .get(..8)?,
        );
        Some(BlockFrame {
            start: start.min(end),
            end,
            len,
            time_ns: i64::from(seconds) * 1_000_000_000 + i64::from(nanoseconds),
            ifindex: word(link, offset_of!(libc::sockaddr_ll, sll_ifindex))? as i32,
            hardware_type: half(link, offset_of!(libc::sockaddr_ll, sll_hatype))?,
            packet_type: *link.get(offset_of!(libc::sockaddr_ll, sll_pkttype))?,
            protocol: u16::from_be(half(link, offset_of!(libc::sockaddr_ll, sll_protocol))?),
            address,
            address_len: *link.get(offset_of!(libc::sockaddr_ll, sll_halen))?,
            checksum_not_ready: status & libc::TP_STATUS_CSUMNOTREADY != 0,
            tag,
        })
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*bytes))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_ne_bytes(*bytes))
}
