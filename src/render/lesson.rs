//! What is shown of lessons beside their text: the list, a failed expectation, the sum of a check. Not how they are run.

use super::prose;
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
        let (style, mark) = match row.done {
            Some((done, of)) if done >= of => (Style::Result, "✓".to_owned()),
            Some((done, of)) => (Style::State, format!("{done}/{of}")),
            None => (Style::Plain, String::new()),
        };
        let indent = 7 + places + 2;
        let mut line = Line::wrapping(indent + names + 2);
        line.push(style, &look.right(&mark, 5));
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
            text.push(Line::wrapping(8).with(Style::Dim, &format!("    {line}")));
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

/// What is said of a lesson that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening<'a> {
    /// Its title.
    pub title: &'a str,
    /// One line about it.
    pub about: &'a str,
    /// What its reader knows already, Markdown; empty for nothing.
    pub assumes: &'a str,
    /// How long it takes, in words.
    pub time: Option<String>,
    /// How many steps it has.
    pub steps: usize,
}

/// The head of a lesson that begins.
pub fn opening(front: &Opening<'_>, look: &Look) -> Styled {
    let Opening {
        title,
        about,
        assumes,
        time,
        steps,
    } = front;
    let mut text = Styled::new();
    text.gap();
    text.push(Line::new().with(Style::Heading, title));
    let mut facts = vec![match *steps {
        1 => "1 step".to_owned(),
        steps => format!("{steps} steps"),
    }];
    facts.extend(time.clone());
    if !about.is_empty() {
        text.say(Style::Plain, 0, about);
    }
    text.say(Style::Dim, 0, &facts.join(", "));
    if !assumes.is_empty() {
        text.append(prose::draw(&format!("Assumes: {assumes}."), 0, look));
    }
    text
}

/// Where a step stands: `3/12`.
fn counter(number: usize, of: usize) -> String {
    format!("{number}/{of}  ")
}

/// A line to be typed.
pub fn to_type(number: usize, of: usize, line: &str) -> Styled {
    let mut text = Styled::new();
    text.push(Line::new());
    let mut rows = line.lines();
    let first = rows.next().unwrap_or_default();
    text.push(
        Line::wrapping(9)
            .with(Style::Dim, &counter(number, of))
            .with(Style::Bold, "type  ")
            .with(Style::Call, first),
    );
    for row in rows {
        text.push(
            Line::wrapping(13)
                .with(Style::Plain, "             ")
                .with(Style::Call, row),
        );
    }
    text
}

/// A question with its choices. `ask` is its first line, set already.
pub fn question(number: usize, of: usize, ask: &Styled, choices: &[String]) -> Styled {
    let mut text = Styled::new();
    text.push(Line::new());
    text.append(headed(&counter(number, of), "predict  ", ask));
    text.append(lettered(choices));
    text
}

/// A question or a task in a text that is only read. `body` is set already.
pub fn posed(word: &str, body: &Styled, choices: &[String]) -> Styled {
    let mut text = headed("", word, body);
    text.append(lettered(choices));
    text
}

fn lettered(choices: &[String]) -> Styled {
    let mut text = Styled::new();
    for (letter, choice) in ('a'..='z').zip(choices) {
        text.push(
            Line::wrapping(9)
                .with(Style::Bold, &format!("     {letter}  "))
                .with(Style::Plain, choice),
        );
    }
    text
}

/// A task. `goal` is set already.
pub fn task(number: usize, of: usize, goal: &Styled) -> Styled {
    let mut text = Styled::new();
    text.push(Line::new());
    text.append(headed(&counter(number, of), "task  ", goal));
    text
}

/// Puts a counter and a word in front of a text's first line; the others are as they are.
fn headed(counter: &str, word: &str, body: &Styled) -> Styled {
    let mut text = Styled::new();
    text.push(
        Line::wrapping(5)
            .with(Style::Dim, counter)
            .with(Style::Bold, word.trim_end()),
    );
    text.append(body.clone());
    text
}

/// How an answer was: what was said, and what is so.
pub fn answered(said: Option<&str>, answer: &str, right: bool) -> Line {
    let line = Line::wrapping(5);
    match said {
        Some(_) if right => line
            .with(Style::Result, "✓ ")
            .with(Style::Plain, "as you said: ")
            .with(Style::Bold, answer),
        Some(said) => line
            .with(Style::Error, "✗ ")
            .with(Style::Plain, &format!("you said {said}; it is "))
            .with(Style::Bold, answer),
        None => line
            .with(Style::Dim, "the answer: ")
            .with(Style::Bold, answer),
    }
}

/// A step that is done.
pub fn done(words: &str) -> Line {
    Line::wrapping(5)
        .with(Style::Result, "✓ ")
        .with(Style::Dim, words)
}

/// A step that is not done yet, and what is missing.
pub fn not_yet(words: &str) -> Line {
    Line::wrapping(5)
        .with(Style::State, "… ")
        .with(Style::Dim, words)
}

/// Something the program says on the side.
pub fn aside(words: &str) -> Line {
    Line::wrapping(5).with(Style::Dim, words)
}
