#!/usr/bin/env python3
"""programs.py [SOCKLAB] [--runs N]: what it costs a program to have its calls shown, alone, under socklab and under strace in turn.

  pairs      20,000 send/recv pairs of a Python program on one connection, timed by the program itself
             (promise: half of what it takes under `strace -f --seccomp-bpf -e trace=network`)
  copy       1 GB over lo in writes of 1 MB (promise: at most 1.3 times its time alone)
  start      a Python program that does nothing (promise: at most 60 ms more than alone; the lab's own start is taken off)

Uses only Python's standard library. Nothing is asserted: read the numbers. The machine should be idle: on two cores the program and its
tracer have one and the terminal the other.
"""
import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time

PAIRS = """
import socket, time
l = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(l.getsockname())
s, _ = l.accept()
begin = time.monotonic()
for _ in range(20000):
    c.send(b"x" * 64)
    s.recv(4096)
print("seconds", time.monotonic() - begin)
"""

COPY = """
import os, socket, time
l = socket.create_server(("127.0.0.1", 0))
if os.fork() == 0:
    c = socket.create_connection(l.getsockname())
    data = bytes(1 << 20)
    for _ in range(1024):
        c.sendall(data)
    os._exit(0)
s, _ = l.accept()
begin = time.monotonic()
while s.recv(1 << 20):
    pass
print("seconds", time.monotonic() - begin)
"""


def told(command):
    """The time that the program itself printed, in seconds."""
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True)
    return float(re.search(r"seconds ([0-9.e-]+)", ran.stdout)[1])


def taken(command):
    """The time from start to end, in seconds."""
    begin = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default="target/release/socklab")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    # The interpreter itself: `python3` may be a script that looks for one.
    python = sys.executable
    lab = [options.binary, "run", "--"]
    log = tempfile.NamedTemporaryFile()
    strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-o", log.name]
    rows = {}

    def note(name, seconds):
        rows.setdefault(name, []).append(seconds)

    for _ in range(options.runs):
        for name, text in (("pairs", PAIRS), ("copy", COPY)):
            program = [python, "-c", text]
            note(f"{name}, alone", told(program))
            note(f"{name}, socklab", told(lab + program))
            note(f"{name}, strace", told(strace + program))
        note("start, alone", taken([python, "-c", "pass"]))
        note("start, socklab", taken(lab + [python, "-c", "pass"]) - taken(lab + ["true"]))
    for name, values in rows.items():
        print(f"{name:18} median {statistics.median(values):8.3f} s   from {min(values):8.3f} to {max(values):8.3f}   of {len(values)}")
    for name in ("pairs", "copy"):
        ratios = [one / other for one, other in zip(rows[f"{name}, socklab"], rows[f"{name}, strace"])]
        print(f"{name}: socklab / strace {statistics.median(ratios):.2f}")
    ratios = [one / other for one, other in zip(rows["copy, socklab"], rows["copy, alone"])]
    print(f"copy: socklab / alone {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
