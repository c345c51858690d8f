//! `file`: files of one folder, given and taken with their length and checksum, and gone on with where a connection was cut.

mod store;

use super::lines::{Lines, TooLong, text};
use crate::engine::serve::talk::{Answers, Client, Talk};
use std::collections::HashMap;
use std::path::PathBuf;
use store::{Incoming, Outgoing, Store};

/// The longest request line, in bytes with its end.
const LONGEST: usize = 1024;
/// So much of a file is handed to the kernel at once.
const PIECE: usize = 64 * 1024;

pub(super) struct Files {
    store: Store,
    clients: HashMap<Client, Errand>,
}

/// What a client is about.
#[derive(Default)]
struct Errand {
    lines: Lines,
    work: Work,
}

#[derive(Default)]
enum Work {
    /// The next line is a request.
    #[default]
    Asked,
    /// A file is being sent.
    Sending(Outgoing),
    /// A file is being received.
    Taking(Incoming),
}

impl Files {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            store: Store::new(folder),
            clients: HashMap::new(),
        }
    }

    /// Goes on with what has come of a client.
    fn go_on(&mut self, client: Client, out: &mut Answers) {
        while let Some(errand) = self.clients.get_mut(&client) {
            match &mut errand.work {
                // The next request waits until the file is sent.
                Work::Sending(_) => return,
                Work::Taking(incoming) => {
                    let bytes = errand.lines.rest();
                    let (taken, behind) = bytes.split_at(bytes.len().min(incoming.left()));
                    let answer = incoming.take(taken);
                    errand.lines.feed(behind);
                    let Some(answer) = answer else { return };
                    errand.work = Work::Asked;
                    out.send(client, answer);
                }
                Work::Asked => match errand.lines.line(LONGEST) {
                    Ok(Some(line)) => {
                        let line = text(&line).to_vec();
                        if !self.request(client, &line, out) {
                            return;
                        }
                    }
                    Ok(None) => return,
                    Err(TooLong(limit)) => {
                        errand.lines.rest();
                        out.send(client, format!("ERR a line has at most {limit} bytes\n"));
                        return out.part(client);
                    }
                },
            }
        }
    }

    /// Carries out a request line; false when the client is dismissed.
    fn request(&mut self, client: Client, line: &[u8], out: &mut Answers) -> bool {
        let words: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let number = |word: &[u8]| std::str::from_utf8(word).ok()?.parse::<u64>().ok();
        let mut work = Work::Asked;
        let answer = match words.as_slice() {
            [b"QUIT"] => {
                out.close(client);
                return false;
            }
            [b"LIST"] => self.store.list(),
            [b"GET", name] => self.get(name, 0, &mut work),
            [b"GET", name, from] => match number(from) {
                Some(from) => self.get(name, from, &mut work),
                None => Err("the place to go on from has to be a number".to_owned()),
            },
            [b"PUT", name, length, checksum] => match number(length) {
                Some(length) => self.put(name, length, checksum, &mut work),
                None => Err("the length has to be a number".to_owned()),
            },
            _ => Err(
                "the requests are LIST, GET NAME [FROM], PUT NAME LENGTH SHA256 and QUIT"
                    .to_owned(),
            ),
        };
        out.send(client, answer.unwrap_or_else(|why| format!("ERR {why}\n")));
        if let Some(errand) = self.clients.get_mut(&client) {
            errand.work = work;
        }
        true
    }

    fn get(&self, name: &[u8], from: u64, work: &mut Work) -> Result<String, String> {
        let (outgoing, length, checksum) = self.store.open(name, from)?;
        *work = Work::Sending(outgoing);
        Ok(format!("OK {length} {checksum}\n"))
    }

    fn put(
        &self,
        name: &[u8],
        length: u64,
        checksum: &[u8],
        work: &mut Work,
    ) -> Result<String, String> {
        let (incoming, from) = self.store.begin(name, length, checksum)?;
        *work = Work::Taking(incoming);
        Ok(format!("GO {from}\n"))
    }
}

impl Talk for Files {
    fn received(&mut self, client: Client, bytes: &[u8], _: i64, out: &mut Answers) {
        self.clients.entry(client).or_default().lines.feed(bytes);
        self.go_on(client, out);
    }

    fn drained(&mut self, client: Client, out: &mut Answers) {
        let Some(errand) = self.clients.get_mut(&client) else {
            return;
        };
        let Work::Sending(outgoing) = &mut errand.work else {
            return;
        };
        match outgoing.piece(PIECE) {
            Ok(piece) if !piece.is_empty() => return out.send(client, piece),
            Ok(_) => errand.work = Work::Asked,
            // What was announced cannot be sent: only the end of the connection says so.
            Err(_) => return out.close(client),
        }
        self.go_on(client, out);
    }

    fn left(&mut self, client: Client, _: i64, _: &mut Answers) {
        self.clients.remove(&client);
    }
}
