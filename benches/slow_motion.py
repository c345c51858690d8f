#!/usr/bin/env python3
"""slow_motion.py [SOCKLAB] [--rounds N] [--viewers N]: how fast slow motion answers, and what those who watch the page cost the lab.

  wire step  from the moment that the receiver's answer is held (the time of that frame) until the command has returned and the line
             behind it was read (promise: within 5 ms)
  step       from the line until the program is stopped before its next call and the line behind it was read
  viewers    a Python program makes 1,000 calls a second for ten seconds, watched by nobody, then by 200 readers of the page's events
             (promise: at most 10 % slower); the memory of the terminal before and after

Uses only Python's standard library. Nothing is asserted: read the numbers. The machine should be idle.
"""
import argparse
import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

SOCKETS = "import socket; s = socket.socket(); l = [s.listen() for _ in range(%d)]"

CALLS = """
import socket, time
a, b = socket.socketpair()
begin = time.monotonic()
busy = 0.0
for turn in range(100):
    start = time.monotonic()
    for _ in range(50):
        a.send(b"x")
        b.recv(1)
    busy += time.monotonic() - start
    time.sleep(max(0, begin + (turn + 1) * 0.1 - time.monotonic()))
print("seconds", busy, time.monotonic() - begin, flush=True)
"""


class Lab:
    """A session whose lines are written and whose events are read."""

    def __init__(self, socklab, *arguments):
        self.child = subprocess.Popen([socklab, "--json", "--deadline", "60s", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.count = 0

    def lines(self, *lines):
        """Writes lines and gives the events up to their end, with the time at which that was read."""
        self.count += 1
        end = f"end {self.count}"
        text = "\n".join([*lines, f'print "{end}"'])
        self.child.stdin.write(text.encode() + b"\n")
        self.child.stdin.flush()
        events = []
        while True:
            event = json.loads(self.child.stdout.readline())
            if event["event"] == "output" and event["text"].strip() == end:
                return events, time.time()
            events.append(event)

    def close(self):
        self.child.stdin.close()
        # A page would stay until it is ended.
        self.child.terminate()
        self.child.wait()


def show(name, times):
    times = sorted(time * 1000 for time in times)
    print(f"{name:10} median {statistics.median(times):7.2f} ms   90 % {times[int(len(times) * 0.9)]:7.2f} ms   longest {times[-1]:7.2f} ms   of {len(times)}")


def wire_step(socklab, rounds):
    lab = Lab(socklab)
    lab.lines("host left 10.0.0.1", "host right 10.0.0.2", "right> s = create_server 10.0.0.2:5000")
    times = []
    for _ in range(rounds):
        lab.lines("wire hold where tcp.flags.syn == 1", "left> c = socket", "left> setblocking c False", "left> connect c 10.0.0.2:5000", "expect held 1")
        events, read = lab.lines("wire step")
        held = [event for event in events if event["event"] == "packet" and event.get("held")]
        times.append(read - held[-1]["frame.time_epoch"])
        lab.lines("wire release", "left> close c", "right> conn, peer = accept s", "right> close conn")
    lab.close()
    show("wire step", times)


def step(socklab, rounds):
    lab = Lab(socklab)
    lab.lines(f"run --step --as p python3 -c '{SOCKETS % rounds}'", "step p")
    times = []
    for _ in range(rounds - 1):
        begin = time.time()
        _, read = lab.lines("step p")
        times.append(read - begin)
    lab.close()
    show("step", times)


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) // 1024


def watch(url, viewers, over):
    """Reads the events of the page with so many connections."""
    host, port, path = re.match(r"http://([^:/]+):(\d+)(/.*)", url).groups()
    chosen = selectors.DefaultSelector()
    for _ in range(viewers):
        viewer = socket.create_connection((host, int(port)))
        viewer.sendall(f"GET {path}events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        chosen.register(viewer, selectors.EVENT_READ)
    while not over.is_set():
        for key, _ in chosen.select(0.2):
            key.fileobj.recv(1 << 16)


def watched(socklab, viewers):
    lab = Lab(socklab, "--page", "127.0.0.1:0")
    url = None
    while not url:
        found = re.search(r"http://[^ \"]+", lab.child.stdout.readline().decode())
        url = found and found[0]
    over = threading.Event()
    # In a process of their own: the readers' work is not the lab's.
    reader = subprocess.Popen([sys.executable, __file__, "--watch", url, "--viewers", str(viewers)], stdin=subprocess.PIPE) if viewers else None
    time.sleep(2)
    before = memory(lab.child.pid)
    with tempfile.NamedTemporaryFile("w", suffix=".py") as program:
        program.write(CALLS)
        program.flush()
        events, _ = lab.lines(f"run --as p python3 {program.name}")
    said = [event["text"] for event in events if event["event"] == "output"]
    busy = float(re.search(r"seconds ([0-9.]+)", "".join(said))[1])
    after = memory(lab.child.pid)
    if reader:
        reader.stdin.close()
        reader.wait()
    lab.close()
    return busy, before, after


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("socklab", nargs="?", default="target/release/socklab")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--watch", help=argparse.SUPPRESS)
    wish = parser.parse_args()
    if wish.watch:
        over = threading.Event()
        threading.Thread(target=lambda: (sys.stdin.read(), over.set())).start()
        return watch(wish.watch, wish.viewers, over)
    wire_step(wish.socklab, wish.rounds)
    step(wish.socklab, wish.rounds)
    alone = [watched(wish.socklab, 0), watched(wish.socklab, 0)]
    many = [watched(wish.socklab, wish.viewers), watched(wish.socklab, wish.viewers)]
    for name, runs in [("nobody", alone), (f"{wish.viewers}", many)]:
        for busy, before, after in runs:
            print(f"viewers    {name:>6}: 10,000 calls took the program {busy:6.2f} s of 10; the terminal has {before} MiB, then {after} MiB")


main()
