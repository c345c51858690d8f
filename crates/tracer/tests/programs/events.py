"""An event loop by selectors, in lock step with its client."""
import selectors, socket

loop = selectors.DefaultSelector()
listener = socket.create_server(("127.0.0.1", 0))
listener.setblocking(False)
loop.register(listener, selectors.EVENT_READ)
client = socket.create_connection(listener.getsockname())
for key, _ in loop.select():
    server, _ = key.fileobj.accept()
server.setblocking(False)
loop.register(server, selectors.EVENT_READ)
for text in [b"one", b"two", b"three"]:
    client.send(text)
    for key, _ in loop.select():
        print(key.fileobj.recv(10))
try:
    server.recv(10)
except BlockingIOError as error:
    print(error)
print(loop.select(0))
loop.unregister(server)
loop.close()
client.close()
