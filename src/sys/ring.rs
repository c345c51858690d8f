//! An AF_PACKET socket with a TPACKET_V2 receive ring (packet(7)): each frame at once, with a nanosecond timestamp.
//! Not V3: a block of that ring is handed over when it is full or its timer fires, and a learner waits for one frame.
#![expect(unsafe_code, reason = "the ring is memory shared with the kernel")]

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};

const BLOCK: usize = 1 << 20;

/// So many rings share a loopback; each needs a socket.
pub const RINGS: usize = 3;

/// How large a ring is, and which frames it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes for a frame with the ring's own header; longer frames are cut. A multiple of 16.
    pub slot: usize,
    /// Blocks of 1 MiB.
    pub blocks: usize,
    /// Frames are longer than the first and no longer than the second, in bytes with the link header.
    pub lengths: (u32, u32),
}

impl Room {
    /// Rings of so many blocks for `lo`, of which the first has twice as many: many slots for short frames, which come fastest, fewer for those of a usual wire, few for those of the largest
    /// size (64 KiB of IP, headers, the ring's own header).
    pub const fn for_loopback(blocks: usize) -> [Self; RINGS] {
        let [short, usual, long] = [(0, 400), (400, 1800), (1800, u32::MAX)];
        [
            Self::new(512, 2 * blocks, short),
            Self::new(2048, blocks, usual),
            Self::new(65_536 + 256, blocks, long),
        ]
    }

    /// A slot holds a frame of an Ethernet wire with an MTU of 1500 bytes.
    pub const fn for_ethernet(blocks: usize) -> Self {
        Self::new(2048, blocks, (0, u32::MAX))
    }

    const fn new(slot: usize, blocks: usize, lengths: (u32, u32)) -> Self {
        Self {
            slot,
            blocks,
            lengths,
        }
    }

    fn slots_per_block(self) -> usize {
        BLOCK / self.slot
    }

    fn slots(self) -> usize {
        self.slots_per_block() * self.blocks
    }

    fn bytes(self) -> usize {
        BLOCK * self.blocks
    }
}

/// A frame in the ring; valid until the reader moves on.
#[derive(Debug)]
pub struct RingFrame<'a> {
    /// The captured bytes, from the link header on.
    pub bytes: &'a [u8],
    /// Length on the wire.
    pub len: u32,
    /// Nanoseconds since the epoch, as the kernel stamped it.
    pub time_ns: i64,
    /// The interface it was seen on.
    pub ifindex: i32,
    /// ARPHRD_ETHER, ARPHRD_LOOPBACK …
    pub hardware_type: u16,
    /// True when the checksum was left to the hardware (TP_STATUS_CSUMNOTREADY).
    pub checksum_not_ready: bool,
}

/// Which of the two looks at a frame the socket keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// On `lo` each frame passes twice; the one going out is in the ring before the call that sent it returns.
    Outgoing,
    /// What comes in from outside, for a port whose owner sends by itself (PACKET_IGNORE_OUTGOING).
    Incoming,
}

/// A capture ring.
#[derive(Debug)]
pub struct Ring {
    socket: OwnedFd,
    memory: *mut u8,
    room: Room,
    next: usize,
}

// SAFETY: the memory belongs to this value alone and is not tied to a thread.
unsafe impl Send for Ring {}

/// Opens the socket that [`Ring::start`] makes a ring of: AF_PACKET with protocol 0, which receives nothing yet. Needs CAP_NET_RAW.
pub fn open() -> io::Result<OwnedFd> {
    // SAFETY: three integers; the new descriptor has no other owner.
    unsafe {
        let fd = libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0);
        if fd == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(OwnedFd::from_raw_fd(fd))
        }
    }
}

/// Opens a socket for each ring of a loopback.
pub fn open_all() -> io::Result<[OwnedFd; RINGS]> {
    Ok([open()?, open()?, open()?])
}

impl Ring {
    /// Makes the ring and begins to capture on the interface (0 is every interface of the socket's network namespace).
    pub fn start(socket: OwnedFd, ifindex: i32, look: Look, room: Room) -> io::Result<Self> {
        set(
            &socket,
            libc::SOL_PACKET,
            libc::PACKET_VERSION,
            &(libc::tpacket_versions::TPACKET_V2 as libc::c_int),
        )?;
        let request = libc::tpacket_req {
            tp_block_size: BLOCK as u32,
            tp_block_nr: room.blocks as u32,
            tp_frame_size: room.slot as u32,
            tp_frame_nr: room.slots() as u32,
        };
        set(&socket, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        match look {
            Look::Outgoing => keep_outgoing(&socket, room.lengths)?,
            Look::Incoming => set(
                &socket,
                libc::SOL_PACKET,
                libc::PACKET_IGNORE_OUTGOING,
                &1_i32,
            )?,
        }
        let memory = map(&socket, room.bytes())?;
        let ring = Self {
            socket,
            memory,
            room,
            next: 0,
        };
        bind(&ring.socket, ifindex)?;
        Ok(ring)
    }

    /// The slot that comes next, with its status and its header; `None` while it is the kernel's.
    fn head(&self) -> Option<(*mut u8, u32, libc::tpacket2_hdr)> {
        let (in_block, slot_size) = (self.room.slots_per_block(), self.room.slot);
        let offset = (self.next / in_block) * BLOCK + (self.next % in_block) * slot_size;
        // SAFETY: the offset lies in the mapping (next is below the number of slots) and is aligned to 16.
        let slot = unsafe { self.memory.add(offset) };
        // SAFETY: tp_status is the first field of the slot's header; kernel and reader share it by atomic access.
        let status = unsafe { AtomicU32::from_ptr(slot.cast()) }.load(Ordering::Acquire);
        if status & libc::TP_STATUS_USER == 0 {
            return None;
        }
        #[expect(
            clippy::cast_ptr_alignment,
            reason = "slots are multiples of 16 from a page boundary, as tpacket2_hdr needs"
        )]
        // SAFETY: the slot belongs to the reader while TP_STATUS_USER is set, and begins with a tpacket2_hdr.
        let header = unsafe { std::ptr::read(slot.cast::<libc::tpacket2_hdr>()) };
        Some((slot, status, header))
    }

    /// When the next frame was seen, if there is one: nanoseconds since the epoch.
    pub fn next_time_ns(&self) -> Option<i64> {
        self.head().map(|(_, _, header)| time_ns(&header))
    }

    /// Gives the next frame to `look`, if there is one, and hands the slot back to the kernel.
    pub fn next<T>(&mut self, look: impl FnOnce(RingFrame<'_>) -> T) -> Option<T> {
        let (slot, status, header) = self.head()?;
        #[expect(
            clippy::cast_ptr_alignment,
            reason = "TPACKET_ALIGN makes the place of sockaddr_ll a multiple of 16"
        )]
        // SAFETY: the kernel puts a sockaddr_ll after the aligned header.
        let from = unsafe {
            std::ptr::read(
                slot.add(align(size_of::<libc::tpacket2_hdr>()))
                    .cast::<libc::sockaddr_ll>(),
            )
        };
        let mac = usize::from(header.tp_mac);
        let captured = (header.tp_snaplen as usize).min(self.room.slot - mac.min(self.room.slot));
        // SAFETY: mac + captured stay within the slot, which the kernel does not touch until the status is given back.
        let bytes = unsafe { std::slice::from_raw_parts(slot.add(mac), captured) };
        let result = look(RingFrame {
            bytes,
            len: header.tp_len,
            time_ns: time_ns(&header),
            ifindex: from.sll_ifindex,
            hardware_type: from.sll_hatype,
            checksum_not_ready: status & libc::TP_STATUS_CSUMNOTREADY != 0,
        });
        // SAFETY: as in `head`; what `look` was given is not used any more.
        let status = unsafe { AtomicU32::from_ptr(slot.cast()) };
        status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        self.next = (self.next + 1) % self.room.slots();
        Some(result)
    }

    /// Frames the kernel could not put into the ring since the last time this was asked (PACKET_STATISTICS).
    pub fn drops(&self) -> io::Result<u32> {
        Ok(statistics(&self.socket)?.tp_drops)
    }
}

impl AsFd for Ring {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by start with this length, and no frame borrowed from it is alive.
        unsafe { libc::munmap(self.memory.cast(), self.room.bytes()) };
    }
}

/// Maps the ring of a packet socket, which has this many bytes (mmap(2)).
pub(super) fn map(file: &OwnedFd, len: usize) -> io::Result<*mut u8> {
    // SAFETY: a new shared mapping; the kernel chooses the place and refuses a length that is not that of a socket's ring.
    let memory = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            len,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED,
            file.as_raw_fd(),
            0,
        )
    };
    if memory == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(memory.cast())
}

/// Begins to receive every protocol on the interface (0 is every interface of the socket's network namespace).
pub(super) fn bind(socket: &OwnedFd, ifindex: i32) -> io::Result<()> {
    // SAFETY: sockaddr_ll is plain data, zero is valid for all of it.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = ifindex;
    // SAFETY: the address has the size said.
    let result = unsafe {
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            size_of::<libc::sockaddr_ll>() as libc::socklen_t,
        )
    };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// What the socket counted since the last time this was asked (PACKET_STATISTICS).
pub(super) fn statistics(socket: &OwnedFd) -> io::Result<libc::tpacket_stats> {
    // SAFETY: tpacket_stats is plain data; the length passed is its size.
    unsafe {
        let mut statistics: libc::tpacket_stats = std::mem::zeroed();
        let mut length = size_of::<libc::tpacket_stats>() as libc::socklen_t;
        let result = libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_STATISTICS,
            (&raw mut statistics).cast(),
            &raw mut length,
        );
        if result == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(statistics)
        }
    }
}

fn time_ns(header: &libc::tpacket2_hdr) -> i64 {
    i64::from(header.tp_sec) * 1_000_000_000 + i64::from(header.tp_nsec)
}

const fn align(size: usize) -> usize {
    size.next_multiple_of(libc::TPACKET_ALIGNMENT)
}

/// A classic BPF program that keeps PACKET_OUTGOING of these lengths (SKF_AD_PKTTYPE, socket filter documentation of the kernel).
fn keep_outgoing(socket: &OwnedFd, (above, up_to): (u32, u32)) -> io::Result<()> {
    const PACKET_TYPE: u32 = (libc::SKF_AD_OFF + libc::SKF_AD_PKTTYPE) as u32;
    let statement = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    };
    let mut program = [
        statement(
            libc::BPF_LD | libc::BPF_B | libc::BPF_ABS,
            0,
            0,
            PACKET_TYPE,
        ),
        statement(
            libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
            0,
            4,
            u32::from(libc::PACKET_OUTGOING),
        ),
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_LEN, 0, 0, 0),
        statement(libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K, 0, 2, above),
        statement(libc::BPF_JMP | libc::BPF_JGT | libc::BPF_K, 1, 0, up_to),
        statement(libc::BPF_RET | libc::BPF_K, 0, 0, u32::MAX),
        statement(libc::BPF_RET | libc::BPF_K, 0, 0, 0),
    ];
    let filter = libc::sock_fprog {
        len: program.len() as u16,
        filter: program.as_mut_ptr(),
    };
    set(socket, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &filter)
}

/// setsockopt(2) with a value of any plain type.
pub(super) fn set<T>(socket: &OwnedFd, level: i32, name: i32, value: &T) -> io::Result<()> {
    // SAFETY: value points to a T and the length said is its size.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
