//! Filters that a generator writes, side by side with tshark: the same frames pass. Always the same filters for the same seed, all
//! of them such as tshark 4.0 takes. Needs tshark. The filters a person would write are in `filters.rs`.

use socklab::command::filter::{Filter, fields, values};
use socklab::inspector::read::read;
use socklab::packet::schema::{FieldEntry, FieldKind};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

#[path = "support/witness.rs"]
mod witness;

#[path = "support/frames.rs"]
#[allow(
    dead_code,
    reason = "the frame that is cut short is for the differences"
)]
mod frames;

#[path = "support/tshark.rs"]
#[allow(
    dead_code,
    reason = "the verdict on one filter is for those that are written by hand"
)]
mod tshark;

/// How many filters are compared: tshark takes all in one run, and its work grows with them.
const COUNT: usize = 600;

/// A filter in so many is made of several questions.
const JOINED: u64 = 3;

/// Numbers that look like chance and are always the same (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % most.max(1)
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Writes filters about fields that the frames have, with values near those they have there.
struct Writer {
    dice: Dice,
    /// The fields of each kind that some frame has, with their values as text.
    numbers: Vec<(&'static FieldEntry, Vec<u64>)>,
    addresses: Vec<(&'static FieldEntry, Vec<String>)>,
    macs: Vec<(&'static FieldEntry, Vec<String>)>,
    sliced: Vec<&'static FieldEntry>,
    texts: Vec<&'static FieldEntry>,
    present: Vec<&'static FieldEntry>,
}

/// Fields that are in other frames, or have other values, than in tshark; `filters.rs` says why. tshark counts a report of IGMP as the
/// second layer of its protocol.
const LEFT_OUT: &[&str] = &[
    "frame.interface_name",
    "icmpv6.length",
    "igmp",
    "tcp.ack",
    "tcp.ack_raw",
    "tcp.analysis",
    "tcp.completeness",
    "tcp.nxtseq",
    "tcp.options.sack_le",
    "tcp.options.sack_re",
    "tcp.seq",
    "tcp.seq_raw",
    "tcp.stream",
    "tcp.time",
    "tcp.window_size",
    "udp.stream",
    "udp.time",
    "socklab",
    "_ws",
];

impl Writer {
    fn about(frames: &[Vec<u8>], seed: u64) -> Self {
        let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        read(&frames::capture(frames)[..], |packet| {
            for entry in fields() {
                found
                    .entry(entry.name)
                    .or_default()
                    .extend(values(entry.name, packet));
            }
            ControlFlow::Continue(())
        })
        .expect("the capture was made here");
        let with = |wanted: fn(FieldKind) -> bool| -> Vec<(&'static FieldEntry, Vec<String>)> {
            let usable = |entry: &&&FieldEntry| {
                wanted(entry.kind) && !LEFT_OUT.iter().any(|out| entry.name.starts_with(out))
            };
            fields()
                .iter()
                .filter(usable)
                .filter_map(|entry| Some((*entry, found.get(entry.name)?.clone())))
                .filter(|(_, values)| !values.is_empty())
                .collect()
        };
        let names = |wanted| with(wanted).into_iter().map(|(entry, _)| entry).collect();
        Self {
            dice: Dice(seed),
            numbers: with(|kind| matches!(kind, FieldKind::Number(_)))
                .into_iter()
                .map(|(entry, values)| {
                    let values = values.iter().filter_map(|value| value.parse().ok());
                    (entry, values.collect())
                })
                .collect(),
            addresses: with(|kind| kind == FieldKind::Ipv4),
            macs: with(|kind| kind == FieldKind::Mac),
            sliced: names(|kind| {
                matches!(
                    kind,
                    FieldKind::Ipv4 | FieldKind::Mac | FieldKind::Bytes | FieldKind::Protocol
                )
            }),
            texts: names(|kind| kind == FieldKind::Text),
            present: names(|_| true),
        }
    }

    fn relation(&mut self) -> &'static str {
        self.dice.one::<&str>(&[
            "==", "!=", ">", ">=", "<", "<=", "===", "!==", "eq", "ne", "any_eq", "all_ne",
        ])
    }

    fn layer(&mut self, name: &str) -> String {
        let layer = match self.dice.below(8) {
            0 => "#1",
            1 => "#2",
            2 => "#[-1]",
            3 => "#[1-2]",
            _ => "",
        };
        format!("{name}{layer}")
    }

    /// A field or a calculation, what it is for one of the values in the frames, and the most that it can be compared with.
    fn number(&mut self) -> (String, u64, u64) {
        let (entry, values) = self.dice.one(&self.numbers).clone();
        let value = *self.dice.one(&values);
        let FieldKind::Number(bits) = entry.kind else {
            unreachable!("only numbers are among the numbers");
        };
        let most = u64::MAX >> (64 - u32::from(bits));
        let by = 1 + self.dice.below(19) as u64;
        let field = self.layer(entry.name);
        let fits = bits <= 16;
        match self.dice.below(10) {
            0 if fits => (format!("{field} + {by}"), (value + by).min(most), most),
            1 if value >= by => (format!("{field} - {by}"), value - by, most),
            2 => (format!("{field} / {by}"), value / by, most),
            3 => (format!("{field} % {by}"), value % by, most),
            4 => (format!("{field} & {by:#x}"), value & by, most),
            5 if fits => (format!("abs({field} - {by})"), value.abs_diff(by), most),
            6 if fits => (format!("{{{field} + {by}}} & 0xf"), (value + by) & 15, most),
            7 => (format!("max({field})"), value, most),
            _ => (field, value, most),
        }
    }

    fn question(&mut self) -> String {
        let relation = self.relation();
        let byte = self.dice.below(256);
        match self.dice.below(14) {
            0..=4 => {
                let (field, value, most) = self.number();
                let value = match self.dice.below(4) {
                    0 => value.saturating_sub(1),
                    1 => (value + 1).min(most),
                    _ => value,
                };
                let quantifier = *self.dice.one(&["", "", "any ", "all "]);
                let value = match self.dice.below(3) {
                    0 => format!("{value:#x}"),
                    _ => value.to_string(),
                };
                format!("{quantifier}{field} {relation} {value}")
            }
            5 => {
                let (entry, values) = self.dice.one(&self.numbers).clone();
                let mut one = || *self.dice.one(&values);
                let (first, second, third) = (one(), one(), one());
                let word = *self.dice.one(&["in", "not in"]);
                format!("{} {word} {{{first}, {second}..{third}}}", entry.name)
            }
            6 => {
                let (entry, values) = self.dice.one(&self.addresses).clone();
                let (value, bits) = (self.dice.one(&values).clone(), self.dice.below(33));
                let field = self.layer(entry.name);
                format!("{field} {relation} {value}/{bits}")
            }
            7 => {
                let (entry, values) = self.dice.one(&self.macs).clone();
                let value = self.dice.one(&values).clone();
                format!("{} {relation} {value}", entry.name)
            }
            8 => {
                let entry = *self.dice.one(&self.sliced);
                let (at, second) = (self.dice.below(9), self.dice.below(256));
                match self.dice.below(3) {
                    0 => format!("{}[-{}] {relation} {byte:02x}", entry.name, at + 1),
                    1 => format!("{}[{at}:2] {relation} {byte:02x}:{second:02x}", entry.name),
                    _ => format!("{}[{at}-{}]", entry.name, at + 2),
                }
            }
            9 => {
                let entry = *self.dice.one(&self.sliced);
                let length = self.dice.below(60);
                let field = self.layer(entry.name);
                format!("len({field}) {relation} {length}")
            }
            10 => {
                let entry = *self.dice.one(&self.present);
                let field = self.layer(entry.name);
                format!("count({field}) {relation} {}", 1 + self.dice.below(4))
            }
            11 => {
                let entry = *self.dice.one(&self.texts);
                let word = *self.dice.one(&["upper", "lower"]);
                let letter = *self.dice.one(&["a", "S", "s", "1", ".", "A"]);
                format!("{word}({}) contains \"{letter}\"", entry.name)
            }
            12 => {
                let (entry, _) = self.dice.one(&self.numbers).clone();
                let digit = self.dice.below(10);
                format!("string({}) matches \"{digit}\"", entry.name)
            }
            _ => {
                let entry = *self.dice.one(&self.present);
                self.layer(entry.name)
            }
        }
    }

    fn filter(&mut self) -> String {
        let first = self.question();
        if self.dice.below(JOINED as usize) > 0 {
            return first;
        }
        let (second, third) = (self.question(), self.question());
        match self.dice.below(4) {
            0 => format!("not ({first} or {second})"),
            1 => format!("{first} and ({second} || !({third}))"),
            2 => format!("{first} or {second} and {third}"),
            _ => format!("!({first}) && {second}"),
        }
    }
}

#[test]
fn filters_that_a_generator_writes_let_the_same_frames_through_as_tshark() {
    if !witness::present("tshark") {
        return;
    }
    let frames = frames::frames();
    let mut writer = Writer::about(&frames, 0x5eed);
    let mut filters: Vec<String> = (0..COUNT).map(|_| writer.filter()).collect();
    filters.sort();
    filters.dedup();
    for filter in &filters {
        if let Err(error) = Filter::parse(filter) {
            panic!("{filter}: {error:?}");
        }
    }
    let filters: Vec<&str> = filters.iter().map(String::as_str).collect();
    tshark::assert_agreement(&frames, &filters);
}
