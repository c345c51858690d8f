//! What tshark says of a capture and a filter, and whether socklab says the same. Needs tshark.

use super::frames::capture;
use socklab::command::filter::Filter;
use socklab::inspector::read::read;
use std::collections::HashMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

/// The numbers of the frames that pass.
pub(crate) fn own_verdict(capture: &[u8], filter: &str) -> Vec<u64> {
    let filter = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error:?}"));
    let mut passed = Vec::new();
    read(capture, |packet| {
        if filter.matches(packet) {
            passed.push(packet.number);
        }
        ControlFlow::Continue(())
    })
    .expect("the capture was made here");
    passed
}

/// What tshark says; `Err` when it does not take the filter.
pub(crate) fn verdict_of_tshark(path: &Path, filter: &str) -> Result<Vec<u64>, String> {
    let output = Command::new("tshark")
        .arg("-nr")
        .arg(path)
        .args(["-Y", filter, "-T", "fields", "-e", "frame.number"])
        .output()
        .expect("tshark runs");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.trim().parse().ok())
        .collect())
}

/// Fails with the filters on which the two disagree about these frames.
pub(crate) fn assert_agreement(frames: &[Vec<u8>], filters: &[&str]) {
    let capture = capture(frames);
    let file = capture_file(&capture);
    let mut wrong = Vec::new();
    for (filter, theirs) in filters.iter().zip(totals_of_tshark(file.path(), filters)) {
        let own = own_verdict(&capture, filter);
        let bytes: usize = own
            .iter()
            .map(|number| frames[*number as usize - 1].len())
            .sum();
        if theirs != (own.len() as u64, bytes as u64) {
            // The length of a header is not always known where totals are counted; a display filter knows it.
            let theirs = verdict_of_tshark(file.path(), filter);
            if theirs.as_ref() != Ok(&own) {
                wrong.push(format!("{filter}\n  tshark {theirs:?}\n  own    {own:?}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// How many frames and bytes tshark lets through for each filter, all in one run: starting it takes longer than all of its work.
fn totals_of_tshark(path: &Path, filters: &[&str]) -> Vec<(u64, u64)> {
    let mut command = Command::new("tshark");
    command.args(["-q", "-nr"]);
    command.arg(path);
    for filter in filters {
        command.args(["-z", &format!("io,phs,{filter}")]);
    }
    let output = command.output().expect("tshark runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    // Each table begins with the filter and, unless nothing passed, a line of the frame layer with both numbers.
    let mut totals = HashMap::new();
    for table in text.split("Filter: ").skip(1) {
        let filter = table.lines().next().unwrap_or_default().trim();
        let total = table
            .lines()
            .skip(1)
            .find(|line| line.starts_with("frame "))
            .map_or((0, 0), |line| {
                (number_after(line, "frames:"), number_after(line, "bytes:"))
            });
        totals.insert(filter, total);
    }
    filters
        .iter()
        .map(|filter| {
            *totals
                .get(filter)
                .unwrap_or_else(|| panic!("no table for {filter}: {complaint}"))
        })
        .collect()
}

fn number_after(line: &str, name: &str) -> u64 {
    let digits: String = line
        .split(name)
        .nth(1)
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits
        .parse()
        .unwrap_or_else(|_| panic!("{name} in {line}"))
}

/// A capture in a file that is gone when it is dropped.
pub(crate) fn capture_file(capture: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a place for the capture");
    file.write_all(capture).expect("the capture is written");
    file
}
