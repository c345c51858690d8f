//! The files that `socklab read -w` writes: a pcapng file of the packets that pass, their ladder as a drawing, or a page of them; and
//! the page that `--page` serves. Not what it shows.

use super::passing::{Kept, conversation, each};
use super::views::{nothing, plot_of};
use super::{Reading, View};
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::inspector::annotation;
use crate::inspector::pcap::CaptureError;
use crate::inspector::pcapng::Writer;
use crate::inspector::read::Told;
use crate::page::{News, Page, address, document};
use crate::render::ladder::Ladder;
use crate::render::stream::counted;
use crate::render::{svg_ladder, svg_plot};
use crate::shell::Screen;
use crate::shell::broadcast::packet_news;
use crate::sys::terminal;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

/// Writes the packets that pass, as the name of the file asks for. What was read before damage is written before the error is given.
pub(super) fn write(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read,
    file: &Path,
    screen: &mut dyn Screen,
) -> Result<(), CaptureError> {
    if is_read_from(reading, file) {
        let words = "this is the file that is read; writing it would destroy it";
        return Err(io::Error::other(words).into());
    }
    let ending = file.extension().and_then(|ending| ending.to_str());
    if let View::Plot { number, subject } = reading.view {
        let wanted = conversation(number, |_| true);
        let (kept, result) = Kept::of(reading, filter, input, screen, wanted);
        match plot_of(&kept, number, subject) {
            Ok(plot) => std::fs::write(file, svg_plot::draw(&plot).file(&title(reading)))?,
            Err(why) => screen.show(&nothing(&format!("{why}: nothing is written"))),
        }
        return result;
    }
    if !matches!(ending, Some("svg" | "html")) {
        return frames(reading, filter, input, file);
    }
    let (kept, result) = Kept::of(reading, filter, input, screen, |_, _| true);
    let packets: Vec<&PacketEvent> = kept.packets.iter().collect();
    if packets.is_empty() {
        screen.show(&nothing("no packet matches the filter: nothing is written"));
        return result;
    }
    let text = if ending == Some("svg") {
        drawing(&packets, reading)
    } else {
        document::whole(&title(reading), &news(&packets))
    };
    fs::write(file, text).map_err(|error| about(file, &error))?;
    result
}

/// True when what is to be written is the capture itself, by whatever name.
fn is_read_from(reading: &Reading, file: &Path) -> bool {
    let input = if reading.file == Path::new("-") {
        Path::new("/proc/self/fd/0")
    } else {
        &reading.file
    };
    let (Ok(input), Ok(output)) = (fs::metadata(input), fs::metadata(file)) else {
        return false;
    };
    output.is_file() && (input.dev(), input.ino()) == (output.dev(), output.ino())
}

/// What is wrong with the file to be written: the error is told as one of the file that is read.
fn about(file: &Path, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot write {}: {error}", file.display()),
    )
}

fn drawing(packets: &[&PacketEvent], reading: &Reading) -> String {
    let ladder = Ladder {
        packets,
        calls: &[],
        messages: &[],
    };
    svg_ladder::draw(&ladder).file(&title(reading))
}

/// The packets as they are told to a page.
fn news(packets: &[&PacketEvent]) -> Vec<News> {
    let packets = packets.iter().map(|packet| Arc::new((*packet).clone()));
    packets.map(|packet| packet_news(&packet)).collect()
}

/// Serves the packets that pass as a page, until Ctrl-C.
pub(super) fn serve(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read,
    address: &str,
    screen: &mut dyn Screen,
) -> Result<(), CaptureError> {
    let at = address::parse(address).map_err(io::Error::other)?;
    let page = Page::open(at).map_err(|error| io::Error::other(address::refusal(at, &error)))?;
    let (kept, result) = Kept::of(reading, filter, input, screen, |_, _| true);
    let packets: Vec<&PacketEvent> = kept.packets.iter().collect();
    page.tell(news(&packets));
    let words = format!(
        "{} of {} on a page, until Ctrl-C: {}",
        counted(packets.len(), "packet"),
        title(reading).escape_debug(),
        page.addresses().join("  ")
    );
    screen.show(&nothing(&words));
    terminal::wait_for_ending();
    result
}

fn title(reading: &Reading) -> String {
    let name = reading.file.file_name().unwrap_or_default();
    format!("{} {}", name.to_string_lossy(), reading.filter)
        .trim()
        .to_owned()
}

/// The comments of a packet: those of the file it was read from, or else what is known of it.
fn comments(told: &Told<'_>) -> Vec<String> {
    let there: Vec<String> = told
        .comments()
        .map(|comment| annotation::safe(&String::from_utf8_lossy(comment)))
        .collect();
    if there.is_empty() {
        annotation::annotate(told.packet, None)
    } else {
        there
    }
}

/// A pcapng file, with the comments of each packet.
fn frames(
    reading: &Reading,
    filter: Option<&Filter>,
    input: impl Read,
    file: &Path,
) -> Result<(), CaptureError> {
    let out = File::create(file).map_err(|error| about(file, &error))?;
    let mut writer = Writer::new(BufWriter::new(out)).map_err(|error| about(file, &error))?;
    let mut failed = None;
    let result = each(reading, filter, input, |told| {
        match writer.packet(told.packet, usize::MAX, &comments(told)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    let failed = failed.or(writer.flush().err());
    match failed {
        Some(error) => Err(about(file, &error).into()),
        None => result,
    }
}
