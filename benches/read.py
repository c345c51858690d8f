#!/usr/bin/env python3
"""read.py [SOCKLAB] [--frames N] [--runs N] [--kinds K,K] [--json] [--endless GB]: socklab read, tcpdump and tshark side by side.

Makes captures of TCP and UDP frames of several kinds, always the same for the same number:

  mixed   many conversations at once, requests and answers of mixed sizes, some loss with what follows from it, TLS records, DNS
  web     short conversations: a name is looked up, a page fetched with HTTP, the connection closed
  bulk    a few long flows of full segments, with losses, duplicate and selective acknowledgments
  oneway  flows of which only one direction was captured, as a mirror port gives it: nothing is ever acknowledged
  echo    one connection at a time, short messages there and back
  flood   one program's datagrams at a time
  udp     datagrams of many programs: DNS, mDNS, NTP, syslog, media, QUIC's port, and ports nobody knows

On each it runs every program several times with its output to a file, in turn. Prints the median wall time, processor time and largest
resident memory of each, and how many times as fast socklab is (promise: 10 times tcpdump, 60 times tshark, under 64 MB). Beside them: a
filter, JSON, a pipe, and how memory grows with the capture; with --endless a stream of so many gigabytes that is never on a disk.

Resident memory is at least what Python itself has before it becomes the program, about 18 MB.
Uses only Python's standard library. A program that is not installed is named and left out. Nothing is asserted: read the numbers.
"""
import argparse
import heapq
import itertools
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

SYN, FIN, RST, PSH, ACK = 2, 1, 4, 8, 16
START = 1_700_000_000_000_000  # microseconds
NOISE = random.Random(7).randbytes(1 << 16)
TEXT = (b"GET /index.html HTTP/1.1\r\nHost: example.test\r\nAccept: */*\r\n\r\n" b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello</p>\r\n") * 16


def folded(data):
    """The Internet checksum of data whose length is even (RFC 1071)."""
    return 0xFFFF ^ (int.from_bytes(data, "big") % 0xFFFF)


class Host:
    def __init__(self, number, six):
        self.six = six
        self.mac = bytes([2, 0, 0]) + number.to_bytes(3, "big")
        if six:
            self.ip = bytes.fromhex("20010db8") + number.to_bytes(12, "big")
        else:
            self.ip = bytes([10]) + number.to_bytes(3, "big")


def frame(source, target, protocol, above, identification):
    if source.six:
        head = struct.pack("!IHBB", 6 << 28, len(above), protocol, 64) + source.ip + target.ip
        kind = b"\x86\xdd"
    else:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(above), identification & 0xFFFF, 0x4000, 64, protocol, 0) + source.ip + target.ip
        head = head[:10] + folded(head).to_bytes(2, "big") + head[12:]
        kind = b"\x08\x00"
    return target.mac + source.mac + kind + head + above


def transport(source, target, protocol, head, at, data):
    """The header with its checksum at `at`, and the data."""
    length = len(head) + len(data)
    even = data if length % 2 == 0 else data + b"\0"
    sum_ = folded(source.ip + target.ip + struct.pack("!II", length, protocol) + head + even)
    return head[:at] + sum_.to_bytes(2, "big") + head[at + 2:] + data


class Connection:
    """One TCP connection as a stream of (microseconds to wait, frame)."""

    def __init__(self, dice, client, server, ports):
        self.dice = dice
        self.ends = (client, server)
        self.ports = ports
        self.next = [dice.randrange(1 << 32), dice.randrange(1 << 32)]
        self.ack = [0, 0]
        self.clock = [dice.randrange(1 << 31), dice.randrange(1 << 31)]
        self.timestamps = dice.random() < 0.8
        self.id = dice.randrange(1 << 16)

    def segment(self, one, flags, data=b"", seq=None, options=b""):
        other = 1 - one
        self.clock[one] += 1
        self.id += 1
        if self.timestamps and not options:
            options = b"\x01\x01\x08\x0a" + struct.pack("!II", self.clock[one] & 0xFFFFFFFF, self.clock[other] & 0xFFFFFFFF)
        seq = self.next[one] if seq is None else seq
        words = 5 + len(options) // 4
        ack = self.ack[one] if flags & ACK else 0
        head = struct.pack("!HHIIBBHHH", self.ports[one], self.ports[other], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, words << 4, flags, 502, 0, 0)
        above = transport(self.ends[one], self.ends[other], 6, head + options, 16, data)
        return frame(self.ends[one], self.ends[other], 6, above, self.id)

    def open(self, trip):
        offer = b"\x02\x04\x05\xb4\x04\x02\x08\x0a" + struct.pack("!II", self.clock[0], 0) + b"\x01\x03\x03\x07"
        if not self.timestamps:
            offer = b"\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x07"
        yield 0, self.segment(0, SYN, options=offer)
        self.next[0] += 1
        self.ack[1] = self.next[0]
        yield trip, self.segment(1, SYN | ACK, options=offer)
        self.next[1] += 1
        self.ack[0] = self.next[1]
        yield 30, self.segment(0, ACK)

    def close(self, trip):
        for one in (0, 1):
            yield trip, self.segment(one, FIN | ACK)
            self.next[one] += 1
            self.ack[1 - one] = self.next[one]
        yield trip, self.segment(0, ACK)

    def say(self, one, message, trip):
        """A message in full segments, all of them acknowledged at once."""
        wait = trip
        for start in range(0, len(message), 1428):
            data = message[start:start + 1428]
            last = start + len(data) == len(message)
            yield wait, self.segment(one, ACK | (PSH if last else 0), data)
            self.next[one] += len(data)
            self.ack[1 - one] = self.next[one]
            wait = 12
        yield 40, self.segment(1 - one, ACK)

    def frames(self):
        dice = self.dice
        trip = dice.choice((200, 5000, 20000, 90000))
        yield from self.open(trip)
        for _ in range(dice.choice((1, 1, 2, 4, 8, 30))):
            yield from self.burst(0, dice.choice((40, 60, 90, 200, 700)), trip)
            yield from self.burst(1, dice.choice((20, 60, 90, 200, 300, 500, 1200, 3000)), trip)
        ending = dice.random()
        if ending < 0.1:
            yield trip, self.segment(0, RST | ACK)
        elif ending < 0.95:
            yield from self.close(trip)

    def message(self, one, size):
        """What a program would say on this port: HTTP, TLS records, or bytes of its own."""
        start = self.dice.randrange(len(NOISE) - size)
        if self.ports[1] == 80:
            head = b"GET /%d HTTP/1.1\r\nHost: example.test\r\n\r\n" if one == 0 else b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
            return (head % size + TEXT * 2)[:size]
        if self.ports[1] == 443:
            return b"\x17\x03\x03" + max(size - 5, 0).to_bytes(2, "big") + NOISE[start:start + max(size - 5, 0)]
        return NOISE[start:start + size]

    def burst(self, one, size, trip):
        """Data from one end, acknowledged by the other; now and then a segment is lost and sent again."""
        other = 1 - one
        wait = trip
        message, done = self.message(one, size), 0
        while size > 0:
            length = min(size, 1428)
            size -= length
            data = message[done:done + length]
            done += length
            if self.dice.random() < 0.01 and size > 0:
                missing, self.next[one] = self.next[one], self.next[one] + length
                after = min(size, 1428)
                edges = struct.pack("!II", self.next[one] & 0xFFFFFFFF, (self.next[one] + after) & 0xFFFFFFFF)
                yield wait, self.segment(one, ACK, message[done:done + after])
                self.next[one] += after
                size -= after
                done += after
                for _ in range(3):
                    yield 60, self.segment(other, ACK, options=b"\x01\x01\x05\x0a" + edges)
                yield trip, self.segment(one, ACK | PSH, data, seq=missing)
            else:
                yield wait, self.segment(one, ACK | (PSH if size == 0 else 0), data)
                self.next[one] += length
            self.ack[other] = self.next[one]
            wait = 25
            if size == 0 or self.dice.random() < 0.5:
                yield trip, self.segment(other, ACK)


def datagram(dice, ends, ports, data):
    head = struct.pack("!HHHH", *ports, 8 + len(data), 0)
    return frame(*ends, 17, transport(*ends, 17, head, 6, data), dice.randrange(1 << 16))


def exchange(dice, client, server, ports):
    """Questions and answers, or a call, by UDP."""
    there, back = ((client, server), ports), ((server, client), ports[::-1])
    if ports[1] == 53:
        for _ in range(dice.choice((1, 1, 2, 3))):
            number = dice.randrange(1 << 16)
            name = b"\x03www\x07example" + bytes([4]) + b"h%03d" % (number % 1000) + b"\0"
            yield 0, datagram(dice, *there, struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + name + b"\0\1\0\1")
            count = dice.choice((1, 1, 2, 4))
            answer = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\x01" * count
            yield dice.choice((300, 9000)), datagram(dice, *back, struct.pack("!HHHHHH", number, 0x8180, 1, count, 0, 0) + name + b"\0\1\0\1" + answer)
    else:
        for turn in range(dice.choice((20, 60, 150))):
            yield 10_000, datagram(dice, *(back if turn & 1 else there), TEXT[turn % 200:][:172])


def mixed(dice, hosts):
    groups = ([host for host in hosts if not host.six], [host for host in hosts if host.six])
    client, server = dice.sample(groups[dice.random() < 0.12], 2)
    mine = 32768 + dice.randrange(28000)
    if dice.random() < 0.55:
        return Connection(dice, client, server, (mine, dice.choice((80, 443, 443, 9999)))).frames()
    return exchange(dice, client, server, (mine, dice.choice((53, 53, 53, 5004, 6000))))


def lookup(dice, client, server, port=53):
    """A question for an address and its answer, on the port of DNS or of multicast DNS."""
    mine = port if port != 53 else 32768 + dice.randrange(28000)
    number = dice.randrange(1 << 16)
    labels = (dice.choice((b"www", b"api", b"cdn", b"mail")), b"host%d" % dice.randrange(5000), b"example", dice.choice((b"com", b"org", b"net")))
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    six = dice.random() < 0.3
    question = name + (b"\0\x1c" if six else b"\0\1") + b"\0\1"
    data = b"\x20\1\x0d\xb8" + NOISE[number % 60000:][:12] if six else b"\x0a" + NOISE[number % 60000:][:3]
    answer = b"\xc0\x0c" + question[-4:] + b"\0\0\0\x3c" + len(data).to_bytes(2, "big") + data
    count = dice.choice((1, 1, 2, 4))
    yield 0, datagram(dice, (client, server), (mine, port), struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + question)
    yield dice.choice((300, 9000)), datagram(dice, (server, client), (port, mine), struct.pack("!HHHHHH", number, 0x8180, 1, count, 0, 0) + question + answer * count)


def web(dice, hosts):
    """A lookup, then one or two pages over one connection."""
    four = [host for host in hosts if not host.six]
    client, server = dice.sample(four[8:], 2)
    yield from lookup(dice, client, four[dice.randrange(8)])
    connection = Connection(dice, client, server, (32768 + dice.randrange(28000), 80))
    trip = dice.choice((200, 5000, 20000))
    yield from connection.open(trip)
    for _ in range(dice.choice((1, 1, 2))):
        body = (b"<p>%d</p>\n" % dice.randrange(1 << 30)) * dice.choice((5, 30, 80, 200))
        request = b"GET /page/%d?from=%d HTTP/1.1\r\nHost: www.example.test\r\nUser-Agent: bench/1.0\r\nAccept: text/html,*/*\r\nAccept-Language: en\r\nConnection: keep-alive\r\n\r\n" % (dice.randrange(9999), dice.randrange(99))
        answer = b"HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        yield from connection.say(0, request, trip)
        yield from connection.say(1, answer, trip)
    yield from connection.close(trip)


def bulk(dice, hosts):
    """One flow of some thousand full segments: windows of twenty, of which now and then one is lost."""
    client, server = dice.sample([host for host in hosts if not host.six], 2)
    connection = Connection(dice, client, server, (32768 + dice.randrange(28000), 5001))
    connection.timestamps = False
    trip = 4000
    yield from connection.open(trip)
    for _ in range(dice.randrange(300, 900)):
        lost = dice.randrange(17) if dice.random() < 0.2 else None
        begin = connection.next[0]
        for place in range(20):
            data = NOISE[dice.randrange(60000):][:1448]
            if place != lost:
                yield 12, connection.segment(0, ACK, data)
            connection.next[0] += 1448
            if lost is None or place < lost:
                connection.ack[1] = connection.next[0]
                if place % 2:
                    yield 12, connection.segment(1, ACK)
            elif place > lost:
                edges = struct.pack("!II", (begin + (lost + 1) * 1448) & 0xFFFFFFFF, connection.next[0] & 0xFFFFFFFF)
                yield 12, connection.segment(1, ACK, options=b"\x01\x01\x05\x0a" + edges)
        if lost is not None:
            yield trip, connection.segment(0, ACK, NOISE[lost * 1448:][:1448], seq=begin + lost * 1448)
            connection.ack[1] = connection.next[0]
        yield trip, connection.segment(1, ACK)
    yield from connection.close(trip)


def oneway(dice, hosts):
    """Segments of one end, without an answer."""
    client, server = dice.sample([host for host in hosts if not host.six], 2)
    connection = Connection(dice, client, server, (32768 + dice.randrange(28000), dice.choice((443, 5001, 8080))))
    for _ in range(dice.choice((100, 400, 5000))):
        data = connection.message(0, dice.choice((60, 140, 300)))
        yield 100, connection.segment(0, ACK, data)
        connection.next[0] += len(data)


def udp(dice, hosts):
    """Some datagrams of one program."""
    client, server = dice.sample([host for host in hosts if not host.six], 2)
    ends = (client, server)
    what, mine = dice.randrange(7), 32768 + dice.randrange(28000)
    some = lambda size: NOISE[dice.randrange(len(NOISE) - size):][:size]
    if what == 0:
        yield from lookup(dice, client, server)
    elif what == 1:
        yield from lookup(dice, client, server, 5353)
    elif what == 2:
        yield 0, datagram(dice, ends, (123, 123), b"\x23\0\6\xec" + bytes(36) + some(8))
        yield 9000, datagram(dice, ends[::-1], (123, 123), b"\x24\1\6\xe9" + some(44))
    elif what == 3:
        for number in range(dice.choice((1, 4, 12))):
            yield 70_000, datagram(dice, ends, (mine, 514), b"<%d>Nov 21 10:00:%02d host daemon[%d]: connection %d was closed" % (dice.randrange(190), number, mine, number))
    elif what == 4:
        source = some(4)
        for number in range(dice.choice((40, 100))):
            yield 20_000, datagram(dice, ends, (mine & ~1, 5004), b"\x80\0" + struct.pack("!HI", number, number * 160) + source + some(160))
    else:
        port = 443 if what == 5 else 20000 + dice.randrange(9000)
        for turn in range(dice.choice((4, 20, 60))):
            one = dice.random() < 0.7
            yield 3_000, datagram(dice, ends if one else ends[::-1], (mine, port) if one else (port, mine), b"\x43" + some(dice.choice((60, 120, 400, 1200))))


def echo(dice, hosts):
    """One connection on which short messages go there and back, as a program on one machine makes it."""
    client, server = dice.sample([host for host in hosts if not host.six], 2)
    connection = Connection(dice, client, server, (32768 + dice.randrange(28000), 9001))
    yield from connection.open(10)
    for turn in range(100_000):
        yield from connection.say(0, b"message %06d of the client, " % turn + TEXT[:84], 8)
        yield from connection.say(1, b"message %06d of the client, " % turn + TEXT[:84], 8)
    yield from connection.close(10)


def flood(dice, hosts):
    """Datagrams of one program, one after the other."""
    client, server = dice.sample([host for host in hosts if not host.six], 2)
    mine = 32768 + dice.randrange(28000)
    for number in range(100_000):
        yield 3, datagram(dice, (client, server), (mine, 9000), b"datagram %06d " % number + TEXT[:84])


# What is made, and how many conversations there are at once.
KINDS = {"mixed": (mixed, 400), "web": (web, 400), "bulk": (bulk, 6), "oneway": (oneway, 40), "udp": (udp, 400), "echo": (echo, 1), "flood": (flood, 1)}


def frames(kind):
    """The frames of one kind without end: microseconds, bytes, and how many conversations there were so far."""
    make, together = KINDS[kind]
    dice = random.Random(19)
    hosts = [Host(number, number % 8 == 7) for number in range(2000)]
    waiting, born, now = [], 0, START

    def begin(at):
        nonlocal born
        born += 1
        push(at, born, make(dice, hosts))

    def push(at, number, packets):
        step = next(packets, None)
        if step is not None:
            heapq.heappush(waiting, (at + step[0] + dice.randrange(5), number, step[1], packets))

    for _ in range(together):
        begin(now + dice.randrange(200_000))
    while True:
        now, number, bytes_, packets = heapq.heappop(waiting)
        yield now, bytes_, born
        push(now, number, packets)
        if len(waiting) < together:
            begin(now + dice.randrange(20_000))


HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)


def write(path, count, kind):
    """A pcap file of `count` frames; the same bytes every time."""
    with open(path, "wb", buffering=1 << 20) as file:
        file.write(HEADER)
        for now, bytes_, born in itertools.islice(frames(kind), count):
            file.write(struct.pack("<IIII", now // 1_000_000, now % 1_000_000, len(bytes_), len(bytes_)))
            file.write(bytes_)
    return os.path.getsize(path), born


def run(command, out, piped=None):
    """Wall seconds, processor seconds, megabytes resident at most, of one run with its output in the file `out`."""
    with open(out, "wb") as sink, open(piped or os.devnull, "rb") as file:
        source = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE) if piped else None
        begin = time.monotonic()
        child = subprocess.Popen(command, stdin=source.stdout if source else subprocess.DEVNULL, stdout=sink, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if source:
            source.stdout.close()
            source.wait()
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(commands, runs, folder):
    """The medians of each command; they take turns, so that what else the machine does meets all of them."""
    found = {name: [] for name in commands}
    for _ in range(runs):
        for name, (command, piped) in commands.items():
            out = os.path.join(folder, "out")
            found[name].append(run(command, out, piped))
            size = os.path.getsize(out)
            os.unlink(out)
            found[name][-1] += (size / 1e6,)
    return {name: [statistics.median(column) for column in zip(*rows)] for name, rows in found.items()}


def show(medians, ours, others):
    for name, (wall, processor, resident, size) in medians.items():
        line = f"  {name:28} {wall:8.3f} s wall {processor:8.3f} s processor {resident:8.1f} MB resident {size:8.1f} MB written"
        if name in others and ours in medians:
            line += f"   {wall / medians[ours][0]:6.1f} x socklab's time"
        print(line, flush=True)


def others_of(capture):
    """tcpdump and tshark, where they are installed, as somebody would run them."""
    for name, command in (("tcpdump", ["tcpdump", "-nr", capture]), ("tshark", ["tshark", "-nr", capture])):
        if shutil.which(name):
            yield name, (command, None)


def stream(binary, gigabytes, folder):
    """A capture of so many gigabytes through a pipe: a piece of it again and again. Most of its connections begin anew each time."""
    piece = os.path.join(folder, "piece.pcap")
    write(piece, 100_000, "mixed")
    with open(piece, "rb") as file:
        file.read(len(HEADER))
        block = file.read()
    with open(os.devnull, "wb") as sink:
        begin = time.monotonic()
        child = subprocess.Popen([binary, "read", "-"], stdin=subprocess.PIPE, stdout=sink)
        child.stdin.write(HEADER)
        count = max(1, int(gigabytes * 1e9 / len(block)))
        for _ in range(count):
            child.stdin.write(block)
        # Not what wait4 gives: that is at least what this program has, which holds the piece.
        with open(f"/proc/{child.pid}/status") as status:
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        child.stdin.close()
        child.wait()
        wall = time.monotonic() - begin
    frames_ = count * 100_000
    print(f"  {frames_:,} frames, {count * len(block) / 1e9:.1f} GB on a pipe: {wall:.1f} s, {resident / 1024:.1f} MB resident", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", nargs="?", default="target/release/socklab")
    parser.add_argument("--frames", type=int, default=588_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kinds", default=",".join(KINDS), help="which captures, separated by commas")
    parser.add_argument("--json", action="store_true", help="measure tshark's JSON too, which takes minutes")
    parser.add_argument("--endless", type=float, metavar="GB", help="read a stream of so many gigabytes, too")
    parser.add_argument("--keep", help="a folder to put the captures into, to keep them")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}, Linux {os.uname().release}")
    for name in ("tcpdump", "tshark"):
        if not shutil.which(name):
            print(f"{name} is not installed: not measured")
    with tempfile.TemporaryDirectory() as folder:
        for kind in options.kinds.split(","):
            capture = os.path.join(options.keep or folder, f"{kind}.pcap")
            size, conversations = write(capture, options.frames, kind)
            print(f"{kind}: {options.frames:,} frames of {conversations:,} conversations, {size / 1e6:.0f} MB; medians of {options.runs}", flush=True)
            with open(capture, "rb") as file:
                while file.read(1 << 20):
                    pass  # It is in the page cache for everybody.
            read = [options.binary, "read", capture]
            lines = {"socklab read": (read, None), **dict(others_of(capture))}
            show(measure(lines, options.runs, folder), "socklab read", lines.keys() - {"socklab read"})
            others = {
                "socklab read FILTER": (read + ["tcp.flags.syn == 1"], None),
                "socklab read -": ([options.binary, "read", "-"], capture),
                "socklab read --json": (read + ["--json"], None),
            }
            if options.json and shutil.which("tshark"):
                others["tshark -T json"] = (["tshark", "-nr", capture, "-T", "json"], None)
            show(measure(others, 1 if options.json else options.runs, folder), "socklab read --json", {"tshark -T json"})
            if not options.keep:
                os.unlink(capture)
        small = os.path.join(folder, "small.pcap")
        print("memory, a line a packet:")
        for count in (options.frames // 16, options.frames // 4):
            write(small, count, "mixed")
            medians = measure({f"{count} frames": ([options.binary, "read", small], None)}, 1, folder)
            show(medians, "", ())
        if options.endless:
            stream(options.binary, options.endless, folder)


if __name__ == "__main__":
    main()
