//! What is shown of lessons beside their text: the list, a failed expectation, the sum of a check. Not how they are run.

use super::styled::{Line, Look, Style, Styled};

/// A lesson in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Its part; lessons without one stand at the end.
    pub part: Option<u32>,
    /// `1.4`, or empty.
    pub place: String,
    /// What it is called.
    pub name: String,
    /// Its title; what is wrong with the file, if it could not be read.
    pub title: String,
    /// One line about it.
    pub about: String,
    /// How long it takes, in minutes.
    pub minutes: Option<u32>,
    /// How many steps are done, and of how many; nothing when it was never begun.
    pub done: Option<(usize, usize)>,
}

/// The list of lessons, by part. `parts` has their titles.
pub fn list(rows: &[Row], parts: &[(u32, &str)], look: &Look) -> Styled {
    let mut text = Styled::new();
    let column = |cell: &dyn Fn(&Row) -> usize| rows.iter().map(cell).max().unwrap_or(0);
    let places = column(&|row| look.measure(&row.place));
    let names = column(&|row| look.measure(&row.name));
    let mut part = None;
    for (index, row) in rows.iter().enumerate() {
        if index == 0 || row.part != part {
            part = row.part;
            let title = part.map_or_else(
                || "Others".to_owned(),
                |number| {
                    let known = parts.iter().find(|(part, _)| *part == number);
                    known.map_or_else(
                        || format!("Part {number}"),
                        |(_, title)| format!("Part {number}: {title}"),
                    )
                },
            );
            text.gap();
            text.push(Line::new().with(Style::Heading, &title));
        }
        let indent = 2 + places + 2;
        let mut line = Line::wrapping(indent + names + 2);
        line.push(Style::Plain, "  ");
        line.push(Style::Dim, &look.left(&row.place, places));
        line.push(Style::Plain, "  ");
        line.push(Style::Call, &row.name);
        line.pad(indent + names + 2, look);
        line.push(Style::Plain, &row.title);
        if !row.about.is_empty() {
            line.push(Style::Dim, &format!(": {}", row.about));
        }
        if let Some(minutes) = row.minutes {
            line.push(Style::Dim, &format!(" ({minutes} min)"));
        }
        match row.done {
            Some((done, of)) if done >= of => line.push(Style::Result, "  ✓ done"),
            Some((done, of)) => line.push(Style::State, &format!("  {done} of {of}")),
            None => {}
        }
        text.push(line);
    }
    text
}

/// Something that was expected and is not so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed<'a> {
    /// `lessons/104-handshake.md:31`.
    pub place: &'a str,
    /// The command it should have followed from; empty for none.
    pub command: &'a str,
    /// What was expected.
    pub expected: &'a str,
    /// What came in its place.
    pub actual: Option<&'a str>,
    /// The first field that differs, or why not.
    pub reason: &'a str,
    /// What the screen showed of the command.
    pub shown: &'a str,
}

/// At most this many lines of what the screen showed are repeated.
const SHOWN: usize = 30;

/// A failed expectation: what was expected, beside it what came, and the first difference.
pub fn failed(failed: &Failed<'_>) -> Styled {
    let mut text = Styled::new();
    let mut head = Line::wrapping(2).with(Style::Error, failed.place);
    if !failed.command.is_empty() {
        let first = failed.command.lines().next().unwrap_or_default();
        head.push(Style::Plain, "  after ");
        head.push(Style::Call, first);
    }
    text.push(head);
    let row = |label: &str, style: Style, words: &str| {
        Line::wrapping(12)
            .with(Style::Dim, &format!("  {label:<10}"))
            .with(style, words)
    };
    text.push(row("expected", Style::Plain, failed.expected));
    if let Some(actual) = failed.actual {
        text.push(row("actual", Style::Plain, actual));
    }
    if !failed.reason.is_empty() {
        text.push(row("", Style::Error, failed.reason));
    }
    let shown: Vec<&str> = failed
        .shown
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    if !shown.is_empty() {
        text.push(row("it showed", Style::Dim, ""));
        for line in shown.iter().take(SHOWN) {
            text.push(Line::new().with(Style::Dim, &format!("    {line}")));
        }
        if shown.len() > SHOWN {
            text.say(
                Style::Dim,
                4,
                &format!("and {} more lines", shown.len() - SHOWN),
            );
        }
    }
    text
}

/// One lesson's line of a check: its name, how many expectations held, or why it was passed over.
pub fn checked(name: &str, held: usize, failed: usize, passed_over: Option<&str>) -> Line {
    let mut line = Line::wrapping(4);
    let (style, mark) = match (passed_over, failed) {
        (Some(_), _) => (Style::Dim, "-"),
        (None, 0) => (Style::Result, "✓"),
        (None, _) => (Style::Error, "✗"),
    };
    line.push(style, mark);
    line.push(Style::Plain, " ");
    line.push(Style::Bold, name);
    match passed_over {
        Some(why) => line.push(Style::Dim, &format!("  passed over: {why}")),
        None if failed == 0 => line.push(Style::Dim, &format!("  {held} held")),
        None => line.push(
            Style::Error,
            &format!("  {failed} of {} do not hold", held + failed),
        ),
    }
    line
}
