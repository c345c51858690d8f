//! The lines of a file's instructions, from its debug information (DWARF 2 to 5).

use super::SourceLine;
use super::call_frames::Bytes;
use super::origin::{self, Origin};
use gimli::LittleEndian;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// The debug information of a file.
pub(super) struct DebugLines {
    context: addr2line::Context<Bytes>,
    known: RefCell<HashMap<u64, Lines>>,
}

/// The lines of an instruction: more than one where functions are inlined there, the innermost first.
pub(super) type Lines = Rc<[(Origin, SourceLine)]>;

impl DebugLines {
    /// Reads the sections; nothing where there are none.
    pub(super) fn of(section: impl Fn(&str) -> Option<(u64, Rc<[u8]>)>) -> Option<Self> {
        section(".debug_info").filter(|(_, bytes)| !bytes.is_empty())?;
        section(".debug_line").filter(|(_, bytes)| !bytes.is_empty())?;
        let load = |id: gimli::SectionId| -> Result<Bytes, gimli::Error> {
            let bytes = section(id.name()).map_or_else(|| Rc::from([]), |(_, bytes)| bytes);
            Ok(Bytes::new(bytes, LittleEndian))
        };
        let context = addr2line::Context::from_dwarf(gimli::Dwarf::load(load).ok()?).ok()?;
        Some(Self {
            context,
            known: RefCell::default(),
        })
    }

    /// The lines at an address as the file's headers give it; none for code of the language's own library.
    pub(super) fn at(&self, address: u64) -> Lines {
        if let Some(lines) = self.known.borrow().get(&address) {
            return Rc::clone(lines);
        }
        let lines: Lines = self.read(address).unwrap_or_default().into();
        self.known.borrow_mut().insert(address, Rc::clone(&lines));
        lines
    }

    fn read(&self, address: u64) -> Option<Vec<(Origin, SourceLine)>> {
        let mut lines = Vec::new();
        let mut frames = self.context.find_frames(address).skip_all_loads().ok()?;
        while let Some(frame) = frames.next().ok()? {
            let function = frame.function.as_ref().and_then(|name| {
                let text = name.demangle().ok()?;
                Some(without_hash(&text).to_owned())
            });
            // A frame without a place of its own hides where the call is: what encloses it is not taken for it.
            let location = frame.location?;
            let (file, line) = (location.file?, location.line?);
            let file = file.strip_prefix("./").unwrap_or(file);
            let function = function.unwrap_or_default();
            if line != 0
                && let Some(origin) = origin::of_native(file, &function)
            {
                let file = file.to_owned();
                lines.push((
                    origin,
                    SourceLine {
                        file,
                        line,
                        function,
                    },
                ));
            }
        }
        Some(lines)
    }
}

/// Rust's names end in a hash that tells versions apart: `::h` and 16 digits.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            name
        }
        _ => name,
    }
}
