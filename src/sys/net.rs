//! What a server of this machine's own network needs: a secret, the addresses it can be reached at, and little of the processor.
#![expect(unsafe_code, reason = "nix has no setpriority(2)")]

use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use nix::sys::signal::SigSet;
use std::fs::File;
use std::io::{self, Read};
use std::net::IpAddr;
use std::time::Duration;

/// The characters of a secret: none that is taken for another when it is read off a screen.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Sixty bits of urandom(4) as twelve letters and digits.
pub fn token() -> io::Result<String> {
    let mut bytes = [0; 12];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    Ok(bytes.iter().map(letter).collect())
}

/// The addresses of this machine's interfaces that are up, those that others can reach first (getifaddrs(3)).
pub fn addresses(ipv4: bool) -> Vec<IpAddr> {
    let mut found: Vec<IpAddr> = Vec::new();
    for interface in getifaddrs().into_iter().flatten() {
        let address = interface.address.as_ref();
        let ip = address.and_then(|address| {
            let four = address.as_sockaddr_in().map(|at| IpAddr::from(at.ip()));
            four.or_else(|| address.as_sockaddr_in6().map(|at| IpAddr::from(at.ip())))
        });
        let is_link_local =
            |ip: IpAddr| matches!(ip, IpAddr::V6(six) if six.is_unicast_link_local());
        if let Some(ip) = ip
            && interface.flags.contains(InterfaceFlags::IFF_UP)
            && !(ipv4 && ip.is_ipv6())
            && !is_link_local(ip)
        {
            found.push(ip);
        }
    }
    found.sort_by_key(IpAddr::is_loopback);
    found
}

/// Lets others go first: signals are theirs (pthread_sigmask(3)), and so is the processor (nice value 10 for this thread, setpriority(2)).
pub fn be_modest() {
    let _ = SigSet::all().thread_block();
    // SAFETY: the call takes three numbers and no memory. PRIO_PROCESS with 0 is the calling thread.
    let _ = unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 10) };
}

/// Waits for a moment, where waiting for an event has failed.
pub fn nap() {
    std::thread::sleep(Duration::from_millis(50));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_enough_and_never_the_same() {
        let (one, other) = (
            token().expect("it can be read"),
            token().expect("it can be read"),
        );
        assert_eq!(one.len(), 12);
        assert_ne!(one, other);
        assert!(one.bytes().all(|byte| LETTERS.contains(&byte)));
    }

    #[test]
    fn others_reach_this_machine_by_addresses_that_are_not_its_loopback() {
        let found = addresses(true);
        assert!(found.iter().all(IpAddr::is_ipv4));
        assert!(found.is_sorted_by_key(IpAddr::is_loopback));
    }
}
