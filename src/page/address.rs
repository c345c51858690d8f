//! Where a page listens, as it is written: `8080`, `:8080`, `0.0.0.0:8080`, `[::1]:8080`, `localhost`; and why it cannot.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address of a text; an empty one is any free port of the loopback interface. An error says what is wrong with it.
pub fn parse(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let loopback = IpAddr::from(Ipv4Addr::LOCALHOST);
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, port),
        _ if text.parse::<u16>().is_ok() => ("", text),
        _ => (text, "0"),
    };
    let ip = match host {
        "" | "localhost" => Some(loopback),
        "*" => Some(Ipv4Addr::UNSPECIFIED.into()),
        "[::]" => Some(Ipv6Addr::UNSPECIFIED.into()),
        named => named.trim_matches(['[', ']']).parse().ok(),
    };
    match (ip, port.parse()) {
        (Some(ip), Ok(port)) => Ok(SocketAddr::new(ip, port)),
        _ => Err(format!(
            "{} is not an address to listen at: it is an IP address of this machine, a port, or both, as in 8080, 127.0.0.1:8080 or 0.0.0.0:8080",
            text.escape_debug()
        )),
    }
}

/// Why no page can be served at an address, and what to do.
pub fn refusal(address: SocketAddr, error: &Error) -> String {
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "port {} is in use by another program; name another port, or none for any that is free",
            address.port()
        ),
        ErrorKind::AddrNotAvailable => format!(
            "{} is not an address of this machine; `ip address` lists those it has, and 0.0.0.0 stands for all of them",
            address.ip()
        ),
        ErrorKind::PermissionDenied => format!(
            "port {} is below 1024, for which this user lacks CAP_NET_BIND_SERVICE; name a higher port",
            address.port()
        ),
        _ => format!("no page can be served at {address}: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_port_an_ip_address_or_both() {
        for (text, address) in [
            ("", "127.0.0.1:0"),
            ("8080", "127.0.0.1:8080"),
            (":8080", "127.0.0.1:8080"),
            ("localhost:80", "127.0.0.1:80"),
            ("0.0.0.0:8080", "0.0.0.0:8080"),
            ("*:8080", "0.0.0.0:8080"),
            ("10.0.0.1", "10.0.0.1:0"),
            ("[::1]:9", "[::1]:9"),
            ("::1", "[::1]:0"),
            ("[::]:8080", "[::]:8080"),
        ] {
            assert_eq!(
                parse(text).map(|at| at.to_string()),
                Ok(address.to_owned()),
                "{text}"
            );
        }
        for text in [
            "x.lab",
            "1.2.3:4",
            "127.0.0.1:99999",
            "example.org:80",
            "1.2.3.4:x",
            "\u{202e}",
        ] {
            let refused = parse(text).expect_err(text);
            assert!(refused.contains("is not an address"), "{refused}");
            assert!(!refused.contains('\u{202e}'));
        }
    }

    #[test]
    fn what_bind_refuses_is_said_with_what_to_do() {
        let at = "127.0.0.1:80".parse().expect("it is an address");
        for (kind, words) in [
            (ErrorKind::AddrInUse, "port 80 is in use"),
            (
                ErrorKind::AddrNotAvailable,
                "127.0.0.1 is not an address of this machine",
            ),
            (ErrorKind::PermissionDenied, "CAP_NET_BIND_SERVICE"),
        ] {
            let said = refusal(at, &kind.into());
            assert!(said.contains(words), "{said}");
        }
    }
}
