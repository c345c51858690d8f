//! `explain X`: what the catalog knows of one name, as a short article. The texts stand in the catalog.

use super::styled::{Line, Style, Styled};

/// Something that can be explained, whatever table it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Topic<'a> {
    /// Its name: `TIME-WAIT`, `tcp.flags.syn`.
    pub name: &'a str,
    /// What kind of thing it is: `state`, `flag`, `errno`.
    pub kind: &'a str,
    /// What it says, in one sentence.
    pub summary: &'a str,
    /// More, each with a title.
    pub sections: &'a [(&'a str, &'a str)],
    /// Where to read on; may be empty.
    pub see: &'a str,
}

/// The article.
pub fn draw(topic: &Topic<'_>) -> Styled {
    let mut text = Styled::new();
    text.push(
        Line::wrapping(4)
            .with(Style::Heading, topic.name)
            .with(Style::Dim, &format!("  {}", topic.kind)),
    );
    text.say(Style::Plain, 2, topic.summary);
    if !topic.sections.is_empty() {
        text.gap();
    }
    for (title, words) in topic
        .sections
        .iter()
        .filter(|section| !section.1.is_empty())
    {
        let mut paragraphs = words.split("\n\n");
        let first = paragraphs.next().unwrap_or_default();
        text.push(
            Line::wrapping(6)
                .with(Style::Bold, &format!("  {title}: "))
                .with(Style::Plain, first),
        );
        for paragraph in paragraphs {
            text.say(Style::Plain, 6, paragraph);
        }
    }
    if !topic.see.is_empty() {
        text.gap();
        text.say(Style::Note, 2, &format!("read on: {}", topic.see));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::glossary::{self, Explanation};
    use crate::render::sample::{look, screens};

    fn article(explanation: &Explanation) -> Styled {
        let sections: Vec<(&str, &str)> = explanation
            .sections
            .iter()
            .map(|(title, words)| (*title, words.as_str()))
            .collect();
        draw(&Topic {
            name: explanation.topic,
            kind: explanation.kind.name(),
            summary: explanation.summary,
            sections: &sections,
            see: explanation.see,
        })
    }

    #[test]
    fn an_errno_an_option_and_a_state() {
        insta::assert_snapshot!(screens(|_| {
            let mut text = Styled::new();
            for topic in ["ECONNREFUSED", "SO_REUSEADDR", "TIME-WAIT"] {
                text.gap();
                text.append(article(
                    &glossary::explain(topic).expect("the glossary has it"),
                ));
            }
            text
        }));
    }

    #[test]
    fn every_topic_fits_a_narrow_ascii_screen() {
        let look = look(40, true);
        for topic in glossary::topics() {
            let explanation = glossary::explain(topic).expect("every topic is explained");
            let text = article(&explanation).to_text(&look);
            let fits = |row: &str| row.len() <= 40 && row.is_ascii();
            assert!(text.lines().all(fits), "{text}");
            assert!(!text.contains("\\n\\n"), "{text}");
        }
    }
}
