//! What a student is shown who goes on in the middle of a lesson, before the step itself.

use crate::lesson::beat::Beat;
use crate::lesson::front::Front;
use crate::render::lesson as drawn;
use crate::render::prose;
use crate::render::styled::{Look, Style, Styled};

/// What a student needs to know who goes on in the middle: the heading, what was read last, and the lines that were typed since.
pub(super) fn context(beats: &[Beat], at: usize, look: &Look) -> Styled {
    let beats = &beats[..at.min(beats.len())];
    let shows = |beat: &Beat| matches!(beat, Beat::Show(_));
    let mut text = Styled::new();
    let Some(last) = beats.iter().rposition(shows) else {
        return text;
    };
    // What stands right before the step is shown with it.
    let with_step = beats[last..].iter().all(|beat| !beat.is_step());
    let is_heading = |line: &&str| line.starts_with('#');
    let mut headings = beats.iter().rev().filter_map(|beat| match beat {
        Beat::Show(markdown) => markdown.lines().rfind(is_heading),
        _ => None,
    });
    let Beat::Show(read) = &beats[last] else {
        return text;
    };
    if !read.lines().any(|line| line.starts_with('#'))
        && let Some(heading) = headings.next()
    {
        text.gap();
        text.append(prose::draw(heading, 0, look));
    }
    if with_step {
        return text;
    }
    text.gap();
    text.append(prose::draw(read, 0, look));
    let typed: Vec<&str> = beats[last..]
        .iter()
        .filter_map(|beat| match beat {
            Beat::Line(line) => Some(line.text.as_str()),
            _ => None,
        })
        .collect();
    if !typed.is_empty() {
        text.gap();
        text.push(drawn::aside("Done since then:"));
        for row in typed.iter().flat_map(|line| line.lines()) {
            text.say(Style::Call, 5, row);
        }
    }
    text
}

/// What stands at a lesson's head.
pub(super) fn opening(front: &Front, steps: usize, look: Look) -> Styled {
    let opening = drawn::Opening {
        title: &front.title,
        about: &front.about,
        assumes: &front.assumes,
        time: front.time(),
        steps,
    };
    drawn::opening(&opening, &look)
}
