"""1,000 sockets at once, by twos, and a poll of them all."""
import select, socket

pairs = [socket.socketpair() for _ in range(500)]
poll = select.poll()
for number, (one, other) in enumerate(pairs):
    one.send(b"%d" % number)
    poll.register(other, select.POLLIN)
print(len(poll.poll()))
print(sum(int(other.recv(10)) for _, other in pairs))
