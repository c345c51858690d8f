//! The verbs of the language: what each is called, in both spellings, and what it takes. The texts are in `manual`.

use super::manual::{
    Page, lab, lesson, lifecycle, looking, name, option, script, serve, stepping, transfer,
};
use super::parameter::{Group, Kind, Parameter, keyword, optional, required, variadic};
use serde::{Deserialize, Serialize};

/// A verb of the language. The name in the doc comment is the command form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verb {
    /// `socket`
    Socket,
    /// `socketpair`
    Socketpair,
    /// `bind`
    Bind,
    /// `listen`
    Listen,
    /// `accept`
    Accept,
    /// `connect`
    Connect,
    /// `connect_ex`
    ConnectEx,
    /// `send`
    Send,
    /// `sendall`
    Sendall,
    /// `sendto`
    Sendto,
    /// `sendmsg`
    Sendmsg,
    /// `send_fds`
    SendFds,
    /// `sendfile`
    Sendfile,
    /// `recv`
    Recv,
    /// `recvfrom`
    Recvfrom,
    /// `recvmsg`
    Recvmsg,
    /// `recv_fds`
    RecvFds,
    /// `recv_into`
    RecvInto,
    /// `recvfrom_into`
    RecvfromInto,
    /// `shutdown`
    Shutdown,
    /// `close`
    Close,
    /// `detach`
    Detach,
    /// `dup`
    Dup,
    /// `getsockname`
    Getsockname,
    /// `getpeername`
    Getpeername,
    /// `getsockopt`
    Getsockopt,
    /// `setsockopt`
    Setsockopt,
    /// `setblocking`
    Setblocking,
    /// `getblocking`
    Getblocking,
    /// `settimeout`
    Settimeout,
    /// `gettimeout`
    Gettimeout,
    /// `fileno`
    Fileno,
    /// `makefile`
    Makefile,
    /// `read`
    Read,
    /// `readline`
    Readline,
    /// `write`
    Write,
    /// `flush`
    Flush,
    /// `ioctl`
    Ioctl,
    /// `select`
    Select,
    /// `poller`
    Poller,
    /// `poll`
    Poll,
    /// `epoll`
    Epoll,
    /// `register`
    Register,
    /// `modify`
    Modify,
    /// `unregister`
    Unregister,
    /// `epoll_ctl`
    EpollCtl,
    /// `epoll_wait`
    EpollWait,
    /// `getaddrinfo`
    Getaddrinfo,
    /// `getnameinfo`
    Getnameinfo,
    /// `gethostbyname`
    Gethostbyname,
    /// `gethostbyname_ex`
    GethostbynameEx,
    /// `gethostbyaddr`
    Gethostbyaddr,
    /// `gethostname`
    Gethostname,
    /// `getservbyname`
    Getservbyname,
    /// `getservbyport`
    Getservbyport,
    /// `getprotobyname`
    Getprotobyname,
    /// `inet_pton`
    InetPton,
    /// `inet_ntop`
    InetNtop,
    /// `inet_aton`
    InetAton,
    /// `inet_ntoa`
    InetNtoa,
    /// `htons`
    Htons,
    /// `ntohs`
    Ntohs,
    /// `htonl`
    Htonl,
    /// `ntohl`
    Ntohl,
    /// `if_nameindex`
    IfNameindex,
    /// `if_nametoindex`
    IfNametoindex,
    /// `if_indextoname`
    IfIndextoname,
    /// `create_server`
    CreateServer,
    /// `create_connection`
    CreateConnection,
    /// `serve`
    Serve,
    /// `options`
    Options,
    /// `print`
    Print,
    /// `sockets`
    Sockets,
    /// `info`
    Info,
    /// `states`
    States,
    /// `packets`
    Packets,
    /// `packet`
    Packet,
    /// `ladder`
    Ladder,
    /// `follow`
    Follow,
    /// `stream`
    Stream,
    /// `plot`
    Plot,
    /// `page`
    Page,
    /// `messages`
    Messages,
    /// `conversations`
    Conversations,
    /// `calls`
    Calls,
    /// `inspect`
    Inspect,
    /// `why`
    Why,
    /// `help`
    Help,
    /// `explain`
    Explain,
    /// `process`
    Process,
    /// `kill`
    Kill,
    /// `run`
    Run,
    /// `type`
    Type,
    /// `inject`
    Inject,
    /// `step`
    Step,
    /// `go`
    Go,
    /// `lab`
    Lab,
    /// `host`
    Host,
    /// `wire`
    Wire,
    /// `sysctl`
    Sysctl,
    /// `sleep`
    Sleep,
    /// `wait`
    Wait,
    /// `jobs`
    Jobs,
    /// `cancel`
    Cancel,
    /// `expect`
    Expect,
    /// `load`
    Load,
    /// `save`
    Save,
    /// `reset`
    Reset,
    /// `quit`
    Quit,
    /// `import`
    Import,
    /// `lesson`
    Lesson,
    /// `hint`
    Hint,
    /// `skip`
    Skip,
    /// `back`
    Back,
    /// `solution`
    Solution,
}

/// Who carries a verb out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnsweredBy {
    /// The engine, in the process of the prompt.
    Engine,
    /// The session, in the terminal.
    Session,
}

/// The page of the help index a verb stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerbGroup {
    /// The socket primitives.
    Primitive,
    /// What shows: sockets, packets, states.
    Looking,
    /// Hosts, processes, programs.
    Lab,
    /// What drives a script.
    Script,
    /// Lessons.
    Lesson,
}

/// What `serve` does with the bytes of a client.
pub const SERVICES: &[&str] = &[
    "echo",
    "upper",
    "time",
    "line",
    "chat",
    "file",
    "http",
    "websocket",
    "socketio",
];

/// How `serve` serves several clients.
pub const MODELS: &[&str] = &[
    "iterative",
    "process",
    "thread",
    "nonblocking",
    "select",
    "poll",
    "epoll",
];

/// How the call form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `socket.socket(…)`: a function of this module; the prefix may be left out.
    Module(&'static str),
    /// `s.bind(…)`: a method; the first parameter is the receiver.
    Method,
    /// `packets(…)`: no prefix.
    Plain,
    /// No call form: in that a function of Python has the name.
    Command,
}

/// A verb's row.
#[derive(Clone, Copy, Debug)]
pub struct VerbEntry {
    /// The verb.
    pub verb: Verb,
    /// Its name in both spellings.
    pub name: &'static str,
    /// Other names it answers to.
    pub aliases: &'static [&'static str],
    /// The page of the help index.
    pub group: VerbGroup,
    /// Who carries it out.
    pub answered_by: AnsweredBy,
    /// How the call form is written.
    pub spelling: Spelling,
    /// Its page of the manual.
    pub page: &'static Page,
    /// What it takes, in the order of the command form. The call form's order is the same but for `sendto`,
    /// whose flags stand before the address when three arguments are given (as in Python).
    pub parameters: &'static [Parameter],
}

/// All verbs, in the order of the enum: a row a verb, because rows that stand under each other can be compared.
#[rustfmt::skip]
pub const VERBS: &[VerbEntry] = &[
    VerbEntry { verb: Verb::Socket, name: "socket", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &lifecycle::SOCKET, parameters: &[optional("family", Kind::Constant(Group::Family), "AF_INET"), optional("type", Kind::Constant(Group::Type), "SOCK_STREAM"), optional("proto", Kind::Constant(Group::Protocol), "0"), keyword("fileno", Kind::Int, "None")] },
    VerbEntry { verb: Verb::Socketpair, name: "socketpair", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &lifecycle::SOCKETPAIR, parameters: &[optional("family", Kind::Constant(Group::Family), "AF_UNIX"), optional("type", Kind::Constant(Group::Type), "SOCK_STREAM"), optional("proto", Kind::Constant(Group::Protocol), "0")] },
    VerbEntry { verb: Verb::Bind, name: "bind", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::BIND, parameters: &[required("socket", Kind::Socket), required("address", Kind::Address)] },
    VerbEntry { verb: Verb::Listen, name: "listen", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::LISTEN, parameters: &[required("socket", Kind::Socket), optional("backlog", Kind::Int, "SOMAXCONN")] },
    VerbEntry { verb: Verb::Accept, name: "accept", aliases: &["accept4"], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::ACCEPT, parameters: &[required("socket", Kind::Socket), optional("flags", Kind::Constant(Group::Type), "0")] },
    VerbEntry { verb: Verb::Connect, name: "connect", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::CONNECT, parameters: &[required("socket", Kind::Socket), required("address", Kind::Address)] },
    VerbEntry { verb: Verb::ConnectEx, name: "connect_ex", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::CONNECT_EX, parameters: &[required("socket", Kind::Socket), required("address", Kind::Address)] },
    VerbEntry { verb: Verb::Send, name: "send", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::SEND, parameters: &[required("socket", Kind::Socket), required("data", Kind::Data), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::Sendall, name: "sendall", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::SENDALL, parameters: &[required("socket", Kind::Socket), required("data", Kind::Data), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::Sendto, name: "sendto", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::SENDTO, parameters: &[required("socket", Kind::Socket), required("data", Kind::Data), required("address", Kind::Address), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::Sendmsg, name: "sendmsg", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::SENDMSG, parameters: &[required("socket", Kind::Socket), required("buffers", Kind::Buffers), optional("ancdata", Kind::Ancillary, "[]"), optional("flags", Kind::Constant(Group::MessageFlag), "0"), optional("address", Kind::Address, "None"), keyword("SCM_RIGHTS", Kind::Sockets, "[]"), keyword("SCM_CREDENTIALS", Kind::Any, "None")] },
    VerbEntry { verb: Verb::SendFds, name: "send_fds", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &transfer::SEND_FDS, parameters: &[required("socket", Kind::Socket), required("buffers", Kind::Buffers), required("fds", Kind::Sockets), optional("flags", Kind::Constant(Group::MessageFlag), "0"), optional("address", Kind::Address, "None")] },
    VerbEntry { verb: Verb::Sendfile, name: "sendfile", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::SENDFILE, parameters: &[required("socket", Kind::Socket), required("file", Kind::Path), optional("offset", Kind::Int, "0"), optional("count", Kind::Int, "None")] },
    VerbEntry { verb: Verb::Recv, name: "recv", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::RECV, parameters: &[required("socket", Kind::Socket), optional("bufsize", Kind::Int, "4096"), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::Recvfrom, name: "recvfrom", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::RECVFROM, parameters: &[required("socket", Kind::Socket), optional("bufsize", Kind::Int, "4096"), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::Recvmsg, name: "recvmsg", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::RECVMSG, parameters: &[required("socket", Kind::Socket), optional("bufsize", Kind::Int, "4096"), optional("ancbufsize", Kind::Int, "1024"), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::RecvFds, name: "recv_fds", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &transfer::RECV_FDS, parameters: &[required("socket", Kind::Socket), optional("bufsize", Kind::Int, "4096"), optional("maxfds", Kind::Int, "16"), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::RecvInto, name: "recv_into", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::RECV_INTO, parameters: &[required("socket", Kind::Socket), required("buffer", Kind::Any), optional("nbytes", Kind::Int, "0"), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::RecvfromInto, name: "recvfrom_into", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::RECVFROM_INTO, parameters: &[required("socket", Kind::Socket), required("buffer", Kind::Any), optional("nbytes", Kind::Int, "0"), optional("flags", Kind::Constant(Group::MessageFlag), "0")] },
    VerbEntry { verb: Verb::Shutdown, name: "shutdown", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::SHUTDOWN, parameters: &[required("socket", Kind::Socket), optional("how", Kind::Constant(Group::Shutdown), "SHUT_RDWR")] },
    VerbEntry { verb: Verb::Close, name: "close", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::CLOSE, parameters: &[required("socket", Kind::Any)] },
    VerbEntry { verb: Verb::Detach, name: "detach", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::DETACH, parameters: &[required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::Dup, name: "dup", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::DUP, parameters: &[required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::Getsockname, name: "getsockname", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::GETSOCKNAME, parameters: &[required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::Getpeername, name: "getpeername", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::GETPEERNAME, parameters: &[required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::Getsockopt, name: "getsockopt", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::GETSOCKOPT, parameters: &[required("socket", Kind::Socket), required("level", Kind::Constant(Group::Level)), required("optname", Kind::Constant(Group::OptionName)), optional("buflen", Kind::Int, "0")] },
    VerbEntry { verb: Verb::Setsockopt, name: "setsockopt", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::SETSOCKOPT, parameters: &[required("socket", Kind::Socket), required("level", Kind::Constant(Group::Level)), required("optname", Kind::Constant(Group::OptionName)), required("value", Kind::OptionValue), optional("optlen", Kind::Int, "0")] },
    VerbEntry { verb: Verb::Setblocking, name: "setblocking", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::SETBLOCKING, parameters: &[required("socket", Kind::Socket), required("flag", Kind::Bool)] },
    VerbEntry { verb: Verb::Getblocking, name: "getblocking", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::GETBLOCKING, parameters: &[required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::Settimeout, name: "settimeout", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::SETTIMEOUT, parameters: &[required("socket", Kind::Socket), required("timeout", Kind::Seconds)] },
    VerbEntry { verb: Verb::Gettimeout, name: "gettimeout", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::GETTIMEOUT, parameters: &[required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::Fileno, name: "fileno", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &lifecycle::FILENO, parameters: &[required("socket", Kind::Any)] },
    VerbEntry { verb: Verb::Makefile, name: "makefile", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::MAKEFILE, parameters: &[required("socket", Kind::Socket), optional("mode", Kind::Text, "\"r\""), optional("buffering", Kind::Int, "None"), keyword("encoding", Kind::Text, "\"utf-8\""), keyword("newline", Kind::Text, "None")] },
    VerbEntry { verb: Verb::Read, name: "read", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::READ, parameters: &[required("file", Kind::File), optional("size", Kind::Int, "-1")] },
    VerbEntry { verb: Verb::Readline, name: "readline", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::READLINE, parameters: &[required("file", Kind::File), optional("size", Kind::Int, "-1")] },
    VerbEntry { verb: Verb::Write, name: "write", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::WRITE, parameters: &[required("file", Kind::File), required("data", Kind::Data)] },
    VerbEntry { verb: Verb::Flush, name: "flush", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &transfer::FLUSH, parameters: &[required("file", Kind::File)] },
    VerbEntry { verb: Verb::Ioctl, name: "ioctl", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("fcntl"), page: &option::IOCTL, parameters: &[required("socket", Kind::Socket), required("request", Kind::Constant(Group::Ioctl)), optional("argument", Kind::Any, "0")] },
    VerbEntry { verb: Verb::Select, name: "select", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("select"), page: &option::SELECT, parameters: &[required("rlist", Kind::Sockets), optional("wlist", Kind::Sockets, "[]"), optional("xlist", Kind::Sockets, "[]"), optional("timeout", Kind::Seconds, "None")] },
    VerbEntry { verb: Verb::Poller, name: "poller", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("select"), page: &option::POLLER, parameters: &[] },
    VerbEntry { verb: Verb::Poll, name: "poll", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::POLL, parameters: &[variadic("sockets", Kind::Waitable), optional("timeout", Kind::Seconds, "None"), keyword("events", Kind::Constant(Group::PollEvent), "POLLIN"), keyword("maxevents", Kind::Int, "-1")] },
    VerbEntry { verb: Verb::Epoll, name: "epoll", aliases: &["epoll_create", "epoll_create1"], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("select"), page: &option::EPOLL, parameters: &[optional("sizehint", Kind::Int, "-1"), optional("flags", Kind::Constant(Group::Other), "0"), keyword("size", Kind::Int, "None")] },
    VerbEntry { verb: Verb::Register, name: "register", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::REGISTER, parameters: &[required("poller", Kind::Waitable), required("socket", Kind::Socket), optional("events", Kind::Constant(Group::EpollEvent), "None")] },
    VerbEntry { verb: Verb::Modify, name: "modify", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::MODIFY, parameters: &[required("poller", Kind::Waitable), required("socket", Kind::Socket), required("events", Kind::Constant(Group::EpollEvent))] },
    VerbEntry { verb: Verb::Unregister, name: "unregister", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Method, page: &option::UNREGISTER, parameters: &[required("poller", Kind::Waitable), required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::EpollCtl, name: "epoll_ctl", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Plain, page: &option::EPOLL_CTL, parameters: &[required("epoll", Kind::Waitable), required("op", Kind::Constant(Group::EpollOperation)), required("socket", Kind::Socket), optional("events", Kind::Constant(Group::EpollEvent), "0")] },
    VerbEntry { verb: Verb::EpollWait, name: "epoll_wait", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Plain, page: &option::EPOLL_WAIT, parameters: &[required("epoll", Kind::Waitable), optional("maxevents", Kind::Int, "64"), optional("timeout", Kind::Seconds, "None")] },
    VerbEntry { verb: Verb::Getaddrinfo, name: "getaddrinfo", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETADDRINFO, parameters: &[required("host", Kind::Text), optional("port", Kind::Any, "None"), optional("family", Kind::Constant(Group::Family), "0"), optional("type", Kind::Constant(Group::Type), "0"), optional("proto", Kind::Constant(Group::Protocol), "0"), optional("flags", Kind::Constant(Group::AddressInfo), "0")] },
    VerbEntry { verb: Verb::Getnameinfo, name: "getnameinfo", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETNAMEINFO, parameters: &[required("address", Kind::Address), optional("flags", Kind::Constant(Group::NameInfo), "0")] },
    VerbEntry { verb: Verb::Gethostbyname, name: "gethostbyname", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETHOSTBYNAME, parameters: &[required("hostname", Kind::Text)] },
    VerbEntry { verb: Verb::GethostbynameEx, name: "gethostbyname_ex", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETHOSTBYNAME_EX, parameters: &[required("hostname", Kind::Text)] },
    VerbEntry { verb: Verb::Gethostbyaddr, name: "gethostbyaddr", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETHOSTBYADDR, parameters: &[required("ip_address", Kind::Text)] },
    VerbEntry { verb: Verb::Gethostname, name: "gethostname", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETHOSTNAME, parameters: &[] },
    VerbEntry { verb: Verb::Getservbyname, name: "getservbyname", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETSERVBYNAME, parameters: &[required("servicename", Kind::Text), optional("protocolname", Kind::Text, "\"tcp\"")] },
    VerbEntry { verb: Verb::Getservbyport, name: "getservbyport", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETSERVBYPORT, parameters: &[required("port", Kind::Int), optional("protocolname", Kind::Text, "\"tcp\"")] },
    VerbEntry { verb: Verb::Getprotobyname, name: "getprotobyname", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::GETPROTOBYNAME, parameters: &[required("protocolname", Kind::Text)] },
    VerbEntry { verb: Verb::InetPton, name: "inet_pton", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::INET_PTON, parameters: &[required("family", Kind::Constant(Group::Family)), required("text", Kind::Text)] },
    VerbEntry { verb: Verb::InetNtop, name: "inet_ntop", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::INET_NTOP, parameters: &[required("family", Kind::Constant(Group::Family)), required("packed", Kind::Data)] },
    VerbEntry { verb: Verb::InetAton, name: "inet_aton", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::INET_ATON, parameters: &[required("text", Kind::Text)] },
    VerbEntry { verb: Verb::InetNtoa, name: "inet_ntoa", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::INET_NTOA, parameters: &[required("packed", Kind::Data)] },
    VerbEntry { verb: Verb::Htons, name: "htons", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::HTONS, parameters: &[required("x", Kind::Int)] },
    VerbEntry { verb: Verb::Ntohs, name: "ntohs", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::NTOHS, parameters: &[required("x", Kind::Int)] },
    VerbEntry { verb: Verb::Htonl, name: "htonl", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::HTONL, parameters: &[required("x", Kind::Int)] },
    VerbEntry { verb: Verb::Ntohl, name: "ntohl", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::NTOHL, parameters: &[required("x", Kind::Int)] },
    VerbEntry { verb: Verb::IfNameindex, name: "if_nameindex", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::IF_NAMEINDEX, parameters: &[] },
    VerbEntry { verb: Verb::IfNametoindex, name: "if_nametoindex", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::IF_NAMETOINDEX, parameters: &[required("if_name", Kind::Text)] },
    VerbEntry { verb: Verb::IfIndextoname, name: "if_indextoname", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &name::IF_INDEXTONAME, parameters: &[required("if_index", Kind::Int)] },
    VerbEntry { verb: Verb::CreateServer, name: "create_server", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &lifecycle::CREATE_SERVER, parameters: &[required("address", Kind::Address), keyword("family", Kind::Constant(Group::Family), "AF_INET"), keyword("backlog", Kind::Int, "None"), keyword("reuse_port", Kind::Bool, "False"), keyword("dualstack_ipv6", Kind::Bool, "False")] },
    VerbEntry { verb: Verb::CreateConnection, name: "create_connection", aliases: &[], group: VerbGroup::Primitive, answered_by: AnsweredBy::Engine, spelling: Spelling::Module("socket"), page: &lifecycle::CREATE_CONNECTION, parameters: &[required("address", Kind::Address), optional("timeout", Kind::Seconds, "None"), optional("source_address", Kind::Address, "None"), keyword("all_errors", Kind::Bool, "False")] },
    VerbEntry { verb: Verb::Serve, name: "serve", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Engine, spelling: Spelling::Plain, page: &serve::SERVE, parameters: &[required("socket", Kind::Socket), required("service", Kind::Choice(SERVICES)), keyword("model", Kind::Choice(MODELS), "iterative"), keyword("edge", Kind::Bool, "False"), keyword("once", Kind::Bool, "False"), keyword("count", Kind::Int, "None"), keyword("max_clients", Kind::Int, "None"), keyword("buffer", Kind::Int, "4096"), keyword("pause", Kind::Seconds, "0"), keyword("zombies", Kind::Bool, "False"), keyword("nproc", Kind::Int, "None"), keyword("nofile", Kind::Int, "None"), keyword("folder", Kind::Path, "."), keyword("broadcast", Kind::Bool, "False"), keyword("heartbeat", Kind::Seconds, "25")] },
    VerbEntry { verb: Verb::Options, name: "options", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Engine, spelling: Spelling::Plain, page: &option::OPTIONS, parameters: &[required("socket", Kind::Socket)] },
    VerbEntry { verb: Verb::Print, name: "print", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Engine, spelling: Spelling::Plain, page: &script::PRINT, parameters: &[variadic("values", Kind::Any), keyword("sep", Kind::Text, "\" \""), keyword("end", Kind::Text, "\"\\n\"")] },
    VerbEntry { verb: Verb::Sockets, name: "sockets", aliases: &["ss", "netstat"], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::SOCKETS, parameters: &[optional("process", Kind::Process, "all")] },
    VerbEntry { verb: Verb::Info, name: "info", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::INFO, parameters: &[required("socket", Kind::Conversation), optional("fields", Kind::Fields, "all")] },
    VerbEntry { verb: Verb::States, name: "states", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::STATES, parameters: &[optional("socket", Kind::Conversation, "none")] },
    VerbEntry { verb: Verb::Packets, name: "packets", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::PACKETS, parameters: &[optional("filter", Kind::Filter, "all")] },
    VerbEntry { verb: Verb::Packet, name: "packet", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::PACKET, parameters: &[optional("number", Kind::Int, "last"), optional("fields", Kind::Fields, "all")] },
    VerbEntry { verb: Verb::Ladder, name: "ladder", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::LADDER, parameters: &[optional("filter", Kind::Filter, "all")] },
    VerbEntry { verb: Verb::Follow, name: "follow", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::FOLLOW, parameters: &[required("socket", Kind::Conversation), optional("form", Kind::Choice(&["text", "hex", "messages"]), "text")] },
    VerbEntry { verb: Verb::Stream, name: "stream", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::STREAM, parameters: &[required("socket", Kind::Conversation)] },
    VerbEntry { verb: Verb::Plot, name: "plot", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::PLOT, parameters: &[required("socket", Kind::Conversation), required("what", Kind::Choice(&["seq", "cwnd", "rtt", "window"]))] },
    VerbEntry { verb: Verb::Page, name: "page", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::PAGE, parameters: &[optional("address", Kind::Rest, "a free port of this machine alone")] },
    VerbEntry { verb: Verb::Messages, name: "messages", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::MESSAGES, parameters: &[optional("socket", Kind::Conversation, "all")] },
    VerbEntry { verb: Verb::Conversations, name: "conversations", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::CONVERSATIONS, parameters: &[] },
    VerbEntry { verb: Verb::Calls, name: "calls", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::CALLS, parameters: &[optional("whose", Kind::Rest, "all")] },
    VerbEntry { verb: Verb::Inspect, name: "inspect", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::INSPECT, parameters: &[optional("mode", Kind::Filter, "show")] },
    VerbEntry { verb: Verb::Why, name: "why", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::WHY, parameters: &[optional("whose", Kind::Word, "the last failure of all")] },
    VerbEntry { verb: Verb::Help, name: "help", aliases: &["?", "man"], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::HELP, parameters: &[optional("topic", Kind::Topic, "none")] },
    VerbEntry { verb: Verb::Explain, name: "explain", aliases: &[], group: VerbGroup::Looking, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &looking::EXPLAIN, parameters: &[required("topic", Kind::Topic)] },
    VerbEntry { verb: Verb::Process, name: "process", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::PROCESS, parameters: &[optional("name", Kind::Word, "none"), optional("host", Kind::Host, "none")] },
    VerbEntry { verb: Verb::Kill, name: "kill", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::KILL, parameters: &[required("process", Kind::Process)] },
    VerbEntry { verb: Verb::Run, name: "run", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::RUN, parameters: &[required("program", Kind::Rest)] },
    VerbEntry { verb: Verb::Type, name: "type", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Command, page: &script::TYPE, parameters: &[required("program", Kind::Process), optional("line", Kind::Data, "the end of its input")] },
    VerbEntry { verb: Verb::Inject, name: "inject", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::INJECT, parameters: &[optional("rule", Kind::Rest, "list")] },
    VerbEntry { verb: Verb::Step, name: "step", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &stepping::STEP, parameters: &[optional("how", Kind::Rest, "one call")] },
    VerbEntry { verb: Verb::Go, name: "go", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &stepping::GO, parameters: &[optional("program", Kind::Rest, "the one stepped last")] },
    VerbEntry { verb: Verb::Lab, name: "lab", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::LAB, parameters: &[] },
    VerbEntry { verb: Verb::Host, name: "host", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lab::HOST, parameters: &[required("name", Kind::Word), optional("address", Kind::Word, "the next free one")] },
    VerbEntry { verb: Verb::Wire, name: "wire", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lab::WIRE, parameters: &[optional("rule", Kind::Rest, "list")] },
    VerbEntry { verb: Verb::Sysctl, name: "sysctl", aliases: &[], group: VerbGroup::Lab, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lab::SYSCTL, parameters: &[required("name", Kind::Word), optional("value", Kind::Rest, "show")] },
    VerbEntry { verb: Verb::Sleep, name: "sleep", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Module("time"), page: &script::SLEEP, parameters: &[required("duration", Kind::Seconds)] },
    VerbEntry { verb: Verb::Wait, name: "wait", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::WAIT, parameters: &[optional("job", Kind::Job, "all")] },
    VerbEntry { verb: Verb::Jobs, name: "jobs", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::JOBS, parameters: &[] },
    VerbEntry { verb: Verb::Cancel, name: "cancel", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::CANCEL, parameters: &[required("job", Kind::Job)] },
    VerbEntry { verb: Verb::Expect, name: "expect", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::EXPECT, parameters: &[required("expectation", Kind::Rest)] },
    VerbEntry { verb: Verb::Load, name: "load", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::LOAD, parameters: &[required("file", Kind::Path)] },
    VerbEntry { verb: Verb::Save, name: "save", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::SAVE, parameters: &[required("file", Kind::Path), optional("what", Kind::Filter, "all")] },
    VerbEntry { verb: Verb::Reset, name: "reset", aliases: &[], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::RESET, parameters: &[] },
    VerbEntry { verb: Verb::Quit, name: "quit", aliases: &["exit"], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::QUIT, parameters: &[] },
    VerbEntry { verb: Verb::Import, name: "import", aliases: &["from"], group: VerbGroup::Script, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &script::IMPORT, parameters: &[required("modules", Kind::Rest)] },
    VerbEntry { verb: Verb::Lesson, name: "lesson", aliases: &[], group: VerbGroup::Lesson, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lesson::LESSON, parameters: &[optional("words", Kind::Rest, "list")] },
    VerbEntry { verb: Verb::Hint, name: "hint", aliases: &[], group: VerbGroup::Lesson, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lesson::HINT, parameters: &[] },
    VerbEntry { verb: Verb::Skip, name: "skip", aliases: &[], group: VerbGroup::Lesson, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lesson::SKIP, parameters: &[] },
    VerbEntry { verb: Verb::Back, name: "back", aliases: &[], group: VerbGroup::Lesson, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lesson::BACK, parameters: &[] },
    VerbEntry { verb: Verb::Solution, name: "solution", aliases: &[], group: VerbGroup::Lesson, answered_by: AnsweredBy::Session, spelling: Spelling::Plain, page: &lesson::SOLUTION, parameters: &[] },
];

impl Verb {
    /// The verb's row.
    pub fn entry(self) -> &'static VerbEntry {
        &VERBS[self as usize]
    }

    /// The verb's name.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// True for the verbs that are about a packet or a topic: `#4` behind them is a packet's number and no comment.
    pub fn takes_packet_number(self) -> bool {
        matches!(self, Self::Packet | Self::Explain | Self::Help)
    }

    /// The verb of this name or alias.
    pub fn named(name: &str) -> Option<Self> {
        VERBS
            .iter()
            .find(|entry| entry.name == name || entry.aliases.contains(&name))
            .map(|entry| entry.verb)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum_and_no_name_is_taken_twice() {
        let mut names: Vec<&str> = Vec::new();
        for (index, entry) in VERBS.iter().enumerate() {
            assert_eq!(entry.verb as usize, index, "{}", entry.name);
            names.extend(entry.aliases.iter().chain([&entry.name]));
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
