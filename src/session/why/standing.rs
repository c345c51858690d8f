//! The state in which a call found its socket: not connected, not listening, shut down. From the calls made on it.

use super::cause::{Cause, Finding, said};
use super::scene::{Scene, place, told};

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("accept", "EINVAL", "", not_listening),
    Cause::new("shutdown", "EINVAL", "", |scene| {
        said(format!(
            "shutdown takes SHUT_RD (0), SHUT_WR (1) or SHUT_RDWR (2): not {}.",
            scene.argument(1)
        ))
    }),
    Cause::new("", "ENOTCONN EPIPE", "", listens),
    Cause::new("shutdown getpeername recv", "ENOTCONN", "TCP", was_reset),
    Cause::new("", "ENOTCONN EPIPE", "", without_peer),
    Cause::new("recv", "EINVAL", "TCP", no_urgent_data),
    Cause::new("send recv", "EOPNOTSUPP", "", |scene| {
        let flag = ["MSG_OOB", "MSG_ZEROCOPY", "MSG_ERRQUEUE"];
        let flag = flag.into_iter().find(|flag| scene.has_flag(flag))?;
        let maker = scene.maker.as_ref()?;
        said(format!(
            "{flag} is not for this kind of socket: {}, {}.",
            told(maker),
            place(maker)
        ))
    }),
];

fn not_listening(scene: &Scene<'_>) -> Option<Finding> {
    let label = &scene.label;
    said(if let Some(listen) = scene.done("listen") {
        match scene.done("shutdown") {
            Some(shut) => format!(
                "{label} no longer listens: {}, {}.",
                told(shut),
                place(shut)
            ),
            None => format!("{label} listens since {}, {}.", told(listen), place(listen)),
        }
    } else if let Some(connect) = scene.done("connect") {
        format!(
            "{label} is the client's end of a connection ({}, {}): accept is for a socket that listens.",
            told(connect),
            place(connect)
        )
    } else {
        match scene.done("bind") {
            Some(bind) => format!(
                "{label} is bound ({}, {}), but listen was never called on it.",
                told(bind),
                place(bind)
            ),
            None => format!("Neither bind nor listen was called on {label}."),
        }
    })
}

/// A listener carries no data.
fn listens(scene: &Scene<'_>) -> Option<Finding> {
    let listen = scene.done("listen")?;
    let fd = scene.call.fd;
    let process = &scene.call.process;
    let given: Vec<String> = scene.of_session(|session| {
        let accepted = |call: &&crate::event::CallEvent| {
            call.process == *process && call.name.starts_with("accept") && call.fd == fd
        };
        let calls = session.log().calls().filter(accepted);
        let made: Vec<i32> = calls.flat_map(|call| call.made.iter().copied()).collect();
        let open = session.inventory().open();
        open.filter(|known| {
            known.process == *process && known.fd.is_some_and(|fd| made.contains(&fd))
        })
        .map(crate::session::known::Known::label)
        .collect()
    });
    let given = if given.is_empty() {
        "accept returns the socket that does, and has returned none yet".to_owned()
    } else {
        format!("accept returned {}", given.join(", "))
    };
    said(format!(
        "{} listens: {}, {}. It never carries data itself; {given}.",
        scene.label,
        told(listen),
        place(listen)
    ))
}

/// A connection that is over, as an earlier call told.
fn was_reset(scene: &Scene<'_>) -> Option<Finding> {
    let accepted = scene
        .maker
        .as_ref()
        .is_some_and(|maker| maker.name.starts_with("accept"));
    (accepted || scene.done("connect").is_some()).then_some(())?;
    let errors = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED"];
    let end = scene.newest(|call| {
        let errno = call.errno.as_deref();
        errno.is_some_and(|errno| errors.contains(&errno))
    })?;
    said(format!(
        "The connection of {} is over: {}, {}.",
        scene.label,
        told(end),
        place(end)
    ))
}

/// Why a socket has nobody at its other end.
fn without_peer(scene: &Scene<'_>) -> Option<Finding> {
    let label = &scene.label;
    let fresh = scene
        .maker
        .as_ref()
        .is_some_and(|maker| maker.name == "socket");
    match scene.newest(|call| call.name == "connect") {
        Some(connect) if connect.errno.is_some() => said(format!(
            "{label} is not connected: {}, {}.",
            told(connect),
            place(connect)
        )),
        Some(connect) if scene.errno == "ENOTCONN" => said(format!(
            "{label} was connected ({}, {}), and its connection is over.",
            told(connect),
            place(connect)
        )),
        None if fresh && scene.kind.is_one_of("UDP, raw, ping") => said(format!(
            "{label} is not connected: connect was never called on it."
        )),
        None if fresh => said(format!(
            "{label} was never connected: connect was not called on it, and accept did not return it."
        )),
        _ => None,
    }
}

fn no_urgent_data(scene: &Scene<'_>) -> Option<Finding> {
    scene.has_flag("MSG_OOB").then_some(())?;
    said(match scene.set("SO_OOBINLINE") {
        Some((call, value)) if value != "0" => format!(
            "SO_OOBINLINE is set on {} ({}): the urgent byte is read with the others.",
            scene.label,
            place(call)
        ),
        _ => format!(
            "No urgent byte waits in {}: none came, or it was read already.",
            scene.label
        ),
    })
}
