"""An echo server in a thread and its client, in lock step."""
import socket, threading

listener = socket.create_server(("127.0.0.1", 0))


def serve():
    while True:
        connection, _ = listener.accept()
        with connection:
            while data := connection.recv(1000):
                connection.sendall(data)
                if data == b"stop":
                    return


thread = threading.Thread(target=serve)
thread.start()
for text in [b"first", b"second", b"stop"]:
    with socket.create_connection(listener.getsockname()) as client:
        client.settimeout(5)
        client.sendall(text)
        print(client.recv(1000))
thread.join()
listener.close()
