//! What stands, as JSON: the hosts and processes, the sockets; and the lines that were typed. The page is sent these beside the events.

use super::json::{Object, quoted, seconds};
use crate::catalog::tcp_info::FIELDS;
use crate::event::socket::SocketRow;
use crate::event::transfer::Party;
use crate::value::Address;

/// A host as the page shows it.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its addresses on the wire.
    pub addresses: Vec<String>,
}

/// A process as the page shows it.
#[derive(Clone, Debug)]
pub struct Runner {
    /// Its name.
    pub name: String,
    /// The host it runs on.
    pub host: String,
    /// The command line of a program; empty for a process of a prompt.
    pub program: String,
}

/// `{"event":"line","prompt":"client> ","text":"connect c 10.0.0.2:5000"}`.
pub fn line(prompt: &str, text: &str) -> String {
    Object::new("line")
        .text("prompt", prompt)
        .text("text", text)
        .end()
}

/// `{"event":"lab","hosts":[{"name","addresses"}],"processes":[{"process","host","program"}]}`.
pub fn lab(hosts: &[Host], processes: &[Runner]) -> String {
    let hosts = hosts.iter().map(|host| {
        let addresses = host.addresses.iter().map(|address| quoted(address));
        Object::inner()
            .text("name", &host.name)
            .raw("addresses", &list(addresses))
            .end()
    });
    let processes = processes.iter().map(|process| {
        Object::inner()
            .text("process", &process.name)
            .text("host", &process.host)
            .text("program", &process.program)
            .end()
    });
    Object::new("lab")
        .raw("hosts", &list(hosts))
        .raw("processes", &list(processes))
        .end()
}

/// A socket and which addresses it has had: `{"event":"socket","number","process","host","label","kind","local","peer","born","closed"}`.
pub fn socket(party: &Party) -> String {
    let closed = party.closed_ns.map(seconds);
    Object::new("socket")
        .raw("number", &party.number.to_string())
        .text("process", &party.process)
        .text("host", &party.host)
        .text("label", &party.label)
        .text("family", party.family())
        .text("kind", party.kind())
        .raw("listening", if party.listening { "true" } else { "false" })
        .maybe("local", shown(party.local.as_ref()).as_deref())
        .maybe("peer", shown(party.peer.as_ref()).as_deref())
        .raw("born", &seconds(party.born_ns))
        .raw("closed", closed.as_deref().unwrap_or("null"))
        .end()
}

/// The table of sockets: `{"event":"sockets","rows":[…],"more":0}`; at most so many rows.
pub fn sockets(rows: &[SocketRow], most: usize) -> String {
    let shown = rows.iter().take(most).map(row);
    Object::new("sockets")
        .raw("rows", &list(shown))
        .raw("more", &rows.len().saturating_sub(most).to_string())
        .end()
}

fn row(row: &SocketRow) -> String {
    let field = |name: &str| {
        let field = FIELDS.iter().find(|field| field.name == name)?;
        let value = field.value(&row.tcp_info)?;
        i64::try_from(value).ok()
    };
    let timer = row.timer.map(|timer| {
        Object::inner()
            .text("kind", timer.kind)
            .raw("ms", &timer.expires_ms.to_string())
            .raw("retransmits", &timer.retransmits.to_string())
            .end()
    });
    Object::inner()
        .text("process", &row.process)
        .text("host", &row.host)
        .text("name", &row.name)
        .text("held", &row.held)
        .number("fd", row.fd.map(i64::from))
        .text("protocol", &row.protocol)
        .maybe("local", shown(row.local.as_ref()).as_deref())
        .maybe("peer", shown(row.peer.as_ref()).as_deref())
        .text("state", row.state)
        .raw("recv_q", &row.recv_q.to_string())
        .raw("send_q", &row.send_q.to_string())
        .raw("timer", timer.as_deref().unwrap_or("null"))
        .number("cwnd", field("snd_cwnd"))
        .number("ssthresh", field("snd_ssthresh"))
        .number("rtt", field("rtt"))
        .end()
}

fn shown(address: Option<&Address>) -> Option<String> {
    address.map(ToString::to_string)
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_stands_is_json_whatever_it_is_called() {
        let hosts = [Host {
            name: "client".to_owned(),
            addresses: vec!["10.0.0.1".to_owned()],
        }];
        let processes = [Runner {
            name: "p".to_owned(),
            host: "client".to_owned(),
            program: "python3 \"<script>\u{202e}\"".to_owned(),
        }];
        let text = lab(&hosts, &processes);
        assert!(!text.contains('\u{202e}'));
        let read: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(
            read,
            json!({
                "event": "lab",
                "hosts": [{"name": "client", "addresses": ["10.0.0.1"]}],
                "processes": [{"process": "p", "host": "client", "program": "python3 \"<script>\u{202e}\""}],
            })
        );
        let read: Value = serde_json::from_str(&line("a> ", "x\n\u{1b}[1m")).expect("it is JSON");
        assert_eq!(
            read,
            json!({"event": "line", "prompt": "a> ", "text": "x\n\u{1b}[1m"})
        );
        assert_eq!(
            sockets(&[], 5),
            "{\"event\":\"sockets\",\"rows\":[],\"more\":0}"
        );
    }
}
