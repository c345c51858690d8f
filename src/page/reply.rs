//! Answers of HTTP/1.1 (RFC 9112) with the fields that keep the page shut in: nothing from elsewhere, no script from data.

use super::request::Refusal;

/// What the page may do: its own script and style, and asking its own server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A whole answer.
pub(super) fn whole(status: u16, kind: &str, body: &str) -> Vec<u8> {
    let mut answer = head(status, kind);
    answer += "Content-Length: ";
    answer += &body.len().to_string();
    answer += "\r\n\r\n";
    answer += body;
    answer.into_bytes()
}

/// A refusal, in words.
pub(super) fn refusal(Refusal(status, words): Refusal) -> Vec<u8> {
    whole(status, "text/plain", &format!("{words}\n"))
}

/// The head of events (the format `text/event-stream` of HTML): they follow until the connection ends.
pub(super) fn events() -> Vec<u8> {
    let mut answer = head(200, "text/event-stream");
    answer.push_str("\r\nretry: 1000\n\n");
    answer.into_bytes()
}

fn head(status: u16, kind: &str) -> String {
    let allow = if status == 405 { "Allow: GET\r\n" } else { "" };
    format!(
        "HTTP/1.1 {status} {}\r\n{allow}Content-Type: {kind}; charset=utf-8\r\nCache-Control: no-store\r\nConnection: close\r\n\
         Content-Security-Policy: {POLICY}\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\nX-Frame-Options: DENY\r\n",
        reason(status)
    )
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        431 => "Request Header Fields Too Large",
        _ => "Service Unavailable",
    }
}

/// A piece of the history as one message: `[event,event,…]` with the number that the viewer names when it comes back.
pub(super) fn message(events: &[String], next: u64) -> Vec<u8> {
    format!("id: {next}\ndata: [{}]\n\n", events.join(",")).into_bytes()
}

/// Keeps a connection open on which nothing happens, and finds out that nobody is there any more.
pub(super) const HEARTBEAT: &[u8] = b":\n\n";

/// The lab has ended: the browser is not to ask again.
pub(super) const END: &[u8] = b"event: end\ndata: []\n\n";
