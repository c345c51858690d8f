//! The machines of a session: the first, and those on the wire. What they are called, and which addresses lead to them.

use super::Session;
use crate::command::wire::WireOrder;
use crate::event::Event;
use crate::event::wire::RuleRow;
use crate::lab::address;
use crate::lab::handle::{FIRST_HOST, LabError};
use crate::sys::diag::{self, Answer, Listed, Question};
use std::net::IpAddr;
use std::os::fd::{AsFd, OwnedFd};

/// At most this many hosts are on a wire: each is a network of the kernel's, with a capture ring.
pub const HOSTS: usize = 64;

/// A host's name stands in prompts and in the kernel's host name.
const NAME: usize = 32;

/// A machine.
#[derive(Debug)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// Its number on the wire; `None` for the first host, which has no cable.
    pub number: Option<u8>,
    /// A netlink socket in its network for sock_diag; `None` for the first host, whose socket the lab holds.
    diag: Option<OwnedFd>,
}

impl Machine {
    /// Its addresses on the wire.
    pub fn addresses(&self) -> Vec<IpAddr> {
        self.number.map_or_else(Vec::new, |number| {
            vec![address::ipv4(number).into(), address::ipv6(number).into()]
        })
    }
}

/// All machines of a session, the first one first.
#[derive(Debug)]
pub struct Hosts {
    machines: Vec<Machine>,
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            machines: vec![Machine {
                name: FIRST_HOST.to_owned(),
                number: None,
                diag: None,
            }],
        }
    }
}

impl Hosts {
    /// Every machine, the first one first.
    pub fn all(&self) -> &[Machine] {
        &self.machines
    }

    /// The machine of this name.
    pub fn named(&self, name: &str) -> Option<&Machine> {
        self.machines.iter().find(|machine| machine.name == name)
    }

    /// The number a new host gets: that of the address, or the lowest that is free. In words what is wrong with the address.
    fn number(&self, name: &str, wanted: Option<&str>) -> Result<u8, String> {
        let holder = |number: u8| {
            self.machines
                .iter()
                .find(|machine| machine.number == Some(number))
        };
        if self.machines.len() > HOSTS {
            return Err(format!(
                "a wire takes {HOSTS} hosts, and this one has them; `reset` begins anew"
            ));
        }
        let Some(wanted) = wanted else {
            return (1..=address::LAST)
                .find(|number| holder(*number).is_none())
                .ok_or_else(|| "every address of the wire is taken".to_owned());
        };
        let free = (1..=address::LAST)
            .find(|number| holder(*number).is_none())
            .unwrap_or(address::LAST);
        let plain = wanted.trim_start_matches('[').trim_end_matches(']');
        let Ok(ip) = plain.parse::<IpAddr>() else {
            return Err(format!(
                "{} is not an address; a host of the wire has one from 10.0.0.1 to 10.0.0.{}, or none is given and the next free one is taken: host {name} 10.0.0.{free}",
                wanted.escape_debug(),
                address::LAST
            ));
        };
        let Some(number) = address::number(ip) else {
            return Err(format!(
                "{ip} lies outside the wire, which carries 10.0.0.1 to 10.0.0.{last} and fd00::1 to fd00::{last}: host {name} 10.0.0.{free}",
                last = address::LAST
            ));
        };
        match holder(number) {
            None => Ok(number),
            Some(taken) => Err(format!(
                "{ip} is taken: {} has it (and {} with it)",
                taken.name,
                if ip.is_ipv4() {
                    IpAddr::from(address::ipv6(number))
                } else {
                    IpAddr::from(address::ipv4(number))
                }
            )),
        }
    }
}

/// Said of a wire that has ended.
pub const NO_WIRE: &str =
    "the wire's process has ended and nothing carries frames any more; `reset` begins a new lab";

/// Why a host cannot be had: what is wrong with what was asked, or what failed.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The name or the address cannot be taken.
    #[error("{0}")]
    Unfit(String),
    /// The keeper or the kernel could not.
    #[error("no host could be made: {0}")]
    Lab(#[from] LabError),
    /// The capture or the channel to the wire failed.
    #[error("no host could be made: {0}")]
    Io(#[from] std::io::Error),
}

impl Session {
    /// The machines.
    pub fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Makes a host, plugs it into the wire, and makes its first process, which has its name.
    pub fn make_host(&mut self, name: &str, wanted: Option<&str>) -> Result<(), HostError> {
        let fit = name.len() <= NAME
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !name.eq_ignore_ascii_case("localhost");
        if !fit {
            return Err(HostError::Unfit(format!(
                "a host's name is a name for the network: it begins with a letter and goes on with letters, digits and -, {NAME} in all: not {}",
                name.chars()
                    .take(2 * NAME)
                    .collect::<String>()
                    .escape_debug()
            )));
        }
        if self.process(name).is_some() || self.programs.iter().any(|one| one.name == name) {
            return Err(HostError::Unfit(format!(
                "a process is called {name} already, and a host's first process has the host's name"
            )));
        }
        if !self.lab.tier().is_private() {
            return Err(HostError::Unfit(
                "hosts need a private network, and this session has none; `socklab doctor` says why"
                    .to_owned(),
            ));
        }
        if self.wire_is_gone() {
            return Err(HostError::Unfit(NO_WIRE.to_owned()));
        }
        let number = self.hosts.number(name, wanted).map_err(HostError::Unfit)?;
        let made = self.lab.host(name, number)?;
        for note in made.notes {
            self.out.push(Event::Note(format!("not set up: {note}")));
        }
        let machine = Machine {
            name: name.to_owned(),
            number: Some(number),
            diag: Some(made.diag),
        };
        let taps = self.packets.taps_mut();
        taps.add_host(name, machine.addresses(), made.capture)?;
        if let Some(channel) = made.wire {
            taps.take_wire(channel);
        }
        if let Err(error) = taps.plug(made.port, address::mac(number)) {
            return Err(match error.raw_os_error() {
                Some(libc::EPIPE | libc::ECONNRESET) => HostError::Unfit(NO_WIRE.to_owned()),
                _ => HostError::Io(error),
            });
        }
        self.hosts.machines.push(machine);
        self.make_process_on(name, name)?;
        Ok(())
    }

    /// Asks the kernel about all sockets of every host; each answer with the index of its host.
    pub(super) fn ask(&self, questions: &[Question]) -> Vec<(usize, Answer)> {
        self.ask_for(questions, Listed::All)
    }

    /// Asks the kernel about sockets of every host; each answer with the index of its host.
    pub(super) fn ask_for(&self, questions: &[Question], listed: Listed) -> Vec<(usize, Answer)> {
        let mut all = Vec::new();
        for (place, machine) in self.hosts.machines.iter().enumerate() {
            let channel = machine.diag.as_ref().unwrap_or(&self.lab.diag);
            for question in questions {
                let answers = diag::ask(channel.as_fd(), *question, listed).unwrap_or_default();
                all.extend(answers.into_iter().map(|answer| (place, answer)));
            }
        }
        all
    }

    /// Gives the wire an order; the rules that hold then, or why it was not carried out.
    pub fn wire(&mut self, order: &WireOrder) -> Result<Vec<RuleRow>, String> {
        if let WireOrder::Seed(seed) = order {
            self.injections.seed(*seed);
        }
        let answer = self.packets.taps_mut().order(order);
        let rules = match answer {
            // Without a wire it is that of `inject`.
            None if matches!(order, WireOrder::Seed(_)) => Ok(Vec::new()),
            None => {
                Err("there is no wire yet: `host client` puts the first machine on one".to_owned())
            }
            Some(Err(_)) => Err(NO_WIRE.to_owned()),
            Some(Ok(answer)) => answer,
        };
        // An order may let go of frames that were held: what they wake is heard with them.
        self.packets.taps_mut().settle();
        self.quiesce();
        rules
    }

    /// A network setting of a host, by its path under /proc/sys/net; with a value, it is written first.
    pub fn sysctl(
        &mut self,
        host: &str,
        path: &str,
        value: Option<&str>,
    ) -> Result<String, LabError> {
        self.lab.sysctl(host, path, value)
    }
}
