//! What is wrong with a line, drawn: the line, a caret under the place, what was expected, what may help.
//! Finds nothing itself: that is `command::diagnostic`.

use super::styled::{Line, Look, Style, Styled};
use crate::command::diagnostic::Diagnostic;

/// Draws it under `text`, the text that was read. `source` is a script's name and the number of the first line of `text` in it;
/// `None` at the prompt.
pub fn draw(
    text: &str,
    diagnostic: &Diagnostic,
    source: Option<(&str, usize)>,
    look: &Look,
) -> Styled {
    let mut shown = Styled::new();
    let mut title = Line::wrapping(7).with(Style::Error, "error: ");
    title.push(Style::Bold, &diagnostic.message);
    shown.push(title);
    let start = floor(text, diagnostic.span.start);
    let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    if let Some((name, line)) = source {
        let line = line + text[..first].matches('\n').count();
        let column = text[first..start].chars().count() + 1;
        let place = match diagnostic.further {
            0 => format!("{name}, line {line}, column {column}"),
            further => format!("{name}, lines {line} to {}", line + further),
        };
        shown.say(Style::Dim, 2, &place);
    }
    let last = text[start..]
        .find('\n')
        .map_or(text.len(), |newline| start + newline);
    let end = floor(text, diagnostic.span.end).clamp(start, last);
    let line = Window {
        before: letters(&text[first..start]),
        marked: letters(&text[start..end]),
        after: letters(&text[end..last]),
    };
    let expected = if diagnostic.expected.is_empty() {
        String::new()
    } else {
        format!("expected {}", diagnostic.expected)
    };
    line.draw(&mut shown, &expected, look);
    let rest = text.get(last + 1..).unwrap_or_default();
    for line in rest.split('\n').take(diagnostic.further.min(FURTHER)) {
        shown.push(
            Line::new()
                .with(Style::Dim, MARGIN)
                .with(Style::Plain, &line.trim_end().replace('\t', "    ")),
        );
    }
    if diagnostic.further > FURTHER {
        shown.push(Line::new().with(
            Style::Dim,
            &format!("{MARGIN}… {} more", diagnostic.further - FURTHER),
        ));
    }
    if let Some(help) = &diagnostic.help {
        shown.push(
            Line::wrapping(8)
                .with(Style::Note, "  help: ")
                .with(Style::Plain, help),
        );
    }
    shown
}

/// The largest character boundary that is not above `index`.
fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// Each character as it is shown: one that is hidden takes the columns of its escape.
fn letters(text: &str) -> Vec<String> {
    text.chars()
        .map(|character| {
            if character == '\t' {
                return "    ".to_owned();
            }
            let alone = character.to_string();
            super::styled::printable(&alone).into_owned()
        })
        .collect()
}

/// A line of which as much is shown as there is room for, around the marked part.
struct Window {
    before: Vec<String>,
    marked: Vec<String>,
    after: Vec<String>,
}

const MARGIN: &str = "  │ ";

/// Of the lines below the marked one so many are shown.
const FURTHER: usize = 6;

impl Window {
    fn draw(mut self, shown: &mut Styled, expected: &str, look: &Look) {
        let wide =
            |letters: &[String]| -> usize { letters.iter().map(|each| look.measure(each)).sum() };
        let room = look.width.saturating_sub(look.measure(MARGIN) + 1).max(8);
        let dots = look.measure("…");
        // No more than can be shown is measured, however long the line: a letter has at least one column.
        let most = room + 1;
        self.before.drain(..self.before.len().saturating_sub(most));
        self.marked.truncate(most);
        self.after.truncate(most);
        if wide(&self.before) + wide(&self.marked) + wide(&self.after) > room {
            // The marked part first, then what leads to it, then what follows.
            let half = room / 2;
            while self.marked.len() > 1 && wide(&self.marked) > half {
                self.marked.pop();
                self.after.clear();
            }
            let lead = room
                .saturating_sub(wide(&self.marked) + 2 * dots + wide(&self.after).min(half / 2));
            let mut cut = 0;
            while cut < self.before.len() && wide(&self.before[cut..]) > lead {
                cut += 1;
            }
            if cut > 0 {
                self.before.splice(..cut, ["…".to_owned()]);
            }
            let used = wide(&self.before) + wide(&self.marked);
            if used + wide(&self.after) > room {
                while !self.after.is_empty() && used + wide(&self.after) + dots > room {
                    self.after.pop();
                }
                self.after.push("…".to_owned());
            }
        }
        shown.push(
            Line::new()
                .with(Style::Dim, MARGIN)
                .with(Style::Plain, &self.before.concat())
                .with(Style::Error, &self.marked.concat())
                .with(Style::Plain, &self.after.concat()),
        );
        let column = wide(&self.before);
        let carets = "^".repeat(wide(&self.marked).max(1));
        let mut under = Line::new().with(Style::Dim, MARGIN);
        under.push(Style::Plain, &" ".repeat(column));
        under.push(Style::Error, &carets);
        let fits = under.width(look) + 1 + look.measure(expected) <= look.width;
        if fits && !expected.is_empty() {
            under.push(Style::Error, &format!(" {expected}"));
        }
        shown.push(under);
        if !fits {
            shown.push(
                Line::wrapping(4)
                    .with(Style::Dim, MARGIN)
                    .with(Style::Error, expected),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{look, screens};
    use proptest::prelude::*;

    #[test]
    fn the_caret_stands_under_what_is_wrong() {
        let mistyped = Diagnostic::new(4..10, "no verb is called `conect`")
            .expecting("a verb")
            .helping("did you mean `connect`?");
        let wide = Diagnostic::new(11..16, "a string does not end").expecting("\"");
        let at_end =
            Diagnostic::new(7..7, "bind needs an address").expecting("an address (127.0.0.1:5000)");
        let far = format!("send s \"{}\" oops more", "0123456789".repeat(12));
        let place = far.find("oops").expect("it is there");
        let long = Diagnostic::new(place..place + 4, "send takes no third value")
            .expecting("the end of the line");
        let second = Diagnostic::new(13..17, "no such name");
        insta::assert_snapshot!(screens(|look| {
            let mut text = draw("c = conect c :1", &mistyped, None, look);
            text.append(draw(
                "print \"你\", \"open",
                &wide,
                Some(("a.lab", 7)),
                look,
            ));
            text.append(draw("bind s ", &at_end, None, look));
            text.append(draw(&far, &long, Some(("a.lab", 9)), look));
            text.append(draw(
                "s = socket\\\n\tfoo\u{1b} bar",
                &second,
                Some(("a.lab", 3)),
                look,
            ));
            text
        }));
    }

    proptest! {
        #[test]
        fn any_text_and_any_span_fit_the_width(
            text in any::<String>(),
            start in 0_usize..60,
            len in 0_usize..60,
            columns in 20_usize..100,
        ) {
            let look = look(columns, false);
            let diagnostic = Diagnostic::new(start..start + len, "wrong").expecting("something else");
            let shown = draw(&text, &diagnostic, Some(("x", 1)), &look).to_text(&look);
            for row in shown.lines() {
                prop_assert!(look.measure(row) <= columns, "{row}");
                prop_assert!(row.chars().all(crate::packet::text::is_printable));
            }
            prop_assert!(shown.contains('^'));
        }
    }
}
