//! What tells one conversation from another: its two ends, in an order that does not depend on who sends, and how such a key is
//! hashed. Not the conversation itself.

use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::net::IpAddr;

/// The two ends of a conversation. An IPv4 address is the number it is; the IP version is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    low: u128,
    high: u128,
    /// The port or echo identifier of the low and of the high end.
    ports: (u16, u16),
    protocol: u8,
    six: bool,
    /// The network it was seen on: 127.0.0.1 is another host on each.
    network: u16,
}

impl Key {
    /// The key of a packet on a network, and whether its sender is the `low` end: the one with the smaller address, then port.
    pub fn new(network: u16, from: (IpAddr, u16), to: (IpAddr, u16), protocol: u8) -> (Self, bool) {
        let (sender, receiver) = (number(from.0), number(to.0));
        let low_sends = (sender, from.1) <= (receiver, to.1);
        let key = if low_sends {
            Self {
                low: sender,
                high: receiver,
                ports: (from.1, to.1),
                protocol,
                six: from.0.is_ipv6(),
                network,
            }
        } else {
            Self {
                low: receiver,
                high: sender,
                ports: (to.1, from.1),
                protocol,
                six: from.0.is_ipv6(),
                network,
            }
        };
        (key, low_sends)
    }

    /// True when both ends are one.
    pub fn is_loop(&self) -> bool {
        self.low == self.high && self.ports.0 == self.ports.1
    }

    /// The IP protocol number.
    pub fn protocol(&self) -> u8 {
        self.protocol
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let rest = u64::from(self.network) << 48
            | u64::from(self.ports.0) << 32
            | u64::from(self.ports.1) << 16
            | u64::from(self.protocol) << 1
            | u64::from(self.six);
        if self.six {
            state.write_u64((self.low >> 64) as u64);
            state.write_u64(self.low as u64);
            state.write_u64((self.high >> 64) as u64);
            state.write_u64(self.high as u64);
        } else {
            state.write_u64((self.low as u64) << 32 | self.high as u64);
        }
        state.write_u64(rest);
    }
}

/// Hashes keys by multiplication: the halves of each product are laid over each other, so that every bit counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write_u64(&mut self, number: u64) {
        /// An odd number without a pattern: the fraction of the golden ratio.
        const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;
        let product = u128::from(self.0.rotate_left(29) ^ number ^ 0x2545_f491_4f6c_dd1d) * FACTOR;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What a map of keys is built with.
pub type Hashing = BuildHasherDefault<KeyHasher>;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::hash::BuildHasher;

    #[test]
    fn a_key_is_the_same_for_both_directions() {
        let a = (IpAddr::from([10, 0, 0, 1]), 40_000);
        let b = (IpAddr::from([10, 0, 0, 2]), 80);
        assert_eq!(Key::new(0, a, b, 6).0, Key::new(0, b, a, 6).0);
        assert!(Key::new(0, a, b, 6).1 != Key::new(0, b, a, 6).1);
        assert!(Key::new(0, a, b, 6).0 != Key::new(1, a, b, 6).0);
    }

    #[test]
    fn an_address_of_the_other_version_is_another_end() {
        let four = (IpAddr::from([0, 0, 0, 1]), 80);
        let six = (IpAddr::from(1_u128.to_be_bytes()), 80);
        assert!(Key::new(0, four, four, 6).0 != Key::new(0, six, six, 6).0);
    }

    #[test]
    fn neighbouring_addresses_and_ports_do_not_fall_together() {
        let hashing = Hashing::default();
        let mut low_bits = HashSet::new();
        for host in 0..64_u8 {
            for port in 0..64_u16 {
                let from = (IpAddr::from([10, 0, 0, host]), 40_000 + port);
                let to = (IpAddr::from([10, 0, 1, 1]), 80);
                low_bits.insert(hashing.hash_one(Key::new(0, from, to, 6).0) & 0xffff);
            }
        }
        // 4,096 keys in 65,536 places: by chance alone about 125 meet another one.
        assert!(low_bits.len() > 3_850, "{}", low_bits.len());
    }
}
