//! The ready-made servers against witnesses: strace sees the calls that are shown and no others, programs in Python are served by every
//! model, the kernel's limits are met as they are, and nothing is left behind however a server ends.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use support::{SOCKLAB, alive, descendants, eventually, folder, private_lab, script, witness};

const MODELS: [&str; 7] = [
    "iterative",
    "process",
    "thread",
    "nonblocking",
    "select",
    "poll",
    "epoll",
];

/// A call as both tell it: its name, its first argument where that is a number, and its result.
type Made = (String, String, String);

/// The calls of a thread or a process, in their order, each with how often it was made in a row.
type Strand = Vec<(Made, u64)>;

/// What is traced: everything a server does but for waiting on its own threads.
const TRACED: &str = "trace=network,clone,clone3,fork,vfork,wait4,kill,poll,ppoll,select,pselect6,epoll_create1,epoll_ctl,epoll_wait,epoll_pwait,ioctl,close";

/// A descriptor from here on is the lab's own.
const HIGH: i32 = 1000;

fn made(name: &str, first: &str, result: &str) -> Made {
    // The library's names, and those of the system calls under them.
    let name = match name {
        "sendto" => "send",
        "recvfrom" => "recv",
        "clone" | "fork" | "vfork" => "fork",
        "clone3" | "pthread_create" => "pthread_create",
        "pselect6" => "select",
        "ppoll" => "poll",
        "epoll_pwait" => "epoll_wait",
        "wait4" => "waitpid",
        other => other,
    };
    let first = first
        .parse::<i64>()
        .map_or(String::new(), |number| number.to_string());
    // A thread has a number of its own for the kernel; pthread_create(3) gives 0.
    let result = match (name, result) {
        ("pthread_create", _) => "0",
        (_, "?") => "-1",
        (_, result) => result,
    };
    // fork(2) has no argument; the system call under it has.
    let first = if matches!(name, "fork" | "pthread_create" | "select") {
        String::new()
    } else {
        first
    };
    (name.to_owned(), first, result.to_owned())
}

fn push(strand: &mut Strand, call: Made, times: u64) {
    match strand.last_mut() {
        Some((last, count)) if *last == call => *count += times,
        _ => strand.push((call, times)),
    }
}

/// What strace wrote, by process or thread, interrupted lines joined with their ends.
fn witnessed(text: &str) -> BTreeMap<u32, Strand> {
    let mut begun: BTreeMap<u32, String> = BTreeMap::new();
    let mut strands: BTreeMap<u32, Strand> = BTreeMap::new();
    for line in text.lines() {
        let Some((pid, rest)) = line.split_once(' ') else {
            continue;
        };
        let pid: u32 = pid.parse().expect("strace names the process first");
        let rest = rest.trim();
        if let Some(start) = rest.strip_suffix("<unfinished ...>") {
            begun.insert(pid, start.to_owned());
            continue;
        }
        let whole = match rest.split_once(" resumed>") {
            Some((_, end)) => format!("{}{end}", begun.remove(&pid).unwrap_or_default()),
            None => rest.to_owned(),
        };
        let (Some((name, arguments)), Some((_, result))) =
            (whole.split_once('('), whole.rsplit_once(" = "))
        else {
            continue;
        };
        let first = arguments
            .split([',', ')'])
            .next()
            .unwrap_or_default()
            .trim();
        let lab = name == "close" && first.parse::<i32>().is_ok_and(|fd| fd >= HIGH);
        let result = result.split(' ').next().unwrap_or_default();
        let strand = strands.entry(pid).or_default();
        if !lab {
            push(strand, made(name, first, result), 1);
        }
    }
    strands
}

/// What the program told, by process and thread.
fn shown(events: &str) -> BTreeMap<(String, u64), Strand> {
    let mut strands: BTreeMap<(String, u64), Strand> = BTreeMap::new();
    for line in events.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("a JSON line");
        let process = event["process"].as_str().unwrap_or_default();
        let name = event["name"].as_str().unwrap_or_default();
        if event["event"] != "call" || !process.starts_with("server") || name == "sem_wait" {
            continue;
        }
        let thread = event["thread"].as_u64().expect("a thread");
        let first = event["args"][0].as_str().unwrap_or_default();
        let call = made(name, first, &event["result"].to_string());
        let times = event["times"].as_u64().expect("a count");
        push(
            strands.entry((process.to_owned(), thread)).or_default(),
            call,
            times,
        );
    }
    strands
}

/// How often each call was made, whatever came between.
fn counted<'a>(strands: impl Iterator<Item = &'a Strand>) -> BTreeMap<Made, u64> {
    let mut counts = BTreeMap::new();
    for (call, times) in strands.flatten() {
        *counts.entry(call.clone()).or_default() += times;
    }
    counts
}

fn served_under_strace(place: &Path, model: &str) -> (BTreeMap<u32, Strand>, String) {
    let log = place.join(format!("{model}.log"));
    let text = format!(
        "process server\nserver> s = create_server 127.0.0.1:5000\n\
         server> n = serve s upper --model {model} --count 3\n\
         lab> a = create_connection 127.0.0.1:5000; b = create_connection 127.0.0.1:5000; send a \"first\"; recv a; send b \"second\"\n\
         lab> close a\nlab> recv b\nlab> d = create_connection 127.0.0.1:5000; setsockopt d SOL_SOCKET SO_LINGER (1, 0); close d; close b\n\
         server> expect n == 3"
    );
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", TRACED, "-e", "signal=none", "-o"])
        .arg(&log)
        .args([SOCKLAB, "--json", "--deadline", "60s", "-c", &text])
        .output()
        .expect("strace runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{model}: {told}");
    let log = std::fs::read_to_string(&log).expect("strace wrote its log");
    // The server is the process that listens; its threads and children are those that came after it began to serve.
    let (before, _) = log.split_once(" listen(3").expect("some process listened");
    let pid = |line: &str| line.split(' ').next().and_then(|pid| pid.parse().ok());
    let listens = before.lines().next_back().and_then(pid);
    let others: BTreeSet<u32> = before
        .lines()
        .filter_map(pid)
        .filter(|pid| Some(*pid) != listens)
        .collect();
    let mut strands = witnessed(&log);
    strands.retain(|pid, strand| !others.contains(pid) && !strand.is_empty());
    // What it did to become a process of the lab is not the student's.
    for strand in strands.values_mut() {
        if let Some(first) = strand.iter().position(|((name, ..), _)| name == "socket") {
            strand.drain(..first);
        }
    }
    // In the end the terminal closes its captures in threads of their own.
    strands.retain(|_, strand| {
        let ends = |name: &str| matches!(name, "close" | "pthread_create");
        strand.iter().any(|((name, ..), _)| !ends(name))
    });
    // The prompt that connects may have been quiet until then.
    strands.retain(|_, strand| !strand.iter().any(|((name, ..), _)| name == "connect"));
    (strands, told)
}

#[test]
fn strace_sees_the_calls_of_every_model_and_no_others() {
    if !private_lab() || !witness::present("strace") {
        return;
    }
    let place = folder();
    for model in MODELS {
        let (seen, told) = served_under_strace(place.path(), model);
        let shown = shown(&told);
        let (seen_counts, shown_counts) = (counted(seen.values()), counted(shown.values()));
        assert_eq!(shown_counts, seen_counts, "{model}");
        assert!(
            seen_counts.keys().any(|(name, ..)| name == "recv"),
            "{model}: {seen_counts:?}"
        );
        if model == "nonblocking" {
            // What is counted is told out of its order; the counts have to agree, and they do.
            continue;
        }
        let mut seen: Vec<&Strand> = seen.values().collect();
        let mut shown: Vec<&Strand> = shown.values().collect();
        seen.sort();
        shown.sort();
        assert_eq!(shown, seen, "{model}");
        let strands = if matches!(model, "process" | "thread") {
            4
        } else {
            1
        };
        assert_eq!(shown.len(), strands, "{model}");
    }
}

/// Clients as a program has them: many at once, one that says nothing, one that never reads, one that resets, one that closes half.
const CLIENTS: &str = r#"
import socket, struct
def client():
    s = socket.create_connection(("127.0.0.1", 5000))
    s.settimeout(20)
    return s
def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
silent = client()
deaf = client()
deaf.setblocking(False)
try:
    while True:
        deaf.send(b"z" * 65536)
except BlockingIOError:
    pass
for _ in range(5):
    s = client()
    s.send(b"bye")
    reset(s)
half = client()
half.sendall(b"half")
half.shutdown(socket.SHUT_WR)
data = b""
while True:
    more = half.recv(100)
    if not more:
        break
    data += more
assert data == b"HALF", data
many = [client() for _ in range(20)]
for i, s in enumerate(many):
    s.sendall(b"client %d" % i)
for i, s in enumerate(many):
    data = s.recv(100)
    assert data == b"CLIENT %d" % i, data
reset(deaf)
many[0].sendall(b"still there")
assert many[0].recv(100) == b"STILL THERE"
print("served all")
"#;

#[test]
fn clients_in_python_are_served_by_every_model_whatever_others_do() {
    if !private_lab() || !witness::present("python3") {
        return;
    }
    let place = folder();
    let clients = place.path().join("clients.py");
    std::fs::write(&clients, CLIENTS).expect("the folder is ours");
    for model in MODELS.into_iter().skip(1).chain(["epoll --edge"]) {
        let ran = script(&format!(
            "inspect off\nprocess server\nserver> s = create_server 127.0.0.1:5000\nserver> serve s upper --model {model} &\n\
             run --calls off python3 {}\nexpect output \"served all\"\ncancel 1\nsockets server",
            clients.display()
        ));
        assert_eq!(ran.status, 0, "{model}: {}{}", ran.out, ran.err);
        // What the server held is closed; the listener is the student's.
        let left = ran.out.lines().filter(|line| line.contains("server fd"));
        assert_eq!(left.count(), 0, "{model}: {}", ran.out);
    }
}

#[test]
fn the_iterative_server_keeps_the_second_client_waiting() {
    if !private_lab() || !witness::present("python3") {
        return;
    }
    let place = folder();
    let clients = place.path().join("clients.py");
    let text = r#"
import socket
a = socket.create_connection(("127.0.0.1", 5000))
b = socket.create_connection(("127.0.0.1", 5000))
b.sendall(b"second")
b.settimeout(0.3)
try:
    b.recv(100)
    print("too early")
except TimeoutError:
    print("waits")
a.close()
b.settimeout(20)
print(b.recv(100))
"#;
    std::fs::write(&clients, text).expect("the folder is ours");
    let ran = script(&format!(
        "process server\nserver> s = create_server 127.0.0.1:5000\nserver> serve s upper\n\
         run python3 {}\nexpect output \"waits\"\nlab> expect output \"b'SECOND'\"",
        clients.display()
    ));
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

/// Starts a session that serves, with a client connected, and gives it with everyone in its lab.
fn serving(model: &str) -> (std::process::Child, Vec<u32>) {
    let mut child = Command::new(SOCKLAB)
        .args(["--color", "never"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let input = child.stdin.as_mut().expect("it is piped");
    writeln!(
        input,
        "process server\nserver> s = create_server 127.0.0.1:5000\nserver> serve s echo --model {model}\n\
         lab> a = create_connection 127.0.0.1:5000; send a \"x\"; recv a\nlab> print \"settled\""
    )
    .expect("it reads");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut said = output.lines().map_while(Result::ok);
    assert!(
        said.any(|line| line.contains("settled") && !line.contains("print")),
        "{model}: the session never said that it was settled"
    );
    // What it says later must not fill the pipe.
    std::thread::spawn(move || said.count());
    let everyone = descendants(child.id());
    (child, everyone)
}

#[test]
fn nothing_is_left_when_a_session_that_serves_ends_or_is_killed() {
    if !private_lab() {
        return;
    }
    for model in ["process", "process --zombies", "thread", "nonblocking"] {
        for killed in [false, true] {
            let (mut session, everyone) = serving(model);
            let processes = if model.starts_with("process") { 4 } else { 3 };
            assert!(everyone.len() >= processes, "{model}: {everyone:?}");
            if killed {
                session.kill().expect("SIGKILL is sent");
            } else {
                drop(session.stdin.take());
            }
            session.wait().expect("it ends");
            eventually("every process of the lab ends", || {
                everyone.iter().all(|pid| !alive(*pid))
            });
        }
    }
}

#[test]
fn children_end_with_the_server_that_is_killed() {
    if !private_lab() {
        return;
    }
    let ran = script(
        "process server\nserver> s = create_server 127.0.0.1:5000\nserver> serve s echo --model process\n\
         lab> a = create_connection 127.0.0.1:5000\nlab> b = create_connection 127.0.0.1:5000\nkill server\n\
         run sh -c \"echo left: $(ps -eo comm | grep -c ^server)\"\nlab> expect output \"left: 0\"\nlab> recv a\nlab> expect = b\"\"",
    );
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_server_runs_out_of_threads_and_processes_as_the_kernel_says() {
    if !private_lab() {
        return;
    }
    let text = "process server\nserver> s = create_server 127.0.0.1:5000\n\
                server> serve s echo --model thread --nproc 1 --once\nlab> a = create_connection 127.0.0.1:5000; recv a\nlab> expect = b\"\"\n\
                server> serve s echo --model process --nproc 1 --once\nlab> b = create_connection 127.0.0.1:5000; recv b\nlab> expect = b\"\"";
    let place = folder();
    let output = if nix::unistd::geteuid().is_root() {
        // RLIMIT_NPROC binds no process of root: an ordinary user has to ask.
        use std::os::unix::fs::PermissionsExt;
        let copy = place.path().join("socklab");
        std::fs::copy(SOCKLAB, &copy).expect("the binary can be copied");
        for path in [place.path(), &copy] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
                .expect("they are ours");
        }
        Command::new("runuser")
            .args(["-u", "nobody", "--"])
            .arg(&copy)
            .args(["--color", "never", "-c", text])
            .env("HOME", "/")
            .output()
            .expect("runuser runs")
    } else {
        Command::new(SOCKLAB)
            .args(["--color", "never", "-c", text])
            .output()
            .expect("the binary runs")
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success()
            && said.contains("pthread_create(thread 1, fd 4) = 11 EAGAIN")
            && said.contains("fork() = -1 EAGAIN"),
        "{said}"
    );
}

#[test]
fn packets_are_put_to_the_send_of_the_thread_or_child_that_made_it() {
    if !private_lab() {
        return;
    }
    for (model, who) in [
        ("thread", "in server thread 2"),
        ("process", "in server/"),
        // The prompt stands at the server: its own calls need no owner.
        ("epoll", "send(6, 5 bytes)"),
    ] {
        let ran = script(&format!(
            "process server\nserver> s = create_server 127.0.0.1:5000\nserver> serve s upper --model {model}\n\
             lab> a = create_connection 127.0.0.1:5000; b = create_connection 127.0.0.1:5000\nlab> send b \"hello\"\n\
             lab> recv b\nlab> expect = b\"HELLO\"\npackets frame contains \"HELLO\""
        ));
        assert_eq!(ran.status, 0, "{model}: {}{}", ran.out, ran.err);
        let last = ran
            .out
            .lines()
            .rev()
            .find(|line| line.contains("caused by"));
        assert!(
            last.is_some_and(|line| line.contains("send(") && line.contains(who)),
            "{model}: {}",
            ran.out
        );
    }
}
