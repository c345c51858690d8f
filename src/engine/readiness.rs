//! Waiting for several sockets at once: select, poll (of sockets, of a poll object, of an epoll instance), epoll.

use super::arguments::{descriptor_of, duration, expected, given};
use super::clock::milliseconds;
use super::draft::{Draft, PENDING};
use super::execution::{Execution, Outcome, Stop};
use super::lifecycle::made;
use super::operator::real;
use super::text::{self, number_of};
use crate::catalog::parameter::Group;
use crate::command::ast::{Call, Expr};
use crate::sys::poll::{self, Ready, SELECT_LIMIT, Selected};
use crate::value::Value;
use nix::errno::Errno;
use std::time::Duration;

impl Execution<'_> {
    /// `select rlist wlist xlist [timeout]`: three lists of those that are ready.
    pub(super) fn select(&mut self, call: &Call) -> Outcome {
        let given = [
            self.list(call, 0)?,
            self.list(call, 1)?,
            self.list(call, 2)?,
        ];
        let [read, write, except] = [self.fds(call, 0)?, self.fds(call, 1)?, self.fds(call, 2)?];
        let timeout = self.seconds(call, 3)?;
        if let Some(fd) = read
            .iter()
            .chain(&write)
            .chain(&except)
            .find(|fd| !(0..SELECT_LIMIT).contains(*fd))
        {
            return Err(Stop::because(format!(
                "descriptor {fd} does not fit in a fd_set, which has room for 0 to {}; poll and epoll have no such limit",
                SELECT_LIMIT - 1
            )));
        }
        let selected = self.call_select(&read, &write, &except, timeout)?;
        let ready = [&selected.read, &selected.write, &selected.except];
        let lists = given.iter().zip(ready).map(|(given, ready)| {
            let chosen = given
                .iter()
                .filter(|value| descriptor_of(value).is_some_and(|fd| ready.contains(&fd)));
            Value::List(chosen.cloned().collect())
        });
        Ok(Value::Tuple(lists.collect()))
    }

    /// select(2), reported; every descriptor must fit in a `fd_set`.
    pub(super) fn call_select(
        &mut self,
        read: &[i32],
        write: &[i32],
        except: &[i32],
        timeout: Option<Duration>,
    ) -> Result<Selected, Errno> {
        let highest = read.iter().chain(write).chain(except).max();
        let draft = Draft::of("select")
            .arg(highest.map_or(0, |fd| fd + 1).to_string())
            .arg(text::descriptor_set(read))
            .arg(text::descriptor_set(write))
            .arg(text::descriptor_set(except))
            .arg(timeout.map_or_else(|| "NULL".to_owned(), text::timeval));
        self.call(
            draft,
            || poll::select(read, write, except, timeout),
            |selected, event| {
                event.result = i64::from(selected.count);
                event.out = text::ready_sets([
                    ("in", &selected.read),
                    ("out", &selected.write),
                    ("except", &selected.except),
                ]);
            },
        )
    }

    /// `poller`: Python's `select.poll()`, a list of descriptors and events that lives in the process, not in the kernel.
    pub(super) fn poller(&mut self) -> Value {
        Value::Poller(self.engine.memory.with(|contents| {
            let number = contents.next_number();
            contents.pollers.insert(number, Vec::new());
            number
        }))
    }

    /// `poll s conn [timeout] [events=…]` in seconds; `poll p [timeout]` of a poll object in milliseconds, of an epoll
    /// instance in seconds, as in Python. Sockets are given back as they were named, of the two objects as descriptors. A time with a unit (`200ms`) means the same everywhere.
    pub(super) fn poll(&mut self, call: &Call) -> Outcome {
        let exprs: Vec<Expr> = match given(call, 0) {
            Some(Expr::List(items) | Expr::Tuple(items)) => items.clone(),
            Some(one) => vec![one.clone()],
            None => Vec::new(),
        };
        let mut values = self.all(&exprs)?;
        // `poll(s, 1.0)`: a time at the end is the timeout. A whole number is one only behind a poll object or an epoll instance.
        let waits_on_one = matches!(values.first(), Some(Value::Poller(_) | Value::Epoll(_)));
        let mut timeout = given(call, 1).cloned();
        let trailing = match values.last() {
            Some(Value::Float(_) | Value::None) => true,
            Some(Value::Int(_)) => waits_on_one && values.len() == 2,
            _ => false,
        };
        if timeout.is_none() && trailing && values.len() > 1 {
            values.pop();
            timeout = exprs.last().cloned();
        }
        if let [Value::List(inner) | Value::Tuple(inner)] = &values[..] {
            values = inner.clone();
        }
        let most = self.int(call, 3, -1)?;
        match values[..] {
            [Value::Poller(number)] => {
                let timeout = self.time(timeout.as_ref(), 1e-3)?;
                self.poll_poller(number, timeout)
            }
            [Value::Epoll(fd)] => {
                let timeout = self.time(timeout.as_ref(), 1.0)?;
                // Python asks for FD_SETSIZE - 1 events when nothing is said.
                let room = if most == -1 { SELECT_LIMIT - 1 } else { most };
                self.wait_epoll(fd, room, timeout)
            }
            [] => Err(Stop::because(
                "`poll` takes sockets, a poll object or an epoll instance, as in `poll s conn 1.0`",
            )),
            _ => {
                let events = self.int(call, 2, number_of("POLLIN"))? as u32;
                let timeout = self.time(timeout.as_ref(), 1.0)?;
                let given = values.clone();
                let entries = values
                    .iter()
                    .map(|value| {
                        descriptor_of(value)
                            .map(|fd| Ready { fd, events })
                            .ok_or_else(|| expected(call, 0, "sockets", value))
                    })
                    .collect::<Outcome<Vec<Ready>>>()?;
                let ready = self.poll_entries(&entries, timeout)?;
                Ok(pairs(ready.into_iter(), Group::PollEvent, |fd| {
                    let of = |value: &&Value| descriptor_of(value) == Some(fd);
                    given.iter().find(of).cloned().unwrap_or(number(fd))
                }))
            }
        }
    }

    /// A timeout for poll(2) and epoll_wait(2), -1 for ever; a number counts `unit` seconds.
    fn time(&mut self, expr: Option<&Expr>, unit: f64) -> Outcome<i32> {
        let time = match expr {
            None => None,
            Some(Expr::Duration(nanoseconds)) => Some(Duration::from_nanos(*nanoseconds)),
            Some(expr) => {
                let value = self.evaluate(expr)?;
                match real(&value) {
                    // Python takes a negative timeout for none.
                    Some(number) if number < 0.0 => None,
                    Some(number) => Some(duration(number * unit)?),
                    None if value == Value::None => None,
                    None => {
                        return Err(Stop::because(
                            "a timeout is a number, a duration (`200ms`) or None",
                        ));
                    }
                }
            }
        };
        Ok(time.map_or(-1, milliseconds))
    }

    fn poll_poller(&mut self, poller: u32, timeout: i32) -> Outcome {
        let entries = self.with_poller(poller, |entries| entries.clone())?;
        let ready = self.poll_entries(&entries, timeout)?;
        Ok(pairs(ready.into_iter(), Group::PollEvent, number))
    }

    fn poll_entries(&mut self, entries: &[Ready], timeout: i32) -> Outcome<Vec<Ready>> {
        let (_, events) = self.call_poll(entries, timeout)?;
        let ready = entries
            .iter()
            .zip(events)
            .filter(|(_, events)| *events != 0)
            .map(|(entry, events)| Ready {
                fd: entry.fd,
                events,
            });
        Ok(ready.collect())
    }

    /// `epoll [sizehint] [flags]`: epoll_create1(2), as in Python; `epoll_create N`: epoll_create(2).
    pub(super) fn epoll(&mut self, call: &Call) -> Outcome {
        if given(call, 2).is_some_and(|size| *size != Expr::None) {
            let size = self.int(call, 2, 0)?;
            let fd = self.call(
                Draft::of("epoll_create").arg(size.to_string()),
                || poll::epoll_create(size),
                |fd, event| made(event, *fd),
            )?;
            return Ok(Value::Epoll(fd));
        }
        let flags = self.int(call, 1, 0)?;
        let shown = if flags == number_of("EPOLL_CLOEXEC") {
            "EPOLL_CLOEXEC".to_owned()
        } else {
            format!("{flags:#x}").replace("0x0", "0")
        };
        Ok(Value::Epoll(self.call_epoll_create(flags, shown)?))
    }

    /// epoll_create1(2), reported with its flags as `shown`.
    pub(super) fn call_epoll_create(&mut self, flags: i32, shown: String) -> Result<i32, Errno> {
        self.call(
            Draft::of("epoll_create1").arg(shown),
            || poll::epoll_create1(flags),
            |fd, event| made(event, *fd),
        )
    }

    /// `register e s [events]`
    pub(super) fn register(&mut self, call: &Call) -> Outcome {
        self.change_interest(call, "EPOLL_CTL_ADD")
    }

    /// `modify e s events`
    pub(super) fn modify(&mut self, call: &Call) -> Outcome {
        self.change_interest(call, "EPOLL_CTL_MOD")
    }

    /// `unregister e s`
    pub(super) fn unregister(&mut self, call: &Call) -> Outcome {
        self.change_interest(call, "EPOLL_CTL_DEL")
    }

    fn change_interest(&mut self, call: &Call, operation: &str) -> Outcome {
        let waiter = self.needed(call, 0)?;
        let fd = self.fd(call, 1)?;
        // Python's usual events: to read, to write, urgent.
        let usual = if operation == "EPOLL_CTL_DEL" { 0 } else { 7 };
        let events = self.int(call, 2, usual)? as u32;
        let entry = Ready { fd, events };
        match waiter {
            Value::Poller(number) => self.change_poller(number, operation, entry),
            Value::Epoll(epoll) => {
                self.call_epoll_ctl(epoll, number_of(operation), entry)?;
                Ok(Value::None)
            }
            Value::Int(epoll) => {
                self.call_epoll_ctl(epoll as i32, number_of(operation), entry)?;
                Ok(Value::None)
            }
            other => {
                let what = "an epoll instance (`e = epoll`) or a poll object (`p = poller`)";
                Err(expected(call, 0, what, &other))
            }
        }
    }

    fn change_poller(&mut self, number: u32, operation: &str, entry: Ready) -> Outcome {
        self.with_poller(number, |entries| {
            let place = entries.iter().position(|known| known.fd == entry.fd);
            match (operation, place) {
                ("EPOLL_CTL_ADD", None) => entries.push(entry),
                ("EPOLL_CTL_ADD" | "EPOLL_CTL_MOD", Some(place)) => entries[place] = entry,
                (_, Some(place)) => {
                    entries.remove(place);
                }
                (_, None) => {
                    return Err(Stop::because(format!(
                        "descriptor {} is not registered with this poll object",
                        entry.fd
                    )));
                }
            }
            Ok(Value::None)
        })??;
        self.engine.memory.with(|contents| {
            if operation == "EPOLL_CTL_DEL" {
                contents.loosen(entry.fd);
            } else {
                contents.holds(entry.fd);
            }
        });
        Ok(Value::None)
    }

    fn with_poller<T>(&self, number: u32, work: impl FnOnce(&mut Vec<Ready>) -> T) -> Outcome<T> {
        self.engine
            .memory
            .with(|contents| contents.pollers.get_mut(&number).map(work))
            .ok_or_else(|| Stop::because("this poll object is not of this process"))
    }

    /// `epoll_ctl e op s [events]`
    pub(super) fn epoll_ctl(&mut self, call: &Call) -> Outcome {
        let epoll = self.fd(call, 0)?;
        let operation = self.int(call, 1, 0)?;
        let fd = self.fd(call, 2)?;
        let events = self.int(call, 3, 0)? as u32;
        self.call_epoll_ctl(epoll, operation, Ready { fd, events })?;
        Ok(Value::None)
    }

    /// epoll_ctl(2), reported.
    pub(super) fn call_epoll_ctl(
        &mut self,
        epoll: i32,
        operation: i32,
        entry: Ready,
    ) -> Result<(), Errno> {
        let event = if operation == number_of("EPOLL_CTL_DEL") {
            "NULL".to_owned()
        } else {
            text::epoll_event(entry)
        };
        let draft = Draft::on(epoll, "epoll_ctl")
            .arg(text::named(Group::EpollOperation, operation))
            .arg(entry.fd.to_string())
            .arg(event);
        self.call(
            draft,
            || poll::epoll_ctl(epoll, operation, entry),
            |(), _| {},
        )?;
        self.engine.memory.with(|contents| {
            let watched = contents.watched.entry(epoll).or_default();
            if operation == number_of("EPOLL_CTL_DEL") {
                watched.remove(&entry.fd);
                contents.loosen(entry.fd);
            } else {
                watched.insert(entry.fd);
                contents.holds(entry.fd);
            }
        });
        Ok(())
    }

    /// `epoll_wait e [maxevents] [timeout]`, in seconds.
    pub(super) fn epoll_wait(&mut self, call: &Call) -> Outcome {
        let epoll = self.fd(call, 0)?;
        let room = self.int(call, 1, 64)?;
        let expr = given(call, 2).cloned();
        let timeout = self.time(expr.as_ref(), 1.0)?;
        self.wait_epoll(epoll, room, timeout)
    }

    fn wait_epoll(&mut self, epoll: i32, room: i32, timeout: i32) -> Outcome {
        if room > 1 << 16 {
            return Err(Stop::because("`maxevents` is at most 65536 here"));
        }
        let ready = self.call_epoll_wait(epoll, room, timeout)?;
        Ok(pairs(ready.into_iter(), Group::EpollEvent, number))
    }

    /// epoll_wait(2), reported.
    pub(super) fn call_epoll_wait(
        &mut self,
        epoll: i32,
        room: i32,
        timeout: i32,
    ) -> Result<Vec<Ready>, Errno> {
        let draft = Draft::on(epoll, "epoll_wait")
            .arg(PENDING)
            .arg(room.to_string())
            .arg(timeout.to_string());
        self.call(
            draft,
            || poll::epoll_wait(epoll, room, timeout),
            |ready, event| {
                let shown = text::list(ready.iter().copied().map(text::epoll_event), ", ");
                event.args[1] = format!("[{shown}]");
                event.result = ready.len() as i64;
                if ready.is_empty() {
                    "(Timeout)".clone_into(&mut event.out);
                }
            },
        )
    }
}

/// A descriptor as Python's poll objects and epoll instances give it.
fn number(fd: i32) -> Value {
    Value::Int(i64::from(fd))
}

/// (what is ready, its events) for each that is ready.
fn pairs(ready: impl Iterator<Item = Ready>, group: Group, what: impl Fn(i32) -> Value) -> Value {
    let pairs = ready.map(|entry| {
        Value::Tuple(vec![
            what(entry.fd),
            Value::Constant {
                value: i64::from(entry.events),
                name: text::flags(group, entry.events as i32),
            },
        ])
    });
    Value::List(pairs.collect())
}
