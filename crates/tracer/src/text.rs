//! Calls as text, in strace's manner: for tests and the example.

mod names;

use crate::call::{Argument, Call, Control, Data, Entering, Message, Names, Summary};
use std::fmt::Write;

/// `name(arguments)` of a call that has not returned.
pub fn entering(call: &Entering) -> String {
    call_text(call.syscall.name, &call.arguments)
}

/// `name(arguments) = result`.
pub fn returned(call: &Call) -> String {
    let result = match call.result {
        Ok(value) => value.to_string(),
        Err(errno) => format!("-1 {}", names::errno(errno)),
    };
    format!(
        "{} = {result}",
        call_text(call.syscall.name, &call.arguments)
    )
}

/// `1000 calls of sendto on 3 …`.
pub fn summed(summary: &Summary) -> String {
    let Summary {
        calls,
        syscall,
        subject,
        seen,
        sum,
        failed,
        ..
    } = summary;
    let fd = subject.map_or(-1, |subject| subject.fd);
    format!(
        "{calls} calls of {} on {fd}; {seen} of them looked at: {sum} in all, {failed} failed",
        syscall.name
    )
}

fn call_text(name: &str, arguments: &[Argument]) -> String {
    let mut shown: Vec<String> = Vec::new();
    for argument in arguments {
        shown.push(argument_text(argument, arguments));
    }
    if name == "fcntl" && arguments.last() == Some(&Argument::Null) {
        shown.pop();
    }
    format!("{name}({})", shown.join(", "))
}

fn argument_text(argument: &Argument, all: &[Argument]) -> String {
    match argument {
        Argument::Fd(fd) => fd.to_string(),
        Argument::Int(value) | Argument::Pointed(value) => value.to_string(),
        Argument::Flags { names, bits } => {
            names::flags(*names, *bits, &|wanted| bits_of(all, wanted))
        }
        Argument::Address(bytes) => address(bytes),
        Argument::Length { given, then } => match then {
            Some(then) if then != given => format!("[{given} => {then}]"),
            _ => format!("[{given}]"),
        },
        Argument::Data(data) => data_text(data),
        Argument::Vectors(vectors) => list(vectors, vector),
        Argument::Message(message) => message_text(message),
        Argument::Messages(messages) => list(messages, |(message, length)| {
            format!("{{msg_hdr={}, msg_len={length}}}", message_text(message))
        }),
        Argument::Value { bytes, .. } => match <[u8; 4]>::try_from(bytes.as_slice()) {
            Ok(four) => format!("[{}]", i32::from_le_bytes(four)),
            Err(_) => quoted(bytes),
        },
        Argument::PollFds(fds) => list(fds, |entry| {
            let (fd, asked) = (entry.fd, entry.events);
            format!(
                "{{fd={fd}, events={asked:#x}, revents={:#x}}}",
                entry.revents
            )
        }),
        Argument::FdSet { asked, ready } => match ready {
            Some(ready) => format!("[{}] => [{}]", numbers(asked), numbers(ready)),
            None => format!("[{}]", numbers(asked)),
        },
        Argument::Events(events) => list(events, |event| {
            format!("{{events={:#x}, data={:#x}}}", event.events, event.data)
        }),
        Argument::Milliseconds(value) => value.to_string(),
        Argument::Timeout(nanoseconds) => format!("{{{nanoseconds} ns}}"),
        Argument::Signals(mask) => format!("{mask:#x}"),
        Argument::Pair([one, other]) => format!("[{one}, {other}]"),
        Argument::Pointer(address) | Argument::BadPointer(address) => format!("{address:#x}"),
        Argument::Null => "NULL".to_owned(),
    }
}

/// The bits of another argument of the same call.
fn bits_of(arguments: &[Argument], wanted: Names) -> u64 {
    arguments
        .iter()
        .find_map(|argument| match argument {
            Argument::Flags { names, bits } if *names == wanted => Some(*bits),
            _ => None,
        })
        .unwrap_or(0)
}

fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = items.iter().map(show).collect();
    format!("[{}]", shown.join(", "))
}

fn numbers(fds: &[i32]) -> String {
    let shown: Vec<String> = fds.iter().map(i32::to_string).collect();
    shown.join(" ")
}

fn data_text(data: &Data) -> String {
    let more = data.length > data.bytes.len() as u64;
    format!("{}{}", quoted(&data.bytes), if more { "..." } else { "" })
}

fn vector(data: &Data) -> String {
    format!("{{iov_base={}, iov_len={}}}", data_text(data), data.length)
}

fn message_text(message: &Message) -> String {
    let name = message
        .name
        .as_ref()
        .map_or_else(|| "NULL".to_owned(), |bytes| address(bytes));
    let vectors = list(&message.vectors, vector);
    let control = list(&message.control, |control: &Control| {
        let Control { level, kind, bytes } = control;
        format!(
            "{{cmsg_level={level}, cmsg_type={kind}, cmsg_data={}}}",
            quoted(bytes)
        )
    });
    format!("{{msg_name={name}, msg_iov={vectors}, msg_control={control}}}")
}

/// struct sockaddr.
fn address(bytes: &[u8]) -> String {
    let half = |at: usize| u16::from_be_bytes([bytes[at], bytes[at + 1]]);
    let family = if bytes.len() < 2 {
        -1
    } else {
        i32::from(u16::from_le_bytes([bytes[0], bytes[1]]))
    };
    match family {
        libc::AF_INET if bytes.len() >= 8 => format!(
            "{{sa_family=AF_INET, sin_port=htons({}), sin_addr=inet_addr(\"{}.{}.{}.{}\")}}",
            half(2),
            bytes[4],
            bytes[5],
            bytes[6],
            bytes[7]
        ),
        libc::AF_INET6 if bytes.len() >= 24 => {
            let mut octets = [0; 16];
            octets.copy_from_slice(&bytes[8..24]);
            let port = half(2);
            let ip = std::net::Ipv6Addr::from(octets);
            format!("{{sa_family=AF_INET6, sin6_port=htons({port}), sin6_addr=\"{ip}\"}}")
        }
        libc::AF_UNIX if bytes.len() == 2 => "{sa_family=AF_UNIX}".to_owned(),
        libc::AF_UNIX => {
            let path = &bytes[2..];
            let (at, path) = match path.split_first() {
                Some((0, rest)) => ("@", rest),
                _ => ("", path.split(|byte| *byte == 0).next().unwrap_or(path)),
            };
            format!("{{sa_family=AF_UNIX, sun_path={at}{}}}", quoted(path))
        }
        _ => quoted(bytes),
    }
}

/// A string of C.
fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            0x0b => text.push_str("\\v"),
            0x0c => text.push_str("\\f"),
            0x20..=0x7e => text.push(char::from(*byte)),
            _ => {
                let digit = bytes.get(index + 1).is_some_and(u8::is_ascii_digit);
                let _ = if digit {
                    write!(text, "\\{byte:03o}")
                } else {
                    write!(text, "\\{byte:o}")
                };
            }
        }
    }
    text.push('"');
    text
}
