//! A call before it is made: its name and arguments as they will be shown.

use crate::value::Address;

/// What stands for an argument the call is to fill.
pub(super) const PENDING: &str = "…";

/// A call that is about to be made.
pub(super) struct Draft {
    pub(super) name: &'static str,
    pub(super) args: Vec<String>,
    pub(super) fd: Option<i32>,
    pub(super) peer: Option<Address>,
    pub(super) local: Option<Address>,
}

impl Draft {
    /// A call without arguments so far.
    pub(super) fn of(name: &'static str) -> Self {
        Self {
            name,
            args: Vec::new(),
            fd: None,
            peer: None,
            local: None,
        }
    }

    /// A call whose first argument is the descriptor it is made on.
    pub(super) fn on(fd: i32, name: &'static str) -> Self {
        let mut draft = Self::of(name).arg(fd.to_string());
        draft.fd = Some(fd);
        draft
    }

    /// With one more argument.
    pub(super) fn arg(mut self, text: impl Into<String>) -> Self {
        self.args.push(text.into());
        self
    }

    /// On this descriptor, which is not the first argument.
    pub(super) fn fd(mut self, fd: Option<i32>) -> Self {
        self.fd = fd;
        self
    }

    /// Names this remote address.
    pub(super) fn peer(mut self, address: &Address) -> Self {
        self.peer = Some(address.clone());
        self
    }

    /// Names this local address.
    pub(super) fn local(mut self, address: &Address) -> Self {
        self.local = Some(address.clone());
        self
    }
}
