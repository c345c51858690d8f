//! Programs that are graded: by right and wrong ones what a teacher is told, and by hostile ones that nothing of them leaves the lab.

mod support;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::{Ran, SOCKLAB, alive, descendants, eventually, folder, private_lab, run_in};

/// A task whose program answers each line with the same line. A word of its solution stands nowhere else.
const LESSON: &str = r#"+++
title = "T"
about = "of grading"
programs = ["python3"]
+++
Text.

```task
goal = "Echo lines."
program = "server.py"
skeleton = "pass\n"
solution = '''
import socket
s = socket.socket()  # solution_word_8713
s.bind(("127.0.0.1", 5000))
s.listen()
conn, _ = s.accept()
kept = b""
while data := conn.recv(4096):
    kept += data
    *lines, kept = kept.split(b"\n")
    for line in lines:
        conn.sendall(line + b"\n")
'''

[[case]]
name = "one line"
lines = '''
run server.py &
  state LISTEN port 5000
c = socket; connect c 127.0.0.1:5000
send c b"hello\n"
recv c 6
  = b"hello\n"
'''

[[case]]
name = "short reads"
points = 2
lines = '''
run server.py &
  state LISTEN port 5000
inject server recv bytes 1
c = socket; connect c 127.0.0.1:5000
send c b"hello\n"
recv c 6
  = b"hello\n"
'''
```
"#;

/// A task that is passed by saying so: what else the program does is its own affair.
const OPEN: &str = r#"+++
title = "T"
about = "of grading"
programs = ["python3"]
+++
Text.

```task
goal = "Say done."
program = "server.py"
skeleton = "pass\n"
solution = "print('done')  # solution_word_8713\n"

[[case]]
name = "it says so"
time = "4s"
lines = '''
run server.py &
  output "done"
'''
```
"#;

/// The solution of the first lesson, with some of it changed.
fn solution(old: &str, new: &str) -> String {
    let from = LESSON.find("solution = '''\n").expect("it has one") + "solution = '''\n".len();
    let text = &LESSON[from..];
    let text = &text[..text.find("'''").expect("it ends")];
    assert!(old.is_empty() || text.contains(old));
    text.replacen(old, new, 1)
}

/// Where a program is graded: the lesson in one folder, the student's file in another.
struct Desk {
    place: tempfile::TempDir,
}

impl Desk {
    fn new(lesson: &str) -> Self {
        let place = folder();
        for name in ["teacher", "student", "home"] {
            std::fs::create_dir(place.path().join(name)).expect("a folder");
        }
        std::fs::write(place.path().join("teacher/lesson.md"), lesson).expect("it can be written");
        Self { place }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path("student").join(file);
        std::fs::write(&path, text).expect("it can be written");
        path
    }

    fn grade(&self, file: &str, text: &str, options: &[&str]) -> Ran {
        let file = self.write(file, text);
        let lesson = self.path("teacher/lesson.md");
        let (lesson, file) = (lesson.display().to_string(), file.display().to_string());
        let words = ["--color", "never", "lesson", "grade", &lesson, &file];
        run_in(self.place.path(), &[&words[..], options].concat(), b"")
    }
}

fn first_line(ran: &Ran) -> String {
    // A long line is continued with two blanks in front.
    let mut lines = ran.out.lines();
    let mut first = lines.next().unwrap_or_default().to_owned();
    for line in lines.take_while(|line| line.starts_with("  ") && !line.starts_with("  after")) {
        first.push(' ');
        first.push_str(line.trim());
    }
    first
}

#[test]
fn the_first_line_says_what_went_wrong_and_the_status_whether_anything_did() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(LESSON);
    for (text, status, first, points) in [
        (
            solution("", ""),
            0,
            "✓ one line  1 of 1 point",
            "3 of 3 points, 2 of 2 cases passed",
        ),
        (
            solution("kept += data", "kept = data"),
            1,
            r#"✗ short reads  0 of 2 points: after `recv c 6`, expected = b"hello\n", but it is b'\n'"#,
            "1 of 3 points, 1 of 2 cases passed",
        ),
        (
            solution("line + b\"\\n\"", "str(line) + \"\\n\""),
            1,
            "✗ one line  0 of 1 point: server ended with exit status 1: TypeError: a bytes-like object is required, not 'str'",
            "0 of 3 points, 0 of 2 cases passed",
        ),
        (
            "pass\n".to_owned(),
            1,
            "✗ one line  0 of 1 point: after `run server.py &`, expected state LISTEN port 5000, but there is no such socket",
            "0 of 3 points",
        ),
        (
            "s = (\n".to_owned(),
            1,
            "SyntaxError: '(' was never closed",
            "0 of 3 points",
        ),
    ] {
        let ran = desk.grade("server.py", &text, &[]);
        assert_eq!(ran.status, status, "{}{}", ran.out, ran.err);
        assert!(first_line(&ran).contains(first), "{first}\n{}", ran.out);
        assert!(ran.out.contains(points), "{points}\n{}", ran.out);
    }
}

#[test]
fn the_first_difference_stands_among_its_calls_and_packets() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(LESSON);
    let ran = desk.grade("server.py", &solution("kept += data", "kept = data"), &[]);
    for part in [
        "◀─ [PSH, ACK]",
        "recv(4) = 1",
        "(injected: bytes 1)",
        "server.py:",
    ] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
}

#[test]
fn any_language_will_do() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(OPEN);
    for (file, text, status, said) in [
        (
            "server.c",
            "#include <stdio.h>\nint main(void) { puts(\"done\"); return 0; }\n",
            0,
            "1 of 1",
        ),
        (
            "server.c",
            "int main(void) { return 0 }\n",
            1,
            "cc did not compile it: ",
        ),
        ("server.sh", "#!/bin/sh\necho done\n", 0, "1 of 1"),
        (
            "server",
            "#!/usr/bin/env python3\nprint('done')\n",
            0,
            "1 of 1",
        ),
    ] {
        let ran = desk.grade(file, text, &[]);
        assert_eq!(ran.status, status, "{file}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(said), "{file}: {}", ran.out);
    }
}

#[test]
fn a_wrong_command_line_is_said_and_is_no_grade() {
    let desk = Desk::new(LESSON);
    let file = desk.write("server.py", "pass\n").display().to_string();
    let lesson = desk.path("teacher/lesson.md").display().to_string();
    for (words, said) in [
        (["nonsense", &file].as_slice(), "nonsense"),
        (&[&lesson, "nowhere.py"], "nowhere.py"),
        (
            &[&lesson, &file, "--task", "2"],
            "one task that asks for a program",
        ),
        (&["handshake", &file], "asks for no program"),
    ] {
        let words = [&["lesson", "grade"], words].concat();
        let ran = run_in(desk.place.path(), &words, b"");
        assert_eq!(ran.status, 2, "{words:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(said), "{words:?}: {}", ran.err);
    }
}

#[test]
fn every_key_of_the_json_is_on_its_page() {
    if !private_lab() {
        return;
    }
    let page = include_str!("../book/src/json.md");
    let desk = Desk::new(LESSON);
    let ran = desk.grade(
        "server.py",
        &solution("kept += data", "kept = data"),
        &["--json"],
    );
    let lines: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    assert_eq!(lines.len(), 3, "{}", ran.out);
    for line in &lines {
        for key in line.as_object().expect("it is an object").keys() {
            assert!(page.contains(&format!("`{key}`")), "{key}");
        }
    }
    assert_eq!(lines[1]["passed"], false);
    assert_eq!(lines[2]["points"], 1);
    assert_eq!(lines[2]["of"], 3);
}

#[test]
fn what_goes_beyond_its_bounds_is_ended_and_said() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(OPEN);
    for (text, said) in [
        ("while True: pass\n", "the case did not end within 4 s"),
        (
            "import time\ntime.sleep(1000)\n",
            "the case did not end within 4 s",
        ),
        (
            "import socket\ns = socket.socket()\nwhile True: s.getsockname()\n",
            "the case did not end within 4 s",
        ),
        (
            "while True: print('x' * 1000)\n",
            "it wrote more than 1 MiB of output",
        ),
        (
            "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n",
            "processes and threads",
        ),
        (
            "import mmap, time\nm = [mmap.mmap(-1, 1 << 26) for _ in range(30)]\nfor one in m:\n    one.write(bytes(1 << 26))\ntime.sleep(1000)\n",
            "more than 512 MiB of memory",
        ),
        ("x = bytearray(1 << 30)\n", "MemoryError"),
        (
            "import os\nopen('big', 'wb').write(bytes(1 << 27))\n",
            "server ended with",
        ),
    ] {
        let ran = desk.grade("server.py", text, &[]);
        assert_eq!(ran.status, 1, "{text}: {}{}", ran.out, ran.err);
        let bounded = first_line(&ran);
        let ended = bounded.contains(said) || bounded.contains("did not end within 4 s");
        assert!(ended, "{text}: {}", ran.out);
    }
}

/// Runs a program that says `done` when it is through, in a desk whose home is a folder of its own, and gives what it wrote.
fn tried(desk: &Desk, text: &str) -> Ran {
    let file = desk.write("server.py", text);
    let output = Command::new(SOCKLAB)
        .args(["--json", "lesson", "grade"])
        .arg(desk.path("teacher/lesson.md"))
        .arg(file)
        .current_dir(desk.place.path())
        .env("SECRET_TOKEN", "token_4711")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    output.into()
}

#[test]
fn no_file_outside_its_folder_is_written() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(OPEN);
    let outside = desk.place.path().display().to_string();
    let mark = format!("socklab-mark-{}", std::process::id());
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".to_owned());
    let text = format!(
        "import os\nfor path in ['{outside}/', '{home}/', '/tmp/', '/var/tmp/', '../', '/dev/shm/', os.path.expanduser('~') + '/', '/etc/', '/']:\n    try: open(path + '{mark}', 'w').write('x')\n    except OSError: pass\nopen('here', 'w').write('x')\nprint('done')\n"
    );
    let ran = tried(&desk, &text);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    for folder in [&outside, &home, "/tmp", "/var/tmp", "/dev/shm", "/etc", "/"] {
        let path = Path::new(folder).join(&mark);
        assert!(!path.exists(), "{}", path.display());
    }
    assert!(!desk.path("student/here").exists());
}

#[test]
fn nothing_that_is_the_teachers_is_read() {
    if !private_lab() {
        return;
    }
    let lesson = OPEN.replace("output \"done\"", "output \"never\"");
    let desk = Desk::new(&lesson);
    std::fs::write(desk.path("student/other.py"), "another's work 2209\n").expect("a file");
    let teachers = desk.path("teacher/lesson.md").display().to_string();
    let other = desk.path("student/other.py").display().to_string();
    let text = format!(
        "import os, glob\nfor path in ['{teachers}', '{other}', '{SOCKLAB}', '/etc/shadow', '/proc/1/exe', '/proc/1/environ', '/proc/%d/environ' % os.getppid(), '/proc/%d/exe' % os.getppid()]:\n    try: print(path[-9:], open(path, 'rb').read().find(b'a') >= 0)\n    except OSError as error: print(path[-9:], 'not', error.errno)\nprint('environment', 'SECRET_TOKEN' in os.environ)\n"
    );
    let ran = tried(&desk, &text);
    assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("environment False"), "{}", ran.out);
    assert!(!ran.out.contains(" True"), "{}", ran.out);
}

#[test]
fn the_machines_network_is_out_of_reach() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(OPEN);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("it can be set");
    let port = listener.local_addr().expect("it has one").port();
    let text = format!(
        "import socket\nfor place in [('127.0.0.1', {port}), ('192.0.2.1', 80)]:\n    try: socket.create_connection(place, 1)\n    except OSError as error: print(error)\nprint('done')\n"
    );
    let ran = tried(&desk, &text);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert!(listener.accept().is_err(), "somebody has connected");
}

#[test]
fn nothing_of_a_program_is_left_behind_it() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(OPEN);
    let sleep = format!("86{}", std::process::id());
    let text = format!(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execvp('sleep', ['sleep', '{sleep}'])\n    os._exit(0)\nprint('done', flush=True)\n"
    );
    let ran = tried(&desk, &text);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    eventually("the daemon ends with the case", || {
        !runs(&["sleep", &sleep])
    });
}

fn runs(words: &[&str]) -> bool {
    let wanted = words.join("\0");
    std::fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("cmdline")).ok())
        .any(|line| line.trim_end_matches('\0') == wanted)
}

#[test]
fn what_a_program_does_to_those_above_it_makes_it_fail_and_no_more() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(OPEN);
    for (text, status) in [
        (
            "import os\nos.kill(os.getppid(), 9)\nimport time\ntime.sleep(1)\n",
            1,
        ),
        ("import os\nos.kill(-1, 9)\n", 1),
        // PTRACE_ATTACH is 16.
        (
            "import ctypes, os\nc = ctypes.CDLL(None)\nassert c.ptrace(16, 1, 0, 0) == -1\nassert c.ptrace(16, os.getppid(), 0, 0) == -1\nprint('done')\n",
            0,
        ),
        ("import os\nos.kill(1, 9)\nprint('done')\n", 0),
        // CLONE_NEWUSER.
        (
            "import ctypes\nc = ctypes.CDLL(None)\nassert c.unshare(0x10000000) == -1\nprint('done')\n",
            0,
        ),
        (
            "import ctypes\nc = ctypes.CDLL(None)\nassert c.umount2(b'/tmp', 2) == -1\nassert c.mount(None, b'/', None, 32, None) == -1\nprint('done')\n",
            0,
        ),
    ] {
        let ran = desk.grade("server.py", text, &[]);
        assert_eq!(ran.status, status, "{text}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn an_interrupted_grade_leaves_nothing_running() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(&OPEN.replace("4s", "4m"));
    let file = desk.write(
        "server.py",
        "print('begun', flush=True)\nwhile True: pass\n",
    );
    let mut grade = Command::new(SOCKLAB)
        .args(["lesson", "grade"])
        .arg(desk.path("teacher/lesson.md"))
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary runs");
    let is_program = |pid: &u32| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline"));
        line.is_ok_and(|line| line.contains("server.py"))
    };
    eventually("the program runs", || {
        descendants(grade.id()).iter().any(is_program)
    });
    let below = descendants(grade.id());
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(grade.id() as i32),
        nix::sys::signal::Signal::SIGINT,
    )
    .expect("it can be sent");
    grade.wait().expect("it ends");
    eventually("all of it ends", || !below.iter().any(|pid| alive(*pid)));
}

#[test]
fn a_student_is_given_the_skeleton_once_and_each_save_is_put_through_the_cases() {
    if !private_lab() {
        return;
    }
    let desk = Desk::new(LESSON);
    let lesson = desk.path("teacher/lesson.md").display().to_string();
    let learn = |input: &str| {
        let words = [
            "--color",
            "never",
            "lesson",
            "learn",
            "--allow-run",
            &lesson,
        ];
        let ran = run_in(&desk.path("home"), &words, input.as_bytes());
        assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
        ran.out
    };
    let file = desk.path("home/lesson/server.py");
    let out = learn("solution\nquit\n");
    assert!(out.contains("The skeleton was written"), "{out}");
    assert!(out.contains("solution_word_8713"), "{out}");
    let skeleton = std::fs::read_to_string(&file).expect("it was written");
    assert_eq!(skeleton, "pass\n");
    std::fs::write(&file, solution("kept += data", "kept = data")).expect("it can be written");
    let out = learn("quit\n");
    assert!(out.contains("was left as it is"), "{out}");
    assert!(out.contains("✗ short reads  0 of 2 points"), "{out}");
    assert!(out.contains("1 of 2 cases passed"), "{out}");
    std::fs::write(&file, solution("", "")).expect("it can be written");
    let out = learn("quit\n");
    assert!(out.contains("✓ solved"), "{out}");
}
