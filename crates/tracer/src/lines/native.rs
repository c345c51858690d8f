//! The frames of compiled code: the stack is unwound from the registers of the stopped thread, file by file.

use super::image::{Image, Images};
use super::maps::{self, Mapping};
use super::origin::Origin;
use super::tail_calls::{self, CALL, Target};
use super::{FRAMES, Frame, SourceLine, Stopped, Visit};
use crate::memory::Memory;
use crate::sys::registers::{FrameRegisters, STACK};
use crate::table::Architecture;
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::rc::Rc;

/// What a process has loaded.
pub(super) struct Native {
    pid: i32,
    modules: Vec<Module>,
    /// Whether one frame follows on another without one that is gone, by addresses in the instructions they are at.
    certain: HashMap<(u64, u64), bool>,
    /// The file of the interpreter that the process has.
    interpreter: Option<Rc<Image>>,
    /// Pages that were found to show no file.
    nowhere: HashSet<u64>,
}

/// A mapped part of a file.
struct Module {
    mapping: Mapping,
    /// Where the beginning of the file is mapped.
    start: u64,
    /// It is the program itself, whose place nothing else can take without execve(2).
    is_program: bool,
    /// The file, once it was needed; nothing in it where it cannot be read.
    loaded: OnceCell<Option<Loaded>>,
}

/// A file at its place in memory.
#[derive(Clone)]
pub(super) struct Loaded {
    pub(super) image: Rc<Image>,
    /// What is added to the addresses that its headers give.
    pub(super) moved_by: u64,
}

impl Native {
    /// Reads what a process has mapped.
    pub(super) fn of(pid: i32) -> Self {
        let program = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        let mut first = None;
        let mut modules = Vec::new();
        for mapping in maps::read(pid) {
            if mapping.offset == 0 {
                first = Some((mapping.inode, mapping.start));
            }
            if let Some((inode, start)) = first
                && inode == mapping.inode
            {
                modules.push(Module {
                    is_program: program.as_os_str() == mapping.path.as_str(),
                    mapping,
                    start,
                    loaded: OnceCell::new(),
                });
            }
        }
        Self {
            pid,
            modules,
            certain: HashMap::new(),
            interpreter: None,
            nowhere: HashSet::new(),
        }
    }

    /// The program, and the libraries whose names have one of these parts; nothing in the place of one that cannot be read, as after
    /// its file was replaced.
    pub(super) fn files(
        &mut self,
        images: &mut Images,
        memory: &dyn Memory,
        names: &[&str],
    ) -> Vec<Option<Loaded>> {
        let pid = self.pid;
        let wanted = |module: &&mut Module| {
            let file = module.mapping.path.rsplit('/').next().unwrap_or("");
            module.mapping.offset == 0
                && (module.is_program || names.iter().any(|name| file.contains(name)))
        };
        self.modules
            .iter_mut()
            .filter(wanted)
            .map(|module| module.load(pid, images, memory))
            .collect()
    }

    /// Gives each frame that has a line, the innermost first. True where the process was found to have loaded more since the last time:
    /// then the frames that follow have not been given.
    pub(super) fn walk(
        &mut self,
        images: &mut Images,
        memory: &dyn Memory,
        registers: &FrameRegisters,
        visit: Visit<'_>,
    ) -> bool {
        let mut registers = *registers;
        let memory = StackMemory::at(registers.get(STACK).unwrap_or(0), memory);
        // The call's instruction is behind the thread, as each caller's is; but not what a signal has interrupted.
        let mut called = true;
        let mut below: Option<Below> = None;
        let mut seen = false;
        for _ in 0..FRAMES {
            let at = registers.instruction.wrapping_sub(u64::from(called));
            let Some(loaded) = self.load(images, &memory, at) else {
                return self.has_changed(images, &memory, at);
            };
            let is_file = |file: &Rc<Image>| Rc::ptr_eq(file, &loaded.image);
            if self.interpreter.as_ref().is_some_and(is_file)
                && visit(Frame::Interpreter).is_break()
            {
                return false;
            }
            let address = at.wrapping_sub(loaded.moved_by);
            let lines = loaded.image.lines_at(address);
            let of_user = is_of_user(&lines);
            if let Some(below) = below.filter(|_| of_user) {
                let caller = Caller {
                    loaded: &loaded,
                    at,
                };
                if called
                    && !self.follows(images, &memory, below, &caller)
                    && visit(Frame::Missing).is_break()
                {
                    return false;
                }
            }
            for (origin, line) in lines.iter() {
                if visit(Frame::Line(*origin, line.clone())).is_break() {
                    return false;
                }
            }
            let frames = loaded.image.call_frames();
            let Some((caller, interrupted)) = frames.caller(address, &registers, &memory) else {
                break;
            };
            seen |= of_user;
            // A handler of the user's must have been there, which has jumped to what makes the call.
            if interrupted && !seen && visit(Frame::Missing).is_break() {
                break;
            }
            below = (!of_user).then_some(Below { at });
            registers = caller;
            called = !interrupted;
        }
        false
    }

    /// The file whose frames are the interpreter's own.
    pub(super) fn set_interpreter(&mut self, file: &Loaded) {
        self.interpreter = Some(Rc::clone(&file.image));
    }

    /// As `walk`, for a thread that the interpreter of its process does not know; where it runs the interpreter's code all the same, its
    /// state has only just been made or is gone, and nothing is certain.
    pub(super) fn walk_foreign(
        &mut self,
        images: &mut Images,
        stopped: &Stopped<'_>,
        visit: Visit<'_>,
    ) -> bool {
        let mut frames = Vec::new();
        let mut interprets = false;
        let registers = stopped.registers.frame();
        let changed = self.walk(images, stopped.memory, &registers, &mut |frame| {
            interprets |= matches!(frame, Frame::Interpreter);
            frames.push(frame);
            if interprets {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if !changed && !interprets {
            for frame in frames {
                if visit(frame).is_break() {
                    break;
                }
            }
        }
        changed
    }

    /// Reads anew what the process has loaded, where an address lies in no file that is known. What lies in none at all, as code that a
    /// program has made itself, is remembered by its page.
    fn has_changed(&mut self, images: &mut Images, memory: &dyn Memory, at: u64) -> bool {
        const PAGES: usize = 4096;
        let page = at / 4096;
        if self.nowhere.contains(&page) {
            return false;
        }
        let mut nowhere = std::mem::take(&mut self.nowhere);
        *self = Self::of(self.pid);
        let changed = self.load(images, memory, at).is_some();
        if !changed && nowhere.len() < PAGES {
            nowhere.insert(page);
        }
        self.nowhere = nowhere;
        changed
    }

    /// Does a frame that is not the user's follow on this frame of the user's, with none of the user's between them that has jumped to it?
    fn follows(
        &mut self,
        images: &mut Images,
        memory: &dyn Memory,
        below: Below,
        caller: &Caller<'_>,
    ) -> bool {
        let key = (below.at, caller.at);
        if let Some(known) = self.certain.get(&key) {
            return *known;
        }
        let certain = self
            .is_certain(images, memory, below, caller)
            .unwrap_or(false);
        self.certain.insert(key, certain);
        certain
    }

    fn is_certain(
        &mut self,
        images: &mut Images,
        memory: &dyn Memory,
        below: Below,
        caller: &Caller<'_>,
    ) -> Option<bool> {
        let loaded = self.load(images, memory, below.at)?;
        let function = loaded.function(below.at)?;
        let (moved_by, image) = (caller.loaded.moved_by, &caller.loaded.image);
        // Where an instruction of this file leads: through its stubs, if need be.
        let resolve = |target: Target| match target {
            Target::Slot(slot) => memory.u64_at(slot),
            Target::Address(address) => {
                let stub = image.code().stubs.get(&address.wrapping_sub(moved_by));
                stub.map_or(Some(address), |slot| {
                    memory.u64_at(slot.wrapping_add(moved_by))
                })
            }
        };
        let returns = caller.at.wrapping_add(1);
        let mut before = [0; CALL];
        memory.read(returns.wrapping_sub(CALL as u64), &mut before);
        let called = tail_calls::call(Architecture::NATIVE, &before, returns).and_then(resolve);
        if called == Some(function) {
            return Some(true);
        }
        if let Some(called) = called
            && let Some(callee) = self.load(images, memory, called)
            && callee.function(called) == Some(called)
        {
            let lines = callee.image.lines_at(called.wrapping_sub(callee.moved_by));
            return Some(!is_of_user(&lines));
        }
        // What was called is not known: can any code of the user's have jumped?
        let (start, code) = image.code().functions.as_ref()?;
        let start = start.wrapping_add(moved_by);
        let leads = |target| resolve(target) == Some(function);
        let jumps = tail_calls::jumps(Architecture::NATIVE, code, start, leads);
        Some(!jumps.iter().any(|end| {
            let address = end.wrapping_sub(1).wrapping_sub(moved_by);
            is_of_user(&image.lines_at(address))
        }))
    }

    fn load(&mut self, images: &mut Images, memory: &dyn Memory, at: u64) -> Option<Loaded> {
        let pid = self.pid;
        let holds = |module: &&mut Module| {
            let mapping = &module.mapping;
            mapping.executable && (mapping.start..mapping.end).contains(&at)
        };
        self.modules
            .iter_mut()
            .find(holds)?
            .load(pid, images, memory)
    }
}

impl Loaded {
    /// Where the function begins that an address lies in.
    fn function(&self, at: u64) -> Option<u64> {
        let frames = self.image.call_frames();
        let start = frames.function(at.wrapping_sub(self.moved_by))?;
        Some(start.wrapping_add(self.moved_by))
    }
}

/// A frame without lines of the user's own: an address in the instruction it is at.
#[derive(Clone, Copy)]
struct Below {
    at: u64,
}

/// The frame above it.
struct Caller<'l> {
    loaded: &'l Loaded,
    at: u64,
}

fn is_of_user(lines: &[(Origin, SourceLine)]) -> bool {
    lines.iter().any(|(origin, _)| *origin == Origin::User)
}

impl Module {
    /// The file, if it is what the process has there: a library may have been unloaded, and another have taken its place.
    fn load(&mut self, pid: i32, images: &mut Images, memory: &dyn Memory) -> Option<Loaded> {
        let fresh = self.loaded.get().is_none();
        let loaded = self.loaded.get_or_init(|| {
            let image = images.of(pid, &self.mapping)?;
            let moved_by = image.moved_by(&self.mapping)?;
            Some(Loaded { image, moved_by })
        });
        let certain = self.is_program && !fresh;
        let same = |loaded: &&Loaded| certain || loaded.image.is_at(memory, self.start);
        loaded.as_ref().filter(same).cloned()
    }
}

/// The memory of a thread whose stack was read at once.
struct StackMemory<'m> {
    memory: &'m dyn Memory,
    start: u64,
    bytes: Vec<u8>,
}

impl<'m> StackMemory<'m> {
    fn at(start: u64, memory: &'m dyn Memory) -> Self {
        const SIZE: usize = 2048;
        let mut bytes = vec![0; SIZE];
        let count = memory.read(start, &mut bytes);
        bytes.truncate(count);
        Self {
            memory,
            start,
            bytes,
        }
    }
}

impl Memory for StackMemory<'_> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> usize {
        let from = address.wrapping_sub(self.start) as usize;
        let end = from.saturating_add(buffer.len());
        match self.bytes.get(from..end) {
            Some(bytes) => {
                buffer.copy_from_slice(bytes);
                buffer.len()
            }
            None => self.memory.read(address, buffer),
        }
    }
}
