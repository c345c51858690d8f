//! Programs that bear witness: tshark for packets, python3 as a peer. A machine without one of them cannot run the tests that ask it.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file uses its part of this"
)]

use std::process::{Command, Stdio};

/// Set by `.ci/run`: every witness must be there.
const STRICT: &str = "SOCKLAB_TESTS_NEED_WITNESSES";

/// True when the program is installed. Where it is not, the test says on standard error that it was not run; with SOCKLAB_TESTS_NEED_WITNESSES
/// set, as `.ci/run` has it, it fails.
pub fn present(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(
        found || std::env::var_os(STRICT).is_none(),
        "{program} is not installed"
    );
    if !found {
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "not run, because {program} is not installed: install it to have this tested"
        );
    }
    found
}

/// Set by `.ci/run`: a folder with a virtual environment of Python, `venv`, and `node_modules`.
const PEERS: &str = "SOCKLAB_PEERS";

/// A Python that has these modules: that of the folder of peers, or the one that is installed. Without one the test is not run, as above.
pub fn python_with(modules: &[&str]) -> Option<String> {
    let own = std::env::var(PEERS).map(|folder| format!("{folder}/venv/bin/python"));
    let wanted = format!("import {}", modules.join(", "));
    let has = |python: &String| succeeds(Command::new(python).args(["-c", &wanted]));
    let found = own.into_iter().chain(["python3".to_owned()]).find(has);
    missing(found, &format!("Python has no {}", modules.join(", ")))
}

/// The folder in which node finds this module: that of the folder of peers, or one that NODE_PATH names.
pub fn node_with(module: &str) -> Option<String> {
    let own = std::env::var(PEERS).map(|folder| format!("{folder}/node_modules"));
    let wanted = format!("require('{module}')");
    let has = |folder: &String| {
        succeeds(
            Command::new("node")
                .args(["-e", &wanted])
                .env("NODE_PATH", folder),
        )
    };
    let found = own.into_iter().chain(std::env::var("NODE_PATH")).find(has);
    missing(found, &format!("node has no {module}"))
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn missing(found: Option<String>, what: &str) -> Option<String> {
    assert!(
        found.is_some() || std::env::var_os(STRICT).is_none(),
        "{what}"
    );
    if found.is_none() {
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "not run, because {what}: install it to have this tested"
        );
    }
    found
}
