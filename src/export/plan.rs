//! The steps of a program, whatever its language: each call with its descriptors as variables and its addresses as they will be there.

use super::reading::OptionValue;
use crate::value::Address;

/// A variable: its place in [`Plan::variables`].
pub(super) type Variable = usize;

/// Something that holds a descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// A name that is an identifier in every language, and nobody else's.
    pub(super) name: String,
    /// More than one actor uses it.
    pub(super) shared: bool,
}

/// An address in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is written out.
    Literal(Address),
    /// A call gave it: its number in [`Plan::captured`].
    Captured(usize),
}

/// The bytes that a call sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Data {
    /// What is known of them: all, or the first.
    pub(super) bytes: Vec<u8>,
    /// How many there are: those known are repeated.
    pub(super) length: usize,
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
        from: Option<usize>,
    },
    Send {
        fd: Variable,
        data: Data,
        flags: String,
        to: Option<Place>,
    },
    Receive {
        fd: Variable,
        size: usize,
        flags: String,
        from: Option<usize>,
        with_address: bool,
    },
    SendDescriptors {
        fd: Variable,
        data: Data,
        sent: Vec<Variable>,
    },
    ReceiveDescriptors {
        fd: Variable,
        size: usize,
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
        into: Option<usize>,
    },
    PeerName {
        fd: Variable,
        into: Option<usize>,
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
    /// The call has no place in a program.
    LeftOut(&'static str),
}

/// What an actor does about turns round one of its steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Waits for these.
    pub(super) waits: Vec<usize>,
    /// Gives this one before the call, which may sleep.
    pub(super) gives_before: Option<usize>,
    /// Gives these after the call.
    pub(super) gives_after: Vec<usize>,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Who makes it: a place in [`Plan::actors`].
    pub(super) actor: usize,
    pub(super) op: Op,
    /// The call as the session showed it.
    pub(super) shown: String,
    /// The function's name.
    pub(super) name: String,
    /// The error it ended with in the session.
    pub(super) errno: Option<String>,
    pub(super) turn: Turn,
    pub(super) start_ns: i64,
    pub(super) end_ns: i64,
}

/// A program before it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Who makes calls: processes, and jobs of theirs.
    pub(super) actors: Vec<String>,
    pub(super) variables: Vec<Held>,
    /// The addresses that calls give and later ones use: the name of each.
    pub(super) captured: Vec<String>,
    pub(super) steps: Vec<Step>,
    /// How many turns there are to wait for.
    pub(super) turns: usize,
    /// Paths that `bind` makes.
    pub(super) paths: Vec<Vec<u8>>,
    /// The session had hosts on a wire.
    pub(super) has_wire: bool,
}

impl Plan {
    /// The steps of one actor, in order.
    pub(super) fn steps_of(&self, actor: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.actor == actor)
    }

    /// The names of the functions that the actors become.
    pub(super) fn functions(&self) -> Vec<String> {
        (0..self.actors.len())
            .map(|actor| format!("actor{actor}"))
            .collect()
    }

    /// The most bytes that a step has room to receive.
    pub(super) fn most_received(&self) -> usize {
        let sizes = self.steps.iter().map(|step| match step.op {
            Op::Receive { size, .. } | Op::ReceiveDescriptors { size, .. } => size,
            _ => 0,
        });
        sizes.max().unwrap_or_default()
    }

    /// The variables that only this actor has, and gives their values.
    pub(super) fn own_variables(&self, actor: usize) -> impl Iterator<Item = &Held> {
        let own = move |at: usize, held: &Held| !held.shared && self.makes(actor, at);
        self.variables
            .iter()
            .enumerate()
            .filter(move |(at, held)| own(*at, held))
            .map(|(_, held)| held)
    }

    /// True when a step of this actor gives the variable its value.
    pub(super) fn makes(&self, actor: usize, variable: usize) -> bool {
        self.steps_of(actor).any(|step| match &step.op {
            Op::Socket { made, .. }
            | Op::Accept { made, .. }
            | Op::Duplicate { made, .. }
            | Op::Epoll { made } => *made == Some(variable),
            Op::Socketpair { made, .. } => {
                made.is_some_and(|(one, other)| one == variable || other == variable)
            }
            Op::ReceiveDescriptors { made, .. } => made.contains(&variable),
            _ => false,
        })
    }
}
