"""200 clients, each in a thread, of a socketserver with a thread for each."""
import socket, socketserver, threading

CLIENTS = 200


class Upper(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = False
    request_queue_size = CLIENTS


with Server(("127.0.0.1", 0), Upper) as server:

    def serve():
        for _ in range(CLIENTS):
            server._handle_request_noblock()

    def ask(number):
        with socket.create_connection(server.server_address) as client:
            client.sendall(b"line %d\n" % number)
            got = b""
            while data := client.recv(100):
                got += data
            answers[number] = got

    answers = {}
    server.socket.settimeout(60)
    serving = threading.Thread(target=serve)
    serving.start()
    clients = [threading.Thread(target=ask, args=(n,)) for n in range(CLIENTS)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    serving.join()
print(sorted(answers.items()))
