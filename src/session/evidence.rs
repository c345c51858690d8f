//! When the session asks the kernels for the state of their TCP sockets, so that causes are decided by what they say: once for the
//! packets that are told together, and never so often that a flood of packets is slowed down by it.

use super::Session;
use super::inventory::tcp_state;
use crate::catalog::tcp_info::{FIELDS, TcpInfoField};
use crate::inspector::evidence::{Sample, Timer};
use crate::sys::clock;
use crate::sys::diag::{Answer, Question};
use crate::value::Address;
use std::net::SocketAddr;
use std::sync::LazyLock;

/// Asking takes at most one part in so many of the time.
const SHARE: i64 = 10;

/// How often the kernels were asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sampling {
    /// When they were asked last.
    last_ns: i64,
    /// How long that took.
    took_ns: i64,
    /// True when something has happened since that may have moved a socket.
    stale: bool,
}

impl Sampling {
    /// Something happened that may have moved a socket.
    pub(super) fn disturb(&mut self) {
        self.stale = true;
    }

    /// True when it is time to ask again.
    fn is_due(&self, now_ns: i64) -> bool {
        self.stale && (now_ns - self.last_ns).abs() >= self.took_ns.saturating_mul(SHARE)
    }
}

impl Session {
    /// Asks the kernels for their TCP sockets, unless that was done a moment ago or nothing has happened since.
    pub(super) fn sample_if_due(&mut self) {
        if self.sampling.is_due(clock::now_ns()) {
            let asked_ns = clock::now_ns();
            let answers = self.ask(&[Question::Tcp(libc::AF_INET), Question::Tcp(libc::AF_INET6)]);
            self.take_samples(asked_ns, &answers);
        }
    }

    /// Keeps what the kernels said, asked at `asked_ns`, for the packets round this moment.
    pub(super) fn take_samples(&mut self, asked_ns: i64, answers: &[(usize, Answer)]) {
        let time_ns = clock::now_ns();
        for (place, machine) in self.hosts.all().iter().enumerate() {
            let seen = answers
                .iter()
                .filter(|(host, answer)| {
                    *host == place && matches!(answer.question, Question::Tcp(_))
                })
                .filter_map(|(_, answer)| {
                    let local = end(answer.local.as_ref()?)?;
                    let peer = end(answer.peer.as_ref()?)?;
                    Some((local, peer, sample((asked_ns, time_ns), answer)))
                })
                .collect();
            self.packets
                .samples()
                .take(&machine.name, (asked_ns, time_ns), seen);
        }
        self.sample(time_ns, answers);
        self.sampling = Sampling {
            last_ns: time_ns,
            took_ns: time_ns - asked_ns,
            stale: false,
        };
    }
}

fn end(address: &Address) -> Option<SocketAddr> {
    Some(SocketAddr::new(address.ip()?, address.port()?))
}

fn sample((asked_ns, time_ns): (i64, i64), answer: &Answer) -> Sample {
    let info = |place: usize| {
        let value = WANTED[place]?.value(&answer.tcp_info)?;
        u32::try_from(value).ok()
    };
    let timer = match answer.timer {
        1 => Some(Timer::Retransmit),
        2 => Some(Timer::Keepalive),
        3 => Some(Timer::TimeWait),
        4 => Some(Timer::Persist),
        _ => None,
    };
    Sample {
        asked_ns,
        time_ns,
        state: tcp_state(answer.state),
        owned: answer.inode != 0,
        timer: timer.map(|timer| (timer, answer.expires_ms)),
        fired: answer.retransmits,
        unread: answer.rqueue,
        congestion: info(0),
        retransmits: info(1),
        backoff: info(2),
        ato_us: info(3),
        mss: info(4),
        resent: info(5),
        timeouts: info(6),
    }
}

/// The fields of TCP_INFO that causes are decided by, found once.
static WANTED: LazyLock<[Option<&'static TcpInfoField>; 7]> = LazyLock::new(|| {
    [
        "ca_state",
        "retransmits",
        "backoff",
        "ato",
        "snd_mss",
        "total_retrans",
        "total_rto",
    ]
    .map(|name| FIELDS.iter().find(|field| field.name == name))
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_wanted_exists() {
        assert!(WANTED.iter().all(Option::is_some));
    }

    #[test]
    fn asking_takes_no_more_than_its_share_of_the_time() {
        let sampling = Sampling {
            last_ns: 1000,
            took_ns: 10,
            stale: true,
        };
        assert!(!sampling.is_due(1099));
        assert!(sampling.is_due(1100));
        assert!(
            !Sampling {
                stale: false,
                ..sampling
            }
            .is_due(5000)
        );
    }
}
