//! Plain text made safe for Markdown: prose, cells of tables, code blocks. Not the layout of a page.

/// Text for a paragraph: what would be markup is escaped; words in backticks stay code.
pub fn prose(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    // An odd backtick opens nothing.
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut in_code = false;
    for character in text.chars() {
        match character {
            '`' if paired => {
                in_code = !in_code;
                safe.push('`');
            }
            '<' if !in_code => safe.push_str("&lt;"),
            '&' if !in_code => safe.push_str("&amp;"),
            '\\' | '*' | '_' | '[' | '`' if !in_code => {
                safe.push('\\');
                safe.push(character);
            }
            _ => safe.push(character),
        }
    }
    safe
}

/// A line of the catalog as a sentence: with a capital, where it does not begin with a name, and a full stop.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let first = text.split_whitespace().next().unwrap_or_default();
    let word = first.trim_end_matches([',', ':']);
    let is_word = !word.is_empty() && word.chars().all(char::is_lowercase);
    let mut sentence = prose(text);
    if is_word && let Some(letter) = sentence.get_mut(..1) {
        letter.make_ascii_uppercase();
    }
    if !text.ends_with(['.', '?', '!']) {
        sentence.push('.');
    }
    sentence
}

/// Text for a cell of a table: one line, and no bar ends it.
pub fn cell(text: &str) -> String {
    prose(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// A row of a table: a name as code, then cells.
pub fn row(name: &str, cells: &[&str]) -> String {
    let mut row = format!("| {} |", code(name));
    for text in cells {
        row.push(' ');
        row.push_str(&cell(text));
        row.push_str(" |");
    }
    row.push('\n');
    row
}

/// A word as code, also in a cell of a table.
pub fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// A fenced block. The fence is longer than any in the text.
pub fn block(kind: &str, text: &str) -> String {
    let longest = text
        .lines()
        .map(|line| {
            let line = line.trim_start();
            line.len() - line.trim_start_matches('`').len()
        })
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{kind}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// A line that printed more lines than this has a block of its own, which a reader scrolls.
const LONG: usize = 40;

/// Lines that were typed, each with what it printed below it, as blocks.
pub fn console(ran: &[String]) -> String {
    let is_long = |printed: &String| printed.lines().count() > LONG;
    let blocks: Vec<String> = ran
        .chunk_by(|one, next| !is_long(one) && !is_long(next))
        .map(|run| {
            let kind = if is_long(&run[0]) {
                "console,long"
            } else {
                "console"
            };
            block(kind, &run.join("\n"))
        })
        .collect();
    blocks.join("\n")
}

/// A part of the page that opens when it is clicked.
pub fn folded(summary: &str, body: &str) -> String {
    format!(
        "<details>\n<summary>{summary}</summary>\n\n{}\n\n</details>\n",
        body.trim_matches('\n')
    )
}

/// A heading's anchor as mdBook makes it: small letters, `-` for blanks, no other punctuation than `_` and `-`.
pub fn anchor(heading: &str) -> String {
    heading
        .trim()
        .chars()
        .filter_map(|character| match character {
            c if c.is_alphanumeric() || matches!(c, '_' | '-') => Some(c.to_ascii_lowercase()),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_plain_text_becomes_markup() {
        for (text, safe) in [
            ("SO_REUSEADDR", "SO\\_REUSEADDR"),
            ("a*b*c <x> & [y]", "a\\*b\\*c &lt;x> &amp; \\[y]"),
            ("look with `a_b < c`", "look with `a_b < c`"),
            ("one ` alone_", "one \\` alone\\_"),
        ] {
            assert_eq!(prose(text), safe);
        }
        assert_eq!(sentence("the end, of _it_"), "The end, of \\_it\\_.");
        assert_eq!(sentence("connect(2) fails."), "connect(2) fails.");
        assert_eq!(cell("a |\nb"), "a \\| b");
        assert_eq!(code("a|b`"), "`` a\\|b` ``");
    }

    #[test]
    fn a_fence_is_longer_than_those_it_holds() {
        assert_eq!(block("text", "a\n"), "```text\na\n```\n");
        assert_eq!(block("text", "```\n"), "````text\n```\n````\n");
    }

    #[test]
    fn a_long_answer_has_a_block_of_its_own() {
        let ran = ["a", &"b\n".repeat(50), "c", "d"].map(str::to_owned);
        let text = console(&ran);
        assert_eq!(text.matches("```console\n").count(), 2);
        assert_eq!(text.matches("```console,long\nb\n").count(), 1);
        assert!(text.ends_with("```\n\n```console\nc\nd\n```\n"), "{text}");
    }

    #[test]
    fn anchors_are_those_of_the_book() {
        assert_eq!(anchor("Socket calls"), "socket-calls");
        assert_eq!(anchor("SO_REUSEADDR"), "so_reuseaddr");
    }
}
