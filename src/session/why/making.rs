//! Sockets that could not be made: socket(2), socketpair(2).

use super::cause::{Cause, Finding, said};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("socket", "EACCES", "ping", ping_group),
    Cause::new("socket", "EPERM", "raw, packet", |scene| {
        said(format!(
            "{} takes CAP_NET_RAW in the user namespace that owns the network.",
            if scene.kind.is("packet") {
                "AF_PACKET"
            } else {
                "SOCK_RAW"
            }
        ))
    }),
    Cause::new("socket socketpair", "EAFNOSUPPORT", "", no_family),
    Cause::new("socket socketpair", "EINVAL", "", unknown_type),
    Cause::new("socket socketpair", "EINVAL", "IP", protocol_range),
    Cause::new("socket", "EPROTONOSUPPORT", "raw", raw_without_protocol),
    Cause::new("socket", "EPROTONOSUPPORT", "TCP, UDP", other_protocol),
    Cause::new("socket socketpair", "EPROTONOSUPPORT", "UNIX", |scene| {
        said(format!(
            "AF_UNIX has no protocols to choose from: the third argument is 0, not {}.",
            scene.argument(2)
        ))
    }),
    Cause::new("socket", "EPROTONOSUPPORT", "netlink", |scene| {
        said(format!(
            "This kernel has no netlink protocol {}.",
            scene.argument(2)
        ))
    }),
    Cause::new("socket socketpair", "ESOCKTNOSUPPORT", "", types),
    Cause::new("socketpair", "EOPNOTSUPP", "", |scene| {
        said(format!(
            "{} makes no pairs: socketpair is for AF_UNIX. Over IP listen, connect and accept make the two ends.",
            scene.kind.family
        ))
    }),
];

/// ping_group_range of icmp(7).
fn ping_group(scene: &Scene<'_>) -> Option<Finding> {
    let range = scene.setting("ipv4/ping_group_range")?;
    let own = scene.of_process("status").and_then(|status| {
        let line = status.lines().find(|line| line.starts_with("Gid:"))?;
        line.split_whitespace().nth(2).map(str::to_owned)
    });
    let map = scene.of_process("gid_map").unwrap_or_default();
    let reading = match range_of(&range) {
        Some((low, high)) if low > high => ", which is nobody".to_owned(),
        Some((low, high)) if is_unmapped(low, high, own.as_deref(), &map) => format!(
            " as this user namespace shows it: {low} stands for a group that is not mapped into the namespace, and only groups that are mapped can be named here ({})",
            mapped(&map)
        ),
        _ => String::new(),
    };
    let found = said(format!(
        "A ping socket (SOCK_DGRAM with {}) is for the groups of net.ipv4.ping_group_range, {range}{reading}; this process is of none of them{}.",
        scene.argument(2),
        own.map_or(String::new(), |own| format!(
            ", its group is {own}: `sysctl net.ipv4.ping_group_range {own} {own}` names it"
        )),
    ))?;
    Some(found.advising("SOCK_RAW with IPPROTO_ICMP needs only CAP_NET_RAW, which the lab gives."))
}

fn range_of(range: &str) -> Option<(u64, u64)> {
    let (low, high) = range.split_once(' ')?;
    Some((low.parse().ok()?, high.parse().ok()?))
}

/// True when the range is one of groups that the user namespace does not map (user_namespaces(7)): the kernel shows each of these as 65534
/// (kernel.overflowgid). A process that is of that number and was refused is of another group.
fn is_unmapped(low: u64, high: u64, own: Option<&str>, map: &str) -> bool {
    const OVERFLOW: u64 = 65_534;
    let is_mapped = ranges(map).any(|(first, count)| (first..first + count).contains(&OVERFLOW));
    (low, high) == (OVERFLOW, OVERFLOW) && (own == Some("65534") || !is_mapped)
}

/// The groups that a user namespace maps, as gid_map has them: the first inside, and how many.
fn ranges(map: &str) -> impl Iterator<Item = (u64, u64)> {
    map.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let first = fields.next()?.parse().ok()?;
        Some((first, fields.nth(1)?.parse().ok()?))
    })
}

/// `0 and 1000 to 1999`.
fn mapped(map: &str) -> String {
    let all: Vec<String> = ranges(map)
        .map(|(first, count)| match count {
            1 => first.to_string(),
            count => format!("{first} to {}", first + count - 1),
        })
        .collect();
    all.join(", ")
}

fn no_family(scene: &Scene<'_>) -> Option<Finding> {
    said(format!(
        "This kernel has no address family {}, or its module is not loaded.",
        scene.argument(0)
    ))
}

fn unknown_type(scene: &Scene<'_>) -> Option<Finding> {
    const TYPES: &[&str] = &[
        "SOCK_STREAM",
        "SOCK_DGRAM",
        "SOCK_RAW",
        "SOCK_RDM",
        "SOCK_SEQPACKET",
        "SOCK_DCCP",
        "SOCK_PACKET",
    ];
    const FLAGS: &[&str] = &["SOCK_NONBLOCK", "SOCK_CLOEXEC"];
    let word = scene
        .argument(1)
        .split('|')
        .find(|word| !TYPES.contains(word) && !FLAGS.contains(word))?;
    said(format!(
        "{word} is neither a socket type nor a flag: a type is SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET or SOCK_RAW, with SOCK_NONBLOCK and SOCK_CLOEXEC joined by |."
    ))
}

fn protocol_range(scene: &Scene<'_>) -> Option<Finding> {
    // IPPROTO_MAX is 256; with multipath TCP (262) newer kernels have a few numbers beyond it.
    let number = scene.number(2).filter(|number| *number > 255)?;
    said(format!(
        "A protocol of IP is a number from 0 to 255 (it is a byte of the header): not {number}."
    ))
}

fn raw_without_protocol(scene: &Scene<'_>) -> Option<Finding> {
    (scene.argument(2) == "0" || scene.argument(2) == "IPPROTO_IP").then_some(())?;
    said(
        "SOCK_RAW needs a protocol as its third argument (raw(7)): IPPROTO_ICMP for instance, or IPPROTO_RAW to write headers oneself.",
    )
}

fn other_protocol(scene: &Scene<'_>) -> Option<Finding> {
    let (kind, has, other) = if scene.kind.is("TCP") {
        ("SOCK_STREAM", "TCP", "SOCK_DGRAM")
    } else {
        ("SOCK_DGRAM", "UDP", "SOCK_STREAM")
    };
    let wanted = scene.argument(2);
    let fits = match wanted {
        "IPPROTO_TCP" | "IPPROTO_UDP" => format!(": {wanted} goes with {other}"),
        _ => ", and this kernel has no other of that number".to_owned(),
    };
    said(format!(
        "{kind} over {} is {has}, which the protocol 0 means; {wanted} is another protocol{fits}.",
        scene.kind.family
    ))
}

fn types(scene: &Scene<'_>) -> Option<Finding> {
    let has = match scene.kind.family.as_str() {
        "AF_INET" | "AF_INET6" => "SOCK_STREAM (TCP), SOCK_DGRAM (UDP) and SOCK_RAW",
        "AF_UNIX" | "AF_LOCAL" => "SOCK_STREAM, SOCK_DGRAM and SOCK_SEQPACKET",
        "AF_NETLINK" => "SOCK_RAW and SOCK_DGRAM, which are the same",
        "AF_PACKET" => "SOCK_RAW (with the link's header) and SOCK_DGRAM (without)",
        _ => return None,
    };
    said(format!(
        "{} has {has}, and no {}.",
        scene.kind.family, scene.kind.kind
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_groups_that_are_not_mapped_is_shown_as_the_overflow_group() {
        let own = "     65534      65534          1\n";
        assert!(is_unmapped(65_534, 65_534, Some("65534"), own));
        assert!(is_unmapped(65_534, 65_534, Some("1000"), "1000 1000 1\n"));
        assert!(!is_unmapped(65_534, 65_534, Some("0"), "0 0 4294967295\n"));
        assert!(!is_unmapped(0, 10, Some("1000"), "1000 1000 1\n"));
        assert_eq!(mapped("0 1000 1\n5 100000 10\n"), "0, 5 to 14");
    }
}
