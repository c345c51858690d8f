"""Three clients of `serve s chat`, one of which never reads: it is let go, and the others go on."""
import socket
import sys

port = int(sys.argv[1])


def join(name):
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    lines = client.makefile("rb")
    assert lines.readline() == b"* which name is yours?\n"
    client.sendall(name.encode() + b"\n")
    assert lines.readline().startswith(b"* welcome")
    return client, lines


ann, hears = join("ann")
bob, _ = join("bob")
assert hears.readline() == b"* bob has joined\n"
deaf = socket.socket()
deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
deaf.connect(("127.0.0.1", port))
deaf.sendall(b"deaf\n")
assert hears.readline() == b"* deaf has joined\n"
line = b"x" * 1000 + b"\n"
said = 0
while True:
    bob.sendall(line)
    said += 1
    heard = hears.readline()
    if heard == b"* deaf has left\n":
        break
    assert heard == b"bob: " + line, heard
    assert said < 20_000, "a client that does not read is kept"
bob.sendall(b"/quit\n")
while (heard := hears.readline()) != b"* bob has left\n":
    assert heard == b"bob: " + line, heard
print("all held", flush=True)
