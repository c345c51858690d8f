//! Drawings as SVG (W3C SVG 1.1), readable on light and dark paper, without scripts or anything from elsewhere. What is drawn is
//! in the rooms beside this one; here are the pen and the ink.

use super::sgr::Sgr;
use super::styled::{Line, Look, Style, Styled, printable};
use super::svg_boxes;
use std::fmt::Write;

/// The width of a character of 13 pixels, as monospace fonts have it.
pub const CHARACTER: f64 = 7.83;
/// From one line of text to the next.
pub const LINE: f64 = 18.0;
/// From the top of a line to the base line of its text.
const ASCENT: f64 = 13.0;

/// Where a text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At its left end.
    Start,
    /// At its middle.
    Middle,
    /// At its right end.
    End,
}

/// A drawing that grows.
#[derive(Clone, Debug, Default)]
pub struct Svg {
    body: String,
    width: f64,
    height: f64,
}

impl Svg {
    /// An empty sheet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes text with its base line at `y`.
    pub fn text(&mut self, (x, y): (f64, f64), style: Style, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let shown = xml(text);
        self.add(format_args!(
            "<text x=\"{}\" y=\"{}\" class=\"t-{}\"{anchor}>{shown}</text>",
            Number(x),
            Number(y),
            class(style)
        ));
        let reach = if anchor.is_empty() {
            columns(text)
        } else {
            0.0
        };
        self.reach(x + reach * CHARACTER, y + 4.0);
    }

    /// Writes a line of pieces, each at its column, so that columns stay straight whatever font there is. What is drawn with characters
    /// is drawn with strokes.
    pub fn line_of_text(&mut self, (x, y): (f64, f64), line: &Line) {
        let mut column = 0.0;
        for piece in line.pieces() {
            for run in svg_boxes::runs(piece.text()) {
                let start = x + column * CHARACTER;
                column += columns(run);
                let cell = (CHARACTER, LINE);
                if let Some(strokes) = svg_boxes::strokes(run, (start, y - ASCENT), cell) {
                    for (from, to) in strokes {
                        self.line(from, to, piece.style(), false);
                    }
                    continue;
                }
                let blank = run.len() - run.trim_start_matches(' ').len();
                let text = run.trim_matches(' ');
                if !text.is_empty() {
                    let start = start + blank as f64 * CHARACTER;
                    self.text((start, y), piece.style(), Anchor::Start, text);
                }
            }
        }
    }

    /// Writes lines of text below each other, wrapped for this look. Gives where the next one would stand.
    pub fn styled(&mut self, (x, y): (f64, f64), text: &Styled, look: &Look) -> f64 {
        let mut y = y;
        for line in &text.lines {
            for row in super::wrap::rows(line, look) {
                self.line_of_text((x, y), &row);
                y += LINE;
            }
        }
        self.reach(x, y - LINE + 4.0);
        y
    }

    /// A line from one place to another.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), style: Style, dashed: bool) {
        let dashed = if dashed {
            " stroke-dasharray=\"3 4\" stroke-opacity=\".45\""
        } else {
            ""
        };
        self.add(format_args!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"s-{}\"{dashed}/>",
            Number(from.0),
            Number(from.1),
            Number(to.0),
            Number(to.1),
            class(style)
        ));
        self.reach(from.0.max(to.0), from.1.max(to.1));
    }

    /// A line with a head at its end.
    pub fn arrow(&mut self, from: (f64, f64), to: (f64, f64), style: Style, dashed: bool) {
        self.line(from, to, style, dashed);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy).max(1e-6);
        let (ux, uy) = (dx / length, dy / length);
        let back = (to.0 - ux * 10.0, to.1 - uy * 10.0);
        let points = [
            to,
            (back.0 - uy * 4.0, back.1 + ux * 4.0),
            (back.0 + uy * 4.0, back.1 - ux * 4.0),
        ];
        self.polygon(&points, style);
    }

    /// A filled shape.
    pub fn polygon(&mut self, points: &[(f64, f64)], style: Style) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{},{}", Number(*x), Number(*y)))
            .collect();
        self.add(format_args!(
            "<polygon points=\"{}\" class=\"t-{}\"/>",
            points.join(" "),
            class(style)
        ));
    }

    /// A cross: here a packet ends that does not arrive.
    pub fn cross(&mut self, (x, y): (f64, f64), style: Style) {
        self.line((x - 5.0, y - 5.0), (x + 5.0, y + 5.0), style, false);
        self.line((x - 5.0, y + 5.0), (x + 5.0, y - 5.0), style, false);
    }

    /// A box; a filled one is tinted.
    pub fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), style: Style, filled: bool) {
        let kind = if filled { "f" } else { "s" };
        self.add(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"2\" class=\"{kind}-{}\"/>",
            Number(at.0),
            Number(at.1),
            Number(size.0),
            Number(size.1),
            class(style)
        ));
        self.reach(at.0 + size.0, at.1 + size.1);
    }

    /// A line through several places.
    pub fn path(&mut self, points: &[(f64, f64)], style: Style) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{},{}", Number(*x), Number(*y)))
            .collect();
        self.add(format_args!(
            "<polyline points=\"{}\" class=\"s-{}\"/>",
            points.join(" "),
            class(style)
        ));
    }

    /// A point.
    pub fn point(&mut self, (x, y): (f64, f64), style: Style) {
        self.add(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"2.5\" class=\"t-{}\"/>",
            Number(x),
            Number(y),
            class(style)
        ));
    }

    /// Blanks what is below, so that words on a line can be read.
    pub fn blank(&mut self, at: (f64, f64), size: (f64, f64)) {
        self.add(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"paper\"/>",
            Number(at.0),
            Number(at.1),
            Number(size.0),
            Number(size.1)
        ));
    }

    /// The whole drawing as a file of its own.
    pub fn file(&self, title: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
            self.sheet(title, &format!("<style>{}</style>\n", ink()))
        )
    }

    /// The drawing as a part of a page that has the ink already.
    pub fn part(&self, title: &str) -> String {
        self.sheet(title, "")
    }

    fn sheet(&self, title: &str, style: &str) -> String {
        const MARGIN: f64 = 12.0;
        let (width, height) = (self.width + MARGIN, self.height + MARGIN);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
             font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\">\n\
             <title>{}</title>\n{style}<rect width=\"{w}\" height=\"{h}\" class=\"paper\"/>\n{}</svg>\n",
            xml(title),
            self.body,
            w = Number(width),
            h = Number(height),
        )
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing into a String cannot fail.
        let _ = self.body.write_fmt(element);
        self.body.push('\n');
    }

    fn reach(&mut self, x: f64, y: f64) {
        self.width = self.width.max(x);
        self.height = self.height.max(y);
    }
}

/// The columns a text takes, wide characters counted twice.
pub fn columns(text: &str) -> f64 {
    let look = Look {
        width: usize::MAX,
        ascii: false,
        color: false,
    };
    look.measure(&printable(text)) as f64
}

/// Text as XML and HTML take it, with everything hidden made visible.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The name of a style in the style sheet.
pub fn class(style: Style) -> String {
    match style {
        Style::Field(index) => format!("field{}", index % 8),
        Style::Sgr(sgr) => class(nearest(sgr)),
        other => format!("{other:?}").to_lowercase(),
    }
}

/// The style that comes nearest to what a program chose, on paper that has no terminal's colours.
fn nearest(sgr: Sgr) -> Style {
    match sgr.color() {
        Some(1 | 9) => Style::Error,
        Some(2 | 10) => Style::Result,
        Some(3 | 11) => Style::Warning,
        Some(4 | 12) => Style::Note,
        Some(5 | 13) => Style::Server,
        Some(6 | 14) => Style::Client,
        _ if sgr.is_bold() => Style::Bold,
        _ => Style::Plain,
    }
}

/// The colour of a style on light and on dark paper.
fn colors(style: Style) -> (&'static str, &'static str) {
    const FIELDS: [(&str, &str); 8] = [
        ("#0a6ebd", "#58a6ff"),
        ("#9a6700", "#e3b341"),
        ("#1a7f37", "#56d364"),
        ("#a626a4", "#d2a8ff"),
        ("#0b7285", "#66d9e8"),
        ("#c2410c", "#ffa657"),
        ("#4d7c0f", "#a5d65a"),
        ("#bf3989", "#ff9bce"),
    ];
    match style {
        Style::Plain | Style::Bold | Style::Heading => ("#1f2328", "#e6edf3"),
        Style::Dim => ("#656d76", "#8b949e"),
        Style::Call | Style::Client => ("#0a6ebd", "#58a6ff"),
        Style::Server => ("#a626a4", "#d2a8ff"),
        Style::Result | Style::Data | Style::Prompt => ("#1a7f37", "#56d364"),
        Style::State | Style::Warning => ("#9a6700", "#e3b341"),
        Style::Note => ("#0550ae", "#79c0ff"),
        Style::Error | Style::Lost => ("#cf222e", "#ff7b72"),
        Style::Field(index) => FIELDS[usize::from(index % 8)],
        Style::Sgr(sgr) => colors(nearest(sgr)),
    }
}

/// The style sheet: each style as text (`t`), stroke (`s`) and tinted box (`f`), on light paper, and on dark where that is asked for.
pub fn ink() -> String {
    let mut sheet = String::from(
        ".paper{fill:#ffffff;stroke:none}text{white-space:pre}line,polyline{stroke-width:1.4;fill:none}",
    );
    let rules = |dark: bool| {
        let mut rules = String::new();
        for style in Style::ALL {
            let (name, (on_light, on_dark)) = (class(style), colors(style));
            let color = if dark { on_dark } else { on_light };
            // Writing into a String cannot fail.
            let _ = write!(
                rules,
                ".t-{name}{{fill:{color};color:{color}}}.s-{name}{{stroke:{color};fill:none}}.f-{name}{{fill:{color};fill-opacity:.18;stroke:{color}}}"
            );
        }
        rules
    };
    sheet.push_str(&rules(false));
    sheet.push_str(".t-bold,.t-heading,.t-prompt,.t-lost{font-weight:bold}");
    let _ = write!(
        sheet,
        "@media (prefers-color-scheme:dark){{.paper{{fill:#0d1117}}{}}}",
        rules(true)
    );
    sheet
}

/// A number with one decimal where it has one.
struct Number(f64);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rounded = (self.0 * 10.0).round() / 10.0;
        write!(f, "{rounded}")
    }
}

/// Checks that a text is well-formed XML, as far as this room writes it: elements closed in their order, attributes quoted, no
/// bare `<` or `&`. For the tests of all drawings.
#[cfg(test)]
pub(super) fn assert_well_formed(text: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        assert_text(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if tag.starts_with('?') || tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
            continue;
        }
        let name = tag
            .split([' ', '/', '\n'])
            .next()
            .expect("a tag has a name");
        let attributes = tag[name.len()..].trim_end_matches('/');
        assert_eq!(attributes.matches('"').count() % 2, 0, "<{tag}>");
        for value in attributes.split('"').skip(1).step_by(2) {
            assert_text(value);
        }
        if !tag.ends_with('/') && !matches!(name, "meta" | "br") {
            open.push(name);
        }
    }
    assert_text(rest);
    assert!(open.is_empty(), "never closed: {open:?}");
    assert!(!text.contains("<script") && !text.contains("javascript:"));
}

#[cfg(test)]
fn assert_text(text: &str) {
    for part in text.split('&').skip(1) {
        let name = part.split(';').next().unwrap_or_default();
        assert!(
            matches!(name, "amp" | "lt" | "gt" | "quot" | "#39"),
            "a bare & before {part:?}"
        );
    }
    assert!(
        text.chars().all(|next| next == '\n' || !next.is_control()),
        "{text:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_escaped_and_the_sheet_holds_everything() {
        let mut svg = Svg::new();
        svg.text(
            (10.0, 20.0),
            Style::Data,
            Anchor::Start,
            "<script>alert('&\u{1b}[31m\u{202e}\u{ffff}\0')</script>",
        );
        svg.arrow((0.0, 0.0), (300.0, 40.0), Style::Client, false);
        let file = svg.file("a \"title\" <b>");
        assert_well_formed(&file);
        assert!(
            file.contains("&lt;script&gt;alert(&#39;&amp;\\x1b[31m\\u202e"),
            "{file}"
        );
        let width: f64 = file
            .split("width=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next()?.parse().ok())
            .expect("the sheet has a width");
        assert!(width > 300.0 && width < 600.0, "{width}");
    }

    #[test]
    fn every_style_has_a_class_and_two_colours() {
        let ink = ink();
        for style in Style::ALL {
            assert_eq!(
                ink.matches(&format!(".t-{}{{", class(style))).count(),
                2 + usize::from(matches!(style, Style::Lost)),
                "{style:?}"
            );
        }
    }
}
