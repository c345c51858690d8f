//! The language of display filters as tables: what can be asked, and how values are written. Not its grammar, nor the fields, which
//! are in `command/filter`.

/// What can be asked: an example, and what it lets through.
pub const FORMS: [(&str, &str); 25] = [
    ("tcp", "every packet of this protocol"),
    (
        "tcp.port == 5000",
        "a field with this value; `eq` is the same. Of a field that stands for several (`tcp.port` is both ports) one must have it",
    ),
    (
        "tcp.port != 5000",
        "none of them has this value; `ne` is the same",
    ),
    ("tcp.port ~= 5000", "one of them has another value"),
    (
        "tcp.len > 0",
        "numbers: `<`, `<=`, `>`, `>=`, or `lt`, `le`, `gt`, `ge`; also in hexadecimal, `0x10`",
    ),
    (
        "tcp.flags.syn == 1 && tcp.flags.ack == 0",
        "both; `and` is the same",
    ),
    ("udp || icmp", "one of the two, or both; `or` is the same"),
    ("!(ip.addr == 10.0.0.0/8)", "not; `not` is the same"),
    ("tcp.port in {80, 443, 8000..8080}", "one of these values"),
    (
        "frame contains \"hello\"",
        "these bytes are in it, or in a field",
    ),
    (
        "http.host matches \"^www\"",
        "a regular expression finds something, in any case of letters",
    ),
    ("tcp.flags & 0x12", "one of these bits is set"),
    (
        "tcp[0:2] == 13:88",
        "bytes of a protocol, counted from 0: two from the first on",
    ),
    (
        "tcp.srcport - tcp.dstport > 1000",
        "calculated: `+`, `-`, `*`, `/`, `%` and the bits of `&`, as in C and with blanks around; braces group, `{tcp.len + 1} * 2 > 10`. Numbers never wrap around",
    ),
    (
        "frame.time_delta + 0.5 > 1",
        "times in seconds are added and subtracted",
    ),
    (
        "ip.src & 0.0.0.255 == 0.0.0.1",
        "bits of an address, or of bytes",
    ),
    (
        "len(udp) > 100",
        "how many bytes a protocol or a field has; `count` says how often a field is there",
    ),
    (
        "max(tcp.srcport, tcp.dstport) < 1024",
        "the greatest value of several fields, or of one that is there several times; `min` the least; `abs` takes a sign away",
    ),
    (
        "lower(http.host) == \"example.com\"",
        "text in small letters; `upper` in capitals",
    ),
    (
        "string(ip.src) matches \"[13]$\"",
        "a number or an address as text",
    ),
    (
        "any tcp.port > 5000",
        "one of its values, which is what is asked without the word; `all` asks for every one. `===` and `!==` are `all … ==` and `any … !=`",
    ),
    (
        "ip.addr#2 == 10.0.0.1",
        "of the second IP header alone, as in a tunnel or in what an ICMP error quotes; `#[1-2]` for two of them, `#[-1]` for the last",
    ),
    (
        "@ip.src[0:2] == 0a:00",
        "the bytes a field was read from in place of its value",
    ),
    (
        "frame.time > \"2026-11-21 12:00:00\"",
        "a date, of UTC unless a zone follows: `Z`, `+01:00`; also `\"Nov 21, 2026 12:00:00\"`",
    ),
    (
        "tcp.analysis.retransmission",
        "a label of the analysis: there or not there",
    ),
];

/// How values of each kind are written.
pub const VALUES: [(&str, &str); 9] = [
    (
        "numbers",
        "`80`, `0x50`, `0b1010000`, octal `0120`, a character `'P'`",
    ),
    ("truth values", "`1`, `0`, `True`, `False`"),
    ("IPv4 addresses", "`10.0.0.1`, a network `10.0.0.0/8`"),
    ("IPv6 addresses", "`fd00::1`, a network `fd00::/8`"),
    (
        "hardware addresses",
        "`02:00:00:00:00:01`, with colons, dashes or dots",
    ),
    (
        "bytes",
        "`16:03:01`, `16-03-01`, `160301`, a string, a character; `:ad` where `ad` could be taken for a field",
    ),
    (
        "text",
        r#"`"text"`, with the escapes `\n`, `\r`, `\t`, `\\`, `\"`, `\x41`, `\101`, `\u00e9`; in `r"a\d"` a backslash is a backslash"#,
    ),
    ("times", "seconds: `0.2`"),
    ("dates", "`\"2026-11-21 12:00:00\"`, of UTC"),
];

/// What holds of all filters.
pub const RULES: [&str; 3] = [
    "A name with a dot in front, .tcp.port, is always a field.",
    "What a packet does not have has no value, and no comparison with it holds: `not` before the comparison lets such packets through, `!=` does not. A slice that does not lie within its field is empty: it equals nothing and is less than anything.",
    "A filter that is refused is shown with a mark under the fault and what to write instead.",
];
