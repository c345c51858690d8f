//! What is longer than the screen is paged by the reader's own pager, as git does it: $PAGER, or else less. Not what is shown.

use super::printer;
use std::io::Write;
use std::process::{Command, Stdio};

/// The columns of the screen are the text's already, so that a row of text is a row of the screen.
fn fits(text: &str, rows: usize) -> bool {
    text.lines().count() < rows
}

/// Pages text that is longer than the screen. False when it fits or there is no pager: then it is still to be shown.
pub(super) fn page(text: &str) -> bool {
    let Some(rows) = printer::height() else {
        return false;
    };
    if fits(text, rows) || std::env::var_os("TERM").is_none_or(|term| term == "dumb") {
        return false;
    }
    let Some(mut pager) = chosen(std::env::var("PAGER").ok().as_deref()) else {
        return false;
    };
    // As git has it: leave at once what fits, keep colours, leave the text on the screen.
    let options = less_options(std::env::var("LESS").ok().as_deref());
    pager.env("LESS", options);
    if std::env::var_os("LV").is_none() {
        pager.env("LV", "-c");
    }
    let Ok(mut running) = pager.stdin(Stdio::piped()).spawn() else {
        return false;
    };
    if let Some(mut input) = running.stdin.take() {
        // A reader who leaves before the end closes the pipe.
        let _ = input.write_all(text.as_bytes());
    }
    // What a shell could not find or run has shown nothing (sh(1)).
    !running
        .wait()
        .is_ok_and(|status| matches!(status.code(), Some(126 | 127)))
}

/// What less is told by its variable LESS: the reader's own options, and always that colours are colours.
fn less_options(own: Option<&str>) -> String {
    match own {
        None => "FRX".to_owned(),
        Some(own) if own.contains('R') => own.to_owned(),
        Some(own) => format!("-R {own}"),
    }
}

/// The pager of the reader's environment, a line for the shell as git takes it; where it names none, less. `None` when none is wanted.
fn chosen(wanted: Option<&str>) -> Option<Command> {
    match wanted.map(str::trim) {
        Some("" | "cat") => None,
        Some(line) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", line]);
            Some(shell)
        }
        None => Some(Command::new("less")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(wanted: Option<&str>) -> Option<String> {
        let command = chosen(wanted)?;
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let words: Vec<String> = words
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        Some(words.join(" "))
    }

    #[test]
    fn colours_reach_the_screen_whatever_the_reader_tells_less() {
        for (own, expected) in [(None, "FRX"), (Some("-S"), "-R -S"), (Some("FRX"), "FRX")] {
            assert_eq!(less_options(own), expected);
        }
    }

    #[test]
    fn the_pager_is_the_readers_own_or_less_and_none_where_none_is_wanted() {
        for (wanted, expected) in [
            (None, Some("less")),
            (Some("more"), Some("sh -c more")),
            (Some("less -S"), Some("sh -c less -S")),
            (Some("cat"), None),
            (Some(" "), None),
        ] {
            assert_eq!(words(wanted).as_deref(), expected, "{wanted:?}");
        }
    }

    #[test]
    fn text_fits_when_the_prompt_has_a_row_below_it() {
        assert!(fits("a\nb\n", 3));
        assert!(!fits("a\nb\n", 2));
        assert!(fits("", 1));
    }
}
