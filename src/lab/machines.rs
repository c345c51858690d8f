//! The keeper's machines: the first host, those on the wire, and the switch that holds the wire's ends of their cables.

use super::host::{self, Failure, Host};
use super::namespaces::Namespaces;
use super::roster::Roster;
use super::{birth, hosts_file, pump};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use std::io;
use std::os::fd::OwnedFd;

/// All machines of a lab.
#[derive(Debug)]
pub struct Machines {
    /// The namespaces of the keeper, which are the first host's.
    home: Option<Namespaces>,
    first: String,
    hosts: Vec<Host>,
    switch: Option<Namespaces>,
    roster: Option<Roster>,
    /// True when /etc/hosts is the lab's own.
    names: bool,
}

/// What the terminal gets with a new host.
#[derive(Debug)]
pub struct NewHost {
    /// The interface index of the wire's end of its cable.
    pub port: u32,
    /// What could not be set up, in words.
    pub notes: Vec<String>,
    /// A netlink socket, a packet socket, and with the first host the channel to the wire.
    pub descriptors: Vec<OwnedFd>,
}

impl Machines {
    /// The first host alone. `names`: /etc/hosts is the lab's own and may be written.
    pub fn new(first: &str, names: bool) -> Self {
        Self {
            home: Namespaces::current().ok(),
            first: first.to_owned(),
            hosts: Vec::new(),
            switch: None,
            roster: Roster::new().ok(),
            names,
        }
    }

    /// The namespaces of a host; `None` for those this process is in already.
    pub fn namespaces(&self, host: &str) -> Option<&Namespaces> {
        self.hosts
            .iter()
            .find(|one| one.name == host)
            .map(|one| &one.namespaces)
    }

    /// Makes a host with this number and plugs it into the wire.
    pub fn add(&mut self, name: &str, number: u8) -> Result<NewHost, Failure> {
        let home = self
            .home
            .as_ref()
            .ok_or_else(|| ("/proc/self/ns", io::Error::from_raw_os_error(libc::ENOENT)))?;
        let mut channel = None;
        if self.switch.is_none() {
            let switch = host::make_switch(home)?;
            let (ours, theirs) = socketpair(
                AddressFamily::Unix,
                SockType::SeqPacket,
                None,
                SockFlag::SOCK_CLOEXEC,
            )
            .map_err(|errno| ("socketpair(2)", errno.into()))?;
            let (ring, out) = switch
                .within(home, pump::open)
                .map_err(|error| ("socket(AF_PACKET)", error))?;
            birth::wire(theirs, ring, out)?;
            channel = Some(ours);
            self.switch = Some(switch);
        }
        let switch = self
            .switch
            .as_ref()
            .ok_or_else(|| ("switch", io::Error::from_raw_os_error(libc::ENOENT)))?;
        let (host, mut opened) = host::make(name, number, switch, home)?;
        self.hosts.push(host);
        if self.names
            && let Err(error) = hosts_file::rewrite(&self.names_of_hosts())
        {
            opened
                .notes
                .push(format!("names of the hosts (/etc/hosts): {error}"));
        }
        if let Some(roster) = &mut self.roster {
            let listed = roster.write(&self.hosts);
            if let Err(error) = listed {
                opened
                    .notes
                    .push(format!("list of hosts for `socklab enter`: {error}"));
            }
        }
        let descriptors = [opened.diag].into_iter();
        let descriptors = descriptors.chain(opened.capture).chain(channel);
        Ok(NewHost {
            port: opened.port,
            notes: opened.notes,
            descriptors: descriptors.collect(),
        })
    }

    fn names_of_hosts(&self) -> String {
        let wire: Vec<(&str, u8)> = self
            .hosts
            .iter()
            .map(|host| (host.name.as_str(), host.number))
            .collect();
        hosts_file::lines(&self.first, &wire)
    }

    /// Reads a setting under /proc/sys/net as a host sees it; with a value, writes it first.
    pub fn sysctl(&self, host: &str, path: &str, value: Option<&str>) -> Result<String, Failure> {
        let read_or_write = || {
            let file = format!("/proc/sys/net/{path}");
            if let Some(value) = value {
                std::fs::write(&file, value)?;
            }
            std::fs::read_to_string(&file)
        };
        let result = match (self.namespaces(host), &self.home) {
            (Some(there), Some(home)) => there.within(home, read_or_write),
            _ => read_or_write(),
        };
        result
            .map(|text| text.trim_end().to_owned())
            .map_err(|error| ("sysctl", error))
    }
}
