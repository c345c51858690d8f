//! `socklab read`: a capture file, decoded, tracked and told: a line a packet at full speed, or one of the views of the lab.

mod files;
mod lines;
mod passing;
mod views;

use super::{Screen, tell};
use crate::command::filter::Filter;
use crate::inspector::pcap::CaptureError;
use crate::inspector::plot::Subject;
use crate::render::clock::Clock;
use crate::render::styled::{Look, Style, Styled};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What is asked of a capture.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The file; `-` is standard input.
    pub file: PathBuf,
    /// A display filter; empty lets every packet through.
    pub filter: String,
    /// End after this many packets that pass the filter.
    pub count: Option<u64>,
    /// What the times count from.
    pub clock: Clock,
    /// JSON in place of text.
    pub as_json: bool,
    /// The lines go to a file or a pipe: none is wrapped.
    pub endless: bool,
    /// What is shown of the packets.
    pub view: View,
    /// A file to write them to, in place of showing them: a drawing (`.svg`), a page (`.html`), or pcapng.
    pub write: Option<PathBuf>,
    /// Where a page of them is to be served, in place of showing them.
    pub page: Option<String>,
}

/// What is shown of the packets that pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// A line each.
    #[default]
    Lines,
    /// Their fields, and their bytes beside them.
    Fields {
        /// With the bytes.
        bytes: bool,
    },
    /// A line and the bytes of each.
    Bytes,
    /// The arrows between the endpoints.
    Ladder,
    /// A row for each conversation.
    Conversations,
    /// The messages above TCP.
    Messages,
    /// What both sides of a conversation said, by its number.
    Follow {
        /// The number, as the table of conversations has it.
        number: u32,
        /// As bytes.
        bytes: bool,
    },
    /// A conversation over time, by its number.
    Plot {
        /// The number, as the table of conversations has it.
        number: u32,
        /// What of it.
        subject: Subject,
    },
}

impl View {
    /// The plot that two words ask for, a conversation's number and what of it, to be written to a file if there is one. An error
    /// says what is wrong with them.
    pub fn plot(words: &[String], write: Option<&Path>) -> Result<Self, String> {
        let [number, what] = words else {
            return Err("a plot takes a conversation's number and what is plotted".to_owned());
        };
        let subject = match Subject::named(what) {
            Some(Subject::CongestionWindow) => Err(
                "a capture does not hold the congestion window: only the sender's kernel knows it; `window` plots the bytes in flight",
            ),
            Some(subject) => Ok(subject),
            None => Err("seq, rtt and window can be plotted"),
        };
        if write.is_some_and(|file| file.extension().is_none_or(|ending| ending != "svg")) {
            return Err("a plot is written to a file whose name ends in .svg".to_owned());
        }
        Ok(Self::Plot {
            number: number.parse().map_err(|_| {
                format!(
                    "{} is not a number of a conversation; --conversations lists them",
                    number.escape_debug()
                )
            })?,
            subject: subject.map_err(|why| format!("{}: {why}", what.escape_debug()))?,
        })
    }
}

/// Why a capture was not read to its end.
#[derive(Debug)]
pub struct Failure {
    /// What is wrong, for standard error.
    pub text: Styled,
    /// The exit status: 2 for a wrong filter, 1 for everything else.
    pub status: u8,
}

/// So many bytes of lines are written at once.
const BUFFER: usize = 64 << 10;

/// Reads a capture and shows it.
pub fn read(reading: &Reading, screen: &mut dyn Screen) -> Result<(), Failure> {
    let filter = parse(&reading.filter, screen.look())?;
    let filter = filter.as_ref();
    let result = if reading.file == Path::new("-") {
        any(reading, filter, io::stdin(), 0, screen)
    } else {
        File::open(&reading.file)
            .map_err(CaptureError::Io)
            .and_then(|file| {
                // A pipe has a name, too, where it is a FIFO.
                let regular = file.metadata().is_ok_and(|about| about.is_file());
                let buffer = if regular { BUFFER } else { 0 };
                any(reading, filter, file, buffer, screen)
            })
    };
    result.map_err(|error| {
        let mut text = Styled::new();
        let name = reading.file.display();
        text.say(Style::Error, 0, &format!("socklab: {name}: {error}"));
        Failure { text, status: 1 }
    })
}

fn any(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read + Send,
    buffer: usize,
    screen: &mut dyn Screen,
) -> Result<(), CaptureError> {
    if let Some(address) = &reading.page {
        return files::serve(reading, filter, input, address, screen);
    }
    match &reading.write {
        Some(file) => files::write(reading, filter, input, file, screen),
        None if reading.view == View::Messages => views::show(reading, filter, input, screen),
        None if reading.as_json || reading.view == View::Lines => {
            lines::show(reading, filter, input, buffer, screen)
        }
        None => views::show(reading, filter, input, screen),
    }
}

fn parse(filter: &str, look: Look) -> Result<Option<Filter>, Failure> {
    if filter.trim().is_empty() {
        return Ok(None);
    }
    Filter::parse(filter).map(Some).map_err(|error| Failure {
        text: tell::filter_error(filter, &error, look),
        status: 2,
    })
}
