//! Filters side by side with tshark: the same frames, the same filter, the same frame numbers. Needs tshark.

use socklab::command::filter::{Filter, fields};
use socklab::packet::schema::FieldKind;
use std::collections::HashMap;
use std::process::Command;
use tshark::{assert_agreement, capture_file, own_verdict, verdict_of_tshark};

#[path = "support/witness.rs"]
mod witness;

#[path = "support/frames.rs"]
mod frames;

#[path = "support/tshark.rs"]
mod tshark;

/// Filters on which the two agree on every frame.
const FILTERS: &[&str] = &[
    "tcp.analysis.bytes_in_flight == 10",
    "eth contains 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00",
    "arp contains 00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00",
    "arp contains 00:00:00:00:00:00:0a",
    "frame",
    "arp",
    "ip",
    "ipv6",
    "tcp",
    "udp",
    "icmp",
    "icmpv6",
    "vlan",
    "data",
    "tcp.port == 5001",
    "tcp.port != 5001",
    "tcp.port === 5001",
    "tcp.port ~= 5001",
    "tcp.port !== 5001",
    "tcp.port eq 5001",
    "tcp.port le 5001",
    "all tcp.port > 5000",
    "tcp.port in {1..5, 5001}",
    "tcp.port in { 5001 , 80 }",
    "tcp.port not in {5001}",
    "tcp.len in {1..5}",
    "tcp.flags & 0x02",
    "tcp.flags & 0x12 == 0x12",
    "tcp.flags == 0x018",
    "tcp.flags.syn == True",
    "tcp.flags.syn == 0",
    "tcp.flags.ae == 0",
    r#"tcp.flags.str contains "S""#,
    "udp.port == 5002",
    "udp.length == 12",
    r#"udp.payload contains "in""#,
    "tcp.stream == 0",
    "tcp.seq == 1",
    "tcp.ack == 1",
    "tcp.ack_raw >= 2001",
    "tcp.window_size == 64000",
    "tcp.completeness == 7",
    "tcp.payload",
    r#"tcp.payload[0:5] == "hello""#,
    "tcp.payload[0-1] == 68:65",
    "tcp.payload[0] == 68",
    "tcp.payload[-1] == 0xff",
    "tcp.payload[-3:2] == 03:01",
    "tcp.payload[-4--2] == 16:03:01",
    "tcp.payload[0:2,100]",
    "tcp.payload[9:]",
    "tcp.payload[2-20]",
    "tcp.payload[-20:2]",
    "tcp.payload[5:] == 16:03:01:ff",
    r#"tcp.payload[0:2,4] == "heo""#,
    "tcp.payload[4:10]",
    "tcp.payload > 68:65:6c:6c:6e",
    "tcp.payload < 68:65:6c:6c:6f:00",
    "tcp.payload == 68656c6c6f",
    r#"tcp contains "hello""#,
    r#"ip contains "hello""#,
    r#"frame contains "hello""#,
    "frame contains 16:03:01",
    "frame contains 'h'",
    "frame[0:6] == 02:00:00:00:00:02",
    "frame[-2:] == 6c:6f",
    "eth[0:3] == 02:00:00",
    "eth[14]",
    "ip[9] == 11",
    "ip[20:2]",
    "tcp[20:1]",
    "udp[0:2] == 9c:41",
    "icmp[8]",
    "icmp[0:1] == 8",
    r#"icmp contains "abc""#,
    r#"icmp contains "ping""#,
    "ip.addr == 10.0.0.1",
    "ip.addr != 10.0.0.1",
    "!(ip.addr == 10.0.0.1)",
    "ip.addr == 172.16.0.0/12",
    "ip.dst in {10.0.0.1, 172.16.0.0/16}",
    "ip.src > 10.0.0.1",
    "ip.src == ip.dst",
    "ip.src[0:2] == 0a:00",
    "ip.proto == 17",
    "ip.id == 0xbeef",
    "ip.flags.df == 1",
    "ip.flags.mf == 1",
    "ip.flags == 2",
    "ip.frag_offset == 0",
    "ip.dsfield.ecn == 2",
    "ip.version == 6",
    "ipv6.addr == fd00::1",
    "ipv6.addr == fd00::/8",
    "ipv6.hlim == 61",
    "ipv6.flow == 0x12345",
    "eth.addr == 02:00:00:00:00:01",
    "eth.dst == ff:ff:ff:ff:ff:ff",
    "eth.type == 0x8100",
    "eth.dst contains ff:ff",
    "eth.dst > eth.src",
    "eth.trailer",
    "vlan.id == 42",
    "vlan.etype == 0x0800",
    "arp.src.proto_ipv4 == 10.0.0.1",
    "arp.dst.hw_mac == 00:00:00:00:00:00",
    "icmp.type == 3",
    "icmp.code == 3",
    "icmp.ident == 7",
    "icmpv6.code == 4",
    "icmpv6.nd.ns.target_address == fd00::2",
    "icmpv6.opt.linkaddr == 02:00:00:00:00:01",
    "igmp.maddr == 239.1.2.3",
    "data.len > 7",
    r#"data.data contains "own""#,
    r#"data contains "own""#,
    "frame.number in {1..3, 7}",
    "frame.cap_len <= 60",
    "frame.time_epoch >= 1700000000.01",
    "frame.time_epoch < 1700000000.003",
    "tcp.options.mss_val == 1460",
    "tcp.options.wscale.shift == 7",
    "tcp.options.sack_perm",
    "tcp.options.sack_le == 15",
    "tcp.options.sack_le == 1015",
    "tcp.options.sack.count == 1",
    "tcp.options.timestamp.tsval == 9",
    "tcp.option_kind == 2",
    "tcp.analysis.flags",
    "tcp.analysis.retransmission",
    "tcp.analysis.fast_retransmission",
    "tcp.analysis.out_of_order",
    "tcp.analysis.duplicate_ack",
    "tcp.analysis.duplicate_ack_num == 1",
    "tcp.analysis.duplicate_ack_frame == 5",
    "tcp.analysis.lost_segment",
    "tcp.analysis.ack_rtt > 0.0015",
    "tcp.analysis.acks_frame == 1",
    "udp and not icmp",
    "udp && !icmp || tcp.len == 5",
    "frame.number == 1 || frame.number == 2 && frame.number == 3",
    "not tcp and ip",
    "(tcp or udp) and ip.src == 10.0.0.2",
    "tcp.srcport > tcp.dstport",
    "tcp.seq < tcp.ack",
    "tcp.port == udp.port",
    "len(tcp.payload) == 5",
    "count(ip.addr) > 2",
    "count(tcp.port) == 2",
    "count(arp) == 0",
    "tcp.len == 0",
    r#"frame contains "\x16\x03""#,
    r#"frame contains r"\x16""#,
    "ip.src != ip.dst",
    "tcp.port != tcp.port",
    "len(eth) == 14",
    "len(ip.src) == 4",
    "len(tcp) > 20",
    "tcp == tcp",
    "eth.src == frame[6:6]",
    r#"udp.payload in {"ping", "pong"}"#,
    "udp.payload in {70:00..71:00:00:00}",
    r#"tcp.flags.str == "··········S·""#,
    "tcp.flags.str[10:2]",
    "tcp.srcport < tcp.dstport < 50000",
    r#"frame contains """#,
    "frame.time_epoch == 1700000000",
    "frame.time_epoch in {1700000000.001..1700000000.003}",
    "ip.src <= 10.0.0.0/24",
    "ip.src > 10.0.0.0/24",
    "frame[0:2] == 0200",
    "all ip.addr == 10.0.0.0/8",
    "any ip.addr != 10.0.0.1",
    "all ip.addr != 10.0.0.3",
    "not any ip.addr == 10.0.0.1",
    "frame.len == 0b111110",
    "frame.len == 076",
    r"frame[0] == '\x02'",
    "tcp.flags & 2 && tcp.len == 0",
    "icmpv6[8]",
    r#"data[0:3] == "own""#,
    "tcp.options[0:2] == 02:04",
    "tcp.options.mss == 02:04:05:b4",
    "udp.srcport in {40001, 4000..4001}",
    "frame.cap_len == frame.len",
    "ip.len == udp.length",
    "tcp.window_size_value == 501 and tcp.flags.reset == 1",
    "tcp.analysis.acks_frame",
    "ip contains 0a:00:00:01",
    "len(data.data) == data.len",
    "count(tcp.options.nop) == 2",
    "tcp.flags.syn != 1",
    "tcp.flags != 0x10 && tcp",
    "ip.ttl in {60..64}",
    "eth",
    "igmp",
    "tcp.port any_ne 5001",
    "tcp.port all_eq 5001",
    "tcp.port ne 5001",
    "tcp.srcport gt 5001",
    "tcp.srcport ge 5001",
    "tcp.port lt 5002",
    "tcp.port > 5001",
    "any tcp.port == 40000",
    "tcp.port in {1, 2}",
    "!(tcp.port in {5001})",
    "tcp.flags.syn == 1",
    "tcp.flags.syn",
    "tcp.flags.fin == 1 || tcp.flags.reset == 1",
    "udp.payload",
    "udp.length",
    "tcp.hdr_len > 20",
    "tcp.urgent_pointer",
    "tcp.completeness",
    "tcp.seq_raw == 1001",
    "tcp.payload[0:2] == 68:65",
    r#"tcp.payload[:2] == "he""#,
    r#"tcp.payload[0,4] == "ho""#,
    "tcp.payload[100]",
    r#"tcp.payload contains "hello""#,
    r#"eth contains "hello""#,
    "frame contains 68",
    "frame[12:2] == 08:00",
    "frame[-1]",
    "ip[0] == 45",
    "tcp[13] == 02",
    "udp[8:2]",
    "icmp[0] == 03",
    "arp[6:2] == 00:01",
    "ip.addr == 10.0.0.0/8",
    "ip.src == 10.0.0.1",
    "ip.src[3] == 1",
    "ip.proto == 1",
    "ip.ttl < 65",
    "ip.len > 60",
    "ip.hdr_len == 20",
    "ip.flags.df == 0",
    "ip.flags",
    "ip.dsfield == 2",
    "ip.dsfield.dscp == 0",
    "ip.version == 4",
    "ip.checksum",
    "ipv6.src == fd00::2/128",
    "ipv6.nxt == 58",
    "ipv6.plen > 20",
    "ipv6.version == 6",
    "ipv6.tclass == 0",
    "eth.src == 02-00-00-00-00-01",
    "eth.type == 0x0800",
    "eth.src[0:3] == 02:00:00",
    "eth.padding",
    "vlan.priority == 1",
    "arp.opcode == 1",
    "arp.src.hw_mac",
    "arp.hw.type == 1",
    "arp.proto.type == 0x800",
    "icmp.type == 8 or icmp.type == 0",
    "icmp.seq == 1",
    "icmp.checksum",
    "icmpv6.type == 135",
    "icmpv6.opt.type == 1",
    "igmp.type == 0x16",
    "data.len",
    "frame.number == 3",
    "frame.len > 70",
    "tcp.options",
    "tcp.options.mss",
    "tcp.options.wscale.multiplier == 128",
    "tcp.options.sack_le",
    "tcp.options.sack_re > 0",
    "tcp.options.timestamp.tsecr == 0",
    "tcp.options.nop",
    "tcp.option_len == 10",
    "tcp.analysis.window_update",
    "tcp.analysis.zero_window",
    "tcp.analysis.keep_alive",
    "tcp.analysis.ack_lost_segment",
    "tcp.analysis.ack_rtt",
    "!tcp && !udp",
    "!!tcp",
    "tcp.srcport == tcp.dstport",
    "len(udp.payload) > 3",
    "_ws.malformed",
    "_ws.short",
    "tcp.len",
    "tcp.port==5001&&tcp.len>0",
    "tcp.port == 0x1389",
    "ip.addr===10.0.0.1",
    "eth.addr[0:3] == 02:00:00",
    "len(frame) == 74",
    "frame[0:1] > 01",
    "all tcp.port in {5001}",
    "icmpv6[0] == 1",
    "igmp[0] == 16",
    "tcp.options.timestamp",
    "ip.flags.rb",
    "icmp.unused",
    "icmpv6.reserved",
    "arp.proto.size == 4",
    "icmpv6.opt",
    "icmpv6.checksum",
    "ipv6.fraghdr",
    "tcp.analysis.duplicate_ack_num > 1",
    "ip.ttl not in {60..64}",
    "udp.length in {8..12} or icmp",
    "not tcp.flags.syn == 1",
    r#"tcp.payload[3:10] == "lo""#,
    "tcp.flags.ack == 1 && !(tcp.flags.push == 1)",
    "tcp.flags.res == 0",
    "udp.checksum == 0",
    "tcp.stream",
    "ipv6.dst == fd00::2",
    "tcp.window_size_value == 500",
    "tcp.checksum == 0x1234",
    r#"udp.payload == "ping""#,
    r#"frame matches "HELLO""#,
    r#"tcp.payload matches "^h.l+o$""#,
    r#"udp.payload ~ "(?-i)P[a-z]+""#,
    r#"tcp matches r"\x16\x03\x01""#,
    r#"frame matches "\xff""#,
    r#"udp matches "^..""#,
    r#"udp matches """#,
    r#"frame[12:2] matches "\x08.""#,
    r#"not udp.payload matches "ing$""#,
    r#"all udp.payload matches "i""#,
    r#"eth.src matches "\x01$""#,
    r#"icmp matches "abc|ping""#,
    r#"tcp.flags.str matches "S""#,
    "frame.number == 28 && tcp.port == 5001",
    "frame.time_relative > 0.005",
    "frame.time_delta < 0.002",
    "tcp.time_relative > 0",
    "tcp.time_delta",
    "tcp.nxtseq == 6",
    "tcp.len + 1 == 6",
    "tcp.len - 10 == -5",
    "tcp.len * 2 + 1 == 11",
    "{tcp.len + 1} * 2 == 12",
    "tcp.len / 2 == 2",
    "tcp.len % 2 == 1",
    "-tcp.len == -5",
    "tcp.len - 5",
    "tcp.len -1 == 4",
    "tcp.len/5 == 1",
    "tcp.len == 2 + 3",
    "tcp.len == 7 & 5",
    "tcp.len & 1 + 4 == 5",
    "tcp.len & 1",
    "tcp.len > tcp.hdr_len - 12",
    "tcp.srcport + tcp.dstport == 45001",
    "tcp.srcport - tcp.dstport < 0",
    "ip.ttl + 200 > 255",
    "any tcp.port - 5000 == 1",
    "frame.time_relative + 1 < 1.0005",
    "frame.time_delta - 0.001 < 0",
    "-frame.time_delta < 0",
    "ip.src & 255.255.0.0 == 172.16.0.0",
    "ip.src & 0.0.0.1",
    "eth.dst & 01:00:00:00:00:00",
    "eth.dst[0] & 1 == 1",
    "tcp.payload & ff:ff == 68:65",
    "max(tcp.srcport, tcp.dstport) == 40000",
    "max(tcp.len, 7) == 7",
    "min(tcp.port) == 5001",
    "max(ip.src, ip.dst) > 10.0.0.2",
    "max(udp.port, tcp.port) - min(udp.port, tcp.port) > 34998",
    "abs(tcp.len - 7) == 2",
    r#"string(tcp.len) matches "^[5-8]$""#,
    r#"string(ip.src) == "172.16.0.1""#,
    r#"string(eth.dst) contains "ff:ff""#,
    r#"lower(tcp.flags.str) contains "s""#,
    "len(tcp.port) == 2",
    "len(ip.ttl) == 1",
    "count(tcp.port) + 1 == 3",
    "ip#2",
    "ip#1",
    "ip.src#2 == 10.0.0.1",
    "ip.src#[1-2] == 172.16.0.0/16",
    "ip.src#[-1] == 10.0.0.1",
    "ip.src#[2:]",
    "ip.src #[1,2]",
    "ip.ttl#0",
    "count(ip.addr#2) == 2",
    "udp#1 && icmp",
    "frame.len#1 > 60",
    r#"frame.time < "2023-11-14 22:13:20.002Z""#,
    r#"frame.time == "2023-11-14T22:13:20Z""#,
    r#"frame.time in {"2023-11-14 22:13:20.001Z".."2023-11-14T22:13:20.003Z"}"#,
    "tcp.payload[3:10] < ff:ff",
    "tcp.payload[-20:2] < ff:ff",
    "tcp.payload[20] != 05",
    "tcp.payload == 68-65-6c-6c-6f",
    "tcp.payload == 68.65.6c.6c.6f",
    "tcp.payload == :68656c6c6f",
    r#"tcp.flags.syn == "Set""#,
    r#"tcp.flags.syn == "Not set""#,
    r"tcp.flags == '\x12'",
    "frame.time_relative == 0.001s",
    ".tcp && .tcp.len == 5",
    "tcp.port !in {5001, 5002}",
    "tcp.len in {tcp.hdr_len..60, 5}",
    "not tcp.len + 1 > 6",
];

/// Filters on which they do not, and why; both verdicts, so that a change of either is noticed.
const DIFFERENCES: &[Difference] = &[
    Difference {
        filter: "udp.stream",
        tshark: &[13, 14, 19, 21, 22, 23],
        own: &[13, 19, 22],
        why: "streams are those of the outermost headers, not of a quoted or tunnelled packet",
    },
    Difference {
        filter: "tcp.len > -1",
        tshark: &[],
        own: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        why: "tshark takes no field to be more, or less, than a negative number",
    },
    Difference {
        filter: "tcp.seq_raw * 4194304 > 4294967295",
        tshark: &[],
        own: &[2, 5, 7, 8, 10, 12, 15],
        why: "numbers do not wrap around at 32 bits",
    },
    Difference {
        filter: "udp.stream == 2",
        tshark: &[21],
        own: &[],
        why: "streams are those of the outermost headers, although the number is counted",
    },
    Difference {
        filter: "udp.time_delta",
        tshark: &[13, 19, 22, 23],
        own: &[13, 19, 22],
        why: "times are those of the outermost headers, not of a tunnelled packet",
    },
    Difference {
        filter: "udp.time_relative",
        tshark: &[13, 19, 22, 23],
        own: &[13, 19, 22],
        why: "times are those of the outermost headers, not of a tunnelled packet",
    },
    Difference {
        filter: "tcp.seq",
        tshark: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15],
        own: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        why: "relative numbers are those of the outermost segment, not of a quoted one",
    },
    Difference {
        filter: "tcp.seq_raw && icmp",
        tshark: &[],
        own: &[15],
        why: "the number in a quote is raw, and tshark shows it as tcp.seq",
    },
    Difference {
        filter: "icmpv6.length",
        tshark: &[],
        own: &[21],
        why: "the byte is there whether or not an extension gives it a meaning (RFC 4884)",
    },
];

/// A known difference.
struct Difference {
    filter: &'static str,
    tshark: &'static [u64],
    own: &'static [u64],
    why: &'static str,
}

#[test]
fn every_filter_lets_the_same_frames_through_as_tshark() {
    if witness::present("tshark") {
        assert_agreement(&frames::frames(), FILTERS);
    }
}

#[test]
fn every_field_is_in_the_frames_in_which_tshark_has_it() {
    if witness::present("tshark") {
        let names: Vec<&str> = fields()
            .iter()
            .map(|entry| entry.name)
            .filter(|name| !OWN_FIELDS.contains(name) && !ELSEWHERE.contains(name))
            .collect();
        assert_agreement(&frames::frames(), &names);
    }
}

/// Some of them once more as a reader would ask, frame by frame.
#[test]
fn the_frame_numbers_are_those_that_tshark_prints() {
    if !witness::present("tshark") {
        return;
    }
    let capture = frames::capture(&frames::frames());
    let file = capture_file(&capture);
    for filter in FILTERS.iter().step_by(15) {
        let theirs = verdict_of_tshark(file.path(), filter).expect("tshark takes it");
        assert_eq!(own_verdict(&capture, filter), theirs, "{filter}");
    }
}

#[test]
fn the_differences_that_are_known_are_the_ones_there_are() {
    if !witness::present("tshark") {
        return;
    }
    let mut all = frames::frames();
    all.push(frames::cut_frame());
    let capture = frames::capture(&all);
    let file = capture_file(&capture);
    for difference in DIFFERENCES {
        let Difference {
            filter,
            tshark,
            own,
            why,
        } = difference;
        let theirs = verdict_of_tshark(file.path(), filter).expect("tshark takes it");
        assert_eq!(theirs, *tshark, "tshark on {filter} ({why})");
        assert_eq!(
            own_verdict(&capture, filter),
            *own,
            "our verdict on {filter} ({why})"
        );
    }
}

/// What both refuse: each is a mistake that a person makes.
const REFUSED: &[&str] = &[
    "tcp.prot == 80",
    "tcp.port == http",
    "tcp.port == \"80\"",
    "tcp.port == 70000",
    "tcp.port == 80.5",
    "tcp.port == 08",
    "tcp.port = 80",
    "tcp.port => 80",
    "tcp.port in {}",
    "tcp.port in {1 2}",
    "tcp.port in (80)",
    "tcp.port[0] == 1",
    "tcp.port contains 80",
    "tcp.port matches \"80\"",
    "tcp.analysis.flags == 1",
    "tcp.flags.syn == yes",
    "tcp.flags.syn + 1 == 1",
    "tcp.flags.syn == tcp.len",
    "tcp.len == ip.src",
    "tcp.len + ip.src == 1",
    "tcp.len + \"a\" == 1",
    "tcp.len-1 == 4",
    "(tcp.len + 1) == 4",
    "{tcp.len == 1}",
    "tcp + 1 == 2",
    "tcp & udp",
    "tcp | udp",
    "ip.src == 10.0.0.0/33",
    "ip.src == \"10.0.0.1\"",
    "ip.src + 1 == 10.0.0.2",
    "ip.src contains 0a",
    "ip.addr#x == 10.0.0.1",
    "eth.src == 02:00",
    "frame.time == 1700000000",
    "frame.time_delta * 2 > 1",
    "frame[3-1] == 1",
    "frame[0:0] == 1",
    "frame contains \"a",
    "frame contains \"\\q\"",
    "frame matches \"(\"",
    "frame matches hello",
    "len(tcp.payload)",
    "len() == 1",
    "len(tcp, udp) == 1",
    "LEN(tcp) == 20",
    "foo(tcp) == 1",
    "upper(tcp.len) == \"A\"",
    "string(tcp.payload) == \"A\"",
    "max(tcp.len, ip.src) == 1",
    "max(5, 6) == 1",
    "abs(http.host) == 1",
    "any tcp",
    "tcp udp",
    "tcp and",
    "tcp AND udp",
    "80",
    "\"abc\"",
    "80 == 80",
];

/// What tshark 4.0 refuses and socklab takes, each for a reason that the first lines of `command/filter.rs` give.
const TAKEN: &[&str] = &[
    "5 == tcp.len",
    "tcp xor udp",
    "@tcp.port == 00:50",
    "ip.addr# 1 == 10.0.0.1",
    "tcp.flags.syn == true",
    "ip.ttl + 200 == 264",
    "tcp.len + 1 in {6}",
    "tcp.len in {1 + 2..5}",
    "len(tcp.payload) in {1..5}",
    "len(tcp.payload[1:]) == 4",
    "upper(lower(http.host)) == \"A\"",
    "max(tcp.len, udp.length) > 8",
    "tcp.payload[0] in {61..63}",
    "http.host == \"\\u0041\"",
];

#[test]
fn what_tshark_refuses_is_refused_but_for_what_is_known() {
    let taken = |filter: &&&str| Filter::parse(filter).is_ok();
    assert_eq!(REFUSED.iter().find(taken), None);
    assert_eq!(TAKEN.iter().find(|filter| !taken(filter)), None);
    if !witness::present("tshark") {
        return;
    }
    let file = capture_file(&frames::capture(&frames::frames()[..1]));
    for filter in REFUSED.iter().chain(TAKEN) {
        assert!(verdict_of_tshark(file.path(), filter).is_err(), "{filter}");
    }
}

/// Fields that are in other frames than tshark has them in; the reasons are in [`DIFFERENCES`].
const ELSEWHERE: &[&str] = &[
    "icmpv6.length",
    "tcp.seq",
    "tcp.seq_raw",
    "udp.stream",
    "udp.time_delta",
    "udp.time_relative",
];

/// Fields of the tree that Wireshark 4.0 does not have under this name.
const OWN_FIELDS: &[&str] = &[
    "engineio",
    "engineio.data",
    "engineio.type",
    "icmp.data",
    "icmpv6.mld.data",
    "icmpv6.opt.unknown_data",
    "icmpv6.rd.na.target_address",
    "igmp.group_record",
    "ip.opt.data",
    "ip.opt.eol",
    "ip.opt.loose_source_route",
    "ip.opt.nop",
    "ip.opt.record_route",
    "ip.opt.router_alert",
    "ip.opt.security",
    "ip.opt.strict_source_route",
    "ip.opt.timestamp",
    "ip.opt.unknown",
    "ip.options",
    "ipv6.opt.unknown_data",
    "ipv6.routing.unknown.data",
    "ipv6.unknown_hdr",
    "mip6.nextheader",
    "netlink-sock_diag.inet_rqueue",
    "netlink-sock_diag.inet_uid",
    "netlink-sock_diag.inet_wqueue",
    "netlink.attr",
    "socketio",
    "socketio.data",
    "socketio.type",
    "socklab.cause",
    "socklab.certainty",
    "socklab.from",
    "socklab.rule",
    "socklab.to",
    "tcp.options.mptcp",
    "tls.handshake.extension",
];

#[test]
fn every_field_has_the_name_and_the_kind_it_has_in_wireshark() {
    if !witness::present("tshark") {
        return;
    }
    let known = |report: &str, name: usize, kind: Option<usize>| -> HashMap<String, String> {
        let output = Command::new("tshark")
            .args(["-G", report])
            .output()
            .expect("tshark runs");
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| {
                let columns: Vec<&str> = line.split('\t').collect();
                let kind = kind.map_or(Some(&"FT_PROTOCOL"), |kind| columns.get(kind))?;
                Some(((*columns.get(name)?).to_owned(), (*kind).to_owned()))
            })
            .collect()
    };
    let mut theirs = known("protocols", 2, None);
    theirs.extend(known("fields", 2, Some(3)));
    let strange: Vec<String> = fields()
        .iter()
        .filter(|entry| !OWN_FIELDS.contains(&entry.name))
        .filter_map(|entry| {
            let kind = theirs.get(entry.name).map_or("nothing", String::as_str);
            let same = match entry.kind {
                FieldKind::Protocol => kind == "FT_PROTOCOL",
                FieldKind::Label => kind == "FT_NONE",
                FieldKind::Number(8) => kind == "FT_UINT8",
                FieldKind::Number(16) => kind == "FT_UINT16",
                FieldKind::Number(24) => kind == "FT_UINT24",
                FieldKind::Number(64) => kind == "FT_UINT64",
                FieldKind::Number(_) => {
                    matches!(kind, "FT_UINT32" | "FT_INT32" | "FT_FRAMENUM")
                }
                FieldKind::Boolean => kind == "FT_BOOLEAN",
                FieldKind::Mac => kind == "FT_ETHER",
                FieldKind::Ipv4 => kind == "FT_IPv4",
                FieldKind::Ipv6 => kind == "FT_IPv6",
                FieldKind::Text => kind == "FT_STRING",
                FieldKind::Bytes => kind == "FT_BYTES",
                FieldKind::Time => kind == "FT_RELATIVE_TIME",
                FieldKind::Date => kind == "FT_ABSOLUTE_TIME",
            };
            (!same).then(|| format!("{} is {:?} here, {kind} there", entry.name, entry.kind))
        })
        .collect();
    assert!(strange.is_empty(), "{}", strange.join("\n"));
}
