//! Frames that a kernel sends of its own accord when an address is configured, and that would only be in the way: MLD reports for
//! the groups every IPv6 address brings with it. What a program joins is no housekeeping.

/// IPv6 behind an Ethernet header.
const ETHERTYPE: [u8; 2] = [0x86, 0xdd];
const IP: usize = 14;
const OPTIONS: usize = IP + 40;
const ICMPV6: u8 = 58;
/// Report and Done of MLD version 1 (RFC 2710 section 3.1).
const REPORT_1: u8 = 131;
const DONE: u8 = 132;
/// Report of MLD version 2 (RFC 3810 section 5.2).
const REPORT_2: u8 = 143;

/// True for an MLD report about nothing but solicited-node groups and the group of all nodes.
pub(super) fn is_housekeeping(frame: &[u8]) -> bool {
    // A report stands behind a hop-by-hop header with a router alert: nothing else is looked at twice.
    if frame.get(IP - 2..IP) != Some(&ETHERTYPE) || frame.get(IP + 6) != Some(&0) {
        return false;
    }
    only_own_groups(frame).unwrap_or(false)
}

fn only_own_groups(frame: &[u8]) -> Option<bool> {
    let options = frame.get(OPTIONS..OPTIONS + 2)?;
    if options[0] != ICMPV6 {
        return Some(false);
    }
    let message = frame.get(OPTIONS + 8 + usize::from(options[1]) * 8..)?;
    match *message.first()? {
        REPORT_1 | DONE => Some(is_own(message.get(8..24)?)),
        REPORT_2 => {
            let count = u16::from_be_bytes([*message.get(6)?, *message.get(7)?]);
            let mut records = message.get(8..)?;
            for _ in 0..count {
                if !is_own(records.get(4..20)?) {
                    return Some(false);
                }
                let sources = u16::from_be_bytes([records[2], records[3]]);
                let length = 20 + usize::from(sources) * 16 + usize::from(records[1]) * 4;
                records = records.get(length..)?;
            }
            Some(count > 0)
        }
        _ => Some(false),
    }
}

/// ff02::1, or ff02::1:ff00:0 and its like (RFC 4291 section 2.7.1).
fn is_own(group: &[u8]) -> bool {
    const ALL_NODES: [u8; 16] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const SOLICITED: [u8; 13] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff];
    group == ALL_NODES || group.starts_with(&SOLICITED)
}

#[cfg(test)]
mod tests {
    use super::is_housekeeping;

    fn report(groups: &[[u8; 16]]) -> Vec<u8> {
        let mut frame = vec![0; 12];
        frame.extend([0x86, 0xdd, 0x60, 0, 0, 0, 0, 0, 0, 1]);
        frame.extend([0; 32]);
        frame.extend([58, 0, 5, 2, 0, 0, 1, 0]);
        frame.extend([143, 0, 0, 0, 0, 0, 0, groups.len() as u8]);
        for group in groups {
            frame.extend([4, 0, 0, 0]);
            frame.extend(group);
        }
        frame
    }

    #[test]
    fn only_reports_of_the_groups_that_addresses_bring_are_housekeeping() {
        let group = |text: &str| {
            text.parse::<std::net::Ipv6Addr>()
                .expect("an address")
                .octets()
        };
        for (groups, expected) in [
            (vec!["ff02::1:ff00:2"], true),
            (vec!["ff02::1:ff12:3456", "ff02::1"], true),
            (vec!["ff02::1:ff00:2", "ff02::123"], false),
            (vec!["ff02::fb"], false),
            (vec![], false),
        ] {
            let groups: Vec<_> = groups.into_iter().map(group).collect();
            let frame = report(&groups);
            assert_eq!(is_housekeeping(&frame), expected, "{groups:?}");
            for cut in 0..frame.len() {
                assert!(!is_housekeeping(&frame[..cut]), "cut at {cut}");
            }
        }
    }
}
