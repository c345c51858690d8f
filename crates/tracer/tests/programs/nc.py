"""nc as the client of a listener in Python."""
import socket, subprocess

listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
client = subprocess.Popen(["nc", "127.0.0.1", str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
client.stdin.write(b"from nc\n")
client.stdin.flush()
connection, _ = listener.accept()
with connection:
    print(connection.recv(100))
    connection.sendall(b"to nc\n")
print(client.stdout.readline())
client.stdin.close()
client.wait()
listener.close()
