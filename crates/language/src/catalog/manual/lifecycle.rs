//! Manual pages of the calls that make, name, join and end sockets.

use super::Page;

pub(in crate::catalog) const SOCKET: Page = Page {
    summary: "make a socket: one end of a conversation, not connected to anything yet",
    prototype: "int socket(int domain, int type, int protocol);",
    python: "s = socket.socket(family=AF_INET, type=SOCK_STREAM, proto=0)",
    man: "socket(2)",
    details: "The family says what an address is (AF_INET: IPv4 and a port), the type how data travels (SOCK_STREAM: a stream of bytes, SOCK_DGRAM: single datagrams), the protocol who carries it; 0 is the family's usual one. `socket` alone is TCP over IPv4.\n\nThe result is a file descriptor, a small number that names the socket in this process. Nothing is sent: the network learns of the socket only when it is used. SOCK_NONBLOCK and SOCK_CLOEXEC may be joined to the type with `|`. `fileno=3` makes no socket: it takes an open descriptor as one, and asks the kernel what it is.",
    blocks: "never",
    errors: &[
        ("EAFNOSUPPORT", "the kernel does not have this family"),
        (
            "ESOCKTNOSUPPORT",
            "the family has no sockets of this type (SOCK_RDM, SOCK_SEQPACKET with AF_INET)",
        ),
        (
            "EPROTONOSUPPORT",
            "the protocol does not fit family and type",
        ),
        (
            "EPERM",
            "SOCK_RAW or AF_PACKET without CAP_NET_RAW; the lab has it",
        ),
        ("EMFILE", "the process has too many open descriptors"),
    ],
    example: "\
s = socket AF_INET SOCK_STREAM
expect ok
fileno s
expect = 3
socket AF_INET SOCK_RDM
expect errno ESOCKTNOSUPPORT",
};

pub(in crate::catalog) const SOCKETPAIR: Page = Page {
    summary: "make two sockets that are connected to each other, without any name",
    prototype: "int socketpair(int domain, int type, int protocol, int sv[2]);",
    python: "a, b = socket.socketpair(family=AF_UNIX, type=SOCK_STREAM, proto=0)",
    man: "socketpair(2)",
    details: "What is written to one comes out of the other, in both directions. The usual use: make a pair, start another process, and let each keep one end. Only AF_UNIX makes pairs; there is no packet to see, because nothing leaves the kernel.",
    blocks: "never",
    errors: &[
        ("EOPNOTSUPP", "AF_INET and AF_INET6 have no pairs"),
        ("EPROTONOSUPPORT", "a protocol other than 0"),
        ("EMFILE", "the process has too many open descriptors"),
    ],
    example: "\
a, b = socketpair
send a \"hello\"
recv b
expect = b\"hello\"
socketpair AF_INET SOCK_STREAM
expect errno EOPNOTSUPP",
};

pub(in crate::catalog) const BIND: Page = Page {
    summary: "give a socket its local address",
    prototype: "int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);",
    python: "s.bind((\"127.0.0.1\", 5000))",
    man: "bind(2)",
    details: "A server binds so that clients know where to go; a client seldom does, because connect picks a free ephemeral port. Port 0 asks for such a port too: getsockname tells which. The address is one of this host: 127.0.0.1 is this host only, 0.0.0.0 (`:5000` or `*:5000`) is every address it has.\n\nIn the lab every port is free, also below 1024. A UNIX socket binds to a path (`./x.sock`), which stays as a file until it is removed, or to an abstract name (`@name`), which does not.",
    blocks: "never",
    errors: &[
        (
            "EADDRINUSE",
            "another socket holds the address, or TIME-WAIT does and SO_REUSEADDR is not set; UNIX: the path exists",
        ),
        ("EADDRNOTAVAIL", "the address is not one of this host"),
        ("EINVAL", "the socket is bound already"),
        ("EAFNOSUPPORT", "the address is of another family"),
        (
            "EACCES",
            "outside the lab: a port below 1024 without the privilege; UNIX: the folder cannot be written",
        ),
    ],
    example: "\
s = socket
bind s 127.0.0.1:80
expect ok
getsockname s
expect = 127.0.0.1:80
t = socket
bind t 127.0.0.1:80
expect errno EADDRINUSE
bind t 192.0.2.1:80
expect errno EADDRNOTAVAIL",
};

pub(in crate::catalog) const LISTEN: Page = Page {
    summary: "make a bound socket wait for connections",
    prototype: "int listen(int sockfd, int backlog);",
    python: "s.listen(backlog)   # without an argument Python takes min(SOMAXCONN, 128)",
    man: "listen(2)",
    details: "From now on the kernel answers handshakes by itself and queues finished connections until accept takes them. The backlog is how many may wait; net.core.somaxconn is the most. When the queue is full Linux drops the client's last ACK and further SYNs, and the client tries again.\n\nA listening socket never carries data: accept makes a new socket for each connection.",
    blocks: "never",
    errors: &[
        (
            "EADDRINUSE",
            "another socket listens on the same address and port",
        ),
        ("EOPNOTSUPP", "this type has no connections (SOCK_DGRAM)"),
        ("EINVAL", "the socket is connected"),
    ],
    example: "\
s = socket
bind s 127.0.0.1:5000
listen s 5
expect state s LISTEN
u = socket AF_INET SOCK_DGRAM
listen u
expect errno EOPNOTSUPP",
};

pub(in crate::catalog) const ACCEPT: Page = Page {
    summary: "take the next finished connection from a listening socket, as a new socket",
    prototype: "int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags);",
    python: "conn, addr = s.accept()",
    man: "accept(2)",
    details: "The handshake was already done by the kernel, before and without accept: accept sends no packet. It gives the new socket and the address of the client. The listener goes on listening.\n\nThe second argument, which Python does not have, joins SOCK_NONBLOCK or SOCK_CLOEXEC to the new socket.",
    blocks: "until a connection is in the queue; the prompt comes back meanwhile, so that another process can connect",
    errors: &[
        (
            "EAGAIN",
            "the socket is non-blocking and no connection waits",
        ),
        ("EINVAL", "the socket does not listen"),
        ("EOPNOTSUPP", "a datagram socket"),
        ("EINTR", "Ctrl-C or a signal"),
        (
            "EMFILE",
            "the process has too many open descriptors; the connection stays in the queue",
        ),
        (
            "ECONNABORTED",
            "the connection was given up while it waited",
        ),
    ],
    example: "\
process server
server> s = socket; bind s 127.0.0.1:5000; listen s
server> conn, addr = accept s
lab> expect blocked server
lab> c = socket; connect c 127.0.0.1:5000
lab> send c \"hi\"
server> recv conn
server> expect = b\"hi\"",
};

pub(in crate::catalog) const CONNECT: Page = Page {
    summary: "connect a socket to an address; for TCP, do the three-way handshake",
    prototype: "int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);",
    python: "s.connect((\"127.0.0.1\", 5000))",
    man: "connect(2)",
    details: "TCP sends a SYN and returns when the SYN-ACK has come and been acknowledged. The other side need not have called accept: its kernel answers for the listener. A socket without a local address gets an ephemeral port.\n\nOn a UDP socket nothing is sent: connect only remembers the peer, so that send and recv work without an address, datagrams from elsewhere are not delivered, and ICMP errors reach the program. A UDP socket may connect again, and `connect u AF_UNSPEC` dissolves it.",
    blocks: "TCP: until the handshake is done or has failed; against silence about two minutes. UNIX: while the backlog is full",
    errors: &[
        ("ECONNREFUSED", "an RST answered: nobody listens there"),
        (
            "ETIMEDOUT",
            "nobody answered the SYN and its retransmissions",
        ),
        (
            "ENETUNREACH",
            "no route; in a fresh lab everything but loopback",
        ),
        ("EHOSTUNREACH", "nobody answers ARP, or a router said so"),
        ("EINPROGRESS", "non-blocking: the handshake has begun"),
        ("EALREADY", "non-blocking: the handshake goes on"),
        ("EISCONN", "connected already"),
        ("EADDRNOTAVAIL", "no ephemeral port is free"),
        ("ENOENT", "UNIX: the path does not exist"),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket
connect c 127.0.0.1:5000
expect packet tcp.flags.syn == 1 && tcp.flags.ack == 1
expect state c ESTABLISHED
d = socket
connect d 127.0.0.1:5001
expect errno ECONNREFUSED",
};

pub(in crate::catalog) const CONNECT_EX: Page = Page {
    summary: "connect, and give the errno as a number instead of failing",
    prototype: "int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);",
    python: "error = s.connect_ex((\"127.0.0.1\", 5000))",
    man: "connect(2)",
    details: "The same system call as connect; 0 is success. It suits non-blocking sockets, where EINPROGRESS is the expected answer and no error: wait until the socket is writable, then SO_ERROR says how it ended.",
    blocks: "like connect",
    errors: &[
        ("ECONNREFUSED", "given as the number 111"),
        ("EINPROGRESS", "given as the number 115"),
    ],
    example: "\
c = socket
connect_ex c 127.0.0.1:5001
expect = ECONNREFUSED
s = socket; bind s 127.0.0.1:5000; listen s
d = socket
connect_ex d 127.0.0.1:5000
expect = 0",
};

pub(in crate::catalog) const SHUTDOWN: Page = Page {
    summary: "end one or both directions of a connection and keep the socket",
    prototype: "int shutdown(int sockfd, int how);",
    python: "s.shutdown(socket.SHUT_WR)",
    man: "shutdown(2)",
    details: "SHUT_WR says \"I have no more to send\": TCP sends a FIN after whatever is still queued, the peer reads the end of file, and this end can go on reading (half-close). SHUT_RD makes own reads return the end of file and sends nothing. SHUT_RDWR does both, for every process and descriptor that shares the socket, which close does not.\n\nThe descriptor stays open until close.",
    blocks: "never",
    errors: &[
        ("ENOTCONN", "not connected, or the connection was reset"),
        (
            "EINVAL",
            "the second argument is not SHUT_RD, SHUT_WR or SHUT_RDWR",
        ),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
shutdown c SHUT_WR
expect packet tcp.flags.fin == 1
recv conn
expect = b\"\"
send conn \"bye\"
recv c
expect = b\"bye\"
send c \"x\"
expect errno EPIPE",
};

pub(in crate::catalog) const CLOSE: Page = Page {
    summary: "give a descriptor back; the last one closes the connection",
    prototype: "int close(int fd);",
    python: "s.close()",
    man: "close(2)",
    details: "When no other descriptor (dup, another process) holds the socket, TCP closes: with a FIN after the queued data, or at once with an RST when received bytes were never read, or when SO_LINGER is set to 0 seconds. The program does not wait for any of it: the kernel finishes the close alone.\n\nThe end that sends its FIN first goes through TIME-WAIT, one minute on Linux. Also closes an epoll instance and a file made by makefile; while a socket has such files, the call is made with the last of them, as in Python.\n\nA descriptor is not its socket. While another descriptor (dup, another process), a message on its way (SCM_RIGHTS) or a call of another thread that sleeps on it holds the socket, it lives on: the screen says where, and the FIN goes out when the last of them lets go.",
    blocks: "never, unless SO_LINGER is set to a time: then until the queued data is acknowledged, at most that long",
    errors: &[
        ("EBADF", "not open (any more)"),
        (
            "EINTR",
            "SO_LINGER: a signal came; the descriptor is closed all the same",
        ),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
close c
expect packet tcp.flags.fin == 1
expect no packet tcp.flags.reset == 1
recv conn
expect = b\"\"",
};

pub(in crate::catalog) const DETACH: Page = Page {
    summary: "forget the socket object and keep the descriptor open",
    prototype: "",
    python: "fd = s.detach()",
    man: "socket(2)",
    details: "No system call: the variable stops standing for a socket, and the number is given. The descriptor is still open and must be closed by whoever takes it. Calls accept the bare number in place of a socket.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
fd = detach s
expect = 3
close fd
expect ok",
};

pub(in crate::catalog) const DUP: Page = Page {
    summary: "make a second descriptor for the same socket",
    prototype: "int dup(int oldfd);",
    python: "t = s.dup()",
    man: "dup(2)",
    details: "Both descriptors are the same socket: what one binds the other has bound, and options, queue and non-blocking mode are shared. The connection is closed when the last descriptor is closed; shutdown does not wait for that.",
    blocks: "never",
    errors: &[
        ("EMFILE", "the process has too many open descriptors"),
        ("EBADF", "not an open descriptor"),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
d = dup c
close c
expect no packet tcp.flags.fin == 1
close d
expect packet tcp.flags.fin == 1",
};

pub(in crate::catalog) const GETSOCKNAME: Page = Page {
    summary: "the socket's own address",
    prototype: "int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);",
    python: "address = s.getsockname()",
    man: "getsockname(2)",
    details: "Shows which ephemeral port bind to port 0 or connect picked, and which of its addresses a server bound to 0.0.0.0 uses for this connection. A socket that is not bound gives 0.0.0.0:0.",
    blocks: "never",
    errors: &[
        ("EBADF", "not an open descriptor"),
        ("ENOTSOCK", "not a socket"),
    ],
    example: "\
s = socket
getsockname s
expect = 0.0.0.0:0
bind s 127.0.0.1:5000
getsockname s
expect = 127.0.0.1:5000",
};

pub(in crate::catalog) const GETPEERNAME: Page = Page {
    summary: "the address of the other end",
    prototype: "int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen);",
    python: "address = s.getpeername()",
    man: "getpeername(2)",
    details: "The address connect was given, or the client's address on a socket that accept made. It fails once the connection is gone, which makes it a test of whether there is a peer.",
    blocks: "never",
    errors: &[
        ("ENOTCONN", "there is no peer"),
        ("EBADF", "not an open descriptor"),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket
getpeername c
expect errno ENOTCONN
connect c 127.0.0.1:5000
getpeername c
expect = 127.0.0.1:5000",
};

pub(in crate::catalog) const FILENO: Page = Page {
    summary: "the file descriptor behind a socket, an epoll or a file",
    prototype: "",
    python: "fd = s.fileno()",
    man: "socket(2)",
    details: "The small number under which this process knows the kernel object, as `sockets`, strace and /proc/PID/fd show it. Numbers start at 3, because 0, 1 and 2 are the standard streams, and the lowest free one is always taken. A closed socket gives -1.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
t = socket
fileno t
expect = 4
close s
u = socket
fileno u
expect = 3",
};

pub(in crate::catalog) const CREATE_SERVER: Page = Page {
    summary: "make a listening TCP socket in one step",
    prototype: "",
    python: "s = socket.create_server((\"127.0.0.1\", 5000), family=AF_INET, backlog=None, reuse_port=False, dualstack_ipv6=False)",
    man: "listen(2)",
    details: "Python's helper: socket, SO_REUSEADDR, bind and listen, each shown as the call it is. reuse_port sets SO_REUSEPORT as well. With family=AF_INET6 and dualstack_ipv6=True one socket serves both IP versions (IPV6_V6ONLY off).",
    blocks: "never",
    errors: &[
        ("EADDRINUSE", "another socket listens there"),
        ("EADDRNOTAVAIL", "the address is not one of this host"),
    ],
    example: "\
s = create_server 127.0.0.1:5000
expect state s LISTEN
getsockopt s SOL_SOCKET SO_REUSEADDR
expect = 1
c = create_connection 127.0.0.1:5000
expect state c ESTABLISHED",
};

pub(in crate::catalog) const CREATE_CONNECTION: Page = Page {
    summary: "resolve a name and connect to the first of its addresses that answers",
    prototype: "",
    python: "c = socket.create_connection((\"localhost\", 5000), timeout=None, source_address=None)",
    man: "connect(2)",
    details: "Python's helper: getaddrinfo, then socket and connect for each address in turn until one works; the last error is reported when none does. The timeout holds for each attempt and stays set on the socket. source_address is bound first.",
    blocks: "until an address answers; at most the timeout for each",
    errors: &[
        (
            "ECONNREFUSED",
            "nobody listens at the last address that was tried",
        ),
        ("EAI_NONAME", "the name is not known"),
        ("ETIMEDOUT", "nobody answered"),
    ],
    example: "\
s = create_server 127.0.0.1:5000
c = create_connection 127.0.0.1:5000 2.0
expect state c ESTABLISHED
create_connection 127.0.0.1:5001
expect packet tcp.flags.reset == 1",
};
