//! A block of frames that was copied out of a ring, and its frames as a capture file would have them: with the tag the hardware took
//! out, and with a cooked header where the socket gives none. Not what they mean.

use crate::packet::headers::LinkType;
use crate::sys::block_ring::{BlockFrame, Cursor};

/// Where an Ethernet frame has its 802.1Q tag.
const TAG_PLACE: usize = 12;
const TAG: usize = 4;
/// `LINKTYPE_LINUX_SLL2`.
const COOKED: usize = 20;

/// Frames that arrived together.
#[derive(Debug)]
pub struct Block {
    pub(super) bytes: Vec<u8>,
    cursor: Cursor,
    link: LinkType,
}

/// One frame, valid until the next one is asked for.
#[derive(Debug, PartialEq, Eq)]
pub struct LiveFrame<'a> {
    /// The captured bytes, from the link header on.
    pub bytes: &'a [u8],
    /// Length on the wire.
    pub len: u32,
    /// Nanoseconds since the epoch, as the kernel stamped it.
    pub time_ns: i64,
    /// The number of the interface it was seen on.
    pub ifindex: i32,
    /// True when its checksums were left to the hardware.
    pub checksum_not_ready: bool,
}

impl Block {
    /// A block of frames with this link type.
    pub(super) fn new(bytes: Vec<u8>, link: LinkType) -> Self {
        let cursor = Cursor::of(&bytes);
        Self {
            bytes,
            cursor,
            link,
        }
    }

    /// The next frame. What this machine sent to itself passes twice; the copy that goes out is left out.
    pub fn next_frame(&mut self) -> Option<LiveFrame<'_>> {
        let frame = loop {
            let frame = self.cursor.next(&self.bytes)?;
            let outgoing = frame.packet_type == libc::PACKET_OUTGOING;
            if !(outgoing && frame.hardware_type == libc::ARPHRD_LOOPBACK) {
                break frame;
            }
        };
        let (start, added) = if self.link == LinkType::LINUX_SLL2 {
            self.cook(&frame)
        } else {
            self.put_tag_back(&frame)
        };
        Some(LiveFrame {
            bytes: self.bytes.get(start..frame.end).unwrap_or_default(),
            len: frame.len + added,
            time_ns: frame.time_ns,
            ifindex: frame.ifindex,
            checksum_not_ready: frame.checksum_not_ready,
        })
    }

    /// Writes a tag that the hardware took out back to its place: the addresses move four bytes to the front.
    fn put_tag_back(&mut self, frame: &BlockFrame) -> (usize, u32) {
        let Some((protocol, control)) = frame.tag else {
            return (frame.start, 0);
        };
        // The kernel leaves room in front of a frame, for its own header and an alignment.
        if self.link != LinkType::ETHERNET
            || frame.end - frame.start < TAG_PLACE
            || frame.start < TAG
        {
            return (frame.start, 0);
        }
        let start = frame.start - TAG;
        self.bytes
            .copy_within(frame.start..frame.start + TAG_PLACE, start);
        let tag = &mut self.bytes[start + TAG_PLACE..start + TAG_PLACE + TAG];
        tag[..2].copy_from_slice(&protocol.to_be_bytes());
        tag[2..].copy_from_slice(&control.to_be_bytes());
        (start, TAG as u32)
    }

    /// Writes a cooked header in front of what the socket gave, and the tag that was taken out behind it.
    fn cook(&mut self, frame: &BlockFrame) -> (usize, u32) {
        let tag = if frame.tag.is_some() { TAG } else { 0 };
        let added = COOKED + tag;
        let Some(start) = frame.start.checked_sub(added) else {
            return (frame.start, 0);
        };
        let header = &mut self.bytes[start..frame.start];
        let protocol = frame.tag.map_or(frame.protocol, |(protocol, _)| protocol);
        header[0..2].copy_from_slice(&protocol.to_be_bytes());
        header[2..4].fill(0);
        header[4..8].copy_from_slice(&frame.ifindex.to_be_bytes());
        header[8..10].copy_from_slice(&frame.hardware_type.to_be_bytes());
        header[10] = frame.packet_type;
        header[11] = frame.address_len;
        header[12..20].copy_from_slice(&frame.address);
        if let Some((_, control)) = frame.tag {
            header[20..22].copy_from_slice(&control.to_be_bytes());
            header[22..24].copy_from_slice(&frame.protocol.to_be_bytes());
        }
        (start, added as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::mem::{offset_of, size_of};

    const BLOCK_HEADER: usize = size_of::<libc::tpacket_block_desc>();
    const ADDRESS: usize = size_of::<libc::tpacket3_hdr>();

    /// A block with one frame, as the kernel lays it out: header, address, a gap, the bytes.
    fn block(bytes: &[u8], status: u32, tag: (u16, u16), outgoing: bool, hardware: u16) -> Vec<u8> {
        let place = ADDRESS + size_of::<libc::sockaddr_ll>() + 28;
        let mut block = vec![0; BLOCK_HEADER + place + bytes.len()];
        let mut put = |at: usize, value: &[u8]| block[at..at + value.len()].copy_from_slice(value);
        let descriptor = offset_of!(libc::tpacket_block_desc, hdr);
        let head = |field: usize| descriptor + field;
        put(
            head(offset_of!(libc::tpacket_hdr_v1, num_pkts)),
            &1_u32.to_ne_bytes(),
        );
        put(
            head(offset_of!(libc::tpacket_hdr_v1, offset_to_first_pkt)),
            &(BLOCK_HEADER as u32).to_ne_bytes(),
        );
        let frame = |field: usize| BLOCK_HEADER + field;
        put(
            frame(offset_of!(libc::tpacket3_hdr, tp_sec)),
            &7_u32.to_ne_bytes(),
        );
        put(
            frame(offset_of!(libc::tpacket3_hdr, tp_nsec)),
            &9_u32.to_ne_bytes(),
        );
        let len = bytes.len() as u32;
        put(
            frame(offset_of!(libc::tpacket3_hdr, tp_snaplen)),
            &len.to_ne_bytes(),
        );
        put(
            frame(offset_of!(libc::tpacket3_hdr, tp_len)),
            &(len + 100).to_ne_bytes(),
        );
        put(
            frame(offset_of!(libc::tpacket3_hdr, tp_status)),
            &(status | libc::TP_STATUS_USER).to_ne_bytes(),
        );
        put(
            frame(offset_of!(libc::tpacket3_hdr, tp_mac)),
            &(place as u16).to_ne_bytes(),
        );
        put(
            frame(offset_of!(libc::tpacket3_hdr, hv1.tp_vlan_tci)),
            &u32::from(tag.1).to_ne_bytes(),
        );
        put(
            frame(offset_of!(libc::tpacket3_hdr, hv1.tp_vlan_tpid)),
            &tag.0.to_ne_bytes(),
        );
        let address = |field: usize| BLOCK_HEADER + ADDRESS + field;
        put(
            address(offset_of!(libc::sockaddr_ll, sll_protocol)),
            &0x0800_u16.to_be_bytes(),
        );
        put(
            address(offset_of!(libc::sockaddr_ll, sll_ifindex)),
            &3_i32.to_ne_bytes(),
        );
        put(
            address(offset_of!(libc::sockaddr_ll, sll_hatype)),
            &hardware.to_ne_bytes(),
        );
        let kind = if outgoing { libc::PACKET_OUTGOING } else { 0 };
        put(address(offset_of!(libc::sockaddr_ll, sll_pkttype)), &[kind]);
        put(address(offset_of!(libc::sockaddr_ll, sll_halen)), &[6]);
        put(
            address(offset_of!(libc::sockaddr_ll, sll_addr)),
            &[2, 0, 0, 0, 0, 1, 0, 0],
        );
        put(BLOCK_HEADER + place, bytes);
        block
    }

    const ETHERNET: &[u8] = &[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0];
    const TAGGED: u32 = libc::TP_STATUS_VLAN_VALID | libc::TP_STATUS_VLAN_TPID_VALID;

    #[test]
    fn a_frame_is_as_the_kernel_has_it() {
        let bytes = block(ETHERNET, libc::TP_STATUS_CSUMNOTREADY, (0, 0), false, 1);
        let mut block = Block::new(bytes, LinkType::ETHERNET);
        assert_eq!(
            block.next_frame(),
            Some(LiveFrame {
                bytes: ETHERNET,
                len: 116,
                time_ns: 7_000_000_009,
                ifindex: 3,
                checksum_not_ready: true,
            })
        );
        assert_eq!(block.next_frame(), None);
    }

    #[test]
    fn a_tag_that_the_hardware_took_out_is_put_back() {
        let bytes = block(ETHERNET, TAGGED, (0x88a8, 0x602a), false, 1);
        let mut block = Block::new(bytes, LinkType::ETHERNET);
        let frame = block.next_frame().expect("there is one");
        assert_eq!(frame.bytes[..12], ETHERNET[..12]);
        assert_eq!(frame.bytes[12..16], [0x88, 0xa8, 0x60, 0x2a]);
        assert_eq!(frame.bytes[16..], ETHERNET[12..]);
        assert_eq!(frame.len, 120);
    }

    #[test]
    fn a_packet_without_a_link_header_is_given_a_cooked_one() {
        let bytes = block(&[0x45, 0], 0, (0, 0), true, 1);
        let mut plain = Block::new(bytes, LinkType::LINUX_SLL2);
        let frame = plain.next_frame().expect("there is one");
        let header = [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(frame.bytes[..20], header);
        assert_eq!(frame.bytes[20..], [0x45, 0]);
        let bytes = block(&[0x45, 0], libc::TP_STATUS_VLAN_VALID, (0, 42), false, 1);
        let mut tagged = Block::new(bytes, LinkType::LINUX_SLL2);
        let frame = tagged.next_frame().expect("there is one");
        assert_eq!(frame.bytes[..2], [0x81, 0]);
        assert_eq!(frame.bytes[20..], [0, 42, 8, 0, 0x45, 0]);
    }

    #[test]
    fn what_leaves_over_the_loopback_is_seen_when_it_arrives() {
        let leaving = block(ETHERNET, 0, (0, 0), true, libc::ARPHRD_LOOPBACK);
        assert_eq!(Block::new(leaving, LinkType::ETHERNET).next_frame(), None);
        let arriving = block(ETHERNET, 0, (0, 0), false, libc::ARPHRD_LOOPBACK);
        let mut arriving = Block::new(arriving, LinkType::ETHERNET);
        assert!(arriving.next_frame().is_some());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_read_past_their_end(
            mut bytes in prop::collection::vec(any::<u8>(), 0..300),
            offset in 0..400_u32,
            cooked in any::<bool>(),
        ) {
            let place = offset_of!(libc::tpacket_block_desc, hdr)
                + offset_of!(libc::tpacket_hdr_v1, offset_to_first_pkt);
            if let Some(field) = bytes.get_mut(place..place + 4) {
                field.copy_from_slice(&offset.to_ne_bytes());
            }
            let link = if cooked { LinkType::LINUX_SLL2 } else { LinkType::ETHERNET };
            let mut block = Block::new(bytes, link);
            for _ in 0..100 {
                if block.next_frame().is_none() {
                    break;
                }
            }
        }
    }
}
