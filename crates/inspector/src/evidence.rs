//! What the kernel said of its TCP sockets, and when: sock_diag(7)'s timers and TCP_INFO, the evidence beside calls and packets.
//! Plain data with the times of its making; who asks the kernel is not known here.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

/// The timer that runs for a socket (`idiag_timer`). The kernel does not tell a tail loss probe from a retransmission here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Retransmission, tail loss probe or RACK's reordering timer.
    Retransmit,
    /// Keepalive.
    Keepalive,
    /// TIME-WAIT.
    TimeWait,
    /// Persist: the window is closed.
    Persist,
}

/// One look at one socket. Fields of TCP_INFO are `None` where the kernel did not fill them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// When the kernel was asked, nanoseconds since the epoch.
    pub asked_ns: i64,
    /// When it had answered.
    pub time_ns: i64,
    /// RFC 9293 state; `CLOSED` when the kernel has no such socket any more.
    pub state: &'static str,
    /// True when a file holds the socket; false for an unaccepted connection, an orphan and TIME-WAIT.
    pub owned: bool,
    /// The timer that runs, and in how many milliseconds it fires.
    pub timer: Option<(Timer, u32)>,
    /// Recv-Q in bytes.
    pub unread: u32,
    /// `tcpi_ca_state`.
    pub congestion: Option<u32>,
    /// `tcpi_retransmits`.
    pub retransmits: Option<u32>,
    /// `tcpi_backoff`.
    pub backoff: Option<u32>,
    /// True when both ends agreed on SACK (`tcpi_options`).
    pub sack: bool,
    /// `tcpi_snd_mss`, bytes.
    pub mss: Option<u32>,
    /// `tcpi_rcv_mss`: the largest segment that has come, as the kernel reckons; more than that unacknowledged is acknowledged at once.
    pub received_mss: Option<u32>,
    /// True when the congestion control lets segments out at a pace (bbr), beside the windows.
    pub paced: bool,
    /// `tcpi_total_retrans`.
    pub resent: Option<u32>,
    /// `tcpi_total_rto` (Linux 6.7).
    pub timeouts: Option<u32>,
}

impl Sample {
    /// Which timer ran.
    pub fn running(&self) -> Option<Timer> {
        self.timer.map(|(timer, _)| timer)
    }

    /// When the timer that ran is due, nanoseconds since the epoch; the kernel tells it in milliseconds.
    pub fn fires_ns(&self) -> Option<i64> {
        self.timer
            .map(|(_, milliseconds)| self.asked_ns + i64::from(milliseconds) * 1_000_000)
    }
}

/// `TCP_CA_Open`.
pub const OPEN: u32 = 0;
/// `TCP_CA_CWR`.
pub const CWR: u32 = 2;
/// `TCP_CA_Recovery`.
pub const RECOVERY: u32 = 3;
/// `TCP_CA_Loss`.
pub const LOSS: u32 = 4;

/// The samples that stand round a moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// The newest from before it.
    pub before: Option<&'a Sample>,
    /// The oldest from then on.
    pub after: Option<&'a Sample>,
}

/// So many samples of a socket are kept: the moments asked about are recent.
const KEPT: usize = 4;
/// At most this many sockets of a host are remembered, and with more than so many none that is closed.
const SOCKETS: usize = 32_768;
const WITH_CLOSED: usize = 4096;

type Ends = (SocketAddr, SocketAddr);

/// A listener, as the kernel counted its accept queue last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Where it listens.
    pub local: SocketAddr,
    /// Connections that wait for accept (Recv-Q).
    pub waiting: u32,
    /// What `listen` asked for (Send-Q).
    pub backlog: u32,
}

impl Listener {
    /// True when the kernel takes no further connection (`sk_acceptq_is_full`): one more than the backlog waits.
    pub fn is_full(&self) -> bool {
        self.waiting > self.backlog
    }

    fn hears(&self, address: SocketAddr) -> bool {
        self.local.port() == address.port()
            && (self.local.ip().is_unspecified()
                || self.local.ip().to_canonical() == address.ip().to_canonical())
    }
}

/// The samples of every socket of every host.
#[derive(Debug, Default)]
pub struct Samples {
    hosts: HashMap<String, HashMap<Ends, VecDeque<Sample>>>,
    /// When the kernel of each host was asked last.
    asked: HashMap<String, i64>,
    listeners: HashMap<String, Vec<Listener>>,
}

impl Samples {
    /// Takes what the kernel of a host said of all its TCP sockets at one moment. What it says nothing of any more is CLOSED.
    pub fn take(
        &mut self,
        host: &str,
        (asked_ns, time_ns): (i64, i64),
        seen: Vec<(SocketAddr, SocketAddr, Sample)>,
    ) {
        match self.asked.get_mut(host) {
            Some(last) => *last = asked_ns,
            None => {
                self.asked.insert(host.to_owned(), asked_ns);
            }
        }
        let known = match self.hosts.get_mut(host) {
            Some(known) => known,
            None => self.hosts.entry(host.to_owned()).or_default(),
        };
        if known.len() > SOCKETS {
            known.clear();
        }
        for (local, peer, sample) in seen {
            let samples = known.entry(plain((local, peer))).or_default();
            if samples.len() >= KEPT {
                samples.pop_front();
            }
            samples.push_back(sample);
        }
        let crowded = known.len() > WITH_CLOSED;
        known.retain(|_, samples| {
            let Some(last) = samples.back() else {
                return false;
            };
            if last.time_ns == time_ns {
                return true;
            }
            if last.state == "CLOSED" {
                // Long enough for everything that was on its way.
                return !crowded && time_ns - last.time_ns < 120_000_000_000;
            }
            if samples.len() >= KEPT {
                samples.pop_front();
            }
            samples.push_back(Sample {
                asked_ns,
                time_ns,
                state: "CLOSED",
                ..Sample::default()
            });
            true
        });
    }

    /// True when the kernel of a host was asked since a moment, and had no socket for a connection then: not even one that is half open,
    /// where the listener answers with SYN cookies.
    pub fn lacks(&self, host: &str, ends: Ends, time_ns: i64) -> bool {
        let asked = self.asked_since(host, time_ns);
        let known = self
            .hosts
            .get(host)
            .and_then(|known| known.get(&plain(ends)));
        asked && known.is_none_or(|samples| samples.iter().all(|sample| sample.state == "CLOSED"))
    }

    /// True when the kernel of a host was asked since a moment.
    pub fn asked_since(&self, host: &str, time_ns: i64) -> bool {
        self.asked.get(host).is_some_and(|last| *last >= time_ns)
    }

    /// Takes the listeners of a host, as they are now.
    pub fn listen(&mut self, host: &str, listeners: Vec<Listener>) {
        match self.listeners.get_mut(host) {
            Some(known) => *known = listeners,
            None => {
                self.listeners.insert(host.to_owned(), listeners);
            }
        }
    }

    /// True when a socket of a host listened at an address when the kernel was asked last.
    pub fn listens(&self, host: &str, address: SocketAddr) -> bool {
        let listeners = self.listeners.get(host);
        listeners.is_some_and(|all| all.iter().any(|listener| listener.hears(address)))
    }

    /// The listener of a host at an address whose accept queue was full when the kernel was asked last.
    pub fn full_listener(&self, host: &str, address: SocketAddr) -> Option<Listener> {
        let listeners = self.listeners.get(host)?;
        let full = listeners
            .iter()
            .find(|listener| listener.hears(address) && listener.is_full());
        full.copied()
    }

    /// What is known of the socket of a host at `local` that talks to `peer`, round a moment.
    pub fn at(
        &self,
        host: &str,
        local: SocketAddr,
        peer: SocketAddr,
        time_ns: i64,
    ) -> Evidence<'_> {
        let samples = self
            .hosts
            .get(host)
            .and_then(|known| known.get(&plain((local, peer))));
        let Some(samples) = samples else {
            return Evidence::default();
        };
        Evidence {
            before: samples.iter().rev().find(|sample| sample.time_ns < time_ns),
            after: samples.iter().find(|sample| sample.asked_ns >= time_ns),
        }
    }
}

/// An IPv4 address mapped into IPv6 is the IPv4 address (RFC 4291 section 2.5.5.2).
fn plain((local, peer): Ends) -> Ends {
    let plain = |address: SocketAddr| {
        let ip: IpAddr = address.ip().to_canonical();
        SocketAddr::new(ip, address.port())
    };
    (plain(local), plain(peer))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], port))
    }

    fn sample(time_ns: i64) -> Sample {
        Sample {
            asked_ns: time_ns - 2,
            time_ns,
            state: "ESTABLISHED",
            ..Sample::default()
        }
    }

    #[test]
    fn a_kernel_that_was_asked_and_told_nothing_has_no_socket() {
        let mut samples = Samples::default();
        samples.take("b", (8, 10), vec![(address(1), address(2), sample(10))]);
        let lacks = |ends: (u16, u16), time_ns| {
            samples.lacks("b", (address(ends.0), address(ends.1)), time_ns)
        };
        assert!(lacks((1, 3), 8));
        assert!(!lacks((1, 3), 9) && !lacks((1, 2), 8));
    }

    #[test]
    fn a_moment_stands_between_two_samples() {
        let mut samples = Samples::default();
        for time in [10, 20, 30] {
            samples.take(
                "a",
                (time - 2, time),
                vec![(address(1), address(2), sample(time))],
            );
        }
        let mapped: SocketAddr = "[::ffff:10.0.0.1]:1".parse().expect("an address");
        let times = |evidence: Evidence<'_>| {
            (
                evidence.before.map(|sample| sample.time_ns),
                evidence.after.map(|sample| sample.time_ns),
            )
        };
        for (host, time, expected) in [
            ("a", 5, (None, Some(10))),
            ("a", 18, (Some(10), Some(20))),
            // Between question and answer a sample says nothing of the moment.
            ("a", 19, (Some(10), Some(30))),
            ("a", 25, (Some(20), Some(30))),
            ("a", 31, (Some(30), None)),
            ("b", 25, (None, None)),
        ] {
            let found = times(samples.at(host, mapped, address(2), time));
            assert_eq!(found, expected, "{host} {time}");
        }
    }

    #[test]
    fn a_socket_that_is_gone_is_closed_and_then_forgotten() {
        let mut samples = Samples::default();
        samples.take("a", (8, 10), vec![(address(1), address(2), sample(10))]);
        samples.take("a", (18, 20), Vec::new());
        let state = |samples: &Samples| {
            samples
                .at("a", address(1), address(2), 15)
                .after
                .map(|sample| sample.state)
        };
        assert_eq!(state(&samples), Some("CLOSED"));
        samples.take("a", (199_000_000_000, 200_000_000_000), Vec::new());
        assert_eq!(state(&samples), None);
    }
}
