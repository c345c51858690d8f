//! What was typed for an address to the address a socket of this family takes; names are looked up on the way.

use super::address_form::{
    astray, by_family, natural_family, netlink_address, unfit, unix_address, vsock_address,
};
use super::arguments::{c_text, given};
use super::draft::Draft;
use super::execution::{Execution, Outcome, Stop};
use super::memory::Descriptor;
use super::operator::integer;
use super::text::{self, number_of};
use crate::catalog::parameter::Group;
use crate::command::ast::{Call, Expr};
use crate::sys::names::{self, Hints, Info};
use crate::value::{Address, Value};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};

impl Execution<'_> {
    /// The address of a parameter for the socket it is for.
    pub(super) fn address(&mut self, call: &Call, place: usize, fd: i32) -> Outcome<Address> {
        let value = self.needed(call, place)?;
        let known = self.descriptor(fd);
        let address = self.address_of(&value, known)?;
        self.engine.permit_address(&address)?;
        Ok(address)
    }

    /// The address of a parameter, if one was given.
    pub(super) fn address_or_none(
        &mut self,
        call: &Call,
        place: usize,
        fd: i32,
    ) -> Outcome<Option<Address>> {
        match given(call, place) {
            None | Some(Expr::None) => Ok(None),
            Some(_) => self.address(call, place, fd).map(Some),
        }
    }

    /// The address a value means for such a socket; of a descriptor that is no socket nothing is known, and the value alone decides.
    pub(super) fn address_of(
        &mut self,
        value: &Value,
        known: Option<Descriptor>,
    ) -> Outcome<Address> {
        if let Some(address) = by_family(value) {
            return Ok(address);
        }
        let family = known.map_or_else(|| natural_family(value), |known| known.family);
        let family_name = text::family(family);
        match family_name.as_str() {
            "AF_INET" | "AF_INET6" => self.internet_address(value, family, known),
            "AF_UNIX" => unix_address(value),
            "AF_NETLINK" => netlink_address(value),
            "AF_PACKET" => self.packet_address(value),
            "AF_VSOCK" => vsock_address(value),
            _ => match value {
                Value::Address(address) => Ok(address.clone()),
                other => {
                    let example = format!(
                        "the family and the bytes that follow it, as in `({family_name}, x\"00 01\")`"
                    );
                    Err(unfit(other, &family_name, &example))
                }
            },
        }
    }

    fn internet_address(
        &mut self,
        value: &Value,
        family: i32,
        known: Option<Descriptor>,
    ) -> Outcome<Address> {
        let example = if family == number_of("AF_INET6") {
            "a host and a port, as in `[::1]:5000` or `(\"::1\", 5000)`"
        } else {
            "a host and a port, as in `127.0.0.1:5000` or `(\"localhost\", 5000)`"
        };
        let unfit = || match astray(value) {
            Some(reason) => Stop::because(reason),
            None => unfit(value, &text::family(family), example),
        };
        match value {
            // An IPv6 address for an IPv4 socket goes to the kernel, which has an errno for it.
            Value::Address(
                address @ (Address::Inet(_) | Address::Inet6(_) | Address::Other { .. }),
            ) => Ok(address.clone()),
            Value::Tuple(fields) | Value::List(fields) => {
                let (Some(host), Some(port)) = (
                    fields.first().and_then(super::arguments::text_of),
                    fields.get(1).and_then(integer),
                ) else {
                    return Err(unfit());
                };
                let port = port_number(port)?;
                let mut address = self.one_address(&host, port, family, known)?;
                if let Address::Inet6(inet6) = &mut address {
                    if let Some(flow) = fields.get(2).and_then(integer) {
                        inet6.set_flowinfo(flow as u32);
                    }
                    if let Some(scope) = fields.get(3).and_then(integer).filter(|scope| *scope != 0)
                    {
                        inet6.set_scope_id(scope as u32);
                    }
                }
                Ok(address)
            }
            Value::Str(host) if known.is_none_or(has_no_ports) => {
                self.one_address(host, 0, family, known)
            }
            _ => Err(unfit()),
        }
    }

    fn one_address(
        &mut self,
        host: &str,
        port: u16,
        family: i32,
        known: Option<Descriptor>,
    ) -> Outcome<Address> {
        if let Some(address) = literal(host, port, family) {
            return Ok(address);
        }
        // The one name that means the same everywhere (RFC 6761 section 6.3), whatever /etc/hosts says.
        if host == "localhost" {
            let loopback = if family == number_of("AF_INET6") {
                "::1"
            } else {
                "127.0.0.1"
            };
            if let Some(address) = literal(loopback, port, family) {
                return Ok(address);
            }
        }
        let kind = known.map_or(0, |known| known.kind);
        let found = self.look_up(host, port, family, kind)?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Stop::because(format!("`{host}` has no address")))
    }

    /// The addresses of a host name, by getaddrinfo(3); a literal address needs no question.
    pub(super) fn look_up(
        &mut self,
        host: &str,
        port: u16,
        family: i32,
        kind: i32,
    ) -> Outcome<Vec<Address>> {
        for family in [family, number_of("AF_INET"), number_of("AF_INET6")] {
            if let Some(address) = literal(host, port, family) {
                return Ok(vec![address]);
            }
            if family != number_of("AF_UNSPEC") {
                break;
            }
        }
        let hints = Hints {
            family,
            kind: if kind == number_of("SOCK_RAW") {
                0
            } else {
                kind
            },
            ..Hints::default()
        };
        let service = (port != 0).then(|| port.to_string());
        let infos = self.call_getaddrinfo(Some(host), service.as_deref(), hints)?;
        let mut found = names::addresses(&infos);
        found.dedup();
        Ok(found)
    }

    /// getaddrinfo(3), reported.
    pub(super) fn call_getaddrinfo(
        &mut self,
        host: Option<&str>,
        service: Option<&str>,
        hints: Hints,
    ) -> Outcome<Vec<Info>> {
        let c_host = host.map(c_text).transpose()?;
        let c_service = service.map(c_text).transpose()?;
        let draft = Draft::of("getaddrinfo")
            .arg(text::text_or_null(host))
            .arg(text::text_or_null(service))
            .arg(hints_text(hints));
        let infos = self.call(
            draft,
            || names::getaddrinfo(c_host.as_deref(), c_service.as_deref(), hints),
            |infos, event| {
                let mut shown: Vec<String> =
                    names::addresses(infos).iter().map(text::address).collect();
                shown.dedup();
                event.out = format!("[{}]", shown.join(", "));
            },
        )?;
        Ok(infos)
    }

    /// Host and port of a parameter that is looked up in every family.
    pub(super) fn host_and_port(&mut self, call: &Call, place: usize) -> Outcome<(String, u16)> {
        let value = self.needed(call, place)?;
        let fields = super::operator::parts(&value).unwrap_or_default();
        match (&value, fields.first(), fields.get(1).and_then(integer)) {
            (
                Value::Address(_) | Value::Tuple(_) | Value::List(_),
                Some(Value::Str(host)),
                Some(port),
            ) => Ok((host.clone(), port_number(port)?)),
            _ => Err(super::arguments::expected(
                call,
                place,
                "a host and a port, as in `localhost:5000`",
                &value,
            )),
        }
    }

    fn packet_address(&mut self, value: &Value) -> Outcome<Address> {
        let fields = match value {
            Value::Address(address @ (Address::Packet { .. } | Address::Other { .. })) => {
                return Ok(address.clone());
            }
            // Text where an address is due reads as a path; an interface's name never holds a slash.
            Value::Address(Address::UnixPath(name)) if !name.contains(&b'/') => {
                vec![Value::Str(String::from_utf8_lossy(name).into_owned())]
            }
            Value::Str(_) => vec![value.clone()],
            Value::Tuple(fields) | Value::List(fields) => fields.clone(),
            _ => Vec::new(),
        };
        let Some(Value::Str(interface)) = fields.first() else {
            let example = "an interface and perhaps a protocol, as in `(\"lo\", ETH_P_IP)`";
            return Err(unfit(value, "AF_PACKET", example));
        };
        let number = |place: usize| fields.get(place).and_then(integer).unwrap_or(0);
        let index = if interface.is_empty() {
            0
        } else {
            self.interface_index(interface)?
        };
        Ok(Address::Packet {
            interface: interface.clone(),
            index: index as i32,
            protocol: number(1) as u16,
            packet_type: number(2) as u8,
            hardware_type: number(3) as u16,
            hardware_address: match fields.get(4) {
                Some(Value::Bytes(address)) => address.clone(),
                _ => Vec::new(),
            },
        })
    }
}

/// The hints of getaddrinfo(3) that are set: `{ai_family=AF_INET}`.
fn hints_text(hints: Hints) -> String {
    let mut shown = Vec::new();
    if hints.flags != 0 {
        let flags = text::flags(Group::AddressInfo, hints.flags);
        shown.push(format!("ai_flags={flags}"));
    }
    if hints.family != 0 {
        shown.push(format!("ai_family={}", text::family(hints.family)));
    }
    if hints.kind != 0 {
        shown.push(format!("ai_socktype={}", text::kind(hints.kind)));
    }
    if hints.protocol != 0 {
        let protocol = text::protocol(number_of("AF_INET"), hints.protocol);
        shown.push(format!("ai_protocol={protocol}"));
    }
    format!("{{{}}}", shown.join(", "))
}

/// An address that needs no look-up: digits, nothing or `*` for any, `<broadcast>`.
fn literal(host: &str, port: u16, family: i32) -> Option<Address> {
    let v4 = |ip| Some(Address::Inet(SocketAddrV4::new(ip, port)));
    let v6 = |ip| Some(Address::Inet6(SocketAddrV6::new(ip, port, 0, 0)));
    if family == number_of("AF_INET") {
        match host {
            "" | "*" => v4(Ipv4Addr::UNSPECIFIED),
            "<broadcast>" => v4(Ipv4Addr::BROADCAST),
            digits => digits.parse().ok().and_then(v4),
        }
    } else if family == number_of("AF_INET6") {
        match host {
            "" | "*" => v6(Ipv6Addr::UNSPECIFIED),
            digits => digits.parse().ok().and_then(v6),
        }
    } else {
        None
    }
}

fn port_number(port: i64) -> Outcome<u16> {
    u16::try_from(port).map_err(|_| {
        Stop::because(format!(
            "a port is a number from 0 to 65535, and {port} is not"
        ))
    })
}

/// Raw and ping sockets have no ports, so a bare host will do.
fn has_no_ports(known: Descriptor) -> bool {
    known.kind == number_of("SOCK_RAW")
        || known.protocol == number_of("IPPROTO_ICMP")
        || known.protocol == number_of("IPPROTO_ICMPV6")
}
