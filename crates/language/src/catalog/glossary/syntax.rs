//! The parts of the command language that are no verb: what `help repeat` shows.

use super::{Entry, Kind};

const fn part(
    name: &'static str,
    aliases: &'static [&'static str],
    summary: &'static str,
    sections: &'static [(&'static str, &'static str)],
) -> Entry {
    Entry {
        name,
        aliases,
        kind: Kind::Syntax,
        summary,
        sections,
        see: "help",
    }
}

pub(super) const SYNTAX: &[Entry] = &[
    part(
        "repeat",
        &["loop", "repeat N"],
        "do the commands in braces so many times",
        &[
            ("written", "repeat 3 { send c \"x\"; recv conn 1 }"),
            (
                "more",
                "The braces may span lines. Ctrl-C stops it. There is no `if` and no `while`: a program with those is run with `run python3 FILE`",
            ),
        ],
    ),
    part(
        "&",
        &["background", "ampersand"],
        "at the end of a call: it is made in a thread of the process, and the prompt comes back",
        &[
            ("written", "accept s &"),
            (
                "more",
                "`jobs` lists them, `wait` waits for them, `cancel 1` interrupts one (EINTR)",
            ),
        ],
    ),
    part(
        "name>",
        &["prompt", "process prefix"],
        "in front of a line: the process that carries it out; alone: go there",
        &[
            ("written", "client> connect c 10.0.0.2:5000"),
            (
                "more",
                "`process NAME` makes a process, `host NAME` a machine with one",
            ),
        ],
    ),
    part(
        "last result",
        &["underscore"],
        "the value of the last command of this process",
        &[(
            "written",
            "recv conn; print len(_): the underscore is the value",
        )],
    ),
    part(
        "variable",
        &["=", "assignment", "name", "variables"],
        "a name for a value, of one process",
        &[
            ("written", "port = 5000; conn, addr = accept s"),
            (
                "more",
                "Another process does not see it; the views accept `server.conn`",
            ),
        ],
    ),
    part(
        "call form",
        &["command form", "spelling", "syntax"],
        "each call can be written as a command or as in Python",
        &[
            ("command form", "bind s 127.0.0.1:5000"),
            (
                "call form",
                "s.bind((\"127.0.0.1\", 5000)), or bind(s, (\"127.0.0.1\", 5000))",
            ),
            (
                "more",
                "`;` separates commands, `#` begins a comment, `\\` at the end of a line continues it",
            ),
        ],
    ),
    part(
        "packet expression",
        &["packet builder", "layers", "layer", "/"],
        "a packet for a raw socket, layer by layer",
        &[
            ("written", "ip(dst=10.0.0.2)/tcp(dport=5000, flags=S)"),
            (
                "layers",
                "eth arp ip ip6 icmp icmp6 igmp tcp udp dns raw, and nlmsg ifinfomsg ifaddrmsg rtmsg ndmsg nlattr for netlink; `help icmp` lists the fields of one",
            ),
            (
                "more",
                "Lengths and checksums are filled in unless they are given",
            ),
        ],
    ),
    part(
        "wire rule",
        &["rule", "wire rules"],
        "what the wire between the hosts does to frames; `help wire` has them all",
        &[
            (
                "for all frames",
                "wire delay 50ms · wire loss 10% · wire rate 1mbit · wire mtu 576 · wire cut · wire join",
            ),
            (
                "for some",
                "wire drop next · wire duplicate 2nd · wire reorder next · wire corrupt 10%, with from HOST, to HOST, where FILTER",
            ),
        ],
    ),
    part(
        "wire drop",
        &["drop", "lost"],
        "a rule of the wire: the frames that are picked are lost",
        &[
            ("written", "wire drop next where tcp.flags.syn == 1"),
            (
                "shown as",
                "an arrow that ends in ✗ and `lost: wire rule 1`",
            ),
        ],
    ),
    part(
        "wire delay",
        &["delay", "delayed", "jitter"],
        "a rule of the wire: frames arrive later",
        &[
            (
                "written",
                "wire delay 50ms jitter 10ms · wire delay 200ms next",
            ),
            ("shown as", "`delayed 50 ms: wire rule 1`"),
        ],
    ),
    part(
        "wire loss",
        &["loss", "packet loss"],
        "a rule of the wire: frames are lost by chance",
        &[
            ("written", "wire loss 10%"),
            (
                "more",
                "chance comes from the seed (`wire seed 7`), so a script runs the same way again",
            ),
        ],
    ),
    part(
        "wire duplicate",
        &["duplicate", "delivered twice", "duplicated"],
        "a rule of the wire: the frames that are picked arrive twice",
        &[
            ("written", "wire duplicate next 3"),
            ("shown as", "`delivered twice: wire rule 1`"),
        ],
    ),
    part(
        "wire reorder",
        &["reorder", "held back until another passed", "held back"],
        "a rule of the wire: a frame waits until the next one of its direction has passed",
        &[
            ("written", "wire reorder next"),
            ("more", "it waits 500 ms at most"),
        ],
    ),
    part(
        "wire corrupt",
        &["corrupt", "changed", "byte changed"],
        "a rule of the wire: one byte of a frame is changed",
        &[
            ("written", "wire corrupt next"),
            (
                "more",
                "the receiving kernel finds the checksum wrong and drops the packet",
            ),
        ],
    ),
    part(
        "wire rate",
        &["rate", "bandwidth"],
        "a rule of the wire: so many bits a second, and the others wait",
        &[("written", "wire rate 1mbit queue 20")],
    ),
    part(
        "wire mtu",
        &["longer than the MTU"],
        "a rule of the wire: the longest packet it carries",
        &[
            ("written", "wire mtu 576"),
            (
                "more",
                "a longer one is fragmented, or lost with an ICMP answer if it must not be (DF)",
            ),
        ],
    ),
    part(
        "wire cut",
        &["cut", "wire join", "join"],
        "a rule of the wire: nothing passes, until `wire join`",
        &[("written", "wire cut · wire cut from client")],
    ),
    part(
        "wire clear",
        &["wire seed", "seed"],
        "`wire clear` drops the rules, `wire clear 3` the third; `wire seed 7` says where chance begins",
        &[("written", "wire clear")],
    ),
];
