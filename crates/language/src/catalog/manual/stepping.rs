//! Manual pages of `step` and `go`: programs that stop before each of their calls.

use super::Page;

pub(in crate::catalog) const STEP: Page = Page {
    summary: "let a program that is stopped before a socket call make it, and stop it before the next",
    prototype: "",
    python: "",
    man: "ptrace(2)",
    details: "`run --step --as server python3 server.py` starts a program that stops before each of its socket calls, in all of its threads and of the processes it makes: `server is about to call accept(3)`, with the line of its source. Nothing of the call has happened yet. The prompt is free meanwhile: look with `sockets`, `ladder` and `calls`, change what the call will meet with `wire` and `inject`, step another program.

`step server` lets it make that call, shows its result and its packets, and returns when the program is stopped before its next call, is blocked, or has ended. Where the call blocks the screen says so, and once it has returned the program stops before the call that follows. `step server 3` makes three calls.

`step server until send` goes on until the program is stopped before a send, `until recv 3` before the third recv, `step server.4` before a call on descriptor 4, `step server.4 until recv` before a recv on it, `until ECONNRESET` until a call has failed so.

Where several threads are stopped the one that stopped first goes on; `step server/14` names another, as it was told when it stopped. (Python keeps its global lock in getsockname, getsockopt and setsockopt: a thread that is stopped before one of them holds up the others of its process.) Without a name the program that was stepped last is meant; at first the one that began last. `step NAME` of a program that runs has it stop before its next call.

With `wire hold` a conversation is seen in slow motion: a step of the client sends a frame, which stays in the air until `wire step` lets it arrive. In a script `expect stopped server send` waits until the program is stopped before a send.

`go NAME` lets it run on. `kill NAME` and `cancel N` end a program that is stopped, and so does the end of the lab. Only socket calls stop a program, and not what it does between them.",
    blocks: "until the program is stopped again, blocked or ended; at the prompt at most 2 s, and Ctrl-C ends the wait",
    errors: &[],
    example: "\
run --step --as client python3 -c \"import socket; s = socket.socket(); s.bind(('127.0.0.1', 5000)); s.listen()\"
expect stopped client socket
step
step client until listen
expect stopped client listen",
};

pub(in crate::catalog) const GO: Page = Page {
    summary: "let a program run that stops before its socket calls",
    prototype: "",
    python: "",
    man: "ptrace(2)",
    details: "All of its threads that are stopped make their calls, and it stops before none from then on. Without a name it is the program that was stepped last. `step NAME` has it stop again.",
    blocks: "never",
    errors: &[],
    example: "\
run --step --as client python3 -c \"import socket; s = socket.socket(); s.close()\"
go client
wait
expect call client close = 0",
};
