//! The manual page of the ready-made servers.

use super::Page;

pub(in crate::catalog) const SERVE: Page = Page {
    summary: "run a ready-made server on a listening socket, in one of seven models",
    prototype: "",
    python: "socketserver.TCPServer(address, handler).serve_forever()",
    man: "accept(2), fork(2), pthreads(7), select(2), poll(2), epoll(7)",
    details: "The socket is yours: bind it and let it listen first. The services:\n\n\n\
`echo` sends back what came; `upper` the same in capitals; `time` speaks first, and closes.\n\n\
`line` sends back each line once it is whole, however it was cut on its way.\n\n\
`chat` asks for a name, and sends each line to all others; `/who`, `/quit`.\n\n\
`file` gives and takes the files of `--folder`: `LIST`, `GET NAME [FROM]` (answered `OK LENGTH SHA256`, then the bytes), \
`PUT NAME LENGTH SHA256` (answered `GO FROM`, then `OK LENGTH` when all bytes have come and the checksum is right), `QUIT`. A name is never a path.\n\n\
`http` is HTTP/1.1: `/` is a small page, `/echo` gives back what is posted. Its answers have no Date field, so that two runs look the same.\n\n\
`websocket` sends back each message (RFC 6455).\n\n\
`socketio` is Socket.IO 5 at `/socket.io/`, by long-polling and WebSocket: an event comes back under its own name, with `--broadcast` to all in its namespace; \
one that wants an acknowledgement gets its own arguments. `--heartbeat 1s` changes the time between two pings (25 s).\n\n\
`chat` and `socketio` need clients that are served at the same time with the same memory: not `iterative`, not `process`. \
With `thread` each of their clients has two threads, one to read and one to write. A client that does not read what others say is let go after 256 KiB.\n\n\
The server runs in this prompt's own process, and every one of its calls is shown with the process or thread that made it, so that the models can be compared call by call.\n\n\
`--model iterative` serves one client after the other: the second one is connected, by the kernel, and waits in the backlog. \
`process` forks a child for each (`server/7` is the one that fork returned as 7): the parent closes the connection, the child the listener, and a handler of SIGCHLD waits for those that end; `--zombies` leaves that out. \
`thread` starts a thread for each. `nonblocking` asks every socket again and again, which costs a whole processor unless `--pause 10ms` stands between two rounds; the first EAGAIN of each socket is told, those after it are counted. \
`select`, `poll` and `epoll` sleep until one of them is ready; select ends at descriptor 1023, and `epoll --edge` is told of each event once. \
What a client does not read of its own answers is kept until its socket takes more, and nothing is read from it meanwhile.\n\n\
`--count N` ends after N clients, `--once` after one; `--max-clients N` serves so many at once and leaves the others in the backlog; `--buffer N` is what one recv takes; \
`--nofile N` and `--nproc N` are `ulimit -n` and `ulimit -u` while it runs. A datagram socket is served by one loop of recvfrom and sendto. The value is the number of clients.",
    blocks: "until Ctrl-C, `cancel` of a job that was started with `&`, or the count is full; other prompts go on",
    errors: &[
        (
            "EINTR",
            "Ctrl-C; or a child has ended (SIGCHLD), and accept is called again",
        ),
        (
            "EAGAIN",
            "nothing there (nonblocking); or no more threads or processes are allowed (pthread_create, fork)",
        ),
        ("EMFILE", "no descriptor is left for another client"),
        (
            "ECONNRESET",
            "a client has reset its connection: that client is dropped, the others go on",
        ),
        ("EINVAL", "the socket does not listen"),
    ],
    example: "\
process server
server> s = create_server :5000
server> serve s upper --model epoll --count 2
lab> a = create_connection localhost:5000; b = create_connection localhost:5000
lab> send b \"second\"; recv b
lab> expect = b\"SECOND\"
lab> send a \"first\"; recv a
lab> expect = b\"FIRST\"
lab> close a; close b
server> expect = 2",
};
