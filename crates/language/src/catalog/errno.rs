//! The errnos of Linux and the errors of getaddrinfo(3): what each says, what it means for a socket, what to do.
//! Not why one particular call failed: that is evidence, and the session's business.

/// Builds rows that have a number and a text only.
macro_rules! errnos {
    ($(#[$doc:meta])* $table:ident; $($name:ident => $message:literal;)*) => {
        $(#[$doc])*
        pub(super) const $table: &[$crate::catalog::errno::Errno] = &[$(
            $crate::catalog::errno::Errno {
                name: stringify!($name),
                number: libc::$name,
                message: $message,
                meaning: "",
                causes: &[],
                what_next: "",
                what_next_for: &[],
                fits: "",
                man: "errno(3)",
            },
        )*];
    };
}

/// Builds rows with everything: `NAME "message" "man(2)" means "…" when { "call": "…"; "call" for "UNIX": "…"; } next "…" after "call call" for "UNIX": "…";`,
/// with `NAME = number` for what libc does not name. `after` names the calls of which the advice fits every failure. What stands behind `for` is of that kind of socket alone.
macro_rules! described {
    ($(#[$doc:meta])* $table:ident; $(
        $name:ident $(= $number:literal)? $message:literal $man:literal
        means $meaning:literal
        when { $($call:literal $(for $of:literal)?: $when:literal;)* }
        next $next:literal $(after $fits:literal)? $(for $whose:literal: $other:literal)*;
    )*) => {
        $(#[$doc])*
        pub(super) const $table: &[$crate::catalog::errno::Errno] = &[$(
            $crate::catalog::errno::Errno {
                name: stringify!($name),
                number: described!(@number $name $(, $number)?),
                message: $message,
                meaning: $meaning,
                causes: &[$($crate::catalog::errno::When {
                    call: $call,
                    of: described!(@of $($of)?),
                    text: $when,
                },)*],
                what_next: $next,
                what_next_for: &[$(($whose, $other),)*],
                fits: described!(@of $($fits)?),
                man: $man,
            },
        )*];
    };
    (@of) => { "" };
    (@of $of:literal) => { $of };
    (@number $name:ident) => { libc::$name };
    (@number $name:ident, $number:literal) => { $number };
}

mod address;
mod connection;
mod general;
mod resolver;
mod resource;

use super::socket_kind::SocketKind;

/// An error number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno {
    /// The name as C spells it: `ECONNREFUSED`.
    pub name: &'static str,
    /// Its number on this machine; negative for getaddrinfo's `EAI_*`.
    pub number: i32,
    /// What strerror(3) or gai_strerror(3) says, as glibc words it.
    pub message: &'static str,
    /// What it means for sockets; empty for an errno that no socket call gives.
    pub meaning: &'static str,
    /// Which call gives it, and when.
    pub causes: &'static [When],
    /// What to do; empty when nothing general can be said.
    pub what_next: &'static str,
    /// What to do with some kinds of socket (`socket_kind`), in place of that.
    pub what_next_for: &'static [(&'static str, &'static str)],
    /// The calls of which the advice fits every failure, whatever its cause, between blanks; `send` and `recv` as in `causes`.
    pub fits: &'static str,
    /// Where to read on.
    pub man: &'static str,
}

/// When a call gives an errno.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The call, as a verb of the language: `send` stands for every call that sends.
    pub call: &'static str,
    /// The kinds of socket (`socket_kind`) between commas; empty: any.
    pub of: &'static str,
    /// In words; those that begin with `the same` go on from the row before.
    pub text: &'static str,
}

impl Errno {
    /// When a call on a socket of this kind gives it, in words; `None` when that is not said of the two.
    pub fn when(&self, call: &str, kind: &SocketKind) -> Option<String> {
        let general = general(call);
        let find = |name: &str, particular: bool| {
            self.causes.iter().position(|when| {
                when.call == name && when.of.is_empty() != particular && kind.is_one_of(when.of)
            })
        };
        let place = [
            (call, true),
            (general, true),
            (call, false),
            (general, false),
        ]
        .into_iter()
        .find_map(|(name, particular)| find(name, particular))?;
        Some(self.spelled_out(place))
    }

    /// What to do about it on a socket of this kind; empty when nothing general can be said.
    pub fn next_for(&self, kind: &SocketKind) -> &'static str {
        self.what_next_for
            .iter()
            .find(|(of, _)| kind.is_one_of(of))
            .map_or(self.what_next, |(_, text)| text)
    }

    /// True when the advice fits every failure of a call with it, whatever the cause.
    pub fn fits(&self, call: &str) -> bool {
        let mut calls = self.fits.split(' ');
        calls.any(|one| one == call || one == general(call))
    }

    /// The words of a row; "the same" is said in those of the row it is the same as.
    fn spelled_out(&self, place: usize) -> String {
        let text = self.causes[place].text;
        let first = self.causes[..place]
            .iter()
            .rev()
            .find(|when| !when.text.starts_with("the same"));
        match (text.strip_prefix("the same"), first) {
            (Some(more), Some(first)) => format!("{}{more}", first.text),
            _ => text.to_owned(),
        }
    }
}

/// The call that stands for all of its kind: `send` for every call that sends.
fn general(call: &str) -> &str {
    match call {
        "sendto" | "sendmsg" | "sendfile" | "sendall" | "write" => "send",
        "recvfrom" | "recvmsg" | "read" => "recv",
        "accept4" => "accept",
        other => other,
    }
}

impl When {
    /// The words with the kinds of socket in front: `UNIX: no file at that path`.
    pub fn said(&self) -> String {
        if self.of.is_empty() {
            self.text.to_owned()
        } else {
            format!("{}: {}", self.of, self.text)
        }
    }
}

/// Tables in the order of preference: of two names for one number the first is the one that is shown.
const TABLES: &[&[Errno]] = &[
    connection::CONNECTION,
    address::ADDRESS,
    resource::RESOURCE,
    resolver::RESOLVER,
    general::GENERAL,
];

/// Every errno, and the errors of getaddrinfo(3).
pub fn errnos() -> impl Iterator<Item = &'static Errno> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The errno of this exact name.
pub fn by_name(name: &str) -> Option<&'static Errno> {
    errnos().find(|errno| errno.name == name)
}

/// The errno of this number, under its usual name (EAGAIN, not EWOULDBLOCK).
pub fn by_number(number: i32) -> Option<&'static Errno> {
    errnos().find(|errno| errno.number == number)
}

#[cfg(test)]
mod tests;
