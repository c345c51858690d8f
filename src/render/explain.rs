//! `explain X`: what the catalog knows of one name, as a short article. The texts stand in the catalog.

use super::styled::{Line, Style, Styled};
use crate::catalog::errno::Errno;
use crate::catalog::option::OptionEntry;

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
        text.push(
            Line::wrapping(6)
                .with(Style::Bold, &format!("  {title}: "))
                .with(Style::Plain, words),
        );
    }
    if !topic.see.is_empty() {
        text.gap();
        text.say(Style::Note, 2, &format!("read on: {}", topic.see));
    }
    text
}

/// The article on an errno.
pub fn errno(errno: &Errno) -> Styled {
    let mut sections: Vec<(&str, &str)> = errno.causes.to_vec();
    sections.push(("what to do", errno.what_next));
    let kind = format!("errno {}: {}", errno.number, errno.message);
    let summary = if errno.meaning.is_empty() {
        "No socket call gives it."
    } else {
        errno.meaning
    };
    draw(&Topic {
        name: errno.name,
        kind: &kind,
        summary,
        sections: &sections,
        see: errno.man,
    })
}

/// The article on a socket option.
pub fn option(option: &OptionEntry) -> Styled {
    let access = match (option.settable, option.gettable) {
        (true, true) => "setsockopt and getsockopt",
        (true, false) => "setsockopt only",
        (false, true) => "getsockopt only",
        (false, false) => "neither setsockopt nor getsockopt",
    };
    let kind = format!("option of {}, number {}", option.level, option.value);
    draw(&Topic {
        name: option.name,
        kind: &kind,
        summary: option.meaning,
        sections: &[("taken by", access)],
        see: option.man,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::screens;

    #[test]
    fn an_errno_an_option_and_a_topic_of_another_table() {
        let refused = crate::catalog::errno::by_name("ECONNREFUSED").expect("the catalog has it");
        let reuse = crate::catalog::option::by_name("SO_REUSEADDR").expect("the catalog has it");
        let topic = Topic {
            name: "TIME-WAIT",
            kind: "state",
            summary: "the connection is over; old segments are given time to die",
            sections: &[("you see", "bind fails with EADDRINUSE"), ("empty", "")],
            see: "",
        };
        insta::assert_snapshot!(screens(|_| {
            let mut text = errno(refused);
            text.gap();
            text.append(option(reuse));
            text.gap();
            text.append(draw(&topic));
            text
        }));
    }
}
