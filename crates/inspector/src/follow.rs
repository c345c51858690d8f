//! From packets to what both sides said, in the order in which it could be read: repeats left out, gaps told. Pure.

use super::ordered::Side;
use socklab_events::stream::Said;
use socklab_packets::headers::Transport;
use socklab_packets::record::PacketEvent;

/// What was said; true in `packets` for those from the side that opened the conversation.
pub fn said(packets: &[(&PacketEvent, bool)]) -> Vec<Said> {
    let mut said = Vec::new();
    let mut sides = [Side::default(), Side::default()];
    for (packet, forward) in packets {
        if packet.lost().is_some() {
            continue;
        }
        let payload = packet.payload();
        match packet.headers.transport {
            Transport::Tcp(tcp) => {
                let side = &mut sides[usize::from(*forward)];
                side.take(packet.number, packet.track.seq, &tcp, payload);
                give(side, *forward, false, &mut said);
            }
            _ if payload.is_empty() => {}
            _ => said.push(Said {
                forward: *forward,
                bytes: payload.to_vec(),
                missing: 0,
            }),
        }
    }
    for (index, side) in sides.iter_mut().enumerate() {
        give(side, index == 1, true, &mut said);
    }
    said
}

/// Tells what can be read; with `all`, also what stands beyond holes.
fn give(side: &mut Side, forward: bool, all: bool, said: &mut Vec<Said>) {
    while let Some(piece) = side.give(all) {
        said.push(Said {
            forward,
            bytes: piece.bytes,
            missing: piece.missing,
        });
        if piece.cut > 0 {
            said.push(Said {
                forward,
                bytes: Vec::new(),
                missing: piece.cut,
            });
        }
    }
}
