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
    let nobody = range
        .split_once(' ')
        .and_then(|(low, high)| Some(low.parse::<u64>().ok()? > high.parse::<u64>().ok()?));
    let reading = if nobody == Some(true) {
        ", which is nobody"
    } else {
        ""
    };
    said(format!(
        "A ping socket (SOCK_DGRAM with {}) is for the groups of net.ipv4.ping_group_range, {range}{reading}; this process is of none of them{}.",
        scene.argument(2),
        own.map_or(String::new(), |own| format!(
            ", its group is {own}: `sysctl net.ipv4.ping_group_range {own} {own}` allows it"
        )),
    ))
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
