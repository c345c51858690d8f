//! The line of the source that makes a call. It is read from outside while the thread is stopped at the entry of the call: from the
//! tables of a Python interpreter (`python`), or by unwinding the stack with the debug information of the program's files
//! (`native`). Nothing is loaded into the program, nothing is written, and calls that nobody asks about cost nothing. Each step is
//! checked against what the process has in its memory; where one is not certain there is no line.

mod call_frames;
mod debug_lines;
mod image;
mod interpreter;
mod maps;
mod native;
mod origin;
mod python;
mod reading;
mod tail_calls;

use crate::sys;
use crate::sys::registers::Registers;
use image::Images;
use interpreter::Interpreter;
use origin::{Origin, Roots};
use python::Thread;
use reading::Reading;
use std::collections::HashMap;
use std::ops::ControlFlow;

/// A place in the source of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// The file as the interpreter or the debug information names it; it may be relative to where the program was started, and for
    /// code that comes from no file it is what Python says in its place (`<string>`, `<stdin>`).
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The function; empty where it has no name.
    pub function: String,
}

/// Where a call is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The line that makes it.
    pub line: SourceLine,
    /// The frames that have lines, the innermost first; a library's are among them.
    pub frames: Vec<SourceLine>,
}

/// Finds the lines of all processes of a program.
#[derive(Default)]
pub struct Lines {
    images: Images,
    roots: Roots,
    processes: HashMap<i32, Process>,
}

/// What is known of a process until it executes another program.
struct Process {
    native: native::Native,
    interpreter: Interpreter,
    /// What it has loaded was read anew: there may be an interpreter.
    fresh: bool,
    /// What was read of each thread at its last call.
    parts: HashMap<i32, Vec<reading::Part>>,
}

/// A stack has no more frames than these; what lies below is left out.
const FRAMES: usize = 256;

impl Lines {
    /// The line that makes the call at whose entry this thread is stopped: that of the innermost frame of the user's own code; of a
    /// package, where no frame is the user's own; of Python's standard library, where there is nothing else. `None` where it is not
    /// certain: no debug information, an interpreter that is not known, a process that is gone.
    pub fn line(&mut self, pid: i32, tid: i32) -> Option<SourceLine> {
        self.stack(pid, tid).map(|stack| stack.line)
    }

    /// That line, and the frames of the thread as far as they have lines.
    pub fn stack(&mut self, pid: i32, tid: i32) -> Option<Stack> {
        let mut best: Option<(Origin, SourceLine)> = None;
        let mut frames = Vec::new();
        self.walk(pid, tid, &mut |frame| {
            let decided = best
                .as_ref()
                .is_some_and(|(known, _)| *known == Origin::User);
            match frame {
                Frame::Line(origin, line) => {
                    frames.push(line.clone());
                    if best.as_ref().is_none_or(|(known, _)| origin < *known) {
                        best = Some((origin, line));
                    }
                }
                Frame::Interpreter => {}
                // What lies behind it is not certain either.
                Frame::Missing => {
                    if !decided {
                        best = None;
                    }
                    return ControlFlow::Break(());
                }
            }
            if frames.len() < FRAMES {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        best.map(|(_, line)| Stack { line, frames })
    }

    /// A process executes another program: what was known of it is forgotten.
    pub fn execed(&mut self, pid: i32) {
        self.processes.remove(&pid);
    }

    /// A process has ended.
    pub fn ended(&mut self, pid: i32) {
        self.processes.remove(&pid);
    }

    fn walk(&mut self, pid: i32, tid: i32, visit: Visit<'_>) {
        /// Of so many threads it is remembered what was read of them.
        const REMEMBERED: usize = 1024;
        let Ok(registers) = sys::registers::read(tid) else {
            return;
        };
        let process = self.processes.entry(pid).or_insert_with(|| Process {
            native: native::Native::of(pid),
            interpreter: Interpreter::None,
            fresh: true,
            parts: HashMap::new(),
        });
        let parts = process.parts.remove(&tid).unwrap_or_default();
        let memory = Reading::ahead(tid, &parts);
        let stopped = Stopped {
            tid,
            registers: &registers,
            memory: &memory,
        };
        process.walk(&stopped, &mut self.images, &mut self.roots, visit);
        if process.parts.len() == REMEMBERED {
            process.parts.clear();
        }
        process.parts.insert(tid, memory.used());
    }
}

impl Process {
    fn walk(
        &mut self,
        stopped: &Stopped<'_>,
        images: &mut Images,
        roots: &mut Roots,
        visit: Visit<'_>,
    ) {
        /// So often may it be found that more was loaded.
        const AGAIN: usize = 8;
        let mut given = 0;
        for _ in 0..AGAIN {
            if std::mem::take(&mut self.fresh) {
                self.interpreter = Interpreter::find(&mut self.native, images, stopped.memory);
            }
            match &mut self.interpreter {
                Interpreter::None => {}
                Interpreter::Other => return,
                Interpreter::Python(python) => {
                    let pointer = sys::registers::thread_pointer(stopped.tid, stopped.registers);
                    match python.thread(stopped.memory, pointer) {
                        Thread::Foreign => {
                            self.fresh = self.native.walk_foreign(images, stopped, visit);
                            if self.fresh {
                                continue;
                            }
                            return;
                        }
                        Thread::State(state) => {
                            return python.walk(stopped.memory, state, roots, visit);
                        }
                        Thread::Unclear => return,
                    }
                }
            }
            // Frames that were given are not given again.
            let (mut number, before) = (0, given);
            let frame = stopped.registers.frame();
            self.fresh = self
                .native
                .walk(images, stopped.memory, &frame, &mut |frame| {
                    number += 1;
                    if number <= before {
                        return ControlFlow::Continue(());
                    }
                    given = number;
                    visit(frame)
                });
            if !self.fresh {
                return;
            }
        }
    }
}

/// A thread at the entry of a call.
struct Stopped<'s> {
    tid: i32,
    registers: &'s Registers,
    memory: &'s Reading,
}

/// A frame of a stack.
enum Frame {
    /// It has a line.
    Line(Origin, SourceLine),
    /// A frame of the user's may have been here and is gone.
    Missing,
    /// It is one of the interpreter's own.
    Interpreter,
}

/// Is given each frame, the innermost first, and says whether to go on.
type Visit<'v> = &'v mut dyn FnMut(Frame) -> ControlFlow<()>;
