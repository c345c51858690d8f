//! How far the arguments of a verb were read, and at which parameter the next piece stands.

use crate::catalog::parameter::{Kind, Need};
use crate::catalog::verb::Verb;

/// The arguments of a verb, as far as they were read.
#[derive(Clone, Copy)]
pub(super) struct Arguments {
    pub(super) verb: Verb,
    /// How many are complete.
    count: usize,
    /// The place of the parameter that was named for the present one.
    pub(super) named: Option<usize>,
}

impl Arguments {
    pub(super) fn new(verb: Verb, count: usize) -> Self {
        Self {
            verb,
            count,
            named: None,
        }
    }

    /// The place of the present argument's parameter in the catalog.
    pub(super) fn place(&self) -> Option<usize> {
        let parameters = self.verb.entry().parameters;
        if self.named.is_some() {
            return self.named;
        }
        let mut positional = (0..parameters.len())
            .filter(|place| !matches!(parameters[*place].need, Need::Keyword(_)));
        let variadic = parameters
            .iter()
            .position(|parameter| parameter.need == Need::Variadic);
        variadic.or_else(|| positional.nth(self.count))
    }

    pub(super) fn kind(&self) -> Kind {
        let place = self.place();
        place.map_or(Kind::Any, |place| self.verb.entry().parameters[place].kind)
    }

    pub(super) fn next(&mut self) {
        self.count += 1;
        self.named = None;
    }
}

/// The arguments of a call: behind a value the first parameter is already given.
pub(super) fn call_of(verb: Verb, receivers: usize, of_module: bool) -> Arguments {
    let verb = if verb == Verb::Poll && of_module {
        Verb::Poller
    } else {
        verb
    };
    let mut arguments = Arguments::new(verb, receivers);
    // What is waited for stands in front of the dot; the timeout follows.
    if verb == Verb::Poll && receivers == 1 {
        arguments.named = Some(1);
    }
    arguments
}
