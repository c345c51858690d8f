//! TCP connections made up from a seed: two ends that misbehave in all the ways the labels name. No kernel would send all of
//! this; the point is that two programs must read it alike.

use socklab::event::packet::{Frame, PacketEvent};
use socklab::packet::headers::{LinkType, flag};

const ACK: u16 = flag::ACK;
const SYN: u16 = flag::SYN;
const FIN: u16 = flag::FIN;
const RST: u16 = flag::RST;

/// A generator of traffic, and what it has made.
pub(crate) struct Traffic {
    state: u64,
    time_ns: i64,
    connections: u32,
    packets: Vec<PacketEvent>,
}

/// One end while a connection is made up.
#[derive(Clone, Copy)]
struct End {
    port: u16,
    start: u32,
    next: u32,
    acked: u32,
    window: u16,
    scale: Option<u8>,
}

impl Traffic {
    /// The same seed makes the same traffic.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
            time_ns: 1_700_000_000_000_000_000,
            connections: 0,
            packets: Vec::new(),
        }
    }

    /// All packets so far, in order.
    pub(crate) fn packets(self) -> Vec<PacketEvent> {
        self.packets
    }

    /// A number below `bound` (xorshift).
    fn below(&mut self, bound: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Adds one connection of some dozen packets; now and then it reuses the ports of the one before.
    pub(crate) fn connection(&mut self) {
        if self.connections == 0 || !self.chance(15) {
            self.connections += 1;
        }
        let client_port = 10_000 + (self.connections % 50_000) as u16;
        let mut ends = [client_port, 5000].map(|port| {
            // Wireshark takes 0 for "none yet" in places: connections at and round it are told in a way of their own.
            let start = match self.below(10) {
                0 => 0,
                1 => u32::MAX,
                2 | 3 => u32::MAX - self.below(3000) as u32,
                _ => self.below(u64::from(u32::MAX)) as u32,
            };
            End {
                port,
                start,
                next: start,
                acked: 0,
                window: 1000,
                scale: self.chance(80).then(|| self.below(15) as u8),
            }
        });
        if self.chance(85) {
            self.handshake(&mut ends);
        } else {
            ends[0].acked = ends[1].next;
            ends[1].acked = ends[0].next;
        }
        for _ in 0..self.below(30) {
            self.step(&mut ends);
        }
        if self.chance(70) {
            self.close(&mut ends);
        }
    }

    fn handshake(&mut self, ends: &mut [End; 2]) {
        self.syn(ends, 0, SYN);
        if self.chance(10) {
            self.syn(ends, 0, SYN);
        }
        if self.chance(5) {
            self.send(ends, 1, RST | ACK, 0, 0);
            return;
        }
        if self.chance(4) {
            self.syn(ends, 1, SYN);
        }
        self.syn(ends, 1, SYN | ACK);
        if self.chance(5) {
            self.syn(ends, 1, SYN | ACK);
        }
        ends[0].next = ends[0].start.wrapping_add(1);
        ends[1].next = ends[1].start.wrapping_add(1);
        ends[0].acked = ends[1].next;
        ends[1].acked = ends[0].next;
        self.send(ends, 0, ACK, 0, 0);
    }

    fn syn(&mut self, ends: &mut [End; 2], from: usize, flags: u16) {
        let end = ends[from];
        let mut options = vec![2, 4, 5, 180];
        if let Some(scale) = end.scale {
            options.extend([1, 3, 3, scale]);
        }
        let ack = if flags & ACK == 0 {
            0
        } else {
            ends[1 - from].start.wrapping_add(1)
        };
        self.wait();
        let len = if self.chance(4) { 5 } else { 0 };
        self.push(ends, from, end.start, ack, flags, len, &options);
    }

    /// One thing that can happen on an open connection.
    fn step(&mut self, ends: &mut [End; 2]) {
        let from = self.below(2) as usize;
        let to = 1 - from;
        match self.below(28) {
            0..=4 => {
                let len = self.below(4) as u32 * 100 + 1;
                self.data(ends, from, len);
            }
            5..=8 => {
                ends[from].acked = ends[to].next;
                self.send(ends, from, ACK, 0, 0);
            }
            9 => self.data(ends, from, 1),
            // A hole: the bytes before are sent by nobody, or later.
            10 => {
                let gap = self.below(3) as u32 * 100 + 100;
                ends[from].next = ends[from].next.wrapping_add(gap);
                self.data(ends, from, 100);
                if self.chance(60) {
                    self.send(ends, from, ACK, 100 + gap, gap);
                }
            }
            11 | 12 => {
                let back = self.below(4) as u32 * 100 + 1;
                let len = self.below(3) as u32 * 100 + 1;
                self.send(ends, from, ACK, back, len);
            }
            13 => self.send(ends, from, ACK, 1, 0),
            14 => self.send(ends, from, ACK, 1, 1),
            15 | 16 => {
                for _ in 0..self.below(4) {
                    self.send(ends, from, ACK, 0, 0);
                }
                if self.chance(60) {
                    let behind = ends[to].next.wrapping_sub(ends[from].acked);
                    self.send(ends, to, ACK, behind.min(5000), 100);
                }
            }
            17 => {
                ends[from].window = [0, 0, 1, 500, 1000, 2000][self.below(6) as usize];
                self.send(ends, from, ACK, 0, 0);
                if self.chance(50) {
                    self.data(ends, to, 1);
                    self.send(ends, from, ACK, 0, 0);
                }
            }
            18 => {
                self.send(ends, from, ACK, 1, 0);
                self.send(ends, to, ACK, 0, 0);
            }
            19 => self.fill_window(ends, from),
            20 => {
                let ahead = self.below(300) as u32;
                ends[from].acked = ends[to].next.wrapping_add(ahead);
                self.send(ends, from, ACK, 0, 0);
            }
            21 | 22 => self.sack(ends, from),
            23 => {
                let back = self.below(3) as u32;
                let len = self.below(3) as u32 * 40;
                self.send(ends, from, FIN | ACK, back, len);
            }
            24 if self.chance(20) => {
                let start = if self.chance(50) {
                    ends[from].start
                } else {
                    self.below(1 << 32) as u32
                };
                ends[from].start = start;
                let flags = if self.chance(70) { SYN } else { SYN | ACK };
                self.syn(ends, from, flags);
            }
            24 => {
                if self.chance(30) {
                    let flags = if self.chance(50) { RST } else { RST | ACK };
                    self.send(ends, from, flags, 0, 0);
                }
            }
            25 | 26 => self.anything(ends, from),
            _ => {
                ends[from].acked = ends[to].next.wrapping_sub(self.below(200) as u32);
                let len = self.below(2) as u32 * 50;
                self.data(ends, from, len);
            }
        }
    }

    /// A segment without sense, close to where the connection began.
    fn anything(&mut self, ends: &mut [End; 2], from: usize) {
        self.wait();
        let near = |start: u32, ahead: u64| start.wrapping_add(ahead as u32).wrapping_sub(2);
        let seq = near(ends[from].start, self.below(200));
        let ack = near(ends[1 - from].start, self.below(200));
        let flags = [ACK, RST, RST | ACK, FIN, SYN | ACK, SYN | FIN, 0, SYN | RST];
        let flags = flags[self.below(8) as usize];
        let len = [0, 0, 1, 2, 60][self.below(5) as usize];
        ends[from].window = [0, 1, 100, 1000][self.below(4) as usize];
        let options: &[u8] = match self.below(6) {
            0 => &[3, 3, 5, 1],
            1 => &[1, 1, 5, 10, 0, 0, 0, 40, 0, 0, 1, 0],
            _ => &[],
        };
        self.push(ends, from, seq, ack, flags, len, options);
    }

    fn close(&mut self, ends: &mut [End; 2]) {
        let first = self.below(2) as usize;
        for from in [first, 1 - first] {
            self.send(ends, from, FIN | ACK, 0, 0);
            ends[from].next = ends[from].next.wrapping_add(1);
            ends[1 - from].acked = ends[from].next;
            if self.chance(70) {
                self.send(ends, 1 - from, ACK, 0, 0);
            }
        }
    }

    fn data(&mut self, ends: &mut [End; 2], from: usize, len: u32) {
        if self.chance(40) {
            ends[from].acked = ends[1 - from].next;
        }
        self.send(ends, from, ACK, 0, len);
        ends[from].next = ends[from].next.wrapping_add(len);
    }

    fn fill_window(&mut self, ends: &mut [End; 2], from: usize) {
        let other = ends[1 - from];
        let scaled = ends.iter().all(|end| end.scale.is_some());
        let shift = if scaled {
            u32::from(other.scale.unwrap_or(0))
        } else {
            0
        };
        let edge = other.acked.wrapping_add(u32::from(other.window) << shift);
        let room = edge.wrapping_sub(ends[from].next);
        if room > 0 && room < 4000 {
            self.data(ends, from, room);
        }
    }

    fn sack(&mut self, ends: &mut [End; 2], from: usize) {
        let end = ends[from];
        let left = end
            .acked
            .wrapping_add(self.below(4) as u32 * 100)
            .wrapping_sub(100);
        if self.chance(30) {
            ends[from].window += 10;
        }
        let blocks = 1 + self.below(4) as u32;
        let mut options = vec![1, 1, 5, 2 + 8 * blocks as u8];
        for block in 0..blocks {
            let left = left.wrapping_add(block * 300);
            options.extend(left.to_be_bytes());
            options.extend(left.wrapping_add(100).to_be_bytes());
        }
        self.wait();
        self.push(ends, from, end.next, end.acked, ACK, 0, &options);
    }

    /// A segment `back` bytes before the end's next sequence number.
    fn send(&mut self, ends: &mut [End; 2], from: usize, flags: u16, back: u32, len: u32) {
        self.wait();
        if self.chance(4) {
            ends[from].window = 1000 + self.below(50) as u16;
        }
        let seq = ends[from].next.wrapping_sub(back);
        let ack = if flags & ACK == 0 {
            0
        } else {
            ends[from].acked
        };
        self.push(ends, from, seq, ack, flags, len, &[]);
    }

    fn wait(&mut self) {
        let micros = [5, 50, 900, 2500, 5000, 15_000, 30_000, 250_000][self.below(8) as usize];
        self.time_ns += micros * 1000 + self.below(1000) as i64;
        if self.chance(2) {
            self.time_ns -= [1, 4, 100][self.below(3) as usize] * 1_000_000;
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of a TCP header")]
    fn push(
        &mut self,
        ends: &[End; 2],
        from: usize,
        seq: u32,
        ack: u32,
        flags: u16,
        len: u32,
        options: &[u8],
    ) {
        let header = 20 + options.len();
        let total = 20 + header + len as usize;
        let mut bytes = vec![0x45, 0];
        bytes.extend((total as u16).to_be_bytes());
        bytes.extend([0, 1, 0x40, 0, 64, 6, 0, 0]);
        bytes.extend([10, 0, 0, 1 + from as u8, 10, 0, 0, 2 - from as u8]);
        bytes.extend(ends[from].port.to_be_bytes());
        bytes.extend(ends[1 - from].port.to_be_bytes());
        bytes.extend(seq.to_be_bytes());
        bytes.extend(ack.to_be_bytes());
        bytes.extend((((header / 4) as u16) << 12 | flags).to_be_bytes());
        bytes.extend(ends[from].window.to_be_bytes());
        bytes.extend([0, 0, 0, 0]);
        bytes.extend(options);
        bytes.extend(std::iter::repeat_n(0xff, len as usize));
        let link = LinkType::RAW;
        let number = self.packets.len() as u64 + 1;
        let frame = Frame::new(self.time_ns, link, &bytes);
        self.packets.push(PacketEvent::alone(number, frame));
    }
}
