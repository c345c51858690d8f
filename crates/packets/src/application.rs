//! What a TCP segment or UDP datagram carries for a program: which protocol it is, its layers, its line. Each segment is read alone:
//! a message that reaches over several is shown as far as this one has it. Not the protocols themselves.

use super::dns::{self, Flavour};
use super::headers::{Headers, Transport};
use super::part::{Part, be16};
use super::tree::Layer;
use super::{http, tls, websocket};
use std::borrow::Cow;

/// At most this many messages of a segment have layers, which are many times as long; the rest stays bytes.
const MESSAGES: usize = 1024;

/// A protocol above the transport that was recognized.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Application {
    /// DNS and its kin over UDP.
    Datagram(Flavour),
    /// DNS over TCP.
    Segment,
    /// HTTP/1.
    Http,
    /// TLS records.
    Tls,
    /// WebSocket frames.
    WebSocket,
}

/// Recognizes what is in a UDP payload by the ports.
fn in_datagram(ports: (u16, u16), bytes: &[u8]) -> Option<Application> {
    let flavour = Flavour::of_port(ports.0).or_else(|| Flavour::of_port(ports.1))?;
    dns::fits(bytes).then_some(Application::Datagram(flavour))
}

/// Recognizes what is in a TCP payload, by how it begins; DNS, which begins with anything, by its port; WebSocket, whose frames begin
/// with anything too, in a conversation that was upgraded to it.
fn in_segment(ports: (u16, u16), part: Part<'_>, upgraded: bool) -> Option<Application> {
    let bytes = part.bytes();
    if upgraded {
        return websocket::is_whole(bytes).then_some(Application::WebSocket);
    }
    if bytes.len() < 2 {
        return None;
    }
    if ports.0 == 53 || ports.1 == 53 {
        return dns::in_segment(part).map(|_| Application::Segment);
    }
    if http::begins(bytes) {
        Some(Application::Http)
    } else if tls::begins(bytes) {
        Some(Application::Tls)
    } else {
        None
    }
}

fn recognize(headers: &Headers, part: Part<'_>) -> Option<Application> {
    match &headers.transport {
        Transport::Udp(udp) => in_datagram((udp.srcport, udp.dstport), part.bytes()),
        Transport::Tcp(tcp) => in_segment((tcp.srcport, tcp.dstport), part, tcp.websocket),
        _ => None,
    }
}

/// A payload with the length it had on the wire, so that what the capture cut is not blamed on the sender.
fn on_wire<'a>(headers: &Headers, payload: &'a [u8]) -> Part<'a> {
    let len = match &headers.transport {
        Transport::Udp(udp) => u32::from(udp.length.saturating_sub(8)),
        Transport::Tcp(tcp) => tcp.len,
        _ => 0,
    };
    Part::whole(payload, len)
}

/// True when a TCP payload begins an HTTP response that upgrades its connection to WebSocket: status 101 with `Upgrade: websocket`
/// (RFC 6455 section 4.2.2).
pub fn upgrades(payload: &[u8]) -> bool {
    payload.starts_with(b"HTTP/1.") && http::upgrades(payload)
}

/// The protocol's name alone; see [`summary`].
pub fn name(headers: &Headers, payload: &[u8]) -> Option<&'static str> {
    let part = Part::whole(payload, payload.len() as u32);
    recognize(headers, part).map(|application| application.name(payload))
}

/// The protocol's name as Wireshark's protocol column has it, and its line: `("DNS", "Standard query 0x1234 A example.org")`.
/// `payload` is what the transport of `headers` carries; `None` when nobody here knows it. The line is untrusted text.
pub fn summary<'a>(headers: &Headers, payload: &'a [u8]) -> Option<(&'static str, Cow<'a, str>)> {
    let part = on_wire(headers, payload);
    let application = recognize(headers, part)?;
    let line = match application {
        Application::Datagram(flavour) => dns::summary(part, flavour).into(),
        Application::Segment => dns::summary(dns::in_segment(part)?, Flavour::Dns).into(),
        Application::Http => http::summary(payload),
        Application::Tls => tls::summary(part).into(),
        Application::WebSocket => websocket::summary(payload).into(),
    };
    Some((application.name(payload), line))
}

impl Application {
    fn name(self, payload: &[u8]) -> &'static str {
        match self {
            Self::Datagram(Flavour::Multicast) => "MDNS",
            Self::Datagram(Flavour::Llmnr) => "LLMNR",
            Self::Datagram(Flavour::Dns) | Self::Segment => "DNS",
            Self::Http => "HTTP",
            Self::Tls => tls::version(payload),
            Self::WebSocket => "WebSocket",
        }
    }
}

/// The layers of a UDP payload; `None` when nobody here knows it.
pub(super) fn datagram(ports: (u16, u16), part: Part<'_>) -> Option<Vec<Layer>> {
    match in_datagram(ports, part.bytes())? {
        Application::Datagram(flavour) => Some(vec![dns::layer(part, flavour, None)]),
        _ => None,
    }
}

/// The layers of a TCP payload, and how many bytes they explain; `None` when nobody here knows it. `upgraded` is true in a conversation
/// that was upgraded to WebSocket.
pub(super) fn segment(
    ports: (u16, u16),
    part: Part<'_>,
    upgraded: bool,
) -> Option<(Vec<Layer>, usize)> {
    match in_segment(ports, part, upgraded)? {
        Application::Segment => {
            let mut layers = Vec::new();
            let mut rest = part;
            while layers.len() < MESSAGES
                && let Some(message) = dns::in_segment(rest)
            {
                layers.push(dns::layer(message, Flavour::Dns, Some(rest.first(2))));
                rest = rest.skip(2 + usize::from(be16(rest.bytes(), 0)));
            }
            let read = part.bytes().len() - rest.bytes().len();
            Some((layers, read))
        }
        Application::Http => {
            let (layer, read) = http::layer(part);
            Some((vec![layer], read))
        }
        Application::Tls => Some(tls::layers(part)),
        Application::WebSocket => Some(websocket::layers(part)),
        Application::Datagram(_) => None,
    }
}
