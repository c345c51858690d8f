#!/usr/bin/env python3
"""inspect.py [SOCKLAB] [--runs N] [--count N] [--rate N] [--flood FLOOD]: a flood of UDP datagrams on the loopback, captured to a file by
`socklab inspect` and by `tcpdump -n`, one after the other. Prints for each the lines written, the frames dropped, the CPU seconds
spent (user and system), and the ratio of the medians.

Promise: of 1,000,000 datagrams at about 300,000 a second every one is a line, none is dropped, and less CPU is spent than by tcpdump.

Build first: cargo build --release --example flood --bin socklab. Needs root or CAP_NET_RAW, and tcpdump for the comparison; where
unshare(1) may make a network namespace the flood happens in one of its own. Uses only Python's standard library. Nothing is
asserted: read the numbers.
"""
import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

APART = "SOCKLAB_BENCH_APART"


def apart():
    """Begins again in a network namespace of its own, so that nobody else's packets are counted."""
    if os.environ.get(APART) or not shutil.which("unshare"):
        return bool(os.environ.get(APART))
    probe = subprocess.run(["unshare", "--net", "true"], capture_output=True)
    if probe.returncode != 0:
        return False
    os.environ[APART] = "1"
    os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])


def size(path):
    return os.stat(path).st_size


def capture(command, flood, count, rate, port):
    """Runs one capture around one flood. Gives lines, dropped frames, user and system seconds, and the flood's own seconds."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = os.path.join(folder, "out"), os.path.join(folder, "err")
        with open(out, "wb") as lines, open(err, "wb") as notes:
            child = subprocess.Popen(command, stdout=lines, stderr=notes)
        try:
            while b"on lo" not in open(err, "rb").read():
                if child.poll() is not None:
                    sys.exit(f"{command[0]} ended before it captured: {open(err).read().strip()}")
                time.sleep(0.02)
            time.sleep(0.2)
            sent, seconds = subprocess.run([flood, str(count), str(rate), str(port)], capture_output=True, text=True, check=True).stdout.split()
            before = -1
            while size(out) != before:
                before = size(out)
                time.sleep(0.3)
            child.send_signal(signal.SIGINT)
            _, _, usage = os.wait4(child.pid, 0)
            child.returncode = 0
        finally:
            if child.returncode is None:
                child.kill()
                child.wait()
        with open(out, "rb") as lines:
            written = sum(block.count(b"\n") for block in iter(lambda: lines.read(1 << 20), b""))
        with open(err, "rb") as notes:
            said = notes.read().decode(errors="replace")
    dropped = re.search(r"([\d,]+) (?:packets )?dropped by (?:the )?kernel", said)
    lost = int(dropped.group(1).replace(",", "")) if dropped else -1
    return written, lost, usage.ru_utime, usage.ru_stime, float(seconds), usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default="target/release/socklab")
    parser.add_argument("--flood", default="target/release/examples/flood")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=300_000)
    options = parser.parse_args()
    for program in (options.binary, options.flood):
        if not shutil.which(program):
            sys.exit(f"no program {program}: build it first, as --help says")
    alone = apart()
    if alone:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    place = "a network namespace of its own" if alone else "the machine's own lo"
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, Linux {os.uname().release}, on {place}")
    print(f"{options.count:,} datagrams at {options.rate:,}/s, {options.runs} runs, one program after the other")
    programs = {"socklab": [options.binary, "inspect", "-i", "lo", "--color", "never", "udp.port == 9753"]}
    if shutil.which("tcpdump"):
        programs["tcpdump"] = ["tcpdump", "-n", "-i", "lo", "udp", "port", "9753"]
    runs = {name: [] for name in programs}
    for _ in range(options.runs):
        for name, command in programs.items():
            runs[name].append(capture(command, options.flood, options.count, options.rate, 9753))
    for name, found in runs.items():
        lines, lost, user, system, seconds, resident = zip(*found)
        cpu = [one + other for one, other in zip(user, system)]
        print(
            f"{name:8} lines {min(lines):,}..{max(lines):,}  dropped {max(lost):,}  CPU median {statistics.median(cpu):.3f} s "
            f"(user {statistics.median(user):.3f}, system {statistics.median(system):.3f}), worst {max(cpu):.3f} s, "
            f"flood {options.count / statistics.median(seconds):,.0f}/s, largest RSS {max(resident) / 1024:.0f} MB"
        )
    if len(runs) == 2:
        own, other = ([sum(run[2:4]) for run in runs[name]] for name in ("socklab", "tcpdump"))
        print(f"socklab spends {statistics.median(own) / statistics.median(other):.2f} of tcpdump's CPU")


main()
