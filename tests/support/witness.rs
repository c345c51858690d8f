//! Programs that bear witness: tshark for packets, python3 as a peer. A machine without one of them cannot run the tests that ask it.

use std::process::{Command, Stdio};

/// Set by `.ci/run`: every witness must be there.
const STRICT: &str = "SOCKLAB_TESTS_NEED_WITNESSES";

/// True when the program is installed. Where it is not, the test says on standard error that it was not run; with SOCKLAB_TESTS_NEED_WITNESSES
/// set, as `.ci/run` has it, it fails.
pub(crate) fn present(program: &str) -> bool {
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
