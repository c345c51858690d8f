//! Bytes as offset, hexadecimal digits and characters, each byte in a style of its own. Not where the bytes come from.

use super::styled::{Line, Style};

/// The columns of a row of `count` bytes.
pub const fn width(count: usize) -> usize {
    6 + 3 * count + count / 8 + 1 + count
}

/// The bytes in rows of `count`, from `offset` on; `style` gives the style of the byte at an index. Each row is made when it is asked
/// for: it takes a hundred times the memory of its bytes.
pub fn rows(
    bytes: &[u8],
    offset: usize,
    count: usize,
    style: impl Fn(usize) -> Style,
) -> impl Iterator<Item = Line> {
    let count = count.max(1);
    bytes.chunks(count).enumerate().map(move |(row, chunk)| {
        let first = row * count;
        let mut line = Line::new();
        line.push(Style::Dim, &format!("{:04x}  ", offset + first));
        for (index, byte) in chunk.iter().enumerate() {
            line.push(style(first + index), &format!("{byte:02x}"));
            line.push(Style::Plain, if index % 8 == 7 { "  " } else { " " });
        }
        for index in chunk.len()..count {
            line.push(Style::Plain, if index % 8 == 7 { "    " } else { "   " });
        }
        line.push(Style::Plain, " ");
        for (index, byte) in chunk.iter().enumerate() {
            let shown = if byte.is_ascii_graphic() || *byte == b' ' {
                char::from(*byte)
            } else {
                '.'
            };
            line.push(style(first + index), shown.encode_utf8(&mut [0; 4]));
        }
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_offset_digits_and_characters_in_straight_columns() {
        let lines = rows(b"0123456789\x1b[m", 0x20, 8, Style::field);
        let texts: Vec<String> = lines.map(|line| line.text()).collect();
        assert_eq!(
            texts,
            [
                "0020  30 31 32 33 34 35 36 37   01234567",
                "0028  38 39 1b 5b 6d            89.[m",
            ]
        );
        assert_eq!(texts[0].len(), width(8));
    }
}
