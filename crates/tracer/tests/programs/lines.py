"""Each line says in a comment which calls it makes ("line:"), or may make ("maybe:", as Python's versions differ)."""
import gc
import os
import select
import socket  # maybe: epoll_create1, close
import socketserver
import subprocess
import sys
import threading
import types


class Pair:
    def __init__(self):
        self.one, self.other = socket.socketpair()  # line: socketpair maybe: getsockname, getsockopt

    def say(self, text):
        return self.one.send(text)  # line: sendto

    @property
    def heard(self):
        return self.other.recv(100)  # line: recvfrom

    def end(self):
        for side in (
            self.one,
            self.other,
        ):
            side.close()  # line: close


def numbers(pair):
    for number in range(3):
        pair.one.send(b"%d" % number)  # line: sendto
        yield pair.other.recv(1)  # line: recvfrom


def recursive(pair, depth):
    if depth:
        recursive(pair, depth - 1)
    else:
        pair.one.sendall(b"deep")  # line: sendto


def in_expressions(pair):
    send, receive = pair.one.send, lambda: pair.other.recv(1)  # line: recvfrom
    assert [send(b"a") for _ in range(2)] == [1, 1]  # line: sendto
    assert receive() + receive() == b"aa"
    total = (
        0
        + send(b"b")  # line: sendto
        + len(
            pair.other.recv(1)  # line: recvfrom
        )
    )
    assert total == 2
    assert list(map(send, [b"c"])) == [1]  # line: sendto
    assert max([b"d"], key=send) and sorted([b"e"], key=send)  # line: sendto
    pair.other.recv(3)  # line: recvfrom


def by_descriptor(pair):
    os.write(pair.one.fileno(), b"fd")  # line: write
    select.select([pair.other], [], [], 5)  # line: pselect6, select
    waiting = select.poll()
    waiting.register(pair.other, select.POLLIN)
    waiting.poll(1000)  # line: poll
    os.read(pair.other.fileno(), 2)  # line: read


def with_a_profile(pair):
    sys.setprofile(lambda *_: None)
    pair.one.send(b"p")  # line: sendto
    sys.setprofile(None)
    sys.settrace(lambda *_: None)
    pair.other.recv(1)  # line: recvfrom
    sys.settrace(None)


def code_of_the_same_size(pair):
    # Each of them takes the place of the last in memory, its file name and its table of lines, too.
    for blank in range(3):
        source = "\n" * blank + "pair.one.send(b'x')\n" + "\n" * (2 - blank) + "pair.other.recv(1)"
        exec(compile(source, "file%d.py" % blank, "exec"), {"pair": pair})


def names_in_other_letters(pair):
    source = "def café():\n    pair.one.send(b'x')\ncafé()\npair.other.recv(1)"
    for name in ("café.py", "каша.py", "🐍.py"):
        exec(compile(source, name, "exec"), {"pair": pair})


def a_socket_that_is_let_go():
    pair = socket.socketpair()  # line: socketpair maybe: getsockname, getsockopt
    pair = None  # line: close maybe: getsockname, getpeername
    cycle = types.SimpleNamespace(pair=socket.socketpair())  # line: socketpair maybe: getsockname, getsockopt
    cycle.itself = cycle
    del cycle
    gc.collect()  # line: close maybe: getsockname, getpeername


def echo(listener):
    peer, _ = listener.accept()  # line: accept4, getsockname
    while text := peer.recv(10):  # line: recvfrom
        peer.sendall(text)  # line: sendto
    peer.close()  # line: close


def threads():
    listener = socket.create_server(("127.0.0.1", 0))  # line: socket, setsockopt, bind, listen
    clients = []

    def client():
        own = socket.create_connection(listener.getsockname())  # line: getsockname, socket, connect
        own.sendall(b"hello")  # line: sendto
        assert own.recv(10) == b"hello"  # line: recvfrom
        own.shutdown(socket.SHUT_WR)  # line: shutdown
        own.close()  # line: close

    for _ in range(3):
        clients += [threading.Thread(target=echo, args=(listener,)), threading.Thread(target=client)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    listener.close()  # line: close


class Upper(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.request.recv(10).upper())  # line: recvfrom, sendto


def server():
    with socketserver.TCPServer(("127.0.0.1", 0), Upper) as own:  # line: socket, bind, listen, getsockname maybe: close, setsockopt
        client = socket.create_connection(own.server_address)  # line: socket, connect
        client.sendall(b"hello")  # line: sendto
        own.handle_request()  # line: accept4, getsockname, poll, shutdown, close maybe: getsockopt
        assert client.recv(10) == b"HELLO"  # line: recvfrom
        client.close()  # line: close
        own.server_close()  # line: close


def processes(pair):
    child = os.fork()
    if child == 0:
        pair.one.send(b"child")  # line: sendto
        os._exit(0)
    os.waitpid(child, 0)
    pair.other.recv(5)  # line: recvfrom
    code = "import socket\np = socket.socketpair()\np[0].send(b'1')\nimport os; os._exit(0)"
    for flags in ([], ["-I"], ["-S", "-E"]):
        subprocess.run([sys.executable, *flags, "-c", code], check=True)  # maybe: close, close_range


pair = Pair()
pair.say(b"hello")
assert pair.heard == b"hello"
assert b"".join(numbers(pair)) == b"012"
recursive(pair, 500)
pair.heard
in_expressions(pair)
by_descriptor(pair)
with_a_profile(pair)
code_of_the_same_size(pair)
names_in_other_letters(pair)
a_socket_that_is_let_go()
threads()
server()
processes(pair)
pair.end()
