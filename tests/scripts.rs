//! Every script of `tests/scripts`, against the real kernel, through the binary: as this user, and as root also as an ordinary one.

mod support;

use std::path::Path;
use std::process::Command;
use support::{SOCKLAB, folder, private_lab, run_in, scripts, side_by_side};

#[test]
fn every_script_holds() {
    if !private_lab() {
        return;
    }
    let wrong = side_by_side(&scripts(), |path| {
        let place = folder();
        let ran = run_in(
            place.path(),
            &["--color", "never", &path.display().to_string()],
            b"",
        );
        let left: Vec<_> = std::fs::read_dir(place.path())
            .expect("it is readable")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        let failed = ran.status != 0 || ran.out.contains("✗ line") || !left.is_empty();
        failed.then(|| {
            format!(
                "== {} exited {}, left {left:?}\n{}{}",
                path.display(),
                ran.status,
                ran.out,
                ran.err
            )
        })
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A copy of the binary that an ordinary user may run, wherever the build folder lies.
fn copy_for_everyone(place: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(place, std::fs::Permissions::from_mode(0o777))
        .expect("the folder is ours");
    let copy = place.join("socklab");
    std::fs::copy(SOCKLAB, &copy).expect("the binary can be copied");
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755))
        .expect("the copy is ours");
    copy.display().to_string()
}

#[test]
fn every_script_holds_for_an_ordinary_user_when_root_runs_the_tests() {
    if !nix::unistd::geteuid().is_root() || !private_lab() {
        return;
    }
    let place = folder();
    let copy = copy_for_everyone(place.path());
    let wrong = side_by_side(&scripts(), |path| {
        let copied = place
            .path()
            .join(path.file_name().expect("scripts have names"));
        std::fs::copy(path, &copied).expect("scripts can be copied");
        let output = Command::new("runuser")
            .args(["-u", "nobody", "--", &copy, "--color", "never"])
            .arg(&copied)
            .current_dir(place.path())
            .env("HOME", place.path())
            .output()
            .expect("runuser runs");
        (!output.status.success()).then(|| {
            format!(
                "== {}\n{}{}",
                path.display(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        })
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_of_the_manual_runs_and_holds() {
    if !private_lab() {
        return;
    }
    let wrong = side_by_side(socklab::catalog::verb::VERBS, |entry| {
        let place = folder();
        let page = entry.page;
        let ran = run_in(place.path(), &["--color", "never", "-c", page.example], b"");
        (ran.status != 0).then(|| {
            format!(
                "== {} exited {}\n{}{}",
                entry.name, ran.status, ran.out, ran.err
            )
        })
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
