//! The fast path of `read` beside the plain one, on whole captures: the same lines from several threads as from one that writes each
//! line as styled text, and JSON that says what the filters read. SOCKLAB_CAPTURES names a folder of captures that are compared, too.

use socklab::command::filter::{fields, values};
use socklab::event::packet::PacketEvent;
use socklab::inspector::read::{Told, read_told};
use socklab::inspector::relay::{Crew, relay};
use socklab::packet::schema::FieldKind;
use socklab::render::clock::Clock;
use socklab::render::fast::{json_packet, packet_text};
use socklab::render::packet_line;
use socklab::render::styled::{Look, Styled};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

#[path = "support/frames.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod frames;

/// Times of packets are numbers with nine decimals, of which a number of 64 bits keeps seven today.
const CLOSE: f64 = 1e-6;

/// A number from 0 on, less than `end`, that the seed decides.
fn dice(seed: &mut u64, end: usize) -> usize {
    // Marsaglia's xorshift.
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    (*seed % end as u64) as usize
}

/// Captures with their names: frames of every kind, the same ones damaged and in another order, and those of the folder.
fn captures() -> Vec<(String, Vec<u8>)> {
    let whole = frames::frames();
    let mut found = vec![("every kind".to_owned(), frames::capture(&whole))];
    for seed in 1..=8_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut damaged = Vec::new();
        for _ in 0..400 {
            let mut frame = whole[dice(&mut state, whole.len())].clone();
            for _ in 0..dice(&mut state, 4) {
                let place = dice(&mut state, frame.len());
                frame[place] = dice(&mut state, 256) as u8;
            }
            if dice(&mut state, 8) == 0 {
                frame.truncate(1 + dice(&mut state, frame.len()));
            }
            damaged.push(frame);
        }
        found.push((format!("seed {seed}"), frames::capture(&damaged)));
    }
    if let Some(folder) = std::env::var_os("SOCKLAB_CAPTURES") {
        let files = std::fs::read_dir(folder).expect("SOCKLAB_CAPTURES is a folder");
        for file in files.flatten() {
            let bytes = std::fs::read(file.path()).expect("it can be read");
            found.push((file.path().display().to_string(), bytes));
        }
    }
    found
}

/// What a reader of one thread says of each packet.
fn alone(capture: &[u8], mut say: impl FnMut(&Told<'_>, &mut Vec<u8>)) -> Vec<u8> {
    let mut said = Vec::new();
    // A file that ends too early, or is no capture, has been read as far as it goes: both readers end there.
    let _ = read_told(capture, |told| {
        say(told, &mut said);
        ControlFlow::Continue(())
    });
    said
}

/// What several threads say.
fn together(capture: &[u8], json: bool) -> Vec<u8> {
    let mut said = Vec::new();
    let crew = Crew {
        workers: 3,
        patient: false,
    };
    let _ = relay(
        capture,
        crew,
        &|| {
            let mut lines = packet_text::Writer::new(Clock::Relative, false);
            Box::new(move |told, out| {
                if json {
                    json_packet::write(out, told.packet);
                    out.push(b'\n');
                } else {
                    lines.write(out, told.packet, told.times_ns);
                }
            })
        },
        |lines| {
            said.extend_from_slice(lines);
            ControlFlow::Continue(())
        },
    );
    said
}

fn plain_line(told: &Told<'_>, out: &mut Vec<u8>) {
    let look = Look {
        width: usize::MAX,
        ascii: false,
        color: false,
    };
    let time = Clock::Relative.text(told.packet.frame.time_ns, told.times_ns);
    let line = packet_line::at(told.packet, &time, &look);
    let text = Styled { lines: vec![line] }.to_text(&look);
    out.extend_from_slice(text.as_bytes());
}

/// The first line that differs.
fn difference(fast: &[u8], plain: &[u8]) -> Option<String> {
    let (fast, plain) = (
        String::from_utf8_lossy(fast),
        String::from_utf8_lossy(plain),
    );
    let mut lines = fast.lines().zip(plain.lines());
    if let Some((fast, plain)) = lines.find(|(fast, plain)| fast != plain) {
        return Some(format!("fast:  {fast}\nplain: {plain}"));
    }
    (fast.len() != plain.len()).then(|| format!("{} bytes beside {}", fast.len(), plain.len()))
}

#[test]
fn lines_are_those_of_the_plain_path() {
    for (name, capture) in captures() {
        let difference = difference(&together(&capture, false), &alone(&capture, plain_line));
        assert_eq!(difference, None, "{name}");
    }
}

/// The values of a field of JSON as text.
fn texts(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(all) => all.iter().flat_map(texts).collect(),
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Null => Vec::new(),
        other => vec![other.to_string()],
    }
}

fn is_same(kind: FieldKind, json: &str, filter: &str) -> bool {
    let seconds = |text: &str| text.parse().unwrap_or(f64::NAN);
    match kind {
        FieldKind::Time => (seconds(json) - seconds(filter)).abs() < CLOSE,
        _ => json == filter,
    }
}

/// Every field of the line has the values that filters read; what a tunnel carries or an error quotes, they read as well, behind them.
fn assert_values(packet: &PacketEvent, seen: &mut BTreeMap<&'static str, u64>, capture: &str) {
    let line = json_packet::packet_json(packet);
    let json: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&line).expect("a line is JSON");
    for (name, value) in &json {
        let known = fields().binary_search_by(|field| field.name.cmp(name));
        let Ok(field) = known.map(|index| fields()[index]) else {
            continue;
        };
        // Of these a filter knows that they are there, and which bytes; JSON has a 1 or the names.
        let named = matches!(field.kind, FieldKind::Protocol | FieldKind::Label);
        // Of a TCP header that cannot be right JSON has what Wireshark shows, and a test beside tshark compares it.
        let wrong = packet.headers.malformed.is_some() && field.name.starts_with("tcp.");
        if named || wrong {
            continue;
        }
        let (said, read) = (texts(value), values(field.name, packet));
        let same = said.len() <= read.len()
            && said
                .iter()
                .zip(&read)
                .all(|(said, read)| is_same(field.kind, said, read));
        assert!(
            same,
            "{capture}: {} is {said:?} in JSON and {read:?} to filters\n{line}",
            field.name
        );
        *seen.entry(field.name).or_default() += 1;
    }
}

#[test]
fn json_is_what_filters_read() {
    let mut seen = BTreeMap::new();
    for (name, capture) in captures() {
        let plain = alone(&capture, |told, out| {
            assert_values(told.packet, &mut seen, &name);
            out.extend_from_slice(json_packet::packet_json(told.packet).as_bytes());
            out.push(b'\n');
        });
        let difference = difference(&together(&capture, true), &plain);
        assert_eq!(difference, None, "{name}");
    }
    assert!(seen.len() > 45, "{} fields only: {seen:?}", seen.len());
}
