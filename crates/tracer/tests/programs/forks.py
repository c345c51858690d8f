"""50 children by fork, each with the parent's listener and a connection of its own."""
import os, socket

listener = socket.create_server(("127.0.0.1", 0), backlog=64)
children = []
for number in range(50):
    child = os.fork()
    if child == 0:
        with socket.create_connection(listener.getsockname()) as client:
            client.send(b"%d" % number)
            os._exit(0 if client.recv(10) == b"ok" else 1)
    children.append(child)
for _ in children:
    connection, _ = listener.accept()
    connection.recv(10)
    connection.send(b"ok")
    connection.close()
print([os.waitpid(child, 0)[1] for child in children])
