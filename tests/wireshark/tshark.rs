//! tshark as an oracle: a capture in, one row of field values a frame out.

use std::io::Write;
use std::process::Command;

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
