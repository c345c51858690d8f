//! Waiting until one of several descriptors is ready: poll(2), select(2), epoll(7).
#![expect(unsafe_code, reason = "system calls")]

use nix::errno::Errno;
use std::time::Duration;

/// A descriptor with its events: those waited for going in, those that hold coming out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The descriptor.
    pub fd: i32,
    /// `POLL*` or `EPOLL*` bits.
    pub events: u32,
}

/// poll(2); a negative timeout waits for ever. The events that hold for each entry, 0 where none does.
pub fn poll(entries: &[Ready], milliseconds: i32) -> Result<(i32, Vec<u32>), Errno> {
    let mut polled: Vec<libc::pollfd> = entries
        .iter()
        .map(|entry| libc::pollfd {
            fd: entry.fd,
            events: entry.events as i16,
            revents: 0,
        })
        .collect();
    // SAFETY: `polled` is an array of as many entries as are said.
    let result = unsafe {
        libc::poll(
            polled.as_mut_ptr(),
            polled.len() as libc::nfds_t,
            milliseconds,
        )
    };
    let count = Errno::result(result)?;
    let events = polled
        .iter()
        .map(|entry| u32::from(entry.revents as u16))
        .collect();
    Ok((count, events))
}

/// Descriptors from this number on do not fit in a `fd_set`.
pub const SELECT_LIMIT: i32 = libc::FD_SETSIZE as i32;

/// What select(2) gave: how many are ready, and which of the three sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// The return value.
    pub count: i32,
    /// Ready to read.
    pub read: Vec<i32>,
    /// Ready to write.
    pub write: Vec<i32>,
    /// With urgent data.
    pub except: Vec<i32>,
}

/// select(2); without a timeout it waits for ever. EBADF for a number that does not fit in a `fd_set`.
pub fn select(
    read: &[i32],
    write: &[i32],
    except: &[i32],
    timeout: Option<Duration>,
) -> Result<Selected, Errno> {
    let mut sets = [set_of(read)?, set_of(write)?, set_of(except)?];
    let highest = read.iter().chain(write).chain(except).copied().max();
    let mut time = timeout.map(|timeout| libc::timeval {
        tv_sec: timeout.as_secs() as libc::time_t,
        tv_usec: timeout.subsec_micros() as libc::suseconds_t,
    });
    let [readable, writable, urgent] = &mut sets;
    // SAFETY: the three sets and the time outlive the call; every number in them is below FD_SETSIZE.
    let result = unsafe {
        libc::select(
            highest.map_or(0, |highest| highest + 1),
            readable,
            writable,
            urgent,
            time.as_mut()
                .map_or(std::ptr::null_mut(), std::ptr::from_mut),
        )
    };
    let count = Errno::result(result)?;
    Ok(Selected {
        count,
        read: members(readable, read),
        write: members(writable, write),
        except: members(urgent, except),
    })
}

fn set_of(fds: &[i32]) -> Result<libc::fd_set, Errno> {
    // SAFETY: all zeros is the empty set.
    let mut set: libc::fd_set = unsafe { std::mem::zeroed() };
    for fd in fds {
        if !(0..SELECT_LIMIT).contains(fd) {
            return Err(Errno::EBADF);
        }
        // SAFETY: `fd` is in the range of the set.
        unsafe { libc::FD_SET(*fd, &raw mut set) };
    }
    Ok(set)
}

fn members(set: &libc::fd_set, fds: &[i32]) -> Vec<i32> {
    fds.iter()
        .copied()
        // SAFETY: `set_of` has let only numbers in the range of the set pass.
        .filter(|fd| unsafe { libc::FD_ISSET(*fd, set) })
        .collect()
}

/// epoll_create1(2): a new descriptor.
pub fn epoll_create1(flags: i32) -> Result<i32, Errno> {
    // SAFETY: takes a number only.
    Errno::result(unsafe { libc::epoll_create1(flags) })
}

/// epoll_create(2), the older call: a new descriptor. `size` must be positive and has no other meaning.
pub fn epoll_create(size: i32) -> Result<i32, Errno> {
    // SAFETY: takes a number only.
    Errno::result(unsafe { libc::epoll_create(size) })
}

/// epoll_ctl(2); `data.fd` of the event is the descriptor itself.
pub fn epoll_ctl(epoll: i32, operation: i32, entry: Ready) -> Result<(), Errno> {
    let mut event = libc::epoll_event {
        events: entry.events,
        u64: u64::from(entry.fd as u32),
    };
    // SAFETY: `event` outlives the call.
    let result = unsafe { libc::epoll_ctl(epoll, operation, entry.fd, &raw mut event) };
    Errno::result(result).map(drop)
}

/// epoll_wait(2) for at most `room` events; a negative timeout waits for ever.
pub fn epoll_wait(epoll: i32, room: i32, milliseconds: i32) -> Result<Vec<Ready>, Errno> {
    let capacity = usize::try_from(room).unwrap_or(0);
    let mut events = vec![libc::epoll_event { events: 0, u64: 0 }; capacity];
    // SAFETY: `events` has room for `room` entries (a `room` below 1 is refused by the kernel before it writes).
    let result = unsafe { libc::epoll_wait(epoll, events.as_mut_ptr(), room, milliseconds) };
    let count = Errno::result(result)? as usize;
    Ok(events[..count]
        .iter()
        .map(|event| Ready {
            fd: event.u64 as u32 as i32,
            events: event.events,
        })
        .collect())
}
