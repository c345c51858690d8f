//! Lines of other languages, a shell's and C's: what a reader who types one of them was after. Not Python's (`python`).

use super::absent::has_word;
use crate::command::diagnostic::{Diagnostic, quoted};

/// A line that begins with a word of a shell or of C and goes on as it would there; `None` for any other, also for a sum of variables.
pub(super) fn foreign(text: &str, start: usize) -> Option<Diagnostic> {
    let rest = &text[start..];
    if let Some(letters) = rest.strip_prefix(':') {
        let letters = letters.trim_end().trim_end_matches('!');
        return matches!(letters, "q" | "wq" | "x" | "qa").then(|| {
            Diagnostic::new(start..start + 1, "unexpected `:`").helping("to leave write `quit`")
        });
    }
    let end = rest.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_'))?;
    let (word, after) = rest.split_at(end);
    if after.trim_end() == "?" {
        return Some(
            Diagnostic::new(start + end..start + end + 1, "unexpected `?`")
                .helping(format!("write `help {word}`, or `explain {word}`")),
        );
    }
    let before = text[..start].trim_end_matches([' ', '\t']);
    let begins = before.is_empty() || before.ends_with(['\n', ';', '{']);
    if begins && after.starts_with(": ") {
        return Some(
            Diagnostic::new(start + end..start + end + 1, "unexpected `:`").helping(format!(
                "a line for the process {word} begins with `{word}> `"
            )),
        );
    }
    let next = after.trim_start_matches([' ', '\t']);
    if next.len() == after.len() || !(is_argument(next) || goes_on(word, next)) {
        return None;
    }
    Some(
        Diagnostic::new(
            start..start + end,
            format!("unknown command {}", quoted(word)),
        )
        .expecting("a command: `help` lists them")
        .helping(advice(word, next)?),
    )
}

/// True where what follows means something else behind this word than between two values: a shell's pipe, HTTP's path, a question's verb.
fn goes_on(word: &str, next: &str) -> bool {
    match word {
        "ls" | "cat" | "echo" | "printf" | "grep" | "ss" | "nc" | "ps" => {
            next.starts_with(['|', '<', '>'])
        }
        "GET" | "POST" | "HEAD" | "PUT" => next.starts_with('/'),
        "what" | "how" | "who" | "where" => next.starts_with(|next: char| next.is_alphabetic()),
        _ => false,
    }
}

/// What to do instead of a word that stands alone.
pub(super) fn advice_alone(word: &str) -> Option<String> {
    advice(word, "")
}

/// True where an argument of a shell's command or a name that C declares begins, and no operator with a blank behind it.
fn is_argument(next: &str) -> bool {
    let mut characters = next.chars();
    let first = characters.next();
    let second = characters.next();
    match first {
        Some('-' | '/' | '~' | '.' | '*' | '"' | '\'' | '<' | '&') => {
            second.is_some_and(|second| second.is_alphabetic() || "-/._".contains(second))
        }
        Some(first) => {
            let word = next
                .split(|next: char| !next.is_alphanumeric())
                .next()
                .unwrap_or_default();
            first.is_alphanumeric()
                && !matches!(
                    word,
                    "and" | "or" | "not" | "in" | "is" | "if" | "else" | "for" | "as"
                )
        }
        None => false,
    }
}

/// Programs of a shell, and what does the same here; none where nothing does.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "ls cat pwd curl wget ssh python python3 gcc make bash sh nmap grep awk sed less more head tail find top vi vim nano emacs git rm cp mv mkdir",
        "",
    ),
    (
        "nc ncat netcat telnet socat",
        "to connect: c = create_connection localhost:5000; to listen: s = create_server :5000",
    ),
    (
        "ip ifconfig route arp hostname",
        "`lab` shows the hosts, their addresses and the wire between them, `if_nameindex` the interfaces of this one",
    ),
    (
        "ping traceroute tracepath",
        "by hand: r = socket AF_INET SOCK_RAW IPPROTO_ICMP, then sendto r icmp(echo, id=1, seq=1)/\"ping\" 10.0.0.2",
    ),
    (
        "lsof fuser sockstat",
        "`sockets` shows every socket with its process and descriptor",
    ),
    (
        "ps pstree",
        "`lab` shows the processes, `jobs` what runs in the background",
    ),
    (
        "strace ltrace gdb",
        "every call that is typed is shown as strace shows it, with its result and the packets it caused",
    ),
    (
        "iptables nft tc",
        "`wire` makes rules for the frames between hosts: `wire loss 10%`, `wire drop next`, `help wire`",
    ),
    (
        "dig nslookup getent",
        "`getaddrinfo NAME 80` asks as a program does",
    ),
];

/// Other words that begin a line elsewhere, and what is written here, where `{word}` stands for the word itself.
const WORDS: &[(&str, &str)] = &[
    (
        "tcpdump wireshark tshark dumpcap",
        "the packets are shown already: `packets` lists them, `save x.pcapng` writes them for Wireshark",
    ),
    (
        "sudo su doas",
        "nothing here needs root: leave this word out",
    ),
    (
        "cd",
        "files are named from the folder socklab was started in; `/` begins a whole path",
    ),
    (
        "clear cls",
        "Ctrl-L clears the screen; `reset` begins a new lab",
    ),
    ("echo printf puts", "to show a value write `print`"),
    (
        "int char struct unsigned long short void size_t ssize_t socklen_t const static auto let var",
        "nothing is declared here: s = socket(AF_INET, SOCK_STREAM, 0), and an address is written 127.0.0.1:5000",
    ),
    (
        "errno",
        "the call that failed shows its errno: `why` says where it came from, `expect errno ECONNREFUSED` checks it",
    ),
    ("new", "leave `new` out: s = socket"),
    (
        "export setenv",
        "a value is given a name with `=`: port = 5000",
    ),
    (
        "uint8_t uint16_t uint32_t fd_set double",
        "nothing is declared here: a name has its value, port = 5000",
    ),
    (
        "GET POST HEAD PUT HELO EHLO USER",
        "what is to be sent stands in quotes, behind the socket: send c \"{word} …\\r\\n\"",
    ),
    ("q bye logout stop", "to leave write `quit`"),
    (
        "history undo",
        "the arrow keys bring lines back; what a call did stays done, `reset` begins a new lab",
    ),
    (
        "what how who where please",
        "ask with `explain X` for a term, an error or a flag, `help X` for a call, `why` for the last error",
    ),
    (
        "server client",
        "`process {word}` makes a process of that name, `host {word}` a machine; then `{word}> …` runs a line there",
    ),
];

/// What does here what was asked for with this word.
fn advice(word: &str, rest: &str) -> Option<String> {
    let found = |table: &[(&str, &'static str)]| {
        let row = table.iter().find(|(words, _)| has_word(words, word));
        row.map(|(_, text)| *text)
    };
    if let Some(text) = found(WORDS) {
        return Some(text.replace("{word}", word));
    }
    let own = found(PROGRAMS)?;
    let gap = if own.is_empty() { "" } else { "; " };
    Some(format!("{own}{gap}{}", to_run(word, rest)))
}

/// How a program is run in the laboratory with the arguments that were typed, where they are plain words.
fn to_run(word: &str, rest: &str) -> String {
    let rest = rest
        .split([';', '#', '\n'])
        .next()
        .unwrap_or_default()
        .trim_end();
    let line = if rest.is_empty() {
        word.to_owned()
    } else {
        format!("{word} {rest}")
    };
    if is_plain(&line) {
        format!("a program runs in the laboratory with `run {line}`")
    } else {
        format!("a program runs in the laboratory with `run {word} …`")
    }
}

/// Short, and nothing in it that a reader would have to think about twice.
fn is_plain(line: &str) -> bool {
    line.len() <= 40
        && line
            .chars()
            .all(|next| next.is_ascii_alphanumeric() || " -_./:".contains(next))
}
