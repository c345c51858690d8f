//! The plan of the house as a test: which room may name which. An arrow that is not granted here fails. Between crates the compiler keeps
//! the walls; of them this looks at what only one may hold, and at neighbours that name each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may name; a room may always name itself.
const GRANTS: &[(&str, &[&str])] = &[
    ("value", &[]),
    ("sys", &["value"]),
    ("catalog", &[]),
    ("packet", &[]),
    ("messages", &["packet"]),
    ("event", &["packet", "value"]),
    ("export", &["catalog", "command", "event", "value"]),
    ("command", &["catalog", "event", "packet", "value"]),
    ("syscall", &["catalog", "sys", "value"]),
    (
        "engine",
        &[
            "catalog", "command", "event", "messages", "packet", "sys", "syscall", "value",
        ],
    ),
    (
        "lesson",
        &["catalog", "command", "event", "packet", "value"],
    ),
    ("book", &["catalog", "command", "lesson", "packet"]),
    (
        "trace",
        &["catalog", "command", "event", "sys", "syscall", "value"],
    ),
    (
        "process",
        &[
            "command", "engine", "event", "sys", "syscall", "trace", "value",
        ],
    ),
    ("capture", &["event", "packet", "sys"]),
    ("lab", &["capture", "command", "event", "packet", "sys"]),
    (
        "inspector",
        &[
            "capture", "catalog", "command", "event", "messages", "packet", "sys", "value",
        ],
    ),
    (
        "render",
        &["catalog", "command", "event", "packet", "value"],
    ),
    ("page", &["event", "packet", "render", "sys"]),
    (
        "session",
        &[
            "capture",
            "catalog",
            "command",
            "engine",
            "event",
            "inspector",
            "lab",
            "packet",
            "process",
            "sys",
            "value",
        ],
    ),
    (
        "shell",
        &[
            "capture",
            "catalog",
            "command",
            "engine",
            "event",
            "export",
            "inspector",
            "lab",
            "lesson",
            "packet",
            "page",
            "render",
            "session",
            "sys",
            "value",
        ],
    ),
    ("script", &["command", "render", "shell", "sys"]),
    ("repl", &["catalog", "command", "render", "shell", "sys"]),
    (
        "main",
        &[
            "cli", "flags", "lab", "process", "repl", "render", "script", "session", "shell", "sys",
        ],
    ),
    ("flags", &["cli", "render", "session", "shell"]),
    ("cli", &[]),
];

/// A word that only these files or rooms may hold.
const ONLY: &[(&str, &[&str])] = &[
    ("rustyline", &["repl"]),
    ("pnet::", &["packets"]),
    ("unsafe ", &["sys", "tracer"]),
    ("libc::socket(", &["sys"]),
    ("stdout()", &["repl/printer.rs", "script.rs", "main.rs"]),
    ("Instant::now", &["sys/clock.rs"]),
    ("SystemTime::now", &["sys/clock.rs"]),
    (
        "clock_gettime",
        &["engine/clock.rs", "sys/clock.rs", "tracer/sys/clock.rs"],
    ),
];

/// The program's files, each by its path below `src/`.
fn sources() -> Vec<(PathBuf, String)> {
    below(Path::new("src"))
}

/// The program's files and those of the crates, `crates/packets/src/tcp.rs` as `packets/tcp.rs`.
fn all_sources() -> Vec<(PathBuf, String)> {
    let mut found = sources();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates");
    for entry in fs::read_dir(crates).expect("it is readable").flatten() {
        let name = PathBuf::from(entry.file_name());
        let folder = Path::new("crates").join(&name).join("src");
        let files = below(&folder).into_iter();
        found.extend(files.map(|(path, text)| (name.join(path), text)));
    }
    found
}

fn below(folder: &Path) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder)
            .expect("the folder is readable")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push((path, text));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    walk(&root, &mut found);
    found
        .into_iter()
        .map(|(path, text)| {
            let path = path.strip_prefix(&root).expect("it lies below");
            (path.to_path_buf(), text)
        })
        .collect()
}

fn room(path: &Path) -> String {
    let first = path
        .iter()
        .next()
        .and_then(|part| part.to_str())
        .expect("names are UTF-8");
    first.trim_end_matches(".rs").to_owned()
}

/// The code of a file without its comments and without the tests at its end: tests may reach further.
fn code(path: &Path, text: &str) -> String {
    if path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .is_some_and(|stem| stem.ends_with("tests") || stem == "sample")
        || path.components().any(|part| part.as_os_str() == "tests")
    {
        return String::new();
    }
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn named_rooms(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for prefix in ["crate::", "socklab::"] {
        let mut rest = code;
        while let Some(place) = rest.find(prefix) {
            rest = &rest[place + prefix.len()..];
            if let Some(group) = rest.strip_prefix('{') {
                let group = &group[..group.find('}').unwrap_or(group.len())];
                rooms.extend(group.split(',').map(|item| {
                    item.trim()
                        .split("::")
                        .next()
                        .unwrap_or_default()
                        .to_owned()
                }));
            } else {
                rooms.insert(
                    rest.chars()
                        .take_while(|c| c.is_alphanumeric() || *c == '_')
                        .collect(),
                );
            }
        }
    }
    rooms.remove("");
    rooms
}

#[test]
fn no_room_names_a_room_it_is_not_granted() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        if room == "lib" {
            continue;
        }
        let Some((_, granted)) = GRANTS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!(
                "{}: the room {room} is not in the plan",
                path.display()
            ));
            continue;
        };
        for named in named_rooms(&code(&path, &text)) {
            let is_room = GRANTS.iter().any(|(name, _)| *name == named);
            if is_room && named != room && !granted.contains(&named.as_str()) {
                wrong.push(format!("{}: {room} may not name {named}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_arrow_runs_in_a_circle() {
    fn reaches(from: &str, to: &str, depth: usize) -> bool {
        let granted = GRANTS
            .iter()
            .find(|(name, _)| *name == from)
            .map_or(&[][..], |(_, granted)| granted);
        depth > 0
            && granted
                .iter()
                .any(|next| *next == to || reaches(next, to, depth - 1))
    }
    let circles: Vec<&str> = GRANTS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| reaches(name, name, 12))
        .collect();
    assert!(circles.is_empty(), "{circles:?}");
}

#[test]
fn what_only_one_room_may_hold_stands_nowhere_else() {
    let mut wrong = Vec::new();
    for (path, text) in all_sources() {
        let code = code(&path, &text);
        for (word, places) in ONLY {
            let allowed = places.iter().any(|place| path.starts_with(place));
            if code.contains(word) && !allowed {
                wrong.push(format!(
                    "{} holds {word:?}, which belongs to {}",
                    path.display(),
                    places.join(", ")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Field names that stand again outside the schema, each with its file and why.
const FIELD_NAMES_AGAIN: &[(&str, &str, &str)] = &[(
    "language/catalog/filter.rs",
    "tcp.analysis.retransmission",
    "it is an example of a filter, and this filter is nothing but the name",
)];

/// Names of protocols (`tcp`) are words of other languages too, so that only the names of fields (`tcp.port`) are looked for.
#[test]
fn every_name_of_a_field_is_written_once() {
    let names: BTreeSet<&str> = socklab::packet::schema::all()
        .map(|field| field.name)
        .filter(|name| name.contains('.'))
        .collect();
    assert!(names.len() > 700, "{} names", names.len());
    let mut written: Vec<(String, String)> = Vec::new();
    for (path, text) in all_sources() {
        let literals = code(&path, &text).replace("\\\"", "");
        let found = literals
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|word| names.contains(word));
        written.extend(found.map(|name| (name.to_owned(), path.display().to_string())));
    }
    let (rows, others): (Vec<_>, Vec<_>) = written
        .into_iter()
        .partition(|(_, path)| path.starts_with("packets/schema/"));
    assert_eq!(rows.len(), names.len(), "a row each, and one only");
    let granted = |name: &str, path: &str| {
        let mut grants = FIELD_NAMES_AGAIN.iter();
        grants.any(|(file, field, _)| *file == path && *field == name)
    };
    let again: Vec<String> = others
        .iter()
        .filter(|(name, path)| !granted(name, path))
        .map(|(name, path)| format!("{name} in {path}: take it from its row in the schema"))
        .collect();
    assert!(again.is_empty(), "{}", again.join("\n"));
    assert_eq!(
        others.len(),
        FIELD_NAMES_AGAIN.len(),
        "a grant is not used: {others:?}"
    );
}

#[test]
fn every_file_says_in_its_first_line_what_it_is() {
    let silent: Vec<String> = all_sources()
        .into_iter()
        .filter(|(_, text)| !text.trim_start().starts_with("//!"))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn every_file_that_the_plan_names_is_there() {
    let plan = include_str!("../ARCHITECTURE.md");
    let files: Vec<String> = all_sources()
        .into_iter()
        .map(|(path, _)| format!("/{}", path.display()))
        .collect();
    let is_source = |name: &str| {
        Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "rs")
    };
    let mut missing = Vec::new();
    for name in plan.split('`').skip(1).step_by(2) {
        let name = name.strip_prefix("src/").unwrap_or(name);
        let name = name.strip_prefix("crates/").unwrap_or(name);
        let name = name.replacen("/src/", "/", 1);
        let name = name.as_str();
        let is_there = match name.strip_suffix('/') {
            Some(folder) => files
                .iter()
                .any(|file| file.contains(&format!("/{folder}/"))),
            None if is_source(name) && !name.starts_with("tests/") => {
                files.iter().any(|file| file.ends_with(&format!("/{name}")))
            }
            None => true,
        };
        if !is_there {
            missing.push(name.to_owned());
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// Neighbours that name each other because what they are about does: expressions have calls in them and calls have expressions; a line is
/// wrapped and what is wrapped is a line.
const RECURSIVE: &[(&str, &str)] = &[
    ("filters/bpf/formula.rs", "filters/bpf/place.rs"),
    ("filters/expression.rs", "filters/gather.rs"),
    ("filters/expression.rs", "filters/value.rs"),
    ("filters/gather.rs", "filters/readers.rs"),
    ("filters/operand.rs", "filters/parse.rs"),
    ("filters/parse.rs", "filters/phrase.rs"),
    (
        "language/command/unparse/call.rs",
        "language/command/unparse/expression.rs",
    ),
    ("inspector/conversation.rs", "inspector/state.rs"),
    ("inspector/conversation.rs", "inspector/unacked.rs"),
    ("inspector/pcap.rs", "inspector/section.rs"),
    ("packets/build/input.rs", "packets/build/netlink.rs"),
    ("render/ladder.rs", "render/rung.rs"),
    ("render/stream.rs", "render/stream_map.rs"),
    ("render/styled.rs", "render/wrap.rs"),
];

/// The neighbours that a file names, by the words that follow `super::`.
fn named_neighbours(path: &Path, code: &str, all: &BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    let Some(folder) = path.parent() else {
        return BTreeSet::new();
    };
    let mut named = BTreeSet::new();
    for (place, _) in code.match_indices("super::") {
        // `super::super::` leaves the folder.
        if code[..place].ends_with("super::") {
            continue;
        }
        let rest = &code[place + "super::".len()..];
        let list = rest.strip_prefix('{').map_or(rest, |group| {
            &group[..group.find(';').unwrap_or(group.len())]
        });
        let words: Vec<&str> = if list.len() == rest.len() {
            rest.split(|next: char| !(next.is_alphanumeric() || next == '_'))
                .take(1)
                .collect()
        } else {
            list.split(['{', '}', ',', ':', ' ', '\n']).collect()
        };
        for word in words.into_iter().filter(|word| !word.is_empty()) {
            let neighbour = folder.join(format!("{word}.rs"));
            if neighbour != path && all.contains(&neighbour) {
                named.insert(neighbour);
            }
        }
    }
    named
}

#[test]
fn no_two_neighbours_name_each_other() {
    let sources: Vec<(PathBuf, String)> = all_sources()
        .into_iter()
        // What a folder's mod.rs and its children name of each other is parent and child.
        .filter(|(path, _)| {
            path.components().count() > 1 && !path.ends_with("mod.rs") && !path.ends_with("lib.rs")
        })
        .map(|(path, text)| {
            let code = code(&path, &text);
            (path, code)
        })
        .collect();
    let all: BTreeSet<PathBuf> = sources.iter().map(|(path, _)| path.clone()).collect();
    let mut pairs = Vec::new();
    for (path, code) in &sources {
        for neighbour in named_neighbours(path, code, &all) {
            let Some((_, other)) = sources.iter().find(|(path, _)| *path == neighbour) else {
                continue;
            };
            let granted = RECURSIVE
                .iter()
                .any(|(one, other)| path.ends_with(one) && neighbour.ends_with(other));
            if *path < neighbour
                && !granted
                && named_neighbours(&neighbour, other, &all).contains(path)
            {
                pairs.push(format!("{} and {}", path.display(), neighbour.display()));
            }
        }
    }
    assert!(pairs.is_empty(), "{}", pairs.join("\n"));
}
