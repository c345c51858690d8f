//! Whether a claim holds by what is known now: the calls, the packets, the states. Nothing is waited for and no process is asked.

use super::Since;
use crate::command::expectation::pattern::Pattern;
use crate::command::expectation::timing::Timing;
use crate::command::expectation::{Claim, Expectation};
use crate::command::filter::Filter;
use crate::event::CallEvent;
use crate::lesson::difference::{answers, words_for_time};
use crate::session::known::Known;
use crate::shell::Shell;
use crate::value::Address;

impl Shell {
    /// Judges by what is known, without asking anybody.
    pub(super) fn now(&self, process: &str, claim: &Claim, since: &Since) -> Result<(), String> {
        let whose = claim.process.as_deref();
        let here = whose.unwrap_or(process);
        // Over a stretch of time anybody will do, unless somebody is named.
        let who = if since.any { whose } else { Some(here) };
        match &claim.expectation {
            Expectation::Ok => self.told_by(who, since, |call| call.errno.is_none()),
            Expectation::Errno(wanted) => {
                self.told_by(who, since, |call| call.errno.as_ref() == Some(wanted))
            }
            Expectation::Called(name) => self.was_called(who, name, since),
            Expectation::Calls {
                call,
                times,
                exactly,
            } => self.were_called(who, (call, *times, *exactly), since),
            Expectation::Returned {
                call,
                arguments,
                result,
                errno,
            } => self.returned(who, since, call, |made| {
                made.result == *result
                    && errno
                        .as_ref()
                        .is_none_or(|errno| made.errno.as_ref() == Some(errno))
                    && arguments
                        .as_ref()
                        .is_none_or(|wanted| fits(wanted, &made.args.join(", ")))
            }),
            Expectation::State { socket, state } => match self.state_of(here, socket) {
                Some(now) if now == state => Ok(()),
                Some(now) => Err(format!("{socket} is in {now}")),
                None => Err(format!("{socket} is not a socket here")),
            },
            Expectation::Packet { count, filter } => self.of_packets(*count, &filter.filter, since),
            Expectation::Seen(pattern) => self.was_seen(pattern, since),
            Expectation::Blocked(name) => self.is_asleep(name.as_deref().unwrap_or(here)),
            Expectation::Stopped { who, call } => {
                self.is_stopped(who.as_deref().or(whose), call.as_deref())
            }
            Expectation::Held(wanted) => match self.session.held() {
                held if held == *wanted => Ok(()),
                held => Err(format!("the wire holds {held}")),
            },
            Expectation::TimedOut => self.has_timed_out(here),
            Expectation::Output(text) => self.was_written(whose, text, since),
            Expectation::Message { about, text } => {
                self.message_said(here, about.as_deref(), text, since)
            }
            Expectation::Received(wanted) => self.was_received(who, wanted, since),
            Expectation::Took(timing) => self.took(here, timing),
            Expectation::AnyState { .. }
            | Expectation::Why { .. }
            | Expectation::Equals(_)
            | Expectation::Condition(_) => Err("it has to be asked".to_owned()),
        }
    }

    /// Whether a call of this name has succeeded.
    fn was_called(&self, who: Option<&str>, name: &str, since: &Since) -> Result<(), String> {
        let made = self
            .calls_since(who, since)
            .any(|call| is_named(&call.name, name) && call.errno.is_none());
        made.then_some(()).ok_or_else(|| match who {
            Some(who) => format!("{who} has made no {name} that succeeded"),
            None => format!("no {name} has succeeded"),
        })
    }

    /// Whether so many calls of this name have succeeded, and no more where that is asked.
    fn were_called(
        &self,
        who: Option<&str>,
        (call, times, exactly): (&str, usize, bool),
        since: &Since,
    ) -> Result<(), String> {
        let made = self
            .calls_since(who, since)
            .filter(|made| is_named(&made.name, call) && made.errno.is_none())
            .count();
        (made == times || made > times && !exactly)
            .then_some(())
            .ok_or_else(|| format!("{made} of {times} calls of {call} have succeeded"))
    }

    /// Whether the last command ran into the timeout of settimeout.
    fn has_timed_out(&self, process: &str) -> Result<(), String> {
        match self.session.refusal(process) {
            Some(reason) if reason.starts_with("timed out") => Ok(()),
            Some(reason) => Err(format!(
                "it was not carried out for another reason: {reason}"
            )),
            None => Err("the last command has not run into a timeout of settimeout".to_owned()),
        }
    }

    /// Whether the last call took so long.
    fn took(&self, process: &str, timing: &Timing) -> Result<(), String> {
        let Some(call) = self.telling_call(process) else {
            return Err(format!("{process} has made no call"));
        };
        let time_ns = call.end_ns - call.start_ns;
        if timing.holds(time_ns) {
            return Ok(());
        }
        Err(format!("{} took {}", call.name, words_for_time(time_ns)))
    }

    /// Whether a packet has gone as an arrow is drawn.
    fn was_seen(&self, pattern: &Pattern, since: &Since) -> Result<(), String> {
        let seen = self
            .packets_since(since)
            .any(|packet| answers(pattern, &self.seen(packet), since.time_ns));
        seen.then_some(())
            .ok_or_else(|| "no such packet was seen".to_owned())
    }

    /// How many packets match: so many, or any.
    fn of_packets(&self, count: Option<u64>, filter: &Filter, since: &Since) -> Result<(), String> {
        let number = self
            .packets_since(since)
            .filter(|packet| filter.matches(packet))
            .count();
        let held = match count {
            None => number > 0,
            Some(wanted) => number as u64 == wanted,
        };
        held.then_some(())
            .ok_or_else(|| format!("{number} of the packets since then match"))
    }

    /// Whether a process sleeps in a call.
    fn is_asleep(&self, name: &str) -> Result<(), String> {
        let asleep = self
            .session
            .process(name)
            .is_some_and(|process| process.works().any(|(_, work)| work.blocked))
            || self.session.program_sleeps(name);
        asleep
            .then_some(())
            .ok_or_else(|| format!("{name} is not blocked"))
    }

    /// Whether a process, or any, has written this.
    fn was_written(&self, process: Option<&str>, text: &str, since: &Since) -> Result<(), String> {
        let found = match process {
            Some(process) => self.teller.written_by(process, since.output).contains(text),
            None => self.teller.written_since(since.output).contains(text),
        };
        found
            .then_some(())
            .ok_or_else(|| "no output has it".to_owned())
    }

    /// Whether these bytes are among those that calls received, one behind the other.
    fn was_received(&self, who: Option<&str>, wanted: &[u8], since: &Since) -> Result<(), String> {
        let mut received: Vec<u8> = Vec::new();
        for call in self.calls_since(who, since).filter(|call| receives(call)) {
            received.extend(call.data.as_deref().unwrap_or_default());
        }
        let found = received
            .windows(wanted.len().max(1))
            .any(|part| part == wanted);
        (found || wanted.is_empty())
            .then_some(())
            .ok_or_else(|| format!("what came is {}", crate::packet::text::quote(&received, 60)))
    }

    /// Whether a message above TCP with this in its line has become whole since then.
    fn message_said(
        &self,
        process: &str,
        about: Option<&str>,
        text: &str,
        since: &Since,
    ) -> Result<(), String> {
        let conversations = match about {
            Some(about) => Some(self.conversations_of(process, about)?),
            None => None,
        };
        let mut last = None;
        for message in self.session.applications().kept() {
            let own = conversations
                .as_ref()
                .is_none_or(|own| own.contains(&message.conversation));
            if !own
                || message
                    .packets
                    .last()
                    .is_none_or(|last| *last < since.packet)
            {
                continue;
            }
            if message.says(text) {
                return Ok(());
            }
            last = Some(message.words().to_owned());
        }
        Err(match last {
            Some(words) => format!("the last message is {words}"),
            None => "no message of HTTP, WebSocket, Engine.IO or Socket.IO was seen".to_owned(),
        })
    }

    /// Whether the call that tells how it went passes; over a stretch of time, whether any call does.
    fn told_by(
        &self,
        who: Option<&str>,
        since: &Since,
        passes: impl Fn(&CallEvent) -> bool,
    ) -> Result<(), String> {
        if since.any {
            return if self.calls_since(who, since).any(passes) {
                Ok(())
            } else {
                Err("no call has gone so".to_owned())
            };
        }
        let who = who.unwrap_or_default();
        // No call failed, but what was asked for was not done either; the call before it is not what is meant.
        if let Some(reason) = self.session.refusal(who) {
            return Err(format!("the last command was not carried out: {reason}"));
        }
        match self.telling_call(who) {
            Some(call) if passes(call) => Ok(()),
            Some(CallEvent {
                errno: Some(errno),
                name,
                ..
            }) => Err(format!("{name} failed with {errno}")),
            Some(CallEvent { name, result, .. }) => {
                Err(format!("{name} did not fail; it returned {result}"))
            }
            None => Err(format!("{who} has made no call")),
        }
    }

    /// Whether a call of this name returned as wanted. An empty name is the last call, whatever it is.
    fn returned(
        &self,
        who: Option<&str>,
        since: &Since,
        name: &str,
        passes: impl Fn(&CallEvent) -> bool,
    ) -> Result<(), String> {
        let mut last = None;
        if name.is_empty() && !since.any {
            last = self.telling_call(who.unwrap_or_default());
            if last.is_some_and(&passes) {
                return Ok(());
            }
        } else {
            for call in self.calls_since(who, since) {
                if name.is_empty() || is_named(&call.name, name) {
                    if passes(call) {
                        return Ok(());
                    }
                    last = Some(call);
                }
            }
        }
        Err(match last {
            Some(call) => call.text(),
            None if name.is_empty() => "no call was made".to_owned(),
            None => format!("no {name} has returned"),
        })
    }

    /// The state of a socket that a process knows under this name, or of the only socket of that name.
    pub(in crate::shell) fn state_of(&self, process: &str, socket: &str) -> Option<&'static str> {
        let known = self.session.inventory().find(process, socket);
        known.map(Known::state)
    }

    /// Whether some socket is in a state, as the kernel tells it.
    pub(super) fn any_state(
        &mut self,
        whose: Option<&str>,
        state: &str,
        port: Option<u16>,
        peer: Option<u16>,
    ) -> Result<(), String> {
        let mut others: Vec<&str> = Vec::new();
        for row in self.session.socket_rows(None) {
            let local = row.local.as_ref().and_then(Address::port);
            let remote = row.peer.as_ref().and_then(Address::port);
            if whose.is_some_and(|whose| row.process != whose)
                || port.is_some() && local != port
                || peer.is_some() && remote != peer
            {
                continue;
            }
            if row.state.eq_ignore_ascii_case(state) {
                return Ok(());
            }
            others.push(row.state);
        }
        Err(match (others.as_slice(), port, peer) {
            ([], None, None) => "there is no socket".to_owned(),
            ([], ..) => "there is no such socket".to_owned(),
            (others, None, None) => format!("the sockets are in {}", others.join(", ")),
            (others, ..) => format!("such a socket is in {}", others.join(", ")),
        })
    }
}

/// True when a call has this name; glibc's accept is the system call accept4, and so on.
pub(in crate::shell) fn is_named(call: &str, name: &str) -> bool {
    call == name || call.strip_suffix('4') == Some(name)
}

/// True for the calls that bring bytes from a socket.
fn receives(call: &CallEvent) -> bool {
    call.name.starts_with("recv") || call.name.starts_with("read")
}

/// True when arguments are as they were written, where `…` stands for any.
fn fits(wanted: &str, arguments: &str) -> bool {
    let wanted = wanted.replace("...", "…");
    let parts: Vec<&str> = wanted.split('…').map(str::trim).collect();
    let mut rest = arguments;
    for (place, part) in parts.iter().enumerate() {
        let part = part.trim_matches([',', ' ']);
        if place == 0 && !rest.starts_with(part) {
            return false;
        }
        if place + 1 == parts.len() {
            return rest.ends_with(part) && (place > 0 || rest.len() == part.len());
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn arguments_are_compared_as_they_stand_and_dots_stand_for_any() {
        for (wanted, arguments, held) in [
            ("3", "3", true),
            ("3", "33", false),
            ("3, …", "3, {AF_INET 127.0.0.1:5000}", true),
            ("…", "anything, 5", true),
            ("…, 0", "3, \"x\", 0", true),
            ("3, …, 0", "3, \"x\", 1", false),
            ("3, ...", "4, 5", false),
            ("AF_INET, SOCK_STREAM, 0", "AF_INET, SOCK_STREAM, 0", true),
        ] {
            assert_eq!(fits(wanted, arguments), held, "{wanted} | {arguments}");
        }
    }
}
