//! Events as JSON, one object a line: the contract of `--json`. Packets have a room of their own (`fast`).

use super::fast::json_packet::packet_json;
use super::value;
use crate::event::application::ApplicationEvent;
use crate::event::message::{Act, Family, MessageEvent};
use crate::event::{
    BlockedEvent, CallEvent, CountedEvent, Ended, Event, ProcessEvent, ResultEvent, SourceLine,
};
use crate::packet::netlink::Brief;
use crate::packet::schema::transport::tcp;
use crate::packet::text::is_printable;
use std::fmt::Write;

/// One event as a line of JSON without its line end; `None` for a result that its call has already told.
pub fn event(event: &Event) -> Option<String> {
    Some(match event {
        Event::Call(made) => call(made),
        Event::Counted(counted) => self::counted(counted),
        Event::Packet(packet) => packet_json(packet),
        Event::Message(message) => self::message(message),
        Event::Application(message) => application(message),
        Event::Blocked(blocked) => Object::new("blocked")
            .text("process", &blocked.process)
            .text("name", &blocked.name)
            .text("text", &blocked.invocation)
            .number("fd", blocked.fd.map(i64::from))
            .raw("job", &blocked.job.to_string())
            .raw("thread", &blocked.thread.to_string())
            .raw("start", &seconds(blocked.start_ns))
            .end(),
        Event::Stopped(stopped) => self::stopped(stopped),
        Event::State(state) => Object::new("state")
            .text("process", &state.process)
            .text("socket", &state.socket)
            .text("from", state.from)
            .text("to", state.to)
            .end(),
        Event::Output(output) => Object::new("output")
            .text("process", &output.process)
            .text("text", &written(&output.text))
            .raw("error", if output.error { "true" } else { "false" })
            .end(),
        Event::Result(gave) => return result(gave),
        Event::Process(process) => self::process(process),
        Event::Refused(refused) => Object::new("refused")
            .text("process", &refused.process)
            .text("text", &refused.reason)
            .end(),
        Event::Note(text) => note(text),
        Event::Expect(expect) => Object::new("expect")
            .raw("line", &expect.line.to_string())
            .raw("held", if expect.held { "true" } else { "false" })
            .text("text", &expect.text)
            .end(),
    })
}

/// A program that has stopped before a call.
fn stopped(call: &BlockedEvent) -> String {
    let source = call.source.as_ref();
    Object::new("stopped")
        .text("process", &call.process)
        .text("name", &call.name)
        .text("text", &call.invocation)
        .number("fd", call.fd.map(i64::from))
        .raw("thread", &call.thread.to_string())
        .raw("tid", &call.tid.to_string())
        .raw("start", &seconds(call.start_ns))
        .maybe("file", source.map(|source| source.file.as_str()))
        .number("line", source.map(|source| i64::from(source.line)))
        .end()
}

/// A note: what a reader should know, when there is no event that says it.
pub fn note(text: &str) -> String {
    Object::new("note").text("text", text).end()
}

fn call(call: &CallEvent) -> String {
    let stack = if call.stack.is_empty() {
        "null".to_owned()
    } else {
        let frames: Vec<String> = call.stack.iter().map(frame).collect();
        format!("[{}]", frames.join(","))
    };
    let args: Vec<String> = call.args.iter().map(|argument| quoted(argument)).collect();
    Object::new("call")
        .text("process", &call.process)
        .text("host", &call.host)
        .text("name", &call.name)
        .text("text", &call.text())
        .raw("args", &format!("[{}]", args.join(",")))
        .number("fd", call.fd.map(i64::from))
        .number("result", Some(call.result))
        .maybe("errno", call.errno.as_deref())
        .maybe("data", call.data.as_deref().map(data).as_deref())
        .raw("blocked", if call.blocked { "true" } else { "false" })
        .raw("start", &seconds(call.start_ns))
        .raw("seconds", &seconds(call.end_ns - call.start_ns))
        .raw("job", &call.job.to_string())
        .raw("thread", &call.thread.to_string())
        .raw("times", &call.times.to_string())
        .maybe(
            "file",
            call.source.as_ref().map(|source| source.file.as_str()),
        )
        .number(
            "line",
            call.source.as_ref().map(|source| i64::from(source.line)),
        )
        .number(
            "woken_by",
            call.woken_by
                .as_ref()
                .and_then(|waker| i64::try_from(waker.packet).ok()),
        )
        .maybe(
            "injected",
            call.injected.as_ref().map(|(_, effect)| effect.as_str()),
        )
        .maybe(
            "syscall",
            Some(call.syscall.as_str()).filter(|name| !name.is_empty()),
        )
        .raw("stack", &stack)
        .end()
}

/// A frame of the thread that made a call.
fn frame(frame: &SourceLine) -> String {
    let function = Some(frame.function.as_str()).filter(|name| !name.is_empty());
    Object::inner()
        .text("file", &frame.file)
        .number("line", Some(i64::from(frame.line)))
        .maybe("function", function)
        .end()
}

/// Calls that were counted: one line of the same form, with their number and what those that were looked at returned, added up.
fn counted(counted: &CountedEvent) -> String {
    let on = counted.fd.map_or_else(String::new, |fd| fd.to_string());
    Object::new("call")
        .text("process", &counted.process)
        .text("name", &counted.name)
        .text(
            "text",
            &format!("{}({on}) × {}", counted.name, counted.calls),
        )
        .number("fd", counted.fd.map(i64::from))
        .raw("result", &counted.sum.to_string())
        .maybe("errno", counted.errno.as_deref())
        .raw("start", &seconds(counted.start_ns))
        .raw("seconds", &seconds(counted.end_ns - counted.start_ns))
        .raw("times", &counted.calls.to_string())
        .end()
}

/// A message above TCP: what each protocol says of it, and the packets that carried it.
pub fn application(message: &ApplicationEvent) -> String {
    let layers: Vec<String> = message
        .layers
        .iter()
        .map(|layer| {
            Object::inner()
                .text("protocol", layer.protocol)
                .text("text", &layer.words)
                .end()
        })
        .collect();
    let packets: Vec<String> = message.packets.iter().map(u64::to_string).collect();
    Object::new("application")
        .raw("number", &message.number.to_string())
        .text("protocol", message.protocol())
        .text("text", message.words())
        .raw("layers", &format!("[{}]", layers.join(",")))
        .text("from", &message.from)
        .text("to", &message.to)
        .number(tcp::STREAM.name, message.stream.map(i64::from))
        .raw("packets", &format!("[{}]", packets.join(",")))
        .raw("length", &message.length.to_string())
        .text("data", &data(&message.data))
        .raw(
            "malformed",
            if message.malformed { "true" } else { "false" },
        )
        .raw("time", &seconds(message.time_ns))
        .end()
}

fn message(message: &MessageEvent) -> String {
    let list = |texts: &[String]| {
        let quoted: Vec<String> = texts.iter().map(|text| self::quoted(text)).collect();
        format!("[{}]", quoted.join(","))
    };
    let (act, of, waiting, cut) = match &message.act {
        Act::Wrote(number) => ("written", vec![*number], 0, 0),
        Act::Read(reading) if reading.looked => (
            "looked at",
            reading.of.clone(),
            reading.waiting,
            reading.cut,
        ),
        Act::Read(reading) => ("read", reading.of.clone(), reading.waiting, reading.cut),
        Act::Brought { number, looked } => (
            if *looked { "looked at" } else { "read" },
            vec![*number],
            0,
            0,
        ),
        Act::End(_) => ("end", Vec::new(), 0, 0),
    };
    let of: Vec<String> = of.iter().map(u64::to_string).collect();
    let inside: Vec<String> = message.inside.iter().map(netlink).collect();
    let family = match message.family {
        Family::Unix => "AF_UNIX",
        Family::Netlink => "AF_NETLINK",
    };
    Object::new("message")
        .text("act", act)
        .raw("messages", &format!("[{}]", of.join(",")))
        .text("family", family)
        .text("type", &message.kind)
        .text("process", &message.process)
        .text("call", &message.call)
        .text("from", &message.from.title())
        .text("to", &message.to.title())
        .raw("length", &message.length.to_string())
        .text("data", &data(&message.data))
        .raw("waiting", &waiting.to_string())
        .raw("cut", &cut.to_string())
        .raw("descriptors", &list(&message.descriptors))
        .maybe("credentials", message.credentials.as_deref())
        .raw("netlink", &list(&message.parts))
        .raw("netlink_messages", &format!("[{}]", inside.join(",")))
        .maybe("group", message.group.as_deref())
        .raw("time", &seconds(message.time_ns))
        .end()
}

/// A netlink message: the fields of its header, and what it says.
fn netlink(brief: &Brief) -> String {
    let flags = brief.flags.split(", ").filter(|flag| !flag.is_empty());
    let flags: Vec<String> = flags
        .map(|flag| match flag.strip_prefix("0x") {
            Some(_) => quoted(flag),
            None => quoted(&format!("NLM_F_{flag}")),
        })
        .collect();
    Object::inner()
        .text("nlmsg_type", &brief.kind)
        .raw("nlmsg_flags", &format!("[{}]", flags.join(",")))
        .raw("nlmsg_seq", &brief.seq.to_string())
        .raw("nlmsg_pid", &brief.port.to_string())
        .raw("nlmsg_len", &brief.len.to_string())
        .number("error", brief.errno.map(|errno| -i64::from(errno)))
        .text("content", &brief.content)
        .raw("cut", if brief.cut { "true" } else { "false" })
        .end()
}

fn result(gave: &ResultEvent) -> Option<String> {
    if !gave.show && gave.assigned.is_empty() {
        return None;
    }
    let assigned: Vec<String> = gave
        .assigned
        .iter()
        .map(|(name, given)| format!("{}:{}", quoted(name), quoted(&value::show(given))))
        .collect();
    let object = Object::new("result")
        .text("process", &gave.process)
        .text("text", &gave.shown)
        .raw("assigned", &format!("{{{}}}", assigned.join(",")));
    Some(object.end())
}

fn process(event: &ProcessEvent) -> String {
    let (status, signal) = match event.ended {
        None | Some(Ended::Unseen) => (None, None),
        Some(Ended::Exited(status)) => (Some(i64::from(status)), None),
        Some(Ended::Signalled(signal)) => (None, Some(i64::from(signal))),
    };
    Object::new("process")
        .text("process", &event.process)
        .text("host", &event.host)
        .number("pid", Some(i64::from(event.pid)).filter(|pid| *pid > 0))
        .raw(
            "ended",
            if event.ended.is_some() {
                "true"
            } else {
                "false"
            },
        )
        .number("status", status)
        .number("signal", signal)
        .end()
}

/// Bytes as text, so that the bytes can be had back: what is printable stays, every other byte and the backslash become `\x..`.
fn data(bytes: &[u8]) -> String {
    escaped(bytes, |character| {
        is_printable(character) && character != '\\'
    })
}

/// What a program wrote: line ends and tabs stay, too, and so do backslashes.
fn written(bytes: &[u8]) -> String {
    escaped(bytes, |character| {
        is_printable(character) || matches!(character, '\n' | '\t')
    })
}

fn escaped(bytes: &[u8], stays: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    // Writing into a String cannot fail.
    let escape = |text: &mut String, bytes: &[u8]| {
        for byte in bytes {
            let _ = write!(text, "\\x{byte:02x}");
        }
    };
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if stays(character) {
                text.push(character);
            } else {
                escape(&mut text, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        escape(&mut text, chunk.invalid());
    }
    text
}

/// A number of nanoseconds as seconds, exact.
pub(super) fn seconds(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let whole = nanoseconds.unsigned_abs();
    format!(
        "{sign}{}.{:09}",
        whole / 1_000_000_000,
        whole % 1_000_000_000
    )
}

/// A JSON string; hidden characters that JSON would let through are written as `\u....` too.
pub fn quoted(text: &str) -> String {
    let mut string = String::with_capacity(text.len() + 2);
    string.push('"');
    for character in text.chars() {
        match character {
            '"' => string.push_str("\\\""),
            '\\' => string.push_str("\\\\"),
            '\n' => string.push_str("\\n"),
            '\t' => string.push_str("\\t"),
            '\r' => string.push_str("\\r"),
            _ if is_printable(character) => string.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(string, "\\u{unit:04x}");
                }
            }
        }
    }
    string.push('"');
    string
}

/// An object that is being written.
pub(super) struct Object(String);

impl Object {
    pub(super) fn new(event: &str) -> Self {
        Self(format!("{{\"event\":\"{event}\""))
    }

    /// One that is inside another, and is no event itself.
    pub(super) fn inner() -> Self {
        Self("{".to_owned())
    }

    pub(super) fn raw(mut self, key: &str, json: &str) -> Self {
        let comma = if self.0.len() > 1 { "," } else { "" };
        let _ = write!(self.0, "{comma}\"{key}\":{json}");
        self
    }

    pub(super) fn text(self, key: &str, text: &str) -> Self {
        let text = quoted(text);
        self.raw(key, &text)
    }

    pub(super) fn maybe(self, key: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(key, text),
            None => self.raw(key, "null"),
        }
    }

    pub(super) fn number(self, key: &str, number: Option<i64>) -> Self {
        let number = number.map_or_else(|| "null".to_owned(), |number| number.to_string());
        self.raw(key, &number)
    }

    pub(super) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
#[cfg(test)]
mod tests;
