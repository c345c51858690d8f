//! The table of causes in its order. The first row that holds speaks.

use super::cause::{Cause, Finding};
use super::scene::Scene;
use super::{
    astray, binding, connecting, datagram, descriptor, injected, local, making, multicast, names,
    option, raw, reset, route, silence, standing, unanswered, waiting,
};

/// What explains a failure, in the order in which it is asked: what is particular before what is general.
const CAUSES: &[&[Cause]] = &[
    injected::CAUSES,
    names::CAUSES,
    descriptor::CAUSES,
    local::CAUSES,
    making::CAUSES,
    multicast::CAUSES,
    option::CAUSES,
    raw::CAUSES,
    datagram::CAUSES,
    binding::CAUSES,
    connecting::CAUSES,
    route::CAUSES,
    reset::CAUSES,
    silence::CAUSES,
    standing::CAUSES,
    astray::CAUSES,
    unanswered::CAUSES,
    waiting::CAUSES,
];

/// What is said besides, of every failure that it fits.
const CIRCUMSTANCES: &[&[Cause]] = &[waiting::CIRCUMSTANCES];

/// What the first cause that holds says, and all circumstances.
pub(super) fn find(scene: &Scene<'_>) -> Finding {
    let mut causes = CAUSES.iter().copied().flatten();
    let mut found = causes
        .find_map(|cause| cause.ask(scene))
        .unwrap_or_default();
    let besides = CIRCUMSTANCES.iter().copied().flatten();
    for more in besides.filter_map(|cause| cause.ask(scene)) {
        found.facts.extend(more.facts);
        found.packets.extend(more.packets);
        found.holders.extend(more.holders);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::errno;
    use crate::catalog::socket_kind::KINDS;

    #[test]
    fn a_row_names_errors_and_kinds_of_sockets_that_exist() {
        for cause in CAUSES.iter().chain(CIRCUMSTANCES).copied().flatten() {
            for name in cause.errnos.split(' ').filter(|name| !name.is_empty()) {
                assert!(
                    name == "timeout" || errno::by_name(name).is_some(),
                    "{name}"
                );
            }
            for kind in cause.of.split(", ").filter(|kind| !kind.is_empty()) {
                assert!(KINDS.contains(&kind), "{kind}");
            }
        }
    }
}
