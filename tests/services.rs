//! The ready-made services against the clients of their ecosystems, and lines typed in the lab against their servers.

mod support;

use std::path::Path;
use support::{folder, private_lab, run_in, witness};

/// Every model, for a service whose clients share nothing.
const APART: &[&str] = &[
    "iterative",
    "process",
    "thread",
    "nonblocking",
    "select",
    "poll",
    "epoll",
    "epoll --edge",
];

/// The path of a program beside this file.
fn program(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/services");
    folder.join(name).display().to_string()
}

/// Runs a script; all that it expects must hold.
fn holds(script: &str) {
    let place = folder();
    let arguments = ["--color", "never", "--deadline", "240s", "-c", script];
    let ran = run_in(place.path(), &arguments, b"");
    assert_eq!(ran.status, 0, "{script}\n{}{}", ran.out, ran.err);
}

/// Has a program be the client of a service in these models.
fn served(service: &str, models: &[&str], client: &str) {
    for model in models {
        holds(&format!(
            "process server\nserver> s = create_server 127.0.0.1:6000\nserver> setsockopt s SOL_SOCKET SO_SNDBUF 8192\n\
             server> serve s {service} --model {model} &\nlab> run --calls off {client} 6000\nexpect output \"all held\"\ncancel 1"
        ));
    }
}

#[test]
fn http_is_served_to_http_client_and_curl_in_every_model() {
    if private_lab() && witness::present("python3") && witness::present("curl") {
        let client = format!("python3 {}", program("http_client.py"));
        served("http", APART, &client);
    }
}

#[test]
fn http_is_served_to_five_hundred_connections() {
    if private_lab() && witness::present("python3") {
        holds(&format!(
            "process server\nserver> s = create_server 127.0.0.1:6000 backlog=1024\nserver> serve s http --model epoll &\n\
             lab> run --untraced python3 {} 6000 500 1\nexpect output \"all held\"",
            program("load.py")
        ));
    }
}

#[test]
fn websockets_are_served_to_the_websockets_package() {
    let Some(python) = witness::python_with(&["websockets"]).filter(|_| private_lab()) else {
        return;
    };
    let client = format!("{python} {}", program("websocket_client.py"));
    served(
        "websocket",
        &["iterative", "process", "thread", "epoll --edge"],
        &client,
    );
}

#[test]
fn socket_io_is_served_to_python_socketio() {
    let Some(python) =
        witness::python_with(&["socketio", "requests", "websocket"]).filter(|_| private_lab())
    else {
        return;
    };
    let client = format!("{python} {}", program("socketio_client.py"));
    served("socketio", &["thread", "select", "epoll"], &client);
}

#[test]
fn socket_io_is_served_to_socket_io_client_of_npm() {
    let Some(modules) = witness::node_with("socket.io-client").filter(|_| private_lab()) else {
        return;
    };
    let client = format!(
        "env NODE_PATH={modules} node {}",
        program("socketio_client.js")
    );
    served(
        "socketio",
        &["poll", "nonblocking", "epoll --edge"],
        &client,
    );
}

#[test]
fn a_chat_lets_go_of_a_client_that_never_reads() {
    if private_lab() && witness::present("python3") {
        let client = format!("python3 {}", program("chat_client.py"));
        served("chat --buffer 65536", &["epoll", "thread"], &client);
    }
}

#[test]
fn lines_typed_in_the_lab_are_understood_by_http_server() {
    if private_lab() && witness::present("python3") {
        holds(
            "run python3 -u -m http.server 6000 --bind 127.0.0.1 &\nexpect output \"Serving HTTP\"\nc = create_connection 127.0.0.1:6000\n\
             sendall c \"GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n\"\nexpect message c \"GET / HTTP/1.1\"\nexpect message c \"200 OK\"\nkill python3",
        );
    }
}

#[test]
fn frames_typed_in_the_lab_are_understood_by_the_websockets_package() {
    let Some(python) = witness::python_with(&["websockets"]).filter(|_| private_lab()) else {
        return;
    };
    holds(&format!(
        "run --as peer {python} {} &\nexpect output \"ready\"\nc = create_connection 127.0.0.1:6000\n\
         sendall c \"GET / HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n\"\n\
         expect message c \"101 Switching Protocols\"\nsend c ws(text=\"he\", fin=False, mask=True)\nsend c ws(opcode=0, payload=\"llo\", mask=True)\n\
         expect message c \"ws text \\\"hello\\\", 2 frames, masked\"\nexpect message c \"ws text \\\"hello\\\"\"\n\
         send c ws(close=1000, mask=True)\nexpect message c \"ws close 1000\"\nkill peer",
        program("websocket_server.py")
    ));
}

#[test]
fn packets_typed_in_the_lab_are_understood_by_flask_socketio() {
    let Some(python) = witness::python_with(&["flask_socketio"]).filter(|_| private_lab()) else {
        return;
    };
    holds(&format!(
        "run --as peer {python} {} &\nexpect state LISTEN port 6001\nc = create_connection 127.0.0.1:6001\n\
         sendall c \"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n\"\n\
         expect message c \"engine.io open\"\nsend c ws(text=\"40\", mask=True)\nexpect message c \"socket.io connect {{\"\n\
         send c ws(text=\"421[\\\"chat\\\",\\\"hi\\\"]\", mask=True)\nexpect message c \"socket.io event \\\"chat\\\" \\\"hi\\\", wants ack 1\"\n\
         expect message c \"socket.io ack 1 [\\\"seen\\\"]\"\nkill peer",
        program("socketio_server.py")
    ));
}
