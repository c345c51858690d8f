"""python-socketio against `serve s socketio`: both transports and the upgrade, events, acknowledgements, binary, namespaces."""
import queue
import sys

import socketio

port = sys.argv[1]
for transports in (["polling"], ["websocket"], None):
    client = socketio.Client()
    heard = queue.Queue()
    for name in ("chat", "bin", "ask"):
        client.on(name, lambda *data, name=name: heard.put((name, data)))
    client.on("x", lambda *data: heard.put(("x", data)), namespace="/admin")
    client.connect(f"http://127.0.0.1:{port}", transports=transports, namespaces=["/", "/admin"])
    client.emit("chat", ("hi", {"a": [1, None]}))
    assert heard.get(timeout=60) == ("chat", ("hi", {"a": [1, None]}))
    assert client.call("ask", (1, "two"), timeout=60) == (1, "two")
    assert heard.get(timeout=60) == ("ask", (1, "two"))
    client.emit("bin", {"data": b"\x01\x02", "more": b""})
    assert heard.get(timeout=60) == ("bin", ({"data": b"\x01\x02", "more": b""},))
    client.emit("x", 1, namespace="/admin")
    assert heard.get(timeout=60) == ("x", (1,))
    if transports is None:
        assert client.transport() == "websocket"
    client.disconnect()
print("all held", flush=True)
