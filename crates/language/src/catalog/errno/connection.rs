//! Errnos about the state of a connection: refused, reset, not there, already there, not yet, timed out.

described! {
    /// In the order of their numbers.
    CONNECTION;
    EPIPE "Broken pipe" "send(2)"
        means "This end cannot send: it was never connected, it shut its sending side down, or the connection was reset and the reset was already reported."
        when {
            "send" for "TCP": "the socket was never connected; or the connection is closed for sending: after shutdown SHUT_WR, or after an RST that an earlier call reported";
            "send" for "UNIX": "the other end has closed its socket, or sending was shut down";
            "sendall": "the peer closed while data was still being sent; its RST answers what came too late";
            "sendfile": "the peer went away in the middle of the file";
        }
        next "Stop writing and close the socket. Outside this lab the program is killed by SIGPIPE unless it ignores that signal or passes MSG_NOSIGNAL (Python ignores it); here SIGPIPE is ignored, so you see EPIPE." after "send";
    EPROTO "Protocol error" "accept(2)"
        means "The protocol was not followed by the other side."
        when {
            "accept": "an error of the protocol ended the waiting connection";
        }
        next "Treat it like a connection that failed: close and go on with the next one.";
    ENETRESET "Network dropped connection on reset" "tcp(7)"
        means "Keepalive found that the peer no longer knows the connection."
        when {
            "recv": "a keepalive probe found the peer restarted; Linux reports ECONNRESET or ETIMEDOUT in its place";
        }
        next "Open a new connection.";
    ECONNABORTED "Software caused connection abort" "accept(2)"
        means "The connection died inside this host before the program got hold of it."
        when {
            "accept": "the waiting connection was given up before accept took it. Linux rarely says so: it hands the reset connection over and lets the first recv report ECONNRESET";
            "recv": "the connection was destroyed from outside, as `ss --kill` does";
        }
        next "A server carries on with the next accept." after "accept";
    ECONNRESET "Connection reset by peer" "recv(2)"
        means "The other end ended the connection without an orderly close."
        when {
            "recv" for "TCP": "the peer was killed or closed with unread data, closed with SO_LINGER of 0 seconds, or restarted and forgot the connection";
            "send" for "TCP": "an RST came since the last call and this call is the first to report it";
            "connect" for "TCP": "the peer answered the handshake and reset the connection at once";
            "recv" for "UNIX": "the other end closed its socket with data in it that it had not read";
            "send" for "UNIX": "the same";
        }
        next "The connection is gone and so is data under way. Open a new one; look at the RST with `packets tcp.flags.reset == 1` and at what it answers." after "send recv"
            for "UNIX": "The connection is gone, and what was not read with it.";
    EISCONN "Transport endpoint is already connected" "connect(2)"
        means "The socket has a peer already."
        when {
            "connect": "a second connect on a socket that is connected, or one on a socket that listens";
            "sendto" for "UNIX": "an address was given although the socket is connected";
        }
        next "Use send without an address, or make a new socket. A TCP socket connects once in its life." after "connect send";
    ENOTCONN "Transport endpoint is not connected" "connect(2)"
        means "The call needs a peer and the socket has none."
        when {
            "recv": "the socket was never connected, or it is the listening socket itself instead of the one accept gave";
            "getpeername": "there is no peer (any more)";
            "shutdown": "nothing is connected, or the connection was already reset";
        }
        next "Connect first. On a server read from the socket accept returned, not from the listener.";
    ESHUTDOWN "Cannot send after transport endpoint shutdown" "send(2)"
        means "Sending was shut down."
        when {
            "send": "some protocols say this after shutdown SHUT_WR; TCP and UNIX sockets say EPIPE";
        }
        next "Do not send after SHUT_WR; reading still works.";
    ETIMEDOUT "Connection timed out" "tcp(7)"
        means "Packets were retransmitted without an answer until the kernel gave up."
        when {
            "connect" for "TCP": "no answer to the SYN and its retransmissions: six (since Linux 6.5 ten), two minutes in all (sysctl net.ipv4.tcp_syn_retries, option TCP_SYNCNT)";
            "send" for "TCP": "data stayed unacknowledged through 15 backoffs, 15 to 30 minutes (tcp_retries2), or longer than TCP_USER_TIMEOUT";
            "recv" for "TCP": "what this end had sent stayed unacknowledged as long as that, or keepalive probes were not answered (SO_KEEPALIVE, TCP_KEEPCNT)";
        }
        next "The host is down, unreachable, or a firewall drops silently. A timeout that settimeout set is another thing: Python's TimeoutError without this errno.";
    ECONNREFUSED "Connection refused" "connect(2)"
        means "No socket listens or receives at that address."
        when {
            "connect" for "TCP": "an RST answered the SYN, because no socket listens on that port (or the listener is bound to another address)";
            "connect" for "UNIX": "the path exists, but nobody listens; or the abstract name is not that of a listener on this host";
            "recv" for "UDP": "an earlier datagram of this connected socket was answered by ICMP port unreachable";
            "send" for "UDP": "an earlier datagram of this connected socket was answered by ICMP port unreachable; it is reported once";
            "send" for "UNIX": "the other end has closed its socket";
            "sendto" for "UNIX": "the path exists, but its socket is closed";
            "send" for "netlink": "no socket has that port id, or the kernel takes no messages of that protocol";
        }
        next "Check with `sockets` whether a socket is bound there: right port, right address, server still running? IPv4 and IPv6 are two addresses." after "connect send recv"
            for "UNIX": "Look with `sockets` whether anybody listens there: right name, right host, listen called, server still running?"
            for "netlink": "`sockets` shows the port ids.";
    EALREADY "Operation already in progress" "connect(2)"
        means "An earlier connect on this non-blocking socket has not ended yet."
        when {
            "connect": "called again while the handshake goes on";
        }
        next "Wait until poll reports POLLOUT, then read SO_ERROR: 0 is success." after "connect";
    EINPROGRESS "Operation now in progress" "connect(2)"
        means "Not an error: the handshake has begun and the call did not wait for it, as asked."
        when {
            "connect": "the socket is non-blocking (or SO_SNDTIMEO ran out) and the SYN is on its way";
            "connect_ex": "the same, given back as a number";
        }
        next "Wait until poll or select reports the socket writable, then read SO_ERROR: 0 means connected, else it holds the reason." after "connect";
    EAGAIN "Resource temporarily unavailable" "recv(2)"
        means "The call would have to wait, and was asked not to (or not that long)."
        when {
            "recv": "nothing to read: the socket is non-blocking, MSG_DONTWAIT was passed, or SO_RCVTIMEO ran out";
            "send": "the send buffer is full, or the queue of the other end: it reads too slowly";
            "send" for "UDP": "the send buffer is full; or no ephemeral port is free for a socket that was not bound";
            "accept": "no connection waits";
            "connect" for "UNIX": "the listener's backlog is full";
            "connect" for "IP": "no ephemeral port is free";
            "recvmsg": "MSG_ERRQUEUE: the error queue is empty";
        }
        next "Wait with poll, select or epoll until the socket is ready, then try again. EWOULDBLOCK is the same number." after "recv accept send";
    EINTR "Interrupted system call" "signal(7)"
        means "A signal came while the call slept; nothing was transferred."
        when {
            "accept": "Ctrl-C in this lab, or any handled signal elsewhere";
            "recv": "the same, before the first byte came";
            "connect": "the same; the handshake goes on by itself, so do not call connect again but wait for POLLOUT";
            "poll": "the same; poll, select and epoll are never restarted by the kernel";
        }
        next "Call again, with the time that is left. Python has done so by itself since version 3.5.";
    ECANCELED "Operation canceled" "errno(3)"
        means "The operation was called off before it ended."
        when {
            "recv": "asynchronous interfaces (io_uring, aio) only";
        }
        next "";
}
