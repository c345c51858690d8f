//! Descriptors that are not open, or are no sockets, or are too many; calls that a signal interrupted; privileges the session lacks.

use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("", "EBADF", "", passed_on),
    Cause::new("", "EBADF", "", closed_before),
    Cause::new("", "EBADF", "", of_another_process),
    Cause::new("", "EBADF", "", never_had),
    Cause::new("", "ENOTSOCK", "", no_socket),
    Cause::new("", "EMFILE", "", too_many),
    Cause::new("", "ENFILE", "", too_many_in_all),
    Cause::new("", "EINTR", "", |_| {
        said("A signal interrupted the call: Ctrl-C or `cancel`.")
    }),
    Cause::new("socket bind", "EPERM EACCES", "", own_network),
    Cause::new(
        "if_nametoindex if_indextoname",
        "ENODEV ENXIO",
        "",
        |scene| {
            let all: Vec<String> = scene
                .interfaces()
                .iter()
                .map(|(number, name)| format!("{name} ({number})"))
                .collect();
            said(format!(
                "{} has no interface {}; it has {}.",
                scene.host(),
                scene.argument(0),
                all.join(", ")
            ))
        },
    ),
    Cause::new("ioctl", "ENOENT", "", |scene| {
        scene.argument(1).starts_with("SIOCGSTAMP").then_some(())?;
        said(format!(
            "No packet has been received on {}, so there is no timestamp of one.",
            scene.label
        ))
    }),
];

/// What sendmsg was to pass on is not open; the socket it was called on is.
fn passed_on(scene: &Scene<'_>) -> Option<Finding> {
    let control = scene.argument(1).split("SCM_RIGHTS, cmsg_data=[").nth(1)?;
    let listed = control.split(']').next()?;
    scene.party.as_ref()?;
    said(format!(
        "One of the descriptors to be passed ({listed}) is not open in {}.",
        scene.call.process
    ))
}

fn closed_before(scene: &Scene<'_>) -> Option<Finding> {
    let fd = scene.call.fd?;
    let process = &scene.call.process;
    let close = scene.of_session(|session| {
        let mut calls = session.log().calls().rev();
        let closed = |call: &&crate::event::CallEvent| {
            call.process == *process
                && call.name == "close"
                && call.fd == Some(fd)
                && call.errno.is_none()
        };
        calls.find(closed).cloned()
    })?;
    said(format!(
        "{process} closed descriptor {fd} itself: {}, {}.",
        place(&close),
        told(&close)
    ))
}

fn of_another_process(scene: &Scene<'_>) -> Option<Finding> {
    let fd = scene.call.fd?;
    let other = scene
        .rows()
        .iter()
        .find(|row| row.fd == Some(fd) && row.process != scene.call.process)?;
    let name = if other.name.is_empty() {
        "a socket"
    } else {
        &other.name
    };
    said(format!(
        "{} has never had a descriptor {fd}: {fd} is {name} in {}, and each process has numbers of its own.",
        scene.call.process, other.process
    ))
}

fn never_had(scene: &Scene<'_>) -> Option<Finding> {
    let fd = scene.call.fd?;
    said(format!(
        "{} has never had a descriptor {fd}.",
        scene.call.process
    ))
}

fn no_socket(scene: &Scene<'_>) -> Option<Finding> {
    let fd = scene.call.fd?;
    let what = match (fd, &scene.maker) {
        (0, _) => "standard input".to_owned(),
        (1, _) => "standard output".to_owned(),
        (2, _) => "standard error".to_owned(),
        (_, Some(maker)) => format!("what {} made ({})", told(maker), place(maker)),
        (_, None) => "open".to_owned(),
    };
    said(format!("Descriptor {fd} is {what}, not a socket."))
}

fn too_many(scene: &Scene<'_>) -> Option<Finding> {
    let limit = scene.descriptor_limit()?;
    said(format!(
        "{} has {limit} descriptors open, as many as it may (RLIMIT_NOFILE).",
        scene.call.process
    ))
}

fn too_many_in_all(_: &Scene<'_>) -> Option<Finding> {
    let limit = std::fs::read_to_string("/proc/sys/fs/file-max").ok()?;
    said(format!(
        "The machine has {} files open, as many as it may (fs.file-max).",
        limit.trim()
    ))
}

fn own_network(scene: &Scene<'_>) -> Option<Finding> {
    if !scene.is_shared_network() {
        return None;
    }
    let wanted = match (scene.name.as_str(), &scene.kind) {
        ("socket", kind) if kind.is_one_of("raw, packet") => "Such a socket takes CAP_NET_RAW",
        ("bind", kind) if kind.is_one_of("TCP, UDP") => {
            return privileged_port(scene);
        }
        _ => return None,
    };
    Some(Finding {
        facts: vec![format!(
            "{wanted}, and this session runs on the machine's own network with no more privileges than its user has; `socklab doctor` says what a private network would need."
        )],
        ..Finding::default()
    })
}

/// A port that only the privileged may bind (ip(7)).
pub(super) fn privileged_port(scene: &Scene<'_>) -> Option<Finding> {
    let port = u64::from(scene.call.local.as_ref()?.port()?);
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start").ok();
    let first = scene
        .setting("ipv4/ip_unprivileged_port_start")
        .or(first)?
        .trim()
        .parse::<u64>()
        .ok()?;
    (port != 0 && port < first).then_some(())?;
    said(format!(
        "To bind port {port} takes CAP_NET_BIND_SERVICE: the ports below {first} are privileged (sysctl net.ipv4.ip_unprivileged_port_start)."
    ))
}
