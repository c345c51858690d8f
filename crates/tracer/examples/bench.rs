//! What tracing costs: the same programs alone, traced, and under strace, in one run, side by side.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often each is run; the best counts.
const ROUNDS: usize = 7;

const PAIRS: &str = "
import socket, time
a, n = socket.create_server(('127.0.0.1', 0)), 20000
c = socket.create_connection(a.getsockname()); s, _ = a.accept()
t = time.monotonic()
for _ in range(n): c.send(b'x' * 64); s.recv(64)
print(time.monotonic() - t)
";

const COPY: &str = "
import os, socket, time
a, n = socket.create_server(('127.0.0.1', 0)), 1 << 30
if os.fork() == 0:
    s, _ = a.accept(); b, got = bytearray(1 << 20), 0
    while r := s.recv_into(b): got += r
    os._exit(got != n)
c, d = socket.create_connection(a.getsockname()), bytes(1 << 20)
t = time.monotonic()
for _ in range(1024): c.sendall(d)
c.close(); status = os.wait()[1]
print(time.monotonic() - t if status == 0 else 'wrong')
";

const START: &str = "import socket, socketserver, selectors; socket.socket().close()";

/// What a run took: the seconds it prints or took as a whole, and the processor's seconds of all its processes.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    processor: f64,
}

/// The processor's time of all ended children in seconds (cutime and cstime of proc_pid_stat(5), in ticks of 10 ms).
fn processor() -> io::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(") ").next().unwrap_or("").split(' ');
    let ticks: f64 = fields
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    Ok(ticks / 100.0)
}

fn run(command: &[&str], whole: bool) -> io::Result<Cost> {
    let (began, before) = (Instant::now(), processor()?);
    let output = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    let took = began.elapsed().as_secs_f64();
    let printed = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .unwrap_or(f64::NAN);
    Ok(Cost {
        seconds: if whole { took } else { printed },
        processor: processor()? - before,
    })
}

fn best(costs: &[Cost], of: fn(&Cost) -> f64) -> f64 {
    costs.iter().map(of).fold(f64::INFINITY, f64::min)
}

fn main() -> io::Result<()> {
    let own = std::env::current_exe()?;
    let trace = own.with_file_name("trace").to_string_lossy().into_owned();
    let python = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "python3".to_owned());
    let strace = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-e",
        "trace=network",
        "-o",
        "/dev/null",
    ];
    let ways: [(&str, Vec<&str>); 7] = [
        ("alone", vec![]),
        (
            "traced, each call decoded",
            vec![&trace, "--quiet", "--out", "/dev/null"],
        ),
        (
            "traced, each with its line",
            vec![&trace, "--lines", "--quiet", "--out", "/dev/null"],
        ),
        (
            "traced, each call printed",
            vec![&trace, "--out", "/dev/null"],
        ),
        (
            "traced, on all processors",
            vec![&trace, "--quiet", "--spread", "--out", "/dev/null"],
        ),
        (
            "traced, summed from 2000/s on",
            vec![&trace, "--quiet", "--summary", "2000", "--out", "/dev/null"],
        ),
        ("strace -e trace=network", strace.to_vec()),
    ];
    let mut out = io::stdout();
    for (title, code, calls) in [
        ("20,000 send and recv", PAIRS, 40_000.0),
        ("1 GB in writes of 1 MB", COPY, 0.0),
        ("start of Python", START, 0.0),
    ] {
        writeln!(out, "{title}")?;
        // By turns, so that what else the machine does strikes all alike.
        let mut costs = vec![Vec::new(); ways.len()];
        for _ in 0..ROUNDS {
            for (costs, (_, prefix)) in costs.iter_mut().zip(&ways) {
                let command = [prefix.as_slice(), &[&python, "-c", code]].concat();
                costs.push(run(&command, code == START)?);
            }
        }
        let seconds = |costs: &[Cost]| best(costs, |cost| cost.seconds);
        let used = |costs: &[Cost]| best(costs, |cost| cost.processor);
        for ((name, _), cost) in ways.iter().zip(&costs) {
            let (took, work) = (seconds(cost), used(cost));
            let times = took / seconds(&costs[0]);
            write!(
                out,
                "  {name:32} {took:.3} s, {times:.2} times; processor {work:.2} s"
            )?;
            if calls > 0.0 {
                let more = |mine: f64, alone: f64| (mine - alone) / calls * 1e6;
                let more = (more(took, seconds(&costs[0])), more(work, used(&costs[0])));
                write!(
                    out,
                    "; a call {:.1} µs more, processor {:.1} µs",
                    more.0, more.1
                )?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}
