//! The arguments of a call as its line shows them, read back: numbers, lists, the values of options. Nothing is guessed: what cannot be
//! read is `None`.

use std::net::Ipv4Addr;

/// What an option is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OptionValue {
    /// One int.
    Int(i64),
    /// `struct linger`: on, seconds.
    Linger(i64, i64),
    /// `struct timeval`: seconds, microseconds.
    Time(i64, i64),
    /// Text: an interface, an algorithm.
    Text(String),
    /// `struct ip_mreqn`: group, own address, interface.
    Membership(Ipv4Addr, Ipv4Addr, i64),
}

/// The number after `name=` in a structure.
pub(super) fn field(text: &str, name: &str) -> Option<i64> {
    word(text, name)?.parse().ok()
}

/// The word after `name=` in a structure.
fn word<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let at = text.find(&format!("{name}="))? + name.len() + 1;
    let rest = &text[at..];
    Some(rest.split([',', '}', ']', ' ']).next().unwrap_or(rest))
}

/// True for the value of an option that is one number, or the name of one: `[1]`, `[SOCK_STREAM]`.
pub(super) fn is_number(value: &str) -> bool {
    let name = value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    matches!(option_value(value), Some(OptionValue::Int(_))) || name.is_some_and(is_flags)
}

/// The value of an option.
pub(super) fn option_value(text: &str) -> Option<OptionValue> {
    if let Some(number) = text.strip_prefix('[') {
        return Some(OptionValue::Int(number.strip_suffix(']')?.parse().ok()?));
    }
    if let Some(inner) = text.strip_prefix('"') {
        let inner = inner.strip_suffix('"')?;
        let plain = |next: char| next.is_ascii_alphanumeric() || "-_.".contains(next);
        return inner
            .chars()
            .all(plain)
            .then(|| OptionValue::Text(inner.to_owned()));
    }
    if text.contains("l_onoff=") {
        return Some(OptionValue::Linger(
            field(text, "l_onoff")?,
            field(text, "l_linger")?,
        ));
    }
    if text.contains("tv_sec=") {
        return Some(OptionValue::Time(
            field(text, "tv_sec")?,
            field(text, "tv_usec")?,
        ));
    }
    if text.contains("imr_multiaddr=") {
        return Some(OptionValue::Membership(
            word(text, "imr_multiaddr")?.parse().ok()?,
            word(text, "imr_address")?.parse().ok()?,
            field(text, "imr_ifindex")?,
        ));
    }
    None
}

/// The numbers in `[3 5]`.
pub(super) fn numbers(text: &str) -> Option<Vec<i32>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().ok())
        .collect()
}

/// The entries of `[{fd=4, events=POLLIN}, …]`.
pub(super) fn poll_entries(text: &str) -> Option<Vec<(i32, String)>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner
        .split('{')
        .skip(1)
        .map(|entry| {
            let fd = i32::try_from(field(entry, "fd")?).ok()?;
            let events = word(entry, "events")?;
            is_flags(events).then(|| (fd, events.to_owned()))
        })
        .collect()
}

/// The descriptors sent along in `msg_control`; `None` when something else is in it.
pub(super) fn descriptors_sent(text: &str) -> Option<Vec<i32>> {
    let Some(at) = text.find("msg_control=") else {
        return Some(Vec::new());
    };
    let control = &text[at..];
    if control.matches("cmsg_type=").count() != 1 || !control.contains("cmsg_type=SCM_RIGHTS") {
        return None;
    }
    let data = &control[control.find("cmsg_data=")? + "cmsg_data=".len()..];
    numbers(&data[..=data.find(']')?])
}

/// How many bytes `recvmsg` had room for.
pub(super) fn room(text: &str) -> Option<usize> {
    usize::try_from(field(text, "iov_len")?).ok()
}

/// Microseconds of a `struct timeval`.
pub(super) fn timeval(text: &str) -> Option<i64> {
    Some(field(text, "tv_sec")? * 1_000_000 + field(text, "tv_usec")?)
}

/// Names and numbers with `|` between them, and nothing else: safe in a program's text.
pub(super) fn is_flags(text: &str) -> bool {
    !text.is_empty()
        && text.split('|').all(|part| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|next| next.is_ascii_alphanumeric() || next == '_')
        })
}
