//! Names for variables: as the session called its sockets, identifiers in every language, each used once.

use std::collections::BTreeSet;

/// Words of the languages and names of their libraries: no variable is called so.
const WORDS: &str = "
    False None Self True abs abstract accept addr_of and as assert async auto await become bind bool box
    break bytes case char class close connect const continue crate daemon data def default del do done
    double dup dyn elif else enum environ errno except exit exp extern failed false fds final finally
    float fn for from gen global goto i32 if impl import in index inline int is j0 j1 jn kill lambda len
    let link linux list listen log long loop macro main match mod move mut nonlocal not or os override
    pass pipe poll pow print priv pub raise read ready recv ref register restrict return select self send
    set short shutdown signal signed sizeof sleep socket static stderr stdin stdout str struct struct_
    super switch sys threading time told trait true try turns type typedef typeof u8 union union_ unix
    unlink unsigned unsized use usize virtual void volatile wait where while with write y0 y1 yield yn unsafe
";

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
    /// A name like the one wanted.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        let mut name: String = wanted
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .chars()
            .map(|next| {
                if next.is_ascii_alphanumeric() {
                    next.to_ascii_lowercase()
                } else {
                    '_'
                }
            })
            .collect();
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            name.insert_str(0, "fd");
        }
        name.truncate(24);
        let base = name.clone();
        let mut count = 1;
        while self.taken.contains(&name) {
            count += 1;
            let between = if base.ends_with(|last: char| last.is_ascii_digit()) {
                "_"
            } else {
                ""
            };
            name = format!("{base}{between}{count}");
        }
        self.taken.insert(name.clone());
        name
    }
}
