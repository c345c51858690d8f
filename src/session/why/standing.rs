//! How a call found its socket: what this socket had been through, from the calls made on it. Facts for `why`, no packets.

use crate::event::CallEvent;
use crate::session::Session;
use crate::session::known::Known;
use crate::value::Address;

/// What was done with one descriptor between its making and a failed call.
struct Past<'a> {
    /// The call that made it.
    maker: Option<&'a CallEvent>,
    /// The calls on it, oldest first.
    calls: Vec<&'a CallEvent>,
}

impl<'a> Past<'a> {
    /// The newest call of this name that went well.
    fn done(&self, name: &str) -> Option<&'a CallEvent> {
        self.newest(|call| call.name == name && call.errno.is_none())
    }

    fn newest(&self, fits: impl Fn(&CallEvent) -> bool) -> Option<&'a CallEvent> {
        self.calls.iter().rev().copied().find(|call| fits(call))
    }

    /// The family it was made with, if the call that made it says so.
    fn family(&self) -> Option<&'a str> {
        let maker = self.maker?;
        let family =
            matches!(maker.name.as_str(), "socket" | "socketpair").then(|| maker.args.first());
        family.flatten().map(String::as_str)
    }

    /// True when its type was given with this flag, or as this type.
    fn made_with(&self, word: &str) -> bool {
        self.maker
            .and_then(|maker| maker.args.get(1))
            .is_some_and(|kind| kind.split('|').any(|part| part == word))
    }

    fn is_datagram(&self) -> bool {
        self.made_with("SOCK_DGRAM") || self.made_with("SOCK_RAW")
    }
}

impl Session {
    /// Facts about the state in which a failed call found its socket, for the errnos that come of that state.
    pub(super) fn standing(&self, call: &CallEvent) -> Vec<String> {
        let errno = call.errno.as_deref().unwrap_or_default();
        if errno.starts_with("EAI_") {
            return self.names_known(errno).into_iter().collect();
        }
        let Some(fd) = call.fd else {
            return Vec::new();
        };
        let past = self.past(call, fd);
        let label = self
            .inventory()
            .by_fd(&call.process, fd)
            .map_or_else(|| format!("fd {fd}"), Known::label);
        let name = call.name.as_str();
        let fact = match (errno, name) {
            ("EINVAL", "accept" | "accept4") => Some(not_listening(&label, &past)),
            ("EINVAL", "bind") => {
                bound_already(&label, &past).or_else(|| misfit(&label, &past, call))
            }
            ("EINVAL", "listen") => past.done("connect").map(|connect| {
                format!(
                    "{label} is connected, or was: {}, {}. A server listens on a socket of its own.",
                    told(connect),
                    place(connect)
                )
            }),
            ("EINVAL" | "EAFNOSUPPORT", "connect" | "sendto" | "bind") => {
                misfit(&label, &past, call)
            }
            ("EOPNOTSUPP", "accept" | "listen") => {
                past.maker.filter(|_| past.is_datagram()).map(|maker| {
                    format!(
                        "{label} has no connections to wait for: {}, {}.",
                        told(maker),
                        place(maker)
                    )
                })
            }
            ("ENOTCONN", _) | ("EPIPE", "send" | "sendto" | "sendmsg") => {
                self.without_peer(&label, &past, call, fd)
            }
            ("EISCONN", "connect") => Some(match (past.done("listen"), past.done("connect")) {
                (Some(listen), _) => format!(
                    "{label} listens: {}, {}. Connect with another socket.",
                    told(listen),
                    place(listen)
                ),
                (None, Some(connect)) => format!(
                    "{label} is connected already: {}, {}.",
                    told(connect),
                    place(connect)
                ),
                (None, None) => format!("{label} is an end of a connection already."),
            }),
            ("EDESTADDRREQ", _) => Some(format!(
                "No connect was made on {label}, so it has no address to send to."
            )),
            ("EAGAIN" | "EINPROGRESS" | "EALREADY", _) => does_not_wait(&label, &past, call),
            ("EACCES", _) if call.peer.as_ref().is_some_and(is_broadcast) => {
                let set = past.newest(|call| {
                    call.name == "setsockopt" && call.args.iter().any(|arg| arg == "SO_BROADCAST")
                });
                set.is_none().then(|| {
                    format!("SO_BROADCAST was not set on {label}, and that address is everybody's.")
                })
            }
            _ => None,
        };
        fact.into_iter().collect()
    }

    /// The calls on the descriptor a failed call was made on, up to that call.
    fn past(&self, failed: &CallEvent, fd: i32) -> Past<'_> {
        let mut past = Past {
            maker: None,
            calls: Vec::new(),
        };
        let before = self.log().calls().rev().filter(|call| {
            call.process == failed.process
                && (call.end_ns, call.command) <= (failed.end_ns, failed.command)
                && *call != failed
        });
        for call in before {
            if call.made.contains(&fd) {
                past.maker = Some(call);
                break;
            }
            if call.fd == Some(fd) {
                past.calls.push(call);
            }
        }
        past.calls.reverse();
        past
    }

    /// Why a socket has nobody at its other end.
    fn without_peer(
        &self,
        label: &str,
        past: &Past<'_>,
        call: &CallEvent,
        fd: i32,
    ) -> Option<String> {
        if let Some(listen) = past.done("listen") {
            let given = self.inventory().open().filter(|known| {
                known.process == call.process
                    && self.past_maker(call, known.fd).is_some_and(|maker| {
                        maker.name.starts_with("accept") && maker.fd == Some(fd)
                    })
            });
            let given: Vec<String> = given.map(Known::label).collect();
            let given = if given.is_empty() {
                "accept gives one, and has given none yet".to_owned()
            } else {
                format!("accept gave {}", given.join(", "))
            };
            return Some(format!(
                "{label} listens: {}, {}. It never carries data itself; {given}.",
                told(listen),
                place(listen)
            ));
        }
        let shut = past.newest(|call| {
            call.name == "shutdown"
                && call.errno.is_none()
                && call.args.get(1).is_some_and(|how| how != "SHUT_RD")
        });
        if let (Some(shut), "EPIPE") = (shut, call.errno.as_deref().unwrap_or_default()) {
            return Some(format!(
                "{} shut the sending side of {label} down itself: {}, {}.",
                call.process,
                told(shut),
                place(shut)
            ));
        }
        let fresh = past.maker.is_some_and(|maker| maker.name == "socket");
        match past.newest(|call| call.name == "connect") {
            Some(connect) => connect.errno.as_ref().map(|_| {
                format!(
                    "{label} is not connected: {}, {}.",
                    told(connect),
                    place(connect)
                )
            }),
            None if fresh && past.is_datagram() => Some(format!("No connect was made on {label}.")),
            None if fresh => Some(format!(
                "{label} was never connected: no connect was made on it, and it is none that accept gave."
            )),
            None => None,
        }
    }

    fn past_maker(&self, call: &CallEvent, fd: Option<i32>) -> Option<&CallEvent> {
        self.log().calls().rev().find(|made| {
            made.process == call.process && fd.is_some_and(|fd| made.made.contains(&fd))
        })
    }

    /// Which names can be looked up here.
    fn names_known(&self, errno: &str) -> Option<String> {
        if self.is_shared_network() || !matches!(errno, "EAI_AGAIN" | "EAI_NONAME") {
            return None;
        }
        let hosts: Vec<&str> = self
            .hosts()
            .all()
            .iter()
            .map(|host| host.name.as_str())
            .collect();
        Some(format!(
            "No name server can be asked from this lab. The names it knows: localhost, {}.",
            hosts.join(", ")
        ))
    }

    /// The addresses a host of this lab has.
    pub(super) fn own_addresses(&self, host: &str) -> String {
        let wire = self
            .hosts()
            .named(host)
            .map(crate::session::hosts::Machine::addresses)
            .unwrap_or_default();
        let mut all: Vec<String> = wire.iter().map(ToString::to_string).collect();
        all.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
        format!(
            "{host} has the addresses {}; bind takes one of those, or any (0.0.0.0, ::).",
            all.join(", ")
        )
    }

    /// Where a host of this lab can send to.
    pub(super) fn reach(&self, host: &str) -> String {
        if self
            .hosts()
            .named(host)
            .is_some_and(|machine| machine.number.is_some())
        {
            format!(
                "{host} reaches itself and the wire, 10.0.0.0/24 and fd00::/64, and has no route to anywhere else."
            )
        } else {
            format!(
                "{host} has no route but the one to itself (lo: 127.0.0.0/8 and ::1); `host NAME` puts a machine on a wire."
            )
        }
    }
}

fn not_listening(label: &str, past: &Past<'_>) -> String {
    if let Some(listen) = past.done("listen") {
        let shut = past.done("shutdown");
        return match shut {
            Some(shut) => format!(
                "{label} no longer listens: {}, {}.",
                told(shut),
                place(shut)
            ),
            None => format!("{label} listens since {}, {}.", told(listen), place(listen)),
        };
    }
    match past.done("bind") {
        Some(bind) => format!(
            "{label} is bound ({}, {}), but listen was never called on it.",
            told(bind),
            place(bind)
        ),
        None => format!("Neither bind nor listen was called on {label}."),
    }
}

fn bound_already(label: &str, past: &Past<'_>) -> Option<String> {
    let binds = ["bind", "connect", "listen"]
        .iter()
        .find_map(|name| past.done(name))?;
    Some(if binds.name == "bind" {
        format!(
            "{label} is bound already: {}, {}. A socket is bound once.",
            told(binds),
            place(binds)
        )
    } else {
        format!(
            "{label} has an address already: the kernel chose one for it in {}, {}.",
            told(binds),
            place(binds)
        )
    })
}

fn misfit(label: &str, past: &Past<'_>, call: &CallEvent) -> Option<String> {
    let family = past.family()?;
    let named = match call.peer.as_ref().or(call.local.as_ref())? {
        Address::Inet(_) => "AF_INET",
        Address::Inet6(_) => "AF_INET6",
        Address::UnixPath(_) | Address::UnixAbstract(_) | Address::UnixUnnamed => "AF_UNIX",
        _ => return None,
    };
    (family != named).then(|| {
        format!(
            "{label} was made as {family} ({}), and this address is of {named}.",
            place(past.maker.unwrap_or(call))
        )
    })
}

fn does_not_wait(label: &str, past: &Past<'_>, call: &CallEvent) -> Option<String> {
    if call
        .args
        .iter()
        .any(|arg| arg.split('|').any(|flag| flag == "MSG_DONTWAIT"))
    {
        return Some("MSG_DONTWAIT says that this call is not to wait.".to_owned());
    }
    let set = past.newest(|call| {
        call.name == "ioctl" && call.args.get(1).is_some_and(|request| request == "FIONBIO")
    });
    match set {
        Some(ioctl) if ioctl.args.get(2).is_some_and(|value| value == "[1]") => {
            return Some(format!(
                "{label} does not wait, since {}, {}.",
                told(ioctl),
                place(ioctl)
            ));
        }
        None if past.made_with("SOCK_NONBLOCK") => {
            let maker = past.maker?;
            return Some(format!(
                "{label} does not wait, since {}, {}.",
                told(maker),
                place(maker)
            ));
        }
        _ => {}
    }
    let timeout = if call.name.starts_with("send") || call.name == "connect" {
        "SO_SNDTIMEO"
    } else {
        "SO_RCVTIMEO"
    };
    let set = past
        .newest(|call| call.name == "setsockopt" && call.args.iter().any(|arg| arg == timeout))?;
    Some(format!(
        "{timeout} ends the waiting on {label}: {}, {}.",
        told(set),
        place(set)
    ))
}

/// 255.255.255.255, or the last address of a network of 256.
fn is_broadcast(address: &Address) -> bool {
    matches!(address, Address::Inet(inet) if inet.ip().octets()[3] == 255)
}

fn told(call: &CallEvent) -> String {
    format!(
        "{} = {}{}",
        call.invocation(),
        call.result,
        call.errno
            .as_ref()
            .map_or(String::new(), |errno| format!(" {errno}"))
    )
}

fn place(call: &CallEvent) -> String {
    format!("command {}", call.command)
}
