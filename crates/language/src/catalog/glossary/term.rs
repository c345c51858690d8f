//! The words of the trade that are no name in a header file.

use super::{Entry, Kind};

/// Builds rows: `"name" ["alias"] "in one line" "more" "where to read on";`.
macro_rules! terms {
    ($($name:literal [$($alias:literal),*] $summary:literal $more:literal $see:literal;)*) => {
        pub(super) const TERMS: &[Entry] = &[$(
            Entry {
                name: $name,
                aliases: &[$($alias),*],
                kind: Kind::Term,
                summary: $summary,
                sections: &[("more", $more)],
                see: $see,
            },
        )*];
    };
}

terms! {
    "abstract name" ["abstract", "abstract socket", "abstract namespace"] "a UNIX socket address that is not a file: it begins with a zero byte, written @name"
        "It vanishes with its socket, has no permissions, and is known only inside its network namespace." "unix(7)";
    "accept queue" ["completed queue"] "finished connections that wait for accept"
        "The kernel fills it without the program. Its limit is the smaller of listen's backlog and net.core.somaxconn; Recv-Q of the listener shows how many wait." "listen(2)";
    "ancillary data" ["control message", "cmsg"] "what travels beside the data of sendmsg and recvmsg: descriptors, credentials, time stamps"
        "Each piece has a level, a type and a value." "cmsg(3)";
    "any address" ["wildcard address", "0.0.0.0"] "0.0.0.0 or ::, for bind: every address of this host"
        "A connection on such a listener gets the one address the client used; getsockname on the accepted socket tells." "ip(7)";
    "backlog" [] "how many finished connections may wait for accept"
        "listen's second argument. When the queue is full Linux drops the handshake's last ACK and new SYNs in silence, so the client retries; it does not refuse." "listen(2), sysctl net.core.somaxconn";
    "blocking" ["block", "blocked"] "a call that cannot go on puts its process to sleep in the kernel until it can"
        "The opposite is non-blocking, where the call fails with EAGAIN at once." "fcntl(2), recv(2)";
    "broadcast" [] "one datagram to every host of a network"
        "Must be allowed with SO_BROADCAST; does not cross routers; IPv6 has multicast in its place." "ip(7)";
    "buffer" ["send buffer", "receive buffer", "socket buffer"] "the kernel's memory for data that is not yet acknowledged (send) or not yet read (receive)"
        "send copies into it and returns; the receive buffer's free room becomes the window. SO_SNDBUF and SO_RCVBUF set them, and Linux tunes them otherwise." "socket(7), tcp(7)";
    "C10k" ["c10k problem", "ten thousand clients"] "how one machine serves ten thousand clients at once"
        "A process or a thread for each costs memory and switching; select and poll hand over and look at every descriptor in every call, so that the work grows with the idle ones; epoll keeps the list in the kernel and names only those that are ready. `serve --model …` shows all of them on the same clients, call by call." "epoll(7), select(2)";
    "callback" ["handler"] "a function that is handed over, to be called when something has happened"
        "An event loop calls it when a socket is ready. It must return soon: nothing else runs meanwhile." "epoll(7)";
    "challenge ACK" [] "an ACK in answer to a suspicious RST or SYN, in place of believing it"
        "The real peer repeats the RST with the right number; a forger cannot." "RFC 5961";
    "client" [] "the end of a conversation that begins it: it connects, or sends the first datagram"
        "The word says who begins, not who is larger: a program may be client and server at once." "connect(2)";
    "concurrent server" ["iterative", "iterative server", "server model"] "a server that serves several clients at once; an iterative one serves them one after the other"
        "At once means: a process for each (fork), a thread for each, or one thread that never sleeps in a client's call but asks who is ready (select, poll, epoll). Under an iterative server the second client is connected, by the kernel, and waits in the backlog. `help serve` runs each model." "accept(2), fork(2), pthreads(7), epoll(7)";
    "congestion avoidance" ["aimd"] "above ssthresh the congestion window grows slowly: with reno by one segment in a round trip"
        "It looks for more room with care, since a loss was seen where it is now." "RFC 5681 section 3.1";
    "congestion control" ["cubic", "reno", "bbr"] "how a sender finds out how much the network can carry, and slows down when it loses"
        "Linux has several (TCP_CONGESTION); cubic is the usual one." "RFC 5681, RFC 9438";
    "byte" ["bytes", "octet"] "eight bits, a number from 0 to 255: what sockets carry, and nothing else"
        "Text becomes bytes by an encoding, today UTF-8 nearly always: b\"hello\" in Python. RFCs say octet." "RFC 9293 section 4";
    "congestion window" ["cwnd"] "how many segments the sender allows itself in flight"
        "It begins with 10, grows with acknowledgments, shrinks with losses. What may be sent is the smaller of it and the peer's window." "RFC 5681, RFC 6928";
    "connected UDP" [] "a UDP socket that connect gave a peer: no packet is sent"
        "send and recv work without an address, datagrams from elsewhere are not delivered, and ICMP errors reach the program as ECONNREFUSED." "udp(7)";
    "connection" ["connected pair"] "two ends that know each other and keep count of the bytes between them: what TCP makes of packets"
        "Five facts name it: the protocol, and address and port of both ends. Each kernel keeps its end's state; nothing in between does." "RFC 9293 section 3.3.1, socket(7)";
    "connection refused" ["refused"] "an RST in answer to a SYN: the host is there, nobody listens"
        "A firewall that drops in silence leads to ETIMEDOUT instead." "RFC 9293 section 3.10.7.1";
    "cookie" ["fast open cookie"] "a few bytes that only their maker can check: they prove that who shows them was given them before"
        "Fast Open's cookie proves that the client has the address it sends from." "RFC 7413 section 4.1.2";
    "coroutine" ["async", "await"] "a function that can stop in the middle (await) and be continued later"
        "While one waits, the event loop runs another, on the same thread." "epoll(7)";
    "DATA_FIN" ["dss"] "the end of the data of a Multipath TCP connection, sent in the option DSS"
        "It closes the connection as a whole, with a number in the data sequence, and is acknowledged by a DATA_ACK. The FINs in the TCP headers end the subflows one by one." "RFC 8684 section 3.3.3";
    "datagram" ["datagrams", "message boundary"] "a message that arrives whole or not at all"
        "One sendto, one datagram, one recvfrom. It may be lost, doubled or overtaken." "RFC 768";
    "descriptor passing" ["fd passing"] "giving an open descriptor to another process through a UNIX socket (SCM_RIGHTS)"
        "The receiver gets a number of its own for the same socket." "unix(7)";
    "dual stack" ["v4-mapped", "ipv4-mapped", "ipv4-mapped address"] "one IPv6 socket that serves IPv4 too"
        "With IPV6_V6ONLY off an IPv4 client appears as ::ffff:a.b.c.d." "RFC 4291 section 2.5.5.2, ipv6(7)";
    "edge-triggered" [] "epoll reports a change once (EPOLLET)"
        "The program must then read until EAGAIN, or it sleeps beside waiting data." "epoll(7)";
    "end of file" ["eof"] "recv gives empty bytes: the peer has closed or shut down its sending side"
        "It comes after all data, and again at every further recv." "recv(2)";
    "ephemeral port" ["ephemeral", "dynamic port", "port 0"] "a port the kernel picks: at connect, at the first sendto, or at bind to port 0"
        "From net.ipv4.ip_local_port_range, on Linux 32768 to 60999." "ip(7), RFC 6056";
    "errno" ["error number", "error"] "why a system call failed, as a number with a name: ECONNREFUSED"
        "In C it is a variable, in Python an attribute of OSError. `explain ECONNREFUSED` explains one, `why` what led to the last." "errno(3)";
    "eth0" ["eth"] "the name of the first Ethernet interface: in a lab a host's end of the wire"
        "`if_nameindex` lists the interfaces with their numbers. A host that is not on the wire has lo alone." "netdevice(7)";
    "event loop" ["reactor", "selector"] "one thread that asks which sockets are ready, serves these, and asks again"
        "select, poll or epoll do the asking. Nothing in it may block. Twisted calls it the reactor." "epoll(7)";
    "exponential backoff" [] "waiting twice as long before each further try"
        "The retransmission timer does it, so that a network in trouble is not troubled more." "RFC 6298 section 5.5";
    "Fast Open" ["tfo", "tcp fast open"] "data in the SYN, so that a request saves one round trip"
        "The client needs a cookie from an earlier connection." "RFC 7413";
    "fast retransmit" [] "sending a lost segment again as soon as later ones are seen to arrive, without waiting for the RTO"
        "Classic rule: three duplicate ACKs. Linux goes by SACK and time (RACK)." "RFC 5681 section 3.2, RFC 8985";
    "fd_set" [] "the set of descriptors that select takes: one bit for each, from 0 to 1023"
        "FD_SETSIZE is 1024, whatever `ulimit -n` allows. In C, FD_SET with a higher number writes past the end of the set, which is undefined behaviour; Python's select raises ValueError. poll and epoll have no such limit." "select(2)";
    "file descriptor" ["descriptor", "fd"] "a small number that names an open socket or file inside one process"
        "The lowest free one is taken; 0, 1 and 2 are the standard streams." "socket(2)";
    "five-tuple" ["four-tuple"] "protocol, source address, source port, destination address, destination port: what names a connection"
        "Two connections may share any four of them." "RFC 9293 section 3.3.1";
    "flow control" [] "the receiver says how much it can take, and the sender sends no more: the window"
        "Not to be mixed up with congestion control, which is about the network." "RFC 9293 section 3.8";
    "fragmentation" ["fragment"] "cutting an IP packet that is larger than the MTU"
        "Loss of one fragment loses the whole. TCP avoids it through the MSS; large UDP datagrams get it." "RFC 791 section 3.2, RFC 8900";
    "half-close" ["half-closed"] "one direction is ended with FIN, the other goes on"
        "shutdown SHUT_WR does it; the end that closed waits in FIN-WAIT-2, the other in CLOSE-WAIT." "RFC 9293 section 3.6";
    "half-open" [] "one end believes in a connection the other has forgotten, after a crash or a cut wire"
        "The first segment is answered with RST. Keepalive finds it; so does sending." "RFC 9293 section 3.5.1";
    "initial sequence number" ["isn"] "where a direction begins to count: a number that is hard to guess"
        "Shown as 0 in relative numbers." "RFC 9293 section 3.4.1, RFC 6528";
    "IP address" ["address"] "the number of a network interface: 4 bytes in IPv4, 16 in IPv6"
        "Packets find the host by it, and the socket on the host by protocol and port." "ip(7), ipv6(7)";
    "kernel" [] "the part of the operating system that drives the hardware and serves all programs"
        "TCP, UDP and IP are in it: it sends and answers packets also while no program runs." "syscalls(2)";
    "level-triggered" [] "poll and epoll report as long as something is there"
        "The usual mode; EPOLLET changes it." "epoll(7)";
    "linger" [] "what close does with data that is not yet acknowledged"
        "By default it goes on in the background. SO_LINGER (1, n) makes close wait n seconds; (1, 0) throws it away and sends RST." "socket(7)";
    "loopback" ["lo", "localhost", "127.0.0.1", "::1"] "the interface of a host to itself"
        "Packets on lo are real packets through the whole stack, with an MTU of 65536 and nearly no delay; nothing leaves the machine." "RFC 1122 section 3.2.1.3";
    "MSS" ["maximum segment size"] "the most data one segment may carry towards the end that announced it"
        "MTU less 40 bytes for IPv4, 60 for IPv6: 1460 on Ethernet, 65495 on lo. Each end announces its own in the SYN; timestamps take 12 more." "RFC 9293 section 3.7.1, RFC 6691";
    "MTU" ["path mtu", "pmtu"] "the largest IP packet a link (or a whole path) carries"
        "1500 on Ethernet, 65536 on lo. Path MTU discovery sets don't-fragment and learns from ICMP." "RFC 1191, RFC 8201";
    "multicast" ["multicast group"] "one datagram to all hosts that joined a group, 224.0.0.0/4 or ff00::/8"
        "Join with IP_ADD_MEMBERSHIP; IGMP and MLD tell the routers." "RFC 1112, ip(7)";
    "Nagle's algorithm" ["nagle", "nagle's rule"] "a small segment waits while an earlier one is unacknowledged"
        "It saves packets and costs time where requests are written in two pieces. TCP_NODELAY turns it off." "RFC 896, RFC 9293 section 3.7.4";
    "netlink" ["rtnetlink", "netlink socket"] "sockets by which a program talks to the kernel itself: AF_NETLINK"
        "Interfaces, addresses, routes and tables of sockets are asked for and changed by messages with a header and attributes; `ip` and `ss` do so." "netlink(7), rtnetlink(7)";
    "network byte order" ["byte order", "big-endian", "endianness"] "the most significant byte first"
        "htons and its kin convert; forgetting it turns port 5000 into 34835." "byteorder(3)";
    "network namespace" ["namespace", "private network"] "a network of its own: interfaces, addresses, ports, routes, firewall"
        "The lab lives in one, made inside a user namespace, so no root is needed." "network_namespaces(7)";
    "non-blocking" ["o_nonblock"] "calls never sleep: they fail with EAGAIN or EINPROGRESS"
        "Set by setblocking False, SOCK_NONBLOCK, or for one call MSG_DONTWAIT." "fcntl(2)";
    "NOP" ["no-operation"] "an option of TCP that is one byte of padding, so that what follows begins at a multiple of four"
        "The kernel puts two in front of the timestamps. It says nothing." "RFC 9293 section 3.1";
    "orphan" [] "a socket that no process holds any more while TCP still finishes the close"
        "`sockets` shows it without a process." "tcp(7)";
    "partial read" ["sticky packets", "short read", "framing"] "recv gives what is there, not what was sent in one go"
        "A stream has no messages: the program must mark them, with a delimiter or a length." "recv(2)";
    "peer" [] "the other end of a connection"
        "getpeername asks for its address." "getpeername(2)";
    "port" ["port number"] "a number from 1 to 65535 that picks the socket inside a host"
        "TCP and UDP have their own. Below 1024 a privilege is needed, which the lab gives; the names are in /etc/services." "RFC 6335";
    "port unreachable" ["icmp port unreachable"] "ICMP type 3 code 3: nobody has that UDP port"
        "Reported to connected UDP sockets as ECONNREFUSED; others are not notified." "RFC 1122 section 4.1.3.1";
    "privileged port" ["privileged", "system port", "well-known port"] "a port below 1024: an ordinary user's program may not bind it"
        "EACCES says so. The first free one is net.ipv4.ip_unprivileged_port_start; in a lab you have the privilege." "ip(7), RFC 6335";
    "process" ["child", "child process", "parent"] "a running program with memory and descriptors of its own"
        "fork makes another one, the child, with copies of the parent's descriptors. When a process ends, its descriptors are closed." "fork(2)";
    "pure ACK" [] "a segment with nothing but an acknowledgment"
        "It takes no sequence number and is not acknowledged." "RFC 9293 section 3.10.7.4";
    "raw socket" ["raw"] "a socket below TCP and UDP: you see and build the headers"
        "Needs CAP_NET_RAW, which the lab gives." "raw(7)";
    "round-trip time" ["rtt", "srtt"] "from sending a segment to its acknowledgment"
        "Linux keeps a smoothed value and its variation; the RTO is made of both." "RFC 6298";
    "SACK" ["selective acknowledgment", "d-sack"] "tells which later bytes have arrived although some before them are missing"
        "Agreed on in the SYNs. D-SACK reports what came twice." "RFC 2018, RFC 2883";
    "scope id" ["sin6_scope_id", "zone", "zone id", "scope"] "which link an IPv6 address of one link belongs to: the number of an interface"
        "Addresses of fe80::/10 exist on each link anew, so bind, connect and sendto need it: fe80::1%eth0, or the fourth part of the address as a tuple. 0 is none; for other addresses it is ignored." "ipv6(7), RFC 4007";
    "segment" ["segments"] "a TCP header with the data behind it: what IP carries for TCP"
        "The stream is cut into segments as TCP likes; they are not messages." "RFC 9293 section 3.1";
    "sequence number" ["seq"] "the number of the first byte of a segment, counted in its direction of the stream"
        "SYN and FIN take one each. Shown relative, from 0; 32 bits, so it wraps round." "RFC 9293 section 3.4";
    "server" [] "the end of a conversation that waits for the other one to begin"
        "It binds an address that clients know, and listens." "listen(2), accept(2)";
    "SIGPIPE" [] "the signal that kills a program which writes to a closed connection"
        "Ignored in this lab and in Python: EPIPE is seen instead. C programs pass MSG_NOSIGNAL or ignore it." "signal(7), send(2)";
    "simultaneous close" ["simultaneous close N of N", "simultaneous close with itself N of N"] "both ends send FIN before they see the other's"
        "Both go through CLOSING to TIME-WAIT." "RFC 9293 section 3.6, figure 13";
    "simultaneous open" ["simultaneous open N of N", "simultaneous open with itself N of N", "self-connection", "self-connect"] "both ends send SYN before they see the other's: one connection, no server"
        "Both go through SYN-RECEIVED. A single socket that connects to itself does it alone." "RFC 9293 section 3.5, figure 7";
    "slow start" [] "the congestion window doubles each round trip until the first loss or ssthresh"
        "Called slow because it begins small." "RFC 5681 section 3.1";
    "slow start threshold" ["ssthresh"] "where slow start ends and congestion avoidance begins"
        "Not known at first; a loss sets it, with reno to half of what was on its way." "RFC 5681 section 3.1";
    "stream" ["byte stream"] "bytes in order, without loss and without boundaries"
        "Two sends may come out of one recv, one send of several." "RFC 9293 section 2";
    "subflow" ["subflows"] "one of the TCP connections that a Multipath TCP connection is made of"
        "Each has addresses, sequence numbers and a congestion window of its own; the first begins with MP_CAPABLE, the others join with MP_JOIN." "RFC 8684";
    "SYN cookie" ["syn flood", "syncookies"] "a server under a flood of SYNs keeps nothing and puts what it must know into its sequence number"
        "Linux starts it when the queue of half-open connections is full (tcp_syncookies)." "RFC 4987, tcp(7)";
    "system call" ["syscall"] "a program's request to the kernel: socket, connect, send"
        "It returns a number, or -1 and an errno. `strace` shows those of any program." "syscalls(2)";
    "tentative" ["duplicate address detection", "dad"] "an IPv6 address that is being checked: does another machine on the link have it already?"
        "The host asks by a neighbour solicitation and waits a second or so; meanwhile bind fails with EADDRNOTAVAIL, unless IPV6_FREEBIND is set." "RFC 4862 section 5.4";
    "thread" [] "one of several lines of execution in a process: they share its memory and descriptors"
        "A call that blocks stops its own thread only." "pthreads(7)";
    "thundering herd" ["herd"] "many processes or threads sleep on one listener, and one connection wakes more of them than can have it"
        "All but one find nothing (EAGAIN) and have been woken for nothing. Linux wakes one thread that sleeps in accept; with epoll, EPOLLEXCLUSIVE or a listener for each with SO_REUSEPORT keeps the others asleep." "epoll_ctl(2), socket(7)";
    "timestamps" ["paws", "tcp timestamps"] "a clock value in each segment, echoed by the peer"
        "For measuring round trips and for telling old duplicates from new data." "RFC 7323";
    "truncation" ["truncated"] "a datagram that is longer than what recv asked for is cut, and the rest is lost"
        "MSG_TRUNC as a flag of recv gives its true length." "udp(7), recv(2)";
    "window" ["receive window", "rwnd", "offered window"] "how many more bytes an end can take; sent in every segment"
        "Free room in its receive buffer. At 0 the sender stops and probes." "RFC 9293 section 3.8.6";
    "window scale" ["wscale", "window scaling"] "a factor for the 16-bit window field, sent in the SYN"
        "Without the handshake in the capture the true window is not known." "RFC 7323 section 2";
    "zombie" ["defunct", "zombie process"] "a child that has ended and that its parent has not waited for: only its number and its status are left"
        "It holds no descriptor, so its connections are closed; but it fills the table of processes. A server that forks waits for its children in a handler of SIGCHLD, which is why its accept can fail with EINTR; `serve --model process --zombies` shows one that does not." "wait(2), signal(7)";
}
