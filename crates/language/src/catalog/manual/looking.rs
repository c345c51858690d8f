//! Manual pages of what shows: sockets, packets, states, and where help comes from.

use super::Page;

pub(in crate::catalog) const SOCKETS: Page = Page {
    summary: "the table of sockets, as the kernel keeps it",
    prototype: "",
    python: "",
    man: "ss(8)",
    details: "One row a socket, of all processes of this host: descriptor, protocol, both addresses, state, Recv-Q (bytes not yet read; of a listener, connections not yet accepted), Send-Q (bytes not yet acknowledged; of a listener, the backlog) and the timer that runs. The kernel says so through sock_diag(7), so sockets that no process owns any more, in TIME-WAIT for example, are there too.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
sockets
expect state s LISTEN",
};

pub(in crate::catalog) const INFO: Page = Page {
    summary: "what the kernel knows of a TCP connection: TCP_INFO",
    prototype: "",
    python: "",
    man: "tcp(7)",
    details: "State, congestion state, round-trip time, retransmission timeout, congestion window, segment sizes, what is in flight, what was lost and sent again, how long which side held things up. The fields are those of struct tcp_info; `explain rtt` and its like say what each means. Names behind the socket show these alone: `info c rtt snd_cwnd`.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
info c
info c rtt snd_cwnd
expect state c ESTABLISHED",
};

pub(in crate::catalog) const STATES: Page = Page {
    summary: "the TCP state diagram, with where a socket is and has been",
    prototype: "",
    python: "",
    man: "RFC 9293 section 3.3.2",
    details: "The diagram of RFC 9293: a box for each state, an arrow for each step, with the call or the segment that takes it. With a socket its way so far is marked: ● what the kernel said when it was asked, after each call that may change a state; ○ what only the packets tell, because it was over before anyone could ask, as SYN-SENT is when the other end answers at once. States change in the kernel, often without a call of the program.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
states c
expect state c ESTABLISHED
shutdown c SHUT_WR
expect state c FIN-WAIT-2",
};

pub(in crate::catalog) const PACKETS: Page = Page {
    summary: "the packets seen so far, one line each",
    prototype: "",
    python: "",
    man: "wireshark-filter(4)",
    details: "With a display filter only those it fits: `packets tcp.port == 5000 && tcp.flags.syn == 1`, `packets udp`, `packets tcp.analysis.retransmission`. Fields have Wireshark's names, so a filter that works here works there; `help filter` shows what can be asked. The number in front is what `packet N` takes.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
expect packet tcp.flags.syn == 1 && tcp.flags.ack == 0
packets tcp.flags.syn == 1
expect ok",
};

pub(in crate::catalog) const PACKET: Page = Page {
    summary: "one packet in full: its fields beside its bytes",
    prototype: "",
    python: "",
    man: "tcpdump(8)",
    details: "Layer by layer, each field with its name, its value and the bytes it was read from. Without a number it is the last packet. Names behind it show these fields alone: `packet 1 tcp.seq ip.ttl`; a layer's name shows the layer, `packet 1 tcp`. A field's name is that of Wireshark, which a filter takes as well. `explain #1` says in words what the packet is and why it was sent.",
    blocks: "never",
    errors: &[],
    example: "\
u = socket AF_INET SOCK_DGRAM
sendto u \"hi\" 127.0.0.1:5000
expect packet udp
packet 1
packet 1 udp.dstport ip.ttl
expect ok",
};

pub(in crate::catalog) const LADDER: Page = Page {
    summary: "the packets as arrows between the two ends",
    prototype: "",
    python: "",
    man: "RFC 9293 section 3.5",
    details: "Time runs down, each end has its line, each packet is an arrow with its flags and relative numbers, in the outer lanes stand the calls, a pause is said, and a lost packet ends in ✗. On a wide terminal, and in `save x.svg`, beside each arrow stand what the wire did, the step it is and the call or timer that caused it. A filter picks the packets, `ladder c` those of one socket and `ladder 0` those of a conversation. What passes through sockets of AF_UNIX and AF_NETLINK never becomes a packet; it is drawn with a broken line, in a part of its own.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
expect packet tcp
ladder tcp.port == 5000
expect ok",
};

pub(in crate::catalog) const FOLLOW: Page = Page {
    summary: "the data of a conversation, in the order it was sent, both directions",
    prototype: "",
    python: "",
    man: "wireshark(1)",
    details: "The payloads without headers, retransmissions taken out: what the two programs said to each other, each side in its colour behind its arrow. Bytes that are not text are escaped; `follow c hex` shows all of them as digits, with their offsets. Bytes that were not captured, or were lost and not sent again, are said to be missing at their place.\n\n`follow c messages` tells the messages of HTTP, WebSocket, Engine.IO and Socket.IO, each with the packets that carried it; a conversation that was upgraded to WebSocket is told so unless `text` or `hex` is asked for, as its client's bytes are masked.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
send c \"hello\"
expect packet frame contains \"hello\"
follow c
follow c hex
expect ok",
};

pub(in crate::catalog) const STREAM: Page = Page {
    summary: "the bytes of a connection: which send wrote each, which segment carried it, which recv read it",
    prototype: "",
    python: "",
    man: "tcp(7)",
    details: "TCP keeps the order of bytes and nothing else: two sends may travel in one segment, one send in several, and a recv takes what is there, whatever wrote it. Three rows of bars stand under each other, a column a byte (or, where there are many, so many bytes a column), each byte in the colour of the send that wrote it. What was sent again has a row of its own, and so has what was only looked at (MSG_PEEK). Below, each part is listed with its send, its segments and its recv, and what is still in the writer's send queue, in flight, or unread in the reader's receive queue is said.\n\nA socket of AF_UNIX has sends and reads and no segment: nothing of it crosses a wire. The calls of a program that `run` started are not seen; its bytes are known from their segments.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
send c \"hello \"; send c \"world\"
recv conn 8
expect = b\"hello wo\"
stream c
expect ok",
};

pub(in crate::catalog) const PLOT: Page = Page {
    summary: "a connection over time: seq, cwnd, rtt or window",
    prototype: "",
    python: "",
    man: "tcp(7)",
    details: "`plot c seq` draws each segment as a bar from its first sequence number to its last, the acknowledgments below and the offered window above; what was sent again is marked R, what the wire lost has a cross. `plot c cwnd` draws the congestion window and the slow start threshold in segments, `plot c rtt` the smoothed round-trip time and the retransmission timeout, `plot c window` the window the receiver offers and the bytes in flight.\n\nSegments come from the capture. The numbers only the kernel knows come from TCP_INFO, which is asked through sock_diag(7) after each call and when packets come, so a plot has as many steps as there were reasons to ask. The direction is that of the socket named, or the other one when only that carried data. `save FILE.svg plot c seq` writes it as a drawing.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
conn, addr = accept s
repeat 5 { send c b\"x\" * 3000; recv conn 3000 }
plot c seq
plot c cwnd
expect state c ESTABLISHED",
};

pub(in crate::catalog) const PAGE: Page = Page {
    summary: "a web page of this lab, live: for a projector, for others' browsers, for a second screen",
    prototype: "",
    python: "",
    man: "",
    details: "Serves a page that shows the lab as it goes on: the hosts with their calls, the packets between them as they pass (those that `wire hold` holds are in the air until they arrive), the states of both ends, the sockets, whose send went where, and plots. A packet that is clicked shows its fields beside its bytes. It can only be watched: nothing can be typed or run from it.\n\n`page` alone takes any free port of the loopback interface, for browsers on this machine; `page 8080` that port; `page 0.0.0.0:8080` lets others watch, and shows the addresses they open. Each address ends in a token: without it nothing is shown. The same at the start is `socklab --page [ADDRESS]`. `page` says again where it is, `page off` closes it; it closes with the lab.\n\nWho watches never slows the lab: a browser that reads too slowly is shown the newest, and how much it has missed. `save x.html` writes the same page as a file.",
    blocks: "never",
    errors: &[],
    example: "\
page
s = socket; bind s 127.0.0.1:5000; listen s
c = socket; connect c 127.0.0.1:5000
page off
expect state c ESTABLISHED",
};

pub(in crate::catalog) const MESSAGES: Page = Page {
    summary: "messages: of HTTP, WebSocket, Engine.IO and Socket.IO over TCP, and those of AF_UNIX and AF_NETLINK",
    prototype: "",
    python: "",
    man: "unix(7)",
    details: "TCP carries bytes, and a program's messages are cut as it happens. Those of HTTP/1.1, of a WebSocket (RFC 6455), of Engine.IO 4 and of Socket.IO 5 are put together again: a line for each message, with the packets that carried it. Only a connection that was upgraded (101) is read as WebSocket. `follow c messages` tells one conversation so, `expect message c \"GET /\"` waits for one, and in `--json` each is an event `application`.\n\nWhat passes between two sockets of AF_UNIX, or between a socket of AF_NETLINK and the kernel, never becomes a packet: there is nothing to capture. So it is put together from the calls: who wrote, who reads, how many bytes, which descriptors (SCM_RIGHTS) and credentials (SCM_CREDENTIALS) went along, and which recv has taken it. The same stands under each call, and `ladder` draws it with a broken line.\n\nA datagram and a SOCK_SEQPACKET message keep their boundaries: one recv takes one, and what does not fit its buffer is gone. A stream keeps only the order of bytes.\n\nWhat the kernel writes to a netlink socket is seen as it is read: it gets its number then. The messages in one buffer are named with how often each is there; under the call each has a line with its flags, its sequence number and what it says (a link, an address, a route, an error), and `follow n` lists them all.\n\nWhat a program outside the lab's own prompts writes (`run`) is seen only by the one who reads it.",
    blocks: "never",
    errors: &[],
    example: "\
u, v = socketpair AF_UNIX SOCK_DGRAM
send u \"one\"; send u \"two\"
recv v 2
expect = b\"on\"
messages
expect ok",
};

pub(in crate::catalog) const CONVERSATIONS: Page = Page {
    summary: "every conversation seen so far, with its packets and bytes",
    prototype: "",
    python: "",
    man: "wireshark(1)",
    details: "A row for each pair of endpoints: protocol, names and addresses, packets and bytes each way (what programs wrote, each byte once, however often it was sent), duration; for TCP the shortest round-trip time, how many segments were sent again, how complete it was seen and the states its packets leave both ends in. Where the width does not hold a table each conversation takes three lines. The number in front is what `follow`, `stream`, `plot` and `ladder` take; at the end stands what picks the conversation in a filter, by the number that Wireshark gives it.",
    blocks: "never",
    errors: &[],
    example: "\
u = socket AF_INET SOCK_DGRAM
sendto u \"hi\" 127.0.0.1:5000
expect packet udp
conversations
expect ok",
};

pub(in crate::catalog) const CALLS: Page = Page {
    summary: "list the calls that were made, of all processes or of one",
    prototype: "",
    python: "",
    man: "strace(1)",
    details: "Each with when it began, how long it took and who made it. `calls server` lists those of one process or program and of the processes it made, `calls server recv` those of one name, `calls recv` those of all processes. `--stack` puts the frames of the program under each call, the innermost first. They are known where the line is, of at most 500 calls a second. The newest 100,000 are kept, and of a long list the last 200 are shown; `save FILE.json` has them all.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
bind s 127.0.0.1:5000
calls lab bind
expect call lab bind",
};

pub(in crate::catalog) const INSPECT: Page = Page {
    summary: "what is shown under a call: on, off, line, tree, hex, or a filter",
    prototype: "",
    python: "",
    man: "",
    details: "`inspect off` keeps the screen quiet; packets are still recorded and `packets` shows them later. `line` is one line a packet, `tree` all fields, `hex` the bytes. A filter limits what is shown. Alone it says what is set.",
    blocks: "never",
    errors: &[],
    example: "\
inspect off
u = socket AF_INET SOCK_DGRAM
sendto u \"hi\" 127.0.0.1:5000
expect packet udp
inspect on
expect ok",
};

pub(in crate::catalog) const WHY: Page = Page {
    summary: "why the last failed call failed, from what was seen",
    prototype: "",
    python: "",
    man: "errno(3)",
    details: "Not a general text but the evidence of this lab: the RST that answered, the socket that holds the port, the TIME-WAIT that remains, the datagram that the wire lost. Then what the error means for such a call, and what to do about it. It is about the last failure on the screen, whoever's it was; `why client` is about the last one of that process, `why s` about that of a socket. `explain ECONNREFUSED` has the general text.",
    blocks: "never",
    errors: &[],
    example: "\
c = socket
connect c 127.0.0.1:5000
expect errno ECONNREFUSED
expect packet tcp.flags.reset == 1
why
expect why \"listens on port 5000\"",
};

pub(in crate::catalog) const HELP: Page = Page {
    summary: "the list of commands, or the page of one",
    prototype: "",
    python: "",
    man: "",
    details: "`help connect` shows both spellings, the C prototype, when the call blocks, its errors and an example that runs. Anything `explain` knows works too.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
help connect
expect ok",
};

pub(in crate::catalog) const EXPLAIN: Page = Page {
    summary: "what a name means: an errno, a state, a flag, an option, a field, a term",
    prototype: "",
    python: "",
    man: "",
    details: "`explain ECONNRESET`, `explain TIME-WAIT` (TIME_WAIT and timewait do as well), `explain SO_REUSEADDR`, `explain PSH`, `explain tcp.analysis.retransmission`, `explain backlog`, `explain #4` (the packet of this number) and every word that the screen shows. Each says where to read on: RFC section or man page.",
    blocks: "never",
    errors: &[],
    example: "\
s = socket
explain TIME-WAIT
expect ok",
};
