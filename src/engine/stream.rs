//! Files over sockets (`makefile`): a buffer of 8192 bytes in front of recv and one in front of send, as Python has them
//! (io.BufferedReader, io.BufferedWriter), and of a text file one more in front of that (io.TextIOWrapper).
//! A file holds its socket as a variable does: closing it leaves a socket open that has another holder.

use super::encoding::{decode_bytes, encode, encoding_name};
use super::execution::{Execution, Outcome, Stop};

use super::operator::{self, describe};
use crate::command::ast::Call;
use crate::value::Value;

/// Python's io.DEFAULT_BUFFER_SIZE.
const BUFFER: usize = 8192;

/// A file over a socket.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    fd: i32,
    reads: bool,
    writes: bool,
    /// The text's encoding; `None` for a binary file.
    encoding: Option<String>,
    newline: Newline,
    /// Writes are gathered up to this many bytes; 0 gathers nothing.
    capacity: usize,
    input: Vec<u8>,
    /// Text that was written, in bytes, before it reaches `output`.
    text: Vec<u8>,
    output: Vec<u8>,
}

/// What a text file does with the ends of lines.
#[derive(Clone, Debug, PartialEq)]
enum Newline {
    /// `\n`, `\r` and `\r\n` all end a line and are read as `\n`.
    Universal,
    /// The same ends, read as they are.
    Kept,
    /// This alone ends a line; written for each `\n`.
    Only(String),
}

impl Execution<'_> {
    /// `makefile s [mode] [buffering]`
    pub(super) fn makefile(&mut self, call: &Call) -> Outcome {
        let fd = self.fd(call, 0)?;
        let mode = self
            .text_or_none(call, 1)?
            .unwrap_or_else(|| "r".to_owned());
        if mode.is_empty() || !mode.chars().all(|letter| "rwb".contains(letter)) {
            return Err(Stop::because(
                "the mode of `makefile` is made of r, w and b: \"r\", \"w\", \"rw\", \"rb\", \"wb\" or \"rwb\"",
            ));
        }
        let binary = mode.contains('b');
        let buffering = self.int(call, 2, -1)?;
        if buffering == 0 && !binary {
            return Err(Stop::because(
                "a text file needs a buffer; without one: mode \"rb\", \"wb\" or \"rwb\"",
            ));
        }
        let encoding: Vec<Value> = self.value(call, 3)?.into_iter().collect();
        let encoding = (!binary).then(|| encoding_name(&encoding)).transpose()?;
        let newline = match self.text_or_none(call, 4)?.as_deref() {
            None => Newline::Universal,
            Some("") => Newline::Kept,
            Some(end @ ("\n" | "\r" | "\r\n")) => Newline::Only(end.to_owned()),
            Some(_) => {
                return Err(Stop::because(
                    "`newline` is None, \"\", \"\\n\", \"\\r\" or \"\\r\\n\"",
                ));
            }
        };
        let stream = Stream {
            fd,
            reads: mode.contains('r') || !mode.contains('w'),
            writes: mode.contains('w'),
            encoding,
            newline,
            capacity: match buffering {
                0 => 0,
                1.. => buffering as usize,
                _ => BUFFER,
            },
            input: Vec::new(),
            text: Vec::new(),
            output: Vec::new(),
        };
        Ok(Value::File(self.engine.memory.with(|contents| {
            let number = contents.next_number();
            contents.streams.insert(number, stream);
            number
        })))
    }

    /// `readline f [size]`: up to and with the end of the line; empty at the end of the stream.
    pub(super) fn readline(&mut self, call: &Call) -> Outcome {
        let number = self.stream_number(call)?;
        let most = usize::try_from(self.int(call, 1, -1)?).ok();
        self.take(number, |stream, ended| {
            let line = line_end(stream, ended);
            match (line, most) {
                (Some(end), Some(most)) => Some(end.min(stream.characters(most))),
                (Some(end), None) => Some(end),
                (None, Some(most)) if stream.holds(most) => Some(stream.characters(most)),
                (None, _) => ended.then_some(stream.input.len()),
            }
        })
    }

    /// `read f [size]`: so many bytes (characters of a text file), fewer at the end of the stream; without a size all until then.
    pub(super) fn read(&mut self, call: &Call) -> Outcome {
        let number = self.stream_number(call)?;
        let wanted = usize::try_from(self.int(call, 1, -1)?).ok();
        self.take(number, |stream, ended| match wanted {
            Some(wanted) if stream.holds(wanted) => Some(stream.characters(wanted)),
            _ => ended.then_some(stream.input.len()),
        })
    }

    /// Reads into the buffer until `enough` says how many of its bytes are the answer, which are taken out.
    fn take(&mut self, number: u32, enough: impl Fn(&Stream, bool) -> Option<usize>) -> Outcome {
        let mut ended = false;
        let mut patience = None;
        loop {
            let taken = self.with_stream(number, |stream| {
                if !stream.reads {
                    return Err(Stop::because(
                        "this file only writes: make one with `makefile s \"r\"` or \"rw\"",
                    ));
                }
                let Some(count) = enough(stream, ended) else {
                    return Ok(Err(stream.fd));
                };
                let bytes: Vec<u8> = stream.input.drain(..count).collect();
                stream.read_value(bytes).map(Ok)
            })??;
            match taken {
                Ok(value) => return Ok(value),
                Err(fd) => {
                    let patience = *patience.get_or_insert_with(|| self.patience(fd));
                    let data = self.receive(fd, BUFFER, 0, patience)?;
                    ended = data.is_empty();
                    self.with_stream(number, |stream| stream.input.extend(data))?;
                }
            }
        }
    }

    /// `write f data`: how much was taken, bytes or characters; it is sent when the buffer is full, or by `flush`.
    pub(super) fn write(&mut self, call: &Call) -> Outcome {
        let number = self.stream_number(call)?;
        let value = self.needed(call, 1)?;
        let (count, full) = self.with_stream(number, |stream| {
            if !stream.writes {
                return Err(Stop::because(
                    "this file only reads: make one with `makefile s \"w\"` or \"rw\"",
                ));
            }
            let (count, bytes) = stream.written(&value)?;
            Ok((count, stream.gather(bytes)))
        })??;
        self.send_parts(number, full)?;
        Ok(Value::Int(count as i64))
    }

    /// `flush f`: sends what is buffered.
    pub(super) fn flush(&mut self, call: &Call) -> Outcome {
        let number = self.stream_number(call)?;
        self.send_output(number)?;
        Ok(Value::None)
    }

    /// Sends what is buffered; what the kernel did not take stays.
    fn send_output(&mut self, number: u32) -> Outcome<()> {
        let parts = self.with_stream(number, Stream::empty)?;
        self.send_parts(number, parts)
    }

    /// Sends these parts, each by itself; what the kernel did not take stays.
    fn send_parts(&mut self, number: u32, parts: Vec<Vec<u8>>) -> Outcome<()> {
        let fd = self.with_stream(number, |stream| stream.fd)?;
        let mut parts = parts.into_iter();
        while let Some(part) = parts.next() {
            let patience = self.patience(fd);
            if let Err((sent, stop)) = self.send_all(fd, &part, 0, patience) {
                let left = part[sent..].iter().copied().chain(parts.flatten());
                self.with_stream(number, |stream| {
                    stream.output.splice(..0, left);
                })?;
                return Err(stop);
            }
        }
        Ok(())
    }

    /// `close f`: sends what is buffered and forgets the file.
    pub(super) fn close_stream(&mut self, number: u32) -> Outcome {
        let outcome = self.send_output(number);
        let last = self.engine.memory.with(|contents| {
            let stream = contents.streams.remove(&number)?;
            let fd = stream.fd;
            contents.loosen(fd);
            let unused = contents.files_on(fd).is_empty();
            (unused && contents.closing.remove(&fd)).then_some(fd)
        });
        // The socket was closed before: now that nothing uses it the call is made.
        if let Some(fd) = last {
            self.call_close(fd)?;
        }
        outcome.map(|()| Value::None)
    }

    /// `fileno f`
    pub(super) fn stream_descriptor(&self, number: u32) -> Outcome {
        self.with_stream(number, |stream| Value::Int(i64::from(stream.fd)))
    }

    fn stream_number(&mut self, call: &Call) -> Outcome<u32> {
        match self.needed(call, 0)? {
            Value::File(number) => Ok(number),
            Value::Socket(_) => Err(Stop::because(format!(
                "`{}` is for a file of makefile: through a socket itself write `send s \"hello\"` and read `recv s 100`",
                call.verb.name()
            ))),
            other => Err(super::arguments::expected(
                call,
                0,
                "a file, as in `f = makefile s`",
                &other,
            )),
        }
    }

    fn with_stream<T>(&self, number: u32, work: impl FnOnce(&mut Stream) -> T) -> Outcome<T> {
        self.engine
            .memory
            .with(|contents| contents.streams.get_mut(&number).map(work))
            .ok_or_else(|| Stop::because("this file is closed"))
    }
}

impl Stream {
    /// Takes bytes that are written, and gives what is to be sent now, each part by itself.
    fn gather(&mut self, bytes: Vec<u8>) -> Vec<Vec<u8>> {
        let mut full = Vec::new();
        if self.encoding.is_none() {
            self.buffer(bytes, &mut full);
            return full;
        }
        if self.text.len() + bytes.len() > BUFFER {
            let text = std::mem::take(&mut self.text);
            self.buffer(text, &mut full);
        }
        self.text.extend(bytes);
        if self.text.len() >= BUFFER {
            let text = std::mem::take(&mut self.text);
            self.buffer(text, &mut full);
        }
        full
    }

    /// Gives all that has not been sent.
    fn empty(&mut self) -> Vec<Vec<u8>> {
        let mut parts = Vec::new();
        let text = std::mem::take(&mut self.text);
        self.buffer(text, &mut parts);
        parts.push(std::mem::take(&mut self.output));
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// What fits into the buffer stays there; else what is in it is sent first, and then what is larger than it.
    fn buffer(&mut self, bytes: Vec<u8>, full: &mut Vec<Vec<u8>>) {
        if self.output.len() + bytes.len() <= self.capacity {
            self.output.extend(bytes);
            return;
        }
        full.push(std::mem::take(&mut self.output));
        if bytes.len() > self.capacity {
            full.push(bytes);
        } else {
            self.output = bytes;
        }
        full.retain(|part| !part.is_empty());
    }

    /// The descriptor it reads and writes.
    pub(super) fn descriptor(&self) -> i32 {
        self.fd
    }

    /// True when it reads and writes this descriptor.
    pub(super) fn is_on(&self, fd: i32) -> bool {
        self.fd == fd
    }

    /// The descriptor it was over is closed, and its number given to another socket.
    pub(super) fn let_go(&mut self, fd: i32) {
        if self.fd == fd {
            self.fd = -1;
        }
    }

    /// True when the buffer holds so many bytes or whole characters.
    fn holds(&self, wanted: usize) -> bool {
        match &self.encoding {
            Some(encoding) if encoding == "utf8" => {
                starts(&self.input).count() > wanted
                    || starts(&self.input).count() == wanted && whole(&self.input)
            }
            _ => self.input.len() >= wanted,
        }
    }

    /// How many bytes so many characters of the buffer are.
    fn characters(&self, wanted: usize) -> usize {
        match &self.encoding {
            Some(encoding) if encoding == "utf8" => {
                starts(&self.input).nth(wanted).unwrap_or(self.input.len())
            }
            _ => wanted.min(self.input.len()),
        }
    }

    /// Bytes taken from the buffer as the value a reader gets.
    fn read_value(&self, bytes: Vec<u8>) -> Outcome {
        let Some(encoding) = &self.encoding else {
            return Ok(Value::Bytes(bytes));
        };
        let text = decode_bytes(&bytes, encoding, "strict")?;
        Ok(Value::Str(if self.newline == Newline::Universal {
            text.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            text
        }))
    }

    /// What a value to write is in bytes, and its length as `write` returns it.
    fn written(&self, value: &Value) -> Outcome<(usize, Vec<u8>)> {
        match (&self.encoding, value) {
            (None, Value::Bytes(bytes)) => Ok((bytes.len(), bytes.clone())),
            // The command form types text everywhere; a binary file takes its bytes.
            (None, Value::Str(text)) => Ok((text.len(), text.clone().into_bytes())),
            (Some(encoding), Value::Str(text)) => {
                let shown = match &self.newline {
                    Newline::Only(end) => text.replace('\n', end),
                    _ => text.clone(),
                };
                Ok((text.chars().count(), encode(&shown, encoding)?))
            }
            (Some(_), other) => Err(Stop::because(format!(
                "a text file takes text, not {}; for bytes: `makefile s \"wb\"`",
                describe(other)
            ))),
            (None, other) => Err(Stop::because(format!(
                "a file takes bytes, not {}",
                describe(other)
            ))),
        }
    }
}

/// Where the first line of the buffer ends; `None` when its end has not come.
fn line_end(stream: &Stream, ended: bool) -> Option<usize> {
    let input = &stream.input;
    let only = match &stream.newline {
        _ if stream.encoding.is_none() => "\n",
        Newline::Only(end) => end.as_str(),
        Newline::Universal | Newline::Kept => {
            let place = input
                .iter()
                .position(|byte| matches!(byte, b'\n' | b'\r'))?;
            return match (input[place], input.get(place + 1)) {
                (b'\r', Some(b'\n')) => Some(place + 2),
                // A line feed may still follow this carriage return.
                (b'\r', None) if !ended => None,
                _ => Some(place + 1),
            };
        }
    };
    operator::find(input, only.as_bytes()).map(|place| place + only.len())
}

/// Where characters begin in UTF-8.
fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte & 0xc0 != 0x80)
        .map(|(place, _)| place)
}

/// False when the last character is cut.
fn whole(bytes: &[u8]) -> bool {
    match str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_some(),
    }
}
