//! Where CPython keeps what: offsets in its structures, as its headers of each version lay them out for 64-bit processors
//! (Include/internal/pycore_runtime.h, pycore_interp.h, pycore_frame.h, Include/cpython/pystate.h, code.h, unicodeobject.h).
//! They do not change within a version 3.N. From 3.13 on the interpreter itself has them in a table (`_Py_DebugOffsets`).

use crate::memory::{Memory, u64_of};

/// Offsets in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// In the runtime: its first interpreter.
    pub(super) interpreters: u64,
    /// In an interpreter: the next one, and its first thread.
    pub(super) interpreter: Interpreter,
    /// In the state of a thread.
    pub(super) thread: Thread,
    /// In a frame.
    pub(super) frame: Frame,
    /// In a code object.
    pub(super) code: Code,
    /// In each object: its type.
    pub(super) object_type: u64,
    /// In a text object.
    pub(super) text: Text,
    /// In a bytes object: its length and its first byte.
    pub(super) bytes: [u64; 2],
    /// How lines are written down.
    pub(super) table: Table,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Interpreter {
    pub(super) next: u64,
    pub(super) threads: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thread {
    pub(super) previous: u64,
    pub(super) next: u64,
    /// What pthread_self(3) returns there.
    pub(super) id: u64,
    /// Its innermost frame.
    pub(super) frame: u64,
    /// 3.11 and 3.12 keep the frame one pointer further, at this offset of what the pointer shows.
    pub(super) through: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) previous: u64,
    pub(super) code: u64,
    /// Which instruction it is at.
    pub(super) instruction: u64,
    pub(super) position: Position,
}

/// What a frame says of its instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// The number of the last one as 32 bits, times so many bytes.
    Number(u64),
    /// Its address.
    Address,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) first_line: u64,
    pub(super) file: u64,
    pub(super) name: u64,
    pub(super) lines: u64,
    /// The first instruction, where it lies in the object.
    pub(super) instructions: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) length: u64,
    pub(super) state: u64,
    /// From which bit of the state on there are kind (3 bits), "compact" and "ascii".
    pub(super) kind: u32,
    /// Where the characters begin, of ASCII text and of other.
    pub(super) ascii: u64,
    pub(super) other: u64,
}

/// How the lines of a function's instructions are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// co_lnotab, up to 3.9.
    Pairs,
    /// co_linetable of 3.10.
    Ranges,
    /// co_linetable since 3.11.
    Locations,
}

/// 3.8 and 3.9.
const OLD: Layout = Layout {
    interpreters: 32,
    interpreter: Interpreter {
        next: 0,
        threads: 8,
    },
    thread: Thread {
        previous: 0,
        next: 8,
        id: 176,
        frame: 24,
        through: None,
    },
    frame: Frame {
        previous: 24,
        code: 32,
        instruction: 104,
        position: Position::Number(1),
    },
    code: Code {
        first_line: 40,
        file: 104,
        name: 112,
        lines: 120,
        instructions: 0,
    },
    object_type: 8,
    text: Text {
        length: 16,
        state: 32,
        kind: 2,
        ascii: 48,
        other: 72,
    },
    bytes: [16, 32],
    table: Table::Pairs,
};

impl Layout {
    /// That of a version (`PY_VERSION_HEX`); the runtime's beginning, from 3.13 on, says more. `None` for versions that are not known,
    /// and for those without the global lock, whose objects are laid out otherwise.
    pub(super) fn of(version: u32, runtime: &[u8]) -> Option<Self> {
        let mut layout = OLD;
        match version >> 16 {
            0x308 | 0x309 => {}
            0x30a => {
                layout.frame.instruction = 96;
                layout.frame.position = Position::Number(2);
                layout.table = Table::Ranges;
            }
            0x30b => layout.set_11(),
            0x30c => {
                layout.set_11();
                layout.set_12();
            }
            0x30d => return Self::told(runtime, &WORDS_13, version, 2),
            0x30e => return Self::told(runtime, &WORDS_14, version, 16),
            _ => return None,
        }
        Some(layout)
    }

    fn set_11(&mut self) {
        self.interpreters = 40;
        self.interpreter.threads = 16;
        self.thread.id = 152;
        self.thread.frame = 56;
        self.thread.through = Some(8);
        self.frame = Frame {
            previous: 48,
            code: 32,
            instruction: 56,
            position: Position::Address,
        };
        self.code = Code {
            first_line: 72,
            file: 112,
            name: 128,
            lines: 136,
            instructions: 184,
        };
        self.table = Table::Locations;
    }

    fn set_12(&mut self) {
        self.interpreter.threads = 72;
        self.thread.id = 136;
        self.thread.through = Some(0);
        self.frame.previous = 8;
        self.frame.code = 0;
        self.code.first_line = 68;
        self.code.instructions = 192;
        self.text.ascii = 40;
        self.text.other = 56;
    }

    /// As the interpreter tells it: words of 64 bits, with "xdebugpy", its version and whether it has no global lock before them.
    fn told(runtime: &[u8], words: &Words, version: u32, kind: u32) -> Option<Self> {
        let word = |index: usize| runtime.get(index * 8..index * 8 + 8).map(u64_of);
        let starts_well =
            runtime.starts_with(b"xdebugpy") && word(1)? == u64::from(version) && word(2)? == 0;
        if !starts_well {
            return None;
        }
        let at = |index: usize| word(index).filter(|offset| *offset < 1 << 20);
        let ascii = at(words.text + 3)?;
        Some(Self {
            interpreters: at(5)?,
            interpreter: Interpreter {
                next: at(8)?,
                threads: at(9)?,
            },
            thread: Thread {
                previous: at(words.thread + 1)?,
                next: at(words.thread + 2)?,
                id: at(words.thread + 5)?,
                frame: at(words.thread + 4)?,
                through: None,
            },
            frame: Frame {
                previous: at(words.frame + 1)?,
                code: at(words.frame + 2)?,
                instruction: at(words.frame + 3)?,
                position: Position::Address,
            },
            code: Code {
                first_line: at(words.code + 5)?,
                file: at(words.code + 1)?,
                name: at(words.code + 3)?,
                lines: at(words.code + 4)?,
                instructions: at(words.code + 9)?,
            },
            object_type: at(words.object + 1)?,
            text: Text {
                length: at(words.text + 2)?,
                state: at(words.text + 1)?,
                kind,
                ascii,
                other: ascii + 16,
            },
            bytes: [at(words.bytes + 1)?, at(words.bytes + 2)?],
            table: Table::Locations,
        })
    }
}

/// Which word of the interpreter's table is the first of each structure: its size, which its fields follow.
struct Words {
    thread: usize,
    frame: usize,
    code: usize,
    object: usize,
    bytes: usize,
    text: usize,
}

const WORDS_13: Words = Words {
    thread: 19,
    frame: 28,
    code: 34,
    object: 44,
    bytes: 64,
    text: 67,
};

const WORDS_14: Words = Words {
    thread: 22,
    frame: 31,
    code: 39,
    object: 50,
    bytes: 74,
    text: 77,
};

/// So much of the runtime's beginning holds the interpreter's table.
pub(super) const RUNTIME: usize = 81 * 8;

/// A part of the memory, of which fields are taken.
pub(super) struct Record(pub(super) Vec<u8>);

impl Record {
    /// Reads so much that the fields at these offsets are in it.
    pub(super) fn at(memory: &dyn Memory, address: u64, fields: &[u64]) -> Option<Self> {
        let last = fields.iter().max()?;
        memory.bytes(address, (last + 8) as usize).map(Self)
    }

    pub(super) fn word(&self, offset: u64) -> Option<u64> {
        let offset = offset as usize;
        self.0.get(offset..offset + 8).map(u64_of)
    }

    pub(super) fn number(&self, offset: u64) -> Option<i32> {
        self.word(offset).map(|word| word as i32)
    }
}
