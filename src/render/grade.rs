//! What a program's cases came to, as text and as JSON. Not how they are run.

use super::json::{Object, quoted};
use super::prose;
use super::styled::{Line, Look, Style, Styled};

/// What a case came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graded {
    /// The case's name.
    pub name: String,
    /// The points it gave.
    pub points: u32,
    /// The points it is worth.
    pub of: u32,
    /// What was otherwise than expected; nothing when it passed.
    pub mismatch: Option<Mismatch>,
}

/// The first thing in a case that was otherwise than expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// What happened, in a sentence.
    pub words: String,
    /// The line in the lesson's file, from 1.
    pub line: usize,
    /// The command it followed from.
    pub command: String,
    /// What was expected.
    pub expected: String,
    /// What came in its place, where it can be put beside it.
    pub actual: Option<String>,
    /// The last calls of the program, oldest first.
    pub calls: Vec<String>,
    /// What the screen showed last: calls, packets and output.
    pub shown: Vec<String>,
    /// The packets between the sockets, as a ladder draws them.
    pub ladder: Vec<String>,
    /// What the lesson says of it, Markdown.
    pub because: String,
}

/// A program and what all its cases came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grade {
    /// The lesson's name.
    pub lesson: String,
    /// The program's file.
    pub program: String,
    /// Each case.
    pub cases: Vec<Graded>,
    /// What this machine could not bound or hide, in words.
    pub open: Vec<String>,
}

impl Grade {
    /// True when every case passed.
    pub fn is_passed(&self) -> bool {
        self.cases.iter().all(|case| case.mismatch.is_none())
    }

    fn points(&self) -> (u32, u32) {
        let sum = |points: fn(&Graded) -> u32| self.cases.iter().map(points).sum();
        (sum(|case| case.points), sum(|case| case.of))
    }
}

/// `0 of 2 points`.
fn points(points: u32, of: u32) -> String {
    let unit = if of == 1 { "point" } else { "points" };
    format!("{points} of {of} {unit}")
}

/// A case's line: `✗ short reads  0 of 2 points: …`.
pub fn case(case: &Graded) -> Line {
    let mut line = outcome(case);
    if let Some(mismatch) = &case.mismatch {
        line.push(Style::Plain, &format!(": {}", mismatch.words));
    }
    line
}

/// The same without what was otherwise than expected.
fn outcome(case: &Graded) -> Line {
    let (style, mark) = match case.mismatch {
        None => (Style::Result, "✓ "),
        Some(_) => (Style::Error, "✗ "),
    };
    Line::wrapping(2)
        .with(style, mark)
        .with(Style::Bold, &case.name)
        .with(Style::Dim, &format!("  {}", points(case.points, case.of)))
}

/// A case that failed, at length: its line and the first difference. `None` for one that passed.
pub fn failed(graded: &Graded, look: &Look) -> Option<Styled> {
    let mismatch = graded.mismatch.as_ref()?;
    let mut text = Styled::new();
    text.push(case(graded));
    text.append(difference(mismatch, look));
    Some(text)
}

/// The first difference: what was expected, what came, and the calls and packets around it.
fn difference(mismatch: &Mismatch, look: &Look) -> Styled {
    let mut text = Styled::new();
    let row = |label: &str, style: Style, words: &str| {
        Line::wrapping(12)
            .with(Style::Dim, &format!("  {label:<10}"))
            .with(style, words)
    };
    if !mismatch.command.is_empty() {
        let first = mismatch.command.lines().next().unwrap_or_default();
        text.push(row("after", Style::Call, first));
    }
    if !mismatch.expected.is_empty() {
        text.push(row("expected", Style::Plain, &mismatch.expected));
    }
    if let Some(actual) = &mismatch.actual {
        text.push(row("actual", Style::Plain, actual));
    }
    let (label, rows) = if mismatch.ladder.is_empty() {
        ("it showed", &mismatch.shown)
    } else {
        ("ladder", &mismatch.ladder)
    };
    if !rows.is_empty() {
        text.push(row(label, Style::Dim, ""));
        for line in rows {
            text.push(Line::new().with(Style::Dim, &format!("    {line}")));
        }
    }
    for (place, call) in mismatch.calls.iter().enumerate() {
        let label = if place == 0 { "its calls" } else { "" };
        text.push(row(label, Style::Call, call));
    }
    if !mismatch.because.trim().is_empty() {
        text.append(prose::draw(&mismatch.because, 2, look));
    }
    text
}

/// A grade: the first case that failed with its difference, then each case with its points, and the sum.
pub fn grade(grade: &Grade, look: &Look) -> Styled {
    let mut text = Styled::new();
    if let Some(first) = grade.cases.iter().find_map(|case| failed(case, look)) {
        text.append(first);
        text.push(Line::new());
    }
    text.append(cases(grade));
    text
}

/// Each case with its points, and the sum.
pub fn cases(grade: &Grade) -> Styled {
    let mut text = Styled::new();
    // What the first difference said is not said again.
    let words = |graded: &Graded| graded.mismatch.as_ref().map(|found| found.words.clone());
    let first = grade.cases.iter().find_map(words);
    for graded in &grade.cases {
        let is_said = words(graded).is_some_and(|words| Some(words) == first);
        text.push(if is_said {
            outcome(graded)
        } else {
            case(graded)
        });
    }
    let (given, of) = grade.points();
    let passed = grade.cases.iter().filter(|case| case.mismatch.is_none());
    let style = if grade.is_passed() {
        Style::Note
    } else {
        Style::Error
    };
    let words = format!(
        "{}: {}, {} of {} cases passed",
        grade.program,
        points(given, of),
        passed.count(),
        grade.cases.len()
    );
    text.say(style, 0, &words);
    for words in &grade.open {
        let words = format!("not kept from the program on this machine: {words}");
        text.push(Line::wrapping(2).with(Style::Dim, &words));
    }
    text
}

/// `{"event":"case",…}`: a case as a line of JSON.
pub fn case_json(case: &Graded) -> String {
    let object = Object::new("case")
        .text("name", &case.name)
        .raw(
            "passed",
            if case.mismatch.is_none() {
                "true"
            } else {
                "false"
            },
        )
        .raw("points", &case.points.to_string())
        .raw("of", &case.of.to_string());
    let Some(mismatch) = &case.mismatch else {
        return object.end();
    };
    object
        .text("words", &mismatch.words)
        .raw("line", &mismatch.line.to_string())
        .text("command", &mismatch.command)
        .text("expected", &mismatch.expected)
        .maybe("actual", mismatch.actual.as_deref())
        .raw("calls", &list(&mismatch.calls))
        .raw("ladder", &list(&mismatch.ladder))
        .raw("shown", &list(&mismatch.shown))
        .end()
}

/// `{"event":"grade",…}`: the sum as a line of JSON.
pub fn grade_json(grade: &Grade) -> String {
    let (points, of) = grade.points();
    let passed = grade.cases.iter().filter(|case| case.mismatch.is_none());
    Object::new("grade")
        .text("lesson", &grade.lesson)
        .text("program", &grade.program)
        .raw("passed", if grade.is_passed() { "true" } else { "false" })
        .raw("points", &points.to_string())
        .raw("of", &of.to_string())
        .raw("cases", &grade.cases.len().to_string())
        .raw("cases_passed", &passed.count().to_string())
        .raw("unbounded", &list(&grade.open))
        .end()
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(","))
}
