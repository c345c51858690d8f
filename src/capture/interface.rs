//! The interfaces of this network, and how frames of each are captured: with which link header. Nothing is captured here.

use crate::packet::headers::LinkType;
use crate::sys::block_ring::Form;
use crate::sys::{interface, link};
use std::io;

/// The name that stands for every interface at once.
pub const ANY: &str = "any";

/// An interface to capture on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name, or [`ANY`].
    pub name: String,
    /// Its number; 0 for [`ANY`].
    pub index: i32,
    /// How its frames begin.
    pub link: LinkType,
    /// What the packet socket has to give.
    pub form: Form,
    /// True when every frame passes twice: once sent, once received.
    pub loopback: bool,
    /// False when nothing will be seen until somebody brings it up.
    pub up: bool,
}

/// The names of all interfaces, in the order of their numbers.
pub fn all() -> io::Result<Vec<(i32, String)>> {
    Ok(interface::if_nameindex()?
        .into_iter()
        .map(|(index, name)| (index as i32, name))
        .collect())
}

impl Interface {
    /// The interface of this name; `None` when there is none.
    pub fn find(name: &str) -> io::Result<Option<Self>> {
        if name == ANY {
            return Ok(Some(Self {
                name: ANY.to_owned(),
                index: 0,
                link: LinkType::LINUX_SLL2,
                form: Form::Cooked,
                loopback: false,
                up: true,
            }));
        }
        let Some((index, name)) = all()?.into_iter().find(|(_, known)| known == name) else {
            return Ok(None);
        };
        let hardware = link::hardware_type(&name)?;
        let (link, form) = framing(hardware);
        Ok(Some(Self {
            index,
            link,
            form,
            loopback: hardware == libc::ARPHRD_LOOPBACK,
            up: link::is_up(&name)?,
            name,
        }))
    }
}

/// How frames of a kind of hardware begin. What is neither Ethernet nor bare IP is taken without its link header, as libpcap does.
fn framing(hardware: u16) -> (LinkType, Form) {
    /// `ARPHRD_RAWIP` of linux/if_arp.h.
    const RAWIP: u16 = 519;
    match hardware {
        libc::ARPHRD_ETHER | libc::ARPHRD_LOOPBACK => (LinkType::ETHERNET, Form::Whole),
        libc::ARPHRD_NONE
        | RAWIP
        | libc::ARPHRD_TUNNEL
        | libc::ARPHRD_TUNNEL6
        | libc::ARPHRD_SIT => (LinkType::RAW, Form::Whole),
        _ => (LinkType::LINUX_SLL2, Form::Cooked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_there_and_looks_like_ethernet() {
        let lo = Interface::find("lo").expect("interfaces can be listed");
        let lo = lo.expect("every network has a loopback");
        assert_eq!((lo.link, lo.form), (LinkType::ETHERNET, Form::Whole));
        assert!(lo.loopback);
    }

    #[test]
    fn an_interface_that_does_not_exist_is_not_found() {
        let found = Interface::find("not-there").expect("interfaces can be listed");
        assert_eq!(found, None);
    }

    #[test]
    fn hardware_without_a_known_link_header_is_captured_without_it() {
        for (hardware, link) in [
            (libc::ARPHRD_ETHER, LinkType::ETHERNET),
            (libc::ARPHRD_NONE, LinkType::RAW),
            (libc::ARPHRD_SIT, LinkType::RAW),
            (libc::ARPHRD_PPP, LinkType::LINUX_SLL2),
            (libc::ARPHRD_INFINIBAND, LinkType::LINUX_SLL2),
        ] {
            assert_eq!(framing(hardware).0, link, "{hardware}");
        }
    }
}
