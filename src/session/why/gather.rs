//! Where the facts for a failed call come from: the session's log, the kernel's tables of sockets, /proc/net and the settings of its host.
//! Each is fetched once, when a row first asks. Not what they mean (the rows).

use super::scene::Scene;
use crate::catalog::socket_kind::SocketKind;
use crate::event::CallEvent;
use crate::event::packet::PacketEvent;
use crate::event::socket::SocketRow;
use crate::session::Session;
use crate::session::known::Known;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// A call that failed: itself, the call that was meant, and the error.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) call: CallEvent,
    pub(super) name: String,
    pub(super) errno: String,
}

impl Failure {
    /// What failed with a call; `None` when nothing did. `timed_out` says that settimeout's poll(2) waited in vain.
    pub(super) fn of(call: &CallEvent, timed_out: bool) -> Option<Self> {
        let pending = || {
            // connect with a timeout hears of its failure from SO_ERROR.
            let asks = call.name == "getsockopt" && call.args.get(2)? == "SO_ERROR";
            let errno = call.args.get(3)?.trim_matches(['[', ']']);
            (asks && errno.starts_with('E')).then(|| ("connect".to_owned(), errno.to_owned()))
        };
        let (name, errno) = if let Some(errno) = &call.errno {
            let name = if call.name == "accept4" {
                "accept"
            } else {
                call.name.as_str()
            };
            (name.to_owned(), errno.clone())
        } else if timed_out {
            ("poll".to_owned(), "timeout".to_owned())
        } else {
            pending()?
        };
        Some(Self {
            call: call.clone(),
            name,
            errno,
        })
    }
}

impl<'a> Scene<'a> {
    /// All that is at hand about a failure; the session is asked for the rest.
    pub(super) fn gather(session: &'a mut Session, failure: Failure) -> Self {
        session.ledger.learn(&session.inventory);
        let Failure { call, name, errno } = failure;
        let (maker, past) = session.past(&call);
        let party = call
            .fd
            .and_then(|fd| session.ledger.holds(&call.process, fd))
            .cloned();
        let makes = matches!(call.name.as_str(), "socket" | "socketpair");
        let kind = match (&party, &maker) {
            _ if makes => SocketKind::of(&call.args),
            (Some(party), _) => SocketKind::of(&party.arguments),
            (None, Some(maker)) => SocketKind::of(&maker.args),
            (None, None) => SocketKind::default(),
        };
        let known = call
            .fd
            .and_then(|fd| session.inventory.by_fd(&call.process, fd));
        let label = match (known, call.fd) {
            (Some(known), _) => Known::label(known),
            (None, Some(fd)) => format!("fd {fd}"),
            (None, None) => "the socket".to_owned(),
        };
        let mut scene = Self {
            call,
            name,
            errno,
            kind,
            label,
            party,
            maker,
            past,
            lab: Some(RefCell::new(session)),
            rows: OnceCell::new(),
            packets: OnceCell::new(),
            addresses: OnceCell::new(),
            texts: RefCell::default(),
        };
        if scene.errno == "timeout" {
            scene.name = scene.meant_by_poll().to_owned();
        }
        scene
    }

    /// The call that a timeout's poll(2) was to precede.
    fn meant_by_poll(&self) -> &'static str {
        let connecting = self
            .newest(|call| call.name == "connect")
            .is_some_and(|call| call.errno.as_deref() == Some("EINPROGRESS"));
        let reads = self.argument(0).contains("POLLIN");
        match () {
            () if !reads && connecting => "connect",
            () if !reads => "send",
            () if self.done("listen").is_some() => "accept",
            () => "recv",
        }
    }

    fn ask<T>(&self, question: impl FnOnce(&mut Session) -> T) -> Option<T> {
        let lab = self.lab.as_ref()?;
        Some(question(&mut lab.borrow_mut()))
    }

    /// Carries out a question of the session's own (those of AF_UNIX and AF_NETLINK).
    pub(super) fn of_session<T: Default>(&self, question: impl FnOnce(&mut Session) -> T) -> T {
        self.ask(question).unwrap_or_default()
    }

    /// Every socket of the lab.
    pub(super) fn rows(&self) -> &[SocketRow] {
        self.rows.get_or_init(|| {
            self.ask(|session| session.socket_rows(None))
                .unwrap_or_default()
        })
    }

    /// Every packet that is kept, oldest first.
    pub(super) fn packets(&self) -> &[Arc<PacketEvent>] {
        self.packets.get_or_init(|| {
            self.ask(|session| session.log.shared_packets().cloned().collect())
                .unwrap_or_default()
        })
    }

    /// The addresses of each host, as its kernel has them.
    pub(super) fn addresses(&self) -> &BTreeMap<String, Vec<IpAddr>> {
        self.addresses.get_or_init(|| {
            let hosts = self.ask(|session| {
                let hosts = session.hosts().all().iter();
                hosts.map(|host| host.name.clone()).collect::<Vec<_>>()
            });
            let addresses = |host: String| {
                let four = self.table(&host, "fib_trie").unwrap_or_default();
                let six = self.table(&host, "if_inet6").unwrap_or_default();
                let mut all = local_ipv4(&four);
                all.extend(local_ipv6(&six).into_iter().map(|(ip, _)| IpAddr::from(ip)));
                (host, all)
            };
            hosts
                .unwrap_or_default()
                .into_iter()
                .map(addresses)
                .collect()
        })
    }

    /// The interfaces of this host with their IPv6 addresses' flags: number and name.
    pub(super) fn interfaces(&self) -> Vec<(u32, String)> {
        let mut all: Vec<(u32, String)> = Vec::new();
        for line in self.own_table("if_inet6").unwrap_or_default().lines() {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if let [_, number, _, _, _, name] = fields[..]
                && let Ok(number) = u32::from_str_radix(number, 16)
                && !all.iter().any(|(known, _)| *known == number)
            {
                all.push((number, name.to_owned()));
            }
        }
        all.sort();
        all
    }

    /// True for an IPv6 address of this host that duplicate address detection has not yet confirmed (RFC 4862 section 5.4).
    pub(super) fn is_tentative(&self, ip: Ipv6Addr) -> bool {
        const TENTATIVE: u8 = 0x40;
        local_ipv6(&self.own_table("if_inet6").unwrap_or_default())
            .into_iter()
            .any(|(own, flags)| own == ip && flags & TENTATIVE != 0)
    }

    /// A file of /proc/net as this host has it; `None` when it cannot be read.
    pub(super) fn own_table(&self, file: &str) -> Option<String> {
        self.table(self.host(), file)
    }

    fn table(&self, host: &str, file: &str) -> Option<String> {
        self.text(&format!("{host}/net/{file}"), |session| {
            let mut all = session.processes().iter();
            let pid = all.find(|process| process.host == host)?.pid;
            std::fs::read_to_string(format!("/proc/{pid}/net/{file}")).ok()
        })
    }

    /// A network setting of this host by its path under /proc/sys/net: `ipv4/ip_local_port_range`. Numbers are parted by one blank.
    pub(super) fn setting(&self, path: &str) -> Option<String> {
        let host = self.host().to_owned();
        self.text(&format!("{host}/sys/{path}"), |session| {
            let text = session.sysctl(&host, path, None).ok()?;
            Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
        })
    }

    /// The limit of this process on open descriptors (getrlimit(2), RLIMIT_NOFILE).
    pub(super) fn descriptor_limit(&self) -> Option<u64> {
        let text = self.of_process("limits")?;
        let line = text
            .lines()
            .find(|line| line.starts_with("Max open files"))?;
        line.split_whitespace().nth(3)?.parse().ok()
    }

    /// A file of the process that made the call, below its folder in /proc.
    pub(super) fn of_process(&self, file: &str) -> Option<String> {
        let process = self.call.process.clone();
        self.text(&format!("{process}/{file}"), |session| {
            let pid = session.process(&process)?.pid;
            std::fs::read_to_string(format!("/proc/{pid}/{file}")).ok()
        })
    }

    fn text(&self, key: &str, read: impl FnOnce(&mut Session) -> Option<String>) -> Option<String> {
        if let Some(known) = self.texts.borrow().get(key) {
            return known.clone();
        }
        let text = self.ask(read).flatten();
        self.texts.borrow_mut().insert(key.to_owned(), text.clone());
        text
    }

    /// True when the session has no network of its own.
    pub(super) fn is_shared_network(&self) -> bool {
        self.ask(|session| session.is_shared_network())
            .unwrap_or_default()
    }

    /// True when this host is on the wire.
    pub(super) fn is_on_wire(&self) -> bool {
        self.ask(|session| {
            let machine = session.hosts().named(self.host());
            machine.is_some_and(|machine| machine.number.is_some())
        })
        .unwrap_or_default()
    }

    /// The names of all hosts.
    pub(super) fn hosts(&self) -> Vec<String> {
        self.addresses().keys().cloned().collect()
    }
}

impl Session {
    /// The call that made the socket of a failed call, and the calls on it before that one, oldest first.
    fn past(&self, failed: &CallEvent) -> (Option<CallEvent>, Vec<CallEvent>) {
        let Some(fd) = failed.fd else {
            return (None, Vec::new());
        };
        let mut past = Vec::new();
        let before = self.log().calls().rev().filter(|call| {
            call.process == failed.process
                && (call.end_ns, call.command) <= (failed.end_ns, failed.command)
                && *call != failed
        });
        for call in before {
            if call.made.contains(&fd) {
                past.reverse();
                return (Some(call.clone()), past);
            }
            if call.fd == Some(fd) {
                past.push(CallEvent {
                    data: None,
                    ..call.clone()
                });
            }
        }
        past.reverse();
        (None, past)
    }
}

/// The addresses that /proc/net/fib_trie calls local.
fn local_ipv4(trie: &str) -> Vec<IpAddr> {
    let mut all: Vec<IpAddr> = Vec::new();
    let mut leaf: Option<Ipv4Addr> = None;
    for line in trie.lines() {
        let line = line.trim_start();
        if let Some(address) = line.strip_prefix("|-- ") {
            leaf = address.trim().parse().ok();
        } else if line.starts_with("/32 host LOCAL")
            && let Some(ip) = leaf
            && !all.contains(&ip.into())
        {
            all.push(ip.into());
        }
    }
    all
}

/// The addresses of /proc/net/if_inet6 with their flags.
fn local_ipv6(table: &str) -> Vec<(Ipv6Addr, u8)> {
    let read = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let bits = u128::from_str_radix(fields.first()?, 16).ok()?;
        let flags = u8::from_str_radix(fields.get(4)?, 16).ok()?;
        Some((Ipv6Addr::from(bits), flags))
    };
    table.lines().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::sample;

    #[test]
    fn addresses_are_read_from_what_the_kernel_writes() {
        let trie = "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.1\n        /32 host LOCAL\n     |-- 10.0.0.255\n        /32 link BROADCAST\n     |-- 127.0.0.0\n        /8 host LOCAL\n";
        assert_eq!(
            local_ipv4(trie),
            ["10.0.0.1".parse::<IpAddr>().expect("it is one")]
        );
        let six = "fe80000000000000000000fffe000001 02 40 20 c0     eth0\n00000000000000000000000000000001 01 80 10 80       lo\n";
        assert_eq!(local_ipv6(six)[1], (Ipv6Addr::LOCALHOST, 0x80));
        assert_eq!(local_ipv6(six)[0].1 & 0x40, 0x40);
    }

    #[test]
    fn a_failure_is_an_error_a_pending_error_or_a_timeout() {
        let mut call = sample::call("accept4", &["3"]);
        call.errno = Some("EAGAIN".to_owned());
        let names = |failure: Option<Failure>| failure.map(|one| (one.name, one.errno));
        let pair = |name: &str, errno: &str| Some((name.to_owned(), errno.to_owned()));
        assert_eq!(names(Failure::of(&call, false)), pair("accept", "EAGAIN"));
        let asked =
            |value: &str| sample::call("getsockopt", &["3", "SOL_SOCKET", "SO_ERROR", value]);
        let refused = Failure::of(&asked("[ECONNREFUSED]"), false);
        assert_eq!(names(refused), pair("connect", "ECONNREFUSED"));
        assert_eq!(names(Failure::of(&asked("[0]"), false)), None);
        let poll = sample::call("poll", &["[{fd=3, events=POLLIN}]"]);
        assert_eq!(names(Failure::of(&poll, false)), None);
        assert_eq!(names(Failure::of(&poll, true)), pair("poll", "timeout"));
    }
}
