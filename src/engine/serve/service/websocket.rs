//! `websocket`: each message comes back as it was, whatever frames it came in.

use super::http::{Visitor, refuse};
use super::upgrade::{Frames, upgrade};
use crate::engine::serve::talk::{Answers, Client, Talk};
use crate::messages::websocket::Kind;
use std::collections::HashMap;

#[derive(Default)]
pub(super) struct Echo {
    clients: HashMap<Client, Stage>,
}

enum Stage {
    /// It has not asked for the upgrade yet.
    Http(Box<Visitor>),
    Frames(Frames),
    /// It was refused.
    Over,
}

impl Talk for Echo {
    fn received(&mut self, client: Client, bytes: &[u8], _: i64, out: &mut Answers) {
        let begin = || Stage::Http(Box::default());
        let stage = self.clients.entry(client).or_insert_with(begin);
        if let Stage::Http(visitor) = stage {
            visitor.reader.feed(bytes);
            let Some(request) = visitor.request(client, out) else {
                return;
            };
            *stage = match request {
                Ok(request) => {
                    let behind = visitor.reader.rest();
                    upgrade(client, &request, &behind, out).map_or(Stage::Over, Stage::Frames)
                }
                Err(fault) => {
                    refuse(client, fault.status(), &fault.to_string(), out);
                    Stage::Over
                }
            };
        } else if let Stage::Frames(frames) = stage {
            frames.feed(bytes);
        }
        if let Stage::Frames(frames) = stage {
            while let Some(message) = frames.message(client, out) {
                let opcode = if message.kind == Kind::Text { 1 } else { 2 };
                frames.send(client, opcode, &message.payload, out);
            }
        }
    }

    fn left(&mut self, client: Client, _: i64, _: &mut Answers) {
        self.clients.remove(&client);
    }
}
