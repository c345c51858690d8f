//! Whether a process runs an interpreter, whose own instructions say nothing of the program that it runs.

use super::image::Images;
use super::native::Native;
use super::python::{self, Python};
use crate::memory::Memory;

/// What a process runs.
pub(super) enum Interpreter {
    /// Compiled code alone.
    None,
    /// A Python whose frames can be read.
    Python(Python),
    /// One that is not known: of what it runs there are no lines.
    Other,
}

/// The libraries that interpreters come in, by parts of their names, where the program has not all in itself.
const LIBRARIES: [&str; 4] = ["libpython", "libruby", "libperl", "libphp"];

impl Interpreter {
    /// Looks at the program and the libraries that a process has loaded.
    pub(super) fn find(native: &mut Native, images: &mut Images, memory: &dyn Memory) -> Self {
        for file in native.files(images, memory, &LIBRARIES) {
            let moved = |address: Option<u64>| Some(address?.wrapping_add(file.moved_by));
            let symbols = file.image.symbols(python::SYMBOLS).map(moved);
            if let Some(python) = Python::at(memory, symbols) {
                return Self::Python(python);
            }
            let others = [
                "Py_GetVersion",
                "ruby_init",
                "perl_run",
                "php_execute_script",
            ];
            let is_there = |name| file.image.symbols([name])[0].is_some();
            if others.into_iter().any(is_there) {
                return Self::Other;
            }
        }
        Self::None
    }
}
