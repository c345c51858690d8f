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
    Python(Box<Python>),
    /// One that is not known: of what it runs there are no lines.
    Other,
}

/// The libraries that interpreters come in, by parts of their names, where the program has not all in itself.
const LIBRARIES: [&str; 6] = [
    "libpython",
    "libruby",
    "libperl",
    "libphp",
    "libnode",
    "libjvm",
];

/// Functions of interpreters whose frames cannot be read: CPython of other versions, Ruby, Perl, PHP, Node.js, the Java virtual machine.
const OTHERS: [&str; 6] = [
    "Py_GetVersion",
    "ruby_init",
    "perl_run",
    "php_execute_script",
    "node_module_register",
    "JNI_CreateJavaVM",
];

impl Interpreter {
    /// Looks at the program and the libraries that a process has loaded.
    pub(super) fn find(native: &mut Native, images: &mut Images, memory: &dyn Memory) -> Self {
        for file in native.files(images, memory, &LIBRARIES) {
            let Some(file) = file else {
                return Self::Other;
            };
            let names = [&python::SYMBOLS[..], &OTHERS].concat();
            let moved = |address: &Option<u64>| Some((*address)?.wrapping_add(file.moved_by));
            let symbols: Vec<_> = file.image.symbols(&names).iter().map(moved).collect();
            let (python, others) = symbols.split_at(python::SYMBOLS.len());
            if let Some(python) = Python::at(memory, python) {
                native.set_interpreter(&file);
                return Self::Python(Box::new(python));
            }
            if others.iter().any(Option::is_some) {
                return Self::Other;
            }
        }
        Self::None
    }
}
