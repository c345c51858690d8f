//! Ancillary data as a row of items and as the bytes of `struct cmsghdr` (cmsg(3)). Plain arithmetic, no system calls.

/// One item of ancillary data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// `cmsg_level`.
    pub level: i32,
    /// `cmsg_type`.
    pub kind: i32,
    /// The bytes after the header.
    pub data: Vec<u8>,
}

/// Size of a `struct cmsghdr`, already aligned.
const HEADER: usize = size_of::<libc::cmsghdr>();

/// The items as the kernel takes them, each padded to the alignment of `size_t`.
pub fn encode(items: &[Control]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for item in items {
        bytes.extend((HEADER + item.data.len()).to_ne_bytes());
        bytes.extend(item.level.to_ne_bytes());
        bytes.extend(item.kind.to_ne_bytes());
        bytes.extend(&item.data);
        bytes.resize(aligned(bytes.len()), 0);
    }
    bytes
}

/// The items in what the kernel gave; an item that is cut keeps the bytes that arrived (MSG_CTRUNC).
pub fn decode(mut bytes: &[u8]) -> Vec<Control> {
    let mut items = Vec::new();
    while let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() {
        let Some((length, kind)) = header.split_first_chunk::<{ size_of::<usize>() }>() else {
            break;
        };
        let length = usize::from_ne_bytes(*length);
        let Some((level, kind)) = kind.split_first_chunk() else {
            break;
        };
        let Some(kind) = kind.first_chunk() else {
            break;
        };
        if length < HEADER {
            break;
        }
        let data = &rest[..(length - HEADER).min(rest.len())];
        items.push(Control {
            level: i32::from_ne_bytes(*level),
            kind: i32::from_ne_bytes(*kind),
            data: data.to_vec(),
        });
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
    }
    items
}

fn aligned(length: usize) -> usize {
    length.next_multiple_of(size_of::<usize>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_odd_lengths_come_back_in_order() {
        let items = vec![
            Control {
                level: 1,
                kind: 1,
                data: 5_i32.to_ne_bytes().to_vec(),
            },
            Control {
                level: 41,
                kind: 50,
                data: vec![1, 2, 3],
            },
        ];
        let bytes = encode(&items);
        assert_eq!(bytes.len() % size_of::<usize>(), 0);
        assert_eq!(decode(&bytes), items);
        assert_eq!(decode(&bytes[..bytes.len() - 6])[1].data, [1, 2]);
        assert_eq!(decode(&[0; 24]), []);
    }
}
