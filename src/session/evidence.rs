//! When the session asks the kernels for the state of their TCP sockets, so that causes are decided by what they say: once for the
//! packets that are told together, and never so often that a flood of packets is slowed down by it.

use super::Session;
use super::known::tcp_state;
use crate::catalog::tcp_info::{FIELDS, TcpInfoField};
use crate::inspector::evidence::{Listener, Sample, Timer};
use crate::sys::clock;
use crate::sys::diag::{Answer, Listed, Question};
use std::sync::LazyLock;

/// Asking takes at most one part in so many of the time.
const SHARE: i64 = 10;
/// What it takes to ask a kernel, and to hear of a socket, in nanoseconds.
const KERNEL: i64 = 100_000;
const SOCKET: i64 = 5_000;
/// Before and after a call the kernels are asked again, whenever they were last, if that takes no longer than this.
const AT_MOST: i64 = 5_000_000;
/// After so long the kernels are asked before a command although nothing has been seen to happen, in nanoseconds: a program that was started
/// through `socklab enter` may have read what a socket held, and nothing shows it.
const OLD: i64 = 20_000_000;

/// How often the kernels were asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sampling {
    /// When they were asked last.
    last_ns: i64,
    /// How long that takes, about.
    took_ns: i64,
    /// What may have changed since, if anything: a listener's queue changes when a connection is made or accepted.
    stale: Option<Listed>,
}

impl Sampling {
    /// Something happened that may have changed one of these.
    pub(super) fn disturb(&mut self, changed: Listed) {
        self.stale = self.stale.max(Some(changed));
    }

    /// So many kernels were asked, and told of so many sockets. What that takes is reckoned, not measured: on a busy machine every
    /// measure is of the others' work.
    fn asked(&mut self, time_ns: i64, kernels: usize, sockets: usize) {
        *self = Self {
            last_ns: time_ns,
            took_ns: KERNEL * kernels as i64 + SOCKET * sockets as i64,
            stale: None,
        };
    }

    /// True when the last answer is old.
    fn is_old(&self, now_ns: i64) -> bool {
        (now_ns - self.last_ns).abs() >= OLD
    }

    /// True when it is time to ask again.
    pub(super) fn is_due(&self, now_ns: i64) -> bool {
        self.stale.is_some() && (now_ns - self.last_ns).abs() >= self.took_ns.saturating_mul(SHARE)
    }
}

impl Session {
    /// Asks the kernels for their TCP sockets, unless that was done a moment ago or nothing has happened since.
    pub(super) fn sample_if_due(&mut self) {
        if self.sampling.is_due(clock::now_ns()) {
            self.ask_for_samples();
        }
    }

    /// Asks the kernels before a command is carried out, if anything can have changed since the last time: what its calls find is what a
    /// later cause may rest on.
    pub(super) fn sample_before_command(&mut self) {
        // What the wire held back may have arrived without a packet that tells it, and programs read without one.
        let unseen = self.hosts.all().len() > 1
            || !self.programs.is_empty()
            || self.sampling.is_old(clock::now_ns());
        if unseen {
            self.sampling.disturb(Listed::Active);
        }
        self.sample_for_call();
    }

    /// Asks the kernels beside a call, if anything has happened since the last time.
    pub(super) fn sample_for_call(&mut self) {
        if self.sampling.took_ns > AT_MOST {
            self.sample_if_due();
        } else if self.sampling.stale.is_some() {
            self.ask_for_samples();
        }
    }

    fn ask_for_samples(&mut self) {
        let asked_ns = clock::now_ns();
        let listeners = self.sampling.stale >= Some(Listed::Active);
        let listed = if listeners || self.is_shared_network() {
            Listed::Active
        } else {
            Listed::Connections
        };
        let answers = self.ask_for(self.tcp_questions(), listed);
        self.take_samples(asked_ns, &answers, listed);
    }

    /// What to ask of TCP: a lab that has not met IPv6 is not asked for it.
    pub(super) fn tcp_questions(&self) -> &'static [Question] {
        const BOTH: [Question; 2] = [Question::Tcp(libc::AF_INET), Question::Tcp(libc::AF_INET6)];
        &BOTH[..=usize::from(self.has_met_ipv6())]
    }

    /// True when there can be a TCP or UDP socket of AF_INET6 that matters: a process of the session made one, a program ran, or a packet
    /// of IPv6 was seen.
    pub(super) fn has_met_ipv6(&self) -> bool {
        self.programs_ran || self.inventory.has_met_ipv6() || self.packets.taps().has_met_ipv6()
    }

    /// Keeps what the kernels said, asked at `asked_ns`, for the packets round this moment.
    pub(super) fn take_samples(
        &mut self,
        asked_ns: i64,
        answers: &[(usize, Answer)],
        listed: Listed,
    ) {
        let time_ns = clock::now_ns();
        for (place, machine) in self.hosts.all().iter().enumerate() {
            let seen = answers
                .iter()
                .filter(|(host, answer)| {
                    *host == place && matches!(answer.question, Question::Tcp(_))
                })
                .filter_map(|(_, answer)| {
                    let local = answer.local.as_ref()?.socket_address()?;
                    let peer = answer.peer.as_ref()?.socket_address()?;
                    Some((local, peer, sample((asked_ns, time_ns), answer)))
                })
                .collect();
            let samples = self.packets.samples();
            samples.take(&machine.name, (asked_ns, time_ns), seen);
            if listed == Listed::Connections {
                continue;
            }
            let listeners = answers
                .iter()
                .filter(|(host, answer)| {
                    *host == place
                        && matches!(answer.question, Question::Tcp(_))
                        && tcp_state(answer.state) == "LISTEN"
                })
                .filter_map(|(_, answer)| {
                    Some(Listener {
                        local: answer.local.as_ref()?.socket_address()?,
                        waiting: answer.rqueue,
                        backlog: answer.wqueue,
                    })
                })
                .collect();
            samples.listen(&machine.name, listeners);
        }
        self.sample(time_ns, answers);
        let kernels = self.hosts.all().len();
        self.sampling.asked(time_ns, kernels, answers.len());
    }
}

/// `TCPI_OPT_SACK`.
const SACK: u32 = 2;

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
        unread: unread(tcp_state(answer.state), answer.rqueue),
        congestion: info(0),
        retransmits: info(1),
        backoff: info(2),
        sack: info(3).is_some_and(|options| options & SACK != 0),
        mss: info(4),
        resent: info(5),
        timeouts: info(6),
        received_mss: info(7),
        paced: answer.congestion_control.starts_with("bbr"),
    }
}

/// Recv-Q without the FIN, which the kernel counts as a byte once it has come (tcp_diag_get_info).
fn unread(state: &str, queue: u32) -> u32 {
    let finished = matches!(state, "CLOSE-WAIT" | "LAST-ACK" | "CLOSING");
    queue.saturating_sub(u32::from(finished))
}

/// The fields of TCP_INFO that causes are decided by, found once.
static WANTED: LazyLock<[Option<&'static TcpInfoField>; 8]> = LazyLock::new(|| {
    [
        "ca_state",
        "retransmits",
        "backoff",
        "options",
        "snd_mss",
        "total_retrans",
        "total_rto",
        "rcv_mss",
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
    fn a_fin_that_has_come_is_no_byte_that_waits_to_be_read() {
        for (state, queue, bytes) in [
            ("ESTABLISHED", 6, 6),
            ("CLOSE-WAIT", 6, 5),
            ("CLOSE-WAIT", 1, 0),
            ("CLOSE-WAIT", 0, 0),
        ] {
            assert_eq!(unread(state, queue), bytes, "{state} {queue}");
        }
    }

    #[test]
    fn asking_takes_no_more_than_its_share_of_the_time() {
        let sampling = Sampling {
            last_ns: 1000,
            took_ns: 10,
            stale: Some(Listed::Connections),
        };
        assert!(!sampling.is_due(1099));
        assert!(sampling.is_due(1100));
        let mut many = Sampling::default();
        many.asked(0, 1, 10_000);
        many.disturb(Listed::Connections);
        assert!(!many.is_due(400_000_000));
        assert!(many.is_due(501_000_000));
        assert!(
            !Sampling {
                stale: None,
                ..sampling
            }
            .is_due(5000)
        );
    }
}
