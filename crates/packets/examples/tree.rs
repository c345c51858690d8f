//! `tree HEX`: the layers and fields of an Ethernet frame given in hexadecimal, each with the bytes it was read from.

use socklab_packets::dissect;
use socklab_packets::headers::LinkType;
use socklab_packets::tree::Field;
use std::io::{self, Write};

fn main() -> io::Result<()> {
    let digits: String = std::env::args().skip(1).collect();
    let bytes: Option<Vec<u8>> = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
        .collect();
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
        io::Error::other("usage: tree HEX, an Ethernet frame in hexadecimal digits")
    })?;
    let mut out = io::stdout().lock();
    for layer in dissect::tree(LinkType::ETHERNET, &bytes, bytes.len() as u32, false) {
        writeln!(out, "{}: {}", layer.name, layer.title)?;
        for field in &layer.fields {
            show(&mut out, field, 1)?;
        }
    }
    Ok(())
}

fn show(out: &mut impl Write, field: &Field, depth: usize) -> io::Result<()> {
    let (start, end) = (field.span.start, field.span.end);
    writeln!(
        out,
        "{:indent$}{}: {:?} {} [{start}..{end}]",
        "",
        field.name,
        field.value,
        field.meaning,
        indent = depth * 2
    )?;
    field
        .children
        .iter()
        .try_for_each(|child| show(out, child, depth + 1))
}
