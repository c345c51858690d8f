//! Words that the views print and no standard defines alone: short names in a packet's line, the steps of an exchange, columns.

use super::{Entry, Kind};

/// Builds rows of one kind: `"name" ["alias"] "in one line" "more" "where to read on";`.
macro_rules! words {
    ($table:ident, $kind:ident: $($name:literal [$($alias:literal),*] $summary:literal $more:literal $see:literal;)*) => {
        pub(super) const $table: &[Entry] = &[$(
            Entry {
                name: $name,
                aliases: &[$($alias),*],
                kind: Kind::$kind,
                summary: $summary,
                sections: &[("more", $more)],
                see: $see,
            },
        )*];
    };
}

words! { SHORT, Short:
    "Win" ["Win="] "how many more bytes the sender of this segment can take: its receive window"
        "Scaled, when the handshake was seen: the header's 16 bits shifted by the WS of the SYN; `packet N tcp.window_size_value` shows the number in the header. It is free room in the receive buffer; at 0 the peer must stop. `explain window` goes on." "RFC 9293 section 3.8.6, RFC 7323";
    "Len" ["Len=", "length"] "how many bytes of data the segment or datagram carries, without headers"
        "A pure ACK has Len=0, and so has a SYN. For UDP it is the header's length less 8. The field is tcp.len." "Wireshark";
    "Ack=" ["acknowledgment number"] "the next byte this end waits for: everything before it has arrived"
        "Relative: the SYN is 0, so after the handshake it is 1. It counts bytes, not segments; a SYN and a FIN count as one each. `ACK` in the brackets is the flag that says this number counts." "RFC 9293 section 3.4";
    "SACK_PERM" ["SACK permitted"] "option of a SYN: this end understands selective acknowledgments"
        "Both SYNs must have it. After that an ACK may carry SLE and SRE: the blocks that came behind a gap." "RFC 2018 section 2";
    "SLE" ["SRE", "left edge", "right edge"] "SLE and SRE: the first byte of a block that arrived behind a gap, and the one after its last"
        "Up to four such blocks in an ACK (three with timestamps). The sender then sends only what is missing. A block below Ack= reports what came twice (D-SACK)." "RFC 2018, RFC 2883";
    "TSval" ["timestamp value"] "option: the sender's clock when it sent this segment, in milliseconds on Linux, from a random start"
        "The peer sends it back as TSecr." "RFC 7323 section 3";
    "TSecr" ["timestamp echo reply"] "option: the TSval of the segment that is answered; the difference to now is the round-trip time"
        "0 in the first SYN, which answers nothing." "RFC 7323 section 3";
    "WS" ["window scale factor"] "option of a SYN: the windows of this end are to be multiplied by this number"
        "Shown as the factor: WS=128 is a shift of 7. Both SYNs must have it, else no window is scaled." "RFC 7323 section 2";
    "TTL" ["time to live", "hop limit", "hlim"] "how many more routers may pass the packet on; each takes one off, at 0 it dies"
        "Linux starts with 64. The router that takes it to 0 answers with ICMP time exceeded, which traceroute uses. IPv6 calls it hop limit. IP_TTL sets it." "RFC 791 section 3.1, ip(7)";
    "checksum" ["checksum incorrect", "unverified", "checksum offload"] "a sum over header and data that tells whether a byte was changed on the way"
        "TCP's and UDP's also cover the addresses. Between processes of one machine Linux leaves it to the device that never comes, so captures show it unfinished: that is not a fault. A wrong one makes the receiving kernel drop the packet in silence." "RFC 1071, RFC 9293 section 3.1";
    "echo" ["ping", "echo request", "echo reply", "Echo (ping) request", "Echo (ping) reply", "extended echo"] "ICMP's question and answer: is this address there?"
        "id tells programs apart (the kernel gives it to ping's sockets), seq counts the questions, ttl is what was left of the packet's time to live." "RFC 792";
    "id" ["identification"] "of an echo: which program asked; of an IP packet: which packet a fragment belongs to"
        "The answer repeats an echo's id and seq." "RFC 792, RFC 6864";
    "destination unreachable" ["unreachable", "destination", "network unreachable", "host unreachable", "protocol unreachable", "address unreachable", "no route to destination", "administratively filtered", "administratively prohibited", "source route failed"] "ICMP: the packet whose beginning is enclosed could not be delivered"
        "The code says why: no route to the network, no such host on the link (nobody answered ARP), no such protocol, no such port, or a filter's doing. The program learns of it as ENETUNREACH, EHOSTUNREACH or ECONNREFUSED." "RFC 792, RFC 4443 section 3.1";
    "fragmentation needed" ["packet too big", "too big"] "ICMP: the packet is longer than the next link carries and must not be fragmented; the link's MTU is enclosed"
        "The kernel keeps it as the path's MTU, and TCP sends smaller segments." "RFC 1191, RFC 8201";
    "time exceeded" ["time-to-live exceeded", "reassembly time exceeded"] "ICMP: the packet's time to live ran out, or a fragment was waited for too long"
        "A routing loop does it, and traceroute does it on purpose." "RFC 792";
    "redirect" ["parameter problem"] "ICMP: a better router for this address (redirect), or a header that makes no sense (parameter problem)"
        "Rare today; Linux ignores redirects where it forwards." "RFC 792, RFC 4443";
    "Fragmented IP protocol" ["IPv6 fragment", "off", "more", "nxt"] "a later part of an IP packet that was cut: its transport header is in the first part"
        "off is where its bytes belong, ID which packet it is of, more (y or n) whether another part follows, proto or nxt what the whole carries." "RFC 791 section 3.2, RFC 8200 section 4.5";
    "malformed packet" ["malformed"] "the bytes end early or contradict each other: what could be read is shown, and where it stopped"
        "It is the capture's or the sender's doing; a kernel drops such a packet." "Wireshark";
    "SYN-ACK" ["SYN, ACK"] "the second segment of a handshake: the listener's SYN, with an acknowledgment of the client's"
        "The kernel sends it, whether or not the program is in accept." "RFC 9293 section 3.5";
}

words! { PHASES, Phase:
    "handshake" ["handshake N of N", "three-way handshake"] "a connection opens: SYN, SYN-ACK, ACK"
        "1: the client's SYN with the number from which it counts. 2: the listener's kernel acknowledges it and sends its own. 3: the client acknowledges that; both are ESTABLISHED. The kernels do it: connect returns after 2, accept only fetches the result. Both ends learn that the other hears them." "RFC 9293 section 3.5";
    "connection close" ["close N of N", "close N"] "a connection ends: each end sends a FIN, and acknowledges the other's"
        "Four segments, `close 1 of 4` to `close 4 of 4`: FIN, ACK, FIN, ACK. Three when the second end closes at once and its ACK and FIN are one. `close 1` alone: it is not known yet which. The end that closed first stays in TIME-WAIT." "RFC 9293 section 3.6";
    "data" ["payload"] "a segment that carries bytes of the stream"
        "Its end acknowledges them by their number; `stream c` shows which send wrote them and which recv read them." "RFC 9293 section 3.8";
    "data while half closed" ["half-closed data"] "bytes towards an end that has sent its FIN already: it can still receive"
        "shutdown(SHUT_WR) leads there: a request is finished, the answer still comes." "RFC 9293 section 3.6";
    "acknowledgment" ["acknowledges", "acknowledgement"] "a segment without data that says what has arrived"
        "`acknowledges #6` names the packet with the last byte that it covers. It is not acknowledged itself. It may wait up to 200 ms for data to ride on (delayed ACK)." "RFC 9293 section 3.8.6.3";
    "request" [] "a question of ARP, ICMP or neighbour discovery: an answer is expected"
        "ARP `Who has`, echo request, neighbor solicitation." "RFC 826, RFC 792, RFC 4861";
    "reply" ["response"] "the answer to a request of ARP, ICMP or neighbour discovery"
        "The kernel gives it; no program is involved." "RFC 826, RFC 792, RFC 4861";
    "error report" ["ICMP error"] "ICMP's message about an earlier packet, whose beginning is enclosed"
        "The kernel finds the socket by it and keeps the error for its next call (or its error queue, IP_RECVERR)." "RFC 792, RFC 4443, ip(7)";
    "caused by" ["follows from", "probably", "cause"] "why a packet was sent, and how sure that is"
        "`caused by`: the call or the timer sent it. `follows from`: the kernel's answer to what a call sent. `probably`: an inference that other causes would fit as well. `explain #4` has the reasons for one packet." "ARCHITECTURE.md";
}

words! { COLUMNS, Column:
    "Recv-Q" [] "bytes received and not yet read; of a listener, connections waiting for accept"
        "When it grows, the program does not read." "ss(8)";
    "Send-Q" [] "bytes sent or queued and not yet acknowledged; of a listener, the backlog"
        "When it grows, the peer does not read or the network is slow." "ss(8)";
    "(kernel)" ["no process"] "in place of a process: no process holds this socket any more, and the kernel finishes the close"
        "TIME-WAIT and the states of a close that goes on: the program has forgotten it." "tcp(7)";
    "local" ["local address"] "the address and port of this end; bind gives it, or connect picks it"
        "* or 0.0.0.0 is every address of the host." "bind(2), getsockname(2)";
    "proto" ["tcp socket", "protocol column"] "what kind of socket it is: tcp, udp, raw, unix stream, unix datagram, unix seqpacket, netlink, packet"
        "From the family and the type that socket was given." "socket(2)";
    "timer" ["timer column"] "the kernel timer that runs for this socket, and when it fires"
        "retransmit: unacknowledged data is sent again. keepalive: an idle connection is probed. time-wait: the rest of TIME-WAIT. zero-window probe: the peer's window is 0. `tried 2 times`: it has fired that often." "ss(8)";
    "unconnected" ["unbound"] "a socket that has neither an address nor a peer yet"
        "For sockets other than TCP's." "socket(2)";
    "bound" [] "a socket that has a local address and no peer: datagrams can arrive"
        "For UDP it is all a server needs." "bind(2)";
    "connected" [] "a socket of UDP or AF_UNIX that has a peer: send and recv need no address"
        "UDP sends no packet for it; a UNIX stream is connected as soon as connect returns, before accept." "connect(2), unix(7)";
    "listening" [] "a UNIX socket on which listen was called: others may connect to its path or name"
        "TCP's state of the same meaning is LISTEN." "listen(2), unix(7)";
    "again" ["sent again"] "how many segments of the conversation were sent more than once"
        "The column of `conversations`; `packets tcp.analysis.retransmission` lists them." "Wireshark";
    "lasted" ["start", "duration"] "the time from the first packet of a conversation to its last; start is when the first came"
        "Times are counted from the first packet of the session." "Wireshark";
    "segment column" ["carried by", "written by", "read by", "sent by", "carried", "sent"] "in `stream`: which call wrote the bytes, which segment carried them, which call read them"
        "One send may be carried by several segments and read by several calls: a stream has no messages." "recv(2)";
    "unread" ["in flight", "not yet sent"] "in `stream`: bytes that arrived and wait in the receive queue; in flight: sent and not yet acknowledged"
        "`sockets` counts the unread ones as Recv-Q and the others as Send-Q." "ss(8)";
    "keeper" ["keeper pid"] "in `lab`: the first process of the lab, which made its namespaces and owns them"
        "When it ends, the kernel ends every process in the lab. The pid is the one that `ps` of this machine shows." "pid_namespaces(7)";
    "pid" ["process id"] "the number of a process: in the lab one, and outside, for this machine, another"
        "Each pid namespace counts from 1. `ps` and `kill` outside the lab take the outer number." "pid_namespaces(7), getpid(2)";
    "free" [] "in `lab`: the process is in no call and takes the next command"
        "A process that sleeps in a call shows the call in this place." "help lab";
    "fired" [] "in `wire` and `lab`: how often this rule of the wire has acted on a frame; done: it acts on no further one"
        "`wire clear 2` removes the second rule." "help wire";
    "per ACK" ["logarithmic"] "in `plot c rtt`: the time from one segment to the arrival of the packet that acknowledged it"
        "The axis is logarithmic, since the retransmission timeout is hundreds of times longer. srtt and RTO are the kernel's own numbers." "RFC 6298";
    "Open" ["Disorder", "Recovery", "Loss state"] "what congestion control is busy with (tcpi_ca_state)"
        "Open: nothing is suspicious. Disorder: duplicate ACKs or SACK came. CWR: the window shrinks after a congestion mark. Recovery: a loss was found, fast retransmit is at work. Loss: the retransmission timer fired." "linux/tcp.h, RFC 5681";
}
