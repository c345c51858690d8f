//! Who acts when: the processes of a session take turns, and one that slept in a call had given its turn away before. Turns are
//! semaphores, numbered: one for each actor, then one for the end of each call that slept while another acted.

use super::plan::{Step, Turn};

/// The turns round each of the steps, which are in the order of their beginnings; and how many there are.
pub(super) fn turns(steps: &[Step], actors: usize) -> (Vec<Turn>, usize) {
    let mut turns = vec![Turn::default(); steps.len()];
    let mut count = actors;
    for (place, pair) in steps.windows(2).enumerate() {
        let [step, next] = pair else { continue };
        if step.actor == next.actor {
            continue;
        }
        turns[place + 1].waits.push(next.actor);
        if step.end_ns <= next.start_ns {
            turns[place].gives_after.push(next.actor);
            continue;
        }
        turns[place].gives_before = Some(next.actor);
        // What another actor did once the call had returned, it does after the call here as well.
        let after = steps
            .iter()
            .skip(place + 1)
            .position(|later| later.start_ns >= step.end_ns)
            .map(|at| place + 1 + at)
            .filter(|at| steps[*at].actor != step.actor);
        if let Some(after) = after {
            turns[place].gives_after.push(count);
            turns[after].waits.push(count);
            count += 1;
        }
    }
    (turns, count)
}
