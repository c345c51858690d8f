//! The line of each call against what the programs say of themselves: a comment on each line names the calls it makes.

mod harness;

use harness::{Witness, compile, program, traced};
use std::collections::{BTreeMap, BTreeSet};

/// What a program says of one line.
#[derive(Default)]
struct Said {
    must: BTreeSet<String>,
    may: BTreeSet<String>,
}

/// A call of a log with its line.
struct Told {
    name: String,
    file: String,
    line: u32,
}

/// The comments of a program: `line: CALL, CALL maybe: CALL`, by their lines. `any` stands for all calls.
fn said(name: &str) -> BTreeMap<u32, Said> {
    let source = std::fs::read_to_string(program(name)).expect("it is there");
    let mut lines = BTreeMap::new();
    for (number, text) in (1..).zip(source.lines()) {
        let comment = |mark: &str| {
            let rest = text.split_once(mark).map_or("", |(_, rest)| rest);
            let end = rest.find(" maybe:").unwrap_or(rest.len());
            let names = rest[..end].split(',').map(|name| name.trim().to_owned());
            names.filter(|name| !name.is_empty()).collect()
        };
        let is_comment = text.contains("# ") || text.contains("// ");
        let said = Said {
            must: comment(" line: "),
            may: comment(" maybe: "),
        };
        if is_comment && !(said.must.is_empty() && said.may.is_empty()) {
            lines.insert(number, said);
        }
    }
    assert!(!lines.is_empty());
    lines
}

/// The calls of a log, each with its line; the line is 0 where none is told.
fn told(log: &str) -> Vec<Told> {
    let call = |line: &str| {
        let (call, place) = line.split_once('\t').unwrap_or((line, ""));
        let (_, call) = call.split_once(' ')?;
        let (name, _) = call.split_once('(')?;
        if name.starts_with("+++") {
            return None;
        }
        let (file, line) = place.rsplit_once(':').unwrap_or(("", "0"));
        Some(Told {
            name: name.to_owned(),
            file: file.to_owned(),
            line: line.parse().expect("a number"),
        })
    };
    log.lines().filter_map(call).collect()
}

/// Compares the calls told for lines of the program with what it says; gives those that were told elsewhere or nowhere.
fn compare(name: &str, log: &str, all: bool) -> Vec<Told> {
    let lines = said(name);
    let path = program(name);
    let mut seen: BTreeSet<(u32, String)> = BTreeSet::new();
    let (own, others): (Vec<Told>, Vec<Told>) =
        told(log).into_iter().partition(|call| call.file == path);
    for call in own {
        let known = lines.get(&call.line).is_some_and(|said| {
            let any = said.may.contains("any");
            any || said.must.contains(&call.name) || said.may.contains(&call.name)
        });
        assert!(known, "{} is told for line {}\n{log}", call.name, call.line);
        seen.insert((call.line, call.name));
    }
    for (line, said) in lines.iter().filter(|_| all) {
        // pselect6 or select: which of them libc calls differs.
        let found = |name: &String| seen.contains(&(*line, name.clone()));
        let either = said.must.contains("pselect6") && said.must.iter().any(found);
        for name in &said.must {
            assert!(
                found(name) || either,
                "{name} of line {line} is missing\n{log}"
            );
        }
    }
    others
}

fn traced_lines(command: &[&str]) -> harness::Run {
    let run = traced(&["--lines"], command);
    assert_eq!(run.status, 0, "{}", run.said);
    run
}

/// Every Python 3 that is here: that of the path, the system's, and those that pyenv has.
fn pythons() -> Vec<(u32, String)> {
    let Some(first) = Witness::Python.path() else {
        return Vec::new();
    };
    let home = std::env::var("PYENV_ROOT")
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.pyenv")))
        .unwrap_or_default();
    let installed = std::fs::read_dir(format!("{home}/versions"));
    let installed = installed.into_iter().flatten().flatten();
    let mut paths: BTreeSet<String> = installed
        .map(|entry| {
            entry
                .path()
                .join("bin/python3")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    paths.extend([first, "/usr/bin/python3".to_owned()]);
    let version = |path: String| {
        let code = "import sys; print(sys.version_info[1])";
        let mut command = std::process::Command::new(&path);
        let output = command.args(["-c", code]).output().ok()?;
        let minor = String::from_utf8_lossy(&output.stdout).trim().parse();
        Some((minor.ok()?, path))
    };
    paths.into_iter().filter_map(version).collect()
}

const KNOWN: std::ops::RangeInclusive<u32> = 8..=14;

#[test]
fn lines_of_python_programs() {
    for (minor, python) in pythons() {
        if !KNOWN.contains(&minor) {
            continue;
        }
        let run = traced_lines(&[&python, &program("lines.py")]);
        let others = compare("lines.py", &run.log, true);
        let mut files: BTreeMap<(String, u32), BTreeSet<String>> = BTreeMap::new();
        for call in others {
            let names = files.entry((call.file, call.line)).or_default();
            names.insert(call.name);
        }
        for (file, line, name) in [
            ("file0.py", 1, "sendto"),
            ("file0.py", 4, "recvfrom"),
            ("file1.py", 2, "sendto"),
            ("file1.py", 4, "recvfrom"),
            ("file2.py", 3, "sendto"),
            ("file2.py", 4, "recvfrom"),
            ("café.py", 2, "sendto"),
            ("каша.py", 4, "recvfrom"),
            ("🐍.py", 2, "sendto"),
            ("<string>", 2, "socketpair"),
            ("<string>", 3, "sendto"),
        ] {
            let names = files.remove(&(file.to_owned(), line));
            let names = names.unwrap_or_default();
            assert!(names.contains(name), "{python}: {file}:{line}\n{}", run.log);
        }
        // What the same code does under its other names and flags; nothing else is left over.
        let ending = |file: &str| std::path::Path::new(file).extension() == Some("py".as_ref());
        files.retain(|(file, _), _| !ending(file) && file != "<string>");
        assert!(files.is_empty(), "{python}: {files:?}\n{}", run.log);
    }
}

#[test]
fn lines_of_coroutines() {
    for (minor, python) in pythons() {
        if KNOWN.contains(&minor) {
            let run = traced_lines(&[&python, &program("lines_async.py")]);
            let others = compare("lines_async.py", &run.log, true);
            let others: Vec<String> = others.into_iter().map(|call| call.name).collect();
            assert!(others.is_empty(), "{python}: {others:?}\n{}", run.log);
        }
    }
}

#[test]
fn pythons_that_are_not_known_have_no_lines() {
    for (minor, python) in pythons() {
        if !KNOWN.contains(&minor) {
            let code = "import socket\npair = socket.socketpair()\npair[0].send(b'x')";
            let calls = told(&traced_lines(&[&python, "-c", code]).log);
            assert!(calls.len() >= 2);
            assert!(calls.iter().all(|call| call.line == 0), "{python}");
        }
    }
}

#[test]
fn a_python_program_cannot_tell() {
    let Some(python) = Witness::Python.path() else {
        return;
    };
    let code = "import os, socket, sys, threading
socket.socketpair()
print(sorted(os.environ), sorted(sys.modules), sys.path, sys.getprofile(), sys.gettrace(), threading.active_count())
print(sorted(os.listdir('/proc/self/fd')))";
    let command = [&*python, "-c", code];
    let with = traced_lines(&command);
    assert_eq!(with.output, traced(&[], &command).output);
}

#[test]
fn lines_of_c_programs() {
    for flags in [
        &["cc", "-g", "-pthread"][..],
        &["cc", "-g", "-O2", "-pthread"],
        &["cc", "-g", "-O2", "-static", "-pthread"],
        &["cc", "-g", "-O1", "-no-pie", "-fno-pie", "-pthread"],
        &["cc", "-g", "-gz", "-fomit-frame-pointer", "-pthread"],
        &["cc", "-gdwarf-4", "-O3", "-fno-plt", "-pthread"],
    ] {
        let Some(binary) = compile("lines.c", flags) else {
            return;
        };
        let run = traced_lines(&[&binary]);
        let others = compare("lines.c", &run.log, true);
        assert!(others.is_empty(), "{flags:?}\n{}", run.log);
    }
}

#[test]
fn a_frame_that_is_gone_is_not_replaced_by_its_callers() {
    for (flags, unknown) in [
        (&["cc", "-g"][..], 0..=0),
        (&["cc", "-g", "-O2"], 0..=4),
        (&["cc", "-g", "-O2", "-static"], 0..=4),
        (&["cc", "-g", "-O2", "-fno-plt"], 0..=4),
    ] {
        let Some(binary) = compile("tails.c", flags) else {
            return;
        };
        let run = traced_lines(&[&binary]);
        let others = compare("tails.c", &run.log, unknown == (0..=0));
        let lost = others.iter().filter(|call| call.line == 0).count();
        assert_eq!(lost, others.len(), "{}", run.log);
        assert!(unknown.contains(&lost), "{flags:?}: {lost}\n{}", run.log);
    }
}

#[test]
fn without_debug_information_there_are_no_lines() {
    for (name, flags) in [
        ("lines.c", &["cc", "-pthread"][..]),
        ("lines.c", &["cc", "-g", "-s", "-pthread"]),
        ("lines.rs", &["rustc"]),
        ("lines.rs", &["rustc", "-g", "-Cstrip=debuginfo"]),
    ] {
        let Some(binary) = compile(name, flags) else {
            continue;
        };
        let calls = told(&traced_lines(&[&binary]).log);
        assert!(calls.len() > 5);
        assert!(calls.iter().all(|call| call.line == 0), "{name} {flags:?}");
    }
}

#[test]
fn lines_of_rust_programs() {
    for flags in [&["rustc", "-g"][..], &["rustc", "-g", "-O"]] {
        let Some(binary) = compile("lines.rs", flags) else {
            return;
        };
        let run = traced_lines(&[&binary]);
        let others = compare("lines.rs", &run.log, true);
        assert!(others.is_empty(), "{flags:?}\n{}", run.log);
    }
}

#[test]
fn lines_of_go_programs() {
    for flags in [&["go", "build"][..], &["go", "build", "-trimpath"]] {
        let Some(binary) = compile("lines.go", flags) else {
            return;
        };
        let run = traced_lines(&[&binary]);
        let whole = !flags.contains(&"-trimpath");
        let others = compare("lines.go", &run.log, whole);
        // What the runtime does by itself has no line; trimmed paths have no folder.
        let strange = |call: &&Told| call.line != 0 && (whole || !call.file.ends_with("lines.go"));
        let strange: Vec<&Told> = others.iter().filter(strange).collect();
        assert!(strange.is_empty(), "{flags:?}\n{}", run.log);
        assert!(others.iter().any(|call| call.line != 0) || whole);
    }
}

#[test]
fn lines_of_cpp_programs() {
    for flags in [&["c++", "-g"][..], &["c++", "-g", "-O2"]] {
        let Some(binary) = compile("lines.cpp", flags) else {
            return;
        };
        let run = traced_lines(&[&binary]);
        let others = compare("lines.cpp", &run.log, true);
        assert!(others.is_empty(), "{flags:?}\n{}", run.log);
    }
}

#[test]
fn a_library_that_takes_anothers_place() {
    let flags = ["cc", "-g", "-shared", "-fPIC"];
    let one = compile("library.c", &flags);
    let other = compile("library.c", &[&flags[..], &["-DSECOND"]].concat());
    let (Some(one), Some(other)) = (one, other) else {
        return;
    };
    let binary = compile("reloads.c", &["cc"]).expect("the compiler is here");
    let run = traced_lines(&[&binary, &one, &other, &one]);
    let calls = told(&run.log);
    let lines: Vec<u32> = calls
        .iter()
        .filter(|call| call.name == "sendto")
        .map(|call| call.line)
        .collect();
    assert_eq!(run.output, "same place\n");
    assert_eq!(lines, [7, 103, 7], "{}", run.log);
}

#[test]
fn a_stack_has_all_its_frames() {
    let Some(python) = Witness::Python.path() else {
        return;
    };
    let code = "import socket
def inner(s):
    s.send(b'x')
def outer():
    inner(socket.socketpair()[0])
outer()";
    let run = traced(&["--stack"], &[&python, "-c", code]);
    let sent = run.log.split("sendto(").nth(1).expect("it is sent");
    let frames: Vec<&str> = sent
        .lines()
        .skip(1)
        .map_while(|line| line.split_once('\t').map(|(_, frame)| frame))
        .collect();
    assert_eq!(
        frames,
        [
            "<string>:3 inner",
            "<string>:5 outer",
            "<string>:6 <module>"
        ]
    );
}

#[test]
fn an_interpreter_that_a_program_loads() {
    let Some(binary) = compile("embeds.c", &["cc", "-g"]) else {
        return;
    };
    for (minor, python) in pythons() {
        let home = python.trim_end_matches("/bin/python3");
        let library = format!("{home}/lib/libpython3.{minor}.so");
        if KNOWN.contains(&minor) && std::path::Path::new(&library).exists() {
            let home = format!("PYTHONHOME={home}");
            let run = traced_lines(&["env", &home, &binary, &library]);
            let others = compare("embeds.c", &run.log, true);
            let sent = others.iter().filter(|call| call.name == "sendto");
            let sent: Vec<_> = sent.map(|call| (&*call.file, call.line)).collect();
            assert_eq!(sent, [("<string>", 4), ("<string>", 4)], "{}", run.log);
        }
    }
}

#[test]
fn interpreters_within_a_python() {
    for (minor, python) in pythons() {
        let module = match minor {
            8..=12 => "_xxsubinterpreters",
            13 => "_interpreters",
            _ => continue,
        };
        let code = format!(
            "import {module} as interpreters, socket
pair = socket.socketpair()
inner = interpreters.create()
pair[0].send(b'before')
interpreters.run_string(inner, f'''import socket
own = socket.socket(fileno={{pair[0].fileno()}})
own.send(b'inside')
own.detach()''')
pair[0].send(b'after')"
        );
        let run = traced_lines(&[&python, "-c", &code]);
        let line_of = |text: &str| {
            let line = run.log.lines().find(|line| line.contains(text));
            told(line.expect("it is sent"))
                .first()
                .map(|call| call.line)
        };
        let (before, after) = (line_of("\"before\""), line_of("\"after\""));
        assert_eq!((before, after), (Some(4), Some(9)), "{}", run.log);
        // Which of the two runs is not seen: that of the outer one is not taken for it.
        assert!(matches!(line_of("\"inside\""), Some(0 | 3)), "{}", run.log);
    }
}

#[test]
fn compiled_libraries_of_a_python_program() {
    let flags = ["cc", "-g", "-shared", "-fPIC", "-pthread"];
    let Some(library) = compile("extension.c", &flags) else {
        return;
    };
    let code = format!(
        "import ctypes, socket
pair = socket.socketpair()
ctypes.CDLL('{}').go(pair[0].fileno())",
        &*library
    );
    for (minor, python) in pythons() {
        if KNOWN.contains(&minor) {
            let run = traced_lines(&[&python, "-c", &code]);
            let others = compare("extension.c", &run.log, true);
            let mut sent = others.iter().filter(|call| call.name == "sendto");
            let sent = sent.next().map(|call| (&*call.file, call.line));
            assert_eq!(sent, Some(("<string>", 3)), "{}", run.log);
        }
    }
}
