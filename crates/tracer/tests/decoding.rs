//! Decoding by tables: numbers of both architectures against the kernel's headers, structures against their bytes in memory.

use socklab_tracer::call::{Argument, Control, Data, EpollEvent, Message, Names, PollFd};
use socklab_tracer::decode::{Frame, at_entry, at_exit};
use socklab_tracer::memory::Memory;
use socklab_tracer::table::{Architecture, CALLS, row_named};
use std::collections::BTreeMap;

/// Memory of a test: pieces at addresses.
struct Image(BTreeMap<u64, Vec<u8>>);

impl Image {
    fn of(pieces: &[(u64, &[u8])]) -> Self {
        let owned = |(at, bytes): &(u64, &[u8])| (*at, bytes.to_vec());
        Self(pieces.iter().map(owned).collect())
    }
}

impl Memory for Image {
    fn read(&self, address: u64, buffer: &mut [u8]) -> usize {
        let Some((at, bytes)) = self.0.range(..=address).next_back() else {
            return 0;
        };
        let rest = bytes.get((address - at) as usize..).unwrap_or(&[]);
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        count
    }
}

/// Numbers as 64-bit words in memory.
fn words(numbers: &[u64]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// Decodes a call at its entry and, where it has a result, at its exit.
fn decode(
    architecture: Architecture,
    name: &str,
    numbers: &[u64],
    result: Option<Result<i64, i32>>,
    memory: &Image,
) -> Vec<Argument> {
    let row = row_named(name).expect("it is in the table");
    let mut six = [0; 6];
    six[..numbers.len()].copy_from_slice(numbers);
    let mut frame = Frame {
        memory,
        architecture,
        numbers: six,
        result: None,
        limit: 16,
    };
    let mut arguments = at_entry(row, &frame);
    if result.is_some() {
        frame.result = result;
        at_exit(row, &frame, &mut arguments);
    }
    arguments
}

fn native(
    name: &str,
    numbers: &[u64],
    result: Option<Result<i64, i32>>,
    memory: &Image,
) -> Vec<Argument> {
    decode(Architecture::NATIVE, name, numbers, result, memory)
}

fn data(bytes: &[u8]) -> Data {
    Data {
        bytes: bytes.to_vec(),
        length: bytes.len() as u64,
    }
}

/// The numbers of a header of the kernel, by name: `#define __NR_name number`, aarch64's large ones as `__NR3264_name`.
fn header(path: &str) -> Option<BTreeMap<String, u32>> {
    let text = std::fs::read_to_string(path).ok();
    let needed = std::env::var_os("SOCKLAB_TESTS_NEED_WITNESSES").is_some();
    assert!(text.is_some() || !needed, "the witness {path} is missing");
    let text = text?;
    let line = |line: &str| {
        let mut words = line.strip_prefix("#define __NR")?.split_whitespace();
        let name = words.next()?;
        let name = name
            .strip_prefix("3264_")
            .or_else(|| name.strip_prefix('_'))?;
        Some((name.to_owned(), words.next()?.parse().ok()?))
    };
    Some(text.lines().filter_map(line).collect())
}

#[test]
fn numbers_are_those_of_the_kernels_headers() {
    for (architecture, path) in [
        (
            Architecture::X86_64,
            "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
        ),
        (Architecture::Aarch64, "/usr/include/asm-generic/unistd.h"),
    ] {
        let Some(known) = header(path) else { continue };
        for row in CALLS {
            // A header may be older than a call.
            if let Some(number) = known.get(row.name) {
                assert_eq!(
                    row.number(architecture),
                    Some(*number),
                    "{} {architecture:?}",
                    row.name
                );
            } else if row.number(architecture).is_some() {
                assert!(
                    row.number(architecture) >= Some(424),
                    "{} {architecture:?}",
                    row.name
                );
            }
        }
    }
}

#[test]
fn addresses_and_their_lengths() {
    let address = [2, 0, 0x16, 0x2e, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    let memory = Image::of(&[(0x1000, &address), (0x2000, &[16, 0, 0, 0])]);
    assert_eq!(
        native("bind", &[3, 0x1000, 16], None, &memory),
        [
            Argument::Fd(3),
            Argument::Address(address.to_vec()),
            Argument::Int(16)
        ]
    );
    assert_eq!(
        native("accept", &[3, 0x1000, 0x2000], Some(Ok(4)), &memory),
        [
            Argument::Fd(3),
            Argument::Address(address.to_vec()),
            Argument::Length {
                given: 16,
                then: Some(16)
            }
        ]
    );
    assert_eq!(
        native("accept", &[3, 0, 0], Some(Err(11)), &memory),
        [Argument::Fd(3), Argument::Null, Argument::Null]
    );
    assert_eq!(
        native("connect", &[3, 0x9000, 16], None, &memory)[1],
        Argument::BadPointer(0x9000)
    );
}

#[test]
fn data_is_kept_up_to_the_limit() {
    let memory = Image::of(&[(0x1000, b"abcdefghijklmnopqrstuvwxyz")]);
    let sent = native("sendto", &[3, 0x1000, 26, 0, 0, 0], None, &memory);
    let kept = Data {
        bytes: b"abcdefghijklmnop".to_vec(),
        length: 26,
    };
    assert_eq!(sent[1], Argument::Data(kept));
    let got = native("read", &[3, 0x1000, 99], Some(Ok(2)), &memory);
    assert_eq!(got[1], Argument::Data(data(b"ab")));
    let none = native("read", &[3, 0x1000, 99], Some(Err(4)), &memory);
    assert_eq!(none[1], Argument::Pointer(0x1000));
    let huge = native("write", &[3, 0x9000, u64::MAX], None, &memory);
    assert_eq!(huge[1], Argument::BadPointer(0x9000));
}

#[test]
fn messages_with_scattered_data_and_descriptors() {
    let vectors = words(&[0x1000, 3, 0x1003, 9]);
    let control = [words(&[20, 1 | 1 << 32]), vec![5, 0, 0, 0, 0, 0, 0, 0]].concat();
    let header = words(&[0, 0, 0x2000, 2, 0x3000, 24, 0]);
    let memory = Image::of(&[
        (0x1000, b"abcdefghijkl"),
        (0x2000, &vectors),
        (0x3000, &control),
        (0x4000, &header),
    ]);
    let expected = |second: &[u8]| {
        Argument::Message(Message {
            name: None,
            vectors: vec![data(b"abc"), data(second)],
            control: vec![Control {
                level: 1,
                kind: 1,
                bytes: vec![5, 0, 0, 0],
            }],
            flags: 0,
        })
    };
    assert_eq!(
        native("sendmsg", &[3, 0x4000, 0], None, &memory)[1],
        expected(b"defghijkl")
    );
    assert_eq!(
        native("recvmsg", &[3, 0x4000, 0], Some(Ok(5)), &memory)[1],
        expected(b"de")
    );
    assert_eq!(
        native("sendmsg", &[3, 0x9000, 0], None, &memory)[1],
        Argument::BadPointer(0x9000)
    );
}

#[test]
fn waiting_for_descriptors() {
    let poll = [7, 0, 0, 0, 1, 0, 16, 0, 255, 255, 255, 255, 4, 0, 0, 0];
    let sets = words(&[1 << 3 | 1 << 7]);
    let memory = Image::of(&[
        (0x1000, &poll),
        (0x2000, &sets),
        (0x3000, &words(&[2, 500_000])),
    ]);
    assert_eq!(
        native("ppoll", &[0x1000, 2, 0x3000, 0, 8], Some(Ok(1)), &memory)[..3],
        [
            Argument::PollFds(vec![
                PollFd {
                    fd: 7,
                    events: 1,
                    revents: 16
                },
                PollFd {
                    fd: -1,
                    events: 4,
                    revents: 0
                }
            ]),
            Argument::Int(2),
            Argument::Timeout(2_000_500_000)
        ]
    );
    let set = native("pselect6", &[5, 0x2000, 0, 0, 0, 0], Some(Ok(1)), &memory);
    let expected = Argument::FdSet {
        asked: vec![3],
        ready: Some(vec![3]),
    };
    assert_eq!((&set[1], &set[2]), (&expected, &Argument::Null));
}

#[test]
fn events_are_packed_on_one_architecture_only() {
    let event = EpollEvent {
        events: 5,
        data: 0x1234_5678_9abc,
    };
    let number = 0x1234_5678_9abc_u64.to_le_bytes();
    for (architecture, bytes) in [
        (Architecture::X86_64, [&[5, 0, 0, 0][..], &number].concat()),
        (
            Architecture::Aarch64,
            [&[5, 0, 0, 0, 9, 9, 9, 9][..], &number].concat(),
        ),
    ] {
        let memory = Image::of(&[(0x1000, &[bytes.clone(), bytes].concat())]);
        let told = decode(
            architecture,
            "epoll_pwait",
            &[4, 0x1000, 8, 10, 0, 8],
            Some(Ok(2)),
            &memory,
        );
        assert_eq!(
            told[1],
            Argument::Events(vec![event, event]),
            "{architecture:?}"
        );
        let given = decode(architecture, "epoll_ctl", &[4, 1, 3, 0x1000], None, &memory);
        assert_eq!(given[3], Argument::Events(vec![event]), "{architecture:?}");
    }
}

#[test]
fn options_requests_and_flags() {
    let memory = Image::of(&[(0x1000, &[1, 0, 0, 0]), (0x2000, &[4, 0, 0, 0])]);
    let value = Argument::Value {
        level: 1,
        name: 2,
        bytes: vec![1, 0, 0, 0],
    };
    assert_eq!(
        native("setsockopt", &[3, 1, 2, 0x1000, 4], None, &memory)[3],
        value
    );
    let got = native(
        "getsockopt",
        &[3, 1, 2, 0x1000, 0x2000],
        Some(Ok(0)),
        &memory,
    );
    assert_eq!(got[3], value);
    let ioctl = native("ioctl", &[3, 0x541b, 0x1000], Some(Ok(0)), &memory);
    assert_eq!(ioctl[2], Argument::Pointed(1));
    let status = Argument::Flags {
        names: Names::Status,
        bits: 2048,
    };
    assert_eq!(native("fcntl", &[3, 4, 2048], None, &memory)[2], status);
    let pair = native(
        "socketpair",
        &[1, 1, 0, 0x3000],
        Some(Ok(0)),
        &Image::of(&[(0x3000, &[3, 0, 0, 0, 4, 0, 0, 0])]),
    );
    assert_eq!(pair[3], Argument::Pair([3, 4]));
}
