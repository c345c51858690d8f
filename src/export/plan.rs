//! The steps of a program, whatever its language: each call with its descriptors as variables and its addresses as they will be there.

use super::reading::OptionValue;
use crate::value::Address;

/// A variable: its place in [`Plan::variables`].
pub(super) type Variable = usize;

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A descriptor.
    Descriptor,
    /// Bytes, at most so many.
    Bytes(usize),
    /// A socket address.
    Place,
    /// A number.
    Number,
}

/// A variable of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// A name that is an identifier in every language, and nobody else's.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Something in the program uses its value.
    pub(super) read: bool,
    /// It gets its first value in a block, and outlives it.
    pub(super) nested: bool,
}

/// An address in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is written out.
    Literal(Address),
    /// A call gave it.
    Given(Variable),
}

/// Bytes that a program sends or prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bytes {
    Literal(Vec<u8>),
    /// The same so many times.
    Repeated(Vec<u8>, usize),
    Held(Variable),
    Upper(Box<Bytes>),
    Lower(Box<Bytes>),
    Joined(Box<Bytes>, Box<Bytes>),
}

/// A piece of what is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// This text.
    Text(String),
    /// Bytes as Python shows them: `b'hello'`.
    Literally(Bytes),
    /// Bytes as the text they are.
    Decoded(Bytes),
    /// How many they are.
    Length(Bytes),
    Number(Variable),
    Address(Variable),
}

/// What a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "the fields are the arguments of the call that the variant is named after"
)]
pub(super) enum Op {
    Socket {
        family: String,
        kind: String,
        protocol: String,
        made: Option<Variable>,
    },
    Socketpair {
        family: String,
        kind: String,
        protocol: String,
        made: Option<(Variable, Variable)>,
    },
    Bind {
        fd: Variable,
        to: Place,
    },
    Connect {
        fd: Variable,
        to: Place,
    },
    Listen {
        fd: Variable,
        backlog: i64,
    },
    Accept {
        fd: Variable,
        flags: String,
        made: Option<Variable>,
        from: Option<Variable>,
    },
    Send {
        fd: Variable,
        data: Bytes,
        flags: String,
        to: Option<Place>,
    },
    Receive {
        fd: Variable,
        size: usize,
        flags: String,
        from: Option<Variable>,
        into: Variable,
        with_address: bool,
    },
    SendDescriptors {
        fd: Variable,
        data: Bytes,
        sent: Vec<Variable>,
    },
    ReceiveDescriptors {
        fd: Variable,
        size: usize,
        into: Variable,
        made: Vec<Variable>,
    },
    Shutdown {
        fd: Variable,
        how: String,
    },
    Close {
        fd: Variable,
    },
    Duplicate {
        fd: Variable,
        made: Option<Variable>,
    },
    OwnName {
        fd: Variable,
        into: Variable,
    },
    PeerName {
        fd: Variable,
        into: Variable,
    },
    SetOption {
        fd: Variable,
        level: String,
        name: String,
        value: OptionValue,
    },
    GetOption {
        fd: Variable,
        level: String,
        name: String,
        into: Variable,
    },
    Blocking {
        fd: Variable,
        on: bool,
    },
    Poll {
        entries: Vec<(Variable, String)>,
        milliseconds: i64,
    },
    Select {
        sets: [Vec<Variable>; 3],
        microseconds: Option<i64>,
    },
    Epoll {
        flags: String,
        made: Option<Variable>,
    },
    EpollControl {
        epoll: Variable,
        what: String,
        fd: Variable,
        events: String,
    },
    EpollWait {
        epoll: Variable,
        most: i64,
        milliseconds: i64,
    },
    /// Waits until a socket is ready, at most so long, for the call that comes next.
    Timer {
        fd: Variable,
        events: String,
        milliseconds: i64,
        /// What is printed when it is not.
        otherwise: String,
    },
    Print(Vec<Shown>),
    /// Nanoseconds.
    Sleep(u64),
    /// The command has no place in a program.
    LeftOut(String),
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) op: Op,
    /// The function's name.
    pub(super) name: String,
    /// The error it ended with in the session.
    pub(super) errno: Option<String>,
    /// It is one of several calls that carry out a command, and its error is none to the command: nothing is printed of it.
    pub(super) inner: bool,
    /// Its value gets no name.
    pub(super) alone: bool,
    /// What is said beside it.
    pub(super) remark: String,
}

impl Step {
    /// A call in the way its outcome in the session wants it, by the functions that programs in C and Rust are given.
    pub(super) fn outcome(&self, call: &str) -> String {
        let name = self.name.as_str();
        match &self.errno {
            Some(errno) if self.inner => format!("begins(\"{name}\", {call}, {errno});"),
            Some(errno) => format!("fails(\"{name}\", {call}, {errno}, \"{errno}\");"),
            None => format!("check(\"{name}\", {call});"),
        }
    }
}

/// A line of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Comment(String),
    Break,
    /// Another program comes first: how many pauses long, and what it does.
    Pause(u64, String),
    Step(Step),
    Repeat(u64, Vec<Item>),
    /// A thread of its own, by its number, with the variables it gives values to.
    Thread(u32, Vec<Item>, Vec<Variable>),
    /// Waits for one.
    Join(u32),
}

/// A program before it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) variables: Vec<Held>,
    pub(super) items: Vec<Item>,
    /// Paths that `bind` makes.
    pub(super) paths: Vec<Vec<u8>>,
    pub(super) calls: usize,
    pub(super) left_out: usize,
}

impl Plan {
    /// The variable's name.
    pub(super) fn name(&self, variable: Variable) -> &str {
        &self.variables[variable].name
    }

    /// True when a part of it runs in a thread of its own.
    pub(super) fn has_threads(&self) -> bool {
        self.items
            .iter()
            .any(|item| matches!(item, Item::Thread(..)))
    }

    /// All its steps.
    pub(super) fn steps(&self) -> Vec<&Step> {
        fn gather<'a>(items: &'a [Item], found: &mut Vec<&'a Step>) {
            for item in items {
                match item {
                    Item::Step(step) => found.push(step),
                    Item::Repeat(_, inner) | Item::Thread(_, inner, _) => gather(inner, found),
                    _ => {}
                }
            }
        }
        let mut found = Vec::new();
        gather(&self.items, &mut found);
        found
    }
}
