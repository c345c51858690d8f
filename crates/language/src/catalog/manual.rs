//! The manual: a page for every verb. Texts only; what a verb takes stands in `verb.rs`, and how a page is set in `render`.

use super::verb::Verb;

mod lab;
mod lesson;
mod lifecycle;
mod looking;
mod name;
mod option;
mod script;
mod serve;
mod stepping;
mod transfer;

/// What `help VERB` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it does, in one line.
    pub summary: &'static str,
    /// The C prototype, as the man page gives it; empty where C has none.
    pub prototype: &'static str,
    /// The form in Python; empty where Python has none.
    pub python: &'static str,
    /// Where to read on: `connect(2)`, an RFC section; empty for the lab's own commands.
    pub man: &'static str,
    /// A paragraph or two, with an empty line between.
    pub details: &'static str,
    /// When it blocks and until what; begins with `never` when it does not.
    pub blocks: &'static str,
    /// The errors to know, and when each comes.
    pub errors: &'static [(&'static str, &'static str)],
    /// Lines that run in a fresh lab and end with an expectation; tests run them against the kernel.
    pub example: &'static str,
}

/// The verb's page.
pub fn page(verb: Verb) -> &'static Page {
    match verb {
        Verb::Socket => &lifecycle::SOCKET,
        Verb::Socketpair => &lifecycle::SOCKETPAIR,
        Verb::Bind => &lifecycle::BIND,
        Verb::Listen => &lifecycle::LISTEN,
        Verb::Accept => &lifecycle::ACCEPT,
        Verb::Connect => &lifecycle::CONNECT,
        Verb::ConnectEx => &lifecycle::CONNECT_EX,
        Verb::Send => &transfer::SEND,
        Verb::Sendall => &transfer::SENDALL,
        Verb::Sendto => &transfer::SENDTO,
        Verb::Sendmsg => &transfer::SENDMSG,
        Verb::SendFds => &transfer::SEND_FDS,
        Verb::Sendfile => &transfer::SENDFILE,
        Verb::Recv => &transfer::RECV,
        Verb::Recvfrom => &transfer::RECVFROM,
        Verb::Recvmsg => &transfer::RECVMSG,
        Verb::RecvFds => &transfer::RECV_FDS,
        Verb::RecvInto => &transfer::RECV_INTO,
        Verb::RecvfromInto => &transfer::RECVFROM_INTO,
        Verb::Shutdown => &lifecycle::SHUTDOWN,
        Verb::Close => &lifecycle::CLOSE,
        Verb::Detach => &lifecycle::DETACH,
        Verb::Dup => &lifecycle::DUP,
        Verb::Getsockname => &lifecycle::GETSOCKNAME,
        Verb::Getpeername => &lifecycle::GETPEERNAME,
        Verb::Getsockopt => &option::GETSOCKOPT,
        Verb::Setsockopt => &option::SETSOCKOPT,
        Verb::Setblocking => &option::SETBLOCKING,
        Verb::Getblocking => &option::GETBLOCKING,
        Verb::Settimeout => &option::SETTIMEOUT,
        Verb::Gettimeout => &option::GETTIMEOUT,
        Verb::Fileno => &lifecycle::FILENO,
        Verb::Makefile => &transfer::MAKEFILE,
        Verb::Read => &transfer::READ,
        Verb::Readline => &transfer::READLINE,
        Verb::Write => &transfer::WRITE,
        Verb::Flush => &transfer::FLUSH,
        Verb::Ioctl => &option::IOCTL,
        Verb::Select => &option::SELECT,
        Verb::Poller => &option::POLLER,
        Verb::Poll => &option::POLL,
        Verb::Epoll => &option::EPOLL,
        Verb::Register => &option::REGISTER,
        Verb::Modify => &option::MODIFY,
        Verb::Unregister => &option::UNREGISTER,
        Verb::EpollCtl => &option::EPOLL_CTL,
        Verb::EpollWait => &option::EPOLL_WAIT,
        Verb::Getaddrinfo => &name::GETADDRINFO,
        Verb::Getnameinfo => &name::GETNAMEINFO,
        Verb::Gethostbyname => &name::GETHOSTBYNAME,
        Verb::GethostbynameEx => &name::GETHOSTBYNAME_EX,
        Verb::Gethostbyaddr => &name::GETHOSTBYADDR,
        Verb::Gethostname => &name::GETHOSTNAME,
        Verb::Getservbyname => &name::GETSERVBYNAME,
        Verb::Getservbyport => &name::GETSERVBYPORT,
        Verb::Getprotobyname => &name::GETPROTOBYNAME,
        Verb::InetPton => &name::INET_PTON,
        Verb::InetNtop => &name::INET_NTOP,
        Verb::InetAton => &name::INET_ATON,
        Verb::InetNtoa => &name::INET_NTOA,
        Verb::Htons => &name::HTONS,
        Verb::Ntohs => &name::NTOHS,
        Verb::Htonl => &name::HTONL,
        Verb::Ntohl => &name::NTOHL,
        Verb::IfNameindex => &name::IF_NAMEINDEX,
        Verb::IfNametoindex => &name::IF_NAMETOINDEX,
        Verb::IfIndextoname => &name::IF_INDEXTONAME,
        Verb::CreateServer => &lifecycle::CREATE_SERVER,
        Verb::CreateConnection => &lifecycle::CREATE_CONNECTION,
        Verb::Serve => &serve::SERVE,
        Verb::Options => &option::OPTIONS,
        Verb::Print => &script::PRINT,
        Verb::Sockets => &looking::SOCKETS,
        Verb::Info => &looking::INFO,
        Verb::States => &looking::STATES,
        Verb::Packets => &looking::PACKETS,
        Verb::Packet => &looking::PACKET,
        Verb::Ladder => &looking::LADDER,
        Verb::Follow => &looking::FOLLOW,
        Verb::Stream => &looking::STREAM,
        Verb::Plot => &looking::PLOT,
        Verb::Page => &looking::PAGE,
        Verb::Messages => &looking::MESSAGES,
        Verb::Conversations => &looking::CONVERSATIONS,
        Verb::Calls => &looking::CALLS,
        Verb::Inspect => &looking::INSPECT,
        Verb::Why => &looking::WHY,
        Verb::Help => &looking::HELP,
        Verb::Explain => &looking::EXPLAIN,
        Verb::Process => &script::PROCESS,
        Verb::Kill => &script::KILL,
        Verb::Run => &script::RUN,
        Verb::Type => &script::TYPE,
        Verb::Inject => &script::INJECT,
        Verb::Step => &stepping::STEP,
        Verb::Go => &stepping::GO,
        Verb::Lab => &script::LAB,
        Verb::Host => &lab::HOST,
        Verb::Wire => &lab::WIRE,
        Verb::Sysctl => &lab::SYSCTL,
        Verb::Sleep => &script::SLEEP,
        Verb::Wait => &script::WAIT,
        Verb::Jobs => &script::JOBS,
        Verb::Cancel => &script::CANCEL,
        Verb::Expect => &script::EXPECT,
        Verb::Load => &script::LOAD,
        Verb::Save => &script::SAVE,
        Verb::Reset => &script::RESET,
        Verb::Quit => &script::QUIT,
        Verb::Import => &script::IMPORT,
        Verb::Lesson => &lesson::LESSON,
        Verb::Hint => &lesson::HINT,
        Verb::Skip => &lesson::SKIP,
        Verb::Back => &lesson::BACK,
        Verb::Solution => &lesson::SOLUTION,
    }
}

#[cfg(test)]
mod tests {
    use super::page;
    use crate::catalog::errno;
    use crate::catalog::parameter::Need;
    use crate::catalog::verb::{AnsweredBy, VERBS, Verb};

    /// What an `expect` line expects; a process may stand in front of it.
    fn expectation(line: &str) -> Option<&str> {
        let command = line
            .split_once("> ")
            .filter(|(process, _)| !process.contains(' '));
        command
            .map_or(line, |(_, command)| command)
            .strip_prefix("expect ")
    }

    #[test]
    fn every_verb_has_a_page_that_says_what_it_does_and_when_it_blocks() {
        for entry in VERBS {
            let page = page(entry.verb);
            assert!(!page.summary.is_empty(), "{}", entry.name);
            assert!(
                !page.summary.ends_with('.') && !page.summary.contains('\n'),
                "{}",
                entry.name
            );
            assert!(
                !page.details.is_empty() && !page.blocks.is_empty(),
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn every_example_uses_its_verb_and_ends_with_an_expectation() {
        for entry in VERBS {
            let example = page(entry.verb).example;
            let lines: Vec<&str> = example.lines().collect();
            let names = entry.aliases.iter().chain([&entry.name]);
            let used = names.into_iter().any(|name| {
                example
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .any(|word| word == *name)
            });
            assert!(used, "{}", entry.name);
            let last = lines.iter().rev().find(|line| **line != "quit");
            assert!(
                last.is_some_and(|line| expectation(line).is_some()),
                "{}: {last:?}",
                entry.name
            );
            assert!(
                lines
                    .iter()
                    .all(|line| line.trim() == *line && !line.is_empty())
            );
        }
    }

    #[test]
    fn every_expectation_has_a_known_form_and_every_errno_named_exists() {
        for entry in VERBS {
            let page = page(entry.verb);
            for line in page.example.lines() {
                let Some(rest) = expectation(line) else {
                    continue;
                };
                let words: Vec<&str> = rest.split_whitespace().collect();
                match words.as_slice() {
                    ["ok"]
                    | ["=" | "packet", _, ..]
                    | ["no", "packet", _, ..]
                    | ["state", _, _]
                    | ["blocked", _]
                    | ["stopped", _, _]
                    | ["why", ..] => {}
                    ["call" | "output", process, what] => {
                        assert!(!process.is_empty() && !what.is_empty(), "{}", entry.name);
                    }
                    ["errno", name] => {
                        assert!(errno::by_name(name).is_some(), "{}: {name}", entry.name);
                    }
                    other => panic!("{}: {other:?}", entry.name),
                }
            }
            for (name, when) in page.errors {
                assert!(errno::by_name(name).is_some(), "{}: {name}", entry.name);
                assert!(!when.is_empty(), "{}: {name}", entry.name);
            }
        }
    }

    #[test]
    fn a_call_of_the_kernel_names_its_man_page() {
        for entry in VERBS {
            let page = page(entry.verb);
            let made_by_the_engine =
                entry.answered_by == AnsweredBy::Engine && entry.verb != Verb::Print;
            assert!(
                !made_by_the_engine || page.man.ends_with(')'),
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn an_example_never_puts_more_words_behind_a_verb_than_it_takes() {
        for entry in VERBS {
            let takes_the_rest = entry
                .parameters
                .iter()
                .any(|parameter| parameter.need == Need::Variadic);
            if takes_the_rest || entry.answered_by == AnsweredBy::Session {
                continue;
            }
            for line in VERBS
                .iter()
                .flat_map(|other| page(other.verb).example.lines())
            {
                let words: Vec<&str> = line.split_whitespace().collect();
                let quoted = line.contains('"') || line.contains('[') || line.contains('*');
                if words.first() == Some(&entry.name) && !quoted && !line.contains(['&', ';', '|'])
                {
                    assert!(words.len() <= entry.parameters.len() + 1, "{line}");
                }
            }
        }
    }
}
