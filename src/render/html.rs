//! The session as a page of its own: HTML without scripts and without anything from elsewhere. Text is escaped, whoever wrote it.

use super::styled::{Look, Style, Styled};
use super::svg::{class, ink, xml};
use super::wrap;
use std::fmt::Write;

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Part {
    /// A title.
    Title(String),
    /// A paragraph.
    Prose(String),
    /// Lines as on the screen.
    Screen(Styled),
    /// Lines that open below a line.
    Folded(Styled, Styled),
    /// A drawing, as [`super::svg::Svg::part`] gives it.
    Drawing(String),
}

/// How the screens of a page look: wide enough for drawings in text, in every character.
pub const LOOK: Look = Look {
    width: 110,
    ascii: false,
    color: true,
};

/// The page. A part is asked for when those before it are written, and let go then: one may be large.
pub fn page(title: &str, parts: impl IntoIterator<Item = Part>) -> String {
    let title = xml(title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n<style>{}{}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n",
        paper(),
        ink()
    );
    for part in parts {
        // Writing into a String cannot fail.
        let _ = match part {
            Part::Title(text) => writeln!(page, "<h2>{}</h2>", xml(&text)),
            Part::Prose(text) => writeln!(page, "<p>{}</p>", xml(&text)),
            Part::Screen(text) => writeln!(page, "<pre>{}</pre>", lines(&text)),
            Part::Folded(head, text) => writeln!(
                page,
                "<details><summary><code>{}</code></summary><pre>{}</pre></details>",
                lines(&head).trim_end(),
                lines(&text)
            ),
            Part::Drawing(drawing) => writeln!(page, "<div class=\"drawing\">{drawing}</div>"),
        };
    }
    page.push_str("</body>\n</html>\n");
    page
}

/// What the page needs besides the ink.
fn paper() -> &'static str {
    "body{max-width:72em;margin:1.5em auto;padding:0 1em;background:#ffffff;color:#1f2328;font-family:system-ui,sans-serif}\
     pre,code{font:13px/1.35 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;margin:0;white-space:pre;overflow-x:auto}\
     pre{margin:.2em 0 .9em}summary{cursor:pointer}.drawing{overflow-x:auto}\
     @media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}}"
}

/// Lines with their styles as classes.
fn lines(text: &Styled) -> String {
    let mut html = String::new();
    for line in &text.lines {
        for row in wrap::rows(line, &LOOK) {
            let mut run = (Style::Plain, String::new());
            for piece in row.pieces() {
                let blank = piece.text().chars().all(|character| character == ' ');
                if !blank && piece.style() != run.0 {
                    span(&mut html, &run);
                    run = (piece.style(), String::new());
                }
                run.1.push_str(piece.text());
            }
            span(&mut html, &run);
            html.push('\n');
        }
    }
    html
}

/// Text of one style. What is plain has the page's colour, and blanks have none: a row of bytes is not a span for each.
fn span(html: &mut String, (style, text): &(Style, String)) {
    let text = xml(text);
    let _ = match style {
        _ if text.is_empty() => Ok(()),
        Style::Plain => write!(html, "{text}"),
        _ => write!(html, "<span class=\"t-{}\">{text}</span>", class(*style)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::svg::{Anchor, Svg, assert_well_formed};

    #[test]
    fn a_row_of_bytes_is_one_span_and_what_is_plain_none() {
        let mut row = crate::render::styled::Line::new().with(Style::Plain, "at ");
        for byte in ["45", "00", "1c"] {
            row.push(Style::Data, byte);
            row.push(Style::Dim, " ");
        }
        row.push(Style::Lost, "x<");
        let text = Styled { lines: vec![row] };
        assert_eq!(
            lines(&text),
            "at <span class=\"t-data\">45 00 1c </span><span class=\"t-lost\">x&lt;</span>\n"
        );
    }

    #[test]
    fn a_page_is_well_formed_whatever_it_shows_and_loads_nothing() {
        let mut text = Styled::new();
        text.say(
            Style::Data,
            2,
            "</pre><script>alert(1)</script> & \u{1b}[2J \u{202e} \"你好\"",
        );
        let mut svg = Svg::new();
        svg.text((0.0, 0.0), Style::Plain, Anchor::Start, "<x>");
        let page = page(
            "a <session>",
            [
                Part::Title("calls & packets".to_owned()),
                Part::Prose("5 < 6".to_owned()),
                Part::Screen(text.clone()),
                Part::Folded(text.clone(), text),
                Part::Drawing(svg.part("ladder")),
            ],
        );
        assert_well_formed(&page);
        for outside in ["src=", "href=", "url(", "@import", "style=\""] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
