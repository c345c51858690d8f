//! The frames of a Python program (CPython 3.8 to 3.14), read from the interpreter's memory while the thread is stopped. The interpreter
//! is known by its symbols; that its structures are where they are expected is seen from the types of the objects found there.

mod layout;
mod table;

use super::origin::Roots;
use super::{Frame, SourceLine, Visit};
use crate::memory::{Memory, u64_of};
use layout::{Layout, Position, RUNTIME, Record};
use std::collections::HashMap;

/// The interpreter of a process.
pub(super) struct Python {
    layout: Layout,
    /// Its runtime (`_PyRuntime`).
    runtime: u64,
    /// The types of code objects, of text and of bytes.
    code: u64,
    text: u64,
    bytes: u64,
    /// The states of threads by what pthread_self(3) returns there, for programs with many.
    known: HashMap<u64, u64>,
}

/// What an interpreter is known by.
pub(super) const SYMBOLS: [&str; 8] = [
    "_PyRuntime",
    "PyCode_Type",
    "PyUnicode_Type",
    "PyBytes_Type",
    "Py_Version",
    "Py_NewRef",
    "PyFrame_GetCode",
    "PyCode_NewWithPosOnlyArgs",
];

/// A thread, to the interpreter.
pub(super) enum Thread {
    /// It runs no Python: one of a compiled library.
    Foreign,
    /// Its state there.
    State(u64),
    /// It is not certain.
    Unclear,
}

/// More threads than these are not looked at.
const THREADS: usize = 10_000;
/// Nor deeper stacks.
const DEPTH: usize = 5_000;
/// Nor longer names and tables, in bytes.
const LONGEST: usize = 1 << 20;

impl Python {
    /// The interpreter in this file of a process, which has these symbols ([`SYMBOLS`]).
    pub(super) fn at(memory: &dyn Memory, symbols: &[Option<u64>]) -> Option<Self> {
        let &[runtime, code, text, bytes, version, in_10, in_9, in_8] = symbols else {
            return None;
        };
        // Before it had a symbol, each version is known by a function that came with it.
        let version = match version {
            Some(address) => memory.u32_at(address)?,
            None if in_10.is_some() => 0x030a_0000,
            None if in_9.is_some() => 0x0309_0000,
            None => in_8.map(|_| 0x0308_0000)?,
        };
        let mut beginning = vec![0; RUNTIME];
        let count = memory.read(runtime?, &mut beginning);
        beginning.truncate(count);
        Some(Self {
            layout: Layout::of(version, &beginning)?,
            runtime: runtime?,
            code: code?,
            text: text?,
            bytes: bytes?,
            known: HashMap::new(),
        })
    }

    /// What the interpreter knows of the thread with this thread pointer.
    pub(super) fn thread(&mut self, memory: &dyn Memory, pointer: u64) -> Thread {
        match self.states(memory, pointer).as_deref() {
            Some([]) => Thread::Foreign,
            Some([state]) => Thread::State(*state),
            // Of several interpreters one runs, and which is seen where the others have no frames.
            Some(states) => {
                let busy =
                    |state: &&u64| !matches!(self.innermost(memory, **state), None | Some(0));
                let busy: Vec<u64> = states.iter().filter(busy).copied().collect();
                match busy[..] {
                    [state] => Thread::State(state),
                    _ => Thread::Unclear,
                }
            }
            None => Thread::Unclear,
        }
    }

    /// The states that a thread has, one in each interpreter that it has run; `None` where they cannot be read.
    fn states(&mut self, memory: &dyn Memory, pointer: u64) -> Option<Vec<u64>> {
        let layout = &self.layout;
        let fields = [layout.interpreter.next, layout.interpreter.threads];
        let mut interpreter = memory.u64_at(self.runtime + layout.interpreters)?;
        let mut found = Vec::new();
        let mut seen = 0;
        let mut first = true;
        while interpreter != 0 {
            seen += 1;
            // Both fields lie near each other and may lie far from the beginning.
            let low = fields[0].min(fields[1]);
            let near = fields.map(|field| field - low);
            let record = Record::at(memory, interpreter + low, &near)?;
            let (next, threads) = (record.word(near[0])?, record.word(near[1])?);
            if first && next == 0 {
                if let Some(state) = self.known.get(&pointer).copied()
                    && self.is_linked(memory, state, pointer, threads)
                {
                    return Some(vec![state]);
                }
                self.known.remove(&pointer);
            }
            first = false;
            let mut state = threads;
            while state != 0 {
                seen += 1;
                if seen > THREADS {
                    return None;
                }
                let record = self.thread_record(memory, state)?;
                if is_of(pointer, record.word(self.layout.thread.id)?) {
                    found.push(state);
                }
                state = record.word(self.layout.thread.next)?;
            }
            interpreter = next;
        }
        if let ([state], true) = (&found[..], seen > 3) {
            self.known.insert(pointer, *state);
        }
        Some(found)
    }

    /// The address of a thread's innermost frame.
    fn innermost(&self, memory: &dyn Memory, state: u64) -> Option<u64> {
        let frame = memory.u64_at(state + self.layout.thread.frame)?;
        match self.layout.thread.through {
            Some(through) if frame != 0 => memory.u64_at(frame + through),
            _ => Some(frame),
        }
    }

    fn thread_record(&self, memory: &dyn Memory, state: u64) -> Option<Record> {
        let thread = &self.layout.thread;
        let fields = [thread.previous, thread.next, thread.id, thread.frame];
        Record::at(memory, state, &fields)
    }

    /// Is it still in the list of threads, and this thread's?
    fn is_linked(&self, memory: &dyn Memory, state: u64, pointer: u64, threads: u64) -> bool {
        let thread = &self.layout.thread;
        let Some(record) = self.thread_record(memory, state) else {
            return false;
        };
        let ours = |id: u64| is_of(pointer, id);
        if !record.word(thread.id).is_some_and(ours) {
            return false;
        }
        match record.word(thread.previous) {
            Some(0) => threads == state,
            Some(previous) => memory.u64_at(previous + thread.next) == Some(state),
            None => false,
        }
    }

    /// Gives each frame of a thread, the innermost first.
    pub(super) fn walk(
        &self,
        memory: &dyn Memory,
        state: u64,
        roots: &mut Roots,
        visit: Visit<'_>,
    ) {
        let mut frame = self.innermost(memory, state);
        let fields = &self.layout.frame;
        let wanted = [fields.previous, fields.code, fields.instruction];
        for _ in 0..DEPTH {
            let Some(address) = frame.filter(|address| *address != 0) else {
                return;
            };
            let Some(record) = Record::at(memory, address, &wanted) else {
                return;
            };
            // A frame that runs no code object is the interpreter's own, between its calls into itself.
            if let Some(line) = self.line(memory, &record)
                && visit(Frame::Line(roots.of_python(&line.file), line)).is_break()
            {
                return;
            }
            frame = record.word(fields.previous);
        }
    }

    fn line(&self, memory: &dyn Memory, frame: &Record) -> Option<SourceLine> {
        let fields = &self.layout.code;
        // Since 3.14 the lowest bits say how the reference is counted.
        let code = frame.word(self.layout.frame.code)? & !7;
        let wanted = [
            self.layout.object_type,
            fields.first_line,
            fields.file,
            fields.name,
            fields.lines,
        ];
        let record = Record::at(memory, code, &wanted)?;
        if record.word(self.layout.object_type)? != self.code {
            return None;
        }
        let at = self.layout.frame.instruction;
        let address = match self.layout.frame.position {
            Position::Number(size) => u64::try_from(frame.number(at)?).ok()? * size,
            Position::Address => frame.word(at)?.checked_sub(code + fields.instructions)?,
        };
        let lines = self.bytes(memory, record.word(fields.lines)?)?;
        let first = record.number(fields.first_line)?;
        Some(SourceLine {
            line: table::line(self.layout.table, &lines, first, address)?,
            file: self.text(memory, record.word(fields.file)?)?,
            function: self.text(memory, record.word(fields.name)?)?,
        })
    }

    fn bytes(&self, memory: &dyn Memory, address: u64) -> Option<Vec<u8>> {
        let [length, first] = self.layout.bytes;
        let object = Beginning::of(memory, address);
        if object.word(self.layout.object_type)? != self.bytes {
            return None;
        }
        let length = object.word(length)? as usize;
        object.part(memory, first, length)
    }

    fn text(&self, memory: &dyn Memory, address: u64) -> Option<String> {
        let fields = &self.layout.text;
        let object = Beginning::of(memory, address);
        if object.word(self.layout.object_type)? != self.text {
            return None;
        }
        let length = object.word(fields.length)? as usize;
        let state = object.word(fields.state)? as u32 >> fields.kind;
        let (size, compact, ascii) = ((state & 7) as usize, state & 8 != 0, state & 16 != 0);
        if !compact || !matches!(size, 1 | 2 | 4) {
            return None;
        }
        let first = if ascii { fields.ascii } else { fields.other };
        let bytes = object.part(memory, first, length.checked_mul(size)?)?;
        let letters = bytes.chunks_exact(size).map(|letter| {
            let mut four = [0; 4];
            four[..size].copy_from_slice(letter);
            // A file name that is no UTF-8 has half characters in it (PEP 383).
            char::from_u32(u32::from_le_bytes(four)).unwrap_or(char::REPLACEMENT_CHARACTER)
        });
        Some(letters.collect())
    }
}

/// Is this what pthread_self(3) returns in the thread with this thread pointer? On x86-64 they are the same; on aarch64 the pointer
/// shows the end of what pthread_self shows the beginning of, and threads lie further apart than that is long.
fn is_of(pointer: u64, id: u64) -> bool {
    const DESCRIPTOR: u64 = 4096;
    let behind = pointer.wrapping_sub(id);
    if cfg!(target_arch = "aarch64") {
        behind < DESCRIPTOR
    } else {
        behind == 0
    }
}

/// An object, as far as one read shows it.
struct Beginning {
    address: u64,
    bytes: Vec<u8>,
}

impl Beginning {
    fn of(memory: &dyn Memory, address: u64) -> Self {
        const MOSTLY: usize = 256;
        let mut bytes = vec![0; MOSTLY];
        let count = memory.read(address, &mut bytes);
        bytes.truncate(count);
        Self { address, bytes }
    }

    fn word(&self, offset: u64) -> Option<u64> {
        let offset = offset as usize;
        self.bytes.get(offset..offset + 8).map(u64_of)
    }

    /// So many bytes of it, read again where it is longer.
    fn part(&self, memory: &dyn Memory, from: u64, length: usize) -> Option<Vec<u8>> {
        if length > LONGEST {
            return None;
        }
        let start = from as usize;
        match self.bytes.get(start..start + length) {
            Some(bytes) => Some(bytes.to_vec()),
            None => memory.bytes(self.address + from, length),
        }
    }
}
