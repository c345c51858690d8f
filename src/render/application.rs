//! Messages above TCP: the table of them, and a conversation told in them.

use super::styled::{Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use super::words;
use crate::event::application::ApplicationEvent;
use crate::packet::text::escape;
use std::sync::Arc;

/// Characters of a name in a line.
const LONGEST: usize = 60;
/// So many packets are named in a row.
const NAMED: usize = 3;

/// The table of messages: who to whom, the packets that carried each. Times count from the first.
pub fn table(messages: &[Arc<ApplicationEvent>], look: &Look) -> Styled {
    let Some(first) = messages.first() else {
        return Styled::new();
    };
    let columns = [
        Column::number("No."),
        Column::number("time"),
        Column::text("from → to"),
        Column::text("packets"),
        Column::prose("message"),
    ];
    let rows: Vec<Vec<Cell>> = messages
        .iter()
        .map(|message| {
            vec![
                (Style::Bold, message.number.to_string()),
                (Style::Dim, words::since(message.time_ns - first.time_ns)),
                (side(message), ends(message)),
                (Style::Dim, packets(message)),
                (style(message), message.words().to_owned()),
            ]
        })
        .collect();
    table::draw(&columns, &rows, look)
}

/// A message of a capture in a line: number, who to whom, what, the packets.
pub fn row(message: &ApplicationEvent) -> Styled {
    let mut text = Styled::new();
    text.push(
        Line::wrapping(7)
            .with(Style::Bold, &format!("{:5}  ", message.number))
            .with(side(message), &ends(message))
            .with(style(message), &format!("  {}", message.words()))
            .with(Style::Dim, &format!("   {}", packets(message))),
    );
    text
}

/// A conversation, a message a line, with what lies below each.
pub fn followed(messages: &[Arc<ApplicationEvent>], _: &Look) -> Styled {
    let mut text = Styled::new();
    for message in messages {
        let arrow = if message.forward { "▶ " } else { "◀ " };
        let mut shown = Line::wrapping(4)
            .with(side(message), arrow)
            .with(style(message), message.words())
            .with(Style::Dim, &format!("   {}", packets(message)));
        if message.layers.len() > 1
            && let Some(lowest) = message.layers.first()
        {
            shown.push(Style::Dim, &format!(", in {}", lowest.words));
        }
        text.push(shown);
    }
    text
}

/// Who speaks to whom.
fn ends(message: &ApplicationEvent) -> String {
    let name = |name: &str| escape(name.as_bytes(), LONGEST);
    format!("{} → {}", name(&message.from), name(&message.to))
}

fn side(message: &ApplicationEvent) -> Style {
    if message.forward {
        Style::Client
    } else {
        Style::Server
    }
}

fn style(message: &ApplicationEvent) -> Style {
    if message.malformed {
        Style::Warning
    } else {
        Style::Data
    }
}

/// The packets that carried it: `#5`, `#5 #6`, `#5 … #90`.
fn packets(message: &ApplicationEvent) -> String {
    match message.packets.as_slice() {
        [first, .., last] if message.packets.len() > NAMED => format!("#{first} … #{last}"),
        few => {
            let named: Vec<String> = few.iter().map(|number| format!("#{number}")).collect();
            named.join(" ")
        }
    }
}
