//! A session as programs in Python, C or Rust, one for each process, to be run outside the lab. Pure: what was typed and what came of it
//! in, text out.

mod c;
mod head;
mod literal;
mod naming;
mod pacing;
mod plan;
mod python;
mod reading;
pub mod replay;
mod rust;
mod script;
pub mod transcript;
mod translation;

#[cfg(test)]
mod tests;

use crate::event::{CallEvent, ResultEvent};
use crate::value::Address;
use std::net::IpAddr;
use transcript::Transcript;

/// The language of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python 3, its standard library only.
    Python,
    /// C11 with the headers of Linux.
    C,
    /// Rust, edition 2021 or newer, the standard library and the system calls.
    Rust,
}

impl Language {
    /// The language whose files end like this.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "py" => Some(Self::Python),
            "c" => Some(Self::C),
            "rs" => Some(Self::Rust),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::C => "C",
            Self::Rust => "Rust",
        }
    }
}

/// What programs are made of.
#[derive(Debug)]
pub struct Material<'a> {
    /// What was typed.
    pub transcript: &'a Transcript,
    /// The calls, in any order.
    pub calls: Vec<&'a CallEvent>,
    /// The values that commands gave.
    pub results: Vec<&'a ResultEvent>,
    /// The addresses of the hosts on the wire, which one machine does not have, with the hosts' names.
    pub hosts: Vec<(IpAddr, String)>,
}

/// A program: what one process did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
    /// How many commands with calls are in it.
    pub calls: usize,
    /// How many commands have no place in it; each is named in a comment.
    pub left_out: usize,
}

/// What a language makes of one process.
#[derive(Debug)]
struct Written {
    text: String,
    calls: usize,
    left_out: usize,
}

/// Writes a program for each process that did something, in the order in which they are to be started: the only one is called
/// `stem.ending`, of several each has its process's name behind the stem.
pub fn programs(
    language: Language,
    stem: &str,
    ending: &str,
    material: &Material<'_>,
) -> Vec<Program> {
    let mut scripts = script::scripts(material);
    pacing::pace(&mut scripts);
    let many = scripts.len() > 1;
    let files: Vec<String> = scripts
        .iter()
        .map(|script| {
            if many {
                format!("{stem}_{}.{ending}", script.name.replace(['-', '.'], "_"))
            } else {
                format!("{stem}.{ending}")
            }
        })
        .collect();
    scripts
        .iter()
        .zip(&files)
        .map(|(script, file)| {
            let around = head::around(language, &script.name, file, &files);
            let written = match language {
                Language::Python => python::write(script, &around, material),
                Language::C => c::write(script, &around, material),
                Language::Rust => rust::write(script, &around, material),
            };
            Program {
                file: file.clone(),
                text: written.text,
                calls: written.calls,
                left_out: written.left_out,
            }
        })
        .collect()
}

/// An address of a host on the wire as one that every machine has: 10.0.0.2 becomes 127.0.0.2, fd00::2 becomes ::1.
fn at_home(address: &Address, wire: &[IpAddr]) -> Address {
    let mut address = address.clone();
    match &mut address {
        Address::Inet(inet) if wire.contains(&IpAddr::V4(*inet.ip())) => {
            inet.set_ip(std::net::Ipv4Addr::new(127, 0, 0, inet.ip().octets()[3]));
        }
        Address::Inet6(inet6) if wire.contains(&IpAddr::V6(*inet6.ip())) => {
            inet6.set_ip(std::net::Ipv6Addr::LOCALHOST);
            inet6.set_scope_id(0);
        }
        _ => {}
    }
    address
}
