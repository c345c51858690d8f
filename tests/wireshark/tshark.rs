//! tshark as an oracle: a capture in, one row of field values a frame out.

use std::io::Write;
use std::process::{Command, Stdio};

/// True when tshark is installed; without it the test fails, unless the environment opts out aloud.
pub(crate) fn present() -> bool {
    let found = Command::new("tshark")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        assert!(
            std::env::var_os("SOCKLAB_TESTS_WITHOUT_TSHARK").is_some(),
            "tshark is not installed; install it, or set SOCKLAB_TESTS_WITHOUT_TSHARK=1 to go without"
        );
    }
    found
}

/// The values of `fields` for every frame; an absent field is an empty string.
pub(crate) fn fields(capture: &[u8], fields: &[&str]) -> Vec<Vec<String>> {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(capture).expect("room for the capture");
    let mut command = Command::new("tshark");
    command.args(["-n", "-T", "fields", "-E", "separator=\t", "-r"]);
    command.arg(file.path());
    for field in fields {
        command.args(["-e", field]);
    }
    let output = command.output().expect("tshark runs");
    assert!(
        output.status.success(),
        "tshark: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| line.split('\t').map(String::from).collect())
        .collect()
}
