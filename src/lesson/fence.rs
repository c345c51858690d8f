//! A Markdown text cut into prose and fenced blocks, each with its place. Not what the blocks mean.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};
use std::ops::Range;

/// A piece of a document, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Markdown without fenced blocks of the outermost level.
    Prose(Range<usize>),
    /// A fenced block.
    Fence(Fence),
}

/// A fenced block of the outermost level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// What stands behind the opening fence, and where.
    pub info: Range<usize>,
    /// The lines between the fences, with their line ends.
    pub content: Range<usize>,
    /// All of it, fences included.
    pub whole: Range<usize>,
    /// True when a closing fence ends it.
    pub closed: bool,
}

/// Cuts the part of `text` that begins at `start`. Offsets count from the start of `text`.
pub fn pieces(text: &str, start: usize) -> Vec<Piece> {
    let body = &text[start..];
    let mut pieces = Vec::new();
    let mut done = 0;
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(body, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) if depth == 0 => {
                prose(&mut pieces, body, done..range.start, start);
                pieces.push(Piece::Fence(fence(body, range.clone(), start)));
                done = range.end;
                depth += 1;
            }
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    prose(&mut pieces, body, done..body.len(), start);
    pieces
}

fn prose(pieces: &mut Vec<Piece>, body: &str, range: Range<usize>, start: usize) {
    if range.start < range.end && !body[range.clone()].trim().is_empty() {
        pieces.push(Piece::Prose(range.start + start..range.end + start));
    }
}

fn fence(body: &str, range: Range<usize>, start: usize) -> Fence {
    let block = &body[range.clone()];
    let first_end = block.find('\n').map_or(block.len(), |end| end + 1);
    let opening = &block[..first_end];
    let marks = opening.trim_start_matches(' ');
    let mark = marks.chars().next().unwrap_or('`');
    let info = marks.trim_start_matches(mark);
    let info_start = range.start + first_end - info.len();
    let inner = info.trim();
    let info_start = info_start + (info.len() - info.trim_start().len());
    // The closing fence is the last line, if it is a fence of the same mark.
    let trimmed = block.trim_end_matches(['\n', '\r']);
    let last = trimmed.rfind('\n').map_or(0, |end| end + 1);
    let closing = &trimmed[last..];
    let closed = last >= first_end
        && closing.trim().len() >= 3
        && closing.trim().chars().all(|next| next == mark);
    let content_end = if closed { last } else { block.len() };
    Fence {
        info: info_start + start..info_start + inner.len() + start,
        content: range.start + first_end.min(content_end) + start
            ..range.start + content_end + start,
        whole: range.start + start..range.end + start,
        closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> Vec<String> {
        pieces(text, 0)
            .into_iter()
            .map(|piece| match piece {
                Piece::Prose(range) => format!("prose {:?}", text[range].trim()),
                Piece::Fence(fence) => format!(
                    "{:?} {:?}{}",
                    &text[fence.info],
                    &text[fence.content],
                    if fence.closed { "" } else { " open" }
                ),
            })
            .collect()
    }

    #[test]
    fn prose_and_blocks_alternate_with_what_stands_in_them() {
        assert_eq!(
            shown(
                "# A\n\n```lab\ns = socket\n  ok\n```\nb\n\n~~~ python file=x.py \nx\n~~~\n```\n```\n- c\n\n  ```lab\n  in a list\n  ```\n"
            ),
            [
                "prose \"# A\"",
                "\"lab\" \"s = socket\\n  ok\\n\"",
                "prose \"b\"",
                "\"python file=x.py\" \"x\\n\"",
                "\"\" \"\"",
                "prose \"- c\\n\\n  ```lab\\n  in a list\\n  ```\"",
            ]
        );
        assert_eq!(shown("```lab\nx\n"), ["\"lab\" \"x\\n\" open"]);
        assert_eq!(shown("```lab"), ["\"lab\" \"\" open"]);
    }

    proptest! {
        #[test]
        fn any_text_is_cut_at_places_that_lie_in_it(text in "[`~ a\n\t>-é]{0,80}") {
            let mut end = 0;
            for piece in pieces(&text, 0) {
                let range = match piece {
                    Piece::Prose(range) => range,
                    Piece::Fence(fence) => {
                        prop_assert!(text.get(fence.info).is_some());
                        prop_assert!(text.get(fence.content.clone()).is_some());
                        prop_assert!(fence.content.start >= fence.whole.start);
                        prop_assert!(fence.content.end <= fence.whole.end);
                        fence.whole
                    }
                };
                prop_assert!(range.start >= end);
                end = range.end;
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
