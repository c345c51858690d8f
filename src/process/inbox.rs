//! Reports that come through a pipe: read as far as they are there, in whole messages.

use super::ahead::Ahead;
use super::message::decode;
use crate::engine::report::Report;
use std::fs::File;
use std::io::{self, Read};

/// The bytes that have come and are not yet a whole message.
#[derive(Debug, Default)]
pub(super) struct Inbox(Vec<u8>);

impl Inbox {
    /// What has come since the last time, and whether the other end is gone. Does not wait.
    pub(super) fn receive(&mut self, pipe: &mut File) -> (Vec<Report>, bool) {
        let ended = self.fill(pipe);
        let (reports, damaged) = self.whole();
        (reports, ended || damaged)
    }

    /// The same, of a pipe that is fetched ahead.
    pub(super) fn receive_ahead(&mut self, ahead: &Ahead) -> (Vec<Report>, bool) {
        let ended = ahead.take(&mut self.0);
        let (reports, damaged) = self.whole();
        (reports, ended || damaged)
    }

    /// The messages that are whole, and whether what follows is none.
    fn whole(&mut self) -> (Vec<Report>, bool) {
        let mut damaged = false;
        let mut reports = Vec::new();
        let mut taken = 0;
        loop {
            match decode::<Report>(&self.0[taken..]) {
                Ok(Some((report, length))) => {
                    taken += length;
                    reports.push(report);
                }
                Ok(None) => break,
                Err(_) => {
                    damaged = true;
                    break;
                }
            }
        }
        self.0.drain(..taken);
        (reports, damaged)
    }

    /// Reads until there is nothing more; true when the other end is gone.
    fn fill(&mut self, pipe: &mut File) -> bool {
        let mut chunk = [0; 16 * 1024];
        loop {
            match pipe.read(&mut chunk) {
                Ok(0) => return true,
                Ok(length) => {
                    self.0.extend_from_slice(&chunk[..length]);
                    if length < chunk.len() {
                        return false;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return error.kind() != io::ErrorKind::WouldBlock,
            }
        }
    }
}
