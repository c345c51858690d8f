//! The states a connection went through, each with who said so. Plain data.

/// A state of RFC 9293.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name: `SYN-SENT`.
    pub state: &'static str,
    /// The kernel said so when it was asked.
    pub by_kernel: bool,
    /// The packets that were seen imply it.
    pub by_packets: bool,
}

/// Puts two tellings of one story together, each in its own order: what both tell stands once.
pub fn merge(kernel: &[&'static str], packets: &[&'static str]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut told = 0;
    let step = |state, by_kernel, by_packets| Step {
        state,
        by_kernel,
        by_packets,
    };
    for state in packets {
        let found = kernel[told..].iter().position(|other| other == state);
        if let Some(skipped) = found {
            let only = &kernel[told..told + skipped];
            steps.extend(only.iter().map(|state| step(*state, true, false)));
            told += skipped + 1;
        }
        steps.push(step(*state, found.is_some(), true));
    }
    steps.extend(kernel[told..].iter().map(|state| step(*state, true, false)));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kernel: &[&'static str], packets: &[&'static str]) -> String {
        let words: Vec<String> = merge(kernel, packets)
            .iter()
            .map(|step| {
                let who = match (step.by_kernel, step.by_packets) {
                    (true, true) => "both",
                    (true, false) => "kernel",
                    _ => "packets",
                };
                format!("{}:{who}", step.state)
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn what_both_tell_stands_once_and_each_keeps_its_order() {
        for (kernel, packets, expected) in [
            (
                &["CLOSED", "ESTABLISHED", "FIN-WAIT-2"][..],
                &[
                    "CLOSED",
                    "SYN-SENT",
                    "ESTABLISHED",
                    "FIN-WAIT-1",
                    "FIN-WAIT-2",
                ][..],
                "CLOSED:both SYN-SENT:packets ESTABLISHED:both FIN-WAIT-1:packets FIN-WAIT-2:both",
            ),
            (
                &["ESTABLISHED", "CLOSE-WAIT", "CLOSED"],
                &["SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT"],
                "SYN-RECEIVED:packets ESTABLISHED:both CLOSE-WAIT:both CLOSED:kernel",
            ),
            (&["CLOSED", "LISTEN"], &[], "CLOSED:kernel LISTEN:kernel"),
            (&[], &["SYN-SENT"], "SYN-SENT:packets"),
        ] {
            assert_eq!(shown(kernel, packets), expected);
        }
    }
}
