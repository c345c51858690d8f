//! Calls as C writes them, with pointers, structures and lengths: how the same call is written here. Not C's other functions (`absent`).

use crate::catalog::verb::Verb;
use crate::command::diagnostic::Diagnostic;

/// The diagnostic of a call written `verb(arguments)`, with the same call as it is written here when what is wrong is that it is C's.
pub(super) fn meant(verb: Verb, arguments: &str, error: Diagnostic) -> Diagnostic {
    if error.help.is_some() {
        return error;
    }
    let arguments = bare(arguments);
    match HERE.iter().find(|(here, ..)| *here == verb) {
        Some((_, most, help)) if is_of_c(&arguments) || commas(&arguments) >= *most => {
            error.helping(*help)
        }
        _ => error,
    }
}

/// Verbs that C has too: how many arguments a call has at most here, and how C's is written instead.
const HERE: &[(Verb, usize, &str)] = &[
    (
        Verb::Bind,
        2,
        "an address is a value here, no structure: bind(s, (\"127.0.0.1\", 5000)), or bind s 127.0.0.1:5000",
    ),
    (
        Verb::Connect,
        2,
        "an address is a value here, no structure: connect(s, (\"127.0.0.1\", 5000)), or connect s 127.0.0.1:5000",
    ),
    (
        Verb::Accept,
        2,
        "the peer's address is given back: conn, addr = accept(s)",
    ),
    (
        Verb::Send,
        3,
        "the data knows its length: send(s, \"hello\"), and flags follow it",
    ),
    (
        Verb::Sendto,
        4,
        "the data knows its length, and an address is a value: sendto(s, \"hello\", (\"127.0.0.1\", 5000))",
    ),
    (
        Verb::Recv,
        3,
        "what arrives is given back: data = recv(s, 100), and flags follow the size",
    ),
    (
        Verb::Read,
        3,
        "what arrives is given back: data = recv(s, 100), and flags follow the size",
    ),
    (
        Verb::Recvfrom,
        3,
        "data and address are given back: data, addr = recvfrom(s, 100)",
    ),
    (
        Verb::Write,
        2,
        "through a socket bytes go with send(s, \"hello\")",
    ),
    (
        Verb::Setsockopt,
        5,
        "the value itself is given: setsockopt(s, SOL_SOCKET, SO_REUSEADDR, 1)",
    ),
    (
        Verb::Getsockopt,
        4,
        "the value is given back: value = getsockopt(s, SOL_SOCKET, SO_ERROR)",
    ),
    (
        Verb::Getsockname,
        1,
        "the address is given back: addr = getsockname(s)",
    ),
    (
        Verb::Getpeername,
        1,
        "the address is given back: addr = getpeername(s)",
    ),
    (
        Verb::Recvmsg,
        4,
        "what arrives is given back: data, ancdata, flags, addr = recvmsg(s, 100, 200), and flags follow the sizes",
    ),
    (
        Verb::Sendmsg,
        5,
        "there is no structure to fill: sendmsg(s, [\"hello\"], [(SOL_SOCKET, SCM_RIGHTS, [fd])], 0)",
    ),
    (
        Verb::Getnameinfo,
        2,
        "names are given back: host, service = getnameinfo((\"127.0.0.1\", 80), NI_NUMERICHOST)",
    ),
    (
        Verb::Gethostbyname,
        1,
        "the address is given back: addr = gethostbyname(\"localhost\")",
    ),
    (
        Verb::Socketpair,
        3,
        "the two are given back: a, b = socketpair(AF_UNIX, SOCK_STREAM)",
    ),
    (
        Verb::Getaddrinfo,
        6,
        "hints are arguments, and the list is given back: getaddrinfo(\"localhost\", 5000, type=SOCK_STREAM)",
    ),
    (
        Verb::Gethostname,
        0,
        "the name is given back: name = gethostname()",
    ),
    (
        Verb::InetPton,
        2,
        "the bytes are given back: inet_pton(AF_INET, \"10.0.0.1\")",
    ),
    (
        Verb::InetNtop,
        2,
        "the text is given back: inet_ntop(AF_INET, x\"0a000001\")",
    ),
    (
        Verb::Select,
        4,
        "the sets are lists, and the time is in seconds: r, w, x = select([s], [], [], 2.5)",
    ),
    (
        Verb::Poll,
        2,
        "the sockets themselves are named, the time is in seconds: poll s conn 2.5",
    ),
    (
        Verb::EpollCtl,
        4,
        "events are a value here, no structure: epoll_ctl(e, EPOLL_CTL_ADD, s, EPOLLIN)",
    ),
    (
        Verb::EpollWait,
        3,
        "what is ready is given back, and the time is in seconds: ready = epoll_wait(e, 10, 1.0)",
    ),
    (
        Verb::Ioctl,
        3,
        "the number is given back: ioctl(s, FIONREAD)",
    ),
    (Verb::Quit, 0, "leave with `quit`"),
];

/// True for text with a pointer, a cast, a member of a structure or a size in it.
fn is_of_c(text: &str) -> bool {
    let pointer = text.match_indices('&').any(|(at, _)| {
        text[at + 1..].starts_with(|next: char| next.is_alphabetic() || next == '(')
    });
    let marks = ["sizeof", "(struct", "->", "NULL", "(char", "(void"];
    pointer || marks.iter().any(|mark| text.contains(mark))
}

/// The commas between arguments, not those in brackets.
fn commas(text: &str) -> usize {
    let (mut depth, mut count) = (0_i32, 0);
    for next in text.chars() {
        match next {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 1 => count += 1,
            _ => {}
        }
    }
    count
}

/// The arguments up to the bracket that closes them, without what stands in quotes.
fn bare(text: &str) -> String {
    let (mut depth, mut quote, mut escaped) = (0_i32, None, false);
    let mut bare = String::new();
    for next in text.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if next == '\\' => escaped = true,
            Some(end) if next == end => quote = None,
            Some(_) => {}
            None => {
                match next {
                    '"' | '\'' => quote = Some(next),
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                bare.push(next);
            }
        }
        if depth == 0 {
            break;
        }
    }
    bare
}
