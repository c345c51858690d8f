//! `explain X`: what the glossary knows of one name, as a short article. The texts stand in the catalog.

use super::styled::{Line, Style, Styled};
use crate::catalog::glossary::Explanation;

/// The article: name and kind, what it says, the headed paragraphs, where to read on.
pub fn draw(explanation: &Explanation) -> Styled {
    let mut text = Styled::new();
    text.push(
        Line::wrapping(4)
            .with(Style::Heading, explanation.topic)
            .with(Style::Dim, &format!("  {}", explanation.kind.name())),
    );
    text.say(Style::Plain, 2, explanation.summary);
    let told = explanation
        .sections
        .iter()
        .filter(|section| !section.1.is_empty());
    for (index, (title, words)) in told.enumerate() {
        if index == 0 {
            text.gap();
        }
        text.push(
            Line::wrapping(6)
                .with(Style::Bold, &format!("  {title}: "))
                .with(Style::Plain, words),
        );
    }
    if !explanation.see.is_empty() {
        text.gap();
        text.say(Style::Note, 2, &format!("read on: {}", explanation.see));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::glossary;
    use crate::render::sample::{look, screens};

    #[test]
    fn an_errno_an_option_and_a_state() {
        insta::assert_snapshot!(screens(|_| {
            let mut text = Styled::new();
            for topic in ["ECONNREFUSED", "SO_REUSEADDR", "TIME-WAIT"] {
                text.gap();
                text.append(draw(
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
            if let Some(explanation) = glossary::explain(topic) {
                let text = draw(&explanation).to_text(&look);
                assert!(
                    text.lines().all(|row| row.len() <= 40 && row.is_ascii()),
                    "{text}"
                );
            }
        }
    }
}
