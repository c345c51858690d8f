//! Manual pages of the lab itself (processes, programs) and of what drives a script.

use super::Page;

pub(in crate::catalog) const PROCESS: Page = Page {
    summary: "start another process on this host, with a prompt of its own",
    prototype: "pid_t fork(void);",
    python: "",
    man: "fork(2)",
    details: "A real process of the operating system: its descriptors start at 3 and mean nothing elsewhere, it can sleep in a call while others act, and killing it closes its sockets. Put its name in front of a line, as its prompt does (`server> listen s`), or type the name and `>` alone to go there. Without a name, one is made up.",
    blocks: "never",
    errors: &[("EAGAIN", "no more processes are allowed")],
    example: "\
process server
server> s = socket; bind s 127.0.0.1:5000; listen s
lab> c = socket; connect c 127.0.0.1:5000
lab> expect state c ESTABLISHED
lab> fileno c
lab> expect = 3",
};

pub(in crate::catalog) const KILL: Page = Page {
    summary: "kill a process, as a crash would",
    prototype: "int kill(pid_t pid, int sig);   /* SIGKILL */",
    python: "",
    man: "kill(2)",
    details: "The process gets no chance to say goodbye; the kernel closes its descriptors. That is why even a crash sends a FIN, or an RST when data was left unread, and why only a machine that loses power or network goes silent.",
    blocks: "never",
    errors: &[("ESRCH", "it has ended already")],
    example: "\
process server
server> s = socket; bind s 127.0.0.1:5000; listen s
lab> kill server
lab> c = socket
lab> connect c 127.0.0.1:5000
lab> expect errno ECONNREFUSED",
};

pub(in crate::catalog) const RUN: Page = Page {
    summary: "run a real program inside the lab and see its socket calls with their packets",
    prototype: "int execve(const char *pathname, char *const argv[], char *const envp[]);",
    python: "",
    man: "execve(2)",
    details: "Each socket call of the program is shown as a typed one is: with decoded arguments, what it waited for, its result, the states it changed and its packets, in all of its threads and of the processes it makes. It is named as the program's author wrote it (send where the kernel saw sendto without an address). Its sockets are called by process and descriptor: `states python3.3`, `stream server.4`, `why server`, `expect call server recv = 0`; `calls server` lists what it did.

`run --as server python3 echo.py` gives it a name. `--step` stops it before each of its socket calls: `step`, `go`. `--calls off` (or `--untraced`) shows its packets alone, and leaves it to be traced by gdb or strace. What it executes is seen, too; a set-user-ID program has no privilege under a tracer, and a program built for another architecture is shown by its packets alone.

The program is a process of this host: the network it sees is the lab's and no other, so a server written in any language meets clients typed here. Files are not private to the lab: it has yours, and your rights to them. What you type and scripts that you start run programs without a question; a lesson that did not come with socklab asks first (`--allow-run`). What it prints goes to the log. With `&` at the end it runs beside the prompt; `jobs`, `wait` and `cancel` manage it, and `type NAME \"text\"` gives it a line to read.",
    blocks: "until the program ends, unless `&` stands at the end",
    errors: &[
        ("ENOENT", "there is no such program"),
        ("EACCES", "it may not be executed"),
    ],
    example: "\
s = socket
run true
expect ok",
};

pub(in crate::catalog) const TYPE: Page = Page {
    summary: "give a program that runs beside the prompt a line to read",
    prototype: "",
    python: "",
    man: "",
    details: "The text and a line end go to the program's standard input, where Python's input() or C's fgets reads them. Without a text the input ends, as Ctrl-D ends it at a terminal. It is for programs that were started with `run … &`.",
    blocks: "when the program does not read and its pipe is full",
    errors: &[],
    example: "\
run --as copy cat &
type copy \"hello\"
expect output copy \"hello\"",
};

pub(in crate::catalog) const INJECT: Page = Page {
    summary: "have a program's calls go wrong: short reads and writes, errors, delays",
    prototype: "",
    python: "",
    man: "strace(1), --inject",
    details: "Alone it lists the rules and how often each has acted. `inject clear` drops them all, `inject clear 3` the third.

A rule names a process or one of its sockets (`server`, `server.4`), a call as the program's author writes it, and what happens to it:

bytes: it moves at most so many bytes. `inject server recv bytes 1` gives one byte to each recv: does the program put its messages together again? The kernel makes the call with a shorter buffer, so nothing is lost.

errno: it is not made, and fails so: `inject client send errno EINTR`, `inject server accept errno EMFILE`.

delay: it is made later: `inject server recv delay 2s`.

Then to which of the calls: nothing is all of them, `next` the next one, `next 3` three, `3rd` the third and no other, `10%` one in ten by chance, drawn from the seed (`wire seed 7`, before the rule) and the rule's number, so that a lesson runs the same way every time. Where several rules would act on one call, one that picks its calls goes before one for all of them, and a newer one before an older.

A rule may be made before its program runs: the name counts, which `run --as NAME` gives. It is for programs: what you type at a prompt is made as you type it. A call that it acted on says so; the program cannot tell it from the real thing.",
    blocks: "never",
    errors: &[],
    example: "\
inject client socket errno EMFILE
run --as client python3 -c \"import socket; socket.socket()\"
inject
expect output client \"Too many open files\"",
};

pub(in crate::catalog) const LAB: Page = Page {
    summary: "draw the lab: hosts, processes, their sockets, the wire",
    prototype: "",
    python: "",
    man: "network_namespaces(7)",
    details: "A fresh lab is one host with one process, `lab`, and the loopback interface with 127.0.0.1 and ::1, in a network namespace of its own: every port is free, ports below 1024 are allowed, raw sockets too, and nothing reaches the real network.",
    blocks: "never",
    errors: &[],
    example: "\
process server
lab
lab> s = socket
lab> expect ok",
};

pub(in crate::catalog) const PRINT: Page = Page {
    summary: "print values to the log",
    prototype: "",
    python: "print(value, sep=\" \", end=\"\\n\")",
    man: "",
    details: "Each value as Python's print shows it, with a blank between, or what `sep=` says; what `end=` says stands behind the last one. Each print has a line of its own here. An expression alone on a line shows its value too.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
n = fileno s
print \"the descriptor is\" n
expect ok",
};

pub(in crate::catalog) const SLEEP: Page = Page {
    summary: "do nothing for a while",
    prototype: "int nanosleep(const struct timespec *duration, struct timespec *rem);",
    python: "time.sleep(0.2)",
    man: "nanosleep(2)",
    details: "A number is in seconds; `200ms` and `1.5s` say their unit. The network goes on meanwhile: delayed ACKs, retransmissions and TIME-WAIT run on the kernel's clock.",
    blocks: "for the time given",
    errors: &[("EINTR", "Ctrl-C")],
    example: "\
s = socket
sleep 20ms
expect ok",
};

pub(in crate::catalog) const WAIT: Page = Page {
    summary: "wait until a background job, or all of them, have ended",
    prototype: "",
    python: "",
    man: "",
    details: "Jobs are calls and programs that were started with `&`. A script that waits longer than its deadline stops and says for what.",
    blocks: "until the job ends",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
accept s &
c = socket; connect c 127.0.0.1:5000
wait
expect ok",
};

pub(in crate::catalog) const JOBS: Page = Page {
    summary: "the jobs that run in the background",
    prototype: "",
    python: "",
    man: "",
    details: "Each with its number, its process, and the call it sleeps in. `wait N` waits for one, `cancel N` interrupts it.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
accept s &
jobs
c = socket; connect c 127.0.0.1:5000
wait
expect ok",
};

pub(in crate::catalog) const CANCEL: Page = Page {
    summary: "interrupt a background job",
    prototype: "",
    python: "",
    man: "signal(7)",
    details: "A signal interrupts the call it sleeps in, which then fails with EINTR; a program started by run is ended.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
accept s &
sleep 100ms
cancel 1
wait
expect errno EINTR",
};

pub(in crate::catalog) const EXPECT: Page = Page {
    summary: "say what must hold now; a script fails where it does not",
    prototype: "",
    python: "",
    man: "",
    details: "Of the last call: `expect ok`, it succeeded; `expect errno NAME`, it failed with this; `expect = VALUE`, this is its result; `expect timeout`, it ran into the timeout of `settimeout`, which is not an errno; `expect took 1s ±20%` or `took >= 200ms`, it took this long. `expect accept = 4` and `expect recv = -1 EAGAIN` name the call, also with its arguments as the screen shows them, `…` for any of them.\n\nOf all calls since the line was typed: `expect call accept`, one succeeded; `expect calls 2 accept`, at least two did; `expect calls exactly 2 accept`, two and no more until now; `expect received \"text\"`, these bytes were received; `expect message \"GET /\"` or `message c \"ws text\"`, a message above TCP says so (`help messages`). `expect blocked server`: that process sleeps in a call.\n\nOf sockets: `expect state s LISTEN` or `s: LISTEN`, the kernel says so of it; `expect state ESTABLISHED port 5000` or `peer 5000`, it says so of some socket with this port at its own end or at the other.\n\nOf the packets of the last command: `expect packet FILTER`, at least one matches; `packets 3 FILTER`, so many; `no packet FILTER`, none. `expect c -> s [SYN]` is an arrow as the ladder draws it. Why a packet was sent can be asked as well: `expect packet socklab.cause contains \"retransmission timer\"`.\n\nOf the screen: `expect output \"text\"`, a program, `print` or `sysctl` printed this; `expect why \"lost by rule 1\"`, the first sentence of `why` has this.\n\nAnything else is a condition, `expect len(data) > 3`. `… in server` at the end, or `server>` in front, asks it of another process. An expectation about packets or states waits a little for what is still under way.",
    blocks: "never for long",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
expect ok
expect state s LISTEN
c = socket; connect c 127.0.0.1:5000
expect packet tcp.flags.syn == 1
expect packet socklab.cause contains \"no accept() was needed\"
expect no packet tcp.flags.reset == 1
fileno c
expect = 4",
};

pub(in crate::catalog) const LOAD: Page = Page {
    summary: "run the lines of a file",
    prototype: "",
    python: "",
    man: "",
    details: "As if they were typed here, until the first expectation that does not hold. A transcript with its prompts is a script too.",
    blocks: "until the script has ended",
    errors: &[("ENOENT", "there is no such file")],
    example: "\
s = socket
save ./first.lab
reset
load ./first.lab
expect ok",
};

pub(in crate::catalog) const SAVE: Page = Page {
    summary: "write the session to a file; the ending says as what",
    prototype: "",
    python: "",
    man: "",
    details: ".lab the lines typed, to load again; .md the same as the draft of a lesson, each line with what came of it (`lesson check x.md`); .pcapng the packets, for Wireshark, with names, causes, processes and what the wire did as comments, which `socklab read` understands again (a frame that was lost has the verdict TC_ACT_SHOT); .json the events as --json prints them; .html the session as a page of its own, the one that `page` serves, with everything that happened inside it. A filter behind the name limits the packets: `save x.pcapng tcp.port == 5000`.\n\n.svg is a drawing of one view, the ladder when none is named: `save x.svg`, `save x.svg tcp.len > 0`, `save x.svg ladder c`, `save x.svg plot c seq`, `save x.svg stream c`, `save x.svg states c`, and of `follow c`, `conversations`, `packets` and `sockets` their text. It can be read on light and on dark paper and holds no scripts.\n\n.py, .c and .rs are what was typed as a program that runs without this lab (`python3 x.py`; `cc -pthread x.c`; `rustc x.rs`), with its names, expressions and prints. It prints what is received and the errors as this session did; in C and Rust it stops where a call ends otherwise than it did here. Of several processes each gets a program (x_server.py, x_client.py), which says at its top in which order they are started; each waits for the others in its calls, and sleeps for a moment where only the session kept the order. Hosts become loopback addresses (10.0.0.2 is 127.0.0.2). A command that means nothing elsewhere is left out, with a comment that says why, and the program then ends after 30 seconds at the latest.\n\nPrograms that `run` has shown are saved like prompts: the calls they made, so that what a C program did becomes Python. `save x.py server` writes the program of that name alone, and `save x.lab server` its calls as lines that can be loaded; calls that found nothing ready (EAGAIN) or were injected are left out.",
    blocks: "never",
    errors: &[
        ("EACCES", "the file may not be written"),
        ("ENOENT", "the folder does not exist"),
        ("ENOSPC", "the disk is full"),
    ],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
save ./handshake.lab
save ./handshake.svg
save ./states.svg states c
save ./session.html
save ./events.json
save ./handshake.py
save ./handshake.c
expect state c ESTABLISHED",
};

pub(in crate::catalog) const RESET: Page = Page {
    summary: "start again: a fresh lab, nothing left of the old one",
    prototype: "",
    python: "",
    man: "",
    details: "Ends every process, closes every socket, forgets packets and variables and makes the private network anew. TIME-WAIT goes with it.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000
reset
t = socket; bind t 127.0.0.1:5000
expect ok
fileno t
expect = 3",
};

pub(in crate::catalog) const QUIT: Page = Page {
    summary: "leave the lab; nothing is left behind",
    prototype: "void exit(int status);",
    python: "",
    man: "exit(3)",
    details: "Ends every process of the lab; the private network goes with them. Ctrl-D does the same.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
expect ok
quit",
};

pub(in crate::catalog) const IMPORT: Page = Page {
    summary: "taken and ignored, so that lines pasted from Python run",
    prototype: "",
    python: "import socket",
    man: "",
    details: "The names of the modules socket, select, time, struct, fcntl, termios and errno are known without it. Any other module is refused, because nothing of it would work here.",
    blocks: "never",
    errors: &[],
    example: "\
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
expect ok
s.fileno()
expect = 3",
};
