//! Machines that refuse a system call, as the filters of containers and services do (seccomp(2)): everything works, or a plain sentence says
//! what does not. Nobody meets a panic, an error of a channel, or a wait without end.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{Ran, SOCKLAB, folder, private_lab, side_by_side};

/// What is refused, and what `doctor` says of it.
const REFUSED: [(&str, &str); 28] = [
    ("clone3=EPERM", "no thread can be made"),
    ("clone3=ENOSYS", "Everything works"),
    ("close_range=EPERM", "Everything works"),
    ("close_range=ENOSYS", "Everything works"),
    ("pidfd_open=EPERM", "pidfd_open(2)"),
    ("pidfd_open=ENOSYS", "pidfd_open(2)"),
    ("pidfd_send_signal=EPERM", "Everything works"),
    ("memfd_create=EPERM", "Everything works"),
    ("unshare=EPERM", "unshare(CLONE_NEWNET)"),
    ("setns=EPERM", "setns(2)"),
    ("ptrace=EPERM", "Everything works"),
    ("socket=EPERM:16", "socket(AF_NETLINK)"),
    ("socket=EPERM:17", "without packets"),
    ("socket=EAFNOSUPPORT:17", "without packets"),
    ("socket=EPERM:1", "Everything works"),
    ("socketpair=EPERM:1", "socketpair(2)"),
    ("epoll_create1=EPERM", "epoll_create1(2)"),
    ("eventfd2=EPERM", "eventfd2(2)"),
    ("timerfd_create=EPERM", "Everything works"),
    ("signalfd4=EPERM", "signalfd4(2)"),
    ("prlimit64=EPERM", "Everything works"),
    ("pipe2=EPERM", "pipe2(2)"),
    ("prctl=EPERM", "prctl("),
    ("ppoll=EPERM", "ppoll(2)"),
    ("mount=EPERM", "Everything works"),
    ("capset=EPERM", "capset(2)"),
    ("clone=ENOSYS", "clone(2)"),
    ("io_uring_setup=EPERM", "Everything works"),
];

const SESSION: &str = "host b\ns = socket AF_INET SOCK_STREAM; bind s 0.0.0.0:5000; listen s\naccept s &\nlab> c = socket AF_INET SOCK_STREAM\nrun true\nprocess p\nkill p\njobs";

/// Runs the program where a call is refused, as this user or another.
fn filtered(user: &str, rule: &str, program: &Path, arguments: &[&str]) -> Ran {
    let wrapper = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/filtered.py");
    let text = std::fs::read_to_string(wrapper).expect("it is there");
    // A minute is long for any of these; 124 says that it was not enough (timeout(1)).
    let output = Command::new("timeout")
        .args(["60", "python3", "-c", &text, user, rule])
        .arg(program)
        .args(["--color", "never"])
        .args(arguments)
        .current_dir("/")
        .output()
        .expect("timeout(1) and python3 run");
    output.into()
}

/// What is wrong with this answer to a refused call, if anything.
fn wrong(user: &str, rule: &str, says: &str, program: &Path) -> Option<String> {
    let runs = [
        filtered(user, rule, program, &["doctor"]),
        filtered(user, rule, program, &["-c", "socket AF_INET SOCK_STREAM"]),
        filtered(user, rule, program, &["-c", SESSION]),
    ];
    for ran in &runs {
        let text = format!("{}{}", ran.out, ran.err);
        let odd = ["panicked", "Broken pipe", "exit status 126", "channel to"];
        let found = odd.iter().find(|word| text.contains(**word));
        if found.is_some() || !matches!(ran.status, 0 | 1) || text.is_empty() {
            return Some(format!("{rule} as {user}: {}\n{text}", ran.status));
        }
    }
    let [doctor, call, session] = runs;
    // One sentence may be broken over two lines.
    let told = doctor.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let works = call.out.contains("= 3") && session.out.contains("c = fd");
    let is_right = told.contains(says) && (works || !told.contains("Everything works"));
    (!is_right).then(|| {
        format!(
            "{rule} as {user}: expected {says:?}\n{}{}{}",
            doctor.out, call.err, session.out
        )
    })
}

fn all(user: &str, program: &Path) {
    let wrong = side_by_side(&REFUSED, |(rule, says)| wrong(user, rule, says, program));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_refused_call_is_made_up_for_or_named() {
    if private_lab() {
        all("-", Path::new(SOCKLAB));
        let ran = filtered("-", "mount=EPERM", Path::new(SOCKLAB), &["doctor"]);
        let is_open = ran
            .out
            .contains("can change this machine's kernel settings");
        assert_eq!(is_open, nix::unistd::geteuid().is_root(), "{}", ran.out);
    }
}

#[test]
fn a_refused_call_is_made_up_for_or_named_to_an_ordinary_user() {
    if !private_lab() || !nix::unistd::geteuid().is_root() {
        return;
    }
    // Where that user can read it.
    let place = folder();
    let program: PathBuf = place.path().join("socklab");
    std::fs::copy(SOCKLAB, &program).expect("it can be copied");
    for path in [place.path(), &program] {
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, open).expect("it is ours");
    }
    all("65534", &program);
}

#[test]
fn doctor_says_which_namespaces_are_forbidden() {
    if !private_lab() {
        return;
    }
    for (kind, says) in [
        ("user", "private network ready"),
        ("net", "user.max_net_namespaces=10000"),
        ("mnt", "user.max_mnt_namespaces=10000"),
        (
            "pid",
            "Shared with this machine: host names, processes, IPC, files",
        ),
        (
            "uts",
            "Shared with this machine: host names, processes, IPC, files",
        ),
        (
            "ipc",
            "Shared with this machine: host names, processes, IPC, files",
        ),
    ] {
        // The limits of a user namespace are its own to set (namespaces(7)).
        let limited = |arguments: &str| {
            let commands = format!(
                "echo 0 > /proc/sys/user/max_{kind}_namespaces && exec {SOCKLAB} --color never {arguments}"
            );
            let output = Command::new("unshare")
                .args(["-Ur", "sh", "-c", &commands])
                .output()
                .expect("unshare(1) runs");
            Ran::from(output)
        };
        let doctor = limited("doctor");
        let told = doctor.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(says), "{kind}: {}{}", doctor.out, doctor.err);
        assert!(
            !told.contains("can change this machine's"),
            "{kind}: {told}"
        );
        let call = limited("-c socket");
        assert!(call.out.contains("= 3"), "{kind}: {}{}", call.out, call.err);
    }
}

#[test]
fn doctor_says_that_temporary_files_cannot_be_written_and_needs_no_home() {
    if !private_lab() {
        return;
    }
    let run = |name: &str, value: Option<&str>, arguments: &[&str]| {
        let mut command = Command::new(SOCKLAB);
        command.args(["--color", "never"]).args(arguments);
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
        Ran::from(command.output().expect("the binary runs"))
    };
    for arguments in [&["doctor"][..], &["lesson", "check", "1.1"]] {
        let ran = run("TMPDIR", Some("/nowhere/at/all"), arguments);
        let told = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            told.contains("no folder can be made in /nowhere/at/all: No such file or directory"),
            "{told}"
        );
    }
    let ran = run("HOME", None, &["doctor"]);
    assert!(ran.out.contains("Everything works"), "{}", ran.out);
    let ran = run("HOME", None, &["-c", "socket"]);
    assert!(ran.out.contains("= 3"), "{}{}", ran.out, ran.err);
}

#[test]
fn without_proc_one_sentence_says_so() {
    if !private_lab() || !nix::unistd::geteuid().is_root() {
        return;
    }
    let commands = format!("umount -l /proc && exec {SOCKLAB} --color never doctor");
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &commands])
        .output()
        .expect("unshare(1) runs");
    let ran = Ran::from(output);
    assert!(
        ran.out.contains("/proc is not mounted"),
        "{}{}",
        ran.out,
        ran.err
    );
}
