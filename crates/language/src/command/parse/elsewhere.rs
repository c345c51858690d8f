//! Calls of Go, Rust, Java and JavaScript, and comments of C: how the same is written here. Not C's calls (`c`) nor Python's names (`absent`).

/// What a line of another language holds, and the line to type instead; `{}` is the address in it.
const CALLS: &[(&[&str], &str)] = &[
    (
        &["net.ListenPacket(", "net.ListenUDP(", "UdpSocket::bind("],
        "u = socket AF_INET SOCK_DGRAM; bind u {}",
    ),
    (
        &[
            "net.Listen(",
            "net.ListenTCP(",
            "TcpListener::bind(",
            "new ServerSocket(",
            "net.createServer(",
        ],
        "s = create_server {}",
    ),
    (
        &["net.DialUDP(", "new DatagramSocket("],
        "u = socket AF_INET SOCK_DGRAM; connect u {}",
    ),
    (
        &[
            "net.Dial(",
            "net.DialTimeout(",
            "net.DialTCP(",
            "TcpStream::connect(",
            "new Socket(",
            "net.connect(",
            "net.createConnection(",
        ],
        "c = create_connection {}",
    ),
    (
        &[".Accept()", ".AcceptTCP()", ".incoming()"],
        "conn, addr = accept s",
    ),
    (
        &[".ReadFrom(", ".recv_from(&"],
        "data, addr = recvfrom u 100",
    ),
    (
        &[
            ".Read(",
            ".read(&mut",
            ".read_to_end(",
            ".read_to_string(",
            ".recv(&mut",
        ],
        "data = recv c 100",
    ),
    (
        &[".WriteTo(", ".send_to("],
        "sendto u \"hello\" 127.0.0.1:5000",
    ),
    (
        &[".Write(", ".write_all(", "io.WriteString("],
        "send c \"hello\"",
    ),
    (
        &[".CloseWrite()", ".shutdown(Shutdown::Write"],
        "shutdown c SHUT_WR",
    ),
    (&[".Close()", "drop("], "close c"),
    (&[".set_nonblocking("], "setblocking s False"),
    (
        &[".set_read_timeout(", ".SetDeadline(", ".SetReadDeadline("],
        "settimeout c 5",
    ),
    (&[".local_addr(", ".LocalAddr("], "getsockname c"),
    (&[".peer_addr(", ".RemoteAddr("], "getpeername c"),
    (
        &["println!(", "fmt.Print", "console.log(", "System.out.print"],
        "print \"got\", data",
    ),
];

/// How a line that does not parse is written here, when it is one of another language.
pub(super) fn meant(line: &str) -> Option<String> {
    let line = line.trim();
    if line.starts_with("//") || line.starts_with("/*") || line.starts_with("*/") {
        return Some("a comment begins with #, and ends with its line".to_owned());
    }
    if line.starts_with("package ") || line.starts_with("use ") && line.contains("::") {
        return Some("leave this line out: all calls are here already".to_owned());
    }
    let (_, template) = CALLS
        .iter()
        .find(|(calls, _)| calls.iter().any(|call| line.contains(call)))?;
    Some(format!(
        "here it is written {}",
        template.replace("{}", &address(line))
    ))
}

/// The address between quotes in a line, when it is one; another otherwise.
fn address(line: &str) -> String {
    line.split(['"', '\''])
        .skip(1)
        .step_by(2)
        .find(|text| {
            let plain = |next: char| next.is_ascii_alphanumeric() || ".:[]-_".contains(next);
            text.contains(':') && text.len() < 80 && text.chars().all(plain)
        })
        .unwrap_or("127.0.0.1:5000")
        .to_owned()
}
