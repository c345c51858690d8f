//! The list of a lab's hosts that `socklab enter` reads through /proc: a file in memory, at a number agreed on, of the keeper.

use super::host::Host;
use crate::sys::descriptor_table;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Seek, Write};

/// The keeper's descriptor of the list.
const NUMBER: i32 = 90;

/// The list, as the keeper holds it.
#[derive(Debug)]
pub struct Roster {
    file: File,
}

/// A host as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// The keeper's descriptor of its network namespace.
    pub network: i32,
    /// The keeper's descriptor of its UTS namespace.
    pub uts: Option<i32>,
}

impl Roster {
    /// An empty list.
    pub fn new() -> io::Result<Self> {
        let made =
            nix::sys::memfd::memfd_create("socklab hosts", nix::sys::memfd::MFdFlags::MFD_CLOEXEC)?;
        Ok(Self {
            file: descriptor_table::move_from(made, NUMBER)?.into(),
        })
    }

    /// Lists these hosts.
    pub fn write(&mut self, hosts: &[Host]) -> io::Result<()> {
        let mut text = String::new();
        for host in hosts {
            let (network, uts) = host.namespaces.numbers();
            let uts = uts.map_or_else(|| "-".to_owned(), |number| number.to_string());
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{} {network} {uts}", host.name);
        }
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }
}

/// The hosts on the wire of the lab with this keeper; empty when it has none.
pub fn read(keeper: i32) -> Vec<Entry> {
    let text = std::fs::read_to_string(format!("/proc/{keeper}/fd/{NUMBER}")).unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some(Entry {
                name: words.next()?.to_owned(),
                network: words.next()?.parse().ok()?,
                uts: words.next().and_then(|word| word.parse().ok()),
            })
        })
        .collect()
}
