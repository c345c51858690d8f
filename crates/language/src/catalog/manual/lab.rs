//! Manual pages of the machines of the lab: hosts, the wire that joins them, the settings of their kernels.

use super::Page;

pub(in crate::catalog) const HOST: Page = Page {
    summary: "put another machine on the wire, with a first process of the same name",
    prototype: "",
    python: "",
    man: "network_namespaces(7)",
    details: "A host has a network stack of its own: its own loopback, its own ports, its own sysctls, and an interface eth0 on the wire that joins all hosts like a switch. The address is an IPv4 one of 10.0.0.0/24, as in `host server 10.0.0.2`; left out, it is the next that is free. The same number makes the IPv6 address: 10.0.0.2 goes with fd00::2. The name resolves on every host, so `connect c server:5000` works.

Its first process is called as the host is and has the prompt; `process NAME on HOST` makes more. 10.0.0.254 and fd00::fffe are the wire's own, for what it says as a router (see `help wire`).",
    blocks: "never",
    errors: &[],
    example: "\
host client 10.0.0.1
host server 10.0.0.2
server> s = socket; bind s 10.0.0.2:5000; listen s
client> c = socket; connect c 10.0.0.2:5000
client> expect state c ESTABLISHED",
};

pub(in crate::catalog) const WIRE: Page = Page {
    summary: "make rules for the wire between the hosts: lose, delay, duplicate, reorder, corrupt, cut, or hold frames in the air",
    prototype: "",
    python: "",
    man: "RFC 9293 section 3.8",
    details: "Alone it lists the rules. `wire clear` drops them all, `wire clear 3` the third; what they held is delivered at once.

Rules for all frames: `wire delay 50ms`, `wire delay 50ms jitter 10ms`, `wire loss 10%`, `wire rate 1mbit`, `wire mtu 576`, `wire cut` and, to mend it, `wire join`. Another one of the same kind takes the place of the first.

Rules for the frames you pick: `wire drop next`, `wire duplicate next 3`, `wire reorder 2nd`, `wire corrupt 10%`, `wire delay 200ms next`. `next` is the next one, `next 3` the next three, `2nd` the second and no other, `next 2 after 5` the sixth and the seventh, `after 5` all from the sixth on, `10%` one in ten by chance.

Every rule takes `from HOST`, `to HOST` and `where FILTER`, and only frames that fit are counted: `wire drop 2nd from client where tcp.flags.syn == 1` loses the second SYN of the client and nothing else. The filter is one as `packets FILTER` takes it, but the wire sees one frame at a time: tcp.seq and tcp.ack are relative, because it remembers the SYNs, while tcp.stream and tcp.analysis are not known to it.

Rules act in the order of their numbers, and what one lost the next ones do not see. Chance is drawn from the seed (`wire seed 7`) and the rule's number, so a lesson runs the same way every time. A rule that picks, or leaves it to chance, passes over ARP and IPv6 neighbour discovery unless its filter names arp, icmpv6 or eth.type.

delay: frames stay in order, also with a jitter (even chances from 40 to 60 ms for `50ms jitter 10ms`). One that was picked is overtaken by those behind it.

rate: a frame takes its length times 8 bits. Those behind it wait, at most 100 of each sender (`rate 1mbit queue 20` changes that), and what finds the queue full is lost.

reorder: the frame is held until another of its direction has passed, for 500 ms at most. duplicate: the copy follows at once.

corrupt: one byte of the data is changed, or of the transport header when there is no data. No checksum is mended, so the receiving kernel discards it.

hold: frames stay in the air. `wire hold where tcp`, then a call: its first segment is drawn as an arrow that has not arrived. `wire step` lets the oldest held frame go on, `wire step 3` three, `wire step #12` that packet; what its receiver answers is held in its turn, and the states of both ends stand below. `wire lose` loses the oldest, `wire lose #12` that packet. `wire release` lets all go on and ends the hold, `wire clear` also; `wire cut` loses what it cuts off. Clocks do not stop: what is held is sent again when the kernel's timer says so. `expect held 1` counts.

mtu, from 68: a longer IPv4 packet travels in fragments; with DF set it is lost, and 10.0.0.254 answers with ICMP `fragmentation needed`. A longer IPv6 packet is lost and fd00::fffe answers with `packet too big`; IPv6 is never held to less than 1280.",
    blocks: "never",
    errors: &[],
    example: "\
host client 10.0.0.1
host server 10.0.0.2
server> s = socket; bind s 10.0.0.2:5000; listen s
wire drop next where tcp.flags.syn == 1
client> c = socket; connect c 10.0.0.2:5000
client> expect packet tcp.flags.syn == 1 && tcp.analysis.retransmission",
};

pub(in crate::catalog) const SYSCTL: Page = Page {
    summary: "show or set a setting of this host's kernel",
    prototype: "",
    python: "",
    man: "sysctl(8)",
    details: "The settings of the network live below net; each host has its own, so nothing outside the lab changes. `sysctl net.ipv4.tcp_syn_retries` shows how often a SYN is sent again, `sysctl net.ipv4.tcp_syn_retries 2` changes it. ip-sysctl.rst of the kernel's documentation tells what each means.",
    blocks: "never",
    errors: &[
        (
            "ENOENT",
            "there is no setting of that name, or not one for each host",
        ),
        ("EACCES", "it may not be changed from a lab"),
        ("EINVAL", "the value is not one it takes"),
    ],
    example: "\
sysctl net.ipv4.ip_default_ttl 7
u = socket AF_INET SOCK_DGRAM
sendto u \"hi\" 127.0.0.1:5000
expect packet udp && ip.ttl == 7",
};
