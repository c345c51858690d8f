//! The frames of compiled code: the stack is unwound from the registers of the stopped thread, file by file.

use super::image::{Image, Images};
use super::maps::{self, Mapping};
use super::{FRAMES, Visit};
use crate::memory::Memory;
use crate::sys::registers::{FrameRegisters, STACK};
use std::rc::Rc;

/// What a process has loaded.
pub(super) struct Native {
    pid: i32,
    modules: Vec<Module>,
}

/// A mapped part of a file.
struct Module {
    mapping: Mapping,
    /// Where the beginning of the file is mapped.
    start: u64,
    /// It is the program itself, whose place nothing else can take without execve(2).
    is_program: bool,
    /// The file, once it was needed; nothing in it where it cannot be read.
    loaded: Option<Option<Loaded>>,
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
                    loaded: None,
                });
            }
        }
        Self { pid, modules }
    }

    /// The program and the libraries that may be an interpreter by their names.
    pub(super) fn files(
        &mut self,
        images: &mut Images,
        memory: &dyn Memory,
        name: &str,
    ) -> Vec<Loaded> {
        let pid = self.pid;
        let wanted = |module: &&mut Module| {
            let file = module.mapping.path.rsplit('/').next().unwrap_or("");
            module.mapping.offset == 0 && (module.is_program || file.contains(name))
        };
        self.modules
            .iter_mut()
            .filter(wanted)
            .filter_map(|module| module.load(pid, images, memory))
            .collect()
    }

    /// Gives each frame that has a line, the innermost first. True where the process was found to have loaded more since the last time.
    pub(super) fn walk(
        &mut self,
        images: &mut Images,
        memory: &dyn Memory,
        registers: &FrameRegisters,
        visit: Visit<'_>,
    ) -> bool {
        let mut registers = *registers;
        let mut reread = false;
        let memory = StackMemory::at(registers.get(STACK).unwrap_or(0), memory);
        // The call's instruction is behind the thread, as each caller's is; but not what a signal has interrupted.
        let mut called = true;
        for _ in 0..FRAMES {
            let at = registers.instruction.wrapping_sub(u64::from(called));
            let mut loaded = self.load(images, &memory, at);
            if loaded.is_none() && !reread {
                reread = true;
                *self = Self::of(self.pid);
                loaded = self.load(images, &memory, at);
            }
            let Some(loaded) = loaded else { break };
            let address = at.wrapping_sub(loaded.moved_by);
            if let Some(lines) = loaded.image.debug_lines() {
                for (origin, line) in lines.at(address).iter() {
                    if visit(*origin, line.clone()).is_break() {
                        return reread;
                    }
                }
            }
            let frames = loaded.image.call_frames();
            let Some((caller, interrupted)) = frames.caller(address, &registers, &memory) else {
                break;
            };
            registers = caller;
            called = !interrupted;
        }
        reread
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

impl Module {
    /// The file, if it is what the process has there: a library may have been unloaded, and another have taken its place.
    fn load(&mut self, pid: i32, images: &mut Images, memory: &dyn Memory) -> Option<Loaded> {
        let fresh = self.loaded.is_none();
        let loaded = self.loaded.get_or_insert_with(|| {
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
        const SIZE: usize = 8192;
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
