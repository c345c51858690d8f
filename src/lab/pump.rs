//! The wire's process: frames from the ports into the wire, and what is due out of it again. The only file of the wire that reads a
//! clock or touches a socket; what becomes of a frame is `wire`'s to say.

use super::host::Failure;
use super::wire::{Accepted, Port, Sink, Wire};
use super::wire_message::{ITSELF, LIMIT, Told, WireRequest};
use crate::event::wire::Delivered;
use crate::sys::ring::{self, Look, Ring, Room};
use crate::sys::{clock, packet_socket, pass, signal};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::SigSet;
use nix::sys::socket::{MsgFlags, send};
use nix::sys::time::TimeSpec;
use std::collections::{HashMap, VecDeque};
use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

/// The name the process goes by in `ps` and /proc.
pub const COMM: &str = "socklab-wire";

/// MiB of the ring all ports share: 8 Ki frames, more than the largest window of a connection.
const RING_MIB: usize = 16;
/// Every interface of the network namespace.
const EVERY: i32 = 0;
/// At most this many frames are taken between two looks at what is due.
const BATCH: usize = 64;
/// At most this many bytes wait for the terminal.
const WAITING: usize = 64 << 20;
/// The seed chance begins with, until `wire seed`.
pub const SEED: u64 = 1;

/// Opens what the wire needs in the network namespace that holds the ports: the ring's socket, and the one frames leave by.
pub fn open() -> io::Result<(OwnedFd, OwnedFd)> {
    let out = ring::open()?;
    packet_socket::bypass_queue(&out)?;
    Ok((ring::open()?, out))
}

/// Makes this process the wire's.
pub fn start(channel: OwnedFd, ring: OwnedFd, out: OwnedFd) -> Result<Pump, Failure> {
    let _ = CString::new(COMM).map(|name| nix::sys::prctl::set_name(&name));
    let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    let _ = SigSet::empty().thread_set_mask();
    let _ = signal::ignore_terminal();
    // Frames that are held leave on time, not when it suits other timers.
    let _ = nix::sys::prctl::set_timerslack(1);
    // A filter that refuses the wait is found here, where it can be told.
    ppoll(&mut [], Some(TimeSpec::from(Duration::ZERO)), None)
        .map_err(|errno| ("ppoll(2)", errno.into()))?;
    let ring = Ring::start(ring, EVERY, Look::Incoming, Room::for_ethernet(RING_MIB))
        .map_err(|error| ("PACKET_RX_RING of the wire", error))?;
    Ok(Pump {
        wire: Wire::new(SEED),
        ring,
        ports: Ports {
            out,
            ifindexes: Vec::new(),
            answers: Vec::new(),
            delivered: None,
            late: Vec::new(),
            failed: 0,
        },
        by_ifindex: HashMap::new(),
        terminal: Terminal {
            channel,
            open: Vec::with_capacity(LIMIT),
            full: VecDeque::new(),
            waiting: 0,
            missed: 0,
        },
        accepted: 0,
        overrun: 0,
        told_missed: (0, 0),
    })
}

/// The wire at work.
pub struct Pump {
    wire: Wire,
    ring: Ring,
    ports: Ports,
    by_ifindex: HashMap<i32, Port>,
    terminal: Terminal,
    /// How many frames the wire has taken, as it counts them.
    accepted: u64,
    overrun: u64,
    told_missed: (u64, u64),
}

impl Pump {
    /// Carries frames until the terminal's end of the channel closes. Gives an exit status.
    pub fn run(mut self) -> i32 {
        i32::from(self.carry().is_err())
    }

    fn carry(&mut self) -> io::Result<()> {
        loop {
            while self.drain() {
                self.terminal.flush()?;
            }
            self.tell_missed();
            self.terminal.flush()?;
            if !self.wait()? {
                return Ok(());
            }
        }
    }

    /// Carries what lies at the ports and what is due; true when there may be more.
    fn drain(&mut self) -> bool {
        let mut taken = 0;
        let Self {
            wire,
            ring,
            ports,
            by_ifindex,
            terminal,
            accepted,
            ..
        } = self;
        while taken < BATCH {
            let more = ring.next(|frame| {
                let Some(port) = by_ifindex.get(&frame.ifindex) else {
                    return;
                };
                ports.delivered = None;
                *accepted += 1;
                match wire.accept(*port, frame.bytes, clock::monotonic_ns(), ports) {
                    Accepted::Housekeeping => {}
                    Accepted::Carried(rulings) => terminal.tell_frame(
                        &Told::Frame {
                            time_ns: frame.time_ns,
                            port: port.0,
                            len: frame.len,
                            captured: frame.bytes.len() as u32,
                            rulings: rulings.to_vec(),
                            ticket: *accepted,
                            delivered: ports.delivered,
                        },
                        frame.bytes,
                    ),
                }
                terminal.tell_deliveries(&mut ports.late);
                // What the wire says in answer stands behind the frame that made it speak.
                for answer in ports.answers.drain(..) {
                    let told = Told::Frame {
                        time_ns: clock::now_ns(),
                        port: ITSELF,
                        len: answer.len() as u32,
                        captured: answer.len() as u32,
                        rulings: Vec::new(),
                        ticket: 0,
                        delivered: None,
                    };
                    terminal.tell_frame(&told, &answer);
                }
            });
            if more.is_none() {
                break;
            }
            taken += 1;
        }
        if wire.due_ns().is_some() {
            wire.release(clock::monotonic_ns(), ports);
            terminal.tell_deliveries(&mut ports.late);
        }
        taken == BATCH
    }

    /// Sleeps until a frame, an order, or the time of a frame that is held; false when the terminal is gone.
    fn wait(&mut self) -> io::Result<bool> {
        let timeout = self.wire.due_ns().map(|due| {
            TimeSpec::from(Duration::from_nanos(
                due.saturating_sub(clock::monotonic_ns()),
            ))
        });
        let mut for_terminal = PollFlags::POLLIN;
        if self.terminal.waiting > 0 {
            for_terminal |= PollFlags::POLLOUT;
        }
        let mut watched = [
            PollFd::new(self.ring.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.terminal.channel.as_fd(), for_terminal),
        ];
        match ppoll(&mut watched, timeout, None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let asked = watched[1]
            .revents()
            .is_some_and(|events| events.intersects(PollFlags::POLLIN | PollFlags::POLLHUP));
        if !asked {
            return Ok(true);
        }
        match pass::receive(self.terminal.channel.as_fd(), LIMIT)? {
            None => Ok(false),
            Some((bytes, _)) => {
                self.answer(&bytes)?;
                Ok(true)
            }
        }
    }

    fn answer(&mut self, bytes: &[u8]) -> io::Result<()> {
        // What came before the order is carried under the rules that held then.
        while self.drain() {}
        match postcard::from_bytes(bytes).map_err(io::Error::other)? {
            WireRequest::Attach {
                name,
                ifindex,
                mac,
                addresses,
            } => {
                let port = self.wire.attach(&name, mac, &addresses);
                self.ports.set(port, ifindex);
                self.by_ifindex.insert(ifindex as i32, port);
            }
            WireRequest::Order(order) => {
                let now_ns = clock::monotonic_ns();
                let told = self
                    .wire
                    .order(&order, now_ns)
                    .map_err(|error| error.to_string());
                // What an order lets go of is on its way before the order is answered.
                self.wire.release(now_ns, &mut self.ports);
                self.terminal.tell_deliveries(&mut self.ports.late);
                for ticket in self.wire.take_lost() {
                    self.terminal.tell(&Told::Dropped(ticket));
                }
                self.terminal.tell(&Told::Rules(told));
            }
            WireRequest::Sync(number) => {
                self.tell_missed();
                let holds = self.wire.due_ns().is_some();
                self.terminal.tell(&Told::Synced { number, holds });
            }
        }
        Ok(())
    }

    fn tell_missed(&mut self) {
        self.overrun += u64::from(self.ring.drops().unwrap_or(0));
        let missed = (self.overrun + self.ports.failed, self.terminal.missed);
        if missed != self.told_missed {
            self.told_missed = missed;
            self.terminal.tell(&Told::Missed {
                carried: missed.0,
                told: missed.1,
            });
        }
    }
}

/// Where frames leave.
struct Ports {
    out: OwnedFd,
    ifindexes: Vec<u32>,
    /// What the wire itself sent and has not told yet.
    answers: Vec<Vec<u8>>,
    /// When what was accepted last went out.
    delivered: Option<Delivered>,
    /// What was held and went out, and has not been told.
    late: Vec<(u64, Delivered)>,
    failed: u64,
}

impl Ports {
    fn set(&mut self, port: Port, ifindex: u32) {
        let place = usize::from(port.0);
        if self.ifindexes.len() <= place {
            self.ifindexes.resize(place + 1, 0);
        }
        self.ifindexes[place] = ifindex;
    }

    /// Sends a frame out of a port; when it went, unless there is no such port.
    fn send(&mut self, to: Port, frame: &[u8]) -> Option<Delivered> {
        let ifindex = *self.ifindexes.get(usize::from(to.0))?;
        let from_ns = clock::now_ns();
        if packet_socket::send_frame(&self.out, ifindex, frame).is_err() {
            self.failed += 1;
        }
        let until_ns = clock::now_ns();
        Some(Delivered { from_ns, until_ns })
    }
}

impl Sink for Ports {
    fn deliver(&mut self, to: Port, frame: &[u8]) {
        let sent = self.send(to, frame);
        self.delivered = self.delivered.map_or(sent, |first| Some(first.and(sent)));
    }

    fn deliver_held(&mut self, to: Port, frame: &[u8], ticket: u64) {
        if let Some(sent) = self.send(to, frame) {
            self.late.push((ticket, sent));
        }
    }

    fn answer(&mut self, to: Port, frame: &[u8]) {
        self.send(to, frame);
        self.answers.push(frame.to_vec());
    }
}

/// The terminal's channel, with what waits for it. The wire never waits for the terminal: what does not fit is counted.
struct Terminal {
    channel: OwnedFd,
    open: Vec<u8>,
    full: VecDeque<Vec<u8>>,
    waiting: usize,
    missed: u64,
}

impl Terminal {
    fn tell_frame(&mut self, told: &Told, frame: &[u8]) {
        if self.waiting > WAITING {
            self.missed += 1;
            return;
        }
        if self.open.len() + frame.len() + 256 > LIMIT {
            self.close();
        }
        self.tell(told);
        self.open.extend_from_slice(frame);
    }

    fn tell_deliveries(&mut self, deliveries: &mut Vec<(u64, Delivered)>) {
        for (ticket, delivered) in deliveries.drain(..) {
            self.tell(&Told::Delivered { ticket, delivered });
        }
    }

    fn tell(&mut self, told: &Told) {
        if self.open.len() + 4096 > LIMIT {
            self.close();
        }
        let open = std::mem::take(&mut self.open);
        // Serializing into memory cannot fail; a record lost here would only be a frame that is not shown.
        self.open = postcard::to_extend(told, open).unwrap_or_default();
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let next = Vec::with_capacity(LIMIT);
            self.waiting += self.open.len();
            self.full.push_back(std::mem::replace(&mut self.open, next));
        }
    }

    /// Hands over as much as the channel takes now.
    fn flush(&mut self) -> io::Result<()> {
        self.close();
        while let Some(datagram) = self.full.front() {
            match send(
                self.channel.as_raw_fd(),
                datagram,
                MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL,
            ) {
                Ok(_) => {
                    self.waiting -= datagram.len();
                    self.full.pop_front();
                }
                Err(Errno::EAGAIN | Errno::EINTR | Errno::ENOBUFS) => return Ok(()),
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(())
    }
}
