//! Names that could not be looked up (getaddrinfo(3)).

use super::cause::{Cause, Finding, said};
use super::scene::Scene;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("", "EAI_AGAIN EAI_NONAME", "", names_known),
    Cause::new("", "EAI_SERVICE", "", service),
    Cause::new("", "EAI_FAMILY EAI_ADDRFAMILY", "", |scene| {
        said(format!(
            "The name has no address of that family: {}.",
            scene.call.invocation()
        ))
    }),
];

fn names_known(scene: &Scene<'_>) -> Option<Finding> {
    if scene.is_shared_network() {
        return None;
    }
    said(format!(
        "No name server can be asked from this lab. The names it knows: localhost, {}.",
        scene.hosts().join(", ")
    ))
}

fn service(scene: &Scene<'_>) -> Option<Finding> {
    said(format!(
        "/etc/services has no {} for that type of socket: a port can always be given as a number.",
        scene.argument(1)
    ))
}
