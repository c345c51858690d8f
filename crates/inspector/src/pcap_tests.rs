//! Capture files in every spelling, whole and damaged at every byte.

use super::pcap::{Block, CaptureError, Reader};
use super::pcapng::Writer;
use super::read::blank;
use super::section::FARTHEST;
use socklab_packets::headers::LinkType;

/// A pcap file of two frames (3 and 5 bytes, the second cut from 60) in the given byte order and resolution.
fn pcap(big: bool, nanoseconds: bool) -> Vec<u8> {
    let word = |value: u32| {
        if big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let half = |value: u16| {
        if big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let magic = if nanoseconds {
        0xa1b2_3c4d
    } else {
        0xa1b2_c3d4
    };
    let mut file = Vec::new();
    file.extend(word(magic));
    file.extend(half(2));
    file.extend(half(4));
    for value in [0, 0, 65_535, 1] {
        file.extend(word(value));
    }
    for (fraction, bytes, len) in [(7_u32, &b"abc"[..], 3_u32), (8, b"defgh", 60)] {
        for value in [10, fraction, bytes.len() as u32, len] {
            file.extend(word(value));
        }
        file.extend(bytes);
    }
    file
}

/// A pcapng file: two interfaces of different link types and resolutions, one frame on each, then a simple packet.
fn pcapng(big: bool) -> Vec<u8> {
    let word = |value: u32| {
        if big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let half = |value: u16| {
        if big {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    let mut file = Vec::new();
    let mut block = |kind: u32, body: &[u8]| {
        let length = word(12 + body.len() as u32);
        file.extend(word(kind));
        file.extend(length);
        file.extend(body);
        file.extend(length);
    };
    let section = [&word(0x1a2b_3c4d)[..], &half(1), &half(0), &[0xff; 8]].concat();
    block(0x0a0d_0d0a, &section);
    let describe =
        |link: u16, options: &[u8]| [&half(link)[..], &half(0), &word(0), options].concat();
    block(1, &describe(1, &[]));
    let name = [&half(2)[..], &half(4), b"eth1"].concat();
    let resolution = [&half(9)[..], &half(1), &[9, 0, 0, 0]].concat();
    block(
        1,
        &describe(101, &[&name[..], &resolution, &[0; 4]].concat()),
    );
    let packet = |interface: u32, low: u32, comment: &[u8]| {
        [
            &word(interface)[..],
            &word(0),
            &word(low),
            &word(3),
            &word(90),
            b"abc\0",
            comment,
        ]
        .concat()
    };
    block(6, &packet(0, 5, &[]));
    // A comment that is no UTF-8 must not cost the frame.
    let comment = [&half(1)[..], &half(2), &[0xff, 0xfe, 0, 0], &[0; 4]].concat();
    block(6, &packet(1, 6, &comment));
    block(3, &[&word(2)[..], b"xy\0\0"].concat());
    file
}

type Seen = (i64, u16, u32, Vec<u8>, u32);

fn read(file: &[u8]) -> (Vec<Seen>, Option<CaptureError>) {
    let mut seen = Vec::new();
    let mut reader = match Reader::new(file) {
        Ok(reader) => reader,
        Err(error) => return (seen, Some(error)),
    };
    let mut block = Block::default();
    loop {
        match reader.next_block(&mut block) {
            Ok(true) => seen.extend(block.records().iter().map(|record| {
                (
                    record.time_ns,
                    record.link.0,
                    record.len,
                    block.bytes(record).to_vec(),
                    record.interface,
                )
            })),
            Ok(false) => return (seen, None),
            Err(error) => return (seen, Some(error)),
        }
    }
}

#[test]
fn the_four_spellings_of_pcap_say_the_same() {
    for big in [false, true] {
        for (nanoseconds, unit) in [(false, 1000), (true, 1)] {
            let (seen, error) = read(&pcap(big, nanoseconds));
            assert!(error.is_none(), "{error:?}");
            let second = 10_000_000_000;
            assert_eq!(
                seen,
                [
                    (second + 7 * unit, 1, 3, b"abc".to_vec(), 0),
                    (second + 8 * unit, 1, 60, b"defgh".to_vec(), 0),
                ]
            );
        }
    }
}

#[test]
fn pcapng_in_both_byte_orders_with_several_interfaces() {
    for big in [false, true] {
        let file = pcapng(big);
        let (seen, error) = read(&file);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(
            seen,
            [
                (5000, 1, 90, b"abc".to_vec(), 0),
                (6, 101, 90, b"abc".to_vec(), 1),
                (0, 1, 2, b"xy".to_vec(), 0),
            ]
        );
        let mut reader = Reader::new(file.as_slice()).expect("a pcapng file");
        let mut block = Block::default();
        assert!(reader.next_block(&mut block).expect("whole blocks"));
        assert_eq!(
            [block.interface_name(0), block.interface_name(1)],
            ["", "eth1"]
        );
        let comments: Vec<&[u8]> = block.comments(&block.records()[1]).collect();
        assert_eq!(comments, [&[0xff, 0xfe]]);
    }
}

#[test]
fn a_file_cut_anywhere_gives_the_whole_frames_then_the_offset_of_the_damage() {
    for file in [
        pcap(false, false),
        pcap(true, true),
        pcapng(false),
        pcapng(true),
    ] {
        let (all, _) = read(&file);
        let mut clean_ends = 0;
        for cut in 0..file.len() {
            let (seen, error) = read(&file[..cut]);
            assert_eq!(seen, all[..seen.len()], "cut at {cut}");
            match error {
                Some(CaptureError::Damaged { offset, .. }) => assert!(offset <= cut as u64),
                Some(CaptureError::Unknown(_)) => assert!(cut < 4, "cut at {cut}"),
                Some(CaptureError::Io(error)) => panic!("a slice can be read: {error}"),
                None => clean_ends += 1,
            }
        }
        assert!(
            clean_ends >= all.len(),
            "a cut between two records is not damage"
        );
    }
}

#[test]
fn the_offset_is_where_the_broken_record_begins() {
    let file = pcap(false, false);
    let (seen, error) = read(&file[..file.len() - 1]);
    assert_eq!(seen.len(), 1);
    let words = error.expect("it is cut").to_string();
    assert!(words.starts_with("damaged at byte 43:"), "{words}");
}

#[test]
fn a_length_that_lies_is_damage_and_takes_no_memory() {
    let mut file = pcap(false, false);
    file[24 + 8..24 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let (seen, error) = read(&file);
    assert!(seen.is_empty());
    let words = error.expect("no frame is that long").to_string();
    assert!(words.contains("damaged at byte 24"), "{words}");
}

#[test]
fn bytes_that_are_no_capture_are_called_so() {
    for (file, says) in [(&b"hello"[..], "68 65 6c 6c"), (b"", "only 0 bytes")] {
        let words = read(file).1.expect("no capture").to_string();
        assert!(
            words.contains("not a capture file") && words.contains(says),
            "{words}"
        );
    }
}

#[test]
fn bare_ip_has_one_link_type_whatever_the_system_called_it() {
    let mut file = pcap(false, false);
    for number in [12_u8, 14, 101] {
        file[20] = number;
        assert_eq!(read(&file).0[0].1, LinkType::RAW.0);
    }
}

#[test]
fn a_time_beyond_all_reckoning_is_as_far_as_one_may_be() {
    let mut file = pcapng(false);
    let name = [2_u8, 0, 4, 0, b'e', b't', b'h', b'1'];
    let place = file.windows(8).position(|bytes| bytes == name);
    let place = place.expect("the second interface has a name");
    for (offset, end) in [(i64::MIN, -FARTHEST), (i64::MAX, FARTHEST)] {
        // Where the name and the resolution stood: an offset and the end mark.
        file[place..place + 4].copy_from_slice(&[14, 0, 8, 0]);
        file[place + 4..place + 12].copy_from_slice(&offset.to_le_bytes());
        file[place + 12..place + 16].fill(0);
        let (seen, error) = read(&file);
        assert!(error.is_none(), "{error:?}");
        assert!(seen.iter().any(|frame| frame.0 == end), "{seen:?}");
    }
}

#[test]
fn a_frame_longer_than_any_network_has_is_damage_as_it_is_for_tshark() {
    let word = |value: usize| (value as u32).to_le_bytes();
    let classic = |link: u8, length: usize| {
        let mut file = pcap(false, false)[..24].to_vec();
        file[20] = link;
        file.extend([word(0), word(0), word(length), word(length)].concat());
        file.resize(file.len() + length, 0);
        file
    };
    let blocks = |link: u8, length: usize| {
        let mut file = pcapng(false);
        // The section's header, then the first interface.
        file.truncate(28 + 20);
        file[28 + 8] = link;
        let padded = length.next_multiple_of(4);
        let whole = word(32 + padded);
        file.extend([word(6), whole, word(0), word(0), word(0)].concat());
        file.extend([word(length), word(length)].concat());
        file.resize(file.len() + padded, 0);
        file.extend(whole);
        file
    };
    for (link, length, frames) in [(1, 262_144, 1), (1, 262_145, 0), (249, 262_145, 1)] {
        for file in [classic(link, length), blocks(link, length)] {
            let (seen, error) = read(&file);
            assert_eq!(seen.len(), frames, "{link} {length}: {error:?}");
            let error = error.map(|error| error.to_string()).unwrap_or_default();
            let says = "a length of 262145 bytes, more than any frame has";
            assert_eq!(error.contains(says), frames == 0, "{error}");
        }
    }
}

#[test]
fn a_file_with_a_new_interface_for_each_packet_is_written_in_sections_and_reads_the_same() {
    let names: Vec<String> = (0..3000).map(|number| format!("eth{number}")).collect();
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).expect("memory takes it");
    let mut packet = blank();
    packet.frame.bytes = vec![0x45; 20].into();
    for name in &names {
        packet.interface = name.as_str().into();
        writer.packet(&packet, 20, &[]).expect("memory takes it");
    }
    drop(writer);
    let (mut reader, mut block) = (Reader::new(&file[..]).expect("a capture"), Block::default());
    let mut read = Vec::new();
    while reader.next_block(&mut block).expect("it is whole") {
        for record in block.records() {
            assert!(record.interface < 1024);
            read.push(block.interface_name(record.interface).to_owned());
        }
    }
    assert_eq!(read, names);
}
