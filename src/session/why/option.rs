//! getsockopt(2) and setsockopt(2): options of another level or kind of socket, values out of range. Not multicast groups (`multicast`).

use super::binding::has_address;
use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};
use crate::catalog::option;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("getsockopt setsockopt", "ENOPROTOOPT", "", read_or_set_only),
    Cause::new(
        "getsockopt setsockopt",
        "ENOPROTOOPT EOPNOTSUPP",
        "",
        level_of_another_kind,
    ),
    Cause::new(
        "getsockopt setsockopt",
        "ENOPROTOOPT EOPNOTSUPP",
        "",
        other_level,
    ),
    Cause::new(
        "getsockopt setsockopt",
        "ENOPROTOOPT",
        "UDP, TCP",
        of_raw_sockets,
    ),
    Cause::new(
        "getsockopt setsockopt",
        "ENOPROTOOPT EOPNOTSUPP",
        "",
        unknown,
    ),
    Cause::new("setsockopt", "ENOENT", "TCP", congestion_control),
    Cause::new("setsockopt", "ENOENT", "", not_there),
    Cause::new(
        "setsockopt",
        "EINVAL EOPNOTSUPP",
        "TCP",
        too_late_for_fast_open,
    ),
    Cause::new("getsockopt", "ENOPROTOOPT", "", |scene| {
        (scene.argument(2) == "SO_PEERSEC").then_some(())?;
        said(format!(
            "No security module (SELinux, AppArmor, Smack) has labelled the peer of {}, so there is no security context to read.",
            scene.label
        ))
    }),
    Cause::new("setsockopt", "ENODEV", "", device),
    Cause::new("setsockopt", "EDOM", "", |_| {
        said("The microseconds of a time are 0 to 999999: the rest belongs to its seconds.")
    }),
    Cause::new("setsockopt", "EPERM", "", privileged),
    Cause::new("setsockopt", "EINVAL", "IPv6", bound_before),
    Cause::new("setsockopt", "EINVAL", "", value),
    Cause::new("getsockopt", "ENOTCONN", "", |scene| {
        said(format!(
            "{} has no peer, and {} is about the peer.",
            scene.label,
            scene.argument(2)
        ))
    }),
];

fn read_or_set_only(scene: &Scene<'_>) -> Option<Finding> {
    let known = known(scene).filter(|known| known.level == scene.argument(1))?;
    match (scene.name.as_str(), known.gettable, known.settable) {
        ("setsockopt", true, false) => said(format!(
            "{} can be read and not set: {}.",
            known.name, known.meaning
        )),
        ("getsockopt", false, true) => said(format!(
            "{} can be set and not read: {}.",
            known.name, known.meaning
        )),
        _ => None,
    }
}

/// The option of the call, if the catalog has it.
fn known(scene: &Scene<'_>) -> Option<&'static option::OptionEntry> {
    option::options().find(|option| option.name == scene.argument(2))
}

fn level_of_another_kind(scene: &Scene<'_>) -> Option<Finding> {
    let level = scene.argument(1);
    let whose = match level {
        "IPPROTO_TCP" | "SOL_TCP" if !scene.kind.is("TCP") => "TCP",
        "IPPROTO_UDP" | "SOL_UDP" if !scene.kind.is("UDP") => "UDP",
        "IPPROTO_IPV6" | "SOL_IPV6" if !scene.kind.is("IPv6") => "AF_INET6",
        "IPPROTO_IP" | "SOL_IP" if !scene.kind.is("IP") => "AF_INET",
        "SOL_NETLINK" if !scene.kind.is("netlink") => "AF_NETLINK",
        "SOL_PACKET" if !scene.kind.is("packet") => "AF_PACKET",
        "SOL_RAW" if !scene.kind.is("raw") => "raw",
        _ => return None,
    };
    let maker = scene.maker.as_ref()?;
    said(format!(
        "{level} is the level of {whose} sockets, and {} is another kind of socket: {}, {}.",
        scene.label,
        told(maker),
        place(maker)
    ))
}

fn other_level(scene: &Scene<'_>) -> Option<Finding> {
    let known = known(scene).filter(|known| known.level != scene.argument(1))?;
    said(format!(
        "{} is an option of the level {}, not of {}.",
        known.name,
        known.level,
        scene.argument(1)
    ))
}

fn of_raw_sockets(scene: &Scene<'_>) -> Option<Finding> {
    let option = scene.argument(2);
    let raw = matches!(
        option,
        "IP_HDRINCL" | "ICMP_FILTER" | "ICMP6_FILTER" | "IPV6_CHECKSUM" | "IP_NODEFRAG"
    );
    raw.then_some(())?;
    said(format!(
        "{option} is for raw sockets (raw(7)), and {} is not one.",
        scene.label
    ))
}

fn unknown(scene: &Scene<'_>) -> Option<Finding> {
    known(scene).is_none().then_some(())?;
    said(format!(
        "This kernel knows no option {} at the level {} for this kind of socket.",
        scene.argument(2),
        scene.argument(1)
    ))
}

fn congestion_control(scene: &Scene<'_>) -> Option<Finding> {
    (scene.argument(2) == "TCP_CONGESTION").then_some(())?;
    let has = scene.setting("ipv4/tcp_available_congestion_control");
    said(format!(
        "This kernel has no congestion control {}{}.",
        scene.argument(3),
        has.map_or(String::new(), |has| format!(
            "; it has {} (sysctl net.ipv4.tcp_available_congestion_control)",
            has.replace(' ', ", ")
        ))
    ))
}

/// What an option names, or takes away, and is not there.
fn not_there(scene: &Scene<'_>) -> Option<Finding> {
    let label = &scene.label;
    said(match scene.argument(2) {
        "TCP_ULP" => {
            let has = scene.setting("ipv4/tcp_available_ulp");
            let has = has.filter(|has| !has.is_empty());
            format!(
                "This kernel has no upper layer protocol {} for TCP, or its module is not loaded; it has {} (sysctl net.ipv4.tcp_available_ulp).",
                scene.argument(3),
                has.map_or("none".to_owned(), |has| has.replace(' ', ", "))
            )
        }
        "SO_DETACH_FILTER" | "SO_DETACH_BPF" => {
            format!("No filter is attached to {label} (SO_ATTACH_FILTER, SO_ATTACH_BPF).")
        }
        "SO_DETACH_REUSEPORT_BPF" => format!("No program chooses among the sockets of {label}."),
        _ => return None,
    })
}

fn too_late_for_fast_open(scene: &Scene<'_>) -> Option<Finding> {
    let option = scene.argument(2);
    matches!(option, "TCP_FASTOPEN" | "TCP_FASTOPEN_CONNECT").then_some(())?;
    let connect = scene.newest(|call| call.name == "connect")?;
    said(format!(
        "{option} is set before connect or on a listener, and {} has a connection: {}, {}.",
        scene.label,
        told(connect),
        place(connect)
    ))
}

fn device(scene: &Scene<'_>) -> Option<Finding> {
    (scene.argument(2) == "SO_BINDTODEVICE").then_some(())?;
    let has = scene.interfaces();
    let has: Vec<&str> = has.iter().map(|(_, name)| name.as_str()).collect();
    said(format!(
        "{} has no interface {}; it has {}.",
        scene.host(),
        scene.argument(3),
        has.join(", ")
    ))
}

fn privileged(scene: &Scene<'_>) -> Option<Finding> {
    let option = scene.argument(2);
    let known = [
        "SO_SNDBUFFORCE",
        "SO_RCVBUFFORCE",
        "SO_DEBUG",
        "SO_MARK",
        "SO_PRIORITY",
        "SO_BINDTODEVICE",
        "SO_BUSY_POLL",
        "SO_PREFER_BUSY_POLL",
        "SO_BUSY_POLL_BUDGET",
        "SO_TXTIME",
        "IP_TRANSPARENT",
        "IPV6_TRANSPARENT",
        "TCP_CONGESTION",
        "TCP_REPAIR",
    ];
    known.contains(&option).then_some(())?;
    said(format!(
        "{option} {} takes CAP_NET_ADMIN in the user namespace that owns the network, and some options (SO_DEBUG, those that end in FORCE, busy polling) over the whole machine.",
        scene.argument(3)
    ))
}

/// Options of IPv6 that an address fixes.
fn bound_before(scene: &Scene<'_>) -> Option<Finding> {
    (scene.argument(2) == "IPV6_V6ONLY").then_some(())?;
    let bind = has_address(scene)?;
    said(format!(
        "IPV6_V6ONLY can only be set before the socket has an address, and {} has one: {}, {}.",
        scene.label,
        told(bind),
        place(bind)
    ))
}

fn value(scene: &Scene<'_>) -> Option<Finding> {
    let (option, given) = (
        scene.argument(2),
        scene.argument(3).trim_matches(['[', ']']),
    );
    let takes = match option {
        "IP_TTL" => "1 to 255, and -1 for the default",
        "IP_MULTICAST_TTL" | "IPV6_UNICAST_HOPS" | "IPV6_MULTICAST_HOPS" | "IPV6_TCLASS" => {
            "0 to 255, and -1 for the default"
        }
        "IP_MTU_DISCOVER" | "IPV6_MTU_DISCOVER" => "IP_PMTUDISC_DONT (0) to IP_PMTUDISC_OMIT (5)",
        "TCP_KEEPIDLE" | "TCP_KEEPINTVL" => "1 to 32767 seconds",
        "TCP_KEEPCNT" => "1 to 127 probes",
        "TCP_SYNCNT" => "1 to 127 retransmissions",
        "TCP_MAXSEG" => "88 to 32767 bytes (and 0: none)",
        "TCP_LINGER2" => "seconds up to net.ipv4.tcp_fin_timeout",
        "TCP_USER_TIMEOUT" => "milliseconds, not below 0",
        "TCP_WINDOW_CLAMP" => "0 only while the socket is CLOSED",
        "UDP_SEGMENT" => "0 to 65535 bytes",
        "UDP_ENCAP" => "one of the encapsulations of linux/udp.h",
        "SO_PEEK_OFF" | "SO_TXTIME" | "SO_INCOMING_CPU" => "what socket(7) lists",
        _ => "",
    };
    if takes.is_empty() {
        let length = scene.argument(4);
        return said(format!(
            "{option} does not take the value {given} in {length} bytes: it is out of range, or of another length than the option's."
        ));
    }
    said(format!("{option} takes {takes}: not {given}."))
}
