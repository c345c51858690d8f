//! Manual pages of the calls that send and receive.

use super::Page;

pub(in crate::catalog) const SEND: Page = Page {
    summary: "send bytes on a connected socket; the result is how many were taken",
    prototype: "ssize_t send(int sockfd, const void *buf, size_t len, int flags);",
    python: "n = s.send(b\"hello\\n\", flags)",
    man: "send(2)",
    details: "send returns when the kernel has copied the bytes into its send buffer, not when the peer has them. It may take fewer than were given: send the rest yourself, or use sendall. A TCP stream keeps no boundaries: two sends may arrive in one recv, and one send in several.\n\nOn a datagram socket each send is one datagram, whole or not at all. SIGPIPE is ignored in this lab, so sending to a closed connection fails with EPIPE.\n\nA request to the kernel over AF_NETLINK is built of layers, with its lengths filled in: `send n nlmsg(flags=NLM_F_REQUEST|NLM_F_DUMP)/ifaddrmsg()`, and attributes behind: `nlmsg(type=RTM_SETLINK)/ifinfomsg(index=1)/nlattr(type=IFLA_MTU, value=1400)`. `explain nlmsg` lists the fields.",
    blocks: "while the send buffer is full, because the peer does not read or the network is slow",
    errors: &[
        (
            "EPIPE",
            "shut down for writing, or the connection was reset before",
        ),
        ("ECONNRESET", "an RST came"),
        (
            "ENOTCONN",
            "a stream socket that is not connected (Linux: EPIPE for TCP)",
        ),
        ("EDESTADDRREQ", "a datagram socket without a peer"),
        ("EAGAIN", "non-blocking and the buffer is full"),
        ("EMSGSIZE", "the datagram is too long"),
        ("ECONNREFUSED", "UDP: an earlier datagram met a closed port"),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
send c \"hello\\n\"
expect packet tcp.len == 6
recv conn
expect = b\"hello\\n\"
u = socket AF_INET SOCK_DGRAM
send u \"x\"
expect errno EDESTADDRREQ",
};

pub(in crate::catalog) const SENDALL: Page = Page {
    summary: "send every byte, with as many send calls as it takes",
    prototype: "",
    python: "s.sendall(data, flags)",
    man: "send(2)",
    details: "Python's helper: calls send until nothing is left. When it fails, part of the data may have gone out and nobody can tell how much. With a timeout the time holds for the whole transfer.",
    blocks: "until the last byte is in the send buffer; more than the two buffers hold needs a peer that reads",
    errors: &[
        ("EPIPE", "the connection was closed in the middle"),
        ("ECONNRESET", "an RST came in the middle"),
        ("EAGAIN", "non-blocking and the buffer is full"),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
sendall c b\"x\" * 5000
expect packet tcp.len > 0
recv conn 5000 MSG_WAITALL
len(_)
expect = 5000",
};

pub(in crate::catalog) const SENDTO: Page = Page {
    summary: "send one datagram to an address",
    prototype: "ssize_t sendto(int sockfd, const void *buf, size_t len, int flags, const struct sockaddr *dest_addr, socklen_t addrlen);",
    python: "n = u.sendto(b\"hi\", (\"127.0.0.1\", 5000))   # with flags: u.sendto(data, flags, address)",
    man: "send(2)",
    details: "No connection is needed, and nobody says whether the datagram arrived. A socket that is not bound gets an ephemeral port with its first datagram. If the port is closed, ICMP port unreachable comes back; an unconnected UDP socket is not told.\n\nOn a raw socket the data may be a packet: `sendto r icmp(echo, id=1, seq=1)/\"ping\" 127.0.0.1`.",
    blocks: "hardly ever: while the send buffer is full",
    errors: &[
        (
            "EDESTADDRREQ",
            "no address given and the socket is not connected",
        ),
        (
            "EMSGSIZE",
            "longer than a datagram can be: 65507 bytes for UDP over IPv4",
        ),
        ("ENETUNREACH", "no route"),
        ("EACCES", "a broadcast address and SO_BROADCAST is not set"),
        (
            "EISCONN",
            "UNIX: an address was given to a connected socket",
        ),
        ("EINVAL", "UDP to port 0"),
    ],
    example: "\
s = socket AF_INET SOCK_DGRAM; bind s 127.0.0.1:5000
u = socket AF_INET SOCK_DGRAM
sendto u \"hi\" 127.0.0.1:5000
expect packet udp.dstport == 5000
data, addr = recvfrom s
data
expect = b\"hi\"
sendto u b\"x\" * 70000 127.0.0.1:5000
expect errno EMSGSIZE",
};

pub(in crate::catalog) const SENDMSG: Page = Page {
    summary: "send buffers together with ancillary data",
    prototype: "ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);",
    python: "n = s.sendmsg([b\"x\"], [(SOL_SOCKET, SCM_RIGHTS, array.array(\"i\", [fd]))], flags, address)",
    man: "sendmsg(2)",
    details: "The most general way to send: several buffers become one message, and beside the data travel control messages, each with level, type and value. Over AF_UNIX, SCM_RIGHTS passes open descriptors to another process and SCM_CREDENTIALS proves who sends. In the command form both are written by name: `sendmsg u \"x\" SCM_RIGHTS=[s]`.\n\nOn a stream send at least one byte along, or the ancillary data is not sent.",
    blocks: "while the send buffer is full",
    errors: &[
        ("EINVAL", "ancillary data that makes no sense"),
        ("EBADF", "SCM_RIGHTS with a descriptor that is not open"),
        ("EPERM", "SCM_CREDENTIALS with ids that are not one's own"),
        ("ETOOMANYREFS", "too many descriptors under way"),
        ("EPIPE", "the peer has closed"),
    ],
    example: "\
a, b = socketpair
s = socket; bind s 127.0.0.1:5000
sendmsg a \"x\" SCM_RIGHTS=[s]
expect ok
data, ancdata, flags, addr = recvmsg b
data
expect = b\"x\"
len(ancdata)
expect = 1",
};

pub(in crate::catalog) const SEND_FDS: Page = Page {
    summary: "send open descriptors to the process at the other end of a UNIX socket",
    prototype: "",
    python: "n = socket.send_fds(sock, [b\"x\"], [fd], flags, address)",
    man: "unix(7)",
    details: "Python's helper for sendmsg with SCM_RIGHTS. The receiver gets descriptors of its own for the same sockets: this is how a server hands a connection to a worker. At most 253 in one message.",
    blocks: "while the send buffer is full",
    errors: &[
        ("EBADF", "one of the descriptors is not open"),
        ("EINVAL", "not a UNIX socket, or too many descriptors"),
        ("ETOOMANYREFS", "too many descriptors under way"),
    ],
    example: "\
a, b = socketpair
s = socket; bind s 127.0.0.1:5000
send_fds a [b\"x\"] [s]
expect = 1
data, fds, flags, addr = recv_fds b
len(fds)
expect = 1",
};

pub(in crate::catalog) const SENDFILE: Page = Page {
    summary: "send a file without reading it into the program",
    prototype: "ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t count);",
    python: "n = s.sendfile(file, offset=0, count=None)",
    man: "sendfile(2)",
    details: "The kernel moves pages of the file straight into the send queue. The result is how many bytes were sent. The receiver does not learn the name or the length: a protocol has to say those first.",
    blocks: "while the send buffer is full",
    errors: &[
        ("ENOENT", "the file does not exist"),
        ("EINVAL", "not a plain file, or not a stream socket"),
        ("EPIPE", "the peer has closed"),
        ("EAGAIN", "non-blocking and the buffer is full"),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
sendfile c /etc/passwd 0 4
expect = 4
recv conn 4 MSG_WAITALL
expect = b\"root\"",
};

pub(in crate::catalog) const RECV: Page = Page {
    summary: "take received bytes, at most as many as asked for",
    prototype: "ssize_t recv(int sockfd, void *buf, size_t len, int flags);",
    python: "data = s.recv(4096, flags)",
    man: "recv(2)",
    details: "On a stream recv gives whatever is there, one byte or many: it knows no messages. Empty bytes are the end of file: the peer closed or shut down its sending side. MSG_WAITALL waits for the whole size, MSG_PEEK leaves the data in the queue, MSG_DONTWAIT does not wait at all.\n\nOn a datagram socket one recv gives one datagram, and what does not fit is thrown away.",
    blocks: "until something comes, the peer closes, or an error does; the prompt comes back meanwhile",
    errors: &[
        (
            "EAGAIN",
            "nothing there: non-blocking, MSG_DONTWAIT, or SO_RCVTIMEO ran out",
        ),
        ("ECONNRESET", "an RST came"),
        (
            "ENOTCONN",
            "a TCP socket that was never connected, or a listener",
        ),
        (
            "ECONNREFUSED",
            "connected UDP: an earlier datagram met a closed port",
        ),
        ("ETIMEDOUT", "keepalive or retransmission gave up"),
        ("EINTR", "Ctrl-C or a signal"),
        ("EINVAL", "MSG_OOB and no urgent byte"),
    ],
    example: "\
process server
server> s = socket; bind s 127.0.0.1:5000; listen s
lab> c = socket; connect c 127.0.0.1:5000
server> conn, addr = accept s
server> recv conn
lab> expect blocked server
lab> send c \"hello\"
server> recv conn 100 MSG_DONTWAIT
server> expect errno EAGAIN
lab> close c
server> recv conn
server> expect = b\"\"",
};

pub(in crate::catalog) const RECVFROM: Page = Page {
    summary: "take one datagram and the address it came from",
    prototype: "ssize_t recvfrom(int sockfd, void *buf, size_t len, int flags, struct sockaddr *src_addr, socklen_t *addrlen);",
    python: "data, addr = u.recvfrom(4096, flags)",
    man: "recv(2)",
    details: "The address is where an answer goes. One call takes one datagram, even an empty one; bytes beyond the size asked for are lost. With MSG_TRUNC as a flag Linux reports the true length. On a connected stream the address is empty.",
    blocks: "until a datagram comes",
    errors: &[
        ("EAGAIN", "nothing there, and the call was not to wait"),
        (
            "ECONNREFUSED",
            "connected UDP: an earlier datagram met a closed port",
        ),
        ("EINTR", "Ctrl-C or a signal"),
    ],
    example: "\
s = socket AF_INET SOCK_DGRAM; bind s 127.0.0.1:5000
u = socket AF_INET SOCK_DGRAM; bind u 127.0.0.1:5001
sendto u \"a long datagram\" 127.0.0.1:5000
data, addr = recvfrom s 6
data
expect = b\"a long\"
addr
expect = 127.0.0.1:5001
recvfrom s 100 MSG_DONTWAIT
expect errno EAGAIN",
};

pub(in crate::catalog) const RECVMSG: Page = Page {
    summary: "take data together with ancillary data, flags and the sender's address",
    prototype: "ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);",
    python: "data, ancdata, msg_flags, address = s.recvmsg(bufsize, ancbufsize, flags)",
    man: "recvmsg(2)",
    details: "The most general way to receive. Ancillary data comes as a list of (level, type, data): credentials, time stamps, the TTL and whatever else an option asked for, as bytes that struct.unpack takes apart; the line of the call shows what they say. Only passed descriptors come as a list of sockets. The flags say what was cut: MSG_TRUNC the data, MSG_CTRUNC the ancillary data. MSG_ERRQUEUE takes an ICMP error with the datagram that caused it (IP_RECVERR).",
    blocks: "until something comes; never with MSG_ERRQUEUE",
    errors: &[
        (
            "EAGAIN",
            "nothing there, and the call was not to wait; or the error queue is empty",
        ),
        ("EMSGSIZE", "the descriptor numbers could not be delivered"),
        ("EINTR", "Ctrl-C or a signal"),
    ],
    example: "\
s = socket AF_INET SOCK_DGRAM; bind s 127.0.0.1:5000
setsockopt s IPPROTO_IP IP_RECVTTL 1
u = socket AF_INET SOCK_DGRAM
sendto u \"hi\" 127.0.0.1:5000
data, ancdata, flags, addr = recvmsg s
data
expect = b\"hi\"
len(ancdata)
expect = 1",
};

pub(in crate::catalog) const RECV_FDS: Page = Page {
    summary: "take descriptors another process sent",
    prototype: "",
    python: "data, fds, msg_flags, address = socket.recv_fds(sock, bufsize, maxfds, flags)",
    man: "unix(7)",
    details: "Python's helper for recvmsg with SCM_RIGHTS. The numbers are new ones of this process; the sockets behind them are the sender's. Descriptors that do not fit are closed by the kernel, and MSG_CTRUNC says so.",
    blocks: "until a message comes",
    errors: &[
        ("EAGAIN", "nothing there, and the call was not to wait"),
        ("EINTR", "Ctrl-C or a signal"),
    ],
    example: "\
a, b = socketpair
s = socket; bind s 127.0.0.1:5000
send_fds a [b\"x\"] [s]
data, fds, flags, addr = recv_fds b
expect ok
getsockname fds[0]
expect = 127.0.0.1:5000",
};

pub(in crate::catalog) const RECV_INTO: Page = Page {
    summary: "receive into a buffer that exists already",
    prototype: "ssize_t recv(int sockfd, void *buf, size_t len, int flags);",
    python: "n = s.recv_into(buffer, nbytes, flags)",
    man: "recv(2)",
    details: "The same system call as recv; Python saves a copy this way. The result is how many bytes came; 0 is the end of file. nbytes 0 means the length of the buffer.",
    blocks: "like recv",
    errors: &[
        ("EAGAIN", "nothing there, and the call was not to wait"),
        ("ECONNRESET", "an RST came"),
    ],
    example: "\
a, b = socketpair
buffer = b\".\" * 16
send a \"hello\"
recv_into b buffer
expect = 5",
};

pub(in crate::catalog) const RECVFROM_INTO: Page = Page {
    summary: "receive a datagram into a buffer that exists already, with its sender's address",
    prototype: "ssize_t recvfrom(int sockfd, void *buf, size_t len, int flags, struct sockaddr *src_addr, socklen_t *addrlen);",
    python: "n, addr = s.recvfrom_into(buffer, nbytes, flags)",
    man: "recvfrom(2)",
    details: "The same system call as recvfrom; the bytes go to the front of a variable that holds bytes, and the result is how many came and from where. nbytes 0 means the length of the buffer; what of a datagram does not fit is lost.",
    blocks: "like recvfrom",
    errors: &[("EAGAIN", "nothing there, and the call was not to wait")],
    example: "\
u = socket AF_INET SOCK_DGRAM
bind u 127.0.0.1:5000
buffer = bytearray(16)
sendto u \"hello\" 127.0.0.1:5000
n, addr = recvfrom_into u buffer
buffer[:n]
expect = b\"hello\"",
};

pub(in crate::catalog) const MAKEFILE: Page = Page {
    summary: "a file on top of a stream socket, with lines and a buffer",
    prototype: "FILE *fdopen(int fd, const char *mode);",
    python: "f = s.makefile(mode=\"r\", buffering=None, encoding=\"utf-8\", newline=None)",
    man: "fdopen(3)",
    details: "For line protocols: readline instead of searching for the end of a line in what recv gives. Mode \"r\" gives text, \"rb\" bytes, \"w\" writes through a buffer that flush empties. The socket must be blocking. Bytes the file has read ahead are in its buffer: recv on the socket does not see them any more.",
    blocks: "never; reading from the file does",
    errors: &[],
    example: "\
a, b = socketpair
f = makefile b
send a \"first\\nsecond\\n\"
readline f
expect = \"first\\n\"
readline f
expect = \"second\\n\"",
};

pub(in crate::catalog) const READ: Page = Page {
    summary: "read from a file made by makefile: so many, or all until the peer closes",
    prototype: "size_t fread(void *ptr, size_t size, size_t nmemb, FILE *stream);",
    python: "data = f.read(size)",
    man: "fread(3)",
    details: "Unlike recv it does not stop early: it waits until the whole size is there or the end of file comes. Without a size it reads to the end of file, that is until the peer closes or shuts down its sending side.",
    blocks: "until everything asked for is there, or the peer closes",
    errors: &[
        ("ECONNRESET", "an RST came"),
        ("EINTR", "Ctrl-C or a signal"),
    ],
    example: "\
a, b = socketpair
f = makefile b
send a \"one\"
send a \"two\"
close a
read f
expect = \"onetwo\"",
};

pub(in crate::catalog) const READLINE: Page = Page {
    summary: "read one line from a file made by makefile",
    prototype: "ssize_t getline(char **lineptr, size_t *n, FILE *stream);",
    python: "line = f.readline(size)",
    man: "getline(3)",
    details: "The line keeps its `\\n`. A last line without one is given at the end of file, and after that an empty string. It may take several recv calls, or none when the line is already in the buffer.",
    blocks: "until a line is complete, or the peer closes",
    errors: &[
        ("ECONNRESET", "an RST came"),
        ("EINTR", "Ctrl-C or a signal"),
    ],
    example: "\
a, b = socketpair
f = makefile b
send a \"GET / HT\"
send a \"TP/1.1\\n\"
readline f
expect = \"GET / HTTP/1.1\\n\"",
};

pub(in crate::catalog) const WRITE: Page = Page {
    summary: "write to a file made by makefile; it waits in the buffer",
    prototype: "size_t fwrite(const void *ptr, size_t size, size_t nmemb, FILE *stream);",
    python: "f.write(\"hello\\n\")",
    man: "fwrite(3)",
    details: "Nothing is sent until the buffer is full, flush is called, or the file is closed: the usual reason why a peer waits for a line that \"was sent\".",
    blocks: "when the buffer has to be emptied and the send buffer is full",
    errors: &[
        ("EPIPE", "the peer has closed"),
        ("ECONNRESET", "an RST came"),
    ],
    example: "\
a, b = socketpair
f = makefile a \"w\"
write f \"hello\\n\"
recv b 100 MSG_DONTWAIT
expect errno EAGAIN
flush f
recv b
expect = b\"hello\\n\"",
};

pub(in crate::catalog) const FLUSH: Page = Page {
    summary: "send what a file's buffer holds",
    prototype: "int fflush(FILE *stream);",
    python: "f.flush()",
    man: "fflush(3)",
    details: "Hands the buffered bytes to send. That they are in the kernel's send buffer does not mean that the peer has them.",
    blocks: "while the send buffer is full",
    errors: &[
        ("EPIPE", "the peer has closed"),
        ("ECONNRESET", "an RST came"),
    ],
    example: "\
a, b = socketpair
f = makefile a \"w\"
write f \"one \"
write f \"two\"
flush f
recv b
expect = b\"one two\"",
};
