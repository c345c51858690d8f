//! A file of the book. Not how it comes to be on a disk.

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Its path below `book/src`, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Sheet {
    /// A file at this path.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}
