//! What the tests share: the binary run as a user would, its output, and the machine's permission to make namespaces.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "each test file uses its part of this, and tests wait by the clock"
)]

pub mod witness;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The binary under test.
pub const SOCKLAB: &str = env!("CARGO_BIN_EXE_socklab");

/// Set on a machine that allows no namespaces, to have the tests that need them pass by.
const OPT_OUT: &str = "SOCKLAB_TESTS_WITHOUT_LAB";

/// True when a private lab can be had. Fails aloud when it cannot and nobody has said that this is known.
pub fn private_lab() -> bool {
    static PRIVATE: OnceLock<bool> = OnceLock::new();
    let private = *PRIVATE.get_or_init(|| {
        let doctor = Command::new(SOCKLAB)
            .args(["doctor", "--color", "never"])
            .output()
            .expect("the binary runs");
        String::from_utf8_lossy(&doctor.stdout).contains("private network ready")
    });
    assert!(
        private || std::env::var_os(OPT_OUT).is_some(),
        "this machine allows no private network (`socklab doctor` says why); set {OPT_OUT}=1 to pass these tests by"
    );
    private
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// Exit status; -1 for a signal.
    pub status: i32,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            status: output.status.code().unwrap_or(-1),
        }
    }
}

/// Runs the binary with arguments and a standard input.
pub fn run(arguments: &[&str], input: &[u8]) -> Ran {
    run_in(Path::new("."), arguments, input)
}

/// Runs the binary in a folder.
pub fn run_in(folder: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(SOCKLAB)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that leaves early closes its input; that is its right.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("it can be waited for");
    writer.join().expect("the writer does not panic");
    output.into()
}

/// How long a script's line may take: what a busy machine needs, for none is meant to take so long.
const PATIENCE: &str = "120s";

/// Runs commands as a script (`-c`).
pub fn script(text: &str) -> Ran {
    run(
        &["--color", "never", "--deadline", PATIENCE, "-c", text],
        b"",
    )
}

/// The JSON events of a script.
pub fn events(text: &str) -> Vec<serde_json::Value> {
    let ran = run(&["--json", "--deadline", PATIENCE, "-c", text], b"");
    ran.out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// An empty folder of the test's own.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Waits until something holds, or fails with what it was.
pub fn eventually(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "it never came to be: {what}");
        std::thread::yield_now();
    }
}

/// The processes of a lab whose terminal has this process id: the keeper and, through it, all others.
pub fn descendants(pid: u32) -> Vec<u32> {
    let children = |pid: u32| -> Vec<u32> {
        std::fs::read_dir(format!("/proc/{pid}/task"))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
            .flat_map(|text| {
                text.split_whitespace()
                    .filter_map(|word| word.parse().ok())
                    .collect::<Vec<u32>>()
            })
            .collect()
    };
    let mut found = children(pid);
    let mut place = 0;
    while place < found.len() {
        let next = children(found[place]);
        found.extend(next);
        place += 1;
    }
    found
}

/// True while a process exists and is no zombie.
pub fn alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|text| !text.contains(") Z "))
}

/// A script of `tests/scripts`.
pub fn scripts() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "lab"))
        .collect();
    found.sort();
    found
}

/// Does something with each item, several at a time: most of it waits for kernels' timers. Gives what went wrong, in the items' order.
pub fn side_by_side<T: Sync>(
    items: &[T],
    each: impl Fn(&T) -> Option<String> + Sync,
) -> Vec<String> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(std::collections::BTreeMap::new());
    // Two for each core: more of them would wait for each other, and calls that belong together would drift apart.
    let together = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..together {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(item) = items.get(place) else { return };
                    if let Some(reason) = each(item) {
                        wrong
                            .lock()
                            .expect("no thread panicked")
                            .insert(place, reason);
                    }
                }
            });
        }
    });
    wrong
        .into_inner()
        .expect("no thread panicked")
        .into_values()
        .collect()
}
