//! Packet layers (`ip(…)/tcp(…)`) to the bytes that are sent.

use super::execution::{Execution, Outcome, Stop};
use crate::command::ast::{Expr, Operator};

impl Execution<'_> {
    /// True for a layer, or layers put on one another.
    pub(super) fn is_layer(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Layer(_) => true,
            Expr::Binary(Operator::Over, left, _) => self.is_layer(left),
            _ => false,
        }
    }

    /// The bytes of a packet.
    pub(super) fn packet(&mut self, _expr: &Expr) -> Outcome<Vec<u8>> {
        Err(Stop::because("no layers yet"))
    }
}
