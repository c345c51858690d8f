//! Tests of the room as a whole: sample frames written by hand, what they decode to, and what must hold for any bytes.

mod application;
mod lower;
mod property;
mod records;
mod trees;

use crate::headers::LinkType;

/// The bytes of a hexadecimal text; white space is passed over.
pub(super) fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| {
            c.to_digit(16)
                .unwrap_or_else(|| panic!("{c:?} is not a digit")) as u8
        })
        .collect();
    assert!(digits.len().is_multiple_of(2), "half a byte in {hex}");
    digits
        .chunks_exact(2)
        .map(|two| two[0] << 4 | two[1])
        .collect()
}

/// A frame with its link type.
pub(super) struct Sample {
    pub(super) name: &'static str,
    pub(super) link: LinkType,
    hex: &'static str,
}

impl Sample {
    pub(super) fn bytes(&self) -> Vec<u8> {
        bytes(self.hex)
    }
}

/// The sample of this name.
pub(super) fn sample(name: &str) -> &'static Sample {
    SAMPLES
        .iter()
        .find(|sample| sample.name == name)
        .unwrap_or_else(|| panic!("no sample {name}"))
}

const fn on(link: LinkType, name: &'static str, hex: &'static str) -> Sample {
    Sample { name, link, hex }
}

/// One frame or more for every protocol and link type. Checksums are right unless the name says otherwise.
pub(super) static SAMPLES: [Sample; 25] = [
    on(
        LinkType::ETHERNET,
        "syn",
        // MSS 65495, SACK permitted, timestamps 100 and 0, NOP, window scale 7, as Linux sends it over lo.
        "000000000000 000000000000 0800
         4500003c 12344000 40062a86 7f000001 7f000001
         9d781388 00000001 00000000 a002ffd7 9e9c0000
         0204ffd7 0402080a 00000064 00000000 01030307",
    ),
    on(
        LinkType::ETHERNET,
        "syn left to the hardware",
        "000000000000 000000000000 0800
         4500003c 12344000 40062a86 7f000001 7f000001
         9d781388 00000001 00000000 a002ffd7 fe300000
         0204ffd7 0402080a 00000064 00000000 01030307",
    ),
    on(
        LinkType::ETHERNET,
        "hello with padding",
        // Five bytes of data in a frame of 60 bytes: one byte of padding.
        "020000000002 020000000001 0800
         4500002d 00004000 400626c9 0a000001 0a000002
         9c401388 00000002 00000102 50180200 a5260000
         68656c6c6f 00",
    ),
    on(
        LinkType::ETHERNET,
        "sack and unknown options",
        "020000000002 020000000001 0800
         45000040 00004000 400626b6 0a000001 0a000002
         9c401388 00000002 00000102 b0100200 00000000
         0101050a 00000010 00000020 fd06abcd0102 4204beef 0000",
    ),
    on(
        LinkType::ETHERNET,
        "segment still to be cut up",
        "000000000000 000000000000 0800
         45000000 00014000 40063cf5 7f000001 7f000001
         9d781388 00000001 00000001 50100200 00000000 41414141 41414141",
    ),
    on(
        LinkType::ETHERNET,
        "arp request",
        "ffffffffffff 020000000001 0806
         0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002",
    ),
    on(
        LinkType::ETHERNET,
        "arp about addresses of two bytes",
        "ffffffffffff 020000000001 0806 0007 0800 02 04 0001 0102 0a000001 0000 0a000002 00",
    ),
    on(
        LinkType::ETHERNET,
        "ping",
        "020000000002 020000000001 0800
         45000020 00000000 400166db 0a000001 0a000002
         0800 192c 0001 0002 70696e67",
    ),
    on(
        LinkType::ETHERNET,
        "port unreachable",
        // From 10.0.0.2 about a datagram from 10.0.0.1:40000 to 10.0.0.2:5001.
        "020000000001 020000000002 0800
         45c0003a 00000000 40016601 0a000002 0a000001
         0303 e4bf 00000000
         4500001e 00004000 401126cd 0a000001 0a000002
         9c401389 000a0000 6869",
    ),
    on(
        LinkType::ETHERNET,
        "time exceeded about eight bytes of tcp",
        "020000000001 020000000002 0800
         45000038 00000000 400166c3 0a000002 0a000001
         0b00 4530 00000000
         45000028 00004000 010665ce 0a000001 0a000002
         9c401388 00000007",
    ),
    on(
        LinkType::ETHERNET,
        "two tags",
        "020000000002 020000000001 88a8 0064 8100 2005 0800
         4500001c 00000000 401166cf 0a000001 0a000002
         9c401388 00080000",
    ),
    on(
        LinkType::ETHERNET,
        "802.3 spanning tree",
        "0180c2000000 020000000001 0007 424203 00000000 000000",
    ),
    on(
        LinkType::ETHERNET,
        "first fragment",
        "020000000002 020000000001 0800
         45000024 00072000 401146c0 0a000001 0a000002
         9c401388 07d81234 4142434445464748",
    ),
    on(
        LinkType::ETHERNET,
        "later fragment",
        "020000000002 020000000001 0800
         45000024 000700b9 40116607 0a000001 0a000002
         4142434445464748 4142434445464748",
    ),
    on(
        LinkType::ETHERNET,
        "igmp report with router alert",
        "01005e000016 020000000001 0800
         46c00028 00000000 010239f9 0a000001 e0000016 94040000
         2200 eef9 0000 0001 04000000 e9010203",
    ),
    on(
        LinkType::ETHERNET,
        "neighbor solicitation",
        "3333ff000002 020000000001 86dd
         60000000 0020 3a ff
         fe800000000000000000000000000001 ff0200000000000000000001ff000002
         8700 7a97 00000000 fe800000000000000000000000000002 0101 020000000001",
    ),
    on(
        LinkType::ETHERNET,
        "listener report behind hop-by-hop",
        "333300000016 020000000001 86dd
         60000000 0024 00 01
         fe800000000000000000000000000001 ff020000000000000000000000000016
         3a00 0502 0000 0100
         8f00 7107 0000 0001 04000000 ff0200000000000000000001ff000001",
    ),
    on(
        LinkType::RAW,
        "ipv6 udp",
        "60012345 000a 11 40
         20010db8000000000000000000000001 20010db8000000000000000000000002
         9c401388 000a 8c33 6869",
    ),
    on(
        LinkType::IPV6,
        "ipv6 later fragment",
        "60000000 0010 2c 40
         20010db8000000000000000000000001 20010db8000000000000000000000002
         1100 05a9 00000007 4142434445464748",
    ),
    on(
        LinkType::IPV4,
        "ip in ip",
        "45000030 00000000 400466c8 0a000001 0a000002
         4500001c 00000000 40117ccf 7f000001 7f000001
         9c401388 00080000",
    ),
    on(
        LinkType::NULL,
        "little-endian loopback",
        "02000000 4500001c 00000000 40117ccf 7f000001 7f000001 9c401388 00080000",
    ),
    on(
        LinkType::LOOP,
        "big-endian loopback",
        "00000018 60000000 0008 3b 40
         00000000000000000000000000000001 00000000000000000000000000000001 0102030405060708",
    ),
    on(
        LinkType::LINUX_SLL,
        "cooked",
        "0004 0001 0006 020000000001 0000 0800
         4500001c 00000000 401166cf 0a000001 0a000002 9c401388 00080000",
    ),
    on(
        LinkType::LINUX_SLL2,
        "cooked 2",
        "0800 0000 00000002 0001 00 06 020000000001 0000
         4500001c 00000000 401166cf 0a000001 0a000002 9c401388 00080000",
    ),
    on(LinkType(147), "a link type that is not known", "0102030405"),
];
