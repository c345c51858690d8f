//! Names for variables: as they were typed, identifiers in every language, none of them a word of a language or its library.

use std::collections::BTreeSet;

/// Words of the languages and names of their libraries: no variable is called so.
const WORDS: &str = "
    False None Self True abs abstract accept addr_of and as assert async auto await become bind bool box
    break bytes case char check class close connect const continue crate daemon data_ def default del do done
    double dup dyn elif else enum environ errno except exit exp extern failed fails false fds final finally
    float fn for from gen global goto i32 if impl import in index inline int is j0 j1 jn job kill lambda len
    let link linux list listen log long loop macro main match mod move mut nonlocal not or os override
    pass pipe poll pow print priv pub raise read ready received recv ref register restrict return select self send
    set short shutdown signal signed sizeof sleep socket static stderr stdin stdout str struct struct_
    super switch sys threading time trait true try type typedef typeof u8 union union_ unix
    unlink unsigned unsized use usize value virtual void volatile wait where while with write y0 y1 yield yn unsafe
    socketpair sendto recvfrom getsockname getpeername getsockopt setsockopt pair here to events event length inet inet4 inet6
    show put upper lower joined repeated ioctl";

/// The names that are taken.
#[derive(Debug)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            taken: WORDS.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

impl Names {
    /// A name like the one wanted, that nothing else has.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        let mut name: String = wanted
            .chars()
            .filter(|next| next.is_ascii_alphanumeric() || *next == '_')
            .collect();
        name.truncate(40);
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name.insert(0, 'v');
        }
        while self.taken.contains(&name) {
            name.push('_');
        }
        self.taken.insert(name.clone());
        name
    }
}
