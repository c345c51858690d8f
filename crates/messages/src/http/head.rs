//! The first line and the header fields of a message.

use super::{Fault, Framing};

/// First line and header fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The first line.
    pub start: Start,
    /// The header fields in their order: name as written, and value.
    pub fields: Vec<(String, String)>,
}

/// The first line of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// `GET / HTTP/1.1`
    Request {
        /// The method.
        method: String,
        /// What it is asked of: path and query.
        target: String,
        /// `HTTP/1.1`
        version: String,
    },
    /// `HTTP/1.1 200 OK`
    Response {
        /// `HTTP/1.1`
        version: String,
        /// The status code.
        code: u16,
        /// The reason phrase, which may be empty.
        phrase: String,
    },
}

impl Head {
    /// Reads a head without the empty line at its end. Lines end with CR LF, or with LF alone (RFC 9112 section 2.2).
    pub(super) fn parse(bytes: &[u8], requests: bool) -> Result<Self, Fault> {
        let mut lines = bytes
            .split(|byte| *byte == b'\n')
            .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let first = lines.next().unwrap_or_default();
        let start = if requests {
            request(first)?
        } else {
            response(first)?
        };
        let lines = lines.filter(|line| !line.is_empty());
        let fields = lines.map(field).collect::<Result<_, _>>()?;
        Ok(Self { start, fields })
    }

    /// The value of the first field of this name, whatever its case.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The values of all fields of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.fields
            .iter()
            .filter(named)
            .map(|(_, value)| value.as_str())
    }

    /// True when a list field (`Connection: keep-alive, Upgrade`) has this word.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        self.all(name)
            .flat_map(|value| value.split(','))
            .any(|item| item.trim().eq_ignore_ascii_case(word))
    }

    /// True when the connection stays open after the message (RFC 9112 section 9.3).
    pub fn keeps_alive(&self) -> bool {
        let version = match &self.start {
            Start::Request { version, .. } | Start::Response { version, .. } => version,
        };
        if version == "HTTP/1.0" {
            self.lists("Connection", "keep-alive")
        } else {
            !self.lists("Connection", "close")
        }
    }

    /// True when the message asks for, or grants, a change to WebSocket (RFC 6455 section 4).
    pub fn upgrades_to_websocket(&self) -> bool {
        self.lists("Upgrade", "websocket") && self.lists("Connection", "Upgrade")
    }

    /// How the body ends, and its length where that is known; `asked` is the method that a response answers.
    pub(super) fn framing(&self, asked: Option<&str>) -> Result<(Framing, u64), Fault> {
        if let Start::Response { code, .. } = self.start
            && (matches!(code, 100..=199 | 204 | 304)
                || asked == Some("HEAD")
                || asked == Some("CONNECT") && (200..300).contains(&code))
        {
            return Ok((Framing::None, 0));
        }
        let length = self.length()?;
        let codings: Vec<&str> = self
            .all("Transfer-Encoding")
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .collect();
        match (codings.as_slice(), length) {
            ([], Some(0)) => Ok((Framing::None, 0)),
            ([], Some(length)) => Ok((Framing::Length, length)),
            ([], None) if matches!(self.start, Start::Response { .. }) => {
                Ok((Framing::UntilClose, 0))
            }
            ([], None) => Ok((Framing::None, 0)),
            (_, Some(_)) => Err(Fault::LengthAndChunks),
            ([one], None) if one.eq_ignore_ascii_case("chunked") => Ok((Framing::Chunked, 0)),
            (others, None) => Err(Fault::Coding(others.join(", "))),
        }
    }

    fn length(&self) -> Result<Option<u64>, Fault> {
        let mut found = None;
        // A list of the same number counts as that number (RFC 9110 section 8.6).
        for value in self.all("Content-Length").flat_map(|all| all.split(',')) {
            let value = value.trim();
            let wrong = || Fault::Length(value.to_owned());
            if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong());
            }
            let number: u64 = value.parse().map_err(|_| wrong())?;
            if found.is_some_and(|found| found != number) {
                return Err(wrong());
            }
            found = Some(number);
        }
        Ok(found)
    }
}

fn lossy(bytes: &[u8]) -> String {
    let shown = &bytes[..bytes.len().min(200)];
    String::from_utf8_lossy(shown).into_owned()
}

fn request(line: &[u8]) -> Result<Start, Fault> {
    let wrong = || Fault::FirstLine(lossy(line));
    let text = std::str::from_utf8(line).map_err(|_| wrong())?;
    let mut words = text.split(' ');
    let (Some(method), Some(target), Some(version), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(wrong());
    };
    if !is_token(method) || target.is_empty() || target.chars().any(char::is_control) {
        return Err(wrong());
    }
    check_version(version, wrong)?;
    Ok(Start::Request {
        method: method.to_owned(),
        target: target.to_owned(),
        version: version.to_owned(),
    })
}

fn response(line: &[u8]) -> Result<Start, Fault> {
    let wrong = || Fault::FirstLine(lossy(line));
    let text = String::from_utf8_lossy(line);
    let mut words = text.splitn(3, ' ');
    let (Some(version), Some(code)) = (words.next(), words.next()) else {
        return Err(wrong());
    };
    check_version(version, wrong)?;
    let digits = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit());
    let code = code.parse().ok().filter(|_| digits).ok_or_else(wrong)?;
    Ok(Start::Response {
        version: version.to_owned(),
        code,
        phrase: words.next().unwrap_or_default().to_owned(),
    })
}

fn check_version(version: &str, wrong: impl Fn() -> Fault) -> Result<(), Fault> {
    let digits = version.strip_prefix("HTTP/").ok_or_else(&wrong)?;
    match digits.as_bytes() {
        [b'1', b'.', b'0'..=b'9'] => Ok(()),
        [b'0'..=b'9', b'.', b'0'..=b'9'] => Err(Fault::Version(version.to_owned())),
        _ => Err(wrong()),
    }
}

fn field(line: &[u8]) -> Result<(String, String), Fault> {
    let wrong = || Fault::Field(lossy(line));
    let colon = line
        .iter()
        .position(|byte| *byte == b':')
        .ok_or_else(wrong)?;
    let name = std::str::from_utf8(&line[..colon]).map_err(|_| wrong())?;
    let value = line[colon + 1..].trim_ascii();
    // No space may stand before the colon, and a line that begins with one would continue the field before (RFC 9112 section 5).
    let control = |byte: &u8| byte.is_ascii_control() && *byte != b'\t';
    if !is_token(name) || value.iter().any(control) {
        return Err(wrong());
    }
    let value = String::from_utf8_lossy(value).into_owned();
    Ok((name.to_owned(), value))
}

/// A token as RFC 9110 section 5.6.2 has it.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

impl std::fmt::Display for Start {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Request {
                method,
                target,
                version,
            } => write!(out, "{method} {target} {version}"),
            Self::Response {
                version,
                code,
                phrase,
            } => write!(out, "{version} {code} {phrase}"),
        }
    }
}
