//! `--nproc` and `--nofile`: the soft limits of the process while it serves, as `ulimit -u` and `ulimit -n` set them.

use crate::command::ast::Call;
use crate::engine::draft::Draft;
use crate::engine::execution::{Execution, Outcome, Stop};
use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// The options, by their place, with what each limits.
const LIMITS: [(usize, Resource, &str); 2] = [
    (10, Resource::RLIMIT_NPROC, "RLIMIT_NPROC"),
    (11, Resource::RLIMIT_NOFILE, "RLIMIT_NOFILE"),
];

/// A limit as it was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    resource: Resource,
    name: &'static str,
    soft: u64,
}

impl Execution<'_> {
    /// Sets the limits that were asked for; what they were before.
    pub(super) fn lower_limits(&mut self, call: &Call) -> Outcome<Vec<Before>> {
        let mut before = Vec::new();
        for (place, resource, name) in LIMITS {
            let wanted = self.int(call, place, -1)?;
            let Ok(wanted) = u64::try_from(wanted) else {
                continue;
            };
            let (soft, _) = getrlimit(resource).map_err(|errno| {
                Stop::because(format!("the limit {name} cannot be read: {errno}"))
            })?;
            self.call_setrlimit(resource, name, wanted)?;
            before.push(Before {
                resource,
                name,
                soft,
            });
            if resource == Resource::RLIMIT_NPROC && nix::unistd::geteuid().is_root() {
                self.note(
                    "RLIMIT_NPROC binds no process of root (setrlimit(2)): run socklab as an ordinary user to see EAGAIN".to_owned(),
                );
            }
        }
        Ok(before)
    }

    /// Sets the limits to what they were.
    pub(super) fn restore_limits(&mut self, before: &[Before]) {
        for limit in before {
            // The limit was in force before, so it can be again.
            let _ = self.call_setrlimit(limit.resource, limit.name, limit.soft);
        }
    }

    fn call_setrlimit(
        &mut self,
        resource: Resource,
        name: &'static str,
        soft: u64,
    ) -> Result<(), Errno> {
        let draft = Draft::of("setrlimit")
            .arg(name)
            .arg(format!("{{rlim_cur={soft}}}"));
        self.call(
            draft,
            || {
                let (_, hard) = getrlimit(resource)?;
                setrlimit(resource, soft, hard)
            },
            |(), _| {},
        )
    }
}
