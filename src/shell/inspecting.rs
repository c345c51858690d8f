//! `socklab inspect`: a real interface, captured live, told a line a packet and written to a file. The capture itself is `capture/`.

mod begin;
mod notes;

use super::{Screen, tell};
use crate::capture::block::LiveFrame;
use crate::capture::interface::Interface;
use crate::capture::live::{Ending, Live, Next, Settings};
use crate::command::filter::Filter;
use crate::event::packet::PacketEvent;
use crate::inspector::annotation;
use crate::inspector::pcapng;
use crate::inspector::read::blank;
use crate::inspector::reassembly::Reassembly;
use crate::inspector::tracker::Tracker;
use crate::packet::decode::decode_into;
use crate::render::clock::Clock;
use crate::render::fast::{json_packet, packet_text};
use crate::render::styled::{Look, Styled};
use crate::render::{json, packet_line};
use crate::sys::{interface, terminal};
use begin::{find, greeting, kernels_part, program, refused};
use notes::{Notes, grouped};
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// What is asked for.
pub struct Request {
    /// A display filter; every packet when empty.
    pub filter: String,
    /// The interface, `any` for all of them.
    pub interface: Option<String>,
    /// Opens what the packets are written to as pcapng. Called once the capture has begun: a mistyped interface costs no file.
    pub file: Option<Opening>,
    /// False when the lines would go where the file goes, or were not asked for.
    pub lines: bool,
    /// Stop after so many packets that pass the filter.
    pub count: Option<u64>,
    /// At most this many bytes of a frame are written to the file.
    pub snaplen: Option<usize>,
    /// Have the interface pass on what is addressed to others.
    pub promiscuous: bool,
    /// Have the kernel leave out all that the filter rejects, although the tracker then sees conversations with holes.
    pub strict: bool,
    /// What the times of lines count from.
    pub clock: Clock,
    /// JSON in place of lines.
    pub json: bool,
    /// Say nothing but errors and drops.
    pub quiet: bool,
    /// The lines go to a file or a pipe: none is wrapped.
    pub endless: bool,
    /// Standard output: when its reader goes away the capture ends.
    pub output: Option<OwnedFd>,
}

/// Opens a file to write to.
pub type Opening = Box<dyn FnOnce() -> io::Result<Box<dyn Write>>>;

/// The columns for the name of an interface, where there are several.
const NAME: usize = 8;
/// So many bytes of lines are written at once.
const BUFFER: usize = 64 << 10;
/// Exit statuses: an error while running, and a wrong command line.
const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// Captures until somebody ends it. Gives the exit status. `notes` is where everything goes that is no packet: standard error.
pub fn inspect(mut request: Request, screen: &mut dyn Screen, notes: &mut dyn Write) -> u8 {
    let mut notes = Notes {
        out: notes,
        look: Look {
            color: false,
            ..screen.look()
        },
    };
    let filter = match Filter::parse(&request.filter) {
        Ok(filter) => filter,
        Err(error) => {
            notes.show(&tell::filter_error(&request.filter, &error, notes.look));
            return USAGE;
        }
    };
    let interface = match find(request.interface.as_deref()) {
        Ok(interface) => interface,
        Err((status, reason)) => {
            notes.error(&reason);
            return status;
        }
    };
    let (live, file) = match open(&mut request, &filter, &interface) {
        Ok(opened) => opened,
        Err(reason) => {
            notes.error(&reason);
            return FAILED;
        }
    };
    if !request.quiet {
        let kernel = if request.filter.trim().is_empty() {
            ""
        } else {
            kernels_part(&filter, &interface, request.strict, live.filtered)
        };
        notes.note(&greeting(&interface, kernel));
    }
    let inspection = Inspection {
        plain: packet_text::Writer::new(request.clock, screen.look().ascii),
        filter,
        interface,
        request,
        live,
        file,
        tracker: Tracker::new(),
        reassembly: Reassembly::default(),
        names: HashMap::new(),
        look: screen.look(),
        event: blank(),
        lines: Vec::new(),
        seen: 0,
        shown: 0,
        first: None,
        newest: 0,
        dropped: 0,
    };
    inspection.run(screen, &mut notes)
}

/// Begins to capture, and opens the file that is to be written; an error says why not.
fn open(
    request: &mut Request,
    filter: &Filter,
    interface: &Interface,
) -> Result<(Live, Option<PacketFile>), String> {
    // Signals become something to read before the thread begins, which inherits that.
    let signals = terminal::endings().map_err(|errno| format!("signalfd(2): {errno}"))?;
    let settings = Settings {
        interface: interface.clone(),
        program: program(filter, interface, request.strict),
        promiscuous: request.promiscuous,
        signals: Some(signals),
        output: request.output.take(),
    };
    let live = Live::start(settings).map_err(|error| refused(&error, &interface.name))?;
    let file = request
        .file
        .take()
        .map(|open| pcapng::Writer::new(BufWriter::with_capacity(1 << 18, open()?)))
        .transpose()
        .map_err(|error: std::io::Error| format!("the file cannot be written: {error}"))?;
    Ok((live, file))
}

/// The file that is written beside what is shown.
type PacketFile = pcapng::Writer<BufWriter<Box<dyn Write>>>;

/// A running inspection.
struct Inspection {
    filter: Filter,
    interface: Interface,
    request: Request,
    live: Live,
    file: Option<PacketFile>,
    tracker: Tracker,
    reassembly: Reassembly,
    names: HashMap<i32, Arc<str>>,
    look: Look,
    /// The packet at hand; its memory is used again and again.
    event: PacketEvent,
    /// Writes lines without colour and without an end of their width.
    plain: packet_text::Writer,
    /// Lines that were not shown yet.
    lines: Vec<u8>,
    seen: u64,
    shown: u64,
    first: Option<i64>,
    newest: i64,
    dropped: u64,
}

/// Whether to go on after a packet.
enum Then {
    GoOn,
    /// As many packets were shown as were asked for, or nobody reads any more.
    Stop,
    /// The file cannot be written.
    Fail(io::Error),
}

impl Inspection {
    fn run(mut self, screen: &mut dyn Screen, notes: &mut Notes<'_>) -> u8 {
        let mut failure = None;
        loop {
            let next = if let Some(block) = self.live.ready() {
                Next::Block(block)
            } else {
                // Nothing waits: what was held back so far is shown before the wait.
                if let Err(error) = self.hand_on(screen) {
                    failure = Some(error);
                    break;
                }
                if screen.is_gone() {
                    break;
                }
                self.live.wait()
            };
            let mut block = match next {
                Next::Block(block) => block,
                Next::Down => {
                    notes.note(&format!(
                        "{} went down; nothing is seen until it is up again",
                        self.interface.name.escape_debug()
                    ));
                    continue;
                }
                Next::End => break,
            };
            self.look.width = screen.look().width;
            self.tell_drops(notes);
            let mut then = Then::GoOn;
            while let Some(frame) = block.next_frame() {
                then = self.frame(&frame);
                if self.lines.len() > BUFFER {
                    let written = self.hand_on(screen);
                    if screen.is_gone() {
                        then = Then::Stop;
                    }
                    if let Err(error) = written {
                        then = Then::Fail(error);
                    }
                }
                if !matches!(then, Then::GoOn) {
                    break;
                }
            }
            self.live.give_back(block);
            match then {
                Then::GoOn => {}
                Then::Stop => break,
                Then::Fail(error) => {
                    failure = Some(error);
                    break;
                }
            }
        }
        self.finish(failure, screen, notes)
    }

    /// Decodes, tracks, judges, tells and writes one frame.
    fn frame(&mut self, frame: &LiveFrame<'_>) -> Then {
        self.seen += 1;
        let first = *self.first.get_or_insert(frame.time_ns);
        let before = if self.seen == 1 { first } else { self.newest };
        self.newest = frame.time_ns;
        let event = &mut self.event;
        decode_into(
            &mut event.headers,
            self.interface.link,
            frame.bytes,
            frame.len,
        );
        let when = (self.seen, frame.time_ns);
        let PacketEvent { headers, track, .. } = event;
        self.reassembly
            .packet(&mut self.tracker, when, headers, frame.bytes, track);
        event.number = self.seen;
        event.frame.time_ns = frame.time_ns;
        event.frame.link = self.interface.link;
        event.frame.len = frame.len;
        event.frame.checksum_not_ready = frame.checksum_not_ready;
        event.frame.bytes.refill(frame.bytes);
        if !self.filter.matches(&self.event) {
            return Then::GoOn;
        }
        self.shown += 1;
        if self.file.is_some() || self.interface.index == 0 {
            let name = self.names.entry(frame.ifindex).or_insert_with(|| {
                interface::if_indextoname(frame.ifindex as u32)
                    .unwrap_or_else(|_| format!("interface {}", frame.ifindex))
                    .into()
            });
            self.event.interface.clone_from(name);
        }
        if self.request.lines {
            self.tell((first, before));
        }
        if let Some(file) = &mut self.file {
            let keep = self.request.snaplen.unwrap_or(usize::MAX);
            let comments = annotation::annotate(&self.event, None);
            if let Err(error) = file.packet(&self.event, keep, &comments) {
                return Then::Fail(error);
            }
        }
        if self.request.count.is_some_and(|count| self.shown >= count) {
            Then::Stop
        } else {
            Then::GoOn
        }
    }

    /// Adds the line of the packet at hand, behind the name of its interface where there are several.
    fn tell(&mut self, times_ns: (i64, i64)) {
        let (packet, clock, look) = (&self.event, self.request.clock, &self.look);
        if self.interface.index == 0 && !self.request.json {
            let name = packet.interface.escape_debug().to_string();
            self.lines
                .extend_from_slice(format!("{name:<NAME$} ").as_bytes());
        }
        if self.request.json {
            json_packet::write(&mut self.lines, packet);
            self.lines.push(b'\n');
        } else if self.request.endless && !look.color {
            self.plain.write(&mut self.lines, packet, times_ns);
        } else {
            let look = Look {
                width: match (self.request.endless, self.interface.index) {
                    (true, _) => usize::MAX,
                    (false, 0) => look.width.saturating_sub(NAME + 1),
                    (false, _) => look.width,
                },
                ..*look
            };
            let time = clock.text(packet.frame.time_ns, times_ns);
            let line = packet_line::at(packet, &time, &look);
            let text = Styled { lines: vec![line] }.to_text(&look);
            self.lines.extend_from_slice(text.as_bytes());
        }
    }

    fn show_lines(&mut self, screen: &mut dyn Screen) {
        if !self.lines.is_empty() {
            screen.show_lines(&self.lines);
            self.lines.clear();
        }
    }

    /// Writes and shows what was collected: the file first, as it never has to wait for a reader that stands still.
    fn hand_on(&mut self, screen: &mut dyn Screen) -> io::Result<()> {
        let written = self.file.as_mut().map_or(Ok(()), pcapng::Writer::flush);
        self.show_lines(screen);
        written
    }

    /// Says at once that frames were dropped; a capture with holes is not to be taken for a whole one.
    fn tell_drops(&mut self, notes: &mut Notes<'_>) {
        let dropped = self.live.dropped();
        if dropped == self.dropped {
            return;
        }
        let text = format!(
            "{} frames dropped by the kernel so far: they came faster than they could be taken",
            grouped(dropped)
        );
        self.dropped = dropped;
        notes.note(&text);
        if self.request.json && self.request.lines {
            self.lines.extend_from_slice(json::note(&text).as_bytes());
            self.lines.push(b'\n');
        }
    }

    fn finish(
        mut self,
        failure: Option<io::Error>,
        screen: &mut dyn Screen,
        notes: &mut Notes<'_>,
    ) -> u8 {
        self.show_lines(screen);
        let dropped_before_end = self.live.dropped();
        let file = self.file.take();
        let live = self.live;
        let dropped = live.dropped().max(dropped_before_end);
        let ending = live.end();
        let written = match file {
            Some(file) if failure.is_none() => file.finish(self.newest, self.seen, dropped),
            _ => Ok(()),
        };
        let failure = failure.or(written.err());
        let mut status = 0;
        match &ending {
            Ending::Asked | Ending::Unread => {}
            Ending::Gone => {
                notes.error(&format!(
                    "{} does not exist any more",
                    self.interface.name.escape_debug()
                ));
                status = FAILED;
            }
            Ending::Failed(error) => {
                notes.error(&format!("the capture failed: {error}"));
                status = FAILED;
            }
        }
        let unread = screen.is_gone() || matches!(ending, Ending::Unread);
        if let Some(error) = failure
            && !(unread || error.kind() == io::ErrorKind::BrokenPipe)
        {
            notes.error(&format!("the file cannot be written: {error}"));
            status = FAILED;
        }
        if dropped > 0 || !(self.request.quiet || unread) {
            let counted = self.request.count.is_some_and(|count| self.shown >= count);
            if !self.request.endless && matches!(ending, Ending::Asked) && !counted {
                // The terminal has written ^C where the next line would begin.
                notes.end_line();
            }
            notes.note(&format!(
                "{} packets captured, {} {}, {} dropped by the kernel",
                grouped(self.seen),
                grouped(self.shown),
                if self.request.lines {
                    "shown"
                } else {
                    "written"
                },
                grouped(dropped)
            ));
        }
        status
    }
}
