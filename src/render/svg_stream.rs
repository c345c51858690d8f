//! The painting of a stream as a drawing: bars of sends, segments and reads under each other, each byte in the colour of its
//! send; the list of parts below. Not the painting in the terminal (`stream`).

use super::stream::{self, color};
use super::stream_map::{character, lanes};
use super::styled::{Look, Style};
use super::svg::{Anchor, CHARACTER, LINE, Svg, columns};
use crate::event::stream::{Span, Stream, Way};
use std::ops::Range;

/// Before the bars.
const LEFT: f64 = 90.0;
/// Bytes in a row where each is shown.
const ROW: u64 = 100;
/// More rows than this, and the whole direction is one row.
const ROWS: u64 = 5;
/// A bar's height.
const BAR: f64 = 16.0;
/// A bar shows the colours of at most so many sends.
const PARTS: usize = 200;
/// Columns of the list.
const LIST: usize = 118;

/// Draws both directions. `here` is the prompt's process: the others are named.
pub fn draw(stream: &Stream, here: &str) -> Svg {
    let mut svg = Svg::new();
    let look = Look {
        width: LIST,
        ascii: false,
        color: false,
    };
    let mut y = 24.0;
    for (index, way) in stream.ways.iter().enumerate() {
        let style = if index == 0 {
            Style::Client
        } else {
            Style::Server
        };
        let title = format!("{} → {}", way.from, way.to);
        svg.text((12.0, y), style, Anchor::Start, &title);
        y += LINE;
        for sentence in stream::summary(way) {
            svg.text((24.0, y), Style::Plain, Anchor::Start, &sentence);
            y += LINE;
        }
        if way.length() > 0 {
            y = map(&mut svg, way, y + 6.0);
            y = svg.styled((12.0, y + 6.0), &stream::list(way, here, &look), &look);
        }
        y += LINE;
    }
    svg
}

fn map(svg: &mut Svg, way: &Way, top: f64) -> f64 {
    let each = way.length() <= ROW * ROWS;
    let step = if each { ROW } else { way.length() };
    let scale = CHARACTER * ROW as f64 / step as f64;
    let mut y = top;
    let mut first = 0;
    while first < way.length() {
        let row = first..(first + step).min(way.length());
        y = rows(svg, way, &row, scale, y) + 8.0;
        first = row.end;
    }
    y
}

/// One row of each lane, for some of the bytes.
fn rows(svg: &mut Svg, way: &Way, row: &Range<u64>, scale: f64, top: f64) -> f64 {
    let place = |offset: u64| LEFT + (offset.clamp(row.start, row.end) - row.start) as f64 * scale;
    let mut y = top + 10.0;
    let mut free = 0.0;
    for offset in ticks(row) {
        let words = offset.to_string();
        if offset < row.end && place(offset) >= free {
            svg.text((place(offset), y), Style::Dim, Anchor::Start, &words);
            free = place(offset) + (words.len() + 2) as f64 * CHARACTER;
        }
    }
    y += 8.0;
    for lane in lanes(way) {
        svg.text((12.0, y + 12.0), Style::Dim, Anchor::Start, lane.title);
        for span in &lane.spans {
            if span.range.start < row.end && row.start < span.range.end {
                let ends = (place(span.range.start), place(span.range.end));
                bar(svg, way, span, row, ends, y);
            }
        }
        if lane.title == "recv" && way.unread() > 0 && way.acknowledged > way.read_end() {
            let (from, to) = (place(way.read_end()), place(way.acknowledged));
            if to > from {
                svg.line(
                    (from, y + BAR / 2.0),
                    (to, y + BAR / 2.0),
                    Style::Warning,
                    true,
                );
            }
        }
        y += BAR + 4.0;
        let below = lane.title == "send" || (way.sends.is_empty() && lane.title == "segment");
        if below && scale >= CHARACTER {
            characters(svg, way, row, y + 12.0);
            y += BAR + 4.0;
        }
    }
    y
}

/// Round offsets in a row, about ten of them, and where it begins.
fn ticks(row: &Range<u64>) -> impl Iterator<Item = u64> {
    let tenth = (row.end - row.start).div_ceil(10).max(1);
    let power = 10_u64.pow(tenth.ilog10());
    let step = [1, 2, 5, 10]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= tenth)
        .unwrap_or(tenth);
    let first = (row.start / step + 1) * step;
    std::iter::once(row.start).chain((first..row.end).step_by(step as usize))
}

fn bar(svg: &mut Svg, way: &Way, span: &Span, row: &Range<u64>, (from, to): (f64, f64), y: f64) {
    let style = if span.lost {
        Style::Lost
    } else {
        color(way, span.range.start.max(row.start))
    };
    let width = (to - from).max(1.0);
    let first = span.range.start.max(row.start);
    let last = span.range.end.min(row.end).max(first + 1);
    // A segment or a read took bytes of several sends: each part has the colour of its own.
    let mut borders = vec![first];
    if !span.lost {
        let starts = way.sends.iter().map(|send| send.range.start);
        let inside = starts.filter(|border| *border > first && *border < last);
        borders.extend(inside.take(PARTS));
    }
    borders.push(last);
    let at = |offset: u64| from + (offset - first) as f64 * width / (last - first) as f64;
    for part in borders.windows(2) {
        let (start, end) = (at(part[0]), at(part[1]));
        let style = if span.lost {
            style
        } else {
            color(way, part[0])
        };
        let wide = end - start;
        let gap = if part[1] == last {
            1.0_f64.min(wide / 2.0)
        } else {
            0.0
        };
        svg.rectangle((start, y), (wide - gap, BAR), style, true);
    }
    if span.lost {
        svg.cross((to - 8.0, y + BAR / 2.0), Style::Lost);
    }
    let name = [
        span.label.as_str(),
        span.label.split('(').next().unwrap_or_default(),
    ]
    .into_iter()
    .find(|name| columns(name) * CHARACTER <= width - 6.0);
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        svg.text((from + 3.0, y + 12.0), style, Anchor::Start, name);
    }
}

/// The bytes themselves, each in its column.
fn characters(svg: &mut Svg, way: &Way, row: &Range<u64>, y: f64) {
    let (mut at, end) = (row.start as usize, row.end as usize);
    while at < end {
        let x = LEFT + (at as u64 - row.start) as f64 * CHARACTER;
        let (shown, taken) = character(way, at, end, false);
        match shown {
            Some(' ') => {}
            Some(character) => {
                let style = color(way, at as u64);
                svg.text(
                    (x, y),
                    style,
                    Anchor::Start,
                    character.encode_utf8(&mut [0; 4]),
                );
            }
            None => svg.text((x, y), Style::Dim, Anchor::Start, "."),
        }
        at += taken;
    }
    svg.text((12.0, y), Style::Dim, Anchor::Start, "bytes");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::svg::assert_well_formed;

    #[test]
    fn the_offsets_over_a_row_are_round_numbers() {
        for (row, expected) in [
            (0..4, vec![0, 1, 2, 3]),
            (
                100..120,
                vec![100, 102, 104, 106, 108, 110, 112, 114, 116, 118],
            ),
            (0..53_576, vec![0, 10_000, 20_000, 30_000, 40_000, 50_000]),
            (0..1, vec![0]),
        ] {
            assert_eq!(ticks(&row).collect::<Vec<_>>(), expected, "{row:?}");
        }
    }

    #[test]
    fn short_streams_show_their_bytes_and_long_ones_one_row_of_bars() {
        let span = |range: Range<u64>, label: &str| Span {
            range,
            label: label.to_owned(),
            remark: String::new(),
            process: String::new(),
            again: false,
            lost: false,
        };
        // The list below has a column of the same name.
        for (length, rows) in [(11_u64, 2), (300_000, 1)] {
            let way = Way {
                from: "c".to_owned(),
                to: "conn".to_owned(),
                sends: vec![span(0..6, "send(4)"), span(6..length, "send(4)")],
                segments: Some(vec![span(0..length, "#4")]),
                reads: vec![span(0..8, "recv(5)")],
                bytes: b"he<lo &orld".iter().copied().map(Some).collect(),
                written: length,
                sent: length,
                acknowledged: length,
                read: 8,
                ..Way::default()
            };
            let stream = Stream {
                ways: vec![way, Way::default()],
            };
            let file = draw(&stream, "lab").file("stream");
            assert_well_formed(&file);
            assert_eq!(file.matches(">bytes<").count(), rows, "{length}");
        }
    }
}
