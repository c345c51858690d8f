#!/usr/bin/env python3
"""measure.py [SOCKLAB] [--runs N]: the numbers socklab promises, measured on this machine. Prints medians and worst of N runs.

  start      from execve to the first line of the first command's output, lab included (promise: under 60 ms)
  memory     resident memory of the terminal, the keeper and one process, idle: sum of RSS, and of PSS, which counts shared pages once
             (promise: RSS under 40 MB)
  pairs      a script of 10,000 send/recv pairs with every packet shown, and the largest resident memory of the terminal meanwhile
             (promise: under 10 s), and beside it, in turn, what `strace -f --seccomp-bpf` takes for the same 20,000 calls of a Python
             program: the ratio of each pair of runs (aim: under 1)
  latency    from the return of a call, by the process's own clock, to its last packet read from socklab's output
             (promise: under 5 ms at the prompt)

Uses only Python's standard library and Linux's /proc. Nothing is asserted: read the numbers.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def show(name, values, unit, scale=1.0):
    values = sorted(value * scale for value in values)
    print(f"{name:34} median {statistics.median(values):9.3f} {unit}   worst {values[-1]:9.3f} {unit}   of {len(values)}")


def started(binary):
    begin = time.monotonic()
    child = subprocess.Popen([binary, "--quiet", "-c", "s = socket"], stdout=subprocess.PIPE)
    child.stdout.readline()
    first = time.monotonic() - begin
    child.stdout.read()
    child.wait()
    return first, time.monotonic() - begin


def family(pid):
    found = [pid]
    for parent in found:
        for task in os.listdir(f"/proc/{parent}/task"):
            with open(f"/proc/{parent}/task/{task}/children") as file:
                found += [int(word) for word in file.read().split()]
    return found


def resident(pid):
    sizes = {"Rss:": 0, "Pss:": 0}
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            word = line.split()
            if word[0] in sizes:
                sizes[word[0]] = int(word[1])
    return sizes["Rss:"], sizes["Pss:"]


def session(binary, *arguments):
    return subprocess.Popen([binary, "--json", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)


def say(child, line, last):
    """Types a line and reads events until one satisfies `last`."""
    child.stdin.write(line + "\n")
    child.stdin.flush()
    events = []
    while not events or not last(events[-1]):
        events.append(json.loads(child.stdout.readline()))
    return events


def memory(binary):
    child = session(binary)
    say(child, "s = socket", lambda event: event["event"] == "call")
    sizes = [resident(pid) for pid in family(child.pid)]
    child.stdin.close()
    child.wait()
    return sum(rss for rss, _ in sizes), sum(pss for _, pss in sizes), len(sizes)


def latency(binary, count):
    child = session(binary)
    call = lambda event: event["event"] == "call"
    say(child, "s = create_server 127.0.0.1:5000", lambda event: call(event) and event["name"] == "listen")
    say(child, "c = create_connection 127.0.0.1:5000", lambda event: event["event"] == "packet" and event.get("tcp.flags") == 16)
    say(child, "conn, addr = accept s", call)
    delays = []
    for _ in range(count):
        events = say(child, 'send c "hello"', lambda event: event["event"] == "packet" and event.get("tcp.len") == 5)
        seen = time.time()
        made = next(event for event in events if call(event))
        delays.append(seen - (made["start"] + made["seconds"]))
        say(child, "recv conn", call)
    child.stdin.close()
    child.wait()
    return delays


def pairs(binary):
    with tempfile.NamedTemporaryFile("w", suffix=".lab") as script:
        script.write("s = create_server 127.0.0.1:5000\nc = create_connection 127.0.0.1:5000\nconn, addr = accept s\n")
        script.write('repeat 10000 { send c "hello"; recv conn }\n')
        script.flush()
        begin = time.monotonic()
        child = subprocess.Popen([binary, "--quiet", script.name], stdout=subprocess.DEVNULL)
        _, _, usage = os.wait4(child.pid, 0)
        return time.monotonic() - begin, usage.ru_maxrss


TRACED = """
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
for _ in range(10000):
    client.send(b"hello")
    conn.recv(4096)
"""


def traced():
    """The same calls of a program under strace(1), its lines written to a file; None without strace."""
    if shutil.which("strace") is None:
        return None
    with tempfile.NamedTemporaryFile() as lines:
        begin = time.monotonic()
        trace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-o", lines.name]
        subprocess.run([*trace, sys.executable, "-c", TRACED], check=True)
        return time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default="target/release/socklab")
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, user {os.geteuid()}, Linux {os.uname().release}")
    starts = [started(options.binary) for _ in range(options.runs)]
    show("start to first output", [first for first, _ in starts], "ms", 1e3)
    show("start to end of process", [whole for _, whole in starts], "ms", 1e3)
    sizes = [memory(options.binary) for _ in range(min(options.runs, 5))]
    show(f"memory of {sizes[0][2]} processes, RSS", [rss for rss, _, _ in sizes], "MB", 1 / 1024)
    show(f"memory of {sizes[0][2]} processes, PSS", [pss for _, pss, _ in sizes], "MB", 1 / 1024)
    show("call's return to its packets", latency(options.binary, 200), "ms", 1e3)
    runs, beside = [], []
    for _ in range(min(options.runs, 3)):
        runs.append(pairs(options.binary))
        beside.append(traced())
    show("10,000 send/recv pairs", [seconds for seconds, _ in runs], "s")
    if None not in beside:
        show("the same calls under strace", beside, "s")
        show("ratio", [seconds / strace for (seconds, _), strace in zip(runs, beside)], "")
    show("largest RSS of the terminal", [kilobytes for _, kilobytes in runs], "MB", 1 / 1024)


main()
