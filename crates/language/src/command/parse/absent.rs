//! Names of Python's modules, and functions of C, that are not here: what does the same. Not words of a shell (`advice`).

/// Members of modules, by modules and names, and what to do instead; of a module without names all.
const MEMBERS: &[(&str, &str, &str)] = &[
    (
        "socket",
        "error gaierror herror timeout",
        "there are no exceptions: a failed call shows its errno and the next line runs; `expect errno ETIMEDOUT` checks it",
    ),
    (
        "socket",
        "SocketType SocketKind AddressFamily MsgFlag SocketIO",
        "ask the socket: s.family, s.type, s.proto, type(s)",
    ),
    (
        "socket",
        "getdefaulttimeout setdefaulttimeout",
        "a timeout belongs to a socket: s.settimeout(5), s.gettimeout()",
    ),
    (
        "socket",
        "fromfd",
        "socket.socket(fileno=3) takes a descriptor as it is, socket.dup(3) makes a second one of it",
    ),
    (
        "socket",
        "getfqdn",
        "no host of the lab has a domain: socket.gethostname() is its whole name",
    ),
    (
        "socket",
        "sethostname",
        "a host is given its name when it is made: host NAME",
    ),
    (
        "socket",
        "fromshare",
        "only Windows has it; here a UNIX socket passes a descriptor: send_fds, recv_fds",
    ),
    (
        "socket.socket",
        "share",
        "only Windows has it; here a UNIX socket passes a descriptor: send_fds, recv_fds",
    ),
    (
        "socket.socket",
        "sendmsg_afalg",
        "it belongs to AF_ALG, the kernel's cryptography, and no packet comes of it",
    ),
    (
        "socket.socket",
        "recvmsg_into",
        "recvmsg gives the bytes back: data, ancdata, flags, addr = s.recvmsg(4096)",
    ),
    (
        "socket.socket",
        "get_inheritable set_inheritable",
        "a program does not inherit what was made with SOCK_CLOEXEC: socket AF_INET SOCK_STREAM|SOCK_CLOEXEC",
    ),
    (
        "threading _thread concurrent multiprocessing",
        "",
        "a line that ends in & runs in a thread of its own, `process NAME` makes another process; `serve s echo --model thread` is a server with threads",
    ),
    (
        "socketserver http",
        "",
        "`serve s echo` runs a ready-made server on a listening socket; a program runs with `run python3 file.py`",
    ),
    (
        "asyncio selectors twisted",
        "",
        "what an event loop stands on is here: e = select.epoll(); e.register(s, select.EPOLLIN); e.poll(1.0)",
    ),
    (
        "os",
        "fork",
        "another process is made with `process NAME`; `serve s echo --model process` forks",
    ),
    (
        "os",
        "read write close",
        "write the call of the socket: s.recv(100), s.send(b\"x\"), s.close()",
    ),
    (
        "os pathlib shutil",
        "",
        "files belong to programs: `run python3 file.py`; `sendfile s PATH` sends one",
    ),
    (
        "sys",
        "argv stdin stdout stderr",
        "a line gets no arguments and no input: write the value itself",
    ),
    (
        "argparse",
        "",
        "a line gets no arguments and no input: write the value itself",
    ),
    (
        "signal",
        "",
        "SIGPIPE is ignored already; Ctrl-C interrupts a call, `kill NAME` ends a process",
    ),
    (
        "requests urllib",
        "",
        "HTTP is text: c = create_connection HOST:80, then sendall c \"GET / HTTP/1.0\\r\\n\\r\\n\"",
    ),
    (
        "json pickle base64 zlib hashlib random datetime logging re ssl",
        "",
        "this module belongs to programs: `run python3 file.py` runs one in the laboratory",
    ),
];

/// What to do instead of `module.name`, called or not; `None` for a name nobody would look for here.
pub(super) fn instead_of_member(module: &str, name: &str) -> Option<&'static str> {
    MEMBERS
        .iter()
        .find(|(modules, names, _)| {
            has_word(modules, module) && (names.is_empty() || has_word(names, name))
        })
        .map(|(.., instead)| *instead)
}

/// What to do instead of a function of C, or of Python's own.
pub(super) fn instead_of_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "memset" | "bzero" | "malloc" | "calloc" | "free" | "memcpy" | "freeaddrinfo"
        | "sizeof" => "there is no memory to prepare or to free: leave this line out",
        "fcntl" => "to make a socket non-blocking write `setblocking s False`",
        "fork" | "vfork" | "wait4" | "waitpid" | "execl" | "execv" | "execvp" => {
            "another process is made with `process NAME`, and its lines begin with `NAME> `"
        }
        "pthread_create" | "pthread_join" | "Thread" => {
            "a line that ends in & runs in a thread of its own: recv s &"
        }
        "signal" | "sigaction" => {
            "SIGPIPE is ignored already; Ctrl-C interrupts a call, `kill NAME` ends a process"
        }
        "perror" | "strerror" | "gai_strerror" | "WSAGetLastError" => {
            "`why` says what the last error means and where it came from; `explain EADDRINUSE` explains any"
        }
        "printf" | "fprintf" | "puts" | "fputs" => "to show values write `print`: print \"got\", n",
        "strlen" => "the length of text or bytes is len(x)",
        "inet_addr" => {
            "an address is written as it is read, 127.0.0.1:5000; its four bytes are inet_aton(\"127.0.0.1\")"
        }
        "closesocket" => "on Linux it is close(s)",
        "WSAStartup" | "WSACleanup" => "only Windows needs it: leave this line out",
        "FD_ZERO" | "FD_SET" | "FD_CLR" | "FD_ISSET" => {
            "the sets are lists: r, w, x = select([s, conn], [], [], 1.0)"
        }
        "open" | "fopen" => {
            "to send a file write `sendfile s PATH`; more of files is for programs: `run python3 file.py`"
        }
        "input" | "gets" | "fgets" | "scanf" => {
            "a line gets no input: write the value itself, msg = \"hello\""
        }
        "dir" | "vars" => {
            "`help` lists what there is, `help bind` explains one call, `options s` and `info s` look at a socket"
        }
        _ => return None,
    })
}

/// True when `word` is one of the words of a row.
pub(super) fn has_word(row: &str, word: &str) -> bool {
    row.split(' ').any(|one| one == word)
}
