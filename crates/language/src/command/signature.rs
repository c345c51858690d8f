//! A verb's signature as words: what help, hints and diagnostics show. Not the long texts (`catalog::manual`).

use crate::catalog::parameter::{Group, Kind, Need, Parameter};
use crate::catalog::verb::{AnsweredBy, Spelling, Verb, VerbEntry};

/// The command form's signature: `listen socket [backlog=SOMAXCONN]`.
pub fn signature(entry: &VerbEntry) -> String {
    let mut text = entry.name.to_owned();
    for parameter in entry.parameters {
        text.push(' ');
        text.push_str(&parameter_text(parameter));
    }
    text
}

/// How the call form is written where Python has none: `packets(filter)`.
pub fn call_form(entry: &VerbEntry) -> String {
    let mut names: Vec<&str> = entry
        .parameters
        .iter()
        .map(|parameter| parameter.name)
        .collect();
    let front = match entry.spelling {
        Spelling::Module(module) => format!("{module}.{}", entry.name),
        Spelling::Method if !names.is_empty() => format!("{}.{}", names.remove(0), entry.name),
        Spelling::Command => return String::new(),
        Spelling::Method | Spelling::Plain => entry.name.to_owned(),
    };
    format!("{front}({})", names.join(", "))
}

/// One parameter as a signature shows it: `address`, `[backlog=SOMAXCONN]`, `sockets…`, `events=POLLIN`.
pub fn parameter_text(parameter: &Parameter) -> String {
    match parameter.need {
        Need::Required => parameter.name.to_owned(),
        Need::Optional(default) => format!("[{}={default}]", parameter.name),
        Need::Variadic => format!("{}…", parameter.name),
        Need::Keyword(default) => format!("[{}={default} by name]", parameter.name),
    }
}

/// What a parameter takes, in words, with its article.
pub fn kind_words(kind: Kind) -> String {
    let words = match kind {
        Kind::Constant(group) => return group_words(group).to_owned(),
        Kind::Choice(choices) => return format!("one of {}", choices.join(", ")),
        Kind::Socket => "a socket",
        Kind::Waitable => "a socket, an epoll instance or a poll object",
        Kind::Sockets => "a list of sockets",
        Kind::File => "a file made by makefile",
        Kind::Address => "an address (127.0.0.1:5000, :5000, [::1]:5000, ./x.sock, @name)",
        Kind::Data => "data (\"text\" or b\"bytes\")",
        Kind::Buffers => "a list of buffers ([b\"x\", b\"y\"])",
        Kind::Ancillary => "ancillary data ([(SOL_SOCKET, SCM_RIGHTS, [s])])",
        Kind::Int => "a number",
        Kind::Bool => "True or False",
        Kind::Seconds => "a time (200ms, 1.5, None)",
        Kind::OptionValue => "the option's value",
        Kind::Text => "text",
        Kind::Any => "a value",
        Kind::Word => "a name",
        Kind::Process => "the name of a process",
        Kind::Host => "the name of a host",
        Kind::Job => "the number of a job",
        Kind::Path => "a path",
        Kind::Conversation => "a socket or a conversation's number",
        Kind::Filter => "a display filter (tcp.port == 5000)",
        Kind::Rest => "the rest of the line",
        Kind::Topic => "a topic",
        Kind::Fields => "names of fields (tcp.seq, rtt)",
    };
    words.to_owned()
}

/// What a group of constants is called, with its article and its prefix.
pub fn group_words(group: Group) -> &'static str {
    match group {
        Group::Family => "an address family (AF_…)",
        Group::Type => "a socket type (SOCK_…)",
        Group::Protocol => "a protocol (IPPROTO_…, NETLINK_…, ETH_P_…)",
        Group::Level => "a level of options (SOL_…, IPPROTO_…)",
        Group::OptionName => "the name of an option (SO_…, TCP_…, IP_…, IPV6_…)",
        Group::MessageFlag => "message flags (MSG_…)",
        Group::Shutdown => "what to shut down (SHUT_RD, SHUT_WR, SHUT_RDWR)",
        Group::PollEvent => "poll events (POLLIN, POLLOUT …)",
        Group::EpollEvent => "epoll events (EPOLLIN, EPOLLOUT …)",
        Group::EpollOperation => "an epoll operation (EPOLL_CTL_ADD, _MOD, _DEL)",
        Group::Ioctl => "an ioctl request (FIONREAD, SIOCATMARK …)",
        Group::AddressInfo => "getaddrinfo flags (AI_…)",
        Group::NameInfo => "getnameinfo flags (NI_…)",
        Group::Ancillary => "a type of ancillary data (SCM_…)",
        Group::Netlink => "a number of a netlink message (RTM_…, NLM_F_…, IFLA_…)",
        Group::Other => "a constant",
    }
}

/// True for a path of which a bare name may be a variable: the engine has the variables, the shell has none.
pub(super) fn may_be_variable(verb: Verb, kind: Kind) -> bool {
    kind == Kind::Path && verb.entry().answered_by == AnsweredBy::Engine
}
