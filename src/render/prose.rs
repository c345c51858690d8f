//! Markdown as text for a terminal: headings, paragraphs, lists, quotations, tables, code, emphasis and links. Not the blocks of a lesson.

use super::styled::{Line, Look, Style, Styled};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Prose wider than this is hard to read.
const WIDEST: usize = 96;

/// Draws Markdown, indented by this many columns.
pub fn draw(markdown: &str, indent: usize, look: &Look) -> Styled {
    let narrow = Look {
        width: look.width.min(WIDEST + indent),
        ..*look
    };
    let mut writer = Writer {
        text: Styled::new(),
        line: None,
        indent,
        lists: Vec::new(),
        styles: vec![Style::Plain],
        quoted: 0,
        code: false,
        row: Vec::new(),
        rows: Vec::new(),
        link: None,
        look: narrow,
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        writer.event(event);
    }
    writer.finish();
    // Wrapped here, so that a wide terminal does not make the lines longer.
    let mut text = Styled::new();
    for line in &writer.text.lines {
        for row in super::wrap::rows(line, &narrow) {
            text.push(row);
        }
    }
    text
}

/// Markdown of one paragraph as one line's pieces, for a place where there is only room for a line.
pub fn inline(markdown: &str) -> Line {
    let look = Look {
        width: usize::MAX / 2,
        ascii: false,
        color: false,
    };
    let mut line = Line::wrapping(0);
    for (place, part) in draw_whole(markdown, look).lines.iter().enumerate() {
        if place > 0 && !part.is_empty() {
            line.push(Style::Plain, " ");
        }
        line.append(part);
    }
    line
}

fn draw_whole(markdown: &str, look: Look) -> Styled {
    let mut writer = Writer {
        text: Styled::new(),
        line: None,
        indent: 0,
        lists: Vec::new(),
        styles: vec![Style::Plain],
        quoted: 0,
        code: false,
        row: Vec::new(),
        rows: Vec::new(),
        link: None,
        look,
    };
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        writer.event(event);
    }
    writer.finish();
    writer.text
}

struct Writer {
    text: Styled,
    line: Option<Line>,
    indent: usize,
    /// The number of the next item of each list that is open; `None` for bullets.
    lists: Vec<Option<u64>>,
    styles: Vec<Style>,
    quoted: usize,
    code: bool,
    row: Vec<String>,
    rows: Vec<Vec<String>>,
    link: Option<String>,
    look: Look,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code => self.code_lines(&text),
            Event::Text(text) => self.words(&text),
            Event::Code(text) => {
                self.styles.push(Style::Call);
                self.words(&text);
                self.styles.pop();
            }
            Event::SoftBreak => self.words(" "),
            Event::HardBreak => self.finish(),
            Event::Rule => {
                self.finish();
                self.text.gap();
                self.text.say(Style::Dim, self.indent, "────────");
                self.text.gap();
            }
            Event::Html(text) | Event::InlineHtml(text)
                // A comment is for whoever reads the source.
                if !text.trim_start().starts_with("<!--") => {
                    self.words(&text);
                }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph if self.line.is_none() => {
                self.gap();
            }
            Tag::Heading { level, .. } => {
                self.gap();
                let style = if level == HeadingLevel::H1 {
                    Style::Heading
                } else {
                    Style::Bold
                };
                self.styles.push(style);
            }
            Tag::BlockQuote(_) => {
                self.gap();
                self.quoted += 1;
            }
            Tag::CodeBlock(_) => {
                self.finish();
                self.gap();
                self.code = true;
            }
            Tag::List(first) => {
                self.finish();
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.finish();
                let depth = self.lists.len().saturating_sub(1) * 2;
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "• ".to_owned(),
                };
                let lead = " ".repeat(self.indent + depth);
                let hang = self.indent + depth + mark.chars().count();
                let mut line = Line::wrapping(hang);
                line.push(Style::Plain, &lead);
                line.push(Style::Dim, &mark);
                self.line = Some(line);
            }
            Tag::Emphasis | Tag::Strong => self.styles.push(Style::Bold),
            // A terminal draws no picture: its words stand for it.
            Tag::Image { .. } => {
                self.styles.push(Style::Dim);
                self.words("[picture in the book] ");
            }
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.into_string()),
            Tag::Table(_) => self.gap(),
            Tag::TableHead | Tag::TableRow => self.row.clear(),
            Tag::TableCell => self.row.push(String::new()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.finish();
                self.styles.pop();
            }
            TagEnd::Paragraph | TagEnd::Item => self.finish(),
            TagEnd::BlockQuote(_) => {
                self.finish();
                self.quoted = self.quoted.saturating_sub(1);
            }
            TagEnd::CodeBlock => self.code = false,
            TagEnd::List(_) => {
                self.finish();
                self.lists.pop();
            }
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Image => {
                self.styles.pop();
            }
            TagEnd::Link => {
                if let Some(link) = self.link.take().filter(|link| link.contains("://")) {
                    self.styles.push(Style::Dim);
                    self.words(&format!(" ({link})"));
                    self.styles.pop();
                }
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                self.rows.push(row);
            }
            TagEnd::Table => self.table(),
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        if let Some(cell) = self.row.last_mut() {
            cell.push_str(words);
            return;
        }
        let style = self.styles.last().copied().unwrap_or_default();
        if self.line.is_none() {
            let bar = "│ ".repeat(self.quoted);
            let mut line = Line::wrapping(self.indent + 2 * self.quoted);
            line.push(Style::Plain, &" ".repeat(self.indent));
            line.push(Style::Dim, &bar);
            self.line = Some(line);
        }
        if let Some(line) = &mut self.line {
            line.push(style, words);
        }
    }

    fn code_lines(&mut self, text: &str) {
        for code in text.lines() {
            let mut line = Line::new();
            line.push(Style::Plain, &" ".repeat(self.indent + 4));
            line.push(Style::Data, &code.replace('\t', "    "));
            self.text.push(line);
        }
    }

    /// Columns side by side where they fit, else a paragraph for each row.
    fn table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| self.look.measure(cell)).max().unwrap_or(0)
            })
            .collect();
        let last = columns.saturating_sub(1);
        let before: usize = widths.iter().take(last).map(|width| width + 2).sum();
        let fits = self.indent + before + 20 <= self.look.width;
        for (place, row) in rows.iter().enumerate() {
            let style = if place == 0 {
                Style::Bold
            } else {
                Style::Plain
            };
            let hang = if fits {
                self.indent + before
            } else {
                self.indent + 4
            };
            let mut line = Line::wrapping(hang);
            line.push(Style::Plain, &" ".repeat(self.indent));
            let mut column_at = self.indent;
            for (column, cell) in row.iter().enumerate() {
                if fits {
                    line.pad(column_at, &self.look);
                } else if column > 0 {
                    line.push(Style::Dim, "  ");
                }
                line.push(if column == 0 { Style::Bold } else { style }, cell);
                column_at += widths.get(column).copied().unwrap_or(0) + 2;
            }
            self.text.push(line);
        }
    }

    fn gap(&mut self) {
        self.finish();
        self.text.gap();
    }

    fn finish(&mut self) {
        if let Some(line) = self.line.take() {
            self.text.push(line);
        }
    }
}
