//! Settings of a host's network that are worth a look, for completion: name and meaning. Any other setting works too.

/// Each with its name below `net.` and what it means, in a few words. Source: ip-sysctl.rst of the kernel's documentation.
pub const SYSCTLS: &[(&str, &str)] = &[
    ("core.somaxconn", "the longest backlog listen() can ask for"),
    ("ipv4.icmp_echo_ignore_all", "1: no answer to ping"),
    (
        "ipv4.icmp_ratelimit",
        "milliseconds between ICMP errors to the same host",
    ),
    ("ipv4.ip_default_ttl", "TTL of what is sent"),
    ("ipv4.ip_forward", "1: packets for others are passed on"),
    (
        "ipv4.ip_local_port_range",
        "ephemeral ports: first and last",
    ),
    (
        "ipv4.ip_no_pmtu_disc",
        "1: DF is not set, no path MTU discovery",
    ),
    (
        "ipv4.ip_nonlocal_bind",
        "1: bind() takes addresses of other hosts",
    ),
    (
        "ipv4.ip_unprivileged_port_start",
        "the first port that needs no privilege",
    ),
    (
        "ipv4.ipfrag_time",
        "seconds that fragments wait for the rest",
    ),
    (
        "ipv4.tcp_abort_on_overflow",
        "1: a full accept queue answers with RST",
    ),
    ("ipv4.tcp_congestion_control", "the algorithm: cubic, reno"),
    ("ipv4.tcp_early_retrans", "0: no tail loss probe"),
    (
        "ipv4.tcp_ecn",
        "explicit congestion notification: 0 never, 1 asked for, 2 accepted",
    ),
    (
        "ipv4.tcp_fastopen",
        "TCP Fast Open: 1 client, 2 server, 3 both",
    ),
    (
        "ipv4.tcp_fin_timeout",
        "seconds an orphan stays in FIN-WAIT-2",
    ),
    (
        "ipv4.tcp_keepalive_intvl",
        "seconds between keepalive probes",
    ),
    (
        "ipv4.tcp_keepalive_probes",
        "probes without answer before the connection is given up",
    ),
    (
        "ipv4.tcp_keepalive_time",
        "seconds of silence before the first probe",
    ),
    (
        "ipv4.tcp_max_syn_backlog",
        "how many connections may be half open",
    ),
    (
        "ipv4.tcp_mtu_probing",
        "path MTU discovery without ICMP: 0 off, 1 after a black hole, 2 always",
    ),
    (
        "ipv4.tcp_no_metrics_save",
        "1: nothing is remembered of a host from one connection to the next",
    ),
    (
        "ipv4.tcp_orphan_retries",
        "how often a closed socket sends again",
    ),
    (
        "ipv4.tcp_retries2",
        "how often data is sent again before the connection is given up",
    ),
    (
        "ipv4.tcp_rmem",
        "receive buffer: least, default, most, in bytes",
    ),
    ("ipv4.tcp_sack", "0: no selective acknowledgments"),
    (
        "ipv4.tcp_slow_start_after_idle",
        "0: the congestion window survives a pause",
    ),
    (
        "ipv4.tcp_syn_linear_timeouts",
        "how many SYNs are sent before the timeout doubles",
    ),
    ("ipv4.tcp_syn_retries", "how often a SYN is sent again"),
    (
        "ipv4.tcp_synack_retries",
        "how often a SYN-ACK is sent again",
    ),
    (
        "ipv4.tcp_syncookies",
        "1: a full SYN queue is answered with cookies",
    ),
    ("ipv4.tcp_timestamps", "0: no timestamps option"),
    (
        "ipv4.tcp_tw_reuse",
        "1: a port in TIME-WAIT may be used for a new connection",
    ),
    (
        "ipv4.tcp_window_scaling",
        "0: no window scale option, at most 64 KiB in flight",
    ),
    (
        "ipv4.tcp_wmem",
        "send buffer: least, default, most, in bytes",
    ),
    (
        "ipv6.bindv6only",
        "1: an IPv6 socket takes no IPv4 connections",
    ),
    ("ipv6.conf.eth0.hop_limit", "hop limit of what is sent"),
];

#[cfg(test)]
mod tests {
    use super::SYSCTLS;

    #[test]
    fn every_setting_stands_once_with_its_meaning() {
        assert!(SYSCTLS.is_sorted_by(|(one, _), (next, _)| one < next));
        assert!(SYSCTLS.iter().all(|(_, meaning)| !meaning.is_empty()));
    }
}
