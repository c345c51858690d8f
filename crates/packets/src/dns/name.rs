//! Domain names with their compression (RFC 1035 section 4.1.4). A pointer must lead back, so no name is a loop.

/// A name has at most this many bytes (RFC 1035 section 2.3.4).
const LONGEST: usize = 255;

/// The name at `at` as text, how many labels it has, and where the bytes after it begin; `None` when it runs out of the message,
/// is too long, or points forward. Bytes that are no UTF-8 are replaced; the text is still untrusted.
pub(super) fn read(message: &[u8], at: usize) -> Option<(String, usize, usize)> {
    let mut text: Vec<u8> = Vec::new();
    let mut labels = 0;
    let mut here = at;
    let mut after = None;
    // No pointer may lead to this place or behind it.
    let mut limit = at;
    loop {
        let length = usize::from(*message.get(here)?);
        match length >> 6 {
            0 if length == 0 => break,
            0 => {
                let label = message.get(here + 1..here + 1 + length)?;
                if !text.is_empty() {
                    text.push(b'.');
                }
                text.extend_from_slice(label);
                labels += 1;
                if text.len() > LONGEST {
                    return None;
                }
                here += 1 + length;
            }
            3 => {
                let low = usize::from(*message.get(here + 1)?);
                after.get_or_insert(here + 2);
                here = (length & 0x3f) << 8 | low;
                if here >= limit {
                    return None;
                }
                limit = here;
            }
            _ => return None,
        }
    }
    let text = if text.is_empty() {
        "<Root>".to_owned()
    } else {
        String::from_utf8_lossy(&text).into_owned()
    };
    Some((text, labels, after.unwrap_or(here + 1)))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_pointer_leads_back_to_the_rest_of_the_name() {
        let message = b"\x03org\x00\x07example\xc0\x00\x03www\xc0\x05";
        assert_eq!(read(message, 0), Some(("org".to_owned(), 1, 5)));
        assert_eq!(read(message, 5), Some(("example.org".to_owned(), 2, 15)));
        let whole = ("www.example.org".to_owned(), 3, 21);
        assert_eq!(read(message, 15), Some(whole));
        assert_eq!(read(b"\x00", 0), Some(("<Root>".to_owned(), 0, 1)));
    }

    #[test]
    fn no_name_is_a_loop_or_runs_out_of_the_message() {
        for message in [
            &b"\xc0\x00"[..],
            b"\xc0\x02\xc0\x00",
            b"\x01a\xc0\x00",
            b"\xc0\x04\x00\x00\x01a\x00",
            b"\x05ab",
            b"\xc0",
            b"\x41a\x00",
            b"",
        ] {
            assert_eq!(read(message, 0), None, "{message:?}");
        }
        let long = [
            &[63; 64][..],
            &[63; 64],
            &[63; 64],
            &[63; 64],
            &[63; 64],
            &[0],
        ]
        .concat();
        assert_eq!(read(&long, 0), None);
    }
}
