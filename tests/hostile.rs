//! Texts of strangers: what a lesson may say without reaching the machine. Each tries it in a way of its own, and a mark shows whether it did.

#[allow(dead_code, reason = "the terminal's own tests use the rest")]
#[allow(
    clippy::disallowed_methods,
    reason = "a screen is waited for with an end"
)]
#[path = "terminal/screen.rs"]
mod screen;
mod support;

use portable_pty::CommandBuilder;
use screen::Terminal;
use std::path::Path;
use support::{Ran, folder, private_lab, run_in};

/// A lesson with this front matter and these commands.
fn lesson(front: &str, commands: &str) -> String {
    format!(
        "+++\ntitle = \"T\"\nhosts = [\"client\", \"server\"]\n{front}\n+++\nText.\n\n```lab\n{commands}\n```\n"
    )
}

/// Checks, plays and studies a lesson that lies in a folder of its own; what the mark is called is given to `text`.
fn all_ways(text: impl Fn(&str) -> String, mark: &str, options: &[&str]) -> Vec<Ran> {
    let place = folder();
    let mark_path = place.path().join("outside").join(mark);
    std::fs::create_dir(place.path().join("outside")).expect("a folder");
    let file = place.path().join("evil.md");
    std::fs::write(&file, text(&mark_path.display().to_string())).expect("it can be written");
    let path = file.display().to_string();
    let mut runs = Vec::new();
    for (work, input) in [
        ("check", &b""[..]),
        ("play", b""),
        ("learn", b"skip\nskip\nskip\nskip\nquit\n"),
    ] {
        let arguments = [
            &[
                "--color",
                "never",
                "--deadline",
                "2s",
                "lesson",
                work,
                &path,
            ][..],
            options,
        ];
        let ran = run_in(&place.path().join("outside"), &arguments.concat(), input);
        let left = entries(&place.path().join("outside"));
        assert!(
            left.is_empty() || !options.is_empty(),
            "{work}: {left:?}\n{}{}",
            ran.out,
            ran.err
        );
        runs.push(ran);
    }
    runs
}

fn entries(folder: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(folder).expect("it is there").flatten();
    entries.map(|entry| entry.file_name()).collect()
}

#[test]
fn a_strangers_lesson_runs_nothing_unasked() {
    if !private_lab() {
        return;
    }
    for (what, front, commands) in [
        (
            "a program with a command behind it",
            "programs = [\"sh:x; touch MARK\"]",
            "client> print 1",
        ),
        (
            "a module with code behind it",
            "programs = [\"python3:os;import os;os.system('touch MARK')\"]",
            "client> print 1",
        ),
        (
            "a program by its path",
            "programs = [\"/bin/sh\"]",
            "client> print 1",
        ),
        (
            "a program below the folder",
            "programs = [\"./python3:x\"]",
            "client> print 1",
        ),
        (
            "an option as a program",
            "programs = [\"-c\"]",
            "client> print 1",
        ),
        (
            "a setting that is a command",
            "sysctls = { \"tcp_sack 1; run touch MARK; sysctl tcp_sack\" = 1 }",
            "client> print 1",
        ),
        (
            "a value that is a command",
            "sysctls = { tcp_sack = \"1; run touch MARK\" }",
            "client> print 1",
        ),
        (
            "a value with an end of line",
            "sysctls = { tcp_sack = \"1\\nrun touch MARK\" }",
            "client> print 1",
        ),
        (
            "a host that is a command",
            "processes = [\"a; run touch MARK\"]",
            "client> print 1",
        ),
        ("a program", "", "client> run touch MARK"),
        (
            "a program in the background",
            "",
            "client> run touch MARK &",
        ),
        (
            "a program in a loop",
            "",
            "client> repeat 1 { run touch MARK }",
        ),
        (
            "a loop over two lines",
            "",
            "client> repeat 1 { run touch MARK\n}",
        ),
        ("a line that goes on", "", "client> run \\\ntouch MARK"),
        (
            "a program behind a comment",
            "",
            "client> print 1; run touch MARK # x",
        ),
        ("a file that is saved", "", "client> save MARK.lab"),
        ("a capture that is saved", "", "client> save MARK.pcapng"),
        ("a script that is loaded", "", "client> load MARK"),
        ("another lesson", "", "client> lesson play MARK"),
        (
            "a socket path",
            "",
            "client> d = socket AF_UNIX\nclient> bind d MARK",
        ),
        (
            "a socket path in quotes",
            "",
            "client> d = socket AF_UNIX\nclient> d.bind(\"MARK\")",
        ),
        (
            "a socket path that is put together",
            "",
            "client> d = socket AF_UNIX\nclient> d.bind(\"/\" + \"MARK\")",
        ),
        (
            "a socket path in a variable",
            "",
            "client> d = socket AF_UNIX; p = b\"MARK\"; bind d p",
        ),
        (
            "a socket path above",
            "",
            "client> d = socket AF_UNIX; bind d ../x.sock",
        ),
        (
            "a socket path above in a variable",
            "",
            "client> d = socket AF_UNIX; p = \"..\" + \"/x.sock\"; bind d p",
        ),
        (
            "a server at a path",
            "",
            "client> p = \"MARK\"; s = socket AF_UNIX; bind s p; listen s",
        ),
    ] {
        let text = |mark: &str| lesson(front, commands).replace("MARK", mark);
        let told = all_ways(text, "PWNED", &[]).iter().any(|ran| {
            ran.err.contains("allow-run") || ran.out.contains("allow-run") || ran.out.contains("│")
        });
        assert!(told, "{what}: no word of it");
    }
}

#[test]
fn what_is_allowed_is_done() {
    if !private_lab() {
        return;
    }
    for commands in [
        "client> run touch MARK",
        "client> d = socket AF_UNIX SOCK_DGRAM; bind d ./in.sock; u = socket AF_UNIX SOCK_DGRAM; connect u ./in.sock; run touch MARK",
    ] {
        let text =
            |mark: &str| lesson("programs = [\"python3:json\"]", commands).replace("MARK", mark);
        for ran in all_ways(text, "ALLOWED", &["--allow-run"]) {
            assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
        }
    }
}

#[test]
fn a_yes_grants_what_was_listed_and_nothing_else() {
    if !private_lab() {
        return;
    }
    for work in ["play", "learn"] {
        let place = folder();
        let path = |name: &str| place.path().join(name).display().to_string();
        let datagrams = |name: &str| {
            let socket = std::os::unix::net::UnixDatagram::bind(path(name)).expect("a socket");
            socket.set_nonblocking(true).expect("it is");
            socket
        };
        let (listed, hidden) = (datagrams("listed"), datagrams("hidden"));
        let lines = [
            format!("run touch {}", path("MARK")),
            "d = socket AF_UNIX SOCK_DGRAM".to_owned(),
            format!("sendto d \"x\" {}", path("listed")),
            format!("p = \"{}\" + \"en\"", path("hidd")),
            "sendto d \"x\" p".to_owned(),
            "socket AF_VSOCK SOCK_STREAM".to_owned(),
            "print 77".to_owned(),
        ];
        let text = lesson("", &lines.join("\n"));
        std::fs::write(path("evil.md"), text).expect("it can be written");
        let mut command = CommandBuilder::new(support::SOCKLAB);
        command.args(["lesson", work, &path("evil.md")]);
        if work == "play" {
            command.args(["--pace", "50ms"]);
        }
        let mut terminal = Terminal::start_waiting(command, place.path(), 200, &[], |screen| {
            screen.contains("y or n")
        });
        let asked = terminal.screen.screen().contents();
        assert!(
            asked.contains("touch") && asked.contains("/listed"),
            "{asked}"
        );
        assert!(!asked.contains("hidd"), "{asked}");
        terminal.press("y");
        if work == "learn" {
            terminal.wait("the first step", |screen| screen.contains("type  run"));
            for line in &lines {
                terminal.press(&format!("{line}\r"));
            }
        }
        terminal.wait("the end", |screen| screen.contains("│ 77"));
        let screen = terminal.screen.screen().contents();
        assert!(place.path().join("MARK").exists(), "{work}: {screen}");
        assert!(listed.recv(&mut [0; 9]).is_ok(), "{work}: {screen}");
        assert!(hidden.recv(&mut [0; 9]).is_err(), "{work}: {screen}");
        assert!(screen.contains("reaches this machine"), "{work}: {screen}");
    }
}

#[test]
fn a_strangers_lesson_reads_no_file_and_meets_no_socket_outside_its_folder() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let path = |name: &str| place.path().join(name).display().to_string();
    let _outside = std::os::unix::net::UnixListener::bind(path("host.sock")).expect("a listener");
    let datagrams = std::os::unix::net::UnixDatagram::bind(path("host.dgram")).expect("a socket");
    datagrams.set_nonblocking(true).expect("it is");
    std::fs::write(path("secret"), "secret").expect("a file");
    for commands in [
        "client> u = socket AF_UNIX\nclient> connect u HOST.sock",
        "client> p = \"HOST\" + \".sock\"; u = socket AF_UNIX; connect u p",
        "client> p = \"HOST\" + \".sock\"; u = socket AF_UNIX; connect_ex u p",
        "client> p = \"HOST\" + \".dgram\"; u = socket AF_UNIX SOCK_DGRAM; sendto u \"x\" p",
        "client> p = \"HOST\" + \".dgram\"; u = socket AF_UNIX SOCK_DGRAM; sendmsg u [\"x\"] address=p",
        "client> p = \"/proc/self/root\" + \"HOST\" + \".sock\"; u = socket AF_UNIX; connect u p",
        "client> a, b = socketpair\nclient> sendfile a SECRET",
        "client> a, b = socketpair\nclient> a.sendfile(\"/proc/self/rootSECRET\")",
        "client> a, b = socketpair\nclient> repeat 1 { sendfile a ./../../../../../../../../etc/passwd }",
    ] {
        let text = lesson("", commands)
            .replace("HOST", &path("host"))
            .replace("SECRET", &path("secret"));
        std::fs::write(path("evil.md"), &text).expect("it can be written");
        for work in ["check", "play"] {
            let evil = path("evil.md");
            let arguments = [
                "--color",
                "never",
                "--deadline",
                "2s",
                "lesson",
                work,
                &evil,
            ];
            let ran = run_in(place.path(), &arguments, b"");
            // What is only known when it runs is told there; a check tells what it demands alone.
            let told = ran.out.contains("--allow-run") || work == "check";
            assert!(told, "{commands}: {}{}", ran.out, ran.err);
            assert!(!ran.out.contains("= 6"), "{commands}: {}", ran.out);
        }
    }
    assert!(
        datagrams.recv(&mut [0; 9]).is_err(),
        "a datagram came through"
    );
}

#[test]
fn a_strangers_lesson_makes_no_socket_that_the_labs_network_does_not_confine() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let file = place.path().join("evil.md");
    let path = file.display().to_string();
    for (command, refused) in [
        ("v = socket AF_VSOCK SOCK_STREAM", true),
        (
            "v = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
            true,
        ),
        ("f = 20 + 20; v = socket f SOCK_STREAM", true),
        ("repeat 1 { socket 40 SOCK_DGRAM }", true),
        ("a = socket AF_ALG SOCK_SEQPACKET", true),
        ("b = socket AF_BLUETOOTH SOCK_RAW 1", true),
        ("n = socket AF_NETLINK SOCK_RAW 9", true),
        ("a, b = socketpair 40 SOCK_STREAM", true),
        ("n = socket AF_NETLINK SOCK_RAW NETLINK_ROUTE", false),
        ("p = socket AF_PACKET SOCK_RAW", false),
        ("u = socket AF_UNIX", false),
    ] {
        let text = lesson("", &format!("client> {command}"));
        std::fs::write(&file, text).expect("it can be written");
        let play = ["--color", "never", "lesson", "play", &path];
        let says = |options: &[&str]| {
            let ran = run_in(place.path(), &[&play[..], options].concat(), b"");
            // The sentence may be broken over two lines.
            let words: Vec<&str> = ran.out.split_whitespace().collect();
            words.join(" ").contains("reaches this machine")
        };
        assert_eq!(says(&[]), refused, "{command}");
        assert!(!says(&["--allow-run"]), "{command}");
    }
}

#[test]
fn a_program_of_the_lab_changes_nothing_of_the_machine_but_files() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let domain = std::fs::read_to_string("/proc/sys/kernel/domainname").expect("it is there");
    let attempts = [
        "echo pwned > /proc/sys/kernel/domainname",
        "mount -o remount,rw /proc/sys && echo pwned > /proc/sys/kernel/domainname",
        "umount /proc/sys && echo pwned > /proc/sys/kernel/domainname",
        "mkdir p && mount -t proc proc p && echo pwned > p/sys/kernel/domainname",
        "unshare -Urmpf --mount-proc sh -c 'echo pwned > /proc/sys/kernel/domainname'",
        "mknod disk b 8 0 && cat disk",
        "echo h > /proc/sysrq-trigger",
        "date -s @0",
    ];
    // An ordinary user's keeper sees no more files than the user does; root's could reach all mounts.
    let of_root = ["ls /proc/1/root/"];
    let of_root = of_root.iter().filter(|_| nix::unistd::geteuid().is_root());
    for attempt in attempts.iter().chain(of_root) {
        std::fs::write(place.path().join("try.sh"), attempt).expect("it can be written");
        let ran = run_in(
            place.path(),
            &["--color", "never", "-c", "run sh -e try.sh"],
            b"",
        );
        assert!(
            ran.out.contains("failed (exit status"),
            "{attempt}: {}",
            ran.out
        );
    }
    let after = std::fs::read_to_string("/proc/sys/kernel/domainname").expect("it is there");
    assert_eq!(domain, after);
    let ran =
        support::script("run sh -ec 'echo 1 > /proc/sys/net/ipv4/ip_forward'\nsysctl ip_forward");
    assert!(ran.out.contains("ip_forward = 1"), "{}", ran.out);
}
