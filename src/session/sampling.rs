//! TCP_INFO over time: what the kernel says of each connection after a call and when packets come, through sock_diag(7).
//! The connections are asked from outside, so that no process makes a call nobody typed. Not the plots of it.

use super::Session;
use crate::catalog::tcp_info::field;
use crate::event::tcp_sample::TcpSample;
use crate::session::known::Protocol;
use crate::sys::clock;
use crate::sys::diag::{Answer, Question};
use std::collections::{BTreeMap, VecDeque};

/// At most this many samples are kept, over all connections.
const SAMPLES: usize = 50_000;
/// Two samples are at least this far apart, in nanoseconds: a flood of packets is no flood of questions.
const APART: i64 = 200_000;
/// Asking takes at most one part in so many of the time, once it takes longer than a moment.
const SHARE: i64 = 20;

/// What was sampled, by the number of the socket ([`crate::event::transfer::Party::number`]).
#[derive(Debug, Default)]
pub struct Samples {
    by_party: BTreeMap<u32, VecDeque<TcpSample>>,
    count: usize,
    last_ns: i64,
    /// How long the last asking took, in nanoseconds: with thousands of connections it is not for every call.
    took_ns: i64,
}

impl Samples {
    /// The samples of these sockets, in the order of time.
    pub fn of(&self, parties: &[u32]) -> Vec<TcpSample> {
        let mut found: Vec<TcpSample> = parties
            .iter()
            .filter_map(|party| self.by_party.get(party))
            .flatten()
            .copied()
            .collect();
        found.sort_by_key(|sample| sample.time_ns);
        found
    }

    /// Keeps a sample. Of a run that says the same, the first and the last are kept.
    fn keep(&mut self, party: u32, sample: TcpSample) {
        let kept = self.by_party.entry(party).or_default();
        let same = |other: &TcpSample| {
            TcpSample {
                time_ns: sample.time_ns,
                ..*other
            } == sample
        };
        if kept
            .iter()
            .rev()
            .take(2)
            .filter(|other| same(other))
            .count()
            == 2
        {
            if let Some(last) = kept.back_mut() {
                *last = sample;
            }
            return;
        }
        kept.push_back(sample);
        self.count += 1;
        if self.count > SAMPLES {
            // The longest series loses its oldest: short ones are still looked at.
            let longest = self.by_party.values_mut().max_by_key(|kept| kept.len());
            if let Some(longest) = longest
                && longest.pop_front().is_some()
            {
                self.count -= 1;
            }
        }
    }
}

impl Session {
    /// Keeps what the kernels said of the session's TCP connections at this time, unless that was done a moment ago.
    pub(super) fn sample(&mut self, now_ns: i64, answers: &[(usize, Answer)]) {
        let connected = self
            .inventory
            .open()
            .any(|known| known.protocol == Protocol::Tcp && known.peer.is_some());
        let apart = APART.max(SHARE * self.samples.took_ns);
        if !connected || (now_ns - self.samples.last_ns).abs() < apart {
            return;
        }
        self.samples.last_ns = now_ns;
        let of_tcp = |answer: &Answer| matches!(answer.question, Question::Tcp(_));
        for (_, answer) in answers.iter().filter(|(_, answer)| of_tcp(answer)) {
            const LISTEN: u8 = 10;
            let party = self.ledger.by_inode(u64::from(answer.inode));
            let (Some(party), false) = (party, answer.state == LISTEN) else {
                continue;
            };
            if let Some(sample) = sample(now_ns, &answer.tcp_info) {
                self.samples.keep(party, sample);
            }
        }
        self.samples.took_ns = clock::now_ns() - now_ns;
    }
}

fn sample(time_ns: i64, info: &[u8]) -> Option<TcpSample> {
    let number = |name| field(info, name).and_then(|value| u32::try_from(value).ok());
    Some(TcpSample {
        time_ns,
        cwnd: number("snd_cwnd")?,
        ssthresh: number("snd_ssthresh")?,
        unacked: number("unacked")?,
        mss: number("snd_mss")?,
        rtt_us: number("rtt")?,
        rttvar_us: number("rttvar")?,
        // Linux 4.9 and later.
        min_rtt_us: number("min_rtt").unwrap_or_default(),
        rto_us: number("rto")?,
        backoff: number("backoff")?,
        retransmitted: number("total_retrans")?,
        congestion_state: number("ca_state")? as u8,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_run_that_says_the_same_the_first_and_the_last_are_kept() {
        let mut samples = Samples::default();
        for (time_ns, cwnd) in [(1, 10), (2, 10), (3, 10), (4, 11), (5, 10)] {
            let sample = TcpSample {
                time_ns,
                cwnd,
                ..TcpSample::default()
            };
            samples.keep(7, sample);
        }
        let times: Vec<i64> = samples
            .of(&[7])
            .iter()
            .map(|sample| sample.time_ns)
            .collect();
        assert_eq!(times, [1, 3, 4, 5]);
        assert!(samples.of(&[8]).is_empty());
    }

    #[test]
    fn the_longest_series_loses_its_oldest_when_there_are_too_many() {
        let mut samples = Samples::default();
        let one = |time_ns: usize| TcpSample {
            time_ns: time_ns as i64,
            cwnd: time_ns as u32,
            ..TcpSample::default()
        };
        samples.keep(1, one(0));
        for time in 0..SAMPLES + 5 {
            samples.keep(2, one(time));
        }
        assert_eq!((samples.count, samples.of(&[1]).len()), (SAMPLES, 1));
        assert_eq!(samples.of(&[2])[0].time_ns, 6);
    }
}
