//! A list of calls: when each began, who made it, the call, how long it took.

use super::line::shown_source;
use super::styled::{Line, Look, Style, Styled};
use super::words::{since, took};
use crate::event::{CallEvent, SourceLine};
use crate::packet::text::escape;

/// These calls, oldest first; of those before them it says how many there are. With `stacks` the frames that led to each stand under it.
pub fn list(calls: &[&CallEvent], left_out: usize, stacks: bool, look: &Look) -> Styled {
    let mut text = Styled::new();
    let Some(first_ns) = calls.iter().map(|call| call.start_ns).min() else {
        return text;
    };
    if left_out > 0 {
        text.say(
            Style::Dim,
            0,
            &format!("{left_out} calls before these are left out"),
        );
    }
    let owners: Vec<String> = calls.iter().map(|call| owner(call)).collect();
    let widest = owners.iter().map(|owner| look.measure(owner)).max();
    let column = 13 + widest.unwrap_or(0) + 2;
    for (call, owner) in calls.iter().zip(owners) {
        let mut line = Line::wrapping(column);
        line.push(
            Style::Dim,
            &format!("{:>11}  ", since(call.start_ns - first_ns)),
        );
        line.push(Style::Prompt, &owner);
        line.pad(column, look);
        line.push(Style::Call, &look.cut(&call.invocation(), look.width));
        line.push(Style::Dim, " = ");
        match &call.errno {
            Some(errno) => line.push(Style::Error, &format!("{} {errno}", call.result)),
            None => line.push(Style::Result, &call.result.to_string()),
        }
        if !call.out.is_empty() {
            line.push(Style::Plain, &format!(" {}", call.out));
        }
        line.push(
            Style::Dim,
            &format!("  {}", took(call.end_ns - call.start_ns)),
        );
        if let Some(source) = &call.source {
            line.push(Style::Dim, &format!("  {}", shown_source(source)));
        }
        text.push(line);
        for frame in call.stack.iter().filter(|_| stacks) {
            text.say(Style::Dim, column, &shown_frame(frame));
        }
    }
    text
}

/// `read_line  framing.py:12`: a function of a program, and the line it is at. The names come from the program.
fn shown_frame(frame: &SourceLine) -> String {
    let function = escape(frame.function.as_bytes(), 60);
    let function = if function.is_empty() {
        "?".to_owned()
    } else {
        function
    };
    format!("{function}  {}", shown_source(frame))
}

/// The rules of `inject`: number, rule, and how many calls it has acted on.
pub fn injections(rules: &[(u32, String, u64)]) -> Styled {
    let mut text = Styled::new();
    for (number, rule, acted) in rules {
        let mut line = Line::wrapping(9);
        line.push(Style::Prompt, &format!("     {number}  "));
        line.push(Style::Plain, rule);
        let calls = if *acted == 1 { "call" } else { "calls" };
        line.push(Style::Dim, &format!("   acted on {acted} {calls}"));
        text.push(line);
    }
    text
}

/// Who made it: the process, and the job or the thread where it is not the first.
fn owner(call: &CallEvent) -> String {
    match (call.job, call.thread) {
        (0, 0) => call.process.clone(),
        (0, thread) => format!("{} thread {thread}", call.process),
        (job, 0) => format!("{} job {job}", call.process),
        (job, thread) => format!("{} job {job} thread {thread}", call.process),
    }
}
