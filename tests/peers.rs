//! Python programs as peers of sockets made in the lab, in both directions: the same kernel, another language.

mod support;

use support::{folder, private_lab, run_in, witness};

const ECHO_SERVER: &str = r#"
import socket
with socket.create_server(("", 6000)) as s:
    print("ready", flush=True)
    conn, addr = s.accept()
    with conn:
        while True:
            data = conn.recv(1024)
            if not data: break
            conn.sendall(data)
print("served", flush=True)
"#;

const THREADED_SERVER: &str = r#"
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line.upper())
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
with Server(("127.0.0.1", 6001), Handler) as s:
    print("ready", flush=True)
    s.serve_forever()
"#;

const SELECTORS_SERVER: &str = r#"
import selectors, socket
chooser = selectors.DefaultSelector()
listener = socket.create_server(("", 6002))
listener.setblocking(False)
chooser.register(listener, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    for key, _ in chooser.select():
        if key.fileobj is listener:
            conn, _ = listener.accept()
            chooser.register(conn, selectors.EVENT_READ)
        else:
            data = key.fileobj.recv(100)
            if data: key.fileobj.sendall(data[::-1])
            else:
                chooser.unregister(key.fileobj)
                key.fileobj.close()
"#;

const TIME_SERVER: &str = r#"
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 6003))
print("ready", flush=True)
while True:
    data, addr = s.recvfrom(100)
    s.sendto(b"12:00:00", addr)
"#;

const UNIX_SERVER: &str = r#"
import socket, os
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.bind("./python.sock")
s.listen()
print("ready", flush=True)
conn, _ = s.accept()
conn.sendall(conn.recv(100) * 2)
conn.close()
os.unlink("./python.sock")
print("served", flush=True)
"#;

const CLIENT: &str = r#"
import socket
c = socket.create_connection(("localhost", 6004))
c.sendall(b"from python")
print("answer", c.recv(100), flush=True)
c.close()
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.sendto(b"datagram", ("127.0.0.1", 6005))
x = socket.socket(socket.AF_UNIX)
x.connect("\0lab")
x.sendall(b"abstract")
print("done", flush=True)
"#;

/// Runs a script beside a Python program; everything the script expects must hold.
fn holds(program: &str, script: &str) {
    if !private_lab() || !witness::present("python3") {
        return;
    }
    let place = folder();
    std::fs::write(place.path().join("peer.py"), program).expect("the program can be written");
    let ran = run_in(place.path(), &["--color", "never", "-c", script], b"");
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_client_in_the_lab_talks_to_an_echo_server_in_python() {
    holds(
        ECHO_SERVER,
        "run python3 peer.py &\nexpect output \"ready\"\nc = create_connection localhost:6000\nsend c \"echo me\"\n\
         expect packet tcp.dstport == 6000 && tcp.len == 7\nrecv c\nexpect = b\"echo me\"\nclose c\nexpect output \"served\"",
    );
}

#[test]
fn two_clients_in_the_lab_talk_to_a_threaded_server_in_python() {
    holds(
        THREADED_SERVER,
        "run python3 peer.py &\nexpect output \"ready\"\nc = create_connection localhost:6001\nd = create_connection localhost:6001\n\
         sendall c \"first\\n\"\nsendall d \"second\\n\"\nrecv d\nexpect = b\"SECOND\\n\"\nrecv c\nexpect = b\"FIRST\\n\"\nkill python3",
    );
}

#[test]
fn a_client_in_the_lab_talks_to_a_selectors_server_in_python() {
    holds(
        SELECTORS_SERVER,
        "run python3 peer.py &\nexpect output \"ready\"\nc = create_connection localhost:6002\nd = create_connection localhost:6002\n\
         send c \"abc\"\nrecv c\nexpect = b\"cba\"\nsend d \"xyz\"\nrecv d\nexpect = b\"zyx\"\nkill python3",
    );
}

#[test]
fn a_socket_in_the_lab_asks_a_udp_time_server_in_python() {
    holds(
        TIME_SERVER,
        "run python3 peer.py &\nexpect output \"ready\"\nu = socket AF_INET SOCK_DGRAM\nsendto u \"time?\" 127.0.0.1:6003\n\
         data, addr = recvfrom u\nexpect data == b\"12:00:00\"\nexpect addr[1] == 6003\nkill python3",
    );
}

#[test]
fn a_client_in_the_lab_talks_to_an_af_unix_server_in_python() {
    holds(
        UNIX_SERVER,
        "run python3 peer.py &\nexpect output \"ready\"\nc = socket AF_UNIX\nconnect c ./python.sock\nsend c \"ab\"\nrecv c\nexpect = b\"abab\"\nexpect output \"served\"",
    );
}

#[test]
fn a_client_in_python_talks_to_sockets_in_the_lab() {
    holds(
        CLIENT,
        "s = create_server :6004\nu = socket AF_INET SOCK_DGRAM\nbind u :6005\nx = socket AF_UNIX\nbind x @lab\nlisten x\nrun python3 peer.py &\n\
         conn, addr = accept s\nrecv conn\nexpect = b\"from python\"\nsend conn \"from the lab\"\nexpect output \"answer b'from the lab'\"\n\
         recvfrom u\nconn, addr = accept x\nrecv conn\nexpect = b\"abstract\"\nexpect output \"done\"",
    );
}

#[test]
fn what_a_program_answers_is_said_to_be_sent_by_it() {
    if !private_lab() {
        return;
    }
    let place = folder();
    let script = "run python3 -c 'import socket; s = socket.create_server((\"\", 6000)); print(\"ready\", flush=True); c, a = s.accept(); c.sendall(c.recv(9)); c.recv(1)' &
expect output \"ready\"
d = create_connection 127.0.0.1:6000
send d \"hello\"
recv d
expect = b\"hello\"
packets tcp.srcport == 6000 && tcp.len > 0
";
    let ran = run_in(place.path(), &["--color", "never"], script.as_bytes());
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert!(
        ran.out.contains("caused by send(4, 5 bytes) in python3"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("send buffer"), "{}", ran.out);
}
