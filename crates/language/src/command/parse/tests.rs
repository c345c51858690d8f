//! Lines and what they mean, in both spellings.

mod garbage;
mod mistakes;

use super::parse_line;
use crate::catalog::verb::{VERBS, Verb};
use crate::command::ast::{Action, Call, Command, Expr, Layer, Operator};
use crate::command::unparse::command_form;
use socklab_events::value::Address;

fn parsed(line: &str) -> Vec<Command> {
    match parse_line(line) {
        Ok(commands) => commands,
        Err(error) => panic!("{line}: {error}"),
    }
}

/// The command forms of a line's commands.
fn meaning(line: &str) -> String {
    let commands: Vec<String> = parsed(line).iter().map(command_form).collect();
    commands.join("; ")
}

fn check(table: &[(&str, &str)]) {
    for (line, expected) in table {
        assert_eq!(meaning(line), *expected, "{line}");
    }
}

fn action(line: &str) -> Action {
    let mut commands = parsed(line);
    assert_eq!(commands.len(), 1, "{line}");
    commands.remove(0).action
}

fn call(verb: Verb, args: Vec<Option<Expr>>) -> Action {
    Action::Call(Call { verb, args })
}

fn name(name: &str) -> Expr {
    Expr::Name(name.to_owned())
}

fn constant(name: &str) -> Expr {
    Expr::Constant(name.to_owned())
}

fn inet(text: &str) -> Expr {
    Expr::Address(
        text.parse::<std::net::SocketAddr>()
            .map(Address::from)
            .expect("the test writes an address"),
    )
}

#[test]
fn a_call_has_one_entry_for_each_parameter_of_the_catalog() {
    assert_eq!(
        action("socket AF_INET SOCK_STREAM"),
        call(
            Verb::Socket,
            vec![
                Some(constant("AF_INET")),
                Some(constant("SOCK_STREAM")),
                None,
                None
            ]
        )
    );
    assert_eq!(
        action("bind s 127.0.0.1:5000"),
        call(
            Verb::Bind,
            vec![Some(name("s")), Some(inet("127.0.0.1:5000"))]
        )
    );
    assert_eq!(
        action("bind s :5000"),
        call(
            Verb::Bind,
            vec![
                Some(name("s")),
                Some(Expr::HostPort(String::new(), Some(5000)))
            ]
        )
    );
    assert_eq!(
        action("send s \"hello\\n\""),
        call(
            Verb::Send,
            vec![
                Some(name("s")),
                Some(Expr::Bytes(b"hello\n".to_vec())),
                None
            ]
        )
    );
    assert_eq!(
        action("ready = poll s conn 1.0"),
        call(
            Verb::Poll,
            vec![
                Some(Expr::List(vec![name("s"), name("conn")])),
                Some(Expr::Float(1.0)),
                None,
                None
            ]
        )
    );
    assert_eq!(
        action("sendmsg u \"x\" SCM_RIGHTS=[s]"),
        call(
            Verb::Sendmsg,
            vec![
                Some(name("u")),
                Some(Expr::List(vec![Expr::Bytes(b"x".to_vec())])),
                None,
                None,
                None,
                Some(Expr::List(vec![name("s")])),
                None,
            ]
        )
    );
    assert_eq!(
        action("run python3 -c 'print(1); x' # really"),
        call(
            Verb::Run,
            vec![Some(Expr::Str("python3 -c 'print(1); x'".to_owned()))]
        )
    );
    assert_eq!(
        action("sleep 200ms"),
        call(Verb::Sleep, vec![Some(Expr::Duration(200_000_000))])
    );
    assert_eq!(action("server>"), Action::Switch);
}

#[test]
fn a_packet_is_layers_over_one_another() {
    let icmp = Expr::Layer(Layer {
        name: "icmp".to_owned(),
        positional: vec![name("echo")],
        named: vec![
            ("id".to_owned(), Expr::Int(1)),
            ("seq".to_owned(), Expr::Int(1)),
        ],
    });
    let packet = Expr::Binary(
        Operator::Over,
        Box::new(icmp),
        Box::new(Expr::Bytes(b"ping".to_vec())),
    );
    assert_eq!(
        action("sendto r icmp(echo, id=1, seq=1)/\"ping\" 127.0.0.1"),
        call(
            Verb::Sendto,
            vec![
                Some(name("r")),
                Some(packet),
                Some(Expr::HostPort("127.0.0.1".to_owned(), None)),
                None
            ]
        )
    );
    check(&[
        (
            "send p ip(dst=10.0.0.2)/tcp(dport=5000, flags=S)",
            "send p ip(dst=10.0.0.2)/tcp(dport=5000, flags=S)",
        ),
        (
            "send p eth(dst=ff:ff:ff:ff:ff:ff)/arp()",
            "send p eth(dst=\"ff:ff:ff:ff:ff:ff\")/arp()",
        ),
        (
            "send p eth(dst=02:00:00:00:00:01)/arp()",
            "send p eth(dst=\"02:00:00:00:00:01\")/arp()",
        ),
        ("send r icmp()/b\"x\" * 100", "send r icmp() / \"x\" * 100"),
        ("x = ip6(dst=::1)/udp()", "x = ip6(dst=::1)/udp()"),
    ]);
}

#[test]
fn both_spellings_of_a_call_are_one_tree() {
    for (command_form, call_form) in [
        (
            "s = socket AF_INET SOCK_STREAM",
            "s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
        ),
        ("s = socket", "s = socket.socket()"),
        ("bind s 127.0.0.1:5000", "s.bind((\"127.0.0.1\", 5000))"),
        ("bind s :5000", "s.bind((\"\", 5000))"),
        ("bind s *:5000", "s.bind(('', 5000))"),
        ("connect c localhost:80", "c.connect((\"localhost\", 80))"),
        ("connect c [::1]:80", "c.connect((\"::1\", 80))"),
        ("connect c [::1]:80", "c.connect((\"::1\", 80, 0, 0))"),
        (
            "connect c [fe80::1%2]:80",
            "c.connect((\"fe80::1\", 80, 0, 2))",
        ),
        (
            "connect c [fe80::1%lo]:80",
            "c.connect((\"fe80::1%lo\", 80))",
        ),
        ("bind u ./x.sock", "u.bind(\"./x.sock\")"),
        ("bind u /tmp/x.sock", "u.bind('/tmp/x.sock')"),
        ("bind u @abstract", "u.bind(\"\\0abstract\")"),
        ("bind u @abstract", "u.bind(b\"\\0abstract\")"),
        ("conn, addr = accept s", "conn, addr = s.accept()"),
        ("conn, addr = accept s", "(conn, addr) = s.accept()"),
        ("send s \"hello\\n\"", "s.send(b\"hello\\n\")"),
        ("send s \"é\"", "s.send(\"é\")"),
        (
            "setsockopt s SOL_SOCKET SO_REUSEADDR 1",
            "s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)",
        ),
        (
            "setsockopt s SOL_SOCKET SO_REUSEADDR 1",
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)",
        ),
        (
            "setsockopt s SOL_SOCKET SO_REUSEADDR 1",
            "setsockopt(s, SOL_SOCKET, SO_REUSEADDR, 1)",
        ),
        (
            "sendmsg u \"x\" SCM_RIGHTS=[s]",
            "u.sendmsg([b\"x\"], [(SOL_SOCKET, SCM_RIGHTS, [s])])",
        ),
        (
            "sendmsg u \"x\" SCM_RIGHTS=fds",
            "u.sendmsg([b\"x\"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array(\"i\", fds))])",
        ),
        (
            "r, w, x = select [s, conn] [] [] 1.0",
            "r, w, x = select.select([s, conn], [], [], 1.0)",
        ),
        ("p = poller", "p = select.poll()"),
        ("register p s POLLIN", "p.register(s, select.POLLIN)"),
        ("poll p 1000", "p.poll(1000)"),
        ("e = epoll", "e = select.epoll()"),
        (
            "register e s EPOLLIN|EPOLLET",
            "e.register(s, select.EPOLLIN | select.EPOLLET)",
        ),
        ("poll e 1.0", "e.poll(1.0)"),
        ("poll e 1.0 maxevents=5", "e.poll(1.0, 5)"),
        ("poll e", "e.poll()"),
        ("poll s conn 1.0", "poll([s, conn], 1.0)"),
        ("poll s conn 1.0", "poll(s, conn, 1.0)"),
        ("f = makefile conn", "f = conn.makefile()"),
        ("f = makefile conn \"rb\"", "f = conn.makefile(\"rb\")"),
        ("readline f", "f.readline()"),
        ("sendto u \"x\" :5000", "u.sendto(b\"x\", (\"\", 5000))"),
        (
            "sendto u \"x\" :5000 MSG_DONTWAIT",
            "u.sendto(b\"x\", socket.MSG_DONTWAIT, (\"\", 5000))",
        ),
        (
            "sendto u \"x\" :5000 MSG_DONTWAIT",
            "sendto(u, b\"x\", MSG_DONTWAIT, (\"\", 5000))",
        ),
        ("sleep 1", "time.sleep(1)"),
        ("ioctl s FIONREAD", "fcntl.ioctl(s, termios.FIONREAD)"),
        ("ioctl s FIONREAD", "s.ioctl(FIONREAD)"),
        (
            "create_server :5000 family=AF_INET6",
            "socket.create_server((\"\", 5000), family=socket.AF_INET6)",
        ),
        (
            "print \"Connected by\", addr",
            "print(\"Connected by\", addr)",
        ),
        ("close s", "s.close()"),
        ("close s", "socket.close(s)"),
        (
            "inet_pton AF_INET6 ::1",
            "socket.inet_pton(socket.AF_INET6, \"::1\")",
        ),
        (
            "gethostbyname www.python.org",
            "socket.gethostbyname(\"www.python.org\")",
        ),
        ("kill server", "kill(\"server\")"),
        ("packets tcp.port == 5000", "packets(\"tcp.port == 5000\")"),
        (
            "packets \"tcp.port == 5000\"",
            "packets(\"tcp.port == 5000\")",
        ),
        ("quit", "exit()"),
        ("recv s 64k", "s.recv(65536)"),
        ("recv s flags=MSG_PEEK", "s.recv(4096, flags = MSG_PEEK)"),
    ] {
        let strip = |line: &str| -> Vec<Command> {
            let mut commands = parsed(line);
            for command in &mut commands {
                command.text.clear();
            }
            commands
        };
        if command_form.contains("flags=MSG_PEEK") {
            // The same but for the size, which Python demands.
            assert_ne!(strip(command_form), strip(call_form));
        } else {
            assert_eq!(
                strip(command_form),
                strip(call_form),
                "{command_form} and {call_form}"
            );
        }
    }
}

#[test]
fn an_argument_is_given_by_name_as_a_shell_has_it_too() {
    check(&[
        (
            "serve s echo --model epoll --edge --max-clients 3",
            "serve s echo model=\"epoll\" edge=True max_clients=3",
        ),
        (
            "serve s echo --once --model=thread &",
            "serve s echo model=\"thread\" once=True &",
        ),
        (
            "serve --model poll s upper --once False",
            "serve s upper model=\"poll\" once=False",
        ),
        (
            "n = serve(s, \"time\", model=\"process\", count=2)",
            "n = serve s time model=\"process\" count=2",
        ),
        ("s.serve(\"echo\")", "serve s echo"),
        ("listen s --backlog 5", "listen s 5"),
        ("recv s 10 --flags MSG_PEEK", "recv s 10 MSG_PEEK"),
        ("x = 5 --3", "x = 5 - -3"),
        ("run ls --all", "run ls --all"),
    ]);
}

#[test]
fn every_line_of_the_screen_and_the_language_table_parses() {
    check(&[
        (
            "lab> s = socket AF_INET SOCK_STREAM",
            "lab> s = socket AF_INET SOCK_STREAM",
        ),
        ("listen s 5", "listen s 5"),
        (
            "c = socket; connect c localhost:5000",
            "c = socket; connect c localhost:5000",
        ),
        ("process server", "process server"),
        (
            "server> s = socket; bind s :5000; listen s",
            "server> s = socket; server> bind s :5000; server> listen s",
        ),
        (
            "server> conn, addr = accept s",
            "server> conn, addr = accept s",
        ),
        (
            "server> s = socket; bind s 10.0.0.2:5000",
            "server> s = socket; server> bind s 10.0.0.2:5000",
        ),
        ("help", "help"),
        ("e = epoll", "e = epoll"),
        ("register e s EPOLLIN", "register e s EPOLLIN"),
        (
            "f = makefile conn; readline f",
            "f = makefile conn; readline f",
        ),
        ("send s b\"x\" * 5000", "send s \"x\" * 5000"),
        (
            "send s x\"de ad be ef\"",
            "send s b\"\\xde\\xad\\xbe\\xef\"",
        ),
        ("sockets", "sockets"),
        ("options s", "options s"),
        ("info c", "info c"),
        ("states", "states"),
        ("states c", "states c"),
        ("packets", "packets"),
        ("packet 4", "packet 4"),
        ("ladder tcp.stream == 0", "ladder tcp.stream == 0"),
        ("follow c", "follow c"),
        ("conversations", "conversations"),
        ("inspect off", "inspect off"),
        (
            "inspect frame contains \"hello\"",
            "inspect frame contains \"hello\"",
        ),
        (
            "packets tcp.port == 5000 && tcp.flags.syn == 1",
            "packets tcp.port == 5000 && tcp.flags.syn == 1",
        ),
        ("packets !(arp)", "packets !(arp)"),
        ("packets tcp.len in {1..5}", "packets tcp.len in {1..5}"),
        ("why", "why"),
        ("? socket", "help socket"),
        ("explain tcp.flags.syn", "explain tcp.flags.syn"),
        ("explain ECONNREFUSED", "explain ECONNREFUSED"),
        ("process server on client", "process server client"),
        ("process on", "process \"on\""),
        ("run python3 echo.py &", "run python3 echo.py &"),
        ("lab", "lab"),
        ("wait", "wait"),
        ("wait 1", "wait 1"),
        ("jobs", "jobs"),
        ("cancel 2", "cancel 2"),
        (
            "repeat 3 { send s \"x\"; sleep 10ms }",
            "repeat 3 { send s \"x\"; sleep 10ms }",
        ),
        (
            "repeat 2 {\n  send s \"x\"\n\n  recv c  # all\n}",
            "repeat 2 { send s \"x\"; recv c }",
        ),
        (
            "repeat 2 { repeat n { run echo a }}",
            "repeat 2 { repeat n { run echo a } }",
        ),
        ("expect ok", "expect ok"),
        ("expect errno ECONNREFUSED", "expect errno ECONNREFUSED"),
        ("expect = 4", "expect = 4"),
        ("expect data == b\"x\"", "expect data == b\"x\""),
        ("load x.lab", "load x.lab"),
        ("save 'my notes.md'", "save \"my notes.md\""),
        (
            "save x.pcapng tcp.port == 5000",
            "save x.pcapng tcp.port == 5000",
        ),
        ("reset; quit", "reset; quit"),
        ("accept s &", "accept s &"),
        ("conn, addr = accept s & # later", "conn, addr = accept s &"),
        ("server>", "server>"),
        ("server>\nclient> close s", "server>; client> close s"),
        ("a> x; b> y", "a> x; b> y"),
        ("ss", "sockets"),
        ("send s \\\n  \"x\"", "send s \"x\""),
        ("", ""),
        ("  # nothing", ""),
    ]);
}

#[test]
fn values_are_what_they_look_like() {
    check(&[
        ("x = 0x1f", "x = 31"),
        ("x = 1_000", "x = 1000"),
        ("x = 0o17 + 0b11", "x = 15 + 3"),
        ("x = 64k", "x = 65536"),
        ("x = 1M", "x = 1048576"),
        ("x = 1.5s", "x = 1500ms"),
        ("x = 2m", "x = 120s"),
        ("x = 50us", "x = 50us"),
        ("x = 1e3", "x = 1000.0"),
        ("x = .5", "x = 0.5"),
        ("x = -9223372036854775808", "x = -9223372036854775808"),
        ("x = True", "x = True"),
        ("x = None", "x = None"),
        ("x = _", "x = _"),
        ("x = ('a' 'b')", "x = \"ab\""),
        ("x = '\\x41\\u20ac\\0\\101\\q'", "x = \"A€\\x00A\\\\q\""),
        ("x = r'\\n'", "x = \"\\\\n\""),
        ("x = b'\\xff\\n'", "x = b\"\\xff\\n\""),
        ("x = rb'\\n'", "x = b\"\\\\n\""),
        ("x = '''it's'''", "x = \"it's\""),
        ("x = \"\"\"a\nb\"\"\"", "x = \"a\\nb\""),
        ("x = localhost:80", "x = localhost:80"),
        ("x = www.example.org:80", "x = www.example.org:80"),
        ("x = my-host:80", "x = my-host:80"),
        ("x = ::1", "x = ::1"),
        ("x = fe80::1%lo", "x = fe80::1%lo"),
        ("x = [::1]", "x = ::1"),
        ("x = [::1, ::2]", "x = [::1, ::2]"),
        ("x = 10.0.0.2", "x = 10.0.0.2"),
        ("x = ~/x", "x = ~/x"),
        ("x = ../y", "x = ../y"),
        ("x = a / b", "x = a / b"),
        ("x = a /b", "x = a / b"),
        (
            "x = data[:4] + data[n:] + data[a:b]",
            "x = data[:4] + data[n:] + data[a:b]",
        ),
        ("x = data[-1]", "x = data[-1]"),
        ("x = (1, 'b', [])", "x = (1, \"b\", [])"),
        ("x = 1, 2", "x = (1, 2)"),
        ("x = (1,)", "x = (1,)"),
        ("x = not a == b", "x = not a == b"),
        ("x = a not in b", "x = not a in b"),
        ("x = a is not None", "x = a != None"),
        ("x = -y - -1", "x = -y - -1"),
        ("x = (a | b) & c", "x = (a | b) & c"),
        ("x = s.family", "x = s.family"),
        ("x = addr[0]", "x = addr[0]"),
        ("data += recv_more", "data = data + recv_more"),
        ("data += s.recv(10)", "data = data + s.recv(10)"),
        ("socket = socket.socket()", "socket = socket"),
        ("socket.bind(('', 1))", "bind socket :1"),
        ("recv s -1", "recv s -1"),
        ("recv s n - 1", "recv s n - 1"),
        ("recv s n -1", "recv s n -1"),
    ]);
}

#[test]
fn python_lines_run() {
    check(&[
        ("import socket", "import socket"),
        ("import socket, select", "import socket, select"),
        ("from socket import *", "import socket"),
        ("HOST = ''                 # Symbolic name", "HOST = \"\""),
        ("PORT = 50007", "PORT = 50007"),
        (">>> s.recv(\n... 10)", "recv s 10"),
        (">>> import socket", "import socket"),
        (
            ">>> s = socket.socket()\n... \n>>> s.close()",
            "s = socket; close s",
        ),
        (
            "serversocket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
            "serversocket = socket AF_INET SOCK_STREAM",
        ),
        (
            "serversocket.bind((socket.gethostname(), 80))",
            "bind serversocket (socket.gethostname(), 80)",
        ),
        ("serversocket.listen(5)", "listen serversocket 5"),
        (
            "(clientsocket, address) = serversocket.accept()",
            "clientsocket, address = accept serversocket",
        ),
        (
            "s.connect((\"www.python.org\", 80))",
            "connect s www.python.org:80",
        ),
        (
            "sent = self.sock.send(msg[totalsent:])",
            "sent = send self.sock msg[totalsent:]",
        ),
        (
            "chunk = sock.recv(min(MSGLEN - bytes_recd, 2048))",
            "chunk = recv sock min(MSGLEN - bytes_recd, 2048)",
        ),
        ("data = b''.join(chunks)", "data = b\"\".join(chunks)"),
        (
            "ready_to_read, ready_to_write, in_error = select.select(potential_readers, potential_writers, potential_errs, timeout)",
            "ready_to_read, ready_to_write, in_error = select potential_readers potential_writers potential_errs timeout",
        ),
        (
            "with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:",
            "s = socket AF_INET SOCK_STREAM",
        ),
        ("    s.bind((HOST, PORT))", "bind s (HOST, PORT)"),
        ("    s.listen(1)", "listen s 1"),
        ("    conn, addr = s.accept()", "conn, addr = accept s"),
        ("with conn:", "conn"),
        (
            "    print('Connected by', addr)",
            "print \"Connected by\" addr",
        ),
        ("readers.append(conn)", "readers.append(conn)"),
        ("save 'a b' tcp.port == 1", "save \"a b\" tcp.port == 1"),
        ("data = conn.recv(1024)", "data = recv conn 1024"),
        ("conn.sendall(data)", "sendall conn data"),
        ("s.sendall(b'Hello, world')", "sendall s \"Hello, world\""),
        (
            "print('Received', repr(data))",
            "print \"Received\" repr(data)",
        ),
        (
            "for_all = socket.getaddrinfo(HOST, PORT, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)",
            "for_all = getaddrinfo HOST PORT AF_UNSPEC SOCK_STREAM 0 AI_PASSIVE",
        ),
        (
            "socket.getaddrinfo(\"example.org\", 80, proto=socket.IPPROTO_TCP)",
            "getaddrinfo \"example.org\" 80 proto=IPPROTO_TCP",
        ),
        (
            "s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IP)",
            "s = socket AF_INET SOCK_RAW IPPROTO_IP",
        ),
        (
            "s.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)",
            "setsockopt s IPPROTO_IP IP_HDRINCL 1",
        ),
        ("print(s.recvfrom(65565))", "print s.recvfrom(65565)"),
        (
            "with socket.create_server(addr) as server: server.listen()",
            "server = create_server addr; listen server; close server",
        ),
        (
            "with socket.socket() as w: w.listen(); w.close()",
            "w = socket; listen w; close w",
        ),
        (
            "s = socket.socket (socket.AF_INET, socket.SOCK_STREAM)",
            "s = socket AF_INET SOCK_STREAM",
        ),
        ("print (\"a\", b)", "print \"a\" b"),
        ("listen (s, 5)", "listen s 5"),
        ("epoll_create1(EPOLL_CLOEXEC)", "epoll flags=EPOLL_CLOEXEC"),
        ("accept4(s)", "accept s 0"),
        (
            "s = socket.create_server(addr, family=socket.AF_INET6, dualstack_ipv6=True)",
            "s = create_server addr family=AF_INET6 dualstack_ipv6=True",
        ),
        (
            "msg, ancdata, flags, addr = sock.recvmsg(msglen, 1024)",
            "msg, ancdata, flags, addr = recvmsg sock msglen 1024",
        ),
        ("s1, s2 = socket.socketpair()", "s1, s2 = socketpair"),
        (
            "socket.send_fds(u, [b'x'], [s.fileno()])",
            "send_fds u \"x\" [s.fileno()]",
        ),
        (
            "socket.socket().connect(('::1', 80))",
            "connect socket.socket() [::1]:80",
        ),
        (
            "data.decode('utf-8', 'replace')",
            "data.decode(\"utf-8\", \"replace\")",
        ),
        ("'x'.encode()", "\"x\".encode()"),
        (
            "n = int.from_bytes(header, byteorder='big')",
            "n = int.from_bytes(header, \"big\")",
        ),
        (
            "conn.sendall(struct.pack('!I', len(data)) + data)",
            "sendall conn struct.pack(\"!I\", len(data)) + data",
        ),
        ("rc == errno.EINPROGRESS", "rc == EINPROGRESS"),
        (
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
            "setsockopt s SOL_SOCKET SO_LINGER struct.pack(\"ii\", 1, 0)",
        ),
        (
            "s.sendto(b'x', ('<broadcast>', 9))",
            "sendto s \"x\" (\"<broadcast>\", 9)",
        ),
        (
            "poll = select.poll()\npoll.register(s)\npoll.poll(1000)",
            "poll = poller; register poll s; poll poll 1000",
        ),
        ("SO_REUSEADDR = 2", "SO_REUSEADDR = 2"),
        ("bind(s, {AF_INET 127.0.0.1:80})", "bind s 127.0.0.1:80"),
        ("connect(4, {AF_INET6 [::1]:80})", "connect 4 [::1]:80"),
        ("ip -1", "ip - 1"),
        ("print(\n    'a',\n    b\n)", "print \"a\" b"),
        ("s.bind(\n    (\n    HOST, PORT))", "bind s (HOST, PORT)"),
    ]);
}

#[test]
fn the_text_of_a_command_is_what_was_typed_without_prefix() {
    let commands = parsed("server> s = socket ;  bind s :5000 & # x\nclient> close c");
    let texts: Vec<&str> = commands
        .iter()
        .map(|command| command.text.as_str())
        .collect();
    assert_eq!(texts, ["s = socket", "bind s :5000 &", "close c"]);
    let processes: Vec<Option<&str>> = commands
        .iter()
        .map(|command| command.process.as_deref())
        .collect();
    assert_eq!(processes, [Some("server"), Some("server"), Some("client")]);
}

#[test]
fn every_example_of_the_manual_parses_and_uses_its_verb() {
    for entry in VERBS {
        let example = entry.page.example;
        let lines = crate::command::line::lines(example);
        assert!(!lines.is_empty(), "{}", entry.name);
        for line in lines {
            parsed(line.text);
        }
        assert!(example.contains(entry.name), "{}", entry.name);
    }
}
