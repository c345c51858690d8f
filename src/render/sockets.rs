//! The `sockets` table: every socket of the lab as the kernel reports it. What the kernel said was asked before.

use super::styled::{Line, Look, Style, Styled};
use super::table::{self, Cell, Column};
use crate::event::socket::{SocketRow, Timer};
use crate::value::Address;

/// Draws it. At 80 columns owner and name share a column; narrower, each socket takes a few lines.
pub fn draw(rows: &[SocketRow], look: &Look) -> Styled {
    let hosts = rows.windows(2).any(|pair| pair[0].host != pair[1].host);
    if rows.is_empty() {
        let mut text = Styled::new();
        text.say(Style::Dim, 0, "no sockets");
        return text;
    }
    let mut text = match look.width {
        0..60 => narrow(rows, hosts),
        60..110 => middle(rows, hosts, look),
        _ => wide(rows, hosts, look),
    };
    if rows.iter().any(|row| row.state == "LISTEN") && look.width >= 60 {
        let note = "Of a listener, Recv-Q counts connections that wait for accept(), Send-Q is its backlog.";
        text.say(Style::Dim, 0, note);
    }
    text
}

fn wide(rows: &[SocketRow], hosts: bool, look: &Look) -> Styled {
    let columns = [
        Column::text("process"),
        Column::text("name"),
        Column::number("fd"),
        Column::text("proto"),
        Column::text("local"),
        Column::text("peer"),
        Column::text("state"),
        Column::number("Recv-Q"),
        Column::number("Send-Q"),
        Column::prose("timer"),
    ];
    let cells: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            vec![
                (Style::Prompt, owner(row, hosts)),
                (Style::Bold, row.name.clone()),
                (Style::Plain, descriptor(row)),
                (Style::Plain, row.protocol.clone()),
                (Style::Client, address(row.local.as_ref())),
                (Style::Server, address(row.peer.as_ref())),
                (Style::State, row.state.to_owned()),
                queue(row.recv_q),
                queue(row.send_q),
                (Style::Note, timer(row.timer)),
            ]
        })
        .collect();
    table::draw(&columns, &cells, look)
}

fn middle(rows: &[SocketRow], hosts: bool, look: &Look) -> Styled {
    let columns = [
        Column::text("socket"),
        Column::text("proto"),
        Column::text("local → peer"),
        Column::text("state"),
        Column::number("Recv-Q"),
        Column::number("Send-Q"),
    ];
    let cells: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            let timer = timer(row.timer);
            let state = if timer.is_empty() {
                row.state.to_owned()
            } else {
                format!("{} {timer}", row.state)
            };
            vec![
                (Style::Bold, title(row, &owner(row, hosts))),
                (Style::Plain, row.protocol.clone()),
                (Style::Client, both(row)),
                (Style::State, state),
                queue(row.recv_q),
                queue(row.send_q),
            ]
        })
        .collect();
    table::draw(&columns, &cells, look)
}

fn narrow(rows: &[SocketRow], hosts: bool) -> Styled {
    let mut text = Styled::new();
    for row in rows {
        text.push(
            Line::wrapping(2)
                .with(Style::Bold, &title(row, &owner(row, hosts)))
                .with(Style::Plain, "  ")
                .with(Style::State, row.state),
        );
        text.say(Style::Client, 2, &format!("{} {}", row.protocol, both(row)));
        let mut facts = Vec::new();
        if row.recv_q > 0 || row.send_q > 0 {
            facts.push(format!("Recv-Q {}  Send-Q {}", row.recv_q, row.send_q));
        }
        facts.extend(row.timer.map(|running| timer(Some(running))));
        if !facts.is_empty() {
            text.say(Style::Note, 2, &facts.join("  "));
        }
    }
    text
}

/// Process, name and descriptor in one: `lab c fd 4`.
fn title(row: &SocketRow, owner: &str) -> String {
    let fd = row.fd.map_or_else(String::new, |fd| format!("fd {fd}"));
    let parts = [owner, &row.name, &fd];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() {
        "(kernel)".to_owned()
    } else {
        parts.join(" ")
    }
}

/// The process, with its host when the table has several; what no process owns any more belongs to the kernel.
fn owner(row: &SocketRow, hosts: bool) -> String {
    let held = format!("({})", row.held);
    let process = if row.process.is_empty() && !row.held.is_empty() {
        &held
    } else if row.process.is_empty() {
        "(kernel)"
    } else {
        &row.process
    };
    if hosts && row.host != row.process {
        format!("{process} on {}", row.host)
    } else {
        process.to_owned()
    }
}

fn descriptor(row: &SocketRow) -> String {
    row.fd.map_or_else(|| "-".to_owned(), |fd| fd.to_string())
}

fn address(address: Option<&Address>) -> String {
    address.map_or_else(|| "-".to_owned(), ToString::to_string)
}

fn both(row: &SocketRow) -> String {
    match &row.peer {
        Some(peer) => format!("{} → {peer}", address(row.local.as_ref())),
        None => address(row.local.as_ref()),
    }
}

/// Bytes that wait are what one looks for in this table.
fn queue(bytes: u32) -> Cell {
    let style = if bytes == 0 { Style::Dim } else { Style::Bold };
    (style, bytes.to_string())
}

/// The kernel timer that runs: `retransmit in 0.4 s, tried 2 times`.
fn timer(timer: Option<Timer>) -> String {
    timer.map_or_else(String::new, |timer| {
        let tried = match timer.retransmits {
            0 => String::new(),
            1 => ", tried once".to_owned(),
            times => format!(", tried {times} times"),
        };
        format!("{} in {}{tried}", timer.kind, left(timer))
    })
}

fn left(timer: Timer) -> String {
    format!("{:.1} s", f64::from(timer.expires_ms) / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::screens;

    fn row(process: &str, name: &str, fd: Option<i32>, state: &'static str) -> SocketRow {
        SocketRow {
            process: process.to_owned(),
            host: "lab".to_owned(),
            name: name.to_owned(),
            held: String::new(),
            fd,
            inode: 1,
            protocol: "tcp".to_owned(),
            local: Some(Address::Inet("127.0.0.1:5000".parse().expect("an address"))),
            peer: Some(Address::Inet(
                "127.0.0.1:40312".parse().expect("an address"),
            )),
            state,
            recv_q: 0,
            send_q: 0,
            timer: None,
            tcp_info: Vec::new(),
        }
    }

    #[test]
    fn sockets_as_a_table_at_every_width() {
        let rows = [
            SocketRow {
                peer: None,
                recv_q: 1,
                send_q: 5,
                ..row("server", "s", Some(3), "LISTEN")
            },
            SocketRow {
                send_q: 70_000,
                timer: Some(Timer {
                    kind: "retransmit",
                    expires_ms: 412,
                    retransmits: 2,
                }),
                ..row("server", "conn", Some(4), "ESTABLISHED")
            },
            SocketRow {
                timer: Some(Timer {
                    kind: "time-wait",
                    expires_ms: 58_000,
                    retransmits: 0,
                }),
                ..row("", "", None, "TIME-WAIT")
            },
            SocketRow {
                protocol: "unix stream".to_owned(),
                local: Some(Address::UnixPath(b"./x\x1b.sock".to_vec())),
                peer: None,
                ..row("lab", "u\u{202e}", Some(5), "listening")
            },
        ];
        insta::assert_snapshot!(screens(|look| draw(&rows, look)));
        insta::assert_snapshot!(screens(|look| draw(&[], look)));
    }
}
