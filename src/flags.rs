//! What the flags mean to the rooms below: settings, format, view, clock. Which flags there are is `cli`.

use crate::cli::{Common, ReadView, Since};
use socklab::inspector::plot::Subject;
use socklab::render::clock::Clock;
use socklab::session::Settings;
use socklab::shell::Format;
use socklab::shell::reading::View;
use std::path::{Path, PathBuf};

pub(crate) fn format(common: &Common) -> Format {
    if common.json {
        Format::Json
    } else {
        Format::Text
    }
}

pub(crate) fn settings(common: &Common) -> Settings {
    Settings {
        program: PathBuf::from("/proc/self/exe"),
        host_network: common.host_network,
        folder: None,
    }
}

/// The filter for one packet alone, or the filter as it was.
pub(crate) fn with_number(filter: &str, packet: Option<u64>) -> String {
    match (packet, filter.trim()) {
        (None, _) => filter.to_owned(),
        (Some(number), "") => format!("frame.number == {number}"),
        (Some(number), filter) => format!("({filter}) && frame.number == {number}"),
    }
}

/// The view that is asked for; an error says what is wrong with it.
pub(crate) fn view_of(asked: &ReadView) -> Result<View, String> {
    Ok(match asked {
        ReadView {
            plot: Some(words), ..
        } => plot_view(words, asked.write.as_deref())?,
        ReadView { ladder: true, .. } => View::Ladder,
        ReadView {
            conversations: true,
            ..
        } => View::Conversations,
        ReadView {
            follow: Some(number),
            hex,
            ..
        } => View::Follow {
            number: *number,
            bytes: *hex,
        },
        ReadView {
            packet: Some(_), ..
        } => View::Fields { bytes: true },
        ReadView {
            tree: true, hex, ..
        } => View::Fields { bytes: *hex },
        ReadView { hex: true, .. } => View::Bytes,
        _ => View::Lines,
    })
}

/// The plot that two words ask for; an error says what is wrong with them.
fn plot_view(words: &[String], write: Option<&Path>) -> Result<View, String> {
    let [number, what] = words else {
        return Err("--plot takes a number and what is plotted".to_owned());
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
    Ok(View::Plot {
        number: number.parse().map_err(|_| {
            format!(
                "{} is no number of a conversation; --conversations lists them",
                number.escape_debug()
            )
        })?,
        subject: subject.map_err(|why| format!("{}: {why}", what.escape_debug()))?,
    })
}

pub(crate) fn clock(since: Since) -> Clock {
    match since {
        Since::Relative => Clock::Relative,
        Since::Delta => Clock::Delta,
        Since::Epoch => Clock::Epoch,
        Since::Date => Clock::Date,
    }
}
