//! What a browser asks for, judged before anything is answered: who may ask (token, Host, Origin) and what there is. Pure.

use std::net::{IpAddr, SocketAddr};

/// A request has at most this many bytes: more is more than any browser sends here.
pub(super) const LONGEST: usize = 16 << 10;
/// At most this many fields in its head.
const FIELDS: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// The page itself.
    Page,
    /// How it looks.
    Style,
    /// What it does.
    Script,
    /// The events, as they come; after this number where the viewer was connected before.
    Events(Option<u64>),
    /// The fields and bytes of a packet.
    Packet(u64),
}

/// Why a request is not answered: the status of RFC 9110, and a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str);

const TOO_LONG: Refusal = Refusal(431, "The head of the request is too long.");
const NO_TOKEN: Refusal = Refusal(
    403,
    "This address lacks the token of the page. Open the whole address that socklab shows.",
);
const FOREIGN: Refusal = Refusal(
    403,
    "The request comes from another site, or names another host.",
);

/// Reads a request that came to `local`; `None` while its head is not whole.
pub(super) fn read(bytes: &[u8], local: SocketAddr, token: &str) -> Option<Result<Wish, Refusal>> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => Some(judge(&request, local, token)),
        Ok(httparse::Status::Partial) if bytes.len() < LONGEST => None,
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => Some(Err(TOO_LONG)),
        Err(_) => Some(Err(Refusal(400, "This is not a request of HTTP/1.1."))),
    }
}

fn judge(
    request: &httparse::Request<'_, '_>,
    local: SocketAddr,
    token: &str,
) -> Result<Wish, Refusal> {
    if request.method != Some("GET") {
        return Err(Refusal(405, "The page can only be read: GET."));
    }
    let one = |name: &str| {
        let mut found = request
            .headers
            .iter()
            .filter(|field| field.name.eq_ignore_ascii_case(name));
        let first = found
            .next()
            .map(|field| std::str::from_utf8(field.value).unwrap_or("\u{fffd}"));
        // Said twice, it says nothing.
        first.map(|value| {
            if found.next().is_some() {
                "\u{fffd}"
            } else {
                value.trim()
            }
        })
    };
    let host = one("host").ok_or(Refusal(400, "The request names no host."))?;
    if !is_own(host, local) {
        return Err(FOREIGN);
    }
    let foreign_origin = one("origin").is_some_and(|origin| {
        origin
            .strip_prefix("http://")
            .is_none_or(|of| !of.eq_ignore_ascii_case(host))
    });
    // Another site may lead a reader here, and fetch nothing.
    let leads = one("sec-fetch-mode") == Some("navigate");
    let foreign_site =
        one("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none") && !leads);
    if foreign_origin || foreign_site {
        return Err(FOREIGN);
    }
    let path = request.path.unwrap_or_default();
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let mut parts = path.strip_prefix('/').unwrap_or_default().splitn(2, '/');
    if !is_same(parts.next().unwrap_or_default(), token) {
        return Err(NO_TOKEN);
    }
    let after = one("last-event-id").and_then(|number| number.parse().ok());
    wish(parts.next(), after).ok_or(Refusal(404, "There is nothing at this address."))
}

fn wish(rest: Option<&str>, after: Option<u64>) -> Option<Wish> {
    Some(match rest? {
        "" => Wish::Page,
        "page.css" => Wish::Style,
        "page.js" => Wish::Script,
        "events" => Wish::Events(after),
        other => {
            let number = other.strip_prefix("packet/")?;
            let digits = number.bytes().all(|byte| byte.is_ascii_digit());
            Wish::Packet(number.parse().ok().filter(|_| digits)?)
        }
    })
}

/// True for a Host that names the very address the connection came to. Names other than `localhost` are not believed: whoever owns a name can
/// let it lead here (DNS rebinding).
fn is_own(host: &str, local: SocketAddr) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (host, Some(80)),
    };
    let own = local.ip().to_canonical();
    let named: Option<IpAddr> = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok();
    let is_named = match named {
        Some(ip) => ip.to_canonical() == own,
        None => own.is_loopback() && name.eq_ignore_ascii_case("localhost"),
    };
    is_named && port == Some(local.port())
}

/// Compares without telling by its time how much is the same.
fn is_same(given: &str, token: &str) -> bool {
    let pairs = given.bytes().zip(token.bytes());
    let differs = pairs.fold(0, |differs, (one, other)| differs | (one ^ other));
    given.len() == token.len() && differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "k7mq2wxyz3ab";

    fn asked(path: &str, fields: &[&str]) -> Result<Wish, u16> {
        let local = "127.0.0.1:8080".parse().expect("it is an address");
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n\r\n", fields.join("\r\n"));
        let read = read(request.as_bytes(), local, TOKEN).expect("it is whole");
        read.map_err(|refusal| refusal.0)
    }

    #[test]
    fn what_there_is_stands_below_the_token_alone() {
        for (path, wish) in [
            ("/k7mq2wxyz3ab/", Ok(Wish::Page)),
            ("/k7mq2wxyz3ab/?x=1", Ok(Wish::Page)),
            ("/k7mq2wxyz3ab/page.css", Ok(Wish::Style)),
            ("/k7mq2wxyz3ab/page.js", Ok(Wish::Script)),
            ("/k7mq2wxyz3ab/events", Ok(Wish::Events(None))),
            ("/k7mq2wxyz3ab/packet/12", Ok(Wish::Packet(12))),
            ("/k7mq2wxyz3ab/packet/+1", Err(404)),
            ("/k7mq2wxyz3ab/packet/99999999999999999999", Err(404)),
            ("/k7mq2wxyz3ab/../page.css", Err(404)),
            ("/k7mq2wxyz3ab/..%2f..%2fetc/passwd", Err(404)),
            ("/k7mq2wxyz3ab//etc/passwd", Err(404)),
            ("/../../etc/passwd", Err(403)),
            ("/k7mq2wxyz3ab", Err(404)),
            ("/", Err(403)),
            ("/k7mq2wxyz3aB/", Err(403)),
            ("/k7mq2wxyz3a/", Err(403)),
            ("/k7mq2wxyz3abc/", Err(403)),
            ("//", Err(403)),
            ("*", Err(403)),
        ] {
            assert_eq!(asked(path, &["Host: 127.0.0.1:8080"]), wish, "{path}");
        }
        let after = asked(
            "/k7mq2wxyz3ab/events",
            &["Host: 127.0.0.1:8080", "Last-Event-ID: 7"],
        );
        assert_eq!(after, Ok(Wish::Events(Some(7))));
    }

    #[test]
    fn only_this_address_may_be_named_as_host() {
        for (host, is_let_in) in [
            ("127.0.0.1:8080", true),
            ("localhost:8080", true),
            ("LOCALHOST:8080", true),
            ("127.0.0.1", false),
            ("127.0.0.1:8081", false),
            ("127.0.0.2:8080", false),
            ("rebound.example:8080", false),
            ("localhost.rebound.example:8080", false),
            ("", false),
            ("[::1]:8080", false),
        ] {
            let field = format!("Host: {host}");
            let answer = asked("/k7mq2wxyz3ab/", &[&field]);
            assert_eq!(answer.is_ok(), is_let_in, "{host}");
        }
        assert_eq!(asked("/k7mq2wxyz3ab/", &["Accept: */*"]), Err(400));
        let twice = ["Host: 127.0.0.1:8080", "Host: rebound.example:8080"];
        assert_eq!(asked("/k7mq2wxyz3ab/", &twice), Err(403));
        let mapped = "[::ffff:10.0.0.1]:80".parse().expect("it is an address");
        assert!(is_own("10.0.0.1", mapped));
    }

    #[test]
    fn other_sites_may_lead_here_and_nothing_else() {
        for (fields, is_let_in) in [
            (&["Origin: http://127.0.0.1:8080"][..], true),
            (&["Origin: http://rebound.example"], false),
            (&["Origin: https://127.0.0.1:8080"], false),
            (&["Origin: null"], false),
            (&["Sec-Fetch-Site: same-origin"], true),
            (&["Sec-Fetch-Site: none"], true),
            (
                &["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"],
                false,
            ),
            (&["Sec-Fetch-Site: same-site"], false),
            (
                &["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"],
                true,
            ),
        ] {
            let mut all = vec!["Host: 127.0.0.1:8080"];
            all.extend(fields);
            assert_eq!(
                asked("/k7mq2wxyz3ab/events", &all).is_ok(),
                is_let_in,
                "{fields:?}"
            );
        }
    }

    #[test]
    fn what_is_no_request_is_refused_and_what_is_not_whole_is_waited_for() {
        let local = "127.0.0.1:8080".parse().expect("it is an address");
        let status = |bytes: &[u8]| read(bytes, local, TOKEN).map(|read| read.map_err(|no| no.0));
        assert_eq!(status(b"GET /k7mq2wxyz3ab/ HTTP/1.1\r\nHost: 127"), None);
        assert_eq!(status(b"\x16\x03\x01\x02\x00\x01"), Some(Err(400)));
        assert_eq!(status(b"POST / HTTP/1.1\r\n\r\n"), Some(Err(405)));
        let long = format!("GET / HTTP/1.1\r\nX: {}", "y".repeat(LONGEST));
        assert_eq!(status(long.as_bytes()), Some(Err(431)));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(FIELDS + 1));
        assert_eq!(status(many.as_bytes()), Some(Err(431)));
    }
}
