//! What tracing costs: the same programs alone, traced, and under strace, in one run, side by side.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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

/// Runs a command to its end; gives the seconds it prints, and those it took as a whole.
fn run(command: &[&str]) -> io::Result<(f64, Duration)> {
    let began = Instant::now();
    let output = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok((text.trim().parse().unwrap_or(f64::NAN), began.elapsed()))
}

/// The best and the median of some runs.
fn of_runs(times: usize, mut measure: impl FnMut() -> io::Result<f64>) -> io::Result<(f64, f64)> {
    let mut all = (0..times)
        .map(|_| measure())
        .collect::<io::Result<Vec<f64>>>()?;
    all.sort_by(f64::total_cmp);
    Ok((all[0], all[times / 2]))
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
    let ways: [(&str, Vec<&str>); 6] = [
        ("alone", vec![]),
        (
            "traced, each call decoded",
            vec![&trace, "--quiet", "--out", "/dev/null"],
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
            vec![&trace, "--summary", "2000", "--out", "/dev/null"],
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
        let mut alone = f64::NAN;
        for (name, prefix) in &ways {
            let command = [prefix.as_slice(), &[&python, "-c", code]].concat();
            let (best, median) = of_runs(5, || {
                let (printed, whole) = run(&command)?;
                Ok(if code == START {
                    whole.as_secs_f64()
                } else {
                    printed
                })
            })?;
            if prefix.is_empty() {
                alone = best;
            }
            let each = if calls > 0.0 && !prefix.is_empty() {
                format!(", {:.1} µs a call more", (best - alone) / calls * 1e6)
            } else {
                String::new()
            };
            let times = best / alone;
            writeln!(
                out,
                "  {name:32} best {best:.3} s, median {median:.3} s, {times:.2} times{each}"
            )?;
        }
    }
    Ok(())
}
