//! The built-in functions, methods of values, packet layers and Python modules that the language knows by name.
//! Not the verbs (`catalog::verb`), and not what the functions do (`engine`).

/// A function of values, and how many arguments it takes. A method's receiver is its first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionEntry {
    /// Its name, as `Expr::Function` holds it.
    pub name: &'static str,
    /// How it is written.
    pub style: Style,
    /// The fewest arguments.
    pub least: usize,
    /// The most arguments.
    pub most: usize,
    /// What it gives, in a few words.
    pub meaning: &'static str,
}

/// How a function is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `len(x)`.
    Function,
    /// `x.decode()`.
    Method,
    /// `int.from_bytes(x, "big")`, `struct.pack("!I", n)`: the word in front is no value.
    Of(&'static str),
}

const fn function(
    name: &'static str,
    least: usize,
    most: usize,
    meaning: &'static str,
) -> FunctionEntry {
    FunctionEntry {
        name,
        style: Style::Function,
        least,
        most,
        meaning,
    }
}

const fn method(
    name: &'static str,
    least: usize,
    most: usize,
    meaning: &'static str,
) -> FunctionEntry {
    FunctionEntry {
        name,
        style: Style::Method,
        least,
        most,
        meaning,
    }
}

const fn of(
    owner: &'static str,
    name: &'static str,
    least: usize,
    most: usize,
    meaning: &'static str,
) -> FunctionEntry {
    FunctionEntry {
        name,
        style: Style::Of(owner),
        least,
        most,
        meaning,
    }
}

/// Any number of arguments.
const MANY: usize = 64;

/// All functions. A name that is both a function and a method (`hex`) means the same in both.
pub const FUNCTIONS: &[FunctionEntry] = &[
    function("len", 1, 1, "how many items or bytes"),
    function("repr", 1, 1, "the value as it would be typed"),
    function("str", 0, 3, "the value as text"),
    function("int", 0, 2, "the value as an integer"),
    function("float", 0, 1, "the value as a float"),
    function("bool", 0, 1, "True or False"),
    function("bytes", 0, 2, "the value as bytes"),
    function("bytearray", 0, 2, "a buffer to receive into"),
    function("list", 0, 1, "the items as a list"),
    function("tuple", 0, 1, "the items as a tuple"),
    function("type", 1, 1, "what kind of value it is"),
    function("ord", 1, 1, "the number of a character"),
    function("chr", 1, 1, "the character of a number"),
    function("hex", 1, 2, "in hexadecimal"),
    function("bin", 1, 1, "in binary"),
    function("abs", 1, 1, "without its sign"),
    function("round", 1, 1, "the nearest whole number"),
    function("ascii", 1, 1, "like repr, in ASCII only"),
    function("min", 1, MANY, "the smallest"),
    function("max", 1, MANY, "the largest"),
    function("sum", 1, 1, "all added up"),
    function("sorted", 1, 1, "in order"),
    function("range", 1, 3, "whole numbers in a row"),
    method("decode", 1, 3, "bytes to text"),
    method("encode", 1, 3, "text to bytes"),
    method("upper", 1, 1, "in capital letters"),
    method("lower", 1, 1, "in small letters"),
    method("title", 1, 1, "each word with a capital letter"),
    method("strip", 1, 2, "without blanks at both ends"),
    method("lstrip", 1, 2, "without blanks at the start"),
    method("rstrip", 1, 2, "without blanks at the end"),
    method("split", 1, 3, "the pieces between separators"),
    method("splitlines", 1, 2, "the lines"),
    method("partition", 2, 2, "before, separator, after"),
    method("join", 2, 2, "the items with this between them"),
    method("startswith", 2, 2, "whether it begins so"),
    method("endswith", 2, 2, "whether it ends so"),
    method("replace", 3, 4, "with one piece put for another"),
    method("find", 2, 4, "where a piece begins, or -1"),
    method("index", 2, 4, "where an item is"),
    method("count", 2, 2, "how often an item is in it"),
    method("format", 1, MANY, "text with the values put in"),
    method("append", 2, 2, "adds an item to a list"),
    method("extend", 2, 2, "adds all items of another list"),
    method("remove", 2, 2, "takes an item out of a list"),
    method("clear", 1, 1, "takes all items out of a list"),
    method("to_bytes", 2, 3, "a number as bytes"),
    of("int", "from_bytes", 2, 2, "bytes as a number"),
    of("bytes", "fromhex", 1, 1, "bytes from hexadecimal"),
    of("struct", "pack", 1, MANY, "values packed as bytes"),
    of("struct", "unpack", 2, 2, "bytes unpacked to values"),
    of("struct", "calcsize", 1, 1, "how many bytes a format takes"),
    of(
        "socket",
        "CMSG_LEN",
        1,
        1,
        "ancillary data of this length with its header",
    ),
    of(
        "socket",
        "CMSG_SPACE",
        1,
        1,
        "the same with the padding behind it",
    ),
    of(
        "socket",
        "has_dualstack_ipv6",
        0,
        0,
        "whether one socket can serve IPv4 and IPv6",
    ),
    of("time", "time", 0, 0, "seconds since 1970"),
    of(
        "time",
        "monotonic",
        0,
        0,
        "seconds of a clock that is never set",
    ),
    of("os", "strerror", 1, 1, "an errno in words"),
    of("os", "getpid", 0, 0, "this process's number"),
];

/// The built-in function of this name: `len`.
pub fn function_named(name: &str) -> Option<&'static FunctionEntry> {
    FUNCTIONS
        .iter()
        .find(|entry| entry.name == name && entry.style == Style::Function)
}

/// The method of values of this name: `decode`. `hex` is both a function and a method.
pub fn method_named(name: &str) -> Option<&'static FunctionEntry> {
    FUNCTIONS
        .iter()
        .find(|entry| entry.name == name && (entry.style == Style::Method || name == "hex"))
}

/// The function of this module or type: `struct.pack`.
pub fn function_of(owner: &str, name: &str) -> Option<&'static FunctionEntry> {
    FUNCTIONS
        .iter()
        .find(|entry| entry.name == name && matches!(entry.style, Style::Of(of) if of == owner))
}

/// The function that `Expr::Function` names.
pub fn any_named(name: &str) -> Option<&'static FunctionEntry> {
    FUNCTIONS.iter().find(|entry| entry.name == name)
}

/// The packet layers of the language.
pub const LAYERS: &[&str] = &[
    "eth",
    "arp",
    "ip",
    "ip6",
    "icmp",
    "icmp6",
    "igmp",
    "tcp",
    "udp",
    "dns",
    "nlmsg",
    "ifinfomsg",
    "ifaddrmsg",
    "rtmsg",
    "ndmsg",
    "inet_diag_req_v2",
    "genlmsghdr",
    "nlattr",
    "ws",
];

/// The Python modules whose names may stand in front of a function or a constant.
pub const MODULES: &[&str] = &[
    "socket", "select", "time", "fcntl", "termios", "errno", "array", "struct", "os", "sys",
];

/// Python's keywords, and the literals that are spelled as words: none of them can name a variable.
pub const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];
