//! Tests of `mptcp`.

use super::*;
use crate::part::Part;

const KEY: u64 = 0x0102_0304_0506_0708;

/// What an option of this data is in fields: name and number of each that has one, flags at their place.
fn fields(data: &[u8]) -> (String, Vec<(&'static str, u64)>) {
    let mut fields = Fields::of(Part::whole(data, data.len() as u32));
    let words = add(&mut fields, 0..data.len());
    let mut found = Vec::new();
    for field in fields.done() {
        for field in std::iter::once(&field).chain(&field.children) {
            let number = match field.value {
                FieldValue::Number(number) | FieldValue::Hex(number, _) => number,
                FieldValue::Flag(set) => set.into(),
                FieldValue::Ipv4(address) => address.to_bits().into(),
                FieldValue::Ipv6(address) => address.to_bits() as u64,
                _ => continue,
            };
            let name = field.name.trim_start_matches("tcp.options.mptcp.");
            found.push((name, number));
        }
    }
    (words, found)
}

fn key() -> [u8; 8] {
    KEY.to_be_bytes()
}

#[test]
fn every_subtype_has_the_parts_that_rfc_8684_draws() {
    let with = |head: &[u8], tail: &[&[u8]]| [head, &tail.concat()].concat();
    let six = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    for (data, words, expected) in [
        (
            vec![0x01, 0x81],
            "MP_CAPABLE",
            vec![("version", 1), ("checksumreq.flags", 1), ("sha256.flag", 1)],
        ),
        (
            with(&[0x00, 0x01], &[&key()]),
            "MP_CAPABLE",
            vec![("version", 0), ("sha1.flag", 1), ("sendkey", KEY)],
        ),
        (
            with(&[0x01, 1], &[&key(), &key(), &[0, 5], &[0xab, 0xcd]]),
            "MP_CAPABLE",
            vec![("recvkey", KEY), ("datalvllen", 5), ("checksum", 0xabcd)],
        ),
        (
            with(&[0x11, 2, 0, 0, 0, 9, 0, 0, 0, 7], &[]),
            "MP_JOIN",
            vec![
                ("backup.flag", 1),
                ("addrid", 2),
                ("recvtok", 9),
                ("sendrand", 7),
            ],
        ),
        (
            with(&[0x10, 2], &[&key(), &[0, 0, 0, 7]]),
            "MP_JOIN",
            vec![("backup.flag", 0), ("sendtrunchmac", KEY), ("sendrand", 7)],
        ),
        (
            with(&[0x10, 0], &[&[9; 20]]),
            "MP_JOIN",
            vec![("reserved", 0)],
        ),
        (
            vec![0x20, 0x01, 0, 0, 0, 9],
            "DSS",
            vec![("flags", 1), ("dataackpresent.flag", 1), ("rawdataack", 9)],
        ),
        (
            with(
                &[0x20, 0x1f],
                &[&key(), &key(), &[0, 0, 0, 3, 0, 5, 0xab, 0xcd]],
            ),
            "DSS",
            vec![
                ("datafin.flag", 1),
                ("rawdataack", KEY),
                ("rawdataseqno", KEY),
                ("subflowseqno", 3),
                ("datalvllen", 5),
                ("checksum", 0xabcd),
            ],
        ),
        (
            with(&[0x30, 2, 10, 0, 0, 5], &[&key()]),
            "ADD_ADDR",
            vec![
                ("echo", 0),
                ("addrid", 2),
                ("ipv4", 0x0a00_0005),
                ("addaddrtrunchmac", KEY),
            ],
        ),
        (
            with(&[0x30, 2, 10, 0, 0, 5, 0x13, 0x88], &[&key()]),
            "ADD_ADDR",
            vec![("port", 5000), ("addaddrtrunchmac", KEY)],
        ),
        (
            with(&[0x31, 2], &[&six, &[0x13, 0x88]]),
            "ADD_ADDR",
            vec![("echo", 1), ("ipv6", 1), ("port", 5000)],
        ),
        (
            vec![0x40, 2, 3],
            "REMOVE_ADDR",
            vec![("mptcp.rm_addr.count", 2), ("addrid", 2), ("addrid", 3)],
        ),
        (
            vec![0x51, 3],
            "MP_PRIO",
            vec![("flags", 0x51), ("backup.flag", 1), ("addrid", 3)],
        ),
        (
            with(&[0x60, 0], &[&key()]),
            "MP_FAIL",
            vec![("reserved", 0), ("rawdataseqno", KEY)],
        ),
        (
            with(&[0x70, 0], &[&key()]),
            "MP_FASTCLOSE",
            vec![("recvkey", KEY)],
        ),
        (
            vec![0x81, 4],
            "MP_TCPRST",
            vec![("flag_T.flag", 1), ("rst_reason", 4)],
        ),
        (vec![0xf0, 1], "unknown", vec![("subtype", 15)]),
    ] {
        let (told, found) = fields(&data);
        assert_eq!(told, words, "{data:02x?}");
        for wanted in expected {
            assert!(
                found.contains(&wanted),
                "{data:02x?}: {wanted:?} in {found:?}"
            );
        }
    }
}

#[test]
fn an_option_of_any_length_is_read_as_far_as_it_goes() {
    for kind in 0..16_u8 {
        for len in 0..40 {
            let mut data = vec![0xff; len];
            if let Some(first) = data.first_mut() {
                *first = kind << 4;
            }
            fields(&data);
            note(&mut Mptcp::default(), &data);
        }
    }
    let (words, _) = fields(&[0x20, 0x0f, 1, 2]);
    assert_eq!(words, "DSS, the length is not what this subtype demands");
}
