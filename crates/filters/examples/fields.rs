//! `fields [PREFIX]`: the fields that a filter can name, with what their values are and what they tell.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let prefix = std::env::args().nth(1).unwrap_or_default();
    let mut out = io::stdout().lock();
    for field in socklab_filters::fields() {
        if field.name.starts_with(&prefix) {
            writeln!(
                out,
                "{:40} {:20} {}",
                field.name,
                field.kind.what(),
                field.meaning
            )?;
        }
    }
    Ok(())
}
