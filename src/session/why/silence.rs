//! ETIMEDOUT: what this end sent and nobody answered.

use super::cause::{Cause, Finding, said};
use super::reset::{arrivals, is_between};
use super::scene::{Scene, numbers, place, title};
use crate::event::packet::{Label, PacketEvent};
use crate::event::socket::SocketRow;
use crate::packet::headers::{Tcp, flag};
use crate::value::Address;

pub(super) const CAUSES: &[Cause] = &[
    Cause::new("", "ETIMEDOUT", "TCP", keepalive),
    Cause::new("", "ETIMEDOUT", "TCP", unanswered),
];

/// What the socket sent after the last thing that came for it, oldest first.
fn sent_in_vain<'a>(scene: &'a Scene<'_>) -> Vec<&'a PacketEvent> {
    let last = arrivals(scene)
        .next_back()
        .map_or(0, |packet| packet.number);
    scene
        .own_packets()
        .filter(|packet| packet.number > last && packet.frame.time_ns <= scene.call.end_ns)
        .filter(|packet| {
            packet
                .headers
                .endpoints()
                .is_some_and(|(from, to)| is_between(scene, to, from))
        })
        .collect()
}

/// The probes of SO_KEEPALIVE (tcp(7)).
fn keepalive(scene: &Scene<'_>) -> Option<Finding> {
    // An accepted socket has the option from its listener, whose calls are not its own.
    let accepted = scene
        .maker
        .as_ref()
        .is_some_and(|maker| maker.name.starts_with("accept"));
    if !accepted && !scene.is_set("SO_KEEPALIVE") {
        return None;
    }
    // Probes of a closed window look the same.
    let closed = arrivals(scene)
        .next_back()
        .and_then(|last| last.headers.tcp())
        .is_some_and(|tcp| tcp.window == 0);
    let probes: Vec<&PacketEvent> = sent_in_vain(scene)
        .into_iter()
        .filter(|packet| !closed && is_probe(packet))
        .collect();
    if probes.is_empty() {
        return None;
    }
    let asked = scene
        .set("TCP_KEEPCNT")
        .map(|(call, count)| format!("TCP_KEEPCNT is {count}, {}", place(call)))
        .or_else(|| {
            let count = scene.setting("ipv4/tcp_keepalive_probes")?;
            Some(format!("net.ipv4.tcp_keepalive_probes = {count}"))
        });
    let asked = asked.map_or(String::new(), |asked| format!(" ({asked})"));
    let what = match probes.len() {
        1 => "1 keepalive probe".to_owned(),
        count => format!("{count} keepalive probes"),
    };
    Some(
        said(format!(
            "{what}, {}, brought no answer{}: after so many the kernel gives the connection up{asked}.",
            numbers(&probes),
            lost_of(&probes)
        ))?
        .seen(probes),
    )
}

/// A probe of Linux carries no data (`tcp_xmit_probe_skb`). A lone byte that is sent again has the same label.
fn is_probe(packet: &PacketEvent) -> bool {
    let empty = packet.headers.tcp().is_some_and(|tcp| tcp.len == 0);
    empty && packet.track.labels.contains(Label::KeepAlive)
}

fn lost_of(packets: &[&PacketEvent]) -> String {
    let lost: Vec<u32> = packets.iter().filter_map(|packet| packet.lost()).collect();
    let mut rules = lost.clone();
    rules.dedup();
    let by = match rules.as_slice() {
        [rule] => format!(" by rule {rule} of the wire"),
        _ => String::new(),
    };
    match lost.len() {
        0 => String::new(),
        all if all == packets.len() && all == 1 => format!(", as it was lost{by}"),
        all if all == packets.len() => format!(", as all were lost{by}"),
        some => format!(", as {some} of them were lost{by}"),
    }
}

fn unanswered(scene: &Scene<'_>) -> Option<Finding> {
    let asks = |tcp: &Tcp| tcp.len > 0 || tcp.flags & (flag::SYN | flag::FIN) != 0;
    let sent: Vec<&PacketEvent> = sent_in_vain(scene)
        .into_iter()
        .filter(|packet| packet.headers.tcp().is_some_and(asks))
        .collect();
    let (first, last) = (*sent.first()?, *sent.last()?);
    let what = match sent.len() {
        1 => "one segment, ".to_owned(),
        count => format!("{count} segments, "),
    };
    let until = scene
        .set("TCP_USER_TIMEOUT")
        .filter(|(_, value)| *value != "0")
        .map(|(call, value)| format!(" TCP_USER_TIMEOUT allows {value} ms ({}).", place(call)))
        .unwrap_or_default();
    let queue = full_queue(scene);
    let mut shown = vec![first];
    if last.number != first.number {
        shown.push(last);
    }
    Some(
        said(format!(
            "{} sent {what}{}, and nothing came back{}.{until}",
            scene.label,
            numbers(&sent),
            lost_of(&sent)
        ))?
        .seen(shown)
        .and_maybe(queue),
    )
}

/// The listener that takes no more connections, as nobody accepts those that wait.
pub(super) fn full_queue(scene: &Scene<'_>) -> Option<(String, SocketRow)> {
    let to = scene.destination()?;
    let whose = scene.owner(to.ip()).unwrap_or(scene.host()).to_owned();
    let row = scene.rows().iter().find(|row| {
        row.host == whose
            && row.state == "LISTEN"
            && row.recv_q > row.send_q
            && row.local.as_ref().and_then(Address::port) == Some(to.port())
    })?;
    let sentence = format!(
        "The accept queue of {} is full ({} connections wait, its backlog is {}), and what comes for a full queue is dropped.",
        title(row),
        row.recv_q,
        row.send_q
    );
    Some((sentence, row.clone()))
}
