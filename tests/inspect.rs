//! `socklab inspect` on a loopback: the binary, real datagrams, real signals. Who lacks CAP_NET_RAW here has it in a lab, so there the
//! tests run in one, on its loopback.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

mod support;

/// Set where nobody may capture, to have these tests pass by.
const OPT_OUT: &str = "SOCKLAB_TESTS_WITHOUT_LAB";

/// Set for a test that runs in a lab already.
const IN_LAB: &str = "SOCKLAB_TESTS_IN_LAB";

/// The bit of CAP_NET_RAW in a set of capabilities (capabilities(7)).
const CAP_NET_RAW: u64 = 1 << 13;

/// True when this process may open packet sockets.
fn may_capture() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").expect("there is /proc");
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|set| u64::from_str_radix(set.trim(), 16).ok());
    effective.expect("it has a set of capabilities") & CAP_NET_RAW != 0
}

/// Runs a test where it may capture: here, or by this very program in a lab of its own.
fn where_it_may<T: Fn()>(test: T) {
    if may_capture() || std::env::var_os(IN_LAB).is_some() {
        return test();
    }
    // The name of a closure is the path of the test it stands in, and what it is.
    let path = std::any::type_name::<T>();
    let name = path.rsplit("::").nth(1).expect("a test's name");
    let program = std::env::current_exe().expect("it has a path");
    let ran = Command::new(support::SOCKLAB)
        .args(["run", "--"])
        .arg(program)
        .args(["--exact", name, "--nocapture"])
        .env(IN_LAB, "1")
        .output()
        .expect("the binary runs");
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success() && told.contains("1 passed"),
        "in a lab: {told}{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}

/// A capture that has begun.
struct Capture {
    child: Child,
    notes: BufReader<ChildStderr>,
}

/// What a capture left behind.
struct Left {
    out: Vec<u8>,
    notes: String,
    status: ExitStatus,
}

/// Begins to capture; `None` where that is forbidden and known to be.
fn capture(arguments: &[&str]) -> Option<Capture> {
    let child = Command::new(support::SOCKLAB)
        .args(["inspect", "--color", "never"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    begun(child)
}

/// Waits until it captures; `None` where that is forbidden and known to be.
fn begun(child: Child) -> Option<Capture> {
    begun_with(child).map(|(capture, _)| capture)
}

/// The same with the line that says so.
fn begun_with(mut child: Child) -> Option<(Capture, String)> {
    let mut notes = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    notes.read_line(&mut line).expect("notes are text");
    if line.contains("CAP_NET_RAW") {
        assert!(
            std::env::var_os(OPT_OUT).is_some(),
            "this user may not capture ({line}); set {OPT_OUT}=1 to pass these tests by"
        );
        child.wait().expect("it has ended");
        return None;
    }
    assert!(line.contains("capturing on"), "{line}");
    Some((Capture { child, notes }, line))
}

impl Capture {
    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).expect("it runs");
    }

    fn end(mut self) -> Left {
        let mut out = Vec::new();
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_end(&mut out).expect("output is read");
        }
        let mut notes = String::new();
        self.notes
            .read_to_string(&mut notes)
            .expect("notes are text");
        let status = self.child.wait().expect("it can be waited for");
        Left { out, notes, status }
    }
}

/// Two sockets of this test alone, so that a filter on their ports sees nothing else.
struct Pair {
    sender: UdpSocket,
    receiver: UdpSocket,
}

impl Pair {
    fn new() -> Self {
        let socket = || UdpSocket::bind("127.0.0.1:0").expect("there is a port");
        Self {
            sender: socket(),
            receiver: socket(),
        }
    }

    fn filter(&self) -> String {
        let port = self.receiver.local_addr().expect("it is bound").port();
        format!("udp.dstport == {port}")
    }

    fn send(&self, count: usize) {
        let to = self.receiver.local_addr().expect("it is bound");
        for number in 0..count {
            let text = format!("datagram {number}");
            self.sender
                .send_to(text.as_bytes(), to)
                .expect("it is sent");
        }
    }
}

#[test]
fn a_datagram_on_the_loopback_is_a_line_once_and_the_count_ends_it() {
    where_it_may(|| {
        let pair = Pair::new();
        let Some(capture) = capture(&["-i", "lo", "-c", "3", &pair.filter()]) else {
            return;
        };
        pair.send(5);
        let left = capture.end();
        let out = String::from_utf8(left.out).expect("lines are text");
        let payloads: Vec<&str> = out
            .lines()
            .filter_map(|line| {
                line.split_once('"')
                    .map(|(_, rest)| rest.trim_end_matches('"'))
            })
            .collect();
        assert_eq!(
            payloads,
            ["datagram 0", "datagram 1", "datagram 2"],
            "{out}"
        );
        assert!(
            left.notes.contains("3 shown, 0 dropped by the kernel"),
            "{}",
            left.notes
        );
        assert!(left.status.success());
    });
}

#[test]
fn ctrl_c_and_a_polite_kill_end_it_with_everything_seen_before() {
    where_it_may(|| {
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            let pair = Pair::new();
            let Some(capture) = capture(&["-i", "lo", &pair.filter()]) else {
                return;
            };
            pair.send(200);
            capture.signal(signal);
            // The same wish twice, as timeout(1) says it, is no reason to leave at once.
            capture.signal(signal);
            let left = capture.end();
            assert_eq!(left.out.lines().count(), 200);
            assert!(left.notes.contains("200 shown"), "{}", left.notes);
            assert!(left.status.success());
        }
    });
}

#[test]
fn all_interfaces_at_once_show_a_datagram_on_the_loopback_once() {
    where_it_may(|| {
        let pair = Pair::new();
        let Some(capture) = capture(&["-i", "any", "--json", &pair.filter()]) else {
            return;
        };
        pair.send(2);
        capture.signal(Signal::SIGINT);
        let left = capture.end();
        let lines: Vec<serde_json::Value> = String::from_utf8(left.out)
            .expect("JSON is text")
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line is an object"))
            .collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(lines[0]["udp.length"], 18);
        assert_eq!(lines[0]["ip.src"], "127.0.0.1");
        assert_eq!(lines[0]["frame.interface_name"], "lo");
    });
}

#[test]
fn what_is_written_can_be_read_again_with_the_kernel_s_drop_count() {
    where_it_may(|| {
        let pair = Pair::new();
        let Some(capture) = capture(&["-i", "lo", "-w", "-", "-s", "50", &pair.filter()]) else {
            return;
        };
        pair.send(4);
        capture.signal(Signal::SIGINT);
        let left = capture.end();
        assert!(left.notes.contains("4 written"), "{}", left.notes);
        // The statistics block of pcapng, type 5, is the last one.
        let length = u32::from_le_bytes(*left.out.last_chunk().expect("it is not empty")) as usize;
        let last = &left.out[left.out.len() - length..];
        assert_eq!(&last[..4], &5_u32.to_le_bytes());
        let read = support::run(&["read", "-", "--color", "never"], &left.out);
        assert_eq!(read.out.lines().count(), 4, "{}", read.out);
        assert!(read.out.contains("datag"), "{}", read.out);
        assert!(
            !read.out.contains("datagram 0"),
            "cut to 50 bytes: {}",
            read.out
        );
    });
}

#[test]
fn it_ends_when_nobody_reads_any_more_although_no_packet_comes() {
    where_it_may(|| {
        let pair = Pair::new();
        let Some(mut capture) = capture(&["-i", "lo", &pair.filter()]) else {
            return;
        };
        drop(capture.child.stdout.take());
        let left = capture.end();
        assert_eq!(left.notes, "", "nobody is there to be told");
        assert!(left.status.success());
    });
}

#[test]
fn tcp_is_tracked_whole_although_only_its_resets_were_asked_for() {
    where_it_may(|| {
        use std::io::Write;
        use std::net::{TcpListener, TcpStream};
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = listener.local_addr().expect("it is bound");
        let filter = format!("tcp.port == {} && tcp.flags.reset == 1", address.port());
        let Some(capture) = capture(&["-i", "lo", "-c", "1", &filter]) else {
            return;
        };
        let mut client = TcpStream::connect(address).expect("it listens");
        let (server, _) = listener.accept().expect("it was connected");
        client.write_all(b"never read").expect("it is sent");
        // Data that was not read makes close(2) send RST.
        server.set_nonblocking(true).expect("it is a socket");
        support::eventually("the data is there", || {
            server.peek(&mut [0; 10]).is_ok_and(|count| count == 10)
        });
        drop(server);
        let left = capture.end();
        let out = String::from_utf8(left.out).expect("lines are text");
        assert!(out.contains("[RST, ACK] Seq=1 Ack=11"), "{out}");
    });
}

#[test]
fn what_cannot_be_captured_is_said_with_what_can() {
    let ran = support::run(&["inspect", "-i", "no-such-if"], b"");
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("no interface no-such-if: there are"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("lo"), "{}", ran.err);
    let ran = support::run(&["inspect", "-i", "loo"], b"");
    assert!(ran.err.contains("did you mean lo?"), "{}", ran.err);
    let ran = support::run(&["inspect", "-i", "lo", "tcp.prt == 80"], b"");
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("did you mean tcp.port?"), "{}", ran.err);
    assert!(ran.err.contains("^^^^^^^"), "{}", ran.err);
}

#[test]
fn output_that_cannot_be_written_is_an_error_and_not_a_reader_that_went_away() {
    let full = || {
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it")
    };
    let pair = Pair::new();
    let mut child = Command::new(support::SOCKLAB)
        .args(["inspect", "-i", "lo", &pair.filter()])
        .stdout(full())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut notes = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    notes.read_line(&mut line).expect("notes are text");
    if !line.contains("CAP_NET_RAW") {
        pair.send(1);
        let mut rest = String::new();
        notes.read_to_string(&mut rest).expect("notes are text");
        assert!(
            rest.contains("standard output cannot be written: No space"),
            "{rest}"
        );
    }
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    let script = Command::new(support::SOCKLAB)
        .args(["-c", "print \"lost\""])
        .stdout(full())
        .output()
        .expect("the binary runs");
    assert_eq!(script.status.code(), Some(1));
    let said = String::from_utf8_lossy(&script.stderr);
    assert!(
        said.contains("standard output cannot be written: No space"),
        "{said}"
    );
}

#[test]
fn a_hangup_that_is_ignored_stays_ignored() {
    where_it_may(|| {
        let pair = Pair::new();
        // nohup(1) without its redirections.
        let child = Command::new("sh")
            .args(["-c", "trap '' HUP; exec \"$0\" inspect -i lo \"$1\""])
            .args([support::SOCKLAB, &pair.filter()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shell runs");
        let Some(capture) = begun(child) else {
            return;
        };
        capture.signal(Signal::SIGHUP);
        pair.send(1);
        let mut line = String::new();
        let out = capture.child.stdout.as_ref().map(|out| {
            let out = std::os::fd::AsFd::as_fd(out).try_clone_to_owned();
            BufReader::new(std::fs::File::from(out.expect("it is open")))
        });
        out.expect("it is piped")
            .read_line(&mut line)
            .expect("lines are text");
        assert!(line.contains("datagram 0"), "{line}");
        capture.signal(Signal::SIGINT);
        let left = capture.end();
        assert!(left.notes.contains("1 shown"), "{}", left.notes);
        assert!(left.status.success());
    });
}

#[test]
fn an_interface_that_is_down_is_said_to_be_so_once() {
    if !support::private_lab() {
        return;
    }
    // The loopback of a new network is down.
    let child = Command::new("unshare")
        .args(["--net", "--map-root-user", support::SOCKLAB])
        .args(["inspect", "-i", "lo"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("unshare(1) runs");
    let Some((capture, first)) = begun_with(child) else {
        return;
    };
    assert!(first.contains("it is down"), "{first}");
    capture.signal(Signal::SIGINT);
    let left = capture.end();
    assert_eq!(left.notes.matches("down").count(), 0, "{}", left.notes);
    assert!(left.notes.contains("0 packets captured"), "{}", left.notes);
}
