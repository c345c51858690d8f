//! The real binary behind a pseudo-terminal: keys in, the screen out. Not a test.

use crate::support::{SOCKLAB, folder};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Longer than anything on the screen takes, also on a machine whose cores are busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A session in a terminal of its own.
pub(crate) struct Terminal {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    /// Held open: what is read and written are duplicates of it.
    pub(crate) _master: Box<dyn MasterPty + Send>,
    pub(crate) keys: Box<dyn Write + Send>,
    pub(crate) output: Receiver<Vec<u8>>,
    pub(crate) screen: vt100::Parser,
    pub(crate) raw: Vec<u8>,
    pub(crate) home: Option<tempfile::TempDir>,
}

impl Terminal {
    /// Starts socklab and waits for its prompt.
    pub(crate) fn start(columns: u16, environment: &[(&str, &str)]) -> Self {
        let home = folder();
        let mut terminal = Self::start_at(home.path(), columns, environment);
        terminal.home = Some(home);
        terminal
    }

    pub(crate) fn start_at(
        home: &std::path::Path,
        columns: u16,
        environment: &[(&str, &str)],
    ) -> Self {
        Self::start_program(CommandBuilder::new(SOCKLAB), home, columns, environment)
    }

    pub(crate) fn start_program(
        command: CommandBuilder,
        home: &std::path::Path,
        columns: u16,
        environment: &[(&str, &str)],
    ) -> Self {
        Self::start_waiting(command, home, columns, environment, |screen| {
            last_line(screen).starts_with("lab>")
        })
    }

    /// Starts a program and waits until its screen is as it is to be.
    pub(crate) fn start_waiting(
        mut command: CommandBuilder,
        home: &std::path::Path,
        columns: u16,
        environment: &[(&str, &str)],
        ready: impl Fn(&str) -> bool,
    ) -> Self {
        let size = PtySize {
            rows: 60,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal can be had");
        command.cwd(home);
        command.env("HOME", home);
        command.env("XDG_STATE_HOME", home);
        command.env("TERM", "xterm-256color");
        // An account that nobody logs in to has a shell that refuses, and script(1) runs it.
        command.env("SHELL", "/bin/sh");
        command.env_remove("NO_COLOR");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the binary runs");
        let mut reader = pair.master.try_clone_reader().expect("it can be read");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                if sender.send(chunk[..length].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pair.master.take_writer().expect("it can be written");
        let screen = vt100::Parser::new(60, columns, 0);
        let mut terminal = Self {
            child,
            _master: pair.master,
            keys,
            output,
            screen,
            raw: Vec::new(),
            home: None,
        };
        terminal.wait("the beginning", ready);
        terminal
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys
            .write_all(keys.as_bytes())
            .and_then(|()| self.keys.flush())
            .expect("the terminal takes keys");
    }

    /// Types a line, and waits until what it shows holds and a prompt is back.
    pub(crate) fn line(&mut self, text: &str, what: &str) {
        self.press(&format!("{text}\r"));
        let typed = text.to_owned();
        let what_owned = what.to_owned();
        self.wait(what, move |screen| {
            let after = screen.rsplit_once(&typed).map_or("", |(_, after)| after);
            after.contains(&what_owned) && last_line(screen).trim_end().ends_with('>')
        });
    }

    /// Reads until the screen holds something.
    pub(crate) fn wait(&mut self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen.screen().contents();
            if holds(&screen) {
                return screen;
            }
            match self
                .output
                .recv_timeout(end.saturating_duration_since(Instant::now()))
            {
                Ok(bytes) => {
                    // The editor asks where the cursor is when a program's output ended in the middle of a line.
                    self.screen.process(&bytes);
                    self.raw.extend_from_slice(&bytes);
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("{what} never came; the screen is\n{screen}\n")
                }
            }
        }
    }

    /// The colour of the prompt the cursor stands behind.
    pub(crate) fn prompt_color(&self) -> vt100::Color {
        let screen = self.screen.screen();
        let (row, _) = screen.cursor_position();
        screen.cell(row, 0).expect("it is on the screen").fgcolor()
    }

    pub(crate) fn ended(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        while let Ok(_) | Err(RecvTimeoutError::Timeout) =
            self.output.recv_timeout(Duration::from_millis(50))
        {
            assert!(Instant::now() < end, "it never ended");
        }
        self.child.wait().expect("it can be waited for").exit_code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// True when some control sequence ends in m: SGR, of which colours are made.
pub(crate) fn terminal_has_colour(raw: &str) -> bool {
    raw.split("\x1b[").skip(1).any(|sequence| {
        sequence
            .trim_start_matches(|next: char| next.is_ascii_digit() || next == ';')
            .starts_with('m')
    })
}

pub(crate) fn last_line(screen: &str) -> &str {
    screen
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("")
}
