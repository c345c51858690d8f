//! Any segmentation gives the same messages, and any bytes end in messages or in a fault.

use super::conversations::{SWITCHED, UPGRADE, masked, plain, tell};
use crate::conversation::Told;
use crate::engineio;
use crate::socketio::Packet;
use proptest::prelude::*;

/// A stream of every kind of message: HTTP of every framing, then Socket.IO in frames.
fn client() -> Vec<u8> {
    let polling = "40\u{1e}42[\"a\"]";
    let head = format!(
        "POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nContent-Length: {}\r\n\r\n{polling}POST /e HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        polling.len()
    );
    let upgrade = UPGRADE.replace("/chat", "/socket.io/?EIO=4&transport=websocket");
    [
        head.into_bytes(),
        upgrade.into_bytes(),
        masked(false, 1, b"42[\"b"),
        masked(true, 9, b""),
        masked(true, 0, b"\",2]"),
        masked(true, 2, &[7; 200]),
        masked(true, 8, &[3, 0xe8]),
    ]
    .concat()
}

fn server() -> Vec<u8> {
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No\r\n\r\n".to_vec(),
        SWITCHED.as_bytes().to_vec(),
        plain(1, b"43[1]"),
        plain(1, b"430[1]"),
        plain(10, b""),
    ]
    .concat()
}

/// The streams cut at these places, a piece of the one and a piece of the other in turn.
fn cut(places: &[usize]) -> Vec<Told> {
    let (client, server) = (client(), server());
    let mut parts = Vec::new();
    for (forward, bytes) in [(true, &client), (false, &server)] {
        let mut ends: Vec<usize> = places.iter().map(|place| place % bytes.len()).collect();
        ends.extend([0, bytes.len()]);
        ends.sort_unstable();
        let pieces = ends.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec());
        parts.extend(pieces.map(|piece| (forward, piece)));
    }
    let mut told = tell(&parts);
    // The order between the directions is that of the pieces.
    told.sort_by_key(|told| !told.forward);
    told
}

#[test]
fn a_cut_at_each_single_place_changes_nothing() {
    let whole = cut(&[]);
    assert_eq!(whole.len(), 15, "{whole:#?}");
    for place in 0..client().len() {
        assert_eq!(cut(&[place]), whole, "cut at {place}");
    }
    let every: Vec<usize> = (0..client().len()).collect();
    assert_eq!(cut(&every), whole);
}

proptest! {
    #[test]
    fn cuts_change_nothing(places in proptest::collection::vec(0_usize..2000, 0..40)) {
        prop_assert_eq!(cut(&places), cut(&[]));
    }

    #[test]
    fn anything_ends_well(parts in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..200)), 0..20)) {
        tell(&parts);
        let upgraded = [(true, UPGRADE.as_bytes().to_vec()), (false, SWITCHED.as_bytes().to_vec())];
        tell(&[&upgraded[..], &parts[..]].concat());
    }

    #[test]
    fn damaged_streams_end_well(place in 0_usize..2000, byte in any::<u8>()) {
        let mut bytes = client();
        let at = place % bytes.len();
        bytes[at] = byte;
        tell(&[(true, bytes), (false, server())]);
    }

    #[test]
    fn packets_are_written_as_they_are_read(text in "[0-6](1-)?(/[a-z]{1,4},)?[0-9]{0,3}(\\[\"[a-z]*\"\\])?") {
        if let Ok(packet) = Packet::parse(&text) {
            prop_assert_eq!(Packet::parse(&packet.encoded()), Ok(packet));
        }
        let packets = engineio::packets(text.as_bytes());
        if let Ok(packets) = packets.into_iter().collect::<Result<Vec<_>, _>>() {
            prop_assert_eq!(engineio::payload(&packets), text.into_bytes());
        }
    }
}
