//! Running programs under the tracer and under strace, and both logs in one form.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A program that a test needs beside the tracer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Witness {
    Strace,
    Python,
    Cc,
    Cxx,
    Rustc,
    Go,
    Curl,
    Nc,
}

impl Witness {
    /// Where it is. What is missing is said aloud, and fails where witnesses are needed.
    pub(crate) fn path(self) -> Option<String> {
        let name = match self {
            Self::Strace => "strace",
            Self::Python => "python3",
            Self::Cc => "cc",
            Self::Cxx => "c++",
            Self::Rustc => "rustc",
            Self::Go => "go",
            Self::Curl => "curl",
            Self::Nc => "nc",
        };
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&paths)
            .map(|folder| folder.join(name))
            .find(|path| path.is_file());
        // A compiler of Go is 200 MB that nothing else here asks for.
        let needed =
            std::env::var_os("SOCKLAB_TESTS_NEED_WITNESSES").is_some() && !matches!(self, Self::Go);
        assert!(found.is_some() || !needed, "the witness {name} is missing");
        let Some(found) = found else {
            let said = format!("the witness {name} is missing: this is not compared\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
            return None;
        };
        // What stands before the interpreter (a version chooser written for the shell) is no part of the program.
        if matches!(self, Self::Python) {
            let code = "import sys; print(sys.executable)";
            let output = Command::new(&found).args(["-c", code]).output().ok()?;
            let real = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            return Some(real);
        }
        Some(found.to_string_lossy().into_owned())
    }

    pub(crate) fn is_here(self) -> bool {
        self.path().is_some()
    }
}

/// A program of the tests.
pub(crate) fn program(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    folder.join(name).to_string_lossy().into_owned()
}

/// A file of a test, which goes with it.
pub(crate) struct Scratch(String);

impl Deref for Scratch {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

pub(crate) fn scratch(name: &str) -> Scratch {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("tracer-{}-{number}-{name}", std::process::id());
    Scratch(
        std::env::temp_dir()
            .join(name)
            .to_string_lossy()
            .into_owned(),
    )
}

/// Compiles a program of the tests.
pub(crate) fn compile(name: &str, compiler: &[&str]) -> Option<Scratch> {
    let witness = match compiler[0] {
        "cc" => Witness::Cc,
        "c++" => Witness::Cxx,
        "go" => Witness::Go,
        _ => Witness::Rustc,
    };
    let path = witness.path()?;
    let binary = scratch(name.split('.').next().unwrap_or(name));
    let quiet: &[&str] = match witness {
        Witness::Cc | Witness::Cxx => &["-w", "-o"],
        Witness::Go => &["-o"],
        _ => &["--edition", "2021", "-o"],
    };
    let output = Command::new(path)
        .args(&compiler[1..])
        .args(quiet)
        .args([&*binary, &program(name)])
        .output()
        .expect("the compiler runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    Some(binary)
}

/// What came of a run.
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) output: String,
    pub(crate) said: String,
    pub(crate) log: String,
}

/// The example, which is built with the tests.
pub(crate) fn example() -> PathBuf {
    let own = std::env::current_exe().expect("a test knows itself");
    let folder = own.parent().and_then(Path::parent).expect("target/debug");
    let example = folder.join("examples/trace");
    assert!(
        example.is_file(),
        "build it: cargo build -p socklab-tracer --examples"
    );
    example
}

pub(crate) fn traced(flags: &[&str], command: &[&str]) -> Run {
    let log = scratch("log");
    let output = Command::new(example())
        .args(flags)
        .args(["--out", &log])
        .args(command)
        .stdin(Stdio::null())
        .output()
        .expect("the example runs");
    run(&output, &log)
}

pub(crate) fn strace(command: &[&str]) -> Run {
    const CALLS: &str = "trace=network,read,write,readv,writev,close,dup,dup2,dup3,fcntl,ioctl,poll,ppoll,select,pselect6,\
        epoll_create,epoll_create1,epoll_ctl,epoll_wait,epoll_pwait,epoll_pwait2,close_range,sendfile,splice";
    let log = scratch("strace");
    let output = Command::new("strace")
        .args([
            "-f",
            "--seccomp-bpf",
            "-y",
            "-s",
            "4096",
            "-e",
            CALLS,
            "-e",
            "signal=none",
            "-o",
            &log,
        ])
        .args(command)
        .stdin(Stdio::null())
        .output()
        .expect("strace runs");
    run(&output, &log)
}

fn run(output: &Output, log: &str) -> Run {
    Run {
        status: output.status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        said: String::from_utf8_lossy(&output.stderr).into_owned(),
        log: std::fs::read_to_string(log).unwrap_or_default(),
    }
}

/// The calls of each thread, in their order; the threads sorted, for their numbers differ from run to run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) threads: Vec<Vec<String>>,
}

impl Log {
    pub(crate) fn calls(&self) -> usize {
        self.threads.iter().map(Vec::len).sum()
    }

    /// For programs whose threads take turns as they come: without the numbers of descriptors and without order.
    pub(crate) fn loose(mut self) -> Self {
        for calls in &mut self.threads {
            for call in calls.iter_mut() {
                let (name, rest) = call.split_once('(').unwrap_or((call, ""));
                let (_, rest) = rest.split_once(')').unwrap_or(("", rest));
                let makes =
                    name.starts_with("accept") || name == "socket" || name.starts_with("dup");
                let rest = match rest.rsplit_once("= ") {
                    Some((rest, result)) if makes && !result.starts_with('-') => rest,
                    _ => rest,
                };
                *call = format!("{name}{rest}");
            }
            calls.sort();
        }
        self.threads.sort();
        self
    }

    /// Without the calls that wait, and those that found nothing ready.
    pub(crate) fn talking(mut self) -> Self {
        let waits = |call: &String| {
            ["poll", "ppoll", "select", "pselect6", "epoll_wait"]
                .iter()
                .any(|name| call.starts_with(name))
                || call.ends_with("EAGAIN")
        };
        for calls in &mut self.threads {
            calls.retain(|call| !waits(call));
        }
        self.threads.retain(|calls| !calls.is_empty());
        self.threads.sort();
        self
    }

    fn of(threads: BTreeMap<i32, Vec<String>>) -> Self {
        let mut threads: Vec<_> = threads
            .into_values()
            .filter(|calls| !calls.is_empty())
            .collect();
        threads.sort();
        Self { threads }
    }
}

pub(crate) fn of_tracer(text: &str) -> Log {
    let mut threads: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let Some((tid, call)) = numbered(line) else {
            continue;
        };
        let call = call.split(" begun anew").next().unwrap_or(call);
        let left_out = ["+++", "close_range("];
        if !left_out.iter().any(|start| call.starts_with(start)) && !call.ends_with("EINTR") {
            threads.entry(tid).or_default().push(in_short(call));
        }
    }
    Log::of(threads)
}

/// strace's log: what concerns no socket and no epoll set is left out, calls that the kernel begins anew are one, as EINTR is not
/// told apart from that.
pub(crate) fn of_strace(text: &str) -> Log {
    let mut threads: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    let mut unfinished: HashMap<i32, String> = HashMap::new();
    for line in text.lines() {
        let Some((tid, call)) = numbered(line) else {
            continue;
        };
        let mut whole = call.to_owned();
        if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(tid, begun.to_owned());
            continue;
        }
        if let Some(rest) = call.strip_prefix("<... ") {
            let rest = rest.split_once(" resumed>").map_or("", |(_, rest)| rest);
            whole = unfinished.remove(&tid).unwrap_or_default() + rest;
        }
        if whole.starts_with("+++") || whole.starts_with("---") || whole.contains("= ? ERESTART") {
            continue;
        }
        let (plain, concerns) = without_notes(&whole);
        // strace does not say what lies in a range.
        if concerns && !plain.starts_with("close_range(") {
            threads.entry(tid).or_default().push(in_short(&plain));
        }
    }
    Log::of(threads)
}

fn numbered(line: &str) -> Option<(i32, &str)> {
    let (tid, call) = line.split_once(' ')?;
    Some((tid.parse().ok()?, call.trim_start()))
}

/// A line without what `-y` says of descriptors, and whether that or the call's name shows that it concerns a socket.
fn without_notes(line: &str) -> (String, bool) {
    const ALWAYS: [&str; 19] = [
        "socket(",
        "socketpair(",
        "bind(",
        "listen(",
        "accept(",
        "accept4(",
        "connect(",
        "sendto(",
        "sendmsg(",
        "sendmmsg(",
        "recvfrom(",
        "recvmsg(",
        "recvmmsg(",
        "shutdown(",
        "getsockname(",
        "getpeername(",
        "setsockopt(",
        "getsockopt(",
        "epoll_create",
    ];
    let mut concerns = ALWAYS.iter().any(|name| line.starts_with(name))
        || line.contains(" = -1 EBADF (")
        || line.contains("poll(0x");
    let mut plain = String::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if quoted {
            quoted = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
        } else if letter == '"' {
            quoted = true;
        } else if letter == '<' && plain.ends_with(|last: char| last.is_ascii_digit()) {
            let note: String = rest.by_ref().take_while(|letter| *letter != '>').collect();
            concerns |= note.contains("socket:") || note.contains("eventpoll");
            continue;
        }
        plain.push(letter);
    }
    (plain, concerns)
}

/// A call's name, its first argument, the strings in it and what it returned: what both write alike.
fn in_short(call: &str) -> String {
    let (name, rest) = call.split_once('(').unwrap_or((call, ""));
    let first = rest.split([',', ')']).next().unwrap_or("");
    let first = if name.ends_with("poll") { "" } else { first };
    let (before, result) = rest.rsplit_once(" = ").unwrap_or((rest, "?"));
    let mut result = result.split(" (").next().unwrap_or(result).trim();
    if result.starts_with("0x") {
        // fcntl(F_GETFL) and its like in words.
        result = result.split(' ').next().unwrap_or(result);
    }
    let mut texts = String::new();
    if !name.ends_with("sockopt") && !before.contains("cmsg") {
        let (mut quoted, mut escaped) = (false, false);
        for letter in before.chars() {
            let ends = letter == '"' && !escaped;
            if quoted || ends {
                texts.push(letter);
            }
            quoted ^= ends;
            escaped = !escaped && letter == '\\';
        }
    }
    let result = i64::from_str_radix(
        result.trim_start_matches("0x"),
        if result.starts_with("0x") { 16 } else { 10 },
    )
    .map_or_else(|_| result.to_owned(), |number| number.to_string());
    format!("{name}({first}) {texts} = {result}")
}
