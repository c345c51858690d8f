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
                man: "errno(3)",
            },
        )*];
    };
}

/// Builds rows with everything: `NAME "message" "man(2)" means "…" when { "call": "…"; } next "…";`, with `NAME = number` for
/// what libc does not name.
macro_rules! described {
    ($(#[$doc:meta])* $table:ident; $(
        $name:ident $(= $number:literal)? $message:literal $man:literal
        means $meaning:literal
        when { $($call:literal: $when:literal;)* }
        next $next:literal;
    )*) => {
        $(#[$doc])*
        pub(super) const $table: &[$crate::catalog::errno::Errno] = &[$(
            $crate::catalog::errno::Errno {
                name: stringify!($name),
                number: described!(@number $name $(, $number)?),
                message: $message,
                meaning: $meaning,
                causes: &[$(($call, $when),)*],
                what_next: $next,
                man: $man,
            },
        )*];
    };
    (@number $name:ident) => { libc::$name };
    (@number $name:ident, $number:literal) => { $number };
}

mod address;
mod connection;
mod general;
mod resolver;
mod resource;

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
    pub causes: &'static [(&'static str, &'static str)],
    /// What to do; empty when nothing general can be said.
    pub what_next: &'static str,
    /// Where to read on.
    pub man: &'static str,
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
