//! Sockets that have no packets: AF_UNIX (`unix`, `path`) and AF_NETLINK (`netlink`), whose facts the session gathers by itself.

use super::Evidence;
use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};
use crate::event::transfer::Party;
use crate::session::Session;
use crate::value::Address;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("send", "ESRCH EPERM EINVAL", "UNIX", credentials),
    Cause::new("send recv", "EOPNOTSUPP", "UNIX", |scene| {
        let maker = scene.maker.as_ref()?;
        scene.has_flag("MSG_OOB").then_some(())?;
        said(format!(
            "MSG_OOB is not for this kind of socket: {}, {}.",
            told(maker),
            place(maker)
        ))
    }),
    Cause::new("", "", "", unix),
    Cause::new("", "", "", netlink),
];

fn unix(scene: &Scene<'_>) -> Option<Finding> {
    let named = matches!(
        scene.named(),
        Some(Address::UnixPath(_) | Address::UnixAbstract(_) | Address::UnixUnnamed)
    );
    let made = scene.kind.family.is_empty();
    if scene.call.fd.is_none() || !(scene.kind.is("UNIX") || named && made) {
        return None;
    }
    gathered(scene, Session::why_unix)
}

/// The credentials that a message was to carry (SCM_CREDENTIALS of unix(7)).
fn credentials(scene: &Scene<'_>) -> Option<Finding> {
    let control = scene
        .argument(1)
        .split("SCM_CREDENTIALS, cmsg_data={pid=")
        .nth(1)?;
    let process = control.split([',', '}']).next()?;
    said(if scene.errno == "ESRCH" {
        format!(
            "SCM_CREDENTIALS names the process {process}, and there is none with that id in this lab."
        )
    } else if scene.errno == "EINVAL" {
        format!(
            "SCM_CREDENTIALS names pid={}: a user or group id in it has no meaning in this user namespace (user_namespaces(7)).",
            control.split('}').next()?
        )
    } else {
        format!(
            "SCM_CREDENTIALS names pid={}: a process may send its own ids; those of another take CAP_SYS_ADMIN (pid), CAP_SETUID and CAP_SETGID.",
            control.split('}').next()?
        )
    })
}

fn netlink(scene: &Scene<'_>) -> Option<Finding> {
    let named = matches!(scene.named(), Some(Address::Netlink { .. }));
    let made = scene.kind.family.is_empty();
    if scene.call.fd.is_none() || !(scene.kind.is("netlink") || named && made) {
        return None;
    }
    gathered(scene, Session::why_netlink)
}

fn gathered(
    scene: &Scene<'_>,
    gather: fn(&mut Session, &mut Evidence, Option<&Party>),
) -> Option<Finding> {
    let mut evidence = Evidence::of(scene);
    scene.of_session(|session| gather(session, &mut evidence, scene.party.as_ref()));
    let found = Finding {
        facts: evidence.facts,
        packets: evidence.packets,
        holders: evidence.holders,
        next: evidence.next,
    };
    (found != Finding::default()).then_some(found)
}
