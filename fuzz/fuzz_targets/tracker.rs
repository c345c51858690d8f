//! Any bytes as segments of two conversations whose ends, numbers and flags they choose: the tracker's record holds in a table of any
//! size, and no packet names a later one. Run with `cargo +nightly fuzz run tracker`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use socklab::inspector::tracker::Tracker;
use socklab::packet::decode::decode;
use socklab::packet::headers::LinkType;

// The first byte is the size of the table. Each segment is ten bytes: direction and conversation, flags, sequence and acknowledgment
// number near 0 or near the end of the number space, window, milliseconds since the one before, bytes of data, option.
fuzz_target!(|data: &[u8]| {
    let [places, rest @ ..] = data else {
        return;
    };
    let mut tracker = Tracker::with_limit(usize::from(*places % 4));
    let mut time_ns = 0_i64;
    for (number, choice) in (1..).zip(rest.chunks_exact(10)) {
        let near = |at: usize| {
            let number = u32::from(choice[at]) << 8 | u32::from(choice[at + 1]);
            number.wrapping_sub(0x8000).to_be_bytes()
        };
        let (here, there) = if choice[0] & 1 == 0 { (1, 2) } else { (2, 1) };
        let option: &[u8] = match choice[9] % 4 {
            0 => &[],
            1 => &[3, 3, choice[9], 1],
            2 => &[1, 1, 5, 10, 0, 0, 0, choice[9], 0, 0, 1, 0],
            _ => &[2, 4, 5, 180],
        };
        let len = usize::from(choice[8]);
        let mut bytes = vec![0x45, 0];
        bytes.extend((40 + option.len() as u16 + len as u16).to_be_bytes());
        bytes.extend([0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, here, 10, 0, 0, there]);
        bytes.extend([19, 136, 19, 136 + (choice[0] >> 1 & 1)]);
        bytes.extend(near(2));
        bytes.extend(near(4));
        bytes.extend([
            0x50 + (option.len() as u8 / 4 << 4),
            choice[1],
            0,
            choice[6],
        ]);
        bytes.extend([0, 0, 0, 0]);
        bytes.extend(option);
        bytes.resize(bytes.len() + len, b'x');
        // Clocks step back, too.
        time_ns += i64::from(choice[7] as i8) * 1_000_000;
        let headers = decode(LinkType::RAW, &bytes, bytes.len() as u32);
        let track = tracker.packet(number, time_ns, &headers);
        assert!(
            track.acks.is_none_or(|(_, frame)| frame < number),
            "{track:?}"
        );
        assert!(
            track.duplicate_of.is_none_or(|(_, frame)| frame < number),
            "{track:?}"
        );
    }
});
