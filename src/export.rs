//! A session as a program: the calls that were made, in Python, C or Rust, to be run outside the laboratory. Pure: calls in, text out.

mod c;
mod literal;
mod naming;
mod order;
mod plan;
mod python;
mod reading;
mod rust;
mod step;
mod translation;

#[cfg(test)]
mod tests;

use crate::event::CallEvent;
use crate::event::transfer::Party;
use crate::value::Address;
use std::net::IpAddr;

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

/// What a program is made of.
#[derive(Debug)]
pub struct Material<'a> {
    /// The calls, in any order.
    pub calls: Vec<&'a CallEvent>,
    /// The sockets they made, for their names and their ends.
    pub parties: Vec<&'a Party>,
    /// The addresses of the hosts on the wire, which one machine does not have.
    pub wire: Vec<IpAddr>,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its text.
    pub text: String,
    /// How many calls are in it.
    pub calls: usize,
    /// How many calls have no place in it; each is named in a comment.
    pub left_out: usize,
}

/// Writes the program. The calls come in the order in which they were made; processes become threads that take turns.
pub fn program(language: Language, material: &Material<'_>) -> Program {
    let plan = translation::plan(material);
    let text = match language {
        Language::Python => python::write(&plan),
        Language::C => c::write(&plan),
        Language::Rust => rust::write(&plan),
    };
    let left_out = plan
        .steps
        .iter()
        .filter(|step| matches!(step.op, plan::Op::LeftOut(_)))
        .count();
    Program {
        text,
        calls: plan.steps.len() - left_out,
        left_out,
    }
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
        }
        _ => {}
    }
    address
}
