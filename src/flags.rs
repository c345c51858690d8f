//! What the flags mean to the rooms below: settings, format, view, clock. Which flags there are is `cli`.

use crate::cli::{Common, ReadView, Since};
use socklab::render::clock::Clock;
use socklab::session::Settings;
use socklab::shell::Format;
use socklab::shell::reading::View;
use std::path::PathBuf;

pub(crate) fn format(common: &Common) -> Format {
    if common.json {
        Format::Json
    } else {
        Format::Text
    }
}

pub(crate) fn settings(common: &Common) -> Settings {
    Settings::new(PathBuf::from("/proc/self/exe"), common.host_network)
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
        } => View::plot(words, asked.write.as_deref())?,
        ReadView { ladder: true, .. } => View::Ladder,
        ReadView {
            conversations: true,
            ..
        } => View::Conversations,
        ReadView { messages: true, .. } => View::Messages,
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

pub(crate) fn clock(since: Since) -> Clock {
    match since {
        Since::Relative => Clock::Relative,
        Since::Delta => Clock::Delta,
        Since::Epoch => Clock::Epoch,
        Since::Date => Clock::Date,
    }
}
