//! The views: what the session knows, handed to the renderer that draws it. No drawing here beyond short lists.

use super::tell::{self, Teller, cause};
use crate::catalog::errno;
use crate::catalog::glossary::Explanation;
use crate::catalog::tcp_info::FIELDS;
use crate::catalog::verb::Verb;
use crate::command::diagnostic::nearest;
use crate::command::filter::{self, fields};
use crate::command::function::{self, FUNCTIONS};
use crate::event::Event;
use crate::event::packet::PacketEvent;
use crate::event::socket::SocketRow;
use crate::lab::handle::Lab;
use crate::packet::build::table;
use crate::render;
use crate::render::explain::Topic;
use crate::render::ladder::Ladder;
use crate::render::styled::{Line, Look, Style, Styled};
use crate::render::{
    conversations, explain, help, ladder, line, list, packet_line, sockets, states, tcp_info, tree,
};
use crate::session::Session;
use crate::session::log::Log;
use crate::session::why::Evidence;

/// The first line on the screen, and what to try.
pub fn greeting(lab: &Lab, sees_packets: bool) -> Styled {
    let mut text = Styled::new();
    let inspector = if sees_packets {
        "inspector on"
    } else {
        "no packets can be seen here: socklab doctor says why"
    };
    text.say(
        Style::Heading,
        0,
        &format!(
            "socklab {} · {} · {inspector}",
            env!("CARGO_PKG_VERSION"),
            lab.tier().words()
        ),
    );
    text.say(
        Style::Dim,
        0,
        "Try `lesson 1`, `help`, or type a call: s = socket AF_INET SOCK_STREAM",
    );
    for note in lab.notes() {
        text.say(Style::Dim, 0, &format!("not set up: {note}"));
    }
    text.gap();
    text
}

/// The processes and what each is doing.
pub fn processes(session: &Session) -> Styled {
    let mut text = Styled::new();
    for process in session.processes() {
        let work = process.works().next().map(|(_, work)| {
            work.call
                .as_ref()
                .map_or(work.text.as_str(), |call| call.invocation.as_str())
        });
        text.push(entry(
            &process.name,
            (process.pid, process.keeper_pid),
            work.unwrap_or("free"),
        ));
        for (child, at) in process.children() {
            let call = process
                .work_of_child(child)
                .and_then(|work| work.call.as_ref());
            let doing = match call {
                _ if at.is_zombie => "zombie: it has ended, and its parent has not waited for it",
                Some(call) => call.invocation.as_str(),
                None => "running",
            };
            text.push(entry(child, (at.pid, at.pid), doing));
        }
    }
    for program in session.programs() {
        text.push(entry(
            &program.name,
            (program.pid, program.keeper_pid),
            &session.doing(program),
        ));
    }
    text
}

fn entry(name: &str, pid: (i32, i32), doing: &str) -> Line {
    let mut line = Line::wrapping(9);
    line.push(Style::Prompt, &format!("     {name}"));
    line.push(Style::Dim, &format!("  {}  ", render::lab::pids(pid)));
    line.push(Style::Plain, doing);
    line
}

/// What is under way.
pub fn jobs(jobs: &[(String, u32, String)]) -> Styled {
    let mut text = Styled::new();
    if jobs.is_empty() {
        text.say(Style::Dim, 5, "nothing is under way");
    }
    for (who, job, what) in jobs {
        let mut line = Line::wrapping(9);
        let number = if *job == 0 {
            "main thread".to_owned()
        } else {
            format!("job {job}")
        };
        line.push(Style::Prompt, &format!("     {who}"));
        line.push(Style::Dim, &format!("  {number}  "));
        line.push(Style::Plain, what);
        text.push(line);
    }
    text
}

/// The table of packets.
pub fn packets(
    packets: &[&PacketEvent],
    log: &Log,
    dropped: u64,
    here: &str,
    look: Look,
) -> Styled {
    let Some(first) = log.packets().next() else {
        return Styled::new();
    };
    if packets.is_empty() {
        return Styled::new();
    }
    let mut text = list::draw(packets, first.frame.time_ns, here, &look);
    if log.forgotten_packets > 0 {
        text.say(
            Style::Dim,
            0,
            &format!("{} older packets are no longer kept", log.forgotten_packets),
        );
    }
    if dropped > 0 {
        text.say(
            Style::Error,
            0,
            &format!("{dropped} packets were dropped by the kernel before they could be kept"),
        );
    }
    text
}

/// The ladder of packets and calls.
pub fn rungs(ladder: &Ladder<'_>, look: Look) -> Styled {
    if ladder.packets.is_empty() && ladder.messages.is_empty() {
        Styled::new()
    } else {
        ladder::draw(ladder, &look)
    }
}

/// The table of sockets.
pub fn table(rows: &[SocketRow], look: Look) -> Styled {
    if rows.is_empty() {
        let mut text = Styled::new();
        text.say(Style::Dim, 5, "no socket is open");
        return text;
    }
    sockets::draw(rows, &look)
}

/// One socket's TCP_INFO, beside that of the other end when that is in the lab too.
pub fn info(label: &str, row: &SocketRow, other: Option<&SocketRow>, look: Look) -> Styled {
    let mut text = Styled::new();
    text.say(Style::Heading, 0, &format!("     {label}: {}", row.state));
    let rows: Vec<SocketRow> = std::iter::once(row).chain(other).cloned().collect();
    text.append(sockets::draw(&rows, &look));
    if let Some(other) =
        other.filter(|other| !row.tcp_info.is_empty() && !other.tcp_info.is_empty())
    {
        let name = if other.name.is_empty() {
            "other end"
        } else {
            &other.name
        };
        text.append(tcp_info::draw_both(
            [label, name],
            [&row.tcp_info, &other.tcp_info],
            &look,
        ));
    } else if !row.tcp_info.is_empty() {
        text.append(tcp_info::draw(&row.tcp_info, false, &look));
    }
    text
}

/// The name in TCP_INFO of what `plot` draws: `cwnd` is `snd_cwnd`.
fn full_name(name: &str) -> &str {
    match name.trim_start_matches("tcpi_") {
        "cwnd" => "snd_cwnd",
        "ssthresh" => "snd_ssthresh",
        "mss" => "snd_mss",
        _ => name,
    }
}

/// The TCP_INFO fields of these names alone, of a socket and of the other end where it is known. An error says which is not there.
pub fn info_fields(
    label: &str,
    row: &SocketRow,
    other: Option<&SocketRow>,
    wanted: &[String],
    look: Look,
) -> Result<Styled, String> {
    if row.tcp_info.is_empty() {
        return Err(format!(
            "{label} has no TCP_INFO: it is not a TCP socket, or it has no connection"
        ));
    }
    let mut ends = vec![(label, row.tcp_info.as_slice())];
    if let Some(other) = other.filter(|other| !other.tcp_info.is_empty()) {
        let name = if other.name.is_empty() {
            "other end"
        } else {
            &other.name
        };
        ends.push((name, &other.tcp_info));
    }
    let names: Vec<&str> = wanted.iter().map(|name| full_name(name)).collect();
    tcp_info::draw_fields(&names, &ends, &look).map_err(|name| {
        let known = FIELDS.iter().map(|field| field.name);
        let near = nearest(name.trim_start_matches("tcpi_"), known);
        let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        format!(
            "{} is not a field of TCP_INFO that this kernel fills in{near}",
            name.escape_debug()
        )
    })
}

/// The layers and fields of these names alone. An error says which the packet does not have.
pub fn packet_fields(
    packet: &PacketEvent,
    wanted: &[String],
    look: Look,
) -> Result<Styled, String> {
    let layers = tell::layers(packet);
    let mut text = Styled::new();
    text.push(packet_line::headline(packet, &look));
    for name in wanted {
        let name = name.to_lowercase();
        let part = tree::part(&layers, &name, &look);
        if !part.is_empty() {
            text.append(part);
            continue;
        }
        let values = filter::values(&name, packet);
        let known = fields().iter().find(|entry| entry.name == name);
        match known {
            Some(entry) if !values.is_empty() => text.push(
                Line::wrapping(6)
                    .with(Style::Bold, &format!("  {name}: {}", values.join(", ")))
                    .with(Style::Dim, &format!("  {}", entry.meaning)),
            ),
            Some(_) => return Err(format!("packet {} has no {name}", packet.number)),
            None => {
                let near = nearest(&name, fields().iter().map(|entry| entry.name));
                let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
                return Err(format!(
                    "{} is not a known field{near}",
                    name.escape_debug()
                ));
            }
        }
    }
    Ok(text)
}

/// A failed call: first what this lab shows of its cause, then what the error means for such a call. Packets have the times that they
/// were shown with. `here` is the process of the prompt, whose name is not said.
pub fn why(evidence: &Evidence, teller: &Teller, here: &str, look: Look) -> Styled {
    let call = &evidence.call;
    let mut text = line::event(&Event::Call(Box::new(call.clone())), here, &look);
    for fact in &evidence.facts {
        text.say(Style::Bold, 5, fact);
    }
    for packet in &evidence.packets {
        let mut indented = Line::wrapping(9).with(Style::Plain, "     ");
        indented.append(&packet_line::line(packet, teller.since_ns(packet), &look));
        text.push(indented);
        let cause = cause(packet, here);
        if !cause.is_empty() {
            text.say(Style::Dim, 9, &cause);
        }
    }
    if !evidence.holders.is_empty() {
        text.append(sockets::draw(&evidence.holders, &look));
    }
    if let Some(entry) = errno::by_name(&evidence.errno) {
        text.say(
            Style::Plain,
            5,
            &format!("{} means: {}", entry.name, entry.meaning),
        );
        if let Some(when) = entry.when(&evidence.name, &evidence.kind) {
            text.say(Style::Plain, 5, &format!("From {}: {when}", evidence.name));
        }
        let next = advice(evidence, entry);
        if !next.is_empty() {
            text.say(Style::Note, 5, &format!("What next: {next}"));
        }
    }
    text
}

/// What to do about a failure: what its cause says, else what is said of the error in general. That stands beside a cause only where it fits
/// every failure of the call.
fn advice(evidence: &Evidence, entry: &errno::Errno) -> &'static str {
    let fits = evidence.facts.is_empty() || entry.fits(&evidence.name);
    let general = if fits {
        entry.next_for(&evidence.kind)
    } else {
        ""
    };
    evidence.next.unwrap_or(general)
}

/// The index of all commands.
pub fn index(look: Look) -> Styled {
    help::index(&look)
}

/// The manual page of a verb.
pub fn page(verb: Verb) -> Styled {
    help::page(verb.entry())
}

/// The page on display filters.
pub fn filters() -> Styled {
    help::filters()
}

/// A field of display filters: what its values are and what it tells. `None` when there is none of this name.
pub fn field(name: &str) -> Option<Styled> {
    let entry = fields().iter().find(|entry| entry.name == name)?;
    Some(explain::draw(&Topic {
        name: entry.name,
        kind: "field",
        summary: entry.meaning,
        sections: &[("value", entry.kind.what())],
        see: "help filter",
    }))
}

/// A packet layer: what it is, its words and its fields. `None` for a name that is no layer.
pub fn layer(name: &str) -> Option<Styled> {
    let words = table::layer_words(name);
    let fields = table::layer_fields(name);
    if fields.is_empty() {
        return None;
    }
    let named: Vec<(String, &str)> = words
        .iter()
        .map(|word| (word.name.to_owned(), word.meaning))
        .chain(
            fields
                .iter()
                .map(|field| (field.name.to_owned(), field.meaning)),
        )
        .collect();
    let sections: Vec<(&str, &str)> = named
        .iter()
        .map(|(name, meaning)| (name.as_str(), *meaning))
        .collect();
    Some(explain::draw(&Topic {
        name,
        kind: "packet layer",
        summary: table::layer_summary(name).trim_start_matches("packet layer: "),
        sections: &sections,
        see: "",
    }))
}

/// A function or method of values: how it is written and what it gives. `None` for a name that is none.
pub fn function(name: &str) -> Option<Styled> {
    let (owner, short) = name.rsplit_once('.').unwrap_or(("", name));
    let entry = FUNCTIONS.iter().find(|entry| {
        let of = match entry.style {
            function::Style::Of(of) => of,
            function::Style::Function | function::Style::Method => "",
        };
        entry.name == short && (owner.is_empty() || of == owner)
    })?;
    let (kind, written) = match entry.style {
        function::Style::Function => ("function", format!("{short}(x)")),
        function::Style::Method => ("method of a value", format!("x.{short}()")),
        function::Style::Of(of) => ("function", format!("{of}.{short}(…)")),
    };
    Some(explain::draw(&Topic {
        name: entry.name,
        kind,
        summary: entry.meaning,
        sections: &[("written", &written)],
        see: "",
    }))
}

/// What the glossary knows of a topic.
pub fn explanation(explanation: &Explanation) -> Styled {
    let sections: Vec<(&str, &str)> = explanation
        .sections
        .iter()
        .map(|(head, text)| (*head, text.as_str()))
        .collect();
    explain::draw(&Topic {
        name: explanation.topic,
        kind: explanation.kind.name(),
        summary: explanation.summary,
        sections: &sections,
        see: explanation.see,
    })
}

/// The state diagram, with where a socket is and has been.
pub fn states(socket: Option<(&str, &states::Path<'_>)>, look: Look) -> Styled {
    let Some((name, path)) = socket else {
        return states::draw(&states::Path::default(), &look);
    };
    let mut text = Styled::new();
    text.push(path.line(name));
    text.append(states::draw(path, &look));
    text
}

/// The table of conversations.
pub fn conversations<'a>(packets: impl Iterator<Item = &'a PacketEvent>, look: Look) -> Styled {
    let packets: Vec<&PacketEvent> = packets.collect();
    if packets.is_empty() {
        Styled::new()
    } else {
        conversations::draw(&packets, &look)
    }
}
