//! `chat`: the first line is a name; every other line goes to all who are there, but for the one who wrote it.

use super::lines::{Lines, TooLong, text};
use crate::engine::serve::talk::{Answers, Client, Talk};
use std::collections::BTreeMap;

/// The longest line, in bytes with its end.
const LONGEST: usize = 1024;
/// The longest name, in characters.
const NAME: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Chat {
    clients: BTreeMap<Client, Member>,
}

#[derive(Debug, Default)]
struct Member {
    lines: Lines,
    /// Empty until it has said one.
    name: String,
}

impl Chat {
    /// Sends a line to all who have a name, but for one.
    fn tell_others(&self, but: Client, line: &str, out: &mut Answers) {
        for (client, member) in &self.clients {
            if *client != but && !member.name.is_empty() {
                out.send(*client, line);
            }
        }
    }

    fn names(&self) -> String {
        let names = self.clients.values().map(|member| member.name.as_str());
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        names.join(", ")
    }

    /// A line of someone who has no name yet.
    fn introduced(&mut self, client: Client, name: &str, out: &mut Answers) {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.chars().count() > NAME || !name.chars().all(fits) {
            out.send(
                client,
                format!("* a name has 1 to {NAME} letters, digits, - and _; which is yours?\n"),
            );
            return;
        }
        if self.clients.values().any(|member| member.name == name) {
            out.send(client, format!("* {name} is taken; which is yours?\n"));
            return;
        }
        let there = self.names();
        let there = if there.is_empty() { "nobody" } else { &there };
        out.send(client, format!("* welcome, {name}; here: {there}\n"));
        if let Some(member) = self.clients.get_mut(&client) {
            name.clone_into(&mut member.name);
        }
        self.tell_others(client, &format!("* {name} has joined\n"), out);
    }

    fn line(&mut self, client: Client, line: &[u8], out: &mut Answers) {
        let line = String::from_utf8_lossy(text(line)).into_owned();
        let name = self.clients.get(&client).map(|member| member.name.clone());
        match (name.as_deref(), line.as_str()) {
            (_, "/quit") => out.close(client),
            (None | Some(""), name) => self.introduced(client, name.trim(), out),
            (_, "") => {}
            (_, "/who") => out.send(client, format!("* here: {}\n", self.names())),
            (Some(name), said) => self.tell_others(client, &format!("{name}: {said}\n"), out),
        }
    }
}

impl Talk for Chat {
    fn joined(&mut self, client: Client, _: i64, out: &mut Answers) {
        self.clients.insert(client, Member::default());
        out.send(client, "* which name is yours?\n");
    }

    fn received(&mut self, client: Client, bytes: &[u8], _: i64, out: &mut Answers) {
        if let Some(member) = self.clients.get_mut(&client) {
            member.lines.feed(bytes);
        }
        while let Some(member) = self.clients.get_mut(&client) {
            match member.lines.line(LONGEST) {
                Ok(Some(line)) => self.line(client, &line, out),
                Ok(None) => return,
                Err(TooLong(limit)) => {
                    member.lines.rest();
                    out.send(client, format!("* a line has at most {limit} bytes\n"));
                    return out.part(client);
                }
            }
        }
    }

    fn left(&mut self, client: Client, _: i64, out: &mut Answers) {
        let Some(member) = self.clients.remove(&client) else {
            return;
        };
        if !member.name.is_empty() {
            self.tell_others(client, &format!("* {} has left\n", member.name), out);
        }
    }
}
