//! Manual pages of the calls that set and ask how a socket behaves, and of those that wait until sockets are ready.

use super::Page;

pub(in crate::catalog) const GETSOCKOPT: Page = Page {
    summary: "ask for an option of a socket",
    prototype: "int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);",
    python: "value = s.getsockopt(level, optname, buflen)",
    man: "getsockopt(2)",
    details: "The level says whose option it is: SOL_SOCKET every socket's, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6 those of a layer. The lab knows the kind of each value: a number, a linger pair, a time, a name, TCP_INFO's fields. With buflen the raw bytes are given, as in Python.\n\nTwo surprises: buffer sizes read back doubled, because the kernel counts its own bookkeeping, and reading SO_ERROR clears it.",
    blocks: "never",
    errors: &[
        (
            "ENOPROTOOPT",
            "this level does not know the option, or it can only be set",
        ),
        ("EOPNOTSUPP", "the option is not for this kind of socket"),
        ("ENOTCONN", "the option needs a peer (IP_MTU)"),
        ("EINVAL", "the buffer has the wrong length"),
    ],
    example: "\
s = socket
getsockopt s SOL_SOCKET SO_TYPE
expect = SOCK_STREAM
getsockopt s SOL_SOCKET SO_ERROR
expect = 0
u = socket AF_INET SOCK_DGRAM
getsockopt u IPPROTO_TCP TCP_NODELAY
expect errno EOPNOTSUPP",
};

pub(in crate::catalog) const SETSOCKOPT: Page = Page {
    summary: "set an option of a socket",
    prototype: "int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);",
    python: "s.setsockopt(level, optname, value)",
    man: "setsockopt(2)",
    details: "The value is a number, a name in quotes (SO_BINDTODEVICE \"lo\", TCP_CONGESTION \"reno\"), a pair for SO_LINGER `(1, 0)`, seconds for SO_RCVTIMEO, or bytes as C would pass them. Many options matter only at the right time: SO_REUSEADDR before bind, TCP_MAXSEG and buffer sizes before connect or listen.\n\n`options s` lists what this socket has; `explain NAME` says what an option means.",
    blocks: "never",
    errors: &[
        (
            "ENOPROTOOPT",
            "this level does not know the option, or it can only be read",
        ),
        ("EOPNOTSUPP", "the option is not for this kind of socket"),
        (
            "EINVAL",
            "the value is out of range or has the wrong length",
        ),
        ("EDOM", "microseconds outside 0 to 999999"),
        ("ENODEV", "the interface does not exist"),
        ("ENOENT", "the kernel does not have this congestion control"),
        ("EPERM", "needs a privilege over the whole machine"),
    ],
    example: "\
s = socket
setsockopt s SOL_SOCKET SO_REUSEADDR 1
expect ok
getsockopt s SOL_SOCKET SO_REUSEADDR
expect = 1
setsockopt s IPPROTO_TCP TCP_NODELAY 1
expect ok
setsockopt s SOL_SOCKET SO_TYPE 1
expect errno ENOPROTOOPT",
};

pub(in crate::catalog) const SETBLOCKING: Page = Page {
    summary: "let calls wait (True) or fail with EAGAIN (False)",
    prototype: "int fcntl(int fd, F_SETFL, flags | O_NONBLOCK);",
    python: "s.setblocking(False)",
    man: "fcntl(2)",
    details: "A non-blocking socket never puts its process to sleep: recv with nothing there, send with a full buffer and accept with an empty queue fail with EAGAIN, connect with EINPROGRESS. One process can then serve many sockets, waiting for all at once with select, poll or epoll. It is the same as settimeout 0 (False) or None (True).",
    blocks: "never",
    errors: &[("EBADF", "not an open descriptor")],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
setblocking s False
accept s
expect errno EAGAIN
c = socket
setblocking c False
connect_ex c 127.0.0.1:5000
expect = EINPROGRESS",
};

pub(in crate::catalog) const GETBLOCKING: Page = Page {
    summary: "whether calls on the socket wait",
    prototype: "int fcntl(int fd, F_GETFL);",
    python: "blocking = s.getblocking()",
    man: "fcntl(2)",
    details: "True unless setblocking False or settimeout 0 was called, or SOCK_NONBLOCK was joined to the type. A socket with a timeout counts as blocking, as in Python.",
    blocks: "never",
    errors: &[("EBADF", "not an open descriptor")],
    example: "\
s = socket
getblocking s
expect = True
setblocking s False
getblocking s
expect = False",
};

pub(in crate::catalog) const SETTIMEOUT: Page = Page {
    summary: "how long calls on the socket may wait, in seconds",
    prototype: "",
    python: "s.settimeout(2.0)",
    man: "poll(2)",
    details: "Python's own time limit, kept in the program and not in the kernel: the socket is made non-blocking and each call waits with poll, at most that long, before it is made. None waits for ever, 0 not at all. The kernel's limits are SO_RCVTIMEO and SO_SNDTIMEO.\n\nThe number is in seconds; `200ms` works too.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
settimeout s 0.5
gettimeout s
expect = 0.5
getblocking s
expect = True",
};

pub(in crate::catalog) const GETTIMEOUT: Page = Page {
    summary: "how long calls on the socket may wait; None is for ever",
    prototype: "",
    python: "seconds = s.gettimeout()",
    man: "poll(2)",
    details: "What settimeout set: None for a blocking socket, 0.0 for a non-blocking one, else seconds.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
settimeout s 200ms
gettimeout s
expect = 0.2
setblocking s False
gettimeout s
expect = 0.0",
};

pub(in crate::catalog) const IOCTL: Page = Page {
    summary: "other questions to a socket: how much is in the queue, is this the urgent byte",
    prototype: "int ioctl(int fd, unsigned long request, ...);",
    python: "fcntl.ioctl(s, termios.FIONREAD, buffer)",
    man: "ioctl(2)",
    details: "FIONREAD (SIOCINQ) gives the bytes that can be read now, TIOCOUTQ (SIOCOUTQ) those in the send queue, SIOCATMARK whether the read position is at the urgent byte, FIONBIO sets non-blocking mode. SIOCGIFADDR and its kin ask about an interface, whose name is the argument.",
    blocks: "never",
    errors: &[
        ("ENOTTY", "this kind of socket does not know the request"),
        ("EINVAL", "FIONREAD on a listening socket"),
        ("ENODEV", "no such interface"),
    ],
    example: "\
a, b = socketpair
send a \"hello\"
ioctl b FIONREAD
expect = 5
recv b 2
ioctl b FIONREAD
expect = 3",
};

pub(in crate::catalog) const OPTIONS: Page = Page {
    summary: "every option of a socket with its value",
    prototype: "",
    python: "",
    man: "socket(7)",
    details: "Asks getsockopt for each option that this kind of socket has and shows them by level with what they mean. Options whose reading changes something (SO_ERROR, PACKET_STATISTICS) are left out.",
    blocks: "never",
    errors: &[("EBADF", "not an open descriptor")],
    example: "\
s = socket
options s
expect ok",
};

pub(in crate::catalog) const SELECT: Page = Page {
    summary: "wait until sockets of three lists are ready",
    prototype: "int select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds, struct timeval *timeout);",
    python: "r, w, x = select.select([s, conn], [], [], 1.0)",
    man: "select(2)",
    details: "The lists: to read, to write, and exceptional (urgent data). Given back are those that are ready: readable means that recv or accept would not block, which includes the end of file and errors; writable means that send would not. The timeout is in seconds; empty lists mean that it ran out. select cannot watch descriptors above 1023; poll and epoll can.",
    blocks: "until one is ready or the time is over; 0 only looks",
    errors: &[
        ("EBADF", "one of them is closed"),
        ("EINTR", "Ctrl-C or a signal"),
        ("EINVAL", "a negative time"),
    ],
    example: "\
a, b = socketpair
r, w, x = select [b] [a] [] 0
len(r)
expect = 0
len(w)
expect = 1
send a \"x\"
r, w, x = select [b] [] [] 1.0
len(r)
expect = 1",
};

pub(in crate::catalog) const POLLER: Page = Page {
    summary: "a list of sockets for poll, kept from call to call",
    prototype: "int poll(struct pollfd *fds, nfds_t nfds, int timeout);",
    python: "p = select.poll()",
    man: "poll(2)",
    details: "Python's poll object: register sockets with the events to wait for, then poll as often as needed. It lives in the program; the kernel gets the whole list at each call, which is what epoll avoids. Mind the unit: poll on such an object takes milliseconds.",
    blocks: "never",
    errors: &[],
    example: "\
a, b = socketpair
p = poller
register p b POLLIN
send a \"x\"
ready = poll p 1000
len(ready)
expect = 1",
};

pub(in crate::catalog) const POLL: Page = Page {
    summary: "wait until one of some sockets is ready",
    prototype: "int poll(struct pollfd *fds, nfds_t nfds, int timeout);",
    python: "ready = p.poll(1000)   # a poll object: milliseconds; ready = e.poll(1.0)   # an epoll: seconds",
    man: "poll(2)",
    details: "`poll s conn 1.0` waits for the sockets named, at most so many seconds; with a poll object (`poller`) the time is in milliseconds, with an epoll in seconds, as in Python. The result is a list of (socket, events), from the two objects of (descriptor number, events), as in Python. POLLHUP, POLLERR and POLLNVAL are reported without being asked for.",
    blocks: "until one is ready or the time is over; without a time for ever, 0 only looks",
    errors: &[
        ("EINTR", "Ctrl-C or a signal"),
        ("EINVAL", "more descriptors than RLIMIT_NOFILE"),
    ],
    example: "\
a, b = socketpair
ready = poll b 0
len(ready)
expect = 0
send a \"x\"
ready = poll a b 1.0
len(ready)
expect = 1",
};

pub(in crate::catalog) const EPOLL: Page = Page {
    summary: "make an epoll instance: the kernel keeps the list of sockets to watch",
    prototype: "int epoll_create1(int flags);",
    python: "e = select.epoll(sizehint=-1, flags=0)",
    man: "epoll(7)",
    details: "Add sockets with register (or epoll_ctl), wait with poll (or epoll_wait). The cost of a wait grows with the sockets that are ready, not with those that are watched. Level-triggered unless EPOLLET is set: then only changes are reported, and the program must read until EAGAIN. The instance is a descriptor itself. `epoll` and `epoll_create1 EPOLL_CLOEXEC` make epoll_create1(2), `epoll_create 10` the older epoll_create(2).",
    blocks: "never",
    errors: &[
        ("EMFILE", "the process has too many open descriptors"),
        ("EINVAL", "unknown flags"),
    ],
    example: "\
a, b = socketpair
e = epoll
register e b EPOLLIN
send a \"x\"
ready = poll e 1.0
len(ready)
expect = 1
close e
expect ok",
};

pub(in crate::catalog) const REGISTER: Page = Page {
    summary: "watch a socket with an epoll or a poll object",
    prototype: "int epoll_ctl(int epfd, EPOLL_CTL_ADD, int fd, struct epoll_event *event);",
    python: "e.register(s, select.EPOLLIN)",
    man: "epoll_ctl(2)",
    details: "Without events, all usual ones: EPOLLIN, EPOLLOUT and EPOLLPRI. For an epoll it is the system call with EPOLL_CTL_ADD; a poll object only notes it down, and registering again replaces the events. A closed socket leaves the epoll by itself.",
    blocks: "never",
    errors: &[
        ("EEXIST", "an epoll watches it already: use modify"),
        ("EBADF", "the socket is closed"),
        ("EPERM", "a plain file cannot be watched by epoll"),
        ("ENOSPC", "too many watches"),
    ],
    example: "\
s = socket
e = epoll
register e s EPOLLIN
expect ok
register e s EPOLLIN
expect errno EEXIST",
};

pub(in crate::catalog) const MODIFY: Page = Page {
    summary: "watch a registered socket for other events",
    prototype: "int epoll_ctl(int epfd, EPOLL_CTL_MOD, int fd, struct epoll_event *event);",
    python: "e.modify(s, select.EPOLLIN | select.EPOLLOUT)",
    man: "epoll_ctl(2)",
    details: "The usual use: ask for EPOLLOUT only while there is something to send, because an idle socket is always writable and would wake every wait. It also arms a socket again that was registered with EPOLLONESHOT.",
    blocks: "never",
    errors: &[
        ("ENOENT", "the socket is not registered"),
        ("EBADF", "the socket is closed"),
    ],
    example: "\
a, b = socketpair
e = epoll
register e a EPOLLIN
ready = poll e 0
len(ready)
expect = 0
modify e a EPOLLIN|EPOLLOUT
ready = poll e 0
len(ready)
expect = 1",
};

pub(in crate::catalog) const UNREGISTER: Page = Page {
    summary: "stop watching a socket",
    prototype: "int epoll_ctl(int epfd, EPOLL_CTL_DEL, int fd, struct epoll_event *event);",
    python: "e.unregister(s)",
    man: "epoll_ctl(2)",
    details: "Not needed before close when the socket has no other descriptor; with dup or a second process the epoll goes on reporting it until the last one is closed.",
    blocks: "never",
    errors: &[
        ("ENOENT", "the socket is not registered"),
        ("EBADF", "the socket is closed"),
    ],
    example: "\
s = socket
e = epoll
register e s EPOLLIN
unregister e s
expect ok
unregister e s
expect errno ENOENT",
};

pub(in crate::catalog) const EPOLL_CTL: Page = Page {
    summary: "add, change or remove a socket of an epoll, as C spells it",
    prototype: "int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);",
    python: "e.register(s, events); e.modify(s, events); e.unregister(s)",
    man: "epoll_ctl(2)",
    details: "One call for what Python calls register (EPOLL_CTL_ADD), modify (EPOLL_CTL_MOD) and unregister (EPOLL_CTL_DEL).",
    blocks: "never",
    errors: &[
        ("EEXIST", "EPOLL_CTL_ADD of a socket that is there"),
        (
            "ENOENT",
            "EPOLL_CTL_MOD or EPOLL_CTL_DEL of one that is not",
        ),
        ("EINVAL", "an epoll that is to watch itself"),
        ("ELOOP", "epolls that watch each other in a circle"),
    ],
    example: "\
s = socket
e = epoll
epoll_ctl e EPOLL_CTL_ADD s EPOLLIN
expect ok
epoll_ctl e EPOLL_CTL_ADD s EPOLLIN
expect errno EEXIST
epoll_ctl e EPOLL_CTL_DEL s
expect ok",
};

pub(in crate::catalog) const EPOLL_WAIT: Page = Page {
    summary: "wait for the events of an epoll, as C spells it; the time is in seconds",
    prototype: "int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout);",
    python: "events = e.poll(timeout=None, maxevents=-1)",
    man: "epoll_wait(2)",
    details: "Gives a list of (descriptor, events), at most maxevents of them. C counts the time in milliseconds; here it is in seconds, like every time in this language. Level-triggered sockets are reported again as long as they are ready.",
    blocks: "until something is ready or the time is over; without a time for ever, 0 only looks",
    errors: &[
        ("EINTR", "Ctrl-C or a signal"),
        ("EINVAL", "maxevents is not positive"),
    ],
    example: "\
a, b = socketpair
e = epoll
epoll_ctl e EPOLL_CTL_ADD b EPOLLIN|EPOLLET
send a \"x\"
ready = epoll_wait e 10 1.0
len(ready)
expect = 1
ready = epoll_wait e 10 0
len(ready)
expect = 0",
};
