#!/usr/bin/env python3
"""wire.py [SOCKLAB] [--runs N] [--syn N] [--labs N]: what the wire between hosts costs and keeps, measured on this machine.

  hosts      two hosts up: from the first `host` line to the second one's process (promise: under 60 ms)
  rate       TCP from one host to the other, full-size frames, no rule, every frame told to the terminal (promise: 1 Gbit/s)
  latency    a datagram there and back over the wire beside one over the loopback of a host; half of the difference is what the wire
             adds to one way (promise: under 100 us at the median)
  delay      `wire delay 50ms`: from sendto on one host to recvfrom on the other, by CLOCK_MONOTONIC (promise: 50 ms +- 1 ms)
  syn        the first SYN of N connections is lost, over many labs side by side: each must be sent again once, after about 1 s
             (promise: N of N)

Uses only Python's standard library. Nothing is asserted: read the numbers.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

SINK = """
import socket, time
server = socket.create_server(("10.0.0.2", 5001))
conn, _ = server.accept()
total, begin = 0, None
while data := conn.recv(1 << 20):
    begin = begin or time.monotonic()
    total += len(data)
print("rate", total * 8 / (time.monotonic() - begin) / 1e9, flush=True)
"""
SOURCE = """
import socket
with socket.create_connection(("10.0.0.2", 5001)) as s:
    block = bytes(1 << 20)
    for _ in range(300):
        s.sendall(block)
"""
ECHO = """
import socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 5002))
while True:
    data, peer = s.recvfrom(64)
    if data == b"end":
        break
    s.sendto(struct.pack("q", time.monotonic_ns()), peer)
"""
PING = """
import socket, statistics, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
peer, name, count = (sys.argv[1], 5002), sys.argv[2], int(sys.argv[3])
ways, rounds = [], []
for turn in range(count):
    begin = time.monotonic_ns()
    s.sendto(b"ping", peer)
    there, = struct.unpack("q", s.recv(64))
    end = time.monotonic_ns()
    if turn >= count // 10:
        ways.append((there - begin) / 1e6)
        rounds.append((end - begin) / 1e6)
s.sendto(b"end", peer)
print(name, statistics.median(ways), min(ways), max(ways), statistics.median(rounds), flush=True)
"""


def show(name, values, unit):
    values = sorted(values)
    print(f"{name:44} median {statistics.median(values):9.3f} {unit}   best {values[0]:9.3f}   worst {values[-1]:9.3f}   of {len(values)}", flush=True)


def hosts(binary):
    child = subprocess.Popen([binary, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    child.stdin.write("x = 1\nprint x\n")
    while json.loads(child.stdout.readline())["event"] != "output":
        pass
    begin = time.monotonic()
    child.stdin.write("host client\nhost server\n")
    seen = 0
    while seen < 2:
        event = json.loads(child.stdout.readline())
        seen += event.get("event") == "process" or "began on" in event.get("text", "")
    took = (time.monotonic() - begin) * 1000
    child.stdin.close()
    child.wait()
    return took


def numbers(binary, script, word, *flags):
    done = subprocess.run([binary, "--quiet", "--deadline", "60s", *flags, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in done.stdout.splitlines():
        if f"{word} " in line:
            return [float(value) for value in line.split(f"{word} ")[1].split()]
    sys.exit(f"no result for {word}:\n{done.stdout[-3000:]}")


def connections(binary, count):
    """Runs connections whose first SYN is lost, one after the other in one lab. Gives the waits in seconds, as the wire saw them."""
    lines = ["host client", "host server", "server> s = socket; bind s 10.0.0.2:5000; listen s"]
    for _ in range(count):
        lines += ["wire clear", "wire drop next where tcp.flags.syn == 1 && tcp.flags.ack == 0",
                  "client> c = socket; connect c 10.0.0.2:5000", "client> close c", "server> conn, addr = accept s", "server> close conn"]
    done = subprocess.run([binary, "--json", "--deadline", "30s", "-c", "\n".join(lines)], stdout=subprocess.PIPE, text=True)
    lost, waits, again = {}, [], 0
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["event"] != "packet" or event.get("tcp.flags") != 2:
            continue
        key = event["tcp.stream"]
        if event["lost"]:
            lost[key] = event["frame.time_epoch"]
        elif key in lost:
            waits.append(float(event["frame.time_epoch"]) - float(lost[key]))
            again += "retransmission" in event.get("tcp.analysis.flags", [])
    return len(lost), again, waits


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("binary", nargs="?", default="target/release/socklab")
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--syn", type=int, default=1000)
    arguments.add_argument("--labs", type=int, default=25)
    arguments = arguments.parse_args()
    binary = os.path.abspath(arguments.binary)
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores, {os.uname().sysname} {os.uname().release}")
    show("two hosts up (ms)", [hosts(binary) for _ in range(4 * arguments.runs)], "ms")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        for name, text in [("sink", SINK), ("source", SOURCE), ("echo", ECHO), ("ping", PING)]:
            with open(f"{folder}/{name}.py", "w") as file:
                file.write(text)
        two = "host client\nhost server\n"
        for how, inspect in [("inspector on, lines not shown", "inspect off\n"), ("every line shown", "")]:
            bulk = f"{two}{inspect}server> run python3 {folder}/sink.py &\nsleep 400ms\nclient> run python3 {folder}/source.py\nwait\n"
            show(f"TCP over the wire, {how}", [numbers(binary, bulk, "rate")[0] for _ in range(arguments.runs)], "Gbit/s")

        def ping(rule, to, count):
            where = "server" if to == "10.0.0.2" else "client"
            return numbers(binary, f"inspect off\n{two}{rule}\n{where}> run python3 {folder}/echo.py {to} &\nsleep 400ms\nclient> run python3 {folder}/ping.py {to} ping {count}\nwait\n", "ping")

        wire = [ping("", "10.0.0.2", 2000) for _ in range(arguments.runs)]
        loop = [ping("", "127.0.0.1", 2000) for _ in range(arguments.runs)]
        show("there and back over the wire", [run[3] for run in wire], "ms")
        show("there and back over loopback", [run[3] for run in loop], "ms")
        show("added by the wire to one way", [(one[3] - other[3]) / 2 for one, other in zip(wire, loop)], "ms")
        delayed = [ping("wire delay 50ms", "10.0.0.2", 60) for _ in range(arguments.runs)]
        show("one way with `wire delay 50ms`, medians", [run[0] for run in delayed], "ms")
        show("the shortest of each run", [run[1] for run in delayed], "ms")
        show("the longest of each run", [run[2] for run in delayed], "ms")
    each = -(-arguments.syn // arguments.labs)
    begin = time.monotonic()
    with ThreadPoolExecutor(arguments.labs) as pool:
        results = list(pool.map(lambda _: connections(binary, each), range(arguments.labs)))
    waits = [wait for result in results for wait in result[2]]
    print(f"{sum(r[0] for r in results)} SYNs lost, {sum(r[1] for r in results)} sent again, over {arguments.labs} labs at once in {time.monotonic() - begin:.0f} s; load {os.getloadavg()[0]:.2f}")
    show("from the lost SYN to the next", waits, "s")


if __name__ == "__main__":
    main()
