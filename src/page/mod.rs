//! The page: what happens in the lab, for a browser. It takes events and answers requests; nothing comes back from it to the lab.

pub mod address;
mod connection;
mod detail;
pub mod document;
mod history;
mod reply;
mod request;
mod server;

use crate::event::packet::PacketEvent;
use crate::sys::net;
use history::History;
use nix::sys::eventfd::EventFd;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// What the page is told.
#[derive(Clone, Debug)]
pub struct News {
    /// An event as `--json` prints it, one object without a line end.
    pub json: String,
    /// The packet it tells of: its fields and bytes are sent when a viewer asks for them.
    pub packet: Option<Arc<PacketEvent>>,
    /// What it is about, where it takes the place of the one before it that is about the same.
    pub stands_for: Option<&'static str>,
}

impl News {
    /// An event that is no packet.
    pub fn event(json: String) -> Self {
        Self {
            json,
            packet: None,
            stands_for: None,
        }
    }
}

/// What the lab's thread and the server's share.
#[derive(Debug)]
struct Shared {
    history: Mutex<History>,
    wake: EventFd,
    /// The server has been woken and has not looked yet.
    woken: AtomicBool,
    ends: AtomicBool,
}

impl Shared {
    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        if !self.woken.swap(true, Ordering::AcqRel) {
            // A counter that is full wakes as well.
            let _ = self.wake.write(1);
        }
    }
}

/// A page that is served. It ends with this value: its viewers are told.
#[derive(Debug)]
pub struct Page {
    shared: Arc<Shared>,
    server: Option<JoinHandle<()>>,
    local: SocketAddr,
    token: String,
}

impl Page {
    /// Listens at the address, port 0 being any that is free, and serves from a thread of its own. The error is that of bind(2), of
    /// listen(2) or of clone3(2).
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let local = listener.local_addr()?;
        let token = net::token()?;
        let shared = Arc::new(Shared {
            history: Mutex::new(History::default()),
            wake: EventFd::new()?,
            woken: AtomicBool::new(false),
            ends: AtomicBool::new(false),
        });
        let (of_server, its_token) = (Arc::clone(&shared), token.clone());
        let server = std::thread::Builder::new()
            .name("page".to_owned())
            .spawn(move || server::run(&listener, &of_server, &its_token))?;
        Ok(Self {
            shared,
            server: Some(server),
            local,
            token,
        })
    }

    /// Tells all viewers, those that come later too as long as it is kept. Never waits for a viewer.
    pub fn tell(&self, news: impl IntoIterator<Item = News>) {
        let mut history = self.shared.history();
        for one in news {
            history.push(one);
        }
        drop(history);
        self.shared.wake();
    }

    /// A new lab: what was told is forgotten, and viewers begin anew.
    pub fn begin_anew(&self) {
        self.shared.history().begin_anew();
        self.shared.wake();
    }

    /// The addresses to open in a browser, each with the token; several where it listens at all addresses of this machine.
    pub fn addresses(&self) -> Vec<String> {
        let ips = if self.local.ip().is_unspecified() {
            net::addresses(self.local.is_ipv4())
        } else {
            vec![self.local.ip()]
        };
        let url = |ip| {
            let at = SocketAddr::new(ip, self.local.port());
            format!("http://{at}/{}/", self.token)
        };
        ips.into_iter().map(url).collect()
    }

    /// True when other machines can open it.
    pub fn is_public(&self) -> bool {
        !self.local.ip().is_loopback()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Release);
        let _ = self.shared.wake.write(1);
        if let Some(server) = self.server.take() {
            let _ = server.join();
        }
    }
}
