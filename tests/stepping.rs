//! Programs that stop before each of their socket calls: `run --step`, `step`, `go`, alone, with the wire, and however they end.

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use support::witness::present;
use support::{
    Ran, SOCKLAB, alive, descendants, events, eventually, folder, private_lab, run_in, script,
};

const SERVER: &str = "import socket
s = socket.create_server((\"0.0.0.0\", 5000))
c, peer = s.accept()
data = c.recv(100)
c.sendall(data.upper())
c.close()
s.close()
";

const CLIENT: &str = "import socket, sys
s = socket.create_connection((sys.argv[1], 5000))
s.sendall(b\"hello\")
print(s.recv(100))
s.close()
";

fn can_run() -> bool {
    present("python3") && private_lab()
}

/// Runs a script in a folder that has these programs.
fn in_folder(programs: &[(&str, &str)], text: &str) -> Ran {
    let folder = folder();
    for (name, program) in programs {
        std::fs::write(folder.path().join(name), program).expect("it can be written");
    }
    let arguments = ["--color", "never", "--deadline", "120s", "-c", text];
    run_in(folder.path(), &arguments, b"")
}

fn holds(ran: &Ran) {
    let held = ran.status == 0 && !ran.out.contains("did not hold");
    assert!(held, "{}{}", ran.out, ran.err);
}

#[test]
fn a_server_a_client_and_the_wire_are_stepped_side_by_side() {
    if !can_run() {
        return;
    }
    let ran = in_folder(
        &[("server.py", SERVER), ("client.py", CLIENT)],
        "host left 10.0.0.1
host right 10.0.0.2
right> run --step --as server python3 server.py
expect stopped server socket
step server until accept
expect stopped server accept
left> run --step --as client python3 client.py 10.0.0.2
wire hold where tcp
step client until connect
expect stopped client connect
step client
expect held 1
expect blocked client
step server
expect blocked server
wire step
expect held 1
expect state client.3 SYN-SENT
wire step
expect stopped client send
expect state client.3 ESTABLISHED
expect blocked server
wire step
expect stopped server getsockname
step client
expect held 1
step server until recv
expect stopped server recv
step server
expect blocked server
wire step
expect stopped server send
wire release
step server
step client
expect stopped client close
expect output client \"HELLO\"
go client
go server
wait",
    );
    holds(&ran);
    for shown in [
        "server is about to call accept(3)   server.py:3",
        "client: connect(3, {AF_INET 10.0.0.2:5000}) … blocked: no answer yet.   client.py:2",
        "client is about to call send(3, \"hello\", 5, 0)   client.py:3",
        "process server ended (exit status 0)",
    ] {
        assert!(ran.out.contains(shown), "{shown}\n{}", ran.out);
    }
}

#[test]
fn of_several_threads_the_one_that_stopped_first_goes_on_and_another_can_be_named() {
    if !can_run() {
        return;
    }
    let program = "import socket, threading, time
pairs = [socket.socketpair() for _ in range(2)]
def send(number):
    pairs[number][0].send(b\"%d\" % number)
threads = [threading.Thread(target=send, args=(number,)) for number in range(2)]
for thread in threads:
    thread.start()
    time.sleep(0.05)
for thread in threads:
    thread.join()
print(pairs[0][1].recv(1), pairs[1][1].recv(1))
";
    let lines = "run --step --as p python3 threads.py
step p until send
sleep 500ms
jobs";
    let ran = in_folder(&[("threads.py", program)], lines);
    holds(&ran);
    let threads: Vec<&str> = ran
        .out
        .lines()
        .filter_map(|line| line.split_once("(p/")?.1.split_once(") is about"))
        .map(|(tid, _)| tid)
        .collect();
    let [first, second] = threads[..] else {
        panic!("two threads stop: {threads:?}\n{}", ran.out);
    };
    // Each run numbers its processes alike: a lab has process ids of its own.
    let ran = in_folder(
        &[("threads.py", program)],
        &format!(
            "run --step --as p python3 threads.py
step p until send
expect stopped p/{first} send
expect stopped p/{second} send
step p/{second}
expect call p send = 1
step
step p/9999
step p 2
wait"
        ),
    );
    let sends: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.contains(": send(") && line.contains(" = 1"))
        .collect();
    assert!(
        matches!(&sends[..], [one, other] if one.contains("\"1\"") && other.contains("\"0\"")),
        "{sends:?}\n{}{}",
        ran.out,
        ran.err
    );
    assert!(
        ran.out
            .contains("p has no process or thread p/9999; there are p"),
        "{}",
        ran.out
    );
}

#[test]
fn what_a_program_does_while_it_is_stopped_ends_the_stop() {
    if !can_run() {
        return;
    }
    let program = "import os, signal, socket, sys, threading, time
def later(what):
    def wait():
        time.sleep(0.1)
        what()
    threading.Thread(target=wait).start()
how = sys.argv[1]
if how == \"exit\":
    later(lambda: os._exit(7))
elif how == \"kill\":
    later(lambda: os.kill(os.getpid(), signal.SIGKILL))
elif how == \"exec\":
    code = \"import socket; a, b = socket.socketpair(); print('executed')\"
    later(lambda: os.execv(sys.executable, [\"python3\", \"-c\", code]))
s = socket.socket()
";
    for (how, lines, shown) in [
        ("exit", "wait", "process p failed (exit status 7)"),
        ("kill", "sleep 1s\nwait", "process p was killed by SIGKILL"),
        (
            "exec",
            "expect stopped p socketpair\ngo p\nwait\nexpect output p \"executed\"",
            "process p ended (exit status 0)",
        ),
    ] {
        let text = format!(
            "run --step --as p python3 ends.py {how}\nexpect stopped p socket\nsleep 500ms\n{lines}"
        );
        let ran = in_folder(&[("ends.py", program)], &text);
        assert!(ran.out.contains(shown), "{how}\n{}{}", ran.out, ran.err);
        assert!(!ran.out.contains("did not hold"), "{how}\n{}", ran.out);
    }
}

#[test]
fn signals_and_injected_calls_meet_a_program_that_is_stopped() {
    if !can_run() {
        return;
    }
    let program = "import os, signal, socket, time
signal.signal(signal.SIGUSR1, lambda *_: print(\"handled\"))
pid = os.fork()
if pid == 0:
    a, b = socket.socketpair()
    a.send(b\"x\")
    try:
        b.recv(1)
    except OSError as error:
        print(error)
    os._exit(3)
time.sleep(0.2)
os.kill(pid, signal.SIGSTOP)
os.kill(pid, signal.SIGUSR1)
os.kill(pid, signal.SIGCONT)
print(os.waitstatus_to_exitcode(os.wait()[1]))
";
    let ran = in_folder(
        &[("signals.py", program)],
        "run --step --as p python3 signals.py
expect stopped p socketpair
sleep 500ms
inject p send delay 50ms
inject p recv errno ENOBUFS
step p until send
expect stopped p send
step p
expect stopped p recv
step p until ENOBUFS
go p
wait
expect output p \"handled\"
expect output p \"No buffer space available\"
expect output p \"3\"",
    );
    holds(&ran);
    assert!(
        ran.out.contains("injected: delay 50ms (rule 1)"),
        "{}",
        ran.out
    );
}

#[test]
fn a_hundred_children_that_are_stopped_go_on_together_or_are_killed_together() {
    if !can_run() {
        return;
    }
    let program = "import os, socket
for _ in range(100):
    if os.fork() == 0:
        socket.socket().close()
        os._exit(0)
for _ in range(100):
    os.wait()
print(\"all\")
";
    let start = "run --step --as p python3 many.py\nexpect stopped p socket\nstep p 20\n";
    let ran = in_folder(
        &[("many.py", program)],
        &format!("{start}go p\nwait\nexpect output p \"all\""),
    );
    holds(&ran);
    let ran = in_folder(
        &[("many.py", program)],
        &format!("{start}kill p\njobs\nrun --as q sh -c 'ps ax | grep many.py | grep -vc grep'"),
    );
    assert!(ran.out.contains("nothing is under way"), "{}", ran.out);
}

#[test]
fn a_program_is_stepped_from_the_middle_and_let_go_again() {
    if !can_run() {
        return;
    }
    let ran = in_folder(
        &[("server.py", SERVER)],
        "run --as server python3 server.py &
expect blocked server
step server
step server
c = create_connection 127.0.0.1:5000
expect stopped server getsockname
go server
go server
send c \"hello\"
recv c
expect b\"HELLO\"
wait
step server
go server",
    );
    for shown in [
        "server stops before its next socket call",
        "not done: server is blocked in accept(3): it stops before the call that follows",
        "not done: server runs: it does not stop before its calls",
        "not done: server has ended",
    ] {
        assert!(ran.out.contains(shown), "{shown}\n{}{}", ran.out, ran.err);
    }
    assert!(!ran.out.contains("did not hold"), "{}", ran.out);
}

#[test]
fn what_cannot_be_stepped_is_said() {
    if !can_run() {
        return;
    }
    let ran = script(
        "step
go
step nobody
step lab
run --untraced --as blind sleep 100 &
step blind
cancel 1
run --step --untraced true
step x 0
expect stopped x sned",
    );
    for shown in [
        "no program stops before its calls",
        "no program is called nobody",
        "lab is no program",
        "the calls of blind are not seen",
        "--step stops a program before its calls, so they have to be seen",
        "step 0 would be nothing",
        "unknown call",
    ] {
        assert!(ran.out.contains(shown), "{shown}\n{}{}", ran.out, ran.err);
    }
    let alone = support::run(&["run", "--step", "--", "true"], b"");
    assert!(
        alone.status != 0 && alone.err.contains("run --step needs a terminal"),
        "{alone:?}"
    );
}

#[test]
fn wait_and_cancel_know_of_programs_that_are_stopped() {
    if !can_run() {
        return;
    }
    let program = "import socket
try:
    a, b = socket.socketpair()
    b.recv(1)
except KeyboardInterrupt:
    print(\"interrupted\")
";
    let lines = "run --step --as p python3 waits.py\nexpect stopped p socketpair\n";
    let ran = in_folder(&[("waits.py", program)], &format!("{lines}wait"));
    assert!(
        ran.out
            .contains("still under way: p in python3 waits.py · stopped before socketpair("),
        "{}{}",
        ran.out,
        ran.err
    );
    let ran = in_folder(
        &[("waits.py", program)],
        &format!("{lines}cancel 1\njobs\nexpect output p \"interrupted\""),
    );
    holds(&ran);
    assert!(ran.out.contains("nothing is under way"), "{}", ran.out);
}

#[test]
fn a_new_lab_says_what_became_of_the_air_and_of_what_was_stopped() {
    if !can_run() {
        return;
    }
    let ran = in_folder(
        &[("server.py", SERVER)],
        "host left 10.0.0.1
host right 10.0.0.2
right> run --step --as server python3 server.py
wire hold where udp
left> u = socket AF_INET SOCK_DGRAM
left> sendto u \"x\" 10.0.0.2:9
expect held 1
expect packet udp
reset
expect held 0",
    );
    let words: Vec<&str> = ran.out.split_whitespace().collect();
    let wanted =
        "what was in the air is lost: #3; what was stopped has ended: server before socket(";
    assert!(words.join(" ").contains(wanted), "{}{}", ran.out, ran.err);
}

#[test]
fn a_stop_is_an_event() {
    if !can_run() {
        return;
    }
    let folder = folder();
    let file = folder.path().join("pair.py");
    std::fs::write(&file, "import socket\ns = socket.socket()\ns.listen()\n")
        .expect("it can be written");
    let told = events(&format!(
        "run --step --as p python3 {}\nstep p\ngo p\nwait",
        file.display()
    ));
    let stops: Vec<&Value> = told
        .iter()
        .filter(|event| event["event"] == "stopped")
        .collect();
    let [socket, listen] = stops[..] else {
        panic!("it stops twice: {told:?}");
    };
    assert_eq!(socket["name"], "socket");
    assert_eq!(
        (
            &listen["process"],
            &listen["text"],
            &listen["line"],
            &listen["fd"],
        ),
        (
            &Value::from("p"),
            &Value::from("listen(3, 128)"),
            &Value::from(3),
            &Value::from(3)
        )
    );
}

/// A session whose program is stopped, fed from a pipe, with everyone who belongs to it.
fn stopped_session(place: &Path) -> (std::process::Child, std::process::ChildStdin, Vec<u32>) {
    std::fs::write(
        place.join("many.py"),
        "import os, socket, threading
for _ in range(3):
    os.fork()
for _ in range(3):
    threading.Thread(target=socket.socket).start()
",
    )
    .expect("it can be written");
    let mut child = Command::new(SOCKLAB)
        .args(["--color", "never"])
        .current_dir(place)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut input = child.stdin.take().expect("it is piped");
    writeln!(
        input,
        "run --step --as p python3 many.py\nexpect stopped p socket\nstep p 3\nprint \"settled\""
    )
    .expect("it reads");
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut said = output.lines().map_while(Result::ok);
    assert!(
        said.any(|line| line.contains("settled") && !line.contains("print")),
        "the session never said that it was settled"
    );
    std::thread::spawn(move || said.count());
    let everyone = descendants(child.id());
    assert!(
        everyone.len() >= 10,
        "eight processes and more: {everyone:?}"
    );
    (child, input, everyone)
}

#[test]
fn nothing_is_left_of_what_was_stopped_however_the_session_ends() {
    if !can_run() {
        return;
    }
    for how in ["quit", "reset", "kill"] {
        let place = folder();
        let (mut child, mut input, everyone) = stopped_session(place.path());
        match how {
            "kill" => child.kill().expect("it is there"),
            line => writeln!(input, "{line}").expect("it reads"),
        }
        eventually(&format!("everything has ended after {how}"), || {
            everyone.iter().all(|pid| !alive(*pid))
        });
        drop(input);
        child.wait().expect("it ends");
    }
}
