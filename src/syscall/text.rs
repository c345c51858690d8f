//! Arguments of calls in the words of strace(1), a little shorter: bytes, addresses, flags, structures. All of it safe to print.

use crate::catalog::constant;
use crate::catalog::parameter::Group;
use crate::sys::poll::Ready;
use crate::value::Address;
use nix::errno::Errno;
use std::fmt::Write as _;
use std::time::Duration;

/// So many bytes of data are shown.
const SHOWN: usize = 32;

/// Bytes between quotes, C's escapes for what is not printable ASCII, cut after 32 bytes: `"hello\n"`, `"xxxx"…`.
pub fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    escape_into(&mut text, &bytes[..bytes.len().min(SHOWN)], b'"');
    text.push('"');
    if bytes.len() > SHOWN {
        text.push('…');
    }
    text
}

/// Writes bytes as printable ASCII, escaping the quote character, the backslash and everything else.
pub fn escape_into(text: &mut String, bytes: &[u8], quote: u8) {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'\\' && *byte != quote;
    let mut rest = bytes;
    loop {
        // What needs no escape is copied in one piece.
        let plain = rest
            .iter()
            .position(|byte| !is_plain(byte))
            .unwrap_or(rest.len());
        text.push_str(std::str::from_utf8(&rest[..plain]).unwrap_or_default());
        let Some(byte) = rest.get(plain) else { return };
        rest = &rest[plain + 1..];
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'\\' => text.push_str("\\\\"),
            byte if *byte == quote => {
                text.push('\\');
                text.push(char::from(quote));
            }
            byte => {
                // Writing to a String cannot fail.
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
}

/// An address with its family: `{AF_INET 127.0.0.1:5000}`.
pub fn address(address: &Address) -> String {
    let whole = |bytes: &[u8]| {
        let mut text = String::from("\"");
        escape_into(&mut text, bytes, b'"');
        text.push('"');
        text
    };
    match address {
        Address::Inet(inet) => format!("{{AF_INET {inet}}}"),
        Address::Inet6(inet6) => match inet6.flowinfo() {
            0 => format!("{{AF_INET6 {inet6}}}"),
            flow => format!("{{AF_INET6 {inet6} flowinfo={flow:#x}}}"),
        },
        Address::UnixPath(path) => format!("{{AF_UNIX {}}}", whole(path)),
        Address::UnixAbstract(name) => format!("{{AF_UNIX @{}}}", whole(name)),
        Address::UnixUnnamed => "{AF_UNIX}".to_owned(),
        Address::Netlink { pid, groups } => {
            format!("{{AF_NETLINK pid={pid} groups={groups:#x}}}")
        }
        Address::Packet {
            interface,
            index,
            protocol,
            ..
        } => {
            let mut text = String::from("{AF_PACKET ");
            if interface.is_empty() {
                let _ = write!(text, "if{index}");
            } else {
                escape_into(&mut text, interface.as_bytes(), b'"');
            }
            if *protocol != 0 {
                let _ = write!(text, " {}", ether_type(*protocol));
            }
            text.push('}');
            text
        }
        Address::Vsock { cid, port } => {
            let part = |number: u32| match number {
                u32::MAX => "ANY".to_owned(),
                number => number.to_string(),
            };
            format!("{{AF_VSOCK cid={} port={}}}", part(*cid), part(*port))
        }
        Address::Other { family: 0, .. } => "{AF_UNSPEC}".to_owned(),
        Address::Other {
            family: number,
            bytes,
        } => {
            format!("{{{} {}}}", family(i32::from(*number)), quoted(bytes))
        }
    }
}

fn ether_type(protocol: u16) -> String {
    constant::protocol(i64::from(number_of("AF_PACKET")), i64::from(protocol))
        .map_or_else(|| format!("{protocol:#06x}"), |found| found.name.to_owned())
}

/// The number of a constant of the catalog; -1 when there is none of this name.
pub fn number_of(name: &str) -> i32 {
    constant::constant(name).map_or(-1, |found| found.value as i32)
}

/// A family by name: `AF_INET`.
pub fn family(number: i32) -> String {
    named(Group::Family, number)
}

/// A constant of a group by name, or the number.
pub fn named(group: Group, number: i32) -> String {
    constant::named(group, i64::from(number))
        .map_or_else(|| number.to_string(), |found| found.name.to_owned())
}

/// Flags of a group by name: `MSG_PEEK|MSG_DONTWAIT`, `0`.
pub fn flags(group: Group, bits: i32) -> String {
    // Bits, not a number: the highest one is no sign.
    constant::flags(group, i64::from(bits as u32))
}

/// MSG_* by name.
pub fn message_flags(bits: i32) -> String {
    flags(Group::MessageFlag, bits)
}

/// The second argument of socket(2): `SOCK_STREAM|SOCK_NONBLOCK`.
pub fn kind(number: i32) -> String {
    flags(Group::Type, number)
}

/// The third argument of socket(2) in this family; 0 stays 0, but for netlink, where it is NETLINK_ROUTE.
pub fn protocol(family: i32, number: i32) -> String {
    let name = |number: i64| {
        constant::protocol(i64::from(family), number).map(|found| found.name.to_owned())
    };
    match (number, family_name(family)) {
        (0, Some("AF_NETLINK")) | (1.., _) if family != number_of("AF_PACKET") => {
            name(i64::from(number)).unwrap_or_else(|| number.to_string())
        }
        // ETH_P_* are passed in network byte order.
        (1.., Some("AF_PACKET")) => {
            let host_order = u16::from_be(number as u16);
            let inner = name(i64::from(host_order)).unwrap_or_else(|| format!("{host_order:#x}"));
            format!("htons({inner})")
        }
        _ => number.to_string(),
    }
}

fn family_name(family: i32) -> Option<&'static str> {
    constant::named(Group::Family, i64::from(family)).map(|found| found.name)
}

/// Entries of poll(2): `[{fd=3, events=POLLIN}]`, or with `revents` those that are ready.
pub fn poll_entries(entries: &[Ready], field: &str) -> String {
    let shown = entries.iter().map(|entry| {
        let events = flags(Group::PollEvent, entry.events as i32);
        format!("{{fd={}, {field}={events}}}", entry.fd)
    });
    format!("[{}]", list(shown, ", "))
}

/// The parts of a list; of more than 32 only the first, and how many follow.
pub fn list(parts: impl ExactSizeIterator<Item = String>, between: &str) -> String {
    let more = parts.len().saturating_sub(SHOWN);
    let mut shown: Vec<String> = parts.take(SHOWN).collect();
    if more > 0 {
        shown.push(format!("… {more} more"));
    }
    shown.join(between)
}

/// An event of epoll(7): `{events=EPOLLIN, data={fd=3}}`.
pub fn epoll_event(entry: Ready) -> String {
    format!(
        "{{events={}, data={{fd={}}}}}",
        flags(Group::EpollEvent, entry.events as i32),
        entry.fd
    )
}

/// A `struct timeval`.
pub fn timeval(time: Duration) -> String {
    format!(
        "{{tv_sec={}, tv_usec={}}}",
        time.as_secs(),
        time.subsec_micros()
    )
}

/// Text for the C library, or NULL.
pub fn text_or_null(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), |text| quoted(text.as_bytes()))
}

/// An errno's name: `ECONNREFUSED`.
pub fn errno_name(errno: Errno) -> String {
    crate::catalog::errno::by_number(errno as i32)
        .map_or_else(|| format!("{errno:?}"), |found| found.name.to_owned())
}

/// A set of descriptors of select(2) as strace shows it: `[3 4]`.
pub fn descriptor_set(fds: &[i32]) -> String {
    let mut sorted = fds.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let shown = list(sorted.iter().map(ToString::to_string), " ");
    format!("[{shown}]")
}

/// What select(2) found ready: `(in [3], out [4])`, or `(Timeout)`.
pub fn ready_sets(sets: [(&str, &[i32]); 3]) -> String {
    let shown: Vec<String> = sets
        .iter()
        .filter(|(_, fds)| !fds.is_empty())
        .map(|(name, fds)| format!("{name} {}", descriptor_set(fds)))
        .collect();
    if shown.is_empty() {
        "(Timeout)".to_owned()
    } else {
        format!("({})", shown.join(", "))
    }
}

/// An address, or NULL.
pub fn address_or_null(value: Option<&Address>) -> String {
    value.map_or_else(|| "NULL".to_owned(), address)
}
