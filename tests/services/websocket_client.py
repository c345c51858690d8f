"""The websockets package against `serve s websocket`: messages, fragments, ping, close; an unmasked frame is refused."""
import socket
import sys

from websockets.sync.client import connect

port = int(sys.argv[1])
with connect(f"ws://127.0.0.1:{port}/") as ws:
    for message in ["hi", b"\x00\xff", "x" * 100_000, ""]:
        ws.send(message)
        assert ws.recv(timeout=60) == message
    ws.send(["a", "b", "c"])
    assert ws.recv(timeout=60) == "abc"
    assert ws.ping("p").wait(60)
assert ws.close_code == 1000, ws.close_code

raw = socket.create_connection(("127.0.0.1", port))
raw.sendall(
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n\x81\x02hi"
)
answer = b""
while more := raw.recv(1000):
    answer += more
assert answer.split(b"\r\n\r\n")[1][2:4] == (1002).to_bytes(2, "big"), answer
print("all held", flush=True)
