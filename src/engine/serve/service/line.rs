//! `line`: each line is sent back once it is whole, however it was cut on its way.

use super::lines::{Lines, TooLong};
use crate::engine::serve::talk::{Answers, Client, Talk};
use std::collections::HashMap;

/// The longest line, in bytes with its end.
const LONGEST: usize = 64 * 1024;

#[derive(Debug, Default)]
pub(super) struct Line {
    clients: HashMap<Client, Lines>,
}

impl Talk for Line {
    fn received(&mut self, client: Client, bytes: &[u8], _: i64, out: &mut Answers) {
        let lines = self.clients.entry(client).or_default();
        lines.feed(bytes);
        loop {
            match lines.line(LONGEST) {
                Ok(Some(line)) => out.send(client, line),
                Ok(None) => return,
                Err(TooLong(limit)) => {
                    out.send(client, format!("a line has at most {limit} bytes\n"));
                    lines.rest();
                    return out.part(client);
                }
            }
        }
    }

    /// What was begun and not finished is sent back as it is: it was the last line.
    fn finished(&mut self, client: Client, _: i64, out: &mut Answers) {
        let rest = self.clients.entry(client).or_default().rest();
        if !rest.is_empty() {
            out.send(client, rest);
        }
        out.close(client);
    }

    fn left(&mut self, client: Client, _: i64, _: &mut Answers) {
        self.clients.remove(&client);
    }
}
