//! What a verb takes: the kinds of its parameters, which drive parsing, completion, hints and conversion.

/// One parameter of a verb.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// Its name, as help shows it and as `name=value` takes it. Python's name where Python has one.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it can be left out.
    pub need: Need,
}

/// Whether a parameter can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It must be given.
    Required,
    /// It may be left out; the default as help shows it.
    Optional(&'static str),
    /// Any number of arguments, also none, gathered into a list. Only the last positional one, or followed by keyword ones.
    Variadic,
    /// Taken only by name (`reuse_port=True`), with its default as help shows it.
    Keyword(&'static str),
}

/// What an argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A socket variable, or a descriptor number.
    Socket,
    /// Sockets, epoll instances or poll objects.
    Waitable,
    /// A list of sockets.
    Sockets,
    /// A file made by `makefile`.
    File,
    /// A socket address.
    Address,
    /// Bytes or text to send.
    Data,
    /// A list of buffers (`[b"x", b"y"]`) or one.
    Buffers,
    /// Ancillary data: `[(SOL_SOCKET, SCM_RIGHTS, [s])]`.
    Ancillary,
    /// A number.
    Int,
    /// True or False.
    Bool,
    /// A time: a number of seconds, a duration (`200ms`), or `None`.
    Seconds,
    /// A constant of this group, or a number.
    Constant(Group),
    /// The value of a socket option; its kind depends on the option.
    OptionValue,
    /// Text: host names, service names, modes.
    Text,
    /// Any value.
    Any,
    /// One bare word out of these (also accepted in quotes).
    Choice(&'static [&'static str]),
    /// A bare word: a name that is made up by the user.
    Word,
    /// The name of a process.
    Process,
    /// The name of a host.
    Host,
    /// A background job's number.
    Job,
    /// A path of the file system, as a bare word or in quotes.
    Path,
    /// A conversation: a socket variable, `tcp.stream` number, or address.
    Conversation,
    /// A display filter: the rest of the line.
    Filter,
    /// The rest of the line as it stands: a program and its arguments, an expectation.
    Rest,
    /// The name of anything `help` or `explain` knows.
    Topic,
    /// The names of fields that are to be shown alone: the rest of the line.
    Fields,
}

/// A group of constants that are valid at the same place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// `AF_*`.
    Family,
    /// `SOCK_*`.
    Type,
    /// `IPPROTO_*`, `NETLINK_*`, `ETH_P_*`.
    Protocol,
    /// `SOL_*` and `IPPROTO_*` as levels of setsockopt(2).
    Level,
    /// `SO_*`, `TCP_*`, `IP_*` … names of options.
    OptionName,
    /// `MSG_*`.
    MessageFlag,
    /// `SHUT_*`.
    Shutdown,
    /// `POLL*`.
    PollEvent,
    /// `EPOLL*` events.
    EpollEvent,
    /// `EPOLL_CTL_*`.
    EpollOperation,
    /// `FIONREAD`, `SIOCATMARK` …
    Ioctl,
    /// `AI_*`.
    AddressInfo,
    /// `NI_*`.
    NameInfo,
    /// `SCM_*`.
    Ancillary,
    /// `RTM_*`, `NLM_F_*`, `IFLA_*` … : what netlink messages are made of.
    Netlink,
    /// `INADDR_*`, `SOMAXCONN`, `EPOLL_CLOEXEC` and others that fit no group.
    Other,
}

/// A parameter that must be given.
pub const fn required(name: &'static str, kind: Kind) -> Parameter {
    Parameter {
        name,
        kind,
        need: Need::Required,
    }
}

/// A parameter with a default.
pub const fn optional(name: &'static str, kind: Kind, default: &'static str) -> Parameter {
    Parameter {
        name,
        kind,
        need: Need::Optional(default),
    }
}

/// A parameter that gathers all further arguments.
pub const fn variadic(name: &'static str, kind: Kind) -> Parameter {
    Parameter {
        name,
        kind,
        need: Need::Variadic,
    }
}

/// A parameter that is given by name only.
pub const fn keyword(name: &'static str, kind: Kind, default: &'static str) -> Parameter {
    Parameter {
        name,
        kind,
        need: Need::Keyword(default),
    }
}
