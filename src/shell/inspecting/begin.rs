//! Before a live capture: the interface that was asked for, the program for the kernel, and what is said where it cannot begin.

use super::{FAILED, USAGE};
use crate::capture::interface::{self, Interface};
use crate::capture::live::Program;
use crate::command::filter::Filter;
use crate::command::filter::bpf::{Keep, Start};
use crate::packet::headers::LinkType;
use crate::sys::block_ring::Form;
use std::io;

/// The part of the filter that the kernel can apply.
pub(super) fn program(filter: &Filter, interface: &Interface, strict: bool) -> Option<Program> {
    let start = match (interface.form, interface.link) {
        (Form::Cooked, _) => Start::Cooked,
        (Form::Whole, LinkType::RAW) => Start::Raw,
        (Form::Whole, _) => Start::Ethernet,
    };
    let keep = if strict {
        Keep::Frames
    } else {
        Keep::Conversations
    };
    let program = filter.program(start, keep)?;
    Some(
        program
            .into_iter()
            .map(|one| (one.code, one.jt, one.jf, one.k))
            .collect(),
    )
}

pub(super) fn greeting(interface: &Interface) -> String {
    let what = match interface.link {
        LinkType::ETHERNET => "Ethernet frames",
        LinkType::RAW => "IP packets without a link header",
        _ => "packets with a cooked link header (SLL2)",
    };
    let down = if interface.up {
        ""
    } else {
        "; it is down, so nothing is seen until it is brought up"
    };
    format!(
        "capturing on {}, {what}; Ctrl-C ends{down}",
        interface.name.escape_debug()
    )
}

/// The interface that was asked for, or the exit status and what to say.
pub(super) fn find(name: Option<&str>) -> Result<Interface, (u8, String)> {
    let there = || {
        let names: Vec<String> = interface::all()
            .unwrap_or_default()
            .into_iter()
            .map(|(_, name)| name.escape_debug().to_string())
            .collect();
        format!("there are {}, and any for all of them", names.join(", "))
    };
    let Some(name) = name else {
        return Err((USAGE, format!("which interface? Say -i NAME: {}", there())));
    };
    match Interface::find(name) {
        Ok(Some(interface)) => Ok(interface),
        Ok(None) => Err((
            FAILED,
            format!("no interface {}: {}", name.escape_debug(), there()),
        )),
        Err(error) => Err((FAILED, format!("{}: {error}", name.escape_debug()))),
    }
}

/// Why no capture could begin, and what would help.
pub(super) fn refused(error: &io::Error, name: &str) -> String {
    match error.raw_os_error() {
        Some(libc::EPERM | libc::EACCES) => {
            let program = std::env::current_exe()
                .map_or_else(|_| "socklab".to_owned(), |path| path.display().to_string());
            format!(
                "capturing on {name} needs the capability CAP_NET_RAW, which this process does not have. This gives it to the program:\n\
                 sudo setcap cap_net_raw=ep {program}"
            )
        }
        _ => format!("no capture on {name}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_that_is_not_there_is_answered_with_those_that_are() {
        let (status, text) = find(Some("not\u{1b}there")).expect_err("there is none");
        assert_eq!(status, FAILED);
        assert!(text.contains("no interface not\\u{1b}there"), "{text}");
        assert!(text.contains("lo, ") && text.contains("any"), "{text}");
        let (status, text) = find(None).expect_err("none was named");
        assert_eq!(status, USAGE);
        assert!(text.contains("lo"), "{text}");
    }

    #[test]
    fn a_missing_capability_is_answered_with_the_command_that_gives_it() {
        let text = refused(&io::Error::from_raw_os_error(libc::EPERM), "lo");
        assert!(text.contains("sudo setcap cap_net_raw=ep /"), "{text}");
    }
}
