//! Raw, packet and ping sockets: raw(7), packet(7), icmp(7).

use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};
use crate::value::Address;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("send", "EINVAL", "raw", short_header),
    Cause::new("send", "EINVAL", "raw", wrong_header),
    Cause::new("send", "EFAULT", "raw", shorter_than_type_and_code),
    Cause::new("connect getpeername", "EOPNOTSUPP", "packet", |scene| {
        said(format!(
            "A packet socket has no peer: {} is bound to an interface, and sendto names the link-layer address of each frame (packet(7)).",
            scene.label
        ))
    }),
    Cause::new("send", "EINVAL", "ping", no_echo_request),
    Cause::new("send", "EMSGSIZE", "packet", longer_than_the_link),
    Cause::new("send", "EMSGSIZE", "raw", longer_than_ip),
    Cause::new("send", "EINVAL", "packet", shorter_than_the_link),
    Cause::new("send", "ENXIO", "packet", no_interface_named),
    Cause::new("send", "ENODEV ENXIO", "packet", no_such_interface),
    Cause::new("bind", "ENODEV", "packet", no_such_interface),
    Cause::new("send recv", "ENETDOWN", "packet", |scene| {
        said(format!(
            "The interface of {} is down, or went down since it was bound.",
            scene.label
        ))
    }),
    Cause::new("send", "EOPNOTSUPP", "raw, packet, ping, UDP", urgent),
];

/// `1 byte is`, `7 bytes are`.
fn are(length: u64) -> String {
    match length {
        1 => "1 byte is".to_owned(),
        _ => format!("{length} bytes are"),
    }
}

/// The kernel reads type and code for the look-up of the route (`raw_probe_proto_opt`).
fn shorter_than_type_and_code(scene: &Scene<'_>) -> Option<Finding> {
    let length = scene.length()?;
    (scene.kind.protocol.starts_with("IPPROTO_ICMP") && length < 2 && !writes_header(scene))
        .then_some(())?;
    said(format!(
        "The kernel reads type and code, the first two bytes of an ICMP message, to find the route: {} too short.",
        are(length)
    ))
}

/// True when the program writes the IP header itself: IPPROTO_RAW means IP_HDRINCL.
fn writes_header(scene: &Scene<'_>) -> bool {
    scene.kind.protocol == "IPPROTO_RAW" && scene.set("IP_HDRINCL").is_none()
        || scene.is_set("IP_HDRINCL")
}

fn reason(scene: &Scene<'_>) -> String {
    match scene.set("IP_HDRINCL") {
        Some((call, _)) => format!("IP_HDRINCL is set on {} ({})", scene.label, place(call)),
        None => format!(
            "{} was made with IPPROTO_RAW, which means IP_HDRINCL",
            scene.label
        ),
    }
}

fn short_header(scene: &Scene<'_>) -> Option<Finding> {
    const HEADER: u64 = 20;
    let length = scene.length()?;
    (scene.kind.is("IPv4") && writes_header(scene) && length < HEADER).then_some(())?;
    let data = are(length);
    said(format!(
        "{data} shorter than an IP header, which has at least {HEADER}: {}, so what is sent begins with one.",
        reason(scene)
    ))
}

fn wrong_header(scene: &Scene<'_>) -> Option<Finding> {
    (scene.kind.is("IPv4") && writes_header(scene)).then_some(())?;
    said(format!(
        "The IP header that was sent says another header length than the data has: {}, so the program writes the header.",
        reason(scene)
    ))
}

fn no_echo_request(scene: &Scene<'_>) -> Option<Finding> {
    let (least, request) = if scene.kind.is("IPv6") {
        (8, "an ICMPv6 echo request (type 128, code 0)")
    } else {
        (8, "an ICMP echo request (type 8, code 0)")
    };
    let length = scene.length();
    said(match length.filter(|length| *length < least) {
        Some(length) => format!(
            "A ping socket sends whole ICMP messages, and {} shorter than their header of {least} bytes.",
            are(length)
        ),
        None => {
            format!("A ping socket sends {request} and nothing else: the data begins otherwise.")
        }
    })
}

fn longer_than_the_link(scene: &Scene<'_>) -> Option<Finding> {
    let length = scene.length()?;
    said(format!(
        "The frame of {length} bytes is longer than the interface takes (its MTU and the link's header); nothing is fragmented below IP."
    ))
}

fn longer_than_ip(scene: &Scene<'_>) -> Option<Finding> {
    let length = scene.length()?;
    if writes_header(scene) {
        return said(format!(
            "The packet of {length} bytes is longer than the MTU of the interface, and what a program writes with the header itself is not fragmented ({}).",
            reason(scene)
        ));
    }
    (length > 65_515).then_some(())?;
    said(format!(
        "An IP packet has at most 65535 bytes, header and all: {length} do not fit."
    ))
}

fn shorter_than_the_link(scene: &Scene<'_>) -> Option<Finding> {
    const HEADER: u64 = 14;
    let length = scene.length()?;
    (scene.kind.kind == "SOCK_RAW" && length < HEADER).then_some(())?;
    let data = are(length);
    said(format!(
        "{data} shorter than an Ethernet header, which has {HEADER}: what SOCK_RAW of AF_PACKET sends begins with one."
    ))
}

fn no_interface_named(scene: &Scene<'_>) -> Option<Finding> {
    let named = matches!(scene.named(), Some(Address::Packet { .. }));
    let bound = scene.done("bind").is_some();
    (!named && !bound).then_some(())?;
    said(format!(
        "Neither the call nor a bind says through which interface {} sends; {} has {}.",
        scene.label,
        scene.host(),
        interfaces(scene)
    ))
}

fn no_such_interface(scene: &Scene<'_>) -> Option<Finding> {
    let Some(Address::Packet {
        interface, index, ..
    }) = scene.named()
    else {
        return None;
    };
    let wanted = if interface.is_empty() {
        format!("interface {index}")
    } else {
        format!("interface {}", interface.escape_default())
    };
    said(format!(
        "{} has no {wanted}; it has {}.",
        scene.host(),
        interfaces(scene)
    ))
}

fn interfaces(scene: &Scene<'_>) -> String {
    let all = scene.interfaces();
    let all: Vec<String> = all
        .iter()
        .map(|(number, name)| format!("{name} ({number})"))
        .collect();
    all.join(", ")
}

fn urgent(scene: &Scene<'_>) -> Option<Finding> {
    scene.has_flag("MSG_OOB").then_some(())?;
    let maker = scene.maker.as_ref()?;
    said(format!(
        "MSG_OOB is for streams, which alone have urgent data, and {} is not one: {}, {}.",
        scene.label,
        told(maker),
        place(maker)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::sample;

    #[test]
    fn a_raw_packet_is_measured_by_the_header_that_the_program_writes() {
        let said = |length: &str, protocol: &str| {
            let mut call = sample::call("sendto", &["3", "\"E\"", length, "0"]);
            call.errno = Some("EINVAL".to_owned());
            let scene = Scene::of(call, &["AF_INET", "SOCK_RAW", protocol]);
            short_header(&scene).map(|found| found.facts[0].clone())
        };
        let short = said("1", "IPPROTO_RAW").expect("it is too short");
        assert!(
            short.starts_with("1 byte is shorter than an IP header"),
            "{short}"
        );
        assert_eq!(said("20", "IPPROTO_RAW"), None);
        assert_eq!(said("1", "IPPROTO_ICMP"), None);
    }
}
