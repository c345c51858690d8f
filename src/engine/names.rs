//! Names: getaddrinfo, getnameinfo and Python's shorter forms of them; services, protocols, this host's own name.

use super::arguments::{c_text, text_of};
use super::draft::{Draft, PENDING};
use super::execution::{Execution, Outcome, Stop};
use super::operator::{describe, integer};
use super::text::{self, number_of};
use crate::catalog::parameter::Group;
use crate::command::ast::Call;
use crate::sys::address;
use crate::sys::names::{self, Hints};
use crate::value::{Address, Value};

impl Execution<'_> {
    /// `getaddrinfo host [port] [family] [type] [proto] [flags]`: (family, type, proto, canonname, sockaddr) for each.
    pub(super) fn getaddrinfo(&mut self, call: &Call) -> Outcome {
        let host = self.text_or_none(call, 0)?;
        let service = match self.value(call, 1)? {
            None | Some(Value::None) => None,
            Some(value) => Some(match (text_of(&value), integer(&value)) {
                (Some(text), _) => text,
                (None, Some(number)) => number.to_string(),
                (None, None) => {
                    return Err(Stop::because(format!(
                        "a port is a number or a service's name, not {}",
                        describe(&value)
                    )));
                }
            }),
        };
        let hints = Hints {
            family: self.int(call, 2, 0)?,
            kind: self.int(call, 3, 0)?,
            protocol: self.int(call, 4, 0)?,
            flags: self.int(call, 5, 0)?,
        };
        let infos = self.call_getaddrinfo(host.as_deref(), service.as_deref(), hints)?;
        let constant = |value: i32, name: String| Value::Constant {
            value: i64::from(value),
            name,
        };
        let rows = infos.iter().map(|info| {
            Value::Tuple(vec![
                constant(info.family, text::family(info.family)),
                if info.kind == 0 {
                    Value::Int(0)
                } else {
                    constant(info.kind, text::kind(info.kind))
                },
                constant(info.protocol, text::protocol(info.family, info.protocol)),
                lossy(&info.canonical_name),
                Value::Address(address::decode(&info.address)),
            ])
        });
        Ok(Value::List(rows.collect()))
    }

    /// `getnameinfo address [flags]`: host and service.
    pub(super) fn getnameinfo(&mut self, call: &Call) -> Outcome {
        let (host, port) = self.host_and_port(call, 0)?;
        let flags = self.int(call, 1, 0)?;
        let found = self.look_up(&host, port, number_of("AF_UNSPEC"), number_of("SOCK_DGRAM"))?;
        let Some(address) = found.into_iter().next() else {
            return Err(Stop::Fruitless(format!("`{host}` has no address")));
        };
        let (host, service) = self.call_getnameinfo(&address, flags)?;
        Ok(Value::Tuple(vec![lossy(&host), lossy(&service)]))
    }

    fn call_getnameinfo(&mut self, asked: &Address, flags: i32) -> Outcome<(Vec<u8>, Vec<u8>)> {
        let bytes = address::encode(asked);
        let draft = Draft::of("getnameinfo")
            .arg(text::address(asked))
            .arg(PENDING)
            .arg(PENDING)
            .arg(text::flags(Group::NameInfo, flags));
        Ok(self.call(
            draft,
            || names::getnameinfo(&bytes, flags),
            |(host, service), event| {
                event.args[1] = text::quoted(host);
                event.args[2] = text::quoted(service);
            },
        )?)
    }

    /// `gethostbyname name`: the first IPv4 address, by getaddrinfo as Python asks.
    pub(super) fn gethostbyname(&mut self, call: &Call) -> Outcome {
        let host = self.text(call, 0)?;
        let found = self.look_up(&host, 0, number_of("AF_INET"), 0)?;
        let ip = found.first().and_then(Address::ip);
        ip.map(|ip| Value::Str(ip.to_string()))
            .ok_or_else(|| Stop::Fruitless(format!("`{host}` has no IPv4 address")))
    }

    /// `gethostbyname_ex name`: (name, aliases, addresses), by getaddrinfo, which knows no aliases.
    pub(super) fn gethostbyname_ex(&mut self, call: &Call) -> Outcome {
        let host = self.text(call, 0)?;
        let hints = Hints {
            flags: number_of("AI_CANONNAME"),
            family: number_of("AF_INET"),
            kind: number_of("SOCK_STREAM"),
            ..Hints::default()
        };
        let infos = self.call_getaddrinfo(Some(&host), None, hints)?;
        let name = infos
            .first()
            .filter(|info| !info.canonical_name.is_empty())
            .map_or(Value::Str(host), |info| lossy(&info.canonical_name));
        // /etc/hosts may give a name the same address twice.
        let mut addresses: Vec<Value> = Vec::new();
        for ip in infos
            .iter()
            .filter_map(|info| address::decode(&info.address).ip())
        {
            let ip = Value::Str(ip.to_string());
            if !addresses.contains(&ip) {
                addresses.push(ip);
            }
        }
        Ok(Value::Tuple(vec![
            name,
            Value::List(Vec::new()),
            Value::List(addresses),
        ]))
    }

    /// `gethostbyaddr address`: (name, aliases, addresses), by getnameinfo, which knows no aliases.
    pub(super) fn gethostbyaddr(&mut self, call: &Call) -> Outcome {
        let host = self.text(call, 0)?;
        let found = self.look_up(&host, 0, number_of("AF_UNSPEC"), number_of("SOCK_STREAM"))?;
        let Some((address, ip)) = found
            .first()
            .and_then(|address| Some((address.clone(), address.ip()?)))
        else {
            return Err(Stop::Fruitless(format!("`{host}` has no address")));
        };
        let (name, _) = self.call_getnameinfo(&address, number_of("NI_NAMEREQD"))?;
        Ok(Value::Tuple(vec![
            lossy(&name),
            Value::List(Vec::new()),
            Value::List(vec![Value::Str(ip.to_string())]),
        ]))
    }

    /// `gethostname`
    pub(super) fn gethostname(&mut self) -> Outcome {
        let name = self.call(
            Draft::of("gethostname").arg(PENDING),
            names::gethostname,
            |name, event| event.args[0] = text::quoted(name.as_bytes()),
        )?;
        Ok(Value::Str(name))
    }

    /// `getservbyname name [protocol]`: the port, from /etc/services.
    pub(super) fn getservbyname(&mut self, call: &Call) -> Outcome {
        let name = self.text(call, 0)?;
        let protocol = self.text_or_none(call, 1)?;
        let (c_name, c_protocol) = (c_text(&name)?, protocol.as_deref().map(c_text).transpose()?);
        let draft = Draft::of("getservbyname")
            .arg(text::quoted(name.as_bytes()))
            .arg(text::text_or_null(protocol.as_deref()));
        self.call_database(
            draft,
            || names::getservbyname(&c_name, c_protocol.as_deref()),
            |port| format!("{{s_port={port}}}"),
        )?
        .map(|port| Value::Int(i64::from(port)))
        .ok_or_else(|| Stop::Fruitless(format!("no service `{name}` in /etc/services")))
    }

    /// `getservbyport port [protocol]`: the name, from /etc/services.
    pub(super) fn getservbyport(&mut self, call: &Call) -> Outcome {
        let port = self.int(call, 0, 0)?;
        let port = u16::try_from(port).map_err(|_| {
            Stop::because(format!(
                "a port is a number from 0 to 65535, and {port} is not"
            ))
        })?;
        let protocol = self.text_or_none(call, 1)?;
        let c_protocol = protocol.as_deref().map(c_text).transpose()?;
        let draft = Draft::of("getservbyport")
            .arg(format!("htons({port})"))
            .arg(text::text_or_null(protocol.as_deref()));
        self.call_database(
            draft,
            || names::getservbyport(port, c_protocol.as_deref()),
            |name| format!("{{s_name={}}}", text::quoted(name)),
        )?
        .map(|name| lossy(&name))
        .ok_or_else(|| Stop::Fruitless(format!("no service at port {port} in /etc/services")))
    }

    /// `getprotobyname name`: the number, from /etc/protocols.
    pub(super) fn getprotobyname(&mut self, call: &Call) -> Outcome {
        let name = self.text(call, 0)?;
        let c_name = c_text(&name)?;
        let draft = Draft::of("getprotobyname").arg(text::quoted(name.as_bytes()));
        self.call_database(
            draft,
            || names::getprotobyname(&c_name),
            |number| format!("{{p_proto={number}}}"),
        )?
        .map(|number| Value::Int(i64::from(number)))
        .ok_or_else(|| Stop::Fruitless(format!("no protocol `{name}` in /etc/protocols")))
    }

    /// A question to one of the files in /etc, whose answer is a structure or NULL.
    fn call_database<T>(
        &mut self,
        draft: Draft,
        ask: impl FnOnce() -> Option<T>,
        show: impl FnOnce(&T) -> String,
    ) -> Outcome<Option<T>> {
        let found = self.call(
            draft,
            || Ok::<Option<T>, nix::errno::Errno>(ask()),
            |found, event| {
                event.out = found.as_ref().map_or_else(|| "NULL".to_owned(), show);
            },
        )?;
        Ok(found)
    }
}

fn lossy(bytes: &[u8]) -> Value {
    Value::Str(String::from_utf8_lossy(bytes).into_owned())
}
