//! A flood of UDP datagrams on the loopback, for `benches/inspect.py`: flood COUNT RATE [PORT]. Not part of the program.
#![expect(
    clippy::disallowed_methods,
    reason = "a flood is paced by the clock, and this program is its edge"
)]

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, sendmmsg};
use std::io::{IoSlice, Write};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

/// Datagrams of one sendmmsg(2).
const BATCH: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let count = numbers.next().ok_or("flood COUNT RATE [PORT]")??;
    let rate = numbers.next().ok_or("flood COUNT RATE [PORT]")??.max(1);
    let port = numbers.next().transpose()?.unwrap_or(0);
    // Somebody has to own the port, or every datagram is answered with an ICMP error; nobody has to read.
    let owner = UdpSocket::bind(("127.0.0.1", u16::try_from(port)?))?;
    let sender = UdpSocket::bind("127.0.0.1:0")?;
    sender.connect(owner.local_addr()?)?;
    let payload = *b"one of a million datagrams, each";
    let slices = vec![[IoSlice::new(&payload)]; BATCH];
    let addresses: Vec<Option<SockaddrIn>> = vec![None; BATCH];
    let mut headers = MultiHeaders::preallocate(BATCH, None);
    let begin = Instant::now();
    let mut sent = 0_u64;
    while sent < count {
        let due = Duration::from_nanos(sent * 1_000_000_000 / rate);
        // Waiting by looking: a sleep of this machine is longer than the gap between two batches.
        while begin.elapsed() < due {
            std::hint::spin_loop();
        }
        let batch = usize::try_from(count - sent)?.min(BATCH);
        let results = sendmmsg(
            sender.as_raw_fd(),
            &mut headers,
            &slices[..batch],
            &addresses[..batch],
            [],
            MsgFlags::empty(),
        )?;
        sent += results.count() as u64;
    }
    let seconds = begin.elapsed().as_secs_f64();
    writeln!(std::io::stdout(), "{sent} {seconds:.6}")?;
    Ok(())
}
