//! The fragments of a datagram behind its first one (RFC 791 section 3.2): they have no ports, so what is known of the first is known of
//! all. Fragments are not put together here.

use super::{ADDRESSES, CauseFinder, Found};
use socklab_packets::fragment;
use socklab_packets::record::{Cause, PacketEvent};

impl CauseFinder {
    /// The cause of a fragment that is not the first one.
    pub(super) fn of_fragment(&self, packet: &PacketEvent) -> Option<Found> {
        let fragment = fragment::of(&packet.headers, &packet.frame.bytes)?;
        if fragment.offset == 0 {
            return None;
        }
        let first = self.fragments.get(&(packet.network, fragment.of))?;
        Some(first.clone())
    }

    /// Remembers the first fragment of a datagram for those that follow.
    pub(super) fn begin_fragments(&mut self, packet: &PacketEvent, found: Option<&Found>) {
        let Some(fragment) = fragment::of(&packet.headers, &packet.frame.bytes) else {
            return;
        };
        if fragment.offset > 0 || packet.headers.ports().is_none() {
            return;
        }
        if self.fragments.len() > ADDRESSES {
            self.fragments.clear();
        }
        let key = (packet.network, fragment.of);
        match found {
            Some(found) => {
                let kernel = format!(
                    "a further fragment of the datagram in #{}, which is longer than the MTU",
                    packet.number
                );
                let cause = Cause {
                    kernel,
                    ..found.cause.clone()
                };
                let label = None;
                self.fragments.insert(
                    key,
                    Found {
                        cause,
                        label,
                        ..found.clone()
                    },
                );
            }
            None => {
                self.fragments.remove(&key);
            }
        }
    }
}
