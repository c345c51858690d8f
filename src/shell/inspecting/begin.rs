//! Before a live capture: the interface that was asked for, the program for the kernel, and what is said where it cannot begin.

use super::{FAILED, USAGE};
use crate::capture::interface::{self, Interface};
use crate::capture::live::Program;
use crate::command::diagnostic::nearest;
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

/// What the kernel does with a filter, for the greeting. `taken` says whether it accepted the program.
pub(super) fn kernels_part(
    filter: &Filter,
    interface: &Interface,
    strict: bool,
    taken: bool,
) -> &'static str {
    let everything = Filter::parse("").ok();
    let everything = everything.and_then(|filter| program(&filter, interface, strict));
    if !taken || program(filter, interface, strict) == everything {
        "; the kernel passes every frame on, the filter is applied here"
    } else {
        "; the kernel leaves out what the filter can be seen to reject"
    }
}

/// What is captured, how, and how it ends.
pub(super) fn greeting(interface: &Interface, kernel: &str) -> String {
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
        "capturing on {}, {what}{kernel}; Ctrl-C ends{down}",
        interface.name.escape_debug()
    )
}

/// The interface that was asked for, or the exit status and what to say.
pub(super) fn find(name: Option<&str>) -> Result<Interface, (u8, String)> {
    let names: Vec<String> = interface::all()
        .unwrap_or_default()
        .into_iter()
        .map(|(_, name)| name.escape_debug().to_string())
        .collect();
    let there = || format!("there are {}, and any for all of them", names.join(", "));
    let Some(name) = name else {
        return Err((USAGE, format!("which interface? Say -i NAME: {}", there())));
    };
    match Interface::find(name) {
        Ok(Some(interface)) => Ok(interface),
        Ok(None) => {
            let known = names.iter().map(String::as_str).chain([interface::ANY]);
            let near = nearest(name, known);
            let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            let name = name.escape_debug();
            Err((FAILED, format!("no interface {name}: {}{near}", there())))
        }
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
        let (_, text) = find(Some("ayn")).expect_err("there is none");
        assert!(text.ends_with("; did you mean any?"), "{text}");
        let (status, text) = find(None).expect_err("none was named");
        assert_eq!(status, USAGE);
        assert!(text.contains("lo"), "{text}");
    }

    #[test]
    fn what_the_kernel_does_with_the_filter_is_said() {
        let lo = Interface::find("lo").ok().flatten();
        let lo = lo.expect("every network has a loopback");
        for (text, taken, part) in [
            ("udp.dstport == 9", true, "leaves out"),
            ("udp.dstport == 9", false, "passes every frame on"),
            ("frame.number == 3", true, "passes every frame on"),
        ] {
            let filter = Filter::parse(text).expect("it is a filter");
            let said = kernels_part(&filter, &lo, false, taken);
            assert!(said.contains(part), "{text}: {said}");
        }
    }

    #[test]
    fn a_missing_capability_is_answered_with_the_command_that_gives_it() {
        let text = refused(&io::Error::from_raw_os_error(libc::EPERM), "lo");
        assert!(text.contains("sudo setcap cap_net_raw=ep /"), "{text}");
    }
}
