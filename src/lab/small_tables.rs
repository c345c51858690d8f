//! Networks whose kernel keeps its sockets in small hash tables, so that sock_diag(7) can list them in microseconds.
//!
//! A listing walks every bucket. A network shares the machine's table, which has a bucket for some kilobytes of memory (262,144 on a machine
//! of 24 GB: a listing takes a millisecond), unless the network it was made from asks for a table of its own:
//! `net.ipv4.tcp_child_ehash_entries` since Linux 5.19, `net.ipv4.udp_child_hash_entries` since Linux 6.2 (ip-sysctl).

use nix::sched::{CloneFlags, unshare};
use std::io;

/// The tables that networks made from this one are to have, in buckets: settings under /proc/sys/net/ipv4.
const TABLES: [(&str, &str); 2] = [
    ("tcp_child_ehash_entries", "1024"),
    ("udp_child_hash_entries", "128"),
];

/// What the kernel derives from the size of the table when a network is made. A lab's limits are to be those of the machine.
const LIMITS: [&str; 2] = ["tcp_max_tw_buckets", "tcp_max_syn_backlog"];

/// Asks for small tables in the networks that are made from this process's. A kernel that is too old, or a machine that does not allow it,
/// leaves things as they are: the network works all the same.
pub fn request() {
    for (table, buckets) in TABLES {
        let _ = std::fs::write(path(table), buckets);
    }
}

/// Moves this process into a new network made from the one it is in (unshare(2)), with that one's limits and the same request for those that
/// are made from it in turn.
pub fn enter_network() -> io::Result<()> {
    let limits = LIMITS.map(|limit| std::fs::read(path(limit)));
    unshare(CloneFlags::CLONE_NEWNET)?;
    for (limit, value) in LIMITS.iter().zip(limits) {
        if let Ok(value) = value {
            let _ = std::fs::write(path(limit), value);
        }
    }
    request();
    Ok(())
}

fn path(setting: &str) -> String {
    format!("/proc/sys/net/ipv4/{setting}")
}
