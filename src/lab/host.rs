//! A machine of the lab: its namespaces with a loopback interface, and with an `eth0` whose other end is a port of the wire.

use super::address;
use super::namespaces::Namespaces;
use crate::sys::rtnetlink::{self, End};
use crate::sys::{diag, link, ring};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

/// What failed, as a system call or an interface names it, and how.
pub type Failure = (&'static str, io::Error);

/// A machine of the lab, as the keeper holds it.
#[derive(Debug)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its number on the wire.
    pub number: u8,
    /// Where it lives.
    pub namespaces: Namespaces,
}

/// What the terminal gets of a new host.
#[derive(Debug)]
pub struct Opened {
    /// A netlink socket for sock_diag, in its network.
    pub diag: OwnedFd,
    /// Packet sockets in its network that have not begun to capture.
    pub capture: [OwnedFd; ring::RINGS],
    /// The interface index of the wire's end of its cable.
    pub port: u32,
    /// What could not be set up and is not needed by everything, in words.
    pub notes: Vec<String>,
}

/// The network settings a host begins with, name under /proc/sys/net and value. The wire is to carry nothing but what the student
/// causes (no router solicitation, no duplicate address detection), and one connection is to be like the next (no remembered metrics).
const SETTINGS: [(&str, &str); 7] = [
    ("ipv6/conf/all/accept_ra", "0"),
    ("ipv6/conf/default/accept_ra", "0"),
    ("ipv6/conf/default/router_solicitations", "0"),
    ("ipv6/conf/default/dad_transmits", "0"),
    // The larger of the two counts: with either on, a link-local address is tentative at first, and bind to it fails.
    ("ipv6/conf/all/accept_dad", "0"),
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv4/tcp_no_metrics_save", "1"),
];

/// Neighbours stay confirmed for longer than anybody works: an idle minute is not to put ARP in front of what the student sends then,
/// nor a cut cable to end in "no route to host" for one who types slowly and in a timeout for one who types fast.
const NEIGHBOURS_KEPT: Duration = Duration::from_hours(24);

/// The network namespace that holds the wire's ends of all cables. Nothing in it has an address.
pub fn make_switch(home: &Namespaces) -> Result<Namespaces, Failure> {
    let made = Namespaces::make(home).map_err(|error| ("unshare(CLONE_NEWNET)", error));
    if made.is_ok() {
        // Without IPv6 the ends say nothing by themselves. A kernel without IPv6 has no such setting, and no need of it.
        let _ = std::fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
    }
    home.enter().map_err(|error| ("setns(2)", error))?;
    made
}

/// Makes a host and plugs it into the wire.
pub fn make(
    name: &str,
    number: u8,
    switch: &Namespaces,
    home: &Namespaces,
) -> Result<(Host, Opened), Failure> {
    let made = Namespaces::make(home)
        .map_err(|error| ("unshare(CLONE_NEWNET)", error))
        .and_then(|namespaces| {
            let opened = furnish(name, number, switch, &namespaces)?;
            Ok((namespaces, opened))
        });
    home.enter().map_err(|error| ("setns(2)", error))?;
    let (namespaces, opened) = made?;
    let name = name.to_owned();
    Ok((
        Host {
            name,
            number,
            namespaces,
        },
        opened,
    ))
}

/// Runs in the host's namespaces; the keeper's own step home is the caller's.
fn furnish(
    name: &str,
    number: u8,
    switch: &Namespaces,
    here: &Namespaces,
) -> Result<Opened, Failure> {
    let mut notes = Vec::new();
    if here.uts.is_some()
        && let Err(errno) = nix::unistd::sethostname(name)
    {
        notes.push(format!("host name of {name}: {errno}"));
    }
    let six = Path::new("/proc/sys/net/ipv6").exists();
    for (setting, value) in SETTINGS {
        if !six && setting.starts_with("ipv6") {
            continue;
        }
        if let Err(error) = std::fs::write(format!("/proc/sys/net/{setting}"), value) {
            notes.push(format!("{setting} of {name}: {error}"));
        }
    }
    link::bring_up("lo").map_err(|error| ("SIOCSIFFLAGS on lo", error))?;
    let channel = rtnetlink::open().map_err(|error| ("socket(AF_NETLINK)", error))?;
    let port = plug_in(&channel, number, switch, here)?;
    address_eth0(&channel, (name, number), six, &mut notes)?;
    Ok(Opened {
        diag: diag::open().map_err(|error| ("socket(AF_NETLINK)", error))?,
        capture: ring::open_all().map_err(|error| ("socket(AF_PACKET)", error))?,
        port,
        notes,
    })
}

/// Makes the cable, a veth(4) pair, and brings both ends up; the index of the wire's end.
fn plug_in(
    channel: &OwnedFd,
    number: u8,
    switch: &Namespaces,
    here: &Namespaces,
) -> Result<u32, Failure> {
    let port_name = format!("port{number}");
    let ours = End {
        name: "eth0",
        mac: address::mac(number),
    };
    let theirs = End {
        name: &port_name,
        mac: [2, 0, 0, 0, 0xff, number],
    };
    rtnetlink::create_veth(channel, ours, theirs, switch.network.as_fd())
        .map_err(|error| ("RTM_NEWLINK veth", error))?;
    link::plain_frames("eth0").map_err(|error| ("SIOCETHTOOL on eth0", error))?;
    let port = switch
        .within(here, || {
            let port = nix::net::if_::if_nametoindex(port_name.as_str())?;
            link::plain_frames(&port_name)?;
            link::bring_up(&port_name)?;
            Ok(port)
        })
        .map_err(|error| ("the wire's end of the cable", error))?;
    link::bring_up("eth0").map_err(|error| ("SIOCSIFFLAGS on eth0", error))?;
    Ok(port)
}

/// Gives the host's end of the cable its addresses, and its neighbours a long life.
fn address_eth0(
    channel: &OwnedFd,
    (name, number): (&str, u8),
    six: bool,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let eth0 = nix::net::if_::if_nametoindex("eth0")
        .map_err(|errno| ("if_nametoindex(3)", errno.into()))?;
    let ip = address::ipv4(number).into();
    rtnetlink::add_address(channel, eth0, ip, address::PREFIX_V4)
        .map_err(|error| ("RTM_NEWADDR IPv4", error))?;
    if six {
        for ip in [address::ipv6(number), address::link_local(number)] {
            let added = rtnetlink::add_address(channel, eth0, ip.into(), address::PREFIX_V6);
            // The kernel makes the link-local address itself once it has noticed that the cable is plugged in, which on a busy machine
            // can take seconds; until then bind to it fails.
            if let Err(error) = added
                && error.raw_os_error() != Some(libc::EEXIST)
            {
                notes.push(format!("IPv6 address of {name}: {error}"));
            }
        }
    } else {
        notes.push("this kernel has no IPv6: the hosts have IPv4 only".to_owned());
    }
    let families = [libc::AF_INET, libc::AF_INET6];
    for family in &families[..=usize::from(six)] {
        if let Err(error) = rtnetlink::keep_neighbours(channel, eth0, *family, NEIGHBOURS_KEPT) {
            notes.push(format!("neighbour table of {name}: {error}"));
        }
    }
    Ok(())
}
