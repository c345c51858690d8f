//! An error that `inject` gave a program's call: no kernel was asked, so nothing else can explain it.

use super::cause::{Cause, said};

pub(super) const CAUSES: &[Cause] = &[Cause::new("", "", "", |scene| {
    let (number, effect) = scene.call.injected.as_ref()?;
    effect.starts_with("errno").then_some(())?;
    let finding = said(format!(
        "Rule {number} of `inject` ({effect}) made it fail: the kernel was not asked."
    ))?;
    Some(
        finding
            .advising("A program that lives through it is right; `inject clear` drops the rules."),
    )
})];
