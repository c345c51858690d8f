//! Blocking, timeouts and readiness.

use super::Bench;

#[test]
fn a_socket_with_a_timeout_polls_before_the_call() {
    Bench::new().says(
        r#"
        a, b = socketpair
        settimeout b 20ms
        recv b
        send a "x"
        recv b
        gettimeout b
        settimeout b None
        getblocking b
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        ioctl(B, FIONBIO, [1]) = 0
        poll([{fd=B, events=POLLIN}], 1, 20) = 0 (Timeout)
        refused: timed out after 0.02 s (Python: TimeoutError)
        send(A, "x", 1, 0) = 1
        poll([{fd=B, events=POLLIN}], 1, 20) = 1 [{fd=B, revents=POLLIN}]
        recv(B, "x", 4096, 0) = 1
        -> 0.02
        ioctl(B, FIONBIO, [0]) = 0
        -> True
        "#,
    );
}

#[test]
fn connect_with_a_timeout_is_connect_poll_and_so_error() {
    Bench::new().says(
        r"
        s = create_server 127.0.0.1:0
        addr = getsockname s
        c = socket
        settimeout c 5
        connect c addr
        d = socket
        settimeout d 5
        connect d 127.0.0.1:1
        ",
        r"
        socket(AF_INET, SOCK_STREAM, 0) = A
        setsockopt(A, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
        bind(A, {AF_INET 127.0.0.1:0}) = 0
        listen(A, 4096) = 0
        getsockname(A, {AF_INET 127.0.0.1:P}) = 0
        -> ('127.0.0.1', P)
        socket(AF_INET, SOCK_STREAM, 0) = B
        ioctl(B, FIONBIO, [1]) = 0
        connect(B, {AF_INET 127.0.0.1:P}) = -1 EINPROGRESS
        poll([{fd=B, events=POLLOUT}], 1, 5000) = 1 [{fd=B, revents=POLLOUT}]
        getsockopt(B, SOL_SOCKET, SO_ERROR, [0], [4]) = 0
        socket(AF_INET, SOCK_STREAM, 0) = C
        ioctl(C, FIONBIO, [1]) = 0
        connect(C, {AF_INET 127.0.0.1:1}) = -1 EINPROGRESS
        poll([{fd=C, events=POLLOUT}], 1, 5000) = 1 [{fd=C, revents=POLLOUT|POLLERR|POLLHUP}]
        getsockopt(C, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0
        refused: connect failed: ECONNREFUSED, which SO_ERROR reported (Python: OSError)
        ",
    );
}

#[test]
fn a_non_blocking_socket_says_eagain() {
    Bench::new().says(
        r"
        a, b = socketpair AF_UNIX SOCK_STREAM|SOCK_NONBLOCK
        gettimeout b
        recv b
        ",
        r"
        socketpair(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        -> 0.0
        recv(B, …, 4096, 0) = -1 EAGAIN
        ",
    );
}

#[test]
fn select_gives_three_lists_of_those_that_are_ready() {
    Bench::new().says(
        r#"
        a, b = socketpair
        r, w, x = select [b] [a] [] 0
        send a "x"
        r, w, x = select [a, b] [] [] 1.0
        select [a] [] [] 10ms
        select [5000] [] []
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        select(N, [B], [A], [], {tv_sec=0, tv_usec=0}) = 1 (out [A])
        -> ([], [<socket a fd=A>], [])
        send(A, "x", 1, 0) = 1
        select(N, [A B], [], [], {tv_sec=1, tv_usec=0}) = 1 (in [B])
        -> ([<socket b fd=B>], [], [])
        select(N, [A], [], [], {tv_sec=0, tv_usec=10000}) = 0 (Timeout)
        -> ([], [], [])
        refused: descriptor 5000 does not fit in a fd_set, which has room for 0 to 1023; poll and epoll have no such limit
        "#,
    );
}

#[test]
fn poll_takes_sockets_a_poll_object_and_an_epoll_instance() {
    Bench::new().says(
        r#"
        a, b = socketpair
        poll a b 10ms
        send a "x"
        poll a b 1.0
        p = select.poll()
        p.register(b, POLLIN)
        p.poll(1000) == [(b.fileno(), POLLIN)]
        p.unregister(b)
        p.poll(0)
        e = select.epoll()
        e.register(b, EPOLLIN|EPOLLET)
        e.poll(1.0) == [(b.fileno(), EPOLLIN)]
        e.poll(0)
        modify e b EPOLLIN
        epoll_wait(e, 4, 1.0) == [(b.fileno(), EPOLLIN)]
        unregister e b
        unregister e b
        close e
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        poll([{fd=A, events=POLLIN}, {fd=B, events=POLLIN}], 2, 10) = 0 (Timeout)
        -> []
        send(A, "x", 1, 0) = 1
        poll([{fd=A, events=POLLIN}, {fd=B, events=POLLIN}], 2, 1000) = 1 [{fd=B, revents=POLLIN}]
        -> [(<socket b fd=B>, POLLIN)]
        poll([{fd=B, events=POLLIN}], 1, 1000) = 1 [{fd=B, revents=POLLIN}]
        -> True
        poll([], 0, 0) = 0 (Timeout)
        -> []
        epoll_create1(0) = C
        epoll_ctl(C, EPOLL_CTL_ADD, B, {events=EPOLLIN|EPOLLET, data={fd=B}}) = 0
        epoll_wait(C, [{events=EPOLLIN, data={fd=B}}], 1023, 1000) = 1
        -> True
        epoll_wait(C, [], 1023, 0) = 0 (Timeout)
        -> []
        epoll_ctl(C, EPOLL_CTL_MOD, B, {events=EPOLLIN, data={fd=B}}) = 0
        epoll_wait(C, [{events=EPOLLIN, data={fd=B}}], 4, 1000) = 1
        -> True
        epoll_ctl(C, EPOLL_CTL_DEL, B, NULL) = 0
        epoll_ctl(C, EPOLL_CTL_DEL, B, NULL) = -1 ENOENT
        close(C) = 0
        "#,
    );
}

#[test]
fn the_kernel_counts_what_waits() {
    Bench::new().says(
        r#"
        a, b = socketpair
        send a "12345"
        ioctl b FIONREAD
        ioctl b SIOCGIFCONF
        "#,
        r#"
        socketpair(AF_UNIX, SOCK_STREAM, 0, [A, B]) = 0
        -> (<socket a fd=A>, <socket b fd=B>)
        send(A, "12345", 5, 0) = 5
        ioctl(B, FIONREAD, [5]) = 0
        -> 5
        refused: SIOCGIFCONF is not a request this lab passes on; it knows FIONREAD, SIOCOUTQ, SIOCOUTQNSD, SIOCATMARK, FIONBIO and SIOCGIF…
        "#,
    );
}
